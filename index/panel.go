package index

import (
	"iter"
	"slices"
	"strings"

	"uhri"
	"uhri/index/analysis"
)

// Panel makes a facet's panel of its raw counts. counts yields each value at most once, with the number of records
// that match the query, the dates, the languages and all filters except the Any filter on this very facet;
// ValueUnknown and ValueNotApplicable are values like any other here.
func (p *Plan) Panel(f *uhri.Facet, counts iter.Seq2[string, int]) FacetCounts {
	out := FacetCounts{Name: f.Name}
	selected := map[string]FilterOp{}
	for _, filter := range p.Request.Filters {
		if filter.Facet == f.Name {
			for _, v := range filter.Values {
				if selected[v] == "" {
					selected[v] = filter.Op
				}
			}
		}
	}
	wanted := labelFilter(f, p.Request.FacetPrefix)
	value := func(v string, n int) FacetValue {
		return FacetValue{Value: v, Label: f.ValueLabel(v), Count: n, Selected: selected[v]}
	}
	seen := map[string]bool{}
	var values []FacetValue
	for v, n := range counts {
		switch {
		case v == uhri.ValueUnknown:
			out.Unknown = n
		case v == uhri.ValueNotApplicable:
			out.NotApplicable = n
		case n > 0:
			out.Distinct++
			if selected[v] != "" || wanted(v) {
				seen[v] = true
				values = append(values, value(v, n))
			}
		}
	}
	for v := range selected {
		if !seen[v] && v != uhri.ValueUnknown && v != uhri.ValueNotApplicable {
			values = append(values, value(v, 0))
		}
	}
	slices.SortFunc(values, func(a, b FacetValue) int {
		if !f.ByValue && a.Count != b.Count {
			return b.Count - a.Count
		}
		return f.Compare(a.Value, b.Value)
	})
	limit := p.Request.FacetLimit
	if limit < 0 {
		limit = f.Limit
	}
	for _, v := range values {
		if limit == 0 || len(out.Values) < limit || v.Selected != "" {
			out.Values = append(out.Values, v)
		}
	}
	return out
}

// labelFilter returns the test for a search within a facet: a word of the label or of the code begins with prefix.
func labelFilter(f *uhri.Facet, prefix string) func(value string) bool {
	prefix = analysis.Fold(prefix)
	if prefix == "" {
		return func(string) bool { return true }
	}
	return func(v string) bool {
		return strings.Contains(" "+analysis.Fold(f.ValueLabel(v)), " "+prefix) || strings.Contains(" "+analysis.Fold(v), " "+prefix)
	}
}
