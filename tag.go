package uhri

// Scheme is a vocabulary of labels.
type Scheme string

// The schemes labels come from.
const (
	SchemeTheme Scheme = "theme"
	SchemeGroup Scheme = "group" // affected groups; UHRI says "affected persons", earlier "concerned groups"
	SchemeSDG   Scheme = "sdg"   // goals and targets
)

// Origin says who put a label on a passage.
type Origin string

// The origins, in order of precedence: a person's correction wins over all, the publisher's labels are never
// overwritten, a rule or a model only adds where they are silent.
const (
	OriginHuman     Origin = "human"
	OriginPublisher Origin = "publisher"
	OriginRule      Origin = "rule"
	OriginModel     Origin = "model"
)

// Tag is one label on a passage.
type Tag struct {
	Scheme  Scheme  `json:"scheme"`
	Concept string  `json:"concept"` // stable slug within the scheme: "5.2", "children"; its label lives in the taxonomy
	Origin  Origin  `json:"origin"`
	By      string  `json:"by,omitzero"`    // the rule or model, with version; empty for the publisher
	Score   float64 `json:"score,omitzero"` // 0…1; 0 for the publisher and for people
}
