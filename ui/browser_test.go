package ui

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
	"uhri/ui/chromium"
)

//go:embed testdata/axe/axe.min.js
var axeScript string

// browser starts one Chromium for a test, which may use it for ten minutes.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(chromium.Start(t), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// view is a browser's width and colour scheme.
type view struct {
	name   string
	width  int64
	scheme string
}

var views = []view{{"1280-light", 1280, "light"}, {"360-light", 360, "light"}, {"1280-dark", 1280, "dark"}, {"360-dark", 360, "dark"}}

func (v view) set() chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.EmulateViewport(v.width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}}})
		return err
	}))
}

// pageKind is an address that shows a kind of page.
type pageKind struct {
	name, path string
	status     int    // 0 means 200
	at         string // the installation it is seen at, of oddSites; "" is the usual one
}

// pageKinds is one address of every kind of page, with and without results; TestEveryRouteIsAPageKind keeps it whole.
var pageKinds = []pageKind{
	{name: "home", path: "/"},
	{name: "search", path: "/search?q=detention+women"},
	{name: "search-filtered", path: "/search?q=detention&group.all=children&group.all=civil-society&not.theme=budget-resources&from=2009&country=XAA&country=XAB&country=XAC"},
	{name: "search-all", path: "/search"},
	{name: "search-page", path: "/search?page=3&limit=10&sort=oldest"},
	{name: "search-empty", path: "/search?q=quinqureme+school&country=XAA&position=supported"},
	{name: "search-fault", path: "/search?q=detention&contry=XAA&country=XAZZ&from=soon"},
	{name: "search-problem", path: "/search?country=XAA&q=" + strings.Repeat("a+OR+", 600) + "b", status: 400},
	{name: "search-snapshot", path: "/search?q=detention&snapshot=2020-01-01.1", status: 410},
	{name: "record", path: "/r/00000000-0000-5000-8000-000000000000?q=detention&at=1"},
	{name: "record-plain", path: "/r/00000000-0000-5000-8000-000000000006"},
	{name: "record-bare", path: fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-3)},
	{name: "record-arabic", path: fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-2)},
	{name: "record-empty", path: fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-1)},
	{name: "gone", path: "/r/00000000-0000-5000-8000-00000000dead", status: 410},
	{name: "missing", path: "/r/nothing", status: 404},
	{name: "document-upr", path: "/d/DEMO/A/HRC/30/10"},
	{name: "document-tb", path: "/d/DEMO/CEDAW/C/XAA/CO/3"},
	{name: "document-none", path: "/d/CEDAW/C/KEN/CO/8", status: 404},
	{name: "document-gone", path: "/d/DEMO/A/HRC/30/99", status: 410},
	{name: "list", path: "/list"},
	{name: "sdg", path: "/sdg"},
	{name: "country", path: "/country"},
	{name: "theme", path: "/theme"},
	{name: "mechanism", path: "/mechanism"},
	{name: "recommending", path: "/recommending"},
	{name: "sdg-5", path: "/sdg/5"},
	{name: "sdg-5.2", path: "/sdg/5.2"},
	{name: "country-xaa", path: "/country/XAA"},
	{name: "country-latest", path: "/country/XAB?latest=yes&q=detention"},
	{name: "country-empty", path: "/country/KEN"},
	{name: "theme-one", path: "/theme/access-to-justice-remedy"},
	{name: "group-one", path: "/group/children"},
	{name: "mechanism-upr", path: "/mechanism/upr"},
	{name: "body-one", path: "/body/cedaw"},
	{name: "recommending-one", path: "/recommending/XAC"},
	{name: "status", path: "/status"},
	{name: "help", path: "/help"},
	{name: "help-filters", path: "/help/filters"},
	{name: "help-use", path: "/help/use"},
	{name: "privacy", path: "/privacy"},
	{name: "methodology", path: "/methodology"},
	{name: "accessibility", path: "/accessibility"},
	{name: "dictionary", path: "/data-dictionary"},
	{name: "data", path: "/data"},
	{name: "api", path: "/api"},
	{name: "changes", path: "/changes?since=0"},
	{name: "changes-fault", path: "/changes?kind=merged", status: 400},
	{name: "nowhere", path: "/nowhere", status: 404},
	{name: "chart-none", path: "/country/XAA?chart=nothing.csv", status: 404},
	{name: "group", path: "/group"},
	{name: "body", path: "/body", status: 301},
}

// oddKinds are pages of an installation in another state than the usual one.
var oddKinds = []pageKind{
	{name: "pin", path: "/q/{pin}", at: "pins"},
	{name: "pin-button", path: "/search?q=detention", at: "pins"},
	{name: "pin-none", path: "/q/0123", status: 404, at: "pins"},
	{name: "waiting", path: "/search?q=x", status: 503, at: "early"},
	{name: "waiting-country", path: "/country/XAA", status: 503, at: "early"},
	{name: "busy", path: "/search?q=x", status: 503, at: "busy"},
	{name: "slow", path: "/country/XAA", status: 504, at: "slow"},
	{name: "broken", path: "/search?q=x", status: 500, at: "broken"},
}

// busySearcher has a snapshot and cannot search it now.
type busySearcher struct {
	index.Searcher
	err error
}

func (s busySearcher) Search(context.Context, index.Request) (*index.Result, error) {
	return nil, s.err
}

// oddSites serves the installations of oddKinds, by name, and says which pinned search they hold.
func oddSites(t *testing.T) (served map[string]*httptest.Server, pinned string) {
	pins, pinned := differingPin(t)
	served = map[string]*httptest.Server{"pins": site(t, pins)}
	for name, err := range map[string]error{
		"early": uhri.Errorf(uhri.Unavailable, "Search", "nothing is published yet"), "busy": uhri.Errorf(uhri.Unavailable, "Search", "too many searches at once"),
		"slow": uhri.Errorf(uhri.Timeout, "Search", "it took too long"), "broken": errors.New("the index is broken"),
	} {
		o := options(true)
		o.Logger = slog.New(slog.DiscardHandler)
		if name == "early" {
			o.Searcher = brokenSearcher{err}
		} else {
			o.Searcher = busySearcher{o.Searcher, err}
		}
		served[name] = site(t, o)
	}
	return served, pinned
}

// everyKind is every kind of page with its full address, for a portal at usual.
func everyKind(t *testing.T, usual string) []pageKind {
	odd, pinned := oddSites(t)
	kinds := slices.Clone(pageKinds)
	for i := range kinds {
		kinds[i].path = usual + kinds[i].path
	}
	for _, k := range oddKinds {
		k.path = odd[k.at].URL + strings.Replace(k.path, "{pin}", pinned, 1)
		kinds = append(kinds, k)
	}
	return kinds
}

// Every route of the portal is a kind of page that the tests of access walk, or is no page for people; and each kind
// answers with the status it is there for.
func TestEveryRouteIsAPageKind(t *testing.T) {
	notPages := []string{"/robots.txt", "/opensearch.xml", "/sitemap.xml", "/sitemap/:part", "/static/:name"}
	o, _ := pinningSite(t)
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	u.Register(e)
	seen := map[string]bool{}
	for _, k := range append(slices.Clone(pageKinds), oddKinds...) {
		c := e.NewContext(httptest.NewRequest(http.MethodGet, k.path, nil), nil)
		e.Router().Find(http.MethodGet, c.Request().URL.Path, c)
		seen[c.Path()] = true
	}
	for _, r := range e.Routes() {
		if r.Method == http.MethodGet && !seen[r.Path] && !slices.Contains(notPages, r.Path) && !strings.HasSuffix(r.Path, ".json") {
			t.Errorf("no kind of page shows the route %s: add it to pageKinds", r.Path)
		}
	}
	statuses := map[int]bool{}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, k := range everyKind(t, site(t, options(true)).URL) {
		res, err := client.Get(k.path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if want := cmp.Or(k.status, http.StatusOK); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", k.name, res.StatusCode, want)
		}
		statuses[res.StatusCode] = true
		if res.StatusCode != http.StatusMovedPermanently && !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %s is no page", k.name, res.Header.Get("Content-Type"))
		}
	}
	for _, s := range []int{200, 301, 400, 404, 410, 500, 503, 504} {
		if !statuses[s] {
			t.Errorf("no kind of page has status %d", s)
		}
	}
}

// TestAxe walks every kind of page: no violation of WCAG 2.2 A and AA or of axe's best practices at 1280 and at 360
// pixels, with disclosures as they come and all open, in light and in dark; and nothing scrolls sideways at any of these
// widths or at 320 pixels, which is 1280 pixels enlarged four times. A page is loaded once; in dark only the rules that
// look at colours run again, since a scheme changes nothing else. With UI_SHOTS=dir it leaves pictures there.
func TestAxe(t *testing.T) {
	kinds := everyKind(t, site(t, options(true)).URL)
	const browsers = 2
	for n := range browsers {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			t.Parallel()
			ctx := browser(t)
			for i, k := range kinds {
				if i%browsers == n && strings.Contains(k.name, os.Getenv("UI_ONLY")) {
					access(t, ctx, k)
				}
			}
		})
	}
}

// access holds one page to the rules of access in every state TestAxe names.
func access(t *testing.T, ctx context.Context, k pageKind) {
	if _, err := chromedp.RunResponse(ctx, chromedp.Navigate(k.path)); err != nil {
		t.Fatalf("%s: %v", k.name, err)
	}
	closed := ask[int](t, ctx, axeScript+`;window.shut = [...document.querySelectorAll("details:not([open])")]; window.shut.length`)
	for _, width := range []int64{1280, 360} {
		for _, open := range []bool{false, true} {
			if open && closed == 0 {
				continue
			}
			ask[bool](t, ctx, fmt.Sprintf(`window.shut.forEach(d => d.open = %v); true`, open))
			for _, scheme := range []string{"light", "dark"} {
				v := view{fmt.Sprintf("%d-%s", width, scheme), width, scheme}
				if err := chromedp.Do(ctx, v.set()); err != nil {
					t.Fatal(err)
				}
				if shots := os.Getenv("UI_SHOTS"); shots != "" && !open {
					shoot(t, ctx, filepath.Join(shots, k.name+"-"+v.name+".png"))
				}
				for _, f := range axeRun(t, ctx, scheme == "dark") {
					t.Errorf("%s %s, open %v: %s: %s\n\t%s", k.name, v.name, open, f.ID, f.Help, strings.Join(f.Where, "\n\t"))
				}
			}
			widths := []int64{width}
			if width == 360 {
				widths = append(widths, 320)
			}
			for _, w := range widths {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(w, 900)); err != nil {
					t.Fatal(err)
				}
				if wide := ask[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
					t.Errorf("%s at %d pixels, open %v: the page is %d pixels wider than the window", k.name, w, open, wide)
				}
			}
		}
	}
}

// TestRealPictures leaves pictures of pages over the real records, for people to look at, in UI_SHOTS.
func TestRealPictures(t *testing.T) {
	shots := os.Getenv("UI_SHOTS")
	if shots == "" {
		t.Skip("set UI_SHOTS to the folder the pictures shall go to")
	}
	srv := realSite(t)
	ctx := browser(t)
	for _, v := range []view{views[0], views[3]} {
		if err := chromedp.Do(ctx, v.set()); err != nil {
			t.Fatal(err)
		}
		for _, k := range realPages {
			if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+k.path)); err != nil {
				t.Fatalf("%s: %v", k.name, err)
			}
			shoot(t, ctx, filepath.Join(shots, k.name+"-"+v.name+".png"))
		}
	}
}

// violation is what axe found.
type violation struct {
	ID, Help string
	Where    []string
}

// axe runs every rule of axe-core in the page.
func axe(t *testing.T, ctx context.Context) []violation {
	t.Helper()
	ask[bool](t, ctx, axeScript+";true")
	return axeRun(t, ctx, false)
}

// axeRun runs axe-core, which the page has loaded, or only its rules that look at colours.
func axeRun(t *testing.T, ctx context.Context, colours bool) []violation {
	t.Helper()
	rules := `{type: "tag", values: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}`
	if colours {
		rules = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
	}
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, {runOnly: `+rules+`, resultTypes: ["violations"]}).then(r =>
		JSON.stringify(r.violations.map(v => ({ID: v.id, Help: v.help, Where: v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + " — " + (n.failureSummary || "").slice(0, 300))}))))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	var found []violation
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		t.Fatalf("axe: %v in %q", err, raw)
	}
	return found
}

// shoot leaves a picture of the whole page.
func shoot(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("taking a picture: %v", err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}
