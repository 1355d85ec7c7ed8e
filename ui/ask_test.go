package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"uhri"
)

// What the record's page says of its ask is what the records say, in time order, and each number is kept.
func TestSameAskIsTold(t *testing.T) {
	srv := site(t, options(false))
	var r *uhri.Recommendation
	here, all := 0, 0
	states := map[uhri.Country]bool{}
	for _, x := range corpus() {
		if r == nil && x.Ask != "" && x.UPR != nil && x.UPR.Cycle == 3 {
			r = x
		}
	}
	for _, x := range corpus() {
		if x.Ask == r.Ask {
			all++
			if slices.Equal(x.Countries, r.Countries) {
				here++
			} else {
				states[x.Countries[0]] = true
			}
		}
	}
	if here < 2 || len(states) < 2 {
		t.Fatalf("the corpus has %d here and %d other States: nothing to show", here, len(states))
	}
	_, body := get(t, srv, recordURL(r.ID))
	same := parse(t, body).Find("#same")
	if n := same.Find(".chain li").Length(); n != here {
		t.Errorf("the chain has %d steps, want %d", n, here)
	}
	if n := same.Find(".chain [aria-current]").Length(); n != 1 {
		t.Errorf("%d steps are this passage", n)
	}
	last := 0
	same.Find(".chain li").Each(func(_ int, li *goquery.Selection) {
		year := number(li.Find("b").First().Text())
		if year < last {
			t.Errorf("%d stands after %d", year, last)
		}
		last = year
	})
	if got := number(strings.TrimPrefix(same.Find("summary").Text(), "Asked of ")); got != len(states) {
		t.Errorf("%d other States, want %d", got, len(states))
	}
	if got := number(same.Find("p > a[href^='/search?ask=']").First().Text()); got != all {
		t.Errorf("%d passages ask for it, want %d", got, all)
	}
	links := 0
	same.Find("a[href^='/search']").Each(func(_ int, a *goquery.Selection) {
		count := a.Next().Text()
		if a.Next().Length() == 0 || !a.Next().HasClass("n") {
			_, count, _ = strings.Cut(": "+a.Text(), ": ")
			if at := strings.LastIndex(count, ": "); at >= 0 {
				count = count[at+2:]
			}
		}
		_, found := get(t, srv, a.AttrOr("href", ""))
		if got, want := number(parse(t, found).Find("#rh").Contents().First().Text()), number(count); got != want {
			t.Errorf("%s finds %d, %q promised", a.AttrOr("href", ""), got, strings.TrimSpace(a.Text()+" "+count))
		}
		links++
	})
	if links < 8 {
		t.Errorf("only %d links checked", links)
	}
	alone := slices.IndexFunc(corpus(), func(x *uhri.Recommendation) bool { return x.Ask == "" && x.UPR != nil })
	if _, body := get(t, srv, recordURL(corpus()[alone].ID)); parse(t, body).Find("#same").Length() > 0 {
		t.Error("a passage that stands alone has company")
	}
}

// A search tells how many passages it found when each ask counts once; a mark on a hit leads to as many passages as it says.
func TestDistinctAsks(t *testing.T) {
	srv := site(t, options(false))
	group := ""
	for _, x := range corpus() {
		if x.Ask != "" {
			group = string(x.Ask)
			break
		}
	}
	for _, tc := range []struct {
		query string
		keep  func(*uhri.Recommendation) bool
	}{
		{"", func(*uhri.Recommendation) bool { return true }},
		{"country=XAA", func(r *uhri.Recommendation) bool { return slices.Contains(r.Countries, "XAA") }},
		{"type=recommendation", func(r *uhri.Recommendation) bool { return r.Type == uhri.TypeRecommendation }},
		{"type=observation", func(r *uhri.Recommendation) bool { return r.Type == uhri.TypeObservation }},
		{"not.type=observation", func(r *uhri.Recommendation) bool { return r.Type != uhri.TypeObservation }},
		{"ask=" + group, func(r *uhri.Recommendation) bool { return string(r.Ask) == group }},
		{"ask=unknown&ask=" + group, func(r *uhri.Recommendation) bool { return r.Ask == "" || string(r.Ask) == group }},
		{"not.ask=" + group, func(r *uhri.Recommendation) bool { return string(r.Ask) != group }},
	} {
		groups, want := map[uhri.ID]bool{}, 0
		for _, r := range corpus() {
			if !tc.keep(r) {
				continue
			}
			if r.Ask == "" {
				want++
			}
			groups[r.Ask] = true
		}
		delete(groups, "")
		want += len(groups)
		_, body := get(t, srv, "/search?"+tc.query)
		_, text, _ := strings.Cut(parse(t, body).Find("#rh").Text(), ";")
		if got := number(text); got != want {
			t.Errorf("%s: %d counting each ask once, want %d", tc.query, got, want)
		}
	}
	_, body := get(t, srv, "/search?country=XAA")
	marks := 0
	parse(t, body).Find("a.same").Each(func(_ int, a *goquery.Selection) {
		to, err := url.Parse(a.AttrOr("href", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, r := range corpus() {
			if string(r.Ask) == to.Query().Get("ask") {
				want++
			}
		}
		if !strings.HasSuffix(a.Text(), " "+strconv.Itoa(want)) {
			t.Errorf("%q, want %d", a.Text(), want)
		}
		marks++
	})
	if marks < 5 {
		t.Errorf("only %d marks", marks)
	}
}

// Shown once, every ask has one hit, the pager counts the hits, and the total stays that of all passages.
func TestAsksShownOnce(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/search")
	doc := parse(t, body)
	_, asks, _ := strings.Cut(doc.Find("#rh").Text(), ";")
	total, distinct := number(doc.Find("#rh").Contents().First().Text()), number(asks)
	to := doc.Find("a[href*='collapse=ask']").AttrOr("href", "")
	hits := 0
	for next := to; next != ""; {
		_, body := get(t, srv, next)
		doc := parse(t, body)
		if got := number(doc.Find("#rh").Contents().First().Text()); got != total {
			t.Fatalf("%s: total %d, want %d", next, got, total)
		}
		hits += doc.Find("li.hit").Length()
		next = doc.Find(".pager a[rel~='next']").AttrOr("href", "")
	}
	if hits != distinct || distinct >= total {
		t.Errorf("%d hits, %d distinct asks of %d passages", hits, distinct, total)
	}
}
