package pin

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uhri"
	"uhri/api/export"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/indextest"
)

// memory is a shelf and a ledger over a list of records: the number of a record is its place, counted from 1.
type memory struct {
	pins    map[string]Stored
	ids     []uhri.ID
	changes []uhri.Change
	texts   map[uhri.ID]string // of the first state
}

func (m *memory) PutPin(_ context.Context, p Stored) (bool, error) {
	if _, ok := m.pins[p.ID]; ok {
		return false, nil
	}
	p.At = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	m.pins[p.ID] = p
	return true, nil
}

func (m *memory) Pin(_ context.Context, id string) (Stored, error) {
	p, ok := m.pins[id]
	if !ok {
		return p, uhri.Errorf(uhri.NotFound, "Pin", "there is no pinned search %s", id)
	}
	return p, nil
}

func (m *memory) Numbers(_ context.Context, ids []uhri.ID) ([]uint32, error) {
	out := make([]uint32, len(ids))
	for i, id := range ids {
		out[i] = uint32(slices.Index(m.ids, id) + 1)
	}
	return out, nil
}

func (m *memory) IDs(_ context.Context, numbers []uint32) ([]uhri.ID, error) {
	out := make([]uhri.ID, len(numbers))
	for i, n := range numbers {
		out[i] = m.ids[n-1]
	}
	return out, nil
}

func (m *memory) Touched(_ context.Context, since, upTo uhri.Seq) (t Touched, err error) {
	how := map[uhri.ID]*[]uint32{}
	for _, c := range m.changes {
		switch {
		case c.Seq <= since || upTo > 0 && c.Seq > upTo:
		case c.Kind == uhri.Reprocessed:
			t.Lines += c.Count
		case c.Lang == uhri.French:
			how[c.ID] = &t.Translated
		case c.Kind == uhri.Changed || c.Kind == uhri.Relabelled:
			how[c.ID] = &t.Changed
		case c.Kind == "reread":
			how[c.ID] = &t.Reread
		}
	}
	for i, id := range m.ids {
		if to := how[id]; to != nil {
			*to = append(*to, uint32(i+1))
		}
	}
	return t, nil
}

func (m *memory) Edited(_ context.Context, id uhri.ID, since, upTo uhri.Seq) (out []uhri.Lang, err error) {
	for _, c := range m.changes {
		if c.ID == id && c.Lang != "" && c.Seq > since && (upTo == 0 || c.Seq <= upTo) && !slices.Contains(out, c.Lang) {
			out = append(out, c.Lang)
		}
	}
	return out, nil
}

func (m *memory) TextAt(_ context.Context, id uhri.ID, l uhri.Lang, at uhri.Seq) (string, error) {
	if l != uhri.English {
		return "", nil
	}
	text := m.texts[id]
	for _, c := range m.changes {
		if c.ID == id && c.Seq <= at && c.NewText != "" {
			text = c.NewText
		}
	}
	return text, nil
}

func record(n int, text string) *uhri.Recommendation {
	return &uhri.Recommendation{ID: indextest.FixtureID(n), Type: uhri.TypeRecommendation, Symbol: "A/HRC/44/9", Paragraph: fmt.Sprint("142.", n), Mechanism: uhri.MechanismUPR, Body: "UPR",
		Date: uhri.Date{Year: 2020}, Countries: []uhri.Country{"KEN"}, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: text}}}
}

// two states: 1 stays, 2 is changed, 3 is withdrawn, 4 leaves the search, 5 comes, 6 gets a translation only.
func setUp(t *testing.T) (*Desk, *memory, func()) {
	t.Helper()
	e := indextest.NewReference()
	t.Cleanup(func() { _ = e.Close() })
	before := []*uhri.Recommendation{record(1, "Prevent torture"), record(2, "End torture"), record(3, "Punish torture"), record(4, "Investigate torture"), record(5, "Open clinics"), record(6, "Define torture")}
	m := &memory{pins: map[string]Stored{}, texts: map[uhri.ID]string{}}
	for _, r := range before {
		m.ids, m.texts[r.ID] = append(m.ids, r.ID), r.Texts[uhri.English].Full
	}
	publish := func(s index.Snapshot, recs []*uhri.Recommendation) {
		t.Helper()
		if err := e.Publish(t.Context(), s, indextest.Each(recs)); err != nil {
			t.Fatal(err)
		}
	}
	publish(index.Snapshot{ID: "2026-11-24.1", Seq: 1, Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Records: 6}, before)
	return NewDesk(Options{Searcher: e, Shelf: m, Ledger: m, Version: "test"}), m, func() {
		m.changes = []uhri.Change{
			{Seq: 2, Kind: uhri.Changed, ID: m.ids[1], Lang: uhri.English, OldText: "End torture", NewText: "End torture now"},
			{Seq: 2, Kind: uhri.Withdrawn, ID: m.ids[2]},
			{Seq: 2, Kind: uhri.Changed, ID: m.ids[3], Lang: uhri.English, OldText: "Investigate torture", NewText: "Investigate deaths"},
			{Seq: 2, Kind: uhri.Changed, ID: m.ids[4], Lang: uhri.English, OldText: "Open clinics", NewText: "Open clinics for survivors of torture"},
			{Seq: 2, Kind: uhri.Changed, ID: m.ids[5], Lang: uhri.French},
			{Seq: 2, Kind: uhri.Reprocessed, Count: 6},
		}
		publish(index.Snapshot{ID: "2026-11-25.2", Seq: 2, Records: 5, Tombs: []uhri.Tombstone{{ID: m.ids[2], Kind: uhri.TombWithdrawn, Symbol: "A/HRC/44/9"}}},
			[]*uhri.Recommendation{before[0], record(2, "End torture now"), record(4, "Investigate deaths"), record(5, "Open clinics for survivors of torture"), before[5]})
	}
}

// listed is every difference of a kind.
func listed(t *testing.T, d *Desk, p *Pin, c *Comparison, k Kind) (out []Difference) {
	t.Helper()
	if err := d.List(t.Context(), p, c, k, 0, func(diff Difference) bool { out = append(out, diff); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCompare(t *testing.T) {
	d, m, publish := setUp(t)
	p, err := d.Pin(t.Context(), index.Request{Query: "torture", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if p.Count != 5 || p.Snapshot != "2026-11-24.1" || p.Request != "q=torture" || p.Words == "" || p.Pinned.IsZero() {
		t.Errorf("pin = %+v", p)
	}
	if c, err := d.Compare(t.Context(), p); err != nil || !c.Same() || c.Now != 5 || c.Analysis {
		t.Errorf("at once: %+v, %v", c, err)
	}
	again, err := d.Pin(t.Context(), index.Request{Query: " torture ", Limit: 50, Offset: 50, Sort: index.SortOldest, Snapshot: "2026-11-24.1"})
	if err != nil || again.ID != p.ID || len(m.pins) != 1 {
		t.Errorf("the same search again is pin %s of %d, %v", again.ID, len(m.pins), err)
	}
	publish()
	c, err := d.Compare(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[Kind][]uhri.ID{}, map[Kind][]uhri.ID{Added: {m.ids[4]}, Altered: {m.ids[1], m.ids[3]}, Withdrawn: {m.ids[2]}, Left: {m.ids[3]}}
	for _, diff := range listed(t, d, p, c, "") {
		got[diff.Kind] = append(got[diff.Kind], diff.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if c.Analysis || c.Reading != "" || c.Now != 4 || p.Count-c.Withdrawn-c.Left+c.Added != c.Now || c.Anew != 6 {
		t.Errorf("then %d, now %+v", p.Count, c)
	}
	for skip := range 6 { // whatever is skipped, the rest is what follows
		var rest []Difference
		if err := d.List(t.Context(), p, c, "", skip, func(diff Difference) bool { rest = append(rest, diff); return true }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(listed(t, d, p, c, "")[min(skip, 5):], rest, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("after %d (-want +got):\n%s", skip, diff)
		}
	}
	old := *p
	old.Analysis-- // pinned under another reading of words
	if c, err := NewDesk(d.o).Compare(t.Context(), &old); err != nil || !c.Analysis {
		t.Errorf("another analysis is not said: %+v, %v", c, err)
	}
	if diff := cmp.Diff(Difference{Kind: Altered, ID: m.ids[1], Symbol: "A/HRC/44/9", Paragraph: "142.2", Lang: uhri.English, Text: "End torture now", Edits: []Edit{{uhri.English, "End torture", "End torture now"}}}, listed(t, d, p, c, Altered)[0]); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if later, err := d.Pin(t.Context(), index.Request{Query: "torture"}); err != nil || later.ID == p.ID {
		t.Errorf("the same search on another snapshot has the same pin, %v", err)
	}
}

// A set the store does not know whole is not pinned: its number could never be checked.
func TestPinIsWhole(t *testing.T) {
	d, m, _ := setUp(t)
	m.ids = m.ids[:3]
	if _, err := d.Pin(t.Context(), index.Request{Query: "torture"}); uhri.KindOf(err) != uhri.Unavailable || len(m.pins) != 0 {
		t.Errorf("%v, %d pins", err, len(m.pins))
	}
	if _, err := d.Pin(t.Context(), index.Request{Query: "torture", Snapshot: "2020-01-01.1"}); uhri.KindOf(err) != uhri.Gone {
		t.Errorf("on a snapshot that is gone: %v", err)
	}
}

func TestInventedDataIsNotPinned(t *testing.T) {
	e := indextest.NewReference()
	defer e.Close()
	if err := e.Publish(t.Context(), index.Snapshot{ID: "x.1", Seq: 1, Demo: true}, indextest.Each([]*uhri.Recommendation{record(1, "Prevent torture")})); err != nil {
		t.Fatal(err)
	}
	m := &memory{pins: map[string]Stored{}, ids: []uhri.ID{indextest.FixtureID(1)}}
	if _, err := NewDesk(Options{Searcher: e, Shelf: m, Ledger: m}).Pin(t.Context(), index.Request{}); uhri.KindOf(err) != uhri.Unsupported || len(m.pins) != 0 {
		t.Errorf("%v, %d pins", err, len(m.pins))
	}
}

func TestFiles(t *testing.T) {
	d, m, publish := setUp(t)
	p, err := d.Pin(t.Context(), index.Request{Query: "torture"})
	if err != nil {
		t.Fatal(err)
	}
	publish()
	m.texts[m.ids[2]] = "" // withdrawn, so hidden
	s := NewServer(d, export.NewServer(export.Options{Searcher: d.o.Searcher, BaseURL: "https://example.org", Version: "test"}))
	ask := func(ext, params string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/q/"+p.ID+"."+ext+params, nil)
		if refused := s.Serve(w, r, p.ID, ext); refused != nil {
			problem.Write(w, r, refused)
		}
		return w
	}
	want := [][]string{
		{"paragraph", "text", "now"}, {"142.1", "Prevent torture", "unchanged"}, {"142.2", "End torture", "changed"},
		{"", "", "withdrawn"}, {"142.4", "Investigate torture", "changed"}, {"142.6", "Define torture", "unchanged"},
	}
	got, err := csv.NewReader(ask("csv", "?as=then&columns=paragraph&columns=text").Body).ReadAll()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("csv (-want +got):\n%s%v", diff, err)
	}
	var lines []string
	for line := range strings.Lines(ask("ndjson", "").Body.String()) {
		var r struct {
			uhri.Recommendation
			Now Fate
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, r.CleanText(uhri.English)+" "+string(r.Now))
	}
	if diff := cmp.Diff([]string{"Prevent torture unchanged", "End torture changed", " withdrawn", "Investigate torture changed", "Define torture unchanged"}, lines); diff != "" {
		t.Errorf("ndjson (-want +got):\n%s", diff)
	}
	reads := func(params string, want [][]string) {
		t.Helper()
		got, err := csv.NewReader(ask("csv", params).Body).ReadAll()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got):\n%s%v", params, diff, err)
		}
	}
	link := func(i int) string { return "https://example.org/r/" + string(m.ids[i]) }
	reads("?as=difference", [][]string{
		{"difference", "id", "link", "symbol", "paragraph", "why", "text", "lang", "text_then", "text_now"},
		{"added", string(m.ids[4]), link(4), "A/HRC/44/9", "142.5", "", "Open clinics for survivors of torture", "", "", ""},
		{"changed", string(m.ids[1]), link(1), "A/HRC/44/9", "142.2", "", "End torture now", "en", "End torture", "End torture now"},
		{"changed", string(m.ids[3]), link(3), "A/HRC/44/9", "142.4", "", "Investigate deaths", "en", "Investigate torture", "Investigate deaths"},
		{"withdrawn", string(m.ids[2]), link(2), "A/HRC/44/9", "", "withdrawn", "", "", "", ""},
		{"left", string(m.ids[3]), link(3), "A/HRC/44/9", "142.4", "", "Investigate deaths", "", "", ""},
	})
	if n := strings.Count(ask("ndjson", "?as=difference").Body.String(), "\n"); n != 5 {
		t.Errorf("the lines of differences are %d", n)
	}
	var paged []Difference
	for next := ""; ; {
		var page Page
		if err := json.Unmarshal(ask("json", "?limit=2&cursor="+next).Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		paged = append(paged, page.Differences...)
		if next = page.Next; next == "" {
			break
		}
		next = url.QueryEscape(next)
	}
	c, err := d.Compare(t.Context(), p)
	if diff := cmp.Diff(listed(t, d, p, c, ""), paged); diff != "" || err != nil || len(paged) != c.Total() {
		t.Errorf("paged (-want +got):\n%s", diff)
	}
	for params, want := range map[string]int{"?cursor=2@2020-01-01.1": 410, "?cursor=x": 400, "?cursor=2@2026-11-25.2&kind=changed": 200, "?kind=chnged": 400, "?limit=1001": 400, "?limit=0": 200, "?q=x": 400, "?limit=1&limit=2": 400} {
		if w := ask("json", params); w.Code != want {
			t.Errorf("json%s: %d, want %d", params, w.Code, want)
		}
	}
	if w := ask("csv", "?as=now"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/search.csv?q=torture" {
		t.Errorf("as=now: %d %s", w.Code, w.Header().Get("Location"))
	}
	for _, params := range []string{"?as=soon", "?q=prison", "?columns=nope", "?as=difference&columns=id", "?as=then&as=now"} {
		if w := ask("csv", params); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", params, w.Code)
		}
	}
	if w := ask("json", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"different_analysis": false`) {
		t.Errorf("json: %d %s", w.Code, w.Body)
	}
}

// A pinned request with a part that there is no more is not asked without that part: it would find something else.
func TestWhatThereIsNoMore(t *testing.T) {
	d, m, _ := setUp(t)
	p, err := d.Pin(t.Context(), index.Request{Query: "torture"})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []string{"q=torture&colour=red", "q=torture&theme=A+theme+of+the+past", "q=torture&not.country=Atlantis"} {
		old := m.pins[p.ID]
		old.Body = []byte(strings.Replace(string(old.Body), `"q=torture"`, strconv.Quote(request), 1))
		m.pins["x"] = old
		was, err := d.Get(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewDesk(d.o).Compare(t.Context(), was)
		if err != nil || len(c.Unreadable) != 1 || c.Now != 0 || c.Total() != 0 || c.Same() {
			t.Errorf("%s: %+v, %v", request, c, err)
		}
		n := 0
		if err := d.Members(t.Context(), was, func(Member) error { n++; return nil }); err != nil || n != 5 {
			t.Errorf("%s: %d members of then, %v", request, n, err)
		}
	}
}

// Words read otherwise than then are told as such, whatever the numbers say.
func TestAnotherReading(t *testing.T) {
	d, m, _ := setUp(t)
	p, err := d.Pin(t.Context(), index.Request{Query: "torture"})
	if err != nil {
		t.Fatal(err)
	}
	old := m.pins[p.ID]
	old.Body = []byte(strings.Replace(string(old.Body), `"canonical":"`, `"canonical":"other `, 1))
	m.pins[p.ID] = old
	if p, err = d.Get(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if c, err := d.Compare(t.Context(), p); err != nil || c.Reading == "" || c.Reading == p.Canonical {
		t.Errorf("%+v, %v", c, err)
	}
}

// What we read otherwise than then is no change of the publisher's; the file of then has what it said then.
func TestReadAnew(t *testing.T) {
	e := indextest.NewReference()
	defer e.Close()
	m := &memory{pins: map[string]Stored{}, ids: []uhri.ID{indextest.FixtureID(1), indextest.FixtureID(2)}, texts: map[uhri.ID]string{indextest.FixtureID(1): "Prevent tor- ture", indextest.FixtureID(2): "End torture"}}
	publish := func(id string, seq uhri.Seq, first string) {
		t.Helper()
		if err := e.Publish(t.Context(), index.Snapshot{ID: id, Seq: seq}, indextest.Each([]*uhri.Recommendation{record(1, first), record(2, "End torture")})); err != nil {
			t.Fatal(err)
		}
	}
	publish("2026-11-24.1", 1, "Prevent tor- ture")
	d := NewDesk(Options{Searcher: e, Shelf: m, Ledger: m})
	p, err := d.Pin(t.Context(), index.Request{})
	if err != nil {
		t.Fatal(err)
	}
	m.changes = []uhri.Change{{Seq: 2, Kind: "reread", ID: m.ids[0], Lang: uhri.English, NewText: "Prevent torture"}, {Seq: 2, Kind: uhri.Reprocessed, Count: 1}}
	publish("2026-11-25.2", 2, "Prevent torture")
	if c, err := d.Compare(t.Context(), p); err != nil || c.Total() != 0 || c.Anew != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	var got []string
	if err := d.Members(t.Context(), p, func(r Member) error {
		got = append(got, r.CleanText(uhri.English)+" "+string(r.Now))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Prevent tor- ture reread", "End torture unchanged"}, got); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
}
