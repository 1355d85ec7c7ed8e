package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"uhri"
	"uhri/index"
)

// Most files that are asked for are the same table: CSV with the columns nobody chose. Decoding a record and finding the
// words for its codes takes 13 µs, copying its row a hundredth of that, so an engine keeps these rows ready
// (index/bleveindex/decisions/0008-rows-kept.md). They are made by the encoder that would make them at the time of asking, of
// the same bytes, and hold nothing of one request but the place where the public address goes.

// rowsRevision is raised with every change that gives a record another row; TestRowsRevision tells when.
const rowsRevision = 1

// basePlace marks in a kept row where the public address goes. No ID has one, and only the ID stands before it.
const basePlace = 0

// Rows is the table an engine should keep. software is the version of this program: what another one has made is not
// used, as whatever a row depends on may be another there.
func Rows(software string) index.Rows {
	e := &csvEncoder{p: &Plan{Columns: DefaultColumns(), BaseURL: string(rune(basePlace))}}
	return index.Rows{Version: rowsVersion(software), Append: func(dst, record []byte) ([]byte, error) {
		return e.appendRows(dst, &Batch{JSON: [][]byte{record}})
	}}
}

// rowsVersion names everything kept rows depend on.
func rowsVersion(software string) string { return software + "/" + rowsDigest() }

// rowsDigest is that of the columns and of the words codes stand for.
var rowsDigest = sync.OnceValue(func() string {
	h := sha256.New()
	fmt.Fprintln(h, rowsRevision)
	for _, c := range DefaultColumns() {
		fmt.Fprintf(h, "%q %q %q\n", c.Name, c.Kind, c.Description)
	}
	for _, f := range uhri.Facets() {
		for _, v := range f.Vocabulary() {
			fmt.Fprintf(h, "%q %q %q\n", f.Name, v, f.ValueLabel(v))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
})

// made reports whether kept rows are those this plan would make.
func (p *Plan) made() bool {
	return p.Format.Name == "csv" &&
		slices.EqualFunc(p.Columns, DefaultColumns(), func(a, b Column) bool { return a.Name == b.Name }) &&
		len(p.Origins) == 0 &&
		len(p.Langs) <= len(uhri.Langs) && slices.Equal(p.Langs, uhri.Langs[:len(p.Langs)]) && // what follows them is in this order anyway
		plain(p.link(""))
}

// plain reports whether a public address makes no difference to its cell but itself.
func plain(base string) bool {
	return !dangerous(base) && !needsQuotes(base) && !strings.HasPrefix(base, " ")
}

// place copies kept rows with the plan's public address in its place.
func (p *Plan) place(b *Batch) []byte {
	base := p.link("")
	out := make([]byte, 0, len(b.buf)+len(b.JSON)*len(base))
	for _, row := range b.JSON {
		before, after, found := bytes.Cut(row, []byte{basePlace})
		if out = append(out, before...); found {
			out = append(append(out, base...), after...)
		}
	}
	return out
}
