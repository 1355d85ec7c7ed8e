package ui

import (
	"bufio"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"uhri"
)

//go:embed words/*.txt
var wordFiles embed.FS

// Words are the interface texts of one language. A file of words/ has one "key = text" a line; a text may hold the
// inline markup <b>, <i> and <code>, and {0}, {1} … where a value goes. A key of another language falls back to English.
//
// What other packages write in English for people — names of the vocabularies, facets, descriptions of columns,
// messages — has that English itself as its key, in quotes, with {0}, {1} … for its values:
//
//	"there is no field {0}" = il n’y a pas de champ {0}
type Words struct {
	Lang     string // BCP 47
	Dir      string // ltr or rtl
	tag      language.Tag
	texts    map[string]string
	said     map[string]string // what others write, without values
	patterns []saying          // and with them, those with most words of their own first
	fallback *Words
}

// saying is what others write with values in it.
type saying struct {
	english *regexp.Regexp
	own     int // letters of its own
	text    string
}

// readWords reads every language of dir; English must be among them.
func readWords(fsys fs.FS, dir string) (map[string]*Words, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.txt"))
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	all := make(map[string]*Words, len(files))
	for _, name := range files {
		lang := strings.TrimSuffix(path.Base(name), ".txt")
		w, err := readLanguage(fsys, name, lang)
		if err != nil {
			return nil, err
		}
		all[lang] = w
	}
	en := all["en"]
	if en == nil {
		return nil, fmt.Errorf("reading words: %s has no en.txt", dir)
	}
	for _, w := range all {
		if w != en {
			w.fallback = en
		}
	}
	return all, nil
}

func readLanguage(fsys fs.FS, name, lang string) (*Words, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading words: %w", err)
	}
	defer f.Close()
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("reading words: %s: %w", name, err)
	}
	w := &Words{Lang: lang, tag: tag, texts: map[string]string{}, said: map[string]string{}}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, `"`) {
			english, text, ok := strings.Cut(line[1:], `" = `)
			if !ok {
				return nil, fmt.Errorf("reading words: %s:%d: want \"English\" = text, got %q", name, n, line)
			}
			w.learn(english, text)
			continue
		}
		key, text, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("reading words: %s:%d: want \"key = text\", got %q", name, n, line)
		}
		if _, twice := w.texts[key]; twice {
			return nil, fmt.Errorf("reading words: %s:%d: %q stands twice", name, n, key)
		}
		w.texts[key] = text
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading words: %s: %w", name, err)
	}
	w.Dir = w.lookup("dir")
	slices.SortStableFunc(w.patterns, func(a, b saying) int { return b.own - a.own })
	return w, nil
}

var valuePlace = regexp.MustCompile(`\{[0-9]\}`)

// learn takes in what an English text of another package is in this language.
func (w *Words) learn(english, text string) {
	places := valuePlace.FindAllStringIndex(english, -1)
	if places == nil {
		w.said[english] = text
		return
	}
	var re strings.Builder
	at, own := 0, 0
	for _, p := range append(places, []int{len(english), len(english)}) {
		re.WriteString(regexp.QuoteMeta(english[at:p[0]]))
		own += p[0] - at
		if p[0] < p[1] {
			re.WriteString(`(.*?)`)
		}
		at = p[1]
	}
	w.patterns = append(w.patterns, saying{regexp.MustCompile(`^(?s:` + re.String() + `)$`), own, text})
}

// Say says in this language what another package wrote in English; what nobody translated stays as it is.
func (w *Words) Say(english string) string {
	if text, ok := w.said[english]; ok {
		return text
	}
	for _, p := range w.patterns {
		values := p.english.FindStringSubmatch(english)
		if values == nil {
			continue
		}
		text := p.text
		for i, v := range values[1:] {
			if own, ok := w.said[v]; ok {
				v = own
			}
			text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", v)
		}
		return text
	}
	if head, tail, ok := strings.Cut(english, "; "); ok { // a fault and what to do about it
		return w.Say(head) + "; " + w.Say(tail)
	}
	return english
}

func (w *Words) lookup(key string) string {
	for c := w; c != nil; c = c.fallback {
		if s, ok := c.texts[key]; ok {
			return s
		}
	}
	return ""
}

// has reports whether the language, or English, has the key.
func (w *Words) has(key string) bool { return w.lookup(key) != "" }

// Text returns the text of key as plain text with its values in place. A missing key shows itself, so that it is seen.
func (w *Words) Text(key string, values ...any) string {
	text := w.lookup(key)
	if text == "" {
		return "⟦" + key + "⟧"
	}
	for i, v := range values {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", w.plain(v))
	}
	return text
}

// HTML returns the text of key with its own markup kept and its values escaped, unless they are template.HTML.
func (w *Words) HTML(key string, values ...any) template.HTML {
	text := w.lookup(key)
	if text == "" {
		return template.HTML("⟦" + template.HTMLEscapeString(key) + "⟧")
	}
	for i, v := range values {
		s, safe := v.(template.HTML)
		if !safe {
			s = template.HTML(template.HTMLEscapeString(w.plain(v)))
		}
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", string(s))
	}
	return template.HTML(text)
}

// Count returns the form of key that n asks for, "key.one" or "key.other" in English; n is value {0}.
func (w *Words) Count(key string, n int, values ...any) string {
	return w.Text(w.form(key, n), append([]any{n}, values...)...)
}

// CountHTML is Count with the text's own markup kept.
func (w *Words) CountHTML(key string, n int, values ...any) template.HTML {
	return w.HTML(w.form(key, n), append([]any{n}, values...)...)
}

var pluralNames = [...]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}

func (w *Words) form(key string, n int) string {
	form := key + "." + pluralNames[plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0)]
	if w.has(form) {
		return form
	}
	return key + ".other"
}

func (w *Words) plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return w.Number(v)
	case uhri.Date:
		return w.Date(v)
	case time.Time:
		return w.Moment(v)
	}
	return fmt.Sprint(v)
}

// Number writes n with the language's digit groups.
func (w *Words) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	group := w.lookup("number.group")
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Date writes a date as precisely as it is known.
func (w *Words) Date(d uhri.Date) string {
	switch {
	case d.IsZero():
		return w.Text("date.unknown")
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return w.Text("month."+strconv.Itoa(d.Month)) + " " + strconv.Itoa(d.Year)
	}
	return strconv.Itoa(d.Day) + " " + w.Text("month."+strconv.Itoa(d.Month)) + " " + strconv.Itoa(d.Year)
}

// Short writes a date in little room: "2 Dec 2027".
func (w *Words) Short(d uhri.Date) string {
	if d.Month == 0 {
		return w.Date(d)
	}
	month := w.Text("mon." + strconv.Itoa(d.Month))
	if d.Day == 0 {
		return month + " " + strconv.Itoa(d.Year)
	}
	return strconv.Itoa(d.Day) + " " + month + " " + strconv.Itoa(d.Year)
}

// Day writes the day of a moment, in UTC.
func (w *Words) Day(t time.Time) string { return w.Date(uhri.DateOf(t)) }

// Moment writes a moment to the minute, in UTC.
func (w *Words) Moment(t time.Time) string {
	if t.IsZero() {
		return w.Text("date.never")
	}
	return w.Day(t) + t.UTC().Format(", 15:04 UTC")
}

// Size writes a number of bytes for people.
func (w *Words) Size(n int64) string {
	switch {
	case n < 1000:
		return w.Text("size.bytes", int(n))
	case n < 1_000_000:
		return w.Text("size.kb", int(n/1000))
	}
	return w.Text("size.mb", w.Number(int(n/1_000_000))+w.lookup("number.point")+strconv.Itoa(int(n/100_000%10)))
}

// List joins names as the language does: "a, b and c".
func (w *Words) List(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	last := len(names) - 1
	return w.Text("list.last", strings.Join(names[:last], w.lookup("list.comma")+" "), names[last])
}
