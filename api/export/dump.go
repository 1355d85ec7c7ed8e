package export

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/api/problem"
	"uhri/index"
)

// What is in the folder of a dump.
const (
	dumpName    = "recommendations" // of each file, before its extension
	packageFile = "datapackage.json"
	sidecarExt  = ".manifest.json"
)

// DumpFormats are those of a dump nobody chose formats for: a table, whole records, and a table for analysis.
func DumpFormats() []string { return []string{"csv", "ndjson", "parquet"} }

// Dump is the whole corpus of one snapshot as files, with manifests and a data package.
type Dump struct {
	Snapshot Snapshot
	Files    []DumpFile // in the order of the data package, which is the last
	Manifest Manifest   // of the first file: title, rights and citation are those of all
}

// DumpFile is one file of a dump.
type DumpFile struct {
	Name     string
	Format   string // "csv"; "datapackage" for the description of all
	Bytes    int64
	SHA256   string // empty for the description
	Manifest string // name of the sidecar; empty for the description
}

// WriteDump writes the whole corpus in the named formats to dir, which must not exist: each file with its sidecar, and
// datapackage.json. All files are of one snapshot. The folder appears whole or not at all: keep is called when all is
// written, and an error of it drops everything. Progress, if not nil, is told the file and its rows so far.
func (s *Server) WriteDump(ctx context.Context, dir string, formats []string, progress func(name string, rows, total int), keep func(index.Snapshot) error) (Dump, error) {
	var d Dump
	if _, err := os.Stat(dir); err == nil {
		return d, uhri.Errorf(uhri.Invalid, "dump", "%s is there already", dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return d, err
	}
	draft, err := NewDraft(filepath.Dir(dir), true)
	if err != nil {
		return d, err
	}
	defer draft.Drop()
	tmp := draft.Path
	var snap index.Snapshot
	files, order := map[string]Manifest{}, []string{}
	for _, format := range formats {
		req, p, faults := s.Plan(format, map[string][]string{}, true)
		if len(faults) > 0 {
			return d, problem.Invalid(faults...)
		}
		if s.o.Demo && p.Format.cites() {
			return d, uhri.Errorf(uhri.Unsupported, "dump", "this data is invented, so nothing of it can be cited")
		}
		req.Snapshot = snap.ID // empty for the first: the newest
		res, err := Count(ctx, s.o.Searcher, req)
		if err != nil {
			return d, err
		}
		snap, req.Snapshot = res.Snapshot, res.Snapshot.ID
		s.Describe(req, res, p)
		name := dumpName + "." + p.Format.Name
		m, err := s.dumpFile(ctx, filepath.Join(tmp, name), req, p, func(rows int) {
			if progress != nil {
				progress(name, rows, res.Total)
			}
		})
		if err != nil {
			return d, fmt.Errorf("%s: %w", name, err)
		}
		files[name], order = m, append(order, name)
	}
	b, err := DataPackage(files, order)
	if err != nil {
		return d, err
	}
	if err := os.WriteFile(filepath.Join(tmp, packageFile), b, 0o644); err != nil {
		return d, err
	}
	if err := os.Chmod(tmp, 0o755); err != nil { // MkdirTemp keeps it to its owner
		return d, err
	}
	if keep != nil {
		if err := keep(snap); err != nil {
			return d, err
		}
	}
	if err := draft.Place(dir); err != nil {
		return d, err
	}
	return readDump(os.DirFS(dir))
}

func (s *Server) dumpFile(ctx context.Context, path string, req index.Request, p *Plan, progress func(rows int)) (m Manifest, err error) {
	f, err := os.Create(path)
	if err != nil {
		return m, err
	}
	m, err = Sidecar(ctx, f, s.o.Searcher, req, p, progress)
	if err = errors.Join(err, f.Close()); err != nil {
		return m, err
	}
	m.Created = time.Now().UTC()
	b, err := m.JSON()
	if err != nil {
		return m, err
	}
	return m, os.WriteFile(path+sidecarExt, b, 0o644)
}

// Dumps are the dumps in a folder, each in a folder named by its snapshot.
type Dumps struct{ Dir string }

// Path is the folder of the dump of a snapshot.
func (d Dumps) Path(snapshot string) string { return filepath.Join(d.Dir, snapshot) }

// List returns the dumps there are, newest first. A folder that is none is passed over.
func (d Dumps) List() ([]Dump, error) {
	entries, err := os.ReadDir(d.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Dump
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if one, err := readDump(os.DirFS(d.Path(e.Name()))); err == nil && one.Snapshot.ID == e.Name() {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b Dump) int {
		return cmp.Or(b.Snapshot.Created.Compare(a.Snapshot.Created), strings.Compare(a.Snapshot.ID, b.Snapshot.ID))
	})
	return all, nil
}

// Keep removes all dumps but the newest n.
func (d Dumps) Keep(n int) error {
	all, err := d.List()
	if err != nil {
		return err
	}
	for _, old := range all[min(n, len(all)):] {
		if err := os.RemoveAll(d.Path(old.Snapshot.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Drop removes every dump, whole or in the making: a takedown reaches them too.
func (d Dumps) Drop() (int, error) {
	entries, err := os.ReadDir(d.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return len(entries), os.RemoveAll(d.Dir)
}

// readDump reads what the sidecars of a dump say.
func readDump(dir fs.FS) (d Dump, err error) {
	b, err := fs.ReadFile(dir, packageFile)
	if err != nil {
		return d, err
	}
	var pkg struct {
		Resources []struct{ Path string }
	}
	if err := json.Unmarshal(b, &pkg); err != nil {
		return d, fmt.Errorf("%s: %w", packageFile, err)
	}
	for i, r := range pkg.Resources {
		side, err := fs.ReadFile(dir, r.Path+sidecarExt)
		if err != nil {
			return d, err
		}
		var m Manifest
		if err := json.Unmarshal(side, &m); err != nil {
			return d, fmt.Errorf("%s%s: %w", r.Path, sidecarExt, err)
		}
		if i == 0 {
			d.Manifest, d.Snapshot = m, m.Snapshot
		}
		d.Files = append(d.Files, DumpFile{Name: r.Path, Format: m.Format, Bytes: m.Bytes, SHA256: m.SHA256, Manifest: r.Path + sidecarExt})
	}
	d.Files = append(d.Files, DumpFile{Name: packageFile, Format: "datapackage", Bytes: int64(len(b))})
	return d, nil
}

// Serve answers with one file of a dump, in parts where they are asked for. It returns a problem where there is none.
func (d Dumps) Serve(w http.ResponseWriter, r *http.Request, snapshot, name string) *problem.Problem {
	none := problem.New(http.StatusNotFound, "there is no such file; /data lists the files there are")
	all, err := d.List()
	if err != nil {
		return problem.Of(err)
	}
	i := slices.IndexFunc(all, func(one Dump) bool { return one.Snapshot.ID == snapshot })
	if i < 0 {
		return none
	}
	media := ""
	if name == "" {
		return none
	}
	for _, f := range all[i].Files {
		switch name {
		case f.Name:
			media = "application/json"
			if format, err := FormatByName(f.Format); err == nil {
				media = format.MediaType
			}
			if f.SHA256 != "" {
				w.Header().Set("ETag", `"`+f.SHA256+`"`)
			}
		case f.Manifest:
			media = "application/json"
		}
	}
	if media == "" {
		return none
	}
	file, err := os.Open(filepath.Join(d.Path(snapshot), name))
	if err != nil {
		w.Header().Del("ETag")
		return none // taken down since it was listed
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Snapshot", snapshot)
	parts := newDeadlined(w, r, patience)
	defer parts.watch()()
	http.ServeContent(patientWriter{w, parts}, r, "", all[i].Snapshot.Created, file)
	return nil
}

// patientWriter gives each part of a file its time, as an export has.
type patientWriter struct {
	http.ResponseWriter
	parts *deadlined
}

func (p patientWriter) Write(b []byte) (int, error) { return p.parts.Write(b) }
