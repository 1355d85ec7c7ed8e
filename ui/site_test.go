package ui

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"uhri"
	"uhri/index"
)

var testNow = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// corpora are the test corpus, published once as real and once as a demonstration.
var corpora = sync.OnceValue(func() map[bool]index.Searcher {
	out := map[bool]index.Searcher{}
	for _, demo := range []bool{false, true} {
		out[demo] = published(corpus(), demo,
			uhri.Tombstone{ID: "00000000-0000-5000-8000-00000000dead", Kind: uhri.TombWithdrawn, At: testNow, FirstSeen: testNow.AddDate(-1, 0, 0), Symbol: "DEMO/A/HRC/30/10", LastText: "What it said at last."},
			uhri.Tombstone{ID: "00000000-0000-5000-8000-0000000000aa", Kind: uhri.TombMerged, At: testNow, RedirectTo: "00000000-0000-5000-8000-000000000001"})
	}
	return out
})

// options are those of a portal over the test corpus with everything switched on.
func options(demo bool) Options {
	return Options{Searcher: corpora()[demo], Sources: everyState(testNow), Exports: []string{"csv", "xlsx", "json", "ndjson", "ris", "bib"}, Feeds: true, Matrix: true,
		Demo: demo, Contact: "desk@portal.example", Version: "v0-test", BaseURL: "https://portal.example", Now: func() time.Time { return testNow }}
}

// site serves a portal.
func site(t testing.TB, o Options) *httptest.Server {
	t.Helper()
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = u.Fail
	u.Register(e)
	srv := httptest.NewServer(e)
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
