package treatybodies

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gocolly/colly/v2"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/fetch"
	"uhri/crawler/sources/register"
)

// page is a page of the database as received.
type page struct {
	*goquery.Document
	address string
}

// session asks for pages with the cookies of one visit.
type session struct {
	collector *colly.Collector
	got       *colly.Response
	err       error
}

func newSession(ctx context.Context, c *fetch.Client) *session {
	s := &session{collector: c.Pages(ctx)}
	s.collector.ParseHTTPErrorResponse = true
	s.collector.OnResponse(func(r *colly.Response) { s.got = r })
	s.collector.OnError(func(_ *colly.Response, err error) { s.err = err })
	return s
}

// ask fetches a page. fields make it a POST.
func (s *session) ask(address string, fields url.Values) (*page, error) {
	s.got, s.err = nil, nil
	var err error
	if fields == nil {
		err = s.collector.Request(http.MethodGet, address, nil, nil, nil)
	} else {
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Referer": {address}}
		err = s.collector.Request(http.MethodPost, address, strings.NewReader(fields.Encode()), nil, header)
	}
	if err = cmp.Or(err, s.err); err != nil {
		return nil, err
	}
	body := bytes.TrimSpace(s.got.Body)
	switch {
	case s.got.StatusCode == http.StatusAccepted && len(body) == 0:
		return nil, &crawler.BlockedError{Reason: s.got.Request.URL.Host + ": an empty 202, the sign of a firewall"}
	case s.got.StatusCode != http.StatusOK:
		return nil, uhri.Errorf(uhri.Unavailable, "treatybodies", "%s answers %d", address, s.got.StatusCode)
	case len(body) == 0:
		return nil, uhri.Errorf(uhri.Unavailable, "treatybodies", "%s answers with an empty page", address)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return &page{doc, address}, nil
}

// shape is a page that is not what it should be: the site has changed, or the session ended. setting is the one to adjust when only the
// page's looks have changed.
func (s *Source) shape(p *page, setting, format string, args ...any) error {
	said := strings.Join(strings.Fields(p.Find("title").First().Text()), " ")
	if said != "" {
		said = fmt.Sprintf(" (the page calls itself %q)", said)
	}
	return uhri.Errorf(uhri.Unavailable, "treatybodies", "the page has changed: %s%s; look at %s, and where only its looks have changed set sources.%s.%s",
		fmt.Sprintf(format, args...), said, p.address, s.o.Name, setting)
}

// address makes the address of a page of the database.
func (s *Source) address(name string, q url.Values) string {
	u := *s.base
	u.Path += name
	u.RawQuery = q.Encode()
	return u.String()
}

// menu is the site's own numbers of treaties and types, by label.
type menu map[string]int

// menu reads the lists of the search page. What it does not find the configured numbers stand for.
func (s *Source) menu(ctx context.Context) (menu, error) {
	m := menu{}
	p, err := newSession(ctx, s.o.Client).ask(s.address("TBSearch.aspx", url.Values{"Lang": {"en"}}), nil)
	if uhri.KindOf(err) == uhri.Unavailable {
		return m, nil // the lists themselves will say what is wrong
	}
	if err != nil {
		return nil, err
	}
	p.Find(s.o.Select.Options).Each(func(_ int, o *goquery.Selection) {
		value, ok := o.Attr("value")
		if !ok {
			value = o.AttrOr("data-value", "")
		}
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n > 0 {
			// A label is believed where it stands first: States are listed too, below.
			if l := label(o.Text()); m[l] == 0 {
				m[l] = n
			}
		}
	})
	return m, nil
}

func label(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// find returns the number of the first label the menu has.
func (m menu) find(labels []string) int {
	for _, l := range labels {
		if n := m[label(l)]; n > 0 {
			return n
		}
	}
	return 0
}

// settle fills in the numbers of a list. Errors: Unavailable, where a label is not found and no number stands for it.
func (m menu) settle(c *Committee) error {
	c.TreatyID = cmp.Or(m.find(c.Labels), c.TreatyID)
	c.TypeID = cmp.Or(m.find(c.Types), c.TypeID)
	switch {
	case c.TreatyID == 0:
		return uhri.Errorf(uhri.Unavailable, "treatybodies", "the database lists no treaty called %s, and no number of it is configured: set labels or treaty_id of %s in sources.treatybodies.committees", strings.Join(c.Labels, " or "), c.Code)
	case c.TypeID == 0:
		return uhri.Errorf(uhri.Unavailable, "treatybodies", "the database lists no type of document called %s, and no number of it is configured: set types or type_id of %s in sources.treatybodies.committees", strings.Join(c.Types, " or "), c.Code)
	}
	return nil
}

// row is a document of a list, with the symbols of corrections to it.
type row struct {
	symbol      uhri.Symbol
	published   time.Time // zero when the list does not say
	corrections []uhri.Symbol
}

// errSession says that a list broke off behind its first page: the session may have ended, or the list has changed meanwhile.
var errSession = errors.New("the list broke off")

// list reads the pages of one list, all of them or until some in a row hold nothing new. A list that breaks off is begun again
// once, in a new session.
func (s *Source) list(ctx context.Context, c Committee, reg *register.Register, full bool) ([]row, error) {
	rows, err := s.pages(ctx, c, reg, full)
	if errors.Is(err, errSession) && ctx.Err() == nil {
		crawler.Report(ctx, crawler.Progress{Bytes: reg.Bytes(), Note: err.Error() + "; beginning it again"})
		rows, err = s.pages(ctx, c, reg, full)
	}
	return rows, err
}

func (s *Source) pages(ctx context.Context, c Committee, reg *register.Register, full bool) ([]row, error) {
	visit := newSession(ctx, s.o.Client)
	address := s.address("TBSearch.aspx", url.Values{"Lang": {"en"}, "TreatyID": {strconv.Itoa(c.TreatyID)}, "DocTypeID": {strconv.Itoa(c.TypeID)}})
	p, err := visit.ask(address, nil)
	if err != nil {
		return nil, err
	}
	found := found{at: map[uhri.Symbol]int{}}
	firsts := map[string]int{} // first symbol of each page
	known := 0                 // pages in a row without anything new
	for n := 1; ; n++ {
		rows, info, err := s.read(p, c)
		if err != nil {
			if n > 1 {
				return nil, fmt.Errorf("%w on page %d: %w", errSession, n, err)
			}
			return nil, err
		}
		if n == 1 {
			if err := s.check(p, c, rows, info, reg); err != nil {
				return nil, err
			}
		}
		first := ""
		if len(rows) > 0 {
			first = strings.Join(rows[0].written, "|")
		}
		if before := firsts[first]; before > 0 && len(rows) > 0 {
			if info.pages == 0 { // the pager does not say how many there are: this is how it ends
				return found.rows, nil
			}
			return nil, fmt.Errorf("%w: page %d shows page %d again", errSession, n, before)
		}
		firsts[first] = n
		if info.current > 0 && info.current != n {
			return nil, fmt.Errorf("%w: page %d was asked for and page %d came", errSession, n, info.current)
		}
		news := false
		for _, r := range rows {
			for _, symbol := range r.wanted {
				news = news || !reg.Knows(symbol)
				found.add(symbol, r.published)
			}
		}
		found.lines += len(rows)
		if known++; news {
			known = 0
		}
		switch {
		case info.pages > 0 && n >= info.pages, info.pages == 0 && !info.more:
			if info.items > 0 && found.lines != info.items {
				// Rows may have come while it was read; then it is read again.
				return nil, fmt.Errorf("%w: %w", errSession, s.shape(p, "select.pager", "the list of %s says it has %d items, and its %d pages have %d rows", c.Code, info.items, n, found.lines))
			}
			return found.rows, nil
		case !full && known >= s.o.KnownPages:
			return found.rows, nil
		case n >= s.o.MaxPages:
			return nil, s.shape(p, "max_pages", "the list of %s goes on after %d pages", c.Code, n)
		}
		if p, err = visit.ask(address, s.next(p)); err != nil {
			if uhri.KindOf(err) == uhri.Unavailable {
				err = fmt.Errorf("%w on page %d: %w", errSession, n+1, err)
			}
			return nil, err
		}
	}
}

// found gathers the documents of a list.
type found struct {
	rows  []row
	at    map[uhri.Symbol]int // place in rows, by main symbol
	lines int                 // of the grid
}

// add puts a symbol in, a correction beside the document it corrects.
func (f *found) add(symbol uhri.Symbol, published time.Time) {
	main := register.Main(symbol)
	i, ok := f.at[main]
	if !ok {
		i = len(f.rows)
		f.at[main] = i
		f.rows = append(f.rows, row{symbol: main, published: published})
	}
	if symbol != main && !slices.Contains(f.rows[i].corrections, symbol) {
		f.rows[i].corrections = append(f.rows[i].corrections, symbol)
	}
}

// next is the form of the page just received, filled in to ask for the next one.
func (s *Source) next(p *page) url.Values {
	fields := url.Values{}
	p.Find(s.o.Select.Form).First().Find("input[type='hidden'][name]").Each(func(_ int, i *goquery.Selection) {
		fields.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
	})
	fields.Set("__EVENTTARGET", s.o.Grid)
	fields.Set("__EVENTARGUMENT", "FireCommand:"+s.o.Grid+"$ctl00;Page;Next")
	return fields
}

// line is a row of the grid.
type line struct {
	written   []string // symbols as they stand there
	wanted    []uhri.Symbol
	published time.Time
}

// info is what the pager says.
type info struct {
	items, pages, current int
	more                  bool // it leads on
	none                  bool // the list says that it is empty
}

var (
	counted   = regexp.MustCompile(`(?i)([\d,.]+)\s+items?\s+in\s+([\d,.]+)\s+pages?`)
	nothing   = regexp.MustCompile(`(?i)\bno (?:records|items|results|documents)\b`)
	separator = regexp.MustCompile(`\s*[;,|\n]\s*|\s+(?:and|&)\s+`)
)

// read finds the rows of a page.
func (s *Source) read(p *page, c Committee) ([]line, info, error) {
	var i info
	if p.Find(s.o.Select.Form).Length() == 0 {
		return nil, i, s.shape(p, "select.form", "the list of %s has no form with a __VIEWSTATE", c.Code)
	}
	grid := p.Find(s.o.Select.Grid).First()
	if grid.Length() == 0 {
		return nil, i, s.shape(p, "select.grid", "the list of %s has no table %s", c.Code, s.o.Select.Grid)
	}
	pager := p.Find(s.o.Select.Pager).Text()
	if m := counted.FindStringSubmatch(strings.Join(strings.Fields(pager), " ")); m != nil {
		i.items, i.pages = number(m[1]), number(m[2])
	}
	i.current = number(strings.TrimSpace(p.Find(s.o.Select.Current).First().Text()))
	i.more = p.Find(s.o.Select.Current).Parent().Find("a").Length() > 1
	i.none = nothing.MatchString(grid.Text())
	columns := headings(grid)
	var out []line
	grid.Find(s.o.Select.Rows).Each(func(_ int, tr *goquery.Selection) {
		out = append(out, s.line(tr, columns, c))
	})
	if len(out) == 0 && !i.none {
		return nil, i, s.shape(p, "select.rows", "the table of %s has no rows %s and does not say that it is empty", c.Code, s.o.Select.Rows)
	}
	return out, i, nil
}

func number(s string) int {
	n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(s))
	if err != nil {
		return 0
	}
	return n
}

// headings tells which column is which, by the words above them.
func headings(grid *goquery.Selection) map[string]int {
	columns := map[string]int{}
	grid.Find("tr:has(th)").First().Find("th").Each(func(i int, th *goquery.Selection) {
		text := label(th.Text())
		for _, name := range []string{"symbol", "date"} {
			if _, ok := columns[name]; !ok && strings.Contains(text, name) {
				columns[name] = i
			}
		}
	})
	return columns
}

// line reads one row: symbols from the column of that name, or from the links where there is none.
func (s *Source) line(tr *goquery.Selection, columns map[string]int, c Committee) line {
	var l line
	cells := tr.ChildrenFiltered("td")
	cell := func(name string) *goquery.Selection {
		if i, ok := columns[name]; ok && i < cells.Length() {
			return cells.Eq(i)
		}
		return nil
	}
	if td := cell("symbol"); td != nil {
		for _, text := range texts(td) {
			l.written = append(l.written, symbols(text)...)
		}
	}
	tr.Find(s.o.Select.Symbol).Each(func(_ int, a *goquery.Selection) {
		if u, err := url.Parse(a.AttrOr("href", "")); err == nil && len(l.written) == 0 {
			for name, values := range u.Query() {
				if strings.EqualFold(name, "symbolno") {
					l.written = append(l.written, symbols(values[0])...)
				}
			}
		}
	})
	var dates []string
	if td := cell("date"); td != nil {
		dates = []string{td.Text()}
	} else {
		dates = cells.Map(func(_ int, td *goquery.Selection) string { return td.Text() })
	}
	for _, text := range dates {
		if d, ok := date(text); ok {
			l.published = d
		}
	}
	for _, w := range l.written {
		symbol, err := uhri.ParseSymbol(w)
		if err != nil {
			continue // INT/… among them
		}
		if c.Wanted.MatchString(string(symbol)) && !followUp(symbol) && !slices.Contains(l.wanted, symbol) {
			l.wanted = append(l.wanted, symbol)
		}
	}
	return l
}

// followUp reports whether a symbol is the State's answer to concluding observations.
func followUp(symbol uhri.Symbol) bool {
	main := string(register.Main(symbol))
	return strings.Contains(main, "/CO/") && strings.Contains(main, "/Add.")
}

// texts returns the pieces of text in an element: line breaks between symbols are markup.
func texts(e *goquery.Selection) []string {
	return e.Find("*").AddSelection(e).Contents().FilterFunction(func(_ int, n *goquery.Selection) bool {
		return goquery.NodeName(n) == "#text"
	}).Map(func(_ int, n *goquery.Selection) string { return n.Text() })
}

// symbols splits what a cell or link has for one.
func symbols(s string) (out []string) {
	for _, part := range separator.Split(strings.TrimSpace(s), -1) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func date(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range []string{"2 Jan 2006", "2 January 2006", "2006-01-02", "02/01/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// check looks whether a list is what was asked for, before anything of it is believed.
func (s *Source) check(p *page, c Committee, rows []line, i info, reg *register.Register) error {
	wanted, others := 0, []string(nil)
	for _, r := range rows {
		switch {
		case len(r.wanted) > 0:
			wanted++
		case len(r.written) == 0:
			return s.shape(p, "select.symbol", "a row of the list of %s has neither a column called symbol nor a link %s", c.Code, s.o.Select.Symbol)
		default:
			if symbol, err := uhri.ParseSymbol(r.written[0]); err == nil && !followUp(symbol) {
				others = append(others, string(symbol))
			}
		}
	}
	switch {
	case len(others) > wanted:
		return s.shape(p, "committees: type_id of "+c.Code, "the list of %s for type %d holds %s and hardly anything that looks like %s: the number means another type of document now", c.Code, c.TypeID, others[0], c.Wanted)
	case len(rows) == 0 && reg.Mark("had:"+c.Code) != "":
		return s.shape(p, "select.rows", "the list of %s is empty, and was not before", c.Code)
	case wanted > 0:
		reg.Remember("had:"+c.Code, "yes")
	}
	if len(rows) > 0 && i.pages == 0 && i.current == 0 && len(rows) >= 10 {
		return s.shape(p, "select.pager", "the list of %s fills a page and has no pager %s, so what follows could not be read", c.Code, s.o.Select.Pager)
	}
	return nil
}
