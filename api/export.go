package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"uhri/api/export"
	"uhri/api/problem"
)

// exported is the answer of an export, which writes itself.
type exported struct {
	Body func(huma.Context)
}

// export answers with a whole result set as a file.
func (a *API) export(ctx context.Context, c *call) (*exported, error) {
	if len(c.bad) > 0 {
		return nil, a.invalid(c, c.bad)
	}
	return &exported{Body: func(huma.Context) {
		r := c.echo.Request()
		if isHead(ctx) {
			r = r.Clone(ctx)
			r.Method = http.MethodHead
		}
		if p := a.o.Exports.Serve(c.echo.Response(), r, c.params.Get("format"), true); p != nil {
			a.refuse(c.echo.Response(), r, a.noted(ctx, c, p))
		}
	}}, nil
}

// addExport registers the export, whose answer is one of several kinds of file.
func (a *API) addExport() {
	schemas := a.huma.OpenAPI().Components.Schemas
	var formats []string
	files := map[string]*huma.MediaType{}
	for _, f := range export.Formats() {
		formats = append(formats, f.Name)
		files[f.MediaType] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Description: f.Description}}
	}
	op := huma.Operation{
		OperationID: "export", Method: http.MethodGet, Path: Base + "/recommendations/export",
		Summary:     "A whole result set as a file",
		Description: "Streams every match, however many, from one snapshot; the same request on the same snapshot gives the same bytes. limit, page, cursor and facets have no effect. A file that could not be finished ends with a broken connection. Two exports run at a time for one address. With manifest=1 the answer is the file's manifest: query, snapshot, rows, SHA-256, columns, rights, citation.",
		Parameters:  slices.Concat([]*huma.Param{{Name: "format", In: "query", Required: true, Description: "The kind of file.", Schema: &huma.Schema{Type: "string", Enum: anys(formats)}, Example: "csv"}}, exportParameters(), searchParameters()),
		Responses:   errorResponses(schemas, append([]int{501}, searchErrors...)),
	}
	str := &huma.Schema{Type: "string"}
	op.Responses["200"] = &huma.Response{Description: "The file, or with manifest=1 its manifest", Content: files, Headers: map[string]*huma.Param{
		"X-Snapshot": {Schema: str}, "X-Total-Count": {Schema: &huma.Schema{Type: "integer"}, Description: "rows"}, "ETag": {Schema: str}, "Content-Disposition": {Schema: str}, "Link": {Schema: str, Description: "rel=describedby: the manifest"},
	}}
	schemas.Schema(reflect.TypeFor[export.Manifest](), true, "Manifest")
	huma.Register(a.huma, op, a.export)
}

// exportParameters are those an export reads beside a search's and its format.
func exportParameters() []*huma.Param {
	return []*huma.Param{
		{Name: "columns", In: "query", Explode: yes(), Description: "Columns of a table, in order; repeat it for several. Without it tables have the usual columns, and NDJSON and JSON whole records. The data dictionary describes them.",
			Schema: &huma.Schema{Type: "array", Items: &huma.Schema{Type: "string", Enum: anys(export.ColumnNames())}}, Example: []string{"id", "text"}},
		bomParameter(),
		{Name: "manifest", In: "query", Description: "Answer with the file's manifest instead of the file.", Schema: &huma.Schema{Type: "boolean"}},
	}
}

func bomParameter() *huma.Param {
	return &huma.Param{Name: "bom", In: "query", Description: "CSV begins with a byte order mark, as Excel needs to read UTF-8.", Schema: &huma.Schema{Type: "boolean"}}
}

// noted gives a problem what every problem of a call carries.
func (a *API) noted(ctx context.Context, c *call, p *problem.Problem) *problem.Problem {
	if q, ok := a.fail(ctx, c, p).(*problem.Problem); ok {
		return q
	}
	return p
}
