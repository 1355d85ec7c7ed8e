package documents

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"uhri"
	"uhri/crawler/segment"
)

// review is the documents of one State's review under the Universal Periodic Review.
type review struct {
	reports, addenda, matrices, decisions []opened
}

// cut joins the documents: the report gives the recommendations and first positions, the addendum outweighs it, the thematic
// list fills in what neither says and is otherwise a second reading to compare with. Errors: Unsupported, when there is
// no report to cut.
func (v *review) cut(c *cutting) ([]*uhri.Recommendation, error) {
	if len(v.reports) == 0 {
		return nil, v.withoutReport()
	}
	slices.SortStableFunc(v.reports, preferred)
	slices.SortStableFunc(v.addenda, preferred)
	var out []*uhri.Recommendation
	var fault error
	for _, d := range v.reports {
		rep, err := segment.UPRReport(d.doc)
		if err != nil {
			fault = fmt.Errorf("%s: %w", d.name(), err)
			continue
		}
		if of := main(rep.Symbol); of != rep.Symbol {
			rep.Symbol = of // a revision keeps the names of what it revises
			c.notes = append(c.notes, fmt.Sprintf("the text is that of %s", d.id.Symbol))
		}
		if len(out) > 0 { // another language, or the text a revision replaced
			if rep.Lang != v.reports[0].doc.Lang {
				out = join(out, rep.Records(), rep.Lang)
			}
			continue
		}
		notes := rep.Review
		labels := map[string][]uhri.Tag{}
		answered := map[uhri.Symbol]bool{}
		for _, a := range v.addenda {
			if answered[a.id.Symbol] {
				continue // the same in another language
			}
			add, err := segment.UPRAddendum(a.doc, &rep)
			if err != nil {
				notes = append(notes, fmt.Sprintf("%s: %s", a.name(), uhri.Message(err)))
				continue
			}
			answered[a.id.Symbol] = true
			notes = append(notes, rep.Apply(add)...)
		}
		for _, m := range v.matrices {
			list, err := segment.UPRMatrix(m.doc)
			if err != nil {
				notes = append(notes, fmt.Sprintf("%s: %s", m.name(), uhri.Message(err)))
				continue
			}
			notes = append(notes, list.Review...)
			notes = append(notes, compare(&rep, list)...)
			for _, row := range list.Rows {
				labels[row.Number] = tags(row)
			}
		}
		notes = append(notes, v.decided(answered)...)
		out = rep.Records()
		annotate(out, notes, labels)
	}
	if len(out) == 0 && fault != nil {
		return nil, fault
	}
	if len(out) == 0 {
		return nil, uhri.Errorf(uhri.Unsupported, "cut", "no recommendation was found in %s", v.reports[0].name())
	}
	return out, nil
}

// preferred orders English first, then newest revisions.
func preferred(a, b opened) int {
	if x, y := langPlace(a.doc.Lang), langPlace(b.doc.Lang); x != y {
		return x - y
	}
	if main(a.id.Symbol) == main(b.id.Symbol) {
		return uhri.CompareSymbols(b.id.Symbol, a.id.Symbol)
	}
	return uhri.CompareSymbols(a.id.Symbol, b.id.Symbol)
}

func (v *review) withoutReport() error {
	need := func(what string, key string) error {
		if key == "" {
			key = "of the review"
		}
		return uhri.Errorf(uhri.Unsupported, "cut", "%s; it needs the report %s beside it", what, key)
	}
	switch {
	case len(v.addenda) > 0:
		return need("an addendum has the State's answers but no recommendations", v.addenda[0].id.Key)
	case len(v.matrices) > 0:
		return need("a thematic list repeats recommendations under other names", v.matrices[0].id.Key)
	}
	return need("an outcome decision names the documents of a review but has no recommendations", v.decisions[0].id.Key)
}

// compare makes the thematic list a second reading of report and addendum. What only the list says is taken from it.
func compare(rep *segment.Report, list segment.Matrix) (notes []string) {
	byNumber := map[string]int{}
	for i := range rep.Recommendations {
		byNumber[rep.Recommendations[i].Number] = i
	}
	for _, row := range list.Rows {
		i, ok := byNumber[row.Number]
		if !ok {
			continue
		}
		rec := &rep.Recommendations[i]
		if rec.Position == uhri.PositionUnknown && row.Position != "" {
			rec.Position, rec.Source = row.Position, row.Source
			if rec.Source == "" {
				rec.Source = "thematic list of recommendations"
			}
		}
	}
	for _, d := range segment.CompareMatrix(rep, list) {
		i, ok := byNumber[d.Number]
		if !ok {
			notes = append(notes, fmt.Sprintf("the thematic list has a recommendation %s, the report has not", d.Number))
			continue
		}
		why := d.What
		switch d.What {
		case "text":
			why = "the thematic list has another text"
		case "position", "States":
			why = fmt.Sprintf("the %s differ: %s in the report and its addendum, %s in the thematic list", strings.Replace(d.What, "position", "positions", 1), d.A, d.B)
		}
		rec := &rep.Recommendations[i]
		rec.Review = append(rec.Review, why)
	}
	return notes
}

// decided says what the outcome decision names and is not here.
func (v *review) decided(answered map[uhri.Symbol]bool) (notes []string) {
	for _, d := range v.decisions {
		for _, a := range d.id.Links {
			if !answered[a] && !corrects(a) {
				notes = append(notes, fmt.Sprintf("%s names the answers %s, which are not here", d.name(), a))
			}
		}
	}
	return notes
}

// tags are the labels the thematic list gives a recommendation. Those of older lists are of another vocabulary and are left
// out.
func tags(row segment.MatrixRow) (out []uhri.Tag) {
	for _, l := range []struct {
		scheme uhri.Scheme
		labels []string
	}{{uhri.SchemeTheme, row.Themes}, {uhri.SchemeGroup, row.Persons}, {uhri.SchemeSDG, row.SDGs}} {
		for _, label := range l.labels {
			if c, ok := uhri.ResolveConcept(l.scheme, label); ok {
				t := uhri.Tag{Scheme: l.scheme, Concept: c.Slug, Origin: uhri.OriginPublisher, By: "thematic list of recommendations"}
				if !slices.Contains(out, t) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

var (
	// sums count what single recommendations say of themselves.
	sums = regexp.MustCompile(`^\d+ of \d+ recommendations `)
	// unansweredNote is said of those it concerns only.
	unansweredNote = regexp.MustCompile(`^\S+ does not answer \d+ recommendations; they count as noted$`)
)

// annotate puts what is odd about the documents on every record, and the labels on theirs.
func annotate(recs []*uhri.Recommendation, notes []string, labels map[string][]uhri.Tag) {
	notes = slices.DeleteFunc(slices.Clone(notes), func(n string) bool { return sums.MatchString(n) || unansweredNote.MatchString(n) })
	for _, r := range recs {
		r.Provenance.Review = append(r.Provenance.Review, notes...)
		if r.UPR != nil && strings.HasSuffix(r.UPR.PositionSource, ", unanswered") {
			r.Provenance.Inferred = append(r.Provenance.Inferred, "noted, being unanswered")
		}
		if r.Type == uhri.TypeRecommendation {
			r.Tags = append(r.Tags, labels[r.Paragraph]...)
		}
	}
}
