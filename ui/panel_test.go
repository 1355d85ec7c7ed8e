package ui

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"uhri/index"
	"uhri/index/searchurl"
)

// With a State chosen the other States still stand under their regions, which are then headings: ticking one would find
// nothing, so it has neither box nor number.
func TestPanelsKeepTheirLevels(t *testing.T) {
	srv := site(t, options(false))
	for _, path := range []string{"/search?q=detention", "/search?q=detention&country=XAA", "/search?q=detention&region=african-states&country=XAB", "/search?country=XAA&body=CEDAW&sdg=5.2"} {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		for panel, names := range map[string][2]string{"#f-country": {"region", "country"}, "#f-body": {"mechanism", "body"}} {
			above, under, loose := 0, 0, 0
			doc.Find(panel + " .vals li").Each(func(_ int, li *goquery.Selection) {
				name := li.Find("input").AttrOr("name", "")
				switch {
				case li.Find("input").Length() == 0:
					above++
					if !li.Next().HasClass("in") || li.Find(".n").Length() > 0 {
						t.Errorf("%s, %s: %q stands over nothing, or counts", path, panel, li.Text())
					}
				case name == names[0]:
					above++
					if number(li.Find(".n").Contents().First().Text()) == 0 && li.Find("input[checked]").Length() == 0 {
						t.Errorf("%s, %s: %q offers nothing", path, panel, li.Text())
					}
				case li.HasClass("in"):
					under++
				case !li.HasClass("odd") && name == names[1] && !strings.EqualFold(li.Find("input").AttrOr("value", ""), "upr"): // a mechanism of one body
					loose++
				}
			})
			if above == 0 || under == 0 || loose > 0 {
				t.Errorf("%s, %s: %d above, %d under them, %d under none", path, panel, above, under, loose)
			}
		}
		doc.Find("#f-country .vals li").Each(func(_ int, li *goquery.Selection) {
			box := li.Find("input[name=region]:not([checked])")
			if box.Length() == 0 || strings.Contains(path, "region=") {
				return
			}
			_, list := get(t, srv, path+"&region="+box.AttrOr("value", ""))
			if got, want := number(parse(t, list).Find("#rh").Contents().First().Text()), number(li.Find(".n").Contents().First().Text()); got != want {
				t.Errorf("%s: region %s promises %d and gives %d", path, box.AttrOr("value", ""), want, got)
			}
		})
	}
}

// A goal that is chosen, or one of whose targets is, has all its targets below it, with their counts, and no other goal has.
func TestTargetsNestBelowTheirGoal(t *testing.T) {
	holdTargets(t, options(false).Searcher, site(t, options(false)), "/search?goal=16", "/search?q=detention&sdg=5.2", "/search?goal.all=5", "/search?not.sdg=8.7&goal=16")
}

func TestRealTargetsNestBelowTheirGoal(t *testing.T) {
	holdTargets(t, realSearcher(t), realSite(t), "/search?goal=16", "/search?q=child&goal=16&goal=8", "/search?sdg=5.2", "/search?country=KEN&goal=17&sdg=5.1", "/search?not.sdg=8.7")
}

func holdTargets(t *testing.T, s index.Searcher, srv *httptest.Server, paths ...string) {
	for _, path := range paths {
		at, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		req, _ := searchurl.Parse(at.Query(), searchurl.Options{})
		req.Limit, req.Facets, req.FacetLimit = 0, []string{"sdg"}, 0
		res, err := s.Search(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, v := range res.Facets[0].Values {
			for _, f := range req.Filters {
				for _, chosen := range f.Values {
					if goalNumber(chosen) == goalNumber(v.Value) && (f.Facet == "goal" || f.Facet == "sdg") {
						want[v.Value] = v.Count
					}
				}
			}
		}
		_, body := get(t, srv, path)
		got, goal := map[string]int{}, ""
		parse(t, body).Find("#f-sdg .vals li").Each(func(_ int, li *goquery.Selection) {
			box := li.Find("label:first-child input")
			value := box.AttrOr("value", "")
			if !li.HasClass("in") {
				if goal = value; box.Length() == 0 { // a heading: nothing has this goal beside what is chosen
					goal, _, _ = strings.Cut(strings.TrimSpace(li.Text()), " ")
				}
				return
			}
			got[value] = number(li.Find(".n").Contents().First().Text())
			if !strings.HasPrefix(value, goal+".") {
				t.Errorf("%s: target %s stands below goal %s", path, value, goal)
			}
		})
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s: targets (-want +got):\n%s", path, diff)
		}
	}
}

// The histogram shows every year of the search, those outside the chosen range pale, and each bar leads to its number,
// whatever years are chosen.
func TestYearsAreARange(t *testing.T) {
	srv := site(t, options(false))
	all := map[string]string{}
	for i, path := range []string{"/search?q=detention", "/search?q=detention&from=2015&to=2018", "/search?q=detention&from=2016-02", "/search?q=detention&year=2015", "/search?q=detention&from=2030"} {
		_, body := get(t, srv, path)
		doc := parse(t, body)
		bars := doc.Find(".years a")
		if bars.Length() < 10 {
			t.Fatalf("%s: %d bars", path, bars.Length())
		}
		pale := 0
		bars.Each(func(n int, a *goquery.Selection) {
			year, label := a.AttrOr("data-year", ""), a.AttrOr("aria-label", "")
			if i == 0 {
				all[year] = label
			} else if label != all[year] {
				t.Errorf("%s: %q, without a range %q", path, label, all[year])
			}
			if a.Find(".f-ghost").Length() > 0 {
				pale++
			}
			_, count, _ := strings.Cut(label, ": ")
			if n%3 == 0 {
				_, list := get(t, srv, a.AttrOr("href", ""))
				page := parse(t, list)
				if got := number(page.Find("#rh").Contents().First().Text()); got != number(count) {
					t.Errorf("%s: %s leads to %d", path, label, got)
				}
				if from, to := page.Find("input[name=from]").AttrOr("value", ""), page.Find("input[name=to]").AttrOr("value", ""); number(count) > 0 && (from != year || to != year) {
					t.Errorf("%s: the boxes say %s to %s after %s", path, from, to, year)
				}
			}
		})
		if (i > 0) != (pale > 0) || (pale == bars.Length()) != strings.Contains(path, "2030") {
			t.Errorf("%s: %d of %d bars are pale", path, pale, bars.Length())
		}
	}
}

// A part of a name typed into the box of a long list is answered with the names that have it.
func TestPartsOfNamesAreFound(t *testing.T) {
	srv := site(t, options(false))
	for _, c := range []struct{ path, typed, choice string }{
		{"/search?q=detention&country=united", "united", "United Kingdom of Great Britain and Northern Ireland"},
		{"/search?q=detention&theme=torture+%26", "torture", "Prohibition of torture"},
		{"/search?q=detention&not.group=child", "child", "Children"},
		{"/country/XAA?theme=detention", "detention", "detention"},
	} {
		_, body := get(t, srv, c.path)
		found := false
		parse(t, body).Find(".faults a").Each(func(_ int, a *goquery.Selection) {
			found = found || strings.Contains(a.Text(), c.choice)
			_, page := get(t, srv, a.AttrOr("href", ""))
			if doc := parse(t, page); doc.Find(".faults").Length() > 0 || doc.Find(".chips li:not(.all)").Length() == 0 {
				t.Errorf("%s: %s leads to another fault, or to no filter: %s", c.path, a.Text(), a.AttrOr("href", ""))
			}
		})
		if !found {
			t.Errorf("%s: no %q among the choices", c.path, c.choice)
		}
	}
}
