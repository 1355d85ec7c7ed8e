package segment

import (
	"os"
	"path/filepath"
	"testing"

	"uhri/crawler/extract"
)

// BenchmarkReport reads and cuts the real report with most pages, extraction included.
func BenchmarkReport(b *testing.B) {
	data, err := os.ReadFile(shared(b, "sources", "samples", "upr_cycle1_2", "china2009.pdf"))
	if err != nil {
		b.Fatal(err)
	}
	r, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Read(b.Context(), data); err != nil { // starts PDFium
		b.Fatal(err)
	}
	for b.Loop() {
		d, err := r.Read(b.Context(), data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := UPRReport(d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCut cuts a report that is read already: what re-cutting stored documents costs beside reading.
func BenchmarkCut(b *testing.B) {
	r, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	d := read(b, r, shared(b, "sources", "samples", "upr_cycle1_2", "vietnam2014.pdf"))
	for b.Loop() {
		if _, err := UPRReport(d); err != nil {
			b.Fatal(err)
		}
	}
}
