package clean

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"uhri"
)

// RecommendingStates reads who made a recommendation of the Universal Periodic Review: the States in parentheses at
// the end of the text and at the end of each ask inside it.
//
// body is the text without the run of States at its very end; unresolved are names that stand where a State should
// and no alias explains, as printed — they stay in the body. States come in order of appearance, each once.
func RecommendingStates(text string) (body string, states []uhri.Country, unresolved []string) {
	groups := stateGroups(text)
	body = text
	for _, g := range groups {
		for _, c := range g.states {
			states = appendNew(states, c)
		}
		if len(g.states) == 0 {
			unresolved = append(unresolved, g.printed)
		}
	}
	if cut := trailingRun(text, groups); cut >= 0 {
		body = strings.TrimRight(text[:cut], " \n;,")
	}
	return body, states, unresolved
}

// Parts takes the asks of one paragraph apart, each with the States that made it: "Ratify the Convention (Uruguay)
// (Mali); Accelerate the reform (Estonia);". A paragraph with one ask has no parts.
func Parts(text string) []uhri.Part {
	groups := stateGroups(text)
	var parts []uhri.Part
	from := 0
	for i := 0; i < len(groups); {
		var states []uhri.Country
		end, first := groups[i].end, groups[i].start
		for ; i < len(groups) && (groups[i].start < end || onlyStops(text[end:groups[i].start])); i++ {
			for _, c := range groups[i].states {
				states = appendNew(states, c)
			}
			end = groups[i].end
		}
		ask := strings.TrimFunc(text[from:first], isStop)
		if ask == "" && len(parts) > 0 {
			parts[len(parts)-1].States = append(parts[len(parts)-1].States, states...)
		} else if len(states) > 0 {
			parts = append(parts, uhri.Part{Text: strings.TrimPrefix(ask, "and "), States: states})
		} else {
			continue // a name nobody knows ends no ask
		}
		from = end
	}
	if rest := strings.TrimFunc(text[from:], isStop); len(parts) > 0 && strings.Count(rest, " ") > 2 {
		parts = append(parts, uhri.Part{Text: strings.TrimPrefix(rest, "and ")})
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// group is one parenthesis that names States, or, with none, that stands where a State should.
type group struct {
	start, end int
	printed    string
	states     []uhri.Country
}

// stateGroups finds the parentheses that name States: those at the end of the text, and inside it those that end an
// ask, followed by a stop or by another such group.
func stateGroups(text string) []group {
	all := parentheses(text)
	var found []group
	for i := len(all) - 1; i >= 0; i-- {
		g := all[i]
		after := text[g.end:]
		last := onlyStops(after)
		next := len(found) > 0 && onlyStops(text[g.end:found[0].start])
		if !last && !next && !endsAsk(after) {
			continue
		}
		states, unknown := resolveStates(g.printed)
		switch {
		case len(states) > 0 && len(unknown) == 0:
			g.states = states
		case len(states) > 0 && (last || next || !slices.ContainsFunc(unknown, func(u string) bool { return !looksLikeState(u) })):
			// Some of a list: keep what is known, report the rest.
			g.states = states
			for _, u := range unknown {
				found = append([]group{{start: g.start, end: g.end, printed: u}}, found...)
			}
		case last && looksLikeState(g.printed):
		default:
			continue
		}
		found = append([]group{g}, found...)
	}
	return found
}

// trailingRun returns where the run of State groups at the end of the text begins, or -1.
func trailingRun(text string, groups []group) int {
	cut, end := -1, len(text)
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if len(g.states) == 0 || i+1 < len(groups) && groups[i+1].start == g.start || !onlyStops(text[g.end:end]) {
			break
		}
		cut, end = g.start, g.start
	}
	return cut
}

// parentheses returns the outermost balanced groups of the text. An opening parenthesis never closed ends with the
// text; a closing one never opened takes the words before it back to a stop, as in "of the Covenant Ghana);".
func parentheses(text string) []group {
	var groups []group
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
				continue
			}
			if depth--; depth == 0 {
				groups = append(groups, group{start: start, end: i + 1, printed: text[start+1 : i]})
			}
		}
	}
	if depth > 0 && start < len(text) {
		// Too few closing ones: "(Iran (Islamic Republic of);" and "(Ghana;".
		printed := strings.TrimRightFunc(text[start+1:], isStop)
		if strings.Count(printed, "(") >= depth && strings.HasPrefix(text[start+1+len(printed):], ")") {
			printed = text[start+1 : start+1+len(printed)+1]
		}
		if utf8.RuneCountInString(printed) < 60 {
			groups = append(groups, group{start: start, end: start + 1 + len(printed), printed: printed})
		}
	}
	if len(groups) == 0 {
		if g, ok := unopened(text); ok {
			groups = append(groups, g)
		}
	}
	return groups
}

// unopened reads a State at the end of a text whose opening parenthesis is missing: "… the Covenant Ghana);".
func unopened(text string) (group, bool) {
	end := len(strings.TrimRight(text, " ;.,\n"))
	if end == 0 || text[end-1] != ')' {
		return group{}, false
	}
	name := text[:end-1]
	fields := strings.Fields(name)
	for n := min(4, len(fields)); n >= 1; n-- {
		printed := strings.Join(fields[len(fields)-n:], " ")
		if c, ok := resolveState(printed); ok && strings.HasSuffix(name, printed) && unicode.IsUpper(rune(printed[0])) {
			return group{start: end - 1 - len(printed), end: end, printed: printed, states: []uhri.Country{c}}, true
		}
	}
	return group{}, false
}

// resolveStates resolves the States of one parenthesis: one name, or a list with commas, slashes or "and". A name
// that holds a comma or an "and" itself is tried whole first.
func resolveStates(printed string) (states []uhri.Country, unknown []string) {
	printed = strings.TrimFunc(printed, isStop)
	if c, ok := resolveState(printed); ok {
		return []uhri.Country{c}, nil
	}
	for _, separator := range []string{", ", ",", ";", "/", " and ", " & ", " et "} {
		for _, at := range topLevel(printed, separator) {
			left := printed[:at]
			if c, ok := resolveState(strings.TrimPrefix(left, "and ")); ok {
				rest, unknown := resolveStates(strings.TrimPrefix(strings.TrimLeft(printed[at+len(separator):], " "), "and "))
				if onBehalf(printed[at+len(separator):]) {
					return []uhri.Country{c}, nil
				}
				return append([]uhri.Country{c}, rest...), unknown
			}
		}
	}
	for _, separator := range []string{", ", ",", ";"} {
		if at := topLevel(printed, separator); len(at) > 0 {
			if rest, unknown := resolveStates(printed[at[0]+len(separator):]); len(rest) > 0 {
				return rest, append([]string{strings.TrimSpace(printed[:at[0]])}, unknown...)
			}
		}
	}
	if printed == "" {
		return nil, nil
	}
	return nil, []string{printed}
}

// onBehalf reports whether the rest of a parenthesis only says for whom a State spoke.
func onBehalf(s string) bool {
	return strings.HasPrefix(strings.TrimSpace(strings.ToLower(s)), "on behalf")
}

// topLevel returns the places of a separator outside inner parentheses, so that "Korea (Republic of, South)" holds.
func topLevel(s, separator string) []int {
	var at []int
	depth := 0
	for i := range len(s) {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], separator):
			at = append(at, i)
		}
	}
	return at
}

// resolveState resolves one printed name. Codes are not names: "(ICC)" and "(174)" in a text are no countries, though
// some such are codes of one.
func resolveState(printed string) (uhri.Country, bool) {
	name := strings.TrimSpace(strings.TrimRight(printed, "*† 0123456789"))
	name = strings.TrimPrefix(name, "the ")
	if name == "" || utf8.RuneCountInString(name) > 70 {
		return "", false
	}
	if strings.ToUpper(name) == name && len(name) <= 5 {
		full, ok := abbreviations[name]
		if !ok {
			return "", false
		}
		name = full
	}
	return uhri.ResolveCountry(name)
}

// abbreviations are the only short forms read as States in running text.
var abbreviations = map[string]string{
	"UK": "United Kingdom of Great Britain and Northern Ireland", "U.K.": "United Kingdom of Great Britain and Northern Ireland",
	"US": "United States of America", "USA": "United States of America", "U.S.": "United States of America",
	"UAE": "United Arab Emirates", "DRC": "Democratic Republic of the Congo", "DPRK": "Democratic People's Republic of Korea",
	"CHAD": "Chad", "CUBA": "Cuba", "IRAN": "Iran (Islamic Republic of)", "PERU": "Peru", "CHILE": "Chile", "CHINA": "China",
	"EGYPT": "Egypt", "GHANA": "Ghana", "INDIA": "India", "ITALY": "Italy", "KENYA": "Kenya", "NEPAL": "Nepal", "SPAIN": "Spain",
}

// looksLikeState reports whether a parenthesis at the very end may name a State nobody knows: capitalised words
// without digits, not an abbreviation, not a remark.
func looksLikeState(printed string) bool {
	printed = strings.TrimSpace(printed)
	if n := utf8.RuneCountInString(printed); n < 4 || n > 60 || strings.ToUpper(printed) == printed || strings.ContainsAny(printed, "0123456789:;") {
		return false
	}
	upper := 0
	for w := range strings.FieldsSeq(printed) {
		w = strings.Trim(w, "(),’'“”\"")
		if len([]rune(w)) > 1 && strings.ToUpper(w) == w {
			return false
		}
		r, _ := utf8.DecodeRuneInString(w)
		switch {
		case unicode.IsUpper(r):
			upper++
		case w != "of" && w != "the" && w != "and" && w != "de":
			return false
		}
	}
	return upper > 0
}

// endsAsk reports whether what follows a parenthesis ends an ask there: a semicolon, a full stop before a new
// sentence, a slash, possibly after a footnote's number.
func endsAsk(after string) bool {
	after = strings.TrimLeft(after, " 0123456789)")
	if after == "" {
		return true
	}
	switch after[0] {
	case ';', '/', '\n':
		return true
	case '.':
		rest := strings.TrimLeft(after[1:], " ")
		r, _ := utf8.DecodeRuneInString(rest)
		return rest == "" || unicode.IsUpper(r)
	}
	return strings.HasPrefix(after, "、") || strings.HasPrefix(after, "；") || strings.HasPrefix(after, "؛")
}

// onlyStops reports whether nothing of meaning stands in s: spaces, stops, stray parentheses, footnote numbers.
func onlyStops(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return isStop(r) || r >= '0' && r <= '9' }) == ""
}

func isStop(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".,;:/)؛；。、", r) }

func appendNew(states []uhri.Country, c uhri.Country) []uhri.Country {
	for _, s := range states {
		if s == c {
			return states
		}
	}
	return append(states, c)
}
