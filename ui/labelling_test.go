package ui

import (
	"slices"
	"strings"
	"testing"

	"uhri"
)

// The page on methodology tells the last evaluation as it was, or that there was none.
func TestMethodologyTellsHowGoodLabelsAre(t *testing.T) {
	measured := Labelling{Trained: true, At: testNow, Records: 1298, Documents: 210, Method: "every record held out once", Schemes: []LabellingScheme{
		{Name: "themes", Precision: 0.614, Recall: 0.486, F1: 0.543, Low: 0.51, High: 0.58, Macro: 0.31, Rules: 0.402, Alone: 0.531, Frequent: 0.119, Later: 0.47, LaterFrom: 2021, Weakest: []string{"Right to food", "Housing"}},
		{Name: "SDG goals", Precision: 0.7, Recall: 0.6, F1: 0.65, Low: 0.6, High: 0.69, Rules: 0.5, Frequent: 0.3},
	}, Calibration: []LabellingBin{{Low: 0.5, High: 0.6, Right: 0.57, Decisions: 1234}}, Curve: []LabellingPoint{{0.25, 0.443}, {1, 0.543}}}
	untrained := measured
	untrained.Trained = false
	for name, tc := range map[string]struct {
		l           Labelling
		have, lacks []string
	}{
		"measured":  {measured, []string{"61\u00a0%", "49\u00a0%", "54\u00a0%", "51\u00a0%–58\u00a0%", "40\u00a0%", "12\u00a0%", "1,298 passages of 210 documents", "since 2021", "Right to food and Housing", "23 November 2026", "1,234", "53\u00a0%", "25\u00a0%", "44\u00a0%", "a model, learned"}, []string{"not trained"}},
		"untrained": {untrained, []string{"The model is not trained", "would give"}, []string{"a model, learned"}},
		"nothing":   {Labelling{}, []string{"The model is not trained", "has not been measured"}, []string{"precision"}},
	} {
		o := options(false)
		o.Labelling = func() Labelling { return tc.l }
		_, body := get(t, site(t, o), "/methodology")
		section := parse(t, body).Find("#labels").Text()
		for _, s := range tc.have {
			if !strings.Contains(section, s) {
				t.Errorf("%s: %q is missing in %q", name, s, section)
			}
		}
		for _, s := range tc.lacks {
			if strings.Contains(section, s) {
				t.Errorf("%s: says %q", name, s)
			}
		}
		if strings.Contains(section, "⟦") {
			t.Errorf("%s: a text is missing: %s", name, section)
		}
	}
	if _, body := get(t, site(t, options(false)), "/methodology"); parse(t, body).Find("#labels").Length() > 0 {
		t.Error("tells what it does not know")
	}
}

// What could not be used is counted by reason: details that differ between items do not tell reasons apart, repeated
// items count as often as they were met, and the rest is counted together.
func TestReasonsAddUp(t *testing.T) {
	items := []uhri.Rejection{
		{Reason: "the text is markup only"}, {Reason: "the text is markup only (41 times)"},
		{Reason: "in en: the docx file is DEMO/CEDAW/C/XAD/CO/11"}, {Reason: "in en: the docx file is DEMO/CRC/C/XAB/CO/3; it is asked for again from 2027-05-30"},
	}
	for _, word := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		items = append(items, uhri.Rejection{Reason: "odd " + word})
	}
	got := reasons(items)
	want := []RejectedReason{{Reason: "the text is markup only", Count: 42}, {Reason: "in en: the docx file is …", Count: 2}}
	if !slices.Equal(got[:2], want) || len(got) != shownReasons+1 {
		t.Errorf("%+v", got)
	}
	sum := 0
	for _, r := range got {
		sum += r.Count
	}
	if sum != 52 || got[shownReasons] != (RejectedReason{Count: 2}) {
		t.Errorf("%d items: %+v", sum, got)
	}
	_, body := get(t, site(t, options(false)), "/methodology")
	if n := parse(t, body).Find("#rejected tbody tr").Length(); n == 0 {
		t.Error("the methodology does not say what was rejected")
	}
}

// Whose labels a count of themes, groups or goals is of stands beside it, with the way to the publisher's alone and back.
func TestCountsSayWhoseLabels(t *testing.T) {
	srv := site(t, options(false))
	rail := func(path string) (said, way string) {
		_, body := get(t, srv, path)
		p := parse(t, body).Find(".rail form > p").First()
		return p.Text(), p.Find("a").AttrOr("href", "")
	}
	said, way := rail("/search?q=detention")
	if !strings.Contains(said, "of the publisher, of people, of rules and of the model") || way != "/search?q=detention&origin=publisher" {
		t.Errorf("%q, %s", said, way)
	}
	if said, way = rail(way); !strings.Contains(said, "Only labels of this origin are counted: Publisher.") || way != "/search?q=detention" {
		t.Errorf("with the publisher's alone: %q, %s", said, way)
	}
	for _, path := range []string{"/country/XAA", "/theme", "/sdg"} {
		_, body := get(t, srv, path)
		if text := parse(t, body).Find(".chart .under, .bars + .under, .under").Text(); !strings.Contains(text, "of people, of rules and of the model are counted") {
			t.Errorf("%s does not say whose labels it counts: %q", path, text)
		}
	}
}
