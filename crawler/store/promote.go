package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"uhri"
	"uhri/crawler"
)

// minLost is the number of records below which lost fields or unreadable items are corrections, not a change of form.
const minLost = 10

// What a promotion does with a staged record. The kinds of uhri.Change are among them.
const (
	fateNew       = "new"
	fateRestored  = "restored"
	fateText      = "text"  // its text changed
	fateFacts     = "facts" // something else of it changed
	fateRelabel   = "relabelled"
	fateSame      = "same"
	fateRemoved   = "removed"   // of translations: no text of its own any more
	fateNone      = "none"      // of translations: none before, none now
	fateWaits     = "waits"     // of translations: for English
	fateForeign   = "foreign"   // another source has it
	fateMerged    = "merged"    // our own cut; the publisher's record stands for it
	fateWithheld  = "withheld"  // taken down
	fateReprocess = "reprocess" // only our reading of it changed
)

// Promote implements crawler.Staging.
func (st *staging) Promote(ctx context.Context, sweep crawler.Sweep) (uhri.Run, error) {
	if st.done {
		return uhri.Run{}, errors.New("store: the run is over")
	}
	p := &promotion{s: st.s, src: st.src, source: st.source, lang: st.lang, run: st.run, number: st.number, kind: st.kind, sweep: sweep}
	err := st.s.update(ctx, func(tx *sql.Tx) error {
		p.tx = tx
		if err := st.finishStaging(ctx, tx, sweep); err != nil {
			return err
		}
		p.taken, p.same = st.taken, st.same
		if _, err := tx.ExecContext(ctx, "UPDATE run SET bytes=?, total_bytes=?, doc_waiting=?, doc_unread=? WHERE run=?", max(sweep.Bytes, st.bytes), st.total, sweep.Waiting, sweep.Unread, st.run); err != nil {
			return err
		}
		return p.decide(ctx)
	})
	if err != nil {
		return uhri.Run{}, fmt.Errorf("promoting run %d of %s: %w", st.run, st.source, err)
	}
	st.done = true
	st.s.release(st.source)
	return st.s.Run(ctx, st.run)
}

// finishStaging writes down what only this process knows of the sweep: which items it did not see.
func (st *staging) finishStaging(ctx context.Context, tx *sql.Tx, sweep crawler.Sweep) error {
	for _, old := range st.resumed {
		if !old.seen { // staged by the interrupted run, and gone since
			if err := dropStagedItem(ctx, tx, old.n); err != nil {
				return err
			}
		}
	}
	if sweep.Unchanged {
		// Nothing was yielded, and what is promoted is what the publisher has.
		for _, it := range st.items {
			if it.state == itemKnown || it.state == itemWithheld {
				st.taken += int(it.records)
				st.same += int(it.records)
			}
		}
		return nil
	}
	missing, err := tx.PrepareContext(ctx, "INSERT INTO staged_missing (staging, item) VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer missing.Close()
	move, err := tx.PrepareContext(ctx, "UPDATE item SET scope=? WHERE item=?")
	if err != nil {
		return err
	}
	defer move.Close()
	for i := range st.items {
		it := &st.items[i]
		switch {
		case it.seen && it.scope != sweep.Scope:
			_, err = move.ExecContext(ctx, sweep.Scope, it.item)
		case !it.seen && sweep.Complete && it.state != itemGone && (sweep.Scope == "" || it.scope == sweep.Scope):
			_, err = missing.ExecContext(ctx, st.number, it.item)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// promotion makes a staged run the current state. It works on the tables only, so a quarantined run can be promoted
// later by another process.
type promotion struct {
	s           *Store
	tx          *sql.Tx
	src         int64
	source      string
	lang        uhri.Lang
	run         int64
	number      int64
	kind        string
	sweep       crawler.Sweep
	taken, same int
	accepted    bool // by a person: no quarantine

	seq, now                                         int64
	added, changed, withdrawn, rejected, reprocessed int
	merged, unmerged                                 int
	noText                                           int // translations that are none
	previous                                         int // the run promoted before
}

// decide promotes the run or puts it in quarantine.
func (p *promotion) decide(ctx context.Context) error {
	// The promotion is tried first and judged by what it did.
	if _, err := p.tx.ExecContext(ctx, "SAVEPOINT promotion"); err != nil {
		return err
	}
	reason, err := p.apply(ctx)
	if err != nil {
		return err
	}
	if reason != "" && !p.accepted {
		if _, err := p.tx.ExecContext(ctx, "ROLLBACK TO promotion"); err != nil {
			return err
		}
		sweep, err := json.Marshal(p.sweep)
		if err != nil {
			return err
		}
		if err := p.exec(ctx, `UPDATE run SET state='quarantined', reason=?, finished=?, taken=?, added=?, changed=?, same=?, withdrawn=?, rejected=?, sweep=? WHERE run=?`,
			reason, p.s.now(), p.taken, p.added, p.changed, p.same, p.withdrawn, p.rejected, string(sweep), p.run); err != nil {
			return err
		}
		return p.dropOlder(ctx)
	}
	if _, err := p.tx.ExecContext(ctx, "RELEASE promotion"); err != nil {
		return err
	}
	return nil
}

// exec runs statements with the promotion's values as named parameters where args is empty.
func (p *promotion) exec(ctx context.Context, query string, args ...any) error {
	_, err := p.do(ctx, query, args...)
	return err
}

func (p *promotion) do(ctx context.Context, query string, args ...any) (int, error) {
	if len(args) == 0 {
		for _, a := range []sql.NamedArg{
			sql.Named("staging", p.number), sql.Named("src", p.src), sql.Named("seq", p.seq), sql.Named("now", p.now), sql.Named("run", p.run),
			sql.Named("pipeline", crawler.PipelineVersion), sql.Named("scope", p.sweep.Scope), sql.Named("lang", string(p.lang)), sql.Named("place", langPlace(p.lang)),
		} {
			if strings.Contains(query, "@"+a.Name) {
				args = append(args, a)
			}
		}
	}
	res, err := p.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%w (%.60s…)", err, strings.Join(strings.Fields(query), " "))
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (p *promotion) count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = p.tx.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// langPlace is the place of l in uhri.Langs: the last digit of text.text in base 8.
func langPlace(l uhri.Lang) int { return max(0, slices.Index(uhri.Langs[:], l)) }

// apply does the promotion. It returns why the run should rather be in quarantine, "" when nothing speaks against it.
func (p *promotion) apply(ctx context.Context) (reason string, err error) {
	p.now = p.s.now()
	if p.seq, err = p.s.newSeq(ctx, p.tx, p.run, ""); err != nil {
		return "", err
	}
	base, err := p.base(ctx)
	if err != nil {
		return "", err
	}
	// New items are numbered in the order they came, so that neighbours in the publication are neighbours on disk.
	if err := p.exec(ctx, `UPDATE staged_item SET item=n + (SELECT coalesce(max(item), 0) FROM item) WHERE staging=@staging AND item IS NULL`); err != nil {
		return "", err
	}
	if p.rejected, err = p.count(ctx, "SELECT count(*) FROM staged_reject WHERE staging=?", p.number); err != nil {
		return "", err
	}
	if p.previous, err = p.count(ctx, "SELECT coalesce(max(run), 0) FROM run WHERE src=? AND run<? AND kind='harvest' AND state IN ('ok', 'unchanged')", p.src, p.run); err != nil {
		return "", err
	}
	if p.sweep.Unchanged { // what was rejected then is rejected still
		if p.rejected, err = p.count(ctx, "SELECT coalesce(sum(times), 0) FROM rejection WHERE src=? AND last_run=?", p.src, p.previous); err != nil {
			return "", err
		}
		p.taken += p.rejected
	}
	var lost string
	if p.lang != "" {
		err = p.applyTexts(ctx)
	} else {
		lost, err = p.applyRecords(ctx, base)
	}
	if err != nil {
		return "", err
	}
	if p.kind == runReprocess {
		if err := p.finish(ctx); err != nil {
			return "", err
		}
		return "", nil
	}
	if got := p.added + p.changed + p.same + p.rejected; got != p.taken {
		return "", fmt.Errorf("the run does not add up: %d in, but %d new + %d changed + %d unchanged + %d rejected", p.taken, p.added, p.changed, p.same, p.rejected)
	}
	unreadable, err := p.count(ctx, "SELECT count(*) FROM staged_reject WHERE staging=? AND lost=1", p.number)
	if err != nil {
		return "", err
	}
	limit := p.s.o.MaxDrop * float64(base)
	scope := "the source"
	if p.sweep.Scope != "" {
		scope = p.sweep.Scope
	}
	switch {
	case base > 0 && p.sweep.Complete && p.taken == 0 && !p.sweep.Unchanged && p.s.o.MaxDrop < 1:
		reason = fmt.Sprintf("%s yielded nothing; it had %d records", scope, base)
	case float64(p.withdrawn) > limit && p.s.o.MaxDrop < 1:
		reason = fmt.Sprintf("%d of the %d records of %s would be withdrawn, more than %.3g %%", p.withdrawn, base, scope, 100*p.s.o.MaxDrop)
	case unreadable >= minLost && float64(unreadable) > limit:
		reason = fmt.Sprintf("%d of the %d records of %s became unreadable", unreadable, base, scope)
	case lost != "":
		reason = lost
	case p.rejected >= minLost && p.rejected == p.taken && !p.sweep.Unchanged && !p.onlyWaits(ctx):
		// Fewer are a few bad documents, which their reasons explain; there is nothing to accept.
		reason = fmt.Sprintf("none of the %d items could be read", p.taken)
	}
	return reason, p.finish(ctx)
}

// onlyWaits reports whether everything rejected waits for English: a translation that came first is no fault.
func (p *promotion) onlyWaits(ctx context.Context) bool {
	n, err := p.count(ctx, "SELECT count(*) FROM staged_record WHERE staging=? AND kind=?", p.number, fateWaits)
	return err == nil && n == p.rejected
}

// base counts what is live in the scope before the promotion.
func (p *promotion) base(ctx context.Context) (int, error) {
	switch {
	case p.lang != "" && p.sweep.Scope == "":
		return p.count(ctx, "SELECT count(*) FROM text WHERE text & 7 = ?", langPlace(p.lang))
	case p.lang != "":
		return p.count(ctx, "SELECT count(*) FROM text t JOIN item i ON i.item=t.item WHERE i.src=? AND i.scope=?", p.src, p.sweep.Scope)
	case p.sweep.Scope == "":
		return p.count(ctx, "SELECT count(*) FROM record WHERE src=? AND state=0", p.src)
	}
	return p.count(ctx, "SELECT count(*) FROM item i JOIN record r ON r.item=i.item WHERE i.src=? AND i.scope=? AND r.state=0", p.src, p.sweep.Scope)
}

// fates counts staged records by what becomes of them.
func (p *promotion) fates(ctx context.Context) (map[string]int, error) {
	rows, err := p.tx.QueryContext(ctx, "SELECT kind, count(*) FROM staged_record WHERE staging=? GROUP BY kind", p.number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			return nil, err
		}
		out[kind] = n
	}
	return out, rows.Err()
}

// applyRecords promotes records. lost says which field too many of them would lose.
func (p *promotion) applyRecords(ctx context.Context, base int) (lost string, err error) {
	if err := p.withhold(ctx); err != nil {
		return "", err
	}
	fate := `CASE
			WHEN r.state=2 THEN 'withheld'
			WHEN r.src<>@src AND r.state<>1 THEN 'foreign'
			WHEN r.state=3 THEN 'merged'
			WHEN r.state=1 THEN 'restored'
			WHEN r.text_h<>staged_record.text_h THEN 'text'
			WHEN r.facts_h<>staged_record.facts_h THEN 'facts'
			WHEN r.labels_h<>staged_record.labels_h THEN 'relabelled'
			WHEN (SELECT si.media LIKE '%json' AND i.hash IS NOT si.hash FROM staged_item si JOIN item i ON i.item=si.item WHERE si.n=staged_record.parent) THEN 'facts'
			ELSE 'same' END`
	if p.kind == runReprocess {
		fate = `CASE
			WHEN r.state=2 THEN 'withheld'
			WHEN r.src<>@src AND r.state<>1 THEN 'foreign'
			WHEN r.state=3 THEN 'merged'
			WHEN r.state=1 THEN 'reprocess'
			WHEN (SELECT data FROM payload WHERE payload=staged_record.payload) IS NOT (SELECT data FROM payload WHERE payload=r.payload) THEN 'reprocess'
			ELSE 'same' END`
	}
	if err := p.exec(ctx, `UPDATE staged_record SET rec=r.rec, old_payload=r.payload, kind=`+fate+` FROM record r
		WHERE staged_record.staging=@staging AND staged_record.kind='' AND r.id=staged_record.id`); err != nil {
		return "", err
	}
	if err := p.exec(ctx, `UPDATE staged_record SET kind='new', rec=n + (SELECT coalesce(max(rec), 0) FROM record) WHERE staging=@staging AND kind=''`); err != nil {
		return "", err
	}
	fates, err := p.fates(ctx)
	if err != nil {
		return "", err
	}
	if p.kind == runReprocess {
		p.reprocessed = fates[fateNew] + fates[fateReprocess]
		p.same = p.taken - p.rejected
	} else {
		p.added = fates[fateNew] + fates[fateRestored]
		p.changed = fates[fateText] + fates[fateFacts] + fates[fateRelabel]
		p.same += fates[fateSame] + fates[fateMerged] + fates[fateForeign] + fates[fateWithheld]
		if p.changed > 0 {
			if lost, err = p.lostFields(ctx, base); err != nil {
				return "", err
			}
		}
	}

	if err := p.logRecords(ctx, fates); err != nil {
		return "", err
	}
	if err := p.applyItems(ctx); err != nil {
		return "", err
	}
	for _, q := range []string{
		`INSERT INTO record (rec, id, src, item, state, seq, symbol, match, has, text_h, facts_h, labels_h, first_seen, last_changed, payload)
			SELECT s.rec, s.id, @src, si.item, 0, @seq, s.symbol, s.match, s.has, s.text_h, s.facts_h, s.labels_h, @now, 0, s.payload
			FROM staged_record s JOIN staged_item si ON si.n=s.parent WHERE s.staging=@staging AND s.kind='new' ORDER BY s.n`,
		`UPDATE record SET item=si.item, src=@src, seq=@seq, symbol=s.symbol, match=s.match, has=s.has, text_h=s.text_h, facts_h=s.facts_h, labels_h=s.labels_h, payload=s.payload,
			state=CASE record.state WHEN 1 THEN 0 ELSE record.state END,
			last_changed=CASE WHEN s.kind IN ('text', 'facts', 'relabelled', 'restored') THEN @now ELSE record.last_changed END
			FROM staged_record s JOIN staged_item si ON si.n=s.parent
			WHERE s.staging=@staging AND s.kind IN ('text', 'facts', 'relabelled', 'restored', 'same', 'merged', 'reprocess') AND record.rec=s.rec`,
		`DELETE FROM tombstone WHERE kind='withdrawn' AND rec IN (SELECT rec FROM staged_record WHERE staging=@staging AND kind IN ('restored', 'reprocess'))`,
		`DELETE FROM payload WHERE payload IN (SELECT old_payload FROM staged_record WHERE staging=@staging AND kind IN ('text', 'facts', 'relabelled', 'restored', 'same', 'merged', 'reprocess'))`,
		`DELETE FROM payload WHERE payload IN (SELECT payload FROM staged_record WHERE staging=@staging AND kind IN ('foreign', 'withheld'))`,
		// What another source has is looked at again whenever it is yielded: that source may lose it.
		`UPDATE item SET state=1, waits=s.id FROM staged_record s JOIN staged_item si ON si.n=s.parent WHERE s.staging=@staging AND s.kind='foreign' AND item.item=si.item`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return "", err
		}
	}
	if err := p.withdraw(ctx); err != nil {
		return "", err
	}
	return lost, p.merge(ctx)
}

// logRecords writes what happens to records into the log, before anything is replaced.
func (p *promotion) logRecords(ctx context.Context, fates map[string]int) error {
	texts := func(raw, kinds string) string {
		return `SELECT s.rec, ` + raw + `, o.data FROM staged_record s JOIN record r ON r.rec=s.rec LEFT JOIN item i ON i.item=r.item JOIN payload o ON o.payload=r.payload
			WHERE s.staging=@staging AND r.text_h<>s.text_h AND s.kind IN (` + kinds + `) ORDER BY s.n`
	}
	if fates[fateReprocess]+fates[fateMerged] > 0 {
		if err := p.logTexts(ctx, texts("NULL", "'reprocess', 'merged'"), uhri.English, kindReread); err != nil {
			return err
		}
	}
	if p.kind == runReprocess {
		return nil
	}
	if fates[fateRestored] > 0 {
		if err := p.exec(ctx, `INSERT INTO change (seq, rec, kind, old_raw) SELECT @seq, s.rec, 'restored', i.raw
			FROM staged_record s JOIN record r ON r.rec=s.rec LEFT JOIN item i ON i.item=r.item WHERE s.staging=@staging AND s.kind='restored' ORDER BY s.n`); err != nil {
			return err
		}
	}
	// What comes back may come back changed; then the log says both.
	if fates[fateText]+fates[fateRestored] > 0 {
		if err := p.logTexts(ctx, texts("i.raw", "'text', 'restored'"), uhri.English, string(uhri.Changed)); err != nil {
			return err
		}
	}
	if err := p.exec(ctx, `INSERT INTO change (seq, rec, kind, old_raw) SELECT @seq, s.rec, CASE WHEN s.kind='facts' OR s.kind='restored' AND r.facts_h<>s.facts_h THEN 'changed' ELSE 'relabelled' END, i.raw
		FROM staged_record s JOIN record r ON r.rec=s.rec LEFT JOIN item i ON i.item=r.item
		WHERE s.staging=@staging AND (s.kind IN ('facts', 'relabelled') OR s.kind='restored' AND r.payload IS NOT NULL AND r.text_h=s.text_h AND (r.facts_h<>s.facts_h OR r.labels_h<>s.labels_h))
		ORDER BY s.n`); err != nil {
		return err
	}
	return p.exec(ctx, `INSERT INTO change (seq, rec, kind) SELECT @seq, rec, 'added' FROM staged_record WHERE staging=@staging AND kind='new' ORDER BY n`)
}

// kindReread marks a line that no reader of the log is shown: the text a record had before we read it otherwise, which is no
// change of the publisher's and is counted in the one line of the run. TextAt needs it.
const kindReread = "reread"

// withhold keeps the text of what was taken down while the run was going on out of the records.
func (p *promotion) withhold(ctx context.Context) error {
	n, err := p.count(ctx, "SELECT count(*) FROM suppression")
	if err != nil || n == 0 {
		return err
	}
	for _, q := range []string{
		`UPDATE staged_record SET kind='withheld' WHERE staging=@staging AND (id IN (SELECT what FROM suppression WHERE symbol=0) OR symbol IN (SELECT what FROM suppression WHERE symbol=1))`,
		`DELETE FROM raw WHERE raw IN (SELECT si.raw FROM staged_item si JOIN staged_record s ON s.parent=si.n WHERE s.staging=@staging AND s.kind='withheld')`,
		`UPDATE staged_item SET raw=NULL, state=3, waits=s.id FROM staged_record s WHERE s.parent=staged_item.n AND s.staging=@staging AND s.kind='withheld' AND staged_item.media LIKE '%json'`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// applyItems replaces the raw forms. Those that no line of the log needs are dropped.
func (p *promotion) applyItems(ctx context.Context) error {
	if p.kind == runReprocess {
		return p.exec(ctx, `UPDATE item SET pipeline=@pipeline, records=si.records FROM staged_item si WHERE si.staging=@staging AND item.item=si.item`)
	}
	for _, q := range []string{
		`DELETE FROM raw WHERE raw IN (SELECT i.raw FROM staged_item si JOIN item i ON i.item=si.item WHERE si.staging=@staging AND i.raw IS NOT NULL)
			AND raw NOT IN (SELECT old_raw FROM change WHERE seq=@seq AND old_raw IS NOT NULL)`,
		`INSERT INTO item (item, src, key, hash, state, records, pipeline, raw, doc, waits, scope, media, url, symbol, lang, fetched)
			SELECT item, @src, key, hash, state, records, @pipeline, raw, doc, waits, @scope, media, url, symbol, lang, fetched FROM staged_item WHERE staging=@staging ORDER BY n
			ON CONFLICT (src, key) DO UPDATE SET hash=excluded.hash, state=excluded.state, records=excluded.records, pipeline=excluded.pipeline, raw=excluded.raw, doc=excluded.doc,
			waits=excluded.waits, scope=excluded.scope, media=excluded.media, url=excluded.url, symbol=excluded.symbol, lang=excluded.lang, fetched=excluded.fetched`,
		`UPDATE item SET state=2 WHERE item IN (SELECT item FROM staged_missing WHERE staging=@staging)`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// lostFields names a field that more records lose than a publisher's corrections explain.
func (p *promotion) lostFields(ctx context.Context, base int) (string, error) {
	rows, err := p.tx.QueryContext(ctx, `SELECT r.has & ~s.has, count(*) FROM staged_record s JOIN record r ON r.rec=s.rec
		WHERE s.staging=? AND s.kind IN ('text', 'facts', 'relabelled') AND r.has & ~s.has <> 0 GROUP BY 1`, p.number)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	lost := map[int64]int{}
	for rows.Next() {
		var bits int64
		var n int
		if err := rows.Scan(&bits, &n); err != nil {
			return "", err
		}
		for bit := range fieldNames {
			if bits&bit != 0 {
				lost[bit] += n
			}
		}
	}
	for bit := int64(1); fieldNames[bit] != ""; bit <<= 1 {
		if n := lost[bit]; n >= minLost && float64(n) > p.s.o.MaxDrop*float64(base) && p.s.o.MaxDrop < 1 {
			return fmt.Sprintf("%d of the %d records would lose their %s", n, base, fieldNames[bit]), nil
		}
	}
	return "", rows.Err()
}

// logTexts writes lines of a kind with the old text. query gives rec, old raw form and old payload: of a record for
// English, of a text for other languages.
func (p *promotion) logTexts(ctx context.Context, query string, lang uhri.Lang, kind string) error {
	log, err := p.tx.PrepareContext(ctx, "INSERT INTO change (seq, rec, kind, lang, old_text, old_raw) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer log.Close()
	args := []any{sql.Named("staging", p.number)}
	if strings.Contains(query, "@place") {
		args = append(args, sql.Named("place", langPlace(lang)))
	}
	rows, err := p.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var rec int64
		var raw sql.NullInt64
		var payload []byte
		if err := rows.Scan(&rec, &raw, &payload); err != nil {
			return err
		}
		var old any
		if payload != nil {
			text, err := p.s.fullText(payload, lang)
			if err != nil {
				return fmt.Errorf("reading the text that changes: %w", err)
			}
			old = p.s.codec.pack([]byte(text))
		}
		if _, err := log.ExecContext(ctx, p.seq, rec, kind, string(lang), old, raw); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fullText takes the searchable text out of a payload: a record's for English, else a text's.
func (s *Store) fullText(payload []byte, lang uhri.Lang) (string, error) {
	if lang == uhri.English {
		var r struct {
			Texts map[uhri.Lang]uhri.Text `json:"texts"`
		}
		err := s.codec.unpackJSON(payload, &r)
		return r.Texts[lang].Full, err
	}
	var t uhri.Text
	err := s.codec.unpackJSON(payload, &t)
	return t.Full, err
}

// withdraw buries the records of items that are missing, and those that a changed document no longer has.
func (p *promotion) withdraw(ctx context.Context) error {
	for _, q := range []string{
		"CREATE TEMP TABLE IF NOT EXISTS gone (rec INTEGER PRIMARY KEY)",
		"DELETE FROM gone",
	} {
		if err := p.exec(ctx, q, nil...); err != nil {
			return err
		}
	}
	n, err := p.do(ctx, `INSERT OR IGNORE INTO gone (rec)
		SELECT r.rec FROM staged_missing m JOIN record r ON r.item=m.item WHERE m.staging=@staging AND r.state=0
		UNION ALL SELECT r.rec FROM staged_item si JOIN record r ON r.item=si.item WHERE si.staging=@staging AND r.state=0 AND r.seq<>@seq
			AND r.id NOT IN (SELECT key FROM staged_reject WHERE staging=@staging)`)
	if err != nil || n == 0 {
		return err
	}
	if p.kind == runReprocess {
		p.reprocessed += n
	} else {
		p.withdrawn = n
		if err := p.exec(ctx, `INSERT INTO change (seq, rec, kind) SELECT @seq, rec, 'withdrawn' FROM gone ORDER BY rec`); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`INSERT OR REPLACE INTO tombstone (rec, kind, at, seq) SELECT rec, 'withdrawn', @now, @seq FROM gone`,
		`UPDATE record SET state=1, seq=@seq WHERE rec IN (SELECT rec FROM gone)`,
		// Our own cut of an official document stands when the publisher's copy of it goes.
		`INSERT INTO change (seq, rec, kind) SELECT @seq, t.rec, 'restored' FROM tombstone t JOIN gone g ON g.rec=t.redirect JOIN record r ON r.rec=t.rec WHERE r.payload IS NOT NULL`,
		`UPDATE record SET state=0, seq=@seq WHERE state=3 AND payload IS NOT NULL AND rec IN (SELECT t.rec FROM tombstone t JOIN gone g ON g.rec=t.redirect)`,
		`DELETE FROM tombstone WHERE kind='merged' AND rec IN (SELECT t.rec FROM tombstone t JOIN gone g ON g.rec=t.redirect JOIN record r ON r.rec=t.rec WHERE r.state=0)`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// applyTexts promotes a translation: texts of known records.
func (p *promotion) applyTexts(ctx context.Context) error {
	if err := p.withhold(ctx); err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE staged_record SET rec=r.rec, kind=CASE r.state WHEN 0 THEN 'live' WHEN 2 THEN 'withheld' ELSE 'waits' END FROM record r
			WHERE staged_record.staging=@staging AND staged_record.kind='' AND r.id=staged_record.id`,
		`UPDATE staged_record SET kind='waits' WHERE staging=@staging AND kind=''`,
		// A text that equals the English one is none, also when English changed after it.
		`UPDATE staged_record SET old_payload=t.payload, kind=CASE WHEN staged_record.payload IS NULL OR staged_record.text_h=r.text_h THEN 'removed'
				WHEN t.text_h<>staged_record.text_h THEN 'text' ELSE 'same' END
			FROM text t, record r WHERE staged_record.staging=@staging AND staged_record.kind='live' AND t.text=staged_record.rec*8+@place AND r.rec=staged_record.rec`,
		`UPDATE staged_record SET kind=CASE WHEN staged_record.payload IS NULL OR staged_record.text_h=r.text_h THEN 'none' ELSE 'new' END
			FROM record r WHERE staged_record.staging=@staging AND staged_record.kind='live' AND r.rec=staged_record.rec`,
		`INSERT INTO staged_reject (staging, key, reason, lost) SELECT @staging, id, 'waits for English: no such record there yet', 0 FROM staged_record WHERE staging=@staging AND kind='waits' ORDER BY n`,
		`DELETE FROM raw WHERE raw IN (SELECT si.raw FROM staged_item si JOIN staged_record s ON s.parent=si.n WHERE s.staging=@staging AND s.kind='waits')`,
		`UPDATE staged_item SET state=1, raw=NULL, waits=s.id FROM staged_record s WHERE s.parent=staged_item.n AND s.staging=@staging AND s.kind='waits'`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return err
		}
	}
	fates, err := p.fates(ctx)
	if err != nil {
		return err
	}
	p.rejected += fates[fateWaits]
	p.noText = fates[fateNone] + fates[fateRemoved]
	replaced := func(raw string) string {
		return `SELECT s.rec, ` + raw + `, o.data FROM staged_record s JOIN text t ON t.text=s.rec*8+@place LEFT JOIN item i ON i.item=t.item LEFT JOIN payload o ON o.payload=t.payload
			WHERE s.staging=@staging AND s.kind IN ('text', 'removed') ORDER BY s.n`
	}
	if p.kind == runReprocess {
		p.reprocessed = fates[fateNew] + fates[fateText] + fates[fateRemoved]
		p.same = p.taken - p.rejected
		if err := p.logTexts(ctx, replaced("NULL"), p.lang, kindReread); err != nil {
			return err
		}
		if err := p.exec(ctx, `INSERT INTO change (seq, rec, kind, lang) SELECT @seq, rec, '`+kindReread+`', @lang FROM staged_record WHERE staging=@staging AND kind='new' ORDER BY n`); err != nil {
			return err
		}
	} else {
		p.added = fates[fateNew]
		p.changed = fates[fateText] + fates[fateRemoved]
		p.same += fates[fateSame] + fates[fateNone] + fates[fateWithheld]
		if p.changed > 0 {
			if err := p.logTexts(ctx, replaced("i.raw"), p.lang, string(uhri.Changed)); err != nil {
				return err
			}
		}
		if err := p.exec(ctx, `INSERT INTO change (seq, rec, kind, lang) SELECT @seq, rec, 'changed', @lang FROM staged_record WHERE staging=@staging AND kind='new' ORDER BY n`); err != nil {
			return err
		}
		if p.withdrawn, err = p.count(ctx, "SELECT count(*) FROM staged_missing m JOIN text t ON t.item=m.item WHERE m.staging=? AND t.text & 7 = ?", p.number, langPlace(p.lang)); err != nil {
			return err
		}
		if p.withdrawn > 0 {
			if err := p.logTexts(ctx, `SELECT t.text >> 3, i.raw, o.data FROM staged_missing m JOIN text t ON t.item=m.item LEFT JOIN item i ON i.item=t.item LEFT JOIN payload o ON o.payload=t.payload
				WHERE m.staging=@staging AND t.text & 7 = @place`, p.lang, string(uhri.Changed)); err != nil {
				return err
			}
		}
	}
	if err := p.applyItems(ctx); err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE record SET last_changed=@now WHERE rec IN (SELECT rec FROM change WHERE seq=@seq AND kind='changed' AND old_text IS NOT NULL)`,
		`DELETE FROM payload WHERE payload IN (SELECT old_payload FROM staged_record WHERE staging=@staging AND kind IN ('text', 'removed', 'same'))`,
		`DELETE FROM payload WHERE payload IN (SELECT payload FROM staged_record WHERE staging=@staging AND kind IN ('removed', 'none', 'waits', 'withheld'))`,
		`DELETE FROM payload WHERE payload IN (SELECT t.payload FROM staged_missing m JOIN text t ON t.item=m.item WHERE m.staging=@staging)`,
		`DELETE FROM text WHERE item IN (SELECT item FROM staged_missing WHERE staging=@staging)`,
		`DELETE FROM text WHERE text IN (SELECT rec*8+@place FROM staged_record WHERE staging=@staging AND kind='removed')`,
		`INSERT OR REPLACE INTO text (text, item, text_h, payload) SELECT s.rec*8+@place, si.item, s.text_h, s.payload FROM staged_record s JOIN staged_item si ON si.n=s.parent
			WHERE s.staging=@staging AND s.kind IN ('new', 'text', 'same') ORDER BY 1`,
	} {
		if err := p.exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// finish closes the run's rows: ledger, checkpoint, counts.
func (p *promotion) finish(ctx context.Context) error {
	if p.kind == runHarvest {
		if err := p.ledger(ctx); err != nil {
			return err
		}
	}
	state, reason := uhri.OK, ""
	if p.kind == runReprocess && p.rejected > 0 {
		reason = fmt.Sprintf("%d raw forms cannot be read any more; their records stay as they were", p.rejected)
	}
	if p.reprocessed > 0 {
		if err := p.exec(ctx, "INSERT INTO change (seq, kind, count) VALUES (?, 'reprocessed', ?)", p.seq, p.reprocessed); err != nil {
			return err
		}
	}
	if p.added+p.changed+p.withdrawn+p.reprocessed+p.merged+p.unmerged == 0 {
		state = uhri.Unchanged
		if err := p.exec(ctx, "UPDATE record SET seq=? WHERE seq=?", p.seq-1, p.seq); err != nil {
			return err
		}
		if err := p.exec(ctx, "DELETE FROM promotion WHERE seq=?", p.seq); err != nil {
			return err
		}
		p.seq = 0
	}
	if p.noText > 0 {
		reason = fmt.Sprintf("%d of %d texts are the English ones or in another script: not translations", p.noText, p.taken)
	}
	if p.accepted {
		reason = "accepted by the operator"
	}
	if err := p.exec(ctx, `UPDATE run SET state=?, reason=?, finished=?, seq=?, taken=?, added=?, changed=?, same=?, withdrawn=?, rejected=?, reprocessed=?, sweep='' WHERE run=?`,
		string(state), reason, p.s.now(), p.seq, p.taken, p.added, p.changed, p.same, p.withdrawn, p.rejected, p.reprocessed, p.run); err != nil {
		return err
	}
	if p.kind == runHarvest {
		if p.sweep.Cursor != nil {
			cursor, err := json.Marshal(p.sweep.Cursor, json.Deterministic(true))
			if err != nil {
				return err
			}
			if err := p.exec(ctx, "UPDATE source SET cursor=? WHERE src=?", string(cursor), p.src); err != nil {
				return err
			}
		}
		if p.sweep.Complete && p.sweep.Scope == "" {
			if err := p.exec(ctx, "UPDATE source SET complete=? WHERE src=?", p.now, p.src); err != nil {
				return err
			}
		}
	}
	live := "SELECT count(*) FROM record WHERE src=@src AND state=0"
	if p.lang != "" {
		live = "SELECT count(*) FROM text WHERE text & 7 = @place"
	}
	if err := p.exec(ctx, "UPDATE source SET records=("+live+") WHERE src=@src"); err != nil {
		return err
	}
	if err := forgetStaged(ctx, p.tx, p.number); err != nil {
		return err
	}
	return p.dropOlder(ctx)
}

// ledger writes down what the run could not understand.
func (p *promotion) ledger(ctx context.Context) error {
	if err := p.exec(ctx, `INSERT INTO rejection (src, key, reason, first_run, last_run, times, raw)
		SELECT ?, key, reason, ?, ?, count(*), raw FROM staged_reject WHERE staging=? GROUP BY key, reason ORDER BY min(n)
		ON CONFLICT (src, key, reason) DO UPDATE SET first_run=CASE WHEN last_run=? THEN first_run ELSE excluded.first_run END, last_run=excluded.last_run, times=excluded.times, raw=excluded.raw`,
		p.src, p.run, p.run, p.number, p.previous); err != nil {
		return err
	}
	if p.sweep.Unchanged && p.previous > 0 {
		if err := p.exec(ctx, "UPDATE rejection SET last_run=? WHERE src=? AND last_run=?", p.run, p.src, p.previous); err != nil {
			return err
		}
	}
	return nil
}

// dropOlder removes what earlier runs of the source left staged: this run has seen more.
func (p *promotion) dropOlder(ctx context.Context) error {
	rows, err := p.tx.QueryContext(ctx, `SELECT staging FROM (SELECT staging FROM staged_item UNION SELECT staging FROM staged_reject UNION SELECT staging FROM staged_missing)
		WHERE staging<>? AND staging IN (SELECT staging FROM run WHERE src=? AND run<?)`, p.number, p.src, p.run)
	if err != nil {
		return err
	}
	var old []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			rows.Close()
			return err
		}
		old = append(old, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, n := range old {
		if err := dropStaged(ctx, p.tx, n); err != nil {
			return err
		}
	}
	return nil
}

// Accept promotes a quarantined run by hand. Errors: NotFound; Invalid when it is not in quarantine or a later run of its
// source was promoted.
func (s *Store) Accept(ctx context.Context, run int64) (uhri.Run, error) {
	err := s.update(ctx, func(tx *sql.Tx) error {
		p := &promotion{s: s, tx: tx, run: run, accepted: true}
		var state, sweep string
		err := tx.QueryRowContext(ctx, "SELECT r.src, s.name, r.kind, r.state, r.staging, r.taken, r.sweep FROM run r JOIN source s USING (src) WHERE run=?", run).
			Scan(&p.src, &p.source, &p.kind, &state, &p.number, &p.taken, &sweep)
		if errors.Is(err, sql.ErrNoRows) {
			return uhri.Errorf(uhri.NotFound, "Accept", "there is no run %d; `status` lists them", run)
		}
		if err != nil {
			return err
		}
		if state != string(uhri.Quarantined) {
			return uhri.Errorf(uhri.Invalid, "Accept", "run %d is not in quarantine but %s", run, state)
		}
		later, err := p.count(ctx, "SELECT coalesce(max(run), 0) FROM run WHERE src=? AND run>? AND state IN ('ok', 'unchanged', 'quarantined')", p.src, run)
		if err != nil {
			return err
		}
		if later > 0 {
			return uhri.Errorf(uhri.Invalid, "Accept", "run %d is out of date: run %d of %s came after it", run, later, p.source)
		}
		if err := json.Unmarshal([]byte(sweep), &p.sweep); err != nil {
			return fmt.Errorf("reading the sweep: %w", err)
		}
		p.lang, _, _ = crawler.TranslationOf(p.source)
		// What was in the quarantined run but not staged was known already.
		if p.same, err = p.count(ctx, `SELECT r.taken - (SELECT count(*) FROM staged_record WHERE staging=r.staging) - (SELECT count(*) FROM staged_reject WHERE staging=r.staging) FROM run r WHERE run=?`, run); err != nil {
			return err
		}
		return p.decide(ctx)
	})
	if err != nil {
		return uhri.Run{}, fmt.Errorf("accepting run %d: %w", run, err)
	}
	return s.Run(ctx, run)
}
