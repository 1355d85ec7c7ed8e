package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// SpecialProcedure cuts the conclusions and recommendations of a country-visit report or another report of a special
// procedure. The report's findings before them are not cut. A State's comments on a report yield no passages.
func SpecialProcedure(d *extract.Document) *Cut {
	kind := KindOf(d)
	o := readOutline(d, false)
	c := newCut(d, kind, o)
	c.Body = procedureBody(o.titles, d)
	if kind == CountryVisit || kind == ThematicReport || kind == UnknownDocument {
		if c.Country = visitedState(o.titles); c.Country != "" {
			c.inferred = append(c.inferred, "country from title")
		}
	}
	switch kind {
	case CountryVisit, ThematicReport, UnknownDocument:
	default:
		c.Issues = append(c.Issues, kind.why())
		return c
	}
	g := grammarOf(c.Lang)
	if g == nil {
		c.Issues = append(c.Issues, "passages in this language are cut by number only; what they are is not told")
	}
	s := &specialProcedure{c: c, g: g, visit: kind == CountryVisit, state: neverMatches}
	if name := nameOf(c.Country); name != "" {
		s.state = regexp.MustCompile(`\b` + name + `\b`)
	}
	s.run(o.units)
	if len(c.Passages) == 0 {
		c.Review = append(c.Review, "no section of conclusions and recommendations was found")
		return c
	}
	if kind == CountryVisit && c.Country == "" {
		c.Review = append(c.Review, "the State visited was not recognised")
	}
	c.check(g != nil)
	return c
}

type specialProcedure struct {
	c     *Cut
	g     *grammar
	visit bool
	state *regexp.Regexp // the State visited, by its name
}

var (
	// The section, in the languages with rules and by the words other languages use for it.
	closingSection = regexp.MustCompile(`(?i)^(?:conclusions?(?:,? (?:and|et) recomm[ea]ndations?| and (?:the )?way forward)?|(?:main |final |general |key )?recommendations?(?: and conclusions?)?|conclusions?,? .{0,40}\brecomm[ea]ndations?|concluding (?:remarks|observations)(?: and recommendations?)?|conclusiones(?: y recomendaciones)?|recomendaciones|recommandations|observations finales et recommandations|expert mechanism advice.*|الاستنتاجات.*|الاستنتاجات والتوصيات|التوصيات|выводы.*|рекомендации|结论.*|建议)$`)
	// What else a part of a report may be called that concludes or recommends; and what is called so and only tells of others.
	closingPart    = regexp.MustCompile(`(?i)^(?:[\p{L}'’-]+,? ){0,4}(?:conclusions?|recommendations?|conclusiones|recomendaciones|recommandations)\b(?:[ ,/&].{0,120})?$|^(?:the )?way forward\b.{0,60}$|^concluding (?:remarks|observations|comments)\b.{0,80}$`)
	earlierAdvice  = regexp.MustCompile(`(?i)implement|follow-?up (?:to|on|of)|status|previous|earlier|periodic|seguimiento|aplicación|anteriores|suivi|application|précédent`)
	onlyRecommends = regexp.MustCompile(`(?i)^(?:(?:main |final |general |specific |key |priority )?recommendations?\b.*|recomendaciones\b.*|recommandations\b.*|expert mechanism advice.*|(?:recommendations? )?(?:addressed |directed )?to (?:the |all |other |relevant )?(?:government|state|authorities|international|united nations|civil|business|private|donor|parliament|judiciary|national|media|human rights|development|companies|member|european|african|ohchr|office|general|security|local|regional|federal|special|parties|armed|un\b).*|al (?:gobierno|estado|sistema|poder|congreso).*|a (?:la|las|los|el) (?:comunidad|naciones|empresas|sociedad|autoridades|organizaciones|estados).*|(?:au|aux|à la|à l['’]) ?(?:gouvernement|autorités|état|communauté|nations|société|entreprises|organisations|parlement|organisation).*|(?:the )?(?:government|international community|united nations|civil society|business enterprises|donor community|private sector|national human rights institutions?|media)(?: of .*| agencies| system| organi[sz]ations)?)$`)
	onlyConcludes  = regexp.MustCompile(`(?i)^(?:(?:general |main |overall )?conclusions?|concluding remarks|conclusiones(?: generales)?|general observations)$`)
	thanks         = regexp.MustCompile(`(?i)\b(?:thanks|is grateful|wishes to (?:thank|express (?:his|her|its|their) (?:gratitude|appreciation))|stands ready|remains (?:available|at the disposal|committed)|looks forward|reiterates (?:his|her|its|their) (?:gratitude|appreciation|willingness))\b`)
	onlyAnnounces  = regexp.MustCompile(`(?i)\b(?:following|below|siguientes|suivantes)\b[^.;:]{0,40}\b(?:recomm[ea]ndations?|recomendaciones)|\b(?:recomm[ea]ndations?|recomendaciones)\b[^.;:]{0,40}\b(?:following|below|siguientes|suivantes|ci-après|a continuación)\b`)
	callsThem      = regexp.MustCompile(`(?i)recomm[ea]ndations?\s*:\s*$|recomendaciones\s*:\s*$`)
)

func (s *specialProcedure) run(units []unit) {
	for i := range units {
		u := &units[i]
		if !s.within(u.place) {
			continue
		}
		u.takeInlineItems()
		p := Passage{Paragraph: u.number, Country: s.c.Country, Section: u.place.section(), Heading: u.place.side, Type: uhri.TypeUnknown}
		for _, r := range u.review {
			if !strings.HasPrefix(r, "the numbering begins") {
				p.Review = append(p.Review, r)
			}
		}
		p.Text, p.Items = body(u.text, u.chunks)
		if s.g != nil {
			p.Type = uhri.TypeObservation
			if s.recommends(u) {
				p.Type = uhri.TypeRecommendation
			}
		}
		s.c.add(p)
	}
}

func bare(heading string) string {
	h := strings.TrimSpace(heading)
	if m := headingNumber.FindString(strings.ToLower(h)); m != "" {
		h = strings.TrimSpace(h[len(m):])
	}
	h, _ = strings.CutPrefix(h, "Annex ")
	return strings.Trim(h, " .:*")
}

// within reports whether a place lies in the conclusions and recommendations.
func (s *specialProcedure) within(at place) bool {
	if first := bare(at.first); closingSection.MatchString(first) || closingPart.MatchString(first) && !earlierAdvice.MatchString(first) {
		return true
	}
	for _, h := range []string{at.second, at.third, at.group, at.side} {
		if h != "" && closingSection.MatchString(bare(h)) {
			return true
		}
	}
	return false
}

// recommends decides by the place first: below "Recommendations" or an addressee every paragraph recommends, below
// "Conclusions" only one that says so; elsewhere a directive must name whom it addresses.
func (s *specialProcedure) recommends(u *unit) bool {
	place := partUnknown
	for _, h := range []string{u.place.first, u.place.second, u.place.third, u.place.group, u.place.side} {
		switch h := bare(h); {
		case h == "":
		case onlyRecommends.MatchString(h) && !onlyConcludes.MatchString(h) && !strings.HasPrefix(strings.ToLower(h), "recommendations and concl"):
			place = partSuggestion
		case onlyConcludes.MatchString(h):
			place = partPositive
		}
	}
	directive, modal := s.directive(u, place != partPositive)
	switch place {
	case partSuggestion:
		return directive || modal || !thanks.MatchString(u.text) && (len(u.chunks) > 0 || !onlyAnnounces.MatchString(u.text))
	case partPositive:
		return directive
	}
	return directive || modal
}

// directive reports whether a paragraph recommends outright, and whether it tells an addressee what it should do.
func (s *specialProcedure) directive(u *unit, all bool) (outright, modal bool) {
	items := false
	texts := []string{u.text}
	for _, c := range u.chunks {
		items = items || c.level != 0
		texts = append(texts, c.text)
	}
	if items && callsThem.MatchString(u.text) || s.demands(u) {
		return true, true
	}
	var named bool // an addressee stands anywhere in the paragraph
	for k, text := range texts {
		for _, sentence := range sentences(text) {
			t := plainSentence(sentence)
			named = named || s.visit && k == 0 && (visitAddressee.MatchString(t) || s.state.MatchString(t))
			if s.g.directive(t, false) && !s.onlyModal(t) {
				outright = true
			}
			for _, m := range append(s.g.modal.FindAllStringIndex(t, -1), s.g.duty.FindAllStringIndex(t, -1)...) {
				before := t[:m[0]]
				if s.g.recalled.MatchString(before) || s.g.concern.MatchString(before) {
					continue
				}
				if s.g.others.MatchString(" "+before+" ") || s.g.others.MatchString(" "+agent(t[m[0]:])+" ") {
					modal = true
				}
				// In a visit's report the Government is meant where nobody is named; where there are items, whoever
				// the list is for.
				if (s.visit && named || items && k == 0 && strings.HasSuffix(strings.TrimSpace(t), ":")) && s.g.modal.MatchString(t[m[0]:m[1]]) {
					modal = true
				}
			}
			if s.g.passive.MatchString(t) {
				outright = true
			}
		}
	}
	return outright, modal && all
}

// agent is what follows a modal verb and may say who is to act: "must be adopted by Parliament", "it is imperative for the
// Government to act".
func agent(after string) string { return agentOf.FindString(after) }

var agentOf = regexp.MustCompile(`^it is [^,;]{3,90}|\bby (?:[\p{L}'-]+ ){0,4}[\p{L}'-]+`)

// demands reports whether a paragraph, or most of the items below its lead-in, begins like a demand: "Ensure that …". Nothing
// else may recommend in it.
func (s *specialProcedure) demands(u *unit) bool {
	begins := func(text string) bool { return s.g.imperative.MatchString(plainSentence(text)) }
	items, demanding := 0, 0
	for _, c := range u.chunks {
		if c.level == 1 || c.level == markLevel {
			items++
			if begins(c.text) {
				demanding++
			}
		}
	}
	if items == 0 {
		return begins(u.text)
	}
	return demanding*2 > items && strings.HasSuffix(strings.TrimSpace(u.text), ":") && !s.g.concern.MatchString(plainSentence(u.text))
}

var visitAddressee = regexp.MustCompile(`\b(?:the government|government of|the authorities|gobierno|autoridades|gouvernement|autorités|the state|el estado|l'état)\b`)

// onlyModal reports whether a sentence counts as directive for its modal verb alone, which here needs an addressee.
func (s *specialProcedure) onlyModal(t string) bool {
	return !s.g.verbs.MatchString(t) && !s.g.infinitives.MatchString(t) && !s.g.passive.MatchString(t)
}

// visitedState reads the State from "Visit to Kenya", "Mission to the Republic of Moldova".
func visitedState(titles []string) uhri.Country {
	for _, t := range titles {
		for _, m := range visitTo.FindAllStringSubmatch(t, -1) {
			for _, g := range m[1:] {
				if c, ok := longestState(g); g != "" && ok {
					return c
				}
			}
		}
	}
	return ""
}
