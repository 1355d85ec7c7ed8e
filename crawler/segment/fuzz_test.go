package segment

import (
	"strings"
	"testing"

	"uhri"
	"uhri/crawler/extract"
)

// FuzzCut throws blocks of any shape at both families: nothing panics, no two passages share a name, and every passage has
// a State or none, a type, and no more items than its text has lines.
func FuzzCut(f *testing.F) {
	f.Add("DEMO/CAT/C/XAA/CO/1", "hI|Introduction\np1|The Committee considered the report.\nhC|Principal subjects of concern and recommendations\np2|The Committee is concerned. The State party should act.\nu|The State party should:\ni(a)|Act;\ni(b)|Act again.", uint8(0))
	f.Add("DEMO/A/HRC/44/50/Add.1", "u|Visit to Qaldora\nhV|Conclusions and recommendations\np80|Ensure that (a) x; (b) y.\nh|Annex\np1|One.", uint8(1))
	f.Add("DEMO/A/59/38", "h|Qaldora\np17|The Committee urges.\nu|(1) The Committee\nh|Umbrezia", uint8(2))
	f.Add("", "p1|a\np1|b\np1|c\np9|\nu|2. The\ni1|x\ni•|y", uint8(3))
	f.Fuzz(func(t *testing.T, symbol, text string, lang uint8) {
		d := &extract.Document{Format: extract.HTML, Lang: uhri.Langs[int(lang)%len(uhri.Langs)]}
		if lang&8 != 0 {
			d.Format = extract.Text
		}
		if s, err := uhri.ParseSymbol(symbol); err == nil {
			d.Symbols = []uhri.Symbol{s}
		}
		for line := range strings.Lines(text) {
			mark, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "|")
			if mark == "" {
				continue
			}
			b := extract.Block{Number: mark[1:], Text: rest}
			switch mark[0] {
			case 'h':
				b.Kind, b.Level = extract.Heading, 1+len(rest)%3
			case 'p':
				b.Kind = extract.Paragraph
			case 'i':
				b.Kind, b.Level = extract.Item, 1+len(rest)%2
			case 'b':
				b.Kind, b.Bold = extract.Plain, 1
			default:
				b.Kind = extract.Plain
			}
			d.Blocks = append(d.Blocks, b)
		}
		for _, c := range []*Cut{TreatyBody(d), SpecialProcedure(d)} {
			names := map[string]bool{}
			for _, p := range c.Passages {
				key := string(p.Country) + "|" + p.Paragraph
				if names[key] {
					t.Errorf("two passages are %q", key)
				}
				names[key] = true
				if p.Type == "" {
					t.Errorf("paragraph %s has no type", p.Paragraph)
				}
				if n := len(p.Items); n > 0 && n > strings.Count(p.Text, "\n")+1 {
					t.Errorf("paragraph %s has %d items in %q", p.Paragraph, n, p.Text)
				}
			}
		}
	})
}

// FuzzSentences: sentences together are the text, and none is empty.
func FuzzSentences(f *testing.F) {
	f.Add("The Committee recalls its general comment No. 3 (2016) and targets 5.1 and 5.2.The State party should act; it should. (a) Now: yes")
	f.Add("Mr. X. et al. núm. 1 “a.” b")
	f.Fuzz(func(t *testing.T, s string) {
		ss := sentences(s)
		joined := strings.Join(ss, "")
		if joined != s && strings.TrimSpace(s[len(joined):]) != "" {
			t.Errorf("%q became %q", s, ss)
		}
		for _, x := range ss {
			if x == "" {
				t.Errorf("an empty sentence in %q", ss)
			}
		}
	})
}

// FuzzReadPassage: a passage read from any text keeps its words.
func FuzzReadPassage(f *testing.F) {
	f.Add("Data collection33 . The Committee recommends that the State party: (a) Count; (b) Publish.")
	f.Add("Reservation to article 412. Recalling its general recommendation, the Committee urges")
	f.Fuzz(func(t *testing.T, s string) {
		p := ReadPassage(s, uhri.English)
		if len(p.Heading)+len(p.Paragraph)+len(p.Text) > len(s) {
			t.Errorf("%q grew to %q, %q, %q", s, p.Heading, p.Paragraph, p.Text)
		}
	})
}
