package pin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	Changed   Fate = "changed" // by its publisher: text, facts or labels
	Reread    Fate = "reread"  // by us: we read the same publication otherwise
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

// parameters are those of the files; those of the JSON are others.
var parameters = []string{"as", "bom", "lang", "columns"}

// Serve answers /q/{id}.{ext}. It returns a problem where nothing has been written yet.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, id, ext string) *problem.Problem {
	p, err := s.desk.Get(r.Context(), id)
	if err != nil {
		return problem.Of(err)
	}
	v := r.URL.Query()
	if ext == "json" {
		return s.describe(w, r, p, v)
	}
	faults := only(v, parameters...)
	as := v.Get("as")
	switch as {
	case "", "then", "now":
	case "difference":
		for _, name := range []string{"lang", "columns"} {
			if v.Has(name) {
				faults = append(faults, searchurl.Fault{Parameter: name, Value: clip(v.Get(name)), Message: "the file of differences has its columns, and texts in every language that changed", Hint: "leave " + name + " out"})
			}
		}
	default:
		faults = append(faults, searchurl.Fault{Parameter: "as", Value: clip(as), Message: "a pinned search is given as then, now or difference", Hint: "as=then"})
	}
	if ext == "ndjson" && v.Has("columns") {
		faults = append(faults, searchurl.Fault{Parameter: "columns", Value: clip(v.Get("columns")), Message: "the lines of a pinned search are whole records", Hint: "leave columns out, or ask for csv"})
	}
	if as == "now" && len(faults) == 0 {
		v.Del("as")
		to := "/search." + ext + "?" + p.Request
		if rest := v.Encode(); rest != "" {
			to += "&" + rest
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
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
	plan.BaseURL = s.exports.Base(r)
	return s.exports.Send(w, r, func(ctx context.Context) (export.File, error) {
		c, err := s.desk.Compare(ctx, p)
		if err != nil {
			return export.File{}, err
		}
		f := export.File{Name: "pinned-" + id + "." + ext, MediaType: plan.Format.MediaType, Snapshot: p.Snapshot, Rows: p.Count,
			// What became of the records, and what may be shown, changes with the current snapshot.
			Tag: fmt.Sprint(id, c.On, as, plan.BOM, plan.Langs, v["columns"])}
		write := s.csv
		switch {
		case as == "difference" && len(c.Unreadable) > 0:
			return f, uhri.Errorf(uhri.Unsupported, "pin", "this search can no longer be asked as it was, so there is no difference to tell; as=then has what it found")
		case as == "difference":
			f.Name, f.Snapshot, f.Rows = "pinned-"+id+"-difference."+ext, c.On, c.Total()
			f.Write = func(ctx context.Context, w io.Writer) error { return s.differences(ctx, w, p, c, plan) }
			return f, nil
		case ext == "ndjson":
			write = s.ndjson
		}
		f.Write = func(ctx context.Context, w io.Writer) error { return write(ctx, w, p, plan) }
		return f, nil
	})
}

// only reports parameters that a pin does not read.
func only(v url.Values, known ...string) (faults []searchurl.Fault) {
	for _, name := range slices.Sorted(maps.Keys(v)) {
		switch {
		case !slices.Contains(known, name):
			f := searchurl.Fault{Parameter: clip(name), Value: clip(v.Get(name)), Message: "a pinned search has its request already", Hint: "only " + strings.Join(known, ", ") + " may be given"}
			if near, ok := uhri.Nearest(name, known); ok {
				f.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			faults = append(faults, f)
		case len(v[name]) > 1 && name != "lang" && name != "columns":
			faults = append(faults, searchurl.Fault{Parameter: name, Value: clip(v[name][1]), Message: "this parameter is given more than once", Hint: "give it once"})
		}
	}
	return faults
}

func clip(s string) string {
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// MaxPage is the most differences one answer lists.
const MaxPage = 1000

// Page is the answer of /q/{id}.json: the pin, what it finds now, and the differences, page by page.
type Page struct {
	*Pin
	Comparison  *Comparison  `json:"comparison"`
	Differences []Difference `json:"differences"`
	Next        string       `json:"next"` // cursor of the next page; empty at the end
}

// describe answers with the pin and what it finds now.
func (s *Server) describe(w http.ResponseWriter, r *http.Request, p *Pin, v url.Values) *problem.Problem {
	faults := only(v, "kind", "limit", "cursor")
	kind, limit, skip, on := Kind(v.Get("kind")), 100, 0, ""
	if kind != "" && !slices.Contains(Kinds(), kind) {
		f := searchurl.Fault{Parameter: "kind", Value: clip(string(kind)), Message: "there is no such kind of difference", Hint: "added, changed, withdrawn or left"}
		if near, ok := uhri.Nearest(string(kind), []string{string(Added), string(Altered), string(Withdrawn), string(Left)}); ok {
			f.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		faults = append(faults, f)
	}
	if raw := v.Get("limit"); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 0 || n > MaxPage {
			faults = append(faults, searchurl.Fault{Parameter: "limit", Value: clip(raw), Message: fmt.Sprintf("it must lie between 0 and %d", MaxPage), Hint: fmt.Sprintf("as=difference in %s.csv has all differences in one file", p.ID)})
		}
		limit = n
	}
	if raw := v.Get("cursor"); raw != "" {
		at, snapshot, ok := strings.Cut(raw, "@")
		n, err := strconv.ParseUint(at, 10, 31)
		if !ok || err != nil {
			faults = append(faults, searchurl.Fault{Parameter: "cursor", Value: clip(raw), Message: "this is not a cursor of differences", Hint: "take next from an answer as it is"})
		}
		skip, on = int(n), snapshot
	}
	if len(faults) > 0 {
		return problem.Invalid(faults...)
	}
	c, err := s.desk.CompareOn(r.Context(), p, on)
	if err != nil {
		return problem.Of(err)
	}
	page := Page{Pin: p, Comparison: c, Differences: []Difference{}}
	if limit > 0 {
		err = s.desk.List(r.Context(), p, c, kind, skip, func(d Difference) bool {
			if len(page.Differences) == limit {
				page.Next = fmt.Sprintf("%d@%s", skip+limit, c.On)
				return false
			}
			page.Differences = append(page.Differences, d)
			return true
		})
	}
	if err != nil {
		return problem.Of(err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(page); err != nil {
		return problem.Of(err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Snapshot", c.On)
	h.Set("ETag", export.TagOf(b.Bytes()))
	if export.Matches(r, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "application/json")
	_, _ = w.Write(b.Bytes()) // the reader may have gone
	return nil
}

// differences writes every difference: as CSV a line for each, and one more for each further language whose text changed.
func (s *Server) differences(ctx context.Context, w io.Writer, p *Pin, c *Comparison, plan *export.Plan) error {
	var fault error
	put := func(line []byte) {
		if fault == nil {
			_, fault = w.Write(line)
		}
	}
	if plan.Format.Name == "ndjson" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		err := s.desk.List(ctx, p, c, "", 0, func(d Difference) bool {
			fault = enc.Encode(d)
			return fault == nil
		})
		return errors.Join(err, fault)
	}
	var line []byte
	if plan.BOM {
		line = append(line, "\uFEFF"...)
	}
	put(export.Line(line, "difference", "id", "link", "symbol", "paragraph", "why", "text", "lang", "text_then", "text_now"))
	err := s.desk.List(ctx, p, c, "", 0, func(d Difference) bool {
		for i := range max(1, len(d.Edits)) {
			var e Edit
			if len(d.Edits) > 0 {
				e = d.Edits[i]
			}
			put(export.Line(line[:0], string(d.Kind), string(d.ID), plan.Link("/r/"+url.PathEscape(string(d.ID))), string(d.Symbol), d.Paragraph, string(d.Why), d.Text, string(e.Lang), e.Then, e.Now))
		}
		return fault == nil
	})
	return errors.Join(err, fault)
}

// Member is a pinned record with the texts it had.
type Member struct {
	*uhri.Recommendation
	Now Fate `json:"now"`
}

// Members calls yield for every member of a pin, by the order they were first published, with the texts they had.
// Texts that may not be shown any more are empty.
func (d *Desk) Members(ctx context.Context, p *Pin, yield func(Member) error) error {
	touched, err := d.o.Ledger.Touched(ctx, p.Seq, 0)
	if err != nil {
		return err
	}
	changed, reread, translated := roaring.BitmapOf(touched.Changed...), roaring.BitmapOf(touched.Reread...), roaring.BitmapOf(touched.Translated...)
	const step = 512
	for part := range slices.Chunk(p.members.ToArray(), step) {
		ids, err := d.o.Ledger.IDs(ctx, part)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if id == "" {
				return uhri.Errorf(uhri.Internal, "Members", "the store has lost records of pin %s; `check` says more", p.ID)
			}
			fate := Unchanged
			switch n := part[i]; {
			case changed.Contains(n):
				fate = Changed
			case reread.Contains(n):
				fate = Reread
			}
			m, err := d.member(ctx, p, id, fate, fate != Unchanged || translated.Contains(part[i]))
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

// member is one record. edited says that its texts may have been others.
func (d *Desk) member(ctx context.Context, p *Pin, id uhri.ID, fate Fate, edited bool) (Member, error) {
	r, err := d.o.Searcher.Get(ctx, id)
	var langs []uhri.Lang
	switch gone, ok := errors.AsType[*uhri.GoneRecord](err); {
	case ok:
		t := gone.Tombstone
		r, fate, langs = &uhri.Recommendation{ID: id, Symbol: t.Symbol, Type: uhri.TypeUnknown, Mechanism: uhri.MechanismUnknown}, Fate(t.Kind), uhri.Langs[:]
	case err != nil || !edited:
		return Member{r, fate}, err
	default:
		if langs, err = d.o.Ledger.Edited(ctx, id, p.Seq, 0); err != nil {
			return Member{}, err
		}
	}
	then := *r
	if then.Texts = maps.Clone(r.Texts); then.Texts == nil {
		then.Texts = map[uhri.Lang]uhri.Text{}
	}
	same := true
	for _, l := range langs {
		text, err := d.o.Ledger.TextAt(ctx, id, l, p.Seq)
		if err != nil {
			return Member{}, err
		}
		if text == r.Texts[l].Full {
			continue
		}
		if same = false; text == "" {
			delete(then.Texts, l)
		} else {
			then.Texts[l] = uhri.Text{Full: text} // how it was divided then is not kept
		}
	}
	if same && fate == Reread { // read otherwise, and again as before
		fate = Unchanged
	}
	return Member{&then, fate}, nil
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
