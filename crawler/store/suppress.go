package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"uhri"
)

// Suppression is a takedown by the operator.
type Suppression struct {
	What   string    `json:"what"` // a record ID or a symbol
	Symbol bool      `json:"symbol,omitzero"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Takedown says what a suppression or its end did. Whoever called must publish at once with index.Snapshot.Purge set: older
// snapshots still hold the texts.
type Takedown struct {
	Seq     uhri.Seq
	IDs     []uhri.ID // records concerned
	Sources []string  // after Unsuppress: the sources whose next harvest brings them back
}

// Suppress removes the text of a record, or of every record and document of a symbol, from everywhere it is kept: records,
// translations, raw forms, history, labels, ledger, documents, what is staged. A tombstone without text stays. Later harvests
// change nothing about it. Suppressing again replaces the reason.
// Errors: NotFound when there is neither such a record nor such a symbol; Invalid without a reason.
func (s *Store) Suppress(ctx context.Context, what, reason string) (Takedown, error) {
	var t Takedown
	if strings.TrimSpace(reason) == "" {
		return t, uhri.Errorf(uhri.Invalid, "Suppress", "a takedown needs a reason: it is shown to the operators after you")
	}
	err := s.update(ctx, func(tx *sql.Tx) error {
		recs, symbol, err := s.concerned(ctx, tx, what)
		if err != nil {
			return err
		}
		now := s.now()
		n, err := s.newSeq(ctx, tx, 0, "takedown")
		if err != nil {
			return err
		}
		t.Seq = uhri.Seq(n)
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO suppression (what, symbol, reason, at) VALUES (?, ?, ?, ?)", what, symbol, reason, now); err != nil {
			return err
		}
		for _, rec := range recs {
			t.IDs = append(t.IDs, rec.id)
			if err := eraseRecord(ctx, tx, rec); err != nil {
				return err
			}
			for _, q := range []struct {
				sql  string
				args []any
			}{
				{"INSERT OR REPLACE INTO tombstone (rec, kind, at, seq, reason) VALUES (?, 'suppressed', ?, ?, ?)", []any{rec.rec, now, n, reason}},
				{"UPDATE record SET state=2, seq=?, payload=NULL, match=NULL, text_h=0, facts_h=0, labels_h=0 WHERE rec=?", []any{n, rec.rec}},
				{"UPDATE item SET raw=NULL, state=3, waits=? WHERE item=? AND media LIKE '%json'", []any{what, rec.item}},
				{"UPDATE document SET data=NULL, withheld=1 WHERE doc=(SELECT doc FROM item WHERE item=?)", []any{rec.item}},
			} {
				if _, err := tx.ExecContext(ctx, q.sql, q.args...); err != nil {
					return err
				}
			}
		}
		if symbol {
			if _, err := tx.ExecContext(ctx, "UPDATE document SET data=NULL, withheld=1 WHERE doc IN (SELECT doc FROM document_at WHERE symbol=?)", what); err != nil {
				return err
			}
		}
		return eraseStaged(ctx, tx, what, recs)
	})
	if err != nil {
		return t, fmt.Errorf("suppressing %s: %w", what, err)
	}
	return t, s.scrub(ctx)
}

type concernedRecord struct {
	rec, item int64
	id        uhri.ID
}

// concerned lists the records that a record ID or a symbol names, with our own cuts merged into them.
func (s *Store) concerned(ctx context.Context, tx *sql.Tx, what string) (recs []concernedRecord, symbol bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT rec, item, id FROM record WHERE id=?1 OR rec IN (SELECT t.rec FROM tombstone t JOIN record r ON r.rec=t.redirect WHERE r.id=?1)`, what)
	if err == nil {
		recs, err = scanConcerned(rows)
	}
	if err != nil || len(recs) > 0 {
		return recs, false, err
	}
	if rows, err = tx.QueryContext(ctx, "SELECT rec, item, id FROM record WHERE symbol=? AND symbol<>'' ORDER BY rec", what); err == nil {
		recs, err = scanConcerned(rows)
	}
	if err != nil {
		return nil, false, err
	}
	if len(recs) == 0 {
		var known bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM document_at WHERE symbol=?1) OR EXISTS (SELECT 1 FROM suppression WHERE what=?1 AND symbol=1)", what).Scan(&known); err != nil {
			return nil, false, err
		}
		if !known {
			return nil, false, uhri.Errorf(uhri.NotFound, "Suppress", "%q is neither the ID of a record nor the symbol of a document kept here", what)
		}
	}
	return recs, true, nil
}

func scanConcerned(rows *sql.Rows) (recs []concernedRecord, err error) {
	defer rows.Close()
	for rows.Next() {
		var r concernedRecord
		if err := rows.Scan(&r.rec, &r.item, &r.id); err != nil {
			return nil, err
		}
		recs = append(recs, r)
	}
	return recs, rows.Err()
}

// eraseRecord removes the texts kept of one record.
func eraseRecord(ctx context.Context, tx *sql.Tx, r concernedRecord) error {
	for _, q := range []struct {
		sql string
		arg any
	}{
		{"DELETE FROM payload WHERE payload=(SELECT payload FROM record WHERE rec=?)", r.rec},
		{"DELETE FROM payload WHERE payload IN (SELECT payload FROM text WHERE text BETWEEN ?1*8 AND ?1*8+7)", r.rec},
		{"DELETE FROM raw WHERE raw=(SELECT i.raw FROM item i WHERE i.item=? AND i.media LIKE '%json')", r.item},
		{"DELETE FROM raw WHERE raw IN (SELECT i.raw FROM text t JOIN item i ON i.item=t.item WHERE t.text BETWEEN ?1*8 AND ?1*8+7)", r.rec},
		{"UPDATE item SET raw=NULL, state=3, waits=(SELECT id FROM record WHERE rec=?1) WHERE item IN (SELECT item FROM text WHERE text BETWEEN ?1*8 AND ?1*8+7)", r.rec},
		{"DELETE FROM text WHERE text BETWEEN ?1*8 AND ?1*8+7", r.rec},
		{"DELETE FROM raw WHERE raw IN (SELECT old_raw FROM change WHERE rec=?)", r.rec},
		{"UPDATE change SET old_text=NULL, old_raw=NULL WHERE rec=?", r.rec},
		{"DELETE FROM label_machine WHERE rec=?", r.rec},
		{"UPDATE rejection SET raw=NULL WHERE key=?", string(r.id)},
	} {
		if _, err := tx.ExecContext(ctx, q.sql, q.arg); err != nil {
			return err
		}
	}
	return nil
}

// eraseStaged removes what open or quarantined runs brought of the same records. Their promotion looks again.
func eraseStaged(ctx context.Context, tx *sql.Tx, what string, recs []concernedRecord) error {
	ids := []string{what}
	for _, r := range recs {
		ids = append(ids, string(r.id))
	}
	for _, id := range ids {
		for _, q := range []string{
			"DELETE FROM payload WHERE payload IN (SELECT payload FROM staged_record WHERE id=?1 OR (symbol=?1 AND symbol<>''))",
			"UPDATE staged_record SET payload=NULL WHERE id=?1 OR (symbol=?1 AND symbol<>'')",
			"DELETE FROM raw WHERE raw IN (SELECT i.raw FROM staged_item i JOIN staged_record r ON r.parent=i.n WHERE r.id=?1 OR (r.symbol=?1 AND r.symbol<>''))",
			"UPDATE staged_item SET raw=NULL WHERE n IN (SELECT parent FROM staged_record WHERE id=?1 OR (symbol=?1 AND symbol<>''))",
			"UPDATE staged_reject SET raw=NULL WHERE key=?1",
		} {
			if _, err := tx.ExecContext(ctx, q, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// scrub rewrites the file, so that not even a free page or the write-ahead log keeps what was deleted.
func (s *Store) scrub(ctx context.Context) error {
	if _, err := s.write.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("scrubbing the file: %w", err)
	}
	var busy, log, done int
	// A reader that is still on an older state keeps the log a little longer; the next checkpoint takes it.
	if err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
		return fmt.Errorf("scrubbing the log: %w", err)
	}
	return nil
}

// Unsuppress allows a record or symbol again. Its text is not kept here: the next harvest of the named sources brings it back.
// Errors: NotFound when it is not suppressed.
func (s *Store) Unsuppress(ctx context.Context, what string) (Takedown, error) {
	var t Takedown
	err := s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM suppression WHERE what=?", what)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, uhri.Errorf(uhri.NotFound, "Unsuppress", "%q is not suppressed", what))
		}
		recs, _, err := s.concerned(ctx, tx, what)
		if err != nil && uhri.KindOf(err) != uhri.NotFound {
			return err
		}
		n, err := s.newSeq(ctx, tx, 0, "takedown ended")
		if err != nil {
			return err
		}
		t.Seq = uhri.Seq(n)
		touched := map[int64]bool{}
		forget := func(where string, args ...any) error {
			rows, err := tx.QueryContext(ctx, "UPDATE item SET hash=x'', state=0, waits='' WHERE "+where+" RETURNING src", args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var src int64
				if err := rows.Scan(&src); err != nil {
					return err
				}
				touched[src] = true
			}
			return rows.Err()
		}
		if err := forget("state=3 AND waits=?", what); err != nil {
			return err
		}
		for _, r := range recs {
			t.IDs = append(t.IDs, r.id)
			if err := forget("item=?1 OR (state=3 AND waits=?2)", r.item, string(r.id)); err != nil {
				return err
			}
			// Back to withdrawn, without text: the harvest restores it.
			if _, err := tx.ExecContext(ctx, "UPDATE record SET state=1, seq=? WHERE rec=? AND state=2", n, r.rec); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "UPDATE tombstone SET kind='withdrawn', reason='' WHERE rec=? AND kind='suppressed'", r.rec); err != nil {
				return err
			}
		}
		for src := range touched {
			var name string
			// Without cursor: a publisher that has nothing new would not be read otherwise.
			if err := tx.QueryRowContext(ctx, "UPDATE source SET cursor='{}' WHERE src=? RETURNING name", src).Scan(&name); err != nil {
				return err
			}
			t.Sources = append(t.Sources, name)
		}
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("ending the takedown of %s: %w", what, err)
	}
	return t, nil
}

// Suppressions lists the takedowns, newest first.
func (s *Store) Suppressions(ctx context.Context) ([]Suppression, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT what, symbol, reason, at FROM suppression ORDER BY at DESC, what")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Suppression
	for rows.Next() {
		var p Suppression
		var at int64
		if err := rows.Scan(&p.What, &p.Symbol, &p.Reason, &at); err != nil {
			return nil, err
		}
		p.At = stamp(at)
		out = append(out, p)
	}
	return out, rows.Err()
}
