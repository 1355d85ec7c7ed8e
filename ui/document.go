package ui

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// DocumentPage is the page of one document: all its passages in its own order.
type DocumentPage struct {
	Frame
	Symbol   uhri.Symbol
	Result   *index.Result
	Sections []Section
	Chart    *Chart       // what the State said, of a review
	Sources  []string     // where the passages were read
	Files    []SourceFile // the files they were cut from
	u        *UI
}

// SourceFile is a file the document was read from.
type SourceFile struct {
	Symbol uhri.Symbol
	Lang   uhri.Lang
	Name   string // the address without what precedes the file, or the local file's name
	URL    string // "" for a local file, and in a demonstration
	Kind   string // "PDF"
	Size   int64
	Hash   string // SHA-256, in hex
	Read   time.Time
}

// Section is what stands under one heading.
type Section struct {
	ID      string
	Heading string
	Range   string // "12–13"
	Paired  bool   // it has concerns and recommendations: they stand in two columns
	Rows    []Row
}

// Row is a run of concerns and the run of recommendations that follows from it, or, where a section is one list, the
// whole list on the left.
type Row struct{ Left, Right []Passage }

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
	if asJSON || asksJSON(c) {
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
	p.Structured = p.structured()
	if p.Chart = u.answers(p, list); p.Chart != nil && c.QueryParam("chart") != "" {
		return u.chartAs(c, c.QueryParam("chart"), p.Title, u.words.Text("chart.source", p.Snapshot.ID, p.Canonical), []*Chart{p.Chart})
	}
	p.Sections = u.sections(res.Hits)
	if err := u.readFrom(ctx, p); err != nil {
		return err
	}
	p.Feeds = u.feeds(list)
	return u.render(c, http.StatusOK, "document", p)
}

// answers draws what the State said to the recommendations of a review; nil for other documents.
func (u *UI) answers(p *DocumentPage, list searchurl.Address) *Chart {
	for _, f := range p.Result.Facets {
		if f.Name != "position" {
			continue
		}
		c := u.positions(list, f, u.words.Text("chart.positions.one"))
		if c == nil {
			return nil
		}
		c.filesAt(searchurl.At(documentURL(p.Symbol), index.Request{Limit: index.DefaultLimit, FacetLimit: -1}))
		return c
	}
	return nil
}

// readFrom finds the sources of the passages and the files they were cut from; those of a review include the addendum
// its positions were taken from.
func (u *UI) readFrom(ctx context.Context, p *DocumentPage) error {
	symbols := []uhri.Symbol{p.Symbol}
	for _, h := range p.Result.Hits {
		r := h.Record
		if name := sourceName(u.words, r.Provenance.Source); !slices.Contains(p.Sources, name) {
			p.Sources = append(p.Sources, name)
		}
		if s, _ := positionSource(r); s != "" && !slices.Contains(symbols, s) {
			symbols = append(symbols, s)
		}
	}
	if u.o.Files == nil {
		return nil
	}
	for _, s := range symbols {
		files, err := u.o.Files.DocumentFiles(ctx, s)
		if err != nil {
			return err
		}
		for _, f := range files {
			file := SourceFile{Symbol: f.Symbol, Lang: f.Lang, Name: path.Base(f.URL), Kind: fileKind(f.MediaType), Size: f.Size, Hash: hex.EncodeToString(f.Hash[:]), Read: f.FetchedAt}
			if strings.HasPrefix(f.URL, "https://") && !p.Demo {
				file.URL = f.URL
			}
			p.Files = append(p.Files, file)
		}
	}
	return nil
}

// fileKind names a media type as people do.
func fileKind(media string) string {
	media, _, _ = strings.Cut(media, ";")
	switch strings.TrimSpace(media) {
	case "application/pdf":
		return "PDF"
	case "application/msword":
		return "Word"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return "DOCX"
	case "text/html":
		return "HTML"
	}
	return media
}

// structured is the document for search engines: a report, of which this page shows what it recommends.
func (p *DocumentPage) structured() any {
	m := map[string]any{"@context": "https://schema.org", "@type": "Report", "@id": p.Canonical, "url": p.Canonical, "name": p.Title, "description": p.Description, "reportNumber": string(p.Symbol)}
	if d := p.Result.Hits[0].Record.Date; !d.IsZero() {
		m["datePublished"] = d.String()
	}
	if !p.Demo {
		m["sameAs"] = p.Symbol.URL(uhri.English)
	}
	return m
}

// nodocument answers for a symbol none of the passages has. What was here once keeps its address and says so; another may well
// exist at the United Nations.
func (u *UI) nodocument(c echo.Context, s uhri.Symbol) error {
	gone, err := u.o.Searcher.Gone(c.Request().Context(), s)
	if err != nil {
		return err
	}
	p := noticePage{Frame: u.frame(c, "", u.words.Text("nodocument.head", string(s))), Status: http.StatusNotFound, Lede: u.words.Text("nodocument.lede")}
	if len(gone) > 0 {
		last := slices.MaxFunc(gone, func(a, b uhri.Tombstone) int { return a.At.Compare(b.At) })
		p.Title, p.Status = u.words.Text("gonedocument.head", string(s)), http.StatusGone
		p.Lede = u.words.Count("gonedocument.lede", len(gone), last.At)
		if !slices.ContainsFunc(gone, func(t uhri.Tombstone) bool { return t.Kind == uhri.TombWithdrawn }) {
			p.Title, p.Lede = u.words.Text("gonedocument.down.head", string(s)), u.words.Text("gonedocument.down.lede", last.At)
		}
	}
	p.Head = p.Title
	for _, t := range gone {
		label := u.words.Text("gonedocument.passage", string(t.ID))
		if t.LastText != "" {
			label = shorten(t.LastText, 120)
		}
		p.Ways = append(p.Ways, Link{Label: label, URL: recordURL(t.ID)})
	}
	if to := s.URL(uhri.English); to != "" {
		p.Ways = append(p.Ways, Link{Label: u.words.Text("nodocument.un"), URL: to})
	}
	p.Ways = append(p.Ways, Link{Label: u.words.Text("nodocument.search"), URL: all().Query(string(s)).String()}, Link{Label: u.words.Text("fail.way.status"), URL: "/status"})
	return u.notice(c, p)
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
			ss = append(ss, Section{ID: "s" + strconv.Itoa(n+1), Heading: heading, Rows: []Row{{}}})
			types = append(types, map[uhri.Type]bool{})
		}
		n := len(ss) - 1
		types[n][r.Type] = true
		row := &ss[n].Rows[0]
		row.Left = append(row.Left, u.passage(h))
	}
	for i := range ss {
		ss[i].arrange(types[i][uhri.TypeObservation] && types[i][uhri.TypeRecommendation], u.words.Text("type."+string(uhri.TypeObservation)))
	}
	return ss
}

// arrange sets the concerns of a section beside what is asked because of them: each run of concerns with the run of
// other passages after it, so that reading by rows is reading in the document's order.
func (s *Section) arrange(paired bool, concern string) {
	whole := s.Rows[0].Left
	s.Range = rangeOf(whole)
	if s.Paired = paired && s.Heading != ""; !s.Paired {
		return
	}
	s.Rows = nil
	for i, p := range whole {
		if i == 0 || p.Kind == concern && whole[i-1].Kind != concern {
			s.Rows = append(s.Rows, Row{})
		}
		row := &s.Rows[len(s.Rows)-1]
		if p.Kind == concern {
			row.Left = append(row.Left, p)
		} else {
			row.Right = append(row.Right, p)
		}
	}
}

func (u *UI) passage(h index.Hit) Passage {
	r := h.Record
	text := show(r.Texts[h.Lang], nil)
	p := Passage{
		Anchor: passageAnchor(r.ID), Number: r.Paragraph, Kind: u.words.Text("type." + string(cmp.Or(r.Type, uhri.TypeUnknown))),
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
	name := p.words.bodyName(r.Body)
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
		ls = append(ls, Link{Label: p.words.countryName(r.Countries[0]), URL: countryURL(r.Countries[0])})
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
	for _, f := range p.Result.Facets {
		if f.Name != "type" {
			continue
		}
		for _, v := range f.Values {
			if v.Count == p.Result.Total { // one number, once: with its better name
				ss = ss[:0]
			}
			ss = append(ss, Stat{Count: v.Count, Label: p.words.Count("document.type."+v.Value, v.Count), URL: list.With("type", index.Any, v.Value).String()})
		}
		if f.Unknown > 0 {
			ss = append(ss, Stat{Count: f.Unknown, Label: p.u.valueLabel("type", uhri.ValueUnknown), URL: list.With("type", index.Any, uhri.ValueUnknown).String()})
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
