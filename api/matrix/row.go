package matrix

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/api/export"
	"uhri/index"
)

// Column is one column of the matrix.
type Column struct {
	Label string
	Width float64 // in characters
	About string  // what it holds; for the sheet that explains the file
	Empty bool    // to be filled in by the reader

	from export.Column // of the data dictionary; none for the columns of our own
}

// dictionary are the columns taken from the data dictionary, in the order they stand, with their widths on paper.
var dictionary = [...]struct {
	name  string
	width float64
}{
	{"paragraph", 11}, {"body", 14}, {"symbol", 17}, {"date", 11}, {"type", 17}, {"position", 11}, {"recommending_state", 16}, {"text", 60},
	{"theme", 22}, {"group", 16}, {"goal", 16}, {"sdg", 20},
}

// Columns are those of a matrix, in order.
func Columns() []Column {
	var cs []Column
	for _, d := range dictionary {
		c, ok := export.ColumnByName(d.name)
		if !ok {
			panic("matrix: the data dictionary has no column " + d.name) // a test reads all of them
		}
		cs = append(cs, Column{Label: c.Label, Width: d.width, About: c.Description, from: c})
	}
	cs = append(cs,
		Column{Label: "Same ask: group", Width: 8, About: "Number of the group of passages that ask for the same in nearly the same words; the passages of a group stand together. Empty for a passage that stands alone."},
		Column{Label: "Same ask: passages", Width: 9, About: "How many passages of this matrix the group has."},
	)
	for _, c := range []struct {
		label string
		width float64
		about string
	}{
		{"Lead institution", 18, "Who answers for implementation. The list of institutions to choose from is on the sheet Lists."},
		{"Partners", 18, "Who works with the lead institution."},
		{"Activity", 28, "What is to be done."},
		{"Indicator", 22, "By what progress is measured."},
		{"Deadline", 11, "By when."},
		{"Status", 14, "How far it is: one of the values on the sheet Lists."},
		{"Evidence", 24, "What shows it: a law, a report, a figure."},
	} {
		cs = append(cs, Column{Label: c.label, Width: c.width, About: c.about, Empty: true})
	}
	link, _ := export.ColumnByName("link")
	return append(cs, Column{Label: "Permanent address", Width: 12, About: link.Description, from: link})
}

// Statuses are what the column Status takes.
func Statuses() []string {
	return []string{"Not started", "In progress", "Partly implemented", "Implemented", "Continuous", "Not to be implemented"}
}

// row is one passage as the matrix has it: few hundred bytes beside its text, so that a State's thousands fit in memory.
type row struct {
	cells []string
	ask   uhri.ID
	id    uhri.ID

	symbol uhri.Symbol
	date   uhri.Date
	order  int
	upr    *uhri.UPR
}

// arrange puts passages that ask for the same together, at the place of the first of them, and numbers the groups.
// Without an order of the reader's own, the newest document comes first and its passages as they stand in it.
func arrange(rows []row, chosen index.Sort, group, size int) []row {
	if chosen == "" {
		slices.SortStableFunc(rows, func(a, b row) int {
			return cmp.Or(cmp.Compare(b.date.Key(), a.date.Key()), uhri.CompareSymbols(a.symbol, b.symbol), cmp.Compare(a.order, b.order), cmp.Compare(a.id, b.id))
		})
	}
	members := map[uhri.ID][]int{}
	for i, r := range rows {
		if r.ask != "" {
			members[r.ask] = append(members[r.ask], i)
		}
	}
	out := make([]row, 0, len(rows))
	groups := 0
	for _, r := range rows {
		same := members[r.ask]
		if len(same) < 2 { // its like are outside the matrix
			out = append(out, r)
			continue
		}
		if same[0] < 0 {
			continue // stands with the first of its group
		}
		groups++
		n := strconv.Itoa(len(same))
		for _, i := range same {
			rows[i].cells[group], rows[i].cells[size] = strconv.Itoa(groups), n
			out = append(out, rows[i])
		}
		same[0] = -1
	}
	return out
}

// impact is a passage as IMPACT OSS imports it; impactColumns names the cells.
func impact(r row, text string, about ...string) []string {
	reference := string(r.symbol)
	if p := r.cells[0]; p != "" {
		reference = strings.TrimPrefix(reference+", para. "+p, ", ")
	}
	if reference == "" {
		reference = string(r.id) // the import refuses a row without a reference
	}
	accepted, response := "", ""
	if r.upr != nil {
		switch r.upr.Position {
		case uhri.PositionSupported:
			accepted, response = "true", "Supported"
		case uhri.PositionNoted:
			accepted, response = "false", "Noted"
		case uhri.PositionPartial:
			response = "Supported in part"
		}
		if response != "" && r.upr.PositionSource != "" {
			response += " (" + r.upr.PositionSource + ")"
		}
	}
	return []string{text, reference, accepted, response, strings.Join(about, "\n")}
}

var impactColumns = [...]string{"title", "reference", "accepted", "response", "description"}
