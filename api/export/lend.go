package export

import (
	"archive/zip"
	"context"
	"io"
	"net/http"

	"uhri"
	"uhri/api/problem"
)

// Other packages make files of other shapes: the matrix of a State, the members of a pinned search. What follows lends
// them what every file of this service has: the same limits, the same columns, the same care with cells.

// File is one file ready to be sent.
type File struct {
	Name      string // for the reader's disk
	MediaType string
	Tag       string // everything the bytes depend on; becomes the ETag
	Snapshot  string
	Rows      int
	Write     func(ctx context.Context, w io.Writer) error
}

// Send answers with a file under the limits of exports: it counts as one. prepare runs inside them, so what it costs
// is bounded too. It returns a problem where nothing has been written yet; once the file has begun, a failure breaks
// the connection.
func (s *Server) Send(w http.ResponseWriter, r *http.Request, prepare func(context.Context) (File, error)) *problem.Problem {
	who := household(r)
	s.rows.announce(w.Header(), who)
	if refused := s.enter(who); refused != nil {
		return refused
	}
	defer s.leave(who)
	ctx := r.Context()
	f, err := prepare(ctx)
	if err != nil {
		return problem.Of(err)
	}
	h := w.Header()
	tag := etag(s.o.Version, s.Base(r), f.MediaType, f.Tag)
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if f.Snapshot != "" {
		h.Set("X-Snapshot", f.Snapshot)
	}
	if Matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	h.Set("X-Total-Count", itoa(f.Rows))
	if r.Method == http.MethodHead {
		return nil
	}
	s.rows.take(who, f.Rows)
	out := newPatient(w, r, s.o.Patience)
	defer out.stop()
	out.headers()
	if err = f.Write(ctx, out); err == nil {
		err = out.Flush()
	}
	if err != nil {
		if ctx.Err() == nil {
			s.o.Log.Error("file broken off", "media", f.MediaType, "snapshot", f.Snapshot, "err", err)
		}
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return nil
}

// Admit counts a piece of work as one export, or says when to come back. release ends it and says how many rows it went through.
func (s *Server) Admit(r *http.Request) (release func(rows int), refused *problem.Problem) {
	who := household(r)
	if p := s.enter(who); p != nil {
		return nil, p
	}
	return func(rows int) {
		s.rows.take(who, rows)
		s.leave(who)
	}, nil
}

// Link returns the public address of a path.
func (p *Plan) Link(path string) string { return p.link(path) }

// Values returns what a record has in a column; nothing where nothing is known.
func (p *Plan) Values(c Column, r *uhri.Recommendation) []string { return c.values(nil, p.view(r)) }

// Cell returns what a record has in a column, several values joined as in CSV.
func (p *Plan) Cell(c Column, r *uhri.Recommendation) string {
	return cell(c, p.Values(c, r))
}

// Line appends one line of CSV, quoted where it must be and with formulas defused.
func Line(dst []byte, cells ...string) []byte {
	for i, s := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendField(dst, s)
	}
	return append(dst, "\r\n"...)
}

// Fit cuts a text to what a spreadsheet's cell can hold, and says so.
func Fit(s string) string { return fit(s) }

// Pairs lists the manifest for people, one fact a line.
func (m Manifest) Pairs() [][2]string { return m.pairs() }

// Zip is a container for spreadsheets whose bytes are the same each time.
func Zip(w io.Writer) *zip.Writer { return quickZip(w) }
