package export

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// rowGroup is how many rows are held before they are written. Twice as many took 154 MB in BenchmarkExport, this 141.
const rowGroup = 4096

// parquetEncoder writes a columnar file: text and numbers optional, lists as the LIST type, the manifest under the
// metadata key "uhri.manifest".
type parquetEncoder struct {
	p *Plan
	w *parquet.GenericWriter[any]
	n int // rows since the last row group
	o io.Writer
}

func newParquet(w io.Writer, p *Plan) Encoder { return &parquetEncoder{p: p, o: w} }

// orderedGroup keeps columns in the order of the plan, where parquet.Group sorts them by name.
type orderedGroup struct {
	parquet.Group
	names []string
}

// Fields implements parquet.Node.
func (g orderedGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}

func (e *parquetEncoder) Begin() error {
	root := orderedGroup{Group: parquet.Group{}}
	for _, c := range e.p.Columns {
		root.names = append(root.names, c.Name)
		root.Group[c.Name] = nodeOf(c)
	}
	manifest, err := json.Marshal(e.p.Manifest)
	if err != nil {
		return err
	}
	e.w = parquet.NewGenericWriter[any](e.o, parquet.NewSchema("recommendations", root), parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("uhri", "1", ""), parquet.KeyValueMetadata("uhri.manifest", string(manifest)))
	return nil
}

func nodeOf(c Column) parquet.Node {
	s := parquet.String()
	switch c.Name {
	case "id", "link", "text", "paragraph":
	default:
		s = parquet.Encoded(s, &parquet.RLEDictionary)
	}
	switch c.Kind {
	case List:
		return parquet.List(s)
	case Integer:
		return parquet.Optional(parquet.Int(32))
	case Boolean:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	}
	return parquet.Optional(s)
}

func (e *parquetEncoder) Prepare(b *Batch) (Prepared, error) {
	rows := make([]parquet.Row, 0, len(b.JSON))
	var values []string
	err := e.p.each(b, func(v *view) error {
		row := make(parquet.Row, 0, len(e.p.Columns)+8)
		for i, c := range e.p.Columns {
			values = c.values(values[:0], v)
			if len(values) == 0 {
				row = append(row, parquet.NullValue().Level(0, 0, i))
				continue
			}
			for n, s := range values {
				value, err := valueOf(c, s)
				if err != nil {
					return err
				}
				if row = append(row, value.Level(min(n, 1), 1, i)); c.Kind != List {
					break
				}
			}
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

func valueOf(c Column, s string) (parquet.Value, error) {
	switch c.Kind {
	case Integer:
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return parquet.Value{}, fmt.Errorf("column %s: %w", c.Name, err)
		}
		return parquet.Int32Value(int32(n)), nil
	case Boolean:
		return parquet.BooleanValue(s == "true"), nil
	}
	return parquet.ByteArrayValue([]byte(s)), nil
}

func (e *parquetEncoder) Append(p Prepared) error {
	rows := p.([]parquet.Row)
	if _, err := e.w.WriteRows(rows); err != nil {
		return err
	}
	if e.n += len(rows); e.n >= rowGroup {
		e.n = 0
		return e.w.Flush()
	}
	return nil
}

func (e *parquetEncoder) End() error { return e.w.Close() }
