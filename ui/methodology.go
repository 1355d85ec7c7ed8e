package ui

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	Rejected []RejectedReason
}

// RejectedReason says how much of what a source offered could not be used, and why.
type RejectedReason struct {
	Source string // its name for people
	Key    string // its name
	Reason string // "" for all the rarer ones together
	Count  int
}

// How much of what could not be used is read, and how many reasons of a source are told one by one.
const (
	readRejections = 20_000
	shownReasons   = 8
)

// reasonDetail is what differs between two items refused for one reason: which document, until when, how often.
var reasonDetail = regexp.MustCompile(`; it is asked for again.*$| \(\d+ times\)$|[A-Z]\w*(?:/[\w.()]+)+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+`)

// timesMet is how often one entry was met, where it says so.
var timesMet = regexp.MustCompile(` \((\d+) times\)$`)

// reasons counts what could not be used by reason, the most frequent first.
func reasons(items []uhri.Rejection) []RejectedReason {
	counts := map[string]int{}
	for _, it := range items {
		n := 1
		if m := timesMet.FindStringSubmatch(it.Reason); m != nil {
			n, _ = strconv.Atoi(m[1]) // digits only
		}
		reason := reasonDetail.ReplaceAllStringFunc(it.Reason, func(detail string) string {
			if strings.HasPrefix(detail, ";") || strings.HasPrefix(detail, " (") {
				return ""
			}
			return "…"
		})
		counts[reason] += n
	}
	var out []RejectedReason
	for reason, n := range counts {
		out = append(out, RejectedReason{Reason: reason, Count: n})
	}
	slices.SortFunc(out, func(a, b RejectedReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Reason, b.Reason))
	})
	if len(out) > shownReasons {
		rest := RejectedReason{}
		for _, r := range out[shownReasons:] {
			rest.Count += r.Count
		}
		out = append(out[:shownReasons:shownReasons], rest)
	}
	return out
}

// CoverageRow says of how many passages a fact is known.
type CoverageRow struct {
	Label   string
	Known   Cell
	Share   string // of those to which it applies
	Unknown Cell
	Not     Cell // to which it does not apply
}

// coverageOf are the facts whose gaps matter to whoever reads a number.
var coverageOf = [...]string{"country", "symbol", "year", "mechanism", "type", "theme", "group", "goal", "sdg", "position", "recommending_state", "cycle", "latest"}

func (u *UI) methodology(c echo.Context) error {
	ctx := c.Request().Context()
	res, err := u.o.Searcher.Search(ctx, index.Request{Facets: append([]string{"origin"}, coverageOf[:]...), FacetLimit: 1})
	if err != nil {
		return err
	}
	a := u.help.bySlug["methodology"]
	p := &MethodologyPage{Frame: u.frame(c, "", a.Title), Article: a, Total: res.Total}
	p.Snapshot, p.Description = res.Snapshot, a.Lede
	p.JSON = apiAt(index.Request{FacetLimit: 1}).Facets(append([]string{"origin"}, coverageOf[:]...)...).String()
	p.describe("Article")
	sources := res.Snapshot.Sources
	if u.o.Sources != nil {
		if sources, err = u.o.Sources.SourceStatus(ctx); err != nil {
			return err
		}
	}
	for _, s := range sources {
		v := u.sourceView(s)
		p.Sources = append(p.Sources, v)
		if u.o.Sources == nil {
			continue
		}
		items, err := u.notUsed(ctx, s, readRejections)
		if err != nil {
			return err
		}
		for _, r := range reasons(items) {
			r.Source, r.Key = v.Name, s.Source
			p.Rejected = append(p.Rejected, r)
		}
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
		list := func(value string) string { return all().With(f.Name, index.Any, value).String() }
		row := CoverageRow{Label: u.words.facetLabel(f.Name), Known: Cell{res.Total - f.Unknown - f.NotApplicable, knownOf(f.Name).String()},
			Unknown: Cell{f.Unknown, list(uhri.ValueUnknown)}, Not: Cell{f.NotApplicable, list(uhri.ValueNotApplicable)}}
		if applies := res.Total - f.NotApplicable; applies > 0 {
			row.Share = share(float64(row.Known.Count) * 100 / float64(applies))
		}
		p.Coverage = append(p.Coverage, row)
	}
	if u.o.Labelling != nil {
		l := u.o.Labelling()
		p.Labels = &l
	}
	return u.render(c, http.StatusOK, "methodology", p)
}
