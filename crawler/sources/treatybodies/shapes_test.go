package treatybodies_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/sources/treatybodies"
)

// TestEvidencedShapes reads pages that others put together from what public programs show of the site: no headings, no lists of
// treaties and types, both variants of the page of a document.
func TestEvidencedShapes(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "sources", "samples", "wire_shapes")
	shape := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Skipf("the shapes are not beside the repository: %v", err)
		}
		return string(b)
	}
	list := strings.Replace(shape("tbsearch_page1.html"), "<strong>12</strong> items in <strong>2</strong> pages", "<strong>2</strong> items in <strong>1</strong> pages", 1)
	const first, second = "E/C.12/EXL/CO/6", "E/C.12/SMP/CO/2-3"
	pages := map[string]string{first: shape("download_page.variant_docstore.html"), second: shape("download_page.variant_downloaddraft.html")}
	page := func(symbol string) string {
		return "\xff\xfe" + utf16LE("<html><body><p>"+symbol+"</p><p>Distr.: General</p><p>Concluding observations</p><p><b>A.</b><b>Introduction</b></p>"+
			"<p>1.The Committee considered the report of the State party.</p><p>2.The Committee is concerned about rents.</p><p>3.The Committee recommends that the State party limit rents.</p></body></html>")
	}
	var database *site
	database = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		symbol := r.URL.Query().Get("symbolno")
		switch {
		case strings.HasSuffix(r.URL.Path, "TBSearch.aspx"):
			fmt.Fprint(w, list)
		case symbol != "":
			fmt.Fprint(w, strings.ReplaceAll(pages[symbol], "https://docstore.ohchr.org", database.url))
		case strings.HasSuffix(r.URL.Path, ".ashx") && r.URL.Query().Get("enc") == "PLACEHOLDER3+AAA==":
			fmt.Fprint(w, page(first))
		case strings.HasSuffix(r.URL.Path, "DownloadDraft.aspx") && r.URL.Query().Get("key") == "PLACEHOLDERKEY1==":
			fmt.Fprint(w, page(second))
		default:
			http.NotFound(w, r)
		}
	}))
	d := newDesk(t)
	src := d.source(t, database, nowhere(t), func(o *treatybodies.Options) {
		o.Committees = nil
		for _, c := range treatybodies.DefaultCommittees() {
			if c.Code == "CESCR" {
				o.Committees = append(o.Committees, c)
			}
		}
	})
	var got []string
	if _, err := src.Harvest(t.Context(), nil, func(it crawler.Item, err error) bool {
		if err != nil {
			t.Error(err)
		}
		got = append(got, it.Key)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, " ") != first+" "+second {
		t.Errorf("documents: %v", got)
	}
	if _, err := d.store.Document(t.Context(), uhri.Symbol(first), uhri.English); err != nil {
		t.Error(err)
	}
}

// utf16LE writes text of ASCII in UTF-16.
func utf16LE(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(0)
	}
	return b.String()
}
