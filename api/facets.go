package api

import (
	"context"

	"uhri"
	"uhri/api/problem"
)

// FacetPanel is one facet counted over the records of a search.
type FacetPanel struct {
	Name        string       `json:"name"`
	Label       string       `json:"label"`
	Description string       `json:"description"`
	Parent      string       `json:"parent,omitzero" doc:"the facet one level up"`
	Total       int          `json:"total" doc:"records of the search"`
	Values      []FacetValue `json:"values" nullable:"false"`
	Distinct    int          `json:"distinct" doc:"how many values have records here, listed or not"`
	Snapshot    string       `json:"snapshot"`
	Demo        bool         `json:"demonstration"`
}

func (a *API) facet(ctx context.Context, c *call) (*reply[FacetPanel], error) {
	name := c.path("name")
	f, ok := uhri.FacetByName(name)
	if !ok {
		p := problem.New(404, "there is no facet %q", cut(name))
		if near, ok := uhri.Nearest(name, facetNames()); ok {
			p.Detail += "; did you mean " + near + "?"
		}
		return nil, a.fail(ctx, c, p)
	}
	if c.params.Has("prefix") && !c.params.Has("facet_prefix") {
		c.params["facet_prefix"] = c.params["prefix"]
	}
	req, faults := c.search("prefix")
	if len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	req.Limit, req.Offset, req.Cursor, req.Highlight, req.Explain = 0, 0, "", false, false
	req.Facets = []string{f.Name}
	if err := a.unchanged(ctx, c, req); err != nil {
		return nil, err
	}
	res, err := a.o.Searcher.Search(ctx, req)
	if err != nil {
		return nil, a.fail(ctx, c, err)
	}
	out := FacetPanel{Name: f.Name, Label: f.Label, Description: f.Description, Parent: f.Parent, Total: res.Total, Values: []FacetValue{}, Snapshot: res.Snapshot.ID, Demo: a.o.Demo || res.Snapshot.Demo}
	for _, counts := range res.Facets {
		if counts.Name == f.Name {
			out.Values, out.Distinct = facetValues(counts, res.Filters), counts.Distinct
		}
	}
	return newReply(a.searchTag(c, res.Snapshot.ID, req), res.Snapshot.ID, out), nil
}

func facetNames() []string {
	var names []string
	for _, f := range uhri.Facets() {
		names = append(names, f.Name)
	}
	return names
}
