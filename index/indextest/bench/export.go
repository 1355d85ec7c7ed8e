package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"

	"uhri/api/export"
	"uhri/index"
)

// pagedOf is how many records are read by paging through bleve; the rate hardly changes with more.
const pagedOf, pageSize = 50_000, 5_000

// exports measures whole-corpus files: a copy of the same bytes, each format as the product writes it, and the same
// records read by paging through bleve; alternating rounds, medians.
func exports(ctx context.Context, peers []peer, dir string, records, rounds int) error {
	var searcher index.Searcher
	var paged bleve.Index
	for _, p := range peers {
		switch p := p.(type) {
		case *ours:
			searcher = p.Engine
		case *stock:
			paged = p.ix
		}
	}
	if searcher == nil {
		return nil
	}
	at := func(name string) string { return filepath.Join(dir, "export."+name) }
	write := func(format string) func() (int, error) {
		return func() (int, error) {
			f, err := os.Create(at(format))
			if err != nil {
				return 0, err
			}
			defer f.Close()
			s := export.NewServer(export.Options{Searcher: searcher, BaseURL: "https://bench.example"})
			req, p, faults := s.Plan(format, url.Values{}, true)
			if len(faults) > 0 {
				return 0, fmt.Errorf("%v", faults)
			}
			res, err := export.Count(ctx, searcher, req)
			if err != nil {
				return 0, err
			}
			s.Describe(req, res, p)
			req.Snapshot = res.Snapshot.ID
			n, err := export.Write(ctx, f, searcher, req, p, nil)
			if err != nil {
				return n, err
			}
			return n, f.Close()
		}
	}
	type way struct {
		name string
		run  func() (int, error)
	}
	ways := []way{{"ndjson", write("ndjson")}, {"copy", func() (int, error) { return records, copyFile(at("ndjson"), at("copy")) }}, {"csv", write("csv")}, {"xlsx", write("xlsx")}, {"parquet", write("parquet")}}
	if paged != nil {
		ways = append(ways, way{"bleve", func() (int, error) { return pageThrough(ctx, paged) }})
	}
	rates, extra := map[string][]float64{}, map[string]float64{}
	for range rounds {
		for _, w := range ways {
			debug.FreeOSMemory()
			before := anonMB()
			stop, most := make(chan struct{}), make(chan float64)
			go func() {
				top := 0.0
				for {
					top = max(top, anonMB())
					select {
					case <-stop:
						most <- top
						return
					case <-time.After(5 * time.Millisecond):
					}
				}
			}()
			start := time.Now()
			n, err := w.run()
			took := time.Since(start)
			close(stop)
			top := <-most
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			rates[w.name] = append(rates[w.name], float64(n)/took.Seconds())
			extra[w.name] = max(extra[w.name], top-before)
		}
	}
	median := func(name string) float64 {
		r := slices.Clone(rates[name])
		if len(r) == 0 {
			return 0
		}
		slices.Sort(r)
		return r[len(r)/2]
	}
	fmt.Printf("whole-corpus files: medians of %d alternating rounds; memory is the most beyond what was in use before\n", rounds)
	fmt.Printf("%-8s %12s %12s %10s %12s\n", "", "records/s", "/ ndjson", "extra MB", "file MB")
	for _, w := range ways {
		size := ""
		if info, err := os.Stat(at(w.name)); err == nil {
			size = fmt.Sprintf("%.0f", float64(info.Size())/1e6)
		}
		fmt.Printf("%-8s %12.0f %12.3f %10.0f %12s\n", w.name, median(w.name), median(w.name)/median("ndjson"), extra[w.name], size)
	}
	fmt.Printf("ndjson is %.2f of a copy", median("ndjson")/median("copy"))
	if paged != nil {
		fmt.Printf(" and %.0f times paging through bleve", median("ndjson")/median("bleve"))
	}
	fmt.Println()
	return nil
}

// copyFile copies through memory, as an export must.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 1<<20)); err != nil {
		return err
	}
	return out.Close()
}

// pageThrough reads stored texts as bleve's documentation says to: page after page behind the last hit.
func pageThrough(ctx context.Context, ix bleve.Index) (int, error) {
	n := 0
	var after []string
	for n < pagedOf {
		req := bleve.NewSearchRequestOptions(bleve.NewMatchAllQuery(), pageSize, 0, false)
		req.Fields = []string{"text"}
		req.SortBy([]string{"_id"})
		req.SearchAfter = after
		res, err := ix.SearchInContext(ctx, req)
		if err != nil {
			return n, err
		}
		if len(res.Hits) == 0 {
			break
		}
		n += len(res.Hits)
		after = res.Hits[len(res.Hits)-1].Sort
	}
	return n, nil
}

// anonMB is the memory the process has to itself; 0 where the system does not tell.
func anonMB() float64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
