package classify

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"uhri"
)

//go:embed rules.txt
var rulesText string

// rule is one phrase and the label it stands for.
type rule struct {
	label label
	words []string // a trailing * ends a word that may go on
}

// label names a concept of a scheme.
type label struct {
	Scheme  uhri.Scheme
	Concept string
}

func (l label) String() string { return string(l.Scheme) + "/" + l.Concept }

// ruleSet finds rules by their first word.
type ruleSet struct {
	version string
	exact   map[string][]rule
	prefix  map[string][]rule // by the first four letters of a first word that may go on
	legacy  map[label]bool
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
		head, phrases, ok := strings.Cut(line, "|")
		f := strings.Fields(head)
		if !ok || len(f) != 2 {
			return nil, fmt.Errorf("rules line %d: want \"scheme concept | phrase; phrase\"", i+1)
		}
		l := label{uhri.Scheme(f[0]), f[1]}
		c, ok := uhri.ConceptBySlug(l.Scheme, l.Concept)
		if !ok {
			return nil, fmt.Errorf("rules line %d: no concept %s", i+1, l)
		}
		if c.Legacy {
			rs.legacy[l] = true
		}
		for p := range strings.SplitSeq(phrases, ";") {
			r := rule{label: l, words: strings.Fields(p)}
			if len(r.words) == 0 {
				return nil, fmt.Errorf("rules line %d: an empty phrase", i+1)
			}
			if first, open := strings.CutSuffix(r.words[0], "*"); open {
				if len(first) < prefixLetters {
					return nil, fmt.Errorf("rules line %d: %q has too few letters before its star", i+1, r.words[0])
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
func (rs *ruleSet) fire(l uhri.Lang, ws []string) []label {
	if l != uhri.English {
		return nil
	}
	var out []label
	seen := map[label]bool{}
	for i, w := range ws {
		try := func(r rule) {
			if !seen[r.label] && matches(r.words, ws[i:]) {
				seen[r.label] = true
				out = append(out, r.label)
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
	return out
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
