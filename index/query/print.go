package query

import (
	"fmt"
	"strings"

	"uhri"
	"uhri/index/analysis"
)

// String returns "*".
func (All) String() string { return "*" }

// String joins the children with spaces.
func (n And) String() string {
	parts := make([]string, len(n.Kids))
	for i, k := range n.Kids {
		parts[i] = grouped(k)
	}
	return strings.Join(parts, " ")
}

// String joins the children with OR.
func (n Or) String() string {
	parts := make([]string, len(n.Kids))
	for i, k := range n.Kids {
		parts[i] = grouped(k)
	}
	return strings.Join(parts, " OR ")
}

// String puts NOT before the child.
func (n Not) String() string { return "NOT " + grouped(n.Kid) }

// grouped prints a child of And, Or or Not.
func grouped(n Node) string {
	switch n.(type) {
	case And, Or:
		return "(" + n.String() + ")"
	}
	return n.String()
}

// String returns the term.
func (n Word) String() string { return n.Term }

// String quotes the terms, or joins them by hyphens if they stand for their forms.
func (n Phrase) String() string {
	if !n.Forms {
		s := `"` + strings.Join(n.Terms, " ") + `"`
		if n.Slop > 0 {
			s += fmt.Sprintf("~%d", n.Slop)
		}
		return s
	}
	var b strings.Builder
	for i, t := range n.Terms {
		if i > 0 && !(analysis.IsIdeograph(t) && analysis.IsIdeograph(n.Terms[i-1])) {
			b.WriteByte('-')
		}
		b.WriteString(t)
	}
	return b.String()
}

// String puts NEAR/n between the two.
func (n Near) String() string { return fmt.Sprintf("%s NEAR/%d %s", n.A, n.Distance, n.B) }

// String puts a star behind the stem.
func (n Prefix) String() string { return n.Stem + "*" }

// String returns the pattern.
func (n Wildcard) String() string { return n.Pattern }

// String returns facet:value, or facet:(a OR b).
func (n Field) String() string {
	if n.Prefix != "" {
		return n.Facet + ":" + n.Prefix + "*"
	}
	return n.Facet + ":" + values(n.Values)
}

// String returns field:from..to, or field:day.
func (n Dates) String() string {
	return string(n.Field) + ":" + span(n.From.String(), n.To.String())
}

// String returns year:from..to, or year:year.
func (n Years) String() string {
	year := func(y int) string { return uhri.Date{Year: y}.String() }
	return "year:" + span(year(n.From), year(n.To))
}

func span(from, to string) string {
	if from == to {
		return from
	}
	return from + ".." + to
}

// String returns id:value, or id:(a OR b).
func (n IDs) String() string {
	v := make([]string, len(n.Values))
	for i, id := range n.Values {
		v[i] = string(id)
	}
	return "id:" + values(v)
}

// String returns the symbol.
func (n SymbolText) String() string { return string(n.Symbol) }

func values(vs []string) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = v
		if strings.ContainsFunc(v, func(r rune) bool { return !plainValue(r) }) || strings.HasSuffix(v, "*") {
			parts[i] = `"` + v + `"`
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// plainValue reports whether a field's value may hold r without quotes.
func plainValue(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-._/", r)
}
