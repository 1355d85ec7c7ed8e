package ui

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"uhri"
	"uhri/index"
)

// A passage in a list is shown whole up to clipAfter bytes, else the clipWindow bytes around its first match:
// the longest treaty-body paragraphs would push the next result off the screen.
const (
	clipAfter  = 900
	clipWindow = 640
	clipLead   = 160 // bytes kept before the first match
)

// maxHitLabels is how many theme and group labels a passage in a list shows; the record page shows all.
const maxHitLabels = 5

// Piece is a stretch of text that matched or did not.
type Piece struct {
	Text string
	Mark bool
}

// Mech is a mechanism's mark: a shape, a colour and words.
type Mech struct{ Class, Label string }

// Position is a State's position on a recommendation: a filled, empty, half or dotted ring, and words.
type Position struct{ Class, Label string }

// Goal is the numbered square of a Sustainable Development Goal.
type Goal struct {
	Number string
	Class  string
	Name   string // "Goal 5: Gender equality"
	URL    string
}

// Hit is one passage in a list.
type Hit struct {
	Number     int // its place in this page, for the ids of its parts
	URL        string
	Heading    string // the States addressed
	Spoken     string // what tells this link from the others of the same State, for screen readers
	Paragraph  string
	Date       uhri.Date
	Mech       Mech
	Document   *Link
	Position   Position
	Kind       string  // "Observation"; empty for recommendations, which are most
	Side       []Piece // side heading, when the text is shown without it
	Lang       uhri.Lang
	Text       []Piece
	CutFront   bool
	CutBack    bool
	Tail       string // the recommending States, when the text is shown without them
	Otherwise  string // "Shown in French; no English text exists."
	Goals      []Goal
	Labels     []Link
	MoreLabels int
	Same       *Link // the passages that ask for the same
	Save       Save
}

// Save is what the reader's own list keeps of a passage: its address and how to name it, and no text.
type Save struct {
	ID      uhri.ID
	Heading string
	Place   string // document and paragraph, or what is known instead
}

func (u *UI) save(r *uhri.Recommendation) Save {
	return Save{ID: r.ID, Heading: u.addressed(r), Place: u.spoken(r)}
}

// hit makes what a list shows of h. The link to its record is url.
func (u *UI) hit(h index.Hit, number int, url string, prefer uhri.Lang) Hit {
	r := h.Record
	v := Hit{
		Number: number, URL: url, Heading: u.addressed(r), Paragraph: r.Paragraph, Date: r.Date,
		Mech: u.mechOf(r), Position: u.positionOf(r), Lang: h.Lang,
	}
	v.Spoken, v.Save = u.spoken(r), u.save(r)
	if r.Symbol != "" {
		v.Document = &Link{Label: string(r.Symbol), URL: passageURL(r)}
	}
	if r.Type == uhri.TypeObservation || r.Type == uhri.TypePledge {
		v.Kind = u.words.Text("type." + string(r.Type))
	}
	passage := show(r.Texts[h.Lang], h.Spans)
	v.Side, v.Tail = passage.side, u.tail(r, passage)
	v.Text, v.CutFront, v.CutBack = clip(passage.body, passage.spans)
	if h.Lang != "" && prefer != "" && h.Lang != prefer {
		v.Otherwise = u.words.Text("hit.otherwise", langName(h.Lang), langName(prefer))
	}
	v.Goals, v.Labels, v.MoreLabels = u.labels(r)
	return v
}

// shown is a text as it is shown: its side heading apart, its body, and what matched in each.
type shown struct {
	side   []Piece
	body   string
	spans  []index.Span // in body
	askers bool         // the recommending States stood behind the body and are not in it
}

// show divides a text for showing. The body alone is shown only when it is a stretch of the full text and every match
// lies in it or in the heading before it: a mark must never be lost.
func show(t uhri.Text, spans []index.Span) shown {
	at := strings.Index(t.Full, t.Body)
	if t.Body == "" || at < 0 {
		return shown{body: t.Full, spans: spans}
	}
	head := strings.Index(t.Full[:at], t.Heading)
	var inHead, inBody []index.Span
	for _, s := range spans {
		switch {
		case s.Start >= at && s.End <= at+len(t.Body):
			inBody = append(inBody, index.Span{Start: s.Start - at, End: s.End - at})
		case t.Heading != "" && head >= 0 && s.Start >= head && s.End <= head+len(t.Heading):
			inHead = append(inHead, index.Span{Start: s.Start - head, End: s.End - head})
		default:
			return shown{body: t.Full, spans: spans}
		}
	}
	return shown{side: divide(t.Heading, inHead, 0, len(t.Heading)), body: t.Body, spans: inBody, askers: strings.Contains(t.Full[at+len(t.Body):], "(")}
}

// clip cuts a long text to a window around its first match, at spaces, and divides it into pieces.
func clip(text string, spans []index.Span) (pieces []Piece, front, back bool) {
	from, to := 0, len(text)
	if len(text) > clipAfter {
		first := 0
		if len(spans) > 0 {
			first = spans[0].Start
		}
		if first > clipLead {
			from = first - clipLead
			if sp := strings.IndexByte(text[from:first], ' '); sp >= 0 {
				from += sp + 1
			} else {
				from = first
			}
		}
		to = min(from+clipWindow, len(text))
		for _, s := range spans { // a match is never cut in two
			if s.Start < to && s.End > to {
				to = s.End
			}
		}
		if to < len(text) {
			for to > from && !utf8.RuneStart(text[to]) {
				to--
			}
			if sp := strings.LastIndexByte(text[from:to], ' '); sp > clipWindow/2 && !insideSpan(spans, from+sp) {
				to = from + sp
			}
		}
	}
	return divide(text, spans, from, to), from > 0, to < len(text)
}

func insideSpan(spans []index.Span, at int) bool {
	for _, s := range spans {
		if s.Start < at && at < s.End {
			return true
		}
	}
	return false
}

// divide cuts text[from:to] into pieces that matched and pieces that did not. Spans that do not fit are ignored.
func divide(text string, spans []index.Span, from, to int) []Piece {
	var pieces []Piece
	at := from
	for _, s := range spans {
		if s.Start < at || s.End > to || s.End <= s.Start {
			continue
		}
		if s.Start > at {
			pieces = append(pieces, Piece{Text: text[at:s.Start]})
		}
		pieces = append(pieces, Piece{Text: text[s.Start:s.End], Mark: true})
		at = s.End
	}
	if at < to {
		pieces = append(pieces, Piece{Text: text[at:to]})
	}
	return pieces
}

// addressed names the States a passage is addressed to.
func (u *UI) addressed(r *uhri.Recommendation) string {
	names := u.words.countryNames(r.Countries)
	switch {
	case len(names) == 0:
		return u.words.Text("record.nostate")
	case len(names) > 3:
		return u.words.Count("record.andothers", len(names)-2, names[0], names[1])
	}
	return u.words.List(names)
}

// spoken says which passage of which document a link leads to.
func (u *UI) spoken(r *uhri.Recommendation) string {
	switch {
	case r.Paragraph != "" && r.Symbol != "":
		return u.words.Text("hit.spoken.both", r.Paragraph, string(r.Symbol))
	case r.Paragraph != "":
		return u.words.Text("hit.spoken.paragraph", r.Paragraph, r.Date)
	case r.Symbol != "":
		return u.words.Text("hit.spoken.symbol", string(r.Symbol))
	}
	return u.words.Date(r.Date)
}

// mechOf is the mechanism's mark with the most telling words: the cycle of a review, else the body.
func (u *UI) mechOf(r *uhri.Recommendation) Mech {
	m := Mech{Class: mechClass(r.Mechanism)}
	switch {
	case r.Mechanism == uhri.MechanismUPR && r.UPR != nil && r.UPR.Cycle > 0:
		m.Label = u.words.Text("mech.upr.cycle", r.UPR.Cycle)
	case r.Mechanism == uhri.MechanismUPR:
		m.Label = u.words.Text("mech.upr")
	case r.Body != "":
		m.Label = u.words.bodyName(r.Body)
	default:
		m.Label = u.words.Text("mech." + string(cmp.Or(r.Mechanism, uhri.MechanismUnknown)))
	}
	return m
}

func mechClass(m uhri.Mechanism) string {
	switch m {
	case uhri.MechanismUPR:
		return "upr"
	case uhri.MechanismTreatyBody:
		return "tb"
	case uhri.MechanismSpecialProcedure:
		return "sp"
	}
	return "mx"
}

// positionOf is the position mark; empty for passages that cannot have one.
func (u *UI) positionOf(r *uhri.Recommendation) Position {
	if r.UPR == nil {
		return Position{}
	}
	p := r.UPR.Position
	if p == "" {
		p = uhri.PositionUnknown
	}
	return u.positionMark(p)
}

func (u *UI) positionMark(p uhri.Position) Position {
	class := map[uhri.Position]string{uhri.PositionSupported: "yes", uhri.PositionNoted: "no", uhri.PositionPartial: "half", uhri.PositionUnknown: "none"}[p]
	if class == "" {
		return Position{}
	}
	return Position{Class: class, Label: u.words.Text("position." + string(p))}
}

// labels are the goals and the first labels of a passage, each a link to its page.
func (u *UI) labels(r *uhri.Recommendation) (goals []Goal, labels []Link, more int) {
	seenGoal, seen := map[string]bool{}, map[string]bool{}
	for _, t := range r.Tags {
		switch t.Scheme {
		case uhri.SchemeSDG:
			g, _, _ := strings.Cut(t.Concept, ".")
			if !seenGoal[g] {
				seenGoal[g] = true
				goals = append(goals, u.goal(g))
			}
		case uhri.SchemeTheme, uhri.SchemeGroup:
			key := string(t.Scheme) + "/" + t.Concept
			if seen[key] {
				continue
			}
			seen[key] = true
			if len(labels) == maxHitLabels {
				more++
				continue
			}
			labels = append(labels, Link{Label: u.words.conceptLabel(t.Scheme, t.Concept), URL: conceptURL(t.Scheme, t.Concept)})
		}
	}
	sortGoals(goals)
	return goals, labels, more
}

// goal is the square of a goal, linking to its page.
func (u *UI) goal(number string) Goal {
	return Goal{Number: number, Class: "g" + number, URL: conceptURL(uhri.SchemeSDG, number),
		Name: u.words.Text("goal.name", number, u.words.conceptLabel(uhri.SchemeSDG, number))}
}
