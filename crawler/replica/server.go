package replica

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server is the demonstration publishers on this machine's loopback.
type Server struct {
	base    string
	http    *http.Server
	handler atomic.Pointer[http.Handler]
	ended   chan struct{}
}

// Start begins to serve on a free port of 127.0.0.1. The server ends with ctx or with Close.
func Start(ctx context.Context) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the demonstration publishers: %w", err)
	}
	s := &Server{base: "http://" + l.Addr().String(), ended: make(chan struct{})}
	s.Publish(Export(ExportOptions{}))
	s.http = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { s.http.Close() })
	go func() {
		defer close(s.ended)
		defer stop()
		_ = s.http.Serve(l) // ends with Close
	}()
	return s, nil
}

// ExportAddress is where the bulk export is; {lang} stands for the language.
func (s *Server) ExportAddress() string { return s.base + exportPath }

// Publish makes h what the publishers answer from now on: another edition, a fault.
func (s *Server) Publish(h http.Handler) { s.handler.Store(&h) }

// Close ends the server and waits for it.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.ended
	return err
}
