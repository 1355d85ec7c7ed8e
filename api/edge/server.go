package edge

import (
	"net/http"
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
	}
}
