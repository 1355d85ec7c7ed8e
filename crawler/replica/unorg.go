package replica

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/crawler/clean"
)

// Published is one file the replica of documents.un.org has.
type Published struct {
	Symbol uhri.Symbol
	Lang   uhri.Lang
	Format string // "docx", "doc", "pdf"
	Data   []byte
}

// SymbolOptions say what the replica of documents.un.org answers.
type SymbolOptions struct {
	Documents []Published
	// Down is asked before each answer; while it is true the server answers 500. nil = never.
	Down func() bool
}

// soft404 is the single-page site's empty page, which stands for "not found" with status 200.
var soft404 = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Documents</title></head><body><app-root></app-root>" +
	strings.Repeat(" ", 1303-len("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Documents</title></head><body><app-root></app-root></body></html>")) + "</body></html>"

// Symbols answers like documents.un.org when it is asked for symbols: a redirect in upper case to a file in lower case, English for
// languages it does not have, an old Word file where a new one was asked for, and for what it does not have either a
// redirect to /error or an empty page.
func Symbols(o SymbolOptions) http.Handler {
	files := map[string]Published{}
	for _, d := range o.Documents {
		files[jobPath(d)] = d
	}
	find := func(symbol, lang, format string) (Published, bool) {
		has := func(l uhri.Lang, formats ...string) (Published, bool) {
			for _, d := range o.Documents {
				if string(d.Symbol) == symbol && d.Lang == l && slices.Contains(formats, d.Format) {
					return d, true
				}
			}
			return Published{}, false
		}
		formats := []string{format}
		if format == "docx" {
			formats = append(formats, "doc")
		}
		if d, ok := has(uhri.Lang(lang), formats...); ok {
			return d, true
		}
		return has(uhri.English, formats...)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /admin/\n")
	})
	mux.HandleFunc("GET /api/symbol/access", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		d, ok := find(q.Get("s"), q.Get("l"), q.Get("t"))
		switch {
		case ok:
			w.Header().Set("Vary", "Origin, Accept")
			w.Header().Set("Location", jobPath(d))
			w.WriteHeader(http.StatusFound)
		case number(q.Get("s"))%2 == 0:
			w.Header().Set("Location", "/error")
			w.WriteHeader(http.StatusFound)
		default:
			empty(w)
		}
	})
	mux.HandleFunc("GET /error", func(w http.ResponseWriter, _ *http.Request) { empty(w) })
	mux.HandleFunc("GET /doc/", func(w http.ResponseWriter, r *http.Request) {
		for path, d := range files {
			if strings.ToLower(path) == r.URL.Path {
				w.Header().Set("Content-Type", map[string]string{"pdf": "application/pdf"}[d.Format])
				_, _ = w.Write(d.Data) // a client that went away is no fault
				return
			}
		}
		http.NotFound(w, r)
	})
	return fault(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if o.Down != nil && o.Down() {
			http.Error(w, "the service is being maintained", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})(mux)
}

func empty(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, soft404)
}

func number(s string) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, s)
	return h.Sum32()
}

// jobPath is where a file lies: a job number that says nothing of the symbol, in upper case.
func jobPath(d Published) string {
	n := number(fmt.Sprint(d.Symbol, d.Lang, d.Format))
	return fmt.Sprintf("/doc/UNDOC/GEN/G%02d/%03d/%02d/%s/G%09d.%s", n%90+10, n/90%1000, n/90000%100, strings.ToUpper(d.Format), n%1e9, strings.ToUpper(d.Format))
}

// badTime is how long each bad time of the demonstration lasts. People see what a failing publisher looks like, and one that turns programs
// away: in every half hour all is well first, then the one is down, then the other refuses.
const badTime = 10 * time.Minute

// Maintenance tells when the demonstration's documents.un.org is down, once it has begun.
func Maintenance(begun time.Time) func() bool {
	return func() bool { return time.Since(begun)/badTime%3 == 1 }
}

// Unwelcome tells when the demonstration's catalogue turns programs away.
func Unwelcome(begun time.Time) func() bool {
	return func() bool { return time.Since(begun)/badTime%3 == 2 }
}

// Address is where the server answers.
func (s *Server) Address() string { return s.base }

// The reviews of the demonstration that UHRI does not have yet: the session of the Council after the newest it has.
const (
	newCouncil = 60
	newSession = 49
)

// Documents are the files of the demonstration: the reports, addenda and decisions of the reviews of the fourth cycle, which UHRI
// has too, and of three reviews that it does not have yet.
var Documents = sync.OnceValue(func() []Published {
	var out []Published
	bySymbol := map[string][]Record{}
	for _, r := range Records(uhri.English, 1) {
		if r.Body == "- UPR" && r.UprCycle != nil && *r.UprCycle == "4" && r.Symbol != "" {
			bySymbol[r.Symbol] = append(bySymbol[r.Symbol], r)
		}
	}
	var symbols []string
	for s := range bySymbol {
		symbols = append(symbols, s)
	}
	slices.SortFunc(symbols, func(a, b string) int { return uhri.CompareSymbols(uhri.Symbol(a), uhri.Symbol(b)) })
	decision := map[int]int{}
	file := func(symbol uhri.Symbol, format string, p paper) {
		data := p.word()
		if format == "pdf" {
			data = p.pdf(false)
		}
		out = append(out, Published{symbol, uhri.English, format, data})
	}
	publish := func(n int, v reviewed) {
		// Three in four as Word files, the others as PDF only.
		format := "docx"
		if n%4 == 3 {
			format = "pdf"
		}
		file(v.symbol, format, v.report())
		file(v.symbol+"/Add.1", "docx", v.addendum())
		council, _ := v.symbol.Session()
		d := uhri.Symbol(fmt.Sprintf("DEMO/A/HRC/DEC/%d/%d", council, 101+decision[council]))
		decision[council]++
		file(d, "docx", v.decision(d))
	}
	for n, s := range symbols {
		publish(n, reviewOf(uhri.Symbol(s), bySymbol[s]))
	}
	states := uhri.DemoCountries()
	for n, i := range []int{2, 5, 8} {
		v := reviewed{symbol: uhri.Symbol(fmt.Sprintf("DEMO/A/HRC/%d/%d", newCouncil, 5+i)), state: states[i], session: newSession, date: "12 January 2026", paragraph: 130 + i}
		asks := slices.Clone(words().asks)
		slices.SortFunc(asks, func(x, y ask) int { return cmp.Compare(pick(1000, "new", i, x.Key), pick(1000, "new", i, y.Key)) })
		for k, a := range asks[:12] {
			by := states[(i+1+pick(10, "by", i, k))%len(states)]
			if by.Code == v.state.Code {
				by = states[(i+11)%len(states)]
			}
			v.asks = append(v.asks, answered{text: a.EN + " (" + by.Name + ");", position: [...]string{"Supported", "Noted", "Supported"}[pick(3, "position", i, k)]})
		}
		publish(n, v)
	}
	return out
})

// reviewed is one review, as its documents tell it.
type reviewed struct {
	symbol    uhri.Symbol
	state     uhri.CountryInfo
	session   int
	date      string
	paragraph int
	asks      []answered
}

// answered is an ask with its States, and the position the addendum takes.
type answered struct{ text, position string }

// reviewOf takes a review back from the export's records: the document they were made of.
func reviewOf(symbol uhri.Symbol, recs []Record) reviewed {
	v := reviewed{symbol: symbol, date: "10 March 2025"}
	slices.SortFunc(recs, func(a, b Record) int {
		return cmp.Compare(clean.Order(clean.Split(clean.Text(a.Text)).Number), clean.Order(clean.Split(clean.Text(b.Text)).Number))
	})
	if c, ok := uhri.ResolveCountry(recs[0].Countries[0]); ok {
		v.state, _ = c.Info()
	}
	for _, r := range recs {
		p := clean.Split(clean.Text(r.Text))
		fmt.Sscanf(p.Number, "%d.", &v.paragraph)
		if len(r.UprSession) > 0 {
			v.session, _ = uhri.ParseSession(r.UprSession[0])
		}
		position := ""
		if len(r.UprPositions) > 0 {
			position = r.UprPositions[0]
		}
		v.asks = append(v.asks, answered{p.Body, position})
	}
	return v
}

func (v reviewed) report() paper {
	year, _ := uhri.YearOfSession(v.session)
	p := paper{symbol: string(v.symbol), date: v.date, first: 1, title: []string{
		"Human Rights Council", "Agenda item 6", "Universal periodic review", "Report of the Working Group on the Universal Periodic Review", v.state.Name}}
	p.lines = []line{
		{side, "Introduction"},
		{paragraph, fmt.Sprintf("The Working Group on the Universal Periodic Review held its %s session in %d. The review of %s was held at the second meeting.", ordinal(v.session), year, v.state.Name)},
		{part, "Summary of the proceedings of the review process"},
		{paragraph, fmt.Sprintf("The delegation of %s was headed by the Minister for Justice, who described the measures taken since the previous review.", v.state.Name)},
	}
	said := [...]string{"welcomed the national action plan on human rights.", "commended the progress made in access to education.", "noted the reforms of the judiciary and asked about their financing.",
		"appreciated the cooperation with the treaty bodies.", "remained concerned at the situation of persons deprived of their liberty."}
	states := uhri.DemoCountries()
	for n := 3; n < v.paragraph-1; n++ {
		p.lines = append(p.lines, line{paragraph, states[(n*5)%len(states)].Name + " " + said[n%len(said)]})
	}
	p.lines = append(p.lines, []line{
		{paragraph, "The delegation thanked all delegations for their questions and recommendations."},
		{part, "Conclusions and/or recommendations"},
		{paragraph, fmt.Sprintf("The following recommendations will be examined by %s, which will provide responses in due time, but no later than the next session of the Human Rights Council:", v.state.Name)},
	}...)
	for _, a := range v.asks {
		p.lines = append(p.lines, line{item, a.text})
	}
	p.lines = append(p.lines, line{paragraph, "All conclusions and/or recommendations contained in the present report reflect the position of the submitting State(s) and/or the State under review. They should not be construed as endorsed by the Working Group as a whole."})
	return p
}

func (v reviewed) addendum() paper {
	p := paper{symbol: string(v.symbol) + "/Add.1", date: v.date, first: 1, title: []string{
		"Human Rights Council", "Agenda item 6", "Universal periodic review", "Report of the Working Group on the Universal Periodic Review", v.state.Name, "Addendum",
		"Views on conclusions and/or recommendations, voluntary commitments and replies presented by the State under review"}}
	by := map[string][]string{}
	for n, a := range v.asks {
		by[a.position] = append(by[a.position], fmt.Sprintf("%d.%d", v.paragraph, n+1))
	}
	p.lines = append(p.lines, line{paragraph, fmt.Sprintf("%s thanks the delegations that took part in its review and has considered all recommendations with care.", v.state.Name)})
	for _, x := range []struct{ position, says string }{
		{"Supported", "The following recommendations are supported: %s."},
		{"Supported/Noted", "The following recommendations are partially supported: %s."},
		{"Noted", "The following recommendations are noted: %s."},
	} {
		if n := by[x.position]; len(n) > 0 {
			p.lines = append(p.lines, line{paragraph, fmt.Sprintf(x.says, strings.Join(n, ", "))})
		}
	}
	return p
}

func (v reviewed) decision(symbol uhri.Symbol) paper {
	return paper{symbol: string(symbol), date: v.date, first: 1, title: []string{
		"Human Rights Council", "Decision adopted by the Human Rights Council on " + v.date, "Outcome of the universal periodic review: " + v.state.Name},
		lines: []line{
			{plain, "The Human Rights Council,"},
			{plain, fmt.Sprintf("Adopts the outcome of the review of %s, comprising the report thereon of the Working Group on the Universal Periodic Review (%s) and the views of the State on the recommendations made (%s/Add.1).", v.state.Name, v.symbol, v.symbol)},
			{plain, "Adopted without a vote."},
		}}
}

func ordinal(n int) string {
	names := map[int]string{40: "fortieth", 41: "forty-first", 42: "forty-second", 43: "forty-third", 44: "forty-fourth", 45: "forty-fifth", 46: "forty-sixth", 47: "forty-seventh", 48: "forty-eighth", 49: "forty-ninth", 50: "fiftieth"}
	return names[n]
}

// Dropped are files an operator might drop into a folder, by name: concluding observations as a Word file, the report on a visit
// as PDF, and a scan, which nobody can search.
func Dropped() map[string][]byte {
	states := uhri.DemoCountries()
	s := states[6]
	observations := paper{symbol: fmt.Sprintf("DEMO/CEDAW/C/%s/CO/9", s.Code), date: "3 March 2026", first: 1, title: []string{
		"Committee on the Elimination of Discrimination against Women", fmt.Sprintf("Concluding observations on the ninth periodic report of %s", s.Name)},
		lines: []line{
			{paragraph, fmt.Sprintf("The Committee considered the ninth periodic report of %s at its meetings held in February 2026.", s.Name)},
			{part, "Introduction"},
			{paragraph, "The Committee appreciates the submission by the State party of its report and the constructive dialogue with its delegation."},
			{part, "Positive aspects"},
			{paragraph, "The Committee welcomes the legislative reforms undertaken since the previous report."},
			{part, "Principal areas of concern and recommendations"},
		}}
	for _, w := range words().pairs {
		if _, ok := w.Articles["CEDAW"]; !ok {
			continue
		}
		observations.lines = append(observations.lines, line{side, w.EN.Heading})
		for _, text := range []string{w.EN.Concern, w.EN.Ask} {
			for n, t := range strings.Split(strings.TrimSpace(text), "\n") {
				switch {
				case t == "":
				case n == 0:
					observations.lines = append(observations.lines, line{paragraph, t})
				default:
					_, t, _ = strings.Cut(t, ") ")
					observations.lines = append(observations.lines, line{lettered, t})
				}
			}
		}
	}
	visited := states[9]
	visit := paper{symbol: "DEMO/A/HRC/60/44/Add.1", date: "20 February 2026", first: 1, title: []string{
		"Human Rights Council", "Sixtieth session", fmt.Sprintf("Visit to %s", visited.Name), "Report of the Special Rapporteur on torture and other cruel, inhuman or degrading treatment or punishment"},
		lines: []line{
			{part, "Introduction"},
			{paragraph, fmt.Sprintf("The Special Rapporteur visited %s at the invitation of the Government.", visited.Name)},
			{part, "Conclusions and recommendations"},
		}}
	for _, c := range words().conclusions {
		if slices.Contains(c.Mandates, "SR Torture") {
			visit.lines = append(visit.lines, line{paragraph, c.EN})
		}
	}
	return map[string][]byte{
		"concluding-observations.docx": observations.word(),
		"visit.pdf":                    visit.pdf(false),
		"letter-scanned.pdf":           paper{symbol: "DEMO", date: "1 March 2026", first: 1}.pdf(true),
	}
}
