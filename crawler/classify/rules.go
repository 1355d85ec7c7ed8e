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
	label int  // in ruleSet.labels
	hint  bool // too weak to label by itself; only the model hears of it
	parts []phrase
}

// phrase is words in order.
type phrase []word

// word is a word of a phrase; open, one that may go on.
type word struct {
	text string
	open bool
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
		bar := strings.IndexAny(line, "|~")
		if bar < 0 {
			return nil, fmt.Errorf("rules line %d: want \"scheme concept | phrase; phrase\"", i+1)
		}
		phrases, f := line[bar+1:], strings.Fields(line[:bar])
		if len(f) != 2 {
			return nil, fmt.Errorf("rules line %d: want \"scheme concept | phrase; phrase\"", i+1)
		}
		l := label{uhri.Scheme(f[0]), f[1]}
		c, ok := uhri.ConceptBySlug(l.Scheme, l.Concept)
		if !ok {
			return nil, fmt.Errorf("rules line %d: no concept %s", i+1, l)
		}
		at := slices.Index(rs.labels, l)
		if at < 0 {
			at = len(rs.labels)
			rs.labels = append(rs.labels, l)
		}
		if c.Legacy {
			rs.legacy[l] = true
		}
		for p := range strings.SplitSeq(phrases, ";") {
			r := rule{label: at, hint: line[bar] == '~'}
			for part := range strings.SplitSeq(p, "+") {
				var ph phrase
				for w := range strings.FieldsSeq(part) {
					text, open := strings.CutSuffix(w, "*")
					ph = append(ph, word{text, open})
				}
				if len(ph) == 0 {
					return nil, fmt.Errorf("rules line %d: an empty phrase", i+1)
				}
				r.parts = append(r.parts, ph)
			}
			first := r.parts[0][0]
			switch {
			case !first.open:
				rs.exact[first.text] = append(rs.exact[first.text], r)
			case len(first.text) < prefixLetters:
				return nil, fmt.Errorf("rules line %d: %q has too few letters before its star", i+1, first.text+"*")
			default:
				rs.prefix[first.text[:prefixLetters]] = append(rs.prefix[first.text[:prefixLetters]], r)
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
	const said, hinted = 1, 2
	met := make([]uint8, len(rs.labels))
	try := func(r *rule, i int) {
		to, bit := &out, uint8(said)
		if r.hint {
			to, bit = &hints, hinted
		}
		if met[r.label]&bit == 0 && r.matches(ws, i) {
			met[r.label] |= bit
			*to = append(*to, rs.labels[r.label])
		}
	}
	for i, w := range ws {
		rules := rs.exact[w]
		for k := range rules {
			try(&rules[k], i)
		}
		if len(w) >= prefixLetters {
			rules = rs.prefix[w[:prefixLetters]]
			for k := range rules {
				try(&rules[k], i)
			}
		}
	}
	return out, hints
}

// matches reports whether the first phrase stands at word i and every other one near it.
func (r *rule) matches(ws []string, i int) bool {
	if !r.parts[0].begins(ws[i:]) {
		return false
	}
	for _, p := range r.parts[1:] {
		found := false
		for k := max(0, i-near); k <= min(i+near, len(ws)-1) && !found; k++ {
			found = p.begins(ws[k:])
		}
		if !found {
			return false
		}
	}
	return true
}

// begins reports whether ws begins with the phrase.
func (p phrase) begins(ws []string) bool {
	if len(p) > len(ws) {
		return false
	}
	for i, w := range p {
		if w.text != ws[i] && !(w.open && strings.HasPrefix(ws[i], w.text)) {
			return false
		}
	}
	return true
}
