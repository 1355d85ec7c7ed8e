package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"uhri"
	"uhri/api"
	"uhri/api/problem"
)

// TestAnswersFitTheirDescription validates real answers of every operation, good and bad, against the schemas that
// /openapi.json promises.
func TestAnswersFitTheirDescription(t *testing.T) {
	log := changeLog{{Seq: 1, Kind: uhri.Added, ID: "a", Source: "uhri/en"}, {Seq: 2, Kind: uhri.Changed, ID: "a", Source: "uhri/en", Lang: "en", OldText: "x", NewText: "y"}}
	a := newAPI(t, newCollection(), func(o *api.Options) {
		o.Changes = log
		o.Sources = sources{{Source: "uhri/en", State: uhri.OK, Records: 45, Last: &uhri.Run{ID: 1, Source: "uhri/en", State: uhri.OK}}, {Source: "upr", State: uhri.NeverRun}}
	})
	spec := get(t, a, "/openapi.json").Body.Bytes()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	var paths struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Content map[string]any }
		}
	}
	if err := json.Unmarshal(spec, &paths); err != nil {
		t.Fatal(err)
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
	seen := map[string]bool{}
	tests := []struct {
		path, method, target, body string
		status                     string
	}{
		{"/api/v1/recommendations", "get", "?q=prison&facets=*&highlight=1&explain=1&origin=publisher&country=KEN&theme.all=unknown", "", "200"},
		{"/api/v1/recommendations", "get", "?limit=45", "", "200"},
		{"/api/v1/recommendations", "get", "?q=zebra&from=2001&to=2020-02", "", "200"},
		{"/api/v1/recommendations", "get", "?contry=KEN", "", "400"},
		{"/api/v1/recommendations", "get", "?snapshot=2001-01-01.1", "", "410"},
		{"/api/v1/recommendations/{id}", "get", "/00000000-0000-4000-8000-000000000009", "", "200"},
		{"/api/v1/recommendations/{id}", "get", "/nobody", "", "404"},
		{"/api/v1/recommendations/{id}", "get", "/00000000-0000-4000-8000-00000000dead", "", "410"},
		{"/api/v1/recommendations/lookup", "post", "", `{"ids":["00000000-0000-4000-8000-000000000009","00000000-0000-4000-8000-00000000dead","00000000-0000-4000-8000-00000000face"],"symbols":["A/HRC/1/1"]}`, "200"},
		{"/api/v1/recommendations/lookup", "post", "", `{}`, "400"},
		{"/api/v1/recommendations/export", "get", "?format=docx", "", "400"},
		{"/api/v1/documents", "get", "?symbol=CAT/C/KEN/CO/2", "", "200"},
		{"/api/v1/documents", "get", "", "", "400"},
		{"/api/v1/documents", "get", "?symbol=A/HRC/99/9", "", "404"},
		{"/api/v1/facets/{name}", "get", "/session", "", "200"},
		{"/api/v1/facets/{name}", "get", "/nope", "", "404"},
		{"/api/v1/changes", "get", "?limit=1", "", "200"},
		{"/api/v1/changes", "get", "?limit=x", "", "400"},
		{"/api/v1/status", "get", "", "", "200"},
	}
	for _, tt := range tests {
		target := strings.Split(tt.path, "/{")[0] + tt.target
		w := ask(t, a, strings.ToUpper(tt.method), target, tt.body, "Content-Type", "application/json")
		if got := http.StatusText(w.Code); got == "" || !strings.HasPrefix(w.Result().Status, tt.status) {
			t.Errorf("%s: %d, want %s: %s", target, w.Code, tt.status, w.Body)
			continue
		}
		media := "application/json"
		if tt.status != "200" {
			media = problem.ContentType
		}
		responses := paths.Paths[tt.path][tt.method].Responses
		if _, ok := responses[tt.status].Content[media]; !ok {
			t.Errorf("%s %s does not describe %s as %s", tt.method, tt.path, tt.status, media)
			continue
		}
		seen[tt.path] = true
		schema, err := c.Compile("openapi.json#/paths/" + escape(tt.path) + "/" + tt.method + "/responses/" + tt.status + "/content/" + escape(media) + "/schema")
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		answer, err := jsonschema.UnmarshalJSON(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(answer); err != nil {
			t.Errorf("%s does not fit its description: %#v", target, err)
		}
	}
	for path := range paths.Paths {
		if !seen[path] && strings.HasPrefix(path, api.Base) {
			t.Errorf("%s is never asked here", path)
		}
	}
}
