package main

import (
	"cmp"
	"maps"
	"slices"

	"uhri"
)

// What the list of documents to be looked at shows at most: enough to work through, not a log.
const (
	shownDoubtful = 200 // documents of a source, the newest
	shownWhys     = 3   // reasons of a document, the commonest
)

// doubts gathers, source by source, the passages a person should look at. It is done while a snapshot is built: so the list is of what
// people find, and each of its documents has a page.
type doubts map[string]*doubtful

// doubtful is one source's.
type doubtful struct {
	passages  int
	documents map[uhri.Symbol]map[string]int // how many passages give a reason; "" = of how many passages
}

func newDoubts() doubts { return doubts{} }

func (d doubts) add(r *uhri.Recommendation) {
	if len(r.Provenance.Review) == 0 {
		return
	}
	of := d[r.Provenance.Source]
	if of == nil {
		of = &doubtful{documents: map[uhri.Symbol]map[string]int{}}
		d[r.Provenance.Source] = of
	}
	of.passages++
	if r.Symbol == "" { // unknown, so no document
		return
	}
	whys := of.documents[r.Symbol]
	if whys == nil {
		whys = map[string]int{}
		of.documents[r.Symbol] = whys
	}
	whys[""]++
	for _, why := range r.Provenance.Review {
		whys[why]++
	}
}

// of lists what a source gave to be looked at; nil when nothing.
func (d doubts) of(source string) *uhri.NeedsReview {
	of := d[source]
	if of == nil {
		return nil
	}
	out := &uhri.NeedsReview{Documents: len(of.documents), Passages: of.passages}
	symbols := slices.SortedFunc(maps.Keys(of.documents), func(a, b uhri.Symbol) int { return uhri.CompareSymbols(b, a) })
	for _, symbol := range symbols[:min(len(symbols), shownDoubtful)] {
		whys := of.documents[symbol]
		one := uhri.ReviewedDocument{Symbol: symbol, Passages: whys[""]}
		delete(whys, "")
		one.Why = slices.SortedFunc(maps.Keys(whys), func(a, b string) int { return cmp.Or(cmp.Compare(whys[b], whys[a]), cmp.Compare(a, b)) })
		one.Why = one.Why[:min(len(one.Why), shownWhys)]
		out.List = append(out.List, one)
	}
	return out
}
