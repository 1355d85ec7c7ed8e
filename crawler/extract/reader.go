package extract

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"uhri"
)

// Limits on one document. The largest real one seen has 71 pages and 3 MB.
const (
	maxInput    = 50 << 20
	maxPages    = 400
	maxDeadline = 20 * time.Second
)

// Options configure a Reader. The zero value reads in this process, without a compilation cache.
type Options struct {
	// Command starts this program as a reader of documents that talks to ServeChild: a second process can be killed
	// at the deadline and gives its memory back, which a call inside this process cannot. Empty = read in process.
	Command []string
	// CacheDir keeps PDFium's compiled code: without it the first PDF costs 4 s and 350 MB, with it 0.1 s and 50 MB.
	CacheDir string
	// Workers is how many documents are read at a time in child processes; 0 = 1.
	Workers int
	// Timeout bounds one document; 0 = 20 s. It is exact in child processes only.
	Timeout time.Duration
	// Soffice is LibreOffice's program, for OLE .doc files; "" looks for soffice and libreoffice in PATH.
	Soffice string
}

// Reader reads documents. It is safe for concurrent use.
type Reader struct {
	o        Options
	children chan *child // nil in process; as many as Workers, nil where none is running

	mu  sync.Mutex // one PDF at a time in process
	pdf *engine
}

// New makes a Reader. It starts nothing: PDFium or a child process starts with the first document that needs it.
func New(o Options) (*Reader, error) {
	if o.Timeout < 0 || o.Workers < 0 {
		return nil, uhri.Errorf(uhri.Invalid, "extract.New", "timeout and workers must not be negative")
	}
	if o.Timeout == 0 {
		o.Timeout = maxDeadline
	}
	if o.Workers == 0 {
		o.Workers = 1
	}
	r := &Reader{o: o}
	if len(o.Command) > 0 {
		r.children = make(chan *child, o.Workers)
		for range o.Workers {
			r.children <- nil
		}
	}
	return r, nil
}

// Read reads one document of any format. A file that cannot be opened is an Invalid error, one that takes too long a
// Timeout; a file that opens but has no usable words comes back with a blocking issue, see Document.Usable.
func (r *Reader) Read(ctx context.Context, data []byte) (*Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, uhri.Errorf(uhri.Invalid, "read document", "the file has %d MB; at most %d MB are read", len(data)>>20, maxInput>>20)
	}
	if Detect(data) == DOC {
		return r.readOLE(ctx, data)
	}
	if r.children != nil {
		return r.readInChild(ctx, data)
	}
	return r.decode(ctx, data)
}

// decode reads in this process.
func (r *Reader) decode(ctx context.Context, data []byte) (*Document, error) {
	var d *Document
	var err error
	switch f := Detect(data); f {
	case PDF:
		d, err = r.decodePDF(ctx, data)
	case DOCX:
		d, err = decodeDOCX(data)
	case HTML:
		d, err = decodeHTML(data)
	case Text:
		d, err = decodeText(data)
	default:
		return nil, uhri.Errorf(uhri.Unsupported, "read document", "this is no PDF, Word, HTML or text file")
	}
	if err != nil {
		return nil, err
	}
	if d.Lang == "" {
		d.Lang = detectLang(d.Blocks)
	}
	return d, nil
}

func (r *Reader) decodePDF(ctx context.Context, data []byte) (*Document, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pdf == nil {
		e, err := startPDFium(ctx, r.o.CacheDir)
		if err != nil {
			return nil, err
		}
		r.pdf = e
	}
	sheets, issues, err := r.pdf.pages(data, maxPages)
	if err != nil {
		return nil, err
	}
	d := &Document{Format: PDF, Pages: len(sheets), Issues: issues}
	d.fromSheets(sheets)
	return d, nil
}

// Close ends child processes and frees PDFium. No Read may be running.
func (r *Reader) Close() error {
	if r.children != nil {
		for range r.o.Workers {
			if c := <-r.children; c != nil {
				c.stop()
			}
		}
		r.children = nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pdf == nil {
		return nil
	}
	err := r.pdf.close()
	r.pdf = nil
	return err
}

// Missing says which converters this machine lacks and what is lost without them, a sentence each, for the status page.
func (r *Reader) Missing() []string {
	if r.soffice() == "" {
		return []string{"LibreOffice is not installed: OLE .doc files cannot be read; the PDF of the same symbol is used instead"}
	}
	return nil
}

func (r *Reader) soffice() string {
	if r.o.Soffice != "" {
		return r.o.Soffice
	}
	for _, name := range []string{"soffice", "libreoffice"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// fromSheets cuts pages into blocks and reads the cover.
func (d *Document) fromSheets(sheets []sheet) {
	l := readLayout(sheets)
	switch {
	case len(l.textless) == len(sheets):
		d.Issues = append(d.Issues, Issue{Kind: NeedsOCR, Text: "the file has pages but no text: a scan, which needs OCR"})
		return
	case len(l.textless) > 0:
		d.Issues = append(d.Issues, Issue{Kind: EmptyPages, Text: fmt.Sprintf("%d of %d pages have no text", len(l.textless), len(sheets)), Page: l.textless[0]})
	}
	if l.rtl {
		d.Issues = append(d.Issues, Issue{Kind: Garbled, Text: "Arabic PDFs map their letters wrongly; take the Word file for the words"})
	}
	d.readCover(l)
	d.Footnotes = l.notes
	d.Blocks = l.blocks(d)
}
