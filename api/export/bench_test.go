package export

import (
	"context"
	"io"
	"net/url"
	"runtime"
	"testing"

	"uhri/index"
)

// made streams rows that are ready, so that the benchmark measures the encoders.
type made struct {
	rows
	json [][]byte
}

func (m *made) Stream(ctx context.Context, req index.Request, yield func(index.Row) bool) error {
	for _, b := range m.json {
		if !yield(rowBytes(b)) {
			break
		}
	}
	return nil
}

// BenchmarkExport reports rows a second and the most memory in use beyond what the source holds.
func BenchmarkExport(b *testing.B) {
	s := &made{rows: rows{all: many(40_000)}}
	err := s.rows.Stream(b.Context(), index.Request{Snapshot: "2026-11-24.17"}, func(r index.Row) bool {
		s.json = append(s.json, append([]byte(nil), r.JSON()...))
		return true
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range Formats() {
		b.Run(f.Name, func(b *testing.B) {
			srv := server(b)
			req, p, faults := srv.Plan(f.Name, url.Values{}, true)
			if len(faults) > 0 {
				b.Fatal(faults)
			}
			res, err := Count(b.Context(), s, req)
			if err != nil {
				b.Fatal(err)
			}
			srv.Describe(req, res, p)
			var before, now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			most := uint64(0)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if _, err := Write(b.Context(), io.Discard, s, req, p, func(rows int) {
					if rows%8192 == 0 {
						runtime.ReadMemStats(&now)
						most = max(most, now.HeapInuse)
					}
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.json))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(max(most, before.HeapInuse)-before.HeapInuse)/(1<<20), "MB-extra")
		})
	}
}
