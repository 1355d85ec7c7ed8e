package extract

import (
	"regexp"
	"strings"
	"unicode"
)

// maxParaLines bounds a paragraph: a file without blank lines is no text with paragraphs.
const maxParaLines = 500

// conclusionsOrPart is a line that is a numbered heading by itself, so that the next line begins anew.
var conclusionsOrPart = regexp.MustCompile(`^(?:[IVX]{1,5}|[A-K])\.?\s+\p{Lu}[^.;:]{3,90}\**$`)

// decodeText reads plain text: paragraphs end at blank lines, at lines that begin with a number or letter, and at
// headings; page furniture is dropped; **words** are bold and # begins a heading, as in Markdown.
func decodeText(data []byte) (*Document, error) {
	d := &Document{Format: Text}
	var ps []para
	var cur []string
	flush := func() {
		if len(cur) == 0 {
			return
		}
		var joined string
		for _, l := range cur {
			joined = joinRows(joined, l)
		}
		ps = append(ps, markdownPara(joined))
		cur = nil
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n\f\n").Replace(decodeChars(data)), "\n")
	var heads []string
	afterBreak := false
	for _, l := range lines {
		t := strings.TrimSpace(l)
		switch {
		case strings.TrimSpace(strings.Trim(l, "\f")) == "":
			if strings.Contains(l, "\f") {
				afterBreak = true
				continue
			}
			if afterBreak { // blank lines around a page break do not end a sentence that goes on
				if len(cur) > 0 && !closed(cur[len(cur)-1]) {
					continue
				}
			}
			flush()
			continue
		case strings.Trim(t, "-_=") == "" && len(t) >= 3: // a rule
			flush()
			continue
		case symbolRow.MatchString(t) && len(t) < 40 && len(ps) > 5, jobNumber.MatchString(t), starRow.MatchString(t) && !strings.HasPrefix(t, "**"), pageLine.MatchString(t) && len(ps) > 5:
			heads = append(heads, t)
			continue
		}
		if numberPara.MatchString(t) || subPara.MatchString(t) || letterRow.MatchString(t) || bareLetter.MatchString(t) || bulletRow.MatchString(t) || strings.HasPrefix(t, "#") {
			prev := ""
			if len(cur) > 0 {
				prev = cur[len(cur)-1]
			}
			if closed(prev) || subPara.MatchString(t) || letterRow.MatchString(t) || conclusionsOrPart.MatchString(prev) {
				flush()
			}
		} else if len(cur) > 0 && conclusionsOrPart.MatchString(t) && closed(cur[len(cur)-1]) {
			flush()
		}
		if len(cur) >= maxParaLines {
			flush()
		}
		afterBreak = false
		cur = append(cur, strings.Join(strings.Fields(t), " "))
	}
	flush()
	var cover []string
	for _, l := range lines[:min(len(lines), 60)] {
		cover = append(cover, strings.TrimSpace(l))
	}
	d.setCover(cover, heads)
	d.Blocks = parasToBlocks(ps, d)
	return d, nil
}

func markdownPara(s string) para {
	p := para{}
	for strings.HasPrefix(s, "#") {
		s = s[1:]
		p.heading++
	}
	s = strings.TrimSpace(s)
	parts := strings.Split(s, "**")
	if len(parts) < 3 {
		p.text = tidy(s)
		return p
	}
	letters, bold := 0, 0
	for i, t := range parts {
		for _, r := range t {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters++
				if i%2 == 1 {
					bold++
				}
			}
		}
	}
	if letters > 0 {
		p.bold = round2(float64(bold) / float64(letters))
	}
	p.text = tidy(strings.Join(parts, ""))
	return p
}
