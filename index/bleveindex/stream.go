package bleveindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"uhri"
	"uhri/index"

	"github.com/go-json-experiment/json"
)

// readAhead is how much of a file a stream reads at once. Larger reads are no faster (page cache, measured
// to 16 MB), and memory of an export is twice this.
const readAhead = 1 << 20

// maxGap is how many bytes between two matches are read and thrown away rather than skipped with a read of its own.
const maxGap = 16 << 10

// row is a record of a stream: the bytes of the records file.
type row []byte

// JSON implements index.Row.
func (r row) JSON() []byte { return r }

// Decode implements index.Row.
func (r row) Decode() (*uhri.Recommendation, error) {
	rec := &uhri.Recommendation{}
	if err := json.Unmarshal(r, rec); err != nil {
		return nil, fmt.Errorf("decoding a record: %w", err)
	}
	return rec, nil
}

// lines is a file of one piece of bytes for each record, in the order of ranks by newest.
type lines struct {
	file *os.File
	at   []uint64 // where each begins; and the end
}

func openLines(path string, at []uint64) (*lines, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if n := len(at); err == nil && n > 0 && uint64(info.Size()) != at[n-1] {
		err = fmt.Errorf("%s has %d bytes, was written with %d", path, info.Size(), at[n-1])
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lines{f, at}, nil
}

// line reads one piece into buf, which it may replace.
func (l *lines) line(rank uint32, buf []byte) ([]byte, error) {
	from, to := l.at[rank], l.at[rank+1]
	buf = slices.Grow(buf[:0], int(to-from))[:to-from]
	if _, err := l.file.ReadAt(buf, int64(from)); err != nil {
		return nil, fmt.Errorf("reading %s, record %d: %w", l.file.Name(), rank, err)
	}
	return buf, nil
}

// Stream implements index.Searcher. The records stand in the file newest first, so a stream in that order is one pass
// over the file; any other order reads the records one by one. A slow reader keeps the snapshot, not a place among
// the searches.
func (e *Engine) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	_, err := e.stream(ctx, req, func(s *snapshot) *lines { return s.records }, func(b []byte) bool {
		return yield(row(bytes.TrimSuffix(b, []byte{'\n'})))
	})
	return err
}

// StreamRows implements index.RowStreamer.
func (e *Engine) StreamRows(ctx context.Context, req index.Request, version string, yield func(row []byte) bool) (bool, error) {
	return e.stream(ctx, req, func(s *snapshot) *lines {
		if s.head.Rows != version {
			return nil
		}
		return s.rows
	}, yield)
}

// stream yields a line of each match, and reports false where the snapshot has none.
func (e *Engine) stream(ctx context.Context, req index.Request, of func(*snapshot) *lines, yield func([]byte) bool) (bool, error) {
	req.Limit, req.Cursor, req.Offset, req.Facets, req.Highlight = 0, "", 0, nil, false
	p, err := index.Prepare(req)
	if err != nil {
		return false, err
	}
	s, err := e.use(p.Request.Snapshot)
	if err != nil {
		return false, err
	}
	defer e.done(s)
	l := of(s)
	if l == nil {
		return false, nil
	}
	ranks, err := e.ranksOf(ctx, s, p)
	if err == nil {
		err = l.each(ctx, ranks, yield)
	}
	return true, inTime(err)
}

// ranksOf returns the places in the records file of all the plan finds, in its order.
func (e *Engine) ranksOf(ctx context.Context, s *snapshot, p *index.Plan) ([]uint32, error) {
	free, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer free()
	q, err := s.evaluate(ctx, p)
	if err != nil {
		return nil, err
	}
	defer q.release()
	newest := s.orders[index.SortNewest].ranks
	out := make([]uint32, 0, q.total)
	if order, ok := q.order(); ok {
		for _, slot := range order.slots {
			if q.hits.has(slot) {
				out = append(out, newest[slot])
			}
		}
		return out, nil
	}
	top, err := q.top(0, q.total)
	for _, h := range top {
		out = append(out, newest[h.slot])
	}
	return out, err
}

// each reads the lines at ranks and yields them.
func (l *lines) each(ctx context.Context, ranks []uint32, yield func([]byte) bool) error {
	buf := make([]byte, 0, readAhead)
	for i := 0; i < len(ranks); {
		if err := ctx.Err(); err != nil {
			return err
		}
		// A window is as many of the next records as follow each other in the file closely enough.
		from, to := l.at[ranks[i]], l.at[ranks[i]+1]
		n := 1
		for ; i+n < len(ranks); n++ {
			next := ranks[i+n]
			if next <= ranks[i+n-1] || l.at[next]-to > maxGap || l.at[next+1]-from > readAhead {
				break
			}
			to = l.at[next+1]
		}
		if size := int(to - from); size > cap(buf) {
			buf = make([]byte, size)
		} else {
			buf = buf[:size]
		}
		if _, err := l.file.ReadAt(buf, int64(from)); err != nil {
			return fmt.Errorf("reading %s: %w", l.file.Name(), err)
		}
		for _, r := range ranks[i : i+n] {
			if !yield(buf[l.at[r]-from : l.at[r+1]-from]) {
				return nil
			}
		}
		i += n
	}
	return nil
}

// Get implements index.Searcher.
func (e *Engine) Get(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	s, err := e.use("")
	if err != nil {
		return nil, err
	}
	defer e.done(s)
	return s.get(id)
}

// Gone implements index.Searcher.
func (e *Engine) Gone(_ context.Context, symbol uhri.Symbol) ([]uhri.Tombstone, error) {
	s, err := e.use("")
	if err != nil {
		return nil, err
	}
	defer e.done(s)
	return slices.Clone(s.gone[symbol]), nil
}

// Status implements index.Searcher.
func (e *Engine) Status(context.Context) (index.Status, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.current == nil {
		return index.Status{}, unpublished()
	}
	st := index.Status{Current: e.current.head.Snapshot}
	if e.previous != nil {
		prev := e.previous.head.Snapshot
		st.Previous = &prev
	}
	return st, nil
}
