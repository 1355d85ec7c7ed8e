package uhri

import (
	"regexp"
	"strings"
	"sync"
)

// Concept is one entry of a vocabulary of labels.
type Concept struct {
	Scheme    Scheme   `json:"scheme"`
	Slug      string   `json:"concept"` // stable; what tags, addresses and filters carry: "women-girls", "5", "5.2"
	Label     string   `json:"label"`
	Parent    string   `json:"parent,omitzero"` // of an SDG target: its goal
	Legacy    bool     `json:"legacy,omitzero"` // of the older OHCHR thesaurus, with no counterpart today
	Aliases   []string `json:"aliases,omitzero"`
	Published int      `json:"-"` // records so labelled in the whole corpus when the vocabulary was made
}

// conceptTable is one scheme and its indexes.
type conceptTable struct {
	all    []Concept
	bySlug map[string]int
	byName map[string]int
}

func loadConcepts(s Scheme, file string) *conceptTable {
	t := &conceptTable{bySlug: map[string]int{}, byName: map[string]int{}}
	for i, r := range rows(file) {
		c := Concept{Scheme: s, Slug: r["slug"], Label: r["label"], Parent: r["parent"], Legacy: r["status"] == "legacy",
			Aliases: r.list("aliases", "|"), Published: r.number("published")}
		t.all = append(t.all, c)
		t.bySlug[c.Slug] = i
		for _, n := range append([]string{c.Slug, c.Label}, c.Aliases...) {
			t.byName[conceptKey(n)] = i
		}
	}
	return t
}

// The schemes are separate tables because their slugs and labels overlap: "Migrants" is a group and was once a theme.
var (
	themes = sync.OnceValue(func() *conceptTable { return loadConcepts(SchemeTheme, "themes.csv") })
	groups = sync.OnceValue(func() *conceptTable { return loadConcepts(SchemeGroup, "groups.csv") })
	sdgs   = sync.OnceValue(func() *conceptTable { return loadConcepts(SchemeSDG, "sdgs.csv") })
)

func conceptsOf(s Scheme) *conceptTable {
	switch s {
	case SchemeTheme:
		return themes()
	case SchemeGroup:
		return groups()
	case SchemeSDG:
		return sdgs()
	}
	return &conceptTable{}
}

// conceptKey folds a label as far as UHRI's own spellings of one label differ: "&" and "and" count for nothing, nor do
// commas before them. A full stop stays where it tells SDG targets apart: 1.1 is not 11.
func conceptKey(s string) string {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	words := strings.Fields(FoldName(dotInNumber.ReplaceAllString(s, "$1 $2")))
	kept := words[:0]
	for _, w := range words {
		if w != "and" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

var (
	dotInNumber = regexp.MustCompile(`(\d)\.([\da-dA-D]\b)`)
	// thesaurusCode begins labels of the older thesaurus: "A12 Acceptance of international norms", "S Sustainable …".
	thesaurusCode = regexp.MustCompile(`^\s*(?:[A-HS]\d{1,2}|S)\s+`)
	// sdgCode finds goal and target in any label of theirs: "5 - GENDER EQUALITY", "16.a", "S05 SDG 5 - …", "SDG 5.2", "Goal 5".
	sdgCode = regexp.MustCompile(`(?i)^\s*(?:S(\d\d)\b|(?:SDG|goal|target)?\s*#?\s*(\d{1,2}(?:\.(?:\d{1,2}|[a-d]))?)(?:[^.\w]|$))`)
)

// Concepts lists a scheme: SDGs as 1, 1.1 … 17.19; themes and groups by number of records, legacy ones last.
// The caller must not change the slice.
func Concepts(s Scheme) []Concept { return conceptsOf(s).all }

// ConceptBySlug returns the concept with this slug.
func ConceptBySlug(s Scheme, slug string) (Concept, bool) {
	t := conceptsOf(s)
	i, ok := t.bySlug[slug]
	if !ok {
		return Concept{}, false
	}
	return t.all[i], true
}

// ResolveConcept reads a concept from its slug, from UHRI's label in any of its spellings, or from a label of the older thesaurus with
// or without its code ("A41 Constitutional and legislative framework", "S05 SDG 5 - gender equality …"). A label
// whose meaning moved to a current concept resolves to that one; the rest of the older labels are Legacy concepts.
func ResolveConcept(s Scheme, raw string) (Concept, bool) {
	t := conceptsOf(s)
	if i, ok := t.byName[conceptKey(raw)]; ok {
		return t.all[i], true
	}
	if s == SchemeSDG {
		if m := sdgCode.FindStringSubmatch(raw); m != nil {
			code := strings.ToLower(m[2])
			if m[1] != "" {
				code = strings.TrimPrefix(m[1], "0")
			}
			return ConceptBySlug(s, code)
		}
		return Concept{}, false
	}
	if rest := thesaurusCode.ReplaceAllString(raw, ""); rest != raw {
		if i, ok := t.byName[conceptKey(rest)]; ok {
			return t.all[i], true
		}
	}
	return Concept{}, false
}
