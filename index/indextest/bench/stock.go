package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
	"uhri/index/query"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// stock is bleve used as its documentation says: an analysed text field, keyword fields with doc values, facets and
// highlighting of its own; built offline into one segment.
type stock struct{ ix bleve.Index }

func buildStock(ctx context.Context, dir string, g indextest.Generated) (peer, error) {
	m, err := stockMapping()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "index")
	b, err := bleve.NewBuilder(path, m, map[string]any{"batchSize": 10_000})
	if err != nil {
		return nil, err
	}
	for r := range g.Each() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		doc := map[string]any{"text": r.Texts[uhri.English].Full, "date": fmt.Sprintf("%08d", r.Date.Key())}
		for _, name := range append([]string{"body"}, indextest.BenchFacets[:]...) {
			f, _ := uhri.FacetByName(name)
			doc[name] = f.Of(r)
		}
		if err := b.Index(string(r.ID), doc); err != nil {
			return nil, err
		}
	}
	if err := b.Close(); err != nil {
		return nil, err
	}
	ix, err := bleve.Open(path)
	if err != nil {
		return nil, err
	}
	return &stock{ix}, nil
}

func stockMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	// As its "en" analyzer, without the stop list: the same words must be searched.
	err := m.AddCustomAnalyzer("english", map[string]any{"type": custom.Name, "tokenizer": unicode.Name,
		"token_filters": []string{en.PossessiveName, lowercase.Name, en.SnowballStemmerName}})
	if err != nil {
		return nil, err
	}
	doc := bleve.NewDocumentStaticMapping()
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.DocValues, text.IncludeInAll = "english", false, false
	doc.AddFieldMappingsAt("text", text)
	for _, name := range append([]string{"body", "date"}, indextest.BenchFacets[:]...) {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeTermVectors, f.IncludeInAll = keyword.Name, false, false, false
		doc.AddFieldMappingsAt(name, f)
	}
	all := bleve.NewDocumentDisabledMapping()
	doc.AddSubDocumentMapping("_all", all)
	m.DefaultMapping = doc
	return m, nil
}

func (s *stock) name() string { return "bleve" }

func (s *stock) close() error { return s.ix.Close() }

// stockQuery writes a tree as a query of bleve's.
func stockQuery(n query.Node) bq.Query {
	switch n := n.(type) {
	case query.Word:
		q := bleve.NewMatchQuery(n.Term)
		q.SetField("text")
		return q
	case query.Phrase:
		q := bleve.NewMatchPhraseQuery(strings.Join(n.Terms, " "))
		q.SetField("text")
		return q
	case query.Prefix:
		q := bleve.NewPrefixQuery(n.Stem)
		q.SetField("text")
		return q
	case query.Or:
		q := bleve.NewDisjunctionQuery()
		for _, k := range n.Kids {
			q.AddQuery(stockQuery(k))
		}
		return q
	case query.And:
		q := bleve.NewBooleanQuery()
		for _, k := range n.Kids {
			if not, ok := k.(query.Not); ok {
				q.AddMustNot(stockQuery(not.Kid))
			} else {
				q.AddMust(stockQuery(k))
			}
		}
		return q
	}
	return bleve.NewMatchAllQuery()
}

func (s *stock) run(ctx context.Context, c indextest.Case, sort index.Sort, facets []string) (int, error) {
	p, err := index.Prepare(c.Request)
	if err != nil {
		return 0, err
	}
	q := stockQuery(p.Tree)
	var filters []bq.Query
	for _, f := range p.Request.Filters {
		any := bleve.NewDisjunctionQuery()
		for _, v := range f.Values {
			t := bleve.NewTermQuery(v)
			t.SetField(f.Facet)
			any.AddQuery(t)
		}
		filters = append(filters, any)
	}
	if !p.Request.From.IsZero() {
		yes := true
		r := bleve.NewTermRangeInclusiveQuery(fmt.Sprintf("%08d", p.Request.From.Key()), fmt.Sprintf("%08d", p.Request.To.Last().Key()), &yes, &yes)
		r.SetField("date")
		filters = append(filters, r)
	}
	if len(filters) > 0 {
		b := bleve.NewBooleanQuery()
		b.AddMust(q)
		b.AddFilter(bleve.NewConjunctionQuery(filters...))
		q = b
	}
	req := bleve.NewSearchRequestOptions(q, 20, 0, false)
	if sort == index.SortNewest {
		req.SortBy([]string{"-date", "_id"})
	}
	for _, f := range facets {
		req.AddFacet(f, bleve.NewFacetRequest(f, 500))
	}
	req.Highlight = bleve.NewHighlightWithStyle("html")
	req.Highlight.AddField("text")
	req.Fields = []string{"text"}
	res, err := s.ix.SearchInContext(ctx, req)
	if err != nil {
		return 0, err
	}
	return int(res.Total), nil
}
