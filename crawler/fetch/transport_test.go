package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
)

// site is a server without a network, so that pauses and time-outs of hours pass in virtual time.
type site struct {
	mu     sync.Mutex
	robots func() *http.Response                       // nil = 404
	answer func(n int, r *http.Request) *http.Response // n counts from 1
	asked  []string                                    // "path at seconds"
	bodies []string
	agents map[string]bool
	began  time.Time
	n      int
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		s.began, s.agents = time.Now(), map[string]bool{}
	}
	s.asked = append(s.asked, fmt.Sprintf("%s at %d", r.URL.Path, int(time.Since(s.began).Seconds())))
	s.agents[r.Header.Get("User-Agent")] = true
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		s.bodies = append(s.bodies, string(b))
	}
	var res *http.Response
	switch {
	case r.URL.Path == "/robots.txt" && s.robots != nil:
		res = s.robots()
	case r.URL.Path == "/robots.txt":
		res = says(404, "not found")
	default:
		s.n++
		res = says(200, "fine")
		if s.answer != nil {
			res = s.answer(s.n, r)
		}
	}
	res.Request = r
	return res, nil
}

// says is an answer; headers are "Name: value".
func says(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for _, line := range headers {
		k, v, _ := strings.Cut(line, ": ")
		h.Add(k, v)
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Header: h,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
}

func (s *site) client(o Options) *Client {
	c := New(o)
	c.base = s
	return c
}

func (s *site) expect(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

const place = "https://publisher.example"

func get(t *testing.T, c *Client, path string) (*Answer, error) {
	t.Helper()
	return c.Get(t.Context(), place+path, nil)
}

func TestOneHostIsAskedWithPauses(t *testing.T) {
	for _, tc := range []struct {
		name, robots string
		delay        time.Duration
		want         []string
	}{
		{name: "two seconds unless told otherwise", want: []string{"/robots.txt at 0", "/1 at 2", "/2 at 4"}},
		{name: "a configured pause", delay: 3 * time.Second, want: []string{"/robots.txt at 0", "/1 at 3", "/2 at 6"}},
		{name: "a longer Crawl-delay wins", robots: "User-agent: *\nCrawl-delay: 5\n", want: []string{"/robots.txt at 0", "/1 at 2", "/2 at 7"}},
		{name: "a shorter Crawl-delay does not", robots: "User-agent: *\nCrawl-delay: 1\n", want: []string{"/robots.txt at 0", "/1 at 2", "/2 at 4"}},
		{name: "a Crawl-delay of a day is a mistake of the site's", robots: "User-agent: *\nCrawl-delay: 86400\n", want: []string{"/robots.txt at 0", "/1 at 2", "/2 at 62"}},
		{name: "none for the demonstration", delay: -1, want: []string{"/robots.txt at 0", "/1 at 0", "/2 at 0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{robots: func() *http.Response { return says(200, tc.robots) }}
				c := s.client(Options{Delay: tc.delay})
				for _, p := range []string{"/1", "/2"} {
					if _, err := get(t, c, p); err != nil {
						t.Fatal(err)
					}
				}
				s.expect(t, tc.want...)
			})
		})
	}
}

// TestOneRequestAtATime: whoever still reads an answer holds the host's turn, and another host is not kept waiting.
func TestOneRequestAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		c := s.client(Options{})
		first, err := c.RoundTrip(request(t, place+"/1"))
		if err != nil {
			t.Fatal(err)
		}
		var second *http.Response
		done := make(chan error)
		go func() {
			var err error
			second, err = c.RoundTrip(request(t, place+"/2"))
			done <- err
		}()
		synctest.Wait()
		time.Sleep(time.Hour)
		if second != nil {
			t.Error("a second request went out while the first answer was being read")
		}
		other, err := c.RoundTrip(request(t, "https://elsewhere.example/3"))
		if err != nil {
			t.Fatal(err)
		}
		other.Body.Close()
		first.Body.Close()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		second.Body.Close()
	})
}

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRobots(t *testing.T) {
	for _, tc := range []struct {
		name       string
		robots     *http.Response
		path       string
		disallowed bool
		kind       uhri.Kind
	}{
		{name: "a missing file allows", robots: says(404, "no"), path: "/export.json"},
		{name: "a refused file allows", robots: says(403, "no"), path: "/export.json"},
		{name: "a page in place of the file allows", robots: says(200, "<!DOCTYPE html><html>"), path: "/export.json"},
		{name: "an empty file allows", robots: says(200, ""), path: "/export.json"},
		{name: "what is allowed", robots: says(200, "User-agent: *\nDisallow: /private/\n"), path: "/export.json"},
		{name: "what is disallowed", robots: says(200, "User-agent: *\nDisallow: /private/\n"), path: "/private/x", disallowed: true},
		{name: "by query", robots: says(200, "User-agent: *\nDisallow: /search?\n"), path: "/search?q=x", disallowed: true},
		{name: "by name", robots: says(200, "User-agent: uhri\nDisallow: /\n\nUser-agent: *\nAllow: /\n"), path: "/export.json", disallowed: true},
		{name: "for others", robots: says(200, "User-agent: otherbot\nDisallow: /\n"), path: "/export.json"},
		{name: "everything", robots: says(200, "User-agent: *\nDisallow: /\n"), path: "/", disallowed: true},
		{name: "a server in trouble is left alone", robots: says(500, "oops"), path: "/export.json", kind: uhri.Unavailable},
		{name: "a busy server is left alone", robots: says(429, "slow down"), path: "/export.json", kind: uhri.Unavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &site{robots: func() *http.Response { return tc.robots }}
			_, err := get(t, s.client(Options{Delay: -1, Retries: -1}), tc.path)
			_, disallowed := errors.AsType[*Disallowed](err)
			if disallowed != tc.disallowed || tc.kind != "" && uhri.KindOf(err) != tc.kind || !tc.disallowed && tc.kind == "" && err != nil {
				t.Errorf("%s: %v", tc.path, err)
			}
			if fetched := s.n > 0; fetched == (tc.disallowed || tc.kind != "") {
				t.Errorf("%s was fetched: %v", tc.path, fetched)
			}
		})
	}
}

func TestRobotsAreReadOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		c := s.client(Options{Delay: -1})
		for range 3 {
			if _, err := get(t, c, "/1"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(robotsAge + time.Second)
		if _, err := get(t, c, "/2"); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "/robots.txt at 0", "/1 at 0", "/1 at 0", "/1 at 0", "/robots.txt at 86401", "/2 at 86401")
	})
}

// TestRobotsThatNeverEnd: a server that sends its rules byte by byte does not hold us for ever.
func TestRobotsThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		c := New(Options{Delay: -1})
		c.base = roundTrip(func(r *http.Request) (*http.Response, error) {
			res := says(200, "")
			res.Request, res.Body = r, trickle{r.Context()}
			return res, nil
		})
		if _, err := get(t, c, "/1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
		if s.n != 0 {
			t.Error("something was fetched without rules")
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// trickle gives a byte a minute until its request is given up.
type trickle struct{ ctx context.Context }

func (t trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Minute):
		p[0] = '#'
		return 1, nil
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	}
}

func (trickle) Close() error { return nil }

func TestWaitingWhenAsked(t *testing.T) {
	inTwoMinutes := func() string { return time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat) }
	for _, tc := range []struct {
		name   string
		answer func(n int, r *http.Request) *http.Response
		status int
		want   []string
	}{
		{name: "seconds", status: 200, answer: times(2, func() *http.Response { return says(503, "", "Retry-After: 30") }),
			want: []string{"/robots.txt at 0", "/x at 0", "/x at 30", "/x at 60"}},
		{name: "a date", status: 200, answer: times(1, func() *http.Response { return says(429, "", "Retry-After: "+inTwoMinutes()) }),
			want: []string{"/robots.txt at 0", "/x at 0", "/x at 120"}},
		{name: "longer and longer when nothing is said", status: 200, answer: times(3, func() *http.Response { return says(502, "") }),
			want: []string{"/robots.txt at 0", "/x at 0", "/x at 1", "/x at 5", "/x at 21"}},
		{name: "not for ever", status: 503, answer: times(99, func() *http.Response { return says(503, "") }),
			want: []string{"/robots.txt at 0", "/x at 0", "/x at 1", "/x at 5", "/x at 21", "/x at 85"}},
		{name: "not for hours: the next run is for that", status: 503, answer: times(1, func() *http.Response { return says(503, "", "Retry-After: 7200") }),
			want: []string{"/robots.txt at 0", "/x at 0"}},
		{name: "not for what will not change", status: 404, answer: times(1, func() *http.Response { return says(404, "") }),
			want: []string{"/robots.txt at 0", "/x at 0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{answer: tc.answer}
				a, err := get(t, s.client(Options{Delay: -1}), "/x")
				if err != nil || a.Status != tc.status {
					t.Fatalf("answer %+v, %v; want status %d", a, err, tc.status)
				}
				s.expect(t, tc.want...)
			})
		})
	}
}

// times answers with bad the first n times.
func times(n int, bad func() *http.Response) func(int, *http.Request) *http.Response {
	return func(i int, _ *http.Request) *http.Response {
		if i <= n {
			return bad()
		}
		return says(200, "fine")
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: times(9, func() *http.Response { return says(503, "", "Retry-After: 1200") })}
		c := s.client(Options{Delay: -1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if _, err := c.Get(ctx, place+"/x", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("it waited %s", waited)
		}
		if _, err := get(t, c, "/y"); err != nil { // the host's turn was given back
			t.Error(err)
		}
	})
}

func TestPostIsSentAgainWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: times(1, func() *http.Response { return says(503, "", "Retry-After: 1") })}
		a, err := s.client(Options{Delay: -1}).Post(t.Context(), place+"/form", nil, func() io.Reader { return bytes.NewReader([]byte("a=1")) })
		if err != nil || a.Status != 200 {
			t.Fatalf("answer %+v, %v", a, err)
		}
		if diff := cmp.Diff([]string{"a=1", "a=1"}, s.bodies); diff != "" {
			t.Errorf("bodies (-want +got):\n%s", diff)
		}
	})
}

func TestRefusalsAreRecognised(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answer  *http.Response
		blocked bool
	}{
		{name: "a challenge by header", answer: says(403, "", "cf-mitigated: challenge"), blocked: true},
		{name: "a challenge by header, whatever the status", answer: says(429, "", "cf-mitigated: challenge"), blocked: true},
		{name: "a challenge by its page", answer: says(403, "<title>Just a moment...</title>"), blocked: true},
		{name: "a challenge as 503", answer: says(503, "<title>Just a moment...</title>"), blocked: true},
		{name: "a firewall's page", answer: says(403, "Request Rejected. Your support ID is 1"), blocked: true},
		{name: "a plain refusal", answer: says(403, "Forbidden"), blocked: true},
		{name: "an empty 202", answer: says(202, ""), blocked: true},
		{name: "a 202 that says something", answer: says(202, "accepted, come back later")},
		{name: "a good page about captchas", answer: says(200, "The Committee notes the use of a captcha.")},
		{name: "not found", answer: says(404, "Just a moment")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &site{answer: func(int, *http.Request) *http.Response { return tc.answer }}
			a, err := get(t, s.client(Options{Delay: -1}), "/x")
			_, blocked := errors.AsType[*crawler.BlockedError](err)
			if blocked != tc.blocked || !blocked && err != nil {
				t.Fatalf("blocked %v, want %v: %v", blocked, tc.blocked, err)
			}
			if s.n != 1 {
				t.Errorf("asked %d times, want once: a refusal is not argued with", s.n)
			}
			if !blocked && len(a.Body) == 0 {
				t.Error("the body was swallowed")
			}
		})
	}
}

// TestEmptyAcceptedOfUnknownLength is how HTTP/2 sends it.
func TestEmptyAcceptedOfUnknownLength(t *testing.T) {
	s := &site{answer: func(int, *http.Request) *http.Response {
		res := says(202, "")
		res.ContentLength = -1
		return res
	}}
	_, err := get(t, s.client(Options{Delay: -1}), "/x")
	if _, blocked := errors.AsType[*crawler.BlockedError](err); !blocked {
		t.Errorf("err = %v", err)
	}
}

func TestWeSayWhoWeAre(t *testing.T) {
	s := &site{}
	c := s.client(Options{Delay: -1, Contact: "mailto:office@example.org", Version: "1.2"})
	if _, err := get(t, c, "/x"); err != nil {
		t.Fatal(err)
	}
	want := "uhri/1.2 (search engine for UN human rights recommendations; mailto:office@example.org)"
	if diff := cmp.Diff(map[string]bool{want: true}, s.agents); diff != "" {
		t.Errorf("User-Agent (-want +got):\n%s", diff)
	}
}
