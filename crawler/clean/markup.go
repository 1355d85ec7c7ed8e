package clean

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// unescape decodes character references until none is left: "&amp;nbsp;" was escaped twice. A reference without its
// semicolon stays, since "R&D" and "?a=1&copy=2" are not references.
func unescape(s string) string {
	for strings.IndexByte(s, '&') >= 0 {
		t := entity.ReplaceAllStringFunc(s, html.UnescapeString)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// element says how a tag of HTML reads once it is gone.
type element int

const (
	inline   element = iota + 1 // nothing
	cell                        // a space
	block                       // a line end
	unread                      // goes with everything it holds
	footnote                    // a space before a digit: a footnote's number is no part of its word
)

// elements are the names markup removes. A "<" before anything else is text: "children <5 years".
var elements = map[string]element{
	"a": inline, "abbr": inline, "b": inline, "bdi": inline, "bdo": inline, "big": inline, "cite": inline, "code": inline,
	"del": inline, "dfn": inline, "em": inline, "font": inline, "i": inline, "img": inline, "ins": inline, "kbd": inline,
	"label": inline, "mark": inline, "q": inline, "s": inline, "samp": inline, "small": inline, "span": inline,
	"strike": inline, "strong": inline, "sub": inline, "time": inline, "tt": inline, "u": inline, "var": inline, "wbr": inline,
	"html": inline, "body": inline, "head": inline, "meta": inline, "link": inline, "col": inline, "colgroup": inline,
	"sup": footnote,
	"td":  cell, "th": cell,
	"address": block, "article": block, "aside": block, "blockquote": block, "br": block, "caption": block, "center": block,
	"dd": block, "div": block, "dl": block, "dt": block, "figure": block, "footer": block, "form": block, "h1": block,
	"h2": block, "h3": block, "h4": block, "h5": block, "h6": block, "header": block, "hr": block, "li": block, "main": block,
	"nav": block, "ol": block, "p": block, "pre": block, "section": block, "table": block, "tbody": block, "tfoot": block,
	"thead": block, "tr": block, "ul": block,
	"style": unread, "script": unread, "xml": unread, "title": unread,
}

// markup takes the tags out. Paragraphs and breaks become line ends; in a text that has them, line ends of the source
// are only white space, as in any HTML.
func markup(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	paragraphs := hasBlocks(s)
	text := func(t string) {
		if paragraphs {
			t = lineEnds.Replace(t)
		}
		b.WriteString(t)
	}
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			text(s)
			return b.String()
		}
		text(s[:i])
		tag, kind, rest, ok := cutTag(s[i:])
		if !ok {
			b.WriteByte('<')
			s = s[i+1:]
			continue
		}
		switch kind {
		case block:
			b.WriteByte('\n')
		case cell:
			b.WriteByte(' ')
		case footnote:
			if n, _ := utf8.DecodeRuneInString(rest); unicode.IsDigit(n) && endsInWord(b.String()) {
				b.WriteByte(' ')
			}
		case unread:
			if end := strings.Index(strings.ToLower(rest), "</"+tag); end >= 0 {
				rest = rest[end:]
			}
		}
		s = rest
	}
}

var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r)
}

func hasBlocks(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		_, kind, rest, ok := cutTag(s[i:])
		if ok && kind == block {
			return true
		}
		if !ok {
			rest = s[i+1:]
		}
		s = rest
	}
}

// cutTag reads the tag, comment or declaration s begins with and returns its name, its kind and what follows it.
func cutTag(s string) (name string, kind element, rest string, ok bool) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return "!", inline, s[end+3:], true
		}
		return "", 0, "", false
	}
	if strings.HasPrefix(s, "<!") || strings.HasPrefix(s, "<?") {
		if len(s) < 3 || !isNameByte(s[2]) && s[2] != '[' {
			return "", 0, "", false
		}
		if end := strings.IndexByte(s, '>'); end >= 0 {
			return "!", inline, s[end+1:], true
		}
		return "", 0, "", false
	}
	i := 1
	closing := i < len(s) && s[i] == '/'
	if closing {
		i++
	}
	start := i
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	name = strings.ToLower(s[start:i])
	kind = elements[name]
	if kind == 0 && strings.IndexByte(name, ':') > 0 {
		kind = inline // Word's own: <o:p>, <w:LsdException …/>
	}
	end := strings.IndexByte(s, '>')
	if kind == 0 || end < i {
		return "", 0, "", false
	}
	attributes := strings.TrimSpace(strings.TrimSuffix(s[i:end], "/"))
	if attributes != "" && !strings.ContainsRune(attributes, '=') {
		return "", 0, "", false // "a <b and c> d" is text
	}
	if kind == unread && (closing || strings.HasSuffix(s[i:end], "/")) || kind == footnote && closing {
		kind = inline
	}
	return name, kind, s[end+1:], true
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':'
}

var (
	// What Word's document settings leave when only their tags are taken out: "Normal 0 false false EN-GB X-NONE …".
	// A number belongs to it before another word of it only, lest a paragraph's number go with it.
	wordSettings = regexp.MustCompile(`^\s*(?:Clean\s+)?Normal\s+\d(?:(?:\s+\d+)?\s+(?:true|false|pt|[A-Z]{2}(?:-[A-Z]{2})?|[A-Z]{2}-NONE|X-NONE|MicrosoftInternetExplorer4|Print|Clean|Edit)\b)+\s*`)
	wordStyles   = regexp.MustCompile(`(?s)(?:/\*[^*]{0,60}\*/\s*)?(?:table|p|li|div|span|a|@page|@list)[\w.,:@#\- \n\t]{0,120}\{[^{}]*mso-[^{}]*\}`)
	wordComment  = regexp.MustCompile(`/\*\s*(?:Style|List|Font|Page) Definitions?\s*\*/`)
)

// office removes the remains of text pasted from Word: its settings at the very start and its style sheets.
func office(s string) string {
	s = wordStyles.ReplaceAllString(s, "\n")
	s = wordComment.ReplaceAllString(s, "\n")
	return wordSettings.ReplaceAllString(s, "")
}
