package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"uhri/index"
	"uhri/index/indextest"
)

// orders are the two ways every search is sorted.
var orders = [...]index.Sort{index.SortRelevance, index.SortNewest}

// table holds the median of each search for each peer.
type table struct {
	peers  []peer
	rows   []row
	totals [][]int // by row, by peer
}

type row struct {
	kind, name string
	sort       index.Sort
	medians    []time.Duration // by peer
}

// measure runs the workload in alternating rounds, so that what else the machine does hits every peer alike, after one
// round that is not counted.
func measure(ctx context.Context, peers []peer, facets []string, rounds int) (*table, error) {
	t := &table{peers: peers}
	cases := indextest.Workload()
	times := map[[2]int][]time.Duration{} // by row and peer
	for round := range rounds + 1 {
		for i, p := range peers {
			n := 0
			for _, c := range cases {
				for _, sort := range orders {
					start := time.Now()
					total, err := p.run(ctx, c, sort, facets)
					took := time.Since(start)
					if err != nil {
						return nil, fmt.Errorf("%s: %s: %w", p.name(), c.Name, err)
					}
					if n == len(t.rows) {
						t.rows = append(t.rows, row{kind: c.Kind, name: c.Name, sort: sort})
						t.totals = append(t.totals, make([]int, len(peers)))
					}
					t.totals[n][i] = total
					if round > 0 {
						times[[2]int{n, i}] = append(times[[2]int{n, i}], took)
					}
					n++
				}
			}
		}
	}
	for n := range t.rows {
		for i := range peers {
			t.rows[n].medians = append(t.rows[n].medians, percentile(times[[2]int{n, i}], 0.5))
		}
	}
	return t, nil
}

func percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Clone(d)
	slices.Sort(d)
	return d[min(int(p*float64(len(d))), len(d)-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// print writes the means by kind and order, then the percentiles, each with the first peer's share of the others.
func (t *table) print(title string) {
	fmt.Printf("%s (ms; medians of alternating rounds)\n", title)
	fmt.Printf("%-12s %-10s", "kind", "order")
	for _, p := range t.peers {
		fmt.Printf(" %10s", p.name())
	}
	for _, p := range t.peers[1:] {
		fmt.Printf(" %10s", "/"+p.name())
	}
	fmt.Println()
	line := func(a, b string, values []time.Duration) {
		fmt.Printf("%-12s %-10s", a, b)
		for _, v := range values {
			fmt.Printf(" %10.2f", ms(v))
		}
		for _, v := range values[1:] {
			fmt.Printf(" %10.4f", float64(values[0])/float64(max(v, 1)))
		}
		fmt.Println()
	}
	var kinds []string
	for _, r := range t.rows {
		if !slices.Contains(kinds, r.kind) {
			kinds = append(kinds, r.kind)
		}
	}
	for _, kind := range kinds {
		for _, sort := range orders {
			means := make([]time.Duration, len(t.peers))
			n := 0
			for _, r := range t.rows {
				if r.kind == kind && r.sort == sort {
					n++
					for i, m := range r.medians {
						means[i] += m
					}
				}
			}
			for i := range means {
				means[i] /= time.Duration(n)
			}
			line(kind, string(sort), means)
		}
	}
	for _, p := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p95", 0.95}, {"slowest", 1}} {
		values := make([]time.Duration, len(t.peers))
		for i := range t.peers {
			var all []time.Duration
			for _, r := range t.rows {
				all = append(all, r.medians[i])
			}
			values[i] = percentile(all, p.at)
		}
		line(p.name, "", values)
	}
	// Peers part words a little differently; larger differences would mean that they did other work.
	for n, totals := range t.totals {
		for i, total := range totals[1:] {
			if d := total - totals[0]; t.rows[n].sort == orders[0] && (d > totals[0]/50 || -d > totals[0]/50) {
				fmt.Printf("note: %s finds %d, %s %d\n", t.rows[n].name, totals[0], t.peers[i+1].name(), total)
			}
		}
	}
	fmt.Println()
}

// allocations prints what one search allocates on average.
func allocations(ctx context.Context, p peer, facets []string) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for _, c := range indextest.Workload() {
		for _, sort := range orders {
			if _, err := p.run(ctx, c, sort, facets); err != nil {
				return err
			}
			n++
		}
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("%s allocates %.0f kB a search, holds %.0f MB of heap, peak RSS while searching %.0f MB\n", p.name(),
		float64(after.TotalAlloc-before.TotalAlloc)/float64(n)/1024, float64(before.HeapAlloc)/1e6, peakMB())
	return nil
}

// throughput prints how many searches a second several clients get.
func throughput(ctx context.Context, p peer, facets []string) error {
	cases := indextest.Workload()
	for _, clients := range []int{1, 4, 16} {
		const each = 400
		var next atomic.Int64
		var mu sync.Mutex
		var all []time.Duration
		var failed error
		var wg sync.WaitGroup
		start := time.Now()
		for range clients {
			wg.Go(func() {
				var mine []time.Duration
				for i := int(next.Add(1)); i <= each*2; i = int(next.Add(1)) {
					began := time.Now()
					// A stride that is no divisor of the workload mixes the kinds.
					_, err := p.run(ctx, cases[i*7%len(cases)], orders[i/len(cases)%2], facets)
					mine = append(mine, time.Since(began))
					if err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
						return
					}
				}
				mu.Lock()
				all = append(all, mine...)
				mu.Unlock()
			})
		}
		wg.Wait()
		if failed != nil {
			return failed
		}
		fmt.Printf("%s with %2d clients: %.0f searches/s, p50 %.2f ms, p95 %.2f ms, p99 %.2f ms\n", p.name(), clients,
			float64(len(all))/time.Since(start).Seconds(), ms(percentile(all, 0.5)), ms(percentile(all, 0.95)), ms(percentile(all, 0.99)))
	}
	return nil
}
