package matrix

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"uhri/api/export"
)

// Names of the sheets.
const (
	sheetMatrix   = "Matrix"
	sheetLists    = "Lists"
	sheetManifest = "Manifest"
)

// institutions is how many lines the list of institutions has; a government has fewer.
const institutions = 200

// paperA3 is A3 in the numbering of ECMA-376; some twenty columns cannot be read on A4.
const paperA3 = 8

// xlsx writes the table as a workbook that is ready to be filled in and printed.
func (t *table) xlsx(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := t.lists(f); err != nil {
		return fmt.Errorf("writing the lists: %w", err)
	}
	if err := t.matrix(f); err != nil {
		return fmt.Errorf("writing the matrix: %w", err)
	}
	if err := t.manifest(f); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return export.Zip(w) })
	_, err := f.WriteTo(w)
	return err
}

// matrix writes the sheet of passages.
func (t *table) matrix(f *excelize.File) error {
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	body, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}, Border: []excelize.Border{{Type: "bottom", Color: "BFBFBF", Style: 1}}})
	if err != nil {
		return err
	}
	link, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}, Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return err
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14, Alignment: &excelize.Alignment{Vertical: "top"}, Border: []excelize.Border{{Type: "bottom", Color: "BFBFBF", Style: 1}}})
	if err != nil {
		return err
	}
	last := len(t.rows) + 1
	if err := t.paper(f, last); err != nil {
		return err
	}
	corner, err := excelize.CoordinatesToCellName(len(t.columns), last)
	if err != nil {
		return err
	}
	if err := f.SetSheetDimension(sheetMatrix, "A1:"+corner); err != nil { // before the stream, which writes it first
		return err
	}
	sheet, err := f.NewStreamWriter(sheetMatrix)
	if err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := sheet.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(t.columns))
	for i, c := range t.columns {
		cells[i] = excelize.Cell{StyleID: head, Value: c.Label}
	}
	if err := sheet.SetRow("A1", cells, excelize.RowOpts{Height: 3 * lineHeight}); err != nil {
		return err
	}
	address, deadline, group, size := t.place("link"), t.at("Deadline"), t.at("Same ask: group"), t.at("Same ask: passages")
	for n, r := range t.rows {
		for i, s := range r.cells {
			c := excelize.Cell{StyleID: body}
			switch {
			case i == address && len(s) < 250 && !strings.ContainsAny(s, "\"\r\n"): // a formula's text has at most 255 characters
				c = excelize.Cell{StyleID: link, Formula: `HYPERLINK("` + s + `")`, Value: s}
			case i == deadline:
				c.StyleID = day
			case s == "":
			case i == group || i == size:
				if c.Value, err = strconv.Atoi(s); err != nil {
					return err
				}
			default:
				c.Value = export.Fit(s) // typed as text, so nothing in it is run
			}
			cells[i] = c
		}
		if err := sheet.SetRow("A"+strconv.Itoa(n+2), cells, excelize.RowOpts{Height: t.height(r)}); err != nil {
			return err
		}
	}
	if len(t.rows) > 0 {
		if err := sheet.AddTable(&excelize.Table{Range: "A1:" + corner, Name: "matrix", StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

// Heights of rows in points. A row of one line is as high as the program has it by itself.
const (
	lineHeight = 15
	maxHeight  = 409 // what a row can have
)

// height is that of a row whose texts are wrapped. Not every program measures streamed rows when it opens a file, so
// it is reckoned from the lengths, a little generously.
func (t *table) height(r row) float64 {
	lines := 1
	for i, s := range r.cells {
		if t.columns[i].from.Name == "link" {
			continue
		}
		n := 0
		for line := range strings.SplitSeq(s, "\n") {
			wide := 0
			for _, c := range line {
				if wide++; c >= 0x2E80 { // the scripts of East Asia take two places
					wide++
				}
			}
			slack := 1.1
			if t.columns[i].Width < 30 { // words break badly in narrow columns
				slack = 1.3
			}
			n += 1 + int(float64(wide)*slack/t.columns[i].Width)
		}
		lines = max(lines, n)
	}
	return float64(min(lines*lineHeight, maxHeight))
}

// paper makes the sheet ready to print, and gives its columns their lists.
func (t *table) paper(f *excelize.File, last int) error {
	size, orientation, wide, high := paperA3, "landscape", 1, 0
	fit := true
	if err := f.SetSheetProps(sheetMatrix, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := f.SetPageLayout(sheetMatrix, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	title := t.state + ", " + t.plan.Manifest.Snapshot.ID
	if t.plan.Manifest.Demonstration {
		title = "DEMONSTRATION, invented data: " + title
	}
	// An ampersand begins a code in headers, so it is doubled.
	if err := f.SetHeaderFooter(sheetMatrix, &excelize.HeaderFooterOptions{OddHeader: "&L" + strings.ReplaceAll(title, "&", "&&"), OddFooter: "&R&P / &N"}); err != nil {
		return err
	}
	if err := f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: sheetMatrix + "!$1:$1", Scope: sheetMatrix}); err != nil {
		return err
	}
	if last < 2 {
		return nil
	}
	for _, list := range []struct {
		column, source string
		strict         bool
	}{
		{"Status", fmt.Sprintf("%s!$A$2:$A$%d", sheetLists, len(Statuses())+1), true},
		{"Lead institution", fmt.Sprintf("%s!$B$2:$B$%d", sheetLists, institutions+1), false},
		{"Partners", fmt.Sprintf("%s!$B$2:$B$%d", sheetLists, institutions+1), false},
	} {
		col, err := excelize.ColumnNumberToName(t.at(list.column) + 1)
		if err != nil {
			return err
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s2:%s%d", col, col, last))
		v.SetSqrefDropList(list.source)
		if list.strict {
			v.SetError(excelize.DataValidationErrorStyleWarning, list.column, "This value is not on the sheet "+sheetLists+".")
		} else {
			v.ShowErrorMessage = false // several institutions in one cell are fine
		}
		if err := f.AddDataValidation(sheetMatrix, v); err != nil {
			return err
		}
	}
	return nil
}

// lists writes what the drop-downs offer.
func (t *table) lists(f *excelize.File) error {
	if err := f.SetSheetName("Sheet1", sheetMatrix); err != nil {
		return err
	}
	if _, err := f.NewSheet(sheetLists); err != nil {
		return err
	}
	column := append([]string{"Status"}, Statuses()...)
	for i, s := range column {
		if err := f.SetCellStr(sheetLists, "A"+strconv.Itoa(i+1), s); err != nil {
			return err
		}
	}
	if err := f.SetCellStr(sheetLists, "B1", "Institution"); err != nil {
		return err
	}
	if err := f.SetCellStr(sheetLists, "C1", "Write your institutions below, one a line: the columns Lead institution and Partners offer them."); err != nil {
		return err
	}
	return errors.Join(f.SetColWidth(sheetLists, "A", "B", 30), f.SetSheetDimension(sheetLists, "A1:C"+strconv.Itoa(len(column))))
}

// manifest writes what the file is and what its columns mean.
func (t *table) manifest(f *excelize.File) error {
	if _, err := f.NewSheet(sheetManifest); err != nil {
		return err
	}
	lines := [][2]string{{"Implementation matrix", t.state}}
	lines = append(lines, t.plan.Manifest.Pairs()...)
	lines = append(lines, [2]string{}, [2]string{"Column", "Meaning"})
	for _, c := range t.columns {
		lines = append(lines, [2]string{c.Label, c.About})
	}
	for n, line := range lines {
		for i, s := range line {
			if s == "" {
				continue
			}
			at, err := excelize.CoordinatesToCellName(i+1, n+1)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(sheetManifest, at, export.Fit(s)); err != nil {
				return err
			}
		}
	}
	if err := f.SetColWidth(sheetManifest, "A", "A", 30); err != nil {
		return err
	}
	return errors.Join(f.SetColWidth(sheetManifest, "B", "B", 100), f.SetSheetDimension(sheetManifest, "A1:B"+strconv.Itoa(len(lines)))) // readers that go row by row believe it
}
