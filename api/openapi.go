package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"uhri"
	"uhri/api/edge"
	"uhri/api/export"
	"uhri/api/problem"
	"uhri/index/searchurl"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

func sortFaults(f []searchurl.Fault) {
	slices.SortStableFunc(f, func(a, b searchurl.Fault) int { return strings.Compare(a.Parameter, b.Parameter) })
}

// describe writes what is said of the API as a whole.
func (a *API) describe() {
	o := a.huma.OpenAPI()
	o.OpenAPI = "3.1.0"
	o.Info.Description = `Search over UN human rights recommendations: what treaty bodies, the Universal Periodic Review and special procedures tell States to do.

Every answer names its snapshot; the same request on the same snapshot gives the same answer. Lists are written by repeating a parameter. An unknown parameter or value is an error that says what to write instead, and every error has one shape (RFC 9457), with all its faults under ` + "`errors`" + `. Answers carry an ETag. HEAD is answered as GET without its body. ` + a.limits() + ` Members may be added to answers; none is taken away within v1.`
	if a.o.Demo {
		o.Info.Description = "DEMONSTRATION with invented States and texts. " + o.Info.Description
	}
	if a.o.Contact != "" {
		if strings.Contains(a.o.Contact, "://") {
			o.Info.Contact = &huma.Contact{URL: a.o.Contact}
		} else {
			o.Info.Contact = &huma.Contact{Email: a.o.Contact}
		}
	}
	if a.o.BaseURL != "" {
		o.Servers = []*huma.Server{{URL: a.o.BaseURL}}
	}
}

// limits says what one client may ask.
func (a *API) limits() string {
	client, server := export.AtOnce()
	s := fmt.Sprintf("Whole result sets come in one request from /api/v1/recommendations/export; exports are counted by rows, %d an hour for one address, however they are divided, and run %d at a time for one address, %d in all. ", a.o.Exports.Rows(), client, server)
	if a.o.PerMinute > 0 {
		burst := a.o.Burst
		if burst <= 0 {
			burst = edge.DefaultBurst(a.o.PerMinute)
		}
		s += fmt.Sprintf("%d requests a minute are answered for one address, %d of them at once: enough to walk through the whole collection with a cursor and limit=1000 without waiting. ", a.o.PerMinute, burst)
	}
	return s + "One address is an IPv4 address or an IPv6 network of 64 bits. Whoever asks for more is answered 429. The RateLimit headers tell how far you are, Retry-After how many seconds to wait; so it is with 503, when the service is busy."
}

// operations registers everything the API does.
func (a *API) operations() {
	add(a, operation{
		ID: "search", Path: "/recommendations", Summary: "Search recommendations and observations",
		Parameters: append(searchParameters(), fieldsParameter()), Errors: searchErrors,
	}, a.search)
	add(a, operation{
		ID: "get-recommendation", Path: "/recommendations/{id}", Summary: "One record",
		Parameters: []*huma.Param{pathParameter("id", "Its permanent identifier.", "6074f363-c8ae-4f0d-826b-26e751082b5a")},
		Errors:     []int{301, 304, 400, 404, 410, 429, 503},
	}, a.record)
	a.addExport()
	add(a, operation{
		ID: "lookup", Method: http.MethodPost, Path: "/recommendations/lookup", Summary: "Up to 1,000 records or documents by identifier or symbol",
		Body: reflect.TypeFor[LookupRequest](), BodyExample: LookupRequest{IDs: []uhri.ID{"6074f363-c8ae-4f0d-826b-26e751082b5a"}, Symbols: []string{"A/HRC/59/15"}}, Errors: []int{400, 413, 415, 429, 503, 504},
	}, a.lookup)
	add(a, operation{
		ID: "get-document", Path: "/documents", Summary: "One document with its records in their order",
		Parameters: []*huma.Param{{Name: "symbol", In: "query", Required: true, Description: "Its UN symbol, in any accepted spelling.", Schema: &huma.Schema{Type: "string"}, Example: "A/HRC/59/15"}},
		Errors:     []int{304, 400, 404, 429, 503, 504},
	}, a.document)
	add(a, operation{
		ID: "get-facet", Path: "/facets/{name}", Summary: "The values of one facet, counted over the records of a search",
		Parameters: append([]*huma.Param{
			{Name: "name", In: "path", Required: true, Description: "The facet.", Schema: &huma.Schema{Type: "string", Enum: anys(facetNames())}, Example: "country"},
			{Name: "prefix", In: "query", Description: "Only values whose label or code has a word beginning with this; the same as facet_prefix.", Schema: &huma.Schema{Type: "string"}},
		}, searchParameters()...),
		Errors: append([]int{404}, searchErrors...),
	}, a.facet)
	add(a, operation{
		ID: "list-changes", Path: "/changes", Summary: "What was added, changed, relabelled, withdrawn",
		Parameters: []*huma.Param{
			{Name: "since", In: "query", Description: "Only what happened after this snapshot or number of the log, or since the beginning of this day or month (UTC).", Schema: &huma.Schema{Type: "string"}, Example: "2026-11-24.17"},
			{Name: "until", In: "query", Description: "Only what happened up to and including this snapshot, number of the log, day or month.", Schema: &huma.Schema{Type: "string"}, Example: "2026-11-30"},
			{Name: "by", In: "query", Description: "Also count by state, source and kind.", Schema: &huma.Schema{Type: "boolean", Default: false}},
			{Name: "source", In: "query", Description: "Only this source.", Schema: &huma.Schema{Type: "string"}, Example: "uhri/en"},
			{Name: "id", In: "query", Description: "Only this record.", Schema: &huma.Schema{Type: "string"}},
			{Name: "symbol", In: "query", Description: "Only records of this document.", Schema: &huma.Schema{Type: "string"}, Example: "A/HRC/59/15"},
			{Name: "kind", In: "query", Description: "Only these kinds of change; repeat it for several.", Explode: yes(), Schema: &huma.Schema{Type: "array", Items: &huma.Schema{Type: "string", Enum: anys([]string{"added", "changed", "relabelled", "withdrawn", "restored", "reprocessed"})}}},
			{Name: "limit", In: "query", Description: "Entries of one page.", Schema: &huma.Schema{Type: "integer", Minimum: num(1), Maximum: num(maxChanges), Default: 100}},
			{Name: "cursor", In: "query", Description: "The next of an earlier answer.", Schema: &huma.Schema{Type: "string"}},
		},
		Errors: []int{304, 400, 429, 501, 503},
	}, a.changes)
	a.huma.OpenAPI().Components.Schemas.Map()["Item"].Required = nil // fields= leaves out whatever is not asked for
	add(a, operation{ID: "get-status", Path: "/status", Summary: "What is served, and how its sources are doing", Errors: []int{400, 429}}, a.status)
}

var searchErrors = []int{304, 400, 410, 429, 503, 504}

// operation is what the description says of one operation.
type operation struct {
	ID, Method, Path, Summary string
	Parameters                []*huma.Param
	Body                      reflect.Type
	BodyExample               any
	Errors                    []int
}

// add registers one operation with its description.
func add[T any](a *API, op operation, run func(context.Context, *call) (*reply[T], error)) {
	if op.Method == "" {
		op.Method = http.MethodGet
	}
	schemas := a.huma.OpenAPI().Components.Schemas
	h := huma.Operation{OperationID: op.ID, Method: op.Method, Path: Base + op.Path, Summary: op.Summary, Parameters: op.Parameters, Responses: errorResponses(schemas, op.Errors)}
	huma.Register(a.huma, h, run)
	if op.Body != nil { // described only now: huma would read and refuse bodies itself, in a shape of its own
		a.huma.OpenAPI().Paths[h.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(op.Body, true, ""), Example: op.BodyExample}}}
	}
}

func errorResponses(schemas huma.Registry, statuses []int) map[string]*huma.Response {
	body := map[string]*huma.MediaType{problem.ContentType: {Schema: schemas.Schema(reflect.TypeFor[problem.Problem](), true, "Problem")}}
	statuses = append([]int{http.StatusRequestURITooLong, http.StatusInternalServerError}, statuses...)
	out := map[string]*huma.Response{"default": {Description: "An error; status and errors say which", Content: body}}
	for _, s := range statuses {
		r := &huma.Response{Description: http.StatusText(s), Content: body}
		switch s {
		case 301:
			r.Content, r.Headers = nil, map[string]*huma.Param{"Location": {Schema: &huma.Schema{Type: "string"}}}
		case 304:
			r.Content = nil
		case 429, 503:
			r.Headers = map[string]*huma.Param{"Retry-After": {Schema: &huma.Schema{Type: "integer"}}}
		}
		out[statusKey(s)] = r
	}
	return out
}

func statusKey(s int) string {
	return string([]byte{byte('0' + s/100), byte('0' + s/10%10), byte('0' + s%10)})
}

// searchParameters describes what searchurl reads, from its own table.
func searchParameters() []*huma.Param {
	var out []*huma.Param
	for _, p := range searchurl.Parameters() {
		s := &huma.Schema{Type: p.Type, Enum: anys(p.Enum)}
		switch p.Type {
		case "date":
			s.Type, s.Pattern = "string", `^\d{4}(-\d{1,2}(-\d{1,2})?)?$`
		case "integer":
			s.Minimum, s.Maximum = num(p.Min), num(p.Max)
		}
		hp := &huma.Param{Name: p.Name, In: "query", Description: p.Description, Schema: s}
		if p.Repeatable {
			hp.Schema, hp.Explode = &huma.Schema{Type: "array", Items: s}, yes()
		}
		if p.Example != "" {
			hp.Example = p.Example
			if p.Repeatable {
				hp.Example = []string{p.Example}
			}
		}
		out = append(out, hp)
	}
	return out
}

func fieldsParameter() *huma.Param {
	return &huma.Param{Name: "fields", In: "query", Explode: yes(), Description: "Members of items to send; repeat it for several. Without it all are sent.",
		Schema: &huma.Schema{Type: "array", Items: &huma.Schema{Type: "string", Enum: anys(itemFields())}}, Example: []string{"id", "symbol"}}
}

func pathParameter(name, description, example string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: description, Schema: &huma.Schema{Type: "string"}, Example: example}
}

// itemFields lists the members of an Item.
func itemFields() []string {
	var names []string
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for f := range t.Fields() {
			if f.Anonymous {
				walk(f.Type)
			} else if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" && tag != "-" {
				names = append(names, tag)
			}
		}
	}
	walk(reflect.TypeFor[Item]())
	return names
}

func yes() *bool { return new(true) }

func num(n int) *float64 { return new(float64(n)) }

func anys(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}
