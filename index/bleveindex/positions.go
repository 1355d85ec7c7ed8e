package bleveindex

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
)

// The words of every text stand one after the other in an array of 16-bit codes, text after text in slot order: the
// forward index. It answers what posting lists without positions cannot: phrases, NEAR, how often.
//
// A term's code is its place among the language's terms by number of records, most frequent first. Terms beyond the
// first 65,535 share rareCode, and a list of their own says which of them stands where; those are terms of one or
// two records. The forward index of a quarter of a million texts is thereby 48 MB and never 96.
const rareCode = 1<<16 - 1

// codesOf gives each term its code.
func codesOf(df []uint32) []uint16 {
	byFrequency := make([]uint32, len(df))
	for i := range byFrequency {
		byFrequency[i] = uint32(i)
	}
	slices.SortFunc(byFrequency, func(a, b uint32) int { return cmp.Or(cmp.Compare(df[b], df[a]), cmp.Compare(a, b)) })
	codes := make([]uint16, len(df))
	for n, id := range byFrequency {
		codes[id] = uint16(min(n, rareCode))
	}
	return codes
}

// place is one position of a pattern: the terms that may stand there.
type wanted struct {
	ids   []uint32 // ascending
	code  uint16   // of the only term, when it is the only one and not rare
	plain bool     // code is valid
	codes *[1 << 16 / 64]uint64
	rare  []uint32 // those of ids whose code is rareCode
	df    int      // at least as many records as have any of ids
}

func (l *language) want(ids []uint32) *wanted {
	w := &wanted{ids: ids}
	for _, id := range ids {
		w.df += int(l.df[id])
	}
	if len(ids) == 1 && l.code[ids[0]] != rareCode {
		w.code, w.plain = l.code[ids[0]], true
		return w
	}
	w.codes = new([1 << 16 / 64]uint64)
	for _, id := range ids {
		if c := l.code[id]; c == rareCode {
			w.rare = append(w.rare, id)
		} else {
			w.codes[c>>6] |= 1 << (c & 63)
		}
	}
	return w
}

// fits reports whether the token with this code at this place of l.tokens is wanted.
func (w *wanted) fits(l *language, at uint32, code uint16) bool {
	if w.plain {
		return code == w.code
	}
	if code != rareCode {
		return w.codes[code>>6]&(1<<(code&63)) != 0
	}
	if len(w.rare) == 0 {
		return false
	}
	i := sort.Search(len(l.rareAt), func(i int) bool { return l.rareAt[i] >= at })
	_, ok := slices.BinarySearch(w.rare, l.rareID[i])
	return ok
}

// pattern is a phrase as the forward index sees it.
type pattern struct {
	want []*wanted
	rare int // the place with the fewest records, looked for first
	slop int

	own  []int // scratch of window: which term has position i
	seen []bool
}

func newPattern(want []*wanted, slop int) *pattern {
	p := &pattern{want: want, slop: slop}
	for i, w := range want {
		if w.df < want[p.rare].df {
			p.rare = i
		}
	}
	return p
}

// text returns the codes of a text and the place of the first in l.tokens.
func (l *language) text(slot uint32) ([]uint16, uint32) {
	a, b := l.textOff[slot], l.textOff[slot+1]
	return l.tokens[a:b], a
}

// starts appends the positions at which the pattern begins in the text.
func (p *pattern) starts(l *language, text []uint16, at uint32, dst []int) []int {
	if p.slop > 0 {
		return p.windows(l, text, at, dst)
	}
	anchor := p.want[p.rare]
	if anchor.plain {
		return p.scan(l, text, at, dst)
	}
	for i := p.rare; i+len(p.want)-p.rare <= len(text); i++ {
		if anchor.fits(l, at+uint32(i), text[i]) && p.rest(l, text, at, i-p.rare) {
			dst = append(dst, i-p.rare)
		}
	}
	return dst
}

// rest reports whether all places but the anchor fit a match that begins at start, which lies inside the text.
func (p *pattern) rest(l *language, text []uint16, at uint32, start int) bool {
	for j, w := range p.want {
		if j != p.rare && !w.fits(l, at+uint32(start+j), text[start+j]) {
			return false
		}
	}
	return true
}

const (
	lanes    = 0x0001000100010001
	laneHigh = 0x8000800080008000
)

// scan is starts for an anchor of one code. It compares four tokens at a time: a lane of w^code is zero where they
// are equal, and x-1 &^ x then has its high bit set. (A borrow may mark the lane above a zero one too, so each
// marked lane is looked at.)
func (p *pattern) scan(l *language, text []uint16, at uint32, dst []int) []int {
	code := p.want[p.rare].code
	need := uint64(code) * lanes
	raw := asBytes(text)
	i := 0
	check := func(i int) {
		if start := i - p.rare; text[i] == code && start >= 0 && start+len(p.want) <= len(text) && p.rest(l, text, at, start) {
			dst = append(dst, start)
		}
	}
	for ; i+4 <= len(text); i += 4 {
		x := binary.LittleEndian.Uint64(raw[2*i:]) ^ need
		for m := (x - lanes) &^ x & laneHigh; m != 0; m &= m - 1 {
			check(i + bits.TrailingZeros64(m)/16)
		}
	}
	for ; i < len(text); i++ {
		check(i)
	}
	return dst
}

// windows is starts for a pattern with slop: the positions that hold one of the terms and from which a window of
// len(want)+slop positions holds them all, each at a position of its own.
func (p *pattern) windows(l *language, text []uint16, at uint32, dst []int) []int {
	for i := range text {
		if p.any(l, at+uint32(i), text[i]) && p.window(l, text, at, i) {
			dst = append(dst, i)
		}
	}
	return dst
}

// any reports whether any of the terms fits the token.
func (p *pattern) any(l *language, at uint32, code uint16) bool {
	for _, w := range p.want {
		if w.fits(l, at, code) {
			return true
		}
	}
	return false
}

// window reports whether the window that begins at start holds every term at a position of its own: a matching of
// terms to positions, found by augmenting paths.
func (p *pattern) window(l *language, text []uint16, at uint32, start int) bool {
	n := min(len(p.want)+p.slop, len(text)-start)
	if n < len(p.want) {
		return false
	}
	p.own = slices.Grow(p.own[:0], n)[:n]
	p.seen = slices.Grow(p.seen[:0], n)[:n]
	for i := range p.own {
		p.own[i] = -1
	}
	for term := range p.want {
		clear(p.seen)
		if !p.augment(l, text, at, start, term) {
			return false
		}
	}
	return true
}

func (p *pattern) augment(l *language, text []uint16, at uint32, start, term int) bool {
	for i := range p.own {
		if p.seen[i] || !p.want[term].fits(l, at+uint32(start+i), text[start+i]) {
			continue
		}
		p.seen[i] = true
		if p.own[i] < 0 || p.augment(l, text, at, start, p.own[i]) {
			p.own[i] = term
			return true
		}
	}
	return false
}
