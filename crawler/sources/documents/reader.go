package documents

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"sync"

	"uhri/crawler/extract"
)

// remembered bounds what a Reader remembers, packed. A document takes some 30 KB, so thousands fit.
const remembered = 64 << 20

// Reader reads documents and remembers what it read: a source looks at a document to know what it is, and the process that
// cuts it a moment later need not read the file again. It is safe for concurrent use.
type Reader struct {
	read func(context.Context, []byte) (*extract.Document, error)

	mu    sync.Mutex
	known map[string][]byte // hash of the file → packed document
	order []string          // oldest first
	size  int
}

// NewReader returns a reader over read, which is extract.Reader's Read.
func NewReader(read func(context.Context, []byte) (*extract.Document, error)) *Reader {
	return &Reader{read: read, known: map[string][]byte{}}
}

// Read reads one document. Each call returns a document of its own. Errors are those of extract.Reader.Read.
func (r *Reader) Read(ctx context.Context, data []byte) (*extract.Document, error) {
	hash := Hash(data)
	r.mu.Lock()
	packed, ok := r.known[hash]
	r.mu.Unlock()
	if ok {
		var d extract.Document
		if err := json.NewDecoder(flate.NewReader(bytes.NewReader(packed))).Decode(&d); err != nil {
			return nil, err
		}
		return &d, nil
	}
	d, err := r.read(ctx, data)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(d); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	r.remember(hash, b.Bytes())
	return d, nil
}

func (r *Reader) remember(hash string, packed []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[hash]; ok {
		return
	}
	r.known[hash] = packed
	r.order = append(r.order, hash)
	r.size += len(packed)
	for r.size > remembered && len(r.order) > 1 {
		r.size -= len(r.known[r.order[0]])
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
}
