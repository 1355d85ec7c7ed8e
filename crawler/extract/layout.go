package extract

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// row is one printed line of a page: the glyphs on one baseline, in reading order, marks taken out.
type row struct {
	page   int
	y      float64 // baseline as a share of the page height: 0 bottom, 1 top
	base   float64 // baseline in points
	size   float64 // most frequent glyph size
	x0, x1 float64
	glyphs []glyph // with spaces; of right-to-left rows in logical order
	text   string
	bold   float64 // share of letters and digits
	italic float64
	marked bool    // begins with a superscript mark
	marks  string  // the superscripts taken out
	first  bool    // first of its page
	gap    float64 // to the row above on the page, in leadings; 0 when first
	indent float64 // x0 less the page's margin; of right-to-left rows from the right
}

// layout is what was measured on all pages together.
type layout struct {
	body     float64 // most frequent glyph size, by characters
	leading  float64 // distance of the lines of a paragraph
	rtl      bool
	rows     []row // without furniture and footnotes
	furn     []row // running heads, page numbers, job numbers
	notes    []Footnote
	sheets   []sheet
	margins  [2]float64 // of even and odd pages
	textless []int      // pages without characters
}

// readLayout finds rows, furniture, footnotes and margins.
func readLayout(sheets []sheet) *layout {
	l := &layout{sheets: sheets}
	l.rtl = rightToLeft(sheets)
	perPage := make([][]row, len(sheets))
	for i, s := range sheets {
		perPage[i] = pageRows(s, l.rtl)
		if len(perPage[i]) == 0 {
			l.textless = append(l.textless, s.number)
		}
	}
	l.measure(perPage)
	repeated := repeatedRows(perPage)
	for i, rows := range perPage {
		var kept []row
		for _, r := range rows {
			if isFurniture(r, repeated) {
				l.furn = append(l.furn, r)
				continue
			}
			kept = append(kept, r)
		}
		kept = l.cutFootnotes(kept)
		for j := range kept {
			kept[j].first = j == 0
			if j > 0 {
				kept[j].gap = (kept[j-1].base - kept[j].base) / l.leading
			}
		}
		perPage[i] = kept
	}
	l.findMargins(perPage)
	for _, rows := range perPage {
		l.rows = append(l.rows, rows...)
	}
	l.indentRows()
	return l
}

// indentRows measures how far each row stands from the text margin of its page.
func (l *layout) indentRows() {
	for i := range l.rows {
		r := &l.rows[i]
		m := l.margins[r.page%2]
		if l.rtl {
			r.indent = l.sheets[r.page-1].width - r.x1 - m
		} else {
			r.indent = r.x0 - m
		}
	}
}

func rightToLeft(sheets []sheet) bool {
	arabic, letters := 0, 0
	for _, s := range sheets {
		for _, g := range s.glyphs {
			if unicode.IsLetter(g.r) {
				letters++
				if unicode.Is(unicode.Arabic, g.r) {
					arabic++
				}
			}
		}
	}
	return letters > 0 && arabic*2 > letters
}

// pageRows cuts the characters of a page into pieces of lines and joins the pieces on one baseline.
func pageRows(s sheet, rtl bool) []row {
	var pieces []row
	var cur []glyph
	var last glyph
	flush := func() {
		if p, ok := newPiece(cur, s); ok {
			pieces = append(pieces, p)
		}
		cur, last = nil, glyph{}
	}
	for _, g := range s.glyphs {
		if g.made {
			if g.r == '\r' || g.r == '\n' {
				flush()
			} else if len(cur) > 0 {
				cur = append(cur, g)
			}
			continue
		}
		// PDFium joins a line that ends in a hyphen with the next one.
		if last.size > 0 && !rtl && g.x0 <= last.x0-10 && g.y1 < last.y0+1 {
			flush()
		}
		cur = append(cur, g)
		if g.r != ' ' {
			last = g
		}
	}
	flush()

	slices.SortStableFunc(pieces, func(a, b row) int { return cmp.Compare(b.base, a.base) })
	var rows [][]row
	for _, p := range pieces {
		joined := false
		for i := len(rows) - 1; i >= 0 && i >= len(rows)-3 && !joined; i-- {
			if fits(rows[i], p) {
				rows[i] = append(rows[i], p)
				joined = true
			}
		}
		if !joined {
			rows = append(rows, []row{p})
		}
	}
	out := make([]row, 0, len(rows))
	for _, ps := range rows {
		out = append(out, joinPieces(ps, rtl))
	}
	slices.SortStableFunc(out, func(a, b row) int { return cmp.Compare(b.base, a.base) })
	return out
}

// fits reports whether a piece stands on the baseline of a row's pieces, beside all of them.
func fits(ps []row, p row) bool {
	near := false
	for _, q := range ps {
		tol := 0.25 * max(p.size, q.size)
		if min(p.size, q.size) < 0.8*max(p.size, q.size) {
			tol = 0.5 * max(p.size, q.size)
		}
		if math.Abs(p.base-q.base) <= tol {
			near = true
		}
		if overlap := min(p.x1, q.x1) - max(p.x0, q.x0); overlap > 0.3*min(p.size, q.size) {
			return false
		}
	}
	return near
}

func newPiece(gs []glyph, s sheet) (row, bool) {
	for len(gs) > 0 && gs[len(gs)-1].r == ' ' {
		gs = gs[:len(gs)-1]
	}
	for len(gs) > 0 && gs[0].r == ' ' {
		gs = gs[1:]
	}
	p := row{page: s.number, x0: math.Inf(1), x1: math.Inf(-1)}
	sizes := map[float64]int{}
	for _, g := range gs {
		if g.made || g.r == ' ' {
			continue
		}
		sizes[half(g.size)]++
		p.x0, p.x1 = min(p.x0, g.x0), max(p.x1, g.x1)
	}
	if len(sizes) == 0 {
		return p, false
	}
	p.size = mostFrequent(sizes)
	p.base = baseline(gs, p.size)
	p.y = p.base / s.height
	p.glyphs = gs
	return p, true
}

func half(x float64) float64 { return math.Round(x*2) / 2 }

// mostFrequent returns the key with the highest count, the largest key among equals.
func mostFrequent(m map[float64]int) float64 {
	best, n := 0.0, -1
	for k, c := range m {
		if c > n || (c == n && k > best) {
			best, n = k, c
		}
	}
	return best
}

// baseline is the median bottom of full-size glyphs that stand on the line.
func baseline(gs []glyph, size float64) float64 {
	var ys, all []float64
	for _, g := range gs {
		if g.made || g.r == ' ' {
			continue
		}
		all = append(all, g.y0)
		if half(g.size) == size && !strings.ContainsRune("gjpqyQ,;()[]{}'’‘\"“”-‑–—_/|*", g.r) {
			ys = append(ys, g.y0)
		}
	}
	if len(ys) == 0 {
		ys = all
	}
	slices.Sort(ys)
	return ys[len(ys)/2]
}

// joinPieces makes one row: pieces in reading order, spaces where the gaps are, superscript marks taken out.
func joinPieces(ps []row, rtl bool) row {
	slices.SortStableFunc(ps, func(a, b row) int {
		if rtl {
			return cmp.Compare(b.x1, a.x1)
		}
		return cmp.Compare(a.x0, b.x0)
	})
	r := ps[0]
	big := 0
	sizes := map[float64]int{}
	var gs []glyph
	for i, p := range ps {
		r.x0, r.x1 = min(r.x0, p.x0), max(r.x1, p.x1)
		if len(p.glyphs) > big {
			big, r.base, r.y = len(p.glyphs), p.base, p.y
		}
		if i > 0 && rtl {
			gs = append(gs, glyph{r: ' ', made: true})
		}
		for _, g := range p.glyphs {
			if !g.made && g.r != ' ' {
				sizes[half(g.size)]++
			}
			gs = append(gs, g)
		}
	}
	r.size = mostFrequent(sizes)
	r.glyphs = dropMarks(spaced(gs, r.size, rtl), &r)
	r.text, r.bold, r.italic = glyphText(r.glyphs)
	return r
}

// spaced inserts a space where the gap between two glyphs is wide and none is there, and drops doubled ones.
func spaced(gs []glyph, size float64, rtl bool) []glyph {
	out := make([]glyph, 0, len(gs)+8)
	var last glyph
	for _, g := range gs {
		if g.r == ' ' {
			if len(out) > 0 && out[len(out)-1].r != ' ' {
				out = append(out, g)
			}
			continue
		}
		if len(out) > 0 && out[len(out)-1].r != ' ' && !rtl && !g.made && last.size > 0 && g.x0-last.x1 > 0.25*size {
			out = append(out, glyph{r: ' ', made: true})
		}
		out = append(out, g)
		if !g.made {
			last = g
		}
	}
	return out
}

// ordinals are superscripts that are part of a word: 1st, 2e, 1er, N°.
var ordinals = map[string]bool{"st": true, "nd": true, "rd": true, "th": true, "er": true, "re": true, "ère": true, "ème": true, "e": true, "o": true, "a": true, "os": true, "as": true}

// dropMarks takes superscript footnote marks out of a row and remembers them.
func dropMarks(gs []glyph, r *row) []glyph {
	sup := func(g glyph) bool {
		return !g.made && g.r != ' ' && g.size <= 0.8*r.size && g.y0 > r.base+0.15*r.size
	}
	out := make([]glyph, 0, len(gs))
	for i := 0; i < len(gs); {
		if !sup(gs[i]) {
			out = append(out, gs[i])
			i++
			continue
		}
		j := i
		var b strings.Builder
		for j < len(gs) && (sup(gs[j]) || (gs[j].r == ' ' && j+1 < len(gs) && sup(gs[j+1]))) {
			if gs[j].r != ' ' {
				b.WriteRune(gs[j].r)
			}
			j++
		}
		s := b.String()
		prev := rune(0)
		if len(out) > 0 {
			prev = out[len(out)-1].r
		}
		if ordinals[strings.ToLower(s)] && (len(s) > 1 || unicode.IsDigit(prev) || prev == 'N' || prev == 'n') || (len([]rune(s)) > 3 && strings.IndexFunc(s, unicode.IsLetter) >= 0) {
			out = append(out, gs[i:j]...)
		} else {
			if len(out) == 0 {
				r.marked = true
			}
			r.marks += s
			// A mark between a word and its stop leaves a space: "professionals ." for "professionals.³"
			for j < len(gs) && gs[j].r == ' ' && (j+1 == len(gs) || strings.ContainsRune(".,;:)", gs[j+1].r)) {
				j++
			}
			if j < len(gs) && strings.ContainsRune(".,;:)", gs[j].r) {
				for len(out) > 0 && out[len(out)-1].r == ' ' {
					out = out[:len(out)-1]
				}
			}
		}
		i = j
	}
	for len(out) > 0 && out[0].r == ' ' {
		out = out[1:]
	}
	for len(out) > 0 && out[len(out)-1].r == ' ' {
		out = out[:len(out)-1]
	}
	return out
}

// glyphText returns the text of glyphs and the shares of bold and italic among letters and digits.
func glyphText(gs []glyph) (text string, bold, italic float64) {
	var b strings.Builder
	n, nb, ni := 0, 0, 0
	for _, g := range gs {
		b.WriteRune(g.r)
		if !g.made && (unicode.IsLetter(g.r) || unicode.IsDigit(g.r)) {
			n++
			if g.bold {
				nb++
			}
			if g.italic {
				ni++
			}
		}
	}
	if n > 0 {
		bold, italic = float64(nb)/float64(n), float64(ni)/float64(n)
	}
	return b.String(), bold, italic
}

// measure finds body size and leading.
func (l *layout) measure(perPage [][]row) {
	sizes, steps := map[float64]int{}, map[float64]int{}
	for _, rows := range perPage {
		for _, r := range rows {
			sizes[r.size] += len(r.glyphs)
		}
	}
	l.body = 10
	if len(sizes) > 0 {
		l.body = mostFrequent(sizes)
	}
	for _, rows := range perPage {
		for i := 1; i < len(rows); i++ {
			d := rows[i-1].base - rows[i].base
			if rows[i].size == l.body && rows[i-1].size == l.body && d >= 0.8*l.body && d <= 2*l.body {
				steps[math.Round(d*5)/5]++
			}
		}
	}
	l.leading = 1.2 * l.body
	if len(steps) > 0 {
		l.leading = smallestFrequent(steps)
	}
}

// smallestFrequent returns the smallest step that is a sixth of all at least. The most frequent one would be the distance
// of paragraphs where many have one line.
func smallestFrequent(steps map[float64]int) float64 {
	total := 0
	for _, n := range steps {
		total += n
	}
	best := math.Inf(1)
	for d, n := range steps {
		if n*6 >= total {
			best = min(best, d)
		}
	}
	if math.IsInf(best, 1) {
		return mostFrequent(steps)
	}
	return best
}

var (
	jobNumber = regexp.MustCompile(`^(\d{1,3}(/\d{1,3})? )?((GE|HR|NY)\.\s?)?\d\d ?[-‑–] ?\d{4,6}( ?\([A-Z]\))?(\s+\d{6})*( \d{1,3}(/\d{1,3})?)?$`)
	pageLine  = regexp.MustCompile(`(?i)^(?:page|página|страница)\s*\d{1,3}$|^\d{1,3}(/\d{1,3})?$|^[ivxl]{1,6}$`)
	symbolRow = regexp.MustCompile(`^(?:\d{1,3}\s+)?[A-Z]{1,5}(?:/[A-Z0-9][A-Za-z0-9.\-]*)+\*{0,3}(?:\s+\d{1,3})?$`)
	starRow   = regexp.MustCompile(`^\*\s?\d{6,8}\s?\*$|^[*\s]+$`)
	digits    = regexp.MustCompile(`\d+`)
)

// repeatedRows finds rows at the top or bottom that come back on many pages, their digits masked.
func repeatedRows(perPage [][]row) map[string]bool {
	n := map[string]int{}
	for _, rows := range perPage {
		seen := map[string]bool{}
		for _, r := range rows {
			if key := digits.ReplaceAllString(r.text, "#"); (r.y > 0.905 || r.y < 0.12) && !seen[key] {
				seen[key] = true
				n[key]++
			}
		}
	}
	out := map[string]bool{}
	for k, c := range n {
		out[k] = c >= 3 && c*4 >= len(perPage)
	}
	return out
}

// isFurniture tells running heads, page numbers, job numbers and barcodes from text.
func isFurniture(r row, repeated map[string]bool) bool {
	t := strings.TrimSpace(r.text)
	for _, g := range r.glyphs {
		if g.r >= 0xF02A && g.r <= 0xF039 { // barcode font
			return true
		}
	}
	if starRow.MatchString(t) {
		return true
	}
	if r.y > 0.905 || r.y < 0.12 {
		if symbolRow.MatchString(t) || pageLine.MatchString(t) || jobNumber.MatchString(t) || repeated[digits.ReplaceAllString(r.text, "#")] {
			return true
		}
	}
	return r.y < 0.16 && (jobNumber.MatchString(t) || strings.HasPrefix(t, "GE."))
}

var ruleRow = regexp.MustCompile(`^[_\s]{5,}$`)

// cutFootnotes takes the notes off the end of a page.
func (l *layout) cutFootnotes(rows []row) []row {
	n := len(rows)
	for n > 0 && (rows[n-1].size <= l.body-0.8 || ruleRow.MatchString(rows[n-1].text)) {
		n--
	}
	opens := func(i int) bool {
		r := rows[i]
		t := strings.TrimSpace(r.text)
		return r.marked || strings.HasPrefix(t, "*") || ruleRow.MatchString(t) ||
			(i == n && i > 0 && rows[i-1].base-r.base > 1.5*l.leading)
	}
	for n < len(rows) && !opens(n) {
		n++
	}
	if n == 0 && !(len(rows) > 0 && (rows[0].marked || ruleRow.MatchString(rows[0].text))) {
		return rows // a whole page in small print is not notes
	}
	for _, r := range rows[n:] {
		t := strings.TrimSpace(r.text)
		switch {
		case ruleRow.MatchString(t):
		case r.marked || strings.HasPrefix(t, "*") || len(l.notes) == 0 || l.notes[len(l.notes)-1].Page != r.page:
			mark := r.marks
			if mark == "" {
				mark = t[:len(t)-len(strings.TrimLeft(t, "*"))]
			}
			l.notes = append(l.notes, Footnote{Mark: mark, Text: strings.TrimSpace(strings.TrimLeft(t, "*")), Page: r.page})
		default:
			note := &l.notes[len(l.notes)-1]
			note.Text = joinRows(note.Text, t)
		}
	}
	return rows[:n]
}

// findMargins sets the text margin of odd and even pages: the leftmost start that holds a tenth of the body rows.
// The most frequent start would not do: pages of lists would win.
func (l *layout) findMargins(perPage [][]row) {
	all := map[float64]int{}
	for parity := range 2 {
		starts, total := map[float64]int{}, 0
		for i, rows := range perPage {
			if l.sheets[i].number%2 != parity || (l.sheets[i].number == 1 && len(perPage) > 2) {
				continue
			}
			for _, r := range rows {
				if math.Abs(r.size-l.body) > 0.6 || leaderRow.MatchString(r.text) {
					continue // the table of contents has a margin of its own
				}
				x := r.x0
				if l.rtl {
					x = l.sheets[i].width - r.x1
				}
				starts[math.Round(x)]++
				all[math.Round(x)]++
				total++
			}
		}
		l.margins[parity] = leftmost(starts, total)
	}
	for parity := range 2 {
		if math.IsNaN(l.margins[parity]) {
			l.margins[parity] = l.margins[1-parity]
		}
		if math.IsNaN(l.margins[parity]) {
			total := 0
			for _, n := range all {
				total += n
			}
			if l.margins[parity] = leftmost(all, total); math.IsNaN(l.margins[parity]) {
				l.margins[parity] = 0
			}
		}
	}
}

// leftmost returns the smallest x that, with its neighbours within a point, holds a tenth of the rows; NaN without rows.
func leftmost(starts map[float64]int, total int) float64 {
	best := math.NaN()
	for x, n := range starts {
		if near := n + starts[x-1] + starts[x+1]; near*10 >= total && n >= starts[x-1] && n >= starts[x+1] && (math.IsNaN(best) || x < best) {
			best = x
		}
	}
	return best
}

// joinRows appends a printed line to a text: a space between, none after a hyphen, dash or slash — but one before a
// suspended "and", "or", "to". The hyphen stays: UN files do not hyphenate words by themselves.
func joinRows(text, next string) string {
	next = strings.TrimSpace(next)
	if text == "" {
		return next
	}
	if next == "" {
		return text
	}
	last, _ := lastRune(text)
	if strings.ContainsRune("-‑–/", last) && !strings.HasSuffix(text, " "+string(last)) {
		for _, w := range []string{"and ", "or ", "to "} {
			if last != '/' && strings.HasPrefix(next, w) {
				return text + " " + next
			}
		}
		return text + next
	}
	return text + " " + next
}

func lastRune(s string) (rune, bool) {
	r, n := utf8.DecodeLastRuneInString(s)
	return r, n > 0
}
