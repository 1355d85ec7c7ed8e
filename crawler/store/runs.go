package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"uhri"
	"uhri/crawler"
)

const runColumns = `r.run, s.name, r.state, r.reason, r.started, r.finished, r.seq, r.taken, r.added, r.changed, r.same, r.withdrawn, r.rejected, r.bytes, r.total_bytes, r.reprocessed, r.doc_fetched, r.doc_same, r.doc_failed, r.doc_waiting, r.doc_unread`

func scanRun(scan func(...any) error) (uhri.Run, error) {
	var r uhri.Run
	var started, finished int64
	var d uhri.DocumentCounts
	err := scan(&r.ID, &r.Source, &r.State, &r.Reason, &started, &finished, &r.Seq, &r.In, &r.New, &r.Changed, &r.Same, &r.Withdrawn, &r.Rejected, &r.Bytes, &r.TotalBytes, &r.Reprocessed, &d.Fetched, &d.Unchanged, &d.Failed, &d.Waiting, &d.Unread)
	r.Started, r.Finished = stamp(started), stamp(finished)
	d.Failed = max(d.Failed-d.Unread, 0) // a list is told like a document, and is none
	if d.Seen = d.Fetched + d.Unchanged + d.Failed; uhri.SourceOfDocuments(r.Source) {
		r.Documents = &d
	}
	return r, err
}

// Run returns one run. Errors: NotFound.
func (s *Store) Run(ctx context.Context, run int64) (uhri.Run, error) {
	r, err := scanRun(s.read.QueryRowContext(ctx, "SELECT "+runColumns+" FROM run r JOIN source s USING (src) WHERE r.run=?", run).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, uhri.Errorf(uhri.NotFound, "Run", "there is no run %d", run)
	}
	return r, err
}

// Runs returns runs, newest first: those of one source, or of all when source is empty.
func (s *Store) Runs(ctx context.Context, source string, limit, offset int) ([]uhri.Run, error) {
	where, args := "", []any{}
	if source != "" {
		where, args = " WHERE s.name=?", append(args, source)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+runColumns+" FROM run r JOIN source s USING (src)"+where+" ORDER BY r.run DESC LIMIT ? OFFSET ?", append(args, limit, offset)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Run
	for rows.Next() {
		r, err := scanRun(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// SourceStatus implements crawler.Store. Schedule, NextRun and Politeness are the Scheduler's to fill.
func (s *Store) SourceStatus(ctx context.Context, source string) (uhri.SourceStatus, error) {
	return s.sourceStatus(ctx, s.read, source)
}

func (s *Store) sourceStatus(ctx context.Context, q querier, source string) (uhri.SourceStatus, error) {
	st := uhri.SourceStatus{Source: source, State: uhri.NeverRun}
	var src int64
	err := q.QueryRowContext(ctx, "SELECT src, records FROM source WHERE name=?", source).Scan(&src, &st.Records)
	if errors.Is(err, sql.ErrNoRows) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	var owner string
	var success sql.NullInt64
	run, err := scanRun(func(to ...any) error {
		return q.QueryRowContext(ctx, "SELECT "+runColumns+", r.owner FROM run r JOIN source s USING (src) WHERE r.src=? AND r.kind='harvest' ORDER BY r.run DESC LIMIT 1", src).Scan(append(to, &owner)...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	err = q.QueryRowContext(ctx, "SELECT max(finished) FROM run WHERE src=? AND kind='harvest' AND state IN ('ok', 'unchanged')", src).Scan(&success)
	if err != nil {
		return st, err
	}
	if run.State == uhri.Running && owner != s.name && !s.alive(owner) {
		run.State, run.Reason = uhri.Failed, crawler.Interrupted
	}
	st.State, st.Reason, st.Last, st.LastSuccess = run.State, run.Reason, &run, stamp(success.Int64)
	if uhri.SourceOfDocuments(source) {
		err = q.QueryRowContext(ctx, "SELECT count(*) FROM item WHERE src=? AND state<>? AND records>0", src, itemGone).Scan(&st.Documents)
	}
	return st, err
}

// SourceStatuses returns what is known of every source that ever ran, by name. Labelling is no source.
func (s *Store) SourceStatuses(ctx context.Context) ([]uhri.SourceStatus, error) {
	return s.sourceStatuses(ctx, s.read)
}

func (s *Store) sourceStatuses(ctx context.Context, q querier) ([]uhri.SourceStatus, error) {
	rows, err := q.QueryContext(ctx, "SELECT name FROM source WHERE name<>? ORDER BY name", LabelSource)
	if err != nil {
		return nil, err
	}
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			rows.Close()
			return nil, err
		}
		names = append(names, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var out []uhri.SourceStatus
	for _, n := range names {
		st, err := s.sourceStatus(ctx, q, n)
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

// Rejections returns what one run could not understand, in the order it came; also of runs that failed or are in
// quarantine. The ledger keeps the last run of each fault; for an older run it may know less.
func (s *Store) Rejections(ctx context.Context, run int64, limit, offset int) ([]uhri.Rejection, error) {
	return s.rejections(ctx, `SELECT name, key, reason, times, run, at FROM (
			SELECT s.name, j.key, j.reason, 1 AS times, j.n AS n, r.run AS run, r.finished AS at FROM run r JOIN source s USING (src) JOIN staged_reject j ON j.staging=r.staging WHERE r.run=?1 AND r.state NOT IN ('ok', 'unchanged')
			UNION ALL
			SELECT s.name, j.key, j.reason, j.times, j.rejection, r.run, r.finished FROM run r JOIN source s USING (src) JOIN rejection j ON j.src=r.src AND j.first_run<=r.run AND j.last_run>=r.run WHERE r.run=?1 AND r.state IN ('ok', 'unchanged'))
		ORDER BY n LIMIT ?2 OFFSET ?3`, run, limit, offset)
}

// Failing returns the documents of a source that are not held here although it met them: those its last run rejected, then those an
// earlier run did and no run brought since, the last met first. A run reads the newest pages of lists, so most of them it does not
// meet again.
func (s *Store) Failing(ctx context.Context, source string, limit int) ([]uhri.Rejection, error) {
	var last int64
	err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(run), 0) FROM run r JOIN source s USING (src) WHERE s.name=? AND r.kind='harvest'", source).Scan(&last)
	if err != nil || last == 0 {
		return nil, err
	}
	now, err := s.Rejections(ctx, last, limit, 0)
	if err != nil {
		return nil, err
	}
	// The keys of documents are symbols and names of files; those of faulty passages are record IDs.
	before, err := s.rejections(ctx, `SELECT s.name, j.key, j.reason, 1, j.last_run, r.finished FROM rejection j JOIN source s USING (src) JOIN run r ON r.run=j.last_run
		WHERE s.name=?1 AND j.last_run<?2 AND j.reason NOT LIKE ?4 AND j.key NOT LIKE 'the list of %' AND j.key NOT GLOB '????????-????-????-????-????????????'
			AND NOT EXISTS (SELECT 1 FROM item i WHERE i.src=j.src AND i.key=j.key)
			AND NOT EXISTS (SELECT 1 FROM rejection k WHERE k.src=j.src AND k.key=j.key AND (k.last_run>j.last_run OR k.last_run=j.last_run AND k.rejection>j.rejection))
			AND NOT EXISTS (SELECT 1 FROM staged_reject k JOIN run l ON l.staging=k.staging WHERE l.run=?2 AND k.key=j.key)
		ORDER BY j.last_run DESC, j.rejection LIMIT ?3`, source, last, limit, crawler.AskedByName+"%")
	all := append(now, before...)
	return all[:min(limit, len(all))], err
}

// rejections runs a query for name, key, reason, times, run and end of the run.
func (s *Store) rejections(ctx context.Context, query string, args ...any) ([]uhri.Rejection, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uhri.Rejection
	for rows.Next() {
		var r uhri.Rejection
		var times int
		var at int64
		if err := rows.Scan(&r.Source, &r.Key, &r.Reason, &times, &r.Run, &at); err != nil {
			return nil, err
		}
		r.At = stamp(at)
		if times > 1 {
			r.Reason += fmt.Sprintf(" (%d times)", times)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// RejectedRaw returns the raw form of a rejected item of the last run that rejected it, as far as it is kept.
// Errors: NotFound.
func (s *Store) RejectedRaw(ctx context.Context, source, key string) ([]byte, error) {
	var data []byte
	err := s.read.QueryRowContext(ctx, `SELECT raw FROM rejection JOIN source s USING (src) WHERE s.name=? AND key=? AND raw IS NOT NULL ORDER BY last_run DESC LIMIT 1`, source, key).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, uhri.Errorf(uhri.NotFound, "RejectedRaw", "nothing is kept of %s", key)
	}
	if err != nil {
		return nil, err
	}
	return s.codec.unpack(nil, data)
}

// LangComplete reports whether every text in the language was seen at least once: only then may one say that a record
// has none. It looks at the sources that end in "/" and the language.
func (s *Store) LangComplete(ctx context.Context, l uhri.Lang) (bool, error) {
	var ok bool
	err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM source WHERE name LIKE ? AND complete>0)", "%/"+likeSafe(string(l))).Scan(&ok)
	return ok, err
}

func likeSafe(s string) string { return strings.NewReplacer("%", "", "_", "").Replace(s) }
