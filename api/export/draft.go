package export

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// draftPrefix begins the names of drafts; nobody else's files are called so.
const draftPrefix = ".uhri-draft-"

// Draft is a file or folder in the making, beside the place it is for, so that what stands there is whole. It is locked while
// somebody makes it: what a killed process left is not, and goes when the next draft is begun in the same folder.
type Draft struct {
	Path string
	lock *flock.Flock
}

// NewDraft begins a file, or a folder, in dir.
func NewDraft(dir string, folder bool) (*Draft, error) {
	if err := sweepDrafts(dir); err != nil {
		return nil, err
	}
	for {
		path, err := "", error(nil)
		if folder {
			path, err = os.MkdirTemp(dir, draftPrefix+"*")
		} else if f, e := os.CreateTemp(dir, draftPrefix+"*"); e != nil {
			err = e
		} else {
			path, err = f.Name(), f.Close()
		}
		if err != nil {
			return nil, err
		}
		d := &Draft{path, lockOf(path)}
		if err := d.lock.Lock(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, os.RemoveAll(path))
		}
		if _, err := os.Lstat(path); err == nil {
			return d, nil
		} // another process swept it before it was locked
		d.Drop()
	}
}

// lockOf locks a file or folder itself, which a takedown or a rename must not find in use otherwise.
func lockOf(path string) *flock.Flock { return flock.New(path, flock.SetFlag(os.O_RDONLY)) }

// Place gives the draft its name.
func (d *Draft) Place(at string) error { return os.Rename(d.Path, at) }

// Drop removes what is left of the draft; one that has its place stays.
func (d *Draft) Drop() {
	_ = os.RemoveAll(d.Path)
	_ = d.lock.Close()
}

// sweepDrafts removes the drafts in dir that nobody is making.
func sweepDrafts(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), draftPrefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		lock := lockOf(path)
		if free, err := lock.TryLock(); err == nil && free {
			_ = os.RemoveAll(path) // another's in a folder we share; it is theirs to remove
		}
		_ = lock.Close()
	}
	return nil
}
