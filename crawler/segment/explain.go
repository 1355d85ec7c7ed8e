package segment

import (
	"uhri"
	"uhri/crawler/extract"
)

// Explain cuts a document of any family and lists what it holds, in the form of `uhri explain FILE --json`: rows of
// ExplainedUPR, Decision or Explained. A file without words, or a document of no known family, is an Unsupported error.
func Explain(doc *extract.Document) (any, error) {
	if err := doc.Usable(); err != nil {
		return nil, err
	}
	if UPRFamily(doc) != FamilyUnknown {
		return ExplainUPR(doc)
	}
	switch KindOf(doc) {
	case ConcludingObservations, AnnualReport, StateFollowUp:
		return TreatyBody(doc).Explain(), nil
	case CountryVisit, ThematicReport, StateComments:
		return SpecialProcedure(doc).Explain(), nil
	}
	return nil, uhri.Errorf(uhri.Unsupported, "explain", "this is no document of the Universal Periodic Review, a treaty body or a special procedure that this version knows")
}
