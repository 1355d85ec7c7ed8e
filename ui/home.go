package ui

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
)

// skyHeight is the height of the home page's histogram in pixels.
const skyHeight = 110

// newestReviews is how many documents the home page lists.
const newestReviews = 6

// The passage quoted on the home page is long enough to say something and short enough to be read at once, in bytes.
const quoteLeast, quoteMost = 90, 260

// examples teach the language; the ones that find nothing here are not shown.
var examples = [...]struct{ query, teaches string }{
	{"detention women", "home.teach.and"},
	{`"rule of law"`, "home.teach.phrase"},
	{"discriminat*", "home.teach.prefix"},
	{"child AND (work OR labour) NOT school", "home.teach.boolean"},
	{"sdg:5.2 year:2018..2024", "home.teach.field"},
}

// HomePage is the front page.
type HomePage struct {
	Frame
	homeNumbers
	Fresh []SourceView
	Sky   []Bar
	Ticks []Tick
	Tiles []Tile
	Trio  []MechanismCard
}

// homeNumbers is what the front page needs of a snapshot; it changes only with the snapshot.
type homeNumbers struct {
	of       index.Snapshot
	Total    int
	First    int // year
	Last     int
	Examples []Example
	Quote    *Quote
	Newest   []Review
	facets   map[string]index.FacetCounts
	newestOf map[uhri.Mechanism]uhri.Date
}

// Example is a search to try, with its count.
type Example struct {
	Query   string
	Teaches string
	URL     string
	Count   int
}

// Quote is one passage, as a taste.
type Quote struct {
	Text  string
	Lang  uhri.Lang
	URL   string
	Title string
	Line  string
}

// Review is one of the newest documents.
type Review struct {
	Date     uhri.Date
	State    string
	StateURL string
	Mech     Mech
	Symbol   string
	URL      string
	Count    int
	ListURL  string
}

// Tile is a goal with its count.
type Tile struct {
	Goal  Goal
	Label string
	Count int
	URL   string
	Spark []Bar // passages a year, where asked for
}

// MechanismCard is one of the three mechanisms.
type MechanismCard struct {
	Class  string
	Name   string
	URL    string
	About  string
	Count  int
	List   string
	Newest uhri.Date
	Parts  []Stat // cycles or bodies
}

// Tick is a year under a histogram.
type Tick struct{ X, Label string }

// once keeps what takes many searches, or a reading of everything, and changes only with the snapshot.
type once[T any] struct {
	mu       sync.Mutex
	snapshot string
	value    T
}

// of returns the value for a snapshot, asked for when another snapshot's is kept. Who comes meanwhile waits for it.
func (o *once[T]) of(snapshot string, ask func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if snapshot != "" && o.snapshot == snapshot {
		return o.value, nil
	}
	value, err := ask()
	if err == nil {
		o.snapshot, o.value = snapshot, value
	}
	return value, err
}

func (u *UI) home(c echo.Context) error {
	ctx := c.Request().Context()
	st, err := u.o.Searcher.Status(ctx)
	if err != nil {
		return err
	}
	n, err := u.front.of(st.Current.ID, func() (*homeNumbers, error) { return u.askHome(ctx) })
	if err != nil {
		return err
	}
	p := &HomePage{Frame: u.frame(c, "home", u.words.Text("home.title")), homeNumbers: *n}
	p.Feeds = u.feeds(all())
	p.Frame.Snapshot = n.of
	p.OwnFind, p.Canonical = true, u.base(c)+"/"
	p.Description = u.words.Text("home.description")
	p.JSON = apiAt(index.Request{FacetLimit: -1}).Facets("year", "goal", "mechanism", "body").String()
	p.Structured = map[string]any{"@context": "https://schema.org", "@type": "WebSite", "name": u.words.Text("site.name"), "url": p.Canonical,
		"potentialAction": map[string]any{"@type": "SearchAction", "target": u.base(c) + "/search?q={q}", "query-input": "required name=q"}}
	if u.o.Sources != nil {
		sources, err := u.o.Sources.SourceStatus(ctx)
		if err != nil {
			return err
		}
		for _, s := range sources {
			if s.State != uhri.Disabled {
				p.Fresh = append(p.Fresh, u.sourceView(s))
			}
		}
	} else {
		for _, s := range n.of.Sources {
			p.Fresh = append(p.Fresh, u.sourceView(s))
		}
	}
	p.Fresh = oneLine(p.Fresh)
	p.Sky, p.Ticks = u.sky(n.facets["year"])
	p.Tiles = u.goalTiles(n.facets["goal"])
	p.Trio = u.trio(n)
	return u.render(c, http.StatusOK, "home", p)
}

// oneLine shortens the sources to one line: short names, and the languages of one source together where they fare alike,
// with the age of the oldest.
func oneLine(sources []SourceView) []SourceView {
	type kind struct{ source, class string }
	var line []SourceView
	at, languages := map[kind]int{}, map[kind]int{}
	for _, v := range sources {
		name, lang, _ := strings.Cut(v.Source, "/")
		k := kind{name, v.Class}
		if i, ok := at[k]; ok && lang != "" {
			if languages[k]++; v.LastSuccess.Before(line[i].LastSuccess) {
				line[i].LastSuccess = v.LastSuccess
			}
			line[i].Name = v.words.Text("source.langs", v.words.Text("fresh."+name), languages[k])
			continue
		}
		if key := "fresh." + name; lang == "" && v.words.has(key) {
			v.Name = v.words.Text(key)
		}
		at[k], languages[k] = len(line), 1
		line = append(line, v)
	}
	return line
}

func (u *UI) askHome(ctx context.Context) (*homeNumbers, error) {
	res, err := u.o.Searcher.Search(ctx, index.Request{Facets: []string{"year", "goal", "mechanism", "body", "cycle"}, FacetLimit: 0})
	if err != nil {
		return nil, err
	}
	n := &homeNumbers{of: res.Snapshot, Total: res.Total, facets: map[string]index.FacetCounts{}, newestOf: map[uhri.Mechanism]uhri.Date{}}
	for _, f := range res.Facets {
		n.facets[f.Name] = f
	}
	n.First, n.Last = yearSpan(n.facets["year"])
	for _, e := range examples {
		if err := u.example(ctx, n, e.query, e.teaches); err != nil {
			return nil, err
		}
	}
	if n.Newest, err = u.newest(ctx, res); err != nil {
		return nil, err
	}
	for _, r := range n.Newest {
		if r.Symbol != "" {
			if err := u.example(ctx, n, r.Symbol, "home.teach.symbol"); err != nil {
				return nil, err
			}
			break
		}
	}
	if n.Quote, err = u.quote(ctx, res); err != nil {
		return nil, err
	}
	for _, m := range uhri.Mechanisms {
		req := all().With("mechanism", index.Any, string(m)).Sort(index.SortNewest).Limit(1).Request()
		req.Snapshot = res.Snapshot.ID
		one, err := u.o.Searcher.Search(ctx, req)
		if err != nil {
			return nil, err
		}
		if len(one.Hits) > 0 {
			n.newestOf[m] = one.Hits[0].Record.Date
		}
	}
	return n, nil
}

func (u *UI) example(ctx context.Context, n *homeNumbers, query, teaches string) error {
	to := all().Query(query)
	req := to.Limit(0).Request()
	req.Snapshot = n.of.ID
	res, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		return err
	}
	if res.Total > 0 {
		n.Examples = append(n.Examples, Example{Query: query, Teaches: u.words.Text(teaches), URL: to.String(), Count: res.Total})
	}
	return nil
}

// newest finds the newest documents: the newest passage, then the newest outside its document, and so on. Passages
// without symbol belong to no document and are passed over.
func (u *UI) newest(ctx context.Context, first *index.Result) ([]Review, error) {
	var rs []Review
	rest := all().Sort(index.SortNewest).Limit(1).With("symbol", index.None, uhri.ValueUnknown)
	for range newestReviews {
		req := rest.Request()
		req.Snapshot = first.Snapshot.ID
		res, err := u.o.Searcher.Search(ctx, req)
		if err != nil {
			return nil, err
		}
		if len(res.Hits) == 0 {
			break
		}
		r := res.Hits[0].Record
		list := all().With("symbol", index.Any, string(r.Symbol)).Sort(index.SortDocument)
		in, err := u.o.Searcher.Search(ctx, pinned(list.Request(), first))
		if err != nil {
			return nil, err
		}
		v := Review{Date: r.Date, State: u.addressed(r), Mech: u.mechOf(r), Symbol: string(r.Symbol), URL: documentURL(r.Symbol), Count: in.Total, ListURL: list.String()}
		if len(r.Countries) == 1 {
			v.StateURL = countryURL(r.Countries[0])
		}
		rs = append(rs, v)
		rest = rest.With("symbol", index.None, string(r.Symbol))
	}
	return rs, nil
}

// quote picks the newest supported recommendation of a readable length.
func (u *UI) quote(ctx context.Context, first *index.Result) (*Quote, error) {
	req := all().With("position", index.Any, string(uhri.PositionSupported)).Sort(index.SortNewest).Limit(60).Request()
	req.Snapshot = first.Snapshot.ID
	res, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		return nil, err
	}
	for _, h := range res.Hits {
		r := h.Record
		body := show(r.Texts[h.Lang], nil).body
		if len(body) < quoteLeast || len(body) > quoteMost || len(r.Countries) != 1 {
			continue
		}
		q := &Quote{Text: body, Lang: h.Lang, URL: recordURL(r.ID), Title: u.words.Text("home.quote.to", u.addressed(r)),
			Line: u.words.Text("home.quote.line", u.words.Text("mech.upr"), r.Date, u.words.Text("position.supported"))}
		if r.UPR != nil && len(r.UPR.Recommending) > 0 && len(r.UPR.Recommending) <= 3 {
			q.Title = u.words.Text("home.quote.toby", u.addressed(r), u.words.List(u.words.countryNames(r.UPR.Recommending)))
		}
		return q, nil
	}
	return nil, nil
}

// yearSpan is the first and last year with records.
func yearSpan(f index.FacetCounts) (first, last int) {
	for _, v := range f.Values {
		n, err := strconv.Atoi(v.Value)
		if err != nil {
			continue
		}
		if first == 0 || n < first {
			first = n
		}
		last = max(last, n)
	}
	return first, last
}

// sky is the corpus by year, each bar a link to its year.
func (u *UI) sky(f index.FacetCounts) ([]Bar, []Tick) {
	first, last := yearSpan(f)
	if first == 0 {
		return nil, nil
	}
	counts, highest := map[string]int{}, 0
	for _, v := range f.Values {
		counts[v.Value] = v.Count
		highest = max(highest, v.Count)
	}
	n := last - first + 1
	var bars []Bar
	var ticks []Tick
	for i := range n {
		year := strconv.Itoa(first + i)
		bars = append(bars, column(i, n, counts[year], highest, skyHeight, u.words.Count("home.sky.year", counts[year], year), all().With("year", index.Any, year).String(), ""))
		if (first+i)%5 == 0 {
			ticks = append(ticks, Tick{X: percent((float64(i) + (1-columnGap)/2) * 100 / float64(n)), Label: year})
		}
	}
	return bars, ticks
}

// goalTiles are the seventeen goals and the passages without one.
func (u *UI) goalTiles(f index.FacetCounts) []Tile {
	counts := map[string]int{}
	for _, v := range f.Values {
		counts[v.Value] = v.Count
	}
	var tiles []Tile
	for n := 1; n <= 17; n++ {
		g := u.goal(strconv.Itoa(n))
		tiles = append(tiles, Tile{Goal: g, Label: u.words.conceptLabel(uhri.SchemeSDG, g.Number), Count: counts[g.Number], URL: g.URL})
	}
	return append(tiles, Tile{Goal: Goal{Number: "–", Class: "g0"}, Label: u.valueLabel("goal", uhri.ValueUnknown), Count: f.Unknown,
		URL: all().With("goal", index.Any, uhri.ValueUnknown).String()})
}

// trio are the three mechanisms with their cycles or bodies.
func (u *UI) trio(n *homeNumbers) []MechanismCard {
	counts := map[string]int{}
	for _, v := range n.facets["mechanism"].Values {
		counts[v.Value] = v.Count
	}
	var cards []MechanismCard
	for _, m := range uhri.Mechanisms {
		card := MechanismCard{Class: mechClass(m), Name: u.words.Text("mech." + string(m)), URL: mechanismURL(m), About: u.words.Text("home.mech." + string(m)),
			Count: counts[string(m)], List: all().With("mechanism", index.Any, string(m)).String(), Newest: n.newestOf[m]}
		if m == uhri.MechanismUPR {
			for _, v := range n.facets["cycle"].Values {
				card.Parts = append(card.Parts, Stat{Label: v.Label, Count: v.Count, URL: all().With("cycle", index.Any, v.Value).String()})
			}
		} else {
			for _, v := range n.facets["body"].Values {
				if b, ok := uhri.BodyByCode(v.Value); ok && b.Mechanism == m && len(card.Parts) < 12 {
					card.Parts = append(card.Parts, Stat{Label: v.Value, Count: v.Count, URL: bodyURL(v.Value)})
				}
			}
		}
		cards = append(cards, card)
	}
	return cards
}

// Years is the span of the corpus.
func (p *HomePage) Years() string {
	switch {
	case p.First == 0:
		return ""
	case p.First == p.homeNumbers.Last:
		return strconv.Itoa(p.First)
	}
	return p.words.Text("home.years", strconv.Itoa(p.First), strconv.Itoa(p.homeNumbers.Last))
}
