package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/export"
	"uhri/api/feed"
	"uhri/api/matrix"
	"uhri/api/pin"
	"uhri/api/problem"
	"uhri/index/searchurl"
)

// dictionaryPath is the data dictionary for programs; the page of the same name is the portal's.
const dictionaryPath = "/data-dictionary.json"

// Owns reports whether a path is answered by the API: its own addresses, and the twins of the search page that are
// files or feeds, the matrices of States, the files of pinned searches, the feeds of records, the dumps. Everything else is the
// portal's.
func Owns(path string) bool {
	return matrixFile(path) != "" || pinFile(path) || recordFeed(path) || strings.HasPrefix(path, "/data/") || path == "/api/v1" || strings.HasPrefix(path, "/api/v1/") || path == "/openapi.json" || path == dictionaryPath || strings.HasPrefix(path, "/search.")
}

// matrixFile is the name of the file where the path is one of a State's matrices, and else empty.
func matrixFile(path string) string {
	rest, ok := strings.CutPrefix(path, "/country/")
	if _, file, found := strings.Cut(rest, "/"); ok && found && slices.Contains(matrix.Files(), file) {
		return file
	}
	return ""
}

// pinFile reports whether the path is a pinned search for programs; its page is the portal's.
func pinFile(path string) bool {
	name, ok := strings.CutPrefix(path, "/q/")
	_, ext := pinName(name)
	return ok && slices.Contains(pin.Files(), ext)
}

// pinName parts the name of a pin's file; without an ending it is all ID.
func pinName(name string) (id, ext string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// recordFeed reports whether the path is the feed of a record; its page is the portal's.
func recordFeed(path string) bool {
	name, ok := strings.CutPrefix(path, "/r/")
	_, ext, found := strings.Cut(name, ".")
	return ok && found && slices.ContainsFunc(feed.Kinds(), func(k feed.Kind) bool { return k.Ext == ext })
}

// historyLimit is how many changes of one record a feed looks at; the most changed record of the real corpus has a handful.
const historyLimit = 1000

// history is what happened to one record, oldest first.
func (a *API) history(ctx context.Context, id uhri.ID) ([]uhri.Change, error) {
	if a.o.Changes == nil {
		return nil, nil
	}
	return a.o.Changes.Changes(ctx, uhri.ChangeQuery{ID: id, Limit: historyLimit})
}

// files registers the twins of the search page.
func (a *API) files() {
	refuse := func(c echo.Context, p *problem.Problem) error {
		if p != nil {
			a.refuse(c.Response(), c.Request(), p)
		}
		return nil
	}
	for _, f := range export.Formats() {
		a.echo.GET("/search."+f.Name, func(c echo.Context) error {
			r := c.Request()
			if isHead(r.Context()) {
				r = r.Clone(r.Context())
				r.Method = http.MethodHead
			}
			return refuse(c, a.o.Exports.Serve(c.Response(), r, f.Name, false))
		})
	}
	matrices := matrix.NewServer(a.o.Searcher, a.o.Exports)
	for _, file := range matrix.Files() {
		a.echo.GET("/country/:state/"+file, func(c echo.Context) error {
			r := c.Request()
			if isHead(r.Context()) {
				r = r.Clone(r.Context())
				r.Method = http.MethodHead
			}
			return refuse(c, matrices.Serve(c.Response(), r, c.Param("state"), file))
		})
	}
	a.echo.GET("/q/:file", func(c echo.Context) error {
		if a.o.Pins == nil {
			return refuse(c, problem.Of(uhri.Errorf(uhri.Unsupported, "", "this service pins no searches")))
		}
		r := c.Request()
		if isHead(r.Context()) {
			r = r.Clone(r.Context())
			r.Method = http.MethodHead
		}
		id, ext := pinName(c.Param("file"))
		return refuse(c, a.o.Pins.Serve(c.Response(), r, id, ext))
	})
	feeds := feed.NewServer(feed.Options{Searcher: a.o.Searcher, History: a.history, BaseURL: a.o.BaseURL, Rights: a.o.Rights, Version: a.o.Version, Demo: a.o.Demo})
	for _, k := range feed.Kinds() {
		a.echo.GET("/search."+k.Ext, func(c echo.Context) error {
			req, faults := searchurl.Parse(c.QueryParams(), searchurl.Options{})
			if len(faults) > 0 {
				return refuse(c, problem.Invalid(faults...))
			}
			return refuse(c, feeds.Serve(c.Response(), c.Request(), k.Ext, "/search", req))
		})
	}
	a.echo.GET("/r/:file", func(c echo.Context) error {
		id, ext, _ := strings.Cut(c.Param("file"), ".")
		return refuse(c, feeds.ServeRecord(c.Response(), c.Request(), ext, uhri.ID(strings.ToLower(id))))
	})
	a.echo.GET("/data/:snapshot/:file", func(c echo.Context) error {
		r := c.Request()
		if isHead(r.Context()) {
			r = r.Clone(r.Context())
			r.Method = http.MethodHead
		}
		return refuse(c, a.o.Dumps.Serve(c.Response(), r, c.Param("snapshot"), c.Param("file")))
	})
	a.echo.GET(dictionaryPath, func(c echo.Context) error {
		if p := noParameters(c); p != nil {
			return refuse(c, p)
		}
		b, err := export.Dictionary()
		if err != nil {
			return err
		}
		tag := a.etag("", string(b))
		c.Response().Header().Set("ETag", tag)
		c.Response().Header().Set("Cache-Control", "no-cache")
		if matches(c.Request().Header.Get("If-None-Match"), tag) {
			return c.NoContent(http.StatusNotModified)
		}
		return c.JSONBlob(http.StatusOK, b)
	})
}
