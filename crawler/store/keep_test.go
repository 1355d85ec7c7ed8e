package store_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

func TestDocumentsAreKeptByHash(t *testing.T) {
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, store.Options{Now: func() time.Time { return clock }})
	ctx := t.Context()
	pdf := append([]byte("%PDF-1.7 "), bytes.Repeat([]byte{0, 1, 2, 3}, 5000)...)
	found := store.Found{Symbol: "A/HRC/1/1", Lang: uhri.English, URL: "https://example.org/1", MediaType: "application/pdf", FetchedAt: clock}
	hash, err := s.PutDocument(ctx, pdf, found)
	if err != nil || hash != sha256.Sum256(pdf) {
		t.Fatal(hash, err)
	}
	found.URL = "https://example.org/2"
	found.FetchedAt = clock.Add(time.Hour)
	if _, err := s.PutDocument(ctx, pdf, found); err != nil {
		t.Fatal(err)
	}
	got, err := s.Document(ctx, "A/HRC/1/1", uhri.English)
	if diff := cmp.Diff(store.Document{Found: found, Hash: hash, Size: len(pdf), Data: pdf}, got); err != nil || diff != "" {
		t.Errorf("%v; document (-want +got):\n%s", err, diff)
	}
	if got, err := s.DocumentByHash(ctx, hash); err != nil || !bytes.Equal(got.Data, pdf) {
		t.Errorf("by hash: %d bytes, %v", len(got.Data), err)
	}
	if list, err := s.Documents(ctx, "A/HRC/1/1"); err != nil || len(list) != 2 || list[0].URL != "https://example.org/2" {
		t.Errorf("list %+v, %v", list, err)
	}
	if _, err := s.Document(ctx, "A/HRC/1/1", uhri.French); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("French: %v", err)
	}

	if err := s.PutMissing(ctx, "A/HRC/1/1", uhri.French, "", "the server says so", clock.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{time.Hour, true}, {23 * time.Hour, true}, {24 * time.Hour, false}} {
		clock = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(tt.after)
		if _, missing, err := s.Missing(ctx, "A/HRC/1/1", uhri.French, ""); err != nil || missing != tt.want {
			t.Errorf("missing after %v is %v, %v", tt.after, missing, err)
		}
	}
	found.Lang = uhri.French
	clock = clock.Add(-12 * time.Hour)
	if _, err := s.PutDocument(ctx, []byte("%PDF fr"), found); err != nil {
		t.Fatal(err)
	}
	if _, missing, err := s.Missing(ctx, "A/HRC/1/1", uhri.French, ""); err != nil || missing {
		t.Errorf("a document that came is still missing: %v", err)
	}
}

func TestItemsThatAreDocuments(t *testing.T) {
	s := open(t, store.Options{MaxDrop: 1})
	ctx := t.Context()
	doc := func(ids ...string) crawler.Source {
		return documents{"upr", ids}
	}
	for _, tt := range []struct {
		src  crawler.Source
		want uhri.Run
	}{
		{doc("a", "b", "c"), uhri.Run{Source: "upr", State: uhri.OK, In: 3, New: 3, Documents: &uhri.DocumentCounts{Seen: 1, Fetched: 1}}},
		{doc("a", "b", "c"), uhri.Run{Source: "upr", State: uhri.Unchanged, In: 3, Same: 3, Documents: &uhri.DocumentCounts{Seen: 1, Unchanged: 1}}},
		{doc("a", "c", "d"), uhri.Run{Source: "upr", State: uhri.OK, In: 3, New: 1, Same: 2, Withdrawn: 1, Documents: &uhri.DocumentCounts{Seen: 1, Fetched: 1}}},
	} {
		run, err := (&crawler.Runner{Store: s}).Run(ctx, tt.src, cutLines, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantRun(t, run, tt.want)
	}
	if raw, media, err := s.Raw(ctx, "d", uhri.English); err != nil || string(raw) != "a\nc\nd" || media != "text/plain" {
		t.Errorf("raw form %q %q, %v", raw, media, err)
	}
	if list, err := s.Documents(ctx, "A/HRC/2/2"); err != nil || len(list) != 2 {
		t.Errorf("both versions of the document are kept: %v, %v", list, err)
	}
	whole(t, s)
}

func TestPins(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	ctx := t.Context()
	items := passages(5)
	harvest(t, s, english(items...))
	numbers, err := s.Numbers(ctx, []uhri.ID{"id-00003", "nobody", "id-00001"})
	if err != nil || numbers[0] == 0 || numbers[1] != 0 {
		t.Fatal(numbers, err)
	}
	ids, err := s.IDs(ctx, numbers)
	if diff := cmp.Diff([]uhri.ID{"id-00003", "", "id-00001"}, ids); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	pin := store.Pin{ID: "q1", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Seq: 1, Body: []byte(`{"q":"school"}`), Members: []byte{0, 1, 2, 255}}
	for _, want := range []bool{true, false} {
		if created, err := s.PutPin(ctx, pin); err != nil || created != want {
			t.Errorf("pinning: %v, %v; want %v", created, err, want)
		}
	}
	items[3].Text = "Reworded"
	harvest(t, s, english(items...))
	items[3].Text = "Reworded again"
	harvest(t, s, english(items...))

	// Backups carry pins, and what the members said then.
	copied := t.TempDir()
	file := filepath.Join(copied, store.File)
	if err := s.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, file); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a second backup to the same file: %v", err)
	}
	s.Close()
	s = open(t, store.Options{Dir: copied})
	whole(t, s)
	if got, err := s.Pin(ctx, "q1"); err != nil || cmp.Diff(pin, got) != "" {
		t.Errorf("pin %+v, %v", got, err)
	}
	for seq, want := range map[uhri.Seq]string{1: passages(5)[3].Text, 2: "Reworded", 3: "Reworded again"} {
		if got, err := s.TextAt(ctx, "id-00003", uhri.English, seq); err != nil || got != want {
			t.Errorf("text at %d: %q, %v; want %q", seq, got, err, want)
		}
	}
	if _, err := s.Pin(ctx, "q2"); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("a pin nobody made: %v", err)
	}
}

func TestAViewStaysAsItWas(t *testing.T) {
	s := open(t, store.Options{MaxDrop: 1})
	items := passages(2000)
	harvest(t, s, english(items...))
	v, err := s.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	harvest(t, s, english(items[1000:]...))
	n := 0
	for r, err := range v.Records(t.Context()) {
		if err != nil || string(r.ID) != items[n].ID {
			t.Fatalf("record %d: %v, %v", n, r, err)
		}
		n++
	}
	if now, _ := s.Seq(t.Context()); n != 2000 || v.Seq() != 1 || now != 2 {
		t.Errorf("the view has %d records at %d; now is %d", n, v.Seq(), now)
	}
	// Stopping early leaves nothing behind; goleak watches.
	for range s.Records(t.Context()) {
		break
	}
}

func TestCheckSeesDamage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	harvest(t, s, english(passages(3000)...))
	whole(t, s)
	s.Close()
	path := filepath.Join(dir, store.File)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 2; i < len(data)/2+8192; i++ {
		data[i] ^= 0xff
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	s = open(t, store.Options{Dir: dir})
	if r, err := s.Check(t.Context()); err == nil && len(r.Faults) == 0 {
		t.Error("a damaged file passes")
	}
}
