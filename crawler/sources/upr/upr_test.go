package upr_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/uhriexport"
	"uhri/crawler/sources/upr"
	"uhri/crawler/store"
)

// world is a store with a reader over it and a server it fetches from.
type world struct {
	t      *testing.T
	store  *store.Store
	reader *documents.Reader
	server *httptest.Server
	asks   atomic.Int64
	docs   []replica.Published
	fault  replica.Fault
	now    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, docs: slices.Clone(replica.Documents()), now: time.Now()}
	x, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	w.reader = documents.NewReader(x.Read)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			w.asks.Add(1)
		}
		h := replica.Symbols(replica.SymbolOptions{Documents: w.docs})
		if w.fault != nil {
			h = w.fault(h)
		}
		h.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.server.Close)
	w.store, err = store.Open(t.Context(), store.Options{Dir: t.TempDir(), MaxDrop: 1, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// harvest runs the source once. The options are those of interest to the test.
func (w *world) harvest(o upr.Options) (uhri.Run, error) {
	w.t.Helper()
	library := documents.In(w.store)
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1}), Library: library,
		Reader: w.reader, Address: w.server.URL, Now: func() time.Time { return w.now }})
	if err != nil {
		w.t.Fatal(err)
	}
	o.Fetcher, o.Reader, o.Now = f, w.reader, func() time.Time { return w.now }
	src, err := upr.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &crawler.Runner{Store: w.store, Workers: 2}
	return r.Run(w.t.Context(), src, w.process(), nil)
}

func (w *world) process() crawler.Process {
	return documents.NewProcess(documents.ProcessOptions{Source: "upr", Reader: w.reader, Library: documents.In(w.store)})
}

func (w *world) must(o upr.Options) uhri.Run {
	w.t.Helper()
	run, err := w.harvest(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// records returns the live records of a symbol.
func (w *world) records(symbol uhri.Symbol) map[string]*uhri.Recommendation {
	w.t.Helper()
	out := map[string]*uhri.Recommendation{}
	for r, err := range w.store.Records(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		if symbol == "" || r.Symbol == symbol {
			out[string(r.Symbol)+" "+r.Paragraph] = r
		}
	}
	return out
}

const fresh = uhri.Symbol("DEMO/A/HRC/60/7") // a review UHRI does not have yet

// TestOneReview follows a report, its addendum and the decision into records with final positions.
func TestOneReview(t *testing.T) {
	w := newWorld(t)
	run := w.must(upr.Options{Only: []uhri.Symbol{fresh + "/Add.1"}, Probes: -1}) // any document of the review names it
	got := w.records(fresh)
	if run.New != 12 || len(got) != 12 {
		t.Fatalf("%d new, %d records, want 12: %+v", run.New, len(got), run)
	}
	positions := map[uhri.Position]int{}
	for _, r := range got {
		positions[r.UPR.Position]++
		if want := string(fresh) + "/Add.1, para."; !strings.HasPrefix(r.UPR.PositionSource, want) {
			t.Errorf("%s: position from %q, want %s", r.Paragraph, r.UPR.PositionSource, want)
		}
		if len(r.UPR.Recommending) != 1 || len(r.Countries) != 1 || !r.Demo || r.UPR.Session != 49 || r.UPR.Cycle != 4 || r.Provenance.Source != "upr" || r.Provenance.FetchedAt.IsZero() {
			t.Errorf("%s: %+v, %+v", r.Paragraph, r, r.UPR)
		}
		if len(r.Provenance.Review) > 0 {
			t.Errorf("%s needs review: %v", r.Paragraph, r.Provenance.Review)
		}
	}
	if positions[uhri.PositionUnknown] > 0 || positions[uhri.PositionSupported] == 0 || positions[uhri.PositionNoted] == 0 {
		t.Errorf("positions: %v", positions)
	}

	asks := w.asks.Load()
	if run := w.must(upr.Options{Only: []uhri.Symbol{fresh}, Probes: -1}); run.New+run.Changed > 0 || run.Same != 12 && run.State != uhri.Unchanged {
		t.Errorf("second harvest: %+v", run)
	}
	if w.asks.Load() != asks {
		t.Errorf("the second harvest asked %d times", w.asks.Load()-asks)
	}

	rerun, err := w.store.Reprocess(t.Context(), "upr", w.process(), true, nil)
	if err != nil || rerun.Reprocessed != 0 {
		t.Errorf("reprocessing without a change: %d, %v", rerun.Reprocessed, err)
	}
	if w.asks.Load() != asks {
		t.Error("reprocessing fetched something")
	}
}

// TestReportBeforeAddendum: the State answers months later. Positions come, and nothing else about the records is new.
func TestReportBeforeAddendum(t *testing.T) {
	w := newWorld(t)
	all := w.docs
	w.docs = slices.DeleteFunc(slices.Clone(all), func(d replica.Published) bool { return d.Symbol != fresh })
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	for p, r := range w.records(fresh) {
		if r.UPR.Position != uhri.PositionUnknown {
			t.Errorf("%s: %s before the State answered", p, r.UPR.Position)
		}
	}
	w.docs = all
	w.now = w.now.Add(documents.DefaultMissFor + time.Hour)
	run := w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	if run.New != 0 || run.Changed != 12 || run.Withdrawn != 0 {
		t.Errorf("after the addendum: %+v", run)
	}
	for p, r := range w.records(fresh) {
		if r.UPR.Position == uhri.PositionUnknown {
			t.Errorf("%s has no position", p)
		}
	}
}

// TestReissued: a document is asked for again after 30 days, and what changed changes.
func TestReissued(t *testing.T) {
	w := newWorld(t)
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	for i := range w.docs {
		if w.docs[i].Symbol == fresh {
			w.docs[i].Data = other(t, "DEMO/A/HRC/60/10") // as if the Secretariat had mixed them up
		}
	}
	w.now = w.now.Add(29 * 24 * time.Hour)
	if run := w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1}); run.Changed+run.New+run.Withdrawn > 0 {
		t.Errorf("before 30 days: %+v", run)
	}
	w.now = w.now.Add(2 * 24 * time.Hour)
	if run := w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1}); run.New == 0 || run.Withdrawn == 0 {
		t.Errorf("after 30 days: %+v", run)
	}
}

func other(t *testing.T, symbol uhri.Symbol) []byte {
	t.Helper()
	for _, d := range replica.Documents() {
		if d.Symbol == symbol {
			return d.Data
		}
	}
	t.Fatal("no such document")
	return nil
}

// TestDiscovery starts from what UHRI has: its reviews are fetched and merge, and those of the next session are found by trying
// numbers, within the limit.
func TestDiscovery(t *testing.T) {
	w := newWorld(t)
	export := httptest.NewServer(replica.Export(replica.ExportOptions{}))
	defer export.Close()
	client := fetch.New(fetch.Options{Loopback: true, Delay: -1})
	src, err := uhriexport.New(uhriexport.Options{Addresses: []string{export.URL + "/uhri/export-results/export-full-{lang}.json"},
		Fetch: func(ctx context.Context, address string, since map[string]string) (*uhriexport.Download, error) {
			f, err := client.Download(ctx, address, t.TempDir(), since)
			if err != nil {
				return nil, err
			}
			return &uhriexport.Download{Path: f.Path, Size: f.Size}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r := &crawler.Runner{Store: w.store}
	process := uhriexport.NewProcess(uhriexport.ProcessOptions{Source: "uhri/en", Lang: uhri.English, Demo: true})
	if _, err := r.Run(t.Context(), src, process, nil); err != nil {
		t.Fatal(err)
	}
	published := w.records("")
	reviewed := func(context.Context) ([]uhri.Symbol, error) {
		var out []uhri.Symbol
		for _, r := range published {
			if r.Mechanism == uhri.MechanismUPR && r.Symbol != "" {
				out = append(out, r.Symbol)
			}
		}
		return out, nil
	}
	run := w.must(upr.Options{Known: reviewed})
	after := w.records("")
	if got := len(after) - len(published); got != 36 {
		t.Errorf("%d records more than UHRI has, want the 36 of three new reviews: %+v", got, run)
	}
	merged := 0
	for key, r := range after {
		old, ok := published[key]
		if !ok {
			if r.Provenance.Source != "upr" {
				t.Errorf("%s is new and from %s", key, r.Provenance.Source)
			}
			continue
		}
		if len(r.Provenance.MergedFrom) > 0 {
			merged++
			if r.ID != old.ID || r.Provenance.Source != "uhri/en" || r.CleanText(uhri.English) != old.CleanText(uhri.English) {
				t.Errorf("%s: UHRI's identity and text must win", key)
			}
			if got := r.Provenance.MergedFrom[0]; got != uhri.NewID(r.Symbol, r.Countries[0], r.Paragraph) {
				t.Errorf("%s was merged from %s", key, got)
			}
		}
	}
	if merged < 60 {
		t.Errorf("%d passages merged with UHRI's; the eight reviews of the fourth cycle have more", merged)
	}
}

// TestLimits: what a run's limit leaves out the next run asks for.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	o := upr.Options{Symbols: []uhri.Symbol{fresh, "DEMO/A/HRC/60/10"}, Probes: -1, Asks: 4}
	w.must(o)
	first := len(w.records(""))
	if first != 12 {
		t.Errorf("%d records with four documents asked for, want those of one review", first)
	}
	for range 4 {
		w.must(o)
	}
	if got := len(w.records("")); got != 24 {
		t.Errorf("%d records after more runs, want 24", got)
	}
}

func TestNotAReport(t *testing.T) {
	w := newWorld(t)
	w.docs = append(w.docs, replica.Published{Symbol: "DEMO/A/HRC/60/44", Lang: uhri.English, Format: "docx", Data: replica.Dropped()["concluding-observations.docx"]})
	run := w.must(upr.Options{Only: []uhri.Symbol{"DEMO/A/HRC/60/44", "DEMO/A/HRC/60/99"}, Probes: -1})
	if run.Rejected != 2 {
		t.Fatalf("%+v", run)
	}
	why, err := w.store.Rejections(t.Context(), run.ID, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range why {
		got[r.Key] = r.Reason
	}
	want := map[string]string{
		"DEMO/A/HRC/60/44": "it is no report of the Working Group on the Universal Periodic Review",
		"DEMO/A/HRC/60/99": "it is not there, in none of the languages asked for",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFaults: a server that refuses us blocks the source, one that fails ends the run, and both leave what is there.
func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	var many []uhri.Symbol
	for n := 1; n <= 20; n++ {
		many = append(many, uhri.Symbol(fmt.Sprintf("DEMO/A/HRC/59/%d", n)))
	}
	w.fault = replica.Challenge()
	run, err := w.harvest(upr.Options{Symbols: many, Probes: -1})
	if _, ok := errors.AsType[*crawler.BlockedError](err); !ok || run.State != uhri.Blocked {
		t.Errorf("challenged: %s, %v", run.State, err)
	}
	asks := w.asks.Load()
	w.fault = replica.Refusing(http.StatusInternalServerError, "", 0)
	run, err = w.harvest(upr.Options{Symbols: many, Probes: -1})
	if run.State != uhri.Failed || err == nil || !strings.Contains(err.Error(), "in a row") {
		t.Errorf("failing: %s, %v", run.State, err)
	}
	if n := w.asks.Load() - asks; n > 5 {
		t.Errorf("a failing server was asked %d times", n)
	}
	if got := len(w.records("")); got != 12 {
		t.Errorf("%d records are left, want 12", got)
	}
	w.fault = nil
	if run := w.must(upr.Options{Symbols: many, Probes: -1}); run.New == 0 {
		t.Errorf("well again: %+v", run)
	}
}

// TestTakenDown: a suppressed report is neither shown nor fetched again.
func TestTakenDown(t *testing.T) {
	w := newWorld(t)
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	if _, err := w.store.Suppress(t.Context(), string(fresh), "asked for by the State"); err != nil {
		t.Fatal(err)
	}
	asks := w.asks.Load()
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	if got := len(w.records(fresh)); got != 0 {
		t.Errorf("%d records came back", got)
	}
	if w.asks.Load() != asks {
		t.Error("what was taken down was asked for again")
	}
	if _, err := w.store.Unsuppress(t.Context(), string(fresh)); err != nil {
		t.Fatal(err)
	}
	w.must(upr.Options{Symbols: []uhri.Symbol{fresh}, Probes: -1})
	if got := len(w.records(fresh)); got != 12 {
		t.Errorf("%d records after the takedown ended, want 12", got)
	}
}

// TestRealReview fetches a real review from the replica: report, answers and decision as PDF, found by the report's symbol and by
// trying the numbers of decisions. The counts are the State's own.
func TestRealReview(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "sources", "samples", "upr_slovenia", "cycle3")
	w := newWorld(t)
	w.docs = nil
	for symbol, name := range map[uhri.Symbol]string{"A/HRC/43/15": "A_HRC_43_15.WG-report.g1934994.pdf", "A/HRC/43/15/Add.1": "A_HRC_43_15_Add.1.g2004192.pdf", "A/HRC/DEC/43/102": "A_HRC_DEC_43_112.g2007307.pdf"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			t.Skipf("the real documents are not here: %s", dir)
		} else if err != nil {
			t.Fatal(err)
		}
		w.docs = append(w.docs, replica.Published{Symbol: symbol, Lang: uhri.English, Format: "pdf", Data: data})
	}
	w.must(upr.Options{Symbols: []uhri.Symbol{"A/HRC/43/15"}})
	got := map[uhri.Position]int{}
	for key, r := range w.records("A/HRC/43/15") {
		got[r.UPR.Position]++
		if len(r.Provenance.Review) > 0 || len(r.UPR.Recommending) == 0 {
			t.Errorf("%s: %v, by %v", key, r.Provenance.Review, r.UPR.Recommending)
		}
	}
	if diff := cmp.Diff(map[uhri.Position]int{uhri.PositionSupported: 182, uhri.PositionNoted: 33}, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}
