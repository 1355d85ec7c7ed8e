package bleveindex

import (
	"math/bits"
	"sync"
)

// set is a dense set of slots: bit s of word s/64 says whether slot s is in it. For a quarter of a million records
// it is 34 kB, so that AND, OR and NOT are a few microseconds whatever the sets hold. Bits of slots that hold no
// record are never set; not (see minus) therefore always starts from a universe.
type set []uint64

func (s set) has(slot uint32) bool { return s[slot>>6]&(1<<(slot&63)) != 0 }
func (s set) add(slot uint32)      { s[slot>>6] |= 1 << (slot & 63) }
func (s set) del(slot uint32)      { s[slot>>6] &^= 1 << (slot & 63) }

func (s set) and(t set) {
	t = t[:len(s)]
	for i := range s {
		s[i] &= t[i]
	}
}

func (s set) or(t set) {
	t = t[:len(s)]
	for i := range s {
		s[i] |= t[i]
	}
}

func (s set) minus(t set) {
	t = t[:len(s)]
	for i := range s {
		s[i] &^= t[i]
	}
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// each calls f for every slot in ascending order.
func (s set) each(f func(slot uint32)) {
	for i, w := range s {
		for w != 0 {
			f(uint32(i<<6 + bits.TrailingZeros64(w)))
			w &= w - 1
		}
	}
}

// appendTo appends the slots of s in ascending order.
func (s set) appendTo(dst []uint32) []uint32 {
	for i, w := range s {
		for w != 0 {
			dst = append(dst, uint32(i<<6+bits.TrailingZeros64(w)))
			w &= w - 1
		}
	}
	return dst
}

// setPool lends sets of one size. A search that needs fifty intermediate sets allocates none of them.
type setPool struct {
	words int
	pool  sync.Pool
}

func newSetPool(slots int) *setPool { return &setPool{words: (slots + 63) / 64} }

// get returns an empty set.
func (p *setPool) get() set {
	if v, ok := p.pool.Get().(*set); ok {
		clear(*v)
		return *v
	}
	return make(set, p.words)
}

// copy returns a set with the members of s.
func (p *setPool) copy(s set) set {
	v, ok := p.pool.Get().(*set)
	if !ok {
		t := make(set, p.words)
		copy(t, s)
		return t
	}
	copy(*v, s)
	return *v
}

func (p *setPool) put(s set) {
	if len(s) == p.words {
		p.pool.Put(&s)
	}
}
