package index

import (
	"cmp"
	"strings"
	"time"

	"uhri"
)

// Place is everything the order of hits looks at.
type Place struct {
	Rank      // only for SortRelevance
	Date      uhri.Date
	FirstSeen time.Time
	Symbol    uhri.Symbol
	Order     int // Recommendation.Order
	ID        uhri.ID
}

// PlaceOf returns the place of a record in any order but that by relevance, which needs its Rank too.
func PlaceOf(r *uhri.Recommendation) Place {
	return Place{Date: r.Date, FirstSeen: r.Provenance.FirstSeen, Symbol: r.Symbol, Order: r.Order, ID: r.ID}
}

// Compare orders two places: negative if a comes first. What is unknown comes last in every order.
func (s Sort) Compare(a, b Place) int {
	c := 0
	switch s {
	case SortRelevance:
		c = cmp.Or(-cmp.Compare(a.Score, b.Score), b.Exact-a.Exact)
	case SortOldest:
		c = cmp.Or(unknownLast(a.Date.IsZero(), b.Date.IsZero()), a.Date.Key()-b.Date.Key())
	case SortFirstSeen:
		c = b.FirstSeen.Compare(a.FirstSeen)
	case SortDocument:
		c = cmp.Or(unknownLast(a.Symbol == "", b.Symbol == ""), uhri.CompareSymbols(a.Symbol, b.Symbol),
			unknownLast(a.Order == 0, b.Order == 0), a.Order-b.Order)
	}
	return cmp.Or(c, b.Date.Key()-a.Date.Key(), strings.Compare(string(a.ID), string(b.ID)))
}

func unknownLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
