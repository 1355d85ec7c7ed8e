package pin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"uhri"
	"uhri/api/export"
	"uhri/api/problem"
	"uhri/index/searchurl"
)

// Files are the endings /q/{id} has for programs.
func Files() []string { return []string{"json", "csv", "ndjson"} }

// Fate is what became of a pinned record since.
type Fate string

// The fates. Those of records that are gone are the kinds of tombstones.
const (
	Unchanged Fate = "unchanged"
	Changed   Fate = "changed"
)

// columns are those of a file of pinned members when none are chosen. Facts are as they are now; only the text is of
// then, which is what the change log keeps.
var columns = [...]string{"id", "link", "symbol", "document_link", "paragraph", "date", "country_id", "mechanism_id", "body", "type", "position", "recommending_state_id", "text", "text_lang"}

// Server answers the files of pins.
type Server struct {
	desk    *Desk
	exports *export.Server
}

// NewServer returns a Server whose files count as exports of e.
func NewServer(d *Desk, e *export.Server) *Server { return &Server{d, e} }

// Serve answers /q/{id}.{ext}. It returns a problem where nothing has been written yet.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, id, ext string) *problem.Problem {
	p, err := s.desk.Get(r.Context(), id)
	if err != nil {
		return problem.Of(err)
	}
	if ext == "json" {
		return s.describe(w, r, p)
	}
	v := r.URL.Query()
	var faults []searchurl.Fault
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains([]string{"as", "bom", "lang", "columns"}, name) {
			faults = append(faults, searchurl.Fault{Parameter: clip(name), Value: clip(v.Get(name)), Message: "a pinned search has its request already", Hint: "as, lang, columns and bom may be given"})
		}
	}
	switch as := v.Get("as"); as {
	case "", "then":
	case "now":
		http.Redirect(w, r, "/search."+ext+"?"+p.Request, http.StatusSeeOther)
		return nil
	default:
		faults = append(faults, searchurl.Fault{Parameter: "as", Value: clip(as), Message: "this is neither then nor now", Hint: "as=then"})
	}
	v.Del("as")
	if !v.Has("lang") {
		asked, err := url.ParseQuery(p.Request)
		if err != nil {
			return problem.Of(err)
		}
		v["lang"] = asked["lang"]
	}
	if !v.Has("columns") {
		v["columns"] = columns[:]
	}
	_, plan, bad := s.exports.Plan(ext, v, false)
	if faults = append(faults, bad...); plan == nil || len(faults) > 0 {
		return problem.Invalid(faults...)
	}
	return s.exports.Send(w, r, func(ctx context.Context) (export.File, error) {
		st, err := s.desk.o.Searcher.Status(ctx)
		if err != nil {
			return export.File{}, err
		}
		write := s.csv
		if ext == "ndjson" {
			write = s.ndjson
		}
		return export.File{
			Name: "pinned-" + id + "." + ext, MediaType: plan.Format.MediaType, Snapshot: p.Snapshot, Rows: p.Count,
			Tag:   fmt.Sprint(id, st.Current.ID, plan.BOM, plan.Langs, v["columns"]), // what became of the records, and what may be shown, changes with the current snapshot
			Write: func(ctx context.Context, w io.Writer) error { return write(ctx, w, p, plan) },
		}, nil
	})
}

func clip(s string) string {
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// describe answers with the pin and what it finds now.
func (s *Server) describe(w http.ResponseWriter, r *http.Request, p *Pin) *problem.Problem {
	c, err := s.desk.Compare(r.Context(), p)
	if err != nil {
		return problem.Of(err)
	}
	b, err := json.MarshalIndent(struct {
		*Pin
		Then       int         `json:"then"`
		Comparison *Comparison `json:"comparison"`
	}{p, p.Count, c}, "", "  ")
	if err != nil {
		return problem.Of(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Snapshot", c.On)
	_, _ = w.Write(append(b, '\n')) // the reader may have gone
	return nil
}

// Member is a pinned record with the texts it had.
type Member struct {
	*uhri.Recommendation
	Now Fate `json:"now"`
}

// Members calls yield for every member of a pin, by the order they were first published, with the texts they had.
// Texts that may not be shown any more are empty.
func (d *Desk) Members(ctx context.Context, p *Pin, yield func(Member) error) error {
	touched, err := d.touched(ctx, p)
	if err != nil {
		return err
	}
	const step = 512
	numbers := p.members.ToArray()
	for part := range slices.Chunk(numbers, step) {
		ids, err := d.ids(ctx, roaring.BitmapOf(part...), 0)
		if err != nil {
			return err
		}
		if len(ids) != len(part) {
			return uhri.Errorf(uhri.Internal, "Members", "the store has lost records of pin %s; `check` says more", p.ID)
		}
		for _, id := range ids {
			m, err := d.member(ctx, p, id, touched)
			if err != nil {
				return err
			}
			if err := yield(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// touched are the records something has happened to since; true for those their publisher has changed.
func (d *Desk) touched(ctx context.Context, p *Pin) (map[uhri.ID]bool, error) {
	out := map[uhri.ID]bool{}
	return out, d.o.Ledger.Changes(ctx, p.Seq, 0, func(c uhri.Change) bool {
		if c.ID != "" {
			out[c.ID] = out[c.ID] || byPublisher(c)
		}
		return true
	})
}

func (d *Desk) member(ctx context.Context, p *Pin, id uhri.ID, touched map[uhri.ID]bool) (Member, error) {
	r, err := d.o.Searcher.Get(ctx, id)
	if gone, ok := errors.AsType[*uhri.GoneRecord](err); ok {
		t := gone.Tombstone
		text, err := d.o.Ledger.TextAt(ctx, id, uhri.English, p.Seq)
		if err != nil {
			return Member{}, err
		}
		r = &uhri.Recommendation{ID: id, Symbol: t.Symbol, Type: uhri.TypeUnknown, Mechanism: uhri.MechanismUnknown, Texts: map[uhri.Lang]uhri.Text{}}
		if text != "" {
			r.Texts[uhri.English] = uhri.Text{Full: text}
		}
		return Member{r, Fate(t.Kind)}, nil
	}
	changed, any := touched[id]
	if err != nil || !any {
		return Member{r, Unchanged}, err
	}
	then := *r
	then.Texts = map[uhri.Lang]uhri.Text{}
	for _, l := range uhri.Langs {
		text, err := d.o.Ledger.TextAt(ctx, id, l, p.Seq)
		if err != nil {
			return Member{}, err
		}
		switch {
		case text == r.Texts[l].Full && text != "":
			then.Texts[l] = r.Texts[l]
		case text != "":
			then.Texts[l] = uhri.Text{Full: text} // how it was divided then is not kept
		}
	}
	if !changed {
		return Member{&then, Unchanged}, nil
	}
	return Member{&then, Changed}, nil
}

func (s *Server) csv(ctx context.Context, w io.Writer, p *Pin, plan *export.Plan) error {
	var line []byte
	if plan.BOM {
		line = append(line, "\uFEFF"...)
	}
	var head []string
	for _, c := range plan.Columns {
		head = append(head, c.Name)
	}
	if _, err := w.Write(export.Line(line, append(head, "now")...)); err != nil {
		return err
	}
	cells := make([]string, len(plan.Columns)+1)
	return s.desk.Members(ctx, p, func(m Member) error {
		for i, c := range plan.Columns {
			cells[i] = plan.Cell(c, m.Recommendation)
		}
		cells[len(cells)-1] = string(m.Now)
		line = export.Line(line[:0], cells...)
		_, err := w.Write(line)
		return err
	})
}

func (s *Server) ndjson(ctx context.Context, w io.Writer, p *Pin, _ *export.Plan) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return s.desk.Members(ctx, p, func(m Member) error { return enc.Encode(m) })
}
