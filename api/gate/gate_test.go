package gate_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"uhri"
	"uhri/api/gate"
	"uhri/index"
)

// slow takes a second for each search and counts how many run at once.
type slow struct {
	index.Searcher
	took          time.Duration
	running, most atomic.Int64
}

func (s *slow) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	n := s.running.Add(1)
	defer s.running.Add(-1)
	for m := s.most.Load(); n > m && !s.most.CompareAndSwap(m, n); m = s.most.Load() {
	}
	select {
	case <-time.After(s.took):
		return &index.Result{Total: 1}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestSlotsQueueAndRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &slow{took: time.Second}
		g := gate.New(engine, gate.Options{Slots: 2, Queue: 3, Wait: 1500 * time.Millisecond, Deadline: time.Minute})
		results := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := g.Search(t.Context(), index.Request{})
				results <- err
			}()
		}
		var served, busy int
		for range 10 {
			switch err := <-results; {
			case err == nil:
				served++
			case uhri.KindOf(err) == uhri.Unavailable:
				busy++
				if b, ok := errors.AsType[*gate.Busy](err); !ok || b.RetryAfter() <= 0 {
					t.Errorf("%v does not say when to come back", err)
				}
			default:
				t.Errorf("unexpected error %v", err)
			}
		}
		// Two run at once, two of the three waiting follow after a second, the third gives up after one and a half.
		if served != 4 || busy != 6 || engine.most.Load() != 2 {
			t.Errorf("served %d, refused %d, at once %d; want 4, 6, 2", served, busy, engine.most.Load())
		}
		if _, err := g.Search(t.Context(), index.Request{}); err != nil {
			t.Errorf("afterwards every slot is free again, but: %v", err)
		}
	})
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate.New(&slow{took: time.Hour}, gate.Options{Deadline: 3 * time.Second})
		begun := time.Now()
		_, err := g.Search(t.Context(), index.Request{})
		if uhri.KindOf(err) != uhri.Timeout || time.Since(begun) != 3*time.Second {
			t.Errorf("after %v: %v, want a timeout after 3s", time.Since(begun), err)
		}
	})
}

func TestAClientThatLeftIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate.New(&slow{took: time.Hour}, gate.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := g.Search(ctx, index.Request{}); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want the cancellation", err)
		}
	})
}
