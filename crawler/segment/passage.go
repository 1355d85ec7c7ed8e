package segment

import (
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/crawler/clean"
	"uhri/crawler/extract"
)

// Cut is a document of a treaty body or a special procedure, cut as UHRI cuts it: one passage for each numbered paragraph,
// concern and recommendation apart, the side heading in front, lettered items inside.
type Cut struct {
	Kind     DocumentKind
	Symbol   uhri.Symbol
	Body     string         // canonical code, see uhri.Bodies; "" = not recognised
	Country  uhri.Country   // the State the document is about; "" where there is none or, in annual reports, many
	Lang     uhri.Lang      //
	Date     uhri.Date      // of issue
	Passages []Passage      //
	Review   []string       // why a person should look at the document; empty = nothing odd
	Issues   []string       // what to know without anything being wrong: "passages are not typed in Arabic"
	inferred []string       // what was derived rather than stated
	names    map[string]int // paragraph names given out
}

// Passage is one paragraph of a document, or the unnumbered recommendation that follows a numbered concern.
type Passage struct {
	Paragraph  string       // "13", or "13/rec" for an unnumbered recommendation below paragraph 13
	Country    uhri.Country // the State addressed
	Section    string       // numbered headings, outermost first: "III. Principal areas of concern / B. Specific rights"
	Heading    string       // side heading in force, as printed; "" when the section has none
	Type       uhri.Type    // TypeUnknown in languages without rules
	Procedural bool         // follow-up, dissemination, next report, technical assistance
	Priority   bool         // a list of priority areas, which refers to recommendations and makes none
	Text       string       // without heading and number; items and unnumbered paragraphs on lines of their own
	Items      []SubItem
	Articles   string // the treaty articles its heading names: "arts. 2 (2) and 3"
	Review     []string
}

// SubItem is one lettered item of a paragraph. It is a place to point at, not a passage of its own.
type SubItem struct {
	Label string    `json:"label"` // as printed: "(a)"
	Text  string    `json:"text"`
	Items []SubItem `json:"items,omitzero"` // (i), (ii) … inside it
}

// Explained is a passage as `uhri explain FILE --json` shows it.
type Explained struct {
	Paragraph string       `json:"paragraph"`
	Country   uhri.Country `json:"country,omitzero"` // only where a document speaks of several States
	Section   string       `json:"section"`
	Heading   string       `json:"heading"`
	Type      string       `json:"type"` // recommendation, observation, procedural, unknown
	Text      string       `json:"text"`
	Items     []SubItem    `json:"items"`
	Articles  string       `json:"articles,omitzero"`
	Review    []string     `json:"review,omitzero"`
}

// Explain returns the passages in the form of `uhri explain`; never nil.
func (c *Cut) Explain() []Explained {
	out := []Explained{}
	for _, p := range c.Passages {
		e := Explained{Paragraph: p.Paragraph, Section: p.Section, Heading: p.Heading, Type: string(p.Type), Text: p.Text,
			Items: p.Items, Articles: p.Articles, Review: p.Review}
		if p.Procedural {
			e.Type = "procedural"
		}
		if e.Items == nil {
			e.Items = []SubItem{}
		}
		if c.Country == "" {
			e.Country = p.Country
		}
		out = append(out, e)
	}
	return out
}

// Recommendations converts the passages to records with the names they keep for good. Source, times and pipeline are the
// caller's to fill in. A document without symbol yields none: its passages could not be named.
func (c *Cut) Recommendations() []*uhri.Recommendation {
	if c.Symbol == "" {
		return nil
	}
	mechanism := c.Kind.mechanism()
	if b, ok := uhri.BodyByCode(c.Body); ok {
		mechanism = b.Mechanism
	}
	var out []*uhri.Recommendation
	for i, p := range c.Passages {
		r := &uhri.Recommendation{
			ID:         uhri.NewID(c.Symbol, p.Country, p.Paragraph),
			Type:       p.Type,
			Symbol:     c.Symbol,
			Paragraph:  p.Paragraph,
			Order:      i + 1,
			Texts:      map[uhri.Lang]uhri.Text{c.Lang: p.text()},
			Date:       c.Date,
			Mechanism:  mechanism,
			Body:       c.Body,
			Procedural: p.Procedural,
			Articles:   p.Articles,
			Demo:       c.Symbol.Demo(),
		}
		if p.Country != "" {
			r.Countries = []uhri.Country{p.Country}
		}
		r.Provenance.Inferred = append([]string{"type by rule"}, c.inferred...)
		r.Provenance.Review = append(slices.Clone(c.Review), p.Review...)
		out = append(out, r)
	}
	return out
}

// text is the passage as UHRI writes one: heading, number, paragraph.
func (p *Passage) text() uhri.Text {
	t := uhri.Text{Heading: p.front(), Body: p.Text}
	t.Full = p.Text
	if number := strings.TrimPrefix(p.Paragraph, annexPrefix); !strings.Contains(number, "/") {
		t.Full = number + ". " + t.Full
	}
	if t.Heading != "" {
		t.Full = t.Heading + "\n" + t.Full
	}
	return t
}

// front is what UHRI copies in front: the side heading, else the section's own when it names a subject.
func (p *Passage) front() string {
	if p.Heading != "" {
		return p.Heading
	}
	parts := strings.Split(p.Section, sectionJoint)
	if len(parts) > 1 {
		return parts[len(parts)-1]
	}
	return ""
}

// sectionJoint stands between the headings of a section's path.
const sectionJoint = " / "

// DocumentKind says what a document is within its family.
type DocumentKind string

// The kinds of document.
const (
	ConcludingObservations DocumentKind = "concluding_observations"
	AnnualReport           DocumentKind = "annual_report"   // of a treaty body, with concluding observations on many States
	StateFollowUp          DocumentKind = "state_follow_up" // the State's answer to concluding observations
	CountryVisit           DocumentKind = "country_visit"
	ThematicReport         DocumentKind = "thematic_report"
	StateComments          DocumentKind = "state_comments" // the State's comments on a country visit
	Corrigendum            DocumentKind = "corrigendum"    // of a document that stays as it was
	OtherDocument          DocumentKind = "other"          // of these families, but without recommendations to States: general comments, lists of issues
	UnknownDocument        DocumentKind = ""
)

func (k DocumentKind) mechanism() uhri.Mechanism {
	switch k {
	case ConcludingObservations, AnnualReport, StateFollowUp:
		return uhri.MechanismTreatyBody
	case CountryVisit, ThematicReport, StateComments:
		return uhri.MechanismSpecialProcedure
	}
	return uhri.MechanismUnknown
}

// newCut fills in what a document's cover says.
func newCut(d *extract.Document, kind DocumentKind, o *outline) *Cut {
	c := &Cut{Kind: kind, Symbol: d.Symbol(), Lang: d.Lang, Date: d.Date, names: map[string]int{}}
	if c.Lang == "" {
		c.Lang = uhri.English
	}
	c.Body, _ = c.Symbol.Body()
	for _, i := range d.Issues {
		switch i.Kind {
		case extract.LostParts:
			c.Issues = append(c.Issues, i.String())
		case extract.OddNumbering: // said of the paragraphs concerned, see outline
		default:
			c.Review = append(c.Review, i.String())
		}
	}
	c.Review = append(c.Review, o.review...)
	return c
}

// add appends a passage; a name given out already gets a running number, so that no two passages share an ID.
func (c *Cut) add(p Passage) {
	key := string(p.Country) + "|" + p.Paragraph
	c.names[key]++
	if n := c.names[key]; n > 1 {
		p.Review = append(p.Review, "paragraph "+p.Paragraph+" occurs more than once")
		p.Paragraph += "/" + strconv.Itoa(n)
	}
	p.Articles = clean.Articles(p.Heading)
	if p.Articles == "" {
		p.Articles = clean.Articles(p.front())
	}
	if strings.TrimSpace(p.Text) == "" {
		p.Review = append(p.Review, "the paragraph has no text")
	}
	c.Passages = append(c.Passages, p)
}
