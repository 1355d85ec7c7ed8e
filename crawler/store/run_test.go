package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uhri"
	"uhri/crawler"
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
	if diff := cmp.Diff([]uhri.Rejection{{Run: 3, Source: "uhri/en", Key: "id-00007", Reason: "a country nobody knows"}}, rejections, cmpopts.IgnoreFields(uhri.Rejection{}, "At")); diff != "" {
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

func TestQuarantine(t *testing.T) {
	first := passages(100)
	edit := func(f func(p *passage)) []passage {
		out := append([]passage(nil), first...)
		for i := range out {
			f(&out[i])
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		next   *list
		state  uhri.RunState
		reason string
		then   int // records after Accept
	}{
		{"five in a hundred go", english(first[5:]...), uhri.OK, "", 0},
		{"six in a hundred go", english(first[6:]...), uhri.Quarantined, "6 of the 100 records of the source would be withdrawn, more than 5 %", 94},
		{"nothing is left", english(), uhri.Quarantined, "the source yielded nothing; it had 100 records", 0},
		{"a part that is no complete sweep", &list{name: "uhri/en", items: first[:3], partial: true}, uhri.Unchanged, "", 0},
		{"countries vanish", english(edit(func(p *passage) { p.Country = "" })...), uhri.Quarantined, "100 of the 100 records would lose their country", 100},
		{"everything is unreadable", english(edit(func(p *passage) { p.Bad = "no such form" })...), uhri.Quarantined, "100 of the 100 records of the source became unreadable", 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, store.Options{})
			harvest(t, s, english(first...))
			run := harvest(t, s, tt.next)
			if run.State != tt.state || run.Reason != tt.reason {
				t.Fatalf("run is %s: %q; want %s: %q", run.State, run.Reason, tt.state, tt.reason)
			}
			if run.In != run.New+run.Changed+run.Same+run.Rejected {
				t.Errorf("the run does not add up: %+v", run)
			}
			if tt.state != uhri.Quarantined {
				whole(t, s)
				return
			}
			if got := all(t, s); len(got) != 100 || got["id-00050"].Countries == nil {
				t.Errorf("readers see a quarantined run: %d records", len(got))
			}
			accepted, err := s.Accept(t.Context(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := all(t, s); accepted.State == uhri.Quarantined || len(got) != tt.then {
				t.Errorf("after accepting: %+v, %d records, want %d", accepted, len(got), tt.then)
			}
			if _, err := s.Accept(t.Context(), run.ID); uhri.KindOf(err) != uhri.Invalid {
				t.Errorf("accepting twice gives %v", err)
			}
			whole(t, s)
		})
	}
}

// TestAFewBadItemsAreNoQuarantine: a folder with one scan in it has nothing to be accepted; a publication of which nothing can be read has.
func TestAFewBadItemsAreNoQuarantine(t *testing.T) {
	for n, want := range map[int]uhri.RunState{1: uhri.Unchanged, 9: uhri.Unchanged, 10: uhri.Quarantined} {
		s := open(t, store.Options{})
		bad := passages(n)
		for i := range bad {
			bad[i].Bad = "a scan without text"
		}
		if run := harvest(t, s, &list{name: "folder", items: bad, partial: true}); run.State != want || run.Rejected != n || run.Documents.Failed != n {
			t.Errorf("%d of %d rejected: %s, %q, %+v", n, n, run.State, run.Reason, run.Documents)
		}
	}
}

// TestDocumentsOfARun: documents are counted beside passages, and those that failed are remembered until they come.
func TestDocumentsOfARun(t *testing.T) {
	s := open(t, store.Options{MaxDrop: 1})
	items := passages(6)
	bad := func(p passage, why string) passage { p.Bad = why; return p }
	run := func(want uhri.DocumentCounts, items ...passage) {
		t.Helper()
		got := harvest(t, s, &list{name: "treatybodies", items: items, partial: true})
		if got.Documents == nil || *got.Documents != want {
			t.Errorf("run %d: %+v, want %+v", got.ID, got.Documents, want)
		}
	}
	failing := func(want ...string) {
		t.Helper()
		var got []string
		list, err := s.Failing(t.Context(), "treatybodies", 10)
		for _, r := range list {
			got = append(got, fmt.Sprintf("%s %d %s", r.Key, r.Run, r.Reason))
			if r.At.IsZero() {
				t.Errorf("nobody knows when %s was met", r.Key)
			}
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("failing: %v (-want +got):\n%s", err, diff)
		}
	}
	failing()
	run(uhri.DocumentCounts{Seen: 5, Fetched: 3, Failed: 2}, items[0], items[1], items[2], bad(items[3], "nowhere"), bad(items[4], "a scan"))
	failing("id-00003 1 nowhere", "id-00004 1 a scan")
	run(uhri.DocumentCounts{Seen: 3, Unchanged: 2, Failed: 1}, items[0], items[1], bad(items[5], "nowhere")) // the newest page of a list only
	failing("id-00005 2 nowhere", "id-00003 1 nowhere", "id-00004 1 a scan")
	run(uhri.DocumentCounts{Seen: 3, Fetched: 1, Unchanged: 1, Failed: 1}, items[0], items[3], bad(items[4], "a scan still"))
	failing("id-00004 3 a scan still", "id-00005 2 nowhere")
	st, err := s.SourceStatus(t.Context(), "treatybodies")
	if err != nil || st.Documents != 4 || st.Records != 4 {
		t.Errorf("held: %d documents, %d passages, %v", st.Documents, st.Records, err)
	}
	if got := harvest(t, s, english(items...)); got.Documents != nil {
		t.Errorf("an export has documents: %+v", got.Documents)
	}
}

func TestAcceptRefusesWhatIsOutOfDate(t *testing.T) {
	s := open(t, store.Options{})
	first := passages(50)
	harvest(t, s, english(first...))
	held := harvest(t, s, english(first[:10]...))
	harvest(t, s, english(first...))
	if _, err := s.Accept(t.Context(), held.ID); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("accepting an old run gives %v", err)
	}
	if _, err := s.Accept(t.Context(), 77); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("accepting an unknown run gives %v", err)
	}
	if got := all(t, s); len(got) != 50 {
		t.Errorf("%d records", len(got))
	}
}

func TestOnlyTheSweptScopeWithdraws(t *testing.T) {
	s := open(t, store.Options{MaxDrop: 1})
	both := passages(20)
	harvest(t, s, &list{name: "upr", items: both[:10], scope: "session 1"})
	harvest(t, s, &list{name: "upr", items: both[10:], scope: "session 2"})
	wantRun(t, harvest(t, s, &list{name: "upr", items: both[10:15], scope: "session 2"}), uhri.Run{Source: "upr", State: uhri.OK, In: 5, Same: 5, Withdrawn: 5,
		Documents: &uhri.DocumentCounts{Seen: 5, Unchanged: 5}})
	if got := all(t, s); len(got) != 15 {
		t.Errorf("%d records, want the ten of session 1 and five of session 2", len(got))
	}
}

func TestNothingIsDroppedSilently(t *testing.T) {
	s := open(t, store.Options{})
	items := passages(5)
	other := items[1]
	other.Text = "Something else under the same ID"
	run := harvest(t, s, english(items[0], items[1], items[1], other, items[2]))
	wantRun(t, run, uhri.Run{Source: "uhri/en", State: uhri.OK, In: 5, New: 3, Rejected: 2})
	ledger, err := s.Rejections(t.Context(), run.ID, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []uhri.Rejection{
		{Run: run.ID, Source: "uhri/en", Key: "id-00001", Reason: "the same record twice in one publication; kept once"},
		{Run: run.ID, Source: "uhri/en", Key: "id-00001", Reason: "a second, different record under the same key; the first one was kept"},
	}
	if diff := cmp.Diff(want, ledger, cmpopts.IgnoreFields(uhri.Rejection{}, "At")); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if got := all(t, s)["id-00001"].Texts[uhri.English].Full; got != items[1].Text {
		t.Errorf("kept %q", got)
	}
	// The same again: the first of them is unchanged, the others are still told.
	wantRun(t, harvest(t, s, english(items[0], items[1], items[1], other, items[2])), uhri.Run{Source: "uhri/en", State: uhri.Unchanged, In: 5, Same: 3, Rejected: 2})
}

func TestThePublisherHasNothingNew(t *testing.T) {
	s := open(t, store.Options{})
	src := english(passages(7)...)
	src.items[6].Bad = "unreadable"
	src.cursor = crawler.Cursor{"etag": "1"}
	first := harvest(t, s, src)
	src.unchanged = true
	run := harvest(t, s, src)
	wantRun(t, run, uhri.Run{Source: "uhri/en", State: uhri.Unchanged, In: 7, Same: 6, Rejected: 1})
	if src.since["etag"] != "1" {
		t.Errorf("the cursor came back as %v", src.since)
	}
	if ledger, err := s.Rejections(t.Context(), run.ID, 10, 0); err != nil || len(ledger) != 1 || first.Rejected != 1 {
		t.Errorf("what was rejected is rejected still: %v, %v", ledger, err)
	}
}

func TestTranslations(t *testing.T) {
	s := open(t, store.Options{})
	en := passages(30)
	translate := func(lang string, n int, text string) *list {
		l := &list{name: "uhri/" + lang}
		for _, p := range en[:n] {
			l.items = append(l.items, passage{ID: p.ID, Lang: lang, Text: text + " " + p.ID, Country: "KEN"})
		}
		return l
	}
	fr := translate("fr", 20, "Veiller à ce que tous les enfants aillent à l'école")
	fr.items[1].Text = en[1].Text // the English text, as publishers do
	// French comes before English: it waits.
	wantRun(t, harvest(t, s, fr), uhri.Run{Source: "uhri/fr", State: uhri.Unchanged, In: 20, Rejected: 20})
	if ok, err := s.LangComplete(t.Context(), uhri.French); err != nil || !ok {
		t.Errorf("the French run was complete: %v, %v", ok, err)
	}
	fr.cursor = crawler.Cursor{"etag": "fr"}
	harvest(t, s, fr)
	harvest(t, s, english(en...))
	got := harvest(t, s, fr)
	wantRun(t, got, uhri.Run{Source: "uhri/fr", State: uhri.OK, In: 20, New: 19, Same: 1, Reason: "1 of 20 texts are the English ones or in another script: not translations"})
	if fr.since != nil {
		t.Errorf("what waited needs a harvest from the beginning, not since %v", fr.since)
	}
	recs := all(t, s)
	if len(recs) != 30 || recs["id-00000"].Texts[uhri.French].Full != fr.items[0].Text || len(recs["id-00001"].Texts) != 1 || len(recs["id-00025"].Texts) != 1 {
		t.Errorf("French texts: %v, %v", recs["id-00000"].Texts, recs["id-00001"].Texts)
	}
	if !recs["id-00000"].Provenance.LastChanged.IsZero() {
		t.Error("a first translation is no change of the record")
	}
	// Arabic in Latin letters is none.
	ar := translate("ar", 2, "Ensure that children go to school")
	ar.items[1].Text = "ضمان التحاق جميع الأطفال بالمدارس"
	wantRun(t, harvest(t, s, ar), uhri.Run{Source: "uhri/ar", State: uhri.OK, In: 2, New: 1, Same: 1, Reason: "1 of 2 texts are the English ones or in another script: not translations"})

	// A French run changes and removes French text, and nothing else.
	fr.items[2].Text = "Construire des écoles"
	fr.items[3].Text = en[3].Text
	fr.items = fr.items[:19]
	got = harvest(t, s, fr)
	wantRun(t, got, uhri.Run{Source: "uhri/fr", State: uhri.Quarantined, In: 19, Changed: 2, Same: 17, Withdrawn: 1, Reason: "1 of the 19 records of the source would be withdrawn, more than 5 %"})
	if _, err := s.Accept(t.Context(), got.ID); err != nil {
		t.Fatal(err)
	}
	recs = all(t, s)
	if recs["id-00002"].Texts[uhri.French].Full != "Construire des écoles" || len(recs["id-00003"].Texts) != 1 || len(recs["id-00019"].Texts) != 1 || len(recs) != 30 {
		t.Errorf("after the second French run: %v %v %v", recs["id-00002"].Texts, recs["id-00003"].Texts, recs["id-00019"].Texts)
	}
	changes, err := s.Changes(t.Context(), 3, store.ChangeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[uhri.ID][2]string{}
	for _, c := range changes {
		if c.Kind != uhri.Changed || c.Lang != uhri.French {
			t.Errorf("unexpected change %+v", c)
		}
		texts[c.ID] = [2]string{c.OldText, c.NewText}
	}
	const old = "Veiller à ce que tous les enfants aillent à l'école "
	if diff := cmp.Diff(map[uhri.ID][2]string{"id-00002": {old + "id-00002", "Construire des écoles"}, "id-00003": {old + "id-00003", ""}, "id-00019": {old + "id-00019", ""}}, texts); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	// English becomes what French says: then it is no translation any more.
	en[4].Text = fr.items[4].Text
	harvest(t, s, english(en...))
	if r := all(t, s)["id-00004"]; len(r.Texts) != 1 {
		t.Errorf("a text equal to the English one passes for French: %v", r.Texts)
	}
	if raw, _, err := s.Raw(t.Context(), "id-00002", uhri.French); err != nil || !bytes.Contains(raw, []byte("Construire")) {
		t.Errorf("raw French: %s, %v", raw, err)
	}
	// What English withdraws takes its translations along, and brings them back.
	harvest(t, s, english(en[1:]...))
	if len(all(t, s)) != 29 {
		t.Error("the record is still there")
	}
	harvest(t, s, english(en...))
	if r := all(t, s)["id-00000"]; r.Texts[uhri.French].Full == "" {
		t.Error("the restored record lost its French text")
	}
	whole(t, s)
}

func TestFolderKind(t *testing.T) {
	dir := t.TempDir()
	demo := passages(3)
	for i := range demo {
		demo[i].Demo = true
	}
	s := open(t, store.Options{Dir: dir})
	harvest(t, s, english(demo...))
	if s.Kind() != store.Demonstration {
		t.Errorf("kind is %q", s.Kind())
	}
	real := passages(3)
	_, err := (&crawler.Runner{Store: s}).Run(t.Context(), english(real...), process, nil)
	if uhri.KindOf(err) != uhri.Invalid || !strings.Contains(err.Error(), "demonstration") {
		t.Errorf("a real source into a demonstration folder gives %v", err)
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir, Kind: store.Real}); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("opening it for real records gives %v", err)
	}
	empty := t.TempDir()
	s = open(t, store.Options{Dir: empty, Kind: store.Real})
	if _, err := (&crawler.Runner{Store: s}).Run(t.Context(), english(demo...), process, nil); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a demonstration source into a real folder gives %v", err)
	}
}

func TestAnInterruptedRunIsResumed(t *testing.T) {
	s := open(t, store.Options{})
	items := passages(9000)
	var processed atomic.Int64
	count := func(ctx context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		processed.Add(1)
		return process(ctx, it)
	}
	src := english(items[:8000]...)
	src.fail = errors.New("the connection broke")
	if _, err := (&crawler.Runner{Store: s}).Run(t.Context(), src, count, nil); err == nil {
		t.Fatal("it did not fail")
	}
	if len(all(t, s)) != 0 {
		t.Fatal("readers see what was not promoted")
	}
	processed.Store(0)
	items[10].Text = "Changed between the two tries"
	items[11].Bad = "Unreadable now"
	second := append([]passage(nil), items[:20]...)
	second = append(second, items[30:]...) // ten of them are gone again
	run, err := (&crawler.Runner{Store: s}).Run(t.Context(), english(second...), count, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRun(t, run, uhri.Run{Source: "uhri/en", State: uhri.OK, In: 8990, New: 8989, Rejected: 1})
	if n := processed.Load(); n != 1002 {
		t.Errorf("%d items were processed again, want only the 1000 new and the 2 changed", n)
	}
	got := all(t, s)
	if len(got) != 8989 || got["id-00010"].Texts[uhri.English].Full != items[10].Text || got["id-00011"] != nil || got["id-00025"] != nil {
		t.Errorf("%d records; %v", len(got), got["id-00010"])
	}
	whole(t, s)
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	harvest(t, s, english(passages(500)...))
	s.Close()
	info, err := os.Stat(filepath.Join(dir, store.File))
	if err != nil {
		t.Fatal(err)
	}
	more := passages(30000)
	full := 0
	for room := int64(1 << 16); ; room *= 2 {
		s := open(t, store.Options{Dir: dir, MaxBytes: info.Size() + room})
		run, err := (&crawler.Runner{Store: s}).Run(t.Context(), english(more...), process, nil)
		if err == nil {
			wantRun(t, run, uhri.Run{Source: "uhri/en", State: uhri.OK, In: 30000, New: 29500, Same: 500})
			whole(t, s)
			s.Close()
			break
		}
		full++
		if !strings.Contains(err.Error(), "full") {
			t.Fatalf("with %d bytes of room: %v", room, err)
		}
		if got := all(t, s); len(got) != 500 {
			t.Fatalf("with %d bytes of room readers see %d records", room, len(got))
		}
		whole(t, s)
		s.Close()
	}
	if full == 0 {
		t.Error("the disk was never full")
	}
}
