package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// TestTextsOfThen walks records through everything that can happen to them and asks, for every state there has been, what
// each said in it. The test keeps its own account of what was sent.
func TestTextsOfThen(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, store.Options{Now: func() time.Time { return now }, WithdrawnTextAfter: 24 * time.Hour, MaxDrop: 1})
	var account []map[uhri.ID]string // by Seq, from 1; "" = not there
	texts := map[uhri.ID]string{}
	note := func() {
		t.Helper()
		seq, err := s.Seq(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for len(account) < int(seq) {
			copied := map[uhri.ID]string{}
			for id, text := range texts {
				copied[id] = text
			}
			account = append(account, copied)
		}
	}
	state := func(items ...passage) {
		t.Helper()
		harvest(t, s, english(items...))
		for id := range texts {
			texts[id] = ""
		}
		for _, p := range items {
			texts[uhri.ID(p.ID)] = p.Text
		}
		note()
	}
	items := passages(8)
	state(items...) // 1
	changed := slices.Clone(items)
	changed[1].Text = "Build schools"
	state(changed...)                                               // 2: one is changed
	state(slices.Concat(changed[:2], changed[3:5], changed[7:])...) // 3: 2, 5 and 6 go
	back := slices.Clone(changed)                                   //
	back[2].Text = "Build other schools"                            // 2 comes back changed,
	back[5].Country = "UGA"                                         // 5 with other facts,
	back[6].Themes = []string{"water"}                              // 6 with other labels
	state(back...)                                                  // 4
	back[1].Text = "Build them now"                                 //
	state(back...)                                                  // 5
	better := func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		recs, err := process(ctx, it)
		if err == nil && it.Key <= "id-00003" {
			recs[0].Texts[uhri.English] = uhri.Text{Full: recs[0].Texts[uhri.English].Full + ", read anew"}
		}
		return recs, err
	}
	if _, err := s.Reprocess(ctx, "uhri/en", better, true, nil); err != nil { // 6
		t.Fatal(err)
	}
	for i := range 4 {
		texts[uhri.ID(fmt.Sprintf("id-%05d", i))] += ", read anew"
	}
	note()
	if len(account) != 6 {
		t.Fatalf("there are %d states", len(account))
	}

	for i, then := range account {
		for id, want := range then {
			if want == "" { // it was away: the text it last had
				want = account[i-1][id]
			}
			if got, err := s.TextAt(ctx, id, uhri.English, uhri.Seq(i+1)); err != nil || got != want {
				t.Errorf("state %d, %s: %q, %v; want %q", i+1, id, got, err, want)
			}
		}
	}

	// The log tells what the publisher did, once each, and of our reading one line.
	changes, err := s.Changes(ctx, 3, store.ChangeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var log []string
	for _, c := range changes {
		log = append(log, fmt.Sprint(c.Seq, " ", c.Kind, " ", c.ID, " ", c.OldText, "|", c.NewText, " ", c.Count))
	}
	want := []string{
		"4 restored id-00002 | 0", "4 restored id-00005 | 0", "4 restored id-00006 | 0",
		"4 changed id-00002 " + items[2].Text + "|Build other schools 0", "4 changed id-00005 | 0", "4 relabelled id-00006 | 0",
		"5 changed id-00001 Build schools|Build them now 0",
		"6 reprocessed  | 4",
	}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	tallies, err := s.Tallies(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	for _, c := range tallies {
		counted[fmt.Sprint(c.Seq, c.Kind)] += c.Count
	}
	if diff := cmp.Diff(map[string]int{"1added": 8, "2changed": 1, "3withdrawn": 3, "4restored": 3, "4changed": 2, "4relabelled": 1, "5changed": 1, "6reprocessed": 4}, counted); diff != "" {
		t.Errorf("tallies (-want +got):\n%s", diff)
	}

	ids := func(numbers []uint32) []uhri.ID {
		t.Helper()
		out, err := s.IDs(ctx, numbers)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	touched, err := s.Touched(ctx, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uhri.ID{"id-00001", "id-00002", "id-00005", "id-00006"}, ids(touched.Changed)); diff != "" {
		t.Errorf("changed by the publisher (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]uhri.ID{"id-00000", "id-00001", "id-00002", "id-00003"}, ids(touched.Reread)); diff != "" || touched.Lines != 4 {
		t.Errorf("read anew, %d (-want +got):\n%s", touched.Lines, diff)
	}
	if touched, err := s.Touched(ctx, 2, 4); err != nil || len(touched.Changed) != 3 || len(touched.Reread) != 0 || touched.Lines != 0 {
		t.Errorf("up to state 4: %+v, %v", touched, err)
	}
	if langs, err := s.Edited(ctx, "id-00001", 2, 0); err != nil || !slices.Equal(langs, []uhri.Lang{uhri.English}) {
		t.Errorf("edited: %v, %v", langs, err)
	}

	// What was changed and changed back is not different, unless one asks about the time between.
	round := slices.Clone(back)
	round[7].Text, round[4].Themes = "Something else", []string{"water"}
	state(round...) // 7
	round[7].Text, round[4].Themes = items[7].Text, items[4].Themes
	state(round...) // 8
	if touched, err := s.Touched(ctx, 6, 0); err != nil || len(touched.Changed) != 0 {
		t.Errorf("there and back: %v, %v", ids(touched.Changed), err)
	}
	if touched, err := s.Touched(ctx, 6, 7); err != nil || len(touched.Changed) != 2 {
		t.Errorf("there: %v, %v", ids(touched.Changed), err)
	}

	// Only a takedown takes the text of then away, and it takes all of it.
	if _, err := s.Suppress(ctx, "id-00001", "a person asked"); err != nil {
		t.Fatal(err)
	}
	for i := range account {
		if got, err := s.TextAt(ctx, "id-00001", uhri.English, uhri.Seq(i+1)); err != nil || got != "" {
			t.Errorf("state %d of what was taken down: %q, %v", i+1, got, err)
		}
	}
	whole(t, s)
}

// TestNumbersOfMany looks up more records than one query takes.
func TestNumbersOfMany(t *testing.T) {
	s := open(t, store.Options{})
	harvest(t, s, english(passages(5003)...))
	var ask []uhri.ID
	for i := 5002; i >= 0; i-- {
		ask = append(ask, uhri.ID(fmt.Sprintf("id-%05d", i)), uhri.ID(fmt.Sprintf("nobody-%d", i)))
	}
	ask = append(ask, `a "quoted" \ name`)
	numbers, err := s.Numbers(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint32]bool{}
	for i, n := range numbers {
		if (i%2 == 0 && i < len(ask)-1) != (n != 0) || n != 0 && seen[n] {
			t.Fatalf("%s has number %d", ask[i], n)
		}
		seen[n] = true
	}
	back, err := s.IDs(t.Context(), append(slices.Clone(numbers), 999_999))
	if err != nil || len(back) != len(ask)+1 {
		t.Fatalf("%d, %v", len(back), err)
	}
	for i, id := range back[:len(ask)] {
		if numbers[i] != 0 && id != ask[i] || numbers[i] == 0 && id != "" {
			t.Fatalf("%s came back as %s", ask[i], id)
		}
	}
	if none, err := s.Numbers(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("of nothing: %v, %v", none, err)
	}
}
