package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"uhri"
)

// Found says where and as what a document was found.
type Found struct {
	Symbol    uhri.Symbol
	Lang      uhri.Lang
	URL       string
	MediaType string
	FetchedAt time.Time
}

// Document is a document as received.
type Document struct {
	Found
	Hash     [32]byte // SHA-256 of Data
	Size     int
	Withheld bool   // it was taken down
	Data     []byte // nil when it was taken down
}

// PutDocument keeps a document by its hash and forgets that it was missing. It belongs to no run: the same bytes are kept
// once, whoever brings them. What was taken down is not kept again.
func (s *Store) PutDocument(ctx context.Context, data []byte, f Found) (hash [32]byte, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		_, err := s.putDocument(ctx, tx, data, f)
		return err
	})
	if err != nil {
		return hash, fmt.Errorf("keeping %s: %w", f.Symbol, err)
	}
	return sha256.Sum256(data), nil
}

func (s *Store) putDocument(ctx context.Context, tx *sql.Tx, data []byte, f Found) (doc int64, err error) {
	hash := sha256.Sum256(data)
	withheld := false
	if f.Symbol != "" {
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM suppression WHERE symbol=1 AND what=?1)
			OR EXISTS (SELECT 1 FROM record WHERE symbol=?1 AND symbol<>'' AND state=2)`, string(f.Symbol)).Scan(&withheld)
		if err != nil {
			return 0, err
		}
	}
	var empty bool
	err = tx.QueryRowContext(ctx, "SELECT doc, withheld FROM document WHERE hash=?", hash[:]).Scan(&doc, &empty)
	if err == nil && empty && !withheld { // allowed again
		_, err = tx.ExecContext(ctx, "UPDATE document SET withheld=0, data=? WHERE doc=?", s.packDocument(data, f.MediaType), doc)
	}
	if errors.Is(err, sql.ErrNoRows) {
		var kept any
		if !withheld {
			kept = s.packDocument(data, f.MediaType)
		}
		err = tx.QueryRowContext(ctx, "INSERT INTO document (hash, media, size, withheld, data) VALUES (?, ?, ?, ?, ?) RETURNING doc", hash[:], f.MediaType, len(data), withheld, kept).Scan(&doc)
	}
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO document_at (symbol, lang, url, doc, fetched) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET fetched=excluded.fetched",
		string(f.Symbol), string(f.Lang), f.URL, doc, micro(f.FetchedAt)); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM document_miss WHERE symbol=? AND lang=?", string(f.Symbol), string(f.Lang))
	return doc, err
}

// packDocument compresses what is not compressed already, as PDF and DOCX are.
func (s *Store) packDocument(data []byte, media string) []byte {
	if strings.HasPrefix(media, "text/") || strings.Contains(media, "html") || strings.Contains(media, "msword") || strings.Contains(media, "json") || strings.Contains(media, "xml") && !strings.Contains(media, "officedocument") {
		return s.codec.pack(data)
	}
	return append([]byte{packedPlain}, data...)
}

const documentColumns = "a.symbol, a.lang, a.url, a.fetched, d.hash, d.media, d.size, d.withheld"

func (s *Store) scanDocument(scan func(...any) error, data *[]byte) (Document, error) {
	var d Document
	var fetched int64
	var hash []byte
	to := []any{&d.Symbol, &d.Lang, &d.URL, &fetched, &hash, &d.MediaType, &d.Size, &d.Withheld}
	if data != nil {
		to = append(to, data)
	}
	err := scan(to...)
	d.FetchedAt = stamp(fetched)
	copy(d.Hash[:], hash)
	return d, err
}

// Document returns the newest document of a symbol in a language. Errors: NotFound; Gone when it was taken down.
func (s *Store) Document(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (Document, error) {
	return s.document(ctx, "a.symbol=? AND a.lang=? ORDER BY a.fetched DESC LIMIT 1", string(symbol), string(l))
}

// DocumentByHash returns a document by the SHA-256 of its bytes. Errors: NotFound; Gone when it was taken down.
func (s *Store) DocumentByHash(ctx context.Context, hash [32]byte) (Document, error) {
	return s.document(ctx, "d.hash=? ORDER BY a.fetched DESC LIMIT 1", hash[:])
}

func (s *Store) document(ctx context.Context, where string, args ...any) (Document, error) {
	var data []byte
	d, err := s.scanDocument(s.read.QueryRowContext(ctx, "SELECT "+documentColumns+", d.data FROM document_at a JOIN document d USING (doc) WHERE "+where, args...).Scan, &data)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return d, uhri.Errorf(uhri.NotFound, "Document", "the document is not kept here")
	case err != nil:
		return d, err
	case data == nil:
		return d, uhri.Errorf(uhri.Gone, "Document", "the document was taken down")
	}
	d.Data, err = s.codec.unpack(make([]byte, 0, d.Size), data)
	return d, err
}

// Documents lists the documents of a symbol, newest first, without their data.
func (s *Store) Documents(ctx context.Context, symbol uhri.Symbol) ([]Document, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+documentColumns+" FROM document_at a JOIN document d USING (doc) WHERE a.symbol=? ORDER BY a.fetched DESC, a.lang", string(symbol))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Document
	for rows.Next() {
		d, err := s.scanDocument(rows.Scan, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// PutMissing remembers that a document was not there, so that nobody asks again before until. format is the form asked
// for ("pdf", "docx"), empty for any.
func (s *Store) PutMissing(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, format, reason string, until time.Time) error {
	_, err := s.write.ExecContext(ctx, "INSERT OR REPLACE INTO document_miss (symbol, lang, format, reason, until) VALUES (?, ?, ?, ?, ?)", string(symbol), string(l), format, reason, micro(until))
	return err
}

// Missing reports whether a document is known not to be there, and why. It is not any more once the time is over.
func (s *Store) Missing(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, format string) (reason string, missing bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT reason FROM document_miss WHERE symbol=? AND lang=? AND format=? AND until>?", string(symbol), string(l), format, s.now()).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return reason, err == nil, err
}
