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
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"uhri/crawler"
)

// Defaults of Options, with reasons.
const (
	DefaultDelay   = 2 * time.Second  // what projects that kept working with these sites use
	DefaultIdle    = 10 * time.Minute // the export's server has been seen silent for minutes
	DefaultMaxBody = 50 << 20         // a document; the largest real one seen has 3 MB
	DefaultRetries = 4
	DefaultFresh   = 7 * 24 * time.Hour // an edit that keeps a file's size to the byte is seen after a week at the latest

	maxWait      = 30 * time.Minute // a longer Retry-After ends the request; the schedule comes back later
	maxRedirects = 10
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
	free func(dir string) (bytes int64, known bool) // disk

	mu    sync.Mutex
	hosts map[string]*host
}

// host is what is remembered of one server.
type host struct {
	turn   chan struct{} // held while a request to it is under way; guards the rest
	next   time.Time     // no request before
	robots *robots
	told   told
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
	dialer := &net.Dialer{Timeout: 30 * time.Second, Control: c.reachable}
	c.base = &http.Transport{
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 30 * time.Second,
		IdleConnTimeout:     time.Minute,
		MaxIdleConnsPerHost: 1,
	}
	c.http = &http.Client{Transport: c, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return errors.New("more than ten redirects")
		}
		return nil
	}}
	return c
}

// UserAgent names the software and whom to write to.
func (c *Client) UserAgent() string {
	return fmt.Sprintf("uhri/%s (search engine for UN human rights recommendations; %s)",
		cmp.Or(c.o.Version, "0"), cmp.Or(c.o.Contact, "no contact configured"))
}

// Politeness says for the status page how servers are asked.
func (c *Client) Politeness() string {
	if c.o.Delay < 0 {
		return "One request at a time per host, robots.txt obeyed"
	}
	return fmt.Sprintf("One request per host every %s, robots.txt obeyed", c.o.Delay)
}

func (c *Client) host(u *url.URL) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := u.Scheme + "://" + u.Host
	h := c.hosts[key]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1), told: told{host: u.Host, robots: "not read yet", delay: max(c.o.Delay, 0)}}
		c.hosts[key] = h
	}
	return h
}

// RoundTrip implements http.RoundTripper: robots.txt, turn and pause, retries, refusals. Errors: *crawler.BlockedError when the
// server refuses us as such; *Disallowed when robots.txt does; Unavailable while robots.txt cannot be had.
//
// The host's turn ends when the body is closed: a server is not asked for more while it still answers. (net/http closes the
// body of a redirect before it follows it, so a redirect to the same host does not wait for itself.)
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	h := c.host(req.URL)
	h.told.askedFor(crawler.SourceOf(req.Context()))
	select {
	case h.turn <- struct{}{}:
	case <-req.Context().Done():
		closeBody(req)
		return nil, req.Context().Err()
	}
	done := sync.OnceFunc(func() { <-h.turn })
	res, err := c.turn(req, h)
	if err != nil {
		done()
		return nil, err
	}
	res.Body = &turnBody{res.Body, done}
	return res, nil
}

// turnBody ends the host's turn when it is closed.
type turnBody struct {
	io.ReadCloser
	done func()
}

func (b *turnBody) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

// turn does what is to be done in a host's turn: robots.txt, then the request.
func (c *Client) turn(req *http.Request, h *host) (*http.Response, error) {
	if err := c.obey(req, h); err != nil {
		closeBody(req)
		return nil, err
	}
	req = req.Clone(req.Context())
	if agent := req.Header.Get("User-Agent"); agent == "" || strings.HasPrefix(agent, "colly") {
		req.Header.Set("User-Agent", c.UserAgent())
	}
	res, err := c.patiently(req, h)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusUnauthorized {
		res.Body.Close()
		return nil, &crawler.BlockedError{Reason: req.URL.Host + ": " + res.Status}
	}
	return res, nil
}

// closeBody keeps the promise of a RoundTripper that failed early.
func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// patiently makes a request, again when the server asks for patience. The last answer is returned as it is, but a challenge is an
// error.
func (c *Client) patiently(req *http.Request, h *host) (*http.Response, error) {
	for try := 0; ; try++ {
		res, err := c.ask(req, h)
		if err != nil {
			return nil, err
		}
		if err := challenged(res); err != nil {
			res.Body.Close()
			return nil, err
		}
		wait, again := retryAfter(res, try)
		if !again || try >= c.o.Retries || req.Body != nil && req.GetBody == nil {
			return res, nil
		}
		res.Body.Close()
		c.o.Log.Info("asked to wait", "host", req.URL.Host, "status", res.StatusCode, "wait", wait)
		h.told.waits(time.Now().Add(wait), res.Status)
		err = sleep(req.Context(), wait)
		h.told.waits(time.Time{}, "")
		if err != nil {
			return nil, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// ask makes one request after the host's pause. A server silent for too long ends it, before the answer or inside it.
func (c *Client) ask(req *http.Request, h *host) (*http.Response, error) {
	if err := sleep(req.Context(), time.Until(h.next)); err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	p := &patience{ctx: ctx, cancel: cancel, idle: c.o.Idle}
	p.begin()
	res, err := c.base.RoundTrip(req.WithContext(ctx))
	h.next = time.Now().Add(c.pause(h))
	h.told.asked(c.pause(h))
	if err = p.end(err); err != nil {
		cancel(nil)
		return nil, err
	}
	res.Body = &patientBody{res.Body, p}
	return res, nil
}

// pause is how long a host is left alone between requests.
func (c *Client) pause(h *host) time.Duration {
	if c.o.Delay < 0 {
		return 0
	}
	if h.robots != nil {
		return max(c.o.Delay, h.robots.delay())
	}
	return c.o.Delay
}

// errStalled says that a server was silent for too long.
var errStalled = errors.New("the connection stalled")

// patience measures the silence of a server: only while we wait for it, so that a reader who takes his time costs it nothing, and a long
// but living download goes on.
type patience struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   time.Duration
	timer  *time.Timer
}

func (p *patience) begin() {
	p.timer = time.AfterFunc(p.idle, func() { p.cancel(errStalled) })
}

// end stops the clock and names silence as what it was.
func (p *patience) end(err error) error {
	p.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) && context.Cause(p.ctx) == errStalled {
		return fmt.Errorf("nothing came for %s: %w", p.idle, errStalled)
	}
	return err
}

type patientBody struct {
	io.ReadCloser
	p *patience
}

func (b *patientBody) Read(to []byte) (int, error) {
	b.p.begin()
	n, err := b.ReadCloser.Read(to)
	return n, b.p.end(err)
}

func (b *patientBody) Close() error {
	b.p.cancel(nil)
	return b.ReadCloser.Close()
}

// challengeSigns stand in the pages that ask to be solved by a browser.
var challengeSigns = [][]byte{[]byte("Just a moment"), []byte("cf-challenge"), []byte("challenge-platform"), []byte("captcha"), []byte("Request Rejected")}

// challenged recognises the pages and silences that mean "not you": they are reported and waited out for hours, never evaded.
func challenged(res *http.Response) error {
	blocked := func(why string) error {
		return &crawler.BlockedError{Reason: res.Request.URL.Host + ": " + why}
	}
	if res.Header.Get("cf-mitigated") != "" {
		return blocked("a challenge for browsers (cf-mitigated)")
	}
	switch res.StatusCode {
	case http.StatusAccepted, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return nil
	}
	head, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusAccepted && len(head) == 0 && res.Request.Method != http.MethodHead {
		return blocked("an empty 202, the sign of a firewall")
	}
	for _, sign := range challengeSigns {
		if res.StatusCode != http.StatusAccepted && bytes.Contains(head, sign) {
			return blocked("a challenge for browsers (" + res.Status + ")")
		}
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), res.Body), res.Body}
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
			wait = time.Duration(min(n, 1<<30)) * time.Second
		} else if t, err := http.ParseTime(s); err == nil {
			wait = max(time.Until(t), 0)
		}
	}
	return wait, wait <= maxWait
}

// sleep waits, or ends with ctx.
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
