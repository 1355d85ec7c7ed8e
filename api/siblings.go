package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"uhri/api/export"
	"uhri/api/feed"
	"uhri/api/matrix"
	"uhri/api/pin"
	"uhri/api/problem"
)

// describeSiblings adds to the description what answers outside of Base: the files and feeds beside the portal's pages. They
// read their parameters themselves, so nothing is registered here.
func (a *API) describeSiblings() {
	o := a.huma.OpenAPI()
	schemas := o.Components.Schemas
	str := &huma.Schema{Type: "string"}
	file := func(description string) map[string]*huma.Response {
		return map[string]*huma.Response{"200": {Description: description, Content: map[string]*huma.MediaType{}, Headers: map[string]*huma.Param{
			"X-Snapshot": {Schema: str}, "X-Total-Count": {Schema: &huma.Schema{Type: "integer"}, Description: "rows"}, "ETag": {Schema: str}, "Content-Disposition": {Schema: str}}}}
	}
	describe := func(id, path, summary string, params []*huma.Param, responses map[string]*huma.Response, statuses []int) {
		for status, r := range errorResponses(schemas, statuses) {
			responses[status] = r
		}
		o.AddOperation(&huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Parameters: params, Responses: responses})
	}
	exports := append([]int{501}, searchErrors...)

	formats, whole := []string{}, file("The file, or with manifest=1 its manifest")
	for _, f := range export.Formats() {
		formats = append(formats, f.Name)
		whole["200"].Content[f.MediaType] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Description: f.Description}}
	}
	describe("search-file", "/search.{format}", "The result set of a search page as a file: the export, with the query read as leniently as the page reads it",
		slices.Concat([]*huma.Param{{Name: "format", In: "path", Required: true, Description: "The kind of file.", Schema: &huma.Schema{Type: "string", Enum: anys(formats)}, Example: "csv"}}, exportParameters(), searchParameters()), whole, exports)

	for _, k := range feed.Kinds() {
		r := file("The feed: the newest of the result set by when they were first seen")
		delete(r["200"].Headers, "Content-Disposition")
		delete(r["200"].Headers, "X-Total-Count")
		r["200"].Content[k.MediaType] = &huma.MediaType{Schema: str}
		describe("search-"+strings.ReplaceAll(k.Ext, ".", "-"), "/search."+k.Ext, "A search as a feed to subscribe to", searchParameters(), r, searchErrors)
	}

	state := pathParameter("state", "The State's ISO 3166 code of three letters.", "KEN")
	for _, name := range matrix.Files() {
		r := file("The file")
		media := "text/csv; charset=utf-8; header=present"
		params := slices.Concat([]*huma.Param{state}, searchParameters())
		if strings.HasSuffix(name, ".xlsx") {
			media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		} else {
			params = slices.Insert(params, 1, bomParameter())
		}
		params = slices.DeleteFunc(params, func(p *huma.Param) bool { return p.Name == "country" })
		r["200"].Content[media] = &huma.MediaType{Schema: str}
		describe("state-"+strings.ReplaceAll(name, ".", "-"), "/country/{state}/"+name, map[string]string{
			"matrix.xlsx": "A State's implementation matrix, to be filled in and printed", "matrix.csv": "A State's implementation matrix as CSV", "impact-oss.csv": "A State's recommendations as IMPACT OSS imports them",
		}[name], params, r, append([]int{404}, exports...))
	}

	describe("data-dictionary", dictionaryPath, "The columns and formats of exports", nil,
		map[string]*huma.Response{"200": {Description: "The dictionary", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}}}, []int{304, 400, 429})
	describe("openapi", "/openapi.json", "This description", nil,
		map[string]*huma.Response{"200": {Description: "OpenAPI 3.1", Content: map[string]*huma.MediaType{openAPIMedia: {Schema: &huma.Schema{Type: "object"}}}}}, []int{304, 400, 429})

	if a.o.Pins == nil {
		return
	}
	id := pathParameter("id", "The number in the address of a pinned search.", "0123456789abcdef0123")
	id.Schema.Pattern = "^[0-9a-f]{20}$"
	describe("pin-json", "/q/{id}.json", "A pinned search: what it found then and finds now, and the differences page by page", []*huma.Param{
		id,
		{Name: "kind", In: "query", Description: "Only this kind of difference.", Schema: &huma.Schema{Type: "string", Enum: anys(kindNames())}, Example: "changed"},
		{Name: "limit", In: "query", Description: "Differences of one page; 0 gives counts only.", Schema: &huma.Schema{Type: "integer", Minimum: num(0), Maximum: num(pin.MaxPage), Default: 100}},
		{Name: "cursor", In: "query", Description: "The next of an earlier answer; it holds on the current and the previous snapshot.", Schema: str},
	}, map[string]*huma.Response{"200": {Description: "The pin, the comparison and a page of differences", Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(reflect.TypeFor[pin.Page](), true, "PinnedSearch")}},
		Headers: map[string]*huma.Param{"X-Snapshot": {Schema: str}, "ETag": {Schema: str}}}}, []int{304, 400, 404, 410, 429, 503})
	for ext, media := range map[string]string{"csv": "text/csv; charset=utf-8; header=present", "ndjson": "application/x-ndjson"} {
		params := []*huma.Param{id,
			{Name: "as", In: "query", Description: "`then`: the pinned records with the texts they had, and what became of each; `difference`: every difference; `now`: redirects to the same search today.", Schema: &huma.Schema{Type: "string", Enum: []any{"then", "difference", "now"}, Default: "then"}, Example: "then"},
			{Name: "lang", In: "query", Explode: yes(), Description: "Languages of the text, in order of preference; those of the search without it.", Schema: &huma.Schema{Type: "array", Items: str}},
		}
		if ext == "csv" {
			params = append(params, exportParameters()[0], bomParameter())
		}
		r := file("The file")
		r["200"].Content[media] = &huma.MediaType{Schema: str}
		r["303"] = &huma.Response{Description: "as=now: the same search today", Headers: map[string]*huma.Param{"Location": {Schema: str}}}
		describe("pin-"+ext, "/q/{id}."+ext, "The records of a pinned search, or its differences, as a file", params, r, []int{304, 400, 404, 429, 501, 503})
	}
	responses := errorResponses(schemas, []int{400, 403, 410, 413, 429, 501, 503})
	for status, r := range responses { // a form was sent by a person, who gets a page
		if r.Content != nil {
			r.Content = map[string]*huma.MediaType{problem.ContentType: r.Content[problem.ContentType], "text/html": {Schema: str}}
			responses[status] = r
		}
	}
	responses["303"] = &huma.Response{Description: "Pinned, now or before", Headers: map[string]*huma.Param{"Location": {Schema: str, Description: "the page of the pinned search; with .json behind it, the same for programs"}}}
	o.AddOperation(&huma.Operation{OperationID: "pin-search", Method: http.MethodPost, Path: "/q", Summary: "Pin a search, so that its number can be cited",
		Description: "From this site's own pages, or from a program that is no browser. The same search on the same snapshot gives the same pin.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: "object", Required: []string{"search"}, Properties: map[string]*huma.Schema{
				"search": {Type: "string", Description: "the parameters of the search, as in the address of its page"}}}, Example: map[string]string{"search": "q=torture&country=KEN"}},
			"application/x-www-form-urlencoded": {Schema: &huma.Schema{Type: "object", Description: "the parameters of the search"}},
		}}, Responses: responses})
}

func kindNames() []string {
	var out []string
	for _, k := range pin.Kinds() {
		out = append(out, string(k))
	}
	return out
}
