// Package crawler brings publishers' records into the store: a Source yields items, a Process turns each into
// records, the Runner stages them and promotes the run, the Scheduler decides when. It knows nothing of search.
package crawler

import (
	"context"
	"time"

	"uhri"
)

// Cursor is where a source's last promoted run ended. Its content belongs to the source: validators, hashes, dates.
// It is stored as JSON.
type Cursor map[string]string

// Item is one thing a source publishes: a record of the export, a document.
type Item struct {
	Key       string // unique within the source, stable across runs: AnnotationId, symbol + language
	Raw       []byte // as received; kept by hash
	MediaType string // of Raw: "application/json" for export records, "application/pdf" …
	URL       string // where it was fetched; shown as provenance
	FetchedAt time.Time
	Symbol    uhri.Symbol // of documents
	Lang      uhri.Lang
}

// ItemError is a fault of one item. Harvesting goes on; the item stays in the ledger with the reason.
type ItemError struct {
	Key    string
	Raw    []byte
	Reason string // for people: what is wrong with it
}

// AskedByName begins the reason of an item that only an operator's asking for it by name made a source look for. Once told it is of no
// further concern: no later run will meet it.
const AskedByName = "asked for by name: "

// Error implements error.
func (e *ItemError) Error() string { return e.Key + ": " + e.Reason }

// BlockedError says the publisher refuses us: a challenge page, a ban. The source waits for hours and the operator is told; never evade.
type BlockedError struct{ Reason string }

// Error implements error.
func (e *BlockedError) Error() string { return "blocked by the publisher: " + e.Reason }

// Sweep is how a harvest ended.
type Sweep struct {
	Complete  bool   // everything in Scope was seen, so what is missing was withdrawn
	Scope     string // what was swept: "" = the whole source
	Unchanged bool   // the publisher has nothing new; no item was yielded
	Cursor    Cursor // for the next run, stored when this one is promoted
	Bytes     int64
	Waiting   int // documents found, and left for the next run because this one had asked for enough
	Unread    int // lists of documents that could not be read although others could; each was told in an ItemError
}

// Progress is told while a harvest runs. TotalBytes is 0 when unknown.
type Progress struct {
	Bytes, TotalBytes int64
	Items             int
	Note              string // "trying the second address"
}

// Source is one publisher's stream of items.
type Source interface {
	// Name is the source's name in runs, the status page and configuration: "uhri/en", "upr".
	Name() string
	// Harvest calls yield for each item since the cursor, in a resumable order, and ends with what it swept. An
	// *ItemError concerns one item and harvesting goes on; any other error ends it. Only a Complete sweep may withdraw,
	// and only inside its Scope. It stops when yield returns false or ctx ends. The bytes of a yielded Raw are no longer the
	// source's. What it knows of bytes and size it tells with Report.
	Harvest(ctx context.Context, since Cursor, yield func(Item, error) bool) (Sweep, error)
}

// Process turns one item into records. It is pure: the same item gives the same records, so stored raw forms can be
// processed again without fetching. An *ItemError rejects the item.
type Process func(ctx context.Context, it Item) ([]*uhri.Recommendation, error)

// PipelineVersion numbers the code that cleans, cuts and reads items. Raise it when the same raw form would now give
// another record; `uhri reprocess` then runs the stored raw forms again.
const PipelineVersion = 2
