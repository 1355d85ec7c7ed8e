package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"time"

	"uhri"
	"uhri/api/cite"
	"uhri/api/edge"
	"uhri/api/export"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// size is how many entries a feed has. A harvest brings a few hundred records at most, and readers ask daily.
const size = 200

// Kind is a format of feeds.
type Kind struct {
	Ext       string // "atom", "feed.json"
	MediaType string
	Label     string
	write     func(*document) ([]byte, error)
}

// Kinds lists the formats, for autodiscovery links too.
func Kinds() []Kind {
	return []Kind{
		{"atom", "application/atom+xml", "Atom", atom},
		{"feed.json", "application/feed+json", "JSON Feed", jsonFeed},
	}
}

// Options are what a Server is made of. Searcher is required.
type Options struct {
	Searcher index.Searcher
	History  func(context.Context, uhri.ID) ([]uhri.Change, error) // of one record, oldest first; nil: feeds of records have no changes
	BaseURL  string                                                // public address; "" = the host the request was sent to
	Rights   string
	Version  string
	Demo     bool
}

// Server answers feeds.
type Server struct{ o Options }

// NewServer returns a Server.
func NewServer(o Options) *Server { return &Server{o} }

// Serve answers with the feed of req, which page shows at its address: "/search", "/country/KEN". What req says of
// order, paging and snapshot does not matter. It returns a problem where nothing has been written.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, ext, page string, req index.Request) *problem.Problem {
	kind, unknown := kindOf(ext)
	if unknown != nil {
		return unknown
	}
	home := searchurl.At(page, req).Sort("").Snapshot("").Set()
	ask := home.Request()
	ask.Sort, ask.Limit = index.SortFirstSeen, size
	res, err := s.o.Searcher.Search(r.Context(), ask)
	if err != nil {
		return problem.Of(err)
	}
	return s.send(w, r, kind, s.ofSearch(r, res, home, kind), res.Snapshot)
}

// ServeRecord answers with the feed of one record: the record, and an entry for each change its publisher made.
func (s *Server) ServeRecord(w http.ResponseWriter, r *http.Request, ext string, id uhri.ID) *problem.Problem {
	kind, unknown := kindOf(ext)
	if unknown != nil {
		return unknown
	}
	ctx := r.Context()
	st, err := s.o.Searcher.Status(ctx)
	if err != nil {
		return problem.Of(err)
	}
	rec, err := s.o.Searcher.Get(ctx, id)
	gone, isGone := errors.AsType[*uhri.GoneRecord](err)
	switch {
	case isGone && gone.Tombstone.Kind == uhri.TombMerged && gone.Tombstone.RedirectTo != "":
		w.Header().Set("Location", "/r/"+string(gone.Tombstone.RedirectTo)+"."+ext)
		w.WriteHeader(http.StatusMovedPermanently)
		return nil
	case isGone && gone.Tombstone.Kind == uhri.TombWithdrawn:
		rec = &uhri.Recommendation{ID: id, Symbol: gone.Tombstone.Symbol, Provenance: uhri.Provenance{FirstSeen: gone.Tombstone.FirstSeen, LastChanged: gone.Tombstone.At}}
		if gone.Tombstone.LastText != "" { // else it is not public yet, and no older text is either
			rec.Texts = map[uhri.Lang]uhri.Text{uhri.English: {Full: gone.Tombstone.LastText}}
		}
	case err != nil:
		return problem.Of(err) // a text taken down has no feed either
	}
	var log []uhri.Change
	if s.o.History != nil {
		if log, err = s.o.History(ctx, id); err != nil {
			return problem.Of(err)
		}
	}
	return s.send(w, r, kind, s.ofRecord(r, rec, log, kind, st.Current), st.Current)
}

func kindOf(ext string) (Kind, *problem.Problem) {
	for _, k := range Kinds() {
		if k.Ext == ext {
			return k, nil
		}
	}
	return Kind{}, problem.New(http.StatusNotFound, "there are feeds as atom and feed.json")
}

// send writes a feed, or says that the reader has it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, kind Kind, d *document, snap index.Snapshot) *problem.Problem {
	body, err := kind.write(d)
	if err != nil {
		return problem.Of(err)
	}
	// An entry that is gone leaves no date in the feed, so what has a date only is as new as the snapshot. The tag names the bytes: a harvest
	// that changed nothing here is no reason to send them again.
	modified := d.updated
	if snap.Created.After(modified) {
		modified = snap.Created
	}
	tag := export.TagOf(body)
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Snapshot", snap.ID)
	if unchanged(r, tag, modified) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", kind.MediaType+"; charset=utf-8")
	_, _ = w.Write(body) // the reader may have gone
	return nil
}

// unchanged follows RFC 9110: If-Modified-Since counts only where there is no If-None-Match.
func unchanged(r *http.Request, tag string, modified time.Time) bool {
	if r.Header.Get("If-None-Match") != "" {
		return export.Matches(r, tag)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !modified.Truncate(time.Second).After(since)
}

// document is a feed before it has a format.
type document struct {
	id, title, self, home, rights, version string
	updated                                time.Time
	entries                                []entry
}

type entry struct {
	id, url, title, author, document string
	text                             string
	lang                             uhri.Lang
	published, updated               time.Time
	tags                             []string
}

func (s *Server) ofSearch(r *http.Request, res *index.Result, home searchurl.Address, kind Kind) *document {
	base := edge.Base(r, s.o.BaseURL) // a feed's links must be absolute
	title := "UN human rights recommendations"
	if words := res.Reading.Words; words != "" {
		title += ": " + words
	}
	d := s.document(title, base+home.Feed(kind.Ext).String(), base+home.String(), res.Snapshot)
	for _, h := range res.Hits {
		d.entries = append(d.entries, newEntry(h.Record, h.Lang, base))
	}
	return d.dated(res.Snapshot)
}

func (s *Server) ofRecord(r *http.Request, rec *uhri.Recommendation, log []uhri.Change, kind Kind, snap index.Snapshot) *document {
	base := edge.Base(r, s.o.BaseURL)
	lang := uhri.Lang("")
	for _, l := range uhri.Langs {
		if rec.Texts[l].Full != "" {
			lang = l
			break
		}
	}
	first := newEntry(rec, lang, base)
	if len(rec.Countries) == 0 && rec.Type == "" { // all that is known of a withdrawn record
		first.title = "Withdrawn passage"
		if rec.Symbol != "" {
			first.title += " (" + string(rec.Symbol) + ")"
		}
	}
	d := s.document(first.title, base+"/r/"+string(rec.ID)+"."+kind.Ext, first.url, snap)
	for _, c := range slices.Backward(log) {
		what, ours := eventWords[c.Kind]
		if !ours {
			continue // its first sight is the record's own entry; what we did ourselves is no news
		}
		e := first
		e.id, e.published, e.updated = eventID(first.id, c), c.At.UTC(), c.At.UTC()
		if e.title = what + ": " + first.title; c.NewText != "" && len(rec.Texts) > 0 {
			e.text, e.lang = c.NewText, c.Lang
		}
		d.entries = append(d.entries, e)
	}
	d.entries = append(d.entries, first)
	return d.dated(snap)
}

// eventID names a change by the record, by what happened and when. A number of the log would name another change in a data folder that was
// filled anew, and one state of the log may hold two changes of a record.
func eventID(record string, c uhri.Change) string {
	id := record + "#" + string(c.Kind)
	if c.Lang != "" {
		id += "-" + string(c.Lang)
	}
	return id + "-" + c.At.UTC().Format("20060102T150405Z")
}

// eventWords are the changes of a record that are news.
var eventWords = map[uhri.ChangeKind]string{uhri.Changed: "Changed", uhri.Relabelled: "Relabelled", uhri.Withdrawn: "Withdrawn", uhri.Restored: "Restored"}

// document is a feed without entries.
func (s *Server) document(title, self, home string, snap index.Snapshot) *document {
	if s.o.Demo || snap.Demo {
		title = "DEMONSTRATION, invented data: " + title
	}
	return &document{id: self, title: title, self: self, home: home, rights: s.o.Rights, version: s.o.Version}
}

// dated gives the feed the time of its newest entry, or of the snapshot that found none.
func (d *document) dated(snap index.Snapshot) *document {
	for _, e := range d.entries {
		if e.updated.After(d.updated) {
			d.updated = e.updated
		}
	}
	if d.updated.IsZero() {
		d.updated = snap.Created
	}
	return d
}

func newEntry(rec *uhri.Recommendation, lang uhri.Lang, base string) entry {
	link := base + "/r/" + string(rec.ID)
	work := cite.OfRecord(rec, lang, link)
	e := entry{id: "urn:uuid:" + string(rec.ID), url: link, title: work.Title, author: work.Author, text: rec.Texts[lang].Full, lang: lang,
		published: rec.Provenance.FirstSeen.UTC(), updated: rec.Provenance.LastChanged.UTC()}
	if rec.Symbol != "" {
		e.title += " (" + string(rec.Symbol) + ")"
		if lang == "" {
			lang = uhri.English
		}
		e.document = rec.Symbol.URL(lang)
	}
	if e.updated.Before(e.published) {
		e.updated = e.published
	}
	for _, name := range []string{"country", "theme", "group", "goal"} {
		f, ok := uhri.FacetByName(name)
		if !ok {
			continue
		}
		for _, v := range f.Of(rec) {
			if v != uhri.ValueUnknown && v != uhri.ValueNotApplicable {
				e.tags = append(e.tags, f.ValueLabel(v))
			}
		}
	}
	return e
}

// The parts of an Atom document.
type (
	atomFeed struct {
		XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang      string      `xml:"xml:lang,attr"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Updated   string      `xml:"updated"`
		Author    atomPerson  `xml:"author"`
		Links     []atomLink  `xml:"link"`
		Generator atomMaker   `xml:"generator"`
		Rights    string      `xml:"rights,omitempty"`
		Entries   []atomEntry `xml:"entry"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomMaker struct {
		Version string `xml:"version,attr,omitempty"`
		Name    string `xml:",chardata"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Author     atomPerson     `xml:"author"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Content    atomText       `xml:"content"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Lang string `xml:"xml:lang,attr,omitempty"`
		Text string `xml:",chardata"`
	}
)

func atom(d *document) ([]byte, error) {
	f := atomFeed{
		Lang: "en", ID: d.id, Title: d.title, Updated: rfc3339(d.updated), Author: atomPerson{"uhri"}, Rights: d.rights, Generator: atomMaker{d.version, "uhri"},
		Links: []atomLink{{"self", "application/atom+xml", d.self}, {"alternate", "text/html", d.home}},
	}
	for _, e := range d.entries {
		a := atomEntry{ID: e.id, Title: e.title, Published: rfc3339(e.published), Updated: rfc3339(e.updated), Author: atomPerson{e.author},
			Links: []atomLink{{"alternate", "text/html", e.url}}, Content: atomText{"text", string(e.lang), e.text}}
		if e.document != "" {
			a.Links = append(a.Links, atomLink{"related", "", e.document})
		}
		for _, t := range e.tags {
			a.Categories = append(a.Categories, atomCategory{t})
		}
		f.Entries = append(f.Entries, a)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	return append([]byte(xml.Header), append(b, '\n')...), err
}

// The parts of a JSON Feed.
type (
	jsonDocument struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		HomePage    string       `json:"home_page_url"`
		FeedURL     string       `json:"feed_url"`
		Description string       `json:"description,omitempty"`
		Language    string       `json:"language"`
		Authors     []jsonAuthor `json:"authors"`
		Items       []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		External  string       `json:"external_url,omitempty"`
		Title     string       `json:"title"`
		Text      string       `json:"content_text"`
		Published string       `json:"date_published"`
		Modified  string       `json:"date_modified"`
		Authors   []jsonAuthor `json:"authors"`
		Tags      []string     `json:"tags,omitempty"`
		Language  string       `json:"language,omitempty"`
	}
)

func jsonFeed(d *document) ([]byte, error) {
	f := jsonDocument{Version: "https://jsonfeed.org/version/1.1", Title: d.title, HomePage: d.home, FeedURL: d.self, Description: d.rights, Language: "en", Authors: []jsonAuthor{{"uhri"}}, Items: []jsonItem{}}
	for _, e := range d.entries {
		f.Items = append(f.Items, jsonItem{ID: e.id, URL: e.url, External: e.document, Title: e.title, Text: e.text, Published: rfc3339(e.published), Modified: rfc3339(e.updated),
			Authors: []jsonAuthor{{e.author}}, Tags: e.tags, Language: string(e.lang)})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(f)
	return b.Bytes(), err
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
