package edge_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"uhri/api/edge"
	"uhri/api/problem"
)

func wrap(t *testing.T, o edge.Options, h http.HandlerFunc) http.Handler {
	t.Helper()
	e, err := edge.Wrap(h, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func ask(h http.Handler, target, peer string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = peer
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestClient(t *testing.T) {
	proxy := netip.MustParsePrefix("10.0.0.0/8")
	tests := []struct {
		name, peer string
		forwarded  []string
		trusted    []netip.Prefix
		want       string
	}{
		{"the peer", "192.0.2.1:5", nil, nil, "192.0.2.1"},
		{"nobody is trusted by default", "192.0.2.1:5", []string{"198.51.100.7"}, nil, "192.0.2.1"},
		{"a trusted proxy names the client", "10.0.0.1:5", []string{"198.51.100.7"}, []netip.Prefix{proxy}, "198.51.100.7"},
		{"what the client wrote itself is not believed", "10.0.0.1:5", []string{"203.0.113.9, 198.51.100.7, 10.0.0.2"}, []netip.Prefix{proxy}, "198.51.100.7"},
		{"several header lines are one list", "10.0.0.1:5", []string{"203.0.113.9", "198.51.100.7"}, []netip.Prefix{proxy}, "198.51.100.7"},
		{"an untrusted peer cannot pose as a proxy", "192.0.2.1:5", []string{"198.51.100.7"}, []netip.Prefix{proxy}, "192.0.2.1"},
		{"nonsense ends the list", "10.0.0.1:5", []string{"198.51.100.7, x"}, []netip.Prefix{proxy}, "10.0.0.1"},
		{"mapped addresses are IPv4", "[::ffff:192.0.2.1]:5", nil, nil, "192.0.2.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got netip.Addr
			h := wrap(t, edge.Options{Trusted: tt.trusted}, func(w http.ResponseWriter, r *http.Request) { got = edge.Client(r.Context()) })
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = tt.peer
			r.Header["X-Forwarded-For"] = tt.forwarded
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got.String() != tt.want {
				t.Errorf("client = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRate(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := wrap(t, edge.Options{PerMinute: 60, Burst: 3, Now: func() time.Time { return now }}, func(w http.ResponseWriter, r *http.Request) {})
	for i, want := range []string{"2", "1", "0"} {
		if w := ask(h, "/", "192.0.2.1:5"); w.Code != 200 || w.Header().Get("RateLimit-Remaining") != want {
			t.Errorf("request %d: %d, remaining %s, want %s", i, w.Code, w.Header().Get("RateLimit-Remaining"), want)
		}
	}
	w := ask(h, "/", "192.0.2.1:5")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" || w.Header().Get("Content-Type") != problem.ContentType {
		t.Errorf("over the limit: %d %v", w.Code, w.Header())
	}
	if w := ask(h, "/", "192.0.2.2:5"); w.Code != 200 {
		t.Errorf("another address is refused too: %d", w.Code)
	}
	now = now.Add(time.Second)
	if w := ask(h, "/", "192.0.2.1:5"); w.Code != 200 {
		t.Errorf("after Retry-After it is still refused: %d", w.Code)
	}
	for i, peer := range []string{"[2001:db8::1]:5", "[2001:db8::2]:5", "[2001:db8::3]:5", "[2001:db8::4]:5"} {
		if w, refused := ask(h, "/", peer), i == 3; (w.Code == http.StatusTooManyRequests) != refused {
			t.Errorf("address %d of one /64: %d", i, w.Code)
		}
	}
}

func TestLimits(t *testing.T) {
	h := wrap(t, edge.Options{MaxURL: 100, MaxBody: 10}, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	if w := ask(h, "/?q="+strings.Repeat("a", 100), "192.0.2.1:5"); w.Code != http.StatusRequestURITooLong {
		t.Errorf("long address: %d", w.Code)
	}
	for name, body := range map[string]io.Reader{"announced": strings.NewReader("12345678901"), "unannounced": io.MultiReader(strings.NewReader("12345678901"))} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", body))
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s long body: %d", name, w.Code)
		}
	}
}

func TestCompression(t *testing.T) {
	text := strings.Repeat("recommendation ", 1000)
	h := wrap(t, edge.Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `W/"x"`)
		_, _ = io.WriteString(w, text)
	})
	for _, enc := range []string{"gzip", "zstd", ""} {
		w := ask(h, "/", "192.0.2.1:5", "Accept-Encoding", enc)
		if got := w.Header().Get("Content-Encoding"); got != enc {
			t.Fatalf("asked for %q, got %q", enc, got)
		}
		var body io.Reader = w.Body
		switch enc {
		case "gzip":
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		case "zstd":
			z, err := zstd.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			defer z.Close()
			body = z
		}
		if b, err := io.ReadAll(body); err != nil || string(b) != text {
			t.Errorf("%q: %d bytes, %v", enc, len(b), err)
		}
		if w.Header().Get("ETag") != `W/"x"` || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%q: headers %v", enc, w.Header())
		}
	}
}

func TestPanics(t *testing.T) {
	h := wrap(t, edge.Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			_, _ = io.WriteString(w, strings.Repeat("half ", 10_000))
		}
		if r.URL.Path == "/abort" {
			panic(http.ErrAbortHandler)
		}
		panic("bug")
	})
	srv := httptest.NewServer(h)
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/early")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 500 || resp.Header.Get("Content-Type") != problem.ContentType {
		t.Errorf("early panic: %d %v", resp.StatusCode, resp.Header)
	}
	for _, path := range []string{"/late", "/abort"} {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			continue // broken before the first byte
		}
		if _, err := io.ReadAll(resp.Body); err == nil {
			t.Errorf("%s: half an answer looks whole", path)
		}
		resp.Body.Close()
	}
}
