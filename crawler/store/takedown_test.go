package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// secret is short enough to be stored uncompressed, so a look at the files' bytes finds it wherever it is kept.
const secret = "Zwxq Vurmpl"

func holds(t *testing.T, dir string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(secret))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestATakedownReachesEverything(t *testing.T) {
	for _, what := range []string{"x", "A/HRC/1/1"} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, store.Options{Dir: dir, MaxDrop: 1})
			ctx := t.Context()
			en := append(passages(30), passage{ID: "x", Symbol: "A/HRC/1/1", Text: secret + " 1"})
			harvest(t, s, english(en...))
			fr := &list{name: "uhri/fr", items: []passage{{ID: "x", Lang: "fr", Text: "Français " + secret}}}
			harvest(t, s, fr)
			en[30].Text = secret + " 2" // the first text is history now
			harvest(t, s, english(en...))
			fr.items[0].Text = "Autre " + secret
			harvest(t, s, fr)
			if _, err := s.PutDocument(ctx, []byte("A document on "+secret), store.Found{Symbol: "A/HRC/1/1", Lang: uhri.English, MediaType: "text/html"}); err != nil {
				t.Fatal(err)
			}
			en[30].Text = secret + " 3" // in quarantine
			en[30].Bad = ""
			held := harvest(t, open(t, store.Options{Dir: dir, MaxDrop: 0.01}), english(en[20:]...))
			if held.State != uhri.Quarantined {
				t.Fatalf("run is %s", held.State)
			}
			en[30].Text, en[30].Bad = secret+" 4", "unreadable "
			if run := harvest(t, s, &list{name: "other/en", items: []passage{{ID: "y", Text: "Y"}, {ID: "x", Text: secret, Bad: "refused"}}}); run.Rejected != 1 {
				t.Fatalf("%+v", run)
			}
			if err := s.SetHumanLabels(ctx, []store.HumanLabel{{ID: "x", Scheme: uhri.SchemeTheme, Concept: "water", By: "A. Person"}}); err != nil {
				t.Fatal(err)
			}
			if !holds(t, dir) {
				t.Fatal("the test sees nothing")
			}

			if _, err := s.Suppress(ctx, what, " "); uhri.KindOf(err) != uhri.Invalid {
				t.Errorf("without reason: %v", err)
			}
			got, err := s.Suppress(ctx, what, "it names a child")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.IDs, []uhri.ID{"x"}) {
				t.Errorf("records concerned: %v", got.IDs)
			}
			if what == "x" { // the document goes with its symbol
				if _, err := s.Suppress(ctx, "A/HRC/1/1", "it names a child"); err != nil {
					t.Fatal(err)
				}
			}
			if holds(t, dir) {
				t.Error("the text is still in the files")
			}
			gone := func() {
				t.Helper()
				_, err := s.Record(ctx, "x")
				g, ok := errors.AsType[*uhri.GoneRecord](err)
				if !ok || g.Tombstone.Kind != uhri.TombSuppressed || g.Tombstone.LastText != "" || g.Tombstone.Reason != "it names a child" {
					t.Errorf("asking for it gives %v", err)
				}
				changes, err := s.Changes(ctx, 0, store.ChangeFilter{ID: "x"})
				for _, c := range changes {
					if c.OldText+c.NewText != "" {
						t.Errorf("the log still has %+v", c)
					}
				}
				if err != nil || len(changes) == 0 {
					t.Errorf("%d changes, %v", len(changes), err)
				}
			}
			gone()
			// It survives every later harvest, with new texts too, and the quarantined run.
			en[30].Bad, en[30].Text = "", secret+" 5"
			harvest(t, s, english(en...))
			harvest(t, s, fr)
			if _, err := s.PutDocument(ctx, []byte("Again on "+secret), store.Found{Symbol: "A/HRC/1/1", Lang: uhri.English, MediaType: "text/html"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Document(ctx, "A/HRC/1/1", uhri.English); uhri.KindOf(err) != uhri.Gone {
				t.Errorf("the document: %v", err)
			}
			gone()
			if holds(t, dir) {
				t.Error("a harvest brought the text back")
			}
			whole(t, s)

			back, err := s.Unsuppress(ctx, "A/HRC/1/1")
			if err != nil {
				t.Fatal(err)
			}
			if what == "x" {
				if back, err = s.Unsuppress(ctx, "x"); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Contains(back.Sources, "uhri/en") {
				t.Errorf("sources to harvest again: %v", back.Sources)
			}
			if run := harvest(t, s, english(en...)); run.New != 1 || run.Same != 30 {
				t.Errorf("the next harvest: %+v", run)
			}
			harvest(t, s, fr)
			r, err := s.Record(ctx, "x")
			if err != nil || r.Texts[uhri.English].Full != secret+" 5" || r.Texts[uhri.French].Full != "Autre "+secret {
				t.Errorf("it is back as %+v, %v", r, err)
			}
			if _, err := s.Unsuppress(ctx, "x"); uhri.KindOf(err) != uhri.NotFound {
				t.Errorf("a second time: %v", err)
			}
			whole(t, s)
		})
	}
}

func TestATakedownDuringAHarvest(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, MaxDrop: 1})
	first := append(passages(10), passage{ID: "x", Text: secret})
	harvest(t, s, english(first...))
	src := english(first...)
	src.items[10].Text = secret + " 2"
	src.fail = errors.New("broken")
	(&crawler.Runner{Store: s}).Run(t.Context(), src, process, nil) // staged, not promoted
	if _, err := s.Suppress(t.Context(), "x", "reason"); err != nil {
		t.Fatal(err)
	}
	src.fail = nil
	if run := harvest(t, s, src); run.State != uhri.Unchanged || run.Same != 11 {
		t.Errorf("%+v", run)
	}
	if holds(t, dir) {
		t.Error("the staged text was promoted")
	}
	if _, err := s.Suppress(t.Context(), "nobody", "reason"); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("an unknown record: %v", err)
	}
	whole(t, s)
}

func TestWithdrawnTextsComeAfterTheDelay(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		delay time.Duration
		after time.Duration
		want  string
	}{
		{"before", 0, store.DefaultWithdrawnTextAfter - time.Hour, ""},
		{"after", 0, store.DefaultWithdrawnTextAfter, "Second"},
		{"never", -1, 1000 * 24 * time.Hour, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := now
			s := open(t, store.Options{MaxDrop: 1, WithdrawnTextAfter: tt.delay, Now: func() time.Time { return clock }})
			items := append(passages(3), passage{ID: "x", Text: "First", Symbol: "A/1"})
			harvest(t, s, english(items...))
			items[3].Text = "Second"
			harvest(t, s, english(items...))
			harvest(t, s, english(items[:3]...))
			clock = now.Add(tt.after)
			got, err := s.Tombstones(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := []uhri.Tombstone{{ID: "x", Kind: uhri.TombWithdrawn, At: now, FirstSeen: now, Symbol: "A/1", LastText: tt.want}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("tombstones (-want +got):\n%s", diff)
			}
			history, err := s.History(t.Context(), "x")
			if err != nil || len(history) != 3 {
				t.Fatalf("history %+v, %v", history, err)
			}
			if hidden := history[1].OldText == "" && history[1].NewText == ""; hidden != (tt.want == "") {
				t.Errorf("texts in the log: %+v", history[1])
			}
		})
	}
}
