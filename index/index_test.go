package index

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"uhri"
	"uhri/index/analysis"
	"uhri/index/query"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBM25(t *testing.T) {
	c := Corpus{Docs: 1000, Tokens: 40_000}
	// By hand: ln(1 + 990.5/10.5) = 4.5575…; a text of mean length has norm K1; tf 2: 2·2.2/(2+1.2) = 1.375.
	if got, want := BM25(c.IDF(10), 2, c.Norm(40)), math.Log(1+990.5/10.5)*1.375; math.Abs(got-want) > 1e-12 {
		t.Errorf("score %v, want %v", got, want)
	}
	if c.Norm(1) != c.Norm(ShortText) || c.Norm(ShortText) >= c.Norm(ShortText+1) {
		t.Error("texts shorter than ShortText are not alike, or longer ones not longer")
	}
	if got := (Corpus{}).Norm(3); got != K1 {
		t.Errorf("norm in an empty corpus %v, want %v", got, float64(K1))
	}
	if got := c.IDF(1000); got <= 0 {
		t.Errorf("a word in every text weighs %v; it must not count against a text", got)
	}
}

func TestFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?é]{1,8}`).Draw(t, "pattern")
		term := rapid.StringMatching(`[abé]{0,8}`).Draw(t, "term")
		re := regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$")
		if got, want := (query.Wildcard{Pattern: pattern}).Fits(term), re.MatchString(term); got != want {
			t.Errorf("%s fits %s: %t, want %t", term, pattern, got, want)
		}
	})
}

func TestCursor(t *testing.T) {
	want := Cursor{Snapshot: "2026-11-24.17", Request: [8]byte{1, 2, 3}, Seen: 20_000, Last: "0a0c9531-85fa-4408-a9db-bc816c2e1261", Rank: Rank{Score: 3.25, Exact: 2}}
	text := want.Encode()
	got, err := DecodeCursor(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i := range len(text) {
		for _, c := range []byte("A_z0") {
			if text[i] == c {
				continue
			}
			tampered := text[:i] + string(c) + text[i+1:]
			if got, err := DecodeCursor(tampered); uhri.KindOf(err) != uhri.Invalid {
				t.Fatalf("tampered at %d: %+v, %v", i, got, err)
			}
		}
	}
}

func FuzzDecodeCursor(f *testing.F) {
	f.Add(Cursor{Snapshot: "a.1", Seen: 3, Last: "x", Rank: Rank{Score: 1, Exact: 1}}.Encode())
	f.Add("AQ")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := DecodeCursor(s)
		if err != nil {
			if uhri.KindOf(err) != uhri.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if again := c.Encode(); again != s {
			t.Fatalf("%q reads as %+v, which is written %q", s, c, again)
		}
	})
}

func TestRequestHash(t *testing.T) {
	hash := func(r Request) [8]byte {
		t.Helper()
		p, err := Prepare(r)
		if err != nil {
			t.Fatal(err)
		}
		return p.RequestHash()
	}
	base := Request{Query: "torture", Filters: []Filter{{Facet: "country", Op: Any, Values: []string{"KEN"}}}}
	for name, change := range map[string]func(*Request){
		"page":      func(r *Request) { r.Limit = 50 },
		"facets":    func(r *Request) { r.Facets = []string{"*"}; r.FacetLimit = 3 },
		"marks":     func(r *Request) { r.Highlight = true },
		"default":   func(r *Request) { r.Sort = SortRelevance },
		"no effect": func(r *Request) { r.Expand = []string{"fgm"} },
	} {
		r := base
		change(&r)
		if hash(r) != hash(base) {
			t.Errorf("%s: another search", name)
		}
	}
	for name, change := range map[string]func(*Request){
		"words":  func(r *Request) { r.Query = "tortures" },
		"mode":   func(r *Request) { r.Mode = ModeUHRI },
		"langs":  func(r *Request) { r.Langs = []uhri.Lang{"fr"} },
		"filter": func(r *Request) { r.Filters = []Filter{{Facet: "country", Op: None, Values: []string{"KEN"}}} },
		"dates":  func(r *Request) { r.From = uhri.Date{Year: 2020} },
		"origin": func(r *Request) { r.Origins = []uhri.Origin{"rule"} },
		"order":  func(r *Request) { r.Sort = SortOldest },
		"hits":   func(r *Request) { r.Collapse = true },
	} {
		r := base
		change(&r)
		if hash(r) == hash(base) {
			t.Errorf("%s: the same search", name)
		}
	}
}

func TestLanguages(t *testing.T) {
	r := func(langs ...uhri.Lang) *uhri.Recommendation {
		rec := &uhri.Recommendation{Texts: map[uhri.Lang]uhri.Text{"es": {Raw: "only raw"}}}
		for _, l := range langs {
			rec.Texts[l] = uhri.Text{Full: "text"}
		}
		return rec
	}
	for _, tc := range []struct {
		name            string
		rec             *uhri.Recommendation
		asked           []uhri.Lang
		searched, shown uhri.Lang
		in              bool
	}{
		{"English by default", r("en", "fr"), nil, "en", "en", true},
		{"shown in what it has", r("ar", "fr"), nil, "", "fr", true},
		{"no text", r(), nil, "", "", true},
		{"the first it has", r("en", "fr"), []uhri.Lang{"ru", "fr", "en"}, "fr", "fr", true},
		{"left out", r("en"), []uhri.Lang{"ru", "fr"}, "", "", false},
		{"a text that is only raw is none", r(), []uhri.Lang{"es"}, "", "", false},
	} {
		searched, shown, in := Languages(tc.rec, tc.asked)
		if searched != tc.searched || shown != tc.shown || in != tc.in {
			t.Errorf("%s: searched %q, shown %q, in %t", tc.name, searched, shown, in)
		}
	}
}

// plainLexicon has one class per stem and no limits.
type plainLexicon struct{}

func (plainLexicon) InClass(lang uhri.Lang, word, term string) bool {
	return analysis.Stem(lang, word) == analysis.Stem(lang, term)
}
func (plainLexicon) Limit(uhri.Lang, query.Node) string { return "" }

func TestEvaluateCounts(t *testing.T) {
	for _, tc := range []struct {
		query, text string
		tf          int
		marked      string
	}{
		{"right", "Rights and the right to rights", 3, "Rights|right|rights"},
		{`"a b a"`, "a b a b a", 2, "a b a b a"},
		{`"a b"~1`, "b a x a b", 2, "b|a|a|b"},
		{`"a a"~2`, "a x y a", 1, "a|a"},
		{`"a a"~1`, "a x y a", 0, ""},
		{`"a b c"~0`, "c b a", 0, ""},
		{`"a* ab"~1`, "ab x a", 1, "ab|a"},
		{`"a* ab"~1`, "ab x b", 0, ""},
		{"a NEAR/2 b", "a x b a", 2, "a|b|a"},
		{"a NEAR/1 b", "a x b", 0, ""},
		{`"a b" NEAR/1 b`, "a b b", 1, "a b|b"},
		{`"a b" NEAR/1 b`, "a b", 0, ""},
		{"a NEAR/3 a", "a x a", 2, "a|a"},
		{"asylum-seekers", "asylum seeker; seekers of asylum", 1, "asylum seeker"},
	} {
		n, _, err := query.Parse(tc.query, query.Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := &Doc{Record: &uhri.Recommendation{}, Lang: "en", Tokens: analysis.Append(nil, tc.text), Lexicon: plainLexicon{}}
		m := Evaluate(n, d)
		var marked []string
		for _, s := range m.Spans(d.Tokens) {
			marked = append(marked, tc.text[s.Start:s.End])
		}
		if got := m.Leaves[0]; got.TF != tc.tf || m.OK != (tc.tf > 0) || strings.Join(marked, "|") != tc.marked {
			t.Errorf("%s in %q: %d times, marked %q; want %d, %q", tc.query, tc.text, got.TF, marked, tc.tf, tc.marked)
		}
	}
}
