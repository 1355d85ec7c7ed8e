package bleveindex

import (
	"fmt"
	"os"

	"uhri"
	"uhri/index"

	"github.com/go-json-experiment/json"
)

// formatVersion numbers the files of a snapshot. One written in another format is not read: the index can always be
// published again from the store.
const formatVersion = 1

// The files of a snapshot's directory, beside part-0 … part-(n-1).
const (
	headerName  = "header.json"
	tablesName  = "tables"
	recordsName = "records"
	rowsName    = "rows" // absent where none are kept
)

// header describes a snapshot's files.
type header struct {
	Format   int              `json:"format"`
	Snapshot index.Snapshot   `json:"snapshot"`
	Tombs    []uhri.Tombstone `json:"tombstones,omitzero"`
	Records  int              `json:"records"`
	Slots    int              `json:"slots"` // records and the padding between parts
	Parts    []partHeader     `json:"parts"`
	Langs    []langHeader     `json:"langs"`
	Columns  []columnHeader   `json:"columns"`
	Rows     string           `json:"rows,omitzero"` // version of the rows kept; "" = none
	Sections []section        `json:"sections"`
}

// partHeader is one part: its documents have the slots from Base on.
type partHeader struct {
	Base int `json:"base"`
	Docs int `json:"docs"`
}

// langHeader is what BM25 must know of a language's texts.
type langHeader struct {
	Lang   uhri.Lang `json:"lang"`
	Docs   int       `json:"docs"`
	Tokens int64     `json:"tokens"`
}

// columnHeader is one column's values in the order of their ordinals.
type columnHeader struct {
	Facet  string   `json:"facet"`
	Run    int      `json:"run"` // its values stand in
	Values []string `json:"values"`
}

func (h *header) write(path string) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

func readHeader(path string) (*header, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	h := &header{}
	if err := json.Unmarshal(b, h); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if h.Format != formatVersion {
		return nil, fmt.Errorf("%s: format %d, this program reads %d", path, h.Format, formatVersion)
	}
	return h, nil
}
