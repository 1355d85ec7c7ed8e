package replica

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
)

// A Fault is something a publisher does wrong. It wraps a publisher that does right; robots.txt stays as it is.
type Fault func(http.Handler) http.Handler

// fault answers everything but robots.txt with answer.
func fault(answer func(w http.ResponseWriter, r *http.Request, next http.Handler)) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				next.ServeHTTP(w, r)
				return
			}
			answer(w, r, next)
		})
	}
}

// good is what the publisher would have answered.
func good(r *http.Request, next http.Handler) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	return rec
}

// Silent accepts the request and says nothing until the client gives up.
func Silent() Fault {
	return fault(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() })
}

// Stalled sends the first bytes of the body and then nothing more, the connection open.
func Stalled(after int) Fault {
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := good(r, next).Body.Bytes()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:min(after, len(body))])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
}

// Cut closes the connection after the first bytes of the body. promised says whether the length was told before.
func Cut(after int, promised bool) Fault {
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := good(r, next).Body.Bytes()
		if promised {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		_, _ = w.Write(body[:min(after, len(body))])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
}

// Shortened ends the body early as if it were whole: only the missing bracket tells. A negative length counts from the end.
func Shortened(to int) Fault {
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := good(r, next).Body.Bytes()
		if to < 0 {
			to += len(body)
		}
		_, _ = w.Write(body[:min(to, len(body))])
	})
}

// LyingSize tells a length that differs from the body's: more, and the connection closes too early; less, and what is beyond it never
// arrives.
func LyingSize(by int) Fault {
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := good(r, next).Body.Bytes()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+by))
		_, _ = w.Write(body[:len(body)+min(by, 0)])
	})
}

// Refusing answers a status, the first times only (0 = always), with Retry-After where it is not empty.
func Refusing(status int, retryAfter string, times int64) Fault {
	var asked atomic.Int64
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n := asked.Add(1); times > 0 && n > times {
			next.ServeHTTP(w, r)
			return
		}
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		http.Error(w, http.StatusText(status), status)
	})
}

// Challenge answers the page that only browsers pass.
func Challenge() Fault {
	return fault(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("cf-mitigated", "challenge")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>")
	})
}

// While lets a fault happen while when says so.
func While(when func() bool, f Fault) Fault {
	return func(next http.Handler) http.Handler {
		bad := f(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if when() {
				bad.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// WebPage answers 200 with a page in place of the file, as single-page sites do for addresses they do not know.
func WebPage() Fault {
	return fault(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Universal Human Rights Index</title></head><body>"+strings.Repeat(" ", 1200)+"</body></html>")
	})
}

// Redirecting sends every request to another address.
func Redirecting(to string) Fault {
	return fault(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, to, http.StatusFound)
	})
}
