package segment

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/extract"
)

// renderings are the forms in which a document may come: a page of the document store with and without bold, a Word file,
// plain text. In an outline "# " and "## " are headings, "* " bold paragraphs.
var renderings = map[string]func(t *testing.T, outline string) []byte{
	"html":  func(_ *testing.T, o string) []byte { return []byte(page(o, "<b>", "</b>")) },
	"plain": func(_ *testing.T, o string) []byte { return []byte(page(o, "", "")) },
	"docx":  wordFile,
	"text":  func(_ *testing.T, o string) []byte { return []byte(plainText(o)) },
}

func eachLine(outline string, yield func(kind, text string)) {
	for line := range strings.Lines(outline) {
		line = strings.TrimSpace(line)
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "":
		case "symbol", "title", "#", "##", "*", "plain":
			yield(kind, rest)
		default:
			yield("", line)
		}
	}
}

func page(outline, bold, end string) string {
	var b strings.Builder
	b.WriteString("<html><head><meta charset=\"utf-8\"></head><body><p>United Nations</p>\n")
	eachLine(outline, func(kind, text string) {
		text = html.EscapeString(text)
		switch kind {
		case "symbol":
			fmt.Fprintf(&b, "<p>%s</p>\n<p>Distr.: General</p>\n<p>12 May 2020</p>\n", text)
		case "title", "#", "##", "*":
			fmt.Fprintf(&b, "<p>%s%s%s</p>\n", bold, text, end)
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", text)
		}
	})
	b.WriteString("</body></html>")
	return b.String()
}

func plainText(outline string) string {
	var b strings.Builder
	b.WriteString("United Nations\n\n")
	eachLine(outline, func(kind, text string) {
		b.WriteString(text + "\n\n")
		if kind == "symbol" {
			b.WriteString("Distr.: General\n\n12 May 2020\n\n")
		}
	})
	return b.String()
}

// wordFile writes a Word file with the paragraph styles of the United Nations at Geneva.
func wordFile(t *testing.T, outline string) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	eachLine(outline, func(kind, text string) {
		style, bold := "SingleTxtG", ""
		switch kind {
		case "title":
			style, bold = "HChG", "<w:rPr><w:b/></w:rPr>"
		case "#", "##":
			style, bold = "H23G", "<w:rPr><w:b/></w:rPr>"
			if headingNumber.MatchString(strings.ToLower(text)) {
				style = "H1G"
			}
		case "*":
			bold = "<w:rPr><w:b/></w:rPr>"
		}
		fmt.Fprintf(&b, `<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr><w:r>%s<w:t xml:space="preserve">%s</w:t></w:r></w:p>`, style, bold, html.EscapeString(text))
		if kind == "symbol" {
			b.WriteString(`<w:p><w:r><w:t>Distr.: General</w:t></w:r></w:p><w:p><w:r><w:t>12 May 2020</w:t></w:r></w:p>`)
		}
	})
	b.WriteString("</w:body></w:document>")
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"word/document.xml":   b.String(),
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestOutlines cuts a small document of our own for each committee's outline, of today and of earlier days, and for
// country visits.
func TestOutlines(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "outlines", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no outlines", err)
	}
	r := newReader(t)
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			outline, want, ok := strings.Cut(string(data), "-- want --\n")
			if !ok {
				t.Fatal("no expectation")
			}
			for form, render := range renderings {
				t.Run(form, func(t *testing.T) {
					d, err := r.Read(t.Context(), render(t, outline))
					if err != nil {
						t.Fatal(err)
					}
					checkOutline(t, cutOf(d), want)
				})
			}
		})
	}
}

func checkOutline(t *testing.T, c *Cut, want string) {
	t.Helper()
	var got strings.Builder
	for _, e := range c.Explain() {
		if c.Kind == AnnualReport {
			fmt.Fprintf(&got, "%s|", e.Country)
		}
		fmt.Fprintf(&got, "%s|%s|%s|%s|%d\n", e.Paragraph, e.Type, e.Section, e.Heading, len(e.Items))
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("kind %q, language %s (-want +got):\n%s", c.Kind, c.Lang, diff)
	}
	for _, p := range c.Passages {
		if len(p.Review) > 0 {
			t.Errorf("paragraph %s needs review: %v", p.Paragraph, p.Review)
		}
		if c.Kind != AnnualReport && c.Kind != ThematicReport && p.Country == "" {
			t.Errorf("paragraph %s has no State", p.Paragraph)
		}
	}
	if len(c.Review) > 0 {
		t.Errorf("the document needs review: %v", c.Review)
	}
	seen := map[uhri.ID]bool{}
	for _, rec := range c.Recommendations() {
		if seen[rec.ID] {
			t.Errorf("two passages are %s", rec.ID)
		}
		seen[rec.ID] = true
		if rec.Body == "" {
			t.Errorf("paragraph %s has no body", rec.Paragraph)
		}
	}
}

func cutOf(d *extract.Document) *Cut {
	switch KindOf(d) {
	case CountryVisit, ThematicReport, StateComments:
		return SpecialProcedure(d)
	}
	return TreatyBody(d)
}

// TestClosingPart: the parts of a country visit's report that are cut, by what they are called.
func TestClosingPart(t *testing.T) {
	s := &specialProcedure{}
	for heading, want := range map[string]bool{
		"VI. Conclusions and recommendations": true, "V. CONCLUSIONS AND RECOMMENDATIONS": true, "IV. Conclusion": true,
		"V. Overall conclusions and recommendations": true, "VI. Conclusions, recommendations and next steps": true,
		"VII. Concluding remarks and recommendations": true, "IV. Observations and recommendations": true, "V. The way forward": true,
		"VI. Priority recommendations": true, "VI. Recommendations to the Government of Qaldora": true, "IV. Conclusions/recommendations": true,
		"VII. Conclusiones y recomendaciones": true, "VI. Conclusions et recommandations": true,
		"III. Implementation of the recommendations made in 2010": false, "IV. Follow-up to previous recommendations": false,
		"II. Legal framework": false, "III. Recommendations of the universal periodic review": false, "I. Introduction": false,
	} {
		if got := s.within(place{first: heading}); got != want {
			t.Errorf("%s is cut: %v, want %v", heading, got, want)
		}
	}
}

func TestMandate(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"Report of the Special Rapporteur on the right to food, Jane Doe, on her mission to Qaldora", "SR Food"},
		{"Report of the Special Rapporteur on violence against women, its causes and consequences", "SR Violence against women"},
		{"Report of the Working Group on the issue of discrimination against women in law and in practice on its mission to Qaldora", "WG Women & girls"},
		{"Report of the independent expert on the question of human rights and extreme poverty", "SR Extreme poverty"},
		{"Report of the Special Rapporteur on the sale of children, child prostitution and child pornography", "SR Sale of children"},
		{"Informe del Relator Especial sobre la independencia de los magistrados y abogados", "SR Independence of judges"},
		{"Rapport de la Rapporteuse spéciale sur le droit à l’éducation", "SR Education"},
		{"Report of the Secretary-General on torture", ""},
	} {
		d := &extract.Document{Blocks: []extract.Block{{Kind: extract.Heading, Text: c.title}}}
		if got := procedureBody([]string{c.title}, d); got != c.want {
			t.Errorf("%s: %q, want %q", c.title, got, c.want)
		}
	}
	for _, m := range mandates {
		if b, ok := uhri.BodyByCode(m.code); !ok || b.Mechanism != uhri.MechanismSpecialProcedure {
			t.Errorf("%q is no special procedure of the vocabulary", m.code)
		}
	}
}

// TestPageBreaks: a bold recommendation that a page break cuts in two looks like a heading at the foot of its page.
func TestPageBreaks(t *testing.T) {
	d := &extract.Document{Format: extract.PDF, Lang: uhri.English, Symbols: []uhri.Symbol{"DEMO/CAT/C/XAA/CO/2"}, Blocks: []extract.Block{
		{Kind: extract.Heading, Level: 2, Number: "C", Text: "Principal subjects of concern and recommendations", Bold: 1},
		{Kind: extract.Heading, Level: 3, Text: "Medical care", Bold: 1},
		{Kind: extract.Paragraph, Number: "1", Text: "The Committee is concerned that detainees see no doctor."},
		{Kind: extract.Heading, Level: 3, Text: "The State party should ensure that all persons deprived of their", Bold: 1},
		{Kind: extract.Heading, Level: 3, Text: "Liberty under its laws see a doctor", Bold: 1, Page: 2},
		{Kind: extract.Plain, Text: "without delay.", Bold: 1, Page: 2},
		{Kind: extract.Heading, Level: 3, Text: "Training", Bold: 1, Page: 2},
		{Kind: extract.Paragraph, Number: "2", Text: "The Committee notes the courses held for"},
		{Kind: extract.Plain, Text: "prison doctors.", Page: 3},
	}}
	want := []Passage{
		{Paragraph: "1", Country: "XAA", Section: "C. Principal subjects of concern and recommendations", Heading: "Medical care", Type: uhri.TypeObservation, Text: "The Committee is concerned that detainees see no doctor."},
		{Paragraph: "1/rec", Country: "XAA", Section: "C. Principal subjects of concern and recommendations", Heading: "Medical care", Type: uhri.TypeRecommendation, Text: "The State party should ensure that all persons deprived of their Liberty under its laws see a doctor without delay."},
		{Paragraph: "2", Country: "XAA", Section: "C. Principal subjects of concern and recommendations", Heading: "Training", Type: uhri.TypeObservation, Text: "The Committee notes the courses held for prison doctors."},
	}
	if diff := cmp.Diff(want, TreatyBody(d).Passages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRecord shows one passage as the record it becomes.
func TestRecord(t *testing.T) {
	date, err := uhri.ParseDate("2020-05-12")
	if err != nil {
		t.Fatal(err)
	}
	d := &extract.Document{Format: extract.DOCX, Lang: uhri.English, Date: date, Symbols: []uhri.Symbol{"DEMO/CRPD/C/XAA/CO/1"}, Blocks: []extract.Block{
		{Kind: extract.Heading, Level: 1, Number: "III", Text: "Principal areas of concern and recommendations"},
		{Kind: extract.Heading, Level: 2, Number: "A", Text: "General principles and obligations (arts. 1–4)"},
		{Kind: extract.Paragraph, Number: "1", Text: "The Committee is concerned."},
		{Kind: extract.Heading, Level: 3, Text: "Right to life (art. 10)"},
		{Kind: extract.Paragraph, Number: "2", Text: "The Committee recommends that the State party:"},
		{Kind: extract.Item, Level: 1, Number: "(a)", Text: "Act, by:"},
		{Kind: extract.Item, Level: 2, Number: "(i)", Text: "Counting;"},
		{Kind: extract.Item, Level: 1, Number: "(b)", Text: "Report."},
	}}
	recs := TreatyBody(d).Recommendations()
	if len(recs) != 2 {
		t.Fatalf("%d records", len(recs))
	}
	if want := "A. General principles and obligations (arts. 1–4)\n1. The Committee is concerned."; recs[0].Texts[uhri.English].Full != want || recs[0].Articles != "arts. 1–4" {
		t.Errorf("articles %q, text %q", recs[0].Articles, recs[0].Texts[uhri.English].Full)
	}
	body := "The Committee recommends that the State party:\n(a) Act, by:\n(i) Counting;\n(b) Report."
	want := &uhri.Recommendation{
		ID: uhri.NewID("DEMO/CRPD/C/XAA/CO/1", "XAA", "2"), Type: uhri.TypeRecommendation, Symbol: "DEMO/CRPD/C/XAA/CO/1", Paragraph: "2", Order: 2,
		Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "Right to life (art. 10)\n2. " + body, Heading: "Right to life (art. 10)", Body: body}},
		Date:  date, Mechanism: uhri.MechanismTreatyBody, Body: "CRPD", Countries: []uhri.Country{"XAA"}, Articles: "art. 10", Demo: true,
		Provenance: uhri.Provenance{Inferred: []string{"type by rule"}},
	}
	if diff := cmp.Diff(want, recs[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
