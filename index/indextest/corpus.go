package indextest

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode"

	"uhri"
)

// Generated is a corpus the size and shape of the whole of UHRI, made of our own words: the published vocabularies
// in the published proportions, UPR recommendations of some thirty words and concluding observations of some hundred
// and fifty, common phrases, and a Zipf-like tail of rare words made of plausible parts. The same fields give the
// same records, whatever the machine, and record i is the same in a corpus of any size.
type Generated struct {
	Records int
	Seed    uint64
	Langs   []uhri.Lang // of the texts; empty means English
}

// FullSize is how many records the whole export has, roughly.
const FullSize = 268_000

// Each yields the records.
func (g Generated) Each() iter.Seq[*uhri.Recommendation] {
	return func(yield func(*uhri.Recommendation) bool) {
		for i := range g.Records {
			if !yield(g.Record(i)) {
				return
			}
		}
	}
}

// Publishable yields the records as Engine.Publish takes them, with Latest and NoReview set.
func (g Generated) Publishable() iter.Seq2[*uhri.Recommendation, error] {
	return func(yield func(*uhri.Recommendation, error) bool) {
		latest := uhri.NewLatestReviews()
		for i := range g.Records {
			latest.Add(g.facts(i))
		}
		for r := range g.Each() {
			latest.Mark(r)
			if !yield(r, nil) {
				return
			}
		}
	}
}

// weighted draws indexes in proportion to weights.
type weighted struct{ sums []float64 }

func newWeighted(weights []int) weighted {
	var w weighted
	sum := 0.0
	for _, n := range weights {
		sum += float64(max(n, 1))
		w.sums = append(w.sums, sum)
	}
	return w
}

func (w weighted) draw(rng *rand.Rand) int {
	x := rng.Float64() * w.sums[len(w.sums)-1]
	return min(sort.SearchFloat64s(w.sums, x), len(w.sums)-1)
}

// shape holds the published vocabularies with their proportions.
type shape struct {
	bodies    []uhri.Body
	countries []uhri.CountryInfo
	years     []uhri.YearCount
	themes    []uhri.Concept
	groups    []uhri.Concept
	sdgs      []uhri.Concept
	body, country, year, theme, group,
	sdg weighted
}

var shapeOf = sync.OnceValue(func() *shape {
	s := &shape{bodies: uhri.Bodies(), countries: uhri.Countries(), years: uhri.PublishedYears()}
	counts := func(n int, count func(int) int) weighted {
		w := make([]int, n)
		for i := range w {
			w[i] = count(i)
		}
		return newWeighted(w)
	}
	s.body = counts(len(s.bodies), func(i int) int { return s.bodies[i].Published })
	s.country = counts(len(s.countries), func(i int) int { return s.countries[i].Published })
	s.year = counts(len(s.years), func(i int) int { return s.years[i].Published })
	current := func(scheme uhri.Scheme) (out []uhri.Concept, w weighted) {
		for _, c := range uhri.Concepts(scheme) {
			if !c.Legacy && c.Published > 0 {
				out = append(out, c)
			}
		}
		return out, counts(len(out), func(i int) int { return out[i].Published })
	}
	s.themes, s.theme = current(uhri.SchemeTheme)
	s.groups, s.group = current(uhri.SchemeGroup)
	s.sdgs, s.sdg = current(uhri.SchemeSDG)
	return s
})

// Record returns the i-th record.
func (g Generated) Record(i int) *uhri.Recommendation {
	r := g.facts(i)
	langs := g.Langs
	if len(langs) == 0 {
		langs = []uhri.Lang{uhri.English}
	}
	for _, l := range langs {
		heading, body := g.text(i, r, l)
		full := body
		if heading != "" {
			full = heading + "\n" + body
		}
		r.Texts[l] = uhri.Text{Full: full, Heading: heading}
	}
	return r
}

// facts returns the i-th record without its texts.
func (g Generated) facts(i int) *uhri.Recommendation {
	s := shapeOf()
	rng := rand.New(rand.NewPCG(g.Seed, uint64(i)))
	r := &uhri.Recommendation{Type: uhri.TypeRecommendation, Texts: map[uhri.Lang]uhri.Text{}}
	hi, lo := rng.Uint64(), rng.Uint64()
	r.ID = uhri.ID(fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(hi>>32), uint16(hi>>16), uint16(hi)&0xfff, uint16(lo>>48)&0x3fff|0x8000, lo&0xffffffffffff))
	body := s.bodies[s.body.draw(rng)]
	country := s.countries[s.country.draw(rng)]
	r.Body, r.Mechanism = body.Code, body.Mechanism
	if rng.IntN(2500) > 0 {
		r.Countries = []uhri.Country{country.Code}
	}
	place := slices.IndexFunc(s.countries, func(c uhri.CountryInfo) bool { return c.Code == country.Code })
	switch body.Mechanism {
	case uhri.MechanismUPR:
		// Each State is reviewed once a cycle, fourteen a session.
		cycle := 1 + newWeighted([]int{21, 30, 33, 16}).draw(rng)
		session := [...]int{1, 13, 27, 41}[cycle-1] + place*[...]int{12, 14, 14, 10}[cycle-1]/len(s.countries)
		year, _ := uhri.YearOfSession(session)
		r.UPR = &uhri.UPR{Session: session, Cycle: cycle}
		r.UPR.Position = [...]uhri.Position{uhri.PositionSupported, uhri.PositionNoted, uhri.PositionUnknown, uhri.PositionPartial}[newWeighted([]int{720, 240, 38, 2}).draw(rng)]
		for range 1 + newWeighted([]int{80, 13, 5, 2}).draw(rng) {
			r.UPR.Recommending = append(r.UPR.Recommending, s.countries[s.country.draw(rng)].Code)
		}
		r.Symbol = uhri.Symbol(fmt.Sprintf("A/HRC/%d/%d", session+2, 3+place%14))
		r.Date = uhri.Date{Year: cmp.Or(year, 2008+session/3), Month: 1 + place%12, Day: 1 + place%28}
		r.Order = 1 + rng.IntN(250)
		r.Paragraph = fmt.Sprintf("%d.%d", 100+place%50, r.Order)
	default:
		year := s.years[s.year.draw(rng)].Year
		r.Date = uhri.Date{Year: year, Month: 1 + rng.IntN(12), Day: 1 + rng.IntN(28)}
		r.Order = 1 + rng.IntN(80)
		r.Paragraph = fmt.Sprint(r.Order)
		number := 1 + (year-2006)/4
		series := body.Code + "/C/" + string(country.Code) + "/CO"
		switch {
		case body.Mechanism == uhri.MechanismSpecialProcedure:
			series = fmt.Sprintf("A/HRC/%d/%d/Add.%d", 4+(year-2006)*3, 20+place%70, 1+place%4)
		case body.Code == "CESCR":
			series = "E/C.12/" + string(country.Code) + "/CO"
		case strings.HasPrefix(body.Code, "CRC-OP-"):
			series = "CRC/C/OP" + body.Code[len("CRC-OP-"):] + "/" + string(country.Code) + "/CO"
		case body.Code == "SPT":
			series = "CAT/OP/" + string(country.Code)
		}
		if r.Symbol = uhri.Symbol(series); body.Mechanism == uhri.MechanismTreatyBody {
			r.Symbol = uhri.Symbol(fmt.Sprintf("%s/%d", series, number))
		}
		if rng.IntN(100) < 43 {
			r.Type = uhri.TypeObservation
		}
	}
	if rng.IntN(340) == 0 {
		r.Date = uhri.Date{}
	}
	if rng.IntN(81) == 0 {
		r.Type = uhri.TypeUnknown
	}
	tag := func(scheme uhri.Scheme, concepts []uhri.Concept, w weighted, n int) {
		for range n {
			t := uhri.Tag{Scheme: scheme, Concept: concepts[w.draw(rng)].Slug, Origin: uhri.OriginPublisher}
			if !slices.Contains(r.Tags, t) {
				r.Tags = append(r.Tags, t)
			}
		}
	}
	tag(uhri.SchemeTheme, s.themes, s.theme, 1+min(poisson(rng, 2.7), 7))
	tag(uhri.SchemeGroup, s.groups, s.group, min(poisson(rng, 2.0), 5))
	tag(uhri.SchemeSDG, s.sdgs, s.sdg, min(poisson(rng, 3.0), 6))
	r.Provenance = uhri.Provenance{Source: "uhri/en", FirstSeen: time.Date(2026, 9, 1+rng.IntN(28), 3, 0, 0, 0, time.UTC)}
	r.Provenance.LastChanged = r.Provenance.FirstSeen
	return r
}

func poisson(rng *rand.Rand, mean float64) int {
	n := 0
	for p := rng.Float64(); p > math.Exp(-mean); p *= rng.Float64() {
		n++
	}
	return n
}

// text writes a passage of one language: fragments of speech joined by link words, with rarer words among them.
func (g Generated) text(i int, r *uhri.Recommendation, lang uhri.Lang) (heading, body string) {
	l := speechOf(lang)
	rng := rand.New(rand.NewPCG(g.Seed^uint64(lang[0])<<8^uint64(lang[1])<<16, uint64(i)))
	var b strings.Builder
	words := 12 + poisson(rng, 8)
	opener := l.asks
	if r.Mechanism == uhri.MechanismUPR {
		if rng.IntN(5) == 0 {
			words += poisson(rng, 25)
		}
		b.WriteString(r.Paragraph)
	} else {
		words = 45 + poisson(rng, 55) + rng.IntN(70)
		heading = sentenceCase(l.phrase(rng))
		b.WriteString(r.Paragraph + ".")
		if opener = l.recommends; r.Type == uhri.TypeObservation {
			opener = l.concerns
		}
	}
	b.WriteString(l.space)
	if l.space == "" {
		b.WriteByte(' ')
	}
	b.WriteString(opener[rng.IntN(len(opener))])
	letter := byte('a')
	for n := 4; n < words; {
		if n == 4 {
			n++ // the first fragment follows the opener
		} else if r.Mechanism != uhri.MechanismUPR && letter < 'h' && n > 8 && rng.IntN(9) == 0 {
			fmt.Fprintf(&b, "; (%c)", letter)
			letter++
		} else {
			link := l.links[min(rng.IntN(len(l.links)), rng.IntN(len(l.links)))]
			b.WriteString(link)
			n += max(1, strings.Count(link, " "))
		}
		switch rng.IntN(10) {
		case 0, 1, 2, 3:
			for range 1 + rng.IntN(3) {
				b.WriteString(l.space)
				b.WriteString(l.rare(rng))
				n++
			}
		case 4:
			if lang == uhri.English && len(r.Tags) > 0 { // texts speak of what they are labelled with
				label := labelWords(r.Tags[rng.IntN(len(r.Tags))])
				b.WriteString(l.space + label)
				n += 1 + strings.Count(label, " ")
				break
			}
			fallthrough
		default:
			p := l.phrase(rng)
			b.WriteString(l.space + p)
			n += 1 + strings.Count(p, " ")
			if l.space == "" {
				n += len([]rune(p))/2 - 1
			}
		}
	}
	if r.Mechanism == uhri.MechanismUPR {
		var states []string
		for _, c := range r.UPR.Recommending {
			states = append(states, c.Name())
		}
		b.WriteString(" (" + strings.Join(states, ", ") + ");")
	} else {
		b.WriteByte('.')
	}
	return heading, b.String()
}

func sentenceCase(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

var labelTexts = sync.OnceValue(func() map[uhri.Tag]string {
	out := map[uhri.Tag]string{}
	for _, s := range []uhri.Scheme{uhri.SchemeTheme, uhri.SchemeGroup, uhri.SchemeSDG} {
		for _, c := range uhri.Concepts(s) {
			out[uhri.Tag{Scheme: s, Concept: c.Slug, Origin: uhri.OriginPublisher}] = strings.ToLower(strings.ReplaceAll(c.Label, "&", "and"))
		}
	}
	return out
})

func labelWords(t uhri.Tag) string { return labelTexts()[t] }

// export is a record as the bulk export writes it: 18 keys.
type export struct {
	AnnotationId, DocumentId, Symbol, Body, AnnotationType string
	Countries, Regions                                     []string
	Text                                                   string
	Themes, AffectedPersons, Sdgs                          []string
	PublicationDate, PublicationDateOnUhri                 string
	UprCycle                                               *string
	UprSession, UprPositions                               []string
	UprRecommendingCountry, UprRecommendingRegions         []string
}

// WriteExport writes the corpus as one language's file of the publisher's bulk export, with its habits: leading
// dashes, HTML paragraphs, entities, labels instead of codes.
func (g Generated) WriteExport(w io.Writer, lang uhri.Lang) error {
	g.Langs = []uhri.Lang{lang}
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteByte('[')
	for i := range g.Records {
		if i > 0 {
			out.WriteByte(',')
		}
		b, err := json.Marshal(exported(g.Record(i), lang))
		if err != nil {
			return err
		}
		out.Write(b)
	}
	out.WriteByte(']')
	return out.Flush()
}

func exported(r *uhri.Recommendation, lang uhri.Lang) export {
	x := export{
		AnnotationId: string(r.ID), Symbol: string(r.Symbol), Body: "- " + r.Body, AnnotationType: "-",
		Countries: []string{}, Regions: []string{}, Themes: []string{}, AffectedPersons: []string{}, Sdgs: []string{},
		UprSession: []string{}, UprPositions: []string{}, UprRecommendingCountry: []string{}, UprRecommendingRegions: []string{},
	}
	x.DocumentId = string(uhri.NewID(r.Symbol, "", "document"))
	switch r.Type {
	case uhri.TypeRecommendation:
		x.AnnotationType = "- Recommendations"
	case uhri.TypeObservation:
		x.AnnotationType = "- Concerns/Observations"
	}
	regions := map[string]string{}
	for _, region := range uhri.Regions() {
		regions[region.Slug] = region.Aliases[0]
	}
	states := func(codes []uhri.Country, names, regs *[]string) {
		for _, c := range codes {
			info, _ := c.Info()
			*names = append(*names, info.Name)
			if reg := regions[info.Region]; reg != "" && !slices.Contains(*regs, reg) {
				*regs = append(*regs, reg)
			}
		}
	}
	states(r.Countries, &x.Countries, &x.Regions)
	for _, t := range r.Tags {
		c, _ := uhri.ConceptBySlug(t.Scheme, t.Concept)
		switch t.Scheme {
		case uhri.SchemeTheme:
			x.Themes = append(x.Themes, c.Label)
		case uhri.SchemeGroup:
			x.AffectedPersons = append(x.AffectedPersons, c.Label)
		case uhri.SchemeSDG:
			x.Sdgs = append(x.Sdgs, exportedSDG(c))
		}
	}
	if !r.Date.IsZero() {
		x.PublicationDate = r.Date.String() + "T00:00:00"
		x.PublicationDateOnUhri = "1900-01-01T00:00:00"
		if r.Order%9 > 0 {
			x.PublicationDateOnUhri = uhri.Date{Year: r.Date.Year + 1, Month: r.Date.Month, Day: r.Date.Day}.String() + "T10:53:45.827"
		}
	}
	if r.UPR != nil {
		cycle := fmt.Sprint(r.UPR.Cycle)
		x.UprCycle, x.UprSession = &cycle, []string{fmt.Sprint(r.UPR.Session)}
		if p := map[uhri.Position]string{uhri.PositionSupported: "Supported", uhri.PositionNoted: "Noted", uhri.PositionPartial: "Supported/Noted"}[r.UPR.Position]; p != "" {
			x.UprPositions = []string{p}
		}
		states(r.UPR.Recommending, &x.UprRecommendingCountry, &x.UprRecommendingRegions)
	}
	text := r.Texts[lang]
	html := strings.NewReplacer("&", "&amp;", "’", "&rsquo;", "<", "&lt;")
	for p := range strings.SplitSeq(text.Full, "\n") {
		x.Text += "<p>" + html.Replace(p) + "</p>"
	}
	return x
}

// exportedSDG writes "16.3 - Promote …" for a target and "16 - PEACE, …" for a goal.
func exportedSDG(c uhri.Concept) string {
	label := c.Label
	for _, sep := range []string{" - ", " – ", " "} {
		label = strings.TrimPrefix(label, c.Slug+sep)
	}
	if c.Parent == "" {
		label = strings.ToUpper(label)
	}
	return c.Slug + " - " + label
}
