package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/yuin/goldmark"

	"uhri"
	"uhri/index"
)

// What these two operations have in common are the parameters of every search; they are explained once.
const (
	sharedParameters = "/api/v1/recommendations"
	otherSearch      = "/api/v1/facets/{name}"
)

// openAPI is as much of an OpenAPI 3.1 document as the reference shows.
type openAPI struct {
	Info struct {
		Title, Version, Description string
	}
	Paths map[string]map[string]struct {
		Summary, Description string
		Parameters           []openParameter
		RequestBody          *struct {
			Content map[string]struct{ Example any }
		}
		Responses map[string]struct {
			Description string
		}
	}
}

type openParameter struct {
	Name, In, Description string
	Required              bool
	Example               any
	Schema                struct {
		Type    any
		Enum    []any
		Default any
		Minimum *float64
		Maximum *float64
		Example any
		Items   struct{ Enum []any }
	}
}

// ReferencePage is the API's description for people.
type ReferencePage struct {
	Frame
	API        string
	About      template.HTML
	Operations []Operation
	Shared     []Parameter
}

// Operation is one address of the API.
type Operation struct {
	ID         string
	Method     string
	Path       string
	Summary    string
	About      template.HTML
	Parameters []Parameter
	Searches   bool // takes the parameters of every search too
	Example    string
	Body       string // an example, in JSON; "" where nothing is sent
	Answers    []Answer
}

// Parameter is one parameter.
type Parameter struct {
	Name     string
	Required bool
	Type     string
	Values   string
	About    template.HTML
	Example  string
}

// Answer is one status and what it means.
type Answer struct{ Status, About string }

func (u *UI) reference(c echo.Context) error {
	p := &ReferencePage{Frame: u.frame(c, "", u.words.Text("reference.title"))}
	p.JSON = "/openapi.json"
	p.Description = u.words.Text("reference.description")
	if len(u.o.OpenAPI) == 0 {
		return uhri.Errorf(uhri.Unsupported, "reference", "this installation has no API")
	}
	live, err := u.examplesHere(c.Request().Context())
	if err != nil {
		return err
	}
	if err := readOpenAPI(u.o.OpenAPI, p, live); err != nil {
		return err
	}
	p.describe("Article")
	return u.render(c, http.StatusOK, "reference", p)
}

// examplesHere are values of parameters that name something of this collection, so that the examples answer: the
// identifier and the document of its newest passage.
func (u *UI) examplesHere(ctx context.Context) (map[string]string, error) {
	res, err := u.o.Searcher.Search(ctx, all().With("symbol", index.None, uhri.ValueUnknown).Sort(index.SortNewest).Limit(1).Request())
	if uhri.KindOf(err) == uhri.Unavailable || err == nil && len(res.Hits) == 0 {
		return nil, nil // nothing is published yet, or nothing has a document
	}
	if err != nil {
		return nil, err
	}
	r := res.Hits[0].Record
	return map[string]string{"id": string(r.ID), "symbol": string(r.Symbol)}, nil
}

// readOpenAPI fills the page from the document, operations by path. live are examples better than the document's own.
func readOpenAPI(doc []byte, p *ReferencePage, live map[string]string) error {
	var api openAPI
	if err := json.Unmarshal(doc, &api); err != nil {
		return fmt.Errorf("reading the API's description: %w", err)
	}
	p.API = api.Info.Title
	var err error
	if p.About, err = prose(api.Info.Description); err != nil {
		return err
	}
	shared := map[string]bool{}
	for _, par := range api.Paths[sharedParameters]["get"].Parameters {
		if !slices.ContainsFunc(api.Paths[otherSearch]["get"].Parameters, func(o openParameter) bool { return o.Name == par.Name }) {
			continue
		}
		shared[par.Name] = true
		v, err := parameter(par)
		if err != nil {
			return err
		}
		p.Shared = append(p.Shared, v)
	}
	paths := make([]string, 0, len(api.Paths))
	for path := range api.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		for _, method := range []string{"get", "post"} {
			op, ok := api.Paths[path][method]
			if !ok {
				continue
			}
			o := Operation{ID: anchor(method + path), Method: strings.ToUpper(method), Path: path, Summary: op.Summary}
			if o.About, err = prose(op.Description); err != nil {
				return err
			}
			example := path
			query := url.Values{}
			// What takes q takes the rest of a search too; elsewhere a parameter of the same name is another.
			o.Searches = slices.ContainsFunc(op.Parameters, func(par openParameter) bool { return par.Name == "q" })
			if op.RequestBody != nil {
				if ex := op.RequestBody.Content["application/json"].Example; ex != nil {
					b, err := json.Marshal(ex)
					if err != nil {
						return fmt.Errorf("reading the API's description: %w", err)
					}
					o.Body = string(b)
				}
			}
			for _, par := range op.Parameters {
				if o.Searches && shared[par.Name] && !par.Required {
					continue
				}
				v, err := parameter(par)
				if err != nil {
					return err
				}
				if here := live[par.Name]; here != "" {
					v.Example = here
				}
				o.Parameters = append(o.Parameters, v)
				if v.Example == "" {
					continue
				}
				if par.In == "path" {
					example = strings.ReplaceAll(example, "{"+par.Name+"}", url.PathEscape(v.Example))
				} else if par.Required {
					query.Set(par.Name, v.Example)
				}
			}
			if path == sharedParameters {
				query.Set("q", "torture")
				query.Set("limit", "2")
			}
			if method == "get" && !strings.Contains(example, "{") {
				o.Example = example
				if len(query) > 0 {
					o.Example += "?" + query.Encode()
				}
			}
			for status, a := range op.Responses {
				o.Answers = append(o.Answers, Answer{status, a.Description})
			}
			slices.SortFunc(o.Answers, func(a, b Answer) int { return strings.Compare(a.Status, b.Status) })
			p.Operations = append(p.Operations, o)
		}
	}
	return nil
}

func parameter(par openParameter) (Parameter, error) {
	v := Parameter{Name: par.Name, Required: par.Required}
	switch t := par.Schema.Type.(type) {
	case string:
		v.Type = t
	case []any:
		v.Type = fmt.Sprint(t[0])
	}
	for _, e := range slices.Concat(par.Schema.Enum, par.Schema.Items.Enum) {
		v.Values += fmt.Sprint(e) + " "
	}
	if par.Schema.Minimum != nil && par.Schema.Maximum != nil {
		v.Values = fmt.Sprintf("%.0f–%.0f", *par.Schema.Minimum, *par.Schema.Maximum)
	}
	v.Values = strings.TrimSpace(v.Values)
	example := par.Example
	if example == nil {
		example = par.Schema.Example
	}
	if list, ok := example.([]any); ok && len(list) > 0 {
		example = list[0]
	}
	if example != nil {
		v.Example = fmt.Sprint(example)
	}
	var err error
	v.About, err = prose(par.Description)
	return v, err
}

// prose renders a description, which is Markdown of our own.
func prose(s string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(s), &b); err != nil {
		return "", fmt.Errorf("rendering a description: %w", err)
	}
	return template.HTML(b.String()), nil
}

// anchor is a name for a place on the page.
func anchor(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
}

// DictionaryPage is the data dictionary: the columns of the exports and the facets.
type DictionaryPage struct {
	Frame
	Columns []Column
	Facets  []FacetEntry
}

// FacetEntry is one facet and its values.
type FacetEntry struct {
	*uhri.Facet
	Values []Choice
	More   int
	Open   bool // an open vocabulary
}

// dictionaryValues is how many values of a facet are listed; the API lists all.
const dictionaryValues = 25

func (u *UI) dictionary(c echo.Context) error {
	p := &DictionaryPage{Frame: u.frame(c, "", u.words.Text("dictionary.title")), Columns: u.o.Columns}
	p.Description = u.words.Text("dictionary.description")
	if len(p.Columns) > 0 {
		p.JSON = "/data-dictionary.json"
	}
	for _, f := range uhri.Facets() {
		e := FacetEntry{Facet: f, Open: len(f.Vocabulary()) == 0}
		for i, v := range f.Vocabulary() {
			if i == dictionaryValues {
				e.More = len(f.Vocabulary()) - i
				break
			}
			e.Values = append(e.Values, Choice{Value: v, Label: f.ValueLabel(v)})
		}
		p.Facets = append(p.Facets, e)
	}
	p.describe("Article")
	return u.render(c, http.StatusOK, "dictionary", p)
}
