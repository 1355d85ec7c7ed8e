// Package config reads what an operator may set: built-in defaults, then a strict YAML file, then UHRI_* environment
// variables. Only cmd imports it; every other package has Options of its own.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Config is everything an operator may set. Default documents each value.
type Config struct {
	Data    string `yaml:"data"`    // folder of the store and the index
	Contact string `yaml:"contact"` // e-mail or URL publishers can reach us at; sent with every request, shown on every page

	Server  Server  `yaml:"server"`
	Publish Publish `yaml:"publish"`
	Fetch   Fetch   `yaml:"fetch"`
	Sources Sources `yaml:"sources"`

	// WithdrawnTextAfter is how long a withdrawn record's last text stays unpublished: "720h", or "never".
	WithdrawnTextAfter Delay `yaml:"withdrawn_text_after"`
	// Rights is the rights statement of exports and pages.
	Rights string `yaml:"rights"`
}

// Server is what listens.
type Server struct {
	Listen         string   `yaml:"listen"`               // pages and API
	AdminListen    string   `yaml:"admin_listen"`         // health and metrics; keep it local. Empty = off
	BaseURL        string   `yaml:"base_url"`             // public address, for links in feeds and exports: https://example.org
	Language       string   `yaml:"language"`             // of the portal's own texts: a language of ui/words
	TrustedProxies []string `yaml:"trusted_proxies"`      // networks whose X-Forwarded-For is believed; none by default
	SearchTimeout  Duration `yaml:"search_timeout"`       // deadline of one search
	Requests       int      `yaml:"requests_per_minute"`  // of one address
	ExportRows     int      `yaml:"export_rows_per_hour"` // of one address; a larger export is answered, and the next waits
	MaxSearches    int      `yaml:"max_searches"`         // at the same time; 0 = twice the cores
}

// Publish says when a new snapshot is built.
type Publish struct {
	Every        Duration `yaml:"every"`         // at most one snapshot in this time
	KeepPrevious Duration `yaml:"keep_previous"` // cursors and snapshot= work on it at least so long
	Parts        int      `yaml:"parts"`         // builders in parallel; 0 = one per core, at most 4
}

// Fetch is how politely we ask.
type Fetch struct {
	Delay       Duration `yaml:"delay"`        // between requests to one host, where robots.txt asks for no more
	ReadTimeout Duration `yaml:"read_timeout"` // silence after which a download is given up
	Jitter      Duration `yaml:"jitter"`       // scheduled runs begin up to this much later, so that not every copy asks on the hour
	BlockedWait Duration `yaml:"blocked_wait"` // after a challenge page or a ban
	Loopback    bool     `yaml:"loopback"`     // ask this machine only: a stand-in for the publishers, never the real ones
	MaxShrink   float64  `yaml:"max_shrink"`   // share of records a sweep may lose before it is quarantined
}

// Default is the configuration of a service nobody configured: polite, and only the English export.
func Default() Config {
	return Config{
		Data: "data",
		Server: Server{
			Listen:        ":8080",
			AdminListen:   "127.0.0.1:9090",
			Language:      "en",
			SearchTimeout: Duration(10 * time.Second),
			Requests:      600,       // ten a second: a polite script never meets it, a runaway loop does
			ExportRows:    5_000_000, // the whole corpus in every format, twice over
		},
		Publish: Publish{Every: Duration(15 * time.Minute), KeepPrevious: Duration(24 * time.Hour)},
		Fetch: Fetch{
			Delay:       Duration(2 * time.Second),
			ReadTimeout: Duration(10 * time.Minute), // the export's server has been seen silent for minutes
			Jitter:      Duration(5 * time.Minute),
			BlockedWait: Duration(6 * time.Hour),
			MaxShrink:   0.05,
		},
		Sources: Sources{
			UHRI: UHRI{
				Addresses: []string{
					"https://dataex.ohchr.org/uhri/export-results/export-full-{lang}.json",
					"https://uhri.ohchr.org/api/uhri/export-results/export-full-{lang}.json",
				},
				Languages: []string{"fr", "es", "ru", "ar", "zh"},
				Schedule:  "17 3 * * *",
			},
			UPR:               UPR{Documents: Documents{Address: "https://documents.un.org", Schedule: "41 4 * * 1"}},
			TreatyBodies:      TreatyBodies{Documents: Documents{Address: "https://tbinternet.ohchr.org", Schedule: "23 4 * * 2"}, Languages: []string{"en"}},
			SpecialProcedures: SpecialProcedures{Documents: Documents{Address: "https://digitallibrary.un.org", Schedule: "11 4 * * 3"}, Languages: []string{"en"}},
		},
		WithdrawnTextAfter: Delay{After: 30 * 24 * time.Hour},
		Rights: "Texts © their publishers; UN documents are linked by their symbol. This is not an official product of the United Nations. " +
			"No licence is given beyond what the publishers grant.",
	}
}

// Load reads the file at path ("" = none) over the defaults, then the environment, and validates. env is os.Environ().
func Load(path string, env []string) (Config, error) {
	c := Default()
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("reading the configuration: %w", err)
		}
		var keys map[string]any // a file without keys would wipe the defaults
		if err := yaml.Unmarshal(b, &keys); err != nil {
			return c, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
		}
		if len(keys) > 0 {
			if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&c); err != nil {
				return c, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
			}
		}
	}
	if err := fromEnv(&c, env); err != nil {
		return c, err
	}
	return c, c.Validate()
}

// fromEnv sets values named by their key path: server.listen is UHRI_SERVER_LISTEN. Lists are separated by commas.
func fromEnv(c *Config, env []string) error {
	set := map[string]string{}
	for _, kv := range env {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, "UHRI_") {
			set[k] = v
		}
	}
	var faults []error
	walk(reflect.ValueOf(c).Elem(), nil, func(path []string, v reflect.Value) {
		name := "UHRI_" + strings.ToUpper(strings.Join(path, "_"))
		s, ok := set[name]
		if !ok {
			return
		}
		delete(set, name)
		if err := setText(v, s); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	})
	var unknown []string
	for k := range set {
		unknown = append(unknown, k)
	}
	sort.Strings(unknown)
	for _, k := range unknown {
		faults = append(faults, fmt.Errorf("%s: no such setting; `uhri serve --help` names the file, config.Default all keys", k))
	}
	return errors.Join(faults...)
}

// walk calls f for each leaf of v with its key path.
func walk(v reflect.Value, path []string, f func([]string, reflect.Value)) {
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[Delay]() {
		f(path, v)
		return
	}
	for i := range v.NumField() {
		key, opt, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		next := path
		if opt != "inline" {
			next = append(path[:len(path):len(path)], key)
		}
		walk(v.Field(i), next, f)
	}
}

func setText(v reflect.Value, s string) error {
	switch x := v.Addr().Interface().(type) {
	case *string:
		*x = s
	case *[]string:
		*x = nil
		for p := range strings.SplitSeq(s, ",") {
			if p = strings.TrimSpace(p); p != "" {
				*x = append(*x, p)
			}
		}
	case *bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		*x = b
	case *int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", s)
		}
		*x = n
	case *float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", s)
		}
		*x = f
	case interface{ UnmarshalText([]byte) error }:
		return x.UnmarshalText([]byte(s))
	default:
		return fmt.Errorf("cannot be set from the environment")
	}
	return nil
}

// Validate returns every fault at once, each with its key path; nil when there is none.
func (c Config) Validate() error {
	var faults []error
	bad := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Data == "" {
		bad("data", "name a folder")
	}
	if c.Contact != "" && !strings.HasPrefix(c.Contact, "https://") && !strings.HasPrefix(c.Contact, "http://") {
		if _, err := mail.ParseAddress(c.Contact); err != nil {
			bad("contact", "%q is neither an e-mail address nor an http(s) address", c.Contact)
		}
	}
	if c.Server.Listen == "" {
		bad("server.listen", "name an address such as :8080")
	}
	if c.Server.BaseURL != "" {
		if u, err := url.Parse(c.Server.BaseURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			bad("server.base_url", "%q is not an http(s) address", c.Server.BaseURL)
		}
	}
	for i, p := range c.Server.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			bad(fmt.Sprintf("server.trusted_proxies[%d]", i), "%q is not a network such as 10.0.0.0/8", p)
		}
	}
	if c.Server.Requests < 1 {
		bad("server.requests_per_minute", "must be at least 1")
	}
	if c.Server.ExportRows < 1 {
		bad("server.export_rows_per_hour", "must be at least 1")
	}
	if c.Server.MaxSearches < 0 {
		bad("server.max_searches", "must not be negative")
	}
	for key, d := range map[string]Duration{
		"server.search_timeout": c.Server.SearchTimeout, "publish.every": c.Publish.Every,
		"publish.keep_previous": c.Publish.KeepPrevious, "fetch.read_timeout": c.Fetch.ReadTimeout,
	} {
		if d <= 0 {
			bad(key, "must be longer than nothing, such as 10s or 15m")
		}
	}
	if c.Fetch.Delay < 0 {
		bad("fetch.delay", "must not be negative")
	}
	if c.Fetch.Jitter < 0 {
		bad("fetch.jitter", "must not be negative")
	}
	if c.Fetch.BlockedWait < Duration(time.Hour) && c.Fetch.BlockedWait != 0 {
		bad("fetch.blocked_wait", "must be an hour or longer: asking a publisher that refuses us again and again makes it worse")
	}
	if c.Publish.Parts < 0 || c.Publish.Parts > 16 {
		bad("publish.parts", "must be between 0 and 16")
	}
	if c.Fetch.MaxShrink <= 0 || c.Fetch.MaxShrink > 1 {
		bad("fetch.max_shrink", "is a share between 0 and 1, such as 0.05")
	}
	c.Sources.validate(bad)
	sort.Slice(faults, func(i, j int) bool { return faults[i].Error() < faults[j].Error() })
	return errors.Join(faults...)
}

// Redacted is the configuration as YAML for logs and bug reports. Addresses lose user names and passwords.
func (c Config) Redacted() string {
	hide := func(s string) string {
		if u, err := url.Parse(s); err == nil && u.User != nil {
			u.User = url.User("redacted")
			return u.String()
		}
		return s
	}
	c.Sources.UHRI.Addresses = append([]string(nil), c.Sources.UHRI.Addresses...)
	for i, a := range c.Sources.UHRI.Addresses {
		c.Sources.UHRI.Addresses[i] = hide(a)
	}
	for _, d := range []*Documents{&c.Sources.UPR.Documents, &c.Sources.TreatyBodies.Documents, &c.Sources.SpecialProcedures.Documents} {
		d.Address = hide(d.Address)
	}
	b, err := yaml.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Duration is a time.Duration written "15m".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 30s, 15m or 24h", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Delay is a duration, or never.
type Delay struct {
	After time.Duration
	Never bool
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Delay) UnmarshalText(b []byte) error {
	if string(b) == "never" {
		*d = Delay{Never: true}
		return nil
	}
	var v Duration
	if err := v.UnmarshalText(b); err != nil {
		return fmt.Errorf("%w, or never", err)
	}
	if v < 0 {
		return fmt.Errorf("%q is negative", b)
	}
	*d = Delay{After: time.Duration(v)}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Delay) MarshalText() ([]byte, error) {
	if d.Never {
		return []byte("never"), nil
	}
	return []byte(d.After.String()), nil
}
