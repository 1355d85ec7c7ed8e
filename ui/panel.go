package ui

import (
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// panelPlan is the order of the filters: a facet, the level above it where both stand in one panel, and whether the
// panel is open when nothing in it is active. The first five are what people narrow by; the rest wait folded.
var panelPlan = [...]struct {
	facet, above string
	open         bool
}{
	{facet: "year", open: true},
	{facet: "body", above: "mechanism", open: true},
	{facet: "country", above: "region", open: true},
	{facet: "group"},
	{facet: "theme"},
	{facet: "sdg", above: "goal"},
	{facet: "position"},
	{facet: "type"},
	{facet: "latest"},
	{facet: "cycle"},
	{facet: "session"},
	{facet: "recommending_state", above: "recommending_region"},
	{facet: "bloc"},
	{facet: "m49"},
	{facet: "lang"},
	{facet: "origin"},
}

// panelFacets are the facets the search page counts.
func panelFacets() []string {
	var names []string
	for _, p := range panelPlan {
		if p.above != "" {
			names = append(names, p.above)
		}
		names = append(names, p.facet)
	}
	return names
}

// Panel is one filter: the values of a facet, or of two levels of a tree, with their counts.
type Panel struct {
	ID        string
	Title     string
	Open      bool
	Active    string // what is chosen, in words: "2", "all of 2", "not 1"
	Size      string // "85 values", when more exist than are shown
	Values    []Value
	Match     *Match
	Add       *Add
	All       *Link // the same search with every value listed
	Exclusion bool  // exclude boxes can be shown
	Years     *Years
	Empty     string
	Next      string // id of what follows, where the values are many; "" otherwise
}

// Value is one line of a panel.
type Value struct {
	Name     string // of its box: "group", "group.all"; "" for a heading over other lines, which has neither box nor count
	Value    string
	Label    string
	Count    int
	Checked  bool
	NotName  string // of its exclude box; "" when it has none
	Excluded bool
	Class    string // "in" for a child, "odd" for unknown and not applicable
}

// Match is the switch between any and all of the chosen values.
type Match struct{ Any, All MatchLink }

// MatchLink is one side of the switch.
type MatchLink struct {
	URL     string
	Count   int
	Current bool
}

// Add is the box by which a value that is not listed is added by name.
type Add struct {
	Name    string
	Label   string
	List    string // id of the datalist
	Options []string
}

// Years is the histogram of the year panel and its two boxes.
type Years struct {
	Bars        []Bar
	First, Last string
	From, To    string
	Label       string
}

// Bar is one column of a histogram: places in per cent of the width and pixels of the height.
type Bar struct {
	X, Width  string
	Y, Height string
	Label     string
	URL       string
	Class     string
	Value     string // the year, for the script that draws a range
}

// yearsHeight is the height of the year panel's histogram in pixels.
const yearsHeight = 56

// addFrom is how many values a facet must have before it gets a box to add one by name.
const addFrom = 25

// skipFrom is how many values a filter must have before its first stop leads past them.
const skipFrom = 5

// LabelsCounted says whose labels the counts of themes, groups and goals are of, with the way to those of the publisher alone, or
// of everyone.
func (p *SearchPage) LabelsCounted() Way {
	said := p.words.originsCounted(p.Asked.Origins)
	if len(p.Asked.Origins) > 0 {
		return Way{Before: said, Strong: p.words.Text("origins.everyone"), URL: p.At.Clear("origin").String()}
	}
	return Way{Before: said, Strong: p.words.Text("origins.publisher"), URL: p.At.With("origin", index.Any, string(uhri.OriginPublisher)).String()}
}

// panels makes the filters of the page, each from the Result's own counts.
func (p *SearchPage) panels() []Panel {
	counts := map[string]index.FacetCounts{}
	for _, f := range p.Result.Facets {
		counts[f.Name] = f
	}
	var panels []Panel
	for _, plan := range panelPlan {
		f, ok := counts[plan.facet]
		if !ok {
			continue
		}
		panel := Panel{ID: "f-" + plan.facet, Title: p.panelTitle(plan.facet, plan.above), Exclusion: plan.facet != "year" && plan.facet != "lang" && plan.facet != "latest"}
		if plan.facet == "year" {
			panel.Years = p.years(f)
			panel.Values = p.oddValues(f, true)
		} else {
			listed := f
			if plan.facet == "sdg" && p.targets.Name != "" {
				listed = p.targets
			}
			panel.Values = p.values(listed, counts[plan.above], plan.above)
		}
		if len(panel.Values) == 0 && (panel.Years == nil || len(panel.Years.Bars) == 0) {
			panel.Empty = p.words.Text("panel.empty")
		}
		panel.Active = p.active(plan.facet, plan.above)
		if p.Result.Total == 0 && panel.Active == "" {
			continue // nothing to choose from: what can be taken away is enough
		}
		panel.Open = plan.open || panel.Active != ""
		if f.Distinct > len(f.Values) {
			panel.Size = p.words.Count("panel.values", f.Distinct)
			panel.All = &Link{Label: p.words.Count("panel.all", f.Distinct), URL: p.At.FacetLimit(0).String() + "#" + panel.ID}
		}
		panel.Match = p.match(plan.facet, plan.above)
		panel.Add = p.add(plan.facet, f)
		panels = append(panels, panel)
	}
	for i := range panels {
		if len(panels[i].Values) < skipFrom {
			continue
		}
		panels[i].Next = "apply"
		if i+1 < len(panels) {
			panels[i].Next = panels[i+1].ID
		}
	}
	return panels
}

func (p *SearchPage) panelTitle(facet, above string) string {
	if key := "panel." + facet; p.words.has(key) {
		return p.words.Text(key)
	}
	return p.words.facetLabel(facet)
}

// values are the lines of one facet, or of a level under its parent's lines.
func (p *SearchPage) values(f, above index.FacetCounts, aboveName string) []Value {
	if aboveName == "" {
		vs := make([]Value, 0, len(f.Values)+2)
		for _, v := range f.Values {
			vs = append(vs, p.value(f.Name, v.Value, v.Label, v.Count, ""))
		}
		return append(vs, p.oddValues(f, false)...)
	}
	facet, _ := uhri.FacetByName(f.Name)
	under := map[string][]index.FacetValue{}
	for _, v := range f.Values {
		parent := ""
		if facet != nil {
			parent = facet.ParentOf(v.Value)
		}
		under[parent] = append(under[parent], v)
	}
	var vs []Value
	for _, up := range withParents(above, under) {
		parent := p.value(aboveName, up.Value, p.parentLabel(aboveName, up), up.Count, "")
		if parent.Count == 0 && !parent.Checked && !parent.Excluded {
			parent = Value{Label: parent.Label} // ticking it would find nothing, and a 0 above counts reads as a mistake
			if same := slices.IndexFunc(under[up.Value], func(v index.FacetValue) bool { return strings.EqualFold(v.Value, up.Value) }); same >= 0 {
				parent = p.value(f.Name, under[up.Value][same].Value, parent.Label, under[up.Value][same].Count, "")
			}
		}
		vs = append(vs, parent)
		for _, v := range under[up.Value] {
			if strings.EqualFold(v.Value, up.Value) { // the UPR is the one body of its mechanism
				continue
			}
			if f.Name == "sdg" && p.Asked.FacetLimit != 0 && !p.opened(up.Value) {
				continue
			}
			vs = append(vs, p.value(f.Name, v.Value, p.childLabel(f.Name, v), v.Count, "in"))
		}
		delete(under, up.Value)
	}
	for _, v := range f.Values { // what has no parent here, in the facet's own order
		parent := ""
		if facet != nil {
			parent = facet.ParentOf(v.Value)
		}
		if _, left := under[parent]; left {
			vs = append(vs, p.value(f.Name, v.Value, v.Label, v.Count, ""))
		}
	}
	return append(vs, p.oddValues(above, false)...)
}

// withParents are the values of the upper level, and after them those that only have lines below them: with a State
// chosen the other regions count nothing, and their States still stand under them. A list that was cut short says
// nothing about what is missing from it, and is left as it is.
func withParents(above index.FacetCounts, under map[string][]index.FacetValue) []index.FacetValue {
	facet, ok := uhri.FacetByName(above.Name)
	if !ok || above.Distinct > len(above.Values) {
		return above.Values
	}
	parents := slices.Clone(above.Values)
	for _, v := range facet.Vocabulary() {
		if len(under[v]) > 0 && !slices.ContainsFunc(parents, func(p index.FacetValue) bool { return p.Value == v }) {
			parents = append(parents, index.FacetValue{Value: v, Label: facet.ValueLabel(v)})
		}
	}
	return parents
}

// opensGoal reports whether a goal or a target is chosen, so that targets are listed.
func (p *SearchPage) opensGoal() bool {
	return slices.ContainsFunc(p.Asked.Filters, func(f index.Filter) bool { return f.Facet == "goal" || f.Facet == "sdg" })
}

// opened reports whether a goal's targets are listed: it or one of them is chosen. All 169 at once help nobody.
func (p *SearchPage) opened(goal string) bool {
	return slices.ContainsFunc(p.Asked.Filters, func(f index.Filter) bool {
		return slices.ContainsFunc(f.Values, func(v string) bool {
			return f.Facet == "goal" && v == goal || f.Facet == "sdg" && strings.HasPrefix(v, goal+".")
		})
	})
}

// parentLabel and childLabel put the number before a goal's and a target's name, where the label has none.
func (p *SearchPage) parentLabel(facet string, v index.FacetValue) string {
	if facet == "goal" {
		return v.Value + " " + p.words.conceptLabel(uhri.SchemeSDG, v.Value)
	}
	return p.words.Say(v.Label) // a parent that only has lines below it has its label from the vocabulary
}

func (p *SearchPage) childLabel(facet string, v index.FacetValue) string {
	if facet == "sdg" {
		return v.Value + " " + p.words.conceptLabel(uhri.SchemeSDG, v.Value)
	}
	return v.Label
}

// oddValues are the lines for what is unknown and what does not apply, shown where there are any or one is chosen.
func (p *SearchPage) oddValues(f index.FacetCounts, always bool) []Value {
	var vs []Value
	odd := []struct {
		value string
		count int
	}{{uhri.ValueUnknown, f.Unknown}, {uhri.ValueNotApplicable, f.NotApplicable}}
	for _, o := range odd {
		v := p.value(f.Name, o.value, p.u.valueLabel(f.Name, o.value), o.count, "odd")
		if o.count > 0 || v.Checked || v.Excluded {
			vs = append(vs, v)
		}
	}
	return vs
}

func (p *SearchPage) value(facet, value, label string, count int, class string) Value {
	op := p.opOf(facet)
	v := Value{Name: facet, Value: value, Label: label, Count: count, Class: class, NotName: "not." + facet}
	if op == index.Every {
		v.Name += ".all"
	}
	if label == "" {
		v.Label = value
	}
	v.Checked, v.Excluded = p.has(facet, op, value), p.has(facet, index.None, value)
	if facet == "lang" || facet == "latest" || facet == "year" {
		v.NotName = ""
	}
	return v
}

// opOf is how the ticked values of a facet combine.
func (p *SearchPage) opOf(facet string) index.FilterOp {
	for _, f := range p.Asked.Filters {
		if f.Facet == facet && f.Op == index.Every {
			return index.Every
		}
	}
	return index.Any
}

func (p *SearchPage) has(facet string, op index.FilterOp, value string) bool {
	if facet == "lang" && op == index.Any && slices.Contains(p.Asked.Langs, uhri.Lang(value)) {
		return true
	}
	for _, f := range p.Asked.Filters {
		if f.Facet == facet && f.Op == op && slices.Contains(f.Values, value) {
			return true
		}
	}
	return false
}

// active says in words what is chosen in a panel.
func (p *SearchPage) active(facet, above string) string {
	if facet == "year" {
		from, to := p.yearBounds()
		switch {
		case from != "" && from == to:
			return from
		case from != "" && to != "":
			return from + "–" + to
		case from != "":
			return p.words.Text("panel.from", from)
		case to != "":
			return p.words.Text("panel.to", to)
		}
	}
	if facet == "lang" && len(p.Asked.Langs) > 0 {
		return p.words.Number(len(p.Asked.Langs))
	}
	any, every, none := 0, 0, 0
	for _, f := range p.Asked.Filters {
		if f.Facet != facet && (above == "" || f.Facet != above) {
			continue
		}
		switch f.Op {
		case index.Every:
			every += len(f.Values)
		case index.None:
			none += len(f.Values)
		default:
			any += len(f.Values)
		}
	}
	switch {
	case every > 0:
		return p.words.Text("panel.on.every", every)
	case any > 0:
		return p.words.Number(any)
	case none > 0:
		return p.words.Text("panel.on.not", none)
	}
	return ""
}

func (p *SearchPage) match(facet, above string) *Match {
	for _, name := range []string{facet, above} {
		counts, ok := p.matches[name]
		if !ok {
			continue
		}
		for _, f := range p.Asked.Filters {
			if f.Facet == name && f.Op != index.None && len(f.Values) > 1 {
				return &Match{
					Any: MatchLink{URL: p.rematch(f, index.Any).String(), Count: counts[0], Current: f.Op == index.Any},
					All: MatchLink{URL: p.rematch(f, index.Every).String(), Count: counts[1], Current: f.Op == index.Every},
				}
			}
		}
	}
	return nil
}

// add is the box to add a value by name, for long vocabularies. The names offered are the whole vocabulary: what has
// no result here still has a name, and an honest count of nothing.
func (p *SearchPage) add(facet string, f index.FacetCounts) *Add {
	table, ok := uhri.FacetByName(facet)
	if !ok || f.Distinct < addFrom || (facet != "country" && facet != "recommending_state" && facet != "theme" && facet != "group" && facet != "body" && facet != "sdg") {
		return nil
	}
	a := &Add{Name: facet, Label: p.words.Text("panel.add", p.words.facetLabel(facet)), List: "list-" + facet}
	if p.opOf(facet) == index.Every {
		a.Name += ".all"
	}
	if facet == "recommending_state" {
		a.List = "list-country" // the same names; one list serves both boxes
		return a
	}
	for _, v := range p.u.vocabulary(table) {
		a.Options = append(a.Options, table.ValueLabel(v))
	}
	slices.Sort(a.Options)
	return a
}

// yearBounds are the years the search is limited to by from and to.
func (p *SearchPage) yearBounds() (from, to string) {
	return p.Asked.From.String(), p.Asked.To.String()
}

// years is the histogram: all years of the search, those outside the chosen ones pale, and each bar leading to its year
// alone. The script of the page lets a range be drawn across it; the two boxes do the same without.
func (p *SearchPage) years(f index.FacetCounts) *Years {
	y := &Years{}
	y.From, y.To = p.yearBounds()
	if p.allYear.Name != "" {
		f = p.allYear
	}
	first, last := yearSpan(f)
	if first == 0 {
		return y
	}
	counts, highest := map[int]int{}, 0
	for _, v := range f.Values {
		if n, err := strconv.Atoi(v.Value); err == nil {
			counts[n] = v.Count
			highest = max(highest, v.Count)
		}
	}
	y.First, y.Last = strconv.Itoa(first), strconv.Itoa(last)
	y.Label = p.words.Text("panel.years", y.First, y.Last)
	base := p.At.Without("year", index.Any).Without("year", index.Every)
	n := last - first + 1
	for i := range n {
		year := uhri.Date{Year: first + i}
		class := "f-brand"
		if !p.inYears(year.Year) {
			class = "f-ghost"
		}
		bar := column(i, n, counts[year.Year], highest, yearsHeight, p.words.Count("year.bar", counts[year.Year], year.String()), base.Dates(year, year).String(), class)
		bar.Value = year.String()
		y.Bars = append(y.Bars, bar)
	}
	return y
}

// inYears reports whether the search reaches into a year.
func (p *SearchPage) inYears(year int) bool {
	chosen := p.opYears()
	return (len(chosen) == 0 || slices.Contains(chosen, strconv.Itoa(year))) &&
		(p.Asked.From.IsZero() || year >= p.Asked.From.Year) && (p.Asked.To.IsZero() || year <= p.Asked.To.Year)
}

// opYears are the years chosen one by one.
func (p *SearchPage) opYears() []string {
	for _, f := range p.Asked.Filters {
		if f.Facet == "year" && f.Op == index.Any {
			return f.Values
		}
	}
	return nil
}

// HiddenFields are the fields of the filter form that no control of it carries.
func (p *SearchPage) HiddenFields() []searchurl.Pair {
	carried := map[searchurl.Pair]bool{}
	for _, panel := range p.Panels {
		for _, v := range panel.Values {
			carried[searchurl.Pair{Name: v.Name, Value: v.Value}] = true
			if v.NotName != "" {
				carried[searchurl.Pair{Name: v.NotName, Value: v.Value}] = true
			}
		}
	}
	fields := p.At.Pairs("from", "to", "page", "cursor", "facets", "facet_prefix")
	return slices.DeleteFunc(fields, func(f searchurl.Pair) bool { return carried[f] })
}

// ActiveFilters counts the filters in use.
func (p *SearchPage) ActiveFilters() int { return len(p.Chips()) }
