package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/segment"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/folder"
	"uhri/crawler/sources/upr"
)

// desk is where documents are read: one reader and one fetcher for all sources.
type desk struct {
	extract *extract.Reader
	reader  *documents.Reader
	library documents.Library
	fetcher *documents.Fetcher
}

// desk opens the desk over a data folder. address is the server that is asked for symbols.
func (p *program) desk(f *dataFolder, client *fetch.Client, address string) (*desk, error) {
	x, err := p.reader(readers)
	if err != nil {
		return nil, err
	}
	d := &desk{extract: x, reader: documents.NewReader(x.Read), library: documents.In(f.store)}
	d.fetcher, err = documents.NewFetcher(documents.FetcherOptions{Client: client, Library: d.library, Reader: d.reader, Address: address, OLE: len(x.Missing()) == 0})
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
func (p *program) upr(f *dataFolder, d *desk, symbols []uhri.Symbol) (*upr.Source, error) {
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
func (f *dataFolder) reviewed(ctx context.Context) ([]uhri.Symbol, error) {
	seen := map[uhri.Symbol]bool{}
	var out []uhri.Symbol
	for r, err := range f.store.Records(ctx) {
		if err != nil {
			return nil, err
		}
		if s := r.Symbol.Base(); r.Mechanism == uhri.MechanismUPR && s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out, nil
}

// documentFeeds finds the sources of documents. close ends what was started for them.
func (p *program) documentFeeds(name, from string, symbols []string, f *dataFolder) ([]feed, error) {
	d, err := p.desk(f, p.client(false), p.cfg.Sources.UPR.Address)
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
		src, err := folder.New(folder.Options{Dir: from, Reader: d.reader, Library: d.library, Workers: readers})
		if err != nil {
			return nil, err
		}
		return []feed{{src, d.process(src.Name())}}, nil
	case "upr":
		if p.cfg.Contact == "" {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "%s", needContact)
		}
		if from != "" {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "--from is not for %s; its server is sources.upr.address in the configuration", name)
		}
		only, err := parseSymbols(symbols)
		if err != nil {
			return nil, err
		}
		src, err := p.upr(f, d, only)
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

// documentProcess is the reading of a document source's items.
func (p *program) documentProcess(source string, f *dataFolder) (crawler.Process, error) {
	switch source {
	case "folder", "upr", "treatybodies", "specialprocedures":
	default:
		return nil, uhri.Errorf(uhri.Invalid, "reprocess", "there is no source %q", source)
	}
	d, err := p.desk(f, p.client(false), p.cfg.Sources.UPR.Address)
	if err != nil {
		return nil, err
	}
	f.atClose = append(f.atClose, d.Close)
	return d.process(source), nil
}
