package main

import (
	"context"
	"strings"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/sources/uhriexport"
)

// feed is one source with the reading of its items.
type feed struct {
	source  crawler.Source
	process crawler.Process
}

// uhriFeed is the export in one language. Demo is for the demonstration publishers only.
func uhriFeed(lang uhri.Lang, addresses []string, fetch uhriexport.Fetch, demo bool) (feed, error) {
	src, err := uhriexport.New(uhriexport.Options{Lang: lang, Addresses: addresses, Fetch: fetch})
	if err != nil {
		return feed{}, err
	}
	return feed{src, uhriexport.NewProcess(uhriexport.ProcessOptions{Source: src.Name(), Lang: lang, Demo: demo})}, nil
}

// languagesOf lists the languages an operator's path or address stands for: all six when it says {lang}, else English.
func languagesOf(address string) []uhri.Lang {
	if strings.Contains(address, "{lang}") {
		return uhri.Langs[:]
	}
	return []uhri.Lang{uhri.English}
}

// harvest runs one feed once, showing progress.
func (f *folder) harvest(ctx context.Context, d feed) (uhri.Run, error) {
	runner := &crawler.Runner{Store: f.store, Log: f.p.log}
	bar := newProgress(f.p.err, d.source.Name())
	defer bar.stop()
	return runner.Run(ctx, d.source, d.process, bar.tell)
}
