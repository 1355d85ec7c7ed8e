package fetch

import (
	"slices"
	"strings"
	"sync"
	"time"

	"uhri"
)

// told is what the status page is told of a server: how it is asked, and for whom. It has a lock of its own, so that who looks does not
// wait for the host's turn.
type told struct {
	mu       sync.Mutex
	host     string
	sources  []string
	delay    time.Duration
	robots   string
	requests int
	last     time.Time
	until    time.Time // it asked for patience
	why      string
}

func (t *told) set(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// askedFor notes a source the server is asked for.
func (t *told) askedFor(source string) {
	t.set(func() {
		if source != "" && !slices.Contains(t.sources, source) {
			t.sources = append(t.sources, source)
		}
	})
}

// asked notes a request, with the pause after it.
func (t *told) asked(pause time.Duration) {
	t.set(func() { t.requests, t.last, t.delay = t.requests+1, time.Now(), pause })
}

// rules notes what is known of robots.txt, with the pause it makes.
func (t *told) rules(said string, pause time.Duration) {
	t.set(func() { t.robots, t.delay = said, pause })
}

// waits notes that the server asked for patience; zero ends it.
func (t *told) waits(until time.Time, why string) {
	t.set(func() { t.until, t.why = until, why })
}

// Asked lists the servers asked for a source since the program began, by name, with the politeness in force.
func (c *Client) Asked(source string) []uhri.HostAsked {
	c.mu.Lock()
	hosts := make([]*host, 0, len(c.hosts))
	for _, h := range c.hosts {
		hosts = append(hosts, h)
	}
	c.mu.Unlock()
	var out []uhri.HostAsked
	for _, h := range hosts {
		t := &h.told
		t.set(func() {
			if !slices.Contains(t.sources, source) {
				return
			}
			a := uhri.HostAsked{Host: t.host, Delay: t.delay.String(), Robots: t.robots, Requests: t.requests, WaitsFor: t.why}
			if !t.last.IsZero() {
				a.Last = t.last.UTC().Truncate(time.Second)
			}
			if !t.until.IsZero() {
				a.WaitsUntil = t.until.UTC().Truncate(time.Second)
			}
			out = append(out, a)
		})
	}
	slices.SortFunc(out, func(a, b uhri.HostAsked) int { return strings.Compare(a.Host, b.Host) })
	return out
}
