package uhri

import (
	"regexp"
	"strings"
	"testing"
)

// corpusRecords is the size of the whole UHRI corpus when the vocabularies were made.
const corpusRecords = 267_942

func TestPublishedCountsSumToTheCorpus(t *testing.T) {
	bodies, types, years := 0, 0, 0
	for _, b := range Bodies() {
		bodies += b.Published
	}
	for _, c := range PublishedTypes() {
		types += c.Published
	}
	for _, y := range PublishedYears() {
		years += y.Published
	}
	if bodies != corpusRecords || types != corpusRecords || years != corpusRecords {
		t.Errorf("bodies sum to %d, types to %d, years to %d; all must be %d", bodies, types, years, corpusRecords)
	}
}

func TestVocabularySizes(t *testing.T) {
	current := func(s Scheme) (n int) {
		for _, c := range Concepts(s) {
			if !c.Legacy {
				n++
			}
		}
		return n
	}
	goals := 0
	for _, c := range Concepts(SchemeSDG) {
		if c.Parent == "" {
			goals++
		}
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"countries", len(Countries()), 199},
		{"demonstration States", len(DemoCountries()), 12},
		{"bodies", len(Bodies()), 70},
		{"themes", current(SchemeTheme), 100},
		{"groups", current(SchemeGroup), 35},
		{"goals", goals, 17},
		{"targets", current(SchemeSDG) - goals, 169},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestBodyFamilies(t *testing.T) {
	got := map[Mechanism]int{}
	for _, b := range Bodies() {
		got[b.Mechanism]++
	}
	if got[MechanismUPR] != 1 || got[MechanismTreatyBody] != 12 || got[MechanismSpecialProcedure] != 57 || len(got) != 3 {
		t.Errorf("bodies by mechanism: %v", got)
	}
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestConceptsAreUniqueAndResolveToThemselves(t *testing.T) {
	for _, s := range []Scheme{SchemeTheme, SchemeGroup, SchemeSDG} {
		slugs, names := map[string]bool{}, map[string]string{}
		for _, c := range Concepts(s) {
			if slugs[c.Slug] {
				t.Errorf("%s %q: slug twice", s, c.Slug)
			}
			slugs[c.Slug] = true
			if s != SchemeSDG && !slugPattern.MatchString(c.Slug) {
				t.Errorf("%s %q is no slug", s, c.Slug)
			}
			for _, n := range append([]string{c.Slug, c.Label}, c.Aliases...) {
				if other, ok := names[conceptKey(n)]; ok && other != c.Slug {
					t.Errorf("%s: %q means both %s and %s", s, n, other, c.Slug)
				}
				names[conceptKey(n)] = c.Slug
				if got, ok := ResolveConcept(s, n); !ok || got.Slug != c.Slug {
					t.Errorf("ResolveConcept(%s, %q) = %q, want %q", s, n, got.Slug, c.Slug)
				}
			}
			if c.Parent != "" {
				if p, ok := ConceptBySlug(s, c.Parent); !ok || p.Parent != "" || !strings.HasPrefix(c.Slug, p.Slug+".") {
					t.Errorf("%s %s: parent %q", s, c.Slug, c.Parent)
				}
			}
			if c.Legacy && c.Published != 0 {
				t.Errorf("%s %s is legacy but has %d records", s, c.Slug, c.Published)
			}
		}
	}
}

func TestBodiesAreUnique(t *testing.T) {
	names := map[string]string{}
	for _, b := range Bodies() {
		if !slugPattern.MatchString(b.Slug) {
			t.Errorf("%s: %q is no slug", b.Code, b.Slug)
		}
		for _, n := range append([]string{b.Code, b.Slug, b.Name}, b.Raw...) {
			if other, ok := names[FoldName(n)]; ok && other != b.Code {
				t.Errorf("%q means both %s and %s", n, other, b.Code)
			}
			names[FoldName(n)] = b.Code
		}
	}
}

func TestCountriesAreUniqueAndComplete(t *testing.T) {
	regions := map[string]bool{"": true}
	for _, r := range Regions() {
		regions[r.Slug] = true
	}
	// Parties that are no Member States and belong to no regional group.
	groupless := map[Country]bool{"EUE": true, "XKX": true, "NIU": true}
	names, bySymbol := map[string]Country{}, countries().bySymbol
	all := append(append([]CountryInfo(nil), Countries()...), DemoCountries()...)
	ldc, lldc, sids := 0, 0, 0
	for _, c := range all {
		if len(c.Code) != 3 || c.Name == "" || c.Official == "" {
			t.Errorf("%+v is not complete", c)
		}
		if !regions[c.Region] || (c.Region == "") != groupless[c.Code] {
			t.Errorf("%s: region %q", c.Code, c.Region)
		}
		if c.Code != "EUE" && c.Code != "XKX" && (c.M49Region == "" || c.M49Subregion == "") {
			t.Errorf("%s has no M49 region", c.Code)
		}
		for _, n := range append([]string{string(c.Code), c.ISO2, c.M49, c.Name, c.Official}, c.Aliases...) {
			k := countryKey(n)
			if k == "" {
				continue
			}
			if other, ok := names[k]; ok && other != c.Code {
				t.Errorf("%q means both %s and %s", n, other, c.Code)
			}
			names[k] = c.Code
		}
		if bySymbol[string(c.Code)] != c.Code {
			t.Errorf("symbol code %s means %s", c.Code, bySymbol[string(c.Code)])
		}
		if !c.Demo {
			ldc, lldc, sids = ldc+count(c.LDC), lldc+count(c.LLDC), sids+count(c.SIDS)
		}
	}
	if ldc != 44 || lldc != 32 || sids != 39 {
		t.Errorf("LDC %d, LLDC %d, SIDS %d; want 44, 32, 39", ldc, lldc, sids)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestDemonstrationStatesAreKeptApart(t *testing.T) {
	inRegion := map[string]int{}
	for _, c := range DemoCountries() {
		inRegion[c.Region]++
		if !c.Demo || c.Code < "XAA" || c.Code > "XAL" {
			t.Errorf("%s is not marked as demonstration", c.Code)
		}
		for _, k := range Countries() {
			if k.Code == c.Code || strings.Contains(FoldName(k.Name), FoldName(c.Name)) {
				t.Errorf("%s collides with %s", c.Name, k.Name)
			}
		}
	}
	if len(inRegion) != len(Regions()) {
		t.Errorf("demonstration States by region: %v", inRegion)
	}
	if s, _ := ParseSymbol("CRC/C/XAA/CO/1"); s != "" {
		if c, ok := s.Country(); ok {
			t.Errorf("%s names the invented State %s", s, c)
		}
	}
}

func TestVocabularyFilesNameTheirVersion(t *testing.T) {
	entries, err := vocabularies.ReadDir("vocab")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no vocabularies: %v", err)
	}
	for _, e := range entries {
		b, err := vocabularies.ReadFile("vocab/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "# version: ") || !strings.HasPrefix(strings.SplitN(string(b), "\n", 3)[1], "# ") {
			t.Errorf("%s does not begin with its version and source", e.Name())
		}
	}
}
