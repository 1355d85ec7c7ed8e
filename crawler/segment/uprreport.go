package segment

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// Report is a report of the Working Group on the Universal Periodic Review, cut.
type Report struct {
	Symbol  uhri.Symbol
	Lang    uhri.Lang
	Date    uhri.Date
	Country uhri.Country // the State under review; empty = not found
	Session int          // of the Working Group; 0 = not found
	Draft   bool         // numbered as adopted in the Working Group: the final report numbers anew, never merge the two

	LeadIns         []LeadIn
	Recommendations []Recommendation
	Pledges         []Pledge
	Review          []string // why a person should look at the document; empty = it passed its checks
}

// Recommendation is one numbered recommendation of the Universal Periodic Review.
type Recommendation struct {
	// Number is "140.7". Lists that start again under each lead-in get the paragraph in front: item 3 below paragraph 95
	// is "95.3", as UHRI's predecessors wrote it. A lone recommendation without number has its lead-in's.
	Number  string
	Printed string // as printed: "140.7", "3"
	Heading string // a thematic heading inside the list, where there is one
	Text    string // as printed, States included, without number and final stop
	End     string // the final stop: ";" or "."
	Page    int

	States     []uhri.Country
	Unresolved []string // names where a State should stand that no alias explains
	Parts      []uhri.Part

	Position uhri.Position
	Source   string // where the position was taken: "A/HRC/43/15, para. 121"
	LeadIn   string

	Review []string

	groups []parenthesis
}

// Pledge is a voluntary commitment of the State under review.
type Pledge struct {
	Paragraph string
	Text      string
	Page      int
}

var (
	conclusions  = regexp.MustCompile(`(?i)^\s*(?:(?:I{1,3}|IV)\.?\s*)?(?:conclusions?\s+and\s*(?:/\s*or)?\s*recommendations?|conclusiones\s+y\s*(?:/\s*o)?\s*recomendaciones|conclusions\s+et\s*(?:/\s*ou)?\s*recommandations|выводы\s+и\s*(?:/\s*или)?\s*рекомендации|结论和?\s*/?\s*或?建议|الاستنتاجات\s+و(?:/أو\s*)?التوصيات)[\s\W]*$`)
	disclaimer   = regexp.MustCompile(`(?i)^\s*(?:all (?:the )?conclusions? and\s*/?\s*(?:or)?\s*recommendations?\b.{0,80}\breport reflects?|todas las conclusiones y\s*/?\s*o\s*recomendaciones|toutes les conclusions et\s*/?\s*(?:ou)?\s*recommandations|все выводы и|本报告所载的?所有结论|جميع الاستنتاجات)`)
	annex        = regexp.MustCompile(`(?i)^\s*(?:annex|annexe|anexo|appendix|приложение|附件|المرفق)\b`)
	pledges      = regexp.MustCompile(`(?i)^\s*(?:(?:I{1,3}V?|IV)\.?\s*)?(?:voluntary (?:pledges?|commitments?)|promesas (?:y compromisos )?voluntari|compromisos voluntarios|engagements? volontaires?)`)
	wgReport     = regexp.MustCompile(`(?i)report of the working group on the universal periodic review|informe del grupo de trabajo sobre el examen periódico universal|rapport du groupe de travail sur l[’']examen périodique universel`)
	draftSymbol  = regexp.MustCompile(`^A/HRC/WG\.6/\d+/L\.\d+`)
	reviewOf     = regexp.MustCompile(`\b(?:review|Review) of (?:the )?([\p{Lu}][\p{L}’'\-() ]{2,60}?)(?: was held|:|,| at (?:its|the)|\.)`)
	delegation   = regexp.MustCompile(`(?i)\bthe delegation of (?:the )?([\p{L}’'\-() ]{3,60}?) was headed`)
	trailingMark = regexp.MustCompile(`(\)\s*[;.]?)\s*\d{1,2}$`) // a footnote's, glued to the end
	embedded     = regexp.MustCompile(`[;.)]\s+\d{1,3}(?:\.\d{1,3})?\.?\s+\p{Lu}\p{Ll}+\s`)
)

// UPRReport cuts a report of the Working Group. A document without words or without conclusions is an Unsupported
// or Invalid error; everything less is cut as far as it goes and flagged in Review.
func UPRReport(doc *extract.Document) (Report, error) {
	if err := doc.Usable(); err != nil {
		return Report{}, err
	}
	r := Report{Symbol: doc.Symbol(), Lang: doc.Lang, Date: doc.Date, Review: doc.Reasons()}
	r.Draft = draftSymbol.MatchString(string(r.Symbol))
	r.Country = stateUnderReview(doc)
	for _, b := range doc.Blocks {
		if r.Session = workingGroupSession(b.Text); r.Session > 0 {
			break
		}
	}
	start, found := conclusionsStart(doc.Blocks)
	if start < 0 {
		return r, uhri.Errorf(uhri.Invalid, "cut UPR report", "no conclusions and no list of recommendations were found: this is no report of the Working Group, or its layout is new")
	}
	if !found {
		r.review("the heading of the conclusions was not found; the first list of recommendations was taken")
	}
	c := &upr{r: &r}
	ended := c.cut(doc.Blocks[start:])
	if !ended {
		r.review("the closing paragraph (\"All conclusions and/or recommendations …\") was not found")
	}
	r.resolveReferences(doc.Blocks[:start])
	r.check()
	return r, nil
}

func (r *Report) review(format string, args ...any) {
	r.Review = append(r.Review, fmt.Sprintf(format, args...))
}

// conclusionsStart returns the block after the last heading of the conclusions: tables of contents carry it too.
// Without the heading it is the lead-in of the first list.
func conclusionsStart(blocks []extract.Block) (at int, heading bool) {
	at = -1
	for i, b := range blocks {
		if (b.Kind == extract.Heading || b.Kind == extract.Plain || b.Kind == extract.Item) && len(b.Text) < 120 && conclusions.MatchString(b.Text) {
			at = i + 1
		}
	}
	if at >= 0 {
		return at, true
	}
	lead := -1
	for i, b := range blocks {
		if b.Kind == extract.Paragraph {
			lead = i
		}
		if b.Kind == extract.Item && lead >= 0 && strings.HasPrefix(b.Number, blocks[lead].Number+".") {
			return lead, false
		}
	}
	return -1, false
}

// upr is the state of cutting the conclusions.
type upr struct {
	r          *Report
	lead       *LeadIn // the last of r.LeadIns
	open       *Recommendation
	heading    string
	unnumbered int // recommendations of the current list printed without a number
	pledges    bool
}

// cut goes through the blocks from the conclusions on and reports whether it met their end.
func (c *upr) cut(blocks []extract.Block) (ended bool) {
	for _, b := range blocks {
		full := b.Text
		switch b.Kind {
		case extract.Heading:
			switch {
			case annex.MatchString(full):
				c.close()
				return ended || len(c.r.Recommendations) > 0
			case pledges.MatchString(full):
				c.close()
				c.pledges = true
			case conclusions.MatchString(full):
			default:
				c.close()
				c.heading = full
			}
			continue
		case extract.Contents, extract.Row:
			continue
		}
		if disclaimer.MatchString(full) {
			c.close()
			ended = true
			continue
		}
		if annex.MatchString(full) && len(full) < 30 {
			c.close()
			return true
		}
		if pledges.MatchString(full) && len(full) < 60 && b.Kind == extract.Plain {
			c.close()
			c.pledges = true
			continue
		}
		if c.pledges {
			c.pledge(b)
			continue
		}
		if ended {
			continue // between the disclaimer and the annex stands nothing of the list
		}
		switch b.Kind {
		case extract.Paragraph:
			c.close()
			c.heading = ""
			c.unnumbered = 0
			l := readLeadIn(b.Number, full)
			c.r.LeadIns = append(c.r.LeadIns, l)
			c.lead = &c.r.LeadIns[len(c.r.LeadIns)-1]
		case extract.Item:
			c.item(b)
		default:
			c.plain(b)
		}
	}
	c.close()
	return ended
}

// item begins a recommendation, or goes on with one: letters inside a recommendation are part of it.
func (c *upr) item(b extract.Block) {
	letter := strings.ContainsAny(b.Number, "()")
	digit := b.Number != "" && b.Number[0] >= '0' && b.Number[0] <= '9'
	switch {
	case digit && strings.Contains(b.Number, "."):
		c.begin(b, b.Number)
	case digit && c.lead != nil:
		c.begin(b, c.lead.Paragraph+"."+b.Number)
	case letter && c.open == nil && c.lead != nil && hasState(b.Text):
		c.begin(b, c.lead.Paragraph+b.Number)
	case c.open != nil && letter && c.open.Printed != "" && strings.Contains(c.open.Printed, "(") && b.Level <= 1 && hasState(b.Text):
		c.begin(b, c.lead.Paragraph+b.Number)
	case !letter && !digit && c.lead != nil && hasState(b.Text) && (c.open == nil || c.unnumbered > 0):
		c.beginUnnumbered(b) // a list of bullets
	case c.open != nil:
		c.open.Text = strings.TrimSpace(c.open.Text + " " + b.Number + " " + b.Text)
	case c.lead != nil:
		c.lead.Text += " " + b.Number + " " + b.Text
	}
}

// plain is a paragraph without number: the rest of a recommendation that was not finished, a recommendation of a list
// without numbers, or a comment.
func (c *upr) plain(b extract.Block) {
	switch {
	case c.open != nil && !finished(c.open.Text):
		c.open.Text += " " + b.Text
	case c.lead != nil && endsWithState(b.Text) && (c.unnumbered > 0 || c.open == nil && c.lead.Items == 0 && strings.HasSuffix(strings.TrimSpace(c.lead.Text), ":")):
		c.beginUnnumbered(b)
	case c.open == nil && c.lead != nil && c.lead.Items == 0 && !finished(c.lead.Text):
		c.lead.Text += " " + b.Text
	}
}

// beginUnnumbered begins a recommendation printed without a number. A lone one has its lead-in's, several are counted.
func (c *upr) beginUnnumbered(b extract.Block) {
	c.close()
	c.unnumbered++
	number := c.lead.Paragraph
	if c.unnumbered > 1 {
		if first := &c.r.Recommendations[len(c.r.Recommendations)-1]; c.unnumbered == 2 && first.Number == number {
			first.Number += ".1"
		}
		number += "." + strconv.Itoa(c.unnumbered)
	}
	c.begin(b, number)
	c.open.Printed = ""
}

func endsWithState(s string) bool {
	groups, _, _ := recommendingStates(s)
	return len(groups) > 0 && strings.TrimFunc(s[groups[len(groups)-1].end:], isStop) == ""
}

func finished(s string) bool {
	s = strings.TrimRight(s, " *")
	return strings.HasSuffix(s, ";") || strings.HasSuffix(s, ".") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, ")")
}

func hasState(s string) bool {
	groups, _, _ := recommendingStates(s)
	return len(groups) > 0
}

func (c *upr) begin(b extract.Block, number string) {
	c.close()
	c.open = &Recommendation{Number: number, Printed: b.Number, Heading: c.heading, Text: b.Text, Page: b.Page}
}

// close finishes the open recommendation.
func (c *upr) close() {
	if c.open == nil {
		return
	}
	rec := *c.open
	c.open = nil
	if c.lead != nil {
		c.lead.Items++
		rec.Position, rec.LeadIn = c.lead.Position, c.lead.Text
		if rec.Position != uhri.PositionUnknown {
			rec.Source = source(c.r.Symbol, c.lead.Paragraph)
		}
	} else {
		rec.Position = uhri.PositionUnknown
	}
	rec.finish()
	c.r.Recommendations = append(c.r.Recommendations, rec)
}

func source(s uhri.Symbol, paragraph string) string {
	if paragraph == "" {
		return string(s)
	}
	return fmt.Sprintf("%s, para. %s", s, paragraph)
}

// finish splits the final stop off the text and reads States and parts.
func (r *Recommendation) finish() {
	t := trailingMark.ReplaceAllString(strings.TrimSpace(r.Text), "$1")
	for _, w := range []string{"; and", "; or", " and"} {
		t = strings.TrimSuffix(t, w)
	}
	cut := strings.TrimRight(t, " ;.:,*")
	r.End = strings.Trim(strings.TrimSpace(t[len(cut):]), "* ")
	if len(r.End) > 1 {
		r.End = r.End[:1]
	}
	r.Text = cut
	r.groups, r.States, r.Unresolved = recommendingStates(cut)
	r.Parts = parts(cut, r.groups)
	if len(r.States) == 0 && len(r.Unresolved) == 0 {
		r.Review = append(r.Review, "no recommending State was found")
	}
	for _, u := range r.Unresolved {
		r.Review = append(r.Review, fmt.Sprintf("the recommending State %q is not known", u))
	}
	if embedded.MatchString(cut) {
		r.Review = append(r.Review, "the text may hold the next recommendation")
	}
}

// pledge collects the numbered paragraphs of the voluntary pledges; their items belong to them.
func (c *upr) pledge(b extract.Block) {
	ps := &c.r.Pledges
	if b.Kind == extract.Paragraph || len(*ps) == 0 {
		*ps = append(*ps, Pledge{Paragraph: b.Number, Text: b.Text, Page: b.Page})
		return
	}
	p := &(*ps)[len(*ps)-1]
	p.Text = strings.TrimSpace(p.Text + " " + strings.TrimSpace(b.Number+" "+b.Text))
}

// resolveReferences fills in what stands at the paragraphs a reference-only lead-in names. They stay references: the
// report gives those recommendations no number, and none is invented.
func (r *Report) resolveReferences(summary []extract.Block) {
	for i := range r.LeadIns {
		l := &r.LeadIns[i]
		if l.Items > 0 {
			continue
		}
		l.References = slices.DeleteFunc(references(l.Text), func(x Reference) bool {
			// "the recommendations in paragraph 115" speaks of the list above, not of the summary.
			return compareNumbers(x.Paragraph, r.LeadIns[0].Paragraph) >= 0
		})
		for j := range l.References {
			l.References[j].Text = paragraphText(summary, l.References[j].Paragraph)
		}
	}
}

var lettered = regexp.MustCompile(`\(([a-z]{1,2})\)\s`)

// paragraphText finds "35(b)" in the summary, whose letters stand inside their paragraph or as items below it.
func paragraphText(blocks []extract.Block, name string) string {
	number, letter, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	in := false
	for _, b := range blocks {
		if b.Kind == extract.Paragraph {
			in = b.Number == number
			if in && letter == "" {
				return b.Text
			}
			if in {
				marks := lettered.FindAllStringSubmatchIndex(b.Text, -1)
				for k, m := range marks {
					if b.Text[m[2]:m[3]] == letter {
						end := len(b.Text)
						if k+1 < len(marks) {
							end = marks[k+1][0]
						}
						return strings.TrimSpace(b.Text[m[1]:end])
					}
				}
			}
		}
		if in && b.Kind == extract.Item && b.Number == "("+letter+")" {
			return b.Text
		}
	}
	return ""
}

// check looks for what a cut gone wrong leaves behind.
func (r *Report) check() {
	if r.Symbol == "" {
		r.review("the report's symbol was not found")
	}
	if r.Country == "" {
		r.review("the State under review was not found")
	}
	refs := 0
	for _, l := range r.LeadIns {
		refs += len(l.References)
		if l.Items > 0 && !l.understood {
			r.review("paragraph %s does not say what became of its recommendations in words this version knows", l.Paragraph)
		}
	}
	if len(r.Recommendations) == 0 && refs == 0 {
		r.review("no recommendation was found")
	}
	// Numbers run from 1 under each lead-in.
	seen := map[string]int{}
	last := map[string]int{}
	for i := range r.Recommendations {
		rec := &r.Recommendations[i]
		if seen[rec.Number]++; seen[rec.Number] > 1 {
			rec.Review = append(rec.Review, "its number is printed twice")
			rec.Number += "/" + strconv.Itoa(seen[rec.Number])
			continue
		}
		prefix, sub, ok := strings.Cut(rec.Number, ".")
		n, err := strconv.Atoi(sub)
		if !ok || err != nil {
			continue
		}
		if n != last[prefix]+1 {
			r.review("in the list of paragraph %s, %d is followed by %d", prefix, last[prefix], n)
		}
		last[prefix] = n
	}
	if r.Lang != "" && r.Lang != uhri.English {
		r.review("recommending States are read by their English names only; take them from the English report")
		for i := range r.Recommendations {
			rec := &r.Recommendations[i]
			rec.Review = slices.DeleteFunc(rec.Review, func(s string) bool { return strings.Contains(s, "recommending State") })
		}
		return
	}
	without, odd := 0, 0
	for _, rec := range r.Recommendations {
		if len(rec.States) == 0 {
			without++
		}
		if len(rec.Review) > 0 {
			odd++
		}
	}
	if without > 0 {
		r.review("%d of %d recommendations have no known recommending State", without, len(r.Recommendations))
	} else if odd > 0 {
		r.review("%d of %d recommendations need a look", odd, len(r.Recommendations))
	}
}

// stateUnderReview reads the State off the cover or the first paragraphs.
func stateUnderReview(doc *extract.Document) uhri.Country {
	title := false
	for i, b := range doc.Blocks {
		if i > 60 {
			break
		}
		if b.Kind == extract.Paragraph && i > 0 {
			break
		}
		if title {
			if c, ok := state(strings.TrimSpace(b.Text)); ok {
				return c
			}
		}
		if loc := wgReport.FindStringIndex(b.Text); loc != nil {
			title = true
			if c, ok := state(strings.Trim(b.Text[loc[1]:], "*:– -\n")); ok {
				return c
			}
		}
	}
	if c, ok := doc.Symbol().Country(); ok {
		return c
	}
	for i, b := range doc.Blocks {
		if i > 80 {
			break
		}
		for _, re := range []*regexp.Regexp{reviewOf, delegation} {
			for _, m := range re.FindAllStringSubmatch(b.Text, -1) {
				if c, ok := state(m[1]); ok {
					return c
				}
			}
		}
	}
	return ""
}
