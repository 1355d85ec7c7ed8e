package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// export is a source over a real bulk export.
type export struct {
	name, path string
	repeat     int // times the file is yielded, under other IDs: a corpus of the size of the real one
}

func (e export) Name() string { return e.name }

func (e export) Harvest(ctx context.Context, _ crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	for i := range max(1, e.repeat) {
		if err := e.once(i, yield); err != nil {
			return crawler.Sweep{}, err
		}
	}
	return crawler.Sweep{Complete: true}, nil
}

func (e export) once(round int, yield func(crawler.Item, error) bool) error {
	f, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	d := json.NewDecoder(z)
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		raw = bytes.Clone(raw)
		const key = `{"AnnotationId":"`
		id := string(raw[len(key) : len(key)+36])
		if round > 0 {
			digit := string("0123456789abcdef"[round])
			id = digit + id[1:]
			copy(raw[len(key):], id)
			id = string(raw[len(key) : len(key)+36])
		}
		if !yield(crawler.Item{Key: id, Raw: raw, MediaType: "application/json", URL: "https://example.org/" + e.name}, nil) {
			return nil
		}
	}
	return nil
}

// readReal is a plain reading of the export, for rates and counts; the product's is uhriexport's.
func readReal(lang uhri.Lang) crawler.Process {
	return func(_ context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		var a struct {
			AnnotationId, Symbol, Text, AnnotationType, PublicationDate string
			Countries, Themes, UprPositions, UprRecommendingCountry     []string
		}
		if err := json.Unmarshal(it.Raw, &a); err != nil {
			return nil, &crawler.ItemError{Key: it.Key, Reason: err.Error()}
		}
		r := &uhri.Recommendation{ID: uhri.ID(a.AnnotationId), Type: uhri.TypeRecommendation, Symbol: uhri.Symbol(a.Symbol), Mechanism: uhri.MechanismUPR,
			Texts: map[uhri.Lang]uhri.Text{lang: {Full: strings.TrimSpace(a.Text)}}}
		r.Paragraph, _, _ = strings.Cut(strings.TrimSpace(a.Text), " ")
		r.Date, _ = uhri.ParseDate(a.PublicationDate)
		for _, c := range a.Countries {
			r.Countries = append(r.Countries, uhri.Country(c))
		}
		for _, c := range a.Themes {
			r.Tags = append(r.Tags, uhri.Tag{Scheme: uhri.SchemeTheme, Concept: c, Origin: uhri.OriginPublisher})
		}
		return []*uhri.Recommendation{r}, nil
	}
}

// shared finds the folder of real data beside the checkout.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "uhri", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real data is not beside the checkout: %v", err)
	}
	return path
}

func TestRealExport(t *testing.T) {
	if testing.Short() {
		t.Skip("41,721 records")
	}
	path := shared(t, "export-full-en.json.gz")
	s := open(t, store.Options{})
	runner := &crawler.Runner{Store: s}
	begin := time.Now()
	run, err := runner.Run(t.Context(), export{"uhri/en", path, 1}, readReal(uhri.English), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first: %v %+v", time.Since(begin), run)
	begin = time.Now()
	n := 0
	for _, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	t.Logf("read %d: %v", n, time.Since(begin))
	begin = time.Now()
	again, err := runner.Run(t.Context(), export{"uhri/en", path, 1}, readReal(uhri.English), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("again: %v %+v", time.Since(begin), again)
	if tombs, err := s.Tombstones(t.Context()); err != nil || len(tombs) > 0 {
		t.Errorf("importing the real file merged or lost records: %v %v", tombs, err)
	}
	t.Logf("%+v", whole(t, s))
}
