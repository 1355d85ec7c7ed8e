package ui

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/PuerkitoBio/goquery"
	"uhri"
	"uhri/api/export"
)

// wide writes every letter of a text in its full-width form, and leaves values and markup alone: a language nobody
// wrote, in which whatever did not come out of the catalogue is seen at once.
func wide(text string) string {
	kept := regexp.MustCompile(`\{[0-9]\}|<[^>]*>|&[a-z]+;`)
	var b strings.Builder
	at := 0
	for _, m := range append(kept.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		for _, r := range text[at:m[0]] {
			if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				r += 0xFEE0
			}
			b.WriteRune(r)
		}
		b.WriteString(text[m[0]:m[1]])
		at = m[1]
	}
	return b.String()
}

// TestMissingWords prints what the catalogue of a language lacks, with the English text: UI_WORDS=fr, by make words.
func TestMissingWords(t *testing.T) {
	lang := os.Getenv("UI_WORDS")
	if lang == "" {
		t.Skip("set UI_WORDS to a language")
	}
	all, err := readWords(wordFiles, "words")
	if err != nil {
		t.Fatal(err)
	}
	own := all[lang]
	if own == nil {
		own = &Words{}
	}
	for _, key := range slices.Sorted(maps.Keys(all["en"].texts)) {
		if own.texts[key] == "" {
			fmt.Printf("%s = %s\n", key, all["en"].texts[key])
		}
	}
	for _, english := range others(t) {
		if own.Say(english) == english {
			fmt.Printf("\"%s\" = %s\n", english, english)
		}
	}
}

// others are the English texts of other packages that pages show: names of the vocabularies, facets, columns, messages.
func others(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, f := range uhri.Facets() {
		all = append(all, f.Label, f.Description, f.ValueLabel(uhri.ValueUnknown), f.ValueLabel(uhri.ValueNotApplicable))
		for _, v := range f.Vocabulary() {
			label := f.ValueLabel(v)
			all = append(all, label, strings.TrimPrefix(label, v+" - "))
		}
	}
	all = append(all, "Cycle {0}", "Session {0}", "Session {0} ({1})")
	for _, c := range slices.Concat(uhri.Countries(), uhri.DemoCountries()) {
		all = append(all, c.Name, c.Note)
	}
	for _, b := range uhri.Bodies() {
		all = append(all, b.Name)
	}
	for _, kind := range []export.Kind{export.Text, export.List, export.Integer, export.Boolean, "string", "array", "object", "number"} {
		all = append(all, string(kind))
	}
	for _, c := range export.Columns() {
		all = append(all, c.Label, c.Description)
	}
	for _, folder := range []string{"..", "../index/query", "../index/searchurl", "../index", "../index/bleveindex", "."} {
		all = append(all, messages(t, folder)...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return !strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") })
}

// messages are the texts for people in the Go files of a folder: what is given to functions that tell of a fault, and
// what is put into a message before. Values in them are {0}, {1} …
func messages(t testing.TB, folder string) []string {
	t.Helper()
	tells := map[string]bool{"repair": true, "fail": true, "note": true, "fault": true, "Errorf": true}
	holds := map[string]bool{"msg": true, "message": true, "hint": true, "Msg": true, "Message": true, "Hint": true}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	take := func(e ast.Expr) {
		n := 0
		if s, ok := textOf(e, &n); ok && strings.Contains(s, " ") {
			found = append(found, strings.TrimPrefix(s, "; "))
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					called = f.Name
				case *ast.SelectorExpr:
					called = f.Sel.Name
				}
				if called == "Errorf" && len(n.Args) > 2 {
					count := 0
					if s, ok := verbs(n.Args[2], &count); ok {
						found = append(found, s)
					}
				} else if tells[called] {
					for _, a := range n.Args {
						take(a)
					}
				}
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok && holds[id.Name] && i < len(n.Rhs) {
						take(n.Rhs[i])
					}
				}
			case *ast.ReturnStmt:
				for _, r := range n.Results {
					if call, ok := r.(*ast.CallExpr); ok {
						take(call)
					}
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && holds[id.Name] {
					take(n.Value)
				}
			}
			return true
		})
	}
	return found
}

// textOf is a text made of literals and values.
func textOf(e ast.Expr, n *int) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, aok := textOf(e.X, n)
		if !aok {
			a = "{" + strconv.Itoa(*n) + "}"
			*n++
		}
		b, bok := textOf(e.Y, n)
		if !bok {
			b = "{" + strconv.Itoa(*n) + "}"
			*n++
		}
		return a + b, aok || bok
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return verbs(e.Args[0], n)
		}
	}
	return "", false
}

// verbs is a format with {0}, {1} … for its verbs.
func verbs(e ast.Expr, n *int) (string, bool) {
	s, ok := textOf(e, n)
	if !ok {
		return "", false
	}
	return regexp.MustCompile(`%%|%[0-9.]*[a-z]`).ReplaceAllStringFunc(s, func(v string) string {
		if v == "%%" {
			return "%"
		}
		*n++
		return "{" + strconv.Itoa(*n-1) + "}"
	}), true
}

// wideWords is the catalogue with a second language in which every text is wide.
func wideWords(t testing.TB) fs.FS {
	t.Helper()
	all, err := readWords(wordFiles, "words")
	if err != nil {
		t.Fatal(err)
	}
	en, err := os.ReadFile(filepath.Join("words", "en.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for key, text := range all["en"].texts {
		switch key {
		case "dir", "number.group", "number.point":
			fmt.Fprintf(&b, "%s = %s\n", key, text)
		default:
			fmt.Fprintf(&b, "%s = %s\n", key, wide(text))
		}
	}
	for _, english := range others(t) {
		if !strings.ContainsAny(english, "\n") {
			fmt.Fprintf(&b, "\"%s\" = %s\n", english, wide(english))
		}
	}
	return fstest.MapFS{"words/en.txt": {Data: en}, "words/en-XA.txt": {Data: []byte(b.String())}}
}

// Every text a page shows is in the catalogue: rendered in a language in which every entry is in full-width letters,
// no page shows a word in others, save what publishers wrote, codes, and what is marked as English.
func TestEveryTextIsInTheCatalogue(t *testing.T) {
	o := options(false)
	o.Lang, o.words = "en-XA", wideWords(t)
	srv := site(t, o)
	early := o
	early.Searcher = brokenSearcher{uhri.Errorf(uhri.Unavailable, "Search", "nothing is published yet")}
	waiting := site(t, early)
	// What is not ours to translate: passages, what was asked for, names of formats, people and programs.
	foreign := []string{"detention women", "detention", "quinqureme school", "quinqureme", "school", "women", "soon", "XAZZ", "torture", "prison", "country=XAZZ",
		"UTC", "JSON", "CSV", "SVG", "APA", "Chicago", "OSCOLA", "BibTeX", "RIS", "OpenAPI", "UHRI", "English", "Français", "Español", "sdg-linear", "groups", "v0-test",
		"What it said at last.", "What that said at last.", "para.", "Add.", "country", "How to search", "Use it from Python, R, curl, Excel", "Filters and counts", "Privacy", "Methodology", "Accessibility", "Republic of <i>Nowhere</i>", "uhri"}
	for _, r := range corpus() {
		for _, text := range r.Texts {
			foreign = append(foreign, text.Full, text.Body, text.Heading)
		}
		foreign = append(foreign, r.Body, string(r.Symbol), string(r.Symbol.Base()))
		for _, c := range r.Countries {
			foreign = append(foreign, string(c))
		}
	}
	foreign = append(foreign, asks...)
	slices.SortFunc(foreign, func(a, b string) int { return len(b) - len(a) })
	var cut []string
	for _, s := range slices.Compact(foreign) {
		if s != "" {
			cut = append(cut, s, "")
		}
	}
	leave := strings.NewReplacer(cut...)
	word := regexp.MustCompile(`[A-Za-z][a-z]+`)                               // capitals are codes
	quoted := regexp.MustCompile(`"[^"]*"|<[^>]*>|\S+\.(?:pdf|docx|csv|json)`) // what was typed, and how to write it; tags within noscript; files
	seen := map[string]bool{}
	look := func(page, where, text string) {
		if strings.HasPrefix(text, "https://") {
			return
		}
		rest := quoted.ReplaceAllString(leave.Replace(strings.Join(strings.Fields(text), " ")), "")
		if word.MatchString(rest) && !seen[where+rest] {
			seen[where+rest] = true
			t.Errorf("%s: %s: %q is not in the catalogue", page, where, rest)
		}
	}
	pages := append(slices.Clone(pageKinds), pageKind{name: "waiting", path: "/search?q=x"})
	words := 0
	for _, k := range pages {
		at := srv
		if k.name == "waiting" {
			at = waiting
		}
		_, body := get(t, at, k.path)
		words += strings.Count(body, "ａ")
		doc := parse(t, body)
		doc.Find(`script, code, pre, .copy, .sym, .chips a span, datalist, mark, ins, del, .side, figure blockquote, .told, .para, .teach a, .walk a, [lang]:not([lang="en-XA"]), .brand`).Remove()
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range []string{"aria-label", "placeholder", "title", "alt"} {
				if v, ok := s.Attr(a); ok {
					look(k.name, a, v)
				}
			}
			s.Contents().Each(func(_ int, c *goquery.Selection) {
				if goquery.NodeName(c) == "#text" {
					look(k.name, goquery.NodeName(s)+"."+s.AttrOr("class", ""), c.Text())
				}
			})
		})
	}
	if words < 5000 {
		t.Errorf("only %d letters of the catalogue's language were seen", words)
	}
}
