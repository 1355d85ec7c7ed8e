package ui

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
)

// MethodologyPage says how the numbers come about, with the numbers of today.
type MethodologyPage struct {
	Frame
	Article  *Article
	Total    int
	Sources  []SourceView
	Origins  *BarList
	Coverage []CoverageRow
	Labels   *Labelling // nil when it is not known
}

// CoverageRow says of how many passages a fact is known.
type CoverageRow struct {
	Label   string
	Known   int
	Share   string
	Unknown int
	URL     string // the passages of which it is not known
	Not     int    // to how many it does not apply
}

// coverageOf are the facts whose gaps matter to whoever reads a number.
var coverageOf = [...]string{"country", "symbol", "year", "mechanism", "type", "theme", "group", "goal", "sdg", "position", "recommending_state", "cycle"}

func (u *UI) methodology(c echo.Context) error {
	ctx := c.Request().Context()
	res, err := u.o.Searcher.Search(ctx, index.Request{Facets: append([]string{"origin"}, coverageOf[:]...), FacetLimit: 1})
	if err != nil {
		return err
	}
	a := u.help.bySlug["methodology"]
	p := &MethodologyPage{Frame: u.frame(c, "", a.Title), Article: a, Total: res.Total}
	p.Snapshot, p.Description, p.JSON = res.Snapshot, a.Lede, "/api/v1/status"
	sources := res.Snapshot.Sources
	if u.o.Sources != nil {
		if sources, err = u.o.Sources.SourceStatus(ctx); err != nil {
			return err
		}
	}
	for _, s := range sources {
		p.Sources = append(p.Sources, u.sourceView(s))
	}
	origins, err := u.o.Searcher.Search(ctx, index.Request{Facets: []string{"origin"}, FacetLimit: 0, Snapshot: res.Snapshot.ID})
	if err != nil {
		return err
	}
	for _, f := range origins.Facets {
		p.Origins = u.bars(f, 0, nil, func(v string) string { return all().With("origin", index.Any, v).String() })
	}
	for _, f := range res.Facets {
		if f.Name == "origin" {
			continue
		}
		row := CoverageRow{Label: u.words.facetLabel(f.Name), Known: res.Total - f.Unknown - f.NotApplicable, Unknown: f.Unknown, Not: f.NotApplicable,
			URL: all().With(f.Name, index.Any, uhri.ValueUnknown).String()}
		if applies := res.Total - f.NotApplicable; applies > 0 {
			row.Share = share(float64(row.Known) * 100 / float64(applies))
		}
		p.Coverage = append(p.Coverage, row)
	}
	if u.o.Labelling != nil {
		l := u.o.Labelling()
		p.Labels = &l
	}
	return u.render(c, http.StatusOK, "methodology", p)
}
