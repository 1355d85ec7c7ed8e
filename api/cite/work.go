package cite

import (
	"fmt"
	"strings"
	"time"

	"uhri"
)

// Work is what is cited.
type Work struct {
	ID     string // stable, for keys and identifiers
	Author string // the body that speaks, in full
	Parent string // the body it belongs to, where its own name does not say: "Human Rights Council"
	Title  string // a description, without brackets
	Symbol uhri.Symbol
	Pin    string    // the paragraph: "140.7"
	Date   uhri.Date // of the document
	Lang   uhri.Lang // of the title and text
	Text   string    // the passage, for abstracts; empty for documents and searches
	URL    string    // where it can be read for good
	Search *Search   // set for a search only
}

// Search is what a citation of a result set must say beside the work.
type Search struct {
	Snapshot string
	Made     time.Time // the snapshot
	Rows     int
}

// OfRecord describes one record. link is its permanent address.
func OfRecord(r *uhri.Recommendation, lang uhri.Lang, link string) Work {
	w := Work{ID: string(r.ID), Author: author(r.Mechanism, r.Body), Parent: parent(r.Mechanism, r.Symbol), Symbol: r.Symbol, Pin: r.Paragraph, Date: r.Date, Lang: lang, Text: r.Texts[lang].Full, URL: link}
	what := "Recommendation"
	switch r.Type {
	case uhri.TypeObservation:
		what = "Observation"
	case uhri.TypePledge:
		what = "Voluntary pledge"
	case uhri.TypeUnknown, "":
		what = "Passage"
	}
	w.Title = what + preposition(r.Type) + states(r.Countries)
	if r.Paragraph != "" {
		w.Title += ", para. " + r.Paragraph
	}
	return w
}

// OfDocument describes a document by what its records agree on.
func OfDocument(symbol uhri.Symbol, m uhri.Mechanism, body string, countries []uhri.Country, date uhri.Date, link string) Work {
	w := Work{ID: string(symbol), Author: author(m, body), Parent: parent(m, symbol), Symbol: symbol, Date: date, Lang: uhri.English, URL: link}
	switch m {
	case uhri.MechanismUPR:
		w.Title = "Report on the Universal Periodic Review" + ofStates(countries)
	case uhri.MechanismTreatyBody:
		w.Title = "Concluding observations" + onStates(countries)
	case uhri.MechanismSpecialProcedure:
		w.Title = "Report" // on a country visit: other reports of mandates address no State
		if len(countries) > 0 {
			w.Title += " on the visit to " + states(countries)
		}
	default:
		w.Title = "Document" + onStates(countries)
	}
	return w
}

// OfSearch describes a result set. words is the query as read; link leads to it on its snapshot.
func OfSearch(words, snapshot string, made time.Time, rows int, link string) Work {
	title := "Search of UN human rights recommendations"
	if words != "" {
		title += ": " + words
	}
	return Work{ID: "search " + snapshot, Author: "uhri", Title: title, Date: uhri.DateOf(made), Lang: uhri.English, URL: link,
		Search: &Search{Snapshot: snapshot, Made: made, Rows: rows}}
}

// author is the body that speaks, in full.
func author(m uhri.Mechanism, body string) string {
	if m == uhri.MechanismUPR {
		return "Working Group on the Universal Periodic Review"
	}
	if b, ok := uhri.BodyByCode(body); ok && b.Name != "" {
		return b.Name
	}
	if body != "" {
		return body
	}
	return "United Nations"
}

// parent is the body the author belongs to. The Working Group is the Council's; a symbol A/HRC/… says that the Council
// received the report of a mandate. Treaty bodies belong to nobody.
func parent(m uhri.Mechanism, symbol uhri.Symbol) string {
	if m == uhri.MechanismUPR || m == uhri.MechanismSpecialProcedure && strings.HasPrefix(string(symbol), "A/HRC/") {
		return "Human Rights Council"
	}
	return ""
}

// fullAuthor names the parent first, as Chicago and OSCOLA do.
func (w Work) fullAuthor() string {
	if w.Parent == "" {
		return w.Author
	}
	return w.Parent + ", " + w.Author
}

// publisher names the United Nations and the parent, which APA moves here from the author.
func (w Work) publisher() string {
	if w.Parent == "" {
		return "United Nations"
	}
	return "United Nations, " + w.Parent
}

func preposition(t uhri.Type) string {
	switch t {
	case uhri.TypePledge:
		return " by "
	case uhri.TypeRecommendation:
		return " to "
	}
	return " on "
}

func states(cs []uhri.Country) string {
	switch names := namesOf(cs); len(names) {
	case 0:
		return "a State not named"
	case 1, 2, 3:
		return join(names)
	default:
		return fmt.Sprintf("%s and %d other States", strings.Join(names[:2], ", "), len(names)-2)
	}
}

func ofStates(cs []uhri.Country) string {
	if len(cs) == 0 {
		return ""
	}
	return ": " + states(cs)
}

func onStates(cs []uhri.Country) string {
	if len(cs) == 0 {
		return ""
	}
	return " on " + states(cs)
}

func namesOf(cs []uhri.Country) []string {
	var names []string
	for _, c := range cs {
		names = append(names, c.Name())
	}
	return names
}

func join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
