package segment

import (
	"slices"

	"uhri"
	"uhri/crawler/extract"
)

// Explain cuts a document of any family and lists what it holds, in the form of `uhri explain FILE --json`: rows of
// ExplainedUPR, Decision or Explained. notes say what the rows cannot: why there are none, that their types are not
// told, what a person should look at. A file without words, and a document without recommendations to a State, are
// Unsupported errors.
func Explain(doc *extract.Document) (rows any, notes []string, err error) {
	if err := doc.Usable(); err != nil {
		return nil, nil, err
	}
	if UPRFamily(doc) != FamilyUnknown {
		rows, err = ExplainUPR(doc)
		return rows, nil, err
	}
	c := CutDocument(doc)
	switch {
	case c == nil:
		return nil, nil, uhri.Errorf(uhri.Unsupported, "explain", "this is no document of the Universal Periodic Review, a treaty body or a special procedure that this version knows")
	case c.Kind == OtherDocument:
		return nil, nil, uhri.Errorf(uhri.Unsupported, "explain", "%s", c.Kind.why())
	}
	return c.Explain(), append(slices.Clone(c.Issues), c.Review...), nil
}

// CutDocument cuts a document of a treaty body or a special procedure by the rules of its family; nil when neither its
// cover nor its words tell that it is of one.
func CutDocument(doc *extract.Document) *Cut {
	switch kind := KindOf(doc); kind {
	case ConcludingObservations, AnnualReport, StateFollowUp:
		return TreatyBody(doc)
	case CountryVisit, ThematicReport, StateComments:
		return SpecialProcedure(doc)
	case OtherDocument, Corrigendum:
		if doc.Symbol().Mechanism() == uhri.MechanismTreatyBody {
			return TreatyBody(doc)
		}
		return SpecialProcedure(doc)
	}
	if visitAddendum.MatchString(string(doc.Symbol())) { // its symbol is a country visit's, whatever its cover says
		return SpecialProcedure(doc)
	}
	return nil
}
