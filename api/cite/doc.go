// Package cite writes citations of a record, a document and a search: APA (7th edition), Chicago (17th, notes and
// bibliography), OSCOLA (4th), BibTeX, RIS and CSL-JSON.
//
// We do not know the printed titles of documents, and invent none: a title in square brackets is a description, as
// all three styles ask for where a work has no title.
package cite
