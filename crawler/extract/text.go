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

// bareLabel is a number or letter that stands alone on its line, as in text taken out of PDFs.
var bareLabel = regexp.MustCompile(`^(?:\d{1,3}\.|(?:[IVX]{1,5}|[A-K])\.|\([a-z]{1,4}\))$`)

// nextNumber is the number a line begins with when it is the next paragraph's, else 0.
func nextNumber(t string, last int) int {
	n, rest, ok := paraNumber(t)
	if !ok || n != last+1 || rest != "" && !upperOrDigit(strings.TrimLeft(rest, "“\"«(")[:1]) {
		return 0
	}
	return n
}

// headingAtEnd finds, in the lines of a paragraph, the heading that was printed below it without a blank line: what
// follows the last closed line, when it is short. It returns -1 when there is none.
func headingAtEnd(lines []string) int {
	at := len(lines)
	chars := 0
	for at > 0 && (!closed(lines[at-1]) || bareLabel.MatchString(lines[at-1])) {
		at--
		chars += len(lines[at])
	}
	if at == len(lines) || chars > 220 || len(lines)-at > 3 || !upperOrDigit(lines[at]) {
		return -1
	}
	return at
}

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
	last := 0 // number of the paragraph last begun, by what is printed
	for _, l := range lines {
		t := strings.Join(strings.Fields(l), " ")
		switch {
		case strings.Trim(t, "\f ") == "":
			if strings.Contains(l, "\f") {
				afterBreak = true
				continue
			}
			if len(cur) == 1 && bareLabel.MatchString(cur[0]) {
				continue // a number, and its text below it
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
		next := nextNumber(t, last)
		if _, _, numbered := paraNumber(t); numbered || subPara.MatchString(t) || letterRow.MatchString(t) || bareLetter.MatchString(t) || bulletRow.MatchString(t) || bareLabel.MatchString(t) || strings.HasPrefix(t, "#") {
			prev := ""
			if len(cur) > 0 {
				prev = cur[len(cur)-1]
			}
			switch {
			case closed(prev) || subPara.MatchString(t) || letterRow.MatchString(t) || conclusionsOrPart.MatchString(prev):
				flush()
			case next > 0 && headingAtEnd(cur) >= 0:
				heading := cur[headingAtEnd(cur):]
				cur = cur[:len(cur)-len(heading)]
				flush()
				cur = heading
				flush()
			}
		} else if len(cur) > 0 && conclusionsOrPart.MatchString(t) && closed(cur[len(cur)-1]) {
			flush()
		}
		if len(cur) == 0 && next > 0 {
			last = next
		}
		if len(cur) >= maxParaLines {
			flush()
		}
		afterBreak = false
		cur = append(cur, t)
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
