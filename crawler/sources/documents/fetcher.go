package documents

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"uhri"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
)

// Defaults of FetcherOptions, with reasons.
const (
	DefaultAddress = "https://documents.un.org"
	// DefaultMissFor is how long "not there" is believed: documents appear weeks after the symbol is in use.
	DefaultMissFor = 14 * 24 * time.Hour
)

// The ages at which a document is asked for again: reissues and corrigenda come in the first weeks.
var rechecks = [...]time.Duration{30 * 24 * time.Hour, 90 * 24 * time.Hour}

// Due reports whether a document should be asked for again that was fetched first and last at these times.
func Due(first, last, now time.Time) bool {
	for _, age := range rechecks {
		if at := first.Add(age); !now.Before(at) && last.Before(at) {
			return true
		}
	}
	return false
}

// FetcherOptions configure a Fetcher. Client, Library and Reader are required.
type FetcherOptions struct {
	Client  *fetch.Client
	Library Library
	Reader  *Reader
	Address string        // of the server; "" = DefaultAddress
	MissFor time.Duration // 0 = DefaultMissFor
	// OLE says that .doc files can be read; without it the PDF is asked for where only they exist.
	OLE bool
	Now func() time.Time
}

// Fetcher fetches documents by symbol. It is safe for concurrent use; the client paces it.
type Fetcher struct{ o FetcherOptions }

// NewFetcher returns a fetcher. Errors: Invalid when the address is none.
func NewFetcher(o FetcherOptions) (*Fetcher, error) {
	o.Address = strings.TrimRight(cmp.Or(o.Address, DefaultAddress), "/")
	o.MissFor = cmp.Or(o.MissFor, DefaultMissFor)
	if u, err := url.Parse(o.Address); err != nil || u.Host == "" {
		return nil, uhri.Errorf(uhri.Invalid, "documents.NewFetcher", "%q is not an address", o.Address)
	}
	if o.Client == nil || o.Library == nil || o.Reader == nil {
		return nil, errors.New("documents: Client, Library and Reader are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Fetcher{o}, nil
}

// Kept returns what the library has of a symbol, without asking anyone. Errors: NotFound; Gone when it was taken down.
func (f *Fetcher) Kept(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (File, error) {
	return f.o.Library.Newest(ctx, symbol, l)
}

// Missed reports whether a document was asked for lately and was not there.
func (f *Fetcher) Missed(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (bool, error) {
	return f.o.Library.Missed(ctx, symbol, l)
}

// ByHash returns a document the library keeps.
func (f *Fetcher) ByHash(ctx context.Context, hash string) (File, error) {
	return f.o.Library.ByHash(ctx, hash)
}

// Fetch asks the server for a document: docx first, whose numbers and headings are explicit, then doc, then PDF. What it gets
// it keeps in the library; what it does not get it remembers as missing. Errors: NotFound when the document is not there
// in this language, or was not there lately; *crawler.BlockedError when the server refuses us; *fetch.Disallowed.
func (f *Fetcher) Fetch(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (File, error) {
	if missed, err := f.o.Library.Missed(ctx, symbol, l); err != nil {
		return File{}, err
	} else if missed {
		return File{}, uhri.Errorf(uhri.NotFound, "fetch", "%s was not there in %s when it was asked for lately", symbol, l)
	}
	why := "the server has no such document"
	oleSeen := false
	for _, format := range []extract.Format{extract.DOCX, extract.DOC, extract.PDF} {
		if format == extract.DOC && (oleSeen || !f.o.OLE) {
			continue // the answer to docx was the same file, or nobody here can read it
		}
		file, got, err := f.ask(ctx, symbol, l, format)
		if err != nil {
			return File{}, fmt.Errorf("asking for %s: %w", symbol, err)
		}
		switch got {
		case extract.PDF, extract.DOCX:
		case extract.DOC:
			oleSeen = true
			if !f.o.OLE {
				why = "it is there as an OLE .doc file only, which needs LibreOffice"
				continue
			}
		default: // the site's empty page, or what is left of a Word file
			if bytes.HasPrefix(file.Data, []byte("PK\x03\x04")) {
				why = fmt.Sprintf("the %s file that came is damaged, or is no Word file", format)
			}
			continue
		}
		said, wrong, err := f.judge(ctx, file, got)
		if err != nil {
			return File{}, err
		}
		if said != "" {
			why = said
			if wrong {
				break // every format of it would be the same
			}
			continue
		}
		if err := f.o.Library.Keep(ctx, file); err != nil {
			return File{}, err
		}
		return file, nil
	}
	if err := f.o.Library.Miss(ctx, symbol, l, why, f.o.Now().Add(f.o.MissFor)); err != nil {
		return File{}, err
	}
	return File{}, uhri.Errorf(uhri.NotFound, "fetch", "%s: %s", symbol, why)
}

// ask makes the two requests for one format. got is Unknown when the document is not there.
func (f *Fetcher) ask(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, format extract.Format) (File, extract.Format, error) {
	q := url.Values{"s": {string(symbol)}, "l": {string(l)}, "t": {string(format)}}
	address := f.o.Address + "/api/symbol/access?" + q.Encode()
	header := http.Header{"Accept": {mediaType(format) + ", */*;q=0.5"}}
	a, err := f.o.Client.GetOnce(ctx, address, header)
	if err != nil {
		return File{}, extract.Unknown, err
	}
	if a.Status/100 == 3 {
		to, err := location(a)
		if err != nil || to.Path == "/error" || strings.HasPrefix(to.Path, "/error/") {
			return File{}, extract.Unknown, err
		}
		lower := *to
		lower.Path, lower.RawPath = strings.ToLower(to.Path), ""
		if a, err = f.o.Client.Get(ctx, lower.String(), header); err != nil {
			return File{}, extract.Unknown, err
		}
		if a.Status == http.StatusNotFound && lower.Path != to.Path { // should the server change its habit
			if a, err = f.o.Client.Get(ctx, to.String(), header); err != nil {
				return File{}, extract.Unknown, err
			}
		}
	}
	switch {
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return File{}, extract.Unknown, nil
	case a.Status != http.StatusOK:
		return File{}, extract.Unknown, uhri.Errorf(uhri.Unavailable, "fetch", "%s answers %d", a.URL, a.Status)
	case len(bytes.TrimSpace(a.Body)) == 0:
		return File{}, extract.Unknown, uhri.Errorf(uhri.Unavailable, "fetch", "%s answers with an empty file", a.URL)
	}
	got := extract.Detect(a.Body)
	return File{Symbol: symbol, Lang: l, URL: a.URL, MediaType: mediaType(got), FetchedAt: a.FetchedAt, Data: a.Body}, got, nil
}

func location(a *fetch.Answer) (*url.URL, error) {
	base, err := url.Parse(a.URL)
	if err != nil {
		return nil, err
	}
	to, err := base.Parse(a.Header.Get("Location"))
	if err != nil || a.Header.Get("Location") == "" {
		return nil, uhri.Errorf(uhri.Unavailable, "fetch", "%s redirects to nowhere", a.URL)
	}
	return to, nil
}

// judge reads a file that came. why says that it is not the document asked for, or damaged; wrong that other formats of it would be no
// better. A file that takes too long, or that nobody here can read, is kept: it is said when it is cut.
func (f *Fetcher) judge(ctx context.Context, file File, got extract.Format) (why string, wrong bool, err error) {
	d, err := f.o.Reader.Read(ctx, file.Data)
	switch {
	case err != nil && ctx.Err() != nil:
		return "", false, context.Cause(ctx)
	case uhri.KindOf(err) == uhri.Invalid:
		return fmt.Sprintf("the %s file that came cannot be read: %s", got, uhri.Message(err)), false, nil
	case err != nil:
		return "", false, nil
	case Another(file.Symbol, d.Symbol()):
		return fmt.Sprintf("the server answers with %s", d.Symbol()), true, nil
	case file.Lang != uhri.English && d.Lang != "" && d.Lang != file.Lang: // English is what the server falls back to
		return fmt.Sprintf("the server answers with the %s document", d.Lang), true, nil
	}
	return "", false, nil
}

// Another reports whether the symbol on a document's cover is another document's than the treaty body's that was wanted: another State's or
// body's, or the State's follow-up to it. Spellings of one symbol differ, these do not.
func Another(want, cover uhri.Symbol) bool {
	wantBody, ok1 := want.Body()
	coverBody, ok2 := cover.Body()
	wantState, ok3 := want.Country()
	coverState, ok4 := cover.Country()
	return want.Mechanism() == uhri.MechanismTreatyBody && cover != "" &&
		(ok1 && ok2 && wantBody != coverBody || ok3 && ok4 && wantState != coverState || strings.HasPrefix(string(cover), string(want)+"/Add."))
}

// mediaType names a format as HTTP does.
func mediaType(f extract.Format) string {
	switch f {
	case extract.PDF:
		return "application/pdf"
	case extract.DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case extract.DOC:
		return "application/msword"
	case extract.HTML:
		return "text/html"
	case extract.Text:
		return "text/plain"
	}
	return "application/octet-stream"
}

// MediaType tells the media type of a file by its first bytes.
func MediaType(data []byte) string { return mediaType(extract.Detect(data)) }
