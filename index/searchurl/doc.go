// Package searchurl turns addresses into searches and searches into addresses. It is the only reader of search
// parameters and the only maker of links to searches, for api, ui and feeds alike, so that every view is its URL
// and two views of one search cannot disagree about what was asked.
//
// It does not search, and it does not read the query language: a query is carried as typed.
package searchurl
