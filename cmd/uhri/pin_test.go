package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
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
		for _, body := range []string{`{"serch": "q=torture"}`, `{}`, `[]`, `{"search": "q=torture"} {}`, `{"search": null}`, `"q=torture"`} {
			if status, to, _ := post(t, base+"/q", "application/json", body); status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", body, status, to)
			}
		}
		if status, _, _ := post(t, base+"/q", "text/plain", "q=torture"); status != http.StatusBadRequest {
			t.Errorf("plain text: %d", status)
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
			Count      int
			Comparison struct{ Now, Added, Changed, Withdrawn, Left int }
		}
		_, body := get(t, base+pin+".json")
		res, err := http.Get(base + pin + ".json")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		again, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+pin+".json", nil)
		if err != nil {
			t.Fatal(err)
		}
		again.Header.Set("If-None-Match", res.Header.Get("ETag"))
		if res, err = http.DefaultClient.Do(again); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if again.Header.Get("If-None-Match") == "" || res.StatusCode != http.StatusNotModified {
			t.Errorf("asked again with %q: %d", again.Header.Get("If-None-Match"), res.StatusCode)
		}
		if err := json.Unmarshal([]byte(body), &described); err != nil {
			t.Fatal(err)
		}
		c := described.Comparison
		got := map[string]int{"then": described.Count, "now": c.Now, "added": c.Added, "changed": c.Changed, "withdrawn": c.Withdrawn, "left": c.Left}
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

// TestPinsThroughEditions pins a search on each of several editions that add, change, relabel, withdraw, bring back and undo at random,
// and holds every pin on every later edition against the editions themselves: its numbers, each difference with its texts,
// however many there are, and the file of then. A takedown, a lost index and a restart change none of it but the text taken down.
func TestPinsThroughEditions(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	type said struct{ text, theme string } // of a record in an edition; the zero value is not there
	asks := []string{"Prevent torture in custody", "End torture of prisoners", "Investigate deaths in custody", "Open a clinic"}
	const most, editions = 360, 4
	next := make([]said, most)
	for i := range 300 {
		next[i] = said{asks[rng.IntN(len(asks))], "Right to health"}
	}
	var story [][]said
	publish := func() {
		t.Helper()
		path := smallExport(t, dir, most, func(i int, r map[string]any) {
			r["Text"], r["Themes"] = fmt.Sprintf("%s, of %d", next[i].text, i), []string{next[i].theme}
		})
		var all, there []map[string]any
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &all)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range all {
			if next[i] != (said{}) {
				there = append(there, r)
			}
		}
		if b, err = json.Marshal(there); err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		must(t, "harvest", "uhri", "--from", path, "--data", data)
		story = append(story, slices.Clone(next))
	}
	id := func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }
	full := func(i int, s said) string { return fmt.Sprintf("%s, of %d", s.text, i) }
	found := func(s said) bool { return strings.Contains(s.text, "torture") }

	type difference struct{ kind, id, then, now string }
	expected := func(then, now []said) (out []difference, count int) {
		for i := range most {
			if found(now[i]) {
				count++
			}
			switch {
			case found(now[i]) && !found(then[i]):
				out = append(out, difference{"added", id(i), "", ""})
			case found(then[i]) && now[i] == (said{}):
				out = append(out, difference{"withdrawn", id(i), "", ""})
			case found(then[i]) && !found(now[i]):
				out = append(out, difference{"left", id(i), "", ""})
			}
			if found(then[i]) && now[i] != (said{}) && now[i] != then[i] {
				d := difference{"changed", id(i), "", ""}
				if now[i].text != then[i].text {
					d.then, d.now = full(i, then[i]), full(i, now[i])
				}
				out = append(out, d)
			}
		}
		return out, count
	}
	order := func(d []difference) []difference {
		slices.SortFunc(d, func(a, b difference) int { return strings.Compare(a.kind+a.id, b.kind+b.id) })
		return d
	}
	var pins []string
	down := -1 // the record that was taken down
	check := func(base string) {
		t.Helper()
		now := slices.Clone(story[len(story)-1])
		if down >= 0 {
			now[down] = said{}
		}
		for e, pin := range pins {
			then := story[e]
			want, count := expected(then, now)
			var got []difference
			_, file := get(t, base+pin+".csv?as=difference")
			lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
			if err != nil || len(lines) == 0 {
				t.Fatalf("%v: %s", err, file)
			}
			for _, l := range lines[1:] {
				got = append(got, difference{l[0], l[1], l[8], l[9]})
			}
			if diff := cmp.Diff(order(want), order(got), cmp.AllowUnexported(difference{})); diff != "" {
				t.Errorf("edition %d, pin of %d, the file (-want +got):\n%s", len(story), e, diff)
			}
			got = nil
			for cursor := ""; ; {
				var page struct {
					Comparison  struct{ Now int }
					Differences []struct {
						Kind, ID string
						Edits    []struct{ Then, Now string }
					}
					Next string
				}
				_, body := get(t, base+pin+".json?limit=17&cursor="+url.QueryEscape(cursor))
				if err := json.Unmarshal([]byte(body), &page); err != nil || page.Comparison.Now != count {
					t.Fatalf("%v, now %d, want %d: %s", err, page.Comparison.Now, count, body)
				}
				for _, d := range page.Differences {
					v := difference{kind: d.Kind, id: d.ID}
					if len(d.Edits) == 1 {
						v.then, v.now = d.Edits[0].Then, d.Edits[0].Now
					}
					got = append(got, v)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if diff := cmp.Diff(want, order(got), cmp.AllowUnexported(difference{})); diff != "" {
				t.Errorf("edition %d, pin of %d, the pages of JSON (-want +got):\n%s", len(story), e, diff)
			}
			_, file = get(t, base+pin+".csv?as=then&columns=id&columns=text")
			if lines, err = csv.NewReader(strings.NewReader(file)).ReadAll(); err != nil {
				t.Fatal(err)
			}
			members := map[string]string{}
			for _, l := range lines[1:] {
				members[l[0]] = l[1]
			}
			n := 0
			for i, s := range then {
				if !found(s) {
					continue
				}
				n++
				text, ok := members[id(i)]
				if want := full(i, s); !ok || text != want && !(now[i] == (said{}) && text == "") { // what is withdrawn is hidden for a while
					t.Errorf("edition %d, pin of %d, then: %s said %q, want %q", len(story), e, id(i), text, want)
				}
			}
			if n != len(members) || n != len(lines)-1 {
				t.Errorf("edition %d, pin of %d: %d lines of then, want %d", len(story), e, len(lines)-1, n)
			}
			for kind, n := range map[string]int{"changed": 0, "left": 0, "added": 0, "withdrawn": 0} {
				listed := map[string]bool{}
				for _, d := range want {
					if d.kind == kind {
						n++
					}
				}
				for path := pin + "?kind=" + kind; path != ""; {
					_, body := get(t, base+path)
					doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					doc.Find("#" + kind + " li .what a").Each(func(_ int, a *goquery.Selection) { listed[a.AttrOr("href", "")] = true })
					path = doc.Find(`.pager a[rel~="next"]`).AttrOr("href", "")
				}
				if len(listed) != n {
					t.Errorf("edition %d, pin of %d: the pages list %d %s, want %d", len(story), e, len(listed), kind, n)
				}
			}
		}
	}
	for e := range editions {
		if e > 0 {
			gone := 0
			for i := range next {
				switch r := rng.IntN(100); {
				case next[i] == (said{}) && (i < 300 || r < 60):
					next[i] = said{asks[rng.IntN(len(asks))], "Right to health"}
					if before := story[0][i]; r < 50 && before != (said{}) { // back as it once was
						next[i] = before
					}
				case next[i] == (said{}):
				case r < 5 && gone < 12:
					gone++
					next[i] = said{}
				case r < 45:
					next[i].text = asks[rng.IntN(len(asks))]
				case r < 60:
					next[i].theme = []string{"Right to health", "Right to education"}[rng.IntN(2)]
				}
			}
		}
		publish()
		t.Run(fmt.Sprint("edition ", e), func(t *testing.T) {
			base := startServe(t, data, serveOptions{noHarvest: true}, nil)
			made := make(chan string, 6)
			for range cap(made) { // at once, one pin comes of it; the service may be too busy for all of them
				go func() {
					for {
						status, to, _ := post(t, base+"/q", "application/x-www-form-urlencoded", "q=torture")
						if status != http.StatusTooManyRequests {
							made <- to
							return
						}
					}
				}()
			}
			first := <-made
			for range cap(made) - 1 {
				if to := <-made; to != first || !strings.HasPrefix(to, "/q/") {
					t.Errorf("pinned as %q and as %q", first, to)
				}
			}
			pins = append(pins, first)
			check(base)
		})
	}
	for i, s := range story[0] {
		if found(s) && story[editions-1][i] != (said{}) {
			down = i
			break
		}
	}
	must(t, "suppress", id(down), "--reason", "a person asked", "--data", data)
	t.Run("taken down", func(t *testing.T) {
		base := startServe(t, data, serveOptions{noHarvest: true}, nil)
		check(base)
		talliesHold(t, base, editions)
		for _, pin := range pins {
			for _, path := range []string{pin, pin + "?kind=withdrawn", pin + "?kind=changed", pin + ".json?limit=1000", pin + ".csv?as=then", pin + ".ndjson", pin + ".csv?as=difference", pin + ".ndjson?as=difference"} {
				if _, body := get(t, base+path); strings.Contains(body, fmt.Sprintf(", of %d\"", down)) || strings.Contains(body, fmt.Sprintf(", of %d<", down)) {
					t.Errorf("%s shows what was taken down", path)
				}
			}
		}
	})
	if err := os.RemoveAll(filepath.Join(data, "index")); err != nil {
		t.Fatal(err)
	}
	must(t, "publish", "--data", data)
	t.Run("index built anew", func(t *testing.T) { check(startServe(t, data, serveOptions{noHarvest: true}, nil)) })
}

// TestPinSurvivesKill kills the service as soon as it has answered with a pin: what was promised is kept.
func TestPinSurvivesKill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	must(t, "harvest", "uhri", "--from", smallExport(t, dir, 200, nil), "--data", data)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	start := func() *exec.Cmd {
		cmd := exec.Command(self, "serve", "--no-harvest", "--listen", strings.TrimPrefix(base, "http://"), "--data", data)
		cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1", "UHRI_SERVER_ADMIN_LISTEN=")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); ; {
			if res, err := http.Get(base + "/api/v1/recommendations?limit=0"); err == nil {
				res.Body.Close()
				if res.StatusCode == http.StatusOK {
					return cmd
				}
			}
			if time.Now().After(deadline) {
				t.Fatal("it does not serve")
			}
			time.Sleep(20 * time.Millisecond) // waiting for another process; nothing is asserted about it
		}
	}
	stop := func(cmd *exec.Cmd) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	cmd := start()
	status, to, _ := post(t, base+"/q", "application/json", `{"search": "q=torture"}`)
	stop(cmd)
	if status != http.StatusSeeOther {
		t.Fatalf("pinning: %d", status)
	}
	cmd = start()
	defer stop(cmd)
	if n := pinNumbers(t, base+to); n["then"] != 80 || n["now"] != 80 {
		t.Errorf("after the kill: %v", n)
	}
}

// talliesHold follows every number of the page of changes, since the beginning, to the entries it counts, and counts the same log through
// the API's cursor.
func talliesHold(t *testing.T, base string, states int) {
	t.Helper()
	parse := func(path string) *goquery.Document {
		t.Helper()
		status, body := get(t, base+path)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		return doc
	}
	all, largest := 0, 0
	parse("/changes?since=0").Find(`section[aria-labelledby="by"] td.n a`).Each(func(_ int, a *goquery.Selection) {
		n, err := strconv.Atoi(strings.ReplaceAll(a.Text(), ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		listed := 0
		for path := a.AttrOr("href", ""); path != ""; {
			doc := parse(path)
			listed += doc.Find(`section[aria-labelledby="ch"] .rows li`).Length()
			path = doc.Find(`.pager a[rel~="next"]`).AttrOr("href", "")
		}
		if listed != n {
			t.Errorf("%s: %d entries are counted, %d listed", a.AttrOr("href", ""), n, listed)
		}
		all, largest = all+n, max(largest, n)
	})
	if largest <= 100 {
		t.Errorf("the largest number is %d, so no list had a second page", largest)
	}
	counted, listed, seen := 0, 0, map[int]bool{}
	for cursor := "&by=1"; ; {
		var page struct {
			Total int
			Items []struct{ Seq int }
			By    []struct{ Entries int }
			Next  string
		}
		_, body := get(t, base+"/api/v1/changes?since=0&limit=70"+cursor)
		if err := json.Unmarshal([]byte(body), &page); err != nil || page.Total != all {
			t.Fatalf("%v: the API counts %d, the page %d: %s", err, page.Total, all, body)
		}
		for _, b := range page.By {
			counted += b.Entries
		}
		for _, it := range page.Items {
			seen[it.Seq] = true
		}
		if listed += len(page.Items); page.Next == "" {
			break
		}
		cursor = "&cursor=" + page.Next
	}
	if counted != all || listed != all || len(seen) != states {
		t.Errorf("the API counts %d, lists %d of %d states; the page counts %d of %d states", counted, listed, len(seen), all, states)
	}
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
