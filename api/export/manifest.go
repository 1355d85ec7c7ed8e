package export

import (
	"encoding/json"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Manifest says what a file is, so that a number taken from it can be repeated and cited. Inside a file it carries
// neither clock time nor hash; the sidecar does.
type Manifest struct {
	Title         string   `json:"title"`
	Demonstration bool     `json:"demonstration,omitzero"` // the data is invented
	Query         Query    `json:"query"`
	Snapshot      Snapshot `json:"snapshot"`
	Sources       []Source `json:"sources,omitzero"`
	Rows          int      `json:"rows"`
	Format        string   `json:"format"`
	MediaType     string   `json:"media_type"`
	Columns       []Column `json:"columns,omitzero"`
	Notes         []string `json:"notes,omitzero"`
	Rights        string   `json:"rights,omitzero"`
	Permalink     string   `json:"permalink"`
	Citation      string   `json:"citation,omitzero"`
	Software      string   `json:"software"`

	SHA256  string    `json:"sha256,omitzero"` // of the file
	Bytes   int64     `json:"bytes,omitzero"`  // of the file
	Created time.Time `json:"created,omitzero"`
}

// Query is the question whose answer the file is.
type Query struct {
	Text      string         `json:"text"`      // as typed
	Mode      index.Mode     `json:"mode"`      //
	Canonical string         `json:"canonical"` // as read, in the query language
	Words     string         `json:"words"`     // as read, in English
	URL       string         `json:"url"`       // the normal form of its parameters, without the snapshot
	Filters   []index.Filter `json:"filters,omitzero"`
	From      uhri.Date      `json:"from,omitzero"`
	To        uhri.Date      `json:"to,omitzero"`
	Langs     []uhri.Lang    `json:"langs,omitzero"`
	Origins   []uhri.Origin  `json:"origins,omitzero"`
	Sort      index.Sort     `json:"sort"`
}

// Snapshot is what answered.
type Snapshot struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Records  int       `json:"records"`
	Analysis int       `json:"analysis"`
}

// Source is how fresh a source was when the snapshot was published.
type Source struct {
	Source      string        `json:"source"`
	State       uhri.RunState `json:"state"`
	LastSuccess time.Time     `json:"last_success,omitzero"`
	Records     int           `json:"records"`
}

// Notes say what was done to values, by format.
const (
	noteDefused = "A cell that begins with = + - @ or a tab has an apostrophe before it, so that no spreadsheet runs it as a formula."
	noteJoined  = "Several values in a cell are joined by \"; \"; the columns ending in _id hold their codes in the same order. A label that has \"; \" itself is written with \", \", so that a cell comes apart into as many labels as codes."
	noteRecords = "Each item is a whole record; /openapi.json describes its members under Recommendation."
	noteCut     = "A spreadsheet cell holds 32,767 characters; longer texts are cut and end with […]. The record's permanent address has the whole text."
	noteSheets  = "A sheet holds 1,048,576 rows; larger sets go on in the next sheet."
)

// newManifest describes the answer to req, which res counted.
func newManifest(req index.Request, res *index.Result, p *Plan) Manifest {
	m := Manifest{
		Title: "UN human rights recommendations", Demonstration: res.Snapshot.Demo, Rows: res.Total,
		Format: p.Format.Name, MediaType: p.Format.MediaType, Columns: p.Columns,
		Query: Query{Text: req.Query, Mode: req.Mode, Canonical: res.Reading.Canonical, Words: res.Reading.Words,
			URL: searchurl.String(searchurl.At("", req).Set().Snapshot("").Request()), Filters: res.Filters, From: req.From, To: req.To, Langs: req.Langs, Origins: req.Origins, Sort: res.Sort},
		Snapshot:  Snapshot{ID: res.Snapshot.ID, Created: res.Snapshot.Created, Records: res.Snapshot.Records, Analysis: res.Snapshot.Analysis},
		Permalink: p.link(searchurl.At("/search", req).Set().Snapshot(res.Snapshot.ID).String()),
	}
	if m.Query.Mode == "" {
		m.Query.Mode = index.ModeDefault
	}
	if m.Demonstration {
		m.Title = "DEMONSTRATION, invented data: " + m.Title
	}
	for _, s := range res.Snapshot.Sources {
		m.Sources = append(m.Sources, Source{s.Source, s.State, s.LastSuccess, s.Records})
	}
	switch p.Format.Name {
	case "csv":
		m.Notes = []string{noteJoined, noteDefused}
	case "ndjson", "json":
		if len(p.Columns) == 0 {
			m.Notes = []string{noteRecords}
		}
	case "xlsx":
		m.Notes = []string{noteJoined, noteCut, noteSheets}
	}
	return m
}

// JSON returns the manifest, indented and ending with a newline.
func (m Manifest) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// pairs lists the manifest for people, as its sheet shows it.
func (m Manifest) pairs() [][2]string {
	out := [][2]string{{"Title", m.Title}}
	add := func(k, v string) {
		if v != "" {
			out = append(out, [2]string{k, v})
		}
	}
	add("Query as typed", m.Query.Text)
	add("Query as read", m.Query.Words)
	add("Query, canonical", m.Query.Canonical)
	add("Parameters", m.Query.URL)
	add("Rows", itoa(m.Rows))
	add("Snapshot", m.Snapshot.ID)
	add("Snapshot made", stamp(m.Snapshot.Created))
	add("Records in the snapshot", itoa(m.Snapshot.Records))
	for _, s := range m.Sources {
		add("Source "+s.Source, string(s.State)+", last success "+stamp(s.LastSuccess)+", "+itoa(s.Records)+" records")
	}
	add("Permanent address", m.Permalink)
	add("Cite as", m.Citation)
	add("Rights", m.Rights)
	add("Software", m.Software)
	for _, n := range m.Notes {
		add("Note", n)
	}
	return out
}
