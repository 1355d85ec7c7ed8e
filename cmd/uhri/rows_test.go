package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"

	"uhri/api/export"
	"uhri/index"
	"uhri/index/bleveindex"
)

// sameRows compares, over a data folder, the CSV made of the rows its snapshot keeps with the CSV made of its records, as
// whole files: what a reader gets must not depend on how it was made.
func sameRows(t *testing.T, data string) {
	t.Helper()
	e, err := bleveindex.Open(bleveindex.Options{Dir: filepath.Join(data, "index")})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	st, err := e.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"", "bom=1", "q=women+OR+torture&lang=en", "q=rights&sort=oldest", "mechanism=treaty_body"} {
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		write := func(s index.Searcher) (string, int) {
			server := export.NewServer(export.Options{BaseURL: "https://rights.example", Version: version})
			req, plan, faults := server.Plan("csv", v, true)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			sum := sha256.New()
			n, err := export.Write(t.Context(), sum, s, req, plan, nil)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%x", sum.Sum(nil)), n
		}
		k := &counted{Engine: e}
		fast, n := write(k)
		slow, m := write(struct{ index.Searcher }{e})
		if k.rows != n || n == 0 {
			t.Errorf("%q: %d rows, of which %d were kept ones", q, n, k.rows)
		}
		if q == "" && n != st.Current.Records {
			t.Errorf("%d rows of %d records", n, st.Current.Records)
		}
		if fast != slow || n != m {
			t.Errorf("%q: %d kept rows are not the %d rows the records make", q, n, m)
		}
	}
}

// counted counts the rows that were kept ones.
type counted struct {
	*bleveindex.Engine
	rows int
}

func (c *counted) StreamRows(ctx context.Context, req index.Request, version string, yield func([]byte) bool) (bool, error) {
	return c.Engine.StreamRows(ctx, req, version, func(row []byte) bool {
		c.rows++
		return yield(row)
	})
}
