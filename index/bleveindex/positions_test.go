package bleveindex

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"

	"pgregory.net/rapid"
)

// TestScanPair holds the scan of four positions at a time to the plain reading, codes next to each other included.
func TestScanPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]uint16{0, 1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe})
		text := rapid.SliceOfN(code, 0, 40).Draw(t, "text")
		want := rapid.SliceOfN(code, 2, 4).Draw(t, "pattern")
		l := &language{}
		var places []*wanted
		for _, c := range want {
			places = append(places, &wanted{plain: true, code: c, df: rapid.IntRange(0, 9).Draw(t, "df")})
		}
		got := newPattern(places, 0).starts(l, text, 0, nil)
		var plain []int
		for i := 0; i+len(want) <= len(text); i++ {
			if slices.Equal(text[i:i+len(want)], want) {
				plain = append(plain, i)
			}
		}
		if !slices.Equal(got, plain) {
			t.Fatalf("%v in %v: %v, want %v", want, text, got, plain)
		}
	})
}

// TestLargeVocabularies: with more terms than there are codes, and more facet values than 16 bits hold, answers are
// still those of the reference.
func TestLargeVocabularies(t *testing.T) {
	const records, perRecord = 700, 101
	var recs []*uhri.Recommendation
	for i := range records {
		var words []string
		states := []uhri.Country{"KEN"}
		for j := range perRecord {
			n := i*perRecord + j
			words = append(words, fmt.Sprintf("w%06d", n), []string{"of", "the", "right"}[j%3])
			states = append(states, uhri.Country(fmt.Sprintf("X%06d", n)))
		}
		if i%2 == 0 { // a rare word that is there twice, next to itself
			words = append(words, words[0], words[0])
		}
		recs = append(recs, &uhri.Recommendation{
			ID: indextest.FixtureID(i + 1), Mechanism: uhri.MechanismUPR, UPR: &uhri.UPR{Recommending: states},
			Texts: map[uhri.Lang]uhri.Text{"en": {Full: strings.Join(words, " ")}},
		})
	}
	e, ref := openTest(t, 2), indextest.NewReference()
	defer e.Close()
	indextest.Publish(t, e, "large", recs)
	indextest.Publish(t, ref, "large", recs)
	if n := e.current.langs[uhri.English].terms.len(); n <= rareCode {
		t.Fatalf("%d terms are not many", n)
	}
	if r := e.current.runs[e.current.byName["recommending_state"].run]; r.wide == nil {
		t.Fatalf("%d facet values are not many", r.values)
	}
	last := records*perRecord - 1
	for _, q := range []string{
		`"w000000 of"`, `"w000000 w000000"`, `"of w000001 the"`, fmt.Sprintf(`"w%06d"`, last), fmt.Sprintf(`"the w%06d"`, last-2), fmt.Sprintf(`"w%06d of"`, last),
		`"w0000* of w0000*"`, fmt.Sprintf(`"of w%06d"~2`, last-1), fmt.Sprintf("w%06d NEAR/3 w%06d", last, last-1), "w06* NEAR/1 w07*", "w000000 OR w070699", "w0*",
	} {
		for _, sort := range []index.Sort{index.SortRelevance, index.SortNewest} {
			indextest.Compare(t, e, ref, index.Request{Query: q, Sort: sort, Limit: 5, Highlight: true, Facets: []string{"recommending_state", "region"}, FacetLimit: 7})
		}
	}
	indextest.Compare(t, e, ref, index.Request{Limit: 3, Facets: []string{"recommending_state"},
		Filters: []index.Filter{{Facet: "recommending_state", Op: index.Any, Values: []string{"X000003", "X070000", "XNONE"}}}, FacetLimit: 4})
}

// TestAnswersDoNotDependOnParts: the same records in one, two and five parts stream the same bytes in every order.
func TestAnswersDoNotDependOnParts(t *testing.T) {
	recs := indextest.RandomCorpus(5, 500)
	stream := func(parts int, recs []*uhri.Recommendation) string {
		e := openTest(t, parts)
		defer e.Close()
		indextest.Publish(t, e, "x", recs)
		var out strings.Builder
		for _, req := range []index.Request{{}, {Query: "torture OR rights OR women"}, {Sort: index.SortOldest}, {Sort: index.SortFirstSeen}, {Sort: index.SortDocument, Query: "NOT torture"}} {
			if err := e.Stream(t.Context(), req, func(r index.Row) bool {
				out.Write(r.JSON())
				out.WriteByte('\n')
				return true
			}); err != nil {
				t.Fatal(err)
			}
			req.Limit, req.Facets, req.FacetLimit = 20, []string{"*"}, -1
			res, err := e.Search(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%d %s %v\n", res.Total, res.Next, res.Facets)
		}
		return out.String()
	}
	want := stream(1, recs)
	backwards := slices.Clone(recs)
	slices.Reverse(backwards)
	for _, parts := range []int{1, 2, 5} {
		if stream(parts, backwards) != want {
			t.Errorf("%d parts, and another order of arrival, answer otherwise", parts)
		}
	}
}
