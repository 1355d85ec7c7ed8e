package uhriexport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/clean"
)

// ProcessOptions say whose records are read.
type ProcessOptions struct {
	Source string // name of the source, kept as provenance
	Lang   uhri.Lang
	Demo   bool // records of the demonstration: invented States are known, real ones are not
}

// NewProcess returns the reading of one export record. English gives whole records; any other language gives the
// record's ID and its text in that language, for the store to add where it is a translation.
//
// It rejects what cannot be a record — no AnnotationId, no text — with the reason. Everything else that is odd is kept and
// said: what was inferred in Provenance.Inferred, what nobody understood in Provenance.Review.
func NewProcess(o ProcessOptions) crawler.Process {
	return func(_ context.Context, it crawler.Item) ([]*uhri.Recommendation, error) {
		raw, err := decode(it.Raw)
		if err != nil {
			return nil, &crawler.ItemError{Key: it.Key, Raw: it.Raw, Reason: "not an export record: " + err.Error()}
		}
		refuse := func(reason string) ([]*uhri.Recommendation, error) {
			return nil, &crawler.ItemError{Key: it.Key, Raw: it.Raw, Reason: reason}
		}
		id := uhri.ID(strings.ToLower(strings.TrimSpace(raw.AnnotationId)))
		if !uhri.ValidID(id) {
			return refuse(fmt.Sprintf("AnnotationId %q is not a UUID", raw.AnnotationId))
		}
		full := clean.Text(raw.Text)
		if full == "" {
			if strings.TrimSpace(raw.Text) != "" {
				return refuse("the text is markup only")
			}
			return refuse("the text is empty")
		}
		r := &uhri.Recommendation{ID: id, Demo: o.Demo, Provenance: uhri.Provenance{
			Source: o.Source, FetchedAt: it.FetchedAt, Pipeline: crawler.PipelineVersion}}
		p := clean.Split(full)
		r.Texts = map[uhri.Lang]uhri.Text{o.Lang: {Full: full, Heading: p.Heading, Body: p.Body}}
		if o.Lang != uhri.English {
			return []*uhri.Recommendation{r}, nil
		}
		read := reading{record: raw, r: r, demo: o.Demo}
		read.facts(p)
		if r.Mechanism == uhri.MechanismUPR {
			// Who asked is shown apart; the body for reading ends with the ask. Full keeps the whole passage.
			p.Body, _, _ = clean.RecommendingStates(p.Body)
			r.Texts[o.Lang] = uhri.Text{Full: full, Heading: p.Heading, Body: p.Body}
		}
		read.labels()
		return []*uhri.Recommendation{r}, nil
	}
}

// reading fills one record and collects what was odd about it.
type reading struct {
	record
	r    *uhri.Recommendation
	demo bool
}

func (d *reading) inferred(what string) {
	d.r.Provenance.Inferred = append(d.r.Provenance.Inferred, what)
}

func (d *reading) review(format string, args ...any) {
	d.r.Provenance.Review = append(d.r.Provenance.Review, fmt.Sprintf(format, args...))
}

// value trims what the publisher puts around a value: spaces, and the "- " of its lists; a bare dash is empty.
func value(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
	s = strings.TrimSpace(strings.TrimPrefix(s, "- "))
	if s == "-" {
		return ""
	}
	return s
}

func (d *reading) facts(p clean.Passage) {
	r := d.r
	r.DocumentID = strings.ToLower(value(d.DocumentId))
	if s := value(d.Symbol); s != "" {
		symbol, err := uhri.ParseSymbol(s)
		if err != nil {
			d.review("symbol %q is not one", s)
		}
		r.Symbol = symbol
	}
	r.Type, _ = uhri.ParseType(d.AnnotationType)
	r.Paragraph, r.Order = p.Number, clean.Order(p.Number)

	if b := value(d.Body); b != "" {
		if body, ok := uhri.ResolveBody(b); ok {
			r.Body, r.Mechanism = body.Code, body.Mechanism
		} else {
			r.Body = b
			d.review("body %q is in no list", b)
		}
	} else if code, ok := r.Symbol.Body(); ok {
		if body, ok := uhri.BodyByCode(code); ok {
			r.Body, r.Mechanism = body.Code, body.Mechanism
			d.inferred("body from symbol")
		}
	}
	if r.Mechanism == "" {
		r.Mechanism = uhri.MechanismUnknown
	}

	for _, name := range d.Countries {
		if name = value(name); name == "" {
			continue
		}
		c, ok := d.country(name)
		if !ok {
			d.review("State %q is in no list", name)
		} else if !slices.Contains(r.Countries, c) {
			r.Countries = append(r.Countries, c)
		}
	}
	if len(r.Countries) == 0 {
		if c, ok := r.Symbol.Country(); ok {
			r.Countries = []uhri.Country{c}
			d.inferred("country from symbol")
		}
	}

	var err error
	if r.Date, err = uhri.ParseDate(d.PublicationDate); err != nil {
		d.review("date %q cannot be read", d.PublicationDate)
	}
	if r.Provenance.PublishedUHRI, err = uhri.ParseDate(d.PublicationDateOnUhri); err != nil {
		d.review("date on UHRI %q cannot be read", d.PublicationDateOnUhri)
	}
	if r.Mechanism == uhri.MechanismUPR {
		d.upr(p)
	} else {
		r.Articles = clean.Articles(p.Heading)
		r.Procedural = clean.Procedural(p.Heading)
	}
}

// country resolves a State; invented ones belong to the demonstration and real ones do not.
func (d *reading) country(name string) (uhri.Country, bool) {
	c, ok := uhri.ResolveCountry(strings.TrimRight(name, "* "))
	if !ok {
		return "", false
	}
	info, _ := c.Info()
	return c, info.Demo == d.demo
}

func (d *reading) upr(p clean.Passage) {
	u := &uhri.UPR{Position: uhri.PositionUnknown}
	d.r.UPR = u
	for _, name := range d.UprRecommendingCountry {
		if name = value(name); name == "" {
			continue
		}
		if c, ok := d.country(name); !ok {
			u.Unresolved = append(u.Unresolved, name)
		} else if !slices.Contains(u.Recommending, c) {
			u.Recommending = append(u.Recommending, c)
		}
	}
	if len(u.Recommending) == 0 && len(u.Unresolved) == 0 {
		// The publisher named nobody; the text usually does.
		if _, states, unresolved := clean.RecommendingStates(p.Body); len(states) > 0 {
			for _, c := range states {
				if info, _ := c.Info(); info.Demo == d.demo {
					u.Recommending = append(u.Recommending, c)
				}
			}
			u.Unresolved = unresolved
			d.inferred("recommending States from text")
		}
	}
	d.r.Parts = clean.Parts(p.Body)

	for _, s := range d.UprSession {
		if n, ok := uhri.ParseSession(s); ok {
			u.Session = n
			break
		} else if value(s) != "" {
			d.review("UPR session %q cannot be read", s)
		}
	}
	if c := value(d.UprCycle); c != "" {
		if n, ok := uhri.ParseCycle(c); ok {
			u.Cycle = n
		} else {
			d.review("UPR cycle %q cannot be read", c)
		}
	}
	if u.Cycle == 0 && u.Session != 0 {
		if n, ok := uhri.CycleOfSession(u.Session); ok {
			u.Cycle = n
			d.inferred("cycle from session")
		}
	}
	u.Position = d.position()
	if u.Position != uhri.PositionUnknown {
		u.PositionSource = "UHRI"
	}
}

// position reads the State's answer. Several different answers to one paragraph are one in part.
func (d *reading) position() uhri.Position {
	got := uhri.PositionUnknown
	for _, s := range d.UprPositions {
		if value(s) == "" {
			continue
		}
		p, ok := uhri.ParsePosition(s)
		switch {
		case !ok:
			d.review("position %q cannot be read", s)
		case got == uhri.PositionUnknown:
			got = p
		case p != got && p != uhri.PositionUnknown:
			got = uhri.PositionPartial
		}
	}
	return got
}

func (d *reading) labels() {
	for _, v := range []struct {
		scheme uhri.Scheme
		name   string
		values []string
	}{{uhri.SchemeTheme, "theme", d.Themes}, {uhri.SchemeGroup, "group", d.AffectedPersons}, {uhri.SchemeSDG, "SDG", d.Sdgs}} {
		for _, s := range v.values {
			if s = value(s); s == "" {
				continue
			}
			c, ok := uhri.ResolveConcept(v.scheme, s)
			if !ok {
				d.review("%s %q is in no list", v.name, s)
				continue
			}
			t := uhri.Tag{Scheme: v.scheme, Concept: c.Slug, Origin: uhri.OriginPublisher}
			if !slices.Contains(d.r.Tags, t) {
				d.r.Tags = append(d.r.Tags, t)
			}
		}
	}
}
