package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/index/searchurl"
)

// maxChanges bounds a page of the change log.
const maxChanges = 1000

// Changes is the numbered change log.
type Changes interface {
	// Changes returns the entries q asks for, in log order. Entries are only ever added at the end.
	Changes(ctx context.Context, q ChangeQuery) ([]uhri.Change, error)
}

// ChangeQuery says which entries of the log are asked for. Zero fields ask for all.
type ChangeQuery struct {
	Since  uhri.Seq // after it
	UpTo   uhri.Seq // up to and including it
	Kinds  []uhri.ChangeKind
	Source string
	ID     uhri.ID
	Symbol uhri.Symbol
	Offset int // of the entries that fit, how many to leave out
	Limit  int
}

// ChangePage is one page of the change log.
type ChangePage struct {
	Items    []uhri.Change `json:"items" nullable:"false" doc:"in the order they happened"`
	Next     string        `json:"next" doc:"cursor of the next page; empty at the end"`
	Latest   uhri.Seq      `json:"latest" doc:"send it as since next time"`
	Snapshot string        `json:"snapshot,omitzero"`
	Demo     bool          `json:"demonstration"`
}

func (a *API) changes(ctx context.Context, c *call) (*reply[ChangePage], error) {
	q, faults := readChangeQuery(c)
	if len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	if a.o.Changes == nil {
		return nil, a.fail(ctx, c, uhri.Errorf(uhri.Unsupported, "", "this service keeps no change log"))
	}
	out := ChangePage{Items: []uhri.Change{}, Latest: q.Since, Demo: a.o.Demo}
	// Only what the snapshot shows is told: a change is not public before the record it concerns is.
	st, err := a.o.Searcher.Status(ctx)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	out.Snapshot, out.Latest, out.Demo = st.Current.ID, max(q.Since, st.Current.Seq), out.Demo || st.Current.Demo
	etag := a.etag(st.Current.ID, "changes", c.params.Encode())
	if err := c.fresh(etag, st.Current.ID); err != nil {
		return nil, err
	}
	limit := q.Limit
	q.UpTo, q.Limit = st.Current.Seq, limit+1 // one more tells whether there is another page
	items, err := a.o.Changes.Changes(ctx, q)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	if len(items) > limit {
		items = items[:limit]
		out.Next = fmt.Sprintf("%d.%d", q.Since, q.Offset+limit)
	}
	out.Items = append(out.Items, items...)
	return newReply(etag, st.Current.ID, out), nil
}

func readChangeQuery(c *call) (ChangeQuery, []searchurl.Fault) {
	q := ChangeQuery{Limit: 100}
	kinds := c.params["kind"]
	delete(c.params, "kind") // repeatable, so not for only
	faults := c.only("since", "source", "limit", "cursor", "kind", "id", "symbol")
	if len(kinds) > 0 {
		c.params["kind"] = kinds
	}
	fault := func(name, message, hint string) {
		faults = append(faults, searchurl.Fault{Parameter: name, Value: cut(c.params.Get(name)), Message: message, Hint: hint})
	}
	if s := c.params.Get("since"); s != "" {
		seq, err := sinceOf(s)
		if err != nil {
			fault("since", "this is neither a number of the log nor a snapshot", "since=2026-11-24.17 or since=17")
		}
		q.Since = seq
	}
	if s := c.params.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxChanges {
			fault("limit", fmt.Sprintf("it must lie between 1 and %d", maxChanges), "")
		}
		q.Limit = n
	}
	if s := c.params.Get("cursor"); s != "" {
		since, skip, _ := strings.Cut(s, ".")
		seq, err1 := strconv.ParseInt(since, 10, 64)
		n, err2 := strconv.Atoi(skip)
		if err1 != nil || err2 != nil || seq < 0 || n < 0 {
			fault("cursor", "this is not a cursor of the change log", "take next from an answer as it is")
		}
		q.Since, q.Offset = uhri.Seq(seq), n
	}
	known := []string{string(uhri.Added), string(uhri.Changed), string(uhri.Relabelled), string(uhri.Withdrawn), string(uhri.Restored), string(uhri.Reprocessed)}
	for _, k := range kinds {
		if !slices.Contains(known, k) {
			faults = append(faults, searchurl.Fault{Parameter: "kind", Value: cut(k), Message: "there is no such kind of change", Hint: "one of " + strings.Join(known, ", ")})
		}
		q.Kinds = append(q.Kinds, uhri.ChangeKind(k))
	}
	q.Source = c.params.Get("source")
	q.ID = uhri.ID(strings.ToLower(strings.TrimSpace(c.params.Get("id"))))
	if s := c.params.Get("symbol"); s != "" {
		sym, err := uhri.ParseSymbol(s)
		if err != nil {
			fault("symbol", uhri.Message(err), "symbol=A/HRC/59/15")
		}
		q.Symbol = sym
	}
	return q, faults
}

// sinceOf reads a number of the log, or a snapshot, whose name ends with it.
func sinceOf(s string) (uhri.Seq, error) {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		s = s[i+1:]
	}
	n, err := strconv.ParseUint(s, 10, 62)
	return uhri.Seq(n), err
}
