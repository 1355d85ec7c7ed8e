package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"uhri"
)

// field is something a query can ask for by name. Facets are fields, and so are the dates and the ID.
type field struct {
	name  string
	facet *uhri.Facet // nil for the dates and the ID
}

// longestLabel bounds the words of a label that is typed without quotes.
const longestLabel = 8

func findField(name string) (field, bool) {
	name = strings.ToLower(name)
	switch name {
	case "date", "first_seen", "changed", "id":
		return field{name: name}, true
	}
	f, ok := uhri.FacetByName(name)
	if !ok {
		return field{}, false
	}
	return field{f.Name, f}, true
}

// fieldNames returns what can be written before a colon.
func fieldNames() []string {
	names := []string{"date", "first_seen", "changed", "id"}
	for _, f := range uhri.Facets() {
		names = append(names, f.Name)
		names = append(names, f.Synonyms...)
	}
	return names
}

// fieldName reports whether s has the shape of a field's name.
func fieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	}) && (s[0] < '0' || s[0] > '9')
}

// field reads the value of a field, of which first stands in the field's own chunk. It reports false if there is none
// at all, so that "theme: torture" is read as words.
func (p *parser) field(l lexeme, f field, first string) (Node, bool) {
	at := l.at + len(l.text) - len(first)
	if first != "" {
		return p.fieldValue(f, at, p.extend(f, at, first), false), true
	}
	switch next := p.peek(); {
	case next.spaced || next.kind == end:
		if p.strict {
			p.fail(l.at, l.text+" has no value", "Write it without a space: "+f.name+":value")
		}
		return nil, false
	case next.kind == quoted:
		p.take()
		if next.unclosed {
			p.repair(next.at, "this quotation is not closed", "It was closed at the end.")
		}
		return p.fieldValue(f, next.at, next.text, true), true
	case next.kind == open:
		return p.fieldList(f), true
	}
	return nil, false
}

// extend adds the following words to a value where they make a longer label of it: country:South Africa.
func (p *parser) extend(f field, at int, first string) string {
	if f.facet == nil || strings.HasSuffix(first, "*") {
		return first
	}
	if v, err := f.facet.Parse(first); err == nil && v == first {
		return first // as a tree is printed
	}
	best, used := first, 0
	words := first
	for i := 0; i < longestLabel; i++ {
		l := p.lexemes[min(p.next+i, len(p.lexemes)-1)]
		if l.kind != chunk || !l.spaced || strings.Contains(l.text, ":") {
			break
		}
		switch l.text {
		case "AND", "OR", "NOT", "&&", "||", "|":
			i = longestLabel
			continue
		}
		words += " " + l.text
		if _, err := f.facet.Parse(words); err == nil {
			best, used = words, i+1
		}
	}
	if used > 0 {
		p.repair(at, "a label of several words needs quotes", fmt.Sprintf("It was read as %s:%q.", f.name, best))
		p.next += used
	}
	return best
}

// fieldList reads (a OR b), (a, b).
func (p *parser) fieldList(f field) Node {
	start := p.take()
	var alternatives []Node
	var words []string
	at := -1
	flush := func() {
		if len(words) > 0 {
			if n := p.fieldValue(f, at, strings.Join(words, " "), false); n != nil {
				alternatives = append(alternatives, n)
			}
		}
		words, at = nil, -1
	}
	for p.failed == nil {
		l := p.peek()
		if l.kind == end {
			p.repair(start.at, "this parenthesis is not closed", "It was closed at the end.")
			break
		}
		p.take()
		if l.kind == shut {
			break
		}
		switch {
		case l.kind == chunk && (l.text == "OR" || l.text == "||" || l.text == "|"):
			flush()
		case l.kind == chunk && (l.text == "AND" || l.text == "NOT" || l.text == "&&"), l.kind == open, l.kind == minus:
			p.fail(l.at, "a field takes a list of alternatives", fmt.Sprintf("Write %s:(a OR b); for both, write %s:a AND %s:b.", f.name, f.name, f.name))
		case l.kind == quoted:
			flush()
			if n := p.fieldValue(f, l.at, l.text, true); n != nil {
				alternatives = append(alternatives, n)
			}
		default:
			parts := strings.Split(l.text, ",")
			offset := l.at
			for i, w := range parts {
				if w != "" {
					if at < 0 {
						at = offset
					}
					words = append(words, w)
				}
				offset += len(w) + 1
				// A comma parts alternatives unless it belongs to a label: "Congo, Democratic Republic of the".
				if i < len(parts)-1 && f.accepts(strings.Join(words, " ")) {
					flush()
				}
			}
		}
	}
	flush()
	if p.failed != nil {
		return nil
	}
	if len(alternatives) == 0 {
		p.fail(start.at, "there is no value in these parentheses", fmt.Sprintf("Write %s:(a OR b).", f.name))
		return nil
	}
	return or(alternatives...)
}

// accepts reports whether s is a value of the field.
func (f field) accepts(s string) bool {
	if f.facet == nil {
		return true
	}
	_, err := f.facet.Parse(s)
	return err == nil
}

// fieldValue reads one value. A value that cannot be read is an error in either reading.
func (p *parser) fieldValue(f field, at int, s string, inQuotes bool) Node {
	s = strings.TrimFunc(s, blank)
	if !inQuotes {
		s = strings.TrimRight(s, ",;")
	}
	if s == "" {
		p.fail(at, f.name+": has no value", "")
		return nil
	}
	switch f.name {
	case "id":
		return p.idValue(at, s)
	case "date", "first_seen", "changed":
		return p.dateValue(DateField(f.name), at, s)
	case "year":
		if n := p.yearValue(f, at, s); n != nil || p.failed != nil {
			return n
		}
	case "symbol":
		if stem, ok := strings.CutSuffix(s, "*"); ok {
			stem = strings.ToUpper(stem)
			if stem == "" || strings.ContainsFunc(stem, func(r rune) bool { return !plainValue(r) }) {
				p.fail(at, fmt.Sprintf("%q is not the beginning of a symbol", s), "For example: symbol:A/HRC/*")
				return nil
			}
			return Field{Facet: "symbol", Prefix: stem}
		}
	}
	v, err := f.facet.Parse(s)
	if err != nil && f.name == "sdg" {
		// Goals and targets are two facets, and people write sdg: for both.
		if goal, ok := uhri.FacetByName("goal"); ok {
			if g, gerr := goal.Parse(s); gerr == nil {
				return Field{Facet: "goal", Values: []string{g}}
			}
		}
	}
	if err != nil {
		p.fail(at, uhri.Message(err), "")
		return nil
	}
	if strings.ContainsFunc(v, func(r rune) bool { return quote(r) || blank(r) && r != ' ' }) {
		p.fail(at, fmt.Sprintf("%q is not a value of %s", s, f.name), "")
		return nil
	}
	return Field{Facet: f.name, Values: []string{v}}
}

func (p *parser) idValue(at int, s string) Node {
	s = strings.ToLower(s)
	if strings.ContainsFunc(s, func(r rune) bool { return !plainValue(r) }) {
		p.fail(at, fmt.Sprintf("%q is not an ID", s), "An ID looks like 0a0c9531-85fa-4408-a9db-bc816c2e1261.")
		return nil
	}
	return IDs{Values: []uhri.ID{uhri.ID(s)}}
}

// ends parts a range; both are s itself if it is none.
func ends(s string) (from, to string, isRange bool) {
	for _, sep := range [...]string{"..", "…", "–", "—"} {
		if from, to, ok := strings.Cut(s, sep); ok {
			return strings.TrimSpace(from), strings.TrimSpace(strings.TrimLeft(to, ".")), true
		}
	}
	return s, s, false
}

// yearValue reads 2018, 2018..2024, 2018-2024, 2018.. and ..2024; nil without failure for words such as unknown.
func (p *parser) yearValue(f field, at int, s string) Node {
	from, to, isRange := ends(s)
	if a, b, ok := strings.Cut(s, "-"); ok && !isRange && len(a) == 4 {
		from, to, isRange = a, b, true
	}
	if !isRange && strings.Trim(s, "0123456789") != "" {
		return nil
	}
	var years [2]int
	for i, y := range [...]string{from, to} {
		if y == "" && isRange {
			continue
		}
		n, err := strconv.Atoi(y)
		if err != nil || len(y) != 4 || n == 0 {
			p.fail(at, fmt.Sprintf("%q is not a year", y), "For example: year:2018, year:2018..2024, year:2018..")
			return nil
		}
		years[i] = n
	}
	if years == [2]int{} {
		p.fail(at, "the range of years has no end", "For example: year:2018..2024")
		return nil
	}
	if years[0] > years[1] && years[1] != 0 {
		p.repair(at, "the years stand the wrong way round", "They were exchanged.")
		years[0], years[1] = years[1], years[0]
	}
	return Years{From: years[0], To: years[1]}
}

func (p *parser) dateValue(f DateField, at int, s string) Node {
	from, to, isRange := ends(s)
	var dates [2]uhri.Date
	for i, d := range [...]string{from, to} {
		if d == "" && isRange {
			continue
		}
		v, err := uhri.ParseDate(d)
		if err != nil || v.IsZero() {
			p.fail(at, fmt.Sprintf("%q is not a date", d), fmt.Sprintf("For example: %s:2019, %s:2019-01..2020-06-30", f, f))
			return nil
		}
		dates[i] = v
	}
	if dates == [2]uhri.Date{} {
		p.fail(at, "the range of dates has no end", fmt.Sprintf("For example: %s:2019..2020", f))
		return nil
	}
	if !dates[1].IsZero() && dates[0].First().Key() > dates[1].Last().Key() {
		p.repair(at, "the dates stand the wrong way round", "They were exchanged.")
		dates[0], dates[1] = dates[1], dates[0]
	}
	return Dates{Field: f, From: dates[0], To: dates[1]}
}

// mergeFields joins alternatives of one field into one node: country:KEN OR country:UGA.
func mergeFields(kids []Node) []Node {
	var out []Node
	for _, k := range kids {
		merged := false
		for i, o := range out {
			switch o := o.(type) {
			case Field:
				if f, ok := k.(Field); ok && f.Facet == o.Facet && f.Prefix == "" && o.Prefix == "" {
					for _, v := range f.Values {
						if !slices.Contains(o.Values, v) {
							o.Values = append(slices.Clone(o.Values), v)
						}
					}
					out[i], merged = o, true
				}
			case IDs:
				if f, ok := k.(IDs); ok {
					for _, v := range f.Values {
						if !slices.Contains(o.Values, v) {
							o.Values = append(slices.Clone(o.Values), v)
						}
					}
					out[i], merged = o, true
				}
			}
		}
		if !merged {
			out = append(out, k)
		}
	}
	return out
}
