package export

import (
	"io"
	"strconv"

	"uhri"
)

// Format is one kind of file.
type Format struct {
	Name        string // in format= and as file extension: "csv", "csl.json"
	MediaType   string
	Label       string
	Description string
	Table       bool // it has columns

	encoder func(w io.Writer, p *Plan) Encoder
}

// Encoder writes one file: Begin, then batches in order, then End. Prepare does the costly part of a batch and is
// called from several goroutines at once; the rest from one. A file that failed is never ended.
type Encoder interface {
	Begin() error
	Prepare(b *Batch) (Prepared, error)
	Append(Prepared) error
	End() error
}

// Prepared is a batch in the form its encoder appends.
type Prepared any

// Batch is some records of a stream, in order.
type Batch struct {
	JSON  [][]byte // one record each, without a newline at the end; valid as long as the batch
	First int      // number of the first in the stream, from 0
	Made  bool     // JSON holds the rows the engine kept instead, see Rows

	buf []byte
}

// Formats lists every format.
func Formats() []Format {
	return []Format{
		{"csv", "text/csv; charset=utf-8; header=present", "CSV", "Table for spreadsheets and statistics (RFC 4180, UTF-8).", true, newCSV},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", "Spreadsheet with filters, links and the manifest on a sheet of its own.", true, newXLSX},
		{"ndjson", "application/x-ndjson", "NDJSON", "One JSON record a line, complete; with columns, one object of these a line.", true, newNDJSON},
		{"json", "application/json", "JSON", "One JSON document: manifest and items.", true, newJSON},
		{"parquet", "application/vnd.apache.parquet", "Parquet", "Columnar table for data analysis; lists are lists, the manifest is in the metadata.", true, newParquet},
		{"ris", "application/x-research-info-systems", "RIS", "References for Zotero, EndNote, Mendeley.", false, newRIS},
		{"bib", "application/x-bibtex; charset=utf-8", "BibTeX", "References for LaTeX.", false, newBibTeX},
		{"csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON", "References for pandoc and Zotero.", false, newCSL},
	}
}

// FormatByName returns a format. "csl" is accepted for "csl.json".
func FormatByName(name string) (Format, error) {
	if name == "csl" {
		name = "csl.json"
	}
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	msg := "there is no such format; there are csv, xlsx, ndjson, json, parquet, ris, bib and csl.json"
	if near, ok := uhri.Nearest(name, names); ok {
		msg = "there is no such format; did you mean " + near + "?"
	}
	return Format{}, &uhri.Error{Kind: uhri.Invalid, Op: "FormatByName", Msg: msg}
}

// cites reports whether the format is one of references.
func (f Format) cites() bool { return !f.Table }

func itoa(n int) string { return strconv.Itoa(n) }
