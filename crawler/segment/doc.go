// Package segment cuts a document that package extract has read into the passages people search: the recommendations
// of a UPR report with their positions and recommending States, the paragraphs of concluding observations and of
// country-visit reports. It does not read files and does not fetch anything.
//
// Every cut checks itself — numbers without gaps, a State for each recommendation, totals the State itself names — and
// says what is odd: a passage in doubt is published as needing review, with the reason, never dropped. The rules are
// those counted over 304 reports of the UPR's first two cycles (DOCUMENTS.md §2).
package segment
