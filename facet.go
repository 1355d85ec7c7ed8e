package uhri

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// FacetKind says how a facet's values behave.
type FacetKind string

// The kinds of facet.
const (
	FacetTerm  FacetKind = "term"  // an unordered vocabulary
	FacetLevel FacetKind = "level" // one level of a tree; its Parent is the level above
	FacetYear  FacetKind = "year"  // years, newest first
	FacetCode  FacetKind = "code"  // an open vocabulary of codes: symbols
)

// The two values every facet may have beside its own. Unknown is not "does not apply".
const (
	ValueUnknown       = "unknown"        // the facet applies to the record, its value is not known
	ValueNotApplicable = "not_applicable" // the facet does not apply: UPR facets on other mechanisms' records
)

// Facet is one way to divide records. Index columns, URL parameters, query fields, API description, export
// columns and panels all derive from this table, so a facet is added here and nowhere else.
type Facet struct {
	Name        string // URL name, snake_case
	Label       string // what people read
	Description string // one sentence of meaning, for the API, the data dictionary and help
	Kind        FacetKind
	Parent      string   // the facet one level up: country → region, sdg → goal, body → mechanism
	Synonyms    []string // other names accepted in URLs and query fields
	Single      bool     // a record has at most one value, so values + unknown + not_applicable = total
	UPROnly     bool     // records of other mechanisms are not_applicable
	Labels      bool     // derived from tags, so it depends on which origins of labels are counted
	Limit       int      // values a panel shows unless asked otherwise; 0 = all
	ByValue     bool     // panels order by value (years, cycles, goals), not by count

	values     func(*Recommendation) []string
	label      func(string) string
	resolve    func(string) (string, bool)
	parentOf   func(string) string
	vocabulary func() []string

	spellings func() []string // names worth suggesting beside values and labels
	unknown   string          // label of ValueUnknown
	none      string          // label of ValueNotApplicable
}

type facetTable struct {
	all    []*Facet
	byName map[string]*Facet
}

var facets = sync.OnceValue(func() *facetTable {
	t := &facetTable{all: makeFacets(), byName: map[string]*Facet{}}
	for _, f := range t.all {
		for _, n := range append([]string{f.Name, f.Label}, f.Synonyms...) {
			t.byName[facetKey(n)] = f
		}
	}
	return t
})

// facetKey folds a facet's name: "Recommending State", "recommending-state" and "recommending_state" are one.
func facetKey(s string) string { return strings.ReplaceAll(FoldName(s), " ", "_") }

// Facets lists every facet in the order panels stand. The caller must not change them.
func Facets() []*Facet { return facets().all }

// FacetByName returns the facet with this name, label or synonym; case, spaces and hyphens do not matter.
func FacetByName(name string) (*Facet, bool) {
	if f, ok := facets().byName[name]; ok {
		return f, true
	}
	f, ok := facets().byName[facetKey(name)]
	return f, ok
}

// Of returns the record's canonical values, each once; [ValueUnknown] when the facet applies but no value is known,
// [ValueNotApplicable] when it does not apply. It is never empty, and depends on nothing but the record.
func (f *Facet) Of(r *Recommendation) []string {
	if f.UPROnly && r.UPR == nil && r.Mechanism != MechanismUPR && r.Mechanism != MechanismUnknown && r.Mechanism != "" {
		return []string{ValueNotApplicable}
	}
	values := f.values(r)
	if len(values) == 0 {
		return []string{ValueUnknown}
	}
	return values
}

// OfOrigins is Of with only the labels of these origins counted; without origins, or for a facet that is not about
// labels, it is Of.
func (f *Facet) OfOrigins(r *Recommendation, origins ...Origin) []string {
	if !f.Labels || len(origins) == 0 {
		return f.Of(r)
	}
	some := *r
	some.Tags = nil
	for _, t := range r.Tags {
		if slices.Contains(origins, t.Origin) {
			some.Tags = append(some.Tags, t)
		}
	}
	return f.Of(&some)
}

// ValueLabel returns what people read for a canonical value; the value itself where nothing better is known.
func (f *Facet) ValueLabel(v string) string {
	switch v {
	case ValueUnknown:
		return f.unknown
	case ValueNotApplicable:
		return f.none
	}
	if f.label == nil {
		return v
	}
	return f.label(v)
}

// ParentOf returns the value of the Parent facet that v lies in, "" when it lies in none.
func (f *Facet) ParentOf(v string) string {
	if f.parentOf == nil {
		return ""
	}
	return f.parentOf(v)
}

// Vocabulary returns the known values in their natural order; nil when the vocabulary is open (symbols, sessions).
func (f *Facet) Vocabulary() []string {
	if f.vocabulary == nil {
		return nil
	}
	return f.vocabulary()
}

// Parse reads a value as people, addresses and other systems write it — code, label, any accepted spelling, "unknown",
// "not_applicable" — and returns the canonical one. Anything else is an Invalid error that names the nearest valid value.
func (f *Facet) Parse(s string) (string, error) {
	switch facetKey(s) {
	case ValueUnknown:
		return ValueUnknown, nil
	case ValueNotApplicable, "n_a", "does_not_apply":
		return ValueNotApplicable, nil
	}
	if v, ok := f.resolve(strings.TrimSpace(s)); ok {
		return v, nil
	}
	msg := fmt.Sprintf("%q is not a value of %s", cut(s, maxSymbol), f.Name)
	for _, pair := range [...][2]string{{"goal", "sdg"}, {"sdg", "goal"}} { // the two levels are easily mixed up
		if other, _ := FacetByName(pair[1]); f.Name == pair[0] {
			if v, ok := other.resolve(s); ok {
				return "", &Error{Kind: Invalid, Op: "Facet.Parse", Msg: fmt.Sprintf("%s; did you mean %s=%s?", msg, other.Name, v)}
			}
		}
	}
	candidates := []string{ValueUnknown, ValueNotApplicable}
	for _, v := range f.Vocabulary() {
		candidates = append(candidates, v, f.ValueLabel(v))
	}
	if f.spellings != nil {
		candidates = append(candidates, f.spellings()...)
	}
	near, ok := Nearest(s, candidates)
	if !ok {
		near, ok = containing(s, candidates)
	}
	v := near
	if ok && near != ValueUnknown && near != ValueNotApplicable {
		v, ok = f.resolve(near)
	}
	vocabulary := f.Vocabulary()
	switch {
	case ok:
		msg += "; did you mean " + v
		if label := f.ValueLabel(v); label != v {
			msg += " (" + label + ")"
		}
		msg += "?"
	case f.Kind == FacetCode:
		msg += "; symbols look like A/HRC/59/15 or CEDAW/C/KEN/CO/8"
	case len(vocabulary) > 20:
		if label := f.ValueLabel(vocabulary[0]); label != vocabulary[0] {
			msg += fmt.Sprintf("; its values look like %s (%s)", vocabulary[0], label)
		} else {
			msg += fmt.Sprintf("; its values look like %s", label)
		}
	case len(vocabulary) > 0:
		msg += "; its values are " + strings.Join(vocabulary, ", ") + ", " + ValueUnknown
	default:
		msg += "; its values are numbers"
	}
	return "", &Error{Kind: Invalid, Op: "Facet.Parse", Msg: msg}
}

// containing returns the shortest candidate in which every word of input begins a word; words of one or two letters
// say too little.
func containing(input string, candidates []string) (string, bool) {
	words := strings.Fields(FoldName(input))
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) < 3 })
	if len(words) == 0 {
		return "", false
	}
	best := ""
	for _, c := range candidates {
		if best != "" && len(c) >= len(best) {
			continue
		}
		in := " " + FoldName(c)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(in, " "+w) }) {
			best = c
		}
	}
	return best, best != ""
}

// Compare orders canonical values as panels by value do: the vocabulary's order where there is one, numbers by their
// value, years newest first; unknown, then not_applicable, last.
func (f *Facet) Compare(a, b string) int {
	last := func(v string) int {
		switch v {
		case ValueUnknown:
			return 1
		case ValueNotApplicable:
			return 2
		}
		return 0
	}
	if c := last(a) - last(b); c != 0 || a == b {
		return c
	}
	switch {
	case f.Kind == FacetYear:
		return compareNatural(b, a)
	case f.Kind == FacetCode:
		return CompareSymbols(Symbol(a), Symbol(b))
	case f.ByValue:
		if c := compareNatural(a, b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	}
	if c := strings.Compare(FoldName(f.ValueLabel(a)), FoldName(f.ValueLabel(b))); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// add appends v unless it is there or empty. Records have few values, so a search beats a map.
func add(values []string, v string) []string {
	if v == "" || slices.Contains(values, v) {
		return values
	}
	return append(values, v)
}

// one is the value list of a single-valued facet.
func one(v string) []string {
	if v == "" || v == ValueUnknown {
		return nil
	}
	return []string{v}
}

// number is the value of a numbered facet; 0 is unknown.
func number(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.Itoa(n)}
}

// named is one value of a small closed vocabulary.
type named struct {
	value, label string
	also         []string
}

// closed gives a facet a small closed vocabulary.
func closed(f *Facet, values ...named) *Facet {
	f.vocabulary = func() []string {
		out := make([]string, len(values))
		for i, v := range values {
			out[i] = v.value
		}
		return out
	}
	f.label = func(v string) string {
		for _, n := range values {
			if n.value == v {
				return n.label
			}
		}
		return v
	}
	f.resolve = func(s string) (string, bool) {
		key := FoldName(s)
		for _, n := range values {
			if FoldName(n.value) == key || FoldName(n.label) == key {
				return n.value, true
			}
			for _, a := range n.also {
				if FoldName(a) == key {
					return n.value, true
				}
			}
		}
		return "", false
	}
	return f
}

// labelled gives a facet the concepts of a scheme that keep accepts.
func labelled(f *Facet, s Scheme, keep func(Concept) bool) *Facet {
	f.Labels = true
	f.vocabulary = sync.OnceValue(func() (out []string) {
		for _, legacy := range []bool{false, true} {
			var some []Concept
			for _, c := range Concepts(s) {
				if c.Legacy == legacy && keep(c) {
					some = append(some, c)
				}
			}
			if s != SchemeSDG {
				slices.SortFunc(some, func(a, b Concept) int {
					return cmp.Or(strings.Compare(FoldName(a.Label), FoldName(b.Label)), strings.Compare(a.Slug, b.Slug))
				})
			}
			for _, c := range some {
				out = append(out, c.Slug)
			}
		}
		return out
	})
	f.label = func(v string) string {
		if c, ok := ConceptBySlug(s, v); ok {
			return c.Label
		}
		return v
	}
	f.resolve = func(raw string) (string, bool) {
		c, ok := ResolveConcept(s, raw)
		return c.Slug, ok && keep(c)
	}
	f.spellings = func() (out []string) {
		for _, c := range Concepts(s) {
			if keep(c) {
				out = append(out, c.Aliases...)
			}
		}
		return out
	}
	return f
}

// tagged returns the concepts of a record's tags of one scheme.
func tagged(s Scheme) func(*Recommendation) []string {
	return func(r *Recommendation) (out []string) {
		for _, t := range r.Tags {
			if t.Scheme == s {
				out = add(out, t.Concept)
			}
		}
		return out
	}
}

// stateFacet gives a facet the States as vocabulary.
func stateFacet(f *Facet, of func(*Recommendation) []Country) *Facet {
	f.values = func(r *Recommendation) (out []string) {
		for _, c := range of(r) {
			out = add(out, string(c))
		}
		return out
	}
	f.label = func(v string) string { return Country(v).Name() }
	f.resolve = func(s string) (string, bool) {
		c, ok := ResolveCountry(s)
		return string(c), ok
	}
	f.parentOf = func(v string) string {
		i, _ := Country(v).Info()
		return i.Region
	}
	f.vocabulary = sync.OnceValue(func() (out []string) {
		states := slices.Clone(Countries())
		slices.SortFunc(states, func(a, b CountryInfo) int { return strings.Compare(FoldName(a.Name), FoldName(b.Name)) })
		for _, c := range states {
			out = append(out, string(c.Code))
		}
		return out
	})
	f.spellings = func() (out []string) {
		for _, c := range Countries() {
			out = append(out, c.Official)
			out = append(out, c.Aliases...)
		}
		return out
	}
	return f
}

// groupsOf is the values function of a facet of groups of States. Known States that are in no such group do not fall
// under the facet; that is not the same as not knowing the State.
func groupsOf(of func(*Recommendation) []Country, groups func(CountryInfo) []string) func(*Recommendation) []string {
	return func(r *Recommendation) (out []string) {
		known := false
		for _, c := range of(r) {
			if i, ok := c.Info(); ok {
				known = true
				for _, g := range groups(i) {
					out = add(out, g)
				}
			}
		}
		if known && len(out) == 0 {
			return []string{ValueNotApplicable}
		}
		return out
	}
}

func regionOf(i CountryInfo) []string { return one(i.Region) }

func blocsOf(i CountryInfo) (out []string) {
	if i.LDC {
		out = append(out, "ldc")
	}
	if i.LLDC {
		out = append(out, "lldc")
	}
	if i.SIDS {
		out = append(out, "sids")
	}
	return out
}

func reviewedStates(r *Recommendation) []Country { return r.Countries }

func recommendingStates(r *Recommendation) []Country {
	if r.UPR == nil {
		return nil
	}
	return r.UPR.Recommending
}

// ofUPR is the values function of a facet of the UPR's own facts.
func ofUPR(value func(*UPR) []string) func(*Recommendation) []string {
	return func(r *Recommendation) []string {
		if r.UPR == nil {
			return nil
		}
		return value(r.UPR)
	}
}

// numbered reads a positive number up to limit, alone or after a word: "3", "cycle 3".
func numbered(limit int) func(string) (string, bool) {
	return func(s string) (string, bool) {
		fields := strings.Fields(FoldName(s))
		if len(fields) == 0 || len(fields) > 2 {
			return "", false
		}
		n, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil || n < 1 || n > limit {
			return "", false
		}
		return strconv.Itoa(n), true
	}
}

// makeFacets is the table.
func makeFacets() []*Facet {
	regionNames := make([]named, 0, 5)
	for _, r := range Regions() {
		regionNames = append(regionNames, named{r.Slug, r.Label, r.Aliases})
	}
	return []*Facet{
		labelled(&Facet{
			Name: "theme", Label: "Theme", Kind: FacetTerm, Limit: 20, Synonyms: []string{"themes", "topic", "issue"},
			Description: "Subject of the passage in the index of the Universal Human Rights Index (UHRI).",
			values:      tagged(SchemeTheme), unknown: "No theme label",
		}, SchemeTheme, func(Concept) bool { return true }),
		labelled(&Facet{
			Name: "group", Label: "Affected group", Kind: FacetTerm, Limit: 20,
			Synonyms:    []string{"groups", "concerned_group", "concerned_groups", "affected_groups", "affected_person", "affected_persons", "persons_affected"},
			Description: "Group of persons the passage concerns; UHRI calls them affected persons, earlier concerned groups.",
			values:      tagged(SchemeGroup), unknown: "No group label",
		}, SchemeGroup, func(Concept) bool { return true }),
		labelled(&Facet{
			Name: "goal", Label: "SDG goal", Kind: FacetLevel, ByValue: true, Synonyms: []string{"goals", "sdg_goal", "sdg_goals"},
			Description: "Sustainable Development Goal; a passage labelled with a target counts for the target's goal too.",
			values: func(r *Recommendation) (out []string) {
				for _, t := range r.Tags {
					if t.Scheme == SchemeSDG {
						goal, _, _ := strings.Cut(t.Concept, ".")
						out = add(out, goal)
					}
				}
				return out
			},
			unknown: "No SDG label",
		}, SchemeSDG, func(c Concept) bool { return c.Parent == "" }),
		withParent(labelled(&Facet{
			Name: "sdg", Label: "SDG target", Kind: FacetLevel, Parent: "goal", ByValue: true, Limit: 20, Synonyms: []string{"sdgs", "target", "targets", "sdg_target", "sdg_targets"},
			Description: "Target of a Sustainable Development Goal. A passage labelled with goals only, or not at all, has no known target.",
			values: func(r *Recommendation) (out []string) {
				for _, t := range r.Tags {
					if t.Scheme == SchemeSDG && strings.Contains(t.Concept, ".") {
						out = add(out, t.Concept)
					}
				}
				return out
			},
			unknown: "No SDG target label",
		}, SchemeSDG, func(c Concept) bool { return c.Parent != "" }), func(v string) string {
			goal, _, ok := strings.Cut(v, ".")
			if !ok {
				return ""
			}
			return goal
		}),
		stateFacet(&Facet{
			Name: "country", Label: "State", Kind: FacetLevel, Parent: "region", Limit: 20,
			Synonyms:    []string{"countries", "states", "state_under_review", "sur", "country_concerned", "countries_concerned", "reviewed_state"},
			Description: "State the passage is addressed to, as ISO 3166-1 alpha-3 code; EUE is the European Union, XKX Kosovo.",
			unknown:     "State not known",
		}, reviewedStates),
		closed(&Facet{
			Name: "region", Label: "Regional group", Kind: FacetLevel,
			Synonyms:    []string{"regions", "regional_group", "un_region", "region_concerned", "regions_concerned"},
			Description: "United Nations regional group of the State the passage is addressed to.",
			values:      groupsOf(reviewedStates, regionOf), unknown: "State not known", none: "In no regional group",
		}, regionNames...),
		closed(&Facet{
			Name: "m49", Label: "World region (M49)", Kind: FacetTerm, Synonyms: []string{"m49_region", "continent", "world_region"},
			Description: "Region of the State the passage is addressed to in the United Nations standard M49.",
			values: groupsOf(reviewedStates, func(i CountryInfo) []string {
				return one(strings.ToLower(i.M49Region))
			}),
			unknown: "State not known", none: "In no M49 region",
		}, named{"africa", "Africa", []string{"002"}}, named{"americas", "Americas", []string{"019", "America"}}, named{"asia", "Asia", []string{"142"}},
			named{"europe", "Europe", []string{"150"}}, named{"oceania", "Oceania", []string{"009"}}),
		closed(&Facet{
			Name: "bloc", Label: "Country grouping", Kind: FacetTerm, Synonyms: []string{"blocs", "grouping"},
			Description: "Least developed countries, landlocked developing countries, small island developing States: lists of UN-OHRLLS, as of December 2024. A State can be in several.",
			values:      groupsOf(reviewedStates, blocsOf), unknown: "State not known", none: "In none of them",
		}, named{"ldc", "Least developed countries", []string{"ldcs", "least developed country"}},
			named{"lldc", "Landlocked developing countries", []string{"lldcs", "landlocked developing country"}},
			named{"sids", "Small island developing States", []string{"small island developing State"}}),
		stateFacet(&Facet{
			Name: "recommending_state", Label: "Recommending State", Kind: FacetLevel, Parent: "recommending_region", UPROnly: true, Limit: 20,
			Synonyms:    []string{"recommending", "recommending_states", "recommending_country", "recommender", "upr_recommending_state"},
			Description: "State that made the recommendation in the Universal Periodic Review, as ISO 3166-1 alpha-3 code.",
			unknown:     "Recommending State not known", none: "Not of the UPR",
		}, recommendingStates),
		closed(&Facet{
			Name: "recommending_region", Label: "Regional group of the recommending State", Kind: FacetLevel, UPROnly: true,
			Synonyms:    []string{"recommending_regions", "upr_recommending_region"},
			Description: "United Nations regional group of the State that made the recommendation in the Universal Periodic Review.",
			values:      groupsOf(recommendingStates, regionOf), unknown: "Recommending State not known", none: "Not of the UPR",
		}, regionNames...),
		closed(&Facet{
			Name: "mechanism", Label: "Mechanism", Kind: FacetLevel, Single: true, Synonyms: []string{"mechanisms", "family"},
			Description: "Universal Periodic Review, treaty bodies or special procedures.",
			values:      func(r *Recommendation) []string { return one(string(r.Mechanism)) }, unknown: "Mechanism not known",
		}, named{"upr", "Universal Periodic Review", nil}, named{"treaty_body", "Treaty bodies", []string{"treaty body", "treaty_bodies", "tb", "committees"}},
			named{"special_procedure", "Special procedures", []string{"special_procedures", "sp"}}),
		bodyFacet(),
		closed(&Facet{
			Name: "type", Label: "Type", Kind: FacetTerm, Single: true, Synonyms: []string{"types", "annotation_type", "kind"},
			Description: "Recommendation, observation (UHRI: Concerns/Observations) or voluntary pledge. Where UHRI states none it stays unknown.",
			values:      func(r *Recommendation) []string { return one(string(r.Type)) }, unknown: "Type not stated",
		}, named{"recommendation", "Recommendation", []string{"recommendations"}},
			named{"observation", "Concern or observation", []string{"observations", "Concerns/Observations", "concern", "concerns"}},
			named{"pledge", "Voluntary pledge", []string{"pledges", "voluntary pledges"}}),
		{
			Name: "year", Label: "Year", Kind: FacetYear, Single: true, ByValue: true, Synonyms: []string{"years"},
			Description: "Year of the document; a date known to the month or year only counts in its year.",
			values:      func(r *Recommendation) []string { return number(r.Date.Year) }, unknown: "Date not known",
			resolve: func(s string) (string, bool) {
				n, err := strconv.Atoi(s)
				if err != nil || len(s) != 4 || n < 1945 {
					return "", false
				}
				return s, true
			},
			vocabulary: sync.OnceValue(func() (out []string) {
				for _, y := range PublishedYears() {
					out = append(out, strconv.Itoa(y.Year))
				}
				slices.Reverse(out)
				return out
			}),
		},
		{
			Name: "cycle", Label: "UPR cycle", Kind: FacetLevel, Single: true, UPROnly: true, ByValue: true, Synonyms: []string{"cycles", "upr_cycle"},
			Description: "Cycle of the Universal Periodic Review: the first 2008–2011, the second 2012–2016, the third 2017–2022, the fourth from 2022.",
			values:      ofUPR(func(u *UPR) []string { return number(u.Cycle) }), unknown: "Cycle not known", none: "Not of the UPR",
			label: func(v string) string { return "Cycle " + v }, resolve: numbered(9),
			vocabulary: func() []string { return []string{"1", "2", "3", "4"} },
		},
		{
			Name: "session", Label: "UPR session", Kind: FacetLevel, Parent: "cycle", Single: true, UPROnly: true, ByValue: true, Limit: 20, Synonyms: []string{"sessions", "upr_session"},
			Description: "Session of the Working Group on the Universal Periodic Review.",
			values:      ofUPR(func(u *UPR) []string { return number(u.Session) }), unknown: "Session not known", none: "Not of the UPR",
			label: func(v string) string {
				if n, err := strconv.Atoi(v); err == nil {
					if year, ok := YearOfSession(n); ok {
						return fmt.Sprintf("Session %d (%d)", n, year)
					}
				}
				return "Session " + v
			},
			resolve: numbered(99),
			parentOf: func(v string) string {
				n, _ := strconv.Atoi(v)
				if c, ok := CycleOfSession(n); ok {
					return strconv.Itoa(c)
				}
				return ""
			},
		},
		withResolve(closed(&Facet{
			Name: "position", Label: "Position of the State", Kind: FacetTerm, Single: true, UPROnly: true, Synonyms: []string{"positions", "upr_position", "response", "state_response"},
			Description: "The reviewed State's answer to a recommendation of the Universal Periodic Review; no answer known is unknown, never noted.",
			values:      ofUPR(func(u *UPR) []string { return one(string(u.Position)) }), unknown: "Position not known", none: "Not of the UPR",
		}, named{"supported", "Supported", nil}, named{"noted", "Noted", nil}, named{"partial", "Supported in part", nil}), func(s string) (string, bool) {
			p, ok := ParsePosition(s)
			return string(p), ok && p != PositionUnknown
		}),
		{
			Name: "symbol", Label: "Document", Kind: FacetCode, Single: true, Limit: 20, Synonyms: []string{"symbols", "document", "document_symbol"},
			Description: "United Nations symbol of the document the passage stands in.",
			values:      func(r *Recommendation) []string { return one(string(r.Symbol)) }, unknown: "Document not known",
			resolve: func(s string) (string, bool) {
				v, err := ParseSymbol(s)
				return string(v), err == nil
			},
		},
		{
			Name: "ask", Label: "Same ask", Kind: FacetCode, Single: true, Limit: 20, Synonyms: []string{"same_ask"},
			Description: "Passages that ask for the same in nearly the same words, whoever asked and when; the value is the ID of one of them. Unknown are those that stand alone.",
			values:      func(r *Recommendation) []string { return one(string(r.Ask)) }, unknown: "Stands alone",
			resolve: func(s string) (string, bool) {
				id := ID(strings.ToLower(strings.TrimSpace(s)))
				return string(id), ValidID(id)
			},
		},
		closed(&Facet{
			Name: "lang", Label: "Language", Kind: FacetTerm, Synonyms: []string{"langs", "language", "languages"},
			Description: "Languages the passage has text in.",
			values: func(r *Recommendation) (out []string) {
				for _, l := range Langs {
					if r.Texts[l].Full != "" {
						out = append(out, string(l))
					}
				}
				return out
			},
			unknown: "No text",
		}, named{"en", "English", nil}, named{"fr", "French", []string{"français"}}, named{"es", "Spanish", []string{"español"}},
			named{"ru", "Russian", []string{"русский"}}, named{"ar", "Arabic", []string{"العربية"}}, named{"zh", "Chinese", []string{"中文"}}),
		closed(&Facet{
			Name: "origin", Label: "Origin of labels", Kind: FacetTerm, Labels: true, Synonyms: []string{"origins", "label_origin"},
			Description: "Who put the passage's labels on it: a person, the publisher, a rule or a model.",
			values: func(r *Recommendation) (out []string) {
				for _, t := range r.Tags {
					out = add(out, string(t.Origin))
				}
				return out
			},
			unknown: "No labels",
		}, named{"human", "Person", []string{"people"}}, named{"publisher", "Publisher", []string{"ohchr", "uhri"}}, named{"rule", "Rule", []string{"rules"}}, named{"model", "Model", []string{"models"}}),
		closed(&Facet{
			Name: "latest", Label: "Latest review", Kind: FacetTerm, Single: true, ByValue: true, Synonyms: []string{"latest_review"},
			Description: "Whether the passage belongs to the latest review of its State by its body. Passages whose review cannot be told, since they have neither cycle nor dated document, are `unknown`.",
			values: func(r *Recommendation) []string {
				switch {
				case r.NoReview:
					return nil
				case r.Latest:
					return []string{"yes"}
				}
				return []string{"no"}
			},
			unknown: "Belongs to no review",
		}, named{"yes", "Latest review", []string{"true", "1", "on"}}, named{"no", "Earlier review", []string{"false", "0", "off"}}),
	}
}

func withParent(f *Facet, parentOf func(string) string) *Facet {
	f.parentOf = parentOf
	return f
}

// withResolve lets more spellings in than the facet's vocabulary has.
func withResolve(f *Facet, also func(string) (string, bool)) *Facet {
	own := f.resolve
	f.resolve = func(s string) (string, bool) {
		if v, ok := own(s); ok {
			return v, true
		}
		return also(s)
	}
	return f
}

func bodyFacet() *Facet {
	return &Facet{
		Name: "body", Label: "Body", Kind: FacetLevel, Parent: "mechanism", Single: true, Limit: 20, Synonyms: []string{"bodies", "recommending_body", "committee"},
		Description: "Treaty body, special procedure or the Universal Periodic Review, by UHRI's short name.",
		values:      func(r *Recommendation) []string { return one(r.Body) }, unknown: "Body not known",
		label: func(v string) string {
			if b, ok := BodyByCode(v); ok && b.Mechanism != MechanismSpecialProcedure {
				return v + " – " + b.Name
			}
			return v
		},
		resolve: func(s string) (string, bool) {
			b, ok := ResolveBody(s)
			return b.Code, ok
		},
		parentOf: func(v string) string {
			b, _ := BodyByCode(v)
			return string(b.Mechanism)
		},
		vocabulary: sync.OnceValue(func() (out []string) {
			for _, m := range Mechanisms {
				for _, b := range Bodies() {
					if b.Mechanism == m {
						out = append(out, b.Code)
					}
				}
			}
			return out
		}),
		spellings: func() (out []string) {
			for _, b := range Bodies() {
				out = append(append(out, b.Name), b.Raw...)
			}
			return out
		},
	}
}
