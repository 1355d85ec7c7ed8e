package bleveindex

import (
	"bytes"
	"context"
	"fmt"

	"uhri"
	"uhri/index"

	"github.com/go-json-experiment/json"
)

// readAhead is how much of the records file a stream reads at once. Larger reads are no faster (page cache, measured
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

// Stream implements index.Searcher. The records stand in the file newest first, so a stream in that order is one pass
// over the file; any other order reads the records one by one. A slow reader keeps the snapshot, not a place among
// the searches.
func (e *Engine) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	req.Limit, req.Cursor, req.Offset, req.Facets, req.Highlight = 0, "", 0, nil, false
	p, err := index.Prepare(req)
	if err != nil {
		return err
	}
	s, err := e.use(p.Request.Snapshot)
	if err != nil {
		return err
	}
	defer e.done(s)
	ranks, err := e.ranksOf(ctx, s, p)
	if err != nil {
		return inTime(err)
	}
	return inTime(s.stream(ctx, ranks, yield))
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

// stream reads the records at ranks and yields them.
func (s *snapshot) stream(ctx context.Context, ranks []uint32, yield func(index.Row) bool) error {
	buf := make([]byte, 0, readAhead)
	for i := 0; i < len(ranks); {
		if err := ctx.Err(); err != nil {
			return err
		}
		// A window is as many of the next records as follow each other in the file closely enough.
		from, to := s.at[ranks[i]], s.at[ranks[i]+1]
		n := 1
		for ; i+n < len(ranks); n++ {
			next := ranks[i+n]
			if next <= ranks[i+n-1] || s.at[next]-to > maxGap || s.at[next+1]-from > readAhead {
				break
			}
			to = s.at[next+1]
		}
		if size := int(to - from); size > cap(buf) {
			buf = make([]byte, size)
		} else {
			buf = buf[:size]
		}
		if _, err := s.records.ReadAt(buf, int64(from)); err != nil {
			return fmt.Errorf("reading records of %s: %w", s.head.Snapshot.ID, err)
		}
		for _, r := range ranks[i : i+n] {
			b := buf[s.at[r]-from : s.at[r+1]-from]
			if !yield(row(bytes.TrimSuffix(b, []byte{'\n'}))) {
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
