package classify

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"uhri"
)

// Measures are precision, recall and F1, micro (every decision counts alike) and macro (every label counts alike).
type Measures struct {
	Records   int        `json:"records"`
	Labels    int        `json:"labels"` // with at least one true record
	Precision float64    `json:"precision"`
	Recall    float64    `json:"recall"`
	F1        float64    `json:"f1"`
	Interval  [2]float64 `json:"f1_95"` // bootstrap over documents
	MacroP    float64    `json:"macro_precision"`
	MacroR    float64    `json:"macro_recall"`
	MacroF1   float64    `json:"macro_f1"`
}

// LabelMeasures are those of one label.
type LabelMeasures struct {
	Concept            string
	Label              string
	True, Found, Right int
	Precision, Recall  float64
	F1                 float64
	Missed, Wrong      uhri.ID // an example each: a true one not found, a found one not true
}

// SchemeEvaluation is the evaluation of one scheme, or of SDG goals alone.
type SchemeEvaluation struct {
	Name     string   // "themes", "groups", "SDG goals", "SDG goals and targets"
	Model    Measures // with the rules as its floor: what labels in use
	Alone    Measures // the model's own labels, without the rules' for what it does not know
	Rules    Measures
	Frequent Measures  // always the most frequent labels: what knowing nothing gives
	Time     *Measures // trained on earlier years, tested on later ones; nil when the records do not span enough
	TimeFrom int       // first year tested
	Labels   []LabelMeasures
}

// CurvePoint is the micro-F1 when only a share of the documents is learned from.
type CurvePoint struct {
	Share float64
	F1    float64
}

// Bin is one tenth of the scores: what was promised and what came true.
type Bin struct {
	Low, High, Promised, True float64
	N                         int
}

// Evaluation is how well passages are labelled that the labelling had not seen.
type Evaluation struct {
	At        time.Time
	Model     string
	Records   int
	Documents int
	Method    string
	Overall   Measures // all schemes together: what a new model is compared by
	Schemes   []SchemeEvaluation
	Curve     []CurvePoint
	Bins      []Bin
	judged    []judgedDocument
}

// judgedDocument is how one document was labelled by models that had not seen it. Models are compared on the documents both
// were judged on.
type judgedDocument struct {
	Document           uint64 `json:"d"` // hash of its records and their true labels
	Right, Found, True int
}

// Evaluate judges the labelling of recs without training a model for use.
func Evaluate(ctx context.Context, recs iter.Seq2[*uhri.Recommendation, error]) (*Evaluation, error) {
	samples, err := collect(ctx, recs)
	if err != nil {
		return nil, err
	}
	return evaluate(ctx, samples)
}

// decision is what one system said of one sample in one scheme.
type decision struct {
	sample int
	found  []string
}

func evaluate(ctx context.Context, samples []sample) (*Evaluation, error) {
	e := &Evaluation{At: time.Now().UTC(), Records: len(samples)}
	docs := map[string]bool{}
	for _, s := range samples {
		docs[s.group] = true
	}
	e.Documents = len(docs)
	outer := folds(samples, 5)
	e.Method = fmt.Sprintf("every record held out once, in %d folds of whole documents", len(outer))
	if len(samples) > smallSet {
		outer = [][]int{fifth(samples)}
		e.Method = "one fifth of the documents held out"
	}
	if len(outer[0]) == len(samples) {
		return nil, uhri.Errorf(uhri.Invalid, "evaluate", "all labelled records are of one document; nothing can be held out")
	}
	var byModel, byAlone, byRules, byFrequent [len(Schemes)][]decision
	var probabilities []judged1
	for _, f := range outer {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		_, rest := pick(samples, f)
		m := fitTuned(rest)
		often := frequent(rest)
		for _, i := range f {
			s := samples[i]
			for si := range Schemes {
				if s.labels[si] == nil {
					continue
				}
				scores := m.scores(si, s.features)
				byModel[si] = append(byModel[si], decision{i, concepts(tagsOf(m, si, scores, s.rules))})
				byAlone[si] = append(byAlone[si], decision{i, concepts(tagsOf(m, si, scores, nil))})
				byRules[si] = append(byRules[si], decision{i, concepts(tagsOf(nil, si, nil, s.rules))})
				byFrequent[si] = append(byFrequent[si], decision{i, often[si]})
				for j, x := range scores {
					_, yes := slices.BinarySearch(s.labels[si], m.parts[si].Labels[j])
					probabilities = append(probabilities, judged1{x, yes})
				}
			}
		}
	}
	timed, from := timeSplit(samples)
	add := func(name string, si int, keep func(string) bool) {
		se := SchemeEvaluation{Name: name}
		if len(byModel[si]) == 0 {
			return
		}
		se.Model, se.Labels = measure(samples, si, byModel[si], keep, true)
		se.Alone, _ = measure(samples, si, byAlone[si], keep, false)
		se.Rules, _ = measure(samples, si, byRules[si], keep, false)
		se.Frequent, _ = measure(samples, si, byFrequent[si], keep, false)
		if len(timed[si]) > 0 {
			t, _ := measure(samples, si, timed[si], keep, false)
			se.Time, se.TimeFrom = &t, from
		}
		e.Schemes = append(e.Schemes, se)
	}
	every := func(string) bool { return true }
	add("themes", 0, every)
	add("affected groups", 1, every)
	add("SDG goals", 2, func(c string) bool { return !strings.Contains(c, ".") })
	add("SDG goals and targets", 2, every)
	e.Overall, e.judged = overall(samples, byModel)
	e.Bins = bins(probabilities)
	if len(samples) <= smallSet {
		e.Curve = curve(samples)
	} else {
		e.Curve = append(largeCurve(samples, outer[0]), CurvePoint{1, e.Overall.F1})
	}
	return e, nil
}

func concepts(ts []uhri.Tag) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Concept
	}
	return out
}

// frequent returns, by scheme, the most frequent labels: as many as a record has on average.
func frequent(samples []sample) (out [len(Schemes)][]string) {
	for si := range Schemes {
		count, n, total := map[string]int{}, 0, 0
		for _, s := range samples {
			if s.labels[si] != nil {
				n++
				for _, l := range s.labels[si] {
					count[l]++
					total++
				}
			}
		}
		if n == 0 {
			continue
		}
		var all []string
		for l := range count {
			all = append(all, l)
		}
		sort.Slice(all, func(i, j int) bool {
			if count[all[i]] != count[all[j]] {
				return count[all[i]] > count[all[j]]
			}
			return all[i] < all[j]
		})
		out[si] = all[:min(len(all), max(1, int(math.Round(float64(total)/float64(n)))))]
	}
	return out
}

// tally counts decisions.
type tally struct{ right, found, truth int }

func (t tally) prf() (p, r, f float64) {
	if t.found > 0 {
		p = float64(t.right) / float64(t.found)
	}
	if t.truth > 0 {
		r = float64(t.right) / float64(t.truth)
	}
	if t.found+t.truth > 0 {
		f = 2 * float64(t.right) / float64(t.found+t.truth)
	}
	return p, r, f
}

func measure(samples []sample, si int, ds []decision, keep func(string) bool, perLabel bool) (Measures, []LabelMeasures) {
	byDoc := map[string]tally{}
	byLabel := map[string]*LabelMeasures{}
	at := func(c string) *LabelMeasures {
		l := byLabel[c]
		if l == nil {
			l = &LabelMeasures{Concept: c, Label: c}
			if k, ok := uhri.ConceptBySlug(Schemes[si], c); ok {
				l.Label = k.Label
			}
			byLabel[c] = l
		}
		return l
	}
	var sum tally
	for _, d := range ds {
		s := samples[d.sample]
		t := byDoc[s.group]
		for _, c := range s.labels[si] {
			if keep(c) {
				t.truth++
				sum.truth++
				l := at(c)
				l.True++
				if !slices.Contains(d.found, c) && l.Missed == "" {
					l.Missed = s.id
				}
			}
		}
		for _, c := range d.found {
			if keep(c) {
				t.found++
				sum.found++
				l := at(c)
				l.Found++
				if _, ok := slices.BinarySearch(s.labels[si], c); ok {
					t.right++
					sum.right++
					l.Right++
				} else if l.Wrong == "" {
					l.Wrong = s.id
				}
			}
		}
		byDoc[s.group] = t
	}
	m := Measures{Records: len(ds)}
	m.Precision, m.Recall, m.F1 = sum.prf()
	m.Interval = bootstrap(byDoc)
	var labels []LabelMeasures
	for _, l := range byLabel {
		l.Precision, l.Recall, l.F1 = tally{l.Right, l.Found, l.True}.prf()
		labels = append(labels, *l)
		if l.True > 0 {
			m.Labels++
			m.MacroP += l.Precision
			m.MacroR += l.Recall
			m.MacroF1 += l.F1
		}
	}
	if m.Labels > 0 {
		n := float64(m.Labels)
		m.MacroP, m.MacroR, m.MacroF1 = m.MacroP/n, m.MacroR/n, m.MacroF1/n
	}
	if !perLabel {
		return m, nil
	}
	sort.Slice(labels, func(i, j int) bool {
		return cmp.Or(cmp.Compare(labels[j].True, labels[i].True), cmp.Compare(labels[i].Concept, labels[j].Concept)) < 0
	})
	return m, labels
}

func overall(samples []sample, by [len(Schemes)][]decision) (Measures, []judgedDocument) {
	byDoc := map[string]tally{}
	hashes := map[string]uint64{}
	var sum tally
	seen := map[int]bool{}
	for si := range by {
		for _, d := range by[si] {
			s := samples[d.sample]
			seen[d.sample] = true
			// The order of records is the order of folds, which moves as documents come in: sum instead of chaining.
			h := hashOn(hashStart, string(Schemes[si])+" "+string(s.id))
			for _, c := range s.labels[si] {
				h = hashOn(h, " "+c)
			}
			hashes[s.group] += h
			t := byDoc[s.group]
			right := 0
			for _, c := range d.found {
				if _, ok := slices.BinarySearch(s.labels[si], c); ok {
					right++
				}
			}
			t.right, t.found, t.truth = t.right+right, t.found+len(d.found), t.truth+len(s.labels[si])
			sum.right, sum.found, sum.truth = sum.right+right, sum.found+len(d.found), sum.truth+len(s.labels[si])
			byDoc[s.group] = t
		}
	}
	m := Measures{Records: len(seen)}
	m.Precision, m.Recall, m.F1 = sum.prf()
	m.Interval = bootstrap(byDoc)
	var docs []judgedDocument
	for g, t := range byDoc {
		docs = append(docs, judgedDocument{hashes[g], t.right, t.found, t.truth})
	}
	slices.SortFunc(docs, func(a, b judgedDocument) int { return cmp.Compare(a.Document, b.Document) })
	return m, docs
}

// Comparison is how two models did on the documents that both were judged on without having seen them.
type Comparison struct {
	Documents int
	New, Old  float64 // micro-F1
}

// Compare compares m with an older model. Documents whose records or true labels changed between the two are left out.
// Where none is left, the two figures are those of each model's own evaluation, and Documents is 0.
func (m *Model) Compare(old *Model) Comparison {
	var c Comparison
	var now, then tally
	for _, d := range m.judged {
		k, ok := slices.BinarySearchFunc(old.judged, d.Document, func(o judgedDocument, h uint64) int { return cmp.Compare(o.Document, h) })
		if !ok {
			continue
		}
		o := old.judged[k]
		c.Documents++
		now = tally{now.right + d.Right, now.found + d.Found, now.truth + d.True}
		then = tally{then.right + o.Right, then.found + o.Found, then.truth + o.True}
	}
	if c.Documents == 0 {
		c.New, c.Old = m.Heldout.F1, old.Heldout.F1
		return c
	}
	_, _, c.New = now.prf()
	_, _, c.Old = then.prf()
	return c
}

// bootstrap draws whole documents with replacement, 1,000 times, and returns the middle 95 % of the micro-F1.
func bootstrap(byDoc map[string]tally) [2]float64 {
	keys := make([]string, 0, len(byDoc))
	for k := range byDoc {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if len(keys) == 0 {
		return [2]float64{}
	}
	rng := rand.New(rand.NewPCG(1, 2)) // a fixed seed: the same records give the same interval
	fs := make([]float64, 1000)
	for i := range fs {
		var t tally
		for range keys {
			d := byDoc[keys[rng.IntN(len(keys))]]
			t.right, t.found, t.truth = t.right+d.right, t.found+d.found, t.truth+d.truth
		}
		_, _, fs[i] = t.prf()
	}
	slices.Sort(fs)
	return [2]float64{fs[25], fs[974]}
}

// decide labels the samples at the given places.
func (m *Model) decide(samples []sample, at []int) (out [len(Schemes)][]decision) {
	for _, i := range at {
		for si := range Schemes {
			if s := samples[i]; s.labels[si] != nil {
				out[si] = append(out[si], decision{i, concepts(tagsOf(m, si, m.scores(si, s.features), s.rules))})
			}
		}
	}
	return out
}

// timeSplit learns from earlier years and labels the later ones: the newest fifth of the dated records, by whole years.
func timeSplit(samples []sample) (out [len(Schemes)][]decision, from int) {
	years := map[int]int{}
	dated := 0
	for _, s := range samples {
		if s.year > 0 {
			years[s.year]++
			dated++
		}
	}
	var ys []int
	for y := range years {
		ys = append(ys, y)
	}
	slices.Sort(ys)
	later := 0
	for i := len(ys) - 1; i > 0; i-- {
		from = ys[i]
		if later += years[from]; later*5 >= dated {
			break
		}
	}
	var before []sample
	var after []int
	for i, s := range samples {
		switch {
		case s.year == 0:
		case s.year < from:
			before = append(before, s)
		default:
			after = append(after, i)
		}
	}
	if len(before) < 50 || len(after) < 20 {
		return out, 0
	}
	m := fitTuned(thinned(before))
	return m.decide(samples, after), from
}

// curve learns from growing shares of the documents and judges each on the same held-out fifth.
func curve(samples []sample) []CurvePoint {
	fs := folds(samples, 5)
	if len(fs) < 3 {
		return nil
	}
	_, rest := pick(samples, fs[len(fs)-1])
	parts := folds(rest, 4)
	var out []CurvePoint
	var learn []sample
	for k, p := range parts {
		in, _ := pick(rest, p)
		learn = append(learn, in...)
		sort.Slice(learn, func(i, j int) bool { return learn[i].id < learn[j].id })
		m := fitTuned(slices.Clone(learn))
		all, _ := overall(samples, m.decide(samples, fs[len(fs)-1]))
		out = append(out, CurvePoint{float64(k+1) / float64(len(parts)), all.F1})
	}
	return out
}

// thinned leaves so much of a large set, evenly taken, that what is only an estimate stays cheap.
func thinned(samples []sample) []sample {
	step := 1 + len(samples)/(3*smallSet)
	var out []sample
	for i := 0; i < len(samples); i += step {
		out = append(out, samples[i])
	}
	return out
}

// largeCurve learns from a sixteenth and a quarter of the documents that are not held out.
func largeCurve(samples []sample, heldOut []int) (out []CurvePoint) {
	_, rest := pick(samples, heldOut)
	for _, share := range []uint64{16, 4} {
		var learn []sample
		for _, s := range rest {
			if mixed(hashOn(hashStart, s.group))/5%share == 0 {
				learn = append(learn, s)
			}
		}
		m := fitTuned(learn)
		all, _ := overall(samples, m.decide(samples, heldOut))
		out = append(out, CurvePoint{1 / float64(share), all.F1})
	}
	return out
}

func bins(js []judged1) []Bin {
	bins := make([]Bin, 10)
	for i := range bins {
		bins[i].Low, bins[i].High = float64(i)/10, float64(i+1)/10
	}
	for _, j := range js {
		b := &bins[min(int(j.score*10), 9)]
		b.N++
		b.Promised += float64(j.score)
		if j.yes {
			b.True++
		}
	}
	for i := range bins {
		if n := float64(bins[i].N); n > 0 {
			bins[i].Promised /= n
			bins[i].True /= n
		}
	}
	return bins
}

// Print writes the evaluation for people.
func (e *Evaluation) Print(w io.Writer) {
	fmt.Fprintf(w, "%d labelled records of %d documents; %s.\n\n", e.Records, e.Documents, e.Method)
	line := func(name string, m Measures) {
		fmt.Fprintf(w, "  %-28s %6d  P %.3f  R %.3f  F1 %.3f [%.3f–%.3f]   macro P %.3f  R %.3f  F1 %.3f over %d labels\n",
			name, m.Records, m.Precision, m.Recall, m.F1, m.Interval[0], m.Interval[1], m.MacroP, m.MacroR, m.MacroF1, m.Labels)
	}
	for _, s := range e.Schemes {
		fmt.Fprintln(w, s.Name)
		line("model and rules", s.Model)
		line("model alone", s.Alone)
		line("rules alone", s.Rules)
		line("most frequent labels", s.Frequent)
		if s.Time != nil {
			line(fmt.Sprintf("trained before %d", s.TimeFrom), *s.Time)
		}
	}
	fmt.Fprintf(w, "\nall schemes\n  %-28s %6d  P %.3f  R %.3f  F1 %.3f [%.3f–%.3f]\n", "model and rules",
		e.Overall.Records, e.Overall.Precision, e.Overall.Recall, e.Overall.F1, e.Overall.Interval[0], e.Overall.Interval[1])
	if len(e.Curve) > 0 {
		fmt.Fprint(w, "\nlearning curve (share of the documents: F1)")
		for _, c := range e.Curve {
			fmt.Fprintf(w, "  %.0f %%: %.3f", 100*c.Share, c.F1)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\ncalibration (score: promised, came true, decisions)")
	for _, b := range e.Bins {
		fmt.Fprintf(w, "  %.1f–%.1f: %.3f  %.3f  %d\n", b.Low, b.High, b.Promised, b.True, b.N)
	}
	for _, s := range e.Schemes {
		fmt.Fprintf(w, "\n%s, label by label (true, found, right; P, R, F1)\n", s.Name)
		for _, l := range s.Labels {
			fmt.Fprintf(w, "  %5d %5d %5d  %.2f %.2f %.2f  %s\n", l.True, l.Found, l.Right, l.Precision, l.Recall, l.F1, l.Label)
		}
		worst := slices.DeleteFunc(slices.Clone(s.Labels), func(l LabelMeasures) bool { return l.True < 10 })
		sort.SliceStable(worst, func(i, j int) bool { return worst[i].F1 < worst[j].F1 })
		fmt.Fprintf(w, "  worst with ten records or more:\n")
		for _, l := range worst[:min(5, len(worst))] {
			fmt.Fprintf(w, "    %.2f %s; missed e.g. %s; wrong e.g. %s\n", l.F1, l.Label, l.Missed, l.Wrong)
		}
	}
}
