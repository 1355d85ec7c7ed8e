package uhri

import "testing"

func TestFoldName(t *testing.T) {
	for in, want := range map[string]string{
		"Côte d’Ivoire": "cote divoire", "COTE D'IVOIRE": "cote divoire", "Trinidad & Tobago": "trinidad and tobago", "AT&T": "at and t",
		"U.S.A.": "usa", "- IE  Albinism": "ie albinism", " Kosovo* ": "kosovo", "Tu\u0308rkiye": "turkiye", "İstanbul": "istanbul",
		"Łódź": "lodz", "Straße": "strasse", "Việt Nam": "viet nam", "Россия": "россия", "中国": "中国", "": "", "&": "and", "…": "",
	} {
		if got := FoldName(in); got != want {
			t.Errorf("FoldName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"theme", "group", "country", "recommending_state", "Kenya", "Côte d'Ivoire"}
	for _, c := range []struct{ in, want string }{
		{"coutnry", "country"}, {"contry", "country"}, {"recomending_state", "recommending_state"}, {"THEME", "theme"}, {"thmee", "theme"},
		{"Kenia", "Kenya"}, {"cote divoire", "Côte d'Ivoire"}, {"xyzzy", ""}, {"", ""}, {"k", ""}, {"goal", ""},
	} {
		got, ok := Nearest(c.in, candidates)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", c.in, got, ok, c.want)
		}
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("country", "contry")
	f.Fuzz(func(t *testing.T, in, candidate string) {
		if got, ok := Nearest(in, []string{candidate}); ok && got != candidate {
			t.Fatalf("Nearest(%q, %q) = %q", in, candidate, got)
		}
		if _, ok := Nearest(in, []string{in}); ok != (FoldName(in) != "") {
			t.Fatalf("%q is not nearest to itself", in)
		}
		a, b := []rune(FoldName(in)), []rune(FoldName(candidate))
		var row []int
		if EditDistance(a, b, 100, &row) != EditDistance(b, a, 100, &row) {
			t.Fatalf("the distance of %q and %q depends on their order", in, candidate)
		}
	})
}
