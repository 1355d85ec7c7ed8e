package bleveindex

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"uhri"
	"uhri/index"
	"uhri/index/query"

	"github.com/go-json-experiment/json"
)

// snapshot is one published state, open for reading. Everything in it but its caches and counters is immutable, so
// that any number of searches share it without a lock. It is closed when the engine and the last search that uses it
// have let go of it.
type snapshot struct {
	head    *header
	dir     string
	tables  *tables
	records *lines
	rows    *lines // nil where none are kept
	parts   []part

	live   set // every record
	langs  map[uhri.Lang]*language
	layout *layout
	byName map[string]*column
	runs   []*run
	keys   map[query.DateField][]int32 // by slot; uhri.Date.Key
	orders map[index.Sort]ranking
	ids    stringTable // sorted
	idSlot []uint32
	tombs  map[uhri.ID]uhri.Tombstone
	gone   map[uhri.Symbol][]uhri.Tombstone // see index.GoneBySymbol

	sets   *setPool
	scores *scorePool
	leaves *leafCache

	mu      sync.Mutex
	readers int
	retired bool // the engine has let go of it
}

// ranking is an order in both directions.
type ranking struct {
	slots []uint32 // by rank
	ranks []uint32 // by slot
}

// part is one of the n indexes a snapshot consists of. Its documents have the slots from base on.
type part struct {
	postings *postings // nil without documents
	base     int
	docs     int
}

// of returns the part's share of s; its length is whole words, and what is in front of a part ends on one.
func (p part) of(s set) set { return s[p.base/64 : p.base/64+(p.docs+63)/64] }

// openSnapshot opens the snapshot in dir.
func openSnapshot(dir string) (*snapshot, error) {
	head, err := readHeader(filepath.Join(dir, headerName))
	if err != nil {
		return nil, err
	}
	s := &snapshot{head: head, dir: dir, tombs: map[uhri.ID]uhri.Tombstone{}, leaves: newLeafCache()}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// open opens the files of the snapshot.
func (s *snapshot) open() (err error) {
	head, dir := s.head, s.dir
	if s.tables, err = openTables(filepath.Join(dir, tablesName), head.Sections); err != nil {
		return err
	}
	if s.records, err = openLines(filepath.Join(dir, recordsName), array[uint64](s.tables, "records.at")); err != nil {
		return err
	}
	if head.Rows != "" {
		if s.rows, err = openLines(filepath.Join(dir, rowsName), array[uint64](s.tables, "rows.at")); err != nil {
			return err
		}
	}
	for i, h := range head.Parts {
		p := part{base: h.Base, docs: h.Docs}
		if h.Docs > 0 {
			if p.postings, err = openPostings(filepath.Join(dir, partName(i))); err != nil {
				return fmt.Errorf("part %d: %w", i, err)
			}
		}
		s.parts = append(s.parts, p)
	}
	t := s.tables
	s.live = array[uint64](t, "live")
	s.langs = map[uhri.Lang]*language{}
	for _, h := range head.Langs {
		s.langs[h.Lang] = openLanguage(h, t, s.parts)
	}
	s.keys = map[query.DateField][]int32{}
	for _, f := range []query.DateField{query.DatePublished, query.DateFirstSeen, query.DateChanged} {
		s.keys[f] = array[int32](t, "key."+string(f))
	}
	s.orders = map[index.Sort]ranking{}
	for _, o := range orders {
		s.orders[o.sort] = ranking{array[uint32](t, "order."+string(o.sort)), array[uint32](t, "rank."+string(o.sort))}
	}
	s.ids, s.idSlot = stringsOf(t, "ids"), array[uint32](t, "ids.slot")
	for _, tomb := range head.Tombs {
		s.tombs[tomb.ID] = tomb
	}
	s.gone = index.GoneBySymbol(head.Tombs)
	s.sets, s.scores = newSetPool(head.Slots), &scorePool{slots: head.Slots}
	return s.openColumns()
}

// openColumns opens facets: their values, rows, totals and filters.
func (s *snapshot) openColumns() error {
	s.layout = newLayout(uhri.Facets())
	s.byName = map[string]*column{}
	if len(s.head.Columns) != len(s.layout.columns) {
		return fmt.Errorf("the snapshot has %d facet columns, this program %d", len(s.head.Columns), len(s.layout.columns))
	}
	for i, c := range s.layout.columns {
		h := s.head.Columns[i]
		if h.Facet != c.facet.Name || h.Run != c.run {
			return fmt.Errorf("facet column %d is %s in run %d, this program expects %s in run %d", i, h.Facet, h.Run, c.facet.Name, c.run)
		}
		c.values = h.Values
		c.ords = make(map[string]uint32, len(c.values))
		c.labels = make([]string, len(c.values))
		for o, v := range c.values {
			c.ords[v] = uint32(o)
			c.labels[o] = c.facet.ValueLabel(v)
		}
		s.byName[h.Facet] = c
	}
	for n, r := range s.layout.runs {
		out := &run{off: array[uint32](s.tables, fmt.Sprintf("run.%d.off", n))}
		for _, i := range r.columns {
			c := s.layout.columns[i]
			c.base = uint32(out.values)
			out.values += len(c.values)
			out.columns = append(out.columns, c)
		}
		if out.values <= 1<<16 {
			out.narrow = array[uint16](s.tables, fmt.Sprintf("run.%d", n))
		} else {
			out.wide = array[uint32](s.tables, fmt.Sprintf("run.%d", n))
		}
		out.masks = array[origins](s.tables, fmt.Sprintf("run.%d.masks", n))
		s.runs = append(s.runs, out)
	}
	counts := array[uint32](s.tables, "filter.counts")
	words, slots := array[uint64](s.tables, "filter.words"), array[uint32](s.tables, "filter.slots")
	size := s.head.Slots / 64
	for _, c := range s.layout.columns {
		if len(counts) < len(c.values) {
			return errors.New("the filters are incomplete")
		}
		c.totals, counts = counts[:len(c.values)], counts[len(c.values):]
		c.filters = make([]filterList, len(c.values))
		for o, n := range c.totals {
			if int(n)*sparseShare < s.head.Slots {
				c.filters[o].slots, slots = slots[:n], slots[n:]
			} else {
				c.filters[o].words, words = words[:size], words[size:]
			}
		}
	}
	return nil
}

// slotOf returns the slot of a record.
func (s *snapshot) slotOf(id uhri.ID) (uint32, bool) {
	i, ok := s.ids.find(string(id))
	if !ok {
		return 0, false
	}
	return s.idSlot[i], true
}

// acquire makes the snapshot stay open until release. The caller knows that the engine has not let go of it.
func (s *snapshot) acquire() {
	s.mu.Lock()
	s.readers++
	s.mu.Unlock()
}

// release gives the snapshot back; the last reader of a retired one closes it.
func (s *snapshot) release() error {
	s.mu.Lock()
	s.readers--
	last := s.retired && s.readers == 0
	s.mu.Unlock()
	if last {
		return s.close()
	}
	return nil
}

// retire lets the engine go of the snapshot: nobody acquires it any more, and the last reader closes it.
func (s *snapshot) retire() error {
	s.mu.Lock()
	s.retired = true
	last := s.readers == 0
	s.mu.Unlock()
	if last {
		return s.close()
	}
	return nil
}

// close unmaps and closes everything.
func (s *snapshot) close() error {
	var errs []error
	for _, p := range s.parts {
		if p.postings != nil {
			errs = append(errs, p.postings.close())
		}
	}
	for _, l := range []*lines{s.records, s.rows} {
		if l != nil {
			errs = append(errs, l.file.Close())
		}
	}
	if s.tables != nil {
		errs = append(errs, s.tables.close())
	}
	return errors.Join(errs...)
}

// record decodes the record in slot.
func (s *snapshot) record(slot uint32, buf *[]byte) (*uhri.Recommendation, error) {
	b, err := s.records.line(s.orders[index.SortNewest].ranks[slot], *buf)
	if err != nil {
		return nil, err
	}
	*buf = b
	r := &uhri.Recommendation{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("decoding the record in slot %d of %s: %w", slot, s.head.Snapshot.ID, err)
	}
	return r, nil
}

// get returns the record with this ID, or the error that says why not.
func (s *snapshot) get(id uhri.ID) (*uhri.Recommendation, error) {
	if slot, ok := s.slotOf(id); ok {
		var buf []byte
		return s.record(slot, &buf)
	}
	if t, ok := s.tombs[id]; ok {
		return nil, &uhri.GoneRecord{Tombstone: t}
	}
	return nil, uhri.Errorf(uhri.NotFound, "Get", "there is no record %s", id)
}
