// Package uhriexport reads the bulk export of OHCHR's Universal Human Rights Index: one JSON array of flat objects per
// language, some 268,000 of them and 360 to 400 MB, published without authentication and renewed daily.
//
// What the publisher's site is like, as far as it is known:
//
//   - Two addresses have been seen in use; neither promises ETag or Last-Modified, so the content's size and SHA-256
//     decide whether anything is new.
//   - The array is compact, with PascalCase keys. It is read element by element, never whole. A download that does not
//     end with the closing bracket was cut, and nothing of it is believed.
//   - Body and AnnotationType begin with "- "; some bodies have their long name; some States are bare ISO codes; regions
//     and themes carry stray spaces; about 100 records name no State although their symbol does; about 3,300 have no
//     usable type; dates may be missing, and 1900-01-01 means so.
//   - Texts are HTML; in other languages a missing translation silently carries the English text.
package uhriexport
