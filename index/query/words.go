package query

import (
	"fmt"
	"strings"

	"uhri"
)

// Words says in plain English what the tree matches.
func Words(n Node) string {
	switch n := n.(type) {
	case All:
		return "all records"
	case And:
		var with, without []string
		for _, k := range n.Kids {
			if not, ok := k.(Not); ok {
				without = append(without, wordsInside(not.Kid))
			} else {
				with = append(with, wordsInside(k))
			}
		}
		if len(with) == 0 {
			return "not " + strings.Join(without, " and not ")
		}
		s := strings.Join(with, " and ")
		if len(without) > 0 {
			s += ", but not " + strings.Join(without, " and not ")
		}
		return s
	case Or:
		parts := make([]string, len(n.Kids))
		for i, k := range n.Kids {
			parts[i] = wordsInside(k)
		}
		return strings.Join(parts, " or ")
	case Not:
		return "not " + wordsInside(n.Kid)
	case Word:
		return n.Term + " in any form"
	case Phrase:
		return phraseWords(n)
	case Near:
		if n.Distance == 1 {
			return fmt.Sprintf("%s directly beside %s", Words(n.A), Words(n.B))
		}
		return fmt.Sprintf("%s at most %d words from %s", Words(n.A), n.Distance, Words(n.B))
	case Prefix:
		return fmt.Sprintf("a word that begins with “%s”", n.Stem)
	case Wildcard:
		return fmt.Sprintf("a word of the form “%s”", n.Pattern)
	case Field:
		return fieldWords(n)
	case Dates:
		name := map[DateField]string{DatePublished: "dated", DateFirstSeen: "first seen here", DateChanged: "last changed"}[n.Field]
		return name + " " + spanWords(n.From.String(), n.To.String())
	case Years:
		return "from the years " + spanWords(uhri.Date{Year: n.From}.String(), uhri.Date{Year: n.To}.String())
	case IDs:
		ids := make([]string, len(n.Values))
		for i, id := range n.Values {
			ids[i] = string(id)
		}
		return "the record " + strings.Join(ids, " or ")
	case SymbolText:
		return fmt.Sprintf("of the document %s, or naming it", n.Symbol)
	}
	return n.String()
}

func wordsInside(n Node) string {
	switch n.(type) {
	case And, Or:
		return "(" + Words(n) + ")"
	}
	return Words(n)
}

func phraseWords(n Phrase) string {
	quoted := "“" + strings.Join(n.Terms, " ") + "”"
	switch {
	case n.Forms:
		return quoted + " side by side, in any form"
	case n.Slop > 0:
		return fmt.Sprintf("the words %s in any order with at most %d others among them", quoted, n.Slop)
	case len(n.Terms) == 1:
		return "exactly the word " + quoted
	}
	return "exactly the words " + quoted
}

func fieldWords(n Field) string {
	f, ok := uhri.FacetByName(n.Facet)
	if !ok {
		return n.String()
	}
	if n.Prefix != "" {
		return fmt.Sprintf("%s beginning with “%s”", f.Label, n.Prefix)
	}
	labels := make([]string, len(n.Values))
	for i, v := range n.Values {
		labels[i] = "“" + f.ValueLabel(v) + "”"
	}
	return f.Label + " " + strings.Join(labels, " or ")
}

func spanWords(from, to string) string {
	switch {
	case from == to:
		return from
	case from == "":
		return "up to " + to
	case to == "":
		return from + " or later"
	}
	return from + " to " + to
}
