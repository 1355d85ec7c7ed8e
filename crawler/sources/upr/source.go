package upr

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/segment"
	"uhri/crawler/sources/documents"
)

// Defaults of Options, with reasons.
const (
	DefaultAsks   = 2000 // documents asked for in one run: at two requests of two seconds, a little over two hours
	DefaultProbes = 100  // of those, guesses
	maxFailures   = 5    // in a row, after which the server and not the document is at fault
)

// Options of a Source. Fetcher and Reader are required.
type Options struct {
	Name    string // "" = "upr"
	Fetcher *documents.Fetcher
	Reader  *documents.Reader
	Symbols []uhri.Symbol // reports to fetch beside those Known names
	Only    []uhri.Symbol // if any: these reports and nothing else
	// Known lists the reports whose recommendations are known from elsewhere; nil = none.
	Known  func(context.Context) ([]uhri.Symbol, error)
	Langs  []uhri.Lang // nil = English
	Asks   int         // documents asked for in one run; 0 = DefaultAsks
	Probes int         // of those, guesses; 0 = DefaultProbes, negative = none
	Now    func() time.Time
}

// Source is the reviews.
type Source struct{ o Options }

// New returns the source.
func New(o Options) (*Source, error) {
	if o.Fetcher == nil || o.Reader == nil {
		return nil, errors.New("upr: Fetcher and Reader are required")
	}
	o.Name = cmp.Or(o.Name, "upr")
	o.Asks = cmp.Or(o.Asks, DefaultAsks)
	o.Probes = cmp.Or(o.Probes, DefaultProbes)
	if len(o.Langs) == 0 {
		o.Langs = []uhri.Lang{uhri.English}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Source{o}, nil
}

// Name implements crawler.Source.
func (s *Source) Name() string { return s.o.Name }

// kinds of document, as the cursor has them.
const (
	isReport   = string(segment.FamilyUPRReport)
	isAddendum = string(segment.FamilyUPRAddendum)
	isDecision = string(segment.FamilyUPROutcome)
	isOther    = "other" // of another mechanism: guesses hit those too
)

// sight is what the cursor remembers of a document: when it was asked for, and what it was.
type sight struct {
	First time.Time     `json:"first"`
	Last  time.Time     `json:"last"`
	Hash  string        `json:"sha256"`
	Is    string        `json:"is"`
	Of    uhri.Symbol   `json:"of,omitzero"`    // the report a decision adopts
	Links []uhri.Symbol `json:"links,omitzero"` // the addenda it names
}

// run is one harvest.
type run struct {
	*Source
	seen     map[string]sight // by symbol and language
	asks     int              // left
	failures int              // in a row
	bytes    int64
	yield    func(crawler.Item, error) bool
}

var errStopped = errors.New("upr: stopped by the receiver")

// reportSymbol is the shape of a report's symbol; other documents share it.
var reportSymbol = regexp.MustCompile(`^((?:DEMO/)?A/HRC/)(\d+)/(\d+)$`)

// Harvest implements crawler.Source: it looks for new reports and decisions, then yields one item for each review, newest
// first, whose documents are at hand. Documents are asked for again at 30 and 90 days, others are taken from the library.
// It is never Complete. What a run's limits leave out the next run asks for.
func (s *Source) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	r := &run{Source: s, seen: map[string]sight{}, asks: s.o.Asks, yield: yield}
	for key, raw := range since {
		var d sight
		if json.Unmarshal([]byte(raw), &d) == nil {
			r.seen[key] = d
		}
	}
	err := r.harvest(ctx)
	if errors.Is(err, errStopped) {
		err = ctx.Err()
	}
	cursor := crawler.Cursor{}
	for key, d := range r.seen {
		raw, merr := json.Marshal(d)
		if merr != nil {
			return crawler.Sweep{}, merr
		}
		cursor[key] = string(raw)
	}
	return crawler.Sweep{Cursor: cursor, Bytes: r.bytes}, err
}

func (r *run) harvest(ctx context.Context) error {
	reports := map[uhri.Symbol]bool{}
	for _, s := range append(slices.Clone(r.o.Symbols), r.o.Only...) {
		reports[s.Base()] = true
	}
	if len(r.o.Only) > 0 {
		reports = map[uhri.Symbol]bool{}
		for _, s := range r.o.Only {
			reports[s.Base()] = true
		}
	} else {
		if r.o.Known != nil {
			known, err := r.o.Known(ctx)
			if err != nil {
				return err
			}
			for _, s := range known {
				if reportSymbol.MatchString(string(s.Base())) {
					reports[s.Base()] = true
				}
			}
		}
		for key, d := range r.seen {
			if symbol, _, _ := strings.Cut(key, "@"); d.Is == isReport {
				reports[uhri.Symbol(symbol)] = true
			}
		}
		if err := r.probe(ctx, reports); err != nil {
			return err
		}
	}
	var order []uhri.Symbol
	for s := range reports {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b uhri.Symbol) int { return uhri.CompareSymbols(b, a) })
	for i, s := range order {
		crawler.Report(ctx, crawler.Progress{Bytes: r.bytes, Items: i, Note: "reviews"})
		if err := r.review(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// look returns what is known of a document, asking for it where it is due. ok is false when it is not there or must wait for
// the next run.
func (r *run) look(ctx context.Context, symbol uhri.Symbol, l uhri.Lang) (d sight, ok bool, err error) {
	key := string(symbol) + "@" + string(l)
	d, ok = r.seen[key]
	now := r.o.Now().UTC()
	if ok && !documents.Due(d.First, d.Last, now) {
		return d, true, nil
	}
	var f documents.File
	if !ok { // perhaps an interrupted run, or an operator, brought it
		f, err = r.o.Fetcher.Kept(ctx, symbol, l)
		switch k := uhri.KindOf(err); {
		case err == nil:
			d.First = f.FetchedAt
		case k == uhri.Gone:
			// It was taken down. That this cursor does not know it says that the takedown may have ended: one request, whose
			// answer the library keeps only then.
			f = documents.File{}
		case k != uhri.NotFound:
			return d, false, err
		}
	}
	if f.Data == nil {
		if missed, err := r.o.Fetcher.Missed(ctx, symbol, l); err != nil || missed {
			return d, ok, err
		}
		if r.asks <= 0 {
			return d, ok, nil
		}
		r.asks--
		f, err = r.o.Fetcher.Fetch(ctx, symbol, l)
		if err != nil {
			return r.missed(ctx, key, d, ok, err)
		}
		r.failures = 0
		r.bytes += int64(len(f.Data))
		if d.First.IsZero() {
			d.First = f.FetchedAt
		}
	}
	d.Last = f.FetchedAt
	if hash := documents.Hash(f.Data); hash != d.Hash {
		d.Hash = hash
		if err := r.tell(ctx, f, &d); err != nil {
			return d, false, err
		}
	}
	r.seen[key] = d
	return d, true, nil
}

// missed decides what a failed request means. A document that was there and is not now stays as it was.
func (r *run) missed(ctx context.Context, key string, d sight, had bool, err error) (sight, bool, error) {
	_, blocked := errors.AsType[*crawler.BlockedError](err)
	_, disallowed := errors.AsType[*fetch.Disallowed](err)
	switch {
	case ctx.Err() != nil:
		return d, false, context.Cause(ctx)
	case blocked || disallowed:
		return d, false, err
	case uhri.KindOf(err) == uhri.NotFound:
		r.failures = 0
		if had {
			d.Last = r.o.Now().UTC()
			r.seen[key] = d
		}
		return d, had, nil
	}
	if r.failures++; r.failures >= maxFailures {
		return d, false, fmt.Errorf("%d documents in a row could not be fetched: %w", r.failures, err)
	}
	if !r.yield(crawler.Item{}, &crawler.ItemError{Key: key, Reason: "it could not be fetched: " + err.Error()}) {
		return d, false, errStopped
	}
	return d, had, nil
}

// tell says what a document is. One that cannot be read is taken for what its symbol promises: its process says what is wrong.
func (r *run) tell(ctx context.Context, f documents.File, d *sight) error {
	doc, err := r.o.Reader.Read(ctx, f.Data)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		err = doc.Usable()
	}
	d.Of, d.Links = "", nil
	if err != nil {
		d.Is = isReport
		if f.Symbol.Base() != f.Symbol {
			d.Is = isAddendum
		}
		return nil
	}
	documents.Name(doc, documents.Part{Symbol: f.Symbol, Lang: f.Lang})
	id := documents.Identify(doc)
	switch id.Family {
	case segment.FamilyUPRReport:
		d.Is = isReport
	case segment.FamilyUPRAddendum:
		d.Is = isAddendum
	case segment.FamilyUPROutcome:
		d.Is, d.Of, d.Links = isDecision, uhri.Symbol(id.Key), id.Links
	default:
		d.Is = isOther
	}
	return nil
}

// review gathers the documents of one review and yields it.
func (r *run) review(ctx context.Context, report uhri.Symbol) error {
	var d documents.Dossier
	var newest documents.File
	for _, l := range r.o.Langs {
		main, ok, err := r.look(ctx, report, l)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if main.Is != isReport {
			if slices.Contains(r.o.Only, report) && !r.yield(crawler.Item{}, &crawler.ItemError{Key: string(report), Reason: "it is no report of the Working Group on the Universal Periodic Review"}) {
				return errStopped
			}
			return nil
		}
		d.Add(documents.Part{Hash: main.Hash, Symbol: report, Lang: l, Is: main.Is})
		if newest.FetchedAt.Before(main.Last) {
			newest.FetchedAt = main.Last
		}
		if err := r.supplements(ctx, report, l, &d); err != nil {
			return err
		}
	}
	if len(d.Parts) == 0 {
		if slices.Contains(r.o.Only, report) && !r.yield(crawler.Item{}, &crawler.ItemError{Key: string(report), Reason: "it is not there, in none of the languages asked for"}) {
			return errStopped
		}
		return nil
	}
	// Always a dossier, also of one part: another document of the review may come.
	it, err := d.Item(string(report), nil)
	if err != nil {
		return err
	}
	it.FetchedAt, it.URL = newest.FetchedAt, report.URL(uhri.English)
	if !r.yield(it, nil) {
		return errStopped
	}
	return nil
}

// supplements adds addenda, corrections, a revision and the decision.
func (r *run) supplements(ctx context.Context, report uhri.Symbol, l uhri.Lang, d *documents.Dossier) error {
	for _, series := range []string{"Add", "Corr", "Rev"} {
		for n := 1; n <= 9; n++ { // until the first that is not there
			symbol := uhri.Symbol(fmt.Sprintf("%s/%s.%d", report, series, n))
			s, ok, err := r.look(ctx, symbol, l)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if s.Is != isOther || series == "Corr" {
				d.Add(documents.Part{Hash: s.Hash, Symbol: symbol, Lang: l, Is: s.Is})
			}
		}
	}
	if l != uhri.English {
		return nil
	}
	for key, s := range r.seen {
		if s.Is == isDecision && s.Of == report {
			symbol, _, _ := strings.Cut(key, "@")
			d.Add(documents.Part{Hash: s.Hash, Symbol: uhri.Symbol(symbol), Lang: uhri.English, Is: s.Is})
			for _, a := range s.Links {
				if found, ok, err := r.look(ctx, a, l); err != nil {
					return err
				} else if ok && found.Is != isOther {
					d.Add(documents.Part{Hash: found.Hash, Symbol: a, Lang: l, Is: found.Is})
				}
			}
		}
	}
	return nil
}
