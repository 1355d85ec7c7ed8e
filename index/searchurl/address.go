package searchurl

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/index"
)

// Pair is one name and value of an address, as a hidden form field needs it.
type Pair struct{ Name, Value string }

// Pairs returns the parameters of req in canonical order, leaving out what is as it would be without them.
func Pairs(req index.Request) []Pair {
	req = normal(req)
	var out []Pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, Pair{name, value})
		}
	}
	add("q", req.Query)
	if req.Mode != index.ModeDefault {
		add("mode", string(req.Mode))
	}
	for _, l := range req.Langs {
		add("lang", string(l))
	}
	for _, f := range req.Filters {
		for _, v := range f.Values {
			out = append(out, Pair{filterParameter(f.Facet, f.Op), v}) // an empty value is a filter too: it matches nothing
		}
	}
	add("from", req.From.String())
	add("to", req.To.String())
	for _, e := range req.Expand {
		add("expand", e)
	}
	if req.Collapse {
		add("collapse", "ask")
	}
	add("sort", string(req.Sort))
	if req.Limit != index.DefaultLimit {
		add("limit", strconv.Itoa(req.Limit))
	}
	if req.Cursor == "" && req.Limit > 0 && req.Offset >= req.Limit {
		add("page", strconv.Itoa(req.Offset/req.Limit+1))
	}
	add("cursor", req.Cursor)
	for _, f := range req.Facets {
		add("facets", f)
	}
	if req.FacetLimit >= 0 {
		add("facet_limit", strconv.Itoa(req.FacetLimit))
	}
	add("facet_prefix", req.FacetPrefix)
	if req.Highlight {
		add("highlight", "1")
	}
	if req.Explain {
		add("explain", "1")
	}
	add("snapshot", req.Snapshot)
	return out
}

func filterParameter(facet string, op index.FilterOp) string {
	switch op {
	case index.Every:
		return facet + ".all"
	case index.None:
		return "not." + facet
	}
	return facet
}

// Values returns the parameters of req; Parse reads them back to an equal request.
func Values(req index.Request) url.Values {
	v := url.Values{}
	for _, p := range Pairs(req) {
		v.Add(p.Name, p.Value)
	}
	return v
}

// String returns the canonical query string of req, without a question mark. Two requests that ask the same
// have the same string.
func String(req index.Request) string { return encode(Pairs(req)) }

func encode(pairs []Pair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		// A slash is legal in a query string, and symbols stay readable with it.
		b.WriteString(strings.ReplaceAll(url.QueryEscape(p.Value), "%2F", "/"))
	}
	return b.String()
}

// Address is a search at a path. Its methods return the addresses of neighbouring searches and leave it as it is;
// every change of what is asked goes back to the first page.
type Address struct {
	path  string
	req   index.Request
	extra []Pair
}

// At returns the address of req under path: "/search", "/country/KEN", "/api/v1/recommendations".
func At(path string, req index.Request) Address { return Address{path: path, req: normal(req)} }

// String returns path and query string, ready for an href.
func (a Address) String() string {
	if s := encode(a.Pairs()); s != "" {
		return a.path + "?" + s
	}
	return a.path
}

// Path returns the path alone, for a form's action.
func (a Address) Path() string { return a.path }

// Request returns what is asked.
func (a Address) Request() index.Request { return a.req }

// Pairs returns the parameters without the named ones, for the hidden fields of a form that asks for those.
func (a Address) Pairs(except ...string) []Pair {
	pairs := append(Pairs(a.req), a.extra...)
	return slices.DeleteFunc(pairs, func(p Pair) bool { return slices.Contains(except, p.Name) })
}

// first goes back to the first page.
func (a Address) first() Address {
	a.req.Cursor, a.req.Offset = "", 0
	return a
}

// To returns the same search at another path.
func (a Address) To(path string) Address {
	a.path = path
	return a
}

// With adds values of a facet.
func (a Address) With(facet string, op index.FilterOp, values ...string) Address {
	for _, v := range values {
		addFilter(&a.req, facet, op, v)
	}
	a.req = normal(a.req)
	return a.first()
}

// Without removes values of a facet; without values, all it has under op.
func (a Address) Without(facet string, op index.FilterOp, values ...string) Address {
	dropFilter(&a.req, facet, op, values...)
	a.req = normal(a.req)
	return a.first()
}

// Drop removes what a suggestion of an empty result names: a filter, or, as index.Suggestion calls them, the dates ("date")
// or the languages ("lang").
func (a Address) Drop(f index.Filter) Address {
	switch f.Facet {
	case "date":
		return a.Dates(uhri.Date{}, uhri.Date{})
	case "lang":
		a = a.Langs()
	}
	return a.Without(f.Facet, f.Op, f.Values...)
}

// Clear removes every filter on a facet, whatever its operator.
func (a Address) Clear(facet string) Address {
	return a.Without(facet, index.Any).Without(facet, index.Every).Without(facet, index.None)
}

// ClearAll removes every filter, date and language; words and order stay.
func (a Address) ClearAll() Address {
	a.req.Filters, a.req.Langs, a.req.Origins, a.req.From, a.req.To = nil, nil, nil, uhri.Date{}, uhri.Date{}
	return a.first()
}

// Query asks for other words.
func (a Address) Query(q string) Address {
	a.req.Query = q
	return a.first()
}

// Mode reads the words otherwise.
func (a Address) Mode(m index.Mode) Address {
	a.req.Mode = m
	if m == index.ModeDefault {
		a.req.Mode = ""
	}
	return a.first()
}

// Sort orders otherwise; "" is the default order.
func (a Address) Sort(s index.Sort) Address {
	a.req.Sort = s
	return a.first()
}

// Page goes to a page, counted from 1.
func (a Address) Page(n int) Address {
	a = a.first()
	a.req.Offset = max(n-1, 0) * a.req.Limit
	return a
}

// Cursor goes on where an answer ended.
func (a Address) Cursor(c string) Address {
	a = a.first()
	a.req.Cursor = c
	return a
}

// Collapse shows passages that ask for the same once, or each of them.
func (a Address) Collapse(on bool) Address {
	a.req.Collapse = on
	return a.first()
}

// Limit shows more or fewer records a page.
func (a Address) Limit(n int) Address {
	a.req.Limit = n
	return a.first()
}

// Langs searches other languages, in order of preference; none means the default.
func (a Address) Langs(langs ...uhri.Lang) Address {
	a.req.Langs = slices.Clone(langs)
	return a.first()
}

// Dates narrows to documents between from and to; zero dates are open.
func (a Address) Dates(from, to uhri.Date) Address {
	a.req.From, a.req.To = from, to
	return a.first()
}

// Expand switches offered expansions on.
func (a Address) Expand(ids ...string) Address {
	a.req.Expand = append(slices.Clone(a.req.Expand), ids...)
	slices.Sort(a.req.Expand)
	a.req.Expand = slices.Compact(a.req.Expand)
	return a.first()
}

// Unexpand switches offered expansions off; without ids, all.
func (a Address) Unexpand(ids ...string) Address {
	a.req.Expand = slices.DeleteFunc(slices.Clone(a.req.Expand), func(e string) bool { return len(ids) == 0 || slices.Contains(ids, e) })
	if len(a.req.Expand) == 0 {
		a.req.Expand = nil
	}
	return a.first()
}

// Facets counts other facets.
func (a Address) Facets(names ...string) Address {
	a.req.Facets = slices.Clone(names)
	a.req = normal(a.req)
	return a
}

// FacetLimit lists more or fewer values; 0 all, negative each facet's own measure.
func (a Address) FacetLimit(n int) Address {
	a.req.FacetLimit = n
	return a
}

// FacetPrefix narrows the values listed.
func (a Address) FacetPrefix(p string) Address {
	a.req.FacetPrefix = p
	return a
}

// Explain asks for the three counts too.
func (a Address) Explain(on bool) Address {
	a.req.Explain = on
	return a
}

// Snapshot stays with one snapshot; "" follows the current one.
func (a Address) Snapshot(id string) Address {
	a.req.Snapshot = id
	return a.first()
}

// Extra sets a parameter that is not part of the search, such as columns; without values it is removed.
func (a Address) Extra(name string, values ...string) Address {
	a.extra = slices.DeleteFunc(slices.Clone(a.extra), func(p Pair) bool { return p.Name == name })
	for _, v := range values {
		a.extra = append(a.extra, Pair{name, v})
	}
	return a
}

// File returns the address of the whole result set as a file: "/search" becomes "/search.csv". What concerns one
// page or the panels falls away; order, language and snapshot stay.
func (a Address) File(ext string) Address {
	a = a.set()
	a.path += "." + ext
	return a
}

// Feed returns the address of the search's feed, "atom" or "feed.json": the current snapshot, newest here first.
func (a Address) Feed(ext string) Address {
	a = a.set()
	a.req.Sort, a.req.Snapshot = "", ""
	a.path += "." + ext
	return a
}

// Set returns the address of the whole result set, without what concerns one page or the panels: the form in which
// a search is cited.
func (a Address) Set() Address { return a.set() }

func (a Address) set() Address {
	a = a.first()
	a.req.Limit = index.DefaultLimit
	a.req.Facets, a.req.FacetLimit, a.req.FacetPrefix = nil, -1, ""
	a.req.Highlight, a.req.Explain, a.req.Collapse = false, false, false
	return a
}
