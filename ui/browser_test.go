package ui

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"uhri"
)

//go:embed testdata/axe/axe.min.js
var axeScript string

// browser starts one Chromium for a test; without one the test is skipped, or fails where CI promises it.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is not installed, and CI is set")
		}
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-features", "BackForwardCache"), chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
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

// pageKinds is one address of every kind of page, with and without results.
var pageKinds = []struct{ name, path string }{
	{"home", "/"},
	{"search", "/search?q=detention+women"},
	{"search-filtered", "/search?q=detention&group.all=children&group.all=civil-society&not.theme=budget-resources&from=2009&country=XAA&country=XAB&country=XAC"},
	{"search-all", "/search"},
	{"search-page", "/search?page=3&limit=10&sort=oldest"},
	{"search-empty", "/search?q=quinqureme+school&country=XAA&position=supported"},
	{"search-fault", "/search?q=detention&contry=XAA&country=XAZZ&from=soon"},
	{"search-problem", "/search?country=XAA&q=" + strings.Repeat("a+OR+", 600) + "b"},
	{"search-snapshot", "/search?q=detention&snapshot=2020-01-01.1"},
	{"record", "/r/00000000-0000-5000-8000-000000000000?q=detention&at=1"},
	{"record-plain", "/r/00000000-0000-5000-8000-000000000006"},
	{"record-bare", fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-3)},
	{"record-arabic", fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-2)},
	{"record-empty", fmt.Sprintf("/r/00000000-0000-5000-8000-%012d", len(corpus())-1)},
	{"gone", "/r/00000000-0000-5000-8000-00000000dead"},
	{"missing", "/r/nothing"},
	{"document-upr", "/d/DEMO/A/HRC/30/10"},
	{"document-tb", "/d/DEMO/CEDAW/C/XAA/CO/3"},
	{"document-none", "/d/CEDAW/C/KEN/CO/8"},
	{"list", "/list"},
	{"sdg", "/sdg"},
	{"country", "/country"},
	{"theme", "/theme"},
	{"mechanism", "/mechanism"},
	{"recommending", "/recommending"},
	{"sdg-5", "/sdg/5"},
	{"sdg-5.2", "/sdg/5.2"},
	{"country-xaa", "/country/XAA"},
	{"country-latest", "/country/XAB?latest=yes&q=detention"},
	{"country-empty", "/country/KEN"},
	{"theme-one", "/theme/access-to-justice-remedy"},
	{"group-one", "/group/children"},
	{"mechanism-upr", "/mechanism/upr"},
	{"body-one", "/body/cedaw"},
	{"recommending-one", "/recommending/XAC"},
	{"status", "/status"},
	{"help", "/help"},
	{"help-filters", "/help/filters"},
	{"help-use", "/help/use"},
	{"privacy", "/privacy"},
	{"methodology", "/methodology"},
	{"accessibility", "/accessibility"},
	{"dictionary", "/data-dictionary"},
	{"data", "/data"},
	{"api", "/api"},
	{"changes", "/changes?since=0"},
}

// TestAxe walks every kind of page in both widths and both colour schemes (all four views of each with UI_ALL=1): no violation of WCAG 2.2 A and AA or of
// axe's best practices, contrast included, disclosures open; and nothing scrolls sideways. With UI_SHOTS=dir it
// leaves a picture of each there.
func TestAxe(t *testing.T) {
	ctx := browser(t)
	srv := site(t, options(true))
	waiting := options(true)
	waiting.Searcher = brokenSearcher{uhri.Errorf(uhri.Unavailable, "Search", "nothing is published yet")}
	early := site(t, waiting)
	shots := os.Getenv("UI_SHOTS")
	only := os.Getenv("UI_ONLY")
	for _, v := range views {
		if err := chromedp.Do(ctx, v.set()); err != nil {
			t.Fatal(err)
		}
		for _, k := range append(pageKinds, struct{ name, path string }{"waiting", "/search?q=x"}) {
			if only != "" && !strings.Contains(k.name, only) {
				continue
			}
			// Every kind of page is seen in both widths and in both schemes; the crossed views differ from these in
			// nothing a rule looks at, so they are for the pages people see first, and for UI_ALL=1.
			if os.Getenv("UI_ALL") == "" && (v == views[1] || v == views[2]) && !slices.Contains([]string{"home", "search", "record", "country-xaa"}, k.name) {
				continue
			}
			base := srv.URL
			if k.name == "waiting" {
				base = early.URL
			}
			if res, err := chromedp.RunResponse(ctx, chromedp.Navigate(base+k.path)); err != nil || res.Status == 500 {
				t.Fatalf("%s %s: %v", k.name, v.name, err)
			}
			if shots != "" {
				shoot(t, ctx, filepath.Join(shots, k.name+"-"+v.name+".png"))
			}
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("details").forEach(d => d.open = true);
				document.documentElement.scrollWidth - document.documentElement.clientWidth`))
			if err != nil {
				t.Fatalf("%s %s: %v", k.name, v.name, err)
			}
			found := axe(t, ctx)
			for _, f := range found {
				t.Errorf("%s %s: %s: %s\n\t%s", k.name, v.name, f.ID, f.Help, strings.Join(f.Where, "\n\t"))
			}
			if wide > 0 {
				t.Errorf("%s %s: the page is %d pixels wider than the window", k.name, v.name, wide)
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

// axe runs axe-core in the page.
func axe(t *testing.T, ctx context.Context) []violation {
	t.Helper()
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](axeScript+`;axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r =>
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
