package classify

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"

	"uhri"
)

// buckets is the size of the hashed feature space. At 268,000 records of UHRI's size some 700,000 distinct pairs occur,
// nearly all of them rare; 2^18 buckets keep the frequent ones apart.
const buckets = 1 << 18

// features are what a model sees of a text: the buckets of its words and pairs, each worth the same, and of the rules that
// matched, each worth ruleValue.
type features struct {
	words, rules []uint32 // sorted, each once
	value        float32  // of a word or pair: the words' vector has length 1
}

// words splits a text into lower-case runs of letters and digits; a Han character is a word by itself.
func words(text string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if r, _ := firstRune(w); unicode.Is(unicode.Han, r) {
			for _, c := range w {
				out = append(out, string(c))
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

// stem reduces a word so that its forms share a feature.
func stem(l uhri.Lang, w string) string {
	env := snowballstem.NewEnv(w)
	switch l {
	case uhri.English:
		english.Stem(env)
	case uhri.French:
		french.Stem(env)
	case uhri.Spanish:
		spanish.Stem(env)
	case uhri.Russian:
		russian.Stem(env)
	case uhri.Arabic:
		arabic.Stem(env)
	default:
		return w
	}
	return env.Current()
}

// stems remembers stems: a few thousand words are nearly all of every text, and stemming them was a third of what reading a
// text costs.
type stems map[uhri.Lang]map[string]stemmed

// stemmed is a stem and its hash.
type stemmed struct {
	text string
	hash uint64
}

const maxStems = 50_000 // of a language; then it begins anew

// stemming lends one to each who reads.
var stemming = sync.Pool{New: func() any { return stems{} }}

func (ss stems) of(l uhri.Lang, w string) stemmed {
	known := ss[l]
	if s, ok := known[w]; ok {
		return s
	}
	if known == nil || len(known) >= maxStems {
		known = map[string]stemmed{}
		ss[l] = known
	}
	text := strings.Clone(stem(l, w)) // a word is a piece of its text, which must not stay for it
	s := stemmed{text, hashOn(hashStart, text)}
	known[strings.Clone(w)] = s
	return s
}

// hashOn is FNV-1a: stable across processes and versions, which a stored model needs (maphash is not).
func hashOn(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

const hashStart = 14695981039346656037

// ruleValue is the value of a fired rule's feature: as heavy as a quarter of the text.
const ruleValue = 0.5

// ruleBucket is the feature of a rule.
func ruleBucket(l label) uint32 {
	return uint32(hashOn(hashOn(hashStart, "rule:"), l.String()) % buckets)
}

// hintBucket is the feature of a hint.
func hintBucket(l label) uint32 {
	return uint32(hashOn(hashOn(hashStart, "hint:"), l.String()) % buckets)
}

// featuresOf turns the words of a text into its features. fired are the rules that matched; each is a feature of its own, so
// that the model learns how far each rule can be trusted.
func featuresOf(l uhri.Lang, ws []string, fired, hints []label) features {
	known := stemming.Get().(stems)
	defer stemming.Put(known)
	hs := make([]uint32, 0, 2*len(ws))
	var prev stemmed
	for _, w := range ws {
		if len(w) > 1 && w[0] >= '0' && w[0] <= '9' { // paragraph numbers and years are not content
			prev = stemmed{}
			continue
		}
		s := known.of(l, w)
		hs = append(hs, uint32(s.hash%buckets))
		if prev.text != "" {
			hs = append(hs, uint32(hashOn(hashOn(prev.hash, " "), s.text)%buckets))
		}
		prev = s
	}
	slices.Sort(hs)
	hs = slices.Compact(hs)
	fs := features{words: slices.Clip(hs), value: float32(1 / math.Sqrt(float64(max(len(hs), 1))))}
	for _, f := range fired {
		fs.rules = append(fs.rules, ruleBucket(f))
	}
	for _, f := range hints {
		fs.rules = append(fs.rules, hintBucket(f))
	}
	slices.Sort(fs.rules)
	return fs
}
