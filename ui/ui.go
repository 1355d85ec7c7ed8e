package ui

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/export"
	"uhri/api/pin"
	"uhri/api/problem"
	"uhri/index"
)

//go:embed static
var staticFiles embed.FS

// searchTimeout ends a page whose searches take too long: past it a person has left, and the cores serve others.
const searchTimeout = 10 * time.Second

// Sources tells what is known of the publishers and of the runs over them.
type Sources interface {
	// SourceStatus returns one line a source, configured or seen before.
	SourceStatus(ctx context.Context) ([]uhri.SourceStatus, error)
	// Runs returns the newest runs of all sources, newest first.
	Runs(ctx context.Context, limit int) ([]uhri.Run, error)
	// Rejections returns items one run could not understand, in the order met.
	Rejections(ctx context.Context, run int64, limit int) ([]uhri.Rejection, error)
	// Failing returns the documents of a source that are not held although it met them: in its last run, then in earlier ones.
	Failing(ctx context.Context, source string, limit int) ([]uhri.Rejection, error)
}

// History tells what happened to one record, oldest first.
type History interface {
	RecordChanges(ctx context.Context, id uhri.ID) ([]uhri.Change, error)
}

// Changes tells what happened to the corpus.
type Changes interface {
	// Changes returns the entries q asks for, in log order.
	Changes(ctx context.Context, q uhri.ChangeQuery) ([]uhri.Change, error)
	// CountChanges counts the entries q asks for, whatever its limit and offset.
	CountChanges(ctx context.Context, q uhri.ChangeQuery) (int, error)
	// Tallies counts what happened after since up to upTo, newest state first, by source and kind.
	Tallies(ctx context.Context, since, upTo uhri.Seq) ([]uhri.Tally, error)
	// SeqBefore is the state readers saw just before a moment.
	SeqBefore(ctx context.Context, t time.Time) (uhri.Seq, error)
}

// Files tells from which files a document was read.
type Files interface {
	// DocumentFiles returns the files kept of a document, newest first, without those taken down.
	DocumentFiles(ctx context.Context, symbol uhri.Symbol) ([]File, error)
}

// File is a file of a document as it was received.
type File struct {
	Symbol    uhri.Symbol
	Lang      uhri.Lang
	URL       string // where it was found: an address, or the name of a local file
	MediaType string
	Size      int64    // bytes
	Hash      [32]byte // SHA-256 of its bytes
	FetchedAt time.Time
}

// Column is a column of the exports, for the data dictionary.
type Column struct {
	Name, Label, Kind, Description string
}

// Options are what a portal needs. Searcher is required; what is nil or empty is left out of the pages.
type Options struct {
	Searcher index.Searcher
	Sources  Sources
	History  History
	Changes  Changes
	Files    Files

	// OpenAPI is the API's description, for /api.
	OpenAPI []byte
	// Columns are those of the exports, for /data-dictionary.
	Columns []Column
	// Exports are the formats /search.{format} answers in, in the order shown: "csv", "xlsx", "ris" …
	Exports []string
	// Dumps lists the whole-corpus files under /data/, newest first; nil when there can be none.
	Dumps func() ([]export.Dump, error)
	// Rights is the statement on what may be done with the texts.
	Rights string
	// Feeds says that /search.atom and /search.feed.json answer.
	Feeds bool
	// Matrix says that /country/{ISO3}/matrix.{xlsx,csv} and impact-oss.csv answer.
	Matrix bool
	// Pins keeps pinned searches: /q/{id}, and the button of the search page. Never with Demo.
	Pins *pin.Desk
	// Admit counts the pinning of a search as an export, or says when to come back; nil lets everyone in.
	Admit func(*http.Request) (release func(rows int), refused *problem.Problem)

	// Labelling says how labels are made and how good they are, for /methodology; nil when it is not known.
	Labelling func() Labelling

	Demo    bool   // everything shown is invented: the strip on every page, no citing, nothing for crawlers
	Contact string // where to report a problem: a mail address or an https address
	Version string // of the build
	BaseURL string // "https://portal.example": for canonical addresses; empty = as the request came
	Lang    string // of the interface; empty = "en"

	Logger *slog.Logger     // nil = slog.Default()
	Now    func() time.Time // nil = time.Now

	words fs.FS // another folder of words, for tests
}

// UI is the portal.
type UI struct {
	o       Options
	words   *Words
	pages   pages
	drawing *template.Template // of charts as files
	assets  map[string]asset
	help    *helpBook
	front   once[*homeNumbers]
	changed once[map[uhri.Symbol]time.Time] // when the documents last changed
}

type asset struct {
	body []byte
	kind string
}

// New reads the embedded words, templates and help pages; an error means the build is broken or an option is missing.
func New(o Options) (*UI, error) {
	if o.Searcher == nil {
		return nil, errors.New("ui: Options.Searcher is required")
	}
	if o.Lang == "" {
		o.Lang = "en"
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.words == nil {
		o.words = wordFiles
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	all, err := readWords(o.words, "words")
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	words := all[o.Lang]
	if words == nil {
		return nil, fmt.Errorf("ui: no words for language %q", o.Lang)
	}
	if len(words.said) > 0 {
		o.Searcher = translated{o.Searcher, words}
	}
	u := &UI{o: o, words: words}
	if err := u.readAssets(); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.pages, err = parsePages(words, u.assetURL); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.drawing, err = parseDrawing(); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.help, err = readHelp(helpFiles, words); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	return u, nil
}

// Register adds the portal's routes. Routes under /api/v1, exports and feeds belong to others.
func (u *UI) Register(e *echo.Echo) {
	g := e.Group("", u.guard)
	page := func(path string, h echo.HandlerFunc) { g.Match([]string{http.MethodGet, http.MethodHead}, path, h) }
	page("/", u.home)
	page("/search", u.search)
	g.POST("/q", u.pinSearch)
	page("/q/:id", u.pinnedSearch)
	page("/r/:id", u.record)
	page("/d/*", u.document)
	page("/list", u.list)
	for path, facet := range map[string]string{"/sdg": "goal", "/country": "country", "/theme": "theme", "/group": "group", "/mechanism": "body", "/recommending": "recommending_state"} {
		page(path, u.overview(facet))
	}
	for path, facet := range map[string]string{"/sdg": "goal", "/country": "country", "/theme": "theme", "/group": "group", "/mechanism": "mechanism", "/body": "body", "/recommending": "recommending_state"} {
		page(path+"/:value", u.profile(facet))
	}
	page("/body", func(c echo.Context) error { return c.Redirect(http.StatusMovedPermanently, "/mechanism") })
	page("/status", u.status)
	page("/help", u.helpPage)
	page("/help/:page", u.helpPage)
	for _, slug := range []string{"privacy", "accessibility"} {
		page("/"+slug, u.prose(slug))
		page("/"+slug+".json", u.prose(slug))
	}
	page("/methodology", u.methodology)
	page("/data", u.data)
	page("/data.json", u.data)
	page("/data-dictionary", u.dictionary)
	page("/api", u.reference)
	if u.o.Changes != nil {
		page("/changes", u.changes)
	}
	page("/robots.txt", u.robots)
	page("/opensearch.xml", u.openSearch)
	page("/sitemap.xml", u.sitemapIndex)
	page("/sitemap/:part", u.sitemap)
	page("/static/:name", u.static)
}

// guard sets the headers every page carries and bounds its searches.
func (u *UI) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		// Nothing is inline: charts carry their sizes as attributes, and the one script folder is our own.
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		ctx, cancel := context.WithTimeout(c.Request().Context(), searchTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		if err := next(c); err != nil {
			return u.fail(c, err)
		}
		return nil
	}
}

func (u *UI) readAssets() error {
	u.assets = map[string]asset{}
	return fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		ext := path.Ext(name)
		kind := mime.TypeByExtension(ext)
		if ext == ".svg" {
			kind = "image/svg+xml"
		}
		u.assets[path.Base(name)] = asset{body, kind}
		return nil
	})
}

// assetURL is the address of an embedded file; it changes with the content, so it may be kept for ever.
func (u *UI) assetURL(name string) (string, error) {
	a, ok := u.assets[name]
	if !ok {
		return "", fmt.Errorf("no embedded file %q", name)
	}
	sum := sha256.Sum256(a.body)
	return "/static/" + name + "?v=" + hex.EncodeToString(sum[:4]), nil
}

func (u *UI) static(c echo.Context) error {
	a, ok := u.assets[c.Param("name")]
	if !ok {
		return uhri.Errorf(uhri.NotFound, "static", "there is no such file")
	}
	if c.QueryParam("v") != "" {
		c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	return c.Blob(http.StatusOK, a.kind, a.body)
}
