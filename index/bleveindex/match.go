package bleveindex

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"uhri"
	"uhri/index/query"
)

// The tree of a query is evaluated twice, and never over the same records: first every node becomes the set of
// records it matches, by AND, OR and NOT on dense sets (match); then the leaves that score visit the records that
// survived, and no others (score.go).
//
// A record is searched in one language. A request for several is one evaluation per language over the records
// searched in it (realm), and the union of what they find.

// realm is one language of a request and the records searched in it.
type realm struct {
	lang *language // nil: the snapshot has no text in this language, so no word matches
	code uhri.Lang
	docs set
}

// leaf is the records that one leaf matches in the whole corpus of a language, whatever the request leaves out: a
// leaf's weight counts them all. Leaves are shared between searches and never changed.
type leaf struct {
	set  set
	df   int      // members of set; of leaves that score
	ids  []uint32 // of Word: the terms of its class
	own  int      // of Word: the id of its own term, -1 = no text has it
	more repeats
}

// repeats lists the records that have something more than once, in slot order, and how often they have it.
type repeats struct {
	slots []uint32
	tf    []uint16
}

// matcher evaluates trees for one search. It is used by one goroutine, and released at its end.
type matcher struct {
	s    *snapshot
	ctx  context.Context
	some origins // whose labels count
	lent []set
	mine map[string]*leaf // leaves of this search, by key
}

// newSet lends an empty set until release.
func (m *matcher) newSet() set { return m.keep(m.s.sets.get()) }

// copy lends a copy of t until release.
func (m *matcher) copy(t set) set { return m.keep(m.s.sets.copy(t)) }

func (m *matcher) keep(t set) set {
	m.lent = append(m.lent, t)
	return t
}

func (m *matcher) release() {
	for _, t := range m.lent {
		m.s.sets.put(t)
	}
	m.lent, m.mine = nil, nil
}

// found is a node with the records of a realm that it matches.
type found struct {
	node query.Node
	set  set
	kids []*found
	leaf *leaf
}

// match evaluates node over the records of a realm.
func (m *matcher) match(r *realm, node query.Node) (*found, error) {
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	f := &found{node: node}
	switch n := node.(type) {
	case query.All:
		f.set = m.copy(r.docs)
	case query.And:
		for _, k := range n.Kids {
			kid, err := m.match(r, k)
			if err != nil {
				return nil, err
			}
			f.kids = append(f.kids, kid)
			if f.set == nil {
				f.set = m.copy(kid.set)
			} else {
				f.set.and(kid.set)
			}
		}
	case query.Or:
		f.set = m.newSet()
		for _, k := range n.Kids {
			kid, err := m.match(r, k)
			if err != nil {
				return nil, err
			}
			f.kids = append(f.kids, kid)
			f.set.or(kid.set)
		}
	case query.Not:
		kid, err := m.match(r, n.Kid)
		if err != nil {
			return nil, err
		}
		f.kids = []*found{kid}
		f.set = m.copy(r.docs)
		f.set.minus(kid.set)
	case query.SymbolText:
		f.set = m.newSet()
		m.field(query.Field{Facet: "symbol", Values: []string{string(n.Symbol)}}, f.set)
		phrase, err := m.leaf(r, query.Phrase{Terms: n.Terms})
		if err != nil {
			return nil, err
		}
		if phrase != nil {
			f.leaf = phrase
			f.set.or(phrase.set)
		}
		f.set.and(r.docs)
	case query.Field:
		f.set = m.newSet()
		if err := m.field(n, f.set); err != nil {
			return nil, err
		}
		f.set.and(r.docs)
	case query.Dates:
		f.set = m.newSet()
		m.s.between(m.s.keys[n.Field], int32(n.From.Key()), int32(n.To.Last().Key()), f.set)
		f.set.and(r.docs)
	case query.Years:
		f.set = m.newSet()
		to := 0
		if n.To != 0 {
			to = n.To*10000 + 9999
		}
		m.s.between(m.s.keys[query.DatePublished], int32(n.From*10000), int32(to), f.set)
		f.set.and(r.docs)
	case query.IDs:
		f.set = m.newSet()
		for _, id := range n.Values {
			if slot, ok := m.s.slotOf(id); ok {
				f.set.add(slot)
			}
		}
		f.set.and(r.docs)
	default:
		l, err := m.leaf(r, node)
		if err != nil {
			return nil, err
		}
		f.leaf = l
		if l == nil {
			f.set = m.newSet()
			break
		}
		f.set = m.copy(l.set)
		f.set.and(r.docs)
	}
	return f, nil
}

// field adds the records with any of the values to dst. A value no record has adds nothing.
func (m *matcher) field(n query.Field, dst set) error {
	c, ok := m.s.byName[n.Facet]
	if !ok {
		return uhri.Errorf(uhri.Invalid, "Search", "there is no facet %q", n.Facet)
	}
	for _, v := range n.Values {
		m.value(c, v, dst)
	}
	if n.Prefix != "" {
		for _, v := range c.values {
			if v != uhri.ValueUnknown && v != uhri.ValueNotApplicable && strings.HasPrefix(strings.ToUpper(v), n.Prefix) {
				m.value(c, v, dst)
			}
		}
	}
	return nil
}

// value adds the records with the value to dst.
func (m *matcher) value(c *column, v string, dst set) {
	o, ok := c.ords[v]
	if m.some == allOrigins || !c.facet.Labels {
		if ok {
			c.filters[o].or(dst)
		}
		return
	}
	r := m.s.runs[c.run]
	if v == uhri.ValueUnknown { // without a value by labels of these origins
		m.s.live.each(func(slot uint32) {
			if !r.has(c, slot, 0, true, m.some) {
				dst.add(slot)
			}
		})
		return
	}
	if !ok {
		return
	}
	with := m.s.sets.get()
	c.filters[o].or(with)
	with.each(func(slot uint32) {
		if r.has(c, slot, o, false, m.some) {
			dst.add(slot)
		}
	})
	m.s.sets.put(with)
}

// between adds the records whose key lies between from and to, both included; 0 is open, and a record without a
// date, whose key is 0, is never among them.
func (s *snapshot) between(keys []int32, from, to int32, dst set) {
	from = max(from, 1)
	if to == 0 {
		to = math.MaxInt32
	}
	span := uint32(to - from)
	if to < from {
		return
	}
	for i := range dst {
		var w uint64
		for b, k := range keys[i*64 : i*64+64] {
			if uint32(k-from) <= span {
				w |= 1 << b
			}
		}
		dst[i] |= w
	}
}

// leaf returns the leaf of a node that is about words; nil when no text has what it asks for.
func (m *matcher) leaf(r *realm, node query.Node) (*leaf, error) {
	if r.lang == nil {
		return nil, nil
	}
	key := string(r.code) + " " + node.String()
	if l, ok := m.mine[key]; ok {
		return l, nil
	}
	l, hot := m.s.leaves.get(key)
	if !hot {
		var err error
		if l, err = m.newLeaf(r.lang, node); err != nil {
			return nil, err
		}
		if l != nil && m.s.leaves.wants(l) {
			l.set = append(set(nil), l.set...) // outlives the search
			m.s.leaves.put(key, l)
		}
	}
	if m.mine == nil {
		m.mine = map[string]*leaf{}
	}
	m.mine[key] = l
	return l, nil
}

func (m *matcher) newLeaf(l *language, node query.Node) (*leaf, error) {
	switch n := node.(type) {
	case query.Word:
		f := &leaf{ids: l.class(n.Term), own: -1}
		if len(f.ids) == 0 {
			return nil, nil
		}
		if id, ok := l.exact(n.Term); ok {
			f.own = int(id)
		}
		f.set = m.newSet()
		if err := l.or(f.set, f.ids...); err != nil {
			return nil, err
		}
		f.df = f.set.count()
		return f, nil
	case query.Prefix:
		return m.union(l, l.prefix(n.Stem))
	case query.Wildcard:
		return m.union(l, l.wildcard(n))
	case query.Phrase:
		return m.phrase(l, n)
	case query.Near:
		return m.near(l, n)
	}
	return nil, fmt.Errorf("no evaluation of %T", node)
}

// union is the leaf of an expansion.
func (m *matcher) union(l *language, x expansion) (*leaf, error) {
	if len(x.ids) == 0 {
		return nil, nil
	}
	f := &leaf{set: m.newSet()}
	// The dictionary is read in ranges, so that a deadline holds inside ten thousand look-ups too.
	for ids := x.ids; len(ids) > 0; {
		n := min(len(ids), 256)
		if err := l.or(f.set, ids[:n]...); err != nil {
			return nil, err
		}
		if err := m.ctx.Err(); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return f, nil
}

// wantedOf returns the places of the phrase, nil when no text has one of its terms.
func wantedOf(l *language, n query.Phrase) (want []*wanted) {
	for _, t := range n.Terms {
		var ids []uint32
		switch stem, star := strings.CutSuffix(t, "*"); {
		case star:
			ids = l.prefix(stem).ids
		case n.Forms:
			ids = l.class(t)
		default:
			if id, ok := l.exact(t); ok {
				ids = []uint32{id}
			}
		}
		if len(ids) == 0 {
			return nil
		}
		want = append(want, l.want(ids))
	}
	return want
}

// candidates returns the records that have, for each place, one of its terms.
func (m *matcher) candidates(l *language, want []*wanted) (set, error) {
	order := append([]*wanted(nil), want...)
	sort.SliceStable(order, func(i, j int) bool { return order[i].df < order[j].df })
	var all set
	for _, w := range order {
		one := m.newSet()
		if err := l.or(one, w.ids...); err != nil {
			return nil, err
		}
		if all == nil {
			all = one
			continue
		}
		all.and(one)
		if all.empty() {
			break
		}
	}
	return all, nil
}

// phrase finds the texts with all the words by their posting lists, then looks at the words' places in each.
func (m *matcher) phrase(l *language, n query.Phrase) (*leaf, error) {
	want := wantedOf(l, n)
	if len(want) == 0 {
		return nil, nil
	}
	docs, err := m.candidates(l, want)
	if err != nil {
		return nil, err
	}
	if len(want) == 1 && len(want[0].ids) == 1 { // its posting list says it all
		return &leaf{set: docs, df: docs.count(), more: l.repeats(want[0].ids[0])}, nil
	}
	p := newPattern(want, n.Slop)
	var starts []int
	return m.visit(docs, func(slot uint32) int {
		text, at := l.text(slot)
		starts = p.starts(l, text, at, starts[:0])
		return len(starts)
	})
}

// visit keeps those of docs in which count finds anything.
func (m *matcher) visit(docs set, count func(slot uint32) int) (*leaf, error) {
	more := repeatLists.Get().(*repeats)
	defer repeatLists.Put(more)
	more.slots, more.tf = more.slots[:0], more.tf[:0]
	for i, w := range docs {
		if i%64 == 0 && m.ctx.Err() != nil {
			return nil, m.ctx.Err()
		}
		if w == 0 {
			continue
		}
		word := set{w}
		word.each(func(bit uint32) {
			slot := uint32(i)<<6 + bit
			switch n := count(slot); {
			case n == 0:
				docs.del(slot)
			case n > 1:
				more.slots = append(more.slots, slot)
				more.tf = append(more.tf, uint16(min(n, math.MaxUint16)))
			}
		})
	}
	df := docs.count()
	if df == 0 {
		return nil, nil
	}
	return &leaf{set: docs, df: df, more: repeats{slices.Clone(more.slots), slices.Clone(more.tf)}}, nil
}

// repeatLists lends the lists that visit fills before it knows how long they get.
var repeatLists = sync.Pool{New: func() any { return new(repeats) }}

// near finds the texts with both sides, then compares their places.
func (m *matcher) near(l *language, n query.Near) (*leaf, error) {
	a, b := m.side(l, n.A), m.side(l, n.B)
	if a == nil || b == nil {
		return nil, nil
	}
	docs, err := m.candidates(l, append(append([]*wanted(nil), a.want...), b.want...))
	if err != nil {
		return nil, err
	}
	var as, bs []int
	return m.visit(docs, func(slot uint32) int {
		text, at := l.text(slot)
		if as = a.starts(l, text, at, as[:0]); len(as) == 0 {
			return 0
		}
		bs = b.starts(l, text, at, bs[:0])
		count := 0
		for _, i := range as {
			for _, j := range bs {
				if nearEnough(i, len(a.want), j, len(b.want), n.Distance) {
					count++
					break
				}
			}
		}
		return count
	})
}

// nearEnough reports whether two occurrences, given by where they begin and how many words they have, stand at most
// distance words apart without overlapping.
func nearEnough(i, lenI, j, lenJ, distance int) bool {
	if i < j {
		gap := j - (i + lenI - 1)
		return gap >= 1 && gap <= distance
	}
	gap := i - (j + lenJ - 1)
	return gap >= 1 && gap <= distance
}

// side is one side of NEAR as a pattern; nil when no text has it.
func (m *matcher) side(l *language, node query.Node) *pattern {
	var ids []uint32
	switch n := node.(type) {
	case query.Word:
		ids = l.class(n.Term)
	case query.Prefix:
		ids = l.prefix(n.Stem).ids
	case query.Wildcard:
		ids = l.wildcard(n).ids
	case query.Phrase:
		if want := wantedOf(l, n); len(want) > 0 {
			return newPattern(want, 0)
		}
		return nil
	}
	if len(ids) == 0 {
		return nil
	}
	return newPattern([]*wanted{l.want(ids)}, 0)
}
