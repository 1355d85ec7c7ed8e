package replica_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/uhriexport"
)

const exportFile = "/uhri/export-results/export-full-{lang}.json"

// publisher is a server and how often its export was asked for.
type publisher struct {
	address string
	asked   atomic.Int64
}

func publish(t *testing.T, h http.Handler) *publisher {
	t.Helper()
	p := &publisher{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			p.asked.Add(1)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.address = s.URL + exportFile
	return p
}

// result is what a harvest over HTTP gave.
type result struct {
	items, rejected int
	sweep           crawler.Sweep
	err             error
}

// harvest reads the export as serve does: through the polite client, to disk, then record by record.
func harvest(t *testing.T, since crawler.Cursor, addresses ...string) (r result) {
	t.Helper()
	dir := t.TempDir()
	client := fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: 3, Idle: time.Second})
	src, err := uhriexport.New(uhriexport.Options{Addresses: addresses,
		Fetch: func(ctx context.Context, address string, since map[string]string) (*uhriexport.Download, error) {
			f, err := client.Download(ctx, address, dir, since)
			if err != nil {
				return nil, err
			}
			return &uhriexport.Download{Path: f.Path, Size: f.Size, Validators: f.Validators, Unchanged: f.Unchanged}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r.sweep, r.err = src.Harvest(t.Context(), since, func(_ crawler.Item, err error) bool {
		if err != nil {
			r.rejected++
		} else {
			r.items++
		}
		return true
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d downloads are left on disk: %v", len(left), err)
	}
	return r
}

// TestFaults: nothing a publisher does wrong is taken for a complete export, and what is not final is waited out or asked elsewhere.
func TestFaults(t *testing.T) {
	good := replica.Export(replica.ExportOptions{})
	whole := len(replica.Records(uhri.English, 1))
	for _, c := range []struct {
		name    string
		fault   replica.Fault
		wrong   string // part of the error when there is no other address
		blocked bool
		asked   int64 // times the first address is asked; 0 = any
	}{
		{name: "a server that says nothing", fault: replica.Silent(), wrong: "nothing came for 1s", asked: 1},
		{name: "a connection that stalls", fault: replica.Stalled(5000), wrong: "nothing came for 1s", asked: 1},
		{name: "a body cut short of its length", fault: replica.Cut(5000, true), wrong: "broke off", asked: 1},
		{name: "a body cut without a length", fault: replica.Cut(5000, false), wrong: "broke off", asked: 1},
		{name: "a short body that claims to be whole", fault: replica.Shortened(50_000), wrong: "does not end with the bracket"},
		{name: "only the last bracket is missing", fault: replica.Shortened(-1), wrong: "does not end with the bracket"},
		{name: "a length that promises too much", fault: replica.LyingSize(100), wrong: "broke off"},
		{name: "a length that promises too little", fault: replica.LyingSize(-100), wrong: "does not end with the bracket"},
		{name: "not here any more", fault: replica.Refusing(http.StatusNotFound, "", 0), wrong: "404", asked: 1},
		{name: "busy for good", fault: replica.Refusing(http.StatusServiceUnavailable, "0", 0), wrong: "503", asked: 4},
		{name: "a page in place of the file", fault: replica.WebPage(), wrong: "web page", asked: 1},
		{name: "sent to the operator's network", fault: replica.Redirecting("http://10.0.0.1/export.json"), wrong: "this machine only", asked: 1},
		{name: "a challenge for browsers", fault: replica.Challenge(), wrong: "blocked by the publisher", blocked: true, asked: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := publish(t, c.fault(good))
			alone := harvest(t, nil, bad.address)
			if alone.err == nil || !strings.Contains(alone.err.Error(), c.wrong) || alone.sweep.Complete {
				t.Errorf("alone: complete %v, error %v, want %q", alone.sweep.Complete, alone.err, c.wrong)
			}
			if n := bad.asked.Load(); c.asked > 0 && n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
			_, blocked := errors.AsType[*crawler.BlockedError](alone.err)
			if blocked != c.blocked {
				t.Errorf("blocked %v, want %v", blocked, c.blocked)
			}

			second := publish(t, good)
			both := harvest(t, nil, bad.address, second.address)
			if c.blocked {
				if both.err == nil || second.asked.Load() > 0 {
					t.Errorf("refused by one address, the other was asked %d times: evasion", second.asked.Load())
				}
				return
			}
			if both.err != nil || !both.sweep.Complete || both.items != whole {
				t.Errorf("with a second address: %d items, want %d, complete %v, %v", both.items, whole, both.sweep.Complete, both.err)
			}
		})
	}
}

func TestWaitedOut(t *testing.T) {
	whole := len(replica.Records(uhri.English, 1))
	for name, fault := range map[string]replica.Fault{
		"503 with Retry-After": replica.Refusing(http.StatusServiceUnavailable, "0", 2),
		"429 with Retry-After": replica.Refusing(http.StatusTooManyRequests, "0", 3),
		"502":                  replica.Refusing(http.StatusBadGateway, "0", 1),
	} {
		t.Run(name, func(t *testing.T) {
			p := publish(t, fault(replica.Export(replica.ExportOptions{})))
			if r := harvest(t, nil, p.address); r.err != nil || !r.sweep.Complete || r.items != whole {
				t.Errorf("%d items, complete %v, %v", r.items, r.sweep.Complete, r.err)
			}
		})
	}
}

// TestSecondHarvest: an unchanged export costs the publisher one small request, an edited one is read whole.
func TestSecondHarvest(t *testing.T) {
	for _, c := range []struct {
		name       string
		validators bool
	}{
		{name: "a size and nothing else"},
		{name: "with validators", validators: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var now atomic.Pointer[http.Handler]
			edition := func(n int, share float64) {
				h := replica.Export(replica.ExportOptions{Edition: n, Share: share, Validators: c.validators})
				now.Store(&h)
			}
			edition(1, 0)
			p := publish(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*now.Load()).ServeHTTP(w, r) }))
			first := harvest(t, nil, p.address)
			if first.err != nil || !first.sweep.Complete {
				t.Fatalf("%+v", first)
			}
			p.asked.Store(0)
			again := harvest(t, first.sweep.Cursor, p.address)
			if again.err != nil || !again.sweep.Unchanged || again.sweep.Complete || again.items != 0 || p.asked.Load() != 1 {
				t.Errorf("unchanged: %+v after %d requests", again, p.asked.Load())
			}
			edition(2, 0)
			second := harvest(t, again.sweep.Cursor, p.address)
			if second.err != nil || !second.sweep.Complete || second.items != first.items {
				t.Errorf("edited: %+v", second)
			}
			// A fifth is missing: complete as a file; the store decides that it is not believed.
			edition(2, 0.8)
			fewer := harvest(t, second.sweep.Cursor, p.address)
			if fewer.err != nil || !fewer.sweep.Complete || fewer.items != first.items*8/10 {
				t.Errorf("a fifth missing: %+v of %d", fewer, first.items)
			}
		})
	}
}
