package uhri

// LatestReviews tells which records belong to the latest review of their State by their body. Add every record of a
// snapshot first, then ask. It is not safe for concurrent use while records are added.
//
// A review is a cycle of the Universal Periodic Review, or one document with its addenda, corrigenda and revisions.
// For each State and body the latest review has the highest cycle, else the newest date, else the higher symbol.
// A record without State or body, or with neither cycle nor a dated document, belongs to no review: it is neither
// latest nor earlier, and Undetermined counts it. A record addressed to several States is latest if it is for any of them.
type LatestReviews struct {
	newest   map[reviewed]review
	dates    map[document]int // newest date of a document and its supplements, as Date.Key
	undated  map[document]int // records of documents no date is known of
	without  int              // records that can belong to no review
	resolved bool
	pending  map[reviewed]map[Symbol]struct{}
}

// reviewed is a State and the body that reviews it.
type reviewed struct {
	country Country
	body    string
}

// document is one body's document, supplements included.
type document struct {
	body   string
	symbol Symbol
}

// review is a cycle, or a document.
type review struct {
	cycle  int
	date   int
	symbol Symbol
}

// NewLatestReviews returns an empty LatestReviews.
func NewLatestReviews() *LatestReviews {
	return &LatestReviews{
		newest: map[reviewed]review{}, dates: map[document]int{}, undated: map[document]int{},
		pending: map[reviewed]map[Symbol]struct{}{},
	}
}

// cycleOf is the record's UPR cycle, from its session where the cycle itself is not known; else 0.
func cycleOf(r *Recommendation) int {
	if r.UPR == nil {
		return 0
	}
	if r.UPR.Cycle == 0 {
		c, _ := CycleOfSession(r.UPR.Session)
		return c
	}
	return r.UPR.Cycle
}

// placeable reports whether a record names a State, a body, and a cycle or a document.
func placeable(r *Recommendation, cycle int) bool {
	return len(r.Countries) > 0 && r.Body != "" && (cycle > 0 || r.Symbol != "")
}

// Add takes a record into account.
func (l *LatestReviews) Add(r *Recommendation) {
	cycle := cycleOf(r)
	if !placeable(r, cycle) {
		l.without++
		return
	}
	l.resolved = false
	if cycle > 0 {
		for _, c := range r.Countries {
			key := reviewed{c, r.Body}
			if l.newest[key].cycle < cycle {
				l.newest[key] = review{cycle: cycle}
			}
		}
		return
	}
	doc := document{r.Body, r.Symbol.Base()}
	if d := r.Date.Key(); d > l.dates[doc] {
		l.dates[doc] = d
		delete(l.undated, doc)
	} else if l.dates[doc] == 0 {
		l.undated[doc]++
	}
	for _, c := range r.Countries {
		key := reviewed{c, r.Body}
		if l.pending[key] == nil {
			l.pending[key] = map[Symbol]struct{}{}
		}
		l.pending[key][doc.symbol] = struct{}{}
	}
}

// resolve chooses among documents, whose dates are complete only when all records are in. A cycle beats any document.
func (l *LatestReviews) resolve() {
	if l.resolved {
		return
	}
	l.resolved = true
	for key, symbols := range l.pending {
		best := l.newest[key]
		for s := range symbols {
			date := l.dates[document{key.body, s}]
			if best.cycle > 0 || date == 0 {
				continue
			}
			if date > best.date || date == best.date && CompareSymbols(s, best.symbol) > 0 {
				best = review{date: date, symbol: s}
			}
		}
		if best != (review{}) {
			l.newest[key] = best
		}
	}
}

// Mark sets on a record whether it belongs to the latest review of one of its States by its body, or to none that can
// be told.
func (l *LatestReviews) Mark(r *Recommendation) {
	l.resolve()
	cycle := cycleOf(r)
	r.NoReview = !placeable(r, cycle) || cycle == 0 && l.dates[document{r.Body, r.Symbol.Base()}] == 0
	r.Latest = !r.NoReview && l.is(r, cycle)
}

func (l *LatestReviews) is(r *Recommendation, cycle int) bool {
	for _, c := range r.Countries {
		best, ok := l.newest[reviewed{c, r.Body}]
		switch {
		case !ok:
		case best.cycle > 0:
			if cycle == best.cycle {
				return true
			}
		case cycle == 0 && best.symbol == r.Symbol.Base():
			return true
		}
	}
	return false
}

// Undetermined counts the records added that belong to no review and so are never latest.
func (l *LatestReviews) Undetermined() int {
	n := l.without
	for _, records := range l.undated {
		n += records
	}
	return n
}
