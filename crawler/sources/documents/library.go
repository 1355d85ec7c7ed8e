package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"uhri"
	"uhri/crawler/store"
)

// File is a document as it was found.
type File struct {
	Symbol    uhri.Symbol
	Lang      uhri.Lang
	URL       string // address, or path of a file dropped in
	MediaType string
	FetchedAt time.Time
	Data      []byte
}

// Hash returns the name of a file's bytes: their SHA-256 in hexadecimal.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Library keeps documents by the hash of their bytes, and remembers what is not there. In makes one of a store.
type Library interface {
	// Keep keeps a file. The same bytes are kept once.
	Keep(ctx context.Context, f File) error
	// ByHash returns a file by its Hash. Errors: NotFound; Gone when it was taken down.
	ByHash(ctx context.Context, hash string) (File, error)
	// Newest returns the file of a symbol fetched last. Errors: NotFound; Gone when it was taken down.
	Newest(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (File, error)
	// Miss remembers that a document is not there; nobody need ask again before until.
	Miss(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, reason string, until time.Time) error
	// Missed reports whether a document is known not to be there.
	Missed(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (bool, error)
}

// In returns the library of a store.
func In(s *store.Store) Library { return kept{s} }

type kept struct{ s *store.Store }

func (k kept) Keep(ctx context.Context, f File) error {
	_, err := k.s.PutDocument(ctx, f.Data, store.Found{Symbol: f.Symbol, Lang: f.Lang, URL: f.URL, MediaType: f.MediaType, FetchedAt: f.FetchedAt})
	return err
}

func (k kept) ByHash(ctx context.Context, hash string) (File, error) {
	var sum [sha256.Size]byte
	if n, err := hex.Decode(sum[:], []byte(hash)); err != nil || n != len(sum) {
		return File{}, uhri.Errorf(uhri.NotFound, "ByHash", "%q is not the hash of a document", hash)
	}
	return file(k.s.DocumentByHash(ctx, sum))
}

func (k kept) Newest(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (File, error) {
	return file(k.s.Document(ctx, symbol, l))
}

func file(d store.Document, err error) (File, error) {
	return File{Symbol: d.Symbol, Lang: d.Lang, URL: d.URL, MediaType: d.MediaType, FetchedAt: d.FetchedAt, Data: d.Data}, err
}

func (k kept) Miss(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, reason string, until time.Time) error {
	return k.s.PutMissing(ctx, symbol, l, "", reason, until)
}

func (k kept) Missed(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (bool, error) {
	_, missed, err := k.s.Missing(ctx, symbol, l, "")
	return missed, err
}
