package ui

import (
	"context"
	"slices"

	"uhri/index"
)

// translated is a Searcher whose answers name the values of facets in the language of the portal.
type translated struct {
	index.Searcher
	words *Words
}

func (t translated) Search(ctx context.Context, req index.Request) (*index.Result, error) {
	res, err := t.Searcher.Search(ctx, req)
	if err != nil {
		return nil, err
	}
	own := *res // answers may be shared
	own.Facets = slices.Clone(res.Facets)
	for i := range own.Facets {
		f := &own.Facets[i]
		f.Values = slices.Clone(f.Values)
		for j := range f.Values {
			f.Values[j].Label = t.words.Say(f.Values[j].Label)
		}
	}
	own.Suggestions = slices.Clone(res.Suggestions)
	for i := range own.Suggestions {
		own.Suggestions[i].Text = t.words.Say(own.Suggestions[i].Text)
	}
	return &own, nil
}
