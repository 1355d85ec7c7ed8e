package uhri

import (
	"strings"
	"sync"
)

// Mechanism is one of the three ways the United Nations reviews States.
type Mechanism string

// The mechanisms.
const (
	MechanismUPR              Mechanism = "upr"
	MechanismTreatyBody       Mechanism = "treaty_body"
	MechanismSpecialProcedure Mechanism = "special_procedure"
	MechanismUnknown          Mechanism = "unknown"
)

// Mechanisms lists the three mechanisms in the order they are shown.
var Mechanisms = [...]Mechanism{MechanismUPR, MechanismTreatyBody, MechanismSpecialProcedure}

// Label is the mechanism's name for people.
func (m Mechanism) Label() string {
	switch m {
	case MechanismUPR:
		return "Universal Periodic Review"
	case MechanismTreatyBody:
		return "Treaty bodies"
	case MechanismSpecialProcedure:
		return "Special procedures"
	}
	return "Mechanism not known"
}

// Body is one body that makes recommendations: the Universal Periodic Review, a treaty body, a special procedure.
type Body struct {
	Code      string    // UHRI's short form and our canonical code: "CEDAW", "SR Torture"
	Slug      string    // the code in addresses: "sr-torture"
	Name      string    // in full
	Mechanism Mechanism //
	Raw       []string  // other spellings in UHRI's data and in use, without the leading "- "
	Published int       // records in the whole corpus when the vocabulary was made
}

type bodyTable struct {
	all    []Body
	byCode map[string]int
	byName map[string]int
}

var bodies = sync.OnceValue(func() *bodyTable {
	t := &bodyTable{byCode: map[string]int{}, byName: map[string]int{}}
	for i, r := range rows("bodies.csv") {
		b := Body{Code: r["code"], Slug: r["slug"], Name: r["name"], Mechanism: Mechanism(r["mechanism"]),
			Raw: r.list("raw", "|"), Published: r.number("published")}
		t.all = append(t.all, b)
		t.byCode[b.Code] = i
		for _, n := range append([]string{b.Code, b.Slug, b.Name, b.Code + " " + b.Name}, b.Raw...) {
			t.byName[FoldName(n)] = i
		}
	}
	return t
})

// Bodies lists the bodies, those with most records first. The caller must not change the slice.
func Bodies() []Body { return bodies().all }

// BodyByCode returns the body with this canonical code.
func BodyByCode(code string) (Body, bool) {
	t := bodies()
	i, ok := t.byCode[code]
	if !ok {
		return Body{}, false
	}
	return t.all[i], true
}

// ResolveBody reads a body from any spelling: the code, the slug, the full name, UHRI's raw values ("- CRC", "- IE  Albinism").
// Case, accents, punctuation and repeated spaces do not matter, nor does "Special Rapporteur" for "SR" and the like.
func ResolveBody(raw string) (Body, bool) {
	t := bodies()
	key := FoldName(raw) // the leading dash folds away
	if i, ok := t.byName[key]; ok {
		return t.all[i], true
	}
	for _, a := range [...][2]string{{"special rapporteur ", "sr "}, {"independent expert ", "ie "}, {"working group ", "wg "}} {
		long, short := a[0], a[1]
		for _, swap := range [...][2]string{{long, short}, {short, long}} {
			if rest, ok := strings.CutPrefix(key, swap[0]); ok {
				for _, k := range []string{swap[1] + rest, swap[1] + strings.TrimPrefix(strings.TrimPrefix(rest, "on "), "the ")} {
					if i, ok := t.byName[k]; ok {
						return t.all[i], true
					}
				}
			}
		}
	}
	return Body{}, false
}
