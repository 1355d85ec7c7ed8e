// Package gate bounds what searches may cost the machine: how many run at once, how many wait, how long one may take.
// It wraps a Searcher and is one, so API and portal share the same slots.
//
// A slot is held while the engine works, never while an answer is written: slow readers hold none. Streams have
// their own limits (see api/export) and pass.
package gate

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"uhri"
	"uhri/index"
)

// Options bound searches. Zero values are replaced by the defaults named here.
type Options struct {
	Slots    int           // searches at once; default: the cores. A search is all computation, so more only make each slower
	Queue    int           // searches waiting for a slot; default: 16 a slot
	Wait     time.Duration // longest wait for one; default 2 s
	Deadline time.Duration // longest search; default 10 s
}

// Searcher is a Searcher with bounds.
type Searcher struct {
	index.Searcher
	o       Options
	slots   chan struct{}
	waiting atomic.Int64
}

// New returns s with bounds.
func New(s index.Searcher, o Options) *Searcher {
	if o.Slots <= 0 {
		o.Slots = runtime.GOMAXPROCS(0)
	}
	if o.Queue <= 0 {
		o.Queue = 16 * o.Slots
	}
	if o.Wait <= 0 {
		o.Wait = 2 * time.Second
	}
	if o.Deadline <= 0 {
		o.Deadline = 10 * time.Second
	}
	return &Searcher{Searcher: s, o: o, slots: make(chan struct{}, o.Slots)}
}

// Busy is the error of a search that found no slot. It is of kind Unavailable.
type Busy struct{ after time.Duration }

// Error implements error.
func (b *Busy) Error() string { return "every search slot is taken" }

// Unwrap makes KindOf report Unavailable.
func (b *Busy) Unwrap() error {
	return &uhri.Error{Kind: uhri.Unavailable, Msg: "too many searches are running at the moment; try again in a few seconds"}
}

// RetryAfter is when a slot is likely to be free.
func (b *Busy) RetryAfter() time.Duration { return b.after }

// Search implements index.Searcher. Errors beside the engine's own: *Busy without a slot in time, Timeout at the deadline.
func (s *Searcher) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	release, err := s.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	work, cancel := context.WithTimeout(ctx, s.o.Deadline)
	defer cancel()
	res, err := s.Searcher.Search(work, req)
	if err != nil && errors.Is(work.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, &uhri.Error{Kind: uhri.Timeout, Op: "Search", Err: err,
			Msg: "this search took longer than " + s.o.Deadline.String() + "; ask for fewer facets or longer prefixes"}
	}
	return res, err
}

// StreamRows implements index.RowStreamer, where the engine does.
func (s *Searcher) StreamRows(ctx context.Context, req index.Request, version string, yield func(row []byte) bool) (bool, error) {
	if k, ok := s.Searcher.(index.RowStreamer); ok {
		return k.StreamRows(ctx, req, version, yield)
	}
	return false, nil
}

func (s *Searcher) slot(ctx context.Context) (release func(), err error) {
	release = func() { <-s.slots }
	select {
	case s.slots <- struct{}{}:
		return release, nil
	default:
	}
	if s.waiting.Add(1) > int64(s.o.Queue) {
		s.waiting.Add(-1)
		return nil, &Busy{after: s.o.Wait}
	}
	defer s.waiting.Add(-1)
	patience := time.NewTimer(s.o.Wait)
	defer patience.Stop()
	select {
	case s.slots <- struct{}{}:
		return release, nil
	case <-patience.C:
		return nil, &Busy{after: s.o.Wait}
	case <-ctx.Done():
		return nil, &uhri.Error{Kind: uhri.Timeout, Op: "Search", Msg: "the search was given up before it began", Err: ctx.Err()}
	}
}
