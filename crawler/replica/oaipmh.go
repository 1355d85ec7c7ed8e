package replica

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"uhri"
	"uhri/crawler/clean"
)

// Card is a record of the replica of the catalogue.
type Card struct {
	ID      int
	Touched time.Time // by which windows select
	Symbol  string
	Title   string
	Date    string // of the document
	Deleted bool
}

// CatalogueOptions say what the replica of the Digital Library's OAI-PMH service answers.
type CatalogueOptions struct {
	Cards   []Card
	Page    int  // cards a page; 0 = so many that there are two pages
	Expired bool // the first resumption token is not known any more, once
	NoSets  bool
}

// CataloguePath is where the service answers.
const CataloguePath = "/oai2d"

// maxWindow is the longest stretch of days the catalogue answers for.
const maxWindow = 91 * 24 * time.Hour

// Catalogue answers like digitallibrary.un.org/oai2d: it refuses a stretch of time without end, or of more than ninety days, says
// so when nothing matches, and pages by tokens that are not always known any more.
func Catalogue(o CatalogueOptions) http.Handler {
	var mu sync.Mutex
	tokens := map[string][]Card{} // what is left of a list
	expired := false
	mux := http.NewServeMux()
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nCrawl-Delay: 5\nDisallow: /search\nDisallow: /rss\n")
	})
	mux.HandleFunc("GET "+CataloguePath, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		answer := func(body string) {
			w.Header().Set("Content-Type", "text/xml; charset=utf-8")
			fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>2026-11-20T00:00:00Z</responseDate><request>http://localhost%s</request>%s</OAI-PMH>", CataloguePath, body)
		}
		fault := func(code, text string) { answer(fmt.Sprintf("<error code=\"%s\">%s</error>", code, text)) }
		switch q.Get("verb") {
		case "Identify":
			answer("<Identify><repositoryName>A library of the demonstration</repositoryName><baseURL>" + CataloguePath + "</baseURL><protocolVersion>2.0</protocolVersion>" +
				"<earliestDatestamp>1998-01-01T00:00:00Z</earliestDatestamp><deletedRecord>transient</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>")
			return
		case "ListSets":
			if o.NoSets {
				fault("noSetHierarchy", "This repository has no sets")
				return
			}
			answer("<ListSets><set><setSpec>sanctions</setSpec><setName>Sanctions</setName></set><set><setSpec>hrc</setSpec><setName>Human Rights Council</setName></set></ListSets>")
			return
		case "ListRecords":
		default:
			fault("badVerb", "Illegal verb")
			return
		}
		mu.Lock()
		defer mu.Unlock()
		var left []Card
		if t := q.Get("resumptionToken"); t != "" {
			found, ok := tokens[t]
			if o.Expired && !expired {
				expired, ok = true, false
			}
			if !ok || len(q) != 2 {
				fault("badResumptionToken", "The token is not known or has expired")
				return
			}
			delete(tokens, t)
			left = found
		} else {
			from, err1 := time.Parse(time.DateOnly, q.Get("from"))
			until, err2 := time.Parse(time.DateOnly, q.Get("until"))
			switch {
			case q.Get("metadataPrefix") != "marcxml":
				fault("cannotDisseminateFormat", "Only marcxml and oai_dc")
				return
			case err1 != nil || err2 != nil || until.Sub(from) >= maxWindow:
				http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
				return
			}
			for _, c := range o.Cards {
				if day := c.Touched.Truncate(24 * time.Hour); !day.Before(from) && !day.After(until) {
					left = append(left, c)
				}
			}
			if len(left) == 0 {
				fault("noRecordsMatch", "The combination of the given values results in an empty list")
				return
			}
		}
		size := o.Page
		if size == 0 {
			size = max(1, (len(o.Cards)+1)/2)
		}
		var b strings.Builder
		b.WriteString("<ListRecords>")
		for _, c := range left[:min(size, len(left))] {
			b.WriteString(c.marc())
		}
		if left = left[min(size, len(left)):]; len(left) > 0 {
			t := token()
			tokens[t] = left
			fmt.Fprintf(&b, "<resumptionToken cursor=\"0\">%s</resumptionToken>", t)
		} else if q.Get("resumptionToken") != "" {
			b.WriteString("<resumptionToken/>") // the end of a list of several pages
		}
		answer(b.String() + "</ListRecords>")
	})
	return mux
}

// marc writes a card as MARC 21 in XML.
func (c Card) marc() string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
		return b.String()
	}
	status := ""
	if c.Deleted {
		status = " status=\"deleted\""
	}
	head := fmt.Sprintf("<record><header%s><identifier>oai:digitallibrary.un.org:%d</identifier><datestamp>%s</datestamp></header>", status, c.ID, c.Touched.UTC().Format(time.RFC3339))
	if c.Deleted {
		return head + "</record>"
	}
	field := func(tag, code, value string) string {
		return fmt.Sprintf("<marc:datafield tag=\"%s\" ind1=\" \" ind2=\" \"><marc:subfield code=\"%s\">%s</marc:subfield></marc:datafield>\n", tag, code, text(value))
	}
	title, more, _ := strings.Cut(c.Title, " : ")
	return head + "<metadata><marc:record xmlns:marc=\"http://www.loc.gov/MARC21/slim\"><marc:controlfield tag=\"001\">" + fmt.Sprint(c.ID) + "</marc:controlfield>\n" +
		field("191", "a", c.Symbol) +
		fmt.Sprintf("<marc:datafield tag=\"245\" ind1=\" \" ind2=\" \"><marc:subfield code=\"a\">%s :</marc:subfield><marc:subfield code=\"b\">%s</marc:subfield></marc:datafield>\n", text(title), text(more)) +
		field("269", "a", c.Date) + field("650", "a", "HUMAN RIGHTS") + "</marc:record></metadata></record>"
}

// visited is one report on a visit.
type visited struct {
	symbol  string
	state   string
	mandate string // long name
	date    time.Time
	from    int // number of the first conclusion
	said    []string
}

func (v visited) paper() paper {
	p := paper{symbol: v.symbol, date: v.date.Format("2 January 2006"), first: 1, title: []string{
		"Human Rights Council", "Agenda item 3", "Visit to " + v.state, "Report of the " + v.mandate}}
	p.lines = append(p.lines, line{part, "Introduction"})
	for n := 1; n < v.from; n++ {
		switch n {
		case 4:
			p.lines = append(p.lines, line{part, "Findings"})
		case v.from - 2:
			p.lines = append(p.lines, line{section, "Overall situation"})
		}
		text := "The visit was made at the invitation of the Government."
		if n > 1 {
			text = fmt.Sprintf("The delegation saw %d places, spoke to those who live and work there, and took note of what had changed.", 2+n%7)
		}
		p.lines = append(p.lines, line{paragraph, text})
	}
	p.lines = append(p.lines, line{part, "Conclusions and recommendations"})
	for _, s := range v.said {
		p.lines = append(p.lines, line{paragraph, s})
	}
	return p
}

// visits are the reports of the demonstration with the cards the catalogue has of them.
var visits = sync.OnceValues(func() ([]Published, []Card) {
	var files []Published
	var cards []Card
	card := func(symbol, title string, date time.Time) {
		cards = append(cards, Card{ID: 4000001 + len(cards), Touched: date.AddDate(0, 0, 9), Symbol: symbol, Title: title, Date: date.Format(time.DateOnly)})
	}
	publish := func(v visited) {
		data, format := v.paper().word(), "docx"
		if len(files)%3 == 2 {
			data, format = v.paper().pdf(false), "pdf"
		}
		files = append(files, Published{uhri.Symbol(v.symbol), uhri.English, format, data})
		card(v.symbol, fmt.Sprintf("Visit to %s : report of the %s", v.state, v.mandate), v.date)
	}
	states := uhri.DemoCountries()
	// Those UHRI does not have yet.
	long := map[string]string{"SR Torture": "Special Rapporteur on torture and other cruel, inhuman or degrading treatment or punishment",
		"SR Housing": "Special Rapporteur on adequate housing", "SR Education": "Special Rapporteur on the right to education"}
	for n, mandate := range []string{"SR Torture", "SR Housing", "SR Education"} {
		s := states[(4*n+1)%len(states)]
		v := visited{symbol: fmt.Sprintf("DEMO/A/HRC/%d/%d/Add.1", newCouncil+1, 40+n), state: s.Name, mandate: long[mandate], from: 20, date: time.Date(2026, 4, 7+n, 0, 0, 0, 0, time.UTC)}
		for _, c := range words().conclusions {
			if slices.Contains(c.Mandates, mandate) {
				v.said = append(v.said, c.EN)
			}
		}
		publish(v)
		if n == 0 {
			card(strings.Replace(v.symbol, "Add.1", "Add.2", 1), fmt.Sprintf("Visit to %s : comments by the State", s.Name), v.date)
		}
	}
	card(fmt.Sprintf("DEMO/A/HRC/%d/9/Add.1", newCouncil), "Report of the Working Group on the Universal Periodic Review : views on conclusions and recommendations", time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC))
	card(fmt.Sprintf("DEMO/A/HRC/%d/40", newCouncil+1), "Report of the Special Rapporteur : a thematic study", time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC))
	cards = append(cards, Card{ID: 4000900, Touched: time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC), Deleted: true})
	// Those UHRI has.
	bySymbol := map[string][]Record{}
	var symbols []string
	for _, r := range Records(uhri.English, 1) {
		if addendum := strings.HasPrefix(r.Symbol, "DEMO/A/HRC/") && strings.Contains(r.Symbol, "/Add."); addendum && r.UprCycle == nil && len(r.Countries) == 1 {
			if bySymbol[r.Symbol] == nil {
				symbols = append(symbols, r.Symbol)
			}
			bySymbol[r.Symbol] = append(bySymbol[r.Symbol], r)
		}
	}
	slices.Sort(symbols)
	for _, s := range symbols {
		recs := bySymbol[s]
		v := visited{symbol: s, state: recs[0].Countries[0], mandate: "Special Rapporteur", date: time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC)}
		if b, ok := uhri.ResolveBody(recs[0].Body); ok {
			v.mandate = b.Name
		}
		if t, err := time.Parse("2006-01-02T15:04:05", recs[0].PublicationDate); err == nil {
			v.date = t
		}
		slices.SortStableFunc(recs, func(a, b Record) int {
			return clean.Order(clean.Split(clean.Text(a.Text)).Number) - clean.Order(clean.Split(clean.Text(b.Text)).Number)
		})
		for _, r := range recs {
			said := clean.Split(clean.Text(r.Text))
			if v.from == 0 {
				fmt.Sscan(said.Number, &v.from)
			}
			v.said = append(v.said, said.Body)
		}
		publish(v)
	}
	return files, cards
})

// Visits are the reports on visits the replica of documents.un.org has in the demonstration.
func Visits() []Published {
	files, _ := visits()
	return files
}

// Cards are what the demonstration's catalogue has.
func Cards() []Card {
	_, cards := visits()
	return cards
}
