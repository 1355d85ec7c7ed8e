package bleveindex

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"

	"github.com/google/go-cmp/cmp"
)

// folders returns the names of the snapshots' folders, and of what is not finished.
func folders(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range entries {
		if d.IsDir() {
			names = append(names, d.Name())
		}
	}
	return names
}

// whole fails unless the engine's current snapshot is consistent in itself, and returns its records.
func whole(t *testing.T, e *Engine) int {
	t.Helper()
	if err := e.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	res, err := e.Search(t.Context(), index.Request{Limit: index.MaxLimit, Facets: []string{"mechanism"}})
	if err != nil {
		t.Fatal(err)
	}
	sum := res.Facets[0].Unknown + res.Facets[0].NotApplicable
	for _, v := range res.Facets[0].Values {
		sum += v.Count
	}
	if res.Total != res.Snapshot.Records || len(res.Hits) != min(res.Total, index.MaxLimit) || sum != res.Total {
		t.Fatalf("snapshot %s of %d records: total %d, %d hits, %d in the facet", res.Snapshot.ID, res.Snapshot.Records, res.Total, len(res.Hits), sum)
	}
	return res.Total
}

func publish(t *testing.T, e *Engine, snap index.Snapshot, recs []*uhri.Recommendation) {
	t.Helper()
	if err := e.Publish(t.Context(), snap, indextest.Each(recs)); err != nil {
		t.Fatal(err)
	}
}

func TestReopened(t *testing.T) {
	dir := t.TempDir()
	recs := indextest.Fixtures()
	e, err := Open(Options{Dir: dir, Parts: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"2026-11-24.1", "2026-11-24.2"} {
		publish(t, e, index.Snapshot{ID: id, Seq: 7, Demo: true, Tombs: indextest.FixtureTombs()}, recs)
	}
	before, err := e.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Search(t.Context(), index.Request{}); uhri.KindOf(err) != uhri.Unavailable {
		t.Errorf("closed: %v, want Unavailable", err)
	}
	if err := e.Publish(t.Context(), index.Snapshot{ID: "late"}, indextest.Each(recs)); uhri.KindOf(err) != uhri.Unavailable {
		t.Errorf("publishing when closed: %v, want Unavailable", err)
	}
	e, err = Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	after, err := e.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	var gone *uhri.GoneRecord
	if _, err := e.Get(t.Context(), indextest.FixtureTombs()[0].ID); !errors.As(err, &gone) {
		t.Errorf("tombstones are lost: %v", err)
	}
	whole(t, e)
}

func TestIndexDeletedAndDamaged(t *testing.T) {
	recs := indextest.Fixtures()
	damage := map[string]func(t *testing.T, dir string){
		"deleted":   func(t *testing.T, dir string) { os.RemoveAll(dir) },
		"no header": func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "one", headerName)) },
		"broken header": func(t *testing.T, dir string) {
			os.WriteFile(filepath.Join(dir, "one", headerName), []byte("{"), 0o644)
		},
		"other format": func(t *testing.T, dir string) {
			os.WriteFile(filepath.Join(dir, "one", headerName), []byte(`{"format":999}`), 0o644)
		},
		"short tables":      func(t *testing.T, dir string) { os.Truncate(filepath.Join(dir, "one", tablesName), 100) },
		"short records":     func(t *testing.T, dir string) { os.Truncate(filepath.Join(dir, "one", recordsName), 100) },
		"a part is missing": func(t *testing.T, dir string) { os.RemoveAll(filepath.Join(dir, "one", partName(0))) },
		"broken pointer":    func(t *testing.T, dir string) { os.WriteFile(filepath.Join(dir, pointerName), []byte("one"), 0o644) },
		"dangling pointer":  func(t *testing.T, dir string) { os.RemoveAll(filepath.Join(dir, "one")) },
	}
	for name, harm := range damage {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "index")
			e, err := Open(Options{Dir: dir, Parts: 1})
			if err != nil {
				t.Fatal(err)
			}
			publish(t, e, index.Snapshot{ID: "one"}, recs)
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			harm(t, dir)
			e, err = Open(Options{Dir: dir, Parts: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if _, err := e.Search(t.Context(), index.Request{}); uhri.KindOf(err) != uhri.Unavailable {
				t.Errorf("search: %v, want Unavailable", err)
			}
			publish(t, e, index.Snapshot{ID: "one"}, recs)
			if n := whole(t, e); n != len(recs) {
				t.Errorf("%d records after publishing again, want %d", n, len(recs))
			}
		})
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	e := openTest(t, 1)
	defer e.Close()
	publish(t, e, index.Snapshot{ID: "one"}, indextest.Fixtures())
	whole(t, e)
	path := filepath.Join(e.o.Dir, "one", tablesName)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	at := e.current.head.Sections[3].At
	b := make([]byte, 1)
	f.ReadAt(b, at)
	b[0] ^= 0xff
	f.WriteAt(b, at)
	if err := e.Verify(t.Context()); err == nil {
		t.Error("a changed byte is not found")
	}
}

// TestFolders follows what is on disk: two snapshots, one after a purge, none of a failed build.
func TestFolders(t *testing.T) {
	e := openTest(t, 2)
	defer e.Close()
	recs := indextest.Fixtures()
	want := func(names ...string) {
		t.Helper()
		if diff := cmp.Diff(names, folders(t, e.o.Dir)); diff != "" {
			t.Error(diff)
		}
	}
	publish(t, e, index.Snapshot{ID: "a"}, recs)
	publish(t, e, index.Snapshot{ID: "b"}, recs)
	want("a", "b")
	publish(t, e, index.Snapshot{ID: "c"}, recs)
	want("b", "c")
	publish(t, e, index.Snapshot{ID: "c"}, recs)
	want("c", "c~1")
	err := e.Publish(t.Context(), index.Snapshot{ID: "d"}, func(yield func(*uhri.Recommendation, error) bool) {
		_ = yield(recs[0], nil) && yield(nil, fs.ErrClosed)
	})
	if !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	want("c", "c~1")
	err = e.Publish(t.Context(), index.Snapshot{ID: "d"}, indextest.Each(append(recs[:3:3], recs[1])))
	if err == nil || !strings.Contains(err.Error(), string(recs[1].ID)) {
		t.Errorf("a record that comes twice: %v", err)
	}
	want("c", "c~1")
	publish(t, e, index.Snapshot{ID: "../e/..", Purge: true}, recs)
	want("snapshot-_e_..")
	if err := os.MkdirAll(filepath.Join(e.o.Dir, "somebody's"), 0o755); err != nil {
		t.Fatal(err)
	}
	publish(t, e, index.Snapshot{ID: "f", Purge: true}, nil)
	want("f", "somebody's")
	if n := whole(t, e); n != 0 {
		t.Errorf("%d records in an empty snapshot", n)
	}
}

// TestLeftovers: what a killed build and a killed removal left behind goes when an engine opens, unless somebody builds.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(Options{Dir: dir, Parts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	publish(t, e, index.Snapshot{ID: "one"}, indextest.Fixtures())
	left := []string{buildPrefix + "two", trashPrefix + "zero", "forgotten"}
	for _, name := range left {
		if err := os.MkdirAll(filepath.Join(dir, name, "part-0"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "forgotten", headerName), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	err = e.Publish(t.Context(), index.Snapshot{ID: "three"}, func(yield func(*uhri.Recommendation, error) bool) {
		other, err := Open(Options{Dir: dir})
		if err != nil {
			t.Error(err)
			return
		}
		defer other.Close()
		if names := folders(t, dir); len(names) != 5 {
			t.Errorf("while somebody builds: %v", names)
		}
		if err := other.Publish(t.Context(), index.Snapshot{ID: "four"}, indextest.Each(nil)); uhri.KindOf(err) != uhri.Unavailable {
			t.Errorf("two build at once: %v, want Unavailable", err)
		}
		yield(nil, fs.ErrClosed)
	})
	if !errors.Is(err, fs.ErrClosed) {
		t.Fatal(err)
	}
	other, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if diff := cmp.Diff([]string{"one"}, folders(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestWatch: what one process publishes another serves, and the one before stays for cursors as long as it should.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	recs := indextest.Fixtures()
	open := func() *Engine {
		e, err := Open(Options{Dir: dir, Parts: 1, KeepPrevious: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e
	}
	writer, reader := open(), open()
	now := time.Now()
	look := func(at time.Time) index.Status {
		t.Helper()
		if err := reader.look(at); err != nil {
			t.Fatal(err)
		}
		st, err := reader.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	publish(t, writer, index.Snapshot{ID: "one"}, recs)
	if st := look(now); st.Current.ID != "one" || st.Previous != nil {
		t.Errorf("%+v", st)
	}
	// A search that runs while its snapshot is replaced, and removed, ends on it.
	var rows int
	err := reader.Stream(t.Context(), index.Request{}, func(index.Row) bool {
		if rows++; rows == 1 {
			publish(t, writer, index.Snapshot{ID: "two"}, recs[:3])
			publish(t, writer, index.Snapshot{ID: "three", Purge: true}, recs[:2])
			if st := look(now); st.Current.ID != "three" || st.Previous != nil {
				t.Errorf("%+v", st)
			}
		}
		return true
	})
	if err != nil || rows != len(recs) {
		t.Errorf("%d rows of a stream over a removed snapshot, %v", rows, err)
	}
	publish(t, writer, index.Snapshot{ID: "four"}, recs)
	if st := look(now.Add(time.Minute)); st.Current.ID != "four" || st.Previous == nil || st.Previous.ID != "three" {
		t.Errorf("%+v", st)
	}
	if st := look(now.Add(2 * time.Hour)); st.Current.ID != "four" || st.Previous != nil {
		t.Errorf("two hours later: %+v", st)
	}
	if diff := cmp.Diff([]string{"four"}, folders(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestWatchEnds: Watch looks every two seconds and ends with its context.
func TestWatchEnds(t *testing.T) {
	dir := t.TempDir()
	writer, err := Open(Options{Dir: dir, Parts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	publish(t, writer, index.Snapshot{ID: "one"}, indextest.Fixtures())
	synctest.Test(t, func(t *testing.T) {
		e := &Engine{o: writer.o, gate: make(chan struct{}, 1)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Watch(ctx) }()
		if _, err := e.Status(ctx); uhri.KindOf(err) != uhri.Unavailable {
			t.Errorf("before it looked: %v", err)
		}
		time.Sleep(watchEvery + time.Millisecond)
		synctest.Wait()
		if st, err := e.Status(ctx); err != nil || st.Current.ID != "one" {
			t.Errorf("after it looked: %+v, %v", st, err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestPublishUnderLoad: while snapshots come and go no search fails, and none mixes two.
func TestPublishUnderLoad(t *testing.T) {
	e := openTest(t, 2)
	defer e.Close()
	all := indextest.RandomCorpus(1, 200)
	publish(t, e, index.Snapshot{ID: "0"}, all)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				res, err := e.Search(context.Background(), index.Request{Query: "the OR torture OR NOT rights", Limit: 3, Facets: []string{"mechanism"}})
				if err != nil {
					t.Error(err)
					return
				}
				sum := res.Facets[0].Unknown
				for _, v := range res.Facets[0].Values {
					sum += v.Count
				}
				if sum != res.Total || res.Total > res.Snapshot.Records {
					t.Errorf("snapshot %s of %d: total %d, facet %d", res.Snapshot.ID, res.Snapshot.Records, res.Total, sum)
				}
				rows := 0
				if err := e.Stream(context.Background(), index.Request{}, func(index.Row) bool { rows++; return true }); err != nil || rows%10 != 0 {
					t.Errorf("%d rows, %v", rows, err)
				}
			}
		})
	}
	for i := 1; i <= 10; i++ {
		publish(t, e, index.Snapshot{ID: fmt.Sprint(i), Purge: i%3 == 0}, all[:200-10*i])
	}
	close(stop)
	readers.Wait()
}

// childDir tells a test binary that it is the process to be killed.
const childDir = "BLEVEINDEX_CHILD_DIR"

// runChild publishes two snapshots in turn until it is killed.
func runChild(dir string) {
	e, err := Open(Options{Dir: dir, Parts: 2})
	if err != nil {
		fmt.Println("child:", err)
		os.Exit(1)
	}
	for {
		for _, n := range []int{120, 180} {
			fmt.Println("publishing")
			err := e.Publish(context.Background(), index.Snapshot{ID: fmt.Sprint(n)}, indextest.Each(indextest.RandomCorpus(uint64(n), n)))
			if err != nil {
				fmt.Println("child:", err)
				os.Exit(1)
			}
		}
	}
}

// TestKilled kills a publishing process twenty times at any moment. What is opened afterwards is a whole snapshot.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	for round := range 20 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n <= min(round, 1) && lines.Scan(); n++ { // from the second round on there is one to fall back on
			if line := lines.Text(); line != "publishing" {
				t.Fatal(line)
			}
		}
		<-time.After(time.Duration(rand.Int64N(int64(150 * time.Millisecond)))) // any moment is the point of the test
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		e, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Status(t.Context()); err == nil {
			if n := whole(t, e); n != 120 && n != 180 {
				t.Errorf("round %d: %d records", round, n)
			}
		} else if round > 0 {
			t.Errorf("round %d: %v", round, err)
		}
		for _, name := range folders(t, dir) {
			if strings.HasPrefix(name, ".") {
				t.Errorf("round %d: %s was left behind", round, name)
			}
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDeadlines(t *testing.T) {
	e, err := Open(Options{Dir: t.TempDir(), Parts: 1, MaxConcurrent: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	publish(t, e, index.Snapshot{ID: "one"}, indextest.Fixtures())
	ctx, cancel := context.WithCancel(t.Context())
	rows := 0
	err = e.Stream(ctx, index.Request{Sort: index.SortOldest}, func(index.Row) bool {
		rows++
		cancel()
		return true
	})
	if uhri.KindOf(err) != uhri.Timeout || rows == len(indextest.Fixtures()) {
		t.Errorf("a stream whose context ended: %d rows, %v", rows, err)
	}
	// While the only place is taken a search waits, and gives up with its context.
	leave, err := e.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := e.Search(ctx, index.Request{}); uhri.KindOf(err) != uhri.Timeout {
		t.Errorf("waiting for a place: %v, want Timeout", err)
	}
	leave()
	if _, err := e.Search(t.Context(), index.Request{}); err != nil {
		t.Error(err)
	}
}

// TestPublishCancelled: a build that is cancelled at any record leaves nothing.
func TestPublishCancelled(t *testing.T) {
	e := openTest(t, 3)
	defer e.Close()
	recs := indextest.RandomCorpus(3, 300)
	for _, at := range []int{0, 1, 64, 299} {
		ctx, cancel := context.WithCancel(t.Context())
		var seq iter.Seq2[*uhri.Recommendation, error] = func(yield func(*uhri.Recommendation, error) bool) {
			for i, r := range recs {
				if i == at {
					cancel()
				}
				if !yield(r, nil) {
					return
				}
			}
		}
		if err := e.Publish(ctx, index.Snapshot{ID: "x"}, seq); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at %d: %v", at, err)
		}
		if names := folders(t, e.o.Dir); len(names) > 0 {
			t.Errorf("cancelled at %d: left %v", at, names)
		}
	}
}
