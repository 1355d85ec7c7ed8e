package treatybodies

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/fetch"
	"uhri/crawler/sources/documents"
	"uhri/crawler/sources/register"
)

// Defaults of Options, with reasons.
const (
	DefaultAddress     = "https://tbinternet.ohchr.org"
	DefaultFolder      = "/_layouts/15/treatybodyexternal/"
	DefaultGrid        = "ctl00$ContentPlaceHolder1$radResultsGrid"
	DefaultKnownPages  = 2                   // twenty documents: more than a session of a committee adopts
	DefaultSweepEvery  = 30 * 24 * time.Hour // rows are added late, and the order of rows is no promise
	DefaultMaxPages    = 200                 // of one list; the longest seen has some seventy
	DefaultRecommended = 5                   // number of the type "Concluding observations", where its label is not found
)

// Committee is one list of the database.
type Committee struct {
	Code     string         // canonical code of the body
	Labels   []string       // of the treaty in the site's list, any of them
	TreatyID int            // where no label is found; 0 = unknown
	Types    []string       // labels of the document type, any of them
	TypeID   int            // where no label is found; 0 = unknown
	Wanted   *regexp.Regexp // what symbols of the list look like that are sought
}

var (
	concluding = regexp.MustCompile(`^(?:DEMO/)?(?:[A-Z]+/C/.*CO/|[A-Z]+/CO/|E/C\.12/.*CO/|CAT/C/CR/|(?:E/C\.12/1|CRC/C/15|CCPR/C/79|CERD/C/304)/Add\.)`)
	visits     = regexp.MustCompile(`^(?:DEMO/)?CAT/OP/`)
)

// DefaultCommittees are the ten bodies, the optional protocols to the Convention on the Rights of the Child having lists of
// their own. The numbers of nine treaties were seen in public programs; the others are known by their labels only.
func DefaultCommittees() []Committee {
	types := []string{"Concluding observations"}
	list := func(code string, treaty int, labels ...string) Committee {
		return Committee{Code: code, Labels: labels, TreatyID: treaty, Types: types, TypeID: DefaultRecommended, Wanted: concluding}
	}
	return []Committee{
		list("CCPR", 8, "CCPR", "ICCPR", "International Covenant on Civil and Political Rights"),
		list("CESCR", 9, "CESCR", "ICESCR", "International Covenant on Economic, Social and Cultural Rights"),
		list("CERD", 6, "CERD", "ICERD"),
		list("CEDAW", 3, "CEDAW"),
		list("CAT", 1, "CAT"),
		list("CRC", 5, "CRC"),
		list("CRC-OP-AC", 0, "CRC-OP-AC", "CRC-OPAC", "OPAC"),
		list("CRC-OP-SC", 0, "CRC-OP-SC", "CRC-OPSC", "OPSC"),
		list("CMW", 7, "CMW", "ICRMW"),
		list("CRPD", 4, "CRPD"),
		list("CED", 2, "CED", "CPED", "ICPPED"),
		{Code: "SPT", Labels: []string{"CAT-OP", "OPCAT", "SPT"}, Types: []string{"Visit reports", "Reports on visits", "SPT visit reports"}, Wanted: visits},
	}
}

// Selectors are how the parts of the pages are found.
type Selectors struct {
	Form    string // of the search page, the one with the hidden fields
	Grid    string // table of the results
	Rows    string // in the table
	Pager   string // what says how many items and pages there are
	Current string // page now shown
	Options string // entries of the lists of treaties and types
	Symbol  string // link of a row that carries the symbol
	Files   string // links to files on the page of a document
}

// DefaultSelectors fit the pages as they were last described (2026).
func DefaultSelectors() Selectors {
	return Selectors{
		Form:    "form:has(input[name='__VIEWSTATE'])",
		Grid:    "table.rgMasterTable",
		Rows:    "tr.rgRow, tr.rgAltRow",
		Pager:   ".rgInfoPart",
		Current: ".rgCurrentPage",
		Options: "option, li.rlbItem",
		Symbol:  "a[href*='ownload.aspx']",
		Files:   "a[href*='FilesHandler.ashx'], a[href*='DownloadDraft.aspx']",
	}
}

// or fills what is empty from others.
func (s Selectors) or(others Selectors) Selectors {
	return Selectors{
		Form: cmp.Or(s.Form, others.Form), Grid: cmp.Or(s.Grid, others.Grid), Rows: cmp.Or(s.Rows, others.Rows), Pager: cmp.Or(s.Pager, others.Pager),
		Current: cmp.Or(s.Current, others.Current), Options: cmp.Or(s.Options, others.Options), Symbol: cmp.Or(s.Symbol, others.Symbol), Files: cmp.Or(s.Files, others.Files),
	}
}

// complete fills what an operator left empty from the default of the same code. Errors: Invalid, for a list of which too little is said.
func complete(lists []Committee) ([]Committee, error) {
	defaults := DefaultCommittees()
	if lists == nil {
		return defaults, nil
	}
	out := slices.Clone(lists)
	for i := range out {
		c := &out[i]
		if j := slices.IndexFunc(defaults, func(d Committee) bool { return d.Code == c.Code }); j >= 0 {
			d := defaults[j]
			c.TreatyID, c.TypeID, c.Wanted = cmp.Or(c.TreatyID, d.TreatyID), cmp.Or(c.TypeID, d.TypeID), cmp.Or(c.Wanted, d.Wanted)
			if len(c.Labels) == 0 {
				c.Labels = d.Labels
			}
			if len(c.Types) == 0 {
				c.Types = d.Types
			}
		}
		if c.Code == "" || len(c.Labels) == 0 && c.TreatyID == 0 || len(c.Types) == 0 && c.TypeID == 0 || c.Wanted == nil {
			return nil, uhri.Errorf(uhri.Invalid, "treatybodies.New", "committees[%d] %q: name its code, labels or treaty_id, types or type_id, and what its symbols look like (wanted)", i, c.Code)
		}
	}
	return out, nil
}

// Options of a Source. Client, Fetcher, Library and Reader are required.
type Options struct {
	Name       string // "" = "treatybodies"
	Client     *fetch.Client
	Fetcher    *documents.Fetcher // asked first
	Library    documents.Library
	Reader     *documents.Reader
	Address    string           // of the database; "" = DefaultAddress
	Folder     string           // path of its pages; "" = DefaultFolder
	Grid       string           // name of the grid's control; "" = DefaultGrid
	Select     *Selectors       // what is empty is as DefaultSelectors has it
	Committees []Committee      // nil = DefaultCommittees; what is empty is as they have it under the same code
	Only       []uhri.Symbol    // if any: these documents and no list
	Langs      []uhri.Lang      // nil = English
	Formats    []extract.Format // of files of the database, in order of preference; nil = docx, pdf, html, doc
	KnownPages int              // pages in a row without anything new that end an incremental run; 0 = DefaultKnownPages
	SweepEvery time.Duration    // 0 = DefaultSweepEvery
	MaxPages   int              // of one list; 0 = DefaultMaxPages
	Asks       int              // documents asked for in one run; 0 = register.DefaultAsks
	Now        func() time.Time
}

// Source is the treaty body database.
type Source struct {
	o    Options
	base *url.URL // of the pages
}

// New returns the source. Errors: Invalid when the address is none.
func New(o Options) (*Source, error) {
	if o.Client == nil || o.Fetcher == nil || o.Library == nil || o.Reader == nil {
		return nil, errors.New("treatybodies: Client, Fetcher, Library and Reader are required")
	}
	o.Name = cmp.Or(o.Name, "treatybodies")
	o.Address = strings.TrimRight(cmp.Or(o.Address, DefaultAddress), "/")
	o.Folder = cmp.Or(o.Folder, DefaultFolder)
	o.Grid = cmp.Or(o.Grid, DefaultGrid)
	o.KnownPages = cmp.Or(o.KnownPages, DefaultKnownPages)
	o.SweepEvery = cmp.Or(o.SweepEvery, DefaultSweepEvery)
	o.MaxPages = cmp.Or(o.MaxPages, DefaultMaxPages)
	var err error
	if o.Committees, err = complete(o.Committees); err != nil {
		return nil, err
	}
	selectors := DefaultSelectors()
	if o.Select != nil {
		selectors = o.Select.or(selectors)
	}
	o.Select = &selectors
	if o.Formats == nil {
		o.Formats = []extract.Format{extract.DOCX, extract.PDF, extract.HTML, extract.DOC}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	base, err := url.Parse(o.Address + "/" + strings.Trim(o.Folder, "/") + "/")
	if err != nil || base.Host == "" {
		return nil, uhri.Errorf(uhri.Invalid, "treatybodies.New", "%q is not an address", o.Address)
	}
	return &Source{o, base}, nil
}

// Name implements crawler.Source.
func (s *Source) Name() string { return s.o.Name }

// swept is under what the register remembers when all pages were read last.
const swept = "swept"

// Harvest implements crawler.Source. It reads the newest pages of every list, or all of them when that was not done for a month,
// and yields every document it met: the known ones as they are, the new ones fetched. A list that cannot be read is told in an ItemError and
// counted as Unread; when none can be, the run fails. It is never Complete. Errors:
// *crawler.BlockedError; Unavailable, with what is missing, when a page has another shape than expected.
func (s *Source) Harvest(ctx context.Context, since crawler.Cursor, yield func(crawler.Item, error) bool) (crawler.Sweep, error) {
	reg := register.Open(since, register.Options{Fetcher: s.o.Fetcher, Library: s.o.Library, Elsewhere: &files{Source: s},
		Langs: s.o.Langs, Asks: s.o.Asks, Now: s.o.Now})
	unread, err := s.harvest(ctx, reg, yield)
	if errors.Is(err, register.ErrStopped) {
		err = ctx.Err()
	}
	if ctx.Err() == nil {
		err = register.Refusal(err)
	}
	cursor, cerr := reg.Cursor()
	return crawler.Sweep{Cursor: cursor, Bytes: reg.Bytes(), Waiting: reg.Waiting(), Unread: unread}, cmp.Or(err, cerr)
}

func (s *Source) harvest(ctx context.Context, reg *register.Register, yield func(crawler.Item, error) bool) (unread int, err error) {
	if len(s.o.Only) > 0 {
		return 0, reg.Only(ctx, s.o.Only, yield)
	}
	last, never := time.Parse(time.DateOnly, reg.Mark(swept))
	full := never != nil || s.o.Now().Sub(last) >= s.o.SweepEvery
	menu, err := s.menu(ctx)
	if err != nil {
		return 0, err
	}
	var broken error // why a list could not be read
	met := map[uhri.Symbol]bool{}
	for _, c := range s.o.Committees {
		crawler.Report(ctx, crawler.Progress{Bytes: reg.Bytes(), Note: "reading the list of " + c.Code})
		err := menu.settle(&c)
		var rows []row
		if err == nil {
			// The whole list first: fetching documents takes so long that the session would end meanwhile.
			rows, err = s.list(ctx, c, reg, full)
		}
		if uhri.KindOf(err) == uhri.Unavailable && ctx.Err() == nil { // the others may be as they were
			unread, broken = unread+1, cmp.Or(broken, fmt.Errorf("the list of %s: %w", c.Code, err))
			if !yield(crawler.Item{}, &crawler.ItemError{Key: "the list of " + c.Code, Reason: uhri.Message(err)}) {
				return unread, register.ErrStopped
			}
			continue
		}
		if err != nil {
			return unread, fmt.Errorf("the list of %s: %w", c.Code, err)
		}
		for i, d := range rows {
			crawler.Report(ctx, crawler.Progress{Bytes: reg.Bytes(), Note: fmt.Sprintf("%s: document %d of %d", c.Code, i+1, len(rows))})
			if met[d.symbol] {
				continue // two lists have it
			}
			met[d.symbol] = true
			if err := reg.Gather(ctx, d.symbol, d.published, yield, d.corrections...); err != nil {
				return unread, err
			}
		}
	}
	if unread == len(s.o.Committees) {
		return unread, broken
	}
	for _, symbol := range reg.Due() {
		if !met[symbol] {
			if err := reg.Gather(ctx, symbol, time.Time{}, yield); err != nil {
				return unread, err
			}
		}
	}
	if full && unread == 0 && !reg.RanOut() {
		reg.Remember(swept, s.o.Now().UTC().Format(time.DateOnly))
	}
	return unread, nil
}
