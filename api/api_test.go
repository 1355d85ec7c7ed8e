package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/api"
	"uhri/api/gate"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

func newAPI(t testing.TB, s index.Searcher, change ...func(*api.Options)) *api.API {
	t.Helper()
	o := api.Options{Searcher: s, Version: "test", BaseURL: "https://example.org", Contact: "operator@example.org"}
	for _, f := range change {
		f(&o)
	}
	a, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ask sends one request; headers come in pairs.
func ask(t testing.TB, h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var b io.Reader
	if body != "" {
		b = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, b)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(t testing.TB, h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, h, http.MethodGet, target, "", headers...)
}

// into decodes an answer that must have the status.
func into[T any](t testing.TB, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

type answer struct {
	Total    int
	Items    []map[string]any
	Facets   map[string][]api.FacetValue
	Distinct map[string]int
	Next     string
	Snapshot string
	Query    api.Reading
	Demo     bool `json:"demonstration"`
}

func TestSearch(t *testing.T) {
	a := newAPI(t, newCollection())
	w := get(t, a, "/api/v1/recommendations?q=prison&country=kenya&limit=4&facets=cycle&facets=mechanism&explain=1&highlight=1")
	got := into[answer](t, w, 200)
	if got.Total != 15 || len(got.Items) != 4 || got.Next != "4" || got.Snapshot != "2026-11-24.2" || w.Header().Get("X-Snapshot") != got.Snapshot {
		t.Errorf("total %d, items %d, next %q, snapshot %q / %q", got.Total, len(got.Items), got.Next, got.Snapshot, w.Header().Get("X-Snapshot"))
	}
	want := []api.FacetValue{{Value: "2", Label: got.Facets["cycle"][0].Label, Count: 10}, {Value: "not_applicable", Label: "does not apply", Count: 5}}
	if d := cmp.Diff(want, got.Facets["cycle"]); d != "" {
		t.Errorf("cycle (-want +got):\n%s", d)
	}
	if got.Distinct["mechanism"] != 2 {
		t.Errorf("distinct = %v", got.Distinct)
	}
	if q := got.Query; q.URL != "q=prison&country=KEN&limit=4&facets=mechanism&facets=cycle&highlight=1&explain=1" || q.Counts == nil || q.Mode != "default" || q.Sort == "" || len(q.Filters) != 1 {
		t.Errorf("query = %+v", q)
	}
	it := got.Items[1]
	if it["link"] != "https://example.org/r/"+it["id"].(string) || it["lang"] != "en" || it["document_link"] == nil || it["matches"] == nil || it["texts"] == nil {
		t.Errorf("item = %v", it)
	}
	if l := w.Header().Get("Link"); !strings.HasPrefix(l, "<https://example.org/api/v1/recommendations?q=prison") || !strings.Contains(l, "cursor=4") {
		t.Errorf("Link = %s", l)
	}
	if !bytes.Contains(w.Body.Bytes(), []byte("<b>&</b>")) {
		t.Errorf("the text's own characters are escaped: %s", w.Body.Bytes()[:300])
	}
}

func TestPagingReachesEveryRecordOnce(t *testing.T) {
	a := newAPI(t, newCollection())
	seen := map[string]bool{}
	for target := "/api/v1/recommendations?limit=7"; target != ""; {
		w := get(t, a, target)
		got := into[answer](t, w, 200)
		for _, it := range got.Items {
			seen[it["id"].(string)] = true
		}
		if target = ""; got.Next != "" {
			link := w.Header().Get("Link")
			target = strings.TrimPrefix(link[1:strings.Index(link, ">")], "https://example.org")
		}
	}
	if len(seen) != 45 {
		t.Errorf("paging found %d records of 45", len(seen))
	}
}

func TestFields(t *testing.T) {
	got := into[answer](t, get(t, newAPI(t, newCollection()), "/api/v1/recommendations?fields=id&fields=symbol&limit=1"), 200)
	if d := cmp.Diff([]map[string]any{{"id": "00000000-0000-4000-8000-000000000000", "symbol": "CAT/C/KEN/CO/2"}}, got.Items); d != "" {
		t.Errorf("items (-want +got):\n%s", d)
	}
}

func TestNothingFound(t *testing.T) {
	w := get(t, newAPI(t, newCollection()), "/api/v1/recommendations?q=zebra&country=KEN")
	got := into[api.Answer](t, w, 200)
	if got.Total != 0 || got.Items == nil || len(got.Suggestions) != 1 || got.Suggestions[0].URL != "q=prison&country=KEN" {
		t.Errorf("answer = %s", w.Body)
	}
}

func TestRecord(t *testing.T) {
	a := newAPI(t, newCollection())
	w := get(t, a, "/api/v1/recommendations/00000000-0000-4000-8000-000000000003")
	got := into[struct{ Item map[string]any }](t, w, 200)
	if got.Item["paragraph"] != "140.4" || w.Header().Get("X-Snapshot") == "" {
		t.Errorf("record = %s", w.Body)
	}
	w = get(t, a, "/api/v1/recommendations/00000000-0000-4000-8000-00000000dead")
	p := into[problem.Problem](t, w, 410)
	if p.Tombstone == nil || p.Tombstone.Kind != uhri.TombWithdrawn || p.Tombstone.At.IsZero() {
		t.Errorf("gone = %s", w.Body)
	}
	w = get(t, a, "/api/v1/recommendations/00000000-0000-4000-8000-00000000FACE")
	if w.Code != 301 || w.Header().Get("Location") != "https://example.org/api/v1/recommendations/00000000-0000-4000-8000-000000000001" {
		t.Errorf("merged: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w = get(t, a, "/api/v1/recommendations/nonsense"); w.Code != 404 {
		t.Errorf("unknown: %d", w.Code)
	}
}

// emptied is a collection with documents of which nothing is left.
func emptied() *collection {
	c := newCollection()
	for i, t := range []uhri.Tombstone{{Kind: uhri.TombWithdrawn, Symbol: "A/HRC/98/1"}, {Kind: uhri.TombWithdrawn, Symbol: "A/HRC/98/1"}, {Kind: uhri.TombSuppressed, Symbol: "A/HRC/96/1"}, {Kind: uhri.TombMerged, Symbol: "A/HRC/97/1", RedirectTo: c.records[0].ID}} {
		t.ID, t.At = uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-0000dead000%d", i)), time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
		c.tombs[t.ID] = t
	}
	return c
}

func TestDocument(t *testing.T) {
	a := newAPI(t, newCollection())
	w := get(t, a, "/api/v1/documents?symbol=a/hrc/21/6")
	got := into[api.Document](t, w, 200)
	if got.Symbol != "A/HRC/21/6" || got.Total != len(got.Items) || got.Total == 0 || got.Mechanism != uhri.MechanismUPR || len(got.Links) != 6 {
		t.Errorf("document = %s", w.Body)
	}
	if !slices.IsSortedFunc(got.Items, func(a, b api.Item) int { return a.Order - b.Order }) {
		t.Error("records are not in the document's order")
	}
	b := newAPI(t, emptied())
	if w := get(t, b, "/api/v1/documents?symbol=A/HRC/98/1"); w.Code != 410 || !strings.Contains(w.Body.String(), "kind=withdrawn") {
		t.Errorf("a document all of which was withdrawn: %d %s", w.Code, w.Body)
	}
	if w := get(t, b, "/api/v1/documents?symbol=A/HRC/96/1"); w.Code != 410 || !strings.Contains(w.Body.String(), "taken down") || strings.Contains(w.Body.String(), "cursor") {
		t.Errorf("a document all of which was taken down: %d %s", w.Code, w.Body)
	}
	if w := get(t, b, "/api/v1/documents?symbol=A/HRC/97/1"); w.Code != 404 { // merged into records of another
		t.Errorf("a document whose passage is held elsewhere: %d", w.Code)
	}
	if w := get(t, a, "/api/v1/documents?symbol=A/HRC/99/1"); w.Code != 404 {
		t.Errorf("unknown document: %d %s", w.Code, w.Body)
	}
	if w := get(t, a, "/api/v1/documents"); w.Code != 400 {
		t.Errorf("no symbol: %d %s", w.Code, w.Body)
	}
}

func TestFacet(t *testing.T) {
	a := newAPI(t, newCollection())
	got := into[api.FacetPanel](t, get(t, a, "/api/v1/facets/country?prefix=u&q=prison"), 200)
	if got.Total != 45 || len(got.Values) != 1 || got.Values[0].Value != "UGA" || got.Values[0].Count != 15 || got.Distinct != 3 {
		t.Errorf("panel = %+v", got)
	}
	p := into[problem.Problem](t, get(t, a, "/api/v1/facets/contry"), 404)
	if !strings.Contains(p.Detail, "country") {
		t.Errorf("detail = %s", p.Detail)
	}
}

type sources []uhri.SourceStatus

func (s sources) SourceStatus(context.Context) ([]uhri.SourceStatus, error) { return s, nil }

func TestStatus(t *testing.T) {
	c := newCollection()
	a := newAPI(t, c, func(o *api.Options) { o.Sources = sources{{Source: "uhri/en", State: uhri.OK, Records: 45}} })
	got := into[api.Status](t, get(t, a, "/api/v1/status"), 200)
	if got.State != "ready" || got.Snapshot == nil || got.Snapshot.Records != 45 || got.Previous == nil || len(got.Sources) != 1 {
		t.Errorf("status = %+v", got)
	}
	c.down = uhri.Errorf(uhri.Unavailable, "", "the first harvest is running")
	got = into[api.Status](t, get(t, a, "/api/v1/status"), 200)
	if got.State != "waiting" || got.Detail != "the first harvest is running" || len(got.Sources) != 1 {
		t.Errorf("before the first snapshot: %+v", got)
	}
	if w := get(t, a, "/api/v1/recommendations"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("search before the first snapshot: %d %v", w.Code, w.Header())
	}
}

type changeLog []uhri.Change

func (l changeLog) of(q uhri.ChangeQuery) (out []uhri.Change) {
	for _, c := range l {
		if c.Seq > q.Since && (q.UpTo == 0 || c.Seq <= q.UpTo) && (q.Source == "" || c.Source == q.Source) && (q.ID == "" || c.ID == q.ID) && (q.Symbol == "" || c.Symbol == q.Symbol) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, c.Kind)) {
			out = append(out, c)
		}
	}
	return out
}

func (l changeLog) Changes(_ context.Context, q uhri.ChangeQuery) ([]uhri.Change, error) {
	out := l.of(q)
	out = out[min(q.Offset, len(out)):]
	return out[:min(q.Limit, len(out))], nil
}

func (l changeLog) CountChanges(_ context.Context, q uhri.ChangeQuery) (int, error) {
	return len(l.of(q)), nil
}

func (l changeLog) Tallies(_ context.Context, since, upTo uhri.Seq) (out []uhri.Tally, err error) {
	for _, c := range l.of(uhri.ChangeQuery{Since: since, UpTo: upTo}) {
		out = append(out, uhri.Tally{Seq: c.Seq, Source: c.Source, Kind: c.Kind, Entries: 1, Count: 1})
	}
	return out, nil
}

// SeqBefore takes state n for that of the n-th of November 2026.
func (l changeLog) SeqBefore(_ context.Context, t time.Time) (uhri.Seq, error) {
	return uhri.Seq(t.Sub(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)), nil
}

func TestChanges(t *testing.T) {
	log := changeLog{
		{Seq: 1, Kind: uhri.Added, ID: "a", Source: "uhri/en"}, {Seq: 1, Kind: uhri.Added, ID: "b", Source: "upr"},
		{Seq: 2, Kind: uhri.Changed, ID: "a", Source: "uhri/en", OldText: "x", NewText: "y"}, {Seq: 2, Kind: uhri.Withdrawn, ID: "b", Source: "upr"},
		{Seq: 3, Kind: uhri.Added, ID: "later", Source: "uhri/en"},
	}
	a := newAPI(t, newCollection(), func(o *api.Options) { o.Changes = log })
	ids := func(target string) (out []string, next string) {
		t.Helper()
		p := into[api.ChangePage](t, get(t, a, target), 200)
		for _, c := range p.Items {
			out = append(out, string(c.Kind)+" "+string(c.ID))
		}
		if p.Latest != 2 && !strings.Contains(target, "until") {
			t.Errorf("latest = %d", p.Latest)
		}
		if len(out) > p.Total || p.Next == "" && !strings.Contains(target, "cursor") && len(out) != p.Total {
			t.Errorf("%s: %d listed of %d", target, len(out), p.Total)
		}
		return out, p.Next
	}
	tests := []struct {
		name, params string
		want         []string
	}{
		{"everything the snapshot shows", "", []string{"added a", "added b", "changed a", "withdrawn b"}},
		{"since a snapshot", "?since=2026-11-23.1", []string{"changed a", "withdrawn b"}},
		{"since a number", "?since=1&source=upr", []string{"withdrawn b"}},
		{"kinds", "?kind=changed&kind=withdrawn", []string{"changed a", "withdrawn b"}},
		{"nothing new", "?since=2", nil},
		{"of one record", "?id=A", []string{"added a", "changed a"}},
		{"until a snapshot", "?until=2026-11-23.1", []string{"added a", "added b"}},
		{"until the newest at most", "?until=99", []string{"added a", "added b", "changed a", "withdrawn b"}},
		{"since a day", "?since=2026-11-02", []string{"changed a", "withdrawn b"}},
		{"until a day", "?until=2026-11-01", []string{"added a", "added b"}},
	}
	for _, tt := range tests {
		if got, _ := ids("/api/v1/changes" + tt.params); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	var all []string
	for next, n := "", 0; n == 0 || next != ""; n++ {
		var page []string
		page, next = ids("/api/v1/changes?limit=1&cursor=" + next)
		all = append(all, page...)
	}
	if !slices.Equal(all, tests[0].want) {
		t.Errorf("paged: %v", all)
	}
	if p := into[api.ChangePage](t, get(t, a, "/api/v1/changes?by=1&limit=1"), 200); len(p.By) != 4 || p.Total != 4 || len(p.Items) != 1 {
		t.Errorf("counted: %+v", p)
	}
	for _, params := range []string{"since=yesterday", "since=2026-11-24.x", "since=7&until=3", "cursor=1.2", "cursor=1.2.x", "by=perhaps", "until=-1", "sinse=1"} {
		if w := get(t, a, "/api/v1/changes?"+params); w.Code != 400 {
			t.Errorf("%s: %d", params, w.Code)
		}
	}
	if w := get(t, newAPI(t, newCollection()), "/api/v1/changes"); w.Code != 501 {
		t.Errorf("without a log: %d", w.Code)
	}
}

func TestLookup(t *testing.T) {
	a := newAPI(t, newCollection())
	w := ask(t, a, http.MethodPost, "/api/v1/recommendations/lookup", `{"ids":["00000000-0000-4000-8000-000000000004","00000000-0000-4000-8000-00000000DEAD","nobody"],"symbols":["a/hrc/20/5","A/HRC/98/7"]}`, "Content-Type", "application/json")
	got := into[api.Lookup](t, w, 200)
	if len(got.Items) < 2 || got.Items[0].ID != "00000000-0000-4000-8000-000000000004" || got.Items[1].Symbol != "A/HRC/20/5" {
		t.Errorf("items = %s", w.Body)
	}
	want := []api.Missing{
		{ID: "00000000-0000-4000-8000-00000000dead", Reason: uhri.Gone, Kind: uhri.TombWithdrawn, At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "nobody", Reason: uhri.NotFound}, {Symbol: "A/HRC/98/7", Reason: uhri.NotFound},
	}
	if d := cmp.Diff(want, got.Missing); d != "" {
		t.Errorf("missing (-want +got):\n%s", d)
	}
	b := newAPI(t, emptied())
	got = into[api.Lookup](t, ask(t, b, http.MethodPost, "/api/v1/recommendations/lookup", `{"symbols":["A/HRC/98/1","A/HRC/97/1","A/HRC/96/1"]}`), 200)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	want = []api.Missing{{Symbol: "A/HRC/98/1", Reason: uhri.Gone, Kind: uhri.TombWithdrawn, At: day(2)}, {Symbol: "A/HRC/97/1", Reason: uhri.NotFound}, {Symbol: "A/HRC/96/1", Reason: uhri.Gone, Kind: uhri.TombSuppressed, At: day(3)}}
	if d := cmp.Diff(want, got.Missing); d != "" {
		t.Errorf("documents of which nothing is left (-want +got):\n%s", d)
	}
	again := into[api.Lookup](t, ask(t, a, http.MethodPost, "/api/v1/recommendations/lookup", `{"ids":["00000000-0000-4000-8000-000000000004","00000000-0000-4000-8000-000000000004"," 00000000-0000-4000-8000-000000000004"],"symbols":["A/HRC/98/7","a/hrc/98/7"]}`), 200)
	if d := cmp.Diff([]string{"00000000-0000-4000-8000-000000000004", "A/HRC/98/7"}, again.Repeated); d != "" || len(again.Items) != 1 || len(again.Missing) != 1 {
		t.Errorf("asked twice: %+v, repeated (-want +got):\n%s", again, d)
	}
	if p := into[problem.Problem](t, ask(t, a, http.MethodPost, "/api/v1/recommendations/lookup", "<ids/>", "Content-Type", "text/xml"), 415); len(p.Errors) != 1 {
		t.Errorf("XML: %+v", p)
	}
	for name, body := range map[string]string{
		"empty": "{}", "not JSON": "ids=1", "unknown member": `{"id":["a"]}`, "two values": `{"ids":["a"]} {}`, "bad symbol": `{"symbols":["x y z"]}`, "empty id": `{"ids":[" "]}`,
		"too many": `{"ids":["` + strings.Repeat(`a","`, 1001) + `b"]}`, "cut off": `{"ids":["a"`,
	} {
		w := ask(t, a, http.MethodPost, "/api/v1/recommendations/lookup", body, "Content-Type", "application/json")
		if p := into[problem.Problem](t, w, 400); len(p.Errors) == 0 {
			t.Errorf("%s: no fault is named: %s", name, w.Body)
		}
	}
	if w := ask(t, a, http.MethodPost, "/api/v1/recommendations/lookup", `{"ids":["`+strings.Repeat("a", 2<<20)+`"]}`); w.Code != 413 {
		t.Errorf("large body: %d", w.Code)
	}
}

func TestConditionalRequests(t *testing.T) {
	c := newCollection()
	a := newAPI(t, c)
	for _, target := range []string{"/api/v1/recommendations?q=prison&country=KEN", "/api/v1/recommendations/00000000-0000-4000-8000-000000000003", "/api/v1/documents?symbol=A/HRC/21/6", "/api/v1/facets/country", "/openapi.json"} {
		first := get(t, a, target)
		tag := first.Header().Get("ETag")
		if !strings.HasPrefix(tag, `W/"`) {
			t.Fatalf("%s: ETag %q", target, tag)
		}
		before := c.searches
		w := get(t, a, target, "If-None-Match", `"other", `+tag)
		if w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("%s again: %d, %d bytes, ETag %q", target, w.Code, w.Body.Len(), w.Header().Get("ETag"))
		}
		if c.searches != before {
			t.Errorf("%s: 304 was answered by searching", target)
		}
		if w := get(t, a, target, "If-None-Match", `W/"other"`); w.Code != 200 {
			t.Errorf("%s with another tag: %d", target, w.Code)
		}
	}
	same := func(x, y string) bool {
		return get(t, a, x).Header().Get("ETag") == get(t, a, y).Header().Get("ETag")
	}
	if !same("/api/v1/recommendations?country=KEN&q=a", "/api/v1/recommendations?q=a&country=kenya&limit=20") {
		t.Error("one search written twice has two ETags")
	}
	if same("/api/v1/recommendations?q=a", "/api/v1/recommendations?q=b") || same("/api/v1/recommendations?q=a", "/api/v1/recommendations?q=a&fields=id") {
		t.Error("two answers share an ETag")
	}
	tag := get(t, a, "/api/v1/recommendations").Header().Get("ETag")
	c.current.ID = "2026-11-25.3"
	if w := get(t, a, "/api/v1/recommendations", "If-None-Match", tag); w.Code != 200 {
		t.Errorf("after a new snapshot: %d", w.Code)
	}
}

// A script that asks politely walks through the whole corpus, 1,000 records a page, and is never told to wait.
func TestPoliteScript(t *testing.T) {
	a := newAPI(t, newCollection(), func(o *api.Options) { o.PerMinute = 600 })
	for page := range 269 {
		w := get(t, a, "/api/v1/recommendations?limit=1&cursor="+strconv.Itoa(page%45))
		if w.Code != 200 || w.Header().Get("RateLimit-Remaining") == "" {
			t.Fatalf("page %d: %d %v", page, w.Code, w.Header())
		}
	}
	if !strings.Contains(get(t, a, "/openapi.json").Body.String(), "600 requests a minute") {
		t.Error("the limits are not published")
	}
}

func TestOldSnapshotIsGone(t *testing.T) {
	p := into[problem.Problem](t, get(t, newAPI(t, newCollection()), "/api/v1/recommendations?snapshot=2020-01-01.1"), 410)
	if p.Snapshot != "2026-11-24.2" || strings.Count(p.Detail, "2026-11-24.2") != 1 || !strings.Contains(p.Detail, "without cursor") {
		t.Errorf("problem = %+v", p)
	}
}

// TestErrorShape asks every operation in ways that must fail, and holds the one shape.
func TestErrorShape(t *testing.T) {
	c := newCollection()
	a := newAPI(t, c)
	broken := newAPI(t, &collection{down: errors.New("disk on fire: /secret/path")})
	late := newAPI(t, &collection{down: &uhri.Error{Kind: uhri.Timeout, Msg: "too slow"}})
	tests := []struct {
		h              http.Handler
		method, target string
		body           string
		status, faults int
	}{
		{a, "GET", "/api/v1/recommendations?contry=KEN&sort=newst&fields=x", "", 400, 3},
		{a, "GET", "/api/v1/recommendations?q=%22unclosed", "", 400, 1},
		{a, "GET", "/api/v1/recommendations?q=%zz", "", 400, 1},
		{a, "GET", "/api/v1/recommendations?theme=nonsense", "", 400, 1},
		{a, "GET", "/api/v1/recommendations?cursor=!", "", 400, 1},
		{a, "GET", "/api/v1/recommendations/nobody", "", 404, 0},
		{a, "GET", "/api/v1/recommendations/nobody?x=1", "", 400, 1},
		{a, "GET", "/api/v1/documents?symbol=" + strings.Repeat("x", 300), "", 400, 1},
		{a, "GET", "/api/v1/facets/nope", "", 404, 0},
		{a, "GET", "/api/v1/facets/country?sort=x", "", 400, 1},
		{a, "GET", "/api/v1/changes?since=x&kind=y&limit=0", "", 400, 3},
		{a, "GET", "/api/v1/status?x=1", "", 400, 1},
		{a, "POST", "/api/v1/recommendations/lookup", "{", 400, 1},
		{a, "GET", "/openapi.json?x=1&y=2", "", 400, 2},
		{a, "PUT", "/search.csv", "", 405, 0},
		{a, "GET", "/api/v1/nowhere", "", 404, 0},
		{a, "GET", "/api/v2/recommendations", "", 404, 0},
		{a, "DELETE", "/api/v1/recommendations", "", 405, 0},
		{a, "GET", "/api/v1/recommendations/lookup/", "", 404, 0},
		{a, "GET", "/api/v1/recommendations?q=" + strings.Repeat("a", 17<<10), "", 414, 0},
		{broken, "GET", "/api/v1/recommendations", "", 500, 0},
		{broken, "GET", "/api/v1/recommendations/x", "", 500, 0},
		{broken, "GET", "/api/v1/status", "", 500, 0},
		{late, "GET", "/api/v1/recommendations", "", 504, 0},
	}
	for _, tt := range tests {
		w := ask(t, tt.h, tt.method, tt.target, tt.body)
		name := tt.method + " " + tt.target[:min(len(tt.target), 80)]
		if w.Code != tt.status {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, tt.status, w.Body)
			continue
		}
		if ct := w.Header().Get("Content-Type"); ct != problem.ContentType {
			t.Errorf("%s: Content-Type %s", name, ct)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, w.Header())
		}
		dec := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		dec.DisallowUnknownFields()
		var p problem.Problem
		if err := dec.Decode(&p); err != nil {
			t.Errorf("%s: %v: %s", name, err, w.Body)
			continue
		}
		if p.Status != tt.status || p.Type == "" || p.Title == "" || p.Kind == "" || p.Detail == "" || p.Instance == "" || p.Errors == nil || len(p.Errors) != tt.faults {
			t.Errorf("%s: %s", name, w.Body)
		}
		for _, f := range p.Errors {
			if f.Message == "" {
				t.Errorf("%s: a fault says nothing: %s", name, w.Body)
			}
		}
		if bytes.Contains(w.Body.Bytes(), []byte("secret")) {
			t.Errorf("%s: an inner error is shown: %s", name, w.Body)
		}
	}
}

func TestQueryFaultHasItsPlace(t *testing.T) {
	p := into[problem.Problem](t, get(t, newAPI(t, newCollection()), "/api/v1/recommendations?q=prison+%22unclosed"), 400)
	if len(p.Errors) != 1 || p.Errors[0].Parameter != "q" || p.Errors[0].Value != `prison "unclosed` || p.Errors[0].At != 7 {
		t.Errorf("errors = %+v", p.Errors)
	}
}

func TestDemonstrationSaysSo(t *testing.T) {
	a := newAPI(t, newCollection(), func(o *api.Options) { o.Demo = true; o.Changes = changeLog{} })
	for _, target := range []string{"/api/v1/recommendations", "/api/v1/recommendations/00000000-0000-4000-8000-000000000003", "/api/v1/documents?symbol=A/HRC/21/6", "/api/v1/facets/country", "/api/v1/changes", "/api/v1/status", "/api/v1/nowhere", "/api/v1/recommendations?x=1"} {
		var v map[string]any
		w := get(t, a, target)
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || v["demonstration"] != true {
			t.Errorf("%s does not say that it is a demonstration: %s", target, w.Body)
		}
	}
}

func TestOtherSitesMayAsk(t *testing.T) {
	a := newAPI(t, newCollection(), func(o *api.Options) { o.PerMinute, o.Burst = 60, 1 })
	w := ask(t, a, http.MethodOptions, "/api/v1/recommendations/lookup", "", "Origin", "https://other.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	if w.Code != 204 || !strings.Contains(w.Header().Get("Access-Control-Allow-Methods"), "POST") || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	if w := get(t, a, "/api/v1/status"); w.Code != 200 || w.Header().Get("RateLimit-Remaining") != "0" {
		t.Errorf("first: %d %v", w.Code, w.Header())
	}
	w = get(t, a, "/api/v1/status")
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "Retry-After") {
		t.Errorf("too many: %d %v", w.Code, w.Header())
	}
}

func TestHead(t *testing.T) {
	srv := httptest.NewServer(newAPI(t, newCollection()))
	defer srv.Close()
	resp, err := http.Head(srv.URL + "/api/v1/recommendations?q=prison")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 || resp.Header.Get("ETag") == "" {
		t.Errorf("HEAD: %d %v", resp.StatusCode, resp.Header)
	}
}

// Fifty clients at once on one slot: what does not fit is told when to come back, and nothing else fails.
func TestManyClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollection()
		c.hold = make(chan struct{})
		a := newAPI(t, gate.New(c, gate.Options{Slots: 1, Queue: 9, Wait: time.Minute, Deadline: time.Hour}))
		answers := make(chan *httptest.ResponseRecorder, 50)
		for range 50 {
			go func() { answers <- get(t, a, "/api/v1/recommendations?limit=1") }()
		}
		synctest.Wait()
		close(c.hold)
		served := 0
		for range 50 {
			switch w := <-answers; {
			case w.Code == 200:
				served++
			case w.Code != 503 || w.Header().Get("Retry-After") == "":
				t.Errorf("answer %d %v: %s", w.Code, w.Header(), w.Body)
			}
		}
		if served != 10 {
			t.Errorf("%d were served, want 10: one slot and nine waiting", served)
		}
	})
}

// TestOpenAPI compares the served description with what is there.
func TestOpenAPI(t *testing.T) {
	a := newAPI(t, newCollection(), func(o *api.Options) { o.Changes = changeLog{} })
	w := get(t, a, "/openapi.json")
	type param struct {
		Name, In, Description string
		Required              bool
		Example               any
	}
	doc := into[struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID, Summary string
			Parameters           []param
			Responses            map[string]struct{ Content map[string]any }
		}
		Components struct{ Schemas map[string]any }
	}](t, w, 200)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || strings.Contains(w.Body.String(), "$schema") {
		t.Errorf("openapi %s", doc.OpenAPI)
	}
	var known []string
	for _, p := range searchurl.Parameters() {
		known = append(known, p.Name)
	}
	for _, path := range []string{"/api/v1/recommendations", "/api/v1/facets/{name}"} {
		var described []string
		for _, p := range doc.Paths[path]["get"].Parameters {
			if p.In == "query" && p.Name != "fields" && p.Name != "prefix" {
				described = append(described, p.Name)
			}
		}
		if d := cmp.Diff(known, described); d != "" {
			t.Errorf("%s: parameters read and described differ (-read +described):\n%s", path, d)
		}
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.OperationID == "" || op.Summary == "" || op.Responses["default"].Content[problem.ContentType] == nil {
				t.Errorf("%s %s is not described: %+v", method, path, op)
			}
			target, query := path, url.Values{}
			for _, p := range op.Parameters {
				if p.Description == "" {
					t.Errorf("%s %s: %s has no description", method, path, p.Name)
				}
				if p.Required && p.Example == nil {
					t.Errorf("%s %s: %s is required and has no example", method, path, p.Name)
				}
				switch ex := p.Example.(type) {
				case string:
					if p.In == "path" {
						target = strings.ReplaceAll(target, "{"+p.Name+"}", ex)
					} else {
						query.Set(p.Name, ex)
					}
				case []any:
					for _, e := range ex {
						query.Add(p.Name, e.(string))
					}
				}
			}
			// Each example must be readable, alone and beside the required ones; what it finds does not matter here.
			for name := range query {
				one := url.Values{name: query[name]}
				for _, p := range op.Parameters {
					if p.Required && p.In == "query" {
						one[p.Name] = query[p.Name]
					}
				}
				if w := ask(t, a, strings.ToUpper(method), target+"?"+one.Encode(), ""); w.Code == 400 || w.Code == 500 {
					t.Errorf("the example of %s %s, %s, is refused: %s", method, path, one.Encode(), w.Body)
				}
			}
			if method == "get" {
				if w := get(t, a, target+"?no_such_parameter=1"); w.Code != 400 {
					t.Errorf("%s with an unknown parameter: %d", target, w.Code)
				}
			}
		}
	}
}
