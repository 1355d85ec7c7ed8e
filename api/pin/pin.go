package pin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Shelf keeps pins. The store meets it.
type Shelf interface {
	// PutPin keeps a pin; keeping the same ID again changes nothing.
	PutPin(ctx context.Context, p Stored) (created bool, err error)
	// Pin returns a pin. Errors: NotFound.
	Pin(ctx context.Context, id string) (Stored, error)
}

// Ledger knows records by permanent numbers and remembers what happened to them. The store meets it.
type Ledger interface {
	// Numbers gives records their permanent numbers, in the order of ids; 0 for an unknown one.
	Numbers(ctx context.Context, ids []uhri.ID) ([]uint32, error)
	// IDs reverses Numbers; "" for an unknown number.
	IDs(ctx context.Context, numbers []uint32) ([]uhri.ID, error)
	// Touched is what happened to records after since, up to and including upTo.
	Touched(ctx context.Context, since, upTo uhri.Seq) (Touched, error)
	// Edited lists the languages in which a record's text came, changed or went after since, up to and including upTo.
	Edited(ctx context.Context, id uhri.ID, since, upTo uhri.Seq) ([]uhri.Lang, error)
	// TextAt is the text a record had in a language; "" where there was none or it may not be shown.
	TextAt(ctx context.Context, id uhri.ID, l uhri.Lang, at uhri.Seq) (string, error)
}

// Touched is what happened to records between two states, by their numbers in ascending order.
type Touched struct {
	Changed    []uint32 // their publisher changed text, facts or labels
	Reread     []uint32 // we read them anew, and their text became another
	Translated []uint32 // got their first text in a further language, which changes nothing that was there
	Lines      int      // records that were read or labelled anew by us, whether or not their text changed
}

// Stored is a pin as it is kept.
type Stored struct {
	ID      string
	At      time.Time
	Seq     uhri.Seq
	Body    []byte // JSON of a Pin
	Members []byte // a roaring bitmap in its portable form
}

// Pin is a pinned search.
type Pin struct {
	ID        string    `json:"id"`
	Pinned    time.Time `json:"pinned"`    // when it was pinned first
	Request   string    `json:"request"`   // the normal form of its parameters
	Words     string    `json:"words"`     // as read, in English
	Canonical string    `json:"canonical"` // as read, in the query language
	Snapshot  string    `json:"snapshot"`
	Created   time.Time `json:"snapshot_created"`
	Seq       uhri.Seq  `json:"seq"`
	Analysis  int       `json:"analysis"` // version of the tokenizer, stemmers and pairs
	Software  string    `json:"software"`
	Count     int       `json:"count"`

	members *roaring.Bitmap
}

// Search is what was asked, on whatever snapshot is current. A facet, value or parameter there is no more is a fault: nothing
// was wrong with the request when it was pinned, and what is left of it would ask something else.
func (p *Pin) Search() (index.Request, []searchurl.Fault, error) {
	v, err := url.ParseQuery(p.Request)
	if err != nil {
		return index.Request{}, nil, fmt.Errorf("reading pin %s: %w", p.ID, err)
	}
	req, faults := searchurl.Parse(v, searchurl.Options{})
	return searchurl.At("", req).Set().Request(), faults, nil
}

// Options are what a Desk is made of. All but Version are required.
type Options struct {
	Searcher index.Searcher
	Shelf    Shelf
	Ledger   Ledger
	Version  string // of the software
}

// Desk pins searches and compares them.
type Desk struct {
	o    Options
	turn chan struct{} // one comparison at a time: it walks the whole set

	mu       sync.Mutex
	compared map[string]*Comparison
	order    []string // of compared, oldest first
}

// kept is how many comparisons are remembered; each is some tens of kilobytes at most and holds until the next snapshot.
const kept = 128

// NewDesk returns a Desk.
func NewDesk(o Options) *Desk {
	return &Desk{o: o, turn: make(chan struct{}, 1), compared: map[string]*Comparison{}}
}

// Pin keeps a search with the set it finds on its snapshot. Pinning the same search on the same snapshot again gives
// the same pin. Errors: those of a search; Unsupported over invented data, which nobody may cite.
func (d *Desk) Pin(ctx context.Context, req index.Request) (*Pin, error) {
	count := normal(req)
	count.Snapshot = req.Snapshot
	asked := searchurl.String(normal(req))
	count.Limit = 0
	res, err := d.o.Searcher.Search(ctx, count)
	if err != nil {
		return nil, err
	}
	if res.Snapshot.Demo {
		return nil, uhri.Errorf(uhri.Unsupported, "Pin", "this data is invented, so nothing of it can be cited")
	}
	p := &Pin{
		ID: name(asked, res.Snapshot), Request: asked, Words: res.Reading.Words, Canonical: res.Reading.Canonical,
		Snapshot: res.Snapshot.ID, Created: res.Snapshot.Created, Seq: res.Snapshot.Seq, Analysis: res.Snapshot.Analysis, Software: d.o.Version, Count: res.Total,
	}
	if known, err := d.Get(ctx, p.ID); err == nil || uhri.KindOf(err) != uhri.NotFound {
		return known, err
	}
	count.Snapshot = res.Snapshot.ID
	if p.members, err = d.members(ctx, count, res.Total); err != nil {
		return nil, err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	p.members.RunOptimize()
	members, err := p.members.ToBytes()
	if err != nil {
		return nil, err
	}
	if _, err := d.o.Shelf.PutPin(ctx, Stored{ID: p.ID, Seq: p.Seq, Body: body, Members: members}); err != nil {
		return nil, err
	}
	return d.Get(ctx, p.ID)
}

// Get returns a pin. Errors: NotFound.
func (d *Desk) Get(ctx context.Context, id string) (*Pin, error) {
	s, err := d.o.Shelf.Pin(ctx, id)
	if err != nil {
		return nil, err
	}
	p := &Pin{}
	if err := json.Unmarshal(s.Body, p); err != nil {
		return nil, fmt.Errorf("reading pin %s: %w", id, err)
	}
	p.ID, p.Pinned, p.members = s.ID, s.At, roaring.New()
	if _, err := p.members.FromBuffer(s.Members); err != nil {
		return nil, fmt.Errorf("reading the members of pin %s: %w", id, err)
	}
	return p, nil
}

// normal is a request without what does not change the set: page, order, panels, snapshot, spaces around the words.
func normal(req index.Request) index.Request {
	req.Query = strings.TrimSpace(req.Query)
	req = searchurl.At("", req).Set().Snapshot("").Sort("").Request()
	req.Strict = false
	return req
}

// name is the ID of a pin: of the request, the snapshot and the reading of words.
func name(request string, s index.Snapshot) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", request, s.ID, s.Analysis))
	return hex.EncodeToString(h[:10])
}

// members is the set of records req finds, by number; there are total of them. A set the store does not know whole is none:
// its number could never be checked.
func (d *Desk) members(ctx context.Context, req index.Request, total int) (*roaring.Bitmap, error) {
	var ids []uhri.ID
	var fault error
	err := d.o.Searcher.Stream(ctx, req, func(r index.Row) bool {
		id, err := idOf(r)
		if err != nil {
			fault = err
			return false
		}
		ids = append(ids, id)
		return true
	})
	if err == nil {
		err = fault
	}
	if err != nil {
		return nil, fmt.Errorf("reading the set: %w", err)
	}
	numbers, err := d.o.Ledger.Numbers(ctx, ids)
	if err != nil {
		return nil, err
	}
	set := roaring.New()
	for _, n := range numbers {
		if n != 0 {
			set.Add(n)
		}
	}
	if n := int(set.GetCardinality()); n != total {
		return nil, uhri.Errorf(uhri.Unavailable, "Pin", "the search finds %d records, of which the store knows %d; try again in a minute", total, n)
	}
	return set, nil
}

// idOf reads a row's ID off the beginning of its JSON, where it stands; decoding whole records would take minutes for
// the corpus.
func idOf(r index.Row) (uhri.ID, error) {
	if rest, ok := bytes.CutPrefix(r.JSON(), []byte(`{"id":"`)); ok {
		if i := bytes.IndexAny(rest, `"\`); i > 0 && rest[i] == '"' {
			return uhri.ID(rest[:i]), nil
		}
	}
	rec, err := r.Decode()
	if err != nil {
		return "", err
	}
	return rec.ID, nil
}
