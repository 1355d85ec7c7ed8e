// Package register keeps account of the documents a source has discovered: which were fetched, in which languages, when they
// were asked for first and last, and which were nowhere to be found. It gathers a document's files, from documents.un.org
// first, and makes one item of them. It discovers nothing, and what it remembers lives in the source's cursor, so that
// it is true of promoted runs only.
package register

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/sources/documents"
)

// Defaults of Options, with reasons.
const (
	DefaultAsks = 2000 // documents asked for in one run: at two requests of two seconds, a little over two hours

	maxFailures = 5                    // in a row, after which the server and not the document is at fault
	youth       = 365 * 24 * time.Hour // after which a document that was never there will hardly come
	missAgain   = documents.DefaultMissFor
	oldAgain    = 180 * 24 * time.Hour
)

// takenDown is why nobody asks for a document.
const takenDown = "it was taken down here"

// ErrStopped says that the receiver of items wants no more.
var ErrStopped = errors.New("register: stopped by the receiver")

// Elsewhere is a second place where documents are. Only what documents.un.org does not have is asked for there.
type Elsewhere interface {
	// Fetch returns a document in a language. Errors: NotFound when there is no file; what Fetcher.Fetch returns.
	Fetch(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (documents.File, error)
	// Langs lists the languages a document is there in.
	Langs(ctx context.Context, symbol uhri.Symbol) ([]uhri.Lang, error)
}

// Options of a Register. Fetcher and Library are required.
type Options struct {
	Fetcher   *documents.Fetcher
	Library   documents.Library
	Elsewhere Elsewhere   // nil = nowhere
	Langs     []uhri.Lang // wanted; nil = English. Where none of them is there, the first that is.
	Asks      int         // documents asked for in one run; 0 = DefaultAsks
	Now       func() time.Time
}

// Register is the account during one run. It is not safe for concurrent use.
type Register struct {
	o        Options
	seen     map[string]sight // by symbol and language
	of       map[uhri.Symbol][]uhri.Symbol
	marks    map[string]string
	insist   map[uhri.Symbol]bool
	asks     int // left
	failures int // in a row
	bytes    int64
	waiting  int
	ranOut   bool
}

// sight is what is remembered of a document in a language.
type sight struct {
	First time.Time `json:"first"`           // published, or else asked for the first time
	Last  time.Time `json:"last"`            // asked for the last time
	Hash  string    `json:"sha256,omitzero"` // empty = it was not there
	Why   string    `json:"why,omitzero"`    // it was not there
}

// mark begins the keys of a cursor that are the source's own.
const mark = "."

// Open reads the account out of a cursor.
func Open(since crawler.Cursor, o Options) *Register {
	if len(o.Langs) == 0 {
		o.Langs = []uhri.Lang{uhri.English}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Register{o: o, seen: map[string]sight{}, of: map[uhri.Symbol][]uhri.Symbol{}, marks: map[string]string{},
		insist: map[uhri.Symbol]bool{}, asks: cmp.Or(o.Asks, DefaultAsks)}
	for key, value := range since {
		if name, own := strings.CutPrefix(key, mark); own {
			r.marks[name] = value
			continue
		}
		var s sight
		if symbol, l, ok := strings.Cut(key, "@"); ok && json.Unmarshal([]byte(value), &s) == nil {
			r.put(uhri.Symbol(symbol), uhri.Lang(l), s)
		}
	}
	return r
}

// Cursor returns the account as it is now.
func (r *Register) Cursor() (crawler.Cursor, error) {
	c := crawler.Cursor{}
	for key, s := range r.seen {
		b, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		c[key] = string(b)
	}
	for key, value := range r.marks {
		c[mark+key] = value
	}
	return c, nil
}

// Mark returns what the source remembered under a name.
func (r *Register) Mark(name string) string { return r.marks[name] }

// Remember keeps something for the source's next run.
func (r *Register) Remember(name, value string) { r.marks[name] = value }

// Bytes is how much was fetched in this run.
func (r *Register) Bytes() int64 { return r.bytes }

// Waiting is the number of documents found and left for the next run.
func (r *Register) Waiting() int { return r.waiting }

// RanOut reports whether documents were left for the next run because this one had asked for enough.
func (r *Register) RanOut() bool { return r.ranOut }

// Knows reports whether a document was gathered, or looked for in vain, by an earlier run or this one.
func (r *Register) Knows(symbol uhri.Symbol) bool { return slices.Contains(r.of[Main(symbol)], symbol) }

// Len is the number of documents known, each with its corrections.
func (r *Register) Len() int { return len(r.of) }

// Due lists the known documents that should be asked for again: reissues and corrections come in the first months, and what
// was not there may have come. Newest first.
func (r *Register) Due() []uhri.Symbol {
	var out []uhri.Symbol
	for key, s := range r.seen {
		if symbol, _, _ := strings.Cut(key, "@"); r.due(s) && !slices.Contains(out, Main(uhri.Symbol(symbol))) {
			out = append(out, Main(uhri.Symbol(symbol)))
		}
	}
	slices.SortFunc(out, func(a, b uhri.Symbol) int { return uhri.CompareSymbols(b, a) })
	return out
}

func (r *Register) due(s sight) bool {
	now := r.o.Now()
	if s.Hash != "" {
		return documents.Due(s.First, s.Last, now)
	}
	return now.Sub(s.Last) >= r.missAgain(s)
}

// missAgain is how long a document that is not there is not asked for again.
func (r *Register) missAgain(s sight) time.Duration {
	if r.o.Now().Sub(s.First) > youth {
		return oldAgain
	}
	return missAgain
}

func (r *Register) put(symbol uhri.Symbol, l uhri.Lang, s sight) {
	r.seen[string(symbol)+"@"+string(l)] = s
	if main := Main(symbol); !slices.Contains(r.of[main], symbol) {
		r.of[main] = append(r.of[main], symbol)
	}
}

// Gather yields a document with its corrections and languages as one item, or says in an ItemError why there is none. What is
// known and not due is not asked for again. published is zero when nobody says; also names symbols that belong to it.
// Errors: ErrStopped; *crawler.BlockedError; what makes going on useless.
func (r *Register) Gather(ctx context.Context, symbol uhri.Symbol, published time.Time, yield func(crawler.Item, error) bool, also ...uhri.Symbol) error {
	main := Main(symbol)
	symbols := append([]uhri.Symbol{main, symbol}, also...)
	symbols = append(symbols, r.of[main]...)
	more, err := r.corrections(ctx, main)
	if err != nil {
		return err
	}
	symbols = append(symbols, more...)
	slices.SortFunc(symbols, uhri.CompareSymbols)
	var d documents.Dossier
	var newest time.Time
	var faults []string
	waiting := false // for the next run
	for _, s := range slices.Compact(symbols) {
		found := false
		look := func(l uhri.Lang) error {
			got, err := r.look(ctx, s, l, published)
			switch {
			case errors.Is(err, errLater):
				waiting = true
				return nil
			case err != nil:
				if fault, ok := errors.AsType[*crawler.ItemError](err); ok {
					faults = append(faults, fault.Reason)
					return nil
				}
				return err
			case got.Hash == "":
				if got.Why != "" && !slices.Contains(faults, got.Why) {
					faults = append(faults, got.Why)
				}
				return nil
			}
			found = true
			d.Add(documents.Part{Hash: got.Hash, Symbol: s, Lang: l})
			if got.Last.After(newest) {
				newest = got.Last
			}
			return nil
		}
		for _, l := range r.o.Langs {
			if err := look(l); err != nil {
				return err
			}
		}
		for _, l := range uhri.Langs { // another language an earlier run found
			if was, ok := r.seen[string(s)+"@"+string(l)]; ok && was.Hash != "" && !slices.Contains(r.o.Langs, l) {
				if err := look(l); err != nil {
					return err
				}
			}
		}
		if !found && !waiting && r.o.Elsewhere != nil && r.asks > 0 && r.missedNow(s) {
			there, err := r.o.Elsewhere.Langs(ctx, s)
			if err != nil && uhri.KindOf(err) != uhri.NotFound {
				if err := r.fatal(ctx, err); err != nil {
					return err
				}
				faults = append(faults, err.Error())
			}
			for _, l := range uhri.Langs {
				if slices.Contains(there, l) && !slices.Contains(r.o.Langs, l) && !found {
					if err := look(l); err != nil {
						return err
					}
				}
			}
		}
	}
	if waiting {
		r.waiting++
	}
	if len(d.Parts) == 0 {
		if waiting {
			return nil
		}
		if len(faults) == 0 {
			faults = []string{takenDown}
		}
		if next := r.again(symbols); next != "" && !r.insist[main] && !r.insist[symbol] {
			faults = append(faults, next)
		}
		return told(yield(crawler.Item{}, &crawler.ItemError{Key: string(main), Reason: strings.Join(faults, "; ")}))
	}
	// Always a dossier, also of one part: a correction or another language may come.
	it, err := d.Item(string(main), nil)
	if err != nil {
		return err
	}
	it.FetchedAt, it.URL = newest, main.URL(uhri.English)
	return told(yield(it, nil))
}

// again says when documents that are not there are asked for again; "" when nobody knows yet.
func (r *Register) again(symbols []uhri.Symbol) string {
	var next time.Time
	for _, symbol := range symbols {
		for _, l := range uhri.Langs {
			s, ok := r.seen[string(symbol)+"@"+string(l)]
			if at := s.Last.Add(r.missAgain(s)); ok && s.Hash == "" && s.Why != takenDown && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	if next.IsZero() {
		return ""
	}
	return "it is asked for again from " + next.Format(time.DateOnly)
}

// corrections looks for the next corrigendum and revision of a document that is to be asked for again anyway, at documents.un.org only:
// those of the other place are in its lists.
func (r *Register) corrections(ctx context.Context, main uhri.Symbol) (found []uhri.Symbol, err error) {
	l := r.o.Langs[0]
	s, known := r.seen[string(main)+"@"+string(l)]
	if !known || s.Hash == "" || !r.due(s) {
		return nil, nil
	}
	for _, kind := range []string{"/Corr.", "/Rev."} {
		n := 1
		for slices.Contains(r.of[main], main+uhri.Symbol(fmt.Sprint(kind, n))) {
			n++
		}
		symbol := main + uhri.Symbol(fmt.Sprint(kind, n))
		if r.asks <= 0 {
			r.ranOut = true
			return found, nil
		}
		r.asks--
		f, err := r.o.Fetcher.Fetch(ctx, symbol, l)
		switch {
		case err == nil:
			now := r.o.Now().UTC()
			r.bytes += int64(len(f.Data))
			r.put(symbol, l, sight{First: now, Last: now, Hash: documents.Hash(f.Data)})
			found = append(found, symbol)
		case uhri.KindOf(err) == uhri.NotFound:
		case hopeless(ctx, err):
			return found, r.fatal(ctx, err)
		}
	}
	return found, nil
}

func told(more bool) error {
	if !more {
		return ErrStopped
	}
	return nil
}

// missedNow reports whether a symbol was looked for in this run and found in none of the wanted languages.
func (r *Register) missedNow(symbol uhri.Symbol) bool {
	now := r.o.Now()
	for _, l := range r.o.Langs {
		if s, ok := r.seen[string(symbol)+"@"+string(l)]; ok && s.Hash == "" && now.Sub(s.Last) < time.Hour {
			return true
		}
	}
	return false
}

// errLater says that a document waits for the next run.
var errLater = errors.New("register: later")

// look returns what is known of a document, asking for it where it is due. A sight without hash says that it is not there. An
// *ItemError concerns this document alone, and it is asked for again in the next run.
func (r *Register) look(ctx context.Context, symbol uhri.Symbol, l uhri.Lang, published time.Time) (sight, error) {
	s, known := r.seen[string(symbol)+"@"+string(l)]
	insist := r.insist[symbol] && slices.Contains(r.o.Langs, l)
	if known && !insist && !r.due(s) {
		return s, nil
	}
	now := r.o.Now().UTC()
	if !known && !insist {
		// Perhaps an interrupted run, or an operator, brought it.
		switch f, err := r.o.Fetcher.Kept(ctx, symbol, l); uhri.KindOf(err) {
		case uhri.NotFound:
		case uhri.Gone: // taken down here: nobody need ask for it
			s = sight{First: now, Last: now, Why: takenDown}
			r.put(symbol, l, s)
			return s, nil
		default:
			if err != nil {
				return s, err
			}
			s = sight{First: cmp.Or(published, f.FetchedAt).UTC(), Last: f.FetchedAt.UTC(), Hash: documents.Hash(f.Data)}
			r.put(symbol, l, s)
			return s, nil
		}
	}
	if r.asks <= 0 {
		r.ranOut = true
		if known {
			return s, nil
		}
		return s, errLater
	}
	r.asks--
	f, err := r.fetch(ctx, symbol, l)
	switch {
	case err == nil:
		r.failures = 0
		r.bytes += int64(len(f.Data))
		s.Hash, s.Why = documents.Hash(f.Data), ""
	case uhri.KindOf(err) == uhri.NotFound: // one that was there and is not now stays as it was
		r.failures = 0
		if s.Hash == "" {
			s.Why = strings.TrimPrefix(uhri.Message(err), string(symbol)+": ")
		}
	default:
		if err := r.fatal(ctx, err); err != nil {
			return s, err
		}
		if known {
			return s, nil
		}
		return s, &crawler.ItemError{Key: string(symbol), Reason: "it could not be fetched: " + err.Error() + "; it is tried again in the next run"}
	}
	if !known {
		s.First = cmp.Or(published, now).UTC()
	}
	s.Last = now
	r.put(symbol, l, s)
	return s, nil
}

// fetch asks documents.un.org, then elsewhere.
func (r *Register) fetch(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (documents.File, error) {
	f, err := r.o.Fetcher.Fetch(ctx, symbol, l)
	if err == nil || r.o.Elsewhere == nil || hopeless(ctx, err) {
		return f, err
	}
	g, second := r.o.Elsewhere.Fetch(ctx, symbol, l)
	switch {
	case second == nil:
		return g, r.o.Library.Keep(ctx, g)
	case uhri.KindOf(second) == uhri.NotFound && uhri.KindOf(err) == uhri.NotFound:
		return f, second // it knows more: which files there are, and why none of them will do
	case uhri.KindOf(second) == uhri.NotFound:
		return f, err // the first place is out of order
	case uhri.KindOf(err) == uhri.NotFound && closed(second):
		return f, uhri.Errorf(uhri.NotFound, "fetch", "%s; %v", uhri.Message(err), second)
	}
	return f, second
}

// closed reports whether robots.txt keeps us from a file. At the second place that concerns its files, which may lie on a server of their own,
// and not what the first has.
func closed(err error) bool {
	_, disallowed := errors.AsType[*fetch.Disallowed](err)
	return disallowed
}

// hopeless reports whether an error concerns more than one document.
func hopeless(ctx context.Context, err error) bool {
	_, blocked := errors.AsType[*crawler.BlockedError](err)
	return ctx.Err() != nil || blocked || closed(err) || fetch.Silent(err)
}

// fatal returns the error with which to end the run, or nil when the next document may fare better.
func (r *Register) fatal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if hopeless(ctx, err) {
		return Refusal(err)
	}
	if r.failures++; r.failures >= maxFailures {
		return fmt.Errorf("%d documents in a row could not be fetched: %w", r.failures, err)
	}
	return nil
}

// Refusal makes a server's silence what it is taken for: a *crawler.BlockedError. Other errors stay.
func Refusal(err error) error {
	if _, blocked := errors.AsType[*crawler.BlockedError](err); err != nil && !blocked && fetch.Silent(err) {
		return &crawler.BlockedError{Reason: "the server stays silent: " + err.Error()}
	}
	return err
}

// Main returns the symbol of the document a correction or revision belongs to.
func Main(s uhri.Symbol) uhri.Symbol {
	for {
		i := strings.LastIndexByte(string(s), '/')
		if i < 0 || !(strings.HasPrefix(string(s[i:]), "/Corr.") || strings.HasPrefix(string(s[i:]), "/Rev.")) {
			return s
		}
		s = s[:i]
	}
}

// All lists the known documents, newest first.
func (r *Register) All() []uhri.Symbol {
	out := make([]uhri.Symbol, 0, len(r.of))
	for symbol := range r.of {
		out = append(out, symbol)
	}
	slices.SortFunc(out, func(a, b uhri.Symbol) int { return uhri.CompareSymbols(b, a) })
	return out
}

// Only gathers the documents an operator named, asking for them whatever is known. What is not to be had is told in an ItemError, beside those
// that are, and not remembered: it may be a slip of the pen. Errors: those of Gather.
func (r *Register) Only(ctx context.Context, symbols []uhri.Symbol, yield func(crawler.Item, error) bool) error {
	before := maps.Clone(r.seen)
	for _, symbol := range symbols {
		r.insist[symbol] = true
		err := r.Gather(ctx, symbol, time.Time{}, func(it crawler.Item, err error) bool {
			if e, ok := errors.AsType[*crawler.ItemError](err); ok {
				err = &crawler.ItemError{Key: e.Key, Raw: e.Raw, Reason: crawler.AskedByName + e.Reason}
			}
			return yield(it, err)
		})
		if err != nil {
			return err
		}
	}
	maps.DeleteFunc(r.seen, func(key string, s sight) bool {
		_, known := before[key]
		return !known && s.Hash == ""
	})
	return nil
}
