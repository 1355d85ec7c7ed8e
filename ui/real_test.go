package ui

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/sources/uhriexport"
	"uhri/index"
	"uhri/index/bleveindex"
)

// real is the portal's Searcher over the 41,721 real records, where they lie beside the checkout.
var real struct {
	once sync.Once
	dir  string
	e    *bleveindex.Engine
	err  error
}

func realSearcher(tb testing.TB) index.Searcher {
	tb.Helper()
	path := filepath.Join("..", "..", "shared", "data", "uhri", "export-full-{lang}.json.gz")
	if _, err := os.Stat(strings.ReplaceAll(path, "{lang}", "en")); err != nil {
		tb.Skip("the real export is not beside the checkout (../shared/data/uhri)")
	}
	real.once.Do(func() { real.e, real.err = publishReal(path) })
	if real.err != nil {
		tb.Fatal(real.err)
	}
	return real.e
}

func publishReal(path string) (*bleveindex.Engine, error) {
	ctx := context.Background()
	src, err := uhriexport.New(uhriexport.Options{Lang: uhri.English, Addresses: []string{path}})
	if err != nil {
		return nil, err
	}
	process := uhriexport.NewProcess(uhriexport.ProcessOptions{Source: src.Name(), Lang: uhri.English})
	latest := uhri.NewLatestReviews()
	var recs []*uhri.Recommendation
	var bad error
	if _, err := src.Harvest(ctx, nil, func(it crawler.Item, err error) bool {
		if err == nil {
			var rs []*uhri.Recommendation
			if rs, err = process(ctx, it); err == nil {
				recs = append(recs, rs...)
			}
		}
		bad = err
		return err == nil
	}); err != nil || bad != nil {
		return nil, cmp.Or(err, bad)
	}
	for _, r := range recs {
		latest.Add(r)
	}
	for _, r := range recs {
		latest.Mark(r)
	}
	if real.dir, err = os.MkdirTemp("", "uhri-ui-real"); err != nil {
		return nil, err
	}
	e, err := bleveindex.Open(bleveindex.Options{Dir: real.dir})
	if err != nil {
		return nil, err
	}
	snap := index.Snapshot{ID: "2026-11-21.1", Seq: 1, Created: testNow, Records: len(recs), NoReview: latest.Undetermined(),
		Sources: []uhri.SourceStatus{{Source: "uhri/en", State: uhri.OK, LastSuccess: testNow, Records: len(recs)}}}
	return e, e.Publish(ctx, snap, func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range recs {
			if !yield(r, nil) {
				return
			}
		}
	})
}

func TestMain(m *testing.M) {
	code := m.Run()
	if real.e != nil {
		real.e.Close()
		os.RemoveAll(real.dir)
	}
	os.Exit(code)
}

// realSite serves the portal over the real records.
func realSite(tb testing.TB) *httptest.Server {
	tb.Helper()
	o := options(false)
	o.Searcher, o.Sources, o.History = realSearcher(tb), nil, nil
	return site(tb, o)
}

// realPages are pages worth looking at over the real records.
var realPages = []struct{ name, path string }{
	{"real-home", "/"},
	{"real-search", "/search?q=torture+prison"},
	{"real-search-filtered", "/search?q=%22death+penalty%22&country=China&from=2015&position=noted"},
	{"real-country", "/country/KEN"},
	{"real-country-all", "/country"},
	{"real-sdg", "/sdg"},
	{"real-theme", "/theme"},
	{"real-mechanism", "/mechanism/upr"},
	{"real-methodology", "/methodology"},
	{"real-goal", "/sdg/5"},
	{"real-body", "/body/cedaw"},
	{"real-recommending", "/recommending/FRA"},
	{"real-goal-search", "/search?q=child&goal=5"},
	{"real-empty", "/search?q=cyberbulying+school&country=EGY"},
}

// The first page of results over the real records weighs at most 100 kB on the wire with everything it loads.
func TestRealPagesAreLight(t *testing.T) {
	srv := realSite(t)
	for _, k := range realPages {
		_, body := get(t, srv, k.path)
		if strings.Contains(body, "⟦") || !strings.Contains(body, "</html>") {
			t.Errorf("%s: the page is not whole", k.name)
		}
		wire := compressed(t, body)
		parse(t, body).Find("link[rel=stylesheet], link[rel=icon], script[src], img").Each(func(_ int, s *goquery.Selection) {
			_, asset := get(t, srv, s.AttrOr("href", s.AttrOr("src", "")))
			wire += compressed(t, asset)
		})
		t.Logf("%s: %d bytes, %d on the wire", k.name, len(body), wire)
		if strings.HasPrefix(k.path, "/search") && wire > maxPage {
			t.Errorf("%s: %d bytes on the wire", k.name, wire)
		}
	}
}

// compressed is what a body weighs after the compression every page leaves with.
func compressed(tb testing.TB, body string) int {
	tb.Helper()
	h := gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(body))
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.Len()
}

// The marks of a State's page lead to their counts over the real records, too. Marks are sampled.
func TestRealMarksLeadToTheirCount(t *testing.T) {
	srv := realSite(t)
	for _, path := range []string{"/country/KEN", "/mechanism/upr", "/recommending/FRA", "/country"} {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		tried := 0
		doc.Find(".chart svg a").Each(func(i int, s *goquery.Selection) {
			if i%9 != 0 && i > 6 {
				return
			}
			tried++
			label := s.AttrOr("aria-label", "")
			_, n, _ := strings.Cut(label, ": ")
			_, list := get(t, srv, s.AttrOr("href", ""))
			if got := number(parse(t, list).Find("#rh").Contents().First().Text()); got != number(n) {
				t.Errorf("%s: %s leads to %d", path, label, got)
			}
		})
		if tried < 3 {
			t.Errorf("%s: only %d marks tried", path, tried)
		}
	}
}

// timedSearcher measures the time spent in searches.
type timedSearcher struct {
	index.Searcher
	took time.Duration
}

func (s *timedSearcher) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	began := time.Now()
	defer func() { s.took += time.Since(began) }()
	return s.Searcher.Search(ctx, req)
}

func (s *timedSearcher) Get(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	began := time.Now()
	defer func() { s.took += time.Since(began) }()
	return s.Searcher.Get(ctx, id)
}

// BenchmarkPages measures what rendering adds to the searches of a page, over the real records.
func BenchmarkPages(b *testing.B) {
	o := options(false)
	timed := &timedSearcher{Searcher: realSearcher(b)}
	o.Searcher, o.Sources, o.History = timed, nil, nil
	u, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	e := echo.New()
	u.Register(e)
	for _, k := range realPages {
		b.Run(k.name, func(b *testing.B) {
			var added, searched []time.Duration
			for b.Loop() {
				timed.took = 0
				began := time.Now()
				w := httptest.NewRecorder()
				e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, k.path, nil))
				added = append(added, time.Since(began)-timed.took)
				searched = append(searched, timed.took)
			}
			slices.Sort(added)
			slices.Sort(searched)
			b.ReportMetric(float64(added[len(added)/2].Microseconds())/1000, "render-p50-ms")
			b.ReportMetric(float64(added[len(added)*95/100].Microseconds())/1000, "render-p95-ms")
			b.ReportMetric(float64(searched[len(searched)/2].Microseconds())/1000, "search-p50-ms")
		})
	}
}
