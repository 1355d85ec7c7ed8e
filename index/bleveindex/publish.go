package bleveindex

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/analysis"

	mmap "github.com/blevesearch/mmap-go"
	"golang.org/x/sync/errgroup"
)

// Building a snapshot has two halves. While records arrive, n workers, one per part, each with a builder of its own,
// turn them into terms, facet values and JSON, and put what grows with the texts into scratch files; only a few
// hundred bytes per record stay in memory. When the last has arrived, the parts' documents get their slots, the
// dictionaries and facet values of the parts are merged, and the snapshot's files are written one after the other
// (assemble.go).
//
// Nothing of the result depends on which worker had which record, except the slots, which no answer shows.

// shipment is how many records travel to a worker at once.
const shipment = 64

// build reads recs and writes a snapshot of them to dir, which must not exist. Records are kept until they are
// indexed, so the iterator must not use one again.
func build(ctx context.Context, dir string, parts int, rows index.Rows, snap index.Snapshot, recs iter.Seq2[*uhri.Recommendation, error]) error {
	tmp := filepath.Join(dir, "scratch")
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	workers := make([]*worker, parts)
	facets := uhri.Facets()
	for i := range workers {
		w, err := newWorker(i, facets, rows, dir, tmp)
		if err != nil {
			return err
		}
		defer w.discard()
		workers[i] = w
	}
	if err := feed(ctx, workers, recs); err != nil {
		return err
	}
	return finish(ctx, dir, workers, rows.Version, snap)
}

// feed hands recs to the workers in turn and waits for them.
func feed(ctx context.Context, workers []*worker, recs iter.Seq2[*uhri.Recommendation, error]) error {
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	g, gctx := errgroup.WithContext(stopped)
	queues := make([]chan []*uhri.Recommendation, len(workers))
	for i, w := range workers {
		q := make(chan []*uhri.Recommendation, 4)
		queues[i] = q
		g.Go(func() error {
			for batch := range q {
				for _, r := range batch {
					if err := w.add(r); err != nil {
						return err
					}
				}
				if err := gctx.Err(); err != nil {
					return err
				}
			}
			if err := gctx.Err(); err != nil {
				return err // merging takes seconds, and what it makes would be thrown away
			}
			return w.close()
		})
	}
	turn := 0
	var batch []*uhri.Recommendation
	send := func() bool {
		select {
		case queues[turn] <- batch:
			turn = (turn + 1) % len(workers)
			batch = nil
			return true
		case <-gctx.Done():
			return false
		}
	}
	var failed error
	for r, err := range recs {
		if err != nil {
			failed = err
			break
		}
		if r == nil || r.ID == "" {
			failed = uhri.Errorf(uhri.Internal, "Publish", "a record has no ID")
			break
		}
		if batch = append(batch, r); len(batch) == shipment && !send() {
			break
		}
	}
	if failed == nil && len(batch) > 0 {
		send()
	}
	if failed != nil {
		stop()
	}
	for _, q := range queues {
		close(q)
	}
	if err := g.Wait(); err != nil && failed == nil {
		failed = err
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// worker builds one part.
type worker struct {
	part   int // its number
	dir    string
	tmp    string
	layout *layout

	postings *postingsWriter // nil until the first record
	langs    [len(uhri.Langs)]*langDraft
	facts    []facts
	cells    []uint32  // column<<cellBits | ordinal in this worker, record after record
	masks    []origins // by cell
	cellEnd  []uint32  // by record
	columns  []columnDraft

	records scratchFile
	buf     bytes.Buffer
	enc     *json.Encoder

	makeRow func(dst, record []byte) ([]byte, error) // nil = none are kept
	rows    scratchFile
	made    []byte
}

// cellBits is how much of a cell is the ordinal: sixteen million values of a facet, 256 columns.
const cellBits = 24

// facts is what of a record stays in memory while a snapshot is built.
type facts struct {
	id                  uhri.ID
	symbol              uhri.Symbol
	firstSeen           int64 // Unix nanoseconds; math.MinInt64 = unknown
	order               int
	date, seen, changed int32 // uhri.Date.Key
	recordAt, rowAt     int64
	recordLen, rowLen   uint32
}

// columnDraft is the values one worker met in one column.
type columnDraft struct {
	ords   map[string]uint32
	values []string
}

func newWorker(part int, facets []*uhri.Facet, rows index.Rows, dir, tmp string) (*worker, error) {
	w := &worker{part: part, makeRow: rows.Append, dir: filepath.Join(dir, partName(part)), tmp: filepath.Join(tmp, partName(part)), layout: newLayout(facets)}
	if err := os.MkdirAll(w.tmp, 0o755); err != nil {
		return nil, err
	}
	w.columns = make([]columnDraft, len(w.layout.columns))
	for i := range w.columns {
		w.columns[i].ords = map[string]uint32{}
	}
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false)
	if w.makeRow != nil {
		if err := w.rows.create(filepath.Join(w.tmp, "rows")); err != nil {
			return nil, err
		}
	}
	return w, w.records.create(filepath.Join(w.tmp, "records"))
}

func partName(i int) string { return fmt.Sprintf("part-%d", i) }

// add takes one record in.
func (w *worker) add(r *uhri.Recommendation) error {
	if w.postings == nil {
		p, err := newPostingsWriter(w.dir, w.tmp)
		if err != nil {
			return err
		}
		w.postings = p
	}
	f := facts{
		id: r.ID, symbol: r.Symbol, order: r.Order, firstSeen: math.MinInt64,
		date: int32(r.Date.Key()), seen: int32(uhri.DateOf(r.Provenance.FirstSeen).Key()), changed: int32(uhri.DateOf(r.Provenance.LastChanged).Key()),
	}
	if !r.Provenance.FirstSeen.IsZero() {
		f.firstSeen = r.Provenance.FirstSeen.UnixNano()
	}
	w.buf.Reset()
	if err := w.enc.Encode(r); err != nil {
		return fmt.Errorf("record %s: %w", r.ID, err)
	}
	f.recordAt, f.recordLen = w.records.at, uint32(w.buf.Len())
	if err := w.records.write(w.buf.Bytes()); err != nil {
		return err
	}
	if w.makeRow != nil {
		row, err := w.makeRow(w.made[:0], bytes.TrimSuffix(w.buf.Bytes(), []byte{'\n'}))
		if err != nil {
			return fmt.Errorf("row of record %s: %w", r.ID, err)
		}
		w.made, f.rowAt, f.rowLen = row, w.rows.at, uint32(len(row))
		if err := w.rows.write(row); err != nil {
			return err
		}
	}
	w.addFacets(r)

	arrival := uint32(len(w.facts))
	var fields []textField
	for i, l := range uhri.Langs {
		text := r.Texts[l].Full
		if text == "" {
			continue
		}
		if w.langs[i] == nil {
			d, err := newLangDraft(l, w.tmp)
			if err != nil {
				return err
			}
			w.langs[i] = d
		}
		terms, err := w.langs[i].add(arrival, text)
		if err != nil {
			return err
		}
		if len(terms) > 0 {
			fields = append(fields, newTextField(l, terms))
		}
	}
	w.facts = append(w.facts, f)
	return w.postings.add(arrival, fields)
}

// addFacets appends the record's cells. A value of a facet of labels has the origins whose labels alone would give
// it; of an unknown value that is none.
func (w *worker) addFacets(r *uhri.Recommendation) {
	var present origins
	for _, t := range r.Tags {
		present |= originsOf([]uhri.Origin{t.Origin})
	}
	for i, c := range w.layout.columns {
		d := &w.columns[i]
		from := len(w.cells)
		for _, v := range c.facet.Of(r) {
			mask := allOrigins
			if c.facet.Labels {
				if mask = present; v == uhri.ValueUnknown {
					mask = 0
				}
			}
			w.cells = append(w.cells, uint32(i)<<cellBits|d.ord(v))
			w.masks = append(w.masks, mask)
		}
		if !c.facet.Labels || bits.OnesCount8(uint8(present)) < 2 {
			continue
		}
		clear(w.masks[from:])
		for n, o := range originBits {
			if present&(1<<n) == 0 {
				continue
			}
			for _, v := range c.facet.OfOrigins(r, o) {
				if v == uhri.ValueUnknown {
					continue
				}
				if at := slices.Index(w.cells[from:], uint32(i)<<cellBits|d.ord(v)); at >= 0 {
					w.masks[from+at] |= 1 << n
				}
			}
		}
	}
	w.cellEnd = append(w.cellEnd, uint32(len(w.cells)))
}

// ord returns the worker's ordinal of a value.
func (d *columnDraft) ord(v string) uint32 {
	o, ok := d.ords[v]
	if !ok {
		o = uint32(len(d.values))
		v = strings.Clone(v)
		d.ords[v] = o
		d.values = append(d.values, v)
	}
	return o
}

// row returns the cells of a record and their masks.
func (w *worker) row(arrival uint32) ([]uint32, []origins) {
	start := uint32(0)
	if arrival > 0 {
		start = w.cellEnd[arrival-1]
	}
	return w.cells[start:w.cellEnd[arrival]], w.masks[start:w.cellEnd[arrival]]
}

// close ends the part's files.
func (w *worker) close() error {
	for _, d := range w.langs {
		if d != nil {
			if err := d.tokens.flush(); err != nil {
				return err
			}
		}
	}
	if err := w.records.flush(); err != nil {
		return err
	}
	if w.makeRow != nil {
		if err := w.rows.flush(); err != nil {
			return err
		}
	}
	if w.postings == nil {
		return nil // bleve's builder cannot close without a document
	}
	return w.postings.close()
}

// discard lets go of the scratch files.
func (w *worker) discard() {
	w.records.close()
	w.rows.close()
	for _, d := range w.langs {
		if d != nil {
			d.tokens.close()
		}
	}
}

// langDraft is what one worker knows of one language.
type langDraft struct {
	ids     map[string]uint32
	terms   []string
	df      []uint32 // records with the term
	repeats []uint32 // of those, records with it more than once
	docs    int
	total   int64

	tokens scratchFile // varints: the number of tokens of a text, then their ids
	textAt []int64     // by arrival; -1 = no text

	scan  analysis.Scanner
	seen  []uint32 // by id: arrival+1 of the last text with the term
	again []bool   // by id: that text has it more than once
	text  []uint32
	fresh []string
	buf   []byte
}

func newLangDraft(l uhri.Lang, tmp string) (*langDraft, error) {
	d := &langDraft{ids: map[string]uint32{}}
	return d, d.tokens.create(filepath.Join(tmp, "tokens-"+string(l)))
}

// add reads a text and returns its distinct terms; the slice is used again by the next call.
func (d *langDraft) add(arrival uint32, text string) ([]string, error) {
	for len(d.textAt) < int(arrival) {
		d.textAt = append(d.textAt, -1)
	}
	d.textAt = append(d.textAt, d.tokens.at)
	d.text, d.fresh = d.text[:0], d.fresh[:0]
	d.scan.Reset(text)
	for d.scan.Next() {
		id, ok := d.ids[string(d.scan.Term)]
		if !ok {
			id = uint32(len(d.terms))
			t := string(d.scan.Term)
			d.ids[t] = id
			d.terms = append(d.terms, t)
			d.df = append(d.df, 0)
			d.repeats = append(d.repeats, 0)
			d.seen = append(d.seen, 0)
			d.again = append(d.again, false)
		}
		if d.seen[id] != arrival+1 {
			d.seen[id], d.again[id] = arrival+1, false
			d.df[id]++
			d.fresh = append(d.fresh, d.terms[id])
		} else if !d.again[id] {
			d.again[id] = true
			d.repeats[id]++
		}
		d.text = append(d.text, id)
	}
	d.docs++
	d.total += int64(len(d.text))
	d.buf = binary.AppendUvarint(d.buf[:0], uint64(len(d.text)))
	for _, id := range d.text {
		d.buf = binary.AppendUvarint(d.buf, uint64(id))
	}
	return d.fresh, d.tokens.write(d.buf)
}

// scratchFile is written once, then read through a map.
type scratchFile struct {
	f   *os.File
	w   *bufio.Writer
	at  int64
	mem mmap.MMap
}

func (s *scratchFile) create(path string) (err error) {
	if s.f, err = os.Create(path); err == nil {
		s.w = bufio.NewWriterSize(s.f, 1<<18)
	}
	return err
}

func (s *scratchFile) write(b []byte) error {
	s.at += int64(len(b))
	_, err := s.w.Write(b)
	return err
}

func (s *scratchFile) flush() error { return s.w.Flush() }

// bytes maps the file.
func (s *scratchFile) bytes() ([]byte, error) {
	if s.mem == nil && s.at > 0 {
		m, err := mmap.Map(s.f, mmap.RDONLY, 0)
		if err != nil {
			return nil, err
		}
		s.mem = m
	}
	return s.mem, nil
}

func (s *scratchFile) close() {
	if s.mem != nil {
		s.mem.Unmap()
		s.mem = nil
	}
	if s.f != nil {
		s.f.Close()
		s.f = nil
	}
}
