package query

import (
	"slices"
	"strings"

	"uhri"
	"uhri/index/analysis"
)

// Expansion is a way a query could be widened: the synonyms of a word or phrase in it.
type Expansion struct {
	ID   string   // of the group of synonyms
	From string   // the words of the query
	To   []string // the other forms of the group, as people write them
}

// Expansions returns what could be widened in the tree, from left to right, each group once. Words side by side
// count as the phrase they make: female genital mutilation is offered FGM.
func Expansions(n Node, lang uhri.Lang) []Expansion {
	var out []Expansion
	expand(n, lang, func(g analysis.Synonyms, terms []string) bool {
		if !slices.ContainsFunc(out, func(e Expansion) bool { return e.ID == g.ID }) {
			e := Expansion{ID: g.ID, From: strings.Join(terms, " ")}
			for i, f := range g.Forms {
				if !slices.Equal(g.Terms[i], terms) {
					e.To = append(e.To, f)
				}
			}
			out = append(out, e)
		}
		return false
	})
	return out
}

// Expand returns the tree widened by the groups that on accepts.
func Expand(n Node, lang uhri.Lang, on func(id string) bool) Node {
	return expand(n, lang, func(g analysis.Synonyms, _ []string) bool { return on(g.ID) })
}

func expand(n Node, lang uhri.Lang, found func(g analysis.Synonyms, terms []string) bool) Node {
	switch n := n.(type) {
	case And:
		var kids []Node
		for i := 0; i < len(n.Kids); {
			g, width := longestRun(n.Kids[i:], lang)
			if width < 2 {
				kids = append(kids, expand(n.Kids[i], lang, found))
				i++
				continue
			}
			run := and(n.Kids[i : i+width]...)
			kids = append(kids, widen(run, g, wordsOf(n.Kids[i:i+width]), found))
			i += width
		}
		return and(kids...)
	case Or:
		kids := make([]Node, len(n.Kids))
		for i, k := range n.Kids {
			kids[i] = expand(k, lang, found)
		}
		return or(kids...)
	case Not:
		return not(expand(n.Kid, lang, found))
	case Word:
		if g, ok := analysis.SynonymsOf(lang, []string{n.Term}); ok {
			return widen(n, g, []string{n.Term}, found)
		}
	case Phrase:
		if g, ok := analysis.SynonymsOf(lang, n.Terms); ok && n.Slop == 0 {
			return widen(n, g, n.Terms, found)
		}
	case SymbolText:
		return n
	}
	return n
}

// longestRun returns the group that the longest run of words at the beginning of kids makes, and its width.
func longestRun(kids []Node, lang uhri.Lang) (g analysis.Synonyms, width int) {
	for w := len(wordsOf(kids)); w > 1; w-- {
		if g, ok := analysis.SynonymsOf(lang, wordsOf(kids[:w])); ok {
			return g, w
		}
	}
	return g, 0
}

// wordsOf returns the terms of the words at the beginning of kids, no more than the longest synonym has.
func wordsOf(kids []Node) []string {
	var terms []string
	for _, k := range kids {
		w, ok := k.(Word)
		if !ok || len(terms) == analysis.LongestSynonym() {
			break
		}
		terms = append(terms, w.Term)
	}
	return terms
}

func widen(n Node, g analysis.Synonyms, terms []string, found func(analysis.Synonyms, []string) bool) Node {
	if !found(g, terms) {
		return n
	}
	kids := []Node{n}
	for _, t := range g.Terms {
		if !slices.Equal(t, terms) {
			kids = append(kids, Phrase{Terms: t})
		}
	}
	return or(kids...)
}
