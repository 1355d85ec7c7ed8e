package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"uhri"
	"uhri/crawler"
)

// View is the store at one Seq, whatever is promoted meanwhile. It must be closed: as long as it is open, the
// write-ahead log keeps growing. Its methods are for one goroutine at a time.
type View struct {
	s   *Store
	tx  *sql.Tx
	seq uhri.Seq
}

// View opens a view of the present state.
func (s *Store) View(ctx context.Context) (*View, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("opening a view: %w", err)
	}
	n, err := seq(ctx, tx) // the first read fixes what the transaction sees
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return &View{s, tx, n}, nil
}

// Close ends the view.
func (v *View) Close() error { return ignore(v.tx.Rollback(), sql.ErrTxDone) }

// Seq is the state the view shows.
func (v *View) Seq() uhri.Seq { return v.seq }

// SourceStatuses returns what was known of each source.
func (v *View) SourceStatuses(ctx context.Context) ([]uhri.SourceStatus, error) {
	return v.s.sourceStatuses(ctx, v.tx)
}

// Tombstones returns the records that are gone; see Store.Tombstones.
func (v *View) Tombstones(ctx context.Context) ([]uhri.Tombstone, error) {
	return v.s.tombstones(ctx, v.tx, "")
}

// Records yields every live record with the texts of all languages and the labels of all origins, in the order they were
// first published. An error ends it.
func (v *View) Records(ctx context.Context) iter.Seq2[*uhri.Recommendation, error] {
	return v.s.records(ctx, v.tx, recordLive)
}

// Records yields every live record at one Seq; see View.Records.
func (s *Store) Records(ctx context.Context) iter.Seq2[*uhri.Recommendation, error] {
	return func(yield func(*uhri.Recommendation, error) bool) {
		v, err := s.View(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer v.Close()
		v.Records(ctx)(yield)
	}
}

// readChunk is how many records are read and decoded together.
const readChunk = 512

// row is a record as the tables hold it.
type row struct {
	rec, textH             int64
	source                 string
	firstSeen, lastChanged int64
	fetched                int64
	pipeline               int
	payload                []byte
	texts                  []textRow
	machine                []byte
	human                  []humanLabel
	merged                 []mergedRow
}

type textRow struct {
	lang    uhri.Lang
	payload []byte
}

type humanLabel struct {
	tag     uhri.Tag
	removed bool
}

type mergedRow struct {
	id        uhri.ID
	firstSeen int64
	payload   []byte
}

type readJob struct {
	rows  []row
	out   []*uhri.Recommendation
	err   error
	ready chan struct{}
}

// records reads in one goroutine, decodes in several and yields in order.
func (s *Store) records(parent context.Context, q querier, state int) iter.Seq2[*uhri.Recommendation, error] {
	return func(yield func(*uhri.Recommendation, error) bool) {
		ctx, cancel := context.WithCancel(parent)
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		workers := runtime.GOMAXPROCS(0)
		work, order := make(chan *readJob, workers), make(chan *readJob, 2*workers)
		for range workers {
			group.Go(func() {
				for j := range work {
					j.out, j.err = s.decode(j.rows)
					j.rows = nil
					close(j.ready)
				}
			})
		}
		group.Go(func() {
			defer close(order)
			defer close(work)
			for after := int64(0); ; {
				rows, err := s.readRows(ctx, q, "r.state=? AND r.rec>? ORDER BY r.rec LIMIT ?", state, after, readChunk)
				if len(rows) == 0 && err == nil {
					return
				}
				j := &readJob{rows: rows, err: err, ready: make(chan struct{})}
				if err != nil {
					close(j.ready)
				} else {
					after = rows[len(rows)-1].rec
					select {
					case work <- j:
					case <-ctx.Done():
						return
					}
				}
				select {
				case order <- j:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		})
		for j := range order {
			<-j.ready
			if j.err != nil {
				yield(nil, fmt.Errorf("reading the records: %w", j.err))
				return
			}
			for _, r := range j.out {
				if !yield(r, nil) {
					return
				}
			}
		}
		if err := parent.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// readRows reads records with everything that lies beside them. where must order by rec and select neighbours: what lies
// beside is read as one range.
func (s *Store) readRows(ctx context.Context, q querier, where string, args ...any) ([]row, error) {
	rows, err := q.QueryContext(ctx, `SELECT r.rec, r.text_h, s.name, r.first_seen, r.last_changed, coalesce(i.fetched, 0), coalesce(i.pipeline, 0), p.data
		FROM record r CROSS JOIN payload p ON p.payload=r.payload JOIN source s ON s.src=r.src LEFT JOIN item i ON i.item=r.item WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.rec, &r.textH, &r.source, &r.firstSeen, &r.lastChanged, &r.fetched, &r.pipeline, &r.payload); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return nil, err
	}
	first, last := out[0].rec, out[len(out)-1].rec
	beside := func(query string, a, z int64, take func(*sql.Rows) (int64, func(*row), error)) error {
		rows, err := q.QueryContext(ctx, query, a, z)
		if err != nil {
			return err
		}
		defer rows.Close()
		at := 0
		for rows.Next() {
			rec, add, err := take(rows)
			if err != nil {
				return err
			}
			for at < len(out) && out[at].rec < rec {
				at++
			}
			if at < len(out) && out[at].rec == rec {
				add(&out[at])
			}
		}
		return rows.Err()
	}
	err = beside("SELECT t.text, t.text_h, p.data FROM text t JOIN payload p USING (payload) WHERE t.text BETWEEN ? AND ? ORDER BY t.text", first*8, last*8+7, func(rows *sql.Rows) (int64, func(*row), error) {
		var text, textH int64
		var data []byte
		err := rows.Scan(&text, &textH, &data)
		return text >> 3, func(r *row) {
			if textH != r.textH { // equal to the English text: not a translation
				r.texts = append(r.texts, textRow{uhri.Langs[text&7], data})
			}
		}, err
	})
	if err != nil {
		return nil, err
	}
	err = beside("SELECT rec, text_h, tags FROM label_machine WHERE rec BETWEEN ? AND ? ORDER BY rec", first, last, func(rows *sql.Rows) (int64, func(*row), error) {
		var rec, textH int64
		var data []byte
		err := rows.Scan(&rec, &textH, &data)
		return rec, func(r *row) {
			if textH == r.textH { // labels of another wording say nothing of this one
				r.machine = data
			}
		}, err
	})
	if err != nil {
		return nil, err
	}
	err = beside("SELECT rec, scheme, concept, removed, by FROM label_human WHERE rec BETWEEN ? AND ? ORDER BY rec, scheme, concept", first, last, func(rows *sql.Rows) (int64, func(*row), error) {
		var rec int64
		l := humanLabel{tag: uhri.Tag{Origin: uhri.OriginHuman}}
		err := rows.Scan(&rec, &l.tag.Scheme, &l.tag.Concept, &l.removed, &l.tag.By)
		return rec, func(r *row) { r.human = append(r.human, l) }, err
	})
	if err != nil {
		return nil, err
	}
	err = beside(`SELECT t.redirect, r.id, r.first_seen, p.data FROM tombstone t JOIN record r ON r.rec=t.rec LEFT JOIN payload p ON p.payload=r.payload
		WHERE t.redirect BETWEEN ? AND ? ORDER BY t.redirect, t.rec`, first, last, func(rows *sql.Rows) (int64, func(*row), error) {
		var rec int64
		var m mergedRow
		err := rows.Scan(&rec, &m.id, &m.firstSeen, &m.payload)
		return rec, func(r *row) { r.merged = append(r.merged, m) }, err
	})
	return out, err
}

// decode makes records of rows.
func (s *Store) decode(rows []row) ([]*uhri.Recommendation, error) {
	out := make([]*uhri.Recommendation, 0, len(rows))
	for i := range rows {
		r, err := s.decodeRow(&rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Store) decodeRow(w *row) (*uhri.Recommendation, error) {
	r := &uhri.Recommendation{}
	if err := s.codec.unpackJSON(w.payload, r); err != nil {
		return nil, fmt.Errorf("record %d: %w", w.rec, err)
	}
	p := &r.Provenance
	p.Source = cmp.Or(p.Source, w.source)
	p.Pipeline = cmp.Or(p.Pipeline, w.pipeline, crawler.PipelineVersion)
	if p.FetchedAt.IsZero() {
		p.FetchedAt = stamp(w.fetched)
	}
	p.FirstSeen, p.LastChanged = stamp(w.firstSeen), stamp(w.lastChanged)
	for _, t := range w.texts {
		var text uhri.Text
		if err := s.codec.unpackJSON(t.payload, &text); err != nil {
			return nil, fmt.Errorf("record %d, %s: %w", w.rec, t.lang, err)
		}
		if r.Texts == nil {
			r.Texts = map[uhri.Lang]uhri.Text{}
		}
		if _, own := r.Texts[t.lang]; !own {
			r.Texts[t.lang] = text
		}
	}
	for _, m := range w.merged {
		if err := s.addMerged(r, m); err != nil {
			return nil, fmt.Errorf("record %d, merged %s: %w", w.rec, m.id, err)
		}
	}
	return r, s.addLabels(r, w)
}

// addMerged adds what our own cut knew to the publisher's record: when the passage was first seen, the position where the
// publisher is silent, and where the position was taken.
func (s *Store) addMerged(r *uhri.Recommendation, m mergedRow) error {
	p := &r.Provenance
	p.MergedFrom = append(p.MergedFrom, m.id)
	if seen := stamp(m.firstSeen); seen.Before(p.FirstSeen) {
		p.FirstSeen = seen
	}
	if m.payload == nil {
		return nil
	}
	var own uhri.Recommendation
	if err := s.codec.unpackJSON(m.payload, &own); err != nil {
		return err
	}
	if own.UPR == nil {
		return nil
	}
	if r.UPR == nil {
		r.UPR = &uhri.UPR{}
	}
	silent := r.UPR.Position == "" || r.UPR.Position == uhri.PositionUnknown
	known := own.UPR.Position != "" && own.UPR.Position != uhri.PositionUnknown
	if silent && known {
		r.UPR.Position = own.UPR.Position
		p.Inferred = append(p.Inferred, "position from our reading of the document")
	}
	if known && r.UPR.Position == own.UPR.Position {
		r.UPR.PositionSource = cmp.Or(r.UPR.PositionSource, own.UPR.PositionSource)
	}
	r.UPR.LeadIn = cmp.Or(r.UPR.LeadIn, own.UPR.LeadIn)
	return nil
}

// addLabels adds the labels of rules, models and people. The publisher's are never touched; a person's word wins over
// rules and models.
func (s *Store) addLabels(r *uhri.Recommendation, w *row) error {
	if w.machine == nil && len(w.human) == 0 {
		return nil
	}
	var machine []uhri.Tag
	if w.machine != nil {
		if err := s.codec.unpackJSON(w.machine, &machine); err != nil {
			return err
		}
	}
	has := func(t uhri.Tag, from []uhri.Tag) bool {
		return slices.ContainsFunc(from, func(o uhri.Tag) bool { return o.Scheme == t.Scheme && o.Concept == t.Concept })
	}
	judged := func(t uhri.Tag) bool {
		return slices.ContainsFunc(w.human, func(h humanLabel) bool { return h.tag.Scheme == t.Scheme && h.tag.Concept == t.Concept })
	}
	var tags []uhri.Tag
	for _, t := range r.Tags {
		if t.Origin == uhri.OriginPublisher || !judged(t) {
			tags = append(tags, t)
		}
	}
	for _, h := range w.human {
		if !h.removed && !has(h.tag, tags) {
			tags = append(tags, h.tag)
		}
	}
	for _, t := range machine {
		if !judged(t) && !has(t, tags) {
			tags = append(tags, t)
		}
	}
	r.Tags = tags
	return nil
}

// Record returns one live record. Errors: NotFound; *uhri.GoneRecord for one that is gone.
func (s *Store) Record(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	v, err := s.View(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	return v.Record(ctx, id)
}

// Record returns one live record; see Store.Record.
func (v *View) Record(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	rec, state, err := find(ctx, v.tx, id)
	if err != nil {
		return nil, err
	}
	if state != recordLive {
		t, err := v.s.tombstones(ctx, v.tx, id)
		if err != nil || len(t) == 0 {
			return nil, errors.Join(err, uhri.Errorf(uhri.Gone, "Record", "record %s is gone", id))
		}
		return nil, &uhri.GoneRecord{Tombstone: t[0]}
	}
	rows, err := v.s.readRows(ctx, v.tx, "r.rec=?", rec)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, uhri.Errorf(uhri.Internal, "Record", "record %s has lost its content; `check` says more", id)
	}
	return v.s.decodeRow(&rows[0])
}

// find looks a record up. Errors: NotFound.
func find(ctx context.Context, q querier, id uhri.ID) (rec int64, state int, err error) {
	err = q.QueryRowContext(ctx, "SELECT rec, state FROM record WHERE id=?", string(id)).Scan(&rec, &state)
	if errors.Is(err, sql.ErrNoRows) {
		err = uhri.Errorf(uhri.NotFound, "Record", "there is no record %s", id)
	}
	return rec, state, err
}

// Merged returns our own cut of a passage, as it was before the publisher's record arrived. Errors: NotFound.
func (s *Store) Merged(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	rec, state, err := find(ctx, s.read, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.readRows(ctx, s.read, "r.rec=?", rec)
	if err != nil {
		return nil, err
	}
	if state != recordMerged || len(rows) == 0 {
		return nil, uhri.Errorf(uhri.NotFound, "Merged", "record %s was not merged into another", id)
	}
	return s.decodeRow(&rows[0])
}

// Raw returns the raw form a record, or its text in another language, was read from: JSON of an export, or the
// document. Errors: NotFound, also when it is not kept.
func (s *Store) Raw(ctx context.Context, id uhri.ID, l uhri.Lang) (raw []byte, mediaType string, err error) {
	rec, state, err := find(ctx, s.read, id)
	if err != nil {
		return nil, "", err
	}
	none := uhri.Errorf(uhri.NotFound, "Raw", "no raw form of %s in %q is kept", id, l)
	if state != recordLive && state != recordMerged {
		return nil, "", none
	}
	query, arg := "SELECT i.media, r.data, i.doc FROM record c JOIN item i ON i.item=c.item LEFT JOIN raw r ON r.raw=i.raw WHERE c.rec=?", rec
	if l != "" && l != uhri.English {
		query, arg = "SELECT i.media, r.data, i.doc FROM text c JOIN item i ON i.item=c.item LEFT JOIN raw r ON r.raw=i.raw WHERE c.text=?", rec*8+int64(langPlace(l))
	}
	var data []byte
	var doc sql.NullInt64
	err = s.read.QueryRowContext(ctx, query, arg).Scan(&mediaType, &data, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", none
	}
	if err != nil {
		return nil, "", err
	}
	if data == nil && doc.Valid {
		err = s.read.QueryRowContext(ctx, "SELECT media, data FROM document WHERE doc=?", doc.Int64).Scan(&mediaType, &data)
		if err != nil {
			return nil, "", err
		}
	}
	if data == nil {
		return nil, "", none
	}
	raw, err = s.codec.unpack(nil, data)
	return raw, mediaType, err
}
