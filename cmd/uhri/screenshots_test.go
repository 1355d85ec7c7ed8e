package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreenshots makes the README's pictures of the demonstration: `make screenshots`.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("`make screenshots` makes the README's pictures")
	}
	base := startDemo(t)
	waitUntil(t, base, "/api/v1/status", harvested)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ name, path, size string }{
		{"search.png", "/search?q=%22independent+national%22+OR+torture&sort=relevance", "1280,1000"},
		{"country.png", "/country/XAA", "1280,1000"},
	} {
		out := filepath.Join(dir, s.name)
		cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir="+t.TempDir(), "--window-size="+s.size, "--screenshot="+out, base+s.path)
		if b, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("chromium: %v\n%s", err, b)
		}
	}
}

// harvestJSON is what the pictures wait for.
type harvestJSON struct {
	Snapshot struct{ Records int }
	Sources  []struct {
		Source  string
		State   string
		Records int
		Success string `json:"last_success"`
	}
}

// harvested reports whether every source has been read to its end and all of it is published. The languages of the export
// are texts of the same passages, so its English ones are counted; the other sources add theirs.
func harvested(a harvestJSON) bool {
	sum := 0
	for _, s := range a.Sources {
		if s.Success == "" || s.State == "running" || s.Records == 0 {
			return false
		}
		if s.Source == "uhri/en" || !strings.HasPrefix(s.Source, "uhri/") {
			sum += s.Records
		}
	}
	return len(a.Sources) > 0 && a.Snapshot.Records == sum
}

// get fetches a page of a running service.
func get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
