package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"uhri"
)

// ChangeFilter narrows Changes. The zero filter lets everything through.
type ChangeFilter struct {
	Kinds  []uhri.ChangeKind
	Source string
	ID     uhri.ID
	Symbol uhri.Symbol
	UpTo   uhri.Seq // 0 = the present
	Limit  int      // 0 = all
	Offset int
}

// conditions are those of a query over change c; f.Limit and f.Offset are not among them. They read that table only, so that a page
// deep in the log skips lines and not what belongs to them.
func (f ChangeFilter) conditions(since uhri.Seq) (where string, args []any) {
	conds, args := []string{"c.kind<>'" + kindReread + "'", "c.seq>?"}, []any{int64(since)}
	and := func(cond string, a ...any) { conds, args = append(conds, cond), append(args, a...) }
	if len(f.Kinds) > 0 {
		kinds := make([]any, len(f.Kinds))
		for i, k := range f.Kinds {
			kinds[i] = string(k)
		}
		and("c.kind IN (?"+strings.Repeat(",?", len(kinds)-1)+")", kinds...)
	}
	if f.UpTo > 0 {
		and("c.seq<=?", int64(f.UpTo))
	}
	if f.Source != "" {
		and("c.seq IN (SELECT p.seq FROM promotion p JOIN run u USING (run) JOIN source s USING (src) WHERE s.name=?)", f.Source)
	}
	if f.ID != "" {
		and("c.rec=(SELECT rec FROM record WHERE id=?)", string(f.ID))
	}
	if f.Symbol != "" {
		and("c.rec IN (SELECT rec FROM record WHERE symbol=?)", string(f.Symbol))
	}
	return strings.Join(conds, " AND "), args
}

// CountChanges counts what Changes would return without limit and offset.
func (s *Store) CountChanges(ctx context.Context, since uhri.Seq, f ChangeFilter) (n int, err error) {
	where, args := f.conditions(since)
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM change c WHERE "+where, args...).Scan(&n)
	return n, err
}

// SeqBefore is the state readers saw just before a moment; 0 when there was none.
func (s *Store) SeqBefore(ctx context.Context, t time.Time) (n uhri.Seq, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM promotion WHERE at<?", micro(t)).Scan(&n)
	return n, err
}

// Changes returns the change log after since, oldest first, with the old and the new text where a text changed. Texts of
// suppressed records are gone, those of withdrawn ones hidden until their delay has passed.
func (s *Store) Changes(ctx context.Context, since uhri.Seq, f ChangeFilter) ([]uhri.Change, error) {
	where, args := f.conditions(since)
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	rows, err := s.read.QueryContext(ctx, `SELECT c.n, c.seq, p.at, coalesce(s.name, ''), coalesce(p.run, 0), c.kind, coalesce(c.rec, 0), coalesce(r.id, ''), coalesce(r.symbol, ''), c.lang, c.old_text, c.count,
			coalesce(r.state, 0), coalesce(t.at, 0)
		FROM (SELECT * FROM change c WHERE `+where+` ORDER BY n LIMIT ? OFFSET ?) c JOIN promotion p ON p.seq=c.seq LEFT JOIN run u ON u.run=p.run LEFT JOIN source s ON s.src=u.src
			LEFT JOIN record r ON r.rec=c.rec LEFT JOIN tombstone t ON t.rec=c.rec ORDER BY c.n`, append(args, limit, f.Offset)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Change
	for rows.Next() {
		var c uhri.Change
		var n, at, rec, gone int64
		var state int
		var old []byte
		if err := rows.Scan(&n, &c.Seq, &at, &c.Source, &c.Run, &c.Kind, &rec, &c.ID, &c.Symbol, &c.Lang, &old, &c.Count, &state, &gone); err != nil {
			return nil, err
		}
		c.At = stamp(at)
		if old != nil && s.textPublic(state, stamp(gone)) {
			text, err := s.codec.unpack(nil, old)
			if err != nil {
				return nil, err
			}
			c.OldText = string(text)
			if c.NewText, err = s.textAfter(ctx, rec, c.Lang, n); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// textPublic reports whether texts of a record in this state may be shown. gone is when it went.
func (s *Store) textPublic(state int, gone time.Time) bool {
	switch state {
	case recordSuppressed:
		return false
	case recordWithdrawn:
		return s.o.WithdrawnTextAfter >= 0 && !s.o.Now().Before(gone.Add(s.o.WithdrawnTextAfter))
	}
	return true
}

// textAfter is the text a record had right after line n of the log: the old text of the next line about it, which is none
// where that line brought the first, or else the present one.
func (s *Store) textAfter(ctx context.Context, rec int64, l uhri.Lang, n int64) (string, error) {
	var data []byte
	err := s.read.QueryRowContext(ctx, "SELECT old_text FROM change WHERE rec=? AND lang=? AND n>? ORDER BY n LIMIT 1", rec, string(l), n).Scan(&data)
	if err == nil && data == nil {
		return "", nil
	}
	if err == nil {
		text, err := s.codec.unpack(nil, data)
		return string(text), err
	}
	if err != sql.ErrNoRows {
		return "", err
	}
	return s.presentText(ctx, rec, l)
}

// presentText is a record's text as stored, whatever its state; "" when there is none.
func (s *Store) presentText(ctx context.Context, rec int64, l uhri.Lang) (string, error) {
	query, key := "SELECT p.data FROM record c JOIN payload p ON p.payload=c.payload WHERE c.rec=?", rec
	if l != uhri.English {
		query, key = "SELECT p.data FROM text c JOIN payload p ON p.payload=c.payload WHERE c.text=?", rec*8+int64(langPlace(l))
	}
	var data []byte
	err := s.read.QueryRowContext(ctx, query, key).Scan(&data)
	if err == sql.ErrNoRows {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.fullText(data, l)
}

// TextAt returns the text a record had in a language at an earlier Seq, as far as it may be shown: "" where there was
// none or it is hidden. Errors: NotFound.
func (s *Store) TextAt(ctx context.Context, id uhri.ID, l uhri.Lang, at uhri.Seq) (string, error) {
	rec, state, err := find(ctx, s.read, id)
	if err != nil {
		return "", err
	}
	var gone int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce((SELECT at FROM tombstone WHERE rec=?), 0)", rec).Scan(&gone); err != nil {
		return "", err
	}
	if !s.textPublic(state, stamp(gone)) {
		return "", nil
	}
	var n int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM change WHERE rec=? AND seq<=?", rec, int64(at)).Scan(&n); err != nil {
		return "", err
	}
	return s.textAfter(ctx, rec, l, n)
}

// History returns the changes of one record, oldest first.
func (s *Store) History(ctx context.Context, id uhri.ID) ([]uhri.Change, error) {
	if _, _, err := find(ctx, s.read, id); err != nil {
		return nil, err
	}
	return s.Changes(ctx, 0, ChangeFilter{ID: id})
}

// Tombstones returns the records that are gone, by when they went. The last text of a withdrawn one is there only after
// the protective delay.
func (s *Store) Tombstones(ctx context.Context) ([]uhri.Tombstone, error) {
	return s.tombstones(ctx, s.read, "")
}

// tombstones returns one record's tombstone, or all when id is empty.
func (s *Store) tombstones(ctx context.Context, q querier, id uhri.ID) ([]uhri.Tombstone, error) {
	where, args := "", []any{}
	if id != "" {
		where, args = " WHERE r.id=?", append(args, string(id))
	}
	rows, err := q.QueryContext(ctx, `SELECT r.id, t.kind, t.at, r.first_seen, r.symbol, coalesce(d.id, ''), t.reason, r.state, p.data
		FROM tombstone t JOIN record r ON r.rec=t.rec LEFT JOIN record d ON d.rec=t.redirect LEFT JOIN payload p ON p.payload=r.payload`+where+` ORDER BY t.seq, t.rec`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Tombstone
	for rows.Next() {
		var t uhri.Tombstone
		var at, seen int64
		var state int
		var data []byte
		if err := rows.Scan(&t.ID, &t.Kind, &at, &seen, &t.Symbol, &t.RedirectTo, &t.Reason, &state, &data); err != nil {
			return nil, err
		}
		t.At, t.FirstSeen = stamp(at), stamp(seen)
		if t.Kind == uhri.TombWithdrawn && data != nil && s.textPublic(state, t.At) {
			if t.LastText, err = s.fullText(data, uhri.English); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, rows.Err()
}
