package bleveindex

import (
	"slices"
	"strings"
	"sync"

	"uhri"
	"uhri/index"
	"uhri/index/analysis"
	"uhri/index/query"
)

// language is the texts of one language: the dictionary of its terms in byte order (a term's id is its place there,
// so that a prefix is a range of ids), the stems that make classes of them, and the forward index.
type language struct {
	lang   uhri.Lang
	corpus index.Corpus
	docs   set // records with a text

	terms stringTable
	df    []uint32
	code  []uint16 // see positions.go

	stems     stringTable
	stemOff   []uint32
	stemTerms []uint32 // ids, stem after stem

	textOff []uint32 // by slot: where its text begins in tokens
	tokens  []uint16
	rareAt  []uint32 // places in tokens that hold rareCode …
	rareID  []uint32 // … and the id that stands there

	repeatOff  []uint32 // by id: the records with the term more than once …
	repeatSlot []uint32
	repeatTF   []uint16 // … and how often

	norms []float64 // index.Corpus.Norm by length, for lengths below len(norms)

	parts    []part
	lexicons sync.Pool // of []*lexicon, one per part
}

// normTable is the number of lengths whose norm is computed once; longer texts are one in a thousand.
const normTable = 2048

func openLanguage(h langHeader, t *tables, parts []part) *language {
	name := string(h.Lang) + "."
	l := &language{
		lang:       h.Lang,
		corpus:     index.Corpus{Docs: h.Docs, Tokens: h.Tokens},
		docs:       array[uint64](t, name+"docs"),
		terms:      stringsOf(t, name+"terms"),
		df:         array[uint32](t, name+"df"),
		code:       array[uint16](t, name+"code"),
		stems:      stringsOf(t, name+"stems"),
		stemOff:    array[uint32](t, name+"stem.off"),
		stemTerms:  array[uint32](t, name+"stem.terms"),
		textOff:    array[uint32](t, name+"tokens.off"),
		tokens:     array[uint16](t, name+"tokens"),
		rareAt:     array[uint32](t, name+"rare.at"),
		rareID:     array[uint32](t, name+"rare.id"),
		repeatOff:  array[uint32](t, name+"repeat.off"),
		repeatSlot: array[uint32](t, name+"repeat.slot"),
		repeatTF:   array[uint16](t, name+"repeat.tf"),
		norms:      make([]float64, normTable),
		parts:      parts,
	}
	for i := range l.norms {
		l.norms[i] = l.corpus.Norm(i)
	}
	return l
}

// norm returns what the length of the text in slot adds to BM25's denominator.
func (l *language) norm(slot uint32) float64 {
	n := l.textOff[slot+1] - l.textOff[slot]
	if n < normTable {
		return l.norms[n]
	}
	return l.corpus.Norm(int(n))
}

// class returns the ids of the terms that the word stands for, in ascending order.
func (l *language) class(word string) []uint32 {
	var ids []uint32
	for _, key := range analysis.ClassKeys(l.lang, word) {
		if i, ok := l.stems.find(key); ok {
			ids = append(ids, l.stemTerms[l.stemOff[i]:l.stemOff[i+1]]...)
		}
	}
	slices.Sort(ids)
	return ids
}

// exact returns the id of a term.
func (l *language) exact(term string) (uint32, bool) {
	i, ok := l.terms.find(term)
	return uint32(i), ok
}

// expansion is the terms a prefix or wildcard stands for.
type expansion struct {
	ids []uint32
	cut bool // there are more than query.MaxExpansion
}

// prefix returns the terms that begin so.
func (l *language) prefix(stem string) expansion {
	var x expansion
	for i := l.terms.search(stem); i < l.terms.len() && strings.HasPrefix(string(l.terms.at(i)), stem); i++ {
		if len(x.ids) == query.MaxExpansion {
			x.cut = true
			break
		}
		x.ids = append(x.ids, uint32(i))
	}
	return x
}

// wildcard returns the terms that fit the pattern.
func (l *language) wildcard(n query.Wildcard) expansion {
	var x expansion
	literal := n.Literal()
	for i := l.terms.search(literal); i < l.terms.len(); i++ {
		t := l.terms.at(i)
		if !strings.HasPrefix(string(t), literal) {
			break
		}
		if !n.Fits(string(t)) {
			continue
		}
		if len(x.ids) == query.MaxExpansion {
			x.cut = true
			break
		}
		x.ids = append(x.ids, uint32(i))
	}
	return x
}

// reader looks terms up for one search.
func (l *language) reader() ([]*lexicon, error) {
	if v, ok := l.lexicons.Get().(*[]*lexicon); ok {
		return *v, nil
	}
	out := make([]*lexicon, len(l.parts))
	for i, p := range l.parts {
		if p.postings == nil {
			continue
		}
		x, err := p.postings.lexicon(l.lang)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// or adds the records with any of the terms to dst.
func (l *language) or(dst set, ids ...uint32) error {
	lexicons, err := l.reader()
	if err != nil {
		return err
	}
	for i, p := range l.parts {
		if p.postings == nil {
			continue
		}
		for _, id := range ids {
			if err := lexicons[i].or(l.terms.at(int(id)), p.of(dst)); err != nil {
				return err
			}
		}
	}
	l.lexicons.Put(&lexicons)
	return nil
}

// repeats returns the records that have the term more than once, and how often they have it.
func (l *language) repeats(id uint32) repeats {
	a, b := l.repeatOff[id], l.repeatOff[id+1]
	return repeats{l.repeatSlot[a:b], l.repeatTF[a:b]}
}
