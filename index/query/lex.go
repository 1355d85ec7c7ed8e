package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"uhri/index/analysis"
)

// kind is what one lexeme of a query is.
type kind int

const (
	end    kind = iota
	open        // (
	shut        // )
	minus       // - before a word, a quote or a parenthesis
	quoted      // "text", perhaps with ~n
	chunk       // everything else up to a space, a parenthesis or a quote
)

type lexeme struct {
	kind     kind
	at       int    // byte offset in the query
	text     string // of quoted, what stands between the quotes
	spaced   bool   // a space or the beginning of the query precedes it
	unclosed bool   // of quoted
	slop     string // of quoted: the digits behind ~
	tilde    bool   // of quoted: a ~ follows
}

// lex cuts a query into lexemes. It never fails; the last one is end.
func lex(s string) []lexeme {
	var out []lexeme
	spaced := true
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		l := lexeme{at: i, spaced: spaced}
		switch {
		case blank(r):
			spaced = true
			i += n
			continue
		case r == '(' || r == '（':
			l.kind = open
			i += n
		case r == ')' || r == '）':
			l.kind = shut
			i += n
		case quote(r):
			l.kind = quoted
			i = lexQuoted(s, i+n, &l)
		case (r == '-' || r == '−') && spaced && begins(s[i+n:]):
			l.kind = minus
			out = append(out, l)
			i += n
			continue // what follows counts as spaced: -(-a)
		default:
			l.kind = chunk
			j := i
			for j < len(s) {
				r, n := utf8.DecodeRuneInString(s[j:])
				if blank(r) || quote(r) || strings.ContainsRune("()（）", r) {
					break
				}
				j += n
			}
			l.text = s[i:j]
			i = j
		}
		out = append(out, l)
		spaced = l.kind == open
	}
	return append(out, lexeme{kind: end, at: len(s), spaced: true})
}

// lexQuoted reads a quotation whose text begins at i and returns where it ends.
func lexQuoted(s string, i int, l *lexeme) int {
	j := strings.IndexFunc(s[i:], quote)
	if j < 0 {
		l.text, l.unclosed = s[i:], true
		return len(s)
	}
	l.text = s[i : i+j]
	_, n := utf8.DecodeRuneInString(s[i+j:])
	i += j + n
	if i < len(s) && s[i] == '~' {
		l.tilde = true
		i++
		for j = i; j < len(s) && '0' <= s[j] && s[j] <= '9'; j++ {
		}
		l.slop = s[i:j]
		i = j
	}
	return i
}

// begins reports whether a minus before rest excludes something: a dash before a space, or another dash, is
// punctuation.
func begins(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	return n > 0 && !blank(r) && r != '-' && r != '−' && r != ')'
}

// blank reports whether r separates lexemes: spaces, and what has no business in a query.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || r == '\u200b' || r == '\ufeff' ||
		0x200E <= r && r <= 0x200F || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

func quote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '″', '＂':
		return true
	}
	return false
}

// pieces returns the words of s, each folded and with the stars and question marks that touch it.
func pieces(s string) []string {
	type item struct {
		text       string
		start, end int
		wild       bool
	}
	var items []item
	tokens := analysis.Append(nil, s)
	for i := 0; i <= len(s); {
		switch {
		case len(tokens) > 0 && tokens[0].Start <= i:
			items = append(items, item{tokens[0].Term, tokens[0].Start, tokens[0].End, false})
			i = max(i, tokens[0].End)
			tokens = tokens[1:]
		case i < len(s) && (s[i] == '*' || s[i] == '?'):
			items = append(items, item{s[i : i+1], i, i + 1, true})
			i++
		default:
			i++
		}
	}
	var out []string
	for i, it := range items {
		joined := i > 0 && items[i-1].end == it.start && (it.wild || items[i-1].wild) &&
			!(it.wild && analysis.IsIdeograph(items[i-1].text)) && !(items[i-1].wild && analysis.IsIdeograph(it.text))
		if joined {
			out[len(out)-1] += it.text
		} else {
			out = append(out, it.text)
		}
	}
	return out
}

// wild reports whether a piece has a star or a question mark.
func wild(piece string) bool { return strings.ContainsAny(piece, "*?") }

// letters counts what a piece has beside stars and question marks.
func letters(piece string) int {
	return utf8.RuneCountInString(piece) - strings.Count(piece, "*") - strings.Count(piece, "?")
}
