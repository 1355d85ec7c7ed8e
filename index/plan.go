package index

import (
	"fmt"
	"slices"

	"uhri"
	"uhri/index/query"
)

// Plan is a request that has been read and checked, ready to be answered: every engine answers a Plan, so what a
// request means is decided here and nowhere else.
type Plan struct {
	// Request with every default filled in: Mode, Sort; one filter per facet and operator, in the order of the facet
	// table, values without repetition; Facets named, {"*"} resolved.
	Request Request
	Typed   query.Node     // the query as typed
	Tree    query.Node     // what is searched: Typed with the expansions that are switched on
	Notices []query.Notice // of reading the query
	Facets  []*uhri.Facet  // to count, in the order asked for
	After   *Cursor        // where the page begins; nil = at Request.Offset
}

// Prepare reads a request. Errors are Invalid; those of the query have a *query.Error in their chain.
func Prepare(req Request) (*Plan, error) {
	p := &Plan{Request: req}
	r := &p.Request
	bad := func(format string, args ...any) (*Plan, error) {
		return nil, uhri.Errorf(uhri.Invalid, "", format, args...)
	}
	switch r.Mode {
	case "":
		r.Mode = ModeDefault
	case ModeDefault, ModeUHRI:
	default:
		return bad("mode is default or uhri, not %q", r.Mode)
	}
	var err error
	p.Typed, p.Notices, err = query.Parse(r.Query, query.Options{Strict: r.Strict, UHRI: r.Mode == ModeUHRI})
	if err != nil {
		return nil, fmt.Errorf("reading the query: %w", err)
	}
	for _, l := range r.Langs {
		if !l.Valid() {
			return bad("%q is not a language here; there are en, fr, es, ru, ar and zh", l)
		}
	}
	r.Langs = unique(r.Langs)
	r.Origins = unique(r.Origins)
	slices.Sort(r.Origins)
	if p.Request.Filters, err = mergeFilters(r.Filters); err != nil {
		return nil, err
	}
	if !r.From.IsZero() && !r.To.IsZero() && r.From.First().Key() > r.To.Last().Key() {
		return bad("the dates stand the wrong way round: from %s to %s", r.From, r.To)
	}
	p.Tree = query.Expand(p.Typed, SearchedIn(r.Langs)[0], p.Expands)
	r.Expand = p.expandsHere()

	switch r.Sort {
	case "":
		r.Sort = SortNewest
		if query.Scores(p.Tree) {
			r.Sort = SortRelevance
		}
	case SortRelevance, SortNewest, SortOldest, SortFirstSeen, SortDocument:
	default:
		return bad("there is no order %q; there are relevance, newest, oldest, first_seen and document", r.Sort)
	}
	if r.Limit < 0 || r.Limit > MaxLimit {
		return bad("limit lies between 0 and %d; a whole result is an export", MaxLimit)
	}
	if r.Offset < 0 || r.Offset > MaxOffset {
		return bad("at most %d hits can be skipped; go on with the cursor instead", MaxOffset)
	}
	if err := p.readFacets(); err != nil {
		return nil, err
	}
	if r.Cursor != "" {
		c, err := DecodeCursor(r.Cursor)
		if err != nil {
			return nil, err
		}
		if c.Request != p.RequestHash() || r.Offset > 0 || r.Snapshot != "" && r.Snapshot != c.Snapshot {
			return bad("this cursor belongs to another search; start again from the first page")
		}
		r.Snapshot = c.Snapshot
		p.After = &c
	}
	return p, nil
}

func unique[T comparable](in []T) []T {
	var out []T
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// mergeFilters checks filters and joins those of one facet and operator.
func mergeFilters(in []Filter) ([]Filter, error) {
	var out []Filter
	for _, f := range in {
		facet, ok := uhri.FacetByName(f.Facet)
		if !ok {
			return nil, uhri.Errorf(uhri.Invalid, "", "there is no facet %q", f.Facet)
		}
		f.Facet = facet.Name
		switch f.Op {
		case "":
			f.Op = Any
		case Any, Every, None:
		default:
			return nil, uhri.Errorf(uhri.Invalid, "", "there is no filter operator %q", f.Op)
		}
		if len(f.Values) == 0 {
			return nil, uhri.Errorf(uhri.Invalid, "", "the filter on %s has no value", f.Facet)
		}
		i := slices.IndexFunc(out, func(o Filter) bool { return o.Facet == f.Facet && o.Op == f.Op })
		if i < 0 {
			f.Values = unique(f.Values)
			out = append(out, f)
		} else {
			out[i].Values = unique(append(slices.Clone(out[i].Values), f.Values...))
		}
	}
	rank := func(f Filter) int {
		facet := slices.IndexFunc(uhri.Facets(), func(g *uhri.Facet) bool { return g.Name == f.Facet })
		return facet*3 + slices.Index([]FilterOp{Any, Every, None}, f.Op)
	}
	slices.SortFunc(out, func(a, b Filter) int { return rank(a) - rank(b) })
	return out, nil
}

func (p *Plan) readFacets() error {
	r := &p.Request
	if slices.Contains(r.Facets, "*") {
		p.Facets = uhri.Facets()
	} else {
		for _, name := range r.Facets {
			f, ok := uhri.FacetByName(name)
			if !ok {
				return uhri.Errorf(uhri.Invalid, "", "there is no facet %q", name)
			}
			if !slices.Contains(p.Facets, f) {
				p.Facets = append(p.Facets, f)
			}
		}
	}
	r.Facets = nil
	for _, f := range p.Facets {
		r.Facets = append(r.Facets, f.Name)
	}
	return nil
}

// Expands reports whether the request switches the group of synonyms on.
func (p *Plan) Expands(id string) bool {
	return slices.Contains(p.Request.Expand, id) || slices.Contains(p.Request.Expand, "*")
}

// expandsHere returns the groups that are switched on and change something.
func (p *Plan) expandsHere() (ids []string) {
	for _, e := range query.Expansions(p.Typed, SearchedIn(p.Request.Langs)[0]) {
		if p.Expands(e.ID) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// With returns the plan with another tree.
func (p *Plan) With(tree query.Node) *Plan {
	q := *p
	q.Typed, q.Tree = tree, tree
	return &q
}

// withFilters returns the plan with other filters.
func (p *Plan) withFilters(f ...Filter) *Plan {
	q := *p
	q.Request.Filters = f
	return &q
}

// CountsByOrigin reports whether the values of f are counted one by one, with Choosing. Choosing an origin also says
// whose labels count, so where labels decide what is found, no single count of the present records can tell what each
// value promises.
func (p *Plan) CountsByOrigin(f *uhri.Facet) bool {
	if f.Name != originFacet {
		return false
	}
	judged := len(p.Request.Origins) > 0 || p.LabelWords()
	for _, o := range p.Request.Filters {
		facet, _ := uhri.FacetByName(o.Facet)
		judged = judged || facet.Labels && !o.Disjunctive(originFacet)
	}
	return judged
}

// originFacet is the facet whose values say whose labels count.
const originFacet = "origin"

// LabelWords reports whether the query itself asks for labels, as theme:x does.
func (p *Plan) LabelWords() bool {
	labels := false
	query.Leaves(p.Tree, func(leaf query.Node, _ bool) {
		if n, ok := leaf.(query.Field); ok {
			f, _ := uhri.FacetByName(n.Facet)
			labels = labels || f.Labels
		}
	})
	return labels
}

// Choosing returns the plan as it is when value alone is chosen as the origin of labels. Records without labels are no
// one's: choosing them leaves all labels counting.
func (p *Plan) Choosing(value string) *Plan {
	filters := slices.DeleteFunc(slices.Clone(p.Request.Filters), func(f Filter) bool { return f.Disjunctive(originFacet) })
	q := p.withFilters(append(filters, Filter{Facet: originFacet, Op: Any, Values: []string{value}})...)
	q.Request.Origins = nil
	if value != uhri.ValueUnknown {
		q.Request.Origins = []uhri.Origin{uhri.Origin(value)}
	}
	return q
}

// Disjunctive reports whether a filter is left out when the facet's own values are counted: what the user could
// choose instead stays visible.
func (f Filter) Disjunctive(facet string) bool { return f.Op == Any && f.Facet == facet }

// Accepts reports whether a record with these values of the filter's facet passes.
func (f Filter) Accepts(values []string) bool {
	switch f.Op {
	case Every:
		return !slices.ContainsFunc(f.Values, func(v string) bool { return !slices.Contains(values, v) })
	case None:
		return !slices.ContainsFunc(f.Values, func(v string) bool { return slices.Contains(values, v) })
	}
	return slices.ContainsFunc(f.Values, func(v string) bool { return slices.Contains(values, v) })
}
