package uhri

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFacetTable(t *testing.T) {
	want := []string{
		"theme", "group", "goal", "sdg", "country", "region", "m49", "bloc", "recommending_state", "recommending_region",
		"mechanism", "body", "type", "year", "cycle", "session", "position", "symbol", "ask", "lang", "origin", "latest",
	}
	var got []string
	names := map[string]string{}
	for _, f := range Facets() {
		got = append(got, f.Name)
		if f.Label == "" || f.Description == "" || f.Kind == "" || f.values == nil || f.resolve == nil || f.unknown == "" {
			t.Errorf("%s is not complete", f.Name)
		}
		for _, n := range append([]string{f.Name, f.Label}, f.Synonyms...) {
			if other, ok := names[facetKey(n)]; ok && other != f.Name {
				t.Errorf("%q means both %s and %s", n, other, f.Name)
			}
			names[facetKey(n)] = f.Name
			if g, ok := FacetByName(n); !ok || g != f {
				t.Errorf("FacetByName(%q) is not %s", n, f.Name)
			}
		}
		if f.Parent != "" {
			parent, ok := FacetByName(f.Parent)
			if !ok {
				t.Fatalf("%s: parent %q is no facet", f.Name, f.Parent)
			}
			for _, v := range f.Vocabulary() {
				if p := f.ParentOf(v); p != "" && !slices.Contains(parent.Vocabulary(), p) {
					t.Errorf("%s %s: parent %q is no %s", f.Name, v, p, parent.Name)
				}
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, n := range []string{"concerned_group", "affected_persons", "recommending", "Recommending State", "recommending-state", "treaty", ""} {
		f, ok := FacetByName(n)
		if (n == "treaty" || n == "") == ok {
			t.Errorf("FacetByName(%q) = %v", n, f)
		}
	}
}

func TestFacetValuesParseToThemselves(t *testing.T) {
	for _, f := range Facets() {
		values := append(f.Vocabulary(), ValueUnknown, ValueNotApplicable)
		if slices.Contains([]string{"symbol", "session", "ask"}, f.Name) != (f.Vocabulary() == nil) {
			t.Errorf("%s: open and closed vocabularies mixed up", f.Name)
		}
		for i, v := range values {
			if got, err := f.Parse(v); err != nil || got != v {
				t.Errorf("%s: Parse(%q) = %q, %v", f.Name, v, got, err)
			}
			if label := f.ValueLabel(v); v != ValueUnknown && v != ValueNotApplicable {
				if got, err := f.Parse(label); err != nil || got != v {
					t.Errorf("%s: Parse(%q) = %q, %v; want %q", f.Name, label, got, err, v)
				}
			} else if v == ValueUnknown && label == "" {
				t.Errorf("%s has no label for unknown", f.Name)
			}
			for j := range i {
				if values[j] == v {
					t.Errorf("%s: %q twice", f.Name, v)
				}
			}
		}
	}
}

func TestFacetParse(t *testing.T) {
	for _, c := range []struct{ facet, in, want string }{
		{"country", "ken", "KEN"}, {"country", "Swaziland", "SWZ"}, {"recommending_state", "UK", "GBR"}, {"country", "Qaldora", "XAA"},
		{"region", "Eastern Europe ", "eastern-europe"}, {"region", "Western Europe & Others", "weog"}, {"region", "GRULAC", "grulac"}, {"region", "African", "africa"},
		{"bloc", "LDCs", "ldc"}, {"m49", "002", "africa"}, {"mechanism", "treaty body", "treaty_body"}, {"mechanism", "UPR", "upr"},
		{"body", "- CRC", "CRC"}, {"body", "sr-torture", "SR Torture"}, {"body", "CEDAW", "CEDAW"},
		{"goal", "SDG 5", "5"}, {"goal", "Gender equality", "5"}, {"sdg", "5.2", "5.2"}, {"sdg", "16.A", "16.a"},
		{"theme", "Right to food", "right-to-food"}, {"group", "Women & girls", "women-girls"},
		{"type", "Concerns/Observations", "observation"}, {"year", "2025", "2025"}, {"year", "1999", "1999"}, {"cycle", "Cycle 3", "3"}, {"session", "session 31", "31"},
		{"position", "Supported/Noted", "partial"}, {"position", "Accepted", "supported"}, {"position", "unknown", "unknown"},
		{"symbol", "a/hrc/59/15", "A/HRC/59/15"}, {"lang", "FR", "fr"}, {"lang", "français", "fr"}, {"origin", "Publisher", "publisher"},
		{"latest", "true", "yes"}, {"latest", "no", "no"}, {"theme", "Unknown", "unknown"}, {"cycle", "not applicable", "not_applicable"},
	} {
		f, _ := FacetByName(c.facet)
		if got, err := f.Parse(c.in); err != nil || got != c.want {
			t.Errorf("%s: Parse(%q) = %q, %v; want %q", c.facet, c.in, got, err, c.want)
		}
	}
	for _, c := range []struct{ facet, in, says string }{
		{"country", "Kenia", "KEN (Kenya)"}, {"country", "Xyzzyx", "not a value of country"}, {"goal", "5.2", "did you mean sdg=5.2?"},
		{"sdg", "Goal 5", "did you mean goal=5?"}, {"mechanism", "uprr", "upr (Universal Periodic Review)"}, {"position", "suported", "supported (Supported)"},
		{"theme", "rigth-to-food", "right-to-food (Right to food)"}, {"body", "CEDWA", "CEDAW"}, {"symbol", "Kenya", "symbols look like"}, {"year", "25", "not a value of year"},
		{"theme", "torture", "torture-ill-treatment"}, {"body", "special rapporteur on tortur", "SR Torture"}, {"country", "Congo Kinshasa (DRC)", "not a value of country"},
		{"sdg", "5.9", "its values look like 1.1"}, {"session", "100", "its values are numbers"}, {"latest", "maybe", "its values are yes, no, unknown"}, {"bloc", "g77", "ldc, lldc, sids"}, {"theme", "", "not a value of theme"},
		{"cycle", "0", "its values are 1, 2, 3, 4"}, {"group", "unknwon", "did you mean unknown"},
	} {
		f, _ := FacetByName(c.facet)
		got, err := f.Parse(c.in)
		if KindOf(err) != Invalid || got != "" || !strings.Contains(Message(err), c.says) {
			t.Errorf("%s: Parse(%q) = %q, %v; want an Invalid error with %q", c.facet, c.in, got, err, c.says)
		}
	}
}

func TestFacetOf(t *testing.T) {
	upr := &Recommendation{
		Mechanism: MechanismUPR, Body: "UPR", Type: TypeRecommendation, Countries: []Country{"NPL", "NPL"}, Date: Date{2021, 0, 0}, Latest: true,
		UPR: &UPR{Recommending: []Country{"DEU", "HTI"}, Session: 37, Cycle: 3, Position: PositionNoted}, Symbol: "A/HRC/47/10",
		Texts: map[Lang]Text{Russian: {Full: "x"}, English: {Full: "x"}, French: {}},
		Tags: []Tag{
			{Scheme: SchemeSDG, Concept: "5", Origin: OriginPublisher}, {Scheme: SchemeSDG, Concept: "5.2", Origin: OriginPublisher},
			{Scheme: SchemeSDG, Concept: "16.3", Origin: OriginModel}, {Scheme: SchemeTheme, Concept: "right-to-food", Origin: OriginPublisher},
			{Scheme: SchemeTheme, Concept: "right-to-food", Origin: OriginRule},
		},
	}
	committee := &Recommendation{Mechanism: MechanismTreatyBody, Body: "CRPD", Type: TypeUnknown, Countries: []Country{"EUE"},
		Tags: []Tag{{Scheme: SchemeSDG, Concept: "5", Origin: OriginPublisher}}}
	bare := &Recommendation{}
	silent := &Recommendation{Mechanism: MechanismUPR}
	demo := &Recommendation{Countries: []Country{"XAA"}, Demo: true}
	for _, c := range []struct {
		name, facet string
		r           *Recommendation
		want        string
	}{
		{"each concept once", "theme", upr, "right-to-food"},
		{"no group", "group", upr, "unknown"},
		{"goals, with those of targets, once", "goal", upr, "5 16"},
		{"targets", "sdg", upr, "5.2 16.3"},
		{"a goal alone is no target", "sdg", committee, "unknown"},
		{"a goal alone", "goal", committee, "5"},
		{"State once", "country", upr, "NPL"},
		{"region", "region", upr, "asia-pacific"},
		{"a party in no group", "region", committee, "not_applicable"},
		{"no State, no region", "region", bare, "unknown"},
		{"m49", "m49", upr, "asia"},
		{"blocs", "bloc", upr, "ldc lldc"},
		{"in no bloc", "bloc", committee, "not_applicable"},
		{"recommending", "recommending_state", upr, "DEU HTI"},
		{"recommending, other mechanism", "recommending_state", committee, "not_applicable"},
		{"recommending, none known", "recommending_state", silent, "unknown"},
		{"recommending regions", "recommending_region", upr, "weog grulac"},
		{"recommending regions, other mechanism", "recommending_region", committee, "not_applicable"},
		{"mechanism", "mechanism", upr, "upr"},
		{"no mechanism", "mechanism", bare, "unknown"},
		{"body", "body", committee, "CRPD"},
		{"type", "type", upr, "recommendation"},
		{"type not known", "type", committee, "unknown"},
		{"a year is a year", "year", upr, "2021"},
		{"no date", "year", bare, "unknown"},
		{"cycle", "cycle", upr, "3"},
		{"cycle, other mechanism", "cycle", committee, "not_applicable"},
		{"cycle, mechanism not known", "cycle", bare, "unknown"},
		{"session", "session", upr, "37"},
		{"position", "position", upr, "noted"},
		{"position not known", "position", silent, "unknown"},
		{"position, other mechanism", "position", committee, "not_applicable"},
		{"symbol", "symbol", upr, "A/HRC/47/10"},
		{"no symbol", "symbol", bare, "unknown"},
		{"languages with text", "lang", upr, "en ru"},
		{"origins", "origin", upr, "publisher model rule"},
		{"no labels", "origin", bare, "unknown"},
		{"latest", "latest", upr, "yes"},
		{"not latest", "latest", committee, "no"},
		{"of no review", "latest", &Recommendation{NoReview: true}, "unknown"},
		{"demonstration", "region", demo, "africa"},
	} {
		f, _ := FacetByName(c.facet)
		if got := strings.Join(f.Of(c.r), " "); got != c.want {
			t.Errorf("%s: %s = %q, want %q", c.name, c.facet, got, c.want)
		}
	}
	goal, _ := FacetByName("goal")
	if d := cmp.Diff([]string{"16"}, goal.OfOrigins(upr, OriginModel)); d != "" {
		t.Errorf("goals a model put: %s", d)
	}
	if d := cmp.Diff([]string{"unknown"}, goal.OfOrigins(upr, OriginHuman)); d != "" {
		t.Errorf("goals a person put: %s", d)
	}
	if len(upr.Tags) != 5 {
		t.Error("counting by origin changed the record")
	}
}

func TestFacetCompare(t *testing.T) {
	for _, c := range []struct{ facet, in, want string }{
		{"goal", "16 unknown 2 10 1", "1 2 10 16 unknown"},
		{"sdg", "5.10 5.a 5.2 16.1 5.1", "5.1 5.2 5.10 5.a 16.1"},
		{"year", "2009 unknown 2025 2010", "2025 2010 2009 unknown"},
		{"session", "9 not_applicable 31 unknown 10", "9 10 31 unknown not_applicable"},
		{"country", "KEN CIV AFG", "AFG CIV KEN"},
		{"symbol", "A/HRC/59/15 A/HRC/9/1", "A/HRC/9/1 A/HRC/59/15"},
	} {
		f, _ := FacetByName(c.facet)
		values := strings.Fields(c.in)
		slices.SortFunc(values, f.Compare)
		if got := strings.Join(values, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.facet, got, c.want)
		}
	}
}

func TestGoalsAndTargetsAreInOrder(t *testing.T) {
	for _, name := range []string{"goal", "sdg", "year"} {
		f, _ := FacetByName(name)
		if !slices.IsSortedFunc(f.Vocabulary(), f.Compare) {
			t.Errorf("%s: %v", name, f.Vocabulary())
		}
	}
}

func FuzzFacetParse(f *testing.F) {
	for _, s := range []string{"Kenya", "5.2", "unknown", "A/HRC/59/15", "Supported/Noted", "cycle 3", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, facet := range Facets() {
			v, err := facet.Parse(in)
			if err != nil {
				if KindOf(err) != Invalid || len(Message(err)) > 600 {
					t.Fatalf("%s: %q: %v", facet.Name, in, err)
				}
				continue
			}
			if again, err := facet.Parse(v); err != nil || again != v {
				t.Fatalf("%s: %q → %q → %q, %v", facet.Name, in, v, again, err)
			}
		}
	})
}
