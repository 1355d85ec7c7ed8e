package treatybodies

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"uhri"
	"uhri/crawler/extract"
	"uhri/crawler/sources/documents"
)

// files are the database's own files: where documents are that documents.un.org does not have.
type files struct {
	*Source
	symbol uhri.Symbol // of the page last read
	links  []link
	err    error
}

// link leads to a file. Its address holds a token that is made anew with each publication, so it is used at once and kept nowhere.
type link struct {
	lang    uhri.Lang
	format  extract.Format // as the page says; the file may be another
	address string
}

// Langs implements register.Elsewhere.
func (f *files) Langs(ctx context.Context, symbol uhri.Symbol) ([]uhri.Lang, error) {
	links, err := f.page(ctx, symbol)
	var out []uhri.Lang
	for _, l := range links {
		if l.lang != "" && !slices.Contains(out, l.lang) {
			out = append(out, l.lang)
		}
	}
	return out, err
}

// Fetch implements register.Elsewhere: the first of the preferred formats whose file is the document.
func (f *files) Fetch(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (documents.File, error) {
	links, err := f.page(ctx, symbol)
	if err != nil {
		return documents.File{}, err
	}
	var whys []string
	for _, format := range f.o.Formats {
		for _, to := range links {
			if to.lang != l || to.format != format {
				continue
			}
			file, why, err := f.file(ctx, symbol, to)
			if err != nil {
				return documents.File{}, err
			}
			if why == "" {
				return file, nil
			}
			whys = append(whys, why)
		}
	}
	if len(whys) == 0 {
		whys = []string{"the database has no file in this language"}
	}
	return documents.File{}, uhri.Errorf(uhri.NotFound, "fetch", "in %s: %s", l, strings.Join(whys, "; "))
}

// file fetches one file. why says that it is not the document.
func (f *files) file(ctx context.Context, symbol uhri.Symbol, to link) (file documents.File, why string, err error) {
	a, err := f.o.Client.Get(ctx, to.address, http.Header{"Referer": {f.downloadPage(symbol)}})
	switch {
	case err != nil:
		return file, "", fmt.Errorf("asking the database for %s: %w", symbol, err)
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return file, fmt.Sprintf("the %s file is not there", to.format), nil
	case a.Status != http.StatusOK:
		return file, "", uhri.Errorf(uhri.Unavailable, "fetch", "the database answers %d for the file of %s", a.Status, symbol)
	}
	got := extract.Detect(a.Body)
	if got == extract.Unknown || got == extract.Text {
		return file, fmt.Sprintf("the %s file is neither Word, PDF nor HTML", to.format), nil
	}
	doc, err := f.o.Reader.Read(ctx, a.Body)
	if ctx.Err() != nil {
		return file, "", context.Cause(ctx)
	}
	switch {
	case err != nil:
		return file, fmt.Sprintf("the %s file cannot be read: %s", to.format, uhri.Message(err)), nil
	case got == extract.HTML && doc.Symbol() == "" && numbered(doc) < 3: // a page that regrets, or asks to wait
		return file, fmt.Sprintf("a web page came in place of the %s file", to.format), nil
	case documents.Another(symbol, doc.Symbol()):
		return file, fmt.Sprintf("the %s file is %s", to.format, doc.Symbol()), nil
	case doc.Lang != "" && doc.Lang != to.lang:
		return file, fmt.Sprintf("the %s file is in %s", to.format, doc.Lang), nil
	}
	return documents.File{Symbol: symbol, Lang: to.lang, URL: f.downloadPage(symbol), MediaType: documents.MediaType(a.Body),
		FetchedAt: a.FetchedAt, Data: a.Body}, "", nil
}

// numbered counts the numbered paragraphs of a document.
func numbered(doc *extract.Document) (n int) {
	for _, b := range doc.Blocks {
		if b.Kind == extract.Paragraph {
			n++
		}
	}
	return n
}

func (f *files) downloadPage(symbol uhri.Symbol) string {
	return f.address("Download.aspx", url.Values{"symbolno": {string(symbol)}, "Lang": {"en"}})
}

var noFiles = regexp.MustCompile(`(?i)\bno files?\b`)

// page reads the page of a document once. Errors: NotFound when it says that there are no files.
func (f *files) page(ctx context.Context, symbol uhri.Symbol) ([]link, error) {
	if f.symbol != symbol {
		f.symbol = symbol
		f.links, f.err = f.read(ctx, symbol)
	}
	return f.links, f.err
}

func (f *files) read(ctx context.Context, symbol uhri.Symbol) ([]link, error) {
	address := f.downloadPage(symbol)
	p, err := newSession(ctx, f.o.Client).ask(address, nil)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var out []link
	p.Find(f.o.Select.Files).Each(func(_ int, a *goquery.Selection) {
		to, err := base.Parse(strings.TrimSpace(a.AttrOr("href", "")))
		if err != nil {
			return
		}
		// "English docx" in the title, or else the language in the row's first cell and the format in the link.
		words := strings.Fields(a.AttrOr("title", ""))
		tr := a.Closest("tr")
		language := strings.TrimSpace(tr.Find("td").First().Text())
		format := strings.TrimSpace(a.Text())
		if len(words) >= 2 {
			language, format = words[0], words[len(words)-1]
		}
		if _, ok := formats[fold(format)]; !ok { // the file's name tells as well
			if i := strings.LastIndexByte(tr.Text(), '.'); i >= 0 {
				format = strings.TrimSpace(tr.Text()[i:])
			}
		}
		l := link{lang: languages[fold(language)], format: formats[fold(format)], address: to.String()}
		if l.lang != "" && l.format != "" {
			out = append(out, l)
		}
	})
	if len(out) == 0 {
		if noFiles.MatchString(p.Text()) {
			return nil, uhri.Errorf(uhri.NotFound, "fetch", "neither documents.un.org nor the database has a file of it")
		}
		return nil, f.shape(p, "select.files", "the page of %s has neither links to files (%s) nor the note that there are none", symbol, f.o.Select.Files)
	}
	return out, nil
}

func fold(s string) string { return strings.TrimLeft(label(s), ".") }

var formats = map[string]extract.Format{
	"docx": extract.DOCX, "doc": extract.DOC, "pdf": extract.PDF, "html": extract.HTML, "htm": extract.HTML, "word": extract.DOCX,
}

// languages as the database writes them.
var languages = map[string]uhri.Lang{
	"english": uhri.English, "french": uhri.French, "français": uhri.French, "spanish": uhri.Spanish, "español": uhri.Spanish,
	"russian": uhri.Russian, "русский": uhri.Russian, "arabic": uhri.Arabic, "العربية": uhri.Arabic, "chinese": uhri.Chinese, "中文": uhri.Chinese,
	"en": uhri.English, "fr": uhri.French, "es": uhri.Spanish, "ru": uhri.Russian, "ar": uhri.Arabic, "zh": uhri.Chinese,
}
