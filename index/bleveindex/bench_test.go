package bleveindex

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
)

// The benchmarks run over the generated corpus. UHRI_BENCH_RECORDS is its size (default 42,000; the whole is
// 268,000), UHRI_BENCH_LANGS=all gives it six languages, and UHRI_BENCH_INDEX names a directory in which the index is
// kept from run to run.

func benchCorpus(b *testing.B) indextest.Generated {
	g := indextest.Generated{Records: 42_000, Seed: 1}
	if n, err := strconv.Atoi(os.Getenv("UHRI_BENCH_RECORDS")); err == nil {
		g.Records = n
	}
	if os.Getenv("UHRI_BENCH_LANGS") == "all" {
		g.Langs = uhri.Langs[:]
	}
	return g
}

func benchSnapshot() index.Snapshot {
	return index.Snapshot{ID: "bench", Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
}

// benchEngine opens the kept index, or builds one.
func benchEngine(b *testing.B) *Engine {
	b.Helper()
	g := benchCorpus(b)
	dir := os.Getenv("UHRI_BENCH_INDEX")
	if dir == "" {
		dir = b.TempDir()
	}
	e, err := Open(Options{Dir: filepath.Join(dir, fmt.Sprintf("%d-%d", g.Records, len(g.Langs)))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close() })
	if _, err := e.Status(b.Context()); err != nil {
		if err := e.Publish(b.Context(), benchSnapshot(), g.Publishable()); err != nil {
			b.Fatal(err)
		}
	}
	return e
}

// memory returns a figure of the process in MB: VmRSS, VmHWM, RssAnon. 0 where there is no /proc.
func memory(key string) float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range bytes.Split(status, []byte("\n")) {
		if f := bytes.Fields(line); len(f) > 1 && string(f[0]) == key+":" {
			kb, _ := strconv.Atoi(string(f[1]))
			return float64(kb) / 1024
		}
	}
	return 0
}

func folderMB(dir string) float64 {
	var n int64
	filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			n += info.Size()
		}
		return nil
	})
	return float64(n) / 1e6
}

// processor returns the time this process has spent computing, which a busy machine distorts less than the clock.
func processor() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure measures one search.
func measure(b *testing.B, e *Engine, req index.Request, before func()) {
	b.ReportAllocs()
	total := 0
	began := processor()
	for b.Loop() {
		if before != nil {
			before()
		}
		res, err := e.Search(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		total = res.Total
	}
	b.ReportMetric((processor()-began).Seconds()*1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(total), "hits")
}

// BenchmarkPublish builds the corpus, which is generated beforehand so that only the building is measured.
func BenchmarkPublish(b *testing.B) {
	g := benchCorpus(b)
	var recs []*uhri.Recommendation
	for r, err := range g.Publishable() {
		if err != nil {
			b.Fatal(err)
		}
		recs = append(recs, r)
	}
	runtime.GC()
	before := memory("VmRSS")
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // VmHWM begins anew
	began := processor()
	for b.Loop() {
		e, err := Open(Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Publish(b.Context(), benchSnapshot(), indextest.Each(recs)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(folderMB(e.o.Dir), "MB")
		e.Close()
	}
	b.ReportMetric(float64(len(recs)*b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(len(recs)*b.N)/(processor()-began).Seconds(), "records/cpu-s")
	b.ReportMetric(memory("VmHWM")-before, "peak-MB")
}

// BenchmarkSearch is the workload: exact total, twenty hits with highlighting, six facets.
func BenchmarkSearch(b *testing.B) {
	e := benchEngine(b)
	for _, sort := range []index.Sort{index.SortRelevance, index.SortNewest} {
		for _, c := range indextest.Workload() {
			req := c.Request
			req.Sort, req.Limit, req.Highlight, req.Facets, req.FacetLimit = sort, 20, true, indextest.BenchFacets[:], -1
			b.Run(string(sort)+"/"+c.Name, func(b *testing.B) { measure(b, e, req, nil) })
		}
	}
}

// BenchmarkFacets is the cost of facets alone.
func BenchmarkFacets(b *testing.B) {
	e := benchEngine(b)
	for _, facets := range [][]string{nil, indextest.BenchFacets[:], {"*"}} {
		for _, q := range []string{"", "rights", "women", "torture", "mechanism:upr", "rights OR women OR state"} {
			req := index.Request{Query: q, Sort: index.SortNewest, Facets: facets, FacetLimit: -1}
			b.Run(fmt.Sprintf("%d/%s", len(facets), q), func(b *testing.B) { measure(b, e, req, nil) })
		}
	}
}

// BenchmarkOpen is from nothing to the first answer, with the files in the page cache.
func BenchmarkOpen(b *testing.B) {
	dir := benchEngine(b).o.Dir
	for b.Loop() {
		e, err := Open(Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.Search(b.Context(), index.Request{Query: "torture", Limit: 20, Facets: []string{"*"}}); err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}

// BenchmarkStream writes every match as NDJSON; BenchmarkCopy copies as many bytes, which is the measure.
func BenchmarkStream(b *testing.B) {
	e := benchEngine(b)
	for _, req := range []index.Request{{}, {Query: "rights"}, {Query: "torture"}, {Query: "rights", Sort: index.SortRelevance}} {
		b.Run(req.Query+string(req.Sort), func(b *testing.B) {
			b.ReportAllocs()
			rows, size := 0, int64(0)
			for b.Loop() {
				rows, size = 0, 0
				err := e.Stream(b.Context(), req, func(r index.Row) bool {
					rows++
					n, _ := io.Discard.Write(r.JSON())
					size += int64(n)
					return true
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(size)
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkThroughput is the workload from four clients at once.
func BenchmarkThroughput(b *testing.B) {
	e := benchEngine(b)
	cases := indextest.Workload()
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			req := cases[i*7%len(cases)].Request
			req.Sort, req.Limit, req.Highlight, req.Facets, req.FacetLimit = index.SortRelevance, 20, true, indextest.BenchFacets[:], -1
			if i%2 == 1 {
				req.Sort = index.SortNewest
			}
			if _, err := e.Search(context.Background(), req); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(memory("VmRSS"), "MB-RSS")
	b.ReportMetric(memory("RssAnon"), "MB-anonymous")
}

// BenchmarkPhrase finds phrases that no earlier search has left in the cache.
func BenchmarkPhrase(b *testing.B) {
	e := benchEngine(b)
	for _, q := range []string{`"human rights"`, `"violence against women"`, `"the rule of law"`, `"optional protocol"`, `"of the"`, `"rights women"~5`, `violence NEAR/5 women`,
		"discriminat*", "inter*", "*tion"} {
		req := index.Request{Query: q, Limit: 20, Highlight: true, Facets: indextest.BenchFacets[:], FacetLimit: -1}
		b.Run(q, func(b *testing.B) { measure(b, e, req, func() { e.current.leaves = newLeafCache() }) })
	}
}

// BenchmarkScore is what scoring adds: a page by relevance, without facets and highlighting.
func BenchmarkScore(b *testing.B) {
	e := benchEngine(b)
	for _, q := range []string{"torture", "women", "violence", "rights", "women OR children OR disabilities"} {
		for _, sort := range []index.Sort{index.SortNewest, index.SortRelevance} {
			b.Run(q+"/"+string(sort), func(b *testing.B) { measure(b, e, index.Request{Query: q, Sort: sort, Limit: 1}, nil) })
		}
	}
}

// BenchmarkLanguages searches every language of the corpus for its most frequent words, alone and as phrases, so that
// all of the index is touched; what it holds in memory then is the figure.
func BenchmarkLanguages(b *testing.B) {
	e := benchEngine(b)
	var reqs []index.Request
	for code, l := range e.current.langs {
		var words []string
		for id, c := range l.code {
			if c < 30 {
				words = append(words, string(l.terms.at(id)))
			}
		}
		for i, w := range words {
			for _, q := range []string{w, `"` + w + " " + words[(i+1)%len(words)] + `"`, w + " OR " + words[(i+7)%len(words)]} {
				reqs = append(reqs, index.Request{Query: q, Langs: []uhri.Lang{code}, Limit: 20, Highlight: true, Facets: []string{"*"}, FacetLimit: -1})
			}
		}
	}
	i := 0
	for b.Loop() {
		if _, err := e.Search(b.Context(), reqs[i%len(reqs)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(memory("VmRSS"), "MB-RSS")
	b.ReportMetric(memory("RssAnon"), "MB-anonymous")
}
