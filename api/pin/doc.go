// Package pin makes searches citable for good. A pin keeps what a search asked, how it was read, on which snapshot,
// and the set of records it found; later it says what it would find now and how the two differ.
//
// The set is a bitmap over the store's permanent numbers of records, so a pin of the whole corpus takes some tens of
// kilobytes, and the texts of then come from the store's change log: nothing is copied.
package pin
