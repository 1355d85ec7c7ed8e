package ui

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// The page of the API lists, for every operation, every parameter the description has: its own, or those of every search.
func TestReferenceIsWhole(t *testing.T) {
	o := options(false)
	srv := site(t, o)
	_, body := get(t, srv, "/api")
	doc := parse(t, body)
	var described openAPI
	if err := json.Unmarshal(o.OpenAPI, &described); err != nil {
		t.Fatal(err)
	}
	names := func(s *goquery.Selection) (out []string) {
		s.Find("dl.params dt code").Each(func(_ int, c *goquery.Selection) { out = append(out, c.Text()) })
		return out
	}
	shared := names(doc.Find("#parameters"))
	operations := 0
	for path, methods := range described.Paths {
		for method, op := range methods {
			operations++
			section := doc.Find("#" + anchor(method+path))
			all := names(section)
			if section.Find(`a[href="#parameters"]`).Length() > 0 {
				all = append(all, shared...)
			}
			listed := map[string]bool{}
			for _, name := range all {
				listed[name] = true
			}
			for _, par := range op.Parameters {
				if !listed[par.Name] {
					t.Errorf("%s %s: %s is not on the page", method, path, par.Name)
				}
				delete(listed, par.Name)
			}
			if strings.HasPrefix(path, "/country/") {
				delete(listed, "country") // the State is in the address
			}
			if len(listed) > 0 {
				t.Errorf("%s %s: the page has more parameters: %v", method, path, listed)
			}
			if method == "post" && section.Find("code").FilterFunction(func(_ int, c *goquery.Selection) bool { return strings.HasPrefix(c.Text(), "{") }).Length() != 1 {
				t.Errorf("%s says not what to send", path)
			}
		}
	}
	if n := doc.Find("main section[id]").Length(); n != operations+1 {
		t.Errorf("%d sections for %d operations", n, operations)
	}
	// Each example is an address that is read without a fault.
	doc.Find(`main section p a[href^="/"]`).Each(func(_ int, a *goquery.Selection) {
		if _, err := url.Parse(a.AttrOr("href", "")); err != nil || strings.Contains(a.AttrOr("href", ""), "{") {
			t.Errorf("example %s: %v", a.AttrOr("href", ""), err)
		}
	})
	if !strings.Contains(body, "/api/v1/documents?symbol=") {
		t.Error("the example of a document names none")
	}
}
