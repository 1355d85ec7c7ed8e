package segment

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stop is a place where a sentence may end. A space may be lost after it: docstore pages write "Convention.The Committee".
var stop = regexp.MustCompile(`[.;:?!。]["”’»)\]]*(?:\s+|$)|[a-zà-ÿ)\]][.;]["”’»)]*(?:\p{Lu}|$)`)

// abbreviations end in a full stop that ends no sentence: "general comment No. 3", "arts. 5", "núm. 1".
var abbreviations = regexp.MustCompile(`(?i)(?:^|[\s("“«\[])(?:nos?|núms?|nums?|arts?|paras?|párrs?|par|pp?|vols?|ch|chap|cap|sect?|secc|fig|ed|eds|cf|e\.g|i\.e|vs?|mr|mrs|ms|mme|mmes|mm|sr|sra|sres|dr|dra|prof|st|ste|gen|add|corr|rev|inc|ltd|rés|res|doc|etc|al|ibid|op|cit|approx|ee\.uu|ee|uu|[a-z])$`)

// sentences cuts a text into its sentences and clauses ended by a semicolon or a colon, in order; together they are the
// whole text. Full stops of numbers and abbreviations end none: "targets 5.1", "general comment No. 3 (2016)".
func sentences(s string) []string {
	var out []string
	from := 0
	for at := 0; at < len(s); {
		m := stop.FindStringIndex(s[at:])
		if m == nil {
			break
		}
		begin, end := at+m[0], at+m[1]
		if !strings.ContainsRune(".;:?!。", firstRune(s[begin:])) { // the form without space: cut before the capital
			_, w := utf8.DecodeRuneInString(s[begin:])
			begin += w
			if r, w := utf8.DecodeLastRuneInString(s[:end]); unicode.IsUpper(r) {
				end -= w
			}
		}
		if m := articlesAfter.FindStringIndex(s[end:]); m != nil {
			end += m[1] // "… so. (art. 12) The State party should"
		} else if s[begin] == '.' && end < len(s) && (abbreviations.MatchString(s[from:begin]) || !opensSentence(s[end:])) {
			at = end
			continue
		}
		out = append(out, s[from:end])
		from, at = end, end
	}
	if strings.TrimSpace(s[from:]) != "" {
		out = append(out, s[from:])
	}
	return out
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// opensSentence reports whether a text can begin a sentence: "(2016) on women" and "1 of the Goals" cannot.
func opensSentence(s string) bool {
	for _, r := range s {
		switch {
		case strings.ContainsRune(" \n\t\"“‘«([*", r):
			if r == '(' {
				return openingBracket.MatchString(s)
			}
			continue
		case unicode.IsDigit(r):
			return true
		default:
			return !unicode.IsLower(r)
		}
	}
	return true
}

// articlesAfter are the articles a paragraph names at its end, after its full stop.
var articlesAfter = regexp.MustCompile(`^\s*\((?:arts?\.?|articles?|artículos?) [^()]{0,80}(?:\([^()]{0,20}\)[^()]{0,60})*\)\.?(?:\s+|$)`)

var openingBracket = regexp.MustCompile(`^[\s"“«*]*\((?:[a-z]{1,4}\)|\p{Lu}\p{Ll}+ )`)

// plainSentence prepares a sentence for the stems: lower case, without what stands in brackets or quotation marks, plain
// apostrophes and single spaces. Words quoted or cited are not the committee's own.
func plainSentence(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	space := true
	for _, r := range s {
		switch r {
		case '(', '[':
			depth++
			continue
		case ')', ']':
			if depth > 0 {
				depth--
			}
			continue
		case '“', '«':
			quoted = true
			continue
		case '”', '»':
			quoted = false
			continue
		case '’', 'ʼ', '‘':
			r = '\''
		case '‑', '–':
			r = '-'
		}
		if depth > 0 || quoted {
			continue
		}
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	out := b.String()
	if !strings.Contains(out, "committee") {
		out = splitOff.ReplaceAllString(out, "committee") // runs of Word leave spaces: "Commi ttee"
	}
	out = strings.ReplaceAll(strings.ReplaceAll(out, " ,", ","), " .", ".")
	return strings.TrimSpace(out)
}
