package specialprocedures

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"uhri"
	"uhri/crawler"
)

// answer is one OAI-PMH response. Namespaces are not looked at: prefixes of MARC differ between servers.
type answer struct {
	XMLName  xml.Name `xml:"OAI-PMH"`
	Error    []fault  `xml:"error"`
	Identify *struct {
		Name        string `xml:"repositoryName"`
		Version     string `xml:"protocolVersion"`
		Earliest    string `xml:"earliestDatestamp"`
		Deleted     string `xml:"deletedRecord"`
		Granularity string `xml:"granularity"`
	} `xml:"Identify"`
	ListSets *struct {
		Sets []struct {
			Spec string `xml:"setSpec"`
			Name string `xml:"setName"`
		} `xml:"set"`
		Token string `xml:"resumptionToken"`
	} `xml:"ListSets"`
	ListRecords *struct {
		Records []record `xml:"record"`
		Token   string   `xml:"resumptionToken"`
	} `xml:"ListRecords"`
}

type fault struct {
	Code string `xml:"code,attr"`
	Text string `xml:",chardata"`
}

// The codes of OAI-PMH 2.0 §3.6 that mean something to us.
const (
	noRecordsMatch     = "noRecordsMatch"
	badResumptionToken = "badResumptionToken"
	noSetHierarchy     = "noSetHierarchy"
)

func (a *answer) fault(code string) bool {
	return slices.ContainsFunc(a.Error, func(f fault) bool { return f.Code == code })
}

// record is a card of the catalogue.
type record struct {
	Header struct {
		Status     string `xml:"status,attr"`
		Identifier string `xml:"identifier"`
	} `xml:"header"`
	Fields []struct {
		Tag       string `xml:"tag,attr"`
		Subfields []struct {
			Code string `xml:"code,attr"`
			Text string `xml:",chardata"`
		} `xml:"subfield"`
	} `xml:"metadata>record>datafield"`
}

// values returns the subfields of a MARC field, each field's joined by a space.
func (r *record) values(tag, codes string) (out []string) {
	for _, f := range r.Fields {
		if f.Tag != tag {
			continue
		}
		var parts []string
		for _, s := range f.Subfields {
			if strings.Contains(codes, s.Code) {
				parts = append(parts, strings.Join(strings.Fields(s.Text), " "))
			}
		}
		if len(parts) > 0 {
			out = append(out, strings.Join(parts, " "))
		}
	}
	return out
}

var (
	addendum = regexp.MustCompile(`^(?:DEMO/)?A/HRC/(?:S-)?\d+/\d+/Add\.\d+$`)
	visit    = regexp.MustCompile(`(?i)\b(?:visits?|missions?)\b`)
	comments = regexp.MustCompile(`(?i)\b(?:comments|observations|response|replies|reply|views|information)\s+(?:received\s+|submitted\s+|provided\s+)?(?:by|from|of)\s+(?:the\s+)?(?:states?|government|permanent mission|republic|kingdom)\b`)
	dated    = regexp.MustCompile(`^(\d{4})-?(\d{2})?-?(\d{2})?`)
)

// report tells whether a card is that of a report on a visit.
func (r *record) report() (symbol uhri.Symbol, published time.Time, ok bool) {
	title := strings.Join(r.values("245", "abnp"), " ")
	if r.Header.Status == "deleted" || !visit.MatchString(title) || comments.MatchString(title) {
		return "", published, false
	}
	for _, v := range r.values("269", "a") {
		if m := dated.FindStringSubmatch(v); m != nil && m[2] != "" && m[3] != "" {
			published, _ = time.Parse(time.DateOnly, m[1]+"-"+m[2]+"-"+m[3]) // zero where it is no date
		}
	}
	for _, v := range r.values("191", "a") {
		if s, err := uhri.ParseSymbol(v); err == nil && addendum.MatchString(string(s)) {
			return s, published, true
		}
	}
	return "", published, false
}

// catalogue asks an OAI-PMH server.
type catalogue struct {
	*Source
	earliest time.Time
	stamp    string // layout of dates, by the server's granularity
	about    string // the server in its own words, for errors
}

// open asks the server what it is and which sets it has.
func (s *Source) open(ctx context.Context) (*catalogue, error) {
	c := &catalogue{Source: s, stamp: time.DateOnly}
	a, err := c.ask(ctx, url.Values{"verb": {"Identify"}})
	if err != nil {
		return nil, err
	}
	id := a.Identify
	if id == nil || id.Version != "" && !strings.HasPrefix(strings.TrimSpace(id.Version), "2.") {
		return nil, c.changed("Identify", "it does not present itself as an OAI-PMH 2.0 server")
	}
	c.about = fmt.Sprintf("%s, deleted records: %s, dates: %s", strings.TrimSpace(id.Name), id.Deleted, id.Granularity)
	if len(id.Earliest) >= len(time.DateOnly) {
		if c.earliest, err = time.Parse(time.DateOnly, id.Earliest[:len(time.DateOnly)]); err != nil {
			return nil, c.changed("Identify", "its earliest date is %q", id.Earliest)
		}
	}
	sets, err := c.sets(ctx)
	if err != nil && (s.o.Set != "" || uhri.KindOf(err) != uhri.Unavailable) {
		return nil, err // who wants all records can do without
	}
	if s.o.Set != "" && !slices.Contains(sets, s.o.Set) {
		return nil, c.changed("ListSets", "there is no set %q among %s", s.o.Set, strings.Join(sets, ", "))
	}
	if len(sets) > 0 {
		c.about += ", sets: " + strings.Join(sets, ", ")
	}
	return c, nil
}

// sets lists the sets of the catalogue; none when it has no such thing.
func (c *catalogue) sets(ctx context.Context) (sets []string, err error) {
	q := url.Values{"verb": {"ListSets"}}
	for tokens := map[string]bool{}; ; {
		a, err := c.ask(ctx, q)
		switch {
		case err != nil:
			return nil, err
		case a.fault(noSetHierarchy):
			return nil, nil
		case a.ListSets == nil:
			return nil, c.changed("ListSets", "it answers with neither sets nor the word that it has none")
		}
		for _, set := range a.ListSets.Sets {
			sets = append(sets, strings.TrimSpace(set.Spec))
		}
		token := strings.TrimSpace(a.ListSets.Token)
		if token == "" || tokens[token] {
			return sets, nil
		}
		tokens[token] = true
		q = url.Values{"verb": {"ListSets"}, "resumptionToken": {token}}
	}
}

// changed says what is missing for the server to be the one expected.
func (c *catalogue) changed(verb, format string, args ...any) error {
	about := ""
	if c.about != "" {
		about = " (" + c.about + ")"
	}
	return uhri.Errorf(uhri.Unavailable, "specialprocedures", "the catalogue at %s%s is not what it was, asked to %s: %s", c.oai, about, verb, fmt.Sprintf(format, args...))
}

// ask makes one request. Faults the server reports are the caller's to judge; those nobody expects are errors.
func (c *catalogue) ask(ctx context.Context, q url.Values) (*answer, error) {
	address := c.oai + "?" + q.Encode()
	a, err := c.o.Client.Get(ctx, address, http.Header{"Accept": {"text/xml, application/xml"}})
	if err != nil {
		return nil, err
	}
	switch {
	case a.Status == http.StatusAccepted && len(strings.TrimSpace(string(a.Body))) == 0:
		return nil, &crawler.BlockedError{Reason: fmt.Sprintf("%s: an empty 202, the sign of a firewall", address)}
	case a.Status != http.StatusOK:
		return nil, uhri.Errorf(uhri.Unavailable, "specialprocedures", "the catalogue answers %d to %s", a.Status, address)
	}
	var out answer
	if err := xml.Unmarshal(a.Body, &out); err != nil {
		return nil, c.changed(q.Get("verb"), "it answers with no OAI-PMH document: %v", err)
	}
	for _, f := range out.Error {
		switch f.Code {
		case noRecordsMatch, badResumptionToken, noSetHierarchy:
		default:
			return nil, c.changed(q.Get("verb"), "%s: %s", f.Code, strings.TrimSpace(f.Text))
		}
	}
	return &out, nil
}

// errToken says that a resumption token did not hold.
var errToken = errors.New("the server does not know its resumption token any more")

// window lists the reports among the cards touched from a day to another, both included. A token that expired begins it again once.
func (c *catalogue) window(ctx context.Context, from, until time.Time) ([]found, error) {
	out, err := c.records(ctx, from, until)
	if errors.Is(err, errToken) {
		out, err = c.records(ctx, from, until)
	}
	if err != nil {
		return nil, fmt.Errorf("the window from %s to %s: %w", from.Format(time.DateOnly), until.Format(time.DateOnly), err)
	}
	return out, nil
}

// found is a report the catalogue has.
type found struct {
	symbol    uhri.Symbol
	published time.Time
}

func (c *catalogue) records(ctx context.Context, from, until time.Time) ([]found, error) {
	q := url.Values{"verb": {"ListRecords"}, "metadataPrefix": {c.o.Prefix}, "from": {from.Format(c.stamp)}, "until": {until.Format(c.stamp)}}
	if c.o.Set != "" {
		q.Set("set", c.o.Set)
	}
	var out []found
	seen, fields := 0, 0
	for tokens := map[string]bool{}; ; {
		a, err := c.ask(ctx, q)
		switch {
		case err != nil:
			return nil, err
		case a.fault(badResumptionToken):
			return nil, errToken
		case a.fault(noRecordsMatch):
			return out, nil
		case a.ListRecords == nil:
			return nil, c.changed("ListRecords", "it answers with neither records nor the word that there are none")
		}
		for i := range a.ListRecords.Records {
			r := &a.ListRecords.Records[i]
			if r.Header.Status != "deleted" {
				seen++
				fields += len(r.Fields)
			}
			if symbol, published, ok := r.report(); ok {
				out = append(out, found{symbol, published})
			}
		}
		crawler.Report(ctx, crawler.Progress{Note: fmt.Sprintf("catalogue: %s to %s, %d cards", from.Format(time.DateOnly), until.Format(time.DateOnly), seen)})
		token := strings.TrimSpace(a.ListRecords.Token)
		switch {
		case token == "" && seen > 0 && fields == 0:
			return nil, c.changed("ListRecords", "none of %d records has a MARC field", seen)
		case token == "":
			return out, nil
		case tokens[token]:
			return nil, c.changed("ListRecords", "it gives the same resumption token again")
		case len(tokens) >= c.o.MaxPages:
			return nil, c.changed("ListRecords", "the window goes on after %d pages", len(tokens)+1)
		}
		tokens[token] = true
		q = url.Values{"verb": {"ListRecords"}, "resumptionToken": {token}} // exclusive, OAI-PMH 2.0 §3.5
	}
}
