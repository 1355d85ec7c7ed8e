// Package query is the query language: it reads what people type into a typed tree, says what it understood,
// and prints a tree back as text that reads the same again. It does not search; engines evaluate the tree.
package query

import "uhri"

// Node is one part of a query's meaning. Two engines evaluate it: index/bleveindex on bitmaps, index/indextest
// by brute force; its documentation here is the contract both are held to.
//
// "Token", "term", "position" are those of index/analysis. A node matches a record in one language at a time:
// the language the record is searched in (index.Request.Langs).
type Node interface {
	node()
	String() string // canonical text; Parse reads it back to an equal tree
}

// All matches every record. It is what an empty query means.
type All struct{}

// And matches what every child matches. It has at least two children, none of them an And.
type And struct{ Kids []Node }

// Or matches what any child matches. It has at least two children, none of them an Or.
type Or struct{ Kids []Node }

// Not matches what its child does not match. Its leaves never score.
type Not struct{ Kid Node }

// Word matches a record with any term of the word's class: every dictionary term with the same stem, and the
// classes of its visible plural pair. It scores by BM25 with tf and df taken over the whole class.
type Word struct{ Term string } // folded, one token

// Phrase matches its folded terms at consecutive positions, unstemmed, stop words kept. One term is legal and
// means exactly that word. With Slop > 0 ("a b"~5) it matches when all its terms occur, in any order, each at its
// own position, inside a window of at most len(Terms)+Slop positions. It scores by BM25, tf being the number of
// positions at which a match starts.
type Phrase struct {
	Terms []string
	Slop  int
}

// Near matches where an occurrence of A and one of B stand at most Distance words apart (Distance 1 = adjacent), in
// either order, not overlapping. A and B are Word, Phrase without slop, Prefix or Wildcard.
type Near struct {
	A, B     Node
	Distance int
}

// Prefix matches any term that begins with Stem. It adds nothing to a score. At most index.MaxExpansion terms are
// taken, the first in byte order; Reading tells when that limit was met.
type Prefix struct{ Stem string }

// Wildcard matches any whole term that fits Pattern, where ? is exactly one letter or digit and * any number of
// them. Scoring and limit are those of Prefix.
type Wildcard struct{ Pattern string }

// Field matches records by a facet's value, never by text, and never scores.
type Field struct {
	Facet  string   // a name of the facet table
	Values []string // canonical values, OR-ed; ValueUnknown and ValueNotApplicable are legal
	Prefix string   // symbol:A/HRC/*  matches every value that begins so; Values is empty then
}

// DateField names a date of a record.
type DateField string

// The dates that can be asked for.
const (
	DatePublished DateField = "date"       // of the document
	DateFirstSeen DateField = "first_seen" // when this service first had the record
	DateChanged   DateField = "changed"    // when its publisher last changed it
)

// Dates matches records whose date lies between From and To, both included; a zero end is open. A date known to
// the year or month only counts as its first day. Records without the date never match.
type Dates struct {
	Field    DateField
	From, To uhri.Date
}

// Years matches records whose year lies between From and To, both included; 0 is open.
type Years struct{ From, To int }

// IDs matches the records with these IDs.
type IDs struct{ Values []uhri.ID }

// SymbolText is a bare UN symbol typed as a word. It matches the records of that document, and those whose text
// has its tokens as a phrase; the document's own records come first, whatever else scores.
type SymbolText struct {
	Symbol uhri.Symbol
	Terms  []string // the tokens of the symbol, as text has them
}

func (All) node()        {}
func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (Word) node()       {}
func (Phrase) node()     {}
func (Near) node()       {}
func (Prefix) node()     {}
func (Wildcard) node()   {}
func (Field) node()      {}
func (Dates) node()      {}
func (Years) node()      {}
func (IDs) node()        {}
func (SymbolText) node() {}
