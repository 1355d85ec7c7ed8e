package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/store"
)

func TestMergingOurCutWithThePublishersRecord(t *testing.T) {
	ctx := t.Context()
	cut := passage{ID: "ours", Symbol: "A/HRC/59/15", Country: "KEN", Paragraph: "140.7", Text: "140.7 Ratify the Optional Protocol without delay (Uganda);", Position: "noted", Themes: []string{"ours"}}
	pub := cut
	pub.ID, pub.Position, pub.Themes = "uhri", "", []string{"torture"}
	pub.Text = "140.7 Ratify the Optional Protocol, without delay (Uganda);"
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, store.Options{MaxDrop: 1, Now: func() time.Time { return clock }})
	harvest(t, s, &list{name: "upr", items: []passage{cut, {ID: "alone", Symbol: "A/HRC/59/15", Country: "KEN", Paragraph: "140.8", Text: "Build schools"}}})
	if err := s.SetHumanLabels(ctx, []store.HumanLabel{{ID: "ours", Scheme: uhri.SchemeTheme, Concept: "treaties", By: "A. Person"}}); err != nil {
		t.Fatal(err)
	}
	first := clock
	clock = clock.AddDate(0, 3, 0)
	rest := passages(10)
	harvest(t, s, english(append(rest, pub)...))

	got, err := s.Record(ctx, "uhri")
	if err != nil {
		t.Fatal(err)
	}
	tags := []uhri.Tag{{Scheme: uhri.SchemeTheme, Concept: "torture", Origin: uhri.OriginPublisher}, {Scheme: uhri.SchemeTheme, Concept: "treaties", Origin: uhri.OriginHuman, By: "A. Person"}}
	if diff := cmp.Diff(tags, got.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if got.Texts[uhri.English].Full != pub.Text || !got.Provenance.FirstSeen.Equal(first) || !slices.Equal(got.Provenance.MergedFrom, []uhri.ID{"ours"}) ||
		got.UPR.Position != uhri.PositionNoted || got.UPR.PositionSource == "" {
		t.Errorf("merged record: %+v %+v", got, got.UPR)
	}
	_, err = s.Record(ctx, "ours")
	if g, ok := errors.AsType[*uhri.GoneRecord](err); !ok || g.Tombstone.Kind != uhri.TombMerged || g.Tombstone.RedirectTo != "uhri" {
		t.Errorf("our ID gives %v", err)
	}
	if own, err := s.Merged(ctx, "ours"); err != nil || own.Texts[uhri.English].Full != cut.Text {
		t.Errorf("our text is lost: %v, %v", own, err)
	}
	if recs := all(t, s); len(recs) != 12 || recs["alone"] == nil {
		t.Errorf("%d records", len(recs))
	}
	// Our document again changes nothing; the publisher's withdrawal brings our cut back.
	cut.Note = "read again"
	if run := harvest(t, s, &list{name: "upr", items: []passage{cut}, partial: true}); run.Same != 1 || len(all(t, s)) != 12 {
		t.Errorf("our document again: %+v", run)
	}
	harvest(t, s, english(rest...))
	if r, err := s.Record(ctx, "ours"); err != nil || r.Texts[uhri.English].Full != cut.Text {
		t.Errorf("our cut after the publisher's withdrawal: %v, %v", r, err)
	}
	harvest(t, s, english(append(rest, pub)...))
	if recs := all(t, s); recs["ours"] != nil || recs["uhri"] == nil {
		t.Error("they are not merged again")
	}
	whole(t, s)
	// A takedown of the publisher's record takes ours along.
	if _, err := s.Suppress(ctx, "uhri", "reason"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []uhri.ID{"uhri", "ours"} {
		if _, err := s.Record(ctx, id); uhri.KindOf(err) != uhri.Gone {
			t.Errorf("%s after the takedown: %v", id, err)
		}
	}
}

func TestWhatIsNotMerged(t *testing.T) {
	base := passage{ID: "pub", Symbol: "A/HRC/59/15", Country: "KEN", Paragraph: "140.7", Text: "Ratify the Optional Protocol without delay"}
	for _, tt := range []struct {
		name string
		edit func(p *passage)
	}{
		{"no symbol", func(p *passage) { p.Symbol = "" }},
		{"another symbol", func(p *passage) { p.Symbol = "A/HRC/59/16" }},
		{"another State", func(p *passage) { p.Country = "UGA" }},
		{"no paragraph", func(p *passage) { p.Paragraph = "" }},
		{"another text", func(p *passage) { p.Text = "Ratify the Convention on enforced disappearances" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, store.Options{})
			own := base
			own.ID = "own"
			tt.edit(&own)
			harvest(t, s, english(base))
			harvest(t, s, &list{name: "upr", items: []passage{own}})
			if n := len(all(t, s)); n != 2 {
				t.Errorf("%d records, want both", n)
			}
		})
	}
	t.Run("two of the publisher's", func(t *testing.T) {
		s := open(t, store.Options{})
		twin := base
		twin.ID = "twin"
		harvest(t, s, english(base, twin))
		if n := len(all(t, s)); n != 2 {
			t.Errorf("%d records, want both", n)
		}
	})
}
