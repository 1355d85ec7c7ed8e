package extract

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"uhri"
)

var (
	symbolIn = regexp.MustCompile(`\b(?:[A-Z]{1,5})(?:/[A-Z0-9][A-Za-z0-9.\-]*){2,9}`)
	slashes  = regexp.MustCompile(`\s*/\s*`) // spaces that stand around slashes in some files
	dateIn   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th|er)?\s+(?:de\s+)?(January|February|March|April|May|June|July|August|September|October|November|December|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\s+(?:de\s+)?((?:19|20)\d\d)\b`)
)

var months = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12,
	"janvier": 1, "février": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7, "août": 8, "septembre": 9, "octobre": 10, "novembre": 11, "décembre": 12,
}

// readCover takes symbols from the running heads and the first page, and the date of issue from the first page.
func (d *Document) readCover(l *layout) {
	var page1, heads []string
	for _, r := range l.furn {
		heads = append(heads, r.text)
		if r.page == 1 {
			page1 = append(page1, r.text)
		}
	}
	for _, r := range l.rows {
		if r.page == 1 {
			page1 = append(page1, r.text)
		}
	}
	d.setCover(page1, heads)
}

// setCover reads symbol and date off the lines of the first page; heads are running heads, the surer witnesses of the
// symbol.
func (d *Document) setCover(lines, heads []string) {
	votes := map[uhri.Symbol]int{}
	var order []uhri.Symbol
	note := func(lines []string, weight int) {
		for _, t := range lines {
			if strings.Contains(strings.ToLower(t), "source of position") {
				continue // a thematic list names its report in every row, but is not the report
			}
			for _, m := range symbolIn.FindAllString(slashes.ReplaceAllString(t, "/"), -1) {
				sym, ok := asSymbol(m)
				if !ok {
					continue
				}
				if votes[sym] == 0 {
					order = append(order, sym)
				}
				votes[sym] += weight
			}
		}
	}
	note(heads, 3)
	note(lines[:min(len(lines), 12)], 2) // the cover box; the text below it names other documents
	slices.SortStableFunc(order, func(a, b uhri.Symbol) int { return cmp.Compare(votes[b], votes[a]) })
	d.Symbols = order
	for _, t := range lines {
		if len(t) > 80 {
			continue // prose, not the cover's box
		}
		if m := dateIn.FindStringSubmatch(t); m != nil {
			if date, err := uhri.ParseDate(isoDate(m)); err == nil {
				d.Date = date
				return
			}
		}
	}
}

func isoDate(m []string) string {
	day := m[1]
	if len(day) == 1 {
		day = "0" + day
	}
	return m[3] + "-" + time.Date(2000, months[strings.ToLower(m[2])], 1, 0, 0, 0, 0, time.UTC).Format("01") + "-" + day
}

// asSymbol reads a symbol with a body, so that "and/or" and page references are none.
func asSymbol(s string) (uhri.Symbol, bool) {
	sym, err := uhri.ParseSymbol(strings.TrimRight(s, ".-"))
	if err != nil {
		return "", false
	}
	return sym, true
}
