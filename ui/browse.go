package ui

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// What a browsing page shows of long lists, and how many bodies get a row in the chart of reviews.
const (
	shownNewest = 10
	shownBars   = 12
	shownLanes  = 30
	shownLatest = 60
)

// profilePlan is what the page of one value of a facet shows, in order. Every browsing page is one of these.
type profilePlan struct {
	facet   string   // the facet whose value the page is about
	section string   // of the navigation
	wide    []string // charts, across the page
	bars    []string // facets as bars
}

var profilePlans = map[string]profilePlan{
	"goal":               {facet: "goal", section: "sdg", wide: []string{"time", "map", "mechanisms", "positions"}, bars: []string{"sdg", "country", "group", "theme", "body"}},
	"sdg":                {facet: "sdg", section: "sdg", wide: []string{"time", "map", "mechanisms", "positions"}, bars: []string{"country", "group", "theme", "body"}},
	"theme":              {facet: "theme", section: "theme", wide: []string{"time", "map", "mechanisms", "positions"}, bars: []string{"country", "group", "theme", "goal", "body"}},
	"group":              {facet: "group", section: "group", wide: []string{"time", "map", "mechanisms", "positions"}, bars: []string{"country", "theme", "group", "goal", "body"}},
	"country":            {facet: "country", section: "country", wide: []string{"reviews", "positions", "time", "mechanisms"}, bars: []string{"theme", "group", "goal", "recommending_state", "type"}},
	"mechanism":          {facet: "mechanism", section: "mechanism", wide: []string{"time", "map", "positions"}, bars: []string{"body", "cycle", "country", "theme", "group", "goal"}},
	"body":               {facet: "body", section: "mechanism", wide: []string{"time", "map", "positions"}, bars: []string{"country", "theme", "group", "goal", "type"}},
	"recommending_state": {facet: "recommending_state", section: "country", wide: []string{"time", "map", "positions"}, bars: []string{"country", "theme", "group", "goal", "cycle"}},
}

// facets are what the page counts.
func (p profilePlan) facets() []string {
	names := []string{"year", "mechanism", "body", "country", "position", "symbol"}
	for _, b := range p.bars {
		if !slices.Contains(names, b) {
			names = append(names, b)
		}
	}
	return names
}

// ProfilePage is the page of one goal, target, State, theme, group, mechanism, body or recommending State.
type ProfilePage struct {
	Frame
	Plan    profilePlan
	Value   string
	Heading string
	Kicker  string
	About   string
	Note    string // what must be said where the name is shown
	Goal    *Goal
	Crumbs  []Link
	At      searchurl.Address // of this page
	Faults  []searchurl.Fault
	Total   int
	Latest  *Match // all reviews, or the latest of each body
	Reviews []LatestReview
	Without Cell // passages of no review, with Reviews
	Charts  []*Chart
	Bars    []*Chart // beside them, each with what stands under its heading
	Newest  []Hit
	Others  []Link // the same State's other page
	Matrix  []Link // the implementation matrix in its formats
	list    searchurl.Address
	u       *UI
}

// LatestReview is the latest review of a State by one body.
type LatestReview struct {
	Mech     Mech
	Document *Link
	When     string
	Count    int
	URL      string
}

// profile answers with the page of a facet's value.
func (u *UI) profile(facet string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		kind, value, err := u.profileValue(c, facet)
		if err != nil || value == "" {
			return err
		}
		plan := profilePlans[kind]
		asked, faults := searchurl.Parse(formValues(c.QueryParams()), searchurl.Options{Also: []string{"chart"}})
		asked.Offset, asked.Cursor, asked.Limit, asked.Facets, asked.FacetLimit = 0, "", index.DefaultLimit, nil, -1
		p := &ProfilePage{Frame: u.frame(c, plan.section, ""), Plan: plan, Value: value, Faults: faults, u: u, At: searchurl.At(c.Request().URL.EscapedPath(), asked)}
		p.list = searchAt(asked).With(kind, index.Any, value)
		// "All of" one value finds what "any of" it finds, and counts the facet's other values beside it.
		run := searchAt(asked).With(kind, index.Every, value).Limit(shownNewest).Sort(index.SortNewest).Request()
		run.Facets, run.FacetLimit, run.Highlight = plan.facets(), 0, true
		res, err := u.o.Searcher.Search(ctx, run)
		if err != nil {
			return err
		}
		p.Snapshot, p.Total = res.Snapshot, res.Total
		counts := map[string]index.FacetCounts{}
		for _, f := range res.Facets {
			counts[f.Name] = f
		}
		u.introduce(p)
		if kind == "country" {
			if err := u.reviews(ctx, p, res); err != nil {
				return err
			}
		}
		if p.Charts, err = u.charts(ctx, p, res, counts); err != nil {
			return err
		}
		for _, name := range plan.bars {
			if f := counts[name]; res.Total > 0 && f.NotApplicable == res.Total || kind == "mechanism" && name == "body" && f.Distinct == 1 {
				continue // no passage here can have it, or it is the mechanism by another name
			}
			p.Bars = append(p.Bars, u.profileBars(p, counts[name]))
		}
		if file := c.QueryParam("chart"); file != "" {
			return u.chartAs(c, file, p.Heading, u.words.Text("chart.source", p.Snapshot.ID, u.base(c)+p.At.String()), append(p.Charts, p.Bars...))
		}
		for i, h := range res.Hits {
			p.Newest = append(p.Newest, u.hit(h, i+1, recordURL(h.Record.ID), uhri.English))
		}
		return u.render(c, http.StatusOK, "profile", p)
	}
}

// profileValue reads the value in the address. Another spelling of it is redirected to its one address; then value is "".
func (u *UI) profileValue(c echo.Context, facet string) (kind, value string, err error) {
	raw := c.Param("value")
	if json, ok := strings.CutSuffix(raw, ".json"); ok {
		raw = json
	}
	if facet == "goal" && strings.Contains(raw, ".") {
		facet = "sdg"
	}
	f, _ := uhri.FacetByName(facet)
	value, perr := f.Parse(raw)
	if perr != nil || value == uhri.ValueUnknown || value == uhri.ValueNotApplicable {
		msg := u.words.Text("profile.none", u.words.facetLabel(f.Name))
		if perr != nil {
			msg = u.words.Say(uhri.Message(perr))
		}
		return "", "", &uhri.Error{Kind: uhri.NotFound, Op: "profile", Msg: msg, Err: perr}
	}
	to := valueURL(facet, value)
	if strings.HasSuffix(c.Param("value"), ".json") {
		return facet, "", c.Redirect(http.StatusTemporaryRedirect, apiAt(all().With(facet, index.Any, value).Request()).String())
	}
	if to != c.Request().URL.EscapedPath() {
		if q := c.Request().URL.RawQuery; q != "" {
			to += "?" + q
		}
		return facet, "", c.Redirect(http.StatusMovedPermanently, to)
	}
	return facet, value, nil
}

// introduce names the page.
func (u *UI) introduce(p *ProfilePage) {
	w := u.words
	kind := p.Plan.facet
	p.Heading = u.valueLabel(kind, p.Value)
	p.Kicker = u.words.facetLabel(kind)
	switch kind {
	case "goal", "sdg":
		g := u.goal(strconv.Itoa(goalNumber(p.Value)))
		p.Goal = &g
		p.Heading = u.words.conceptLabel(uhri.SchemeSDG, p.Value)
		p.Kicker = w.Text("profile.kicker.goal", p.Value)
		p.Crumbs = []Link{{Label: w.Text("nav.sdg"), URL: "/sdg"}}
		if kind == "sdg" {
			p.Kicker = w.Text("profile.kicker.target", p.Value)
			p.Crumbs = append(p.Crumbs, Link{Label: g.Name, URL: g.URL})
		}
	case "country", "recommending_state":
		p.Heading = w.countryName(uhri.Country(p.Value))
		p.Crumbs = []Link{{Label: w.Text("nav.country"), URL: "/country"}}
		other := Link{Label: w.Text("profile.as.recommending"), URL: recommendingURL(uhri.Country(p.Value))}
		p.Kicker = w.Text("profile.kicker.country")
		if kind == "recommending_state" {
			p.Kicker = w.Text("profile.kicker.recommending")
			other = Link{Label: w.Text("profile.as.reviewed"), URL: countryURL(uhri.Country(p.Value))}
		}
		if info, ok := uhri.Country(p.Value).Info(); ok {
			if kind == "country" || !info.Demo {
				p.Note = w.Say(info.Note)
			}
			for _, r := range uhri.Regions() {
				if r.Slug == info.Region {
					p.About = w.Say(r.Label)
				}
			}
		}
		p.Others = []Link{other}
	case "theme", "group":
		p.Crumbs = []Link{{Label: w.Text("nav." + kind), URL: "/" + kind}}
	case "mechanism":
		p.Crumbs = []Link{{Label: w.Text("nav.mechanism"), URL: "/mechanism"}}
		p.About = w.Text("home.mech." + p.Value)
	case "body":
		p.Heading = u.words.bodyName(p.Value)
		p.Crumbs = []Link{{Label: w.Text("nav.mechanism"), URL: "/mechanism"}}
		if b, ok := uhri.BodyByCode(p.Value); ok {
			p.Crumbs = append(p.Crumbs, Link{Label: w.Text("mech." + string(b.Mechanism)), URL: mechanismURL(b.Mechanism)})
		}
		if p.Heading != p.Value {
			p.About = p.Value
		}
	}
	p.Title = p.Heading
	p.Description = w.Count("profile.description", p.Total, p.Heading)
	p.JSON = apiAt(p.list.Request()).Facets(p.Plan.facets()...).String()
	p.NoIndex = p.narrowed() || p.Total == 0 // nothing to find here
	p.Structured = map[string]any{"@context": "https://schema.org", "@type": "Dataset", "name": p.Title, "description": p.Description, "url": p.Canonical, "isAccessibleForFree": true, "version": p.Snapshot.ID}
	p.Feeds = u.feeds(p.list)
	if kind == "country" && u.o.Matrix {
		for _, ext := range []string{"xlsx", "csv"} {
			to := searchurl.At(countryURL(uhri.Country(p.Value))+"/matrix."+ext, p.At.Request())
			p.Matrix = append(p.Matrix, Link{Label: w.Text("export." + ext), URL: to.String()})
		}
		to := searchurl.At(countryURL(uhri.Country(p.Value))+"/impact-oss.csv", p.At.Request())
		p.Matrix = append(p.Matrix, Link{Label: w.Text("export.impact"), URL: to.String()})
	}
}

// narrowed reports whether anything but the page's own value narrows its numbers.
func (p *ProfilePage) narrowed() bool {
	r := p.At.Request()
	return strings.TrimSpace(r.Query) != "" || len(r.Filters) > 0 || len(r.Langs) > 0 || !r.From.IsZero() || !r.To.IsZero() || r.Snapshot != ""
}

// FaultLines are the faults of the page's address.
func (p *ProfilePage) FaultLines() []FaultLine { return p.u.faultLines(p.At, p.Faults) }

// Chips are what narrows the page's numbers.
func (p *ProfilePage) Chips() []Chip {
	chips := p.u.chips(p.At)
	if q := p.At.Request().Query; strings.TrimSpace(q) != "" {
		chips = append([]Chip{{Name: p.words.Text("print.query"), Value: q, URL: p.At.Query("").String()}}, chips...)
	}
	return chips
}

// ClearURL is the page without anything that narrows it.
func (p *ProfilePage) ClearURL() string { return p.At.Path() }

// Lede says how much there is.
func (p *ProfilePage) Lede() template.HTML {
	if p.Total == 0 {
		return p.words.HTML("profile.lede.none", p.Snapshot.Records)
	}
	return p.words.CountHTML("profile.lede."+p.Plan.facet, p.Total, p.Snapshot.Records, p.List())
}

// List is all passages of the page.
func (p *ProfilePage) List() string { return p.list.String() }

// reviews finds the latest review of each body, and counts both sides of the switch.
func (u *UI) reviews(ctx context.Context, p *ProfilePage, res *index.Result) error {
	w := u.words
	whole := p.list.Clear("latest")
	newest := whole.With("latest", index.Any, "yes")
	both := pinned(whole.Request(), res)
	both.Facets = []string{"latest"}
	everything, err := u.o.Searcher.Search(ctx, both)
	if err != nil {
		return err
	}
	for _, f := range everything.Facets {
		p.Without = Cell{Count: f.Unknown, URL: whole.With("latest", index.Any, uhri.ValueUnknown).String()}
	}
	run := newest.Sort(index.SortNewest).Limit(index.MaxLimit).Request()
	run.Facets, run.FacetLimit, run.Snapshot = []string{"symbol", "body"}, 0, res.Snapshot.ID
	latest, err := u.o.Searcher.Search(ctx, run)
	if err != nil {
		return err
	}
	on := slices.ContainsFunc(p.At.Request().Filters, func(f index.Filter) bool { return f.Facet == "latest" && slices.Contains(f.Values, "yes") })
	p.Latest = &Match{
		Any: MatchLink{URL: p.At.Clear("latest").String(), Count: everything.Total, Current: !on},
		All: MatchLink{URL: p.At.Clear("latest").With("latest", index.Any, "yes").String(), Count: latest.Total, Current: on},
	}
	type key struct{ body, symbol string }
	seen := map[key]*uhri.Recommendation{}
	var order []key
	for _, h := range latest.Hits {
		k := key{h.Record.Body, string(h.Record.Symbol.Base())}
		if seen[k] == nil {
			seen[k] = h.Record
			order = append(order, k)
		}
	}
	counts := map[string]int{}
	bodies := map[string]int{}
	for _, f := range latest.Facets {
		for _, v := range f.Values {
			if f.Name == "symbol" {
				counts[string(uhri.Symbol(v.Value).Base())] += v.Count
			} else {
				bodies[v.Value] = v.Count
			}
		}
	}
	for _, k := range order {
		if len(p.Reviews) == shownLatest {
			break
		}
		r := seen[k]
		v := LatestReview{Mech: Mech{Class: mechClass(r.Mechanism), Label: u.words.bodyName(r.Body)}, When: w.Short(r.Date)}
		if r.UPR != nil && r.UPR.Cycle > 0 {
			v.When = w.Text("profile.cycle", r.UPR.Cycle, w.Short(r.Date))
		}
		to := newest.With("body", index.Any, r.Body)
		v.Count = bodies[r.Body]
		if r.Symbol != "" {
			v.Document = &Link{Label: string(r.Symbol), URL: documentURL(r.Symbol)}
			if !slices.ContainsFunc(order, func(o key) bool { return o.body == k.body && o != k }) {
				v.URL = to.String()
			} else { // one body, several documents: an addendum, or two reports of one visit
				v.Count, v.URL = counts[k.symbol], newest.With("symbol", index.Any, string(r.Symbol)).String()
			}
		} else {
			v.URL = to.String()
			if slices.ContainsFunc(order, func(o key) bool { return o.body == k.body && o.symbol != "" }) {
				continue // counted with its body's documents
			}
		}
		p.Reviews = append(p.Reviews, v)
	}
	return nil
}

// drawnFrom are the facets whose counts a chart shows.
var drawnFrom = map[string][]string{"time": {"year", "mechanism"}, "map": {"country"}, "positions": {"position"}, "mechanisms": {"mechanism"}, "reviews": {"year", "body"}}

// filteredBy reports whether the address itself chooses values of one of the facets.
func (p *ProfilePage) filteredBy(facets ...string) bool {
	return slices.ContainsFunc(p.At.Request().Filters, func(f index.Filter) bool { return f.Op == index.Any && slices.Contains(facets, f.Facet) })
}

// charts draws the page's charts from one snapshot.
func (u *UI) charts(ctx context.Context, p *ProfilePage, res *index.Result, counts map[string]index.FacetCounts) ([]*Chart, error) {
	var cs []*Chart
	if p.Total == 0 {
		return nil, nil
	}
	for _, name := range p.Plan.wide {
		var c *Chart
		if p.filteredBy(drawnFrom[name]...) {
			continue // its facet counts beyond the chosen values: the drawing would show more than the page's total
		}
		switch name {
		case "time":
			by := map[uhri.Mechanism]index.FacetCounts{}
			mechanisms := counts["mechanism"].Values
			if counts["mechanism"].Unknown > 0 {
				mechanisms = append(slices.Clone(mechanisms), index.FacetValue{Value: uhri.ValueUnknown, Count: counts["mechanism"].Unknown})
			}
			for _, m := range mechanisms {
				if m.Count == 0 {
					continue
				}
				f, err := u.yearsOf(ctx, p.list.Clear("mechanism").With("mechanism", index.Any, m.Value), res)
				if err != nil {
					return nil, err
				}
				by[uhri.Mechanism(m.Value)] = f
			}
			c = u.overTime(p.list, counts["year"], by, p.Total)
		case "map":
			facet := "country"
			c = u.tileMap(p.list, facet, counts[facet], p.Total)
		case "positions":
			title := u.words.Text("chart.positions")
			if p.Plan.facet == "country" {
				title = u.words.Text("chart.positions.one")
			}
			c = u.positions(p.list, counts["position"], title)
		case "reviews":
			years := map[string]index.FacetCounts{}
			bodies := slices.DeleteFunc(slices.Clone(counts["body"].Values), func(v index.FacetValue) bool { return v.Count == 0 })
			bodies = bodies[:min(len(bodies), shownLanes)]
			for _, b := range bodies {
				f, err := u.yearsOf(ctx, p.list.Clear("body").With("body", index.Any, b.Value), res)
				if err != nil {
					return nil, err
				}
				years[b.Value] = f
			}
			slices.SortStableFunc(bodies, func(a, b index.FacetValue) int { return mechRank(a.Value) - mechRank(b.Value) })
			c = u.lanes(p.list, bodies, years, counts["body"].Distinct, p.Total, counts["year"].Unknown)
			if c != nil {
				u.rest(c, p.list, "body", counts["body"].Unknown)
			}
		case "mechanisms":
			c = u.mechanisms(p.list, counts["mechanism"])
		}
		if c == nil {
			continue
		}
		c.filesAt(p.At)
		cs = append(cs, c)
	}
	return cs, nil
}

// mechRank orders bodies by mechanism.
func mechRank(body string) int {
	b, ok := uhri.BodyByCode(body)
	if !ok {
		return len(uhri.Mechanisms)
	}
	return slices.Index(uhri.Mechanisms[:], b.Mechanism)
}

// yearsOf counts a list by year, over the snapshot of res.
func (u *UI) yearsOf(ctx context.Context, list searchurl.Address, res *index.Result) (index.FacetCounts, error) {
	req := pinned(list.Request(), res)
	req.Facets, req.FacetLimit = []string{"year"}, 0
	got, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		return index.FacetCounts{}, err
	}
	for _, f := range got.Facets {
		return f, nil
	}
	return index.FacetCounts{Name: "year"}, nil
}

// profileBars is one facet of the page as bars.
func (u *UI) profileBars(p *ProfilePage, f index.FacetCounts) *Chart {
	w := u.words
	if f.Name == p.Plan.facet { // what stands beside the page's own value
		f.Values = slices.DeleteFunc(slices.Clone(f.Values), func(v index.FacetValue) bool { return v.Value == p.Value })
	}
	if f.Name == "sdg" && p.Plan.facet == "goal" {
		f.Values = slices.DeleteFunc(slices.Clone(f.Values), func(v index.FacetValue) bool { return goalNumber(v.Value) != goalNumber(p.Value) })
	}
	limit := shownBars
	if f.Name == "goal" || f.Name == "sdg" || f.Name == "cycle" {
		limit = 0
	}
	title := u.words.facetLabel(f.Name)
	if key := "bars." + f.Name; w.has(key) {
		title = w.Text(key)
	}
	if f.Name == p.Plan.facet {
		title = w.Text("bars.beside", title)
	}
	list := func(v string) string { return p.list.Clear(f.Name).With(f.Name, index.Any, v).String() }
	if f.Name == p.Plan.facet { // both values at once: the page's own and the bar's
		list = func(v string) string {
			return p.list.Without(f.Name, index.Any, p.Value).With(f.Name, index.Every, p.Value, v).String()
		}
	}
	c := u.barChart(f, title, limit, &Link{Label: w.Count("bars.all", f.Distinct), URL: p.list.FacetLimit(0).String() + "#f-" + panelOf(f.Name)}, list)
	if f.Name == "sdg" && p.Plan.facet == "goal" && len(p.Chips()) == 0 { // from a goal down to its targets
		for i := range c.Bars.Rows {
			c.Bars.Rows[i].Page = conceptURL(uhri.SchemeSDG, c.Bars.Rows[i].Code)
		}
	}
	if key := "bars." + f.Name + ".sub"; w.has(key) {
		c.Description = w.Text(key)
	}
	if !p.filteredBy(f.Name) { // else the counts reach beyond the page's passages
		c.Under = w.Count("chart.of", p.Total-f.NotApplicable) + w.ofLabels(f.Name, p.At.Request().Origins)
	}
	c.filesAt(p.At)
	return c
}

// panelOf is the panel of the search page in which a facet stands.
func panelOf(facet string) string {
	for _, p := range panelPlan {
		if p.above == facet {
			return p.facet
		}
	}
	return facet
}

// IndexPage lists the values of one facet: the goals, the States, the themes …
type IndexPage struct {
	Frame
	Heading string
	Lede    template.HTML
	Tiles   []Tile
	Span    string // years of the tiles' sparklines
	Map     *Chart
	Groups  []IndexGroup
	Others  []Link
	Bars    *Chart // all groups in one, for its files
}

// IndexGroup is a part of an index: a regional group, a mechanism.
type IndexGroup struct {
	ID    string
	Title Link
	Class string // of the mechanism's mark
	About string
	List  *BarList
}

// overview answers with the index of a facet.
func (u *UI) overview(facet string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		section := profilePlans[facet].section
		p := &IndexPage{Frame: u.frame(c, section, u.words.Text("overview."+facet)), Heading: u.words.Text("overview." + facet)}
		run := index.Request{Facets: []string{facet, "mechanism", "region", "recommending_region", "year"}, FacetLimit: 0}
		res, err := u.o.Searcher.Search(ctx, run)
		if err != nil {
			return err
		}
		p.Snapshot = res.Snapshot
		counts := map[string]index.FacetCounts{}
		for _, f := range res.Facets {
			counts[f.Name] = f
		}
		f := counts[facet]
		p.Lede = u.words.HTML("overview."+facet+".lede", res.Total-f.Unknown-f.NotApplicable, res.Total, f.Distinct, knownOf(facet).String())
		p.Description = u.words.Text("overview." + facet + ".description")
		p.describe("CollectionPage")
		p.JSON = apiAt(index.Request{FacetLimit: 0}).Facets(facet).String()
		here := searchurl.At(c.Request().URL.Path, index.Request{Limit: index.DefaultLimit, FacetLimit: -1})
		p.Bars = u.barChart(f, p.Heading, 0, nil, func(v string) string { return all().With(facet, index.Any, v).String() })
		p.Bars.Under = u.words.Count("chart.of", res.Total-f.NotApplicable) + u.words.ofLabels(facet, nil)
		p.Bars.filesAt(here)
		switch facet {
		case "goal":
			if err := u.sparkTiles(ctx, p, res, counts); err != nil {
				return err
			}
		case "country", "recommending_state":
			p.Map = u.tileMap(all(), facet, f, res.Total-f.NotApplicable)
			if p.Map != nil {
				p.Map.filesAt(here)
			}
			p.Groups = u.regionGroups(f)
			p.Others = []Link{{Label: u.words.Text("overview.recommending_state"), URL: "/recommending"}}
			if facet == "recommending_state" {
				p.Others = []Link{{Label: u.words.Text("overview.country"), URL: "/country"}}
			}
		case "body":
			p.Groups = u.mechanismGroups(f, counts["mechanism"])
		default:
			p.Groups = []IndexGroup{{ID: "all", List: u.alphabetical(highestOf(f), f)}}
		}
		if file := c.QueryParam("chart"); file != "" {
			return u.chartAs(c, file, p.Heading, u.words.Text("chart.source", p.Snapshot.ID, p.Canonical), []*Chart{p.Map, p.Bars})
		}
		return u.render(c, http.StatusOK, "overview", p)
	}
}

// sparkTiles are the goals with their passages a year, each in its own scale.
func (u *UI) sparkTiles(ctx context.Context, p *IndexPage, res *index.Result, counts map[string]index.FacetCounts) error {
	p.Tiles = u.goalTiles(counts["goal"])
	first, last := yearSpan(counts["year"])
	if first == 0 {
		return nil
	}
	p.Span = u.words.Text("home.years", strconv.Itoa(first), strconv.Itoa(last))
	for i := range p.Tiles {
		t := &p.Tiles[i]
		if t.Count == 0 {
			continue
		}
		value := t.Goal.Number
		if t.Goal.URL == "" {
			value = uhri.ValueUnknown
		}
		f, err := u.yearsOf(ctx, all().With("goal", index.Any, value), res)
		if err != nil {
			return err
		}
		highest, at := 0, map[string]int{}
		for _, v := range f.Values {
			at[v.Value] = v.Count
			highest = max(highest, v.Count)
		}
		n := last - first + 1
		for j := range n {
			if count := at[strconv.Itoa(first+j)]; count > 0 {
				t.Spark = append(t.Spark, column(j, n, count, highest, sparkHeight, "", "", ""))
			}
		}
	}
	return nil
}

// sparkHeight is the height of a sparkline in pixels.
const sparkHeight = 41

// regionGroups lists States by regional group, each group by name.
func (u *UI) regionGroups(f index.FacetCounts) []IndexGroup {
	facet, _ := uhri.FacetByName(f.Name)
	by := map[string][]index.FacetValue{}
	for _, v := range f.Values {
		parent := facet.ParentOf(v.Value)
		by[parent] = append(by[parent], v)
	}
	var gs []IndexGroup
	for _, r := range append(slices.Clone(uhri.Regions()), uhri.Region{Label: u.words.Text("chart.map.other")}) {
		if len(by[r.Slug]) == 0 {
			continue
		}
		group := index.FacetCounts{Name: f.Name, Values: by[r.Slug]}
		gs = append(gs, IndexGroup{ID: "r-" + r.Slug, Title: Link{Label: u.words.Say(r.Label)}, List: u.alphabetical(highestOf(f), group)})
	}
	return gs
}

// mechanismGroups lists bodies by mechanism, those with most passages first.
func (u *UI) mechanismGroups(f, mechanisms index.FacetCounts) []IndexGroup {
	facet, _ := uhri.FacetByName("body")
	var gs []IndexGroup
	for _, m := range uhri.Mechanisms {
		only := index.FacetCounts{Name: "body"}
		for _, v := range f.Values {
			if facet.ParentOf(v.Value) == string(m) {
				only.Values = append(only.Values, v)
			}
		}
		gs = append(gs, IndexGroup{ID: "m-" + string(m), Class: mechClass(m), Title: Link{Label: u.words.Text("mech." + string(m)), URL: mechanismURL(m)},
			About: u.words.Text("home.mech." + string(m)), List: u.barsTo(highestOf(f), only, 0, nil, func(v string) string { return valueURL("body", v) })})
	}
	return gs
}

// alphabetical is a facet's values by name, each leading to its page.
func (u *UI) alphabetical(highest int, f index.FacetCounts) *BarList {
	f.Values = slices.Clone(f.Values)
	slices.SortFunc(f.Values, func(a, b index.FacetValue) int {
		return strings.Compare(uhri.FoldName(a.Label), uhri.FoldName(b.Label))
	})
	return u.barsTo(highest, f, 0, nil, func(v string) string { return valueURL(f.Name, v) })
}
