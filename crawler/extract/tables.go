package extract

import (
	"math"
	"regexp"
	"strings"
)

// tables finds pages that hold a two-column table, as addenda do, and where the second column begins. Tables of more
// columns do not occur in the PDFs of the documents this package reads.
func (l *layout) tables(chain map[int]int) map[int]float64 {
	perPage := map[int][]int{}
	for i := range l.rows {
		perPage[l.rows[i].page] = append(perPage[l.rows[i].page], i)
	}
	type candidate struct {
		c2            float64
		offset        float64 // of the second column from the margin: the same on all pages of a table
		rows, markers int     // rows with ink on both sides; with a number or a letter only on the left
		hanging       int     // rows with ink on the right only
		across        int     // rows whose ink covers the gutter
	}
	found := map[int]candidate{}
	both := map[float64]int{}
	for page, rows := range perPage {
		// Wide gaps inside Arabic lines are elongations, not gutters; the cover's box is no table.
		if l.rtl || page == 1 || l.isContents(rows) {
			continue
		}
		margin := l.margins[page%2]
		starts := map[float64]int{}
		for _, i := range rows {
			for _, x := range columnStarts(&l.rows[i]) {
				starts[math.Round(x)]++
			}
		}
		best, bestN := 0.0, 0
		for x, n := range starts {
			n += starts[x+1] + starts[x-1]
			if x >= margin+50 && (n > bestN || (n == bestN && x < best)) {
				best, bestN = x, n
			}
		}
		if bestN < 3 || float64(bestN) < 0.3*float64(len(rows)) {
			continue
		}
		c := candidate{c2: best - 1, offset: math.Round((best - margin) / 4)}
		for _, i := range rows {
			left, right, ok := splitCells(&l.rows[i], c.c2)
			switch {
			case !ok:
				c.across++
			case right == "":
			case left == "":
				c.hanging++
			case markerCell.MatchString(left):
				c.markers++
			default:
				c.rows++
				both[c.offset]++
			}
		}
		// The second lines of a list go back to its own margin, those of a cell stay right of the gutter,
		// and the lines of a text cross it; a few above or below a table may.
		if float64(c.hanging) < 0.25*float64(len(rows)) || c.across > 4 {
			continue
		}
		found[page] = c
	}
	// A list that hangs looks like a table whose first column holds numbers and letters only; a table has more there.
	out := map[int]float64{}
	for page, c := range found {
		if both[c.offset]+both[c.offset-1]+both[c.offset+1] >= 2 && c.rows+c.markers >= 1 {
			out[page] = c.c2
		}
	}
	return out
}

// markerCell is a number, letter or bullet alone.
var markerCell = regexp.MustCompile(`^(?:\(?[a-z]{1,5}\)|\(?\d{1,3}[.)]|\d{1,3}\.\s?\d{1,3}\.?|[IVX]+\.|[A-Z]\.|\W)$`)

// isContents reports whether a page holds the table of contents.
func (l *layout) isContents(rows []int) bool {
	n := 0
	for _, i := range rows {
		if leaderRow.MatchString(l.rows[i].text) {
			n++
		}
	}
	return n >= 3
}

// columnStarts are the x at which a row begins and begins again after a wide gap.
func columnStarts(r *row) []float64 {
	var out []float64
	x1 := math.Inf(-1)
	for _, g := range r.glyphs {
		if g.made || g.r == ' ' {
			continue
		}
		if g.x0-x1 > 1.2*r.size {
			out = append(out, g.x0)
		}
		x1 = g.x1
	}
	return out
}

// splitCells cuts a row at the second column. A row whose ink covers the gutter is full width and is not split.
func splitCells(r *row, c2 float64) (left, right string, ok bool) {
	cut := -1
	for i, g := range r.glyphs {
		if g.made || g.r == ' ' {
			continue
		}
		if g.x0 < c2-0.5 && g.x1 > c2-3 {
			return "", "", false
		}
		if g.x0 >= c2-0.5 && cut < 0 {
			cut = i
		}
	}
	if cut < 0 {
		// Only on the left: a cell, when it is short enough to end before the gutter; else a full-width last line.
		if r.x1 < c2-3 {
			t, _, _ := glyphText(r.glyphs)
			return strings.TrimSpace(t), "", true
		}
		return "", "", false
	}
	lt, _, _ := glyphText(r.glyphs[:cut])
	rt, _, _ := glyphText(r.glyphs[cut:])
	return strings.TrimSpace(lt), strings.TrimSpace(rt), true
}

// tableRow begins a table row where the left cell has text after a gap, else both cells go on.
func (b *builder) tableRow(r *row, left, right string, table int) {
	open := b.cur != nil && b.cur.Kind == Row && b.cur.Table == table
	if open && !(left != "" && (r.gap > 1.3 || r.first && !strings.HasSuffix(strings.TrimSpace(b.cur.Cells[0].Text), ","))) {
		b.cur.Cells[0].Text = joinRows(b.cur.Cells[0].Text, left)
		b.cur.Cells[1].Text = joinRows(b.cur.Cells[1].Text, right)
		b.weigh(r)
		return
	}
	b.start(r, Block{Kind: Row, Table: table, Cells: []Cell{{Text: left}, {Text: right}}}, "")
}
