package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"uhri"
)

// Pin is a pinned search: its request and reading as JSON, and the set of records it found.
type Pin struct {
	ID      string
	At      time.Time
	Seq     uhri.Seq // of the snapshot it was made on
	Body    []byte   // JSON of the caller's
	Members []byte   // a bitmap of the caller's, over the numbers that Numbers gives
}

// PutPin keeps a pin. Pinning the same ID again changes nothing; created tells which it was.
func (s *Store) PutPin(ctx context.Context, p Pin) (created bool, err error) {
	at := micro(p.At)
	if at == 0 {
		at = s.now()
	}
	res, err := s.write.ExecContext(ctx, "INSERT INTO pin (id, at, seq, body, members) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		p.ID, at, int64(p.Seq), s.codec.pack(p.Body), s.codec.pack(p.Members))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Pin returns a pin. Errors: NotFound.
func (s *Store) Pin(ctx context.Context, id string) (Pin, error) {
	p := Pin{ID: id}
	var at int64
	var body, members []byte
	err := s.read.QueryRowContext(ctx, "SELECT at, seq, body, members FROM pin WHERE id=?", id).Scan(&at, &p.Seq, &body, &members)
	if errors.Is(err, sql.ErrNoRows) {
		return p, uhri.Errorf(uhri.NotFound, "Pin", "there is no pinned search %s", id)
	}
	if err != nil {
		return p, err
	}
	p.At = stamp(at)
	if p.Body, err = s.codec.unpack(nil, body); err != nil {
		return p, err
	}
	p.Members, err = s.codec.unpack(nil, members)
	return p, err
}

// together is how many records one query looks up: enough that its cost is spread, little enough that its text is small.
const together = 5000

// Numbers gives the store's permanent numbers of records, in the order of ids; 0 for an unknown one. They are small, so
// bitmaps of them are.
func (s *Store) Numbers(ctx context.Context, ids []uhri.ID) ([]uint32, error) {
	return lookUp[uint32](ctx, s, "SELECT j.key, r.rec FROM json_each(?) j JOIN record r ON r.id=j.value", ids)
}

// IDs reverses Numbers; an unknown number gives "".
func (s *Store) IDs(ctx context.Context, numbers []uint32) ([]uhri.ID, error) {
	return lookUp[uhri.ID](ctx, s, "SELECT j.key, r.id FROM json_each(?) j JOIN record r ON r.rec=j.value", numbers)
}

// lookUp gives each key its value, or nothing, in the order of keys. query takes keys as a JSON array and yields the place of
// a key in it with its value. One query a record takes ten times as long.
func lookUp[V, K any](ctx context.Context, s *Store, query string, keys []K) ([]V, error) {
	stmt, err := s.read.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	out := make([]V, 0, len(keys))
	for part := range slices.Chunk(keys, together) {
		text, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		rows, err := stmt.QueryContext(ctx, string(text))
		if err != nil {
			return nil, err
		}
		values := make([]V, len(part))
		for rows.Next() {
			var at int
			var v V
			if err := rows.Scan(&at, &v); err != nil {
				rows.Close()
				return nil, err
			}
			values[at] = v
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
		out = append(out, values...)
	}
	return out, nil
}

// Touched is what happened to records between two states, by their permanent numbers in ascending order.
type Touched struct {
	Changed    []uint32 // their publisher changed text, facts or labels, and not back
	Reread     []uint32 // we read them anew, and their text became another
	Translated []uint32 // got their first text in a further language, which changes nothing that was there
	Lines      int      // records that the log's reprocessed lines count: read or labelled anew by us
}

// Touched returns what happened after since, up to and including upTo; 0 means the present.
func (s *Store) Touched(ctx context.Context, since, upTo uhri.Seq) (Touched, error) {
	var t Touched
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(sum(count), 0) FROM change WHERE seq>? AND seq<=? AND kind='reprocessed'", int64(since), last(upTo)).Scan(&t.Lines); err != nil {
		return t, err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT rec, CASE WHEN lang NOT IN ('', 'en') AND old_text IS NULL THEN 2 ELSE kind='reread' END FROM change
		WHERE seq>? AND seq<=? AND rec IS NOT NULL AND kind IN ('changed', 'relabelled', 'reread') ORDER BY rec`, int64(since), last(upTo))
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var rec uint32
		var how int
		if err := rows.Scan(&rec, &how); err != nil {
			return t, err
		}
		to := [...]*[]uint32{&t.Changed, &t.Reread, &t.Translated}[how]
		*to = append(*to, rec)
	}
	if err := rows.Err(); err != nil {
		return t, err
	}
	t.Changed, err = s.withoutRoundTrips(ctx, t.Changed, since, upTo)
	return t, err
}

// withoutRoundTrips leaves out of the changed records those that were changed and changed back, so that nothing is different.
func (s *Store) withoutRoundTrips(ctx context.Context, changed []uint32, since, upTo uhri.Seq) ([]uint32, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT rec FROM change WHERE seq>? AND seq<=? AND rec IS NOT NULL AND kind IN ('changed', 'relabelled') GROUP BY rec HAVING count(*)>1`, int64(since), last(upTo))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	back := map[uint32]bool{}
	for rows.Next() {
		var rec uint32
		if err := rows.Scan(&rec); err != nil {
			return nil, err
		}
		if back[rec], err = s.sameAgain(ctx, int64(rec), since, upTo); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(changed, func(rec uint32) bool { return back[rec] }), rows.Err()
}

// sameAgain reports whether a record was published at upTo to the letter as at since, in every language that has lines between.
func (s *Store) sameAgain(ctx context.Context, rec int64, since, upTo uhri.Seq) (bool, error) {
	then, err := s.rawAt(ctx, rec, int64(since))
	if err != nil || then == nil { // a document's passages have no raw form of their own
		return false, err
	}
	now, err := s.rawAt(ctx, rec, last(upTo))
	if err != nil || !bytes.Equal(then, now) {
		return false, err
	}
	for _, l := range uhri.Langs[1:] {
		var n [2]int64
		for i, at := range [...]int64{int64(since), last(upTo)} {
			if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM change WHERE rec=? AND seq<=?", rec, at).Scan(&n[i]); err != nil {
				return false, err
			}
		}
		old, err := s.textAfter(ctx, rec, l, n[0])
		if err != nil {
			return false, err
		}
		if today, err := s.textAfter(ctx, rec, l, n[1]); err != nil || old != today {
			return false, err
		}
	}
	return true, nil
}

// rawAt is a record's raw form at an earlier state: what its next change replaced, or the present one; nil where it has none.
func (s *Store) rawAt(ctx context.Context, rec, at int64) ([]byte, error) {
	var data []byte
	err := s.read.QueryRowContext(ctx, "SELECT w.data FROM change c JOIN raw w ON w.raw=c.old_raw WHERE c.rec=? AND c.seq>? AND c.lang IN ('', 'en') ORDER BY c.n LIMIT 1", rec, at).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.read.QueryRowContext(ctx, "SELECT w.data FROM record r JOIN item i ON i.item=r.item JOIN raw w ON w.raw=i.raw WHERE r.rec=?", rec).Scan(&data)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.codec.unpack(nil, data)
}

// last reads an upper bound; 0 is none.
func last(upTo uhri.Seq) int64 {
	if upTo == 0 {
		return math.MaxInt64
	}
	return int64(upTo)
}

// Edited returns the languages in which a record's text came, changed or went after since, up to and including upTo, in the order of
// uhri.Langs. Errors: NotFound.
func (s *Store) Edited(ctx context.Context, id uhri.ID, since, upTo uhri.Seq) ([]uhri.Lang, error) {
	rec, _, err := find(ctx, s.read, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, "SELECT DISTINCT lang FROM change WHERE rec=? AND seq>? AND seq<=? AND lang<>''", rec, int64(since), last(upTo))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Lang
	for rows.Next() {
		var l uhri.Lang
		if err := rows.Scan(&l); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b uhri.Lang) int { return langPlace(a) - langPlace(b) })
	return out, rows.Err()
}
