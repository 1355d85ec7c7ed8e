package pin

import (
	"context"
	"errors"

	"uhri"
)

// Difference is one record that differs, and how.
type Difference struct {
	Kind      Kind          `json:"kind"`
	ID        uhri.ID       `json:"id"`
	Symbol    uhri.Symbol   `json:"symbol,omitzero"`
	Paragraph string        `json:"paragraph,omitzero"`
	Why       uhri.TombKind `json:"why,omitzero"`   // of a withdrawn one
	Lang      uhri.Lang     `json:"lang,omitzero"`  // of Text
	Text      string        `json:"text,omitzero"`  // what it says, or said last where that may be shown; in English where there is English
	Edits     []Edit        `json:"edits,omitzero"` // of a changed one: what became of its texts; none where only facts or labels changed
}

// Edit is the text of a record in one language, then and now.
type Edit struct {
	Lang uhri.Lang `json:"lang"`
	Then string    `json:"then"`
	Now  string    `json:"now"` // empty where there is none any more
}

// List calls yield for the differences of c after the first skip, until it returns false: kind by kind in the order of Kinds, and
// within a kind by the order records were first published. only narrows to one kind; empty means all.
func (d *Desk) List(ctx context.Context, p *Pin, c *Comparison, only Kind, skip int, yield func(Difference) bool) error {
	for _, k := range Kinds() {
		n := c.Count(k)
		if only != "" && k != only || n == 0 {
			continue
		}
		if skip >= n {
			skip -= n
			continue
		}
		more, err := d.list(ctx, p, c, k, skip, yield)
		if err != nil || !more {
			return err
		}
		skip = 0
	}
	return nil
}

// list is List for one kind, skip being less than there are. It reports whether the reader wants more.
func (d *Desk) list(ctx context.Context, p *Pin, c *Comparison, k Kind, skip int, yield func(Difference) bool) (more bool, err error) {
	const step = 100 // records looked up together
	set := c.sets[k]
	first, err := set.Select(uint32(skip))
	if err != nil {
		return false, err
	}
	it := set.Iterator()
	it.AdvanceIfNeeded(first)
	for it.HasNext() {
		var numbers []uint32
		for it.HasNext() && len(numbers) < step {
			numbers = append(numbers, it.Next())
		}
		ids, err := d.o.Ledger.IDs(ctx, numbers)
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			diff, err := d.describe(ctx, p, c, k, id)
			if err != nil {
				return false, err
			}
			if !yield(diff) {
				return false, nil
			}
		}
	}
	return true, nil
}

// describe says where a record stands, whether it is there or gone, and of a changed one what became of its texts.
func (d *Desk) describe(ctx context.Context, p *Pin, c *Comparison, k Kind, id uhri.ID) (Difference, error) {
	out := Difference{Kind: k, ID: id}
	rec, err := d.o.Searcher.Get(ctx, id)
	if gone, ok := errors.AsType[*uhri.GoneRecord](err); ok {
		out.Symbol, out.Why = gone.Tombstone.Symbol, gone.Tombstone.Kind
		if out.Text, err = d.o.Ledger.TextAt(ctx, id, uhri.English, p.Seq); err == nil && out.Text != "" {
			out.Lang = uhri.English
		}
		return out, err
	}
	if err != nil && uhri.KindOf(err) != uhri.NotFound { // not found: the store is a state ahead of the snapshot
		return out, err
	}
	if rec != nil {
		out.Symbol, out.Paragraph = rec.Symbol, rec.Paragraph
		for _, l := range uhri.Langs {
			if out.Text = rec.Texts[l].Full; out.Text != "" {
				out.Lang = l
				break
			}
		}
	}
	if k != Altered {
		return out, nil
	}
	langs, err := d.o.Ledger.Edited(ctx, id, p.Seq, c.Snapshot.Seq)
	if err != nil {
		return out, err
	}
	for _, l := range langs {
		e := Edit{Lang: l}
		if e.Then, err = d.o.Ledger.TextAt(ctx, id, l, p.Seq); err != nil {
			return out, err
		}
		if e.Now, err = d.o.Ledger.TextAt(ctx, id, l, c.Snapshot.Seq); err != nil {
			return out, err
		}
		if e.Then != e.Now {
			out.Edits = append(out.Edits, e)
		}
	}
	return out, nil
}
