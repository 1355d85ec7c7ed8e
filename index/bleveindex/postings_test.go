package bleveindex

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"uhri"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// The canaries: one for each behaviour below bleve's public API that postings.go relies on, and one for each of its
// traps that decided something here. When one fails after an upgrade, the comment above it says what to look at.

// buildPostings indexes documents given by their terms in English and opens the part.
func buildPostings(t *testing.T, docs [][]string) *postings {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "part")
	w, err := newPostingsWriter(dir, filepath.Join(t.TempDir(), "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	for i, terms := range docs {
		if err := w.add(uint32(i), []textField{newTextField(uhri.English, terms)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	p, err := openPostings(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close() })
	return p
}

// manyDocs has more documents than a batch of the builder: "all" in every one, "odd" in every second, "five" in every
// fifth, "n…" in one each.
func manyDocs(n int) (docs [][]string) {
	for i := range n {
		terms := []string{"all", fmt.Sprintf("n%d", i)}
		if i%2 == 1 {
			terms = append(terms, "odd")
		}
		if i%5 == 0 {
			terms = append(terms, "five")
		}
		docs = append(docs, terms)
	}
	return docs
}

// The builder merges its batches to one segment, whose documents we know by their IDs alone; terms of our own field
// type come out as they went in, with frequencies left out.
func TestCanaryOneSegmentAndItsDocuments(t *testing.T) {
	const n = 2*batchDocs + 123
	p := buildPostings(t, manyDocs(n))
	if p.docs != n {
		t.Fatalf("%d documents, want %d", p.docs, n)
	}
	arrivals, err := p.arrivals()
	if err != nil {
		t.Fatal(err)
	}
	seen := slices.Clone(arrivals)
	slices.Sort(seen)
	for i, a := range seen {
		if int(a) != i {
			t.Fatalf("arrival %d is missing", i)
		}
	}
	if slices.IsSorted(arrivals) {
		t.Error("documents stand in the order they came: the builder no longer walks a map, and slots could be ranks")
	}
	x, err := p.lexicon(uhri.English)
	if err != nil {
		t.Fatal(err)
	}
	for term, has := range map[string]func(i int) bool{
		"all": func(int) bool { return true }, "odd": func(i int) bool { return i%2 == 1 }, "five": func(i int) bool { return i%5 == 0 },
		"n17": func(i int) bool { return i == 17 }, "n8001": func(i int) bool { return i == 8001 }, "none": func(int) bool { return false },
	} {
		got := make(set, (n+63)/64)
		if err := x.or([]byte(term), got); err != nil {
			t.Fatal(err)
		}
		for doc, a := range arrivals {
			if got.has(uint32(doc)) != has(int(a)) {
				t.Fatalf("%s: document %d, which came as %d", term, doc, a)
			}
		}
	}
	if _, err := p.seg.Dictionary("fr"); err != nil {
		t.Errorf("a language without texts: %v", err)
	}
}

// A term of one document is kept as one hit, without a bitmap — only if it has a frequency, so not by us today — and
// a look-up that found nothing leaves buffers that the next one can use.
func TestCanaryPostingsAreBitmaps(t *testing.T) {
	p := buildPostings(t, manyDocs(300))
	d, err := p.seg.Dictionary(fieldName(uhri.English))
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string]uint64{"all": 300, "odd": 150, "n7": 1} {
		list, err := d.PostingsList([]byte(term), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		it := list.Iterator(false, false, false, nil)
		o, ok := it.(segment.OptimizablePostingsIterator)
		if !ok {
			t.Fatalf("%s: a %T has no bitmap", term, it)
		}
		if _, one := o.DocNum1Hit(); !one && (o.ActualBitmap() == nil || o.ActualBitmap().GetCardinality() != want) {
			t.Errorf("%s: bitmap %v, want %d documents", term, o.ActualBitmap(), want)
		}
		if list.Count() != want {
			t.Errorf("%s: %d documents, want %d", term, list.Count(), want)
		}
	}
	x, err := p.lexicon(uhri.English)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for term, want := range map[string]int{"none": 0, "odd": 150, "n7": 1, "": 0, "zz": 0} {
			got := make(set, 5)
			if err := x.or([]byte(term), got); err != nil {
				t.Fatal(err)
			}
			if got.count() != want {
				t.Errorf("%q: %d documents, want %d", term, got.count(), want)
			}
		}
	}
}

// orDense adds and never clears, whatever containers a bitmap has; WriteDenseTo alone clears under bitmap containers,
// and never under the others.
func TestCanaryWriteDenseTo(t *testing.T) {
	const n = 200_000
	bitmaps := map[string]*roaring.Bitmap{"array": roaring.New(), "bitmap": roaring.New(), "runs": roaring.New(), "sparse runs": roaring.New()}
	for i := uint32(0); i < n; i++ {
		if i%97 == 0 && i < 300_00 {
			bitmaps["array"].Add(i)
		}
		if i%3 == 0 {
			bitmaps["bitmap"].Add(i)
		}
		if i%1000 < 900 {
			bitmaps["runs"].Add(i)
		}
		if i%1000 < 10 {
			bitmaps["sparse runs"].Add(i)
		}
	}
	bitmaps["runs"].RunOptimize()
	bitmaps["sparse runs"].RunOptimize()
	for name, bm := range bitmaps {
		dst, scratch := make(set, n/64), make(set, n/64)
		before := roaring.New()
		for i := uint32(0); i < n; i += 7 {
			dst.add(i)
			before.Add(i)
		}
		want := roaring.Or(before, bm)
		orDense(bm, dst, scratch)
		if got := roaring.FromDense(dst, true); !got.Equals(want) {
			t.Errorf("%s: %d of %d members", name, got.GetCardinality(), want.GetCardinality())
		}
		if bm.GetCardinality() <= maxSparse {
			direct := make(set, n/64)
			before.WriteDenseTo(direct)
			bm.WriteDenseTo(direct)
			if got := roaring.FromDense(direct, true); !got.Equals(want) {
				t.Errorf("%s, %d members: WriteDenseTo cleared bits", name, bm.GetCardinality())
			}
		}
	}
}

// bleve's builder cannot be closed without a document: a part without records is left out.
func TestTrapEmptyBuilder(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("closing an empty builder works now; worker.close need not care")
		}
	}()
	w, err := newPostingsWriter(filepath.Join(t.TempDir(), "part"), filepath.Join(t.TempDir(), "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	w.close()
}

// Opening what is not there makes it, and opening it read-only makes it too; openPostings refuses instead.
func TestTrapOpenCreates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	if _, err := openPostings(dir); err == nil {
		t.Error("a part that is not there was opened")
	}
}

// bleve's BM25 takes the number of distinct terms for the number of tokens, so that its mean length is one or near
// it, and the square root of the frequency: a long text that has the word loses to a short one far more than the
// formula says. Scores are therefore ours.
func TestTrapScores(t *testing.T) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = bleveindex.BM25Scoring
	m.DefaultAnalyzer = "standard"
	ix, err := bleve.NewUsing(filepath.Join(t.TempDir(), "ix"), m, scorch.Name, scorch.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	b := ix.NewBatch()
	for i := range 200 {
		text := "alpha beta gamma delta"
		if i%2 == 1 {
			text += " beta gamma delta beta gamma delta beta gamma delta beta gamma delta"
		}
		b.Index(fmt.Sprint(i), map[string]any{"text": text})
	}
	if err := ix.Batch(b); err != nil {
		t.Fatal(err)
	}
	q := bleve.NewTermQuery("alpha")
	q.SetField("text")
	res, err := ix.Search(bleve.NewSearchRequestOptions(q, 200, 0, false))
	if err != nil {
		t.Fatal(err)
	}
	got := res.Hits[0].Score / res.Hits[199].Score
	const k1, beta, mean = 1.2, 0.75, 10.0
	want := (1 + k1*(1-beta+beta*16/mean)) / (1 + k1*(1-beta+beta*4/mean))
	if math.Abs(got-want) < 0.01 {
		t.Errorf("short beats long by %.3f, as the formula has it: bleve's scores can be used", got)
	}
}

// The traps of bleve's own analysis and query language that decided for one tokenizer and one parser of ours.
func TestTrapAnalysisAndQueries(t *testing.T) {
	m := bleve.NewIndexMapping()
	tokens := func(analyzer, text string) (out []string) {
		for _, tok := range m.AnalyzerNamed(analyzer).Analyze([]byte(text)) {
			out = append(out, string(tok.Term))
		}
		return out
	}
	if got := tokens("standard", "women's d'Ivoire 1.5"); !slices.Contains(got, "d'ivoire") {
		t.Errorf("the unicode tokenizer parts d'Ivoire: %v", got)
	}
	if got := tokens(en.AnalyzerName, "not to be heard"); slices.Contains(got, "not") {
		t.Errorf("the English analyzer keeps stop words: %v", got)
	}
	text := bleve.NewTextFieldMapping()
	text.Analyzer = keyword.Name
	text.Name = "exact"
	doc := bleve.NewDocumentMapping()
	doc.AddFieldMappingsAt("text", text)
	m.DefaultMapping = doc
	if got := m.AnalyzerNameForPath("exact"); got == keyword.Name {
		t.Error("a second field on a property is queried with its own analyzer now")
	}
	ix, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	for id, s := range map[string]string{"1": "alpha beta", "2": "beta", "3": "alpha"} {
		if err := ix.Index(id, map[string]any{"t": s}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(q string) uint64 {
		res, err := ix.SearchInContext(context.Background(), bleve.NewSearchRequest(bleve.NewQueryStringQuery(q)))
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		return res.Total
	}
	if n := count("alpha AND beta"); n == 1 {
		t.Error("bleve's query strings know AND now")
	}
}
