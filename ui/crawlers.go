package ui

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index"
)

// sitemapSize is the most addresses one sitemap may list; the protocol says 50,000.
const sitemapSize = 50_000

// robots keeps search engines off what has no end: searches, pins, exports. A demonstration is kept out of them whole.
func (u *UI) robots(c echo.Context) error {
	lines := []string{"User-agent: *"}
	if u.o.Demo {
		lines = append(lines, "Disallow: /")
	} else {
		lines = append(lines, "Disallow: /search", "Disallow: /q/", "Disallow: /api/v1/", "Disallow: /data/", "Disallow: /country/*/", "Disallow: /*?", "Allow: /static/", "", "Sitemap: "+u.base(c)+"/sitemap.xml")
	}
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(strings.Join(lines, "\n")+"\n"))
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Template string `xml:"template,attr"`
}

type openSearch struct {
	XMLName       xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName     string
	Description   string
	InputEncoding string
	URLs          []openSearchURL `xml:"Url"`
}

// openSearch lets a browser search the portal from its own search box.
func (u *UI) openSearch(c echo.Context) error {
	name := u.words.Text("site.name")
	if u.o.Demo {
		name += " (demo)"
	}
	body, err := xml.MarshalIndent(openSearch{ShortName: name, Description: u.words.Text("home.description"), InputEncoding: "UTF-8",
		URLs: []openSearchURL{{"text/html", u.base(c) + "/search?q={searchTerms}"}, {"application/json", u.base(c) + "/api/v1/recommendations?q={searchTerms}"}}}, "", " ")
	if err != nil {
		return fmt.Errorf("describing the search: %w", err)
	}
	return c.Blob(http.StatusOK, "application/opensearchdescription+xml; charset=utf-8", append([]byte(xml.Header), body...))
}

type sitemapEntry struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

type sitemapIndexFile struct {
	XMLName xml.Name       `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Parts   []sitemapEntry `xml:"sitemap"`
}

// sitemapIndex lists the sitemaps: browsing pages, documents, records. A demonstration has none.
func (u *UI) sitemapIndex(c echo.Context) error {
	if u.o.Demo {
		return uhri.Errorf(uhri.NotFound, "sitemap", "a demonstration has no sitemap")
	}
	ctx := c.Request().Context()
	res, err := u.o.Searcher.Search(ctx, index.Request{Facets: []string{"symbol"}, FacetLimit: 1})
	if err != nil {
		return err
	}
	var f sitemapIndexFile
	add := func(kind string, n int) {
		for part := 1; part <= (n+sitemapSize-1)/sitemapSize; part++ {
			f.Parts = append(f.Parts, sitemapEntry{Loc: u.base(c) + "/sitemap/" + kind + "-" + strconv.Itoa(part) + ".xml", LastMod: res.Snapshot.Created.UTC().Format(time.RFC3339)})
		}
	}
	add("pages", 1)
	for _, facet := range res.Facets {
		add("documents", facet.Distinct)
	}
	add("records", res.Total)
	body, err := xml.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing the sitemap: %w", err)
	}
	return c.Blob(http.StatusOK, "application/xml; charset=utf-8", append([]byte(xml.Header), body...))
}

// sitemap writes one of them, "records-3.xml".
func (u *UI) sitemap(c echo.Context) error {
	kind, rest, _ := strings.Cut(strings.TrimSuffix(c.Param("part"), ".xml"), "-")
	part, err := strconv.Atoi(rest)
	if u.o.Demo || err != nil || part < 1 {
		return uhri.Errorf(uhri.NotFound, "sitemap", "there is no such sitemap")
	}
	ctx := c.Request().Context()
	skip := (part - 1) * sitemapSize
	var entries []sitemapEntry
	add := func(to string, changed time.Time) {
		e := sitemapEntry{Loc: u.base(c) + to}
		if !changed.IsZero() {
			e.LastMod = changed.UTC().Format(time.DateOnly)
		}
		entries = append(entries, e)
	}
	switch kind {
	case "pages":
		for _, to := range []string{"/", "/sdg", "/country", "/theme", "/group", "/mechanism", "/recommending", "/methodology", "/data-dictionary", "/api", "/status", "/help", "/accessibility", "/privacy"} {
			add(to, time.Time{})
		}
		for _, a := range u.help.chapters[1:] {
			add("/help/"+a.Slug, time.Time{})
		}
		res, err := u.o.Searcher.Search(ctx, index.Request{Facets: []string{"goal", "sdg", "country", "theme", "group", "mechanism", "body", "recommending_state"}, FacetLimit: 0})
		if err != nil {
			return err
		}
		for _, f := range res.Facets {
			for _, v := range f.Values {
				add(valueURL(f.Name, v.Value), time.Time{})
			}
		}
	case "documents":
		res, err := u.o.Searcher.Search(ctx, index.Request{Facets: []string{"symbol"}, FacetLimit: 0})
		if err != nil {
			return err
		}
		changed, err := u.changed.of(res.Snapshot.ID, func() (map[uhri.Symbol]time.Time, error) { return u.documentsChanged(ctx, res.Snapshot.ID) })
		if err != nil {
			return err
		}
		for _, f := range res.Facets {
			for i, v := range f.Values {
				if i >= skip && i < skip+sitemapSize {
					add(documentURL(uhri.Symbol(v.Value)), changed[uhri.Symbol(v.Value)])
				}
			}
		}
	case "records":
		n := 0
		var bad error
		err := u.o.Searcher.Stream(ctx, index.Request{Sort: index.SortOldest}, func(row index.Row) bool {
			if n++; n <= skip {
				return true
			}
			var r changedRow
			if bad = json.Unmarshal(row.JSON(), &r); bad != nil {
				return false
			}
			add(recordURL(r.ID), r.Provenance.LastChanged)
			return len(entries) < sitemapSize
		})
		if err != nil {
			return err
		}
		if bad != nil {
			return fmt.Errorf("listing records: %w", bad)
		}
	}
	if len(entries) == 0 {
		return uhri.Errorf(uhri.NotFound, "sitemap", "there is no such sitemap")
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/xml; charset=utf-8")
	c.Response().WriteHeader(http.StatusOK)
	w := bufio.NewWriter(c.Response())
	fmt.Fprint(w, xml.Header, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	enc := xml.NewEncoder(w)
	for _, e := range entries {
		if err := enc.EncodeElement(e, xml.StartElement{Name: xml.Name{Local: "url"}}); err != nil {
			return fmt.Errorf("writing the sitemap: %w", err)
		}
	}
	fmt.Fprint(w, "</urlset>")
	return w.Flush()
}

// changedRow is what a sitemap needs of a record.
type changedRow struct {
	ID         uhri.ID     `json:"id"`
	Symbol     uhri.Symbol `json:"symbol"`
	Provenance struct {
		LastChanged time.Time `json:"last_changed"`
	} `json:"provenance"`
}

// documentsChanged is when the newest change of a document's passages was taken in, by symbol. It reads everything.
func (u *UI) documentsChanged(ctx context.Context, snapshot string) (map[uhri.Symbol]time.Time, error) {
	changed := map[uhri.Symbol]time.Time{}
	var bad error
	err := u.o.Searcher.Stream(ctx, index.Request{Snapshot: snapshot}, func(row index.Row) bool {
		var r changedRow
		if bad = json.Unmarshal(row.JSON(), &r); bad != nil {
			return false
		}
		if r.Provenance.LastChanged.After(changed[r.Symbol]) {
			changed[r.Symbol] = r.Provenance.LastChanged
		}
		return true
	})
	if err == nil && bad != nil {
		err = fmt.Errorf("listing documents: %w", bad)
	}
	return changed, err
}
