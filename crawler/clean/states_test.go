package clean

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
)

func TestRecommendingStates(t *testing.T) {
	for _, c := range []struct {
		name, text, body string
		states           []uhri.Country
		unresolved       []string
	}{
		{name: "one", text: "Ratify the Convention (Ghana);", body: "Ratify the Convention", states: []uhri.Country{"GHA"}},
		{name: "two groups", text: "Ratify the Convention (Ghana) (Mali);", body: "Ratify the Convention", states: []uhri.Country{"GHA", "MLI"}},
		{name: "a list", text: "Ratify (Ghana, Mali and Peru)", body: "Ratify", states: []uhri.Country{"GHA", "MLI", "PER"}},
		{name: "slashes", text: "Ratify (Ghana/Mali).", body: "Ratify", states: []uhri.Country{"GHA", "MLI"}},
		{name: "nested", text: "Ratify (Iran (Islamic Republic of));", body: "Ratify", states: []uhri.Country{"IRN"}},
		{name: "nested in a list", text: "Ratify (Bolivia (Plurinational State of), Venezuela (Bolivarian Republic of));", body: "Ratify", states: []uhri.Country{"BOL", "VEN"}},
		{name: "a name with a comma or an and", text: "Ratify (Bosnia and Herzegovina, Trinidad and Tobago);", body: "Ratify", states: []uhri.Country{"BIH", "TTO"}},
		{name: "never closed", text: "Ratify (Ghana;", body: "Ratify", states: []uhri.Country{"GHA"}},
		{name: "closed once too few", text: "Ratify (Iran (Islamic Republic of);", body: "Ratify", states: []uhri.Country{"IRN"}},
		{name: "never opened", text: "Ratify the protocol of the Covenant Ghana);", body: "Ratify the protocol of the Covenant", states: []uhri.Country{"GHA"}},
		{name: "stray stops", text: "Ratify the Convention (Kuwait). );", body: "Ratify the Convention", states: []uhri.Country{"KWT"}},
		{name: "twice the same", text: "Ratify (Ghana) (Ghana)", body: "Ratify", states: []uhri.Country{"GHA"}},
		{name: "a remark in parentheses", text: "Ratify the Convention (OPCAT) (Ghana);", body: "Ratify the Convention (OPCAT)", states: []uhri.Country{"GHA"}},
		{name: "abbreviations of treaties are no States", text: "Cooperate with the Court (ICC)", body: "Cooperate with the Court (ICC)"},
		{name: "a year is none", text: "Implement the plan (2012)", body: "Implement the plan (2012)"},
		{name: "usual abbreviations", text: "Ratify (UK) (USA);", body: "Ratify", states: []uhri.Country{"GBR", "USA"}},
		{name: "on behalf", text: "Ratify (Ghana, on behalf of the African Group);", body: "Ratify", states: []uhri.Country{"GHA"}},
		{name: "an asterisk", text: "Ratify (State of Palestine*);", body: "Ratify", states: []uhri.Country{"PSE"}},
		{name: "nobody knows it", text: "Ratify (Ruritania);", body: "Ratify (Ruritania);", unresolved: []string{"Ruritania"}},
		{name: "none", text: "Ratify the Convention.", body: "Ratify the Convention."},
		{name: "several asks", text: "Ratify the Convention (Uruguay) (Mali); Accelerate the reform (Estonia);", body: "Ratify the Convention (Uruguay) (Mali); Accelerate the reform",
			states: []uhri.Country{"URY", "MLI", "EST"}},
		{name: "a State inside a sentence", text: "Settle the dispute with its neighbour (Mali) peacefully (Ghana);", body: "Settle the dispute with its neighbour (Mali) peacefully", states: []uhri.Country{"GHA"}},
		{name: "Chinese stops", text: "Ratify (Ghana)；", body: "Ratify", states: []uhri.Country{"GHA"}},
		{name: "invented", text: "Ratify (San Arvelo) (Oruvai Islands);", body: "Ratify", states: []uhri.Country{"XAI", "XAE"}},
	} {
		body, states, unresolved := RecommendingStates(c.text)
		if body != c.body || !slices.Equal(states, c.states) || !slices.Equal(unresolved, c.unresolved) {
			t.Errorf("%s: %q\n body %q, states %v, unresolved %q", c.name, c.text, body, states, unresolved)
		}
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		text string
		want []uhri.Part
	}{
		{"Ratify the Convention (Ghana);", nil},
		{"Ratify the Convention (Ghana) (Mali)", nil},
		{"Ratify the Convention.", nil},
		{"Ratify the Convention (Uruguay) (Mali); Accelerate the reform (Estonia);", []uhri.Part{
			{Text: "Ratify the Convention", States: []uhri.Country{"URY", "MLI"}}, {Text: "Accelerate the reform", States: []uhri.Country{"EST"}}}},
		{"Ratify OPCAT (Ghana). Ratify it soon (Peru). Do so by 2020 (Mali).", []uhri.Part{
			{Text: "Ratify OPCAT", States: []uhri.Country{"GHA"}}, {Text: "Ratify it soon", States: []uhri.Country{"PER"}},
			{Text: "Do so by 2020", States: []uhri.Country{"MLI"}}}},
		{"Ratify the Convention (Iran (Islamic Republic of)); and accelerate the reform (Estonia)", []uhri.Part{
			{Text: "Ratify the Convention", States: []uhri.Country{"IRN"}}, {Text: "accelerate the reform", States: []uhri.Country{"EST"}}}},
		{"Ratify (Ghana) (Peru, Ruritania); reform it (Mali)", []uhri.Part{
			{Text: "Ratify", States: []uhri.Country{"GHA", "PER"}}, {Text: "reform it", States: []uhri.Country{"MLI"}}}},
		{"Ratify the Convention (Ghana); strengthen the law on equality further", []uhri.Part{
			{Text: "Ratify the Convention", States: []uhri.Country{"GHA"}}, {Text: "strengthen the law on equality further"}}},
	} {
		if diff := cmp.Diff(c.want, Parts(c.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func FuzzStates(f *testing.F) {
	for _, s := range []string{"Ratify (Ghana) (Mali);", "A (Iran (Islamic Republic of); B (UK", "x Ghana);", "((((", "a) (b (Ghana)) Peru)", "Ratify (Ghana, on behalf of (Peru)); (Mali)", "(Ghana)", "A (X, Ghana, Y)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body, states, _ := RecommendingStates(text)
		if !strings.HasPrefix(text, body) {
			t.Errorf("%q: the body %q is no beginning of it", text, body)
		}
		for i, s := range states {
			if _, ok := s.Info(); !ok || slices.Contains(states[:i], s) {
				t.Errorf("%q: States %v", text, states)
			}
		}
		parts := Parts(text)
		if len(parts) == 1 {
			t.Errorf("%q: one part alone", text)
		}
		for _, p := range parts {
			if !strings.Contains(text, p.Text) {
				t.Errorf("%q: part %q is no piece of it", text, p.Text)
			}
		}
	})
}
