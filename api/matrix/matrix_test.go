package matrix

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"uhri"
	"uhri/api/export"
	"uhri/api/export/sheettest"
	"uhri/api/problem"
	"uhri/index/indextest"
)

func id(n int) uhri.ID { return uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

// corpus has two reviews of Kenya and one of Peru; 1 and 5 ask for the same, 2 has its like in Peru only.
func corpus() []*uhri.Recommendation {
	rec := func(n int, symbol, paragraph string, order int, year int, state uhri.Country, text string, ask uhri.ID, upr *uhri.UPR) *uhri.Recommendation {
		r := &uhri.Recommendation{
			ID: id(n), Type: uhri.TypeRecommendation, Symbol: uhri.Symbol(symbol), Paragraph: paragraph, Order: order, Date: uhri.Date{Year: year, Month: 3, Day: 1},
			Mechanism: uhri.MechanismUPR, Body: "UPR", Countries: []uhri.Country{state}, UPR: upr, Ask: ask, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: text}},
			Tags: []uhri.Tag{{Scheme: uhri.SchemeSDG, Concept: "16.3", Origin: uhri.OriginPublisher}},
		}
		if upr == nil { // labelled with a goal only, as most are
			r.Mechanism, r.Body, r.Tags[0].Concept = uhri.MechanismTreatyBody, "CAT", "16"
		}
		return r
	}
	upr := func(p uhri.Position, source string) *uhri.UPR {
		return &uhri.UPR{Recommending: []uhri.Country{"NOR"}, Cycle: 3, Position: p, PositionSource: source}
	}
	return []*uhri.Recommendation{
		rec(1, "A/HRC/44/9", "142.2", 2, 2020, "KEN", "Train judges on fair trial", id(5), upr(uhri.PositionSupported, "A/HRC/44/9/Add.1")),
		rec(2, "A/HRC/44/9", "142.10", 10, 2020, "KEN", "=HYPERLINK(\"http://evil.example\")", id(6), upr(uhri.PositionNoted, "")),
		rec(3, "A/HRC/44/9", "142.3", 3, 2020, "KEN", "Open a clinic", "", upr(uhri.PositionPartial, "")),
		rec(4, "CAT/C/KEN/CO/3", "21", 1, 2022, "KEN", "Ratify the protocol", "", nil),
		rec(5, "A/HRC/29/10", "5", 5, 2015, "KEN", "Train the judges on fair trials", id(5), upr(uhri.PositionUnknown, "")),
		rec(6, "A/HRC/37/8", "1", 1, 2018, "PER", "Like the second", id(6), upr(uhri.PositionSupported, "")),
	}
}

func serving(t testing.TB, recs []*uhri.Recommendation) http.Handler {
	t.Helper()
	e := indextest.NewReference()
	t.Cleanup(func() { _ = e.Close() })
	indextest.Publish(t, e, "2026-11-24.17", recs)
	s := NewServer(e, export.NewServer(export.Options{Searcher: e, BaseURL: "https://example.org", Version: "test"}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/")
		if p := s.Serve(w, r, parts[2], parts[3]); p != nil {
			problem.Write(w, r, p)
		}
	})
}

func fetch(t testing.TB, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// read returns a CSV as one map a row.
func read(t testing.TB, b []byte) []map[string]string {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, l := range lines[1:] {
		m := map[string]string{}
		for i, s := range l {
			m[lines[0][i]] = s
		}
		out = append(out, m)
	}
	return out
}

func TestEveryColumnIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Columns() {
		if c.Label == "" || c.About == "" || c.Width <= 0 || seen[strings.ToLower(c.Label)] || c.Empty != (c.from.Name == "" && !strings.HasPrefix(c.Label, "Same ask")) {
			t.Errorf("column %+v", c)
		}
		seen[strings.ToLower(c.Label)] = true
	}
}

// The newest document comes first, its passages as they stand in it, and those that ask for the same together.
func TestCSV(t *testing.T) {
	h := serving(t, corpus())
	w := fetch(t, h, "/country/KEN/matrix.csv")
	if w.Code != 200 || w.Header().Get("X-Total-Count") != "5" || !strings.Contains(w.Header().Get("Content-Disposition"), "matrix-KEN-2026-11-24.17.csv") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	rows := read(t, w.Body.Bytes())
	var got []string
	for _, r := range rows {
		got = append(got, r["Document symbol"]+" "+r["Paragraph"]+" "+r["Same ask: group"]+"/"+r["Same ask: passages"])
	}
	want := []string{"CAT/C/KEN/CO/3 21 /", "A/HRC/44/9 142.2 1/2", "A/HRC/29/10 5 1/2", "A/HRC/44/9 142.3 /", "A/HRC/44/9 142.10 /"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("order and groups (-want +got):\n%s", d)
	}
	first := rows[1]
	for name, v := range map[string]string{"Text": "Train judges on fair trial", "Date": "2020-03-01", "Recommending State": "Norway", "Permanent address": "https://example.org/r/" + string(id(1)), "Status": "", "Lead institution": ""} {
		if got, ok := first[name]; !ok || got != v {
			t.Errorf("%s = %q (there: %v), want %q", name, got, ok, v)
		}
	}
	if text := rows[4]["Text"]; !strings.HasPrefix(text, "'=HYPERLINK") {
		t.Errorf("a formula is not defused: %q", text)
	}
}

func TestFilters(t *testing.T) {
	h := serving(t, corpus())
	for path, want := range map[string]int{
		"/country/KEN/matrix.csv?position=supported": 1, "/country/KEN/matrix.csv?q=judges": 2, "/country/KEN/matrix.csv?from=2020": 4,
		"/country/KEN/matrix.csv?not.body=UPR&sort=oldest": 1, "/country/PER/matrix.csv": 1, "/country/FRA/matrix.csv": 0, "/country/KEN/impact-oss.csv?theme=unknown": 5,
	} {
		w := fetch(t, h, path)
		if rows := len(read(t, w.Body.Bytes())); w.Code != 200 || rows != want {
			t.Errorf("%s: %d with %d rows, want %d", path, w.Code, rows, want)
		}
	}
	for path, want := range map[string]int{"/country/KEN/matrix.csv?country=PER": 400, "/country/KEN/matrix.csv?nope=1": 400, "/country/KEN/matrix.xlsx?bom=1": 400, "/country/XXX/matrix.csv": 404, "/country/kenya/matrix.csv": 404, "/country/KEN/matrix.csv?columns=id": 400} {
		if w := fetch(t, h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := fetch(t, h, "/country/kenya/matrix.csv"); !strings.Contains(w.Body.String(), "/country/KEN/matrix.csv") {
		t.Errorf("no way on: %s", w.Body)
	}
	for _, r := range read(t, fetch(t, h, "/country/KEN/matrix.csv").Body.Bytes()) { // a goal stands there whether or not a target is known
		if !strings.HasPrefix(r["SDG goal"], "16") || (r["Paragraph"] == "21") != (r["SDG target"] == "") {
			t.Errorf("%s: goal %q, target %q", r["Paragraph"], r["SDG goal"], r["SDG target"])
		}
	}
	// In an order of the reader's own, a group stands where its first passage does.
	rows := read(t, fetch(t, h, "/country/KEN/matrix.csv?sort=oldest").Body.Bytes())
	if rows[0]["Paragraph"] != "5" || rows[1]["Paragraph"] != "142.2" {
		t.Errorf("oldest first: %s, %s", rows[0]["Paragraph"], rows[1]["Paragraph"])
	}
}

func TestImpactOSS(t *testing.T) {
	w := fetch(t, serving(t, corpus()), "/country/KEN/impact-oss.csv")
	if !strings.HasPrefix(w.Body.String(), "title,reference,accepted,response,description\r\n") {
		t.Fatalf("header: %q", strings.SplitN(w.Body.String(), "\n", 2)[0])
	}
	rows := read(t, w.Body.Bytes())
	got := map[string][3]string{}
	for _, r := range rows {
		got[r["reference"]] = [3]string{r["title"], r["accepted"], r["response"]}
		if !strings.Contains(r["description"], "SDG") || !strings.Contains(r["description"], "https://example.org/r/") {
			t.Errorf("description: %q", r["description"])
		}
	}
	want := map[string][3]string{
		"CAT/C/KEN/CO/3, para. 21": {"Ratify the protocol", "", ""},
		"A/HRC/44/9, para. 142.2":  {"Train judges on fair trial", "true", "Supported (A/HRC/44/9/Add.1)"},
		"A/HRC/44/9, para. 142.3":  {"Open a clinic", "", "Supported in part"},
		"A/HRC/44/9, para. 142.10": {"'=HYPERLINK(\"http://evil.example\")", "false", "Noted"},
		"A/HRC/29/10, para. 5":     {"Train the judges on fair trials", "", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}

func TestXLSX(t *testing.T) {
	h := serving(t, corpus())
	w := fetch(t, h, "/country/KEN/matrix.xlsx")
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for range 3 {
		if again := fetch(t, h, "/country/KEN/matrix.xlsx"); !bytes.Equal(w.Body.Bytes(), again.Body.Bytes()) {
			t.Error("two files of one snapshot differ")
		}
	}
	if again := fetch(t, h, "/country/KEN/matrix.xlsx", "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("the same again: %d", again.Code)
	}
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheettest.Extents(t, f)
	rows, err := f.GetRows(sheetMatrix)
	if err != nil || len(rows) != 6 || len(rows[0]) != len(Columns()) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	lists, err := f.GetDataValidations(sheetMatrix)
	if err != nil || len(lists) != 3 {
		t.Fatalf("%d drop-down lists, %v", len(lists), err)
	}
	status := slices.IndexFunc(Columns(), func(c Column) bool { return c.Label == "Status" })
	name, _ := excelize.ColumnNumberToName(status + 1)
	if lists[0].Sqref != name+"2:"+name+"6" || !strings.Contains(lists[0].Formula1, "Lists!$A$2:$A$7") {
		t.Errorf("status list: %s on %s", lists[0].Formula1, lists[0].Sqref)
	}
	offered, err := f.GetCols(sheetLists)
	if err != nil || !slices.Equal(offered[0][1:], Statuses()) {
		t.Errorf("the list offers %v, %v", offered, err)
	}
	layout, err := f.GetPageLayout(sheetMatrix)
	if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("layout %+v, %v", layout, err)
	}
	if props, err := f.GetSheetProps(sheetMatrix); err != nil || !*props.FitToPage {
		t.Errorf("fit to page: %v, %v", props, err)
	}
	names := f.GetDefinedName()
	if !slices.ContainsFunc(names, func(n excelize.DefinedName) bool {
		return n.Name == "_xlnm.Print_Titles" && n.RefersTo == "Matrix!$1:$1"
	}) {
		t.Errorf("the header is not repeated: %v", names)
	}
	text := slices.IndexFunc(Columns(), func(c Column) bool { return c.from.Name == "text" })
	for n := range 6 {
		at, _ := excelize.CoordinatesToCellName(text+1, n+1)
		if formula, _ := f.GetCellFormula(sheetMatrix, at); formula != "" {
			t.Errorf("%s is a formula: %s", at, formula)
		}
	}
	if w := fetch(t, h, "/country/FRA/matrix.xlsx"); w.Code != 200 {
		t.Errorf("a State without passages: %d", w.Code)
	} else if _, err := excelize.OpenReader(w.Body); err != nil {
		t.Error(err)
	}
}

// LibreOffice opens the workbook, keeps its texts and lists, and prints it with the header on every page.
func TestLibreOffice(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed")
	}
	var many []*uhri.Recommendation
	for n := range 120 {
		r := *corpus()[n%4]
		r.ID, r.Order = id(1000+n), n
		r.Texts = map[uhri.Lang]uhri.Text{uhri.English: {Full: strings.Repeat("Train judges on fair trial guarantees. ", 25)}}
		many = append(many, &r)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "matrix.xlsx")
	if err := os.WriteFile(path, fetch(t, serving(t, many), "/country/KEN/matrix.xlsx").Body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	convert := func(to string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", to, "--outdir", dir, path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		b, err := os.ReadFile(filepath.Join(dir, "matrix."+strings.SplitN(to, ":", 2)[0]))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	lines, err := csv.NewReader(bytes.NewReader(convert("csv"))).ReadAll()
	if err != nil || len(lines) != 121 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if flat := string(convert("fods")); strings.Count(flat, "table:content-validation-name=") == 0 || !strings.Contains(flat, "$Lists.$A$2") || !strings.Contains(flat, "<table:table-header-rows>") {
		t.Error("LibreOffice lost the drop-down lists or the repeated header")
	}
	pdf := filepath.Join(dir, "matrix.pdf")
	convert("pdf")
	if out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", pdf, "-").Output(); err == nil {
		pages := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
		with := 0
		for _, p := range pages {
			if strings.Contains(p, "Paragraph") && strings.Contains(p, "Lead institution") && strings.Contains(p, "Train judges") {
				with++
			}
		}
		if with < 2 || with != strings.Count(string(out), "Kenya, 2026-11-24.17") {
			t.Errorf("%d of %d pages have the header", with, len(pages))
		}
		t.Logf("%d pages, the header on %d", len(pages), with)
	}
}
