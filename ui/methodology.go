package ui

import (
	"context"
	"net/http"
	"strconv"

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
		row := CoverageRow{Label: facetLabel(f.Name), Known: res.Total - f.Unknown - f.NotApplicable, Unknown: f.Unknown, Not: f.NotApplicable,
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

// shownChanges is how many entries of the log the page of changes lists; the API has all.
const shownChanges = 200

// ChangesPage lists what the newest promotion changed.
type ChangesPage struct {
	Frame
	Since   uhri.Seq
	Entries []ChangeView
	More    bool
	Earlier string
	Narrow  []Chip     // the source and kind asked for
	States  []TallyRow // counts, newest state first; none where nothing can count
}

// ChangeView is one entry.
type ChangeView struct {
	uhri.Change
	What   string
	Source string
	URL    string
	Edits  []Edit
}

func (u *UI) changes(c echo.Context) error {
	ctx := c.Request().Context()
	st, err := u.o.Searcher.Status(ctx)
	if err != nil {
		return err
	}
	p := &ChangesPage{Frame: u.frame(c, "", u.words.Text("changes.title")), Since: max(st.Current.Seq-1, 0)}
	p.Snapshot, p.Description = st.Current, u.words.Text("changes.description")
	if raw := c.QueryParam("since"); raw != "" {
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil || n < 0 {
			return uhri.Errorf(uhri.Invalid, "changes", "%q is not the number of a state of the collection", shorten(raw, 40))
		}
		p.Since, p.NoIndex = uhri.Seq(n), true
	}
	source := shorten(c.QueryParam("source"), 100)
	kind, err := changeKind(c.QueryParam("kind"))
	if err != nil {
		return err
	}
	if source != "" {
		p.Narrow = append(p.Narrow, Chip{Name: u.words.Text("changes.source"), Value: sourceName(u.words, source), URL: changesURL(p.Since, "", kind)})
	}
	if kind != "" {
		p.Narrow = append(p.Narrow, Chip{Name: u.words.Text("changes.kind"), Value: u.words.Text("event." + string(kind)), URL: changesURL(p.Since, source, "")})
	}
	p.NoIndex = p.NoIndex || len(p.Narrow) > 0
	p.JSON = "/api/v1" + changesURL(p.Since, source, kind)
	if p.Since > 0 {
		p.Earlier = changesURL(p.Since-1, source, kind)
	}
	list := u.o.Changes.Changes
	if book, ok := u.o.Changes.(ChangeBook); ok {
		all, err := book.Tallies(ctx, p.Since)
		if err != nil {
			return err
		}
		p.States = u.tally(all)
		list = func(ctx context.Context, since uhri.Seq, yield func(uhri.Change) bool) error {
			return book.ChangesOf(ctx, since, source, kind, yield)
		}
	}
	err = list(ctx, p.Since, func(ch uhri.Change) bool {
		if source != "" && ch.Source != source || kind != "" && ch.Kind != kind {
			return true
		}
		if len(p.Entries) == shownChanges {
			p.More = true
			return false
		}
		v := ChangeView{Change: ch, What: u.words.changeText(ch), Source: sourceName(u.words, ch.Source)}
		if ch.ID != "" {
			v.URL = recordURL(ch.ID)
		}
		if ch.OldText != "" && ch.NewText != "" {
			v.Edits = compare(ch.OldText, ch.NewText)
		}
		p.Entries = append(p.Entries, v)
		return true
	})
	if err != nil {
		return err
	}
	return u.render(c, http.StatusOK, "changes", p)
}
