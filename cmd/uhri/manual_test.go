package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"uhri/api/export"
)

// The manual and the reference are true of the program that serves them: every address they show answers, every
// query they show is read without a repair, every operation of the API has a live example, and every column of the
// exports is explained.
func TestTheManualIsTrue(t *testing.T) {
	base := startDemo(t)
	page := func(path string) *goquery.Document {
		status, body := get(t, base+path)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		return doc
	}
	asked := map[string]bool{}
	answers := func(from, to string) {
		to, _, _ = strings.Cut(to, "#")
		if to == "" || asked[to] {
			return
		}
		asked[to] = true
		status, body := get(t, base+to)
		if status != http.StatusOK {
			t.Errorf("%s shows %s, which answers %d: %.200s", from, to, status, body)
		} else if strings.HasPrefix(to, "/search?") && strings.Contains(body, `id="fh"`) {
			t.Errorf("%s shows %s, part of which cannot be used", from, to)
		}
	}
	var chapters []string
	page("/help").Find(".toc a").Each(func(_ int, s *goquery.Selection) { chapters = append(chapters, s.AttrOr("href", "")) })
	if len(chapters) < 4 {
		t.Fatalf("the manual has %d chapters", len(chapters))
	}
	queries := 0
	for _, path := range append(chapters, "/api", "/methodology", "/data-dictionary", "/accessibility", "/privacy", "/status") {
		doc := page(path)
		doc.Find("main a[href]").Each(func(_ int, s *goquery.Selection) {
			if to := s.AttrOr("href", ""); strings.HasPrefix(to, "/") {
				answers(path, to)
			}
		})
		doc.Find(".prose code").Each(func(_ int, s *goquery.Selection) {
			if to := s.Text(); !strings.Contains(to, "…") && regexp.MustCompile(`^/[a-z].*[a-z0-9]$`).MatchString(to) {
				answers(path, to)
			}
		})
		if path != chapters[0] {
			continue
		}
		// In its tables the first column is what is typed.
		doc.Find(".prose td:first-child code").Each(func(_ int, s *goquery.Selection) {
			if strings.Contains(s.Text(), "…") {
				return
			}
			queries++
			status, body := get(t, base+"/api/v1/recommendations?limit=0&q="+url.QueryEscape(s.Text()))
			if status != http.StatusOK {
				t.Errorf("%s shows the query %s: %d %.300s", path, s.Text(), status, body)
			}
		})
	}
	if queries < 15 {
		t.Errorf("only %d queries of the manual were asked", queries)
	}

	_, body := get(t, base+"/openapi.json")
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &described); err != nil {
		t.Fatal(err)
	}
	reference := page("/api")
	for path, operations := range described.Paths {
		if operations["get"] == nil {
			continue
		}
		name := "get" + strings.Trim(regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(path, "-"), " ")
		link := reference.Find("section[id='" + strings.TrimRight(name, "-") + "'] a[rel=nofollow]")
		if link.Length() != 1 {
			t.Errorf("GET %s has %d live examples in the reference", path, link.Length())
		}
	}
	dictionary := page("/data-dictionary").Find("#columns dt code").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	var columns []string
	for _, c := range export.Columns() {
		columns = append(columns, c.Name)
	}
	if got, want := strings.Join(dictionary, " "), strings.Join(columns, " "); got != want {
		t.Errorf("the data dictionary explains\n%s\nthe exports have\n%s", got, want)
	}
}
