package uhri

import (
	"strings"
	"sync"
)

// Country is the ISO 3166-1 alpha-3 code of a State or territory, in upper case; EUE is the European Union, XKX Kosovo.
// Demonstration data uses user-assigned codes XAA….
type Country string

// CountryInfo is what is known of a State, or of another party that recommendations are addressed to.
type CountryInfo struct {
	Code         Country  `json:"code"`
	ISO2         string   `json:"iso2,omitzero"`     // ISO 3166-1 alpha-2; empty for EUE, XKX and invented States
	M49          string   `json:"m49,omitzero"`      // three digits, leading zeros kept: "036"
	Name         string   `json:"name"`              // as UHRI writes it, without its asterisk: "Iran (Islamic Republic of)"
	Official     string   `json:"official,omitzero"` // formal name: "Islamic Republic of Iran"
	Region       string   `json:"region,omitzero"`   // slug of the United Nations regional group, see Regions; empty = in none
	M49Region    string   `json:"m49_region,omitzero"`
	M49Subregion string   `json:"m49_subregion,omitzero"`
	LDC          bool     `json:"ldc,omitzero"`  // least developed country
	LLDC         bool     `json:"lldc,omitzero"` // landlocked developing country
	SIDS         bool     `json:"sids,omitzero"` // small island developing State
	Demo         bool     `json:"demonstration,omitzero"`
	Aliases      []string `json:"aliases,omitzero"`
	Note         string   `json:"note,omitzero"` // what must be said where the name is shown: the United Nations footnote on Kosovo
	Published    int      `json:"-"`             // records in the whole corpus when the vocabulary was made
}

// countryTable is the vocabulary and its indexes.
type countryTable struct {
	real, demo []CountryInfo
	byCode     map[Country]int // into real, then demo
	byName     map[string]Country
	bySymbol   map[string]Country
}

func (t *countryTable) at(i int) CountryInfo {
	if i < len(t.real) {
		return t.real[i]
	}
	return t.demo[i-len(t.real)]
}

var countries = sync.OnceValue(func() *countryTable {
	t := &countryTable{byCode: map[Country]int{}, byName: map[string]Country{}, bySymbol: map[string]Country{}}
	read := func(file string, demo bool) (out []CountryInfo) {
		for _, r := range rows(file) {
			c := CountryInfo{
				Code: Country(r["code"]), ISO2: r["iso2"], M49: r["m49"], Name: r["name"], Official: r["official"],
				Region: r["region"], M49Region: r["m49_region"], M49Subregion: r["m49_subregion"],
				Demo: demo, Aliases: r.list("aliases", "|"), Note: r["note"], Published: r.number("published"),
			}
			for _, b := range r.list("blocs", "+") {
				switch b {
				case "ldc":
					c.LDC = true
				case "lldc":
					c.LLDC = true
				case "sids":
					c.SIDS = true
				}
			}
			t.byCode[c.Code] = len(t.byCode)
			t.bySymbol[string(c.Code)] = c.Code
			for _, code := range r.list("symbol_codes", "|") {
				t.bySymbol[code] = c.Code
			}
			names := append([]string{string(c.Code), c.ISO2, c.M49, c.Name, c.Official}, c.Aliases...)
			for _, n := range names {
				if k := countryKey(n); k != "" {
					t.byName[k] = c.Code
				}
			}
			out = append(out, c)
		}
		return out
	}
	t.real = read("countries.csv", false)
	t.demo = read("countries_demo.csv", true)
	return t
})

// countryKey folds a name further than FoldName does: word breaks, a leading or trailing article and "St." count for
// nothing, so "Viet Nam" is "Vietnam", "The Bahamas" is "Bahamas", "St. Lucia" is "Saint Lucia".
func countryKey(s string) string {
	k := FoldName(s)
	k = strings.TrimPrefix(k, "the ")
	k = strings.TrimSuffix(k, " the")
	if rest, ok := strings.CutPrefix(k, "st "); ok {
		k = "saint " + rest
	}
	return strings.ReplaceAll(k, " ", "")
}

// Countries lists the States, and the other parties recommendations are addressed to, by code. Invented States of
// the demonstration are not among them. The caller may keep the slice but must not change it.
func Countries() []CountryInfo { return countries().real }

// DemoCountries lists the invented States of the demonstration data.
func DemoCountries() []CountryInfo { return countries().demo }

// Info returns what is known of c; false when the code is no known State's. Invented States are known here.
func (c Country) Info() (CountryInfo, bool) {
	t := countries()
	i, ok := t.byCode[c]
	if !ok {
		return CountryInfo{}, false
	}
	return t.at(i), true
}

// Name returns the name of c, or the code itself when it is not known.
func (c Country) Name() string {
	if i, ok := c.Info(); ok {
		return i.Name
	}
	return string(c)
}

// ResolveCountry reads a State from a code (ISO 3166-1 alpha-2 or alpha-3, M49) or a name: UHRI's spellings, formal
// and everyday names, former names; case, accents, apostrophes, articles and asterisks do not matter.
// A former name means the State of today: "Swaziland" is Eswatini. An invented State answers to its name and code;
// data of a publisher never contains one.
func ResolveCountry(s string) (Country, bool) {
	c, ok := countries().byName[countryKey(s)]
	return c, ok
}

// Region is one of the five regional groups of United Nations Member States.
type Region struct {
	Slug, Label string
	Aliases     []string
}

// Regions lists the regional groups in the order the United Nations does. UHRI's labels, one with a trailing space, are among the
// aliases once folded.
func Regions() []Region {
	return []Region{
		{"africa", "African States", []string{"Africa", "African", "African Group"}},
		{"asia-pacific", "Asia-Pacific States", []string{"Asia-Pacific", "Asia and the Pacific", "Asian", "Asia-Pacific Group"}},
		{"eastern-europe", "Eastern European States", []string{"Eastern Europe", "Eastern European", "EEG", "Eastern European Group"}},
		{"grulac", "Latin American and Caribbean States", []string{"Latin America and the Caribbean", "Latin America", "Latin American and Caribbean Group", "latin-america-caribbean"}},
		{"weog", "Western European and other States", []string{"Western Europe & Others", "Western Europe and other States", "Western European and Others", "western-europe-others", "Western European and Others Group"}},
	}
}
