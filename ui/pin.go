package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"uhri"
	"uhri/api/cite"
	"uhri/api/pin"
	"uhri/api/problem"
	"uhri/index/searchurl"
)

// PinPage shows a pinned search: what it found then, what it finds now, and how the two differ.
type PinPage struct {
	Frame
	Pin   *pin.Pin
	Now   *pin.Comparison
	At    searchurl.Address // the same search on the current snapshot
	Diffs []PinDifference
	Files []Link
	Whole Link // the page with all kinds, from the page of one
	u     *UI
}

// PinDifference is one kind of difference with some of its records: the first where all kinds are shown, or a page.
type PinDifference struct {
	Kind    pin.Kind
	Head    string
	Sub     string
	Records []PinRecord
	All     Link // the pages with all of them, where these are the first only
	Pager   *Pager
}

// How many records a kind of difference has on the page of all kinds and on its own, and how much is shown of one.
const (
	firstDifferences = 20
	differencesPage  = 100
	pinnedText       = 240 // bytes of a text shown to recognise a record by
)

// PinRecord is one record that differs.
type PinRecord struct {
	Link
	Note  string
	Lang  uhri.Lang // of Text
	Text  string    // what it says, or said last; where Texts has nothing
	Texts []PinText
}

// PinText is what became of a record's text in one language.
type PinText struct {
	Lang  uhri.Lang
	Edits []Edit
}

// pinForm are the fields that carry a search to be pinned: the one shown, on the snapshot it was shown from.
func pinForm(at searchurl.Address, snapshot string) []searchurl.Pair {
	return at.Set().Sort("").Snapshot(snapshot).Pairs()
}

// CanPin reports whether the page offers to pin its search.
func (p *SearchPage) CanPin() bool { return p.u.o.Pins != nil && !p.Demo && p.Result != nil }

// PinFields are the hidden fields of the form that pins the search.
func (p *SearchPage) PinFields() []searchurl.Pair { return pinForm(p.At, p.Snapshot.ID) }

// pinRows is what a pin counts for beside the rows it goes through: it stays for ever, so nobody should make a million in a day.
const pinRows = 1000

// pinSearch keeps a search: POST /q with its parameters, as a form, or as JSON {"search": "q=…&country=KEN"}.
func (u *UI) pinSearch(c echo.Context) error {
	r := c.Request()
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	made, err := u.pinAsked(r, media)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, "/q/"+made.ID)
	}
	p := problem.Of(err)
	p.Demo = u.o.Demo
	if media == "application/json" {
		problem.Write(c.Response(), r, p)
		return nil
	}
	if _, ok := errors.AsType[*problem.Problem](err); !ok {
		return err
	}
	return u.refused(c, u.words.Text("pin.refused"), p)
}

func (u *UI) pinAsked(r *http.Request, media string) (*pin.Pin, error) {
	if u.o.Pins == nil || u.o.Demo {
		return nil, uhri.Errorf(uhri.Unsupported, "pin", "this data is invented, so no search of it can be cited")
	}
	if err := u.sameOrigin(r); err != nil {
		return nil, err
	}
	params, err := pinParameters(r, media)
	if err != nil {
		return nil, err
	}
	req, faults := searchurl.Parse(formValues(params), searchurl.Options{})
	if len(faults) > 0 { // a citation of a search that was read otherwise than meant helps nobody
		return nil, problem.Invalid(faults...)
	}
	if u.o.Admit == nil {
		return u.o.Pins.Pin(r.Context(), req)
	}
	release, refused := u.o.Admit(r)
	if refused != nil {
		return nil, refused
	}
	rows := pinRows
	defer func() { release(rows) }()
	made, err := u.o.Pins.Pin(r.Context(), req)
	if err == nil {
		rows += made.Count
	}
	return made, err
}

// sameOrigin refuses what another site makes a browser send (Sec-Fetch-Site, Origin); programs send neither.
func (u *UI) sameOrigin(r *http.Request) error {
	check := http.NewCrossOriginProtection()
	if u.o.BaseURL != "" { // behind a proxy the host may be another than the one people see
		if err := check.AddTrustedOrigin(u.o.BaseURL); err != nil {
			return err
		}
	}
	if err := check.Check(r); err != nil {
		return problem.New(http.StatusForbidden, "searches are pinned from this site's own pages, or by programs that are no browser")
	}
	return nil
}

// pinParameters reads the search out of a body.
func pinParameters(r *http.Request, media string) (url.Values, error) {
	const most = 64 << 10 // a query and its filters take a quarter
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil || len(body) > most {
		return nil, uhri.Errorf(uhri.Invalid, "pin", "the search could not be read, or is longer than %d bytes", most)
	}
	query := string(body)
	switch media {
	case "application/json":
		var asked struct {
			Search *string `json:"search"`
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields() // a misspelt member must not pin everything
		if err := dec.Decode(&asked); err != nil || asked.Search == nil || dec.More() {
			return nil, uhri.Errorf(uhri.Invalid, "pin", `send {"search": "q=torture&country=KEN"}; "search": "" is the whole collection`)
		}
		query = strings.TrimPrefix(*asked.Search, "?")
	case "application/x-www-form-urlencoded", "":
	default:
		return nil, uhri.Errorf(uhri.Invalid, "pin", "send a form, or JSON")
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil, uhri.Errorf(uhri.Invalid, "pin", "the search is no query string")
	}
	return v, nil
}

// pinnedSearch is the page of a pinned search: all kinds of difference with their first records, or one kind page by page.
func (u *UI) pinnedSearch(c echo.Context) error {
	if u.o.Pins == nil {
		return uhri.Errorf(uhri.NotFound, "pin", "there is no pinned search at this address")
	}
	ctx := c.Request().Context()
	made, err := u.o.Pins.Get(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if asksJSON(c) {
		return c.Redirect(http.StatusTemporaryRedirect, "/q/"+made.ID+".json")
	}
	now, err := u.o.Pins.Compare(ctx, made)
	if err != nil {
		return err
	}
	req, _, err := made.Search()
	if err != nil {
		return err
	}
	w, at := u.words, "/q/"+made.ID
	p := &PinPage{Frame: u.frame(c, "search", w.Text("pin.title", made.ID)), Pin: made, Now: now, At: searchAt(req), u: u}
	p.NoIndex, p.Snapshot, p.JSON = true, now.Snapshot, at+".json"
	p.Description = w.Count("pin.description", made.Count, made.Words)
	for _, ext := range []string{"csv", "ndjson"} {
		p.Files = append(p.Files, Link{Label: w.Text("pin.file.then", w.Text("export."+ext)), URL: at + "." + ext + "?as=then"})
	}
	if now.Total() > 0 {
		p.Files = append(p.Files, Link{Label: w.Text("pin.file.difference", w.Text("export.csv")), URL: at + ".csv?as=difference"})
	}
	kind, err := pinKind(c.QueryParam("kind"))
	if err != nil {
		return err
	}
	if kind != "" {
		p.Whole = Link{Label: w.Text("pin.whole"), URL: at}
		p.JSON += "?kind=" + string(kind)
	} else if c.QueryParam("page") != "" {
		return uhri.Errorf(uhri.Invalid, "pin", "pages are those of one kind of difference: ?kind=added, changed, withdrawn or left")
	}
	for _, k := range pin.Kinds() {
		n := now.Count(k)
		if kind != "" && k != kind || kind == "" && n == 0 {
			continue
		}
		diff := PinDifference{Kind: k, Head: w.Count("pin."+string(k), n), Sub: w.Text("pin." + string(k) + ".sub")}
		size, page := firstDifferences, 1
		pages := func(n int) string { return at + "?kind=" + string(k) + "&page=" + strconv.Itoa(n) }
		if kind != "" {
			size = differencesPage
			if page, err = pageNumber(c.QueryParam("page"), n, size); err != nil {
				return err
			}
			diff.Pager = newPager(n, size, page, pages)
		} else if n > size {
			diff.All = Link{Label: w.Count("pin.all", n), URL: pages(1)}
		}
		err := u.o.Pins.List(ctx, made, now, k, (page-1)*size, func(d pin.Difference) bool {
			if len(diff.Records) == size {
				return false
			}
			diff.Records = append(diff.Records, u.pinRecord(d))
			return true
		})
		if err != nil {
			return err
		}
		p.Diffs = append(p.Diffs, diff)
	}
	return u.render(c, http.StatusOK, "pin", p)
}

// pinKind reads the kind of difference asked for; an unknown one is refused with those there are.
func pinKind(raw string) (pin.Kind, error) {
	if raw == "" {
		return "", nil
	}
	var names []string
	for _, k := range pin.Kinds() {
		if string(k) == raw {
			return k, nil
		}
		names = append(names, string(k))
	}
	return "", uhri.Errorf(uhri.Invalid, "pin", "there is no kind of difference %q; there are %s", shorten(raw, 40), strings.Join(names, ", "))
}

func (u *UI) pinRecord(d pin.Difference) PinRecord {
	v := PinRecord{Link: Link{Label: strings.TrimSpace(string(d.Symbol) + " " + d.Paragraph), URL: recordURL(d.ID)}}
	if v.Label == "" {
		v.Label = string(d.ID)
	}
	switch {
	case d.Why != "":
		v.Note = u.words.Text("gone." + string(d.Why))
	case d.Kind == pin.Altered && len(d.Edits) == 0:
		v.Note = u.words.Text("pin.facts")
	}
	if len(d.Edits) == 0 {
		v.Lang, v.Text = d.Lang, shorten(d.Text, pinnedText)
	}
	for _, e := range d.Edits {
		v.Texts = append(v.Texts, PinText{Lang: e.Lang, Edits: compare(e.Then, e.Now)})
	}
	return v
}

// Unreadable says what of the search there is no more.
func (p *PinPage) Unreadable() string {
	var parts []string
	for _, f := range p.Now.Unreadable {
		parts = append(parts, strings.TrimSuffix(f.Parameter+"="+f.Value, "="))
	}
	return strings.Join(parts, ", ")
}

// Words is the search as it was read, with its filters.
func (p *PinPage) Words() string {
	words := []string{}
	if p.Pin.Canonical != "" {
		words = append(words, p.Pin.Words)
	}
	for _, c := range p.u.chips(p.At) {
		words = append(words, c.Name+" "+c.Value)
	}
	if len(words) == 0 {
		return p.words.Text("search.heading.all")
	}
	return strings.Join(words, "; ")
}

// Current is the same search today, as it was asked: its page says what of it there is no more.
func (p *PinPage) Current() string {
	if p.Pin.Request == "" {
		return "/search"
	}
	return "/search?" + p.Pin.Request
}

// Citations are the pinned search, in the styles people write.
func (p *PinPage) Citations() []Citation {
	read, _ := citations(p.work(), p.Demo)
	return read
}

// References are the pinned search for reference managers.
func (p *PinPage) References() []Citation {
	_, machine := citations(p.work(), p.Demo)
	return machine
}

func (p *PinPage) work() cite.Work {
	return cite.OfSearch(p.Words(), p.Pin.Snapshot, p.Pin.Created, p.Pin.Count, p.Canonical)
}
