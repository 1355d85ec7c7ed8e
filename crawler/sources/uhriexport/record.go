package uhriexport

import (
	"github.com/go-json-experiment/json"
)

// record is one element of the array, with the publisher's keys.
type record struct {
	AnnotationId           string
	DocumentId             string
	Symbol                 string
	Body                   string
	AnnotationType         string
	Countries              []string
	Regions                []string
	Text                   string
	Themes                 []string
	AffectedPersons        []string
	Sdgs                   []string
	PublicationDate        string
	PublicationDateOnUhri  string
	UprCycle               string
	UprSession             []string
	UprPositions           []string
	UprRecommendingCountry []string
	UprRecommendingRegions []string
}

// lenient accepts what the publisher's serializer has been seen to emit: keys of any case, values of one type less than
// expected are refused with their name.
var lenient = json.MatchCaseInsensitiveNames(true)

func decode(raw []byte) (record, error) {
	var r record
	err := json.Unmarshal(raw, &r, lenient)
	return r, err
}
