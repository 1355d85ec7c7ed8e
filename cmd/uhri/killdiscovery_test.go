package main

import (
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"uhri/crawler/replica"
)

// TestKilledDiscovery kills the harvest of the treaty body database at random moments, again and again on one folder. Then it runs to its end,
// and gives the same passages under the same IDs as a harvest nobody disturbed; what was fetched before a kill is not fetched again.
func TestKilledDiscovery(t *testing.T) {
	if testing.Short() {
		t.Skip("eight kills take half a minute")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.Clone(replica.Observations())
	for i := range rows { // reading a PDF takes longer than all the rest
		rows[i].Files = slices.DeleteFunc(slices.Clone(rows[i].Files), func(f replica.ListedFile) bool { return f.Format == "pdf" })
	}
	var files atomic.Int64
	var fatal atomic.Pointer[func(int64)] // is told of each file that is asked for
	database := replica.Database(replica.DatabaseOptions{Rows: rows})
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Has("enc") || q.Has("key") {
			n := files.Add(1)
			if f := fatal.Load(); f != nil {
				(*f)(n)
			}
		}
		database.ServeHTTP(w, r)
	})
	t.Setenv("UHRI_CONTACT", "someone@example.org")
	t.Setenv("UHRI_FETCH_LOOPBACK", "true")
	t.Setenv("UHRI_SOURCES_UPR_ADDRESS", standIn(t, replica.Symbols(replica.SymbolOptions{})))
	t.Setenv("UHRI_SOURCES_TREATYBODIES_ADDRESS", standIn(t, counting))
	ids := func(data string) (out []string) {
		f := search(t, data, "", "--limit", "1000")
		for _, i := range f.Items {
			out = append(out, i.ID)
		}
		if len(out) != f.Total {
			t.Fatalf("%d of %d records listed", len(out), f.Total)
		}
		slices.Sort(out)
		return out
	}

	calm := filepath.Join(t.TempDir(), "calm")
	must(t, "harvest", "treatybodies", "--data", calm)
	want, once := ids(calm), files.Swap(0)

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d passages of %d files", seed, len(want), once)
	rng := rand.New(rand.NewPCG(seed, 0))
	data := filepath.Join(t.TempDir(), "killed")
	killed := 0
	for k := range 8 {
		cmd := exec.Command(self, "harvest", "treatybodies", "--data", data)
		cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The moment is counted in files, not in time, which says nothing on a machine that is slow now and fast then.
		last, after := files.Load()+1+rng.Int64N(6), time.Duration(rng.Int64N(int64(50*time.Millisecond)))
		kill := func(n int64) {
			if n == last {
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended by itself
			}
		}
		fatal.Store(&kill)
		if err := cmd.Wait(); err != nil {
			killed++
		}
		fatal.Store(nil)
		if _, err := os.Stat(filepath.Join(data, "records.db")); err != nil {
			continue // killed before there was anything
		}
		if out, stderr, _ := uhriRun(t, "check", "--data", data); !strings.Contains(out, "whole") {
			t.Fatalf("after kill %d: %s%s", k, out, stderr)
		}
	}
	out := must(t, "harvest", "treatybodies", "--data", data)
	if got := ids(data); !slices.Equal(got, want) {
		t.Errorf("%d passages after %d kills, %d without; the last run said:\n%s", len(got), killed, len(want), out)
	}
	// A kill costs the file on its way, and the two that are no use to anybody are looked at again: only a run that ended remembers them.
	if n := files.Swap(0); n > once+3*int64(killed) {
		t.Errorf("%d files were fetched with %d kills, %d without", n, killed, once)
	}
	out = must(t, "harvest", "treatybodies", "--data", data)
	if n := files.Load(); n > 0 || !strings.Contains(out, "treatybodies: unchanged") {
		t.Errorf("once more: %d files fetched\n%s", n, out)
	}
	if killed < 3 {
		t.Errorf("only %d runs were killed; the test proves nothing", killed)
	}
	t.Logf("%d of 8 runs were killed before they ended", killed)
}
