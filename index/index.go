// Package index is the contract between what asks and what answers: a Request is one question, a Result its whole
// answer over one Snapshot. Engines live in packages of their own (bleveindex, and indextest's brute-force
// reference); api and ui see only Searcher.
package index

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/index/query"
)

// Limits, with reasons. They bound what one search may cost; each is told to the person who meets it.
const (
	MaxQueryBytes = query.MaxBytes
	MaxClauses    = query.MaxClauses
	MaxDepth      = query.MaxDepth
	MaxExpansion  = query.MaxExpansion
	MaxLimit      = 1000 // hits of one page
	DefaultLimit  = 20
	DefaultFacet  = 20     // values of one facet panel
	MaxOffset     = 10_000 // hits to skip by number; whoever wants more pages by cursor or takes an export
)

// Mode is how a text is read.
type Mode string

// The modes.
const (
	ModeDefault Mode = "default"
	ModeUHRI    Mode = "uhri" // as UHRI reads it: each word a prefix, several words a phrase
)

// Sort is the order of hits. Every order ends with the newest date, then the ID, so it is total.
type Sort string

// The orders. Undated records come last in both date orders.
const (
	SortRelevance Sort = "relevance"  // default with words
	SortNewest    Sort = "newest"     // default without
	SortOldest    Sort = "oldest"     //
	SortFirstSeen Sort = "first_seen" // newest first
	SortDocument  Sort = "document"   // symbol, then place in the document
)

// FilterOp says how the values of one filter combine.
type FilterOp string

// The operators.
const (
	Any   FilterOp = "any" // at least one value: country=KEN&country=UGA
	Every FilterOp = "all" // all of them: theme.all=
	None  FilterOp = "not" // none of them: not.theme=
)

// Filter restricts a search by one facet. Filters of different facets or operators all apply.
type Filter struct {
	Facet  string   `json:"facet"`
	Op     FilterOp `json:"op"`
	Values []string `json:"values"` // canonical; a value no record has matches nothing
}

// Request is one question. The zero Request asks for the newest twenty of all records, without facets.
type Request struct {
	Query  string // as typed
	Mode   Mode   // "" = ModeDefault
	Strict bool   // refuse what the lenient reading would repair

	// Langs are the languages searched, in order of preference: each record is searched and shown in the first of
	// them it has text in, and a record with none of them is left out. Empty means English is searched, and nothing is left out.
	Langs []uhri.Lang

	Filters  []Filter
	From, To uhri.Date     // of the document; records without a date are left out when either is set
	Origins  []uhri.Origin // whose labels count, for label facets and filters on them; empty = everyone's

	Expand []string // IDs of offered expansions (synonyms) that are switched on; "*" = all

	// Collapse shows, of passages that ask for the same (facet "ask"), only the first in the order; those that stand
	// alone all stay. It concerns hits and pages: Total, facets and streams are those of all passages.
	Collapse bool

	Sort      Sort
	Limit     int    // hits; 0 = counts only
	Cursor    string // from Result.Next; the other fields must be as they were
	Offset    int    // hits to skip, for page numbers; not together with Cursor
	Highlight bool

	Facets      []string // names of facets to count; {"*"} = all
	FacetLimit  int      // values per facet; 0 = all, negative = each facet's own default
	FacetPrefix string   // only values whose label or code has a word beginning so (search within a facet)

	Explain  bool   // count the exact, default and UHRI-like readings too
	Snapshot string // answer from this snapshot; "" = the current one
}

// Result is the whole answer to a Request: hits, total, facets, reading and applied filters come from one search
// over one snapshot.
type Result struct {
	Snapshot    Snapshot
	Total       int // exact
	Distinct    int // with Request.Collapse: how many hits there are to page through; else 0
	Hits        []Hit
	Next        string // cursor of the next page; "" at the end
	Facets      []FacetCounts
	Filters     []Filter // as applied
	Sort        Sort     // as applied
	Reading     Reading
	Suggestions []Suggestion // only when Total is 0
}

// Hit is one record found.
type Hit struct {
	Record *uhri.Recommendation
	Score  float64   // 0 unless sorted by relevance
	Lang   uhri.Lang // the language it was searched and is shown in; "" when it has no text at all
	Spans  []Span    // what matched in Record.Texts[Lang].Full, in order, not overlapping
}

// Span is a range of bytes.
type Span struct{ Start, End int }

// FacetCounts is one facet's panel.
type FacetCounts struct {
	Name          string
	Values        []FacetValue // highest counts first (or by value, if the facet says so), ties by label; selected ones are always there
	Unknown       int
	NotApplicable int
	Distinct      int // how many values have records here, shown or not
}

// FacetValue is one line of a panel. Count is what Total becomes when this value alone is chosen in this facet; choosing
// an origin sets Request.Origins too, see Plan.Choosing.
type FacetValue struct {
	Value    string
	Label    string
	Count    int
	Selected FilterOp // "" = not selected
}

// Reading says how a query was understood.
type Reading struct {
	Tree      query.Node
	Canonical string // Tree as text
	Words     string // Tree in plain English
	Forms     []Forms
	Offers    []Offer
	Notices   []query.Notice // repairs and limits met, for the person who typed it
	Counts    *ReadingCounts // with Request.Explain
}

// Forms lists the word forms of the snapshot that one word stood for.
type Forms struct {
	Word  string
	Forms []string // most frequent first; at most twenty
	More  int      // forms beyond those
}

// Offer is an expansion the query could have: synonyms, acronyms. It is never applied unless asked for.
type Offer struct {
	ID    string   // for Request.Expand
	From  string   // the word or phrase typed
	To    []string // what it would also stand for
	On    bool
	Extra int // records more with it than without
}

// ReadingCounts are the totals of the same words under the same filters, read three ways.
type ReadingCounts struct{ Exact, Default, UHRI int }

// Suggestion is a way out of an empty result. See Plan.Suggest.
type Suggestion struct {
	Kind   string // "spelling", "label", "drop_filter"
	Text   string // what to show: the word, the label, the filter
	Query  string // the query to run instead, for spelling
	Filter Filter // to add (label) or to drop (drop_filter)
	Count  int    // what it would find
}

// Snapshot names a published state of the store.
type Snapshot struct {
	ID       string              `json:"id"` // citable: date and Seq, "2026-11-24.17"
	Seq      uhri.Seq            `json:"seq"`
	Created  time.Time           `json:"created"`
	Records  int                 `json:"records"`
	Demo     bool                `json:"demonstration,omitzero"`
	Sources  []uhri.SourceStatus `json:"sources,omitzero"`   // as they were when it was published
	NoReview int                 `json:"no_review,omitzero"` // records whose review cannot be told: neither cycle nor date
	Analysis int                 `json:"analysis"`           // version of the tokenizer, stemmers and pairs
	Build    string              `json:"build,omitzero"`
	Purge    bool                `json:"-"` // drop every older snapshot at once: a takedown must reach all copies
	Tombs    []uhri.Tombstone    `json:"-"`
}

// GoneBySymbol sorts tombstones by the document their records were of. Merged records are not gone: their address leads on. An empty symbol is
// unknown, never a key.
func GoneBySymbol(tombs []uhri.Tombstone) map[uhri.Symbol][]uhri.Tombstone {
	out := map[uhri.Symbol][]uhri.Tombstone{}
	for _, t := range tombs {
		if t.Symbol != "" && t.Kind != uhri.TombMerged {
			out[t.Symbol] = append(out[t.Symbol], t)
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b uhri.Tombstone) int { return strings.Compare(string(a.ID), string(b.ID)) })
	}
	return out
}

// Row is one record of a stream. It is valid until yield returns.
type Row interface {
	JSON() []byte                          // the record's public JSON, one line, no newline at the end
	Decode() (*uhri.Recommendation, error) // the record
}

// Searcher answers. It is what api and ui accept. Implementations are safe for concurrent use.
type Searcher interface {
	// Search answers req. Errors: Invalid (with the offset, see query.Error) when the query or cursor cannot be read, Gone
	// when its snapshot is no longer kept, Timeout when ctx ends first, Unavailable before the first publish.
	Search(ctx context.Context, req Request) (*Result, error)
	// Get returns one record of the current snapshot. Errors: NotFound; *uhri.GoneRecord for a tombstone.
	Get(ctx context.Context, id uhri.ID) (*uhri.Recommendation, error)
	// Gone returns the tombstones of a document's records, withdrawn or taken down, in the current snapshot, by ID.
	Gone(ctx context.Context, symbol uhri.Symbol) ([]uhri.Tombstone, error)
	// Stream calls yield for every match in req's order (Limit, Cursor, Facets and Highlight are ignored) until it returns false.
	Stream(ctx context.Context, req Request, yield func(Row) bool) error
	// Status says what is being served. Errors: Unavailable before the first publish.
	Status(ctx context.Context) (Status, error)
}

// Status is what an engine serves.
type Status struct {
	Current  Snapshot
	Previous *Snapshot // still answering cursors and snapshot=
}

// Rows is a table kept beside the records: one row of bytes for each, made when a snapshot is published, so that
// exporting it is reading. The zero Rows keeps none.
type Rows struct {
	Version string                                   // of what Append makes; a row of another version is never handed out
	Append  func(dst, record []byte) ([]byte, error) // appends the row of a record, which is given as Row.JSON gives it
}

// RowStreamer is a Searcher that may keep Rows.
type RowStreamer interface {
	// StreamRows is Stream with rows instead of records; a row is valid until yield returns. Without rows of this version
	// in the snapshot it yields nothing and returns false: the caller makes them of a Stream.
	StreamRows(ctx context.Context, req Request, version string, yield func(row []byte) bool) (kept bool, err error)
}

// Engine is a Searcher that can be given a new snapshot.
type Engine interface {
	Searcher
	// Publish builds snap from recs beside the current snapshot and swaps it in only if recs ends without error;
	// readers of the old one finish on it. Cancelling ctx leaves the old one serving. Each ID comes once, Latest is set
	// by whoever calls (see uhri.LatestReviews), and a record handed over is not changed afterwards.
	Publish(ctx context.Context, snap Snapshot, recs iter.Seq2[*uhri.Recommendation, error]) error
	Close() error
}
