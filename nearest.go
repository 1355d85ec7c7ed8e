package uhri

import (
	"strings"
	"unicode"
)

// latin maps the letters of European and transliterated names to plain ones. The standard library cannot decompose
// letters, so this is a list: Latin-1, Latin Extended-A, the Romanian and Vietnamese letters that occur in names of
// States. A letter outside it stays as it is, lower-cased.
var latin = func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i"}
	for plain, letters := range map[string]string{
		"a": "àáâãäåāăąảạấầẩẫậắằẳẵặ", "c": "çćĉċč", "d": "ď", "e": "èéêëēĕėęěẻẽẹếềểễệ", "g": "ĝğġģ", "h": "ĥħ",
		"i": "ìíîïĩīĭįỉị", "j": "ĵ", "k": "ķ", "l": "ĺļľŀ", "n": "ñńņňŋ", "o": "òóôõöōŏőỏọốồổỗộớờởỡợơ", "r": "ŕŗř",
		"s": "śŝşšș", "t": "ţťŧț", "u": "ùúûüũūŭůűųủụứừửữựư", "w": "ŵ", "y": "ýÿŷỳỷỹỵ", "z": "źżž",
	} {
		for _, r := range letters {
			m[r] = plain
		}
	}
	return m
}()

// FoldName reduces a name to what people mean by it: lower case, no accents, "&" as "and", full stops and apostrophes
// dropped, all other punctuation one space. "Côte d’Ivoire" and "COTE D'IVOIRE" are both "cote divoire".
// Accents fold in the Latin script only; combining marks are dropped. It is idempotent.
func FoldName(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	put := func(t string) {
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(t)
	}
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r == '.', r == '\'', r == '’', r == '‘', r == 'ʼ', r == '`', r == '´', r == '\u00ad', unicode.Is(unicode.Mn, r):
			continue
		case r == '&':
			space = true
			put("and")
			space = true
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if t, ok := latin[r]; ok {
				put(t)
			} else {
				put(string(r))
			}
		default:
			space = true
		}
	}
	return b.String()
}

// Nearest returns the candidate that input most likely was meant to be: the one with the fewest insertions, deletions,
// substitutions and swaps of neighbours after folding, the first of equals. It is false when even that one differs in
// more than a third of the input's letters, or in more than four, for a wrong guess is worse than none.
func Nearest(input string, candidates []string) (string, bool) {
	in := []rune(FoldName(input))
	if len(in) == 0 {
		return "", false
	}
	limit := min(len(in)/3, 4)
	best, found := "", false
	var row []int
	for _, c := range candidates {
		if d := EditDistance(in, []rune(FoldName(c)), limit, &row); d <= limit && (!found || d < limit) {
			best, found = c, true
			limit = d
			if d == 0 {
				break
			}
		}
	}
	return best, found
}

// EditDistance counts the letters to insert, drop, replace or exchange with their neighbour to make b of a; more than
// limit is told as limit + 1 (optimal string alignment). scratch is room to work in, kept between calls.
func EditDistance(a, b []rune, limit int, scratch *[]int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	width := len(b) + 1
	if cap(*scratch) < 3*width {
		*scratch = make([]int, 3*width)
	}
	two, one, now := (*scratch)[:width], (*scratch)[width:2*width], (*scratch)[2*width:3*width]
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(one[j]+1, now[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], two[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least > limit {
			return limit + 1
		}
		two, one, now = one, now, two
	}
	return min(one[len(b)], limit+1)
}
