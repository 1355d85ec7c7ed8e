package documents_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/sources/documents"
)

// The documents of one invented review, as plain text: the smallest that are recognised as what they are.
const reviewSymbol = uhri.Symbol("DEMO/A/HRC/58/4")

func reportText(symbol uhri.Symbol, third string) string {
	var debate strings.Builder
	for n := 1; n < 22; n++ { // recommendations stand far into a report, and their numbers tell them from lists
		fmt.Fprintf(&debate, "%d. Delegation number %d welcomed the plan of action.\n\n", n, n)
	}
	return fmt.Sprintf(`%s
Distr.: General
4 March 2025
Report of the Working Group on the Universal Periodic Review
Umbrezia

I. Summary of the proceedings of the review process

%sII. Conclusions and/or recommendations

22. The following recommendations will be examined by Umbrezia, which will provide responses in due time:
22.1 Ratify the treaty on the protection of rivers (Nordvalia);
22.2 Build schools in every district of the country (Qaldora) (Brevonne);
22.3 %s (Tamerune).

23. All conclusions and/or recommendations contained in the present report reflect the position of the submitting States.
`, symbol, debate.String(), third)
}

const third = "Train judges and prosecutors in the rights of children"

const addendumText = `DEMO/A/HRC/58/4/Add.1
Report of the Working Group on the Universal Periodic Review
Umbrezia
Addendum
Views on conclusions and/or recommendations, voluntary commitments and replies presented by the State under review

1. Umbrezia supports the following recommendations: 22.1, 22.2.

2. Umbrezia notes the following recommendation: 22.3.
`

const decisionText = `DEMO/A/HRC/DEC/58/101

Decision adopted by the Human Rights Council on 20 March 2025

Outcome of the universal periodic review: Umbrezia

The Human Rights Council,

Adopts the outcome of the review of Umbrezia, comprising the report thereon of the Working Group on the Universal Periodic Review (DEMO/A/HRC/58/4) and the views of the State (DEMO/A/HRC/58/4/Add.1).
Adopted without a vote.
`

// matrixPage is a thematic list; a table survives in HTML as it does in Word.
func matrixPage(position3, text3 string) string {
	row := func(first, position, themes string) string {
		return "<tr><td>" + first + "</td><td>" + position + "</td><td>" + themes + "</td></tr>"
	}
	return "<html><body><table>" + row("Recommendation", "Position", "Full list of themes") +
		row("<p>22.1 Ratify the treaty on the protection of rivers (Nordvalia);</p><p>Source of Position: DEMO/A/HRC/58/4/Add.1 - Para.1</p>", "Supported", "<p>Right to education</p>") +
		row("<p>22.2 Build schools in every district of the country (Qaldora) (Brevonne);</p>", "Supported", "<p>Right to education</p><p>no such theme</p>") +
		row("<p>22.3 "+text3+" (Tamerune).</p>", position3, "") + "</table></body></html>"
}

// shelf is a library with a process over it.
type shelf struct {
	t testing.TB
	documents.Library
	process crawler.Process
}

func newShelf(t testing.TB) *shelf {
	t.Helper()
	l := documents.In(newStore(t))
	return &shelf{t, l, documents.NewProcess(documents.ProcessOptions{Source: "test", Reader: newReader(t), Library: l})}
}

// cut keeps texts, joins them to one dossier and cuts it.
func (s *shelf) cut(parts ...documents.Part) ([]*uhri.Recommendation, error) {
	s.t.Helper()
	var d documents.Dossier
	for _, p := range parts {
		text := []byte(p.From)
		p.From, p.Hash = "", documents.Hash(text)
		if err := s.Keep(s.t.Context(), documents.File{Symbol: p.Symbol, Lang: p.Lang, MediaType: documents.MediaType(text), FetchedAt: time.Now(), Data: text}); err != nil {
			s.t.Fatal(err)
		}
		d.Add(p)
	}
	it, err := d.Item("the review", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.process(s.t.Context(), it)
}

func part(symbol uhri.Symbol, l uhri.Lang, text string) documents.Part {
	return documents.Part{Symbol: symbol, Lang: l, From: text}
}

// brief writes records as "number position by State, …".
func brief(recs []*uhri.Recommendation) []string {
	var out []string
	for _, r := range recs {
		by := []string{}
		for _, c := range r.UPR.Recommending {
			by = append(by, string(c))
		}
		out = append(out, fmt.Sprintf("%s %s %s", r.Paragraph, r.UPR.Position, strings.Join(by, "+")))
	}
	return out
}

func reviewNotes(recs []*uhri.Recommendation) map[string][]string {
	out := map[string][]string{}
	for _, r := range recs {
		if len(r.Provenance.Review) > 0 {
			out[r.Paragraph] = r.Provenance.Review
		}
	}
	return out
}

func TestReviewJoined(t *testing.T) {
	report, addendum := part(reviewSymbol, "en", reportText(reviewSymbol, third)), part(reviewSymbol+"/Add.1", "en", addendumText)
	decision := part("DEMO/A/HRC/DEC/58/101", "en", decisionText)
	states := [3]string{"XAK", "XAA+XAL", "XAC"}
	for _, c := range []struct {
		name      string
		parts     []documents.Part
		positions [3]string
		review    map[string][]string
	}{
		{"report alone", []documents.Part{report}, [3]string{"unknown", "unknown", "unknown"}, map[string][]string{}},
		{"addendum outweighs the report", []documents.Part{report, addendum, decision}, [3]string{"supported", "supported", "noted"}, map[string][]string{}},
		{"the order of the parts is nothing", []documents.Part{decision, addendum, report}, [3]string{"supported", "supported", "noted"}, map[string][]string{}},
		{"the thematic list fills in what nobody else says", []documents.Part{report, part("", "en", matrixPage("Noted", third))}, [3]string{"supported", "supported", "noted"}, map[string][]string{}},
		{"two readings agree", []documents.Part{report, addendum, part("", "en", matrixPage("Noted", third))}, [3]string{"supported", "supported", "noted"}, map[string][]string{}},
		{"two readings differ on a position", []documents.Part{report, addendum, part("", "en", matrixPage("Supported", third))}, [3]string{"supported", "supported", "noted"},
			map[string][]string{"22.3": {"the positions differ: noted in the report and its addendum, supported in the thematic list"}}},
		{"two readings differ on a text", []documents.Part{report, addendum, part("", "en", matrixPage("Noted", "Train nobody"))}, [3]string{"supported", "supported", "noted"},
			map[string][]string{"22.3": {"the thematic list has another text"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			recs, err := newShelf(t).cut(c.parts...)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"22.1 " + c.positions[0] + " " + states[0], "22.2 " + c.positions[1] + " " + states[1], "22.3 " + c.positions[2] + " " + states[2]}
			if diff := cmp.Diff(want, brief(recs)); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.review, reviewNotes(recs)); diff != "" {
				t.Errorf("review (-want +got):\n%s", diff)
			}
			for _, r := range recs {
				if r.ID != uhri.NewID(reviewSymbol, "XAB", r.Paragraph) || !r.Demo || r.Provenance.Source != "test" || r.Provenance.Pipeline != crawler.PipelineVersion {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

func TestThematicListLabels(t *testing.T) {
	recs, err := newShelf(t).cut(part(reviewSymbol, "en", reportText(reviewSymbol, third)), part("", "en", matrixPage("Noted", third)))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := uhri.ResolveConcept(uhri.SchemeTheme, "Right to education")
	if !ok {
		t.Fatal("the vocabulary lost a theme")
	}
	want := []uhri.Tag{{Scheme: uhri.SchemeTheme, Concept: c.Slug, Origin: uhri.OriginPublisher, By: "thematic list of recommendations"}}
	if diff := cmp.Diff(want, recs[1].Tags); diff != "" {
		t.Error(diff)
	}
	if len(recs[2].Tags) != 0 {
		t.Errorf("labels from nowhere: %v", recs[2].Tags)
	}
}

// TestAnswersMissing: the decision names answers that nobody has yet.
func TestAnswersMissing(t *testing.T) {
	recs, err := newShelf(t).cut(part(reviewSymbol, "en", reportText(reviewSymbol, third)), part("DEMO/A/HRC/DEC/58/101", "en", decisionText))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		if r.UPR.Position != uhri.PositionUnknown || !slices.Contains(r.Provenance.Review, "DEMO/A/HRC/DEC/58/101 names the answers DEMO/A/HRC/58/4/Add.1, which are not here") {
			t.Errorf("%s: %s, %v", r.Paragraph, r.UPR.Position, r.Provenance.Review)
		}
	}
}

// TestRevision: a reissue replaces the text and keeps the names.
func TestRevision(t *testing.T) {
	rev := reviewSymbol + "/Rev.1"
	recs, err := newShelf(t).cut(part(reviewSymbol, "en", reportText(reviewSymbol, third)), part(rev, "en", reportText(rev, "Train everybody")))
	if err != nil {
		t.Fatal(err)
	}
	if len(recs) != 3 || !strings.Contains(recs[2].CleanText("en"), "Train everybody") || recs[2].Symbol != reviewSymbol || recs[2].ID != uhri.NewID(reviewSymbol, "XAB", "22.3") {
		t.Errorf("%d records, the last %+v", len(recs), recs[len(recs)-1])
	}
}

// TestCorrigendum is told, not applied: what it corrects is prose.
func TestCorrigendum(t *testing.T) {
	corr := reviewSymbol + "/Corr.1"
	text := string(corr) + "\nCorrigendum\n\nParagraph 2\n\nThe third line should read otherwise.\n"
	s := newShelf(t)
	recs, err := s.cut(part(reviewSymbol, "en", reportText(reviewSymbol, third)), part(corr, "en", text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{string(corr) + " corrects the document; its corrections are not applied"}, recs[0].Provenance.Review); diff != "" || len(recs) != 3 {
		t.Errorf("%d records:\n%s", len(recs), diff)
	}
	if _, err := s.cut(part(corr, "en", text)); err == nil || !strings.Contains(err.Error(), "corrigendum") {
		t.Errorf("alone: %v", err)
	}
}

// TestLanguages: another language adds its texts to the same records.
func TestLanguages(t *testing.T) {
	observations := func(l uhri.Lang) string {
		if l == uhri.Spanish {
			return "DEMO/CAT/C/XAB/CO/3\nObservaciones finales sobre el tercer informe periódico de Umbrezia\n\nC. Principales motivos de preocupación y recomendaciones\n\n" +
				"1. Preocupa al Comité que los detenidos no tengan acceso a un médico y que las denuncias no se investiguen.\n\n2. El Comité recomienda al Estado parte que garantice el acceso a un médico y que investigue las denuncias.\n"
		}
		return "DEMO/CAT/C/XAB/CO/3\nConcluding observations on the third periodic report of Umbrezia\n\nC. Principal subjects of concern and recommendations\n\n" +
			"1. The Committee is concerned that detainees have no access to a doctor and that complaints are not investigated.\n\n2. The Committee recommends that the State party guarantee access to a doctor and investigate all complaints.\n"
	}
	const symbol = uhri.Symbol("DEMO/CAT/C/XAB/CO/3")
	recs, err := newShelf(t).cut(part(symbol, "es", observations("es")), part(symbol, "en", observations("en")))
	if err != nil {
		t.Fatal(err)
	}
	if len(recs) != 2 {
		t.Fatalf("%d records, want 2", len(recs))
	}
	for i, want := range []uhri.Type{uhri.TypeObservation, uhri.TypeRecommendation} {
		r := recs[i]
		if r.Type != want || !strings.Contains(r.CleanText("en"), "The Committee") || !strings.Contains(r.CleanText("es"), "Comité") || r.Body != "CAT" {
			t.Errorf("%s: %s, %v", r.Paragraph, r.Type, r.Texts)
		}
	}
}

// TestReplaced: a revision stands for what it revises; passages of both would be counted twice. A cover that says something else than what was
// asked for is told.
func TestReplaced(t *testing.T) {
	const symbol = uhri.Symbol("DEMO/CAT/C/XAB/CO/3")
	text := func(s uhri.Symbol) string {
		return string(s) + "\nConcluding observations on the third periodic report of Umbrezia\n\nC. Principal subjects of concern and recommendations\n\n" +
			"1. The Committee is concerned that detainees have no access to a doctor and that complaints are not investigated.\n\n2. The Committee recommends that the State party guarantee access to a doctor and investigate all complaints.\n"
	}
	recs, err := newShelf(t).cut(part(symbol, "en", text(symbol)), part(symbol+"/Rev.1", "en", text(symbol+"/Rev.1")))
	if err != nil {
		t.Fatal(err)
	}
	if len(recs) != 2 || recs[0].Symbol != symbol+"/Rev.1" || len(recs[0].Provenance.Review) > 0 {
		t.Errorf("%d records, the first of %s, %v", len(recs), recs[0].Symbol, recs[0].Provenance.Review)
	}
	recs, err = newShelf(t).cut(part("DEMO/CAT/C/XAC/CO/3", "en", text(symbol)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"its cover says DEMO/CAT/C/XAB/CO/3, and it was asked for as DEMO/CAT/C/XAC/CO/3"}, recs[0].Provenance.Review); diff != "" {
		t.Error(diff)
	}
}

// TestRejected: what yields nothing says why.
func TestRejected(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"addendum without report", addendumText, "needs the report DEMO/A/HRC/58/4"},
		{"decision without report", decisionText, "needs the report DEMO/A/HRC/58/4"},
		{"thematic list without report", matrixPage("Noted", third), "needs the report"},
		{"follow-up", "DEMO/CAT/C/XAB/CO/3/Add.1\nInformation received from Umbrezia on follow-up to the concluding observations\n\n1. The Government has acted.\n", "State's own follow-up"},
		{"something else", "A recipe\n\n1. Take two eggs.\n\n2. Stir them with the flour and the milk until they are smooth.\n", "what kind of document"},
		{"no document", "\x00\x01\x02\x03\x04\x05", "no PDF, Word, HTML or text file"},
		{"a broken Word file", "PK\x03\x04 and then nothing", "no PDF, Word, HTML or text file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShelf(t)
			_, err := s.process(t.Context(), crawler.Item{Key: "x", Raw: []byte(c.text), MediaType: documents.MediaType([]byte(c.text))})
			if reject, ok := err.(*crawler.ItemError); !ok || !strings.Contains(reject.Reason, c.says) || reject.Key != "x" {
				t.Errorf("got %v, want a rejection about %q", err, c.says)
			}
		})
	}
}

// TestPartsAreLost: a dossier whose documents were taken down or lost says so and loses nobody else's.
func TestPartsAreLost(t *testing.T) {
	s := newShelf(t)
	gone := documents.Part{Hash: strings.Repeat("ab", 32), Symbol: reviewSymbol + "/Add.1", Lang: "en"}
	text := []byte(reportText(reviewSymbol, third))
	if err := s.Keep(t.Context(), documents.File{Symbol: reviewSymbol, Lang: "en", MediaType: "text/plain", Data: text}); err != nil {
		t.Fatal(err)
	}
	d := documents.Dossier{}
	d.Add(documents.Part{Hash: documents.Hash(text), Symbol: reviewSymbol, Lang: "en"})
	d.Add(gone)
	it, err := d.Item("x", nil)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := s.process(t.Context(), it)
	if err != nil || len(recs) != 3 || !slices.Contains(recs[0].Provenance.Review, string(gone.Symbol)+": the document is not kept here") {
		t.Errorf("%d records, %v", len(recs), err)
	}
	it.Raw = []byte("{")
	if _, err := s.process(t.Context(), it); err == nil || !strings.Contains(err.Error(), "dossier") {
		t.Errorf("a broken dossier: %v", err)
	}
}

func TestDossier(t *testing.T) {
	var d documents.Dossier
	p := documents.Part{Hash: "1", Symbol: "A/HRC/1/1", Lang: "en", Is: "upr_report", From: "here"}
	moved, reissued, decision, spanish := p, p, p, p
	moved.From = "there"
	reissued.Hash = "2"
	decision.Hash, decision.Is = "3", "upr_outcome" // its cover was misread
	spanish.Hash, spanish.Lang = "4", "es"
	for i, c := range []struct {
		part documents.Part
		new  bool
		size int
	}{{p, true, 1}, {moved, false, 1}, {spanish, true, 2}, {reissued, true, 2}, {reissued, false, 2}, {decision, true, 3}} {
		if got := d.Add(c.part); got != c.new || len(d.Parts) != c.size {
			t.Errorf("step %d: Add = %v, %d parts; want %v, %d", i, got, len(d.Parts), c.new, c.size)
		}
	}
	raw, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := documents.DecodeDossier(raw)
	if diff := cmp.Diff(d, back); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if d.Parts[2].Lang != "es" {
		t.Errorf("English does not come first: %+v", d.Parts)
	}
}
