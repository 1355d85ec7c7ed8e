package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"uhri"
	"uhri/crawler"
)

// Reprocess runs the stored raw forms of a source through process without fetching anything: those that an older
// crawler.PipelineVersion read, or all. What comes out otherwise than before replaces it, counted in one reprocessed line.
// Like a harvest it locks the source, and it is promoted whole or not at all. progress may be nil.
func (s *Store) Reprocess(ctx context.Context, source string, process crawler.Process, all bool, progress func(done int)) (uhri.Run, error) {
	st, err := s.begin(ctx, source, runReprocess)
	if err != nil {
		return uhri.Run{}, err
	}
	run, err := st.reprocess(ctx, process, all, progress)
	if err != nil {
		reason := err.Error()
		if ctx.Err() != nil {
			reason = crawler.Interrupted
		}
		// The run has to be closed although its context may have ended.
		run, endErr := st.End(context.WithoutCancel(ctx), uhri.Failed, reason)
		return run, errors.Join(fmt.Errorf("reprocessing %s: %w", source, err), endErr)
	}
	return run, nil
}

func (st *staging) reprocess(ctx context.Context, process crawler.Process, all bool, progress func(int)) (uhri.Run, error) {
	s := st.s
	oldest := crawler.PipelineVersion
	if all {
		oldest++
	}
	done := 0
	for after := int64(0); ; {
		items, err := s.readItems(ctx, st.src, after, oldest)
		if err != nil {
			return uhri.Run{}, err
		}
		if len(items) == 0 {
			break
		}
		after = items[len(items)-1].item
		staged := make([]crawler.Staged, len(items))
		err = parallel(ctx, len(items), func(i int) error {
			raw, err := s.codec.unpack(nil, items[i].raw)
			if err != nil {
				return err
			}
			it := items[i].it
			it.Raw = raw
			o := crawler.Outcome{Item: it, Content: items[i].hash}
			recs, err := process(ctx, it)
			if reject, ok := errors.AsType[*crawler.ItemError](err); ok {
				o.Rejected = reject.Reason
			} else if err != nil {
				return fmt.Errorf("processing %s: %w", it.Key, err)
			} else if o.Records = recs; len(recs) == 0 && it.IsJSON() {
				o.Rejected = "nothing could be read from it"
			}
			staged[i], err = st.Encode(o)
			return err
		})
		if err != nil {
			return uhri.Run{}, err
		}
		if err := st.Add(ctx, staged, crawler.Progress{}); err != nil {
			return uhri.Run{}, err
		}
		if done += len(items); progress != nil {
			progress(done)
		}
	}
	return st.Promote(ctx, crawler.Sweep{})
}

// maxReprocessBytes bounds the raw forms of one batch: thousands of export records, or a few documents.
const maxReprocessBytes = 8 << 20

type storedItem struct {
	item int64
	hash crawler.Hash
	raw  []byte
	it   crawler.Item
}

// readItems reads the next raw forms that a pipeline before oldest read.
func (s *Store) readItems(ctx context.Context, src, after int64, oldest int) ([]storedItem, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT i.item, i.key, i.hash, i.media, i.url, i.symbol, i.lang, i.fetched, coalesce(r.data, d.data)
		FROM item i LEFT JOIN raw r ON r.raw=i.raw LEFT JOIN document d ON d.doc=i.doc
		WHERE i.src=? AND i.item>? AND i.state=0 AND i.pipeline<? AND coalesce(r.data, d.data) IS NOT NULL ORDER BY i.item LIMIT 4000`, src, after, oldest)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []storedItem
	size := 0
	for rows.Next() {
		var o storedItem
		var hash []byte
		var fetched int64
		if err := rows.Scan(&o.item, &o.it.Key, &hash, &o.it.MediaType, &o.it.URL, &o.it.Symbol, &o.it.Lang, &fetched, &o.raw); err != nil {
			return nil, err
		}
		copy(o.hash[:], hash)
		o.it.FetchedAt = stamp(fetched)
		out = append(out, o)
		if size += len(o.raw); size >= maxReprocessBytes {
			return out, rows.Err()
		}
	}
	return out, rows.Err()
}

// Outdated counts the raw forms of a source that an older pipeline read: what Reprocess would run again.
func (s *Store) Outdated(ctx context.Context, source string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM item i JOIN source s USING (src) WHERE s.name=? AND i.state=0 AND i.pipeline<?", source, crawler.PipelineVersion).Scan(&n)
	return n, err
}

// parallel calls do for 0…n-1 on all cores and returns the first error.
func parallel(ctx context.Context, n int, do func(int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = do(i)
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
