package bleveindex

import (
	"cmp"

	"uhri"
	"uhri/index"
)

// order is one total order of the records, computed when the snapshot is built: rank[slot] is a record's place in it
// and order[rank] the record. Sorting a result is then comparing numbers, and its first page often a walk down the
// order until enough hits have gone by.
type order struct {
	sort index.Sort
	// compare is index.Sort.Compare on what is kept while building: which record comes first as far as this order goes; the newest date, then the ID, break ties.
	compare func(x, y *facts, symbolX, symbolY uint32) int
}

var orders = [...]order{
	{index.SortNewest, func(x, y *facts, _, _ uint32) int { return 0 }},
	{index.SortOldest, func(x, y *facts, _, _ uint32) int {
		if (x.date == 0) != (y.date == 0) {
			return cmp.Compare(y.date, x.date) // undated last
		}
		return cmp.Compare(x.date, y.date)
	}},
	{index.SortFirstSeen, func(x, y *facts, _, _ uint32) int { return cmp.Compare(y.firstSeen, x.firstSeen) }},
	{index.SortDocument, func(x, y *facts, symbolX, symbolY uint32) int {
		if c := cmp.Compare(symbolX, symbolY); c != 0 {
			return c
		}
		if (x.order == 0) != (y.order == 0) {
			return cmp.Compare(y.order, x.order) // unknown last
		}
		return cmp.Compare(x.order, y.order)
	}},
}

// compareDocuments orders symbols, the unknown one last.
func compareDocuments(a, b uhri.Symbol) int {
	if (a == "") != (b == "") {
		return cmp.Compare(len(b), len(a))
	}
	return uhri.CompareSymbols(a, b)
}
