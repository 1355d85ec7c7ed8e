package clean

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		full string
		want Passage
	}{
		{"131.9 Ratify the Convention (Ghana);", Passage{Number: "131.9", Body: "Ratify the Convention (Ghana);"}},
		{"131.9. Ratify", Passage{Number: "131.9", Body: "Ratify"}},
		{"69.1 The establishment of", Passage{Number: "69.1", Body: "The establishment of"}},
		{"97.53..1 Ratify", Passage{Number: "97.53.1", Body: "Ratify"}},
		{"135 172. Ratify", Passage{Number: "135.172", Body: "Ratify"}},
		{"132-90\nالتصديق", Passage{Number: "132.90", Body: "التصديق"}},
		{"133-29 -\nمكافحة", Passage{Number: "133.29", Body: "مكافحة"}},
		{"23. The Committee", Passage{Number: "23", Body: "The Committee"}},
		{"23 The Committee", Passage{Number: "23", Body: "The Committee"}},
		{"20 per cent of women", Passage{Body: "20 per cent of women"}},
		{"2030 Agenda", Passage{Body: "2030 Agenda"}},
		{"Equality (art. 2)\n7. The Committee\n(a) One;\n(b) Two.", Passage{Heading: "Equality (art. 2)", Number: "7", Body: "The Committee\n(a) One;\n(b) Two."}},
		{"D. Rights\nEquality\n7. The Committee", Passage{Heading: "D. Rights\nEquality", Number: "7", Body: "The Committee"}},
		{"Women’s right to work 24. The Committee recommends", Passage{Heading: "Women’s right to work", Number: "24", Body: "The Committee recommends"}},
		{"In accordance with article 24. The Committee recommends", Passage{Body: "In accordance with article 24. The Committee recommends"}},
		{"Equality\nThe Committee notes", Passage{Heading: "Equality", Body: "The Committee notes"}},
		{"The Committee notes that;\nthe law", Passage{Body: "The Committee notes that;\nthe law"}},
		{"A sentence that ends.\n7. The Committee", Passage{Body: "A sentence that ends.\n7. The Committee"}},
		{"一般原则\n8. 委员会", Passage{Heading: "一般原则", Number: "8", Body: "委员会"}},
		{"", Passage{}},
	} {
		if diff := cmp.Diff(c.want, Split(c.full)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.full, diff)
		}
	}
}

// FuzzSplit: the parts of a passage are pieces of it, in order, and nothing but numbers and stops is left out.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"Equality\n7. The Committee", "131.9 Ratify (Ghana) (Mali);", "١٧- نص", "132-90\nنص", "Women 24. The Committee", "1\n2. A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		full := Text(raw)
		p := Split(full)
		rest, ok := strings.CutPrefix(full, p.Heading)
		if !ok || !strings.HasSuffix(rest, p.Body) {
			t.Fatalf("%q: %+v are no pieces of it", full, p)
		}
		if p.Number != "" && Order(p.Number) == 0 && strings.Trim(p.Number, "0.") != "" {
			t.Errorf("%q: number %q has no order", full, p.Number)
		}
		lead, items := Items(p.Body)
		if !strings.HasPrefix(p.Body, lead) {
			t.Errorf("%q: the lead %q is no beginning", p.Body, lead)
		}
		for _, it := range items {
			if !strings.Contains(p.Body, it.Text) {
				t.Errorf("%q: item %q is no piece", p.Body, it.Text)
			}
		}
		Articles(p.Heading)
		Procedural(p.Heading)
	})
}

func TestOrder(t *testing.T) {
	sorted := []string{"", "7", "23", "140", "140.1", "140.9", "140.9.1", "140.10", "140.100", "141.1"}
	for i := 1; i < len(sorted); i++ {
		if Order(sorted[i-1]) >= Order(sorted[i]) {
			t.Errorf("%q (%d) is not before %q (%d)", sorted[i-1], Order(sorted[i-1]), sorted[i], Order(sorted[i]))
		}
	}
	if got := Order("23(a)"); got != Order("23") {
		t.Errorf("23(a) is at %d, 23 at %d", got, Order("23"))
	}
}

func TestItems(t *testing.T) {
	for _, c := range []struct {
		body, lead string
		items      []Item
	}{
		{"recommends that the State party: (a) Adopt a law; (b) Train judges; and (c) Report.", "recommends that the State party:",
			[]Item{{"(a)", "Adopt a law;"}, {"(b)", "Train judges; and"}, {"(c)", "Report."}}},
		{"recommends:\n(a) Adopt a law (see (b));\n(b) Train.", "recommends:", []Item{{"(a)", "Adopt a law (see (b));"}, {"(b)", "Train."}}},
		{"in line with article 3 (a) and (b) of the Convention", "in line with article 3 (a) and (b) of the Convention", nil},
		{"recommends: (a) Only one.", "recommends: (a) Only one.", nil},
		{"recommends: (b) The second; (c) the third.", "recommends: (b) The second; (c) the third.", nil},
		{"", "", nil},
	} {
		lead, items := Items(c.body)
		if lead != c.lead || !slices.Equal(items, c.items) {
			t.Errorf("%q:\n lead %q, items %q", c.body, lead, items)
		}
	}
}

func TestArticles(t *testing.T) {
	for heading, want := range map[string]string{
		"Violence against women (arts. 2, 5 and 16)": "arts. 2, 5 and 16",
		"Equality (art. 2 (2) and 3)":                "art. 2 (2) and 3",
		"Health (article 12 of the Covenant)":        "article 12",
		"Health (see above)":                         "",
		"":                                           "",
	} {
		if got := Articles(heading); got != want {
			t.Errorf("%q: %q, want %q", heading, got, want)
		}
	}
}

func TestProcedural(t *testing.T) {
	for heading, want := range map[string]bool{
		"Follow-up and dissemination": true, "D. Dissemination": true, "Next periodic report": true, "IV. Follow-up to concluding observations": true,
		"Common core document": true, "Reporting": true, "Reporting of violence": false, "Equality": false, "": false,
		"Equality\nFollow-up procedure": true,
	} {
		if got := Procedural(heading); got != want {
			t.Errorf("%q: %v", heading, got)
		}
	}
}
