package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uhri"
	"uhri/crawler/store"
)

// counts keeps what a run's row must say; numbers and times differ.
var counts = cmp.Options{cmpopts.IgnoreFields(uhri.Run{}, "ID", "Started", "Finished", "Seq", "Bytes")}

func wantRun(t *testing.T, got, want uhri.Run) {
	t.Helper()
	if diff := cmp.Diff(want, got, counts); diff != "" {
		t.Fatalf("run (-want +got):\n%s", diff)
	}
}

func TestRunsTellNewChangedSameWithdrawnRejectedRestored(t *testing.T) {
	s := open(t, store.Options{})
	first := passages(40)
	wantRun(t, harvest(t, s, english(first...)), uhri.Run{Source: "uhri/en", State: uhri.OK, In: 40, New: 40})
	wantRun(t, harvest(t, s, english(first...)), uhri.Run{Source: "uhri/en", State: uhri.Unchanged, In: 40, Same: 40})

	second := append([]passage(nil), first...)
	second[3].Text = "4. Build schools"               // text
	second[4].Themes = []string{"education", "water"} // labels
	second[5].Country = "UGA"                         // facts
	second[6].Note = "republished"                    // raw only
	second[7].Bad = "a country nobody knows"
	second = append(second[:10], second[11:]...) // id-00010 is gone
	second = append(second, passage{ID: "id-90000", Text: "New"})
	wantRun(t, harvest(t, s, english(second...)), uhri.Run{Source: "uhri/en", State: uhri.OK, In: 40, New: 1, Changed: 4, Same: 34, Rejected: 1, Withdrawn: 1})

	changes, err := s.Changes(t.Context(), 1, store.ChangeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []uhri.Change{
		{Kind: uhri.Changed, ID: "id-00003", Lang: uhri.English, OldText: first[3].Text, NewText: "4. Build schools"},
		{Kind: uhri.Relabelled, ID: "id-00004"},
		{Kind: uhri.Changed, ID: "id-00005"},
		{Kind: uhri.Changed, ID: "id-00006"},
		{Kind: uhri.Added, ID: "id-90000"},
		{Kind: uhri.Withdrawn, ID: "id-00010"},
	}
	if diff := cmp.Diff(want, changes, cmpopts.IgnoreFields(uhri.Change{}, "Seq", "At", "Run", "Source")); diff != "" {
		t.Fatalf("changes (-want +got):\n%s", diff)
	}
	if got := all(t, s); got["id-00007"].Texts[uhri.English].Full != first[7].Text || got["id-00010"] != nil || len(got) != 40 {
		t.Fatalf("the rejected record must stay as it was and the withdrawn one go; %d records", len(got))
	}
	rejections, err := s.Rejections(t.Context(), 3, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uhri.Rejection{{Run: 3, Source: "uhri/en", Key: "id-00007", Reason: "a country nobody knows"}}, rejections); diff != "" {
		t.Fatalf("ledger (-want +got):\n%s", diff)
	}

	wantRun(t, harvest(t, s, english(first...)), uhri.Run{Source: "uhri/en", State: uhri.OK, In: 40, New: 1, Changed: 4, Same: 35, Withdrawn: 1})
	r, err := s.Record(t.Context(), "id-00010")
	if err != nil {
		t.Fatal(err)
	}
	if runs, _ := s.Runs(t.Context(), "", 10, 0); !r.Provenance.FirstSeen.Equal(all(t, s)["id-00000"].Provenance.FirstSeen) || len(runs) != 4 {
		t.Errorf("a restored record keeps when it was first seen: %v", r.Provenance.FirstSeen)
	}
	whole(t, s)
}
