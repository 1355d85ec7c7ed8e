package bleveindex

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"uhri"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// This file is the only one that calls bleve. What it relies on below bleve's public API, each with a canary in
// postings_test.go, so that an upgrade that changes it fails there and not in an answer:
//
//   - scorch.Builder leaves one segment; documents stand in it in no order of ours (it walks a Go map), and
//     Segment.DocID(i) says which is which;
//   - a field of our own type that brings its terms is indexed without any analyzer;
//   - Dictionary(field) may be called for every search, and what it returns used by one goroutine;
//   - PostingsIterator is an OptimizablePostingsIterator: ActualBitmap is the posting list as a roaring bitmap, nil
//     for the one-hit encoding, which DocNum1Hit then gives;
//   - roaring's WriteDenseTo sets bits and never clears one, except that it copies bitmap containers whole, which a
//     bitmap of at most 4,096 members never has.
//
// bleve is given no frequencies and no norms: positions and repeats are ours (positions.go, score.go).

// fieldName names the field of a language's texts.
func fieldName(l uhri.Lang) string { return string(l) }

// batchDocs is how many documents the builder keeps before it writes a segment to be merged later. It is the
// builder's memory: see decisions/0002-builder.md.
const batchDocs = 4000

// postingsWriter builds the postings of one part. It is used by one goroutine.
type postingsWriter struct{ b *scorch.Builder }

// newPostingsWriter writes the part to dir, with intermediate files under tmp.
func newPostingsWriter(dir, tmp string) (*postingsWriter, error) {
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return nil, err
	}
	b, err := scorch.NewBuilder(map[string]any{
		"path": dir, "buildPathPrefix": tmp, "batchSize": batchDocs, "mergeMax": 64,
	})
	if err != nil {
		return nil, err
	}
	return &postingsWriter{b}, nil
}

// add indexes the document that arrived at this place in the part.
func (w *postingsWriter) add(arrival uint32, fields []textField) error {
	d := &textDocument{id: string(binary.BigEndian.AppendUint32(nil, arrival)), fields: fields}
	return w.b.Index(d)
}

// close merges and writes the part. A writer without documents leaves no part.
func (w *postingsWriter) close() error { return w.b.Close() }

// textField is a document's text in one language: its distinct terms.
type textField struct {
	name  string
	terms bleve.TokenFrequencies
}

// once is the frequency of every term of every field: none is told.
var once = new(bleve.TokenFreq)

// newTextField makes the field of a text with these distinct terms.
func newTextField(l uhri.Lang, terms []string) textField {
	f := textField{name: fieldName(l), terms: make(bleve.TokenFrequencies, len(terms))}
	for _, t := range terms {
		f.terms[t] = once
	}
	return f
}

// textField implements bleve's Field for a text that is analysed already.
func (f *textField) Name() string             { return f.name }
func (f *textField) Value() []byte            { return nil }
func (f *textField) ArrayPositions() []uint64 { return nil }
func (f *textField) EncodedFieldType() byte   { return 't' }
func (f *textField) Analyze()                 {}
func (f *textField) Options() bleve.FieldIndexingOptions {
	return bleve.IndexField | bleve.SkipFreqNorm
}
func (f *textField) AnalyzedLength() int                              { return len(f.terms) }
func (f *textField) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.terms }
func (f *textField) NumPlainTextBytes() uint64                        { return 0 }

// textDocument implements bleve's Document.
type textDocument struct {
	id      string
	idField bleve.Field
	fields  []textField
}

func (d *textDocument) ID() string                                 { return d.id }
func (d *textDocument) Size() int                                  { return len(d.id) }
func (d *textDocument) VisitComposite(bleve.CompositeFieldVisitor) {}
func (d *textDocument) HasComposite() bool                         { return false }
func (d *textDocument) NumPlainTextBytes() uint64                  { return 0 }
func (d *textDocument) StoredFieldsBytes() uint64                  { return 0 }
func (d *textDocument) Indexed() bool                              { return true }
func (d *textDocument) AddIDField() {
	d.idField = document.NewTextFieldCustom("_id", nil, []byte(d.id), bleve.IndexField|bleve.StoreField, nil)
}
func (d *textDocument) VisitFields(visit bleve.FieldVisitor) {
	if d.idField != nil {
		visit(d.idField)
	}
	for i := range d.fields {
		visit(&d.fields[i])
	}
}

// postings is one part, open for reading. It is safe for concurrent use; lexicon is what one search uses of it.
type postings struct {
	idx    bleve.Index
	reader bleve.IndexReader
	seg    segment.Segment
	docs   int
}

// openPostings opens the part in dir. A part without documents has no directory.
func openPostings(dir string) (*postings, error) {
	if _, err := os.Stat(filepath.Join(dir, "root.bolt")); err != nil {
		return nil, err // scorch would create what is missing
	}
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{"path": dir, "read_only": true}, nil)
	if err != nil {
		return nil, err
	}
	if err := idx.Open(); err != nil {
		return nil, err
	}
	p := &postings{idx: idx}
	if p.reader, err = idx.Reader(); err != nil {
		idx.Close()
		return nil, err
	}
	snap, ok := p.reader.(*scorch.IndexSnapshot)
	if !ok || len(snap.Segments()) != 1 {
		p.close()
		return nil, fmt.Errorf("%s is not one segment of scorch", dir)
	}
	p.seg = snap.Segments()[0].Segment()
	p.docs = int(p.seg.Count())
	return p, nil
}

func (p *postings) close() error {
	err := p.reader.Close()
	if e := p.idx.Close(); err == nil {
		err = e
	}
	return err
}

// arrivals returns, for every document of the part in bleve's order, the place at which it arrived.
func (p *postings) arrivals() ([]uint32, error) {
	out := make([]uint32, p.docs)
	for i := range out {
		id, err := p.seg.DocID(uint64(i))
		if err != nil {
			return nil, err
		}
		if len(id) != 4 {
			return nil, fmt.Errorf("document %d has the ID %q", i, id)
		}
		out[i] = binary.BigEndian.Uint32(id)
	}
	return out, nil
}

// lexicon looks terms of one language up in one part. It is used by one goroutine at a time; its buffers are used
// again by every look-up.
type lexicon struct {
	dict    segment.TermDictionary
	list    segment.PostingsList
	it      segment.PostingsIterator
	scratch set
}

func (p *postings) lexicon(l uhri.Lang) (*lexicon, error) {
	d, err := p.seg.Dictionary(fieldName(l))
	if err != nil {
		return nil, err
	}
	return &lexicon{dict: d, scratch: make(set, (p.docs+63)/64)}, nil
}

// maxSparse is the cardinality up to which a roaring bitmap has no bitmap container.
const maxSparse = 4096

// or adds the documents with term to dst, which holds the part's documents in bleve's order.
func (x *lexicon) or(term []byte, dst set) error {
	list, err := x.dict.PostingsList(term, nil, x.list)
	if err != nil {
		return err
	}
	x.list = list
	it := list.Iterator(false, false, false, x.it)
	o, ok := it.(segment.OptimizablePostingsIterator)
	if !ok { // the empty list
		return nil
	}
	if doc, ok := o.DocNum1Hit(); ok {
		x.it = it
		dst.add(uint32(doc))
		return nil
	}
	bm := o.ActualBitmap()
	if bm == nil {
		return nil
	}
	x.it = it
	orDense(bm, dst, x.scratch)
	return nil
}

// orDense adds the members of bm to dst; scratch is as long as dst.
func orDense(bm *roaring.Bitmap, dst, scratch set) {
	if bm.GetCardinality() <= maxSparse {
		bm.WriteDenseTo(dst)
		return
	}
	clear(scratch)
	bm.WriteDenseTo(scratch)
	dst.or(scratch)
}
