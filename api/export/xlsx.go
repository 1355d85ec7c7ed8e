package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"
)

// What a sheet can hold (ECMA-376, and Excel's own limits).
const (
	maxSheetRows = 1_048_576
	maxCellRunes = 32_767
	cutMark      = " […]"
)

// xlsxEncoder writes a spreadsheet. Texts are typed as text, so no spreadsheet runs them as formulas; the only
// formulas are the links we make.
//
// excelize makes the workbook: styles, tables, the sheet of the manifest, and sheets of data with their header only.
// The rows are ours, because they are what takes the time: each batch is written as XML and deflated on whichever core
// is free, and the pieces are put one after the other into the sheet (a deflate stream may be cut wherever it was
// flushed). So memory stays flat and the first bytes go at once.
type xlsxEncoder struct {
	p      *Plan
	zip    *zip.Writer
	sheets [][2][]byte // what stands before and after the rows of each sheet of data
	letter []string    // names of the columns: "A", "B" …
	link   int         // style of links
	n      int         // sheet being written, from 0; len(sheets) when all are
	entry  *zip.FileHeader
	out    io.Writer // of the entry
	pool   sync.Pool // of *flate.Writer
	plain  sync.Pool // of []byte: rows before they are packed
}

func newXLSX(w io.Writer, p *Plan) Encoder { return &xlsxEncoder{p: p, zip: zip.NewWriter(w)} }

func sheetName(n int) string {
	if n == 1 {
		return "Recommendations"
	}
	return "Recommendations " + strconv.Itoa(n)
}

// perSheet is how many records a sheet holds beside its header.
func (e *xlsxEncoder) perSheet() int {
	if e.p.sheetRows > 0 {
		return e.p.sheetRows - 1
	}
	return maxSheetRows - 1
}

func (e *xlsxEncoder) Begin() (err error) {
	for i := range e.p.Columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		e.letter = append(e.letter, name)
	}
	f := excelize.NewFile()
	defer f.Close()
	if err := e.workbook(f); err != nil {
		return err
	}
	parts := &parts{}
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return parts })
	if _, err := f.WriteTo(io.Discard); err != nil {
		return err
	}
	for i := range e.count() {
		name := fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)
		before, after, ok := bytes.Cut(parts.take(name), []byte("</sheetData>"))
		if !ok {
			return fmt.Errorf("the workbook has no place for rows in %s", name)
		}
		e.sheets = append(e.sheets, [2][]byte{before, append([]byte("</sheetData>"), after...)})
	}
	for _, p := range parts.list {
		w, err := e.zip.Create(p.name)
		if err != nil {
			return err
		}
		if _, err := w.Write(p.body.Bytes()); err != nil {
			return err
		}
	}
	return e.next(0)
}

// count is the number of sheets of data.
func (e *xlsxEncoder) count() int {
	return max(1, (e.p.Manifest.Rows+e.perSheet()-1)/e.perSheet())
}

// workbook makes everything but the rows.
func (e *xlsxEncoder) workbook(f *excelize.File) error {
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	if e.link, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}}); err != nil {
		return err
	}
	left := e.p.Manifest.Rows
	for i := range e.count() {
		name := sheetName(i + 1)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		rows := min(left, e.perSheet())
		left -= rows
		if err := e.sheet(f, name, i+1, rows, head); err != nil {
			return err
		}
	}
	return e.manifest(f, head)
}

// sheet makes one sheet of data: its header stays in sight, its rows are a table, which has filters.
func (e *xlsxEncoder) sheet(f *excelize.File, name string, n, rows, head int) error {
	for i, c := range e.p.Columns {
		if err := f.SetColWidth(name, e.letter[i], e.letter[i], max(c.width, 8)); err != nil {
			return err
		}
		if err := f.SetCellStr(name, e.letter[i]+"1", c.Label); err != nil {
			return err
		}
	}
	last := e.letter[len(e.letter)-1]
	if err := f.SetCellStyle(name, "A1", last+"1", head); err != nil {
		return err
	}
	if err := f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	area := "A1:" + last + strconv.Itoa(rows+1)
	if rows > 0 {
		if err := f.AddTable(name, &excelize.Table{Range: area, Name: "recommendations" + strconv.Itoa(n), StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	return f.SetSheetDimension(name, area)
}

// next begins sheet n, or ends the last.
func (e *xlsxEncoder) next(n int) (err error) {
	if e.entry != nil {
		if err := e.piece(e.sheets[e.n][1], true); err != nil {
			return err
		}
		//lint:ignore SA1019 deprecated, and still what archive/zip writes
		e.entry.CompressedSize = uint32(min(e.entry.CompressedSize64, math.MaxUint32))
		//lint:ignore SA1019 as above
		e.entry.UncompressedSize = uint32(min(e.entry.UncompressedSize64, math.MaxUint32))
	}
	if e.n = n; n == len(e.sheets) {
		return nil
	}
	// The sizes and the sum stand behind the bytes (APPNOTE 4.3.9), so they are filled in as these go.
	e.entry = &zip.FileHeader{Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", n+1), Method: zip.Deflate, Flags: 0x8}
	if e.out, err = e.zip.CreateRaw(e.entry); err != nil {
		return err
	}
	return e.piece(e.sheets[n][0], false)
}

// piece deflates bytes into the sheet; the last one ends it.
func (e *xlsxEncoder) piece(b []byte, last bool) error {
	packed, err := e.deflate(b)
	if err != nil {
		return err
	}
	if last {
		packed = append(packed, 0x03, 0x00) // an empty block that says it is the last (RFC 1951)
	}
	return e.put(b, packed)
}

// put appends deflated bytes to the sheet.
func (e *xlsxEncoder) put(plain, packed []byte) error {
	e.entry.CRC32 = crc32.Update(e.entry.CRC32, crc32.IEEETable, plain)
	e.entry.UncompressedSize64 += uint64(len(plain))
	e.entry.CompressedSize64 += uint64(len(packed))
	_, err := e.out.Write(packed)
	return err
}

// deflate packs bytes so that what comes before and after is packed apart.
func (e *xlsxEncoder) deflate(b []byte) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, len(b)/6))
	z, ok := e.pool.Get().(*flate.Writer)
	if ok {
		z.Reset(out)
	} else {
		var err error
		if z, err = flate.NewWriter(out, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	defer e.pool.Put(z)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Flush(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// rowsOf are rows of one sheet, ready to be appended.
type rowsOf struct {
	sheet         int
	plain, packed []byte
}

func (e *xlsxEncoder) Prepare(b *Batch) (Prepared, error) {
	var out []rowsOf
	var values []string
	at := b.First
	err := e.p.each(b, func(v *view) error {
		sheet, row := at/e.perSheet(), at%e.perSheet()+2
		at++
		if len(out) == 0 || out[len(out)-1].sheet != sheet {
			plain, _ := e.plain.Get().([]byte)
			out = append(out, rowsOf{sheet: sheet, plain: slices.Grow(plain[:0], 3*len(b.buf))})
		}
		line := out[len(out)-1].plain
		number := strconv.Itoa(row)
		line = append(append(append(line, `<row r="`...), number...), `">`...)
		for i, c := range e.p.Columns {
			if values = c.values(values[:0], v); len(values) > 0 {
				line = append(append(append(append(line, `<c r="`...), e.letter[i]...), number...), '"')
				line = e.cell(line, c, cell(c, values))
			}
		}
		out[len(out)-1].plain = append(line, "</row>"...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].packed, err = e.deflate(out[i].plain); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// cell appends the rest of a cell's element.
func (e *xlsxEncoder) cell(dst []byte, c Column, s string) []byte {
	switch {
	case c.Kind == Integer:
		return append(append(append(dst, "><v>"...), s...), "</v></c>"...)
	case c.Kind == Boolean:
		v := byte('0')
		if s == "true" {
			v = '1'
		}
		return append(append(append(dst, ` t="b"><v>`...), v), "</v></c>"...)
	case strings.HasSuffix(c.Name, "link") && len(s) < 250 && !strings.ContainsAny(s, "\"\r\n"): // a formula's text has at most 255 characters
		dst = strconv.AppendInt(append(dst, ` s="`...), int64(e.link), 10)
		dst = append(appendXML(append(dst, `" t="str"><f>HYPERLINK("`...), s), `")</f><v>`...)
		return append(appendXML(dst, s), "</v></c>"...)
	}
	dst = append(dst, ` t="inlineStr"><is><t xml:space="preserve">`...)
	return append(appendXML(dst, fit(s)), "</t></is></c>"...)
}

// appendXML appends text. What XML cannot hold is written as spreadsheets do (ECMA-376 Part 1, 22.9.2.19, ST_Xstring):
// _x0001_, and an underscore that would be read so as _x005F_.
func appendXML(dst []byte, s string) []byte {
	from := 0
	valid := utf8.ValidString(s)
	for i := 0; i < len(s); {
		c := s[i]
		if xmlPlain[c] && (valid || c < utf8.RuneSelf) {
			i++
			continue
		}
		escaped := ""
		n := 1
		switch {
		case c == '&':
			escaped = "&amp;"
		case c == '<':
			escaped = "&lt;"
		case c == '>':
			escaped = "&gt;"
		case c == '_':
			if i+7 <= len(s) && s[i+1] == 'x' && s[i+6] == '_' && isHex(s[i+2:i+6]) {
				escaped = "_x005F_"
			}
		case c < 0x20 && c != '\t' && c != '\n':
			escaped = fmt.Sprintf("_x%04X_", c)
		case c >= utf8.RuneSelf:
			var r rune
			if r, n = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
				escaped = "\uFFFD"
			}
		}
		if escaped != "" {
			dst = append(append(dst, s[from:i]...), escaped...)
			from = i + n
		}
		i += n
	}
	return append(dst, s[from:]...)
}

// xmlPlain are the bytes of valid UTF-8 that stand as they are, wherever they stand. The two characters XML lacks begin with 0xEF.
var xmlPlain = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = (c >= 0x20 || c == '\t' || c == '\n') && c != '&' && c != '<' && c != '>' && c != '_' && c != 0xEF
	}
	return plain
}()

func isHex(s string) bool {
	_, err := strconv.ParseUint(s, 16, 16)
	return err == nil
}

// fit cuts a text to what a cell can hold, and says so.
func fit(s string) string {
	if len(s) <= maxCellRunes || utf16Len(s) <= maxCellRunes {
		return s
	}
	n := 0
	for i, r := range s {
		if n += units(r); n > maxCellRunes-len(cutMark) {
			return s[:i] + cutMark
		}
	}
	return s
}

func utf16Len(s string) (n int) {
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int {
	if r > 0xFFFF && r <= utf8.MaxRune {
		return 2
	}
	return 1
}

func (e *xlsxEncoder) Append(p Prepared) error {
	for _, rows := range p.([]rowsOf) {
		if rows.sheet >= len(e.sheets) {
			return errors.New("there are more rows than were counted")
		}
		if rows.sheet != e.n {
			if err := e.next(rows.sheet); err != nil {
				return err
			}
		}
		if err := e.put(rows.plain, rows.packed); err != nil {
			return err
		}
		e.plain.Put(rows.plain[:0]) //lint:ignore SA6002 a header of three words, for some megabytes
	}
	return nil
}

func (e *xlsxEncoder) End() error {
	if err := e.next(len(e.sheets)); err != nil {
		return err
	}
	return e.zip.Close()
}

// manifest writes the sheet that says what the file is, and what its columns mean.
func (e *xlsxEncoder) manifest(f *excelize.File, head int) error {
	const name = "Manifest"
	if _, err := f.NewSheet(name); err != nil {
		return err
	}
	row := 0
	put := func(style int, cells ...string) error {
		row++
		for i, s := range cells {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(name, at, fit(s)); err != nil {
				return err
			}
			if style > 0 {
				if err := f.SetCellStyle(name, at, at, style); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, kv := range e.p.Manifest.pairs() {
		if err := put(0, kv[0], kv[1]); err != nil {
			return err
		}
	}
	row++
	if err := put(head, "Column", "Meaning", "Name in other formats"); err != nil {
		return err
	}
	for _, c := range e.p.Columns {
		if err := put(0, c.Label, c.Description, c.Name); err != nil {
			return err
		}
	}
	for col, width := range map[string]float64{"A": 30, "B": 100, "C": 26} {
		if err := f.SetColWidth(name, col, col, width); err != nil {
			return err
		}
	}
	return f.SetSheetDimension(name, "A1:C"+strconv.Itoa(row)) // readers that go row by row believe it
}

// parts are the files of a workbook, kept in memory: without rows they are small. It implements excelize.ZipWriter.
type parts struct{ list []*part }

type part struct {
	name string
	body bytes.Buffer
}

// Create implements excelize.ZipWriter.
func (p *parts) Create(name string) (io.Writer, error) {
	one := &part{name: name}
	p.list = append(p.list, one)
	return &one.body, nil
}

// AddFS implements excelize.ZipWriter; excelize has no use for it here.
func (p *parts) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close implements excelize.ZipWriter.
func (p *parts) Close() error { return nil }

// take removes a file and returns it.
func (p *parts) take(name string) []byte {
	for i, one := range p.list {
		if one.name == name {
			p.list = append(p.list[:i], p.list[i+1:]...)
			return one.body.Bytes()
		}
	}
	return nil
}

// quickZip is a container whose bytes are the same each time, packed fast.
func quickZip(w io.Writer) *zip.Writer {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return z
}
