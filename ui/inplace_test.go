package ui

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// answered does what asks for another answer and fails the test where none comes, or where a whole page is loaded for it.
func answered(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	within, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if res, err := chromedp.RunResponse(within, actions...); err != nil || res != nil {
		t.Fatalf("the answer is a page of its own, or none: %v, %v", res, err)
	}
}

// focused is the control that has the focus: what it sends, or what it says.
func focused(t *testing.T, ctx context.Context) string {
	t.Helper()
	return ask[string](t, ctx, `(e => e.name ? e.name + "=" + e.value : e.id || e.textContent.trim().replace(/\s+/g, " "))(document.activeElement)`)
}

// visit goes along the history and waits until the page is as it was.
func visit(t *testing.T, ctx context.Context, move, state string) {
	t.Helper()
	want, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	step(t, ctx, chromedp.Evaluate[chromedp.Void](move+`; void 0`))
	if err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void](`(`+pageState+`) === `+string(want))); err != nil {
		t.Fatalf("%s shows\n%s, not\n%s", move, ask[string](t, ctx, pageState), state)
	}
}

// pageState is all of a search page that depends on its address, and the address.
const pageState = `JSON.stringify([location.pathname + location.search, document.title, document.querySelector("link[type='application/json']")?.getAttribute("href"), [...document.querySelectorAll("#rh, .chips, .hit h3, .vals input:checked, .vals .n, select, #q, #foot a")].map(e => e.value ?? e.href ?? e.textContent)])`

// A reader without a mouse filters, orders, pages and takes filters away: each answer comes in place, the control just
// used keeps the focus, the count is said, and address, title and links are those of the same page loaded anew. Back
// and forward lead through the states.
func TestFiltersKeepTheFocus(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/search?q=detention"))
	state := func() string { t.Helper(); return ask[string](t, ctx, pageState) }
	said := func() {
		t.Helper()
		step(t, ctx, chromedp.Poll[chromedp.Void](`document.getElementById("said").textContent.startsWith((document.getElementById("rh") ?? document.querySelector("#found h2.big")).firstChild.textContent.trim())`))
	}
	var states []string
	same := func(what, focus string) {
		t.Helper()
		if got := focused(t, ctx); got != focus {
			t.Errorf("%s: the focus is on %q, not %q", what, got, focus)
		}
		if !ask[bool](t, ctx, `(r => r.top >= 0 && r.top < innerHeight)(document.activeElement.getBoundingClientRect())`) {
			t.Errorf("%s: the focus is out of sight", what)
		}
		said()
		states = append(states, state())
		fresh := strings.TrimPrefix(ask[string](t, ctx, `location.href`), srv.URL)
		_, body := get(t, srv, fresh)
		doc := parse(t, body)
		if got, want := ask[string](t, ctx, `document.title`), doc.Find("head title").Text(); got != want {
			t.Errorf("%s: the title is %q, not %q", what, got, want)
		}
		if got, want := total(t, ctx), number(doc.Find("#rh").Contents().First().Text()); got != want {
			t.Errorf("%s: %d in place, %d loaded anew", what, got, want)
		}
		if strings.Contains(fresh, "=&") || strings.HasSuffix(fresh, "=") {
			t.Errorf("%s: the address has empty parameters: %s", what, fresh)
		}
	}
	states = append(states, state())

	// By Tab from the top of the filters to a value, and by the space bar onto it.
	step(t, ctx, chromedp.Focus("#f-body summary"))
	for range 4 {
		if step(t, ctx, chromedp.KeyEvent(kb.Tab)); strings.HasPrefix(focused(t, ctx), "mechanism=") {
			break
		}
	}
	value := focused(t, ctx)
	want := ask[int](t, ctx, `parseInt(document.activeElement.closest("label").querySelector(".n").textContent.replaceAll(",", ""))`)
	answered(t, ctx, chromedp.KeyEvent(" "))
	same("a filter", value)
	if got := total(t, ctx); got != want || want == 0 {
		t.Errorf("the filter said %d and gives %d", want, got)
	}
	if !ask[bool](t, ctx, `document.activeElement.checked`) {
		t.Error("the filter is not ticked")
	}
	step(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
	second := focused(t, ctx)
	answered(t, ctx, chromedp.KeyEvent(" "))
	same("a second filter", second)

	// A disclosure the reader opened stays open; one of its values is taken.
	step(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#f-group").open = true; document.querySelector("#f-year").open = false; void 0`), chromedp.Focus(`#f-group .vals input`))
	group := focused(t, ctx)
	answered(t, ctx, chromedp.KeyEvent(" "))
	same("a filter in another part", group)
	if !ask[bool](t, ctx, `document.querySelector("#f-group").open && !document.querySelector("#f-year").open`) {
		t.Error("what was open or shut is not so any more")
	}

	// The order, and the size of a page.
	step(t, ctx, chromedp.Focus(`select[name="limit"]`))
	answered(t, ctx, chromedp.Evaluate[chromedp.Void](`(s => { s.value = "10"; s.dispatchEvent(new Event("change", {bubbles: true})) })(document.activeElement); void 0`))
	same("the size", "limit=10")

	// A page further: the focus goes to the top of its results.
	step(t, ctx, chromedp.Focus(`.pager a[rel~="next"]`))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	same("the next page", "results")
	if ask[int](t, ctx, `document.querySelectorAll(".hit .save:not([hidden])").length`) == 0 {
		t.Error("passages in place cannot be saved")
	}

	// A chip taken away hands the focus to the next.
	step(t, ctx, chromedp.Focus(`.chips li:first-child a`))
	next := ask[string](t, ctx, `document.querySelector(".chips li:nth-child(2) a").textContent.trim().replace(/\s+/g, " ")`)
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	same("a chip taken away", next)

	// All of them taken away: the results have the focus.
	step(t, ctx, chromedp.Focus(`.chips .all a`))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	same("all chips taken away", "results")

	// The words, typed and sent by Enter.
	step(t, ctx, chromedp.SetValue("#q", "detention women"), chromedp.Focus("#q"))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	same("other words", "q=detention women")
	for _, f := range axe(t, ctx) {
		t.Errorf("%s: %s\n\t%s", f.ID, f.Help, strings.Join(f.Where, "\n\t"))
	}

	// Reload, back to the first state and forward to the last.
	step(t, ctx, chromedp.Reload())
	if got := state(); got != states[len(states)-1] {
		t.Errorf("loaded anew\n%s, not\n%s", got, states[len(states)-1])
	}
	for i := len(states) - 2; i >= 0; i-- {
		visit(t, ctx, "history.back()", states[i])
	}
	for _, s := range states[1:] {
		visit(t, ctx, "history.forward()", s)
	}

	// From a record back to the list: the list as it was left.
	last := state()
	follow(t, ctx, ".hit h3 a")
	step(t, ctx, chromedp.NavigateBack())
	if got := state(); got != last {
		t.Errorf("back from a record\n%s, not\n%s", got, last)
	}

	// Nothing found, and what cannot be read, come in place and are said, too.
	step(t, ctx, chromedp.SetValue("#q", "quinqureme school"), chromedp.Focus("#q"))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	said()
	step(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#q").value = "a OR ".repeat(600) + "b"; void 0`), chromedp.Focus("#q"))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	said()
	if ask[bool](t, ctx, `sessionStorage.length + localStorage.length > 0`) {
		t.Error("something of the search is kept in the browser")
	}
}

// The range drawn across the years, the saved passages and the exclude boxes work on what was put in place.
func TestModulesWorkInPlace(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/search?q=detention&limit=10"))
	step(t, ctx, chromedp.Click(`.hit:nth-child(2) .save`))
	saved := ask[string](t, ctx, `document.querySelector(".hit:nth-child(2) .save").dataset.id`)
	answered(t, ctx, chromedp.Click(`select[name="sort"]`), chromedp.Evaluate[chromedp.Void](`(s => { s.value = "oldest"; s.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector('select[name="sort"]')); void 0`))
	answered(t, ctx, chromedp.Evaluate[chromedp.Void](`history.back(); void 0`))
	step(t, ctx, chromedp.Poll[chromedp.Void](`document.querySelector('.save[data-id="`+saved+`"]')?.getAttribute("aria-pressed") === "true" && !document.querySelector("#found").ariaBusy`))
	step(t, ctx, chromedp.Click(`.hit:nth-child(3) .save`))
	if got := ask[string](t, ctx, `document.querySelector("[data-mine] .n").textContent`); got != "2" {
		t.Errorf("%s passages are saved", got)
	}
	at := func(year string) (x, y float64) {
		return ask[float64](t, ctx, `(r => r.x + r.width / 2)(document.querySelector('.years [data-year="`+year+`"] .f-none').getBoundingClientRect())`),
			ask[float64](t, ctx, `(r => r.y + r.height / 2)(document.querySelector('.years [data-year="`+year+`"] .f-none').getBoundingClientRect())`)
	}
	step(t, ctx, chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0); void 0`))
	for _, years := range [][2]string{{"2014", "2018"}, {"2015", "2016"}} { // the second on the histogram put in place by the first
		x1, y := at(years[0])
		x2, _ := at(years[1])
		answered(t, ctx, chromedp.Steps(chromedp.MouseEvent("mousePressed", x1, y, chromedp.Button("left")), chromedp.MouseEvent("mouseMoved", x2, y, chromedp.Button("left")), chromedp.MouseEvent("mouseReleased", x2, y, chromedp.Button("left"))))
		if got := ask[string](t, ctx, `location.search`); !strings.Contains(got, "from="+years[0]+"&to="+years[1]) {
			t.Errorf("drawn: %s", got)
		}
	}
	step(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#f-country").open = true; void 0`), chromedp.Click(`#f-country .ex`))
	answered(t, ctx, chromedp.Click(`#f-country .not input`))
	if !ask[bool](t, ctx, `document.querySelector("#f-country .ex").checked && document.querySelector("#f-country .not input").checkVisibility()`) || ask[int](t, ctx, `document.querySelectorAll(".chips .no").length`) != 1 {
		t.Error("the exclude boxes do not stay, or exclude nothing")
	}
	step(t, ctx, chromedp.Navigate(srv.URL+"/search?q=detention&facet_limit=2"))
	answered(t, ctx, chromedp.Click(`#f-country .tools a`)) // all values: the control is gone, its filter has the focus
	if got := ask[string](t, ctx, `document.activeElement.closest(".facet")?.id ?? document.activeElement.outerHTML`); got != "f-country" {
		t.Errorf("after all values were asked for, the focus is on %s", got)
	}
}

// On a State's page the switch between all and the latest reviews is answered in place, too.
func TestSwitchKeepsTheFocus(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Navigate(srv.URL+"/country/XAB"))
	want := ask[string](t, ctx, `document.querySelector(".seg a:nth-child(2)").textContent`)
	step(t, ctx, chromedp.Focus(".seg a:nth-child(2)"))
	answered(t, ctx, chromedp.KeyEvent(kb.Enter))
	if got := focused(t, ctx); got != want || ask[string](t, ctx, `document.activeElement.getAttribute("aria-current")`) != "true" {
		t.Errorf("the focus is on %q, not %q", got, want)
	}
	step(t, ctx, chromedp.Poll[chromedp.Void](`document.getElementById("said").textContent.startsWith(document.querySelector(".lede b.n").textContent)`))
}

// Without scripts the same forms and links lead to the same pages, and the address they leave has no empty parameters.
func TestFiltersWithoutScripts(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(false))
	step(t, ctx, views[0].set(), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}), chromedp.Navigate(srv.URL+"/search?q=detention"))
	want := ask[int](t, ctx, `parseInt(document.querySelector('#f-country .vals .in:has(input[value="XAB"]) .n').textContent)`)
	step(t, ctx, chromedp.Click(`#f-country .vals .in:has(input[value="XAB"]) label:first-child`))
	if res, err := chromedp.RunResponse(ctx, chromedp.Click("#apply .btn")); err != nil || res == nil || res.Status != 200 {
		t.Fatalf("%v, %v", res, err)
	}
	if got := total(t, ctx); got != want || want == 0 {
		t.Errorf("the filter said %d and gives %d", want, got)
	}
	at := ask[string](t, ctx, `location.search`)
	if strings.Contains(at, "=&") || strings.HasSuffix(at, "=") {
		t.Errorf("the address has empty parameters: %s", at)
	}
}
