package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"uhri/api/export"
	"uhri/index"
	"uhri/index/bleveindex"
	"uhri/index/indextest"
)

// ours is the product's engine, asked as api and ui ask it.
type ours struct{ index.Engine }

var builders = []builder{
	{"uhri", buildOurs},
	{"sqlite", buildSQLite},
	{"bleve", buildStock},
}

func buildOurs(ctx context.Context, dir string, g indextest.Generated) (peer, error) {
	o := bleveindex.Options{Dir: filepath.Join(dir, "index"), Rows: export.Rows("")}
	e, err := bleveindex.Open(o)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := e.Publish(ctx, index.Snapshot{ID: "bench"}, g.Publishable()); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	took := time.Since(start)
	if err := e.Close(); err != nil {
		return nil, err
	}
	fmt.Printf("uhri: published in %.1f s (%.0f records/s, generating them included), peak RSS %.0f MB\n", took.Seconds(), float64(g.Records)/took.Seconds(), peakMB())
	debug.FreeOSMemory()
	start = time.Now()
	if e, err = bleveindex.Open(o); err != nil {
		return nil, err
	}
	p := &ours{e}
	if _, err := p.run(ctx, indextest.Workload()[0], index.SortRelevance, indextest.BenchFacets[:]); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	fmt.Printf("uhri: open to first answer %.0f ms\n", ms(time.Since(start)))
	return p, nil
}

func (o *ours) name() string { return "uhri" }

func (o *ours) close() error { return o.Engine.Close() }

func (o *ours) run(ctx context.Context, c indextest.Case, sort index.Sort, facets []string) (int, error) {
	req := c.Request
	req.Sort, req.Limit, req.Highlight, req.Facets, req.FacetLimit = sort, 20, true, facets, -1
	res, err := o.Search(ctx, req)
	if err != nil {
		return 0, err
	}
	return res.Total, nil
}
