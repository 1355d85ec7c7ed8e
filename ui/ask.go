package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Passages that ask for the same in nearly the same words form a group; its name is the value of the facet "ask".
// A State hears the same ask again and again, and other States hear it too: both are told on the record's page.

// maxSameAsk is how many passages of a group a record's page lists; the search it links to has all.
const maxSameAsk = 200

// maxChainText is how much of a passage stands in the chain of its State, in bytes.
const maxChainText = 240

// SameAsk is everything that asks for the same as one passage.
type SameAsk struct {
	Total  int
	URL    string    // the search for all of them, Total passages
	Chain  []AskStep // those to the State of the passage, oldest first, itself among them
	Here   *Link     // the search for the chain; nil when nothing else stands in it
	States []AskState
	More   int // passages to other States that are not listed
	By     []AskCount
}

// AskStep is one time the ask was made.
type AskStep struct {
	Year     string
	Mech     Mech
	Position Position
	Place    string // paragraph, document when it has no paragraph, "" when neither is known
	By       string // the recommending States
	URL      string
	Text     string // empty on the passage itself
	Lang     uhri.Lang
	Current  bool
}

// AskState is another State that was asked the same.
type AskState struct {
	Name  string
	URL   string // the search for its passages, Count of them
	Count int
	Steps []AskStep
}

// AskCount is a line of what the group is made of: who asked, in which cycles, with which answers.
type AskCount struct {
	Head  string
	Links []Way
	More  int
}

// maxAskLinks is how many values of one facet of a group are named; the search has the others.
const maxAskLinks = 12

// sameAsk finds what asks for the same as p's record; nil when nothing does.
func (u *UI) sameAsk(ctx context.Context, p *RecordPage) error {
	if p.R.Ask == "" {
		return nil
	}
	group := all().With("ask", index.Any, string(p.R.Ask))
	req := group.Sort(index.SortOldest).Limit(maxSameAsk).Facets("country", "recommending_state", "cycle", "position").FacetLimit(0).Snapshot(p.Snapshot.ID).Request()
	res, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		if uhri.KindOf(err) == uhri.Gone { // a new snapshot came between; the page stands without it
			return nil
		}
		return err
	}
	if res.Total < 2 {
		return nil
	}
	s := &SameAsk{Total: res.Total, URL: group.String()}
	states := make([]string, len(p.R.Countries))
	for i, c := range p.R.Countries {
		states[i] = string(c)
	}
	listed := 0
	if len(states) > 0 {
		own, err := u.o.Searcher.Search(ctx, group.With("country", index.Any, states...).Sort(index.SortOldest).Limit(maxSameAsk).Snapshot(p.Snapshot.ID).Request())
		if err != nil {
			return err
		}
		slices.SortStableFunc(own.Hits, func(a, b index.Hit) int { return cmp.Compare(notAfter(a.Record), notAfter(b.Record)) })
		for _, h := range own.Hits {
			s.Chain = append(s.Chain, u.askStep(h.Record, p.R.ID, true))
		}
		listed += own.Total
		if own.Total < 2 {
			s.Chain = nil
		} else {
			s.Here = &Link{Label: u.words.Count("same.here", own.Total, u.addressed(p.R)), URL: group.With("country", index.Any, states...).String()}
		}
	} else {
		listed++ // the passage itself, which is to no State
	}
	for _, f := range res.Facets {
		if f.Name == "country" {
			listed += s.addStates(u, p.R, res.Hits, f, group)
		} else if line := u.askCount(f, group); len(line.Links) > 0 {
			s.By = append(s.By, line)
		}
	}
	s.More = max(0, res.Total-listed)
	p.Same = s
	return nil
}

// notAfter is the last day a passage can be of, by its date or, where that is unknown, by its session or cycle; with none of
// them it comes last. It orders a chain; what is shown stays "no date".
func notAfter(r *uhri.Recommendation) string {
	year := 0
	switch {
	case !r.Date.IsZero():
		return r.Date.String()
	case r.UPR != nil && r.UPR.Session > 0:
		year, _ = uhri.YearOfSession(r.UPR.Session)
	case r.UPR != nil && r.UPR.Cycle > 0:
		for _, s := range uhri.UPRSessions() {
			if s.Cycle == r.UPR.Cycle {
				year = max(year, s.Year)
			}
		}
	}
	if year == 0 {
		return "9999"
	}
	return uhri.Date{Year: year, Month: 12, Day: 31}.String()
}

// askStep is a passage as one time an ask was made.
func (u *UI) askStep(r *uhri.Recommendation, here uhri.ID, text bool) AskStep {
	step := AskStep{Year: u.words.Text("date.unknown"), Mech: u.mechOf(r), Position: u.positionOf(r), URL: recordURL(r.ID), Current: r.ID == here}
	if !r.Date.IsZero() {
		step.Year = u.words.Date(uhri.Date{Year: r.Date.Year})
	}
	step.Place = string(r.Symbol)
	if r.Paragraph != "" {
		step.Place = "¶\u00a0" + r.Paragraph
	}
	if r.UPR != nil {
		step.By = strings.Join(u.words.countryNames(r.UPR.Recommending), ", ")
	}
	if text && !step.Current {
		step.Lang = shownIn(r, nil)
		step.Text = shorten(show(r.Texts[step.Lang], nil).body, maxChainText)
	}
	return step
}

// addStates lists the passages to other States than those of r, by State, and returns how many passages it listed.
func (s *SameAsk) addStates(u *UI, r *uhri.Recommendation, hits []index.Hit, countries index.FacetCounts, group searchurl.Address) int {
	listed := map[uhri.ID]bool{}
	for _, v := range countries.Values {
		if slices.Contains(r.Countries, uhri.Country(v.Value)) {
			continue
		}
		state := AskState{Name: v.Label, Count: v.Count, URL: group.With("country", index.Any, v.Value).String()}
		for _, h := range hits {
			if !slices.Contains(h.Record.Countries, uhri.Country(v.Value)) {
				continue
			}
			state.Steps = append(state.Steps, u.askStep(h.Record, r.ID, false))
			if !slices.ContainsFunc(r.Countries, func(c uhri.Country) bool { return slices.Contains(h.Record.Countries, c) }) {
				listed[h.Record.ID] = true
			}
		}
		if len(state.Steps) > 0 {
			s.States = append(s.States, state)
		}
	}
	return len(listed)
}

// askCount is a facet of the group as one line of links.
func (u *UI) askCount(f index.FacetCounts, group searchurl.Address) AskCount {
	line := AskCount{Head: u.words.Text("same.by." + f.Name)}
	for _, v := range f.Values {
		if len(line.Links) == maxAskLinks {
			line.More++
			continue
		}
		label := v.Label
		if f.Name == "cycle" {
			label = u.words.Text("record.cycle", v.Value)
		}
		line.Links = append(line.Links, Way{Strong: label, Count: v.Count, URL: group.With(f.Name, index.Any, v.Value).String()})
	}
	return line
}

// askMarks counts, for the passages of a list, how many ask for the same, in one search; the link of each leads to
// exactly that many.
func (u *UI) askMarks(ctx context.Context, res *index.Result, hits []Hit) error {
	var groups []string
	for _, h := range res.Hits {
		if h.Record.Ask != "" && !slices.Contains(groups, string(h.Record.Ask)) {
			groups = append(groups, string(h.Record.Ask))
		}
	}
	if len(groups) == 0 {
		return nil
	}
	// A facet with a filter of its own is counted without that filter, and selected values are always listed.
	req := all().With("ask", index.Any, groups...).Limit(0).Facets("ask").FacetLimit(1).Snapshot(res.Snapshot.ID).Request()
	counted, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		return err
	}
	counts := map[uhri.ID]int{}
	for _, f := range counted.Facets {
		for _, v := range f.Values {
			counts[uhri.ID(v.Value)] = v.Count
		}
	}
	for i, h := range res.Hits {
		if n := counts[h.Record.Ask]; h.Record.Ask != "" && n > 1 {
			hits[i].Same = &Link{Label: u.words.Text("hit.same", n), URL: all().With("ask", index.Any, string(h.Record.Ask)).String()}
		}
	}
	return nil
}

// distinctPassages is how many passages an answer has when those that ask for the same count as one: what a list with each ask
// shown once has. The answer must have the facet "ask".
func distinctPassages(res *index.Result) int {
	for _, f := range res.Facets {
		if f.Name == "ask" {
			return f.Unknown*chosen(res.Filters, f.Name, uhri.ValueUnknown) + groupsIn(f, res.Filters)
		}
	}
	return 0
}

// groupsIn is how many groups of the panel are in the answer.
func groupsIn(f index.FacetCounts, filters []index.Filter) int {
	own := slices.IndexFunc(filters, func(x index.Filter) bool { return x.Disjunctive(f.Name) })
	if own < 0 {
		return f.Distinct
	}
	n := 0
	for _, v := range f.Values {
		if v.Count > 0 && slices.Contains(filters[own].Values, v.Value) {
			n++
		}
	}
	return n
}

// chosen is 1 when a facet's value is in the answer, 0 when another one was chosen in the facet: its panel counts those too.
func chosen(filters []index.Filter, facet, value string) int {
	for _, f := range filters {
		if f.Disjunctive(facet) && !slices.Contains(f.Values, value) {
			return 0
		}
	}
	return 1
}
