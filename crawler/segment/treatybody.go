package segment

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"uhri"
	"uhri/crawler/extract"
)

// TreatyBody cuts concluding observations of any of the ten treaty bodies, and the annual reports in which they stood
// before 2006. Other documents of a treaty body yield no passages; Cut.Kind says what they are.
func TreatyBody(d *extract.Document) *Cut {
	kind := KindOf(d)
	o := readOutline(d, kind == AnnualReport)
	c := newCut(d, kind, o)
	c.Country, _ = c.Symbol.Country()
	if c.Country == "" && kind != AnnualReport {
		if c.Country = stateInTitles(o.titles); c.Country != "" {
			c.inferred = append(c.inferred, "country from title")
		}
	}
	switch kind {
	case ConcludingObservations, AnnualReport, UnknownDocument:
	default:
		c.Issues = append(c.Issues, kind.why())
		return c
	}
	g := grammarOf(c.Lang)
	if g == nil {
		c.Issues = append(c.Issues, "passages in this language are cut by number only; what they are is not told")
	}
	t := &treatyBody{c: c, g: g, units: o.units}
	t.run()
	c.check(g != nil)
	return c
}

// why says why a document yields no passages.
func (k DocumentKind) why() string {
	switch k {
	case StateFollowUp:
		return "this is the State's own follow-up to concluding observations, not the committee's"
	case StateComments:
		return "these are the State's comments on a report, not the report"
	case Corrigendum:
		return "a corrigendum holds no recommendations; they are in the document it corrects"
	}
	return "this kind of document is not cut: it is neither concluding observations nor the report of a visit to a State"
}

type treatyBody struct {
	c       *Cut
	g       *grammar
	units   []unit
	split   bool // concern and recommendation stand in one paragraph throughout
	named   *regexp.Regexp
	stale   string
	closing bool // a procedural paragraph without heading of its own was met under the heading stale
}

func (t *treatyBody) run() {
	for i := range t.units {
		t.units[i].takeInlineItems()
	}
	t.split = t.oneParagraphForm()
	seenPart := false
	for i := range t.units {
		u := &t.units[i]
		if strings.HasPrefix(u.number, annexPrefix) {
			continue // delegations, statements: not the committee's observations
		}
		if t.c.Kind == AnnualReport && u.country == "" {
			continue // the session's business
		}
		country := u.country
		if country == "" {
			country = t.c.Country
		}
		p := Passage{Paragraph: u.number, Country: country, Section: u.place.section(), Heading: u.place.side, Type: uhri.TypeUnknown, Review: u.review}
		if t.g == nil {
			p.Text, p.Items = body(u.text, u.chunks)
			t.c.add(p)
			continue
		}
		in := t.partOf(u.place)
		seenPart = seenPart || in != partUnknown
		if in == partUnknown && !seenPart && len(t.c.Passages) < 3 && opening.MatchString(plainSentence(u.text)) {
			in = partIntro
		}
		t.passage(u, in, p, i)
	}
}

// opening are the words with which the first paragraphs of concluding observations begin, in documents that give them no
// heading.
var opening = regexp.MustCompile(`^(?:the (?:sub)?committee|le comité|el comité|at its|in its|the human rights committee)[^.]{0,120}(?:considered|examined|examinó|a examiné|welcomes|appreciates|thanks|expresses its appreciation|acoge|accueille)`)

// partOf reads the part a place belongs to; the innermost heading that tells decides.
func (t *treatyBody) partOf(at place) part {
	if t.g.partOf(at.side) == partProcedure || t.g.partOf(at.group) == partProcedure {
		return partProcedure
	}
	for _, h := range []string{at.side, at.third, at.second} {
		if p := t.g.partOf(h); p != partUnknown {
			return p
		}
	}
	p := t.g.partOf(at.first)
	if at.second != "" && (p == partIntro || p == partPositive || p == partFactors) {
		// "II. Positive aspects / A. General principles": the heading of the concerns was left out. Only they are divided.
		return partUnknown
	}
	return p
}

// passage adds one unit as one passage, or as two when an unnumbered recommendation follows a concern.
func (t *treatyBody) passage(u *unit, in part, p Passage, index int) {
	if in == partIntro || in == partPositive || in == partFactors {
		p.Type = uhri.TypeObservation
		p.Text, p.Items = body(u.text, u.chunks)
		t.c.add(p)
		return
	}
	loose := in == partSuggestion
	lead, rest := u.text, u.chunks
	// An unnumbered paragraph that recommends, below a concern, is a passage of its own.
	if in != partProcedure && !t.recommends(u.text, loose) {
		for k, c := range rest {
			if c.level != 0 {
				continue
			}
			if t.recommends(c.text, c.bold > 0.9) && t.concernAbove(u.text, rest[:k]) {
				p.Type = uhri.TypeObservation
				p.Text, p.Items = body(lead, rest[:k])
				t.c.add(p)
				p.Paragraph += "/rec"
				p.Type, p.Review = uhri.TypeRecommendation, nil
				p.Text, p.Items = body(c.text, rest[k+1:])
				t.c.add(p)
				return
			}
		}
	}
	// The same in the running text, in documents that put both in one paragraph throughout.
	if t.split && in != partProcedure {
		if concern, recommendation := t.divide(u.text); recommendation != "" {
			p.Type = uhri.TypeObservation
			p.Text, p.Items = body(concern, nil)
			t.c.add(p)
			p.Paragraph += "/rec"
			p.Type, p.Review = uhri.TypeRecommendation, nil
			p.Text, p.Items = body(recommendation, rest)
			t.c.add(p)
			return
		}
	}
	p.Text, p.Items = body(lead, rest)
	p.Type = uhri.TypeObservation
	if t.anyRecommends(lead, rest, loose) {
		p.Type = uhri.TypeRecommendation
	}
	first := plainSentence(lead)
	if t.g.priority.MatchString(first) && in != partProcedure {
		p.Type, p.Priority = uhri.TypeObservation, true
	}
	if in == partProcedure {
		p.Procedural = true
		if t.emphasises(p.Text) {
			p.Type = uhri.TypeRecommendation
		}
		t.c.add(p)
		return
	}
	if t.procedural(lead, loose, index) {
		p.Procedural = true
		// The side heading above belongs to the paragraphs before: closing paragraphs often have none.
		if !t.ownHeading(index) && t.g.partOf(p.Heading) == partUnknown {
			t.closing, t.stale = true, p.Heading
		}
	}
	if t.closing && p.Heading != "" && p.Heading == t.stale {
		p.Heading = ""
	}
	t.c.add(p)
}

// ownHeading reports whether the heading of a unit was set for it.
func (t *treatyBody) ownHeading(i int) bool {
	return i == 0 || t.units[i].place != t.units[i-1].place
}

func (t *treatyBody) recommends(text string, loose bool) bool {
	for _, s := range sentences(text) {
		if t.directs(plainSentence(s), loose) {
			return true
		}
	}
	return false
}

// directs is directive, also for "Kenya should": some committees call the State by its name.
func (t *treatyBody) directs(s string, loose bool) bool {
	if t.g.directive(s, loose) {
		return true
	}
	if t.named == nil {
		t.named = neverMatches
		if name := nameOf(t.c.Country); name != "" {
			t.named = regexp.MustCompile(`^[^:]{0,200}\b` + name + `[,a-z ]{0,60}? (?:should|must)\b`)
		}
	}
	return t.named.MatchString(s) && !t.g.concern.MatchString(s) && !t.g.recalled.MatchString(t.named.FindString(s))
}

// nameOf is an expression for a State's names as sentences have them, "" for an unknown State. Abbreviations are left out:
// "us" is a word.
func nameOf(c uhri.Country) string {
	info, ok := c.Info()
	if !ok {
		return ""
	}
	var names []string
	for _, name := range append([]string{info.Name, info.Official}, info.Aliases...) {
		short, _, _ := strings.Cut(strings.ToLower(name), " (")
		short = regexp.QuoteMeta(strings.TrimPrefix(short, "the "))
		if len(short) > 3 && !strings.Contains(short, `\.`) && !slices.Contains(names, short) {
			names = append(names, short)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	return "(?:" + strings.Join(names, "|") + ")"
}

var neverMatches = regexp.MustCompile(`[^\x00-\x{10FFFF}]`)

// anyRecommends looks at the paragraph, the unnumbered text below it and items in which the committee speaks itself.
func (t *treatyBody) anyRecommends(text string, chunks []chunk, loose bool) bool {
	if t.recommends(text, loose) {
		return true
	}
	items := 0
	bare := t.g.subject.MatchString(strings.TrimRight(plainSentence(text), " :,")) // "The Committee: (a) Recommends that …"
	for _, c := range chunks {
		if c.level == 0 && t.recommends(c.text, loose) {
			return true
		}
		if c.level != 0 {
			items++
			if bare && t.recommends(strings.TrimRight(text, " :,")+" "+lowerFirst(c.text), loose) {
				return true
			}
			for _, s := range sentences(c.text) {
				if s := plainSentence(s); t.g.spokenFirst(s) && t.g.directive(s, false) {
					return true
				}
			}
		}
	}
	if loose {
		return !t.concerned(text) && items > 0
	}
	return t.asksOutright(text)
}

// asksOutright reports whether a paragraph that voices no concern begins by saying what should be done, whoever is to do
// it: "All allegations should be investigated".
func (t *treatyBody) asksOutright(text string) bool {
	ss := sentences(text)
	if len(ss) == 0 || t.g.outright == nil {
		return false
	}
	m := t.g.outright.FindString(plainSentence(ss[0]))
	return m != "" && !t.g.recalled.MatchString(m) && !t.g.speaks(m) && !t.concerned(text)
}

func lowerFirst(s string) string {
	for i, r := range s {
		return string(unicode.ToLower(r)) + s[i+utf8.RuneLen(r):]
	}
	return s
}

// spokenFirst reports whether a sentence begins with the body as its subject.
func (g *grammar) spokenFirst(s string) bool {
	words := strings.SplitN(s, " ", 4)
	for n := 1; n <= min(3, len(words)); n++ {
		if g.subject.MatchString(strings.TrimRight(strings.Join(words[:n], " "), ",")) {
			return true
		}
	}
	return false
}

// emphasises reports whether a paragraph that voices no concern puts its weight on what the State needs to do: the closing
// paragraphs of the Committee on Enforced Disappearances on women and children, which UHRI counts as recommendations.
func (t *treatyBody) emphasises(text string) bool {
	return !t.concerned(text) && slices.ContainsFunc(sentences(text), func(s string) bool { return t.g.emphasis.MatchString(plainSentence(s)) })
}

func (t *treatyBody) concerned(text string) bool {
	return slices.ContainsFunc(sentences(text), func(s string) bool { return t.g.concern.MatchString(plainSentence(s)) })
}

// concernAbove reports whether what stands above an unnumbered recommendation is an observation: all that does not
// recommend is.
func (t *treatyBody) concernAbove(text string, chunks []chunk) bool {
	return !t.anyRecommends(text, chunks, false)
}

// divide cuts a text at its first recommending sentence when a concern stands before it.
func (t *treatyBody) divide(text string) (concern, recommendation string) {
	at, concerned := 0, false
	for _, s := range sentences(text) {
		p := plainSentence(s)
		if t.directs(p, false) {
			if concerned && !t.g.concern.MatchString(p) && strings.ContainsAny(lastOf(strings.TrimSpace(strings.TrimRight(articlesLast.ReplaceAllString(text[:at], ""), ")] "))), ".?!") {
				return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])
			}
			return text, ""
		}
		concerned = concerned || t.g.concern.MatchString(p)
		at += len(s)
	}
	return text, ""
}

// articlesLast are the articles that a concern names last: "… is not criminalized. (art. 1)".
var articlesLast = regexp.MustCompile(`\s*\((?:arts?\.?|articles?|artículos?) [^()]{0,80}(?:\([^()]{0,20}\)[^()]{0,60})*\)\s*$`)

// oneParagraphForm reports whether the document states concern and recommendation in one paragraph as a rule, as the
// Human Rights Committee, the Committee against Torture and the Committee on the Elimination of Racial Discrimination did.
// UHRI keeps such paragraphs whole for other committees (CRC), where they are the exception.
func (t *treatyBody) oneParagraphForm() bool {
	if t.g == nil || !slices.Contains([]string{"CCPR", "CAT", "CERD"}, t.c.Body) {
		return false
	}
	mixed, recommending := 0, 0
	for i := range t.units {
		switch t.partOf(t.units[i].place) {
		case partIntro, partPositive, partFactors, partProcedure:
			continue
		}
		if !t.recommends(t.units[i].text, false) || t.procedural(t.units[i].text, false, i) {
			continue
		}
		recommending++
		if _, r := t.divide(t.units[i].text); r != "" {
			mixed++
		}
	}
	return mixed >= 2 && mixed*2 >= recommending
}

// procedural reports whether a paragraph without procedural heading is about the committee's own procedure. Only closing
// paragraphs are: in the middle of a document "include data in its next report" is part of a recommendation.
func (t *treatyBody) procedural(text string, loose bool, index int) bool {
	if index*3 < t.lastOfState(index)*2 {
		return false
	}
	ss := sentences(text)
	for _, s := range ss {
		if p := plainSentence(s); t.directs(p, loose) {
			return t.g.procedure.MatchString(p)
		}
	}
	return len(ss) > 0 && t.g.procedure.MatchString(plainSentence(ss[0])) && !t.concerned(text)
}

// lastOfState is how many units the document, or in annual reports the State at hand, has up to its end; index counts
// from its beginning.
func (t *treatyBody) lastOfState(index int) int {
	if t.c.Kind != AnnualReport {
		return len(t.units)
	}
	from, to := index, index
	for from > 0 && t.units[from-1].country == t.units[index].country {
		from--
	}
	for to+1 < len(t.units) && t.units[to+1].country == t.units[index].country {
		to++
	}
	if (index-from)*3 >= (to-from+1)*2 {
		return 0
	}
	return len(t.units) * 2
}

// check looks at the whole.
func (c *Cut) check(typed bool) {
	if len(c.Passages) == 0 {
		c.Review = append(c.Review, "no numbered paragraph was found")
		return
	}
	if typed && len(c.Passages) > 8 && !slices.ContainsFunc(c.Passages, func(p Passage) bool { return p.Type == uhri.TypeRecommendation }) {
		c.Review = append(c.Review, "no recommendation was found")
	}
	if c.Symbol == "" {
		c.Review = append(c.Review, "the document shows no symbol")
	}
}
