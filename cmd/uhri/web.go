package main

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api"
	"uhri/api/edge"
	"uhri/api/export"
	"uhri/api/gate"
	"uhri/api/pin"
	"uhri/api/problem"
	"uhri/crawler/store"
	"uhri/ui"
)

// newWeb joins API and portal: one gate before the engine, one export server, one edge before everything people reach.
func (p *program) newWeb(f *folder, demo bool) (*web, error) {
	w := &web{f: f, metrics: newMetrics()}
	c := p.cfg
	searcher := gate.New(f.engine, gate.Options{Slots: c.Server.MaxSearches, Deadline: time.Duration(c.Server.SearchTimeout)})
	exports := export.NewServer(export.Options{Searcher: searcher, BaseURL: c.Server.BaseURL, Rights: c.Rights, Version: version, Demo: demo, Log: p.log, Rows: c.Server.ExportRows})
	var desk *pin.Desk // invented data is not cited
	var pins *pin.Server
	if !demo {
		desk = pin.NewDesk(pin.Options{Searcher: searcher, Shelf: pinShelf{f.store}, Ledger: pinShelf{f.store}, Version: version})
		pins = pin.NewServer(desk, exports)
	}
	var trusted []netip.Prefix
	for _, s := range c.Server.TrustedProxies {
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, n)
	}
	a, err := api.New(api.Options{
		Searcher: searcher, Sources: w, Changes: changeLog{f.store}, Exports: exports, Pins: pins, Dumps: p.dumps(),
		BaseURL: c.Server.BaseURL, Version: version, Contact: c.Contact, Rights: c.Rights, Demo: demo,
		Trusted: trusted, PerMinute: c.Server.Requests, Log: p.log, Observe: w.metrics.observe,
	})
	if err != nil {
		return nil, err
	}
	var columns []ui.Column
	for _, k := range export.Columns() {
		columns = append(columns, ui.Column{Name: k.Name, Label: k.Label, Kind: string(k.Kind), Description: k.Description})
	}
	var formats []string
	for _, k := range export.Formats() {
		formats = append(formats, k.Name)
	}
	portal, err := ui.New(ui.Options{
		Searcher: searcher, Sources: w, History: changeLog{f.store}, Changes: changeLog{f.store}, Files: documentFiles{f.store},
		OpenAPI: a.OpenAPI(), Columns: columns, Dumps: p.dumps().List, Exports: formats, Feeds: true, Matrix: true, Labelling: p.labelling, Pins: desk, Admit: exports.Admit,
		Demo: demo, Contact: c.Contact, Version: version, BaseURL: c.Server.BaseURL, Lang: c.Server.Language, Rights: cmp.Or(c.Rights, export.Rights), Logger: p.log,
	})
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = portal.Fail
	e.Use(w.observe)
	portal.Register(e)
	pages, err := edge.Wrap(e, edge.Options{Trusted: trusted, PerMinute: c.Server.Requests, Log: p.log,
		// A page is one request, whatever it is dressed in.
		Uncounted: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/static/") },
		Refuse: func(rw http.ResponseWriter, r *http.Request, refused *problem.Problem) {
			portal.Refuse(e.NewContext(r, rw), refused)
		}})
	if err != nil {
		return nil, err
	}
	w.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if api.Owns(r.URL.Path) {
			a.ServeHTTP(rw, r)
		} else {
			pages.ServeHTTP(rw, r)
		}
	})
	return w, nil
}

// observe counts the portal's answers.
func (w *web) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		w.metrics.observe(c.Request().Method, route, c.Response().Status, time.Since(began))
		return nil
	}
}

// SourceStatus implements api.Sources and ui.Sources: what the store remembers, with the schedule while one runs, and what the
// published snapshot has to be looked at.
func (w *web) SourceStatus(ctx context.Context) ([]uhri.SourceStatus, error) {
	var all []uhri.SourceStatus
	var err error
	if s := w.scheduler.Load(); s != nil {
		all, err = s.Statuses(ctx)
	} else {
		all, err = w.f.store.SourceStatuses(ctx)
	}
	if err == nil {
		err = w.f.addReviews(ctx, all)
	}
	return all, err
}

// Runs implements ui.Sources.
func (w *web) Runs(ctx context.Context, limit int) ([]uhri.Run, error) {
	return w.f.store.Runs(ctx, "", limit, 0)
}

// Rejections implements ui.Sources.
func (w *web) Rejections(ctx context.Context, run int64, limit int) ([]uhri.Rejection, error) {
	return w.f.store.Rejections(ctx, run, limit, 0)
}

// Failing implements ui.Sources.
func (w *web) Failing(ctx context.Context, source string, limit int) ([]uhri.Rejection, error) {
	return w.f.store.Failing(ctx, source, limit)
}

// changeLog gives API and portal the store's log in their terms.
type changeLog struct{ s *store.Store }

// Changes implements api.Changes and ui.Changes.
func (l changeLog) Changes(ctx context.Context, q uhri.ChangeQuery) ([]uhri.Change, error) {
	return l.s.Changes(ctx, q.Since, filterOf(q))
}

// CountChanges implements api.Changes and ui.Changes.
func (l changeLog) CountChanges(ctx context.Context, q uhri.ChangeQuery) (int, error) {
	return l.s.CountChanges(ctx, q.Since, filterOf(q))
}

// Tallies implements api.Changes and ui.Changes.
func (l changeLog) Tallies(ctx context.Context, since, upTo uhri.Seq) ([]uhri.Tally, error) {
	return l.s.Tallies(ctx, since, upTo)
}

// SeqBefore implements api.Changes and ui.Changes.
func (l changeLog) SeqBefore(ctx context.Context, t time.Time) (uhri.Seq, error) {
	return l.s.SeqBefore(ctx, t)
}

func filterOf(q uhri.ChangeQuery) store.ChangeFilter {
	return store.ChangeFilter{Kinds: q.Kinds, Source: q.Source, ID: q.ID, Symbol: q.Symbol, UpTo: q.UpTo, Limit: q.Limit, Offset: q.Offset}
}

// RecordChanges implements ui.History.
func (l changeLog) RecordChanges(ctx context.Context, id uhri.ID) ([]uhri.Change, error) {
	return l.s.History(ctx, id)
}

// documentFiles gives the portal the files the store keeps of a document; those taken down are not there.
type documentFiles struct{ s *store.Store }

// DocumentFiles implements ui.Files.
func (d documentFiles) DocumentFiles(ctx context.Context, symbol uhri.Symbol) ([]ui.File, error) {
	all, err := d.s.Documents(ctx, symbol)
	var files []ui.File
	for _, x := range all {
		if !x.Withheld {
			files = append(files, ui.File{Symbol: x.Symbol, Lang: x.Lang, URL: x.URL, MediaType: x.MediaType, Size: int64(x.Size), Hash: x.Hash, FetchedAt: x.FetchedAt})
		}
	}
	return files, err
}
