package searchurl

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"uhri"
	"uhri/index"
)

// Limits of single parameters, told to whoever meets them.
const (
	MaxOffset     = index.MaxOffset // records a page number may reach
	MaxValues     = 200             // of one parameter: more come from scripts, which have lookup and export
	MaxFacetLimit = 10_000          // above any vocabulary but symbols, which have a prefix search
	maxValueBytes = 500             // of any value but q; the longest label has 140
)

// Parameter describes one parameter, for the API's description and for documentation.
type Parameter struct {
	Name        string
	Description string
	Type        string   // "string", "integer", "boolean", "date"
	Repeatable  bool     // several values mean what Description says
	Enum        []string // the values it takes, when they are few and closed
	Min, Max    int      // of an integer, when Max > 0
	Default     string
	Example     string
	Facet       string         // the facet it filters by
	Op          index.FilterOp // how
}

// describedVocabulary is the most values a description lists; longer vocabularies are behind /api/v1/facets/{name}.
const describedVocabulary = 20

// table is the parameters with what is derived from them, made once: a page has hundreds of links.
type table struct {
	all    []Parameter
	byName map[string]Parameter
	facet  map[string]int // place in the facet table
}

var parameters = sync.OnceValue(func() *table {
	t := &table{all: makeParameters(), byName: map[string]Parameter{}, facet: map[string]int{}}
	for _, p := range t.all {
		t.byName[p.Name] = p
	}
	for i, name := range facetNames() {
		t.facet[name] = i
	}
	return t
})

// Parameters lists every parameter in canonical order: the order of links.
func Parameters() []Parameter { return slices.Clone(parameters().all) }

func makeParameters() []Parameter {
	ps := []Parameter{
		{Name: "q", Type: "string", Example: `torture AND "death penalty"`,
			Description: "The words to find, in the query language: several words mean AND; OR, NOT, parentheses, \"exact phrases\", prefix* and fields such as country:KEN are understood. Empty means every record."},
		{Name: "mode", Type: "string", Enum: []string{string(index.ModeDefault), string(index.ModeUHRI)}, Default: string(index.ModeDefault),
			Description: "How the words are read. `uhri` reads them as UHRI does, each word a prefix and several words a phrase, to compare numbers."},
	}
	for _, f := range uhri.Facets() {
		ps = append(ps, facetParameters(f)...)
	}
	return append(ps,
		Parameter{Name: "from", Type: "date", Example: "2018",
			Description: "Only documents of this date or later: 2018, 2018-03 or 2018-03-26. Records without a date are left out."},
		Parameter{Name: "to", Type: "date", Example: "2024-06",
			Description: "Only documents of this date or earlier; 2024 means to the end of 2024. Records without a date are left out."},
		Parameter{Name: "expand", Type: "string", Repeatable: true,
			Description: "Identifiers of offered expansions (synonyms, acronyms) to switch on, as listed under query.offers; `*` switches on all."},
		Parameter{Name: "collapse", Type: "string", Enum: []string{"ask"},
			Description: "`ask` shows, of passages that ask for the same in nearly the same words, only the first in the order. The total stays that of all passages; exports and feeds have all."},
		Parameter{Name: "sort", Type: "string", Enum: sorts(), Example: string(index.SortNewest),
			Description: "Order of the records. Without it: relevance where there are words, newest where there are none. Undated records come last in both date orders."},
		Parameter{Name: "limit", Type: "integer", Max: index.MaxLimit, Default: fmt.Sprint(index.DefaultLimit),
			Description: "Records of one page; 0 gives counts only."},
		Parameter{Name: "page", Type: "integer", Min: 1, Max: index.MaxOffset, Default: "1",
			Description: fmt.Sprintf("Page number; pages reach the first %d records, a cursor reaches all.", index.MaxOffset)},
		Parameter{Name: "cursor", Type: "string",
			Description: "The `next` of an earlier answer; every other parameter must be as it was there."},
		Parameter{Name: "facets", Type: "string", Repeatable: true, Enum: append([]string{"*"}, facetNames()...),
			Description: "Facets to count; `*` counts all."},
		Parameter{Name: "facet_limit", Type: "integer", Max: MaxFacetLimit,
			Description: "Values listed per facet; 0 lists all. Without it each facet has its own measure. Selected values and unknowns are always listed."},
		Parameter{Name: "facet_prefix", Type: "string",
			Description: "Only facet values whose label or code has a word beginning with this."},
		Parameter{Name: "highlight", Type: "boolean", Default: "false",
			Description: "Also say which bytes of each text matched."},
		Parameter{Name: "explain", Type: "boolean", Default: "false",
			Description: "Also count the exact, the default and the UHRI-like reading of the same words under the same filters."},
		Parameter{Name: "snapshot", Type: "string", Example: "2026-11-24.17",
			Description: "Answer from this snapshot. The current and the previous one are kept; older ones answer 410."},
	)
}

func facetParameters(f *uhri.Facet) []Parameter {
	what := strings.TrimSuffix(f.Description, ".") + "."
	if vs := f.Vocabulary(); len(vs) > 0 && len(vs) <= describedVocabulary {
		what += " Values: " + strings.Join(vs, ", ") + "."
	} else {
		what += fmt.Sprintf(" Values are listed by `/api/v1/facets/%s`.", f.Name)
	}
	switch f.Name {
	case "lang":
		what += " It is also the language searched and shown; several are languages in order of preference."
	case "origin":
		what += " It also makes label facets and filters count labels of these origins only."
	}
	example := ""
	if vs := f.Vocabulary(); len(vs) > 0 {
		example = vs[0]
	}
	return []Parameter{
		{Name: f.Name, Type: "string", Repeatable: true, Facet: f.Name, Op: index.Any, Example: example,
			Description: what + " Repeat it for any of several values; `unknown`" + notApplicable(f) + " are values too."},
		{Name: f.Name + ".all", Type: "string", Repeatable: true, Facet: f.Name, Op: index.Every,
			Description: f.Label + ": records that have all of these values."},
		{Name: "not." + f.Name, Type: "string", Repeatable: true, Facet: f.Name, Op: index.None,
			Description: f.Label + ": records that have none of these values."},
	}
}

func notApplicable(f *uhri.Facet) string {
	if f.UPROnly {
		return " and `not_applicable`"
	}
	return ""
}

func sorts() []string {
	return []string{string(index.SortRelevance), string(index.SortNewest), string(index.SortOldest), string(index.SortFirstSeen), string(index.SortDocument)}
}

func facetNames() []string {
	var names []string
	for _, f := range uhri.Facets() {
		names = append(names, f.Name)
	}
	return names
}

// parameterOf returns the canonical name of a parameter: facet synonyms are resolved.
func parameterOf(name string) (Parameter, bool) {
	known := parameters().byName
	if p, ok := known[name]; ok {
		return p, true
	}
	prefix, bare, suffix := "", name, ""
	if b, ok := strings.CutPrefix(bare, "not."); ok {
		prefix, bare = "not.", b
	} else if b, ok := strings.CutSuffix(bare, ".all"); ok {
		bare, suffix = b, ".all"
	}
	if f, ok := uhri.FacetByName(bare); ok {
		p, ok := known[prefix+f.Name+suffix]
		return p, ok
	}
	return Parameter{}, false
}

// nearestParameter offers a name for one nobody knows.
func nearestParameter(name string, also []string) (string, bool) {
	names := slices.Clone(also)
	for _, p := range parameters().all {
		names = append(names, p.Name)
	}
	return uhri.Nearest(name, names)
}
