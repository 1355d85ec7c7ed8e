// Package export writes whole result sets as files: CSV, XLSX, NDJSON, JSON, Parquet, RIS, BibTeX and CSL-JSON, each
// with a manifest that says what it is. The same encoders serve the API, the portal's /search.{ext} and the command
// line.
//
// A file depends on the snapshot, the request and the options only: written again it has the same bytes. It holds no
// clock time; when it was made stands in the sidecar manifest.
package export
