package bleveindex

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"unsafe"

	mmap "github.com/blevesearch/mmap-go"
)

// The file "tables" holds every array of a snapshot that is not a posting list or a record: one section after the
// other, each at a multiple of sectionAlign so that it can be used where it is mapped, in the machine's byte order,
// which is little-endian (Open refuses others). The directory of sections stands in the snapshot's header.

// sectionAlign is a cache line: rows that fit one are read with one miss.
const sectionAlign = 64

// castagnoli is the checksum the processor computes itself.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// section is one entry of the directory.
type section struct {
	Name  string `json:"name"`
	At    int64  `json:"at"`
	Bytes int64  `json:"bytes"`
	CRC   uint32 `json:"crc"`
}

// tablesWriter writes the file section by section.
type tablesWriter struct {
	f        *os.File
	w        *bufio.Writer
	at       int64
	sections []section
	sum      hash.Hash32
	err      error
}

func createTables(path string) (*tablesWriter, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return &tablesWriter{f: f, w: bufio.NewWriterSize(f, 1<<20), sum: crc32.New(castagnoli)}, nil
}

// begin starts the section name; Write fills it until the next begin or close.
func (t *tablesWriter) begin(name string) {
	t.end()
	pad := (sectionAlign - t.at%sectionAlign) % sectionAlign
	for range pad {
		t.w.WriteByte(0)
	}
	t.at += pad
	t.sum.Reset()
	t.sections = append(t.sections, section{Name: name, At: t.at})
}

func (t *tablesWriter) end() {
	if n := len(t.sections); n > 0 {
		t.sections[n-1].Bytes = t.at - t.sections[n-1].At
		t.sections[n-1].CRC = t.sum.Sum32()
	}
}

// Write implements io.Writer; its error is kept and told by close.
func (t *tablesWriter) Write(b []byte) (int, error) {
	n, err := t.w.Write(b)
	t.sum.Write(b[:n])
	t.at += int64(n)
	if err != nil && t.err == nil {
		t.err = err
	}
	return n, err
}

// close ends the file, makes it durable and returns its directory.
func (t *tablesWriter) close() ([]section, error) {
	t.end()
	err := t.err
	if e := t.w.Flush(); err == nil {
		err = e
	}
	if e := t.f.Sync(); err == nil {
		err = e
	}
	if e := t.f.Close(); err == nil {
		err = e
	}
	return t.sections, err
}

// number is what arrays of tables are made of.
type number interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int32 | ~int64
}

// putArray writes a as the section name.
func putArray[T number](t *tablesWriter, name string, a []T) {
	t.begin(name)
	t.Write(asBytes(a))
}

func asBytes[T number](a []T) []byte {
	if len(a) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&a[0])), len(a)*int(unsafe.Sizeof(a[0])))
}

// putStrings writes list as two sections: the bytes, and len(list)+1 offsets.
func putStrings(t *tablesWriter, name string, list []string) {
	off := make([]uint32, 0, len(list)+1)
	at := uint32(0)
	t.begin(name + ".bytes")
	for _, s := range list {
		off = append(off, at)
		io.WriteString(t, s)
		at += uint32(len(s))
	}
	putArray(t, name+".off", append(off, at))
}

// tables is the mapped file. Its pages come and go with use, belong to the page cache and cost the collector nothing;
// decisions/0003-mapped.md compares that with reading.
type tables struct {
	mem      mmap.MMap
	sections map[string]section
}

func openTables(path string, dir []section) (*tables, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	t := &tables{sections: make(map[string]section, len(dir))}
	for _, s := range dir {
		if s.At < 0 || s.Bytes < 0 || s.At+s.Bytes > info.Size() {
			return nil, fmt.Errorf("%s: section %s ends behind the file", path, s.Name)
		}
		t.sections[s.Name] = s
	}
	if info.Size() > 0 {
		if t.mem, err = mmap.Map(f, mmap.RDONLY, 0); err != nil {
			return nil, fmt.Errorf("mapping %s: %w", path, err)
		}
	}
	return t, nil
}

func (t *tables) close() error {
	if t.mem == nil {
		return nil
	}
	return t.mem.Unmap()
}

// verify compares the checksum of every section.
func (t *tables) verify() error {
	for name, s := range t.sections {
		if got := crc32.Checksum(t.mem[s.At:s.At+s.Bytes], castagnoli); got != s.CRC {
			return fmt.Errorf("section %s: checksum %08x, written as %08x", name, got, s.CRC)
		}
	}
	return nil
}

// bytes returns the section name, nil when it is absent or empty.
func (t *tables) bytes(name string) []byte {
	s, ok := t.sections[name]
	if !ok || s.Bytes == 0 {
		return nil
	}
	return t.mem[s.At : s.At+s.Bytes : s.At+s.Bytes]
}

// array returns the section name as numbers, without copying. It must not be used after t is closed.
func array[T number](t *tables, name string) []T {
	b := t.bytes(name)
	var zero T
	n := len(b) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// stringTable is a list of strings inside a mapped file.
type stringTable struct {
	bytes []byte
	off   []uint32
}

func stringsOf(t *tables, name string) stringTable {
	return stringTable{bytes: t.bytes(name + ".bytes"), off: array[uint32](t, name+".off")}
}

func (s stringTable) len() int { return max(len(s.off)-1, 0) }

// at returns string i; it shares memory with the file.
func (s stringTable) at(i int) []byte { return s.bytes[s.off[i]:s.off[i+1]] }

// search returns the first i whose string is not before key, in a sorted list.
func (s stringTable) search(key string) int {
	lo, hi := 0, s.len()
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if string(s.at(m)) < key {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// find returns the place of key in a sorted list.
func (s stringTable) find(key string) (int, bool) {
	i := s.search(key)
	return i, i < s.len() && string(s.at(i)) == key
}

// littleEndian reports whether this machine stores numbers as the files do.
func littleEndian() bool {
	return binary.NativeEndian.Uint16([]byte{1, 0}) == 1
}
