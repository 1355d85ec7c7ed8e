package classify

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
)

// realLabelled decodes the labelled English records of the real export, with its thematic lists' labels. It is a
// reading of its own: the importer is tested elsewhere.
func realLabelled(tb testing.TB) []*uhri.Recommendation {
	tb.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "uhri", "export-full-en.json.gz")
	f, err := os.Open(path)
	if err != nil {
		tb.Skip("the real records are not beside the checkout (../shared/data); nothing to learn from")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var rows []struct {
		AnnotationId, Symbol, Text, Body, PublicationDate string
		Themes, AffectedPersons, Sdgs, Countries          []string
	}
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		tb.Fatal(err)
	}
	var out []*uhri.Recommendation
	for _, row := range rows {
		r := &uhri.Recommendation{ID: uhri.ID(row.AnnotationId), Body: row.Body, Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: row.Text}}}
		r.Symbol, _ = uhri.ParseSymbol(row.Symbol)
		r.Date, _ = uhri.ParseDate(row.PublicationDate)
		for scheme, raws := range map[uhri.Scheme][]string{uhri.SchemeTheme: row.Themes, uhri.SchemeGroup: row.AffectedPersons, uhri.SchemeSDG: row.Sdgs} {
			for _, raw := range raws {
				c, ok := uhri.ResolveConcept(scheme, raw)
				if !ok {
					continue
				}
				r.Tags = append(r.Tags, uhri.Tag{Scheme: scheme, Concept: c.Slug, Origin: uhri.OriginPublisher})
			}
		}
		if len(r.Tags) > 0 {
			out = append(out, r)
		}
	}
	return out
}

func seq(rs []*uhri.Recommendation) func(func(*uhri.Recommendation, error) bool) {
	return func(yield func(*uhri.Recommendation, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestRealLabels reports how well the publisher's labels are met on documents the model had not seen.
func TestRealLabels(t *testing.T) {
	rs := realLabelled(t)
	e, err := Evaluate(t.Context(), seq(rs))
	if err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	e.Print(&report)
	t.Log(report.String())
	// What was reached when this was written, less a margin: falling below means that something broke.
	for name, floor := range map[string]float64{"themes": 0.59, "affected groups": 0.67, "SDG goals": 0.67} {
		for _, s := range e.Schemes {
			if s.Name == name && s.Model.F1 < floor {
				t.Errorf("%s: micro-F1 %.3f, want at least %.2f", name, s.Model.F1, floor)
			}
		}
	}
}

func TestRulesParse(t *testing.T) {
	if _, err := parseRules(rulesText); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"sdg 99 | x", "theme right-to-health", "sdg 1 | ab*", "sdg 1 | poverty;;hunger"} {
		if _, err := parseRules(bad); err == nil {
			t.Errorf("parseRules(%q): no error", bad)
		}
	}
}

func TestLabelByRule(t *testing.T) {
	passage := func(text string, tags ...uhri.Tag) *uhri.Recommendation {
		return &uhri.Recommendation{Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: text}}, Tags: tags}
	}
	has := func(ts []uhri.Tag, s uhri.Scheme, c string) bool {
		for _, g := range ts {
			if g.Scheme == s && g.Concept == c && g.Origin == uhri.OriginRule && g.By != "" {
				return true
			}
		}
		return false
	}
	got := Label(nil, passage("Build shelters for victims of domestic violence in every province."))
	for _, w := range []struct {
		s uhri.Scheme
		c string
	}{{uhri.SchemeSDG, "5.2"}, {uhri.SchemeSDG, "5"}, {uhri.SchemeTheme, "support-to-victims-witnesses"}, {uhri.SchemeGroup, "women-girls"}} {
		if !has(got, w.s, w.c) {
			t.Errorf("no %s %s among %v", w.s, w.c, got)
		}
	}
	// What the publisher labelled in a scheme stays as it is; the other schemes are filled.
	got = Label(nil, passage("Ensure drinking water for all villages.", uhri.Tag{Scheme: uhri.SchemeSDG, Concept: "1", Origin: uhri.OriginPublisher}))
	if has(got, uhri.SchemeSDG, "6") || !has(got, uhri.SchemeTheme, "safe-drinking-water-sanitation") {
		t.Errorf("beside the publisher's SDG: %v", got)
	}
	if got := Label(nil, passage("")); got != nil {
		t.Errorf("no text: %v", got)
	}
}

// TestGoalOfTheSurestTarget labels one passage again and again: the goal that targets bring must not depend on chance.
func TestGoalOfTheSurestTarget(t *testing.T) {
	p := &linear{Scheme: uhri.SchemeSDG, Labels: []string{"16.1", "16.3", "16.7"}, Bias: []float32{1, 3, 2}, Scale: []float32{1, 1, 1}, Thresholds: []float32{0.5, 0.5, 0.5},
		Calibration: calibration{1, 0}, offsets: make([]uint32, buckets+1), index: map[string]int{"16.1": 0, "16.3": 1, "16.7": 2}}
	m := &Model{Version: "m", parts: []*linear{{}, {}, p}}
	for range 50 {
		got := tagsOf(m, 2, m.scores(2, features{}), []label{{uhri.SchemeSDG, "16.9"}})
		want := []uhri.Tag{
			{Scheme: uhri.SchemeSDG, Concept: "16", Origin: uhri.OriginModel, By: "m", Score: 0.953},
			{Scheme: uhri.SchemeSDG, Concept: "16.1", Origin: uhri.OriginModel, By: "m", Score: 0.731},
			{Scheme: uhri.SchemeSDG, Concept: "16.3", Origin: uhri.OriginModel, By: "m", Score: 0.953},
			{Scheme: uhri.SchemeSDG, Concept: "16.7", Origin: uhri.OriginModel, By: "m", Score: 0.881},
			{Scheme: uhri.SchemeSDG, Concept: "16.9", Origin: uhri.OriginRule, By: "rules-" + rules().version},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	}
}

// TestModelKeepsItsDecisions trains twice and stores once: same bytes, same labels.
func TestModelKeepsItsDecisions(t *testing.T) {
	samples, err := collect(t.Context(), seq(invented()))
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	m := fitTuned(samples)
	if err := m.Encode(&a); err != nil {
		t.Fatal(err)
	}
	if err := fitTuned(samples).Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("the same records gave two models")
	}
	if a.Len() > 8<<20 {
		t.Errorf("the model takes %d bytes", a.Len())
	}
	got, err := Decode(bytes.NewReader(a.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	r := &uhri.Recommendation{Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "Provide textbooks and train teachers in remote valleys."}}}
	want := Label(m, r)
	if len(want) == 0 || want[0].Origin == "" {
		t.Fatalf("nothing learned: %v", want)
	}
	if d := cmp.Diff(want, Label(got, r)); d != "" {
		t.Errorf("after storing: %s", d)
	}
	for cut := range 40 {
		if _, err := Decode(bytes.NewReader(a.Bytes()[:a.Len()*cut/40])); uhri.KindOf(err) != uhri.Invalid {
			t.Fatalf("a model cut at %d/40: %v", cut, err)
		}
	}
}

// TestFoldsKeepDocuments holds that no document stands on both sides of a split, so that no near-duplicate leaks.
func TestFoldsKeepDocuments(t *testing.T) {
	samples, err := collect(t.Context(), seq(invented()))
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	n := 0
	for f, members := range folds(samples, 5) {
		for _, i := range members {
			n++
			if g, ok := at[samples[i].group]; ok && g != f {
				t.Fatalf("document %s is in folds %d and %d", samples[i].group, g, f)
			}
			at[samples[i].group] = f
		}
	}
	if n != len(samples) {
		t.Errorf("%d of %d samples in a fold", n, len(samples))
	}
}

func TestThresholdOfFewStaysNearCommon(t *testing.T) {
	few := threshold([]judged1{{0.9, true}, {0.1, false}}, 0.3, prior)
	many := make([]judged1, 0, 400)
	for i := range 200 {
		many = append(many, judged1{0.8 + float32(i)/2000, true}, judged1{0.2, false})
	}
	if got := threshold(many, 0.3, prior); abs(few-0.3) > abs(got-0.3) {
		t.Errorf("one positive moved the threshold to %.3f, two hundred to %.3f", few, got)
	}
}

// invented returns 240 labelled records of 24 documents on three subjects, in words of our own.
func invented() []*uhri.Recommendation {
	subjects := []struct{ theme, goal, text string }{
		{"right-to-education", "4", "Train teachers, print textbooks and open classrooms in valley %d of the north."},
		{"death-penalty", "16", "Commute all death sentences, announce a moratorium and inform %d families of those executed."},
		{"right-to-health", "3", "Equip clinics with medicines and midwives and vaccinate %d infants each season."},
	}
	var out []*uhri.Recommendation
	for i := range 240 {
		s := subjects[i%3]
		symbol, err := uhri.ParseSymbol(fmt.Sprintf("A/HRC/%d/%d", 20+i/10, 5+i/10))
		if err != nil {
			panic(err)
		}
		out = append(out, &uhri.Recommendation{
			ID: uhri.NewID(symbol, "KEN", fmt.Sprint(i)), Symbol: symbol, Date: uhri.Date{Year: 2010 + i/40},
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: fmt.Sprintf(s.text, i)}},
			Tags: []uhri.Tag{{Scheme: uhri.SchemeTheme, Concept: s.theme, Origin: uhri.OriginPublisher},
				{Scheme: uhri.SchemeSDG, Concept: s.goal, Origin: uhri.OriginPublisher}},
		})
	}
	return out
}

func TestTrainAcceptsItsMeasure(t *testing.T) {
	m, e, err := Train(t.Context(), seq(invented()))
	if err != nil {
		t.Fatal(err)
	}
	if e.Overall.F1 != m.Heldout.F1 || e.Documents != 24 {
		t.Errorf("held-out F1 %.3f over %d documents", m.Heldout.F1, e.Documents)
	}
	for _, s := range e.Schemes {
		if s.Alone.F1 < 0.9 {
			t.Errorf("three clear subjects, %s: the model alone has F1 %.3f", s.Name, s.Alone.F1)
		}
	}
	if e.Schemes[0].Frequent.F1 > 0.6 {
		t.Errorf("knowing nothing scores %.3f", e.Schemes[0].Frequent.F1)
	}
	if _, _, err := Train(t.Context(), seq(nil)); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("nothing to learn from: %v", err)
	}
}

// TestCompareOnTheSameDocuments holds that models are compared on what both were judged on, not on what each happened to meet.
func TestCompareOnTheSameDocuments(t *testing.T) {
	recs := invented()
	few, _, err := Train(t.Context(), seq(recs[:120]))
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := Train(t.Context(), seq(recs))
	if err != nil {
		t.Fatal(err)
	}
	if c := all.Compare(few); c.Documents != 12 || c.New < c.Old {
		t.Errorf("twelve documents are in both: %+v", c)
	}
	// An older model that did badly on documents the new one does not know is not held up by them, nor against them.
	worse := &Model{Heldout: Measures{F1: 0.1}, judged: slices.Clone(few.judged)}
	for i := range worse.judged {
		worse.judged[i].Right = 0
	}
	if c := few.Compare(worse); c.Documents != 12 || c.Old != 0 || c.New <= 0 {
		t.Errorf("against one without a right label: %+v", c)
	}
	// Documents with other labels than before are other documents.
	for _, r := range recs {
		r.Tags = append(r.Tags, uhri.Tag{Scheme: uhri.SchemeTheme, Concept: "right-to-food", Origin: uhri.OriginHuman})
	}
	other, _, err := Train(t.Context(), seq(recs))
	if err != nil {
		t.Fatal(err)
	}
	if c := other.Compare(all); c.Documents != 0 || c.New != other.Heldout.F1 || c.Old != all.Heldout.F1 {
		t.Errorf("no document in common: %+v", c)
	}
}

func TestRuleNotation(t *testing.T) {
	rs, err := parseRules("sdg 5.2 | violen* + women; marital rape\nsdg 5 ~ gender")
	if err != nil {
		t.Fatal(err)
	}
	far := strings.Repeat("and so on ", 5)
	for _, c := range []struct {
		text       string
		rule, hint bool
	}{
		{"End violence in the home against women", true, false},
		{"Protect women from every form of violence", true, false},
		{"End violence " + far + " and consult women", false, false},
		{"Define marital rape", true, false},
		{"Mainstream gender", false, true},
		{"A woman's gender", false, true},
	} {
		fired, hints := rs.fire(uhri.English, words(c.text))
		if (len(fired) == 1) != c.rule || (len(hints) == 1) != c.hint {
			t.Errorf("%q: rules %v, hints %v", c.text, fired, hints)
		}
	}
	if fired, hints := rs.fire(uhri.French, words("marital rape, gender")); len(fired)+len(hints) > 0 {
		t.Errorf("rules are English: %v %v", fired, hints)
	}
}

// TestEveryConceptInUseHasARule holds that the floor spans the vocabulary: what no record at hand has, a rule can still find.
func TestEveryConceptInUseHasARule(t *testing.T) {
	wordless := map[label]bool{ // headings of the thesaurus and names without a subject of their own
		{uhri.SchemeTheme, "civil-political-rights"}: true, {uhri.SchemeTheme, "economic-social-cultural-rights"}: true,
		{uhri.SchemeTheme, "specific-legal-concepts"}: true, {uhri.SchemeTheme, "universal-or-cross-cutting-issues"}: true,
	}
	for _, s := range Schemes {
		for _, c := range uhri.Concepts(s) {
			if l := (label{s, c.Slug}); !c.Legacy && !wordless[l] && !slices.Contains(rules().labels, l) {
				t.Errorf("no rule for %s (%s)", l, c.Label)
			}
		}
	}
}

func TestCalibrated(t *testing.T) {
	var js []judged1
	for i := range 1000 { // promises nine in ten, keeps seven; promises one in ten, keeps three
		js = append(js, judged1{0.9, i%10 < 7}, judged1{0.1, i%10 < 3})
	}
	c := calibrated(js)
	if hi, lo := c.of(0.9), c.of(0.1); abs(hi-0.7) > 0.01 || abs(lo-0.3) > 0.01 {
		t.Errorf("0.9 → %.3f, want 0.7; 0.1 → %.3f, want 0.3", hi, lo)
	}
	if c := calibrated(nil); c.of(0.4) != 0.4 {
		t.Errorf("without judgements 0.4 → %.3f", c.of(0.4))
	}
}

// TestFifthStays holds that a growing corpus keeps the held-out documents it had.
func TestFifthStays(t *testing.T) {
	var samples []sample
	for i := range 2000 {
		samples = append(samples, sample{group: fmt.Sprintf("A/HRC/%d/%d", i/40, i%40)})
	}
	small, all := fifth(samples[:1000]), fifth(samples)
	if !slices.Equal(small, all[:len(small)]) || len(all) < 300 || len(all) > 500 {
		t.Errorf("%d held out of 1,000, then %d of 2,000", len(small), len(all))
	}
}

func BenchmarkLabel(b *testing.B) {
	samples, err := collect(b.Context(), seq(invented()))
	if err != nil {
		b.Fatal(err)
	}
	m := fitTuned(samples)
	r := &uhri.Recommendation{Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: strings.Repeat("Provide textbooks and train teachers in remote valleys. ", 11)}}}
	for b.Loop() {
		Label(m, r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "passages/s")
}
