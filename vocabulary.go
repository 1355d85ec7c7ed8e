package uhri

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// vocabularies are the embedded tables. Each file begins with its version and source; they are facts of the United
// Nations, not ours.
//
//go:embed vocab/*.csv
var vocabularies embed.FS

// row is one line of a vocabulary file, by column name.
type row map[string]string

// list returns the parts of a column that holds several values.
func (r row) list(column, sep string) []string {
	if r[column] == "" {
		return nil
	}
	return strings.Split(r[column], sep)
}

// number returns a column that holds a count.
func (r row) number(column string) int {
	n, err := strconv.Atoi(r[column])
	if err != nil {
		panic(fmt.Sprintf("vocabulary: column %s: %v", column, err)) // the files are part of the program; tests read them all
	}
	return n
}

// rows reads one embedded vocabulary.
func rows(name string) []row {
	b, err := vocabularies.ReadFile("vocab/" + name)
	if err != nil {
		panic("vocabulary: " + err.Error())
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comment = '#'
	records, err := r.ReadAll()
	if err != nil {
		panic("vocabulary: " + name + ": " + err.Error())
	}
	out := make([]row, 0, len(records)-1)
	for _, rec := range records[1:] {
		m := make(row, len(rec))
		for i, column := range records[0] {
			m[column] = rec[i]
		}
		out = append(out, m)
	}
	return out
}

// YearCount is how many records of a year the whole corpus had when the vocabulary was made.
type YearCount struct{ Year, Published int }

// PublishedYears lists the years documents were published in, first to last. Corpus generators take their shape from it.
func PublishedYears() (out []YearCount) {
	for _, r := range rows("years.csv") {
		out = append(out, YearCount{r.number("year"), r.number("published")})
	}
	return out
}

// TypeCount is how many records of a type the whole corpus had when the vocabulary was made.
type TypeCount struct {
	Type      Type
	Label     string
	Published int
}

// PublishedTypes lists the types of passage.
func PublishedTypes() (out []TypeCount) {
	for _, r := range rows("types.csv") {
		out = append(out, TypeCount{Type(r["type"]), r["label"], r.number("published")})
	}
	return out
}
