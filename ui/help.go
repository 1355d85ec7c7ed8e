package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"uhri"
)

//go:embed help
var helpFiles embed.FS

// helpBook is the manual and the other long texts: help/*.md, each beginning with its title as "# Title". A file
// named NN-slug.md is a chapter of the manual, in that order; the others are pages of their own. The same name in
// help/{language}/ is its translation; what has none is shown in English.
type helpBook struct {
	chapters []*Article
	bySlug   map[string]*Article
}

// Article is one long text.
type Article struct {
	Slug  string
	Lang  uhri.Lang
	Title string
	Lede  string
	Body  template.HTML
	Text  string // what Body was made of, in Markdown
}

func readHelp(fsys fs.FS, w *Words) (*helpBook, error) {
	files, err := fs.Glob(fsys, "help/*.md")
	if err != nil {
		return nil, fmt.Errorf("listing help: %w", err)
	}
	slices.Sort(files)
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.DefinitionList), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	book := &helpBook{bySlug: map[string]*Article{}}
	for _, f := range files {
		lang, from := uhri.English, f
		if own := path.Join("help", w.Lang, path.Base(f)); exists(fsys, own) {
			lang, from = uhri.Lang(w.Lang), own
		}
		src, err := fs.ReadFile(fsys, from)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", from, err)
		}
		head, rest, _ := bytes.Cut(src, []byte("\n"))
		title, ok := strings.CutPrefix(string(head), "# ")
		if !ok {
			return nil, fmt.Errorf("reading %s: the first line must be \"# Title\"", f)
		}
		lede, rest, _ := bytes.Cut(bytes.TrimSpace(rest), []byte("\n\n"))
		var b bytes.Buffer
		if err := md.Convert(rest, &b); err != nil {
			return nil, fmt.Errorf("reading %s: %w", f, err)
		}
		slug := strings.TrimSuffix(path.Base(f), ".md")
		number, name, numbered := strings.Cut(slug, "-")
		isChapter := numbered && len(number) == 2 && number[0] >= '0' && number[0] <= '9'
		if isChapter {
			slug = name
		}
		// A table or a block of code may be wider than a phone: it scrolls by itself, and by keyboard.
		html := strings.NewReplacer("<table>", `<div class="scroll" tabindex="0" role="group" aria-label="`+template.HTMLEscapeString(w.Text("help.table"))+`"><table class="t">`, "</table>", "</table></div>").Replace(b.String())
		a := &Article{Slug: slug, Lang: lang, Title: title, Lede: string(lede), Body: template.HTML(html), Text: string(bytes.TrimSpace(rest))}
		book.bySlug[slug] = a
		if isChapter {
			book.chapters = append(book.chapters, a)
		}
	}
	return book, nil
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// HelpPage is a chapter of the manual or another long text.
type HelpPage struct {
	Frame
	Article  *Article
	Chapters []Link
}

func (u *UI) helpPage(c echo.Context) error {
	slug, twin := strings.CutSuffix(c.Param("page"), ".json")
	if slug == "" {
		slug = u.help.chapters[0].Slug
	} else if !twin && slug == u.help.chapters[0].Slug {
		return c.Redirect(http.StatusMovedPermanently, "/help")
	}
	a := u.help.bySlug[slug]
	if a == nil || !slices.Contains(u.help.chapters, a) {
		return uhri.Errorf(uhri.NotFound, "help", "the manual has no chapter of this name")
	}
	p := u.article(c, a)
	if twin {
		return c.JSON(http.StatusOK, p.twin())
	}
	p.Section = "help"
	for i, ch := range u.help.chapters {
		to := "/help/" + ch.Slug
		if i == 0 {
			to = "/help"
		}
		p.Chapters = append(p.Chapters, Link{Label: ch.Title, URL: to, Current: ch.Slug == a.Slug})
	}
	return u.render(c, http.StatusOK, "help", p)
}

// prose answers with one of the long texts outside the manual, or with its twin.
func (u *UI) prose(slug string) echo.HandlerFunc {
	return func(c echo.Context) error {
		p := u.article(c, u.help.bySlug[slug])
		if strings.HasSuffix(c.Path(), ".json") {
			return c.JSON(http.StatusOK, p.twin())
		}
		return u.render(c, http.StatusOK, "help", p)
	}
}

// articleTwin is a long text for programs.
type articleTwin struct {
	Title    string    `json:"title"`
	Lang     uhri.Lang `json:"lang"`
	Lede     string    `json:"lede"`
	Markdown string    `json:"markdown"`
	URL      string    `json:"url"`
}

func (p *HelpPage) twin() articleTwin {
	return articleTwin{Title: p.Article.Title, Lang: p.Article.Lang, Lede: p.Article.Lede, Markdown: p.Article.Text, URL: strings.TrimSuffix(p.Canonical, ".json")}
}

// ownAddress stands in the manual for the address of the service it is read on.
const ownAddress = "https://uhri.example"

func (u *UI) article(c echo.Context, a *Article) *HelpPage {
	twin := "/" + a.Slug + ".json"
	if slices.Contains(u.help.chapters, a) {
		twin = "/help" + twin
	}
	here := *a
	here.Body = template.HTML(strings.ReplaceAll(string(a.Body), ownAddress, template.HTMLEscapeString(u.base(c))))
	here.Text = strings.ReplaceAll(a.Text, ownAddress, u.base(c))
	a = &here
	p := &HelpPage{Frame: u.frame(c, "", a.Title), Article: a}
	p.Description, p.JSON = a.Lede, twin
	p.describe("Article")
	return p
}
