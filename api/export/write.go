package export

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"uhri"
	"uhri/index"
)

// batchRows and batchBytes bound a batch: enough to make handing it over cheap, little enough that a few in flight
// stay under a few megabytes whatever the texts are like.
const (
	batchRows  = 256
	batchBytes = 1 << 20
)

// Count makes the counting search of an export: its total, reading and snapshot. The stream that follows must be
// asked of the same snapshot.
func Count(ctx context.Context, s index.Searcher, req index.Request) (*index.Result, error) {
	req.Limit, req.Offset, req.Cursor, req.Facets, req.Highlight, req.Explain = 0, 0, "", nil, false, false
	return s.Search(ctx, req)
}

// Write streams every match of req, in its order, as the file p describes. Progress, if not nil, is told the rows
// written so far. It returns the rows written; an error means that what was written is no whole file.
//
// Rows are decoded and formatted on all cores and written in order; at most a few batches are in memory.
func Write(ctx context.Context, w io.Writer, s index.Searcher, req index.Request, p *Plan, progress func(rows int)) (int, error) {
	enc := p.Format.encoder(w, p)
	if c, ok := enc.(io.Closer); ok {
		defer c.Close() // temporary files, whatever happens
	}
	if err := enc.Begin(); err != nil {
		return 0, fmt.Errorf("beginning %s: %w", p.Format.Name, err)
	}
	type job struct {
		batch *Batch
		done  chan Prepared
	}
	workers := runtime.GOMAXPROCS(0)
	free := sync.Pool{New: func() any { return &Batch{} }}
	work := make(chan job)
	order := make(chan job, 2*workers) // in flight at once
	g, gctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for j := range work {
				ready, err := enc.Prepare(j.batch)
				if err != nil {
					return fmt.Errorf("row %d: %w", j.batch.First, err)
				}
				j.done <- ready // has room for one
			}
			return nil
		})
	}
	rows := 0
	g.Go(func() error {
		for j := range order {
			var ready Prepared
			select {
			case ready = <-j.done:
			case <-gctx.Done():
				return gctx.Err()
			}
			if err := enc.Append(ready); err != nil {
				return err
			}
			if rows += len(j.batch.JSON); progress != nil {
				progress(rows)
			}
			free.Put(j.batch)
		}
		return nil
	})
	g.Go(func() error {
		defer close(work)
		defer close(order)
		batch, n := newBatch(&free, 0), 0
		send := func() bool {
			if len(batch.JSON) == 0 {
				return true
			}
			j := job{batch, make(chan Prepared, 1)}
			for _, ch := range []chan job{order, work} {
				select {
				case ch <- j:
				case <-gctx.Done():
					return false
				}
			}
			batch = newBatch(&free, n)
			return true
		}
		err := p.stream(gctx, s, req, func(row []byte, made bool) bool {
			batch.add(row)
			batch.Made = made
			n++
			if len(batch.JSON) >= batchRows || len(batch.buf) >= batchBytes {
				return send()
			}
			return true
		})
		if err != nil {
			return fmt.Errorf("reading records: %w", err)
		}
		if !send() || gctx.Err() != nil {
			return gctx.Err()
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return rows, err
	}
	if err := enc.End(); err != nil {
		return rows, fmt.Errorf("ending %s: %w", p.Format.Name, err)
	}
	return rows, nil
}

// stream yields every match of req: rows the engine keeps ready, where it has those this plan would make, else records.
func (p *Plan) stream(ctx context.Context, s index.Searcher, req index.Request, yield func(row []byte, made bool) bool) error {
	if k, ok := s.(index.RowStreamer); ok && p.made() {
		kept, err := k.StreamRows(ctx, req, rowsVersion(p.software), func(row []byte) bool { return yield(row, true) })
		if kept || err != nil {
			return err
		}
	}
	return s.Stream(ctx, req, func(r index.Row) bool { return yield(r.JSON(), false) })
}

func newBatch(free *sync.Pool, first int) *Batch {
	b := free.Get().(*Batch)
	b.JSON, b.buf, b.First, b.Made = b.JSON[:0], b.buf[:0], first, false
	return b
}

// add copies a row: the engine's bytes are valid until it is called again only.
func (b *Batch) add(row []byte) {
	if cap(b.buf)-len(b.buf) < len(row) {
		b.buf = make([]byte, 0, max(batchBytes+batchBytes/4, len(row))) // rows taken before keep the old buffer
	}
	from := len(b.buf)
	b.buf = append(b.buf, row...)
	b.JSON = append(b.JSON, b.buf[from:len(b.buf):len(b.buf)])
}

// decode reads one record.
func decode(row []byte) (*uhri.Recommendation, error) {
	r := new(uhri.Recommendation)
	if err := json.Unmarshal(row, r); err != nil {
		return nil, fmt.Errorf("decoding a record: %w", err)
	}
	return r, nil
}

// each decodes a batch record by record. The view is f's until it returns.
func (p *Plan) each(b *Batch, f func(v *view) error) error {
	v := &view{}
	for _, row := range b.JSON {
		r, err := decode(row)
		if err != nil {
			return err
		}
		p.show(v, r)
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}
