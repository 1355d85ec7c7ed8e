package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"uhri"
)

const (
	chunkItems = 64              // items a worker takes at once: channel traffic vanishes beside the work
	chunkBytes = 256 << 10       // a document fills a chunk by itself
	batchItems = 4000            // items of one staging transaction …
	batchBytes = 16 << 20        // … or this much raw content …
	batchEvery = 2 * time.Second // … or what came in this time, so that a kill loses seconds of work
)

// Runner runs one source into a store: harvest, process in parallel, stage in order, promote.
type Runner struct {
	Store   Store
	Workers int          // goroutines that process items; 0 = one per core
	Log     *slog.Logger // nil = none
}

// Run harvests src once. progress, if not nil, is told how it goes, at most some times a second and from any goroutine.
// Run owns the items' Raw: a source must not use those bytes again.
//
// The returned run says how it ended, also when there is an error: Failed, with the cause as error; Blocked, with a
// *BlockedError; Quarantined, OK and Unchanged, without. A *BusyError means that no run was begun. When ctx ends, the run
// is Failed with the reason Interrupted and continues with the next Run.
func (r *Runner) Run(ctx context.Context, src Source, process Process, progress func(Progress)) (uhri.Run, error) {
	st, err := r.Store.Begin(ctx, src.Name())
	if err != nil {
		return uhri.Run{Source: src.Name(), State: uhri.Failed, Reason: err.Error()}, err
	}
	log := cmp.Or(r.Log, slog.New(slog.DiscardHandler)).With("source", src.Name(), "run", st.Run())
	log.Info("harvest begins")

	sweep, err := r.harvest(ctx, st, src, process, progress, log)
	var run uhri.Run
	if err == nil {
		run, err = st.Promote(ctx, sweep)
	}
	if err != nil {
		state, reason := uhri.Failed, err.Error()
		if b, ok := errors.AsType[*BlockedError](err); ok {
			state, reason = uhri.Blocked, b.Reason
		} else if ctx.Err() != nil {
			reason = Interrupted
		}
		// The run has to be closed although its context may have ended.
		closed, endErr := st.End(context.WithoutCancel(ctx), state, reason)
		if endErr != nil {
			log.Error("the run could not be closed", "err", endErr)
			closed = uhri.Run{ID: st.Run(), Source: src.Name(), State: state, Reason: reason}
		}
		log.Warn("harvest ended", "state", closed.State, "err", err)
		return closed, err
	}
	log.Info("harvest ended", "state", run.State, "reason", run.Reason, "seq", run.Seq, "in", run.In, "new", run.New, "changed", run.Changed,
		"unchanged", run.Same, "withdrawn", run.Withdrawn, "rejected", run.Rejected, "took", run.Finished.Sub(run.Started))
	return run, nil
}

// arrival is one call of yield.
type arrival struct {
	item Item
	err  *ItemError
}

// chunk is some arrivals on their way through a worker to the writer.
type chunk struct {
	in    []arrival
	bytes int
	since time.Time
	out   []Staged
	err   error
	ready chan struct{}
}

// harvest moves items from the source through the workers into the staging, keeping their order.
func (r *Runner) harvest(parent context.Context, st Staging, src Source, process Process, progress func(Progress), log *slog.Logger) (Sweep, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	workers := r.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	work := make(chan *chunk, workers)
	order := make(chan *chunk, 2*workers)

	meter := &meter{tell: progress}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for c := range work {
				c.out, c.err = r.processChunk(ctx, st, c.in, process, log)
				close(c.ready)
			}
		})
	}
	group.Go(func() {
		if err := stage(ctx, st, order, meter); err != nil {
			cancel(err)
			for range order { // let the source's yield return
			}
		}
	})

	cur := &chunk{since: time.Now()}
	send := func() bool {
		if len(cur.in) == 0 {
			return ctx.Err() == nil
		}
		cur.ready = make(chan struct{})
		select {
		case work <- cur:
		case <-ctx.Done():
			return false
		}
		order <- cur // the writer reads until the channel is closed
		cur = &chunk{since: time.Now()}
		return true
	}
	yield := func(it Item, err error) bool {
		a := arrival{item: it}
		if err != nil {
			var ok bool
			if a.err, ok = errors.AsType[*ItemError](err); !ok {
				cancel(err)
				return false
			}
		}
		cur.in = append(cur.in, a)
		cur.bytes += len(it.Raw)
		meter.item()
		if len(cur.in) < chunkItems && cur.bytes < chunkBytes && time.Since(cur.since) < batchEvery/2 {
			return ctx.Err() == nil
		}
		return send()
	}
	sweep, err := src.Harvest(withReports(For(ctx, src.Name()), meter.report), st.Since(), yield)
	// What was harvested before a failure is staged all the same: the next run need not fetch it again.
	send()
	close(work)
	close(order)
	group.Wait()
	meter.last()
	if cause := context.Cause(ctx); cause != nil {
		return sweep, cause // also when the source answered a stopped yield with an error of its own
	}
	return sweep, err
}

// processChunk turns arrivals into what the staging takes.
func (r *Runner) processChunk(ctx context.Context, st Staging, in []arrival, process Process, log *slog.Logger) ([]Staged, error) {
	out := make([]Staged, 0, len(in))
	for _, a := range in {
		if ctx.Err() != nil {
			return out, context.Cause(ctx)
		}
		o := Outcome{Item: a.item, Content: a.item.Hash()}
		switch {
		case a.err != nil:
			o.Rejected = cmp.Or(a.err.Reason, "the source gave no reason")
			o.Item.Key = cmp.Or(a.err.Key, o.Item.Key)
			if len(a.err.Raw) > 0 {
				o.Item.Raw = a.err.Raw
			}
		case a.item.Key == "":
			o.Rejected = "the item has no key"
		case st.Known(a.item.Key, o.Content):
			o.Known = true
		default:
			var err error
			o.Records, err = guarded(ctx, process, a.item, log)
			if reject, ok := errors.AsType[*ItemError](err); ok {
				o.Rejected, o.Records = cmp.Or(reject.Reason, "it could not be understood"), nil
			} else if err != nil {
				return out, fmt.Errorf("processing %s: %w", a.item.Key, err)
			} else if len(o.Records) == 0 && a.item.IsJSON() {
				o.Rejected = "nothing could be read from it"
			}
		}
		s, err := st.Encode(o)
		if err != nil {
			return out, err
		}
		out = append(out, s)
	}
	return out, nil
}

// guarded calls process; a panic rejects the item that caused it, so that one hostile document cannot end a harvest.
func guarded(ctx context.Context, process Process, it Item, log *slog.Logger) (recs []*uhri.Recommendation, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("processing panicked", "item", it.Key, "panic", p, "stack", string(debug.Stack()))
			recs, err = nil, &ItemError{Key: it.Key, Reason: fmt.Sprintf("processing it went wrong: %v", p)}
		}
	}()
	return process(ctx, it)
}

// stage writes chunks in order, in batches. It ends when order is closed, or with the first error.
func stage(ctx context.Context, st Staging, order <-chan *chunk, m *meter) error {
	var batch []Staged
	var bytes int
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		// What is ready is worth keeping even when the harvest is being stopped: the next run resumes after it.
		err := st.Add(context.WithoutCancel(ctx), batch, m.now())
		batch, bytes = batch[:0], 0
		return err
	}
	tick := time.NewTicker(batchEvery)
	defer tick.Stop()
	for {
		select {
		case c, ok := <-order:
			if !ok {
				return flush()
			}
			<-c.ready
			batch, bytes = append(batch, c.out...), bytes+c.bytes
			if c.err != nil {
				return errors.Join(c.err, flush())
			}
			if len(batch) >= batchItems || bytes >= batchBytes {
				if err := flush(); err != nil {
					return err
				}
			}
		case <-tick.C:
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// meter gathers progress from the source and the Runner.
type meter struct {
	tell func(Progress)
	mu   sync.Mutex
	p    Progress
	told time.Time
}

// tellEvery bounds how often a progress callback is called.
const tellEvery = 200 * time.Millisecond

func (m *meter) item() {
	m.update(func(p *Progress) { p.Items++ })
}

func (m *meter) report(q Progress) {
	m.update(func(p *Progress) { p.Bytes, p.TotalBytes, p.Note = q.Bytes, q.TotalBytes, q.Note })
}

func (m *meter) update(change func(*Progress)) {
	m.mu.Lock()
	change(&m.p)
	p, due := m.p, false
	if m.tell != nil {
		if now := time.Now(); now.Sub(m.told) >= tellEvery {
			m.told, due = now, true
		}
	}
	m.mu.Unlock()
	if due {
		m.tell(p)
	}
}

func (m *meter) now() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.p
}

// last tells the final figures.
func (m *meter) last() {
	if m.tell != nil {
		m.tell(m.now())
	}
}
