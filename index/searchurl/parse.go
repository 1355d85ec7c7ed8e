package searchurl

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"uhri"
	"uhri/index"
	"uhri/index/query"
)

// Options say who is asking.
type Options struct {
	// Strict asks for the reading an API gives: the query language repairs nothing, and what it cannot read is among
	// the faults. A strict caller answers faults with 400, a lenient one shows them above the answer.
	Strict bool
	// Also names parameters the caller reads itself (format, columns); they are not reported as unknown.
	Also []string
}

// Parse reads the parameters of a search and reports every fault at once, in canonical order.
//
// The request is usable even where there are faults, and never asks for more than was meant: a filter value that
// does not exist is kept as written, so that it matches nothing, and an unreadable date becomes a year no record has.
func Parse(v url.Values, o Options) (index.Request, []Fault) {
	r := reader{values: map[string][]string{}, names: map[string]string{}}
	var unknown []Fault
	for _, name := range slices.Sorted(maps.Keys(v)) {
		p, ok := parameterOf(name)
		switch {
		case ok:
			r.values[p.Name] = append(r.values[p.Name], v[name]...)
			r.names[p.Name] = name
		case !slices.Contains(o.Also, name):
			f := Fault{Parameter: echo(name), Message: "there is no such parameter"}
			if len(v[name]) > 0 {
				f.Value = echo(v[name][0])
			}
			if near, ok := nearestParameter(name, o.Also); ok {
				f.Hint = didYouMean(near)
			}
			unknown = append(unknown, f)
		}
	}
	req := index.Request{Strict: o.Strict, Limit: index.DefaultLimit, FacetLimit: -1}
	r.query(&req)
	for _, p := range parameters().all {
		if p.Facet != "" {
			r.filter(&req, p)
		}
	}
	r.dates(&req)
	// "expand=" names nothing, and an address would lose it.
	req.Expand = slices.DeleteFunc(r.list("expand"), func(id string) bool { return id == "" })
	if len(req.Expand) == 0 {
		req.Expand = nil
	}
	req.Collapse = r.enum("collapse", []string{"ask"}) != ""
	r.order(&req)
	r.paging(&req)
	r.facets(&req)
	req.Highlight = r.boolean("highlight")
	req.Explain = r.boolean("explain")
	req.Snapshot = r.token("snapshot")
	return normal(req), append(r.faults, unknown...)
}

// reader takes values off the address and collects what is wrong with them.
type reader struct {
	values map[string][]string
	names  map[string]string // canonical → as written
	faults []Fault
}

func (r *reader) fault(param, value, message, hint string) {
	name := r.names[param]
	if name == "" {
		name = param
	}
	r.faults = append(r.faults, Fault{Parameter: name, Value: echo(value), Message: message, Hint: hint})
}

// one returns the value of a parameter that takes one; "" when absent.
func (r *reader) one(param string) string {
	vs := r.values[param]
	if len(vs) == 0 {
		return ""
	}
	if len(vs) > 1 {
		r.fault(param, vs[1], "this parameter is given more than once", "give it once")
	}
	if !utf8.ValidString(vs[0]) {
		r.fault(param, strings.ToValidUTF8(vs[0], "\uFFFD"), "this is not valid UTF-8", "")
	}
	return strings.ToValidUTF8(vs[0], "\uFFFD")
}

// list returns the values of a repeatable parameter, without repetitions.
func (r *reader) list(param string) []string {
	var out []string
	for _, s := range r.values[param] {
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "\uFFFD")
			r.fault(param, s, "this is not valid UTF-8", "")
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
		if len(out) == MaxValues && len(r.values[param]) > MaxValues {
			r.fault(param, s, fmt.Sprintf("at most %d values are read", MaxValues), "use lookup or export for long lists")
			break
		}
	}
	return out
}

func (r *reader) query(req *index.Request) {
	q := r.one("q")
	if len(q) > index.MaxQueryBytes {
		r.faults = append(r.faults, Fault{Parameter: "q", Value: echo(q), At: index.MaxQueryBytes,
			Message: fmt.Sprintf("a query has at most %d bytes, this one has %d", index.MaxQueryBytes, len(q))})
	}
	req.Query = q
	req.Mode = index.Mode(r.enum("mode", []string{string(index.ModeDefault), string(index.ModeUHRI)}))
	if req.Mode == index.ModeDefault {
		req.Mode = ""
	}
	if !req.Strict || len(q) > index.MaxQueryBytes {
		return
	}
	_, _, err := query.Parse(q, query.Options{Strict: true, UHRI: req.Mode == index.ModeUHRI})
	if e, ok := errors.AsType[*query.Error](err); ok {
		r.faults = append(r.faults, Fault{Parameter: "q", Value: echo(q), At: e.At, Message: e.Message, Hint: e.Hint})
	}
}

// enum returns a value of a closed list, or "" with a fault.
func (r *reader) enum(param string, values []string) string {
	s := r.one(param)
	if s == "" || slices.Contains(values, s) {
		return s
	}
	hint := "one of " + strings.Join(values, ", ")
	if near, ok := uhri.Nearest(s, values); ok {
		hint = didYouMean(near)
	}
	r.fault(param, s, "there is no such "+param, hint)
	return ""
}

func (r *reader) filter(req *index.Request, p Parameter) {
	facet, ok := uhri.FacetByName(p.Facet)
	if !ok {
		return
	}
	for _, raw := range r.list(p.Name) {
		value, err := raw, error(nil)
		if len(raw) > maxValueBytes {
			r.fault(p.Name, raw, fmt.Sprintf("a value has at most %d bytes", maxValueBytes), "")
		} else if value, err = facet.Parse(raw); err != nil || strings.TrimSpace(raw) == "" {
			value = raw
			r.unknownValue(facet, p.Name, raw, err)
		}
		addFilter(req, p.Facet, p.Op, value)
	}
}

func (r *reader) unknownValue(facet *uhri.Facet, param, raw string, err error) {
	if strings.TrimSpace(raw) == "" {
		r.fault(param, raw, "the value is empty, and no record has an empty "+facet.Label, "leave the parameter out to search without it")
		return
	}
	if parts := strings.FieldsFunc(raw, func(c rune) bool { return c == ',' || c == ';' || c == '|' }); len(parts) > 1 && allParse(facet, parts) {
		again := make([]string, len(parts))
		for i, part := range parts {
			again[i] = param + "=" + url.QueryEscape(strings.TrimSpace(part))
		}
		r.fault(param, raw, "lists are written by repeating the parameter", "write "+strings.Join(again, "&"))
		return
	}
	message, hint, _ := strings.Cut(uhri.Message(err), "; ")
	r.fault(param, raw, message, hint)
}

func allParse(facet *uhri.Facet, parts []string) bool {
	for _, part := range parts {
		if _, err := facet.Parse(strings.TrimSpace(part)); err != nil {
			return false
		}
	}
	return true
}

func (r *reader) dates(req *index.Request) {
	date := func(param string) uhri.Date {
		s := r.one(param)
		if strings.TrimSpace(s) == "" {
			return uhri.Date{}
		}
		d, err := uhri.ParseDate(s)
		if err != nil || d.IsZero() {
			r.fault(param, s, fmt.Sprintf("%q is not a date", echo(s)), "write 2025, 2025-02 or 2025-02-12")
			addFilter(req, "year", index.Any, s)
			return uhri.Date{}
		}
		return d
	}
	req.From, req.To = date("from"), date("to")
	if !req.From.IsZero() && !req.To.IsZero() && req.From.Key() > req.To.Last().Key() {
		r.fault("from", req.From.String(), "from is later than to, so nothing can be found", "exchange from and to")
	}
}

func (r *reader) order(req *index.Request) { req.Sort = index.Sort(r.enum("sort", sorts())) }

func (r *reader) paging(req *index.Request) {
	req.Limit = r.integer("limit", index.DefaultLimit, 0, index.MaxLimit)
	page := r.integer("page", 1, 1, index.MaxOffset)
	if last := index.MaxOffset/max(req.Limit, 1) + 1; page > last {
		r.fault("page", strconv.Itoa(page), fmt.Sprintf("pages reach the first %d records, that is page %d here", index.MaxOffset, last), "go on with cursor, or export the whole set")
		page = last
	}
	req.Cursor = r.token("cursor")
	if req.Cursor != "" && page > 1 {
		r.fault("page", strconv.Itoa(page), "a page number and a cursor exclude each other", "give only the cursor")
		page = 1
	}
	req.Offset = (page - 1) * req.Limit
}

func (r *reader) facets(req *index.Request) {
	for _, raw := range r.list("facets") {
		switch f, ok := uhri.FacetByName(raw); {
		case raw == "":
		case raw == "*":
			req.Facets = append(req.Facets, raw)
		case ok:
			req.Facets = append(req.Facets, f.Name)
		default:
			hint := ""
			if near, ok := uhri.Nearest(raw, facetNames()); ok {
				hint = didYouMean(near)
			}
			if strings.Contains(raw, ",") {
				hint = "write facets=" + strings.Join(strings.Split(echo(raw), ","), "&facets=")
			}
			r.fault("facets", raw, "there is no such facet", hint)
		}
	}
	req.FacetLimit = r.integer("facet_limit", -1, 0, MaxFacetLimit)
	req.FacetPrefix = r.short("facet_prefix")
}

// integer returns a number within limits; a wrong one is a fault and gives the nearest that is allowed.
func (r *reader) integer(param string, absent, least, most int) int {
	s := strings.TrimSpace(r.one(param))
	if s == "" {
		return absent
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.fault(param, s, "this is not a number", fmt.Sprintf("a whole number from %d to %d", least, most))
		return absent
	}
	if n < least || n > most {
		r.fault(param, s, fmt.Sprintf("it must lie between %d and %d", least, most), fmt.Sprintf("write %s=%d", param, min(max(n, least), most)))
		return min(max(n, least), most)
	}
	return n
}

func (r *reader) boolean(param string) bool {
	switch s := strings.ToLower(strings.TrimSpace(r.one(param))); s {
	case "", "0", "false", "no":
		return false
	case "1", "true", "yes", "on":
		return true
	default:
		r.fault(param, s, "this is neither true nor false", "write 1 or 0")
		return false
	}
}

func (r *reader) short(param string) string {
	s := r.one(param)
	if len(s) > maxValueBytes {
		r.fault(param, s, fmt.Sprintf("it has at most %d bytes", maxValueBytes), "")
	}
	return s
}

// token returns a value machines made: a cursor or a snapshot's name.
func (r *reader) token(param string) string {
	s := r.one(param)
	if len(s) > 4*maxValueBytes || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
		r.fault(param, s, "this cannot be a "+param, "take it from an answer as it is")
	}
	return s
}
