package asks

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/clean"
)

// realRecords decodes id and text of the real records; the importer is tested elsewhere.
func realRecords(tb testing.TB) []*uhri.Recommendation {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "uhri", "export-full-en.json.gz"))
	if err != nil {
		tb.Skip("the real records are not beside the checkout (../shared/data)")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var rows []struct{ AnnotationId, Text, Body, AnnotationType string }
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		tb.Fatal(err)
	}
	var out []*uhri.Recommendation
	for _, row := range rows {
		full := clean.Text(row.Text)
		p := clean.Split(full)
		r := &uhri.Recommendation{ID: uhri.ID(row.AnnotationId), Mechanism: uhri.MechanismTreatyBody,
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: full, Heading: p.Heading, Body: p.Body}}}
		if row.Body == "- UPR" {
			r.Mechanism = uhri.MechanismUPR
		}
		r.Type, _ = uhri.ParseType(row.AnnotationType)
		out = append(out, r)
	}
	return out
}

// TestJudgedPairs holds the precision on pairs judged by reading: of those grouped together, at least 95 % ask for the same.
func TestJudgedPairs(t *testing.T) {
	g := New()
	for _, r := range realRecords(t) {
		g.Add(r)
	}
	groups := g.Groups()
	f, err := os.Open("testdata/pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	together, right, judged := 0, 0, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		var a, b, verdict string
		if n, _ := fmt.Sscan(s.Text(), &a, &b, &verdict); n != 3 || strings.HasPrefix(a, "#") {
			continue
		}
		judged++
		if h, ok := groups[uhri.ID(a)]; ok && h == groups[uhri.ID(b)] {
			together++
			if verdict == "yes" {
				right++
			} else {
				t.Logf("together and judged different: %s %s", a, b)
			}
		}
	}
	t.Logf("%d records in groups; %d pairs judged, %d together, %d of them rightly", len(groups), judged, together, right)
	if judged < 60 || together < 50 || float64(right) < 0.95*float64(together) {
		t.Errorf("precision %d/%d of %d judged pairs, want at least 0.95", right, together, judged)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"case and a leading to", "To build clinics in every valley of the north", "Build clinics in every valley of the north.", true},
		{"diplomatic caution", "Continue its efforts to train judges in juvenile justice standards", "Train judges in juvenile justice standards", true},
		{"another treaty", "Ratify the Optional Protocol to the Convention against Torture", "Ratify the Optional Protocol to the Convention on the Rights of the Child", false},
		{"another number", "Ratify the First Optional Protocol to the Covenant on Civil and Political Rights", "Ratify the Second Optional Protocol to the Covenant on Civil and Political Rights", false},
		{"a negation", "Extradite persons sought by courts of neighbouring States", "Do not extradite persons sought by courts of neighbouring States", false},
		{"another group", "Provide free legal aid to women in remote districts", "Provide free legal aid to children in remote districts", false},
		{"short and equal", "Ratify ICCPR", "ratify the ICCPR", true},
		{"short and different", "Ratify ICCPR", "Ratify ICESCR", false},
		{"nothing", "", "Ratify ICCPR", false},
	} {
		if got := Same(c.a, c.b); got != c.want {
			t.Errorf("%s: Same(%q, %q) = %v", c.name, c.a, c.b, got)
		}
	}
}

// TestGroupsDoNotDependOnOrder adds the same passages in two orders.
func TestGroupsDoNotDependOnOrder(t *testing.T) {
	texts := []string{"Build clinics in every valley of the north", "Ratify ICCPR", "To build clinics in every valley of the north.",
		"Publish the budget of the armed forces every year", "Build the clinics in every valley of its north", "Ratify the ICCPR"}
	group := func(order []int) map[uhri.ID]uhri.ID {
		g := New()
		for _, i := range order {
			g.Add(&uhri.Recommendation{ID: uhri.ID(fmt.Sprintf("id-%d", i)), Type: uhri.TypeRecommendation,
				Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: texts[i]}}})
		}
		g.Add(&uhri.Recommendation{ID: "observation", Type: uhri.TypeObservation, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: texts[0]}}})
		return g.Groups()
	}
	want := map[uhri.ID]uhri.ID{"id-0": "id-0", "id-2": "id-0", "id-4": "id-0", "id-1": "id-1", "id-5": "id-1"}
	if d := cmp.Diff(want, group([]int{0, 1, 2, 3, 4, 5})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, group([]int{5, 3, 4, 1, 0, 2})); d != "" {
		t.Error(d)
	}
}

func BenchmarkGroups(b *testing.B) {
	rs := realRecords(b)
	for b.Loop() {
		g := New()
		for _, r := range rs {
			g.Add(r)
		}
		g.Groups()
	}
	b.ReportMetric(float64(len(rs)*b.N)/b.Elapsed().Seconds(), "records/s")
}
