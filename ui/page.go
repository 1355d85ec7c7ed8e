package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

//go:embed templates
var templateFiles embed.FS

// Frame is what every page has: its name, its place in the portal and what it is built from.
type Frame struct {
	Title       string // without the portal's name
	Description string // one sentence, for search engines and shared links
	Section     string // the entry of the navigation it belongs to: "search", "sdg" …
	Query       string // what stands in the search box of the masthead
	OwnFind     bool   // the page has its own search box, so the masthead has none

	Canonical  string     // the page's one address
	JSON       string     // the address of the same answer from the API
	NoIndex    bool       // for filtered pages and errors
	Structured any        // schema.org, as JSON-LD
	Feeds      []FeedLink // that follow what the page shows

	Snapshot index.Snapshot // of the numbers on the page; zero when there are none
	Demo     bool
	Contact  string
	Version  string
	Changes  bool // there is a page of changes
	words    *Words
}

// Link is a place to go.
type Link struct {
	Label   string
	URL     string
	Current bool
}

// FeedLink is a feed of what a page shows; browsers and readers find it by its type.
type FeedLink struct{ Label, URL, Type string }

// feeds are the feeds of what list shows, where the installation has feeds.
func (u *UI) feeds(list searchurl.Address) []FeedLink {
	if !u.o.Feeds {
		return nil
	}
	return u.feedLinks(list.Feed("atom").String(), list.Feed("feed.json").String())
}

func (u *UI) feedLinks(atom, json string) []FeedLink {
	return []FeedLink{{u.words.Text("feed.atom"), atom, "application/atom+xml"}, {u.words.Text("feed.json"), json, "application/feed+json"}}
}

// Nav lists the sections of the portal.
func (f Frame) Nav() []Link {
	sections := []struct{ key, url string }{
		{"search", "/search"}, {"sdg", "/sdg"}, {"country", "/country"}, {"theme", "/theme"},
		{"group", "/group"}, {"mechanism", "/mechanism"}, {"help", "/help"},
	}
	links := make([]Link, len(sections))
	for i, s := range sections {
		links[i] = Link{Label: f.words.Text("nav." + s.key), URL: s.url, Current: s.key == f.Section}
	}
	return links
}

// Robots is the instruction to search engines, or "".
func (f Frame) Robots() string {
	if f.Demo {
		return "noindex, nofollow"
	}
	if f.NoIndex {
		return "noindex"
	}
	return ""
}

// ContactURL is where a problem is reported, or "" without a contact.
func (f Frame) ContactURL() template.URL {
	switch {
	case f.Contact == "":
		return ""
	case strings.HasPrefix(f.Contact, "https://"), strings.HasPrefix(f.Contact, "http://"):
		return template.URL(f.Contact)
	}
	return template.URL("mailto:" + f.Contact)
}

// frame starts a page's frame. Its snapshot is the current one; a page with numbers puts theirs in its place.
func (u *UI) frame(c echo.Context, section, title string) Frame {
	st, _ := u.o.Searcher.Status(c.Request().Context()) // nothing is published yet, and the foot says so
	return Frame{
		Title: title, Snapshot: st.Current, Section: section, words: u.words,
		Canonical: u.base(c) + c.Request().URL.EscapedPath(),
		Demo:      u.o.Demo, Contact: u.o.Contact, Version: u.o.Version, Changes: u.o.Changes != nil,
	}
}

// describe gives the page its schema.org data: what kind of page it is, its name, its sentence and the snapshot it shows.
func (f *Frame) describe(kind string) {
	f.Structured = map[string]any{"@context": "https://schema.org", "@type": kind, "name": f.Title, "description": f.Description, "url": f.Canonical,
		"isPartOf": map[string]any{"@type": "WebSite", "name": f.words.Text("site.name")}, "isAccessibleForFree": true, "version": f.Snapshot.ID}
}

// base is the scheme and host the portal is reached by.
func (u *UI) base(c echo.Context) string {
	if u.o.BaseURL != "" {
		return u.o.BaseURL
	}
	return c.Scheme() + "://" + c.Request().Host
}

// pages are the parsed templates: each page's file over the base and the parts.
type pages map[string]*template.Template

// parsePages parses templates/*.html; base.html and part-*.html are shared by all.
func parsePages(w *Words, asset func(string) (string, error)) (pages, error) {
	funcs := template.FuncMap{
		"t": w.Text, "say": w.Say, "th": w.HTML, "tn": w.Count, "tnh": w.CountHTML,
		"num": w.Number, "date": w.Date, "short": w.Short, "day": w.Day, "moment": w.Moment, "size": w.Size,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"lang":     func() string { return w.Lang },
		"dir":      func() string { return w.Dir },
		"asset":    asset,
		"sentence": sentence, "dirOf": dirOf, "langName": langName,
		"link": func(url, label string) template.HTML {
			return template.HTML(`<a href="` + template.HTMLEscapeString(url) + `">` + template.HTMLEscapeString(label) + `</a>`)
		},
		"rows": w.rows,
		"join": w.List, "symbol": symbolText,
		"list": func(v ...any) []any { return v },
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing templates: %w", err)
	}
	shared := template.New("base.html").Funcs(funcs)
	var own []string
	for _, f := range files {
		name := path.Base(f)
		if name == "base.html" || strings.HasPrefix(name, "part-") {
			if _, err := shared.ParseFS(templateFiles, f); err != nil {
				return nil, fmt.Errorf("parsing %s: %w", f, err)
			}
			continue
		}
		own = append(own, f)
	}
	ps := pages{}
	for _, f := range own {
		t, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("parsing %s: %w", f, err)
		}
		if _, err := t.ParseFS(templateFiles, f); err != nil {
			return nil, fmt.Errorf("parsing %s: %w", f, err)
		}
		ps[strings.TrimSuffix(path.Base(f), ".html")] = t
	}
	return ps, nil
}

// render writes a page. It is rendered whole before the first byte leaves, so a fault in a template is a clean 500.
func (u *UI) render(c echo.Context, status int, name string, page any) error {
	t, ok := u.pages[name]
	if !ok {
		return fmt.Errorf("ui: no template %q", name)
	}
	var b bytes.Buffer
	b.Grow(64 << 10)
	if err := t.ExecuteTemplate(&b, "base.html", page); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// dirOf is the direction a language is written in.
func dirOf(l uhri.Lang) string {
	if l == uhri.Arabic {
		return "rtl"
	}
	return "ltr"
}

// symbolText is a UN symbol that may be broken after its slashes, but not before its last part: "CO/3" stays together.
func symbolText(symbol string) template.HTML {
	parts := strings.Split(template.HTMLEscapeString(symbol), "/")
	if len(parts) < 3 {
		return template.HTML(strings.Join(parts, "/"))
	}
	last := len(parts) - 2
	return template.HTML(strings.Join(parts[:last], "/<wbr>") + "/<wbr>" + strings.Join(parts[last:], "/"))
}

// langName is a language's name in itself.
func langName(l uhri.Lang) string {
	switch l {
	case uhri.English:
		return "English"
	case uhri.French:
		return "Français"
	case uhri.Spanish:
		return "Español"
	case uhri.Russian:
		return "Русский"
	case uhri.Arabic:
		return "العربية"
	case uhri.Chinese:
		return "中文"
	}
	return string(l)
}

// notice is a page of one message and the ways on.
type noticePage struct {
	Frame
	Status int
	Head   string
	Lede   string
	Ways   []Link
	Retry  bool
}

// fail answers a request that ended in an error: the page says what happened and offers the way on.
func (u *UI) fail(c echo.Context, err error) error {
	if c.Response().Committed {
		return nil
	}
	if h, ok := err.(*echo.HTTPError); ok && h.Code == http.StatusNotFound {
		err = uhri.Errorf(uhri.NotFound, "route", "there is no page at this address")
	}
	kind := uhri.KindOf(err)
	if kind == uhri.Unavailable {
		if _, serr := u.o.Searcher.Status(c.Request().Context()); uhri.KindOf(serr) == uhri.Unavailable {
			return u.waiting(c)
		}
	}
	status := map[uhri.Kind]int{
		uhri.Invalid: http.StatusBadRequest, uhri.NotFound: http.StatusNotFound, uhri.Gone: http.StatusGone,
		uhri.Unavailable: http.StatusServiceUnavailable, uhri.Timeout: http.StatusGatewayTimeout, uhri.Unsupported: http.StatusNotImplemented,
	}[kind]
	if status == 0 {
		status = http.StatusInternalServerError
		// What people searched for never reaches the log; the cause may quote it.
		cause := err.Error()
		if q := c.QueryParam("q"); q != "" {
			cause = strings.ReplaceAll(cause, q, "…")
		}
		u.o.Logger.Error("page failed", "route", c.Path(), "status", status, "err", cause)
	}
	p := noticePage{
		Frame: u.frame(c, "", u.words.Text(fmt.Sprintf("fail.%d.head", status))), Status: status,
		Head: u.words.Text(fmt.Sprintf("fail.%d.head", status)), Lede: u.words.Text(fmt.Sprintf("fail.%d.lede", status)),
		Ways: []Link{{Label: u.words.Text("fail.way.search"), URL: "/search"}, {Label: u.words.Text("fail.way.home"), URL: "/"}, {Label: u.words.Text("fail.way.status"), URL: "/status"}},
	}
	if status == http.StatusBadRequest || status == http.StatusNotFound {
		p.Lede = sentence(u.words.Say(uhri.Message(err)))
	}
	if status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout {
		c.Response().Header().Set("Retry-After", "5")
		p.Ways = append([]Link{{Label: u.words.Text("fail.way.again"), URL: c.Request().URL.RequestURI()}}, p.Ways...)
	}
	return u.notice(c, p)
}

// Refuse answers what is refused before a page is asked for at all: people with a page, programs with the problem as it is.
func (u *UI) Refuse(c echo.Context, p *problem.Problem) {
	p.Demo = u.o.Demo
	if !strings.Contains(c.Request().Header.Get("Accept"), "text/html") {
		problem.Write(c.Response(), c.Request(), p)
		return
	}
	head := p.Title
	if key := fmt.Sprintf("fail.%d.head", p.Status); u.words.has(key) {
		head = u.words.Text(key)
	}
	_ = u.guard(func(c echo.Context) error { return u.refused(c, head, p) })(c) // nobody is left to be told
}

// refused is the page of a problem.
func (u *UI) refused(c echo.Context, head string, p *problem.Problem) error {
	if p.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	notice := noticePage{Frame: u.frame(c, "search", head), Status: p.Status, Head: head, Lede: sentence(p.Detail), Ways: []Link{{Label: u.words.Text("fail.way.search"), URL: "/search"}}}
	return u.notice(c, notice)
}

// notice answers with a notice.
func (u *UI) notice(c echo.Context, p noticePage) error {
	p.NoIndex = true
	return u.render(c, p.Status, "notice", p)
}

// sentence makes an error message a sentence for people.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Fail answers with an error page; it is for the router's own errors outside the portal's routes.
func (u *UI) Fail(err error, c echo.Context) {
	_ = u.guard(func(echo.Context) error { return err })(c)
}
