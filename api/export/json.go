package export

import (
	"bytes"
	"encoding/json"
	"io"
)

// lines prepares records as JSON, each followed by end: whole, or the chosen columns.
type lines struct {
	w   io.Writer
	p   *Plan
	sep string // before each record but the first
	end string // after each record
}

func (e *lines) Prepare(b *Batch) (Prepared, error) {
	out := make([]byte, 0, len(b.buf)+len(b.JSON)*(len(e.sep)+len(e.end)))
	if len(e.p.Columns) == 0 {
		for i, row := range b.JSON {
			if b.First+i > 0 {
				out = append(out, e.sep...)
			}
			out = append(append(out, row...), e.end...)
		}
		return out, nil
	}
	n := b.First
	var values []string
	err := e.p.each(b, func(v *view) error {
		if n > 0 {
			out = append(out, e.sep...)
		}
		n++
		out = append(out, '{')
		for i, c := range e.p.Columns {
			if i > 0 {
				out = append(out, ',')
			}
			values = c.values(values[:0], v)
			out = append(appendString(out, c.Name), ':')
			out = appendValue(out, c.Kind, values)
		}
		out = append(append(out, '}'), e.end...)
		return nil
	})
	return out, err
}

func (e *lines) Append(p Prepared) error {
	_, err := e.w.Write(p.([]byte))
	return err
}

func appendValue(dst []byte, k Kind, values []string) []byte {
	switch {
	case k == List:
		dst = append(dst, '[')
		for i, s := range values {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, s)
		}
		return append(dst, ']')
	case len(values) == 0:
		return append(dst, "null"...)
	case k == Text:
		return appendString(dst, values[0])
	}
	return append(dst, values[0]...) // a number, true or false
}

func appendString(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string always encodes
		return append(dst, `""`...)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// ndjsonEncoder writes one record a line.
type ndjsonEncoder struct{ lines }

func newNDJSON(w io.Writer, p *Plan) Encoder { return &ndjsonEncoder{lines{w: w, p: p, end: "\n"}} }

func (e *ndjsonEncoder) Begin() error { return nil }
func (e *ndjsonEncoder) End() error   { return nil }

// jsonEncoder writes one document.
type jsonEncoder struct{ lines }

func newJSON(w io.Writer, p *Plan) Encoder { return &jsonEncoder{lines{w: w, p: p, sep: ",\n"}} }

func (e *jsonEncoder) Begin() error {
	m, err := json.Marshal(e.p.Manifest)
	if err != nil {
		return err
	}
	_, err = e.w.Write(append(append([]byte(`{"manifest":`), m...), ",\n\"items\":[\n"...))
	return err
}

func (e *jsonEncoder) End() error {
	_, err := io.WriteString(e.w, "\n]}\n")
	return err
}
