package extract

import (
	"strings"
	"unicode"

	"uhri"
)

// detectLang tells the language of the words: requests for a language that does not exist answer in English, and
// nothing in the file admits it. Scripts decide for Arabic, Russian and Chinese, function words for the others.
func detectLang(blocks []Block) uhri.Lang {
	script := map[uhri.Lang]int{}
	hits := map[uhri.Lang]int{}
	letters := 0
	for _, b := range blocks {
		for _, r := range b.Text {
			if !unicode.IsLetter(r) {
				continue
			}
			letters++
			switch {
			case unicode.Is(unicode.Arabic, r):
				script[uhri.Arabic]++
			case unicode.Is(unicode.Cyrillic, r):
				script[uhri.Russian]++
			case unicode.Is(unicode.Han, r):
				script[uhri.Chinese] += 3 // a Han character says as much as three letters
			}
		}
		for _, w := range strings.Fields(strings.ToLower(b.Text)) {
			switch w {
			case "the", "and", "of", "that", "to", "with", "its", "by", "for":
				hits[uhri.English]++
			case "les", "des", "et", "du", "au", "aux", "dans", "sur", "une", "est", "qui":
				hits[uhri.French]++
			case "los", "las", "el", "y", "del", "por", "una", "para", "con", "al":
				hits[uhri.Spanish]++
			}
		}
	}
	for _, l := range []uhri.Lang{uhri.Arabic, uhri.Russian, uhri.Chinese} {
		if script[l]*2 > letters {
			return l
		}
	}
	var best uhri.Lang
	for _, l := range []uhri.Lang{uhri.English, uhri.French, uhri.Spanish} {
		if hits[l] > 0 && hits[l] > hits[best] {
			best = l
		}
	}
	return best
}
