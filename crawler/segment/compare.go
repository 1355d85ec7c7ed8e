package segment

import (
	"fmt"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// minAnswered (decisions/0001) is the share of a report's open recommendations an addendum must answer before silence on the others is
// read as "noted" (Council resolution 5/1: what is not supported is noted). Below it the addendum was not understood.
const minAnswered = 0.8

// Apply puts an addendum's answers on a report's recommendations: the addendum outweighs the report's lead-in. What the
// State left open in the report and did not answer is noted. It returns what a person should look at.
func (r *Report) Apply(a Addendum) []string {
	var review []string
	byNumber := map[string]int{}
	for i, rec := range r.Recommendations {
		byNumber[rec.Number] = i
	}
	bare := r.bareNumbers()
	answered := map[int]bool{}
	for _, x := range a.Answers {
		i, ok := byNumber[x.Number]
		if !ok && !strings.Contains(x.Number, ".") && bare != "" {
			i, ok = byNumber[bare+"."+x.Number]
		}
		if !ok {
			review = append(review, fmt.Sprintf("%s answers recommendation %s, which the report does not have", a.Symbol, x.Number))
			continue
		}
		rec := &r.Recommendations[i]
		if rec.Position != uhri.PositionUnknown && rec.Position != x.Position && !x.listed {
			continue // a remark in passing does not change what the report says
		}
		answered[i] = true
		rec.Position, rec.Source = x.Position, source(a.Symbol, x.Paragraph)
	}
	open := 0
	for i, rec := range r.Recommendations {
		if rec.Position == uhri.PositionUnknown && !answered[i] {
			open++
		}
	}
	if open == 0 {
		return append(review, a.Review...)
	}
	if float64(len(answered)) < minAnswered*float64(len(answered)+open) {
		return append(append(review, a.Review...), fmt.Sprintf("%s leaves %d recommendations unanswered; it was not understood", a.Symbol, open))
	}
	for i := range r.Recommendations {
		rec := &r.Recommendations[i]
		if rec.Position == uhri.PositionUnknown && !answered[i] {
			rec.Position, rec.Source = uhri.PositionNoted, string(a.Symbol)+", unanswered"
		}
	}
	return append(append(review, a.Review...), fmt.Sprintf("%s does not answer %d recommendations; they count as noted", a.Symbol, open))
}

// bareNumbers returns the paragraph whose list bare numbers mean: the only one, or the only one left open.
func (r *Report) bareNumbers() string {
	var lists, open []string
	for _, l := range r.LeadIns {
		if l.Items == 0 {
			continue
		}
		lists = append(lists, l.Paragraph)
		if l.Position == uhri.PositionUnknown {
			open = append(open, l.Paragraph)
		}
	}
	switch {
	case len(lists) == 1:
		return lists[0]
	case len(open) == 1:
		return open[0]
	}
	return ""
}

// Difference is one thing on which two independent readings of the same recommendations disagree.
type Difference struct {
	Number string
	What   string // "missing in the matrix", "text", "position", "States"
	A, B   string
}

// CompareMatrix compares a report, its addendum applied, with the thematic list of the same review. Texts are compared
// on the squeezed key, which leaves out what files render differently.
func CompareMatrix(r *Report, m Matrix) []Difference {
	var out []Difference
	rows := map[string]MatrixRow{}
	for _, row := range m.Rows {
		rows[row.Number] = row
	}
	for _, rec := range r.Recommendations {
		row, ok := rows[rec.Number]
		if !ok {
			out = append(out, Difference{Number: rec.Number, What: "missing in the matrix"})
			continue
		}
		delete(rows, rec.Number)
		if extract.Squeeze(row.Text) != extract.Squeeze(rec.Text) {
			out = append(out, Difference{rec.Number, "text", rec.Text, row.Text})
		}
		if row.Position != rec.Position && row.Position != "" {
			out = append(out, Difference{rec.Number, "position", string(rec.Position), string(row.Position)})
		}
		if a, b := codes(rec.States), codes(row.States); a != b {
			out = append(out, Difference{rec.Number, "States", a, b})
		}
	}
	for _, row := range m.Rows {
		if _, left := rows[row.Number]; left {
			out = append(out, Difference{Number: row.Number, What: "missing in the report"})
		}
	}
	return out
}

func codes(cs []uhri.Country) string {
	var s []string
	for _, c := range cs {
		s = append(s, string(c))
	}
	return strings.Join(s, " ")
}
