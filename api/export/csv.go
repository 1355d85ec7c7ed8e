package export

import (
	"io"
	"strings"
)

// csvEncoder writes RFC 4180: CRLF line ends, quotes doubled, every record with the same number of fields.
type csvEncoder struct {
	w io.Writer
	p *Plan
}

func newCSV(w io.Writer, p *Plan) Encoder { return &csvEncoder{w, p} }

func (e *csvEncoder) Begin() error {
	var line []byte
	if e.p.BOM {
		line = append(line, "\uFEFF"...)
	}
	for i, c := range e.p.Columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendField(line, c.Name)
	}
	_, err := e.w.Write(append(line, "\r\n"...))
	return err
}

func (e *csvEncoder) Prepare(b *Batch) (Prepared, error) {
	if b.Made {
		return e.p.place(b), nil
	}
	return e.appendRows(make([]byte, 0, len(b.buf)), b)
}

// appendRows appends the rows of a batch of records.
func (e *csvEncoder) appendRows(out []byte, b *Batch) ([]byte, error) {
	var values []string
	err := e.p.each(b, func(v *view) error {
		for i, c := range e.p.Columns {
			if i > 0 {
				out = append(out, ',')
			}
			values = c.values(values[:0], v)
			from := len(out)
			if out = appendField(out, cell(c, values)); len(out) == from && len(e.p.Columns) == 1 {
				out = append(out, `""`...) // an empty line would be no row
			}
		}
		out = append(out, "\r\n"...)
		return nil
	})
	return out, err
}

func (e *csvEncoder) Append(p Prepared) error {
	_, err := e.w.Write(p.([]byte))
	return err
}

func (e *csvEncoder) End() error { return nil }

// cell joins several values by "; ", so that a cell of a list always comes apart into its values.
func cell(c Column, values []string) string {
	if c.Kind == List {
		for i, s := range values {
			if strings.Contains(s, "; ") {
				values[i] = strings.ReplaceAll(s, "; ", ", ") // one of UHRI's themes is "Children: definition; general principles; protection"
			}
		}
	}
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, "; ")
}

// appendField quotes a field where it must be, and defuses what a spreadsheet would run as a formula.
func appendField(dst []byte, s string) []byte {
	fuse := ""
	if dangerous(s) {
		fuse = "'"
	}
	if s == "" {
		return dst
	}
	if !needsQuotes(s) && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(append(dst, fuse...), s...)
	}
	dst = append(dst, '"')
	dst = append(dst, fuse...)
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i]...), `""`...)
		s = s[i+1:]
	}
	return append(append(dst, s...), '"')
}

// needsQuotes looks for each byte by itself: that is what processors are fast at, and a text has a comma early.
func needsQuotes(s string) bool {
	return strings.IndexByte(s, ',') >= 0 || strings.IndexByte(s, '"') >= 0 || strings.IndexByte(s, '\n') >= 0 || strings.IndexByte(s, '\r') >= 0
}

// dangerous reports whether a spreadsheet would read the cell as a formula (OWASP, CSV injection).
func dangerous(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return true
	}
	for _, wide := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, wide) {
			return true
		}
	}
	return false
}
