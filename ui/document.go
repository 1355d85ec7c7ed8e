package ui

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
)

// DocumentPage is the page of one document: all its passages in its own order.
type DocumentPage struct {
	Frame
	Symbol   uhri.Symbol
	Result   *index.Result
	Sections []Section
	u        *UI
}

// Section is what stands under one heading: in two columns where concerns stand beside recommendations.
type Section struct {
	ID      string
	Heading string
	Range   string // "12–13"
	Left    []Passage
	Right   []Passage // empty when the section is one list
}

// Passage is one passage in its document.
type Passage struct {
	Anchor     string
	Number     string
	Kind       string
	URL        string
	Lang       uhri.Lang
	Text       string
	Tail       string
	Position   Position
	Goals      []Goal
	Labels     []Link
	MoreLabels int
}

func (u *UI) document(c echo.Context) error {
	ctx := c.Request().Context()
	raw, err := url.PathUnescape(c.Param("*"))
	if err != nil {
		raw = c.Param("*")
	}
	raw, asJSON := strings.CutSuffix(raw, ".json")
	symbol, err := uhri.ParseSymbol(raw)
	if err != nil || symbol == "" {
		return uhri.Errorf(uhri.NotFound, "document", "%q is not a document symbol; symbols look like A/HRC/59/15 or CEDAW/C/KEN/CO/8", shorten(raw, 80))
	}
	if asJSON {
		return c.Redirect(http.StatusTemporaryRedirect, "/api/v1/documents?symbol="+url.QueryEscape(string(symbol)))
	}
	if string(symbol) != raw {
		return c.Redirect(http.StatusMovedPermanently, documentURL(symbol))
	}
	list := all().With("symbol", index.Any, string(symbol)).Sort(index.SortDocument)
	run := list.Limit(index.MaxLimit).Request()
	run.Facets = []string{"type", "position", "country", "body", "mechanism", "cycle", "session"}
	res, err := u.o.Searcher.Search(ctx, run)
	if err != nil {
		return err
	}
	if res.Total == 0 {
		return u.nodocument(c, symbol)
	}
	p := &DocumentPage{Frame: u.frame(c, "", ""), Symbol: symbol, Result: res, u: u}
	p.Snapshot = res.Snapshot
	p.Canonical = u.base(c) + documentURL(symbol)
	p.JSON = "/api/v1/documents?symbol=" + url.QueryEscape(string(symbol))
	p.Title = p.Heading()
	p.Description = u.words.Count("document.description", res.Total, string(symbol))
	p.Sections = u.sections(res.Hits)
	return u.render(c, http.StatusOK, "document", p)
}

// nodocument answers for a symbol none of the passages has: it may well exist at the United Nations.
func (u *UI) nodocument(c echo.Context, s uhri.Symbol) error {
	p := noticePage{Frame: u.frame(c, "", u.words.Text("nodocument.head", string(s))), Status: http.StatusNotFound, Lede: u.words.Text("nodocument.lede")}
	p.Head, p.NoIndex = p.Title, true
	if to := s.URL(uhri.English); to != "" {
		p.Ways = append(p.Ways, Link{Label: u.words.Text("nodocument.un"), URL: to})
	}
	p.Ways = append(p.Ways, Link{Label: u.words.Text("nodocument.search"), URL: all().Query(string(s)).String()}, Link{Label: u.words.Text("fail.way.status"), URL: "/status"})
	return u.render(c, http.StatusNotFound, "notice", p)
}

// sections divides passages, in document order, by their heading.
func (u *UI) sections(hits []index.Hit) []Section {
	var ss []Section
	var types []map[uhri.Type]bool
	for _, h := range hits {
		r := h.Record
		text := r.Texts[h.Lang]
		heading := text.Heading
		if heading == "" && r.UPR != nil {
			heading = r.UPR.LeadIn
		}
		if n := len(ss); n == 0 || ss[n-1].Heading != heading {
			ss = append(ss, Section{ID: "s" + strconv.Itoa(n+1), Heading: heading})
			types = append(types, map[uhri.Type]bool{})
		}
		n := len(ss) - 1
		types[n][r.Type] = true
		ss[n].Left = append(ss[n].Left, u.passage(h, len(ss), len(ss[n].Left)))
	}
	kind := u.words.Text("type." + string(uhri.TypeObservation))
	for i := range ss {
		s := &ss[i]
		s.Range = rangeOf(s.Left)
		if s.Heading == "" || !types[i][uhri.TypeObservation] || !types[i][uhri.TypeRecommendation] {
			continue
		}
		whole := s.Left
		s.Left = nil
		for _, p := range whole { // the concern beside what is asked because of it
			if p.Kind == kind {
				s.Left = append(s.Left, p)
			} else {
				s.Right = append(s.Right, p)
			}
		}
	}
	return ss
}

func (u *UI) passage(h index.Hit, section, n int) Passage {
	r := h.Record
	text := show(r.Texts[h.Lang], nil)
	p := Passage{
		Anchor: "p" + strconv.Itoa(section) + "-" + strconv.Itoa(n+1), Number: r.Paragraph, Kind: u.words.Text("type." + string(cmp.Or(r.Type, uhri.TypeUnknown))),
		URL: recordURL(r.ID), Lang: h.Lang, Text: text.body, Tail: u.tail(r, text), Position: u.positionOf(r),
	}
	p.Goals, p.Labels, p.MoreLabels = u.labels(r)
	return p
}

// rangeOf is the first and last paragraph of a section.
func rangeOf(ps []Passage) string {
	first, last := ps[0].Number, ps[len(ps)-1].Number
	if first == last || last == "" {
		return first
	}
	if first == "" {
		return last
	}
	return first + "–" + last
}

// Heading names the document by its body and State.
func (p *DocumentPage) Heading() string {
	r := p.Result.Hits[0].Record
	who := p.u.addressed(r)
	if names := p.names("country"); len(names) > 0 && len(names) <= 3 {
		who = p.words.List(names)
	}
	name := bodyName(r.Body)
	if name == "" {
		name = p.words.Text("mech." + string(cmp.Or(r.Mechanism, uhri.MechanismUnknown)))
	}
	return p.words.Text("document.heading", name, who)
}

func (p *DocumentPage) names(facet string) []string {
	var names []string
	for _, f := range p.Result.Facets {
		if f.Name == facet {
			for _, v := range f.Values {
				names = append(names, v.Label)
			}
		}
	}
	return names
}

// Kicker says what kind of document it is.
func (p *DocumentPage) Kicker() string {
	return p.words.Text("document.kicker." + string(cmp.Or(p.Result.Hits[0].Record.Mechanism, uhri.MechanismUnknown)))
}

// Mech is the mechanism's mark.
func (p *DocumentPage) Mech() Mech {
	return p.u.mechOf(p.Result.Hits[0].Record)
}

// Date is the date of the document.
func (p *DocumentPage) Date() uhri.Date { return p.Result.Hits[0].Record.Date }

// Crumbs lead up: to the State and the body.
func (p *DocumentPage) Crumbs() []Link {
	r := p.Result.Hits[0].Record
	var ls []Link
	if len(r.Countries) == 1 {
		ls = append(ls, Link{Label: r.Countries[0].Name(), URL: countryURL(r.Countries[0])})
	}
	if r.Body != "" {
		ls = append(ls, Link{Label: r.Body, URL: bodyURL(r.Body)})
	}
	return ls
}

// Stats are counts of the whole document, each with its list.
func (p *DocumentPage) Stats() []Stat {
	list := all().With("symbol", index.Any, string(p.Symbol)).Sort(index.SortDocument)
	ss := []Stat{{Count: p.Result.Total, Label: p.words.Count("document.passages", p.Result.Total), URL: list.String()}}
	for _, name := range []string{"type", "position"} {
		for _, f := range p.Result.Facets {
			if f.Name != name {
				continue
			}
			for _, v := range f.Values {
				ss = append(ss, Stat{Count: v.Count, Label: v.Label, URL: list.With(name, index.Any, v.Value).String()})
			}
			if f.Unknown > 0 {
				ss = append(ss, Stat{Count: f.Unknown, Label: p.u.valueLabel(name, uhri.ValueUnknown), URL: list.With(name, index.Any, uhri.ValueUnknown).String()})
			}
		}
	}
	return slices.DeleteFunc(ss, func(s Stat) bool { return s.Count == 0 })
}

// Stat is a number with its list.
type Stat struct {
	Count int
	Label string
	URL   string
}

// Contents is the table of contents; empty when there is nothing to choose from.
func (p *DocumentPage) Contents() []Section {
	if len(p.Sections) < 2 {
		return nil
	}
	return p.Sections
}

// Within searches in the document.
func (p *DocumentPage) Within() string {
	return all().With("symbol", index.Any, string(p.Symbol)).String()
}

// Rest is where the passages go on that this page has no room for.
func (p *DocumentPage) Rest() *Link {
	if p.Result.Total <= len(p.Result.Hits) {
		return nil
	}
	to := all().With("symbol", index.Any, string(p.Symbol)).Sort(index.SortDocument).Limit(100).Page(len(p.Result.Hits)/100 + 1)
	return &Link{Label: p.words.Count("document.rest", p.Result.Total-len(p.Result.Hits)), URL: to.String()}
}

// UNLinks lead to the document at the United Nations.
func (p *DocumentPage) UNLinks() []UNLink { return unLinks(p.Symbol, p.Demo) }
