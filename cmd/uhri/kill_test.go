package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKilledHarvest kills imports and publishes at random moments. After each kill the old or the new snapshot answers whole, the store is
// consistent, and the import completes when run again, with the right counts.
func TestKilledHarvest(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty kills take a minute")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	const n = 3000
	word := func(k int) string { return fmt.Sprintf("edition%d", k) }
	edition := func(k int) string {
		return smallExport(t, dir, n, func(i int, r map[string]any) {
			r["Text"] = fmt.Sprintf("<p>%d.%d %s of the plan for valley %d (Norway);</p>", 100+i%4, i/4+1, word(k), i)
		})
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	began := time.Now()
	must(t, "harvest", "uhri", "--from", edition(0), "--data", data)
	whole := time.Since(began) // a kill may fall anywhere between start and published
	killed := 0
	for k := 1; k <= 20; k++ {
		file := edition(k)
		cmd := exec.Command(self, "harvest", "uhri", "--from", file, "--data", data)
		cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1")
		began = time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rng.Int64N(int64(whole)+1)), func() { _ = cmd.Process.Kill() }) // it may have ended by itself
		if err := cmd.Wait(); err != nil {
			killed++
		} else {
			whole = time.Since(began)
		}
		timer.Stop()
		old, now := search(t, data, word(k-1), "--limit", "0").Total, search(t, data, word(k), "--limit", "0").Total
		if !(old == n && now == 0 || old == 0 && now == n) {
			t.Fatalf("after kill %d: %d records of the old edition and %d of the new one, want all of one", k, old, now)
		}
		if total := search(t, data, "", "--limit", "0").Total; total != n {
			t.Fatalf("after kill %d: %d records, want %d", k, total, n)
		}
		if out := must(t, "check", "--data", data); !strings.Contains(out, "whole") {
			t.Fatalf("after kill %d: %s", k, out)
		}
		must(t, "harvest", "uhri", "--from", file, "--data", data)
		if now := search(t, data, word(k), "--limit", "0").Total; now != n {
			t.Fatalf("after kill %d and another run: %d records of the new edition, want %d", k, now, n)
		}
	}
	t.Logf("%d of 20 runs were killed before they ended", killed)
	if killed < 5 {
		t.Errorf("only %d runs were killed; the test proves nothing", killed)
	}
}
