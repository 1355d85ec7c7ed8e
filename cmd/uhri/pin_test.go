package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// edition reads an export file by identifier.
func edition(t testing.TB, path string) map[string]map[string]any {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, r := range all {
		out[r["AnnotationId"].(string)] = r
	}
	return out
}

// post pins a search and returns where it leads.
func post(t testing.TB, address, media, body string, headers ...string) (status int, to, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b := make([]byte, 4096)
	n, _ := res.Body.Read(b)
	return res.StatusCode, res.Header.Get("Location"), string(b[:n])
}

// TestPinnedSearch pins a search, harvests a changed edition, and holds every number of the page against a count over
// the two files; the pin survives publishing, restarts and a backup.
func TestPinnedSearch(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	first := smallExport(t, dir, 200, nil)
	must(t, "harvest", "uhri", "--from", first, "--data", data)
	text := func(n int, s string) string { return fmt.Sprintf("<p>%d.%d %s (Norway);</p>", 100+n%4, n/4+1, s) }
	second := smallExport(t, dir, 202, func(i int, r map[string]any) {
		switch i {
		case 10, 15, 200:
			r["Text"] = text(i, "Prevent torture in police stations")
		case 12:
			r["Text"] = text(i, "Close the oldest prison")
		case 17:
			r["Text"] = text(i, "Ratify the Optional Protocol to the Convention against Torture without delay")
		case 19:
			r["Themes"] = []string{"Right to education"}
		case 11: // changed, but never a member
			r["Text"] = text(i, "Train all judges on fair trial guarantees")
		}
	})
	then, now := edition(t, first), edition(t, second)
	delete(now, "00000000-0000-4000-8000-000000000022")
	var left []map[string]any
	for _, r := range now {
		left = append(left, r)
	}
	b, err := json.Marshal(left)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, b, 0o600); err != nil {
		t.Fatal(err)
	}
	found := func(r map[string]any) bool {
		return r != nil && strings.Contains(strings.ToLower(r["Text"].(string)), "torture")
	}
	want := map[string]int{}
	for id, r := range then {
		switch {
		case !found(r):
		case now[id] == nil:
			want["then"], want["withdrawn"] = want["then"]+1, want["withdrawn"]+1
		default:
			want["then"]++
			if !reflect.DeepEqual(r, now[id]) {
				want["changed"]++
			}
			if !found(now[id]) {
				want["left"]++
			}
		}
	}
	for id, r := range now {
		if found(r) {
			want["now"]++
			if !found(then[id]) {
				want["added"]++
			}
		}
	}
	if want["then"]-want["withdrawn"]-want["left"]+want["added"] != want["now"] || want["changed"] != 3 {
		t.Fatalf("the editions are not as meant: %v", want)
	}

	var pin string
	t.Run("pin", func(t *testing.T) {
		base := startServe(t, data, serveOptions{noHarvest: true}, nil)
		_, page := get(t, base+"/search?q=torture")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		fields := url.Values{}
		doc.Find(`form[action="/q"] input`).Each(func(_ int, s *goquery.Selection) { fields.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
		status, to, answer := post(t, base+"/q", form, fields.Encode(), "Sec-Fetch-Site", "same-origin", "Origin", base)
		if status != http.StatusSeeOther || !strings.HasPrefix(to, "/q/") {
			t.Fatalf("pinning %v: %d %s %s", fields, status, to, answer)
		}
		pin = to
		for media, body := range map[string]string{form: "q=torture&page=2&limit=50&sort=oldest", "application/json": `{"search": "?q=torture"}`} {
			if status, to, answer := post(t, base+"/q", media, body); status != http.StatusSeeOther || to != pin {
				t.Errorf("the same search, %s: %d %s %s, want %s", body, status, to, answer, pin)
			}
		}
		if _, to, _ := post(t, base+"/q", form, "q=torture&country=KEN"); to == pin || to == "" {
			t.Errorf("another search leads to %q", to)
		}
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
			if status, _, _ := post(t, base+"/q", form, "q=torture", headers...); status != http.StatusForbidden {
				t.Errorf("%v: %d", headers, status)
			}
		}
		if status, _, answer := post(t, base+"/q", "application/json", `{"search": "contry=KEN"}`); status != http.StatusBadRequest || !strings.Contains(answer, "contry") {
			t.Errorf("a fault: %d %s", status, answer)
		}
		if status, _ := get(t, base+"/q/0123456789abcdef0123"); status != http.StatusNotFound {
			t.Errorf("an unknown pin: %d", status)
		}
		n := pinNumbers(t, base+pin)
		if n["then"] != want["then"] || n["now"] != want["then"] || len(n) != 2 {
			t.Errorf("at once: %v", n)
		}
	})
	if pin == "" {
		t.FailNow()
	}
	must(t, "harvest", "uhri", "--from", second, "--data", data)

	check := func(t *testing.T, data string) {
		base := startServe(t, data, serveOptions{noHarvest: true}, nil)
		n := pinNumbers(t, base+pin)
		if !reflect.DeepEqual(n, want) {
			t.Errorf("the page says %v, the files %v", n, want)
		}
		if _, page := get(t, base+pin); !strings.Contains(page, "<ins>") || strings.Contains(page, "another version of our analysis") {
			t.Error("the page shows no difference of texts, or a difference of analysis")
		}
		var described struct {
			Then       int
			Comparison struct {
				Now                             int
				Added, Changed, Withdrawn, Left struct{ Count int }
			}
		}
		_, body := get(t, base+pin+".json")
		if err := json.Unmarshal([]byte(body), &described); err != nil {
			t.Fatal(err)
		}
		c := described.Comparison
		got := map[string]int{"then": described.Then, "now": c.Now, "added": c.Added.Count, "changed": c.Changed.Count, "withdrawn": c.Withdrawn.Count, "left": c.Left.Count}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the JSON says %v, the files %v", got, want)
		}
		status, file := get(t, base+pin+".csv?as=then&columns=id&columns=text")
		lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || status != 200 || len(lines) != 1+want["then"] {
			t.Fatalf("as=then: %d with %d lines, %v", status, len(lines), err)
		}
		for _, l := range lines[1:] {
			r := then[l[0]]
			text := strings.TrimSuffix(strings.TrimPrefix(r["Text"].(string), "<p>"), "</p>")
			fate := "unchanged"
			switch {
			case now[l[0]] == nil:
				text, fate = "", "withdrawn" // hidden until the protective delay has passed
			case !reflect.DeepEqual(r, now[l[0]]):
				fate = "changed"
			}
			if l[1] != text || l[2] != fate {
				t.Errorf("%s: %q %s, want %q %s", l[0], l[1], l[2], text, fate)
			}
		}
		_, nd := get(t, base+pin+".ndjson?as=then")
		if rows := strings.Count(nd, "\n"); rows != want["then"] {
			t.Errorf("ndjson has %d rows", rows)
		}
		if status, _ := get(t, base+pin+".csv?as=tomorrow"); status != http.StatusBadRequest {
			t.Errorf("as=tomorrow: %d", status)
		}
	}
	t.Run("restarted", func(t *testing.T) { check(t, data) })
	t.Run("changes", func(t *testing.T) {
		base := startServe(t, data, serveOptions{noHarvest: true}, nil)
		_, page := get(t, base+"/changes")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		doc.Find(`section[aria-labelledby="by"] tbody tr`).First().Find("td.n").Each(func(_ int, s *goquery.Selection) { cells = append(cells, s.Text()) })
		if got := strings.Join(cells, " "); got != "2 5 1 1 0 0" { // added, changed, relabelled, withdrawn, restored, read anew
			t.Errorf("the page of changes counts %s", got)
		}
		for kind, want := range map[string]int{"added": 2, "changed": 5, "relabelled": 1, "withdrawn": 1, "restored": 0} {
			_, page := get(t, base+"/changes?source=uhri%2Fen&kind="+kind)
			if n := strings.Count(page, `<li><span class="what">`); n != want {
				t.Errorf("%s: %d entries listed, want %d", kind, n, want)
			}
		}
	})
	t.Run("backup", func(t *testing.T) {
		backup, restored := filepath.Join(dir, "backup.db"), filepath.Join(dir, "restored")
		must(t, "backup", backup, "--data", data)
		if err := os.MkdirAll(restored, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(backup, filepath.Join(restored, "records.db")); err != nil {
			t.Fatal(err)
		}
		must(t, "publish", "--data", restored)
		check(t, restored)
	})
}

// pinNumbers reads the numbers off the page of a pinned search.
func pinNumbers(t testing.TB, address string) map[string]int {
	t.Helper()
	status, body := get(t, address)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil || status != 200 {
		t.Fatalf("%s: %d, %v", address, status, err)
	}
	out := map[string]int{}
	put := func(name, s string) {
		s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
		n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = n
	}
	for _, name := range []string{"then", "now"} {
		put(name, doc.Find("#"+name+" .n").Text())
	}
	for _, name := range []string{"added", "changed", "withdrawn", "left"} {
		if s := doc.Find("section#" + name); s.Length() == 1 {
			put(name, s.Find("h2").Text())
			if items := s.Find("li").Length(); items != out[name] {
				t.Errorf("%s: %d listed of %d", name, items, out[name])
			}
		}
	}
	return out
}

// TestNoPinsOfInventedData holds that the demonstration pins nothing.
func TestNoPinsOfInventedData(t *testing.T) {
	base := startDemo(t)
	if status, _, _ := post(t, base+"/q", "application/x-www-form-urlencoded", "q=torture"); status != http.StatusNotImplemented {
		t.Errorf("pinning: %d", status)
	}
	if _, page := get(t, base+"/search?q=torture"); strings.Contains(page, `action="/q"`) {
		t.Error("the search page offers to pin")
	}
}
