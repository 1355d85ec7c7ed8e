package replica

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"uhri"
)

// Record is one element of the export, with the publisher's keys.
type Record struct {
	AnnotationId           string
	DocumentId             string
	Symbol                 string
	Body                   string
	AnnotationType         string
	Countries              []string
	Regions                []string
	Text                   string
	Themes                 []string
	AffectedPersons        []string
	Sdgs                   []string
	PublicationDate        string
	PublicationDateOnUhri  string
	UprCycle               *string
	UprSession             []string
	UprPositions           []string
	UprRecommendingCountry []string
	UprRecommendingRegions []string
}

// entry is a record in English and its texts in the other languages; a text that is absent was never translated.
type entry struct {
	Record
	texts map[uhri.Lang]string
}

// The annotation types as UHRI writes them.
const (
	recommends = "- Recommendations"
	observes   = "- Concerns/Observations"
)

// corpus is everything the invented publishers have: the same every time.
var corpus = sync.OnceValue(func() []entry {
	b := &builder{w: words(), states: uhri.DemoCountries()}
	b.reviews()
	b.concludingObservations()
	b.visits()
	b.oddities()
	// Newest document first; the paragraphs of each stay in their order.
	slices.SortStableFunc(b.entries, func(x, y entry) int {
		return cmp.Compare(y.PublicationDate+y.Symbol, x.PublicationDate+x.Symbol)
	})
	return b.entries
})

// Records lists what the export of a language holds in an edition: 1 is the first; each later one edits a text, adds
// a label, withdraws one record and adds another.
func Records(lang uhri.Lang, edition int) []Record {
	all := corpus()
	out := make([]Record, 0, len(all)+edition)
	for i, e := range all {
		r := e.Record
		if lang != uhri.English {
			if t, ok := e.texts[lang]; ok {
				r.Text = t
			}
			if chance(50, "never exported", lang, r.AnnotationId) {
				continue
			}
		}
		for n := 2; n <= edition; n++ {
			switch i {
			case 40 * n:
				if lang == uhri.English {
					r.Text = strings.Replace(r.Text, "The ", "Without delay, the ", 1) + " (revised)"
				}
			case 40*n + 1:
				r.Themes = append(slices.Clone(r.Themes), "Human rights policies")
			case 40*n + 2:
				r.AnnotationId = "" // withdrawn
			}
		}
		if r.AnnotationId != "" {
			out = append(out, r)
		}
	}
	for n := 2; n <= edition; n++ {
		r := all[40*n+2].Record
		r.AnnotationId = id("added", n)
		out = append(out, r)
	}
	return out
}

// id is a UUID made of what it names.
func id(parts ...any) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("uhri-demonstration/"+fmt.Sprintln(parts...))).String()
}

// pick chooses one of n, always the same for the same parts.
func pick(n int, parts ...any) int {
	h := fnv.New64a()
	fmt.Fprintln(h, parts...)
	v := h.Sum64()
	return int((v ^ v>>29) * 0x9E3779B97F4A7C15 >> 33 % uint64(n))
}

// chance is true once in n.
func chance(n int, parts ...any) bool { return pick(n, parts...) == 0 }

// builder composes the corpus. The States' order in the vocabulary decides who is reviewed when.
type builder struct {
	w       wording
	states  []uhri.CountryInfo
	entries []entry
}

// document is what the records of one document share.
type document struct {
	state   int
	symbol  string
	body    string // as UHRI writes it
	date    string
	untyped string // in place of the annotation type
}

// add appends a record of a document. texts holds the text of every language as its publisher would write it.
func (b *builder) add(d document, key, kind string, texts map[uhri.Lang]string, l Labels) *entry {
	s := b.states[d.state]
	r := Record{
		AnnotationId: id(d.symbol, d.date, key), DocumentId: id(d.symbol, d.date), Symbol: d.symbol, Body: d.body,
		AnnotationType: cmp.Or(d.untyped, kind), Countries: []string{s.Name}, Regions: []string{regionLabel(s)}, Text: texts[uhri.English],
		Themes: []string{}, AffectedPersons: []string{}, Sdgs: []string{}, PublicationDate: d.date, UprSession: []string{},
		UprPositions: []string{}, UprRecommendingCountry: []string{}, UprRecommendingRegions: []string{},
	}
	r.PublicationDateOnUhri = "1900-01-01T00:00:00"
	if !chance(9, "sentinel", r.AnnotationId) && len(d.date) > 7 {
		r.PublicationDateOnUhri = d.date[:8] + fmt.Sprintf("%02dT%02d:%02d:54.%d", 20+pick(8, "day", d.symbol), 8+pick(9, "hour", d.symbol), pick(60, key), 100+pick(800, key))
	}
	if !chance(7, "unlabelled", r.AnnotationId) {
		r.Themes, r.AffectedPersons, r.Sdgs = labelsOf(uhri.SchemeTheme, l.Themes), labelsOf(uhri.SchemeGroup, l.Groups), labelsOf(uhri.SchemeSDG, l.SDGs)
		if len(r.Themes) > 0 && chance(9, "space", r.AnnotationId) {
			r.Themes[0] = " " + r.Themes[0]
		}
	}
	others := map[uhri.Lang]string{}
	for _, lang := range uhri.Langs[1:] {
		if !chance(10, "untranslated", lang, r.AnnotationId) {
			others[lang] = texts[lang]
		}
	}
	b.entries = append(b.entries, entry{Record: r, texts: others})
	return &b.entries[len(b.entries)-1]
}

// regionLabel writes the regional group as UHRI does, with the space one of its labels ends in.
func regionLabel(s uhri.CountryInfo) string {
	for _, r := range uhri.Regions() {
		if r.Slug == s.Region {
			if r.Slug == "eastern-europe" {
				return r.Aliases[0] + " "
			}
			return r.Aliases[0]
		}
	}
	return ""
}

// labelsOf writes concepts as UHRI does: SDG goals in capitals.
func labelsOf(scheme uhri.Scheme, slugs []string) []string {
	out := []string{}
	for _, slug := range slugs {
		c, ok := uhri.ConceptBySlug(scheme, slug)
		if !ok {
			panic(fmt.Sprintf("replica: no %s %q", scheme, slug)) // the files are part of the program
		}
		if scheme == uhri.SchemeSDG && c.Parent == "" {
			out = append(out, strings.ToUpper(c.Label))
		} else {
			out = append(out, c.Label)
		}
	}
	return out
}

// reviews are the Universal Periodic Review: every State in the second and third cycle, some in the first and fourth.
// Some asks stand in every cycle of a State, and one is made twice in each review, by other States.
func (b *builder) reviews() {
	for i := range b.states {
		for n, first := range [...]int{1, 13, 27, 41} {
			cycle := n + 1
			if cycle == 1 && i%2 == 1 || cycle == 4 && i%3 == 2 {
				continue
			}
			b.review(i, cycle, first+i%9)
		}
	}
}

func (b *builder) review(i, cycle, session int) {
	year, _ := uhri.YearOfSession(session)
	council := session + [...]int{0, 7, 8, 9, 11}[cycle]
	d := document{state: i, symbol: fmt.Sprintf("DEMO/A/HRC/%d/%d", council, 3+i), body: "- UPR",
		date: fmt.Sprintf("%d-%02d-%02dT00:00:00", year, 3+3*pick(4, "month", session), 1+pick(9, "day", session, i))}
	asks := slices.Clone(b.w.asks)
	slices.SortFunc(asks, func(x, y ask) int { return cmp.Compare(pick(1000, i, x.Key), pick(1000, i, y.Key)) })
	standing, others := asks[:4], asks[4:]
	slices.SortFunc(others, func(x, y ask) int {
		return cmp.Compare(pick(1000, i, cycle, x.Key), pick(1000, i, cycle, y.Key))
	})
	chosen := append(append(slices.Clone(standing), standing[0]), others[:4]...) // the first ask again, by other States
	base := 94 + 9*cycle + i
	for n, a := range chosen {
		paragraph := [2]int{base, n + 1}
		key := fmt.Sprintf("%s/%d", a.Key, n)
		by := b.recommending(i, 1+pick(3, "how many", d.symbol, key), d.symbol, key)
		opening := pick(2+len(b.w.openings), "opening", d.symbol, key) % (1 + len(b.w.openings))
		texts := map[uhri.Lang]string{}
		var second *ask
		var secondBy []uhri.Country
		if n == 7 && (i+cycle)%3 == 0 { // several asks in one paragraph
			second = &others[10]
			secondBy = b.recommending(i, 1, "second", d.symbol)
		}
		for _, l := range uhri.Langs {
			text := b.w.open(opening, l, a.in(l)) + b.by(by, l, cycle)
			if second != nil {
				text += separator(l) + " " + second.in(l) + b.by(secondBy, l, cycle)
			}
			texts[l] = askText(paragraph, text, l, cycle, i)
		}
		e := b.add(d, key, recommends, texts, a.Labels)
		c := fmt.Sprint(cycle)
		e.UprCycle, e.UprSession = &c, []string{fmt.Sprint(session)}
		switch {
		case cycle == 3 && i%5 == 0:
			e.UprCycle = nil
		case cycle == 3:
			e.UprSession = []string{fmt.Sprintf("- %d.. Session - %d", session, year)}
		case cycle == 2 && i%5 == 1:
			e.UprSession = []string{}
		}
		switch p := pick(100, "position", d.symbol, key); {
		case p < 68:
			e.UprPositions = []string{"Supported"}
		case p < 90:
			e.UprPositions = []string{"Noted"}
		case p < 94:
			e.UprPositions = []string{"Supported/Noted"}
		}
		if cycle != 1 || i%4 != 2 { // those keep their States in the text only
			for _, c := range append(by, secondBy...) {
				e.name(c)
			}
		}
		if cycle == 1 {
			b.old(e, i)
		}
	}
}

// name lists a recommending State and its region.
func (e *entry) name(c uhri.Country) {
	info, _ := c.Info()
	e.UprRecommendingCountry = append(e.UprRecommendingCountry, info.Name)
	if r := regionLabel(info); !slices.Contains(e.UprRecommendingRegions, r) {
		e.UprRecommendingRegions = append(e.UprRecommendingRegions, r)
	}
}

// old gives a record of the first cycle what those years left behind: a default label, codes of the older thesaurus,
// no symbol for one State.
func (b *builder) old(e *entry, i int) {
	e.Themes = append(e.Themes, "Reservations")
	for n, t := range e.Themes {
		if t == "Constitutional & legislative framework" {
			e.Themes[n] = "A41 Constitutional and legislative framework"
		}
		if strings.HasPrefix(t, "Ratification of") {
			e.Themes[n] = "A12 Acceptance of international norms"
		}
	}
	for n, s := range e.Sdgs {
		if strings.HasPrefix(s, "5 - ") {
			e.Sdgs[n] = "S05 SDG 5 - gender equality and women’s empowerment"
		}
	}
	if i == 10 {
		e.Symbol, e.DocumentId = "", ""
	}
}

// recommending chooses n States other than the one under review.
func (b *builder) recommending(i, n int, parts ...any) (by []uhri.Country) {
	for k := 0; len(by) < n; k++ {
		j := pick(len(b.states), append(parts, k)...)
		if c := b.states[j].Code; j != i && !slices.Contains(by, c) {
			by = append(by, c)
		}
	}
	return by
}

// by writes the recommending States as the reports of a cycle do.
func (b *builder) by(states []uhri.Country, l uhri.Lang, cycle int) string {
	names := make([]string, len(states))
	for i, c := range states {
		names[i] = b.w.name(c, l)
	}
	switch {
	case l == uhri.Chinese:
		return "（" + strings.Join(names, "）（") + "）"
	case cycle == 4:
		return " (" + strings.Join(names, ", ") + ")"
	}
	return " (" + strings.Join(names, ") (") + ")"
}

// separator ends an ask.
func separator(l uhri.Lang) string {
	switch l {
	case uhri.Arabic:
		return "؛"
	case uhri.Chinese:
		return "；"
	case uhri.French:
		return " ;"
	}
	return ";"
}

// askText writes one paragraph of a review in the ways the export does.
func askText(paragraph [2]int, text string, l uhri.Lang, cycle, state int) string {
	text += separator(l)
	switch {
	case l == uhri.Arabic:
		return fmt.Sprintf("\r\n        %d-%d\r\n        %s\r\n      ", paragraph[0], paragraph[1], text)
	case l == uhri.French:
		return fmt.Sprintf("%d.%d %s", paragraph[0], paragraph[1], strings.ReplaceAll(text, " ;", "&nbsp;;"))
	case l != uhri.English:
		return fmt.Sprintf("%d.%d %s", paragraph[0], paragraph[1], text)
	}
	switch cycle {
	case 1:
		return fmt.Sprintf("%d.%d   %s", paragraph[0], paragraph[1], strings.TrimSuffix(text, ";")+". );")
	case 2:
		if state%4 == 1 {
			text = strings.ReplaceAll(text, "’", " ’ ")
		}
		return fmt.Sprintf("%d.%d %s", paragraph[0], paragraph[1], text)
	case 3:
		return fmt.Sprintf("<p>%d.%d&nbsp;%s</p>", paragraph[0], paragraph[1], strings.ReplaceAll(text, "’", "&rsquo;"))
	}
	return fmt.Sprintf("<div><p>%d.%d.&nbsp;<span lang=\"EN-GB\">%s</span></p></div>", paragraph[0], paragraph[1], text)
}

// committees are the treaty bodies of the demonstration, with the beginning of their symbols.
var committees = []struct{ code, series, long string }{
	{"CEDAW", "CEDAW/C", "Committee on the Elimination of Discrimination against Women"}, {"CRC", "CRC/C", "Committee on the Rights of the Child"},
	{"CCPR", "CCPR/C", ""}, {"CAT", "CAT/C", ""}, {"CESCR", "E/C.12", "Committee on Economic, Social and Cultural Rights"},
	{"CRPD", "CRPD/C", ""}, {"CERD", "CERD/C", ""}, {"CMW", "CMW/C", ""},
}

// concludingObservations are the treaty bodies': one document per State, for some a second by another body or an earlier one by
// the same.
func (b *builder) concludingObservations() {
	for i := range b.states {
		n := i % len(committees)
		b.observations(i, n, 3+i%3, 2019+i%6)
		if i < 4 {
			b.observations(i, n, 2+i%3, 2013+i%3)
		}
		if i%3 == 0 {
			b.observations(i, (n+3)%len(committees), 1+i%4, 2016+i%8)
		}
	}
}

func (b *builder) observations(i, body, report, year int) {
	c := committees[body]
	d := document{state: i, symbol: fmt.Sprintf("DEMO/%s/%s/CO/%d", c.series, b.states[i].Code, report), body: "- " + c.code,
		date: fmt.Sprintf("%d-%02d-%02dT00:00:00", year, 1+pick(12, "month", body, i), 1+pick(28, "day", body, i))}
	if c.long != "" && i%4 == 1 {
		d.body = "- " + c.long
	}
	form := (i + report) % 3
	number := 9 + i%5
	for _, p := range b.w.pairs {
		articles, ok := p.Articles[c.code]
		if !ok {
			continue
		}
		for _, concern := range []bool{true, false} {
			if concern && p.EN.Concern == "" {
				continue
			}
			texts := map[uhri.Lang]string{}
			for _, l := range uhri.Langs {
				t := p.in(l)
				text := t.Ask
				if concern {
					text = t.Concern
				}
				texts[l] = observationText(t.Heading+articlesOf(articles, l), number, strings.TrimSpace(text), l, form, concern)
			}
			kind := recommends
			if concern {
				kind = observes
			}
			b.add(d, fmt.Sprintf("%s/%v", p.Key, concern), kind, texts, p.Labels)
			number++
		}
	}
}

// articlesOf writes the articles a side heading names.
func articlesOf(articles []int, l uhri.Lang) string {
	if len(articles) == 0 {
		return ""
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(articles), " ", ", "), "[]")
	several := len(articles) > 1
	switch l {
	case uhri.French:
		return " (art. " + list + ")"
	case uhri.Russian:
		return " (ст. " + list + ")"
	case uhri.Arabic:
		if several {
			return " (المواد " + strings.ReplaceAll(list, ",", "،") + ")"
		}
		return " (المادة " + list + ")"
	case uhri.Chinese:
		return "（第" + strings.ReplaceAll(list, ", ", "、") + "条）"
	}
	if several {
		at := strings.LastIndex(list, ", ")
		and := map[uhri.Lang]string{uhri.English: " and ", uhri.Spanish: " y "}[l]
		return " (arts. " + list[:at] + and + list[at+2:] + ")"
	}
	return " (art. " + list + ")"
}

// observationText writes one paragraph of concluding observations in the ways the export does: with its paragraphs as HTML, run
// together by whoever took the tags out, or as plain lines.
func observationText(heading string, number int, text string, l uhri.Lang, form int, concern bool) string {
	switch l {
	case uhri.Arabic:
		return fmt.Sprintf("%s\r\n        %d- %s\r\n      ", heading, number, text)
	case uhri.English:
	default:
		return fmt.Sprintf("%s\n%d. %s", heading, number, text)
	}
	lines := strings.Split(text, "\n")
	switch form {
	case 0:
		return fmt.Sprintf("<p><strong>%s</strong></p>\r\n<p>%d.&nbsp;%s</p>", heading, number, strings.Join(lines, "</p>\r\n<p>"))
	case 1:
		if !concern {
			return fmt.Sprintf("%d.%s", number, strings.Join(lines, ""))
		}
		return fmt.Sprintf("%s%d. %s", heading, number, strings.Join(lines, ""))
	}
	return fmt.Sprintf("%s\n%d. %s", heading, number, text)
}

// visits are the special procedures' reports.
func (b *builder) visits() {
	mandates := b.w.conclusions[0].Mandates
	for i := range b.states {
		b.visit(i, i%len(mandates), 2012+i%12)
		if i%4 == 0 {
			b.visit(i, (i+3)%len(mandates), 2017+i%8)
		}
	}
}

func (b *builder) visit(i, mandate, year int) {
	code := b.w.conclusions[0].Mandates[mandate]
	d := document{state: i, symbol: fmt.Sprintf("DEMO/A/HRC/%d/%d/Add.%d", 3*(year-2005)-1, 40+mandate, 1+i%3), body: "- " + code,
		date: fmt.Sprintf("%d-%02d-%02dT00:00:00", year, 4+pick(3, "month", i), 1+pick(28, "day", i, mandate))}
	if code == "IE Albinism" {
		d.body = "- IE  Albinism"
	}
	number := 70 + i
	for _, c := range b.w.conclusions {
		if !slices.Contains(c.Mandates, code) {
			continue
		}
		texts := map[uhri.Lang]string{}
		for _, l := range uhri.Langs {
			texts[l] = fmt.Sprintf("%d. %s", number, c.in(l))
			switch {
			case l == uhri.Arabic:
				texts[l] = fmt.Sprintf("\r\n        %d-\r\n        %s\r\n      ", number, c.in(l))
			case l == uhri.English && c.Observation:
				texts[l] = fmt.Sprintf("<h2>Conclusions and recommendations</h2><p>%d.&nbsp;%s</p>", number, c.in(l))
			case l == uhri.English:
				texts[l] = "<p>" + texts[l] + "</p>"
			}
		}
		kind := recommends
		if c.Observation {
			kind = observes
		}
		b.add(d, c.Key, kind, texts, c.Labels)
		number++
	}
}
