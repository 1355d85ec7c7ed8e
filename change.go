package uhri

import (
	"strconv"
	"strings"
	"time"
)

// Seq numbers the store's promoted states; it only grows.
type Seq int64

// ChangeKind says what happened to a record.
type ChangeKind string

// The kinds of change. All but Reprocessed are the publisher's (its raw content compared); Reprocessed is ours
// (pipeline, taxonomy or model) and appears once per run, with a count.
const (
	Added       ChangeKind = "added"
	Changed     ChangeKind = "changed"     // its text or facts changed
	Relabelled  ChangeKind = "relabelled"  // only its labels changed
	Withdrawn   ChangeKind = "withdrawn"   // gone from a complete publication
	Restored    ChangeKind = "restored"    // back after a withdrawal
	Reprocessed ChangeKind = "reprocessed" // cut, cleaned or labelled anew by us
)

// Change is one entry of the numbered change log.
type Change struct {
	Seq     Seq        `json:"seq"`
	At      time.Time  `json:"at"`
	Source  string     `json:"source"`
	Run     int64      `json:"run"`
	Kind    ChangeKind `json:"kind"`
	ID      ID         `json:"id,omitzero"` // empty for Reprocessed
	Symbol  Symbol     `json:"symbol,omitzero"`
	Lang    Lang       `json:"lang,omitzero"`     // the language whose text changed; empty = facts
	OldText string     `json:"old_text,omitzero"` // only where text changed
	NewText string     `json:"new_text,omitzero"`
	Count   int        `json:"count,omitzero"` // of Reprocessed records
}

// ChangeQuery says which entries of the log are asked for. Zero fields ask for all.
type ChangeQuery struct {
	Since  Seq // after it
	UpTo   Seq // up to and including it
	Kinds  []ChangeKind
	Source string
	ID     ID
	Symbol Symbol
	Offset int // of the entries that fit, how many to leave out
	Limit  int
}

// Tally is how many entries of one kind one state brought from one source.
type Tally struct {
	Seq     Seq        `json:"seq"`
	At      time.Time  `json:"at"`
	Source  string     `json:"source"`
	Kind    ChangeKind `json:"kind"`
	Entries int        `json:"entries"` // lines of the log
	Count   int        `json:"count"`   // records; of Reprocessed those read anew, which one line tells, else as many as entries
}

// ParseState reads how people name a state of the collection: its number ("17"), a snapshot, whose name ends with it
// ("2026-11-24.17"), or a day or month ("2026-11-24"), which only the log can turn into a number. One of the two is returned.
// Errors: Invalid.
func ParseState(s string) (Seq, Date, error) {
	s = strings.TrimSpace(s)
	day, number, snapshot := strings.Cut(s, ".")
	d, err := ParseDate(day)
	switch {
	case snapshot && (err != nil || d.Day == 0):
	case !snapshot && strings.Contains(s, "-"):
		if err == nil && !d.IsZero() {
			return 0, d, nil
		}
	default:
		if !snapshot {
			number = s
		}
		if n, err := strconv.ParseUint(number, 10, 62); err == nil {
			return Seq(n), Date{}, nil
		}
	}
	return 0, Date{}, Errorf(Invalid, "ParseState", "%q is neither a snapshot, a number of the log nor a day; write 2026-11-24.17, 17 or 2026-11-24", s[:min(len(s), 40)])
}

// Tombstone is what remains of a record that is gone.
type Tombstone struct {
	ID         ID        `json:"id"`
	Kind       TombKind  `json:"kind"`
	At         time.Time `json:"at"`
	FirstSeen  time.Time `json:"first_seen,omitzero"`
	Symbol     Symbol    `json:"symbol,omitzero"`
	LastText   string    `json:"last_text,omitzero"`   // public only after the protective delay; never for Suppressed
	RedirectTo ID        `json:"redirect_to,omitzero"` // for Merged
	Reason     string    `json:"reason,omitzero"`      // for Suppressed: the operator's words
}

// TombKind says why a record is gone.
type TombKind string

// The kinds of tombstone.
const (
	TombWithdrawn  TombKind = "withdrawn"  // by its publisher
	TombSuppressed TombKind = "suppressed" // by the operator; no text is kept
	TombMerged     TombKind = "merged"     // our cut gave way to the publisher's record
)

// RunState is the state of a source or of one of its runs. "Never run" is not a failure, and "blocked" is not a bug.
type RunState string

// The states, told apart everywhere.
const (
	NeverRun    RunState = "never_run"
	Running     RunState = "running"
	OK          RunState = "ok"
	Unchanged   RunState = "unchanged"
	Failed      RunState = "failed"
	Blocked     RunState = "blocked"
	Quarantined RunState = "quarantined"
	Stale       RunState = "stale"
	Disabled    RunState = "disabled"
)

// Run is one run of a source, as the status page shows it. In = New + Changed + Same + Rejected, and
// Withdrawn counts the records a complete sweep no longer had.
type Run struct {
	ID       int64     `json:"run"`
	Source   string    `json:"source"`
	State    RunState  `json:"state"`
	Reason   string    `json:"reason,omitzero"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"`
	Seq      Seq       `json:"seq,omitzero"` // of its promotion

	In          int   `json:"in"`
	New         int   `json:"new"`
	Changed     int   `json:"changed"`
	Same        int   `json:"unchanged"`
	Withdrawn   int   `json:"withdrawn"`
	Rejected    int   `json:"rejected"`
	Bytes       int64 `json:"bytes,omitzero"`
	TotalBytes  int64 `json:"total_bytes,omitzero"` // 0 = unknown
	Reprocessed int   `json:"reprocessed,omitzero"`

	// Documents is what a run of a source of documents did with them; nil for an export, whose items are records.
	Documents *DocumentCounts `json:"documents,omitzero"`
}

// DocumentCounts are the documents of one run. A document is many passages, which the other counts of a Run are of.
// Seen = Fetched + Unchanged + Failed.
type DocumentCounts struct {
	Seen      int `json:"seen" doc:"documents the run met"`
	Fetched   int `json:"fetched" doc:"of these, new or changed ones"`
	Unchanged int `json:"unchanged" doc:"of these, what is held already"`
	Failed    int `json:"failed" doc:"of these, not to be had or not readable"`
	Waiting   int `json:"waiting,omitzero" doc:"found, and left for the next run because this one had asked for enough"`
	Unread    int `json:"unread_lists,omitzero" doc:"lists of documents that could not be read; the reasons stand among what failed"`
}

// SourceOfDocuments reports whether a source's items are documents. Names of exports, whose items are records, end in a language:
// "uhri/en".
func SourceOfDocuments(source string) bool { return !strings.Contains(source, "/") }

// SourceStatus is what is known of one source.
type SourceStatus struct {
	Source      string    `json:"source"`
	State       RunState  `json:"state"`
	Reason      string    `json:"reason,omitzero"`
	Schedule    string    `json:"schedule,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	NextRun     time.Time `json:"next_run,omitzero"`
	Last        *Run      `json:"last_run,omitzero"`
	Records     int       `json:"records" doc:"passages held"`
	Documents   int       `json:"documents,omitzero" doc:"documents they are from, for sources of documents"`

	// How the publisher is asked, as it is now.
	Politeness   string      `json:"politeness,omitzero" doc:"what every server is asked by, in a sentence"`
	UserAgent    string      `json:"user_agent,omitzero" doc:"how we present ourselves to servers"`
	Hosts        []HostAsked `json:"hosts,omitzero" doc:"servers asked for this source since the program began"`
	BlockedUntil time.Time   `json:"blocked_until,omitzero" doc:"after a refusal nothing is asked for before"`

	Review *NeedsReview `json:"needs_review,omitzero" doc:"what a person should look at, in the published snapshot"`
}

// HostAsked is how one server is asked.
type HostAsked struct {
	Host       string    `json:"host"`
	Delay      string    `json:"delay" doc:"between requests, the longer of ours and the one its robots.txt asks for"`
	Robots     string    `json:"robots" doc:"what is known of its robots.txt"`
	Requests   int       `json:"requests" doc:"made since the program began"`
	Last       time.Time `json:"last,omitzero" doc:"the last of them"`
	WaitsUntil time.Time `json:"waits_until,omitzero" doc:"it asked for patience until then"`
	WaitsFor   string    `json:"waits_for,omitzero" doc:"why"`
}

// NeedsReview lists the documents with passages a person should look at.
type NeedsReview struct {
	Documents int                `json:"documents" doc:"documents with such passages"`
	Passages  int                `json:"passages" doc:"such passages, those without a symbol among them"`
	List      []ReviewedDocument `json:"list,omitzero" doc:"the newest of the documents"`
}

// ReviewedDocument is one of them.
type ReviewedDocument struct {
	Symbol   Symbol   `json:"symbol"`
	Passages int      `json:"passages" doc:"to be looked at"`
	Why      []string `json:"why" doc:"the reasons, the commonest first"`
}

// Rejection is an item that could not be understood; it stays in the ledger with its reason.
type Rejection struct {
	Run    int64  `json:"run"`
	Source string `json:"source"`
	Key    string `json:"key"`
	Reason string `json:"reason"`

	At time.Time `json:"at,omitzero"` // when that run ended; zero while it runs
}
