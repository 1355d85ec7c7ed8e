package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/index"
)

// keeper is rows that keeps the rows of a program, as an engine does.
type keeper struct {
	rows
	table index.Rows
	asked int // streams of kept rows
}

func (k *keeper) StreamRows(ctx context.Context, req index.Request, version string, yield func([]byte) bool) (bool, error) {
	if version != k.table.Version {
		return false, nil
	}
	k.asked++
	var shared []byte
	var failed error
	err := k.Stream(ctx, req, func(r index.Row) bool {
		if shared, failed = k.table.Append(shared[:0], r.JSON()); failed != nil {
			return false
		}
		return yield(shared)
	})
	if failed != nil {
		err = failed
	}
	return true, err
}

// TestKeptRows holds that a file made of kept rows has the bytes it has otherwise, and that they are used only for the
// table they are of.
func TestKeptRows(t *testing.T) {
	all := append(records(), many(3*batchRows)...)
	for _, c := range []struct {
		name, params, base, software string
		used                         bool
	}{
		{"plain", "", "https://example.org", "test", true},
		{"with a mark", "bom=1", "https://example.org", "test", true},
		{"no public address", "", "", "test", true},
		{"an address below another", "", "https://example.org/rights/", "test", true},
		{"the default columns, named", "columns=" + strings.Join(namesOf(DefaultColumns()), "&columns="), "https://example.org", "test", true},
		{"English first, as by default", "lang=en", "https://example.org", "test", true},
		{"the default order of languages", "lang=en&lang=fr", "https://example.org", "test", true},
		{"French", "lang=fr", "https://example.org", "test", false},
		{"another second language", "lang=en&lang=ar", "https://example.org", "test", false},
		{"one origin's labels", "origin=publisher", "https://example.org", "test", false},
		{"fewer columns", "columns=id&columns=link&columns=text", "https://example.org", "test", false},
		{"other order of columns", "columns=" + strings.Join(append(namesOf(DefaultColumns())[1:], "id"), "&columns="), "https://example.org", "test", false},
		{"an address to be quoted", "", "https://example.org/a,b", "test", false},
		{"an address to be defused", "", "=1", "test", false},
		{"an address with a space before it", "", " https://example.org", "test", false},
		{"another program's", "", "https://example.org", "next", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := url.ParseQuery(c.params)
			if err != nil {
				t.Fatal(err)
			}
			write := func(s index.Searcher) []byte {
				srv := NewServer(Options{BaseURL: c.base, Version: c.software})
				req, p, faults := srv.Plan("csv", v, true)
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				req.Snapshot = "2026-11-24.17"
				var b bytes.Buffer
				if n, err := Write(t.Context(), &b, s, req, p, nil); err != nil || n != len(all) {
					t.Fatalf("%d rows of %d: %v", n, len(all), err)
				}
				return b.Bytes()
			}
			k := &keeper{rows: rows{all: all}, table: Rows("test")}
			got, want := write(k), write(&rows{all: all})
			if used := k.asked == 1; used != c.used {
				t.Errorf("kept rows used: %v, want %v", used, c.used)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("of kept rows it is another file:\n%.2000s\nwant\n%.2000s", got, want)
			}
			if bytes.IndexByte(got, basePlace) >= 0 {
				t.Error("a place for the public address is left in the file")
			}
		})
	}
	// The other formats never see a row.
	for _, f := range Formats() {
		k := &keeper{rows: rows{all: records()}, table: Rows("test")}
		if f.Name != "csv" {
			if file(t, k, f.Name, ""); k.asked != 0 {
				t.Errorf("%s was made of rows of CSV", f.Name)
			}
		}
	}
}

// TestKeptRowsBreak: rows that fail fail the file.
func TestKeptRowsBreak(t *testing.T) {
	k := &keeper{rows: rows{all: many(1000), fail: 700}, table: Rows("test")}
	if _, _, err := tryFile(t, k, "csv", "", 0); err == nil || k.asked != 1 {
		t.Errorf("a stream of kept rows that breaks: %v, asked %d times", err, k.asked)
	}
}

func namesOf(cs []Column) (names []string) {
	for _, c := range cs {
		names = append(names, c.Name)
	}
	return names
}

// TestRowsRevision fails when a record gets another row than it had: raise rowsRevision then, and write down the new
// sum, so that no snapshot hands out rows of before. Only the place of the public address is found by an ID's having none.
func TestRowsRevision(t *testing.T) {
	if names := namesOf(DefaultColumns()); names[0] != "id" || names[1] != "link" {
		t.Fatalf("the first columns are %q; the place of the public address is looked for behind the ID", names[:2])
	}
	h := sha256.New()
	table := Rows("")
	all := records()
	r := *records()[0]
	r.Body, r.Procedural, r.Articles, r.DocumentID, r.Latest = "CRPD", true, "arts. 3 and 5", "d1", true
	r.Tags = append(slices.Clone(r.Tags), uhri.Tag{Scheme: uhri.SchemeTheme, Concept: "made; up", Origin: uhri.OriginRule}, uhri.Tag{Scheme: uhri.SchemeGroup, Concept: "nobody's", Origin: uhri.OriginHuman})
	r.Provenance = uhri.Provenance{Source: "uhri/en", FirstSeen: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), LastChanged: time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC), PublishedUHRI: uhri.Date{Year: 2016, Month: 5}, Inferred: []string{"date", "cycle"}, Review: []string{"odd"}}
	all = append(all, &r)
	n := 0
	err := (&rows{all: all}).Stream(t.Context(), index.Request{Snapshot: "2026-11-24.17"}, func(r index.Row) bool {
		row, err := table.Append(nil, r.JSON())
		if err != nil {
			t.Fatal(err)
		}
		cells, err := csv.NewReader(bytes.NewReader(row)).Read()
		if err != nil || len(cells) != len(DefaultColumns()) || !strings.HasPrefix(cells[1], string(rune(basePlace))+"/r/") {
			t.Fatalf("row %q: %v", row, err)
		}
		h.Write(row)
		n++
		return true
	})
	if err != nil || n != len(all) {
		t.Fatalf("%d rows, %v", n, err)
	}
	const revision, want = 1, "4943c1d105b2eeb1dd20e4f8"
	if got := hex.EncodeToString(h.Sum(nil)[:12]); got != want || rowsRevision != revision {
		t.Errorf("revision %d with the sum %s, want %d with %s", rowsRevision, got, revision, want)
	}
}
