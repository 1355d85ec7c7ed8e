package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"uhri/crawler/replica"
)

// TestKilledServe kills a serving process twenty times at random moments of harvesting and publishing, while a client searches all along: it may
// meet connection errors while the service restarts, and 503 before the first snapshot; it never meets a wrong answer. The publisher's
// editions differ by one record each way, so every answer must be the count of one of them.
func TestKilledServe(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty kills take a minute")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	publisher, err := replica.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cfg := filepath.Join(dir, "uhri.yaml")
	text := fmt.Sprintf("data: %q\nserver:\n  listen: %q\n  admin_listen: \"\"\n  requests_per_minute: 1000000\npublish:\n  every: 1ms\nfetch:\n  loopback: true\n  jitter: 0s\nsources:\n  uhri:\n    addresses: [%q]\n    schedule: \"@every 1s\"\n",
		filepath.Join(dir, "data"), addr, publisher.ExportAddress())
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))

	// What one edition answers, counted from the publisher's own list: the client checks totals against these.
	right := map[int]bool{}
	for e := range 10 {
		n := len(replica.Records("en", e))
		for d := -4; d <= 0; d++ { // rejected on purpose: a blank one, a duplicate
			right[n+d] = true
		}
	}
	var answers, refused atomic.Int64
	wrong := make(chan string, 100)
	stop := make(chan struct{})
	var client sync.WaitGroup
	client.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			res, err := http.Get("http://" + addr + "/api/v1/recommendations?limit=0&facets=mechanism&facet_limit=0")
			if err != nil {
				refused.Add(1)
				time.Sleep(5 * time.Millisecond)
				continue
			}
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode == http.StatusServiceUnavailable {
				refused.Add(1)
				continue
			}
			var f found
			if jerr := json.Unmarshal(b, &f); jerr != nil || res.StatusCode != http.StatusOK {
				wrong <- fmt.Sprintf("%d %s", res.StatusCode, b)
				continue
			}
			sum := 0
			for _, v := range f.Facets["mechanism"] {
				sum += v.Count
			}
			if !right[f.Total] || sum != f.Total {
				wrong <- fmt.Sprintf("total %d, mechanisms add up to %d", f.Total, sum)
			}
			answers.Add(1)
		}
	})
	for k := range 20 {
		publisher.Publish(replica.Export(replica.ExportOptions{Edition: k % 10}))
		cmd := exec.Command(self, "serve", "--config", cfg)
		cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(300+rng.IntN(2200)) * time.Millisecond)
		_ = cmd.Process.Kill() // it serves until killed
		_ = cmd.Wait()
	}
	// Left alone, it catches up.
	cmd := exec.Command(self, "serve", "--config", cfg)
	cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		res, err := http.Get("http://" + addr + "/api/v1/recommendations?limit=0")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("after the kills it does not serve")
		}
		time.Sleep(50 * time.Millisecond)
	}
	close(stop)
	client.Wait()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	close(wrong)
	for w := range wrong {
		t.Error(w)
	}
	if answers.Load() < 20 {
		t.Errorf("only %d answers; the test proves nothing", answers.Load())
	}
	t.Logf("%d right answers, %d refused while it restarted", answers.Load(), refused.Load())
}
