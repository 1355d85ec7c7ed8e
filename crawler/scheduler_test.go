package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// publisher is a source that does what a test tells it to.
type publisher struct {
	name string
	do   func(ctx context.Context, n int, yield func(crawler.Item, error) bool) (crawler.Sweep, error)

	mu     sync.Mutex
	starts []time.Time
}

func (p *publisher) Name() string { return p.name }

func (p *publisher) Harvest(ctx context.Context, _ crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	p.mu.Lock()
	p.starts = append(p.starts, time.Now())
	n := len(p.starts)
	p.mu.Unlock()
	return p.do(ctx, n, yield)
}

// hours gives when the runs began, in hours after t.
func (p *publisher) hours(t time.Time) []float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []float64{}
	for _, s := range p.starts {
		out = append(out, s.Sub(t).Hours())
	}
	return out
}

func plain(id string) crawler.Item {
	return crawler.Item{Key: id, Raw: fmt.Appendf(nil, `{"id":%q}`, id), MediaType: "application/json"}
}

func readPlain(_ context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
	return []*uhri.Recommendation{{ID: uhri.ID(it.Key), Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "Text of " + it.Key}}}}, nil
}

func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run lets a scheduler work for some virtual time and stops it.
func run(t *testing.T, o crawler.SchedulerOptions, d time.Duration) *crawler.Scheduler {
	t.Helper()
	s, err := crawler.NewScheduler(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	s.Run(ctx)
	return s
}

func TestTenDays(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t, dir)
		defer st.Close()
		begin := time.Now() // midnight UTC
		daily := &publisher{name: "daily", do: func(_ context.Context, n int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
			yield(plain(fmt.Sprint("record-", n/3)), nil) // new ones on the first, third, sixth and ninth run
			return crawler.Sweep{}, nil
		}}
		refusing := &publisher{name: "refusing", do: func(context.Context, int, func(crawler.Item, error) bool) (crawler.Sweep, error) {
			return crawler.Sweep{}, &crawler.BlockedError{Reason: "a challenge page"}
		}}
		failing := &publisher{name: "failing", do: func(context.Context, int, func(crawler.Item, error) bool) (crawler.Sweep, error) {
			return crawler.Sweep{}, errors.New("the socket was closed")
		}}
		never := &publisher{name: "never"}
		var promoted []uhri.Seq
		s := run(t, crawler.SchedulerOptions{
			Runner: &crawler.Runner{Store: st}, Jitter: -1,
			Jobs: []crawler.Job{
				{Source: daily, Process: readPlain, Schedule: "30 4 * * *"},
				{Source: refusing, Process: readPlain, Schedule: "@hourly"},
				{Source: failing, Process: readPlain, Schedule: "0 0 * * *"},
				{Source: never, Process: readPlain, Schedule: "@daily", Disabled: "set contact"},
			},
			Promoted: func(_ context.Context, r uhri.Run) { promoted = append(promoted, r.Seq) },
		}, 10*24*time.Hour-time.Hour) // not the moment of a run

		if diff := cmp.Diff([]float64{0, 4.5, 28.5, 52.5, 76.5, 100.5, 124.5, 148.5, 172.5, 196.5, 220.5}, daily.hours(begin)); diff != "" {
			t.Errorf("runs of the daily source, in hours (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]uhri.Seq{1, 2, 3, 4}, promoted); diff != "" {
			t.Errorf("promotions told (-want +got):\n%s", diff)
		}
		if n := len(refusing.hours(begin)); n != 40 {
			t.Errorf("a publisher that refuses was asked %d times in ten days; want every six hours", n)
		}
		got := failing.hours(begin)
		for i, want := range []float64{0, 1. / 6, 0.5, 7. / 6} {
			if d := got[i] - want; d < -0.001 || d > 0.001 {
				t.Errorf("try %d after a failure came after %.3f h, want %.3f", i, got[i], want)
			}
		}
		if last := got[len(got)-1] - got[len(got)-2]; last > 6.01 || last < 5.9 && len(got) > 60 {
			t.Errorf("tries do not slow down to six hours: %v", got)
		}
		states, err := s.Statuses(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []uhri.RunState{uhri.Unchanged, uhri.Blocked, uhri.Failed, uhri.Disabled} {
			if states[i].State != want {
				t.Errorf("%s is %s, want %s", states[i].Source, states[i].State, want)
			}
		}
		if states[3].Reason != "set contact" || states[1].Reason != "a challenge page" || states[2].Reason != "the socket was closed" {
			t.Errorf("reasons: %+v", states)
		}
		if want := begin.Add(10*24*time.Hour + 4*time.Hour + 30*time.Minute).UTC(); !states[0].NextRun.Equal(want) {
			t.Errorf("next run %v, want %v", states[0].NextRun, want)
		}
	})
}

func TestMissedRunsAreCaughtUpOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := &publisher{name: "daily", do: func(_ context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
			yield(plain("a"), nil)
			return crawler.Sweep{}, nil
		}}
		session := func(d time.Duration) *crawler.Scheduler {
			st := openStore(t, dir)
			defer st.Close()
			return run(t, crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jitter: -1, Jobs: []crawler.Job{{Source: p, Process: readPlain, Schedule: "0 12 * * *"}}}, d)
		}
		session(time.Hour)
		time.Sleep(5 * 24 * time.Hour) // switched off

		st := openStore(t, dir)
		s, err := crawler.NewScheduler(crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jobs: []crawler.Job{{Source: p, Process: readPlain, Schedule: "0 12 * * *"}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Statuses(t.Context()); err != nil || got[0].State != uhri.Stale || !got[0].NextRun.Equal(time.Now()) {
			t.Errorf("after five days off: %+v, %v; want stale, due now", got, err)
		}
		st.Close()

		session(time.Hour)
		if diff := cmp.Diff([]float64{0, 121}, p.hours(begin)); diff != "" {
			t.Errorf("runs, in hours (-want +got):\n%s", diff)
		}
	})
}

func TestAnInterruptedHarvestContinuesAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := &publisher{name: "slow", do: func(ctx context.Context, n int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
			for i := range 10 {
				if !yield(plain(fmt.Sprint("record-", i)), nil) {
					return crawler.Sweep{}, ctx.Err()
				}
				select {
				case <-time.After(10 * time.Minute):
				case <-ctx.Done():
					return crawler.Sweep{}, ctx.Err()
				}
			}
			return crawler.Sweep{Complete: true}, nil
		}}
		jobs := []crawler.Job{{Source: p, Process: readPlain, Schedule: "0 12 * * *"}}
		st := openStore(t, dir)
		s := run(t, crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jobs: jobs}, time.Hour)
		got, err := s.Statuses(context.Background())
		if err != nil || got[0].State != uhri.Failed || got[0].Reason != crawler.Interrupted || got[0].Records != 0 {
			t.Errorf("stopped in the middle: %+v, %v", got, err)
		}
		st.Close()
		st = openStore(t, dir)
		defer st.Close()
		s = run(t, crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jobs: jobs}, 2*time.Hour)
		if got, err := s.Statuses(context.Background()); err != nil || got[0].State != uhri.OK || got[0].Records != 10 || got[0].Last.New != 10 {
			t.Errorf("started again: %+v, %v", got, err)
		}
		if diff := cmp.Diff([]float64{0, 1}, p.hours(begin)); diff != "" {
			t.Errorf("runs, in hours (-want +got):\n%s", diff)
		}
	})
}

func TestOneHostIsAskedByOneSourceAtATime(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t, dir)
		defer st.Close()
		var mu sync.Mutex
		now := map[string]int{}
		most := map[string]int{}
		enter := func(group string, by int) {
			mu.Lock()
			defer mu.Unlock()
			for _, g := range []string{group, "all"} {
				now[g] += by
				most[g] = max(most[g], now[g])
			}
		}
		var jobs []crawler.Job
		for i, group := range []string{"one", "one", "one", "two", "two", ""} {
			jobs = append(jobs, crawler.Job{Group: group, Schedule: "@daily", Process: readPlain, Source: &publisher{name: fmt.Sprint("source-", i),
				do: func(ctx context.Context, _ int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
					enter(group, 1)
					defer enter(group, -1)
					time.Sleep(time.Hour)
					return crawler.Sweep{}, nil
				}}})
		}
		run(t, crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jobs: jobs, Parallel: 2}, 12*time.Hour)
		delete(most, "")
		if diff := cmp.Diff(map[string]int{"one": 1, "two": 1, "all": 2}, most); diff != "" {
			t.Errorf("runs at the same time (-want +got):\n%s", diff)
		}
	})
}

// TestTranslationsLetTheirAuthorityPass holds that a job that goes after another waits for its first success, and lets it
// go first when both are due.
func TestTranslationsLetTheirAuthorityPass(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t, dir)
		defer st.Close()
		var mu sync.Mutex
		var order []string
		source := func(name string, faults int) *publisher {
			return &publisher{name: name, do: func(_ context.Context, n int, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				if n <= faults {
					return crawler.Sweep{}, errors.New("the server is down")
				}
				yield(plain(name), nil)
				return crawler.Sweep{}, nil
			}}
		}
		run(t, crawler.SchedulerOptions{Runner: &crawler.Runner{Store: st}, Jobs: []crawler.Job{
			{Source: source("second", 0), Process: readPlain, Schedule: "0 3 * * *", After: "first"},
			{Source: source("first", 2), Process: readPlain, Schedule: "0 3 * * *"},
		}}, 49*time.Hour)
		want := []string{"first", "first", "first", "second", "first", "second", "first", "second"}
		if d := cmp.Diff(want, order[:min(len(order), 8)]); d != "" {
			t.Errorf("order of runs: %s", d)
		}
	})
}

func TestSchedulesAreChecked(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"@every 6h", ""},
		{"30 4 * * *", ""},
		{"", "invalid"},
		{"CRON_TZ=Europe/Zurich 30 2 * * *", "invalid"},
		{"61 4 * * *", "invalid"},
		{"0 0 30 2 *", "invalid"},
	} {
		_, err := crawler.ParseSchedule(tt.in)
		if got := string(uhri.KindOf(err)); got != tt.want {
			t.Errorf("ParseSchedule(%q) gives %q, want %q", tt.in, got, tt.want)
		}
	}
}
