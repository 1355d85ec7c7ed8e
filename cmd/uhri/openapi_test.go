package main

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDescriptionHolds asks a service everything its OpenAPI description describes, with each example it gives and without: every answer
// has a status and a media type that are described, and none is an error of ours. A validator reads the description where there is one.
func TestDescriptionHolds(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 60, nil), "--data", data)
	base := startServe(t, data, serveOptions{noHarvest: true}, nil)
	_, spec := get(t, base+"/openapi.json")
	_, pin, _ := post(t, base+"/q", "application/json", `{"search": "q=torture"}`)
	inPath := map[string]string{"id": "00000000-0000-4000-8000-000000000007", "state": "KEN", "name": "theme", "format": "ndjson", "pin": strings.TrimPrefix(pin, "/q/")}

	type operation struct {
		Parameters []struct {
			Name, In string
			Required bool
			Example  any
			Schema   struct{ Enum []any }
		}
		RequestBody *struct {
			Content map[string]struct{ Example any }
		}
		Responses map[string]struct{ Content map[string]any }
	}
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	asked := 0
	check := func(op operation, method, address, media, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			r.Header.Set("Content-Type", media)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		described, ok := op.Responses[res.Status[:3]]
		got, params, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
		fits := len(described.Content) == 0 && (len(answer) == 0 || res.StatusCode >= 300 && res.StatusCode < 400)
		for name := range described.Content {
			want, wanted, _ := mime.ParseMediaType(name)
			same := want == got
			for k, v := range wanted {
				same = same && params[k] == v
			}
			fits = fits || same
		}
		if !ok || !fits || res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s %s answers %d %s, which is not described: %.300s", method, address, res.StatusCode, res.Header.Get("Content-Type"), answer)
		}
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			address, required := path, url.Values{}
			var optional []url.Values
			for _, p := range op.Parameters {
				switch {
				case p.In == "path" && p.Name == "id" && strings.HasPrefix(path, "/q/"):
					address = strings.ReplaceAll(address, "{id}", inPath["pin"])
				case p.In == "path":
					address = strings.ReplaceAll(address, "{"+p.Name+"}", inPath[p.Name])
				default:
					values := url.Values{}
					switch ex := p.Example.(type) {
					case string:
						values.Set(p.Name, ex)
					case []any:
						for _, e := range ex {
							values.Add(p.Name, e.(string))
						}
					}
					if p.Required {
						for k, v := range values {
							required[k] = v
						}
					} else if len(values) > 0 {
						optional = append(optional, values)
					}
				}
			}
			if strings.Contains(address, "{") {
				t.Fatalf("%s has a parameter this test does not know", address)
			}
			if method == "post" {
				for media, content := range op.RequestBody.Content {
					if content.Example == nil {
						continue
					}
					b, err := json.Marshal(content.Example)
					if err != nil {
						t.Fatal(err)
					}
					check(op, http.MethodPost, base+address, media, string(b))
				}
				check(op, http.MethodPost, base+address, "application/json", "{")
				continue
			}
			check(op, http.MethodGet, base+address+"?"+required.Encode(), "", "")
			for _, one := range optional {
				for k, v := range required {
					one[k] = v
				}
				check(op, http.MethodGet, base+address+"?"+one.Encode(), "", "")
			}
			required.Set("no_such_parameter", "1")
			check(op, http.MethodGet, base+address+"?"+required.Encode(), "", "")
		}
	}
	if asked < 100 {
		t.Errorf("only %d questions were asked", asked)
	}
	// What the service answers and does not describe would be found by nobody.
	for _, path := range []string{"/search.{format}", "/search.atom", "/search.feed.json", "/country/{state}/matrix.xlsx", "/q", "/q/{id}.json", "/q/{id}.csv", "/data-dictionary.json", "/api/v1/changes"} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	t.Run("validator", func(t *testing.T) {
		python, err := exec.LookPath("python3")
		if err != nil || exec.CommandContext(t.Context(), python, "-c", "import openapi_spec_validator").Run() != nil {
			t.Skip("openapi-spec-validator is not installed")
		}
		file := filepath.Join(dir, "openapi.json")
		if err := os.WriteFile(file, []byte(spec), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), python, "-m", "openapi_spec_validator", file).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out[:min(len(out), 4000)])
		}
	})
}
