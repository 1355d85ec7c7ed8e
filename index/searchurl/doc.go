// Package searchurl turns addresses into searches and searches into addresses. It is the only reader of search
// parameters and the only maker of links to searches, for api, ui and feeds alike, so that every view is its URL
// and two views of one search cannot disagree about what was asked.
//
// It does not search: a query is carried as typed, and only a strict reading looks whether it can be read.
package searchurl
