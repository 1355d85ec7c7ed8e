package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/api"
	"uhri/api/export"
	"uhri/api/gate"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/indextest"
)

// reference serves the small collection from the reference engine.
func reference(t testing.TB) *api.API {
	t.Helper()
	e := indextest.NewReference()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	c := newCollection()
	snap := c.current
	for _, tomb := range c.tombs {
		snap.Tombs = append(snap.Tombs, tomb)
	}
	err := e.Publish(t.Context(), snap, func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range c.records {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return newAPI(t, gate.New(e, gate.Options{}))
}

// Every count shown beside a value is the total after choosing it, whatever else is asked.
func TestCountsAreTotals(t *testing.T) {
	a := reference(t)
	for _, base := range []string{"", "q=prison", "q=prison+-torture", "country=KEN&facet_limit=0", "not.country=KEN&q=improve", "mechanism=treaty_body", "lang=fr", "origin=publisher"} {
		w := get(t, a, "/api/v1/recommendations?limit=0&facet_limit=0&facets=*&"+strings.Replace(base, "&facet_limit=0", "", 1))
		got := into[answer](t, w, 200)
		single := 0
		for _, v := range got.Facets["mechanism"] {
			single += v.Count
		}
		if single != got.Total && !strings.Contains(base, "mechanism=") {
			t.Errorf("%q: the mechanisms add up to %d, the total is %d", base, single, got.Total)
		}
		for name, values := range got.Facets {
			v, err := url.ParseQuery(base)
			if err != nil {
				t.Fatal(err)
			}
			if v.Has(name) {
				continue
			}
			for _, fv := range values {
				v.Set(name, fv.Value)
				v.Set("limit", "0")
				one := into[answer](t, get(t, a, "/api/v1/recommendations?"+v.Encode()), 200)
				if one.Total != fv.Count {
					t.Errorf("%q: %s=%s is counted %d and finds %d", base, name, fv.Value, fv.Count, one.Total)
				}
			}
		}
	}
}

func TestImpossibleFilters(t *testing.T) {
	a := reference(t)
	for _, params := range []string{"country=POL&region=africa", "sdg=1.1", "year=1999", "position=noted", "from=2024&to=2020", "symbol=A/HRC/99/99"} {
		w := get(t, a, "/api/v1/recommendations?"+params)
		if w.Code == 400 {
			continue
		}
		if got := into[answer](t, w, 200); got.Total != 0 {
			t.Errorf("%s finds %d records", params, got.Total)
		}
	}
}

// An export holds what the search counted, in its order, and is the same file again.
func TestExport(t *testing.T) {
	a := reference(t)
	for _, params := range []string{"q=prison&country=KEN", "sort=document", "mechanism=treaty_body&lang=fr", "q=zebra"} {
		found := into[answer](t, get(t, a, "/api/v1/recommendations?limit=1000&"+params), 200)
		w := get(t, a, "/api/v1/recommendations/export?format=ndjson&"+params)
		if w.Code != 200 || w.Header().Get("X-Total-Count") != strconv.Itoa(found.Total) || w.Header().Get("X-Snapshot") != found.Snapshot || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("%s: %d %v", params, w.Code, w.Header())
		}
		n := 0
		for s := bufio.NewScanner(bytes.NewReader(w.Body.Bytes())); s.Scan(); n++ {
			var r uhri.Recommendation
			if err := json.Unmarshal(s.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			if string(r.ID) != found.Items[n]["id"] {
				t.Errorf("%s: row %d is %s, the search has %s", params, n, r.ID, found.Items[n]["id"])
			}
		}
		if n != found.Total {
			t.Errorf("%s: %d rows, total %d", params, n, found.Total)
		}
		if again := get(t, a, "/api/v1/recommendations/export?format=ndjson&"+params); !bytes.Equal(again.Body.Bytes(), w.Body.Bytes()) {
			t.Errorf("%s: another file the second time", params)
		}
	}
	if w := get(t, a, "/api/v1/recommendations/export?format=ndjson&page=2&limit=10&facets=*"); bytes.Count(w.Body.Bytes(), []byte("\n")) != 45 {
		t.Errorf("a page was exported, not the whole set: %d rows", bytes.Count(w.Body.Bytes(), []byte("\n")))
	}
	if w := get(t, a, "/api/v1/recommendations/export"); w.Code != 400 {
		t.Errorf("without format: %d", w.Code)
	}
	if w := get(t, a, "/api/v1/recommendations/export?format=csv&snapshot=2001-01-01.1"); w.Code != 410 {
		t.Errorf("of an old snapshot: %d %s", w.Code, w.Body)
	}
	srv := httptest.NewServer(a)
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/api/v1/recommendations/export?format=csv") // the client asks for gzip by itself
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || !resp.Uncompressed || bytes.Count(b, []byte("\r\n")) != 46 {
		t.Errorf("compressed: %v, %v, %d lines", resp.Uncompressed, err, bytes.Count(b, []byte("\r\n")))
	}
	head, err := http.Head(srv.URL + "/api/v1/recommendations/export?format=csv")
	if err != nil {
		t.Fatal(err)
	}
	head.Body.Close()
	if head.Header.Get("X-Total-Count") != "45" {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
}

// A broken stream breaks the connection behind compression too.
func TestBrokenExport(t *testing.T) {
	c := newCollection()
	a := newAPI(t, liar{c})
	srv := httptest.NewServer(a)
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/api/v1/recommendations/export?format=csv&columns=text&columns=lead_in&columns=labels&columns=id")
	if err != nil {
		return // broken before the headers
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("a broken export looks whole")
	}
}

// liar streams fewer records than it counts.
type liar struct{ *collection }

func (l liar) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	n := 0
	return l.collection.Stream(ctx, req, func(r index.Row) bool {
		n++
		return n < 40 && yield(r)
	})
}

// The search page's twins are files and feeds of the same search.
func TestFiles(t *testing.T) {
	a := reference(t)
	for path, media := range map[string]string{"/search.csv": "text/csv", "/search.xlsx": "spreadsheetml", "/search.csl.json": "csl+json", "/search.atom": "atom+xml", "/search.feed.json": "feed+json", "/data-dictionary.json": "application/json",
		"/country/KEN/matrix.xlsx": "spreadsheetml", "/country/KEN/matrix.csv": "text/csv", "/country/KEN/impact-oss.csv": "text/csv"} {
		if !api.Owns(path) {
			t.Errorf("%s is not the API's", path)
		}
		target := path + "?q=prison&country=KEN"
		if path == "/data-dictionary.json" || strings.HasPrefix(path, "/country/") {
			target = path
		}
		w := get(t, a, target)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Type"), media) || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if again := get(t, a, target, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
	for _, target := range []string{"/search.docx", "/search.atom?contry=KEN", "/search.csv?country=Atlantis", "/search.csv?columns=nope"} {
		if w := get(t, a, target); w.Code != 404 && w.Code != 400 || w.Header().Get("Content-Type") != problem.ContentType {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
	}
	if w := get(t, a, "/search.csv?q="+url.QueryEscape(`prison "improve`)+"&columns=id"); w.Code != 200 {
		t.Errorf("a query that the page repairs: %d %s", w.Code, w.Body)
	}
	if w := get(t, a, "/q/0123.csv"); !api.Owns("/q/0123.csv") || w.Code != 501 {
		t.Errorf("a pin where nothing is pinned: %d %s", w.Code, w.Body)
	}
	for _, page := range []string{"/search", "/r/x", "/api", "/", "/searching", "/q", "/q/0123", "/country/KEN", "/country/KEN/matrix", "/country/KEN/x.csv"} {
		if api.Owns(page) {
			t.Errorf("%s is the portal's", page)
		}
	}
}

// Behind every layer of the edge a reader that takes nothing is let go, and so its place is free again.
func TestStalledReaderIsLetGo(t *testing.T) {
	c := newCollection()
	for _, r := range c.records {
		r.Texts[uhri.English] = uhri.Text{Full: strings.Repeat("prison ", 200_000)}
	}
	files := export.NewServer(export.Options{Searcher: c, Patience: 50 * time.Millisecond})
	done := make(chan int, 1)
	a := newAPI(t, c, func(o *api.Options) { o.Exports = files })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { done <- 0; panic(recover()) }()
		a.ServeHTTP(w, r)
	}))
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/api/v1/recommendations/export?format=ndjson", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity") // 60 MB do not fit any buffer on the way
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	<-done
	resp.Body.Close()
}
