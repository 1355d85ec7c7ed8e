package extract

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// In Arabic PDFs numbers stand at the right end of a row, digits of two kinds mixed, spaces between, then a dash or a
// stop. The words of these files are unreliable (their fonts map glyphs to wrong letters); their numbers are not, when
// they are read by position.
var arabicStart = regexp.MustCompile(`^[-–‑.\s0-9\x{0660}-\x{0669}]+`)

// arabicNumbers reads the number at the right end of a row by position, and, where that differs, by the order in
// which its digits are stored: in some files two digits share one place.
func arabicNumbers(r *row) []int {
	var near []glyph
	for _, g := range r.glyphs {
		if !g.made && g.r != ' ' && g.x1 > r.x1-6*r.size {
			near = append(near, g)
		}
	}
	slices.SortStableFunc(near, func(a, b glyph) int { return cmp.Compare(b.x0, a.x0) })
	var placed []rune // from the right: the last digit first
	for _, g := range near {
		d, ok := digit(g.r)
		if !ok {
			if len(placed) == 0 || len(placed) > 3 || !strings.ContainsRune("-–‑.", g.r) {
				return nil
			}
			break
		}
		placed = append(placed, d)
	}
	slices.Reverse(placed)
	var stored []rune
	for _, g := range r.glyphs {
		if d, ok := digit(g.r); ok {
			stored = append(stored, d)
		} else if !strings.ContainsRune("-–‑. ", g.r) {
			break
		}
	}
	var out []int
	for _, ds := range [][]rune{placed, stored} {
		if n, err := strconv.Atoi(string(ds)); err == nil && n > 0 && len(ds) <= 3 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func digit(r rune) (rune, bool) {
	switch {
	case r >= '0' && r <= '9':
		return r, true
	case r >= 0x0660 && r <= 0x0669:
		return '0' + r - 0x0660, true
	}
	return 0, false
}

func cutArabicNumber(r *row) string {
	return strings.TrimSpace(arabicStart.ReplaceAllString(r.text, ""))
}
