// Package upr harvests the Universal Periodic Review from the United Nations' own documents: the Working Group's report, the
// State's addendum, the Council's outcome decision, each fetched by its symbol. UHRI has the same recommendations weeks to
// months later; when it does, its records take ours over.
//
// What is known of the symbols:
//
//   - Reports are A/HRC/{Council session}/{n}, the State's answers …/Add.1, corrections …/Corr.n, reissues …/Rev.n, and the
//     decision that adopts the outcome is A/HRC/DEC/{session}/{n}. It names report and addendum.
//   - Each session of the Working Group reviews some fourteen States, and their reports lie close together (59/3 … 59/18), but
//     which number is whose cannot be computed: the series is shared with the reports of special procedures and of the
//     Council itself. So symbols come from UHRI's records and from configuration, and a few numbers beside those and in
//     the next session are tried in each run; what turns out to be another kind of document is not asked for again.
//   - Decisions of a session begin at 101.
//   - A/HRC/WG.6/{session}/L.{n} are drafts whose numbering the final report changes; they are never merged with it.
//   - The thematic lists of recommendations have no symbols and lie on pages closed to programs; an operator drops them in
//     with the folder source.
package upr
