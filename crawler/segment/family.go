package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

// Family says which rules cut a document.
type Family string

// The families of the Universal Periodic Review.
const (
	FamilyUPRReport   Family = "upr_report"
	FamilyUPRAddendum Family = "upr_addendum"
	FamilyUPRMatrix   Family = "upr_matrix"
	FamilyUPROutcome  Family = "upr_outcome"
	FamilyUnknown     Family = ""
)

var (
	wgMention     = regexp.MustCompile(`(?i)working group on the universal periodic review|grupo de trabajo sobre el examen periódico universal|groupe de travail sur l[’']examen périodique universel|рабочей группы по универсальному|普遍定期审议工作组|الفريق العامل المعني بالاستعراض الدوري`)
	outcomeSymbol = regexp.MustCompile(`^(?:DEMO/)?A/HRC/DEC/\d+/\d+`)
	addendumOf    = regexp.MustCompile(`^(?:DEMO/)?A/HRC/\d+/\d+/Add\.\d+$`)
)

// UPRFamily recognises the documents of the Universal Periodic Review by what they say, with or without a symbol on
// their cover. Other documents are FamilyUnknown.
func UPRFamily(doc *extract.Document) Family {
	if isMatrix(doc) {
		return FamilyUPRMatrix
	}
	symbol := string(doc.Symbol())
	mentions, hasViews, decides := false, false, false
	for i, b := range doc.Blocks {
		if i > 60 {
			break
		}
		mentions = mentions || wgMention.MatchString(b.Text)
		hasViews = hasViews || (i < 30 && len(b.Text) < 400 && views.MatchString(b.Text))
		decides = decides || (i < 40 && outcomeOf.MatchString(b.Text) && len(b.Text) < 300)
	}
	switch {
	case decides && (outcomeSymbol.MatchString(symbol) || len(doc.Blocks) < 60 && symbol == ""):
		return FamilyUPROutcome
	case !mentions && !hasViews:
		return FamilyUnknown
	case hasViews, addendumOf.MatchString(symbol) && mentions:
		return FamilyUPRAddendum
	}
	if at, _ := conclusionsStart(doc.Blocks); at >= 0 && !strings.HasPrefix(symbol, "A/HRC/WG.6/") || draftSymbol.MatchString(symbol) {
		return FamilyUPRReport
	}
	return FamilyUnknown
}

// ExplainUPR cuts a document of the Universal Periodic Review and lists what it holds. Documents of other families, and
// files without words, are Unsupported errors.
func ExplainUPR(doc *extract.Document) (any, error) {
	if err := doc.Usable(); err != nil {
		return nil, err
	}
	switch UPRFamily(doc) {
	case FamilyUPRReport:
		r, err := UPRReport(doc)
		if err != nil {
			return nil, err
		}
		return r.Explain(), nil
	case FamilyUPRAddendum:
		a, err := UPRAddendum(doc, nil)
		if err != nil {
			return nil, err
		}
		return a.Explain(), nil
	case FamilyUPRMatrix:
		m, err := UPRMatrix(doc)
		if err != nil {
			return nil, err
		}
		return m.Explain(), nil
	case FamilyUPROutcome:
		d, err := UPROutcome(doc)
		if err != nil {
			return nil, err
		}
		return []Decision{d}, nil
	}
	return nil, uhri.Errorf(uhri.Unsupported, "explain", "this is no document of the Universal Periodic Review")
}
