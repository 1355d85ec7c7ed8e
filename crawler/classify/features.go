package classify

import (
	"math"
	"slices"
	"strings"
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

// feature is one hashed feature with its value.
type feature struct {
	bucket uint32
	value  float32
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

// features turns a text into its normalised features, in bucket order. fired are the rules that matched; each is a
// feature of its own, so that the model learns how far each rule can be trusted.
func features(l uhri.Lang, ws []string, fired, hints []label) []feature {
	var hs []uint32
	prev := ""
	for _, w := range ws {
		if len(w) > 1 && w[0] >= '0' && w[0] <= '9' { // paragraph numbers and years are not content
			prev = ""
			continue
		}
		s := stem(l, w)
		h := hashOn(hashStart, s)
		hs = append(hs, uint32(h%buckets))
		if prev != "" {
			hs = append(hs, uint32(hashOn(hashOn(hashOn(hashStart, prev), " "), s)%buckets))
		}
		prev = s
	}
	slices.Sort(hs)
	hs = slices.Compact(hs)
	out := make([]feature, 0, len(hs)+len(fired))
	v := float32(1 / math.Sqrt(float64(max(len(hs), 1))))
	for _, h := range hs {
		out = append(out, feature{h, v})
	}
	for _, f := range fired {
		out = append(out, feature{ruleBucket(f), ruleValue})
	}
	for _, f := range hints {
		out = append(out, feature{hintBucket(f), ruleValue})
	}
	slices.SortFunc(out, func(a, b feature) int { return int(a.bucket) - int(b.bucket) })
	return out
}
