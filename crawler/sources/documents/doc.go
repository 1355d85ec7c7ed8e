// Package documents is what all sources of documents share: the fetcher that asks documents.un.org for a symbol, the reader
// that remembers what it read, the dossier that joins the documents of one review, and the Process that cuts them.
// It discovers nothing; which symbols exist is each source's own business.
//
// What documents.un.org is like, as far as it is known:
//
//   - GET /api/symbol/access?s=SYMBOL&l=en|fr|es|ru|ar|zh&t=pdf|docx|doc answers 302 to /doc/UNDOC/… in upper case; the
//     file is served at the lower-case path only. Its name is a job number, so the address says nothing of the symbol.
//   - What does not exist is a redirect to /error, or status 200 with the site's empty page of some 1,300 bytes. Status
//     and Content-Type decide nothing; the first bytes of the file do.
//   - A language it does not have is answered with the English file, without a word: the language is read from the text.
//   - t=docx of older documents returns an OLE .doc file. Without LibreOffice those cannot be read, and the PDF is used.
//   - Answers take 6 to 31 seconds; ten workers at a time were answered 503, one was not.
//   - Documents are reissued under the same symbol, and corrected by /Corr.n; so young ones are asked for again.
package documents
