package bleveindex

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
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

// codeSet is a set of codes.
type codeSet [1 << 16 / 64]uint64

func (c *codeSet) has(code uint16) bool { return c[code>>6]&(1<<(code&63)) != 0 }
func (c *codeSet) add(code uint16)      { c[code>>6] |= 1 << (code & 63) }

// wanted is one place of a pattern: the terms that may stand there.
type wanted struct {
	ids   []uint32 // ascending
	df    int      // at least as many records as have any of ids
	plain bool     // it is one term, and that has a code of its own …
	code  uint16   // … which is this
	codes *codeSet // else the codes of ids, rareCode among them if …
	rare  []uint32 // … some have no code of their own: these
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
	w.codes = new(codeSet)
	for _, id := range ids {
		w.codes.add(l.code[id])
		if l.code[id] == rareCode {
			w.rare = append(w.rare, id)
		}
	}
	return w
}

// fits reports whether the token with this code at this place of l.tokens is wanted.
func (w *wanted) fits(l *language, at uint32, code uint16) bool {
	if w.plain {
		return code == w.code
	}
	if !w.codes.has(code) {
		return false
	}
	if code != rareCode {
		return true
	}
	i, _ := slices.BinarySearch(l.rareAt, at)
	_, ok := slices.BinarySearch(w.rare, l.rareID[i])
	return ok
}

// pattern is a phrase as the forward index sees it. It is used by one goroutine.
type pattern struct {
	want   []*wanted
	slop   int
	anchor int      // the place looked for first: that with the fewest records
	pair   int      // the place of the two plain neighbours looked for first; -1 without such
	any    *codeSet // with slop: the codes of all places

	at    []int // scratch of windows: the positions with a term of the pattern …
	owner []int // … and the place that has each
	tried []bool
}

func newPattern(want []*wanted, slop int) *pattern {
	p := &pattern{want: want, slop: slop, pair: -1}
	for i, w := range want {
		if w.df < want[p.anchor].df {
			p.anchor = i
		}
		if i > 0 && w.plain && want[i-1].plain && (p.pair < 0 || w.df+want[i-1].df < want[p.pair].df+want[p.pair+1].df) {
			p.pair = i - 1
		}
	}
	if slop > 0 {
		p.any = new(codeSet)
		for _, w := range want {
			if w.plain {
				p.any.add(w.code)
				continue
			}
			for i, word := range w.codes {
				p.any[i] |= word
			}
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
	switch anchor := p.want[p.anchor]; {
	case p.slop > 0:
		return p.windows(l, text, at, dst)
	case p.pair >= 0:
		return p.scanPair(l, text, at, dst)
	case anchor.plain:
		for i, code := range text {
			if code == anchor.code && p.fits(l, text, at, i-p.anchor) {
				dst = append(dst, i-p.anchor)
			}
		}
	default:
		for i, code := range text {
			if anchor.codes.has(code) && p.fits(l, text, at, i-p.anchor) {
				dst = append(dst, i-p.anchor)
			}
		}
	}
	return dst
}

// fits reports whether the pattern, without slop, begins at start.
func (p *pattern) fits(l *language, text []uint16, at uint32, start int) bool {
	if start < 0 || start+len(p.want) > len(text) {
		return false
	}
	for j, w := range p.want {
		if !w.fits(l, at+uint32(start+j), text[start+j]) {
			return false
		}
	}
	return true
}

const (
	lanes    = 0x0001000100010001
	laneHigh = 0x8000800080008000
)

// scanPair is starts for a pattern in which two neighbours are single codes, the phrase as most people write it. It
// compares four positions at a time: a lane of x is zero where the first code stands and the second follows. Then
// x-1 &^ x has the lane's high bit set. (A borrow may mark the lane above a zero one too, so each is looked at.)
func (p *pattern) scanPair(l *language, text []uint16, at uint32, dst []int) []int {
	first, second := p.want[p.pair].code, p.want[p.pair+1].code
	one, two := uint64(first)*lanes, uint64(second)*lanes
	raw := asBytes(text)
	i := 0
	for ; len(raw) >= 10; raw = raw[8:] {
		x := binary.LittleEndian.Uint64(raw) ^ one | binary.LittleEndian.Uint64(raw[2:]) ^ two
		for m := (x - lanes) &^ x & laneHigh; m != 0; m &= m - 1 {
			k := i + bits.TrailingZeros64(m)/16
			if p.fits(l, text, at, k-p.pair) {
				dst = append(dst, k-p.pair)
			}
		}
		i += 4
	}
	for ; i+1 < len(text); i++ {
		if text[i] == first && text[i+1] == second && p.fits(l, text, at, i-p.pair) {
			dst = append(dst, i-p.pair)
		}
	}
	return dst
}

// windows is starts for a pattern with slop: the positions that hold one of the terms and from which a window of
// len(want)+slop positions holds them all, each at a position of its own.
func (p *pattern) windows(l *language, text []uint16, at uint32, dst []int) []int {
	p.at = p.at[:0]
	for i, code := range text {
		if p.any.has(code) && slices.ContainsFunc(p.want, func(w *wanted) bool { return w.fits(l, at+uint32(i), code) }) {
			p.at = append(p.at, i)
		}
	}
	for i, start := range p.at {
		end := i
		for end < len(p.at) && p.at[end] < start+len(p.want)+p.slop {
			end++
		}
		if p.assign(l, text, at, p.at[i:end]) {
			dst = append(dst, start)
		}
	}
	return dst
}

// assign reports whether every place of the pattern can have one of the positions for itself: a matching, found by
// augmenting paths.
func (p *pattern) assign(l *language, text []uint16, at uint32, positions []int) bool {
	if len(positions) < len(p.want) {
		return false
	}
	p.owner = p.owner[:0]
	for range positions {
		p.owner = append(p.owner, -1)
	}
	p.tried = slices.Grow(p.tried[:0], len(positions))[:len(positions)]
	for w := range p.want {
		clear(p.tried)
		if !p.augment(l, text, at, positions, w) {
			return false
		}
	}
	return true
}

func (p *pattern) augment(l *language, text []uint16, at uint32, positions []int, w int) bool {
	for i, pos := range positions {
		if p.tried[i] || !p.want[w].fits(l, at+uint32(pos), text[pos]) {
			continue
		}
		p.tried[i] = true
		if p.owner[i] < 0 || p.augment(l, text, at, positions, p.owner[i]) {
			p.owner[i] = w
			return true
		}
	}
	return false
}
