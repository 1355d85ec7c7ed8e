package bleveindex

import (
	"fmt"
	"os"
	"testing"

	"uhri/index"
	"uhri/index/indextest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		runChild(dir)
	}
	if dir := os.Getenv(fullDir); dir != "" {
		runFull(dir)
	}
	// The traps' tests import bleve itself, which starts workers of its own when it is loaded; the engine does not.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

func openTest(t testing.TB, parts int) *Engine {
	t.Helper()
	e, err := Open(Options{Dir: t.TempDir(), Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestConformance holds the engine to the contract and to the reference engine, whatever the number of parts.
func TestConformance(t *testing.T) {
	for _, parts := range []int{1, 2, 3} {
		t.Run(fmt.Sprint("parts ", parts), func(t *testing.T) {
			indextest.Run(t, func(t testing.TB) index.Engine { return openTest(t, parts) })
		})
	}
}

// TestReal holds the engine to the counts published for the real records, the judged searches, and the reference.
func TestReal(t *testing.T) {
	indextest.RunReal(t, func(t testing.TB) index.Engine { return openTest(t, 2) })
}
