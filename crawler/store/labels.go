package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"uhri"
	"uhri/crawler"
)

// LabelSource is the name under which labelling appears in runs and changes.
const LabelSource = "labels"

// HumanLabel is a person's correction: a label that holds, or one that does not.
type HumanLabel struct {
	ID      uhri.ID
	Scheme  uhri.Scheme
	Concept string
	Removed bool   // the label is wrong
	By      string // who says so
}

// SetHumanLabels keeps corrections. They win over rules and models, survive every harvest, and replace earlier corrections of
// the same label. Publisher's labels stay. Errors: NotFound for an unknown record; then nothing is kept.
func (s *Store) SetHumanLabels(ctx context.Context, labels []HumanLabel) error {
	return s.editHuman(ctx, labels, func(tx *sql.Tx, rec int64, l HumanLabel) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO label_human (rec, scheme, concept, removed, by, at) VALUES (?, ?, ?, ?, ?, ?)",
			rec, string(l.Scheme), l.Concept, l.Removed, l.By, s.now())
		return err
	})
}

// DropHumanLabels takes corrections back.
func (s *Store) DropHumanLabels(ctx context.Context, labels []HumanLabel) error {
	return s.editHuman(ctx, labels, func(tx *sql.Tx, rec int64, l HumanLabel) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM label_human WHERE rec=? AND scheme=? AND concept=?", rec, string(l.Scheme), l.Concept)
		return err
	})
}

func (s *Store) editHuman(ctx context.Context, labels []HumanLabel, edit func(*sql.Tx, int64, HumanLabel) error) error {
	if len(labels) == 0 {
		return nil
	}
	err := s.update(ctx, func(tx *sql.Tx) error {
		touched := map[int64]bool{}
		for _, l := range labels {
			rec, _, err := find(ctx, tx, l.ID)
			if err != nil {
				return err
			}
			touched[rec] = true
			if err := edit(tx, rec, l); err != nil {
				return err
			}
		}
		return s.logReprocessed(ctx, tx, LabelSource, len(touched))
	})
	if err != nil {
		return fmt.Errorf("correcting labels: %w", err)
	}
	return nil
}

// HumanLabels returns every correction, by record.
func (s *Store) HumanLabels(ctx context.Context) ([]HumanLabel, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT r.id, l.scheme, l.concept, l.removed, l.by FROM label_human l JOIN record r ON r.rec=l.rec ORDER BY r.rec, l.scheme, l.concept")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []HumanLabel
	for rows.Next() {
		var l HumanLabel
		if err := rows.Scan(&l.ID, &l.Scheme, &l.Concept, &l.Removed, &l.By); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Relabel asks label for the rules' and the model's labels of the live records and keeps those that differ. version names
// rules and model; unless all is set, only records are asked for that no label of this version covers: new ones, and those
// whose text changed. label sees the publisher's labels and people's, none of its own; it is called from several goroutines. It
// returns how many records have other labels now: one reprocessed line in the log.
func (s *Store) Relabel(ctx context.Context, version string, all bool, label func(*uhri.Recommendation) []uhri.Tag) (int, error) {
	v, err := s.View(ctx)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	where := "r.state=0 AND r.rec>?"
	if !all {
		where += " AND NOT EXISTS (SELECT 1 FROM label_machine m WHERE m.rec=r.rec AND m.version=" + quote(version) + " AND m.text_h=r.text_h)"
	}
	changed := 0
	for after := int64(0); ; {
		rows, err := s.readRows(ctx, v.tx, where+" ORDER BY r.rec LIMIT 4000", after)
		if err != nil {
			return changed, fmt.Errorf("labelling: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1].rec
		packed, empty := make([][]byte, len(rows)), make([]bool, len(rows))
		err = parallel(ctx, len(rows), func(i int) error {
			w := rows[i]
			w.machine = nil
			r, err := s.decodeRow(&w)
			if err != nil {
				return err
			}
			tags := label(r)
			empty[i] = len(tags) == 0
			if packed[i], err = s.codec.packJSON(tags); err != nil {
				return err
			}
			return nil
		})
		if err != nil {
			return changed, fmt.Errorf("labelling: %w", err)
		}
		// Each batch is a transaction of its own: labels are ours, and a half-labelled store is a valid one.
		err = s.update(ctx, func(tx *sql.Tx) error {
			for i, w := range rows {
				if !slices.Equal(w.machine, packed[i]) && !(w.machine == nil && empty[i]) {
					changed++
				}
				if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO label_machine (rec, version, text_h, tags) VALUES (?, ?, ?, ?)", w.rec, version, w.textH, packed[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return changed, fmt.Errorf("labelling: %w", err)
		}
	}
	if changed == 0 {
		return 0, nil
	}
	return changed, s.update(ctx, func(tx *sql.Tx) error { return s.logReprocessed(ctx, tx, LabelSource, changed) })
}

func quote(s string) string {
	out := []byte{'\''}
	for i := range len(s) {
		if s[i] == '\'' {
			out = append(out, '\'')
		}
		out = append(out, s[i])
	}
	return string(append(out, '\''))
}

// logReprocessed writes the one line of a change that is ours, with a run to carry it.
func (s *Store) logReprocessed(ctx context.Context, tx *sql.Tx, source string, count int) error {
	src, err := sourceNumber(ctx, tx, source)
	if err != nil {
		return err
	}
	var run int64
	err = tx.QueryRowContext(ctx, `INSERT INTO run (src, kind, state, started, finished, reprocessed, taken, same, owner, staging, pipeline) VALUES (?, 'reprocess', 'ok', ?, ?, ?, ?, ?, ?, 0, ?) RETURNING run`,
		src, s.now(), s.now(), count, count, count, s.name, crawler.PipelineVersion).Scan(&run)
	if err != nil {
		return err
	}
	n, err := s.newSeq(ctx, tx, run, "")
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE run SET seq=? WHERE run=?", n, run); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO change (seq, kind, count) VALUES (?, 'reprocessed', ?)", n, count)
	return err
}
