package uhriexport

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"uhri"
	"uhri/crawler"
)

// realExport is the export of 41,721 real records, where it lies beside the checkout.
func realExport(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "data", "uhri", "export-full-{lang}.json.gz")
	if _, err := os.Stat(strings.ReplaceAll(path, "{lang}", "en")); err != nil {
		tb.Skip("the real export is not beside the checkout (../shared/data/uhri)")
	}
	return path
}

func readReal(tb testing.TB, lang uhri.Lang) (recs []*uhri.Recommendation, rejected []string) {
	tb.Helper()
	src, err := New(Options{Lang: lang, Addresses: []string{realExport(tb)}})
	if err != nil {
		tb.Fatal(err)
	}
	process := NewProcess(ProcessOptions{Source: src.Name(), Lang: lang})
	sweep, err := src.Harvest(tb.Context(), nil, func(it crawler.Item, err error) bool {
		if err == nil {
			var rs []*uhri.Recommendation
			if rs, err = process(tb.Context(), it); err == nil {
				recs = append(recs, rs...)
			}
		}
		if err != nil {
			rejected = append(rejected, err.Error())
		}
		return true
	})
	if err != nil || !sweep.Complete {
		tb.Fatalf("Harvest: complete %v, %v", sweep.Complete, err)
	}
	return recs, rejected
}

// tokens is the exact reading of REQUIREMENTS: folded, lower-cased, possessive removed, runs of letters and digits. It is
// written here again on purpose: the product's tokenizer must not check itself.
func tokens(s string) []string {
	s = possessive.ReplaceAllString(s, "$2")
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

var possessive = regexp.MustCompile(`(['’ʼ][sS])([^\pL\pN]|$)`)

func TestRealCounts(t *testing.T) {
	recs, rejected := readReal(t, uhri.English)
	if len(recs)+len(rejected) != 41_721 || len(rejected) != 0 {
		t.Errorf("%d records and %d rejected (%v), want 41,721 and none", len(recs), len(rejected), rejected[:min(3, len(rejected))])
	}
	count := map[string]int{}
	reviews := map[string]int{}
	var texts [][]string
	for _, r := range recs {
		for _, s := range r.Provenance.Review {
			reviews[s]++
		}
		if r.Mechanism != uhri.MechanismUPR {
			continue
		}
		count["upr"]++
		count["position "+string(r.UPR.Position)]++
		for _, c := range r.Countries {
			count[string(c)]++
		}
		if len(r.Countries) == 0 {
			count["no country"]++
		}
		texts = append(texts, tokens(r.Texts[uhri.English].Full))
	}
	for what, want := range map[string]int{
		"upr": 41_428, "position supported": 28_519, "position noted": 9_530, "position partial": 24, "position unknown": 3_355,
		"CHN": 995, "EGY": 751, "SVN": 717, "no country": 241,
	} {
		if count[what] != want {
			t.Errorf("%s: %d records, want %d", what, count[what], want)
		}
	}
	if len(reviews) > 0 {
		t.Errorf("not understood: %v", reviews)
	}

	has := func(ws []string, phrase string) bool {
		return strings.Contains(" "+strings.Join(ws, " ")+" ", " "+phrase+" ")
	}
	begins := func(ws []string, stem string) bool { return strings.Contains(" "+strings.Join(ws, " "), " "+stem) }
	for _, q := range []struct {
		query string
		match func([]string) bool
		want  int
	}{
		{`"torture"`, func(w []string) bool { return has(w, "torture") }, 1744},
		{`"woman"`, func(w []string) bool { return has(w, "woman") }, 38},
		{`"woman" OR "women"`, func(w []string) bool { return has(w, "woman") || has(w, "women") }, 5300},
		{`"child"`, func(w []string) bool { return has(w, "child") }, 1801},
		{`child*`, func(w []string) bool { return begins(w, "child") }, 4776},
		{`"rule of law"`, func(w []string) bool { return has(w, "rule of law") }, 180},
		{`"gender equality"`, func(w []string) bool { return has(w, "gender equality") }, 498},
		{`"gender" AND "equality"`, func(w []string) bool { return has(w, "gender") && has(w, "equality") }, 540},
		{`"judicial" NOT "independence"`, func(w []string) bool { return has(w, "judicial") && !has(w, "independence") }, 607},
		{`"discriminate"`, func(w []string) bool { return has(w, "discriminate") }, 92},
		{`discriminat*`, func(w []string) bool { return begins(w, "discriminat") }, 3632},
		{`"death penalty"`, func(w []string) bool { return has(w, "death penalty") }, 1321},
		{`bias*`, func(w []string) bool { return begins(w, "bias") }, 3},
		{`democra*`, func(w []string) bool { return begins(w, "democra") }, 506},
		{`"not"`, func(w []string) bool { return has(w, "not") }, 773},
		{`"right to be heard"`, func(w []string) bool { return has(w, "right to be heard") }, 2},
		{`"Côte d'Ivoire"`, func(w []string) bool { return has(w, "cote d ivoire") }, 125},
		{`"migrant"`, func(w []string) bool { return has(w, "migrant") }, 731},
		{`migrant*`, func(w []string) bool { return begins(w, "migrant") }, 1222},
		{`"LGBTI"`, func(w []string) bool { return has(w, "lgbti") }, 29},
		{`lgbt*`, func(w []string) bool { return begins(w, "lgbt") }, 156},
	} {
		n := 0
		for _, w := range texts {
			if q.match(w) {
				n++
			}
		}
		if n != q.want {
			t.Errorf("%s: %d, want %d", q.query, n, q.want)
		}
	}
}

// TestRealTranslations reads the other five languages: the same records, one text each.
func TestRealTranslations(t *testing.T) {
	for _, l := range uhri.Langs[1:] {
		recs, rejected := readReal(t, l)
		if len(recs) != 583 || len(rejected) != 0 {
			t.Errorf("%s: %d records, %d rejected %v", l, len(recs), len(rejected), rejected)
		}
		for _, r := range recs {
			if len(r.Texts) != 1 || r.Texts[l].Full == "" || len(r.Tags) > 0 || len(r.Countries) > 0 {
				t.Fatalf("%s: %s carries more than its text", l, r.ID)
			}
		}
	}
}

func BenchmarkReal(b *testing.B) {
	realExport(b)
	for b.Loop() {
		recs, _ := readReal(b, uhri.English)
		b.ReportMetric(float64(len(recs)), "records")
	}
}
