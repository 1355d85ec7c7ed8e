package extract

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"uhri"
)

// brief formats blocks for comparison: kind, level, number, text.
func brief(blocks []Block) []string {
	var out []string
	for _, b := range blocks {
		s := string(b.Kind)
		if b.Level > 0 {
			s += fmt.Sprint(b.Level)
		}
		if b.Number != "" {
			s += " " + b.Number
		}
		out = append(out, s+": "+b.Text)
	}
	return out
}

func mustRead(t *testing.T, data []byte) *Document {
	t.Helper()
	d, err := newTestReader(t).Read(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAutomaticNumbers: Word's numbers are nowhere in its text; lists, levels, restarts and overrides must be counted.
func TestAutomaticNumbers(t *testing.T) {
	numbering := `<w:numbering xmlns:w="x">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="114"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="200"/></w:lvlOverride></w:num>
</w:numbering>`
	styles := `<w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="HChG"><w:name w:val="_ H _Ch_G"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="SingleTxtG"><w:name w:val="_ Single Txt_G"/></w:style></w:styles>`
	p := func(num, level, text string) string {
		return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + num + `"/></w:numPr></w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
	}
	body := `<w:p><w:pPr><w:pStyle w:val="HChG"/></w:pPr><w:r><w:t>Summary</w:t></w:r></w:p>` +
		`<w:p><w:pPr><w:pStyle w:val="HChG"/></w:pPr><w:r><w:t>Conclusions</w:t></w:r></w:p>` +
		p("1", "0", "The following enjoy support:") + p("1", "1", "Ratify the treaty (Spain);") + p("1", "1", "Do both of these:") +
		p("1", "2", "The first;") + p("1", "2", "The second (Chad).") +
		p("1", "0", "The following are noted:") + p("1", "1", "Stop (Mali).") +
		p("3", "0", "A list that was set to begin at 200.") +
		`<w:p><w:pPr><w:pStyle w:val="SingleTxtG"/></w:pPr><w:r><w:t xml:space="preserve">Plain, with a note</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>12</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:ins><w:r><w:t xml:space="preserve"> and a non</w:t></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:t>breaking hyphen.</w:t></w:r></w:ins></w:p>`
	d := mustRead(t, makeDOCX(t, map[string]string{"word/document.xml": wordBody(body), "word/numbering.xml": numbering, "word/styles.xml": styles,
		"word/footnotes.xml": `<w:footnotes xmlns:w="x"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>See A/HRC/1/1.</w:t></w:r></w:p></w:footnote></w:footnotes>`}))
	want := []string{
		"heading1 I: Summary", "heading1 II: Conclusions",
		"paragraph 114: The following enjoy support:", "item1 114.1: Ratify the treaty (Spain);", "item1 114.2: Do both of these:",
		"item1 (a): The first;", "item1 (b): The second (Chad).",
		"paragraph 115: The following are noted:", "item1 115.1: Stop (Mali).",
		"plain: 200. A list that was set to begin at 200.",
		"plain: Plain, with a note and a non‑breaking hyphen.",
	}
	if diff := cmp.Diff(want, brief(d.Blocks)); diff != "" {
		t.Errorf("blocks:\n%s", diff)
	}
	if diff := cmp.Diff([]Footnote{{Mark: "2", Text: "See A/HRC/1/1."}}, d.Footnotes); diff != "" {
		t.Errorf("footnotes:\n%s", diff)
	}
}

// TestNumberFields: the numbers of AUTONUM fields are nowhere in the file; those of SEQ fields are.
func TestNumberFields(t *testing.T) {
	field := func(instr, result string) string {
		return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>` + instr + `</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + result + `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
	}
	text := func(s string) string { return `<w:r><w:t xml:space="preserve">` + s + `</w:t></w:r>` }
	d := mustRead(t, makeDOCX(t, map[string]string{"word/document.xml": wordBody(
		`<w:p><w:fldSimple w:instr=" AUTONUM "/>` + text("The Committee met.") + `</w:p>` +
			`<w:p>` + field(" AUTONUM \\* Arabic ", "") + text(" The Committee welcomes the report.") + `</w:p>` +
			`<w:p>` + field(" SEQ level0 ", text("3")) + text(". The Committee regrets the delay.") + `</w:p>`)}))
	want := []string{"paragraph 1: The Committee met.", "paragraph 2: The Committee welcomes the report.", "paragraph 3: The Committee regrets the delay."}
	if diff := cmp.Diff(want, brief(d.Blocks)); diff != "" {
		t.Errorf("blocks:\n%s", diff)
	}
}

func TestNumberForms(t *testing.T) {
	for _, c := range []struct {
		format string
		n      int
		want   string
	}{
		{"decimal", 7, "7"}, {"lowerLetter", 26, "z"}, {"lowerLetter", 27, "aa"}, {"lowerLetter", 28, "bb"},
		{"lowerRoman", 14, "xiv"}, {"upperRoman", 49, "XLIX"}, {"decimalZero", 7, "07"}, {"upperLetter", 3, "C"}, {"none", 3, ""},
	} {
		if got := formatNumber(c.format, c.n); got != c.want {
			t.Errorf("%s of %d = %q, want %q", c.format, c.n, got, c.want)
		}
	}
}

func TestWordTables(t *testing.T) {
	cell := func(span, text string) string {
		pr := ""
		if span != "" {
			pr = `<w:tcPr><w:gridSpan w:val="` + span + `"/></w:tcPr>`
		}
		var ps strings.Builder
		for _, l := range strings.Split(text, "|") {
			ps.WriteString(`<w:p><w:r><w:t>` + l + `</w:t></w:r></w:p>`)
		}
		return `<w:tc>` + pr + ps.String() + `</w:tc>`
	}
	body := `<w:tbl><w:tr>` + cell("", "Recommendation") + cell("", "Position") + `</w:tr><w:tr>` + cell("2", "Theme: Health") + `</w:tr><w:tr>` +
		cell("", "1.1 Act (Peru);|Source of Position: A/HRC/1/1") + `<w:tc><w:tbl><w:tr>` + cell("", "Supported") + `</w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>`
	d := mustRead(t, makeDOCX(t, map[string]string{"word/document.xml": wordBody(body)}))
	var got [][]string
	for _, b := range d.Blocks {
		var row []string
		for _, c := range b.Cells {
			row = append(row, fmt.Sprintf("%d %s", c.Span, c.Text))
		}
		got = append(got, row)
	}
	want := [][]string{{"0 Recommendation", "0 Position"}, {"2 Theme: Health"}, {"0 1.1 Act (Peru);\nSource of Position: A/HRC/1/1", "0 Supported"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells:\n%s", diff)
	}
}

// TestDocstorePage: UTF-16, spaces lost where runs meet, numbers glued to words, notes raised.
func TestDocstorePage(t *testing.T) {
	page := `<html><head><title>no text</title><style>p{}</style></head><body>
<p><b>IIIPrincipal areas of concern and recommendations</b></p><p><b>A.General principles</b></p>
<p>1.The Committee<span>welcomes the</span><span>Act of 2019.</span><sup>3</sup></p>
<p><b>2.General comment</b></p><p>2.The Committee recommends that the State party:</p><p>(a)Adopt a law;</p><p>(b)Apply it.</p>
<table><tr><td>one</td><td>two</td></tr></table></body></html>`
	b := []byte{0xFF, 0xFE}
	for _, c := range utf16.Encode([]rune(page)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	d := mustRead(t, b)
	want := []string{
		"heading1 III: Principal areas of concern and recommendations", "heading2 A: General principles",
		"paragraph 1: The Committee welcomes the Act of 2019.", "heading3 2: General comment", "paragraph 2: The Committee recommends that the State party:",
		"item1 (a): Adopt a law;", "item1 (b): Apply it.", "row: one\ttwo",
	}
	if diff := cmp.Diff(want, brief(d.Blocks)); diff != "" {
		t.Errorf("blocks:\n%s", diff)
	}
	if d.Format != HTML || d.Lang != uhri.English {
		t.Errorf("%s %s", d.Format, d.Lang)
	}
}

// TestOtherScripts: Arabic paragraphs are numbered "1-", Chinese ones may have a wide stop.
func TestOtherScripts(t *testing.T) {
	for _, c := range []struct {
		page string
		want []string
	}{
		{"<p>1- نظرت اللجنة في التقرير.</p><p>2 - ترحب اللجنة بالتقرير:</p><p>(أ) القانون؛</p><p>3- توصي اللجنة.</p>",
			[]string{"paragraph 1: نظرت اللجنة في التقرير.", "paragraph 2: ترحب اللجنة بالتقرير:", "item1 (أ): القانون؛", "paragraph 3: توصي اللجنة."}},
		{"<p>1. 委员会审议了报告。</p><p>2．委员会欢迎报告。</p>", []string{"paragraph 1: 委员会审议了报告。", "paragraph 2: 委员会欢迎报告。"}},
	} {
		d := mustRead(t, []byte(`<html><head><meta charset="utf-8"></head><body>`+c.page+`</body></html>`))
		if diff := cmp.Diff(c.want, brief(d.Blocks)); diff != "" {
			t.Errorf("blocks:\n%s", diff)
		}
	}
}

// TestPlainText: a list below a late paragraph that runs past the paragraph's own next number stays a list.
func TestPlainText(t *testing.T) {
	var b strings.Builder
	for i := 1; i <= 24; i++ {
		fmt.Fprintf(&b, "%d. The Group said something, number %d.\n\n", i, i)
	}
	for i := 1; i <= 26; i++ {
		fmt.Fprintf(&b, "%d. Do thing number %d (Chad);\n", i, i)
	}
	b.WriteString("\n25. The following did not enjoy support:\n1. Stop it (Peru).\n\n26. All conclusions reflect positions.\n")
	d := mustRead(t, []byte(b.String()))
	paragraphs, items := 0, 0
	for _, x := range d.Blocks {
		switch x.Kind {
		case Paragraph:
			paragraphs++
		case Item:
			items++
		}
	}
	if paragraphs != 26 || items != 27 {
		t.Errorf("%d paragraphs and %d items, want 26 and 27:\n%s", paragraphs, items, strings.Join(brief(d.Blocks), "\n"))
	}
}

// TestTextOfPages: text taken out of PDFs has headings without blank lines around them, numbers on lines of their own,
// and the job number beside the page's.
func TestTextOfPages(t *testing.T) {
	d := mustRead(t, []byte(`                 Definition of torture
            1.     The Committee is concerned that torture
            is no crime.
            Rights of detainees and their
            families
            2.    The Committee regrets that paragraph
            12. of the Code is not applied.

GE.15-12345                                                              3
`+"\f"+`4                                                              GE.15-12345
A.

Other issues

3.

The Committee recommends that the State party:

(a)

Act;
`))
	want := []string{
		"plain: Definition of torture", "paragraph 1: The Committee is concerned that torture is no crime.",
		"plain: Rights of detainees and their families", "paragraph 2: The Committee regrets that paragraph 12. of the Code is not applied.",
		"plain: A. Other issues", "paragraph 3: The Committee recommends that the State party:", "item1 (a): Act;",
	}
	if diff := cmp.Diff(want, brief(d.Blocks)); diff != "" {
		t.Errorf("blocks:\n%s", diff)
	}
}

// TestMargins: in a short document, notes and cover may fill more rows than the text; where the paragraphs' numbers stand
// decides.
func TestMargins(t *testing.T) {
	l := &layout{body: 10, leading: 12, sheets: []sheet{{number: 1, width: 595}, {number: 2, width: 595}}, margins: [2]float64{56, 56}}
	line := func(page int, x float64, text string) {
		r := row{page: page, size: 10, x0: x, x1: x + 300, text: text, base: 700 - 12*float64(len(l.rows)), gap: 2}
		for _, c := range text {
			r.glyphs = append(r.glyphs, glyph{r: c, size: 10})
		}
		l.rows = append(l.rows, r)
	}
	line(1, 56, "United Nations")
	line(1, 113, "1. The Committee met.")
	line(1, 113, "2. The Committee welcomes the report.")
	line(2, 113, "3. The Committee recommends that the State party:")
	line(2, 141, "(a) Act;")
	line(2, 113, "4. The Committee requests a report.")
	l.indentRows()
	var d Document
	want := []string{"plain: United Nations", "paragraph 1: The Committee met.", "paragraph 2: The Committee welcomes the report.",
		"paragraph 3: The Committee recommends that the State party:", "item1 (a): Act;", "paragraph 4: The Committee requests a report."}
	if diff := cmp.Diff(want, brief(l.blocks(&d))); diff != "" || len(d.Issues) > 0 {
		t.Errorf("issues %v, blocks:\n%s", d.Issues, diff)
	}
}

// TestPlainHeadings: in old PDFs headings have the style of the text; gaps tell them, also at the top of a page.
func TestPlainHeadings(t *testing.T) {
	l := &layout{body: 12, leading: 14, sheets: []sheet{{number: 1, width: 595}, {number: 2, width: 595}}, margins: [2]float64{72, 72}}
	line := func(page int, gap float64, text string) {
		r := row{page: page, size: 12, x0: 72, x1: 400, text: text, gap: gap, first: gap == 0}
		for _, c := range text {
			r.glyphs = append(r.glyphs, glyph{r: c, size: 12})
		}
		l.rows = append(l.rows, r)
	}
	line(1, 0, "1. The Committee met.")
	line(1, 1.7, "D. Principal areas of concern")
	line(1, 1.7, "1. General measures")
	line(1, 1.7, "Legislation")
	line(1, 1.7, "2. The Committee is concerned that")
	line(1, 1, "the Act is old.")
	line(2, 0, "Coordination")
	line(2, 1.7, "3. The Committee regrets")
	line(2, 1, "The Gambia's delay.")
	var d Document
	want := []string{"paragraph 1: The Committee met.", "plain: D. Principal areas of concern", "plain: 1. General measures", "plain: Legislation",
		"paragraph 2: The Committee is concerned that the Act is old.", "plain: Coordination", "paragraph 3: The Committee regrets The Gambia's delay."}
	l.indentRows()
	if diff := cmp.Diff(want, brief(l.blocks(&d))); diff != "" {
		t.Errorf("blocks:\n%s", diff)
	}
}

func TestJoinRows(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"the State", "party", "the State party"},
		{"hate-", "motivated crimes", "hate-motivated crimes"},
		{"disability-", "and gender-responsive", "disability- and gender-responsive"},
		{"girls and/", "or women", "girls and/or women"},
		{"2009 –", "2014", "2009 – 2014"},
	} {
		if got := joinRows(c.a, c.b); got != c.want {
			t.Errorf("joinRows(%q, %q) = %q, want %q", c.a, c.b, got, c.want)
		}
	}
}

func TestSqueeze(t *testing.T) {
	if a, b := Squeeze("Non‑discrimination: “children’s” rights"), Squeeze("non - discrimination: 'children's' rights"); a != strings.ReplaceAll(b, "\"", "") {
		t.Errorf("%q and %q differ", a, b)
	}
}

// FuzzDecode: no input of any format may panic, hang or make a document without format.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("1. The Committee met.\n\n2. It left.\n(a) First;\n(b) Second."))
	f.Add([]byte("<html><p>1.One<table><tr><td>x</table><p>2.Two"))
	f.Add([]byte{0xFF, 0xFE, '<', 0, 'p', 0, '>', 0})
	r, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Detect(data) == PDF || Detect(data) == DOC {
			t.Skip()
		}
		d, err := r.decode(t.Context(), data)
		if err == nil && d.Format == "" {
			t.Error("a document without format")
		}
	})
}
