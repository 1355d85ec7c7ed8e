package searchurl

import (
	"slices"
	"strings"

	"uhri"
	"uhri/index"
)

// addFilter adds one value of one facet. Languages searched and origins counted follow from their facets.
func addFilter(req *index.Request, facet string, op index.FilterOp, value string) {
	if facet == "lang" && op == index.Any && uhri.Lang(value).Valid() {
		if l := uhri.Lang(value); !slices.Contains(req.Langs, l) {
			req.Langs = append(slices.Clone(req.Langs), l)
		}
		return
	}
	out := make([]index.Filter, 0, len(req.Filters)+1)
	found := false
	for _, f := range req.Filters {
		if f.Facet == facet && f.Op == op {
			found = true
			if !slices.Contains(f.Values, value) {
				f.Values = append(slices.Clone(f.Values), value)
			}
		}
		out = append(out, f)
	}
	if !found {
		out = append(out, index.Filter{Facet: facet, Op: op, Values: []string{value}})
	}
	req.Filters = out
}

// dropFilter removes values of one facet and operator; without values, all of them.
func dropFilter(req *index.Request, facet string, op index.FilterOp, values ...string) {
	drop := func(v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	if facet == "lang" && op == index.Any {
		req.Langs = slices.DeleteFunc(slices.Clone(req.Langs), func(l uhri.Lang) bool { return drop(string(l)) })
	}
	var out []index.Filter
	for _, f := range req.Filters {
		if f.Facet == facet && f.Op == op {
			f.Values = slices.DeleteFunc(slices.Clone(f.Values), drop)
			if len(f.Values) == 0 {
				continue
			}
		}
		out = append(out, f)
	}
	req.Filters = out
}

// normal brings a request into the one form that equal searches share: filters in the order of the facet table,
// values sorted, origins as their filter says.
func normal(req index.Request) index.Request {
	req.Filters = slices.Clone(req.Filters)
	for i, f := range req.Filters {
		req.Filters[i].Values = slices.Compact(slices.Sorted(slices.Values(f.Values)))
	}
	rank := parameters().facet
	slices.SortStableFunc(req.Filters, func(a, b index.Filter) int {
		if d := rank[a.Facet] - rank[b.Facet]; d != 0 {
			return d
		}
		return opRank(a.Op) - opRank(b.Op)
	})
	req.Origins = nil
	for _, f := range req.Filters {
		if f.Facet == "origin" && f.Op == index.Any {
			for _, v := range f.Values {
				switch o := uhri.Origin(v); o {
				case uhri.OriginHuman, uhri.OriginPublisher, uhri.OriginRule, uhri.OriginModel:
					req.Origins = append(req.Origins, o)
				}
			}
		}
	}
	if slices.Contains(req.Facets, "*") {
		req.Facets = []string{"*"}
	}
	slices.SortFunc(req.Facets, func(a, b string) int {
		if d := rank[a] - rank[b]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	req.Facets = slices.Compact(req.Facets)
	slices.Sort(req.Expand)
	if len(req.Filters) == 0 {
		req.Filters = nil
	}
	return req
}

func opRank(op index.FilterOp) int {
	return slices.Index([]index.FilterOp{index.Any, index.Every, index.None}, op)
}
