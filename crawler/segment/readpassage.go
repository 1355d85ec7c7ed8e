package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/clean"
)

// ReadPassage reads one passage as UHRI publishes it, heading and number in front, and tells what it is by its words. It
// is for records whose publisher does not say; text must have been repaired by clean.Text.
func ReadPassage(text string, lang uhri.Lang) Passage {
	split := splitGlued(clean.Split(text))
	p := Passage{Paragraph: split.Number, Heading: split.Heading, Text: split.Body, Type: uhri.TypeUnknown}
	p.Articles = clean.Articles(split.Heading)
	u := unit{text: split.Body}
	u.takeInlineItems()
	_, p.Items = body(u.text, u.chunks)
	g := grammarOf(lang)
	if g == nil {
		return p
	}
	t := &treatyBody{c: &Cut{}, g: g}
	p.Type = uhri.TypeObservation
	if g.priority.MatchString(plainSentence(split.Body)) {
		p.Priority = true
	} else if t.anyRecommends(u.text, u.chunks, false) || t.emphasises(split.Body) {
		p.Type = uhri.TypeRecommendation
	}
	p.Procedural = g.partOf(lastLine(split.Heading)) == partProcedure
	return p
}

func lastLine(s string) string {
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		return s[i+1:]
	}
	return s
}

var (
	gluedNumber  = regexp.MustCompile(`^(\p{Lu}(?:[^\n.;:]|arts?\.){2,200}?[\p{L})”’]) ?(\d{1,3}) ?\. ?((?:[“"]?\p{Lu}[\p{L}’' ]*)[ ,].*)$`)
	gluedHeading = regexp.MustCompile(`^(\p{Lu}[^\n.;:]{2,200}?[\p{Ll})])((?:The (?:Committee|State party|Subcommittee)|In (?:the light|view|line)|While |Recalling |Reiterating |Taking |Noting |Bearing |With reference|Although ).*)$`)
	splitOff     = regexp.MustCompile(`(?i)\bc ?o ?m ?m ?i ?t ?t ?e ?e\b`)
	numbered     = regexp.MustCompile(`(?i)\barticle$`)
)

// splitGlued finds heading and number where the spaces around them were lost: "Data33 . The Committee", "Reservation to
// article 412. Recalling" — article 4, paragraph 12 — and "Access to counselThe Committee".
func splitGlued(p clean.Passage) clean.Passage {
	if p.Number != "" || p.Heading != "" {
		return p
	}
	first, rest, _ := strings.Cut(p.Body, "\n")
	heading, number, text := "", "", ""
	if m := gluedNumber.FindStringSubmatch(first); m != nil {
		heading, number, text = m[1], m[2], m[3]
		if numbered.MatchString(heading) && len(number) == 3 {
			heading, number = heading+" "+number[:1], number[1:]
		} else if reference.MatchString(heading) {
			return p
		}
	} else if m := gluedHeading.FindStringSubmatch(first); m != nil {
		heading, text = strings.TrimSpace(m[1]), m[2]
		if m := headingNumber.FindString(strings.ToLower(heading)); m == heading {
			return p
		}
	} else {
		return p
	}
	if rest != "" {
		text += "\n" + rest
	}
	return clean.Passage{Heading: heading, Number: number, Body: text}
}

var reference = regexp.MustCompile(`(?i)\b(?:nos?|arts?|articles?|paras?|paragraphs?|section|target|goal|chapter|annex|resolution|session|and|or|to|of|in)$`)
