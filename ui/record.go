package ui

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/cite"
	"uhri/index"
	"uhri/index/searchurl"
)

// RecordPage is the permanent page of one passage.
type RecordPage struct {
	Frame
	R       *uhri.Recommendation
	Shown   uhri.Lang
	Text    []Piece
	Side    []Piece
	Tail    string
	At      searchurl.Address // of this page, within its list
	Walk    *Walk
	Beside  []Translation // the same in other languages, side by side
	Before  *Neighbour
	After   *Neighbour
	Around  int      // passages of its document
	Same    *SameAsk // nil when it stands alone
	History []uhri.Change
	u       *UI
}

// Walk leads through the result list a record was opened from.
type Walk struct {
	Back     Link
	Place    string // "1 of 167"
	Next     string
	Previous string
}

// Neighbour is the passage before or after in the same document.
type Neighbour struct {
	Paragraph string
	URL       string
	Text      string
	Lang      uhri.Lang
}

// maxNeighbourText is how much of a neighbour is shown, in bytes.
const maxNeighbourText = 320

func (u *UI) record(c echo.Context) error {
	ctx := c.Request().Context()
	raw := strings.ToLower(c.Param("id"))
	if id, ok := strings.CutSuffix(raw, ".json"); ok || asksJSON(c) {
		return c.Redirect(http.StatusTemporaryRedirect, "/api/v1/recommendations/"+url.PathEscape(id))
	}
	r, err := u.o.Searcher.Get(ctx, uhri.ID(raw))
	if gone, ok := errors.AsType[*uhri.GoneRecord](err); ok {
		return u.gone(c, gone.Tombstone)
	}
	if uhri.KindOf(err) == uhri.NotFound {
		return uhri.Errorf(uhri.NotFound, "record", "there is no passage with this identifier; it may have been copied incompletely")
	}
	if err != nil {
		return err
	}
	p := &RecordPage{Frame: u.frame(c, "", ""), R: r, u: u}
	p.Canonical = u.base(c) + recordURL(r.ID)
	p.JSON = "/api/v1/recommendations/" + url.PathEscape(string(r.ID))
	if u.o.Feeds {
		p.Feeds = u.feedLinks(recordURL(r.ID)+".atom", recordURL(r.ID)+".feed.json")
	}
	spans, err := u.listed(ctx, c, p)
	if err != nil {
		return err
	}
	text := show(r.Texts[p.Shown], spans)
	p.Text = divide(text.body, text.spans, 0, len(text.body))
	p.Side, p.Tail = text.side, u.tail(r, text)
	p.Title = p.Heading()
	p.Description = shorten(text.body, 200)
	p.Structured = p.structured()
	if err := u.neighbours(ctx, p); err != nil {
		return err
	}
	if err := u.sameAsk(ctx, p); err != nil {
		return err
	}
	if u.o.History != nil {
		if p.History, err = u.o.History.RecordChanges(ctx, r.ID); err != nil {
			return err
		}
	}
	return u.render(c, http.StatusOK, "record", p)
}

// shownIn is the language a record is shown in: the first preferred one it has, English, else any of the six.
func shownIn(r *uhri.Recommendation, prefer []uhri.Lang) uhri.Lang {
	for _, l := range append(slices.Clone(prefer), uhri.Langs[:]...) {
		if r.Texts[l].Full != "" {
			return l
		}
	}
	return ""
}

// tail is the recommending States in parentheses, where the text is shown without them.
func (u *UI) tail(r *uhri.Recommendation, text shown) string {
	if !text.askers || r.UPR == nil || len(r.UPR.Recommending) == 0 {
		return ""
	}
	return "(" + strings.Join(u.words.countryNames(r.UPR.Recommending), ", ") + ")"
}

// listed reads the list a record was opened from off its address: the way back and to both sides, the language its
// text was shown in there, and what of it matched. A list that has changed since still has a way back and its marks;
// only the places are lost.
func (u *UI) listed(ctx context.Context, c echo.Context, p *RecordPage) ([]index.Span, error) {
	p.Shown = shownIn(p.R, nil)
	params := c.QueryParams()
	at, err := strconv.Atoi(params.Get("at"))
	if err != nil || at < 1 || at > index.MaxOffset {
		at = 0
	}
	asked, faults := searchurl.Parse(formValues(params), searchurl.Options{Also: []string{"at", "beside"}})
	p.At = searchurl.At(recordURL(p.R.ID), asked).Extra("beside", p.readBeside(params["beside"])...)
	list := searchAt(asked)
	if len(faults) > 0 || at == 0 && list.String() == all().String() {
		return nil, nil
	}
	here, total, err := u.place(ctx, p, list, at)
	if kind := uhri.KindOf(err); kind == uhri.Invalid || kind == uhri.Gone {
		p.Walk = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.Walk.Back.Label = u.words.Count("walk.back", total)
	if asked.Query != "" {
		p.Walk.Back.Label = u.words.Count("walk.back.query", total, asked.Query)
	}
	if here == nil {
		return nil, nil
	}
	p.Shown = here.Lang
	p.Beside = slices.DeleteFunc(p.Beside, func(t Translation) bool { return t.Lang == p.Shown })
	return here.Spans, nil
}

// place finds the record in the list, at its place or, when that has changed, anywhere, and starts the walk. total is
// what the list finds; the hit is nil when the list has the record no more.
func (u *UI) place(ctx context.Context, p *RecordPage, list searchurl.Address, at int) (here *index.Hit, total int, err error) {
	run := list.Request()
	run.Highlight, run.Facets, run.Cursor, run.Offset, run.Limit = true, nil, "", max(at-2, 0), 3
	if at > 0 {
		res, err := u.o.Searcher.Search(ctx, run)
		if err != nil {
			return nil, 0, err
		}
		n := slices.IndexFunc(res.Hits, func(h index.Hit) bool { return h.Record.ID == p.R.ID })
		if n >= 0 && n == at-1-run.Offset {
			shown := res.Total
			if run.Collapse {
				shown = res.Distinct
			}
			p.Walk = &Walk{Place: u.words.Text("walk.place", at, shown)}
			p.Walk.Back.URL = list.Page((at-1)/max(list.Request().Limit, 1) + 1).String()
			step := func(i, to int) string {
				return p.At.To(recordURL(res.Hits[i].Record.ID)).Extra("at", strconv.Itoa(to)).String()
			}
			if n > 0 {
				p.Walk.Previous = step(n-1, at-1)
			}
			if n+1 < len(res.Hits) {
				p.Walk.Next = step(n+1, at+1)
			}
			p.At = p.At.Extra("at", strconv.Itoa(at))
			return &res.Hits[n], res.Total, nil
		}
	}
	whole, err := u.o.Searcher.Search(ctx, counted(run))
	if err != nil {
		return nil, 0, err
	}
	p.Walk = &Walk{}
	p.Walk.Back.URL = list.Page(1).String()
	if run.Mode == index.ModeUHRI { // it reads the whole query as one phrase: nothing can be asked beside it
		return nil, whole.Total, nil
	}
	run.Query, run.Collapse, run.Offset, run.Limit, run.Snapshot = only(whole.Reading.Canonical, p.R.ID), false, 0, 1, whole.Snapshot.ID
	res, err := u.o.Searcher.Search(ctx, run)
	if err != nil || len(res.Hits) == 0 {
		return nil, whole.Total, err
	}
	return &res.Hits[0], whole.Total, nil
}

// only is the query that finds what q finds, and of it the one record.
func only(q string, id uhri.ID) string {
	if q == "" {
		return "id:" + string(id)
	}
	return "(" + q + ") AND id:" + string(id)
}

// neighbours finds the passages before and after in the document; a record without symbol has none.
func (u *UI) neighbours(ctx context.Context, p *RecordPage) error {
	if p.R.Symbol == "" {
		return nil
	}
	req := all().With("symbol", index.Any, string(p.R.Symbol)).Sort(index.SortDocument).Limit(index.MaxLimit).Request()
	req.Snapshot = p.Snapshot.ID
	res, err := u.o.Searcher.Search(ctx, req)
	if err != nil {
		if uhri.KindOf(err) == uhri.Gone { // a new snapshot came between; the page stands without its neighbours
			return nil
		}
		return err
	}
	p.Around = res.Total
	here := slices.IndexFunc(res.Hits, func(h index.Hit) bool { return h.Record.ID == p.R.ID })
	if here > 0 {
		p.Before = neighbour(res.Hits[here-1].Record)
	}
	if here >= 0 && here+1 < len(res.Hits) {
		p.After = neighbour(res.Hits[here+1].Record)
	}
	return nil
}

func neighbour(r *uhri.Recommendation) *Neighbour {
	lang := shownIn(r, nil)
	return &Neighbour{Paragraph: r.Paragraph, URL: recordURL(r.ID), Text: shorten(show(r.Texts[lang], nil).body, maxNeighbourText), Lang: lang}
}

// shorten cuts a text at a space.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if at := strings.LastIndexByte(s[:most], ' '); at > most/2 {
		return s[:at] + " …"
	}
	at := most
	for at > 0 && s[at]&0xC0 == 0x80 {
		at--
	}
	return s[:at] + " …"
}

// Heading names the passage: its States and its paragraph.
func (p *RecordPage) Heading() string {
	who := p.u.addressed(p.R)
	if p.R.Paragraph == "" {
		return who
	}
	return who + ", ¶\u00a0" + p.R.Paragraph
}

// Kicker says what kind of passage it is.
func (p *RecordPage) Kicker() string {
	if p.R.UPR != nil && p.R.Type == uhri.TypeRecommendation {
		return p.words.Text("record.kicker.upr")
	}
	return p.words.Text("record.kicker." + string(cmp.Or(p.R.Type, uhri.TypeUnknown)))
}

// Save is the passage for the reader's own list.
func (p *RecordPage) Save() Save { return p.u.save(p.R) }

// Mech is the mechanism's mark.
func (p *RecordPage) Mech() Mech { return p.u.mechOf(p.R) }

// Position is the position's mark.
func (p *RecordPage) Position() Position { return p.u.positionOf(p.R) }

// PositionIn is where the position was taken: the addendum and its paragraph, a link to the United Nations where the
// addendum has a symbol.
func (p *RecordPage) PositionIn() *Link {
	if p.R.UPR == nil || p.R.UPR.PositionSource == "" {
		return nil
	}
	l := &Link{Label: p.R.UPR.PositionSource}
	if s, _ := positionSource(p.R); s != "" && !p.Demo && !p.R.Demo {
		l.URL = s.URL(uhri.English)
	}
	return l
}

// positionSource divides where a position was taken into document and place: "A/HRC/59/15/Add.1, para. 3".
func positionSource(r *uhri.Recommendation) (s uhri.Symbol, place string) {
	if r.UPR == nil {
		return "", ""
	}
	in, place, _ := strings.Cut(r.UPR.PositionSource, ", ")
	s, err := uhri.ParseSymbol(in)
	if err != nil || !strings.Contains(in, "/") {
		return "", r.UPR.PositionSource
	}
	return s, place
}

// Document links to the page of the document, when its symbol is known.
func (p *RecordPage) Document() *Link {
	if p.R.Symbol == "" {
		return nil
	}
	return &Link{Label: string(p.R.Symbol), URL: passageURL(p.R)}
}

// Label is one label and who put it.
type Label struct {
	Goal   *Goal
	Text   string
	URL    string
	Facet  string
	Origin string
	By     string
	Score  string
}

// Labels are all labels, the publisher's first.
func (p *RecordPage) Labels() []Label {
	var ls []Label
	for _, t := range p.R.Tags {
		l := Label{Text: p.words.conceptLabel(t.Scheme, t.Concept), URL: conceptURL(t.Scheme, t.Concept), By: t.By,
			Origin: p.words.Text("origin." + string(t.Origin)), Facet: p.words.Text("scheme." + string(t.Scheme))}
		if t.Scheme == uhri.SchemeSDG {
			g := p.u.goal(strconv.Itoa(goalNumber(t.Concept)))
			l.Goal = &g
			if strings.Contains(t.Concept, ".") {
				l.Text, l.Facet = t.Concept+" "+l.Text, p.words.Text("scheme.target")
			}
		}
		if t.Origin == uhri.OriginPublisher && l.By == "" {
			l.By = "UHRI"
		}
		if t.Score > 0 {
			l.Score = strconv.FormatFloat(t.Score, 'f', 2, 64)
		}
		ls = append(ls, l)
	}
	return ls
}

// States are links to the States addressed.
func (p *RecordPage) States() []Link { return p.words.countryLinks(p.R.Countries, countryURL) }

// Askers are links to the recommending States.
func (p *RecordPage) Askers() []Link {
	if p.R.UPR == nil {
		return nil
	}
	ls := p.words.countryLinks(p.R.UPR.Recommending, recommendingURL)
	for _, s := range p.R.UPR.Unresolved {
		ls = append(ls, Link{Label: s})
	}
	return ls
}

func (w *Words) countryLinks(cs []uhri.Country, to func(uhri.Country) string) []Link {
	ls := make([]Link, len(cs))
	for i, c := range cs {
		ls[i] = Link{Label: w.countryName(c), URL: to(c)}
	}
	return ls
}

// Body links to the page of the body.
func (p *RecordPage) Body() *Link {
	if p.R.Body == "" {
		return nil
	}
	return &Link{Label: p.words.bodyName(p.R.Body), URL: bodyURL(p.R.Body)}
}

// Review says the cycle and session of a UPR recommendation.
func (p *RecordPage) Review() string {
	r := p.R.UPR
	switch {
	case r == nil, r.Cycle == 0 && r.Session == 0:
		return ""
	case r.Session == 0:
		return p.words.Text("record.cycle", r.Cycle)
	case r.Cycle == 0:
		return p.words.Text("record.session", r.Session)
	}
	return p.words.Text("record.cyclesession", r.Cycle, r.Session)
}

// Source names where the record was read.
func (p *RecordPage) Source() string { return sourceName(p.words, p.R.Provenance.Source) }

// sourceName names a source for people; a source without a name of its own is shown by its code.
func sourceName(w *Words, source string) string {
	name, lang, _ := strings.Cut(source, "/")
	if !w.has("source." + name) {
		return source
	}
	if lang != "" && uhri.Lang(lang).Valid() {
		return w.Text("source.lang", w.Text("source."+name), langName(uhri.Lang(lang)))
	}
	return w.Text("source." + name)
}

// Translation is the text in another language.
type Translation struct {
	Lang uhri.Lang
	Text string
}

// Others are the other languages the passage has a text in, each a link that sets it beside the text or takes it away.
func (p *RecordPage) Others() []LangSwitch {
	var ls []LangSwitch
	for _, l := range uhri.Langs {
		if p.R.Texts[l].Full == "" || l == p.Shown {
			continue
		}
		on := slices.ContainsFunc(p.Beside, func(t Translation) bool { return t.Lang == l })
		var next []string
		for _, t := range p.Beside {
			if t.Lang != l {
				next = append(next, string(t.Lang))
			}
		}
		if !on {
			next = append(next, string(l))
		}
		ls = append(ls, LangSwitch{Lang: l, On: on, URL: p.At.Extra("beside", next...).String() + "#langs"})
	}
	return ls
}

// LangSwitch sets a language beside the text, or takes it away.
type LangSwitch struct {
	Lang uhri.Lang
	On   bool
	URL  string
}

// Whole is the text as it is searched, to be read beside the other languages.
func (p *RecordPage) Whole() string { return p.R.Texts[p.Shown].Full }

// readBeside takes the languages asked for, those the passage has, each once.
func (p *RecordPage) readBeside(asked []string) []string {
	p.Beside = nil
	var langs []string
	for _, raw := range asked {
		l := uhri.Lang(raw)
		if t := p.R.Texts[l].Full; t != "" && !slices.Contains(langs, raw) {
			langs = append(langs, raw)
			p.Beside = append(p.Beside, Translation{l, t})
		}
	}
	return langs
}

// Missing names the languages without a text.
func (p *RecordPage) Missing() string {
	var names []string
	for _, l := range uhri.Langs {
		if p.R.Texts[l].Full == "" {
			names = append(names, langName(l))
		}
	}
	return p.words.List(names)
}

// UNLinks lead to the document at the United Nations, in six languages. Invented symbols lead nowhere.
func (p *RecordPage) UNLinks() []UNLink { return unLinks(p.R.Symbol, p.R.Demo || p.Demo) }

// UNLink is the document at the United Nations in one language.
type UNLink struct {
	Lang uhri.Lang
	URL  string
}

func unLinks(s uhri.Symbol, demo bool) []UNLink {
	if s == "" || demo {
		return nil
	}
	ls := make([]UNLink, len(uhri.Langs))
	for i, l := range uhri.Langs {
		ls[i] = UNLink{l, s.URL(l)}
	}
	return ls
}

// Repair is the difference between a text as published and as shown.
type Repair struct {
	Edits []Edit // nil when the text is too long to compare word by word
	Raw   string
}

// Repair is nil when nothing was repaired, or the published form is not at hand.
func (p *RecordPage) Repair() *Repair {
	t := p.R.Texts[p.Shown]
	if t.Raw == "" || t.Raw == t.Full {
		return nil
	}
	return &Repair{Edits: compare(t.Raw, t.Full), Raw: t.Raw}
}

// Citation is a work in one style.
type Citation struct{ Style, Text string }

// citations writes a work in every style; those for reference managers come apart. None in a demonstration: nobody
// shall cite what is invented.
func citations(w cite.Work, demo bool) (read, machine []Citation) {
	if demo {
		return nil, nil
	}
	for _, s := range cite.Styles() {
		c := Citation{s.Label, s.Write(w)}
		switch s.Name {
		case "apa", "chicago", "oscola":
			read = append(read, c)
		default:
			machine = append(machine, c)
		}
	}
	return read, machine
}

// Citations are the passage in the styles people write.
func (p *RecordPage) Citations() []Citation {
	read, _ := citations(cite.OfRecord(p.R, p.Shown, p.Canonical), p.Demo || p.R.Demo)
	return read
}

// References are the passage for reference managers.
func (p *RecordPage) References() []Citation {
	_, machine := citations(cite.OfRecord(p.R, p.Shown, p.Canonical), p.Demo || p.R.Demo)
	return machine
}

// Event is one line of the record's history.
type Event struct {
	When  string
	What  string
	Where string
	Edits []Edit
}

// Events is the history: first seen, and what changed since.
func (p *RecordPage) Events() []Event {
	var es []Event
	prov := p.R.Provenance
	if !prov.PublishedUHRI.IsZero() {
		es = append(es, Event{When: p.words.Date(prov.PublishedUHRI), What: p.words.Text("event.uhri")})
	}
	if !prov.FirstSeen.IsZero() {
		es = append(es, Event{When: p.words.Day(prov.FirstSeen), What: p.words.Text("event.first"), Where: p.Source()})
	}
	for _, c := range p.History {
		if c.Kind == uhri.Added {
			continue // the line above
		}
		e := Event{When: p.words.Day(c.At), What: p.words.changeText(c), Where: sourceName(p.words, c.Source)}
		if c.OldText != "" && c.NewText != "" {
			e.Edits = compare(c.OldText, c.NewText)
		}
		es = append(es, e)
	}
	if len(p.History) == 0 && prov.LastChanged.After(prov.FirstSeen) {
		es = append(es, Event{When: p.words.Day(prov.LastChanged), What: p.words.Text("event.changed")})
	}
	return es
}

// changeText says what a change was; the first text in another language is no change of the passage.
func (w *Words) changeText(c uhri.Change) string {
	if c.Kind == uhri.Changed && c.Lang != "" && c.OldText == "" {
		return w.Text("event.lang", langName(c.Lang))
	}
	return w.Text("event." + string(c.Kind))
}

// Report is where a problem with this record is reported.
func (p *RecordPage) Report() string {
	if p.Contact == "" {
		return ""
	}
	if strings.HasPrefix(p.Contact, "http") {
		return p.Contact
	}
	return "mailto:" + p.Contact + "?subject=" + url.PathEscape(p.words.Text("record.report.subject", string(p.R.ID)))
}

// structured is the record for search engines, by schema.org.
func (p *RecordPage) structured() any {
	m := map[string]any{
		"@context": "https://schema.org", "@type": "CreativeWork", "@id": p.Canonical, "url": p.Canonical,
		"name": p.Title, "text": p.R.Texts[p.Shown].Full, "inLanguage": string(p.Shown), "identifier": string(p.R.ID),
	}
	if !p.R.Date.IsZero() {
		m["datePublished"] = p.R.Date.String()
	}
	if p.R.Symbol != "" && !p.Demo {
		m["isPartOf"] = map[string]any{"@type": "Report", "name": string(p.R.Symbol), "url": p.R.Symbol.URL(uhri.English)}
	}
	var about []any
	for _, c := range p.R.Countries {
		about = append(about, map[string]any{"@type": "Country", "name": c.Name()})
	}
	if about != nil {
		m["about"] = about
	}
	return m
}

// GonePage says what may still be said of a record that is gone.
type GonePage struct {
	Frame
	Tomb uhri.Tombstone
}

// gone answers for a tombstone: 301 where the record lives on elsewhere, else 410.
func (u *UI) gone(c echo.Context, t uhri.Tombstone) error {
	if t.Kind == uhri.TombMerged && t.RedirectTo != "" {
		return c.Redirect(http.StatusMovedPermanently, recordURL(t.RedirectTo))
	}
	p := &GonePage{Frame: u.frame(c, "", u.words.Text("gone."+string(t.Kind))), Tomb: t}
	p.NoIndex = true
	return u.render(c, http.StatusGone, "gone", p)
}

// Lede says why it is gone.
func (p *GonePage) Lede() string { return p.words.Text("gone."+string(p.Tomb.Kind)+".lede", p.Tomb.At) }

// Document is the page of its document, where more of it may stand.
func (p *GonePage) Document() *Link {
	if p.Tomb.Symbol == "" {
		return nil
	}
	return &Link{Label: string(p.Tomb.Symbol), URL: documentURL(p.Tomb.Symbol)}
}
