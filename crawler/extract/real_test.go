package extract

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// samples returns a folder of real documents beside the checkout, or skips.
func samples(t testing.TB, parts ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "..", "shared", "sources", "samples"}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the real documents are not here: %s", dir)
	}
	return dir
}

// newTestReader reads in process, with the compiled PDFium kept between test runs.
func newTestReader(t testing.TB) *Reader {
	t.Helper()
	r, err := New(Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func readFile(t testing.TB, r *Reader, path string) *Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Read(t.Context(), data)
	if err != nil {
		t.Fatalf("reading %s: %v", filepath.Base(path), err)
	}
	return d
}

// mainNumbers are the numbers of the document's paragraphs before any annex.
func mainNumbers(d *Document) []int {
	var out []int
	for _, b := range d.Blocks {
		if b.Kind == Heading && annexRow.MatchString(b.Text) {
			break
		}
		if b.Kind == Paragraph {
			n, _ := strconv.Atoi(b.Number)
			out = append(out, n)
		}
	}
	return out
}

// TestTreatyBodyNumbers holds the manifest: printed numbers run 1..N in every document, in every language.
func TestTreatyBodyNumbers(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a hundred real documents")
	}
	dir := samples(t, "treaty_bodies")
	f, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	r := newTestReader(t)
	for _, row := range rows[1:] {
		name := row[col["file"]]
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pdf"), func(t *testing.T) {
			d := readFile(t, r, filepath.Join(dir, "crpd", filepath.Base(name)))
			if got, want := string(d.Lang), row[col["language"]]; got != want {
				t.Errorf("language %s, want %s", got, want)
			}
			numbers := mainNumbers(d)
			want, _ := strconv.Atoi(row[col["paragraphs"]])
			for i, n := range numbers {
				if n != i+1 {
					t.Fatalf("paragraph %d follows %d; all: %v", n, i, numbers)
				}
			}
			if want > 0 && len(numbers) != want {
				t.Errorf("%d paragraphs, want %d; issues %v", len(numbers), want, d.Issues)
			}
		})
	}
}
