package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
)

func TestItemsAreProcessedInParallelAndStoredInOrder(t *testing.T) {
	st := openStore(t, t.TempDir())
	defer st.Close()
	const n = 3000
	src := &publisher{name: "uhri/en", do: func(_ context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
		for i := range n {
			if !yield(plain(fmt.Sprintf("%05d", i)), nil) {
				break
			}
		}
		return crawler.Sweep{Complete: true}, nil
	}}
	slow := func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		if rand.N(50) == 0 {
			time.Sleep(time.Millisecond) // workers finish out of order
		}
		return readPlain(ctx, it)
	}
	var last crawler.Progress
	got, err := (&crawler.Runner{Store: st, Workers: 5}).Run(t.Context(), src, slow, func(p crawler.Progress) { last = p })
	if err != nil || got.New != n || last.Items != n {
		t.Fatalf("run %+v, progress %+v, %v", got, last, err)
	}
	i := 0
	for r, err := range st.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%05d", i); string(r.ID) != want {
			t.Fatalf("record %d is %s, want %s", i, r.ID, want)
		}
		i++
	}
}

func TestFaultsOfOneItemRejectItAndHarvestingGoesOn(t *testing.T) {
	st := openStore(t, t.TempDir())
	defer st.Close()
	src := &publisher{name: "uhri/en", do: func(_ context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
		yield(plain("good"), nil)
		yield(crawler.Item{}, &crawler.ItemError{Key: "torn", Raw: []byte(`{"id":`), Reason: "it is not whole"})
		yield(crawler.Item{}, &crawler.ItemError{Reason: "no ID"})
		yield(plain("panics"), nil)
		yield(plain("empty"), nil)
		yield(plain("late"), nil)
		return crawler.Sweep{Complete: true}, nil
	}}
	process := func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		switch it.Key {
		case "panics":
			panic("a hostile document")
		case "empty":
			return nil, nil
		}
		return readPlain(ctx, it)
	}
	got, err := (&crawler.Runner{Store: st}).Run(t.Context(), src, process, nil)
	if err != nil || got.State != uhri.OK || got.In != 6 || got.New != 2 || got.Rejected != 4 {
		t.Fatalf("run %+v, %v", got, err)
	}
	ledger, err := st.Rejections(t.Context(), got.ID, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range ledger {
		keys = append(keys, r.Key+": "+r.Reason)
	}
	if diff := cmp.Diff([]string{"torn: it is not whole", "(item 3): no ID", "panics: processing it went wrong: a hostile document", "empty: nothing could be read from it"}, keys); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if raw, err := st.RejectedRaw(t.Context(), "uhri/en", "torn"); err != nil || string(raw) != `{"id":` {
		t.Errorf("raw form in the ledger: %q, %v", raw, err)
	}
}

func TestHowARunEnds(t *testing.T) {
	cause := errors.New("the array does not close")
	for _, tt := range []struct {
		name   string
		end    func(yield func(crawler.Item, error) bool) error
		state  uhri.RunState
		reason string
	}{
		{"an incomplete file", func(func(crawler.Item, error) bool) error { return cause }, uhri.Failed, cause.Error()},
		{"an error yielded", func(yield func(crawler.Item, error) bool) error { yield(crawler.Item{}, cause); return nil }, uhri.Failed, cause.Error()},
		{"a refusal", func(func(crawler.Item, error) bool) error { return &crawler.BlockedError{Reason: "a ban"} }, uhri.Blocked, "a ban"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := openStore(t, t.TempDir())
			defer st.Close()
			src := &publisher{name: "uhri/en", do: func(_ context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
				for i := range 200 {
					yield(plain(fmt.Sprint(i)), nil)
				}
				return crawler.Sweep{Complete: true}, tt.end(yield)
			}}
			got, err := (&crawler.Runner{Store: st}).Run(t.Context(), src, readPlain, nil)
			if err == nil || got.State != tt.state || got.Reason != tt.reason || got.Seq != 0 {
				t.Fatalf("run %+v, %v", got, err)
			}
			if seq, err := st.Seq(t.Context()); err != nil || seq != 0 {
				t.Errorf("something was promoted: %d, %v", seq, err)
			}
		})
	}
}

func TestAStoppedHarvestIsInterrupted(t *testing.T) {
	st := openStore(t, t.TempDir())
	defer st.Close()
	ctx, cancel := context.WithCancel(t.Context())
	src := &publisher{name: "uhri/en", do: func(ctx context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
		for i := 0; yield(plain(fmt.Sprint(i)), nil); i++ {
			if i == 500 {
				cancel()
			}
		}
		return crawler.Sweep{Complete: true}, nil // as if all were well
	}}
	got, err := (&crawler.Runner{Store: st}).Run(ctx, src, readPlain, nil)
	if !errors.Is(err, context.Canceled) || got.State != uhri.Failed || got.Reason != crawler.Interrupted {
		t.Fatalf("run %+v, %v", got, err)
	}
}

func TestASourceIsRunOnceAtATime(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	defer st.Close()
	other := openStore(t, dir) // as another process would
	defer other.Close()
	src := &publisher{name: "uhri/en", do: func(ctx context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
		for _, s := range []crawler.Store{st, other} {
			_, err := s.Begin(ctx, "uhri/en")
			if busy, ok := errors.AsType[*crawler.BusyError](err); !ok || busy.Run != 1 || uhri.KindOf(err) != uhri.Unavailable {
				t.Errorf("beginning it a second time gives %v", err)
			}
			if run, err := s.Begin(ctx, "uhri/fr"); err != nil {
				t.Errorf("another source: %v", err)
			} else if _, err := run.End(ctx, uhri.Failed, "test"); err != nil {
				t.Error(err)
			}
		}
		yield(plain("a"), nil)
		return crawler.Sweep{}, nil
	}}
	if _, err := (&crawler.Runner{Store: st}).Run(t.Context(), src, readPlain, nil); err != nil {
		t.Fatal(err)
	}
}

func TestItemHash(t *testing.T) {
	hash := func(media, raw string) crawler.Hash {
		return crawler.Item{MediaType: media, Raw: []byte(raw)}.Hash()
	}
	if hash("application/json", `{"a":1,"b":[ "x" ]}`) != hash("application/json", `{"b":["x"], "a":1}`) {
		t.Error("the order of keys and spaces must not count in JSON")
	}
	if hash("application/json", `{"a":"x"}`) == hash("application/json", `{"a":"x "}`) {
		t.Error("a space inside a value must count")
	}
	if hash("text/html", `<p>a</p>`) == hash("text/html", `<p> a</p>`) {
		t.Error("every byte of a document must count")
	}
	raw := []byte(`{"b":1,"a":2}`)
	crawler.Item{MediaType: "application/json", Raw: raw}.Hash()
	if string(raw) != `{"b":1,"a":2}` {
		t.Error("hashing changed the raw form")
	}
}
