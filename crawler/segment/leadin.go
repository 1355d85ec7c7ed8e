package segment

import (
	"regexp"
	"strconv"
	"strings"

	"uhri"
)

// LeadIn is a numbered paragraph of the conclusions: it opens a list of recommendations and says what became of them,
// refers to recommendations in the report's summary, or comments.
type LeadIn struct {
	Paragraph   string        `json:"paragraph"`
	Text        string        `json:"text"` // as printed
	Position    uhri.Position `json:"position"`
	Pending     bool          `json:"pending,omitzero"`     // the State will answer later
	Implemented bool          `json:"implemented,omitzero"` // the State considers them implemented already
	References  []Reference   `json:"references,omitzero"`  // recommendations given by paragraph of the summary only
	Items       int           `json:"items"`                // recommendations listed below it
	understood  bool          // the wording is one of the known classes
}

// Reference is a recommendation that a report names only by the paragraph of its summary: "paragraphs 35 (b)".
type Reference struct {
	Paragraph string `json:"paragraph"`     // "35(b)"
	Text      string `json:"text,omitzero"` // what stands there; empty when it was not found
}

// The classes of lead-in in the order they are tried: "did not enjoy" before "enjoy", "will be examined" before
// "examined". The counts over 302 reports are in DOCUMENTS.md §2.3.
var (
	notSupported = regexp.MustCompile(`(?i)\b(?:(?:did|do|does|could|can|would|will) ?not|cannot|could not|were not|was not|are not|is not|not able to|unable to|not in a position to)\b[^.;]{0,60}\b(?:enjoy|support|accept|endorse|agree)|\breject(?:s|ed)?\b|\bdo not (?:have|meet) (?:the|with) (?:support|approval)|\b(?:no|not) (?:cuentan|gozan|cuenta|goza|aceptad[ao]s|apoya)\b|\bno (?:acepta|puede aceptar|apoya)|\brechaz(?:a|adas)|\bn[’']ont pas (?:recueilli|été (?:acceptées|appuyées))|\bne (?:recueillent|bénéficient|rencontrent) pas|\brejet(?:te|ées)|не (?:пользуются|получили|поддерж)|不(?:予|接受|支持)|لا تحظى|لم تحظ`)
	pending      = regexp.MustCompile(`(?i)\bwill be (?:further |carefully |duly )?(?:examined|considered|reviewed|studied)\b|\bwill (?:further )?(?:examine|consider|review|study)\b|\bresponses? (?:to these recommendations )?(?:will be|in due (?:time|course))|\bwill (?:provide|respond|give)\b[^.]{0,40}\b(?:respon|answer|in due)|\bto be examined\b|\bunder (?:examination|consideration)\b|\bserán examinadas|\bexaminará\b|\bseront examinées|\bexaminera\b|будут рассмотрены|将.{0,12}审(?:议|查)|ستنظر|ستدرس`)
	implemented  = regexp.MustCompile(`(?i)\balready (?:been )?(?:implemented|being implemented)|\balready (?:either )?(?:implemented|fulfilled)|process of (?:being )?implement|\bya (?:se han aplicado|aplicadas)|\bdéjà (?:appliquées|mises en œuvre)|\bare (?:either )?(?:already )?implemented\b`)
	noted        = regexp.MustCompile(`(?i)\b(?:are|were|is|was|be|been)\b(?: \w+){0,2} noted\b|\bnoted by\b|\b(?:takes?|took|taken|taking|has taken) note of\b|\b(?:hereby |only )notes\b|\bhave been[^.]{0,80}\bnoted\b|\bse toma(?:n)? nota|\b(?:toma|tomó) nota|\bprend note|\bil a été pris note|приняты к сведению|принимает к сведению|注意到|تحيط علما`)
	supported    = regexp.MustCompile(`(?i)\b(?:enjoy|enjoys|enjoyed|have|has|meet|receive[sd]?|gained) (?:the |its |their |full )?(?:full )?(?:support|approval|acceptance)|\bare supported\b|\b(?:is|are|were|was|been) (?:hereby |fully )?(?:accepted|supported|endorsed)\b|\b(?:accepts|supports|endorses|accepted|supported) (?:the|these|all|this)\b|\bagrees? (?:to|with)\b|\bcuentan con (?:el|su) (?:apoyo|aprobación)|\bgozan del? (?:apoyo|su)|\baceptad[ao]s|\bacepta\b|\brecueillent (?:l[’']|son |le )|\bont recueilli|\bont été acceptées|\baccepte\b|пользуются поддержкой|получили поддержку|поддерж(?:ал|ивает)|得到.{0,20}支持|支持|تحظى بتأييد`)
)

// readLeadIn classifies the sentence that opens a list.
func readLeadIn(paragraph, text string) LeadIn {
	l := LeadIn{Paragraph: paragraph, Text: text, Position: uhri.PositionUnknown, understood: true}
	l.Implemented = implemented.MatchString(text)
	switch {
	case notSupported.MatchString(text):
		l.Position = uhri.PositionNoted
	case pending.MatchString(text):
		l.Pending = true
	case noted.MatchString(text):
		l.Position = uhri.PositionNoted
	case supported.MatchString(text):
		l.Position = uhri.PositionSupported
	default:
		l.understood = false
	}
	return l
}

var (
	referring = regexp.MustCompile(`(?i)\brecommendations?\b[^.:]{0,80}\bparagraphs?\s+\d{1,3}\b`)
	listStart = regexp.MustCompile(`(?i)\bparagraphs?\s+(\d{1,3}\b.*)`)
	refToken  = regexp.MustCompile(`(\d{1,3})\s*((?:\(\s*[a-z]{1,2}\s*\)(?:\s*(?:,|and|to|-|–)\s*)?)*)`)
	refLetter = regexp.MustCompile(`\(\s*([a-z]{1,2})\s*\)`)
)

// references reads "paragraphs 35 (b), 38 (a), (b), (c) and (d), 80, above" as paragraphs of the summary.
func references(text string) []Reference {
	if !referring.MatchString(text) {
		return nil
	}
	m := listStart.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	s := m[1]
	for _, end := range []string{"above", "did not", "do not", "were", "are ", "which", "enjoy", "cannot"} {
		if i := strings.Index(s, end); i >= 0 {
			s = s[:i]
		}
	}
	var out []Reference
	for _, t := range refToken.FindAllStringSubmatch(s, -1) {
		letters := refLetter.FindAllStringSubmatch(t[2], -1)
		if len(letters) == 0 {
			out = append(out, Reference{Paragraph: t[1]})
		}
		for _, l := range letters {
			out = append(out, Reference{Paragraph: t[1] + "(" + l[1] + ")"})
		}
	}
	return out
}

// ordinals of sessions as reports write them in their first paragraph.
var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
	"thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50,
}

var heldSession = regexp.MustCompile(`(?i)\bheld its ([a-z]+(?:[\s-][a-z]+)?|\d{1,2}(?:st|nd|rd|th)) session`)

// workingGroupSession reads "held its forty-eighth session".
func workingGroupSession(text string) int {
	m := heldSession.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	w := strings.ToLower(m[1])
	if n, err := strconv.Atoi(strings.TrimRight(w, "dhnrst")); err == nil {
		return n
	}
	if n, ok := ordinals[w]; ok {
		return n
	}
	tens, unit, _ := strings.Cut(strings.ReplaceAll(w, " ", "-"), "-")
	base := map[string]int{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}[tens]
	if n := ordinals[unit]; base > 0 && n > 0 && n < 10 {
		return base + n
	}
	return 0
}
