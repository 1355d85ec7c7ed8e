package fetch

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/temoto/robotstxt"

	"uhri"
)

const (
	robotsAge   = 24 * time.Hour  // RFC 9309 §2.4: not longer
	robotsAgain = time.Hour       // where it cannot be had, the rules known stay good so long
	robotsHops  = 5               // RFC 9309 §2.3.1.2
	robotsLimit = 512 << 10       // RFC 9309 §2.5: at least 500 KiB
	robotsTime  = 5 * time.Minute // rules that trickle in for ever must not hold the host's turn for ever
	maxDelay    = time.Minute     // a Crawl-delay beyond it is an error of the site's, seen as 86400
)

// robots are the rules of one host for us.
type robots struct {
	group *robotstxt.Group
	until time.Time // they are good
}

// said puts the rules in words, for the status page.
func (r *robots) said() string {
	read := "read " + r.until.Add(-robotsAge).UTC().Format("2006-01-02 15:04") + " UTC"
	if d := r.delay(); d > 0 {
		return fmt.Sprintf("%s, asks for %s between requests", read, d)
	}
	return read + ", asks for no delay"
}

func (r *robots) delay() time.Duration { return min(r.group.CrawlDelay, maxDelay) }

// Disallowed says that robots.txt asks us not to fetch an address.
type Disallowed struct{ URL string }

// Error implements error.
func (d *Disallowed) Error() string { return d.URL + ": robots.txt asks programs not to fetch this" }

// obey reads the host's robots.txt where it is not known or old, and refuses what it disallows. A missing file allows
// everything; a server that fails to answer for it is not asked for anything else (RFC 9309 §2.3.1.4), unless its rules
// were known before.
func (c *Client) obey(req *http.Request, h *host) error {
	if h.robots == nil || time.Now().After(h.robots.until) {
		group, err := c.readRobots(req, h)
		switch {
		case err == nil:
			h.robots = &robots{group, time.Now().Add(robotsAge)}
			h.told.rules(h.robots.said(), c.pause(h))
		case h.robots == nil || req.Context().Err() != nil:
			h.told.rules("cannot be had, so nothing is fetched", c.pause(h))
			return err
		default:
			c.o.Log.Warn("robots.txt cannot be had; the rules known stay good for an hour", "host", req.URL.Host, "err", err)
			h.robots.until = time.Now().Add(robotsAgain)
		}
	}
	path := req.URL.EscapedPath()
	if req.URL.RawQuery != "" {
		path += "?" + req.URL.RawQuery
	}
	if !h.robots.group.Test(cmp.Or(path, "/")) {
		return &Disallowed{req.URL.String()}
	}
	return nil
}

// readRobots asks for robots.txt. The rules a redirect leads to are this host's, wherever they lie.
func (c *Client) readRobots(req *http.Request, h *host) (*robotstxt.Group, error) {
	at := *req.URL
	at.Path, at.RawPath, at.RawQuery, at.Fragment = "/robots.txt", "", "", ""
	ctx, cancel := context.WithTimeout(req.Context(), robotsTime)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	ask.Header.Set("User-Agent", c.UserAgent())
	res, err := c.ask(ask, h)
	for hops := 0; err == nil && hops < robotsHops && res.StatusCode/100 == 3; hops++ {
		to, wrong := res.Location()
		if wrong != nil {
			break // a redirect to nowhere: no rules
		}
		res.Body.Close()
		ask = ask.Clone(ctx)
		ask.URL, ask.Host = to, ""
		res, err = c.ask(ask, h)
	}
	if err != nil {
		return nil, fmt.Errorf("asking for robots.txt: %w", err)
	}
	defer func() { res.Body.Close() }()
	if err := challenged(res); err != nil {
		return nil, err
	}
	if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
		return nil, uhri.Errorf(uhri.Unavailable, "fetch", "%s does not answer for its robots.txt (%s); nothing is fetched until it does", req.URL.Host, res.Status)
	}
	var text []byte
	if res.StatusCode == http.StatusOK {
		if text, err = io.ReadAll(io.LimitReader(res.Body, robotsLimit)); err != nil {
			return nil, fmt.Errorf("reading robots.txt: %w", err)
		}
		if bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")) {
			text = nil // a page in its place: no rules
		}
	}
	rules, err := robotstxt.FromBytes(text)
	if err != nil {
		if rules, err = robotstxt.FromBytes(nil); err != nil {
			return nil, err
		}
	}
	return rules.FindGroup("uhri"), nil
}
