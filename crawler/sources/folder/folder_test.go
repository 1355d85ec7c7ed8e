package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/replica"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/folder"
	"uhri/crawler/store"
)

// desk is a store with a reader over it.
type desk struct {
	t      testing.TB
	store  *store.Store
	reader *documents.Reader
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	x, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), MaxDrop: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &desk{t, s, documents.NewReader(x.Read)}
}

func (d *desk) process() crawler.Process {
	return documents.NewProcess(documents.ProcessOptions{Source: "folder", Reader: d.reader, Library: documents.In(d.store)})
}

// harvest runs the folder once and returns the reasons of what was rejected.
func (d *desk) harvest(dir string) (uhri.Run, map[string]string) {
	d.t.Helper()
	src, err := folder.New(folder.Options{Dir: dir, Reader: d.reader, Library: documents.In(d.store)})
	if err != nil {
		d.t.Fatal(err)
	}
	run, err := (&crawler.Runner{Store: d.store, Workers: 2}).Run(d.t.Context(), src, d.process(), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	all, err := d.store.Rejections(d.t.Context(), run.ID, 1000, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	why := map[string]string{}
	for _, r := range all {
		why[r.Key] = r.Reason
	}
	return run, why
}

// records returns the live records by symbol.
func (d *desk) records() map[uhri.Symbol][]*uhri.Recommendation {
	d.t.Helper()
	out := map[uhri.Symbol][]*uhri.Recommendation{}
	for r, err := range d.store.Records(d.t.Context()) {
		if err != nil {
			d.t.Fatal(err)
		}
		out[r.Symbol] = append(out[r.Symbol], r)
	}
	return out
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func published(t testing.TB, symbol uhri.Symbol) []byte {
	t.Helper()
	for _, d := range replica.Documents() {
		if d.Symbol == symbol {
			return d.Data
		}
	}
	t.Fatalf("no %s", symbol)
	return nil
}

const report = uhri.Symbol("DEMO/A/HRC/60/7")

// TestFolder: names and extensions say nothing, every family is recognised, and what yields nothing says why.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	dropped := replica.Dropped()
	write(t, dir, "a/one.bin", dropped["concluding-observations.docx"])
	write(t, dir, "a/two", dropped["visit.pdf"])
	write(t, dir, "letter.pdf", dropped["letter-scanned.pdf"])
	write(t, dir, "b/answers.pdf", published(t, report+"/Add.1"))
	write(t, dir, "report.doc", published(t, report))
	write(t, dir, "notes.txt", []byte("Remember to call the translators about the meeting on Monday, and about the other one as well.\n"))
	write(t, dir, "empty.pdf", nil)
	write(t, dir, ".hidden.docx", published(t, "DEMO/A/HRC/60/10"))
	write(t, dir, "~$report.docx", []byte("a lock file"))
	d := newDesk(t)
	run, why := d.harvest(dir)
	got := d.records()
	count := map[uhri.Symbol]int{}
	for s, r := range got {
		count[s] = len(r)
	}
	if count[report] != 12 || count["DEMO/CEDAW/C/XAG/CO/9"] < 10 || count["DEMO/A/HRC/60/44/Add.1"] < 3 || len(count) != 3 {
		t.Errorf("records: %v", count)
	}
	for _, r := range got[report] {
		if r.UPR.Position == uhri.PositionUnknown {
			t.Errorf("%s has no position: the addendum was not joined", r.Paragraph)
		}
	}
	for _, r := range got["DEMO/CEDAW/C/XAG/CO/9"] {
		if r.Body != "CEDAW" || len(r.Countries) != 1 || r.Countries[0] != "XAG" || !r.Demo {
			t.Errorf("%s: body %s, %v", r.Paragraph, r.Body, r.Countries)
		}
	}
	for key, part := range map[string]string{"letter.pdf": "OCR", "empty.pdf": "no PDF", "notes.txt": "what kind of document"} {
		if !strings.Contains(why[key], part) {
			t.Errorf("%s was rejected with %q, want something about %q", key, why[key], part)
		}
	}
	if len(why) != 3 {
		t.Errorf("rejected: %v", why)
	}
	if again, _ := d.harvest(dir); again.New+again.Changed+again.Withdrawn > 0 {
		t.Errorf("second harvest: %+v", again)
	}
	rerun, err := d.store.Reprocess(t.Context(), "folder", d.process(), true, nil)
	if err != nil || rerun.Reprocessed > 0 {
		t.Errorf("reprocessing without a change: %d, %v", rerun.Reprocessed, err)
	}
	if run.In != run.New+run.Rejected {
		t.Errorf("the run does not add up: %+v", run)
	}
}

// TestOneAfterTheOther: the report today, the answers tomorrow from another folder, and yesterday's folder empty.
func TestOneAfterTheOther(t *testing.T) {
	d := newDesk(t)
	first, second := t.TempDir(), t.TempDir()
	write(t, second, "answers.docx", published(t, report+"/Add.1"))
	if run, why := d.harvest(second); run.New != 0 || !strings.Contains(why[string(report)], "needs the report "+string(report)) {
		t.Fatalf("answers alone: %+v, %v", run, why)
	}
	write(t, first, "report.docx", published(t, report))
	if run, why := d.harvest(first); run.New != 12 || len(why) != 0 {
		t.Fatalf("the report: %+v, %v", run, why)
	}
	run, why := d.harvest(second)
	if run.New+run.Withdrawn != 0 || len(why) != 0 {
		t.Errorf("the answers again: %+v, %v", run, why)
	}
	for _, r := range d.records()[report] {
		if r.UPR.Position == uhri.PositionUnknown {
			t.Errorf("%s has no position", r.Paragraph)
		}
	}
	if run, _ := d.harvest(t.TempDir()); run.Withdrawn != 0 || len(d.records()[report]) != 12 {
		t.Errorf("an empty folder withdrew something: %+v", run)
	}
}

// TestTwoFormats: of the same document as Word file and as PDF one is cut, the Word file.
func TestTwoFormats(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.docx", published(t, report))
	write(t, dir, "z.txt", []byte(string(report)+"\nReport of the Working Group on the Universal Periodic Review\nTamerune\n\nII. Conclusions and/or recommendations\n\n"+
		"132. The following recommendations enjoy the support of Tamerune:\n132.1 Do something else entirely (Nordvalia);\n\n133. All conclusions and/or recommendations contained in the present report reflect the position of the submitting States.\n"))
	d := newDesk(t)
	if _, why := d.harvest(dir); len(why) != 0 {
		t.Error(why)
	}
	got := d.records()[report]
	if len(got) != 12 || strings.Contains(got[0].CleanText(uhri.English), "entirely") {
		t.Errorf("%d records, the first %q", len(got), got[0].CleanText(uhri.English))
	}
}

func TestReadName(t *testing.T) {
	for _, c := range []struct {
		name   string
		symbol uhri.Symbol
		lang   uhri.Lang
	}{
		{"x/CEDAW_C_KEN_CO_8.pdf", "CEDAW/C/KEN/CO/8", ""},
		{"A_HRC_59_15-EN.pdf", "A/HRC/59/15", uhri.English},
		{"CRPD_C_ALB_CO_1.ar.pdf", "CRPD/C/ALB/CO/1", uhri.Arabic},
		{"A_HRC_43_15_Add.1_S.docx", "A/HRC/43/15/Add.1", uhri.Spanish},
		{"minutes.pdf", "", ""},
		{"UPR34_Slovenia_Thematic_list.docx", "", ""},
	} {
		symbol, lang := folder.ReadName(c.name)
		if symbol != c.symbol || lang != c.lang {
			t.Errorf("%s: %q %q, want %q %q", c.name, symbol, lang, c.symbol, c.lang)
		}
	}
}

func TestNoFolder(t *testing.T) {
	d := newDesk(t)
	_, err := folder.New(folder.Options{Dir: filepath.Join(t.TempDir(), "nowhere"), Reader: d.reader, Library: documents.In(d.store)})
	if uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("got %v", err)
	}
}

// shared returns a path in the folder of real documents beside the checkout, or skips.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	p := filepath.Join(append([]string{"..", "..", "..", "..", "shared"}, parts...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("the real documents are not here: %s", p)
	}
	return p
}

// TestRealReviews: three reviews of one State, each as report, addendum, decision and thematic list under the names they were
// published with, among files that are something else. Counts and positions are the State's own.
func TestRealReviews(t *testing.T) {
	d := newDesk(t)
	_, why := d.harvest(shared(t, "sources", "samples", "upr_slovenia"))
	got := map[uhri.Symbol]map[string]int{}
	for s, recs := range d.records() {
		n := map[string]int{}
		for _, r := range recs {
			n[string(r.Type)]++
			if r.Type == uhri.TypeRecommendation {
				n[string(r.UPR.Position)]++
			}
			if len(r.Tags) > 0 {
				n["labelled"]++
			}
			if len(r.Provenance.Review) > 0 {
				n["review"]++
			}
		}
		got[s] = n
	}
	if n := got["A/HRC/14/15"]; n["recommendation"] != 97 {
		t.Errorf("first cycle: %v", n)
	}
	for s, want := range map[uhri.Symbol][3]int{"A/HRC/28/15": {163, 142, 21}, "A/HRC/43/15": {215, 182, 33}} {
		n := got[s]
		if diff := cmp.Diff(want, [3]int{n["recommendation"], n["supported"], n["noted"]}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s, diff)
		}
		if n["review"] > 1 { // the thematic list corrects one misprint of the second cycle's report
			t.Errorf("%s: %d records need review", s, n["review"])
		}
	}
	if n := got["A/HRC/43/15"]["labelled"]; n < 200 {
		t.Errorf("the thematic list labels %d records", n)
	}
	if r := why["cycle3/Letter-OHCHR-HC-Slovenia.scanned-no-text.pdf"]; !strings.Contains(r, "OCR") {
		t.Errorf("the scanned letter: %q", r)
	}
}

// TestRealConcludingObservations harvests 103 real documents in a folder: all of them, and the States' follow-up told apart.
func TestRealConcludingObservations(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of reading PDFs")
	}
	d := newDesk(t)
	run, why := d.harvest(shared(t, "sources", "samples", "treaty_bodies", "crpd"))
	followUps := 0
	for key, r := range why {
		if strings.Contains(r, "State's own follow-up") && strings.Contains(key, "/Add.") {
			followUps++
		} else {
			t.Errorf("%s: %s", key, r)
		}
	}
	if followUps != 4 {
		t.Errorf("%d follow-ups were told apart, want 4: %v", followUps, why)
	}
	got := d.records()
	if len(got) < 95 || run.New < 6000 {
		t.Errorf("%d passages of %d documents", run.New, len(got))
	}
	for s, recs := range got {
		for _, r := range recs {
			if r.Body != "CRPD" || len(r.Texts) == 0 || r.Paragraph == "" {
				t.Fatalf("%s: %+v", s, r)
			}
		}
	}
}
