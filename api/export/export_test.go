package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xuri/excelize/v2"

	"uhri"
	"uhri/api/export/sheettest"
	"uhri/api/problem"
	"uhri/index"
)

// rows is a Searcher that streams records it was given, or makes.
type rows struct {
	index.Searcher
	all   []*uhri.Recommendation
	fail  int // rows after which the stream breaks; 0 = never
	total int // what counting says, where it lies; 0 = the truth
}

func (s *rows) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	if req.Limit != 0 {
		return nil, errors.New("an export counts, it does not page")
	}
	res := &index.Result{Total: len(s.all), Sort: index.SortNewest, Snapshot: index.Snapshot{ID: "2026-11-24.17", Created: time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC), Records: len(s.all), Analysis: 1,
		Sources: []uhri.SourceStatus{{Source: "uhri/en", State: uhri.OK, LastSuccess: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Records: len(s.all)}}}}
	if s.total != 0 {
		res.Total = s.total
	}
	res.Reading.Canonical, res.Reading.Words = req.Query, "the word "+req.Query
	return res, nil
}

func (s *rows) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	if req.Snapshot != "2026-11-24.17" {
		return errors.New("an export must stay on the snapshot it counted")
	}
	var shared []byte // rows are valid until yield returns: this one is overwritten each time
	for i, r := range s.all {
		if s.fail > 0 && i == s.fail {
			return errors.New("disk on fire")
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		shared = append(shared[:0], b...)
		if !yield(rowBytes(shared)) {
			return nil
		}
	}
	return nil
}

type rowBytes []byte

func (b rowBytes) JSON() []byte { return b }
func (b rowBytes) Decode() (*uhri.Recommendation, error) {
	var r uhri.Recommendation
	return &r, json.Unmarshal(b, &r)
}

// records covers what makes trouble: formulas, quotes, lines, scripts, several values, none, long texts.
func records() []*uhri.Recommendation {
	id := func(n int) uhri.ID { return uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }
	return []*uhri.Recommendation{
		{
			ID: id(1), Type: uhri.TypeRecommendation, Symbol: "A/HRC/29/10", Paragraph: "142.5", Order: 5, Date: uhri.Date{Year: 2015, Month: 3, Day: 26}, Mechanism: uhri.MechanismUPR, Body: "UPR",
			Countries: []uhri.Country{"KEN"}, UPR: &uhri.UPR{Recommending: []uhri.Country{"FRA", "CIV"}, Session: 21, Cycle: 2, Position: uhri.PositionSupported, PositionSource: "A/HRC/29/10/Add.1"},
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "=HYPERLINK(\"http://evil.example\")", Heading: "Prisons"}, uhri.French: {Full: "Améliorer, « vite »\nles prisons"}},
			Tags:  []uhri.Tag{{Scheme: uhri.SchemeSDG, Concept: "16.3", Origin: uhri.OriginPublisher}, {Scheme: uhri.SchemeSDG, Concept: "5", Origin: uhri.OriginModel, By: "m1", Score: 0.75}},
		},
		{
			ID: id(2), Type: uhri.TypeObservation, Symbol: "CAT/C/KEN/CO/2", Paragraph: "23(a)", Date: uhri.Date{Year: 2014}, Mechanism: uhri.MechanismTreatyBody, Body: "CAT", Countries: []uhri.Country{"KEN", "UGA"},
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "- a \"quoted\" text, with commas\r\nand lines; and semicolons"}, uhri.Arabic: {Full: "ألف- المبادئ"}},
		},
		{ID: id(3), Type: uhri.TypeUnknown, Mechanism: uhri.MechanismUnknown, Texts: map[uhri.Lang]uhri.Text{}},
		{ID: id(4), Type: uhri.TypeRecommendation, Mechanism: uhri.MechanismUPR, Texts: map[uhri.Lang]uhri.Text{uhri.Chinese: {Full: strings.Repeat("禁止酷刑", 9000)}}, Demo: true},
		{ID: id(5), Type: uhri.TypeRecommendation, Mechanism: uhri.MechanismUPR, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "\u202Eright-to-left \U0001F600 <b>&amp;</b> \x01"}}},
	}
}

// many makes n plain records.
func many(n int) []*uhri.Recommendation {
	base := records()
	out := make([]*uhri.Recommendation, n)
	for i := range out {
		r := *base[i%2]
		r.ID = uhri.ID(fmt.Sprintf("00000000-0000-4000-9000-%012d", i))
		out[i] = &r
	}
	return out
}

func server(t testing.TB) *Server {
	return NewServer(Options{BaseURL: "https://example.org", Version: "test"})
}

// file writes everything as one format and returns it with its manifest.
func file(t testing.TB, s index.Searcher, format, params string) ([]byte, Manifest) {
	t.Helper()
	b, m, err := tryFile(t, s, format, params, 0)
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b, m
}

func tryFile(t testing.TB, s index.Searcher, format, params string, sheetRows int) ([]byte, Manifest, error) {
	t.Helper()
	v, err := url.ParseQuery(params)
	if err != nil {
		t.Fatal(err)
	}
	srv := server(t)
	req, p, faults := srv.Plan(format, v, true)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", params, faults)
	}
	p.sheetRows = sheetRows
	res, err := Count(t.Context(), s, req)
	if err != nil {
		t.Fatal(err)
	}
	srv.Describe(req, res, p)
	req.Snapshot = res.Snapshot.ID
	var b bytes.Buffer
	m, err := Sidecar(t.Context(), &b, s, req, p, nil)
	return b.Bytes(), m, err
}

func TestEveryColumnIsDescribed(t *testing.T) {
	names, labels := map[string]bool{}, map[string]bool{}
	for _, c := range Columns() {
		if c.Name == "" || c.Label == "" || len(c.Description) < 15 || !strings.HasSuffix(c.Description, ".") || c.Kind == "" || c.values == nil {
			t.Errorf("column %q is not described: %+v", c.Name, c)
		}
		if names[c.Name] || labels[strings.ToLower(c.Label)] {
			t.Errorf("two columns are called %s or %s", c.Name, c.Label)
		}
		names[c.Name], labels[strings.ToLower(c.Label)] = true, true
	}
	for _, f := range uhri.Facets() {
		if !names[f.Name] && !names[f.Name+"s"] && f.Name != "lang" && f.Name != "origin" {
			t.Errorf("the facet %s has no column", f.Name)
		}
	}
	if _, err := Dictionary(); err != nil {
		t.Error(err)
	}
}

func TestCSV(t *testing.T) {
	all := records()
	b, m := file(t, &rows{all: all}, "csv", "columns=id&columns=text&columns=text_lang&columns=country&columns=country_id&columns=recommending_state&columns=cycle&columns=sdg_id&columns=labels&lang=fr")
	if !bytes.HasPrefix(b, []byte("id,text,")) || bytes.Count(b, []byte("\r\n")) != 1+len(all)+1 {
		t.Errorf("header or line ends: %q", b[:80])
	}
	got, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// encoding/csv reads CRLF inside a field as LF.
	want := [][]string{
		{"id", "text", "text_lang", "country", "country_id", "recommending_state", "cycle", "sdg_id", "labels"},
		{"00000000-0000-4000-8000-000000000001", "Améliorer, « vite »\nles prisons", "fr", "Kenya", "KEN", "France; Côte d'Ivoire", "2", "16.3", "sdg/16.3@publisher; sdg/5@model (m1, 0.750)"},
		{"00000000-0000-4000-8000-000000000002", "'- a \"quoted\" text, with commas\nand lines; and semicolons", "en", "Kenya; Uganda", "KEN; UGA", "", "", "", ""},
		{"00000000-0000-4000-8000-000000000003", "", "", "", "", "", "", "", ""},
		{"00000000-0000-4000-8000-000000000004", strings.Repeat("禁止酷刑", 9000), "zh", "", "", "", "", "", ""},
		{"00000000-0000-4000-8000-000000000005", "\u202Eright-to-left \U0001F600 <b>&amp;</b> \x01", "en", "", "", "", "", "", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	if m.Rows != len(all) || m.Bytes != int64(len(b)) || m.SHA256 != sum(b) || len(m.Columns) != 9 || m.Snapshot.ID != "2026-11-24.17" || m.Citation == "" || m.Rights == "" || m.Query.Words == "" {
		t.Errorf("manifest = %+v", m)
	}
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func TestFormulasAreDefused(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"} {
		cell := string(appendField(nil, s))
		if got := strings.TrimPrefix(cell, `"`); !strings.HasPrefix(got, "'") {
			t.Errorf("%q stands in the file as %s", s, cell)
		}
	}
	if got := string(appendField(nil, "a=1")); got != "a=1" {
		t.Errorf("a harmless cell became %s", got)
	}
	b, _ := file(t, &rows{all: records()[:1]}, "csv", "columns=text")
	if !strings.Contains(string(b), `"'=HYPERLINK(""http://evil.example"")"`) {
		t.Errorf("csv = %q", b)
	}
}

func TestByteOrderMark(t *testing.T) {
	if b, _ := file(t, &rows{all: records()}, "csv", "bom=1"); !bytes.HasPrefix(b, []byte("\xEF\xBB\xBFid,")) {
		t.Errorf("begins with %q", b[:8])
	}
	if b, _ := file(t, &rows{all: records()}, "csv", ""); !bytes.HasPrefix(b, []byte("id,")) {
		t.Errorf("begins with %q", b[:8])
	}
}

func TestNDJSONIsWholeRecords(t *testing.T) {
	all := records()
	b, _ := file(t, &rows{all: all}, "ndjson", "")
	lines := bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	if len(lines) != len(all) {
		t.Fatalf("%d lines, want %d", len(lines), len(all))
	}
	for i, line := range lines {
		var r uhri.Recommendation
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(*all[i], r); d != "" {
			t.Errorf("record %d (-want +got):\n%s", i, d)
		}
	}
	b, _ = file(t, &rows{all: all[:1]}, "ndjson", "columns=id&columns=country_id&columns=cycle&columns=demonstration&columns=heading&columns=articles")
	if got, want := string(b), `{"id":"00000000-0000-4000-8000-000000000001","country_id":["KEN"],"cycle":2,"demonstration":false,"heading":"Prisons","articles":null}`+"\n"; got != want {
		t.Errorf("with columns:\n got %s\nwant %s", got, want)
	}
}

func TestJSON(t *testing.T) {
	for _, n := range []int{0, 1, 5, 600} {
		b, _ := file(t, &rows{all: many(n)}, "json", "q=prison")
		var doc struct {
			Manifest Manifest
			Items    []uhri.Recommendation
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatalf("%d records: %v: %s", n, err, b)
		}
		if len(doc.Items) != n || doc.Manifest.Rows != n || doc.Manifest.SHA256 != "" || !doc.Manifest.Created.IsZero() {
			t.Errorf("%d records: %d items, manifest %+v", n, len(doc.Items), doc.Manifest)
		}
	}
}

func TestXLSX(t *testing.T) {
	all := records()
	b, _ := file(t, &rows{all: all}, "xlsx", "")
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if d := cmp.Diff([]string{"Recommendations", "Manifest"}, f.GetSheetList()); d != "" {
		t.Errorf("sheets (-want +got):\n%s", d)
	}
	got, err := f.GetRows("Recommendations")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(all)+1 || len(got[0]) != len(DefaultColumns()) {
		t.Fatalf("%d rows of %d columns", len(got), len(got[0]))
	}
	at := func(name string) int {
		return slices.IndexFunc(DefaultColumns(), func(c Column) bool { return c.Name == name })
	}
	if got[1][at("text")] != `=HYPERLINK("http://evil.example")` || got[1][at("link")] != "https://example.org/r/00000000-0000-4000-8000-000000000001" || got[1][at("cycle")] != "2" {
		t.Errorf("row 1 = %q", got[1])
	}
	cell := func(col int, row int) string {
		name, _ := excelize.CoordinatesToCellName(col+1, row)
		return name
	}
	if formula, _ := f.GetCellFormula("Recommendations", cell(at("text"), 2)); formula != "" {
		t.Errorf("a text is a formula: %s", formula)
	}
	if formula, _ := f.GetCellFormula("Recommendations", cell(at("link"), 2)); !strings.HasPrefix(formula, "HYPERLINK(") {
		t.Errorf("link is no link: %q", formula)
	}
	if long := got[4][at("text")]; utf16Len(long) > maxCellRunes || !strings.HasSuffix(long, cutMark) {
		t.Errorf("the long text has %d units and ends %q", utf16Len(long), long[len(long)-12:])
	}
	sheettest.Extents(t, f)
	if panes, err := f.GetPanes("Recommendations"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes = %+v, %v", panes, err)
	}
	if tables, err := f.GetTables("Recommendations"); err != nil || len(tables) != 1 {
		t.Errorf("tables = %v, %v", tables, err)
	}
	manifest, err := f.GetRows("Manifest")
	if err != nil || !slices.ContainsFunc(manifest, func(r []string) bool { return len(r) > 1 && r[0] == "Snapshot" && r[1] == "2026-11-24.17" }) {
		t.Errorf("manifest = %v, %v", manifest, err)
	}
}

func TestXLSXGoesOnInTheNextSheet(t *testing.T) {
	all := many(1000)
	b, _, err := tryFile(t, &rows{all: all}, "xlsx", "columns=id", 400)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ids []string
	for _, sheet := range f.GetSheetList() {
		if sheet == "Manifest" {
			continue
		}
		rs, err := f.GetRows(sheet)
		if err != nil || len(rs) > 400 {
			t.Fatalf("%s: %d rows, %v", sheet, len(rs), err)
		}
		for _, r := range rs[1:] {
			ids = append(ids, r[0])
		}
	}
	if len(ids) != 1000 || ids[999] != string(all[999].ID) || !slices.IsSorted(ids) {
		t.Errorf("%d rows over sheets %v", len(ids), f.GetSheetList())
	}
}

func TestParquet(t *testing.T) {
	all := append(records(), many(20_000)...)
	b, _ := file(t, &rows{all: all}, "parquet", "columns=id&columns=country_id&columns=cycle&columns=text&columns=procedural&columns=heading")
	type row struct {
		ID         string   `parquet:"id"`
		CountryID  []string `parquet:"country_id,list"`
		Cycle      *int32   `parquet:"cycle,optional"`
		Text       *string  `parquet:"text,optional"`
		Procedural *bool    `parquet:"procedural,optional"`
		Heading    *string  `parquet:"heading,optional"`
	}
	got, err := parquet.Read[row](bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(all) {
		t.Fatalf("%d rows, want %d", len(got), len(all))
	}
	if got[1].ID != string(all[1].ID) || !slices.Equal(got[1].CountryID, []string{"KEN", "UGA"}) || got[1].Cycle != nil || *got[0].Cycle != 2 || *got[0].Heading != "Prisons" || got[2].Text != nil || len(got[2].CountryID) != 0 || *got[0].Procedural {
		t.Errorf("rows = %+v", got[:3])
	}
	pf, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	manifest, ok := pf.Lookup("uhri.manifest")
	var m Manifest
	if !ok || json.Unmarshal([]byte(manifest), &m) != nil || m.Rows != len(all) {
		t.Errorf("manifest = %s", manifest)
	}
	var names []string
	for _, c := range pf.Schema().Columns() {
		names = append(names, c[0])
	}
	if d := cmp.Diff([]string{"id", "country_id", "cycle", "text", "procedural", "heading"}, names); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
	if len(pf.RowGroups()) < 2 {
		t.Errorf("%d row groups: memory is not flat", len(pf.RowGroups()))
	}
}

func TestReferences(t *testing.T) {
	all := many(300)
	ris, _ := file(t, &rows{all: all}, "ris", "")
	if n := strings.Count(string(ris), "ER  - \r\n"); n != 300 {
		t.Errorf("%d references in RIS", n)
	}
	bib, _ := file(t, &rows{all: all}, "bib", "")
	if n := strings.Count(string(bib), "@techreport{"); n != 300 {
		t.Errorf("%d references in BibTeX", n)
	}
	csl, _ := file(t, &rows{all: all}, "csl.json", "")
	var items []map[string]any
	if err := json.Unmarshal(csl, &items); err != nil || len(items) != 300 {
		t.Errorf("%d references in CSL-JSON, %v", len(items), err)
	}
	if b, _ := file(t, &rows{}, "csl.json", ""); json.Unmarshal(b, &items) != nil || len(items) != 0 {
		t.Errorf("no references: %q", b)
	}
}

// The same export again has the same bytes, whatever the hour and whichever goroutine was first.
func TestExportsAreRepeatable(t *testing.T) {
	all := append(many(3000), records()...)
	for _, f := range Formats() {
		first, m := file(t, &rows{all: all}, f.Name, "")
		for range 3 {
			again, m2 := file(t, &rows{all: all}, f.Name, "")
			if !bytes.Equal(first, again) || m.SHA256 != m2.SHA256 {
				t.Errorf("%s: two exports differ", f.Name)
			}
		}
	}
	one, _, err := tryFile(t, &rows{all: all}, "xlsx", "", 700)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if two, _, err := tryFile(t, &rows{all: all}, "xlsx", "", 700); err != nil || !bytes.Equal(one, two) {
			t.Errorf("xlsx of several sheets: two exports differ, %v", err)
		}
	}
}

func TestFailuresAreErrors(t *testing.T) {
	for _, f := range Formats() {
		if _, _, err := tryFile(t, &rows{all: many(5000), fail: 4000}, f.Name, "", 0); err == nil || !strings.Contains(err.Error(), "disk on fire") {
			t.Errorf("%s: a broken stream gives %v", f.Name, err)
		}
		if _, _, err := tryFile(t, &rows{all: many(10), total: 11}, f.Name, "", 0); err == nil {
			t.Errorf("%s: rows and total differ, and nobody noticed", f.Name)
		}
	}
	srv := server(t)
	req, p, _ := srv.Plan("ndjson", url.Values{"snapshot": {"2026-11-24.17"}}, true)
	if _, err := Write(t.Context(), failing{}, &rows{all: many(5000)}, req, p, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer that fails gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, io.Discard, &rows{all: many(5000)}, req, p, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader that left gives %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func handler(s *Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := s.Serve(w, r, r.URL.Query().Get("format"), true); p != nil {
			w.Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
			w.WriteHeader(p.Status)
			_ = json.NewEncoder(w).Encode(p)
		}
	})
}

func TestServe(t *testing.T) {
	all := many(2000)
	srv := httptest.NewServer(handler(NewServer(Options{Searcher: &rows{all: all}, BaseURL: "https://example.org", Version: "test"})))
	defer srv.Close()
	fetch := func(params string, headers ...string) (*http.Response, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/export?"+params, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, b
	}
	for _, f := range Formats() {
		resp, b := fetch("format=" + f.Name + "&q=prison")
		if resp.StatusCode != 200 || resp.Header.Get("X-Total-Count") != "2000" || resp.Header.Get("X-Snapshot") != "2026-11-24.17" || !strings.HasSuffix(resp.Header.Get("Content-Disposition"), "."+f.Name+`"`) || resp.Header.Get("Content-Type") != f.MediaType {
			t.Errorf("%s: %d %v", f.Name, resp.StatusCode, resp.Header)
		}
		_, mb := fetch("format=" + f.Name + "&q=prison&manifest=1")
		var m Manifest
		if err := json.Unmarshal(mb, &m); err != nil || m.SHA256 != sum(b) || m.Bytes != int64(len(b)) || m.Rows != 2000 {
			t.Errorf("%s: the manifest does not describe the file: %s, %v", f.Name, mb, err)
		}
		if resp, b := fetch("format="+f.Name+"&q=prison", "If-None-Match", resp.Header.Get("ETag")); resp.StatusCode != 304 || len(b) > 0 {
			t.Errorf("%s again: %d", f.Name, resp.StatusCode)
		}
	}
	for _, params := range []string{"format=docx", "", "format=csv&columns=nope", "format=ris&columns=id", "format=xlsx&bom=1", "format=csv&country=nowhere&x=1"} {
		if resp, b := fetch(params); resp.StatusCode != 400 || !bytes.Contains(b, []byte(`"errors":[{`)) {
			t.Errorf("%q: %d %s", params, resp.StatusCode, b)
		}
	}
}

func TestBrokenExportBreaksTheConnection(t *testing.T) {
	srv := httptest.NewServer(handler(NewServer(Options{Searcher: &rows{all: many(50_000), fail: 40_000}})))
	defer srv.Close()
	for _, format := range []string{"csv", "ndjson", "json", "parquet"} {
		resp, err := http.Get(srv.URL + "?format=" + format)
		if err != nil {
			continue // broken before the headers, as it may
		}
		if _, err := io.Copy(io.Discard, resp.Body); err == nil {
			t.Errorf("%s: a broken export ends as if it were whole", format)
		}
		resp.Body.Close()
	}
}

// A client that goes away ends the work at once, however patient the service is; its place is free again.
func TestClientGoesAway(t *testing.T) {
	for _, format := range []string{"csv", "ndjson", "json", "xlsx", "parquet", "ris"} {
		streamed := &endless{rows: rows{all: many(100), total: 1_000_000}}
		s := NewServer(Options{Searcher: streamed, Patience: time.Hour})
		done := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(done)
			s.Serve(w, r, format, true)
		}))
		resp, err := http.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, resp.Body, 100); err != nil && format != "xlsx" && format != "parquet" { // which begin late
			t.Fatalf("%s: %v", format, err)
		}
		resp.Body.Close()
		<-done
		srv.Close()
		if s.running != 0 || len(s.clients) != 0 {
			t.Errorf("%s: %d exports are still counted", format, s.running)
		}
	}
}

// endless streams its records again and again until nobody wants more.
type endless struct{ rows }

func (e *endless) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	for more := true; more; {
		if err := e.rows.Stream(ctx, req, func(r index.Row) bool {
			more = yield(r)
			return more
		}); err != nil {
			return err
		}
	}
	return nil
}

func TestLimits(t *testing.T) {
	s := NewServer(Options{})
	r := household(httptest.NewRequest(http.MethodGet, "/", nil))
	for i := range perClient {
		if p := s.enter(r); p != nil {
			t.Fatalf("export %d: %v", i, p)
		}
	}
	if p := s.enter(r); p == nil || p.Status != http.StatusTooManyRequests || p.RetryAfter == 0 {
		t.Errorf("one too many: %+v", p)
	}
	s.leave(r)
	if p := s.enter(r); p != nil {
		t.Errorf("after one ended: %v", p)
	}
	s.running = perServer
	clear(s.clients)
	if p := s.enter(r); p == nil || p.Status != http.StatusServiceUnavailable || p.RetryAfter == 0 {
		t.Errorf("server full: %+v", p)
	}
}

// A reader that takes nothing is let go, and its place is free again.
func TestStalledReaderIsLetGo(t *testing.T) {
	s := NewServer(Options{Searcher: &rows{all: many(200_000)}, Patience: 50 * time.Millisecond})
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		s.Serve(w, r, "ndjson", true)
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL) // and never read
	if err != nil {
		t.Fatal(err)
	}
	<-done
	resp.Body.Close()
	if s.running != 0 || len(s.clients) != 0 {
		t.Errorf("%d exports are still counted", s.running)
	}
}

// line is a connection that takes so many bytes a second, and does not say so until a chunk is gone.
type line struct {
	http.ResponseWriter
	rate      int
	until     time.Time
	confirmed uint64
}

func (l *line) SetWriteDeadline(t time.Time) error {
	l.until = t
	return nil
}

func (l *line) Write(b []byte) (int, error) {
	for gone := 0; gone < len(b); gone += l.rate {
		time.Sleep(time.Second)
		synctest.Wait() // whoever sets deadlines at this moment
		if !time.Now().Before(l.until) {
			return 0, os.ErrDeadlineExceeded
		}
		l.confirmed += uint64(l.rate)
	}
	return len(b), nil
}

// TestSlowReaderIsKept: what counts is that bytes arrive, not how many chunks go. 64 kB at 500 bytes a second take two minutes.
func TestSlowReaderIsKept(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  int
		known bool
		kept  bool
	}{{"slow and steady", 500, true, true}, {"stalled", 0, true, false}, {"slow where the system does not tell", 500, false, false}, {"fast enough where it does not", 3000, false, true}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				l := &line{ResponseWriter: httptest.NewRecorder(), rate: c.rate}
				p := newPatient(l, httptest.NewRequest("GET", "/", nil), patience)
				p.stop() // which has found nothing to watch
				p.conn.confirmed = func() (uint64, bool) { return l.confirmed, c.known }
				stop := p.conn.watch()
				defer stop()
				_, err := p.Write(make([]byte, 3*chunk))
				if err = errors.Join(err, p.Flush()); (err == nil) != c.kept {
					t.Errorf("after %s: %v", time.Since(begun), err)
				}
				if took := time.Since(begun); !c.kept && took > patience+patience/4 {
					t.Errorf("let go after %s only", took)
				}
			})
		})
	}
}

// LibreOffice reads the spreadsheet as we meant it.
func TestLibreOfficeReadsXLSX(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed")
	}
	if testing.Short() {
		t.Skip("starting LibreOffice takes seconds")
	}
	all := records()
	b, _ := file(t, &rows{all: all}, "xlsx", "columns=id&columns=text&columns=link&columns=cycle")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.xlsx"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", dir, filepath.Join(dir, "x.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v: %s", err, out)
	}
	out, err := os.ReadFile(filepath.Join(dir, "x.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(all)+1 || got[1][0] != string(all[0].ID) || got[1][1] != all[0].Texts[uhri.English].Full || got[1][2] != "https://example.org/r/"+string(all[0].ID) || got[1][3] != "2" {
		t.Errorf("LibreOffice reads %d rows, the first %q", len(got), got[min(1, len(got)-1)])
	}
}

func TestZipEntriesHaveNoClockTime(t *testing.T) {
	b, _ := file(t, &rows{all: records()}, "xlsx", "")
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.ModifiedDate != 0 || f.ModifiedTime != 0 {
			t.Errorf("%s has the time %v", f.Name, f.Modified)
		}
	}
}

func TestVerify(t *testing.T) {
	for _, f := range Formats() {
		b, m := file(t, &rows{all: many(500)}, f.Name, "")
		if err := Verify(bytes.NewReader(b), m); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		changed := slices.Clone(b)
		changed[len(changed)/2] ^= 1
		short := b[:len(b)-5]
		for what, bad := range map[string][]byte{"changed": changed, "short": short, "empty": nil} {
			if err := Verify(bytes.NewReader(bad), m); uhri.KindOf(err) != uhri.Invalid {
				t.Errorf("%s, %s: %v", f.Name, what, err)
			}
		}
		if err := Verify(bytes.NewReader(b), func() Manifest { m.SHA256 = ""; return m }()); uhri.KindOf(err) != uhri.Invalid {
			t.Errorf("%s without a hash: %v", f.Name, err)
		}
	}
}

func TestDataPackage(t *testing.T) {
	_, csvManifest := file(t, &rows{all: many(10)}, "csv", "")
	_, nd := file(t, &rows{all: many(10)}, "ndjson", "")
	b, err := DataPackage(map[string]Manifest{"all.csv": csvManifest, "all.ndjson": nd}, []string{"all.csv", "all.ndjson"})
	if err != nil {
		t.Fatal(err)
	}
	var pkg struct {
		Name, Version string
		Resources     []struct {
			Name, Path, Hash string
			Bytes            int64
			Schema           *struct {
				Fields []struct{ Name, Type, Description string }
			}
		}
	}
	if err := json.Unmarshal(b, &pkg); err != nil {
		t.Fatal(err)
	}
	if pkg.Version != "2026-11-24.17" || len(pkg.Resources) != 2 || pkg.Resources[0].Hash != "sha256:"+csvManifest.SHA256 || pkg.Resources[1].Schema != nil {
		t.Errorf("package = %s", b)
	}
	for i, c := range DefaultColumns() {
		if f := pkg.Resources[0].Schema.Fields[i]; f.Name != c.Name || f.Description != c.Description {
			t.Errorf("field %d = %+v, want %s", i, f, c.Name)
		}
	}
	holds(t, "testdata/datapackage.json", b)
	if !bytes.Contains(b, []byte(`"homepage": "https://example.org/data"`)) || home("/search?snapshot=1") != "" || home("https://example.org/data") != "https://example.org/data" {
		t.Errorf("the home page is one that stays: %.300s", b)
	}
	ld, err := Dataset(csvManifest, []Download{{MediaType: "text/csv; header=present", URL: "https://example.org/all.csv", Bytes: 12, SHA256: csvManifest.SHA256}})
	var d map[string]any
	if err != nil || json.Unmarshal(ld, &d) != nil || d["@type"] != "Dataset" || len(d["distribution"].([]any)) != 1 {
		t.Errorf("dataset = %s, %v", ld, err)
	}
	holds(t, "testdata/dataset.json", ld)
	if err := against(t, "testdata/datapackage.json", bytes.Replace(b, []byte(`"path"`), []byte(`"pth"`), 1)); err == nil {
		t.Error("a broken package passes")
	}
}

// holds holds a document to a standard.
func holds(t *testing.T, schema string, doc []byte) {
	t.Helper()
	if err := against(t, schema, doc); err != nil {
		t.Errorf("%v\n%s", err, doc)
	}
}

func against(t *testing.T, path string, doc []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

// A cell of a list comes apart into as many labels as codes, whatever the labels hold; and no row is an empty line.
func TestCellsComeApart(t *testing.T) {
	r := records()[2]
	r.Tags = []uhri.Tag{{Scheme: uhri.SchemeTheme, Concept: "children-general-principles-protection", Origin: uhri.OriginPublisher}, {Scheme: uhri.SchemeTheme, Concept: "right-to-health", Origin: uhri.OriginPublisher}}
	b, _ := file(t, &rows{all: []*uhri.Recommendation{r}}, "csv", "columns=theme&columns=theme_id")
	got, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"theme", "theme_id"}, {"Children: definition, general principles, protection; Right to health", "children-general-principles-protection; right-to-health"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	all := records()
	b, m := file(t, &rows{all: all}, "csv", "columns=heading")
	if got, err := csv.NewReader(bytes.NewReader(b)).ReadAll(); err != nil || len(got) != len(all)+1 || Verify(bytes.NewReader(b), m) != nil {
		t.Errorf("one column, mostly empty: %d rows of %q, %v", len(got), b, err)
	}
}

// What XML cannot hold is written as spreadsheets do, and nothing is read so that was not written so.
func TestXMLText(t *testing.T) {
	for in, want := range map[string]string{
		"a & b <c> \"d\"": "a &amp; b &lt;c&gt; \"d\"", "\x01\r\n\t": "_x0001__x000D_\n\t", "_x0041_ _x004_ _": "_x005F_x0041_ _x004_ _", "\xff\uFFFE😀": "\uFFFD\uFFFD😀", "_x0041": "_x0041",
	} {
		if got := string(appendXML(nil, in)); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}

// Links and citations are whole addresses, also where none is configured: then they are those of the request.
func TestAddressesAreWhole(t *testing.T) {
	srv := httptest.NewServer(handler(NewServer(Options{Searcher: &rows{all: many(2)}, Version: "test"})))
	defer srv.Close()
	for _, format := range []string{"csv", "ris", "bib", "csl.json"} {
		resp, err := http.Get(srv.URL + "?format=" + format)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !bytes.Contains(b, []byte(srv.URL+"/r/00000000-0000-4000-9000-000000000001")) {
			t.Errorf("%s: %v, %s", format, err, b)
		}
	}
}

func TestDumps(t *testing.T) {
	all := records()
	for _, r := range all {
		r.Demo = false
	}
	s := NewServer(Options{Searcher: &rows{all: all}, BaseURL: "https://example.org", Version: "test"})
	shelf := Dumps{Dir: filepath.Join(t.TempDir(), "dumps")}
	if got, err := shelf.List(); len(got) > 0 || err != nil {
		t.Errorf("no folder: %v, %v", got, err)
	}
	dir := shelf.Path("2026-11-24.17")
	no := errors.New("no")
	if _, err := s.WriteDump(t.Context(), dir, DumpFormats(), nil, func(index.Snapshot) error { return no }); !errors.Is(err, no) {
		t.Errorf("refused: %v", err)
	}
	if left, _ := os.ReadDir(shelf.Dir); len(left) > 0 {
		t.Errorf("a refused dump leaves %v", left)
	}
	d, err := s.WriteDump(t.Context(), dir, DumpFormats(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteDump(t.Context(), dir, DumpFormats(), nil, nil); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("over another: %v", err)
	}
	pkg, err := os.ReadFile(filepath.Join(dir, "datapackage.json"))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, "testdata/datapackage.json", pkg)
	list, err := shelf.List()
	if err != nil || len(list) != 1 {
		t.Fatalf("list: %v, %v", list, err)
	}
	if d := cmp.Diff(d.Files, list[0].Files); d != "" {
		t.Errorf("as written and as listed (-written +listed):\n%s", d)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := shelf.Serve(w, r, "2026-11-24.17", strings.TrimPrefix(r.URL.Path, "/")); p != nil {
			w.WriteHeader(p.Status)
		}
	}))
	defer srv.Close()
	for _, f := range d.Files {
		resp, err := http.Get(srv.URL + "/" + f.Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || int64(len(b)) != f.Bytes || f.SHA256 != "" && sum(b) != f.SHA256 {
			t.Errorf("%s: %d bytes, %v", f.Name, len(b), err)
		}
		if f.SHA256 == "" {
			continue
		}
		side, err := os.ReadFile(filepath.Join(dir, f.Manifest))
		if err != nil {
			t.Fatal(err)
		}
		var m Manifest
		if err := json.Unmarshal(side, &m); err != nil || Verify(bytes.NewReader(b), m) != nil || m.Rows != len(all) || m.Created.IsZero() {
			t.Errorf("%s: %v, %+v", f.Manifest, err, m)
		}
	}
	for _, name := range []string{"nothing.csv", "../secret", ".manifest.json", ""} {
		if resp, err := http.Get(srv.URL + "/" + url.PathEscape(name)); err != nil || resp.StatusCode != http.StatusNotFound {
			t.Errorf("%q: %v, %v", name, resp.StatusCode, err)
		}
	}
	if err := os.MkdirAll(filepath.Join(shelf.Dir, ".dump-1"), 0o755); err != nil { // one that was killed
		t.Fatal(err)
	}
	if list, err := shelf.List(); err != nil || len(list) != 1 {
		t.Errorf("beside one in the making: %v, %v", list, err)
	}
	if n, err := shelf.Drop(); n != 2 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	if list, err := shelf.List(); err != nil || len(list) != 0 {
		t.Errorf("after all were dropped: %v, %v", list, err)
	}
}

// Exports are counted by rows: many small ones pass, any one may be larger than what is left, and the next waits as long as it is told.
func TestRowsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(Options{Searcher: &rows{all: many(100)}, Rows: 250})
		ask := func(method, params string, headers ...string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(method, "/search.csv?columns=id"+params, nil)
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			if p := s.Serve(w, r, "csv", false); p != nil {
				problem.Write(w, r, p)
			}
			return w
		}
		first := ask("GET", "")
		for i := range 2 { // 200, 300 of 250
			if w := ask("GET", ""); w.Code != 200 || !strings.Contains(w.Header().Get("RateLimit-Policy"), "250;w=3600") {
				t.Fatalf("export %d: %d %v", i+2, w.Code, w.Header())
			}
		}
		w := ask("GET", "")
		after, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if w.Code != 429 || err != nil || w.Header().Get("RateLimit-Limit") != "250" || w.Header().Get("RateLimit-Remaining") != "0" || w.Header().Get("RateLimit-Reset") != w.Header().Get("Retry-After") {
			t.Fatalf("the fourth: %d %v", w.Code, w.Header())
		}
		time.Sleep(time.Duration(after-1) * time.Second)
		if w := ask("GET", ""); w.Code != 429 {
			t.Errorf("a second too early: %d", w.Code)
		}
		time.Sleep(time.Second)
		for range 5 { // what costs nothing is not counted
			if w := ask("HEAD", ""); w.Code != 200 {
				t.Errorf("HEAD: %d", w.Code)
			}
			if w := ask("GET", "", "If-None-Match", first.Header().Get("ETag")); w.Code != 304 {
				t.Errorf("the same again: %d", w.Code)
			}
		}
		if w := ask("GET", ""); w.Code != 200 {
			t.Errorf("after waiting: %d %s", w.Code, w.Body)
		}
	})
}
