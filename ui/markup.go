package ui

import (
	"html/template"
	"strings"
)

// What a page repeats by the hundred — the tiles of the map, the rows of the tables below charts — is written here and
// not by the templates, whose way to every value is by reflection: it was two thirds of the time of such a page.

// markup builds HTML from markup, which is written as it is, and from values, which are escaped.
type markup struct{ strings.Builder }

func (m *markup) put(parts ...string) {
	for i, p := range parts {
		if i%2 == 1 {
			template.HTMLEscape(m, []byte(p))
		} else {
			m.WriteString(p)
		}
	}
}

// link writes a label, within a link to url where there is one.
func (m *markup) link(url, label string) {
	if url == "" {
		m.put("", label)
		return
	}
	m.put(`<a href="`, url, `" rel="nofollow">`, label, `</a>`)
}

// rows are the rows of a table of numbers, each number and label leading to its list.
func (w *Words) rows(t Table) template.HTML {
	var m markup
	for _, r := range t.Rows {
		m.put("\n<tr><th scope=\"row\">")
		m.link(r.URL, r.Label)
		m.put("</th>")
		for _, c := range r.Cells {
			m.put(`<td class="n">`)
			m.link(c.URL, w.Number(c.Count))
			m.put("</td>")
		}
		m.put("</tr>")
	}
	return template.HTML(m.String())
}

// Marks are the tiles of a region, as they are drawn in a page.
func (r TileRegion) Marks() template.HTML {
	var m markup
	for _, t := range r.Tiles {
		m.put(`<a href="`, t.URL, `" tabindex="-1" rel="nofollow" aria-label="`, t.Label, `"><rect x="`, t.X, `" y="`, t.Y, `" width="28" height="28" class="`, t.Class,
			`"/><text x="`, t.TextX, `" y="`, t.TextY, `">`, t.Code, `</text></a>`)
	}
	return template.HTML(m.String())
}
