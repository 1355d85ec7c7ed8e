package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"uhri"
)

// Verify reads a file to its end and compares it with its sidecar manifest: size, SHA-256 and, for CSV and NDJSON,
// the number of rows. A difference is an Invalid error that names every one.
func Verify(file io.Reader, m Manifest) error {
	if m.SHA256 == "" {
		return uhri.Errorf(uhri.Invalid, "", "this manifest has no hash: take the sidecar, FILE.manifest.json, or the API's manifest=1")
	}
	hash := sha256.New()
	size := &counted{}
	in := io.TeeReader(file, io.MultiWriter(hash, size))
	rows, known, err := countRows(in, m.Format)
	if err != nil && !isSyntax(err) {
		return fmt.Errorf("reading the file: %w", err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // what counting left
		return fmt.Errorf("reading the file: %w", err)
	}
	var faults []error
	differs := func(what string, got, want any) {
		faults = append(faults, fmt.Errorf("%s is %v, the manifest says %v", what, got, want))
	}
	if size.n != m.Bytes {
		differs("the size", size.n, m.Bytes)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != m.SHA256 {
		differs("the SHA-256", sum, m.SHA256)
	}
	if known && err == nil && rows != m.Rows {
		differs("the number of rows", rows, m.Rows)
	}
	if err != nil {
		faults = append(faults, err)
	}
	if len(faults) == 0 {
		return nil
	}
	return &uhri.Error{Kind: uhri.Invalid, Msg: "the file is not the one its manifest describes", Err: errors.Join(faults...)}
}

type counted struct{ n int64 }

func (c *counted) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

func isSyntax(err error) bool {
	_, ok := errors.AsType[*csv.ParseError](err)
	return ok
}

// countRows counts the records of formats in which that is sure.
func countRows(in io.Reader, format string) (rows int, known bool, err error) {
	switch format {
	case "csv":
		r := csv.NewReader(in)
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				return max(rows-1, 0), true, nil
			} else if err != nil {
				return rows, true, err
			}
			rows++
		}
	case "ndjson":
		buf := make([]byte, chunk)
		for {
			n, err := in.Read(buf)
			rows += bytes.Count(buf[:n], []byte("\n"))
			if err == io.EOF {
				return rows, true, nil
			} else if err != nil {
				return rows, true, err
			}
		}
	}
	return 0, false, nil
}
