package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gocolly/colly/v2"
	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
)

// serve starts a server that has no robots.txt and answers everything else with h.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func local(o Options) *Client {
	o.Loopback, o.Delay = true, -1
	return New(o)
}

func TestPrivateAddressesAreOutOfReach(t *testing.T) {
	asked := false
	here := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	c := New(Options{Delay: -1})
	for _, address := range []string{
		here, strings.Replace(here, "127.0.0.1", "localhost", 1), "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/",
		"http://100.64.0.1/", "http://[::1]/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := c.Get(ctx, address, nil)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "private address") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if asked {
		t.Error("the operator's own machine was asked")
	}
}

// TestRedirectsAreCheckedToo: the demonstration's client stays on this machine wherever a page sends it.
func TestRedirectsAreCheckedToo(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/secret", http.StatusFound)
	})
	if _, err := local(Options{}).Get(t.Context(), address, nil); err == nil || !strings.Contains(err.Error(), "this machine only") {
		t.Errorf("err = %v", err)
	}
	loop := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) })
	if _, err := local(Options{}).Get(t.Context(), loop+"/", nil); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("err = %v", err)
	}
}

func TestGetNeverCutsSilently(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", map[string]int{"/fits": 1000, "/over": 1001}[r.URL.Path]))
	})
	c := local(Options{MaxBody: 1000})
	if a, err := c.Get(t.Context(), address+"/fits", nil); err != nil || len(a.Body) != 1000 {
		t.Errorf("a body at the limit: %v", err)
	}
	if _, err := c.Get(t.Context(), address+"/over", nil); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a body over the limit: %v", err)
	}
}

// TestPages holds what colly does by default and must not: cut bodies at 10 MB, follow its own idea of robots.txt, call itself colly.
func TestPages(t *testing.T) {
	const page = 12 << 20
	var agent string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent = r.Header.Get("User-Agent")
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
		case "/long":
			fmt.Fprint(w, strings.Repeat("y", page))
		default:
			fmt.Fprint(w, "<html><title>Sessions</title></html>")
		}
	}))
	t.Cleanup(s.Close)

	visit := func(o Options, path string) (size int, err error) {
		p := local(o).Pages(t.Context())
		p.OnResponse(func(r *colly.Response) { size = len(r.Body) })
		err = p.Visit(s.URL + path)
		return size, err
	}
	if n, err := visit(Options{}, "/long"); err != nil || n != page {
		t.Errorf("a page of %d bytes: %d arrived, %v", page, n, err)
	}
	if n, err := visit(Options{MaxBody: 1 << 20}, "/long"); err == nil || n != 0 {
		t.Errorf("a page over the limit: %d arrived, %v", n, err)
	}
	if _, err := visit(Options{}, "/private/x"); err == nil || !strings.Contains(err.Error(), "robots.txt") {
		t.Errorf("a disallowed page: %v", err)
	}
	if _, err := visit(Options{Contact: "mailto:office@example.org"}, "/sessions"); err != nil || !strings.Contains(agent, "uhri/") || !strings.Contains(agent, "office@example.org") {
		t.Errorf("the server was asked by %q, %v", agent, err)
	}
}

// export is a file that does not compress into one packet.
var export = bytes.Repeat([]byte(`{"AnnotationId":"x"},`), 20_000)

func TestDownload(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), bytes.NewReader(export))
	})
	dir := t.TempDir()
	c := local(Options{})
	f, err := c.Download(t.Context(), address, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(f.Path)
	if err != nil || !bytes.Equal(got, export) {
		t.Fatalf("%d bytes on disk, want %d: %v", len(got), len(export), err)
	}
	sum := sha256.Sum256(export)
	if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(export)) {
		t.Errorf("file = %+v", f)
	}
	if f.Validators["etag"] != `"one"` || f.Validators["last_modified"] != "Fri, 02 Jan 2026 03:04:05 GMT" {
		t.Errorf("validators = %v", f.Validators)
	}
	again, err := c.Download(t.Context(), address, dir, f.Validators)
	if err != nil || !again.Unchanged || again.Path != "" {
		t.Errorf("the second download: %+v, %v", again, err)
	}
	if diff := cmp.Diff(f.Validators, again.Validators); diff != "" {
		t.Errorf("validators after 304 (-first +second):\n%s", diff)
	}
	expectFiles(t, dir, 1)
}

// TestDownloadWithoutValidators is the real export's server: its HEAD tells a size and no more.
func TestDownloadWithoutValidators(t *testing.T) {
	size := len(export)
	var asked []string
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method)
		w.Header().Set("Content-Length", fmt.Sprint(size))
		if r.Method == http.MethodGet {
			_, _ = w.Write(append(bytes.Clone(export), make([]byte, size-len(export))...))
		}
	})
	dir := t.TempDir()
	c := local(Options{})
	download := func(since map[string]string, unchanged bool, want ...string) map[string]string {
		t.Helper()
		asked = nil
		f, err := c.Download(t.Context(), address, dir, since)
		if err != nil || f.Unchanged != unchanged {
			t.Fatalf("file = %+v, %v; want unchanged %v", f, err, unchanged)
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		return f.Validators
	}
	since := download(nil, false, "GET")
	since = download(since, true, "HEAD")
	old := map[string]string{"size": since["size"], "fetched": time.Now().Add(-8 * 24 * time.Hour).UTC().Format(time.RFC3339)}
	download(old, false, "GET") // a week has passed
	size += 7
	download(since, false, "HEAD", "GET")
}

func TestBrokenDownloads(t *testing.T) {
	promise := func(w http.ResponseWriter, n int) { w.Header().Set("Content-Length", fmt.Sprint(n)) }
	stop := make(chan struct{})
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{name: "fewer bytes than promised", want: "broke off", answer: func(w http.ResponseWriter, _ *http.Request) {
			promise(w, len(export))
			_, _ = w.Write(export[:1000])
		}},
		{name: "the connection ends in the middle", want: "broke off", answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(export[:1000])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}},
		{name: "the connection goes silent", want: "nothing came for 150ms", answer: func(w http.ResponseWriter, r *http.Request) {
			promise(w, len(export))
			_, _ = w.Write(export[:1000])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-stop:
			}
		}},
		{name: "not a word", want: "nothing came for 150ms", answer: func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-stop:
			}
		}},
		{name: "not found", want: "404", answer: http.NotFound},
		{name: "a partial answer nobody asked for", want: "206", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusPartialContent)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			address := serve(t, tc.answer)
			_, err := local(Options{Idle: 150 * time.Millisecond}).Download(t.Context(), address, dir, nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
			expectFiles(t, dir, 0)
		})
	}
	close(stop)
}

// TestSlowIsNotSilent: a download may take far longer than the silence allowed, as long as something comes.
func TestSlowIsNotSilent(t *testing.T) {
	idle := 400 * time.Millisecond
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 8 {
			fmt.Fprint(w, i)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(idle / 4):
			case <-r.Context().Done():
			}
		}
	})
	f, err := local(Options{Idle: idle}).Download(t.Context(), address, t.TempDir(), nil)
	if err != nil || f.Size != 8 {
		t.Errorf("file = %+v, %v", f, err)
	}
}

func TestDownloadStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(export[:1000])
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	dir := t.TempDir()
	if _, err := local(Options{}).Download(ctx, address, dir, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	expectFiles(t, dir, 0)
}

func TestDownloadLeavesTheDiskSomeRoom(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(export) })
	dir := t.TempDir()
	c := local(Options{})
	c.free = func(string) (int64, bool) { return headroom + 1000, true }
	if _, err := c.Download(t.Context(), address, dir, nil); err != nil { // its length is not told: no more can be known
		t.Error(err)
	}
	c.free = func(string) (int64, bool) { return headroom - 1, true }
	if _, err := c.Download(t.Context(), address, dir, nil); uhri.KindOf(err) != uhri.Unavailable {
		t.Errorf("err = %v", err)
	}
	expectFiles(t, dir, 1)
	if n, ok := freeDisk(dir); !ok || n <= 0 {
		t.Errorf("free disk: %d, %v", n, ok)
	}
}

// TestRefusedHeadIsTheEnd: a server that refuses the HEAD is not asked for the file as well.
func TestRefusedHeadIsTheEnd(t *testing.T) {
	asked := 0
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("cf-mitigated", "challenge")
		w.WriteHeader(http.StatusForbidden)
	})
	since := map[string]string{"size": "5", "fetched": time.Now().UTC().Format(time.RFC3339)}
	_, err := local(Options{}).Download(t.Context(), address, t.TempDir(), since)
	if _, blocked := errors.AsType[*crawler.BlockedError](err); !blocked || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func expectFiles(t *testing.T, dir string, want int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != want {
		t.Errorf("%d files are left in the folder, want %d: %v", len(entries), want, err)
	}
}
