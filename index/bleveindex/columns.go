package bleveindex

import (
	"slices"
	"sync"

	"uhri"
)

// Facet counts are what bleve is slow at (decisions/0004-rows.md), so they are ours. Every record has a row: the
// ordinals of its values of several facets in one run, next to each other in memory. Counting a set of records is one
// increment per ordinal, and one cache miss per row.
//
// A column is one facet with its values; the ordinal of a value is its place in the order panels break ties by.
// Columns are put together to runs, so that a search that wants the six facets of a result page does not pay for the
// other fifteen.
//
// Which labels count depends on the request's origins. Each ordinal in a row of labels therefore has a mask beside
// it: the origins of the labels that give the record this value. All origins are counted without looking at it; for
// some of them an ordinal counts if its mask meets theirs, and a record without any is unknown.

// column is one facet.
type column struct {
	facet   *uhri.Facet
	run     int
	base    uint32            // of its ordinals in the run
	values  []string          // by ordinal
	labels  []string          // by ordinal
	ords    map[string]uint32 // by value
	totals  []uint32          // records of the whole snapshot, by ordinal
	filters []filterList      // by ordinal
}

// origins is a set of origins of labels: bit i stands for originBits[i].
type origins uint8

var originBits = [...]uhri.Origin{uhri.OriginHuman, uhri.OriginPublisher, uhri.OriginRule, uhri.OriginModel}

// allOrigins is also the mask of values that no label gives.
const allOrigins origins = 0xff

// originsOf returns the set of the request's origins; none are all.
func originsOf(list []uhri.Origin) origins {
	if len(list) == 0 {
		return allOrigins
	}
	var o origins
	for i, b := range originBits {
		if slices.Contains(list, b) {
			o |= 1 << i
		}
	}
	return o
}

// runNames says which facets stand together: what a result page shows first, what it shows next, what is asked for on
// its own pages, and vocabularies without end. A facet this table does not know joins the last run.
var runNames = [...][]string{
	{"theme", "group", "goal", "country", "mechanism", "year"},
	{"type", "position", "body", "region", "cycle", "latest"},
	{"sdg", "m49", "bloc", "recommending_state", "recommending_region", "session", "lang", "origin"},
	{"symbol", "ask"}, // as many values as there are documents, and more
}

// layout is the columns of a snapshot and the runs they form, without values. It follows from the facet table.
type layout struct {
	columns []*column
	runs    []runLayout
}

type runLayout struct {
	columns []int // in layout.columns
	labels  bool  // some of them are about labels, so the run has masks
}

func newLayout(facets []*uhri.Facet) *layout {
	l := &layout{runs: make([]runLayout, len(runNames))}
	for _, f := range facets {
		n := slices.IndexFunc(runNames[:], func(names []string) bool { return slices.Contains(names, f.Name) })
		if n < 0 {
			n = len(runNames) - 1
		}
		r := &l.runs[n]
		r.columns = append(r.columns, len(l.columns))
		r.labels = r.labels || f.Labels
		l.columns = append(l.columns, &column{facet: f, run: n})
	}
	return l
}

// filterList is the records with one value: a set of its own when they are many, else their slots.
type filterList struct {
	words set
	slots []uint32
}

// or adds the records to dst.
func (l filterList) or(dst set) {
	if l.words != nil {
		dst.or(l.words)
		return
	}
	for _, s := range l.slots {
		dst.add(s)
	}
}

// run is the rows of one run of columns: row s is ords[off[s]:off[s+1]], narrow unless the run has more than 65,536
// values, and the masks beside it.
type run struct {
	off     []uint32
	narrow  []uint16
	wide    []uint32
	masks   []origins // nil without columns of labels
	values  int       // ordinals of all its columns
	columns []*column
}

// tallyOf lends counters for the ordinals of a run, all zero. A narrow run's always have the full length of 65,536, of
// which only the beginning is used: the compiler then knows that no ordinal lies outside, and the innermost loop of
// the package, a third of all the work of searching, has no check in it.
func (r *run) tallyOf() []uint32 {
	if r.narrow == nil {
		return make([]uint32, r.values)
	}
	t := narrowTallies.Get().(*[1 << 16]uint32)
	clear(t[:r.values])
	return t[:]
}

var narrowTallies = sync.Pool{New: func() any { return new([1 << 16]uint32) }}

// giveBack ends the use of what tallyOf lent.
func (r *run) giveBack(counts []uint32) {
	if r.narrow != nil {
		narrowTallies.Put((*[1 << 16]uint32)(counts))
	}
}

// count adds one to counts[o] for each ordinal o of each record of hits.
func (r *run) count(hits, counts []uint32) {
	if r.narrow == nil {
		for _, s := range hits {
			for _, o := range r.wide[r.off[s]:r.off[s+1]] {
				counts[o]++
			}
		}
		return
	}
	full := (*[1 << 16]uint32)(counts)
	off, ords := r.off, r.narrow
	for _, s := range hits {
		for _, o := range ords[off[s]:off[s+1]] {
			full[o]++
		}
	}
}

// countOf is count for the labels of some origins. unknown, by column of the run, is how many records have no value
// by them.
func (r *run) countOf(some origins, hits, counts []uint32) (unknown []uint32) {
	unknown = make([]uint32, len(r.columns))
	which := make([]uint8, r.values) // column by ordinal
	for i, c := range r.columns {
		for o := range c.values {
			which[int(c.base)+o] = uint8(i)
		}
	}
	for _, s := range hits {
		var seen uint32
		for at := r.off[s]; at < r.off[s+1]; at++ {
			if r.masks[at]&some != 0 {
				o := r.ord(at)
				counts[o]++
				seen |= 1 << which[o]
			}
		}
		for i, c := range r.columns {
			if c.facet.Labels && seen&(1<<i) == 0 {
				unknown[i]++
			}
		}
	}
	return unknown
}

func (r *run) ord(at uint32) uint32 {
	if r.narrow != nil {
		return uint32(r.narrow[at])
	}
	return r.wide[at]
}

// has reports whether the record has the value by a label of these origins; with any, whether it has any value of
// the column at all.
func (r *run) has(c *column, slot, ord uint32, any bool, some origins) bool {
	for at := r.off[slot]; at < r.off[slot+1]; at++ {
		if o := r.ord(at); (o == c.base+ord || any && o-c.base < uint32(len(c.values))) && r.masks[at]&some != 0 {
			return true
		}
	}
	return false
}
