package cite

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"uhri"
)

// Style is one way to write a citation.
type Style struct {
	Name  string // in addresses: "apa"
	Label string
	Write func(Work) string
}

// Styles lists every style, in the order they are shown.
func Styles() []Style {
	return []Style{
		{"apa", "APA", Work.APA}, {"chicago", "Chicago", Work.Chicago}, {"oscola", "OSCOLA", Work.OSCOLA},
		{"bibtex", "BibTeX", Work.BibTeX}, {"ris", "RIS", Work.RIS}, {"csl", "CSL-JSON", Work.CSLJSON},
	}
}

// APA writes the reference-list entry of the APA's seventh edition: the most specific body as author, date, described
// title in brackets, symbol, its parents as publisher where they are not the author, address.
func (w Work) APA() string {
	if w.Search != nil {
		return fmt.Sprintf("%s. (%s). [%s]. Snapshot %s, %s. %s", w.Author, apaDate(w.Date), w.Title, w.Search.Snapshot, records(w.Search.Rows), w.URL)
	}
	s := fmt.Sprintf("%s. (%s). [%s]", w.Author, apaDate(w.Date), w.Title)
	if w.Symbol != "" {
		s += fmt.Sprintf(" (%s)", w.Symbol)
	}
	s += "."
	if w.Author != "United Nations" {
		s += " " + w.publisher() + "."
	}
	return s + " " + w.URL
}

// Chicago writes the bibliography entry of the Chicago Manual's seventeenth edition.
func (w Work) Chicago() string {
	if w.Search != nil {
		return fmt.Sprintf("%s. [%s]. Snapshot %s, %s. %s. %s.", w.fullAuthor(), w.Title, w.Search.Snapshot, records(w.Search.Rows), longDate(w.Date), w.URL)
	}
	s := fmt.Sprintf("%s. [%s].", w.fullAuthor(), w.Title)
	if w.Symbol != "" {
		s += " " + string(w.Symbol) + "."
	}
	return s + fmt.Sprintf(" %s. %s.", longDate(w.Date), w.URL)
}

// OSCOLA writes the footnote of the Oxford standard's fourth edition: author, described title, date, UN document
// symbol, paragraph.
func (w Work) OSCOLA() string {
	if w.Search != nil {
		return fmt.Sprintf("%s, [%s] (snapshot %s, %s, %s) <%s>", w.fullAuthor(), w.Title, w.Search.Snapshot, records(w.Search.Rows), britishDate(w.Date), w.URL)
	}
	s := fmt.Sprintf("%s, [%s] (%s)", w.fullAuthor(), strings.TrimSuffix(w.Title, ", para. "+w.Pin), britishDate(w.Date))
	if w.Symbol != "" {
		s += " UN Doc " + string(w.Symbol)
	}
	if w.Pin != "" {
		s += ", para " + w.Pin
	}
	return s + " <" + w.URL + ">"
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s + " records"
}

func apaDate(d uhri.Date) string {
	switch {
	case d.IsZero():
		return "n.d."
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%d, %s", d.Year, time.Month(d.Month))
	}
	return fmt.Sprintf("%d, %s %d", d.Year, time.Month(d.Month), d.Day)
}

func longDate(d uhri.Date) string {
	switch {
	case d.IsZero():
		return "n.d"
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%s %d", time.Month(d.Month), d.Year)
	}
	return fmt.Sprintf("%s %d, %d", time.Month(d.Month), d.Day, d.Year)
}

func britishDate(d uhri.Date) string {
	switch {
	case d.IsZero():
		return "undated"
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%s %d", time.Month(d.Month), d.Year)
	}
	return fmt.Sprintf("%d %s %d", d.Day, time.Month(d.Month), d.Year)
}
