package main

import (
	"context"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/replica"
)

// demoJobs starts the demonstration publishers on this machine and harvests them.
func (p *program) demoJobs(ctx context.Context) ([]crawler.Job, func(), error) {
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
		jobs = append(jobs, exportJob(d, lang, "@every 10m", client))
	}
	return jobs, func() { server.Close() }, nil
}
