package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test binary stand in for the program itself, so that tests can kill it and restart it as users would.
func TestMain(m *testing.M) {
	if os.Getenv("UHRI_TEST_RUN_AS_PROGRAM") == "1" || len(os.Args) > 1 && os.Args[1] == readerVerb {
		os.Unsetenv("UHRI_TEST_RUN_AS_PROGRAM")
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// uhri runs one verb in this process and returns what it printed.
func uhriRun(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return out.String(), err.String(), code
}

// must runs one verb and fails the test unless it succeeds.
func must(t testing.TB, args ...string) string {
	t.Helper()
	out, err, code := uhriRun(t, args...)
	if code != 0 {
		t.Fatalf("uhri %s: exit %d\n%s%s", strings.Join(args, " "), code, out, err)
	}
	return out
}

// found is the part of a search's answer the tests read.
type found struct {
	Total  int
	Items  []struct{ ID string }
	Facets map[string][]struct {
		Value string
		Count int
	}
	Snapshot string
}

func search(t testing.TB, data string, args ...string) found {
	t.Helper()
	var f found
	out := must(t, append([]string{"search", "--json", "--data", data}, args...)...)
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		t.Fatalf("search %v: %v in %s", args, err, out)
	}
	return f
}

// smallExport writes n records of the export's form, in words of our own, and returns its path. edit may change one record.
func smallExport(t testing.TB, dir string, n int, edit func(i int, r map[string]any)) string {
	t.Helper()
	asks := []string{"Open a clinic in every district", "Train judges on fair trial guarantees", "Ratify the Optional Protocol to the Convention against Torture",
		"End the detention of children for migration reasons", "Publish the findings of the inquiry into torture in prisons"}
	states := []string{"Kenya", "Peru", "Slovenia", "Japan"}
	var rs []map[string]any
	for i := range n {
		r := map[string]any{
			"AnnotationId": fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "DocumentId": "", "Symbol": fmt.Sprintf("A/HRC/%d/5", 40+i%4), "Body": "- UPR",
			"AnnotationType": "- Recommendations", "Countries": []string{states[i%4]}, "Regions": []string{}, "Text": fmt.Sprintf("<p>%d.%d %s (Norway);</p>", 100+i%4, i/4+1, asks[i%5]),
			"Themes": []string{"Right to health"}, "AffectedPersons": []string{"Children"}, "Sdgs": []string{"16 - PEACE, JUSTICE AND STRONG INSTITUTIONS"},
			"PublicationDate": fmt.Sprintf("20%02d-03-01T00:00:00", 10+i%10), "PublicationDateOnUhri": "1900-01-01T00:00:00", "UprCycle": "3",
			"UprSession": []string{"31"}, "UprPositions": []string{"Supported"}, "UprRecommendingCountry": []string{"Norway"}, "UprRecommendingRegions": []string{},
		}
		if edit != nil {
			edit(i, r)
		}
		rs = append(rs, r)
	}
	b, err := json.Marshal(rs)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fmt.Sprintf("export-%d.json", len(b)))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestJourney walks the spine: import, search, again, one edit, a takedown, backup and restore.
func TestJourney(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	first := smallExport(t, dir, 200, nil)
	if out := must(t, "harvest", "uhri", "--from", first, "--data", data); !strings.Contains(out, "200 in = 200 new + 0 changed + 0 unchanged + 0 rejected") || !strings.Contains(out, "published snapshot") {
		t.Fatalf("first harvest: %s", out)
	}
	if f := search(t, data, "torture", "--limit", "1"); f.Total != 80 || len(f.Items) != 1 {
		t.Errorf("torture: %d, want 80: two asks in five of 200", f.Total)
	}
	if f := search(t, data, "torture NOT prisons", "--filter", "country=KEN"); f.Total != 10 {
		t.Errorf("torture NOT prisons, Kenya: %d, want 10", f.Total)
	}
	if out := must(t, "harvest", "uhri", "--from", first, "--data", data); !strings.Contains(out, "unchanged") || !strings.Contains(out, "up to date") {
		t.Errorf("same file again: %s", out)
	}
	second := smallExport(t, dir, 200, func(i int, r map[string]any) {
		if i == 17 {
			r["Text"] = "<p>101.5 Close the oldest prison by next summer (Norway);</p>"
		}
	})
	if out := must(t, "harvest", "uhri", "--from", second, "--data", data); !strings.Contains(out, "0 new + 1 changed + 199 unchanged") {
		t.Errorf("after one edit: %s", out)
	}
	f := search(t, data, `"oldest prison"`)
	if f.Total != 1 {
		t.Fatalf("the edited words: %d", f.Total)
	}
	id := f.Items[0].ID
	if out := must(t, "dump", "--data", data); !strings.Contains(out, "recommendations.csv") || !strings.Contains(out, "datapackage.json") {
		t.Errorf("dump: %s", out)
	}
	dumped, err := filepath.Glob(filepath.Join(data, "dumps", "*", "recommendations.*"))
	if err != nil || len(dumped) != 6 {
		t.Fatalf("three files and their manifests: %v, %v", dumped, err)
	}
	for _, file := range dumped {
		if !strings.HasSuffix(file, ".manifest.json") {
			must(t, "verify", file)
		}
	}
	must(t, "suppress", id, "--reason", "asked by the person concerned", "--data", data)
	if f := search(t, data, `"oldest prison"`); f.Total != 0 {
		t.Errorf("after the takedown: %d", f.Total)
	}
	third := smallExport(t, dir, 200, func(i int, r map[string]any) {
		if i == 17 {
			r["Text"] = "<p>101.5 Close the oldest prison before next summer (Norway);</p>"
		}
	})
	must(t, "harvest", "uhri", "--from", third, "--data", data)
	if f := search(t, data, `"oldest prison"`); f.Total != 0 {
		t.Errorf("a later harvest brought it back: %d", f.Total)
	}
	for _, root := range []string{data} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err == nil && bytes.Contains(b, []byte("oldest prison")) {
				t.Errorf("%s still holds the text", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if out := must(t, "check", "--data", data); !strings.Contains(out, "whole") {
		t.Errorf("check: %s", out)
	}
	backup := filepath.Join(dir, "backup.db")
	must(t, "backup", backup, "--data", data)
	restored := filepath.Join(dir, "restored")
	if err := os.MkdirAll(restored, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(backup, filepath.Join(restored, "records.db")); err != nil {
		t.Fatal(err)
	}
	must(t, "dump", "--data", data, "-o", filepath.Join(dir, "deposit"))
	if b, err := os.ReadFile(filepath.Join(dir, "deposit", "recommendations.ndjson")); err != nil || bytes.Count(b, []byte("\n")) != 199 || bytes.Contains(b, []byte("oldest prison")) {
		t.Errorf("a dump after the takedown: %d lines, %v", bytes.Count(b, []byte("\n")), err)
	}
	must(t, "publish", "--data", restored)
	if f := search(t, restored, "torture"); f.Total != 79 { // one of the eighty was taken down
		t.Errorf("restored: %d, want 79", f.Total)
	}
}

// TestQuarantine holds that a publication that lost many records changes nothing until a person accepts it.
func TestQuarantine(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 200, nil), "--data", data)
	_, errs, code := uhriRun(t, "harvest", "uhri", "--from", smallExport(t, dir, 150, nil), "--data", data)
	if code != 4 || !strings.Contains(errs, "uhri accept 2") {
		t.Fatalf("a quarter fewer: exit %d, %s", code, errs)
	}
	if f := search(t, data, ""); f.Total != 200 {
		t.Errorf("while in quarantine: %d records, want 200", f.Total)
	}
	must(t, "accept", "2", "--data", data)
	if f := search(t, data, ""); f.Total != 150 {
		t.Errorf("accepted: %d records, want 150", f.Total)
	}
}

// TestBadInput holds that a broken publication publishes nothing and says what is wrong.
func TestBadInput(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	good := smallExport(t, dir, 100, nil)
	must(t, "harvest", "uhri", "--from", good, "--data", data)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"cut in a record":  {whole[:len(whole)/2], "cut"},
		"no closing brace": {whole[:len(whole)-1], "cut"},
		"a web page":       {[]byte("<!DOCTYPE html><html><body>maintenance</body></html>"), "web page"},
		"UTF-16":           {[]byte("\xff\xfe[\x00]\x00"), "UTF-16"},
		"empty":            {nil, "empty"},
		"an object":        {[]byte(`{"error":"no"}`), "list"},
	} {
		path := filepath.Join(dir, "bad.json")
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, errs, code := uhriRun(t, "harvest", "uhri", "--from", path, "--data", data)
		if code == 0 || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, says %q, want %q in it", name, code, errs, c.says)
		}
		if f := search(t, data, ""); f.Total != 100 {
			t.Errorf("%s: %d records, want the 100 of before", name, f.Total)
		}
	}
}

// TestManyBadRecords imports ten thousand records that cannot be understood between good ones: all stand in the ledger.
func TestManyBadRecords(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	path := smallExport(t, dir, 10_500, func(i int, r map[string]any) {
		if i >= 500 {
			r["Text"] = "<p>&nbsp;</p>"
		}
	})
	out := must(t, "harvest", "uhri", "--from", path, "--data", data)
	if !strings.Contains(out, "10500 in = 500 new + 0 changed + 0 unchanged + 10000 rejected") {
		t.Errorf("harvest: %s", out)
	}
	if f := search(t, data, ""); f.Total != 500 {
		t.Errorf("%d records, want 500", f.Total)
	}
}

// TestMistakesAreExplained holds that what people mistype is answered with what to do.
func TestMistakesAreExplained(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 20, nil), "--data", data)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"search", "x", "--data", filepath.Join(dir, "nothing")}, "there is no data"},
		{[]string{"search", "x", "--filter", "contry=KEN", "--data", data}, "country"},
		{[]string{"search", "x", "--filter", "country=Kenia", "--data", data}, "Kenya"},
		{[]string{"search", "(x", "--data", data}, "parenthesis"},
		{[]string{"harvest", "uhrii", "--data", data}, "did you mean uhri"},
		{[]string{"harvest", "uhri", "--from", filepath.Join(dir, "absent.json"), "--data", data}, "absent.json"},
		{[]string{"accept", "abc", "--data", data}, "not the number of a run"},
		{[]string{"suppress", "A/HRC/40/5", "--data", data}, "reason"},
		{[]string{"export", "x", "--data", data}, "-o"},
		{[]string{"serch"}, "search"},
	} {
		_, errs, code := uhriRun(t, c.args...)
		if code == 0 || !strings.Contains(errs, c.says) {
			t.Errorf("uhri %s: exit %d says %q, want %q in it", strings.Join(c.args, " "), code, strings.TrimSpace(errs), c.says)
		}
	}
}

// TestExportVerifies writes a result set twice, the same bytes, and notices a changed one.
func TestExportVerifies(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 300, nil), "--data", data)
	if out := must(t, "export", "torture", "--columns", "id, paragraph", "--lang", "fr,en", "-o", "-", "--data", data); !strings.HasPrefix(out, "id,paragraph\r\n") || strings.Count(out, "\r\n") != 121 {
		t.Errorf("two columns of 120 records: %.80q and %d lines", out, strings.Count(out, "\r\n"))
	}
	for _, format := range []string{"csv", "ndjson", "json", "xlsx", "parquet", "ris", "bib", "csl.json"} {
		a, b := filepath.Join(dir, "a."+format), filepath.Join(dir, "b."+format)
		must(t, "export", "torture", "--format", format, "-o", a, "--data", data)
		must(t, "export", "torture", "--format", format, "-o", b, "--data", data)
		x, err := os.ReadFile(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s: two exports of one snapshot differ", format)
		}
		must(t, "verify", a)
		if err := os.WriteFile(b, append(y, ' '), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, code := uhriRun(t, "verify", b); code != 2 {
			t.Errorf("%s: a changed file ends with %d", format, code)
		}
		if err := os.Rename(a, a+".renamed"); err != nil {
			t.Fatal(err)
		}
		if _, stderr, code := uhriRun(t, "verify", a+".renamed"); code != 1 || !strings.Contains(stderr, "--manifest") {
			t.Errorf("%s: without its manifest: %d %s", format, code, stderr)
		}
		must(t, "verify", a+".renamed", "--manifest", a+".manifest.json")
		if _, stderr, code := uhriRun(t, "verify", a); code != 1 || !strings.Contains(stderr, "there is no file") {
			t.Errorf("%s: no file: %d %s", format, code, stderr)
		}
	}
}
