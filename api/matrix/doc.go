// Package matrix makes the implementation matrix of a State: every recommendation it was given, one a row, with empty
// columns in which a government writes who does what by when. Passages that ask for the same stand together, so that
// one activity can answer all of them.
//
// It also writes the list as IMPACT OSS imports it. That software's import page offers a CSV template whose first line
// holds the attribute names title, reference, accepted and response; its server takes description too, and creates
// every row as a draft (impactoss-client, RecommendationImport; impactoss-server, recommendation_policy.rb). What could
// not be learnt from there is left out rather than guessed:
//   - support_level is accepted by newer servers, but its values belong to the installation; accepted says true for
//     what a State supported and false for what it noted (Human Rights Council resolution 5/1), and nothing for a
//     partial, unknown or impossible answer;
//   - categories (cluster, body, theme) are linked by numbers of the installation, which no file can know. They stand
//     in the description in words, for sorting after the import.
//
// The columns were read from the published source, not tried against a running installation.
package matrix
