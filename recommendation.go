package uhri

import "time"

// ID names one annotated passage for good: the publisher's AnnotationId (a lower-case UUID), or, for our own
// cuts, a UUIDv5 of symbol, State and paragraph. It is never derived from the text.
type ID string

// Lang is one of the six languages of the United Nations, as a BCP 47 tag.
type Lang string

// The official languages of the United Nations.
const (
	English Lang = "en"
	French  Lang = "fr"
	Spanish Lang = "es"
	Russian Lang = "ru"
	Arabic  Lang = "ar"
	Chinese Lang = "zh"
)

// Langs lists the six languages in the order they are shown. English is the authority: only it adds and withdraws.
var Langs = [...]Lang{English, French, Spanish, Russian, Arabic, Chinese}

// Valid reports whether l is one of the six languages.
func (l Lang) Valid() bool {
	for _, k := range Langs {
		if l == k {
			return true
		}
	}
	return false
}

// Type says what kind of passage a record is.
type Type string

// The types. UHRI's "Concerns/Observations" are observations; a missing or unreadable type stays TypeUnknown.
const (
	TypeRecommendation Type = "recommendation"
	TypeObservation    Type = "observation"
	TypePledge         Type = "pledge"
	TypeUnknown        Type = "unknown"
)

// ParseType reads UHRI's AnnotationType: "- Recommendations", "- Concerns/Observations". A missing value, a bare dash or
// UUID and "Others" say nothing of the passage: they are TypeUnknown, and false.
func ParseType(raw string) (Type, bool) {
	switch FoldName(raw) {
	case "recommendation", "recommendations":
		return TypeRecommendation, true
	case "concerns observations", "concern observation", "observation", "observations", "concern", "concerns", "concern or observation":
		return TypeObservation, true
	case "pledge", "pledges", "voluntary pledge", "voluntary pledges", "voluntary pledges and commitments":
		return TypePledge, true
	}
	return TypeUnknown, false
}

// Position is what a State under review answered to a UPR recommendation.
type Position string

// The positions. Under Human Rights Council resolution 5/1 what is not supported is noted; UHRI's
// "Supported/Noted" is PositionPartial. No answer known is PositionUnknown and never read as noted.
const (
	PositionSupported Position = "supported"
	PositionNoted     Position = "noted"
	PositionPartial   Position = "partial"
	PositionUnknown   Position = "unknown"
)

// Recommendation is one annotated passage, UHRI's "annotation": a recommendation or an observation that one
// mechanism addressed to a State. The zero value of a field means unknown.
type Recommendation struct {
	ID         ID     `json:"id"`
	Type       Type   `json:"type"`
	Symbol     Symbol `json:"symbol,omitzero"`      // canonical, made only by ParseSymbol; empty = unknown, never a key
	DocumentID string `json:"document_id,omitzero"` // the publisher's document UUID
	Paragraph  string `json:"paragraph,omitzero"`   // "140.7", "23(a)", "13/rec"
	Order      int    `json:"order,omitzero"`       // place in the document: 140.10 after 140.9

	Texts map[Lang]Text `json:"texts"`          // a missing language is absent, never faked
	Parts []Part        `json:"parts,omitzero"` // several asks in one paragraph, each with its States

	Date      Date      `json:"date,omitzero"` // of the document; may be a year or a month
	Mechanism Mechanism `json:"mechanism"`
	Body      string    `json:"body,omitzero"` // canonical code of the body, see Bodies: "CEDAW", "SR Torture", "UPR"
	Countries []Country `json:"countries,omitzero"`
	UPR       *UPR      `json:"upr,omitzero"` // set for the UPR only

	Procedural bool   `json:"procedural,omitzero"` // follow-up, dissemination, next report …
	Articles   string `json:"articles,omitzero"`   // the treaty articles its heading names: "arts. 2 (2) and 3"
	Tags       []Tag  `json:"tags,omitzero"`
	Latest     bool   `json:"latest,omitzero"`    // belongs to the latest review of its State by its body; set at publish, see LatestReviews
	NoReview   bool   `json:"no_review,omitzero"` // which review it belongs to cannot be told; set at publish, see LatestReviews
	Ask        ID     `json:"ask,omitzero"`       // the first of the passages that ask for the same; empty for those alone; set at publish
	Demo       bool   `json:"demonstration,omitzero"`

	Provenance Provenance `json:"provenance,omitzero"`
}

// Text is one passage in one language.
type Text struct {
	// Full is the publisher's whole passage after mechanical repair (tags, entities, characters, spaces): side
	// heading, paragraph number and trailing States included. It is what is searched, counted and exported.
	Full string `json:"full"`
	// Heading, Body are split off Full for showing; they add to it and never shorten it.
	Heading string `json:"heading,omitzero"`
	Body    string `json:"body,omitzero"`
	// Raw is the publisher's text as received. It is empty where the store keeps it aside.
	Raw string `json:"raw,omitzero"`
}

// Part is one of several asks inside a paragraph, with the States that made it.
type Part struct {
	Text   string    `json:"text"`
	States []Country `json:"states,omitzero"`
}

// UPR is what only a recommendation of the Universal Periodic Review has.
type UPR struct {
	Recommending   []Country `json:"recommending,omitzero"`
	Unresolved     []string  `json:"unresolved,omitzero"` // recommending States as printed that no alias explains
	Session        int       `json:"session,omitzero"`    // of the Working Group; 0 = unknown
	Cycle          int       `json:"cycle,omitzero"`      // 0 = unknown
	Position       Position  `json:"position,omitzero"`
	PositionSource string    `json:"position_source,omitzero"` // where it was taken: "A/HRC/59/15/Add.1, para. 3"
	LeadIn         string    `json:"lead_in,omitzero"`         // the sentence of the report that opens its list
}

// Provenance says where a record came from and what happened to it.
type Provenance struct {
	Source        string    `json:"source,omitzero"` // name of the source: "uhri/en", "upr"
	FetchedAt     time.Time `json:"fetched_at,omitzero"`
	Pipeline      int       `json:"pipeline,omitzero"`       // PipelineVersion that cleaned and cut it
	FirstSeen     time.Time `json:"first_seen,omitzero"`     // when this service first had it
	LastChanged   time.Time `json:"last_changed,omitzero"`   // when its publisher last changed it
	PublishedUHRI Date      `json:"published_uhri,omitzero"` // when UHRI put it online
	Inferred      []string  `json:"inferred,omitzero"`       // what was derived, not stated: "country from symbol"
	Review        []string  `json:"review,omitzero"`         // why a person should look at it; empty = nothing odd
	MergedFrom    []ID      `json:"merged_from,omitzero"`    // our own IDs that now redirect here
}

// CleanText returns the searchable text in the given language, or "" where there is none.
func (r *Recommendation) CleanText(l Lang) string { return r.Texts[l].Full }
