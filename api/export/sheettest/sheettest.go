// Package sheettest holds what the tests of all workbooks we write ask of them.
package sheettest

import (
	"testing"

	"github.com/xuri/excelize/v2"
)

// Extents reports every sheet whose stated extent is not that of its cells: readers that go row by row read as far as it says.
func Extents(t *testing.T, f *excelize.File) {
	t.Helper()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		wide := 0
		for _, r := range rows {
			wide = max(wide, len(r))
		}
		corner, err := excelize.CoordinatesToCellName(wide, len(rows))
		if err != nil {
			t.Fatal(err)
		}
		if says, err := f.GetSheetDimension(sheet); err != nil || says != "A1:"+corner {
			t.Errorf("sheet %s has cells to %s and says %s: %v", sheet, corner, says, err)
		}
	}
}
