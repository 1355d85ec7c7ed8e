package classify

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"uhri"
)

//go:embed rules.txt
var rulesText string

// rule is a phrase, or several near each other, and the label it stands for.
type rule struct {
	label label
	hint  bool       // too weak to label by itself; only the model hears of it
	parts [][]string // phrases of words; a trailing * ends a word that may go on
}

// near is how many words may lie between the beginnings of two phrases that belong together: about a sentence.
const near = 12

// label names a concept of a scheme.
type label struct {
	Scheme  uhri.Scheme
	Concept string
}

func (l label) String() string { return string(l.Scheme) + "/" + l.Concept }

// ruleSet finds rules by the first word of their first phrase.
type ruleSet struct {
	version string
	exact   map[string][]rule
	prefix  map[string][]rule // by the first letters of a first word that may go on
	legacy  map[label]bool
	labels  []label // each once, in the order of the file
}

const prefixLetters = 3

var rules = sync.OnceValue(func() *ruleSet {
	rs, err := parseRules(rulesText)
	if err != nil {
		panic(err) // embedded; a test reads it
	}
	return rs
})

// parseRules reads the notation that stands at the top of rules.txt.
func parseRules(text string) (*ruleSet, error) {
	rs := &ruleSet{exact: map[string][]rule{}, prefix: map[string][]rule{}, legacy: map[label]bool{}}
	for i, line := range strings.Split(text, "\n") {
		if v, ok := strings.CutPrefix(line, "# version: "); ok {
			rs.version = strings.TrimSpace(v)
		}
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		at := strings.IndexAny(line, "|~")
		if at < 0 {
			return nil, fmt.Errorf("rules line %d: want \"scheme concept | phrase; phrase\"", i+1)
		}
		phrases, f := line[at+1:], strings.Fields(line[:at])
		if len(f) != 2 {
			return nil, fmt.Errorf("rules line %d: want \"scheme concept | phrase; phrase\"", i+1)
		}
		l := label{uhri.Scheme(f[0]), f[1]}
		c, ok := uhri.ConceptBySlug(l.Scheme, l.Concept)
		if !ok {
			return nil, fmt.Errorf("rules line %d: no concept %s", i+1, l)
		}
		if !slices.Contains(rs.labels, l) {
			rs.labels = append(rs.labels, l)
		}
		if c.Legacy {
			rs.legacy[l] = true
		}
		for p := range strings.SplitSeq(phrases, ";") {
			r := rule{label: l, hint: line[at] == '~'}
			for part := range strings.SplitSeq(p, "+") {
				r.parts = append(r.parts, strings.Fields(part))
				if len(r.parts[len(r.parts)-1]) == 0 {
					return nil, fmt.Errorf("rules line %d: an empty phrase", i+1)
				}
			}
			if first, open := strings.CutSuffix(r.parts[0][0], "*"); open {
				if len(first) < prefixLetters {
					return nil, fmt.Errorf("rules line %d: %q has too few letters before its star", i+1, r.parts[0][0])
				}
				rs.prefix[first[:prefixLetters]] = append(rs.prefix[first[:prefixLetters]], r)
			} else {
				rs.exact[first] = append(rs.exact[first], r)
			}
		}
	}
	return rs, nil
}

// fire returns the labels whose rules match the words, each once, in the order of the text. Rules are English.
func (rs *ruleSet) fire(l uhri.Lang, ws []string) (out, hints []label) {
	if l != uhri.English {
		return nil, nil
	}
	for i, w := range ws {
		try := func(r rule) {
			to := &out
			if r.hint {
				to = &hints
			}
			if !slices.Contains(*to, r.label) && r.matches(ws, i) {
				*to = append(*to, r.label)
			}
		}
		for _, r := range rs.exact[w] {
			try(r)
		}
		if len(w) >= prefixLetters {
			for _, r := range rs.prefix[w[:prefixLetters]] {
				try(r)
			}
		}
	}
	return out, hints
}

// matches reports whether the first phrase stands at word i and every other one near it.
func (r rule) matches(ws []string, i int) bool {
	if !matches(r.parts[0], ws[i:]) {
		return false
	}
	for _, p := range r.parts[1:] {
		found := false
		for k := max(0, i-near); k <= min(i+near, len(ws)-1) && !found; k++ {
			found = matches(p, ws[k:])
		}
		if !found {
			return false
		}
	}
	return true
}

func matches(pattern, ws []string) bool {
	if len(pattern) > len(ws) {
		return false
	}
	for i, p := range pattern {
		if stem, open := strings.CutSuffix(p, "*"); open {
			if !strings.HasPrefix(ws[i], stem) {
				return false
			}
		} else if p != ws[i] {
			return false
		}
	}
	return true
}
