package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gocolly/colly/v2"

	"uhri"
)

// Answer is a body fetched whole.
type Answer struct {
	URL       string // after redirects
	Status    int
	Header    http.Header
	Body      []byte
	FetchedAt time.Time
}

// Get fetches one address. Answers other than 2xx are returned as they are, with their body, for the source to judge, but 401 and
// 403, which block. A body over Options.MaxBody is an error. Further headers may be given.
func (c *Client) Get(ctx context.Context, address string, header http.Header) (*Answer, error) {
	return c.do(ctx, http.MethodGet, address, header, nil)
}

// Post sends a form or another body and fetches the answer.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body func() io.Reader) (*Answer, error) {
	return c.do(ctx, http.MethodPost, address, header, body)
}

func (c *Client) do(ctx context.Context, method, address string, header http.Header, body func() io.Reader) (*Answer, error) {
	var r io.Reader
	if body != nil {
		r = body()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, r)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "fetch", "%q is not an address: %v", address, err)
	}
	if body != nil && req.GetBody == nil {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(body()), nil }
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(&limitedBody{ReadCloser: res.Body, left: c.o.MaxBody, max: c.o.MaxBody})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", address, err)
	}
	return &Answer{URL: res.Request.URL.String(), Status: res.StatusCode, Header: res.Header, Body: b, FetchedAt: time.Now().UTC()}, nil
}

// Pages returns a colly collector for pages of one host, over this client: robots.txt, pauses and refusals are the client's, so
// colly's own are off. Bodies over the limit are errors; colly's silent cut at 10 MB never happens.
func (c *Client) Pages(ctx context.Context) *colly.Collector {
	p := colly.NewCollector(colly.StdlibContext(ctx), colly.AllowURLRevisit(), colly.IgnoreRobotsTxt(), colly.MaxBodySize(0))
	p.WithTransport(limited{c, c.o.MaxBody})
	p.SetRequestTimeout(0) // waiting for one's turn is no silence, and silence is the client's to end
	p.UserAgent = c.UserAgent()
	return p
}

// limited makes bodies over a limit an error.
type limited struct {
	http.RoundTripper
	max int64
}

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Body = &limitedBody{ReadCloser: res.Body, left: l.max, max: l.max}
	}
	return res, err
}

type limitedBody struct {
	io.ReadCloser
	left, max int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, uhri.Errorf(uhri.Invalid, "fetch", "the answer is longer than %d bytes", b.max)
	}
	return n, err
}
