package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
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
			digit := string("0ghijklmnop"[round]) // no digit of a real ID
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
	run := func(src crawler.Source, lang uhri.Lang) uhri.Run {
		t.Helper()
		got, err := (&crawler.Runner{Store: s}).Run(t.Context(), src, readReal(lang), nil)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	wantRun(t, run(export{"uhri/en", path, 1}, uhri.English), uhri.Run{Source: "uhri/en", State: uhri.OK, In: 41721, New: 41721})
	wantRun(t, run(export{"uhri/en", path, 1}, uhri.English), uhri.Run{Source: "uhri/en", State: uhri.Unchanged, In: 41721, Same: 41721})
	if tombs, err := s.Tombstones(t.Context()); err != nil || len(tombs) > 0 {
		t.Errorf("importing the real file merged or lost records: %v %v", tombs, err)
	}
	en := all(t, s)
	if len(en) != 41721 {
		t.Errorf("%d records", len(en))
	}
	for _, l := range uhri.Langs[1:] {
		got := run(export{"uhri/" + string(l), shared(t, "export-full-"+string(l)+".json.gz"), 1}, l)
		if got.State != uhri.OK || got.In != 583 || got.New+got.Same != 583 || got.Same < 5 || got.Same > 60 {
			t.Errorf("%s: %+v; about one text in twenty-five is the English one", l, got)
		}
	}
	whole(t, s)
}

// BenchmarkImport imports a corpus of the size of the real one: the real records seven times over, under other IDs. It
// prints records a second, the peak of memory and the size of the folder.
func BenchmarkImport(b *testing.B) {
	path := shared(b, "export-full-en.json.gz")
	for b.Loop() {
		dir := b.TempDir()
		s := open(b, store.Options{Dir: dir})
		src := export{"uhri/en", path, 7}
		begin := time.Now()
		run, err := (&crawler.Runner{Store: s}).Run(b.Context(), src, readReal(uhri.English), nil)
		if err != nil || run.New != 7*41721 {
			b.Fatalf("%+v, %v", run, err)
		}
		b.ReportMetric(float64(run.New)/time.Since(begin).Seconds(), "stored/s")
		begin = time.Now()
		if run, err = (&crawler.Runner{Store: s}).Run(b.Context(), src, readReal(uhri.English), nil); err != nil || run.Same != 7*41721 {
			b.Fatalf("%+v, %v", run, err)
		}
		b.ReportMetric(float64(run.Same)/time.Since(begin).Seconds(), "unchanged/s")
		begin = time.Now()
		n := 0
		for _, err := range s.Records(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(float64(n)/time.Since(begin).Seconds(), "read/s")
		report := whole(b, s)
		b.ReportMetric(float64(report.Bytes)/1e6, "MB")
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
				var kb float64
				fmt.Sscan(rest, &kb)
				b.ReportMetric(kb/1e3, "peak-MB")
			}
		}
	}
}
