package ui

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"uhri"
)

// ChangeBook is met by Changes that can also count, and narrow by source and kind. The page of changes then begins
// with a table.
type ChangeBook interface {
	// Tallies counts what happened after since, newest state first.
	Tallies(ctx context.Context, since uhri.Seq) ([]Tally, error)
	// ChangesOf is Changes for one source and kind; empty ones mean all.
	ChangesOf(ctx context.Context, since uhri.Seq, source string, kind uhri.ChangeKind, yield func(uhri.Change) bool) error
}

// Tally is how many changes of one kind one state of the collection brought from one source.
type Tally struct {
	Seq    uhri.Seq
	At     time.Time
	Source string
	Kind   uhri.ChangeKind
	Count  int
}

// changeKinds are the columns of the table.
var changeKinds = [...]uhri.ChangeKind{uhri.Added, uhri.Changed, uhri.Relabelled, uhri.Withdrawn, uhri.Restored, uhri.Reprocessed}

// shownStates is how many lines the table has; since= leads further back.
const shownStates = 60

// TallyRow is one line of the table: one state and source.
type TallyRow struct {
	Seq    uhri.Seq
	URL    string // the changes since the state before
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

// TallyHeads names the columns.
func (p *ChangesPage) TallyHeads() []string {
	heads := make([]string, len(changeKinds))
	for i, k := range changeKinds {
		heads[i] = p.words.Text("event." + string(k))
	}
	return heads
}

// tally makes the table.
func (u *UI) tally(all []Tally) (rows []TallyRow) {
	var last *Tally
	for i, t := range all {
		if last == nil || t.Seq != last.Seq || t.Source != last.Source {
			if len(rows) == shownStates {
				return rows
			}
			before := strconv.FormatInt(int64(t.Seq-1), 10)
			rows = append(rows, TallyRow{Seq: t.Seq, URL: "/changes?since=" + before, At: t.At, Source: sourceName(u.words, t.Source), Cells: make([]TallyCell, len(changeKinds))})
		}
		last = &all[i]
		row := &rows[len(rows)-1]
		for k, kind := range changeKinds {
			if kind == t.Kind {
				row.Cells[k] = TallyCell{Count: t.Count, URL: changesURL(t.Seq-1, t.Source, kind), Label: u.words.Text("event."+string(kind)) + ": " + row.Source}
			}
		}
	}
	return rows
}

// changesURL is the page of changes since a state, of one source and kind.
func changesURL(since uhri.Seq, source string, kind uhri.ChangeKind) string {
	v := url.Values{"since": {strconv.FormatInt(int64(since), 10)}}
	if source != "" {
		v.Set("source", source)
	}
	if kind != "" {
		v.Set("kind", string(kind))
	}
	return "/changes?" + v.Encode()
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
