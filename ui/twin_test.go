package ui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"uhri/api"
)

// wholeSite serves the portal and the API as the program does: each answers what is its own.
func wholeSite(t testing.TB, o Options, a api.Options) *httptest.Server {
	t.Helper()
	e := portal(t, o)
	a.Searcher, a.Rights = o.Searcher, o.Rights
	programs, err := api.New(a)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api.Owns(r.URL.Path) {
			programs.ServeHTTP(w, r)
		} else {
			e.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

// twin is what the tests read of an answer for programs.
type twin struct {
	Total  *int
	Facets map[string][]struct {
		Value string
		Count int
	}
	Items []json.RawMessage
}

// holdTwin follows a page to its twin, which answers with JSON that says the same numbers.
func holdTwin(t *testing.T, srv *httptest.Server, path string) (found twin) {
	t.Helper()
	_, body := get(t, srv, path)
	doc := parse(t, body)
	to := doc.Find(`link[rel="alternate"][type="application/json"]`).AttrOr("href", "")
	if to == "" {
		t.Errorf("%s has no twin for programs", path)
		return found
	}
	if doc.Find(`#foot a[href="`+to+`"]`).Length() != 1 {
		t.Errorf("%s does not show its readers %s", path, to)
	}
	res, answer := get(t, srv, to)
	if doc.Find(".faults #fh").Length() > 0 { // what cannot be read of an address is a fault for programs, and no answer
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s tells of faults, its twin answers %d", path, res.StatusCode)
		}
		return found
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Content-Type"), "json") || !json.Valid([]byte(answer)) {
		t.Errorf("%s: its twin %s answers %d, %s: %.200s", path, to, res.StatusCode, res.Header.Get("Content-Type"), answer)
		return found
	}
	_ = json.Unmarshal([]byte(answer), &found) // a list or a document of another shape has no total
	return found
}

// Every kind of page that answers has a twin for programs, shown and linked, with the same numbers. A list kept in the
// reader's browser is known to nobody else, so it has none.
func TestEveryPageHasItsTwin(t *testing.T) {
	srv := wholeSite(t, options(false), api.Options{Changes: fixedChanges{}, Sources: everyState(testNow)})
	compared := 0
	for _, k := range pageKinds {
		if k.status != 0 || k.name == "list" {
			continue
		}
		if holdTotals(t, srv, k.path) {
			compared++
		}
	}
	pins, pinned := differingPin(t)
	_, body := get(t, site(t, pins), "/q/"+pinned)
	if parse(t, body).Find(`link[rel="alternate"][type="application/json"][href^="/q/`+pinned+`.json"]`).Length() != 1 {
		t.Error("a pinned search has no twin for programs")
	}
	if compared < 20 {
		t.Errorf("only %d pages were compared with their twins", compared)
	}
}

// The same over the real records: searches, the browsing lists and pages of their values.
func TestRealTwins(t *testing.T) {
	o := options(false)
	o.Searcher, o.Sources, o.History, o.Changes = realSearcher(t), nil, nil, nil
	srv := wholeSite(t, o, api.Options{})
	for _, path := range []string{"/", "/search?q=torture+prison", "/search?q=child&goal=5&not.theme=budget-resources&sort=oldest&page=2", "/sdg", "/country", "/theme", "/group", "/mechanism", "/recommending",
		"/sdg/5", "/sdg/5.2", "/country/KEN", "/country/UGA?latest=yes", "/theme/access-to-justice-remedy", "/group/children", "/mechanism/upr", "/body/cedaw", "/recommending/FRA", "/methodology", "/data", "/help", "/help/filters", "/privacy", "/accessibility"} {
		holdTotals(t, srv, path)
	}
}

// holdTotals compares the numbers of a page with those of its twin, and reports whether there were any.
func holdTotals(t *testing.T, srv *httptest.Server, path string) bool {
	t.Helper()
	found := holdTwin(t, srv, path)
	_, body := get(t, srv, path)
	doc := parse(t, body)
	total := numberOf(doc)
	if passages := doc.Find(".passage").Length(); strings.HasPrefix(path, "/d/") {
		if len(found.Items) != passages || passages == 0 {
			t.Errorf("%s shows %d passages, its twin %d", path, passages, len(found.Items))
		}
		return true
	}
	if found.Total == nil {
		return false
	}
	facet := map[string]string{"/sdg": "goal", "/country": "country", "/theme": "theme", "/group": "group", "/mechanism": "body", "/recommending": "recommending_state"}[path]
	if facet == "" {
		if total > 0 && *found.Total != total {
			t.Errorf("%s says %d, its twin %d", path, total, *found.Total)
		}
		return total > 0
	}
	// A list of a facet's values says how many passages have one, of all there are.
	with := *found.Total
	for _, v := range found.Facets[facet] {
		if v.Value == "unknown" || v.Value == "not_applicable" {
			with -= v.Count
			continue
		}
		shown := doc.Find("main .n").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return number(s.Contents().First().Text()) == v.Count
		})
		if shown.Length() == 0 {
			t.Errorf("%s: %s has %d for programs, which the page does not say", path, v.Value, v.Count)
		}
	}
	if with != total || with == 0 {
		t.Errorf("%s says %d passages, its twin %d of %d", path, total, with, *found.Total)
	}
	return true
}
