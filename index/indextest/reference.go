package indextest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"uhri"
	"uhri/index"
	"uhri/index/analysis"
	"uhri/index/query"
)

// Reference answers by looking at every record of the snapshot, token by token. It is slow and obviously right; the
// suite holds every engine to its answers.
type Reference struct {
	mu       sync.RWMutex
	current  *refSnapshot
	previous *refSnapshot
}

var _ index.Engine = (*Reference)(nil)

// NewReference returns an engine without a snapshot.
func NewReference() *Reference { return &Reference{} }

type refSnapshot struct {
	snap    index.Snapshot
	records []*uhri.Recommendation // newest first, then by ID
	byID    map[uhri.ID]*uhri.Recommendation
	tombs   map[uhri.ID]uhri.Tombstone
	langs   map[uhri.Lang]*refLanguage
	classes sync.Map // terms of a class, as map[string]bool, by classKey
	limits  sync.Map // answers of Limit, by classKey
}

// classKey names a class or a beginning in one language.
type classKey struct {
	lang uhri.Lang
	word string
}

type refLanguage struct {
	corpus index.Corpus
	tokens map[uhri.ID][]analysis.Token
	terms  []index.TermCount // in byte order
	stems  map[string]string // by term
}

// Publish implements index.Engine.
func (e *Reference) Publish(ctx context.Context, snap index.Snapshot, recs iter.Seq2[*uhri.Recommendation, error]) error {
	s := &refSnapshot{snap: snap, byID: map[uhri.ID]*uhri.Recommendation{}, tombs: map[uhri.ID]uhri.Tombstone{}, langs: map[uhri.Lang]*refLanguage{}}
	for r, err := range recs {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if s.byID[r.ID] != nil {
			return uhri.Errorf(uhri.Internal, "Publish", "record %s came twice", r.ID)
		}
		s.records = append(s.records, r)
		s.byID[r.ID] = r
	}
	for _, t := range snap.Tombs {
		s.tombs[t.ID] = t
	}
	slices.SortFunc(s.records, func(a, b *uhri.Recommendation) int {
		return index.SortNewest.Compare(index.PlaceOf(a), index.PlaceOf(b))
	})
	s.snap.Records, s.snap.Analysis = len(s.records), analysis.Version
	for _, lang := range uhri.Langs {
		s.langs[lang] = readLanguage(lang, s.records)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.previous, e.current = e.current, s
	if snap.Purge {
		e.previous = nil
	}
	return nil
}

func readLanguage(lang uhri.Lang, records []*uhri.Recommendation) *refLanguage {
	l := &refLanguage{tokens: map[uhri.ID][]analysis.Token{}, stems: map[string]string{}}
	counts := map[string]int{}
	for _, r := range records {
		text := r.Texts[lang].Full
		if text == "" {
			continue
		}
		tokens := analysis.Append(nil, text)
		l.tokens[r.ID] = tokens
		l.corpus.Docs++
		l.corpus.Tokens += int64(len(tokens))
		seen := map[string]bool{}
		for _, t := range tokens {
			if !seen[t.Term] {
				seen[t.Term] = true
				counts[t.Term]++
			}
		}
	}
	for t, n := range counts {
		l.terms = append(l.terms, index.TermCount{Term: t, Records: n})
		l.stems[t] = analysis.Stem(lang, t)
	}
	slices.SortFunc(l.terms, func(a, b index.TermCount) int { return strings.Compare(a.Term, b.Term) })
	return l
}

// InClass implements index.Lexicon.
func (s *refSnapshot) InClass(lang uhri.Lang, word, term string) bool {
	key := classKey{lang, word}
	class, ok := s.classes.Load(key)
	if !ok {
		terms := map[string]bool{}
		for _, t := range s.Class(lang, word) {
			terms[t.Term] = true
		}
		class, _ = s.classes.LoadOrStore(key, terms)
	}
	return class.(map[string]bool)[term]
}

// Class implements index.Evaluator.
func (s *refSnapshot) Class(lang uhri.Lang, word string) (out []index.TermCount) {
	l := s.langs[lang]
	keys := analysis.ClassKeys(lang, word)
	for _, t := range l.terms {
		if slices.Contains(keys, l.stems[t.Term]) {
			out = append(out, t)
		}
	}
	return out
}

// Beginnings implements index.Evaluator.
func (s *refSnapshot) Beginnings(lang uhri.Lang, leaf query.Node) (out []index.TermCount, more bool) {
	for _, t := range s.langs[lang].terms {
		fits := false
		switch leaf := leaf.(type) {
		case query.Prefix:
			fits = strings.HasPrefix(t.Term, leaf.Stem)
		case query.Wildcard:
			fits = leaf.Fits(t.Term)
		}
		if fits && len(out) == query.MaxExpansion {
			return out, true
		}
		if fits {
			out = append(out, t)
		}
	}
	return out, false
}

// Limit implements index.Lexicon.
func (s *refSnapshot) Limit(lang uhri.Lang, leaf query.Node) string {
	if l := s.langs[lang]; l == nil || len(l.terms) <= query.MaxExpansion { // a record without any text has no language
		return ""
	}
	key := classKey{lang, leaf.String()}
	last, ok := s.limits.Load(key)
	if !ok {
		last = ""
		if terms, more := s.Beginnings(lang, leaf); more {
			last = terms[len(terms)-1].Term
		}
		s.limits.Store(key, last)
	}
	return last.(string)
}

// Dictionary implements index.Evaluator.
func (s *refSnapshot) Dictionary(lang uhri.Lang) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, t := range s.langs[lang].terms {
			if !yield(t.Term, t.Records) {
				return
			}
		}
	}
}

// Count implements index.Evaluator.
func (s *refSnapshot) Count(ctx context.Context, p *index.Plan) (int, error) {
	found, err := s.find(ctx, p, "")
	return len(found), err
}

// hit is a record that matches, with what matched.
type hit struct {
	record          *uhri.Recommendation
	searched, shown uhri.Lang
	match           index.Match
	place           index.Place
}

// doc returns the record as a query sees it in one language.
func (s *refSnapshot) doc(p *index.Plan, r *uhri.Recommendation, lang uhri.Lang) *index.Doc {
	d := &index.Doc{Record: r, Lang: lang, Origins: p.Request.Origins, Lexicon: s}
	if lang != "" {
		d.Tokens = s.langs[lang].tokens[r.ID]
	}
	return d
}

// find returns every record that matches the tree, the dates, the languages and the filters, leaving out the Any
// filter on the facet named free. It is in no particular order.
func (s *refSnapshot) find(ctx context.Context, p *index.Plan, free string) ([]hit, error) {
	var out []hit
records:
	for _, r := range s.records {
		if ctx.Err() != nil {
			return nil, uhri.Errorf(uhri.Timeout, "Search", "the search took too long")
		}
		searched, shown, in := index.Languages(r, p.Request.Langs)
		from, to := p.Request.From, p.Request.To
		if !in || (!from.IsZero() || !to.IsZero()) && !index.InDates(r.Date, from, to) {
			continue
		}
		for _, f := range p.Request.Filters {
			facet, _ := uhri.FacetByName(f.Facet)
			if !f.Disjunctive(free) && !f.Accepts(facet.OfOrigins(r, p.Request.Origins...)) {
				continue records
			}
		}
		if m := index.Evaluate(p.Tree, s.doc(p, r, searched)); m.OK {
			out = append(out, hit{record: r, searched: searched, shown: shown, match: m, place: index.PlaceOf(r)})
		}
	}
	return out, nil
}

// rank fills in the ranks of hits.
func (s *refSnapshot) rank(p *index.Plan, hits []hit) {
	idf := map[uhri.Lang][]float64{} // of the leaves, by language
	for i := range hits {
		h := &hits[i]
		if h.searched == "" {
			h.place.Rank = rankOf(h, nil, 0)
			continue
		}
		l := s.langs[h.searched]
		if idf[h.searched] == nil {
			idf[h.searched] = s.idf(p, h.searched)
		}
		h.place.Rank = rankOf(h, idf[h.searched], l.corpus.Norm(len(l.tokens[h.record.ID])))
	}
}

// idf returns the weight of each leaf in one language. Leaves that cannot score have none.
func (s *refSnapshot) idf(p *index.Plan, lang uhri.Lang) (out []float64) {
	l := s.langs[lang]
	query.Leaves(p.Tree, func(leaf query.Node, negated bool) {
		df := 0
		switch leaf.(type) {
		case query.Word, query.Phrase, query.Near, query.SymbolText:
			for _, r := range s.records {
				if l.tokens[r.ID] != nil && index.Evaluate(leaf, s.doc(p, r, lang)).Leaves[0].TF > 0 {
					df++
				}
			}
		}
		out = append(out, l.corpus.IDF(df))
	})
	return out
}

func rankOf(h *hit, idf []float64, norm float64) (r index.Rank) {
	for i, l := range h.match.Leaves {
		if !l.Contributes {
			continue
		}
		switch leaf := l.Leaf.(type) {
		case query.SymbolText:
			if h.record.Symbol == leaf.Symbol {
				r.Score += index.SymbolScore
				continue
			}
			r.Score += index.BM25(idf[i], l.TF, norm)
		case query.Word:
			r.Score += index.BM25(idf[i], l.TF, norm)
			if l.Literal {
				r.Exact++
			}
		case query.Phrase, query.Near:
			r.Score += index.BM25(idf[i], l.TF, norm)
		}
	}
	return r
}

// ordered returns all hits of the plan in its order.
func (s *refSnapshot) ordered(ctx context.Context, p *index.Plan) ([]hit, error) {
	hits, err := s.find(ctx, p, "")
	if err != nil {
		return nil, err
	}
	if p.Request.Sort == index.SortRelevance {
		s.rank(p, hits)
	}
	slices.SortFunc(hits, func(a, b hit) int { return p.Request.Sort.Compare(a.place, b.place) })
	return hits, nil
}

// firstOfAsks keeps the first hit of each ask, and all that stand alone.
func firstOfAsks(hits []hit) (out []hit) {
	seen := map[uhri.ID]bool{}
	for _, h := range hits {
		if ask := h.record.Ask; ask == "" || !seen[ask] {
			seen[ask] = true
			out = append(out, h)
		}
	}
	return out
}

// at returns the snapshot with that ID, or the current one for "".
func (e *Reference) at(id string) (*refSnapshot, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	switch {
	case e.current == nil:
		return nil, uhri.Errorf(uhri.Unavailable, "", "nothing has been published yet")
	case id == "" || id == e.current.snap.ID:
		return e.current, nil
	case e.previous != nil && id == e.previous.snap.ID:
		return e.previous, nil
	}
	return nil, uhri.Errorf(uhri.Gone, "", "snapshot %s is no longer kept; the current one is %s", id, e.current.snap.ID)
}

// Search implements index.Searcher.
func (e *Reference) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	p, err := index.Prepare(req)
	if err != nil {
		return nil, err
	}
	s, err := e.at(p.Request.Snapshot)
	if err != nil {
		return nil, err
	}
	hits, err := s.ordered(ctx, p)
	if err != nil {
		return nil, err
	}
	res := &index.Result{Snapshot: s.snap, Total: len(hits), Filters: p.Request.Filters, Sort: p.Request.Sort}
	if p.Request.Collapse {
		hits = firstOfAsks(hits)
		res.Distinct = len(hits)
	}
	first := p.Request.Offset
	if p.After != nil {
		first = p.After.Seen
	}
	first = min(first, len(hits))
	page := hits[first:min(first+p.Request.Limit, len(hits))]
	for _, h := range page {
		out := index.Hit{Record: h.record, Score: h.place.Score, Lang: h.shown}
		if p.Request.Highlight && h.searched != "" {
			out.Spans = h.match.Spans(s.langs[h.searched].tokens[h.record.ID])
		}
		res.Hits = append(res.Hits, out)
	}
	if seen := first + len(page); len(page) > 0 && seen < len(hits) {
		last := page[len(page)-1]
		res.Next = index.Cursor{Snapshot: s.snap.ID, Request: p.RequestHash(), Seen: seen, Last: last.record.ID, Rank: last.place.Rank}.Encode()
	}
	for _, f := range p.Facets {
		found, err := s.find(ctx, p, f.Name)
		if err != nil {
			return nil, err
		}
		counts := map[string]int{}
		if p.CountsByOrigin(f) {
			for _, v := range append(f.Vocabulary(), uhri.ValueUnknown) {
				if counts[v], err = s.Count(ctx, p.Choosing(v)); err != nil {
					return nil, err
				}
			}
			found = nil
		}
		for _, h := range found {
			for _, v := range f.OfOrigins(h.record, p.Request.Origins...) {
				counts[v]++
			}
		}
		res.Facets = append(res.Facets, p.Panel(f, func(yield func(string, int) bool) {
			for v, n := range counts {
				if !yield(v, n) {
					return
				}
			}
		}))
	}
	if res.Reading, err = p.Reading(ctx, s, res.Total); err != nil {
		return nil, err
	}
	if res.Total == 0 {
		if res.Suggestions, err = p.Suggest(ctx, s); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// Get implements index.Searcher.
func (e *Reference) Get(_ context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	s, err := e.at("")
	if err != nil {
		return nil, err
	}
	if r := s.byID[id]; r != nil {
		return r, nil
	}
	if t, ok := s.tombs[id]; ok {
		return nil, &uhri.GoneRecord{Tombstone: t}
	}
	return nil, uhri.Errorf(uhri.NotFound, "", "there is no record %s", id)
}

// Gone implements index.Searcher.
func (e *Reference) Gone(_ context.Context, symbol uhri.Symbol) ([]uhri.Tombstone, error) {
	s, err := e.at("")
	if err != nil {
		return nil, err
	}
	return index.GoneBySymbol(s.snap.Tombs)[symbol], nil
}

// row is a record of a stream.
type row struct{ r *uhri.Recommendation }

// JSON implements index.Row.
func (w row) JSON() []byte {
	b, err := json.Marshal(w.r)
	if err != nil {
		panic(fmt.Sprintf("record %s has no JSON: %v", w.r.ID, err))
	}
	return b
}

// Decode implements index.Row.
func (w row) Decode() (*uhri.Recommendation, error) { return w.r, nil }

// Stream implements index.Searcher.
func (e *Reference) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	req.Limit, req.Cursor, req.Offset, req.Facets = 0, "", 0, nil
	p, err := index.Prepare(req)
	if err != nil {
		return err
	}
	s, err := e.at(p.Request.Snapshot)
	if err != nil {
		return err
	}
	hits, err := s.ordered(ctx, p)
	if err != nil {
		return err
	}
	for _, h := range hits {
		if ctx.Err() != nil {
			return errors.Join(uhri.Errorf(uhri.Timeout, "Stream", "the search took too long"), ctx.Err())
		}
		if !yield(row{h.record}) {
			break
		}
	}
	return nil
}

// Status implements index.Searcher.
func (e *Reference) Status(context.Context) (index.Status, error) {
	s, err := e.at("")
	if err != nil {
		return index.Status{}, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	st := index.Status{Current: s.snap}
	if e.previous != nil {
		prev := e.previous.snap
		st.Previous = &prev
	}
	return st, nil
}

// Close implements index.Engine.
func (e *Reference) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.current, e.previous = nil, nil
	return nil
}
