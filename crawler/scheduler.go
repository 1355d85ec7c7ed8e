package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"uhri"
)

// Defaults of SchedulerOptions, with reasons.
const (
	DefaultJitter      = 5 * time.Minute  // so that not every copy of this program asks on the hour
	DefaultBlockedWait = 6 * time.Hour    // asking a publisher that refuses us again and again makes it worse
	DefaultRetryWait   = 10 * time.Minute // after a failure; doubles up to maxRetryWait
	maxRetryWait       = 6 * time.Hour
	busyWait           = time.Minute // while another process runs the source
	longestSleep       = time.Minute // a clock that is set, or a computer that slept, is noticed after this
)

// Job is one source with its schedule.
type Job struct {
	Name       string // of the source; empty = Source.Name()
	Source     Source // may be nil when Disabled
	Process    Process
	Schedule   string // cron expression, read in UTC: "30 4 * * *", "@daily", "@every 6h"
	Disabled   string // why it does not run; empty = it runs
	After      string // the job that goes first: this one waits for its first success, and lets it pass when both are due
	Group      string // jobs of one group never run at the same time: those that ask the same host
	Politeness string // for the status page: "one request every 10 seconds"
	UserAgent  string // for the status page
	// Asked lists the servers asked for a source, for the status page; nil = none.
	Asked      func(source string) []uhri.HostAsked
	StaleAfter time.Duration // age of the last success that is too old; 0 = twice the schedule's interval and an hour
}

func (j *Job) name() string {
	if j.Name == "" && j.Source != nil {
		return j.Source.Name()
	}
	return j.Name
}

// SchedulerOptions of a Scheduler. Runner is required.
type SchedulerOptions struct {
	Runner      *Runner
	Jobs        []Job
	Parallel    int           // runs at the same time; 0 = 2
	Jitter      time.Duration // scheduled runs begin up to this much later; 0 = DefaultJitter, negative = none
	BlockedWait time.Duration // 0 = DefaultBlockedWait
	RetryWait   time.Duration // 0 = DefaultRetryWait
	// Promoted is called after each run that made a new state, outside of all locks: to publish it. The source's next
	// run waits for its return.
	Promoted func(context.Context, uhri.Run)
	Log      *slog.Logger // nil = none
}

// Scheduler runs sources when they are due: at once when there is nothing yet, after missed runs when the program was off,
// sooner after a failure, much later after a refusal. The store's rows of runs are its memory and its lock.
type Scheduler struct {
	o     SchedulerOptions
	log   *slog.Logger
	plans []*plan
	slots chan struct{}
	hosts map[string]chan struct{}
}

// plan is one job as it goes.
type plan struct {
	Job
	when cron.Schedule

	first *plan // of Job.After

	mu       sync.Mutex
	next     time.Time
	moved    chan struct{} // closed and renewed when next is set
	failures int           // in a row, since the program began
	progress *Progress
}

// NewScheduler checks the schedules. Errors: Invalid, naming the job.
func NewScheduler(o SchedulerOptions) (*Scheduler, error) {
	if o.Runner == nil {
		return nil, errors.New("crawler: SchedulerOptions.Runner is nil")
	}
	o.Parallel = cmp.Or(o.Parallel, 2)
	o.Jitter = cmp.Or(o.Jitter, DefaultJitter)
	o.BlockedWait = cmp.Or(o.BlockedWait, DefaultBlockedWait)
	o.RetryWait = cmp.Or(o.RetryWait, DefaultRetryWait)
	s := &Scheduler{o: o, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), slots: make(chan struct{}, o.Parallel), hosts: map[string]chan struct{}{}}
	seen := map[string]bool{}
	for _, j := range o.Jobs {
		name := j.name()
		if name == "" || seen[name] {
			return nil, uhri.Errorf(uhri.Invalid, "NewScheduler", "job %q: every job needs a name of its own", name)
		}
		seen[name] = true
		p := &plan{Job: j, moved: make(chan struct{})}
		p.Name = name
		if j.Disabled == "" || j.Schedule != "" {
			var err error
			if p.when, err = ParseSchedule(j.Schedule); err != nil {
				return nil, fmt.Errorf("job %s: %w", name, err)
			}
		}
		if j.Disabled == "" && (j.Source == nil || j.Process == nil) {
			return nil, uhri.Errorf(uhri.Invalid, "NewScheduler", "job %s has no source", name)
		}
		if j.Group != "" && s.hosts[j.Group] == nil {
			s.hosts[j.Group] = make(chan struct{}, 1)
		}
		s.plans = append(s.plans, p)
	}
	for _, p := range s.plans {
		if p.After == "" {
			continue
		}
		i := slices.IndexFunc(s.plans, func(q *plan) bool { return q.Name == p.After })
		if i < 0 || s.plans[i].After != "" {
			return nil, uhri.Errorf(uhri.Invalid, "NewScheduler", "job %s goes after %q, which is no job that goes first", p.Name, p.After)
		}
		if s.plans[i].Disabled == "" {
			p.first = s.plans[i]
		}
	}
	return s, nil
}

// ParseSchedule reads a cron expression of five fields or a @descriptor. Times are UTC: another zone's summer time would
// skip runs. Errors: Invalid.
func ParseSchedule(s string) (cron.Schedule, error) {
	if strings.Contains(s, "TZ=") {
		return nil, uhri.Errorf(uhri.Invalid, "ParseSchedule", "schedule %q names a time zone; schedules are in UTC", s)
	}
	when, err := cron.ParseStandard(s)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "ParseSchedule", "schedule %q: %v; write minute, hour, day, month, weekday (\"30 4 * * *\") or @daily", s, err)
	}
	if when.Next(time.Unix(0, 0).UTC()).IsZero() {
		return nil, uhri.Errorf(uhri.Invalid, "ParseSchedule", "schedule %q never comes", s)
	}
	return when, nil
}

// Run runs the jobs until ctx ends, and returns when all have stopped. What was being harvested then continues with the
// next start.
func (s *Scheduler) Run(ctx context.Context) {
	var group sync.WaitGroup
	for _, p := range s.plans {
		if p.Disabled == "" {
			group.Go(func() { s.loop(ctx, p) })
		}
	}
	group.Wait()
}

// loop runs one job again and again. A job cannot overlap itself: there is only this loop.
func (s *Scheduler) loop(ctx context.Context, p *plan) {
	log := s.log.With("source", p.Name)
	for ctx.Err() == nil {
		st, err := s.o.Runner.Store.SourceStatus(ctx, p.Name)
		if err != nil {
			if ctx.Err() == nil {
				log.Error("the status could not be read", "err", err)
			}
			sleepUntil(ctx, time.Now().Add(busyWait))
			continue
		}
		due := s.due(p, st, true)
		p.set(func() {
			p.next = due
			close(p.moved)
			p.moved = make(chan struct{})
		})
		if !sleepUntil(ctx, due) || !s.letPass(ctx, p.first) {
			return
		}
		s.once(ctx, p, log)
	}
}

// letPass waits until first, if any, has succeeded once and is not due. It reports false when ctx ended.
func (s *Scheduler) letPass(ctx context.Context, first *plan) bool {
	for first != nil && ctx.Err() == nil {
		st, err := s.o.Runner.Store.SourceStatus(ctx, first.Name)
		first.mu.Lock()
		next, moved := first.next, first.moved
		first.mu.Unlock()
		// Jitter may have put the first behind this one; it still goes first.
		if err == nil && !st.LastSuccess.IsZero() && next.After(time.Now().Add(max(s.o.Jitter, 0))) {
			return true
		}
		timer := time.NewTimer(longestSleep)
		select {
		case <-moved:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return ctx.Err() == nil
}

// once runs the job when its host and a slot are free.
func (s *Scheduler) once(ctx context.Context, p *plan, log *slog.Logger) {
	run, err := s.guarded(ctx, p)
	if _, busy := errors.AsType[*BusyError](err); busy {
		log.Info("another process is harvesting it", "err", err)
		sleepUntil(ctx, time.Now().Add(busyWait))
		return
	}
	p.set(func() {
		p.failures++
		if err == nil {
			p.failures = 0
		}
	})
	if err != nil && run.ID == 0 {
		// Not even a row could be written, so the store cannot tell when to try again.
		log.Error("the harvest could not begin", "err", err)
		sleepUntil(ctx, time.Now().Add(s.retryWait(p)))
		return
	}
	if run.Seq > 0 && s.o.Promoted != nil {
		s.o.Promoted(ctx, run)
	}
}

// guarded holds the job's host and a slot while the Runner works.
func (s *Scheduler) guarded(ctx context.Context, p *plan) (uhri.Run, error) {
	for _, gate := range []chan struct{}{s.hosts[p.Group], s.slots} { // always in this order, so that nobody waits in a circle
		if gate == nil {
			continue
		}
		select {
		case gate <- struct{}{}:
			defer func() { <-gate }()
		case <-ctx.Done():
			return uhri.Run{}, ctx.Err()
		}
	}
	defer p.set(func() { p.progress = nil })
	return s.o.Runner.Run(ctx, p.Source, p.Process, func(q Progress) {
		p.set(func() { p.progress = &q })
	})
}

func (p *plan) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// due says when the job is to run next, by what is known of its runs. The past means at once.
func (s *Scheduler) due(p *plan, st uhri.SourceStatus, jitter bool) time.Time {
	last := st.Last
	if last == nil || last.State == uhri.Running || last.Reason == Interrupted {
		return time.Time{} // the first run, or one to continue
	}
	next := p.when.Next(last.Started.UTC())
	if jitter && s.o.Jitter > 0 {
		next = next.Add(rand.N(s.o.Jitter))
	}
	switch last.State {
	case uhri.Blocked:
		return last.Finished.Add(s.o.BlockedWait)
	case uhri.Failed:
		if retry := last.Finished.Add(s.retryWait(p)); retry.Before(next) {
			return retry
		}
	}
	return next
}

// retryWait is how long to wait after the failures so far.
func (s *Scheduler) retryWait(p *plan) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := s.o.RetryWait
	for range min(p.failures-1, 16) {
		wait = min(2*wait, maxRetryWait)
	}
	return wait
}

// sleepUntil waits by the wall clock, in short steps. It reports false when ctx ended first.
func sleepUntil(ctx context.Context, t time.Time) bool {
	for {
		left := t.Sub(time.Now().Round(0)) // without the monotonic clock, which stops while a computer sleeps
		if left <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(min(left, longestSleep))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// Statuses returns the state of every job, in the order of the jobs. It needs no running Scheduler.
func (s *Scheduler) Statuses(ctx context.Context) ([]uhri.SourceStatus, error) {
	out := make([]uhri.SourceStatus, 0, len(s.plans))
	for _, p := range s.plans {
		st, err := s.o.Runner.Store.SourceStatus(ctx, p.Name)
		if err != nil {
			return nil, fmt.Errorf("status of %s: %w", p.Name, err)
		}
		st.Schedule, st.Politeness, st.UserAgent = p.Schedule, p.Politeness, p.UserAgent
		if p.Asked != nil {
			st.Hosts = p.Asked(p.Name)
		}
		if p.Disabled != "" {
			if st.State != uhri.Running {
				st.State, st.Reason = uhri.Disabled, p.Disabled
			}
			out = append(out, st)
			continue
		}
		p.mu.Lock()
		st.NextRun = p.next
		p.mu.Unlock()
		if st.NextRun.IsZero() {
			st.NextRun = s.due(p, st, false)
		}
		now := time.Now().UTC()
		if st.NextRun.Before(now) {
			st.NextRun = now
		}
		st.NextRun = st.NextRun.UTC()
		if st.State == uhri.Blocked {
			st.BlockedUntil = st.NextRun
		}
		if st.State == uhri.OK || st.State == uhri.Unchanged {
			if age := now.Sub(st.LastSuccess); age > p.staleAfter(now) {
				st.State, st.Reason = uhri.Stale, fmt.Sprintf("the last success is %s old", age.Round(time.Hour))
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// staleAfter is the age of the last success beyond which something must be wrong.
func (p *plan) staleAfter(now time.Time) time.Duration {
	if p.StaleAfter > 0 {
		return p.StaleAfter
	}
	next := p.when.Next(now)
	return 2*p.when.Next(next).Sub(next) + time.Hour
}

// Progress tells how far the running harvest of a source is.
func (s *Scheduler) Progress(source string) (Progress, bool) {
	for _, p := range s.plans {
		if p.Name == source {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.progress != nil {
				return *p.progress, true
			}
		}
	}
	return Progress{}, false
}
