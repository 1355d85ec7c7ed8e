package clean

import (
	"strings"
	"unicode"

	"uhri"
)

// IsTranslation reports whether text really is in lang. Publishers fill a missing translation with the English text
// without saying so: a text equal to the English one, or an Arabic, Russian or Chinese text without one letter of its
// script, is none. An empty text is none either. The texts may be raw or repaired.
func IsTranslation(lang uhri.Lang, text, english string) bool {
	if strings.TrimSpace(text) == "" {
		return false
	}
	if script := scripts(lang); script != nil && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(script, r) }) {
		return false
	}
	return lang == uhri.English || words(text) != words(english)
}

// scripts gives the script a text of the language must have a letter of; nil where it is Latin, as English is.
func scripts(l uhri.Lang) *unicode.RangeTable {
	switch l {
	case uhri.Arabic:
		return unicode.Arabic
	case uhri.Russian:
		return unicode.Cyrillic
	case uhri.Chinese:
		return unicode.Han
	}
	return nil
}

// words is a text for comparison: repaired, on one line.
func words(s string) string { return strings.Join(strings.Fields(Text(s)), " ") }
