package segment

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"uhri"
)

// parenthesis is one outermost balanced group of a text.
type parenthesis struct {
	start, end int // of the text with its brackets
	inside     string
	states     []uhri.Country
}

// recommendingStates reads every parenthesis whose parts are all States: the run at the end, and those at a clause
// inside ("ratify (Benin, Denmark) and establish (Benin)"). A parenthesis at the very end that looks like a State's name
// and is none is unresolved. "(ICCPR)", "(No. 174)", "(2009–2014)" are neither.
func recommendingStates(text string) (groups []parenthesis, states []uhri.Country, unresolved []string) {
	for _, g := range parentheses(text) {
		known, unknown := statesOf(g.inside)
		after := strings.TrimFunc(text[g.end:], isStop)
		switch {
		case len(known) > 0 && len(unknown) == 0:
			g.states = known
		case len(known) > 0 && (after == "" || len(known) > len(unknown)):
			g.states = known
			unresolved = append(unresolved, unknown...)
		case after == "" && looksLikeName(g.inside):
			unresolved = append(unresolved, g.inside)
			continue
		default:
			continue
		}
		groups = append(groups, g)
		for _, c := range g.states {
			if !slices.Contains(states, c) {
				states = append(states, c)
			}
		}
	}
	return groups, states, unresolved
}

// parentheses returns the outermost balanced groups. Real reports also lack brackets: "(Ghana;" ends with the text or
// the clause, "Ghana);" takes the words before it that make a State.
func parentheses(text string) []parenthesis { return parenthesesBelow(text, 0) }

// maxUnclosed bounds how many brackets that never close are looked into; hostile text has thousands.
const maxUnclosed = 20

func parenthesesBelow(text string, unclosedBefore int) []parenthesis {
	var out []parenthesis
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			if depth == 0 {
				start = i
			}
			depth++
		case ')':
			if depth == 0 {
				if g, ok := unopened(text, i); ok {
					out = append(out, g)
				}
				continue
			}
			if depth--; depth == 0 {
				out = append(out, parenthesis{start: start, end: i + 1, inside: text[start+1 : i]})
			}
		}
	}
	if depth > 0 && unclosedBefore < maxUnclosed {
		// "(Iran (Islamic Republic of);" lacks its last bracket, "(Mali; Improve … (Chad);" its first.
		if g, ok := unclosed(text, start); ok {
			out = append(out, g)
			if rest := text[g.end:]; strings.Contains(rest, "(") {
				for _, q := range parenthesesBelow(rest, unclosedBefore+1) {
					q.start, q.end = q.start+g.end, q.end+g.end
					out = append(out, q)
				}
			}
		} else {
			for _, q := range parenthesesBelow(text[start+1:], unclosedBefore+1) {
				q.start, q.end = q.start+start+1, q.end+start+1
				out = append(out, q)
			}
		}
	}
	return out
}

// unclosed reads the names after an opening bracket that is never closed, up to the first stop that leaves States.
func unclosed(text string, start int) (parenthesis, bool) {
	rest := text[start+1:]
	for i := 0; i <= min(len(rest), 200); i++ {
		if i < len(rest) && !strings.ContainsRune(";.)", rune(rest[i])) {
			continue
		}
		end := i
		if i < len(rest) && rest[i] == ')' {
			end = i + 1
		}
		if known, unknown := statesOf(rest[:end]); len(known) > 0 && len(unknown) == 0 {
			return parenthesis{start: start, end: start + 1 + end, inside: rest[:end]}, true
		}
	}
	return parenthesis{}, false
}

// unopened reads the State before a closing bracket that was never opened.
func unopened(text string, at int) (parenthesis, bool) {
	from := max(0, at-70)
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	head := text[from:at]
	fields := strings.Fields(head)
	for n := min(6, len(fields)); n >= 1; n-- {
		printed := strings.Join(fields[len(fields)-n:], " ")
		if r, _ := utf8.DecodeRuneInString(printed); !unicode.IsUpper(r) || !strings.HasSuffix(head, printed) {
			continue
		}
		if c, ok := state(printed); ok {
			return parenthesis{start: at - len(printed), end: at + 1, inside: printed, states: []uhri.Country{c}}, true
		}
	}
	return parenthesis{}, false
}

// maxStates bounds the bytes of a parenthesis that is read as a list of States; the longest real one has some 600.
const maxStates = 3000

// cutAt returns the last rune boundary at or before n.
func cutAt(s string, n int) int {
	for n = min(n, len(s)); n > 0 && n < len(s) && !utf8.RuneStart(s[n]); n-- {
	}
	return n
}

// statesOf resolves the parts of one parenthesis: a name, or names with commas, slashes, semicolons or "and". Names
// that hold a comma or an "and" themselves are tried whole first.
func statesOf(printed string) (known []uhri.Country, unknown []string) {
	if len(printed) > maxStates {
		return nil, []string{printed[:cutAt(printed, 60)]}
	}
	printed = strings.TrimFunc(printed, isStop)
	for _, w := range []string{"and ", "y ", "et "} {
		printed = strings.TrimPrefix(printed, w)
	}
	if printed == "" {
		return nil, nil
	}
	if c, ok := state(printed); ok {
		return []uhri.Country{c}, nil
	}
	// The longest name at the front wins: "Bosnia and Herzegovina and Mali". Names hold three words of "and" at most.
	cuts := separators(printed)
	for i := min(len(cuts), 6) - 1; i >= 0; i-- {
		c, ok := state(printed[:cuts[i].at])
		if !ok {
			continue
		}
		rest := printed[cuts[i].at+cuts[i].n:]
		if low := strings.ToLower(rest); strings.HasPrefix(low, "on behalf") || strings.HasPrefix(low, "in the name") {
			return []uhri.Country{c}, nil
		}
		more, un := statesOf(rest)
		return append([]uhri.Country{c}, more...), un
	}
	if c, ok := onBehalf(printed); ok {
		return []uhri.Country{c}, nil
	}
	if len(cuts) == 0 {
		return nil, []string{printed}
	}
	more, un := statesOf(printed[cuts[0].at+cuts[0].n:])
	return more, append([]string{printed[:cuts[0].at]}, un...)
}

func onBehalf(s string) (uhri.Country, bool) {
	if i := strings.Index(strings.ToLower(s), " on behalf"); i > 0 {
		return state(s[:i])
	}
	return "", false
}

type separator struct{ at, n int }

// separators returns where a list of names may be cut, outside inner brackets.
func separators(s string) []separator {
	var out []separator
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth != 0 {
			continue
		}
		for _, w := range []string{",", ";", "/", " and ", " & ", " y ", " et "} {
			if strings.HasPrefix(s[i:], w) {
				n := len(w)
				for i+n < len(s) && s[i+n] == ' ' {
					n++
				}
				out = append(out, separator{i, n})
			}
		}
	}
	return out
}

// shortForms are the only abbreviations read as States: other capitals in brackets are treaties and bodies.
var shortForms = map[string]uhri.Country{
	"UK": "GBR", "U.K.": "GBR", "US": "USA", "USA": "USA", "U.S.": "USA", "U.S.A.": "USA", "UAE": "ARE", "DRC": "COD", "DPRK": "PRK", "ROK": "KOR", "FYROM": "MKD", "CAR": "CAF",
}

// state resolves one printed name: official and former names, with or without article, a typing error in its case.
func state(printed string) (uhri.Country, bool) {
	name := strings.TrimSpace(strings.TrimRight(printed, "*†‡ 0123456789.,;"))
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || utf8.RuneCountInString(name) > 70 {
		return "", false
	}
	if c, ok := shortForms[strings.TrimSpace(printed)]; ok {
		return c, true
	}
	if utf8.RuneCountInString(name) < 4 { // "(No. 118)", "(ICC)": codes of countries, but not here
		return "", false
	}
	if low := strings.ToLower(name); strings.HasPrefix(low, "the ") {
		name = name[4:]
	}
	if c, ok := uhri.ResolveCountry(name); ok {
		return c, ok
	}
	return uhri.ResolveCountry(strings.ReplaceAll(strings.ReplaceAll(name, "- ", "-"), " -", "-"))
}

// looksLikeName reports whether a parenthesis may be a State's name nobody knows: capitalised words without digits.
func looksLikeName(s string) bool {
	if n := utf8.RuneCountInString(s); n < 4 || n > 60 || strings.ToUpper(s) == s || strings.ContainsAny(s, "0123456789:") {
		return false
	}
	upper := 0
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, "(),’'“”\"")
		rs := []rune(w)
		switch {
		case len(rs) == 0:
		case len(rs) > 1 && strings.ToUpper(w) == w:
			return false
		case unicode.IsUpper(rs[0]):
			upper++
		case w != "of" && w != "the" && w != "and" && w != "de" && w != "d":
			return false
		}
	}
	return upper > 0
}

func isStop(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".,;:/؛；。、", r) }

// parts takes the asks of one recommendation apart, each with the States that made it. One ask has no parts.
func parts(text string, groups []parenthesis) []uhri.Part {
	var out []uhri.Part
	from := 0
	for i := 0; i < len(groups); {
		ask := strings.TrimFunc(text[from:groups[i].start], isStop)
		var states []uhri.Country
		end := groups[i].start
		for ; i < len(groups) && strings.TrimFunc(text[end:groups[i].start], isStop) == ""; i++ {
			for _, c := range groups[i].states {
				if !slices.Contains(states, c) {
					states = append(states, c)
				}
			}
			end = groups[i].end
		}
		from = end
		ask = strings.TrimPrefix(ask, "and ")
		out = append(out, uhri.Part{Text: ask, States: states})
	}
	if rest := strings.TrimFunc(text[from:], isStop); len(out) > 0 && strings.Count(rest, " ") > 2 {
		out = append(out, uhri.Part{Text: rest})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// withoutTrailingStates is the text up to the run of State groups at its end.
func withoutTrailingStates(text string, groups []parenthesis) string {
	end := len(text)
	for i := len(groups) - 1; i >= 0 && strings.TrimFunc(text[groups[i].end:end], isStop) == ""; i-- {
		end = groups[i].start
	}
	return strings.TrimRightFunc(text[:end], isStop)
}
