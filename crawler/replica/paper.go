package replica

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// paper is a document before it has a format: the lines of its cover, and its text.
type paper struct {
	symbol, date string
	title        []string // lines of the cover below the date
	first        int      // number of the first paragraph
	skips        int      // a number that is left out, as happens in older web pages; 0 = none
	lines        []line
}

// line is one paragraph of a paper.
type line struct {
	kind lineKind
	text string
}

type lineKind int

// The kinds of line. Numbers are not part of the text: Word counts them, a PDF prints them.
const (
	plain     lineKind = iota
	part               // "I. …"
	section            // "A. …"
	side               // a side heading
	paragraph          // "12. …"
	item               // "12.3 …"
	lettered           // "(a) …"
)

// word writes the paper as a Word file whose numbers are automatic, as the United Nations' are: they stand nowhere in its text.
func (p paper) word() []byte {
	var body strings.Builder
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
		return `<w:t xml:space="preserve">` + b.String() + `</w:t>`
	}
	write := func(style, numbering, s string, bold bool) {
		run := ""
		if bold {
			run = "<w:rPr><w:b/></w:rPr>"
		}
		fmt.Fprintf(&body, `<w:p><w:pPr><w:pStyle w:val="%s"/>%s</w:pPr><w:r>%s%s</w:r></w:p>`, style, numbering, run, text(s))
	}
	list := func(level, number int) string {
		return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, number)
	}
	for _, s := range append([]string{"United Nations", p.symbol, "General Assembly", "Distr.: General", p.date, "Original: English"}, p.title...) {
		write("Cover", "", s, false)
	}
	for _, l := range p.lines {
		switch l.kind {
		case plain:
			write("SingleTxtG", "", l.text, false)
		case part:
			write("HChG", list(0, 2), l.text, true)
		case section:
			write("H1G", list(1, 2), l.text, true)
		case side:
			write("H23G", "", l.text, true)
		case paragraph:
			write("SingleTxtG", list(0, 1), l.text, false)
		case item:
			write("SingleTxtG", list(1, 1), l.text, false)
		case lettered:
			write("SingleTxtG", list(2, 1), l.text, false)
		}
	}
	const space = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	level := func(n, start int, format, text string) string {
		return fmt.Sprintf(`<w:lvl w:ilvl="%d"><w:start w:val="%d"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/></w:lvl>`, n, start, format, text)
	}
	numbering := `<w:numbering ` + space + `><w:abstractNum w:abstractNumId="0">` +
		level(0, p.first, "decimal", "%1.") + level(1, 1, "decimal", "%1.%2") + level(2, 1, "lowerLetter", "(%3)") +
		`</w:abstractNum><w:abstractNum w:abstractNumId="1">` + level(0, 1, "upperRoman", "%1.") + level(1, 1, "upperLetter", "%2.") +
		`</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>`
	style := func(id, name string) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="` + name + `"/></w:style>`
	}
	styles := `<w:styles ` + space + `>` + style("Cover", "Normal") + style("SingleTxtG", "_ Single Txt_G") + style("HChG", "_ H _Ch_G") +
		style("H1G", "_ H_1_G") + style("H23G", "_ H_2/3_G") + `</w:styles>`

	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	return zipped([][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`},
		{"_rels/.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"word/document.xml", head + `<w:document ` + space + `><w:body>` + body.String() + `</w:body></w:document>`},
		{"word/numbering.xml", head + numbering},
		{"word/styles.xml", head + styles},
	})
}

func zipped(files [][2]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			panic("replica: " + err.Error()) // memory takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic("replica: " + err.Error())
	}
	return b.Bytes()
}

// The layout of a printed page, in points: A4, ten-point type.
const (
	pageWidth, pageHeight = 595, 842
	margin                = 90
	leading               = 13
	pageTop, pageBottom   = 760, 90
	hanging               = 36  // text after a number begins so far right of it
	charWidth             = 4.6 // of ten-point Times, on average: lines end a little early
)

// printed is one row of a page.
type printed struct {
	x, y float64
	size float64
	bold bool
	text string
}

// pdf prints the paper with running heads and page numbers. scanned leaves the text out, as a scan does.
func (p paper) pdf(scanned bool) []byte {
	var pages [][]printed
	y, size := 0.0, 10.0
	row := func(x float64, bold bool, s string) {
		pages[len(pages)-1] = append(pages[len(pages)-1], printed{x, y, size, bold, s})
	}
	down := func(by float64) {
		if y -= by; len(pages) == 0 || y < pageBottom {
			pages = append(pages, []printed{{pageWidth - margin - 120, pageHeight - 50, 9, true, p.symbol}, {pageWidth / 2, 45, 9, false, fmt.Sprint(len(pages) + 1)}})
			y = pageTop
		}
	}
	write := func(first, rest float64, bold bool, s string) {
		x := first
		for s != "" {
			down(leading)
			n := int((pageWidth - margin - x) / charWidth * 10 / size)
			r := []rune(s)
			if len(r) > n {
				if at := strings.LastIndexByte(string(r[:n]), ' '); at > 0 {
					row(x, bold, string(r[:n])[:at])
					s, x = s[at+1:], rest
					continue
				}
			}
			row(x, bold, s)
			break
		}
	}
	for _, s := range append([]string{p.symbol, "Distr.: General", p.date, "Original: English"}, p.title...) {
		down(2 * leading)
		write(margin, margin, false, s)
	}
	n, sub, letter, roman, capital := p.first-1, 0, 0, 0, 0
	for _, l := range p.lines {
		down(leading / 2)
		number := ""
		switch l.kind {
		case part:
			roman, capital = roman+1, 0
			number = romans[roman] + "."
		case section:
			capital++
			number = string(rune('A'+capital-1)) + "."
		case paragraph:
			n, sub, letter = n+1, 0, 0
			number = fmt.Sprintf("%d.", n)
		case item:
			sub, letter = sub+1, 0
			number = fmt.Sprintf("%d.%d", n, sub)
		case lettered:
			letter++
			number = fmt.Sprintf("(%c)", 'a'+letter-1)
		}
		bold := l.kind == part || l.kind == section || l.kind == side
		size = 10
		if bold {
			size = map[lineKind]float64{part: 14, section: 12, side: 10}[l.kind]
			down(leading)
		}
		switch {
		case number == "":
			write(margin, margin, bold, l.text)
		case l.kind == lettered:
			write(margin+hanging, margin, false, number+" "+l.text)
		default:
			// The number stands by itself at the margin, as a tab leaves it.
			down(leading)
			row(margin, bold, number)
			y += leading
			write(margin+hanging, margin, bold, l.text)
		}
	}
	return pdfFile(pages, scanned)
}

var romans = [...]string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}

// pdfFile writes pages as PDF 1.4 with the two built-in fonts.
func pdfFile(pages [][]printed, scanned bool) []byte {
	var objects []string
	add := func(s string) int { objects = append(objects, s); return len(objects) }
	add("<< /Type /Catalog /Pages 2 0 R >>")
	add("") // the page tree, when its children are known
	add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>")
	add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>")
	var kids []string
	for _, rows := range pages {
		var s strings.Builder
		if scanned { // a grey picture of a page, as far as a reader of text can tell
			s.WriteString("0.8 g 60 60 475 722 re f\n")
			rows = nil
		}
		for _, r := range rows {
			font := "F1"
			if r.bold {
				font = "F2"
			}
			text, err := charmap.Windows1252.NewEncoder().String(r.text)
			if err != nil {
				panic("replica: " + err.Error()) // the texts are part of the program
			}
			fmt.Fprintf(&s, "BT /%s %.0f Tf 1 0 0 1 %.1f %.1f Tm (%s) Tj ET\n", font, r.size, r.x, r.y, strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(text))
		}
		content := add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", s.Len(), s.String()))
		page := add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>", pageWidth, pageHeight, content))
		kids = append(kids, fmt.Sprintf("%d 0 R", page))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " "))
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
