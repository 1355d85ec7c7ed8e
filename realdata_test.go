package uhri

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// exportRow is what the coverage tests read of one record of the real export.
type exportRow struct {
	AnnotationID, Symbol, Body, AnnotationType, PublicationDate string
	Countries, Regions, Themes, AffectedPersons, Sdgs           []string
	UprSession, UprPositions                                    []string
	UprRecommendingCountry, UprRecommendingRegions              []string
	UprCycle                                                    *string
}

// realExport reads the real records of one language that lie beside the checkout, and skips where they do not.
func realExport(t *testing.T, l Lang) []exportRow {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "shared", "data", "uhri", "export-full-"+string(l)+".json.gz"))
	if err != nil {
		t.Skipf("the real records are not beside this checkout: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var rows []exportRow
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// unread collects values that were not understood, with how often they occur.
type unread map[string]int

func (u unread) report(t *testing.T, what string) {
	t.Helper()
	values := make([]string, 0, len(u))
	for v := range u {
		values = append(values, v)
	}
	sort.Slice(values, func(i, j int) bool { return u[values[i]] > u[values[j]] })
	for _, v := range values {
		t.Errorf("%s %q is not understood (%d records)", what, v, u[v])
	}
}

func TestRealRecordsAreUnderstood(t *testing.T) {
	for _, l := range Langs {
		t.Run(string(l), func(t *testing.T) {
			symbols, bodyNames, types, states := unread{}, unread{}, unread{}, unread{}
			labels := map[Scheme]unread{SchemeTheme: {}, SchemeGroup: {}, SchemeSDG: {}}
			cycles, positions, regions, dates := unread{}, unread{}, unread{}, unread{}
			region, _ := FacetByName("region")
			for _, r := range realExport(t, l) {
				if r.Symbol != "" {
					s, err := ParseSymbol(r.Symbol)
					if err != nil || string(s) != r.Symbol || !LooksLikeSymbol(r.Symbol) {
						symbols[r.Symbol]++
					}
					body, known := ResolveBody(r.Body)
					if code, ok := s.Body(); ok && known && code != body.Code {
						symbols[r.Symbol+" is of "+code+", not "+body.Code]++
					}
					if c, ok := s.Country(); ok && len(r.Countries) == 1 {
						if want, _ := ResolveCountry(r.Countries[0]); want != c {
							symbols[r.Symbol+" names "+string(c)+", not "+r.Countries[0]]++
						}
					} else if !ok && body.Mechanism == MechanismTreatyBody {
						symbols[r.Symbol+" names no State"]++
					}
				}
				if _, ok := ResolveBody(r.Body); !ok {
					bodyNames[r.Body]++
				}
				if _, ok := ParseType(r.AnnotationType); !ok && r.AnnotationType != "" {
					types[r.AnnotationType]++
				}
				for _, c := range append(r.Countries, r.UprRecommendingCountry...) {
					if _, ok := ResolveCountry(c); !ok {
						states[c]++
					}
				}
				for i, c := range r.Countries {
					state, _ := ResolveCountry(c)
					info, _ := state.Info()
					if len(r.Countries) == 1 && len(r.Regions) == 1 {
						if slug, err := region.Parse(r.Regions[i]); err != nil || slug != info.Region {
							regions[c+" in "+r.Regions[i]]++
						}
					}
				}
				for s, values := range map[Scheme][]string{SchemeTheme: r.Themes, SchemeGroup: r.AffectedPersons, SchemeSDG: r.Sdgs} {
					for _, v := range values {
						if _, ok := ResolveConcept(s, v); !ok {
							labels[s][v]++
						}
					}
				}
				for _, v := range r.UprPositions {
					if p, ok := ParsePosition(v); !ok || p == PositionUnknown {
						positions[v]++
					}
				}
				if r.UprCycle != nil {
					cycle, ok := ParseCycle(*r.UprCycle)
					if !ok {
						cycles[*r.UprCycle]++
					}
					for _, v := range r.UprSession {
						n, ok := ParseSession(v)
						if of, _ := CycleOfSession(n); !ok || of != cycle {
							cycles["session "+v+" in cycle "+*r.UprCycle]++
						}
					}
				}
				if _, err := ParseDate(r.PublicationDate); err != nil {
					dates[r.PublicationDate]++
				}
			}
			symbols.report(t, "symbol")
			bodyNames.report(t, "body")
			types.report(t, "type")
			states.report(t, "State")
			for s, u := range labels {
				u.report(t, string(s))
			}
			cycles.report(t, "cycle or session")
			positions.report(t, "position")
			regions.report(t, "region")
			dates.report(t, "date")
		})
	}
}

// realVocabulary reads one column of the publisher's vocabularies beside the checkout, and skips where they are not.
func realVocabulary(t *testing.T, file string, columns ...string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "shared", "data", "vocab", file))
	if err != nil {
		t.Skipf("the real vocabularies are not beside this checkout: %v", err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range all[1:] {
		var cells []string
		for _, c := range columns {
			at := -1
			for i, name := range all[0] {
				if name == c {
					at = i
				}
			}
			if at < 0 {
				t.Fatalf("%s has no column %s", file, c)
			}
			cells = append(cells, line[at])
		}
		out = append(out, cells)
	}
	return out
}

func TestRealVocabulariesResolve(t *testing.T) {
	for _, c := range realVocabulary(t, "countries.csv", "uhri_name", "iso2", "iso3", "m49", "un_regional_group_ohchr_label") {
		want, ok := ResolveCountry(c[0])
		if !ok {
			t.Errorf("State %q does not resolve", c[0])
		}
		for _, code := range c[1:4] {
			if got, _ := ResolveCountry(code); code != "" && got != want {
				t.Errorf("%q is %q, %q is %q", code, got, c[0], want)
			}
		}
		region, _ := FacetByName("region")
		info, _ := want.Info()
		if got, _ := region.Parse(c[4]); c[4] != "" && got != info.Region {
			t.Errorf("%s lies in %q, UHRI says %q", want, info.Region, c[4])
		}
	}
	for _, c := range realVocabulary(t, "mechanisms.csv", "body", "raw_export_values", "full_name_of_treaty_body") {
		want, ok := BodyByCode(c[0])
		if !ok {
			t.Errorf("body %q is not known", c[0])
		}
		var raw []string
		if err := json.Unmarshal([]byte(c[1]), &raw); err != nil {
			t.Fatal(err)
		}
		for _, r := range append(raw, c[2]) {
			if got, _ := ResolveBody(r); r != "" && got.Code != want.Code {
				t.Errorf("body %q is %q, want %q", r, got.Code, want.Code)
			}
		}
	}
	for _, c := range realVocabulary(t, "themes_legacy_codes_from_matrices.csv", "code", "label") {
		scheme := SchemeTheme
		if len(c[0]) == 3 && c[0][0] == 'S' {
			scheme = SchemeSDG
		}
		bare, ok := ResolveConcept(scheme, c[1])
		if !ok {
			t.Errorf("%s %q does not resolve", scheme, c[1])
		}
		if coded, _ := ResolveConcept(scheme, c[0]+" "+c[1]); coded.Slug != bare.Slug {
			t.Errorf("%q is %s, with its code %s it is %q", c[1], bare.Slug, c[0], coded.Slug)
		}
	}
	for _, c := range realVocabulary(t, "sdgs.csv", "label", "code") {
		if got, _ := ResolveConcept(SchemeSDG, c[0]); got.Slug != c[1] {
			t.Errorf("%q is %q, want %q", c[0], got.Slug, c[1])
		}
	}
}

// TestRealLatestReviews holds LatestReviews to the definition, worked out the slow way: per State and body, the highest cycle, else the
// newest document.
func TestRealLatestReviews(t *testing.T) {
	var records []*Recommendation
	for _, row := range realExport(t, English) {
		r := &Recommendation{ID: ID(row.AnnotationID)}
		body, _ := ResolveBody(row.Body)
		r.Body, r.Mechanism = body.Code, body.Mechanism
		r.Symbol, _ = ParseSymbol(row.Symbol)
		r.Date, _ = ParseDate(row.PublicationDate)
		for _, name := range row.Countries {
			c, _ := ResolveCountry(name)
			r.Countries = append(r.Countries, c)
		}
		if row.UprCycle != nil {
			cycle, _ := ParseCycle(*row.UprCycle)
			r.UPR = &UPR{Cycle: cycle}
		}
		records = append(records, r)
	}
	type seat struct {
		c    Country
		body string
	}
	seats := map[seat][]*Recommendation{}
	l := NewLatestReviews()
	for _, r := range records {
		l.Add(r)
		for _, c := range r.Countries {
			seats[seat{c, r.Body}] = append(seats[seat{c, r.Body}], r)
		}
	}
	want, determined := map[ID]bool{}, map[ID]bool{}
	for _, rs := range seats {
		cycle, newest, symbol := 0, 0, Symbol("")
		for _, r := range rs {
			if r.UPR != nil && r.UPR.Cycle > 0 {
				cycle = max(cycle, r.UPR.Cycle)
				determined[r.ID] = true
			} else if r.Symbol != "" && !r.Date.IsZero() {
				determined[r.ID] = true
				if d := r.Date.Key(); d > newest || d == newest && CompareSymbols(r.Symbol.Base(), symbol) > 0 {
					newest, symbol = d, r.Symbol.Base()
				}
			}
		}
		for _, r := range rs {
			if cycle > 0 && r.UPR != nil && r.UPR.Cycle == cycle || cycle == 0 && symbol != "" && r.Symbol.Base() == symbol {
				want[r.ID] = true
			}
		}
	}
	latest := 0
	for _, r := range records {
		if l.Mark(r); r.Latest != want[r.ID] {
			t.Errorf("%s (%v, %s, %s): latest is %v", r.ID, r.Countries, r.Body, r.Symbol, r.Latest)
		} else if r.Latest {
			latest++
		}
		if r.NoReview == determined[r.ID] {
			t.Errorf("%s (%v, %s, %s): of no review is %v", r.ID, r.Countries, r.Body, r.Symbol, r.NoReview)
		}
	}
	if got := len(records) - len(determined); l.Undetermined() != got {
		t.Errorf("%d undetermined, want %d", l.Undetermined(), got)
	}
	t.Logf("%d records: %d latest, %d undetermined", len(records), latest, l.Undetermined())
}
