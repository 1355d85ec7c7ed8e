package extract

import (
	"fmt"
	"strings"

	"uhri"
)

// Format is a file format, told by the first bytes of a file.
type Format string

// The formats.
const (
	PDF     Format = "pdf"
	DOCX    Format = "docx"
	DOC     Format = "doc" // OLE compound file, Word before 2007
	HTML    Format = "html"
	Text    Format = "text"
	Unknown Format = "unknown"
)

// Document is what a file says, in reading order.
type Document struct {
	Format    Format        `json:"format"`
	Lang      uhri.Lang     `json:"lang,omitzero"`    // by its words, whatever the file claims; empty = undecided
	Symbols   []uhri.Symbol `json:"symbols,omitzero"` // on the cover and in the running heads, the document's own first
	Date      uhri.Date     `json:"date,omitzero"`    // of issue, from the cover
	Pages     int           `json:"pages,omitzero"`   // PDF only
	Blocks    []Block       `json:"blocks,omitzero"`
	Footnotes []Footnote    `json:"footnotes,omitzero"`
	Issues    []Issue       `json:"issues,omitzero"`
}

// Kind says what a block is.
type Kind string

// The kinds of block.
const (
	Heading   Kind = "heading"
	Paragraph Kind = "paragraph" // of the document's main numbering: "12"
	Item      Kind = "item"      // below a paragraph: "(a)", "140.7", or "1" of a list that starts again
	Plain     Kind = "plain"     // without a number
	Row       Kind = "row"       // of a table, see Cells
	Contents  Kind = "contents"  // a line of the table of contents
)

// Block is one heading, paragraph, item or table row.
type Block struct {
	Kind Kind `json:"kind"`
	// Level is the depth: of headings 1 (I.), 2 (A.), 3 (a numbered or plain side heading); of items 1, and 2 for (i)
	// inside (a). 0 elsewhere.
	Level int `json:"level,omitzero"`
	// Number is the printed number without its full stop: "12", "140.7", "(a)", "1"; of headings "I", "A".
	Number string `json:"number,omitzero"`
	Text   string `json:"text"` // without Number; cells joined by tabs
	Cells  []Cell `json:"cells,omitzero"`

	Bold   float64 `json:"bold,omitzero"`   // share of its letters and digits in bold, 0…1
	Italic float64 `json:"italic,omitzero"` // likewise
	Page   int     `json:"page,omitzero"`   // PDF: page it begins on, from 1
	Indent float64 `json:"indent,omitzero"` // points right of the text margin (PDF) or of the page margin (docx)
	Gap    float64 `json:"gap,omitzero"`    // PDF: distance to the row above in lines; 0 at a page top
	Style  string  `json:"style,omitzero"`  // docx: name of the paragraph style
	Auto   bool    `json:"auto,omitzero"`   // docx: the number is automatic, not typed
	Table  int     `json:"table,omitzero"`  // which table a row is of, from 1
}

// Cell is one cell of a table row.
type Cell struct {
	Text  string   `json:"text"`            // its paragraphs joined by newlines
	Span  int      `json:"span,omitzero"`   // columns it covers; 0 and 1 are the same
	Lines []string `json:"lines,omitzero"`  // its paragraphs, when there are several
	Bold  float64  `json:"bold,omitzero"`   // as of blocks
	Left  float64  `json:"indent,omitzero"` // PDF: points right of the text margin
}

// Footnote is a note kept out of the text.
type Footnote struct {
	Mark string `json:"mark,omitzero"`
	Text string `json:"text"`
	Page int    `json:"page,omitzero"`
}

// IssueKind says what was odd about a file.
type IssueKind string

// The kinds of issue. Those for which Blocking is true mean that the words cannot be used at all.
const (
	NeedsOCR     IssueKind = "needs_ocr"     // a scan: pages, but no text
	Unconverted  IssueKind = "unconverted"   // a converter is missing: install libreoffice
	Garbled      IssueKind = "garbled_text"  // the file maps its letters to wrong ones (Arabic PDFs)
	PageError    IssueKind = "page_error"    // a page could not be read
	EmptyPages   IssueKind = "empty_pages"   // some pages have no text
	Truncated    IssueKind = "truncated"     // the file or its page list was cut
	OddNumbering IssueKind = "odd_numbering" // a paragraph number was missed, or found by the second, laxer pass
	LostParts    IssueKind = "lost_parts"    // something the reader does not carry over: text boxes, pictures of text
)

// Blocking reports whether the document's words cannot be used.
func (k IssueKind) Blocking() bool { return k == NeedsOCR || k == Unconverted }

// Issue is one oddity, for the person who looks at the document.
type Issue struct {
	Kind IssueKind `json:"kind"`
	Text string    `json:"text"` // a sentence
	Page int       `json:"page,omitzero"`
}

// String formats the issue as a sentence with its page.
func (i Issue) String() string {
	if i.Page > 0 {
		return fmt.Sprintf("%s (page %d)", i.Text, i.Page)
	}
	return i.Text
}

// Usable returns nil when the document has words to work with, else an Unsupported error that says what is needed:
// a scan is never a document with nothing in it.
func (d *Document) Usable() error {
	for _, i := range d.Issues {
		if i.Kind.Blocking() {
			return uhri.Errorf(uhri.Unsupported, "read document", "%s", i.String())
		}
	}
	return nil
}

// Symbol returns the document's own symbol, or "" when its cover shows none.
func (d *Document) Symbol() uhri.Symbol {
	if len(d.Symbols) == 0 {
		return ""
	}
	return d.Symbols[0]
}

// Reasons returns the issues as sentences.
func (d *Document) Reasons() []string {
	var out []string
	for _, i := range d.Issues {
		out = append(out, i.String())
	}
	return out
}

// Squeeze returns the key on which two readings of one text are compared: line-end hyphens, spaces, quotation marks
// and dashes differ from file to file and carry no meaning, so they are left out, and letters are lower-cased.
func Squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r <= ' ', r == 0xA0, r == 0xAD, r == 0x202F, r == 0xFEFF, r >= 0x2000 && r <= 0x200F:
			return -1
		case r == '-', r >= 0x2010 && r <= 0x2015, r == 0x2212:
			return -1
		case r == '"', r == '\'', r == '`', r >= 0x2018 && r <= 0x201F, r == '«', r == '»', r == 0x2B9, r == 0x2BC, r == 0xB4:
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
