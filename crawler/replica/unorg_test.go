package replica_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/crawler/extract"
	"uhri/crawler/replica"
	"uhri/crawler/segment"
)

func reader(t *testing.T) *extract.Reader {
	t.Helper()
	r, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// TestDocumentsAreWhatTheySay reads every file as a harvester would: each is of its family and has its own symbol on the cover.
func TestDocumentsAreWhatTheySay(t *testing.T) {
	r := reader(t)
	n := map[segment.Family]int{}
	pdfs := 0
	for _, d := range replica.Documents() {
		doc, err := r.Read(t.Context(), d.Data)
		if err != nil {
			t.Fatalf("%s: %v", d.Symbol, err)
		}
		if doc.Symbol() != d.Symbol || doc.Lang != d.Lang || string(doc.Format) != d.Format || !d.Symbol.Demo() {
			t.Errorf("%s as %s in %s reads as %s, %s, %s", d.Symbol, d.Format, d.Lang, doc.Symbol(), doc.Format, doc.Lang)
		}
		if doc.Format == extract.PDF {
			pdfs++
		}
		f := segment.UPRFamily(doc)
		n[f]++
		if f != segment.FamilyUPRReport {
			continue
		}
		rep, err := segment.UPRReport(doc)
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Recommendations) < 9 || rep.Country == "" || rep.Session == 0 || len(rep.Review) > 0 {
			t.Errorf("%s (%s): %d recommendations, State %q, session %d, %v", d.Symbol, d.Format, len(rep.Recommendations), rep.Country, rep.Session, rep.Review)
		}
	}
	reports := n[segment.FamilyUPRReport]
	if reports < 8 || n[segment.FamilyUPRAddendum] != reports || n[segment.FamilyUPROutcome] != reports || len(n) != 3 || pdfs == 0 {
		t.Errorf("families: %v, %d PDFs", n, pdfs)
	}
}

func TestDroppedFiles(t *testing.T) {
	r := reader(t)
	files := replica.Dropped()
	for name, want := range map[string]segment.DocumentKind{"concluding-observations.docx": segment.ConcludingObservations, "visit.pdf": segment.CountryVisit} {
		doc, err := r.Read(t.Context(), files[name])
		if err != nil {
			t.Fatal(err)
		}
		if got := segment.KindOf(doc); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	doc, err := r.Read(t.Context(), files["letter-scanned.pdf"])
	if err != nil || uhri.KindOf(doc.Usable()) != uhri.Unsupported {
		t.Errorf("the scan: %v, %v", err, doc.Usable())
	}
}

// TestSymbolServer holds the habits of documents.un.org as they are known.
func TestSymbolServer(t *testing.T) {
	down := false
	s := httptest.NewServer(replica.Symbols(replica.SymbolOptions{Down: func() bool { return down }, Documents: []replica.Published{
		{Symbol: "A/HRC/1/1", Lang: uhri.English, Format: "docx", Data: []byte("english")}, {Symbol: "A/HRC/1/1", Lang: uhri.French, Format: "docx", Data: []byte("french")},
		{Symbol: "A/HRC/1/2", Lang: uhri.English, Format: "doc", Data: []byte("old")},
	}}))
	defer s.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) (int, string, string) {
		res, err := client.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("Location"), string(b)
	}
	for _, c := range []struct{ symbol, lang, format, want string }{
		{"A/HRC/1/1", "fr", "docx", "french"},
		{"A/HRC/1/1", "ja", "docx", "english"},
		{"A/HRC/1/1", "es", "docx", "english"},
		{"A/HRC/1/2", "en", "docx", "old"},
	} {
		status, to, _ := get("/api/symbol/access?" + url.Values{"s": {c.symbol}, "l": {c.lang}, "t": {c.format}}.Encode())
		if status != http.StatusFound || to == strings.ToLower(to) {
			t.Errorf("%v: %d to %s, want a redirect in upper case", c, status, to)
		}
		if status, _, _ := get(to); status != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", to, status)
		}
		if status, _, body := get(strings.ToLower(to)); status != http.StatusOK || body != c.want {
			t.Errorf("%s answers %d with %q, want %q", strings.ToLower(to), status, body, c.want)
		}
	}
	down = true
	if status, _, _ := get("/api/symbol/access?s=A/HRC/1/1&l=en&t=docx"); status != http.StatusInternalServerError {
		t.Errorf("down: %d", status)
	}
	if status, _, _ := get("/robots.txt"); status != http.StatusOK {
		t.Errorf("robots.txt while down: %d", status)
	}
}

// TestBadTimes: at first all is well, then documents.un.org is down, then the catalogue turns programs away.
func TestBadTimes(t *testing.T) {
	for minutes, want := range map[int]string{0: "", 9: "", 11: "down", 19: "down", 21: "unwelcome", 29: "unwelcome", 31: "", 41: "down", 51: "unwelcome"} {
		begun, got := time.Now().Add(-time.Duration(minutes)*time.Minute), ""
		if replica.Maintenance(begun)() {
			got += "down"
		}
		if replica.Unwelcome(begun)() {
			got += "unwelcome"
		}
		if got != want {
			t.Errorf("after %d minutes: %q, want %q", minutes, got, want)
		}
	}
}
