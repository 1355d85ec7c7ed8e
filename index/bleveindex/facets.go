package bleveindex

import (
	"cmp"
	"slices"
	"sync"

	"uhri"
	"uhri/index"
)

// counter counts facets over one set of records: each run at most once, whichever facets of it are asked for.
type counter struct {
	q      *searching
	set    set
	total  int
	list   *[]uint32 // lends slots
	slots  []uint32  // of the records counted: those of set, or of its complement when that is smaller
	listed bool
	inside bool // slots are those of set
	runs   map[int]*tally
}

// tally is the counts of one run.
type tally struct {
	counts  []uint32 // by ordinal of the run
	unknown []uint32 // by column, when only some origins count
}

// counts returns the counts of a column by ordinal, and the records with no value by labels of the origins that
// count; -1 when an ordinal says that.
func (c *counter) counts(col *column) ([]uint32, int) {
	s := c.q.s
	some := c.q.some != allOrigins && col.facet.Labels
	if c.total == s.head.Records && !some {
		return col.totals, -1
	}
	t, ok := c.runs[col.run]
	if !ok {
		t = c.count(s.runs[col.run])
		if c.runs == nil {
			c.runs = map[int]*tally{}
		}
		c.runs[col.run] = t
	}
	out := t.counts[col.base : int(col.base)+len(col.values)]
	if some {
		return out, int(t.unknown[slices.Index(s.runs[col.run].columns, col)])
	}
	return out, -1
}

// count counts one run. A set of more than half the records is counted by what is not in it: the totals of the whole
// snapshot are known.
func (c *counter) count(r *run) *tally {
	s := c.q.s
	t := &tally{counts: r.tallyOf()}
	some := c.q.some != allOrigins && r.masks != nil
	inside := some || c.total <= s.head.Records/2
	if !c.listed || c.inside != inside {
		c.slots = c.slots[:0]
		if inside {
			c.slots = c.set.appendTo(c.slots)
		} else {
			outside := c.q.copy(s.live)
			outside.minus(c.set)
			c.slots = outside.appendTo(c.slots)
		}
		c.listed, c.inside = true, inside
	}
	switch {
	case some:
		t.unknown = r.countOf(c.q.some, c.slots, t.counts)
	case inside:
		r.count(c.slots, t.counts)
	default:
		r.count(c.slots, t.counts)
		for _, col := range r.columns {
			counts := t.counts[col.base : int(col.base)+len(col.values)]
			for o, n := range col.totals {
				counts[o] = n - counts[o]
			}
		}
	}
	return t
}

// release gives back what the counter was lent.
func (c *counter) release() {
	for n, t := range c.runs {
		c.q.s.runs[n].giveBack(t.counts)
	}
	*c.list = c.slots
	slotLists.Put(c.list)
}

// slotLists lends the lists that counters fill.
var slotLists = sync.Pool{New: func() any { return new([]uint32) }}

// countFacets fills in the panels. A facet with an Any filter of its own is counted without that filter.
func (q *searching) countFacets(res *index.Result) error {
	if len(q.plan.Facets) == 0 {
		return nil
	}
	var counters []*counter
	defer func() {
		for _, c := range counters {
			c.release()
		}
	}()
	counterOf := func(hits set, total int) *counter {
		list := slotLists.Get().(*[]uint32)
		c := &counter{q: q, set: hits, total: total, list: list, slots: (*list)[:0]}
		counters = append(counters, c)
		return c
	}
	all := counterOf(q.hits, q.total)
	for _, f := range q.plan.Facets {
		if err := q.ctx.Err(); err != nil {
			return err
		}
		c := all
		if own := slices.IndexFunc(q.plan.Request.Filters, func(x index.Filter) bool { return x.Disjunctive(f.Name) }); own >= 0 {
			freed := q.copy(q.text)
			for i, pass := range q.passes {
				if i != own {
					freed.and(pass)
				}
			}
			c = counterOf(freed, freed.count())
		}
		col := q.s.byName[f.Name]
		counts, unknown := []uint32(nil), -1
		if q.plan.CountsByOrigin(f) {
			var err error
			if counts, err = q.countsByOrigin(col); err != nil {
				return err
			}
		} else {
			counts, unknown = c.counts(col)
		}
		if q.plan.Request.FacetPrefix != "" {
			res.Facets = append(res.Facets, q.plan.Panel(f, func(yield func(string, int) bool) {
				if unknown >= 0 && !yield(uhri.ValueUnknown, unknown) {
					return
				}
				for o, n := range counts {
					if unknown >= 0 && col.values[o] == uhri.ValueUnknown {
						continue
					}
					if !yield(col.values[o], int(n)) {
						return
					}
				}
			}))
			continue
		}
		res.Facets = append(res.Facets, panel(q.plan, col, counts, unknown))
	}
	return nil
}

// countsByOrigin counts each value of a column by the plan that chooses it. What the words and dates match is the same
// for all of them, unless the words ask for labels.
func (q *searching) countsByOrigin(col *column) ([]uint32, error) {
	counts := make([]uint32, len(col.values))
	words := q.plan.LabelWords()
	for i, v := range col.values {
		p := q.plan.Choosing(v)
		other := &searching{matcher: &matcher{s: q.s, ctx: q.ctx, some: originsOf(p.Request.Origins)}, plan: p}
		var err error
		if words {
			err = other.find()
		} else {
			other.hits = other.copy(q.text)
			for _, f := range p.Request.Filters {
				other.hits.and(other.pass(f))
			}
			other.total = other.hits.count()
		}
		counts[i] = uint32(other.total)
		other.release()
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// line is a value of a panel in the making. Its place is twice the ordinal, or, of a value no record has, the odd
// number between those of its neighbours.
type line struct {
	place    int
	value    string
	count    uint32
	selected index.FilterOp
}

// panel is index.Plan.Panel for counts by ordinal. Ordinals stand in the order that breaks ties, so nothing is
// compared but numbers, and of the eight thousand values of a facet only the best are looked at twice.
func panel(p *index.Plan, c *column, counts []uint32, unknown int) index.FacetCounts {
	f := c.facet
	out := index.FacetCounts{Name: f.Name}
	compare := func(a, b line) int {
		if !f.ByValue && a.count != b.count {
			return cmp.Compare(b.count, a.count)
		}
		return cmp.Or(cmp.Compare(a.place, b.place), f.Compare(a.value, b.value))
	}
	var selected []line
	for _, filter := range p.Request.Filters {
		if filter.Facet != f.Name {
			continue
		}
		for _, v := range filter.Values {
			if v == uhri.ValueUnknown || v == uhri.ValueNotApplicable || slices.ContainsFunc(selected, func(l line) bool { return l.value == v }) {
				continue
			}
			l := line{value: v, selected: filter.Op}
			if o, ok := c.ords[v]; ok {
				l.place, l.count = 2*int(o), counts[o]
			} else {
				at, _ := slices.BinarySearchFunc(c.values, v, f.Compare)
				l.place = 2*at - 1
			}
			selected = append(selected, l)
		}
	}
	limit := p.Request.FacetLimit
	if limit < 0 {
		limit = f.Limit
	}
	// best holds the first limit lines, in order; what no longer fits falls off its end.
	var best []line
	offer := func(l line) {
		if limit > 0 && len(best) == limit && compare(best[limit-1], l) < 0 {
			return
		}
		at, _ := slices.BinarySearchFunc(best, l, compare)
		if limit > 0 && len(best) == limit {
			best = best[:limit-1]
		}
		best = slices.Insert(best, at, l)
	}
	var rest []line
	for o, n := range counts {
		v := c.values[o]
		switch {
		case v == uhri.ValueUnknown:
			out.Unknown = int(n)
		case v == uhri.ValueNotApplicable:
			out.NotApplicable = int(n)
		case n > 0:
			out.Distinct++
			l := line{place: 2 * o, value: v, count: n}
			if limit == 0 {
				rest = append(rest, l)
			} else {
				offer(l)
			}
		}
	}
	if unknown >= 0 {
		out.Unknown = unknown
	}
	if limit == 0 {
		best = rest
		for _, l := range selected {
			if l.count == 0 {
				best = append(best, l)
			}
		}
		slices.SortFunc(best, compare)
	} else {
		for _, l := range selected {
			if l.count == 0 {
				offer(l)
			}
		}
		for _, l := range selected {
			if !slices.ContainsFunc(best, func(b line) bool { return b.value == l.value }) {
				best = append(best, l)
			}
		}
		slices.SortFunc(best, compare)
	}
	for _, l := range best {
		for _, s := range selected {
			if s.value == l.value {
				l.selected = s.selected
			}
		}
		v := index.FacetValue{Value: l.value, Count: int(l.count), Selected: l.selected}
		if l.place&1 == 0 {
			v.Label = c.labels[l.place/2]
		} else {
			v.Label = f.ValueLabel(l.value)
		}
		out.Values = append(out.Values, v)
	}
	return out
}
