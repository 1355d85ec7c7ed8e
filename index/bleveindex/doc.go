// Package bleveindex is the embedded search engine: index.Engine on posting lists that bleve builds and stores, with
// everything else a search needs — positions, facets, orders, records — in files of its own beside them. It holds no
// truth: an index can be deleted at any time and published again from the store.
//
// bleve's own collector, facets and scores are not used. They are 30 to 40 times slower than what follows
// (decisions/0004-rows.md), and the scores are not BM25. This is the one place where we leave the library's road, so
// it is explained at length: how the files lie, how a search runs, what must always hold. The reference engine in
// index/indextest is this package's twin: it answers the same by looking at every record, and TestConformance holds
// one to the other over random records and random searches. When in doubt about meaning, read the twin; when in doubt
// about speed, read on.
//
// # Snapshots
//
// An index is never changed. Publish builds a new snapshot beside the current one, makes its files durable, renames
// its folder, and then replaces the pointer file, which is the moment of publication: a process killed before it
// leaves the old snapshot, one killed after it the new one (TestKilled). Other processes follow the pointer (Watch).
// A search takes the snapshot that is current when it begins, and keeps it to its end; a snapshot is closed when the
// engine and the last search have let go of it.
//
//	DIR/current          {"current": "2026-11-24.17", "previous": "2026-11-24.16", …}   (engine.go)
//	DIR/publish.lock     held by the one process that builds
//	DIR/2026-11-24.17/
//	    header.json      snapshot, parts, facet values, directory of tables             (header.go)
//	    part-0/ …        bleve: dictionary and posting lists, one field per language    (postings.go)
//	    tables           arrays, mapped into memory                                     (tables.go)
//	    records          public JSON, a line each, newest first                         (stream.go)
//	    rows             the row of each in a table, in the same order, where one is kept (decisions/0008-rows-kept.md)
//
// # Numbers
//
// A record has two numbers. Its slot is where bleve put it: part after part, each beginning at a multiple of 64, and
// inside a part in bleve's order, which is an accident of the build. All arrays are laid out by slot and all sets are
// bits by slot, so that a posting list becomes a set by copying words. Its rank is its place in an order: newest
// first, or one of the others. Ranks follow from the records alone. Slots are never shown, compared or used to break
// a tie: that is why answers do not depend on the number of parts (decisions/0001-slots-and-ranks.md).
//
// # Building (publish.go)
//
// Records come once, in any order. One worker per part makes terms, facet values and JSON of them. When all have
// come, slots are read from bleve, the parts' dictionaries and facet values are merged into one each, and the tables
// are written one after the other. What grows with the texts is in scratch files all the while.
//
// # Searching
//
// A request becomes an index.Plan, and that is answered in four steps, each over the sets of the step before:
//
//  1. Match (match.go). Every node of the tree becomes the set of records it matches. A word is the union of the
//     posting lists of its class — the terms with its stems, from a table made when the snapshot was built — a
//     prefix that of a range of the dictionary. AND, OR and NOT are operations on sets: four thousand words of 64
//     bits for a quarter of a million records, a few microseconds each. Phrases and NEAR intersect their words' sets
//     and then read the places of the words in every text that is left (positions.go). Filters and dates are sets
//     too. The number of members of the last set is the total.
//  2. Score (score.go). Only if the order is by relevance, and only the records that matched: BM25, leaf by leaf in
//     tree order, into an array by slot.
//  3. Page (search.go). In an order by rank the page is found by walking down that order until enough members of the
//     set have gone by; by relevance with a heap. Only these records are read, decoded and marked.
//  4. Count (facets.go, columns.go). Facet values of a record stand next to each other as small numbers. Counting is
//     one increment for each; for more than half of all records the others are counted and subtracted, and for all
//     of them the counts are known.
//
// A record is searched in one language, so with several languages step 1 and 2 run once for each, over the records
// that are searched in it.
//
// # What always holds
//
//   - A bit of a set is set only if its slot holds a record. Complements are taken inside a universe: the snapshot's
//     records or those of a language (set.minus).
//   - Leaves are evaluated over the whole corpus of their language, never over what is left of it, because a leaf's
//     weight counts all records; they are shared and not written to.
//   - The sum of a score has the order of the tree's leaves, in float64, so that it equals the reference to the last
//     bit.
//   - The ordinals of a facet's values are in the order that breaks ties in panels.
//   - scores.sum, scores.exact and scores.tf are zero outside a search.
//   - What is returned to the caller shares no memory with a mapped file: a snapshot may be closed right after.
//   - Every loop whose length depends on the data looks at the context, or is over in a millisecond.
package bleveindex
