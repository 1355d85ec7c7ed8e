package extract

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// para is one paragraph of a format that has paragraphs: docx, HTML, text. paras become blocks by the rules that rows
// of a PDF do, but that indents take the place of margins.
type para struct {
	text         string
	number       string // automatic, as printed: "12.", "(a)"
	bold, italic float64
	style        string
	heading      int // level the format itself gives; 0 = none
	indent       float64
	cells        []Cell
	table        int
}

var (
	numberPara = regexp.MustCompile(`^(\d{1,3})[.．]\s*`)
	arabicPara = regexp.MustCompile(`^(\d{1,3})\s?[-–ـ]\s*\p{Arabic}`) // "1- نظرت اللجنة"
	arabicItem = regexp.MustCompile(`^\(\p{Arabic}{1,2}\)\s*`)
	subPara    = regexp.MustCompile(`^(\d{1,3})\.\s?(\d{1,3})(?:\.\s*|\s+|$)`)
	// Docstore pages lose the space after a number: "IIIPrincipal areas", "A.Introduction".
	gluedOutline = regexp.MustCompile(`^(?:(VIII|VII|VI|IV|IX|III|II|I|V|X)\.?\s*|([A-K])\.\s*)(\p{Lu}.*)$`)
	// A line of the contents without leaders: "I. Introduction 1–6 3", in docstore pages "I.Introduction1–63".
	contentsPara = regexp.MustCompile(`^(?:[IVX]{1,5}|[A-Z]|\d{1,2})\.\s?\p{Lu}.*\D(?:\d{1,3}\s?[-–]\s?\d{1,3}\s+\d{1,3}|\d{1,3}[-–]\d{2,6})$`)
	partHeading  = regexp.MustCompile(`(?i)^(?:[ivx]{1,5}\.?|[a-k]\.)\s*(?:introduction|positive aspects|conclusions?\b|recommendations?\b|summary of|principal|principle|main |factors|concerns? and|suggestions|voluntary|follow|dissemination|presentation by|interactive dialogue)`)
)

type state struct {
	main, inner   int
	prefix        string // of the last item of the form 140.7
	sub           int    // and its number in the list
	letter, roman string
}

// parasToBlocks numbers and classifies paragraphs.
func parasToBlocks(ps []para, d *Document) []Block {
	chain := paraChain(ps, d)
	var out []Block
	var st state
	lastLetter := ""
	for i, p := range ps {
		b := Block{Bold: p.bold, Italic: p.italic, Indent: p.indent, Style: p.style, Auto: p.number != ""}
		if p.cells != nil {
			b.Kind, b.Cells, b.Table = Row, p.cells, p.table
			var ts []string
			for _, c := range p.cells {
				ts = append(ts, c.Text)
			}
			b.Text = strings.Join(ts, "\t")
			out = append(out, b)
			continue
		}
		t := p.printed()
		if t == "" {
			continue
		}
		prev := ""
		if len(out) > 0 {
			prev = out[len(out)-1].Text
		}
		switch {
		case chain[i] > 0:
			st = state{main: chain[i]}
			b.Kind, b.Number = Paragraph, strconv.Itoa(chain[i])
			_, b.Text, _ = paraNumber(t)
		case leaderRow.MatchString(t), contentsPara.MatchString(t) && p.number == "":
			b.Kind, b.Text = Contents, t
		default:
			b.classify(p, t, prev, &st, &lastLetter)
		}
		if b.Text != "" || b.Number != "" {
			out = append(out, b)
		}
	}
	return out
}

// printed is the paragraph as a reader sees it, its automatic number in front.
func (p para) printed() string {
	t := strings.TrimSpace(p.text)
	if p.number != "" {
		t = strings.TrimSpace(p.number + " " + t)
	}
	return t
}

func (b *Block) classify(p para, t, prev string, st *state, lastLetter *string) {
	// As in PDFs, a misprinted paragraph number does not lose the items below it.
	if m := subPara.FindStringSubmatch(t); m != nil && p.heading == 0 && (m[1] == strconv.Itoa(st.main) || st.main == 0 || m[1] == st.prefix || m[2] == "1" || m[2] == strconv.Itoa(st.sub+1)) {
		b.Kind, b.Level, b.Number = Item, 1, m[1]+"."+m[2]
		st.prefix = m[1]
		st.sub, _ = strconv.Atoi(m[2])
		b.Text = strings.TrimSpace(t[len(m[0]):])
		st.letter, st.roman = "", ""
		return
	}
	if m := numberPara.FindStringSubmatch(t); m != nil && p.heading == 0 {
		if n, _ := strconv.Atoi(m[1]); st.main > 0 && (n == st.inner+1 || st.inner > 0 && n > st.inner && n <= st.inner+3) {
			st.inner, st.letter, st.roman = n, "", ""
			b.Kind, b.Level, b.Number = Item, 1, m[1]
			b.Text = strings.TrimSpace(t[len(m[0]):])
			return
		}
	}
	if m := letterRow.FindStringSubmatch(t); m != nil && p.heading == 0 {
		b.letterItem(m, t, "("+m[1]+")", prev, st)
		return
	}
	if m := bareLetter.FindStringSubmatch(t); m != nil && p.heading == 0 {
		b.letterItem(m, t, m[1]+")", prev, st)
		return
	}
	if mark := arabicItem.FindString(t); mark != "" && p.heading == 0 {
		b.Kind, b.Level, b.Number, b.Text = Item, 1, strings.TrimSpace(mark), t[len(mark):]
		return
	}
	if m := bulletRow.FindStringSubmatch(t); m != nil && p.heading == 0 {
		b.Kind, b.Level, b.Number, b.Text = Item, 1, strings.TrimSpace(m[1]), strings.TrimSpace(t[len(m[0]):])
		return
	}
	b.Text = t
	if !p.isHeading(t) {
		b.Kind = Plain
		return
	}
	b.Kind = Heading
	if m := gluedOutline.FindStringSubmatch(t); m != nil && (partHeading.MatchString(t) || p.number != "" || strings.HasPrefix(t, m[1]+m[2]+".") || strings.HasPrefix(t, m[1]+m[2]+" ")) {
		n := m[1] + m[2]
		b.Number, b.Text = n, m[3]
		b.Level = 1
		if m[2] != "" || (len(n) == 1 && len(*lastLetter) == 1 && (*lastLetter)[0]+1 == n[0] && *lastLetter != "I") {
			b.Level = 2
		}
		*lastLetter = n
		return
	}
	b.Number, b.Level, b.Text = readOutline(t, *lastLetter)
	if b.Level == 0 {
		b.Level = 3
		if p.heading > 0 {
			b.Level = min(p.heading, 3)
		}
	}
}

func (b *Block) letterItem(m []string, t, mark, prev string, st *state) {
	s := m[1]
	b.Kind, b.Number, b.Text, b.Level = Item, mark, strings.TrimSpace(t[len(m[0]):]), 1
	switch {
	case s == "i" && (st.letter != "h" || strings.HasSuffix(strings.TrimSpace(prev), ":")):
		b.Level, st.roman = 2, s
		if st.letter == "" {
			b.Level = 1
		}
	case s == nextLetter(st.letter):
		st.letter, st.roman = s, ""
	case st.roman != "" && s == nextRoman(st.roman):
		b.Level, st.roman = 2, s
		if st.letter == "" {
			b.Level = 1
		}
	case s == "a":
		st.letter, st.roman = s, ""
	default:
		st.letter = s
	}
}

// isHeading: the format says so, or the paragraph is short, unfinished and set apart by style or outline number.
func (p para) isHeading(t string) bool {
	n := len([]rune(t))
	if p.heading > 0 {
		return n <= 400
	}
	limit := 160
	if p.bold >= 0.9 {
		limit = 220 // "Follow-up to the Committee's previous concluding observations on the implementation of …"
	}
	if n > limit || (n > 40 && strings.ContainsAny(t[len(t)-1:], ".;:,")) {
		return false
	}
	if partHeading.MatchString(t) || annexRow.MatchString(t) {
		return true
	}
	return (p.bold >= 0.9 || p.italic >= 0.9 || t == strings.ToUpper(t) && t != strings.ToLower(t)) && upperOrDigit(t) && !strings.HasSuffix(t, ";")
}

// paraChain finds the paragraphs of the main numbering.
func paraChain(ps []para, d *Document) map[int]int {
	var cs []link
	for i, p := range ps {
		if p.cells != nil || p.heading > 0 && p.number == "" {
			continue
		}
		t := p.printed()
		if subPara.MatchString(t) && !numberThenText.MatchString(t) {
			continue
		}
		n, rest, ok := paraNumber(t)
		if !ok || leaderRow.MatchString(t) {
			continue
		}
		if rest == "" || !startsText(rest) || rest[0] >= '0' && rest[0] <= '9' && decimal.MatchString(t) {
			continue // "23.4, 23.5" is no paragraph 23
		}
		if k := len(cs); k > 0 && cs[k-1].n == n && ps[cs[k-1].row].isHeading(ps[cs[k-1].row].printed()) {
			cs = cs[:k-1] // the heading "2. General principles" above paragraph 2
		}
		cs = append(cs, link{i, n})
	}
	keep := withoutLists(cs)
	var links linker
	for _, c := range keep {
		links.add(c.row, c.n)
	}
	out := map[int]int{}
	chain := links.longest()
	for k, c := range chain {
		if k > 0 && c.n != chain[k-1].n+1 {
			d.Issues = append(d.Issues, Issue{Kind: OddNumbering, Text: "paragraph " + strconv.Itoa(chain[k-1].n) + " is followed by " + strconv.Itoa(c.n)})
		}
		out[c.row] = c.n
	}
	if d.Format == Text && len(chain) > 0 {
		// Compilations leave paragraphs out: what ascends between the numbers found is a paragraph too.
		last, next := 0, 0
		for _, c := range keep {
			if out[c.row] > 0 {
				last, next = c.n, next+1
				continue
			}
			if c.n > last && (next == len(chain) || c.n < chain[next].n) && (last > 0 || next < len(chain)) && c.n < last+60 {
				out[c.row], last = c.n, c.n
				d.Issues = append(d.Issues, Issue{Kind: OddNumbering, Text: "paragraph " + strconv.Itoa(c.n) + " stands apart from the others"})
			}
		}
	}
	return out
}

// paraNumber splits the number of a paragraph from its text.
func paraNumber(t string) (n int, rest string, ok bool) {
	if m := numberPara.FindStringSubmatch(t); m != nil {
		n, _ = strconv.Atoi(m[1])
		return n, strings.TrimSpace(t[len(m[0]):]), true
	}
	if m := arabicPara.FindStringSubmatchIndex(t); m != nil {
		n, _ = strconv.Atoi(t[m[2]:m[3]])
		_, size := utf8.DecodeLastRuneInString(t[:m[1]])
		return n, t[m[1]-size:], true
	}
	return 0, "", false
}

var decimal = regexp.MustCompile(`^\d{1,3}\.\d`)

var numberThenText = regexp.MustCompile(`^\d{1,3}\.\s+\d{1,4}\s+\p{L}`)

func startsText(s string) bool {
	for _, r := range s {
		switch {
		case strings.ContainsRune("“\"«‘'([*_ ", r):
			continue
		case r >= '0' && r <= '9':
			return true
		default:
			return !(r >= 'a' && r <= 'z')
		}
	}
	return false
}
