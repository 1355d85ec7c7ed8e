package bleveindex

import (
	"bufio"
	"bytes"
	"cmp"
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
// dictionaries and facet values of the parts are merged, and the snapshot's files are written one after the other.
//
// Nothing of the result depends on which worker had which record, except the slots, which no answer shows.

// shipment is how many records travel to a worker at once.
const shipment = 64

// build reads recs and writes a snapshot of them to dir, which must not exist. Records are kept until they are
// indexed, so the iterator must not use one again.
func build(ctx context.Context, dir string, parts int, snap index.Snapshot, recs iter.Seq2[*uhri.Recommendation, error]) error {
	tmp := filepath.Join(dir, "scratch")
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	workers := make([]*worker, parts)
	facets := uhri.Facets()
	for i := range workers {
		w, err := newWorker(i, facets, dir, tmp)
		if err != nil {
			return err
		}
		defer w.discard()
		workers[i] = w
	}
	if err := feed(ctx, workers, recs); err != nil {
		return err
	}
	return finish(ctx, dir, workers, snap)
}

// feed hands recs to the workers in turn and waits for them.
func feed(ctx context.Context, workers []*worker, recs iter.Seq2[*uhri.Recommendation, error]) error {
	g, gctx := errgroup.WithContext(ctx)
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
	if failed != nil { // the workers must not spend a minute on closing what will be thrown away
		g.Go(func() error { return failed })
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
	part   int
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
	recordAt            int64
	recordLen           uint32
	has                 uint8 // bit per language of uhri.Langs
}

// columnDraft is the values one worker met in one column.
type columnDraft struct {
	ords   map[string]uint32
	values []string
}

func newWorker(part int, facets []*uhri.Facet, dir, tmp string) (*worker, error) {
	w := &worker{part: part, dir: filepath.Join(dir, partName(part)), tmp: filepath.Join(tmp, partName(part)), layout: newLayout(facets)}
	if err := os.MkdirAll(w.tmp, 0o755); err != nil {
		return nil, err
	}
	w.columns = make([]columnDraft, len(w.layout.columns))
	for i := range w.columns {
		w.columns[i].ords = map[string]uint32{}
	}
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false)
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
	w.addFacets(r)

	arrival := uint32(len(w.facts))
	var fields []textField
	for i, l := range uhri.Langs {
		text := r.Texts[l].Full
		if text == "" {
			continue
		}
		f.has |= 1 << i
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
	if w.postings == nil {
		return nil // bleve's builder cannot close without a document
	}
	return w.postings.close()
}

// discard lets go of the scratch files.
func (w *worker) discard() {
	w.records.close()
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

	scan   analysis.Scanner
	seen   []uint32 // by id: arrival+1 of the last text with the term
	again  []bool   // by id: that text has it more than once
	text   []uint32
	fresh  []string
	fresID []uint32
	buf    []byte
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
	d.text, d.fresh, d.fresID = d.text[:0], d.fresh[:0], d.fresID[:0]
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

// place says where the record of a slot was while the snapshot was built.
type place struct {
	w       *worker
	arrival uint32
}

// assembly is the second half of a build.
type assembly struct {
	workers []*worker
	places  []place // by slot; w is nil for slots that pad a part
	head    header
	t       *tablesWriter
}

// finish writes the snapshot's files from what the workers gathered.
func finish(ctx context.Context, dir string, workers []*worker, snap index.Snapshot) error {
	a := &assembly{workers: workers, head: header{Format: formatVersion, Snapshot: snap, Tombs: snap.Tombs}}
	if err := a.placeDocuments(); err != nil {
		return err
	}
	t, err := createTables(filepath.Join(dir, tablesName))
	if err != nil {
		return err
	}
	a.t = t
	for _, step := range []func() error{
		a.writeLangs,
		a.writeColumns,
		func() error { return a.writeOrders(filepath.Join(dir, recordsName)) },
	} {
		if err == nil {
			err = step()
		}
		if err == nil {
			err = ctx.Err()
		}
	}
	sections, e := t.close()
	if err = cmp.Or(err, e); err != nil {
		return err
	}
	a.head.Sections = sections
	if err := a.head.write(filepath.Join(dir, headerName)); err != nil {
		return err
	}
	for _, w := range workers {
		w.discard()
	}
	if err := os.RemoveAll(filepath.Join(dir, "scratch")); err != nil {
		return err
	}
	return syncTree(dir)
}

// placeDocuments reads the order in which bleve left the documents. A part begins at a multiple of 64, so that its
// posting lists fall on whole words of a set.
func (a *assembly) placeDocuments() error {
	for i, w := range a.workers {
		part := partHeader{Base: len(a.places), Docs: len(w.facts)}
		a.head.Parts = append(a.head.Parts, part)
		if part.Docs == 0 {
			continue
		}
		p, err := openPostings(w.dir)
		if err != nil {
			return fmt.Errorf("opening part %d: %w", i, err)
		}
		arrivals, err := p.arrivals()
		if e := p.close(); err == nil {
			err = e
		}
		if err == nil && len(arrivals) != part.Docs {
			err = fmt.Errorf("bleve has %d of %d documents", len(arrivals), part.Docs)
		}
		if err != nil {
			return fmt.Errorf("reading part %d: %w", i, err)
		}
		for _, n := range arrivals {
			a.places = append(a.places, place{w, n})
		}
		for len(a.places)%64 != 0 {
			a.places = append(a.places, place{})
		}
		a.head.Records += part.Docs
	}
	a.head.Slots = len(a.places)
	a.head.Snapshot.Records, a.head.Snapshot.Analysis = a.head.Records, analysis.Version
	return nil
}

// writeLangs writes the dictionary, positions and stems of every language.
func (a *assembly) writeLangs() error {
	for i, l := range uhri.Langs {
		d, err := a.writeLang(i, l)
		if err != nil {
			return fmt.Errorf("language %s: %w", l, err)
		}
		if d != nil {
			a.head.Langs = append(a.head.Langs, *d)
		}
	}
	return nil
}

func (a *assembly) writeLang(i int, l uhri.Lang) (*langHeader, error) {
	h := &langHeader{Lang: l}
	var terms []string
	for _, w := range a.workers {
		if d := w.langs[i]; d != nil {
			h.Docs += d.docs
			h.Tokens += d.total
			terms = append(terms, d.terms...)
		}
	}
	if h.Docs == 0 {
		return nil, nil
	}
	slices.Sort(terms)
	terms = slices.Compact(terms)
	name := string(l) + "."
	df := make([]uint32, len(terms))
	repeatEnd := make([]uint32, len(terms)+1)
	ids := make([][]uint32, len(a.workers)) // of the snapshot, by worker and id of the worker
	for k, w := range a.workers {
		d := w.langs[i]
		if d == nil {
			continue
		}
		ids[k] = make([]uint32, len(d.terms))
		for own, t := range d.terms {
			id, _ := slices.BinarySearch(terms, t)
			ids[k][own] = uint32(id)
			df[id] += d.df[own]
			repeatEnd[id+1] += d.repeats[own]
		}
		d.ids, d.terms, d.seen, d.again = nil, nil, nil, nil
	}
	for id := range terms {
		repeatEnd[id+1] += repeatEnd[id]
	}
	codes := codesOf(df)
	putStrings(a.t, name+"terms", terms)
	putArray(a.t, name+"df", df)
	putArray(a.t, name+"code", codes)

	// Texts, slot after slot.
	type repeat struct {
		id uint32
		tf uint16
	}
	docs := make(set, len(a.places)/64)
	tokenEnd := make([]uint32, 0, len(a.places)+1)
	var rareAt, rareID []uint32
	repeatAt := slices.Clone(repeatEnd)
	repeatSlot := make([]uint32, repeatEnd[len(terms)])
	repeatTF := make([]uint16, repeatEnd[len(terms)])
	tf := make([]uint32, len(terms))
	var distinct []uint32
	var out []uint16
	at := uint32(0)
	byWorker := map[*worker]int{}
	texts := make([][]byte, len(a.workers))
	for k, w := range a.workers {
		byWorker[w] = k
		if d := w.langs[i]; d != nil {
			b, err := d.tokens.bytes()
			if err != nil {
				return nil, err
			}
			texts[k] = b
		}
	}
	a.t.begin(name + "tokens")
	for slot, p := range a.places {
		tokenEnd = append(tokenEnd, at)
		if p.w == nil || p.w.langs[i] == nil {
			continue
		}
		d := p.w.langs[i]
		if int(p.arrival) >= len(d.textAt) || d.textAt[p.arrival] < 0 {
			continue
		}
		docs.add(uint32(slot))
		k := byWorker[p.w]
		b := texts[k][d.textAt[p.arrival]:]
		n, size := binary.Uvarint(b)
		b = b[size:]
		out, distinct = out[:0], distinct[:0]
		for range n {
			own, size := binary.Uvarint(b)
			b = b[size:]
			id := ids[k][own]
			if codes[id] == rareCode {
				rareAt, rareID = append(rareAt, at), append(rareID, id)
			}
			if tf[id] == 0 {
				distinct = append(distinct, id)
			}
			tf[id]++
			out = append(out, codes[id])
			at++
		}
		for _, id := range distinct {
			if tf[id] > 1 {
				repeatSlot[repeatAt[id]], repeatTF[repeatAt[id]] = uint32(slot), uint16(min(tf[id], math.MaxUint16))
				repeatAt[id]++
			}
			tf[id] = 0
		}
		a.t.Write(asBytes(out))
	}
	if h.Tokens > math.MaxUint32 {
		return nil, uhri.Errorf(uhri.Unsupported, "Publish", "more than four billion words in one language")
	}
	putArray(a.t, name+"tokens.off", append(tokenEnd, at))
	putArray(a.t, name+"docs", docs)
	putArray(a.t, name+"rare.at", rareAt)
	putArray(a.t, name+"rare.id", rareID)
	putArray(a.t, name+"repeat.off", repeatEnd)
	putArray(a.t, name+"repeat.slot", repeatSlot)
	putArray(a.t, name+"repeat.tf", repeatTF)

	// Stems.
	byStem := map[string][]uint32{}
	for id, t := range terms {
		s := analysis.Stem(l, t)
		byStem[s] = append(byStem[s], uint32(id))
	}
	stems := make([]string, 0, len(byStem))
	for s := range byStem {
		stems = append(stems, s)
	}
	slices.Sort(stems)
	stemEnd := make([]uint32, 1, len(stems)+1)
	var stemTerms []uint32
	for _, s := range stems {
		stemTerms = append(stemTerms, byStem[s]...)
		stemEnd = append(stemEnd, uint32(len(stemTerms)))
	}
	putStrings(a.t, name+"stems", stems)
	putArray(a.t, name+"stem.off", stemEnd)
	putArray(a.t, name+"stem.terms", stemTerms)
	for _, w := range a.workers {
		if d := w.langs[i]; d != nil {
			d.tokens.close()
			w.langs[i] = nil
		}
	}
	return h, nil
}

// writeColumns writes the rows and filters of all facets.
func (a *assembly) writeColumns() error {
	l := newLayout(uhri.Facets())
	ords := make([][][]uint32, len(l.columns)) // column, worker, ordinal of the worker → ordinal
	for i, c := range l.columns {
		seen := map[string]bool{}
		for _, w := range a.workers {
			for _, v := range w.columns[i].values {
				if !seen[v] {
					seen[v] = true
					c.values = append(c.values, v)
				}
			}
		}
		sortValues(c.facet, c.values)
		at := make(map[string]uint32, len(c.values))
		for o, v := range c.values {
			at[v] = uint32(o)
		}
		for _, w := range a.workers {
			own := make([]uint32, len(w.columns[i].values))
			for o, v := range w.columns[i].values {
				own[o] = at[v]
			}
			ords[i] = append(ords[i], own)
		}
		c.totals = make([]uint32, len(c.values))
	}
	byWorker := map[*worker]int{}
	for k, w := range a.workers {
		byWorker[w] = k
	}
	for n, r := range l.runs {
		values := uint32(0)
		for _, c := range r.columns {
			l.columns[c].base = values
			values += uint32(len(l.columns[c].values))
		}
		var err error
		if values <= math.MaxUint16+1 {
			err = writeRows[uint16](a, n, l, ords, byWorker)
		} else {
			err = writeRows[uint32](a, n, l, ords, byWorker)
		}
		if err != nil {
			return err
		}
	}
	a.writeFilters(l, ords, byWorker)
	for _, c := range l.columns {
		a.head.Columns = append(a.head.Columns, columnHeader{Facet: c.facet.Name, Run: c.run, Values: c.values})
	}
	return nil
}

// sortValues puts the values of a facet into the order of ordinals.
func sortValues(f *uhri.Facet, values []string) { slices.SortFunc(values, f.Compare) }

func writeRows[T uint16 | uint32](a *assembly, n int, l *layout, ords [][][]uint32, byWorker map[*worker]int) error {
	in := make([]bool, len(l.columns))
	for _, c := range l.runs[n].columns {
		in[c] = true
	}
	off := make([]uint32, 0, len(a.places)+1)
	var row []T
	var masks []origins
	at := uint64(0)
	a.t.begin(fmt.Sprintf("run.%d", n))
	for _, p := range a.places {
		off = append(off, uint32(at))
		if p.w == nil {
			continue
		}
		k := byWorker[p.w]
		row = row[:0]
		cells, origin := p.w.row(p.arrival)
		for i, cell := range cells {
			c := cell >> cellBits
			if !in[c] {
				continue
			}
			o := ords[c][k][cell&(1<<cellBits-1)]
			l.columns[c].totals[o]++
			row = append(row, T(l.columns[c].base+o))
			if l.runs[n].labels {
				masks = append(masks, origin[i])
			}
		}
		at += uint64(len(row))
		a.t.Write(asBytes(row))
	}
	if at > math.MaxUint32 {
		return uhri.Errorf(uhri.Unsupported, "Publish", "more than four billion facet values")
	}
	putArray(a.t, fmt.Sprintf("run.%d.off", n), append(off, uint32(at)))
	if l.runs[n].labels {
		putArray(a.t, fmt.Sprintf("run.%d.masks", n), masks)
	}
	return nil
}

// sparseShare is the share of records below which a value's records are listed instead of marked: where both take
// the same space.
const sparseShare = 32

// writeFilters writes, value after value of every column, the records that have it.
func (a *assembly) writeFilters(l *layout, ords [][][]uint32, byWorker map[*worker]int) {
	slots := len(a.places)
	lists := make([][][]uint32, len(l.columns))
	for i, c := range l.columns {
		lists[i] = make([][]uint32, len(c.values))
		for o, n := range c.totals {
			lists[i][o] = make([]uint32, 0, n)
		}
	}
	for slot, p := range a.places {
		if p.w == nil {
			continue
		}
		k := byWorker[p.w]
		cells, _ := p.w.row(p.arrival)
		for _, cell := range cells {
			c := cell >> cellBits
			o := ords[c][k][cell&(1<<cellBits-1)]
			lists[c][o] = append(lists[c][o], uint32(slot))
		}
	}
	var counts []uint32
	a.t.begin("filter.words")
	marked := make(set, slots/64)
	for i := range l.columns {
		for _, list := range lists[i] {
			counts = append(counts, uint32(len(list)))
			if len(list)*sparseShare < slots {
				continue
			}
			clear(marked)
			for _, s := range list {
				marked.add(s)
			}
			a.t.Write(asBytes(marked))
		}
	}
	a.t.begin("filter.slots")
	for i := range l.columns {
		for _, list := range lists[i] {
			if len(list)*sparseShare < slots {
				a.t.Write(asBytes(list))
			}
		}
	}
	putArray(a.t, "filter.counts", counts)
}

// writeOrders writes the orders of hits, the dates, the table of IDs and the records, which stand newest first.
func (a *assembly) writeOrders(recordsPath string) error {
	live := make(set, len(a.places)/64)
	var slots []uint32
	fact := func(s uint32) *facts { return &a.places[s].w.facts[a.places[s].arrival] }
	for s, p := range a.places {
		if p.w != nil {
			live.add(uint32(s))
			slots = append(slots, uint32(s))
		}
	}
	putArray(a.t, "live", live)
	for _, k := range []struct {
		name string
		of   func(*facts) int32
	}{
		{"date", func(f *facts) int32 { return f.date }},
		{"first_seen", func(f *facts) int32 { return f.seen }},
		{"changed", func(f *facts) int32 { return f.changed }},
	} {
		keys := make([]int32, len(a.places))
		for _, s := range slots {
			keys[s] = k.of(fact(s))
		}
		putArray(a.t, "key."+k.name, keys)
	}

	byID := slices.Clone(slots)
	slices.SortFunc(byID, func(x, y uint32) int { return strings.Compare(string(fact(x).id), string(fact(y).id)) })
	ids := make([]string, len(byID))
	for i, s := range byID {
		ids[i] = string(fact(s).id)
		if i > 0 && ids[i] == ids[i-1] {
			return uhri.Errorf(uhri.Internal, "Publish", "two records have the ID %s", ids[i])
		}
	}
	putStrings(a.t, "ids", ids)
	putArray(a.t, "ids.slot", byID)

	idRank := make([]uint32, len(a.places))
	for i, s := range byID {
		idRank[s] = uint32(i)
	}
	symbols := map[uhri.Symbol]uint32{}
	for _, s := range slots {
		symbols[fact(s).symbol] = 0
	}
	list := make([]uhri.Symbol, 0, len(symbols))
	for s := range symbols {
		list = append(list, s)
	}
	slices.SortFunc(list, compareDocuments)
	for i, s := range list {
		if symbols[s] = uint32(i); i > 0 && compareDocuments(s, list[i-1]) == 0 {
			symbols[s] = symbols[list[i-1]]
		}
	}
	symbolRank := make([]uint32, len(a.places))
	for _, s := range slots {
		symbolRank[s] = symbols[fact(s).symbol]
	}
	var newest []uint32
	for _, o := range orders {
		sorted := slices.Clone(slots)
		slices.SortFunc(sorted, func(x, y uint32) int {
			if c := o.compare(fact(x), fact(y), symbolRank[x], symbolRank[y]); c != 0 {
				return c
			}
			if c := cmp.Compare(fact(y).date, fact(x).date); c != 0 {
				return c
			}
			return cmp.Compare(idRank[x], idRank[y])
		})
		ranks := make([]uint32, len(a.places))
		for r, s := range sorted {
			ranks[s] = uint32(r)
		}
		putArray(a.t, "order."+string(o.sort), sorted)
		putArray(a.t, "rank."+string(o.sort), ranks)
		if o.sort == index.SortNewest {
			newest = sorted
		}
	}
	return a.writeRecords(recordsPath, newest)
}

// writeRecords copies the records into the default order, so that exporting is reading.
func (a *assembly) writeRecords(path string, newest []uint32) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	at := make([]uint64, 0, len(newest)+1)
	pos := uint64(0)
	for _, s := range newest {
		p := a.places[s]
		mem, err := p.w.records.bytes()
		if err != nil {
			return err
		}
		fact := &p.w.facts[p.arrival]
		at = append(at, pos)
		if _, err := out.Write(mem[fact.recordAt : fact.recordAt+int64(fact.recordLen)]); err != nil {
			return err
		}
		pos += uint64(fact.recordLen)
	}
	putArray(a.t, "records.at", append(at, pos))
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// syncTree makes every file below dir durable, and the directories that name them.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
