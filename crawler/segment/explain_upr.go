package segment

import (
	"uhri"
)

// ExplainedUPR is one line of `uhri explain FILE --json` for documents of the Universal Periodic Review.
type ExplainedUPR struct {
	Number  string    `json:"number"`
	Type    uhri.Type `json:"type"`
	Heading string    `json:"heading"`
	Text    string    `json:"text"` // as in the report, States included, without number and final stop
	// RecommendingStates are names, RecommendingCodes the same as ISO 3166-1 alpha-3.
	RecommendingStates []string       `json:"recommending_states"`
	RecommendingCodes  []uhri.Country `json:"recommending_codes"`
	Position           uhri.Position  `json:"position"`
	LeadIn             string         `json:"lead_in"`

	PositionSource string      `json:"position_source,omitzero"`
	Printed        string      `json:"printed,omitzero"` // the number as printed, where it differs
	Unresolved     []string    `json:"unresolved,omitzero"`
	Parts          []uhri.Part `json:"parts,omitzero"`
	Review         []string    `json:"review,omitzero"`
}

// Explain lists what was cut, in the order of the document. It is never nil.
func (r *Report) Explain() []ExplainedUPR {
	out := []ExplainedUPR{}
	for _, x := range r.Recommendations {
		e := explained(x.Number, x.Text, x.States)
		e.Heading, e.Position, e.LeadIn, e.PositionSource = x.Heading, x.Position, x.LeadIn, x.Source
		e.Unresolved, e.Parts, e.Review = x.Unresolved, x.Parts, x.Review
		if x.Printed != x.Number {
			e.Printed = x.Printed
		}
		out = append(out, e)
	}
	for _, p := range r.Pledges {
		e := explained(p.Paragraph, p.Text, nil)
		e.Type, e.Position = uhri.TypePledge, ""
		out = append(out, e)
	}
	return out
}

// Explain lists the answers of an addendum, which have no text of their own.
func (a *Addendum) Explain() []ExplainedUPR {
	out := []ExplainedUPR{}
	for _, x := range a.Answers {
		e := explained(x.Number, "", nil)
		e.Position, e.PositionSource = x.Position, source(a.Symbol, x.Paragraph)
		out = append(out, e)
	}
	return out
}

// Explain lists the rows of a matrix.
func (m *Matrix) Explain() []ExplainedUPR {
	out := []ExplainedUPR{}
	for _, x := range m.Rows {
		e := explained(x.Number, x.Text, x.States)
		e.Heading, e.Position, e.PositionSource, e.Unresolved = x.Heading, x.Position, x.Source, x.Unresolved
		e.Parts = parts(x.Text, x.groups)
		out = append(out, e)
	}
	return out
}

func explained(number, text string, states []uhri.Country) ExplainedUPR {
	e := ExplainedUPR{Number: number, Type: uhri.TypeRecommendation, Text: text, Position: uhri.PositionUnknown, RecommendingStates: []string{}, RecommendingCodes: []uhri.Country{}}
	for _, c := range states {
		e.RecommendingStates = append(e.RecommendingStates, c.Name())
		e.RecommendingCodes = append(e.RecommendingCodes, c)
	}
	return e
}
