package indextest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/query"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Run holds an engine to the contract of package index. open returns an engine without a snapshot; closing it is the
// suite's business.
func Run(t *testing.T, open func(testing.TB) index.Engine) {
	t.Run("Queries", func(t *testing.T) { testQueries(t, open) })
	t.Run("Filters", func(t *testing.T) { testFilters(t, open) })
	t.Run("Facets", func(t *testing.T) { testFacets(t, open) })
	t.Run("Orders", func(t *testing.T) { testOrders(t, open) })
	t.Run("Highlighting", func(t *testing.T) { testHighlighting(t, open) })
	t.Run("Reading", func(t *testing.T) { testReading(t, open) })
	t.Run("Suggestions", func(t *testing.T) { testSuggestions(t, open) })
	t.Run("Paging", func(t *testing.T) { testPaging(t, open) })
	t.Run("Snapshots", func(t *testing.T) { testSnapshots(t, open) })
	t.Run("Get", func(t *testing.T) { testGet(t, open) })
	t.Run("gone", func(t *testing.T) { testGone(t, open) })
	t.Run("Refusals", func(t *testing.T) { testRefusals(t, open) })
	t.Run("Expansion limit", func(t *testing.T) { testExpansionLimit(t, open) })
	t.Run("Random", func(t *testing.T) { testRandom(t, open) })
	t.Run("Properties", func(t *testing.T) { testProperties(t, open) })
}

// Publish publishes recs as a snapshot with that ID.
func Publish(t testing.TB, e index.Engine, id string, recs []*uhri.Recommendation, tombs ...uhri.Tombstone) {
	t.Helper()
	snap := index.Snapshot{ID: id, Seq: uhri.Seq(len(recs)), Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Tombs: tombs}
	if err := e.Publish(t.Context(), snap, Each(recs)); err != nil {
		t.Fatalf("publishing %s: %v", id, err)
	}
}

// Each yields records as Publish takes them.
func Each(recs []*uhri.Recommendation) iter.Seq2[*uhri.Recommendation, error] {
	return func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range recs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// opened returns an engine with recs published, closed when the test ends.
func opened(t *testing.T, open func(testing.TB) index.Engine, recs []*uhri.Recommendation, tombs ...uhri.Tombstone) index.Engine {
	t.Helper()
	e := open(t)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	Publish(t, e, "2026-11-24.1", recs, tombs...)
	return e
}

func search(t testing.TB, s index.Searcher, req index.Request) *index.Result {
	t.Helper()
	res, err := s.Search(t.Context(), req)
	if err != nil {
		t.Fatalf("searching %+v: %v", req, err)
	}
	return res
}

// numbers returns the fixtures' numbers of the hits.
func numbers(res *index.Result) []int {
	out := []int{}
	for _, h := range res.Hits {
		var n int
		fmt.Sscanf(string(h.Record.ID[24:]), "%d", &n)
		out = append(out, n)
	}
	return out
}

func sorted(n []int) []int {
	n = slices.Clone(n)
	slices.Sort(n)
	return n
}

func testQueries(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	en, fr, es, ru, ar, zh := uhri.English, uhri.French, uhri.Spanish, uhri.Russian, uhri.Arabic, uhri.Chinese
	for _, tc := range []struct {
		query string
		langs []uhri.Lang
		want  []int
	}{
		{"", nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}},
		{"torture", nil, []int{1, 5, 8, 11}},
		{"TORTURE Convention", nil, []int{1, 5}},
		{"ratification", nil, []int{1, 5, 10}},
		{`"ratification"`, nil, []int{10}},
		{"ratif*", nil, []int{1, 5, 10}},
		{"woman", nil, []int{2, 6, 7}},
		{"women", nil, []int{2, 6, 7}},
		{`"woman"`, nil, []int{2}},
		{`"woman" OR "women"`, nil, []int{2, 6, 7}},
		{`"child"`, nil, []int{4}},
		{`"rule of law"`, nil, []int{3}},
		{`"rule by law"`, nil, []int{3}},
		{`"law of rule"`, nil, nil},
		{`"rule law"~1`, nil, []int{3}},
		{`"law rule"~0`, nil, nil},
		{`"law judiciary"~3`, nil, nil},
		{`"judiciary law"~8`, nil, []int{3}},
		{`"not"`, nil, []int{3}},
		{"not", nil, []int{3}},
		{`"right to be heard"`, nil, []int{9}},
		{"turkiye", nil, []int{9}},
		{"TÜRKİYE", nil, []int{9}},
		{`"Cote d'Ivoire"`, nil, []int{2}},
		{"Côte d’Ivoire", nil, []int{2}},
		{"asylum-seeker", nil, []int{6, 7}},
		{`"asylum seeker"`, nil, []int{7}},
		{`"asylum-seekers"`, nil, []int{6}},
		{`"asylum seek*"`, nil, []int{6, 7}},
		{"gender-based", nil, []int{6}},
		{"detained", nil, []int{8}},
		{"detain NOT detention", nil, nil},
		{"tort?re", nil, []int{1, 5, 8, 11}},
		{"*ment", nil, nil},
		{"j*ges", nil, []int{8}},
		{"violence NEAR/2 women", nil, []int{6, 7}},
		{"women NEAR/1 violence", nil, nil},
		{`"violence against" NEAR/1 women`, nil, []int{6, 7}},
		{"torture NEAR/1 torture", nil, []int{8}},
		{"judges NEAR/4 releas*", nil, nil},
		{"judges NEAR/6 releas*", nil, []int{8}},
		{"torture -convention", nil, []int{8, 11}},
		{"NOT torture", nil, []int{2, 3, 4, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17}},
		{"torture OR women", nil, []int{1, 2, 5, 6, 7, 8, 11}},
		{"(torture OR women) (chile OR france)", nil, []int{1, 2, 5}},
		{"torture NOT (chile OR judges)", nil, []int{11}},
		{"country:Kenya", nil, []int{1, 2, 3, 4, 5, 10}},
		{"country:(KEN OR UGA) torture", nil, []int{1, 5, 8}},
		{"NOT country:KEN -country:MEX", nil, []int{6, 7, 8, 9, 11, 12, 13}},
		{"country:unknown", nil, []int{11}},
		{"region:africa", nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13}},
		{"theme:torture-ill-treatment", nil, []int{1, 5, 8}},
		{"goal:5", nil, []int{2, 6, 7}},
		{"sdg:5.2", nil, []int{6, 7}},
		{"position:supported recommending:Chile", nil, []int{1, 5}},
		{"position:unknown", nil, []int{4, 10}},
		{"position:not_applicable", nil, []int{6, 7, 8, 9, 11, 12, 13}},
		{"type:observation", nil, []int{6, 8}},
		{"body:CEDAW", nil, []int{6, 7}},
		{"mechanism:treaty_body", nil, []int{6, 7, 8, 11, 12, 13}},
		{"year:2014", nil, []int{8, 10, 11}},
		{"year:2014..2020", nil, []int{1, 2, 3, 4, 8, 10, 11, 14}},
		{"year:..2014", nil, []int{5, 8, 10, 11}},
		{"year:unknown", nil, []int{9}},
		{"date:2014", nil, []int{8, 10, 11}},
		{"date:2014-01-02..2019", nil, []int{8, 14}},
		{"date:..2010-06", nil, []int{5}},
		{"first_seen:2026-01-02", nil, []int{1, 6, 11, 16}},
		{"changed:2026-02-16..", nil, []int{16, 17}},
		{"latest:yes", nil, []int{1, 2, 3, 4, 6, 7, 12}},
		{"symbol:A/HRC/44/9", nil, []int{1, 2, 3, 4}},
		{"symbol:A/HRC/*", nil, []int{1, 2, 3, 4, 5, 14, 15, 16, 17}},
		{"A/HRC/44/9", nil, []int{1, 2, 3, 4, 9}},
		{"id:" + string(FixtureID(7)), nil, []int{7}},
		{"lang:fr", nil, []int{1, 2, 6, 7, 12}},
		{"zebra", nil, nil},
		{"zebra*", nil, nil},
		{"torture zebra", nil, nil},
		{"éducation", nil, []int{4}},
		{"*", nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}},

		{"", []uhri.Lang{fr}, []int{1, 2, 6, 7, 12}},
		{"femme", []uhri.Lang{fr}, []int{2, 6, 7}},
		{"éducation", []uhri.Lang{fr}, []int{12}},
		{"education", []uhri.Lang{fr}, []int{12}},
		{"education", []uhri.Lang{fr, en}, []int{4, 12}},
		{"torture", []uhri.Lang{fr, en}, []int{1, 5, 8, 11}},
		{"NOT torture", []uhri.Lang{fr}, []int{2, 6, 7, 12}},
		{"d’asile", []uhri.Lang{fr}, []int{6, 7}},
		{"convenciones", []uhri.Lang{es}, []int{1}},
		{"женщина", []uhri.Lang{ru}, []int{6}},
		{"пытка конвенция", []uhri.Lang{ru}, []int{1}},
		{"تعذيب", []uhri.Lang{ar}, []int{1}},
		{"酷刑", []uhri.Lang{zh}, []int{1}},
		{"刑酷", []uhri.Lang{zh}, nil},
		{"批准 智利", []uhri.Lang{zh}, []int{1}},
		{"酷刑公约", []uhri.Lang{zh}, []int{1}},
	} {
		name := tc.query
		for _, l := range tc.langs {
			name += " " + string(l)
		}
		t.Run(name, func(t *testing.T) {
			res := search(t, e, index.Request{Query: tc.query, Langs: tc.langs, Limit: 100})
			if diff := cmp.Diff(tc.want, sorted(numbers(res)), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s", res.Reading.Canonical, diff)
			}
			if res.Total != len(res.Hits) {
				t.Errorf("total %d, hits %d", res.Total, len(res.Hits))
			}
		})
	}
	t.Run("as UHRI", func(t *testing.T) {
		for q, want := range map[string][]int{"ratif": {1, 5, 10}, "viol again wom": {6, 7}, "women violence": nil} {
			res := search(t, e, index.Request{Query: q, Mode: index.ModeUHRI, Limit: 100})
			if diff := cmp.Diff(want, sorted(numbers(res)), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s", q, diff)
			}
		}
	})
}

func testFilters(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	f := func(facet string, op index.FilterOp, v ...string) index.Filter {
		return index.Filter{Facet: facet, Op: op, Values: v}
	}
	for _, tc := range []struct {
		name string
		req  index.Request
		want []int
	}{
		{"or inside a facet", index.Request{Filters: []index.Filter{f("country", index.Any, "UGA", "TUR")}}, []int{6, 7, 8, 9, 10}},
		{"and across facets", index.Request{Filters: []index.Filter{f("country", index.Any, "UGA", "TUR"), f("type", index.Any, "observation")}}, []int{6, 8}},
		{"all of", index.Request{Filters: []index.Filter{f("theme", index.Every, "torture-ill-treatment", "reservations")}}, []int{5}},
		{"none of", index.Request{Filters: []index.Filter{f("country", index.None, "KEN", "MEX")}}, []int{6, 7, 8, 9, 11, 12, 13}},
		{"all of and none of", index.Request{Filters: []index.Filter{f("group", index.Every, "women-girls"), f("group", index.None, "migrants")}}, []int{2, 7}},
		{"unknown", index.Request{Filters: []index.Filter{f("year", index.Any, uhri.ValueUnknown)}}, []int{9}},
		{"not applicable", index.Request{Filters: []index.Filter{f("cycle", index.Any, uhri.ValueNotApplicable)}}, []int{6, 7, 8, 9, 11, 12, 13}},
		{"a value no record has", index.Request{Filters: []index.Filter{f("country", index.Any, "FJI")}}, nil},
		{"a synonym of a facet", index.Request{Filters: []index.Filter{f("recommending", index.Any, "DEU")}}, []int{3, 14, 15, 16}},
		{"two filters of one facet and operator are one", index.Request{Filters: []index.Filter{f("country", index.Any, "UGA"), f("country", index.Any, "TUR")}}, []int{6, 7, 8, 9, 10}},
		{"dates", index.Request{From: uhri.Date{Year: 2020}, To: uhri.Date{Year: 2021}}, []int{1, 2, 3, 4, 15, 16}},
		{"an open date", index.Request{From: uhri.Date{Year: 2022, Month: 4}}, []int{12, 13, 17}},
		{"a month", index.Request{To: uhri.Date{Year: 2010, Month: 6}}, []int{5}},
		{"words and filters", index.Request{Query: "torture", Filters: []index.Filter{f("country", index.Any, "UGA")}}, []int{8}},
		{"labels of one origin", index.Request{Origins: []uhri.Origin{uhri.OriginPublisher}, Filters: []index.Filter{f("group", index.Any, "refugees-asylum-seekers")}}, []int{6}},
		{"labels of every origin", index.Request{Filters: []index.Filter{f("group", index.Any, "refugees-asylum-seekers")}}, []int{6, 7}},
		{"labels of one origin in the query", index.Request{Query: "goal:16", Origins: []uhri.Origin{uhri.OriginPublisher}}, []int{1}},
		{"labels of rules", index.Request{Query: "goal:16", Origins: []uhri.Origin{uhri.OriginRule, uhri.OriginModel}}, []int{3}},
		{"facet of origins", index.Request{Filters: []index.Filter{f("origin", index.Any, "rule")}}, []int{3, 7}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.req.Limit = 100
			res := search(t, e, tc.req)
			if diff := cmp.Diff(tc.want, sorted(numbers(res)), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func testFacets(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	panel := func(t *testing.T, req index.Request, name string) index.FacetCounts {
		t.Helper()
		req.Facets = []string{name}
		res := search(t, e, req)
		if len(res.Facets) != 1 || res.Facets[0].Name != name {
			t.Fatalf("facets %+v, want %s", res.Facets, name)
		}
		return res.Facets[0]
	}
	v := func(value, label string, n int) index.FacetValue {
		return index.FacetValue{Value: value, Label: label, Count: n}
	}
	on := func(fv index.FacetValue, op index.FilterOp) index.FacetValue { fv.Selected = op; return fv }
	country := func(op index.FilterOp, values ...string) []index.Filter {
		return []index.Filter{{Facet: "country", Op: op, Values: values}}
	}
	for _, tc := range []struct {
		name  string
		req   index.Request
		facet string
		want  index.FacetCounts
	}{
		{"a record counts once per value", index.Request{}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 5, Values: []index.FacetValue{
			v("KEN", "Kenya", 6), v("MEX", "Mexico", 4), v("UGA", "Uganda", 4), v("COD", "Democratic Republic of the Congo", 2), v("TUR", "Türkiye", 1)}}},
		{"own choice left out", index.Request{Query: "torture", Filters: country(index.Any, "UGA")}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 2, Values: []index.FacetValue{
			v("KEN", "Kenya", 2), on(v("UGA", "Uganda", 1), index.Any)}}},
		{"a choice without records stays", index.Request{Query: "torture", Filters: country(index.Any, "FJI")}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 2, Values: []index.FacetValue{
			v("KEN", "Kenya", 2), v("UGA", "Uganda", 1), on(v("FJI", "Fiji", 0), index.Any)}}},
		{"exclusion applies", index.Request{Query: "torture", Filters: country(index.None, "UGA")}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 1, Values: []index.FacetValue{
			v("KEN", "Kenya", 2), on(v("UGA", "Uganda", 0), index.None)}}},
		{"limit, with the selected beyond it", index.Request{FacetLimit: 1, Filters: country(index.Any, "TUR")}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 5, Values: []index.FacetValue{
			v("KEN", "Kenya", 6), on(v("TUR", "Türkiye", 1), index.Any)}}},
		{"search within", index.Request{FacetPrefix: "cong"}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 5, Values: []index.FacetValue{
			v("COD", "Democratic Republic of the Congo", 2)}}},
		{"search within by code", index.Request{FacetPrefix: "ug"}, "country", index.FacetCounts{Name: "country", Unknown: 1, Distinct: 5, Values: []index.FacetValue{v("UGA", "Uganda", 4)}}},
		{"not applicable is not unknown", index.Request{}, "cycle", index.FacetCounts{Name: "cycle", NotApplicable: 7, Unknown: 1, Distinct: 2, Values: []index.FacetValue{
			v("1", "First cycle (2008–2011)", 1), v("3", "Third cycle (2017–2022)", 8)}}},
		{"a goal is not counted twice", index.Request{Filters: country(index.Any, "UGA")}, "goal", index.FacetCounts{Name: "goal", Unknown: 2, Distinct: 1, Values: []index.FacetValue{
			v("5", "5 Gender equality", 2)}}},
		{"years, newest first", index.Request{Query: "torture OR ratify"}, "year", index.FacetCounts{Name: "year", Distinct: 3, Values: []index.FacetValue{
			v("2020", "2020", 1), v("2014", "2014", 3), v("2010", "2010", 1)}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := panel(t, tc.req, tc.facet)
			// Labels are the facet table's business; here they only have to be its.
			f, _ := uhri.FacetByName(tc.facet)
			for i := range tc.want.Values {
				tc.want.Values[i].Label = f.ValueLabel(tc.want.Values[i].Value)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("origins promise what they give", func(t *testing.T) {
		e := opened(t, open, RandomCorpus(7, 200))
		moved := false
		for _, req := range []index.Request{
			{},
			{Filters: []index.Filter{{Facet: "theme", Op: index.None, Values: []string{"right-to-health"}}}},
			{Filters: []index.Filter{{Facet: "group", Op: index.Any, Values: []string{"children", uhri.ValueUnknown}}, {Facet: "country", Op: index.Any, Values: []string{"KEN", "UGA"}}}},
			{Filters: []index.Filter{{Facet: "origin", Op: index.Any, Values: []string{"rule"}}, {Facet: "goal", Op: index.Any, Values: []string{"5", "16"}}}, Origins: []uhri.Origin{"rule"}},
			{Filters: []index.Filter{{Facet: "origin", Op: index.None, Values: []string{"model"}}}, From: uhri.Date{Year: 2012}},
			{Query: "goal:5 OR group:children OR rights"},
		} {
			ask := req
			ask.Facets = []string{"origin"}
			counts := search(t, e, ask).Facets[0]
			values := append(counts.Values, index.FacetValue{Value: uhri.ValueUnknown, Count: counts.Unknown})
			for _, v := range values {
				chosen, plain := req, req
				chosen.Filters = slices.DeleteFunc(slices.Clone(req.Filters), func(f index.Filter) bool { return f.Disjunctive("origin") })
				chosen.Filters = append(chosen.Filters, index.Filter{Facet: "origin", Op: index.Any, Values: []string{v.Value}})
				plain.Filters, plain.Origins = chosen.Filters, nil
				chosen.Origins = nil
				if v.Value != uhri.ValueUnknown {
					chosen.Origins = []uhri.Origin{uhri.Origin(v.Value)}
				}
				if got := search(t, e, chosen).Total; got != v.Count {
					t.Errorf("%+v: %s promises %d and gives %d", req, v.Value, v.Count, got)
				}
				moved = moved || search(t, e, plain).Total != v.Count
			}
		}
		if !moved {
			t.Error("whose labels count made no difference; the corpus proves nothing")
		}
	})
	t.Run("all", func(t *testing.T) {
		res := search(t, e, index.Request{Facets: []string{"*"}})
		if len(res.Facets) != len(uhri.Facets()) {
			t.Fatalf("%d facets", len(res.Facets))
		}
		for i, f := range uhri.Facets() {
			sum := res.Facets[i].Unknown + res.Facets[i].NotApplicable
			for _, v := range res.Facets[i].Values {
				sum += v.Count
			}
			if f.Single && sum != res.Total {
				t.Errorf("%s: values, unknown and not applicable are %d, total %d", f.Name, sum, res.Total)
			}
		}
	})
}

func testOrders(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	for _, tc := range []struct {
		name string
		req  index.Request
		want []int
	}{
		{"newest, undated last", index.Request{}, []int{12, 13, 17, 6, 7, 15, 16, 1, 2, 3, 4, 14, 8, 10, 11, 5, 9}},
		{"oldest, undated last", index.Request{Sort: index.SortOldest}, []int{5, 10, 11, 8, 14, 1, 2, 3, 4, 15, 16, 6, 7, 17, 12, 13, 9}},
		{"first seen", index.Request{Sort: index.SortFirstSeen}, []int{4, 14, 9, 13, 3, 8, 12, 17, 7, 2, 6, 16, 1, 11, 15, 10, 5}},
		{"document", index.Request{Sort: index.SortDocument, Query: "mechanism:upr"}, []int{5, 15, 16, 14, 17, 1, 2, 4, 3}},
		{"exact forms first, then the newest, then the ID", index.Request{Query: "disappearance journalists"}, []int{15, 16, 14, 17}},
		{"and the other way round", index.Request{Query: "disappearances journalist"}, []int{17, 15, 16, 14}},
		{"a symbol's own records first", index.Request{Query: "A/HRC/44/9"}, []int{1, 2, 3, 4, 9}},
		{"more of the word first; short texts are alike", index.Request{Query: "torture"}, []int{8, 1, 11, 5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.req.Limit = 100
			res := search(t, e, tc.req)
			if diff := cmp.Diff(tc.want, numbers(res)); diff != "" {
				for _, h := range res.Hits {
					t.Log(h.Record.ID, h.Score)
				}
				t.Error(diff)
			}
		})
	}
}

func testHighlighting(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	for _, tc := range []struct {
		query string
		langs []uhri.Lang
		n     int
		want  string
	}{
		{"woman", nil, 2, "women|woman"},
		{`"rule of law"`, nil, 3, "rule of law"},
		{`rule "of law"`, nil, 3, "rule|of law|rule"},
		{"asylum-seeker", nil, 6, "asylum-seekers"},
		{"d'Ivoire", nil, 2, "d’Ivoire"},
		{"tort*", nil, 8, "torture|torture|torture"},
		{"j?dges", nil, 8, "Judges"},
		{"violence NEAR/3 women", nil, 6, "Violence|women|violence|women"},
		{`"law rule"~1`, nil, 3, "rule|law|rule|law"},
		{"torture OR (judges zebra)", nil, 8, "torture|torture|torture"},
		{"torture -zebra", nil, 11, "Torture"},
		{"mexico OR NOT torture", nil, 2, ""},
		{"country:KEN chile", nil, 1, "Chile"},
		{"femme", []uhri.Lang{uhri.French}, 2, "femmes|femme"},
		{"酷刑", []uhri.Lang{uhri.Chinese}, 1, "酷刑"},
		{"A/HRC/44/9", nil, 9, "A/HRC/44/9"},
		{"turkiye", nil, 9, "Türkiye"},
	} {
		t.Run(tc.query, func(t *testing.T) {
			res := search(t, e, index.Request{Query: tc.query, Langs: tc.langs, Limit: 100, Highlight: true})
			i := slices.Index(numbers(res), tc.n)
			if i < 0 {
				t.Fatalf("%d is not among %v", tc.n, numbers(res))
			}
			h := res.Hits[i]
			var got []string
			for _, s := range h.Spans {
				got = append(got, h.Record.Texts[h.Lang].Full[s.Start:s.End])
			}
			if strings.Join(got, "|") != tc.want {
				t.Errorf("marked %q, want %q", strings.Join(got, "|"), tc.want)
			}
		})
	}
	t.Run("shown in", func(t *testing.T) {
		res := search(t, e, index.Request{Query: "body:CRC", Limit: 100})
		if diff := cmp.Diff([]int{12, 13}, numbers(res)); diff != "" {
			t.Fatal(diff)
		}
		if res.Hits[0].Lang != uhri.French || res.Hits[1].Lang != "" {
			t.Errorf("shown in %q and %q, want fr and none", res.Hits[0].Lang, res.Hits[1].Lang)
		}
	})
}

func testReading(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	t.Run("forms and counts", func(t *testing.T) {
		res := search(t, e, index.Request{Query: "woman ratif* -tree (", Explain: true})
		if res.Reading.Canonical != "woman ratif* NOT tree" || res.Reading.Words == "" || len(res.Reading.Notices) == 0 {
			t.Errorf("reading %+v", res.Reading)
		}
		want := []index.Forms{{Word: "woman", Forms: []string{"women", "woman"}}, {Word: "ratif*", Forms: []string{"ratify", "ratification"}}, {Word: "tree"}}
		if diff := cmp.Diff(want, res.Reading.Forms, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("three counts", func(t *testing.T) {
		res := search(t, e, index.Request{Query: "ratification", Explain: true})
		if diff := cmp.Diff(&index.ReadingCounts{Exact: 1, Default: 3, UHRI: 1}, res.Reading.Counts); diff != "" {
			t.Error(diff)
		}
		res = search(t, e, index.Request{Query: "violence women", Explain: true, Filters: []index.Filter{{Facet: "type", Op: index.Any, Values: []string{"observation"}}}})
		if diff := cmp.Diff(&index.ReadingCounts{Exact: 1, Default: 1, UHRI: 0}, res.Reading.Counts); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("offers", func(t *testing.T) {
		off := search(t, e, index.Request{Query: "FGM"})
		on := search(t, e, index.Request{Query: "FGM", Expand: []string{"fgm"}})
		if off.Total != 1 || on.Total != 2 || len(off.Reading.Offers) != 1 || len(on.Reading.Offers) != 1 {
			t.Fatalf("totals %d and %d, offers %v and %v", off.Total, on.Total, off.Reading.Offers, on.Reading.Offers)
		}
		o := off.Reading.Offers[0]
		if o.ID != "fgm" || o.From != "fgm" || o.On || o.Extra != 1 || !slices.Contains(o.To, "female genital mutilation") {
			t.Errorf("offer %+v", o)
		}
		if o := on.Reading.Offers[0]; !o.On || o.Extra != 1 {
			t.Errorf("offer that is on %+v", o)
		}
	})
}

func testSuggestions(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	find := func(res *index.Result, kind string) (index.Suggestion, bool) {
		for _, s := range res.Suggestions {
			if s.Kind == kind {
				return s, true
			}
		}
		return index.Suggestion{}, false
	}
	res := search(t, e, index.Request{Query: "tortrue convention"})
	if s, ok := find(res, "spelling"); !ok || s.Query != "torture convention" || s.Count != 2 {
		t.Errorf("spelling: %+v", res.Suggestions)
	}
	res = search(t, e, index.Request{Query: "internally displaced persons or freedom of association"})
	if len(res.Suggestions) != 0 {
		t.Errorf("suggestions where none finds anything: %+v", res.Suggestions)
	}
	res = search(t, e, index.Request{Query: "land property right"})
	want := index.Filter{Facet: "theme", Op: index.Any, Values: []string{"land-property-rights"}}
	if s, ok := find(res, "label"); !ok || cmp.Diff(want, s.Filter) != "" || s.Count != 1 {
		t.Errorf("label: %+v", res.Suggestions)
	}
	res = search(t, e, index.Request{Query: "torture", Filters: []index.Filter{
		{Facet: "mechanism", Op: index.Any, Values: []string{"special_procedure"}}, {Facet: "year", Op: index.Any, Values: []string{uhri.ValueUnknown}}}})
	if _, ok := find(res, "drop_filter"); ok || res.Total != 0 {
		t.Errorf("no single filter helps, but: %+v", res.Suggestions)
	}
	res = search(t, e, index.Request{Query: "torture", Filters: []index.Filter{
		{Facet: "country", Op: index.Any, Values: []string{"UGA"}}, {Facet: "mechanism", Op: index.Any, Values: []string{"upr"}}}})
	if s, ok := find(res, "drop_filter"); !ok || s.Filter.Facet != "country" || s.Count != 2 {
		t.Errorf("drop_filter: %+v", res.Suggestions)
	}
	// Every restriction that stands in the way is named, with what is found without it.
	req := index.Request{Query: "torture", Filters: []index.Filter{{Facet: "country", Op: index.Any, Values: []string{"UGA"}}}, From: uhri.Date{Year: 1990}, To: uhri.Date{Year: 1991}}
	without := req
	without.From, without.To = uhri.Date{}, uhri.Date{}
	n := search(t, e, without).Total
	if s, ok := find(search(t, e, req), "drop_filter"); !ok || s.Filter.Facet != "date" || s.Count != n {
		t.Errorf("without the dates %d are found, said is %+v", n, s)
	}
	req.Filters = append(req.Filters, index.Filter{Facet: "mechanism", Op: index.Any, Values: []string{"upr"}})
	req.From, req.To = uhri.Date{}, uhri.Date{}
	for i, s := range search(t, e, req).Suggestions {
		rest := req
		rest.Filters = slices.DeleteFunc(slices.Clone(req.Filters), func(f index.Filter) bool { return f.Facet == s.Filter.Facet })
		if got := search(t, e, rest).Total; s.Kind != "drop_filter" || got != s.Count || got == 0 {
			t.Errorf("suggestion %d: %+v, without it %d are found", i, s, got)
		}
	}
}

func testPaging(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	for _, req := range []index.Request{{}, {Query: "the OR of OR torture"}, {Sort: index.SortOldest}, {Sort: index.SortFirstSeen}, {Sort: index.SortDocument},
		{Query: "torture OR ratify OR *ion", Langs: []uhri.Lang{uhri.French, uhri.English}}} {
		t.Run(req.Query+string(req.Sort), func(t *testing.T) {
			whole := req
			whole.Limit = 100
			want := numbers(search(t, e, whole))
			var streamed []int
			if err := e.Stream(t.Context(), req, func(r index.Row) bool {
				rec, err := r.Decode()
				if err != nil {
					t.Fatal(err)
				}
				var again uhri.Recommendation
				if err := json.Unmarshal(r.JSON(), &again); err != nil || again.ID != rec.ID || strings.Contains(string(r.JSON()), "\n") {
					t.Fatalf("row %s: %v", r.JSON(), err)
				}
				var n int
				fmt.Sscanf(string(rec.ID[24:]), "%d", &n)
				streamed = append(streamed, n)
				return true
			}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, streamed); diff != "" {
				t.Errorf("streamed in another order: %s", diff)
			}
			var paged, skipped []int
			page := req
			page.Limit = 3
			for {
				res := search(t, e, page)
				paged = append(paged, numbers(res)...)
				if res.Next == "" {
					break
				}
				page.Cursor = res.Next
			}
			if diff := cmp.Diff(want, paged); diff != "" {
				t.Errorf("paged in another order: %s", diff)
			}
			for skip := 0; skip < len(want); skip += 3 {
				page.Cursor, page.Offset = "", skip
				skipped = append(skipped, numbers(search(t, e, page))...)
			}
			if diff := cmp.Diff(want, skipped); diff != "" {
				t.Errorf("skipped in another order: %s", diff)
			}
		})
	}
	t.Run("collapsed", func(t *testing.T) {
		recs := RandomCorpus(9, 120)
		e := opened(t, open, recs)
		for _, req := range []index.Request{{Collapse: true}, {Query: "rights OR women OR torture", Collapse: true}, {Sort: index.SortDocument, Collapse: true}} {
			whole := req
			whole.Collapse, whole.Limit = false, 1000
			all := search(t, e, whole)
			var want []uhri.ID
			seen := map[uhri.ID]bool{}
			for _, h := range all.Hits {
				if ask := h.Record.Ask; ask == "" || !seen[ask] {
					seen[ask] = true
					want = append(want, h.Record.ID)
				}
			}
			if len(want) == len(all.Hits) || len(seen) < 3 {
				t.Fatalf("%+v: nothing to collapse", req)
			}
			var paged, skipped []uhri.ID
			req.Limit = 7
			for {
				res := search(t, e, req)
				if res.Total != all.Total || res.Distinct != len(want) {
					t.Fatalf("%+v: total %d and %d distinct, want %d and %d", req, res.Total, res.Distinct, all.Total, len(want))
				}
				paged = append(paged, hitIDs(res)...)
				if req.Cursor = res.Next; res.Next == "" {
					break
				}
			}
			for req.Offset = 0; req.Offset < len(want); req.Offset += req.Limit {
				skipped = append(skipped, hitIDs(search(t, e, req))...)
			}
			if diff := cmp.Diff(want, paged); diff != "" {
				t.Errorf("%+v: paged: %s", req, diff)
			}
			if diff := cmp.Diff(want, skipped); diff != "" {
				t.Errorf("%+v: skipped: %s", req, diff)
			}
		}
	})
	t.Run("stream stops", func(t *testing.T) {
		n := 0
		if err := e.Stream(t.Context(), index.Request{}, func(index.Row) bool { n++; return n < 2 }); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
	t.Run("cursor of another search", func(t *testing.T) {
		next := search(t, e, index.Request{Limit: 3}).Next
		for name, req := range map[string]index.Request{
			"other words": {Query: "torture", Cursor: next}, "other order": {Sort: index.SortOldest, Cursor: next},
			"with an offset": {Cursor: next, Offset: 3}, "damaged": {Cursor: next[:len(next)-2] + "AA"}, "nonsense": {Cursor: "!"},
		} {
			if _, err := e.Search(t.Context(), req); uhri.KindOf(err) != uhri.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
	})
}

func testSnapshots(t *testing.T, open func(testing.TB) index.Engine) {
	e := open(t)
	defer e.Close()
	if _, err := e.Search(t.Context(), index.Request{}); uhri.KindOf(err) != uhri.Unavailable {
		t.Errorf("before the first publish: %v, want Unavailable", err)
	}
	if _, err := e.Status(t.Context()); uhri.KindOf(err) != uhri.Unavailable {
		t.Errorf("status before the first publish: %v, want Unavailable", err)
	}
	all := Fixtures()
	Publish(t, e, "one", all)
	next := search(t, e, index.Request{Limit: 5}).Next

	broken := errors.New("the store went away")
	err := e.Publish(t.Context(), index.Snapshot{ID: "broken"}, func(yield func(*uhri.Recommendation, error) bool) {
		_ = yield(all[0], nil) && yield(nil, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("publishing records that end in an error: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	if err := e.Publish(cancelled, index.Snapshot{ID: "cancelled"}, func(yield func(*uhri.Recommendation, error) bool) {
		cancel()
		Each(all)(yield)
	}); err == nil {
		t.Error("publishing was cancelled and succeeded")
	}
	if res := search(t, e, index.Request{}); res.Snapshot.ID != "one" || res.Total != len(all) || res.Snapshot.Records != len(all) {
		t.Errorf("after failed publishing: %d records of %+v", res.Total, res.Snapshot)
	}

	Publish(t, e, "two", all[:3])
	res := search(t, e, index.Request{Limit: 100})
	if res.Snapshot.ID != "two" || res.Total != 3 {
		t.Errorf("after the second publish: %d records of %s", res.Total, res.Snapshot.ID)
	}
	if res := search(t, e, index.Request{Cursor: next, Limit: 100}); res.Snapshot.ID != "one" || len(res.Hits) != len(all)-5 {
		t.Errorf("the cursor goes on with %d hits of %s", len(res.Hits), res.Snapshot.ID)
	}
	if res := search(t, e, index.Request{Snapshot: "one"}); res.Snapshot.ID != "one" || res.Total != len(all) {
		t.Errorf("the previous snapshot has %d records, ID %s", res.Total, res.Snapshot.ID)
	}
	st, err := e.Status(t.Context())
	if err != nil || st.Current.ID != "two" || st.Previous == nil || st.Previous.ID != "one" {
		t.Errorf("status %+v, %v", st, err)
	}

	Publish(t, e, "three", nil)
	if res := search(t, e, index.Request{Query: "torture", Facets: []string{"*"}}); res.Total != 0 {
		t.Errorf("an empty snapshot has %d records", res.Total)
	}
	for name, req := range map[string]index.Request{"old": {Snapshot: "one"}, "cursor of old": {Cursor: next}, "never": {Snapshot: "never"}} {
		if _, err := e.Search(t.Context(), req); uhri.KindOf(err) != uhri.Gone {
			t.Errorf("%s snapshot: %v, want Gone", name, err)
		}
	}
	if err := e.Publish(t.Context(), index.Snapshot{ID: "four", Purge: true}, Each(all)); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Search(t.Context(), index.Request{Snapshot: "three"}); uhri.KindOf(err) != uhri.Gone {
		t.Errorf("after a purge the snapshot before answers: %v", err)
	}
}

func testGet(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures(), FixtureTombs()...)
	for i, want := range Fixtures() {
		got, err := e.Get(t.Context(), FixtureID(i+1))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("record %d: %s", i+1, diff)
		}
	}
	if _, err := e.Get(t.Context(), FixtureID(999)); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("a record that never was: %v", err)
	}
	for _, want := range FixtureTombs() {
		_, err := e.Get(t.Context(), want.ID)
		var gone *uhri.GoneRecord
		if !errors.As(err, &gone) || uhri.KindOf(err) != uhri.Gone {
			t.Fatalf("tombstone %s: %v", want.ID, err)
		}
		if diff := cmp.Diff(want, gone.Tombstone); diff != "" {
			t.Error(diff)
		}
	}
}

func testGone(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures(), FixtureTombs()...)
	for symbol, want := range map[uhri.Symbol][]uhri.ID{"A/HRC/44/9": {FixtureID(101), FixtureID(104)}, "A/HRC/99/9": nil, "": nil} {
		gone, err := e.Gone(t.Context(), symbol)
		if err != nil {
			t.Fatal(err)
		}
		var got []uhri.ID
		for _, tomb := range gone {
			got = append(got, tomb.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("gone from %q: %s", symbol, diff)
		}
	}
}

func testRefusals(t *testing.T, open func(testing.TB) index.Engine) {
	e := opened(t, open, Fixtures())
	for name, req := range map[string]index.Request{
		"query":      {Query: "country:Narnia"},
		"strict":     {Query: "(torture", Strict: true},
		"limit":      {Limit: index.MaxLimit + 1},
		"offset":     {Offset: index.MaxOffset + 1},
		"order":      {Sort: "size"},
		"mode":       {Mode: "guess"},
		"language":   {Langs: []uhri.Lang{"de"}},
		"facet":      {Facets: []string{"size"}},
		"filter":     {Filters: []index.Filter{{Facet: "size", Op: index.Any, Values: []string{"x"}}}},
		"no value":   {Filters: []index.Filter{{Facet: "country", Op: index.Any}}},
		"operator":   {Filters: []index.Filter{{Facet: "country", Op: "maybe", Values: []string{"KEN"}}}},
		"dates":      {From: uhri.Date{Year: 2020}, To: uhri.Date{Year: 2019}},
		"bad cursor": {Cursor: "AAAA"},
	} {
		if _, err := e.Search(t.Context(), req); uhri.KindOf(err) != uhri.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	_, err := e.Search(t.Context(), index.Request{Query: "torture country:Narnia"})
	var fault *query.Error
	if !errors.As(err, &fault) || fault.At != 16 {
		t.Errorf("the fault of a query has its place: %v", err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := e.Search(ctx, index.Request{Query: "torture OR women", Facets: []string{"*"}}); uhri.KindOf(err) != uhri.Timeout {
		t.Errorf("past its deadline: %v, want Timeout", err)
	}
}

// testExpansionLimit has a dictionary larger than one beginning may stand for.
func testExpansionLimit(t *testing.T, open func(testing.TB) index.Engine) {
	var recs []*uhri.Recommendation
	const perRecord = 50
	for i := 0; i < (query.MaxExpansion+500)/perRecord; i++ {
		var words []string
		for j := range perRecord {
			words = append(words, fmt.Sprintf("xx%05d", i*perRecord+j))
		}
		recs = append(recs, &uhri.Recommendation{ID: FixtureID(i + 1), Texts: map[uhri.Lang]uhri.Text{"en": {Full: strings.Join(words, " ")}}})
	}
	e := opened(t, open, recs)
	for _, q := range []string{"xx*", "xx?*", `"xx* xx*"`, "xx* NEAR/1 xx0*"} {
		res := search(t, e, index.Request{Query: q, Limit: 1000, Highlight: true})
		if want := query.MaxExpansion / perRecord; res.Total != want {
			t.Errorf("%s finds %d, want %d", q, res.Total, want)
		}
		if !slices.ContainsFunc(res.Reading.Notices, func(n query.Notice) bool { return strings.Contains(n.Message, "10,000") }) {
			t.Errorf("%s: the limit is not told: %+v", q, res.Reading.Notices)
		}
	}
	if res := search(t, e, index.Request{Query: "xx10*"}); res.Total != 10 || len(res.Reading.Notices) != 0 {
		t.Errorf("below the limit: %d, %+v", res.Total, res.Reading.Notices)
	}
}
