package store_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uhri"
	"uhri/crawler/store"
)

func TestLabels(t *testing.T) {
	ctx := t.Context()
	s := open(t, store.Options{})
	items := passages(10)
	harvest(t, s, english(items...))
	var asked atomic.Int64
	label := func(version string) func(*uhri.Recommendation) []uhri.Tag {
		return func(r *uhri.Recommendation) []uhri.Tag {
			return []uhri.Tag{{Scheme: uhri.SchemeTheme, Concept: "education", Origin: uhri.OriginModel, By: version, Score: 0.9}, {Scheme: uhri.SchemeSDG, Concept: "4", Origin: uhri.OriginRule, By: version}}
		}
	}
	counted := func(l func(*uhri.Recommendation) []uhri.Tag) func(*uhri.Recommendation) []uhri.Tag {
		return func(r *uhri.Recommendation) []uhri.Tag { asked.Add(1); return l(r) }
	}
	one := counted(label("m1"))
	for i, want := range []int{10, 0} {
		if n, err := s.Relabel(ctx, "m1", false, label("m1")); err != nil || n != want {
			t.Errorf("labelling %d: %d changed, %v; want %d", i+1, n, err, want)
		}
	}
	wrong := store.HumanLabel{ID: "id-00001", Scheme: uhri.SchemeSDG, Concept: "4", Removed: true, By: "A. Person"}
	added := store.HumanLabel{ID: "id-00001", Scheme: uhri.SchemeGroup, Concept: "children", By: "A. Person"}
	if err := s.SetHumanLabels(ctx, []store.HumanLabel{wrong, added}); err != nil {
		t.Fatal(err)
	}
	check := func(id uhri.ID, want ...uhri.Tag) {
		t.Helper()
		r, err := s.Record(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.Tags); diff != "" {
			t.Errorf("tags of %s (-want +got):\n%s", id, diff)
		}
	}
	published := uhri.Tag{Scheme: uhri.SchemeTheme, Concept: "education", Origin: uhri.OriginPublisher}
	rule := uhri.Tag{Scheme: uhri.SchemeSDG, Concept: "4", Origin: uhri.OriginRule, By: "m1"}
	human := uhri.Tag{Scheme: uhri.SchemeGroup, Concept: "children", Origin: uhri.OriginHuman, By: "A. Person"}
	check("id-00000", published, rule)
	check("id-00001", published, human)

	// Harvests lose neither; labels of an older wording are not shown until it is labelled again.
	items[1].Text, items[2].Text = "Reworded", "Reworded too"
	items[1].Themes = nil
	harvest(t, s, english(items...))
	check("id-00001", human)
	check("id-00002", published)
	if n, err := s.Relabel(ctx, "m1", false, one); err != nil || n != 2 || asked.Load() != 2 {
		t.Errorf("labelling what changed asked for %d, changed %d, %v", asked.Load(), n, err)
	}
	check("id-00002", published, rule)
	if got, err := s.HumanLabels(ctx); err != nil || !slices.Equal(got, []store.HumanLabel{added, wrong}) {
		t.Errorf("corrections: %v, %v", got, err)
	}
	if err := s.SetHumanLabels(ctx, []store.HumanLabel{{ID: "nobody", Scheme: uhri.SchemeSDG, Concept: "4"}}); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("a correction of an unknown record: %v", err)
	}
	changes, err := s.Changes(ctx, 0, store.ChangeFilter{Kinds: []uhri.ChangeKind{uhri.Reprocessed}})
	if err != nil {
		t.Fatal(err)
	}
	// One line for each time that labels changed: the first labelling, a person's, and the two reworded records.
	if diff := cmp.Diff([]uhri.Change{{Kind: uhri.Reprocessed, Source: store.LabelSource, Count: 10}, {Kind: uhri.Reprocessed, Source: store.LabelSource, Count: 1}, {Kind: uhri.Reprocessed, Source: store.LabelSource, Count: 2}}, changes,
		cmpopts.IgnoreFields(uhri.Change{}, "Seq", "At", "Run")); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	whole(t, s)
}
