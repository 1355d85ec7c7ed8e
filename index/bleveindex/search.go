package bleveindex

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/analysis"
	"uhri/index/query"
)

// Search implements index.Searcher.
func (e *Engine) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	p, err := index.Prepare(req)
	if err != nil {
		return nil, err
	}
	s, err := e.use(p.Request.Snapshot)
	if err != nil {
		return nil, err
	}
	defer e.done(s)
	free, err := e.enter(ctx)
	if err != nil {
		return nil, inTime(err)
	}
	defer free()
	res, err := s.search(ctx, p)
	if err != nil {
		return nil, inTime(err)
	}
	return res, nil
}

// inTime gives the end of a context its Kind.
func inTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &uhri.Error{Kind: uhri.Timeout, Op: "Search", Msg: "the search took too long", Err: err}
	}
	return err
}

// searching is one request being answered from one snapshot: the one evaluation that hits, total and facets come
// from.
type searching struct {
	*matcher
	plan   *index.Plan
	realms []*realm
	trees  []*found // what the tree matched, by realm
	text   set      // what the tree, languages and dates match
	hits   set      // those that pass the filters too
	total  int
	passes []set // by filter of the request: what it lets through

	collapsed *searching // with Request.Collapse: the same with the first hit of each ask alone
}

// search answers the plan.
func (s *snapshot) search(ctx context.Context, p *index.Plan) (*index.Result, error) {
	q, err := s.evaluate(ctx, p)
	if err != nil {
		return nil, err
	}
	defer q.release()
	res := &index.Result{Snapshot: s.head.Snapshot, Total: q.total, Filters: p.Request.Filters, Sort: p.Request.Sort}
	if p.Request.Collapse {
		if q.collapsed, err = q.collapse(); err != nil {
			return nil, err
		}
		res.Distinct = q.collapsed.total
	}
	if p.Request.Limit > 0 {
		if err := q.page(res); err != nil {
			return nil, err
		}
	}
	if err := q.countFacets(res); err != nil {
		return nil, err
	}
	e := &account{q.matcher}
	if res.Reading, err = p.Reading(ctx, e, res.Total); err != nil {
		return nil, err
	}
	if res.Total == 0 {
		if res.Suggestions, err = p.Suggest(ctx, e); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// evaluate finds what the plan matches.
func (s *snapshot) evaluate(ctx context.Context, p *index.Plan) (*searching, error) {
	q := &searching{matcher: &matcher{s: s, ctx: ctx, some: originsOf(p.Request.Origins)}, plan: p}
	if err := q.find(); err != nil {
		q.release()
		return nil, err
	}
	return q, nil
}

// find fills in what the plan matches.
func (q *searching) find() error {
	s, p := q.s, q.plan
	q.divide()
	for i, r := range q.realms {
		f, err := q.match(r, p.Tree)
		if err != nil {
			return err
		}
		q.trees = append(q.trees, f)
		if i == 0 {
			q.text = f.set
			if len(q.realms) > 1 {
				q.text = q.copy(f.set)
			}
		} else {
			q.text.or(f.set)
		}
	}
	if from, to := p.Request.From, p.Request.To; !from.IsZero() || !to.IsZero() {
		dated := q.newSet()
		s.between(s.keys[query.DatePublished], int32(from.Key()), int32(to.Last().Key()), dated)
		dated.and(q.text)
		q.text = dated
	}
	q.hits = q.text
	if len(p.Request.Filters) > 0 {
		q.hits = q.copy(q.text)
	}
	for _, f := range p.Request.Filters {
		pass := q.pass(f)
		q.passes = append(q.passes, pass)
		q.hits.and(pass)
	}
	q.total = q.hits.count()
	return q.ctx.Err()
}

// divide gives every record to the language it is searched in; see index.Languages.
func (q *searching) divide() {
	asked := q.plan.Request.Langs
	if len(asked) == 0 {
		q.realms = []*realm{{lang: q.s.langs[uhri.English], code: uhri.English, docs: q.s.live}}
		return
	}
	var taken set
	for i, l := range asked {
		lang := q.s.langs[l]
		if lang == nil {
			continue
		}
		r := &realm{lang: lang, code: l, docs: lang.docs}
		if taken != nil {
			r.docs = q.copy(lang.docs)
			r.docs.minus(taken)
		}
		q.realms = append(q.realms, r)
		if i < len(asked)-1 {
			if taken == nil {
				taken = q.newSet()
			}
			taken.or(lang.docs)
		}
	}
	if len(q.realms) == 0 { // no record has text in any of them
		q.realms = []*realm{{code: asked[0], docs: q.newSet()}}
	}
}

// pass returns the records a filter lets through.
func (q *searching) pass(f index.Filter) set {
	c := q.s.byName[f.Facet]
	out := q.newSet()
	switch f.Op {
	case index.Every:
		out.or(q.s.live)
		one := q.newSet()
		for _, v := range f.Values {
			clear(one)
			q.value(c, v, one)
			out.and(one)
		}
	case index.None:
		some := q.newSet()
		for _, v := range f.Values {
			q.value(c, v, some)
		}
		out.or(q.s.live)
		out.minus(some)
	default:
		for _, v := range f.Values {
			q.value(c, v, out)
		}
	}
	return out
}

// page fills in the hits of the requested page and the cursor of the next.
func (q *searching) page(res *index.Result) error {
	p := q.plan
	first := p.Request.Offset
	if p.After != nil {
		first = p.After.Seen
	}
	from := q
	if p.Request.Collapse {
		from = q.collapsed
	}
	top, err := from.top(first, p.Request.Limit)
	if err != nil {
		return err
	}
	m := &marker{account: account{q.matcher}}
	var buf []byte
	for _, h := range top {
		r, err := q.s.record(h.slot, &buf)
		if err != nil {
			return err
		}
		searched, shown, _ := index.Languages(r, p.Request.Langs)
		hit := index.Hit{Record: r, Score: h.score, Lang: shown}
		if p.Request.Highlight && searched != "" {
			hit.Spans = m.spans(p, r, searched)
		}
		res.Hits = append(res.Hits, hit)
	}
	if seen := first + len(top); len(top) > 0 && seen < from.total {
		last := top[len(top)-1]
		res.Next = index.Cursor{
			Snapshot: q.s.head.Snapshot.ID, Request: p.RequestHash(), Seen: seen,
			Last: res.Hits[len(res.Hits)-1].Record.ID, Rank: index.Rank{Score: last.score, Exact: last.exact},
		}.Encode()
	}
	return nil
}

// marker marks what matched in the records shown, with index.Evaluate: what is marked is by construction what the
// contract says, and twenty texts cost half a millisecond.
type marker struct {
	account
	tokens  []analysis.Token
	classes map[string]map[string]bool
	limits  map[string]string
}

func (m *marker) spans(p *index.Plan, r *uhri.Recommendation, lang uhri.Lang) []index.Span {
	m.tokens = analysis.Append(m.tokens[:0], r.Texts[lang].Full)
	found := index.Evaluate(p.Tree, &index.Doc{Record: r, Lang: lang, Tokens: m.tokens, Origins: p.Request.Origins, Lexicon: m})
	return found.Spans(m.tokens)
}

// InClass implements index.Lexicon.
func (m *marker) InClass(lang uhri.Lang, word, term string) bool {
	key := string(lang) + " " + word
	class, ok := m.classes[key]
	if !ok {
		class = map[string]bool{}
		for _, t := range m.Class(lang, word) {
			class[t.Term] = true
		}
		if m.classes == nil {
			m.classes = map[string]map[string]bool{}
		}
		m.classes[key] = class
	}
	return class[term]
}

// Limit implements index.Lexicon.
func (m *marker) Limit(lang uhri.Lang, leaf query.Node) string {
	l := m.s.langs[lang]
	if l == nil || l.terms.len() <= query.MaxExpansion {
		return ""
	}
	key := string(lang) + " " + leaf.String()
	last, ok := m.limits[key]
	if !ok {
		if x := m.beginnings(lang, leaf); x.cut {
			last = string(l.terms.at(int(x.ids[len(x.ids)-1])))
		}
		if m.limits == nil {
			m.limits = map[string]string{}
		}
		m.limits[key] = last
	}
	return last
}

// account is a search as index.Plan asks it for the account of its query. What it counts beside shares the leaves
// that the search itself has found.
type account struct{ *matcher }

// Class implements index.Evaluator.
func (a *account) Class(lang uhri.Lang, word string) []index.TermCount {
	l := a.s.langs[lang]
	if l == nil {
		return nil
	}
	return l.counted(l.class(word))
}

// Beginnings implements index.Evaluator.
func (a *account) Beginnings(lang uhri.Lang, leaf query.Node) ([]index.TermCount, bool) {
	x := a.beginnings(lang, leaf)
	if len(x.ids) == 0 {
		return nil, false
	}
	return a.s.langs[lang].counted(x.ids), x.cut
}

func (a *account) beginnings(lang uhri.Lang, leaf query.Node) expansion {
	l := a.s.langs[lang]
	switch n := leaf.(type) {
	case query.Prefix:
		if l != nil {
			return l.prefix(n.Stem)
		}
	case query.Wildcard:
		if l != nil {
			return l.wildcard(n)
		}
	}
	return expansion{}
}

// Dictionary implements index.Evaluator.
func (a *account) Dictionary(lang uhri.Lang) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		l := a.s.langs[lang]
		if l == nil {
			return
		}
		for i, n := range l.df {
			if !yield(string(l.terms.at(i)), int(n)) {
				return
			}
		}
	}
}

// Count implements index.Evaluator.
func (a *account) Count(_ context.Context, p *index.Plan) (int, error) {
	q := &searching{matcher: a.matcher, plan: p}
	if err := q.find(); err != nil {
		return 0, err
	}
	return q.total, nil
}

// counted returns the terms with their numbers of records. All share one string.
func (l *language) counted(ids []uint32) []index.TermCount {
	size := 0
	for _, id := range ids {
		size += len(l.terms.at(int(id)))
	}
	var all strings.Builder
	all.Grow(size)
	for _, id := range ids {
		all.Write(l.terms.at(int(id)))
	}
	out, rest := make([]index.TermCount, len(ids)), all.String()
	for i, id := range ids {
		n := len(l.terms.at(int(id)))
		out[i] = index.TermCount{Term: rest[:n], Records: int(l.df[id])}
		rest = rest[n:]
	}
	return out
}

var _ index.Evaluator = (*account)(nil)
var _ index.Lexicon = (*marker)(nil)

// ranked is a hit in its place.
type ranked struct {
	slot  uint32
	rank  uint32 // in the order, or by newest when scores decide
	score float64
	exact int
}

// before reports whether a comes before b.
func (a ranked) before(b ranked) bool {
	if a.score != b.score {
		return a.score > b.score
	}
	if a.exact != b.exact {
		return a.exact > b.exact
	}
	return a.rank < b.rank
}

// top returns limit hits in the plan's order, the first of them the one with number first.
func (q *searching) top(first, limit int) ([]ranked, error) {
	if first >= q.total {
		return nil, nil
	}
	limit = min(limit, q.total-first)
	if o, ok := q.order(); ok {
		return q.walk(o, first, limit), nil
	}
	return q.best(first, limit)
}

// order returns the order by rank that the hits come in; not ok when scores decide.
func (q *searching) order() (ranking, bool) {
	sort := q.plan.Request.Sort
	if sort == index.SortRelevance {
		if query.Scores(q.plan.Tree) {
			return ranking{}, false
		}
		sort = index.SortNewest // nothing scores, so the newest are first
	}
	return q.s.orders[sort], true
}

// walk goes down an order and picks the hits it meets. A cursor says where to begin; an offset is counted.
func (q *searching) walk(o ranking, first, limit int) []ranked {
	from, skip := 0, first
	if c := q.plan.After; c != nil {
		if slot, ok := q.s.slotOf(c.Last); ok {
			from, skip = int(o.ranks[slot])+1, 0
		}
	}
	// The hits lie about n/total apart. When that is a long way, picking the smallest ranks is shorter.
	if n := len(o.slots); (skip+limit)*(n/q.total) > 4*q.total {
		h := newHeap(skip + limit)
		q.hits.each(func(slot uint32) {
			if r := o.ranks[slot]; int(r) >= from {
				h.offer(ranked{slot: slot, rank: r})
			}
		})
		return h.sorted()[skip:]
	}
	out := make([]ranked, 0, limit)
	for r := from; r < len(o.slots) && len(out) < limit; r++ {
		if !q.hits.has(o.slots[r]) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		out = append(out, ranked{slot: o.slots[r], rank: uint32(r)})
	}
	return out
}

// scored calls f with the scores of all hits.
func (q *searching) scored(f func(*scores)) error {
	to := q.s.scores.get()
	defer q.s.scores.put(to, q.hits)
	for i, r := range q.realms {
		hits := q.hits
		if len(q.realms) > 1 {
			hits = q.copy(q.hits)
			hits.and(r.docs)
		}
		if err := q.score(r, q.trees[i], hits, to); err != nil {
			return err
		}
	}
	f(to)
	return nil
}

// best scores all hits and picks the best.
func (q *searching) best(first, limit int) ([]ranked, error) {
	ranks := q.s.orders[index.SortNewest].ranks
	k := first + limit
	var after *ranked
	if c := q.plan.After; c != nil {
		if slot, ok := q.s.slotOf(c.Last); ok {
			after = &ranked{slot: slot, rank: ranks[slot], score: c.Rank.Score, exact: c.Rank.Exact}
			k, first = limit, 0
		}
	}
	h := newHeap(k)
	err := q.scored(func(to *scores) {
		q.hits.each(func(slot uint32) {
			r := ranked{slot: slot, score: to.sum[slot], exact: int(to.exact[slot]), rank: ranks[slot]}
			if after == nil || after.before(r) {
				h.offer(r)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return h.sorted()[first:], nil
}

// heap keeps the k first of what it is offered; the last of them is on top.
type heap struct {
	k    int
	list []ranked
}

func newHeap(k int) *heap { return &heap{k: k, list: make([]ranked, 0, k)} }

func (h *heap) offer(r ranked) {
	if len(h.list) < h.k {
		h.list = append(h.list, r)
		for i := len(h.list) - 1; i > 0; {
			up := (i - 1) / 2
			if !h.list[up].before(h.list[i]) {
				break
			}
			h.list[up], h.list[i] = h.list[i], h.list[up]
			i = up
		}
		return
	}
	if !r.before(h.list[0]) {
		return
	}
	h.list[0] = r
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(h.list) {
			return
		}
		if down+1 < len(h.list) && h.list[down].before(h.list[down+1]) {
			down++
		}
		if !h.list[i].before(h.list[down]) {
			return
		}
		h.list[i], h.list[down] = h.list[down], h.list[i]
		i = down
	}
}

func (h *heap) sorted() []ranked {
	slices.SortFunc(h.list, func(a, b ranked) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return h.list
}
