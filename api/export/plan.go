package export

import (
	"net/url"
	"slices"
	"strings"

	"uhri"
	"uhri/index/searchurl"
)

// Plan says how records become a file.
type Plan struct {
	Format   Format
	Columns  []Column      // for tables; for NDJSON and JSON empty means whole records
	Langs    []uhri.Lang   // languages of the text, in order of preference; English and then any other follow
	Origins  []uhri.Origin // whose labels are exported; empty = everyone's
	BOM      bool          // CSV begins with a byte order mark, as some spreadsheets need
	BaseURL  string        // public address, for links
	Manifest Manifest      // as it stands inside the file

	software string // version of the program that writes

	sheetRows int // rows of one sheet, for tests; 0 = what a sheet can hold
}

func (p *Plan) link(path string) string { return strings.TrimSuffix(p.BaseURL, "/") + path }

// view returns a record as this plan shows it.
func (p *Plan) view(r *uhri.Recommendation) *view {
	v := &view{}
	p.show(v, r)
	return v
}

// show makes v the view of another record.
func (p *Plan) show(v *view, r *uhri.Recommendation) {
	v.Recommendation, v.plan, v.lang = r, p, ""
	clear(v.known)
	for _, l := range p.Langs {
		if r.Texts[l].Full != "" {
			v.lang = l
			return
		}
	}
	for _, l := range uhri.Langs {
		if r.Texts[l].Full != "" {
			v.lang = l
			break
		}
	}
}

// Parameters are those an export reads beside a search's; searchurl.Options.Also takes them.
func Parameters() []string { return []string{"format", "columns", "bom", "manifest"} }

// ReadPlan reads an export's own parameters, and reports every fault.
func ReadPlan(v url.Values, f Format) (Plan, []searchurl.Fault) {
	p := Plan{Format: f}
	var faults []searchurl.Fault
	for _, name := range v["columns"] {
		c, ok := ColumnByName(name)
		if !ok {
			hint := "the data dictionary lists them all"
			if near, ok := uhri.Nearest(name, ColumnNames()); ok {
				hint = `did you mean "` + near + `"?`
			}
			if strings.Contains(name, ",") {
				hint = "write columns=" + strings.Join(strings.Split(name, ","), "&columns=")
			}
			faults = append(faults, searchurl.Fault{Parameter: "columns", Value: clip(name), Message: "there is no such column", Hint: hint})
			continue
		}
		if !slices.ContainsFunc(p.Columns, func(o Column) bool { return o.Name == c.Name }) {
			p.Columns = append(p.Columns, c)
		}
	}
	if len(p.Columns) > 0 && !f.Table {
		faults = append(faults, searchurl.Fault{Parameter: "columns", Value: clip(v.Get("columns")), Message: f.Label + " has no columns to choose", Hint: "leave columns out, or ask for csv, xlsx, parquet or ndjson"})
	}
	switch v.Get("bom") {
	case "", "0", "false":
	case "1", "true":
		if p.BOM = f.Name == "csv"; !p.BOM {
			faults = append(faults, searchurl.Fault{Parameter: "bom", Value: "1", Message: "only CSV can begin with a byte order mark", Hint: "leave bom out"})
		}
	default:
		faults = append(faults, searchurl.Fault{Parameter: "bom", Value: clip(v.Get("bom")), Message: "this is neither true nor false", Hint: "write 1 or 0"})
	}
	return p, faults
}

func clip(s string) string {
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return strings.ToValidUTF8(s, "")
}
