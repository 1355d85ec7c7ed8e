package index

import (
	"slices"
	"strings"

	"uhri"
	"uhri/index/analysis"
	"uhri/index/query"
)

// Lexicon answers what a snapshot's dictionary decides about a single term.
type Lexicon interface {
	// InClass reports whether term is of word's class in the language.
	InClass(lang uhri.Lang, word, term string) bool
	// Limit returns the last term in byte order that a prefix or wildcard stands for in the language's dictionary, if
	// it fits more than query.MaxExpansion terms; "" if it does not. A prefix inside a phrase is asked for as one.
	Limit(lang uhri.Lang, leaf query.Node) string
}

// Doc is one record as a query sees it.
type Doc struct {
	Record  *uhri.Recommendation
	Lang    uhri.Lang        // the language it is searched in; "" = none, it has no tokens then
	Tokens  []analysis.Token // of the text in that language
	Origins []uhri.Origin    // whose labels count; empty = everyone's
	Lexicon Lexicon
}

// Match is what the evaluation of a tree found in one record.
type Match struct {
	OK     bool
	Leaves []LeafMatch // in tree order
}

// LeafMatch is what one leaf found. TF and Spots are set for leaves that look at the text.
type LeafMatch struct {
	Leaf        query.Node
	OK          bool
	Contributes bool    // to the score and the highlighting, see query.Node
	TF          int     // occurrences, as BM25 counts them
	Spots       []Range // tokens to highlight
	Literal     bool    // a Word whose own term is there, for Rank.Exact
}

// Range is a range of token positions.
type Range struct{ From, To int }

// Evaluate reads the tree over one record token by token. It is the plain form of the contract in package query: the
// reference engine finds records with it, and engines mark what matched in the records they show.
func Evaluate(tree query.Node, d *Doc) Match {
	var m Match
	query.Leaves(tree, func(leaf query.Node, _ bool) {
		l := LeafMatch{Leaf: leaf}
		switch leaf := leaf.(type) {
		case query.All:
			l.OK = true
		case query.Field, query.Dates, query.Years, query.IDs:
			l.OK = matchesFact(leaf, d)
		case query.Near:
			l.TF, l.Spots = d.near(leaf)
			l.OK = l.TF > 0
		case query.SymbolText:
			l.Spots = d.occurrences(query.Phrase{Terms: leaf.Terms})
			l.TF = len(l.Spots)
			l.OK = l.TF > 0 || d.Record.Symbol == leaf.Symbol
		case query.Phrase:
			if leaf.Slop > 0 {
				l.TF, l.Spots = d.window(leaf)
			} else {
				l.Spots = d.occurrences(leaf)
				l.TF = len(l.Spots)
			}
			l.OK = l.TF > 0
		default:
			l.Spots = d.occurrences(leaf)
			l.TF = len(l.Spots)
			l.OK = l.TF > 0
			if w, ok := leaf.(query.Word); ok {
				l.Literal = slices.ContainsFunc(d.Tokens, func(t analysis.Token) bool { return t.Term == w.Term })
			}
		}
		m.Leaves = append(m.Leaves, l)
	})
	m.OK = m.settle(tree, new(int), true)
	return m
}

// settle combines the leaves' findings from *next on, and marks those that contribute: contributing says that every
// node above matches and none is a Not, which is known only after the node itself has been settled.
func (m *Match) settle(n query.Node, next *int, contributing bool) bool {
	first := *next
	ok := false
	switch n := n.(type) {
	case query.And:
		ok = true
		for _, k := range n.Kids {
			ok = m.settle(k, next, contributing) && ok
		}
	case query.Or:
		for _, k := range n.Kids {
			ok = m.settle(k, next, contributing) || ok
		}
	case query.Not:
		ok = !m.settle(n.Kid, next, false)
	default:
		l := &m.Leaves[*next]
		*next++
		ok = l.OK
		l.Contributes = ok && contributing
	}
	if !ok {
		for i := first; i < *next; i++ {
			m.Leaves[i].Contributes = false
		}
	}
	return ok
}

// occurrences returns where a Word, Phrase without slop, Prefix or Wildcard stands.
func (d *Doc) occurrences(leaf query.Node) []Range {
	var slots []func(string) bool
	switch leaf := leaf.(type) {
	case query.Phrase:
		slots = d.slots(leaf)
	default:
		slots = []func(string) bool{d.fits(leaf)}
	}
	var out []Range
	for i := 0; i+len(slots) <= len(d.Tokens); i++ {
		all := true
		for j, fits := range slots {
			all = all && fits(d.Tokens[i+j].Term)
		}
		if all {
			out = append(out, Range{i, i + len(slots)})
		}
	}
	return out
}

// fits returns the test that one term must pass to be an occurrence of a Word, Prefix or Wildcard.
func (d *Doc) fits(leaf query.Node) func(term string) bool {
	switch leaf := leaf.(type) {
	case query.Word:
		return func(t string) bool { return d.Lexicon.InClass(d.Lang, leaf.Term, t) }
	case query.Prefix:
		last := d.Lexicon.Limit(d.Lang, leaf)
		return func(t string) bool { return strings.HasPrefix(t, leaf.Stem) && (last == "" || t <= last) }
	case query.Wildcard:
		last := d.Lexicon.Limit(d.Lang, leaf)
		return func(t string) bool { return leaf.Fits(t) && (last == "" || t <= last) }
	}
	return func(string) bool { return false }
}

// slots returns the tests of a phrase's terms.
func (d *Doc) slots(p query.Phrase) []func(string) bool {
	out := make([]func(string) bool, len(p.Terms))
	for i, t := range p.Terms {
		if stem, ok := strings.CutSuffix(t, "*"); ok {
			out[i] = d.fits(query.Prefix{Stem: stem})
		} else if p.Forms {
			out[i] = d.fits(query.Word{Term: t})
		} else {
			out[i] = func(s string) bool { return s == t }
		}
	}
	return out
}

// window finds a phrase with slop: its terms in any order inside a window.
func (d *Doc) window(p query.Phrase) (tf int, spots []Range) {
	slots := d.slots(p)
	fitsAny := func(i int) bool {
		return slices.ContainsFunc(slots, func(fits func(string) bool) bool { return fits(d.Tokens[i].Term) })
	}
	for i := range d.Tokens {
		end := min(i+len(slots)+p.Slop, len(d.Tokens))
		if !fitsAny(i) || !d.assign(slots, i, end) {
			continue
		}
		tf++
		for j := i; j < end; j++ {
			if fitsAny(j) {
				spots = append(spots, Range{j, j + 1})
			}
		}
	}
	return tf, spots
}

// assign reports whether each slot can have a token of its own between from and to.
func (d *Doc) assign(slots []func(string) bool, from, to int) bool {
	owner := make([]int, to-from) // slot + 1 that has the token; 0 = none
	var place func(slot int, tried []bool) bool
	place = func(slot int, tried []bool) bool {
		for i := range owner {
			if tried[i] || !slots[slot](d.Tokens[from+i].Term) {
				continue
			}
			tried[i] = true
			if owner[i] == 0 || place(owner[i]-1, tried) { // its owner can move
				owner[i] = slot + 1
				return true
			}
		}
		return false
	}
	for s := range slots {
		if !place(s, make([]bool, len(owner))) {
			return false
		}
	}
	return true
}

func (d *Doc) near(n query.Near) (tf int, spots []Range) {
	as, bs := d.occurrences(n.A), d.occurrences(n.B)
	close := func(a, b Range) bool {
		if b.From < a.From {
			a, b = b, a
		}
		return b.From >= a.To && b.From-(a.To-1) <= n.Distance
	}
	for _, a := range as {
		if slices.ContainsFunc(bs, func(b Range) bool { return close(a, b) }) {
			tf++
			spots = append(spots, a)
		}
	}
	for _, b := range bs {
		if slices.ContainsFunc(as, func(a Range) bool { return close(a, b) }) {
			spots = append(spots, b)
		}
	}
	return tf, spots
}

// matchesFact tests a leaf that looks at the record and not at its text.
func matchesFact(leaf query.Node, d *Doc) bool {
	r := d.Record
	switch leaf := leaf.(type) {
	case query.Field:
		f, ok := uhri.FacetByName(leaf.Facet)
		if !ok {
			return false
		}
		for _, v := range f.OfOrigins(r, d.Origins...) {
			if leaf.Prefix == "" && slices.Contains(leaf.Values, v) {
				return true
			}
			if leaf.Prefix != "" && v != uhri.ValueUnknown && v != uhri.ValueNotApplicable && strings.HasPrefix(strings.ToUpper(v), leaf.Prefix) {
				return true
			}
		}
	case query.Years:
		y := r.Date.Year
		return y != 0 && y >= leaf.From && (leaf.To == 0 || y <= leaf.To)
	case query.Dates:
		date := r.Date
		switch leaf.Field {
		case query.DateFirstSeen:
			date = uhri.DateOf(r.Provenance.FirstSeen)
		case query.DateChanged:
			date = uhri.DateOf(r.Provenance.LastChanged)
		}
		return InDates(date, leaf.From, leaf.To)
	case query.IDs:
		return slices.Contains(leaf.Values, r.ID)
	}
	return false
}

// InDates reports whether a date lies between from and to, both included and zero where open. A date known to the
// year or month only counts as its first day; an unknown date lies nowhere.
func InDates(d, from, to uhri.Date) bool {
	return !d.IsZero() && d.Key() >= from.Key() && (to.IsZero() || d.Key() <= to.Last().Key())
}

// Spans returns what contributed, as ranges of bytes of the text the tokens were read from: a phrase is one range;
// ranges that overlap or touch are joined.
func (m Match) Spans(tokens []analysis.Token) []Span {
	var spans []Span
	for _, l := range m.Leaves {
		if l.Contributes {
			for _, s := range l.Spots {
				spans = append(spans, Span{tokens[s.From].Start, tokens[s.To-1].End})
			}
		}
	}
	slices.SortFunc(spans, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}
