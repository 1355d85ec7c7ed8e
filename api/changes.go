package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"uhri"
	"uhri/index/searchurl"
)

// maxChanges bounds a page of the change log.
const maxChanges = 1000

// Changes is the numbered change log. The store meets it.
type Changes interface {
	// Changes returns the entries q asks for, in log order. Entries are only ever added at the end.
	Changes(ctx context.Context, q uhri.ChangeQuery) ([]uhri.Change, error)
	// CountChanges counts the entries q asks for, whatever its limit and offset.
	CountChanges(ctx context.Context, q uhri.ChangeQuery) (int, error)
	// Tallies counts what happened after since up to upTo, newest state first, by source and kind.
	Tallies(ctx context.Context, since, upTo uhri.Seq) ([]uhri.Tally, error)
	// SeqBefore is the state readers saw just before a moment.
	SeqBefore(ctx context.Context, t time.Time) (uhri.Seq, error)
}

// ChangePage is one page of the change log.
type ChangePage struct {
	Total    int           `json:"total" doc:"entries of the log that fit, on all pages"`
	Items    []uhri.Change `json:"items" nullable:"false" doc:"in the order they happened"`
	By       []uhri.Tally  `json:"by,omitzero" doc:"with by=1: how many, by state, source and kind, newest state first; of everything between since and until"`
	Next     string        `json:"next" doc:"cursor of the next page; empty at the end"`
	Latest   uhri.Seq      `json:"latest" doc:"send it as since next time"`
	Snapshot string        `json:"snapshot,omitzero"`
	Demo     bool          `json:"demonstration"`
}

func (a *API) changes(ctx context.Context, c *call) (*reply[ChangePage], error) {
	q, by, faults := a.readChangeQuery(ctx, c)
	if len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	if a.o.Changes == nil {
		return nil, a.fail(ctx, c, uhri.Errorf(uhri.Unsupported, "", "this service keeps no change log"))
	}
	// Only what the snapshot shows is told: a change is not public before the record it concerns is.
	st, err := a.o.Searcher.Status(ctx)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	now := st.Current.Seq
	if q.UpTo == 0 || q.UpTo > now {
		q.UpTo = now
	}
	out := ChangePage{Items: []uhri.Change{}, Snapshot: st.Current.ID, Latest: max(q.Since, q.UpTo), Demo: a.o.Demo || st.Current.Demo}
	etag := a.etag(st.Current.ID, "changes", c.params.Encode())
	if err := c.fresh(etag, st.Current.ID); err != nil {
		return nil, err
	}
	if out.Total, err = a.o.Changes.CountChanges(ctx, q); err != nil {
		return nil, a.fail(ctx, c, err)
	}
	items, err := a.o.Changes.Changes(ctx, q)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	if by {
		if out.By, err = a.o.Changes.Tallies(ctx, q.Since, q.UpTo); err != nil {
			return nil, a.fail(ctx, c, err)
		}
	}
	out.Items = append(out.Items, items...)
	if q.Offset+len(items) < out.Total {
		out.Next = fmt.Sprintf("%d.%d.%d", q.Since, q.UpTo, q.Offset+len(items))
	}
	return newReply(etag, st.Current.ID, out), nil
}

func (a *API) readChangeQuery(ctx context.Context, c *call) (q uhri.ChangeQuery, by bool, faults []searchurl.Fault) {
	q.Limit = 100
	kinds := c.params["kind"]
	delete(c.params, "kind") // repeatable, so not for only
	faults = c.only("since", "until", "source", "limit", "cursor", "kind", "id", "symbol", "by")
	if len(kinds) > 0 {
		c.params["kind"] = kinds
	}
	fault := func(name, message, hint string) {
		faults = append(faults, searchurl.Fault{Parameter: name, Value: cut(c.params.Get(name)), Message: message, Hint: hint})
	}
	state := func(name string, end bool) uhri.Seq {
		s := c.params.Get(name)
		if s == "" {
			return 0
		}
		n, day, err := uhri.ParseState(s)
		if err == nil && !day.IsZero() && a.o.Changes != nil {
			n, err = a.o.Changes.SeqBefore(ctx, day.Begin(end))
		}
		if err != nil {
			message, hint, _ := strings.Cut(uhri.Message(err), "; ")
			fault(name, message, hint)
		}
		return n
	}
	q.Since = state("since", false)
	q.UpTo = state("until", true)
	if c.params.Get("until") != "" && q.UpTo <= q.Since && len(faults) == 0 {
		fault("until", "it is not later than since, so nothing can be found", "exchange since and until")
	}
	switch s := c.params.Get("by"); s {
	case "", "0", "false":
	case "1", "true":
		by = true
	default:
		fault("by", "this is neither true nor false", "write 1 or 0")
	}
	if s := c.params.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxChanges {
			fault("limit", fmt.Sprintf("it must lie between 1 and %d", maxChanges), "")
		}
		q.Limit = n
	}
	if s := c.params.Get("cursor"); s != "" {
		var at [3]int64
		parts := strings.Split(s, ".")
		ok := len(parts) == len(at)
		for i := 0; ok && i < len(at); i++ {
			n, err := strconv.ParseUint(parts[i], 10, 62)
			at[i], ok = int64(n), err == nil
		}
		if !ok {
			fault("cursor", "this is not a cursor of the change log", "take next from an answer as it is")
		}
		q.Since, q.UpTo, q.Offset = uhri.Seq(at[0]), uhri.Seq(at[1]), int(at[2])
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
	return q, by, faults
}
