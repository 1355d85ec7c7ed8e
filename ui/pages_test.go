package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"uhri"
	"uhri/index"
)

// maxPage is what the first page of results may weigh on the wire, in bytes.
const maxPage = 100_000

func parse(t testing.TB, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryPageKeepsTheRules(t *testing.T) {
	srv := site(t, options(false))
	for _, k := range pageKinds {
		if k.status == http.StatusMovedPermanently {
			continue
		}
		res, body := get(t, srv, k.path)
		if res.StatusCode >= 500 {
			t.Errorf("%s: status %d", k.name, res.StatusCode)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
			"Referrer-Policy":         "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", "Set-Cookie": "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", k.name, name, got, want)
			}
		}
		doc := parse(t, body)
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s: %d h1", k.name, n)
		}
		if doc.Find("[style], style, script:not([type='application/ld+json'], [src]), [onclick], iframe").Length() > 0 {
			t.Errorf("%s: something is inline", k.name)
		}
		doc.Find("[src], link[href], form[action]").Each(func(_ int, s *goquery.Selection) {
			for _, a := range []string{"src", "href", "action"} {
				if v, ok := s.Attr(a); ok && !strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "https://portal.example") {
					t.Errorf("%s: loads %s", k.name, v)
				}
			}
		})
		// Help stands at the same place everywhere: the last entry of the navigation; reporting a problem the last of the foot.
		if nav, foot := doc.Find(".nav li:not([data-mine]) a").Last().AttrOr("href", ""), doc.Find("#foot .cols a").Last().AttrOr("href", ""); nav != "/help" || foot != "mailto:desk@portal.example" {
			t.Errorf("%s: help is at %q, reporting a problem at %q", k.name, nav, foot)
		}
		if strings.Contains(doc.Find("#foot").Text(), "None published yet") {
			t.Errorf("%s: the foot knows no snapshot", k.name)
		}
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			if id := s.AttrOr("id", ""); ids[id] {
				t.Errorf("%s: id %q stands twice", k.name, id)
			} else {
				ids[id] = true
			}
		})
		if strings.Contains(body, "⟦") {
			t.Errorf("%s: a text is missing from the words: %s", k.name, regexp.MustCompile(`⟦[^⟧]*⟧`).FindString(body))
		}
		if strings.Contains(body, "<i>Nowhere</i>") || strings.Contains(body, "¶&nbsp;<b>1") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: a text of others came through as markup, or a template refused a value", k.name)
		}
	}
}

// Every link inside the portal leads somewhere. Links of searches are sampled: there are thousands.
func TestLinksLeadSomewhere(t *testing.T) {
	srv := site(t, options(false))
	checked := map[string]bool{}
	for _, k := range pageKinds {
		_, body := get(t, srv, k.path)
		searches := 0
		parse(t, body).Find("a[href]").Each(func(_ int, s *goquery.Selection) {
			to, _, _ := strings.Cut(s.AttrOr("href", ""), "#")
			if to == "" || !strings.HasPrefix(to, "/") || checked[to] || notOurs(to) {
				return
			}
			if strings.HasPrefix(to, "/search") {
				if searches++; searches > 12 {
					return
				}
			}
			checked[to] = true
			res, page := get(t, srv, to)
			if res.StatusCode >= 400 && !strings.Contains(k.name, "none") && res.StatusCode != k.status {
				t.Errorf("%s links to %s: status %d", k.name, to, res.StatusCode)
			}
			if strings.HasPrefix(to, "/search") && parse(t, page).Find("#fh").Length() > 0 && k.name != "search-fault" {
				t.Errorf("%s links to %s, which the search cannot read: %s", k.name, to, parse(t, page).Find(".faults").Text())
			}
		})
	}
	if len(checked) < 100 {
		t.Errorf("only %d links checked", len(checked))
	}
}

// notOurs are addresses other packages answer.
func notOurs(to string) bool {
	path, _, _ := strings.Cut(to, "?")
	return strings.HasPrefix(path, "/api/v1") || strings.HasPrefix(path, "/search.") || strings.HasPrefix(path, "/data/") || strings.HasSuffix(path, ".atom") || strings.HasSuffix(path, ".feed.json") || strings.Contains(path, "/matrix.") || strings.HasSuffix(path, "/impact-oss.csv") || path == "/openapi.json" || path == "/data-dictionary.json"
}

// Each number in a filter is the total after choosing it; each chip takes its own filter away.
func TestCountsAreKept(t *testing.T) {
	srv := site(t, options(false))
	for _, path := range []string{"/search?q=detention", "/search?country=XAA&group=children", "/search?q=women&group.all=children&not.theme=budget-resources", "/search?lang=ar", "/search?from=2015&to=2020"} {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		total := number(doc.Find("#rh").Contents().First().Text())
		form := doc.Find(".rail form")
		fields := url.Values{}
		form.Find("input[type=hidden], input:not([type])").Each(func(_ int, s *goquery.Selection) { fields.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
		var boxes []*goquery.Selection
		form.Find("input[type=checkbox][name]").Each(func(_ int, s *goquery.Selection) {
			if _, on := s.Attr("checked"); on {
				fields.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
			} else if !strings.HasPrefix(s.AttrOr("name", ""), "not.") {
				boxes = append(boxes, s)
			}
		})
		_, again := get(t, srv, "/search?"+formValues(fields).Encode())
		if got := number(parse(t, again).Find("#rh").Contents().First().Text()); got != total {
			t.Errorf("%s: submitting the filters untouched gives %d, not %d", path, got, total)
		}
		tried := 0
		for i, box := range boxes {
			name, value := box.AttrOr("name", ""), box.AttrOr("value", "")
			// With a value chosen already the count is of another question; a language changes what is searched, not
			// only which records are kept. An origin changes whose labels count, and its number says so.
			if fields.Has(name) || name == "lang" || i%5 != 0 && name != "origin" {
				continue
			}
			tried++
			want := number(box.Parent().Find(".n").Contents().First().Text())
			chosen := url.Values{}
			for k, v := range fields {
				chosen[k] = slices.Clone(v)
			}
			chosen.Add(name, value)
			_, page := get(t, srv, "/search?"+formValues(chosen).Encode())
			got := number(parse(t, page).Find("#rh").Contents().First().Text())
			if got != want {
				t.Errorf("%s: %s=%s promises %d and gives %d", path, name, value, want, got)
			}
		}
		if tried < 5 {
			t.Errorf("%s: only %d values tried", path, tried)
		}
		chips := doc.Find(".chips li:not(.all) a")
		chips.Each(func(_ int, s *goquery.Selection) {
			_, page := get(t, srv, s.AttrOr("href", ""))
			if left := parse(t, page).Find(".chips li:not(.all) a").Length(); left != chips.Length()-1 {
				t.Errorf("%s: removing %q leaves %d of %d chips", path, s.Text(), left, chips.Length())
			}
		})
	}
}

func number(s string) int {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	n, _ := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	return n
}

// Following the pager from the first page to the last meets every result once.
func TestPagerMeetsEverything(t *testing.T) {
	srv := site(t, options(false))
	seen := map[string]bool{}
	total := 0
	for path, pages := "/search?q=detention&limit=50", 0; path != ""; pages++ {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		total = number(doc.Find("#rh").Contents().First().Text())
		doc.Find(".hit h3 a").Each(func(_ int, s *goquery.Selection) {
			id, _, _ := strings.Cut(s.AttrOr("href", ""), "?")
			if seen[id] {
				t.Errorf("%s stands on two pages", id)
			}
			seen[id] = true
		})
		path = doc.Find(`.pager a[rel~="next"]`).AttrOr("href", "")
		if pages > 50 {
			t.Fatal("the pager does not end")
		}
	}
	if len(seen) != total {
		t.Errorf("met %d of %d", len(seen), total)
	}
}

// From a hit to its record and along the list by "next", the marks stay and the way back leads to the list.
func TestWalkKeepsTheList(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/search?q=detention&limit=10&page=2")
	var want []string
	parse(t, body).Find(".hit h3 a").Each(func(_ int, s *goquery.Selection) { want = append(want, s.AttrOr("href", "")) })
	at := want[0]
	for i, w := range want {
		if at != w {
			t.Fatalf("record %d: next leads to %s, want %s", i, at, w)
		}
		_, page := get(t, srv, at)
		doc := parse(t, page)
		if doc.Find(".text mark, .side mark").Length() == 0 {
			t.Errorf("%s: the marks are lost", at)
		}
		if back := doc.Find(".walk a").First().AttrOr("href", ""); back != "/search?q=detention&limit=10&page=2" {
			t.Errorf("%s: back leads to %s", at, back)
		}
		at = doc.Find(`.walk a[rel~="next"]`).AttrOr("href", "")
	}
}

func TestAnswers(t *testing.T) {
	srv := site(t, options(false))
	early := options(false)
	early.Searcher = brokenSearcher{uhri.Errorf(uhri.Unavailable, "Search", "nothing is published yet")}
	waiting := site(t, early)
	slow := options(false)
	slow.Searcher = brokenSearcher{uhri.Errorf(uhri.Timeout, "Search", "too slow")}
	timeout := site(t, slow)
	for _, c := range []struct {
		name, path, text string
		at               *httptest.Server
		status           int
		to               string
	}{
		{name: "nonsense is answered", path: "/search?q=!%40%23+%2A+%28+~+%5E2", status: 200, text: "What we did with your query"},
		{name: "a query we cannot read", path: "/search?country=XAA&q=" + strings.Repeat("a+OR+", 600) + "b", status: 400, text: "We could not read this query"},
		{name: "what a form leaves empty is no part of the address", path: "/search?q=x&from=&country=&country=XAA&theme=+", status: 303, to: "/search?country=XAA&q=x"},
		{name: "a form left empty", path: "/search?q=", status: 200},
		{name: "an unknown parameter is told", path: "/search?contry=XAA", status: 200, text: "contry=XAA"},
		{name: "an impossible filter finds nothing", path: "/search?country=Atlantis", status: 200, text: "Nothing matches"},
		{name: "an old snapshot", path: "/search?snapshot=2020-01-01.1", status: 410, text: "no longer kept"},
		{name: "a withdrawn record", path: "/r/00000000-0000-5000-8000-00000000dead", status: 410, text: "What it said at last."},
		{name: "a merged record", path: "/r/00000000-0000-5000-8000-0000000000aa", status: 301, to: "/r/00000000-0000-5000-8000-000000000001"},
		{name: "an unknown record", path: "/r/nothing", status: 404, text: "no passage with this identifier"},
		{name: "a record for programs", path: "/r/00000000-0000-5000-8000-000000000001.json", status: 307, to: "/api/v1/recommendations/00000000-0000-5000-8000-000000000001"},
		{name: "an identifier in capitals", path: "/r/00000000-0000-5000-8000-00000000DEAD", status: 410},
		{name: "a document for programs", path: "/d/DEMO/A/HRC/30/10.json", status: 307, to: "/api/v1/documents?symbol=DEMO%2FA%2FHRC%2F30%2F10"},
		{name: "a symbol written otherwise", path: "/d/cedaw/c/ken/co/8", status: 301, to: "/d/CEDAW/C/KEN/CO/8"},
		{name: "a document all of which was withdrawn", path: "/d/DEMO/A/HRC/30/99", status: 410, text: "/r/00000000-0000-5000-8000-00000000dea2"},
		{name: "a document all of which was taken down", path: "/d/DEMO/A/HRC/30/98", status: 410, text: "was taken down"},
		{name: "a document that is not here", path: "/d/CEDAW/C/KEN/CO/8", status: 404, text: "https://docs.un.org/en/CEDAW/C/KEN/CO/8"},
		{name: "no symbol", path: "/d/44", status: 404, text: "not a document symbol"},
		{name: "no page", path: "/nowhere", status: 404, text: "no page at this address"},
		{name: "no chapter", path: "/help/nothing", status: 404},
		{name: "the first chapter has one address", path: "/help/query", status: 301, to: "/help"},
		{name: "before the first publish", at: waiting, path: "/search?q=x", status: 503, text: "The first harvest is running"},
		{name: "before the first publish, status answers", at: waiting, path: "/status", status: 200, text: "no snapshot"},
		{name: "before the first publish, help answers", at: waiting, path: "/help", status: 200},
		{name: "a search that takes too long", at: timeout, path: "/search?q=x", status: 504, text: "took too long"},
	} {
		at := srv
		if c.at != nil {
			at = c.at
		}
		res, body := get(t, at, c.path)
		if res.StatusCode != c.status || !strings.Contains(body, c.text) || res.Header.Get("Location") != c.to {
			t.Errorf("%s: GET %s: status %d to %q, want %d to %q with %q in\n%s", c.name, c.path, res.StatusCode, res.Header.Get("Location"), c.status, c.to, c.text, parse(t, body).Find("main").Text())
		}
	}
}

// HEAD answers as GET does, without the body.
func TestHead(t *testing.T) {
	srv := site(t, options(false))
	for _, path := range []string{"/", "/search?q=detention", "/static/portal.css"} {
		res, err := http.Head(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("HEAD %s: status %d", path, res.StatusCode)
		}
	}
}

// A passage without symbol belongs to no document: neither neighbours nor a document page are made of the empty symbol.
func TestNoSymbolNoDocument(t *testing.T) {
	srv := site(t, options(false))
	bare := pageKinds[slices.IndexFunc(pageKinds, func(k pageKind) bool { return k.name == "record-bare" })].path
	_, body := get(t, srv, bare)
	if parse(t, body).Find("#h-near, a[href='/d/']").Length() > 0 {
		t.Error("a record without symbol has neighbours")
	}
	if res, _ := get(t, srv, "/d/"); res.StatusCode != http.StatusNotFound {
		t.Errorf("/d/: status %d", res.StatusCode)
	}
}

// What is asked for never reaches the log, even where the engine's error quotes it.
func TestLogHoldsNoQuery(t *testing.T) {
	var log bytes.Buffer
	o := options(false)
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	o.Searcher = quotingSearcher{}
	srv := site(t, o)
	res, _ := get(t, srv, "/search?q=my+secret+words&country=XAA")
	if res.StatusCode != http.StatusInternalServerError {
		t.Fatalf("status %d", res.StatusCode)
	}
	if !strings.Contains(log.String(), "route=/search") || strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "XAA") {
		t.Errorf("log: %s", log.String())
	}
}

func TestFirstPageIsLight(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/search?q=detention+women")
	var wire bytes.Buffer
	zip := gzip.NewWriter(&wire)
	if _, err := zip.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	css, err := os.ReadFile(filepath.Join("static", "portal.css"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zip.Write(css); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("page %d bytes, style sheet %d, together compressed %d", len(body), len(css), wire.Len())
	if wire.Len() > maxPage {
		t.Errorf("the first page weighs %d bytes with its style sheet", wire.Len())
	}
}

// Every word of the interface that is used is written down, and what is written down is used.
func TestWordsAreComplete(t *testing.T) {
	all, err := readWords(wordFiles, "words")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, pattern := range []string{"*.go", "templates/*"} {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	text := source.String()
	en := all["en"]
	for _, m := range regexp.MustCompile(`\{\{-?[^}]*?\b(?:th?|tn|tnh) "([a-z0-9._-]+)"|(?:Text|HTML|Count|CountHTML)\("([a-z0-9._-]+)"[,)]`).FindAllStringSubmatch(text, -1) {
		key := m[1] + m[2]
		if !en.has(key) && !en.has(key+".other") {
			t.Errorf("%q is used and not written down", key)
		}
	}
	for key := range en.texts {
		base := regexp.MustCompile(`\.(one|other|few|many|two|zero)$`).ReplaceAllString(key, "")
		used := strings.Contains(text, `"`+base+`"`)
		for at := strings.IndexByte(base, '.'); at >= 0 && !used; { // keys completed at run time: "mech." + …
			used = strings.Contains(text, `"`+base[:at+1])
			next := strings.IndexByte(base[at+1:], '.')
			if next < 0 {
				break
			}
			at += next + 1
		}
		if !used {
			t.Errorf("%q is written down and not used", key)
		}
	}
}

func TestClipKeepsMarksWhole(t *testing.T) {
	text := strings.Repeat("word ", 150) + "the needle here " + strings.Repeat("more ", 150)
	at := strings.Index(text, "needle")
	pieces, front, back := clip(text, []index.Span{{Start: at, End: at + 6}})
	var got []string
	for _, p := range pieces {
		if p.Mark {
			got = append(got, p.Text)
		}
	}
	if diff := cmp.Diff([]string{"needle"}, got); diff != "" || !front || !back {
		t.Errorf("front %v, back %v, marks (-want +got):\n%s", front, back, diff)
	}
	pieces, front, back = clip("short", []index.Span{{Start: 0, End: 5}})
	if diff := cmp.Diff([]Piece{{Text: "short", Mark: true}}, pieces); diff != "" || front || back {
		t.Errorf("front %v, back %v, (-want +got):\n%s", front, back, diff)
	}
}

func TestCompareFindsRepairs(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		want                []Edit
	}{
		{name: "nothing", before: "as it was", after: "as it was", want: []Edit{{"as it was", ""}}},
		{name: "a broken word", before: "in pre- trial detention", after: "in pre-trial detention", want: []Edit{{"in pre-", ""}, {" ", "cut"}, {"trial detention", ""}}},
		{name: "all is new", before: "a", after: "b", want: []Edit{{"a", "cut"}, {"b", "add"}}},
	} {
		if diff := cmp.Diff(c.want, compare(c.before, c.after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if compare(strings.Repeat("a ", 5000), "b") != nil {
		t.Error("a text too long to compare was compared")
	}
}

// Every mark and every number of a chart, every bar, every tile and what has no mark leads to a list with that many
// results.
func TestMarksLeadToTheirCount(t *testing.T) {
	srv := site(t, options(false))
	counts := map[string]int{}
	total := func(to string) int {
		if n, ok := counts[to]; ok {
			return n
		}
		_, body := get(t, srv, to)
		doc := parse(t, body)
		if strings.HasPrefix(to, "/search") {
			counts[to] = number(doc.Find("#rh").Contents().First().Text())
		} else { // a browsing page says it in its first sentence
			counts[to] = number(doc.Find(".head .lede b.n").First().Text())
		}
		return counts[to]
	}
	unknown := 0
	for _, path := range []string{"/", "/sdg", "/sdg/5", "/sdg/5.2", "/country/XAA", "/country/XAB?latest=yes", "/theme", "/theme/access-to-justice-remedy", "/group", "/group/children?q=detention", "/mechanism", "/mechanism/upr", "/mechanism/treaty_body", "/body/cedaw", "/recommending/XAC", "/country", "/recommending"} {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		marks := 0
		check := func(what, to string, want int) {
			marks++
			if strings.Contains(to, "=unknown") {
				unknown++
			}
			if got := total(to); got != want {
				t.Errorf("%s: %s says %d and leads to %d: %s", path, what, want, got, to)
			}
		}
		doc.Find(".chart svg a, .sky a").Each(func(_ int, s *goquery.Selection) {
			label := s.AttrOr("aria-label", "")
			_, n, _ := strings.Cut(label, ": ")
			check(label, s.AttrOr("href", ""), number(n))
		})
		doc.Find(".chart td a, .chart .shares a, .under span a").Each(func(_ int, s *goquery.Selection) {
			check("the number of "+s.Parent().Text(), s.AttrOr("href", ""), number(s.Text()))
		})
		doc.Find("main .bars li, .tiles li").Each(func(_ int, s *goquery.Selection) {
			s.Find("a").Each(func(_ int, a *goquery.Selection) { // a target's name leads to its page, its number to the list
				check(a.Text(), a.AttrOr("href", ""), number(s.Find(".n").Last().Text()))
			})
		})
		if heading := doc.Find(".head .lede b.n"); heading.Length() == 1 && strings.Count(path, "/") == 2 {
			check("the heading", doc.Find(".head a.btn").AttrOr("href", ""), number(heading.Text()))
		}
		if marks < 5 {
			t.Errorf("%s: only %d marks", path, marks)
		}
		if notes := doc.Find("main .note").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "not how well it does") }); notes.Length() != 1 {
			t.Errorf("%s: says %d times that volume is not performance", path, notes.Length())
		}
	}
	if unknown < 20 {
		t.Errorf("only %d of the marks are of what is unknown", unknown)
	}
}

// What a chart draws and what it cannot draw are all the passages it is said to be of.
func TestChartsAddUp(t *testing.T) {
	srv := site(t, options(false))
	for _, c := range []struct {
		path, chart string
		column      int // counted from the end, of what must add up
	}{
		{"/sdg/5", "time", 1}, {"/country/XAA", "time", 1}, {"/mechanism/treaty_body", "time", 1}, {"/country/XAA?q=detention", "time", 1},
		{"/sdg/5", "mechanisms", 1}, {"/country/XAA", "mechanisms", 1}, {"/mechanism/upr", "positions", 1}, {"/country/XAA", "by-type", 1},
	} {
		_, body := get(t, srv, c.path)
		want := number(parse(t, body).Find(".head .lede b.n").First().Text())
		sep := "?"
		if strings.Contains(c.path, "?") {
			sep = "&"
		}
		_, file := get(t, srv, c.path+sep+"chart="+c.chart+".csv")
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatalf("%s %s: %v", c.path, c.chart, err)
		}
		sum := 0
		for _, r := range rows[1:] {
			n, err := strconv.Atoi(r[len(r)-c.column])
			if err != nil {
				t.Errorf("%s %s: %q is not a number", c.path, c.chart, r[len(r)-c.column])
			}
			sum += n
		}
		if sum != want || want == 0 {
			t.Errorf("%s: the rows of %s add up to %d, the page says %d", c.path, c.chart, sum, want)
		}
	}
}

// A label that a spreadsheet would run as a formula is text in a chart's CSV.
func TestChartCSVHoldsNoFormula(t *testing.T) {
	for _, label := range []string{"=HYPERLINK(1)", "+1", "-1", "@a", "\t=1"} {
		text, err := Table{Head: []string{"a", "b"}, Rows: []TableRow{{Label: label, Cells: []Cell{{Count: 1}}}}}.CSV()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || rows[1][0] != "'"+label {
			t.Errorf("%q became %q, %v", label, rows[1][0], err)
		}
	}
}

// The files of a chart hold what is plotted.
func TestChartFiles(t *testing.T) {
	srv := site(t, options(false))
	for _, path := range []string{"/sdg/5", "/country/XAA", "/country", "/sdg", "/theme", "/mechanism/special_procedure", "/group/children?q=detention"} {
		_, body := get(t, srv, path)
		files := 0
		parse(t, body).Find("a[download]").Each(func(_ int, s *goquery.Selection) {
			to := s.AttrOr("href", "")
			if notOurs(to) {
				return
			}
			files++
			res, file := get(t, srv, to)
			if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: status %d, %q", to, res.StatusCode, res.Header.Get("Content-Disposition"))
			}
			switch {
			case strings.Contains(to, ".csv"):
				rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
				if err != nil || len(rows) < 2 {
					t.Errorf("%s: %d rows, %v", to, len(rows), err)
				}
			case strings.Contains(to, ".svg"):
				for _, want := range []string{"<title", "<desc", "not how well it does", "Snapshot ", "https://portal.example/"} {
					if !strings.Contains(file, want) {
						t.Errorf("%s lacks %q", to, want)
					}
				}
				if regexp.MustCompile(`[0-9]%|class=|ZgotmplZ|<script|href=`).MatchString(file) {
					t.Errorf("%s is not a drawing for every viewer", to)
				}
				for dec := xml.NewDecoder(strings.NewReader(file)); ; {
					if _, err := dec.Token(); err == io.EOF {
						break
					} else if err != nil {
						t.Errorf("%s: %v", to, err)
						break
					}
				}
			}
		})
		if files < 2 {
			t.Errorf("%s: no files", path)
		}
	}
}

// streams counts how often everything is read.
type streams struct {
	index.Searcher
	n int
}

func (s *streams) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	s.n++
	return s.Searcher.Stream(ctx, req, yield)
}

// When documents changed is read out of all records, once a snapshot and not once a crawler.
func TestSitemapReadsEverythingOnce(t *testing.T) {
	o := options(false)
	s := &streams{Searcher: o.Searcher}
	o.Searcher = s
	srv := site(t, o)
	_, first := get(t, srv, "/sitemap/documents-1.xml")
	if _, second := get(t, srv, "/sitemap/documents-1.xml"); second != first || s.n != 1 || !strings.Contains(first, "<lastmod>") {
		t.Errorf("everything was read %d times", s.n)
	}
}

func TestCrawlers(t *testing.T) {
	srv := site(t, options(false))
	demo := site(t, options(true))
	_, robots := get(t, srv, "/robots.txt")
	for _, line := range []string{"Disallow: /search\n", "Disallow: /q/\n", "Disallow: /*?\n", "Disallow: /data/\n", "Disallow: /country/*/\n", "Sitemap: https://portal.example/sitemap.xml"} {
		if !strings.Contains(robots, line) {
			t.Errorf("robots.txt lacks %q:\n%s", line, robots)
		}
	}
	if _, robots = get(t, demo, "/robots.txt"); robots != "User-agent: *\nDisallow: /\n" {
		t.Errorf("robots.txt of a demonstration:\n%s", robots)
	}
	if res, _ := get(t, demo, "/sitemap.xml"); res.StatusCode != http.StatusNotFound {
		t.Errorf("sitemap of a demonstration: status %d", res.StatusCode)
	}
	_, sitemaps := get(t, srv, "/sitemap.xml")
	locs := regexp.MustCompile(`<loc>https://portal.example([^<]*)</loc>`).FindAllStringSubmatch(sitemaps, -1)
	if len(locs) != 3 {
		t.Fatalf("%d sitemaps:\n%s", len(locs), sitemaps)
	}
	listed := map[string]bool{}
	for _, l := range locs {
		res, part := get(t, srv, l[1])
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", l[1], res.StatusCode)
		}
		if strings.Contains(l[1], "documents") || strings.Contains(l[1], "records") {
			if n, dated := strings.Count(part, "<loc>"), strings.Count(part, "<lastmod>2026-11-20</lastmod>"); n != dated || n == 0 {
				t.Errorf("%s: %d addresses, %d of them dated", l[1], n, dated)
			}
		}
		for i, e := range regexp.MustCompile(`<loc>https://portal.example([^<]*)</loc>`).FindAllStringSubmatch(part, -1) {
			if listed[e[1]] {
				t.Errorf("%s is listed twice", e[1])
			}
			listed[e[1]] = true
			if i%25 == 0 {
				if res, page := get(t, srv, e[1]); res.StatusCode != http.StatusOK || parse(t, page).Find(`meta[name="robots"]`).Length() > 0 {
					t.Errorf("%s is listed, and answers %d or asks not to be indexed", e[1], res.StatusCode)
				}
			}
		}
	}
	if len(listed) < len(corpus()) {
		t.Errorf("only %d addresses listed", len(listed))
	}
	for path, want := range map[string]string{"/search?q=x": "noindex", "/country/XAA?latest=yes": "noindex", "/country/XAA": "", "/country/KEN": "noindex", "/r/00000000-0000-5000-8000-000000000006": ""} {
		_, page := get(t, srv, path)
		if got := parse(t, page).Find(`meta[name="robots"]`).AttrOr("content", ""); got != want {
			t.Errorf("%s: robots %q, want %q", path, got, want)
		}
	}
	_, page := get(t, srv, "/r/00000000-0000-5000-8000-000000000006?q=detention&at=3")
	if got := parse(t, page).Find(`link[rel="canonical"]`).AttrOr("href", ""); got != "https://portal.example/r/00000000-0000-5000-8000-000000000006" {
		t.Errorf("canonical address of a record: %s", got)
	}
	_, search := get(t, srv, "/search?q=detention")
	parse(t, search).Find(".rail a, .chips a, .pager a, .take a").Each(func(_ int, s *goquery.Selection) {
		if !strings.Contains(s.AttrOr("rel", ""), "nofollow") && !strings.HasPrefix(s.AttrOr("href", ""), "#") {
			t.Errorf("a crawler may follow %s", s.AttrOr("href", ""))
		}
	})
}

// What a page says of itself to search engines and to those who are sent its link parses, has the type of its kind, and
// names the page's own address.
func TestStructuredData(t *testing.T) {
	srv := site(t, options(false))
	types := map[string]string{"home": "WebSite", "data": "Dataset", "sdg-5": "Dataset", "sdg-5.2": "Dataset", "country-xaa": "Dataset", "country-latest": "Dataset", "country-empty": "Dataset",
		"theme-one": "Dataset", "group-one": "Dataset", "mechanism-upr": "Dataset", "body-one": "Dataset", "recommending-one": "Dataset",
		"record": "CreativeWork", "record-plain": "CreativeWork", "record-bare": "CreativeWork", "record-arabic": "CreativeWork", "record-empty": "CreativeWork",
		"document-upr": "Report", "document-tb": "Report",
		"sdg": "CollectionPage", "country": "CollectionPage", "theme": "CollectionPage", "group": "CollectionPage", "mechanism": "CollectionPage", "recommending": "CollectionPage",
		"status": "WebPage", "help": "Article", "help-filters": "Article", "help-use": "Article", "privacy": "Article", "methodology": "Article", "accessibility": "Article",
		"dictionary": "Article", "api": "Article"}
	for _, k := range pageKinds {
		if k.status == http.StatusMovedPermanently {
			continue
		}
		_, body := get(t, srv, k.path)
		doc := parse(t, body)
		script := doc.Find(`script[type="application/ld+json"]`)
		if want := types[k.name]; want == "" {
			if script.Length() > 0 {
				t.Errorf("%s says what it is, and no test says what it should be: %s", k.name, script.Text())
			}
		} else {
			var found map[string]any
			if err := json.Unmarshal([]byte(script.Text()), &found); err != nil || strings.TrimSuffix(fmt.Sprint(found["@context"]), "/") != "https://schema.org" || found["@type"] != want {
				t.Errorf("%s: structured data %v, %v, want a %s", k.name, found, err, want)
			}
			if canonical := doc.Find(`link[rel="canonical"]`).AttrOr("href", "none"); found["url"] != canonical {
				t.Errorf("%s: its data is of %v, its address is %s", k.name, found["url"], canonical)
			}
		}
		for _, property := range []string{"og:title", "og:site_name", "og:type"} {
			if doc.Find(`meta[property="`+property+`"]`).AttrOr("content", "") == "" {
				t.Errorf("%s has no %s", k.name, property)
			}
		}
	}
}

// The description of the search keeps to OpenSearch 1.1: its names, lengths and templates.
func TestOpenSearch(t *testing.T) {
	for _, demo := range []bool{false, true} {
		res, body := get(t, site(t, options(demo)), "/opensearch.xml")
		var d struct {
			XMLName                               xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
			ShortName, Description, InputEncoding string
			Url                                   []struct {
				Type     string `xml:"type,attr"`
				Template string `xml:"template,attr"`
			}
		}
		if err := xml.Unmarshal([]byte(body), &d); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "application/opensearchdescription+xml") || d.ShortName == "" || len(d.ShortName) > 16 || d.Description == "" || len(d.Description) > 1024 || d.InputEncoding != "UTF-8" || len(d.Url) != 2 || d.Url[0].Type != "text/html" {
			t.Errorf("%+v", d)
		}
		for _, to := range d.Url {
			if !strings.HasPrefix(to.Template, "https://portal.example/") || strings.Count(to.Template, "{searchTerms}") != 1 {
				t.Errorf("template %s", to.Template)
			}
		}
	}
}

// The style sheet speaks of start and end, never of left and right, so that it serves both directions; and it has rules
// for people who asked for less motion and for their own colours.
func TestStyleSheetIsLogical(t *testing.T) {
	css, err := staticFiles.ReadFile("static/portal.css")
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(css), "")
	physical := regexp.MustCompile(`(?:^|[;{\s])((?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[a-z-]*|border-(?:top|bottom)-(?:left|right)-radius|left|right|top|bottom|(?:min-|max-)?(?:width|height)|overflow-[xy]|(?:float|clear|text-align|caption-side)\s*:\s*(?:left|right))\s*[:;}]`)
	for _, m := range physical.FindAllStringSubmatch(plain, -1) {
		if m[1] != "overflow-x" && m[1] != "overflow-y" { // Chromium lacks their logical names
			t.Errorf("%s names a side of the screen", m[1])
		}
	}
	if !physical.MatchString("a{margin-left:0}") || !physical.MatchString("a{width:1px}") || !physical.MatchString("a{color:red;text-align:left}") || physical.MatchString("a{margin-inline-start:0}") {
		t.Error("the pattern is broken")
	}
	for _, query := range []string{"(prefers-reduced-motion:reduce)", "(forced-colors:active)", "(prefers-color-scheme:dark)", "@media print"} {
		if !strings.Contains(plain, query) {
			t.Errorf("no rule for %s", query)
		}
	}
}

// The address is the state: whatever its filters' order and spelling, a page names one canonical address.
func TestCanonicalAddress(t *testing.T) {
	srv := site(t, options(false))
	for _, path := range []string{"/search?country=XAA&country=XAB&q=detention", "/search?q=detention&country=XAB&country=XAA", "/search?q=detention&country=Umbrezia&country=Qaldora&page=2&limit=10"} {
		_, body := get(t, srv, path)
		if got, want := parse(t, body).Find(`link[rel="canonical"]`).AttrOr("href", ""), "https://portal.example/search?q=detention&country=XAA&country=XAB"; got != want {
			t.Errorf("%s: canonical %s, want %s", path, got, want)
		}
	}
}

// A page that says what is not there still says which snapshot there is.
func TestNoticesNameTheSnapshot(t *testing.T) {
	o := options(false)
	srv := site(t, o)
	st, err := o.Searcher.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/nowhere", "/d/CEDAW/C/KEN/CO/8", "/r/nothing", "/help/nothing"} {
		if _, body := get(t, srv, path); !strings.Contains(body, st.Current.ID) {
			t.Errorf("%s says that nothing is published", path)
		}
	}
}
