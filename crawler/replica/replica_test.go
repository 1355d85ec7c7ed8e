package replica_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/clean"
	"uhri/crawler/replica"
	"uhri/crawler/sources/uhriexport"
)

// read processes an edition as the harvester of the demonstration does.
func read(t *testing.T, lang uhri.Lang, edition int) (recs []*uhri.Recommendation, rejected []string) {
	t.Helper()
	process := uhriexport.NewProcess(uhriexport.ProcessOptions{Source: "uhri/" + string(lang), Lang: lang, Demo: true})
	for _, r := range replica.Records(lang, edition) {
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := process(t.Context(), crawler.Item{Key: r.AnnotationId, Raw: raw})
		if err != nil {
			rejected = append(rejected, err.(*crawler.ItemError).Reason)
			continue
		}
		recs = append(recs, got...)
	}
	return recs, rejected
}

func TestEveryRecordIsRead(t *testing.T) {
	for _, lang := range uhri.Langs {
		recs, rejected := read(t, lang, 1)
		if diff := gocmp.Diff([]string{"the text is markup only"}, rejected); diff != "" {
			t.Errorf("%s: rejected (-want +got):\n%s", lang, diff)
		}
		if len(recs) < 560 || len(recs) > 660 {
			t.Errorf("%s: %d records, want about 600", lang, len(recs))
		}
		for _, r := range recs {
			full := r.CleanText(lang)
			if strings.ContainsAny(full, "<>{}\u00a0") || strings.Contains(full, "&") || strings.Contains(full, "mso") {
				t.Errorf("%s %s: markup is left: %q", lang, r.ID, full)
			}
		}
	}
}

// TestCoverage holds the demonstration to what it is for: every mechanism, facet and oddity occurs.
func TestCoverage(t *testing.T) {
	recs, _ := read(t, uhri.English, 1)
	type count map[string]int
	n := count{}
	for _, f := range uhri.Facets() {
		if f.Name == "latest" || f.Name == "lang" {
			continue // known after a harvest only
		}
		values := map[string]bool{}
		for _, r := range recs {
			for _, v := range f.Of(r) {
				values[v] = true
			}
		}
		delete(values, uhri.ValueUnknown)
		delete(values, uhri.ValueNotApplicable)
		n["facet "+f.Name] = len(values)
	}
	for facet, want := range map[string]int{"theme": 40, "group": 25, "goal": 13, "sdg": 40, "country": 12, "region": 5, "m49": 5, "bloc": 3,
		"recommending_state": 12, "recommending_region": 5, "mechanism": 3, "body": 17, "type": 2, "year": 15, "cycle": 4, "session": 20,
		"position": 3, "symbol": 60, "origin": 1} {
		if n["facet "+facet] < want {
			t.Errorf("facet %s has %d values, want at least %d", facet, n["facet "+facet], want)
		}
	}

	ids := map[uhri.ID]int{}
	asks := map[string]map[string]bool{}
	for _, r := range recs {
		ids[r.ID]++
		for _, s := range r.Provenance.Inferred {
			n["inferred "+s]++
		}
		for _, s := range r.Provenance.Review {
			n["review "+strings.Join(strings.Fields(s)[:1], " ")]++
		}
		mark := func(what string, is bool) {
			if is {
				n[what]++
			}
		}
		mark("type unknown", r.Type == uhri.TypeUnknown)
		mark("no symbol", r.Symbol == "")
		mark("no State", len(r.Countries) == 0)
		mark("two States", len(r.Countries) == 2)
		mark("undated", r.Date.IsZero())
		mark("month only", r.Date.Month > 0 && r.Date.Day == 0)
		mark("year only", r.Date.Year > 0 && r.Date.Month == 0)
		mark("never dated on UHRI", r.Provenance.PublishedUHRI.IsZero())
		mark("several asks", len(r.Parts) > 1)
		mark("unresolved State", r.UPR != nil && len(r.UPR.Unresolved) > 0)
		mark("no position", r.UPR != nil && r.UPR.Position == uhri.PositionUnknown)
		mark("unlabelled", len(r.Tags) == 0)
		mark("heading", r.Texts[uhri.English].Heading != "")
		mark("articles", r.Articles != "")
		mark("procedural", r.Procedural)
		mark("lettered items", strings.Contains(r.Texts[uhri.English].Full, " (b) ") || strings.Contains(r.Texts[uhri.English].Full, "\n(b) "))
		mark(string(r.Mechanism), true)
		if !r.Demo || r.Symbol != "" && !r.Symbol.Demo() {
			t.Errorf("%s is not marked as demonstration", r.ID)
		}
		for _, c := range r.Countries {
			if info, _ := c.Info(); !info.Demo {
				t.Errorf("%s is addressed to %s, which exists", r.ID, c)
			}
		}
		if r.UPR != nil {
			body, _, _ := clean.RecommendingStates(r.Texts[uhri.English].Body)
			if asks[body] == nil {
				asks[body] = map[string]bool{}
			}
			asks[body][fmt.Sprint(r.Countries, r.UPR.Cycle)] = true
			if slices.ContainsFunc(r.UPR.Recommending, func(c uhri.Country) bool { return slices.Contains(r.Countries, c) }) {
				t.Errorf("%s: a State recommends to itself: %s", r.ID, r.CleanText(uhri.English))
			}
		}
	}
	for what, want := range map[string]int{
		"upr": 300, "treaty_body": 150, "special_procedure": 55,
		"inferred body from symbol": 5, "inferred country from symbol": 5, "inferred recommending States from text": 15, "inferred cycle from session": 20,
		"review symbol": 1, "review theme": 1, "review date": 0, "type unknown": 3, "no symbol": 10, "no State": 1, "two States": 1,
		"undated": 1, "month only": 5, "year only": 5, "never dated on UHRI": 20, "several asks": 8, "unresolved State": 1, "no position": 10,
		"unlabelled": 60, "heading": 60, "articles": 50, "procedural": 5, "lettered items": 20,
	} {
		if n[what] < want || want == 0 && n[what] > 0 {
			t.Errorf("%s: %d records, want %d or more", what, n[what], want)
		}
	}
	twice := 0
	for _, times := range ids {
		if times == 2 {
			twice++
		}
	}
	if twice != 1 {
		t.Errorf("%d records come twice, want 1", twice)
	}
	repeated := 0
	for _, reviews := range asks {
		if len(reviews) > 2 {
			repeated++
		}
	}
	if repeated < 20 {
		t.Errorf("%d asks recur in more than two reviews, want 20", repeated)
	}
}

// TestDocuments: paragraphs of a document follow one another without a gap, so that it can be read as a whole.
func TestDocuments(t *testing.T) {
	recs, _ := read(t, uhri.English, 1)
	docs := map[uhri.Symbol][]int{}
	for _, r := range recs {
		if r.Order == 0 {
			t.Errorf("%s has no paragraph number: %q", r.ID, r.CleanText(uhri.English))
		}
		if r.Symbol != "" && !slices.Contains(docs[r.Symbol], r.Order) {
			docs[r.Symbol] = append(docs[r.Symbol], r.Order)
		}
	}
	whole := 0
	for symbol, orders := range docs {
		slices.Sort(orders)
		for i := 1; i < len(orders); i++ {
			if step := orders[i] - orders[i-1]; step != 1_000 && step != 1_000_000 {
				t.Errorf("%s jumps from %d to %d", symbol, orders[i-1], orders[i])
			}
		}
		if len(orders) >= 4 {
			whole++
		}
	}
	if whole < 50 {
		t.Errorf("%d documents of four paragraphs or more, want 50", whole)
	}
}

// TestTranslations: what is said to be a translation is one, and what is missing carries the English text.
func TestTranslations(t *testing.T) {
	english := map[uhri.ID]string{}
	recs, _ := read(t, uhri.English, 1)
	for _, r := range recs {
		english[r.ID] = r.CleanText(uhri.English)
	}
	for _, lang := range uhri.Langs[1:] {
		translated, missing := 0, 0
		recs, _ := read(t, lang, 1)
		for _, r := range recs {
			if clean.IsTranslation(lang, r.CleanText(lang), english[r.ID]) {
				translated++
			} else {
				missing++
				if r.CleanText(lang) != english[r.ID] {
					t.Errorf("%s %s: neither a translation nor the English text: %q", lang, r.ID, r.CleanText(lang))
				}
			}
		}
		if translated < 480 || missing < 30 {
			t.Errorf("%s: %d translations and %d missing", lang, translated, missing)
		}
	}
}

// TestEditions: each later edition edits one record, relabels one, withdraws one and adds one.
func TestEditions(t *testing.T) {
	first, second := map[string]replica.Record{}, map[string]replica.Record{}
	for _, r := range replica.Records(uhri.English, 1) {
		first[r.AnnotationId] = r
	}
	got := map[string]int{}
	for _, r := range replica.Records(uhri.English, 2) {
		second[r.AnnotationId] = r
		was, known := first[r.AnnotationId]
		switch {
		case !known:
			got["added"]++
		case was.Text != r.Text:
			got["edited"]++
		case !slices.Equal(was.Themes, r.Themes):
			got["relabelled"]++
		}
	}
	for id := range first {
		if _, ok := second[id]; !ok {
			got["withdrawn"]++
		}
	}
	if diff := gocmp.Diff(map[string]int{"added": 1, "edited": 1, "relabelled": 1, "withdrawn": 1}, got); diff != "" {
		t.Errorf("the second edition (-want +got):\n%s", diff)
	}
}

func TestServer(t *testing.T) {
	s, err := replica.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	address := strings.ReplaceAll(s.ExportAddress(), "{lang}", "fr")
	get := func(method string) (int, int64, int) {
		req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.ContentLength, len(b)
	}
	_, length, n := get(http.MethodGet)
	if length != int64(n) || n < 100_000 {
		t.Errorf("GET promises %d bytes and sends %d", length, n)
	}
	if _, promised, sent := get(http.MethodHead); promised != length || sent != 0 {
		t.Errorf("HEAD promises %d bytes and sends %d", promised, sent)
	}
	s.Publish(replica.Refusing(http.StatusNotFound, "", 0)(replica.Export(replica.ExportOptions{})))
	if status, _, _ := get(http.MethodGet); status != http.StatusNotFound {
		t.Errorf("after Publish the answer is %d", status)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// ExampleRecords shows what a reader of the demonstration meets first.
func ExampleRecords() {
	recs := replica.Records(uhri.English, 1)
	byBody := map[string]int{}
	for _, r := range recs {
		byBody[cmp.Or(strings.TrimPrefix(r.Body, "- "), "none")]++
	}
	fmt.Println(byBody["UPR"] > 300, byBody["CEDAW"] > 10)
	// Output: true true
}
