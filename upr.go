package uhri

import (
	"strconv"
	"strings"
	"sync"
)

// UPRSession is one session of the Working Group on the Universal Periodic Review.
type UPRSession struct{ Number, Year, Cycle int }

var uprSessions = sync.OnceValue(func() []UPRSession {
	var out []UPRSession
	for _, r := range rows("upr_sessions.csv") {
		out = append(out, UPRSession{r.number("session"), r.number("year"), r.number("cycle")})
	}
	return out
})

// UPRSessions lists the sessions whose year is known, first to last. The caller must not change the slice.
func UPRSessions() []UPRSession { return uprSessions() }

// CycleOfSession returns the cycle a session of the Working Group belongs to: 1 to 12 are the first cycle, 13 to 26
// the second, 27 to 40 the third, 41 to 54 the fourth. Later sessions are not known yet.
func CycleOfSession(session int) (int, bool) {
	switch {
	case session < 1 || session > 54:
		return 0, false
	case session <= 12:
		return 1, true
	case session <= 26:
		return 2, true
	case session <= 40:
		return 3, true
	}
	return 4, true
}

// YearOfSession returns the year a session of the Working Group was held in.
func YearOfSession(session int) (int, bool) {
	for _, s := range uprSessions() {
		if s.Number == session {
			return s.Year, true
		}
	}
	return 0, false
}

// ParsePosition reads a State's answer as UHRI and its predecessors write it: "Supported", "Noted", "Supported/Noted", "Accepted",
// "Rejected", with or without the leading "- ". An answer still pending, and an empty one, is PositionUnknown and
// known to be so; false means the text is none of these.
func ParsePosition(raw string) (Position, bool) {
	switch strings.TrimSuffix(FoldName(raw), " recommendation") {
	case "supported", "accepted", "enjoys the support", "enjoy the support", "support", "accept":
		return PositionSupported, true
	case "noted", "rejected", "not supported", "not accepted", "did not enjoy the support", "does not enjoy the support", "note", "reject":
		return PositionNoted, true
	case "supported noted", "noted supported", "partial", "partially supported", "partially accepted", "supported in part", "accepted in part", "partly supported", "partly accepted":
		return PositionPartial, true
	case "", "unknown", "pending", "under consideration", "no response", "unclear", "no clear position":
		return PositionUnknown, true
	}
	return PositionUnknown, false
}

// ParseCycle reads the number of a UPR cycle from UHRI's value, whose form is not documented: "3", "Cycle 3", "3rd cycle", "Third cycle".
func ParseCycle(raw string) (int, bool) {
	fold := FoldName(raw)
	for i, word := range [...]string{"first", "second", "third", "fourth", "fifth"} {
		if strings.Contains(fold, word) {
			return i + 1, true
		}
	}
	n, ok := firstNumber(fold)
	return n, ok && n >= 1 && n <= 5
}

// ParseSession reads the number of a session of the UPR Working Group: "31", "- 31.. Session - November 2018".
func ParseSession(raw string) (int, bool) {
	n, ok := firstNumber(raw)
	return n, ok && n >= 1 && n <= 99
}

// firstNumber returns the first run of ASCII digits of s.
func firstNumber(s string) (int, bool) {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	i := strings.IndexFunc(s, isDigit)
	if i < 0 {
		return 0, false
	}
	s = s[i:]
	if j := strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) }); j >= 0 {
		s = s[:j]
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
