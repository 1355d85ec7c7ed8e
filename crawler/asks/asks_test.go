package asks

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
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
	type count struct{ judged, together, right int }
	by := map[string]*count{"all": {}}
	for s := bufio.NewScanner(f); s.Scan(); {
		var a, b, verdict, sample string
		if n, _ := fmt.Sscan(s.Text(), &a, &b, &verdict, &sample); n != 4 || strings.HasPrefix(a, "#") {
			continue
		}
		if by[sample] == nil {
			by[sample] = &count{}
		}
		h, ok := groups[uhri.ID(a)]
		ok = ok && h == groups[uhri.ID(b)]
		for _, c := range []*count{by["all"], by[sample]} {
			c.judged++
			if ok {
				c.together++
				if verdict == "yes" {
					c.right++
				}
			}
		}
		if ok && verdict != "yes" {
			t.Logf("together and judged different: %s %s", a, b)
		}
	}
	for _, sample := range slices.Sorted(maps.Keys(by)) {
		c := by[sample]
		low, high := wilson(c.right, c.together)
		t.Logf("%-9s %3d judged, %3d together, %3d rightly: %.3f [%.3f–%.3f]", sample, c.judged, c.together, c.right, float64(c.right)/float64(max(c.together, 1)), low, high)
	}
	t.Logf("%d records in groups", len(groups))
	if c := by["all"]; c.judged < 400 || c.together < 340 || float64(c.right) < 0.95*float64(c.together) {
		t.Errorf("precision %d/%d of %d judged pairs, want at least 0.95", c.right, c.together, c.judged)
	}
}

// wilson is the 95 % interval of a share (Wilson 1927).
func wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (mid - half) / (1 + z*z/m), (mid + half) / (1 + z*z/m)
}

// TestRecallOfConstructedDuplicates retells real recommendations in the ways the publisher's sources retell them, and counts
// how many find their original.
func TestRecallOfConstructedDuplicates(t *testing.T) {
	g := New()
	originals := map[uhri.ID]string{}
	for _, r := range realRecords(t) {
		g.Add(r)
		body := r.Texts[uhri.English].Body
		if body == "" {
			body = r.Texts[uhri.English].Full
		}
		if r.Type == uhri.TypeRecommendation && r.Mechanism == uhri.MechanismUPR {
			body, _, _ = clean.RecommendingStates(body)
		}
		if n := len(strings.Fields(body)); r.Type == uhri.TypeRecommendation && n >= 12 && hash(string(r.ID))%8 == 0 {
			originals[r.ID] = body
		}
	}
	retold := []struct {
		name string
		want float64
		tell func(string) string
	}{
		{"other States at the end", 0.99, func(s string) string { return s + " (Kenya, Chile);" }},
		{"a leading to, in capitals", 0.99, func(s string) string { return "TO " + strings.ToUpper(s) }},
		{"curly marks and hard spaces", 0.99, func(s string) string {
			return strings.NewReplacer("'", "\u2019", " and ", "\u00a0and ", "-", "\u2010").Replace(s)
		}},
		{"reported", 0.95, func(s string) string { return "Recommended that the Government " + s }},
		{"urged on", 0.95, func(s string) string { return "Continue its efforts to " + s }},
		{"without a comma or article", 0.90, func(s string) string {
			return strings.NewReplacer(",", "", " the ", " ").Replace(s)
		}},
		{"a word more", 0.75, func(s string) string { w := strings.Fields(s); return strings.Join(w, " ") + " nationwide" }},
		{"its longest word misspelt", 0.35, func(s string) string {
			w := strings.Fields(s)
			longest := 0
			for i := range w {
				if len(w[i]) > len(w[longest]) {
					longest = i
				}
			}
			w[longest] = w[longest][:2] + "x" + w[longest][2:]
			return strings.Join(w, " ")
		}},
	}
	for k, way := range retold {
		for id, body := range originals {
			g.Add(&uhri.Recommendation{ID: id + uhri.ID(fmt.Sprintf("/%d", k)), Type: uhri.TypeRecommendation, Mechanism: uhri.MechanismUPR,
				Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: way.tell(body)}}})
		}
	}
	groups := g.Groups()
	for k, way := range retold {
		found := 0
		for id := range originals {
			if h, ok := groups[id]; ok && h == groups[id+uhri.ID(fmt.Sprintf("/%d", k))] {
				found++
			}
		}
		recall := float64(found) / float64(len(originals))
		t.Logf("%-28s %d of %d found: %.3f", way.name, found, len(originals), recall)
		if recall < way.want {
			t.Errorf("%s: recall %.3f, want %.2f", way.name, recall, way.want)
		}
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
		{"a thought for a deed", "Ratify the Convention on the Reduction of Statelessness", "Consider ratifying the Convention on the Reduction of Statelessness", false},
		{"a thought in other words", "Consider ratifying the Convention on the Reduction of Statelessness", "Study the possibility of ratification of the Convention on the Reduction of Statelessness", true},
		{"another form of the deed", "Proceed to ratify the Convention on the Reduction of Statelessness", "Proceed to the ratification of the Convention on the Reduction of Statelessness", true},
		{"half of the deed", "Sign and ratify the Convention on the Reduction of Statelessness", "Sign the Convention on the Reduction of Statelessness", false},
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
