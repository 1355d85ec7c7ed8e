package fetch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/temoto/robotstxt"

	"uhri"
	"uhri/crawler"
)

// Defaults of Options, with reasons.
const (
	DefaultDelay   = 2 * time.Second  // what projects that kept working with these sites use
	DefaultIdle    = 10 * time.Minute // the export's server has been seen silent for minutes
	DefaultMaxBody = 50 << 20         // a document; the largest real one seen has 3 MB
	DefaultRetries = 4
	DefaultFresh   = 7 * 24 * time.Hour // an edit that keeps a file's size to the byte is seen after a week at the latest

	robotsAge   = 24 * time.Hour // RFC 9309 §2.4: not longer
	maxDelay    = time.Minute    // a Crawl-delay beyond it is an error of the site's, seen as 86400
	maxWait     = 30 * time.Minute
	robotsLimit = 512 << 10 // RFC 9309 §2.5: at least 500 KiB
	robotsTime  = 5 * time.Minute
)

// Options of a Client. The zero value is polite.
type Options struct {
	// Contact is whom a publisher can write to; part of the User-Agent.
	Contact string
	Version string        // of the software; part of the User-Agent
	Delay   time.Duration // between requests to one host; a longer Crawl-delay wins. 0 = DefaultDelay, negative = none
	Idle    time.Duration // silence after which a connection is given up; 0 = DefaultIdle
	MaxBody int64         // of Get; longer bodies are an error, never cut. 0 = DefaultMaxBody
	Retries int           // after 429, 502, 503, 504; 0 = DefaultRetries, negative = none
	// Loopback reaches this machine, and nothing else: for the demonstration and for tests.
	Loopback bool
	// Fresh is how long a Download trusts a HEAD that tells the known size and nothing else; 0 = DefaultFresh, negative = never.
	Fresh time.Duration
	Log   *slog.Logger
}

// Client asks politely. It is safe for concurrent use.
type Client struct {
	o    Options
	base http.RoundTripper
	http *http.Client
	free func(dir string) (int64, bool) // disk

	mu    sync.Mutex
	hosts map[string]*host
}

// host is what is remembered of one server.
type host struct {
	turn chan struct{} // held while a request to it is under way

	mu     sync.Mutex
	next   time.Time // not before
	robots *robotstxt.Group
	read   time.Time // of robots
}

// New returns a client.
func New(o Options) *Client {
	o.Delay = cmp.Or(o.Delay, DefaultDelay)
	o.Idle = cmp.Or(o.Idle, DefaultIdle)
	o.MaxBody = cmp.Or(o.MaxBody, DefaultMaxBody)
	o.Retries = cmp.Or(o.Retries, DefaultRetries)
	o.Fresh = cmp.Or(o.Fresh, DefaultFresh)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	c := &Client{o: o, hosts: map[string]*host{}, free: freeDisk}
	dialer := &net.Dialer{Timeout: 30 * time.Second, Control: c.allowed}
	c.base = &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   30 * time.Second,
		ResponseHeaderTimeout: o.Idle,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   1,
	}
	c.http = &http.Client{Transport: c, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return errors.New("more than ten redirects")
		}
		return nil
	}}
	return c
}

// UserAgent names the software and whom to write to.
func (c *Client) UserAgent() string {
	contact := c.o.Contact
	if contact == "" {
		contact = "no contact configured"
	}
	return fmt.Sprintf("uhri/%s (search engine for UN human rights recommendations; %s)", cmp.Or(c.o.Version, "0"), contact)
}

// Politeness says for the status page how servers are asked.
func (c *Client) Politeness() string {
	if c.o.Delay < 0 {
		return "one request at a time per host, robots.txt obeyed"
	}
	return fmt.Sprintf("one request per host every %s, robots.txt obeyed", c.o.Delay)
}

// allowed refuses connections into private networks, after names are resolved and on every redirect: what a publisher's page
// links to must not make us ask the operator's own machines.
func (c *Client) allowed(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: not an address", address)
	}
	a := ap.Addr().Unmap()
	if c.o.Loopback {
		if a.IsLoopback() {
			return nil
		}
		return fmt.Errorf("%s: this client reaches this machine only", a)
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || carrierGrade.Contains(a) {
		return fmt.Errorf("%s: a private address; publishers are on the public internet", a)
	}
	return nil
}

var carrierGrade = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

func (c *Client) host(u *url.URL) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := u.Scheme + "://" + u.Host
	h := c.hosts[key]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1)}
		c.hosts[key] = h
	}
	return h
}

// RoundTrip implements http.RoundTripper: robots.txt, turn and pause, retries, refusals. Errors: *crawler.BlockedError when the
// server refuses us as such; *Disallowed when robots.txt does.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	h := c.host(req.URL)
	ctx := req.Context()
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	done := func() { <-h.turn }
	if err := c.obey(req, h); err != nil {
		done()
		return nil, err
	}
	req = req.Clone(ctx)
	if req.Header.Get("User-Agent") == "" || strings.HasPrefix(req.Header.Get("User-Agent"), "colly") {
		req.Header.Set("User-Agent", c.UserAgent())
	}
	for try := 0; ; try++ {
		res, err := c.ask(req, h)
		if err != nil {
			done()
			return nil, err
		}
		if err := c.challenged(res); err != nil {
			res.Body.Close()
			done()
			return nil, err
		}
		wait, again := retryAfter(res, try)
		if !again || try >= c.o.Retries || req.Body != nil && req.GetBody == nil {
			// The turn ends with the body: a server is not asked for more while it still answers.
			res.Body = &body{ReadCloser: res.Body, done: sync.OnceFunc(done)}
			return res, nil
		}
		res.Body.Close()
		c.o.Log.Info("asked to wait", "host", req.URL.Host, "status", res.StatusCode, "wait", wait)
		if err := sleep(ctx, wait); err != nil {
			done()
			return nil, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				done()
				return nil, err
			}
		}
	}
}

// ask makes one request after the host's pause.
func (c *Client) ask(req *http.Request, h *host) (*http.Response, error) {
	h.mu.Lock()
	wait := time.Until(h.next)
	h.mu.Unlock()
	if err := sleep(req.Context(), wait); err != nil {
		return nil, err
	}
	res, err := c.base.RoundTrip(req)
	h.mu.Lock()
	h.next = time.Now().Add(c.pause(h))
	h.mu.Unlock()
	return res, err
}

func (c *Client) pause(h *host) time.Duration {
	d := max(c.o.Delay, 0)
	if h.robots != nil && c.o.Delay > 0 {
		d = max(d, min(h.robots.CrawlDelay, maxDelay))
	}
	return d
}

// Disallowed says that robots.txt asks us not to fetch an address.
type Disallowed struct{ URL string }

// Error implements error.
func (d *Disallowed) Error() string { return d.URL + ": robots.txt asks programs not to fetch this" }

// obey reads robots.txt of the host where it is old and refuses what it disallows. A missing file allows everything; a server
// that fails to answer is asked again later (RFC 9309 §2.3.1.4), so nothing is fetched meanwhile.
func (c *Client) obey(req *http.Request, h *host) error {
	h.mu.Lock()
	fresh := h.robots != nil && time.Since(h.read) < robotsAge
	h.mu.Unlock()
	if !fresh {
		u := *req.URL
		u.Path, u.RawPath, u.RawQuery, u.Fragment = "/robots.txt", "", "", ""
		// Rules that trickle in for ever must not hold the host's turn for ever.
		ctx, cancel := context.WithTimeout(req.Context(), robotsTime)
		defer cancel()
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return err
		}
		ask.Header.Set("User-Agent", c.UserAgent())
		res, err := c.ask(ask, h)
		for hops := 0; err == nil && hops < 5 && res.StatusCode/100 == 3; hops++ {
			to, lerr := res.Location()
			res.Body.Close()
			if lerr != nil || to.Host != u.Host { // another host's rules are not this one's
				res.StatusCode = http.StatusNotFound
				break
			}
			ask = ask.Clone(ctx)
			ask.URL = to
			res, err = c.ask(ask, h)
		}
		if err != nil {
			return fmt.Errorf("asking for robots.txt: %w", err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(io.LimitReader(res.Body, robotsLimit))
		if err != nil && res.StatusCode == http.StatusOK {
			return fmt.Errorf("reading robots.txt: %w", err)
		}
		switch {
		case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
			return uhri.Errorf(uhri.Unavailable, "fetch", "%s does not answer for its robots.txt (%s); nothing is fetched until it does", req.URL.Host, res.Status)
		case res.StatusCode != http.StatusOK || bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")):
			text = nil // no rules: 4xx, or a page in place of the file
		}
		rules, err := robotstxt.FromBytes(text)
		if err != nil {
			rules, _ = robotstxt.FromBytes(nil)
		}
		h.mu.Lock()
		h.robots, h.read = rules.FindGroup("uhri"), time.Now()
		h.mu.Unlock()
	}
	path := req.URL.EscapedPath()
	if req.URL.RawQuery != "" {
		path += "?" + req.URL.RawQuery
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.robots.Test(cmp.Or(path, "/")) {
		return &Disallowed{req.URL.String()}
	}
	return nil
}

// challenged recognises the pages and silences that mean "not you": they are reported and waited out for hours. What it
// has read of a body that is none is put back.
func (c *Client) challenged(res *http.Response) error {
	blocked := func(why string) error {
		return &crawler.BlockedError{Reason: fmt.Sprintf("%s: %s", res.Request.URL.Host, why)}
	}
	if res.Header.Get("cf-mitigated") != "" {
		return blocked("a challenge for browsers (cf-mitigated)")
	}
	switch res.StatusCode {
	case http.StatusAccepted, http.StatusForbidden, http.StatusServiceUnavailable, http.StatusUnauthorized:
		stalled := time.AfterFunc(c.o.Idle, func() { res.Body.Close() })
		head, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		stalled.Stop()
		if err != nil {
			return fmt.Errorf("reading the answer %s of %s: %w", res.Status, res.Request.URL.Host, err)
		}
		if res.StatusCode == http.StatusAccepted && len(head) == 0 {
			return blocked("an empty 202, the sign of a firewall")
		}
		for _, sign := range [][]byte{[]byte("Just a moment"), []byte("cf-challenge"), []byte("challenge-platform"), []byte("captcha"), []byte("Request Rejected")} {
			if bytes.Contains(head, sign) {
				return blocked(fmt.Sprintf("a challenge for browsers (%s)", res.Status))
			}
		}
		if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusUnauthorized {
			return blocked(res.Status)
		}
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), res.Body), res.Body}
	}
	return nil
}

// retryAfter says how long to wait before asking again, and whether to.
func retryAfter(res *http.Response, try int) (time.Duration, bool) {
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return 0, false
	}
	wait := min(time.Second<<(2*min(try, 8)), maxWait) // 1, 4, 16, 64 s
	if s := res.Header.Get("Retry-After"); s != "" {
		if n, err := strconv.Atoi(s); err == nil && n >= 0 {
			wait = time.Duration(n) * time.Second
		} else if t, err := http.ParseTime(s); err == nil {
			wait = max(time.Until(t), 0)
		}
	}
	return wait, wait <= maxWait
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// body ends the host's turn when it is closed.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.done()
	return err
}
