package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// step does something in the browser and fails the test where it cannot be done.
func step(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// follow clicks the first link a selector finds and waits for the page it leads to.
func follow(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	to := ask[string](t, ctx, `(document.querySelector(`+quoteJS(selector)+`)||{}).href||""`)
	if to == "" {
		t.Fatalf("no link %s on %s", selector, ask[string](t, ctx, `location.href`))
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](`document.querySelector(`+quoteJS(selector)+`).click(); true`)(ctx, target)
		return err
	})); err != nil {
		t.Fatalf("following %s to %s: %v", selector, to, err)
	}
}

func quoteJS(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }

// total is the number of results the page announces.
func total(t *testing.T, ctx context.Context) int {
	t.Helper()
	return number(ask[string](t, ctx, `document.querySelector("#rh").textContent`))
}

// Walking a page by Tab: the first stop leads past the navigation, and every stop is visible and shows a ring.
func TestEveryStopIsVisible(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(true))
	for _, v := range []view{views[0], views[1]} {
		step(t, ctx, v.set())
		for _, path := range []string{"/search?q=detention&country=XAA", "/country/XAA", "/r/00000000-0000-5000-8000-000000000000", "/status"} {
			step(t, ctx, chromedp.Navigate(srv.URL+path))
			last := ""
			for i := range 45 {
				step(t, ctx, chromedp.KeyEvent(kb.Tab))
				at := ask[string](t, ctx, `(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
					if (e === document.body) return "";
					const over = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
					if (over && !over.contains(e) && !e.contains(over)) return "COVERED " + e.outerHTML.slice(0, 120);
					const seen = r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && s.visibility !== "hidden";
					return (seen ? "" : "UNSEEN ") + (s.outlineStyle === "none" ? "NORING " : "") + e.outerHTML.slice(0, 120) })()`)
				if i == 0 && !strings.Contains(at, `class="skip"`) {
					t.Errorf("%s %s: the first stop is %s", path, v.name, at)
				}
				if strings.HasPrefix(at, "COVERED") || strings.HasPrefix(at, "UNSEEN") || strings.Contains(at, "NORING ") {
					t.Errorf("%s %s: stop %d: %s", path, v.name, i, at)
				}
				if at == "" || at == last {
					break
				}
				last = at
			}
		}
	}
}

// From the top of a search its results are three stops of the keyboard away, and each filter is passed by at most four:
// itself, the way past its values, and what leads to it.
func TestFewStopsToTheResults(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(true))
	at := func() string {
		return ask[string](t, ctx, `(() => { const e = document.activeElement; return e === document.body ? "" : (e.closest(".results") ? "results " : e.closest("#apply") ? "apply " : e.closest(".facet") ? e.closest(".facet").id + " " : "") + (e.tagName === "SUMMARY" ? "summary" : e.className || e.tagName) })()`)
	}
	press := func(key string) string {
		step(t, ctx, chromedp.KeyEvent(key))
		return at()
	}
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/search?q=detention&country=XAA"))
	press(kb.Tab)
	if got := press(kb.Tab); got != "skip" {
		t.Fatalf("the second stop is %q", got)
	}
	press(kb.Enter)
	if got := press(kb.Tab); !strings.HasPrefix(got, "results ") {
		t.Errorf("past the filters comes %q", got)
	}
	open := ask[int](t, ctx, `document.querySelectorAll(".facet[open] .skip").length`)
	if open < 2 {
		t.Fatalf("only %d filters can be passed by", open)
	}
	step(t, ctx, chromedp.Focus(".facet summary"))
	stops, passed := map[string]int{}, 0
	here := at()
	for range 80 {
		facet, what, _ := strings.Cut(here, " ")
		if facet == "apply" || facet == "results" {
			break
		}
		stops[facet]++
		if what == "skip" {
			passed++
			press(kb.Enter)
		}
		here = press(kb.Tab)
	}
	if !strings.HasPrefix(here, "apply") {
		t.Errorf("the filters end at %q", here)
	}
	all := ask[int](t, ctx, `[...document.querySelectorAll(".facet :is(a:not([tabindex='-1']),input,button,summary)")].filter(e => e.checkVisibility()).length`)
	sum := 0
	for facet, n := range stops {
		sum += n
		if n > 4 && ask[bool](t, ctx, `!!document.querySelector("#`+facet+` .skip")`) {
			t.Errorf("%s takes %d stops", facet, n)
		}
	}
	t.Logf("%d stops in the filters, %d by the ways past %d of them", all, sum, passed)
	if passed != open || sum*2 > all {
		t.Errorf("%d of %d filters passed by with %d of %d stops", passed, open, sum, all)
	}
}

// Counts and states are part of the accessible names of filters, and results are announced politely.
func TestNamesForScreenReaders(t *testing.T) {
	srv := site(t, options(true))
	_, body := get(t, srv, "/search?q=detention&group.all=children&country=XAA")
	doc := parse(t, body)
	for selector, want := range map[string]string{
		`#f-country li:has(input[checked]) label`: "Qaldora",
		`#f-group summary`:                        "active",
		`#f-country summary`:                      "active",
		`[role="status"]`:                         "passage",
		`.chips a`:                                "Remove filter:",
		`.hit h3 a`:                               "of DEMO/",
	} {
		if got := doc.Find(selector).First().Text(); !strings.Contains(got, want) {
			t.Errorf("%s says %q, without %q", selector, got, want)
		}
	}
	if got := doc.Find(`#f-country li:has(input[checked]) label`).First().Text(); !strings.Contains(got, "results") {
		t.Errorf("a filter's name lacks its count: %q", got)
	}
	if doc.Find(".rail fieldset legend").Length() == 0 || doc.Find(".rail details.facet > summary").Length() == 0 {
		t.Error("filters are neither fieldsets nor disclosures")
	}
}

// A page in Arabic reads from right to left, loses nothing and keeps the rules of access.
func TestRightToLeft(t *testing.T) {
	en, err := os.ReadFile(filepath.Join("words", "en.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ar, err := os.ReadFile(filepath.Join("testdata", "ar.txt"))
	if err != nil {
		t.Fatal(err)
	}
	o := options(true)
	o.Lang, o.words = "ar", fstest.MapFS{"words/en.txt": {Data: en}, "words/ar.txt": {Data: ar}}
	srv := site(t, o)
	ctx := browser(t)
	for _, v := range []view{views[0], views[3]} {
		step(t, ctx, v.set())
		for _, k := range []struct{ name, path string }{{"rtl-search", "/search?lang=ar&lang=en&q=%D8%A7%D9%84%D9%85%D8%AD%D8%AA%D8%AC%D8%B2%D8%A7%D8%AA&country=XAA"}, {"rtl-results", "/search?q=detention&country=XAA&not.theme=budget-resources"}, {"rtl-country", "/country/XAA"}, {"rtl-record", "/r/00000000-0000-5000-8000-000000000000"}} {
			step(t, ctx, chromedp.Navigate(srv.URL+k.path))
			if shots := os.Getenv("UI_SHOTS"); shots != "" {
				shoot(t, ctx, filepath.Join(shots, k.name+"-"+v.name+".png"))
			}
			if got := ask[string](t, ctx, `document.documentElement.dir + " " + document.documentElement.lang`); got != "rtl ar" {
				t.Errorf("%s: %s", k.name, got)
			}
			if wide := ask[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
				t.Errorf("%s %s: %d pixels too wide", k.name, v.name, wide)
			}
			if v.width > 1000 && k.name == "rtl-results" && !ask[bool](t, ctx, `document.querySelector(".rail").getBoundingClientRect().left > document.querySelector(".results").getBoundingClientRect().left`) {
				t.Error("the filters do not stand on the right")
			}
			for _, f := range axe(t, ctx) {
				t.Errorf("%s %s: %s: %s\n\t%s", k.name, v.name, f.ID, f.Help, strings.Join(f.Where, "\n\t"))
			}
		}
	}
}

// On paper a list carries its query, filters, snapshot and address, and nothing that only works on a screen.
func TestPrint(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(true))
	step(t, ctx, chromedp.EmulateViewport(800, 1100), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}), chromedp.Navigate(srv.URL+"/search?q=detention&country=XAA"))
	if shots := os.Getenv("UI_SHOTS"); shots != "" {
		shoot(t, ctx, filepath.Join(shots, "print.png"))
	}
	got := ask[string](t, ctx, `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.children.length === 0).map(e => e.textContent).join(" ")`)
	for _, want := range []string{"detention", "State: Qaldora", "2026-11-21.2", "https://portal.example/search?q=detention&country=XAA", "of 543"} {
		if !strings.Contains(got, want) {
			t.Errorf("the print lacks %q", want)
		}
	}
	for _, unwanted := range []string{".rail", ".nav", ".find", ".pager", ".take"} {
		if ask[bool](t, ctx, `[...document.querySelectorAll("`+unwanted+`")].some(e => e.checkVisibility())`) {
			t.Errorf("the print shows %s", unwanted)
		}
	}
}
