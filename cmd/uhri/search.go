package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

func (p *program) searchCommand() *cobra.Command {
	var filters []string
	var asJSON bool
	var limit int
	var sort, lang string
	cmd := &cobra.Command{
		Use:   "search 'QUERY'",
		Short: "Search the published snapshot",
		Long: "Search the published snapshot: total, best hits, facets.\n\n" +
			"  uhri search '\"death penalty\" NOT moratorium' --filter country=KEN --filter year=2020\n" +
			"  uhri search torture --filter not.mechanism=upr --json\n\n" +
			"Filters are the parameters of the API: country=KEN, theme.all=…, not.group=…, from=2019, position=supported.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{}
			if len(args) == 1 {
				q.Set("q", args[0])
			}
			q.Set("limit", fmt.Sprint(limit))
			if sort != "" {
				q.Set("sort", sort)
			}
			if lang != "" {
				q.Set("lang", lang)
			}
			req, err := readFilters(q, filters)
			if err != nil {
				return err
			}
			req.Highlight, req.Facets, req.FacetLimit, req.Explain = !asJSON, []string{"*"}, -1, true
			if err := p.existing(); err != nil {
				return err
			}
			e, err := p.openEngine()
			if err != nil {
				return err
			}
			defer e.Close()
			res, err := e.Search(cmd.Context(), req)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(answer(res))
			}
			p.printResult(res)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&filters, "filter", nil, "name=value, as in the API (repeatable)")
	f.BoolVar(&asJSON, "json", false, "print the whole answer as JSON")
	f.IntVar(&limit, "limit", 10, "hits to print")
	f.StringVar(&sort, "sort", "", "relevance, newest, oldest, first_seen or document")
	f.StringVar(&lang, "lang", "", "language to search and show: en, fr, es, ru, ar or zh")
	return cmd
}

// readFilters reads name=value pairs as the API reads parameters; every fault is told at once.
func readFilters(q url.Values, filters []string) (index.Request, error) {
	for _, f := range filters {
		name, v, ok := strings.Cut(f, "=")
		if !ok {
			return index.Request{}, uhri.Errorf(uhri.Invalid, "", "--filter %q: write name=value, such as country=KEN", f)
		}
		q.Add(name, v)
	}
	req, faults := searchurl.Parse(q, searchurl.Options{Strict: true})
	if len(faults) > 0 {
		return req, faultsError(faults)
	}
	return req, nil
}

// faultsError tells every fault of a request, one a line.
func faultsError(faults []searchurl.Fault) error {
	var lines []string
	for _, f := range faults {
		line := f.Message
		if f.Parameter != "" {
			line = f.Parameter + ": " + line
		}
		if f.Hint != "" {
			line += " — " + f.Hint
		}
		lines = append(lines, line)
	}
	return uhri.Errorf(uhri.Invalid, "", "%s", strings.Join(lines, "\n      "))
}

// answer is a Result in the shape of the API's answer.
func answer(r *index.Result) map[string]any {
	items := make([]any, 0, len(r.Hits))
	for _, h := range r.Hits {
		items = append(items, h.Record)
	}
	facets := map[string][]map[string]any{}
	for _, f := range r.Facets {
		list := []map[string]any{}
		for _, v := range f.Values {
			list = append(list, map[string]any{"value": v.Value, "label": v.Label, "count": v.Count, "selected": v.Selected != ""})
		}
		for value, n := range map[string]int{uhri.ValueUnknown: f.Unknown, uhri.ValueNotApplicable: f.NotApplicable} {
			if n > 0 {
				list = append(list, map[string]any{"value": value, "label": value, "count": n, "selected": false})
			}
		}
		facets[f.Name] = list
	}
	out := map[string]any{"total": r.Total, "items": items, "facets": facets, "next": r.Next, "snapshot": r.Snapshot.ID,
		"query": map[string]any{"read_as": r.Reading.Canonical, "words": r.Reading.Words, "notices": r.Reading.Notices, "counts": r.Reading.Counts}}
	if r.Snapshot.Demo {
		out["demonstration"] = true
	}
	return out
}

func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (p *program) printResult(r *index.Result) {
	w := p.out
	if r.Snapshot.Demo {
		fmt.Fprintln(w, "DEMONSTRATION DATA: every State and text is invented.")
	}
	fmt.Fprintf(w, "%d of %d records, snapshot %s\n", r.Total, r.Snapshot.Records, r.Snapshot.ID)
	if r.Reading.Words != "" {
		fmt.Fprintf(w, "read as: %s\n", r.Reading.Words)
	}
	for _, n := range r.Reading.Notices {
		fmt.Fprintf(w, "note: %s %s\n", n.Message, n.Hint)
	}
	if c := r.Reading.Counts; c != nil && r.Reading.Canonical != "" {
		fmt.Fprintf(w, "exact words %d · this reading %d · as UHRI reads it %d\n", c.Exact, c.Default, c.UHRI)
	}
	for _, s := range r.Suggestions {
		fmt.Fprintf(w, "try: %s (%d)\n", s.Text, s.Count)
	}
	for _, h := range r.Hits {
		rec := h.Record
		var states []string
		for _, c := range rec.Countries {
			states = append(states, c.Name())
		}
		head := []string{strings.Join(states, ", "), rec.Body, string(rec.Symbol), rec.Paragraph, rec.Date.String()}
		if rec.UPR != nil && rec.UPR.Position != uhri.PositionUnknown {
			head = append(head, string(rec.UPR.Position))
		}
		kept := head[:0]
		for _, s := range head {
			if s != "" {
				kept = append(kept, s)
			}
		}
		fmt.Fprintf(w, "\n%s\n%s\n%s\n", strings.Join(kept, " · "), rec.ID, marks(rec.Texts[h.Lang].Full, h.Spans))
	}
	for _, f := range r.Facets {
		facet, ok := uhri.FacetByName(f.Name)
		if !ok || f.Distinct == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s (%d values)\n", facet.Label, f.Distinct)
		for _, v := range f.Values[:min(8, len(f.Values))] {
			fmt.Fprintf(w, "%8d  %s\n", v.Count, v.Label)
		}
		if f.Unknown > 0 {
			fmt.Fprintf(w, "%8d  unknown\n", f.Unknown)
		}
		if f.NotApplicable > 0 {
			fmt.Fprintf(w, "%8d  does not apply\n", f.NotApplicable)
		}
	}
}

// marks sets what matched between angle quotes.
func marks(text string, spans []index.Span) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.Start] + "»" + text[s.Start:s.End] + "«")
		at = s.End
	}
	return b.String() + text[at:]
}
