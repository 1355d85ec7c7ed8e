package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"uhri/config"
	"uhri/crawler/replica"
)

// startServe serves in this process on a free port until the test ends, and returns its address.
func startServe(t testing.TB, data string, o serveOptions, change func(*config.Config)) string {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.Server.AdminListen, cfg.Server.Requests = data, "", 1_000_000
	if change != nil {
		change(&cfg)
	}
	p := &program{out: io.Discard, err: io.Discard, cfg: cfg, log: slog.New(slog.DiscardHandler)}
	if testing.Verbose() {
		p.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	o.listen = "127.0.0.1:0"
	ctx, stop := context.WithCancel(context.Background())
	addr, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- p.serve(ctx, o, func(a string) { addr <- a }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	select {
	case a := <-addr:
		return "http://" + a
	case err := <-ended:
		ended <- nil
		t.Fatalf("serve: %v", err)
		return ""
	}
}

// startDemo serves the demonstration and waits until all its languages are published.
func startDemo(t testing.TB) string {
	base, _ := startDemoIn(t)
	return base
}

// startDemoIn is startDemo, and says where the data is.
func startDemoIn(t testing.TB) (base, data string) {
	data = filepath.Join(t.TempDir(), "data")
	base = startServe(t, data, serveOptions{demo: true}, nil)
	waitFor(t, base, "/api/v1/recommendations?limit=0&lang=zh", func(a answerJSON) bool { return a.Total > 400 })
	return base, data
}

// answerJSON is what the tests read of the API.
type answerJSON struct {
	Total         int
	Snapshot      string
	Demonstration bool
	Items         []struct{ ID, Paragraph string }
}

// waitFor asks until the answer is right. Harvests on a busy machine take their time.
func waitFor(t testing.TB, base, path string, right func(answerJSON) bool) answerJSON {
	t.Helper()
	return waitUntil(t, base, path, right)
}

// waitUntil asks until an answer of another kind is right.
func waitUntil[A any](t testing.TB, base, path string, right func(A) bool) A {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		status, body := get(t, base+path)
		var a A
		if status == http.StatusOK {
			if err := json.Unmarshal([]byte(body), &a); err != nil {
				t.Fatalf("%s: %v in %s", path, err, body)
			}
			if right(a) {
				return a
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: still %d %s", path, status, body)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestDemonstration walks what a new user sees: nobody can mistake the demonstration for real data.
func TestDemonstration(t *testing.T) {
	base, data := startDemoIn(t)
	sameRows(t, data)
	if _, body := get(t, base+"/"); !strings.Contains(body, "Demonstration") {
		t.Error("the home page does not say that it is a demonstration")
	}
	status, body := get(t, base+"/search?q=torture")
	if status != 200 || !strings.Contains(body, "<mark>") || !strings.Contains(body, "Demonstration") {
		t.Errorf("search page: %d, without highlights or the strip", status)
	}
	if _, body := get(t, base+"/robots.txt"); !strings.Contains(body, "Disallow: /") {
		t.Errorf("robots.txt: %s", body)
	}
	a := waitFor(t, base, "/api/v1/recommendations?q=torture", func(a answerJSON) bool { return a.Total > 0 })
	if !a.Demonstration {
		t.Error("the API does not say that it is a demonstration")
	}
	if _, csv := get(t, base+"/search.csv?q=torture"); !strings.Contains(strings.ToLower(csv), "demo") {
		t.Error("the CSV does not say that it is a demonstration")
	}
	for _, path := range []string{"/status", "/help", "/privacy", "/sdg", "/sdg/5", "/country/XAA", "/r/" + a.Items[0].ID, "/openapi.json", "/search.atom?q=torture", "/data-dictionary"} {
		if status, _ := get(t, base+path); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for path, want := range map[string]int{"/nowhere": 404, "/api/v1/recommendations?contry=XAA": 400, "/r/00000000-0000-4000-8000-000000000000": 404} {
		if status, _ := get(t, base+path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}

// TestFoldersAreNotMixed holds that a folder with demonstration data refuses real sources, and the reverse.
func TestFoldersAreNotMixed(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 10, nil), "--data", data)
	if _, errs, code := uhriRun(t, "serve", "--demo", "--data", data, "--listen", "127.0.0.1:0"); code == 0 || !strings.Contains(errs, "real") {
		t.Errorf("demonstration in a folder with real data: exit %d, %s", code, errs)
	}
}

// TestServeHarvestsOnSchedule harvests a local stand-in of the real address over HTTP, twice, changed the second time, while
// clients search: every answer is whole and of one edition, and none fails.
func TestServeHarvestsOnSchedule(t *testing.T) {
	publisher, err := replica.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	data := filepath.Join(t.TempDir(), "data")
	base := startServe(t, data, serveOptions{}, func(c *config.Config) {
		c.Publish.Every = config.Duration(time.Millisecond)
		c.Sources.UHRI.Schedule = "@every 3s"
		c.Sources.UHRI.Addresses = []string{"http://127.0.0.1:1/export-full-{lang}.json", publisher.ExportAddress()}
		c.Fetch.Loopback, c.Fetch.Jitter = true, 0
	})
	// Invented States are unknown to real data, so the records are kept without them; what counts here is the way they come.
	first := waitFor(t, base, "/api/v1/recommendations?limit=0", func(a answerJSON) bool { return a.Total > 500 })

	var failed, asked atomic.Int64
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				asked.Add(1)
				res, err := http.Get(base + "/api/v1/recommendations?q=children&limit=1&facets=*")
				if err != nil {
					failed.Add(1)
					continue
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				res.Body.Close()
			}
		})
	}
	publisher.Publish(replica.Export(replica.ExportOptions{Edition: 2}))
	second := waitFor(t, base, "/api/v1/recommendations?limit=0", func(a answerJSON) bool { return a.Snapshot != first.Snapshot })
	close(stop)
	clients.Wait()
	if failed.Load() > 0 || asked.Load() == 0 {
		t.Errorf("%d of %d searches failed while a snapshot was built", failed.Load(), asked.Load())
	}
	_, body := get(t, base+"/api/v1/status")
	if !strings.Contains(body, `"changed"`) {
		t.Errorf("status: %s", body)
	}
	t.Logf("%d searches meanwhile; snapshots %s, %s", asked.Load(), first.Snapshot, second.Snapshot)
}

// TestFiftyClients asks with fifty clients at once past every cap: answers are right, or 503 and 429 that say when to come back.
func TestFiftyClients(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 2000, nil), "--data", data)
	base := startServe(t, data, serveOptions{noHarvest: true}, func(c *config.Config) { c.Server.Requests, c.Server.MaxSearches = 600, 1 })
	var wg sync.WaitGroup
	var right, later atomic.Int64
	problems := make(chan string, 1000)
	for range 50 {
		wg.Go(func() {
			for range 20 {
				res, err := http.Get(base + "/api/v1/recommendations?q=torture&facets=*&limit=20")
				if err != nil {
					problems <- err.Error()
					continue
				}
				b, err := io.ReadAll(res.Body)
				res.Body.Close()
				switch {
				case err != nil:
					problems <- err.Error()
				case res.StatusCode == http.StatusOK:
					var a answerJSON
					if json.Unmarshal(b, &a) != nil || a.Total != 800 {
						problems <- fmt.Sprintf("total %d, want 800", a.Total)
					}
					right.Add(1)
				case (res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusTooManyRequests) && res.Header.Get("Retry-After") != "":
					later.Add(1)
				default:
					problems <- fmt.Sprintf("%d %s", res.StatusCode, b)
				}
			}
		})
	}
	wg.Wait()
	close(problems)
	for p := range problems {
		t.Error(p)
	}
	if right.Load() == 0 {
		t.Error("nobody was answered")
	}
	t.Logf("%d answered, %d told to come back", right.Load(), later.Load())
	// What is too long is refused, and nothing else suffers.
	if status, _ := get(t, base+"/api/v1/recommendations?q="+strings.Repeat("x", 200_000)); status < 400 || status > 499 {
		t.Errorf("an address of 200 kB: %d", status)
	}
}

// TestTooManyRequests holds that people are told with a page and programs with a problem, and both when to come back.
func TestTooManyRequests(t *testing.T) {
	base := startServe(t, t.TempDir(), serveOptions{noHarvest: true}, func(c *config.Config) { c.Server.Requests = 2 })
	for accept, media := range map[string]string{"text/html,application/xhtml+xml": "text/html", "*/*": "application/problem+json"} {
		var res *http.Response
		for range 2 { // two a minute is one at once
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/help", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			if res, err = http.DefaultClient.Do(r); err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode == http.StatusTooManyRequests && !strings.Contains(string(b), "at most 2 requests a minute") && !strings.Contains(string(b), "At most 2 requests a minute") {
				t.Errorf("%v: %.300s", err, b)
			}
		}
		if res.StatusCode != http.StatusTooManyRequests || !strings.HasPrefix(res.Header.Get("Content-Type"), media) || res.Header.Get("Retry-After") == "" || res.Header.Get("RateLimit-Remaining") != "0" {
			t.Errorf("%s: %d %v", accept, res.StatusCode, res.Header)
		}
	}
	// What a page is dressed in is not counted, or the page that says so would be naked.
	if status, _ := get(t, base+"/static/portal.css"); status == http.StatusTooManyRequests {
		t.Error("a style sheet is counted")
	}
}
