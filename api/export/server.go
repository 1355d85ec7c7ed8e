package export

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/api/cite"
	"uhri/api/edge"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// Limits of exports over HTTP, with reasons.
const (
	perClient = 2                // two files side by side are convenience, more are a script gone wild
	perServer = 8                // each keeps two cores busy while its reader keeps up
	patience  = 30 * time.Second // a reader that takes nothing for so long has gone
	chunk     = 64 << 10         // bytes handed to the connection at a time
)

// Options are what a Server is made of. Searcher is required.
type Options struct {
	Searcher index.Searcher
	BaseURL  string
	Rights   string // rights statement of manifests
	Version  string // of the software
	Demo     bool   // invented data: nothing may be cited
	Log      *slog.Logger
	Patience time.Duration // default 30 s
	Rows     int           // rows one client may export in an hour; default RowsPerHour
}

// Server answers exports over HTTP, for API and portal; both must share one, so that its limits hold.
type Server struct {
	o Options

	rows    allowance
	mu      sync.Mutex
	running int
	clients map[netip.Prefix]int
}

// NewServer returns a Server.
func NewServer(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience <= 0 {
		o.Patience = patience
	}
	if o.Rows <= 0 {
		o.Rows = RowsPerHour
	}
	return &Server{o: o, clients: map[netip.Prefix]int{}, rows: allowance{perHour: float64(o.Rows), clients: map[netip.Prefix]account{}}}
}

// Rows is how many rows one client may export in an hour.
func (s *Server) Rows() int { return s.o.Rows }

// AtOnce is how many exports one client may have running, and all clients together.
func AtOnce() (client, server int) { return perClient, perServer }

// Rights is the statement of manifests where none is configured.
const Rights = "Texts © their publishers; UN documents are linked by their symbol. This is not an official product of the United Nations. No licence is given beyond what the publishers grant."

// Base is the public address, as configured or as the request was sent to: what a file links to must be found from
// anywhere. A plan made for a request has it.
func (s *Server) Base(r *http.Request) string { return edge.Base(r, s.o.BaseURL) }

// Plan reads the parameters of an export: the search's and its own. All faults are reported. The request is that of
// the whole set: what concerns one page falls away.
func (s *Server) Plan(format string, v url.Values, strict bool) (index.Request, *Plan, []searchurl.Fault) {
	req, faults := searchurl.Parse(v, searchurl.Options{Strict: strict, Also: Parameters()})
	req = searchurl.At("", req).Set().Request()
	f, err := FormatByName(format)
	if err != nil {
		return req, nil, append(faults, searchurl.Fault{Parameter: "format", Value: clip(format), Message: uhri.Message(err), Hint: "format=csv"})
	}
	p, bad := ReadPlan(v, f)
	return req, s.complete(req, &p), append(faults, bad...)
}

// complete fills in what the request and the server say.
func (s *Server) complete(req index.Request, p *Plan) *Plan {
	p.Langs, p.Origins, p.BaseURL, p.software = req.Langs, req.Origins, s.o.BaseURL, s.o.Version
	if len(p.Columns) == 0 && p.Format.Table && p.Format.Name != "ndjson" && p.Format.Name != "json" {
		p.Columns = DefaultColumns()
	}
	return p
}

// Describe fills in the plan's manifest from the count of req's matches.
func (s *Server) Describe(req index.Request, res *index.Result, p *Plan) {
	p.Manifest = newManifest(req, res, p)
	p.Manifest.Rights, p.Manifest.Software = s.o.Rights, strings.TrimSpace("uhri "+s.o.Version)
	if p.Manifest.Rights == "" {
		p.Manifest.Rights = Rights
	}
	if !p.Manifest.Demonstration && !s.o.Demo {
		p.Manifest.Citation = cite.OfSearch(res.Reading.Words, res.Snapshot.ID, res.Snapshot.Created, res.Total, p.Manifest.Permalink).APA()
	}
	p.Manifest.Demonstration = p.Manifest.Demonstration || s.o.Demo
}

// Serve answers with the whole result set as a file, or with its manifest (manifest=1). It returns a problem where
// nothing has been written yet, parameters with faults among them; once the file has begun, a failure breaks the
// connection. Strict is about the query language only: a page that read a query leniently links to a file that does.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, format string, strict bool) *problem.Problem {
	ctx, params := r.Context(), r.URL.Query()
	req, p, faults := s.Plan(format, params, strict)
	if p == nil || len(faults) > 0 {
		return problem.Invalid(faults...)
	}
	p.BaseURL = s.Base(r)
	if s.o.Demo && p.Format.cites() {
		return problem.Of(uhri.Errorf(uhri.Unsupported, "", "this data is invented, so nothing of it can be cited; ask for csv, xlsx, ndjson, json or parquet"))
	}
	who := household(r)
	s.rows.announce(w.Header(), who)
	if refused := s.enter(who); refused != nil {
		return refused
	}
	defer s.leave(who)
	res, err := Count(ctx, s.o.Searcher, req)
	if err != nil {
		return problem.Of(err)
	}
	req.Snapshot = res.Snapshot.ID // what is counted is what is streamed
	s.Describe(req, res, p)
	wantsManifest := params.Get("manifest") == "1" || params.Get("manifest") == "true"
	key := searchurl.String(req)
	tag := etag(s.o.Version, p.BaseURL, p.Format.Name, fmt.Sprint(p.BOM, wantsManifest, s.o.Demo, p.names()), key, p.Manifest.Rights)
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("X-Snapshot", res.Snapshot.ID)
	h.Set("Cache-Control", "no-cache")
	if Matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	name := fileName(p, key)
	if r.Method != http.MethodHead {
		s.rows.take(who, res.Total)
	}
	if wantsManifest {
		return s.serveManifest(w, r, req, p, name)
	}
	h.Set("Content-Type", p.Format.MediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("X-Total-Count", itoa(res.Total))
	h.Set("Link", "<"+describedBy(r.URL)+`>; rel="describedby"; type="application/json"`)
	if r.Method == http.MethodHead {
		return nil
	}
	out := newPatient(w, r, s.o.Patience)
	defer out.stop()
	// The headers go now, so that a spreadsheet that takes a minute is not taken for a dead connection.
	out.headers()
	rows, err := Write(ctx, out, s.o.Searcher, req, p, nil)
	if err == nil && rows != res.Total {
		err = fmt.Errorf("%d rows were written where %d were counted", rows, res.Total)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		if ctx.Err() == nil {
			s.o.Log.Error("export broken off", "format", p.Format.Name, "rows", rows, "snapshot", res.Snapshot.ID, "err", err)
		}
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return nil
}

// serveManifest writes the file to nowhere to learn its hash.
func (s *Server) serveManifest(w http.ResponseWriter, r *http.Request, req index.Request, p *Plan, name string) *problem.Problem {
	m, err := Sidecar(r.Context(), io.Discard, s.o.Searcher, req, p, nil)
	if err != nil {
		return problem.Of(err)
	}
	m.Created = time.Now().UTC()
	b, err := m.JSON()
	if err != nil {
		return problem.Of(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.manifest.json"`)
	_, _ = w.Write(b) // the reader may have gone
	return nil
}

// Sidecar writes the file to w and returns its manifest with hash and size. The plan must be described.
func Sidecar(ctx context.Context, w io.Writer, s index.Searcher, req index.Request, p *Plan, progress func(rows int)) (Manifest, error) {
	sum := &summed{Writer: w, hash: sha256.New()}
	rows, err := Write(ctx, sum, s, req, p, progress)
	if err != nil {
		return p.Manifest, err
	}
	if rows != p.Manifest.Rows {
		return p.Manifest, fmt.Errorf("%d rows were written where %d were counted", rows, p.Manifest.Rows)
	}
	m := p.Manifest
	m.SHA256, m.Bytes = hex.EncodeToString(sum.hash.Sum(nil)), sum.n
	return m, nil
}

type summed struct {
	io.Writer
	hash hash.Hash
	n    int64
}

func (s *summed) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	s.hash.Write(b[:n])
	s.n += int64(n)
	return n, err
}

// names lists the chosen columns.
func (p *Plan) names() []string {
	var out []string
	for _, c := range p.Columns {
		out = append(out, c.Name)
	}
	return out
}

func etag(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return `W/"` + hex.EncodeToString(h.Sum(nil)[:12]) + `"`
}

// TagOf names an answer by its bytes. It is weak: compressed or not, it is the same answer.
func TagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// Matches reports whether a reader says that it has what the tag names, by the weak comparison of RFC 9110.
func Matches(r *http.Request, tag string) bool {
	for t := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimSpace(t); t == "*" || t != "" && strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// fileName says the snapshot and tells files of different searches apart.
func fileName(p *Plan, key string) string {
	sum := sha256.Sum256([]byte(key))
	kind := "uhri"
	if p.Manifest.Demonstration {
		kind = "demonstration"
	}
	return fmt.Sprintf("%s-%s-%x.%s", kind, p.Manifest.Snapshot.ID, sum[:4], p.Format.Name)
}

func describedBy(u *url.URL) string {
	q := u.Query()
	q.Set("manifest", "1")
	return u.Path + "?" + q.Encode()
}

// household is who counts as one client.
func household(r *http.Request) netip.Prefix { return edge.Household(edge.Client(r.Context())) }

// enter counts an export in, or says when to come back.
func (s *Server) enter(who netip.Prefix) *problem.Problem {
	if left := s.rows.left(who); left < 1 {
		p := problem.New(http.StatusTooManyRequests, "%d rows an hour are exported for one address, and yours has had them; the same file again is answered with 304 if you send its ETag as If-None-Match", s.o.Rows)
		p.SetRetryAfter(s.rows.until(left))
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var p *problem.Problem
	switch {
	case s.clients[who] >= perClient:
		p = problem.New(http.StatusTooManyRequests, "%d exports are running for your address already; start the next when one has ended", perClient)
	case s.running >= perServer:
		p = problem.New(http.StatusServiceUnavailable, "%d exports are running, which is all this service does at a time", perServer)
	default:
		s.running++
		s.clients[who]++
		return nil
	}
	p.SetRetryAfter(30 * time.Second)
	return p
}

func (s *Server) leave(who netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if s.clients[who]--; s.clients[who] <= 0 {
		delete(s.clients, who)
	}
}

// patient writes to a connection and gives its reader so long to make progress: the clock starts anew with every chunk that goes,
// and whenever the reader's machine has confirmed more bytes, so a slow reader may take hours and one that has stopped is let go. Chunks alone
// do not tell: a system keeps megabytes for a reader and takes the next chunk when a good part of them is gone, which at 10 kB/s is minutes.
type patient struct {
	*bufio.Writer
	conn *deadlined
	stop func() // must be called
}

type deadlined struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	patience  time.Duration
	confirmed func() (bytes uint64, known bool)
}

func newPatient(w http.ResponseWriter, r *http.Request, d time.Duration) *patient {
	c := newDeadlined(w, r, d)
	return &patient{bufio.NewWriterSize(c, chunk), c, c.watch()}
}

func newDeadlined(w http.ResponseWriter, r *http.Request, d time.Duration) *deadlined {
	ctx := r.Context()
	return &deadlined{w, http.NewResponseController(w), d, func() (uint64, bool) { return edge.Acknowledged(ctx) }}
}

// watch extends the deadline while the reader makes progress, until stop is called.
func (c *deadlined) watch() (stop func()) {
	last, known := c.confirmed()
	if !known {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(c.patience / 8)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if n, known := c.confirmed(); known && n != last {
					last = n
					c.extend()
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (c *deadlined) extend() {
	_ = c.control.SetWriteDeadline(time.Now().Add(c.patience)) // a recorder in a test has none
}

func (c *deadlined) Write(b []byte) (int, error) {
	for n := 0; n < len(b); {
		c.extend()
		k, err := c.w.Write(b[n:min(n+chunk, len(b))])
		if n += k; err != nil {
			return n, err
		}
	}
	return len(b), nil
}

func (p *patient) headers() {
	p.conn.extend()
	p.conn.w.WriteHeader(http.StatusOK)
	_ = p.conn.control.Flush() // a writer that cannot flush sends them with the first chunk
}

// Dictionary returns the data dictionary as JSON: every column with its meaning, and every format.
func Dictionary() ([]byte, error) {
	type format struct {
		Name        string `json:"name"`
		MediaType   string `json:"media_type"`
		Description string `json:"description"`
		Columns     bool   `json:"columns"`
	}
	var d struct {
		Columns []Column `json:"columns"`
		Formats []format `json:"formats"`
	}
	d.Columns = Columns()
	for _, f := range Formats() {
		d.Formats = append(d.Formats, format{f.Name, f.MediaType, f.Description, f.Table})
	}
	b, err := json.MarshalIndent(d, "", "  ")
	return append(b, '\n'), err
}
