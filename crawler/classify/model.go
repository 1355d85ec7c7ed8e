package classify

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"uhri"
)

// Schemes are the vocabularies a model labels, in the order it does.
var Schemes = [...]uhri.Scheme{uhri.SchemeTheme, uhri.SchemeGroup, uhri.SchemeSDG}

// modelFormat is the version of the stored form.
const modelFormat = 2

// maxEntries bounds the stored weights of one scheme, which keeps a model of the whole corpus at a few MB. The largest
// weights by magnitude stay; what is cut moves no decision by more than the calibration does.
const maxEntries = 600_000

// Model labels texts.
type Model struct {
	Version string   // hash of what it learned
	Trained int      // records it learned from
	Heldout Measures // of the evaluation it was accepted with
	judged  []judgedDocument
	parts   []*linear // by Schemes
}

// linear is the one-vs-rest model of one scheme: for each bucket a run of (label, weight) pairs.
type linear struct {
	Scheme      uhri.Scheme
	Labels      []string
	Bias        []float32
	Thresholds  []float32
	Scale       []float32 // weight = int8 · Scale
	Calibration calibration
	offsets     []uint32 // bucket → first entry
	entryLabel  []uint16
	entry       []int8
	index       map[string]int
	used        []uint64 // a bit for each bucket with entries: most features of a text have none, and a bit is nearer than an offset
}

// sample is one record ready for training.
type sample struct {
	id       uhri.ID
	group    string // records of one document never stand on both sides of a split
	year     int
	features features
	labels   [len(Schemes)][]string // by scheme; nil = the publisher said nothing
	rules    []label
}

// Sample is a labelled record as training reads it.
func newSample(r *uhri.Recommendation) (sample, bool) {
	l := uhri.English
	t, ok := r.Texts[l]
	if !ok {
		for _, o := range uhri.Langs {
			if t, ok = r.Texts[o]; ok {
				l = o
				break
			}
		}
	}
	if !ok {
		return sample{}, false
	}
	s := sample{id: r.ID, year: r.Date.Year, group: groupOf(r)}
	any := false
	for i, scheme := range Schemes {
		s.labels[i] = published(r, scheme)
		any = any || s.labels[i] != nil
	}
	if !any {
		return sample{}, false
	}
	ws := words(subject(t))
	var hints []label
	s.rules, hints = rules().fire(l, ws)
	s.features = featuresOf(l, ws, s.rules, hints)
	return s, true
}

// subject is the text without its number and trailing States where cleaning knows them: who asked says nothing of what.
func subject(t uhri.Text) string {
	if t.Body == "" {
		return t.Full
	}
	return t.Heading + "\n" + t.Body
}

// groupOf keeps passages of one review together: by document, else by State, body and session.
func groupOf(r *uhri.Recommendation) string {
	if r.Symbol != "" {
		return string(r.Symbol.Base())
	}
	g := r.Body
	for _, c := range r.Countries {
		g += "|" + string(c)
	}
	if r.UPR != nil {
		g += fmt.Sprintf("|%d", r.UPR.Session)
	}
	return g + "|" + r.Date.String()
}

// published returns the labels of a scheme that the publisher gave and people added, with the goals of their targets; nil where
// the publisher gave none. A person's correction is about one label: it does not say that the others were looked at.
func published(r *uhri.Recommendation, scheme uhri.Scheme) []string {
	var out []string
	spoke := false
	for _, t := range r.Tags {
		if t.Scheme == scheme && (t.Origin == uhri.OriginPublisher || t.Origin == uhri.OriginHuman) {
			spoke = spoke || t.Origin == uhri.OriginPublisher
			out = append(out, t.Concept)
			if c, ok := uhri.ConceptBySlug(scheme, t.Concept); ok && c.Parent != "" {
				out = append(out, c.Parent)
			}
		}
	}
	if !spoke {
		return nil
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// minPositives is how many records a label needs before the model learns it: with fewer, its threshold is noise.
const minPositives = 5

// fit trains all schemes on the samples. It is deterministic: labels are independent, samples keep their order.
func fit(samples []sample) *Model {
	m := &Model{Trained: len(samples)}
	sp := spaceOf(samples, minRecords)
	x := sp.design(samples)
	for i, scheme := range Schemes {
		m.parts = append(m.parts, fitScheme(scheme, i, samples, sp, x))
	}
	return m
}

// name gives the model the version that its numbers have.
func (m *Model) name() {
	h := fnv.New64a()
	for _, p := range m.parts {
		fmt.Fprint(h, p.Labels, p.Calibration)
		for _, x := range []any{p.Bias, p.Thresholds, p.Scale, p.offsets, p.entryLabel, p.entry} {
			_ = binary.Write(h, binary.LittleEndian, x) // a hash takes everything
		}
	}
	m.Version = fmt.Sprintf("linear-%d.%s.%08x", modelFormat, rules().version, uint32(h.Sum64()))
}

// space numbers the buckets that are worth a weight: those of more than one record, and the rules'. What occurs once
// says more of its record than of its labels, and leaving it out makes the weights a fraction of their size. The most
// frequent come first, so that the rows nearly every record reads stay in the processor's cache (decisions/0001-model.md).
type space struct {
	row  []int32 // bucket → row, or -1
	rows int
}

const minRecords = 2

func spaceOf(samples []sample, least int) *space {
	least = max(least, minRecords)
	count := make([]int32, buckets)
	for _, s := range samples {
		for _, b := range s.features.words {
			count[b]++
		}
		for _, b := range s.features.rules {
			count[b]++
		}
	}
	for _, l := range rules().labels {
		for _, b := range []uint32{ruleBucket(l), hintBucket(l)} {
			count[b] = max(count[b], int32(least))
		}
	}
	sp := &space{row: make([]int32, buckets)}
	var kept []uint32
	for b, n := range count {
		if sp.row[b] = -1; int(n) >= least {
			kept = append(kept, uint32(b))
		}
	}
	slices.SortStableFunc(kept, func(a, b uint32) int { return cmp.Compare(count[b], count[a]) })
	for r, b := range kept {
		sp.row[b] = int32(r)
	}
	sp.rows = len(kept)
	return sp
}

// design is what training reads of the samples: the rows of each one's features, one sample after the other.
type design struct {
	rows []int32
	at   []span
}

// span is where a sample's rows stand: its words', then its rules'.
type span struct {
	from, rules, to uint32
	value           float32 // of a word
}

func (sp *space) design(samples []sample) *design {
	n := 0
	for _, s := range samples {
		n += len(s.features.words) + len(s.features.rules)
	}
	x := &design{rows: make([]int32, 0, n), at: make([]span, len(samples))}
	put := func(bs []uint32) uint32 {
		for _, b := range bs {
			if r := sp.row[b]; r >= 0 {
				x.rows = append(x.rows, r)
			}
		}
		return uint32(len(x.rows))
	}
	for i, s := range samples {
		x.at[i] = span{uint32(len(x.rows)), put(s.features.words), put(s.features.rules), s.features.value}
	}
	return x
}

func fitScheme(scheme uhri.Scheme, si int, samples []sample, sp *space, x *design) *linear {
	var rows []int
	count := map[string]int{}
	for i, s := range samples {
		if s.labels[si] != nil {
			rows = append(rows, i)
			for _, l := range s.labels[si] {
				count[l]++
			}
		}
	}
	p := &linear{Scheme: scheme, Calibration: calibration{1, 0}, index: map[string]int{}}
	for l, n := range count {
		if n >= minPositives {
			p.Labels = append(p.Labels, l)
		}
	}
	slices.Sort(p.Labels)
	for i, l := range p.Labels {
		p.index[l] = i
	}
	n := len(p.Labels)
	p.Bias = make([]float32, n)
	p.Thresholds = make([]float32, n)
	p.Scale = make([]float32, n)
	truth := make([][]int, len(rows)) // label numbers of each row
	for k, i := range rows {
		for _, l := range samples[i].labels[si] {
			if j, ok := p.index[l]; ok {
				truth[k] = append(truth[k], j)
			}
		}
	}
	epochs, rate := 2, float32(0.1)
	if len(rows) < 50_000 {
		epochs, rate = 12, 0.03 // few documents are learned by heart at higher rates: decisions/0001-model.md
	}
	// Labels are independent, so each core takes a range of them.
	cores := min(runtime.GOMAXPROCS(0), max(n, 1))
	weights := make([]table, cores)
	bounds := make([]int, cores+1)
	for c := range cores + 1 {
		bounds[c] = n * c / cores
	}
	var wg sync.WaitGroup
	for c := range cores {
		wg.Go(func() {
			weights[c] = train(sp, x, scheme, p.Labels[bounds[c]:bounds[c+1]], rows, truth, bounds[c], epochs, rate, p.Bias)
		})
	}
	wg.Wait()
	p.pack(sp, weights, bounds)
	for i := range p.Thresholds {
		p.Thresholds[i] = 0.5
	}
	return p
}

const (
	shrink    = 2e-6 // L2 on the weights a gradient touches
	ruleTrust = 4.0  // log-odds a rule starts with
	hintTrust = 2.0  // log-odds a hint starts with
	silence   = 2.0  // log-odds against a label without either
	// A gradient below faint is written as faint, so many times more rarely: the same on average. Nearly all gradients are
	// those of labels a record does not have, and writing them would be nearly all the work (decisions/0001-model.md).
	faint = 0.3
)

// train learns labels, the lo-th and following of the scheme, and returns their weights by row; it writes only its
// own range of bias.
func train(sp *space, x *design, scheme uhri.Scheme, labels []string, rows []int, truth [][]int, lo, epochs int, rate float32, bias []float32) table {
	n, hi := len(labels), lo+len(labels)
	w := newTable(sp.rows, n)
	b2 := make([]float32, n)
	score, sum := make([]float32, n), make([]float32, n)
	grad := make([]float32, n)
	active := make([]int, 0, n)
	// A rule starts out believed, a hint half: their own features speak for their label until the records say otherwise.
	for j, l := range labels {
		bias[lo+j] = -silence
		if r := sp.row[ruleBucket(label{scheme, l})]; r >= 0 {
			w.weights(r)[j] = ruleTrust / ruleValue
		}
		if r := sp.row[hintBucket(label{scheme, l})]; r >= 0 {
			w.weights(r)[j] = hintTrust / ruleValue
		}
	}
	order := permutation(len(rows))
	for epoch := range epochs {
		for _, k := range order {
			at := x.at[rows[k]]
			words, fired := x.rows[at.from:at.rules], x.rows[at.rules:at.to]
			clear(sum)
			w.add(sum, words)
			for j, b := range bias[lo:hi] {
				score[j] = b + at.value*sum[j]
			}
			clear(sum)
			w.add(sum, fired)
			for j, x := range sum {
				score[j] += ruleValue * x
			}
			for j, s := range score {
				grad[j] = float32(1 / (1 + math.Exp(-float64(s))))
			}
			for _, j := range truth[k] {
				if j >= lo && j < hi {
					grad[j-lo]--
				}
			}
			active = active[:0]
			for j, g := range grad {
				if abs(g) < faint {
					// The die hangs on pass, record and label alone, so that the number of cores changes nothing.
					die := float32(mixed(uint64(epoch)<<58^uint64(k)<<20^uint64(lo+j))*0x9E3779B97F4A7C15>>40) / (1 << 24)
					if die*faint >= abs(g) {
						continue
					}
					grad[j] = float32(math.Copysign(faint, float64(g)))
				}
				active = append(active, j)
			}
			for _, j := range active {
				b2[j] += grad[j] * grad[j]
				bias[lo+j] -= rate * grad[j] / (1e-6 + float32(math.Sqrt(float64(b2[j]))))
			}
			step := func(rows []int32, value float32) {
				for _, r := range rows {
					row, sq := w.weights(r), w.squares(r)
					for _, j := range active {
						g := grad[j]*value + shrink*row[j]
						sq[j] += g * g
						row[j] -= rate * g / (1e-6 + float32(math.Sqrt(float64(sq[j]))))
					}
				}
			}
			step(words, at.value)
			step(fired, ruleValue)
		}
	}
	return w
}

// table holds for each row its n weights and, next to them, the sums of their squared gradients: a record reads the one and
// writes some of both.
type table struct {
	cells []float32
	n     int
}

func newTable(rows, n int) table { return table{make([]float32, 2*rows*n), n} }

func (t table) weights(r int32) []float32 { return t.cells[2*int(r)*t.n:][:t.n] }
func (t table) squares(r int32) []float32 { return t.cells[(2*int(r)+1)*t.n:][:t.n] }

// add adds the weights of rows to sum. Four rows at a time read and write the sums a quarter as often.
func (t table) add(sum []float32, rows []int32) {
	for ; len(rows) >= 4; rows = rows[4:] {
		a, b, c, d := t.weights(rows[0])[:len(sum)], t.weights(rows[1])[:len(sum)], t.weights(rows[2])[:len(sum)], t.weights(rows[3])[:len(sum)]
		for j := range sum {
			sum[j] += a[j] + b[j] + c[j] + d[j]
		}
	}
	for _, r := range rows {
		for j, x := range t.weights(r)[:len(sum)] {
			sum[j] += x
		}
	}
}

// permutation shuffles 0…n-1 the same way every time: records of one document lie together in the store, and a run of
// them in a row would pull the weights their way.
func permutation(n int) []int {
	p := make([]int, n)
	state := uint64(n)*0x9E3779B97F4A7C15 + 1
	for i := range p {
		state = state*6364136223846793005 + 1442695040888963407
		j := int((state >> 33) % uint64(i+1))
		p[i] = p[j]
		p[j] = i
	}
	return p
}

// pack keeps the largest weights, eight bits each with one scale a label.
func (p *linear) pack(sp *space, weights []table, bounds []int) {
	n := len(p.Labels)
	if n == 0 {
		p.offsets = make([]uint32, buckets+1)
		p.mark()
		return
	}
	at := func(r int32, l int) float32 {
		for c := range weights {
			if l < bounds[c+1] {
				return weights[c].weights(r)[l-bounds[c]]
			}
		}
		return 0
	}
	each := func(yield func(float32) bool) {
		for _, t := range weights {
			for r := range sp.rows {
				for _, x := range t.weights(int32(r)) {
					if !yield(x) {
						return
					}
				}
			}
		}
	}
	// Histogram of magnitudes finds the cut without sorting millions of weights.
	const steps = 4096
	top := float32(0)
	for x := range each {
		top = max(top, abs(x))
	}
	hist := make([]int, steps+1)
	for x := range each {
		if x != 0 {
			hist[int(abs(x)/top*steps)]++
		}
	}
	cut, kept := 0, 0
	for s := steps; s >= 0; s-- {
		if kept+hist[s] > maxEntries {
			cut = s + 1
			break
		}
		kept += hist[s]
	}
	limit := float32(cut) / steps * top
	for l := range n {
		m := float32(0)
		for r := range sp.rows {
			m = max(m, abs(at(int32(r), l)))
		}
		p.Scale[l] = max(m/127, 1e-9)
	}
	p.offsets = make([]uint32, buckets+1)
	for b, r := range sp.row {
		for l := 0; l < n && r >= 0; l++ {
			x := at(r, l)
			if q := math.RoundToEven(float64(x / p.Scale[l])); x != 0 && abs(x) >= limit && q != 0 {
				p.entryLabel = append(p.entryLabel, uint16(l))
				p.entry = append(p.entry, int8(q))
			}
		}
		p.offsets[b+1] = uint32(len(p.entry))
	}
	p.mark()
}

func abs(x float32) float32 { return max(x, -x) }

// scores returns the probability of every label of a scheme; none without a model, or where it learned nothing.
func (m *Model) scores(si int, fs features) []float32 {
	if m == nil || len(m.parts[si].Labels) == 0 {
		return nil
	}
	return m.parts[si].scores(fs, nil)
}

// scores returns the probability of every label of the scheme.
func (p *linear) scores(fs features, out []float32) []float32 {
	// Sums of whole numbers: the same on every processor.
	sums := make([]struct{ words, rules int32 }, len(p.Labels))
	for _, b := range fs.words {
		labels, weights := p.entries(b)
		for k, l := range labels {
			sums[l].words += int32(weights[k])
		}
	}
	for _, b := range fs.rules {
		labels, weights := p.entries(b)
		for k, l := range labels {
			sums[l].rules += int32(weights[k])
		}
	}
	out = append(out[:0], p.Bias...)
	for i, s := range out {
		s += p.Scale[i] * (float32(sums[i].words)*fs.value + float32(sums[i].rules)*ruleValue)
		x := float64(p.Calibration.A*s + p.Calibration.B)
		out[i] = float32(1 / (1 + math.Exp(-min(max(x, -15), 15)))) // so that log-odds can be taken of it again
	}
	return out
}

// entries returns the labels a bucket has weights for, and the weights.
func (p *linear) entries(b uint32) ([]uint16, []int8) {
	if p.used[b/64]>>(b%64)&1 == 0 {
		return nil, nil
	}
	from, to := p.offsets[b], p.offsets[b+1]
	return p.entryLabel[from:to], p.entry[from:to]
}

// mark notes which buckets have entries.
func (p *linear) mark() {
	p.used = make([]uint64, buckets/64)
	for b := range uint32(buckets) {
		if p.offsets[b] < p.offsets[b+1] {
			p.used[b/64] |= 1 << (b % 64)
		}
	}
}

// stored is the model's file: a JSON head, then the numbers.
type stored struct {
	Format  int              `json:"format"`
	Version string           `json:"version"`
	Trained int              `json:"trained"`
	Heldout Measures         `json:"heldout"`
	Judged  []judgedDocument `json:"judged"` // by hash
	Parts   []*head          `json:"parts"`
}

type head struct {
	Scheme      uhri.Scheme `json:"scheme"`
	Labels      []string    `json:"labels"`
	Entries     int         `json:"entries"`
	Calibration calibration `json:"calibration"`
}

// Encode writes the model, a few MB.
func (m *Model) Encode(w io.Writer) error {
	z, err := zstd.NewWriter(w)
	if err != nil {
		return err
	}
	s := stored{Format: modelFormat, Version: m.Version, Trained: m.Trained, Heldout: m.Heldout, Judged: m.judged}
	for _, p := range m.parts {
		s.Parts = append(s.Parts, &head{p.Scheme, p.Labels, len(p.entry), p.Calibration})
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	parts := []any{uint32(len(b)), b}
	for _, p := range m.parts {
		parts = append(parts, p.Bias, p.Thresholds, p.Scale, p.offsets, p.entryLabel, p.entry)
	}
	for _, x := range parts {
		if err := binary.Write(z, binary.LittleEndian, x); err != nil {
			return err
		}
	}
	return z.Close()
}

// Decode reads what Encode wrote. Errors: Invalid for anything else.
func Decode(r io.Reader) (*Model, error) {
	bad := func(err error) (*Model, error) {
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "classify.Decode", Msg: "this is not a model of this version; run `uhri train`", Err: err}
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return bad(err)
	}
	defer z.Close()
	var n uint32
	if err := binary.Read(z, binary.LittleEndian, &n); err != nil || n > 16<<20 {
		return bad(cmp.Or(err, io.ErrUnexpectedEOF))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(z, b); err != nil {
		return bad(err)
	}
	var s stored
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&s); err != nil {
		return bad(err)
	}
	if s.Format != modelFormat || len(s.Parts) != len(Schemes) {
		return bad(fmt.Errorf("format %d", s.Format))
	}
	m := &Model{Version: s.Version, Trained: s.Trained, Heldout: s.Heldout, judged: s.Judged}
	for _, h := range s.Parts {
		if h.Entries < 0 || h.Entries > maxEntries || len(h.Labels) > math.MaxUint16 {
			return bad(fmt.Errorf("%d entries", h.Entries))
		}
		k := len(h.Labels)
		p := &linear{Scheme: h.Scheme, Labels: h.Labels, Calibration: h.Calibration, Bias: make([]float32, k), Thresholds: make([]float32, k), Scale: make([]float32, k),
			offsets: make([]uint32, buckets+1), entryLabel: make([]uint16, h.Entries), entry: make([]int8, h.Entries), index: map[string]int{}}
		for _, x := range []any{p.Bias, p.Thresholds, p.Scale, p.offsets, p.entryLabel, p.entry} {
			if err := binary.Read(z, binary.LittleEndian, x); err != nil {
				return bad(err)
			}
		}
		for i, l := range h.Labels {
			p.index[l] = i
		}
		if !slices.IsSorted(p.offsets) || int(p.offsets[buckets]) != h.Entries ||
			slices.ContainsFunc(p.entryLabel, func(l uint16) bool { return int(l) >= k }) {
			return bad(fmt.Errorf("the weights contradict each other"))
		}
		p.mark()
		m.parts = append(m.parts, p)
	}
	return m, nil
}
