package specialprocedures

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/register"
)

// Defaults of Options, with reasons.
const (
	DefaultAddress  = "https://digitallibrary.un.org"
	DefaultPath     = "/oai2d"
	DefaultPrefix   = "marcxml"
	DefaultWindow   = 90 * 24 * time.Hour      // longer ones were answered 503
	DefaultLookBack = 2 * 365 * 24 * time.Hour // on the first run; what is older UHRI has, and its symbols lead there
	DefaultMaxPages = 400                      // of one window: some 60,000 cards
	overlap         = 3 * 24 * time.Hour       // cards are touched by one clock and asked for by another
)

// Options of a Source. Client, Fetcher and Library are required.
type Options struct {
	Name    string // "" = "specialprocedures"
	Client  *fetch.Client
	Fetcher *documents.Fetcher
	Library documents.Library
	Address string // of the catalogue; "" = DefaultAddress
	Path    string // of its OAI-PMH service; "" = DefaultPath
	Prefix  string // of the metadata; "" = DefaultPrefix
	Set     string // "" = all
	// Known lists reports on visits whose recommendations are known from elsewhere; nil = none.
	Known    func(context.Context) ([]uhri.Symbol, error)
	Only     []uhri.Symbol // if any: these documents, and no catalogue
	Langs    []uhri.Lang   // nil = English
	Window   time.Duration // 0 = DefaultWindow, which is also the most
	LookBack time.Duration // 0 = DefaultLookBack
	MaxPages int           // of one window; 0 = DefaultMaxPages
	Asks     int           // documents asked for in one run; 0 = register.DefaultAsks
	Now      func() time.Time
}

// Source is the reports on country visits.
type Source struct {
	o   Options
	oai string // address of the catalogue's service
}

// New returns the source. Errors: Invalid when the address is none.
func New(o Options) (*Source, error) {
	if o.Client == nil || o.Fetcher == nil || o.Library == nil {
		return nil, errors.New("specialprocedures: Client, Fetcher and Library are required")
	}
	o.Name = cmp.Or(o.Name, "specialprocedures")
	o.Address = strings.TrimRight(cmp.Or(o.Address, DefaultAddress), "/")
	o.Path = "/" + strings.Trim(cmp.Or(o.Path, DefaultPath), "/")
	o.Prefix = cmp.Or(o.Prefix, DefaultPrefix)
	o.Window = min(cmp.Or(o.Window, DefaultWindow), DefaultWindow)
	o.LookBack = cmp.Or(o.LookBack, DefaultLookBack)
	o.MaxPages = cmp.Or(o.MaxPages, DefaultMaxPages)
	if o.Now == nil {
		o.Now = time.Now
	}
	if u, err := url.Parse(o.Address); err != nil || u.Host == "" {
		return nil, uhri.Errorf(uhri.Invalid, "specialprocedures.New", "%q is not an address", o.Address)
	}
	if o.Window < 24*time.Hour {
		return nil, uhri.Errorf(uhri.Invalid, "specialprocedures.New", "a window of %s is shorter than a day", o.Window)
	}
	return &Source{o, o.Address + o.Path}, nil
}

// Name implements crawler.Source.
func (s *Source) Name() string { return s.o.Name }

// read is under what the register remembers up to which day the catalogue was read.
const read = "read"

// older are reports on visits to the Commission on Human Rights, before 2006.
var older = regexp.MustCompile(`^E/CN\.4/\d{4}/\d+/Add\.\d+$`)

// Harvest implements crawler.Source. It reads the catalogue from where the last run ended, takes the symbols UHRI has, and yields
// every report it met or knows to be due: the known ones as they are, the new ones fetched, newest first. It is never
// Complete. Errors: *crawler.BlockedError; Unavailable, with what is missing, when the catalogue is not as expected.
func (s *Source) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	reg := register.Open(since, register.Options{Fetcher: s.o.Fetcher, Library: s.o.Library, Langs: s.o.Langs, Asks: s.o.Asks, Now: s.o.Now})
	err := s.harvest(ctx, reg, yield)
	if errors.Is(err, register.ErrStopped) {
		err = ctx.Err()
	}
	if ctx.Err() == nil {
		err = register.Refusal(err)
	}
	cursor, cerr := reg.Cursor()
	return crawler.Sweep{Cursor: cursor, Bytes: reg.Bytes(), Waiting: reg.Waiting()}, cmp.Or(err, cerr)
}

func (s *Source) harvest(ctx context.Context, reg *register.Register, yield func(crawler.Item, error) bool) error {
	if len(s.o.Only) > 0 {
		return reg.Only(ctx, s.o.Only, yield)
	}
	reports := map[uhri.Symbol]time.Time{} // when published, zero when nobody says
	until := s.o.Now().UTC().Truncate(24 * time.Hour)
	if err := s.discover(ctx, reg.Mark(read), until, reports); err != nil {
		return err
	}
	if s.o.Known != nil {
		known, err := s.o.Known(ctx)
		if err != nil {
			return err
		}
		for _, symbol := range known {
			main := register.Main(symbol)
			if _, ok := reports[main]; !ok && (addendum.MatchString(string(main)) || older.MatchString(string(main))) {
				reports[main] = time.Time{}
			}
		}
	}
	for _, symbol := range reg.All() {
		if _, ok := reports[symbol]; !ok {
			reports[symbol] = time.Time{}
		}
	}
	var order []uhri.Symbol
	for symbol := range reports {
		order = append(order, symbol)
	}
	slices.SortFunc(order, func(a, b uhri.Symbol) int { return uhri.CompareSymbols(b, a) })
	for i, symbol := range order {
		crawler.Report(ctx, crawler.Progress{Bytes: reg.Bytes(), Items: i, Note: "reports on visits"})
		if err := reg.Gather(ctx, symbol, reports[symbol], yield); err != nil {
			return err
		}
	}
	// What was discovered and left for the next run must be met again then.
	if !reg.RanOut() {
		reg.Remember(read, until.Format(time.DateOnly))
	}
	return nil
}

// discover reads the catalogue in windows, oldest first, from the day the last run read up to.
func (s *Source) discover(ctx context.Context, last string, until time.Time, reports map[uhri.Symbol]time.Time) error {
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	from := until.Add(-s.o.LookBack)
	if t, err := time.Parse(time.DateOnly, last); err == nil {
		from = t.Add(-overlap)
	}
	if from.Before(c.earliest) {
		from = c.earliest
	}
	const day = 24 * time.Hour
	for !from.After(until) {
		end := from.Add(s.o.Window - day) // both days are included
		if end.After(until) {
			end = until
		}
		found, err := c.window(ctx, from, end)
		if err != nil {
			return err
		}
		for _, f := range found {
			reports[register.Main(f.symbol)] = f.published
		}
		from = end.Add(day)
	}
	return nil
}
