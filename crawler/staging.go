package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"uhri"
)

// Store keeps what sources yield. It is what a Runner and a Scheduler need of one; crawler/store meets it.
type Store interface {
	// Begin opens a run of source and locks the source until the run is promoted or ended. What an earlier run of it
	// left unfinished is taken over. Errors: *BusyError when the source is being run already, here or in another process.
	Begin(ctx context.Context, source string) (Staging, error)
	// SourceStatus says what is known of a source: NeverRun without runs, and without schedule.
	SourceStatus(ctx context.Context, source string) (uhri.SourceStatus, error)
}

// Staging receives one run. Nothing staged is seen by readers before Promote. Known and Encode may be called from many
// goroutines; the other methods from one at a time.
type Staging interface {
	// Run is the number of the run.
	Run() int64
	// Since is where the last promoted run ended.
	Since() Cursor
	// Known reports whether this very content of the item is promoted or staged already, so that processing it would
	// tell nothing new.
	Known(key string, content Hash) bool
	// Encode prepares an outcome for Add; it does no I/O. Its error concerns the whole run: data of the wrong kind for
	// the folder. An outcome that cannot be encoded is rejected, not an error.
	Encode(o Outcome) (Staged, error)
	// Add writes outcomes in the order of the harvest, in one transaction.
	Add(ctx context.Context, batch []Staged, p Progress) error
	// Promote ends the run after a harvest that went to its end: OK, Unchanged or Quarantined.
	// On error nothing was promoted and the run is still open.
	Promote(ctx context.Context, s Sweep) (uhri.Run, error)
	// End closes the run without promoting it: Failed or Blocked. What was staged is kept for the next run to resume.
	End(ctx context.Context, state uhri.RunState, reason string) (uhri.Run, error)
}

// Outcome is what became of one item.
type Outcome struct {
	Item     Item
	Content  Hash // of Item
	Known    bool // unchanged, not processed
	Rejected string
	Records  []*uhri.Recommendation
}

// Staged is an Outcome as its Staging prepared it.
type Staged any

// BusyError says that a source is being run already.
type BusyError struct {
	Source string
	Run    int64
}

// Error implements error.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%s is being harvested already (run %d)", e.Source, e.Run)
}

// Unwrap makes uhri.KindOf report Unavailable.
func (e *BusyError) Unwrap() error { return &uhri.Error{Kind: uhri.Unavailable, Msg: e.Error()} }

// Interrupted is the reason of a run that was stopped from outside: Ctrl-C, a restart. It did not fail by itself, so
// the next run starts at once.
const Interrupted = "interrupted before it was finished; the next run continues it"

// Hash names a raw content.
type Hash [16]byte

// Hash returns the hash of the item's raw content. JSON is hashed in canonical form, so that another order of keys or
// other spaces are not a change.
func (it Item) Hash() Hash {
	raw := it.Raw
	if it.IsJSON() {
		v := jsontext.Value(bytes.Clone(raw))
		if v.Canonicalize() == nil {
			raw = v
		}
	}
	sum := sha256.Sum256(raw)
	return Hash(sum[:16])
}

// IsJSON reports whether the raw form is JSON: a record of an export, not a document.
func (it Item) IsJSON() bool {
	return it.MediaType == "application/json" || strings.HasSuffix(it.MediaType, "+json")
}

// TranslationOf reads a source's name: "uhri/fr" translates the records of "uhri/en". Only "uhri/en" adds and withdraws
// them; "uhri/fr" adds, changes and removes their French text.
func TranslationOf(source string) (l uhri.Lang, authority string, ok bool) {
	i := strings.LastIndexByte(source, '/')
	if i < 0 {
		return "", "", false
	}
	l = uhri.Lang(source[i+1:])
	if !l.Valid() || l == uhri.English {
		return "", "", false
	}
	return l, source[:i+1] + string(uhri.English), true
}

type (
	reportKey struct{}
	sourceKey struct{}
)

// SourceOf names the source a Harvest with this context is for; "" outside of one.
func SourceOf(ctx context.Context) string {
	name, _ := ctx.Value(sourceKey{}).(string)
	return name
}

// For returns the context of a Harvest of source.
func For(ctx context.Context, source string) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// Report tells how far a harvest is. Sources call it with what they know of bytes; the Runner counts the items.
func Report(ctx context.Context, p Progress) {
	if tell, ok := ctx.Value(reportKey{}).(func(Progress)); ok {
		tell(p)
	}
}

// withReports returns a context whose Reports go to tell.
func withReports(ctx context.Context, tell func(Progress)) context.Context {
	return context.WithValue(ctx, reportKey{}, tell)
}
