// Package extract turns the bytes of a published document — PDF, docx, OLE doc, HTML or plain text — into blocks:
// headings, numbered paragraphs, items, unnumbered paragraphs and table rows, with page furniture and footnotes out
// of the way. It does not know what a recommendation is; package segment does.
//
// It is the one reader of files we did not write, so every format is told by its first bytes, never by its name, and
// every input is met with limits on size, pages, time, memory and zip expansion. The rules for PDF and the numbers in
// them were measured on 126 real documents (PDF_EXTRACTION.md).
package extract
