package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/query"
)

// collection is a Searcher over a slice, small enough to be obviously right: words are substrings, filters ask the
// facet table, cursors are numbers.
type collection struct {
	mu       sync.Mutex
	records  []*uhri.Recommendation
	tombs    map[uhri.ID]uhri.Tombstone
	current  index.Snapshot
	previous *index.Snapshot
	down     error         // what every call answers
	searches int           // how many were made
	hold     chan struct{} // searches wait for it, when set
}

func newCollection() *collection {
	c := &collection{tombs: map[uhri.ID]uhri.Tombstone{}, current: index.Snapshot{ID: "2026-11-24.2", Seq: 2, Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Analysis: 1},
		previous: &index.Snapshot{ID: "2026-11-23.1", Seq: 1}}
	for i := range 45 {
		state := []uhri.Country{"KEN", "UGA", "CHL"}[i%3]
		r := &uhri.Recommendation{
			ID: uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Type: uhri.TypeRecommendation, Mechanism: uhri.MechanismUPR, Body: "UPR",
			Symbol: uhri.Symbol(fmt.Sprintf("A/HRC/%d/%d", 20+i%3, 5+i%3)), Paragraph: fmt.Sprintf("140.%d", i+1), Order: i, Countries: []uhri.Country{state},
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: fmt.Sprintf("140.%d Improve prison conditions <b>&</b> prevent torture (Invented State)", i+1)}},
			Date:  uhri.Date{Year: 2015 + i%5, Month: 3, Day: 1},
			UPR:   &uhri.UPR{Recommending: []uhri.Country{"FRA"}, Session: 21, Cycle: 2, Position: uhri.PositionSupported},
			Tags:  []uhri.Tag{{Scheme: uhri.SchemeSDG, Concept: "16", Origin: uhri.OriginPublisher}},
		}
		if i%9 == 0 {
			r.UPR, r.Mechanism, r.Body, r.Symbol, r.Tags = nil, uhri.MechanismTreatyBody, "CAT", "CAT/C/KEN/CO/2", nil
			r.Texts[uhri.French] = uhri.Text{Full: "Le Comité recommande d’améliorer les prisons."}
			r.Type = uhri.TypeObservation
		}
		c.records = append(c.records, r)
	}
	c.tombs["00000000-0000-4000-8000-00000000dead"] = uhri.Tombstone{ID: "00000000-0000-4000-8000-00000000dead", Kind: uhri.TombWithdrawn, At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	c.tombs["00000000-0000-4000-8000-00000000face"] = uhri.Tombstone{ID: "00000000-0000-4000-8000-00000000face", Kind: uhri.TombMerged, RedirectTo: c.records[1].ID}
	c.current.Records = len(c.records)
	return c
}

func (c *collection) find(req index.Request) ([]*uhri.Recommendation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	if strings.Contains(req.Query, `"unclosed`) {
		return nil, &query.Error{At: strings.IndexByte(req.Query, '"'), Message: "a quotation mark is not closed", Hint: "close it"}
	}
	if req.Snapshot != "" && req.Snapshot != c.current.ID && (c.previous == nil || req.Snapshot != c.previous.ID) {
		return nil, uhri.Errorf(uhri.Gone, "Search", "snapshot %s is no longer kept", req.Snapshot)
	}
	var out []*uhri.Recommendation
	for _, r := range c.records {
		if strings.Contains(strings.ToLower(r.Texts[uhri.English].Full), strings.ToLower(req.Query)) && passes(r, req.Filters) && (len(req.Langs) == 0 || r.Texts[req.Langs[0]].Full != "") {
			out = append(out, r)
		}
	}
	if req.Sort == index.SortDocument {
		slices.SortStableFunc(out, func(a, b *uhri.Recommendation) int {
			return strings.Compare(string(a.Symbol), string(b.Symbol))*1000 + a.Order - b.Order
		})
	}
	return out, nil
}

func passes(r *uhri.Recommendation, filters []index.Filter) bool {
	for _, f := range filters {
		facet, ok := uhri.FacetByName(f.Facet)
		if !ok {
			return false
		}
		n := 0
		for _, v := range f.Values {
			if slices.Contains(facet.Of(r), v) {
				n++
			}
		}
		if f.Op == index.Any && n == 0 || f.Op == index.Every && n < len(f.Values) || f.Op == index.None && n > 0 {
			return false
		}
	}
	return true
}

func (c *collection) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	c.mu.Lock()
	c.searches++
	hold := c.hold
	c.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	all, err := c.find(req)
	if err != nil {
		return nil, err
	}
	res := &index.Result{Snapshot: c.current, Total: len(all), Filters: req.Filters, Sort: req.Sort}
	if res.Sort == "" {
		res.Sort = index.SortNewest
	}
	res.Reading = index.Reading{Canonical: req.Query, Words: "records with " + req.Query, Forms: []index.Forms{{Word: "prison", Forms: []string{"prison"}}}}
	if req.Explain {
		res.Reading.Counts = &index.ReadingCounts{Exact: len(all), Default: len(all), UHRI: len(all)}
	}
	begin := req.Offset
	if req.Cursor != "" {
		if begin, err = strconv.Atoi(req.Cursor); err != nil {
			return nil, uhri.Errorf(uhri.Invalid, "Search", "this cursor was not made here")
		}
	}
	end := min(begin+req.Limit, len(all))
	for _, r := range all[min(begin, len(all)):end] {
		h := index.Hit{Record: r, Lang: uhri.English}
		if req.Highlight {
			h.Spans = []index.Span{{Start: 0, End: 3}}
		}
		res.Hits = append(res.Hits, h)
	}
	if end < len(all) && req.Limit > 0 {
		res.Next = strconv.Itoa(end)
	}
	for _, f := range uhri.Facets() {
		if slices.Contains(req.Facets, f.Name) || slices.Contains(req.Facets, "*") {
			res.Facets = append(res.Facets, count(f, all, req.FacetPrefix))
		}
	}
	if len(all) == 0 {
		res.Suggestions = []index.Suggestion{{Kind: "spelling", Text: "prison", Query: "prison", Count: len(c.records)}}
	}
	return res, nil
}

func count(f *uhri.Facet, rs []*uhri.Recommendation, prefix string) index.FacetCounts {
	out := index.FacetCounts{Name: f.Name}
	n := map[string]int{}
	for _, r := range rs {
		for _, v := range f.Of(r) {
			switch v {
			case uhri.ValueUnknown:
				out.Unknown++
			case uhri.ValueNotApplicable:
				out.NotApplicable++
			default:
				n[v]++
			}
		}
	}
	out.Distinct = len(n)
	for v, k := range n {
		if strings.HasPrefix(strings.ToLower(f.ValueLabel(v)), strings.ToLower(prefix)) {
			out.Values = append(out.Values, index.FacetValue{Value: v, Label: f.ValueLabel(v), Count: k})
		}
	}
	slices.SortFunc(out.Values, func(a, b index.FacetValue) int { return f.Compare(a.Value, b.Value) })
	return out
}

func (c *collection) Gone(_ context.Context, symbol uhri.Symbol) ([]uhri.Tombstone, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return index.GoneBySymbol(slices.Collect(maps.Values(c.tombs)))[symbol], c.down
}

func (c *collection) Get(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	if t, ok := c.tombs[id]; ok {
		return nil, &uhri.GoneRecord{Tombstone: t}
	}
	for _, r := range c.records {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, uhri.Errorf(uhri.NotFound, "Get", "there is no record %s", id)
}

type row struct{ r *uhri.Recommendation }

func (r row) JSON() []byte {
	b, err := json.Marshal(r.r)
	if err != nil {
		panic(err)
	}
	return b
}
func (r row) Decode() (*uhri.Recommendation, error) { return r.r, nil }

func (c *collection) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	all, err := c.find(req)
	if err != nil {
		return err
	}
	for _, r := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !yield(row{r}) {
			break
		}
	}
	return nil
}

func (c *collection) Status(context.Context) (index.Status, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return index.Status{}, c.down
	}
	return index.Status{Current: c.current, Previous: c.previous}, nil
}
