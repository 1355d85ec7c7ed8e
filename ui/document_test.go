package ui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"uhri"
)

// fixedFiles has a file of one report, found at the United Nations, and one of its addendum, dropped into a folder.
type fixedFiles struct{}

var reportHash = sha256.Sum256([]byte("the report"))

func (fixedFiles) DocumentFiles(_ context.Context, s uhri.Symbol) ([]File, error) {
	read := time.Date(2026, 11, 19, 3, 0, 0, 0, time.UTC)
	switch s {
	case "DEMO/A/HRC/30/10":
		return []File{{Symbol: s, Lang: uhri.English, URL: "https://documents.example/doc/g1500001.pdf", MediaType: "application/pdf", Size: 312_000, Hash: reportHash, FetchedAt: read}}, nil
	case "DEMO/A/HRC/30/10/Add.1":
		return []File{{Symbol: s, Lang: uhri.French, URL: "add1.docx", MediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Size: 40_000, FetchedAt: read}}, nil
	}
	return nil, nil
}

// A document's page names its sources and each file it was cut from with its hash; the addendum of a review is one of
// them. Where no file is kept, it says so.
func TestDocumentNamesItsFiles(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/d/DEMO/A/HRC/30/10")
	files := parse(t, body).Find("#files li")
	if files.Length() != 2 {
		t.Fatalf("%d files", files.Length())
	}
	first := files.First()
	if got := first.Find("a").AttrOr("href", ""); got != "https://documents.example/doc/g1500001.pdf" {
		t.Errorf("the report is at %q", got)
	}
	for _, want := range []string{"g1500001.pdf", "English", "PDF, 312 kB", "19 November 2026", hex.EncodeToString(reportHash[:])} {
		if !strings.Contains(first.Text(), want) {
			t.Errorf("the first file lacks %q: %s", want, first.Text())
		}
	}
	if last := files.Last(); last.Find("a").Length() > 0 || !strings.Contains(last.Text(), "DEMO/A/HRC/30/10/Add.1") {
		t.Errorf("the addendum: %s", last.Text())
	}
	if _, body = get(t, srv, "/d/DEMO/CEDAW/C/XAA/CO/3"); !strings.Contains(parse(t, body).Find("#files").Text(), "No file of this document is kept here.") {
		t.Error("a document without files does not say so")
	}
}

// What the State said to the recommendations of a report adds up to them, and each number leads to its list.
func TestDocumentSumsItsPositions(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/d/DEMO/A/HRC/30/10")
	doc := parse(t, body)
	sum := 0
	doc.Find("#positions .shares a").Each(func(_ int, a *goquery.Selection) {
		n := number(a.Text())
		sum += n
		if _, list := get(t, srv, a.AttrOr("href", "")); n > 0 && number(parse(t, list).Find("#rh").Contents().First().Text()) != n {
			t.Errorf("%s leads to another number than %d", a.AttrOr("href", ""), n)
		}
	})
	if total := number(doc.Find(".head .stats dd").First().Text()); sum != total || total != 6 {
		t.Errorf("positions add up to %d of %d", sum, total)
	}
	for _, file := range []string{"csv", "svg"} {
		if res, _ := get(t, srv, "/d/DEMO/A/HRC/30/10?chart=positions."+file); res.StatusCode != http.StatusOK {
			t.Errorf("positions.%s: status %d", file, res.StatusCode)
		}
	}
	if _, body = get(t, srv, "/d/DEMO/CEDAW/C/XAA/CO/3"); parse(t, body).Find("#positions").Length() > 0 {
		t.Error("concluding observations have no positions")
	}
}

// A concern stands beside what is asked because of it, and reading by rows is reading in the document's order.
func TestConcernsArePaired(t *testing.T) {
	row := func(kinds ...string) (ps []Passage) {
		for i, k := range kinds {
			ps = append(ps, Passage{Kind: k, Number: string(rune('1' + i))})
		}
		return ps
	}
	s := Section{Heading: "Places of detention", Rows: []Row{{Left: row("O", "O", "R", "O", "R", "R")}}}
	s.arrange(true, "O")
	var got []string
	for _, r := range s.Rows {
		line := ""
		for _, p := range r.Left {
			line += p.Number
		}
		line += "|"
		for _, p := range r.Right {
			line += p.Number
		}
		got = append(got, line)
	}
	if strings.Join(got, " ") != "12|3 4|56" || s.Range != "1–6" {
		t.Errorf("%v, %s", got, s.Range)
	}
	s = Section{Heading: "Asked first", Rows: []Row{{Left: row("R", "O", "R")}}}
	if s.arrange(true, "O"); len(s.Rows) != 2 || len(s.Rows[0].Left) != 0 {
		t.Errorf("a recommendation before any concern: %+v", s.Rows)
	}
	s = Section{Rows: []Row{{Left: row("O", "R")}}}
	if s.arrange(true, "O"); s.Paired {
		t.Error("passages without heading were paired")
	}
}

// Languages are set beside the text on request, in the address, so that it works without scripts and can be passed on.
func TestLanguagesSideBySide(t *testing.T) {
	srv := site(t, options(false))
	at := recordURL(corpus()[0].ID)
	_, body := get(t, srv, "/search?q=quarter&limit=100&sort=oldest")
	listed := parse(t, body).Find(`.hit h3 a[href^="`+at+`"]`).AttrOr("href", "")
	_, body = get(t, srv, listed)
	doc := parse(t, body)
	if doc.Find(".beside p[lang=fr], .beside p[lang=ar]").Length() > 0 {
		t.Error("languages stand there unasked")
	}
	fr := doc.Find("#langs a[lang=fr]").AttrOr("href", "")
	_, body = get(t, srv, fr)
	doc = parse(t, body)
	ar := doc.Find("#langs a[lang=ar]").AttrOr("href", "")
	_, body = get(t, srv, ar)
	doc = parse(t, body)
	for lang, want := range map[string]string{"en": corpus()[0].Texts[uhri.English].Full, "fr": corpus()[0].Texts[uhri.French].Full, "ar": corpus()[0].Texts[uhri.Arabic].Full} {
		if got := doc.Find("#langs .beside p[lang=" + lang + "]").Text(); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if doc.Find("#langs .beside p[dir=rtl]").Length() != 1 || doc.Find(".text mark").Length() == 0 || !strings.Contains(doc.Find(`.walk a[rel~="next"]`).AttrOr("href", ""), "beside=ar") {
		t.Error("a direction, the marks or the way on is lost beside other languages")
	}
	_, body = get(t, srv, doc.Find("#langs a[lang=fr]").AttrOr("href", ""))
	if doc = parse(t, body); doc.Find(".beside p[lang=fr]").Length() > 0 || doc.Find(".beside p[lang=ar]").Length() != 1 {
		t.Error("a language cannot be taken away again")
	}
	if _, body = get(t, srv, at+"?beside=xx&beside=zh&beside=fr&beside=fr"); parse(t, body).Find("#langs .beside > div").Length() != 2 {
		t.Error("languages that are not there are shown, or one twice")
	}
}

// The record opened from a list keeps the language and the marks of the list, also when the list has moved on.
func TestRecordKeepsItsListsMarks(t *testing.T) {
	srv := site(t, options(false))
	_, body := get(t, srv, "/search?q=femmes&lang=fr")
	doc := parse(t, body)
	to := doc.Find(".hit h3 a").First().AttrOr("href", "")
	_, body = get(t, srv, to)
	if doc = parse(t, body); doc.Find(".text[lang=fr] mark").Text() != "femmes" {
		t.Errorf("%s: the French text is not shown with its mark: %q", to, doc.Find(".text").Text())
	}
	_, body = get(t, srv, recordURL(corpus()[0].ID)+"?q=quarter+NOT+%28zebra&at=77&country=XAA")
	doc = parse(t, body)
	back := doc.Find(".walk a").First()
	if doc.Find(".text mark").Length() == 0 || !strings.HasPrefix(back.AttrOr("href", ""), "/search?q=quarter") || !strings.HasPrefix(back.Text(), "Back to ") {
		t.Errorf("at a wrong place the marks or the way back are lost: %q", doc.Find(".walk").Text())
	}
	_, list := get(t, srv, back.AttrOr("href", ""))
	if got, want := number(parse(t, list).Find("#rh").Contents().First().Text()), number(strings.TrimPrefix(back.Text(), "Back to ")); got != want {
		t.Errorf("the way back promises %d and leads to %d", want, got)
	}
	if doc.Find(`.walk a[rel]`).Length() > 0 {
		t.Error("a record without a place in the list has neighbours in it")
	}
	_, body = get(t, srv, recordURL(corpus()[1].ID)+"?q=femmes&lang=fr&at=1")
	if doc = parse(t, body); doc.Find(".text").Length() != 1 || doc.Find("mark").Length() > 0 {
		t.Error("a record that is not in the list is not shown plainly")
	}
}
