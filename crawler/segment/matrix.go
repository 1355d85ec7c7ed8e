package segment

import (
	"fmt"
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// Matrix is a thematic list of recommendations, which the Office of the High Commissioner makes of report and addendum
// together: an independent second reading of both, with labels.
type Matrix struct {
	Report uhri.Symbol // the report its sources name; "" = not found
	Rows   []MatrixRow
	Review []string
}

// MatrixRow is one recommendation of a matrix.
type MatrixRow struct {
	Number     string
	Text, End  string
	States     []uhri.Country
	Unresolved []string
	Position   uhri.Position // "" = the cell is empty
	Source     string        // "A/HRC/59/15/Add.1, para. 3"
	Heading    string        // the theme row above it, as printed
	Themes     []string
	Persons    []string
	SDGs       []string

	groups []parenthesis
}

var (
	matrixHead   = regexp.MustCompile(`(?i)^\s*(?:recommendations?\b|recomendaci)`)
	matrixNumber = regexp.MustCompile(`^\s*(\d{1,3}\.\s?\d{1,3})\.?\s*`)
	matrixSource = regexp.MustCompile(`(?i)source of (?:the )?position\s*:?\s*((?:DEMO/)?A/HRC/[^\s,–-]+)(?:\s*[-–,]*\s*para(?:graph)?s?\.?\s*([\d\s.–-]+))?`)
	themeRow     = regexp.MustCompile(`(?i)^\s*themes?\s*:\s*(.*)`)
)

// isMatrix recognises the table by its header.
func isMatrix(doc *extract.Document) bool {
	for i, b := range doc.Blocks {
		if i > 30 {
			return false
		}
		if b.Kind == extract.Row && len(b.Cells) >= 2 && matrixHead.MatchString(b.Cells[0].Text) && strings.Contains(strings.ToLower(b.Text), "position") {
			return true
		}
	}
	return false
}

// UPRMatrix reads a thematic list of recommendations. A recommendation that stands under several themes is one row with
// all of them.
func UPRMatrix(doc *extract.Document) (Matrix, error) {
	if err := doc.Usable(); err != nil {
		return Matrix{}, err
	}
	if !isMatrix(doc) {
		return Matrix{}, uhri.Errorf(uhri.Invalid, "read thematic list", "no table of recommendations and positions was found")
	}
	m := Matrix{Review: doc.Reasons()}
	index := map[string]int{}
	votes := map[uhri.Symbol]int{}
	position, themes, sdgs := 1, 2, -1
	heading := ""
	for _, b := range doc.Blocks {
		if b.Kind != extract.Row || len(b.Cells) == 0 {
			continue
		}
		first := b.Cells[0].Text
		if t := themeRow.FindStringSubmatch(first); t != nil && len(b.Cells) == 1 {
			heading = strings.TrimSpace(t[1])
			continue
		}
		if matrixHead.MatchString(first) && len(b.Cells) > 1 && !matrixNumber.MatchString(first) {
			for i, c := range b.Cells[1:] {
				switch low := strings.ToLower(c.Text); {
				case strings.Contains(low, "position"):
					position = i + 1
				case strings.Contains(low, "sdg"):
					sdgs = i + 1
				case strings.Contains(low, "theme"):
					themes = i + 1
				}
			}
			continue
		}
		n := matrixNumber.FindStringSubmatch(first)
		if n == nil {
			continue
		}
		row := MatrixRow{Number: strings.ReplaceAll(n[1], " ", ""), Heading: heading}
		body := first[len(n[0]):]
		if loc := matrixSource.FindStringSubmatchIndex(body); loc != nil {
			if s, err := uhri.ParseSymbol(body[loc[2]:loc[3]]); err == nil {
				para := ""
				if loc[4] >= 0 {
					para = strings.TrimSpace(body[loc[4]:loc[5]])
				}
				row.Source = source(s, para)
				votes[s.Base()]++
			}
			body = body[:loc[0]]
		}
		rec := Recommendation{Text: strings.Join(strings.Fields(body), " ")}
		rec.finish()
		row.Text, row.End, row.States, row.Unresolved, row.groups = rec.Text, rec.End, rec.States, rec.Unresolved, rec.groups
		if position < len(b.Cells) && strings.TrimSpace(b.Cells[position].Text) != "" {
			pos, ok := uhri.ParsePosition(b.Cells[position].Text)
			if !ok {
				m.Review = append(m.Review, fmt.Sprintf("recommendation %s has a position this version does not know: %q", row.Number, b.Cells[position].Text))
			}
			row.Position = pos
		}
		if themes < len(b.Cells) {
			row.labels(b.Cells[themes].Text)
		}
		if sdgs > 0 && sdgs < len(b.Cells) {
			row.SDGs = append(row.SDGs, labelLines(b.Cells[sdgs].Text)...)
		}
		if i, ok := index[row.Number]; ok {
			m.Rows[i].Themes = appendAll(m.Rows[i].Themes, row.Themes)
			m.Rows[i].Persons = appendAll(m.Rows[i].Persons, row.Persons)
			m.Rows[i].SDGs = appendAll(m.Rows[i].SDGs, row.SDGs)
			continue
		}
		index[row.Number] = len(m.Rows)
		m.Rows = append(m.Rows, row)
	}
	for s, n := range votes {
		if n > votes[m.Report] || (n == votes[m.Report] && s < m.Report) {
			m.Report = s
		}
	}
	if len(m.Rows) == 0 {
		m.Review = append(m.Review, "no recommendation was found in the table")
	}
	return m, nil
}

// labels reads a cell of themes with its sections "SDGs:" and "Affected persons:".
func (r *MatrixRow) labels(cell string) {
	to := &r.Themes
	for _, l := range labelLines(cell) {
		switch low := strings.ToLower(l); {
		case strings.HasPrefix(low, "sdgs:"), low == "sdgs":
			to = &r.SDGs
		case strings.HasPrefix(low, "affected persons"), strings.HasPrefix(low, "groups of persons"):
			to = &r.Persons
		default:
			*to = append(*to, l)
		}
	}
}

func labelLines(cell string) []string {
	var out []string
	for _, l := range strings.Split(cell, "\n") {
		if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "-–•· ")); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func appendAll(to, more []string) []string {
	for _, s := range more {
		found := false
		for _, t := range to {
			found = found || t == s
		}
		if !found {
			to = append(to, s)
		}
	}
	return to
}
