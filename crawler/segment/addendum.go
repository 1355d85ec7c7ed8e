package segment

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"uhri"
	"uhri/crawler/extract"
)

// Addendum is a State's final answer to its recommendations: "Views on conclusions and/or recommendations …". There is
// no common layout: States answer by lists, by tables, or recommendation by recommendation.
type Addendum struct {
	Symbol  uhri.Symbol
	Report  uhri.Symbol // the report it answers
	Country uhri.Country
	Lang    uhri.Lang
	Date    uhri.Date
	Answers []Answer
	// Supported and Noted are the totals the State itself names; 0 = not named.
	Supported, Noted int
	Review           []string
}

// Answer is the position on one recommendation.
type Answer struct {
	Number    string // "140.7", or bare, "18", where the report has one list
	Position  uhri.Position
	Paragraph string // of the addendum
	listed    bool   // in a list that says its position; else inferred from a comment
}

var (
	stancePartial = regexp.MustCompile(`(?i)\b(?:partly|partially|in part)\b[^.;]{0,40}?\b(?:accept|support|endors|agree)\w*|\b(?:accept|support|endors|agree)\w*\b[^.;]{0,30}?\b(?:in part|partly|partially)\b`)
	stanceNot     = regexp.MustCompile(`(?i)\b(?:(?:does|do|did|could|can|would|will|is|are|was|were) ?not|cannot|unable to|not in a position to)\b[^.;]{0,70}?\b(?:enjoy|accept|support|endorse|agree|definitive statement)\w*|\bnot (?:accepted|supported|acceptable|enjoy\w*)\b|\breject(?:s|ed)?\b|\bdeclin(?:e|es|ed)\b|\bunacceptable\b`)
	stanceNoted   = regexp.MustCompile(`(?i)\b(?:noted|notes|takes? note of|took note of|taken note of|taking note of)\b`)
	stanceYes     = regexp.MustCompile(`(?i)\b(?:accepts?|accepted|acceptance|supports?|supported|endorses?|endorsed|agrees?|agreed|enjoys? (?:the |its |full )?support)\b`)
	statedAfter   = regexp.MustCompile(`(?i)\b(\d{1,3})\s+(?:of (?:them|which|these)\s+)?(?:recommendations?\s+)?(?:are|were|have been|is)?\s*(?:now\s+|fully\s+)?(supported|accepted|noted|rejected)\b`)
	statedBefore  = regexp.MustCompile(`(?i)\b(accepts|supports|notes|accepted|supported|noted)\s+(\d{1,3})\s+(?:of the\s+\d+\s+)?recommendations\b`)
	prefixed      = regexp.MustCompile(`\b(\d{1,3})\.\s?(\d{1,3})\b`)
	bareIntro     = regexp.MustCompile(`(?i)\b(?:recommendations?|recs?\.?)\s*(?:nos?\.?|numbers?|numbered|#)?\s*:?\s*(\d{1,3})\b`)
	commentRef    = regexp.MustCompile(`(?i)\b(?:see|cf\.?|refer\w*|in (?:connection|conjunction) with|comments? (?:on|to|under)|reply to|response to|explanation)\b[^.;]{0,40}$`)
	sentenceEnd   = regexp.MustCompile(`[.;!?]\s+\p{Lu}|:\s`)
	views         = regexp.MustCompile(`(?i)views on (?:the )?conclusions|voluntary commitments and replies|observaciones sobre las conclusiones|vues? sur les conclusions|observations sur les conclusions`)
)

// UPRAddendum reads the answers of an addendum. report, when it is known, tells which numbers exist; nil reads without.
func UPRAddendum(doc *extract.Document, report *Report) (Addendum, error) {
	if err := doc.Usable(); err != nil {
		return Addendum{}, err
	}
	a := Addendum{Symbol: doc.Symbol(), Lang: doc.Lang, Date: doc.Date, Country: stateUnderReview(doc), Review: doc.Reasons()}
	a.Report = a.Symbol.Base()
	r := &answers{a: &a, blocks: afterCover(doc.Blocks), position: map[string]int{}}
	r.prepare(report)
	r.read()
	r.finish()
	return a, nil
}

// afterCover drops the title page, whose own words ("views on … recommendations") say nothing of positions.
func afterCover(blocks []extract.Block) []extract.Block {
	at := 0
	for i, b := range blocks {
		if i < 25 && views.MatchString(b.Text) {
			at = i + 1
		}
	}
	return blocks[at:]
}

// answers reads an addendum block by block.
type answers struct {
	a        *Addendum
	blocks   []extract.Block
	prefixes map[string]bool // paragraphs of the report that list recommendations
	known    map[string]bool // recommendations of the report; nil = not known
	bare     bool            // numbers come without their paragraph

	position  map[string]int // number → index in Answers
	heading   uhri.Position  // of the section; "" = none
	level     int            // of the heading it comes from
	leading   uhri.Position  // of a sentence that ends with a colon
	paragraph string
	open      []string // numbers whose comment follows
}

// prepare finds which numbers can be recommendations.
func (r *answers) prepare(report *Report) {
	r.prefixes = map[string]bool{}
	if report != nil {
		r.known = map[string]bool{}
		for _, rec := range report.Recommendations {
			r.known[rec.Number] = true
			if p, _, ok := strings.Cut(rec.Number, "."); ok {
				r.prefixes[p] = true
			}
		}
	}
	count, total := map[string]int{}, 0
	for _, b := range r.blocks {
		for _, m := range prefixed.FindAllStringSubmatch(blockText(b), -1) {
			if n, _ := strconv.Atoi(m[1]); n >= 20 && (report == nil || r.prefixes[m[1]]) {
				count[m[1]]++
				total++
			}
		}
	}
	if report == nil {
		best := ""
		for p, n := range count {
			if n >= 3 {
				r.prefixes[p] = true
			}
			if n > count[best] || (n == count[best] && p > best) {
				best = p
			}
		}
		if best != "" {
			r.prefixes[best] = true
		}
	}
	r.bare = total < 3
}

// blockText is the text with the number in front where that may be a recommendation's.
func blockText(b extract.Block) string {
	if b.Kind == extract.Item || b.Kind == extract.Heading && b.Number != "" && b.Number[0] >= '0' && b.Number[0] <= '9' {
		return strings.TrimSpace(b.Number + " " + b.Text)
	}
	return b.Text
}

func (r *answers) read() {
	for _, b := range r.blocks {
		if b.Kind == extract.Contents {
			continue
		}
		t := blockText(b)
		r.stated(t)
		if b.Kind == extract.Row {
			r.row(b)
			continue
		}
		if b.Kind == extract.Paragraph {
			// In an addendum that answers paragraph by paragraph the numbers are its own, not the recommendations'.
			r.paragraph = b.Number
			r.open = nil
			r.leading = ""
		}
		lists := r.lists(t)
		pure := len(lists) == 1 && strings.TrimFunc(t[:lists[0].start]+t[lists[0].end:], notWord) == ""
		switch {
		case pure && (r.leading != "" || (r.heading != "" && len(lists[0].numbers) > 1 && b.Kind != extract.Heading)):
			pos := r.leading
			if pos == "" {
				pos = r.heading
			}
			r.answer(lists[0].numbers, pos, true)
		case pure:
			r.open = lists[0].numbers
			if r.heading != "" {
				r.answer(r.open, r.heading, false)
			}
		case b.Kind == extract.Heading:
			r.setHeading(b, t)
			r.open = nil
			if len(lists) > 0 {
				r.prose(t, lists)
			}
		case len(lists) > 0 && strings.TrimFunc(t[:lists[0].start], notWord) == "":
			// "140.7 Ratify … (Spain): accepted." or "Rec. 18 We consider …"
			r.open = lists[0].numbers
			rest := t[lists[0].end:]
			if pos, ok := commentStance(afterStates(rest)); ok {
				r.answer(r.open, pos, directly(rest))
			} else if r.leading != "" {
				r.answer(r.open, r.leading, true)
			} else if r.heading != "" {
				r.answer(r.open, r.heading, false)
			}
		case len(lists) > 0:
			r.prose(t, lists)
		default:
			if pos, ok := commentStance(t); ok && len(r.open) > 0 {
				r.answer(r.open, pos, false)
			} else if ok && len(t) < 90 && !finished(t) {
				r.setHeading(extract.Block{Level: 2}, t) // a heading that nothing but its words sets apart
			}
			if strings.HasSuffix(strings.TrimSpace(t), ":") {
				r.leading = ""
				if pos, ok := nearest(t, true); ok {
					r.leading = pos
				}
			}
		}
	}
}

// afterStates drops a recommendation's own words, which end with its States, from an answer that repeats them.
func afterStates(s string) string {
	groups, _, _ := recommendingStates(s)
	if len(groups) == 0 {
		return s
	}
	return s[groups[len(groups)-1].end:]
}

// directly reports whether an answer is given in so many words beside its number, so that it counts like a list.
func directly(s string) bool {
	s = strings.TrimFunc(afterStates(s), notWord)
	for _, re := range []*regexp.Regexp{stancePartial, stanceNot, stanceNoted, stanceYes} {
		if loc := re.FindStringIndex(s); loc != nil && loc[0] < 60 {
			return true
		}
	}
	return false
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// setHeading takes the position a heading names. A heading that names none keeps that of a higher one.
func (r *answers) setHeading(b extract.Block, t string) {
	r.leading = ""
	level := b.Level
	if pos, ok := nearest(t, true); ok {
		r.heading, r.level = pos, level
	} else if level <= r.level {
		r.heading = ""
	}
}

// prose answers the lists inside a text by the verb of their own sentence.
func (r *answers) prose(t string, lists []numberList) {
	for i, l := range lists {
		from := 0
		if i > 0 {
			from = lists[i-1].end
		}
		before := t[from:l.start]
		sameSentence := i > 0
		if ends := sentenceEnd.FindAllStringIndex(before, -1); len(ends) > 0 && strings.TrimSpace(before[ends[len(ends)-1][1]-1:]) != "" {
			e := ends[len(ends)-1]
			if before[e[0]] != ':' || !onlyIntro(before[e[1]:]) {
				before = before[e[0]+1:]
				sameSentence = false
			}
		}
		if commentRef.MatchString(before) {
			continue
		}
		if pos, ok := nearest(before, true); ok {
			r.answer(l.numbers, pos, true)
			continue
		}
		to := len(t)
		if i+1 < len(lists) {
			to = lists[i+1].start
		}
		after := t[l.end:to]
		if e := sentenceEnd.FindStringIndex(after); e != nil {
			after = after[:e[0]]
		}
		if pos, ok := nearest(after, false); ok {
			r.answer(l.numbers, pos, true)
		} else if r.leading != "" {
			r.answer(l.numbers, r.leading, true)
		} else if sameSentence { // "accepts 23.1 (on health), 23.4 (on schools) and 23.7"
			if p, ok := r.position[lists[i-1].numbers[0]]; ok {
				r.answer(l.numbers, r.a.Answers[p].Position, true)
			}
		} else if r.heading != "" && len(l.numbers) > 2 {
			r.answer(l.numbers, r.heading, true)
		}
	}
}

func onlyIntro(s string) bool {
	s = strings.ToLower(s)
	for _, w := range []string{"recommendations", "recommendation", "nos", "no", "numbers", "number", "paragraphs", "paragraph"} {
		s = strings.ReplaceAll(s, w, "")
	}
	return strings.TrimFunc(s, notWord) == ""
}

// row answers by table: one cell holds the numbers, another the position.
func (r *answers) row(b extract.Block) {
	at := -1
	var numbers []string
	for i, c := range b.Cells {
		lists := r.lists(c.Text)
		if len(lists) == 0 {
			if ns, ok := r.bareCell(c.Text); ok {
				at, numbers = i, ns
				break
			}
			continue
		}
		if strings.TrimFunc(c.Text[:lists[0].start], notWord) == "" || len(lists[0].numbers) > 2 {
			at, numbers = i, lists[0].numbers
			break
		}
	}
	if at < 0 {
		var all []string
		for _, c := range b.Cells {
			all = append(all, c.Text)
		}
		t := strings.Join(all, " ")
		if pos, ok := nearest(t, true); ok && len(t) < 120 {
			r.heading, r.level = pos, 3 // a row across the table: "Supported recommendations"
		}
		return
	}
	for i, c := range b.Cells {
		if i == at {
			continue
		}
		if pos, ok := uhri.ParsePosition(c.Text); ok && strings.TrimSpace(c.Text) != "" {
			r.answer(numbers, pos, true)
			return
		}
	}
	for i, c := range b.Cells {
		if i == at {
			continue
		}
		if pos, ok := commentStance(c.Text); ok {
			r.answer(numbers, pos, true)
			return
		}
	}
	if pos, ok := commentStance(afterStates(b.Cells[at].Text)); ok && len(b.Cells) > 1 {
		r.answer(numbers, pos, false)
	} else if r.heading != "" {
		r.answer(numbers, r.heading, true)
	}
}

// bareCell reads a cell that holds nothing but numbers: "5., 6., 7.".
func (r *answers) bareCell(s string) ([]string, bool) {
	if !r.bare || strings.TrimFunc(s, func(c rune) bool { return !unicode.IsLetter(c) }) != "" {
		return nil, false
	}
	l := r.scan(s, 0)
	return l.numbers, len(l.numbers) > 0
}

// stated notes the totals the State names.
func (r *answers) stated(t string) {
	note := func(word string, n int) {
		switch strings.ToLower(word)[0] {
		case 'a', 's':
			r.a.Supported = max(r.a.Supported, n)
		default:
			r.a.Noted = max(r.a.Noted, n)
		}
	}
	for _, m := range statedAfter.FindAllStringSubmatch(t, -1) {
		n, _ := strconv.Atoi(m[1])
		note(m[2], n)
	}
	for _, m := range statedBefore.FindAllStringSubmatch(t, -1) {
		n, _ := strconv.Atoi(m[2])
		note(m[1], n)
	}
}

// numberList is a run of recommendation numbers in a text.
type numberList struct {
	start, end int
	numbers    []string
}

// lists finds the runs of recommendation numbers. A run ends with its sentence, so that "… ratified on 30 January 2025"
// adds nothing to it.
func (r *answers) lists(t string) []numberList {
	var out []numberList
	at := 0
	var found [][]int
	if !r.bare {
		found = prefixed.FindAllStringSubmatchIndex(t, -1)
	}
	for at < len(t) {
		start := -1
		if r.bare {
			if m := bareIntro.FindStringSubmatchIndex(t[at:]); m != nil {
				start = at + m[2]
			}
		} else {
			for ; len(found) > 0 && start < 0; found = found[1:] {
				if m := found[0]; m[0] >= at && r.prefixes[t[m[2]:m[3]]] {
					start = m[0]
				}
			}
		}
		if start < 0 {
			break
		}
		l := r.scan(t, start)
		if len(l.numbers) == 0 {
			at = start + 1
			for at < len(t) && t[at] >= '0' && t[at] <= '9' {
				at++
			}
			continue
		}
		if r.bare { // the word before the numbers belongs to the list
			if m := bareIntro.FindStringSubmatchIndex(t[at:]); m != nil && at+m[2] == start {
				l.start = at + m[0]
			}
		}
		out = append(out, l)
		at = l.end
	}
	return out
}

var (
	listSeparator = regexp.MustCompile(`^\s*(?:[,;./&]\s*)*(?:(?:and|y|et)\s+)?(?:recommendations?\s+)?`)
	listRange     = regexp.MustCompile(`^\s*(?:[-‑–—]+|to\s|through\s)\s*`)
	listNumber    = regexp.MustCompile(`^(\d{1,3})\b(?:\.\s?(\d{1,3})\b)?`)
)

// scan reads numbers from start on: prefixed ("140.7"), bare after a prefixed one ("140.7, 9"), ranges ("140.11-14").
func (r *answers) scan(t string, start int) numberList {
	l := numberList{start: start, end: start}
	prefix, last := "", 0
	pos := start
	for first := true; ; first = false {
		isRange := false
		if !first {
			rest := t[pos:]
			if m := listRange.FindString(rest); m != "" {
				isRange = true
				pos += len(m)
			} else {
				m := listSeparator.FindString(rest)
				if m == "" {
					return l
				}
				pos += len(m)
			}
		}
		m := listNumber.FindStringSubmatch(t[pos:])
		if m == nil {
			return l
		}
		p, sub := m[1], m[2]
		end := pos + len(m[0])
		if sub != "" && !r.prefixes[p] { // "23.7–8. 23.10": the stop ends the 8
			sub, end = "", pos+len(p)
		}
		switch {
		case r.bare:
			p, sub, end = "", m[1], pos+len(m[1])
		case sub != "" && r.prefixes[p]:
		case sub == "" && prefix != "":
			p, sub = prefix, p // a bare number after a prefixed one
		default:
			return l
		}
		n, err := strconv.Atoi(sub)
		if err != nil || n == 0 {
			return l
		}
		if (m[2] == "" || end < pos+len(m[0])) && !first && !r.endsNumber(t[end:]) {
			return l // "140.25, 30 January"
		}
		number := func(n int) string {
			if p == "" {
				return strconv.Itoa(n)
			}
			return p + "." + strconv.Itoa(n)
		}
		if isRange {
			if n <= last || n-last > 300 || p != prefix {
				return l
			}
			for k := last + 1; k <= n; k++ {
				l.numbers = append(l.numbers, number(k))
			}
		} else {
			if r.known != nil && p != "" && !r.known[number(n)] {
				return l
			}
			l.numbers = append(l.numbers, number(n))
		}
		prefix, last = p, n
		pos, l.end = end, end
	}
}

// endsNumber reports whether a bare number is followed by more of the list or by its end, not by a word.
func (r *answers) endsNumber(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" {
		return true
	}
	c := []rune(rest)[0]
	if strings.ContainsRune(",;.:)-‑–—(", c) {
		return true
	}
	for _, w := range []string{"and ", "to ", "are ", "is ", "were ", "have ", "enjoy", "which", "as ", "y ", "et "} {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	return c >= '0' && c <= '9'
}

// stance is a word of position in a text.
type stance struct {
	start, end int
	position   uhri.Position
}

// stances finds the words of position: partial before not, not before noted, noted before yes, each hiding those
// inside it; "notes that" is a remark, no position.
func stances(t string) []stance {
	var out []stance
	for _, c := range []struct {
		re  *regexp.Regexp
		pos uhri.Position
	}{{stancePartial, uhri.PositionPartial}, {stanceNot, uhri.PositionNoted}, {stanceNoted, uhri.PositionNoted}, {stanceYes, uhri.PositionSupported}} {
		for _, m := range c.re.FindAllStringIndex(t, -1) {
			after := strings.TrimLeft(t[m[1]:], " ,")
			if c.re == stanceNoted && (strings.HasPrefix(after, "that") || strings.HasPrefix(after, "with ") || strings.HasPrefix(after, "also that")) {
				continue
			}
			if c.re == stanceYes && supportsOther(t[:m[0]], t[m[0]:m[1]], after) {
				continue
			}
			hidden := slices.ContainsFunc(out, func(s stance) bool { return m[0] < s.end && m[1] > s.start })
			if !hidden {
				out = append(out, stance{m[0], m[1], c.pos})
			}
		}
	}
	slices.SortFunc(out, func(a, b stance) int { return cmp.Compare(a.start, b.start) })
	return out
}

// supportsOther tells "the support of the international community", "supported by the Fund" from an answer.
func supportsOther(before, word, after string) bool {
	before = strings.ToLower(strings.TrimRight(before, " "))
	switch strings.ToLower(word) {
	case "support":
		return strings.HasSuffix(before, "the") || strings.HasSuffix(before, " to") || strings.HasSuffix(before, "and") || strings.HasSuffix(before, "financial") || strings.HasPrefix(after, "for ") || strings.HasPrefix(after, "measures")
	case "supported":
		return strings.HasPrefix(after, "by the european") || strings.HasPrefix(after, "by a ")
	case "agreed", "agreement":
		return strings.HasPrefix(after, "upon") || strings.HasSuffix(before, "internationally")
	}
	return false
}

// nearest returns the position nearest to the end (or the beginning) of a text.
func nearest(t string, toEnd bool) (uhri.Position, bool) {
	s := stances(t)
	if len(s) == 0 {
		return "", false
	}
	if toEnd {
		return s[len(s)-1].position, true
	}
	return s[0].position, true
}

// commentStance reads a comment on a recommendation: its first word of position, made partial by a later refusal.
func commentStance(t string) (uhri.Position, bool) {
	s := stances(t)
	if len(s) == 0 {
		return "", false
	}
	pos := s[0].position
	if pos == uhri.PositionSupported {
		for _, m := range stanceNot.FindAllStringIndex(t[s[0].end:], -1) {
			if w := strings.ToLower(t[s[0].end+m[0] : s[0].end+m[1]]); strings.Contains(w, "definitive") || strings.Contains(w, "accept") {
				return uhri.PositionPartial, true
			}
		}
	}
	return pos, true
}

// answer records positions. A list that names its position outweighs what a comment suggests.
func (r *answers) answer(numbers []string, pos uhri.Position, listed bool) {
	for _, n := range numbers {
		i, ok := r.position[n]
		if !ok {
			r.position[n] = len(r.a.Answers)
			r.a.Answers = append(r.a.Answers, Answer{Number: n, Position: pos, Paragraph: r.paragraph, listed: listed})
			continue
		}
		old := &r.a.Answers[i]
		switch {
		case listed && !old.listed:
			*old = Answer{Number: n, Position: pos, Paragraph: r.paragraph, listed: true}
		case listed && old.Position != pos:
			r.a.Review = append(r.a.Review, fmt.Sprintf("recommendation %s is answered twice: %s and %s", n, old.Position, pos))
		}
	}
}

// finish sorts the answers and compares them with the totals the State names.
func (r *answers) finish() {
	slices.SortStableFunc(r.a.Answers, func(x, y Answer) int { return compareNumbers(x.Number, y.Number) })
	supported, noted := 0, 0
	for _, x := range r.a.Answers {
		switch x.Position {
		case uhri.PositionSupported:
			supported++
		case uhri.PositionNoted:
			noted++
		}
	}
	if len(r.a.Answers) == 0 {
		r.a.Review = append(r.a.Review, "no answer to a recommendation was found")
		return
	}
	if r.a.Supported > 0 && r.a.Supported != supported {
		r.a.Review = append(r.a.Review, fmt.Sprintf("the State says it supports %d recommendations, %d were found", r.a.Supported, supported))
	}
	if r.a.Noted > 0 && r.a.Noted != noted {
		r.a.Review = append(r.a.Review, fmt.Sprintf("the State says it notes %d recommendations, %d were found", r.a.Noted, noted))
	}
}

// compareNumbers orders "140.9" before "140.10".
func compareNumbers(a, b string) int {
	as := strings.FieldsFunc(a, func(r rune) bool { return r < '0' || r > '9' })
	bs := strings.FieldsFunc(b, func(r rune) bool { return r < '0' || r > '9' })
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}
