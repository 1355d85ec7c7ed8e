package uhri

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Symbol is a canonical UN document symbol: "A/HRC/59/15/Add.1", "CEDAW/C/KEN/CO/8". Only ParseSymbol makes one.
// The empty Symbol is unknown and never a key: records without symbol are never grouped, merged or given neighbours.
// Symbols of demonstration data begin with "DEMO/": "DEMO/CRC/C/XAA/CO/2".
type Symbol string

// maxSymbol bounds a symbol's bytes. The longest in use have about forty.
const maxSymbol = 80

// organs are the first parts of the symbols this field uses, each with what may follow. A list keeps words of prose
// ("and/or", "his/her") and other organizations' references from being taken for documents.
var organs = map[string]*regexp.Regexp{
	"A":   regexp.MustCompile(`^(?:\d{1,3}|HRC|RES|DEC|INF|BUR|ES-\d+|S-\d+|(?:C|CN|AC|CONF)\.\d+)$`),
	"E":   regexp.MustCompile(`^(?:\d{4}|RES|DEC|INF|(?:C|CN|AC|CONF)\.\d+)$`),
	"S":   regexp.MustCompile(`^(?:\d{4}|RES|PRST|AC\.\d+)$`),
	"ST":  regexp.MustCompile(`^(?:SGB|AI|IC|HR)$`),
	"HRI": regexp.MustCompile(`^(?:GEN|MC|CORE|ICM|TB)$`),
}

// treatyBodies are the organs of the nine treaty bodies that have one of their own; the tenth, CESCR, is E/C.12.
var treatyBodies = []string{"CCPR", "CAT", "CEDAW", "CERD", "CRC", "CED", "CRPD", "CMW"}

var (
	afterTreatyBody = regexp.MustCompile(`^(?:C|CO|OP|SP|M)$`)
	symbolSegment   = regexp.MustCompile(`^[A-Z0-9][A-Z0-9.-]*(?:\((?:SUPP|PART[IVX0-9]+|VOL\.?[IVX0-9]+)\))?$`)
	symbolSuffix    = regexp.MustCompile(`^(ADD|CORR|REV|CONCL)\.?(\d+)$`)
	gluedSuffix     = regexp.MustCompile(`^(.*[0-9)])((?:ADD|CORR|REV)\.?\d+)$`)
	countryCode     = regexp.MustCompile(`^[A-Z]{2,4}(?:-[A-Z]{2,4})?$`)
	symbolAddress   = regexp.MustCompile(`(?i)^(?:https?://)?(?:www\.)?(?:undocs\.org|docs\.un\.org)/(?:(?:en|fr|es|ru|ar|zh)/)?`)
	symbolInProse   = regexp.MustCompile(`(?i)\b(?:DEMO/)?(?:A|E|S|ST|HRI|CCPR|CAT|CEDAW|CERD|CRC|CED|CRPD|CMW)/[A-Z0-9.\-]+(?:/[A-Z0-9.\-]+)+`)
)

// ParseSymbol reads a document symbol and makes it canonical: capitals (but Add., Corr., Rev., Concl.), no spaces, "%2F" as
// a slash, plain hyphens, no trailing asterisk of a reissue; an address at docs.un.org or undocs.org is read as its symbol.
// What the United Nations would not have given to a document of this field is an Invalid error. It is idempotent.
func ParseSymbol(s string) (Symbol, error) {
	bad := func(why string) (Symbol, error) {
		return "", Errorf(Invalid, "ParseSymbol", "%q is not a document symbol: %s; symbols look like A/HRC/59/15 or CEDAW/C/KEN/CO/8", cut(s, maxSymbol), why)
	}
	if len(s) > 8*maxSymbol {
		return bad("it is too long")
	}
	t := symbolAddress.ReplaceAllString(strings.TrimSpace(s), "")
	if i := strings.IndexAny(t, "?#"); i >= 0 && t != strings.TrimSpace(s) {
		t = t[:i]
	}
	t = strings.NewReplacer("%2F", "/", "%2f", "/", "%20", "").Replace(t)
	t = strings.ToUpper(strings.Map(symbolRune, t))
	t = strings.TrimRight(t, "*.,;:/")
	if t == "" {
		return bad("it is empty")
	}
	var segs []string
	for _, seg := range strings.Split(t, "/") {
		var glued []string // "15ADD.1CORR.2", last first
		for m := gluedSuffix.FindStringSubmatch(seg); m != nil; m = gluedSuffix.FindStringSubmatch(seg) {
			seg = m[1]
			glued = append(glued, m[2])
		}
		slices.Reverse(glued)
		segs = append(append(segs, seg), glued...)
	}
	for i, seg := range segs {
		if m := symbolSuffix.FindStringSubmatch(seg); m != nil && i > 0 {
			segs[i] = m[1][:1] + strings.ToLower(m[1][1:]) + "." + m[2]
		} else if !symbolSegment.MatchString(seg) {
			return bad("a part between its slashes cannot be read")
		}
	}
	canonical := strings.Join(segs, "/")
	if len(canonical) > maxSymbol {
		return bad("it is too long")
	}
	if why := refuseSymbol(segs); why != "" {
		return bad(why)
	}
	return Symbol(canonical), nil
}

// symbolRune drops spaces and invisible characters and makes typographic slashes and dashes plain.
func symbolRune(r rune) rune {
	switch {
	case r == '∕' || r == '⁄' || r == '／':
		return '/'
	case r >= '\u2010' && r <= '\u2015', r == '\u2212', r == '\ufe63', r == '\uff0d':
		return '-'
	case r == '∗' || r == '＊':
		return '*'
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r):
		return -1
	}
	return r
}

// refuseSymbol says why segs are no symbol of this field, or "".
func refuseSymbol(segs []string) string {
	const short = "it is not complete"
	if segs[0] == "DEMO" { // ours to invent; those shaped like real ones have a body and a State
		if len(segs) < 3 || !strings.ContainsAny(strings.Join(segs[1:], ""), "0123456789") {
			return short
		}
		return ""
	}
	if len(segs) < 3 {
		return short
	}
	allowed := organs[segs[0]]
	if slices.Contains(treatyBodies, segs[0]) {
		allowed = afterTreatyBody
	}
	if allowed == nil || !allowed.MatchString(segs[1]) {
		return "no organ's documents begin so"
	}
	if (segs[1] == "HRC" || segs[0] == "E" && segs[1] == "C.12") && len(segs) < 4 {
		return short
	}
	for _, seg := range segs[2:] {
		if strings.ContainsAny(seg, "0123456789") {
			return ""
		}
	}
	return "it has no number"
}

// LooksLikeSymbol reports whether one word of a search is a document symbol rather than a word or a beginning of one.
func LooksLikeSymbol(s string) bool {
	if strings.ContainsFunc(s, unicode.IsSpace) || strings.Contains(s, "*") || strings.Count(s, "/") < 2 {
		return false
	}
	_, err := ParseSymbol(s)
	return err == nil
}

// SymbolMention is a symbol found in prose, and its bytes.
type SymbolMention struct {
	Symbol     Symbol
	Start, End int
}

// FindSymbols returns the document symbols a text mentions, in order.
func FindSymbols(text string) []SymbolMention {
	var out []SymbolMention
	for _, m := range symbolInProse.FindAllStringIndex(text, -1) {
		word := strings.TrimRight(text[m[0]:m[1]], ".-/")
		if s, err := ParseSymbol(word); err == nil {
			out = append(out, SymbolMention{s, m[0], m[0] + len(word)})
		}
	}
	return out
}

// segments splits s and tells whether it is demonstration data's; the prefix DEMO is not among the segments.
func (s Symbol) segments() (segs []string, demo bool) {
	if s == "" {
		return nil, false
	}
	segs = strings.Split(string(s), "/")
	if segs[0] == "DEMO" {
		return segs[1:], true
	}
	return segs, false
}

// Demo reports whether s names a document of demonstration data, which does not exist.
func (s Symbol) Demo() bool { return strings.HasPrefix(string(s), "DEMO/") }

// annualReports are the numbers under which the treaty bodies report to the General Assembly (A/60/38 is CEDAW's), each
// with the first session it holds for. Concluding observations stood in these reports until about 2006.
var annualReports = map[string]struct {
	body string
	from int
}{
	"18": {"CERD", 36}, "38": {"CEDAW", 39}, "40": {"CCPR", 36}, "44": {"CAT", 45}, "41": {"CRC", 47},
	"48": {"CMW", 60}, "55": {"CRPD", 66}, "56": {"CED", 67},
}

// Body returns the code of the body whose document s is, when the symbol alone tells it. It does not for A/HRC/59/15:
// reports of the UPR's Working Group and of special procedures share that series.
func (s Symbol) Body() (code string, ok bool) {
	segs, _ := s.segments()
	if len(segs) < 3 {
		return "", false
	}
	switch {
	case segs[0] == "CRC" && segs[2] == "OPAC":
		return "CRC-OP-AC", true
	case segs[0] == "CRC" && (segs[2] == "OPSC" || segs[2] == "OPSA"):
		return "CRC-OP-SC", true
	case segs[0] == "CAT" && segs[1] == "OP":
		return "SPT", true
	case slices.Contains(treatyBodies, segs[0]):
		return segs[0], true
	case segs[0] == "E" && segs[1] == "C.12":
		return "CESCR", true
	case segs[0] == "A" && segs[1] == "HRC" && segs[2] == "WG.6":
		return "UPR", true
	case segs[0] == "A":
		number, _, _ := strings.Cut(segs[2], "(")
		if report, ok := annualReports[number]; ok {
			if session, err := strconv.Atoi(segs[1]); err == nil && session >= report.from {
				return report.body, true
			}
		}
	}
	return "", false
}

// Mechanism returns the mechanism s belongs to, or MechanismUnknown when the symbol alone does not tell.
func (s Symbol) Mechanism() Mechanism {
	if code, ok := s.Body(); ok {
		if b, ok := BodyByCode(code); ok {
			return b.Mechanism
		}
	}
	return MechanismUnknown
}

// Country returns the State the symbol names: CEDAW/C/KEN/CO/8, CCPR/CO/83/GRC, A/HRC/WG.6/34/SVN/1. Codes of earlier
// days are read as the State of today (ROM is Romania), codes of territories as the State responsible for them
// (CHN-HKG is China). Only demonstration symbols name invented States.
func (s Symbol) Country() (Country, bool) {
	segs, demo := s.segments()
	at := -1
	switch {
	case len(segs) < 4:
		return "", false
	case slices.Contains(treatyBodies, segs[0]) && segs[1] == "C":
		at = 2
		if segs[2] == "OPAC" || segs[2] == "OPSC" || segs[2] == "OPSA" {
			at = 3
		}
	case slices.Contains(treatyBodies, segs[0]) && segs[1] == "CO":
		at = 3
	case segs[0] == "CAT" && segs[1] == "OP", segs[0] == "E" && segs[1] == "C.12":
		at = 2
	case segs[0] == "A" && segs[1] == "HRC" && segs[2] == "WG.6":
		at = 4
	}
	if at < 0 || at >= len(segs) || !countryCode.MatchString(segs[at]) {
		return "", false
	}
	state, _, _ := strings.Cut(segs[at], "-")
	c, ok := countries().bySymbol[state]
	if !ok {
		return "", false
	}
	if info, _ := c.Info(); info.Demo && !demo {
		return "", false
	}
	return c, true
}

// Session returns the session the symbol names: of the Human Rights Council (A/HRC/59/15), of the UPR's Working Group
// (A/HRC/WG.6/34/SVN/1), of the General Assembly (A/60/38), of a committee (CCPR/CO/83/GRC, CERD/C/63/CO/5).
// The Council's session is not the UPR's: A/HRC/59/15 was adopted by the Working Group's session 48.
func (s Symbol) Session() (int, bool) {
	segs, _ := s.segments()
	if len(segs) < 3 {
		return 0, false
	}
	var n string
	switch {
	case segs[0] == "A" && segs[1] == "HRC":
		n = segs[2]
		if len(segs) > 3 && (n == "WG.6" || n == "DEC" || n == "RES") {
			n = segs[3]
		}
	case segs[0] == "A":
		n = segs[1]
		if n == "RES" {
			n = segs[2]
		}
	case slices.Contains(treatyBodies, segs[0]) && segs[1] == "CO":
		n = segs[2]
	case segs[0] == "CERD" && segs[1] == "C" && len(segs) > 4 && segs[3] == "CO":
		n = segs[2]
	case segs[0] == "CAT" && segs[1] == "C" && segs[2] == "CR" && len(segs) > 4:
		n = segs[3]
	}
	v, err := strconv.Atoi(n)
	return v, err == nil && v > 0
}

// stateSeries are series in which each addendum is another State's document, not a supplement to a common one.
var stateSeries = []string{"E/C.12/1", "CRC/C/15", "CCPR/C/79", "CERD/C/304", "HRI/CORE/1"}

// Base returns s without /Add, /Corr and /Rev: the document they supplement. In the old series in which every
// addendum is a State's own concluding observations (E/C.12/1/Add.90) the addendum stays.
func (s Symbol) Base() Symbol {
	segs := strings.Split(string(s), "/")
	n := len(segs)
	for n > 1 && isSupplement(segs[n-1]) {
		if series := strings.TrimPrefix(strings.Join(segs[:n-1], "/"), "DEMO/"); strings.HasPrefix(segs[n-1], "Add.") && slices.Contains(stateSeries, series) {
			break
		}
		n--
	}
	return Symbol(strings.Join(segs[:n], "/"))
}

func isSupplement(seg string) bool {
	return strings.HasPrefix(seg, "Add.") || strings.HasPrefix(seg, "Corr.") || strings.HasPrefix(seg, "Rev.")
}

// URL returns the United Nations' public address of the document in the given language; English for a language that is none
// of the six, "" for unknown symbols and those of the demonstration, which lead nowhere.
func (s Symbol) URL(l Lang) string {
	if s == "" || s.Demo() {
		return ""
	}
	if !l.Valid() {
		l = English
	}
	return "https://docs.un.org/" + string(l) + "/" + string(s)
}

// CompareSymbols orders symbols as people count: numbers by their value, a document before its addenda, the
// empty symbol last. It is a total order.
func CompareSymbols(a, b Symbol) int {
	if a == b {
		return 0
	}
	if a == "" {
		return 1
	}
	if b == "" {
		return -1
	}
	if c := compareNatural(string(a), string(b)); c != 0 {
		return c
	}
	return strings.Compare(string(a), string(b))
}

// compareNatural compares runs of digits by value and everything else by byte; "/" comes before all.
func compareNatural(a, b string) int {
	digits := func(s string) int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		return n
	}
	for a != "" && b != "" {
		i, j := digits(a), digits(b)
		if i > 0 && j > 0 {
			x, y := strings.TrimLeft(a[:i], "0"), strings.TrimLeft(b[:j], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			if a[0] == '/' {
				return -1
			}
			if b[0] == '/' {
				return 1
			}
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// cut shortens what is quoted back in a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
