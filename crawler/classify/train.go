package classify

import (
	"cmp"
	"context"
	"iter"
	"math"
	"runtime"
	"slices"
	"sort"

	"golang.org/x/sync/errgroup"

	"uhri"
)

// smallSet is the number of records up to which every record is held out once (five folds, each with inner folds for
// the thresholds); above it one split is precise enough and keeps training within minutes.
const smallSet = 20_000

// Train learns from the publisher's and people's labels in recs and evaluates what it learned on records held out by
// document. It returns Invalid when there is nothing to learn from. Records without labels are passed over.
func Train(ctx context.Context, recs iter.Seq2[*uhri.Recommendation, error]) (*Model, *Evaluation, error) {
	samples, err := collect(ctx, recs)
	if err != nil {
		return nil, nil, err
	}
	e, err := evaluate(ctx, samples)
	if err != nil {
		return nil, nil, err
	}
	m := fitTuned(samples)
	m.Heldout, m.judged = e.Overall, e.judged
	e.Model = m.Version
	return m, e, nil
}

func collect(ctx context.Context, recs iter.Seq2[*uhri.Recommendation, error]) ([]sample, error) {
	// Reading a record takes a few times as long as getting it, so all cores read.
	const batch = 256
	g, gctx := errgroup.WithContext(ctx)
	work := make(chan []*uhri.Recommendation)
	read := make([][]sample, runtime.GOMAXPROCS(0))
	for w := range read {
		g.Go(func() error {
			for rs := range work {
				for _, r := range rs {
					if s, ok := newSample(r); ok {
						read[w] = append(read[w], s)
					}
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(work)
		var rs []*uhri.Recommendation
		send := func() error {
			select {
			case work <- rs:
				rs = nil
				return nil
			case <-gctx.Done():
				return gctx.Err()
			}
		}
		for r, err := range recs {
			if err != nil {
				return err
			}
			if rs = append(rs, r); len(rs) == batch {
				if err := send(); err != nil {
					return err
				}
			}
		}
		return send()
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	samples := slices.Concat(read...)
	if len(samples) < 50 {
		return nil, uhri.Errorf(uhri.Invalid, "train", "only %d records carry their publisher's labels; harvest the UHRI export first", len(samples))
	}
	// The order of the store is not part of what is learned.
	sort.Slice(samples, func(i, j int) bool { return samples[i].id < samples[j].id })
	if len(samples) > smallSet {
		prune(samples)
	}
	return samples, nil
}

// prune drops the features of a large set that fewer than one record in 20,000 has: most of all distinct pairs of words, and
// nothing that a label hangs on. It looks at no label.
func prune(samples []sample) {
	sp := spaceOf(samples, len(samples)/smallSet)
	for i := range samples {
		fs := &samples[i].features
		fs.words = slices.Clone(slices.DeleteFunc(fs.words, func(b uint32) bool { return sp.row[b] < 0 }))
	}
}

// folds divides the samples into k parts of about the same size, never a document over two.
func folds(samples []sample, k int) [][]int {
	members := map[string][]int{}
	for i, s := range samples {
		members[s.group] = append(members[s.group], i)
	}
	groups := make([]string, 0, len(members))
	for g := range members {
		groups = append(groups, g)
	}
	sort.Slice(groups, func(i, j int) bool {
		if a, b := len(members[groups[i]]), len(members[groups[j]]); a != b {
			return a > b
		}
		return groups[i] < groups[j]
	})
	out := make([][]int, k)
	for _, g := range groups {
		least := 0
		for f := range out {
			if len(out[f]) < len(out[least]) {
				least = f
			}
		}
		out[least] = append(out[least], members[g]...)
	}
	for f := range out {
		slices.Sort(out[f])
	}
	return slices.DeleteFunc(out, func(f []int) bool { return len(f) == 0 })
}

// fifth holds out one document in five by its name, so that the same ones are held out as the corpus grows.
func fifth(samples []sample) (out []int) {
	for i, s := range samples {
		if mixed(hashOn(hashStart, s.group))%5 == 0 {
			out = append(out, i)
		}
	}
	return out
}

// mixed spreads a hash over all its bits: FNV leaves the low ones alike for names that differ in a digit.
func mixed(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}

// pick returns the samples at the given places; without reports those not at them.
func pick(samples []sample, at []int) (in, without []sample) {
	skip := make([]bool, len(samples))
	for _, i := range at {
		skip[i] = true
	}
	for i, s := range samples {
		if skip[i] {
			in = append(in, s)
		} else {
			without = append(without, s)
		}
	}
	return in, without
}

// fitTuned fits the samples and chooses each label's threshold on parts of them that its fit had not seen.
func fitTuned(samples []sample) *Model {
	var judged [len(Schemes)]map[string][]judged1
	for i := range judged {
		judged[i] = map[string][]judged1{}
	}
	// A large set can spare an eighth for the thresholds; a small one is fitted again on all of it.
	inner, large := folds(samples, 4), len(samples) > smallSet
	if large {
		inner = folds(samples, 8)[:1]
	}
	var m *Model
	if len(inner) > 0 && len(inner[0]) < len(samples) {
		for _, f := range inner {
			test, rest := pick(samples, f)
			m = fit(rest)
			for si, p := range m.parts {
				var out []float32
				for _, s := range test {
					if s.labels[si] == nil {
						continue
					}
					out = p.scores(s.features, out)
					for j, x := range out {
						_, yes := slices.BinarySearch(s.labels[si], p.Labels[j])
						judged[si][p.Labels[j]] = append(judged[si][p.Labels[j]], judged1{x, yes})
					}
				}
			}
		}
	}
	if !large || m == nil {
		m = fit(samples)
	}
	for si, p := range m.parts {
		var all []judged1
		for _, l := range p.Labels {
			all = append(all, judged[si][l]...)
		}
		p.Calibration = calibrated(all)
		for k := range all {
			all[k].score = p.Calibration.of(all[k].score)
		}
		for _, js := range judged[si] {
			for k := range js {
				js[k].score = p.Calibration.of(js[k].score)
			}
		}
		common := threshold(all, 0.5, 0)
		for j, l := range p.Labels {
			p.Thresholds[j] = threshold(judged[si][l], common, prior)
		}
	}
	m.name()
	return m
}

// calibration turns log-odds x of a scheme into those that came true, A·x + B (Platt 1999). It keeps the order of scores.
type calibration struct{ A, B float32 }

func (c calibration) of(p float32) float32 {
	x := math.Log(float64(p) / (1 - float64(p)))
	return float32(1 / (1 + math.Exp(-(float64(c.A)*x + float64(c.B)))))
}

// calibrated fits the two numbers to scores and truths by Newton's method.
func calibrated(js []judged1) calibration {
	a, b := 1.0, 0.0
	if len(js) == 0 {
		return calibration{1, 0}
	}
	xs := make([]float64, len(js))
	for i, j := range js {
		xs[i] = math.Log(float64(j.score) / (1 - float64(j.score)))
	}
	for range 25 {
		var ga, gb, aa, ab, bb float64
		for i, j := range js {
			x := xs[i]
			p := 1 / (1 + math.Exp(-(a*x + b)))
			d, w := p, p*(1-p)
			if j.yes {
				d--
			}
			ga, gb = ga+d*x, gb+d
			aa, ab, bb = aa+w*x*x, ab+w*x, bb+w
		}
		det := aa*bb - ab*ab
		if det < 1e-9 {
			break
		}
		da, db := (ga*bb-gb*ab)/det, (gb*aa-ga*ab)/det
		a, b = a-da, b-db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	if !(a > 0.1 && a < 10 && b > -10 && b < 10) { // all alike, or nearly: nothing to learn from
		return calibration{1, 0}
	}
	return calibration{float32(a), float32(b)}
}

// judged1 is one score and the truth.
type judged1 struct {
	score float32
	yes   bool
}

// prior is how many imagined positives speak for the common threshold: a label with few positives stays near it.
const prior = 20

// threshold returns the score from which saying yes gives the best F1, pulled towards the common threshold.
func threshold(js []judged1, common float32, prior int) float32 {
	slices.SortFunc(js, func(a, b judged1) int { return cmp.Compare(b.score, a.score) })
	positives := 0
	for _, j := range js {
		if j.yes {
			positives++
		}
	}
	if positives == 0 {
		return common
	}
	best, at := -1.0, common
	tp := 0
	for k := 0; k < len(js); k++ {
		if js[k].yes {
			tp++
		}
		if k+1 < len(js) && js[k+1].score == js[k].score {
			continue
		}
		if f := 2 * float64(tp) / float64(k+1+positives); f > best {
			best, at = f, js[k].score
			if k+1 < len(js) {
				at = (js[k].score + js[k+1].score) / 2
			}
		}
	}
	w := float32(positives) / float32(positives+prior)
	return min(max(w*at+(1-w)*common, 0.02), 0.95)
}
