package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"uhri"
	"uhri/config"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/specialprocedures"
	"uhri/crawler/sources/treatybodies"
)

// treatyBodies is the source of concluding observations, as configured. only, if any, are all it harvests.
func (d *desk) treatyBodies(client *fetch.Client, c config.TreatyBodies, only []uhri.Symbol) (crawler.Source, error) {
	o := treatybodies.Options{Client: client, Fetcher: d.fetcher, Library: d.library, Reader: d.reader, Only: only,
		Address: c.Address, Folder: c.Folder, Grid: c.Grid, KnownPages: c.KnownPages, SweepEvery: time.Duration(c.SweepEvery), MaxPages: c.MaxPages, Asks: c.PerRun,
		Langs: languagesIn(c.Languages), Select: &treatybodies.Selectors{
			Form: c.Select.Form, Grid: c.Select.Grid, Rows: c.Select.Rows, Pager: c.Select.Pager,
			Current: c.Select.Current, Options: c.Select.Options, Symbol: c.Select.Symbol, Files: c.Select.Files}}
	for _, f := range c.Formats {
		o.Formats = append(o.Formats, extract.Format(f))
	}
	for _, l := range c.Committees {
		one := treatybodies.Committee{Code: l.Code, Labels: l.Labels, TreatyID: l.TreatyID, Types: l.Types, TypeID: l.TypeID}
		if l.Wanted != "" {
			wanted, err := regexp.Compile(l.Wanted)
			if err != nil {
				return nil, uhri.Errorf(uhri.Invalid, "", "sources.treatybodies.committees: %v", err)
			}
			one.Wanted = wanted
		}
		o.Committees = append(o.Committees, one)
	}
	src, err := treatybodies.New(o)
	if err != nil {
		return nil, fmt.Errorf("sources.treatybodies: %w", err)
	}
	return src, nil
}

// specialProcedures is the source of reports on visits, as configured. only, if any, are all it harvests.
func (d *desk) specialProcedures(f *folder, client *fetch.Client, c config.SpecialProcedures, only []uhri.Symbol) (crawler.Source, error) {
	visited := func(ctx context.Context) ([]uhri.Symbol, error) {
		return f.symbols(ctx, uhri.MechanismSpecialProcedure)
	}
	src, err := specialprocedures.New(specialprocedures.Options{Client: client, Fetcher: d.fetcher, Library: d.library, Known: visited, Only: only,
		Address: c.Address, Path: c.Path, Prefix: c.Prefix, Set: c.Set, Langs: languagesIn(c.Languages),
		Window: time.Duration(c.Window), LookBack: time.Duration(c.LookBack), MaxPages: c.MaxPages, Asks: c.PerRun})
	if err != nil {
		return nil, fmt.Errorf("sources.specialprocedures: %w", err)
	}
	return src, nil
}

func languagesIn(all []string) (out []uhri.Lang) {
	for _, l := range all {
		out = append(out, uhri.Lang(l))
	}
	return out
}

// symbols lists the documents of a mechanism whose recommendations are in the store, whoever brought them.
func (f *folder) symbols(ctx context.Context, m uhri.Mechanism) ([]uhri.Symbol, error) {
	seen := map[uhri.Symbol]bool{}
	var out []uhri.Symbol
	for r, err := range f.store.Records(ctx) {
		if err != nil {
			return nil, err
		}
		if r.Mechanism == m && r.Symbol != "" && !seen[r.Symbol] {
			seen[r.Symbol] = true
			out = append(out, r.Symbol)
		}
	}
	return out, nil
}

// demoLookBack reaches the demonstration's documents whenever it is shown: their dates stay where they are.
const demoLookBack = config.Duration(20 * 365 * 24 * time.Hour)

// demoDiscovery starts the demonstration's database of the treaty bodies and its catalogue.
func (p *program) demoDiscovery(ctx context.Context, f *folder, d *desk, client *fetch.Client) (sources []crawler.Source, end func() error, err error) {
	var servers []*replica.Server
	end = func() error {
		var faults []error
		for _, s := range servers {
			faults = append(faults, s.Close())
		}
		return errors.Join(faults...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, end())
		}
	}()
	database, err := replica.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	servers = append(servers, database)
	database.Publish(replica.Database(replica.DatabaseOptions{Rows: replica.Observations(), Expires: true}))
	catalogue, err := replica.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	servers = append(servers, catalogue)
	habits := replica.Refusing(http.StatusServiceUnavailable, "1", 1)(replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards(), Page: 2, Expired: true}))
	catalogue.Publish(replica.While(replica.Unwelcome(time.Now()), replica.Challenge())(habits))
	observations, err := d.treatyBodies(client, config.TreatyBodies{Documents: config.Documents{Address: database.Address()}}, nil)
	if err != nil {
		return nil, nil, err
	}
	visits, err := d.specialProcedures(f, client, config.SpecialProcedures{Documents: config.Documents{Address: catalogue.Address()}, LookBack: demoLookBack}, nil)
	if err != nil {
		return nil, nil, err
	}
	return []crawler.Source{observations, visits}, end, nil
}
