package cite_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/api/cite"
)

var record = &uhri.Recommendation{
	ID: "6074f363-c8ae-4f0d-826b-26e751082b5a", Type: uhri.TypeRecommendation, Symbol: "A/HRC/29/10", Paragraph: "142.5", Date: uhri.Date{Year: 2015, Month: 3, Day: 26},
	Mechanism: uhri.MechanismUPR, Body: "UPR", Countries: []uhri.Country{"KEN"},
	Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "142.5 Spend 50% of {all} funds on A_B & C\n(State);"}},
}

func works() map[string]cite.Work {
	observation := *record
	observation.Type, observation.Symbol, observation.Paragraph, observation.Date = uhri.TypeObservation, "CAT/C/KEN/CO/2", "23(a)", uhri.Date{Year: 2013, Month: 6}
	observation.Mechanism, observation.Body, observation.Countries = uhri.MechanismTreatyBody, "CAT", []uhri.Country{"KEN", "CIV"}
	visit := *record
	visit.Type, visit.Symbol, visit.Paragraph, visit.Date = uhri.TypeRecommendation, "A/HRC/40/60/Add.2", "88(a)", uhri.Date{Year: 2019}
	visit.Mechanism, visit.Body, visit.Texts = uhri.MechanismSpecialProcedure, "SR Torture", map[uhri.Lang]uhri.Text{uhri.French: {Full: "Texte"}}
	noSymbol := *record
	noSymbol.Symbol, noSymbol.Paragraph, noSymbol.Date = "", "", uhri.Date{}
	unknown := uhri.Recommendation{ID: "x", Countries: []uhri.Country{"KEN", "UGA", "CHL", "FRA"}}
	return map[string]cite.Work{
		"upr":      cite.OfRecord(record, uhri.English, "https://example.org/r/6074f363-c8ae-4f0d-826b-26e751082b5a"),
		"treaty":   cite.OfRecord(&observation, uhri.English, "https://example.org/r/o"),
		"visit":    cite.OfRecord(&visit, uhri.French, "https://example.org/r/v"),
		"nosymbol": cite.OfRecord(&noSymbol, uhri.English, "https://example.org/r/n"),
		"report":   cite.OfDocument("A/HRC/40/60/Add.2", uhri.MechanismSpecialProcedure, "SR Torture", []uhri.Country{"KEN"}, uhri.Date{}, "https://example.org/d/A/HRC/40/60/Add.2"),
		"unknown":  cite.OfRecord(&unknown, "", "https://example.org/r/x"),
		"document": cite.OfDocument("CAT/C/KEN/CO/2", uhri.MechanismTreatyBody, "CAT", []uhri.Country{"KEN"}, uhri.Date{Year: 2013}, "https://example.org/d/CAT/C/KEN/CO/2"),
		"search":   cite.OfSearch(`records with "torture"`, "2026-11-24.17", time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), 13421, "https://example.org/search?q=torture&snapshot=2026-11-24.17"),
	}
}

func TestStyles(t *testing.T) {
	ws := works()
	tests := []struct{ work, style, want string }{
		{"upr", "apa", "Working Group on the Universal Periodic Review. (2015, March 26). [Recommendation to Kenya, para. 142.5] (A/HRC/29/10). United Nations, Human Rights Council. https://example.org/r/6074f363-c8ae-4f0d-826b-26e751082b5a"},
		{"upr", "chicago", "Human Rights Council, Working Group on the Universal Periodic Review. [Recommendation to Kenya, para. 142.5]. A/HRC/29/10. March 26, 2015. https://example.org/r/6074f363-c8ae-4f0d-826b-26e751082b5a."},
		{"upr", "oscola", "Human Rights Council, Working Group on the Universal Periodic Review, [Recommendation to Kenya] (26 March 2015) UN Doc A/HRC/29/10, para 142.5 <https://example.org/r/6074f363-c8ae-4f0d-826b-26e751082b5a>"},
		{"treaty", "apa", "Committee against Torture. (2013, June). [Observation on Kenya and Côte d'Ivoire, para. 23(a)] (CAT/C/KEN/CO/2). United Nations. https://example.org/r/o"},
		{"treaty", "oscola", "Committee against Torture, [Observation on Kenya and Côte d'Ivoire] (June 2013) UN Doc CAT/C/KEN/CO/2, para 23(a) <https://example.org/r/o>"},
		{"unknown", "apa", "United Nations. (n.d.). [Passage on Kenya, Uganda and 2 other States]. https://example.org/r/x"},
		{"unknown", "chicago", "United Nations. [Passage on Kenya, Uganda and 2 other States]. n.d. https://example.org/r/x."},
		{"visit", "apa", "Special Rapporteur on torture and other cruel, inhuman or degrading treatment or punishment. (2019). [Recommendation to Kenya, para. 88(a)] (A/HRC/40/60/Add.2). United Nations, Human Rights Council. https://example.org/r/v"},
		{"visit", "oscola", "Human Rights Council, Special Rapporteur on torture and other cruel, inhuman or degrading treatment or punishment, [Recommendation to Kenya] (2019) UN Doc A/HRC/40/60/Add.2, para 88(a) <https://example.org/r/v>"},
		{"nosymbol", "apa", "Working Group on the Universal Periodic Review. (n.d.). [Recommendation to Kenya]. United Nations, Human Rights Council. https://example.org/r/n"},
		{"nosymbol", "chicago", "Human Rights Council, Working Group on the Universal Periodic Review. [Recommendation to Kenya]. n.d. https://example.org/r/n."},
		{"nosymbol", "oscola", "Human Rights Council, Working Group on the Universal Periodic Review, [Recommendation to Kenya] (undated) <https://example.org/r/n>"},
		{"report", "chicago", "Human Rights Council, Special Rapporteur on torture and other cruel, inhuman or degrading treatment or punishment. [Report on the visit to Kenya]. A/HRC/40/60/Add.2. n.d. https://example.org/d/A/HRC/40/60/Add.2."},
		{"document", "apa", "Committee against Torture. (2013). [Concluding observations on Kenya] (CAT/C/KEN/CO/2). United Nations. https://example.org/d/CAT/C/KEN/CO/2"},
		{"document", "oscola", "Committee against Torture, [Concluding observations on Kenya] (2013) UN Doc CAT/C/KEN/CO/2 <https://example.org/d/CAT/C/KEN/CO/2>"},
		{"search", "apa", `uhri. (2026, November 24). [Search of UN human rights recommendations: records with "torture"]. Snapshot 2026-11-24.17, 13,421 records. https://example.org/search?q=torture&snapshot=2026-11-24.17`},
	}
	for _, tt := range tests {
		for _, s := range cite.Styles() {
			if s.Name != tt.style {
				continue
			}
			if got := s.Write(ws[tt.work]); got != tt.want {
				t.Errorf("%s of %s:\n got %s\nwant %s", tt.style, tt.work, got, tt.want)
			}
		}
	}
}

func TestRIS(t *testing.T) {
	want := strings.ReplaceAll(`TY  - RPRT
ID  - 6074f363-c8ae-4f0d-826b-26e751082b5a
AU  - Working Group on the Universal Periodic Review
TI  - [Recommendation to Kenya, para. 142.5]
PY  - 2015
DA  - 2015/03/26/
PB  - United Nations, Human Rights Council
SN  - A/HRC/29/10
SE  - 142.5
LA  - en
AB  - 142.5 Spend 50% of {all} funds on A_B & C (State);
UR  - https://example.org/r/6074f363-c8ae-4f0d-826b-26e751082b5a
ER  - 
`, "\n", "\r\n")
	if d := cmp.Diff(want, works()["upr"].RIS()); d != "" {
		t.Errorf("RIS (-want +got):\n%s", d)
	}
	line := regexp.MustCompile(`^[A-Z][A-Z0-9]  - .*$`)
	for name, w := range works() {
		lines := strings.Split(strings.TrimSuffix(w.RIS(), "\r\n"), "\r\n")
		for _, l := range lines {
			if !line.MatchString(l) {
				t.Errorf("%s: %q is no line of RIS", name, l)
			}
		}
		for _, l := range lines {
			// Readers of RIS take what follows a comma for a person's first name.
			if author, ok := strings.CutPrefix(l, "AU  - "); ok && strings.Contains(author, ",") {
				t.Errorf("%s: the body %q would be taken apart", name, author)
			}
		}
		if !strings.HasPrefix(lines[0], "TY") || lines[len(lines)-1] != "ER  - " {
			t.Errorf("%s begins %q and ends %q", name, lines[0], lines[len(lines)-1])
		}
	}
}

func TestCSL(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal([]byte(works()["treaty"].CSLJSON()), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"id": "6074f363-c8ae-4f0d-826b-26e751082b5a", "type": "report", "title": "[Observation on Kenya and Côte d'Ivoire, para. 23(a)]", "author": []any{map[string]any{"literal": "Committee against Torture"}},
		"issued": map[string]any{"date-parts": []any{[]any{2013.0, 6.0}}}, "number": "CAT/C/KEN/CO/2", "publisher": "United Nations", "section": "23(a)", "language": "en",
		"abstract": "142.5 Spend 50% of {all} funds on A_B & C\n(State);", "URL": "https://example.org/r/o",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("CSL (-want +got):\n%s", d)
	}
}

// pandoc reads what we write, and finds in it what we put there.
func TestPandocReadsThem(t *testing.T) {
	pandoc, err := exec.LookPath("pandoc")
	if err != nil {
		t.Skip("pandoc is not installed")
	}
	run := func(in string, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), pandoc, args...)
		cmd.Stdin = strings.NewReader(in)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("pandoc %v: %v: %s\n%s", args, err, errs.String(), in)
		}
		return out
	}
	var bib strings.Builder
	ws := works()
	order := []string{"upr", "treaty", "visit", "nosymbol", "report", "unknown", "document", "search"}
	for _, name := range order {
		w := ws[name]
		w.ID = name // each its own key
		bib.WriteString(w.BibTeX())
	}
	var items []cite.CSL
	if err := json.Unmarshal(run(bib.String(), "-f", "bibtex", "-t", "csljson"), &items); err != nil {
		t.Fatal(err)
	}
	if len(items) != len(order) {
		t.Fatalf("pandoc finds %d entries, want %d:\n%s", len(items), len(order), bib.String())
	}
	for _, it := range items {
		w, ok := ws[strings.TrimPrefix(it.ID, "uhri:")]
		if !ok {
			t.Errorf("key %q", it.ID)
			continue
		}
		want := w.CSL()
		if len(it.Author) != 1 || it.Author[0] != want.Author[0] {
			t.Errorf("%s: author %v, want %v", it.ID, it.Author, want.Author)
		}
		if d := cmp.Diff(want.Issued, it.Issued); d != "" {
			t.Errorf("%s: date (-want +got):\n%s", it.ID, d)
		}
		plain := strings.NewReplacer("’", "'", "“", `"`, "”", `"`).Replace
		if it.Number != want.Number || it.URL != want.URL || plain(it.Title) != want.Title {
			t.Errorf("%s: %q %q %q, want %q %q %q", it.ID, it.Number, it.URL, it.Title, want.Number, want.URL, want.Title)
		}
		if got := strings.Join(strings.Fields(plain(it.Abstract)), " "); got != strings.Join(strings.Fields(want.Abstract), " ") {
			t.Errorf("%s: abstract %q, want %q", it.ID, got, want.Abstract)
		}
	}
	var csl []string
	for _, name := range order {
		w := ws[name]
		w.ID = name
		csl = append(csl, w.CSLJSON())
	}
	text := string(run("["+strings.Join(csl, ",")+"]", "-f", "csljson", "-t", "plain", "--citeproc", "--wrap=none"))
	for _, want := range []string{"A/HRC/29/10", "Committee against Torture", "2015", "Concluding observations on Kenya"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("citeproc does not print %q:\n%s", want, text)
		}
	}
}
