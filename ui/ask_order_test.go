package ui

import (
	"cmp"
	"slices"
	"testing"

	"uhri"
)

// A passage without a date stands in its chain where its session or cycle puts it, and last where nothing is known.
func TestNotAfter(t *testing.T) {
	chain := []*uhri.Recommendation{
		{ID: "nothing"},
		{ID: "cycle 2", UPR: &uhri.UPR{Cycle: 2}},
		{ID: "2019", Date: uhri.Date{Year: 2019}},
		{ID: "session 1", UPR: &uhri.UPR{Session: 1, Cycle: 1}},
		{ID: "2014", Date: uhri.Date{Year: 2014, Month: 12, Day: 23}},
		{ID: "cycle 1", UPR: &uhri.UPR{Cycle: 1}},
		{ID: "2010", Date: uhri.Date{Year: 2010, Month: 3}},
	}
	slices.SortStableFunc(chain, func(a, b *uhri.Recommendation) int { return cmp.Compare(notAfter(a), notAfter(b)) })
	want := []uhri.ID{"session 1", "2010", "cycle 1", "2014", "cycle 2", "2019", "nothing"}
	for i, r := range chain {
		if r.ID != want[i] {
			t.Fatalf("place %d: %s, want %s", i+1, r.ID, want[i])
		}
	}
}
