// Package treatybodies finds the concluding observations of the ten treaty bodies in OHCHR's treaty body database,
// tbinternet.ohchr.org, ahead of UHRI. It discovers; the bytes come from documents.un.org, and from the database's own files
// only where that has none.
//
// What the site is like, as far as it is known (nothing of it was promised, so every address and selector is an option, and a
// page of another shape ends the run with a sentence that says what is missing):
//
//   - TBSearch.aspx is an ASP.NET WebForms page with a Telerik grid of ten rows a page. GET takes TreatyID and DocTypeID. The
//     numbers are the site's own; the page's option lists name them, and that is where they are read. Numbers that were
//     seen in use stand in for a list that cannot be read.
//   - The next page is a POST to the same address with every hidden field of the page just received — __VIEWSTATE,
//     __VIEWSTATEGENERATOR, __EVENTVALIDATION and the controls' ClientState — and the grid's command in __EVENTARGUMENT.
//     Fields of an earlier page are refused. Sessions end; then the list is begun again, once.
//   - The order of columns differs between observers, so columns are found by their headings, and the symbol by its link
//     to Download.aspx where there are none. Slashes in it are written %2f or %2F.
//   - The list mixes in what is not sought: INT/… are letters and submissions of others, …/Add.n the State's follow-up. One row
//     may bundle several symbols, a few rows lead to another State's document, and in one count 100 of 247 led to no file.
//   - Download.aspx is a table of languages and formats, in two variants: links to FilesHandler.ashx?enc=… titled "English
//     docx", or rows of language, a link to DownloadDraft.aspx?key=…, and file name. Or it regrets that there are no files. enc
//     and key are made anew for each publication and name nothing: a document is its symbol and language.
//   - HTML files are UTF-16; extensions lie, so the first bytes decide what a file is.
//   - The newest come first in practice. An incremental run reads on until some pages in a row hold nothing new; that the
//     order is no promise, and that rows are added late, is what the monthly sweep of all pages is for.
//   - 403 with a challenge, 202 with nothing in it and endless silence mean that programs are not wanted at the moment. The
//     source stops for hours and says so.
//
// A list that forgets a document does not unmake it: this source never withdraws.
package treatybodies
