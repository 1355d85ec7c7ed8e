package matrix

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"uhri"
	"uhri/api/export"
	"uhri/api/problem"
	"uhri/index"
	"uhri/index/searchurl"
)

// Files are the names under /country/{ISO3}/.
func Files() []string { return []string{"matrix.xlsx", "matrix.csv", "impact-oss.csv"} }

// Server answers with matrices.
type Server struct {
	searcher index.Searcher
	exports  *export.Server
}

// NewServer returns a Server whose files count as exports of e.
func NewServer(s index.Searcher, e *export.Server) *Server { return &Server{s, e} }

// Serve answers with one of Files for a State, narrowed by the parameters of a search. It returns a problem where
// nothing has been written yet.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, country, file string) *problem.Problem {
	state := uhri.Country(country)
	info, ok := state.Info()
	if !ok {
		p := problem.New(http.StatusNotFound, "there is no State with this code; addresses have three letters, as in /country/KEN/matrix.xlsx")
		if c, ok := uhri.ResolveCountry(country); ok {
			p.Detail = fmt.Sprintf("there is no State with this code; did you mean /country/%s/%s?", c, file)
		}
		return p
	}
	format := strings.TrimPrefix(file[strings.LastIndexByte(file, '.'):], ".")
	req, plan, faults := s.plan(format, state, r.URL.Query())
	if plan == nil || len(faults) > 0 {
		return problem.Invalid(faults...)
	}
	plan.BaseURL = s.exports.Base(r)
	return s.exports.Send(w, r, func(ctx context.Context) (export.File, error) {
		res, err := export.Count(ctx, s.searcher, req)
		if err != nil {
			return export.File{}, err
		}
		req := req
		req.Snapshot = res.Snapshot.ID // what is counted is what is written
		s.exports.Describe(req, res, plan)
		kind := strings.TrimSuffix(file, "."+format)
		if plan.Manifest.Demonstration {
			kind = "demonstration-" + kind
		}
		return export.File{
			Name: fmt.Sprintf("%s-%s-%s.%s", kind, state, res.Snapshot.ID, format), MediaType: plan.Format.MediaType,
			Tag: file + "?" + searchurl.String(req) + fmt.Sprint(plan.BOM) + plan.Manifest.Rights, Snapshot: res.Snapshot.ID, Rows: res.Total,
			Write: func(ctx context.Context, w io.Writer) error {
				m, err := s.read(ctx, req, plan, res)
				if err != nil {
					return err
				}
				m.state = info.Name
				switch file {
				case "matrix.xlsx":
					return m.xlsx(w)
				case "matrix.csv":
					return m.csv(w)
				}
				return m.impact(w)
			},
		}, nil
	})
}

// plan reads the parameters: those of a search, and bom. The State is the address's.
func (s *Server) plan(format string, state uhri.Country, v url.Values) (index.Request, *export.Plan, []searchurl.Fault) {
	var faults []searchurl.Fault
	for _, name := range []string{"country", "columns", "manifest"} {
		if v.Has(name) {
			hint := "leave it out"
			if name == "country" {
				hint = "leave it out, or ask for the matrix at that State's address"
			}
			faults = append(faults, searchurl.Fault{Parameter: name, Value: short(v.Get(name)), Message: "a matrix has its State in the address and its columns are fixed", Hint: hint})
		}
	}
	req, plan, bad := s.exports.Plan(format, v, false)
	req = searchurl.At("", req).With("country", index.Any, string(state)).Set().Request()
	return req, plan, append(faults, bad...)
}

func short(s string) string {
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// table is a whole matrix, in order.
type table struct {
	columns []Column
	rows    []row
	plan    *export.Plan
	state   string
}

// read takes in every match of req and arranges it. Of a record only its cells are kept.
func (s *Server) read(ctx context.Context, req index.Request, plan *export.Plan, res *index.Result) (*table, error) {
	t := &table{columns: Columns(), plan: plan}
	rows := make([]row, 0, res.Total)
	var fault error
	err := s.searcher.Stream(ctx, req, func(raw index.Row) bool {
		r, err := raw.Decode()
		if err != nil {
			fault = err
			return false
		}
		w := row{cells: make([]string, len(t.columns)), ask: r.Ask, id: r.ID, symbol: r.Symbol, date: r.Date, order: r.Order, upr: r.UPR}
		for i, c := range t.columns {
			if c.from.Name != "" {
				w.cells[i] = strings.Clone(plan.Cell(c.from, r))
			}
		}
		rows = append(rows, w)
		return true
	})
	if err == nil {
		err = fault
	}
	if err != nil {
		return nil, fmt.Errorf("reading the matrix: %w", err)
	}
	if len(rows) != res.Total {
		return nil, fmt.Errorf("%d rows were read where %d were counted", len(rows), res.Total)
	}
	t.rows = arrange(rows, req.Sort, t.at("Same ask: group"), t.at("Same ask: passages"))
	return t, nil
}

// at is the place of a column.
func (t *table) at(label string) int {
	return slices.IndexFunc(t.columns, func(c Column) bool { return c.Label == label })
}

// place is the place of a column of the data dictionary.
func (t *table) place(name string) int {
	return slices.IndexFunc(t.columns, func(c Column) bool { return c.from.Name == name })
}

// csv writes the table as the other exports do.
func (t *table) csv(w io.Writer) error {
	labels := make([]string, len(t.columns))
	for i, c := range t.columns {
		labels[i] = c.Label
	}
	return t.lines(w, labels, func(r row) []string { return r.cells })
}

// impact writes the table for IMPACT OSS.
func (t *table) impact(w io.Writer) error {
	text, link := t.place("text"), t.place("link")
	return t.lines(w, impactColumns[:], func(r row) []string {
		var about []string
		for _, name := range []string{"body", "date", "recommending_state", "theme", "group", "goal", "sdg"} {
			if i := t.place(name); r.cells[i] != "" {
				about = append(about, t.columns[i].Label+": "+r.cells[i])
			}
		}
		if t.plan.Manifest.Demonstration {
			about = append(about, "DEMONSTRATION: invented data")
		}
		return impact(r, r.cells[text], append(about, r.cells[link])...)
	})
}

func (t *table) lines(w io.Writer, head []string, cells func(row) []string) error {
	var line []byte
	if t.plan.BOM {
		line = append(line, "\uFEFF"...)
	}
	line = export.Line(line, head...)
	for _, r := range t.rows {
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = export.Line(line[:0], cells(r)...)
	}
	_, err := w.Write(line)
	return err
}
