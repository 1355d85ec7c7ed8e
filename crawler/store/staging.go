package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/gofrs/flock"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/clean"
)

// States of item.
const (
	itemKnown    = 0
	itemWaits    = 1 // for a record that is not there yet: looked at again whenever it is yielded
	itemGone     = 2 // missing in a complete sweep
	itemWithheld = 3 // taken down: its content is not kept, and it is not looked at again
)

// States of record.
const (
	recordLive       = 0
	recordWithdrawn  = 1
	recordSuppressed = 2
	recordMerged     = 3
)

// Kinds of run.
const (
	runHarvest   = "harvest"
	runReprocess = "reprocess"
)

// maxRejectedRaw bounds what the ledger keeps of a raw form: enough to see what is wrong with it.
const maxRejectedRaw = 64 << 10

// staging is one open run.
type staging struct {
	s           *Store
	src         int64
	source      string
	lang        uhri.Lang // of a translation; "" for a source of records
	run         int64
	number      int64 // of the staged rows
	kind        string
	since       crawler.Cursor
	suppressed  map[string]bool // IDs and symbols that must not be kept
	items       []knownItem     // of the last promoted state; seen is written by Add only
	byKey       map[string]int32
	resumed     map[string]*resumedItem // what an interrupted run had staged
	fresh       map[string]crawler.Hash // new keys of this run
	ids         map[uhri.ID]string      // record IDs staged by this run → key of the item that gave them
	taken, same int
	docs        uhri.DocumentCounts
	bytes       int64
	total       int64
	done        bool
}

type knownItem struct {
	item    int64
	hash    crawler.Hash
	records int32
	scope   string
	state   int8
	seen    bool
}

type resumedItem struct {
	n       int64
	hash    crawler.Hash
	records int
	seen    bool
}

// Begin implements crawler.Store.
func (s *Store) Begin(ctx context.Context, source string) (crawler.Staging, error) {
	st, err := s.begin(ctx, source, runHarvest)
	if err != nil {
		return nil, err
	}
	return st, nil
}

func (s *Store) begin(ctx context.Context, source, kind string) (_ *staging, err error) {
	s.mu.Lock()
	if run, busy := s.active[source]; busy {
		s.mu.Unlock()
		return nil, &crawler.BusyError{Source: source, Run: run}
	}
	s.active[source] = 0
	s.mu.Unlock()
	defer func() {
		if err != nil {
			s.release(source)
		}
	}()
	st := &staging{s: s, source: source, kind: kind, suppressed: map[string]bool{}, byKey: map[string]int32{},
		resumed: map[string]*resumedItem{}, fresh: map[string]crawler.Hash{}, ids: map[uhri.ID]string{}}
	st.lang, _, _ = crawler.TranslationOf(source)
	err = s.update(ctx, func(tx *sql.Tx) error {
		if st.src, err = sourceNumber(ctx, tx, source); err != nil {
			return err
		}
		if err := s.clearDead(ctx, tx, st.src, source); err != nil {
			return err
		}
		if err := st.open(ctx, tx); err != nil {
			return err
		}
		if err := st.loadItems(ctx, tx); err != nil {
			return err
		}
		return st.loadSuppressed(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("beginning a run of %s: %w", source, err)
	}
	s.mu.Lock()
	s.active[source] = st.run
	s.mu.Unlock()
	return st, nil
}

func (s *Store) release(source string) {
	s.mu.Lock()
	delete(s.active, source)
	s.mu.Unlock()
}

func sourceNumber(ctx context.Context, tx *sql.Tx, name string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, "SELECT src FROM source WHERE name=?", name).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, "INSERT INTO source (name) VALUES (?) RETURNING src", name).Scan(&n)
	}
	return n, err
}

// clearDead closes the running row of a process that is no more. A live one makes a BusyError.
func (s *Store) clearDead(ctx context.Context, tx *sql.Tx, src int64, source string) error {
	var run int64
	var owner string
	err := tx.QueryRowContext(ctx, "SELECT run, owner FROM run WHERE src=? AND state='running'", src).Scan(&run, &owner)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if owner != s.name && s.alive(owner) {
		return &crawler.BusyError{Source: source, Run: run}
	}
	_, err = tx.ExecContext(ctx, "UPDATE run SET state='failed', reason=?, finished=? WHERE run=?", crawler.Interrupted, s.now(), run)
	return err
}

// alive reports whether the process that owns the lock file still runs: the system lets go of a lock when its process dies,
// however it dies.
func (s *Store) alive(owner string) bool {
	path := filepath.Join(s.o.Dir, "owners", owner)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path)
	got, err := lock.TryLock()
	if err != nil || !got {
		return true
	}
	os.Remove(path)
	lock.Unlock()
	return false
}

// open writes the running row. Rows staged by an interrupted run of the same pipeline are taken over, others dropped.
func (st *staging) open(ctx context.Context, tx *sql.Tx) error {
	var cursor string
	if err := tx.QueryRowContext(ctx, "SELECT cursor FROM source WHERE src=?", st.src).Scan(&cursor); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(cursor), &st.since); err != nil {
		return fmt.Errorf("reading the cursor: %w", err)
	}
	if st.lang != "" {
		// What waited for an English record that has come since is yielded only to a harvest from the beginning.
		var waits bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM item i JOIN record r ON r.id=i.waits AND r.state=0 WHERE i.src=? AND i.waits<>'' AND i.state=1)`, st.src).Scan(&waits)
		if err != nil {
			return err
		}
		if waits {
			st.since = nil
		}
	}
	// What the pipeline before this one could not read may be readable now, also in a publication that has not changed.
	var retry bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM run WHERE run=(SELECT max(run) FROM run WHERE src=? AND kind='harvest' AND state IN ('ok', 'unchanged')) AND rejected>0 AND pipeline<?)`,
		st.src, crawler.PipelineVersion).Scan(&retry); err != nil {
		return err
	}
	if retry {
		st.since = nil
	}
	var last struct {
		run, number, pipeline int64
		state, kind           string
	}
	err := tx.QueryRowContext(ctx, "SELECT run, staging, pipeline, state, kind FROM run WHERE src=? ORDER BY run DESC LIMIT 1", st.src).
		Scan(&last.run, &last.number, &last.pipeline, &last.state, &last.kind)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	resume := err == nil && (last.state == string(uhri.Failed) || last.state == string(uhri.Blocked)) &&
		last.pipeline == crawler.PipelineVersion && last.kind == runHarvest && st.kind == runHarvest
	var number any
	if resume {
		number = last.number
		st.number = last.number
	} else if last.state == string(uhri.Failed) || last.state == string(uhri.Blocked) {
		if err := dropStaged(ctx, tx, last.number); err != nil {
			return err
		}
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO run (src, kind, state, started, owner, staging, pipeline) VALUES (?, ?, 'running', ?, ?, coalesce(?, 0), ?) RETURNING run`,
		st.src, st.kind, st.s.now(), st.s.name, number, crawler.PipelineVersion).Scan(&st.run)
	if err != nil {
		return err
	}
	if !resume {
		st.number = st.run
		_, err = tx.ExecContext(ctx, "UPDATE run SET staging=run WHERE run=?", st.run)
		return err
	}
	// The ledger of the interrupted run is written anew: a rejected item is looked at again.
	if _, err := tx.ExecContext(ctx, "DELETE FROM staged_reject WHERE staging=?", st.number); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, "SELECT n, key, hash, records FROM staged_item WHERE staging=?", st.number)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var hash []byte
		it := &resumedItem{}
		if err := rows.Scan(&it.n, &key, &hash, &it.records); err != nil {
			return err
		}
		copy(it.hash[:], hash)
		st.resumed[key] = it
	}
	if err := rows.Err(); err != nil {
		return err
	}
	ids, err := tx.QueryContext(ctx, "SELECT r.id, i.key FROM staged_record r JOIN staged_item i ON i.n=r.parent WHERE r.staging=?", st.number)
	if err != nil {
		return err
	}
	defer ids.Close()
	for ids.Next() {
		var id, key string
		if err := ids.Scan(&id, &key); err != nil {
			return err
		}
		st.ids[uhri.ID(id)] = key
	}
	return ids.Err()
}

// loadItems reads what is promoted, so that an unchanged item costs one look-up in memory.
func (st *staging) loadItems(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT item, key, hash, state, records, scope FROM item WHERE src=? ORDER BY item", st.src)
	if err != nil {
		return err
	}
	defer rows.Close()
	var scope string
	for rows.Next() {
		var it knownItem
		var key, sc string
		var hash sql.RawBytes
		if err := rows.Scan(&it.item, &key, &hash, &it.state, &it.records, &sc); err != nil {
			return err
		}
		copy(it.hash[:], hash)
		if sc != scope {
			scope = sc // neighbours share their scope, and so its string
		}
		it.scope = scope
		st.byKey[key] = int32(len(st.items))
		st.items = append(st.items, it)
	}
	return rows.Err()
}

func (st *staging) loadSuppressed(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, "SELECT what FROM suppression")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var what string
		if err := rows.Scan(&what); err != nil {
			return err
		}
		st.suppressed[what] = true
	}
	return rows.Err()
}

// Run implements crawler.Staging.
func (st *staging) Run() int64 { return st.run }

// Since implements crawler.Staging.
func (st *staging) Since() crawler.Cursor { return st.since }

// Known implements crawler.Staging.
func (st *staging) Known(key string, content crawler.Hash) bool {
	if st.kind == runReprocess {
		return false
	}
	if it, ok := st.resumed[key]; ok {
		return it.hash == content
	}
	i, ok := st.byKey[key]
	if !ok {
		return false
	}
	it := &st.items[i]
	return it.hash == content && (it.state == itemKnown || it.state == itemWithheld)
}

// prepared is an outcome ready to be written. It is a crawler.Staged.
type prepared struct {
	key      string
	content  crawler.Hash
	known    bool
	rejected string
	state    int
	waits    string
	raw      []byte // packed; nil when it must not be kept
	document []byte // as received, when the item is one
	ledger   []byte // packed raw form of a rejected item
	item     crawler.Item
	records  []encoded
	faults   []fault // records that were rejected although their item was understood
	demo     bool
}

type fault struct{ key, reason string }

// Encode implements crawler.Staging.
func (st *staging) Encode(o crawler.Outcome) (crawler.Staged, error) {
	p := &prepared{key: o.Item.Key, content: o.Content, known: o.Known, rejected: o.Rejected, item: o.Item}
	p.item.Raw = nil
	reject := func(reason string) {
		p.rejected = reason
		p.ledger = st.s.codec.pack(o.Item.Raw[:min(len(o.Item.Raw), maxRejectedRaw)])
	}
	if p.known {
		return p, nil
	}
	withheld := st.suppressed[o.Item.Key] || (o.Item.Symbol != "" && st.suppressed[string(o.Item.Symbol)])
	if p.rejected != "" {
		if !withheld {
			reject(p.rejected)
		}
		return p, nil
	}
	for _, r := range o.Records {
		if r.ID == "" {
			p.faults = append(p.faults, fault{p.key, "a record without ID"})
			continue
		}
		if kind := st.s.Kind(); kind != AnyKind && r.Demo != (kind == Demonstration) {
			return nil, kindError(kind)
		}
		p.demo = r.Demo
		if st.suppressed[string(r.ID)] || st.suppressed[string(r.Symbol)] {
			withheld = true
			p.waits = string(r.ID)
			if !st.suppressed[p.waits] {
				p.waits = string(r.Symbol)
			}
			p.records = append(p.records, encoded{id: r.ID, symbol: r.Symbol})
			continue
		}
		var e encoded
		var err error
		if st.lang != "" {
			e, err = st.encodeTranslation(r)
		} else {
			e, err = st.s.codec.encode(r, st.source, &o.Item)
		}
		if err != nil {
			p.faults = append(p.faults, fault{string(r.ID), "it cannot be stored: " + err.Error()})
			continue
		}
		p.records = append(p.records, e)
	}
	switch {
	case st.kind == runReprocess: // it came from there
	case o.Item.IsJSON() && withheld: // one record: nothing of it may stay
		p.state = itemWithheld
	case o.Item.IsJSON():
		p.raw = st.s.codec.pack(o.Item.Raw)
	case len(o.Item.Raw) > 0:
		p.document = o.Item.Raw
	}
	return p, nil
}

// encodeTranslation prepares the record's text in the language of the source; nothing else of it counts.
func (st *staging) encodeTranslation(r *uhri.Recommendation) (encoded, error) {
	e := encoded{id: r.ID, symbol: r.Symbol}
	t, ok := r.Texts[st.lang]
	if !ok || !clean.IsTranslation(st.lang, t.Full, r.CleanText(uhri.English)) {
		return e, nil // known, without a text of its own
	}
	e.textH = textPrint(t.Full)
	var err error
	e.payload, err = st.s.codec.packJSON(t)
	return e, err
}

// Add implements crawler.Staging.
func (st *staging) Add(ctx context.Context, batch []crawler.Staged, p crawler.Progress) error {
	if st.done {
		return errors.New("store: the run is over")
	}
	st.bytes, st.total = p.Bytes, p.TotalBytes
	err := st.s.update(ctx, func(tx *sql.Tx) error {
		w, err := newStageWriter(ctx, tx, st)
		if err != nil {
			return err
		}
		defer w.close()
		for _, one := range batch {
			if err := w.add(one.(*prepared)); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE run SET taken=?, same=?, bytes=?, total_bytes=?, doc_fetched=?, doc_same=?, doc_failed=? WHERE run=?",
			st.taken, st.same, st.bytes, st.total, st.docs.Fetched, st.docs.Unchanged, st.docs.Failed, st.run)
		return err
	})
	if err != nil {
		return fmt.Errorf("staging %d items of %s: %w", len(batch), st.source, err)
	}
	return nil
}

// stageWriter writes one batch.
type stageWriter struct {
	ctx                               context.Context
	tx                                *sql.Tx
	st                                *staging
	item, record, raw, payload, fault *sql.Stmt
}

func newStageWriter(ctx context.Context, tx *sql.Tx, st *staging) (*stageWriter, error) {
	w := &stageWriter{ctx: ctx, tx: tx, st: st}
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&w.raw, "INSERT INTO raw (data) VALUES (?)"},
		{&w.payload, "INSERT INTO payload (data) VALUES (?)"},
		{&w.item, `INSERT INTO staged_item (staging, item, key, hash, state, records, raw, doc, waits, media, url, symbol, lang, fetched)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&w.record, `INSERT INTO staged_record (staging, parent, id, symbol, match, has, text_h, facts_h, labels_h, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&w.fault, "INSERT INTO staged_reject (staging, key, reason, lost, raw) VALUES (?, ?, ?, ?, ?)"},
	} {
		var err error
		if *s.to, err = tx.PrepareContext(ctx, s.sql); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

func (w *stageWriter) close() {
	for _, s := range []*sql.Stmt{w.item, w.record, w.raw, w.payload, w.fault} {
		if s != nil {
			s.Close()
		}
	}
}

func insert(ctx context.Context, s *sql.Stmt, args ...any) (int64, error) {
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// null makes zero values NULL.
func null(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func (w *stageWriter) reject(key, reason string, lost bool, raw []byte) error {
	w.st.taken++
	if key == "" {
		key = fmt.Sprintf("(item %d)", w.st.taken)
	}
	_, err := w.fault.ExecContext(w.ctx, w.st.number, key, reason, lost, raw)
	return err
}

func (w *stageWriter) add(p *prepared) error {
	st := w.st
	var known *knownItem
	if i, ok := st.byKey[p.key]; ok && p.key != "" {
		known = &st.items[i]
	}
	old := st.resumed[p.key]
	first, again := st.fresh[p.key]
	if known != nil && known.seen || old != nil && old.seen {
		again = true
	}
	if p.rejected != "" {
		if known != nil {
			known.seen = true // it is there, so it was not withdrawn; its record stays as it was
		}
		st.docs.Failed++
		return w.reject(p.key, p.rejected, known != nil && known.state == itemKnown && known.records > 0, p.ledger)
	}
	if again {
		if first == p.content {
			return w.reject(p.key, "the same record twice in one publication; kept once", false, nil)
		}
		return w.reject(p.key, "a second, different record under the same key; the first one was kept", false, p.raw)
	}
	st.fresh[p.key] = p.content
	if known != nil {
		known.seen = true
	}
	if old != nil {
		if old.hash == p.content && p.known {
			old.seen = true
			st.taken += old.records
			st.docs.Fetched++
			return nil
		}
		if err := w.forget(p.key, old); err != nil {
			return err
		}
	}
	if p.known {
		st.taken += int(known.records)
		st.same += int(known.records)
		st.docs.Unchanged++
		return nil
	}
	st.docs.Fetched++

	var raw, doc, item int64
	var err error
	if p.raw != nil {
		if raw, err = insert(w.ctx, w.raw, p.raw); err != nil {
			return err
		}
	}
	if p.document != nil {
		if doc, err = st.s.putDocument(w.ctx, w.tx, p.document, Found{Symbol: p.item.Symbol, Lang: p.item.Lang, URL: p.item.URL, MediaType: p.item.MediaType, FetchedAt: p.item.FetchedAt}); err != nil {
			return err
		}
	}
	if known != nil {
		item = known.item
	}
	kept := p.records[:0]
	for _, f := range p.faults {
		if err := w.reject(f.key, f.reason, false, nil); err != nil {
			return err
		}
	}
	for _, e := range p.records {
		if by, taken := st.ids[e.id]; taken {
			if err := w.reject(string(e.id), fmt.Sprintf("the ID was given already by %s; the first one was kept", by), false, nil); err != nil {
				return err
			}
			continue
		}
		st.ids[e.id] = p.key
		kept = append(kept, e)
	}
	st.taken += len(kept)
	if st.s.Kind() == AnyKind && len(kept) > 0 {
		kind := Real
		if p.demo {
			kind = Demonstration
		}
		if err := st.s.settleKindTx(w.ctx, w.tx, kind); err != nil {
			return err
		}
	}
	parent, err := insert(w.ctx, w.item, st.number, null(item), p.key, p.content[:], p.state, len(kept), null(raw), null(doc), p.waits,
		p.item.MediaType, p.item.URL, string(p.item.Symbol), string(p.item.Lang), micro(p.item.FetchedAt))
	if err != nil {
		return err
	}
	for _, e := range kept {
		var payload int64
		if e.payload != nil {
			if payload, err = insert(w.ctx, w.payload, e.payload); err != nil {
				return err
			}
		}
		if _, err := w.record.ExecContext(w.ctx, st.number, parent, string(e.id), string(e.symbol), null(e.match), e.has, e.textH, e.factsH, e.labelsH, null(payload)); err != nil {
			return err
		}
	}
	return nil
}

// forget drops what an interrupted run had staged of an item.
func (w *stageWriter) forget(key string, old *resumedItem) error {
	rows, err := w.tx.QueryContext(w.ctx, "SELECT id FROM staged_record WHERE parent=?", old.n)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id uhri.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		delete(w.st.ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	delete(w.st.resumed, key)
	return dropStagedItem(w.ctx, w.tx, old.n)
}

// dropStagedItem removes one staged item and what it brought.
func dropStagedItem(ctx context.Context, tx *sql.Tx, n int64) error {
	for _, q := range []string{
		"DELETE FROM payload WHERE payload IN (SELECT payload FROM staged_record WHERE parent=?)",
		"DELETE FROM raw WHERE raw=(SELECT raw FROM staged_item WHERE n=?)",
		"DELETE FROM staged_record WHERE parent=?",
		"DELETE FROM staged_item WHERE n=?",
	} {
		if _, err := tx.ExecContext(ctx, q, n); err != nil {
			return err
		}
	}
	return nil
}

// dropStaged removes a staging that will not be promoted.
func dropStaged(ctx context.Context, tx *sql.Tx, number int64) error {
	for _, q := range []string{
		"DELETE FROM payload WHERE payload IN (SELECT payload FROM staged_record WHERE staging=?)",
		"DELETE FROM raw WHERE raw IN (SELECT raw FROM staged_item WHERE staging=?)",
	} {
		if _, err := tx.ExecContext(ctx, q, number); err != nil {
			return err
		}
	}
	return forgetStaged(ctx, tx, number)
}

// forgetStaged removes the rows of a staging but not what they point to.
func forgetStaged(ctx context.Context, tx *sql.Tx, number int64) error {
	// These rows hold no text, so zeroing their pages would only cost time.
	if _, err := tx.ExecContext(ctx, "PRAGMA secure_delete=0"); err != nil {
		return err
	}
	var errs []error
	for _, table := range []string{"staged_record", "staged_item", "staged_missing"} {
		_, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE staging=?", number)
		errs = append(errs, err)
	}
	// The pragma outlives the transaction, so it is set back whatever happened.
	_, err := tx.ExecContext(context.WithoutCancel(ctx), "PRAGMA secure_delete=1")
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM staged_reject WHERE staging=?", number)
	return err
}

// End implements crawler.Staging.
func (st *staging) End(ctx context.Context, state uhri.RunState, reason string) (uhri.Run, error) {
	if st.done {
		return uhri.Run{}, errors.New("store: the run is over")
	}
	st.done = true
	defer st.s.release(st.source)
	err := st.s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE run SET state=?, reason=?, finished=?, bytes=?, total_bytes=?,
			rejected=(SELECT count(*) FROM staged_reject WHERE staging=run.staging) WHERE run=?`, string(state), reason, st.s.now(), st.bytes, st.total, st.run)
		return err
	})
	if err != nil {
		return uhri.Run{}, fmt.Errorf("ending run %d: %w", st.run, err)
	}
	return st.s.Run(ctx, st.run)
}
