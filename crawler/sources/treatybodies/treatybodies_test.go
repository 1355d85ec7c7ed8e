package treatybodies_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"uhri/crawler/sources/treatybodies"
	"uhri/crawler/store"
)

// today is when the tests run, as the source sees it: after everything the replica lists.
var today = time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC)

// site is a replica with a log of what it was asked.
type site struct {
	mu  sync.Mutex
	log []string
	url string
}

func serve(t *testing.T, h http.Handler) *site {
	t.Helper()
	s := &site{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		if q := r.URL.Query(); q.Has("symbolno") {
			name += " " + q.Get("symbolno")
		} else if q.Has("s") {
			name += " " + q.Get("s")
		} else if q.Has("TreatyID") {
			name += " " + q.Get("TreatyID")
		}
		s.mu.Lock()
		s.log = append(s.log, r.Method+" "+name)
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// asked counts the requests that begin so since the last call.
func (s *site) asked(beginnings ...string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for _, l := range s.log {
		for _, b := range beginnings {
			if strings.HasPrefix(l, b) {
				out[b]++
			}
		}
	}
	s.log = nil
	return out
}

// desk is a store and what sources need of it.
type desk struct {
	store  *store.Store
	reader *documents.Reader
	client *fetch.Client
	now    time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Kind: store.Demonstration, MaxDrop: 1}) // a handful of records: any change is a large share
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(extract.Options{Soffice: "no such program"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(x.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return &desk{s, documents.NewReader(x.Read), fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1, Idle: 5 * time.Second}), today}
}

// source is one over a database and documents.un.org.
func (d *desk) source(t *testing.T, database, unorg *site, change func(*treatybodies.Options)) *treatybodies.Source {
	t.Helper()
	now := func() time.Time { return d.now }
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: d.client, Library: documents.In(d.store), Reader: d.reader, Address: unorg.url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	o := treatybodies.Options{Client: d.client, Fetcher: f, Library: documents.In(d.store), Reader: d.reader, Address: database.url, Now: now}
	if change != nil {
		change(&o)
	}
	src, err := treatybodies.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (d *desk) run(t *testing.T, src crawler.Source) (uhri.Run, error) {
	t.Helper()
	process := documents.NewProcess(documents.ProcessOptions{Source: src.Name(), Reader: d.reader, Library: documents.In(d.store)})
	return (&crawler.Runner{Store: d.store}).Run(t.Context(), src, process, nil)
}

func (d *desk) mustRun(t *testing.T, src crawler.Source) uhri.Run {
	t.Helper()
	run, err := d.run(t, src)
	if err != nil || run.State != uhri.OK && run.State != uhri.Unchanged {
		t.Fatalf("run %s: %s, %v", run.State, run.Reason, err)
	}
	return run
}

// records counts the records of each document.
func (d *desk) records(t *testing.T) map[uhri.Symbol]int {
	t.Helper()
	out := map[uhri.Symbol]int{}
	for r, err := range d.store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.Demo {
			t.Errorf("%s is not marked as demonstration", r.ID)
		}
		out[r.Symbol]++
	}
	return out
}

func (d *desk) rejections(t *testing.T, run uhri.Run) map[string]string {
	t.Helper()
	list, err := d.store.Rejections(t.Context(), run.ID, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range list {
		out[r.Key] = r.Reason
	}
	return out
}

// nowhere is a documents.un.org that has nothing.
func nowhere(t *testing.T) *site {
	t.Helper()
	return serve(t, replica.Symbols(replica.SymbolOptions{}))
}

// cedaw is the demonstration's list of 23 rows on three pages, and no other.
func cedaw(t *testing.T) []replica.Listed {
	t.Helper()
	var out []replica.Listed
	for _, r := range replica.Observations() {
		if r.Committee == "CEDAW" {
			out = append(out, r)
		}
	}
	if len(out) != 23 {
		t.Fatalf("the replica lists %d rows, want 23 on 3 pages", len(out))
	}
	return out
}

// withoutPDF leaves out the files whose reading costs seconds.
func withoutPDF(rows []replica.Listed) []replica.Listed {
	for i := range rows {
		rows[i].Files = slices.DeleteFunc(slices.Clone(rows[i].Files), func(f replica.ListedFile) bool { return f.Format == "pdf" })
	}
	return rows
}

func onlyCEDAW(o *treatybodies.Options) {
	o.Committees = slices.DeleteFunc(treatybodies.DefaultCommittees(), func(c treatybodies.Committee) bool { return c.Code != "CEDAW" })
}

// TestTenCommittees harvests everything the replica lists into a store, twice.
func TestTenCommittees(t *testing.T) {
	d := newDesk(t)
	database, unorg := serve(t, replica.Database(replica.DatabaseOptions{Rows: withoutPDF(slices.Clone(replica.Observations()))})), nowhere(t)
	src := d.source(t, database, unorg, nil)
	run := d.mustRun(t, src)
	got := d.records(t)
	bodies := map[string]bool{}
	for s := range got {
		b, _ := s.Body()
		bodies[b] = true
	}
	for _, want := range []string{"CCPR", "CESCR", "CERD", "CEDAW", "CAT", "CRC", "CMW", "CRPD", "CED", "SPT"} {
		if !bodies[want] {
			t.Errorf("nothing of %s", want)
		}
	}
	for _, r := range replica.Observations() {
		s, err := uhri.ParseSymbol(r.Symbols)
		readable := err == nil && len(r.Files) > 0 && !strings.HasSuffix(r.Symbols, "/CO/6") && !strings.HasSuffix(r.Symbols, "/CO/7")
		if readable && got[s] < 6 {
			t.Errorf("%s: %d records", s, got[s])
		}
	}
	why := d.rejections(t, run)
	first := cedaw(t)[0]
	for key, want := range map[string]string{
		"DEMO/CEDAW/C/XAF/CO/7": "the docx file is " + first.Symbols,
		"DEMO/CEDAW/C/XAF/CO/6": "the doc file cannot be read",
		"DEMO/CEDAW/C/XAL/CO/1": "neither documents.un.org nor the database has a file of it",
	} {
		if !strings.Contains(why[key], want) {
			t.Errorf("%s is rejected for %q, want %q", key, why[key], want)
		}
	}
	for key := range why {
		if strings.HasPrefix(key, "INT") || strings.Contains(key, "/Add.") {
			t.Errorf("%s was looked for", key)
		}
	}
	asked := database.asked("POST TBSearch.aspx 3", "POST", "GET Download.aspx INT", "GET Download.aspx")
	if asked["POST TBSearch.aspx 3"] != 2 || asked["GET Download.aspx INT"] != 0 {
		t.Errorf("asked: %v", asked)
	}

	d.now = today.Add(24 * time.Hour)
	again := d.mustRun(t, src)
	if again.New+again.Changed+again.Withdrawn > 0 || again.Same == 0 {
		t.Errorf("second run: %+v", again)
	}
	asked = database.asked("GET Download.aspx", "GET FilesHandler.ashx", "POST TBSearch.aspx 3")
	if diff := cmp.Diff(map[string]int{"POST TBSearch.aspx 3": 1}, asked); diff != "" {
		t.Errorf("what a second run asks for (-want +got):\n%s", diff)
	}
	if n := unorg.asked("GET access"); n["GET access"] == 0 {
		t.Error("documents.un.org was not asked first")
	}
}

// TestDocumentsUnOrgFirst takes the bytes from documents.un.org where it has them.
func TestDocumentsUnOrgFirst(t *testing.T) {
	d := newDesk(t)
	rows := cedaw(t)[:2]
	p := replica.Published{Symbol: uhri.Symbol(rows[0].Symbols), Lang: uhri.English, Format: "docx"}
	for _, f := range rows[0].Files {
		if f.Format == "docx" {
			p.Data = f.Data
		}
	}
	if p.Data == nil {
		t.Fatal("the first row has no Word file")
	}
	database := serve(t, replica.Database(replica.DatabaseOptions{Rows: rows}))
	unorg := serve(t, replica.Symbols(replica.SymbolOptions{Documents: []replica.Published{p}}))
	d.mustRun(t, d.source(t, database, unorg, onlyCEDAW))
	got := database.asked("GET Download.aspx "+rows[0].Symbols, "GET Download.aspx "+rows[1].Symbols)
	if diff := cmp.Diff(map[string]int{"GET Download.aspx " + rows[1].Symbols: 1}, got); diff != "" {
		t.Errorf("pages of documents asked for (-want +got):\n%s", diff)
	}
	if r := d.records(t); len(r) != 2 {
		t.Errorf("records: %v", r)
	}
}

// TestListHabits reads the same list however the site presents it.
func TestListHabits(t *testing.T) {
	rows := cedaw(t)
	for _, tt := range []struct {
		name   string
		o      replica.DatabaseOptions
		change func(*treatybodies.Options)
		visits int
	}{
		{name: "type and treaty by their labels", o: replica.DatabaseOptions{TypeID: 41}, visits: 1},
		{name: "configured numbers where there are no labels", o: replica.DatabaseOptions{Unlabelled: true, TypeID: treatybodies.DefaultRecommended}, visits: 1},
		{name: "no headings of columns", o: replica.DatabaseOptions{Bare: true}, visits: 1},
		{name: "a session that ends is begun again", o: replica.DatabaseOptions{Expires: true}, visits: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			tt.o.Rows = slices.Clone(rows)
			for i := range tt.o.Rows {
				tt.o.Rows[i].Files = nil // lists only
			}
			database := serve(t, replica.Database(tt.o))
			src := d.source(t, database, nowhere(t), onlyCEDAW)
			keys := map[string]bool{}
			sweep, err := src.Harvest(t.Context(), nil, func(_ crawler.Item, err error) bool {
				if e, ok := errors.AsType[*crawler.ItemError](err); ok {
					keys[e.Key] = true
				}
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(keys) < 19 || len(keys) > 20 { // 23 without two letters and the State's follow-up, one symbol perhaps twice
				t.Errorf("%d documents of 23 rows: %v", len(keys), keys)
			}
			if sweep.Complete || sweep.Cursor[".swept"] != "2026-06-01" {
				t.Errorf("the sweep: complete %v, swept %q", sweep.Complete, sweep.Cursor[".swept"])
			}
			if n := database.asked("GET TBSearch.aspx 3")["GET TBSearch.aspx 3"]; n != tt.visits {
				t.Errorf("the list was begun %d times, want %d", n, tt.visits)
			}
		})
	}
}

// TestIncremental reads the newest pages until two hold nothing new, and all of them after a month.
func TestIncremental(t *testing.T) {
	d := newDesk(t)
	var rows []replica.Listed
	for n := range 60 {
		rows = append(rows, replica.Listed{Committee: "CEDAW", Symbols: fmt.Sprintf("DEMO/CEDAW/C/XAA/CO/%d", 60-n), Title: "Concluding observations", State: "Qaldora",
			Date: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, -n, 0)})
	}
	rows[0].Files = withoutPDF(cedaw(t))[0].Files
	harvest := func(rows []replica.Listed, since crawler.Cursor) (crawler.Cursor, int) {
		t.Helper()
		database := serve(t, replica.Database(replica.DatabaseOptions{Rows: rows}))
		sweep, err := d.source(t, database, nowhere(t), onlyCEDAW).Harvest(t.Context(), since, func(crawler.Item, error) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		return sweep.Cursor, database.asked("POST TBSearch.aspx")["POST TBSearch.aspx"] + 1
	}
	cursor, pages := harvest(rows[12:], nil)
	if pages != 5 {
		t.Errorf("the first run reads %d pages, want all 5", pages)
	}
	d.now = today.Add(48 * time.Hour)
	if _, pages = harvest(rows[12:], cursor); pages != 2 {
		t.Errorf("a run without news reads %d pages, want 2", pages)
	}
	if cursor, pages = harvest(rows, cursor); pages != 4 {
		t.Errorf("a run with news on two pages reads %d pages, want 4", pages)
	}
	if _, ok := cursor["DEMO/CEDAW/C/XAA/CO/60@en"]; !ok {
		t.Error("the newest document is not in the cursor")
	}
	d.now = today.Add(31 * 24 * time.Hour)
	if _, pages = harvest(rows, cursor); pages != 6 {
		t.Errorf("after a month %d pages are read, want all 6", pages)
	}
}

// TestReissue asks for young documents again at 30 days, and takes what changed.
func TestReissue(t *testing.T) {
	d := newDesk(t)
	rows := slices.Clone(cedaw(t)[:2])
	rows[0].Date = today.AddDate(0, 0, -2)
	rows[1].Date = today.AddDate(-3, 0, 0)      // old: not asked for again
	files := func(n int) []replica.ListedFile { // row n's only Word file
		for _, f := range cedaw(t)[n].Files {
			if f.Format == "docx" {
				return []replica.ListedFile{f}
			}
		}
		t.Fatalf("row %d has no Word file", n)
		return nil
	}
	rows[0].Files = files(0)
	database := serve(t, replica.Database(replica.DatabaseOptions{Rows: rows}))
	unorg := nowhere(t)
	first := d.mustRun(t, d.source(t, database, unorg, onlyCEDAW))

	reissued := slices.Clone(rows)
	reissued[0].Files = []replica.ListedFile{{Lang: uhri.English, Format: "html", Data: rewritten(t, cedaw(t))}}
	database = serve(t, replica.Database(replica.DatabaseOptions{Rows: reissued}))
	d.now = today.AddDate(0, 0, 20)
	if run := d.mustRun(t, d.source(t, database, unorg, onlyCEDAW)); run.Changed+run.New > 0 {
		t.Errorf("after 20 days: %+v", run)
	}
	d.now = today.AddDate(0, 0, 29)
	run := d.mustRun(t, d.source(t, database, unorg, onlyCEDAW))
	if run.Changed+run.New+run.Withdrawn == 0 {
		t.Errorf("a reissue is not noticed: %+v after %+v", run, first)
	}
	if n := database.asked("GET Download.aspx"); n["GET Download.aspx"] != 1 {
		t.Errorf("asked for %v, want the young document only", n)
	}
}

// rewritten is a web page with the symbol of the first row and another recommendation.
func rewritten(t *testing.T, rows []replica.Listed) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("<html><body><p>" + rows[0].Symbols + "</p><p>Distr.: General</p><p>2 June 2026</p><p>" + rows[0].Title + "</p><p><b>Introduction</b></p>")
	for n, s := range []string{"The Committee considered the report.", "The Committee appreciates the dialogue.", "The Committee welcomes the new law.", "The Committee is concerned that the law is not applied.",
		"The Committee recommends that the State party apply the law in every district and publish what was done.", "The Committee is concerned about the prison.", "The Committee urges the State party to close the prison.",
		"The Committee requests the State party to disseminate the present concluding observations."} {
		fmt.Fprintf(&b, "<p>%d. %s</p>", n+1, s)
	}
	b.WriteString("</body></html>")
	return []byte(b.String())
}

// TestOneSymbol fetches one document without reading a list, and says what is not there.
func TestOneSymbol(t *testing.T) {
	d := newDesk(t)
	rows := cedaw(t)
	database, unorg := serve(t, replica.Database(replica.DatabaseOptions{Rows: rows})), nowhere(t)
	only := func(s uhri.Symbol) func(*treatybodies.Options) {
		return func(o *treatybodies.Options) { o.Only = []uhri.Symbol{s} }
	}
	d.mustRun(t, d.source(t, database, unorg, only(uhri.Symbol(rows[1].Symbols))))
	if got := d.records(t); len(got) != 1 || got[uhri.Symbol(rows[1].Symbols)] < 6 {
		t.Errorf("records: %v", got)
	}
	if n := database.asked("GET TBSearch.aspx"); len(n) > 0 {
		t.Errorf("lists were read: %v", n)
	}
	const nowhere = uhri.Symbol("DEMO/CEDAW/C/XAA/CO/99")
	run := d.mustRun(t, d.source(t, database, unorg, func(o *treatybodies.Options) { o.Only = []uhri.Symbol{nowhere, uhri.Symbol(rows[3].Symbols)} }))
	want := map[string]string{string(nowhere): crawler.AskedByName + "neither documents.un.org nor the database has a file of it"}
	if diff := cmp.Diff(want, d.rejections(t, run)); diff != "" || run.State != uhri.OK {
		t.Errorf("a document that is nowhere beside one that is there: %s (-want +got):\n%s", run.State, diff)
	}
	if got := d.records(t); len(got) != 2 {
		t.Errorf("records: %v", got)
	}
	d.mustRun(t, d.source(t, database, unorg, only(uhri.Symbol(rows[1].Symbols))))
	if list, err := d.store.Failing(t.Context(), "treatybodies", 10); err != nil || len(list) > 0 {
		t.Errorf("a slip of the pen is remembered: %v, %v", list, err)
	}
}

// TestAnotherLanguage takes the French document where there is no English one.
func TestAnotherLanguage(t *testing.T) {
	d := newDesk(t)
	rows := slices.Clone(cedaw(t)[:1])
	var b strings.Builder
	b.WriteString("<html><body><p>" + rows[0].Symbols + "</p><p>Distr. générale</p><p>2 juin 2026</p><p>Observations finales concernant le onzième rapport périodique</p>")
	for n, s := range []string{"Le Comité a examiné le rapport de l’État partie à ses séances publiques.", "Le Comité remercie l’État partie pour le dialogue constructif avec la délégation.", "Le Comité se félicite de l’adoption de la loi sur l’égalité entre les femmes et les hommes.",
		"Le Comité est préoccupé par le faible nombre de centres d’accueil hors de la capitale.", "Le Comité recommande à l’État partie de financer des centres d’accueil dans toutes les régions du pays.", "Le Comité prie l’État partie de diffuser les présentes observations finales."} {
		fmt.Fprintf(&b, "<p>%d. %s</p>", n+1, s)
	}
	rows[0].Files = []replica.ListedFile{{Lang: uhri.French, Format: "html", Data: []byte(b.String() + "</body></html>")}}
	database := serve(t, replica.Database(replica.DatabaseOptions{Rows: rows}))
	d.mustRun(t, d.source(t, database, nowhere(t), onlyCEDAW))
	found := 0
	for r, err := range d.store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Texts[uhri.French]; !ok || len(r.Texts) != 1 {
			t.Errorf("%s has texts in %d languages, want French only", r.ID, len(r.Texts))
		}
		found++
	}
	if found < 4 {
		t.Errorf("%d records", found)
	}
}

// TestOtherShapes changes the site, and wants a sentence that names what is missing.
func TestOtherShapes(t *testing.T) {
	rows := cedaw(t)
	edit := func(old, new string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				for k, v := range rec.Header() {
					w.Header()[k] = v
				}
				w.Header().Del("Content-Length")
				fmt.Fprint(w, strings.ReplaceAll(rec.Body.String(), old, new))
			})
		}
	}
	general := slices.Clone(rows)
	for i := range general {
		general[i].Symbols = fmt.Sprintf("CEDAW/C/GC/%d", 40-i)
	}
	for _, tt := range []struct {
		name string
		rows []replica.Listed
		edit func(http.Handler) http.Handler
		want string
	}{
		{name: "no form", edit: edit("__VIEWSTATE", "__STATE"), want: "no form with a __VIEWSTATE"},
		{name: "no table", edit: edit("rgMasterTable", "grid"), want: "no table table.rgMasterTable"},
		{name: "rows of another class", edit: edit("Row\">", "Line\">"), want: "has no rows tr.rgRow"},
		{name: "links of another form, read by the heading", edit: edit("Download.aspx?symbolno", "Document.aspx?id"), want: ""},
		{name: "no count of pages, read until the end", edit: edit("rgInfoPart\"><strong>", "x\"><b>"), want: ""},
		{name: "another count", edit: edit("<strong>23</strong>", "<strong>24</strong>"), want: "says it has 24 items, and its 3 pages have 23 rows"},
		{name: "two symbols with a line break between", edit: edit("CO/1; DEMO/CEDAW", "CO/1<br/>DEMO/CEDAW"), want: ""},
		{name: "another type of document", rows: general, want: "means another type of document"},
		{name: "a site in maintenance", edit: func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, "<html><head><title>Down for maintenance</title></head></html>")
			})
		}, want: `calls itself "Down for maintenance"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			if tt.rows == nil {
				tt.rows = rows
			}
			h := replica.Database(replica.DatabaseOptions{Rows: tt.rows})
			if tt.edit != nil {
				h = tt.edit(h)
			}
			src := d.source(t, serve(t, h), nowhere(t), func(o *treatybodies.Options) { onlyCEDAW(o); o.Asks = 1 })
			_, err := src.Harvest(t.Context(), nil, func(crawler.Item, error) bool { return true })
			if tt.want == "" {
				if err != nil {
					t.Errorf("this can be read another way: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || uhri.KindOf(err) != uhri.Unavailable {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestOneBrokenList reads the other lists and says which one it could not, by what and what to do.
func TestOneBrokenList(t *testing.T) {
	d := newDesk(t)
	rows := withoutPDF(slices.Clone(replica.Observations()))
	good := replica.Database(replica.DatabaseOptions{Rows: rows})
	broken := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("TreatyID") == "3" { // CEDAW's
			fmt.Fprint(w, "<html><head><title>Search</title></head><body><form><input type='hidden' name='__VIEWSTATE' value='x'/><table class='new'></table></form></body></html>")
			return
		}
		good.ServeHTTP(w, r)
	})
	src := d.source(t, serve(t, broken), nowhere(t), nil)
	run := d.mustRun(t, src)
	if run.Documents.Unread != 1 || run.Documents.Fetched < 10 {
		t.Errorf("%+v", run.Documents)
	}
	want := "the list of CEDAW has no table table.rgMasterTable (the page calls itself \"Search\")"
	if why := d.rejections(t, run)["the list of CEDAW"]; !strings.Contains(why, want) || !strings.Contains(why, "sources.treatybodies.select.grid") {
		t.Errorf("it says %q, want %q", why, want)
	}
	st, err := d.store.SourceStatus(t.Context(), "treatybodies")
	if err != nil || st.Last.Documents.Unread != 1 {
		t.Errorf("status: %+v, %v", st.Last, err)
	}
	var keys []string
	if _, err := d.source(t, serve(t, good), nowhere(t), func(o *treatybodies.Options) {
		o.Committees = []treatybodies.Committee{{Code: "SPT", Labels: []string{"no such treaty"}}, {Code: "CED"}}
	}).Harvest(t.Context(), nil, func(it crawler.Item, err error) bool {
		if err != nil {
			keys = append(keys, err.Error())
		} else {
			keys = append(keys, it.Key)
		}
		return true
	}); err != nil || len(keys) != 2 || !strings.Contains(keys[0], "the list of SPT: the database lists no treaty called no such treaty") || !strings.Contains(keys[0], "treaty_id of SPT in sources.treatybodies.committees") {
		t.Errorf("a label that is not there: %q, %v", keys, err)
	}
	if _, err := treatybodies.New(treatybodies.Options{Client: d.client, Fetcher: mustFetcher(t, d), Library: documents.In(d.store), Reader: d.reader, Committees: []treatybodies.Committee{{Code: "XYZ"}}}); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a list of which nothing is known: %v", err)
	}
}

func mustFetcher(t *testing.T, d *desk) *documents.Fetcher {
	t.Helper()
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: d.client, Library: documents.In(d.store), Reader: d.reader})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestStaleForm shows that the replica refuses a form that is not of the page just received, so that the others prove something.
func TestStaleForm(t *testing.T) {
	database := serve(t, replica.Database(replica.DatabaseOptions{Rows: cedaw(t)}))
	jar := &http.Cookie{}
	ask := func(method string, form url.Values) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, database.url+treatybodies.DefaultFolder+"TBSearch.aspx?TreatyID=3&DocTypeID=7", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if jar.Name != "" {
			req.AddCookie(jar)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if c := res.Cookies(); len(c) > 0 {
			jar = c[0]
		}
		var b strings.Builder
		if err := res.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	page := ask(http.MethodGet, nil)
	value := func(name string) string {
		_, rest, _ := strings.Cut(page, `id="`+name+`" value="`)
		v, _, _ := strings.Cut(rest, `"`)
		return strings.ReplaceAll(v, "&#34;", `"`)
	}
	form := url.Values{"__EVENTTARGET": {treatybodies.DefaultGrid}, "__EVENTARGUMENT": {"FireCommand:" + treatybodies.DefaultGrid + "$ctl00;Page;Next"}}
	for _, name := range []string{"__VIEWSTATE", "__VIEWSTATEGENERATOR", "__EVENTVALIDATION", "ctl00_ContentPlaceHolder1_rlbDocTypeCategory_ClientState"} {
		form.Set(name, strings.ReplaceAll(value(name), "&#43;", "+"))
	}
	if second := ask(http.MethodPost, form); !strings.Contains(second, `rgCurrentPage" href="javascript:__doPostBack('ctl00$ContentPlaceHolder1$radResultsGrid$ctl00$ctl03$ctl01$ctl07'`) {
		t.Fatalf("the form of the first page does not lead to the second:\n%.600s", second)
	}
	if third := ask(http.MethodPost, form); !strings.Contains(third, "viewstate MAC failed") {
		t.Errorf("a stale form is taken:\n%.600s", third)
	}
}

// TestBlocked wants a refusal to be told as one, whatever it looks like, and the state of the last run to stay.
func TestBlocked(t *testing.T) {
	rows := cedaw(t)[:2]
	good := replica.Database(replica.DatabaseOptions{Rows: rows})
	empty := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				next.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusAccepted)
		})
	}
	for name, f := range map[string]replica.Fault{"challenge": replica.Challenge(), "empty 202": empty, "silence": replica.Silent(), "plain 403": replica.Refusing(http.StatusForbidden, "", 0)} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			unorg := nowhere(t)
			d.mustRun(t, d.source(t, serve(t, good), unorg, onlyCEDAW))
			before := d.records(t)
			d.client = fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1, Idle: 100 * time.Millisecond})
			run, err := d.run(t, d.source(t, serve(t, f(good)), unorg, onlyCEDAW))
			if _, ok := errors.AsType[*crawler.BlockedError](err); !ok || run.State != uhri.Blocked {
				t.Errorf("%s: %v", run.State, err)
			}
			if diff := cmp.Diff(before, d.records(t)); diff != "" {
				t.Errorf("records changed (-before +after):\n%s", diff)
			}
		})
	}
	t.Run("documents.un.org", func(t *testing.T) {
		d := newDesk(t)
		run, err := d.run(t, d.source(t, serve(t, good), serve(t, replica.Challenge()(replica.Symbols(replica.SymbolOptions{}))), onlyCEDAW))
		if run.State != uhri.Blocked {
			t.Errorf("%s: %v", run.State, err)
		}
	})
}

// TestInterrupted stops a first run in its middle; the next one need not fetch again what came.
func TestInterrupted(t *testing.T) {
	d := newDesk(t)
	database, unorg := serve(t, replica.Database(replica.DatabaseOptions{Rows: withoutPDF(cedaw(t))})), nowhere(t)
	src := d.source(t, database, unorg, onlyCEDAW)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	_, err := src.Harvest(ctx, nil, func(crawler.Item, error) bool {
		if n++; n == 3 {
			cancel()
			return false
		}
		return true
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	before := database.asked("GET Download.aspx")["GET Download.aspx"]
	d.mustRun(t, src)
	after := database.asked("GET Download.aspx")["GET Download.aspx"]
	if before == 0 || after == 0 || before+after > 22 {
		t.Errorf("%d pages of documents before and %d after the interruption", before, after)
	}
}
