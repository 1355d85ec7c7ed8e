package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"uhri/config"
	"uhri/ui/chromium"
)

// person is one who looks something up: a browser of their own, with nothing kept from anybody before.
type person struct {
	t    testing.TB
	ctx  context.Context
	base string
}

// newPerson opens a profile of its own at a desk.
func newPerson(t testing.TB, browser context.Context, base string) *person {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	p := &person{t, ctx, base}
	p.do(chromedp.EmulateViewport(1280, 900))
	return p
}

func (p *person) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// page does what leads to another page or to another answer in place, waits for it and returns the status of a page.
func (p *person) page(actions ...chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	res, err := chromedp.RunResponse(p.ctx, actions...)
	if err != nil {
		p.t.Fatalf("on the way from %s: %v", p.at(), err)
	}
	p.settle()
	if res == nil { // in place
		return 0
	}
	return int(res.Status)
}

// settle waits until an answer that comes in place is there and said.
func (p *person) settle() {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`new Promise(there => (function look() {
		if (!document.querySelector("#found[aria-busy]") && document.getElementById("said")?.textContent !== "") there(true);
		else requestAnimationFrame(look);
	})())`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("waiting for %s: %v", p.at(), err)
	}
}

// back goes back, to a page or to the answer before.
func (p *person) back() {
	p.t.Helper()
	p.do(chromedp.NavigateBack())
	p.settle()
}

func (p *person) open(path string) int { p.t.Helper(); return p.page(chromedp.Navigate(p.base + path)) }

// follow clicks the first thing a selector finds, with the mouse, where a person can see it.
func (p *person) follow(selector string) int {
	p.t.Helper()
	if !look[bool](p, `!!document.querySelector(`+quoted(selector)+`)`) {
		p.t.Fatalf("nothing to follow at %s on %s", selector, p.at())
	}
	return p.page(chromedp.Click(selector))
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

// look evaluates a script in the page.
func look[T any](p *person, script string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return v
}

func (p *person) at() string { p.t.Helper(); return look[string](p, `location.href`) }

// text is what the first thing a selector finds says; "" when there is none.
func (p *person) text(selector string) string {
	p.t.Helper()
	return look[string](p, `(e => e ? e.textContent : "")(document.querySelector(`+quoted(selector)+`)).trim()`)
}

func (p *person) texts(selector string) []string {
	p.t.Helper()
	return look[[]string](p, `[...document.querySelectorAll(`+quoted(selector)+`)].map(e => e.textContent.trim())`)
}

// count is the number the first thing a selector finds begins with.
func (p *person) count(selector string) int {
	p.t.Helper()
	return leading(p.t, p.text(selector))
}

func leading(t testing.TB, s string) int {
	t.Helper()
	n, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), " ")
	v, err := strconv.Atoi(n)
	if err != nil {
		t.Fatalf("%q does not begin with a number", s)
	}
	return v
}

// total is what a list says it holds.
func (p *person) total() int { p.t.Helper(); return p.count("#rh") }

// state is all that a page shows which a reader would miss if it changed.
func (p *person) state() string {
	p.t.Helper()
	return look[string](p, `JSON.stringify([document.title, document.querySelector("[role=status]")?.textContent, [...document.querySelectorAll(".chips, .hit h3, .vals input:checked, .vals .n, select, #q")].map(e => e.value ?? e.textContent)])`)
}

// keeps asserts that reloading, leaving and coming back, and the address pasted into a fresh browser show the same.
func (p *person) keeps(browser context.Context) {
	p.t.Helper()
	want, here := p.state(), p.at()
	p.do(chromedp.Reload())
	if got := p.state(); got != want {
		p.t.Errorf("loading %s anew shows\n%s, not\n%s", here, got, want)
	}
	p.open("/help")
	p.back()
	if got := p.state(); got != want || p.at() != here {
		p.t.Errorf("back to %s shows\n%s, not\n%s", here, got, want)
	}
	p.do(chromedp.NavigateForward())
	if !strings.HasSuffix(p.at(), "/help") {
		p.t.Errorf("forward leads to %s", p.at())
	}
	p.back()
	other := newPerson(p.t, browser, p.base)
	other.page(chromedp.Navigate(here))
	if got := other.state(); got != want {
		p.t.Errorf("pasted into a fresh browser %s shows\n%s, not\n%s", here, got, want)
	}
}

// rows reads a CSV file the page links to, without its head.
func (p *person) rows(selector string) [][]string {
	p.t.Helper()
	href := look[string](p, `(document.querySelector(`+quoted(selector)+`)||{}).href||""`)
	res, err := http.Get(href)
	if err != nil {
		p.t.Fatalf("%s on %s: %v", selector, p.at(), err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d, %v", href, res.StatusCode, err)
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil || len(lines) == 0 {
		p.t.Fatalf("%s: %v", href, err)
	}
	return lines[1:]
}

// held is what these tests know of a record without asking the search.
type held struct {
	ID, Symbol, Date string
	Countries        []string
	Latest           bool
	Texts            map[string]struct{ Full string }
	Tags             []struct{ Scheme, Concept string }
}

// everything reads all records, page after page, to count them without the search.
func everything(t *testing.T, base string) (out []held) {
	t.Helper()
	for cursor := ""; ; {
		var a struct {
			Items []held
			Next  string
		}
		status, body := get(t, base+"/api/v1/recommendations?limit=100&cursor="+url.QueryEscape(cursor))
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != http.StatusOK {
			t.Fatalf("reading everything: %d %v", status, err)
		}
		out = append(out, a.Items...)
		if cursor = a.Next; cursor == "" {
			return out
		}
	}
}

func (h held) of(country string) bool { return slices.Contains(h.Countries, country) }

func (h held) tagged(scheme, concept string) bool {
	for _, t := range h.Tags {
		if t.Scheme == scheme && t.Concept == concept {
			return true
		}
	}
	return false
}

// harvestDemo fills a data folder with the demonstration, until every source has been read and its harvest published.
func harvestDemo(t *testing.T, data string) (snapshot string) {
	t.Helper()
	base := startServe(t, data, serveOptions{demo: true}, nil)
	type status struct {
		Snapshot struct{ ID string }
		Sources  []struct {
			LastRun *struct {
				State string
				Seq   int
			} `json:"last_run"`
		}
	}
	return waitUntil(t, base, "/api/v1/status", func(s status) bool {
		latest := 0
		for _, src := range s.Sources {
			if src.LastRun == nil || src.LastRun.State == "running" {
				return false
			}
			latest = max(latest, src.LastRun.Seq)
		}
		_, seq, _ := strings.Cut(s.Snapshot.ID, ".")
		published, err := strconv.Atoi(seq)
		return err == nil && len(s.Sources) > 6 && published >= latest
	}).Snapshot.ID
}

// TestJourneys goes the ways of nine people through the demonstration, as `uhri serve --demo` harvests and serves it, in
// a real browser. What they read is held against counts made without the search.
func TestJourneys(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser and a harvest of the demonstration")
	}
	browser := chromium.Start(t)
	data := filepath.Join(t.TempDir(), "data")
	base := startServe(t, data, serveOptions{demo: true, noHarvest: true}, func(c *config.Config) { c.Contact = "desk@portal.example" })

	// Somebody comes before anything is read; the page says so, and its way on leads to results once there are some.
	early := newPerson(t, browser, base)
	if status := early.open("/search?q=torture"); status != http.StatusServiceUnavailable {
		t.Errorf("before the first harvest: %d", status)
	}
	if head := early.text("h1"); head == "" || early.text("#q") != "" || early.text("main a[href='/status']") == "" {
		t.Errorf("the page before the first harvest does not explain itself: %q", early.text("main"))
	}
	var snapshot string
	t.Run("harvest", func(t *testing.T) { snapshot = harvestDemo(t, data) })
	if t.Failed() {
		return
	}
	published := waitFor(t, base, "/api/v1/recommendations?limit=0", func(a answerJSON) bool { return a.Snapshot == snapshot })
	if status := early.follow("main .btn"); status != http.StatusOK || early.total() == 0 || !strings.HasSuffix(early.at(), "/search?q=torture") {
		t.Errorf("after the first harvest: %d, %d results at %s", status, early.total(), early.at())
	}
	all := everything(t, base)
	if len(all) != published.Total || len(all) < 1000 {
		t.Fatalf("read %d of %d records", len(all), published.Total)
	}
	// counted is how many records a test of its own keeps.
	counted := func(keep func(held) bool) (n int) {
		for _, h := range all {
			if keep(h) {
				n++
			}
		}
		return n
	}

	t.Run("public", func(t *testing.T) { // what was said about torture in my country since 2020?
		p := newPerson(t, browser, base)
		p.open("/")
		p.do(chromedp.Focus("#q"))
		p.page(chromedp.KeyEvent("torture" + kb.Enter))
		everywhere := p.total()
		there := p.count(`li:has(> label > input[name="country"][value="XAI"]) .n`)
		p.do(chromedp.Focus(`input[name="country"][value="XAI"]`))
		p.page(chromedp.KeyEvent(" "))
		if got := p.total(); got != there || got == 0 {
			t.Errorf("the filter says %d and gives %d", there, got)
		}
		p.do(chromedp.Focus(`input[name="from"]`))
		p.page(chromedp.KeyEvent("2020" + kb.Enter))
		want := counted(func(h held) bool {
			return h.of("XAI") && h.Date >= "2020" && strings.Contains(strings.ToLower(h.Texts["en"].Full), "torture")
		})
		if got := p.total(); got != want || want == 0 || want >= everywhere {
			t.Errorf("%d of %d, counted %d", got, everywhere, want)
		}
		if marks := p.texts(".hit mark"); len(marks) < want || slices.ContainsFunc(marks, func(m string) bool { return !strings.HasPrefix(strings.ToLower(m), "tortur") }) {
			t.Errorf("marked: %q", marks)
		}
		if chips := strings.Join(p.texts(".chips li:not(.all) a"), "|"); strings.Count(chips, "|") != 1 || !strings.Contains(chips, "2020 or later") {
			t.Errorf("chips: %s", chips)
		}
		p.keeps(browser)
		for _, before := range []int{there, everywhere} {
			p.back()
			if got := p.total(); got != before {
				t.Errorf("back shows %d, not %d", got, before)
			}
		}
	})

	t.Run("goals", func(t *testing.T) { // 5, 5.2, a State, a record, its document
		p := newPerson(t, browser, base)
		p.open("/sdg")
		tile := p.count(`.tiles a[href="/sdg/5"] .n`)
		p.follow(`.tiles a[href="/sdg/5"]`)
		if got := p.count(".lede b"); got != tile || tile != counted(func(h held) bool {
			return slices.ContainsFunc(h.Tags, func(t struct{ Scheme, Concept string }) bool {
				return t.Scheme == "sdg" && (t.Concept == "5" || strings.HasPrefix(t.Concept, "5."))
			})
		}) {
			t.Errorf("goal 5: tile %d, page %d", tile, got)
		}
		p.follow(`main a[href="/sdg/5.2"]`)
		if got, want := p.count(".lede b"), counted(func(h held) bool { return h.tagged("sdg", "5.2") }); got != want || want == 0 {
			t.Errorf("target 5.2 holds %d, counted %d", got, want)
		}
		bar := p.count("#by-country li .n")
		p.follow("#by-country li a")
		if got := p.total(); got != bar {
			t.Errorf("the State's bar says %d and leads to %d", bar, got)
		}
		p.keeps(browser)
		paragraph := p.text(".hit .ref b")
		p.follow(".hit h3 a")
		symbol := p.text("aside a.sym")
		if !strings.Contains(p.text("h1"), paragraph) || p.text(".walk .n") != fmt.Sprintf("1 of %d", bar) {
			t.Errorf("the record is %q, %q", p.text("h1"), p.text(".walk .n"))
		}
		p.follow("aside a.sym")
		if !strings.Contains(p.text("main"), symbol) || !strings.Contains(p.at(), "/d/"+symbol) {
			t.Errorf("%s leads to %s", symbol, p.at())
		}
		if got, want := p.count(".stats dd"), counted(func(h held) bool { return h.Symbol == symbol }); got != want || want != len(p.texts(".passage")) {
			t.Errorf("%s says %d, shows %d, counted %d", symbol, got, len(p.texts(".passage")), want)
		}
	})

	t.Run("journalist", func(t *testing.T) { // one number, one chart, one link that shows the same tomorrow
		p := newPerson(t, browser, base)
		p.open("/country/XAI")
		number := p.count(".lede b")
		if want := counted(func(h held) bool { return h.of("XAI") }); number != want {
			t.Errorf("the page says %d, counted %d", number, want)
		}
		sum := 0
		for _, row := range p.rows(`#time a[download][href*=".csv"]`) {
			year := 0
			for _, cell := range row[1 : len(row)-1] {
				year += leading(t, cell)
			}
			if last := leading(t, row[len(row)-1]); year != last {
				t.Errorf("%q adds up to %d", row, year)
			}
			sum += year
		}
		without := 0 // the chart says how many have no date
		for _, rest := range p.texts("#time .under span a") {
			without += leading(t, rest)
		}
		if sum+without != number {
			t.Errorf("the chart plots %d and leaves out %d of %d", sum, without, number)
		}
		mark := look[string](p, `document.querySelector("#time svg a").getAttribute("aria-label")`)
		to := look[string](p, `document.querySelector("#time svg a").href.baseVal`)
		p.open(to)
		if got := p.total(); !strings.HasSuffix(mark, fmt.Sprintf(": %d", got)) {
			t.Errorf("the mark %q leads to %d", mark, got)
		}
		p.keeps(browser)

		// Invented data is not pinned: the link is made where the export's form was read, and holds after the next edition.
		dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
		must(t, "harvest", "uhri", "--from", smallExport(t, dir, 200, nil), "--data", data)
		p = newPerson(t, browser, startServe(t, data, serveOptions{noHarvest: true}, nil))
		p.open("/search?q=torture&country=KEN")
		want := p.total()
		p.do(chromedp.Click(".take > summary"))
		p.follow(`form[action="/q"] button`)
		pinned := p.at()
		if then, now := p.count("#then .n"), p.count("#now .n"); then != want || now != want || want == 0 {
			t.Errorf("found %d, pinned %d, now %d", want, then, now)
		}
		must(t, "harvest", "uhri", "--from", smallExport(t, dir, 240, nil), "--data", data)
		waitFor(t, p.base, "/api/v1/recommendations?limit=0", func(a answerJSON) bool { return a.Total == 240 })
		reader := newPerson(t, browser, p.base)
		reader.page(chromedp.Navigate(pinned))
		if then, now := reader.count("#then .n"), reader.count("#now .n"); then != want || now <= want || !strings.Contains(reader.text(".lede"), "torture") {
			t.Errorf("whoever follows the link tomorrow reads %d then and %d now, pinned were %d", then, now, want)
		}
		if rows := reader.rows(`main a[download][href*=".csv"]`); len(rows) != want {
			t.Errorf("the pinned file has %d rows, not %d", len(rows), want)
		}
		now := reader.count("#now .n")
		reader.follow("main .btn")
		if got := reader.total(); got != now {
			t.Errorf("searched again: %d, not %d", got, now)
		}
	})

	t.Run("lawyer", func(t *testing.T) { // an exact phrase, why it matched, the paragraph in its document
		const phrase = "in law and in practice"
		p := newPerson(t, browser, base)
		p.open("/")
		p.do(chromedp.SendKeys("#q", `"`+phrase+`"`))
		p.page(chromedp.KeyEvent(kb.Enter))
		want := counted(func(h held) bool { return strings.Contains(strings.ToLower(h.Texts["en"].Full), phrase) })
		if got := p.total(); got != want || want == 0 {
			t.Errorf("%d, counted %d", got, want)
		}
		if marks := p.texts(".hit mark"); len(marks) < want || slices.ContainsFunc(marks, func(m string) bool { return !strings.EqualFold(m, phrase) }) {
			t.Errorf("marked: %q", marks)
		}
		if why := p.text(".reading summary"); !strings.Contains(why, "exactly the words “"+phrase+"”") || !strings.Contains(why, fmt.Sprintf("exactly %d", want)) {
			t.Errorf("read as: %s", why)
		}
		p.keeps(browser)
		p.follow(".hit h3 a")
		said, heading := p.text(".text"), p.text("h1")
		if marks := p.texts(".text mark"); len(marks) == 0 || !strings.EqualFold(marks[0], phrase) {
			t.Errorf("the record marks %q", marks)
		}
		p.follow("aside a.sym")
		if got := p.text(".passage:target .para"); !strings.Contains(said, got) || got == "" || !strings.HasSuffix(heading, p.text(".passage:target .num")) {
			t.Errorf("%s shows %q as ¶ %s, the record %s says %q", p.at(), got, p.text(".passage:target .num"), heading, said)
		}
		if !look[bool](p, `(r => r.top >= 0 && r.top < innerHeight)(document.querySelector(".passage:target").getBoundingClientRect())`) {
			t.Error("the paragraph is not in sight")
		}
	})

	t.Run("ministry", func(t *testing.T) { // the last cycle of every mechanism, and the matrix
		p := newPerson(t, browser, base)
		p.open("/country/XAA")
		want := p.count(".seg a:nth-child(2) .n")
		if n := counted(func(h held) bool { return h.of("XAA") && h.Latest }); n != want || n == 0 {
			t.Errorf("the switch says %d, counted %d", want, n)
		}
		p.follow(".seg a:nth-child(2)")
		sum := 0
		for _, n := range p.texts("#c-latest ~ .scroll td.n a") {
			sum += leading(t, n)
		}
		if got := p.count(".lede b.n"); got != want || sum != want {
			t.Errorf("the latest reviews hold %d, their sum is %d, the switch said %d", got, sum, want)
		}
		matrix := p.rows(`#c-matrix ~ p a[href*="matrix.csv"]`)
		if len(matrix) != want {
			t.Errorf("the matrix has %d rows, not %d", len(matrix), want)
		}
		p.follow("main .btn")
		if got := p.total(); got != want {
			t.Errorf("their list holds %d, not %d", got, want)
		}
		p.keeps(browser)
	})

	t.Run("researcher", func(t *testing.T) { // many filters and a Boolean query; the counts hold, the file has as many rows
		p := newPerson(t, browser, base)
		p.open("/search?limit=10")
		p.do(chromedp.SendKeys("#q", `(women OR girl* OR child* OR State) AND (access OR law OR measures) NOT school`))
		p.page(chromedp.KeyEvent(kb.Enter))
		plain := p.total()
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".rail details").forEach(d => d.open = true); void 0`))
		ticked := look[int](p, `(() => { let n = 0;
			const tick = (name, most) => [...document.querySelectorAll('.vals input[name="' + name + '"]')].slice(0, most).forEach(b => { b.checked = true; n++ });
			["country", "mechanism", "goal", "origin", "type", "region", "theme", "group", "latest"].forEach(f => tick(f, 9));
			["not.position", "not.session", "not.cycle", "not.bloc"].forEach(f => tick(f, 2));
			return n })()`)
		p.page(chromedp.Click(".apply .btn"))
		got := p.total()
		chips := len(p.texts(".chips li:not(.all) a"))
		if ticked < 30 || chips != ticked || got == 0 || got >= plain {
			t.Errorf("%d filters, %d chips, %d of %d results", ticked, chips, got, plain)
		}
		p.keeps(browser)
		twin := look[string](p, `document.querySelector('link[type="application/json"]').getAttribute("href")`)
		if status, body := get(t, base+twin); status != http.StatusOK || !strings.HasPrefix(body, fmt.Sprintf(`{"total":%d,`, got)) {
			t.Errorf("the page finds %d, as JSON %d %.80s", got, status, body)
		}
		p.do(chromedp.Click(".take > summary"))
		if rows := p.rows(`.take a[href^="/search.csv"]`); len(rows) != got {
			t.Errorf("the file has %d rows, the list %d", len(rows), got)
		}
		p.page(chromedp.Click(".chips .all a"))
		if again := p.total(); again != plain {
			t.Errorf("without filters %d, before %d", again, plain)
		}
	})

	t.Run("phone", func(t *testing.T) { // without scripts, on 360 pixels
		p := newPerson(t, browser, base)
		asked := map[string]bool{}
		if err := chromedp.Listen(p.ctx, func(ev any) {
			if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, base) && !strings.HasPrefix(e.Request.URL, "about:") {
				asked[e.Request.URL] = true
			}
		}); err != nil {
			t.Fatal(err)
		}
		p.do(chromedp.EmulateViewport(360, 780, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
		p.open("/")
		p.do(chromedp.SendKeys("#q", "detention"))
		p.page(chromedp.Click(".find.big button"))
		found := p.total()
		p.do(chromedp.Click(".rail > summary"), chromedp.WaitVisible(`input[name="country"][value="XAI"]`))
		want := p.count(`.vals li:has(input[name="country"][value="XAI"]) .n`)
		p.do(chromedp.Click(`input[name="country"][value="XAI"]`))
		p.page(chromedp.Click(".apply .btn"))
		if got := p.total(); got != want || want == 0 || want >= found {
			t.Errorf("the filter says %d and gives %d of %d", want, got, found)
		}
		narrow := func() {
			t.Helper()
			if wide := look[int](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s is %d pixels too wide", p.at(), wide)
			}
		}
		narrow()
		p.follow(".hit h3 a")
		narrow()
		first := p.text("h1")
		p.follow(`.walk a[rel~="next"]`)
		if second := p.text("h1"); second == first || p.text(".walk .n") != fmt.Sprintf("2 of %d", want) {
			t.Errorf("after %s comes %s, %s", first, second, p.text(".walk .n"))
		}
		p.follow(".walk a")
		if got := p.total(); got != want {
			t.Errorf("back in the list there are %d, not %d", got, want)
		}
		if len(asked) > 0 {
			t.Errorf("other hosts were asked: %v", asked)
		}
	})

	t.Run("screen reader", func(t *testing.T) { // what is said, from the tree the browser gives to such programs
		p := newPerson(t, browser, base)
		for _, path := range []string{"/", "/search?q=women&country=XAI&group.all=children", "/country/XAI", "/sdg/5", "/r/" + all[0].ID + "?q=the&at=1", "/d/" + all[0].Symbol, "/search?q=xqzzyblorf", "/help", "/status"} {
			p.open(path)
			p.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => d.open = true); void 0`))
			seen := map[string][]string{}
			for _, n := range p.tree() {
				seen[n.role] = append(seen[n.role], n.name)
				if n.name == "" && slices.Contains([]string{"link", "button", "checkbox", "textbox", "searchbox", "combobox", "heading", "DisclosureTriangle", "form", "search"}, n.role) {
					t.Errorf("%s: a %s says nothing", path, n.role)
				}
			}
			for _, role := range []string{"banner", "main", "contentinfo", "navigation", "search"} {
				if len(seen[role]) == 0 {
					t.Errorf("%s has no %s", path, role)
				}
			}
			for role, one := range map[string]int{"main": 1, "banner": 1, "contentinfo": 1} {
				if len(seen[role]) != one {
					t.Errorf("%s has %d %s", path, len(seen[role]), role)
				}
			}
			if names := slices.Clone(seen["navigation"]); len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
				t.Errorf("%s: navigations of one name: %q", path, names)
			}
		}
		p.open("/search?q=women&country=XAI")
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => d.open = true); void 0`))
		total := p.total()
		nodes := p.tree()
		say := func(role, part string) spoken {
			t.Helper()
			for _, n := range nodes {
				if n.role == role && strings.Contains(n.name, part) {
					return n
				}
			}
			t.Errorf("no %s says %q", role, part)
			return spoken{}
		}
		say("heading", fmt.Sprintf("%d passages", total))
		if state := p.text(`.vals li:has(input[name="country"]:checked) label span`); say("checkbox", state+" "+strconv.Itoa(total)+" results").checked != "true" {
			t.Errorf("the chosen State is not said to be chosen")
		}
		say("link", "Remove filter: ")
		say("searchbox", "Search recommendations")
		say("combobox", "Order")
		status := slices.IndexFunc(nodes, func(n spoken) bool { return n.role == "status" })
		if status < 0 || nodes[status].live != "polite" {
			t.Errorf("the number of results is not announced politely: %v", nodes[max(status, 0)])
		}
		for _, n := range nodes {
			if n.role == "checkbox" && !strings.HasSuffix(n.name, " results") && !strings.HasPrefix(n.name, "Exclude ") && !strings.Contains(n.name, "exclu") {
				t.Errorf("the filter %q does not say its count", n.name)
			}
		}
	})

	t.Run("lost", func(t *testing.T) { // nonsense, an impossible filter, a misspelling, a withdrawn record
		p := newPerson(t, browser, base)
		for query, wrong := range map[string]string{"xqzzyblorf": "torture xqzzyblorf", "AND": "AND ) (", "open quote": `"open`, "deep": strings.Repeat("(", 300), "nothing": "   "} {
			if status := p.open("/search?q=" + url.QueryEscape(wrong)); status >= 500 || p.text("h1, h2") == "" {
				t.Errorf("%s: %d", query, status)
			}
			if len(p.texts("main a[href]")) == 0 {
				t.Errorf("%s: no way on", query)
			}
		}
		p.open("/search?q=tortrue&country=XAI")
		if p.text("[role=status]") == "" || p.text("#w1 ~ ul a") == "" {
			t.Fatalf("a misspelling: %q", p.text("main"))
		}
		promised := p.count("#w1 ~ ul .n")
		p.follow("#w1 ~ ul a")
		if got := p.total(); got != promised || got == 0 {
			t.Errorf("the spelling offered promises %d and gives %d", promised, got)
		}
		p.open("/search?q=torture&country=XAA&from=2020")
		if got := p.text("[role=status]"); !strings.Contains(got, "Nothing") {
			t.Errorf("an impossible filter: %q", got)
		}
		ways := len(p.texts("#w2 ~ ul li"))
		if offered := strings.Join(p.texts("#w2 ~ ul li"), "|"); !strings.Contains(offered, "2020 or later") {
			t.Errorf("the date is not offered to be taken away: %s", offered)
		}
		var twin struct {
			Suggestions []struct {
				URL   string
				Count int
			}
		}
		if _, body := get(t, base+look[string](p, `document.querySelector('link[type="application/json"]').getAttribute("href")`)); json.Unmarshal([]byte(body), &twin) != nil || len(twin.Suggestions) < 2 {
			t.Errorf("the API suggests %v", twin.Suggestions)
		}
		for _, s := range twin.Suggestions {
			if a := waitFor(t, base, "/api/v1/recommendations?"+s.URL, func(answerJSON) bool { return true }); a.Total != s.Count {
				t.Errorf("the API suggests %s for %d and finds %d", s.URL, s.Count, a.Total)
			}
		}
		for i := range ways {
			way := fmt.Sprintf("#w2 ~ ul li:nth-child(%d) ", i+1)
			promised := p.count(way + ".n")
			p.follow(way + "a")
			if got := p.total(); got != promised || got == 0 {
				t.Errorf("taking a filter away promises %d and gives %d", promised, got)
			}
			p.back()
		}
		p.open("/search?q=torture&country=XAZZ&contry=XAA")
		if faults := strings.Join(p.texts(".faults li"), "|"); !strings.Contains(faults, "country=XAZZ") || !strings.Contains(faults, "contry=XAA") || len(p.texts(".hit")) > 0 {
			t.Errorf("filters that do not exist: %q, %d hits", faults, len(p.texts(".hit")))
		}
		gone := all[len(all)-1]
		if status := p.open("/r/" + gone.ID); status != http.StatusOK {
			t.Fatalf("%s: %d", gone.ID, status)
		}
		must(t, "suppress", gone.ID, "--reason", "asked by the person concerned", "--data", data)
		waitFor(t, base, "/api/v1/recommendations?limit=0", func(a answerJSON) bool { return a.Total == len(all)-1 })
		if status := p.page(chromedp.Reload()); status != http.StatusGone || strings.Contains(p.text("main"), gone.Texts["en"].Full) || p.text("main .lede") == "" {
			t.Errorf("a record taken down: %d, %q", status, p.text("main"))
		}
		if to := "/d/" + gone.Symbol; look[bool](p, `!!document.querySelector('main a[href="`+to+`"]')`) {
			if status := p.follow(`main a[href="` + to + `"]`); status != http.StatusOK && counted(func(h held) bool { return h.Symbol == gone.Symbol }) > 1 {
				t.Errorf("the way on leads to %d", status)
			}
		} else if p.follow(`main a[href="/search"]`) != http.StatusOK || p.total() != len(all)-1 {
			t.Errorf("the way on finds %d of %d", p.total(), len(all)-1)
		}
	})
}

// spoken is what a program that reads the screen is given of one thing.
type spoken struct{ role, name, checked, live string }

// tree is the accessibility tree of the page, without what is ignored.
func (p *person) tree() (out []spoken) {
	p.t.Helper()
	res, err := chromedp.Run(p.ctx, func(ctx context.Context, t *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	if err != nil {
		p.t.Fatal(err)
	}
	value := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		var s string
		if json.Unmarshal(v.Value, &s) != nil {
			return string(v.Value) // true, false, a number
		}
		return s
	}
	for _, n := range res.Nodes {
		if n.Ignored {
			continue
		}
		s := spoken{role: value(n.Role), name: value(n.Name)}
		for _, prop := range n.Properties {
			switch prop.Name {
			case "checked":
				s.checked = value(prop.Value)
			case "live":
				s.live = value(prop.Value)
			}
		}
		out = append(out, s)
	}
	return out
}
