package store

import (
	"context"

	"uhri"
)

// Tallies counts the change log after since up to upTo (0 = the present), newest promotion first, by source and kind.
func (s *Store) Tallies(ctx context.Context, since, upTo uhri.Seq) ([]uhri.Tally, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT c.seq, p.at, coalesce(s.name, ''), c.kind, count(*), CASE WHEN c.kind=? THEN sum(c.count) ELSE count(*) END
		FROM change c JOIN promotion p ON p.seq=c.seq LEFT JOIN run u ON u.run=p.run LEFT JOIN source s ON s.src=u.src
		WHERE c.seq>? AND c.seq<=? AND c.kind<>'`+kindReread+`' GROUP BY c.seq, s.name, c.kind ORDER BY c.seq DESC, s.name, c.kind`, string(uhri.Reprocessed), int64(since), last(upTo))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Tally
	for rows.Next() {
		var t uhri.Tally
		var at int64
		if err := rows.Scan(&t.Seq, &at, &t.Source, &t.Kind, &t.Entries, &t.Count); err != nil {
			return nil, err
		}
		t.At = stamp(at)
		out = append(out, t)
	}
	return out, rows.Err()
}
