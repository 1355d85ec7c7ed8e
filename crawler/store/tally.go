package store

import (
	"context"

	"uhri"
)

// Tallies counts the change log after since up to upTo (0 = the present), newest promotion first, by source and kind.
func (s *Store) Tallies(ctx context.Context, since, upTo uhri.Seq) ([]uhri.Tally, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT g.seq, p.at, coalesce(s.name, ''), g.kind, g.lines, CASE WHEN g.kind=? THEN g.records ELSE g.lines END
		FROM (SELECT seq, kind, count(*) lines, sum(count) records FROM change WHERE seq>? AND seq<=? AND kind<>'`+kindReread+`' GROUP BY seq, kind) g
		JOIN promotion p ON p.seq=g.seq LEFT JOIN run u ON u.run=p.run LEFT JOIN source s ON s.src=u.src ORDER BY g.seq DESC, s.name, g.kind`, string(uhri.Reprocessed), int64(since), last(upTo))
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
