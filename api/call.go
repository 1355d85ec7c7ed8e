package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"uhri"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// call is one request as operations see it. Parameters are read by searchurl, not by tags, so that one reader
// serves API and portal.
type call struct {
	echo     echo.Context
	params   url.Values
	bad      []searchurl.Fault // of the query string itself
	tooLarge bool              // the body was cut off
}

// Resolve implements huma.Resolver.
func (c *call) Resolve(ctx huma.Context) []error {
	c.echo = humaecho.Unwrap(ctx)
	raw := c.echo.Request().URL.RawQuery
	params, err := url.ParseQuery(raw)
	c.params = params
	if err != nil {
		c.bad = append(c.bad, searchurl.Fault{Parameter: "", Value: cut(raw), Message: "the query string cannot be read: " + err.Error(), Hint: "percent-encode it, and separate parameters with &"})
	}
	return nil
}

func cut(s string) string {
	if len(s) > 120 {
		return strings.ToValidUTF8(s[:120], "") + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// path returns a path parameter, unescaped.
func (c *call) path(name string) string {
	raw := c.echo.Param(name)
	if s, err := url.PathUnescape(raw); err == nil {
		return s
	}
	return raw
}

// search reads the parameters of a search; also names those the operation reads itself.
func (c *call) search(also ...string) (index.Request, []searchurl.Fault) {
	req, faults := searchurl.Parse(c.params, searchurl.Options{Strict: true, Also: also})
	return req, append(c.bad, faults...)
}

// only reports parameters an operation without search does not know.
func (c *call) only(known ...string) []searchurl.Fault {
	faults := c.bad
	for name, values := range c.params {
		if ok := contains(known, name); ok {
			if len(values) > 1 {
				faults = append(faults, searchurl.Fault{Parameter: name, Value: cut(values[1]), Message: "this parameter is given more than once", Hint: "give it once"})
			}
			continue
		}
		f := searchurl.Fault{Parameter: cut(name), Message: "there is no such parameter here"}
		if len(values) > 0 {
			f.Value = cut(values[0])
		}
		if near, ok := uhri.Nearest(name, known); ok {
			f.Hint = `did you mean "` + near + `"?`
		}
		faults = append(faults, f)
	}
	sortFaults(faults)
	return faults
}

// fresh answers 304 when the client has this answer already.
func (c *call) fresh(etag, snapshot string) error {
	if matches(c.echo.Request().Header.Get("If-None-Match"), etag) && c.echo.Request().Header.Get("If-None-Match") != "" {
		return &notModified{etag: etag, snapshot: snapshot}
	}
	return nil
}

// notModified is the answer 304.
type notModified struct{ etag, snapshot string }

// Error implements error.
func (*notModified) Error() string { return "not modified" }

// GetStatus implements huma.StatusError.
func (*notModified) GetStatus() int { return http.StatusNotModified }

// GetHeaders implements huma.HeadersError.
func (n *notModified) GetHeaders() http.Header {
	h := http.Header{"Etag": {n.etag}, "Cache-Control": {"no-cache"}}
	if n.snapshot != "" {
		h.Set("X-Snapshot", n.snapshot)
	}
	return h
}

// moved is a permanent redirect.
type moved struct{ to string }

// Error implements error.
func (m *moved) Error() string { return "moved to " + m.to }

// GetStatus implements huma.StatusError.
func (*moved) GetStatus() int { return http.StatusMovedPermanently }

// GetHeaders implements huma.HeadersError.
func (m *moved) GetHeaders() http.Header { return http.Header{"Location": {m.to}} }

// reply is an answer with what every answer carries.
type reply[T any] struct {
	ETag     string `header:"ETag" doc:"names this answer; send it back as If-None-Match to be told 304 while it is unchanged"`
	Snapshot string `header:"X-Snapshot" doc:"the snapshot answered from"`
	Cache    string `header:"Cache-Control"`
	Link     string `header:"Link" doc:"rel=next: the next page"`
	Body     T
}

func newReply[T any](etag, snapshot string, body T) *reply[T] {
	return &reply[T]{ETag: etag, Snapshot: snapshot, Cache: "no-cache", Body: body}
}

// fail turns an error into the answer it deserves, and logs what users must not see.
func (a *API) fail(ctx context.Context, c *call, err error) error {
	p := problem.Of(err)
	p.Instance, p.Demo = c.echo.Request().URL.Path, a.o.Demo
	for i, f := range p.Errors {
		if f.Parameter == "q" && f.Value == "" {
			p.Errors[i].Value = cut(c.params.Get("q"))
		}
	}
	if p.Kind == uhri.Gone && (c.params.Has("cursor") || c.params.Has("snapshot")) {
		if st, err := a.o.Searcher.Status(ctx); err == nil {
			p.Snapshot = st.Current.ID
			if !strings.Contains(p.Detail, st.Current.ID) {
				p.Detail = strings.TrimSuffix(p.Detail, ".") + "; the current snapshot is " + st.Current.ID
			}
			p.Detail += ": ask again without cursor and snapshot to begin on it, or take the whole set from " + Base + "/recommendations/export in one request"
		}
	}
	if p.Status >= 500 && p.Status != http.StatusServiceUnavailable && ctx.Err() == nil { // "come back later" is no fault of ours to mend
		a.o.Log.Error("request failed", "route", c.echo.Path(), "status", p.Status, "err", err)
	}
	return p
}

// invalid answers with every fault, those of the query's text included.
func (a *API) invalid(c *call, faults []searchurl.Fault) error {
	p := problem.Invalid(faults...)
	p.Instance, p.Demo = c.echo.Request().URL.Path, a.o.Demo
	return p
}
