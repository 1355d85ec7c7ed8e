package analysis

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is one term of a text. Its position is its index among the text's tokens.
type Token struct {
	Term       string // folded
	Start, End int    // bytes of the text it was read from; a possessive 's stays outside
}

// Append appends the tokens of text to dst. Terms may share memory with text.
func Append(dst []Token, text string) []Token {
	s := Scanner{text: text}
	for s.Next() {
		t := Token{Start: s.Start, End: s.End}
		if raw := text[s.Start:s.End]; string(s.Term) == raw {
			t.Term = raw
		} else {
			t.Term = string(s.Term)
		}
		dst = append(dst, t)
	}
	return dst
}

// Terms returns the terms of text.
func Terms(text string) []string {
	var out []string
	s := Scanner{text: text}
	for s.Next() {
		out = append(out, string(s.Term))
	}
	return out
}

// Fold returns the terms of s with one space between them; of a single word, its term.
func Fold(s string) string { return strings.Join(Terms(s), " ") }

// Scanner reads a text token by token without allocating; it is what engines index with. The zero Scanner has no
// text; Reset gives it one.
type Scanner struct {
	Term       []byte // the current token's term, valid until the next call of Next
	Start, End int    // its bytes in the text

	text string
	pos  int    // of the next rune of text
	buf  []byte // backs Term
	rest []byte // runes of one character's decomposition still to be read …
	from int    // … and where that character begins
}

// Reset makes s read text from its beginning.
func (s *Scanner) Reset(text string) {
	*s = Scanner{text: text, buf: s.buf[:0]}
}

// What a byte of ASCII is to the tokenizer: 0 separates, else the folded byte.
var ascii = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z':
			t[c] = byte(c)
		case 'A' <= c && c <= 'Z':
			t[c] = byte(c) + 'a' - 'A'
		}
	}
	return t
}()

// Next moves to the next token and reports whether there is one.
func (s *Scanner) Next() bool {
	s.buf = s.buf[:0]
	s.Start = -1
	for {
		if len(s.rest) > 0 {
			if s.decomposed() {
				return true
			}
			continue
		}
		if s.pos >= len(s.text) {
			return s.finish()
		}
		c := s.text[s.pos]
		if c < utf8.RuneSelf {
			if f := ascii[c]; f != 0 {
				s.put(s.pos, s.pos+1)
				s.buf = append(s.buf, f)
				s.pos++
				continue
			}
			if len(s.buf) > 0 {
				if c == '\'' || c == '`' {
					s.skipPossessive(1)
				}
				return s.finish()
			}
			s.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		if r < lowEnd {
			if e := &low[r-utf8.RuneSelf]; e.n > 0 {
				s.put(s.pos, s.pos+n)
				s.buf = append(s.buf, e.fold[:e.n]...)
				s.pos += n
				continue
			}
		}
		if r == utf8.RuneError { // not UTF-8, or a character lost before us
			s.pos += n
			if len(s.buf) > 0 {
				return s.finish()
			}
			continue
		}
		if apostrophe(r) {
			if len(s.buf) > 0 {
				s.skipPossessive(n)
				return s.finish()
			}
			s.pos += n
			continue
		}
		if d := decomposition(s.text[s.pos : s.pos+n]); d != nil {
			s.rest, s.from = d, s.pos
			s.pos += n
			continue
		}
		if s.rune(r, s.pos, s.pos+n) {
			return true
		}
	}
}

// lowEnd bounds the table low: Latin, Greek, Cyrillic, Hebrew and Arabic lie below it.
const lowEnd = 0x700

// low holds the folded bytes of every letter and digit below lowEnd, as the slow way below reads it: four fifths of
// the time of Russian and Arabic texts went into looking characters up.
var low = func() (t [lowEnd - utf8.RuneSelf]struct {
	n    uint8
	fold [4]byte
}) {
	for r := rune(utf8.RuneSelf); r < lowEnd; r++ {
		ch := string(r)
		d := decomposition(ch)
		if d == nil {
			d = []byte(ch)
		}
		if apostrophe(r) || bytes.ContainsFunc(d, func(r rune) bool { return class(r) == outside }) {
			continue
		}
		s := Scanner{rest: d}
		for len(s.rest) > 0 {
			s.decomposed()
		}
		t[r-utf8.RuneSelf].n = uint8(copy(t[r-utf8.RuneSelf].fold[:], s.buf))
	}
	return t
}()

// put makes [start,end) part of the current token.
func (s *Scanner) put(start, end int) {
	if s.Start < 0 {
		s.Start = start
	}
	s.End = end
}

func (s *Scanner) finish() bool {
	s.Term = s.buf
	return len(s.buf) > 0
}

// rune reads the character r at text[start:end], which has no decomposition, and reports whether a token is complete.
// It moves past r unless r must be read again as the beginning of the next token.
func (s *Scanner) rune(r rune, start, end int) bool {
	switch class(r) {
	case inside:
		s.put(start, end)
		s.buf = appendFolded(s.buf, r)
	case alone:
		if len(s.buf) > 0 {
			return s.finish() // and read r again
		}
		s.put(start, end)
		s.buf = utf8.AppendRune(s.buf, r)
		s.pos = end
		return s.finish()
	case ignored:
		if r == '\u0306' && len(s.buf) >= 2 && string(s.buf[len(s.buf)-2:]) == "и" {
			s.buf = append(s.buf[:len(s.buf)-2], "й"...) // й written as two characters is й, see decomposition
		}
		if len(s.buf) > 0 && unicode.Is(unicode.M, r) {
			s.End = end
		}
	case outside:
		if len(s.buf) > 0 {
			s.pos = end
			return s.finish()
		}
	}
	s.pos = end
	return false
}

// decomposed reads one rune of a decomposition. All its runes stand for the same bytes of the text.
func (s *Scanner) decomposed() bool {
	r, n := utf8.DecodeRune(s.rest)
	before, end := len(s.buf), s.pos
	done := s.rune(r, s.from, end)
	s.pos = end
	if done && class(r) == alone && before > 0 {
		return true // r begins the next token
	}
	s.rest = s.rest[n:]
	return done
}

// skipPossessive moves past an apostrophe of n bytes and, where it is one, past the possessive s behind it.
func (s *Scanner) skipPossessive(n int) {
	s.pos += n
	after := s.text[s.pos:]
	if after == "" || after[0]|0x20 != 's' {
		return
	}
	if r, _ := utf8.DecodeRuneInString(after[1:]); len(after) == 1 || class(r) == outside || class(r) == alone {
		s.pos++
	}
}

// apostrophe reports whether r can be the apostrophe of a possessive. U+02BC and its neighbours are letters to
// Unicode and apostrophes to writers, so they separate words here.
func apostrophe(r rune) bool {
	switch r {
	case '\'', '’', 'ʼ', '‘', 'ʻ', 'ʹ', '´', '`', '′', '＇':
		return true
	}
	return false
}

type runeClass int

const (
	outside runeClass = iota // separates words
	inside                   // part of a word
	alone                    // a word of its own
	ignored                  // neither: accents, joiners, soft hyphens
)

func class(r rune) runeClass {
	switch {
	case r < utf8.RuneSelf:
		if ascii[r] != 0 {
			return inside
		}
		return outside
	case 0x0400 <= r && r <= 0x0481, 0x00E0 <= r && r <= 0x00FF && r != '÷', 0x0621 <= r && r <= 0x063A, 0x0641 <= r && r <= 0x064A:
		return inside // the common cases of Russian, French and Spanish, and Arabic, without a table look-up
	case 0x4E00 <= r && r <= 0x9FFF:
		return alone
	}
	switch r {
	case '\u00AD', '\u200C', '\u200D', '\u200E', '\u200F', '\u2060', '\uFEFF', '\u061C', 'ـ':
		return ignored // soft hyphen, joiners, direction marks, Arabic tatweel
	case 'ー', '々', '〆':
		return alone
	}
	switch {
	case unicode.Is(unicode.M, r):
		return ignored
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		if unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) {
			return alone
		}
		return outside
	case apostrophe(r):
		return outside
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Nl, r):
		return inside
	}
	return outside
}

// IsIdeograph reports whether term is a single character of Chinese or kana, which texts write without spaces.
func IsIdeograph(term string) bool {
	r, n := utf8.DecodeRuneInString(term)
	return n == len(term) && n > 1 && class(r) == alone
}

// appendFolded appends r in lower case. What NFKD leaves whole but readers take for another letter is replaced here.
func appendFolded(b []byte, r rune) []byte {
	r = unicode.ToLower(r)
	switch r {
	case 'ß':
		return append(b, "ss"...)
	case 'æ':
		return append(b, "ae"...)
	case 'œ':
		return append(b, "oe"...)
	case 'þ':
		return append(b, "th"...)
	case 'ø':
		r = 'o'
	case 'ł':
		r = 'l'
	case 'đ', 'ð':
		r = 'd'
	case 'ħ':
		r = 'h'
	case 'ı':
		r = 'i'
	case 'ς':
		r = 'σ'
	}
	switch {
	case '٠' <= r && r <= '٩':
		r = r - '٠' + '0'
	case '۰' <= r && r <= '۹':
		r = r - '۰' + '0'
	}
	return utf8.AppendRune(b, r)
}

// decomposition returns the NFKD form of the one character s, or nil where that is s itself. The Russian й is a
// letter and not an accented и: the stemmer needs it. Korean syllables stay whole.
func decomposition(s string) []byte {
	if s[0] == 0xD0 || s[0] == 0xD1 || s[0] >= 0xE4 && s[0] <= 0xED { // Cyrillic without accents; Han and Hangul
		switch {
		case s == "й" || s == "Й":
			return nil
		case s[0] == 0xD1 && s != "ё" && s[1] <= 0x8F, s[0] == 0xD0 && s[1] >= 0x90:
			return nil
		case s[0] >= 0xE4:
			return nil
		}
	}
	return norm.NFKD.PropertiesString(s).Decomposition()
}
