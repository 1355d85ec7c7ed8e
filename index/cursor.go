package index

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"

	"uhri"
)

// Cursor is a place between two pages. Orders are total and snapshots never change, so it stays true as long as its
// snapshot is kept, on any machine.
type Cursor struct {
	Snapshot string  // ID of the snapshot being paged through
	Request  [8]byte // RequestHash of the request
	Seen     int     // hits before this place
	Last     uhri.ID // the hit before this place …
	Rank     Rank    // … and what it ranked, when sorted by relevance
}

const cursorVersion = 1

// Encode returns the cursor as opaque text for addresses.
func (c Cursor) Encode() string {
	b := []byte{cursorVersion}
	b = appendText(b, c.Snapshot)
	b = append(b, c.Request[:]...)
	b = binary.AppendUvarint(b, uint64(c.Seen))
	b = appendText(b, string(c.Last))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.Rank.Score))
	b = binary.AppendUvarint(b, uint64(c.Rank.Exact))
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(append(b, sum[:cursorSum]...))
}

// cursorSum is how many bytes of a hash end a cursor. They find damage and idle editing; a cursor holds no secret.
const cursorSum = 6

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// DecodeCursor reads what Encode wrote. Anything else is an Invalid error.
func DecodeCursor(s string) (Cursor, error) {
	bad := uhri.Errorf(uhri.Invalid, "DecodeCursor", "this cursor is damaged; start again from the first page")
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < 1+cursorSum || b[0] != cursorVersion {
		return Cursor{}, bad
	}
	body, sum := b[:len(b)-cursorSum], b[len(b)-cursorSum:]
	if want := sha256.Sum256(body); string(want[:cursorSum]) != string(sum) {
		return Cursor{}, bad
	}
	var c Cursor
	r := cursorReader{rest: body[1:]}
	c.Snapshot = string(r.bytes(r.number()))
	copy(c.Request[:], r.bytes(len(c.Request)))
	c.Seen = r.number()
	c.Last = uhri.ID(r.bytes(r.number()))
	if score := r.bytes(8); !r.short {
		c.Rank.Score = math.Float64frombits(binary.BigEndian.Uint64(score))
	}
	c.Rank.Exact = r.number()
	if r.short || len(r.rest) > 0 || math.IsNaN(c.Rank.Score) {
		return Cursor{}, bad
	}
	return c, nil
}

type cursorReader struct {
	rest  []byte
	short bool // something was missing
}

func (r *cursorReader) bytes(n int) []byte {
	if r.short || n > len(r.rest) {
		r.short = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *cursorReader) number() int {
	v, n := binary.Uvarint(r.rest)
	if r.short || n <= 0 || v > math.MaxInt32 {
		r.short = true
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

// RequestHash identifies what a request finds and in which order: of two pages of one search it is the same.
func (p *Plan) RequestHash() (h [8]byte) {
	r := p.Request
	b, err := json.Marshal(struct {
		Query    string
		Mode     Mode
		Langs    []uhri.Lang
		Filters  []Filter
		From, To uhri.Date
		Origins  []uhri.Origin
		Expand   []string
		Sort     Sort
		Collapse bool `json:",omitzero"`
	}{r.Query, r.Mode, r.Langs, r.Filters, r.From, r.To, r.Origins, r.Expand, r.Sort, r.Collapse})
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(b)
	copy(h[:], sum[:])
	return h
}
