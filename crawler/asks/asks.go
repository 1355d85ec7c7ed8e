// Package asks finds passages that ask for the same thing in nearly the same words: one recommendation made by several
// States, repeated in later cycles, or copied from one review into another. It compares words, not meanings: two
// different wordings of one wish are two asks here.
//
// It is built for precision: of 366 grouped pairs judged by reading, nearly all of them of the kinds that are easily wrong, 360
// ask for the same (0.984, 95 % interval 0.965 to 0.992; testdata/pairs.txt; `go test -v ./crawler/asks` counts again, and counts
// the recall on constructed near-duplicates). Candidates share word triples (MinHash with banding, after Broder 1997); a candidate joins a group only when most triples and nearly all
// content words agree with the group's first member, and nothing that changes an ask — a negation, a number, a treaty, a group of
// people, a thought for a deed — stands on one side only. The first member decides, so groups do not drift from neighbour to
// neighbour.
package asks

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"uhri"
	"uhri/crawler/clean"
)

// Grouper collects passages and groups them. Add all, then call Groups once.
type Grouper struct {
	items []item
	vocab map[string]uint32
}

// item is one passage in numbers.
type item struct {
	id      uhri.ID
	triples []uint64 // sorted hashes of word triples
	content []uint32 // sorted numbers of its content words
	telling []uint32 // sorted numbers of the words that change an ask
	sketch  [sketchSize]uint32
}

const (
	sketchSize = 64 // 16 bands of 4: a pair of triple similarity 0.6 meets with probability 0.89, of 0.7 with 0.99
	bandRows   = 4

	minTriples = 0.55 // share of common triples (Jaccard)
	minContent = 0.85 // share of common content words
	minWords   = 4    // shorter passages ("Ratify ICCPR") are compared word by word: they must be equal
)

// New returns an empty Grouper.
func New() *Grouper { return &Grouper{vocab: map[string]uint32{}} }

// Add takes a record's English text, or its first text in the order of uhri.Langs. Observations and pledges are no asks.
func (g *Grouper) Add(r *uhri.Recommendation) {
	if r.Type != uhri.TypeRecommendation {
		return
	}
	var text uhri.Text
	for _, l := range uhri.Langs {
		if t, ok := r.Texts[l]; ok {
			text = t
			break
		}
	}
	body := text.Body
	if body == "" {
		body = text.Full
	}
	if r.Mechanism == uhri.MechanismUPR {
		body, _, _ = clean.RecommendingStates(body)
	}
	words := wordsOf(body)
	if len(words) == 0 {
		return
	}
	g.items = append(g.items, g.item(r.ID, words))
}

// Groups returns the group of every passage that has company: the ID of its first member in the order of IDs. Passages alone
// are not in it.
func (g *Grouper) Groups() map[uhri.ID]uhri.ID {
	sort.Slice(g.items, func(i, j int) bool { return g.items[i].id < g.items[j].id })
	out := map[uhri.ID]uhri.ID{}
	heads := map[uint64][]int{} // band → first members of groups
	for i := range g.items {
		it := &g.items[i]
		joined := false
		tried := map[int]bool{}
		for b := 0; b < sketchSize && !joined; b += bandRows {
			for _, h := range heads[it.band(b)] {
				if tried[h] {
					continue
				}
				tried[h] = true
				if head := &g.items[h]; same(head, it) {
					out[head.id], out[it.id] = head.id, head.id
					joined = true
					break
				}
			}
		}
		if !joined {
			for b := 0; b < sketchSize; b += bandRows {
				k := it.band(b)
				heads[k] = append(heads[k], i)
			}
		}
	}
	return out
}

// Same reports whether two texts ask for the same thing, as Groups decides it.
func Same(a, b string) bool {
	g := New()
	x, y := wordsOf(a), wordsOf(b)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	ia, ib := g.item("a", x), g.item("b", y)
	return same(&ia, &ib)
}

func same(a, b *item) bool {
	if !slices.Equal(a.telling, b.telling) {
		return false
	}
	if len(a.content) < minWords || len(b.content) < minWords {
		return slices.Equal(a.content, b.content) && jaccard(a.triples, b.triples) >= minTriples
	}
	return jaccard(a.content, b.content) >= minContent && jaccard(a.triples, b.triples) >= minTriples
}

func jaccard[T uint32 | uint64](a, b []T) float64 {
	i, j, both := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(max(len(a)+len(b)-both, 1))
}

func (g *Grouper) item(id uhri.ID, words []string) item {
	it := item{id: id}
	words = withoutAim(words)
	var hs []uint64
	number := func(w string) uint32 {
		n, ok := g.vocab[w]
		if !ok {
			n = uint32(len(g.vocab))
			g.vocab[w] = n
		}
		return n
	}
	for _, w := range words {
		if weak[w] {
			it.telling = append(it.telling, number("consider"))
			continue
		}
		if c, ok := forms[w]; ok {
			w = c
		}
		if !articles[w] {
			hs = append(hs, hash(w))
		}
		if filler[w] {
			continue
		}
		n := number(stem(w))
		it.content = append(it.content, n)
		if telling[w] || unicode.IsDigit(rune(w[0])) {
			it.telling = append(it.telling, n)
		}
	}
	for i := range hs {
		// The ends count too, so that texts of one or two words have triples.
		h := hs[i]
		for k := 1; k <= 2; k++ {
			next := uint64(0)
			if i+k < len(hs) {
				next = hs[i+k]
			}
			h = mix(h ^ next*0x9E3779B97F4A7C15)
		}
		it.triples = append(it.triples, h)
	}
	it.triples = sortedSet(it.triples)
	it.content = sortedSet(it.content)
	it.telling = sortedSet(it.telling)
	for k := range it.sketch {
		least := ^uint64(0)
		seed := mix(uint64(k) + 1)
		for _, h := range it.triples {
			least = min(least, mix(h^seed))
		}
		it.sketch[k] = uint32(least >> 32)
	}
	return it
}

func (it *item) band(b int) uint64 {
	h := uint64(b) + 1
	for _, s := range it.sketch[b : b+bandRows] {
		h = mix(h ^ uint64(s))
	}
	return h
}

func sortedSet[T uint32 | uint64](s []T) []T {
	slices.Sort(s)
	return slices.Clip(slices.Compact(s))
}

// wordsOf splits a text into lower-case words of letters and digits; one Han character is a word.
func wordsOf(text string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
			for _, r := range w {
				out = append(out, string(r))
			}
			continue
		}
		if w != "s" { // what is left of a possessive
			out = append(out, w)
		}
	}
	return out
}

// withoutAim leaves out the second half of a treaty's title, "aiming at the abolition of the death penalty" after "Civil and
// Political Rights": whoever asks to ratify that protocol does not by its name ask to abolish too.
func withoutAim(words []string) []string {
	title := []string{"civil", "and", "political", "rights"}
	for i := range words {
		if i+len(title) >= len(words) || !slices.Equal(words[i:i+len(title)], title) {
			continue
		}
		rest := words[i+len(title):]
		end := slices.Index(rest, "penalty")
		if end < 2 || end > 8 || rest[end-1] != "death" || rest[0] == "and" || !slices.ContainsFunc(rest[:end], func(w string) bool { return strings.HasPrefix(w, "aboli") }) {
			continue
		}
		return slices.Concat(words[:i+len(title)], rest[end+1:])
	}
	return words
}

// stem takes the commonest English endings off: enough to see "right" and "rights" as one word.
func stem(w string) string {
	for _, end := range []string{"ing", "ies", "es", "ed", "s", "e", "y"} {
		if s, ok := strings.CutSuffix(w, end); ok && len(s) >= 4 {
			return s
		}
	}
	return w
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// articles differ between tellings of one ask, so triples leave them out.
var articles = set("a an the to of its their")

// weak words ask for a thought, not for a deed: States that note "ratify" support "consider ratifying". One of them is as
// good as another, and where one stands on one side only, the asks differ.
var weak = set(`consider considering considers considered contemplate envisage possibility explore exploring examine examining study studying
	reconsider reconsidering reassess reassessing`)

// forms are the forms of a word that decides what is asked.
var forms = func() map[string]string {
	m := map[string]string{}
	for _, line := range []string{
		"ratify ratification ratifying ratifies ratified", "accede accession acceding accedes", "sign signature signing signatory",
		"withdraw withdrawal withdrawing lift lifting", "abolish abolition abolishing abolished", "implement implementation implementing implemented",
		"disability disabilities", "woman women", "girl girls", "boy boys", "child children", "migrant migrants", "refugee refugees", "worker workers",
		"disappearance disappearances", "statelessness stateless",
	} {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			m[w] = words[0]
		}
	}
	return m
}()

// filler words carry no ask: articles, prepositions, and the verbs that urge on. "Continue its efforts to ratify" and "ratify"
// ask for the same.
var filler = set(`a an the of to in on for and or by with from at as into its their his her it this that these those which who
	all any also be is are been being has have had was were will would should could can may must shall such other more most further furthermore
	continue continues continuing continued effort efforts take takes taking step steps measure measures necessary appropriate possible
	soon ensure ensuring strengthen strengthening increase increasing enhance enhancing intensify pursue undertake positively favourably
	effective effectively full fully promptly additional concrete adequate including order country national government recommended recommends encouraged
	respect regard accordance line s`)

// telling words change an ask when they stand on one side only.
var telling = set(`not no never without nor except until
	first second third fourth fifth one two three
	woman girl men boy child disability migrant refugee asylum minorities minority
	indigenous roma elderly older youth worker journalists defenders prisoners detainees lgbt lgbti lgbtq
	torture disappearance racial death slavery trafficking statelessness genocide
	civil political economic social cultural
	ratify accede sign withdraw abolish implement moratorium commute reservation reservations
	optional protocol rome statute covenant iccpr icescr cat crc cedaw crpd icerd cerd opcat icppd icrmw ced cped
	education health housing water food employment work environment
	legal supported independent
	re reparation corporal privileges`)
