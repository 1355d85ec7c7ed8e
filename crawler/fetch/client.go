package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gocolly/colly/v2"

	"uhri"
	"uhri/crawler"
)

// Answer is a body fetched whole.
type Answer struct {
	URL       string // after redirects
	Status    int
	Header    http.Header
	Body      []byte
	FetchedAt time.Time
}

// Get fetches one address. Answers other than 2xx are returned as they are, with their body, for the source to judge. A body over
// Options.MaxBody is an error. Further headers may be given.
func (c *Client) Get(ctx context.Context, address string, header http.Header) (*Answer, error) {
	return c.do(ctx, http.MethodGet, address, header, nil)
}

// Post sends a form or another body and fetches the answer.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body func() io.Reader) (*Answer, error) {
	return c.do(ctx, http.MethodPost, address, header, body)
}

func (c *Client) do(ctx context.Context, method, address string, header http.Header, body func() io.Reader) (*Answer, error) {
	ctx, watch := c.watch(ctx)
	defer watch.stop()
	var r io.Reader
	if body != nil {
		r = body()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, r)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "fetch", "%q is not an address: %v", address, err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, watch.explain(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(watch.reader(res.Body), c.o.MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", address, watch.explain(err))
	}
	if int64(len(b)) > c.o.MaxBody {
		return nil, uhri.Errorf(uhri.Invalid, "fetch", "%s: the answer is longer than %d MB", address, c.o.MaxBody>>20)
	}
	if n := res.ContentLength; n >= 0 && int64(len(b)) != n && method != http.MethodHead {
		return nil, fmt.Errorf("%s: %d bytes were promised and %d came", address, n, len(b))
	}
	return &Answer{URL: res.Request.URL.String(), Status: res.StatusCode, Header: res.Header, Body: b, FetchedAt: time.Now().UTC()}, nil
}

// Pages returns a colly collector for pages of one host, over this client: robots.txt, pauses and refusals are the client's, so
// colly's own are off. Bodies over the limit are errors; colly's silent cut at 10 MB never happens.
func (c *Client) Pages(ctx context.Context) *colly.Collector {
	p := colly.NewCollector(colly.StdlibContext(ctx), colly.AllowURLRevisit(), colly.IgnoreRobotsTxt(), colly.MaxBodySize(0))
	p.WithTransport(limited{c, c.o.MaxBody})
	p.SetRequestTimeout(c.o.Idle)
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
		res.Body = &limitedBody{ReadCloser: res.Body, left: l.max}
	}
	return res, err
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, uhri.Errorf(uhri.Invalid, "fetch", "the page is longer than allowed")
	}
	return n, err
}

// File is a download on disk.
type File struct {
	Path       string // the caller removes it
	Size       int64
	SHA256     string
	Validators map[string]string // etag, last_modified where the server gave them; size, fetched
	Unchanged  bool              // nothing new since the validators; there is no file
}

// headroom is how much disk must stay free beside a download.
const headroom = 512 << 20

// Download streams an address into a new file in dir. since are the Validators of the copy already known. The answer is
// Unchanged where the server says so to a conditional request, or, for a server that gives no validators, where its HEAD tells
// the known size and the copy is younger than Options.Fresh. There is no limit on time but on silence, and none on size but the
// disk's free space.
//
// Errors: Unavailable when the disk lacks room; *crawler.BlockedError; else what went wrong, with nothing left on disk.
func (c *Client) Download(ctx context.Context, address, dir string, since map[string]string) (_ *File, err error) {
	ctx, watch := c.watch(ctx)
	defer watch.stop()
	if same, err := c.sameSize(ctx, address, since); err != nil {
		return nil, err
	} else if same {
		return &File{Unchanged: true, Validators: since}, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "fetch", "%q is not an address: %v", address, err)
	}
	// Compressed transfer would hide the real length, by which a cut is noticed.
	req.Header.Set("Accept-Encoding", "identity")
	if e := since["etag"]; e != "" {
		req.Header.Set("If-None-Match", e)
	}
	if m := since["last_modified"]; m != "" {
		req.Header.Set("If-Modified-Since", m)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, watch.explain(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified:
		return &File{Unchanged: true, Validators: since}, nil
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %s", address, res.Status)
	}
	need := max(res.ContentLength, 0) + headroom
	if free, ok := c.free(dir); ok && free < need {
		return nil, uhri.Errorf(uhri.Unavailable, "fetch", "the download needs %d MB and the disk of %s has %d MB free", need>>20, dir, free>>20)
	}
	tmp, err := os.CreateTemp(dir, "download-*")
	if err != nil {
		return nil, err
	}
	f := &File{Path: tmp.Name(), Validators: map[string]string{"fetched": time.Now().UTC().Format(time.RFC3339)}}
	defer func() {
		err = errors.Join(err, tmp.Close())
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	sum := sha256.New()
	body := &counted{r: watch.reader(res.Body), ctx: ctx, total: max(res.ContentLength, 0)}
	if f.Size, err = io.Copy(io.MultiWriter(tmp, sum), body); err != nil {
		return nil, fmt.Errorf("%s: the download broke off after %d MB: %w", address, f.Size>>20, watch.explain(err))
	}
	if res.ContentLength >= 0 && f.Size != res.ContentLength {
		return nil, fmt.Errorf("%s: %d bytes were promised and %d came", address, res.ContentLength, f.Size)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	f.Validators["size"] = strconv.FormatInt(f.Size, 10)
	for header, key := range map[string]string{"ETag": "etag", "Last-Modified": "last_modified"} {
		if v := res.Header.Get(header); v != "" {
			f.Validators[key] = v
		}
	}
	return f, nil
}

// sameSize asks a server that gave no validators for the size of the file only. What is not a plain yes is a no, and the
// download tells; but a server that refuses us is not asked a second time.
func (c *Client) sameSize(ctx context.Context, address string, since map[string]string) (bool, error) {
	fetched, err := time.Parse(time.RFC3339, since["fetched"])
	if err != nil || since["etag"] != "" || since["last_modified"] != "" || time.Since(fetched) > c.o.Fresh {
		return false, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false, nil
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err := c.http.Do(req)
	if err != nil {
		if _, blocked := errors.AsType[*crawler.BlockedError](err); blocked {
			return false, err
		}
		return false, nil
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK && strconv.FormatInt(res.ContentLength, 10) == since["size"] &&
		res.Header.Get("ETag") == "" && res.Header.Get("Last-Modified") == "", nil
}

// counted reports how far a download is.
type counted struct {
	r           io.Reader
	ctx         context.Context
	read, total int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	crawler.Report(c.ctx, crawler.Progress{Bytes: c.read, TotalBytes: c.total, Note: "downloading"})
	return n, err
}

// watchdog ends a request whose connection has been silent for too long; long but living downloads go on.
type watchdog struct {
	idle   time.Duration
	timer  *time.Timer
	cancel context.CancelFunc
	bit    atomic.Bool
}

func (c *Client) watch(parent context.Context) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancel(parent)
	w := &watchdog{idle: c.o.Idle, cancel: cancel}
	// Waiting for one's turn and for Retry-After is not silence; the transport's own time-out covers the header.
	w.timer = time.AfterFunc(time.Hour, w.bite)
	w.timer.Stop()
	return ctx, w
}

func (w *watchdog) bite() {
	w.bit.Store(true)
	w.cancel()
}

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel()
}

// explain names silence as what it was.
func (w *watchdog) explain(err error) error {
	if w.bit.Load() {
		return fmt.Errorf("nothing came for %s: %w", w.idle, errStalled)
	}
	return err
}

var errStalled = errors.New("the connection stalled")

func (w *watchdog) reader(r io.Reader) io.Reader {
	w.timer.Reset(w.idle)
	return readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		w.timer.Reset(w.idle)
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
