package edge

import (
	"context"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Server returns an http.Server for h with the time limits a public service needs. An export gives itself more time,
// chunk by chunk, for as long as its reader reads.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    MaxHeaderBytes,
		ReadHeaderTimeout: 10 * time.Second, // a browser on a bad line needs two
		ReadTimeout:       30 * time.Second, // the largest body is DefaultMaxBody
		WriteTimeout:      60 * time.Second, // a search at its deadline, and a megabyte over a slow line
		IdleTimeout:       2 * time.Minute,
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
}

type connKey struct{}

// Acknowledged is how many bytes the machine at the other end of a request's connection has confirmed so far. It is how a slow reader is told from
// one that has stopped: our own system takes and keeps megabytes for both. On a slow line it grows with every packet; of a program that reads
// slowly on a fast line it tells when that program's own system has room again, some 100 kB later. False where the system does not tell.
func Acknowledged(ctx context.Context) (uint64, bool) {
	if c, ok := ctx.Value(connKey{}).(syscall.Conn); ok {
		return acknowledged(c)
	}
	return 0, false
}
