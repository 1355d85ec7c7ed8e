package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uhri/crawler/replica"
	"uhri/crawler/segment"
)

// inbox is a folder with the demonstration's files and one of its reviews.
func inbox(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := replica.Dropped()
	for _, d := range replica.Documents() {
		if d.Symbol == "DEMO/A/HRC/60/7" || d.Symbol == "DEMO/A/HRC/60/7/Add.1" {
			files[strings.ReplaceAll(string(d.Symbol), "/", "_")+"."+d.Format] = d.Data
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestDocuments drops files in, finds them by search, and reads them again: PDFs in child processes of this program.
func TestDocuments(t *testing.T) {
	data, dir := filepath.Join(t.TempDir(), "data"), inbox(t)
	out := must(t, "harvest", "folder", "--from", dir, "--data", data)
	if !strings.Contains(out, "1 rejected") || !strings.Contains(out, "published") {
		t.Errorf("harvest: %s", out)
	}
	for filter, want := range map[string]string{"position=supported": "DEMO/A/HRC/60/7", "body=CEDAW": "DEMO/CEDAW/C/XAG/CO/9", "mechanism=special_procedures": "DEMO/A/HRC/60/44/Add.1"} {
		out, errs, code := uhriRun(t, "search", "", "--filter", filter, "--data", data)
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("search %s does not show %s: %s%s", filter, want, out, errs)
		}
	}
	if out := must(t, "harvest", "folder", "--from", dir, "--data", data); !strings.Contains(out, "up to date") {
		t.Errorf("second harvest: %s", out)
	}
	if out := must(t, "reprocess", "folder", "--all", "--data", data); !strings.Contains(out, "folder: 0 records read otherwise now") {
		t.Errorf("reprocess: %s", out)
	}

	// The symbol is found among what was harvested, and the file says the same.
	var bySymbol, byFile []segment.ExplainedUPR
	for _, x := range []struct {
		name string
		to   *[]segment.ExplainedUPR
	}{{"DEMO/A/HRC/60/7", &bySymbol}, {filepath.Join(dir, "DEMO_A_HRC_60_7.docx"), &byFile}} {
		if err := json.Unmarshal([]byte(must(t, "explain", x.name, "--json", "--data", data)), x.to); err != nil {
			t.Fatal(err)
		}
	}
	if len(bySymbol) != 12 || len(byFile) != 12 || bySymbol[3].Text != byFile[3].Text {
		t.Errorf("explain: %d and %d recommendations", len(bySymbol), len(byFile))
	}
	if out := must(t, "explain", filepath.Join(dir, "visit.pdf"), "--data", data); !strings.Contains(out, "DEMO/A/HRC/60/44/Add.1  pdf") || !strings.Contains(out, "recommendation") {
		t.Errorf("explain for people: %s", out)
	}
	if _, errs, code := uhriRun(t, "explain", filepath.Join(dir, "letter-scanned.pdf"), "--data", data); code == 0 || !strings.Contains(errs, "OCR") {
		t.Errorf("explain of a scan: exit %d, %s", code, errs)
	}
}

// TestDocumentSourcesAreCalledRightly: what is missing is named, not guessed.
func TestDocumentSourcesAreCalledRightly(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"harvest", "folder"}, "--from"},
		{[]string{"harvest", "folder", "--from", filepath.Join(data, "nowhere")}, "not a folder"},
		{[]string{"harvest", "folder", "--from", t.TempDir(), "--symbol", "A/HRC/1/1"}, "--symbol"},
		{[]string{"harvest", "upr"}, "contact"},
		{[]string{"harvest", "uprr"}, "did you mean upr"},
		{[]string{"explain", "A/HRC/59/15"}, "set `contact`"},
		{[]string{"explain", "nothing.pdf"}, "no such file"},
	} {
		if _, errs, code := uhriRun(t, append(c.args, "--data", data)...); code == 0 || !strings.Contains(errs, c.says) {
			t.Errorf("uhri %s: exit %d, %q, want something about %q", strings.Join(c.args, " "), code, errs, c.says)
		}
	}
}
