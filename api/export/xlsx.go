package export

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
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
type xlsxEncoder struct {
	w     io.Writer
	p     *Plan
	file  *excelize.File
	sheet *excelize.StreamWriter
	n     int // sheets of data
	row   int // rows written to the sheet, its header included
	head  int // style of the header
	link  int // style of links
}

func newXLSX(w io.Writer, p *Plan) Encoder { return &xlsxEncoder{w: w, p: p} }

// Close removes temporary files.
func (e *xlsxEncoder) Close() error {
	if e.file == nil {
		return nil
	}
	return e.file.Close()
}

func (e *xlsxEncoder) Begin() (err error) {
	e.file = excelize.NewFile()
	if e.head, err = e.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}); err != nil {
		return err
	}
	if e.link, err = e.file.NewStyle(&excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}}); err != nil {
		return err
	}
	return e.begin()
}

func sheetName(n int) string {
	if n == 1 {
		return "Recommendations"
	}
	return "Recommendations " + strconv.Itoa(n)
}

// begin starts the next sheet of data.
func (e *xlsxEncoder) begin() (err error) {
	e.n++
	e.row = 1
	name := sheetName(e.n)
	if e.n == 1 {
		err = e.file.SetSheetName("Sheet1", name)
	} else {
		_, err = e.file.NewSheet(name)
	}
	if err != nil {
		return err
	}
	if e.sheet, err = e.file.NewStreamWriter(name); err != nil {
		return err
	}
	for i, c := range e.p.Columns {
		if err := e.sheet.SetColWidth(i+1, i+1, max(c.width, 8)); err != nil {
			return err
		}
	}
	if err := e.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(e.p.Columns))
	for i, c := range e.p.Columns {
		header[i] = excelize.Cell{StyleID: e.head, Value: c.Label}
	}
	return e.sheet.SetRow("A1", header)
}

// end closes a sheet: its rows become a table, which has filters.
func (e *xlsxEncoder) end() error {
	if e.row > 1 {
		last, err := excelize.CoordinatesToCellName(len(e.p.Columns), e.row)
		if err != nil {
			return err
		}
		if err := e.sheet.AddTable(&excelize.Table{Range: "A1:" + last, Name: "recommendations" + strconv.Itoa(e.n), StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	return e.sheet.Flush()
}

func (e *xlsxEncoder) Prepare(b *Batch) (Prepared, error) {
	rows := make([][]any, 0, len(b.JSON))
	var values []string
	err := e.p.each(b, func(v *view) error {
		row := make([]any, len(e.p.Columns))
		for i, c := range e.p.Columns {
			if values = c.values(values[:0], v); len(values) > 0 {
				row[i] = e.cell(c, values)
			}
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// cell returns the value of one cell.
func (e *xlsxEncoder) cell(c Column, values []string) any {
	s := strings.Join(values, "; ")
	switch {
	case c.Kind == Integer:
		if n, err := strconv.Atoi(s); err == nil {
			return n
		}
	case c.Kind == Boolean:
		return s == "true"
	case strings.HasSuffix(c.Name, "link") && len(s) < 250 && !strings.ContainsAny(s, "\"\r\n"): // a formula's text has at most 255 characters
		return excelize.Cell{StyleID: e.link, Formula: `HYPERLINK("` + s + `")`, Value: s}
	}
	return fit(s)
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
	limit := maxSheetRows
	if e.p.sheetRows > 0 {
		limit = e.p.sheetRows
	}
	for _, row := range p.([][]any) {
		if e.row >= limit {
			if err := e.end(); err != nil {
				return err
			}
			if err := e.begin(); err != nil {
				return err
			}
		}
		e.row++
		if err := e.sheet.SetRow("A"+strconv.Itoa(e.row), row); err != nil {
			return err
		}
	}
	return nil
}

func (e *xlsxEncoder) End() error {
	if err := e.end(); err != nil {
		return err
	}
	if err := e.manifest(); err != nil {
		return err
	}
	e.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return newOrderedZip(w, e.n) })
	_, err := e.file.WriteTo(e.w)
	return err
}

// manifest writes the sheet that says what the file is, and what its columns mean.
func (e *xlsxEncoder) manifest() error {
	const name = "Manifest"
	if _, err := e.file.NewSheet(name); err != nil {
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
			if err := e.file.SetCellStr(name, at, fit(s)); err != nil {
				return err
			}
			if style > 0 {
				if err := e.file.SetCellStyle(name, at, at, style); err != nil {
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
	if err := put(e.head, "Column", "Meaning", "Name in other formats"); err != nil {
		return err
	}
	for _, c := range e.p.Columns {
		if err := put(0, c.Label, c.Description, c.Name); err != nil {
			return err
		}
	}
	for col, width := range map[string]float64{"A": 30, "B": 100, "C": 26} {
		if err := e.file.SetColWidth(name, col, col, width); err != nil {
			return err
		}
	}
	return nil
}

// orderedZip makes the file's bytes repeatable. excelize writes streamed sheets in no particular order, so where
// there are several they wait in temporary files until all have come.
type orderedZip struct {
	*zip.Writer
	several bool
	waiting map[string]*os.File
}

func newOrderedZip(w io.Writer, sheets int) *orderedZip {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return &orderedZip{Writer: z, several: sheets > 1, waiting: map[string]*os.File{}}
}

// Create implements excelize.ZipWriter.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if !z.several || !strings.HasPrefix(name, "xl/worksheets/sheet") {
		return z.Writer.Create(name)
	}
	f, err := os.CreateTemp("", "sheet-")
	if err != nil {
		return nil, err
	}
	z.waiting[name] = f
	return f, nil
}

// AddFS implements excelize.ZipWriter.
func (z *orderedZip) AddFS(fsys fs.FS) error { return z.Writer.AddFS(fsys) }

// Close implements excelize.ZipWriter.
func (z *orderedZip) Close() (err error) {
	for _, f := range z.waiting {
		defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range z.waiting {
			if !yield(name) {
				return
			}
		}
	}) {
		w, err := z.Writer.Create(name)
		if err != nil {
			return err
		}
		if _, err := z.waiting[name].Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(w, z.waiting[name]); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return z.Writer.Close()
}
