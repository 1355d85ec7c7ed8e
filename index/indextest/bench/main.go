// Command bench measures the embedded engine against the engines a user could pick instead, on the same generated
// records and the same forty searches: SQLite FTS5 through the pure-Go driver, and bleve with its own facets. It
// prints one table of medians and ratios. README.md says how to run Lucene beside it.
//
// It is the one package that knows several engines, and nothing imports it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
)

// peer is one engine under test, with its index built.
type peer interface {
	name() string
	// run answers one search: total, the first twenty with highlighting, and the facets.
	run(ctx context.Context, c indextest.Case, sort index.Sort, facets []string) (total int, err error)
	close() error
}

// builder makes a peer's index in dir and opens it.
type builder struct {
	name string
	make func(ctx context.Context, dir string, g indextest.Generated) (peer, error)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	records := flag.Int("records", indextest.FullSize, "records of the generated corpus")
	seed := flag.Uint64("seed", 1, "of the generated corpus")
	rounds := flag.Int("rounds", 3, "alternating rounds of the whole workload")
	dir := flag.String("dir", "bench-data", "where the indexes are built; they are built anew each time")
	engines := flag.String("engines", "uhri,sqlite,bleve", "which to measure; the first is compared with the others")
	files := flag.Bool("files", false, "measure whole-corpus files only")
	langs := flag.Int("langs", 1, "languages of the texts, 1 to 6; peers index English only")
	export := flag.String("export", "", "only write the records and searches for the Lucene harness to this folder")
	flag.Parse()

	g := indextest.Generated{Records: *records, Seed: *seed, Langs: uhri.Langs[:min(max(*langs, 1), len(uhri.Langs))]}
	if *export != "" {
		return exportForLucene(g, *export)
	}
	fmt.Printf("%s, %s, %s, %d CPUs; bench -records %d -seed %d -rounds %d -langs %d -engines %s\n\n", time.Now().UTC().Format(time.DateOnly),
		runtime.Version(), cpuModel(), runtime.NumCPU(), *records, *seed, *rounds, *langs, *engines)

	var peers []peer
	fmt.Printf("%-8s %12s %12s %10s %12s\n", "build", "seconds", "records/s", "disk MB", "peak RSS MB")
	names := strings.Split(*engines, ",")
	for _, name := range names {
		if *files && name != "uhri" {
			continue // what is paged through is built where it is needed
		}
		i := slices.IndexFunc(builders, func(b builder) bool { return b.name == name })
		if i < 0 {
			return fmt.Errorf("there is no engine %q", name)
		}
		at := filepath.Join(*dir, name)
		if err := os.RemoveAll(at); err != nil {
			return err
		}
		if err := os.MkdirAll(at, 0o755); err != nil {
			return err
		}
		resetPeak()
		start := time.Now()
		p, err := builders[i].make(ctx, at, g)
		if err != nil {
			return fmt.Errorf("building %s: %w", name, err)
		}
		defer p.close()
		took := time.Since(start).Seconds()
		fmt.Printf("%-8s %12.1f %12.0f %10.0f %12.0f\n", name, took, float64(*records)/took, float64(size(at))/1e6, peakMB())
		peers = append(peers, p)
		debug.FreeOSMemory()
	}
	fmt.Println()

	if *files {
		return exports(ctx, peers, slices.Contains(names, "bleve"), *dir, g, *rounds)
	}
	six := slices.Clone(indextest.BenchFacets[:])
	table, err := measure(ctx, peers, six, *rounds)
	if err != nil {
		return err
	}
	table.print("six facets, first twenty with highlighting")
	ours := peers[:1]
	resetPeak()
	for _, t := range []struct {
		title  string
		facets []string
	}{{"no facets", nil}, {"all facets", []string{"*"}}} {
		table, err := measure(ctx, ours, t.facets, *rounds)
		if err != nil {
			return err
		}
		table.print(t.title)
	}
	if err := allocations(ctx, ours[0], six); err != nil {
		return err
	}
	if err := throughput(ctx, ours[0], six); err != nil {
		return err
	}
	return exports(ctx, peers, slices.Contains(names, "bleve"), *dir, g, *rounds)
}

func cpuModel() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return runtime.GOARCH
}

// resetPeak makes the kernel forget the process's greatest memory so far, where it can.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // absent or refused: the peak is that of the whole run
}

// peakMB returns the process's greatest resident memory since resetPeak; 0 where the system does not tell.
func peakMB() float64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}

// size returns the bytes of all files under dir.
func size(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
