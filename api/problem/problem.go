// Package problem is the one shape of an error answer: RFC 9457 problem details with every fault at once.
// It decides nothing about logging; what it shows is safe to show.
package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"uhri"
	"uhri/index/query"
	"uhri/index/searchurl"
)

// ContentType is that of every error answer.
const ContentType = "application/problem+json"

// Problem is the body of an error answer.
type Problem struct {
	Type     string            `json:"type" doc:"always about:blank: status and kind say what kind of problem it is"`
	Title    string            `json:"title" doc:"the status in words"`
	Status   int               `json:"status" doc:"the HTTP status"`
	Kind     uhri.Kind         `json:"kind" doc:"for machines: invalid, not_found, gone, unavailable, timeout, unsupported, internal"`
	Detail   string            `json:"detail" doc:"what happened and what to do about it"`
	Instance string            `json:"instance,omitzero" doc:"the path that was asked for"`
	Errors   []searchurl.Fault `json:"errors" doc:"every fault of the request at once; empty where no parameter is to blame"`

	Tombstone  *uhri.Tombstone `json:"tombstone,omitzero" doc:"what may still be said of a record that is gone"`
	Snapshot   string          `json:"snapshot,omitzero" doc:"the current snapshot, where an older one was asked for"`
	RetryAfter int             `json:"retry_after,omitzero" doc:"seconds to wait before asking again, as in the Retry-After header"`
	Demo       bool            `json:"demonstration,omitzero" doc:"this service shows invented data"`

	Cause error `json:"-"` // for the log
}

// New returns a problem with a status of its own and the kind that goes with it.
func New(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kindOf(status), Detail: fmt.Sprintf(format, args...), Errors: []searchurl.Fault{}}
}

// Invalid returns the problem of a request with faults.
func Invalid(faults ...searchurl.Fault) *Problem {
	p := New(http.StatusBadRequest, "the request has %d faults; errors lists them all", len(faults))
	if len(faults) == 1 {
		p.Detail = faults[0].Error()
	}
	p.Errors = append(p.Errors, faults...)
	return p
}

// RetryLater is met by errors that know when to come back.
type RetryLater interface {
	error
	RetryAfter() time.Duration
}

// Of returns err as a problem. A query that cannot be read is a fault of q.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if q, ok := errors.AsType[*query.Error](err); ok {
		return Invalid(searchurl.Fault{Parameter: "q", At: q.At, Message: q.Message, Hint: q.Hint})
	}
	kind := uhri.KindOf(err)
	p := New(Status(kind), "%s", uhri.Message(err))
	p.Kind, p.Cause = kind, err
	if g, ok := errors.AsType[*uhri.GoneRecord](err); ok {
		p.Tombstone = &g.Tombstone
		p.Detail = "this record is no longer published"
	}
	if r, ok := errors.AsType[RetryLater](err); ok {
		p.SetRetryAfter(r.RetryAfter())
	} else if kind == uhri.Unavailable {
		p.SetRetryAfter(5 * time.Second)
	}
	return p
}

// SetRetryAfter says when to come back, in whole seconds and never zero.
func (p *Problem) SetRetryAfter(d time.Duration) { p.RetryAfter = max(1, int(math.Ceil(d.Seconds()))) }

// Status returns the HTTP status of a kind of error.
func Status(k uhri.Kind) int {
	switch k {
	case uhri.Invalid:
		return http.StatusBadRequest
	case uhri.NotFound:
		return http.StatusNotFound
	case uhri.Gone:
		return http.StatusGone
	case uhri.Unavailable:
		return http.StatusServiceUnavailable
	case uhri.Timeout:
		return http.StatusGatewayTimeout
	case uhri.Unsupported:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}

func kindOf(status int) uhri.Kind {
	switch status {
	case http.StatusNotFound:
		return uhri.NotFound
	case http.StatusGone:
		return uhri.Gone
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return uhri.Unavailable
	case http.StatusGatewayTimeout:
		return uhri.Timeout
	case http.StatusNotImplemented:
		return uhri.Unsupported
	}
	if status >= 500 {
		return uhri.Internal
	}
	return uhri.Invalid
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// GetStatus and ContentType make huma send a problem as it is.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return ContentType }

// GetHeaders returns the headers that go with it.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	return h
}

// Write sends the problem as the answer.
func Write(w http.ResponseWriter, r *http.Request, p *Problem) {
	if p.Instance == "" {
		p.Instance = r.URL.Path
	}
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", ContentType)
	w.Header().Del("ETag")
	w.Header().Del("Content-Disposition")
	w.WriteHeader(p.Status)
	b, err := json.Marshal(p)
	if err != nil { // strings, integers and times always marshal
		return
	}
	_, _ = w.Write(append(b, '\n')) // the reader may be gone; there is nobody else to tell
}
