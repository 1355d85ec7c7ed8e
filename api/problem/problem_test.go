package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/api/problem"
	"uhri/index/query"
)

type later struct{}

func (later) Error() string             { return "later" }
func (later) RetryAfter() time.Duration { return 1500 * time.Millisecond }
func (later) Unwrap() error             { return &uhri.Error{Kind: uhri.Unavailable, Msg: "come back"} }

func TestOf(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		kind   uhri.Kind
		detail string
		retry  int
	}{
		{"a kind has its status", uhri.Errorf(uhri.NotFound, "Get", "no such record"), 404, uhri.NotFound, "no such record", 0},
		{"wrapped errors keep theirs", fmt.Errorf("serving: %w", uhri.Errorf(uhri.Timeout, "Search", "too slow")), 504, uhri.Timeout, "too slow", 0},
		{"what nobody named is internal, and hidden", errors.New("open /secret: no"), 500, uhri.Internal, "something went wrong inside; the operator's log says what", 0},
		{"a query's fault is one of q", fmt.Errorf("reading: %w", &query.Error{At: 3, Message: "not closed"}), 400, uhri.Invalid, "q: not closed", 0},
		{"gone records say so", &uhri.GoneRecord{Tombstone: uhri.Tombstone{ID: "x"}}, 410, uhri.Gone, "this record is no longer published", 0},
		{"who knows when to come back says it", later{}, 503, uhri.Unavailable, "come back", 2},
		{"unavailable always says when to come back", uhri.Errorf(uhri.Unavailable, "", "starting"), 503, uhri.Unavailable, "starting", 5},
		{"a problem stays itself", fmt.Errorf("x: %w", problem.New(405, "GET only")), 405, uhri.Invalid, "GET only", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := problem.Of(tt.err)
			if p.Status != tt.status || p.Kind != tt.kind || p.Detail != tt.detail || p.RetryAfter != tt.retry {
				t.Errorf("Of(%v) = %+v", tt.err, p)
			}
			w := httptest.NewRecorder()
			w.Header().Set("ETag", `"x"`)
			problem.Write(w, httptest.NewRequest("GET", "/a/b?q=secret", nil), p)
			var back map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &back); err != nil || back["instance"] != "/a/b" || back["errors"] == nil {
				t.Errorf("%v: %s", err, w.Body)
			}
			if w.Code != tt.status || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" || (w.Header().Get("Retry-After") != "") != (tt.retry > 0) || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
		})
	}
}
