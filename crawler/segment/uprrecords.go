package segment

import (
	"slices"

	"uhri"
	"uhri/crawler/clean"
)

// Records turns a report into records under our own permanent IDs. Pledges are records too. Source, time and pipeline
// version are the caller's to set.
func (r *Report) Records() []*uhri.Recommendation {
	lang := r.Lang
	if !lang.Valid() {
		lang = uhri.English
	}
	var countries []uhri.Country
	if r.Country != "" {
		countries = []uhri.Country{r.Country}
	}
	cycle, _ := uhri.CycleOfSession(r.Session)
	out := make([]*uhri.Recommendation, 0, len(r.Recommendations)+len(r.Pledges))
	base := func(paragraph string, t uhri.Type) *uhri.Recommendation {
		rec := &uhri.Recommendation{
			ID: uhri.NewID(r.Symbol, r.Country, paragraph), Type: t, Symbol: r.Symbol, Paragraph: paragraph, Order: clean.Order(paragraph),
			Date: r.Date, Mechanism: uhri.MechanismUPR, Body: "UPR", Countries: countries,
			UPR: &uhri.UPR{Session: r.Session, Cycle: cycle},
		}
		if r.Draft {
			rec.Provenance.Review = append(rec.Provenance.Review, "numbered as in the draft report; the final report numbers anew")
		}
		return rec
	}
	for _, x := range r.Recommendations {
		rec := base(x.Number, uhri.TypeRecommendation)
		full := x.Text + x.End
		if x.Printed != "" || x.Number != "" {
			full = x.Number + " " + full
		}
		rec.Texts = map[uhri.Lang]uhri.Text{lang: {Full: full, Heading: x.Heading, Body: withoutTrailingStates(x.Text, x.groups)}}
		rec.Parts = x.Parts
		rec.UPR.Recommending = slices.Clone(x.States)
		rec.UPR.Unresolved = slices.Clone(x.Unresolved)
		rec.UPR.Position, rec.UPR.PositionSource, rec.UPR.LeadIn = x.Position, x.Source, x.LeadIn
		rec.Provenance.Review = append(rec.Provenance.Review, x.Review...)
		rec.Provenance.Inferred = r.inferred()
		out = append(out, rec)
	}
	for _, p := range r.Pledges {
		if p.Paragraph == "" {
			continue
		}
		rec := base(p.Paragraph, uhri.TypePledge)
		rec.Texts = map[uhri.Lang]uhri.Text{lang: {Full: p.Paragraph + ". " + p.Text, Body: p.Text}}
		rec.Provenance.Inferred = r.inferred()
		out = append(out, rec)
	}
	return out
}

// inferred says what was derived and not stated.
func (r *Report) inferred() []string {
	if r.Session > 0 {
		return []string{"cycle from session"}
	}
	return nil
}
