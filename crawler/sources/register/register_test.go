package register_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/replica"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/register"
	"uhri/crawler/store"
)

// rig is a register's surroundings: a store, documents.un.org, a clock.
type rig struct {
	store *store.Store
	o     register.Options
	now   time.Time
	asked int
	serve func(http.Handler) // what documents.un.org is from now on
}

func newRig(t *testing.T, o replica.SymbolOptions) *rig {
	t.Helper()
	r := &rig{now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	h := replica.Symbols(o)
	r.serve = func(next http.Handler) { h = next }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/access") {
			r.asked++
		}
		h.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Kind: store.Demonstration})
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(x.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	now := func() time.Time { return r.now }
	f, err := documents.NewFetcher(documents.FetcherOptions{Client: fetch.New(fetch.Options{Loopback: true, Delay: -1, Retries: -1}), Library: documents.In(s),
		Reader: documents.NewReader(x.Read), Address: server.URL, MissFor: time.Nanosecond, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	r.store, r.o = s, register.Options{Fetcher: f, Library: documents.In(s), Now: now}
	return r
}

// gather opens a register over a cursor, gathers symbols, and returns what was yielded and the cursor then.
func (r *rig) gather(t *testing.T, since crawler.Cursor, symbols ...uhri.Symbol) (got []string, next crawler.Cursor, err error) {
	t.Helper()
	reg := register.Open(since, r.o)
	for _, s := range symbols {
		if err = reg.Gather(t.Context(), s, time.Time{}, func(it crawler.Item, err error) bool {
			if e, ok := errors.AsType[*crawler.ItemError](err); ok {
				got = append(got, e.Key+": "+e.Reason)
			} else {
				d, err := documents.DecodeDossier(it.Raw)
				if err != nil {
					t.Error(err)
				}
				for _, p := range d.Parts {
					got = append(got, fmt.Sprintf("%s = %s@%s", it.Key, p.Symbol, p.Lang))
				}
			}
			return true
		}); err != nil {
			break
		}
	}
	next, cerr := reg.Cursor()
	if cerr != nil {
		t.Fatal(cerr)
	}
	return got, next, err
}

// doc is a Word file of one line, its symbol.
func doc(symbol uhri.Symbol) replica.Published {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>`, symbol)
	if err := z.Close(); err != nil {
		panic(err)
	}
	return replica.Published{Symbol: symbol, Lang: uhri.English, Format: "docx", Data: b.Bytes()}
}

const a, b = uhri.Symbol("DEMO/CAT/C/XAA/CO/1"), uhri.Symbol("DEMO/CAT/C/XAB/CO/1")

func TestWhatIsKnownIsNotAskedForAgain(t *testing.T) {
	r := newRig(t, replica.SymbolOptions{Documents: []replica.Published{doc(a), doc(a + "/Corr.1")}})
	got, cursor, err := r.gather(t, nil, a, a+"/Corr.1", b)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{string(a) + " = " + string(a) + "@en", string(a) + " = " + string(a) + "@en", string(a) + " = " + string(a) + "/Corr.1@en", string(b) + ": the server has no such document; it is asked for again from 2026-06-15"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first run (-want +got):\n%s", diff)
	}
	r.asked = 0
	again, cursor, err := r.gather(t, cursor, a, b)
	if diff := cmp.Diff(want[1:], again); diff != "" || err != nil || r.asked > 0 {
		t.Errorf("second run: asked %d times, %v (-want +got):\n%s", r.asked, err, diff)
	}
	for _, x := range []struct {
		after time.Duration
		want  []uhri.Symbol
	}{{13 * 24 * time.Hour, nil}, {15 * 24 * time.Hour, []uhri.Symbol{b}}, {31 * 24 * time.Hour, []uhri.Symbol{b, a}}} {
		r.now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Add(x.after)
		if diff := cmp.Diff(x.want, register.Open(cursor, r.o).Due()); diff != "" {
			t.Errorf("due after %s (-want +got):\n%s", x.after, diff)
		}
	}
}

// TestCorrections: the next corrigendum and revision are looked for when a document is asked for again, at 30 and 90 days, and in
// between nobody is asked.
func TestCorrections(t *testing.T) {
	o := replica.SymbolOptions{Documents: []replica.Published{doc(a)}}
	r := newRig(t, o)
	_, cursor, err := r.gather(t, nil, a)
	if err != nil {
		t.Fatal(err)
	}
	server := replica.Symbols(replica.SymbolOptions{Documents: []replica.Published{doc(a), doc(a + "/Corr.1"), doc(a + "/Rev.1")}})
	r.serve(server)
	r.now, r.asked = r.now.AddDate(0, 0, 29), 0
	if got, _, err := r.gather(t, cursor, a); err != nil || len(got) != 1 || r.asked > 0 {
		t.Errorf("after 29 days: %v, asked %d times, %v", got, r.asked, err)
	}
	r.now = r.now.AddDate(0, 0, 1)
	want := []string{string(a) + " = " + string(a) + "@en", string(a) + " = " + string(a) + "/Corr.1@en", string(a) + " = " + string(a) + "/Rev.1@en"}
	got, cursor, err := r.gather(t, cursor, a)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("after 30 days: %v (-want +got):\n%s", err, diff)
	}
	r.now, r.asked = r.now.AddDate(0, 0, 1), 0
	if got, _, err := r.gather(t, cursor, a); err != nil || len(got) != 3 || r.asked > 0 {
		t.Errorf("a day later: %v, asked %d times, %v", got, r.asked, err)
	}
}

func TestTakenDown(t *testing.T) {
	r := newRig(t, replica.SymbolOptions{Documents: []replica.Published{doc(a)}})
	got, _, err := r.gather(t, nil, a)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if _, err := r.store.Suppress(t.Context(), string(a), "asked for"); err != nil {
		t.Fatal(err)
	}
	r.asked = 0
	got, _, err = r.gather(t, nil, a)
	if diff := cmp.Diff([]string{string(a) + ": it was taken down here"}, got); diff != "" || err != nil || r.asked > 0 {
		t.Errorf("asked %d times, %v (-want +got):\n%s", r.asked, err, diff)
	}
}

// elsewhere has what it is made of.
type elsewhere map[string]documents.File

func (e elsewhere) Fetch(_ context.Context, s uhri.Symbol, l uhri.Lang) (documents.File, error) {
	if f, ok := e[string(s)+"@"+string(l)]; ok {
		return f, nil
	}
	return documents.File{}, uhri.Errorf(uhri.NotFound, "fetch", "nothing elsewhere")
}

func (e elsewhere) Langs(_ context.Context, s uhri.Symbol) (out []uhri.Lang, err error) {
	for _, f := range e {
		if f.Symbol == s {
			out = append(out, f.Lang)
		}
	}
	return out, nil
}

func TestServerOutOfOrder(t *testing.T) {
	down := true
	r := newRig(t, replica.SymbolOptions{Documents: []replica.Published{doc(a), doc(b)}, Down: func() bool { return down }})
	got, cursor, err := r.gather(t, nil, a)
	if err != nil || len(got) != 1 || !strings.Contains(got[0], "could not be fetched") || len(cursor) > 0 {
		t.Errorf("one document that fails: %v, %v, cursor %v", got, err, cursor)
	}
	if got, _, err = r.gather(t, nil, a, b, a, b, a, b); err == nil || len(got) != 4 {
		t.Errorf("documents that fail in a row: %d, then %v", len(got), err)
	}
	r.o.Elsewhere = elsewhere{string(a) + "@en": {Symbol: a, Lang: uhri.English, URL: "elsewhere", FetchedAt: r.now, Data: []byte("%PDF-1.4 elsewhere")}}
	if got, _, err = r.gather(t, nil, a); err != nil || len(got) != 1 || strings.Contains(got[0], ": ") {
		t.Errorf("with another place to go to: %v, %v", got, err)
	}
	down = false
	r.asked = 0
	if got, _, err = r.gather(t, cursor, b); err != nil || r.asked == 0 {
		t.Errorf("when it is well again: %v, %v", got, err)
	}
}

func TestAnotherLanguageWhereTheWantedIsNot(t *testing.T) {
	r := newRig(t, replica.SymbolOptions{})
	r.o.Elsewhere = elsewhere{
		"1": {Symbol: a, Lang: uhri.Spanish}, "2": {Symbol: a, Lang: uhri.French},
		string(a) + "@fr": {Symbol: a, Lang: uhri.French, URL: "elsewhere", FetchedAt: r.now, Data: []byte("%PDF-1.4 fr")},
		string(a) + "@es": {Symbol: a, Lang: uhri.Spanish, URL: "elsewhere", FetchedAt: r.now, Data: []byte("%PDF-1.4 es")},
	}
	want := []string{string(a) + " = " + string(a) + "@fr"}
	got, cursor, err := r.gather(t, nil, a)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	got, _, err = r.gather(t, cursor, a)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("again: %v (-want +got):\n%s", err, diff)
	}
}

func TestLimit(t *testing.T) {
	r := newRig(t, replica.SymbolOptions{Documents: []replica.Published{doc(a), doc(b)}})
	r.o.Asks = 1
	reg := register.Open(nil, r.o)
	n := 0
	for _, s := range []uhri.Symbol{a, b} {
		if err := reg.Gather(t.Context(), s, time.Time{}, func(crawler.Item, error) bool { n++; return true }); err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 || reg.Waiting() != 1 || !reg.RanOut() || !reg.Knows(a) || reg.Knows(b) {
		t.Errorf("%d items, ran out %v, knows %v and %v", n, reg.RanOut(), reg.Knows(a), reg.Knows(b))
	}
	if err := reg.Gather(t.Context(), a, time.Time{}, func(crawler.Item, error) bool { return false }); !errors.Is(err, register.ErrStopped) {
		t.Errorf("a receiver that stops: %v", err)
	}
}
