package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
)

// published is the reference engine over records, as one snapshot.
func published(records []*uhri.Recommendation, demo bool, tombs ...uhri.Tombstone) index.Searcher {
	e := indextest.NewReference()
	snap := index.Snapshot{ID: "2026-11-21.2", Seq: 2, Created: time.Date(2026, 11, 21, 4, 12, 0, 0, time.UTC), Records: len(records), Demo: demo, Tombs: tombs,
		Sources: []uhri.SourceStatus{{Source: "uhri/en", State: uhri.OK, LastSuccess: time.Date(2026, 11, 21, 4, 2, 0, 0, time.UTC)}}}
	err := e.Publish(context.Background(), snap, func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range slices.Clone(records) {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	return e
}

// brokenSearcher fails at everything.
type brokenSearcher struct{ err error }

func (s brokenSearcher) Search(context.Context, index.Request) (*index.Result, error) {
	return nil, s.err
}
func (s brokenSearcher) Status(context.Context) (index.Status, error) { return index.Status{}, s.err }
func (s brokenSearcher) Get(context.Context, uhri.ID) (*uhri.Recommendation, error) {
	return nil, s.err
}
func (s brokenSearcher) Gone(context.Context, uhri.Symbol) ([]uhri.Tombstone, error) {
	return nil, s.err
}
func (s brokenSearcher) Stream(context.Context, index.Request, func(index.Row) bool) error {
	return s.err
}

// quotingSearcher fails with an error that quotes the query.
type quotingSearcher struct{ brokenSearcher }

func (quotingSearcher) Search(_ context.Context, req index.Request) (*index.Result, error) {
	return nil, fmt.Errorf("evaluating %q: broken", req.Query)
}

// fixedSources is a status of every kind.
type fixedSources struct{ list []uhri.SourceStatus }

func (f fixedSources) SourceStatus(context.Context) ([]uhri.SourceStatus, error) { return f.list, nil }

func (f fixedSources) Runs(context.Context, int) ([]uhri.Run, error) {
	var rs []uhri.Run
	for _, s := range f.list {
		if s.Last != nil {
			rs = append(rs, *s.Last)
		}
	}
	return rs, nil
}

func (f fixedSources) Rejections(_ context.Context, run int64, _ int) ([]uhri.Rejection, error) {
	return []uhri.Rejection{{Run: run, Key: "3f0c91aa", Reason: "no text in any language"}, {Run: run, Key: "b81e07d2", Reason: "identifier used twice with different texts"}}, nil
}

func (f fixedSources) Failing(_ context.Context, source string, _ int) ([]uhri.Rejection, error) {
	return []uhri.Rejection{{Run: 6, Source: source, Key: "CEDAW/C/KEN/CO/1", Reason: "neither documents.un.org nor the database has a file of it; it is asked for again from 2026-12-01", At: testNow.Add(-time.Hour)}}, nil
}

func everyState(now time.Time) fixedSources {
	run := func(id int64, source string, state uhri.RunState) *uhri.Run {
		return &uhri.Run{ID: id, Source: source, State: state, Started: now.Add(-2 * time.Minute), In: 24573, New: 212, Changed: 17, Same: 24338, Withdrawn: 3, Rejected: 6, Bytes: 148_000_000, TotalBytes: 361_000_000}
	}
	visited := run(6, "treatybodies", uhri.OK)
	visited.Documents = &uhri.DocumentCounts{Seen: 40, Fetched: 4, Unchanged: 35, Failed: 1, Waiting: 2}
	return fixedSources{[]uhri.SourceStatus{
		{Source: "uhri/en", State: uhri.OK, LastSuccess: now.Add(-5 * time.Hour), NextRun: now.Add(19 * time.Hour), Last: run(9, "uhri/en", uhri.OK), Records: 24567, Schedule: "0 4 * * *"},
		{Source: "uhri/fr", State: uhri.Running, LastSuccess: now.Add(-49 * time.Hour), Last: run(8, "uhri/fr", uhri.Running), Records: 12},
		{Source: "upr", State: uhri.Quarantined, Reason: "The run would have withdrawn 606 passages, 5.1 % of this source.", Last: run(7, "upr", uhri.Quarantined)},
		{Source: "treatybodies", State: uhri.Stale, LastSuccess: now.Add(-220 * time.Hour), Last: visited, Records: 6120, Documents: 102,
			Politeness: "one request per host every 2s, robots.txt obeyed", UserAgent: "uhri/1 (search engine for UN human rights recommendations; data@example.org)",
			Hosts: []uhri.HostAsked{{Host: "documents.un.org", Delay: "2s", Robots: "read 2026-11-20 04:00 UTC, asks for no delay", Requests: 240, WaitsUntil: now.Add(time.Minute), WaitsFor: "503 Service Unavailable"},
				{Host: "tbinternet.ohchr.org", Delay: "5s", Robots: "read 2026-11-20 04:00 UTC, asks for 5s between requests", Requests: 31}},
			Review: &uhri.NeedsReview{Documents: 3, Passages: 15, List: []uhri.ReviewedDocument{
				{Symbol: "DEMO/CMW/C/XAA/CO/1", Passages: 12, Why: []string{"its paragraphs do not run from 1 to N", "its language is not known"}}, {Symbol: "DEMO/CMW/C/XAA/CO/1", Passages: 2, Why: []string{"paragraph 7 is missing"}}}}},
		{Source: "specialprocedures", State: uhri.Blocked, Reason: "The publisher’s server answers with a challenge page.", BlockedUntil: now.Add(5 * time.Hour),
			Politeness: "one request per host every 2s, robots.txt obeyed"},
		{Source: "folder", State: uhri.NeverRun},
		{Source: "uhri/es", State: uhri.Disabled, Reason: "set contact in the configuration"},
		{Source: "uhri/ru", State: uhri.Failed, Reason: "the listing no longer has the column Symbol"},
	}}
}
