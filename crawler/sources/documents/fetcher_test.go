package documents_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/documents"
	"uhri/crawler/store"
)

// server is a replica of documents.un.org that notes what it was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func serve(t *testing.T, h http.Handler) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			s.mu.Lock()
			s.asked = append(s.asked, strings.TrimPrefix(r.URL.Query().Get("t")+" "+r.URL.Path, " "))
			s.mu.Unlock()
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func newStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), MaxDrop: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newReader(t testing.TB) *documents.Reader {
	t.Helper()
	x, err := extract.New(extract.Options{CacheDir: filepath.Join(os.TempDir(), "uhri-wazero-test")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return documents.NewReader(x.Read)
}

func newFetcher(t testing.TB, address string, l documents.Library, now func() time.Time) *documents.Fetcher {
	t.Helper()
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1}), Library: l,
		Reader: newReader(t), Address: address, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// published returns a file of the demonstration under a symbol of the test's choice.
func published(t testing.TB, symbol uhri.Symbol, format string) []byte {
	t.Helper()
	for _, d := range replica.Documents() {
		if d.Symbol == symbol && d.Format == format {
			return d.Data
		}
	}
	t.Fatalf("the demonstration has no %s of %s", format, symbol)
	return nil
}

const known = uhri.Symbol("DEMO/A/HRC/60/7")

// TestHabits holds what the server is known to do.
func TestHabits(t *testing.T) {
	word := published(t, known, "docx")
	// The first bytes of an OLE file; what follows them is nobody's business here.
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...)
	pdf := published(t, "DEMO/A/HRC/59/10", "pdf")
	h := replica.Symbols(replica.SymbolOptions{Documents: []replica.Published{
		{Symbol: "A/HRC/1/1", Lang: uhri.English, Format: "docx", Data: word},
		{Symbol: "A/HRC/1/2", Lang: uhri.English, Format: "doc", Data: ole},
		{Symbol: "A/HRC/1/2", Lang: uhri.English, Format: "pdf", Data: pdf},
		{Symbol: "A/HRC/1/3", Lang: uhri.English, Format: "doc", Data: ole},
		{Symbol: "A/HRC/1/4", Lang: uhri.English, Format: "pdf", Data: pdf},
	}})
	for _, c := range []struct {
		name   string
		symbol uhri.Symbol
		lang   uhri.Lang
		media  string // "" = not there
		says   string
	}{
		{"a redirect in upper case leads to a file in lower case", "A/HRC/1/1", uhri.English, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ""},
		{"the English file is no translation", "A/HRC/1/1", uhri.French, "", "en document"},
		{"an old Word file in place of a new one gives way to the PDF", "A/HRC/1/2", uhri.English, "application/pdf", ""},
		{"an old Word file alone says what is missing", "A/HRC/1/3", uhri.English, "", "LibreOffice"},
		{"a PDF is what is left", "A/HRC/1/4", uhri.English, "application/pdf", ""},
		{"nothing there, told by a redirect or an empty page", "A/HRC/1/5", uhri.English, "", "no such document"},
		{"nothing there, told the other way", "A/HRC/1/6", uhri.English, "", "no such document"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, h)
			l := documents.In(newStore(t))
			f := newFetcher(t, s.URL, l, nil)
			got, err := f.Fetch(t.Context(), c.symbol, c.lang)
			if c.media == "" {
				if uhri.KindOf(err) != uhri.NotFound || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("Fetch: %v, want NotFound saying %q", err, c.says)
				}
				before := s.count()
				if _, err := f.Fetch(t.Context(), c.symbol, c.lang); uhri.KindOf(err) != uhri.NotFound {
					t.Fatalf("second Fetch: %v", err)
				}
				if s.count() != before {
					t.Error("what was not there was asked for again")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.MediaType != c.media || got.Symbol != c.symbol || got.FetchedAt.IsZero() {
				t.Errorf("got %s of %s at %s, want %s", got.MediaType, got.Symbol, got.FetchedAt, c.media)
			}
			if u := s.asked[len(s.asked)-1]; strings.ToLower(u) != u {
				t.Errorf("the file was asked for at %s, in upper case", u)
			}
			kept, err := l.ByHash(t.Context(), documents.Hash(got.Data))
			if err != nil || !slices.Equal(kept.Data, got.Data) {
				t.Errorf("the library does not have it: %v", err)
			}
		})
	}
}

// TestOtherPeoplesFiles: what comes is looked at before it is believed.
func TestOtherPeoplesFiles(t *testing.T) {
	observations := func(symbol uhri.Symbol) []byte {
		for _, r := range replica.Observations() {
			if r.Symbols == string(symbol) {
				for _, f := range r.Files {
					if f.Format == "docx" {
						return f.Data
					}
				}
			}
		}
		t.Fatalf("no Word file of %s", symbol)
		return nil
	}
	var mine uhri.Symbol
	for _, r := range replica.Observations() {
		if len(r.Files) == 2 && r.Files[1].Format == "docx" {
			mine = uhri.Symbol(r.Symbols)
		}
	}
	word := observations(mine)
	body, _ := mine.Body()
	state := "XAB"
	if c, _ := mine.Country(); c == uhri.Country(state) {
		state = "XAC"
	}
	foreign := uhri.Symbol("DEMO/" + body + "/C/" + state + "/CO/3")
	s := serve(t, replica.Symbols(replica.SymbolOptions{Documents: []replica.Published{
		{Symbol: mine, Lang: uhri.English, Format: "docx", Data: word[:len(word)/2]}, // cut short, and nobody said so
		{Symbol: mine, Lang: uhri.English, Format: "pdf", Data: published(t, "DEMO/A/HRC/59/10", "pdf")},
		{Symbol: foreign, Lang: uhri.English, Format: "docx", Data: word},
		{Symbol: foreign + "1", Lang: uhri.English, Format: "docx", Data: word[:len(word)/2]},
		{Symbol: foreign + "2", Lang: uhri.English, Format: "docx", Data: bomb(t)},
	}}))
	f := newFetcher(t, s.URL, documents.In(newStore(t)), nil)
	if got, err := f.Fetch(t.Context(), mine, uhri.English); err != nil || got.MediaType != "application/pdf" {
		t.Errorf("a damaged Word file beside a PDF: %s, %v", got.MediaType, err)
	}
	for symbol, says := range map[uhri.Symbol]string{foreign: "answers with " + string(mine), foreign + "1": "damaged", foreign + "2": "expands to more than"} {
		if _, err := f.Fetch(t.Context(), symbol, uhri.English); uhri.KindOf(err) != uhri.NotFound || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want it to say %q", symbol, err, says)
		}
	}
}

// bomb is a Word file of some kilobytes whose text has 80 MB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	for range 80 {
		if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBothEmptyAnswersAreTried makes sure that the two symbols above are answered in the two ways.
func TestBothEmptyAnswersAreTried(t *testing.T) {
	s := serve(t, replica.Symbols(replica.SymbolOptions{}))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got := map[int]bool{}
	for _, symbol := range []string{"A/HRC/1/5", "A/HRC/1/6"} {
		res, err := client.Get(s.URL + "/api/symbol/access?l=en&t=pdf&s=" + symbol)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		got[res.StatusCode] = true
		if res.StatusCode == http.StatusOK && res.ContentLength != 1303 {
			t.Errorf("the empty page has %d bytes", res.ContentLength)
		}
	}
	if diff := cmp.Diff(map[int]bool{http.StatusOK: true, http.StatusFound: true}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMissesExpire: a document may appear weeks after its symbol was in use.
func TestMissesExpire(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	docs := []replica.Published{}
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replica.Symbols(replica.SymbolOptions{Documents: docs}).ServeHTTP(w, r)
	}))
	f := newFetcher(t, s.URL, documents.In(st), clock)
	if _, err := f.Fetch(t.Context(), known, uhri.English); uhri.KindOf(err) != uhri.NotFound {
		t.Fatal(err)
	}
	docs = []replica.Published{{Symbol: known, Lang: uhri.English, Format: "docx", Data: published(t, known, "docx")}}
	now = now.Add(documents.DefaultMissFor - time.Hour)
	if _, err := f.Fetch(t.Context(), known, uhri.English); uhri.KindOf(err) != uhri.NotFound {
		t.Errorf("before the time is over: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if _, err := f.Fetch(t.Context(), known, uhri.English); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestRefusalsAndFaults(t *testing.T) {
	good := replica.Symbols(replica.SymbolOptions{Documents: []replica.Published{{Symbol: known, Lang: uhri.English, Format: "docx", Data: published(t, known, "docx")}}})
	for _, c := range []struct {
		name  string
		fault replica.Fault
		check func(error) bool
	}{
		{"a challenge blocks", replica.Challenge(), func(err error) bool {
			_, ok := errors.AsType[*crawler.BlockedError](err)
			return ok
		}},
		{"an error of the server is no missing document", replica.Refusing(http.StatusInternalServerError, "", 0), func(err error) bool {
			return uhri.KindOf(err) == uhri.Unavailable
		}},
		{"a file cut short is no document", replica.Cut(100, true), func(err error) bool { return err != nil && uhri.KindOf(err) != uhri.NotFound }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.fault(good))
			l := documents.In(newStore(t))
			_, err := newFetcher(t, s.URL, l, nil).Fetch(t.Context(), known, uhri.English)
			if !c.check(err) {
				t.Errorf("got %v", err)
			}
			if missed, merr := l.Missed(context.WithoutCancel(t.Context()), known, uhri.English); missed || merr != nil {
				t.Errorf("it is remembered as missing: %v", merr)
			}
		})
	}
}

func TestDue(t *testing.T) {
	day := 24 * time.Hour
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name      string
		last, now time.Duration // after first
		want      bool
	}{
		{"young", 0, 29 * day, false},
		{"a month old", 0, 30 * day, true},
		{"a month old and looked at", 30 * day, 89 * day, false},
		{"three months old", 31 * day, 90 * day, true},
		{"three months old, never looked at again", 0, 400 * day, true},
		{"old and looked at", 91 * day, 4000 * day, false},
	} {
		if got := documents.Due(first, first.Add(c.last), first.Add(c.now)); got != c.want {
			t.Errorf("%s: Due = %v", c.name, got)
		}
	}
}
