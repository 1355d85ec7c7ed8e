// Package query is the query language: it reads what people type into a typed tree, says what it understood,
// and prints a tree back as text that reads the same again. It does not search; engines evaluate the tree.
package query

import (
	"strings"
	"unicode/utf8"

	"uhri"
)

// Limits of one query, with reasons. Each is told to the person who meets it.
const (
	MaxBytes     = 10_000 // a Boolean query of forty labels is under 2 kB; longer ones come from scripts
	MaxClauses   = 512    // leaves of one tree: more cost more than they find
	MaxDepth     = 64     // nested parentheses
	MaxTerms     = 100    // words of one phrase: no recommendation is quoted at greater length
	MaxDistance  = 100    // of NEAR/n and "…"~n: the mean length of a text
	MaxExpansion = 10_000 // dictionary terms one prefix or wildcard may stand for: a union of bitmaps still takes milliseconds
	MinLetters   = 2      // letters a prefix or wildcard must have: one letter is a tenth of the dictionary
)

// Node is one part of a query's meaning. Two engines evaluate it: index/bleveindex on bitmaps, index/indextest
// by brute force; its documentation here is the contract both are held to.
//
// "Token", "term", "position" are those of index/analysis. A node matches a record in one language at a time:
// the language the record is searched in (index.Request.Langs). A record that has no text in it has no tokens there.
//
// A leaf contributes to a record's score, and to what is highlighted, if it matches the record, every node above it
// matches the record too, and none of those is a Not. Contributions are added up from left to right.
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

// Not matches what its child does not match. Its leaves never score. Its child is no Not.
type Not struct{ Kid Node }

// Word matches a record with any term of the word's class: the terms t with analysis.Stem(t) among
// analysis.ClassKeys(Term). It scores by BM25 with tf and df taken over the whole class.
type Word struct{ Term string } // folded, one token

// Phrase matches its terms at consecutive positions, unstemmed, stop words kept. One term is legal and means exactly
// that word. A term that ends in * stands for every term that begins with what precedes it, as Prefix does. With
// Forms every other term stands for its class, as Word does: this is how a word the tokenizer parts is read when it
// is typed without quotes (non-discrimination, asylum-seeker, d'Ivoire, 人权); it then has at least two terms, none
// with a star, and no slop.
//
// With Slop > 0 ("a b"~5) it matches when all its terms occur, in any order, each at its own position, inside a
// window of at most len(Terms)+Slop positions.
//
// It scores by BM25, tf being the number of positions at which a match starts: for Slop, the positions that hold one
// of its terms and from which the window that begins there holds them all. What is highlighted is the whole of each
// match; with Slop, in each such window the tokens that fit any of its terms.
type Phrase struct {
	Terms []string
	Slop  int
	Forms bool
}

// Near matches where an occurrence of A and one of B stand at most Distance words apart (Distance 1 = adjacent), in
// either order, not overlapping: the last position of the one and the first of the other differ by at most Distance.
// A and B are Word, Phrase without slop, Prefix or Wildcard. It scores by BM25, tf being the number of occurrences of
// A that have such a B. Those occurrences of A and of B that stand so are highlighted.
type Near struct {
	A, B     Node
	Distance int
}

// Prefix matches any term that begins with Stem. It adds nothing to a score. At most MaxExpansion terms of the
// language's dictionary are taken, the first in byte order; Reading tells when that limit was met.
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
	From, To uhri.Date // From.First() to To.Last()
}

// Years matches records whose year lies between From and To, both included; 0 is open. Records without a date never
// match.
type Years struct{ From, To int }

// IDs matches the records with these IDs.
type IDs struct{ Values []uhri.ID }

// SymbolText is a bare UN symbol typed as a word. It matches the records of that document, and those whose text
// has its tokens as a phrase. A record of the document scores index.SymbolScore, so that those come first; another
// scores as the phrase does.
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

// Fits reports whether a whole term fits the pattern.
func (n Wildcard) Fits(term string) bool { return fits(n.Pattern, term) }

// fits keeps the last star and where it stood, and goes back to it when what follows does not fit.
func fits(pattern, term string) bool {
	p, t := 0, 0
	star, mark := -1, 0
	for t < len(term) {
		_, n := utf8.DecodeRuneInString(term[t:])
		switch {
		case p < len(pattern) && pattern[p] == '?':
			p++
			t += n
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && strings.HasPrefix(pattern[p:], term[t:t+n]):
			p += n
			t += n
		case star >= 0:
			_, n := utf8.DecodeRuneInString(term[mark:])
			mark += n
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Literal returns the letters before the first star or question mark: every term that fits begins with them.
func (n Wildcard) Literal() string {
	i := strings.IndexAny(n.Pattern, "*?")
	return n.Pattern[:i]
}
