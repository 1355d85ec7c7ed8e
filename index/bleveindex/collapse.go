package bleveindex

import (
	"uhri"
	"uhri/index"
)

// collapse returns the search with the first hit of each ask alone, and all that stand alone. Pages are then cut from
// it as from any other.
func (q *searching) collapse() (*searching, error) {
	s := q.s
	col := s.byName["ask"]
	rows := s.runs[col.run]
	alone, some := col.ords[uhri.ValueUnknown]
	first := make([]ranked, len(col.values)) // by ordinal
	met := make([]bool, len(col.values))
	out := *q
	out.hits, out.collapsed = q.copy(q.hits), nil
	choose := func(at func(slot uint32) ranked) {
		q.hits.each(func(slot uint32) {
			ord := alone
			for i := rows.off[slot]; i < rows.off[slot+1]; i++ {
				if o := rows.ord(i) - col.base; o < uint32(len(col.values)) {
					ord = o
				}
			}
			if some && ord == alone {
				return
			}
			r := at(slot)
			if met[ord] {
				if first[ord].before(r) {
					out.hits.del(slot)
					return
				}
				out.hits.del(first[ord].slot)
			}
			first[ord], met[ord] = r, true
		})
	}
	if o, ok := q.order(); ok {
		choose(func(slot uint32) ranked { return ranked{slot: slot, rank: o.ranks[slot]} })
	} else {
		ranks := s.orders[index.SortNewest].ranks
		err := q.scored(func(to *scores) {
			choose(func(slot uint32) ranked {
				return ranked{slot: slot, score: to.sum[slot], exact: int(to.exact[slot]), rank: ranks[slot]}
			})
		})
		if err != nil {
			return nil, err
		}
	}
	out.total = out.hits.count()
	return &out, q.ctx.Err()
}
