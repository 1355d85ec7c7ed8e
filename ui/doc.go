// Package ui is the portal: server-rendered pages over an index.Searcher, complete without JavaScript (one small script adds a drawn range of years and the reader's own list), with
// everything they need embedded in the binary.
//
// It is not the API and it does not search: every number on a page comes from one Result of the Searcher, every
// address on a page is made by index/searchurl, and what the portal needs beyond search (the state of the sources,
// the history of a record) are the small interfaces of Options.
//
// Each page is one typed struct whose methods compute what its template shows; templates hold no arithmetic and
// build no address. Every word of the interface stands in words/, one file a language.
package ui
