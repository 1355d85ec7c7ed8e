package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
	"uhri/index/query"
)

// exportForLucene writes records.tsv and workload.tsv for Lucene.java, in a shape it can read without knowing our
// query language and without a library for JSON. Columns are parted by tabs, values by bars.
func exportForLucene(g indextest.Generated, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := writeLines(filepath.Join(dir, "records.tsv"), func(put func(columns ...string)) error {
		for r := range g.Each() {
			columns := []string{string(r.ID), fmt.Sprint(r.Date.Key())}
			for _, name := range append([]string{"body"}, indextest.BenchFacets[:]...) {
				f, _ := uhri.FacetByName(name)
				columns = append(columns, strings.Join(f.Of(r), "|"))
			}
			put(append(columns, strings.ReplaceAll(r.Texts[uhri.English].Full, "\n", " "))...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeLines(filepath.Join(dir, "workload.tsv"), func(put func(columns ...string)) error {
		for _, c := range indextest.Workload() {
			p, err := index.Prepare(c.Request)
			if err != nil {
				return err
			}
			var w parted
			if err := w.read(p.Tree); err != nil {
				return err
			}
			var filters []string
			for _, f := range p.Request.Filters {
				filters = append(filters, f.Facet+"="+strings.Join(f.Values, ","))
			}
			from, to := 0, 99_999_999
			if !p.Request.From.IsZero() {
				from, to = p.Request.From.Key(), p.Request.To.Last().Key()
			}
			put(c.Name, c.Kind, strings.Join(w.must, "|"), strings.Join(w.should, "|"), strings.Join(w.not, "|"), strings.Join(filters, "|"),
				fmt.Sprint(from), fmt.Sprint(to))
		}
		return nil
	})
}

// parted is a search of the workload taken apart. Each entry of a list is a word, "a phrase in quotes" or a
// beginning with a star.
type parted struct{ must, should, not []string }

func (c *parted) read(n query.Node) error {
	switch n := n.(type) {
	case query.All:
	case query.And:
		for _, k := range n.Kids {
			if not, ok := k.(query.Not); ok {
				c.not = append(c.not, not.Kid.String())
			} else if _, deep := k.(query.Or); deep {
				return fmt.Errorf("%s is too deep for the Lucene harness", n)
			} else {
				c.must = append(c.must, k.String())
			}
		}
	case query.Or:
		for _, k := range n.Kids {
			c.should = append(c.should, k.String())
		}
	default:
		c.must = append(c.must, n.String())
	}
	return nil
}

func writeLines(path string, write func(put func(columns ...string)) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(func(columns ...string) { fmt.Fprintln(w, strings.Join(columns, "\t")) }); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
