package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/api/feed"
	"uhri/index"
	"uhri/index/indextest"
	"uhri/index/searchurl"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func records() []*uhri.Recommendation {
	var out []*uhri.Recommendation
	for i := range 4 {
		out = append(out, &uhri.Recommendation{
			ID: uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Type: uhri.TypeObservation, Mechanism: uhri.MechanismTreatyBody, Body: "CAT", Symbol: "CAT/C/KEN/CO/2",
			Paragraph: fmt.Sprint(10 + i), Countries: []uhri.Country{"KEN"}, Date: uhri.Date{Year: 2013},
			Texts:      map[uhri.Lang]uhri.Text{uhri.English: {Full: fmt.Sprintf("Prison %d: <b>&\x01 ]]> “quotes”", i)}},
			Tags:       []uhri.Tag{{Scheme: uhri.SchemeSDG, Concept: "16", Origin: uhri.OriginPublisher}},
			Provenance: uhri.Provenance{FirstSeen: noon.Add(time.Duration(i) * time.Hour), LastChanged: noon.Add(time.Duration(i) * time.Hour), FetchedAt: time.Now(), Pipeline: i},
		})
	}
	return out
}

func publish(t *testing.T, e *indextest.Reference, id string, rs []*uhri.Recommendation) {
	t.Helper()
	publishAt(t, e, id, noon.AddDate(0, 0, 3), rs)
}

func publishAt(t *testing.T, e *indextest.Reference, id string, at time.Time, rs []*uhri.Recommendation) {
	t.Helper()
	err := e.Publish(t.Context(), index.Snapshot{ID: id, Created: at}, func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, s *feed.Server, ext, params string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	v, err := url.ParseQuery(params)
	if err != nil {
		t.Fatal(err)
	}
	req, faults := searchurl.Parse(v, searchurl.Options{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	r := httptest.NewRequest(http.MethodGet, "/search."+ext+"?"+params, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if p := s.Serve(w, r, ext, "/search", req); p != nil {
		t.Fatalf("%s: %v", ext, p)
	}
	return w
}

type item struct{ ID, URL, Title, Text, Published, Updated string }

// read reads either format into the same form, and holds what its standard demands.
func read(t *testing.T, ext string, w *httptest.ResponseRecorder) (title, self, home, updated string, items []item) {
	t.Helper()
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	switch ext {
	case "atom":
		var f struct {
			XMLName xml.Name
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Author  string `xml:"author>name"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Entries []struct {
				ID        string `xml:"id"`
				Title     string `xml:"title"`
				Published string `xml:"published"`
				Updated   string `xml:"updated"`
				Author    string `xml:"author>name"`
				Content   string `xml:"content"`
				Links     []struct {
					Rel  string `xml:"rel,attr"`
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		if f.XMLName.Space != "http://www.w3.org/2005/Atom" || f.ID == "" || f.Title == "" || f.Author == "" {
			t.Errorf("feed misses what RFC 4287 demands: %+v", f)
		}
		for _, l := range f.Links {
			switch l.Rel {
			case "self":
				self = l.Href
			case "alternate":
				home = l.Href
			}
		}
		for _, e := range f.Entries {
			if e.Author == "" || e.Links[0].Rel != "alternate" {
				t.Errorf("entry misses what RFC 4287 demands: %+v", e)
			}
			items = append(items, item{e.ID, e.Links[0].Href, e.Title, e.Content, e.Published, e.Updated})
		}
		title, updated = f.Title, f.Updated
	case "feed.json":
		var f struct {
			Version, Title string
			HomePage       string `json:"home_page_url"`
			FeedURL        string `json:"feed_url"`
			Items          []struct {
				ID, URL, Title string
				Text           string `json:"content_text"`
				Published      string `json:"date_published"`
				Modified       string `json:"date_modified"`
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Items == nil {
			t.Errorf("feed misses what JSON Feed 1.1 demands: %+v", f)
		}
		for _, e := range f.Items {
			items = append(items, item{e.ID, e.URL, e.Title, e.Text, e.Published, e.Modified})
		}
		title, self, home = f.Title, f.FeedURL, f.HomePage
	}
	for _, e := range items {
		u, err := url.Parse(e.URL)
		if err != nil || !u.IsAbs() || !strings.HasPrefix(e.ID, "urn:uuid:") || e.Title == "" {
			t.Errorf("entry = %+v", e)
		}
		for _, d := range []string{e.Published, e.Updated} {
			if _, err := time.Parse(time.RFC3339, d); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
		}
	}
	return title, self, home, updated, items
}

func TestFeeds(t *testing.T) {
	e := indextest.NewReference()
	publish(t, e, "s.1", records())
	s := feed.NewServer(feed.Options{Searcher: e, BaseURL: "https://example.org/"})
	for _, k := range feed.Kinds() {
		w := ask(t, s, k.Ext, "country=KEN&q=prison&sort=oldest&limit=1&snapshot=s.1")
		title, self, home, updated, items := read(t, k.Ext, w)
		if self != "https://example.org/search."+k.Ext+"?q=prison&country=KEN" || home != "https://example.org/search?q=prison&country=KEN" || !strings.Contains(title, "UN human rights recommendations") {
			t.Errorf("%s: %s, %s, %s", k.Ext, title, self, home)
		}
		if len(items) != 4 || items[0].ID != "urn:uuid:00000000-0000-4000-8000-000000000003" || !slices.IsSortedFunc(items, func(a, b item) int { return strings.Compare(b.Published, a.Published) }) {
			t.Errorf("%s: entries are not the newest first: %+v", k.Ext, items)
		}
		if items[0].Published != "2026-11-20T15:00:00Z" || k.Ext == "atom" && updated != "2026-11-20T15:00:00Z" || !strings.Contains(items[0].Text, "<b>&") {
			t.Errorf("%s: %s, %+v", k.Ext, updated, items[0])
		}
		if w.Header().Get("Last-Modified") != "Mon, 23 Nov 2026 12:00:00 GMT" || !strings.HasPrefix(w.Header().Get("Content-Type"), k.MediaType) {
			t.Errorf("%s: headers %v", k.Ext, w.Header())
		}
		for _, h := range [][]string{{"If-None-Match", w.Header().Get("ETag")}, {"If-Modified-Since", w.Header().Get("Last-Modified")}} {
			if again := ask(t, s, k.Ext, "country=KEN&q=prison", h...); again.Code != 304 || again.Body.Len() > 0 {
				t.Errorf("%s with %v: %d", k.Ext, h, again.Code)
			}
		}
		if w := ask(t, s, k.Ext, "q=zebra"); w.Code != 200 {
			t.Errorf("%s of nothing: %d", k.Ext, w.Code)
		}
	}
}

// Only the publisher's changes move updated; what we do ourselves changes nothing a feed reader sees.
func TestOnlyThePublisherMovesAFeed(t *testing.T) {
	for _, k := range feed.Kinds() {
		e := indextest.NewReference()
		publish(t, e, "s.1", records())
		s := feed.NewServer(feed.Options{Searcher: e, BaseURL: "https://example.org"})
		first := ask(t, s, k.Ext, "q=prison")
		_, _, _, _, before := read(t, k.Ext, first)

		ours := records()
		for _, r := range ours {
			r.Provenance.Pipeline, r.Provenance.FetchedAt = 99, noon.AddDate(1, 0, 0)
		}
		publish(t, e, "s.2", ours)
		if w := ask(t, s, k.Ext, "q=prison", "If-None-Match", first.Header().Get("ETag")); w.Code != 304 {
			t.Errorf("%s: our own processing changed the feed: %d", k.Ext, w.Code)
		}

		theirs := records()
		theirs[0].Provenance.LastChanged = noon.AddDate(0, 0, 2)
		publish(t, e, "s.3", theirs)
		w := ask(t, s, k.Ext, "q=prison", "If-None-Match", first.Header().Get("ETag"))
		_, _, _, _, after := read(t, k.Ext, w)
		want := slices.Clone(before)
		want[3].Updated = "2026-11-22T12:00:00Z"
		if d := cmp.Diff(want, after); d != "" {
			t.Errorf("%s: after a change (-want +got):\n%s", k.Ext, d)
		}
	}
}

// A reader that sends a date only is not told that nothing changed when an entry is gone, which leaves no date in the feed.
func TestAWithdrawalIsNotMissed(t *testing.T) {
	for _, k := range feed.Kinds() {
		e := indextest.NewReference()
		s := feed.NewServer(feed.Options{Searcher: e, BaseURL: "https://example.org"})
		publish(t, e, "s.1", records())
		first := ask(t, s, k.Ext, "q=prison")
		since := first.Header().Get("Last-Modified")
		if w := ask(t, s, k.Ext, "q=prison", "If-Modified-Since", since); w.Code != 304 {
			t.Errorf("%s: nothing happened: %d", k.Ext, w.Code)
		}
		publishAt(t, e, "s.2", noon.AddDate(0, 0, 4), records()[1:])
		w := ask(t, s, k.Ext, "q=prison", "If-Modified-Since", since)
		if w.Code != 200 {
			t.Fatalf("%s: after a withdrawal: %d", k.Ext, w.Code)
		}
		_, _, _, _, before := read(t, k.Ext, first)
		if _, _, _, _, after := read(t, k.Ext, w); len(after) != len(before)-1 {
			t.Errorf("%s: %d entries, were %d", k.Ext, len(after), len(before))
		}
	}
}

func TestDemonstrationFeedSaysSo(t *testing.T) {
	e := indextest.NewReference()
	publish(t, e, "s.1", records())
	s := feed.NewServer(feed.Options{Searcher: e, Demo: true})
	for _, k := range feed.Kinds() {
		title, self, _, _, _ := read(t, k.Ext, ask(t, s, k.Ext, ""))
		if !strings.HasPrefix(title, "DEMONSTRATION") || !strings.HasPrefix(self, "http://example.com/search."+k.Ext) {
			t.Errorf("%s: %s, %s", k.Ext, title, self)
		}
	}
}

func TestUnknownFeed(t *testing.T) {
	s := feed.NewServer(feed.Options{Searcher: indextest.NewReference()})
	if p := s.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/search.rss", nil), "rss", "/search", index.Request{}); p == nil || p.Status != 404 {
		t.Errorf("rss: %v", p)
	}
}
