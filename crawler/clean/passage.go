package clean

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Passage is a repaired text taken apart. Its parts add to the text and never replace it.
type Passage struct {
	Heading string // the lines before the paragraph: "Violence against women (art. 5)"; "" when there are none
	Number  string // the paragraph's, normalised: "140.7", "23"; "" when the text has none
	Body    string // the rest
}

// maxHeading bounds a side heading, in characters; the longest of the treaty bodies' stay under it.
const maxHeading = 220

// Split takes a repaired passage apart: a heading of up to three lines, the paragraph number, the body. Nothing is
// assumed: a text without a number has none, and a first line that may be a sentence is no heading.
func Split(full string) Passage {
	lines := strings.Split(full, "\n")
	for i := 0; i < len(lines) && i <= 3; i++ {
		if number, rest, ok := cutNumber(lines[i]); ok {
			if i > 0 && !headings(lines[:i]) {
				break
			}
			return Passage{Heading: strings.Join(lines[:i], "\n"), Number: number, Body: joinLines(rest, lines[i+1:])}
		}
	}
	if m := headingInLine.FindStringSubmatch(lines[0]); m != nil && headings(m[1:2]) && !reference.MatchString(m[1]) {
		if number, rest, ok := cutNumber(m[2]); ok {
			return Passage{Heading: m[1], Number: number, Body: joinLines(rest, lines[1:])}
		}
	}
	if len(lines) > 1 && headings(lines[:1]) && startsSentence(lines[1]) {
		return Passage{Heading: lines[0], Body: strings.Join(lines[1:], "\n")}
	}
	return Passage{Body: full}
}

var (
	// "Women’s right to work 24. The Committee recommends": heading and paragraph on one line.
	headingInLine = regexp.MustCompile(`^(\p{Lu}[^\n;]{2,200}?[\pL)]) ([0-9]{1,3}\. ?\p{Lu}\pL*[ ,].*)$`)
	// Words before a number that make it a reference, not the paragraph's own.
	reference = regexp.MustCompile(`(?i)\b(?:nos?|arts?|articles?|paras?|paragraphs?|sect|sections?|target|goal|chapter|annex|resolution|convention|protocol|act|law|session|and|or|to|of|in)$`)
)

func joinLines(first string, rest []string) string {
	if len(rest) == 0 {
		return first
	}
	return strings.TrimSpace(first + "\n" + strings.Join(rest, "\n"))
}

// headings reports whether every line can be a side heading: short, and not ended like a sentence or a clause.
func headings(lines []string) bool {
	for _, l := range lines {
		if l == "" || utf8.RuneCountInString(l) > maxHeading || strings.HasSuffix(l, ";") || strings.HasSuffix(l, ",") ||
			strings.HasSuffix(l, ":") || strings.Contains(l, ". The ") {
			return false
		}
		if strings.HasSuffix(l, ".") && !strings.HasSuffix(l, "etc.") {
			return false
		}
	}
	return true
}

// startsSentence reports whether a line begins like a paragraph: with a capital or in a script without case.
func startsSentence(l string) bool {
	r, _ := utf8.DecodeRuneInString(l)
	return unicode.IsUpper(r) || unicode.Is(unicode.Lo, r) || r == '“' || r == '«'
}

// number matches the forms in use: "140.7 Text", "140.7. Text", "23. Text", "23 Text", "97.53..1 text", "135 172. Text",
// "111. 29 Text", "132-90", "133-29 -" (Arabic), "١٧- نص". The groups are the number and what follows it.
var number = regexp.MustCompile(`^([0-9]{1,3}(?:\.{1,2}[0-9]{1,3}|\. [0-9]{1,3}|[-–][0-9]{1,3}| [0-9]{1,3}\.){0,3})([.)\-–:]*)(?: [-–])?(?:\s+|$)(.*)$`)

// cutNumber reads the paragraph number a line begins with. A bare number needs its stop, or a capital after it:
// "23 The Committee" is paragraph 23, "20 per cent" is not paragraph 20.
func cutNumber(line string) (normal, rest string, ok bool) {
	ascii := digits(line)
	m := number.FindStringSubmatch(ascii)
	if m == nil {
		return "", "", false
	}
	normal, rest = m[1], m[3]
	if strings.Trim(normal, "0123456789") == "" && m[2] == "" && !startsSentence(rest) {
		return "", "", false
	}
	fields := strings.FieldsFunc(normal, func(r rune) bool { return r < '0' || r > '9' })
	// digits replaces rune by rune, so the rest is that many runes of the line.
	from := len(line)
	for range utf8.RuneCountInString(rest) {
		_, n := utf8.DecodeLastRuneInString(line[:from])
		from -= n
	}
	return strings.Join(fields, "."), line[from:], true
}

// digits writes the Arabic-Indic digits at the start of a line as ASCII; what follows them stays as it is.
func digits(line string) string {
	end := 0
	var b strings.Builder
	for i, r := range line {
		switch {
		case r >= '٠' && r <= '٩':
			b.WriteByte(byte('0' + r - '٠'))
		case r >= '۰' && r <= '۹':
			b.WriteByte(byte('0' + r - '۰'))
		case r < utf8.RuneSelf && !unicode.IsLetter(r) || r == '–':
			b.WriteRune(r)
		default:
			return b.String() + line[i:]
		}
		end = i + utf8.RuneLen(r)
	}
	return b.String() + line[end:]
}

// Order gives a paragraph number its place in the document, so that 140.10 comes after 140.9 and 140.9.1 between
// them; 0 for no number.
func Order(paragraph string) int {
	place, n := 0, 0
	for f := range strings.FieldsFuncSeq(paragraph, func(r rune) bool { return r < '0' || r > '9' }) {
		v, err := strconv.Atoi(f)
		if n == 3 || err != nil || v > 999 {
			break
		}
		place, n = place*1000+v, n+1
	}
	for ; n > 0 && n < 3; n++ {
		place *= 1000
	}
	return place
}

// Item is one lettered sub-paragraph.
type Item struct {
	Label string // "(a)"
	Text  string // without the label
}

var itemLabel = regexp.MustCompile(`(?:^|[\s:;,.])\(([a-z])\)\s`)

// Items takes a paragraph's lettered sub-items apart: what stands before the first, and the items. They must run from
// (a) in order, at least two; "article 3 (a)" in the middle of a sentence opens no list.
func Items(body string) (lead string, items []Item) {
	type mark struct{ start, end int }
	var marks []mark
	want := byte('a')
	for _, m := range itemLabel.FindAllStringSubmatchIndex(body, -1) {
		if body[m[2]] != want {
			continue
		}
		before := strings.TrimRight(body[:m[2]-1], " \n")
		if want == 'a' && before != "" && !strings.HasSuffix(before, ":") && !strings.HasSuffix(before, ";") && !strings.HasSuffix(body[:m[2]-1], "\n") {
			continue
		}
		if want > 'a' && !opensItem(body[:m[2]-1]) {
			continue
		}
		marks = append(marks, mark{m[2] - 1, m[1]})
		want++
	}
	if len(marks) < 2 {
		return body, nil
	}
	for i, m := range marks {
		end := len(body)
		if i+1 < len(marks) {
			end = marks[i+1].start
		}
		items = append(items, Item{Label: "(" + string(rune('a'+i)) + ")", Text: strings.TrimSpace(body[m.end:end])})
	}
	return strings.TrimSpace(body[:marks[0].start]), items
}

// opensItem reports whether the text before a label ends an item: with a stop, a new line, or "; and".
func opensItem(before string) bool {
	if strings.HasSuffix(before, "\n") {
		return true
	}
	before = strings.TrimRight(before, " ")
	for _, word := range []string{" and", " or", ";and", ";or"} {
		before = strings.TrimRight(strings.TrimSuffix(before, word), " ")
	}
	return strings.HasSuffix(before, ";") || strings.HasSuffix(before, ".") || strings.HasSuffix(before, ",") || strings.HasSuffix(before, ":")
}

var articles = regexp.MustCompile(`\(((?:arts?\.|articles?)\s*[0-9](?:[^()]|\([^()]*\))*)\)`)

// Articles returns the treaty articles a heading or a paragraph's end names: "arts. 2 (2) and 3"; "" when none.
func Articles(heading string) string {
	if m := articles.FindStringSubmatch(heading); m != nil {
		return strings.TrimSuffix(strings.TrimSuffix(m[1], " of the Convention"), " of the Covenant")
	}
	return ""
}

var procedural = regexp.MustCompile(`(?i)^(?:[A-Z]\. ?|[IVX]+\. ?)?(?:follow-up|dissemination|next (?:periodic |combined )?report|preparation of the next|simplified reporting|common core document|technical assistance and follow|consultations with (?:civil society|organizations)|amendment to article|implementation and reporting|reporting$)`)

// Procedural reports whether a treaty body's side heading opens the part about its own procedure — follow-up,
// dissemination, the next report — not about rights.
func Procedural(heading string) bool {
	for line := range strings.SplitSeq(heading, "\n") {
		if procedural.MatchString(line) {
			return true
		}
	}
	return false
}
