package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"uhri"
)

// wasmPages bounds the memory of PDFium to 128 MiB (64 KiB a page). The largest real document needs less than 64 MiB;
// without a bound a deflate bomb took 5 GB.
const wasmPages = 2048

// glyph is one character of a page with its ink box, in points from the lower left corner.
type glyph struct {
	r              rune
	x0, x1, y0, y1 float64
	size           float64
	bold, italic   bool
	made           bool // put there by PDFium: a space or a line end, without geometry
}

// sheet is one page as PDFium reads it.
type sheet struct {
	number        int // from 1
	width, height float64
	glyphs        []glyph
}

// engine reads pages with the WebAssembly build of PDFium: no cgo, no access to files or network, bounded memory.
type engine struct {
	pool  pdfium.Pool
	cache wazero.CompilationCache
}

func startPDFium(ctx context.Context, cacheDir string) (*engine, error) {
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(wasmPages)
	p := &engine{}
	if cacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
		if err != nil {
			return nil, fmt.Errorf("opening the compilation cache %s: %w", cacheDir, err)
		}
		p.cache = cache
		rc = rc.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context:       context.WithoutCancel(ctx), // the pool outlives the call that happens to start it
		MaxIdle:       1,
		MaxTotal:      1,
		FSConfig:      wazero.NewFSConfig(), // empty; nil would mount "/" of the host
		RuntimeConfig: rc,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("starting PDFium: %w", err)
	}
	p.pool = pool
	return p, nil
}

func (p *engine) close() error {
	err := p.pool.Close()
	if p.cache != nil {
		err = errors.Join(err, p.cache.Close(context.Background()))
	}
	return err
}

// pages reads the characters of all pages, at most limit. An instance serves one document and is thrown away, so that
// a trap in one cannot touch the next.
func (p *engine) pages(data []byte, limit int) (sheets []sheet, issues []Issue, err error) {
	defer func() { // go-pdfium panics when an instance has died under it
		if r := recover(); r != nil {
			err = uhri.Errorf(uhri.Invalid, "read pdf", "this PDF breaks its reader; it is damaged or hostile")
		}
	}()
	in, err := p.pool.GetInstance(time.Minute)
	if err != nil {
		return nil, nil, fmt.Errorf("getting a PDF reader: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreTrap(in)) }()

	doc, err := in.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return nil, nil, openError(err)
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return nil, nil, openError(err)
	}
	n := count.PageCount
	if n > limit {
		issues = append(issues, Issue{Kind: Truncated, Text: fmt.Sprintf("only the first %d of %d pages were read", limit, n)})
		n = limit
	}
	for i := range n {
		lp, err := in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc.Document, Index: i})
		if err != nil {
			issues = append(issues, Issue{Kind: PageError, Text: "a page could not be read", Page: i + 1})
			sheets = append(sheets, sheet{number: i + 1})
			continue
		}
		s := sheet{number: i + 1, width: 595, height: 842}
		if sz, err := in.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc.Document, Index: i}); err == nil {
			s.width, s.height = sz.Width, sz.Height
		}
		t, err := in.GetPageTextStructured(&requests.GetPageTextStructured{
			Page: requests.Page{ByReference: &lp.Page}, Mode: requests.GetPageTextStructuredModeChars, CollectFontInformation: true,
		})
		if err != nil {
			issues = append(issues, Issue{Kind: PageError, Text: "the text of a page could not be read", Page: i + 1})
		} else {
			s.glyphs = make([]glyph, 0, len(t.Chars))
			for _, c := range t.Chars {
				s.glyphs = appendGlyph(s.glyphs, c)
			}
		}
		sheets = append(sheets, s)
		if _, err := in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: lp.Page}); err != nil {
			return nil, nil, openError(err)
		}
	}
	return sheets, issues, nil
}

// ignoreTrap closes an instance. An instance that trapped has its own error already; closing it twice says nothing new.
func ignoreTrap(in pdfium.Pdfium) error {
	defer func() { _ = recover() }()
	_ = in.Close()
	return nil
}

func openError(err error) error {
	msg := "this PDF cannot be opened: it is damaged, incomplete or not a PDF"
	switch s := err.Error(); {
	case strings.Contains(s, "password"):
		msg = "this PDF is locked with a password"
	case strings.Contains(s, "unreachable"), strings.Contains(s, "wasm"):
		msg = "this PDF needs more memory than a document may take"
	}
	return &uhri.Error{Kind: uhri.Invalid, Op: "read pdf", Msg: msg, Err: err}
}

func appendGlyph(to []glyph, c *responses.GetPageTextStructuredChar) []glyph {
	f := c.FontInformation
	for _, r := range c.Text {
		switch r {
		case 0:
			continue
		case 0x02, 0xFFFE: // a line-end hyphen PDFium joined
			r = '-'
		case '\t', 0xA0, 0x202F, 0x2007, 0x2009, 0x200A:
			r = ' '
		}
		g := glyph{r: r, x0: c.PointPosition.Left, x1: c.PointPosition.Right, y0: c.PointPosition.Bottom, y1: c.PointPosition.Top}
		if f == nil || (f.Name == "" && f.Weight < 0) || r == '\r' || r == '\n' {
			g.made = true
		} else {
			name := strings.ToLower(f.Name)
			g.size = f.RenderedSize
			g.bold = f.Weight >= 600 || strings.Contains(name, "bold")
			g.italic = f.Flags&64 != 0 || strings.Contains(name, "italic") || strings.Contains(name, "oblique")
		}
		to = append(to, g)
	}
	return to
}
