// Package folder harvests documents an operator drops into a folder: reports, addenda and thematic lists of reviews,
// concluding observations, reports of special procedures, in any format the reader knows and under any name. It trusts
// neither extensions nor folder names; a file is what it says it is.
//
// Files of one review are cut together, also when they are dropped in one after the other, from different folders. A file that
// disappears withdraws nothing: folders are emptied.
package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/segment"
	"uhri/crawler/sources/documents"
)

// maxFile is more than any document has; larger files are something else.
const maxFile = 50 << 20

// Options of a Source. Dir, Reader and Library are required.
type Options struct {
	Name    string // "" = "folder"
	Dir     string
	Reader  *documents.Reader
	Library documents.Library
	Workers int // files read at a time; 0 = 2
	Now     func() time.Time
}

// Source is one folder, with what is below it.
type Source struct{ o Options }

// New returns the source. Errors: Invalid when there is no such folder.
func New(o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = "folder"
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Reader == nil || o.Library == nil {
		return nil, errors.New("folder: Reader and Library are required")
	}
	if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
		return nil, uhri.Errorf(uhri.Invalid, "harvest folder", "%q is not a folder", o.Dir)
	}
	return &Source{o}, nil
}

// Name implements crawler.Source.
func (s *Source) Name() string { return s.o.Name }

// cursorPipeline is the key under which the cursor says which pipeline told the files apart. All other keys are those of items,
// and their values the dossiers.
const cursorPipeline = "pipeline"

// file is one file of the folder.
type file struct {
	path string // below Dir, with slashes
	part documents.Part
	key  string // of the item it belongs to
	data documents.File
	skip string // why it is not used
}

// Harvest implements crawler.Source. It reads every file that is not known yet to see what it is, joins those of one
// review with each other and with what earlier harvests brought, and yields one item for each review and each other
// document. It is never Complete.
func (s *Source) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	cursor := crawler.Cursor{cursorPipeline: strconv.Itoa(crawler.PipelineVersion)}
	dossiers := map[string]documents.Dossier{}
	known := map[string]file{} // by hash
	for key, raw := range since {
		var d documents.Dossier
		if key == cursorPipeline || json.Unmarshal([]byte(raw), &d) != nil {
			continue
		}
		dossiers[key] = d
		if since[cursorPipeline] != cursor[cursorPipeline] {
			continue // another version may know better what the files are
		}
		for _, p := range d.Parts {
			known[p.Hash] = file{part: p, key: key}
		}
	}
	paths, total, err := s.list()
	if err != nil {
		return crawler.Sweep{}, err
	}
	files, read, err := s.identify(ctx, paths, total, known)
	if err != nil {
		return crawler.Sweep{}, err
	}

	// Everything is joined before anything is yielded: what belongs together may lie far apart. Of a document that is there in
	// several formats the best comes last and replaces the others.
	slices.SortStableFunc(files, func(a, b file) int { return a.rank() - b.rank() })
	byHash := map[string]*file{}
	var keys []string
	for i := range files {
		f := &files[i]
		if f.skip != "" {
			if !yield(crawler.Item{}, &crawler.ItemError{Key: f.path, Reason: f.skip}) {
				return crawler.Sweep{}, ctx.Err()
			}
			continue
		}
		d := dossiers[f.key]
		d.Add(f.part)
		dossiers[f.key] = d
		byHash[f.part.Hash] = f
		keys = append(keys, f.key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		it, err := s.item(ctx, key, dossiers[key], byHash)
		if err != nil {
			return crawler.Sweep{}, err
		}
		if !yield(it, nil) {
			return crawler.Sweep{}, ctx.Err()
		}
	}
	for key, d := range dossiers {
		raw, err := d.Encode()
		if err != nil {
			return crawler.Sweep{}, err
		}
		cursor[key] = string(raw)
	}
	return crawler.Sweep{Cursor: cursor, Bytes: read}, nil
}

// item makes the item of a dossier. The files of a dossier of several are kept in the library, where its process finds them.
func (s *Source) item(ctx context.Context, key string, d documents.Dossier, byHash map[string]*file) (crawler.Item, error) {
	var newest *documents.File
	for _, p := range d.Parts {
		f := byHash[p.Hash]
		if f == nil {
			continue // an earlier harvest brought it
		}
		if err := s.load(f); err != nil {
			return crawler.Item{}, err
		}
		file := f.data
		f.data.Data = nil
		if len(d.Parts) > 1 || waits(f.part) {
			if err := s.o.Library.Keep(ctx, file); err != nil {
				return crawler.Item{}, err
			}
		}
		newest = &file
	}
	return d.Item(key, newest)
}

// waits reports whether a document cannot be cut alone: answers, lists and decisions are kept for the report they are of,
// which a later harvest may bring.
func waits(p documents.Part) bool {
	switch segment.Family(p.Is) {
	case segment.FamilyUPRAddendum, segment.FamilyUPRMatrix, segment.FamilyUPROutcome:
		return true
	}
	return false
}

// rank orders formats: Word files have explicit numbers and headings, text files have lost most of them.
func (f *file) rank() int {
	for i, name := range []string{"text/plain", "text/html", "application/pdf", "application/msword"} {
		if f.data.MediaType == name {
			return i
		}
	}
	return 4
}

// list finds the files in a stable order. Hidden ones, and what office programs leave behind, are passed over.
func (s *Source) list() (paths []string, total int64, err error) {
	err = filepath.WalkDir(s.o.Dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != s.o.Dir && (strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~$")):
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case !e.Type().IsRegular():
			return nil
		}
		rel, err := filepath.Rel(s.o.Dir, path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		paths = append(paths, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("reading the folder: %w", err)
	}
	return paths, total, nil
}

// identify reads the files, several at a time, in the order of paths. Their bytes are not held: a folder may be larger than memory.
func (s *Source) identify(ctx context.Context, paths []string, total int64, known map[string]file) (files []file, read int64, err error) {
	files = make([]file, len(paths))
	errs := make([]error, len(paths))
	next := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	for range s.o.Workers {
		group.Go(func() {
			for i := range next {
				files[i].path = paths[i]
				errs[i] = s.look(ctx, &files[i], known)
				mu.Lock()
				read += int64(len(files[i].data.Data))
				crawler.Report(ctx, crawler.Progress{Bytes: read, TotalBytes: total, Note: "reading files"})
				mu.Unlock()
				files[i].data.Data = nil
			}
		})
	}
	for i := range paths {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	group.Wait()
	if ctx.Err() != nil {
		return nil, read, context.Cause(ctx)
	}
	return files, read, errors.Join(errs...)
}

// load reads the bytes of a file.
func (s *Source) load(f *file) error {
	if f.data.Data != nil {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(s.o.Dir, filepath.FromSlash(f.path)))
	if err != nil {
		return err
	}
	f.data.Data = data
	return nil
}

// look says what one file is. Its error concerns the run; a file that is of no use says so.
func (s *Source) look(ctx context.Context, f *file, known map[string]file) error {
	info, err := os.Stat(filepath.Join(s.o.Dir, filepath.FromSlash(f.path)))
	if err == nil && info.Size() > maxFile {
		f.skip = fmt.Sprintf("the file has %d MB; documents have at most %d", info.Size()>>20, maxFile>>20)
		return nil
	}
	if err == nil {
		err = s.load(f)
	}
	if err != nil {
		f.skip = "the file cannot be opened: " + err.Error()
		return nil
	}
	data := f.data.Data
	f.part = documents.Part{Hash: documents.Hash(data), From: f.path}
	f.data = documents.File{URL: f.path, MediaType: documents.MediaType(data), FetchedAt: s.o.Now().UTC(), Data: data}
	if k, ok := known[f.part.Hash]; ok {
		f.key, f.part = k.key, k.part
		f.data.Symbol, f.data.Lang, f.data.URL = k.part.Symbol, k.part.Lang, k.part.From
		return nil
	}
	doc, err := s.o.Reader.Read(ctx, data)
	if ctx.Err() != nil {
		return nil
	}
	if err == nil {
		err = doc.Usable()
	}
	if err != nil {
		f.skip = uhri.Message(err)
		return nil
	}
	named, lang := ReadName(f.path)
	if doc.Symbol() == "" {
		documents.Name(doc, documents.Part{Symbol: named, Lang: lang})
	}
	id := documents.Identify(doc)
	f.key = id.Key
	if f.key == "" {
		f.key = f.path
	}
	f.part.Symbol, f.part.Lang, f.part.Is = id.Symbol, id.Lang, id.Is()
	f.data.Symbol, f.data.Lang = id.Symbol, id.Lang
	return nil
}

var langAtEnd = regexp.MustCompile(`(?i)[._-](en|fr|es|ru|ar|zh|e|f|s|r|a|c)$`)

// ReadName reads symbol and language from a file's name, as people and publishers write them: "CEDAW_C_KEN_CO_8.pdf",
// "A_HRC_59_15-EN.pdf". Both may be empty.
func ReadName(path string) (uhri.Symbol, uhri.Lang) {
	name := path[strings.LastIndexByte(path, '/')+1:]
	name = strings.TrimSuffix(name, filepath.Ext(name))
	var lang uhri.Lang
	if m := langAtEnd.FindStringSubmatch(name); m != nil {
		name = name[:len(name)-len(m[0])]
		lang = uhri.Lang(strings.ToLower(m[1]))
		if !lang.Valid() {
			lang = letters[string(lang)]
		}
	}
	s, err := uhri.ParseSymbol(strings.ReplaceAll(name, "_", "/"))
	if err != nil {
		return "", lang
	}
	return s, lang
}

// letters are the United Nations' own marks of languages: Chinese and Russian are C and R.
var letters = map[string]uhri.Lang{"e": uhri.English, "f": uhri.French, "s": uhri.Spanish, "r": uhri.Russian, "a": uhri.Arabic, "c": uhri.Chinese}
