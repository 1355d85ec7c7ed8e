package ui

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/cite"
	"uhri/index"
	"uhri/index/query"
	"uhri/index/searchurl"
)

// pageSizes are the sizes offered; any size up to index.MaxLimit may be asked for in the address.
var pageSizes = [...]int{10, 20, 50, 100}

// ExportLink is the whole result as a file, and the manifest that belongs beside it.
type ExportLink struct {
	Label    string `json:"label"`
	URL      string `json:"url"`
	Manifest string `json:"manifest,omitzero"`
}

// SearchPage is the page of a search: a question, its reading, its filters and its answer, all of one Result.
type SearchPage struct {
	Frame
	Asked   index.Request     // as the address says; every link starts from it
	At      searchurl.Address // of Asked
	Faults  []searchurl.Fault // what of the address could not be used
	Problem *Problem          // why there is no Result
	Result  *index.Result     // nil with a Problem
	Exports []ExportLink
	Address string // absolute, of the whole result set
	Panels  []Panel
	Hits    []Hit
	Asks    int // passages when those that ask for the same count as one
	u       *UI
	matches map[string][2]int // facet with two or more values ticked → counts of any and of all
	anyway  int               // results without any filter, counted when there are none with them
	allYear index.FacetCounts // the years of the search without its dates, counted when it has some
	targets index.FacetCounts // all targets of the search, counted when a goal is opened
}

// Problem is a question that could not be answered.
type Problem struct {
	Head    string
	Message string
	Hint    string
	Before  string // the query up to the place, the place, and the rest
	Here    string
	After   string
	Way     *Link
}

func (u *UI) search(c echo.Context) error {
	ctx := c.Request().Context()
	sent := c.QueryParams()
	if full := formValues(sent).Encode(); full != sent.Encode() { // a form sends its untouched boxes, too: one search, one address
		return c.Redirect(http.StatusSeeOther, c.Request().URL.Path+"?"+full)
	}
	asked, faults := searchurl.Parse(sent, searchurl.Options{})
	p := &SearchPage{Frame: u.frame(c, "search", ""), Asked: asked, At: searchAt(asked), Faults: faults, u: u}
	p.OwnFind, p.Query = true, asked.Query
	p.Canonical = u.base(c) + p.At.Set().String()
	p.Address = p.Canonical
	p.NoIndex = true
	p.JSON = apiAt(asked).Facets(panelFacets()...).Explain(asked.Query != "").String()
	p.Title = u.words.Text("search.title.all")
	if asked.Query != "" {
		p.Title = u.words.Text("search.title", asked.Query)
	}

	run := asked
	run.Highlight, run.Explain, run.Facets, run.FacetPrefix = true, strings.TrimSpace(asked.Query) != "", append(panelFacets(), "ask"), ""
	res, err := u.o.Searcher.Search(ctx, run)
	if err != nil {
		p.Problem = u.problem(err, asked)
		if p.Problem == nil {
			return err
		}
		status := http.StatusBadRequest
		if uhri.KindOf(err) == uhri.Gone {
			status = http.StatusGone
		}
		return u.render(c, status, "search", p)
	}
	p.Result, p.Snapshot = res, res.Snapshot
	if err := p.countMatches(ctx); err != nil {
		return err
	}
	if !asked.From.IsZero() || !asked.To.IsZero() {
		years := pinned(p.At.Dates(uhri.Date{}, uhri.Date{}).Request(), res)
		years.Facets, years.FacetLimit = []string{"year"}, 0
		all, err := u.o.Searcher.Search(ctx, years)
		if err != nil {
			return err
		}
		p.allYear = all.Facets[0]
	}
	if p.opensGoal() && asked.FacetLimit != 0 { // a list cut short may lack targets of the goal
		targets := pinned(p.At.Request(), res)
		targets.Facets, targets.FacetLimit = []string{"sdg"}, 0
		all, err := u.o.Searcher.Search(ctx, targets)
		if err != nil {
			return err
		}
		p.targets = all.Facets[0]
	}
	if res.Total == 0 && p.filtered() {
		without, err := u.o.Searcher.Search(ctx, pinned(p.At.ClearAll().Request(), res))
		if err != nil {
			return err
		}
		p.anyway = without.Total
	}
	p.Panels = p.panels()
	prefer := uhri.English
	if len(asked.Langs) > 0 {
		prefer = asked.Langs[0]
	}
	for i, h := range res.Hits {
		to := p.At.To(recordURL(h.Record.ID)).Extra("at", strconv.Itoa(asked.Offset+i+1))
		if asked.Cursor != "" || !p.narrowed() {
			to = searchurl.At(recordURL(h.Record.ID), index.Request{Limit: index.DefaultLimit, FacetLimit: -1})
		}
		p.Hits = append(p.Hits, u.hit(h, i+1, to.String(), prefer))
	}
	if err := u.askMarks(ctx, res, p.Hits); err != nil {
		return err
	}
	p.Asks = distinctPassages(res)
	for _, format := range u.o.Exports {
		file := p.At.File(format)
		p.Exports = append(p.Exports, ExportLink{Label: u.words.Text("export." + format), URL: file.String(), Manifest: file.Extra("manifest", "1").String()})
	}
	p.Feeds = u.feeds(p.At)
	if asked.Query != "" {
		p.Title = u.words.Count("search.title.count", res.Total, asked.Query)
	}
	return u.render(c, http.StatusOK, "search", p)
}

// formValues drops what an untouched field of a form sends: an empty box is not a filter for emptiness.
func formValues(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for name, values := range v {
		for _, value := range values {
			if name == "q" || strings.TrimSpace(value) != "" {
				out.Add(name, value)
			}
		}
	}
	return out
}

// counted asks req for its count alone.
func counted(req index.Request) index.Request {
	req.Limit, req.Offset, req.Cursor, req.Facets, req.Explain, req.Highlight = 0, 0, "", nil, false, false
	return req
}

// pinned asks req for its count alone, over the snapshot of res.
func pinned(req index.Request, res *index.Result) index.Request {
	req = counted(req)
	req.Snapshot = res.Snapshot.ID
	return req
}

// problem explains an error that is about the question; nil when it is about the service.
func (u *UI) problem(err error, asked index.Request) *Problem {
	switch uhri.KindOf(err) {
	case uhri.Invalid:
		p := &Problem{Head: u.words.Text("problem.query"), Message: sentence(u.words.Say(uhri.Message(err)))}
		if asked.Cursor != "" {
			p.Way = &Link{Label: u.words.Text("problem.first"), URL: searchAt(asked).Cursor("").String()}
		}
		if qe, ok := errors.AsType[*query.Error](err); ok {
			p.Message, p.Hint = sentence(u.words.Say(qe.Message)), u.words.Say(qe.Hint)
			p.Before, p.Here, p.After = around(asked.Query, qe.At)
		}
		return p
	case uhri.Gone:
		return &Problem{Head: u.words.Text("problem.snapshot"), Message: u.words.Text("problem.snapshot.why", asked.Snapshot),
			Way: &Link{Label: u.words.Text("problem.snapshot.way"), URL: searchAt(asked).Snapshot("").String()}}
	}
	return nil
}

// around divides a query at a byte offset into what stands before, one character, and the rest.
func around(q string, at int) (before, here, after string) {
	if at < 0 || at > len(q) || len(q) > 2000 {
		return "", "", ""
	}
	if at == len(q) {
		return q, "", ""
	}
	_, n := utf8.DecodeRuneInString(q[at:])
	return q[:at], q[at : at+n], q[at+n:]
}

// narrowed reports whether the search is more than everything in its default order.
func (p *SearchPage) narrowed() bool {
	return strings.TrimSpace(p.Asked.Query) != "" || p.filtered() || p.Asked.Sort != ""
}

// filtered reports whether anything but words narrows the search.
func (p *SearchPage) filtered() bool {
	a := p.Asked
	return len(a.Filters) > 0 || len(a.Langs) > 0 || !a.From.IsZero() || !a.To.IsZero()
}

// Heading is what the page is about, for people who hear it.
func (p *SearchPage) Heading() string {
	if p.Asked.Query == "" {
		return p.words.Text("search.heading.all")
	}
	return p.words.Text("search.heading", p.Asked.Query)
}

// Said is the answer in one line, for people who hear that it changed.
func (p *SearchPage) Said() string {
	switch {
	case p.Problem != nil:
		return p.Problem.Head
	case p.Total() == 0:
		return p.words.Text("ways.head")
	}
	return p.words.Count("search.passages", p.Total()) + " " + p.words.Text("search.of", p.Of())
}

// Total is the number of results.
func (p *SearchPage) Total() int {
	if p.Result == nil {
		return 0
	}
	return p.Result.Total
}

// shown is the number of hits there are to page through.
func (p *SearchPage) shown() int {
	if p.Asked.Collapse && p.Result != nil {
		return p.Result.Distinct
	}
	return p.Total()
}

// Once leads to the same search with each ask shown once, or, from there, with every passage; nil when nothing would change.
func (p *SearchPage) Once() *Link {
	switch {
	case p.Asked.Collapse:
		return &Link{Label: p.words.Text("search.every"), URL: p.At.Collapse(false).String()}
	case p.Asks > 0 && p.Asks < p.Total():
		return &Link{Label: p.words.Text("search.once"), URL: p.At.Collapse(true).String()}
	}
	return nil
}

// Of is the number of records searched.
func (p *SearchPage) Of() int { return p.Snapshot.Records }

// FindFields are the hidden fields of the search box: the filters stay when the words change.
func (p *SearchPage) FindFields() []searchurl.Pair {
	return p.At.Pairs("q", "page", "cursor", "expand", "facet_limit", "facets", "facet_prefix")
}

// OrderFields are the hidden fields of the form for order and size.
func (p *SearchPage) OrderFields() []searchurl.Pair {
	return p.At.Pairs("sort", "limit", "page", "cursor")
}

// Choice is an option of a select.
type Choice struct {
	Value    string
	Label    string
	Selected bool
}

// Sorts are the orders offered.
func (p *SearchPage) Sorts() []Choice {
	now := p.Asked.Sort
	if p.Result != nil {
		now = p.Result.Sort
	}
	var cs []Choice
	for _, s := range []index.Sort{index.SortRelevance, index.SortNewest, index.SortOldest, index.SortFirstSeen, index.SortDocument} {
		if s == index.SortRelevance && strings.TrimSpace(p.Asked.Query) == "" {
			continue
		}
		cs = append(cs, Choice{Value: string(s), Label: p.words.Text("sort." + string(s)), Selected: s == now})
	}
	return cs
}

// Sizes are the page sizes offered, and the one in use.
func (p *SearchPage) Sizes() []Choice {
	sizes := slices.Clone(pageSizes[:])
	if !slices.Contains(sizes, p.Asked.Limit) {
		sizes = append(sizes, p.Asked.Limit)
		slices.Sort(sizes)
	}
	cs := make([]Choice, len(sizes))
	for i, n := range sizes {
		cs[i] = Choice{Value: strconv.Itoa(n), Label: p.words.Number(n), Selected: n == p.Asked.Limit}
	}
	return cs
}

// FaultLine is what could not be used of an address, with the values it may have meant.
type FaultLine struct {
	searchurl.Fault
	Choices []Link
}

// shownChoices is how many values a fault offers.
const shownChoices = 10

// FaultLines are the faults of the page's address.
func (p *SearchPage) FaultLines() []FaultLine { return p.u.faultLines(p.At, p.Faults) }

// faultLines offers, for a value that does not exist, those with the typed letters in their names: who types "united"
// into the box of States chooses from a list.
func (u *UI) faultLines(at searchurl.Address, faults []searchurl.Fault) []FaultLine {
	lines := make([]FaultLine, len(faults))
	for i, fault := range faults {
		lines[i].Fault = fault
		for _, f := range at.Request().Filters {
			facet, ok := uhri.FacetByName(f.Facet)
			typed := uhri.FoldName(fault.Value)
			if !ok || typed == "" || !slices.Contains(f.Values, fault.Value) {
				continue
			}
			for _, v := range u.vocabulary(facet) {
				if len(lines[i].Choices) < shownChoices && strings.Contains(uhri.FoldName(u.valueLabel(f.Facet, v)), typed) {
					lines[i].Choices = append(lines[i].Choices, Link{Label: u.valueLabel(f.Facet, v), URL: at.Without(f.Facet, f.Op, fault.Value).With(f.Facet, f.Op, v).String()})
				}
			}
		}
		if len(lines[i].Choices) > 0 {
			lines[i].Hint = ""
		}
	}
	return lines
}

// vocabulary is every value a facet can have here; a demonstration knows its own States only.
func (u *UI) vocabulary(facet *uhri.Facet) []string {
	if !u.o.Demo || facet.Name != "country" && facet.Name != "recommending_state" {
		return facet.Vocabulary()
	}
	var codes []string
	for _, c := range uhri.DemoCountries() {
		codes = append(codes, string(c.Code))
	}
	return codes
}

// Chip is an active filter, a link that removes itself.
type Chip struct {
	Name  string // "State"; "Not", "Group: all of"
	Value string
	URL   string
	Class string // "no" for what is excluded
}

// Chips lists what narrows the search.
func (p *SearchPage) Chips() []Chip { return p.u.chips(p.At) }

// chips are the active filters of a search at an address, each with the address without it.
func (u *UI) chips(at searchurl.Address) []Chip {
	var chips []Chip
	w, asked := u.words, at.Request()
	if asked.Mode == index.ModeUHRI {
		chips = append(chips, Chip{Name: w.Text("chip.mode"), Value: w.Text("chip.mode.uhri"), URL: at.Mode(index.ModeDefault).String()})
	}
	for _, f := range asked.Filters {
		label := u.words.facetLabel(f.Facet)
		if f.Facet == "lang" && f.Op == index.Any && len(asked.Langs) > 0 {
			continue
		}
		switch f.Op {
		case index.Every:
			names := make([]string, len(f.Values))
			for i, v := range f.Values {
				names[i] = u.valueLabel(f.Facet, v)
			}
			chips = append(chips, Chip{Name: w.Text("chip.every", label), Value: strings.Join(names, " + "), URL: at.Without(f.Facet, f.Op).String()})
		case index.None:
			for _, v := range f.Values {
				chips = append(chips, Chip{Name: w.Text("chip.not"), Value: label + ": " + u.valueLabel(f.Facet, v), URL: at.Without(f.Facet, f.Op, v).String(), Class: "no"})
			}
		default:
			for _, v := range f.Values {
				chips = append(chips, Chip{Name: w.Text("chip.any", label), Value: u.valueLabel(f.Facet, v), URL: at.Without(f.Facet, f.Op, v).String()})
			}
		}
	}
	for i, l := range asked.Langs {
		key := "chip.lang"
		if i > 0 {
			key = "chip.lang.then"
		}
		chips = append(chips, Chip{Name: w.Text(key), Value: langName(l), URL: at.Without("lang", index.Any, string(l)).String()})
	}
	if dates := w.dates(asked.From, asked.To); dates != "" {
		chips = append(chips, Chip{Name: w.Text("chip.dates"), Value: dates, URL: at.Dates(uhri.Date{}, uhri.Date{}).String()})
	}
	if asked.Snapshot != "" {
		chips = append(chips, Chip{Name: w.Text("chip.snapshot"), Value: asked.Snapshot, URL: at.Snapshot("").String()})
	}
	return chips
}

// ClearURL removes every filter at once.
func (p *SearchPage) ClearURL() string { return p.At.ClearAll().Snapshot("").String() }

// FiltersInWords is the filters as one line, for print.
func (p *SearchPage) FiltersInWords() string {
	var parts []string
	for _, c := range p.Chips() {
		parts = append(parts, c.Name+" "+c.Value)
	}
	return strings.Join(parts, "; ")
}

// Pager is nil when everything fits on one page.
func (p *SearchPage) Pager() *Pager {
	size, total := p.Asked.Limit, p.shown()
	if size == 0 || total == 0 || (total <= size && p.Asked.Offset == 0 && p.Asked.Cursor == "") {
		return nil
	}
	g := &Pager{Total: total}
	if p.Asked.Cursor != "" {
		if p.Result.Next != "" {
			g.Next = p.At.Cursor(p.Result.Next).String()
		}
		return g
	}
	g.First, g.Last = p.Asked.Offset+1, min(p.Asked.Offset+len(p.Hits), total)
	pages := (total + size - 1) / size
	if reach := index.MaxOffset/size + 1; pages > reach {
		pages, g.Capped = reach, true
	}
	now := p.Asked.Offset/size + 1
	g.number(now, pages, func(n int) string { return p.At.Page(n).String() })
	if now >= pages && g.Capped && p.Result.Next != "" { // where page numbers end, a cursor goes on
		g.Next = p.At.Cursor(p.Result.Next).String()
	}
	return g
}

// Beyond reports a page behind the last one.
func (p *SearchPage) Beyond() bool { return p.Total() > 0 && len(p.Hits) == 0 && p.Asked.Limit > 0 }

// FirstURL is the first page.
func (p *SearchPage) FirstURL() string { return p.At.Page(1).String() }

// Citations are the search on its snapshot, in the styles people write.
func (p *SearchPage) Citations() []Citation {
	words := p.Result.Reading.Canonical
	if f := p.FiltersInWords(); f != "" {
		words = strings.TrimPrefix(words+"; "+f, "; ")
	}
	link := p.u.o.BaseURL + p.At.Set().Snapshot(p.Snapshot.ID).String()
	read, _ := citations(cite.OfSearch(words, p.Snapshot.ID, p.Snapshot.Created, p.Result.Total, link), p.Demo)
	return read
}

// Way is a way out of an empty result, with the count it leads to.
type Way struct {
	Before string
	Strong string
	URL    string
	Count  int
}

// Ways are the ways out, by kind.
type Ways struct{ Spelling, Drop, Labels []Way }

// Ways out of an empty result.
func (p *SearchPage) Ways() Ways {
	var ws Ways
	for _, s := range p.Result.Suggestions {
		switch s.Kind {
		case "spelling":
			ws.Spelling = append(ws.Spelling, Way{Strong: s.Text, URL: p.At.Query(s.Query).String(), Count: s.Count})
		case "drop_filter":
			ws.Drop = append(ws.Drop, p.dropWay(s))
		case "label":
			to := p.At.Query("").With(s.Filter.Facet, index.Any, s.Filter.Values...)
			ws.Labels = append(ws.Labels, Way{Before: p.words.facetLabel(s.Filter.Facet), Strong: s.Text, URL: to.String(), Count: s.Count})
		}
	}
	if len(p.Chips()) > 1 && p.anyway > 0 {
		ws.Drop = append(ws.Drop, Way{Before: p.words.Text("ways.nofilter"), URL: p.At.ClearAll().String(), Count: p.anyway})
	}
	return ws
}

func (p *SearchPage) dropWay(s index.Suggestion) Way {
	w := Way{Before: p.words.Text("ways.without"), Strong: s.Text, URL: p.At.Drop(s.Filter).String(), Count: s.Count}
	switch s.Filter.Facet {
	case "date":
		w.Strong = p.words.Text("chip.dates") + " " + p.words.dates(p.Asked.From, p.Asked.To)
	case "lang":
	default:
		names := make([]string, len(s.Filter.Values))
		for i, v := range s.Filter.Values {
			names[i] = p.u.valueLabel(s.Filter.Facet, v)
		}
		w.Strong = p.words.facetLabel(s.Filter.Facet) + ": " + p.words.List(names)
		if s.Filter.Op == index.None {
			w.Strong = p.words.Text("chip.not") + " " + w.Strong
		}
	}
	return w
}

// countMatches counts, for each facet with two or more values chosen, what any and what all of them give.
func (p *SearchPage) countMatches(ctx context.Context) error {
	p.matches = map[string][2]int{}
	for _, f := range p.Asked.Filters {
		if len(f.Values) < 2 || f.Op == index.None || !matchable(f.Facet) {
			continue
		}
		counts := [2]int{}
		for i, op := range []index.FilterOp{index.Any, index.Every} {
			if op == f.Op {
				counts[i] = p.Result.Total
				continue
			}
			other, err := p.u.o.Searcher.Search(ctx, pinned(p.rematch(f, op).Request(), p.Result))
			if err != nil {
				return err
			}
			counts[i] = other.Total
		}
		p.matches[f.Facet] = counts
	}
	return nil
}

// dates are the words for a range of dates, "" for one that is open on both sides.
func (w *Words) dates(from, to uhri.Date) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case from == to:
		return from.String()
	case to.IsZero():
		return w.Text("chip.dates.from", from)
	case from.IsZero():
		return w.Text("chip.dates.to", to)
	}
	return w.Text("chip.dates.both", from, to)
}

// rematch is the search with a filter's values combined otherwise.
func (p *SearchPage) rematch(f index.Filter, op index.FilterOp) searchurl.Address {
	return p.At.Without(f.Facet, f.Op).With(f.Facet, op, f.Values...)
}

// matchable reports whether a record can have several values of the facet, so that "all of them" can be asked.
func matchable(facet string) bool {
	f, ok := uhri.FacetByName(facet)
	return ok && !f.Single && facet != "lang"
}
