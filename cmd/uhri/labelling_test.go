package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uhri/crawler/classify"
	"uhri/ui"
)

// What evaluate kept is what the page on methodology tells; a damaged file is told as none.
func TestLabellingTellsTheLastEvaluation(t *testing.T) {
	p := &program{log: slog.New(slog.DiscardHandler)}
	p.cfg.Data = t.TempDir()
	if diff := cmp.Diff(ui.Labelling{}, p.labelling()); diff != "" {
		t.Errorf("in an empty folder: %s", diff)
	}
	at := time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)
	measures := classify.Measures{Records: 90, Precision: 0.6, Recall: 0.5, F1: 0.545, Interval: [2]float64{0.5, 0.59}, MacroF1: 0.3}
	err := p.keepEvaluation(&classify.Evaluation{At: at, Records: 100, Documents: 12, Method: "held out", Curve: []classify.CurvePoint{{Share: 0.25, F1: 0.41}, {Share: 1, F1: 0.545}}, Bins: []classify.Bin{{Low: 0.5, High: 0.6, True: 0.57, N: 9}},
		Schemes: []classify.SchemeEvaluation{{Name: "themes", Model: measures, Alone: classify.Measures{F1: 0.52}, Rules: classify.Measures{F1: 0.4}, Frequent: classify.Measures{F1: 0.1}, Time: &classify.Measures{F1: 0.47}, TimeFrom: 2021,
			Labels: []classify.LabelMeasures{{Concept: "a", Label: "Food", True: 30, F1: 0.5}, {Concept: "b", Label: "Housing", True: 12, F1: 0.2}, {Concept: "c", Label: "Water", True: 2, F1: 0}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.cfg.Data, modelFile), []byte("a model"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := ui.Labelling{Trained: true, At: at, Records: 100, Documents: 12, Method: "held out", Curve: []ui.LabellingPoint{{Share: 0.25, F1: 0.41}, {Share: 1, F1: 0.545}}, Calibration: []ui.LabellingBin{{Low: 0.5, High: 0.6, Right: 0.57, Decisions: 9}},
		Schemes: []ui.LabellingScheme{{Name: "themes", Records: 90, Precision: 0.6, Recall: 0.5, F1: 0.545, Low: 0.5, High: 0.59, Macro: 0.3, Rules: 0.4, Frequent: 0.1, Alone: 0.52, Later: 0.47, LaterFrom: 2021, Weakest: []string{"Housing", "Food"}}}}
	if diff := cmp.Diff(want, p.labelling()); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(filepath.Join(p.cfg.Data, evaluationFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ui.Labelling{Trained: true}, p.labelling()); diff != "" {
		t.Errorf("with a damaged file: %s", diff)
	}
}
