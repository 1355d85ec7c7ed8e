package bleveindex

import (
	"sync"

	"uhri/index"
	"uhri/index/query"
)

// Scores are true BM25 (index.BM25), added up leaf by leaf in tree order for the records that matched. bleve's own
// have a mean length of one and the square root of tf (postings_test.go shows it), so they are not used, and neither
// are its frequencies: most words stand in a text once, and the list of those that stand there more often is short
// (decisions/0005-repeats.md). Scoring a leaf is then a walk over a set, with a look into that list.

// scores is the scratch of one search sorted by relevance: arrays by slot, all zero between searches.
type scores struct {
	sum   []float64
	exact []uint16 // index.Rank.Exact
	tf    []uint32 // of the leaf at work
}

type scorePool struct {
	slots int
	pool  sync.Pool
}

func (p *scorePool) get() *scores {
	if s, ok := p.pool.Get().(*scores); ok {
		return s
	}
	return &scores{sum: make([]float64, p.slots), exact: make([]uint16, p.slots), tf: make([]uint32, p.slots)}
}

// put takes s back; hits are the records that were scored.
func (p *scorePool) put(s *scores, hits set) {
	hits.each(func(slot uint32) { s.sum[slot], s.exact[slot] = 0, 0 })
	p.pool.Put(s)
}

// score adds what the leaves below f contribute to the records of hits, all of which match f and every node above.
func (m *matcher) score(r *realm, f *found, hits set, to *scores) error {
	switch n := f.node.(type) {
	case query.And:
		for _, k := range f.kids {
			if err := m.score(r, k, hits, to); err != nil {
				return err
			}
		}
	case query.Or:
		for _, k := range f.kids {
			if !query.Scores(k.node) {
				continue
			}
			some := m.s.sets.copy(hits)
			some.and(k.set)
			err := m.score(r, k, some, to)
			m.s.sets.put(some)
			if err != nil {
				return err
			}
		}
	case query.Word:
		if f.leaf != nil {
			return m.scoreWord(r.lang, f.leaf, hits, to)
		}
	case query.Phrase, query.Near:
		if f.leaf != nil {
			m.scoreOnce(r.lang, r.lang.corpus.IDF(f.leaf.df), f.leaf.more, hits, to)
		}
	case query.SymbolText:
		document := m.s.sets.get()
		defer m.s.sets.put(document)
		if err := m.field(query.Field{Facet: "symbol", Values: []string{string(n.Symbol)}}, document); err != nil {
			return err
		}
		document.and(hits)
		document.each(func(slot uint32) { to.sum[slot] += index.SymbolScore })
		if f.leaf != nil {
			others := m.s.sets.copy(hits)
			others.minus(document)
			m.scoreOnce(r.lang, r.lang.corpus.IDF(f.leaf.df), f.leaf.more, others, to)
			m.s.sets.put(others)
		}
	}
	return m.ctx.Err()
}

// scoreWord scores a class of terms.
func (m *matcher) scoreWord(l *language, f *leaf, hits set, to *scores) error {
	idf := l.corpus.IDF(f.df)
	if len(f.ids) == 1 {
		m.scoreOnce(l, idf, l.repeats(f.ids[0]), hits, to)
		if f.own >= 0 {
			hits.each(func(slot uint32) { to.exact[slot]++ })
		}
		return nil
	}
	term := m.s.sets.get()
	defer m.s.sets.put(term)
	for i, id := range f.ids {
		if i > 0 {
			clear(term)
		}
		if err := l.or(term, id); err != nil {
			return err
		}
		term.and(hits)
		if int(id) == f.own {
			term.each(func(slot uint32) {
				to.tf[slot]++
				to.exact[slot]++
			})
		} else {
			term.each(func(slot uint32) { to.tf[slot]++ })
		}
		more := l.repeats(id)
		for i, slot := range more.slots {
			if term.has(slot) {
				to.tf[slot] += uint32(more.tf[i]) - 1
			}
		}
	}
	hits.each(func(slot uint32) {
		to.sum[slot] += index.BM25(idf, int(to.tf[slot]), l.norm(slot))
		to.tf[slot] = 0
	})
	return nil
}

// scoreOnce scores what stands once in every record of hits but those of more.
func (m *matcher) scoreOnce(l *language, idf float64, more repeats, hits set, to *scores) {
	single := m.s.sets.copy(hits)
	for i, slot := range more.slots {
		if single.has(slot) {
			to.sum[slot] += index.BM25(idf, int(more.tf[i]), l.norm(slot))
			single.del(slot)
		}
	}
	single.each(func(slot uint32) { to.sum[slot] += index.BM25(idf, 1, l.norm(slot)) })
	m.s.sets.put(single)
}
