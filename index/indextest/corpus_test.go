package indextest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"uhri"
	"uhri/index/analysis"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedShape(t *testing.T) {
	const n = 4000
	g := Generated{Records: n, Seed: 1}
	var upr, uprWords, otherWords, themes, groups int
	ids := map[uhri.ID]bool{}
	terms := map[string]bool{}
	bodies := map[string]int{}
	i := 0
	for r := range g.Each() {
		if diff := cmp.Diff(r, (Generated{Records: 9, Seed: 1}).Record(i)); diff != "" && i < 20 {
			t.Fatalf("record %d depends on the size of the corpus: %s", i, diff)
		}
		i++
		ids[r.ID] = true
		if !uhri.ValidID(r.ID) {
			t.Fatalf("%q is not an ID", r.ID)
		}
		if s, err := uhri.ParseSymbol(string(r.Symbol)); err != nil || s != r.Symbol {
			t.Fatalf("symbol %q: %q, %v", r.Symbol, s, err)
		}
		words := analysis.Terms(r.Texts["en"].Full)
		for _, w := range words {
			terms[w] = true
		}
		if r.Mechanism == uhri.MechanismUPR {
			upr++
			uprWords += len(words)
		} else {
			otherWords += len(words)
		}
		bodies[r.Body]++
		for _, tag := range r.Tags {
			switch tag.Scheme {
			case uhri.SchemeTheme:
				themes++
			case uhri.SchemeGroup:
				groups++
			}
		}
	}
	between := func(name string, got, low, high float64) {
		t.Helper()
		t.Logf("%s: %.3g", name, got)
		if got < low || got > high {
			t.Errorf("%s is %.3g, want between %.3g and %.3g", name, got, low, high)
		}
	}
	between("distinct IDs", float64(len(ids)), n, n)
	between("share of the UPR", float64(upr)/n, 0.45, 0.50)
	between("words of a UPR recommendation", float64(uprWords)/float64(upr), 25, 40)
	between("words of other passages", float64(otherWords)/float64(n-upr), 130, 170)
	between("words", float64(uprWords+otherWords)/n, 80, 105)
	between("themes", float64(themes)/n, 3.0, 3.9)
	between("groups", float64(groups)/n, 1.4, 2.2)
	between("bodies", float64(len(bodies)), 45, 70)
	between("distinct words", float64(len(terms)), 10_000, 60_000)
	for _, lang := range uhri.Langs {
		tail := map[string]bool{}
		for _, w := range speechOf(lang).tail {
			tail[w] = true
		}
		if len(tail) < 40_000 {
			t.Errorf("%s has %d rare words", lang, len(tail))
		}
	}
}

func TestGeneratedExport(t *testing.T) {
	g := Generated{Records: 50, Seed: 1}
	for _, lang := range uhri.Langs {
		var b bytes.Buffer
		if err := g.WriteExport(&b, lang); err != nil {
			t.Fatal(err)
		}
		var rows []map[string]any
		if err := json.Unmarshal(b.Bytes(), &rows); err != nil {
			t.Fatal(err)
		}
		if len(rows) != g.Records {
			t.Fatalf("%d records", len(rows))
		}
		for i, row := range rows {
			if len(row) != 18 || row["AnnotationId"] != string(g.Record(i).ID) || !strings.HasPrefix(row["Text"].(string), "<p>") {
				t.Fatalf("%v", row)
			}
			for _, label := range row["Sdgs"].([]any) {
				if _, ok := uhri.ResolveConcept(uhri.SchemeSDG, label.(string)); !ok {
					t.Errorf("%q is no label of the publisher's", label)
				}
			}
			if _, ok := uhri.ResolveBody(row["Body"].(string)); !ok {
				t.Errorf("%q is no body", row["Body"])
			}
		}
	}
}

func BenchmarkGenerated(b *testing.B) {
	g := Generated{Records: 1 << 30, Seed: 1}
	i := 0
	for b.Loop() {
		g.Record(i)
		i++
	}
}
