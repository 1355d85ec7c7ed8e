package ui

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
)

// fileGap is the room between the parts of a drawing's file, in pixels.
const fileGap = 24

// chartFile is a chart as a file of its own: no style sheet and no page around it, so it carries its colours, its
// key, its denominator and where it comes from.
type chartFile struct {
	*Chart
	FileTitle  string
	FileSource string
}

// FileBody is the height of the drawing.
func (f chartFile) FileBody() int {
	switch {
	case f.Stack != nil:
		return 250
	case f.Shares != nil:
		return 40 + 20*len(f.Shares)
	case f.Lanes != nil:
		n, _ := strconv.Atoi(f.Lanes.Height)
		return n
	case f.Map != nil:
		last := f.FileRegions()
		if len(last) == 0 {
			return 0
		}
		h := 0
		for _, r := range last {
			n, _ := strconv.Atoi(r.Region.Height)
			h = max(h, r.Y+n)
		}
		return h
	}
	return 0
}

// FileHeight is the height of the file.
func (f chartFile) FileHeight() int { return f.FileBody() + 80 }

// fileKey is an entry of the key in its place.
type fileKey struct {
	X, TextX int
	Entry    KeyEntry
}

// FileKey places the key of a stack.
func (f chartFile) FileKey() []fileKey {
	var ks []fileKey
	for i, k := range f.Stack.Key {
		ks = append(ks, fileKey{X: i * 220, TextX: i*220 + 18, Entry: k})
	}
	return ks
}

// fileLine is one line of text.
type fileLine struct {
	Y    int
	Text string
}

// FileShares are the parts of a bar in words.
func (f chartFile) FileShares() []fileLine {
	var ls []fileLine
	for i, s := range f.Shares {
		ls = append(ls, fileLine{Y: 50 + 20*i, Text: s.Label + " (" + s.Percent + ")"})
	}
	return ls
}

// fileRegion is a regional group of the tile map in its place.
type fileRegion struct {
	X, Y, TitleY int
	Region       TileRegion
}

// FileRegions places the regional groups, two beside each other.
func (f chartFile) FileRegions() []fileRegion {
	if f.Map == nil {
		return nil
	}
	var rs []fileRegion
	y, tallest := 16, 0
	for i, r := range f.Map.Regions {
		if i > 0 && i%2 == 0 {
			y += tallest + 2*fileGap
			tallest = 0
		}
		h, _ := strconv.Atoi(r.Height)
		tallest = max(tallest, h)
		rs = append(rs, fileRegion{X: i % 2 * 400, Y: y, TitleY: y - 6, Region: r})
	}
	return rs
}

// chartAs answers with a chart's numbers or its drawing: name is "time.csv", "map.svg" …
func (u *UI) chartAs(c echo.Context, name, title, source string, charts []*Chart, tables map[string]Table) error {
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
			var b bytes.Buffer
			if err := u.drawing.Execute(&b, chartFile{Chart: ch, FileTitle: title + ": " + ch.Title, FileSource: source}); err != nil {
				return fmt.Errorf("drawing %s: %w", id, err)
			}
			return file("image/svg+xml", b.Bytes())
		}
	}
	if t, ok := tables[id]; ok && ext == "csv" {
		text, err := t.CSV()
		if err != nil {
			return err
		}
		return file("text/csv; charset=utf-8", []byte(text))
	}
	return uhri.Errorf(uhri.NotFound, "chart", "this page has no chart of that name")
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
