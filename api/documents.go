package api

import (
	"context"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Document is one UN document with everything recommended or observed in it, in its own order.
type Document struct {
	Symbol    uhri.Symbol          `json:"symbol"`
	Link      string               `json:"link" doc:"permanent address"`
	Links     map[uhri.Lang]string `json:"links" doc:"the document itself, by language"`
	Base      uhri.Symbol          `json:"base,omitzero" doc:"the document this is an addendum, corrigendum or revision of"`
	Mechanism uhri.Mechanism       `json:"mechanism"`
	Body      string               `json:"body,omitzero"`
	Countries []uhri.Country       `json:"countries,omitzero"`
	Date      uhri.Date            `json:"date,omitzero"`
	Total     int                  `json:"total" doc:"its records"`
	Items     []Item               `json:"items" nullable:"false"`
	Snapshot  string               `json:"snapshot"`
	Demo      bool                 `json:"demonstration"`
}

func (a *API) document(ctx context.Context, c *call) (*reply[Document], error) {
	faults := c.only("symbol")
	raw := strings.TrimSpace(c.params.Get("symbol"))
	sym, err := uhri.ParseSymbol(raw)
	switch {
	case raw == "":
		faults = append(faults, searchurl.Fault{Parameter: "symbol", Message: "say which document", Hint: "symbol=A/HRC/59/15"})
	case err != nil:
		faults = append(faults, searchurl.Fault{Parameter: "symbol", Value: cut(raw), Message: uhri.Message(err), Hint: "symbol=A/HRC/59/15"})
	}
	if len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	req := index.Request{Sort: index.SortDocument, Limit: index.MaxLimit, FacetLimit: -1, Filters: []index.Filter{{Facet: "symbol", Op: index.Any, Values: []string{string(sym)}}}}
	if err := a.unchanged(ctx, c, req); err != nil {
		return nil, err
	}
	tagged := req
	doc := Document{Symbol: sym, Link: a.link("/d/" + string(sym)), Links: map[uhri.Lang]string{}, Items: []Item{}}
	for {
		res, err := a.o.Searcher.Search(ctx, req)
		if err != nil {
			return nil, a.fail(ctx, c, err)
		}
		doc.Total, doc.Snapshot, doc.Demo = res.Total, res.Snapshot.ID, a.o.Demo || res.Snapshot.Demo
		for _, h := range res.Hits {
			doc.Items = append(doc.Items, a.item(h, nil))
		}
		if req.Cursor = res.Next; req.Cursor == "" || len(res.Hits) == 0 {
			break
		}
	}
	if len(doc.Items) == 0 {
		return nil, a.fail(ctx, c, a.missing(ctx, sym))
	}
	doc.describe()
	return newReply(a.searchTag(c, doc.Snapshot, tagged), doc.Snapshot, doc), nil
}

// missing says why nothing from a document is here: Gone when it was, else NotFound.
func (a *API) missing(ctx context.Context, sym uhri.Symbol) error {
	gone, err := a.o.Searcher.Gone(ctx, sym)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(gone, func(t uhri.Tombstone) bool { return t.Kind == uhri.TombWithdrawn }):
		return uhri.Errorf(uhri.Gone, "", "everything from %s was withdrawn by its publisher; /api/v1/changes?symbol=%s&kind=withdrawn lists it", sym, sym)
	case len(gone) > 0:
		return uhri.Errorf(uhri.Gone, "", "everything from %s was taken down by the operator of this service", sym)
	}
	return uhri.Errorf(uhri.NotFound, "", "nothing from %s is in this collection", sym)
}

// describe fills in what the records agree on.
func (d *Document) describe() {
	for _, l := range uhri.Langs {
		d.Links[l] = d.Symbol.URL(l)
	}
	if base := d.Symbol.Base(); base != d.Symbol {
		d.Base = base
	}
	seen := map[uhri.Country]bool{}
	for i, it := range d.Items {
		if i == 0 {
			d.Mechanism, d.Body, d.Date = it.Mechanism, it.Body, it.Date
		}
		for _, c := range it.Countries {
			if !seen[c] {
				seen[c] = true
				d.Countries = append(d.Countries, c)
			}
		}
	}
}
