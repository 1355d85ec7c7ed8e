// Package specialprocedures finds the reports of special procedures on country visits: those whose recommendations UHRI has,
// by their symbols, and newer ones in the catalogue of the United Nations Digital Library, by OAI-PMH. The bytes come from
// documents.un.org.
//
// What is known of the sites:
//
//   - A report is A/HRC/{session}/{n}/Add.{k}. The same series has the State's comments on it (the report of one visit was
//     A/HRC/38/44/Add.2, the comments Add.5), summaries of communications, and the States' answers in the Universal
//     Periodic Review, so the title decides: a visit or a mission, and not comments by the State.
//   - digitallibrary.un.org/oai2d speaks OAI-PMH 2.0 with marcxml: 191 $a symbols, 245 title, 269 $a date. Pages have 100
//     to 200 records. Which sets there are is disputed, so Identify and ListSets are asked first and said in errors.
//   - A "from" without "until" was answered 503. Windows of at most 90 days are asked for, oldest first. A busy server answers
//     503 with Retry-After, which is waited out. robots.txt asks for five seconds between requests.
//   - Resumption tokens expire: badResumptionToken begins the window again, once. Deleted records are told by their headers
//     only; that the catalogue drops a card does not unmake the document.
//   - /search lies behind a firewall that answers 202 with nothing, and robots.txt closes it; it is not used.
//   - The pages of ohchr.org that list visits turn programs away; they are not used.
package specialprocedures
