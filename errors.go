package uhri

import (
	"errors"
	"fmt"
)

// Kind is what a machine needs to know of an error.
type Kind string

// The kinds, each with the HTTP status the edge gives it.
const (
	Invalid     Kind = "invalid"     // 400: the caller must change something
	NotFound    Kind = "not_found"   // 404
	Gone        Kind = "gone"        // 410: it existed; withdrawn, suppressed or an old snapshot
	Unavailable Kind = "unavailable" // 503: try again later
	Timeout     Kind = "timeout"     // 504
	Unsupported Kind = "unsupported" // 501: this build or machine cannot do it
	Internal    Kind = "internal"    // 500
)

// Error carries a Kind for machines and a sentence for people.
type Error struct {
	Kind Kind
	Op   string // what was tried: "ParseSymbol"
	Msg  string // safe to show to users, says what to do
	Err  error  // the cause, for logs only
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Msg
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err: that of the first *Error in its chain, else Internal; "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message returns the sentence of err that is safe to show.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Msg
	}
	return "something went wrong inside; the operator's log says what"
}

// Errorf makes an Error of the given kind.
func Errorf(k Kind, op, format string, args ...any) *Error {
	return &Error{Kind: k, Op: op, Msg: fmt.Sprintf(format, args...)}
}

// GoneRecord is the error of asking for a record that is no longer there; it carries what may still be said.
type GoneRecord struct{ Tombstone Tombstone }

// Error implements error.
func (e *GoneRecord) Error() string {
	return "record " + string(e.Tombstone.ID) + " is " + string(e.Tombstone.Kind)
}

// Unwrap makes KindOf report Gone.
func (e *GoneRecord) Unwrap() error {
	return &Error{Kind: Gone, Msg: "this record is no longer published"}
}
