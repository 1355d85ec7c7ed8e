package uhriexport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler"
)

// record n of a small export.
func element(n int) string {
	return fmt.Sprintf(`{"AnnotationId":"%08d-0000-4000-8000-000000000000","Symbol":"A/HRC/59/15","Body":"- UPR","Text":"<p>1.%d&nbsp;Ratify it (Ghana);</p>"}`, n, n)
}

func export(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = element(i + 1)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s)) // to memory
	z.Close()
	return b.String()
}

// file writes an export and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export-full-en.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// harvested is what one harvest gave.
type harvested struct {
	keys     []string
	rejected []string
	sweep    crawler.Sweep
	err      error
}

func harvest(t *testing.T, o Options, since crawler.Cursor) (h harvested) {
	t.Helper()
	src, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.sweep, h.err = src.Harvest(t.Context(), since, func(it crawler.Item, err error) bool {
		if err != nil {
			h.rejected = append(h.rejected, err.Error())
		} else {
			h.keys = append(h.keys, it.Key)
		}
		return true
	})
	return h
}

func TestStream(t *testing.T) {
	long := export(3000) // more than one buffer
	for _, c := range []struct {
		name, content string
		items         int
		rejected      []string
		fault         string // part of the error; "" = none
	}{
		{name: "whole", content: export(3), items: 3},
		{name: "more than a buffer", content: long, items: 3000},
		{name: "gzip", content: zipped(export(3)), items: 3},
		{name: "byte order mark", content: "\xef\xbb\xbf" + export(2), items: 2},
		{name: "white space", content: " \r\n[ " + element(1) + " ,\r\n " + element(2) + " ]\r\n", items: 2},
		{name: "no record", content: "[]"},
		{name: "no bracket at the end", content: strings.TrimSuffix(export(3), "]"), fault: "does not end with the bracket"},
		{name: "cut inside a record", content: long[:len(long)/2], fault: "does not end with the bracket"},
		{name: "cut after a comma", content: "[" + element(1) + ",", fault: "does not end with the bracket"},
		{name: "the bracket is another list's", content: "[" + element(1) + `,{"AnnotationId":"x","Countries":["Kenya"]`, items: 1, fault: "ends after 1 records without closing its list"},
		{name: "compressed, no bracket at the end", content: zipped(strings.TrimSuffix(export(3), "]")), items: 3, fault: "ends after 3 records without closing its list"},
		{name: "gzip cut", content: zipped(long)[:len(zipped(long))/2], items: -1, fault: "without closing its list"},
		{name: "gzip damaged", content: "\x1f\x8b damaged", fault: "gzip file is damaged"},
		{name: "empty", fault: "empty"},
		{name: "a page", content: "<!DOCTYPE html><html>Just a moment...</html>", fault: "web page"},
		{name: "a page after spaces", content: "\r\n  <html></html>", fault: "web page"},
		{name: "an object", content: `{"error":"busy"}`, fault: "does not begin with a list"},
		{name: "UTF-16", content: "\xff\xfe[\x00]\x00", fault: "UTF-16"},
		{name: "UTF-16 without mark", content: "\x00[\x00{\x00}\x00]", fault: "UTF-16"},
		{name: "UTF-16 little-endian without mark", content: "[\x00{\x00}\x00]\x00", fault: "UTF-16"},
		{name: "Latin-1", content: `[{"AnnotationId":"1","Text":"` + "\xe9galit\xe9" + strings.Repeat(" and so on", 90) + `"}]`, fault: "not UTF-8"},
		{name: "not UTF-8 later", content: strings.Replace(long, "1.2900&nbsp;", "1.2900\xff", 1), items: 2899, fault: "damaged after 2899 records"},
		{name: "not JSON inside", content: "[" + element(1) + `,{"AnnotationId":oops}]`, items: 1, fault: "damaged after 1 records"},
		{name: "something after the list", content: export(2) + "<!-- cached -->", fault: "something follows"},
		{name: "another list after it", content: export(2) + export(1), items: 2, fault: "follows the closed list"},
		{name: "other keys", content: `[{"Id":"x","Text":"y"}]`, rejected: []string{"element 1: no AnnotationId"}, fault: "its keys have changed"},
		{name: "an element that is no record", content: "[" + element(1) + `,17,{"Text":"no key"},{"AnnotationId":5},{"AnnotationId":" "},` + element(2) + "]", items: 2,
			rejected: []string{"element 2: not an object", "element 3: no AnnotationId", "element 4: AnnotationId is not a text", "element 5: no AnnotationId"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := harvest(t, Options{Addresses: []string{file(t, c.content)}}, nil)
			if c.items >= 0 && len(h.keys) != c.items {
				t.Errorf("%d items, want %d", len(h.keys), c.items)
			}
			if diff := cmp.Diff(c.rejected, h.rejected); diff != "" {
				t.Errorf("rejected (-want +got):\n%s", diff)
			}
			switch {
			case c.fault == "" && (h.err != nil || !h.sweep.Complete):
				t.Errorf("complete %v, error %v", h.sweep.Complete, h.err)
			case c.fault != "" && (h.err == nil || !strings.Contains(h.err.Error(), c.fault)):
				t.Errorf("error %v, want one with %q", h.err, c.fault)
			case c.fault != "" && h.sweep.Complete:
				t.Error("a broken file is called complete")
			}
		})
	}
}

func TestTenThousandBadRecords(t *testing.T) {
	bad := make([]string, 10_000)
	for i := range bad {
		bad[i] = fmt.Sprintf(`{"Text":"no key %d"}`, i)
	}
	h := harvest(t, Options{Addresses: []string{file(t, "["+strings.Join(bad, ",")+","+element(1)+"]")}}, nil)
	if len(h.rejected) != 10_000 || len(h.keys) != 1 || h.err != nil || !h.sweep.Complete {
		t.Errorf("%d rejected, %d items, %v", len(h.rejected), len(h.keys), h.err)
	}
}

func TestStops(t *testing.T) {
	src, err := New(Options{Addresses: []string{file(t, export(10))}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	sweep, err := src.Harvest(t.Context(), nil, func(crawler.Item, error) bool { n++; return n < 4 })
	if n != 4 || sweep.Complete {
		t.Errorf("stopped by yield: %d items, complete %v, %v", n, sweep.Complete, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := src.Harvest(ctx, nil, func(crawler.Item, error) bool { t.Error("an item came"); return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ended gives %v", err)
	}
}

func TestUnchanged(t *testing.T) {
	path := file(t, export(5))
	first := harvest(t, Options{Addresses: []string{path}}, nil)
	again := harvest(t, Options{Addresses: []string{path}}, first.sweep.Cursor)
	if !again.sweep.Unchanged || again.sweep.Complete || len(again.keys) != 0 {
		t.Errorf("the same file: %+v", again)
	}
	// The same length, other content.
	if err := os.WriteFile(path, []byte(strings.Replace(export(5), "Ratify it", "Ratify at", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	edited := harvest(t, Options{Addresses: []string{path}}, first.sweep.Cursor)
	if edited.sweep.Unchanged || !edited.sweep.Complete || len(edited.keys) != 5 {
		t.Errorf("an edited file: %+v", edited)
	}
}

// server plays Fetch.
type server struct {
	t       *testing.T
	content map[string]string // by address; none = an error
	errs    map[string]error
	asked   []string
	since   []map[string]string
	paths   []string
}

func (s *server) fetch(_ context.Context, address string, since map[string]string) (*Download, error) {
	s.asked, s.since = append(s.asked, address), append(s.since, maps.Clone(since))
	if err := s.errs[address]; err != nil {
		return nil, err
	}
	c, ok := s.content[address]
	if !ok {
		return nil, fmt.Errorf("%s answers 404 Not Found", address)
	}
	if since["etag"] == "v1" {
		return &Download{Unchanged: true}, nil
	}
	path := file(s.t, c)
	s.paths = append(s.paths, path)
	return &Download{Path: path, Size: int64(len(c)), Validators: map[string]string{"etag": "v1"}}, nil
}

func TestAddresses(t *testing.T) {
	const a, b = "https://a.example/export-full-{lang}.json", "https://b.example/{lang}.json"
	blocked := &crawler.BlockedError{Reason: "a challenge"}
	for _, c := range []struct {
		name    string
		content map[string]string
		errs    map[string]error
		items   int
		asked   int
		fault   string
	}{
		{name: "the first answers", content: map[string]string{"https://a.example/export-full-fr.json": export(2)}, items: 2, asked: 1},
		{name: "the second answers", content: map[string]string{"https://b.example/fr.json": export(2)}, items: 2, asked: 2},
		{name: "the first is a page", content: map[string]string{"https://a.example/export-full-fr.json": "<html>", "https://b.example/fr.json": export(2)}, items: 2, asked: 2},
		{name: "none answers", asked: 2, fault: "404"},
		{name: "the first is cut", content: map[string]string{"https://a.example/export-full-fr.json": "[" + element(1) + ",", "https://b.example/fr.json": export(2)}, items: 2, asked: 2},
		{name: "damaged after the first record: the second must not add to it", content: map[string]string{
			"https://a.example/export-full-fr.json": "[" + element(1) + ",oops]", "https://b.example/fr.json": export(2)}, items: 1, asked: 1, fault: "damaged after 1"},
		{name: "blocked: nobody else is asked", errs: map[string]error{"https://a.example/export-full-fr.json": blocked}, asked: 1, fault: "blocked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &server{t: t, content: c.content, errs: c.errs}
			h := harvest(t, Options{Lang: uhri.French, Addresses: []string{a, b}, Fetch: s.fetch}, nil)
			if len(h.keys) != c.items || len(s.asked) != c.asked {
				t.Errorf("%d items, asked %q", len(h.keys), s.asked)
			}
			if (c.fault == "") != (h.err == nil) || h.err != nil && !strings.Contains(h.err.Error(), c.fault) {
				t.Errorf("error %v, want %q", h.err, c.fault)
			}
			for _, p := range s.paths {
				if _, err := os.Stat(p); err == nil {
					t.Errorf("the download %s is left", p)
				}
			}
		})
	}
}

func TestValidators(t *testing.T) {
	const a, b = "https://a.example/{lang}", "https://b.example/{lang}"
	s := &server{t: t, content: map[string]string{"https://b.example/en": export(2)}}
	first := harvest(t, Options{Addresses: []string{a, b}, Fetch: s.fetch}, nil)
	again := harvest(t, Options{Addresses: []string{a, b}, Fetch: s.fetch}, first.sweep.Cursor)
	if !again.sweep.Unchanged || again.err != nil {
		t.Errorf("%+v", again)
	}
	if diff := cmp.Diff(first.sweep.Cursor, again.sweep.Cursor); diff != "" {
		t.Errorf("the cursor of an unchanged export (-want +got):\n%s", diff)
	}
	// One address's validators mean nothing at another.
	if diff := cmp.Diff([]map[string]string{nil, nil, nil, {"etag": "v1"}}, s.since); diff != "" {
		t.Errorf("validators sent (-want +got):\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	if _, err := New(Options{Lang: "xx", Addresses: []string{"x"}}); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("a language that is none: %v", err)
	}
	if _, err := New(Options{}); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("no address: %v", err)
	}
	h := harvest(t, Options{Addresses: []string{"https://a.example/{lang}"}}, nil)
	if uhri.KindOf(h.err) != uhri.Unsupported {
		t.Errorf("an address without Fetch: %v", h.err)
	}
	if h := harvest(t, Options{Addresses: []string{t.TempDir()}}, nil); h.err == nil || !strings.Contains(h.err.Error(), "folder") {
		t.Errorf("a folder: %v", h.err)
	}
}

// TestItems: what is yielded is the publisher's element as it was sent, with where and when.
func TestItems(t *testing.T) {
	path := file(t, "[ "+element(1)+" , "+strings.Replace(element(2), "00000002-", "0000000A-", 1)+"]")
	now := time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC)
	src, err := New(Options{Lang: uhri.Spanish, Addresses: []string{path}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var got []crawler.Item
	if _, err := src.Harvest(t.Context(), nil, func(it crawler.Item, _ error) bool { got = append(got, it); return true }); err != nil {
		t.Fatal(err)
	}
	want := []crawler.Item{
		{Key: "00000001-0000-4000-8000-000000000000", Raw: []byte(element(1)), MediaType: "application/json", URL: path, FetchedAt: now, Lang: "es"},
		{Key: "0000000a-0000-4000-8000-000000000000", Raw: []byte(strings.Replace(element(2), "00000002-", "0000000A-", 1)), MediaType: "application/json", URL: path, FetchedAt: now, Lang: "es"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if src.Name() != "uhri/es" {
		t.Errorf("name %q", src.Name())
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{export(2), zipped(export(2)), "[", "]", "[{}]", "\xef\xbb\xbf[]", `[{"AnnotationId":"x"`, "<html>", "[null,{},[]]", "\x1f\x8b"} {
		f.Add([]byte(s))
	}
	process := NewProcess(ProcessOptions{Source: "uhri/en", Lang: uhri.English})
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := New(Options{Addresses: []string{"x"}})
		if err != nil {
			t.Fatal(err)
		}
		yielded := 0
		n, err := src.decode(t.Context(), bytes.NewReader(b), "x", time.Time{}, func(it crawler.Item, fault error) bool {
			yielded++
			if fault == nil {
				recs, err := process(t.Context(), it)
				var reject *crawler.ItemError
				if err != nil && !errors.As(err, &reject) || err == nil && len(recs) != 1 {
					t.Errorf("%q: %d records, %v", it.Raw, len(recs), err)
				}
			}
			return true
		})
		if n != yielded {
			t.Errorf("%d elements counted, %d yielded", n, yielded)
		}
		var e *uhri.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q: an error without a message for people: %v", b, err)
		}
	})
}
