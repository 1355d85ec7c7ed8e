package extract

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	numberRow  = regexp.MustCompile(`^(\d{1,3})\.(?:\s|$)`)
	subRow     = regexp.MustCompile(`^(\d{1,3})\.\s?(\d{1,3})(?:\.\s?|\s|$)`)
	gluedSub   = regexp.MustCompile(`^(\d{1,3})\.(\d{1,3})(\p{Lu}\p{Ll})`)
	bareRow    = regexp.MustCompile(`^(\d{1,3})\s+\p{Lu}`) // a number whose stop was forgotten
	letterRow  = regexp.MustCompile(`^\(([a-z]{1,5}|[A-Z])\)\s*`)
	bareLetter = regexp.MustCompile(`^([a-z]{1,4})\)\s+`)       // Spanish and French
	bulletRow  = regexp.MustCompile(`^([•▪◦●■]|[·○–—\-]\s)\s*`) // docstore pages lose the space after a bullet
	leaderRow  = regexp.MustCompile(`(?:\.\s?){5,}|…{2,}|\.{3}\s*\d{1,3}\s*[-–]?\s*\d{1,3}(?:\s+\d{1,3})?$`)
	outlineRow = regexp.MustCompile(`^(?:([IVX]{1,6})\.?|([A-Z])\.|(\d{1,2})\.)\s+\S`)
	annexRow   = regexp.MustCompile(`(?i)^(?:annex|annexe|anexo|appendix|приложение|附件)(?:\s+[ivx\d]+)?\.?$`)
)

// blocks joins rows to blocks.
func (l *layout) blocks(d *Document) []Block {
	l.moveMargins()
	chain := l.mainNumbers(d)
	sub := l.subStart(chain)
	b := &builder{l: l, d: d}
	tables := l.tables(chain)
	tableNo, tablePage := 0, 0
	for i := range l.rows {
		r := &l.rows[i]
		b.next = nil
		if i+1 < len(l.rows) {
			b.next = &l.rows[i+1]
		}
		if c2, ok := tables[r.page]; ok {
			if left, right, split := splitCells(r, c2); split {
				if tablePage != r.page && tablePage != r.page-1 || b.cur == nil || b.cur.Kind != Row {
					tableNo++
				}
				tablePage = r.page
				b.tableRow(r, left, right, tableNo)
				continue
			}
		}
		if n, ok := chain[i]; ok {
			b.start(r, Block{Kind: Paragraph, Number: strconv.Itoa(n)}, cutNumber(r, n, l.rtl))
			b.resetLists()
			continue
		}
		b.row(r, sub)
	}
	b.flush()
	return b.out
}

// mainNumbers finds the rows that begin the document's main paragraphs: body size, at the margin, each number one more
// than the last. An annex begins again.
func (l *layout) mainNumbers(d *Document) map[int]int {
	out := map[int]int{}
	var longest []link
	var issues []Issue
	for begin := 0; begin < len(l.rows); {
		end := begin + 1
		for end < len(l.rows) && !l.isAnnex(end) {
			end++
		}
		use := l.chain(begin, end, func(r *row) bool { return math.Abs(r.size-l.body) <= 0.6 && math.Abs(r.indent) < 8 })
		// A lax second pass, kept only where it finds more: a number set in a heading's size, or a shifted page.
		lax := l.chain(begin, end, func(r *row) bool { return math.Abs(r.indent) < 40 })
		var why []Issue
		if len(lax) > len(use) && (last(lax) > last(use) || first(lax) < first(use) || gaps(lax) < gaps(use)) && gaps(lax) <= gaps(use) && first(lax) <= first(use) {
			why = append(why, Issue{Kind: OddNumbering, Text: fmt.Sprintf("%d of the paragraph numbers were found only by a laxer reading", len(lax)-len(use))})
			use = lax
		}
		for i, c := range use {
			out[c.row] = c.n
			if i > 0 && c.n != use[i-1].n+1 {
				why = append(why, Issue{Kind: OddNumbering, Text: fmt.Sprintf("paragraph %d is followed by %d", use[i-1].n, c.n), Page: l.rows[c.row].page})
			}
		}
		if len(use) > len(longest) {
			longest, issues = use, why // annexes number as they like
		}
		begin = end
	}
	d.Issues = append(d.Issues, issues...)
	return out
}

// moveMargins sets the margins by the paragraphs' numbers where those plainly stand elsewhere: in a document of two or
// three pages, cover, notes and contents may fill more rows than the text does. Plainly is: numbers from 1 without gap,
// each begun by a capital, at one place on odd pages and one on even pages, more than the measured margins would find.
func (l *layout) moveMargins() {
	if l.rtl {
		return
	}
	body := func(r *row) bool { return math.Abs(r.size-l.body) <= 0.6 }
	measured := l.chain(0, len(l.rows), func(r *row) bool { return body(r) && math.Abs(r.indent) < 8 })
	found := l.chain(0, len(l.rows), func(r *row) bool {
		return body(r) && r.indent > -8 && r.indent < 90 && numberedSentence.MatchString(r.text)
	})
	if len(found) < 3 || len(found) <= len(measured) || first(found) != 1 || gaps(found) > 0 {
		return
	}
	at := l.margins
	var seen [2]bool
	for _, c := range found {
		r := &l.rows[c.row]
		parity := r.page % 2
		if !seen[parity] {
			at[parity], seen[parity] = r.x0, true
		}
		if math.Abs(r.x0-at[parity]) > 4 {
			return
		}
	}
	for parity := range 2 {
		if !seen[parity] {
			at[parity] = at[1-parity]
		}
	}
	l.margins = at
	l.indentRows()
}

var numberedSentence = regexp.MustCompile(`^\d{1,3}\.\s+[“"«(]?\p{Lu}`)

type link struct{ row, n int }

func first(c []link) int {
	if len(c) == 0 {
		return math.MaxInt
	}
	return c[0].n
}

func last(c []link) int {
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].n
}

func gaps(c []link) int {
	n := 0
	for i := 1; i < len(c); i++ {
		if c[i].n != c[i-1].n+1 {
			n++
		}
	}
	return n
}

// chain returns the longest run of candidate rows whose numbers follow each other.
func (l *layout) chain(begin, end int, fits func(*row) bool) []link {
	var cs []link
	for i := begin; i < end; i++ {
		r := &l.rows[i]
		if !fits(r) || leaderRow.MatchString(r.text) {
			continue
		}
		for _, n := range l.printedNumbers(r) {
			cs = append(cs, link{i, n})
		}
	}
	if !l.rtl { // Arabic rows may have two readings
		cs = withoutLists(cs)
	}
	var links linker
	for _, c := range cs {
		links.add(c.row, c.n)
	}
	return links.longest()
}

// withoutLists drops the numbers of lists that start again below a paragraph where nothing but their order tells them
// from paragraphs. A list below a late paragraph may reach the paragraphs' own numbers — "67. … 1. … 68. … 85. …", then
// "68. …" — so what runs on from a list's 1, while its number comes again, is the list's.
func withoutLists(cs []link) []link {
	var keep []link
	later := map[int]int{}
	for _, c := range cs {
		later[c.n]++
	}
	main, inner := 0, 0
	for _, c := range cs {
		later[c.n]--
		switch {
		case main >= 20 && c.n == 1:
			inner = 1
			continue
		case inner > 0 && c.n > inner && c.n <= inner+3 && (c.n != main+1 || later[c.n] > 0):
			inner = c.n
			continue
		case c.n == main+1 || c.n == main+2 || main == 0:
			main, inner = c.n, 0
		}
		keep = append(keep, c)
	}
	return keep
}

// linker finds the longest run of numbers that follow each other. A missed number or two may be stepped over, at a
// cost, so that one misprint does not lose the rest.
type linker struct {
	nodes []linkNode
	best  map[int]int // number → node that reaches it with the highest score
	top   int         // index of the best node, plus one
}

type linkNode struct {
	link
	score float64
	prev  int
}

func (k *linker) add(row, n int) {
	if k.best == nil {
		k.best = map[int]int{}
	}
	nd := linkNode{link: link{row, n}, score: 1, prev: -1}
	for step := 1; step <= 3; step++ {
		p, ok := k.best[n-step]
		if !ok {
			continue
		}
		if s := k.nodes[p].score + 1 - 1.5*float64(step-1); s > nd.score {
			nd.score, nd.prev = s, p
		}
	}
	if p, ok := k.best[n]; ok && k.nodes[p].score >= nd.score {
		return
	}
	k.nodes = append(k.nodes, nd)
	k.best[n] = len(k.nodes) - 1
	if k.top == 0 || nd.score > k.nodes[k.top-1].score {
		k.top = len(k.nodes)
	}
}

func (k *linker) longest() []link {
	var out []link
	for i := k.top - 1; i >= 0; i = k.nodes[i].prev {
		out = append(out, k.nodes[i].link)
	}
	slices.Reverse(out)
	return out
}

// printedNumbers reads the number a row begins with. In Arabic there may be two readings; the sequence decides.
func (l *layout) printedNumbers(r *row) []int {
	if l.rtl {
		return arabicNumbers(r)
	}
	m := numberRow.FindStringSubmatch(r.text)
	if m == nil {
		return nil
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return nil
	}
	return []int{n}
}

func cutNumber(r *row, n int, rtl bool) string {
	if rtl {
		return cutArabicNumber(r)
	}
	return strings.TrimSpace(numberRow.ReplaceAllString(r.text, ""))
}

func (l *layout) isAnnex(i int) bool {
	r := &l.rows[i]
	return annexRow.MatchString(strings.TrimSpace(r.text)) && (r.bold > 0.5 || r.size > l.body+0.6 || r.first || r.italic > 0.5)
}

// subStart is the range of x in which rows of the form 140.7 begin; items are told by it from lines that happen to
// begin with such a number. ok is false when the document has none.
func (l *layout) subStart(chain map[int]int) (at map[float64]bool) {
	count := map[float64]int{}
	total := 0
	n := 0
	for i := range l.rows {
		if v, ok := chain[i]; ok {
			n = v
			continue
		}
		if prefix, _, _, ok := splitSub(l.rows[i].text); ok && n > 0 && prefix == strconv.Itoa(n) {
			count[math.Round(l.rows[i].indent)]++
			total++
		}
	}
	at = map[float64]bool{}
	for x := range count {
		near := 0
		for d := -4.0; d <= 4; d++ {
			near += count[x+d]
		}
		if near*20 >= total {
			for d := -4.0; d <= 4; d++ {
				at[x+d] = true
			}
		}
	}
	return at
}

// builder makes blocks from rows that do not begin a main paragraph.
type builder struct {
	l   *layout
	d   *Document
	out []Block
	cur *Block
	// of the current paragraph
	main      string  // its number
	inner     int     // last number of a list that starts again
	innerAt   float64 // and where it stands
	subPrefix string  // last item of the form 140.7
	lastSub   int
	letter    string // last lettered item
	roman     string // last item of a second level
	// of the current block
	last     *row // its last row
	next     *row // the one after the row at hand
	bold     float64
	italic   float64
	chars    float64
	contents bool // on a page of contents
	page     int
}

func (b *builder) resetLists() {
	b.main, b.inner, b.letter, b.roman = b.cur.Number, 0, "", ""
}

func (b *builder) flush() {
	if b.cur == nil {
		return
	}
	c := *b.cur
	b.cur = nil
	if b.chars > 0 {
		c.Bold, c.Italic = round2(b.bold/b.chars), round2(b.italic/b.chars)
	}
	if c.Kind == Row {
		c.Text = c.Cells[0].Text + "\t" + c.Cells[1].Text
	}
	if c.Kind == Heading {
		b.outline(&c)
	}
	c.Text = strings.TrimSpace(c.Text)
	if c.Text != "" || c.Number != "" {
		b.out = append(b.out, c)
	}
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }

// start begins a block with the text of its first row.
func (b *builder) start(r *row, blk Block, text string) {
	b.flush()
	blk.Text, blk.Page, blk.Indent, blk.Gap = text, r.page, round2(r.indent), round2(r.gap)
	b.cur = &blk
	b.bold, b.italic, b.chars = 0, 0, 0
	b.weigh(r)
}

func (b *builder) weigh(r *row) {
	n := float64(len(r.glyphs))
	b.bold += n * r.bold
	b.italic += n * r.italic
	b.chars += n
	b.last = r
}

func (b *builder) add(r *row) {
	b.cur.Text = joinRows(b.cur.Text, r.text)
	b.weigh(r)
}

// row places one row: an item, a heading, the next line of what is open, or a paragraph without number.
func (b *builder) row(r *row, subAt map[float64]bool) {
	if r.page != b.page {
		b.page, b.contents = r.page, false
	}
	t := strings.TrimSpace(r.text)
	if leaderRow.MatchString(t) {
		b.start(r, Block{Kind: Contents}, t)
		return
	}
	if n, m, rest, ok := splitSub(t); ok && b.main != "" && subAt[math.Round(r.indent)] && b.subFits(n, m) {
		b.lastSub, b.subPrefix = m, n
		b.start(r, Block{Kind: Item, Level: 1, Number: n + "." + strconv.Itoa(m)}, rest)
		b.letter, b.roman = "", ""
		return
	}
	if n, rest, ok := b.innerNumber(r, t); ok {
		b.inner, b.innerAt = n, r.indent
		b.letter, b.roman = "", ""
		b.start(r, Block{Kind: Item, Level: 1, Number: strconv.Itoa(n)}, rest)
		return
	}
	if b.heading(r) {
		return
	}
	if mark, level, rest, ok := b.letterItem(r, t); ok {
		b.start(r, Block{Kind: Item, Level: level, Number: mark}, rest)
		return
	}
	if m := bulletRow.FindStringSubmatch(t); m != nil && b.breaks(r, 1.1) {
		b.start(r, Block{Kind: Item, Level: 1, Number: strings.TrimSpace(m[1])}, strings.TrimSpace(t[len(m[0]):]))
		return
	}
	if b.cur == nil || b.cur.Kind == Heading || b.cur.Kind == Contents || b.cur.Kind == Row {
		b.start(r, Block{Kind: Plain}, t)
		return
	}
	if b.newPlain(r) {
		b.start(r, Block{Kind: Plain}, t)
		return
	}
	b.add(r)
}

// splitSub reads "140.7 Text", "140.7. Text", "140. 7 Text" and "140.7Text".
func splitSub(t string) (prefix string, n int, rest string, ok bool) {
	if m := gluedSub.FindStringSubmatch(t); m != nil {
		n, _ = strconv.Atoi(m[2])
		return m[1], n, t[len(m[0])-len(m[3]):], true
	}
	m := subRow.FindStringSubmatch(t)
	if m == nil {
		return "", 0, "", false
	}
	n, _ = strconv.Atoi(m[2])
	return m[1], n, strings.TrimSpace(t[len(m[0]):]), true
}

// subFits accepts 140.7 below paragraph 140, and, where the paragraph's own number was missed or an item's misprinted,
// the first of a list and the next of the open one.
func (b *builder) subFits(prefix string, n int) bool {
	return prefix == b.main || prefix == b.subPrefix || n == 1 || n == b.lastSub+1
}

// innerNumber reads the number of a list that starts again below each paragraph. Position tells it from a paragraph's
// number; one forgotten number or stop does not end the list.
func (b *builder) innerNumber(r *row, t string) (n int, rest string, ok bool) {
	if b.main == "" || r.indent < -8 || r.indent > 75 {
		return 0, "", false
	}
	if r.indent < 12 && !(b.inner == 0 && b.cur != nil && strings.HasSuffix(b.cur.Text, ":")) && !(b.inner > 0 && math.Abs(r.indent-b.innerAt) <= 4) {
		return 0, "", false // at the margin only where a list was announced, or goes on
	}
	if m := numberRow.FindStringSubmatch(t); m != nil {
		n, _ = strconv.Atoi(m[1])
		aligned := b.inner > 0 && math.Abs(r.indent-b.innerAt) <= 4 && b.cur != nil && closed(b.cur.Text)
		if n == b.inner+1 || (aligned && n > b.inner && n <= b.inner+3) {
			return n, strings.TrimSpace(t[len(m[0]):]), true
		}
	}
	if m := bareRow.FindStringSubmatch(t); m != nil && b.inner > 0 && math.Abs(r.indent-b.innerAt) <= 4 && b.cur != nil && closed(b.cur.Text) {
		if n, _ = strconv.Atoi(m[1]); n == b.inner+1 {
			return n, strings.TrimSpace(t[len(m[1]):]), true
		}
	}
	return 0, "", false
}

// newPlain tells an unnumbered paragraph from the next line of the open one: a wider gap after a closed sentence; at a
// page top, where no gap can be seen, a change of style.
func (b *builder) newPlain(r *row) bool {
	if b.last == nil {
		return false
	}
	if !closed(b.cur.Text) {
		// Old documents set headings in the style of the text, underlined: one above the other, a wide gap between them.
		return b.cur.Kind == Plain && !r.first && r.gap > 1.4 && len(b.cur.Text) <= 120 && upperOrDigit(b.cur.Text) && upperOrDigit(r.text)
	}
	if r.first || b.last.page != r.page {
		if n := b.next; n != nil && n.page == r.page && n.gap > 1.4 && len(r.text) <= 120 && !closed(r.text) && upperOrDigit(r.text) {
			return true // a heading in the style of the text
		}
		plain := func(x float64) bool { return x < 0.1 }
		return (plain(b.last.bold) && r.bold > 0.9) || (plain(r.bold) && b.last.bold > 0.9)
	}
	return r.gap > 1.3
}

// breaks reports whether a row can begin an item: after a gap, at a page top, or after a closed clause.
func (b *builder) breaks(r *row, gap float64) bool {
	return b.cur == nil || r.first || r.gap > gap || closed(b.cur.Text) || b.cur.Kind == Heading
}

func closed(s string) bool {
	s = strings.TrimRight(s, " *\"”’»'")
	r, ok := lastRune(s)
	return !ok || strings.ContainsRune(".;:?!)]。；：！？؛؟", r)
}

// letterItem recognises (a), a) and (i). A letter counts when it is the next in the alphabet; (i) is a roman number
// when it follows a colon or comes anywhere but after (h).
func (b *builder) letterItem(r *row, t string) (mark string, level int, rest string, ok bool) {
	m := letterRow.FindStringSubmatch(t)
	form := "(%s)"
	if m == nil {
		if m = bareLetter.FindStringSubmatch(t); m == nil {
			return "", 0, "", false
		}
		form = "%s)"
	}
	if !(r.indent > 15 || r.gap > 1.2 || r.first || (b.cur != nil && closed(b.cur.Text))) {
		return "", 0, "", false
	}
	s := m[1]
	rest = strings.TrimSpace(t[len(m[0]):])
	mark = fmt.Sprintf(form, s)
	switch {
	case s == nextLetter(b.letter) && !(s == "i" && b.cur != nil && strings.HasSuffix(b.cur.Text, ":") && b.letter == "h"):
		b.letter, b.roman = s, ""
		return mark, 1, rest, true
	case s == nextRoman(b.roman):
		b.roman = s
		return mark, 2, rest, true
	case s == "a":
		// A new list inside the paragraph: after another stem, or below an unnumbered paragraph.
		if b.cur == nil || closed(b.cur.Text) {
			b.letter, b.roman = s, ""
			return mark, 1, rest, true
		}
	}
	return "", 0, "", false
}

// nextLetter follows a … z, aa … zz as UN documents count: after z comes aa, bb or ab.
func nextLetter(s string) string {
	switch {
	case s == "":
		return "a"
	case s == "z":
		return "aa"
	case len(s) == 1:
		return string(s[0] + 1)
	case len(s) == 2 && s[0] == s[1] && s != "zz" && s != "aa":
		return strings.Repeat(string(s[0]+1), 2)
	case len(s) == 2 && s[1] < 'z':
		return string(s[0]) + string(s[1]+1)
	}
	return "-"
}

var romans = []string{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"}

func nextRoman(s string) string {
	if s == "" {
		return "i"
	}
	for i, r := range romans[:len(romans)-1] {
		if r == s {
			return romans[i+1]
		}
	}
	return "-"
}

// heading begins or continues a heading, or returns false.
func (b *builder) heading(r *row) bool {
	l := b.l
	styled := r.bold >= 0.9 || r.italic >= 0.9
	large := r.size >= l.body+1.5 && r.bold > 0.5
	if b.cur != nil && b.cur.Kind == Heading && b.last != nil && !r.first {
		same := math.Abs(r.size-b.last.size) <= 0.6 && (r.bold >= 0.9) == (b.last.bold >= 0.9) && (r.italic >= 0.9) == (b.last.italic >= 0.9)
		if same && (large || styled) && b.last.base-r.base <= 1.5*r.size && !outlineRow.MatchString(r.text) {
			b.add(r)
			return true
		}
	}
	if large {
		b.start(r, Block{Kind: Heading}, strings.TrimSpace(r.text))
		return true
	}
	if !styled || math.Abs(r.size-l.body) > 1.4 || !upperOrDigit(r.text) {
		return false
	}
	if b.cur != nil && b.cur.Kind != Heading && !closed(b.cur.Text) {
		return false
	}
	gap := 1.2
	if b.last != nil && b.last.bold >= 0.9 && b.cur != nil && b.cur.Kind != Heading {
		gap = 1.7
	}
	if !r.first && r.gap <= gap {
		return false
	}
	width := 595.0
	if r.page-1 < len(l.sheets) && r.page > 0 {
		width = l.sheets[r.page-1].width
	}
	centred := math.Abs((r.x0+r.x1)/2-width/2) <= 24
	if !(math.Abs(r.indent) <= 8 || outlineRow.MatchString(r.text) || centred) {
		return false
	}
	if letterRow.MatchString(r.text) && !centred {
		return false
	}
	b.start(r, Block{Kind: Heading}, strings.TrimSpace(r.text))
	return true
}

func upperOrDigit(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r) || !unicode.IsLower(r)
		}
		if unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// outline reads number and level off a finished heading, or makes it a plain paragraph when it is a sentence.
func (b *builder) outline(c *Block) {
	t := strings.TrimSpace(c.Text)
	if len([]rune(t)) > 40 && strings.HasSuffix(t, ";") || len([]rune(t)) > 40 && (strings.HasSuffix(t, ".") || strings.HasSuffix(t, ":")) {
		if b.l.body+1.4 >= b.rowSize() {
			c.Kind = Plain
			return
		}
	}
	c.Number, c.Level, c.Text = readOutline(t, b.lastHeadingLetter())
	if c.Level == 0 {
		switch size := b.rowSize(); {
		case size >= b.l.body+3.5:
			c.Level = 1
		case size >= b.l.body+1.5:
			c.Level = 2
		default:
			c.Level = 3
		}
	}
}

func (b *builder) rowSize() float64 {
	if b.last == nil {
		return b.l.body
	}
	return b.last.size
}

// lastHeadingLetter is the letter of the last lettered heading, so that C. after B. is not read as a roman hundred.
func (b *builder) lastHeadingLetter() string {
	for i := len(b.out) - 1; i >= 0; i-- {
		if b.out[i].Kind == Heading && (b.out[i].Level == 1 || b.out[i].Level == 2) && b.out[i].Number != "" {
			return b.out[i].Number
		}
	}
	return ""
}

var outlineHead = regexp.MustCompile(`^(?:([IVX]{1,6})\.?|([A-Z])\.|(\d{1,2})\.)\s*([^\s.].*)$`)

// readOutline splits "II. Positive aspects" into its number, level and words. Level is 0 when there is no number.
func readOutline(t, previous string) (number string, level int, text string) {
	m := outlineHead.FindStringSubmatch(t)
	if m == nil {
		return "", 0, t
	}
	switch {
	case m[1] != "":
		// "I", "V" and "X" are letters when the last heading of letters was H, U or W.
		if len(m[1]) == 1 && len(previous) == 1 && previous[0]+1 == m[1][0] && previous != "I" {
			return m[1], 2, m[4]
		}
		if !strings.HasPrefix(t, m[1]+".") && !romanNumber(m[1]) {
			return "", 0, t
		}
		if !strings.HasPrefix(t, m[1]+".") && len(t) > len(m[1]) && t[len(m[1])] != ' ' {
			return "", 0, t // a word that begins with I, V or X
		}
		return m[1], 1, m[4]
	case m[2] != "":
		return m[2], 2, m[4]
	}
	// Docstore pages write "2.Definition of the child"; "2.5 million" is no number of a heading.
	if after, _ := utf8.DecodeRuneInString(m[4]); !unicode.IsUpper(after) && !strings.ContainsAny(t[len(m[3])+1:len(m[3])+2], " \t\u00a0") {
		return "", 0, t
	}
	return m[3], 3, m[4]
}

func romanNumber(s string) bool {
	for _, r := range romans {
		if strings.EqualFold(r, s) {
			return true
		}
	}
	return false
}
