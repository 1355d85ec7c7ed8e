package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/segment"
	"uhri/crawler/sources/documents"
	dropped "uhri/crawler/sources/folder"
	"uhri/crawler/sources/upr"
	"uhri/crawler/store"
)

// desk is where documents are read: one reader and one fetcher for all sources.
type desk struct {
	extract *extract.Reader
	reader  *documents.Reader
	library documents.Library
	fetcher *documents.Fetcher
}

// desk opens the desk over a data folder. address is the server that is asked for symbols; missFor how long what is not there is not
// asked for again, 0 = as documents has it.
func (p *program) desk(f *folder, client *fetch.Client, address string, missFor time.Duration) (*desk, error) {
	x, err := p.reader(readers)
	if err != nil {
		return nil, err
	}
	d := &desk{extract: x, reader: documents.NewReader(x.Read), library: documents.In(f.store)}
	d.fetcher, err = documents.NewFetcher(documents.FetcherOptions{Client: client, Library: d.library, Reader: d.reader, Address: address, MissFor: missFor, OLE: len(x.Missing()) == 0})
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return d, nil
}

// readers is how many documents are read at a time. A reader of PDFs takes some 150 MB.
const readers = 2

// Close ends the readers' processes.
func (d *desk) Close() error { return d.extract.Close() }

// process is the reading of documents for a source.
func (d *desk) process(source string) crawler.Process {
	return documents.NewProcess(documents.ProcessOptions{Source: source, Reader: d.reader, Library: d.library})
}

// upr is the source of reviews. symbols, if any, are all it harvests.
func (p *program) upr(f *folder, d *desk, symbols []uhri.Symbol) (*upr.Source, error) {
	configured, err := parseSymbols(p.cfg.Sources.UPR.Symbols)
	if err != nil {
		return nil, err
	}
	return upr.New(upr.Options{Fetcher: d.fetcher, Reader: d.reader, Symbols: configured, Only: symbols, Known: f.reviewed})
}

func parseSymbols(raw []string) (out []uhri.Symbol, err error) {
	for _, s := range raw {
		symbol, err := uhri.ParseSymbol(s)
		if err != nil {
			return nil, err
		}
		out = append(out, symbol)
	}
	return out, nil
}

// reviewed lists the reports whose recommendations are in the store, whoever brought them.
func (f *folder) reviewed(ctx context.Context) ([]uhri.Symbol, error) {
	return f.symbols(ctx, uhri.MechanismUPR)
}

// documentFeeds finds the sources of documents. What is started for them ends with the data folder.
func (p *program) documentFeeds(name, from string, symbols []string, f *folder) ([]feed, error) {
	client := p.client(false)
	d, err := p.desk(f, client, p.cfg.Sources.UPR.Address, 0)
	if err != nil {
		return nil, err
	}
	f.atClose = append(f.atClose, d.Close)
	switch name {
	case "folder":
		if from == "" {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "name the folder of documents with --from")
		}
		if len(symbols) > 0 {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "--symbol is for documents that are fetched; a folder is harvested whole")
		}
		src, err := dropped.New(dropped.Options{Dir: from, Reader: d.reader, Library: d.library, Workers: readers})
		if err != nil {
			return nil, err
		}
		return []feed{{src, d.process(src.Name())}}, nil
	case "upr", "treatybodies", "specialprocedures":
		if p.cfg.Contact == "" {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "%s", needContact)
		}
		if from != "" {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "--from is not for %s; its server is sources.%s.address in the configuration", name, name)
		}
		only, err := parseSymbols(symbols)
		if err != nil {
			return nil, err
		}
		for _, symbol := range only {
			if right := otherSource(name, symbol); right != "" {
				return nil, uhri.Errorf(uhri.Invalid, "harvest", "%s is no document of %s; name %s instead", symbol, name, right)
			}
		}
		var src crawler.Source
		switch name {
		case "treatybodies":
			src, err = d.treatyBodies(client, p.cfg.Sources.TreatyBodies, only)
		case "specialprocedures":
			src, err = d.specialProcedures(f, client, p.cfg.Sources.SpecialProcedures, only)
		default:
			src, err = p.upr(f, d, only)
		}
		if err != nil {
			return nil, err
		}
		return []feed{{src, d.process(src.Name())}}, nil
	}
	known := []string{"uhri", "uhri/en", "upr", "treatybodies", "specialprocedures", "folder"}
	hint := ""
	if near, ok := uhri.Nearest(name, known); ok {
		hint = "; did you mean " + near + "?"
	}
	return nil, uhri.Errorf(uhri.Invalid, "harvest", "there is no source %q%s", name, hint)
}

// otherSource says which source has a document, where its symbol tells that the named one has not; "" where it does not.
func otherSource(name string, symbol uhri.Symbol) string {
	_, council := strings.CutPrefix(strings.TrimPrefix(string(symbol), "DEMO/"), "A/HRC/")
	switch {
	case name != "treatybodies" && symbol.Mechanism() == uhri.MechanismTreatyBody:
		return "treatybodies"
	case name == "treatybodies" && council:
		return "upr or specialprocedures"
	}
	return ""
}

// documentProcess is the reading of a document source's items.
func (p *program) documentProcess(source string, f *folder) (crawler.Process, error) {
	switch source {
	case "folder", "upr", "treatybodies", "specialprocedures":
	default:
		return nil, uhri.Errorf(uhri.Invalid, "reprocess", "there is no source %q", source)
	}
	d, err := p.desk(f, p.client(false), p.cfg.Sources.UPR.Address, 0)
	if err != nil {
		return nil, err
	}
	f.atClose = append(f.atClose, d.Close)
	return d.process(source), nil
}

// reader opens the reader of documents. PDFs are read in child processes of this very program: a child can be killed at its
// deadline and gives its memory back.
func (p *program) reader(workers int) (*extract.Reader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cache := p.cacheDir()
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	o := extract.Options{Command: []string{self, readerVerb, cache}, CacheDir: cache, Workers: workers}
	if found, err := os.ReadDir(cache); err == nil && len(found) == 0 {
		o.Timeout = firstTimeout
	}
	return extract.New(o)
}

// firstTimeout bounds the reading of one document while the cache is empty: PDFium is compiled before the first PDF is read, in each
// child, which takes four seconds on an idle machine and has taken twenty on a busy one.
const firstTimeout = 2 * time.Minute

const readerVerb = "read-documents"

func (p *program) readerCommand() *cobra.Command {
	return &cobra.Command{
		Use: readerVerb, Short: "Read documents for a parent process", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return extract.ServeChild(cmd.Context(), os.Stdin, os.Stdout, extract.Options{CacheDir: args[0]})
		},
	}
}

func (p *program) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain FILE|SYMBOL",
		Short: "Print how a document is cut into recommendations, and why",
		Long: "Print how a document is cut into recommendations, and why. A symbol is looked for among the documents harvested, then\n" +
			"asked for at documents.un.org. With --json the rows go to standard output, remarks on them to standard error.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			r, err := p.reader(1)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, r.Close()) }()
			part, data, err := p.explained(cmd.Context(), args[0], r)
			if err != nil {
				return err
			}
			doc, err := r.Read(cmd.Context(), data)
			if err != nil {
				return err
			}
			if doc.Symbol() == "" || part.Symbol != "" && part.From == "" {
				documents.Name(doc, part)
			}
			v, notes, err := segment.Explain(doc)
			if err != nil {
				return err
			}
			if asJSON {
				for _, n := range notes {
					fmt.Fprintln(p.err, "uhri:", n)
				}
				e := json.NewEncoder(p.out)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return e.Encode(v)
			}
			tellCut(p.out, doc, v, notes)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// explained finds the bytes of a document: a file, else a symbol that is kept here or can be fetched.
func (p *program) explained(ctx context.Context, name string, r *extract.Reader) (part documents.Part, data []byte, err error) {
	data, err = os.ReadFile(name)
	if err == nil {
		part.Symbol, part.Lang = dropped.ReadName(name)
		part.From = name
		return part, data, nil
	}
	symbol, serr := uhri.ParseSymbol(name)
	if serr != nil || !errors.Is(err, os.ErrNotExist) {
		return part, nil, err
	}
	part = documents.Part{Symbol: symbol, Lang: uhri.English}
	if err := p.existing(); err != nil {
		return part, nil, err
	}
	s, err := p.openStore(ctx, store.AnyKind)
	if err != nil {
		return part, nil, err
	}
	defer s.Close()
	library := documents.In(s)
	f, err := library.Newest(ctx, symbol, uhri.English)
	if uhri.KindOf(err) == uhri.NotFound && !symbol.Demo() {
		if p.cfg.Contact == "" {
			return part, nil, uhri.Errorf(uhri.NotFound, "explain", "%s is not among the documents here; to fetch it, %s", symbol, needContact)
		}
		var fetcher *documents.Fetcher
		fetcher, err = documents.NewFetcher(documents.FetcherOptions{Client: p.client(false), Library: library, Reader: documents.NewReader(r.Read),
			Address: p.cfg.Sources.UPR.Address, OLE: len(r.Missing()) == 0})
		if err == nil {
			f, err = fetcher.Fetch(ctx, symbol, uhri.English)
		}
	}
	return part, f.Data, err
}

// tellCut prints for people what a document was cut into.
func tellCut(w io.Writer, doc *extract.Document, v any, notes []string) {
	fmt.Fprintf(w, "%s  %s, %s", cmp.Or(string(doc.Symbol()), "(no symbol)"), doc.Format, cmp.Or(string(doc.Lang), "language unknown"))
	if doc.Pages > 0 {
		fmt.Fprintf(w, ", %d pages", doc.Pages)
	}
	fmt.Fprintln(w)
	for _, i := range doc.Reasons() {
		fmt.Fprintln(w, "!", i)
	}
	for _, n := range notes {
		if !slices.Contains(doc.Reasons(), n) {
			fmt.Fprintln(w, "!", n)
		}
	}
	line := func(head, heading, text string, review []string) {
		fmt.Fprintf(w, "\n%s\n", head)
		if heading != "" {
			fmt.Fprintf(w, "  [%s]\n", heading)
		}
		if text != "" {
			fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
		}
		for _, why := range review {
			fmt.Fprintf(w, "  ! %s\n", why)
		}
	}
	n := 0
	switch rows := v.(type) {
	case []segment.ExplainedUPR:
		leadIn := ""
		for _, x := range rows {
			if x.LeadIn != leadIn {
				leadIn = x.LeadIn
				fmt.Fprintf(w, "\n== %s\n", leadIn)
			}
			head := fmt.Sprintf("%s  %s", x.Number, x.Type)
			if x.Position != "" {
				head += "  " + string(x.Position)
			}
			if x.PositionSource != "" {
				head += " (" + x.PositionSource + ")"
			}
			if len(x.RecommendingStates) > 0 {
				head += "  by " + strings.Join(x.RecommendingStates, "; ")
			}
			line(head, x.Heading, x.Text, x.Review)
		}
		n = len(rows)
	case []segment.Explained:
		section := ""
		for _, x := range rows {
			if x.Section != section {
				section = x.Section
				fmt.Fprintf(w, "\n== %s\n", section)
			}
			head := x.Paragraph + "  " + x.Type
			if x.Country != "" {
				head += "  " + x.Country.Name()
			}
			line(head, x.Heading, x.Text, x.Review)
		}
		n = len(rows)
	case []segment.Decision:
		for _, d := range rows {
			line(fmt.Sprintf("decision on %s, report %s, answers %v, adopted %s", d.Country.Name(), d.Report, d.Addenda, d.Adopted), "", "", d.Review)
		}
		n = len(rows)
	}
	fmt.Fprintf(w, "\n%d in all\n", n)
}
