package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"uhri"
)

// merge joins our own cuts with the publisher's records that have arrived for the same passages: symbol, State, paragraph
// and type are all known and equal, and the texts agree. The publisher's ID, text and labels stay; our ID redirects.
//
// A source whose name ends in "/en" carries the publisher's own records, which are never merged with each other; any
// other source of records carries our cuts.
func (p *promotion) merge(ctx context.Context) error {
	rows, err := p.tx.QueryContext(ctx, `SELECT own.rec, pub.rec, own.payload IS NULL OR pub.payload IS NULL, op.data, pp.data
		FROM record own JOIN source os ON os.src=own.src
		JOIN record pub ON pub.match=own.match AND pub.rec<>own.rec AND pub.symbol=own.symbol JOIN source ps ON ps.src=pub.src
		LEFT JOIN payload op ON op.payload=own.payload LEFT JOIN payload pp ON pp.payload=pub.payload
		WHERE own.src IN (SELECT src FROM source WHERE name NOT LIKE '%/en') AND own.match IS NOT NULL AND own.state=0
			AND pub.state=0 AND ps.name LIKE '%/en' AND (own.seq=? OR pub.seq=?)
		ORDER BY own.rec, pub.rec`, p.seq, p.seq)
	if err != nil {
		return err
	}
	type pair struct{ own, pub int64 }
	var pairs []pair
	done := map[int64]bool{}
	for rows.Next() {
		var c pair
		var empty bool
		var ownData, pubData []byte
		if err := rows.Scan(&c.own, &c.pub, &empty, &ownData, &pubData); err != nil {
			rows.Close()
			return err
		}
		if empty || done[c.own] {
			continue
		}
		var own, pub uhri.Recommendation
		if err := p.s.codec.unpackJSON(ownData, &own); err != nil {
			rows.Close()
			return err
		}
		if err := p.s.codec.unpackJSON(pubData, &pub); err != nil {
			rows.Close()
			return err
		}
		if samePassage(&own, &pub) {
			pairs = append(pairs, c)
			done[c.own] = true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, c := range pairs {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{"UPDATE record SET state=3, seq=? WHERE rec=?", []any{p.seq, c.own}},
			{"UPDATE tombstone SET redirect=? WHERE redirect=?", []any{c.pub, c.own}},
			{"INSERT OR REPLACE INTO tombstone (rec, kind, at, seq, redirect) VALUES (?, 'merged', ?, ?, ?)", []any{c.own, p.now, p.seq, c.pub}},
			// A person's corrections go with the passage.
			{"UPDATE OR IGNORE label_human SET rec=? WHERE rec=?", []any{c.pub, c.own}},
			{"UPDATE record SET seq=? WHERE rec=?", []any{p.seq, c.pub}},
		} {
			if err := p.exec(ctx, q.sql, q.args...); err != nil {
				return fmt.Errorf("merging: %w", err)
			}
		}
	}
	p.merged = len(pairs)
	return nil
}

// agreeing is the share of words that two readings of one passage have in common at least. Readings differ by
// hyphenation, footnote marks and quotation marks; different asks of one paragraph differ by far more.
const agreeing = 0.9

// samePassage compares the four keys in full and then the texts.
func samePassage(a, b *uhri.Recommendation) bool {
	if a.Symbol == "" || a.Symbol != b.Symbol || a.Paragraph == "" || a.Paragraph != b.Paragraph || a.Type != b.Type || a.Type == uhri.TypeUnknown ||
		len(a.Countries) != 1 || len(b.Countries) != 1 || a.Countries[0] != b.Countries[0] {
		return false
	}
	ta, tb := passage(a), passage(b)
	if ta == "" || tb == "" {
		return false
	}
	if squeeze(ta) == squeeze(tb) {
		return true
	}
	wa, wb := strings.FieldsFunc(strings.ToLower(ta), notWord), strings.FieldsFunc(strings.ToLower(tb), notWord)
	counts := map[string]int{}
	for _, w := range wa {
		counts[w]++
	}
	common := 0
	for _, w := range wb {
		if counts[w] > 0 {
			counts[w]--
			common++
		}
	}
	return float64(2*common) >= agreeing*float64(len(wa)+len(wb)) && float64(common) >= agreeing*float64(max(len(wa), len(wb)))
}

// passage is the text itself, without number, heading and States where they are known apart.
func passage(r *uhri.Recommendation) string {
	t := r.Texts[uhri.English]
	if t.Body != "" {
		return t.Body
	}
	full := strings.TrimSpace(t.Full)
	full = strings.TrimSpace(strings.TrimPrefix(full, r.Paragraph))
	return full
}

// squeeze leaves the letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if notWord(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
