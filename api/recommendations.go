package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// maxLookup bounds one lookup; maxLookupRecords what its symbols may bring: twenty of the longest documents.
const (
	maxLookup        = 1000
	maxLookupRecords = 5000
)

func (a *API) search(ctx context.Context, c *call) (*reply[Answer], error) {
	req, faults := c.search("fields")
	fields, bad := fieldsOf(c.params)
	if faults = append(faults, bad...); len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	if err := a.unchanged(ctx, c, req, fields...); err != nil {
		return nil, err
	}
	res, err := a.o.Searcher.Search(ctx, req)
	if req.Cursor != "" && uhri.KindOf(err) == uhri.Invalid { // all else was read before
		return nil, a.invalid(c, []searchurl.Fault{{Parameter: "cursor", Value: cut(req.Cursor), Message: uhri.Message(err), Hint: "take next from an answer as it is, with every other parameter as it was"}})
	}
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	out := newReply(a.searchTag(c, res.Snapshot.ID, req, fields...), res.Snapshot.ID, a.answer(req, res, fields))
	if res.Next != "" {
		next := searchurl.At(a.link(c.echo.Request().URL.Path), req).Cursor(res.Next).Extra("fields", fields...)
		out.Link = "<" + next.String() + `>; rel="next"`
	}
	return out, nil
}

// unchanged answers 304 before the work is done, where the snapshot to be answered from is known.
func (a *API) unchanged(ctx context.Context, c *call, req index.Request, more ...string) error {
	if c.echo.Request().Header.Get("If-None-Match") == "" {
		return nil
	}
	st, err := a.o.Searcher.Status(ctx)
	if err != nil {
		return a.fail(ctx, c, err)
	}
	id := st.Current.ID
	if req.Snapshot != "" && req.Snapshot != id {
		if st.Previous == nil || st.Previous.ID != req.Snapshot {
			return nil // the search says what is wrong
		}
		id = req.Snapshot
	}
	if req.Cursor != "" {
		return nil // a cursor stays on its own snapshot, which only the engine can read
	}
	return c.fresh(a.searchTag(c, id, req, more...), id)
}

func (a *API) searchTag(c *call, snapshot string, req index.Request, more ...string) string {
	return a.etag(snapshot, append([]string{c.echo.Request().URL.Path, searchurl.String(req)}, more...)...)
}

// fieldsOf reads fields=, the members of items to send.
func fieldsOf(v url.Values) ([]string, []searchurl.Fault) {
	names := itemFields()
	var out []string
	var faults []searchurl.Fault
	for _, f := range v["fields"] {
		if slices.Contains(names, f) {
			out = append(out, f)
			continue
		}
		hint := "one of " + strings.Join(names, ", ")
		if near, ok := uhri.Nearest(f, names); ok {
			hint = `did you mean "` + near + `"?`
		}
		faults = append(faults, searchurl.Fault{Parameter: "fields", Value: cut(f), Message: "records have no such field", Hint: hint})
	}
	slices.Sort(out)
	return slices.Compact(out), faults
}

// Record is one record, as the answer to its permanent address.
type Record struct {
	Item     Item   `json:"item"`
	Snapshot string `json:"snapshot"`
	Demo     bool   `json:"demonstration"`
}

func (a *API) record(ctx context.Context, c *call) (*reply[Record], error) {
	if faults := c.only(); len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	id := uhri.ID(strings.ToLower(strings.TrimSpace(c.path("id"))))
	var rec *uhri.Recommendation
	snap, err := a.onOneSnapshot(ctx, func() (err error) {
		rec, err = a.o.Searcher.Get(ctx, id)
		return err
	})
	if g, ok := errors.AsType[*uhri.GoneRecord](err); ok && g.Tombstone.RedirectTo != "" {
		return nil, &moved{to: a.link(Base + "/recommendations/" + url.PathEscape(string(g.Tombstone.RedirectTo)))}
	}
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	etag := a.etag(snap.ID, "record", string(id))
	if err := c.fresh(etag, snap.ID); err != nil {
		return nil, err
	}
	it := a.item(index.Hit{Record: rec, Lang: shownIn(rec)}, nil)
	return newReply(etag, snap.ID, Record{Item: it, Snapshot: snap.ID, Demo: a.o.Demo || snap.Demo}), nil
}

// shownIn returns English where there is English text, else the first language there is.
func shownIn(r *uhri.Recommendation) uhri.Lang {
	for _, l := range uhri.Langs {
		if r.Texts[l].Full != "" {
			return l
		}
	}
	return ""
}

// onOneSnapshot runs work, which asks several questions, until all were answered by one snapshot.
func (a *API) onOneSnapshot(ctx context.Context, work func() error) (index.Snapshot, error) {
	for range 3 {
		before, err := a.o.Searcher.Status(ctx)
		if err != nil {
			return index.Snapshot{}, err
		}
		workErr := work()
		after, err := a.o.Searcher.Status(ctx)
		if err != nil {
			return index.Snapshot{}, err
		}
		if before.Current.ID == after.Current.ID {
			return before.Current, workErr
		}
	}
	return index.Snapshot{}, &uhri.Error{Kind: uhri.Unavailable, Msg: "snapshots follow each other too fast at the moment; try again in a few seconds"}
}

// LookupRequest is the body of a lookup.
type LookupRequest struct {
	IDs     []uhri.ID `json:"ids,omitempty" doc:"identifiers of records"`
	Symbols []string  `json:"symbols,omitempty" doc:"symbols of documents, in any accepted spelling"`
}

// Lookup is the answer to a lookup.
type Lookup struct {
	Items    []Item    `json:"items" nullable:"false" doc:"the records of ids in the order asked for, then those of symbols in document order"`
	Missing  []Missing `json:"missing" nullable:"false" doc:"what was asked for and is not there"`
	Repeated []string  `json:"repeated,omitzero" doc:"what was asked for more than once, in one spelling or several; it is answered once"`
	Snapshot string    `json:"snapshot"`
	Demo     bool      `json:"demonstration"`
}

// Missing is something asked for that is not there.
type Missing struct {
	ID         uhri.ID       `json:"id,omitzero"`
	Symbol     string        `json:"symbol,omitzero"`
	Reason     uhri.Kind     `json:"reason" enum:"not_found,gone" doc:"not_found: never seen; gone: it was here"`
	Kind       uhri.TombKind `json:"kind,omitzero" enum:"withdrawn,suppressed,merged"`
	At         time.Time     `json:"at,omitzero" doc:"when it went"`
	RedirectTo uhri.ID       `json:"redirect_to,omitzero" doc:"the record it became part of"`
}

func (a *API) lookup(ctx context.Context, c *call) (*reply[Lookup], error) {
	if ct, _, _ := strings.Cut(c.echo.Request().Header.Get("Content-Type"), ";"); ct != "" && strings.TrimSpace(ct) != "application/json" {
		p := problem.New(http.StatusUnsupportedMediaType, "a lookup is asked in JSON; send Content-Type: application/json")
		p.Errors = append(p.Errors, searchurl.Fault{Parameter: "Content-Type", Value: cut(ct), Message: "a lookup is asked in JSON", Hint: "send Content-Type: application/json"})
		return nil, a.fail(ctx, c, p)
	}
	ask, repeated, faults := c.lookupRequest()
	if faults = append(c.only(), faults...); len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	if c.tooLarge {
		return nil, a.fail(ctx, c, problem.New(http.StatusRequestEntityTooLarge, "the body is larger than this service reads"))
	}
	var out Lookup
	snap, err := a.onOneSnapshot(ctx, func() error {
		out = Lookup{Items: []Item{}, Missing: []Missing{}, Repeated: repeated}
		for _, id := range ask.IDs {
			rec, err := a.o.Searcher.Get(ctx, id)
			switch g, gone := errors.AsType[*uhri.GoneRecord](err); {
			case err == nil:
				out.Items = append(out.Items, a.item(index.Hit{Record: rec, Lang: shownIn(rec)}, nil))
			case gone:
				out.Missing = append(out.Missing, Missing{ID: id, Reason: uhri.Gone, Kind: g.Tombstone.Kind, At: g.Tombstone.At, RedirectTo: g.Tombstone.RedirectTo})
			case uhri.KindOf(err) == uhri.NotFound:
				out.Missing = append(out.Missing, Missing{ID: id, Reason: uhri.NotFound})
			default:
				return err
			}
		}
		return a.lookupSymbols(ctx, ask.Symbols, &out)
	})
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	out.Snapshot, out.Demo = snap.ID, a.o.Demo || snap.Demo
	return newReply("", snap.ID, out), nil
}

func (a *API) lookupSymbols(ctx context.Context, symbols []string, out *Lookup) error {
	if len(symbols) == 0 {
		return nil
	}
	found := map[string]bool{}
	req := index.Request{Sort: index.SortDocument, Limit: index.MaxLimit, FacetLimit: -1, Filters: []index.Filter{{Facet: "symbol", Op: index.Any, Values: symbols}}}
	for {
		res, err := a.o.Searcher.Search(ctx, req)
		if err != nil {
			return err
		}
		if res.Total > maxLookupRecords {
			return uhri.Errorf(uhri.Invalid, "lookup", "these symbols have %d records; a lookup brings at most %d: ask for fewer, or use %s/recommendations/export?symbol=…", res.Total, maxLookupRecords, Base)
		}
		for _, h := range res.Hits {
			found[string(h.Record.Symbol)] = true
			out.Items = append(out.Items, a.item(h, nil))
		}
		if req.Cursor = res.Next; req.Cursor == "" {
			break
		}
	}
	for _, s := range symbols {
		if found[s] {
			continue
		}
		gone, err := a.o.Searcher.Gone(ctx, uhri.Symbol(s))
		if err != nil {
			return err
		}
		m := Missing{Symbol: s, Reason: uhri.NotFound}
		for _, t := range gone {
			if m.Reason = uhri.Gone; t.At.After(m.At) { // what happened last
				m.Kind, m.At = t.Kind, t.At
			}
		}
		out.Missing = append(out.Missing, m)
	}
	return nil
}

// lookupRequest reads the body, with every fault in it.
func (c *call) lookupRequest() (ask LookupRequest, repeated []string, faults []searchurl.Fault) {
	fault := func(param, value, message, hint string) searchurl.Fault {
		return searchurl.Fault{Parameter: param, Value: cut(value), Message: message, Hint: hint}
	}
	const shape = `send {"ids": ["…"]} or {"symbols": ["A/HRC/59/15"]}`
	body, err := io.ReadAll(c.echo.Request().Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		c.tooLarge = true
		return ask, nil, nil
	}
	if err != nil {
		return ask, nil, []searchurl.Fault{fault("body", "", "the body could not be read to its end", "send it again")}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&ask); err != nil {
		f := fault("body", string(body), "the body is not the JSON of a lookup: "+err.Error(), shape)
		f.At = int(dec.InputOffset())
		return ask, nil, []searchurl.Fault{f}
	}
	if dec.More() {
		f := fault("body", string(body), "something follows the JSON", shape)
		f.At = int(dec.InputOffset())
		faults = append(faults, f)
	}
	switch n := len(ask.IDs) + len(ask.Symbols); {
	case n == 0:
		faults = append(faults, fault("body", string(body), "nothing is asked for", shape))
	case n > maxLookup:
		faults = append(faults, fault("body", "", fmt.Sprintf("a lookup has at most %d identifiers and symbols, this one has %d", maxLookup, n), "ask in several lookups"))
	}
	if len(ask.IDs)+len(ask.Symbols) > maxLookup {
		return ask, nil, faults
	}
	for i, id := range ask.IDs {
		ask.IDs[i] = uhri.ID(strings.ToLower(strings.TrimSpace(string(id))))
		if ask.IDs[i] == "" {
			faults = append(faults, fault(fmt.Sprintf("ids[%d]", i), string(id), "this is empty", ""))
		}
	}
	for i, raw := range ask.Symbols {
		sym, err := uhri.ParseSymbol(raw)
		if err != nil {
			faults = append(faults, fault(fmt.Sprintf("symbols[%d]", i), raw, uhri.Message(err), "write it as A/HRC/59/15"))
			continue
		}
		ask.Symbols[i] = string(sym)
	}
	ask.IDs, repeated = distinct(ask.IDs, nil)
	ask.Symbols, repeated = distinct(ask.Symbols, repeated)
	return ask, repeated, faults
}

// distinct leaves out what stands before already, and adds it to repeated, once each.
func distinct[T ~string](in []T, repeated []string) ([]T, []string) {
	times := make(map[T]int, len(in))
	out := slices.DeleteFunc(in, func(v T) bool {
		times[v]++
		if times[v] == 2 {
			repeated = append(repeated, string(v))
		}
		return times[v] > 1
	})
	return out, repeated
}
