// Package uhri is the domain of a search engine for United Nations human rights recommendations:
// what the treaty bodies, the Universal Periodic Review and the special procedures tell States to do.
//
// It holds the vocabulary every other package speaks — recommendations, symbols, States, mechanisms,
// themes, affected groups, SDGs, facets and changes — and does no I/O. It imports the standard library
// only; what fetches, stores, searches or shows recommendations lives in the packages beside it
// (ARCHITECTURE.md has the picture).
package uhri
