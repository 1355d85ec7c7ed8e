package indextest

import (
	"testing"

	"uhri/index"
)

// Every search of the workload must find something in a corpus far smaller than the benchmark's, or it measures
// nothing; the rarest words need a larger one.
func TestWorkloadFindsSomething(t *testing.T) {
	e := NewReference()
	if err := e.Publish(t.Context(), index.Snapshot{ID: "1"}, Generated{Records: 3_000, Seed: 1}.Publishable()); err != nil {
		t.Fatal(err)
	}
	cases := Workload()
	if len(cases) != 40 {
		t.Errorf("%d searches, want 40", len(cases))
	}
	for _, c := range cases {
		c.Request.Sort = index.SortNewest
		res := search(t, e, c.Request)
		t.Logf("%-14s %-40s %5d", c.Name, c.Request.Query, res.Total)
		if res.Total == 0 && c.Kind != "rare" {
			t.Errorf("%s %q finds nothing", c.Name, c.Request.Query)
		}
	}
}
