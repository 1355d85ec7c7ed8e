package analysis

import (
	_ "embed"
	"strings"
	"sync"

	"uhri"
)

// Synonyms is a curated group of words and phrases that mean nearly the same: an acronym and what it stands for.
// A search is offered the others when one was typed; they are never applied unasked.
type Synonyms struct {
	ID    string // names the group in requests: "fgm"
	Lang  uhri.Lang
	Forms []string   // as people write them; the first names the group
	Terms [][]string // of each form
}

//go:embed synonyms.txt
var synonymsText string

type synonymKey struct {
	lang uhri.Lang
	form string // folded
}

type synonymTables struct {
	groups  []Synonyms
	of      map[synonymKey]int
	longest int
}

var synonyms = sync.OnceValue(func() *synonymTables {
	t := &synonymTables{of: map[synonymKey]int{}}
	for line := range dataLines(synonymsText) {
		id, forms, _ := strings.Cut(line, ":")
		g := Synonyms{ID: id, Lang: uhri.English}
		if l := uhri.Lang(id[:min(2, len(id))]); strings.HasPrefix(id[len(l):], "-") && l.Valid() {
			g.Lang = l
		}
		seen := map[string]bool{}
		for f := range strings.SplitSeq(forms, "|") {
			f = strings.TrimSpace(f)
			folded := Fold(f)
			if seen[folded] {
				continue // LGBTI and LGBTI+ are the same term
			}
			seen[folded] = true
			terms := strings.Fields(folded)
			g.Forms, g.Terms = append(g.Forms, f), append(g.Terms, terms)
			t.of[synonymKey{g.Lang, folded}] = len(t.groups)
			t.longest = max(t.longest, len(terms))
		}
		t.groups = append(t.groups, g)
	}
	return t
})

// SynonymGroups returns all groups in the order of the list.
func SynonymGroups() []Synonyms { return synonyms().groups }

// SynonymsOf returns the group that has terms, in order, as one of its forms.
func SynonymsOf(lang uhri.Lang, terms []string) (Synonyms, bool) {
	t := synonyms()
	if len(terms) > t.longest {
		return Synonyms{}, false
	}
	i, ok := t.of[synonymKey{lang, strings.Join(terms, " ")}]
	if !ok {
		return Synonyms{}, false
	}
	return t.groups[i], true
}

// LongestSynonym is the number of terms of the longest form.
func LongestSynonym() int { return synonyms().longest }
