package ui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"uhri"
	"uhri/api/pin"
	"uhri/index"
)

// shelf keeps pins in memory; the numbers of records are those their identifiers end in.
type shelf struct {
	pins map[string]pin.Stored
	ids  []uhri.ID
	log  []uhri.Change
}

func (s *shelf) PutPin(_ context.Context, p pin.Stored) (bool, error) {
	p.At = testNow
	s.pins[p.ID] = p
	return true, nil
}

func (s *shelf) Pin(_ context.Context, id string) (pin.Stored, error) {
	if p, ok := s.pins[id]; ok {
		return p, nil
	}
	return pin.Stored{}, uhri.Errorf(uhri.NotFound, "Pin", "there is no pinned search %s", id)
}

func (s *shelf) Numbers(_ context.Context, ids []uhri.ID) ([]uint32, error) {
	out := make([]uint32, len(ids))
	for i, id := range ids {
		for n, known := range s.ids {
			if known == id {
				out[i] = uint32(n + 1)
			}
		}
	}
	return out, nil
}

func (s *shelf) IDs(_ context.Context, numbers []uint32) ([]uhri.ID, error) {
	out := make([]uhri.ID, len(numbers))
	for i, n := range numbers {
		out[i] = s.ids[n-1]
	}
	return out, nil
}

func (s *shelf) Touched(context.Context, uhri.Seq, uhri.Seq) (t pin.Touched, err error) {
	for n, id := range s.ids {
		if slices.ContainsFunc(s.log, func(c uhri.Change) bool { return c.ID == id }) {
			t.Changed = append(t.Changed, uint32(n+1))
		}
	}
	return t, nil
}

func (s *shelf) Edited(_ context.Context, id uhri.ID, _, _ uhri.Seq) ([]uhri.Lang, error) {
	for _, c := range s.log {
		if c.ID == id && c.Lang != "" {
			return []uhri.Lang{c.Lang}, nil
		}
	}
	return nil, nil
}

func (s *shelf) TextAt(_ context.Context, id uhri.ID, _ uhri.Lang, at uhri.Seq) (string, error) {
	if at < 2 {
		return "what it said then", nil
	}
	return "what it says now", nil
}

// pinningSite is a portal that pins, over the test corpus, whose snapshots two states apart differ in the words of a
// record.
func pinningSite(t testing.TB) (Options, *shelf) {
	t.Helper()
	s := &shelf{pins: map[string]pin.Stored{}}
	for _, r := range corpus() {
		s.ids = append(s.ids, r.ID)
	}
	o := options(false)
	o.Pins = pin.NewDesk(pin.Options{Searcher: o.Searcher, Shelf: s, Ledger: s, Version: "v0-test"})
	return o, s
}

// The button of the search page leads to a page that says then and now, and cites itself.
func TestPinning(t *testing.T) {
	o, s := pinningSite(t)
	o.BaseURL = ""
	srv := site(t, o)
	_, body := get(t, srv, "/search?q=detention&country=XAA")
	doc := parse(t, body)
	total := number(doc.Find("#rh").Contents().First().Text())
	fields := url.Values{}
	doc.Find(`form[action="/q"] input`).Each(func(_ int, i *goquery.Selection) { fields.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(srv.URL+"/q", fields)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || len(s.pins) != 1 {
		t.Fatalf("pinning: %d %s, %d pins", res.StatusCode, to, len(s.pins))
	}
	_, body = get(t, srv, to)
	doc = parse(t, body)
	then, now := number(doc.Find("#then .n").Text()), number(doc.Find("#now .n").Text())
	if total == 0 || then != total || now != total || !strings.Contains(body, "Nothing has changed") || !strings.Contains(doc.Find(".lede").Text(), "detention") {
		t.Errorf("searched %d, then %d, now %d: %s", total, then, now, doc.Find("main").Text())
	}
	if cited := doc.Find("#cite").Text(); !strings.Contains(cited, to) {
		t.Errorf("cited without its address: %s", cited)
	}
	if res, body := get(t, srv, "/q/0123"); res.StatusCode != 404 || !strings.Contains(body, "no pinned search") {
		t.Errorf("an unknown pin: %d", res.StatusCode)
	}
	for body, want := range map[string]int{"contry=XAA": 400, "q=a&snapshot=2020-01-01.1": 410} {
		res, err := client.Post(srv.URL+"/q", "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s, want a page with %d", body, res.StatusCode, res.Header.Get("Content-Type"), want)
		}
	}
	without := site(t, options(false))
	if _, body := get(t, without, "/search?q=detention"); strings.Contains(body, `action="/q"`) {
		t.Error("a portal without pins offers to pin")
	}
}

// differingPin is a portal that pins, with a search pinned a state earlier, under another reading, with one record less
// and one that is gone.
func differingPin(t testing.TB) (Options, string) {
	t.Helper()
	o, s := pinningSite(t)
	res, err := o.Searcher.Search(t.Context(), index.Request{Query: "detention", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	made, err := o.Pins.Pin(t.Context(), index.Request{Query: "detention"})
	if err != nil {
		t.Fatal(err)
	}
	const gone = uhri.ID("00000000-0000-5000-8000-00000000dead")
	s.ids = append(s.ids, gone)
	s.log = []uhri.Change{{Seq: 2, At: time.Now(), Kind: uhri.Changed, ID: res.Hits[0].Record.ID, Lang: uhri.English, OldText: "what it said then"}}
	old := s.pins[made.ID]
	old.Body = []byte(strings.NewReplacer(`"analysis":`, `"analysis":9`, `"seq":`, `"seq":0,"was":`).Replace(string(old.Body)))
	s.pins[made.ID] = old
	return o, made.ID
}

// A pinned search says what differs between then and now.
func TestPinPageTellsDifferences(t *testing.T) {
	o, id := differingPin(t)
	_, body := get(t, site(t, o), "/q/"+id)
	doc := parse(t, body)
	if !strings.Contains(doc.Find("main > p.note").First().Text(), "another version of our analysis") || doc.Find("#changed ins").Length() == 0 {
		t.Errorf("the page does not say what differs: %s", doc.Find("main").Text())
	}
}
