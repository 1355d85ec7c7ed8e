package uhriexport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"uhri"
	"uhri/crawler"
)

// Download is a file fetched from an address.
type Download struct {
	Path       string            // of the local file; the source removes it when done
	Size       int64             // of the file
	Validators map[string]string // for the next request: etag, last_modified
	Unchanged  bool              // the publisher says that nothing is new; there is no file
}

// Fetch downloads an address to a local file. since are the Validators of the last promoted run, nil when there was none.
type Fetch func(ctx context.Context, address string, since map[string]string) (*Download, error)

// Options of a source.
type Options struct {
	Name      string    // "uhri/en" unless given otherwise
	Lang      uhri.Lang // "" = English
	Addresses []string  // paths or http(s) addresses, tried in order; {lang} stands for the language; .gz is unpacked
	Fetch     Fetch     // for http(s) addresses
	Now       func() time.Time
}

// Source is the export in one language.
type Source struct{ o Options }

// New returns the source.
func New(o Options) (*Source, error) {
	if o.Lang == "" {
		o.Lang = uhri.English
	}
	if !o.Lang.Valid() {
		return nil, uhri.Errorf(uhri.Invalid, "uhriexport.New", "%q is not one of en, fr, es, ru, ar, zh", o.Lang)
	}
	if o.Name == "" {
		o.Name = "uhri/" + string(o.Lang)
	}
	if len(o.Addresses) == 0 {
		return nil, uhri.Errorf(uhri.Invalid, "uhriexport.New", "no address to harvest from")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Source{o}, nil
}

// Name implements crawler.Source.
func (s *Source) Name() string { return s.o.Name }

// Keys of the cursor.
const (
	cursorSize    = "size"
	cursorSHA     = "sha256"
	cursorAddress = "address"
	validator     = "validator." // + name
)

// Harvest implements crawler.Source. It yields every record of the first address that answers, in the order of the
// file, and is Complete when the array was closed. A file with the content of the last run is Unchanged and yields nothing.
func (s *Source) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	var faults []error
	for i, a := range s.o.Addresses {
		address := strings.ReplaceAll(a, "{lang}", string(s.o.Lang))
		sweep, begun, err := s.harvest(ctx, address, since, yield)
		if err == nil {
			return sweep, nil
		}
		var blocked *crawler.BlockedError
		if begun || ctx.Err() != nil || errors.As(err, &blocked) {
			return crawler.Sweep{}, err
		}
		faults = append(faults, err)
		if i+1 < len(s.o.Addresses) {
			crawler.Report(ctx, crawler.Progress{Note: fmt.Sprintf("%v; trying the next address", err)})
		}
	}
	return crawler.Sweep{}, errors.Join(faults...)
}

// harvest tries one address. begun says that items were yielded, so another address must not be tried in this run.
func (s *Source) harvest(ctx context.Context, address string, since crawler.Cursor, yield func(crawler.Item, error) bool) (sweep crawler.Sweep, begun bool, err error) {
	cursor := crawler.Cursor{cursorAddress: address}
	path, fetched := address, s.o.Now().UTC()
	if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		if s.o.Fetch == nil {
			return sweep, false, uhri.Errorf(uhri.Unsupported, "harvest", "%s is an address, and this harvest reads files only", address)
		}
		var known map[string]string
		if since[cursorAddress] == address {
			known = map[string]string{}
			for k, v := range since {
				if name, ok := strings.CutPrefix(k, validator); ok {
					known[name] = v
				}
			}
		}
		d, err := s.o.Fetch(ctx, address, known)
		if err != nil {
			return sweep, false, err
		}
		if d.Unchanged {
			return crawler.Sweep{Unchanged: true, Cursor: since}, false, nil
		}
		defer os.Remove(d.Path)
		path = d.Path
		for k, v := range d.Validators {
			cursor[validator+k] = v
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return sweep, false, fmt.Errorf("opening the export: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sweep, false, fmt.Errorf("opening the export: %w", err)
	}
	if info.IsDir() {
		return sweep, false, uhri.Errorf(uhri.Invalid, "harvest", "%s is a folder; name the export file", path)
	}
	// Hashing 400 MB takes a second and is proof; size and time of a file are not.
	sum, err := hash(ctx, f)
	if err != nil {
		return sweep, false, err
	}
	cursor[cursorSize], cursor[cursorSHA] = fmt.Sprint(info.Size()), sum
	if since[cursorSHA] == sum && since[cursorSize] == cursor[cursorSize] {
		return crawler.Sweep{Unchanged: true, Cursor: cursor, Bytes: info.Size()}, false, nil
	}
	// Known before the first record is yielded, so that the next address can still be tried.
	if err := closed(f, info.Size()); err != nil {
		return sweep, false, uhri.Errorf(uhri.Invalid, "harvest", "%s: %v", address, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return sweep, false, err
	}
	meter := &meter{r: f, ctx: ctx, total: info.Size()}
	n, err := s.decode(ctx, meter, address, fetched, yield)
	if errors.Is(err, errStopped) {
		return sweep, true, ctx.Err()
	}
	if err != nil {
		return sweep, n > 0, err
	}
	return crawler.Sweep{Complete: true, Cursor: cursor, Bytes: info.Size()}, true, nil
}

func hash(ctx context.Context, r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, &meter{r: r, ctx: ctx}); err != nil {
		return "", fmt.Errorf("reading the export: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// closed refuses a file that begins as a list and does not end as one. Of a compressed file that cannot be seen.
func closed(f io.ReaderAt, size int64) error {
	head, tail := make([]byte, min(size, 64)), make([]byte, min(size, 64))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")) && !bytes.HasSuffix(bytes.TrimRight(tail, " \t\r\n"), []byte("]")) {
		return errors.New("the file does not end with the bracket that closes its list: the download was cut, or something follows it")
	}
	return nil
}

// meter reports how much of the file was read and stops when ctx ends.
type meter struct {
	r           io.Reader
	ctx         context.Context
	read, total int64
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	m.read += int64(n)
	if m.total > 0 {
		crawler.Report(m.ctx, crawler.Progress{Bytes: m.read, TotalBytes: m.total})
	}
	return n, err
}

// errStopped says that yield wanted no more.
var errStopped = errors.New("stopped")

// decode yields the elements of the array and returns how many there were.
func (s *Source) decode(ctx context.Context, r io.Reader, address string, fetched time.Time, yield func(crawler.Item, error) bool) (int, error) {
	broken := func(format string, args ...any) error {
		return uhri.Errorf(uhri.Invalid, "harvest", "%s: %s", address, fmt.Sprintf(format, args...))
	}
	buf := bufio.NewReaderSize(r, 1<<20)
	if head, _ := buf.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buf)
		if err != nil {
			return 0, broken("the gzip file is damaged: %v", err)
		}
		defer z.Close()
		buf = bufio.NewReaderSize(z, 1<<20)
	}
	if err := opening(buf); err != nil {
		return 0, broken("%v", err)
	}
	d := jsontext.NewDecoder(buf, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(false))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
		return 0, broken("this is not the export: it does not begin with a list")
	}
	n, unnamed := 0, 0
	for d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			if ctx.Err() != nil {
				return n, ctx.Err()
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return n, broken("the file ends after %d records without closing its list: the download was cut", n)
			}
			return n, broken("damaged after %d records: %v", n, err)
		}
		n++
		raw := bytes.Clone(v)
		key, err := annotationID(raw)
		if err != nil {
			unnamed++
			key = fmt.Sprintf("element %d", n)
			if !yield(crawler.Item{}, &crawler.ItemError{Key: key, Raw: raw, Reason: err.Error()}) {
				return n, errStopped
			}
			continue
		}
		if !yield(crawler.Item{Key: key, Raw: raw, MediaType: "application/json", URL: address, FetchedAt: fetched, Lang: s.o.Lang}, nil) {
			return n, errStopped
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return n, broken("damaged at the end: %v", err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return n, broken("something follows the closed list after %d records", n)
	}
	if n > 0 && unnamed == n {
		return n, broken("none of its %d elements has an AnnotationId: this is not the export, or its keys have changed", n)
	}
	return n, nil
}

// opening refuses, by its first bytes, what is not UTF-8 JSON, and skips a byte order mark.
func opening(buf *bufio.Reader) error {
	head, err := buf.Peek(512)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return errors.New("the file is empty")
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := buf.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) > 3 && (head[0] == 0 || head[1] == 0):
		return errors.New("this is UTF-16; the export is UTF-8")
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	if bytes.HasPrefix(text, []byte("<")) {
		return errors.New("this is a web page, not the export")
	}
	for range utf8.UTFMax { // a rune may be cut at the end of what was peeked
		if utf8.Valid(head) {
			return nil
		}
		head = head[:max(0, len(head)-1)]
	}
	return errors.New("this is not UTF-8")
}

// annotationID finds the record's key without decoding the rest.
func annotationID(raw []byte) (string, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return "", errors.New("not an object")
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		if !strings.EqualFold(name.String(), "AnnotationId") {
			if err := d.SkipValue(); err != nil {
				return "", err
			}
			continue
		}
		v, err := d.ReadToken()
		if err != nil || v.Kind() != '"' {
			return "", errors.New("AnnotationId is not a text")
		}
		if id := strings.ToLower(strings.TrimSpace(v.String())); id != "" {
			return id, nil
		}
		break
	}
	return "", errors.New("no AnnotationId")
}
