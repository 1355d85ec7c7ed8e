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

// Changes is the numbered change log. The store meets it.
type Changes interface {
	// Changes calls yield, in log order, for every entry after since until it returns false. The order never changes.
	Changes(ctx context.Context, since uhri.Seq, yield func(uhri.Change) bool) error
}

// ChangePage is one page of the change log.
type ChangePage struct {
	Items    []uhri.Change `json:"items" nullable:"false" doc:"in the order they happened"`
	Next     string        `json:"next" doc:"cursor of the next page; empty at the end"`
	Latest   uhri.Seq      `json:"latest" doc:"send it as since next time"`
	Snapshot string        `json:"snapshot,omitzero"`
	Demo     bool          `json:"demonstration"`
}

// changeQuery is what is asked of the log.
type changeQuery struct {
	since  uhri.Seq
	skip   int // entries after since that earlier pages showed
	source string
	kinds  []uhri.ChangeKind
	limit  int
}

func (a *API) changes(ctx context.Context, c *call) (*reply[ChangePage], error) {
	q, faults := readChangeQuery(c)
	if len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	if a.o.Changes == nil {
		return nil, a.fail(ctx, c, uhri.Errorf(uhri.Unsupported, "", "this service keeps no change log"))
	}
	out := ChangePage{Items: []uhri.Change{}, Latest: q.since, Demo: a.o.Demo}
	// Only what the snapshot shows is told: a change is not public before the record it concerns is.
	st, err := a.o.Searcher.Status(ctx)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	out.Snapshot, out.Latest, out.Demo = st.Current.ID, max(q.since, st.Current.Seq), out.Demo || st.Current.Demo
	etag := a.etag(st.Current.ID, "changes", c.params.Encode())
	if err := c.fresh(etag, st.Current.ID); err != nil {
		return nil, err
	}
	place := 0
	err = a.o.Changes.Changes(ctx, q.since, func(ch uhri.Change) bool {
		if ch.Seq > st.Current.Seq {
			return false
		}
		place++
		if place <= q.skip || q.source != "" && ch.Source != q.source || len(q.kinds) > 0 && !slices.Contains(q.kinds, ch.Kind) {
			return true
		}
		if len(out.Items) == q.limit {
			out.Next = fmt.Sprintf("%d.%d", q.since, place-1)
			return false
		}
		out.Items = append(out.Items, ch)
		return true
	})
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	r := newReply(etag, st.Current.ID, out)
	return r, nil
}

func readChangeQuery(c *call) (changeQuery, []searchurl.Fault) {
	q := changeQuery{limit: 100}
	kinds := c.params["kind"]
	delete(c.params, "kind") // repeatable, so not for only
	faults := c.only("since", "source", "limit", "cursor", "kind")
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
		q.since = seq
	}
	if s := c.params.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxChanges {
			fault("limit", fmt.Sprintf("it must lie between 1 and %d", maxChanges), "")
		}
		q.limit = n
	}
	if s := c.params.Get("cursor"); s != "" {
		since, skip, _ := strings.Cut(s, ".")
		seq, err1 := strconv.ParseInt(since, 10, 64)
		n, err2 := strconv.Atoi(skip)
		if err1 != nil || err2 != nil || seq < 0 || n < 0 {
			fault("cursor", "this is not a cursor of the change log", "take next from an answer as it is")
		}
		q.since, q.skip = uhri.Seq(seq), n
	}
	known := []string{string(uhri.Added), string(uhri.Changed), string(uhri.Relabelled), string(uhri.Withdrawn), string(uhri.Restored), string(uhri.Reprocessed)}
	for _, k := range kinds {
		if !slices.Contains(known, k) {
			faults = append(faults, searchurl.Fault{Parameter: "kind", Value: cut(k), Message: "there is no such kind of change", Hint: "one of " + strings.Join(known, ", ")})
		}
		q.kinds = append(q.kinds, uhri.ChangeKind(k))
	}
	q.source = c.params.Get("source")
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
