package clean

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxPasses bounds the repair of one text. Two passes settle every text seen; a text that decodes into another
// damaged text (an entity inside an entity inside markup) takes a third.
const maxPasses = 12

// Text returns the passage after mechanical repair: markup taken out with its paragraphs kept as lines, entities
// decoded however often they were escaped, Word's XML and style sheets removed, one kind of space, no invisible
// characters, apostrophes back at their words, a glued paragraph number set free, NFC. Text(Text(s)) == Text(s).
//
// What it leaves alone, on purpose: broken words ("develop- ment") and words cut by stray spaces ("achieve ment").
// Without a dictionary they cannot be told from suspended hyphens ("short- and long-term") and from two words.
func Text(s string) string {
	for range maxPasses {
		t := pass(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

func pass(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = unescape(s)
	if strings.ContainsRune(s, '<') {
		s = markup(s)
	}
	if strings.Contains(s, "mso-") || strings.Contains(s, "Normal") {
		s = office(s)
	}
	s = norm.NFC.String(characters(s))
	s = spaces(s)
	s = apostrophes(s)
	return unglue(s)
}

// characters maps what only looks different to one form and drops what nobody sees.
func characters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r < 0x7F:
			return r
		case r == '\t' || r == '\n':
			return r
		case r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
			return '\n' // CRLF becomes two line ends, which spaces() makes one
		case r < ' ' || r == 0x7F:
			return -1
		case r >= 0x80 && r < 0xA0:
			return windows1252[r-0x80]
		case r == 0xAD, r == 0x200B, r == 0x2060, r == 0xFEFF: // soft hyphen, zero-width spaces, byte order mark
			return -1
		case r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // marks of direction
			return -1
		case r == 0x2010 || r == 0x2011: // hyphen, non-breaking hyphen
			return '-'
		case r >= 0xE000 && r <= 0xF8FF: // private use: bullets of Word's symbol fonts
			return ' '
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s)
}

// windows1252 gives the characters meant by C1 control codes, which are Windows-1252 read as Latin-1.
var windows1252 = [32]rune{
	'€', -1, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', -1, 'Ž', -1,
	-1, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', -1, 'ž', 'Ÿ',
}

// spaces makes every run of white space one space, or one line end when it holds one, and trims.
func spaces(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\n':
			gap = '\n'
		case ' ', '\t':
			if gap == 0 {
				gap = ' '
			}
		default:
			if gap != 0 && b.Len() > 0 {
				b.WriteByte(gap)
			}
			gap = 0
			b.WriteByte(c)
		}
	}
	return b.String()
}

var (
	// "children ’ s", "China ’s", "Committee’ s"
	possessive = regexp.MustCompile(`(\pL) ?([’'ʼ]) ?([sS])($|[^\pL\pN’'])`)
	// "d ’ Ivoire", "l ’ homme", "qu’ il": French elision
	elision = regexp.MustCompile(`(^|[^\pL\pN’'])([cdjlmnstCDJLMNST]|[Qq]u) ?([’ʼ]) ?(\pL)`)
)

// apostrophes takes the spaces out that word processors put round apostrophes.
func apostrophes(s string) string {
	if !strings.ContainsAny(s, "’'ʼ") {
		return s
	}
	for _, a := range [...]string{"’", "'", "ʼ"} {
		if strings.Contains(s, " "+a) || strings.Contains(s, a+" ") {
			s = possessive.ReplaceAllString(s, "$1$2$3$4")
			return elision.ReplaceAllString(s, "$1$2$3$4")
		}
	}
	return s
}

var (
	// A side heading whose paragraph was stripped of its own line: "Medical care43. The Committee", in the first
	// line only and never after a paragraph number.
	gluedLatin = regexp.MustCompile(`^([^\n\d][^\n]{0,250}?[\p{Ll})])(\d{1,3})\. ?(\p{Lu}\p{Ll}|\p{Lu} )`)
	// Letters are named by their range: the script's own table has its digits too.
	gluedArabic = regexp.MustCompile(`^([^\n\d٠-٩][^\n]{0,250}?[\x{0621}-\x{064A}\x{0671}-\x{06D3})])([0-9٠-٩]{1,3})([-.–]) ?([\x{0621}-\x{064A}\x{0671}-\x{06D3}])`)
	gluedHan    = regexp.MustCompile(`^([^\n\d][^\n]{0,120}?[\p{Han})）])(\d{1,3})\. ?(\p{Han})`)

	gluedNumber = regexp.MustCompile(`(?m)^([0-9]{1,3}|[A-Z])\.(\p{Lu}\p{Ll}|\p{Lu} )`) // "3.The", "B.Positive aspects"
	gluedItem   = regexp.MustCompile(`([:;.,]|\band)\((\p{Ll}|[ivx]{2,4})\)`)           // "party:(a)"
	gluedAsk    = regexp.MustCompile(`(^|[\s;:.,])\((\p{Ll}|[ivx]{2,4})\)(\p{Lu})`)     // "(a)The"
)

// unglue sets free what lost the space before it. Only punctuation and digits are parted, never letters, so the
// words of a passage stay what they were; the number of "care43." was never part of the word.
func unglue(s string) string {
	s = gluedNumber.ReplaceAllString(s, "$1. $2")
	if strings.IndexByte(s, '(') >= 0 {
		s = gluedItem.ReplaceAllString(s, "$1 ($2)")
		s = gluedAsk.ReplaceAllString(s, "$1($2) $3")
	}
	head := s
	if i := strings.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if !strings.ContainsFunc(head, func(r rune) bool { return unicode.IsDigit(r) }) {
		return s
	}
	if t := gluedLatin.ReplaceAllString(s, "$1\n$2. $3"); t != s {
		return t
	}
	if utf8.RuneCountInString(head) == len(head) {
		return s
	}
	if t := gluedArabic.ReplaceAllString(s, "$1\n$2$3 $4"); t != s {
		return t
	}
	return gluedHan.ReplaceAllString(s, "$1\n$2. $3")
}
