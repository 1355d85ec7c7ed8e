package ui

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// shownNumber is a count on a page and where it leads.
type shownNumber struct {
	what string
	n    int
	more bool   // n is how many more than the page has
	to   string // "" where the number leads nowhere
}

var countText = regexp.MustCompile(`^\+?[0-9]{1,3}(,[0-9]{3})*( |$)`)

// numbersOf finds the counts of a page: what is set in the figures of counts, and the labels of marks. A number leads
// where it stands in a link, or where the link of its line or row leads, or to the search with its box ticked.
func numbersOf(doc *goquery.Document, at string) (out []shownNumber) {
	here, _ := url.Parse(at)
	doc.Find("main .n, #foot .n, #foot a").Each(func(_ int, s *goquery.Selection) {
		text := strings.TrimSpace(s.Contents().First().Text())
		if !countText.MatchString(text) || strings.HasSuffix(text, "%") || s.Closest("th, .range, .pager, .para, .num, code, .walk").Length() > 0 || s.HasClass("field") {
			return
		}
		found := shownNumber{what: strings.Join(strings.Fields(s.Parent().Text()), " "), n: number(strings.TrimPrefix(text, "+")), more: strings.HasPrefix(text, "+")}
		found.what = found.what[:min(len(found.what), 80)]
		link := s.Closest("a")
		switch box := s.Parent().Find("input[type=checkbox][name]"); {
		case link.Length() > 0:
			found.to = link.AttrOr("href", "")
		case s.Closest("tr[aria-current=true]").Length() > 0:
			found.to = at
		case box.Length() == 1:
			q := here.Query()
			name, value := box.AttrOr("name", ""), box.AttrOr("value", "")
			if q.Has(name) || name == "lang" { // counted beside the chosen ones; a language changes what is searched
				return
			}
			q.Add(name, value)
			q.Del("page")
			found.to = here.Path + "?" + q.Encode()
		default:
			row := s.Closest("tr")
			if row.Find("td.n").Length() != 1 {
				row = row.Not("tr")
			}
			for _, link := range []*goquery.Selection{s.Find("a[href]"), s.PrevAllFiltered("a").First(), s.Closest("li, p").Find("a[href]").First(), row.Find("th a[href]").First()} {
				if found.to == "" {
					found.to = link.AttrOr("href", "")
				}
			}
		}
		out = append(out, found)
	})
	doc.Find("main svg a[aria-label]").Each(func(_ int, s *goquery.Selection) {
		if _, n, ok := strings.Cut(s.AttrOr("aria-label", ""), ": "); ok && countText.MatchString(n) {
			out = append(out, shownNumber{what: s.AttrOr("aria-label", ""), n: number(n), to: s.AttrOr("href", "")})
		}
	})
	return out
}

// numberOf is how many passages a page is of: a list says it above its first, a browsing page in its first sentence.
func numberOf(doc *goquery.Document) int {
	if list := doc.Find("#rh"); list.Length() > 0 {
		return number(list.Contents().First().Text())
	}
	return number(doc.Find(".head .lede b.n").First().Text())
}

// holdNumbers follows the numbers of pages, at most so many of a page, spread over it: each leads to a page of that many
// passages.
func holdNumbers(t *testing.T, srv *httptest.Server, paths []string, most int) {
	totals := map[string]int{}
	followed := 0
	for _, path := range paths {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		shown := numbersOf(doc, path)
		if len(shown) == 0 {
			t.Errorf("%s shows no number", path)
		}
		for _, s := range shown {
			if s.to == "" && s.n > 0 {
				t.Errorf("%s: %d leads nowhere: %s", path, s.n, s.what)
			}
		}
		step := (len(shown) + most - 1) / most
		for i, s := range shown {
			if i%step != 0 || s.to == "" || strings.HasPrefix(s.to, "/status") {
				continue
			}
			if _, ok := totals[s.to]; !ok {
				_, to := get(t, srv, s.to)
				totals[s.to] = numberOf(parse(t, to))
			}
			want := s.n
			if s.more {
				want += numberOf(doc)
			}
			followed++
			if totals[s.to] != want {
				t.Errorf("%s: %q says %d and leads to %d: %s", path, s.what, s.n, totals[s.to], s.to)
			}
		}
	}
	t.Logf("%d numbers followed", followed)
}

// Every number of passages on every kind of page leads to a page of that many. The status and the changes count runs
// and entries of the log, and how many passages a source has no search can tell.
func TestEveryNumberLeadsToItsCount(t *testing.T) {
	var paths []string
	for _, k := range pageKinds {
		_, body := get(t, site(t, options(false)), k.path)
		if k.status == 0 && !slices.Contains([]string{"status", "changes"}, k.name) && parse(t, body).Find("#foot a[href='/search']").Length() > 0 {
			paths = append(paths, k.path)
		}
	}
	if len(paths) < 35 {
		t.Errorf("only %d kinds of page: %q", len(paths), paths)
	}
	holdNumbers(t, site(t, options(false)), paths, 40)
}

// The same over the real records.
func TestRealNumbersLeadToTheirCount(t *testing.T) {
	holdNumbers(t, realSite(t), []string{
		"/", "/search?q=torture+prison", "/search?q=%22death+penalty%22&country=CHN&from=2015", "/search?q=child&goal=5&group.all=children&not.theme=budget-resources", "/search?mechanism=upr&cycle=3&collapse=ask",
		"/sdg", "/sdg/5", "/sdg/5.2", "/country", "/country/KEN", "/country/UGA?latest=yes", "/country/MEX?q=disappear*", "/theme", "/theme/access-to-justice-remedy", "/group", "/group/children",
		"/mechanism", "/mechanism/upr", "/mechanism/special_procedure", "/body/cedaw", "/recommending", "/recommending/FRA", "/methodology", "/data", "/help", "/api",
	}, 16)
}
