// Package store keeps records, their raw forms and their history in one SQLite file: the source of truth that every
// snapshot is published from. It does not search, and it fetches nothing.
//
// A run is staged in batches and promoted in one transaction, so readers see the state before it or after it, whole.
// Each promoted state has a number, its uhri.Seq.
package store
