package ui

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A reader saves two passages, finds them again after loading anew and in the list, opens them as one search, and takes
// them away. The service is told of them only then, and no text is kept.
func TestOwnList(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/search?q=detention&limit=10"))
	if ask[bool](t, ctx, `[...document.querySelectorAll("[data-mine]")].some(e => e.checkVisibility())`) {
		t.Error("an empty list is offered")
	}
	step(t, ctx, chromedp.Click(`.hit:nth-child(1) .save`), chromedp.Click(`.hit:nth-child(3) .save`))
	saved := ask[string](t, ctx, `[...document.querySelectorAll(".hit:nth-child(1) .save, .hit:nth-child(3) .save")].map(b => b.dataset.id).join(" ")`)
	step(t, ctx, chromedp.Reload())
	if got := ask[string](t, ctx, `[...document.querySelectorAll(".save[aria-pressed=true]")].map(b => b.dataset.id).join(" ")`); got != saved {
		t.Errorf("after loading anew %q are saved, want %q", got, saved)
	}
	if kept := ask[string](t, ctx, `localStorage.getItem("uhri.list")`); strings.Contains(kept, "detention") {
		t.Errorf("the browser keeps texts: %s", kept)
	}
	follow(t, ctx, `.nav a[href="/list"]`)
	if got := ask[string](t, ctx, `[...document.querySelectorAll("#list ol a")].map(a => a.pathname.slice(3)).join(" ")`); got != saved {
		t.Errorf("the list holds %q, want %q", got, saved)
	}
	for _, f := range axe(t, ctx) {
		t.Errorf("%s: %s\n\t%s", f.ID, f.Help, strings.Join(f.Where, "\n\t"))
	}
	csv := ask[string](t, ctx, `document.querySelector("#list a[download]").getAttribute("href")`)
	if at, err := url.Parse(csv); err != nil || at.Path != "/search.csv" || at.Query().Get("q") != "id:"+strings.Replace(saved, " ", " OR id:", 1) {
		t.Errorf("the export is at %s", csv)
	}
	follow(t, ctx, `#list a.btn`)
	if got := total(t, ctx); got != 2 {
		t.Errorf("as a search the list finds %d", got)
	}
	step(t, ctx, chromedp.NavigateBack(), chromedp.Click(`#list li button`))
	if got := ask[int](t, ctx, `document.querySelectorAll("#list li").length`); got != 1 {
		t.Errorf("after taking one away %d are left", got)
	}
	step(t, ctx, chromedp.Click(`#list .clear`))
	if ask[bool](t, ctx, `localStorage.length > 0 || !document.querySelector("#list .nothing").checkVisibility()`) {
		t.Error("the list is not forgotten")
	}
	// What somebody else wrote into the storage breaks nothing and is not believed.
	step(t, ctx, chromedp.Evaluate[chromedp.Void](`localStorage.setItem("uhri.list", '[{"id":"x\\"><b>","title":"y"},null,7]'); void 0`), chromedp.Reload())
	if !ask[bool](t, ctx, `document.querySelector("#list .nothing").checkVisibility()`) {
		t.Error("nonsense in the storage is shown")
	}
}

// Without scripts nothing offers to save, and the page of the list says why it is empty.
func TestOwnListWithoutScripts(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[1].set(), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}), chromedp.Navigate(srv.URL+"/search?q=detention"))
	if n := ask[int](t, ctx, `[...document.querySelectorAll(".save, [data-mine]")].filter(e => e.checkVisibility()).length`); n > 0 {
		t.Errorf("%d controls that do nothing are shown", n)
	}
	step(t, ctx, chromedp.Navigate(srv.URL+"/list"))
	if !ask[bool](t, ctx, `document.querySelector("noscript p").checkVisibility() && !document.querySelector("#list").checkVisibility()`) {
		t.Error("the page does not say that it needs a script")
	}
}

// A range drawn across the histogram narrows the search to it; the boxes and the address say the same.
func TestRangeOfYearsIsDrawn(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/search?q=detention&country=XAA"))
	bar := func(year string) (x, y float64) {
		return ask[float64](t, ctx, `(r => r.x + r.width / 2)(document.querySelector('.years [data-year="`+year+`"] .f-none').getBoundingClientRect())`),
			ask[float64](t, ctx, `(r => r.y + r.height / 2)(document.querySelector('.years [data-year="`+year+`"] .f-none').getBoundingClientRect())`)
	}
	x1, y := bar("2018")
	x2, _ := bar("2014")
	if _, err := chromedp.RunResponse(ctx, chromedp.Steps(chromedp.MouseEvent("mousePressed", x1, y, chromedp.Button("left")), chromedp.MouseEvent("mouseMoved", x2, y, chromedp.Button("left")), chromedp.MouseEvent("mouseReleased", x2, y, chromedp.Button("left")))); err != nil {
		t.Fatal(err)
	}
	drawn := total(t, ctx)
	if at := ask[string](t, ctx, `location.search`); at != "?q=detention&country=XAA&from=2014&to=2018" && !strings.Contains(at, "from=2014&to=2018") {
		t.Errorf("drawn from 2018 back to 2014: %s", at)
	}
	step(t, ctx, chromedp.Navigate(srv.URL+"/search?q=detention&country=XAA&from=2014&to=2018"))
	if got := total(t, ctx); got != drawn || got == 0 {
		t.Errorf("%d, drawn %d", got, drawn)
	}
	x, y := bar("2015")
	if _, err := chromedp.RunResponse(ctx, chromedp.MouseClickXY(x, y)); err != nil {
		t.Fatal(err)
	}
	if at := ask[string](t, ctx, `location.search`); !strings.Contains(at, "from=2015&to=2015") {
		t.Errorf("a bar alone leads to %s", at)
	}
}
