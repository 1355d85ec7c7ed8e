package indextest

import (
	"testing"

	"uhri/index"
)

// The reference engine passes the suite like any other: against answers known by hand, and against itself, which
// shows at least that its answers hang together.
func TestReference(t *testing.T) {
	Run(t, func(testing.TB) index.Engine { return NewReference() })
}

// The published counts over the real records, by brute force.
func TestReferenceRealCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 41,721 records two dozen times")
	}
	recs := RealCorpus(t)
	e := NewReference()
	Publish(t, e, "real", recs)
	RealCounts(t, e)
}

// The judged searches must stay as good as decisions/0001-bm25.md says they are.
func TestReferenceRelevance(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 41,721 records a hundred times")
	}
	e := NewReference()
	Publish(t, e, "real", RealCorpus(t))
	if m := MeasureRelevance(t, e); m.Recall5 < 0.85 || m.MRR < 0.8 {
		t.Errorf("recall@5 %.3f, MRR %.3f", m.Recall5, m.MRR)
	}
}
