package clean

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"uhri"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"nothing to do", "131.9 Ratify the Convention (Ghana);", "131.9 Ratify the Convention (Ghana);"},
		{"empty", " \t\r\n\u00a0 ", ""},
		{"paragraphs", "<p>Equality</p><p>7. The Committee</p>", "Equality\n7. The Committee"},
		{"attributes", `<p class="SingleTxt" style='mso-x:1'>Text <span lang="EN-GB">here</span></p>`, "Text here"},
		{"capitals", "<P>One<BR/>two<BR>three</P>", "One\ntwo\nthree"},
		{"line ends inside HTML are spaces", "<p>one\r\ntwo</p>", "one two"},
		{"lists", "<ol><li>(a) first;</li><li>(b) second.</li></ol>", "(a) first;\n(b) second."},
		{"cells", "<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>", "one two\nthree"},
		{"bold is no break", "the <b>right</b> to <i>life</i>", "the right to life"},
		{"inside a word", "child<b>ren</b>", "children"},
		{"a footnote's number", "the Covenant<sup>12</sup> and", "the Covenant 12 and"},
		{"an ordinal", "the 2<sup>nd</sup> report", "the 2nd report"},
		{"less than", "children <5 years, a < b and c > d", "children <5 years, a < b and c > d"},
		{"no tag at all", "a <b and c> d", "a <b and c> d"},
		{"angle quotes", "<<Convention>>", "<<Convention>>"},
		{"a comment", "one<!-- <p>not shown</p> --> two", "one two"},
		{"an open comment", "one <!-- two", "one <!-- two"},
		{"script and style", "<style>p {color: red}</style><script>alert(1 < 2)</script>text", "text"},
		{"entities", "Women&nbsp;&amp; girls&rsquo; r&oacute;le &#8211; &#x2019;", "Women & girls’ róle – ’"},
		{"escaped twice", "the&amp;nbsp;Committee &amp;amp; others", "the Committee & others"},
		{"an escaped tag", "&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", "one\ntwo"},
		{"no entity", "R&D, AT&T, ?a=1&copy=2", "R&D, AT&T, ?a=1&copy=2"},
		{"spaces", "one  two\u00a0three\u2009four\tfive", "one two three four five"},
		{"line ends", "one\r\n\r\n   two\rthree\u2028four", "one\ntwo\nthree\nfour"},
		{"nobody sees", "co\u00adopera\u200btion\ufeff \u200eof\u202c", "cooperation of"},
		{"controls", "a\x00b\x01c\x7f", "abc"},
		{"Windows-1252", "children\u0092s \u0093rights\u0094 \u0096 all", "children’s “rights” – all"},
		{"hyphens", "follow\u2010up non\u2011refoulement", "follow-up non-refoulement"},
		{"Word's bullets", "\uf0b7 Ratify", "Ratify"},
		{"not UTF-8", "one\xff two", "one\ufffd two"},
		{"composed", "e\u0301ducation", "éducation"},
		{"possessive apart", "children ’ s rights, China ’s law, Committee’ s, women 's", "children’s rights, China’s law, Committee’s, women's"},
		{"elision apart", "Côte d ’ Ivoire, l ’ homme, qu ’ il, d ' accord", "Côte d’Ivoire, l’homme, qu’il, d ' accord"},
		{"quotations stay", "the ‘ best interests ’ of", "the ‘ best interests ’ of"},
		{"plural possessive stays", "the States ’ obligations", "the States ’ obligations"},
		{"number at its text", "3.The Committee takes note.", "3. The Committee takes note."},
		{"heading at its number", "Medical care43. The Committee is concerned", "Medical care\n43. The Committee is concerned"},
		{"heading in parentheses", "Violence (arts. 2 and 5)43.The Committee", "Violence (arts. 2 and 5)\n43. The Committee"},
		{"Arabic heading", "المبادئ العامة8- وتشعر اللجنة", "المبادئ العامة\n8- وتشعر اللجنة"},
		{"Chinese heading", "一般原则8.委员会", "一般原则\n8. 委员会"},
		{"items", "recommends that the State party:(a)Adopt a law;(b)Train judges; and(c)Report.", "recommends that the State party: (a) Adopt a law; (b) Train judges; and (c) Report."},
		{"an article stays", "article 3(a) of the Convention", "article 3(a) of the Convention"},
		{"a year is no number of a paragraph", "The plan for 2020. The Committee", "The plan for 2020. The Committee"},
		{"broken words stay", "develop- ment, short- and long-term, achieve ment", "develop- ment, short- and long-term, achieve ment"},
		{"Word's settings", "Normal 0 false false false EN-GB X-NONE X-NONE 12. The Committee", "12. The Committee"},
		{"a word that is Normal", "Normal schooling of children", "Normal schooling of children"},
		{"Word's styles", "/* Style Definitions */ table.MsoNormalTable {mso-style-name:\"x\"; mso-para-margin:0cm;} 12. The Committee", "12. The Committee"},
		{"Word's conditions", "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><p>12. Text<o:p></o:p></p>", "12. Text"},
		{"Chinese", "<p>133.29　批准《公约》（加纳）；</p>", "133.29 批准《公约》（加纳）；"},
	} {
		if got := Text(c.raw); got != c.want {
			t.Errorf("%s:\n raw  %q\n got  %q\n want %q", c.name, c.raw, got, c.want)
		}
	}
}

// TestWordSettings: a real record is 21,000 characters of settings before 400 of text.
func TestWordSettings(t *testing.T) {
	var raw strings.Builder
	raw.WriteString("<xml>\r\n<w:LatentStyles DefLockedState=\"false\" LatentStyleCount=\"267\">\r\n")
	for raw.Len() < 21_000 {
		fmt.Fprintf(&raw, "<w:LsdException Locked=\"false\" Priority=\"%d\" Name=\"heading %d\"/>\r\n", raw.Len()%99, raw.Len()%9)
	}
	raw.WriteString("</w:LatentStyles></xml>")
	const want = "Right to health\n31. The Committee is concerned about waiting times."
	for name, s := range map[string]string{
		"closed":       raw.String() + "<p>Right to health</p><p>31.&nbsp;The Committee is concerned about waiting times.</p>",
		"in a comment": "<!--[if gte mso 9]>" + raw.String() + "<![endif]--><p>Right to health</p><p>31. The Committee is concerned about waiting times.</p>",
		"escaped":      strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(raw.String() + "<p>Right to health</p><p>31. The Committee is concerned about waiting times.</p>"),
	} {
		if got := Text(s); got != want {
			t.Errorf("%s: %.200q", name, got)
		}
	}
}

// settled are the properties of every repaired text.
func settled(t *testing.T, raw string) {
	t.Helper()
	once := Text(raw)
	if twice := Text(once); twice != once {
		t.Errorf("not settled: %q\n once  %q\n twice %q", raw, once, twice)
	}
	switch {
	case !utf8.ValidString(once):
		t.Errorf("%q: not UTF-8: %q", raw, once)
	case !norm.NFC.IsNormalString(once):
		t.Errorf("%q: not NFC: %q", raw, once)
	case once != strings.TrimSpace(once):
		t.Errorf("%q: spaces around: %q", raw, once)
	case strings.Contains(once, "  "), strings.Contains(once, "\n\n"), strings.Contains(once, " \n"), strings.Contains(once, "\n "):
		t.Errorf("%q: runs of spaces: %q", raw, once)
	case strings.ContainsFunc(once, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		t.Errorf("%q: controls: %q", raw, once)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"<p>Equality</p><p>7.The Committee:(a)Adopt;(b)Report.</p>", "&amp;lt;p&amp;gt;", "children ’ s &rsquo; s", "a<b>c&lt;/b&gt;",
		"Medical care43. The Committee", "المبادئ العامة8- وتشعر اللجنة", "一般原则8.委员会", "<!--[if]><xml>x</xml><![endif]-->", "<sup>12</sup>x<sup>1",
		"/* Style Definitions */ p.Mso {mso-a:b}", "Normal 0 false EN-GB X-NONE", "&#60;p&#62;&#x26;nbsp;", "\x92s\u0092s\r\n\r", "<style", "<title><p>", "l ’ homme d’ un",
		"Aa0. 0. 0. A ", "e\u0301 \u0301", "0. (a)A(b)B", "&&amp;#38;#38;lt;",
	} {
		f.Add(s)
	}
	f.Fuzz(settled)
}

func TestIsTranslation(t *testing.T) {
	const english = "12. The State party should ratify the Convention."
	for _, c := range []struct {
		lang uhri.Lang
		text string
		want bool
	}{
		{uhri.French, "12. L’État partie devrait ratifier la Convention.", true},
		{uhri.French, english, false},
		{uhri.French, "<p>12.&nbsp;The State party should\r\nratify the Convention.</p>", false},
		{uhri.Spanish, "  ", false},
		{uhri.Arabic, "١٢- ينبغي التصديق على الاتفاقية", true},
		{uhri.Arabic, "12. The State party should ratify it (slightly other words).", false},
		{uhri.Russian, "12. Государству-участнику следует", true},
		{uhri.Russian, "12.", false},
		{uhri.Chinese, "12. 缔约国应批准该公约。", true},
		{uhri.Chinese, "12. CEDAW", false},
		{uhri.English, english, true},
	} {
		if got := IsTranslation(c.lang, c.text, english); got != c.want {
			t.Errorf("%s %q: %v", c.lang, c.text, got)
		}
	}
}
