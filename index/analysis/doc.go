// Package analysis is the one reading of text as words: the tokenizer, the folding of characters, the stemmers,
// the plural pairs and the list of synonyms. The query parser, every engine, the highlighter and the reference
// engine share it, so that they cannot disagree on what a word is. It does not search.
//
// A text becomes terms so: every character is folded (Unicode NFKD, accents dropped, lower case), a possessive 's is
// dropped, and the text is split at everything that is not a letter or a digit. Each character of Chinese and of
// Japanese kana is a term of its own. There is no stop list: "not" and "to be heard" must be findable.
package analysis

// Version numbers the rules of this package. Raise it when the same text would give other terms, or the same word
// another class: snapshots record it, and one written under another version is built again from the store.
const Version = 1
