package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// snippets are the programs of the manual's page on use by programs, by language, with the service's address in place.
func snippets(t *testing.T, base string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../../ui/help/35-use.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, m := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out[m[1]] = append(out[m[1]], strings.ReplaceAll(m[2], "https://uhri.example", base))
	}
	return out
}

// TestUsePage runs every program of the page "Use it from Python, R, curl, Excel" against a service, as it stands there, and holds what
// it says against what was harvested.
func TestUsePage(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 2600, nil), "--data", data)
	const torture, kenya = 2600 / 5 * 2, 2600 / 20 * 2 // two asks in five name it; one record in four is Kenya's
	base := startServe(t, data, serveOptions{noHarvest: true}, nil)
	programs := snippets(t, base)
	if len(programs["sh"]) != 3 || len(programs["python"]) != 3 || len(programs["r"]) != 1 || len(programs["m"]) != 1 {
		t.Fatalf("the page has other programs than this test runs: %d", len(programs))
	}
	run := func(t *testing.T, name string, args ...string) string {
		t.Helper()
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("%s is not installed", name)
		}
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Dir = dir
		var errors bytes.Buffer
		cmd.Stderr = &errors
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s%s", args, err, out, errors.String())
		}
		return string(out)
	}
	rows := func(t *testing.T, file string) int {
		t.Helper()
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(lines) - 1
	}
	t.Run("curl", func(t *testing.T) {
		if _, err := exec.LookPath("curl"); err != nil {
			t.Skip("curl is not installed")
		}
		run(t, "sh", "-ec", programs["sh"][0])
		if n := rows(t, "torture.csv"); n != kenya {
			t.Errorf("the file has %d rows, want %d", n, kenya)
		}
		if out := run(t, "sh", "-ec", programs["sh"][1]); strings.TrimSpace(out) != "304" {
			t.Errorf("asked again: %q", out)
		}
		var counted struct{ Total int }
		b, err := os.ReadFile(filepath.Join(dir, "count.json"))
		if err != nil || json.Unmarshal(b, &counted) != nil || counted.Total != kenya {
			t.Errorf("counted %s, %v", b, err)
		}
		run(t, "sh", "-ec", programs["sh"][2])
		var looked struct{ Items []struct{ Symbol string } }
		b, err = os.ReadFile(filepath.Join(dir, "found.json"))
		if err != nil || json.Unmarshal(b, &looked) != nil || len(looked.Items) != 650 || looked.Items[0].Symbol != "A/HRC/40/5" {
			t.Errorf("looked up %d, %v", len(looked.Items), err)
		}
	})
	t.Run("Python", func(t *testing.T) {
		for i, want := range []string{fmt.Sprint(kenya, " records, snapshot "), fmt.Sprint(torture, " records"), "added 00000000-0000-4000-8000-000000000000"} {
			if out := run(t, "python3", "-c", programs["python"][i]); !strings.Contains(out, want) {
				t.Errorf("program %d says %q, want %q", i, out, want)
			}
		}
	})
	t.Run("R", func(t *testing.T) {
		out := run(t, "Rscript", "-e", programs["r"][0])
		if !strings.Contains(out, fmt.Sprint(kenya, " records")) || !strings.Contains(out, "Right to health") {
			t.Errorf("it says %q", out)
		}
	})
	// Excel is not to be had here: the address its query asks is asked, and what it gets is opened by another spreadsheet.
	t.Run("Excel", func(t *testing.T) {
		m := regexp.MustCompile(`Web\.Contents\("([^"]+)", \[RelativePath = "([^"]+)", Query = \[([^\]]+)\]\]\)`).FindStringSubmatch(programs["m"][0])
		if m == nil {
			t.Fatalf("no address in %s", programs["m"][0])
		}
		query := url.Values{}
		for _, pair := range regexp.MustCompile(`(\w+) = "([^"]*)"`).FindAllStringSubmatch(m[3], -1) {
			query.Set(pair[1], pair[2])
		}
		status, body := get(t, m[1]+"/"+m[2]+"?"+query.Encode())
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		if err := os.WriteFile(filepath.Join(dir, "excel.csv"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, "excel.csv"); n != kenya {
			t.Errorf("the query brings %d rows, want %d", n, kenya)
		}
		run(t, "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "office"), "--headless", "--infilter=CSV:44,34,76", "--convert-to", "html", "excel.csv")
		b, err := os.ReadFile(filepath.Join(dir, "excel.html"))
		if n := bytes.Count(bytes.ToLower(b), []byte("<tr")); err != nil || n != kenya+1 {
			t.Errorf("LibreOffice shows %d lines, want %d: %v", n, kenya+1, err)
		}
	})
	// The page shows its own address.
	if _, page := get(t, base+"/help/use"); strings.Contains(page, "uhri.example") || !strings.Contains(page, base+"/search.csv") || !strings.Contains(page, strconv.Itoa(1000)) {
		t.Error("the page names another service")
	}
}
