package export

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// RowsPerHour is how many rows one client may export in an hour where nothing is configured: the whole corpus in every format, and
// again in most. A limit by requests would count a file of one row and one of 268,000 alike.
const RowsPerHour = 5_000_000

// maxClients bounds the table of who exported lately; some 10 MB. When it is full, all start afresh.
const maxClients = 100_000

// allowance counts exported rows per client. Rows are taken when an export begins, however many they are: no export is too large, but
// the next waits until what was taken has grown again.
type allowance struct {
	perHour float64

	mu      sync.Mutex
	clients map[netip.Prefix]account
}

// account is what a client has left at a moment; it may be in debt.
type account struct {
	left float64
	at   time.Time
}

// left is what a client has now.
func (a *allowance) left(who netip.Prefix) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.grown(who, time.Now())
}

func (a *allowance) grown(who netip.Prefix, now time.Time) float64 {
	c, ok := a.clients[who]
	if !ok {
		return a.perHour
	}
	return min(a.perHour, c.left+now.Sub(c.at).Hours()*a.perHour)
}

// take counts rows.
func (a *allowance) take(who netip.Prefix, rows int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	left := a.grown(who, now)
	if _, known := a.clients[who]; !known && len(a.clients) >= maxClients {
		for k := range a.clients {
			if a.grown(k, now) >= a.perHour {
				delete(a.clients, k)
			}
		}
		if len(a.clients) >= maxClients {
			clear(a.clients)
		}
	}
	a.clients[who] = account{left - float64(rows), now}
}

// until is how long it takes until something is left again.
func (a *allowance) until(left float64) time.Duration {
	return time.Duration(math.Ceil((1 - left) / a.perHour * float64(time.Hour)))
}

// announce tells the client the policy, and where nothing is left, that it is this one that was met.
func (a *allowance) announce(h http.Header, who netip.Prefix) {
	policy := fmt.Sprintf(`%.0f;w=3600;comment="rows of exports"`, a.perHour)
	if before := h.Get("RateLimit-Policy"); before != "" {
		policy = before + ", " + policy
	}
	h.Set("RateLimit-Policy", policy)
	if left := a.left(who); left < 1 {
		h.Set("RateLimit-Limit", strconv.FormatFloat(a.perHour, 'f', 0, 64))
		h.Set("RateLimit-Remaining", "0")
		h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil(a.until(left).Seconds()))))
	}
}
