package analysis

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"uhri"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
)

// Stem returns what all forms of the folded term have in common, which need not be a word. Terms with a digit and
// Chinese characters are their own stems.
func Stem(lang uhri.Lang, term string) string {
	if lang == uhri.English {
		if s, ok := tables().apart[term]; ok {
			return s
		}
	}
	return snowball(lang, term)
}

func snowball(lang uhri.Lang, term string) string {
	if strings.ContainsAny(term, "0123456789") {
		return term
	}
	var stem func(*snowballstem.Env) bool
	switch lang {
	case uhri.English:
		// Snowball cuts ratification to ratif and ratify to ratifi.
		if i := strings.LastIndex(term, "ification"); i > 0 && strings.TrimSuffix(term[i:], "s") == "ification" {
			term = term[:i] + "ify"
		}
		stem = english.Stem
	case uhri.French:
		term = restoreFrench(term)
		stem = french.Stem
	case uhri.Spanish:
		term = prepareSpanish(term)
		stem = spanish.Stem
	case uhri.Russian:
		stem = russian.Stem
	case uhri.Arabic:
		stem = arabic.Stem
	default:
		return term
	}
	env := snowballstem.NewEnv(term)
	stem(env)
	if s := env.Current(); s != "" {
		return s
	}
	return term
}

// restoreFrench puts back the accents by which the stemmer knows an ending, and which folding took: égalité,
// adoptée.
func restoreFrench(term string) string {
	for _, e := range [...][2]string{{"ees", "ées"}, {"ee", "ée"}, {"ites", "ités"}, {"ite", "ité"}} {
		if s, ok := strings.CutSuffix(term, e[0]); ok {
			return s + e[1]
		}
	}
	return term
}

// prepareSpanish puts back the accent by which the stemmer knows -ación, and which folding took. Of mujer, hogar and
// militar it takes the end for that of a verb, but not of their plurals, which therefore lose theirs first.
func prepareSpanish(term string) string {
	if s, ok := strings.CutSuffix(term, "cion"); ok {
		return s + "ción"
	}
	for _, e := range [...]string{"ares", "eres"} {
		if strings.HasSuffix(term, e) && len(term) > 5 {
			return strings.TrimSuffix(term, "es")
		}
	}
	return term
}

// ClassKeys returns the stems a word stands for: its own and those of its plural pair. A term t belongs to the word's
// class exactly if Stem(lang, t) is among them. The keys are sorted; words of one class have the same keys.
func ClassKeys(lang uhri.Lang, word string) []string {
	stem := Stem(lang, word)
	if keys, ok := tables().pairs[pairKey{lang, stem}]; ok {
		return slices.Clone(keys)
	}
	return []string{stem}
}

// Paired returns the words that word is paired with, as people write them: of woman, women.
func Paired(lang uhri.Lang, word string) []string {
	words := tables().words[pairKey{lang, Stem(lang, word)}]
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return Fold(w) == word })
}

type pairKey struct {
	lang uhri.Lang
	stem string
}

type stemTables struct {
	apart map[string]string    // English terms whose stem is not the stemmer's
	pairs map[pairKey][]string // stems of the whole group by any stem of it
	words map[pairKey][]string // words of the whole group by any stem of it
}

//go:embed pairs.txt
var pairsText string

//go:embed apart.txt
var apartText string

// tables reads the embedded lists once. They are data of this package; a fault in one is found by its tests.
var tables = sync.OnceValue(func() *stemTables {
	t := &stemTables{apart: map[string]string{}, pairs: map[pairKey][]string{}, words: map[pairKey][]string{}}
	for line := range dataLines(apartText) {
		words := strings.Fields(line)
		for _, w := range words {
			t.apart[w] = words[0] + "+" // no stem of the stemmer has a plus
		}
	}
	for line := range dataLines(pairsText) {
		fields := strings.Fields(line)
		lang, words := uhri.Lang(fields[0]), fields[1:]
		var stems []string
		for _, w := range words {
			stems = append(stems, snowball(lang, Fold(w)))
		}
		slices.Sort(stems)
		stems = slices.Compact(stems)
		for _, s := range stems {
			t.pairs[pairKey{lang, s}] = stems
			t.words[pairKey{lang, s}] = words
		}
	}
	return t
})

// dataLines yields the lines of an embedded list without comments and blanks.
func dataLines(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(s) {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}
