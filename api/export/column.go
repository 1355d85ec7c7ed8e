package export

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"uhri"
)

// Kind is the type of a column's values.
type Kind string

// The kinds. In CSV a list is joined by "; ", in NDJSON and Parquet it is a list.
const (
	Text    Kind = "text"
	List    Kind = "list"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
)

// Column is one column of a table, and its entry in the data dictionary.
type Column struct {
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Kind        Kind   `json:"kind"`
	Default     bool   `json:"default"` // in a table when no columns are chosen

	values func(dst []string, v *view) []string // what the record has, in order; nothing where nothing is known
	width  float64                              // in a sheet, in characters
}

// view is one record as it is exported: with the language it is shown in.
type view struct {
	*uhri.Recommendation
	lang uhri.Lang
	plan *Plan

	codes [][]string // of each facet, in the order of uhri.Facets; only those known
	known []bool
}

// codesOf returns the values of the n-th facet that are values: what is unknown or does not apply is nothing. Two columns ask for
// them, so they are kept.
func (v *view) codesOf(n int, f *uhri.Facet) []string {
	for len(v.known) <= n {
		v.known, v.codes = append(v.known, false), append(v.codes, nil)
	}
	if !v.known[n] {
		v.known[n], v.codes[n] = true, v.codes[n][:0]
		for _, c := range f.OfOrigins(v.Recommendation, v.plan.Origins...) {
			if c != uhri.ValueUnknown && c != uhri.ValueNotApplicable {
				v.codes[n] = append(v.codes[n], c)
			}
		}
	}
	return v.codes[n]
}

// columns is the data dictionary.
var columns = sync.OnceValue(func() []Column {
	cs := []Column{
		text("id", "Identifier", "Permanent identifier of the record: the publisher's AnnotationId, or our own for records we cut ourselves.", 38, func(v *view) string { return string(v.ID) }),
		text("link", "Permanent address", "Address of the record in this service; it stays the same across harvests.", 14, func(v *view) string { return v.plan.link("/r/" + string(v.ID)) }),
		text("symbol", "Document symbol", "United Nations symbol of the document the passage stands in.", 22, func(v *view) string { return string(v.Symbol) }),
		text("document_link", "Document", "Address of the document on the United Nations' own server.", 14, func(v *view) string {
			if v.Symbol == "" {
				return ""
			}
			return v.Symbol.URL(orEnglish(v.lang))
		}),
		text("paragraph", "Paragraph", "Number of the paragraph in the document, as printed.", 10, func(v *view) string { return v.Paragraph }),
		text("text", "Text", "The passage, whole, in the language of text_lang: heading, paragraph number and recommending States included, as published, after mechanical repair of characters and spaces.", 80, func(v *view) string { return v.Texts[v.lang].Full }),
		text("text_lang", "Language of the text", "Language of the column text: the first of the languages asked for that the record has; empty when it has no text.", 8, func(v *view) string { return string(v.lang) }),
		text("heading", "Heading", "The side heading the passage stands under, as far as it was recognised; it is part of text.", 24, func(v *view) string { return v.Texts[v.lang].Heading }),
		text("date", "Date", "Date of the document: 2025-02-12, or 2025-02 or 2025 where no more is known.", 12, func(v *view) string { return v.Date.String() }),
	}
	for n, f := range uhri.Facets() {
		cs = append(cs, facetColumns(n, f)...)
	}
	cs = append(cs,
		text("position_source", "Source of the position", "Document and paragraph the reviewed State's position was taken from.", 22, upr(func(u *uhri.UPR) string { return u.PositionSource })),
		more(text("lead_in", "Lead-in", "The sentence of the report that opens the list of recommendations.", 40, upr(func(u *uhri.UPR) string { return u.LeadIn }))),
		more(list("unresolved_states", "Unresolved recommending States", "Recommending States as printed that could not be identified.", func(dst []string, v *view) []string {
			if v.UPR != nil {
				dst = append(dst, v.UPR.Unresolved...)
			}
			return dst
		})),
		text("articles", "Articles", "The treaty articles the heading names.", 16, func(v *view) string { return v.Articles }),
		boolean("procedural", "Procedural", "Whether the passage is procedural: follow-up, dissemination, next report.", func(v *view) bool { return v.Procedural }),
		more(text("document_id", "Publisher's document identifier", "The publisher's identifier of the document.", 38, func(v *view) string { return v.DocumentID })),
		more(integer("order", "Order", "Place of the record in its document, counted so that 140.10 comes after 140.9.", func(v *view) int { return v.Order })),
	)
	for _, l := range uhri.Langs {
		name := string(l)
		label, _ := langFacet().Parse(name)
		cs = append(cs, more(text("text_"+name, "Text, "+langFacet().ValueLabel(label), "The passage in "+langFacet().ValueLabel(label)+"; empty where the publisher has no such text.", 80, func(v *view) string { return v.Texts[l].Full })))
	}
	return append(cs,
		list("labels", "Labels with origin", "Every label as scheme/concept@origin, so that the publisher's labels can be told from rules and models; a model's name and score follow in brackets.", labels),
		text("source", "Source", "Name of the source the record was taken from.", 12, func(v *view) string { return v.Provenance.Source }),
		text("first_seen", "First seen", "When this service first had the record (UTC).", 20, func(v *view) string { return stamp(v.Provenance.FirstSeen) }),
		text("last_changed", "Last changed", "When its publisher last changed the record (UTC); changes of our own processing do not count.", 20, func(v *view) string { return stamp(v.Provenance.LastChanged) }),
		text("published_uhri", "Published on UHRI", "When the Universal Human Rights Index put the record online.", 12, func(v *view) string { return v.Provenance.PublishedUHRI.String() }),
		list("inferred", "Inferred", "What was derived and not stated by the publisher.", func(dst []string, v *view) []string { return append(dst, v.Provenance.Inferred...) }),
		more(list("review", "To be reviewed", "Why a person should look at the record.", func(dst []string, v *view) []string { return append(dst, v.Provenance.Review...) })),
		boolean("demonstration", "Demonstration", "True when the record is invented, for demonstration.", func(v *view) bool { return v.Demo }),
	)
})

func langFacet() *uhri.Facet {
	f, _ := uhri.FacetByName("lang")
	return f
}

// Columns is the data dictionary: every column there is, in the order they stand.
func Columns() []Column { return slices.Clone(columns()) }

// DefaultColumns are those of a table nobody chose columns for.
func DefaultColumns() []Column {
	return slices.DeleteFunc(Columns(), func(c Column) bool { return !c.Default })
}

// ColumnNames lists the names of all columns.
func ColumnNames() []string {
	var names []string
	for _, c := range columns() {
		names = append(names, c.Name)
	}
	return names
}

// ColumnByName returns one column.
func ColumnByName(name string) (Column, bool) {
	for _, c := range columns() {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// coded facets are their own labels, or have a column above.
var coded = []string{"year", "cycle", "session", "lang", "origin", "latest"}

// extra facets follow from others and are in a table only when chosen.
var extra = []string{"m49", "bloc", "recommending_region", "origin", "year"}

// facetColumns gives a facet one column of labels and one of codes, or one where they are the same.
func facetColumns(n int, f *uhri.Facet) []Column {
	if f.Name == "symbol" {
		return nil // a column of its own
	}
	codes := func(dst []string, v *view) []string { return append(dst, v.codesOf(n, f)...) }
	names := func(dst []string, v *view) []string {
		for _, c := range v.codesOf(n, f) {
			dst = append(dst, f.ValueLabel(c))
		}
		return dst
	}
	kind := List
	if f.Single {
		kind = Text
	}
	empty := " Empty: not known."
	if f.UPROnly {
		empty = " Empty: not known, or not of the Universal Periodic Review (see mechanism)."
	}
	described := strings.TrimSuffix(f.Description, ".") + "."
	byDefault := !slices.Contains(extra, f.Name)
	if slices.Contains(coded, f.Name) {
		c := Column{Name: f.Name, Label: f.Label, Description: described + empty, Kind: kind, Default: byDefault, values: codes, width: 9}
		switch f.Name {
		case "year", "cycle", "session":
			c.Kind = Integer
		case "lang":
			c.Name, c.Label = "languages", "Languages"
		case "origin":
			c.Name, c.Label = "label_origins", "Origins of labels"
		}
		return []Column{c}
	}
	return []Column{
		{Name: f.Name, Label: f.Label, Description: described + " In words." + empty, Kind: kind, Default: byDefault, values: names, width: 24},
		{Name: f.Name + "_id", Label: f.Label + ", code", Description: described + " As the code that filters and addresses take." + empty, Kind: kind, Default: byDefault, values: codes, width: 12},
	}
}

func text(name, label, description string, width float64, value func(*view) string) Column {
	return Column{Name: name, Label: label, Description: description, Kind: Text, Default: true, width: width, values: func(dst []string, v *view) []string {
		if s := value(v); s != "" {
			dst = append(dst, s)
		}
		return dst
	}}
}

func list(name, label, description string, values func([]string, *view) []string) Column {
	return Column{Name: name, Label: label, Description: description, Kind: List, Default: true, width: 20, values: values}
}

func integer(name, label, description string, value func(*view) int) Column {
	return Column{Name: name, Label: label, Description: description, Kind: Integer, Default: true, width: 8, values: func(dst []string, v *view) []string {
		return append(dst, strconv.Itoa(value(v)))
	}}
}

func boolean(name, label, description string, value func(*view) bool) Column {
	return Column{Name: name, Label: label, Description: description, Kind: Boolean, Default: true, width: 8, values: func(dst []string, v *view) []string {
		return append(dst, strconv.FormatBool(value(v)))
	}}
}

// more takes a column out of the default set.
func more(c Column) Column {
	c.Default = false
	return c
}

func upr(value func(*uhri.UPR) string) func(*view) string {
	return func(v *view) string {
		if v.UPR == nil {
			return ""
		}
		return value(v.UPR)
	}
}

func labels(dst []string, v *view) []string {
	for _, t := range v.Tags {
		if len(v.plan.Origins) > 0 && !slices.Contains(v.plan.Origins, t.Origin) {
			continue
		}
		s := string(t.Scheme) + "/" + t.Concept + "@" + string(t.Origin)
		if t.By != "" {
			s += " (" + t.By
			if t.Score > 0 {
				s += ", " + strconv.FormatFloat(t.Score, 'f', 3, 64)
			}
			s += ")"
		}
		dst = append(dst, s)
	}
	return dst
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func orEnglish(l uhri.Lang) uhri.Lang {
	if l == "" {
		return uhri.English
	}
	return l
}
