package segment

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"uhri"
	"uhri/crawler/extract"
)

// outline is a document read as numbered paragraphs under headings, before anything is said of what they mean.
type outline struct {
	titles []string // headings and plain lines before the first paragraph
	units  []unit
	review []string
}

// unit is one printed paragraph with all that stands below its number.
type unit struct {
	number  string // "12"; of an annex "annex/3"
	place   place
	country uhri.Country // in annual reports
	text    string       // of the numbered block itself
	chunks  []chunk      // what follows it
	review  []string
}

// chunk is an item or an unnumbered paragraph below a number.
type chunk struct {
	label string // of items
	level int    // 1, 2; 0 for unnumbered paragraphs, markLevel for bullets and the like
	text  string
	bold  float64
}

// annexPrefix begins the names of an annex's paragraphs, which are counted anew.
const annexPrefix = "annex/"

// markLevel is the level of lines set apart by a bullet or a number: part of the text, but no lettered items.
const markLevel = -1

// place is where a paragraph stands: its headings, outermost first.
type place struct {
	first, second, third string // I., A., 1. with their numbers; headings that name a part stand here without number too
	group                string // an unnumbered heading above side headings of lesser style
	side                 string
}

func (p place) section() string {
	var parts []string
	for _, s := range []string{p.first, p.second, p.third, p.group} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, sectionJoint)
}

// style tells side headings of different rank apart.
type style struct {
	level  int
	italic bool
}

// outliner reads blocks.
type outliner struct {
	o          outline
	g          *grammar
	annual     bool
	excerpts   bool   // a text may leave paragraphs out, and hold several documents
	prefix     string // "annex/"
	last       int    // number of the last paragraph
	ahead      []extract.Block
	at         place
	sideStyle  style
	groupStyle style
	roman      int    // last section with a roman number
	letter     string // last lettered section
	third      int    // last numbered section below it
	inner      int    // last number in brackets, of annual reports that count each State's paragraphs anew
	fresh      bool   // no paragraph since the last heading
	open       bool   // the last text was cut by a page break
	country    uhri.Country
	ended      bool
}

const (
	maxSideHeading = 220 // characters; the longest seen has 170
	maxBoldLine    = 140 // of an unnumbered bold line that may be a heading
)

var (
	annexHeading   = regexp.MustCompile(`(?i)^(?:annex(?:es)?|annexes?|anexos?|appendix|appendices|приложение|附件|المرفق)(?:\s+[IVX\d]+)?\b[.:]?\s*`)
	gluedPart      = regexp.MustCompile(`^(Introduction|Introducción|Positive aspects|Aspectos positivos|Aspects positifs|Principal (?:areas|subjects|matters) of concern and recommendations|Follow-up|Dissemination)(\p{Lu}[\p{L}’']* .*)$`)
	trailingHead   = regexp.MustCompile(`^(.*[.”"’)\d])\s+([IVX]{1,5}\.\s?(?:Conclusions?(?: and recommendations?)?|Recommendations?))\.?$`)
	looseNumber    = regexp.MustCompile(`^(\d{1,3})\.\s*(\p{Lu}|[“"«‘(])`)
	looseItem      = regexp.MustCompile(`^[^\p{L}\p{N}(]{0,2}\(([a-z]{1,2})\)\s+`)
	nextInlineItem = regexp.MustCompile(`[;.,](?:\s+(?:and|or|et|y|e|ou|o))?\s*\(([a-z])\)\s`)
	ellipsis       = regexp.MustCompile(`^\(?\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*\)?$`)
	omission       = regexp.MustCompile(`\s*\(\s*(?:…|\.\.\.)\s*\)\s*$`)
	footMark       = regexp.MustCompile(`(?:\s*\*+|\[\^\d+\])+$`)
	punctEnd       = ".;:?!。؛؟"
)

// readOutline reads a document's blocks. annual says that headings may name States, each with its own observations.
func readOutline(d *extract.Document, annual bool) *outline {
	r := &outliner{g: grammarOf(d.Lang), annual: annual, excerpts: d.Format == extract.Text}
	for i := range d.Blocks {
		r.ahead = d.Blocks[i+1:]
		r.block(&d.Blocks[i])
	}
	r.gaps()
	r.oddities(d)
	return &r.o
}

func (r *outliner) block(b *extract.Block) {
	switch b.Kind {
	case extract.Contents:
	case extract.Heading:
		r.heading(b)
	case extract.Paragraph:
		r.paragraph(b.Number, b.Text, b.Bold)
	case extract.Item:
		r.item(b)
	case extract.Row:
		r.plain(strings.ReplaceAll(b.Text, "\t", " "), b.Bold, b)
	default:
		r.plain(b.Text, b.Bold, b)
	}
}

func (r *outliner) current() *unit {
	if len(r.o.units) == 0 || r.ended {
		return nil
	}
	return &r.o.units[len(r.o.units)-1]
}

// paragraph begins a unit, or joins a text whose number does not fit to the one before.
func (r *outliner) paragraph(number, text string, bold float64) {
	n, err := strconv.Atoi(number)
	if err != nil {
		r.append(chunk{text: text, bold: bold})
		return
	}
	if r.annual && len(text) < 80 && r.state(text) { // "76. Canada", whose paragraphs are (1), (2) …
		r.last, r.inner = n, 0
		return
	}
	if m := stateAndFirst.FindStringSubmatch(text); m != nil && r.annual && r.state(m[1]) {
		r.last, r.inner = n, 1
		r.begin("1", m[2], nil)
		return
	}
	if r.last > 0 && n <= r.last && !(n == 1 && r.excerpts) {
		// A number that does not go on is text, unless a new document begins with it.
		r.append(chunk{text: number + ". " + text, bold: bold})
		return
	}
	var review []string
	if m := gluedPart.FindStringSubmatch(text); m != nil {
		r.setHeading(m[1], "", 1, style{level: 1})
		text = m[2]
		review = append(review, "number, heading and text were printed as one line")
	}
	var after string
	if m := trailingHead.FindStringSubmatch(text); m != nil {
		text, after = m[1], m[2]
	}
	r.last = n
	r.begin(number, text, review)
	if after != "" {
		r.outlineHeading(after)
	}
}

// begin opens a unit.
func (r *outliner) begin(number, text string, review []string) {
	r.o.units = append(r.o.units, unit{number: r.prefix + number, place: r.at, country: r.country, text: strings.TrimSpace(text), review: review})
	r.fresh, r.ended = false, false
}

func (r *outliner) outlineHeading(text string) {
	number, rest, _ := strings.Cut(text, ".")
	r.setHeading(strings.TrimSpace(rest), strings.TrimSpace(number), 1, style{level: 1})
}

func (r *outliner) append(c chunk) {
	c.text = strings.TrimSpace(c.text)
	u := r.current()
	if u == nil || c.text == "" {
		return
	}
	u.chunks = append(u.chunks, c)
}

func (r *outliner) item(b *extract.Block) {
	label, level := b.Number, max(b.Level, 1)
	if label != "" && label[0] >= '0' && label[0] <= '9' && (r.boldLine(b.Text, b.Bold) || r.bareLine(b.Text)) {
		r.setHeading(footMark.ReplaceAllString(b.Text, ""), label, 3, style{level: 3})
		return
	}
	if n, err := strconv.Atoi(label); err == nil && r.fits(n) && upperFirst(b.Text) {
		r.paragraph(label, b.Text, b.Bold)
		return
	}
	if !strings.Contains(label, ")") {
		if label != "" && label[0] >= '0' && label[0] <= '9' && !closedText(r.lastText()) {
			// "… targets 10.2 and / 10.3 of the Goals": a line of paragraph 10 that happens to begin so.
			r.glue(label + " " + b.Text)
			return
		}
		level = markLevel
	}
	r.append(chunk{label: label, level: level, text: b.Text, bold: b.Bold})
}

// fits reports whether, in excerpts, a number can be a paragraph's: it ascends, or begins a document.
func (r *outliner) fits(n int) bool {
	return r.excerpts && (n > r.last && (r.last == 0 || n < r.last+60))
}

// goesOn takes a block that continues the text before it, which a page break cut: the text is not closed, and the block
// begins in lower case or the text was plainly cut.
func (r *outliner) goesOn(text string) bool {
	open := r.open
	r.open = false
	u := r.current()
	if u == nil || r.fresh || closedText(r.lastText()) || !(open || lowerFirstWord(text)) {
		return false
	}
	r.glue(text)
	r.open = open
	return true
}

func lowerFirstWord(s string) bool { return unicode.IsLower(firstRune(s)) && !looseItem.MatchString(s) }

// glue continues the text that is open.
func (r *outliner) glue(text string) {
	u := r.current()
	if u == nil {
		return
	}
	if n := len(u.chunks); n > 0 {
		u.chunks[n-1].text += " " + text
		return
	}
	u.text += " " + text
}

// plain places an unnumbered block: a paragraph, heading or item that the reader of the file did not tell, or text.
func (r *outliner) plain(text string, bold float64, b *extract.Block) {
	text = strings.TrimSpace(text)
	if text == "" || ellipsis.MatchString(text) {
		return
	}
	if r.goesOn(text) {
		return
	}
	if len(r.o.units) == 0 {
		if m := looseNumber.FindStringSubmatch(text); m != nil && (m[1] == "1" || r.excerpts) {
			r.paragraph(m[1], strings.TrimSpace(text[len(m[1])+1:]), bold)
			return
		}
		if r.bareLine(text) && (r.g.partOf(text) != partUnknown || outlineNumber.MatchString(text)) {
			r.bareHeading(text)
			return
		}
		r.o.titles = append(r.o.titles, text)
		if r.annual && r.bareLine(text) {
			r.state(text)
		}
		return
	}
	if m := bracketNumber.FindStringSubmatch(text); m != nil && r.annual && r.country != "" && m[1] == strconv.Itoa(r.inner+1) {
		r.inner++
		r.begin(m[1], strings.TrimSpace(text[len(m[0]):]), nil)
		return
	}
	if m := numberedHeading.FindStringSubmatch(text); m != nil && m[1] == strconv.Itoa(r.third+1) && (r.boldLine(m[2], bold) || r.bareLine(m[2])) && r.nextNumber() == r.last+1 {
		r.setHeading(footMark.ReplaceAllString(m[2], ""), m[1], 3, style{level: 3})
		return
	}
	if m := looseNumber.FindStringSubmatch(text); m != nil {
		if n, _ := strconv.Atoi(m[1]); n == r.last+1 || r.fits(n) {
			r.paragraph(m[1], strings.TrimSpace(text[len(m[1])+1:]), bold)
			return
		}
	}
	if b.Kind == extract.Plain && (r.boldLine(text, bold) || r.bareLine(text)) {
		r.bareHeading(text)
		return
	}
	if m := looseItem.FindStringSubmatch(text); m != nil && r.itemsRun(m[1]) {
		for _, it := range inlineItems(text[len(m[0]):], m[1]) {
			r.append(it)
		}
		return
	}
	r.append(chunk{text: text, bold: bold})
}

// boldLine reports whether a line can be a heading that the reader of the file did not tell.
func (r *outliner) boldLine(text string, bold float64) bool {
	return bold >= 0.9 && utf8.RuneCountInString(text) <= maxBoldLine && !strings.ContainsAny(lastOf(text), punctEnd+",") && upperFirst(text) && closedText(r.lastText())
}

// bareHeading takes a heading that the reader of the file did not tell, its outline number still in the text.
func (r *outliner) bareHeading(text string) {
	text = footMark.ReplaceAllString(text, "")
	if annexHeading.MatchString(text) && !r.annual {
		r.annexStart(strings.TrimSpace(annexHeading.ReplaceAllString(text, "")))
		return
	}
	number := ""
	if m := outlineNumber.FindStringSubmatch(text); m != nil {
		number, text = m[1], m[2]
	}
	level := 3
	if number != "" && strings.Trim(number, "IVX") == "" {
		level = 1
	}
	if r.annual {
		if r.state(text) {
			return
		}
		if level == 1 && r.g.partOf(text) == partUnknown {
			r.country = ""
		}
	}
	r.setHeading(text, number, level, style{level: 3})
}

var outlineNumber = regexp.MustCompile(`^([IVX]{1,5}|[A-Z])\.\s*(\p{Lu}.*)$`)

// stateAndFirst is "Canada (1) The Committee considered", run together.
var stateAndFirst = regexp.MustCompile(`^(\p{Lu}[^.;:]{2,60}?)\s*\(1\)\s*(\p{Lu}.*)$`)

var bracketNumber = regexp.MustCompile(`^\((\d{1,3})\)\s*`)

var numberedHeading = regexp.MustCompile(`^(\d{1,2})\.\s*(\p{Lu}.*)$`)

// nextNumber is the number of the next paragraph, 0 when there is none.
func (r *outliner) nextNumber() int {
	for i := range r.ahead {
		if r.ahead[i].Kind == extract.Paragraph {
			n, _ := strconv.Atoi(r.ahead[i].Number)
			return n
		}
	}
	return 0
}

// bareLine reports whether a line without style is a heading: short, unfinished, and right above a numbered paragraph.
// Pages of the document store keep no bold.
func (r *outliner) bareLine(text string) bool {
	if !headingShape(text) || !closedText(r.lastText()) {
		return false
	}
	for i := range r.ahead {
		b := &r.ahead[i]
		switch {
		case b.Kind == extract.Paragraph || b.Kind == extract.Heading:
			return true
		case r.annual && bracketNumber.MatchString(b.Text):
			return true
		case b.Kind == extract.Plain && headingShape(strings.TrimSpace(b.Text)) && i < 2:
			continue
		case (b.Kind == extract.Plain || b.Kind == extract.Item && !strings.Contains(b.Number, ")")) && i < 2 && headingShape(partNumber.ReplaceAllString(strings.TrimSpace(b.Text), "")):
			continue // "D. Principal areas of concern", "1. General measures of implementation", "Legislation"
		case b.Kind == extract.Plain || b.Kind == extract.Item:
			m := looseNumber.FindStringSubmatch(strings.TrimSpace(b.Number + ". " + b.Text))
			if b.Kind == extract.Plain {
				m = looseNumber.FindStringSubmatch(strings.TrimSpace(b.Text))
			}
			return m != nil && m[1] == strconv.Itoa(r.last+1)
		default:
			return false
		}
	}
	return false
}

var partNumber = regexp.MustCompile(`^\d{1,2}\.\s*`)

func headingShape(text string) bool {
	return utf8.RuneCountInString(text) <= maxBoldLine && !strings.ContainsAny(lastOf(text), punctEnd+",") && startsUpper(text) &&
		!looseItem.MatchString(text) && !looseNumber.MatchString(text)
}

// itemsRun reports whether the last chunk is a lettered item before the given letter, so that a line that begins with it
// goes on: (e) after (c) is a misprint of the document, not ours to repair.
func (r *outliner) itemsRun(letter string) bool {
	u := r.current()
	if u == nil || len(u.chunks) == 0 {
		return false
	}
	last := u.chunks[len(u.chunks)-1]
	return last.level == 1 && strings.Trim(last.label, "()") < letter
}

// inlineItems cuts "… ; (f) The absence …" that follows item letter in one block.
func inlineItems(text, letter string) []chunk {
	var out []chunk
	for {
		next := ""
		if len(letter) == 1 && letter[0] < 'z' {
			next = string(letter[0] + 1)
		}
		cut := -1
		for _, m := range nextInlineItem.FindAllStringSubmatchIndex(text, -1) {
			if text[m[2]:m[3]] == next {
				cut = m[2] - 1
				out = append(out, chunk{label: "(" + letter + ")", level: 1, text: strings.TrimSpace(text[:cut])})
				text, letter = strings.TrimSpace(text[m[3]+1:]), next
				break
			}
		}
		if cut < 0 {
			return append(out, chunk{label: "(" + letter + ")", level: 1, text: strings.TrimSpace(text)})
		}
	}
}

func (r *outliner) lastText() string {
	u := r.current()
	if u == nil {
		return ""
	}
	if n := len(u.chunks); n > 0 {
		return u.chunks[n-1].text
	}
	return u.text
}

func closedText(s string) bool {
	s = strings.TrimRight(s, " *\"”’»')]")
	return s == "" || strings.ContainsAny(lastOf(s), punctEnd)
}

func lastOf(s string) string {
	if s == "" {
		return ""
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return string(r)
}

func upperFirst(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return !unicode.IsLower(r)
		}
	}
	return false
}

// heading reads a heading block.
func (r *outliner) heading(b *extract.Block) {
	text := footMark.ReplaceAllString(strings.TrimSpace(b.Text), "")
	text = strings.TrimSpace(text)
	if text == "" || ellipsis.MatchString(text) {
		return
	}
	if b.Number == "" && r.goesOn(text) {
		return
	}
	if len(r.o.units) == 0 && r.at == (place{}) && b.Number == "" && r.g.partOf(text) == partUnknown && !annexHeading.MatchString(text) {
		r.o.titles = append(r.o.titles, text)
		if r.annual {
			r.state(text)
		}
		return
	}
	if m := annexHeading.FindString(text); m != "" && b.Number == "" && !r.annual && len(r.o.units) > 0 {
		r.annexStart(strings.TrimSpace(text[len(m):]))
		return
	}
	if r.excerpts && b.Number == "" && concludingTitle.MatchString(text) && !earlierOnes.MatchString(text) && len(r.o.units) > 0 {
		// The next document of a compilation.
		r.last, r.at, r.roman, r.letter, r.ended, r.fresh = 0, place{}, 0, "", true, true
		return
	}
	n := utf8.RuneCountInString(text)
	if b.Number == "" && r.g != nil && len(r.o.units) > 0 && r.g.directive(plainSentence(text), false) {
		// The first lines of a bold recommendation at the end of a page.
		r.append(chunk{text: text, bold: b.Bold})
		r.open = true
		return
	}
	if b.Number == "" && len(strings.Fields(text)) > 3 && strings.ContainsAny(lastOf(text), ".;:") || n > maxSideHeading {
		// A sentence set like a heading belongs to the paragraph.
		if u := r.current(); u != nil && len(u.chunks) == 0 && !closedText(u.text) && !r.fresh {
			u.text = strings.TrimSpace(u.text + " " + text)
			return
		}
		r.append(chunk{text: text, bold: b.Bold})
		r.open = n > maxSideHeading
		return
	}
	if r.annual {
		if r.state(text) {
			return
		}
		if b.Level == 1 && b.Number != "" && r.g.partOf(text) == partUnknown {
			r.country = "" // the report's next chapter
		}
	}
	r.setHeading(text, b.Number, b.Level, style{level: b.Level, italic: b.Italic > 0.5 && b.Bold < 0.5})
}

// earlierOnes are headings that name concluding observations and open none.
var earlierOnes = regexp.MustCompile(`(?i)follow|previous|implement|dissem|seguimiento|anteriores|aplicación|difusión|suivi|précédent|application|diffusion`)

// annexStart ends the document's own numbering; an annex counts its own paragraphs.
func (r *outliner) annexStart(title string) {
	r.at = place{first: strings.TrimSpace("Annex " + title)}
	r.prefix, r.last, r.ended, r.roman, r.letter = annexPrefix, 0, true, 0, ""
	r.fresh = true
}

// state takes a heading of an annual report that names a State.
func (r *outliner) state(text string) bool {
	c, ok := stateInHeading(text)
	if !ok {
		return false
	}
	r.country = c
	r.at = place{}
	r.letter = ""
	r.fresh = true
	return true
}

var stateHeading = regexp.MustCompile(`(?i)^(?:(?:concluding (?:observations|comments)|report|(?:initial|\w+(?: and \w+)?) periodic reports?)(?: of the committee)?\s*(?::|–|-|of|on|concerning)\s*)?(?:the )?(.+)$`)

// stateInHeading resolves "Cambodia", "CAMBODIA", "3. Eritrea" and "Concluding comments of the Committee: Togo".
func stateInHeading(text string) (uhri.Country, bool) {
	t := strings.Trim(headingNumber.ReplaceAllString(strings.TrimSpace(text), ""), " .:*")
	if len(t) < 3 {
		return "", false
	}
	if c, ok := uhri.ResolveCountry(t); ok && !looksLikeCode(t) {
		return c, true
	}
	if m := stateHeading.FindStringSubmatch(t); m != nil && m[1] != t && !looksLikeCode(m[1]) {
		return uhri.ResolveCountry(m[1])
	}
	return "", false
}

// looksLikeCode: "MAR" or "12" is a code or a number, not the name of a State in a heading.
func looksLikeCode(s string) bool { return len(s) <= 3 }

// setHeading changes the place for the paragraphs that follow.
func (r *outliner) setHeading(text, number string, level int, st style) {
	printed := text
	if number != "" {
		printed = number + ". " + text
	}
	kind := r.g.partOf(text)
	roman := number != "" && strings.Trim(number, "IVX") == ""
	// "I." after "H.", or below IV. with its A. and D., is a letter, whatever the reader of the file made of it.
	if roman && len(number) == 1 && len(r.letter) == 1 && (r.letter[0]+1 == number[0] || len(r.o.units) > 0 && r.letter[0] < number[0] && romanValue(number) <= r.roman) {
		roman, level = false, 2
	}
	switch {
	case number == "" && kind == partIntro && len(r.o.units) == 0:
		r.at = place{first: printed} // the text begins, whatever the table of contents left behind
		r.roman, r.letter, r.third = 0, "", 0
	case roman && level <= 1:
		r.at = place{first: printed}
		r.roman, r.letter, r.third = romanValue(number), "", 0
	case number != "" && !roman && number[0] >= 'A' && number[0] <= 'Z':
		r.at = place{first: r.at.first, second: printed}
		r.letter, r.third = number, 0
	case number != "":
		r.third, _ = strconv.Atoi(number)
		r.at = place{first: r.at.first, second: r.at.second, third: printed}
	case kind == partIntro || kind == partPositive || kind == partFactors || kind == partConcern && mainPart.MatchString(text) || kind == partSuggestion:
		// A part without number stands where numbered parts do.
		switch {
		case r.at.second != "" && r.letter != "" && r.g.partOf(r.at.second) == partUnknown && r.at.first == "":
			r.at = place{first: printed}
		case r.at.first != "" && hasNumber(r.at.first) && level >= 3:
			r.sideHeading(text, st) // "II. General observations", "Positive aspects"
		case r.at.first != "" && hasNumber(r.at.first):
			r.at = place{first: r.at.first, second: printed}
		default:
			r.at = place{first: printed}
		}
	case level == 1 && !r.fresh && kind == partUnknown && number == "" && r.at.first != "" && !hasNumber(r.at.first):
		r.at = place{first: printed}
	default:
		r.sideHeading(text, st)
	}
	r.fresh = true
}

// mainPart names the part of a document that holds its concerns; "Other recommendations" and the like do so only as
// numbered sections.
var mainPart = regexp.MustCompile(`(?i)^(?:principal|principle|main|concerns? and|areas? of|subjects? of|suggestions|principales|motivos|cuestiones|principaux|sujets|motifs|préoccupations|preocupaciones)`)

// romanValue reads I to XII; 0 for others.
func romanValue(s string) int { return slices.Index(romans, strings.ToLower(s)) + 1 }

func hasNumber(printed string) bool { return headingNumber.MatchString(strings.ToLower(printed)) }

// sideHeading sets the heading in force. One that stands directly above another of lesser style is its group.
func (r *outliner) sideHeading(text string, st style) {
	if r.fresh && r.at.side != "" && r.sideStyle != st && (r.sideStyle.level < st.level || !r.sideStyle.italic && st.italic) {
		r.at.group, r.groupStyle = r.at.side, r.sideStyle
	} else if r.at.group != "" && st == r.groupStyle {
		r.at.group = ""
	}
	r.at.side, r.sideStyle = text, st
}

// gaps notes numbers that are missing, of the paragraph where it shows.
func (r *outliner) gaps() {
	prev, prefix := 0, ""
	for i := range r.o.units {
		u := &r.o.units[i]
		p, digits := "", u.number
		if k := strings.LastIndexByte(u.number, '/'); k >= 0 {
			p, digits = u.number[:k+1], u.number[k+1:]
		}
		n, _ := strconv.Atoi(digits)
		switch {
		case i == 0 && n > 1 && !r.annual:
			u.review = append(u.review, fmt.Sprintf("the numbering begins at %d", n))
		case i > 0 && p == prefix && n > prev+1 && !r.excerpts && !r.annual:
			u.review = append(u.review, fmt.Sprintf("paragraph %d is followed by %d", prev, n))
		}
		prev, prefix = n, p
	}
}

// oddities keeps what the reader of the file says of numbers where no paragraph could be named.
func (r *outliner) oddities(d *extract.Document) {
	named := false
	for i := range r.o.units {
		named = named || len(r.o.units[i].review) > 0
	}
	for _, i := range d.Issues {
		if i.Kind == extract.OddNumbering && !named {
			r.o.review = append(r.o.review, i.String())
		}
	}
}

// takeInlineItems moves items that stand in the running text of a paragraph to chunks.
func (u *unit) takeInlineItems() {
	for _, c := range u.chunks {
		if c.level != 0 {
			return
		}
	}
	lead, items := inlineList(u.text, letters)
	if len(items) == 0 {
		return
	}
	var chunks []chunk
	for _, it := range items {
		it.level = 1
		text, inner := inlineList(it.text, romans)
		it.text = text
		chunks = append(chunks, it)
		for _, sub := range inner {
			sub.level = 2
			chunks = append(chunks, sub)
		}
	}
	u.text, u.chunks = lead, append(chunks, u.chunks...)
}

var (
	letters    = strings.Split("a b c d e f g h i j k l m n o p q r s t u v w x y z", " ")
	romans     = strings.Split("i ii iii iv v vi vii viii ix x xi xii", " ")
	inlineMark = regexp.MustCompile(`(?:^|[\s:;,.])\(?([a-z]{1,4})\)\s*`)
)

// inlineList takes apart a text such as "… should: (a) Train …; (b) Hire …". Marks must come in order and at least twice, the
// first after a colon or stop; a later one may stand after anything when a capital follows, for notes and job numbers get
// in between. "Article 3 (a)" in a sentence opens no list.
func inlineList(text string, marks []string) (lead string, items []chunk) {
	type place struct{ start, end int }
	var at []place
	var labels []string
	for _, m := range inlineMark.FindAllStringSubmatchIndex(text, -1) {
		if len(at) == len(marks) || text[m[2]:m[3]] != marks[len(at)] {
			continue
		}
		start := m[2]
		if start > 0 && text[start-1] == '(' {
			start--
		}
		before := strings.TrimRight(text[:start], " \n")
		ended := before == "" || strings.ContainsAny(lastOf(before), ":;.,") || conjunction.MatchString(before)
		if len(at) == 0 && !(before == "" || strings.ContainsAny(lastOf(before), ":;") || strings.HasSuffix(text[:start], "\n")) {
			continue
		}
		if !ended && !startsUpper(text[m[1]:]) {
			continue
		}
		at = append(at, place{start, m[1]})
		labels = append(labels, strings.TrimSpace(text[start:m[1]]))
	}
	if len(at) < 2 {
		return text, nil
	}
	for i, p := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1].start
		}
		items = append(items, chunk{label: labels[i], text: strings.TrimSpace(text[p.end:end])})
	}
	return strings.TrimSpace(text[:at[0].start]), items
}

var conjunction = regexp.MustCompile(`[;,.]\s*(?:and|or|et|ou|y|e|o|u)$`)

func startsUpper(s string) bool { return unicode.IsUpper(firstRune(strings.TrimLeft(s, " “\"«"))) }

// body joins a paragraph and its chunks as they are printed, and lists its items.
func body(text string, chunks []chunk) (string, []SubItem) {
	var b strings.Builder
	b.WriteString(text)
	var items []SubItem
	for _, c := range chunks {
		line := c.text
		if c.label != "" {
			line = c.label + " " + line
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		it := SubItem{Label: c.label, Text: c.text}
		switch {
		case c.level == 1:
			items = append(items, it)
		case c.level >= 2 && len(items) > 0:
			last := &items[len(items)-1]
			last.Items = append(last.Items, it)
		case c.level >= 2:
			items = append(items, it)
		}
	}
	return omission.ReplaceAllString(b.String(), ""), items
}
