package main

import (
	"context"
	"encoding/json"
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
	"github.com/blevesearch/bleve/v2/search"

	"uhri/api/export"
	"uhri/index"
	"uhri/index/indextest"
)

// pages of bleve are measured at pagesOf depths, evenly spread over the corpus: all of them would take minutes a round, and
// bleve's From is the slower the deeper.
const pageSize, pagesOf = 1_000, 8

// exports measures whole-corpus files: a copy of the same bytes, each format as the product writes it, and the same
// records read by paging through bleve, newest first, whole records stored; alternating rounds, medians.
func exports(ctx context.Context, peers []peer, withBleve bool, dir string, g indextest.Generated, rounds int) error {
	records := g.Records
	var searcher index.Searcher
	for _, p := range peers {
		if p, ok := p.(*ours); ok {
			searcher = p.Engine
		}
	}
	if searcher == nil {
		return nil
	}
	var paged *pager
	if withBleve {
		ix, err := buildPaged(ctx, filepath.Join(dir, "paged"), g)
		if err != nil {
			return fmt.Errorf("building the index to page through: %w", err)
		}
		defer ix.Close()
		paged = &pager{ix: ix, records: records}
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
		ways = append(ways, way{"bleve, From", func() (int, error) { return paged.from(ctx) }},
			way{"bleve, SearchAfter", func() (int, error) { return paged.after(ctx) }})
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
	fmt.Printf("%-18s %12s %12s %10s %12s\n", "", "records/s", "/ ndjson", "extra MB", "file MB")
	for _, w := range ways {
		size := ""
		if info, err := os.Stat(at(w.name)); err == nil {
			size = fmt.Sprintf("%.0f", float64(info.Size())/1e6)
		}
		fmt.Printf("%-18s %12.0f %12.3f %10.0f %12s\n", w.name, median(w.name), median(w.name)/median("ndjson"), extra[w.name], size)
	}
	fmt.Printf("ndjson is %.2f of a copy, csv %.2f of ndjson", median("ndjson")/median("copy"), median("csv")/median("ndjson"))
	if paged != nil {
		fmt.Printf(", %.0f times paging through bleve by From and %.0f times by SearchAfter (pages of %d)", median("ndjson")/median("bleve, From"), median("ndjson")/median("bleve, SearchAfter"), pageSize)
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

// buildPaged makes what people who page through bleve for whole records have: the record stored, the date to sort by. Texts
// are left out; a search for everything does not look at them.
func buildPaged(ctx context.Context, dir string, g indextest.Generated) (bleve.Index, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	date, record := bleve.NewKeywordFieldMapping(), bleve.NewTextFieldMapping()
	date.Store, date.IncludeInAll = false, false
	record.Index, record.DocValues, record.IncludeInAll = false, false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("date", date)
	doc.AddFieldMappingsAt("record", record)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	b, err := bleve.NewBuilder(dir, m, map[string]any{"batchSize": 10_000})
	if err != nil {
		return nil, err
	}
	for r := range g.Each() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		whole, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		if err := b.Index(string(r.ID), map[string]any{"date": fmt.Sprintf("%08d", r.Date.Key()), "record": string(whole)}); err != nil {
			return nil, err
		}
	}
	if err := b.Close(); err != nil {
		return nil, err
	}
	return bleve.Open(dir)
}

// pager reads pages of all records by bleve, newest first.
type pager struct {
	ix      bleve.Index
	records int
	ends    [][]string // sort keys of the last hit of each page read by from
}

// from reads pages evenly spread over the corpus by counting hits, as nearly everybody pages.
func (p *pager) from(ctx context.Context) (int, error) {
	p.ends = p.ends[:0]
	n := 0
	for i := range pagesOf {
		hits, err := p.page(ctx, (2*i+1)*p.records/(2*pagesOf), nil)
		if err != nil {
			return n, err
		}
		n += len(hits)
		p.ends = append(p.ends, hits[len(hits)-1].Sort)
	}
	return n, nil
}

// after reads the pages that follow those from has read, by their keys.
func (p *pager) after(ctx context.Context) (int, error) {
	n := 0
	for _, key := range p.ends {
		hits, err := p.page(ctx, 0, key)
		if err != nil {
			return n, err
		}
		n += len(hits)
	}
	return n, nil
}

func (p *pager) page(ctx context.Context, from int, after []string) (search.DocumentMatchCollection, error) {
	req := bleve.NewSearchRequestOptions(bleve.NewMatchAllQuery(), pageSize, from, false)
	req.Fields = []string{"record"}
	req.SortBy([]string{"-date", "_id"})
	req.SearchAfter = after
	res, err := p.ix.SearchInContext(ctx, req)
	if err != nil {
		return nil, err
	}
	if len(res.Hits) == 0 {
		return nil, fmt.Errorf("bleve has no page at %d", from)
	}
	for _, h := range res.Hits {
		if s, _ := h.Fields["record"].(string); s == "" {
			return nil, fmt.Errorf("bleve's hit %s has no record", h.ID)
		}
	}
	return res.Hits, nil
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
