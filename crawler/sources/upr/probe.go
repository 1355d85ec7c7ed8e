package upr

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"uhri"
	"uhri/crawler"
)

const (
	beside         = 4 // numbers tried on either side of the known ones of a session
	firstDecision  = 101
	decisionsAfter = 3 // decisions that are not there in a row, after which a session has no more
	newestSessions = 3 // sessions whose decisions are looked for first; older ones follow as far as the limit goes
)

// session is what is known of the reports of one session of the Council.
type session struct {
	prefix   string // "A/HRC/"
	number   int
	min, max int
}

func (s session) report(n int) uhri.Symbol {
	return uhri.Symbol(fmt.Sprintf("%s%d/%d", s.prefix, s.number, n))
}

// sessions groups reports by session, newest first.
func sessions(reports map[uhri.Symbol]bool) []session {
	found := map[[2]string]*session{}
	for symbol := range reports {
		m := reportSymbol.FindStringSubmatch(string(symbol))
		if m == nil {
			continue
		}
		number, err1 := strconv.Atoi(m[2])
		n, err2 := strconv.Atoi(m[3])
		if err1 != nil || err2 != nil {
			continue
		}
		key := [2]string{m[1], m[2]}
		s := found[key]
		if s == nil {
			s = &session{prefix: m[1], number: number, min: n, max: n}
			found[key] = s
		}
		s.min, s.max = min(s.min, n), max(s.max, n)
	}
	var out []session
	for _, s := range found {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b session) int {
		return uhri.CompareSymbols(b.report(1), a.report(1))
	})
	return out
}

// probe tries numbers of reports nobody has named — in the session after the newest, then beside the known ones of the newest
// two — and looks for decisions. What it finds it adds to reports and to what was seen. The limit is shared half and half.
func (r *run) probe(ctx context.Context, reports map[uhri.Symbol]bool) error {
	left := r.o.Probes
	known := sessions(reports)
	if left <= 0 || len(known) == 0 {
		return nil
	}
	newest := known[0]
	next := session{newest.prefix, newest.number + 1, newest.min, newest.max}
	guesses := []session{next}
	for _, s := range known[:min(2, len(known))] {
		if s.prefix == newest.prefix {
			guesses = append(guesses, s)
		}
	}
	budget := left / 2
	for _, s := range guesses {
		for n := max(2, s.min-beside); n <= s.max+beside && budget > 0; n++ {
			if reports[s.report(n)] {
				continue
			}
			asks := r.asks
			crawler.Report(ctx, crawler.Progress{Bytes: r.bytes, Note: "looking for new reports"})
			d, ok, err := r.look(ctx, s.report(n), uhri.English)
			if err != nil {
				return err
			}
			if ok && d.Is == isReport {
				reports[s.report(n)] = true
			}
			budget -= asks - r.asks
			left -= asks - r.asks
		}
	}
	return r.decisions(ctx, sessions(reports), left)
}

// decisions looks for the outcome decisions of the sessions that adopted the reports, newest first. What was found or missed lately
// costs nothing.
func (r *run) decisions(ctx context.Context, known []session, left int) error {
	for i, s := range known {
		misses := 0
		for n := firstDecision; misses < decisionsAfter && left > 0; n++ {
			if i >= newestSessions && r.asks <= r.o.Asks/2 {
				return nil // the reports themselves come first
			}
			symbol := uhri.Symbol(fmt.Sprintf("%sDEC/%d/%d", s.prefix, s.number, n))
			asks := r.asks
			crawler.Report(ctx, crawler.Progress{Bytes: r.bytes, Note: "looking for outcome decisions"})
			_, ok, err := r.look(ctx, symbol, uhri.English)
			if err != nil {
				return err
			}
			if !ok {
				misses++
			} else {
				misses = 0
			}
			left -= asks - r.asks
		}
	}
	return nil
}
