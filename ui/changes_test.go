package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"uhri"
)

// bookedChanges is fixedChanges with its sums.
type bookedChanges struct{ fixedChanges }

func (b bookedChanges) Tallies(context.Context, uhri.Seq, uhri.Seq) ([]uhri.Tally, error) {
	return []uhri.Tally{
		{Seq: 3, At: testNow, Source: "upr", Kind: uhri.Added, Count: 12},
		{Seq: 2, At: testNow, Source: "uhri/en", Kind: uhri.Changed, Count: 1}, {Seq: 2, At: testNow, Source: "uhri/en", Kind: uhri.Withdrawn, Count: 1234},
		{Seq: 2, At: testNow, Source: "upr", Kind: uhri.Reprocessed, Count: 41721},
	}, nil
}

// The page of changes counts by state and source, and each number leads to its entries.
func TestChangesByStateAndSource(t *testing.T) {
	o := options(false)
	o.Changes = bookedChanges{}
	srv := site(t, o)
	_, body := get(t, srv, "/changes?since=1")
	doc := parse(t, body)
	var rows []string
	doc.Find(`section[aria-labelledby="by"] tbody tr`).Each(func(_ int, s *goquery.Selection) {
		var cells []string
		s.Find("td.n").Each(func(_ int, c *goquery.Selection) { cells = append(cells, c.Text()) })
		rows = append(rows, s.Find("th a").Text()+" "+strings.Join(cells, " "))
	})
	if got, want := strings.Join(rows, "; "), "3 12 0 0 0 0 0; 2 0 1 0 1,234 0 0; 2 0 0 0 0 0 41,721"; got != want {
		t.Errorf("rows: %s, want %s", got, want)
	}
	if all := doc.Find(".rows li").Length(); all != 6 {
		t.Errorf("%d entries, want all 6", all)
	}
	to := doc.Find(`section[aria-labelledby="by"] td a`).FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "1,234" }).AttrOr("href", "")
	_, body = get(t, srv, to)
	doc = parse(t, body)
	if n := doc.Find(".rows li").Length(); n != 1 || !strings.Contains(doc.Find(".rows li").Text(), "Withdrawn") {
		t.Errorf("%s lists %d entries: %s", to, n, doc.Find(".rows li").Text())
	}
	widen := 0
	doc.Find(`main > p.dots a`).Each(func(_ int, s *goquery.Selection) { widen++ })
	if widen != 2 {
		t.Errorf("%d ways to widen, want 2", widen)
	}
	for path, want := range map[string]int{"/changes?kind=withdrawm": 400, "/changes?since=x": 400, "/changes?source=nobody": 200, "/changes?until=2026-11-23.2&since=2026-11-01": 200,
		"/changes?since=5&until=3": 400, "/changes?page=2": 400, "/changes?page=1": 200, "/changes?sinse=3": 400} {
		if res, _ := get(t, srv, path); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}
