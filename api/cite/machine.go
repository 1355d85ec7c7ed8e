package cite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"uhri"
)

// CSL is an item of CSL-JSON (citeproc-js schema 1.0).
type CSL struct {
	ID             string    `json:"id"`
	Type           string    `json:"type"`
	Title          string    `json:"title"`
	Author         []CSLName `json:"author"`
	Issued         *CSLDate  `json:"issued,omitempty"`
	Number         string    `json:"number,omitempty"`
	Publisher      string    `json:"publisher,omitempty"`
	PublisherPlace string    `json:"publisher-place,omitempty"`
	Version        string    `json:"version,omitempty"`
	Locator        string    `json:"section,omitempty"`
	Abstract       string    `json:"abstract,omitempty"`
	Language       string    `json:"language,omitempty"`
	URL            string    `json:"URL"`
	Note           string    `json:"note,omitempty"`
}

// CSLName is an institution: it is not split into names.
type CSLName struct {
	Literal string `json:"literal"`
}

// CSLDate is a date as far as it is known.
type CSLDate struct {
	DateParts [][]int `json:"date-parts"`
}

// CSL returns the work as an item of CSL-JSON.
func (w Work) CSL() CSL {
	c := CSL{ID: w.ID, Type: "report", Title: "[" + w.Title + "]", Author: []CSLName{{w.Author}}, Number: string(w.Symbol), Publisher: w.publisher(),
		Locator: w.Pin, Abstract: w.Text, Language: string(w.Lang), URL: w.URL}
	if !w.Date.IsZero() {
		parts := []int{w.Date.Year}
		if w.Date.Month > 0 {
			parts = append(parts, w.Date.Month)
		}
		if w.Date.Day > 0 {
			parts = append(parts, w.Date.Day)
		}
		c.Issued = &CSLDate{[][]int{parts}}
	}
	if w.Search != nil {
		c.Type, c.Publisher, c.Version, c.Note = "dataset", "", w.Search.Snapshot, records(w.Search.Rows)
	}
	return c
}

// CSLJSON writes the item as JSON, without a newline at the end.
func (w Work) CSLJSON() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(w.CSL()); err != nil { // strings and integers always encode
		return "{}"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// RIS writes the record in the tagged format of Research Information Systems: CRLF line ends, one value a line.
func (w Work) RIS() string {
	var b strings.Builder
	tag := func(name, value string) {
		if value != "" {
			b.WriteString(name + "  - " + oneLine(value) + "\r\n")
		}
	}
	kind := "RPRT"
	if w.Search != nil {
		kind = "DATA"
	}
	tag("TY", kind)
	tag("ID", w.ID)
	tag("AU", strings.ReplaceAll(w.Author, ",", "")) // readers take what follows a comma for a first name
	tag("TI", "["+w.Title+"]")
	if !w.Date.IsZero() {
		tag("PY", fmt.Sprintf("%04d", w.Date.Year))
		day := fmt.Sprintf("%04d/", w.Date.Year)
		if w.Date.Month > 0 {
			day += fmt.Sprintf("%02d", w.Date.Month)
		}
		day += "/"
		if w.Date.Day > 0 {
			day += fmt.Sprintf("%02d", w.Date.Day)
		}
		tag("DA", day+"/")
	}
	if w.Search == nil {
		tag("PB", w.publisher())
	} else {
		tag("ET", w.Search.Snapshot)
		tag("N1", records(w.Search.Rows))
	}
	tag("SN", string(w.Symbol)) // the report number, as EndNote and Zotero read it
	tag("SE", w.Pin)
	tag("LA", string(w.Lang))
	tag("AB", w.Text)
	tag("UR", w.URL)
	b.WriteString("ER  - \r\n")
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// BibTeX writes an entry whose values BibTeX and biber read alike: TeX's special characters are escaped, the rest is
// UTF-8.
func (w Work) BibTeX() string {
	var b strings.Builder
	kind := "techreport"
	if w.Search != nil {
		kind = "misc"
	}
	fmt.Fprintf(&b, "@%s{%s,\n", kind, w.key())
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s = {%s},\n", name, tex(oneLine(value)))
		}
	}
	fmt.Fprintf(&b, "  author = {{%s}},\n", tex(w.Author)) // doubly braced: an institution, not names
	fmt.Fprintf(&b, "  title = {{[%s]}},\n", tex(w.Title))
	if w.Search == nil {
		field("institution", w.publisher())
		field("number", string(w.Symbol))
	} else {
		field("edition", w.Search.Snapshot)
		field("howpublished", "snapshot "+w.Search.Snapshot+", "+records(w.Search.Rows))
	}
	if !w.Date.IsZero() {
		field("year", fmt.Sprintf("%04d", w.Date.Year))
		if w.Date.Month > 0 {
			fmt.Fprintf(&b, "  month = %s,\n", months[w.Date.Month-1])
		}
		field("date", w.Date.String())
	}
	if w.Pin != "" {
		field("note", "para. "+w.Pin)
	}
	field("abstract", w.Text)
	field("langid", langIDs[w.Lang])
	fmt.Fprintf(&b, "  url = {%s},\n}\n", strings.NewReplacer("%", `\%`, "{", `\%7B`, "}", `\%7D`, `\`, `\%5C`, "#", `\#`).Replace(w.URL))
	return b.String()
}

var months = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

var langIDs = map[uhri.Lang]string{uhri.English: "english", uhri.French: "french", uhri.Spanish: "spanish", uhri.Russian: "russian", uhri.Arabic: "arabic", uhri.Chinese: "chinese"}

// key is a citation key: letters, digits, hyphens and colons.
func (w Work) key() string {
	key := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == ':', r == '.':
			return r
		}
		return '-'
	}, w.ID)
	return "uhri:" + key
}

var texEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "$", `\$`, "&", `\&`, "%", `\%`, "#", `\#`, "_", `\_`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`)

func tex(s string) string { return texEscapes.Replace(s) }
