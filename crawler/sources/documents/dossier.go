package documents

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/segment"
)

// DossierType is the media type of an item whose raw form is a Dossier. It does not end in "json": the store takes JSON for a
// publisher's record, all of which changes when a byte of it does.
const DossierType = "application/vnd.uhri.dossier"

// Part is one document of a dossier. The bytes are the library's.
type Part struct {
	Hash   string      `json:"sha256"`
	Symbol uhri.Symbol `json:"symbol,omitzero"` // it was asked for as, or found on its cover or in its name
	Lang   uhri.Lang   `json:"lang,omitzero"`
	From   string      `json:"from,omitzero"` // address or path
	// Is says what it was taken for when it was joined, see Identity.Is; it is cut as what it is.
	Is string `json:"is,omitzero"`
}

// Dossier names the documents that are cut together: the report, addendum, decision and thematic list of one review; one
// document in several languages. It is the raw form of such items: small, so that it may be stored again whenever a part is
// reissued, and enough to cut everything anew without fetching.
type Dossier struct {
	Parts []Part `json:"parts"`
}

// Add puts a part in. A part of the same bytes, or of the same symbol, language and kind, gives way to it: covers are misread,
// and a decision must not take the place of the report it names. It reports whether the dossier says something else now.
func (d *Dossier) Add(p Part) bool {
	for i, q := range d.Parts {
		if q.Hash == p.Hash || (p.Symbol != "" && q.Symbol == p.Symbol && q.Lang == p.Lang && q.Is == p.Is) {
			if q.Hash == p.Hash && q.Symbol == p.Symbol && q.Lang == p.Lang && q.Is == p.Is {
				return false // the same, perhaps found elsewhere
			}
			d.Parts[i] = p
			d.sort()
			return true
		}
	}
	d.Parts = append(d.Parts, p)
	d.sort()
	return true
}

func (d *Dossier) sort() {
	slices.SortFunc(d.Parts, func(a, b Part) int {
		return cmp.Or(uhri.CompareSymbols(a.Symbol, b.Symbol), cmp.Compare(langPlace(a.Lang), langPlace(b.Lang)), cmp.Compare(a.Hash, b.Hash))
	})
}

// langPlace orders languages, English first and unknown ones last.
func langPlace(l uhri.Lang) int {
	if i := slices.Index(uhri.Langs[:], l); i >= 0 {
		return i
	}
	return len(uhri.Langs)
}

// Encode returns the raw form.
func (d Dossier) Encode() ([]byte, error) { return json.Marshal(d) }

// DecodeDossier reads the raw form.
func DecodeDossier(raw []byte) (Dossier, error) {
	var d Dossier
	err := json.Unmarshal(raw, &d)
	return d, err
}

// Item makes an item of the dossier's only file, whose bytes are then the raw form, or of its parts.
func (d Dossier) Item(key string, only *File) (crawler.Item, error) {
	if len(d.Parts) == 1 && only != nil {
		p := d.Parts[0]
		return crawler.Item{Key: key, Raw: only.Data, MediaType: only.MediaType, URL: only.URL, FetchedAt: only.FetchedAt, Symbol: p.Symbol, Lang: p.Lang}, nil
	}
	raw, err := d.Encode()
	if err != nil {
		return crawler.Item{}, err
	}
	// Without symbol: the store would take the dossier for the document itself.
	it := crawler.Item{Key: key, Raw: raw, MediaType: DossierType}
	if only != nil {
		it.URL, it.FetchedAt = only.URL, only.FetchedAt
	}
	return it, nil
}

// Identity is what a document is, as far as joining it with others goes.
type Identity struct {
	Symbol uhri.Symbol
	Lang   uhri.Lang
	Key    string // of the item it belongs to; "" = it stands alone under a name its source finds
	Family segment.Family
	Kind   segment.DocumentKind
	// Links are further documents it names: the addenda an outcome decision lists.
	Links []uhri.Symbol
}

// Is names what the document is: a segment.Family, else a segment.DocumentKind.
func (id Identity) Is() string { return cmp.Or(string(id.Family), string(id.Kind)) }

// Identify says what a document is and where it belongs. Documents of one review belong to the report's symbol, all others to
// their own without /Corr and /Rev.
func Identify(doc *extract.Document) Identity {
	id := Identity{Symbol: doc.Symbol(), Lang: doc.Lang}
	switch id.Family = segment.UPRFamily(doc); id.Family {
	case segment.FamilyUPRReport, segment.FamilyUPRAddendum:
		id.Key = string(id.Symbol.Base())
	case segment.FamilyUPRMatrix:
		id.Symbol = "" // a matrix has none; those it prints are its sources
		if m, err := segment.UPRMatrix(doc); err == nil {
			id.Key = string(m.Report)
		}
	case segment.FamilyUPROutcome:
		if d, err := segment.UPROutcome(doc); err == nil {
			id.Key, id.Links = string(d.Report), d.Addenda
		}
	default:
		id.Kind = segment.KindOf(doc)
		id.Key = string(main(id.Symbol))
	}
	return id
}

// main returns a symbol without the /Corr and /Rev at its end.
func main(s uhri.Symbol) uhri.Symbol {
	for {
		i := strings.LastIndexByte(string(s), '/')
		if i < 0 || !(strings.HasPrefix(string(s[i:]), "/Corr.") || strings.HasPrefix(string(s[i:]), "/Rev.")) {
			return s
		}
		s = s[:i]
	}
}

// corrects reports whether a symbol is a corrigendum's.
func corrects(s uhri.Symbol) bool { return strings.Contains(string(s), "/Corr.") }
