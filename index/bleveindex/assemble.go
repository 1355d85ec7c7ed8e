package bleveindex

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/analysis"
)

// place says where the record of a slot was while the snapshot was built.
type place struct {
	w       *worker
	arrival uint32
}

// assembly is the second half of a build.
type assembly struct {
	workers []*worker
	places  []place  // by slot; w is nil for slots that pad a part
	newest  []uint32 // slots, newest first
	head    header
	t       *tablesWriter
}

// finish writes the snapshot's files from what the workers gathered.
func finish(ctx context.Context, dir string, workers []*worker, rows string, snap index.Snapshot) error {
	a := &assembly{workers: workers, head: header{Format: formatVersion, Snapshot: snap, Tombs: snap.Tombs, Rows: rows}}
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
		a.writeOrders,
		func() error {
			return a.writeLines(filepath.Join(dir, recordsName), "records.at", func(w *worker, f *facts) (*scratchFile, int64, uint32) {
				return &w.records, f.recordAt, f.recordLen
			})
		},
		func() error {
			if rows == "" {
				return nil
			}
			return a.writeLines(filepath.Join(dir, rowsName), "rows.at", func(w *worker, f *facts) (*scratchFile, int64, uint32) {
				return &w.rows, f.rowAt, f.rowLen
			})
		},
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

// vocabulary is the dictionary of a language, merged from those of the parts.
type vocabulary struct {
	terms     []string   // in byte order; a term's id is its place
	df        []uint32   // records with it
	repeatEnd []uint32   // by id+1: where its list of repeats ends in the list of all
	ids       [][]uint32 // by worker: from its ids to these
}

func (a *assembly) vocabulary(i int) *vocabulary {
	v := &vocabulary{ids: make([][]uint32, len(a.workers))}
	for _, w := range a.workers {
		if d := w.langs[i]; d != nil {
			v.terms = append(v.terms, d.terms...)
		}
	}
	slices.Sort(v.terms)
	v.terms = slices.Compact(v.terms)
	v.df, v.repeatEnd = make([]uint32, len(v.terms)), make([]uint32, len(v.terms)+1)
	for k, w := range a.workers {
		d := w.langs[i]
		if d == nil {
			continue
		}
		v.ids[k] = make([]uint32, len(d.terms))
		for own, t := range d.terms {
			id, _ := slices.BinarySearch(v.terms, t)
			v.ids[k][own] = uint32(id)
			v.df[id] += d.df[own]
			v.repeatEnd[id+1] += d.repeats[own]
		}
		d.ids, d.terms, d.seen, d.again = nil, nil, nil, nil
	}
	for id := range v.terms {
		v.repeatEnd[id+1] += v.repeatEnd[id]
	}
	return v
}

// writeLang writes language i; nil when no record has a text in it.
func (a *assembly) writeLang(i int, l uhri.Lang) (*langHeader, error) {
	h := &langHeader{Lang: l}
	for _, w := range a.workers {
		if d := w.langs[i]; d != nil {
			h.Docs += d.docs
			h.Tokens += d.total
		}
	}
	if h.Docs == 0 {
		return nil, nil
	}
	if h.Tokens > math.MaxUint32 {
		return nil, uhri.Errorf(uhri.Unsupported, "Publish", "more than four billion words in one language")
	}
	v, name := a.vocabulary(i), string(l)+"."
	putStrings(a.t, name+"terms", v.terms)
	putArray(a.t, name+"df", v.df)
	if err := a.writeTexts(i, name, v); err != nil {
		return nil, err
	}
	a.writeStems(l, name, v.terms)
	for _, w := range a.workers {
		if d := w.langs[i]; d != nil {
			d.tokens.close()
			w.langs[i] = nil
		}
	}
	return h, nil
}

// writeTexts writes the words of every text, slot after slot, and the terms that stand in a text more than once.
func (a *assembly) writeTexts(i int, name string, v *vocabulary) error {
	codes := codesOf(v.df)
	putArray(a.t, name+"code", codes)
	drafts := make([][]byte, len(a.workers))
	for k, w := range a.workers {
		if d := w.langs[i]; d != nil {
			b, err := d.tokens.bytes()
			if err != nil {
				return err
			}
			drafts[k] = b
		}
	}
	docs := make(set, len(a.places)/64)
	textOff := make([]uint32, 0, len(a.places)+1)
	var rareAt, rareID []uint32
	repeatAt := slices.Clone(v.repeatEnd)
	repeatSlot, repeatTF := make([]uint32, v.repeatEnd[len(v.terms)]), make([]uint16, v.repeatEnd[len(v.terms)])
	tf := make([]uint32, len(v.terms))
	var distinct []uint32
	var out []uint16
	at := uint32(0)
	a.t.begin(name + "tokens")
	for slot, p := range a.places {
		textOff = append(textOff, at)
		if p.w == nil || p.w.langs[i] == nil {
			continue
		}
		d := p.w.langs[i]
		if int(p.arrival) >= len(d.textAt) || d.textAt[p.arrival] < 0 {
			continue
		}
		docs.add(uint32(slot))
		draft := drafts[p.w.part][d.textAt[p.arrival]:]
		next := func() uint64 {
			n, size := binary.Uvarint(draft)
			draft = draft[size:]
			return n
		}
		out, distinct = out[:0], distinct[:0]
		for range next() {
			id := v.ids[p.w.part][next()]
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
	putArray(a.t, name+"tokens.off", append(textOff, at))
	putArray(a.t, name+"docs", docs)
	putArray(a.t, name+"rare.at", rareAt)
	putArray(a.t, name+"rare.id", rareID)
	putArray(a.t, name+"repeat.off", v.repeatEnd)
	putArray(a.t, name+"repeat.slot", repeatSlot)
	putArray(a.t, name+"repeat.tf", repeatTF)
	return nil
}

// writeStems writes the classes of terms: for each stem the terms that have it.
func (a *assembly) writeStems(l uhri.Lang, name string, terms []string) {
	byStem := map[string][]uint32{}
	for id, t := range terms {
		s := analysis.Stem(l, t)
		byStem[s] = append(byStem[s], uint32(id))
	}
	stems := slices.Sorted(maps.Keys(byStem))
	stemEnd := make([]uint32, 1, len(stems)+1)
	var stemTerms []uint32
	for _, s := range stems {
		stemTerms = append(stemTerms, byStem[s]...)
		stemEnd = append(stemEnd, uint32(len(stemTerms)))
	}
	putStrings(a.t, name+"stems", stems)
	putArray(a.t, name+"stem.off", stemEnd)
	putArray(a.t, name+"stem.terms", stemTerms)
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
	for n, r := range l.runs {
		values := uint32(0)
		for _, c := range r.columns {
			l.columns[c].base = values
			values += uint32(len(l.columns[c].values))
		}
		var err error
		if values <= math.MaxUint16+1 {
			err = writeRows[uint16](a, n, l, ords)
		} else {
			err = writeRows[uint32](a, n, l, ords)
		}
		if err != nil {
			return err
		}
	}
	a.writeFilters(l, ords)
	for _, c := range l.columns {
		a.head.Columns = append(a.head.Columns, columnHeader{Facet: c.facet.Name, Run: c.run, Values: c.values})
	}
	return nil
}

// sortValues puts the values of a facet into the order of ordinals.
func sortValues(f *uhri.Facet, values []string) { slices.SortFunc(values, f.Compare) }

func writeRows[T uint16 | uint32](a *assembly, n int, l *layout, ords [][][]uint32) error {
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
		k := p.w.part
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
func (a *assembly) writeFilters(l *layout, ords [][][]uint32) {
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
		k := p.w.part
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

// writeOrders writes the orders of hits, the dates and the table of IDs.
func (a *assembly) writeOrders() error {
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
			a.newest = sorted
		}
	}
	return nil
}

// writeLines copies what the workers wrote of each record into a file in the default order, so that exporting is
// reading, and where each begins into the section name.
func (a *assembly) writeLines(path, name string, of func(*worker, *facts) (from *scratchFile, at int64, n uint32)) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	starts := make([]uint64, 0, len(a.newest)+1)
	pos := uint64(0)
	for _, s := range a.newest {
		p := a.places[s]
		from, at, n := of(p.w, &p.w.facts[p.arrival])
		mem, err := from.bytes()
		if err != nil {
			return err
		}
		starts = append(starts, pos)
		if _, err := out.Write(mem[at : at+int64(n)]); err != nil {
			return err
		}
		pos += uint64(n)
	}
	putArray(a.t, name, append(starts, pos))
	for _, w := range a.workers { // what is copied need not stay in memory
		if len(w.facts) > 0 {
			from, _, _ := of(w, &w.facts[0])
			from.close()
		}
	}
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
