//go:build unix

package bleveindex

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"uhri/index"
	"uhri/index/indextest"
)

// fullDir tells a test binary that it is the process whose disk is full.
const fullDir = "BLEVEINDEX_FULL_DIR"

// runFull publishes on what is, for this process, a full disk: no file may grow beyond 20 kB.
func runFull(dir string) {
	signal.Ignore(syscall.SIGXFSZ) // writing then fails instead of killing
	limit := syscall.Rlimit{Cur: 20 << 10, Max: 20 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println("setrlimit:", err)
		os.Exit(1)
	}
	e, err := Open(Options{Dir: dir, Parts: 2})
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	err = e.Publish(context.Background(), index.Snapshot{ID: "full"}, indextest.Each(indextest.RandomCorpus(1, 500)))
	st, _ := e.Status(context.Background())
	fmt.Println("published:", err)
	fmt.Println("serving:", st.Current.ID)
	os.Exit(0)
}

// TestDiskFull: a build that runs out of disk fails, leaves nothing, and the old snapshot serves on.
func TestDiskFull(t *testing.T) {
	e := openTest(t, 1)
	publish(t, e, index.Snapshot{ID: "one"}, indextest.Fixtures())
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fullDir+"="+e.o.Dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "file too large") || !strings.Contains(string(out), "serving: one") {
		t.Errorf("%v\n%s", err, out)
	}
	if names := folders(t, e.o.Dir); len(names) != 1 || names[0] != "one" {
		t.Errorf("left behind: %v", names)
	}
	again, err := Open(Options{Dir: e.o.Dir})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	whole(t, again)
}
