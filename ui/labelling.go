package ui

import (
	"strconv"
	"time"
)

// Labelling says how the labels that are not the publisher's are made, and how good they were when last measured.
type Labelling struct {
	Trained bool      // a model labels; else rules label alone
	At      time.Time // of the last evaluation; zero when there was none
	// Records and Documents are the labelled ones it was measured on; Method says how they were held out.
	Records, Documents int
	Method             string
	Schemes            []LabellingScheme
	// Calibration compares the score of labels with how many of them were right, lowest scores first.
	Calibration []LabellingBin
	// Curve is how the F1 of all labels together grows with the share of the labelled documents that is learned from.
	Curve []LabellingPoint
}

// LabellingScheme is the evaluation of one kind of label. Shares lie between 0 and 1.
type LabellingScheme struct {
	Name              string
	Records           int     // labelled ones
	Precision, Recall float64 // of labels given, how many are right; of right labels, how many are given
	F1, Low, High     float64 // their harmonic mean with its 95 % interval
	Macro             float64 // F1 with every label counting alike
	Rules, Frequent   float64 // F1 of the rules alone, and of giving the most frequent labels to everything
	Alone             float64 // F1 of the model without the rules
	Later             float64 // F1 on the years since LaterFrom, learned from the years before; LaterFrom is 0 when not measured
	LaterFrom         int
	Weakest           []string // labels it does worst, of those that are not rare
}

// LabellingBin is one range of scores.
type LabellingBin struct {
	Low, High, Right float64
	Decisions        int
}

// LabellingPoint is one point of a learning curve.
type LabellingPoint struct{ Share, F1 float64 }

// Percent writes a share of one in whole per cent, as the language writes numbers.
func (MethodologyPage) Percent(x float64) string { return strconv.Itoa(int(x*100+0.5)) + "\u00a0%" }

// Weakest names the labels of a scheme that are found worst.
func (p *MethodologyPage) Weakest(s LabellingScheme) string {
	return p.words.Text("labelling.weakest", s.Name, p.words.List(s.Weakest))
}
