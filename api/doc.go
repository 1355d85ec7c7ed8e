// Package api is the public HTTP interface under /api/v1: search, records, documents, facets, changes, status and
// complete exports, described by /openapi.json. Every search-like operation reads its parameters through
// index/searchurl, so the API and the portal cannot understand the same address differently.
//
// It does not render pages, and it sees an engine only as an index.Searcher.
package api
