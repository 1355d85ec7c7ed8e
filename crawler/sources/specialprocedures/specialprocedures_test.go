package specialprocedures_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/specialprocedures"
	"uhri/crawler/store"
)

// today is when the tests run, as the source sees it: after everything the replica has.
var today = time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC)

// site is a replica with a log of what it was asked.
type site struct {
	mu  sync.Mutex
	log []url.Values
	url string
}

func serve(t *testing.T, h http.Handler) *site {
	t.Helper()
	s := &site{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			s.mu.Lock()
			s.log = append(s.log, r.URL.Query())
			s.mu.Unlock()
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// asked returns the queries since the last call.
func (s *site) asked() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.log
	s.log = nil
	return out
}

// desk is a store and what sources need of it.
type desk struct {
	store   *store.Store
	reader  *documents.Reader
	client  *fetch.Client
	library documents.Library
	unorg   *site
	now     time.Time
}

func newDesk(t *testing.T, o fetch.Options) *desk {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Kind: store.Demonstration, MaxDrop: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(x.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	o.Loopback, o.Delay = true, -1
	return &desk{s, documents.NewReader(x.Read), fetch.New(o), documents.In(s), serve(t, replica.Symbols(replica.SymbolOptions{Documents: replica.Visits()})), today}
}

func (d *desk) source(t *testing.T, catalogue *site, change func(*specialprocedures.Options)) *specialprocedures.Source {
	t.Helper()
	now := func() time.Time { return d.now }
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: d.client, Library: d.library, Reader: d.reader, Address: d.unorg.url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	o := specialprocedures.Options{Client: d.client, Fetcher: f, Library: d.library, Address: catalogue.url, Now: now}
	if change != nil {
		change(&o)
	}
	src, err := specialprocedures.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (d *desk) run(t *testing.T, src crawler.Source) (uhri.Run, error) {
	t.Helper()
	process := documents.NewProcess(documents.ProcessOptions{Source: src.Name(), Reader: d.reader, Library: d.library})
	return (&crawler.Runner{Store: d.store}).Run(t.Context(), src, process, nil)
}

// keys harvests without a store and returns what was yielded, items and the others.
func keys(t *testing.T, src *specialprocedures.Source, since crawler.Cursor) (items, others []string, sweep crawler.Sweep, err error) {
	t.Helper()
	sweep, err = src.Harvest(t.Context(), since, func(it crawler.Item, err error) bool {
		if e, ok := errors.AsType[*crawler.ItemError](err); ok {
			others = append(others, e.Key)
		} else {
			items = append(items, it.Key)
		}
		return true
	})
	return items, others, sweep, err
}

// TestVisits harvests what the catalogue and UHRI's symbols lead to into a store.
func TestVisits(t *testing.T) {
	d := newDesk(t, fetch.Options{})
	catalogue := serve(t, replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards()}))
	var known []uhri.Symbol
	for _, p := range replica.Visits()[3:] {
		known = append(known, p.Symbol)
	}
	known = append(known, "DEMO/A/HRC/61/9", "DEMO/CEDAW/C/XAA/CO/3") // of others, and not asked for
	src := d.source(t, catalogue, func(o *specialprocedures.Options) {
		o.Known = func(context.Context) ([]uhri.Symbol, error) { return known, nil }
	})
	run, err := d.run(t, src)
	if err != nil || run.State != uhri.OK || run.Rejected != 0 {
		t.Fatalf("%+v, %v", run, err)
	}
	got := map[uhri.Symbol]int{}
	for r, err := range d.store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got[r.Symbol]++
		if r.Mechanism != uhri.MechanismSpecialProcedure || len(r.Countries) != 1 {
			t.Errorf("%s: mechanism %s, States %v", r.ID, r.Mechanism, r.Countries)
		}
	}
	for _, p := range replica.Visits() {
		if got[p.Symbol] < 2 {
			t.Errorf("%s: %d records", p.Symbol, got[p.Symbol])
		}
	}
	if len(got) != len(replica.Visits()) {
		t.Errorf("%d documents, want %d", len(got), len(replica.Visits()))
	}
	for i, q := range catalogue.asked() {
		verb := q.Get("verb")
		if i < 2 && verb != []string{"Identify", "ListSets"}[i] {
			t.Errorf("request %d is %s", i+1, verb)
		}
		if verb != "ListRecords" || q.Has("resumptionToken") {
			continue
		}
		from, err1 := time.Parse(time.DateOnly, q.Get("from"))
		until, err2 := time.Parse(time.DateOnly, q.Get("until"))
		if err1 != nil || err2 != nil || until.Sub(from) >= 90*24*time.Hour || until.Before(from) {
			t.Errorf("a window from %q to %q", q.Get("from"), q.Get("until"))
		}
	}

	d.unorg.asked()
	d.now = today.Add(7 * 24 * time.Hour)
	again, err := d.run(t, src)
	if err != nil || again.New+again.Changed+again.Withdrawn > 0 {
		t.Errorf("second run: %+v, %v", again, err)
	}
	windows := 0
	for _, q := range catalogue.asked() {
		if q.Get("verb") == "ListRecords" {
			windows++
			if q.Get("from") != "2026-05-29" || q.Get("until") != "2026-06-08" {
				t.Errorf("the second run asks from %s to %s", q.Get("from"), q.Get("until"))
			}
		}
	}
	if windows != 1 {
		t.Errorf("%d windows in the second run", windows)
	}
	for _, q := range d.unorg.asked() { // the young ones become thirty days old one after the other
		if s := q.Get("s"); !slices.ContainsFunc(replica.Cards(), func(c replica.Card) bool { return c.Symbol == s && strings.HasPrefix(c.Date, "2026-04") }) {
			t.Errorf("asked again for %s", s)
		}
	}
}

// TestCatalogueHabits finds the same reports however the server behaves.
func TestCatalogueHabits(t *testing.T) {
	cards := slices.DeleteFunc(slices.Clone(replica.Cards()), func(c replica.Card) bool { return c.Touched.Year() != 2026 })
	var want []string
	for _, c := range cards {
		if strings.HasPrefix(c.Title, "Visit to ") && !strings.Contains(c.Title, "comments") {
			want = append(want, c.Symbol)
		}
	}
	slices.Sort(want)
	if len(want) != 3 || len(cards) < 6 {
		t.Fatalf("%d of %d cards are of visits", len(want), len(cards))
	}
	for _, tt := range []struct {
		name  string
		o     replica.CatalogueOptions
		fault replica.Fault
		set   string
	}{
		{name: "two pages", o: replica.CatalogueOptions{}},
		{name: "a card a page", o: replica.CatalogueOptions{Page: 1}},
		{name: "a token that expired", o: replica.CatalogueOptions{Page: 3, Expired: true}},
		{name: "without sets", o: replica.CatalogueOptions{NoSets: true}},
		{name: "a set", set: "hrc"},
		{name: "busy for a moment", fault: replica.Refusing(http.StatusServiceUnavailable, "0", 2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, fetch.Options{})
			d.unorg = serve(t, replica.Symbols(replica.SymbolOptions{}))
			tt.o.Cards = cards
			h := replica.Catalogue(tt.o)
			if tt.fault != nil {
				h = tt.fault(h)
			}
			_, others, sweep, err := keys(t, d.source(t, serve(t, h), func(o *specialprocedures.Options) { o.Set = tt.set }), nil)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(others)
			if diff := cmp.Diff(want, others); diff != "" {
				t.Errorf("reports looked for (-want +got):\n%s", diff)
			}
			if sweep.Complete || sweep.Cursor[".read"] != "2026-06-01" {
				t.Errorf("complete %v, read to %q", sweep.Complete, sweep.Cursor[".read"])
			}
		})
	}
}

// TestReplicaRefuses shows that the replica is as strict as the catalogue, so that the tests above prove something.
func TestReplicaRefuses(t *testing.T) {
	catalogue := serve(t, replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards()}))
	for query, want := range map[string]string{
		"verb=ListRecords&metadataPrefix=marcxml&from=2026-01-01":                             "503",
		"verb=ListRecords&metadataPrefix=marcxml&from=2025-01-01&until=2026-01-01":            "503",
		"verb=ListRecords&metadataPrefix=marcxml&from=1999-01-01&until=1999-01-02":            "noRecordsMatch",
		"verb=ListRecords&resumptionToken=made-up":                                            "badResumptionToken",
		"verb=ListRecords&metadataPrefix=mods&from=2026-01-01&until=2026-01-02":               "cannotDisseminateFormat",
		"verb=ListRecords&metadataPrefix=marcxml&from=2026-04-01&until=2026-05-01&set=hrc&x=": "<record>",
	} {
		res, err := http.Get(catalogue.url + replica.CataloguePath + "?" + query)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		err = res.Write(&b)
		res.Body.Close()
		if err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: want %s, got %.300s, %v", query, want, b.String(), err)
		}
	}
}

// TestOtherShapes wants a sentence that names what is missing, and no harvest.
func TestOtherShapes(t *testing.T) {
	edit := func(old, new string) replica.Fault {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				w.WriteHeader(rec.Code)
				fmt.Fprint(w, strings.ReplaceAll(rec.Body.String(), old, new))
			})
		}
	}
	for _, tt := range []struct {
		name string
		f    replica.Fault
		set  string
		want string
	}{
		{name: "a web page", f: replica.WebPage(), want: "no OAI-PMH document"},
		{name: "another protocol", f: edit("<protocolVersion>2.0", "<protocolVersion>1.1"), want: "does not present itself as an OAI-PMH 2.0 server"},
		{name: "no sets and no word of it", f: edit("ListSets", "Sets"), set: "hrc", want: "neither sets nor the word that it has none"},
		{name: "a set that is gone", set: "old", want: `no set "old" among sanctions, hrc`},
		{name: "another format", f: edit("datafield", "field"), want: "has a MARC field"},
		{name: "no records and no word of it", f: edit("ListRecords>", "Records>"), want: "neither records nor the word that there are none"},
		{name: "not found", f: replica.Refusing(http.StatusNotFound, "", 0), want: "answers 404"},
		{name: "a token without end", f: edit("<resumptionToken/>", "<resumptionToken>same</resumptionToken>"), want: "does not know its resumption token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, fetch.Options{Retries: -1})
			h := replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards(), Page: 3})
			if tt.f != nil {
				h = tt.f(h)
			}
			items, _, _, err := keys(t, d.source(t, serve(t, h), func(o *specialprocedures.Options) { o.Set = tt.set }), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(items) > 0 {
				t.Errorf("%d items, error %v, want %q", len(items), err, tt.want)
			}
		})
	}
}

// TestBlocked wants refusals to be told as such.
func TestBlocked(t *testing.T) {
	for name, f := range map[string]replica.Fault{
		"challenge": replica.Challenge(),
		"silence":   replica.Silent(),
		"empty 202": func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, fetch.Options{Retries: -1, Idle: 100 * time.Millisecond})
			run, err := d.run(t, d.source(t, serve(t, f(replica.Catalogue(replica.CatalogueOptions{}))), nil))
			if _, ok := errors.AsType[*crawler.BlockedError](err); !ok || run.State != uhri.Blocked {
				t.Errorf("%s: %v", run.State, err)
			}
		})
	}
}

// TestLimit leaves for the next run what a run may not ask for any more, and reads the catalogue on only then.
func TestLimit(t *testing.T) {
	d := newDesk(t, fetch.Options{})
	catalogue := serve(t, replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards()}))
	src := d.source(t, catalogue, func(o *specialprocedures.Options) { o.Asks, o.LookBack = 2, 100*24*time.Hour })
	items, _, sweep, err := keys(t, src, nil)
	if err != nil || len(items) != 2 || sweep.Cursor[".read"] != "" {
		t.Errorf("%v, read to %q, %v", items, sweep.Cursor[".read"], err)
	}
	items, _, sweep, err = keys(t, src, sweep.Cursor)
	if err != nil || len(items) != 3 || sweep.Cursor[".read"] == "" {
		t.Errorf("then %v, read to %q, %v", items, sweep.Cursor[".read"], err)
	}
}

// TestOneSymbol fetches one report without asking the catalogue.
func TestOneSymbol(t *testing.T) {
	d := newDesk(t, fetch.Options{})
	catalogue := serve(t, replica.Catalogue(replica.CatalogueOptions{}))
	symbol := replica.Visits()[0].Symbol
	run, err := d.run(t, d.source(t, catalogue, func(o *specialprocedures.Options) { o.Only = []uhri.Symbol{symbol} }))
	if err != nil || run.New < 2 || len(catalogue.asked()) > 0 {
		t.Errorf("%+v, %v", run, err)
	}
	run, err = d.run(t, d.source(t, catalogue, func(o *specialprocedures.Options) { o.Only = []uhri.Symbol{"DEMO/A/HRC/99/99/Add.9"} }))
	if err != nil || run.State != uhri.Unchanged || run.Rejected != 1 || run.Documents.Failed != 1 {
		t.Errorf("a report that is nowhere: %+v, %v", run, err)
	}
}

// TestEvidencedShape reads the record others put together from what public programs show of the catalogue: a report of the
// Universal Periodic Review, which is passed over, and the same card made one of a visit.
func TestEvidencedShape(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "sources", "samples", "wire_shapes", "oai2d_listrecords.xml"))
	if err != nil {
		t.Skipf("the shapes are not beside the repository: %v", err)
	}
	review := strings.Replace(string(b), "<resumptionToken>PLACEHOLDER</resumptionToken>", "", 1)
	visit := strings.NewReplacer("A/HRC/59/15", "A/HRC/59/15/Add.2", "Report of the Working Group on the Universal Periodic Review", "Visit to Slovenia").Replace(review)
	for body, want := range map[string]int{review: 0, visit: 1} {
		catalogue := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Query().Get("verb") {
			case "Identify":
				fmt.Fprint(w, "<OAI-PMH><Identify><repositoryName>L</repositoryName></Identify></OAI-PMH>")
			case "ListRecords":
				fmt.Fprint(w, body)
			default:
				http.Error(w, "no", http.StatusBadRequest)
			}
		}))
		d := newDesk(t, fetch.Options{Retries: -1})
		d.unorg = serve(t, replica.Symbols(replica.SymbolOptions{}))
		items, others, _, err := keys(t, d.source(t, catalogue, func(o *specialprocedures.Options) { o.LookBack = 10 * 24 * time.Hour }), nil)
		if err != nil || len(items) > 0 || len(others) != want {
			t.Errorf("%v and %v, want %d reports; %v", items, others, want, err)
		}
	}
}
