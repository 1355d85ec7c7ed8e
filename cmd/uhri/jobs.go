package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/sources/uhriexport"
)

// client asks publishers politely, or this machine only.
func (p *program) client(loopback bool) *fetch.Client {
	loopback = loopback || p.cfg.Fetch.Loopback
	o := fetch.Options{Contact: p.cfg.Contact, Version: version, Delay: time.Duration(p.cfg.Fetch.Delay),
		Idle: time.Duration(p.cfg.Fetch.ReadTimeout), Loopback: loopback, Log: p.log}
	if loopback {
		o.Delay = -1
	}
	return fetch.New(o)
}

// exportFetch downloads exports into the data folder.
func (p *program) exportFetch() uhriexport.Fetch { return downloads(p.client(false), p.cfg.Data) }

func downloads(c *fetch.Client, data string) uhriexport.Fetch {
	return func(ctx context.Context, address string, since map[string]string) (*uhriexport.Download, error) {
		dir := filepath.Join(data, "downloads")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		f, err := c.Download(ctx, address, dir, since)
		if err != nil {
			return nil, err
		}
		return &uhriexport.Download{Path: f.Path, Size: f.Size, Validators: f.Validators, Unchanged: f.Unchanged}, nil
	}
}

// needContact is why everything but the English export waits.
const needContact = "set `contact` in the configuration, so that publishers know whom to write to"

// jobs are the sources on their schedules. close ends what was started for them.
func (p *program) jobs(ctx context.Context, f *folder, demo bool) (jobs []crawler.Job, closeJobs func(), err error) {
	if demo {
		return p.demoJobs(ctx, f)
	}
	// Downloads of a killed process are of no use to anyone.
	if err := os.RemoveAll(filepath.Join(p.cfg.Data, "downloads")); err != nil {
		return nil, nil, err
	}
	client := p.client(false)
	u := p.cfg.Sources.UHRI
	for _, lang := range append([]string{"en"}, u.Languages...) {
		d, err := uhriFeed(uhri.Lang(lang), u.Addresses, downloads(client, p.cfg.Data), false)
		if err != nil {
			return nil, nil, err
		}
		j := p.exportJob(d, uhri.Lang(lang), u.Schedule, client)
		if lang != "en" && p.cfg.Contact == "" {
			j.Disabled = needContact
		}
		if u.Schedule == "" {
			j.Disabled = "sources.uhri.schedule is empty"
		}
		jobs = append(jobs, j)
	}
	d, err := p.desk(f, client, p.cfg.Sources.UPR.Address, 0)
	if err != nil {
		return nil, nil, err
	}
	reviews, err := p.upr(f, d, nil)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	observations, err := d.treatyBodies(client, p.cfg.Sources.TreatyBodies, nil)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	visits, err := d.specialProcedures(f, client, p.cfg.Sources.SpecialProcedures, nil)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	jobs = append(jobs,
		p.documentJob(d, reviews, p.cfg.Sources.UPR.Schedule, "sources.upr.schedule", client),
		p.documentJob(d, observations, p.cfg.Sources.TreatyBodies.Schedule, "sources.treatybodies.schedule", client),
		p.documentJob(d, visits, p.cfg.Sources.SpecialProcedures.Schedule, "sources.specialprocedures.schedule", client))
	return jobs, func() { p.closed(d.Close()) }, nil
}

// documentJob is a source of documents. They all ask documents.un.org, so one at a time.
func (p *program) documentJob(d *desk, src crawler.Source, schedule, key string, client *fetch.Client) crawler.Job {
	j := crawler.Job{Source: src, Process: d.process(src.Name()), Schedule: schedule, Group: "documents.un.org", UserAgent: client.UserAgent(), Asked: client.Asked,
		Politeness: strings.Join(append([]string{p.politeness(client)}, d.extract.Missing()...), ". ")}
	if schedule == "" {
		j.Disabled = key + " is empty"
	} else if p.cfg.Contact == "" {
		j.Disabled = needContact
	}
	return j
}

// politeness says in a sentence how servers are asked.
func (p *program) politeness(client *fetch.Client) string {
	return fmt.Sprintf("%s; a server that asks for patience gets it; after a refusal it is left alone for %s", client.Politeness(), short(p.blockedWait()))
}

// short writes a duration without its empty parts: "6h".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// blockedWait is how long a publisher that refused us is left alone.
func (p *program) blockedWait() time.Duration {
	return cmp.Or(time.Duration(p.cfg.Fetch.BlockedWait), crawler.DefaultBlockedWait)
}

// closed logs what went wrong when something was closed that nobody waits for.
func (p *program) closed(err error) {
	if err != nil {
		p.log.Warn("closing", "err", err)
	}
}

// exportJob is the export in one language. English goes first: the others add texts to its records.
func (p *program) exportJob(d feed, lang uhri.Lang, schedule string, client *fetch.Client) crawler.Job {
	j := crawler.Job{Source: d.source, Process: d.process, Schedule: schedule, Group: "uhri", Politeness: p.politeness(client), UserAgent: client.UserAgent(), Asked: client.Asked}
	if lang != uhri.English {
		j.After = "uhri/en"
	}
	return j
}
