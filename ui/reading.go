package ui

import (
	"slices"
	"strings"

	"uhri/index"
	"uhri/index/query"
)

// Reading is how the query was understood, in words people can check.
type Reading struct {
	Words   string
	Counts  *index.ReadingCounts
	Exact   string // the query that reads exactly; "" when it cannot be made
	UHRI    string
	Default string
	Mode    index.Mode
	Tree    Branch
	Forms   []index.Forms
	Offers  []Offer
	Notices []query.Notice
}

// Branch is one line of the query's tree.
type Branch struct {
	Op   string // "AND"; empty for a leaf
	Leaf string
	Note string
	Kids []Branch
}

// Offer is an expansion and the link that switches it.
type Offer struct {
	From  string
	To    string
	On    bool
	Extra int
	URL   string
}

// Reading is nil when there was nothing to read.
func (p *SearchPage) Reading() *Reading {
	if p.Result == nil || strings.TrimSpace(p.Asked.Query) == "" {
		return nil
	}
	r := p.Result.Reading
	v := &Reading{Words: r.Words, Counts: r.Counts, Mode: p.Asked.Mode, Forms: r.Forms, Notices: r.Notices}
	if v.Words == "" || p.words.Lang != "en" { // the sentence is English; the canonical form is everybody's
		v.Words = r.Canonical
	}
	v.Default = p.At.Mode(index.ModeDefault).String()
	v.UHRI = p.At.Mode(index.ModeUHRI).String()
	if exact := exactly(r.Tree); exact != "" && exact != r.Canonical {
		v.Exact = p.At.Mode(index.ModeDefault).Unexpand().Query(exact).String()
	}
	v.Tree = p.branch(r.Tree)
	for _, o := range r.Offers {
		to := p.At.Expand(o.ID)
		if o.On {
			to = p.At.Unexpand(o.ID)
			if slices.Contains(p.Asked.Expand, "*") {
				to = p.At.Unexpand()
			}
		}
		v.Offers = append(v.Offers, Offer{From: o.From, To: strings.Join(o.To, ", "), On: o.On, Extra: o.Extra, URL: to.String()})
	}
	return v
}

// exactly is the query with every word quoted: the exact reading as text.
func exactly(n query.Node) string {
	if n == nil {
		return ""
	}
	quoted := quote(n)
	return quoted.String()
}

func quote(n query.Node) query.Node {
	switch n := n.(type) {
	case query.Word:
		return query.Phrase{Terms: []string{n.Term}}
	case query.And:
		return query.And{Kids: quoteAll(n.Kids)}
	case query.Or:
		return query.Or{Kids: quoteAll(n.Kids)}
	case query.Not:
		return query.Not{Kid: quote(n.Kid)}
	case query.Near:
		return query.Near{A: quote(n.A), B: quote(n.B), Distance: n.Distance}
	}
	return n
}

func quoteAll(kids []query.Node) []query.Node {
	out := make([]query.Node, len(kids))
	for i, k := range kids {
		out[i] = quote(k)
	}
	return out
}

// branch explains one node.
func (p *SearchPage) branch(n query.Node) Branch {
	w := p.words
	switch n := n.(type) {
	case nil:
		return Branch{}
	case query.All:
		return Branch{Leaf: w.Text("tree.all")}
	case query.And:
		return p.group("AND", w.Text("tree.and"), n.Kids)
	case query.Or:
		return p.group("OR", w.Text("tree.or"), n.Kids)
	case query.Not:
		return p.group("NOT", w.Text("tree.not"), []query.Node{n.Kid})
	case query.Word:
		return Branch{Leaf: n.Term, Note: p.formsOf(n.Term)}
	case query.Phrase:
		switch {
		case n.Slop > 0:
			return Branch{Leaf: n.String(), Note: w.Text("tree.slop", n.Slop)}
		case len(n.Terms) == 1:
			return Branch{Leaf: n.String(), Note: w.Text("tree.exact")}
		}
		return Branch{Leaf: n.String(), Note: w.Text("tree.phrase")}
	case query.Near:
		return p.group("NEAR", w.Count("tree.near", n.Distance), []query.Node{n.A, n.B})
	case query.Prefix:
		return Branch{Leaf: n.String(), Note: w.Text("tree.prefix", n.Stem)}
	case query.Wildcard:
		return Branch{Leaf: n.String(), Note: w.Text("tree.wildcard")}
	case query.Field:
		names := make([]string, len(n.Values))
		for i, v := range n.Values {
			names[i] = p.u.valueLabel(n.Facet, v)
		}
		if n.Prefix != "" {
			names = append(names, n.Prefix+"…")
		}
		return Branch{Leaf: n.String(), Note: w.Text("tree.field", p.words.facetLabel(n.Facet), strings.Join(names, ", "))}
	case query.Dates:
		return Branch{Leaf: n.String(), Note: w.Text("tree.dates")}
	case query.Years:
		return Branch{Leaf: n.String(), Note: w.Text("tree.years")}
	case query.IDs:
		return Branch{Leaf: n.String(), Note: w.Text("tree.ids")}
	case query.SymbolText:
		return Branch{Leaf: string(n.Symbol), Note: w.Text("tree.symbol")}
	}
	return Branch{Leaf: n.String()}
}

func (p *SearchPage) group(op, note string, kids []query.Node) Branch {
	b := Branch{Op: op, Note: note}
	for _, k := range kids {
		b.Kids = append(b.Kids, p.branch(k))
	}
	return b
}

// formsOf lists the word forms one word stood for, without itself.
func (p *SearchPage) formsOf(term string) string {
	for _, f := range p.Result.Reading.Forms {
		if f.Word != term {
			continue
		}
		also := slices.DeleteFunc(slices.Clone(f.Forms), func(s string) bool { return s == term })
		switch {
		case len(f.Forms) == 0:
			return p.words.Text("tree.nowhere")
		case len(also) == 0:
			return ""
		case f.More > 0:
			return p.words.Text("tree.also.more", strings.Join(also, ", "), f.More)
		}
		return p.words.Text("tree.also", strings.Join(also, ", "))
	}
	return ""
}
