package index

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"uhri"
	"uhri/index/analysis"
	"uhri/index/query"
)

// TermCount is a term of a dictionary and the number of records that have it.
type TermCount struct {
	Term    string
	Records int
}

// Evaluator is what an engine offers so that the account of a query can be put together here. It answers from one
// snapshot.
type Evaluator interface {
	// Class returns the terms of the word's class in the language's dictionary, in any order.
	Class(lang uhri.Lang, word string) []TermCount
	// Beginnings returns the terms a Prefix or Wildcard stands for, at most query.MaxExpansion, and whether there are more.
	Beginnings(lang uhri.Lang, leaf query.Node) (terms []TermCount, more bool)
	// Dictionary yields every term of the language with its number of records, in any order.
	Dictionary(lang uhri.Lang) iter.Seq2[string, int]
	// Count returns how many records the plan finds.
	Count(ctx context.Context, p *Plan) (int, error)
}

// maxForms is how many forms of a word are listed.
const maxForms = 20

// Reading says how the query was understood. total is what the plan finds.
func (p *Plan) Reading(ctx context.Context, e Evaluator, total int) (Reading, error) {
	r := Reading{Tree: p.Tree, Words: query.Words(p.Tree), Notices: slices.Clone(p.Notices)}
	if _, all := p.Tree.(query.All); !all {
		r.Canonical = p.Tree.String()
	}
	r.Forms = p.forms(e, &r.Notices)
	var err error
	if r.Offers, err = p.offers(ctx, e, total); err != nil {
		return Reading{}, err
	}
	if p.Request.Explain {
		if r.Counts, err = p.readings(ctx, e, total); err != nil {
			return Reading{}, err
		}
	}
	return r, nil
}

// forms lists what each word and each beginning of a word stands for, in the order of the tree.
func (p *Plan) forms(e Evaluator, notices *[]query.Notice) []Forms {
	var out []Forms
	list := func(leaf query.Node) {
		word := leaf.String()
		if slices.ContainsFunc(out, func(f Forms) bool { return f.Word == word }) {
			return
		}
		counts := map[string]int{}
		limited := false
		for _, lang := range SearchedIn(p.Request.Langs) {
			var terms []TermCount
			if w, ok := leaf.(query.Word); ok {
				terms = e.Class(lang, w.Term)
			} else {
				var more bool
				terms, more = e.Beginnings(lang, leaf)
				limited = limited || more
			}
			for _, t := range terms {
				counts[t.Term] += t.Records
			}
		}
		var terms []TermCount
		for t, n := range counts {
			terms = append(terms, TermCount{t, n})
		}
		slices.SortFunc(terms, func(a, b TermCount) int {
			return cmp.Or(b.Records-a.Records, strings.Compare(a.Term, b.Term))
		})
		f := Forms{Word: word, More: max(0, len(terms)-maxForms)}
		for _, t := range terms[:min(len(terms), maxForms)] {
			f.Forms = append(f.Forms, t.Term)
		}
		out = append(out, f)
		if limited {
			*notices = append(*notices, query.Notice{At: -1,
				Message: fmt.Sprintf("%s stands for more than %d,%03d words; only the first of them, in alphabetical order, were searched",
					word, query.MaxExpansion/1000, query.MaxExpansion%1000),
				Hint: "Write more letters."})
		}
	}
	var leaf func(n query.Node)
	leaf = func(n query.Node) {
		switch n := n.(type) {
		case query.Word, query.Prefix, query.Wildcard:
			list(n)
		case query.Near:
			leaf(n.A)
			leaf(n.B)
		case query.Phrase:
			for _, t := range n.Terms {
				if stem, ok := strings.CutSuffix(t, "*"); ok {
					list(query.Prefix{Stem: stem})
				} else if n.Forms {
					list(query.Word{Term: t})
				}
			}
		}
	}
	query.Leaves(p.Tree, func(n query.Node, _ bool) { leaf(n) })
	return out
}

// offers lists the expansions with what each adds, or would add.
func (p *Plan) offers(ctx context.Context, e Evaluator, total int) ([]Offer, error) {
	lang := SearchedIn(p.Request.Langs)[0]
	var out []Offer
	for _, x := range query.Expansions(p.Typed, lang) {
		o := Offer{ID: x.ID, From: x.From, To: x.To, On: p.Expands(x.ID)}
		other := query.Expand(p.Typed, lang, func(id string) bool { return (id == x.ID) != p.Expands(id) })
		n, err := e.Count(ctx, p.With(other))
		if err != nil {
			return nil, err
		}
		if o.Extra = n - total; o.On {
			o.Extra = total - n
		}
		out = append(out, o)
	}
	return out, nil
}

// readings counts the same words read three ways, none of them expanded.
func (p *Plan) readings(ctx context.Context, e Evaluator, total int) (*ReadingCounts, error) {
	var c ReadingCounts
	plain, _, err := query.Parse(p.Request.Query, query.Options{})
	if err != nil {
		plain = p.Typed // its text is good for UHRI's reading only
	}
	asUHRI, _, err := query.Parse(p.Request.Query, query.Options{UHRI: true})
	if err != nil {
		asUHRI = p.Typed
	}
	for _, reading := range []struct {
		tree  query.Node
		count *int
	}{{query.Exact(plain), &c.Exact}, {plain, &c.Default}, {asUHRI, &c.UHRI}} {
		if reading.tree.String() == p.Tree.String() {
			*reading.count = total
			continue
		}
		if *reading.count, err = e.Count(ctx, p.With(reading.tree)); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// labelFacets are the facets whose labels are suggested to someone whose words find nothing.
var labelFacets = [...]string{"theme", "group", "goal", "sdg", "country", "body", "mechanism", "region"}

// labelled is a label that can be suggested, with the stems of its words.
type labelled struct {
	facet *uhri.Facet
	value string
	stems []string
}

var labelTable = sync.OnceValue(func() (out []labelled) {
	for _, name := range labelFacets {
		f, ok := uhri.FacetByName(name)
		if !ok {
			continue
		}
		for _, v := range f.Vocabulary() {
			l := labelled{facet: f, value: v}
			for _, t := range analysis.Terms(f.ValueLabel(v)) {
				l.stems = append(l.stems, analysis.Stem(uhri.English, t))
			}
			out = append(out, l)
		}
	}
	return out
})

// maxLabels bounds the labels suggested.
const maxLabels = 5

// Suggest says what to try when the plan finds nothing: words of the snapshot for words it does not have, labels that
// have the words typed, and the one filter whose removal helps most. Only what finds something is suggested.
func (p *Plan) Suggest(ctx context.Context, e Evaluator) ([]Suggestion, error) {
	var out []Suggestion
	for _, suggest := range []func(context.Context, Evaluator) ([]Suggestion, error){p.spelling, p.labels, p.dropFilter} {
		s, err := suggest(ctx, e)
		if err != nil {
			return nil, err
		}
		out = append(out, s...)
	}
	return out, nil
}

// spelling replaces every word the dictionary does not have by the likeliest one it has.
func (p *Plan) spelling(ctx context.Context, e Evaluator) ([]Suggestion, error) {
	lang := SearchedIn(p.Request.Langs)[0]
	instead := map[string]string{}
	unknown := func(term string) bool { return len(e.Class(lang, term)) == 0 }
	query.Leaves(p.Typed, func(leaf query.Node, negated bool) {
		if negated {
			return
		}
		for _, t := range termsOf(leaf) {
			if _, done := instead[t]; !done && unknown(t) {
				instead[t] = ""
			}
		}
	})
	if len(instead) == 0 {
		return nil, nil
	}
	nearest(e.Dictionary(lang), instead)
	replace := func(t string) string {
		if better := instead[t]; better != "" {
			return better
		}
		return t
	}
	tree := query.Map(p.Typed, func(leaf query.Node) query.Node { return replaceTerms(leaf, replace) })
	if tree.String() == p.Typed.String() {
		return nil, nil
	}
	n, err := e.Count(ctx, p.With(tree))
	if err != nil || n == 0 {
		return nil, err
	}
	return []Suggestion{{Kind: "spelling", Text: tree.String(), Query: tree.String(), Count: n}}, nil
}

// termsOf returns the whole words of a leaf.
func termsOf(leaf query.Node) []string {
	switch n := leaf.(type) {
	case query.Word:
		return []string{n.Term}
	case query.Phrase:
		return slices.DeleteFunc(slices.Clone(n.Terms), func(t string) bool { return strings.HasSuffix(t, "*") })
	case query.Near:
		return append(termsOf(n.A), termsOf(n.B)...)
	}
	return nil
}

func replaceTerms(leaf query.Node, replace func(string) string) query.Node {
	switch n := leaf.(type) {
	case query.Word:
		return query.Word{Term: replace(n.Term)}
	case query.Phrase:
		terms := make([]string, len(n.Terms))
		for i, t := range n.Terms {
			terms[i] = replace(t)
		}
		n.Terms = terms
		return n
	case query.Near:
		n.A, n.B = replaceTerms(n.A, replace), replaceTerms(n.B, replace)
		return n
	}
	return leaf
}

// nearest fills in for each key the dictionary's nearest term: fewest changes, then most records, then byte order.
// Short words may differ by one letter, longer ones by two; a term with digits is no misspelling.
func nearest(dictionary iter.Seq2[string, int], instead map[string]string) {
	type best struct{ edits, records int }
	found := map[string]best{}
	words := map[string][]rune{}
	for t := range instead {
		if !strings.ContainsAny(t, "0123456789") && !analysis.IsIdeograph(t) {
			words[t] = []rune(t)
		}
	}
	var row []int
	for term, records := range dictionary {
		for t, runes := range words {
			limit := 2
			if len(runes) <= 4 {
				limit = 1
			}
			if b, ok := found[t]; ok {
				limit = min(limit, b.edits)
			}
			if d := len(term) - len(t); d > 4*limit || -d > 4*limit {
				continue
			}
			candidate := []rune(term)
			if d := len(candidate) - len(runes); d > limit || -d > limit {
				continue
			}
			edits := uhri.EditDistance(runes, candidate, limit, &row)
			if edits > limit || edits == 0 {
				continue
			}
			b, ok := found[t]
			if !ok || edits < b.edits || records > b.records || records == b.records && term < instead[t] {
				found[t], instead[t] = best{edits, records}, term
			}
		}
	}
}

// labels finds labels that have all the words typed.
func (p *Plan) labels(ctx context.Context, e Evaluator) ([]Suggestion, error) {
	var words []string
	query.Leaves(p.Typed, func(leaf query.Node, negated bool) {
		if !negated {
			words = append(words, termsOf(leaf)...)
		}
	})
	if len(words) == 0 {
		return nil, nil
	}
	var out []Suggestion
	for _, l := range labelsWith(words) {
		f, v := l.facet, l.value
		filter := Filter{Facet: f.Name, Op: Any, Values: []string{v}}
		filters := slices.DeleteFunc(slices.Clone(p.Request.Filters), func(o Filter) bool { return o.Disjunctive(f.Name) })
		n, err := e.Count(ctx, p.With(query.All{}).withFilters(append(filters, filter)...))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Suggestion{Kind: "label", Text: f.Label + " " + f.ValueLabel(v), Filter: filter, Count: n})
		}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return b.Count - a.Count })
	return out[:min(len(out), maxLabels)], nil
}

// labelsWith returns the labels one of whose spellings the words are, and those that have all the words, in any form;
// of each facet not more than are shown in all.
func labelsWith(words []string) []labelled {
	phrase := strings.Join(words, " ")
	classes := make([][]string, len(words))
	for i, w := range words {
		classes[i] = analysis.ClassKeys(uhri.English, w)
	}
	var out []labelled
	perFacet := map[string]int{}
	spelling := map[string]string{}
	for _, facet := range labelFacets {
		spelling[facet] = spelled(facet, phrase)
	}
	for _, l := range labelTable() {
		all := true
		for _, keys := range classes {
			all = all && slices.ContainsFunc(l.stems, func(s string) bool { return slices.Contains(keys, s) })
		}
		if !all && spelling[l.facet.Name] != l.value {
			continue
		}
		if perFacet[l.facet.Name]++; perFacet[l.facet.Name] <= maxLabels {
			out = append(out, l)
		}
	}
	return out
}

// spelled returns the value of the facet that phrase is a spelling of, or "". It is what Facet.Parse accepts, without
// the search for the nearest value when it accepts nothing.
func spelled(facet, phrase string) string {
	switch facet {
	case "theme", "group", "goal", "sdg":
		scheme := uhri.Scheme(facet)
		if facet == "goal" {
			scheme = uhri.SchemeSDG
		}
		c, _ := uhri.ResolveConcept(scheme, phrase)
		return c.Slug
	case "country":
		c, _ := uhri.ResolveCountry(phrase)
		return string(c)
	case "body":
		b, _ := uhri.ResolveBody(phrase)
		return b.Code
	}
	return ""
}

// dropFilter finds each restriction without which something is found, that without which most is found first. Facet
// "date" in its filter stands for From and To, "lang" with values that are Langs for these.
func (p *Plan) dropFilter(ctx context.Context, e Evaluator) ([]Suggestion, error) {
	var found []Suggestion
	try := func(s Suggestion, q *Plan) error {
		n, err := e.Count(ctx, q)
		if s.Count = n; err == nil && n > 0 {
			found = append(found, s)
		}
		return err
	}
	for i, f := range p.Request.Filters {
		facet, _ := uhri.FacetByName(f.Facet)
		labels := make([]string, len(f.Values))
		for j, v := range f.Values {
			labels[j] = facet.ValueLabel(v)
		}
		s := Suggestion{Kind: "drop_filter", Text: facet.Label + ": " + strings.Join(labels, ", "), Filter: f}
		if err := try(s, p.withFilters(slices.Delete(slices.Clone(p.Request.Filters), i, i+1)...)); err != nil {
			return nil, err
		}
	}
	if from, to := p.Request.From, p.Request.To; !from.IsZero() || !to.IsZero() {
		q := *p
		q.Request.From, q.Request.To = uhri.Date{}, uhri.Date{}
		s := Suggestion{Kind: "drop_filter", Text: "Date: " + between(from, to),
			Filter: Filter{Facet: "date", Op: Any, Values: []string{from.String() + ".." + to.String()}}}
		if err := try(s, &q); err != nil {
			return nil, err
		}
	}
	if langs := p.Request.Langs; len(langs) > 0 {
		q := *p
		q.Request.Langs = nil
		var names []string
		for _, l := range langs {
			names = append(names, string(l))
		}
		s := Suggestion{Kind: "drop_filter", Text: "Language: " + strings.Join(names, ", "), Filter: Filter{Facet: "lang", Op: Any, Values: names}}
		if err := try(s, &q); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found, func(a, b Suggestion) int { return b.Count - a.Count })
	return found, nil
}

// between names a range of dates of which one end may be open.
func between(from, to uhri.Date) string {
	switch {
	case to.IsZero():
		return from.String() + " or later"
	case from.IsZero():
		return to.String() + " or earlier"
	}
	return from.String() + " to " + to.String()
}
