package extract

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"uhri"
)

// maxPart bounds the expanded size of one part of a docx. The largest real one seen has 3 MB; zip can promise 50 GB.
const maxPart = 64 << 20

// maxDepth bounds nesting of XML and HTML elements.
const maxDepth = 200

var errTooBig = uhri.Errorf(uhri.Invalid, "read document", "the file expands to more than %d MB", maxPart>>20)

// readAtMost reads all of r, or fails when there is more than limit.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "read document", Msg: "the file is damaged", Err: err}
	}
	if int64(len(b)) > limit {
		return nil, errTooBig
	}
	return b, nil
}

// decodeDOCX reads the text of a Word file: paragraphs with their automatic numbers, tables, footnotes apart.
func decodeDOCX(data []byte) (*Document, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "read docx", Msg: "this Word file is damaged or incomplete", Err: err}
	}
	parts := map[string][]byte{}
	var heads []string
	var total int64
	for _, f := range z.File {
		switch name := f.Name; {
		case name == "word/document.xml", name == "word/styles.xml", name == "word/numbering.xml", name == "word/footnotes.xml", name == "word/endnotes.xml",
			strings.HasPrefix(name, "word/header") && strings.HasSuffix(name, ".xml") && len(parts) < 20:
			rc, err := f.Open()
			if err != nil {
				return nil, &uhri.Error{Kind: uhri.Invalid, Op: "read docx", Msg: "this Word file is damaged", Err: err}
			}
			b, err := readAtMost(rc, maxPart-total)
			rc.Close()
			if err != nil {
				return nil, err
			}
			total += int64(len(b))
			parts[name] = b
		}
	}
	w := &word{styles: map[string]*style{}}
	if err := w.readStyles(parts["word/styles.xml"]); err != nil {
		return nil, err
	}
	if err := w.readNumbering(parts["word/numbering.xml"]); err != nil {
		return nil, err
	}
	d := &Document{Format: DOCX}
	if err := w.readBody(parts["word/document.xml"]); err != nil {
		return nil, err
	}
	ps := w.paras
	if w.textBoxes {
		d.Issues = append(d.Issues, Issue{Kind: LostParts, Text: "text in boxes was left out"})
	}
	for _, name := range []string{"word/footnotes.xml", "word/endnotes.xml"} {
		notes, err := readNotes(parts[name])
		if err != nil {
			return nil, err
		}
		d.Footnotes = append(d.Footnotes, notes...)
	}
	for name, b := range parts {
		if strings.HasPrefix(name, "word/header") {
			h := &word{styles: map[string]*style{}}
			if err := h.readBody(b); err == nil {
				for _, p := range h.paras {
					heads = append(heads, paraLines(p)...)
				}
			}
		}
	}
	var cover []string
	for _, p := range ps[:min(len(ps), 40)] {
		cover = append(cover, paraLines(p)...)
	}
	d.setCover(cover, heads)
	d.Blocks = parasToBlocks(ps, d)
	if len(d.Blocks) == 0 {
		d.Issues = append(d.Issues, Issue{Kind: NeedsOCR, Text: "the Word file holds no text: pictures of pages, which need OCR"})
	}
	return d, nil
}

func paraLines(p para) []string {
	if p.cells == nil {
		return []string{p.text}
	}
	var out []string
	for _, c := range p.cells {
		out = append(out, strings.Split(c.Text, "\n")...)
	}
	return out
}

// style is what a paragraph or character style sets, its ancestors' values included once resolved.
type style struct {
	name, basedOn   string
	bold, italic    *bool
	numID, level    string
	outline         int // 1… ; 0 = none
	left, firstLine float64
	resolved        bool
}

// word is a Word file being read.
type word struct {
	styles    map[string]*style
	numbering numbering
	paras     []para
	tables    int
	textBoxes bool
	fields    int // AUTONUM fields so far: Word computes their numbers and stores none
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// onOff reads a toggle such as <w:b/> or <w:b w:val="0"/>.
func onOff(e xml.StartElement) *bool {
	v := attr(e, "val")
	on := v != "0" && v != "false" && v != "off" && v != "none"
	return &on
}

// points reads twentieths of a point.
func points(s string) float64 {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return float64(n) / 20
}

// walk calls visit for each start element of an XML part; visit returns true when it has consumed the element itself.
func walk(d *xml.Decoder, visit func(xml.StartElement, int) (bool, error)) error {
	depth := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return damaged(errors.New("nested too deeply"))
			}
			used, err := visit(e, depth)
			if err != nil {
				return err
			}
			if used {
				depth--
			}
		case xml.EndElement:
			if depth--; depth < 0 {
				return nil
			}
		}
	}
}

func damaged(err error) error {
	if uhri.KindOf(err) == uhri.Invalid {
		return err
	}
	return &uhri.Error{Kind: uhri.Invalid, Op: "read docx", Msg: "this Word file is damaged", Err: err}
}

func (w *word) readStyles(part []byte) error {
	if part == nil {
		return nil
	}
	var cur *style
	err := walk(xml.NewDecoder(bytes.NewReader(part)), func(e xml.StartElement, _ int) (bool, error) {
		switch e.Name.Local {
		case "style":
			cur = &style{}
			w.styles[attr(e, "styleId")] = cur
		}
		if cur == nil {
			return false, nil
		}
		switch e.Name.Local {
		case "name":
			cur.name = attr(e, "val")
		case "basedOn":
			cur.basedOn = attr(e, "val")
		case "b":
			cur.bold = onOff(e)
		case "i":
			cur.italic = onOff(e)
		case "numId":
			cur.numID = attr(e, "val")
		case "ilvl":
			cur.level = attr(e, "val")
		case "outlineLvl":
			if n, err := strconv.Atoi(attr(e, "val")); err == nil && n < 9 {
				cur.outline = n + 1
			}
		case "ind":
			cur.left, cur.firstLine = indents(e, cur.left, cur.firstLine)
		}
		return false, nil
	})
	for id := range w.styles {
		w.resolve(id, 0)
	}
	return err
}

func indents(e xml.StartElement, left, firstLine float64) (float64, float64) {
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "left", "start":
			left = points(a.Value)
		case "firstLine":
			firstLine = points(a.Value)
		case "hanging":
			firstLine = -points(a.Value)
		}
	}
	return left, firstLine
}

func (w *word) resolve(id string, depth int) *style {
	s := w.styles[id]
	if s == nil || s.resolved || depth > 20 {
		return s
	}
	s.resolved = true
	if p := w.resolve(s.basedOn, depth+1); p != nil {
		if s.bold == nil {
			s.bold = p.bold
		}
		if s.italic == nil {
			s.italic = p.italic
		}
		if s.numID == "" {
			s.numID, s.level = p.numID, p.level
		}
		if s.outline == 0 {
			s.outline = p.outline
		}
		if s.left == 0 && s.firstLine == 0 {
			s.left, s.firstLine = p.left, p.firstLine
		}
	}
	return s
}

// readBody reads the paragraphs and tables of a part.
func (w *word) readBody(part []byte) error {
	if part == nil {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(part))
	return walk(d, func(e xml.StartElement, depth int) (bool, error) {
		switch e.Name.Local {
		case "p":
			p, err := w.readPara(d, depth)
			if err != nil {
				return true, err
			}
			w.paras = append(w.paras, p)
			return true, nil
		case "tbl":
			w.tables++
			return true, w.readTable(d, w.tables, depth)
		case "Fallback", "del", "moveFrom":
			return true, skip(d)
		}
		return false, nil
	})
}

func skip(d *xml.Decoder) error {
	if err := d.Skip(); err != nil {
		return damaged(err)
	}
	return nil
}

// readPara reads up to the end of a paragraph.
func (w *word) readPara(d *xml.Decoder, depth int) (para, error) {
	var p para
	var st *style
	var text strings.Builder
	var letters, bold, italic float64
	var runBold, runItalic *bool
	var raised, hidden bool
	numID, level := "", ""
	var left, firstLine float64
	indented := false
	inRun, inPara := false, 1
	counted := false // numbered by a field
	write := func(s string) {
		if hidden {
			return
		}
		text.WriteString(s)
		for _, r := range s {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters++
				if on(runBold, st, func(s *style) *bool { return s.bold }) {
					bold++
				}
				if on(runItalic, st, func(s *style) *bool { return s.italic }) {
					italic++
				}
			}
		}
	}
	for inPara > 0 {
		t, err := d.Token()
		if err != nil {
			return p, damaged(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if inPara+depth > maxDepth {
				return p, damaged(errors.New("nested too deeply"))
			}
			inPara++
			used := false
			switch e.Name.Local {
			case "pStyle":
				p.style = attr(e, "val")
				st = w.styles[p.style]
			case "numId":
				numID = attr(e, "val")
			case "ilvl":
				level = attr(e, "val")
			case "ind":
				left, firstLine = indents(e, left, firstLine)
				indented = true
			case "outlineLvl":
				if n, err := strconv.Atoi(attr(e, "val")); err == nil && n < 9 {
					p.heading = n + 1
				}
			case "r":
				inRun, runBold, runItalic, raised, hidden = true, nil, nil, false, false
			case "rStyle":
				if cs := w.styles[attr(e, "val")]; cs != nil && inRun {
					runBold, runItalic = cs.bold, cs.italic
				}
			case "b":
				if inRun {
					runBold = onOff(e)
				}
			case "i":
				if inRun {
					runItalic = onOff(e)
				}
			case "vanish":
				if inRun {
					hidden = *onOff(e)
				}
			case "vertAlign":
				raised = inRun && attr(e, "val") == "superscript"
			case "tab":
				if inRun {
					write("\t")
				}
			case "br", "cr":
				write("\n")
			case "noBreakHyphen":
				write("‑")
			case "sym":
				write("•")
			case "t":
				s, err := readText(d)
				if err != nil {
					return p, err
				}
				used = true
				if !raised || !isMark(s) {
					write(s)
				}
			case "fldSimple":
				counted = counted || autoNumber.MatchString(attr(e, "instr"))
			case "instrText":
				s, err := readText(d)
				if err != nil {
					return p, err
				}
				counted = counted || autoNumber.MatchString(s)
				used = true
			case "drawing", "pict", "object", "Fallback", "del", "moveFrom", "delText", "footnotePr":
				boxed, err := skipBoxes(d)
				if err != nil {
					return p, err
				}
				w.textBoxes = w.textBoxes || boxed
				used = true
			}
			if used {
				inPara--
			}
		case xml.EndElement:
			inPara--
			if e.Name.Local == "r" {
				inRun = false
			}
		}
	}
	p.text = tidy(text.String())
	if letters > 0 {
		p.bold, p.italic = round2(bold/letters), round2(italic/letters)
	}
	if st != nil {
		if numID == "" {
			numID = st.numID
			if level == "" {
				level = st.level
			}
		}
		if !indented {
			left, firstLine = st.left, st.firstLine
		}
		if p.heading == 0 {
			p.heading = st.outline
		}
		if p.heading == 0 {
			p.heading = unHeading(p.style)
		}
		if st.name != "" {
			p.style = st.name
		}
	}
	p.indent = left + firstLine
	if p.text != "" {
		p.number = w.numbering.next(numID, level)
		if counted && p.number == "" {
			w.fields++
			if number := strconv.Itoa(w.fields) + "."; !strings.HasPrefix(p.text, number) {
				p.number = number
			}
		}
	}
	return p, nil
}

// autoNumber is a field that numbers its paragraph, as older documents have them.
var autoNumber = regexp.MustCompile(`^\s*AUTONUM\b`)

func on(run *bool, st *style, of func(*style) *bool) bool {
	if run != nil {
		return *run
	}
	if st != nil {
		if b := of(st); b != nil {
			return *b
		}
	}
	return false
}

// unHeading knows the heading styles of UN Geneva: _ H_Ch_G, H1G, H23G, H4G, with and without the G.
func unHeading(id string) int {
	s := strings.ToUpper(strings.NewReplacer("_", "", " ", "").Replace(id))
	switch strings.TrimSuffix(s, "G") {
	case "HM", "HCH":
		return 1
	case "H1":
		return 2
	case "H23", "H4", "H56":
		return 3
	}
	return 0
}

// isMark recognises a raised footnote mark that Word did not make itself.
func isMark(s string) bool {
	s = strings.TrimSpace(s)
	for _, r := range s {
		if !unicode.IsDigit(r) && !strings.ContainsRune("*,†‡", r) {
			return false
		}
	}
	return s != ""
}

func readText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return "", damaged(err)
		}
		switch e := t.(type) {
		case xml.CharData:
			b.Write(e)
		case xml.StartElement:
			if err := skip(d); err != nil {
				return "", err
			}
		case xml.EndElement:
			return b.String(), nil
		}
	}
}

// skipBoxes skips a drawing or the like and reports whether it held text.
func skipBoxes(d *xml.Decoder) (bool, error) {
	boxed := false
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return false, damaged(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			depth++
			boxed = boxed || e.Name.Local == "txbxContent"
		case xml.EndElement:
			depth--
		}
	}
	return boxed, nil
}

// tidy repairs what Word does to text: soft hyphens, odd spaces, a no-break hyphen with spaces of its neighbours.
func tidy(s string) string {
	s = strings.NewReplacer("\u00ad", "", "\u00a0", " ", "\u202f", " ", "\u200b", "", "\ufeff", "").Replace(s)
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.Join(strings.Fields(l), " ")
		l = strings.ReplaceAll(l, " ‑ ", "‑")
		if l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// readTable reads rows up to the end of a table; tables inside cells are read as paragraphs of their cell.
func (w *word) readTable(d *xml.Decoder, table, outer int) error {
	var cells []Cell
	var cell *Cell
	var chars, bold float64
	depth, nested := 1, 0
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return damaged(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if depth++; depth+outer > maxDepth {
				return damaged(errors.New("nested too deeply"))
			}
			switch e.Name.Local {
			case "tbl":
				nested++
			case "tc":
				if cell == nil {
					cell, chars, bold = &Cell{}, 0, 0
				}
			case "gridSpan":
				if cell != nil {
					cell.Span, _ = strconv.Atoi(attr(e, "val"))
				}
			case "p":
				p, err := w.readPara(d, depth+outer)
				if err != nil {
					return err
				}
				depth--
				if s := p.printed(); s != "" && cell != nil {
					cell.Lines = append(cell.Lines, s)
					chars += float64(len(s))
					bold += p.bold * float64(len(s))
				}
			case "Fallback", "del", "moveFrom":
				if err := skip(d); err != nil {
					return err
				}
				depth--
			}
		case xml.EndElement:
			depth--
			switch e.Name.Local {
			case "tbl":
				nested--
			case "tc":
				if cell != nil && nested == 0 {
					cell.Text = strings.Join(cell.Lines, "\n")
					if len(cell.Lines) < 2 {
						cell.Lines = nil
					}
					if chars > 0 {
						cell.Bold = round2(bold / chars)
					}
					cells = append(cells, *cell)
					cell = nil
				}
			case "tr":
				if len(cells) > 0 && nested == 0 {
					w.paras = append(w.paras, para{cells: cells, table: table})
					cells = nil
				}
			}
		}
	}
	return nil
}

// readNotes reads footnotes or endnotes.
func readNotes(part []byte) ([]Footnote, error) {
	if part == nil {
		return nil, nil
	}
	var out []Footnote
	w := &word{styles: map[string]*style{}}
	d := xml.NewDecoder(bytes.NewReader(part))
	err := walk(d, func(e xml.StartElement, depth int) (bool, error) {
		switch e.Name.Local {
		case "footnote", "endnote":
			if t := attr(e, "type"); t != "" && t != "normal" {
				return true, skip(d) // separators
			}
			out = append(out, Footnote{Mark: attr(e, "id")})
		case "p":
			p, err := w.readPara(d, depth)
			if err != nil {
				return true, err
			}
			if len(out) > 0 {
				n := &out[len(out)-1]
				n.Text = strings.TrimSpace(n.Text + " " + p.text)
			}
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading notes: %w", err)
	}
	return out, nil
}
