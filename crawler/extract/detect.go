package extract

import (
	"archive/zip"
	"bytes"
	"unicode/utf8"
)

// Detect tells a file's format by its bytes. Extensions and media types lie: .doc files of the UPR are zip archives,
// requests for .docx return OLE files, and "not found" is an HTML page with status 200.
func Detect(data []byte) Format {
	head := data[:min(len(data), 1024)]
	switch {
	case bytes.Contains(head, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return DOC
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if z, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, f := range z.File {
				if f.Name == "word/document.xml" {
					return DOCX
				}
			}
		}
		return Unknown
	}
	s := decodeChars(head)
	if looksLikeHTML(s) {
		return HTML
	}
	if len(bytes.TrimSpace(data)) == 0 || !mostlyText(s) {
		return Unknown
	}
	return Text
}

func mostlyText(s string) bool {
	bad, n := 0, 0
	for _, r := range s {
		n++
		if r == utf8.RuneError || (r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f') {
			bad++
		}
	}
	return n > 0 && bad*20 <= n
}
