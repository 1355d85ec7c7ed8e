package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
)

const (
	changesPage = 100 // entries of one page
	shownStates = 60  // lines the table has; since= and until= lead further back
)

// changeKinds are the columns of the table.
var changeKinds = [...]uhri.ChangeKind{uhri.Added, uhri.Changed, uhri.Relabelled, uhri.Withdrawn, uhri.Restored, uhri.Reprocessed}

// ChangesPage counts by state and source what happened between two states, and lists it page by page.
type ChangesPage struct {
	Frame
	Head    string
	Total   int // entries on all pages
	Entries []ChangeView
	Pager   *Pager
	Earlier string
	Narrow  []Chip // the source and kind asked for
	States  []TallyRow
	Hidden  bool // there are more states than the table shows
}

// ChangeView is one entry.
type ChangeView struct {
	uhri.Change
	What   string
	Source string
	URL    string
	Edits  []Edit
}

// TallyRow is one line of the table: one state and source.
type TallyRow struct {
	Seq    uhri.Seq
	URL    string // what this state brought
	At     time.Time
	Source string
	Cells  []TallyCell // one a kind
}

// TallyCell is one number, and where its entries are listed.
type TallyCell struct {
	Count int
	URL   string
	Label string // for people who hear the page
}

// span is what the page is asked for.
type span struct {
	since, until uhri.Seq // until 0: the present
	source       string
	kind         uhri.ChangeKind
}

// query are the parameters of s.
func (s span) query() string {
	v := url.Values{"since": {strconv.FormatInt(int64(s.since), 10)}}
	if s.until > 0 {
		v.Set("until", strconv.FormatInt(int64(s.until), 10))
	}
	if s.source != "" {
		v.Set("source", s.source)
	}
	if s.kind != "" {
		v.Set("kind", string(s.kind))
	}
	return v.Encode()
}

func (s span) url() string { return "/changes?" + s.query() }

func (u *UI) changes(c echo.Context) error {
	ctx := c.Request().Context()
	st, err := u.o.Searcher.Status(ctx)
	if err != nil {
		return err
	}
	p := &ChangesPage{Frame: u.frame(c, "", u.words.Text("changes.title"))}
	p.Feeds = u.feeds(all())
	p.Snapshot, p.Description = st.Current, u.words.Text("changes.description")
	s, err := u.spanAsked(ctx, c, st.Current.Seq)
	if err != nil {
		return err
	}
	if s.source != "" {
		wider := s
		wider.source = ""
		p.Narrow = append(p.Narrow, Chip{Name: u.words.Text("changes.source"), Value: sourceName(u.words, s.source), URL: wider.url()})
	}
	if s.kind != "" {
		wider := s
		wider.kind = ""
		p.Narrow = append(p.Narrow, Chip{Name: u.words.Text("changes.kind"), Value: u.words.Text("event." + string(s.kind)), URL: wider.url()})
	}
	p.NoIndex = len(c.QueryParams()) > 0
	p.JSON = "/api/v1/changes?" + s.query() + "&by=1"
	if s.since > 0 {
		earlier := s
		earlier.since--
		if earlier.until > 0 { // one state was shown: the one before it
			earlier.until = s.since
		}
		p.Earlier = earlier.url()
	}
	p.Head = u.words.Text("changes.head", s.since)
	switch {
	case s.until == s.since+1:
		p.Head = u.words.Text("changes.head.one", s.until)
	case s.until > 0:
		p.Head = u.words.Text("changes.head.span", s.since, s.until)
	}
	// Only what the snapshot shows is told: a change is not public before the record it concerns is.
	q := uhri.ChangeQuery{Since: s.since, UpTo: min(s.until, st.Current.Seq), Source: s.source, Limit: changesPage}
	if q.UpTo == 0 {
		q.UpTo = st.Current.Seq
	}
	if s.kind != "" {
		q.Kinds = []uhri.ChangeKind{s.kind}
	}
	all, err := u.o.Changes.Tallies(ctx, q.Since, q.UpTo)
	if err != nil {
		return err
	}
	p.States, p.Hidden = u.tally(all)
	if p.Total, err = u.o.Changes.CountChanges(ctx, q); err != nil {
		return err
	}
	page, err := pageNumber(c.QueryParam("page"), p.Total, changesPage)
	if err != nil {
		return err
	}
	q.Offset = (page - 1) * changesPage
	p.Pager = newPager(p.Total, changesPage, page, func(n int) string { return s.url() + "&page=" + strconv.Itoa(n) })
	entries, err := u.o.Changes.Changes(ctx, q)
	if err != nil {
		return err
	}
	for _, ch := range entries {
		v := ChangeView{Change: ch, What: u.words.changeText(ch), Source: sourceName(u.words, ch.Source)}
		if ch.ID != "" {
			v.URL = recordURL(ch.ID)
		}
		if ch.OldText != "" && ch.NewText != "" {
			v.Edits = compare(ch.OldText, ch.NewText)
		}
		p.Entries = append(p.Entries, v)
	}
	return u.render(c, http.StatusOK, "changes", p)
}

// spanAsked reads what the page is asked for; without since it is what the newest state brought.
func (u *UI) spanAsked(ctx context.Context, c echo.Context, now uhri.Seq) (span, error) {
	s := span{since: max(now-1, 0), source: shorten(c.QueryParam("source"), 100)}
	for name := range c.QueryParams() {
		known := []string{"since", "until", "source", "kind", "page"}
		if near, ok := uhri.Nearest(name, known); ok && near != name {
			return s, uhri.Errorf(uhri.Invalid, "changes", "there is no parameter %q here; did you mean %q?", shorten(name, 40), near)
		} else if !ok {
			return s, uhri.Errorf(uhri.Invalid, "changes", "there is no parameter %q here; there are %s", shorten(name, 40), strings.Join(known, ", "))
		}
	}
	state := func(name string, end bool, to *uhri.Seq) error {
		raw := c.QueryParam(name)
		if raw == "" {
			return nil
		}
		n, day, err := uhri.ParseState(raw)
		if err == nil && !day.IsZero() {
			n, err = u.o.Changes.SeqBefore(ctx, day.Begin(end))
		}
		*to = n
		return err
	}
	if err := state("since", false, &s.since); err != nil {
		return s, err
	}
	if err := state("until", true, &s.until); err != nil {
		return s, err
	}
	if c.QueryParam("until") != "" && s.until <= s.since {
		return s, uhri.Errorf(uhri.Invalid, "changes", "until is not later than since, so nothing can be found")
	}
	var err error
	s.kind, err = changeKind(c.QueryParam("kind"))
	return s, err
}

// TallyHeads names the columns.
func (p *ChangesPage) TallyHeads() []string {
	heads := make([]string, len(changeKinds))
	for i, k := range changeKinds {
		heads[i] = p.words.Text("event." + string(k))
	}
	return heads
}

// tally makes the table; more says that there are older states than it shows.
func (u *UI) tally(all []uhri.Tally) (rows []TallyRow, more bool) {
	var last *uhri.Tally
	for i, t := range all {
		its := span{since: t.Seq - 1, until: t.Seq}
		if last == nil || t.Seq != last.Seq || t.Source != last.Source {
			if len(rows) == shownStates {
				return rows, true
			}
			rows = append(rows, TallyRow{Seq: t.Seq, URL: its.url(), At: t.At, Source: sourceName(u.words, t.Source), Cells: make([]TallyCell, len(changeKinds))})
		}
		last = &all[i]
		row := &rows[len(rows)-1]
		for k, kind := range changeKinds {
			if kind == t.Kind {
				its.source, its.kind = t.Source, kind
				row.Cells[k] = TallyCell{Count: t.Count, URL: its.url(), Label: u.words.Text("event."+string(kind)) + ": " + row.Source}
			}
		}
	}
	return rows, false
}

// changeKind reads the kind asked for; an unknown one is refused with those there are.
func changeKind(raw string) (uhri.ChangeKind, error) {
	if raw == "" {
		return "", nil
	}
	var names []string
	for _, k := range changeKinds {
		if string(k) == raw {
			return k, nil
		}
		names = append(names, string(k))
	}
	if near, ok := uhri.Nearest(raw, names); ok {
		return "", uhri.Errorf(uhri.Invalid, "changes", "there is no kind of change %q; did you mean %q?", shorten(raw, 40), near)
	}
	return "", uhri.Errorf(uhri.Invalid, "changes", "there is no kind of change %q", shorten(raw, 40))
}
