package api

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"

	"uhri"
	"uhri/index"
	"uhri/index/query"
	"uhri/index/searchurl"
)

// Answer is the answer to a search. Everything in it comes from one search over one snapshot.
type Answer struct {
	Total       int                     `json:"total" doc:"records found, exactly"`
	Asks        int                     `json:"asks,omitzero" doc:"with collapse=ask: how many items there are to page through, passages that ask for the same counted as one; total stays that of all passages"`
	Items       []Item                  `json:"items" nullable:"false" doc:"the records of this page"`
	Facets      map[string][]FacetValue `json:"facets,omitzero" doc:"counts of the facets asked for, highest first; unknown and not_applicable stand at the end of each list"`
	Distinct    map[string]int          `json:"distinct,omitzero" doc:"how many values of each facet have records here, listed or not"`
	Next        string                  `json:"next" doc:"cursor of the next page; empty at the end"`
	Snapshot    string                  `json:"snapshot" doc:"the snapshot answered from; cite it with a number"`
	Query       Reading                 `json:"query" doc:"the question as it was understood"`
	Suggestions []Suggestion            `json:"suggestions,omitzero" doc:"ways out, where nothing was found"`
	Demo        bool                    `json:"demonstration" doc:"the data is invented"`
}

// Item is one record found, with what the search adds to it.
type Item struct {
	uhri.Recommendation
	Lang         uhri.Lang `json:"lang,omitzero" doc:"the language it was searched in; absent when it has no text"`
	Score        float64   `json:"score,omitzero" doc:"relevance; comparable within one answer only"`
	Matches      []Match   `json:"matches,omitzero" doc:"with highlight=1: what matched in texts[lang].full"`
	Link         string    `json:"link" doc:"permanent address of the record"`
	DocumentLink string    `json:"document_link,omitzero" doc:"the UN document"`

	fields []string // what is asked for; empty = all
}

// Match is a range of bytes.
type Match struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// MarshalJSON implements json.Marshaler. With fields it writes those only.
func (it Item) MarshalJSON() ([]byte, error) {
	type whole Item
	b, err := readable(whole(it))
	if err != nil || len(it.fields) == 0 {
		return b, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	for name := range all {
		if !slices.Contains(it.fields, name) {
			delete(all, name)
		}
	}
	return readable(all)
}

// readable marshals without escaping HTML's characters: texts are read by programs and people, not by browsers.
func readable(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// FacetValue is one line of a facet.
type FacetValue struct {
	Value    string         `json:"value" doc:"what to send as parameter"`
	Label    string         `json:"label"`
	Count    int            `json:"count" doc:"records found if this value alone is chosen in its facet"`
	Selected bool           `json:"selected"`
	Op       index.FilterOp `json:"op,omitzero" enum:"any,all,not" doc:"how it is selected"`
}

// Reading is the question as it was understood.
type Reading struct {
	Text      string         `json:"text" doc:"as typed"`
	Mode      index.Mode     `json:"mode" enum:"default,uhri"`
	Canonical string         `json:"canonical" doc:"the same in the query language, fully bracketed; it reads the same again"`
	Words     string         `json:"words" doc:"the same in English"`
	URL       string         `json:"url" doc:"the normal form of this search's parameters"`
	Filters   []index.Filter `json:"filters" nullable:"false" doc:"the filters applied"`
	From      uhri.Date      `json:"from,omitzero"`
	To        uhri.Date      `json:"to,omitzero"`
	Langs     []uhri.Lang    `json:"langs,omitzero" doc:"languages searched, in order of preference; absent: English"`
	Origins   []uhri.Origin  `json:"origins,omitzero" doc:"whose labels count; absent: everyone's"`
	Sort      index.Sort     `json:"sort" doc:"the order applied"`
	Forms     []Forms        `json:"forms,omitzero" doc:"the word forms each word stood for"`
	Offers    []Offer        `json:"offers,omitzero" doc:"synonyms that could be switched on with expand"`
	Notices   []query.Notice `json:"notices,omitzero" doc:"limits met in reading the query"`
	Counts    *ReadingCounts `json:"counts,omitzero" doc:"with explain=1: the same words under the same filters, read three ways"`
}

// Forms lists the word forms one word stood for.
type Forms struct {
	Word  string   `json:"word"`
	Forms []string `json:"forms" nullable:"false" doc:"most frequent first"`
	More  int      `json:"more,omitzero" doc:"forms beyond those"`
}

// Offer is an expansion the query could have.
type Offer struct {
	ID    string   `json:"id" doc:"for expand"`
	From  string   `json:"from"`
	To    []string `json:"to" nullable:"false"`
	On    bool     `json:"on"`
	Extra int      `json:"extra" doc:"records more with it than without"`
}

// ReadingCounts are the totals of three readings.
type ReadingCounts struct {
	Exact   int `json:"exact" doc:"every word exactly as typed"`
	Default int `json:"default" doc:"every word with the forms of its stem"`
	UHRI    int `json:"uhri" doc:"each word a prefix, several words a phrase"`
}

// Suggestion is a way out of an empty result.
type Suggestion struct {
	Kind  string `json:"kind" enum:"spelling,label,drop_filter"`
	Text  string `json:"text"`
	URL   string `json:"url" doc:"parameters of the search to make instead"`
	Count int    `json:"count" doc:"what it would find"`
}

// answer makes the public form of a result.
func (a *API) answer(req index.Request, res *index.Result, fields []string) Answer {
	out := Answer{
		Total: res.Total, Asks: res.Distinct, Items: make([]Item, 0, len(res.Hits)), Next: res.Next, Snapshot: res.Snapshot.ID,
		Query: reading(req, res), Demo: a.o.Demo || res.Snapshot.Demo,
	}
	for _, h := range res.Hits {
		out.Items = append(out.Items, a.item(h, fields))
	}
	if len(res.Facets) > 0 {
		out.Facets, out.Distinct = map[string][]FacetValue{}, map[string]int{}
		for _, f := range res.Facets {
			out.Facets[f.Name], out.Distinct[f.Name] = facetValues(f, res.Filters), f.Distinct
		}
	}
	for _, s := range res.Suggestions {
		out.Suggestions = append(out.Suggestions, suggestion(req, s))
	}
	return out
}

func (a *API) item(h index.Hit, fields []string) Item {
	it := Item{Recommendation: *h.Record, Lang: h.Lang, Score: h.Score, Link: a.link("/r/" + url.PathEscape(string(h.Record.ID))), fields: fields}
	for _, s := range h.Spans {
		it.Matches = append(it.Matches, Match{s.Start, s.End})
	}
	if h.Record.Symbol != "" {
		lang := h.Lang
		if lang == "" {
			lang = uhri.English
		}
		it.DocumentLink = h.Record.Symbol.URL(lang)
	}
	return it
}

// facetValues lists a panel with its unknowns at the end, where there are any or they are selected.
func facetValues(f index.FacetCounts, filters []index.Filter) []FacetValue {
	out := make([]FacetValue, 0, len(f.Values)+2)
	for _, v := range f.Values {
		out = append(out, FacetValue{Value: v.Value, Label: v.Label, Count: v.Count, Selected: v.Selected != "", Op: v.Selected})
	}
	for _, rest := range []struct {
		value, label string
		count        int
	}{{uhri.ValueUnknown, "unknown", f.Unknown}, {uhri.ValueNotApplicable, "does not apply", f.NotApplicable}} {
		op := selected(filters, f.Name, rest.value)
		if rest.count > 0 || op != "" {
			out = append(out, FacetValue{Value: rest.value, Label: rest.label, Count: rest.count, Selected: op != "", Op: op})
		}
	}
	return out
}

func selected(filters []index.Filter, facet, value string) index.FilterOp {
	for _, f := range filters {
		if f.Facet == facet && slices.Contains(f.Values, value) {
			return f.Op
		}
	}
	return ""
}

func reading(req index.Request, res *index.Result) Reading {
	r := Reading{
		Text: req.Query, Mode: req.Mode, Canonical: res.Reading.Canonical, Words: res.Reading.Words,
		URL: searchurl.String(req), Filters: res.Filters, From: req.From, To: req.To, Langs: req.Langs, Origins: req.Origins,
		Sort: res.Sort, Notices: res.Reading.Notices,
	}
	if r.Mode == "" {
		r.Mode = index.ModeDefault
	}
	if r.Filters == nil {
		r.Filters = []index.Filter{}
	}
	for _, f := range res.Reading.Forms {
		r.Forms = append(r.Forms, Forms{f.Word, orEmpty(f.Forms), f.More})
	}
	for _, o := range res.Reading.Offers {
		r.Offers = append(r.Offers, Offer{o.ID, o.From, orEmpty(o.To), o.On, o.Extra})
	}
	if c := res.Reading.Counts; c != nil {
		r.Counts = &ReadingCounts{c.Exact, c.Default, c.UHRI}
	}
	return r
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func suggestion(req index.Request, s index.Suggestion) Suggestion {
	to := searchurl.At("", req)
	switch s.Kind {
	case "spelling":
		to = to.Query(s.Query)
	case "label":
		to = to.Query("").With(s.Filter.Facet, s.Filter.Op, s.Filter.Values...)
	case "drop_filter":
		to = to.Drop(s.Filter)
	}
	return Suggestion{Kind: s.Kind, Text: s.Text, URL: searchurl.String(to.Request()), Count: s.Count}
}
