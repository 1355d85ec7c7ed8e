// Package edge is what stands between the network and the handlers, for API and portal alike: who is asking, how
// often, how much; headers every answer carries; panics; compression. It knows nothing of searches.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"uhri/api/problem"
)

// Limits of one request, with reasons.
const (
	DefaultMaxURL  = 16 << 10 // a query of index.MaxQueryBytes, percent-encoded, and its filters
	DefaultMaxBody = 1 << 20  // a thousand identifiers take 40 kB
	MaxHeaderBytes = 32 << 10 // for http.Server; browsers send under 4 kB
)

// Options say what to let through. Zero values are the defaults.
type Options struct {
	Trusted   []netip.Prefix // networks whose X-Forwarded-For is believed; none by default
	PerMinute int            // requests of one address; 0 = unlimited
	Burst     int            // requests at once; default half a minute's worth
	// Uncounted are requests the rate does not count; none by default. They must cost next to nothing.
	Uncounted func(*http.Request) bool
	MaxURL    int
	MaxBody   int64
	Log       *slog.Logger
	Now       func() time.Time // default time.Now
	// Refuse writes an error answer; default problem.Write. A portal sets it to answer people with a page.
	Refuse func(http.ResponseWriter, *http.Request, *problem.Problem)
}

// Wrap puts h behind the edge.
func Wrap(h http.Handler, o Options) (http.Handler, error) {
	if o.MaxURL <= 0 {
		o.MaxURL = DefaultMaxURL
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Refuse == nil {
		o.Refuse = problem.Write
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.EnableZstd(true), gzhttp.ContentTypeFilter(compressible))
	if err != nil {
		return nil, err
	}
	e := &edge{o: o, next: compress(h), rate: newRate(o)}
	return e, nil
}

// compressible leaves alone what is compressed already.
func compressible(ct string) bool {
	return !strings.Contains(ct, "spreadsheetml") && !strings.Contains(ct, "parquet") && gzhttp.DefaultContentTypeFilter(ct)
}

type edge struct {
	o    Options
	next http.Handler
	rate *rate
}

// ServeHTTP implements http.Handler.
func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client := clientOf(r, e.o.Trusted)
	r = r.WithContext(context.WithValue(r.Context(), clientKey{}, client))
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	t := &track{ResponseWriter: w}
	defer e.recover(t, r)
	switch {
	case len(r.RequestURI) > e.o.MaxURL:
		e.o.Refuse(t, r, problem.New(http.StatusRequestURITooLong, "an address has at most %d bytes; use POST /api/v1/recommendations/lookup for long lists", e.o.MaxURL))
		return
	case r.ContentLength > e.o.MaxBody:
		e.o.Refuse(t, r, problem.New(http.StatusRequestEntityTooLarge, "a body has at most %d bytes", e.o.MaxBody))
		return
	}
	if e.o.Uncounted == nil || !e.o.Uncounted(r) {
		if p := e.rate.take(client, h); p != nil {
			e.o.Refuse(t, r, p)
			return
		}
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(t, r.Body, e.o.MaxBody)
	}
	e.next.ServeHTTP(t, r)
}

// recover turns a panic into an answer where none has begun, and else breaks the connection: half an answer must
// not look whole.
func (e *edge) recover(t *track, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	if r.Context().Err() != nil { // the client left while it was being written to
		panic(http.ErrAbortHandler)
	}
	e.o.Log.Error("panic", "path", r.URL.Path, "err", cause, "stack", string(debug.Stack()))
	if t.begun {
		panic(http.ErrAbortHandler)
	}
	t.Header().Del("Content-Encoding")
	e.o.Refuse(t, r, problem.New(http.StatusInternalServerError, "something went wrong inside; the operator's log says what"))
}

// track knows whether an answer has begun.
type track struct {
	http.ResponseWriter
	begun bool
}

func (t *track) WriteHeader(status int) {
	t.begun = t.begun || status >= 200
	t.ResponseWriter.WriteHeader(status)
}

func (t *track) Write(b []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *track) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Flush passes what is written so far on.
func (t *track) Flush() {
	t.begun = true
	_ = http.NewResponseController(t.ResponseWriter).Flush() // a writer that cannot flush sends later
}

type clientKey struct{}

// Client returns the address of who is asking, as the edge found it; invalid outside of it.
func Client(ctx context.Context) netip.Addr {
	a, _ := ctx.Value(clientKey{}).(netip.Addr)
	return a
}

// clientOf returns the peer's address, or, where the peer is a trusted proxy, the last address in X-Forwarded-For
// that is not one: what stands before it anybody can write.
func clientOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	believed := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && believed(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

// Base returns the public address links begin with: the configured one, else the host the request was sent to, without a
// slash at the end. A file or feed that leaves this service needs whole addresses.
func Base(r *http.Request, configured string) string {
	if configured != "" {
		return strings.TrimSuffix(configured, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// Household returns the network that counts as one client: an IPv4 address, an IPv6 /64, of which one customer has
// as many addresses as they like.
func Household(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
