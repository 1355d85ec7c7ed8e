package ui

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"uhri"
	"uhri/api"
	"uhri/api/export"
	"uhri/index"
)

var testNow = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// corpora are the test corpus, published once as real and once as a demonstration.
var corpora = sync.OnceValue(func() map[bool]index.Searcher {
	out := map[bool]index.Searcher{}
	for _, demo := range []bool{false, true} {
		out[demo] = published(corpus(), demo,
			uhri.Tombstone{ID: "00000000-0000-5000-8000-00000000dead", Kind: uhri.TombWithdrawn, At: testNow, FirstSeen: testNow.AddDate(-1, 0, 0), Symbol: "DEMO/A/HRC/30/10", LastText: "What it said at last."},
			uhri.Tombstone{ID: "00000000-0000-5000-8000-0000000000aa", Kind: uhri.TombMerged, At: testNow, RedirectTo: "00000000-0000-5000-8000-000000000001"},
			uhri.Tombstone{ID: "00000000-0000-5000-8000-00000000dea2", Kind: uhri.TombWithdrawn, At: testNow, FirstSeen: testNow.AddDate(-1, 0, 0), Symbol: "DEMO/A/HRC/30/99", LastText: "What that said at last."},
			uhri.Tombstone{ID: "00000000-0000-5000-8000-00000000dea3", Kind: uhri.TombSuppressed, At: testNow, FirstSeen: testNow.AddDate(-1, 0, 0), Symbol: "DEMO/A/HRC/30/98"})
	}
	return out
})

// openAPIDocument is the description the API really serves.
var openAPIDocument = sync.OnceValue(func() []byte {
	a, err := api.New(api.Options{Searcher: corpora()[false]})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	return w.Body.Bytes()
})

// fixedChanges is a log with an entry of every kind, all of state 2.
type fixedChanges struct{}

func (fixedChanges) Changes(_ context.Context, q uhri.ChangeQuery) (out []uhri.Change, err error) {
	for _, kind := range []uhri.ChangeKind{uhri.Added, uhri.Changed, uhri.Relabelled, uhri.Withdrawn, uhri.Restored, uhri.Reprocessed} {
		c := uhri.Change{Seq: 2, At: testNow, Source: "uhri/en", Run: 9, Kind: kind, ID: "00000000-0000-5000-8000-000000000001", Symbol: "DEMO/A/HRC/30/10"}
		switch kind {
		case uhri.Changed:
			c.OldText, c.NewText = "held free of charge", "held at no cost"
		case uhri.Reprocessed:
			c.ID, c.Count = "", 41721
		}
		if len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (f fixedChanges) CountChanges(ctx context.Context, q uhri.ChangeQuery) (int, error) {
	all, err := f.Changes(ctx, q)
	return len(all), err
}

func (f fixedChanges) Tallies(context.Context, uhri.Seq, uhri.Seq) ([]uhri.Tally, error) {
	return nil, nil
}

func (fixedChanges) SeqBefore(context.Context, time.Time) (uhri.Seq, error) { return 1, nil }

func (f fixedChanges) RecordChanges(ctx context.Context, _ uhri.ID) ([]uhri.Change, error) {
	all, err := f.Changes(ctx, uhri.ChangeQuery{})
	return all[:3], err
}

// fixedDumps is one dump.
func fixedDumps() ([]export.Dump, error) {
	sum := strings.Repeat("0123456789abcdef", 4)
	return []export.Dump{{Snapshot: export.Snapshot{ID: "2026-11-01.4", Created: testNow.AddDate(0, 0, -20), Records: 540},
		Files: []export.DumpFile{{Name: "recommendations.csv", Format: "csv", Bytes: 1_234_567, SHA256: sum, Manifest: "recommendations.csv.manifest.json"}, {Name: "datapackage.json", Format: "datapackage", Bytes: 12_345}}}}, nil
}

// options are those of a portal over the test corpus with everything switched on.
func options(demo bool) Options {
	var columns []Column
	for _, c := range export.Columns() {
		columns = append(columns, Column{Name: c.Name, Label: c.Label, Kind: string(c.Kind), Description: c.Description})
	}
	return Options{Searcher: corpora()[demo], OpenAPI: openAPIDocument(), Columns: columns, Changes: fixedChanges{}, History: fixedChanges{}, Files: fixedFiles{}, Sources: everyState(testNow), Exports: []string{"csv", "xlsx", "json", "ndjson", "ris", "bib"}, Dumps: fixedDumps, Rights: export.Rights, Feeds: true, Matrix: true,
		Demo: demo, Contact: "desk@portal.example", Version: "v0-test", BaseURL: "https://portal.example", Now: func() time.Time { return testNow }}
}

// portal is a portal as the program mounts it.
func portal(t testing.TB, o Options) *echo.Echo {
	t.Helper()
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = u.Fail
	u.Register(e)
	return e
}

// site serves a portal.
func site(t testing.TB, o Options) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(portal(t, o))
	t.Cleanup(srv.Close)
	return srv
}

// get fetches a page without following redirects.
func get(t testing.TB, srv *httptest.Server, path string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(srv.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := res.Body.Read(buf)
		b = append(b, buf[:n]...)
		if err != nil {
			break
		}
	}
	return res, string(b)
}
