package index

import "math"

// The parameters of BM25, the textbook's. See decisions/0001-bm25.md for how they were tested.
const (
	K1 = 1.2
	B  = 0.75

	// ShortText is the length in tokens below which a text no longer gains by being shorter: without it
	// "Respect human rights." beats every text that says how.
	ShortText = 16

	// SymbolScore is what a record of the document scores whose symbol was typed: more than any words can.
	SymbolScore = 1e6
)

// Corpus is what BM25 must know of all texts of one language in a snapshot, whatever the request: a record counts
// if its text in that language is not empty, even if it has no token.
type Corpus struct {
	Docs   int   // records with a text
	Tokens int64 // tokens of all those texts
}

// IDF returns the weight of a leaf that matches df records of the corpus.
func (c Corpus) IDF(df int) float64 {
	return math.Log(1 + (float64(c.Docs)-float64(df)+0.5)/(float64(df)+0.5))
}

// Norm returns what the length of a text, in tokens, adds to the denominator of BM25.
func (c Corpus) Norm(length int) float64 {
	mean := float64(c.Tokens) / float64(max(c.Docs, 1))
	if mean == 0 {
		return K1
	}
	return K1 * (1 - B + float64(B*float64(max(length, ShortText)))/mean)
}

// BM25 returns the contribution of one leaf to a record's score: tf occurrences in a text of that norm. Engines add
// contributions up leaf by leaf in tree order, in float64, so that scores are equal to the last bit.
//
// A class of words is one leaf: its tf is the sum over its terms, its df the number of records with any of them. df
// counts the records of the language's whole corpus, those the request searches in another language included.
func BM25(idf float64, tf int, norm float64) float64 {
	f := float64(tf)
	return idf * (float64(f*(K1+1)) / (f + norm))
}

// Rank is what decides the order by relevance: the higher Score first; at equal scores the record with more of the
// typed words in the very form they were typed; then the newest, then the ID.
//
// Exact counts the Word leaves that contribute to the score whose own Term stands in the text (each leaf once).
type Rank struct {
	Score float64
	Exact int
}
