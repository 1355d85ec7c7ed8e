package store_test

import (
	"context"
	"testing"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

func TestReprocess(t *testing.T) {
	ctx := t.Context()
	s := open(t, store.Options{})
	harvest(t, s, english(passages(1200)...))
	before := all(t, s)
	better := func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		recs, err := process(ctx, it)
		if err == nil && it.Key < "id-00100" {
			recs[0].Procedural = true
			recs[0].Texts[uhri.English] = uhri.Text{Full: recs[0].Texts[uhri.English].Full + " cleaned"}
		}
		return recs, err
	}
	run, err := s.Reprocess(ctx, "uhri/en", better, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRun(t, run, uhri.Run{Source: "uhri/en", State: uhri.OK, In: 1200, Same: 1200, Reprocessed: 100})
	after := all(t, s)
	if r := after["id-00099"]; !r.Procedural || r.Texts[uhri.English].Full == before["id-00099"].Texts[uhri.English].Full {
		t.Errorf("not reprocessed: %+v", r)
	}
	if !after["id-00099"].Provenance.LastChanged.IsZero() {
		t.Error("our own work counts as the publisher's change")
	}
	changes, err := s.Changes(ctx, 1, store.ChangeFilter{})
	if err != nil || len(changes) != 1 || changes[0].Kind != uhri.Reprocessed || changes[0].Count != 100 {
		t.Errorf("log: %+v, %v", changes, err)
	}
	if st, err := s.SourceStatus(ctx, "uhri/en"); err != nil || st.Last.ID != 1 {
		t.Errorf("a reprocessing passes for a harvest: %+v, %v", st, err)
	}
	if run, err := s.Reprocess(ctx, "uhri/en", better, true, nil); err != nil || run.State != uhri.Unchanged {
		t.Errorf("a second time: %+v, %v", run, err)
	}
	if run, err := s.Reprocess(ctx, "uhri/en", better, false, nil); err != nil || run.In != 0 {
		t.Errorf("only what an older pipeline read: %+v, %v", run, err)
	}
	wantRun(t, harvest(t, s, english(passages(1200)...)), uhri.Run{Source: "uhri/en", State: uhri.Unchanged, In: 1200, Same: 1200})
	whole(t, s)
}
