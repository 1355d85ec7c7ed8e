package replica

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"uhri"
	"uhri/crawler/clean"
)

// Listed is a row of the replica of the treaty body database.
type Listed struct {
	Committee string // as the list of treaties has it
	Symbols   string // as the row has them; several are separated by a semicolon
	Title     string
	State     string
	Date      time.Time
	Files     []ListedFile // none = the database regrets
}

// ListedFile is a file of a row. Format is what the page says it is; the bytes may be another.
type ListedFile struct {
	Lang   uhri.Lang
	Format string
	Data   []byte
}

// DatabaseOptions say what the replica of tbinternet.ohchr.org lists, and how.
type DatabaseOptions struct {
	Rows []Listed // newest first
	// TypeID is the number of the type "Concluding observations"; 0 = 7, which is not the number of the real database, so that
	// only who reads the page's own list finds it.
	TypeID int
	// Unlabelled leaves the lists of treaties and types out: only numbers that are known beforehand lead on.
	Unlabelled bool
	// Expires ends each session's first visit behind its first page, once.
	Expires bool
	// Bare leaves the headings of columns out.
	Bare bool
}

// The paths of the database. Files lie on another host in the real one.
const (
	databaseFolder = "/_layouts/15/treatybodyexternal/"
	filesPath      = "/SelfServices/FilesHandler.ashx"
	rowsPerPage    = 10
	gridName       = "ctl00$ContentPlaceHolder1$radResultsGrid"
)

// databaseTreaties are the database's numbers of treaties.
var databaseTreaties = []struct {
	id   int
	name string
}{{1, "CAT"}, {2, "CED"}, {3, "CEDAW"}, {4, "CRPD"}, {5, "CRC"}, {6, "CERD"}, {7, "CMW"}, {8, "CCPR"}, {9, "CESCR"}, {31, "CAT-OP"}, {32, "CRC-OP-AC"}, {33, "CRC-OP-SC"}}

const visitReports = 19 // number of the Subcommittee's type

// database is the replica while it serves.
type database struct {
	o  DatabaseOptions
	mu sync.Mutex
	// visits are the sessions by their cookie, with the form each was sent last.
	visits map[string]*sent
	files  map[string]ListedFile // by token
	ended  bool
}

// sent is a form as the server remembers it.
type sent struct {
	state                string
	treaty, kind, number int
}

// Database answers like the treaty body database: lists in pages that follow each other by forms only, pages of documents in two
// variants, files whose names say little.
func Database(o DatabaseOptions) http.Handler {
	o.TypeID = cmp.Or(o.TypeID, 7)
	d := &database{o: o, visits: map[string]*sent{}, files: map[string]ListedFile{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /_vti_bin/\n")
	})
	mux.HandleFunc("GET "+databaseFolder+"TBSearch.aspx", d.search)
	mux.HandleFunc("POST "+databaseFolder+"TBSearch.aspx", d.turn)
	mux.HandleFunc("GET "+databaseFolder+"Download.aspx", d.download)
	mux.HandleFunc("GET "+databaseFolder+"DownloadDraft.aspx", func(w http.ResponseWriter, r *http.Request) { d.file(w, r.URL.Query().Get("key"), true) })
	mux.HandleFunc("GET "+filesPath, func(w http.ResponseWriter, r *http.Request) { d.file(w, r.URL.Query().Get("enc"), false) })
	return mux
}

// token is opaque and never the same twice, as the site's are.
func token() string { return rand.Text() + "+/==" }

func (d *database) rows(treaty, kind int) (out []Listed) {
	for _, t := range databaseTreaties {
		if t.id != treaty || (kind != d.o.TypeID) != (kind == visitReports && t.name == "CAT-OP") {
			continue
		}
		for _, r := range d.o.Rows {
			if r.Committee == t.name {
				out = append(out, r)
			}
		}
	}
	return out
}

func (d *database) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var treaty, kind int
	fmt.Sscan(q.Get("TreatyID"), &treaty)
	fmt.Sscan(q.Get("DocTypeID"), &kind)
	id := token()
	http.SetCookie(w, &http.Cookie{Name: "ASP.NET_SessionId", Value: url.QueryEscape(id), Path: "/", HttpOnly: true})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.visits[id] = &sent{treaty: treaty, kind: kind, number: 1}
	d.page(w, r, d.visits[id])
}

// turn answers a form: the next page, if the form is the one sent last in this session, and whole.
func (d *database) turn(w http.ResponseWriter, r *http.Request) {
	refuse := func(why string) {
		fmt.Fprintf(w, "<html><head><title>Error</title></head><body><p>Sorry, something went wrong</p><p>%s</p></body></html>", html.EscapeString(why))
	}
	cookie, err := r.Cookie("ASP.NET_SessionId")
	if err != nil {
		refuse("There is no session.")
		return
	}
	id, _ := url.QueryUnescape(cookie.Value)
	d.mu.Lock()
	defer d.mu.Unlock()
	visit := d.visits[id]
	if d.o.Expires && !d.ended {
		d.ended = true
		delete(d.visits, id)
		visit = nil
	}
	switch {
	case visit == nil:
		refuse("The session has ended.")
	case r.PostFormValue("__VIEWSTATE") != visit.state || r.PostFormValue("__EVENTVALIDATION") != visit.state+"v":
		refuse("Validation of viewstate MAC failed.")
	case r.PostFormValue("__VIEWSTATEGENERATOR") == "" || r.PostFormValue("ctl00_ContentPlaceHolder1_rlbDocTypeCategory_ClientState") == "":
		refuse("The state information is invalid for this page and might be corrupted.")
	case r.PostFormValue("__EVENTTARGET") != gridName || r.PostFormValue("__EVENTARGUMENT") != "FireCommand:"+gridName+"$ctl00;Page;Next":
		refuse("Invalid postback or callback argument.")
	default:
		visit.number++
		d.page(w, r, visit)
	}
}

// page writes one page of a list, with a form of its own.
func (d *database) page(w http.ResponseWriter, r *http.Request, visit *sent) {
	visit.state = token()
	rows := d.rows(visit.treaty, visit.kind)
	pages := max(1, (len(rows)+rowsPerPage-1)/rowsPerPage)
	visit.number = min(visit.number, pages)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<html><head><title>Treaty bodies Search</title></head><body><form method=\"post\" action=\"./TBSearch.aspx?%s\" id=\"aspnetForm\">\n", html.EscapeString(r.URL.RawQuery))
	for _, f := range [][2]string{{"__EVENTTARGET", ""}, {"__EVENTARGUMENT", ""}, {"__VIEWSTATE", visit.state}, {"__VIEWSTATEGENERATOR", "CA0B0334"}, {"__EVENTVALIDATION", visit.state + "v"},
		{"ctl00_ContentPlaceHolder1_rlbDocTypeCategory_ClientState", `{"isEnabled":true,"logEntries":[],"selectedIndices":[],"checkedIndices":[],"scrollPosition":0}`}} {
		fmt.Fprintf(w, "<input type=\"hidden\" name=\"%s\" id=\"%s\" value=\"%s\"/>\n", f[0], f[0], html.EscapeString(f[1]))
	}
	if !d.o.Unlabelled {
		fmt.Fprint(w, "<select name=\"ctl00$ContentPlaceHolder1$ddlTreaty\"><option value=\"\">All</option>")
		for _, t := range databaseTreaties {
			fmt.Fprintf(w, "<option value=\"%d\">%s</option>", t.id, t.name)
		}
		fmt.Fprintf(w, "</select><select name=\"ctl00$ContentPlaceHolder1$ddlDocType\"><option value=\"11\">General comments</option><option value=\"%d\">Concluding  observations</option><option value=\"17\">Jurisprudence</option><option value=\"%d\">Visit reports</option></select>\n", d.o.TypeID, visitReports)
	}
	fmt.Fprint(w, "<table class=\"rgMasterTable\">")
	if !d.o.Bare {
		fmt.Fprint(w, "<thead><tr><th>Document title</th><th>&nbsp;</th><th>Treaty</th><th>Country</th><th><a href=\"#\">Symbol No.</a></th><th>Publication date</th></tr></thead>")
	}
	fmt.Fprint(w, "<tbody>\n")
	for n, l := range rows[min(len(rows), (visit.number-1)*rowsPerPage):min(len(rows), visit.number*rowsPerPage)] {
		escaped := strings.ReplaceAll(url.QueryEscape(l.Symbols), "%2F", [2]string{"%2f", "%2F"}[n%2])
		fmt.Fprintf(w, "<tr class=\"%s\"><td>%s</td><td></td><td>%s</td><td>%s</td><td><a href=\"Download.aspx?symbolno=%s&amp;Lang=en\" target=\"_blank\">%s</a></td><td>%s</td></tr>\n",
			[2]string{"rgRow", "rgAltRow"}[n%2], html.EscapeString(l.Title), l.Committee, html.EscapeString(l.State), escaped, html.EscapeString(l.Symbols), l.Date.Format("2 Jan 2006"))
	}
	if len(rows) == 0 {
		fmt.Fprint(w, "<tr class=\"rgNoRecords\"><td colspan=\"6\"><div>No records to display.</div></td></tr>")
	}
	fmt.Fprint(w, "</tbody></table>")
	if len(rows) > 0 {
		fmt.Fprint(w, "<table class=\"rgPager\"><tr><td class=\"rgPagerCell NextPrevAndNumeric\"><div class=\"rgWrap rgNumPart\">")
		for n := 1; n <= pages; n++ {
			class := ""
			if n == visit.number {
				class = " class=\"rgCurrentPage\""
			}
			fmt.Fprintf(w, "<a%s href=\"javascript:__doPostBack('%s$ctl00$ctl03$ctl01$ctl%02d','')\"><span>%d</span></a>", class, gridName, 3+2*n, n)
		}
		fmt.Fprintf(w, "</div><div class=\"rgWrap rgInfoPart\"><strong>%d</strong> items in <strong>%d</strong> pages</div></td></tr></table>", len(rows), pages)
	}
	fmt.Fprint(w, "\n</form></body></html>")
}

// databaseLanguages are the languages as the pages of documents write them.
var databaseLanguages = map[uhri.Lang]string{uhri.English: "English", uhri.French: "French", uhri.Spanish: "Spanish", uhri.Russian: "Russian", uhri.Arabic: "Arabic", uhri.Chinese: "Chinese"}

// download writes the page of a document, in the older variant or the newer one.
func (d *database) download(w http.ResponseWriter, r *http.Request) {
	symbol := r.URL.Query().Get("symbolno")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	i := slices.IndexFunc(d.o.Rows, func(l Listed) bool { return slices.Contains(strings.Split(l.Symbols, "; "), symbol) })
	if i < 0 || len(d.o.Rows[i].Files) == 0 {
		fmt.Fprint(w, "<html><body><span>Sorry there is no files available</span></body></html>")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprint(w, "<html><body><table>")
	for n, f := range d.o.Rows[i].Files {
		key := token()
		d.files[key] = f
		if i%2 == 0 {
			fmt.Fprintf(w, "<tr><td>%s</td><td><a title=\"%s %s\" href=\"%s?enc=%s\">.%s</a></td></tr>\n", databaseLanguages[f.Lang], databaseLanguages[f.Lang], f.Format, filesPath, url.QueryEscape(key), f.Format)
			continue
		}
		name := fmt.Sprintf("%s_%d_%s.%s", strings.NewReplacer("/", "_", ".", "").Replace(symbol), 12345+n, strings.ToUpper(string(f.Lang[:1])), f.Format)
		fmt.Fprintf(w, "<tr><td>%s</td><td><a href=\"DownloadDraft.aspx?key=%s\">.%s</a></td><td>%s</td></tr>\n", databaseLanguages[f.Lang], url.QueryEscape(key), f.Format, name)
	}
	fmt.Fprint(w, "</table></body></html>")
}

// file serves a file by its token, which holds once.
func (d *database) file(w http.ResponseWriter, key string, named bool) {
	d.mu.Lock()
	f, ok := d.files[key]
	delete(d.files, key)
	d.mu.Unlock()
	if !ok {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if f.Format == "html" {
		w.Header().Set("Content-Type", "text/html; charset=utf-16")
	}
	if named {
		w.Header().Set("Content-Disposition", "attachment; filename=document."+f.Format)
	}
	_, _ = w.Write(f.Data) // a client that went away is no fault
}

// webPage writes the paper as the database's older files are: HTML in UTF-16 with its mark, exported from a word processor, the
// space between two runs lost wherever the style changes.
func (p paper) webPage() []byte {
	var b strings.Builder
	b.WriteString("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-16\"><title></title></head><body>\n")
	write := func(bold bool, number, s string) {
		if number != "" {
			number = "<span>" + number + "</span>"
		}
		s = html.EscapeString(s)
		if bold {
			s = "<b>" + s + "</b>"
		}
		fmt.Fprintf(&b, "<p>%s<span>%s</span></p>\n", number, s)
	}
	for _, s := range append([]string{p.symbol, "Distr.: General", p.date, "Original: English"}, p.title...) {
		write(false, "", s)
	}
	n, letter, capital, roman := p.first-1, 0, 0, 0
	for _, l := range p.lines {
		switch l.kind {
		case part:
			roman, capital = roman+1, 0
			write(true, romans[roman]+".", l.text)
		case section:
			capital++
			write(true, string(rune('A'+capital-1))+".", l.text)
		case side:
			write(true, "", l.text)
		case paragraph:
			if n, letter = n+1, 0; n == p.skips {
				n++
			}
			write(false, fmt.Sprintf("%d.", n), l.text)
		case lettered:
			letter++
			write(false, fmt.Sprintf("(%c)", 'a'+letter-1), l.text)
		default:
			write(false, "", l.text)
		}
	}
	b.WriteString("</body></html>")
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(b.String())) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// oldWord stands in for a Word file from before 2007: the first sector of its container and nothing to read.
func oldWord() []byte {
	b := make([]byte, 4096)
	copy(b, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1})
	copy(b[24:], []byte{0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0})
	return b
}

// observed is one document of a treaty body, as its files tell it.
type observed struct {
	symbol string
	title  string
	date   time.Time
	from   int // number of the first concern
	said   []clean.Passage
}

// paper writes the document: what every committee opens with up to the first concern, then concerns and recommendations as
// they were said, then what they ask for at the end.
func (o observed) paper() paper {
	p := paper{symbol: o.symbol, date: o.date.Format("2 January 2006"), first: 1, title: []string{o.title}}
	opening := []string{
		"The Committee considered the report of the State party at two public meetings and adopted the present concluding observations.",
		"The Committee appreciates the submission of the report and the replies to the list of issues.",
		"The Committee welcomes the constructive dialogue held with the high-level delegation.",
	}
	p.lines = append(p.lines, line{section, "Introduction"})
	for n := 1; n < o.from; n++ {
		if n == min(4, o.from-1) {
			p.lines = append(p.lines, line{section, "Positive aspects"})
		}
		if n <= len(opening) && n < o.from-1 {
			p.lines = append(p.lines, line{paragraph, opening[n-1]})
			continue
		}
		p.lines = append(p.lines, line{paragraph, fmt.Sprintf("The Committee welcomes the adoption of a plan of action on human rights in the course of year %d of the reporting period.", n)})
	}
	p.lines = append(p.lines, line{section, "Principal subjects of concern and recommendations"})
	heading := ""
	for _, s := range o.said {
		if s.Heading != "" && s.Heading != heading {
			heading = s.Heading
			p.lines = append(p.lines, line{side, heading})
		}
		for n, text := range strings.Split(strings.TrimSpace(s.Body), "\n") {
			switch _, rest, ok := strings.Cut(text, ") "); {
			case n == 0:
				p.lines = append(p.lines, line{paragraph, text})
			case ok && strings.HasPrefix(text, "("):
				p.lines = append(p.lines, line{lettered, rest})
			default:
				p.lines = append(p.lines, line{plain, text})
			}
		}
	}
	p.lines = append(p.lines, line{side, "Dissemination"}, line{paragraph, "The Committee requests the State party to disseminate the present concluding observations widely in its languages."})
	return p
}

// Observations are the rows of the demonstration's database: what UHRI has too, what it does not have yet, and the odd ones a list
// of the real database has among them.
var Observations = sync.OnceValue(func() []Listed {
	var out []Listed
	files := func(n int, p paper) []ListedFile {
		switch n % 4 {
		case 1:
			return []ListedFile{{uhri.English, "html", p.webPage()}}
		case 2:
			return []ListedFile{{uhri.English, "pdf", p.pdf(false)}, {uhri.English, "html", p.webPage()}}
		case 3:
			return []ListedFile{{uhri.English, "doc", p.word()}} // the extension lies
		}
		return []ListedFile{{uhri.English, "pdf", p.pdf(false)}, {uhri.English, "docx", p.word()}}
	}
	list := func(committee, state string, o observed, f []ListedFile) {
		out = append(out, Listed{Committee: committee, Symbols: o.symbol, Title: o.title, State: state, Date: o.date, Files: f})
	}
	// What a committee says from a paragraph on; like is one with the same articles.
	said := func(code, like string, from int) (out []clean.Passage) {
		pairs := slices.DeleteFunc(slices.Clone(words().pairs), func(p pair) bool { _, ok := p.Articles[like]; return !ok })
		for i, p := range pairs[:min(4, len(pairs))] {
			articles := p.Articles[like]
			if like != code {
				articles = nil
			}
			concern := cmp.Or(p.EN.Concern, "The Committee notes that progress has been slow.")
			for _, text := range []string{concern, p.EN.Ask} {
				out = append(out, clean.Passage{Heading: p.EN.Heading + articlesOf(articles, uhri.English), Number: fmt.Sprint(from + 2*i), Body: strings.TrimSpace(text)})
			}
		}
		return out
	}
	states := uhri.DemoCountries()
	// Those of the newest session, which UHRI does not have yet.
	for n, c := range append(slices.Clone(committees), struct{ code, series, long string }{"CED", "CED/C", ""}, struct{ code, series, long string }{"SPT", "CAT/OP", ""}) {
		each := 1
		if c.code == "CEDAW" {
			each = 6
		}
		for k := range each {
			s := states[(2*n+k+3)%len(states)]
			o := observed{symbol: fmt.Sprintf("DEMO/%s/%s/CO/11", c.series, s.Code), title: "Concluding observations on the eleventh periodic report of " + s.Name,
				date: time.Date(2026, 3, 20-n-k, 0, 0, 0, 0, time.UTC), from: 5}
			committee, like := c.code, c.code
			switch c.code {
			case "SPT":
				o.symbol, o.title = fmt.Sprintf("DEMO/CAT/OP/%s/2", s.Code), fmt.Sprintf("Visit to %s undertaken from 3 to 9 November 2025: observations and recommendations addressed to the State party", s.Name)
				committee, like = "CAT-OP", "CAT"
			case "CED":
				like = "CAT"
			}
			o.said = said(c.code, like, o.from)
			list(committee, s.Name, o, files(n+k, o.paper()))
		}
	}
	// Those UHRI has.
	bySymbol := map[string][]Record{}
	var symbols []string
	for _, r := range Records(uhri.English, 1) {
		if s := uhri.Symbol(r.Symbol); s.Mechanism() == uhri.MechanismTreatyBody && strings.Contains(r.Symbol, "/CO/") && len(r.Countries) == 1 {
			if bySymbol[r.Symbol] == nil {
				symbols = append(symbols, r.Symbol)
			}
			bySymbol[r.Symbol] = append(bySymbol[r.Symbol], r)
		}
	}
	slices.Sort(symbols)
	for n, s := range symbols {
		o := observed{symbol: s, title: "Concluding observations on the report of " + bySymbol[s][0].Countries[0]}
		if o.date, _ = time.Parse("2006-01-02T15:04:05", bySymbol[s][0].PublicationDate); o.date.IsZero() {
			o.date = time.Date(2015, 6, 1, 0, 0, 0, 0, time.UTC)
		}
		for _, r := range bySymbol[s] {
			o.said = append(o.said, clean.Split(clean.Text(r.Text)))
		}
		slices.SortStableFunc(o.said, func(a, b clean.Passage) int { return clean.Order(a.Number) - clean.Order(b.Number) })
		o.from = clean.Order(o.said[0].Number)
		fmt.Sscan(o.said[0].Number, &o.from)
		committee, _ := uhri.Symbol(s).Body()
		list(committee, bySymbol[s][0].Countries[0], o, files(n, o.paper()))
	}
	// The odd ones: other people's papers, the State's follow-up, a correction, a page that lost a paragraph, files of another document, of a
	// kind nobody here reads for certain, in another language only, and none.
	odd := func(symbols, title, state string, year int, f []ListedFile) {
		out = append(out, Listed{Committee: "CEDAW", Symbols: symbols, Title: title, State: state, Date: time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC), Files: f})
	}
	s, first := states[5], out[0]
	code := string(s.Code)
	odd("INT/CEDAW/NGO/"+code+"/51234/E", "Submission of an alliance of organizations", s.Name, 2025, first.Files)
	odd("INT_CEDAW_FUL_"+code+"_51235_E", "Letter on follow-up", s.Name, 2025, nil)
	odd(first.Symbols+"/Add.1", "Information received from the State party on follow-up to the concluding observations", first.State, 2025, nil)
	gap := observed{symbol: "DEMO/CEDAW/C/" + code + "/CO/8", title: "Concluding observations on the eighth periodic report of " + s.Name, date: time.Date(2018, 6, 1, 0, 0, 0, 0, time.UTC), from: 5,
		said: said("CEDAW", "CEDAW", 5)}.paper()
	gap.skips = 8
	odd(gap.symbol, "Concluding observations", s.Name, 2018, []ListedFile{{uhri.English, "html", gap.webPage()}})
	odd("DEMO/CEDAW/C/"+code+"/CO/7", "Concluding observations", s.Name, 2014, []ListedFile{{uhri.English, "docx", first.Files[len(first.Files)-1].Data}})
	odd("DEMO/CEDAW/C/"+code+"/CO/6", "Concluding observations", s.Name, 2009, []ListedFile{{uhri.English, "doc", oldWord()}})
	for n := 5; count(out, "CEDAW") < 22; n-- {
		odd(fmt.Sprintf("DEMO/CEDAW/C/%s/CO/%d", states[(n+60)%len(states)].Code, 1+(n+60)%5), "Concluding comments", states[(n+60)%len(states)].Name, 1995+max(0, n), nil)
	}
	both := fmt.Sprintf("DEMO/CEDAW/C/%s/CO/1; DEMO/CEDAW/C/%s/CO/1/Corr.1", states[11].Code, states[11].Code)
	odd(both, "Concluding observations, and a correction", states[11].Name, 1999, nil)
	slices.SortStableFunc(out, func(a, b Listed) int { return b.Date.Compare(a.Date) })
	return out
})

func count(rows []Listed, committee string) (n int) {
	for _, r := range rows {
		if r.Committee == committee {
			n++
		}
	}
	return n
}
