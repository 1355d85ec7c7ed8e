package searchurl_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

func parse(t testing.TB, raw string, also ...string) (index.Request, []searchurl.Fault) {
	t.Helper()
	v, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return searchurl.Parse(v, searchurl.Options{Also: also})
}

// asked is a request as Parse makes it, changed by f.
func asked(f func(*index.Request)) index.Request {
	r := index.Request{Limit: index.DefaultLimit, FacetLimit: -1}
	f(&r)
	return r
}

func filter(facet string, op index.FilterOp, values ...string) index.Filter {
	return index.Filter{Facet: facet, Op: op, Values: values}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, in string
		want     index.Request
	}{
		{"nothing asks for the newest twenty", "", asked(func(r *index.Request) {})},
		{"words", "q=torture+prison", asked(func(r *index.Request) { r.Query = "torture prison" })},
		{"values of one facet come sorted and once", "country=UGA&country=KEN&country=KEN", asked(func(r *index.Request) {
			r.Filters = []index.Filter{filter("country", index.Any, "KEN", "UGA")}
		})},
		{"every accepted spelling is one value", "country=kenya&country=KE", asked(func(r *index.Request) {
			r.Filters = []index.Filter{filter("country", index.Any, "KEN")}
		})},
		{"all and not", "not.country=KEN&goal.all=5&goal.all=16", asked(func(r *index.Request) {
			r.Filters = []index.Filter{filter("goal", index.Every, "16", "5"), filter("country", index.None, "KEN")}
		})},
		{"unknown and not_applicable are values", "cycle=unknown&cycle=not_applicable", asked(func(r *index.Request) {
			r.Filters = []index.Filter{filter("cycle", index.Any, "not_applicable", "unknown")}
		})},
		{"languages keep their order of preference", "lang=fr&lang=en&lang=fr", asked(func(r *index.Request) {
			r.Langs = []uhri.Lang{uhri.French, uhri.English}
		})},
		{"origin filters and says whose labels count", "origin=publisher", asked(func(r *index.Request) {
			r.Filters = []index.Filter{filter("origin", index.Any, "publisher")}
			r.Origins = []uhri.Origin{uhri.OriginPublisher}
		})},
		{"dates as precise as written", "from=2018&to=2024-06", asked(func(r *index.Request) {
			r.From, r.To = uhri.Date{Year: 2018}, uhri.Date{Year: 2024, Month: 6}
		})},
		{"a page becomes an offset", "page=3&limit=50", asked(func(r *index.Request) { r.Limit, r.Offset = 50, 100 })},
		{"zero records are counts only", "limit=0&facets=country&facets=theme&facet_limit=0", asked(func(r *index.Request) {
			r.Limit, r.Facets, r.FacetLimit = 0, []string{"theme", "country"}, 0
		})},
		{"all facets swallow single ones", "facets=country&facets=*", asked(func(r *index.Request) { r.Facets = []string{"*"} })},
		{"the rest", "mode=uhri&sort=oldest&cursor=abc&facet_prefix=wom&explain=1&snapshot=2026-11-24.17&expand=b&expand=a&highlight=true", asked(func(r *index.Request) {
			r.Mode, r.Sort, r.Cursor, r.FacetPrefix, r.Explain, r.Snapshot = index.ModeUHRI, index.SortOldest, "abc", "wom", true, "2026-11-24.17"
			r.Expand, r.Highlight = []string{"a", "b"}, true
		})},
		{"the default mode is no mode", "mode=default", asked(func(r *index.Request) {})},
		{"empty fields of a form are absent", "q=&from=&to=&sort=&limit=&page=&cursor=", asked(func(r *index.Request) {})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, faults := parse(t, tt.in)
			if len(faults) > 0 {
				t.Errorf("Parse(%q) faults: %v", tt.in, faults)
			}
			if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, d)
			}
		})
	}
}

func TestFaultsAreReportedTogether(t *testing.T) {
	_, faults := parse(t, "q=a&q=b&mode=ucri&country=Kenja&theme=&region=,,&goal=99&from=yesterday&sort=newst&limit=5000&page=0&facets=themes,country&facet_limit=x&explain=perhaps&snapshot=a+b&contry=KEN&lang=klingon")
	var got []string
	for _, f := range faults {
		got = append(got, f.Parameter)
	}
	want := []string{"q", "mode", "theme", "goal", "country", "region", "lang", "from", "sort", "limit", "page", "facets", "facet_limit", "explain", "snapshot", "contry"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("faults (-want +got):\n%s\n%v", d, faults)
	}
}

func TestHints(t *testing.T) {
	tests := []struct{ name, in, param, hint string }{
		{"nearest parameter", "contry=KEN", "contry", `did you mean "country"?`},
		{"nearest parameter of the caller", "colums=id", "colums", `did you mean "columns"?`},
		{"nearest value by label", "country=Kenja", "country", "did you mean KEN (Kenya)?"},
		{"nearest sort", "sort=newst", "sort", `did you mean "newest"?`},
		{"comma lists are repeated parameters", "country=KEN,UGA", "country", "write country=KEN&country=UGA"},
		{"comma lists of facets", "facets=theme,country", "facets", "write facets=theme&facets=country"},
		{"too many records", "limit=5000", "limit", "write limit=1000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, faults := parse(t, tt.in, "columns", "format")
			if len(faults) != 1 || faults[0].Parameter != tt.param || faults[0].Hint != tt.hint {
				t.Errorf("Parse(%q) faults = %+v, want one for %s with hint %q", tt.in, faults, tt.param, tt.hint)
			}
		})
	}
}

func TestStrictReadingFindsFaultsOfTheQuery(t *testing.T) {
	v := url.Values{"q": {`prison AND "torture`}, "sort": {"newst"}}
	req, faults := searchurl.Parse(v, searchurl.Options{Strict: true})
	if !req.Strict || len(faults) != 2 || faults[0].Parameter != "q" || faults[0].At != 11 || faults[0].Message == "" {
		t.Errorf("strict: %+v", faults)
	}
	if _, faults := searchurl.Parse(v, searchurl.Options{}); len(faults) != 1 {
		t.Errorf("lenient: %+v, the search tells what it repaired", faults)
	}
}

func TestWhatTheCallerReadsIsNoFault(t *testing.T) {
	if _, faults := parse(t, "columns=id&format=csv", "columns", "format"); len(faults) > 0 {
		t.Errorf("faults = %v", faults)
	}
}

// A filter that cannot be must find nothing; it may never fall away and show everything.
func TestImpossibleFiltersStay(t *testing.T) {
	for _, in := range []string{"theme=nonsense", "theme=", "region=,,", "goal=99", "country=Atlantis", "lang=klingon", "lang=", "origin=nobody", "from=yesterday", "to=2024-13", "year=MMXX", "sdg=99.9", "country=" + strings.Repeat("x", 600)} {
		req, faults := parse(t, in)
		if len(faults) != 1 {
			t.Errorf("Parse(%q) faults = %v, want one", in, faults)
		}
		if len(req.Filters) != 1 || req.Filters[0].Op != index.Any || len(req.Filters[0].Values) != 1 {
			t.Errorf("Parse(%q) filters = %v, want the one as written", in, req.Filters)
			continue
		}
		f, ok := uhri.FacetByName(req.Filters[0].Facet)
		if v := req.Filters[0].Values[0]; ok && strings.TrimSpace(v) != "" && len(v) < 500 {
			if canonical, err := f.Parse(v); err == nil {
				t.Errorf("Parse(%q) keeps %q, which is the value %q", in, v, canonical)
			}
		}
	}
}

func TestFaultsAreBounded(t *testing.T) {
	_, faults := parse(t, "sort="+strings.Repeat("é", 5000))
	if len(faults) != 1 || len(faults[0].Value) > 130 || !strings.HasSuffix(faults[0].Value, "é…") {
		t.Errorf("faults = %+v", faults)
	}
}

func TestString(t *testing.T) {
	tests := []struct{ in, want string }{
		{"limit=20&mode=default&page=1&facet_limit=", ""},
		{"snapshot=s&not.country=UGA&country=kenya&q=a+%26+b&symbol=A/HRC/59/15&page=2", "q=a+%26+b&country=KEN&not.country=UGA&symbol=A/HRC/59/15&page=2&snapshot=s"},
		{"lang=fr&lang=en&country=KEN", "lang=fr&lang=en&country=KEN"},
	}
	for _, tt := range tests {
		req, faults := parse(t, tt.in)
		if got := searchurl.String(req); got != tt.want {
			t.Errorf("String(Parse(%q)) = %q, want %q (faults %v)", tt.in, got, tt.want, faults)
		}
	}
}

func TestAddress(t *testing.T) {
	req, faults := parse(t, "q=prison&country=KEN&theme.all=torture-other-cruel-inhuman-or-degrading-treatment&lang=fr&sort=oldest&limit=50&page=4&facets=*&highlight=1&snapshot=s.1")
	_ = faults
	a := searchurl.At("/search", req)
	theme := "theme.all=" + req.Filters[0].Values[0]
	base := "q=prison&lang=fr&" + theme + "&country=KEN"
	tail := "&sort=oldest&limit=50&facets=*&highlight=1&snapshot=s.1"
	tail = strings.ReplaceAll(tail, "*", "%2A")
	tests := []struct {
		name string
		got  searchurl.Address
		want string
	}{
		{"itself", a, "/search?" + base + "&sort=oldest&limit=50&page=4&facets=%2A&highlight=1&snapshot=s.1"},
		{"with a value goes to page one", a.With("country", index.Any, "UGA"), "/search?" + base + "&country=UGA" + tail},
		{"with an exclusion", a.With("country", index.None, "UGA"), "/search?" + base + "&not.country=UGA" + tail},
		{"without a value", a.Without("country", index.Any, "KEN"), "/search?q=prison&lang=fr&" + theme + tail},
		{"without a facet", a.Clear("country"), "/search?q=prison&lang=fr&" + theme + tail},
		{"a language is a value of lang", a.With("lang", index.Any, "en"), "/search?q=prison&lang=fr&lang=en&" + theme + "&country=KEN" + tail},
		{"without a language", a.Without("lang", index.Any, "fr"), "/search?q=prison&" + theme + "&country=KEN" + tail},
		{"no filter at all", a.ClearAll(), "/search?q=prison" + tail},
		{"another page", a.Page(2), "/search?" + base + "&sort=oldest&limit=50&page=2&facets=%2A&highlight=1&snapshot=s.1"},
		{"a cursor leaves the page", a.Cursor("c"), "/search?" + base + "&sort=oldest&limit=50&cursor=c&facets=%2A&highlight=1&snapshot=s.1"},
		{"another order", a.Sort(index.SortNewest), "/search?" + base + "&sort=newest&limit=50&facets=%2A&highlight=1&snapshot=s.1"},
		{"a file is the whole set", a.File("csv"), "/search.csv?" + base + "&sort=oldest&snapshot=s.1"},
		{"a feed follows the current snapshot", a.Feed("atom"), "/search.atom?" + base},
		{"extras come last", a.File("csv").Extra("columns", "id", "text"), "/search.csv?" + base + "&sort=oldest&snapshot=s.1&columns=id&columns=text"},
		{"origins follow their filter", a.ClearAll().Query("").To("/x").With("origin", index.Any, "rule").Set(), "/x?origin=rule&sort=oldest&snapshot=s.1"},
	}
	for _, tt := range tests {
		if got := tt.got.String(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if got := a.String(); !strings.Contains(got, "page=4") {
		t.Errorf("neighbours changed the address itself: %s", got)
	}
	if o := a.With("origin", index.Any, "rule").Request().Origins; !slices.Equal(o, []uhri.Origin{uhri.OriginRule}) {
		t.Errorf("origins = %v", o)
	}
	for _, p := range a.Pairs("q", "country") {
		if p.Name == "q" || p.Name == "country" {
			t.Errorf("Pairs kept %v", p)
		}
	}
}

// Every facet has its three parameters, each with a description, and every parameter is read.
func TestParametersAreComplete(t *testing.T) {
	var names []string
	for _, p := range searchurl.Parameters() {
		if p.Description == "" || p.Type == "" {
			t.Errorf("%s is not described", p.Name)
		}
		names = append(names, p.Name)
	}
	for _, f := range uhri.Facets() {
		for _, n := range []string{f.Name, f.Name + ".all", "not." + f.Name} {
			if !slices.Contains(names, n) {
				t.Errorf("no parameter %s", n)
			}
		}
	}
	if s := slices.Compact(slices.Sorted(slices.Values(names))); len(s) != len(names) {
		t.Errorf("two parameters share a name: %v", names)
	}
}

func TestRoundTrip(t *testing.T) {
	params := searchurl.Parameters()
	rapid.Check(t, func(t *rapid.T) {
		v := url.Values{}
		for range rapid.IntRange(0, 8).Draw(t, "parameters") {
			p := params[rapid.IntRange(0, len(params)-1).Draw(t, "parameter")]
			v.Add(p.Name, value(t, p))
		}
		again(t, v)
	})
}

func value(t *rapid.T, p searchurl.Parameter) string {
	if f, ok := uhri.FacetByName(p.Facet); ok && p.Facet != "" && rapid.Bool().Draw(t, "known") {
		if vs := f.Vocabulary(); len(vs) > 0 {
			return rapid.SampledFrom(vs).Draw(t, "value")
		}
	}
	if len(p.Enum) > 0 && rapid.Bool().Draw(t, "listed") {
		return rapid.SampledFrom(p.Enum).Draw(t, "enum")
	}
	return rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,4}`), rapid.SampledFrom([]string{"", "2024", "2024-02-30", "*", "unknown", "en", "publisher", "A/HRC/59/15"})).Draw(t, "any")
}

type failer interface {
	Helper()
	Errorf(string, ...any)
}

// again holds the property of addresses: reading what was written gives what was read, and writing it again the
// same bytes.
func again(t failer, v url.Values) {
	t.Helper()
	req, faults := searchurl.Parse(v, searchurl.Options{})
	s := searchurl.String(req)
	v2, err := url.ParseQuery(s)
	if err != nil {
		t.Errorf("String(%v) = %q cannot be read: %v", v, s, err)
		return
	}
	back, faults2 := searchurl.Parse(v2, searchurl.Options{})
	if d := cmp.Diff(req, back, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%v → %q (-first +again):\n%s", v, s, d)
	}
	if s2 := searchurl.String(back); s2 != s {
		t.Errorf("%v: %q then %q", v, s, s2)
	}
	if len(faults2) > len(faults) {
		t.Errorf("%v: writing added faults: %v then %v", v, faults, faults2)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "q=a&country=KEN&not.theme=x&theme.all=", "lang=fr&lang=zz&origin=model&origin=x", "from=2024&to=x&page=9999&limit=7", "q=%ff&%00=1&;", "facets=*&facets=theme&facet_limit=0&cursor=a&page=3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		again(t, v)
		req, _ := searchurl.Parse(v, searchurl.Options{})
		for _, facet := range uhri.Facets() {
			if v.Has(facet.Name) && facet.Name != "lang" && !slices.ContainsFunc(req.Filters, func(f index.Filter) bool { return f.Facet == facet.Name && f.Op == index.Any }) {
				t.Errorf("%q: the filter on %s fell away", s, facet.Name)
			}
		}
	})
}
