package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// The environment of a child process: this test binary again, harvesting until it is killed.
const (
	childDir     = "UHRI_TEST_STORE"
	childEdition = "UHRI_TEST_EDITION"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// edition is a publication in which half of the texts and some records are others than in the one before.
func edition(n int) *list {
	items := passages(12000)
	for i := range items {
		if i%2 == 0 {
			items[i].Text += fmt.Sprintf(", edition %d", n)
		}
	}
	drop := n % 3 * 100
	return english(items[drop : len(items)-200+drop]...)
}

func child(dir string) error {
	n, err := strconv.Atoi(os.Getenv(childEdition))
	if err != nil {
		return err
	}
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := (&crawler.Runner{Store: s}).Run(context.Background(), edition(n), process, nil); err != nil {
		return err
	}
	return s.Close()
}

// TestKilledAtRandomMoments kills a harvesting process again and again. After each kill the store must be whole and hold
// one edition, the old or the new; running the harvest again must end with the right counts.
func TestKilledAtRandomMoments(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	start := func(n int) (*exec.Cmd, *strings.Builder) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir, childEdition+"="+strconv.Itoa(n))
		var out strings.Builder
		cmd.Stderr = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, &out
	}
	begin := time.Now()
	if cmd, out := start(0); cmd.Wait() != nil {
		t.Fatalf("the first edition: %s", out)
	}
	took := time.Since(begin)

	at, killed, moved := 0, 0, 0
	for range rounds {
		cmd, _ := start(at + 1)
		time.Sleep(rand.N(took * 5 / 4)) // the moment is the test
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		s := open(t, store.Options{Dir: dir})
		whole(t, s)
		now := editionIn(t, s)
		if now != at && now != at+1 {
			t.Fatalf("the store holds edition %d after a kill between %d and %d", now, at, at+1)
		}
		if now != at {
			moved++
		}
		at = now
		s.Close()
	}
	t.Logf("%d of %d processes were killed; %d had promoted", killed, rounds, moved)

	s := open(t, store.Options{Dir: dir})
	run := harvest(t, s, edition(at+1))
	if run.State != uhri.OK || run.In != 11800 || run.New+run.Changed+run.Same != 11800 || run.Changed < 5900-200 || run.Changed > 5900+200 {
		t.Errorf("the run after the kills: %+v", run)
	}
	if got := editionIn(t, s); got != at+1 {
		t.Errorf("edition %d, want %d", got, at+1)
	}
	whole(t, s)
}

// editionIn reads which edition the store holds, and fails when it is a mixture.
func editionIn(t *testing.T, s *store.Store) int {
	t.Helper()
	got := all(t, s)
	var found []int
	for n := range 100 {
		want := edition(n).items
		if got[uhri.ID(want[len(want)/2].ID)] == nil || len(got) != len(want) {
			continue
		}
		same := true
		for _, p := range want {
			if r := got[uhri.ID(p.ID)]; r == nil || r.Texts[uhri.English].Full != p.Text {
				same = false
				break
			}
		}
		if same {
			found = append(found, n)
			break
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records, which are no edition whole", len(got))
	}
	return found[0]
}
