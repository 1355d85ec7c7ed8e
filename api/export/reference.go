package export

import (
	"io"

	"uhri/api/cite"
)

// references writes one citation a record.
type references struct {
	lines
	begin, close string
	write        func(cite.Work) string
}

func newRIS(w io.Writer, p *Plan) Encoder {
	return &references{lines: lines{w: w, p: p, end: "\r\n"}, write: cite.Work.RIS}
}

func newBibTeX(w io.Writer, p *Plan) Encoder {
	return &references{lines: lines{w: w, p: p, end: "\n"}, write: cite.Work.BibTeX}
}

func newCSL(w io.Writer, p *Plan) Encoder {
	return &references{lines: lines{w: w, p: p, sep: ",\n"}, begin: "[\n", close: "\n]\n", write: cite.Work.CSLJSON}
}

func (e *references) Begin() error {
	_, err := io.WriteString(e.w, e.begin)
	return err
}

func (e *references) Prepare(b *Batch) (Prepared, error) {
	out := make([]byte, 0, len(b.buf))
	n := b.First
	err := e.p.each(b, func(v *view) error {
		if n > 0 {
			out = append(out, e.sep...)
		}
		n++
		out = append(out, e.write(cite.OfRecord(v.Recommendation, v.lang, e.p.link("/r/"+string(v.ID))))...)
		out = append(out, e.end...)
		return nil
	})
	return out, err
}

func (e *references) End() error {
	_, err := io.WriteString(e.w, e.close)
	return err
}
