package uhri

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// passageSpace is the UUID namespace of our own IDs. It must never change: permanent addresses depend on it. It is the
// UUIDv5 of "https://docs.un.org/#passage" in the URL namespace of RFC 9562.
var passageSpace = mustUUID("f5bc786c-3b0d-5ce1-9e97-ed5dab935f70")

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func mustUUID(s string) (u [16]byte) {
	if _, err := hex.Decode(u[:], []byte(strings.ReplaceAll(s, "-", ""))); err != nil {
		panic(err)
	}
	return u
}

// ValidID reports whether id is a lower-case UUID in its canonical form.
func ValidID(id ID) bool { return uuidPattern.MatchString(string(id)) }

// NewID names a passage we cut ourselves: the UUIDv5 of its symbol, State and paragraph. The same passage gets the same
// ID whenever and wherever it is cut; its text plays no part. Two passages under one paragraph number need different
// paragraph names ("13", "13/rec").
func NewID(symbol Symbol, country Country, paragraph string) ID {
	h := sha1.New()
	h.Write(passageSpace[:])
	fmt.Fprintf(h, "%s\x1f%s\x1f%s", symbol, country, paragraph)
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50 // version 5
	u[8] = u[8]&0x3f | 0x80 // variant of RFC 9562
	x := hex.EncodeToString(u)
	return ID(x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:])
}
