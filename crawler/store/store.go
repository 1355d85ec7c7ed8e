package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver

	"uhri"
	"uhri/crawler"
)

// Defaults of Options, with reasons.
const (
	DefaultMaxDrop            = 0.05                // an export shrinks by corrections, never by a twentieth overnight
	DefaultWithdrawnTextAfter = 30 * 24 * time.Hour // a withdrawal may protect somebody
)

// Kind says what a data folder holds. The two are never mixed.
type Kind string

// The kinds of folder.
const (
	AnyKind       Kind = "" // whatever the folder holds; an empty folder becomes what is first staged
	Real          Kind = "real"
	Demonstration Kind = "demonstration"
)

// File is the name of the database in the data folder.
const File = "records.db"

// Options of a store. Dir is required; the zero values of the others are useful.
type Options struct {
	Dir                string
	Kind               Kind
	MaxDrop            float64          // share of a scope that a run may withdraw; 0 = DefaultMaxDrop, 1 or more = any
	WithdrawnTextAfter time.Duration    // delay before the last text of a withdrawn record is public; 0 = DefaultWithdrawnTextAfter, negative = never
	Now                func() time.Time // nil = time.Now
	MaxBytes           int64            // the database may not grow beyond; 0 = the disk's size is the limit
}

// Store is the record store. It is safe for concurrent use, also by several processes.
type Store struct {
	o     Options
	path  string
	write *sql.DB // one connection: SQLite has one writer at a time
	read  *sql.DB
	codec *codec
	owner *flock.Flock // held as long as the process lives; tells live runs from dead ones
	name  string       // of owner's file

	mu     sync.Mutex
	kind   Kind
	active map[string]int64 // source → its run in this Store
}

//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the store in o.Dir, made if absent. Errors: Invalid when the folder holds the other kind of data.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Dir == "" {
		return nil, errors.New("store: Options.Dir is empty")
	}
	o.MaxDrop = cmp.Or(o.MaxDrop, DefaultMaxDrop)
	o.WithdrawnTextAfter = cmp.Or(o.WithdrawnTextAfter, DefaultWithdrawnTextAfter)
	if o.Now == nil {
		o.Now = time.Now
	}
	owners := filepath.Join(o.Dir, "owners")
	if err := os.MkdirAll(owners, 0o755); err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	s := &Store{o: o, path: filepath.Join(o.Dir, File), name: uuid.NewString(), active: map[string]int64{}}
	var err error
	if s.codec, err = newCodec(); err != nil {
		return nil, err
	}
	opened := false
	defer func() {
		if !opened {
			s.Close()
		}
	}()
	s.owner = flock.New(filepath.Join(owners, s.name))
	if err := s.owner.Lock(); err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	s.sweepOwners()
	// secure_delete: a text that was taken down must not stay in a free page.
	// The checkpoint is larger than SQLite's 4 MB so that a bulk import does not sync every few thousand rows.
	s.write, err = sql.Open("sqlite", s.dsn("journal_mode(wal)", "synchronous(full)", "secure_delete(1)", "wal_autocheckpoint(8000)", "journal_size_limit(67108864)", "cache_size(-65536)")+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("opening the store %s: %w", s.path, err)
	}
	if o.MaxBytes > 0 {
		var page int64
		if err := s.write.QueryRowContext(ctx, "PRAGMA page_size").Scan(&page); err != nil {
			return nil, err
		}
		if _, err := s.write.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count=%d", o.MaxBytes/page)); err != nil {
			return nil, err
		}
	}
	s.read, err = sql.Open("sqlite", s.dsn("query_only(1)", "cache_size(-16384)"))
	if err != nil {
		return nil, err
	}
	s.read.SetMaxOpenConns(4 + 2*runtime.GOMAXPROCS(0))
	s.read.SetMaxIdleConns(2)
	if err := s.settleKind(ctx, o.Kind); err != nil {
		return nil, err
	}
	opened = true
	return s, nil
}

// dsn is the address of the database for the driver. The wait is long because another process may be promoting: some
// seconds for a whole export.
func (s *Store) dsn(pragmas ...string) string {
	q := url.Values{"_pragma": append(pragmas, "busy_timeout(120000)", "temp_store(memory)")}
	return "file:" + (&url.URL{Path: s.path}).EscapedPath() + "?" + q.Encode()
}

// Close ends the store. A run that is still open stays resumable.
func (s *Store) Close() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	if s.owner != nil && s.owner.Locked() {
		errs = append(errs, os.Remove(s.owner.Path()), s.owner.Unlock())
	}
	if s.codec != nil {
		s.codec.close()
	}
	return errors.Join(errs...)
}

// sweepOwners removes the lock files of processes that died. A young file may belong to a process that is about to lock it.
func (s *Store) sweepOwners() {
	files, err := os.ReadDir(filepath.Join(s.o.Dir, "owners"))
	if err != nil {
		return
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && f.Name() != s.name && time.Since(info.ModTime()) > time.Hour {
			s.alive(f.Name())
		}
	}
}

// migrate brings the schema to the newest version, each step in a transaction.
func (s *Store) migrate(ctx context.Context) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name() < files[j].Name() })
	return s.update(ctx, func(tx *sql.Tx) error {
		var have int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
			return err
		}
		if have > len(files) {
			return uhri.Errorf(uhri.Invalid, "Open", "the data folder was written by a newer version of this program (schema %d, this one knows %d); use that one", have, len(files))
		}
		for i, f := range files[have:] {
			number, _, _ := strings.Cut(f.Name(), "_")
			if n, err := strconv.Atoi(number); err != nil || n != have+i+1 {
				return fmt.Errorf("migration %s is out of order", f.Name())
			}
			text, err := migrations.ReadFile("migrations/" + f.Name())
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %s: %w", f.Name(), err)
			}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version=%d", len(files)))
		return err
	})
}

// settleKind compares the folder's kind with the wanted one and marks a folder without kind.
func (s *Store) settleKind(ctx context.Context, want Kind) error {
	return s.update(ctx, func(tx *sql.Tx) error { return s.settleKindTx(ctx, tx, want) })
}

func (s *Store) settleKindTx(ctx context.Context, tx *sql.Tx, want Kind) error {
	var have string
	err := tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE key='kind'").Scan(&have)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if want == AnyKind {
			return nil
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('kind', ?)", string(want)); err != nil {
			return err
		}
		have = string(want)
	case err != nil:
		return err
	case want != AnyKind && Kind(have) != want:
		return kindError(Kind(have))
	}
	s.mu.Lock()
	s.kind = Kind(have)
	s.mu.Unlock()
	return nil
}

// kindError says what a folder of kind have refuses.
func kindError(have Kind) error {
	if have == Demonstration {
		return uhri.Errorf(uhri.Invalid, "store", "this data folder holds demonstration data, which is invented; real records need another folder (--data)")
	}
	return uhri.Errorf(uhri.Invalid, "store", "this data folder holds real records; demonstration data needs another folder (--data)")
}

// Kind says what the folder holds; AnyKind while it is empty.
func (s *Store) Kind() Kind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kind
}

// Meta returns a value kept by SetMeta, "" when there is none.
func (s *Store) Meta(ctx context.Context, key string) (string, error) {
	var v string
	err := s.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE key=?", "user:"+key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// SetMeta keeps a small value with the data.
func (s *Store) SetMeta(ctx context.Context, key, value string) error {
	_, err := s.write.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value", "user:"+key, value)
	return err
}

// update runs f in a write transaction: both or neither.
func (s *Store) update(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignore(tx.Rollback(), sql.ErrTxDone))
	}
	return tx.Commit()
}

// ignore drops an error that says nothing new.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// now is the store's clock, in microseconds as the tables hold it.
func (s *Store) now() int64 { return s.o.Now().UnixMicro() }

// stamp reads a time of the tables.
func stamp(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

// micro writes a time for the tables.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// seq returns the last promoted state in tx's view.
func seq(ctx context.Context, q querier) (uhri.Seq, error) {
	var n int64
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM promotion").Scan(&n)
	return uhri.Seq(n), err
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Seq returns the number of the promoted state readers see now; 0 when nothing was promoted.
func (s *Store) Seq(ctx context.Context) (uhri.Seq, error) { return seq(ctx, s.read) }

// newSeq numbers the state that tx makes.
func (s *Store) newSeq(ctx context.Context, tx *sql.Tx, run int64, note string) (int64, error) {
	var n int64
	err := tx.QueryRowContext(ctx, "INSERT INTO promotion (at, run, note) VALUES (?, ?, ?) RETURNING seq", s.now(), run, note).Scan(&n)
	return n, err
}

var _ crawler.Store = (*Store)(nil)
