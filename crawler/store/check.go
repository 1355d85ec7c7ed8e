package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"uhri"
)

// Report is what Check found.
type Report struct {
	Seq       uhri.Seq `json:"seq"`
	Records   int      `json:"records"`    // live
	Texts     int      `json:"texts"`      // in other languages
	Gone      int      `json:"gone"`       // with a tombstone
	Bytes     int64    `json:"bytes"`      // of the whole data folder
	FreeBytes int64    `json:"free_bytes"` // of its disk; -1 = unknown on this system
	Faults    []string `json:"faults,omitzero"`
	Warnings  []string `json:"warnings,omitzero"`
}

// Check looks whether the store is whole: the file's integrity, references and counts, and whether the disk has room for
// another harvest with its snapshot. Faults are for a backup to heal, warnings for the operator to know.
func (s *Store) Check(ctx context.Context) (Report, error) {
	r := Report{FreeBytes: -1}
	v, err := s.View(ctx)
	if err != nil {
		return r, err
	}
	defer v.Close()
	r.Seq = v.seq
	rows, err := v.tx.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return r, fmt.Errorf("checking: %w", err)
	}
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			rows.Close()
			return r, err
		}
		if line != "ok" {
			r.Faults = append(r.Faults, "the file is damaged: "+line)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return r, err
	}
	count := func(query string, to *int) error { return v.tx.QueryRowContext(ctx, query).Scan(to) }
	if err := errors.Join(
		count("SELECT count(*) FROM record WHERE state=0", &r.Records),
		count("SELECT count(*) FROM text", &r.Texts),
		count("SELECT count(*) FROM tombstone", &r.Gone),
	); err != nil {
		return r, err
	}
	for _, c := range []struct{ query, fault string }{
		{"SELECT count(*) FROM record r LEFT JOIN payload p USING (payload) WHERE r.state IN (0, 1, 3) AND r.payload IS NOT NULL AND p.payload IS NULL", "%d records have lost their content"},
		{"SELECT count(*) FROM record WHERE state=0 AND payload IS NULL", "%d live records have no content"},
		{"SELECT count(*) FROM record WHERE state=2 AND payload IS NOT NULL", "%d suppressed records still have content"},
		{"SELECT count(*) FROM record r LEFT JOIN tombstone t USING (rec) WHERE (r.state<>0) <> (t.rec IS NOT NULL)", "%d records and tombstones contradict each other"},
		{"SELECT count(*) FROM text t LEFT JOIN payload p USING (payload) WHERE p.payload IS NULL", "%d translations have lost their content"},
		{"SELECT count(*) FROM text t LEFT JOIN record r ON r.rec=t.text >> 3 WHERE r.rec IS NULL", "%d translations belong to no record"},
		{"SELECT count(*) FROM item i LEFT JOIN raw r USING (raw) WHERE i.raw IS NOT NULL AND r.raw IS NULL", "%d items have lost their raw form"},
		{"SELECT count(*) FROM change c LEFT JOIN promotion p USING (seq) WHERE p.seq IS NULL", "%d changes belong to no promoted state"},
		{"SELECT count(*) FROM run WHERE state IN ('ok', 'unchanged') AND taken <> added + changed + same + rejected", "%d runs do not add up"},
	} {
		var n int
		if err := count(c.query, &n); err != nil {
			return r, err
		}
		if n > 0 {
			r.Faults = append(r.Faults, fmt.Sprintf(c.fault, n))
		}
	}
	if r.Bytes, err = folderSize(s.o.Dir); err != nil {
		return r, err
	}
	if free, err := freeBytes(s.o.Dir); err == nil {
		r.FreeBytes = free
		// A harvest stages beside what there is, and a snapshot is built beside the current one: as much again, at most.
		if free < r.Bytes {
			r.Warnings = append(r.Warnings, fmt.Sprintf("the disk has %d MB free; the folder has %d MB, and a harvest with its snapshot may need as much again", free>>20, r.Bytes>>20))
		}
	} else if !errors.Is(err, errors.ErrUnsupported) {
		return r, err
	} else {
		r.Warnings = append(r.Warnings, "free disk space cannot be read on "+runtime.GOOS)
	}
	return r, nil
}

func folderSize(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile: snapshots and logs come and go
		}
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return ignore(err, fs.ErrNotExist)
	})
	return total, err
}

// Backup writes a copy of the present state to a new file, while everything goes on. The copy is whole and compact, and
// opens as a store when it is named records.db in a folder. Errors: Invalid when the file exists.
func (s *Store) Backup(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return uhri.Errorf(uhri.Invalid, "Backup", "%s exists already; a backup never overwrites", file)
	}
	part := file + ".part"
	os.Remove(part)
	// A connection of its own: the writer goes on meanwhile, and readers may not write at all.
	db, err := sql.Open("sqlite", s.dsn())
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", part)
	if err := errors.Join(err, db.Close()); err != nil {
		os.Remove(part)
		return fmt.Errorf("backing up: %w", err)
	}
	f, err := os.Open(part)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	return os.Rename(part, file)
}
