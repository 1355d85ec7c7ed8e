package uhriexport

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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

// lenient accepts what one edition of the export may write differently from another: keys in another case, a number for a
// text, one value for a list and a list of one for a value. Of some keys no published sample shows a value (UprCycle), and a
// quarter of a million records must not be refused for a pair of brackets.
var lenient = json.JoinOptions(
	json.MatchCaseInsensitiveNames(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, s *string) (err error) {
			*s, err = readText(d)
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, list *[]string) (err error) {
			*list, err = readList(d)
			return err
		}),
	)),
)

func decode(raw []byte) (record, error) {
	var r record
	err := json.Unmarshal(raw, &r, lenient)
	return r, err
}

// readText reads a text, a number as it is written, null as nothing, or a list of at most one of these.
func readText(d *jsontext.Decoder) (string, error) {
	if d.PeekKind() == '[' {
		list, err := readList(d)
		if err != nil {
			return "", err
		}
		switch len(list) {
		case 0:
			return "", nil
		case 1:
			return list[0], nil
		}
		return "", fmt.Errorf("%d values where one belongs", len(list))
	}
	t, err := d.ReadToken()
	if err != nil {
		return "", err
	}
	switch t.Kind() {
	case '"', '0':
		return t.String(), nil
	case 'n':
		return "", nil
	}
	return "", fmt.Errorf("%s where a text belongs", t.Kind())
}

// readList reads a list of texts, one text alone, or null.
func readList(d *jsontext.Decoder) ([]string, error) {
	switch d.PeekKind() {
	case '[':
		if _, err := d.ReadToken(); err != nil {
			return nil, err
		}
		var list []string
		for d.PeekKind() != ']' {
			if d.PeekKind() == '[' {
				return nil, fmt.Errorf("a list inside a list")
			}
			s, err := readText(d)
			if err != nil {
				return nil, err
			}
			list = append(list, s)
		}
		_, err := d.ReadToken()
		return list, err
	case 'n':
		_, err := d.ReadToken()
		return nil, err
	}
	s, err := readText(d)
	return []string{s}, err
}
