package ui

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"uhri"
	"uhri/api/pin"
	"uhri/index"
)

// Every template renders its page with nothing in it: no list may need a first element.
func TestPagesWithNothing(t *testing.T) {
	u, err := New(options(false))
	if err != nil {
		t.Fatal(err)
	}
	f := Frame{words: u.words, Title: "Nothing"}
	asked := index.Request{Limit: index.DefaultLimit, FacetLimit: -1}
	empty := map[string]any{
		"home":        &HomePage{Frame: f},
		"search":      &SearchPage{Frame: f, Asked: asked, At: searchAt(asked), Result: &index.Result{}, u: u},
		"record":      &RecordPage{Frame: f, R: &uhri.Recommendation{}, u: u},
		"document":    &DocumentPage{Frame: f, Result: &index.Result{Hits: []index.Hit{{Record: &uhri.Recommendation{}}}}, u: u},
		"gone":        &GonePage{Frame: f, Tomb: uhri.Tombstone{Kind: uhri.TombSuppressed}},
		"notice":      noticePage{Frame: f, Status: 404},
		"status":      &StatusPage{Frame: f},
		"waiting":     &WaitingPage{Frame: f},
		"help":        &HelpPage{Frame: f, Article: &Article{}},
		"profile":     &ProfilePage{Frame: f, Plan: profilePlans["country"], Value: "KEN", At: searchAt(asked), list: searchAt(asked), u: u},
		"overview":    &IndexPage{Frame: f},
		"methodology": &MethodologyPage{Frame: f, Article: &Article{}},
		"reference":   &ReferencePage{Frame: f},
		"dictionary":  &DictionaryPage{Frame: f},
		"data":        &DataPage{Frame: f},
		"changes":     &ChangesPage{Frame: f},
		"list":        &ListPage{Frame: f},
		"pin":         &PinPage{Frame: f, Pin: &pin.Pin{}, Now: &pin.Comparison{}, At: searchAt(asked), u: u},
	}
	for name, tmpl := range u.pages {
		page, ok := empty[name]
		if !ok {
			t.Errorf("no empty page for template %s", name)
			continue
		}
		var b bytes.Buffer
		if err := tmpl.ExecuteTemplate(&b, "base.html", page); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		doc := parse(t, b.String())
		if doc.Find("h1").Length() != 1 {
			t.Errorf("%s: %d h1", name, doc.Find("h1").Length())
		}
		if n := doc.Find("main ul:empty, main ol:empty, main tbody:empty, main dl:empty").Length(); n > 0 {
			t.Errorf("%s: %d lists stand empty", name, n)
		}
		if strings.Contains(b.String(), "⟦") {
			t.Errorf("%s: a text is missing: %s", name, regexp.MustCompile(`⟦[^⟧]*⟧`).FindString(b.String()))
		}
	}
}

// Every query the manual shows is read without a repair, and so is every example of the home page.
func TestExamplesAreRead(t *testing.T) {
	src, err := helpFiles.ReadFile("help/10-query.md")
	if err != nil {
		t.Fatal(err)
	}
	queries := []string{"torture prison", `"rule of law"`, "sdg:5.2 year:2018..2024"}
	for _, e := range examples {
		queries = append(queries, e.query)
	}
	for _, line := range strings.Split(string(src), "\n") {
		cell, _, table := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !table || !strings.HasPrefix(line, "| `") {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
			if !strings.Contains(m[1], "…") {
				queries = append(queries, m[1])
			}
		}
	}
	if len(queries) < 25 {
		t.Fatalf("only %d examples found", len(queries))
	}
	for _, q := range queries {
		if _, err := corpora()[false].Search(t.Context(), index.Request{Query: q, Strict: true}); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
}
