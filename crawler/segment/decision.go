package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// Decision is the Council's adoption of a review's outcome, which ties report and addendum together.
type Decision struct {
	Symbol      uhri.Symbol   `json:"symbol"`
	Country     uhri.Country  `json:"country"`
	Report      uhri.Symbol   `json:"report"`
	Addenda     []uhri.Symbol `json:"addenda,omitzero"`
	Adopted     uhri.Date     `json:"adopted,omitzero"`
	WithoutVote bool          `json:"without_vote"`
	Review      []string      `json:"review,omitzero"`
}

var (
	outcomeOf = regexp.MustCompile(`(?i)outcome of the universal periodic review\s*:?\s*([\p{L}’'\-(), ]+)`)
	// The date of adoption stands in the title, or below the text after the number of the meeting.
	adoptedIn    = regexp.MustCompile(`(?is)adopted by the human rights council\s+on\s+(.{8,30})`)
	metOn        = regexp.MustCompile(`(?is)\d(?:st|nd|rd|th)\s+(?:\(closed\)\s+)?meeting\W+(.{8,30})`)
	adoptedOn    = regexp.MustCompile(`(?i)\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December) (20\d\d)\b`)
	wgSymbol     = regexp.MustCompile(`(?:DEMO/)?A/HRC/\d{1,3}/\d{1,3}(?:/Add\.\d+|/Corr\.\d+|/Rev\.\d+)?`)
	monthNumbers = map[string]string{"january": "01", "february": "02", "march": "03", "april": "04", "may": "05", "june": "06", "july": "07", "august": "08", "september": "09", "october": "10", "november": "11", "december": "12"}
)

// UPROutcome reads an outcome decision.
func UPROutcome(doc *extract.Document) (Decision, error) {
	if err := doc.Usable(); err != nil {
		return Decision{}, err
	}
	d := Decision{Symbol: doc.Symbol(), Review: doc.Reasons()}
	var all []string
	for _, b := range doc.Blocks {
		all = append(all, b.Text)
		if m := outcomeOf.FindStringSubmatch(b.Text); m != nil && d.Country == "" {
			d.Country, _ = state(strings.TrimSpace(m[1]))
		}
	}
	text := strings.Join(all, "\n")
	d.WithoutVote = strings.Contains(strings.ToLower(text), "without a vote")
	d.Adopted = adoption(text)
	for _, n := range doc.Footnotes {
		text += "\n" + n.Text
	}
	// Sessions' own reports (A/HRC/59/2) are cited beside: the report is what an addendum belongs to, else the first.
	var reports []uhri.Symbol
	for _, raw := range wgSymbol.FindAllString(text, -1) {
		s, err := uhri.ParseSymbol(raw)
		if err != nil {
			continue
		}
		if s.Base() != s {
			if !containsSymbol(d.Addenda, s) {
				d.Addenda = append(d.Addenda, s)
			}
		} else if !strings.HasSuffix(string(s), "/2") || len(reports) == 0 {
			reports = append(reports, s)
		}
	}
	for _, s := range reports {
		if d.Report == "" || (len(d.Addenda) > 0 && d.Addenda[0].Base() == s) {
			d.Report = s
		}
	}
	if d.Report == "" {
		d.Review = append(d.Review, "the decision names no report")
	}
	if d.Country == "" {
		d.Review = append(d.Review, "the State under review was not found")
	}
	return d, nil
}

func adoption(text string) uhri.Date {
	for _, place := range []*regexp.Regexp{adoptedIn, metOn} {
		for _, p := range place.FindAllStringSubmatch(text, -1) {
			m := adoptedOn.FindStringSubmatch(p[1])
			if m == nil {
				continue
			}
			if date, err := uhri.ParseDate(m[3] + "-" + monthNumbers[strings.ToLower(m[2])] + "-" + m[1]); err == nil {
				return date
			}
		}
	}
	return uhri.Date{}
}

func containsSymbol(list []uhri.Symbol, s uhri.Symbol) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}
