package edge

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	xrate "golang.org/x/time/rate"

	"uhri/api/problem"
)

// maxHouseholds bounds the table of who asked lately: 100,000 take about 20 MB. When it is full, all start afresh,
// which lets a flood through once, where remembering less would punish the innocent.
const maxHouseholds = 100_000

// rate counts requests per household with token buckets.
type rate struct {
	limit xrate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[netip.Prefix]*xrate.Limiter
	swept   time.Time
}

// DefaultBurst is how many requests come at once where nothing else is said: half a minute's worth, and with the default rate enough for
// the 269 pages of the whole corpus.
func DefaultBurst(perMinute int) int { return max(1, perMinute/2) }

func newRate(o Options) *rate {
	if o.PerMinute <= 0 {
		return nil
	}
	if o.Burst <= 0 {
		o.Burst = DefaultBurst(o.PerMinute)
	}
	return &rate{limit: xrate.Limit(float64(o.PerMinute) / 60), burst: o.Burst, now: o.Now, buckets: map[netip.Prefix]*xrate.Limiter{}}
}

// take counts one request and writes the RateLimit headers. It returns a problem when there have been too many.
func (r *rate) take(client netip.Addr, h http.Header) *problem.Problem {
	if r == nil {
		return nil
	}
	now := r.now()
	bucket := r.bucket(Household(client), now)
	allowed := bucket.AllowN(now, 1)
	left := bucket.TokensAt(now)
	refill := func(tokens float64) time.Duration {
		return time.Duration(tokens / float64(r.limit) * float64(time.Second))
	}
	h.Set("RateLimit-Limit", strconv.Itoa(r.burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(max(0, int(left))))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil(refill(float64(r.burst)-left).Seconds()))))
	h.Set("RateLimit-Policy", fmt.Sprintf("%d;w=60;burst=%d", int(math.Round(float64(r.limit)*60)), r.burst))
	if allowed {
		return nil
	}
	p := problem.New(http.StatusTooManyRequests, "at most %.0f requests a minute are answered for one address, %d at once; whole result sets come in one request from /api/v1/recommendations/export", float64(r.limit)*60, r.burst)
	p.SetRetryAfter(refill(1 - left))
	return p
}

func (r *rate) bucket(who netip.Prefix, now time.Time) *xrate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > time.Minute {
		r.swept = now
		for k, b := range r.buckets {
			if b.TokensAt(now) >= float64(r.burst) {
				delete(r.buckets, k)
			}
		}
	}
	if len(r.buckets) >= maxHouseholds {
		clear(r.buckets)
	}
	b := r.buckets[who]
	if b == nil {
		b = xrate.NewLimiter(r.limit, r.burst)
		r.buckets[who] = b
	}
	return b
}
