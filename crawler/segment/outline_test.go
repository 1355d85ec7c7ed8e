package segment

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/extract"
)

// page writes an outline of testdata as the HTML page the treaty bodies' document store would serve: "# " and "## " are
// bold lines, "* " bold paragraphs.
func page(outline string) string {
	var b strings.Builder
	b.WriteString("<html><head><meta charset=\"utf-8\"></head><body><p>United Nations</p>\n")
	for line := range strings.Lines(outline) {
		line = strings.TrimSpace(line)
		kind, rest, _ := strings.Cut(line, " ")
		rest = html.EscapeString(rest)
		switch kind {
		case "":
		case "symbol":
			fmt.Fprintf(&b, "<p>%s</p>\n<p>Distr.: General</p>\n<p>12 May 2020</p>\n", rest)
		case "title", "#", "##", "*":
			fmt.Fprintf(&b, "<p><b>%s</b></p>\n", rest)
		case "plain":
			fmt.Fprintf(&b, "<p>%s</p>\n", rest)
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(line))
		}
	}
	b.WriteString("</body></html>")
	return b.String()
}

// TestOutlines cuts a small document of our own for each committee's outline, of today and of earlier days, and for
// country visits.
func TestOutlines(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "outlines", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no outlines", err)
	}
	r := newReader(t)
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			outline, want, ok := strings.Cut(string(data), "-- want --\n")
			if !ok {
				t.Fatal("no expectation")
			}
			d, err := r.Read(t.Context(), []byte(page(outline)))
			if err != nil {
				t.Fatal(err)
			}
			c := cutOf(d)
			var got strings.Builder
			for _, e := range c.Explain() {
				if c.Kind == AnnualReport {
					fmt.Fprintf(&got, "%s|", e.Country)
				}
				fmt.Fprintf(&got, "%s|%s|%s|%s|%d\n", e.Paragraph, e.Type, e.Section, e.Heading, len(e.Items))
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")); diff != "" {
				t.Errorf("kind %q, language %s (-want +got):\n%s", c.Kind, c.Lang, diff)
			}
			for _, p := range c.Passages {
				if len(p.Review) > 0 {
					t.Errorf("paragraph %s needs review: %v", p.Paragraph, p.Review)
				}
				if c.Kind != AnnualReport && c.Kind != ThematicReport && p.Country == "" {
					t.Errorf("paragraph %s has no State", p.Paragraph)
				}
			}
			if len(c.Review) > 0 {
				t.Errorf("the document needs review: %v", c.Review)
			}
			seen := map[uhri.ID]bool{}
			for _, rec := range c.Recommendations() {
				if seen[rec.ID] {
					t.Errorf("two passages are %s", rec.ID)
				}
				seen[rec.ID] = true
				if rec.Body == "" && c.Kind != ThematicReport && c.Lang == uhri.English {
					t.Errorf("paragraph %s has no body", rec.Paragraph)
				}
			}
		})
	}
}

func cutOf(d *extract.Document) *Cut {
	switch KindOf(d) {
	case CountryVisit, ThematicReport, StateComments:
		return SpecialProcedure(d)
	}
	return TreatyBody(d)
}
