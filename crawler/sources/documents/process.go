package documents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/segment"
)

// ProcessOptions say how documents are cut.
type ProcessOptions struct {
	Source  string // name of the source, kept as provenance
	Reader  *Reader
	Library Library // where a dossier's parts are; may be nil when the source has no dossiers
}

// NewProcess returns the reading of one document or dossier of any family: the reports of the Universal Periodic Review with the
// State's final positions, concluding observations, country visits. What yields no record is rejected with the
// reason: a scan needs OCR, a State's comments are not the report.
func NewProcess(o ProcessOptions) crawler.Process {
	return func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		c := &cutting{o: o, key: it.Key}
		parts := []Part{{Symbol: it.Symbol, Lang: it.Lang}}
		if it.MediaType == DossierType {
			d, err := DecodeDossier(it.Raw)
			if err != nil {
				return nil, c.reject("the dossier cannot be read: %v", err)
			}
			parts = d.Parts
		}
		fetched := it.FetchedAt
		for _, p := range parts {
			data := it.Raw
			if p.Hash != "" {
				f, err := o.Library.ByHash(ctx, p.Hash)
				if k := uhri.KindOf(err); err != nil && k != uhri.NotFound && k != uhri.Gone {
					return nil, err
				}
				if err != nil {
					c.faults = append(c.faults, fmt.Sprintf("%s: %s", p.name(), uhri.Message(err)))
					continue
				}
				data = f.Data
				if fetched.IsZero() || f.FetchedAt.After(fetched) {
					fetched = f.FetchedAt
				}
			}
			if err := c.open(ctx, p, data); err != nil {
				return nil, err
			}
		}
		recs := c.cut()
		if len(recs) == 0 {
			why := append(c.faults, c.skipped...)
			if len(why) == 0 {
				why = []string{"no recommendation was found in it"}
			}
			return nil, c.reject("%s", strings.Join(why, "; "))
		}
		c.finish(recs, it.FetchedAt, fetched)
		return recs, nil
	}
}

func (p Part) name() string {
	switch {
	case p.Symbol != "":
		return string(p.Symbol)
	case p.From != "":
		return p.From
	}
	return "the document"
}

// cutting is one item on its way.
type cutting struct {
	o         ProcessOptions
	key       string
	documents []opened
	faults    []string // documents that could not be read
	skipped   []string // documents that hold no records, and why
	notes     []string // what a person should know of all records
}

// opened is a document that was read.
type opened struct {
	Part
	doc   *extract.Document
	id    Identity
	cover uhri.Symbol // what it calls itself
}

func (c *cutting) reject(format string, args ...any) error {
	return &crawler.ItemError{Key: c.key, Reason: fmt.Sprintf(format, args...)}
}

// open reads one document. Its own faults are noted; the error is for what concerns the run.
func (c *cutting) open(ctx context.Context, p Part, data []byte) error {
	doc, err := c.o.Reader.Read(ctx, data)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		err = doc.Usable()
	}
	if err != nil {
		c.faults = append(c.faults, reason(p, err))
		return nil
	}
	cover := doc.Symbol()
	Name(doc, p)
	c.documents = append(c.documents, opened{p, doc, Identify(doc), cover})
	return nil
}

func reason(p Part, err error) string {
	if p.Symbol == "" && p.From == "" { // the item's key says it
		return uhri.Message(err)
	}
	return p.name() + ": " + uhri.Message(err)
}

// Name gives a document the symbol and language it is known by, where that is more than its cover says. The language its words
// are in outweighs what anybody says it is.
func Name(doc *extract.Document, p Part) {
	if p.Symbol != "" && doc.Symbol() != p.Symbol {
		doc.Symbols = append([]uhri.Symbol{p.Symbol}, slices.DeleteFunc(doc.Symbols, func(s uhri.Symbol) bool { return s == p.Symbol })...)
	}
	if doc.Lang == "" {
		doc.Lang = p.Lang
	}
}

// cut turns what was read into records.
func (c *cutting) cut() []*uhri.Recommendation {
	var r review
	var own []opened // documents that are cut by themselves
	for _, d := range c.documents {
		switch d.id.Family {
		case segment.FamilyUPRReport:
			r.reports = append(r.reports, d)
		case segment.FamilyUPRAddendum:
			r.addenda = append(r.addenda, d)
		case segment.FamilyUPRMatrix:
			r.matrices = append(r.matrices, d)
		case segment.FamilyUPROutcome:
			r.decisions = append(r.decisions, d)
		default:
			own = append(own, d)
		}
	}
	var out []*uhri.Recommendation
	if len(r.reports) > 0 || len(r.addenda) > 0 || len(r.matrices) > 0 || len(r.decisions) > 0 {
		recs, err := r.cut(c)
		if err != nil {
			c.skipped = append(c.skipped, uhri.Message(err))
		}
		out = recs
	}
	for _, d := range c.newest(own) {
		if d.Symbol != "" && d.cover != "" && main(d.cover) != main(d.Symbol) {
			c.notes = append(c.notes, fmt.Sprintf("its cover says %s, and it was asked for as %s", d.cover, d.Symbol))
		}
		if corrects(d.id.Symbol) {
			if len(c.documents) > 1 {
				c.notes = append(c.notes, fmt.Sprintf("%s corrects the document; its corrections are not applied", d.id.Symbol))
			} else {
				c.skipped = append(c.skipped, "a corrigendum holds no recommendations; put it beside the document it corrects")
			}
			continue
		}
		cut := segment.CutDocument(d.doc)
		if cut == nil {
			c.skipped = append(c.skipped, reason(d.Part, uhri.Errorf(uhri.Unsupported, "cut", "neither its cover nor its words say what kind of document this is")))
			continue
		}
		recs := cut.Recommendations()
		switch {
		case len(cut.Passages) == 0:
			why := append(slices.Clone(cut.Issues), cut.Review...)
			if len(why) == 0 {
				why = []string{"no recommendation was found in it"}
			}
			c.skipped = append(c.skipped, strings.Join(why, "; "))
		case len(recs) == 0:
			c.skipped = append(c.skipped, "its cover shows no symbol, so its passages could not be named; name the file after the symbol: CEDAW_C_KEN_CO_8.pdf")
		}
		out = join(out, recs, d.doc.Lang)
	}
	return out
}

// newest leaves out documents a later revision among them replaces: both would give every passage, under IDs of their own.
func (c *cutting) newest(own []opened) []opened {
	last := map[uhri.Symbol]uhri.Symbol{} // by the symbol without its /Rev
	for _, d := range own {
		base := main(d.id.Symbol)
		if prior, ok := last[base]; !corrects(d.id.Symbol) && (!ok || uhri.CompareSymbols(d.id.Symbol, prior) > 0) {
			last[base] = d.id.Symbol
		}
	}
	return slices.DeleteFunc(slices.Clone(own), func(d opened) bool {
		by := last[main(d.id.Symbol)]
		replaced := d.id.Symbol != "" && !corrects(d.id.Symbol) && d.id.Symbol != by
		if replaced {
			c.skipped = append(c.skipped, fmt.Sprintf("%s replaces %s", by, d.id.Symbol))
		}
		return replaced
	})
}

// join adds the records of a document. A record that is there already is the same passage in another language.
func join(all, more []*uhri.Recommendation, l uhri.Lang) []*uhri.Recommendation {
	if len(all) == 0 {
		return more
	}
	byID := map[uhri.ID]*uhri.Recommendation{}
	for _, r := range all {
		byID[r.ID] = r
	}
	for _, r := range more {
		first, ok := byID[r.ID]
		if !ok {
			r.Provenance.Review = append(r.Provenance.Review, fmt.Sprintf("only the document in %s has this paragraph", l))
			all = append(all, r)
			continue
		}
		for l, t := range r.Texts {
			if _, there := first.Texts[l]; !there {
				first.Texts[l] = t
			}
		}
	}
	return all
}

// finish fills in what concerns all records.
func (c *cutting) finish(recs []*uhri.Recommendation, stored, fetched time.Time) {
	notes := append(slices.Clone(c.notes), c.faults...)
	if stored.IsZero() {
		stored = fetched
	}
	for _, r := range recs {
		p := &r.Provenance
		p.Source, p.FetchedAt, p.Pipeline = c.o.Source, stored, crawler.PipelineVersion
		r.Demo = r.Symbol.Demo()
		for _, n := range notes {
			if !slices.Contains(p.Review, n) {
				p.Review = append(p.Review, n)
			}
		}
	}
}
