package uhri

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a calendar date that may be known to the year or month only. The zero Date is unknown.
// As text and JSON it is "2025-02-12", "2025-02" or "2025".
type Date struct {
	Year, Month, Day int
}

// ParseDate reads "2025", "2025-02", "2025-02-12" and any RFC 3339-like form that begins so
// ("2025-02-12T00:00:00"). The publisher's sentinel 1900-01-01 and an empty string give the zero Date.
func ParseDate(s string) (Date, error) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "T "); i >= 0 {
		s = s[:i]
	}
	if s == "" {
		return Date{}, nil
	}
	bad := func() (Date, error) {
		return Date{}, &Error{Kind: Invalid, Op: "ParseDate", Msg: fmt.Sprintf("%q is not a date; write 2025, 2025-02 or 2025-02-12", s)}
	}
	parts := strings.Split(s, "-")
	if len(parts) > 3 {
		return bad()
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v <= 0 || p[0] == '+' || (i == 0 && len(p) != 4) || (i > 0 && len(p) > 2) {
			return bad()
		}
		n[i] = v
	}
	d := Date{n[0], n[1], n[2]}
	if d.Month > 12 || (d.Day > 0 && time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Day() != d.Day) {
		return bad()
	}
	if sentinel := (Date{1900, 1, 1}); d == sentinel || d == (Date{1, 1, 1}) { // what UHRI and .NET write for "no date"
		return Date{}, nil
	}
	return d, nil
}

// IsZero reports whether the date is unknown.
func (d Date) IsZero() bool { return d.Year == 0 }

// First returns the first day of the date's year or month, the day by which it sorts.
func (d Date) First() Date {
	if d.IsZero() {
		return d
	}
	return Date{d.Year, max(d.Month, 1), max(d.Day, 1)}
}

// Last returns the last day the date can mean.
func (d Date) Last() Date {
	switch {
	case d.IsZero():
		return d
	case d.Month == 0:
		return Date{d.Year, 12, 31}
	case d.Day == 0:
		t := time.Date(d.Year, time.Month(d.Month)+1, 0, 0, 0, 0, 0, time.UTC)
		return Date{t.Year(), int(t.Month()), t.Day()}
	}
	return d
}

// Begin is the moment, in UTC, when the day, month or year begins, or the next one where end is true.
func (d Date) Begin(end bool) time.Time {
	if end {
		l := d.Last()
		return time.Date(l.Year, time.Month(l.Month), l.Day+1, 0, 0, 0, 0, time.UTC)
	}
	f := d.First()
	return time.Date(f.Year, time.Month(f.Month), f.Day, 0, 0, 0, 0, time.UTC)
}

// Key orders dates: a year or month sorts as its first day, an unknown date is 0. It is YYYYMMDD.
func (d Date) Key() int {
	f := d.First()
	return f.Year*10000 + f.Month*100 + f.Day
}

// DateOf returns the day of t in UTC.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	t = t.UTC()
	return Date{t.Year(), int(t.Month()), t.Day()}
}

// String formats the date as precisely as it is known; "" when unknown.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}
