package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"uhri"
	"uhri/api/export"
	"uhri/crawler/asks"
	"uhri/crawler/classify"
	"uhri/crawler/store"
	"uhri/index"
	"uhri/index/analysis"
	"uhri/index/bleveindex"
)

// folder is the data folder with everything in it: the store, the index, the model, and the lock under which whoever
// promotes also publishes.
type folder struct {
	p      *program
	store  *store.Store
	engine *bleveindex.Engine
	lock   *flock.Flock

	atClose []func() error // ends what was started over the folder: readers of documents
}

// modelFile is the name of the labelling model in the data folder.
const modelFile = "model.bin"

// openFolder opens store and index. kind is store.AnyKind for verbs that take the folder as it is.
func (p *program) openFolder(ctx context.Context, kind store.Kind) (*folder, error) {
	s, err := p.openStore(ctx, kind)
	if err != nil {
		return nil, err
	}
	e, err := p.openEngine()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &folder{p: p, store: s, engine: e, lock: flock.New(filepath.Join(p.cfg.Data, "publish.lock"))}, nil
}

func (p *program) openStore(ctx context.Context, kind store.Kind) (*store.Store, error) {
	after := p.cfg.WithdrawnTextAfter.After
	if p.cfg.WithdrawnTextAfter.Never {
		after = -1
	}
	return store.Open(ctx, store.Options{Dir: p.cfg.Data, Kind: kind, MaxDrop: p.cfg.Fetch.MaxShrink, WithdrawnTextAfter: after})
}

func (p *program) openEngine() (*bleveindex.Engine, error) {
	return bleveindex.Open(bleveindex.Options{
		Dir:          filepath.Join(p.cfg.Data, "index"),
		Parts:        p.cfg.Publish.Parts,
		KeepPrevious: time.Duration(p.cfg.Publish.KeepPrevious),
		Rows:         export.Rows(version),
		Log:          p.log,
	})
}

// existing refuses a folder that holds no data, so that a mistyped --data is not answered with "nothing found".
func (p *program) existing() error {
	if _, err := os.Stat(filepath.Join(p.cfg.Data, store.File)); err != nil {
		return uhri.Errorf(uhri.NotFound, "", "there is no data in %q; name the folder with --data, or fill it with `uhri harvest`", p.cfg.Data)
	}
	return nil
}

// Close ends what was started over the folder and closes engine and store.
func (f *folder) Close() error {
	var errs []error
	for _, end := range f.atClose {
		errs = append(errs, end())
	}
	return errors.Join(append(errs, f.engine.Close(), f.store.Close())...)
}

// model reads the labelling model; nil when none was trained.
func (p *program) model() (*classify.Model, error) {
	file, err := os.Open(filepath.Join(p.cfg.Data, modelFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return classify.Decode(file)
}

// relabel gives records their publisher left unlabelled the labels of rules and model.
func (f *folder) relabel(ctx context.Context, all bool) (int, error) {
	m, err := f.p.model()
	if err != nil {
		f.p.log.Warn("the labelling model cannot be read; rules label alone", "err", err)
	}
	return f.store.Relabel(ctx, classify.Version(m), all, func(r *uhri.Recommendation) []uhri.Tag { return classify.Label(m, r) })
}

// publish builds a snapshot of the store's present state unless this version of the program has published it already: what
// asks for the same, and more, is worked out here. force builds it anyway; purge drops every older snapshot, which a takedown
// needs. It returns the snapshot that is current afterwards.
func (f *folder) publish(ctx context.Context, force, purge bool) (snap index.Snapshot, built bool, err error) {
	if err := f.p.ensureLock(ctx, f.lock); err != nil {
		return snap, false, err
	}
	defer func() { err = errors.Join(err, f.lock.Unlock()) }()

	view, err := f.store.View(ctx)
	if err != nil {
		return snap, false, err
	}
	defer view.Close()
	current, err := f.engine.Status(ctx)
	none := uhri.KindOf(err) == uhri.Unavailable
	if err != nil && !none {
		return snap, false, err
	}
	if !none && !force && !purge && current.Current.Seq == view.Seq() && current.Current.Analysis == analysis.Version && current.Current.Build == version {
		return current.Current, false, nil
	}
	now := time.Now().UTC()
	snap = index.Snapshot{
		ID:  fmt.Sprintf("%s.%d", now.Format(time.DateOnly), view.Seq()),
		Seq: view.Seq(), Created: now, Demo: f.store.Kind() == store.Demonstration,
		Analysis: analysis.Version, Build: version, Purge: purge,
	}
	for n := 2; !none && (snap.ID == current.Current.ID || current.Previous != nil && snap.ID == current.Previous.ID); n++ {
		snap.ID = fmt.Sprintf("%s.%d.%d", now.Format(time.DateOnly), view.Seq(), n) // the same state, built again
	}
	if snap.Sources, err = view.SourceStatuses(ctx); err != nil {
		return snap, false, err
	}
	if snap.Tombs, err = view.Tombstones(ctx); err != nil {
		return snap, false, err
	}
	// What is latest and what asks for the same depend on all records, so they are read twice.
	latest, grouper, doubts := uhri.NewLatestReviews(), asks.New(), newDoubts()
	for r, err := range view.Records(ctx) {
		if err != nil {
			return snap, false, err
		}
		latest.Add(r)
		grouper.Add(r)
		doubts.add(r)
		snap.Records++
	}
	for i := range snap.Sources {
		snap.Sources[i].Review = doubts.of(snap.Sources[i].Source)
	}
	snap.NoReview = latest.Undetermined()
	if err := f.engine.Publish(ctx, snap, marked(view.Records(ctx), latest, grouper.Groups())); err != nil {
		return snap, false, fmt.Errorf("publishing %s: %w", snap.ID, err)
	}
	return snap, true, nil
}

// marked sets on the records, as they pass, what only all of them together tell.
func marked(recs iter.Seq2[*uhri.Recommendation, error], latest *uhri.LatestReviews, asked map[uhri.ID]uhri.ID) iter.Seq2[*uhri.Recommendation, error] {
	return func(yield func(*uhri.Recommendation, error) bool) {
		for r, err := range recs {
			if r != nil {
				latest.Mark(r)
				r.Ask = asked[r.ID]
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// ensureLock waits for the publishing lock; another process may be building a snapshot.
func (p *program) ensureLock(ctx context.Context, l *flock.Flock) error {
	ok, err := l.TryLock()
	if err != nil || ok {
		return err
	}
	p.log.Info("another process is publishing; waiting for it")
	_, err = l.TryLockContext(ctx, time.Second)
	return err
}
