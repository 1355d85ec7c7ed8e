package ui

import (
	"slices"
	"strconv"
	"strings"

	"uhri"
)

// Names of the domain, as people read them: what the vocabularies say in English, said in the language of the portal.

func (w *Words) countryNames(cs []uhri.Country) []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = w.countryName(c)
	}
	return names
}

func (w *Words) countryName(c uhri.Country) string { return w.Say(c.Name()) }

func (w *Words) bodyName(code string) string {
	if b, ok := uhri.BodyByCode(code); ok {
		return w.Say(b.Name)
	}
	return code
}

func (w *Words) conceptLabel(s uhri.Scheme, slug string) string {
	c, ok := uhri.ConceptBySlug(s, slug)
	if !ok {
		return slug
	}
	if s == uhri.SchemeSDG { // "5.2 - End violence …": the number has its own place on a page
		return w.Say(strings.TrimPrefix(c.Label, slug+" - "))
	}
	return w.Say(c.Label)
}

func (w *Words) facetLabel(name string) string {
	if f, ok := uhri.FacetByName(name); ok {
		return w.Say(f.Label)
	}
	return name
}

// valueLabel names a facet's value; a value nobody knows is shown as it was written.
func (u *UI) valueLabel(facet, value string) string {
	if f, ok := uhri.FacetByName(facet); ok {
		if label := f.ValueLabel(value); label != "" {
			return u.words.Say(label)
		}
	}
	return value
}

// sortGoals puts goals in their order, without repetitions.
func sortGoals(goals []Goal) {
	slices.SortFunc(goals, func(a, b Goal) int { return goalNumber(a.Number) - goalNumber(b.Number) })
}

// goalNumber is the number of a goal or of a target's goal: 5 for "5" and "5.2".
func goalNumber(s string) int {
	g, _, _ := strings.Cut(s, ".")
	n, _ := strconv.Atoi(g)
	return n
}

// originsCounted says whose labels are counted; no origins are all.
func (w *Words) originsCounted(origins []uhri.Origin) string {
	if len(origins) == 0 {
		return w.Text("origins.counted.all")
	}
	var names []string
	for _, o := range origins {
		names = append(names, w.Text("origin."+string(o)))
	}
	return w.Count("origins.counted.some", len(names), w.List(names))
}

// ofLabels is whose labels a chart of a facet counts; nothing where it counts no labels.
func (w *Words) ofLabels(facet string, origins []uhri.Origin) string {
	if f, ok := uhri.FacetByName(facet); !ok || !f.Labels || facet == "origin" {
		return ""
	}
	return " " + w.originsCounted(origins)
}
