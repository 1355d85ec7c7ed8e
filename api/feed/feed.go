package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"uhri"
	"uhri/api/cite"
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
	BaseURL  string // public address; "" = the host the request was sent to
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
	var kind Kind
	for _, k := range Kinds() {
		if k.Ext == ext {
			kind = k
		}
	}
	if kind.write == nil {
		return problem.New(http.StatusNotFound, "there are feeds as atom and feed.json")
	}
	home := searchurl.At(page, req).Sort("").Snapshot("").Set()
	ask := home.Request()
	ask.Sort, ask.Limit = index.SortFirstSeen, size
	res, err := s.o.Searcher.Search(r.Context(), ask)
	if err != nil {
		return problem.Of(err)
	}
	d := s.document(r, res, home, kind)
	body, err := kind.write(d)
	if err != nil {
		return problem.Of(err)
	}
	// The tag names the bytes, not the snapshot: a harvest that changed nothing here is no reason to send it again.
	sum := sha256.Sum256(body)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Last-Modified", d.updated.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Snapshot", res.Snapshot.ID)
	if unchanged(r, tag, d.updated) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", kind.MediaType+"; charset=utf-8")
	_, _ = w.Write(body) // the reader may have gone
	return nil
}

// unchanged follows RFC 9110: If-Modified-Since counts only where there is no If-None-Match.
func unchanged(r *http.Request, tag string, updated time.Time) bool {
	if inm := r.Header.Get("If-None-Match"); inm != "" {
		for _, t := range strings.Split(inm, ",") {
			if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !updated.Truncate(time.Second).After(since)
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

func (s *Server) document(r *http.Request, res *index.Result, home searchurl.Address, kind Kind) *document {
	base := s.base(r)
	d := &document{self: base + home.Feed(kind.Ext).String(), home: base + home.String(), rights: s.o.Rights, version: s.o.Version}
	d.id = d.self
	d.title = "UN human rights recommendations"
	if words := res.Reading.Words; words != "" {
		d.title += ": " + words
	}
	if s.o.Demo || res.Snapshot.Demo {
		d.title = "DEMONSTRATION, invented data: " + d.title
	}
	for _, h := range res.Hits {
		e := newEntry(h, base)
		if e.updated.After(d.updated) {
			d.updated = e.updated
		}
		d.entries = append(d.entries, e)
	}
	if d.updated.IsZero() {
		d.updated = res.Snapshot.Created
	}
	return d
}

// base is the public address; a feed's links must be absolute.
func (s *Server) base(r *http.Request) string {
	if s.o.BaseURL != "" {
		return strings.TrimSuffix(s.o.BaseURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String()
}

func newEntry(h index.Hit, base string) entry {
	rec := h.Record
	link := base + "/r/" + string(rec.ID)
	work := cite.OfRecord(rec, h.Lang, link)
	e := entry{id: "urn:uuid:" + string(rec.ID), url: link, title: work.Title, author: work.Author, text: rec.Texts[h.Lang].Full, lang: h.Lang,
		published: rec.Provenance.FirstSeen.UTC(), updated: rec.Provenance.LastChanged.UTC()}
	if rec.Symbol != "" {
		e.title += " (" + string(rec.Symbol) + ")"
		lang := h.Lang
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
