package indextest

import (
	_ "embed"
	"strings"
	"testing"

	"uhri"
	"uhri/index"
)

//go:embed testdata/relevance.txt
var judged string

// Judged is one search whose right answers are known.
type Judged struct {
	Query    string
	Relevant string // a query that picks the relevant records
}

// JudgedSearches returns the list in testdata/relevance.txt.
func JudgedSearches() (out []Judged) {
	for line := range strings.Lines(judged) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		q, relevant, _ := strings.Cut(line, " => ")
		if uhri.ValidID(uhri.ID(strings.Fields(relevant)[0])) {
			relevant = "id:(" + strings.Join(strings.Fields(relevant), " OR ") + ")"
		}
		out = append(out, Judged{q, relevant})
	}
	return out
}

// Relevance is how good the first hits are.
type Relevance struct {
	Recall5 float64 // of the first five hits, how many are relevant, out of as many as could be
	MRR     float64 // 1 / place of the first relevant hit
}

// MeasureRelevance runs the judged searches on an engine with the real records published and prints each that is not
// perfect, and the means.
func MeasureRelevance(t testing.TB, s index.Searcher) Relevance {
	t.Helper()
	var mean Relevance
	searches := JudgedSearches()
	for _, j := range searches {
		res := search(t, s, index.Request{Query: j.Query, Sort: index.SortRelevance, Limit: 1000})
		relevant := map[uhri.ID]bool{}
		if err := s.Stream(t.Context(), index.Request{Query: j.Relevant}, func(r index.Row) bool {
			rec, err := r.Decode()
			if err == nil {
				relevant[rec.ID] = true
			}
			return err == nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(relevant) == 0 {
			t.Fatalf("%s: nothing is relevant", j.Query)
		}
		first, among := 0, 0
		for i, h := range res.Hits {
			if relevant[h.Record.ID] {
				if first == 0 {
					first = i + 1
				}
				if i < 5 {
					among++
				}
			}
		}
		recall := float64(among) / float64(min(5, len(relevant)))
		mean.Recall5 += recall / float64(len(searches))
		if first > 0 {
			mean.MRR += 1 / float64(first) / float64(len(searches))
		}
		if recall < 1 {
			t.Logf("%-70s recall@5 %.2f, first at %d of %d", j.Query, recall, first, res.Total)
		}
	}
	t.Logf("%d judged searches: recall@5 %.3f, MRR %.3f", len(searches), mean.Recall5, mean.MRR)
	return mean
}

// RealRelevance fails if the first hits have become worse than index/decisions/0001-bm25.md says they are. It wants an
// engine with the real records published.
func RealRelevance(t *testing.T, s index.Searcher) {
	const recall5, mrr = 0.89, 0.81
	if m := MeasureRelevance(t, s); m.Recall5 < recall5 || m.MRR < mrr {
		t.Errorf("recall@5 %.3f and MRR %.3f, want %.2f and %.2f at least", m.Recall5, m.MRR, recall5, mrr)
	}
}
