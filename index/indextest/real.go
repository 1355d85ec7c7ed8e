package indextest

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uhri"
	"uhri/index"

	"pgregory.net/rapid"
)

// SharedData returns the path of a file of the real data, which lie beside the checkout in ../shared/data, and skips
// the test where they are absent.
func SharedData(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test does not run inside the module")
		}
	}
	file := filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(path))
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the real records are not here: no ../shared/data/%s beside the checkout", path)
	}
	return file
}

// RealCorpus returns the real records of the English export, read as plainly as can be: packages of the index do not
// know the crawler, whose cleaning is tested in cmd/uhri over the same file. Texts are as published.
func RealCorpus(t testing.TB) []*uhri.Recommendation {
	t.Helper()
	f, err := os.Open(SharedData(t, "uhri/export-full-en.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var rows []export
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	out := make([]*uhri.Recommendation, len(rows))
	latest := uhri.NewLatestReviews()
	for i, x := range rows {
		out[i] = realRecord(x)
		latest.Add(out[i])
	}
	for _, r := range out {
		latest.Mark(r)
	}
	return out
}

func realRecord(x export) *uhri.Recommendation {
	r := &uhri.Recommendation{ID: uhri.ID(x.AnnotationId), DocumentID: x.DocumentId, Type: uhri.TypeUnknown, Mechanism: uhri.MechanismUnknown,
		Texts: map[uhri.Lang]uhri.Text{}}
	if text := strings.TrimSpace(x.Text); text != "" {
		r.Texts[uhri.English] = uhri.Text{Full: text}
	}
	r.Symbol, _ = uhri.ParseSymbol(x.Symbol)
	if b, ok := uhri.ResolveBody(x.Body); ok {
		r.Body, r.Mechanism = b.Code, b.Mechanism
	}
	switch x.AnnotationType {
	case "- Recommendations":
		r.Type = uhri.TypeRecommendation
	case "- Concerns/Observations":
		r.Type = uhri.TypeObservation
	}
	for _, c := range x.Countries {
		if code, ok := uhri.ResolveCountry(c); ok {
			r.Countries = append(r.Countries, code)
		}
	}
	r.Date, _ = uhri.ParseDate(x.PublicationDate)
	for scheme, labels := range map[uhri.Scheme][]string{uhri.SchemeTheme: x.Themes, uhri.SchemeGroup: x.AffectedPersons, uhri.SchemeSDG: x.Sdgs} {
		for _, l := range labels {
			if c, ok := uhri.ResolveConcept(scheme, l); ok {
				r.Tags = append(r.Tags, uhri.Tag{Scheme: scheme, Concept: c.Slug, Origin: uhri.OriginPublisher})
			}
		}
	}
	if r.Mechanism == uhri.MechanismUPR {
		r.UPR = &uhri.UPR{Position: uhri.PositionUnknown}
		if x.UprCycle != nil {
			r.UPR.Cycle, _ = uhri.ParseCycle(*x.UprCycle)
		}
		for _, s := range x.UprSession {
			r.UPR.Session, _ = uhri.ParseSession(s)
		}
		for _, p := range x.UprPositions {
			r.UPR.Position, _ = uhri.ParsePosition(p)
		}
		for _, c := range x.UprRecommendingCountry {
			if code, ok := uhri.ResolveCountry(c); ok {
				r.UPR.Recommending = append(r.UPR.Recommending, code)
			}
		}
	}
	return r
}

// RealCounts checks the published counts of the real UPR records, which anyone can count in the export file. It wants
// an engine with the real records published.
func RealCounts(t *testing.T, s index.Searcher) {
	upr := []index.Filter{{Facet: "mechanism", Op: index.Any, Values: []string{"upr"}}}
	for _, tc := range []struct {
		query string
		want  int
	}{
		{"", 41_428},
		{`"torture"`, 1_744},
		{`"woman"`, 38},
		{`"woman" OR "women"`, 5_300},
		{`woman`, 5_300}, // "woman's" and "women's" are woman and women, and nothing else has their stems
		{`"child"`, 1_801},
		{`child*`, 4_776},
		{`"rule of law"`, 180},
		{`"gender equality"`, 498},
		{`"gender" AND "equality"`, 540},
		{`"judicial" NOT "independence"`, 607},
		{`"discriminate"`, 92},
		{`discriminat*`, 3_632},
		{`"death penalty"`, 1_321},
		{`bias*`, 3},
		{`democra*`, 506},
		{`"not"`, 773},
		{`"right to be heard"`, 2},
		{`"Côte d'Ivoire"`, 125},
		{`"Cote d Ivoire"`, 125},
		{`"COTE D’IVOIRE"`, 125},
		{`"migrant"`, 731},
		{`migrant*`, 1_222},
		{`"LGBTI"`, 29},
		{`lgbt*`, 156},
	} {
		if res := search(t, s, index.Request{Query: tc.query, Filters: upr}); res.Total != tc.want {
			t.Errorf("%s: %d, want %d", tc.query, res.Total, tc.want)
		}
	}
	res := search(t, s, index.Request{Facets: []string{"position", "country"}, Filters: upr})
	values := map[string]int{}
	for _, f := range res.Facets {
		for _, v := range f.Values {
			values[f.Name+":"+v.Value] = v.Count
		}
		values[f.Name+":unknown"] = f.Unknown
	}
	for v, want := range map[string]int{"position:supported": 28_519, "position:noted": 9_530, "position:partial": 24, "position:unknown": 3_355,
		"country:CHN": 995, "country:EGY": 751, "country:SVN": 717, "country:unknown": 241} {
		if values[v] != want {
			t.Errorf("%s: %d, want %d", v, values[v], want)
		}
	}
}

// RunReal holds an engine to the published counts, the judged searches, and the reference engine's answers over the
// real records. It skips where they are absent.
func RunReal(t *testing.T, open func(testing.TB) index.Engine) {
	recs := RealCorpus(t)
	t.Run("Real", func(t *testing.T) {
		e := opened(t, open, recs)
		t.Run("Counts", func(t *testing.T) { RealCounts(t, e) })
		t.Run("Relevance", func(t *testing.T) { RealRelevance(t, e) })
	})
	t.Run("Real random", func(t *testing.T) {
		// Every twentieth record: brute force over all would take an hour.
		var some []*uhri.Recommendation
		for i := 0; i < len(recs); i += 20 {
			some = append(some, recs[i])
		}
		e, ref := opened(t, open, some), opened(t, func(testing.TB) index.Engine { return NewReference() }, some)
		rapid.Check(t, func(rt *rapid.T) {
			req := DrawRequest(rt)
			req.Langs = nil
			Compare(rt, e, ref, req)
		})
	})
}
