package extract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"uhri"
)

// TestMain lets the test binary start itself as a reader of documents, as the program does.
func TestMain(m *testing.M) {
	switch os.Getenv("EXTRACT_TEST_CHILD") {
	case "serve":
		if err := ServeChild(context.Background(), os.Stdin, os.Stdout, Options{CacheDir: testCache()}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case "hang": // takes a file and never answers
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "die": // ends in the middle of a file
		_, _ = io.ReadFull(os.Stdin, make([]byte, 4))
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func testCache() string { return filepath.Join(os.TempDir(), "uhri-wazero-test") }

func childReader(t *testing.T, mode string, timeout time.Duration) *Reader {
	t.Helper()
	t.Setenv("EXTRACT_TEST_CHILD", mode)
	r, err := New(Options{Command: []string{os.Args[0], "-test.run=^$"}, Timeout: timeout, Workers: 2})
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

// TestChild: a child answers like the process itself, errors keep their kind, and it serves many documents.
func TestChild(t *testing.T) {
	r := childReader(t, "serve", time.Minute)
	direct := newTestReader(t)
	pdf := smallPDF("1. The Committee considered the report.", "2. The Committee adopted its views.")
	for range 3 {
		for _, data := range [][]byte{pdf, []byte("<html><body><p>1. The Committee met.</p></body></html>")} {
			got, err := r.Read(t.Context(), data)
			if err != nil {
				t.Fatal(err)
			}
			want, err := direct.Read(t.Context(), data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("child and process differ:\n%s", diff)
			}
		}
	}
	if _, err := r.Read(t.Context(), []byte("%PDF-1.4 nothing")); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a broken PDF gives %v, want an Invalid error", err)
	}
	if _, err := r.Read(t.Context(), pdf); err != nil {
		t.Errorf("after a broken file: %v", err)
	}
}

func TestChildDeadline(t *testing.T) {
	r := childReader(t, "hang", 50*time.Millisecond)
	for range 3 { // each time a new child
		if _, err := r.Read(t.Context(), []byte("some text to read here")); uhri.KindOf(err) != uhri.Timeout {
			t.Errorf("got %v, want a Timeout error", err)
		}
	}
}

func TestChildDies(t *testing.T) {
	r := childReader(t, "die", time.Minute)
	for range 3 {
		if _, err := r.Read(t.Context(), []byte("some text to read here")); uhri.KindOf(err) != uhri.Invalid {
			t.Errorf("got %v, want an Invalid error", err)
		}
	}
}

func TestCancelled(t *testing.T) {
	r := childReader(t, "hang", time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		c := <-r.children // the second worker: the first has the file by now, or soon
		r.children <- c
		cancel()
	}()
	if _, err := r.Read(ctx, []byte("some text to read here")); err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
}

// smallPDF makes a PDF of one page with a line of text each.
func smallPDF(lines ...string) []byte {
	var text strings.Builder
	y := 700
	for _, l := range lines {
		fmt.Fprintf(&text, "BT /F1 10 Tf 100 %d Td (%s) Tj ET\n", y, strings.NewReplacer("(", `\(`, ")", `\)`).Replace(l))
		y -= 18
	}
	return makePDF(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()))
}

// makePDF wraps a content stream into a file.
func makePDF(content string) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		content,
		"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

func TestDetect(t *testing.T) {
	utf16le := []byte{0xFF, 0xFE}
	for _, c := range utf16.Encode([]rune("<html><body><p>text</p></body></html>")) {
		utf16le = binary.LittleEndian.AppendUint16(utf16le, c)
	}
	for _, c := range []struct {
		name string
		in   []byte
		want Format
	}{
		{"pdf", []byte("%PDF-1.7\n"), PDF},
		{"pdf after junk", []byte("\r\n\r\n%PDF-1.7\n"), PDF},
		{"word file", makeDOCX(t, map[string]string{"word/document.xml": "<w/>"}), DOCX},
		{"any other zip", makeDOCX(t, map[string]string{"data.txt": "x"}), Unknown},
		{"cut zip", []byte("PK\x03\x04 cut"), Unknown},
		{"OLE", []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0}, DOC},
		{"not found page", []byte("<!doctype html><html lang=\"en\"><head></head><body></body></html>"), HTML},
		{"docstore page", utf16le, HTML},
		{"text", []byte("1. The Committee considered"), Text},
		{"empty", nil, Unknown},
		{"binary", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 200, 201}, Unknown},
	} {
		if got := Detect(c.in); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHostile: damaged, locked and inflating files end with an error that says so, not with a crash or an empty document.
func TestHostile(t *testing.T) {
	r := newTestReader(t)
	var bomb bytes.Buffer
	zw := zlib.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 300 {
		if _, err := zw.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	whole := smallPDF("1. The Committee considered the report.")
	deep := "<w:document xmlns:w=\"x\"><w:body>" + strings.Repeat("<w:sdt>", 5000)
	for _, c := range []struct {
		name string
		in   []byte
	}{
		{"cut PDF", whole[:60]},
		{"deflate bomb", makePDF(fmt.Sprintf("<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", bomb.Len(), bomb.String()))},
		{"zip bomb", makeDOCX(t, map[string]string{"word/document.xml": strings.Repeat(" ", maxPart+1)})},
		{"deep XML", makeDOCX(t, map[string]string{"word/document.xml": deep})},
		{"broken XML", makeDOCX(t, map[string]string{"word/document.xml": "<w:document><w:body><w:p></w:body>"})},
		{"nothing", nil},
		{"too big", make([]byte, maxInput+1)},
	} {
		d, err := r.Read(t.Context(), c.in)
		if err == nil {
			err = d.Usable()
		}
		if k := uhri.KindOf(err); k != uhri.Invalid && k != uhri.Unsupported {
			t.Errorf("%s: error %v, want an Invalid or Unsupported one", c.name, err)
		}
	}
	if _, err := r.Read(t.Context(), whole); err != nil {
		t.Errorf("a good file after the bad ones: %v", err)
	}
}

// TestScan: a file of pictures needs OCR; it is not an empty document.
func TestScan(t *testing.T) {
	r := newTestReader(t)
	d := readFile(t, r, samples(t, "upr_slovenia", "cycle3", "Letter-OHCHR-HC-Slovenia.scanned-no-text.pdf"))
	if err := d.Usable(); uhri.KindOf(err) != uhri.Unsupported || d.Pages != 7 || len(d.Blocks) != 0 || d.Issues[0].Kind != NeedsOCR {
		t.Errorf("scan: %v, %d pages, %d blocks, %v", err, d.Pages, len(d.Blocks), d.Issues)
	}
	if d, err := r.Read(t.Context(), makePDF("<< /Length 0 >>\nstream\n\nendstream")); err != nil || d.Usable() == nil {
		t.Errorf("an empty page: %v, %v", d, err)
	}
}

// TestDisguised: a .doc that is a docx is read as what it is.
func TestDisguised(t *testing.T) {
	d := readFile(t, newTestReader(t), samples(t, "upr_slovenia", "cycle2", "AdvancedQuestionsSlovenia.doc"))
	if d.Format != DOCX || d.Lang != uhri.English || len(d.Blocks) < 20 {
		t.Errorf("%s, %s, %d blocks", d.Format, d.Lang, len(d.Blocks))
	}
}

// TestOLE: without LibreOffice the document says what is missing; with it, what it makes is read.
func TestOLE(t *testing.T) {
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...)
	dir := t.TempDir()
	t.Setenv("PATH", dir) // no program at all
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Read(t.Context(), ole)
	if err != nil || uhri.KindOf(d.Usable()) != uhri.Unsupported || len(r.Missing()) != 1 {
		t.Errorf("without LibreOffice: %v, %v, missing %v", d, err, r.Missing())
	}

	// A stand-in that does what soffice does: writes document.docx into the folder after --outdir.
	docx := filepath.Join(dir, "made.docx")
	if err := os.WriteFile(docx, makeDOCX(t, map[string]string{"word/document.xml": wordBody("<w:p><w:r><w:t>1. The Committee met.</w:t></w:r></w:p>")}), 0o600); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "stand-in")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nwhile [ \"$1\" != --outdir ]; do shift; done\nexec /bin/cp "+docx+" \"$2/document.docx\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if r, err = New(Options{Soffice: script}); err != nil {
		t.Fatal(err)
	}
	d, err = r.Read(t.Context(), ole)
	if err != nil {
		t.Fatal(err)
	}
	if d.Format != DOC || len(d.Blocks) != 1 || d.Blocks[0].Number != "1" {
		t.Errorf("converted: %+v", d)
	}
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho no >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err = r.Read(t.Context(), ole); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a failed conversion gives %v, want an Invalid error", err)
	}
}

// TestRealOLE: a Word file of the old kind, made by LibreOffice from one of ours and read through it again.
func TestRealOLE(t *testing.T) {
	if testing.Short() {
		t.Skip("starts LibreOffice twice")
	}
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed")
	}
	dir := t.TempDir()
	const list = `<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>`
	made := makeDOCX(t, map[string]string{
		"[Content_Types].xml":          `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>`,
		"_rels/.rels":                  `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/_rels/document.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>`,
		"word/numbering.xml":           `<?xml version="1.0"?><w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
		"word/document.xml": wordBody(`<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>C. Principal subjects of concern and recommendations</w:t></w:r></w:p>` +
			`<w:p>` + list + `<w:r><w:t>The Committee is concerned that nobody counts.</w:t></w:r></w:p>` +
			`<w:p>` + list + `<w:r><w:rPr><w:b/></w:rPr><w:t>The Committee recommends that the State party:</w:t></w:r></w:p>` +
			`<w:p><w:r><w:t>(a) Count;</w:t></w:r></w:p>`),
	})
	if err := os.WriteFile(filepath.Join(dir, "made.docx"), made, 0o600); err != nil {
		t.Fatal(err)
	}
	profile := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, "profile"))}
	out, err := exec.CommandContext(t.Context(), program, "-env:UserInstallation="+profile.String(), "--headless", "--convert-to", "doc", "--outdir", dir, filepath.Join(dir, "made.docx")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ole, err := os.ReadFile(filepath.Join(dir, "made.doc"))
	if err != nil {
		t.Fatal(err)
	}
	if f := Detect(ole); f != DOC {
		t.Fatalf("LibreOffice made a %s", f)
	}
	r, err := New(Options{Soffice: program, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Read(t.Context(), ole)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"heading2 C: Principal subjects of concern and recommendations", "paragraph 1: The Committee is concerned that nobody counts.",
		"paragraph 2: The Committee recommends that the State party:", "item1 (a): Count;"}
	if diff := cmp.Diff(want, brief(d.Blocks)); diff != "" || d.Format != DOC {
		t.Errorf("%s:\n%s", d.Format, diff)
	}
}

func makeDOCX(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wordBody(body string) string {
	return `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`
}
