package export

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// home is the page of all dumps, which stays when a dump and its snapshot have gone, at the public address a permalink begins with; "" without
// one.
func home(permalink string) string {
	base, _, search := strings.Cut(permalink, "/search?")
	if search && base != "" {
		base += "/data"
	}
	return base
}

// DataPackage returns the datapackage.json (Frictionless Data Package 1.0) of dumped files, each named with its
// sidecar manifest, so that tools of open data read them with their types.
func DataPackage(files map[string]Manifest, order []string) ([]byte, error) {
	type field struct {
		Name        string `json:"name"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Type        string `json:"type"`
	}
	type schema struct {
		Fields        []field  `json:"fields"`
		MissingValues []string `json:"missingValues"`
		PrimaryKey    string   `json:"primaryKey,omitempty"`
	}
	type resource struct {
		Name      string  `json:"name"`
		Path      string  `json:"path"`
		Profile   string  `json:"profile"`
		Type      string  `json:"type,omitempty"` // "file": else validators guess columns of lines they take for a table
		Format    string  `json:"format"`
		MediaType string  `json:"mediatype"`
		Encoding  string  `json:"encoding,omitempty"`
		Bytes     int64   `json:"bytes"`
		Hash      string  `json:"hash"`
		Schema    *schema `json:"schema,omitempty"`
	}
	type source struct {
		Title string `json:"title"`
	}
	pkg := struct {
		Profile     string     `json:"profile"`
		Name        string     `json:"name"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		Version     string     `json:"version"`
		Created     string     `json:"created,omitempty"`
		Homepage    string     `json:"homepage,omitempty"`
		Sources     []source   `json:"sources,omitempty"`
		Resources   []resource `json:"resources"`
	}{Profile: "data-package", Name: "un-human-rights-recommendations", Resources: []resource{}}
	for _, path := range order {
		m := files[path]
		if pkg.Version == "" {
			pkg.Title, pkg.Version, pkg.Homepage = m.Title, m.Snapshot.ID, home(m.Permalink)
			pkg.Created = m.Snapshot.Created.UTC().Format(time.RFC3339)
			pkg.Description = strings.TrimSpace(m.Rights + " Cite as: " + m.Citation)
			for _, s := range m.Sources {
				pkg.Sources = append(pkg.Sources, source{s.Source})
			}
		}
		r := resource{Name: strings.ToLower(strings.NewReplacer("/", "-", " ", "-").Replace(path)), Path: path, Profile: "data-resource", Type: "file", Format: m.Format,
			MediaType: strings.SplitN(m.MediaType, ";", 2)[0], Encoding: "utf-8", Bytes: m.Bytes, Hash: "sha256:" + m.SHA256}
		if m.Format == "csv" {
			r.Profile, r.Type = "tabular-data-resource", "table"
			r.Schema = &schema{MissingValues: []string{""}}
			for _, c := range m.Columns {
				kind := map[Kind]string{Integer: "integer", Boolean: "boolean"}[c.Kind]
				if kind == "" {
					kind = "string" // a list is joined by "; " in CSV
				}
				if c.Name == "id" {
					r.Schema.PrimaryKey = "id"
				}
				r.Schema.Fields = append(r.Schema.Fields, field{c.Name, c.Label, c.Description, kind})
			}
		}
		pkg.Resources = append(pkg.Resources, r)
	}
	b, err := json.MarshalIndent(pkg, "", "  ")
	return append(b, '\n'), err
}

// Download is one file of a dataset.
type Download struct {
	MediaType string
	URL       string // whole
	Bytes     int64  // 0 = not known before it is written
	SHA256    string
}

// Dataset returns schema.org's description of the collection (JSON-LD), for search engines of data.
func Dataset(m Manifest, files []Download) ([]byte, error) {
	type download struct {
		Type   string `json:"@type"`
		Format string `json:"encodingFormat"`
		URL    string `json:"contentUrl"`
		Size   string `json:"contentSize,omitempty"`
		SHA256 string `json:"sha256,omitempty"`
	}
	d := struct {
		Context       string     `json:"@context"`
		Type          string     `json:"@type"`
		Name          string     `json:"name"`
		Description   string     `json:"description"`
		URL           string     `json:"url,omitempty"`
		Version       string     `json:"version"`
		DateModified  string     `json:"dateModified"`
		Rights        string     `json:"copyrightNotice,omitempty"`
		Citation      string     `json:"citation,omitempty"`
		Keywords      []string   `json:"keywords"`
		Free          bool       `json:"isAccessibleForFree"`
		Variables     []string   `json:"variableMeasured"`
		Distributions []download `json:"distribution"`
	}{
		Context: "https://schema.org/", Type: "Dataset", Name: m.Title, URL: home(m.Permalink), Version: m.Snapshot.ID, DateModified: m.Snapshot.Created.UTC().Format(time.RFC3339),
		Description: "Recommendations and observations that treaty bodies, the Universal Periodic Review and special procedures of the United Nations addressed to States, as passages with their labels: " + itoa(m.Rows) + " records.",
		Rights:      m.Rights, Citation: m.Citation, Free: true,
		Keywords: []string{"human rights", "United Nations", "Universal Periodic Review", "treaty bodies", "special procedures", "recommendations"},
	}
	for _, c := range Columns() {
		d.Variables = append(d.Variables, c.Label)
	}
	for _, f := range files {
		one := download{Type: "DataDownload", Format: strings.SplitN(f.MediaType, ";", 2)[0], URL: f.URL, SHA256: f.SHA256}
		if f.Bytes > 0 {
			one.Size = strconv.FormatInt(f.Bytes, 10) + " B"
		}
		d.Distributions = append(d.Distributions, one)
	}
	return json.MarshalIndent(d, "", "  ")
}
