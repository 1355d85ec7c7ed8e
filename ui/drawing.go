package ui

import (
	"strconv"
)

// Drawings have x and widths in per cent and y and heights in pixels, without a viewBox: bars stretch with the page
// and letters do not, and no inline style is needed.

// columnGap is the share of a column's place left empty beside it.
const columnGap = 0.14

// column is column i of n, as high as count among highest.
func column(i, n, count, highest, height int, label, url, class string) Bar {
	place := 100 / float64(n)
	tall := 0.0
	if highest > 0 {
		tall = float64(count) / float64(highest) * float64(height)
	}
	if count > 0 && tall < 1 {
		tall = 1 // one record is seen
	}
	return Bar{X: percent(float64(i) * place), Width: percent(place * (1 - columnGap)),
		Y: pixels(float64(height) - tall), Height: pixels(tall), Label: label, URL: url, Class: class}
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }

func pixels(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
