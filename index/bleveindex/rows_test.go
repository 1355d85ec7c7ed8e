package bleveindex

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
)

// reversed is a table whose rows show of which bytes they were made.
func reversed(version string) index.Rows {
	return index.Rows{Version: version, Append: func(dst, record []byte) ([]byte, error) {
		for i := len(record) - 1; i >= 0; i-- {
			dst = append(dst, record[i])
		}
		return dst, nil
	}}
}

func rowsOf(t *testing.T, e *Engine, req index.Request, version string) (rows []string, kept bool) {
	t.Helper()
	kept, err := e.StreamRows(t.Context(), req, version, func(row []byte) bool {
		rows = append(rows, string(row))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, kept
}

// TestRowsKept holds that the row of a record is that of its bytes, whatever the order, the query, the number of parts, and after
// opening again; and that a table of another version is not handed out.
func TestRowsKept(t *testing.T) {
	recs := indextest.RandomCorpus(3, 500)
	for parts := 1; parts <= 3; parts++ {
		o := Options{Dir: t.TempDir(), Parts: parts, Rows: reversed("one")}
		e, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, e, index.Snapshot{ID: "first"}, recs)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e, err = Open(Options{Dir: o.Dir, Rows: reversed("two")}); err != nil {
			t.Fatal(err)
		}
		for _, req := range []index.Request{{}, {Query: "the OR rights OR torture"}, {Sort: index.SortOldest}, {Sort: index.SortDocument, Filters: []index.Filter{{Facet: "mechanism", Op: index.Any, Values: []string{"upr"}}}}, {Query: "nowhereatall"}} {
			var want []string
			if err := e.Stream(t.Context(), req, func(r index.Row) bool {
				b, err := reversed("").Append(nil, r.JSON())
				want = append(want, string(b))
				return err == nil
			}); err != nil {
				t.Fatal(err)
			}
			got, kept := rowsOf(t, e, req, "one")
			if d := cmp.Diff(want, got); d != "" || !kept {
				t.Errorf("%d parts, %+v: kept %v: %.500s", parts, req, kept, d)
			}
			if len(want) == 0 != (req.Query == "nowhereatall") {
				t.Errorf("%+v finds %d", req, len(want))
			}
		}
		for _, other := range []string{"two", ""} {
			if got, kept := rowsOf(t, e, index.Request{}, other); kept || len(got) > 0 {
				t.Errorf("version %q: %d rows of another are handed out", other, len(got))
			}
		}
		n := 0
		if _, err := e.StreamRows(t.Context(), index.Request{}, "one", func([]byte) bool { n++; return n < 2 }); err != nil || n != 2 {
			t.Errorf("a stream that is stopped: %d rows, %v", n, err)
		}
		// The snapshot of before keeps its rows while the new one has others.
		publish(t, e, index.Snapshot{ID: "second"}, recs[:20])
		if got, kept := rowsOf(t, e, index.Request{Snapshot: "first"}, "one"); !kept || len(got) != len(recs) {
			t.Errorf("the previous snapshot: kept %v, %d rows", kept, len(got))
		}
		if got, kept := rowsOf(t, e, index.Request{}, "two"); !kept || len(got) != 20 {
			t.Errorf("the new snapshot: kept %v, %d rows", kept, len(got))
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoRowsKept: without a table there is no file, and no answer.
func TestNoRowsKept(t *testing.T) {
	e := openTest(t, 2)
	defer e.Close()
	publish(t, e, index.Snapshot{ID: "plain"}, indextest.Fixtures())
	if _, err := os.Stat(filepath.Join(e.o.Dir, "plain", rowsName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file of rows nobody asked for: %v", err)
	}
	for _, version := range []string{"", "one"} {
		if rows, kept := rowsOf(t, e, index.Request{}, version); kept || len(rows) > 0 {
			t.Errorf("%q: %d rows", version, len(rows))
		}
	}
}

// TestRowsFail: a row that cannot be made fails the publication, and what was published stays.
func TestRowsFail(t *testing.T) {
	n := 0
	e, err := Open(Options{Dir: t.TempDir(), Parts: 1, Rows: index.Rows{Version: "one", Append: func(dst, record []byte) ([]byte, error) {
		if n++; n > 30 {
			return nil, errors.New("no words")
		}
		return append(dst, record...), nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	recs := indextest.RandomCorpus(4, 40)
	publish(t, e, index.Snapshot{ID: "whole"}, recs[:20])
	if err := e.Publish(t.Context(), index.Snapshot{ID: "broken"}, indextest.Each(recs)); err == nil || !bytes.Contains([]byte(err.Error()), []byte("no words")) {
		t.Errorf("publishing: %v", err)
	}
	if names := folders(t, e.o.Dir); len(names) != 1 || names[0] != "whole" {
		t.Errorf("there are %v", names)
	}
	if rows, kept := rowsOf(t, e, index.Request{}, "one"); !kept || len(rows) != 20 {
		t.Errorf("what was published: %d rows", len(rows))
	}
}

// TestRowsArePurged: what a takedown takes from the records it takes from the rows.
func TestRowsArePurged(t *testing.T) {
	e, err := Open(Options{Dir: t.TempDir(), Parts: 2, Rows: index.Rows{Version: "one", Append: func(dst, record []byte) ([]byte, error) { return append(dst, record...), nil }}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	recs := indextest.RandomCorpus(5, 60)
	gone := *recs[33]
	gone.Texts = map[uhri.Lang]uhri.Text{uhri.English: {Full: "the word quaggamire stands here only"}}
	recs[33] = &gone
	publish(t, e, index.Snapshot{ID: "with"}, recs)
	holds := func() (files []string) {
		if err := filepath.WalkDir(e.o.Dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte("quaggamire")) {
				files = append(files, d.Name())
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return files
	}
	if files := fmt.Sprint(holds()); !bytes.Contains([]byte(files), []byte(rowsName)) || !bytes.Contains([]byte(files), []byte(recordsName)) {
		t.Fatalf("the text stands in %s; the test would not see it go", files)
	}
	publish(t, e, index.Snapshot{ID: "without", Purge: true}, append(recs[:33:33], recs[34:]...))
	if files := holds(); len(files) > 0 {
		t.Errorf("after the takedown the text stands in %v", files)
	}
}

// TestStreamsOutliveTheirSnapshot: records and rows that are being read when others are published, and even when theirs are purged, come to
// their end as they began.
func TestStreamsOutliveTheirSnapshot(t *testing.T) {
	e, err := Open(Options{Dir: t.TempDir(), Parts: 2, Rows: reversed("one")})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	recs := indextest.RandomCorpus(6, 300)
	oldest := index.Request{Sort: index.SortOldest} // read one by one, each when it is due
	publish(t, e, index.Snapshot{ID: "first"}, recs)
	want, _ := rowsOf(t, e, oldest, "one")
	var rows, records []string
	next := func() {
		publish(t, e, index.Snapshot{ID: fmt.Sprint("next-", len(rows), len(records)), Purge: len(records) > 0}, recs[:10])
	}
	if _, err := e.StreamRows(t.Context(), oldest, "one", func(row []byte) bool {
		if rows = append(rows, string(row)); len(rows) == 5 {
			publish(t, e, index.Snapshot{ID: "second"}, recs)
			if err := e.Stream(t.Context(), oldest, func(r index.Row) bool {
				b, err := reversed("").Append(nil, r.JSON())
				if err != nil {
					t.Fatal(err)
				}
				if records = append(records, string(b)); len(records) == 5 || len(records) == 50 {
					next()
				}
				return true
			}); err != nil {
				t.Fatal(err)
			}
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("rows: %.500s", d)
	}
	if d := cmp.Diff(want, records); d != "" {
		t.Errorf("records: %.500s", d)
	}
	if names := folders(t, e.o.Dir); len(names) != 1 {
		t.Errorf("after a purge there are %q", names)
	}
}
