package uhri

// FacetKind says how a facet's values behave.
type FacetKind string

// The kinds of facet.
const (
	FacetTerm  FacetKind = "term"  // an unordered vocabulary
	FacetLevel FacetKind = "level" // one level of a tree; its Parent is the level above
	FacetYear  FacetKind = "year"  // years, newest first
	FacetCode  FacetKind = "code"  // an open vocabulary of codes: symbols
)

// The two values every facet may have beside its own. Unknown is not "does not apply".
const (
	ValueUnknown       = "unknown"        // the facet applies to the record, its value is not known
	ValueNotApplicable = "not_applicable" // the facet does not apply: UPR facets on other mechanisms' records
)

// Facet is one way to divide records. Index columns, URL parameters, query fields, API description, export
// columns and panels all derive from this table, so a facet is added here and nowhere else.
type Facet struct {
	Name        string // URL name, snake_case
	Label       string // what people read
	Description string // one sentence of meaning, for the API, the data dictionary and help
	Kind        FacetKind
	Parent      string   // the facet one level up: country → region, sdg → goal, body → mechanism
	Synonyms    []string // other names accepted in URLs and query fields
	Single      bool     // a record has at most one value, so values + unknown + not_applicable = total
	UPROnly     bool     // records of other mechanisms are not_applicable
	Labels      bool     // derived from tags, so it depends on which origins of labels are counted
	Limit       int      // values a panel shows unless asked otherwise; 0 = all
	ByValue     bool     // panels order by value (years, cycles, goals), not by count

	values     func(*Recommendation) []string
	label      func(string) string
	resolve    func(string) (string, bool)
	parentOf   func(string) string
	vocabulary func() []string
}
