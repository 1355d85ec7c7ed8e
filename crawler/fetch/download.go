package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"uhri"
	"uhri/crawler"
)

// File is a download on disk.
type File struct {
	Path       string // the caller removes it
	Size       int64
	SHA256     string
	Validators map[string]string // for the next download: see the keys below
	Unchanged  bool              // nothing new since the validators; there is no file
}

// Keys of validators.
const (
	validETag     = "etag"
	validModified = "last_modified"
	validSize     = "size"
	validAt       = "fetched" // RFC 3339
)

const (
	headroom = 512 << 20 // how much disk must stay free beside a download
	checked  = 64 << 20  // after so much of a download whose length is unknown the disk is looked at again
)

// Download streams an address into a new file in dir. since are the Validators of the copy already known: where the server
// confirms them the answer is Unchanged. A server that gives no ETag and no Last-Modified is asked for the size first
// (HEAD): the same size means unchanged for Options.Fresh, after which the file is fetched again to be sure. There is no
// limit on time but on silence, and none on size but the disk's free space.
//
// Errors: Unavailable when the disk lacks room; *crawler.BlockedError; else what went wrong, with nothing left on disk.
func (c *Client) Download(ctx context.Context, address, dir string, since map[string]string) (*File, error) {
	if same, err := c.sameSize(ctx, address, since); err != nil || same {
		return &File{Unchanged: true, Validators: since}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "fetch", "%q is not an address: %v", address, err)
	}
	// Compressed transfer would hide the real length, by which a cut is noticed.
	req.Header.Set("Accept-Encoding", "identity")
	if e := since[validETag]; e != "" {
		req.Header.Set("If-None-Match", e)
	}
	if m := since[validModified]; m != "" {
		req.Header.Set("If-Modified-Since", m)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified && len(since) > 0:
		return &File{Unchanged: true, Validators: since}, nil
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %s", address, res.Status)
	}
	f := &File{Validators: map[string]string{validAt: time.Now().UTC().Format(time.RFC3339)}}
	for header, key := range map[string]string{"ETag": validETag, "Last-Modified": validModified} {
		if v := res.Header.Get(header); v != "" {
			f.Validators[key] = v
		}
	}
	if err := c.save(ctx, address, dir, res, f); err != nil {
		return nil, err
	}
	f.Validators[validSize] = strconv.FormatInt(f.Size, 10)
	return f, nil
}

// sameSize asks a server without validators for the size. What is not a plain yes is a no, and the download tells; but a
// server that refuses us is not asked a second time.
func (c *Client) sameSize(ctx context.Context, address string, since map[string]string) (bool, error) {
	at, err := time.Parse(time.RFC3339, since[validAt])
	if err != nil || since[validETag]+since[validModified] != "" || time.Since(at) > c.o.Fresh {
		return false, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false, uhri.Errorf(uhri.Invalid, "fetch", "%q is not an address: %v", address, err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err := c.http.Do(req)
	_, blocked := errors.AsType[*crawler.BlockedError](err)
	switch {
	case blocked || ctx.Err() != nil:
		return false, err
	case err != nil:
		return false, nil // not every server answers HEAD; the download itself will tell
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK && strconv.FormatInt(res.ContentLength, 10) == since[validSize] &&
		res.Header.Get("ETag")+res.Header.Get("Last-Modified") == "", nil
}

// save writes the body of an answer into a new file.
func (c *Client) save(ctx context.Context, address, dir string, res *http.Response, f *File) (err error) {
	if err := c.room(dir, max(res.ContentLength, 0)); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "download-*")
	if err != nil {
		return err
	}
	f.Path = tmp.Name()
	defer func() {
		if err = errors.Join(err, tmp.Close()); err != nil {
			err = errors.Join(err, os.Remove(f.Path))
		}
	}()
	sum := sha256.New()
	body := &counted{r: res.Body, ctx: ctx, total: max(res.ContentLength, 0)}
	for to := io.MultiWriter(tmp, sum); ; {
		n, err := io.CopyN(to, body, checked)
		f.Size += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: the download broke off after %d bytes: %w", address, f.Size, err)
		}
		if err := c.room(dir, 0); err != nil && res.ContentLength < 0 {
			return err
		}
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// room refuses to begin what the disk cannot hold.
func (c *Client) room(dir string, size int64) error {
	if free, known := c.free(dir); known && free < size+headroom {
		return uhri.Errorf(uhri.Unavailable, "fetch", "the download needs %d MB and the disk of %s has %d MB free", (size+headroom)>>20, dir, free>>20)
	}
	return nil
}

// counted reports how far a download is.
type counted struct {
	r           io.Reader
	ctx         context.Context
	read, total int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	crawler.Report(c.ctx, crawler.Progress{Bytes: c.read, TotalBytes: c.total, Note: "downloading"})
	return n, err
}
