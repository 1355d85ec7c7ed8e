package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"uhri"
	"uhri/api/edge"
	"uhri/crawler"
	"uhri/crawler/store"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen    string
	noHarvest bool
	demo      bool
}

func (p *program) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve portal and API, harvest on schedule",
		Long: "Serve the portal and the API and harvest on schedule. Without configuration the real export is fetched in English once a\n" +
			"day; the other sources wait until `contact` is set, so that publishers know whom to write to.\n\n" +
			"--demo serves invented data from publishers built into the program; it needs no network and a folder of its own.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), o, nil) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "", "address of portal and API; wins over the configuration")
	f.BoolVar(&o.noHarvest, "no-harvest", false, "serve only; another process harvests")
	f.BoolVar(&o.demo, "demo", false, "serve the demonstration")
	return cmd
}

// serve runs until ctx ends. ready, if not nil, is told the address once it listens.
//
// It listens before anything else is open, so that people see what is happening from the first second. The stop order is
// written here: HTTP, scheduler, publisher, then engine and store.
func (p *program) serve(ctx context.Context, o serveOptions, ready func(addr string)) (err error) {
	if o.listen != "" {
		p.cfg.Server.Listen = o.listen
	}
	kind := store.Real
	if o.demo {
		kind = store.Demonstration
		p.cfg.Fetch.BlockedWait = demoBlockedWait
	}
	if err := os.MkdirAll(p.cfg.Data, 0o755); err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.Server.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w; name another address with --listen", err)
	}
	defer l.Close()

	f, err := p.openFolder(ctx, kind)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	web, err := p.newWeb(f, o.demo)
	if err != nil {
		return err
	}
	server := edge.Server(web.handler)
	fmt.Fprintf(p.out, "uhri %s serves http://%s\n", version, printable(l.Addr()))
	if ready != nil {
		ready(l.Addr().String())
	}

	// Three scopes end one after the other.
	run, stopAll := context.WithCancelCause(context.Background())
	defer stopAll(nil)
	g, gctx := errgroup.WithContext(run)
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	admin, err := p.serveAdmin(gctx, web)
	if err != nil {
		return err
	}
	every := time.Duration(p.cfg.Publish.Every)
	if o.demo {
		every = 2 * time.Second // six hundred records are published in a blink, and people are watching
	}
	publisher := newPublisher(f, every)
	harvesting, stopHarvest := context.WithCancel(gctx)
	defer stopHarvest()
	publishing, stopPublish := context.WithCancel(gctx)
	defer stopPublish()
	scheduled := make(chan struct{})
	g.Go(func() error { publisher.run(publishing); return nil })
	g.Go(func() error { return f.engine.Watch(publishing) })
	g.Go(func() error {
		defer close(scheduled)
		if o.noHarvest {
			return nil
		}
		return p.schedule(harvesting, f, web, publisher, o.demo)
	})

	select {
	case <-ctx.Done():
	case <-gctx.Done():
	}
	// People first: finish their answers, take no new ones.
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	stopHarvest()
	<-scheduled
	stopPublish()
	admin()
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

func printable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// schedule runs the jobs until ctx ends.
func (p *program) schedule(ctx context.Context, f *folder, web *web, publisher *publisher, demo bool) error {
	jobs, closeJobs, err := p.jobs(ctx, f, demo)
	if err != nil {
		return err
	}
	defer closeJobs()
	o := crawler.SchedulerOptions{
		Runner: &crawler.Runner{Store: f.store, Log: p.log}, Jobs: jobs, Log: p.log,
		BlockedWait: p.blockedWait(),
		Promoted:    func(context.Context, uhri.Run) { publisher.due() },
	}
	if o.Jitter = time.Duration(p.cfg.Fetch.Jitter); demo || o.Jitter == 0 {
		o.Jitter = -1
	}
	s, err := crawler.NewScheduler(o)
	if err != nil {
		return err
	}
	web.scheduler.Store(s)
	s.Run(ctx)
	return nil
}

// publisher builds a snapshot after promotions, at most one in a while.
type publisher struct {
	f     *folder
	every time.Duration
	wake  chan struct{}
}

func newPublisher(f *folder, every time.Duration) *publisher {
	return &publisher{f: f, every: every, wake: make(chan struct{}, 1)}
}

// due says that there is something to publish.
func (p *publisher) due() {
	select {
	case p.wake <- struct{}{}:
	default: // it knows already
	}
}

// run publishes until ctx ends. What an earlier process promoted and did not publish is published first.
func (p *publisher) run(ctx context.Context) {
	var last time.Time
	p.due()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		if wait := time.Until(last.Add(p.every)); !last.IsZero() && wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		if seq, err := p.f.store.Seq(ctx); err != nil || seq == 0 {
			continue // nothing was ever promoted
		}
		if _, err := p.f.relabel(ctx, false); err != nil && ctx.Err() == nil {
			p.f.p.log.Error("labelling failed; the snapshot shows the labels there are", "err", err)
		}
		_, built, err := p.f.publish(ctx, false, false)
		if err != nil {
			if ctx.Err() == nil {
				p.f.p.log.Error("publishing failed; the old snapshot keeps serving", "err", err)
				time.AfterFunc(time.Minute, p.due)
			}
			continue
		}
		if built {
			last = time.Now()
		}
	}
}

// serveAdmin serves health and metrics on a listener of their own. It returns what stops it.
func (p *program) serveAdmin(ctx context.Context, web *web) (stop func(), err error) {
	if p.cfg.Server.AdminListen == "" {
		return func() {}, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.Server.AdminListen)
	if err != nil {
		// Health and metrics are for operators; a second instance beside the first should still serve people.
		p.log.Warn("health and metrics are off", "err", err)
		return func() {}, nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := web.f.engine.Status(r.Context()); err != nil {
			http.Error(w, uhri.Message(err), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(web.metrics.registry, promhttp.HandlerOpts{}))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with Close
	return func() { s.Close() }, nil
}

// metrics count answers by route, never what was asked.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "uhri_requests_total", Help: "Answers by route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "uhri_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}, method) {
		method = "other" // a client chooses the word; the number of series must not be theirs to choose
	}
	m.requests.WithLabelValues(method, route, fmt.Sprint(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// web is everything that answers over HTTP.
type web struct {
	f         *folder
	handler   http.Handler
	metrics   *metrics
	scheduler atomic.Pointer[crawler.Scheduler]
}

// cacheDir keeps compiled code of the PDF reader: in the data folder where there is one, else — `uhri explain` needs none —
// where the system keeps caches.
func (p *program) cacheDir() string {
	if _, err := os.Stat(p.cfg.Data); err != nil {
		if dir, err := os.UserCacheDir(); err == nil {
			return filepath.Join(dir, "uhri")
		}
	}
	return filepath.Join(p.cfg.Data, "cache")
}
