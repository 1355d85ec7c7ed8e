package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/edge"
	"uhri/api/export"
	"uhri/api/pin"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// Base is the path of this version of the API.
const Base = "/api/v1"

// Options are what the API is made of. Searcher is required; put it behind a gate.
type Options struct {
	Searcher index.Searcher
	Sources  Sources // nil: status knows no sources
	Changes  Changes // nil: changes answers 501
	// Exports serves whole result sets. Give the portal's own, so that both share its limits; nil makes one.
	Exports *export.Server
	// Dumps are the whole-corpus files under /data/.
	Dumps export.Dumps
	Pins  *pin.Server // nil: /q/{id}.{json,csv,ndjson} answer 501

	BaseURL string // public address without a slash at the end, for links: "https://example.org"; "" = relative links
	Version string // of the software; part of every ETag
	Contact string // e-mail or URL of the operator, for the description
	Rights  string // rights statement of exports
	Demo    bool   // the data is invented: every answer says so

	Trusted   []netip.Prefix // proxies whose X-Forwarded-For is believed
	PerMinute int            // requests of one address; 0 = unlimited
	Burst     int

	Log *slog.Logger
	Now func() time.Time
	// Observe is told of every request answered, for metrics; route is the pattern, never what was asked.
	Observe func(method, route string, status int, took time.Duration)
}

// Sources says how the sources are doing. The store meets it.
type Sources interface {
	SourceStatus(ctx context.Context) ([]uhri.SourceStatus, error)
}

// API is the handler of everything under Base, of /openapi.json and of the files at /search.{ext}: see Owns.
type API struct {
	o       Options
	echo    *echo.Echo
	huma    huma.API
	outer   http.Handler
	openapi []byte
}

// New builds the API.
func New(o Options) (*API, error) {
	if o.Searcher == nil {
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "api.New", Msg: "a Searcher is required"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	if o.Exports == nil {
		o.Exports = export.NewServer(export.Options{Searcher: o.Searcher, BaseURL: o.BaseURL, Rights: o.Rights, Version: o.Version, Demo: o.Demo, Log: o.Log})
	}
	a := &API{o: o, echo: echo.New()}
	a.echo.HideBanner, a.echo.HidePort = true, true
	a.echo.HTTPErrorHandler = a.onError
	a.echo.Use(a.observe)

	config := huma.DefaultConfig("UN human rights recommendations", "1")
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", "" // the default page loads scripts from elsewhere
	config.CreateHooks = nil                                             // no $schema members
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	a.huma = humaecho.New(a.echo, config)
	a.describe()
	a.operations()
	a.describeSiblings()

	b, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describing the API: %w", err)
	}
	a.openapi = b
	a.echo.GET("/openapi.json", a.serveOpenAPI)
	a.files()

	outer, err := edge.Wrap(a.echo, edge.Options{Trusted: o.Trusted, PerMinute: o.PerMinute, Burst: o.Burst, Log: o.Log, Now: o.Now, Refuse: a.refuse})
	if err != nil {
		return nil, err
	}
	a.outer = outer
	return a, nil
}

// schemaName names the parts of a manifest apart from those of answers.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if strings.HasSuffix(t.PkgPath(), "/export") && name != "Manifest" {
		return "Manifest" + name
	}
	return name
}

// exposed are the headers scripts of other sites may read.
var exposed = strings.Join([]string{"ETag", "X-Snapshot", "X-Total-Count", "Link", "Location", "Retry-After", "Content-Disposition", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"}, ", ")

// ServeHTTP implements http.Handler. Every answer may be read by any site: the data is public and no cookie is used.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
		h.Set("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Method == http.MethodHead { // answered as GET; net/http leaves the body out
		r = r.WithContext(context.WithValue(r.Context(), headKey{}, true))
		r.Method = http.MethodGet
	}
	a.outer.ServeHTTP(w, r)
}

type headKey struct{}

func isHead(ctx context.Context) bool { return ctx.Value(headKey{}) != nil }

func (a *API) refuse(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	p.Demo = a.o.Demo
	problem.Write(w, r, p)
}

// onError answers what no operation answered: unknown paths and methods.
func (a *API) onError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problem.Of(err)
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch he.Code {
		case http.StatusNotFound:
			p = problem.New(he.Code, "there is nothing at this address; /openapi.json lists what there is")
			if near, ok := uhri.Nearest(c.Request().URL.Path, a.paths()); ok {
				p.Detail = fmt.Sprintf("there is nothing at this address; did you mean %s?", near)
			}
		case http.StatusMethodNotAllowed:
			// What answers GET answers HEAD, though the router does not know.
			allow := strings.Replace(c.Response().Header().Get("Allow"), http.MethodGet, "GET, HEAD", 1)
			c.Response().Header().Set("Allow", allow)
			p = problem.New(he.Code, "this address answers %s only", strings.TrimPrefix(allow, "OPTIONS, "))
		default:
			p = problem.New(he.Code, "%s", http.StatusText(he.Code))
		}
	}
	a.refuse(c.Response(), c.Request(), p)
}

func (a *API) paths() []string {
	paths := []string{"/openapi.json"}
	for p := range a.huma.OpenAPI().Paths {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// observe logs and counts requests by their pattern: what people search for is nobody's business.
func (a *API) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begun := a.o.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route, status, took := c.Path(), c.Response().Status, a.o.Now().Sub(begun)
		if route == "" {
			route = "none"
		}
		a.o.Log.Info("api", "route", route, "status", status, "took", took, "snapshot", c.Response().Header().Get("X-Snapshot"))
		a.o.Observe(c.Request().Method, route, status, took)
		return nil
	}
}

// OpenAPI returns the description served at /openapi.json. The caller must not change it.
func (a *API) OpenAPI() []byte { return a.openapi }

// openAPIMedia is the registered media type of the description.
const openAPIMedia = "application/vnd.oai.openapi+json;version=3.1"

// noParameters refuses parameters where none are read.
func noParameters(c echo.Context) *problem.Problem {
	var faults []searchurl.Fault
	for name, values := range c.QueryParams() {
		f := searchurl.Fault{Parameter: cut(name), Message: "there are no parameters here"}
		if len(values) > 0 {
			f.Value = cut(values[0])
		}
		faults = append(faults, f)
	}
	if len(faults) == 0 {
		return nil
	}
	sortFaults(faults)
	return problem.Invalid(faults...)
}

func (a *API) serveOpenAPI(c echo.Context) error {
	if p := noParameters(c); p != nil {
		a.refuse(c.Response(), c.Request(), p)
		return nil
	}
	etag := a.etag("", "openapi", string(a.openapi))
	c.Response().Header().Set("ETag", etag)
	c.Response().Header().Set("Cache-Control", "no-cache")
	if matches(c.Request().Header.Get("If-None-Match"), etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, openAPIMedia, a.openapi)
}

// etag names an answer by everything it depends on. It is weak: compressed or not, it is the same answer.
func (a *API) etag(snapshot string, parts ...string) string {
	h := sha256.New()
	for _, p := range append([]string{a.o.Version, snapshot, fmt.Sprint(a.o.Demo), a.o.BaseURL}, parts...) {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return `W/"` + hex.EncodeToString(h.Sum(nil)[:12]) + `"`
}

// matches reports whether an If-None-Match header names the tag, by the weak comparison of RFC 9110.
func matches(header, etag string) bool {
	for _, h := range strings.Split(header, ",") {
		h = strings.TrimSpace(h)
		if h == "*" || strings.TrimPrefix(h, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// link returns the public address of a path.
func (a *API) link(path string) string { return strings.TrimSuffix(a.o.BaseURL, "/") + path }
