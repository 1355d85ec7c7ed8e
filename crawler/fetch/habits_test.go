package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"uhri"
	"uhri/crawler"
)

// serveAll starts a server that answers robots.txt itself.
func serveAll(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func hello(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }

// TestKnownRulesStayGood: nothing is fetched while the rules were never had, but old rules hold while new ones cannot be had.
func TestKnownRulesStayGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := 503
		s := &site{robots: func() *http.Response { return says(status, "User-agent: *\nDisallow: /private\n") }}
		c := s.client(Options{Delay: -1})
		if _, err := get(t, c, "/a"); uhri.KindOf(err) != uhri.Unavailable {
			t.Errorf("with 503: %v", err)
		}
		status = 200
		if _, err := get(t, c, "/a"); err != nil {
			t.Errorf("when it is back: %v", err)
		}
		status = 500
		time.Sleep(robotsAge + time.Second)
		if _, err := get(t, c, "/a"); err != nil {
			t.Errorf("with old rules: %v", err)
		}
		if _, err := get(t, c, "/private"); err == nil {
			t.Error("the old rules were forgotten")
		}
		s.expect(t, "/robots.txt at 0", "/robots.txt at 0", "/a at 0", "/robots.txt at 86401", "/a at 86401")
	})
}

// TestRulesElsewhere: what a redirect of robots.txt leads to holds here, on another host too.
func TestRulesElsewhere(t *testing.T) {
	other := serveAll(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "User-agent: *\nDisallow: /private") })
	address := serveAll(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.Redirect(w, r, "/rules", http.StatusMovedPermanently)
		case "/rules":
			http.Redirect(w, r, other+"/robots.txt", http.StatusFound)
		}
	})
	c := local(Options{})
	if _, err := c.Get(t.Context(), address+"/public", nil); err != nil {
		t.Error(err)
	}
	_, err := c.Get(t.Context(), address+"/private", nil)
	if _, disallowed := errors.AsType[*Disallowed](err); !disallowed {
		t.Errorf("private: %v", err)
	}
}

// TestRedirects to the same host do not wait for themselves, whatever their bodies.
func TestRedirects(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/long":
			w.Header().Set("Location", "/end")
			w.WriteHeader(http.StatusMovedPermanently)
			fmt.Fprint(w, strings.Repeat("moved ", 100_000))
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		default:
			hello(w, r)
		}
	})
	c := local(Options{})
	for _, path := range []string{"/short", "/long"} {
		a, err := c.Get(t.Context(), address+path, nil)
		if err != nil || a.URL != address+"/end" || string(a.Body) != "hello" {
			t.Errorf("%s: %+v, %v", path, a, err)
		}
	}
	if _, err := c.Get(t.Context(), address+"/circle", nil); err == nil || !strings.Contains(err.Error(), "ten redirects") {
		t.Errorf("a circle: %v", err)
	}
	a, err := c.GetOnce(t.Context(), address+"/short", nil)
	if err != nil || a.Status != http.StatusFound || a.Header.Get("Location") != "/end" {
		t.Errorf("GetOnce: %+v, %v", a, err)
	}
	if _, err := c.Get(t.Context(), address+"/end", nil); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// TestStalls: silence ends a request wherever it falls, robots.txt included, and gives the turn back.
func TestStalls(t *testing.T) {
	var where atomic.Value
	address := serveAll(t, func(w http.ResponseWriter, r *http.Request) {
		at := where.Load()
		if r.URL.Path == "/robots.txt" && at != "robots" {
			http.NotFound(w, r)
			return
		}
		if at == "nowhere" {
			hello(w, r)
			return
		}
		if at != "header" {
			fmt.Fprint(w, "User-agent: ")
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	})
	c := local(Options{Idle: 100 * time.Millisecond})
	for _, at := range []string{"robots", "header", "body"} {
		where.Store(at)
		if _, err := c.Get(t.Context(), address, nil); !errors.Is(err, errStalled) || !Silent(err) {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := c.Download(t.Context(), address, t.TempDir(), nil); !errors.Is(err, errStalled) {
			t.Errorf("%s, downloading: %v", at, err)
		}
	}
	where.Store("nowhere")
	if _, err := c.Get(t.Context(), address, nil); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// TestSlowReader: a reader who takes longer than a server may be silent is no stall.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res, err := (&site{}).client(Options{}).RoundTrip(request(t, place+"/1"))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		for _, want := range []string{"fi", "ne"} {
			time.Sleep(2 * DefaultIdle)
			got := make([]byte, 2)
			if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != want {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

func TestLyingLength(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		fmt.Fprint(w, "short")
	})
	if _, err := local(Options{}).Get(t.Context(), address, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v", err)
	}
	if _, err := New(Options{}).Get(t.Context(), "::no address", nil); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("no address: %v", err)
	}
}

func TestReach(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "::": false,
	} {
		c := New(Options{})
		err := c.reachable("tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String(), nil)
		if (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	c := New(Options{Loopback: true})
	if c.reachable("tcp", "127.0.0.1:80", nil) != nil || c.reachable("tcp", "93.184.216.34:80", nil) == nil {
		t.Error("loopback is this machine and nothing else")
	}
}

// TestAsked: the status page is told which servers a source asks, and how, while they are being waited for too.
func TestAsked(t *testing.T) {
	refused, waits := make(chan bool), false
	address := serveAll(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nCrawl-delay: 0.01\n")
		case !waits:
			waits = true
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusServiceUnavailable)
			close(refused)
		}
	})
	c := New(Options{Loopback: true, Delay: time.Millisecond, Retries: 1})
	ctx, cancel := context.WithCancel(crawler.For(t.Context(), "treatybodies"))
	ended := make(chan error)
	go func() {
		_, err := c.Get(ctx, address+"/list", nil)
		ended <- err
	}()
	<-refused
	var a uhri.HostAsked
	for a.WaitsFor == "" { // it takes the client a moment to read the answer
		if all := c.Asked("treatybodies"); len(all) == 1 {
			a = all[0]
		}
	}
	if a.Host != strings.TrimPrefix(address, "http://") || a.Delay != "10ms" || !strings.Contains(a.Robots, "asks for 10ms between requests") || a.Requests != 2 || a.WaitsFor != "503 Service Unavailable" || a.WaitsUntil.Before(time.Now()) {
		t.Errorf("while it waits: %+v", a)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if all := c.Asked("treatybodies"); len(all) != 1 || all[0].WaitsFor != "" || !all[0].WaitsUntil.IsZero() {
		t.Errorf("afterwards: %+v", all)
	}
	if all := c.Asked("upr"); len(all) > 0 {
		t.Errorf("another source asked nobody: %+v", all)
	}
}
