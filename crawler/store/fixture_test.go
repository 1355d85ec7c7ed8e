package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// passage is the smallest export record: what a publisher would send, as JSON.
type passage struct {
	ID        string   `json:"id"`
	Text      string   `json:"text"`
	Lang      string   `json:"lang,omitempty"`
	Symbol    string   `json:"symbol,omitempty"`
	Country   string   `json:"country,omitempty"`
	Paragraph string   `json:"paragraph,omitempty"`
	Themes    []string `json:"themes,omitempty"`
	Position  string   `json:"position,omitempty"`
	Note      string   `json:"note,omitempty"` // the publisher's, read into nothing
	Bad       string   `json:"bad,omitempty"`  // reason to reject it
	Demo      bool     `json:"demo,omitempty"`
}

func passages(n int) []passage {
	out := make([]passage, n)
	for i := range out {
		out[i] = passage{ID: fmt.Sprintf("id-%05d", i), Text: fmt.Sprintf("%d. Ensure that every child in district %d can go to school", i+1, i), Country: "KEN", Themes: []string{"education"}}
	}
	return out
}

// process reads a passage.
func process(_ context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
	var p passage
	if err := json.Unmarshal(it.Raw, &p); err != nil {
		return nil, &crawler.ItemError{Key: it.Key, Reason: "it is not JSON"}
	}
	if p.Bad != "" {
		return nil, &crawler.ItemError{Key: it.Key, Reason: p.Bad}
	}
	r := &uhri.Recommendation{ID: uhri.ID(p.ID), Type: uhri.TypeRecommendation, Symbol: uhri.Symbol(p.Symbol), Paragraph: p.Paragraph, Mechanism: uhri.MechanismUPR, Demo: p.Demo,
		Texts: map[uhri.Lang]uhri.Text{}, Provenance: uhri.Provenance{FetchedAt: it.FetchedAt, Pipeline: crawler.PipelineVersion}}
	lang := uhri.English
	if p.Lang != "" {
		lang = uhri.Lang(p.Lang)
	}
	if p.Text != "" {
		r.Texts[lang] = uhri.Text{Full: p.Text}
	}
	if p.Country != "" {
		r.Countries = []uhri.Country{uhri.Country(p.Country)}
	}
	for _, th := range p.Themes {
		r.Tags = append(r.Tags, uhri.Tag{Scheme: uhri.SchemeTheme, Concept: th, Origin: uhri.OriginPublisher})
	}
	if p.Position != "" {
		r.UPR = &uhri.UPR{Position: uhri.Position(p.Position), PositionSource: "A/HRC/1/1/Add.1, para. 3"}
	}
	return []*uhri.Recommendation{r}, nil
}

// list is a source that yields passages and sweeps its scope.
type list struct {
	name      string
	items     []passage
	scope     string
	partial   bool // not a complete sweep
	unchanged bool
	fail      error // after the items
	cursor    crawler.Cursor
	since     crawler.Cursor // as it was given
	yielded   int
}

func (l *list) Name() string { return l.name }

func (l *list) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	l.since, l.yielded = since, 0
	if l.unchanged {
		return crawler.Sweep{Complete: true, Unchanged: true}, nil
	}
	for _, p := range l.items {
		l.yielded++
		if !yield(itemOf(p), nil) {
			return crawler.Sweep{}, ctx.Err()
		}
	}
	return crawler.Sweep{Complete: !l.partial, Scope: l.scope, Cursor: l.cursor}, l.fail
}

func itemOf(p passage) crawler.Item {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return crawler.Item{Key: p.ID, Raw: raw, MediaType: "application/json", URL: "https://example.org/export.json", FetchedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func harvest(t testing.TB, s *store.Store, src crawler.Source) uhri.Run {
	t.Helper()
	run, err := (&crawler.Runner{Store: s}).Run(t.Context(), src, process, nil)
	if err != nil {
		t.Fatalf("harvesting %s: %v", src.Name(), err)
	}
	return run
}

func english(items ...passage) *list { return &list{name: "uhri/en", items: items} }

// all reads the whole store by ID.
func all(t testing.TB, s *store.Store) map[uhri.ID]*uhri.Recommendation {
	t.Helper()
	out := map[uhri.ID]*uhri.Recommendation{}
	for r, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[r.ID] = r
	}
	return out
}

// whole fails the test unless Check finds nothing wrong.
func whole(t testing.TB, s *store.Store) store.Report {
	t.Helper()
	r, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Faults) > 0 {
		t.Fatalf("the store is not whole: %q", r.Faults)
	}
	return r
}

// documents is a source of one document with a record on each line.
type documents struct {
	name string
	ids  []string
}

func (d documents) Name() string { return d.name }

func (d documents) Harvest(_ context.Context, _ crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	yield(crawler.Item{Key: "A/HRC/2/2 en", Raw: []byte(strings.Join(d.ids, "\n")), MediaType: "text/plain", Symbol: "A/HRC/2/2", Lang: uhri.English,
		FetchedAt: time.Date(2026, 1, len(d.ids), 0, 0, 0, 0, time.UTC)}, nil)
	return crawler.Sweep{}, nil
}

// cutLines makes a record of each line.
func cutLines(_ context.Context, it crawler.Item) (out []*uhri.Recommendation, err error) {
	for _, id := range strings.Fields(string(it.Raw)) {
		out = append(out, &uhri.Recommendation{ID: uhri.ID(id), Symbol: it.Symbol, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "Paragraph " + id}}})
	}
	return out, nil
}
