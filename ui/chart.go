package ui

import (
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Heights of charts and gaps in them, in pixels.
const (
	stackHeight = 200
	stackGap    = 1
	stackGutter = 5 // per cent of the width, for the numbers of the lines
	laneHeight  = 44
	laneRadius  = 13.5 // of the review with most passages
	tileSize    = 30
	tilesAcross = 9
)

// Chart is one drawing with everything a reader may ask of it: its title and description, what it was drawn from as
// a table, the numbers as CSV, the drawing as a file, and what its numbers are parts of.
type Chart struct {
	ID          string // "time", "map": names its files too
	Title       string
	Description string
	Stack       *Stack
	Map         *TileMap
	Lanes       *Lanes
	Shares      []Share
	Bars        *BarList
	Table       Table
	Under       string // the denominator
	Rest        []Stat // what has no mark, since its place is not known
	CSV, SVG    string
}

// Table is what a chart was drawn from.
type Table struct {
	Head []string
	Rows []TableRow
}

// TableRow is a label and its numbers, each with its list.
type TableRow struct {
	Label string
	URL   string
	Cells []Cell
}

// rest adds what has no mark to a chart, and to its table where rows are values of the facet; none is not told of.
func (u *UI) rest(c *Chart, list searchurl.Address, facet string, count int) {
	if count == 0 {
		return
	}
	c.Rest = append(c.Rest, Stat{Count: count, Label: u.valueLabel(facet, uhri.ValueUnknown),
		URL: list.Clear(facet).With(facet, index.Any, uhri.ValueUnknown).String()})
}

// Cell is one number of a table; without URL it is not a link.
type Cell struct {
	Count int
	URL   string
}

// CSV writes the table as RFC 4180. Labels that a spreadsheet would read as a formula begin with an apostrophe.
func (t Table) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(t.Head); err != nil {
		return "", err
	}
	for _, r := range t.Rows {
		label := r.Label
		if label != "" && strings.ContainsRune("=+-@\t\r", rune(label[0])) {
			label = "'" + label
		}
		line := []string{label}
		for _, c := range r.Cells {
			line = append(line, strconv.Itoa(c.Count))
		}
		if err := w.Write(line); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

// Stack is columns over the years, one block a mechanism.
type Stack struct {
	Blocks []Block
	Lines  []Grid
	Ticks  []Tick
	Key    []KeyEntry
}

// Block is one part of one column.
type Block struct {
	Bar
	Fill Fill
}

// Fill is how a mark is filled: by class in a page, by colour in a file. Special procedures are hatched, too.
type Fill struct {
	Class string
	Color string
	Hatch bool
}

// Grid is a horizontal line at a round number.
type Grid struct {
	Y, LabelY, Label string
}

// KeyEntry explains one fill.
type KeyEntry struct {
	Fill  Fill
	Label string
}

var (
	fillUPR   = Fill{Class: "f-upr", Color: "#125d75"}
	fillTB    = Fill{Class: "f-tb", Color: "#c8792b"}
	fillSP    = Fill{Color: "#6a4a96", Hatch: true}
	fillGhost = Fill{Class: "f-ghost", Color: "#bccad0"}
	fillPaper = Fill{Class: "f-paper", Color: "#ffffff"}
	fillHalf  = Fill{Class: "f-half", Color: "#7fa3b0"}
)

func fillOf(m uhri.Mechanism) Fill {
	switch m {
	case uhri.MechanismUPR:
		return fillUPR
	case uhri.MechanismTreatyBody:
		return fillTB
	case uhri.MechanismSpecialProcedure:
		return fillSP
	}
	return fillGhost
}

// overTime draws passages a year, stacked by mechanism. counts has a year facet for each mechanism that has any.
func (u *UI) overTime(list searchurl.Address, all index.FacetCounts, by map[uhri.Mechanism]index.FacetCounts, total int) *Chart {
	w := u.words
	first, last := yearSpan(all)
	if first == 0 {
		return nil
	}
	from, to := strconv.Itoa(first), strconv.Itoa(last)
	c := &Chart{ID: "time", Title: w.Text("chart.time"), Description: w.Text("chart.time.desc", from, to), Stack: &Stack{}}
	c.Table.Head = []string{w.Text("chart.year")}
	sums, highest, dated, undated := map[int]int{}, 0, 0, 0
	at, without := map[uhri.Mechanism]map[int]int{}, map[uhri.Mechanism]int{}
	var mechanisms []uhri.Mechanism
	for _, m := range append(slices.Clone(uhri.Mechanisms[:]), uhri.MechanismUnknown) {
		f, ok := by[m]
		if !ok {
			continue
		}
		mechanisms = append(mechanisms, m)
		c.Table.Head = append(c.Table.Head, w.Text("mech."+string(m)))
		c.Stack.Key = append(c.Stack.Key, KeyEntry{Fill: fillOf(m), Label: w.Text("mech." + string(m))})
		at[m] = map[int]int{}
		without[m] = f.Unknown
		undated += f.Unknown
		for _, v := range f.Values {
			year, err := strconv.Atoi(v.Value)
			if err != nil {
				continue
			}
			at[m][year] = v.Count
			sums[year] += v.Count
			dated += v.Count
			highest = max(highest, sums[year])
		}
	}
	if len(mechanisms) == 1 {
		c.Description = w.Text("chart.time.desc.one", from, to, w.Text("mech."+string(mechanisms[0])))
		c.Stack.Key = nil // the sentence says it
	}
	c.Table.Head = append(c.Table.Head, w.Text("chart.total"))
	n := last - first + 1
	place := (100 - stackGutter) / float64(n)
	left := func(i float64) float64 { return stackGutter + i*place }
	scale := float64(stackHeight-12) / float64(max(highest, 1))
	always := list.Clear("year")
	for i := range n {
		year := first + i
		name := strconv.Itoa(year)
		inYear := always.With("year", index.Any, name)
		row := TableRow{Label: name, URL: inYear.String()}
		base := float64(stackHeight)
		anyhow := inYear.Clear("mechanism")
		for _, m := range mechanisms {
			count := at[m][year]
			to := anyhow.With("mechanism", index.Any, string(m)).String()
			row.Cells = append(row.Cells, Cell{Count: count, URL: to})
			if count == 0 {
				continue
			}
			tall := max(float64(count)*scale, 1.5)
			c.Stack.Blocks = append(c.Stack.Blocks, Block{Fill: fillOf(m), Bar: Bar{
				X: percent(left(float64(i) + 0.1)), Width: percent(place * 0.8), Y: pixels(base - tall), Height: pixels(max(tall-stackGap, 0.8)),
				Label: w.Text("chart.time.mark", name, w.Text("mech."+string(m)), count), URL: to}})
			base -= tall
		}
		row.Cells = append(row.Cells, Cell{Count: sums[year], URL: inYear.String()})
		c.Table.Rows = append(c.Table.Rows, row)
		if year%5 == 0 || n <= 6 {
			c.Stack.Ticks = append(c.Stack.Ticks, Tick{X: percent(left(float64(i) + 0.5)), Label: name})
		}
	}
	for _, v := range roundNumbers(highest) {
		y := float64(stackHeight) - float64(v)*scale
		c.Stack.Lines = append(c.Stack.Lines, Grid{Y: pixels(y), LabelY: pixels(y - 4), Label: w.Number(v)})
	}
	c.Under = u.dated(dated, total)
	u.rest(c, list, "year", undated)
	if undated > 0 {
		never := list.Clear("year").With("year", index.Any, uhri.ValueUnknown)
		row := TableRow{Label: u.valueLabel("year", uhri.ValueUnknown), URL: never.String()}
		for _, m := range mechanisms {
			row.Cells = append(row.Cells, Cell{Count: without[m], URL: never.Clear("mechanism").With("mechanism", index.Any, string(m)).String()})
		}
		row.Cells = append(row.Cells, Cell{Count: undated, URL: never.String()})
		c.Table.Rows = append(c.Table.Rows, row)
	}
	return c
}

// dated is the denominator of a drawing over the years.
func (u *UI) dated(dated, total int) string {
	if dated < total {
		return u.words.Text("chart.dated.some", dated, total)
	}
	return u.words.Count("chart.dated", dated)
}

// roundNumbers are up to four round numbers below most.
func roundNumbers(most int) []int {
	if most < 2 {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(float64(most))))
	for _, f := range []float64{0.2, 0.25, 0.5, 1, 2, 2.5, 5} {
		if float64(most)/(step*f) <= 4.5 && step*f >= 1 && step*f == math.Trunc(step*f) {
			step *= f
			break
		}
	}
	var out []int
	for v := step; v <= float64(most); v += step {
		out = append(out, int(v))
	}
	return out
}

// Share is one part of a whole, in a bar of all parts.
type Share struct {
	Bar
	Fill     Fill
	Position Position // of the two, one is set
	Mech     Mech
	Count    int
	Percent  string
}

// part is one part of a whole before it is drawn.
type part struct {
	value string
	fill  Fill
	count int
}

// shares draws the parts of a facet's whole, and writes them down.
func (u *UI) shares(c *Chart, list searchurl.Address, facet string, parts []part) {
	total, x := 0, 0.0
	for _, p := range parts {
		total += p.count
	}
	c.Table.Head = []string{u.words.facetLabel(facet), u.words.Text("home.passages")}
	for _, p := range parts {
		to := list.Clear(facet).With(facet, index.Any, p.value).String()
		wide := float64(p.count) * 100 / float64(total)
		s := Share{Fill: p.fill, Count: p.count, Percent: share(wide), Bar: Bar{X: percent(x), Width: percent(wide), Y: "0", Height: "26", URL: to}}
		var name string
		if facet == "position" {
			s.Position = u.positionMark(uhri.Position(p.value))
			name = s.Position.Label
		} else {
			s.Mech = Mech{Class: mechClass(uhri.Mechanism(p.value)), Label: u.words.Text("mech." + p.value)}
			name = s.Mech.Label
		}
		s.Label = u.words.Text("chart.mark", name, p.count)
		c.Table.Rows = append(c.Table.Rows, TableRow{Label: name, URL: to, Cells: []Cell{{Count: p.count, URL: to}}})
		c.Shares = append(c.Shares, s)
		x += wide
	}
}

// mechanisms draws which mechanisms the passages of a list come from; nil when all come from one.
func (u *UI) mechanisms(list searchurl.Address, f index.FacetCounts) *Chart {
	counts := map[uhri.Mechanism]int{uhri.MechanismUnknown: f.Unknown}
	total := f.Unknown
	for _, v := range f.Values {
		counts[uhri.Mechanism(v.Value)] = v.Count
		total += v.Count
	}
	var parts []part
	for _, m := range append(slices.Clone(uhri.Mechanisms[:]), uhri.MechanismUnknown) {
		if counts[m] > 0 {
			parts = append(parts, part{string(m), fillOf(m), counts[m]})
		}
	}
	if len(parts) < 2 {
		return nil
	}
	w := u.words
	c := &Chart{ID: "mechanisms", Title: w.Text("chart.mechanisms"), Description: w.Text("chart.mechanisms.desc"), Under: w.Count("chart.of", total)}
	u.shares(c, list, "mechanism", parts)
	return c
}

// positions draws how the State answered the UPR recommendations of a list.
func (u *UI) positions(list searchurl.Address, f index.FacetCounts, title string) *Chart {
	w := u.words
	counts := map[uhri.Position]int{uhri.PositionUnknown: f.Unknown}
	total := f.Unknown
	for _, v := range f.Values {
		counts[uhri.Position(v.Value)] = v.Count
		total += v.Count
	}
	if total == 0 {
		return nil
	}
	c := &Chart{ID: "positions", Title: title, Description: w.Text("chart.positions.desc"), Under: w.Count("chart.positions.under", total)}
	u.shares(c, list, "position", []part{{string(uhri.PositionSupported), fillUPR, counts[uhri.PositionSupported]}, {string(uhri.PositionPartial), fillHalf, counts[uhri.PositionPartial]},
		{string(uhri.PositionNoted), fillGhost, counts[uhri.PositionNoted]}, {string(uhri.PositionUnknown), fillPaper, f.Unknown}})
	return c
}

// share writes a percentage; a small one is not rounded to nothing.
func share(p float64) string {
	switch {
	case p > 0 && p < 1:
		return "< 1 %"
	case p > 99 && p < 100:
		return "> 99 %"
	}
	return strconv.Itoa(int(math.Round(p))) + " %"
}

// TileMap shows States as equal tiles by regional group: no borders to dispute, no size that misleads.
type TileMap struct {
	Regions []TileRegion
	Key     []KeyEntry
}

// TileRegion is one regional group.
type TileRegion struct {
	Name          string
	ViewBox       string
	Width, Height string
	Tiles         []StateTile
}

// StateTile is one State.
type StateTile struct {
	X, Y, TextX, TextY string
	Code               string
	Label              string
	URL                string
	Class              string
	Color              string
	Dark               bool // light letters
}

var tileColors = [...]string{"#f0f4f4", "#d8e4e7", "#a8c3ca", "#397788", "#0d5567"}

// tileMap draws a country facet. facet is "country" or "recommending_state".
func (u *UI) tileMap(list searchurl.Address, facet string, f index.FacetCounts, total int) *Chart {
	w := u.words
	if len(f.Values) < 2 {
		return nil
	}
	counts := map[uhri.Country]int{}
	var sorted []int
	for _, v := range f.Values {
		counts[uhri.Country(v.Value)] = v.Count
		if v.Count > 0 {
			sorted = append(sorted, v.Count)
		}
	}
	if len(sorted) < 2 {
		return nil
	}
	slices.Sort(sorted)
	bounds := quarters(sorted)
	c := &Chart{ID: "map", Title: w.Text("chart.map." + facet), Description: w.Text("chart.map.desc"), Map: &TileMap{}}
	c.Table.Head = []string{w.Text("fact.state"), w.Text("home.passages")}
	states := uhri.Countries()
	if u.o.Demo {
		states = uhri.DemoCountries()
	}
	states = slices.Clone(states)
	for _, v := range f.Values { // a State of the records that the vocabulary lacks is drawn too: no count is lost
		c := uhri.Country(v.Value)
		if !slices.ContainsFunc(states, func(i uhri.CountryInfo) bool { return i.Code == c }) {
			info, _ := c.Info()
			states = append(states, uhri.CountryInfo{Code: c, Name: c.Name(), Region: info.Region})
		}
	}
	slices.SortFunc(states, func(a, b uhri.CountryInfo) int { return strings.Compare(string(a.Code), string(b.Code)) })
	regions, everywhere := uhri.Regions(), list.Clear(facet)
	for _, reg := range append(slices.Clone(regions), uhri.Region{Label: w.Text("chart.map.other")}) {
		r := TileRegion{Name: w.Say(reg.Label)}
		n := 0
		for _, s := range states {
			if s.Region != reg.Slug {
				continue
			}
			to := everywhere.With(facet, index.Any, string(s.Code)).String()
			level := 0
			for level < len(bounds) && counts[s.Code] >= bounds[level] {
				level++
			}
			x, y := n%tilesAcross*tileSize, n/tilesAcross*tileSize
			r.Tiles = append(r.Tiles, StateTile{X: strconv.Itoa(x), Y: strconv.Itoa(y), TextX: strconv.Itoa(x + 14), TextY: strconv.Itoa(y + 18),
				Code: string(s.Code), Label: w.Text("chart.tile", string(s.Code), w.Say(s.Name), counts[s.Code]), URL: to, Class: "q" + strconv.Itoa(level), Color: tileColors[level], Dark: level > 2})
			n++
			if counts[s.Code] > 0 {
				c.Table.Rows = append(c.Table.Rows, TableRow{Label: w.Say(s.Name), URL: to, Cells: []Cell{{Count: counts[s.Code], URL: to}}})
			}
		}
		if n == 0 {
			continue
		}
		across, down := min(n, tilesAcross)*tileSize, (n+tilesAcross-1)/tilesAcross*tileSize
		r.Width, r.Height = strconv.Itoa(across), strconv.Itoa(down)
		r.ViewBox = "0 0 " + r.Width + " " + r.Height
		c.Map.Regions = append(c.Map.Regions, r)
	}
	slices.SortStableFunc(c.Table.Rows, func(a, b TableRow) int { return b.Cells[0].Count - a.Cells[0].Count })
	c.Map.Key = append(c.Map.Key, KeyEntry{Fill: Fill{Class: "q0", Color: tileColors[0]}, Label: w.Number(0)})
	for i, b := range bounds {
		label := w.Text("chart.map.from", b)
		if i+1 < len(bounds) {
			label = w.Text("chart.map.range", b, bounds[i+1]-1)
			if b == bounds[i+1]-1 {
				label = w.Number(b)
			}
		}
		c.Map.Key = append(c.Map.Key, KeyEntry{Fill: Fill{Class: "q" + strconv.Itoa(i+1), Color: tileColors[i+1]}, Label: label})
	}
	c.Under = w.Text("chart.map.under", len(sorted), total)
	u.rest(c, list, facet, f.Unknown)
	if f.Unknown > 0 {
		r := c.Rest[0]
		c.Table.Rows = append(c.Table.Rows, TableRow{Label: r.Label, URL: r.URL, Cells: []Cell{{Count: r.Count, URL: r.URL}}})
	}
	return c
}

// quarters are where each quarter of sorted counts begins, from 1, without repetitions.
func quarters(sorted []int) []int {
	bounds := []int{1}
	for _, q := range []int{1, 2, 3} {
		b := sorted[min(len(sorted)*q/4, len(sorted)-1)]
		if b > bounds[len(bounds)-1] {
			bounds = append(bounds, b)
		}
	}
	return bounds
}

// Lanes are the reviews of a State by year, a row for each body.
type Lanes struct {
	Height string
	Base   string // where the rows end
	TickY  string
	Ticks  []Tick
	Rows   []Lane
}

// Lane is one body.
type Lane struct {
	Name   string
	Y      string
	LabelY string
	Fill   Fill
	Dots   []Dot
}

// Dot is the passages of one body in one year; its area is their number.
type Dot struct {
	X, R  string
	Label string
	URL   string
}

// lanes draws the reviews of a State: years by body. total and undated are of the whole list, all of how many bodies
// it comes from.
func (u *UI) lanes(list searchurl.Address, bodies []index.FacetValue, years map[string]index.FacetCounts, all, total, undated int) *Chart {
	w := u.words
	first, last, most := 0, 0, 0
	for _, f := range years {
		a, b := yearSpan(f)
		if a > 0 && (first == 0 || a < first) {
			first = a
		}
		last = max(last, b)
		for _, v := range f.Values {
			most = max(most, v.Count)
		}
	}
	if first == 0 {
		return nil
	}
	span := float64(max(last-first, 1))
	x := func(year int) float64 { return 3 + 94*float64(year-first)/span }
	c := &Chart{ID: "reviews", Title: w.Text("chart.reviews"), Description: w.Text("chart.reviews.desc", strconv.Itoa(first), strconv.Itoa(last)), Lanes: &Lanes{}}
	c.Table.Head = []string{w.Text("fact.body")}
	for y := first; y <= last; y++ {
		c.Table.Head = append(c.Table.Head, strconv.Itoa(y))
		if y%5 == 0 || last-first < 6 {
			c.Lanes.Ticks = append(c.Lanes.Ticks, Tick{X: percent(x(y)), Label: strconv.Itoa(y)})
		}
	}
	if undated > 0 {
		c.Table.Head = append(c.Table.Head, u.valueLabel("year", uhri.ValueUnknown))
	}
	dated := 0
	for i, b := range bodies {
		fill := fillGhost
		if info, ok := uhri.BodyByCode(b.Value); ok {
			fill = fillOf(info.Mechanism)
		}
		y := i*laneHeight + 32
		lane := Lane{Name: u.laneName(b.Value), Y: strconv.Itoa(y), LabelY: strconv.Itoa(y - 18), Fill: fill}
		row := TableRow{Label: u.words.bodyName(b.Value), URL: list.Clear("body").With("body", index.Any, b.Value).String()}
		at := map[string]int{}
		for _, v := range years[b.Value].Values {
			at[v.Value] = v.Count
		}
		for year := first; year <= last; year++ {
			name := strconv.Itoa(year)
			to := list.Clear("body").Clear("year").With("body", index.Any, b.Value).With("year", index.Any, name).String()
			row.Cells = append(row.Cells, Cell{Count: at[name], URL: to})
			if at[name] == 0 {
				continue
			}
			dated += at[name]
			lane.Dots = append(lane.Dots, Dot{X: percent(x(year)), R: pixels(max(laneRadius*math.Sqrt(float64(at[name])/float64(most)), 2.5)),
				Label: w.Count("chart.reviews.mark", at[name], row.Label, name), URL: to})
		}
		if undated > 0 {
			to := list.Clear("body").Clear("year").With("body", index.Any, b.Value).With("year", index.Any, uhri.ValueUnknown).String()
			row.Cells = append(row.Cells, Cell{Count: years[b.Value].Unknown, URL: to})
		}
		c.Lanes.Rows = append(c.Lanes.Rows, lane)
		c.Table.Rows = append(c.Table.Rows, row)
	}
	base := len(bodies) * laneHeight
	c.Lanes.Base, c.Lanes.TickY, c.Lanes.Height = strconv.Itoa(base), strconv.Itoa(base+16), strconv.Itoa(base+22)
	c.Under = u.dated(dated, total)
	if len(bodies) < all {
		c.Under = w.Text("chart.reviews.cut", len(bodies), all, c.Under)
	}
	u.rest(c, list, "year", undated)
	return c
}

// maxLaneName is how much of a body's name is drawn, in bytes: letters in a drawing do not wrap, and a phone is narrow.
const maxLaneName = 48

func (u *UI) laneName(body string) string {
	if body == "UPR" {
		return u.words.Text("mech.upr")
	}
	return shorten(u.words.bodyName(body), maxLaneName)
}

// BarList is a facet as bars, the longest first or in the facet's own order; the list is its own table.
type BarList struct {
	Rows  []BarRow
	Empty string
	More  *Link
}

// BarRow is one bar.
type BarRow struct {
	Goal  *Goal
	Code  string // a target's number
	Label string
	Page  string // what the label leads to when not to the list: the value's own page, of as many passages
	URL   string // the list
	Count int
	Width string
	Fill  string
}

// bars makes a bar list of at most limit values (0 = all), each leading to its list; more leads to where all of them are.
func (u *UI) bars(f index.FacetCounts, limit int, more *Link, list func(value string) string) *BarList {
	return u.barsTo(highestOf(f), f, limit, more, list)
}

func highestOf(f index.FacetCounts) int {
	highest := 0
	for _, v := range f.Values {
		highest = max(highest, v.Count)
	}
	return highest
}

// barsTo is bars in a given scale, for lists that are compared with each other.
func (u *UI) barsTo(highest int, f index.FacetCounts, limit int, more *Link, list func(value string) string) *BarList {
	b := &BarList{Empty: u.words.Text("bars.empty")}
	for _, v := range f.Values {
		if limit > 0 && len(b.Rows) == limit {
			b.More = more
			break
		}
		if v.Count == 0 {
			continue
		}
		r := BarRow{Label: v.Label, URL: list(v.Value), Count: v.Count, Fill: "f-brand", Width: percent(float64(v.Count) * 100 / float64(max(highest, 1)))}
		switch f.Name {
		case "goal":
			g := u.goal(v.Value)
			r.Goal, r.Label = &g, u.words.conceptLabel(uhri.SchemeSDG, v.Value)
		case "sdg":
			r.Code, r.Label = v.Value, u.words.conceptLabel(uhri.SchemeSDG, v.Value)
		case "body":
			r.Label = u.words.bodyName(v.Value)
		}
		b.Rows = append(b.Rows, r)
	}
	return b
}

// barChart is a facet as a chart of bars: the drawing shows at most limit of them (0 = all), the table all.
func (u *UI) barChart(f index.FacetCounts, title string, limit int, more *Link, list func(value string) string) *Chart {
	c := &Chart{ID: "by-" + f.Name, Title: title, Bars: u.bars(f, limit, more, list)}
	c.Table.Head = []string{u.words.facetLabel(f.Name), u.words.Text("home.passages")}
	for _, v := range f.Values { // for its files alone, which have no links: a page shows bars, not their table
		c.Table.Rows = append(c.Table.Rows, TableRow{Label: v.Label, Cells: []Cell{{Count: v.Count}}})
	}
	if f.Unknown > 0 {
		c.Rest = []Stat{{Label: u.valueLabel(f.Name, uhri.ValueUnknown), Count: f.Unknown, URL: list(uhri.ValueUnknown)}}
		c.Table.Rows = append(c.Table.Rows, TableRow{Label: c.Rest[0].Label, Cells: []Cell{{Count: f.Unknown}}})
	}
	return c
}
