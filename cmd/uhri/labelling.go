package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"uhri/crawler/classify"
	"uhri/ui"
)

// What the page on methodology names as weakest: few labels, none of them rare.
const (
	weakestLabels = 5
	weakestTrue   = 10 // records that have the label, at least
)

// labelling is the last evaluation as the portal tells it. It is read each time: training and evaluating are verbs of
// other processes.
func (p *program) labelling() ui.Labelling {
	var l ui.Labelling
	if _, err := os.Stat(filepath.Join(p.cfg.Data, modelFile)); err == nil {
		l.Trained = true
	}
	b, err := os.ReadFile(filepath.Join(p.cfg.Data, evaluationFile))
	if errors.Is(err, os.ErrNotExist) {
		return l
	}
	var e classify.Evaluation
	if err := errors.Join(err, json.Unmarshal(b, &e)); err != nil {
		p.log.Warn("the last evaluation cannot be read", "file", evaluationFile, "err", err)
		return l
	}
	l.At, l.Records, l.Documents, l.Method = e.At, e.Records, e.Documents, e.Method
	for _, s := range e.Schemes {
		m := s.Model
		out := ui.LabellingScheme{Name: s.Name, Records: m.Records, Precision: m.Precision, Recall: m.Recall, F1: m.F1, Low: m.Interval[0], High: m.Interval[1],
			Macro: m.MacroF1, Rules: s.Rules.F1, Frequent: s.Frequent.F1, Alone: s.Alone.F1}
		if s.Time != nil {
			out.Later, out.LaterFrom = s.Time.F1, s.TimeFrom
		}
		labels := slices.DeleteFunc(slices.Clone(s.Labels), func(m classify.LabelMeasures) bool { return m.True < weakestTrue })
		slices.SortFunc(labels, func(a, b classify.LabelMeasures) int {
			return cmp.Or(cmp.Compare(a.F1, b.F1), cmp.Compare(a.Concept, b.Concept))
		})
		for _, m := range labels[:min(len(labels), weakestLabels)] {
			out.Weakest = append(out.Weakest, m.Label)
		}
		l.Schemes = append(l.Schemes, out)
	}
	for _, c := range e.Curve {
		l.Curve = append(l.Curve, ui.LabellingPoint{Share: c.Share, F1: c.F1})
	}
	for _, b := range e.Bins {
		l.Calibration = append(l.Calibration, ui.LabellingBin{Low: b.Low, High: b.High, Right: b.True, Decisions: b.N})
	}
	return l
}
