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
