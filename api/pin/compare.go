package pin

import (
	"context"
	"errors"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"uhri"
	"uhri/index"
)

// Shown is how many records of each kind a comparison lists; its counts are exact.
const Shown = 50

// Comparison says what a pinned search finds now. Then - Withdrawn - Left + Added = Now.
type Comparison struct {
	Snapshot index.Snapshot `json:"-"`
	Now      int            `json:"now"`
	On       string         `json:"snapshot"` // the snapshot of now
	// Analysis is true when words are read by another version of tokenizer and stemmers than then, so that the numbers
	// may differ although no publisher changed anything.
	Analysis bool `json:"different_analysis"`

	Added     Records `json:"added"`     // found now, not then
	Changed   Records `json:"changed"`   // found then; its publisher has changed text or facts since
	Withdrawn Records `json:"withdrawn"` // found then; no longer published
	Left      Records `json:"left"`      // found then; still published, no longer found
}

// Same reports whether nothing has changed.
func (c *Comparison) Same() bool {
	return c.Added.Count+c.Changed.Count+c.Withdrawn.Count+c.Left.Count == 0
}

// Records are some of those that differ.
type Records struct {
	Count int      `json:"count"`
	First []Record `json:"first,omitzero"` // at most Shown of them, by the order they were first published
}

// Record is one that differs.
type Record struct {
	ID        uhri.ID       `json:"id"`
	Symbol    uhri.Symbol   `json:"symbol,omitzero"`
	Paragraph string        `json:"paragraph,omitzero"`
	Why       uhri.TombKind `json:"why,omitzero"`      // of a withdrawn one
	OldText   string        `json:"old_text,omitzero"` // of a changed one, in English, where its text differs
	NewText   string        `json:"new_text,omitzero"`
}

// Compare says what a pin finds now. A comparison is made once a snapshot.
func (d *Desk) Compare(ctx context.Context, p *Pin) (*Comparison, error) {
	st, err := d.o.Searcher.Status(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	key := p.ID + " " + st.Current.ID
	if c := d.compared[key]; c != nil {
		return c, nil
	}
	c, err := d.compare(ctx, p, st.Current)
	if err != nil {
		return nil, err
	}
	if len(d.order) == kept {
		delete(d.compared, d.order[0])
		d.order = d.order[1:]
	}
	d.compared[key], d.order = c, append(d.order, key)
	return c, nil
}

func (d *Desk) compare(ctx context.Context, p *Pin, now index.Snapshot) (*Comparison, error) {
	req, err := p.Search()
	if err != nil {
		return nil, err
	}
	req.Snapshot = now.ID
	found, err := d.members(ctx, req)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Snapshot: now, On: now.ID, Now: int(found.GetCardinality()), Analysis: now.Analysis != p.Analysis}
	if c.Added, err = d.records(ctx, roaring.AndNot(found, p.members), nil); err != nil {
		return nil, err
	}
	if err := d.missing(ctx, roaring.AndNot(p.members, found), c); err != nil {
		return nil, err
	}
	return c, d.changed(ctx, p, now, c)
}

// records lists a set: its size, and the first with what is known of them.
func (d *Desk) records(ctx context.Context, set *roaring.Bitmap, fill func(*Record) error) (Records, error) {
	out := Records{Count: int(set.GetCardinality())}
	ids, err := d.ids(ctx, set, Shown)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		r := Record{ID: id}
		if err := d.describe(ctx, &r); err != nil {
			return out, err
		}
		if fill != nil {
			if err := fill(&r); err != nil {
				return out, err
			}
		}
		out.First = append(out.First, r)
	}
	return out, nil
}

// ids are those of the first limit members of a set; all of them where limit is 0.
func (d *Desk) ids(ctx context.Context, set *roaring.Bitmap, limit int) ([]uhri.ID, error) {
	var numbers []uint32
	for it := set.Iterator(); it.HasNext() && (limit == 0 || len(numbers) < limit); {
		numbers = append(numbers, it.Next())
	}
	ids, err := d.o.Ledger.IDs(ctx, numbers)
	return slices.DeleteFunc(ids, func(id uhri.ID) bool { return id == "" }), err
}

// describe says where a record stands, whether it is there or gone.
func (d *Desk) describe(ctx context.Context, r *Record) error {
	rec, err := d.o.Searcher.Get(ctx, r.ID)
	if gone, ok := errors.AsType[*uhri.GoneRecord](err); ok {
		r.Symbol, r.Why = gone.Tombstone.Symbol, gone.Tombstone.Kind
		return nil
	}
	if uhri.KindOf(err) == uhri.NotFound { // the store is a state ahead of the snapshot
		return nil
	}
	if err != nil {
		return err
	}
	r.Symbol, r.Paragraph = rec.Symbol, rec.Paragraph
	return nil
}

// missing tells apart why records are no longer found.
func (d *Desk) missing(ctx context.Context, set *roaring.Bitmap, c *Comparison) error {
	ids, err := d.ids(ctx, set, 0)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r := Record{ID: id}
		if err := d.describe(ctx, &r); err != nil {
			return err
		}
		to := &c.Left
		if r.Why != "" {
			to = &c.Withdrawn
		}
		if to.Count++; to.Count <= Shown {
			to.First = append(to.First, r)
		}
	}
	return nil
}

// byPublisher reports whether an entry of the log says that a publisher changed a record: its text, facts or labels. The
// first text in another language changes nothing that was there.
func byPublisher(c uhri.Change) bool {
	translated := c.Lang != "" && c.Lang != uhri.English && c.OldText == ""
	return c.ID != "" && (c.Kind == uhri.Relabelled || c.Kind == uhri.Changed && !translated)
}

// changed finds the members their publisher has changed since; withdrawn ones are listed as such only.
func (d *Desk) changed(ctx context.Context, p *Pin, now index.Snapshot, c *Comparison) error {
	var touched []uhri.ID
	err := d.o.Ledger.Changes(ctx, p.Seq, now.Seq, func(ch uhri.Change) bool {
		if byPublisher(ch) {
			touched = append(touched, ch.ID)
		}
		return true
	})
	if err != nil {
		return err
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	numbers, err := d.o.Ledger.Numbers(ctx, touched)
	if err != nil {
		return err
	}
	set := roaring.New()
	for i, n := range numbers {
		if n == 0 || !p.members.Contains(n) {
			continue
		}
		var gone *uhri.GoneRecord
		if _, err := d.o.Searcher.Get(ctx, touched[i]); errors.As(err, &gone) {
			continue
		}
		set.Add(n)
	}
	c.Changed, err = d.records(ctx, set, func(r *Record) error {
		then, err := d.o.Ledger.TextAt(ctx, r.ID, uhri.English, p.Seq)
		if err != nil {
			return err
		}
		today, err := d.o.Ledger.TextAt(ctx, r.ID, uhri.English, now.Seq)
		if err == nil && then != today {
			r.OldText, r.NewText = then, today
		}
		return err
	})
	return err
}
