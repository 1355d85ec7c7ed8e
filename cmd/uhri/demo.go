package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"uhri"
	"uhri/config"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	dropped "uhri/crawler/sources/folder"
)

// demoJobs starts the demonstration publishers on this machine and harvests them.
func (p *program) demoJobs(ctx context.Context, f *folder) ([]crawler.Job, func(), error) {
	server, err := replica.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	client := p.client(true)
	var jobs []crawler.Job
	for _, lang := range uhri.Langs {
		d, err := uhriFeed(lang, []string{server.ExportAddress()}, downloads(client, p.cfg.Data), true)
		if err != nil {
			server.Close()
			return nil, nil, err
		}
		jobs = append(jobs, p.exportJob(d, lang, "@every 10m", client))
	}
	more, closeMore, err := p.demoDocuments(ctx, f, client)
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	return append(jobs, more...), func() { closeMore(); server.Close() }, nil
}

// demoMissFor is how long the demonstration believes that a document is not there: so short that each harvest asks the publisher
// again, and meets it while it is down.
const demoMissFor = time.Minute

// demoBlockedWait is how long the demonstration leaves a publisher alone that turned it away: so short that people see it end.
const demoBlockedWait = config.Duration(5 * time.Minute)

// demoDocuments starts the demonstration's publisher of documents and fills the folder an operator would drop files into.
func (p *program) demoDocuments(ctx context.Context, f *folder, client *fetch.Client) ([]crawler.Job, func(), error) {
	inbox := filepath.Join(p.cfg.Data, "inbox")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		return nil, nil, err
	}
	for name, data := range replica.Dropped() {
		if err := os.WriteFile(filepath.Join(inbox, name), data, 0o644); err != nil {
			return nil, nil, err
		}
	}
	server, err := replica.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	server.Publish(replica.Symbols(replica.SymbolOptions{Documents: slices.Concat(replica.Documents(), replica.Visits()), Down: replica.Maintenance(time.Now())}))
	d, err := p.desk(f, client, server.Address(), demoMissFor)
	if err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	end := func() { p.closed(errors.Join(d.Close(), server.Close())) }
	reviews, err := p.upr(f, d, nil)
	if err != nil {
		end()
		return nil, nil, err
	}
	inboxes, err := dropped.New(dropped.Options{Dir: inbox, Reader: d.reader, Library: d.library, Workers: readers})
	if err != nil {
		end()
		return nil, nil, err
	}
	found, endFound, err := p.demoDiscovery(ctx, f, d, client)
	if err != nil {
		end()
		return nil, nil, err
	}
	var jobs []crawler.Job
	for _, src := range append([]crawler.Source{reviews, inboxes}, found...) {
		j := p.documentJob(d, src, "@every 10m", "", client)
		j.Disabled = ""                     // nobody needs to be told who asks
		if src == crawler.Source(inboxes) { // a folder asks nobody
			j.Politeness, j.UserAgent, j.Asked = "", "", nil
		}
		j.After = "uhri/en" // reviews are found by the records that are there
		jobs = append(jobs, j)
	}
	return jobs, func() { end(); p.closed(endFound()) }, nil
}
