package main

import (
	"context"
	"errors"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/specialprocedures"
	"uhri/crawler/sources/treatybodies"
)

// treatyBodies is the source of concluding observations. address is the treaty body database's; only, if any, are all it harvests.
func (d *desk) treatyBodies(client *fetch.Client, address string, only []uhri.Symbol) (crawler.Source, error) {
	return treatybodies.New(treatybodies.Options{Client: client, Fetcher: d.fetcher, Library: d.library, Reader: d.reader, Address: address, Only: only})
}

// specialProcedures is the source of reports on visits. address is the catalogue's; only, if any, are all it harvests.
func (d *desk) specialProcedures(f *folder, client *fetch.Client, address string, only []uhri.Symbol) (crawler.Source, error) {
	visited := func(ctx context.Context) ([]uhri.Symbol, error) {
		return f.symbols(ctx, uhri.MechanismSpecialProcedure)
	}
	return specialprocedures.New(specialprocedures.Options{Client: client, Fetcher: d.fetcher, Library: d.library, Address: address, Known: visited, Only: only})
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
	database.Publish(replica.Database(replica.DatabaseOptions{Rows: replica.Observations()}))
	catalogue, err := replica.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	servers = append(servers, catalogue)
	catalogue.Publish(replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards()}))
	observations, err := d.treatyBodies(client, database.Address(), nil)
	if err != nil {
		return nil, nil, err
	}
	visits, err := d.specialProcedures(f, client, catalogue.Address(), nil)
	if err != nil {
		return nil, nil, err
	}
	return []crawler.Source{observations, visits}, end, nil
}
