package feed_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"uhri"
	"uhri/api/feed"
	"uhri/index"
	"uhri/index/indextest"
)

// fits holds a feed to its standard.
func fits(t *testing.T, ext string, body []byte) {
	t.Helper()
	if err := fault(t, ext, body); err != nil {
		t.Errorf("%s: %v\n%s", ext, err, body)
	}
}

// fault is what is wrong with a feed: Atom by RFC 4287's grammar, JSON Feed by its version 1.1.
func fault(t *testing.T, ext string, body []byte) error {
	t.Helper()
	if ext == "atom" {
		lint, err := exec.LookPath("xmllint")
		if err != nil {
			t.Skip("xmllint is not installed")
		}
		cmd := exec.CommandContext(t.Context(), lint, "--noout", "--relaxng", "testdata/atom.rng", "-")
		cmd.Stdin = bytes.NewReader(body)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("RFC 4287: %w: %s", err, out)
		}
		return nil
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/jsonfeed-1.1.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

func TestFeedsFitTheirStandards(t *testing.T) {
	e := indextest.NewReference()
	odd := records()
	odd[1].Texts = map[uhri.Lang]uhri.Text{uhri.Arabic: {Full: "ألف- المبادئ"}}
	odd[2].Texts, odd[2].Symbol, odd[2].Countries = nil, "", nil
	publish(t, e, "s.1", odd)
	s := feed.NewServer(feed.Options{Searcher: e, BaseURL: "https://example.org", Rights: "Texts © their publishers & others", Version: "v1"})
	for _, k := range feed.Kinds() {
		for _, params := range []string{"", "q=prison&country=KEN", "q=zebra", "lang=ar"} {
			fits(t, k.Ext, ask(t, s, k.Ext, params).Body.Bytes())
		}
		broken := strings.NewReplacer("<updated>", "<updatd>", "</updated>", "</updatd>", `"version"`, `"versio"`).Replace(ask(t, s, k.Ext, "").Body.String())
		if fault(t, k.Ext, []byte(broken)) == nil {
			t.Errorf("%s: a broken feed passes", k.Ext)
		}
	}
}

func TestFeedOfARecord(t *testing.T) {
	e := indextest.NewReference()
	publish(t, e, "s.1", records())
	const id = "00000000-0000-4000-8000-000000000001"
	log := []uhri.Change{
		{Seq: 1, At: noon, Kind: uhri.Added, ID: id},
		{Seq: 5, At: noon.Add(24 * time.Hour), Kind: uhri.Changed, ID: id, Lang: uhri.English, OldText: "Prison 0", NewText: "Prison 1, anew"},
		{Seq: 7, At: noon.Add(30 * time.Hour), Kind: uhri.Reprocessed, ID: id},
		{Seq: 9, At: noon.Add(48 * time.Hour), Kind: uhri.Relabelled, ID: id},
	}
	s := feed.NewServer(feed.Options{Searcher: e, BaseURL: "https://example.org", History: func(_ context.Context, of uhri.ID) ([]uhri.Change, error) {
		if of != id {
			t.Errorf("asked for the history of %s", of)
		}
		return log, nil
	}})
	for _, k := range feed.Kinds() {
		w := httptest.NewRecorder()
		if p := s.ServeRecord(w, httptest.NewRequest(http.MethodGet, "/r/"+id+"."+k.Ext, nil), k.Ext, id); p != nil {
			t.Fatal(p)
		}
		fits(t, k.Ext, w.Body.Bytes())
		_, self, home, _, items := read(t, k.Ext, w)
		if self != "https://example.org/r/"+id+"."+k.Ext || home != "https://example.org/r/"+id {
			t.Errorf("%s: %s, %s", k.Ext, self, home)
		}
		var ids []string
		for _, it := range items {
			ids = append(ids, it.ID)
		}
		if got, want := strings.Join(ids, " "), "urn:uuid:"+id+"#relabelled-20261122T120000Z urn:uuid:"+id+"#changed-en-20261121T120000Z urn:uuid:"+id; got != want {
			t.Errorf("%s: entries %s, want %s: the publisher's changes, newest first, then the record", k.Ext, got, want)
		}
		if items[1].Text != "Prison 1, anew" || items[1].Updated != "2026-11-21T12:00:00Z" || items[2].Published != "2026-11-20T13:00:00Z" {
			t.Errorf("%s: %+v", k.Ext, items)
		}
		if p := s.ServeRecord(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), k.Ext, "nobody"); p == nil || p.Status != http.StatusNotFound {
			t.Errorf("%s of nobody: %v", k.Ext, p)
		}
	}
}

// tombs answers for records that are gone.
type tombs struct {
	index.Searcher
	uhri.Tombstone
}

func (s tombs) Get(context.Context, uhri.ID) (*uhri.Recommendation, error) {
	return nil, &uhri.GoneRecord{Tombstone: s.Tombstone}
}

func TestFeedOfARecordThatIsGone(t *testing.T) {
	e := indextest.NewReference()
	publish(t, e, "s.1", records())
	const id = "00000000-0000-4000-8000-00000000dead"
	tomb := uhri.Tombstone{ID: id, Kind: uhri.TombWithdrawn, At: noon, FirstSeen: noon.AddDate(-1, 0, 0), Symbol: "CAT/C/KEN/CO/2"}
	log := []uhri.Change{{Seq: 3, At: noon.AddDate(0, -1, 0), Kind: uhri.Changed, ID: id, Lang: uhri.English, OldText: "secret one", NewText: "secret two"}, {Seq: 4, At: noon, Kind: uhri.Withdrawn, ID: id, OldText: "secret two"}}
	serve := func(t *testing.T, tomb uhri.Tombstone, ext string) (*httptest.ResponseRecorder, int) {
		s := feed.NewServer(feed.Options{Searcher: tombs{e, tomb}, BaseURL: "https://example.org", History: func(context.Context, uhri.ID) ([]uhri.Change, error) { return log, nil }})
		w := httptest.NewRecorder()
		if p := s.ServeRecord(w, httptest.NewRequest(http.MethodGet, "/r/"+id+"."+ext, nil), ext, id); p != nil {
			return w, p.Status
		}
		return w, w.Code
	}
	for _, k := range feed.Kinds() {
		w, status := serve(t, tomb, k.Ext)
		if status != http.StatusOK || !strings.Contains(w.Body.String(), "Withdrawn: Withdrawn passage (CAT/C/KEN/CO/2)") || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s of a withdrawn record whose text is not public: %d %s", k.Ext, status, w.Body)
		}
		fits(t, k.Ext, w.Body.Bytes())
		public := tomb
		public.LastText = "secret two"
		if w, _ := serve(t, public, k.Ext); !strings.Contains(w.Body.String(), "secret two") {
			t.Errorf("%s: the last text is public and not there: %s", k.Ext, w.Body)
		}
		merged := tomb
		merged.Kind, merged.RedirectTo = uhri.TombMerged, "00000000-0000-4000-8000-000000000001"
		if w, status := serve(t, merged, k.Ext); status != http.StatusMovedPermanently || w.Header().Get("Location") != "/r/00000000-0000-4000-8000-000000000001."+k.Ext {
			t.Errorf("%s of a merged record: %d %v", k.Ext, status, w.Header())
		}
		down := tomb
		down.Kind = uhri.TombSuppressed
		if _, status := serve(t, down, k.Ext); status != http.StatusGone {
			t.Errorf("%s of a suppressed record: %d", k.Ext, status)
		}
	}
}
