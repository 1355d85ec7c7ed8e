package ui

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/index/searchurl"
)

// A drawing's file is as wide as a page of paper; its parts have places in pixels, so that every viewer draws it.
const (
	fileWidth    = 820
	fileInner    = 800 // without the margins
	fileMargin   = 10
	fileGap      = 24
	fileLetters  = 118 // of text a line
	fileHeadline = 92  // letters of the title a line
	fileKeyWidth = 200
	fileRow      = 22  // of a list of bars
	fileLabels   = 340 // the room of its labels
	fileClip     = 50  // letters of such a label
)

// chartFile is a chart as a file of its own: no style sheet and no page around it, so it carries its colours, its
// key, its denominator and where it comes from.
type chartFile struct {
	*Chart
	Lang, Dir  string
	TitleLines []fileLine
	Notes      []fileLine
	Body       int // where the drawing begins
	Key        []fileKey
	KeyAt      int
	Height     int
	Regions    []fileRegion
	Rows       []fileBar
}

// Width is the width of the file.
func (chartFile) Width() int { return fileWidth }

// Start is where a line of text begins: on the left, or on the right where the language is written from there.
func (f chartFile) Start() int {
	if f.Dir == "rtl" {
		return fileWidth - fileMargin
	}
	return fileMargin
}

// fileLine is one line of text.
type fileLine struct {
	Y    int
	Text string
}

// fileKey is an entry of the key in its place.
type fileKey struct {
	X, Y, TextX, TextY int
	Entry              KeyEntry
}

// fileRegion is a regional group of the tile map in its place.
type fileRegion struct {
	X, Y   int
	Region TileRegion
}

// fileBar is a row of a list of bars in its place.
type fileBar struct {
	Y, TextY, X, Width, NumberX int
	Name                        string // as far as there is room
	Label                       string // whole
	Count                       string
}

// newChartFile lays a chart out. notes stand under the title: what is drawn, of how many, from where.
func newChartFile(w *Words, c *Chart, title string, notes ...string) chartFile {
	f := chartFile{Chart: c, Lang: w.Lang, Dir: w.Dir}
	y := 4
	for _, l := range wrap(title, fileHeadline) {
		y += 20
		f.TitleLines = append(f.TitleLines, fileLine{y, l})
	}
	for _, n := range notes {
		if n == "" {
			continue
		}
		for _, l := range wrap(n, fileLetters) {
			y += 17
			f.Notes = append(f.Notes, fileLine{y, l})
		}
	}
	f.Body = y + fileGap
	tall := 0
	var key []KeyEntry
	switch {
	case c.Stack != nil:
		tall, key = stackHeight+24, c.Stack.Key
	case c.Shares != nil:
		tall = 30
		for _, s := range c.Shares {
			key = append(key, KeyEntry{Fill: s.Fill, Label: s.Label + " (" + s.Percent + ")"})
		}
	case c.Map != nil:
		f.Regions, tall = placeRegions(c.Map.Regions)
		key = c.Map.Key
	case c.Lanes != nil:
		tall, _ = strconv.Atoi(c.Lanes.Height)
	case c.Bars != nil:
		f.Rows, tall = placeBars(w, c.Table.Rows)
	}
	f.KeyAt = f.Body + tall + 12
	f.Height = f.Body + tall + fileMargin
	x, keyY := fileMargin, f.KeyAt
	for _, k := range key {
		wide := max(fileKeyWidth, 30+7*len([]rune(k.Label)))
		if x+wide > fileWidth && x > fileMargin {
			x, keyY = fileMargin, keyY+20
		}
		f.Key = append(f.Key, fileKey{X: x, Y: keyY, TextX: x + 18, TextY: keyY + 11, Entry: k})
		x += wide
		f.Height = keyY + 12 + fileMargin
	}
	return f
}

// placeRegions places the regional groups, two beside each other.
func placeRegions(regions []TileRegion) (placed []fileRegion, tall int) {
	y, tallest := 10, 0
	for i, r := range regions {
		if i > 0 && i%2 == 0 {
			y += tallest + 2*fileGap
			tallest = 0
		}
		h, _ := strconv.Atoi(r.Height)
		tallest = max(tallest, h)
		placed = append(placed, fileRegion{X: i % 2 * fileInner / 2, Y: y, Region: r})
	}
	return placed, y + tallest
}

// placeBars places every row of a table of one column under the other.
func placeBars(w *Words, rows []TableRow) (placed []fileBar, tall int) {
	highest := 1
	for _, r := range rows {
		highest = max(highest, r.Cells[0].Count)
	}
	const room = fileInner - fileLabels - 60 // for the numbers behind the bars
	for i, r := range rows {
		n := r.Cells[0].Count
		b := fileBar{Y: i * fileRow, TextY: i*fileRow + 13, X: fileLabels, Width: max(n*room/highest, min(n, 1)), Name: r.Label, Label: w.Text("chart.mark", r.Label, n), Count: w.Number(n)}
		if letters := []rune(r.Label); len(letters) > fileClip {
			b.Name = string(letters[:fileClip-1]) + "…"
		}
		b.NumberX = b.X + b.Width + 6
		placed = append(placed, b)
	}
	return placed, len(rows) * fileRow
}

// wrap breaks a text into lines of at most so many letters, between words.
func wrap(s string, letters int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > letters {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// acrossFile is a place in per cent of a drawing's width as one in pixels of its file.
func acrossFile(place string) (string, error) {
	f, err := strconv.ParseFloat(strings.TrimSuffix(place, "%"), 64)
	if err != nil {
		return "", fmt.Errorf("placing %q: %w", place, err)
	}
	return pixels(f * fileInner / 100), nil
}

// parseDrawing parses the template of charts as files.
func parseDrawing() (*template.Template, error) {
	return template.New("file.svg").Funcs(template.FuncMap{"across": acrossFile}).ParseFS(templateFiles, "templates/file.svg")
}

// filesAt names the addresses of a chart's files, at those of its page.
func (c *Chart) filesAt(page searchurl.Address) {
	c.CSV = page.Extra("chart", c.ID+".csv").String()
	c.SVG = page.Extra("chart", c.ID+".svg").String()
}

// chartAs answers with a chart's numbers or its drawing: name is "time.csv", "map.svg" …
func (u *UI) chartAs(c echo.Context, name, title, source string, charts []*Chart) error {
	id, ext, _ := strings.Cut(name, ".")
	file := func(kind string, body []byte) error {
		h := c.Response().Header()
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fileName(title, name)))
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("X-Robots-Tag", "noindex")
		return c.Blob(http.StatusOK, kind, body)
	}
	for _, ch := range charts {
		if ch == nil || ch.ID != id {
			continue
		}
		switch ext {
		case "csv":
			text, err := ch.Table.CSV()
			if err != nil {
				return err
			}
			return file("text/csv; charset=utf-8", []byte(text))
		case "svg":
			of := ch.Under
			for _, r := range ch.Rest {
				of = join(of, ". ", u.words.Text("chart.mark", r.Label, r.Count))
			}
			if ch.Title != title {
				title = u.words.Text("chart.title", title, ch.Title)
			}
			var b bytes.Buffer
			if err := u.drawing.Execute(&b, newChartFile(u.words, ch, title, ch.Description, of, u.words.Text("volume.note"), source)); err != nil {
				return fmt.Errorf("drawing %s: %w", id, err)
			}
			return file("image/svg+xml", b.Bytes())
		}
	}
	return uhri.Errorf(uhri.NotFound, "chart", "this page has no chart of that name")
}

func join(a, between, b string) string {
	if a == "" {
		return b
	}
	return a + between + b
}

// fileName is a name every system can keep.
func fileName(title, name string) string {
	folded := strings.ReplaceAll(uhri.FoldName(title), " ", "-")
	if len(folded) > 60 {
		folded = folded[:60]
	}
	if folded == "" {
		folded = "uhri"
	}
	return folded + "-" + name
}
