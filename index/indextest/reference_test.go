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

// The judged searches, by brute force; the engines do them in every run.
func TestReferenceRelevance(t *testing.T) {
	if times, _ := Soak(t); times < 2 {
		t.Skip("reads 41,721 records some three hundred times: with SOAK=1")
	}
	e := NewReference()
	Publish(t, e, "real", RealCorpus(t))
	RealRelevance(t, e)
}
