package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"github.com/robfig/cron/v3"
)

// Sources are the publishers. Each has a schedule of its own.
type Sources struct {
	UHRI              UHRI              `yaml:"uhri"`
	UPR               UPR               `yaml:"upr"`
	TreatyBodies      TreatyBodies      `yaml:"treatybodies"`
	SpecialProcedures SpecialProcedures `yaml:"specialprocedures"`
}

// UHRI is the bulk export of the Universal Human Rights Index.
type UHRI struct {
	Addresses []string `yaml:"addresses"` // tried in order; {lang} stands for the language
	Languages []string `yaml:"languages"` // beside en; used once a contact is set
	Schedule  string   `yaml:"schedule"`  // cron, UTC
}

// Documents are a publisher of documents.
type Documents struct {
	Address  string `yaml:"address"`  // where documents or lists are asked for
	Schedule string `yaml:"schedule"` // cron, UTC; empty = disabled
}

// UPR is the Working Group's own reports. Its address, documents.un.org, is the server every source of documents asks for bytes
// by symbol first.
type UPR struct {
	Documents `yaml:",inline"`
	Symbols   []string `yaml:"symbols"` // reports to fetch beside those UHRI names
}

// TreatyBodies is OHCHR's treaty body database: lists of concluding observations, and files that documents.un.org does not have. The
// site promises nothing about its pages, so everything they are read by can be set; what is empty or 0 is as it was last seen.
type TreatyBodies struct {
	Documents  `yaml:",inline"`
	Folder     string      `yaml:"folder"`            // path of the pages; "" = /_layouts/15/treatybodyexternal/
	Grid       string      `yaml:"grid"`              // name of the list's control, for its paging command; "" = ctl00$ContentPlaceHolder1$radResultsGrid
	Select     Selectors   `yaml:"select"`            // CSS selectors of the parts of the pages
	Committees []Committee `yaml:"committees"`        // the lists that are read; none = all ten bodies, and OPAC and OPSC
	Languages  []string    `yaml:"languages"`         // of documents, in order; where none of them is there, the first that is
	Formats    []string    `yaml:"formats"`           // of the database's files, in order; none = docx, pdf, html, doc
	KnownPages int         `yaml:"known_pages"`       // pages in a row without anything new that end a run; 0 = 2
	SweepEvery Duration    `yaml:"sweep_every"`       // all pages are read so often; 0 = 720h
	MaxPages   int         `yaml:"max_pages"`         // of one list; more is taken for an error. 0 = 200
	PerRun     int         `yaml:"documents_per_run"` // documents asked for in one run; the others wait for the next. 0 = 2000
}

// Selectors find the parts of the treaty body database's pages. "" = as crawler/sources/treatybodies.DefaultSelectors has it.
type Selectors struct {
	Form    string `yaml:"form"`    // of the search page, the one with the hidden fields
	Grid    string `yaml:"grid"`    // table of the results
	Rows    string `yaml:"rows"`    // in the table
	Pager   string `yaml:"pager"`   // what says how many items and pages there are
	Current string `yaml:"current"` // page now shown
	Options string `yaml:"options"` // entries of the lists of treaties and types
	Symbol  string `yaml:"symbol"`  // link of a row that carries the symbol
	Files   string `yaml:"files"`   // links to files on the page of a document
}

// Committee is one list of the treaty body database. For the codes CCPR, CESCR, CERD, CEDAW, CAT, CRC, CRC-OP-AC, CRC-OP-SC, CMW, CRPD, CED and
// SPT the code is enough; what else is set replaces what is known of them.
type Committee struct {
	Code     string   `yaml:"code"`
	Labels   []string `yaml:"labels"`    // of the treaty in the page's own list, any of them
	TreatyID int      `yaml:"treaty_id"` // where no label is found
	Types    []string `yaml:"types"`     // labels of the type of document, any of them
	TypeID   int      `yaml:"type_id"`   // where no label is found
	Wanted   string   `yaml:"wanted"`    // regular expression of the symbols that are sought
}

// SpecialProcedures is the catalogue reports on country visits are found in, by OAI-PMH.
type SpecialProcedures struct {
	Documents `yaml:",inline"`
	Path      string   `yaml:"path"`              // of the OAI-PMH service; "" = /oai2d
	Prefix    string   `yaml:"prefix"`            // of its metadata; "" = marcxml
	Set       string   `yaml:"set"`               // "" = all records
	Languages []string `yaml:"languages"`         // of documents, in order
	Window    Duration `yaml:"window"`            // days asked for at a time, at most 2160h; 0 = 2160h
	LookBack  Duration `yaml:"look_back"`         // on the first run; 0 = 17520h, two years
	MaxPages  int      `yaml:"max_pages"`         // of one window; more is taken for an error. 0 = 400
	PerRun    int      `yaml:"documents_per_run"` // documents asked for in one run; the others wait for the next. 0 = 2000
}

const day = Duration(24 * time.Hour)

// validate tells every fault with its key path.
func (s Sources) validate(bad func(key, format string, args ...any)) {
	if len(s.UHRI.Addresses) == 0 {
		bad("sources.uhri.addresses", "name at least one")
	}
	for i, a := range s.UHRI.Addresses {
		address(bad, fmt.Sprintf("sources.uhri.addresses[%d]", i), strings.ReplaceAll(a, "{lang}", "en"))
	}
	oneOf(bad, "sources.uhri.languages", s.UHRI.Languages, "fr", "es", "ru", "ar", "zh")
	schedule(bad, "sources.uhri.schedule", s.UHRI.Schedule)
	for _, d := range []struct {
		key string
		Documents
	}{{"upr", s.UPR.Documents}, {"treatybodies", s.TreatyBodies.Documents}, {"specialprocedures", s.SpecialProcedures.Documents}} {
		address(bad, "sources."+d.key+".address", d.Address)
		schedule(bad, "sources."+d.key+".schedule", d.Schedule)
	}
	s.TreatyBodies.validate(func(key, format string, args ...any) { bad("sources.treatybodies."+key, format, args...) })
	s.SpecialProcedures.validate(func(key, format string, args ...any) { bad("sources.specialprocedures."+key, format, args...) })
}

func (t TreatyBodies) validate(bad func(key, format string, args ...any)) {
	for key, selector := range map[string]string{"form": t.Select.Form, "grid": t.Select.Grid, "rows": t.Select.Rows, "pager": t.Select.Pager, "current": t.Select.Current,
		"options": t.Select.Options, "symbol": t.Select.Symbol, "files": t.Select.Files} {
		if _, err := cascadia.ParseGroup(selector); selector != "" && err != nil {
			bad("select."+key, "%q is not a CSS selector: %v", selector, err)
		}
	}
	codes := map[string]bool{}
	for i, c := range t.Committees {
		key := fmt.Sprintf("committees[%d].", i)
		if c.Code == "" || codes[c.Code] {
			bad(key+"code", "every list needs a code of its own, such as CEDAW; %q is not", c.Code)
		}
		codes[c.Code] = true
		if c.TreatyID < 0 || c.TypeID < 0 {
			bad(key+"treaty_id, type_id", "must not be negative")
		}
		if _, err := regexp.Compile(c.Wanted); err != nil {
			bad(key+"wanted", "%q is not a regular expression: %v", c.Wanted, err)
		}
	}
	languages(bad, t.Languages)
	oneOf(bad, "formats", t.Formats, "docx", "pdf", "html", "doc")
	if t.SweepEvery != 0 && t.SweepEvery < day {
		bad("sweep_every", "must be a day (24h) or longer; 0 = 720h")
	}
	natural(bad, map[string]int{"known_pages": t.KnownPages, "max_pages": t.MaxPages, "documents_per_run": t.PerRun})
}

func (p SpecialProcedures) validate(bad func(key, format string, args ...any)) {
	languages(bad, p.Languages)
	if p.Window != 0 && (p.Window < day || p.Window > 90*day) {
		bad("window", "must be between a day (24h) and ninety (2160h); the server refuses longer ones")
	}
	if p.LookBack < 0 {
		bad("look_back", "must not be negative")
	}
	natural(bad, map[string]int{"max_pages": p.MaxPages, "documents_per_run": p.PerRun})
}

func languages(bad func(key, format string, args ...any), all []string) {
	if len(all) == 0 {
		bad("languages", "name at least one, such as en")
	}
	oneOf(bad, "languages", all, "en", "fr", "es", "ru", "ar", "zh")
}

func oneOf(bad func(key, format string, args ...any), key string, all []string, allowed ...string) {
	for i, s := range all {
		if !slices.Contains(allowed, s) {
			bad(fmt.Sprintf("%s[%d]", key, i), "%q is not one of %s", s, strings.Join(allowed, ", "))
		}
	}
}

func natural(bad func(key, format string, args ...any), all map[string]int) {
	for key, n := range all {
		if n < 0 {
			bad(key, "must not be negative")
		}
	}
}

func address(bad func(string, string, ...any), key, s string) {
	if u, err := url.Parse(s); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		bad(key, "%q is not an http(s) address", s)
	}
}

func schedule(bad func(string, string, ...any), key, s string) {
	if s == "" {
		return
	}
	if strings.Contains(s, "TZ=") {
		bad(key, "schedules are in UTC; leave the zone out")
	} else if _, err := cron.ParseStandard(s); err != nil {
		bad(key, "%q is not a cron schedule such as \"17 3 * * *\"", s)
	}
}
