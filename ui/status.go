package ui

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
)

// What the status page shows at most: enough to see a pattern, not a log.
const (
	shownRuns       = 30
	shownRejections = 100
)

// StatusPage shows the state of every source.
type StatusPage struct {
	Frame
	Sources   []SourceView
	Rejected  []RejectedView
	Doubts    []DoubtView
	Runs      []uhri.Run
	Read      time.Time
	Attention int
	None      bool // no source is known: the operator's wiring has none
}

// SourceView is one source.
type SourceView struct {
	uhri.SourceStatus
	Name  string
	Class string
	State string
	words *Words
	now   time.Time
}

// RejectedView lists what one run could not understand; of a source of documents also what earlier runs met and nobody brought since.
type RejectedView struct {
	Run   uhri.Run
	Name  string
	Items []uhri.Rejection
	More  int
}

// DoubtView lists the documents of a source a person should look at.
type DoubtView struct {
	*uhri.NeedsReview
	Source string
	Name   string
	More   int // documents that are not listed
}

// URL is the page of a document.
func (v DoubtView) URL(s uhri.Symbol) string { return documentURL(s) }

func (u *UI) status(c echo.Context) error {
	ctx := c.Request().Context()
	p := &StatusPage{Frame: u.frame(c, "", u.words.Text("status.title")), Read: u.o.Now()}
	p.JSON = "/api/v1/status"
	p.Description = u.words.Text("status.description")
	st, err := u.o.Searcher.Status(ctx)
	switch {
	case err == nil:
		p.Snapshot = st.Current
	case uhri.KindOf(err) != uhri.Unavailable: // before the first publish the page still tells what is going on
		return err
	}
	p.describe("WebPage")
	if u.o.Sources == nil {
		for _, s := range p.Snapshot.Sources {
			p.Sources = append(p.Sources, u.sourceView(s))
		}
		p.None = len(p.Sources) == 0
		return u.render(c, http.StatusOK, "status", p)
	}
	sources, err := u.o.Sources.SourceStatus(ctx)
	if err != nil {
		return err
	}
	for _, s := range sources {
		v := u.sourceView(s)
		p.Sources = append(p.Sources, v)
		switch s.State {
		case uhri.Failed, uhri.Blocked, uhri.Quarantined, uhri.Stale:
			p.Attention++
		default:
			if s.Last != nil && s.Last.Documents != nil && s.Last.Documents.Unread > 0 {
				p.Attention++
			}
		}
		if r := s.Review; r != nil {
			p.Doubts = append(p.Doubts, DoubtView{r, s.Source, v.Name, r.Documents - len(r.List)})
		}
		if s.Last == nil {
			continue
		}
		r := RejectedView{Run: *s.Last, Name: v.Name}
		if r.Items, err = u.notUsed(ctx, s, shownRejections); err != nil {
			return err
		}
		if r.More = max(s.Last.Rejected-len(r.Items), 0); len(r.Items) > 0 || r.More > 0 {
			p.Rejected = append(p.Rejected, r)
		}
	}
	p.None = len(p.Sources) == 0
	if p.Runs, err = u.o.Sources.Runs(ctx, shownRuns); err != nil {
		return err
	}
	return u.render(c, http.StatusOK, "status", p)
}

// notUsed lists what a source offered and could not be used: of records in its last run, of documents ever.
func (u *UI) notUsed(ctx context.Context, s uhri.SourceStatus, limit int) ([]uhri.Rejection, error) {
	switch {
	case s.Last == nil:
		return nil, nil
	case s.Last.Documents != nil:
		return u.o.Sources.Failing(ctx, s.Source, limit)
	case s.Last.Rejected > 0:
		return u.o.Sources.Rejections(ctx, s.Last.ID, limit)
	}
	return nil, nil
}

func (u *UI) sourceView(s uhri.SourceStatus) SourceView {
	return SourceView{SourceStatus: s, Name: sourceName(u.words, s.Source), Class: stateClass(s.State),
		State: u.words.Text("state." + string(s.State)), words: u.words, now: u.o.Now()}
}

func stateClass(s uhri.RunState) string {
	switch s {
	case uhri.OK, uhri.Unchanged:
		return "ok"
	case uhri.NeverRun, uhri.Disabled:
		return "never"
	}
	return string(s)
}

// Lede says in a sentence how things stand.
func (p *StatusPage) Lede() string {
	switch {
	case p.None:
		return p.words.Text("status.lede.none")
	case p.Attention == 0:
		return p.words.Text("status.lede.fine")
	}
	return p.words.Count("status.lede.attention", p.Attention, len(p.Sources))
}

// RunName names a run's source.
func (p *StatusPage) RunName(source string) string { return sourceName(p.words, source) }

// RunClass and RunState show a run's state.
func (p *StatusPage) RunClass(s uhri.RunState) string { return stateClass(s) }

// RunState names a run's state.
func (p *StatusPage) RunState(s uhri.RunState) string { return p.words.Text("state." + string(s)) }

// Age is how long ago a moment was, roughly, in words.
func (v SourceView) Age() string {
	if v.LastSuccess.IsZero() {
		return ""
	}
	return ago(v.words, v.now.Sub(v.LastSuccess))
}

func ago(w *Words, d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.Text("ago.now")
	case d < time.Hour:
		return w.Count("ago.minutes", int(d/time.Minute))
	case d < 24*time.Hour:
		return w.Count("ago.hours", int(d/time.Hour))
	}
	return w.Count("ago.days", int(d/(24*time.Hour)))
}

// Next says when it runs again.
func (v SourceView) Next() string {
	if v.NextRun.IsZero() {
		return v.words.Text("status.unscheduled")
	}
	return v.words.Moment(v.NextRun)
}

// Advice says what an operator can do about a state; "" when there is nothing to be done.
func (v SourceView) Advice() string {
	switch v.SourceStatus.State {
	case uhri.Blocked:
		if v.BlockedUntil.IsZero() {
			return v.words.Text("status.advice.blocked")
		}
		return v.words.Text("status.advice.blocked.until", v.words.Moment(v.BlockedUntil))
	case uhri.Failed:
		return v.words.Text("status.advice.failed")
	case uhri.Quarantined:
		return v.words.Text("status.advice.quarantined", v.Last.ID)
	}
	return ""
}

// Progress is how far a running harvest is.
type Progress struct {
	Records   int
	Bytes     string
	Of        string // total size, when known
	Rate      string
	Left      string // time left, when it can be told
	Done, Max int64  // for the bar; Max 0 = not known
}

// Progress is nil unless the source is running.
func (v SourceView) Progress() *Progress {
	r := v.Last
	if v.SourceStatus.State != uhri.Running || r == nil {
		return nil
	}
	p := &Progress{Records: r.In, Bytes: v.words.Size(r.Bytes)}
	if r.TotalBytes > 0 {
		p.Of, p.Max, p.Done = v.words.Size(r.TotalBytes), r.TotalBytes, min(r.Bytes, r.TotalBytes)
	}
	if took := v.now.Sub(r.Started).Seconds(); took >= 1 && r.Bytes > 0 {
		rate := float64(r.Bytes) / took
		p.Rate = v.words.Size(int64(rate))
		if left := float64(r.TotalBytes - r.Bytes); r.TotalBytes > 0 && left > 0 {
			p.Left = lasting(v.words, time.Duration(left/rate*float64(time.Second)))
		}
	}
	return p
}

func lasting(w *Words, d time.Duration) string {
	if d < time.Minute {
		return w.Count("lasting.seconds", int(d/time.Second)+1)
	}
	return w.Count("lasting.minutes", int((d+time.Minute-1)/time.Minute))
}

// WaitingPage stands in for every page until the first snapshot is published.
type WaitingPage struct {
	Frame
	Sources []SourceView
	Again   string
}

// waiting says what is happening before the first publish: 503, so that nobody keeps it.
func (u *UI) waiting(c echo.Context) error {
	p := &WaitingPage{Frame: u.frame(c, "", u.words.Text("waiting.title")), Again: c.Request().URL.RequestURI()}
	p.NoIndex = true
	if u.o.Sources != nil {
		sources, err := u.o.Sources.SourceStatus(c.Request().Context())
		if err != nil {
			u.o.Logger.Error("reading the state of the sources", "route", c.Path(), "err", err)
		}
		for _, s := range sources {
			if s.State != uhri.Disabled {
				p.Sources = append(p.Sources, u.sourceView(s))
			}
		}
	}
	c.Response().Header().Set("Retry-After", "10")
	return u.render(c, http.StatusServiceUnavailable, "waiting", p)
}

// Failed reports whether the first harvest has come to an end without success.
func (p *WaitingPage) Failed() bool {
	running, failed := false, false
	for _, s := range p.Sources {
		switch s.SourceStatus.State {
		case uhri.Running:
			running = true
		case uhri.Failed, uhri.Blocked, uhri.Quarantined:
			failed = true
		}
	}
	return failed && !running
}

// Lede says what is going on.
func (p *WaitingPage) Lede() string {
	if p.Failed() {
		return p.words.Text("waiting.failed")
	}
	return p.words.Text("waiting.lede")
}
