package extract

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
	textunicode "golang.org/x/text/encoding/unicode"

	"uhri"
)

var (
	htmlHead   = regexp.MustCompile(`(?i)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|h[1-6]|font)\b`)
	metaLatin  = regexp.MustCompile(`(?i)charset\s*=\s*["']?\s*(?:windows-1252|iso-8859-1|latin-?1)`)
	boldStyle  = regexp.MustCompile(`(?i)font-weight\s*:\s*(?:bold|[6-9]00)`)
	plainStyle = regexp.MustCompile(`(?i)font-weight\s*:\s*(?:normal|[1-5]00)`)
	italStyle  = regexp.MustCompile(`(?i)font-style\s*:\s*(?:italic|oblique)`)
	wholeWord  = regexp.MustCompile(`\b(?:Committee|State party|Comité|Estado parte|État partie)$`)
	wordStart  = regexp.MustCompile(`^\p{Ll}{2}`)
	superStyle = regexp.MustCompile(`(?i)vertical-align\s*:\s*super`)
)

// decodeChars makes text of bytes: UTF-16 by its mark (docstore pages), UTF-8, else Windows-1252.
func decodeChars(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		out, err := textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM).NewDecoder().Bytes(b)
		if err == nil {
			return string(out)
		}
	case len(b) > 3 && b[0] == '<' && b[1] == 0: // UTF-16 that lost its mark
		out, err := textunicode.UTF16(textunicode.LittleEndian, textunicode.IgnoreBOM).NewDecoder().Bytes(b)
		if err == nil {
			return string(out)
		}
	}
	b = bytes.TrimPrefix(b, []byte{0xEF, 0xBB, 0xBF})
	if valid := bytes.ToValidUTF8(b[:len(b)-cutTail(b)], nil); len(valid) == len(b)-cutTail(b) && !metaLatin.Match(b[:min(len(b), 1024)]) {
		return string(valid)
	}
	if utf8.Valid(b) {
		return string(b)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "")
	}
	return string(out)
}

// cutTail is the length of a character cut off at the end, where only the head of a file is looked at.
func cutTail(b []byte) int {
	for n := 1; n <= 3 && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= 0xC0 && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

func looksLikeHTML(s string) bool { return htmlHead.MatchString(s) }

// pageReader makes paragraphs of an HTML token stream. It does not build a tree: nothing to exhaust.
type pageReader struct {
	paras  []para
	text   strings.Builder
	prev   rune // last rune before a run border; 0 within a run
	stack  []inline
	counts struct{ letters, bold, italic float64 }

	heading int
	indent  float64
	hidden  int // depth inside script, style, head
	table   int
	inTable int
	cells   []Cell
	cell    *Cell
}

// inline is an open element that changes style.
type inline struct {
	tag                 atom.Atom
	bold, italic, super bool
}

func decodeHTML(data []byte) (*Document, error) {
	d := &Document{Format: HTML}
	r := &pageReader{}
	z := html.NewTokenizer(strings.NewReader(decodeChars(data)))
	z.SetMaxBuf(maxInput)
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.flush()
			r.endRow()
			var cover, heads []string
			for _, p := range r.paras[:min(len(r.paras), 40)] {
				cover = append(cover, paraLines(p)...)
			}
			d.setCover(cover, heads)
			d.Blocks = parasToBlocks(r.paras, d)
			if len(d.Blocks) == 0 {
				return nil, uhri.Errorf(uhri.Invalid, "read html", "this page holds no text")
			}
			return d, nil
		case html.TextToken:
			if r.hidden == 0 {
				r.write(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			r.open(t, t.Type == html.SelfClosingTagToken)
		case html.EndTagToken:
			t := z.Token()
			r.close(t.DataAtom)
		}
	}
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote,
		atom.Pre, atom.Dd, atom.Dt, atom.Dl, atom.Hr, atom.Center, atom.Section, atom.Article, atom.Body, atom.Table, atom.Tr, atom.Td, atom.Th:
		return true
	}
	return false
}

func (r *pageReader) open(t html.Token, selfClosing bool) {
	a := t.DataAtom
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Noscript:
		if !selfClosing {
			r.hidden++
		}
		return
	case atom.Br:
		r.text.WriteString("\n")
		r.prev = 0
		return
	case atom.Table:
		r.flush()
		if r.inTable++; r.inTable == 1 {
			r.table++
		}
		return
	case atom.Tr:
		r.flush()
		r.endRow()
		return
	case atom.Td, atom.Th:
		r.flush()
		r.endCell()
		r.cell = &Cell{}
		for _, at := range t.Attr {
			if at.Key == "colspan" && len(at.Val) == 1 {
				r.cell.Span = int(at.Val[0] - '0')
			}
		}
		return
	}
	if isBlock(a) {
		r.flush()
		if len(t.Data) == 2 && t.Data[0] == 'h' && t.Data[1] >= '1' && t.Data[1] <= '6' {
			r.heading = int(t.Data[1] - '0')
		}
		if a == atom.Li {
			r.text.WriteString("• ")
		}
	}
	if selfClosing || a == atom.Hr || a == atom.Img || a == atom.Meta || a == atom.Link || a == atom.Input {
		return
	}
	top := inline{}
	if len(r.stack) > 0 {
		top = r.stack[len(r.stack)-1]
	}
	top.tag = a
	switch a {
	case atom.B, atom.Strong, atom.Th:
		top.bold = true
	case atom.I, atom.Em:
		top.italic = true
	case atom.Sup:
		top.super = true
	}
	for _, at := range t.Attr {
		if at.Key == "style" {
			switch {
			case boldStyle.MatchString(at.Val):
				top.bold = true
			case plainStyle.MatchString(at.Val):
				top.bold = false
			}
			top.italic = top.italic || italStyle.MatchString(at.Val)
			top.super = top.super || superStyle.MatchString(at.Val)
		}
	}
	if len(r.stack) < maxDepth {
		r.stack = append(r.stack, top)
	}
	r.border()
}

func (r *pageReader) close(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Noscript:
		r.hidden = max(r.hidden-1, 0)
		return
	case atom.Td, atom.Th:
		r.flush()
		r.endCell()
		return
	case atom.Tr:
		r.flush()
		r.endRow()
		return
	case atom.Table:
		r.flush()
		r.endRow()
		r.inTable = max(r.inTable-1, 0)
		return
	}
	if isBlock(a) {
		r.flush()
		r.heading = 0
	}
	r.border()
	for i := len(r.stack) - 1; i >= 0 && i > len(r.stack)-20; i-- {
		if r.stack[i].tag == a {
			r.stack = r.stack[:i]
			return
		}
	}
}

// border notes that a run ends: docstore pages lose the space there, "the" + "Committee".
func (r *pageReader) border() {
	s := r.text.String()
	if s == "" {
		return
	}
	r.prev, _ = utf8.DecodeLastRuneInString(s)
}

func (r *pageReader) write(s string) {
	var top inline
	if len(r.stack) > 0 {
		top = r.stack[len(r.stack)-1]
	}
	if top.super && isMark(strings.Trim(s, "[]() \n")) {
		return
	}
	s = strings.NewReplacer("\r", " ", "\n", " ", "\t", " ").Replace(s)
	if r.prev != 0 {
		first, _ := utf8.DecodeRuneInString(s)
		if (unicode.IsLower(r.prev) || strings.ContainsRune(".,;:)", r.prev)) && unicode.IsUpper(first) {
			s = " " + s
		} else if unicode.IsLower(r.prev) && wordStart.MatchString(s) && wholeWord.MatchString(r.text.String()) {
			s = " " + s // "The Committee" + "recommends"
		}
		r.prev = 0
	}
	r.text.WriteString(s)
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			r.counts.letters++
			if top.bold {
				r.counts.bold++
			}
			if top.italic {
				r.counts.italic++
			}
		}
	}
}

// flush ends a paragraph.
func (r *pageReader) flush() {
	p := para{text: tidy(r.text.String()), heading: r.heading, indent: r.indent}
	if n := r.counts.letters; n > 0 {
		p.bold, p.italic = round2(r.counts.bold/n), round2(r.counts.italic/n)
	}
	r.text.Reset()
	r.prev = 0
	r.counts = struct{ letters, bold, italic float64 }{}
	if p.text == "" || p.text == "•" {
		return
	}
	if r.cell != nil {
		r.cell.Lines = append(r.cell.Lines, p.text)
		r.cell.Bold = max(r.cell.Bold, p.bold)
		return
	}
	r.paras = append(r.paras, p)
}

func (r *pageReader) endCell() {
	if r.cell == nil {
		return
	}
	r.cell.Text = strings.Join(r.cell.Lines, "\n")
	if len(r.cell.Lines) < 2 {
		r.cell.Lines = nil
	}
	r.cells = append(r.cells, *r.cell)
	r.cell = nil
}

// endRow ends a table row. Tables of one cell are layout, not tables: their paragraphs are paragraphs.
func (r *pageReader) endRow() {
	r.endCell()
	var full []Cell
	for _, c := range r.cells {
		if c.Text != "" {
			full = append(full, c)
		}
	}
	switch {
	case len(full) == 1 && len(r.cells) == 1:
		for _, line := range strings.Split(full[0].Text, "\n") {
			r.paras = append(r.paras, para{text: line, bold: full[0].Bold})
		}
	case len(full) > 0:
		r.paras = append(r.paras, para{cells: r.cells, table: r.table})
	}
	r.cells = nil
}
