package replica_test

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/uhriexport"
	"uhri/crawler/store"
)

// tally is what a run did.
type tally struct {
	State                                       uhri.RunState
	In, New, Changed, Same, Withdrawn, Rejected int
}

// TestHarvests runs the demonstration's whole way into a store: publishers, polite client, reading, staging, promotion.
func TestHarvests(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	s, err := store.Open(ctx, store.Options{Dir: filepath.Join(dir, "data"), Kind: store.Demonstration})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server, err := replica.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client := fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1})
	fetchExport := func(ctx context.Context, address string, since map[string]string) (*uhriexport.Download, error) {
		f, err := client.Download(ctx, address, dir, since)
		if err != nil {
			return nil, err
		}
		return &uhriexport.Download{Path: f.Path, Size: f.Size, Validators: f.Validators, Unchanged: f.Unchanged}, nil
	}
	run := func(lang uhri.Lang) uhri.Run {
		t.Helper()
		src, err := uhriexport.New(uhriexport.Options{Lang: lang, Addresses: []string{server.ExportAddress()}, Fetch: fetchExport})
		if err != nil {
			t.Fatal(err)
		}
		process := uhriexport.NewProcess(uhriexport.ProcessOptions{Source: src.Name(), Lang: lang, Demo: true})
		r, err := (&crawler.Runner{Store: s}).Run(ctx, src, process, nil)
		if err != nil && r.State != uhri.Failed {
			t.Fatal(err)
		}
		return r
	}
	expect := func(what string, r uhri.Run, want tally) {
		t.Helper()
		if diff := gocmp.Diff(want, tally{r.State, r.In, r.New, r.Changed, r.Same, r.Withdrawn, r.Rejected}); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", what, diff, r.Reason)
		}
	}
	all := len(replica.Records(uhri.English, 1))
	// Of its 605 elements one has no text and one comes twice: 603 records.
	expect("English for the first time", run(uhri.English), tally{State: uhri.OK, In: all, New: all - 2, Rejected: 2})
	expect("English again", run(uhri.English), tally{State: uhri.Unchanged, In: all, Same: all - 2, Rejected: 2})
	for _, lang := range uhri.Langs[1:] {
		if r := run(lang); r.State != uhri.OK || r.New < 480 || r.Same < 40 || r.New+r.Same+r.Rejected != r.In || r.Rejected != 2 { // texts, those that are none, and the two
			t.Errorf("%s: %+v", lang, r)
		}
	}
	n, langs := 0, map[uhri.Lang]int{}
	for rec, err := range s.Records(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		for l := range rec.Texts {
			langs[l]++
		}
	}
	if n != all-2 || langs[uhri.English] != n {
		t.Errorf("%d records, %d with English", n, langs[uhri.English])
	}
	for _, l := range uhri.Langs[1:] {
		if langs[l] < 480 || langs[l] > n-40 { // the rest carries English and is no translation
			t.Errorf("%s: %d texts of %d records", l, langs[l], n)
		}
	}

	server.Publish(replica.Export(replica.ExportOptions{Edition: 2}))
	expect("the second edition", run(uhri.English), tally{State: uhri.OK, In: all, New: 1, Changed: 2, Same: all - 5, Withdrawn: 1, Rejected: 2})
	server.Publish(replica.Export(replica.ExportOptions{Edition: 2, Share: 0.8}))
	if r := run(uhri.English); r.State != uhri.Quarantined {
		t.Errorf("a fifth missing: %+v", r)
	}
	server.Publish(replica.Refusing(http.StatusNotFound, "", 0)(replica.Export(replica.ExportOptions{})))
	if r := run(uhri.English); r.State != uhri.Failed {
		t.Errorf("not there: %+v", r)
	}
	seq, err := s.Seq(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if seq != 7 { // six languages and the second edition
		t.Errorf("%d promotions, want 7", seq)
	}
}
