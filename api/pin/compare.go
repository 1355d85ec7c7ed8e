package pin

import (
	"context"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Kind is a kind of difference between then and now.
type Kind string

// The kinds of difference, in the order they are listed.
const (
	Added     Kind = "added"     // found now, not then
	Altered   Kind = "changed"   // found then; its publisher has changed text, facts or labels since
	Withdrawn Kind = "withdrawn" // found then; no longer published
	Left      Kind = "left"      // found then; still published, no longer found
)

// Kinds lists the kinds of difference.
func Kinds() []Kind { return []Kind{Added, Altered, Withdrawn, Left} }

// Comparison says what a pinned search finds on another snapshot. Then - Withdrawn - Left + Added = Now; a record that is Left may
// be Altered too.
type Comparison struct {
	Snapshot index.Snapshot `json:"-"`
	On       string         `json:"snapshot"` // the snapshot of now
	// Analysis is true when words are read by another version of tokenizer and stemmers than then, so that the numbers
	// may differ although no publisher changed anything.
	Analysis bool `json:"different_analysis"`
	// Reading is how the same words are read now, where that differs from then.
	Reading string `json:"reading_now,omitzero"`
	// Unreadable are the parts of the request that there are no more. Then nothing is counted: what is left of the request
	// would ask something else.
	Unreadable []searchurl.Fault `json:"unreadable,omitzero"`
	// Anew is how often records were read or labelled anew by us since then, which may move them in and out of a search.
	Anew int `json:"read_anew"`

	Now       int `json:"now"`
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Withdrawn int `json:"withdrawn"`
	Left      int `json:"left"`

	sets map[Kind]*roaring.Bitmap
}

// Count is how many records differ in one way.
func (c *Comparison) Count(k Kind) int {
	if s := c.sets[k]; s != nil {
		return int(s.GetCardinality())
	}
	return 0
}

// Total is how many differences there are.
func (c *Comparison) Total() int { return c.Added + c.Changed + c.Withdrawn + c.Left }

// Same reports whether nothing has changed.
func (c *Comparison) Same() bool { return len(c.Unreadable) == 0 && c.Total() == 0 }

// Compare says what a pin finds now. A comparison is made once a snapshot.
func (d *Desk) Compare(ctx context.Context, p *Pin) (*Comparison, error) {
	return d.CompareOn(ctx, p, "")
}

// CompareOn is Compare on a snapshot that may be the previous one; empty means the current. Errors: Gone for an older one.
func (d *Desk) CompareOn(ctx context.Context, p *Pin, snapshot string) (*Comparison, error) {
	st, err := d.o.Searcher.Status(ctx)
	if err != nil {
		return nil, err
	}
	on := st.Current
	if snapshot != "" && snapshot != on.ID {
		if st.Previous == nil || st.Previous.ID != snapshot {
			return nil, uhri.Errorf(uhri.Gone, "Compare", "snapshot %s is no longer kept; begin again without cursor", snapshot)
		}
		on = *st.Previous
	}
	key := p.ID + " " + on.ID
	if c := d.remembered(key); c != nil {
		return c, nil
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, &uhri.Error{Kind: uhri.Timeout, Op: "Compare", Msg: "the comparison was given up before it began", Err: ctx.Err()}
	}
	if c := d.remembered(key); c != nil { // made while we waited
		return c, nil
	}
	c, err := d.compare(ctx, p, on)
	if err != nil {
		return nil, err
	}
	d.remember(key, c)
	return c, nil
}

func (d *Desk) remembered(key string) *Comparison {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.compared[key]
}

func (d *Desk) remember(key string, c *Comparison) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.order) == kept {
		delete(d.compared, d.order[0])
		d.order = d.order[1:]
	}
	d.compared[key], d.order = c, append(d.order, key)
}

func (d *Desk) compare(ctx context.Context, p *Pin, now index.Snapshot) (*Comparison, error) {
	c := &Comparison{Snapshot: now, On: now.ID, Analysis: now.Analysis != p.Analysis, sets: map[Kind]*roaring.Bitmap{}}
	req, faults, err := p.Search()
	if err != nil {
		return nil, err
	}
	if c.Unreadable = faults; len(faults) > 0 {
		return c, nil
	}
	req.Snapshot, req.Limit = now.ID, 0
	res, err := d.o.Searcher.Search(ctx, req)
	if err != nil {
		return nil, err
	}
	if res.Reading.Canonical != p.Canonical {
		c.Reading = res.Reading.Canonical
	}
	found, err := d.members(ctx, req, res.Total)
	if err != nil {
		return nil, err
	}
	touched, err := d.o.Ledger.Touched(ctx, p.Seq, now.Seq)
	if err != nil {
		return nil, err
	}
	missing := roaring.AndNot(p.members, found)
	gone, err := d.gone(ctx, missing)
	if err != nil {
		return nil, err
	}
	c.sets[Added] = roaring.AndNot(found, p.members)
	c.sets[Altered] = roaring.And(roaring.BitmapOf(touched.Changed...), p.members)
	c.sets[Altered].AndNot(gone) // those are listed as withdrawn only
	c.sets[Withdrawn] = gone
	c.sets[Left] = roaring.AndNot(missing, gone)
	c.Now, c.Anew = res.Total, touched.Lines
	c.Added, c.Changed, c.Withdrawn, c.Left = c.Count(Added), c.Count(Altered), c.Count(Withdrawn), c.Count(Left)
	if p.Count-c.Withdrawn-c.Left+c.Added != c.Now {
		return nil, fmt.Errorf("comparing pin %s on %s: %d - %d - %d + %d is not %d", p.ID, now.ID, p.Count, c.Withdrawn, c.Left, c.Added, c.Now)
	}
	return c, nil
}

// gone are the members of a set that are no longer published.
func (d *Desk) gone(ctx context.Context, set *roaring.Bitmap) (*roaring.Bitmap, error) {
	numbers := set.ToArray()
	ids, err := d.o.Ledger.IDs(ctx, numbers)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	for i, id := range ids {
		_, err := d.o.Searcher.Get(ctx, id)
		if _, ok := errors.AsType[*uhri.GoneRecord](err); ok {
			out.Add(numbers[i])
		} else if err != nil && uhri.KindOf(err) != uhri.NotFound { // not found: the store is a state ahead of the snapshot
			return nil, err
		}
	}
	return out, nil
}
