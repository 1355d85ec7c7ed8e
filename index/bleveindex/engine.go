package bleveindex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/index"

	"github.com/gofrs/flock"
)

// Options configure an Engine. Only Dir has no default.
type Options struct {
	Dir           string        // of the snapshots; made if missing, may be deleted when no engine is open
	Parts         int           // of a new snapshot, each built by a goroutine of its own; 0 = one per processor, at most 4
	KeepPrevious  time.Duration // how long the previous snapshot is kept at least; 0 = 24 hours, negative = until the next
	MaxConcurrent int           // searches at a time; 0 = one per processor: they do nothing but compute, so more only wait longer
	Rows          index.Rows    // kept beside the records of new snapshots
	Log           *slog.Logger  // nil = silent
}

const (
	defaultKeep = 24 * time.Hour
	maxParts    = 4

	// watchEvery is how often Watch looks for a snapshot that another process has published.
	watchEvery = 2 * time.Second
)

// Names in the engine's directory, beside one folder per snapshot.
const (
	pointerName = "current"      // JSON of a pointer
	lockName    = "publish.lock" // held by whoever builds
	buildPrefix = ".building-"   // a snapshot being built
	trashPrefix = ".removing-"   // one being removed
)

// Engine is an index.Engine on bleve's postings. Open makes one; it is safe for concurrent use. Several processes may
// have engines on one directory: any may publish, one at a time, and Watch shows it to the others.
type Engine struct {
	o    Options
	gate chan struct{} // one token per running search

	publishing sync.Mutex // one Publish or refresh at a time in this process

	mu       sync.RWMutex
	current  *snapshot
	previous *snapshot
	since    time.Time // when current became it
	closed   bool
}

var (
	_ index.Engine      = (*Engine)(nil)
	_ index.RowStreamer = (*Engine)(nil)
)

// pointer is the content of the pointer file. Replacing it is what publishes a snapshot.
type pointer struct {
	Current  string    `json:"current"`           // folder
	Previous string    `json:"previous,omitzero"` // folder
	Since    time.Time `json:"since"`             // when Current became it
}

// Open opens the snapshots in o.Dir. Before the first Publish everything is Unavailable. What a killed build left
// behind is removed. A snapshot that cannot be opened — another format, a damaged file — is logged and skipped: it is
// built again from the store by the next Publish.
func Open(o Options) (*Engine, error) {
	if !littleEndian() {
		return nil, uhri.Errorf(uhri.Unsupported, "Open", "the index needs a little-endian processor")
	}
	if o.Dir == "" {
		return nil, uhri.Errorf(uhri.Invalid, "Open", "the index has no directory")
	}
	if o.Parts <= 0 {
		o.Parts = min(runtime.GOMAXPROCS(0), maxParts)
	}
	if o.KeepPrevious == 0 {
		o.KeepPrevious = defaultKeep
	}
	if o.MaxConcurrent <= 0 {
		o.MaxConcurrent = runtime.GOMAXPROCS(0)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	e := &Engine{o: o, gate: make(chan struct{}, o.MaxConcurrent)}
	if err := e.sweep(); err != nil {
		return nil, err
	}
	if err := e.refresh(); err != nil {
		e.o.Log.Error("the published snapshot cannot be opened; publish again", "err", err)
	}
	return e, nil
}

// Close lets go of the snapshots. Searches that run finish first; what comes later is Unavailable.
func (e *Engine) Close() error {
	e.publishing.Lock()
	defer e.publishing.Unlock()
	e.mu.Lock()
	current, previous := e.current, e.previous
	e.current, e.previous, e.closed = nil, nil, true
	e.mu.Unlock()
	var errs []error
	for _, s := range []*snapshot{current, previous} {
		if s != nil {
			errs = append(errs, s.retire())
		}
	}
	return errors.Join(errs...)
}

func unpublished() error {
	return uhri.Errorf(uhri.Unavailable, "", "nothing has been published yet")
}

// use returns the snapshot with that ID, the current one for "", to be given back with done.
func (e *Engine) use(id string) (*snapshot, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	switch {
	case e.current == nil:
		return nil, unpublished()
	case id == "" || id == e.current.head.Snapshot.ID:
		e.current.acquire()
		return e.current, nil
	case e.previous != nil && id == e.previous.head.Snapshot.ID:
		e.previous.acquire()
		return e.previous, nil
	}
	return nil, uhri.Errorf(uhri.Gone, "", "snapshot %s is no longer kept; the current one is %s", id, e.current.head.Snapshot.ID)
}

func (e *Engine) done(s *snapshot) {
	if err := s.release(); err != nil {
		e.o.Log.Error("closing a snapshot", "snapshot", s.head.Snapshot.ID, "err", err)
	}
}

// enter waits for a place among the running searches.
func (e *Engine) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case e.gate <- struct{}{}:
		return func() { <-e.gate }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Publish implements index.Engine. It returns an Unavailable error when another process is building. Whatever
// happens to this process meanwhile, what is current stays current and whole until the pointer file has been
// replaced, which happens last.
func (e *Engine) Publish(ctx context.Context, snap index.Snapshot, recs iter.Seq2[*uhri.Recommendation, error]) error {
	e.publishing.Lock()
	defer e.publishing.Unlock()
	lock := flock.New(filepath.Join(e.o.Dir, lockName))
	if held, err := lock.TryLock(); err != nil {
		return err
	} else if !held {
		return uhri.Errorf(uhri.Unavailable, "Publish", "another process is publishing")
	}
	defer lock.Unlock()
	if err := e.isOpen(); err != nil {
		return err
	}
	if err := e.refresh(); err != nil {
		e.o.Log.Warn("the published snapshot cannot be opened; it is replaced", "err", err)
	}
	began := time.Now()
	folder, err := e.folderFor(snap.ID)
	if err != nil {
		return err
	}
	building := filepath.Join(e.o.Dir, buildPrefix+folder)
	if err := os.RemoveAll(building); err != nil {
		return err
	}
	if err := build(ctx, building, e.o.Parts, e.o.Rows, snap, recs); err != nil {
		return errors.Join(err, os.RemoveAll(building))
	}
	if err := os.Rename(building, filepath.Join(e.o.Dir, folder)); err != nil {
		return err
	}
	if err := syncPath(e.o.Dir); err != nil {
		return err
	}
	next := pointer{Current: folder, Since: began}
	if old, err := e.readPointer(); err == nil && !snap.Purge {
		next.Previous = old.Current
	}
	if err := e.writePointer(next); err != nil {
		return err
	}
	if err := e.refresh(); err != nil {
		return fmt.Errorf("opening what was published: %w", err)
	}
	e.o.Log.Info("published", "snapshot", snap.ID, "records", e.current.head.Records, "took", time.Since(began).Round(time.Millisecond))
	return e.removeOthers(next)
}

func (e *Engine) isOpen() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return uhri.Errorf(uhri.Unavailable, "", "the index is closed")
	}
	return nil
}

// folderFor returns a folder name for the snapshot that is not in use: its ID, made safe, and a number when the same
// snapshot is published again.
func (e *Engine) folderFor(id string) (string, error) {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, id)
	if name == "" || strings.HasPrefix(name, ".") || name == pointerName || name == lockName {
		name = "snapshot-" + strings.TrimLeft(name, ".")
	}
	for n := 0; ; n++ {
		try := name
		if n > 0 {
			try = fmt.Sprintf("%s~%d", name, n)
		}
		if _, err := os.Lstat(filepath.Join(e.o.Dir, try)); errors.Is(err, fs.ErrNotExist) {
			return try, nil
		} else if err != nil {
			return "", err
		}
	}
}

func (e *Engine) readPointer() (pointer, error) {
	var p pointer
	b, err := os.ReadFile(filepath.Join(e.o.Dir, pointerName))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("%s: %w", pointerName, err)
	}
	return p, nil
}

// writePointer replaces the pointer file as a whole and durably.
func (e *Engine) writePointer(p pointer) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	path := filepath.Join(e.o.Dir, pointerName)
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncPath(e.o.Dir)
	}
	return err
}

// refresh makes the engine serve what the pointer file names.
func (e *Engine) refresh() error {
	p, err := e.readPointer()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	e.mu.RLock()
	open := map[string]*snapshot{}
	for _, s := range []*snapshot{e.current, e.previous} {
		if s != nil {
			open[filepath.Base(s.dir)] = s
		}
	}
	e.mu.RUnlock()
	get := func(folder string) (*snapshot, error) {
		if s := open[folder]; s != nil || folder == "" {
			return s, nil
		}
		return openSnapshot(filepath.Join(e.o.Dir, folder))
	}
	current, err := get(p.Current)
	if err != nil {
		return err
	}
	previous, err := get(p.Previous)
	if err != nil { // cursors of the previous one are lost; that is no reason not to serve
		if !errors.Is(err, fs.ErrNotExist) {
			e.o.Log.Warn("the previous snapshot cannot be opened", "folder", p.Previous, "err", err)
		}
		previous = nil
	}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		var errs []error
		for _, s := range []*snapshot{current, previous} {
			if s != nil && open[filepath.Base(s.dir)] == nil {
				errs = append(errs, s.retire())
			}
		}
		return errors.Join(errs...)
	}
	e.current, e.previous, e.since = current, previous, p.Since
	e.mu.Unlock()
	var errs []error
	for _, s := range open {
		if s != current && s != previous {
			errs = append(errs, s.retire())
		}
	}
	return errors.Join(errs...)
}

// Watch serves what other processes publish, and removes the previous snapshot when it has been kept long enough. It
// returns when ctx ends, with nil. A pointer that cannot be followed is logged once.
func (e *Engine) Watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			err := e.look(now)
			if err != nil && err.Error() != told {
				e.o.Log.Error("following the published snapshot", "err", err)
			}
			told = fmt.Sprint(err)
		}
	}
}

// look is one round of Watch.
func (e *Engine) look(now time.Time) error {
	if !e.publishing.TryLock() {
		return nil // Publish refreshes by itself
	}
	defer e.publishing.Unlock()
	if err := e.isOpen(); err != nil {
		return err
	}
	if err := e.refresh(); err != nil {
		return err
	}
	return e.expire(now)
}

// expire drops the previous snapshot when it has been kept long enough.
func (e *Engine) expire(now time.Time) error {
	e.mu.RLock()
	due := e.previous != nil && e.o.KeepPrevious > 0 && now.Sub(e.since) >= e.o.KeepPrevious
	e.mu.RUnlock()
	if !due {
		return nil
	}
	lock := flock.New(filepath.Join(e.o.Dir, lockName))
	if held, err := lock.TryLock(); err != nil || !held {
		return err // whoever publishes now drops it anyway
	}
	defer lock.Unlock()
	p, err := e.readPointer()
	if err != nil {
		return err
	}
	if p.Previous == "" || now.Sub(p.Since) < e.o.KeepPrevious {
		return nil
	}
	p.Previous = ""
	if err := e.writePointer(p); err != nil {
		return err
	}
	if err := e.refresh(); err != nil {
		return err
	}
	return e.removeOthers(p)
}

// removeOthers removes the folders of all snapshots but those the pointer names. Readers that still have one open
// keep its files until they are done: a file that is mapped or open outlives its name. It is called with the lock held.
func (e *Engine) removeOthers(p pointer) error {
	entries, err := os.ReadDir(e.o.Dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range entries {
		if !d.IsDir() || d.Name() == p.Current || d.Name() == p.Previous {
			continue
		}
		if _, err := os.Stat(filepath.Join(e.o.Dir, d.Name(), headerName)); err != nil &&
			!strings.HasPrefix(d.Name(), buildPrefix) && !strings.HasPrefix(d.Name(), trashPrefix) {
			continue // not ours
		}
		// Renamed first, so that a kill halfway leaves no folder that looks like a snapshot.
		path := filepath.Join(e.o.Dir, d.Name())
		if !strings.HasPrefix(d.Name(), trashPrefix) {
			trash := filepath.Join(e.o.Dir, trashPrefix+strings.TrimPrefix(d.Name(), "."))
			if err := os.RemoveAll(trash); err != nil {
				errs = append(errs, err)
				continue
			}
			if err := os.Rename(path, trash); err != nil {
				errs = append(errs, err)
				continue
			}
			path = trash
		}
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}

// sweep removes what killed builds and removals left behind, unless a build is running.
func (e *Engine) sweep() error {
	lock := flock.New(filepath.Join(e.o.Dir, lockName))
	if held, err := lock.TryLock(); err != nil || !held {
		return err
	}
	defer lock.Unlock()
	p, err := e.readPointer()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // a pointer that cannot be read must not cost the snapshots
	}
	return e.removeOthers(p)
}

// Verify reads every file of the current snapshot and compares it with the checksums it was written with.
func (e *Engine) Verify(ctx context.Context) error {
	s, err := e.use("")
	if err != nil {
		return err
	}
	defer e.done(s)
	return s.tables.verify()
}
