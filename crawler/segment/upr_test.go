package segment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/extract"
)

// document reads a text we wrote in the shape of a real one.
func document(t testing.TB, text string) *extract.Document {
	t.Helper()
	r, err := extract.New(extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Read(t.Context(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// report puts a cover and a summary of the given number of paragraphs before conclusions.
func reportText(state string, paragraphs int, conclusions string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "United Nations A/HRC/91/7\n\nGeneral Assembly\n\nDistr.: General\n\n5 May 2026\n\nReport of the Working Group on the Universal Periodic Review\n\n%s\n\n", state)
	b.WriteString("II. Conclusions and/or recommendations ........ 9-12 8\n\n")
	fmt.Fprintf(&b, "1. The Working Group held its fifty-first session from 2 to 13 February 2026. The review of %s was held at the 3rd meeting.\n\n", state)
	for i := 2; i <= paragraphs; i++ {
		fmt.Fprintf(&b, "%d. The delegation of %s stated matter number %d. Chad recommended (a) freeing the press; and (b) paying teachers.\n\n", i, state, i)
	}
	b.WriteString("II. Conclusions and/or recommendations**\n\n")
	b.WriteString(conclusions)
	return b.String()
}

const ending = "\n%d. All conclusions and/or recommendations contained in the present report reflect the position of the submitting State(s) and/or the State under review. They should not be construed as endorsed by the Working Group as a whole.\n\nAnnex\n\nComposition of the delegation\n\n1. Her Excellency the Minister (Peru);\n"

// TestFourClasses: the four answers of a report, and every way a State can stand in a recommendation.
func TestFourClasses(t *testing.T) {
	d := document(t, reportText("Kenya", 20, `21. The recommendations formulated during the interactive dialogue have been examined by Kenya and enjoy its support:

21.1 Ratify the Convention (Iran (Islamic Republic of)) (Bolivia (Plurinational State of));

21.2 Open the archives (Honduras, Russian Federation, Trinidad and Tobago); accelerate the reform of the courts (Bosnia and Herzegovina and Mali);

21.3. Consider ratifying ILO Convention No. 174 (1993) (No. 174), which was signed but not ratified (Argentina), and join (Egypt)/sign and ratify (Chad) the Covenant (ICESCR);

22. The following recommendations enjoy the support of Kenya, which considers that they are already implemented or in the process of implementation:

22.1 Publish the report (netherlands);

23. The following recommendations will be examined by Kenya, which will provide responses in due time, but no later than the sixty-second session of the Human Rights Council:

23.1 Pay the teachers (Ruritania);

23.2 Adopt a law that protects (a) children; (b) women;
(c) everyone else (Swaziland);

24. The recommendations below did not enjoy the support of Kenya:

24.1 Abolish the death penalty (former Yugoslav Republic of Macedonia).
`+fmt.Sprintf(ending, 25)))
	r, err := UPRReport(d)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"21.1 supported IRN BOL", "21.2 supported HND RUS TTO BIH MLI", "21.3 supported ARG EGY TCD", "22.1 supported NLD",
		"23.1 unknown", "23.2 unknown SWZ", "24.1 noted MKD",
	}
	if diff := cmp.Diff(want, goldenLines(r.Recommendations)); diff != "" {
		t.Errorf("recommendations:\n%s", diff)
	}
	if got := r.Recommendations[4].Unresolved; !cmp.Equal(got, []string{"Ruritania"}) {
		t.Errorf("unresolved %v", got)
	}
	if got := r.Recommendations[5].Text; got != "Adopt a law that protects (a) children; (b) women; (c) everyone else (Swaziland)" {
		t.Errorf("items inside: %q", got)
	}
	wantParts := []uhri.Part{{Text: "Open the archives", States: []uhri.Country{"HND", "RUS", "TTO"}}, {Text: "accelerate the reform of the courts", States: []uhri.Country{"BIH", "MLI"}}}
	if diff := cmp.Diff(wantParts, r.Recommendations[1].Parts); diff != "" {
		t.Errorf("parts:\n%s", diff)
	}
	if r.Symbol != "A/HRC/91/7" || r.Country != "KEN" || r.Session != 51 || r.Date.String() != "2026-05-05" || !r.LeadIns[1].Implemented || !r.LeadIns[2].Pending {
		t.Errorf("%s %s session %d of %s, lead-ins %+v", r.Symbol, r.Country, r.Session, r.Date, r.LeadIns)
	}
	if len(r.Review) != 1 || !strings.Contains(r.Review[0], "1 of 7") {
		t.Errorf("review %q", r.Review)
	}

	recs := r.Records()
	got := recs[1]
	if got.ID != uhri.NewID("A/HRC/91/7", "KEN", "21.2") || got.Order <= recs[0].Order || got.UPR.Cycle != 4 || got.UPR.PositionSource != "A/HRC/91/7, para. 21" || got.Type != uhri.TypeRecommendation {
		t.Errorf("record %+v %+v", got, got.UPR)
	}
	if x := got.Texts[uhri.English]; !strings.HasPrefix(x.Full, "21.2 Open the archives (") || !strings.HasSuffix(x.Full, "and Mali);") || strings.HasSuffix(x.Body, ")") {
		t.Errorf("texts %+v", x)
	}
	if recs[4].Provenance.Review == nil || recs[0].Provenance.Review != nil {
		t.Errorf("review of records: %v, %v", recs[4].Provenance.Review, recs[0].Provenance.Review)
	}
}

// TestRestartingLists: numbers begin again under each lead-in, comments and references make no recommendations, a lone
// recommendation has no number, pledges follow.
func TestRestartingLists(t *testing.T) {
	d := document(t, reportText("Peru", 24, `25. The recommendations formulated during the interactive dialogue have been examined by Peru and the recommendations listed below enjoy the support of Peru:

1. Sign the treaty (France).
2. Free the press (The Holy See).

With respect to special procedures, Peru will consider requests for visits.

26. The following recommendations are noted and Peru indicated that they are pertaining to measures already being implemented:

1. Pay the judges (Cape Verde);
3. Train the judges (Libyan Arab Jamahiriya).

27. The following recommendation will be examined by Peru, which will provide responses in due time:

Build a school in every village (Albania).

28. Other recommendations noted in the report in paragraphs 5 (a), 7 and 9 (b) above did not enjoy the support of Peru.

29. Peru considers that recommendations Nos. 1 and 2 above are already implemented.
`+fmt.Sprintf(ending, 30)+`
`))
	r, err := UPRReport(d)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"25.1 supported FRA", "25.2 supported VAT", "26.1 noted CPV", "26.3 noted LBY", "27 unknown ALB"}
	if diff := cmp.Diff(want, goldenLines(r.Recommendations)); diff != "" {
		t.Errorf("recommendations:\n%s", diff)
	}
	wantRefs := []Reference{
		{"5(a)", "freeing the press; and"},
		{"7", "The delegation of Peru stated matter number 7. Chad recommended (a) freeing the press; and (b) paying teachers."},
		{"9(b)", "paying teachers."},
	}
	if diff := cmp.Diff(wantRefs, r.LeadIns[3].References); diff != "" {
		t.Errorf("references:\n%s", diff)
	}
	if !cmp.Equal(r.Review, []string{"in the list of paragraph 26, 1 is followed by 3"}) {
		t.Errorf("review %q", r.Review)
	}
}

func TestPledges(t *testing.T) {
	d := document(t, reportText("Peru", 9, `10. The recommendations listed below enjoy the support of Peru:

10.1 Sign the treaty (France).

11. All conclusions and/or recommendations set out in the present report reflect the positions of the submitting States.

III. Voluntary pledges and commitments

12. Peru pledges to sign.

13. In the same line, Peru will: (a) pay; and (b) teach.

Annex

Composition of the delegation
`))
	r, err := UPRReport(d)
	if err != nil {
		t.Fatal(err)
	}
	want := []Pledge{{Paragraph: "12", Text: "Peru pledges to sign."}, {Paragraph: "13", Text: "In the same line, Peru will: (a) pay; and (b) teach."}}
	if diff := cmp.Diff(want, r.Pledges); diff != "" {
		t.Errorf("pledges:\n%s", diff)
	}
	if recs := r.Records(); len(recs) != 3 || recs[2].Type != uhri.TypePledge || recs[2].Paragraph != "13" {
		t.Errorf("%d records", len(recs))
	}
}

// TestHeadingVariants: the forms counted in the reports of two cycles, and none of the words around them.
func TestHeadingVariants(t *testing.T) {
	for _, s := range []string{
		"II. Conclusions and/or recommendations", "Conclusions and/or recommendations**", "II. Conclusions and/or recommendations∗∗", "II. CONCLUSIONS AND/OR RECOMMENDATIONS***",
		"II. CONCLUSIONS AND RECOMMENDATIONS", "III. Conclusions and/or recommendations**", "II. Conclusions and / or recommendations", "II. Conclusiones y/o recomendaciones", "II. Conclusions et/ou recommandations**",
	} {
		if !conclusions.MatchString(s) {
			t.Errorf("%q is not recognised", s)
		}
	}
	for _, s := range []string{
		"II. Conclusions and/or recommendations ............ 115–116 13", "Views on conclusions and/or recommendations presented by the State", "All conclusions and/or recommendations contained in the report",
	} {
		if conclusions.MatchString(s) {
			t.Errorf("%q is taken for the heading", s)
		}
	}
}

// TestLeadIns: the classes of DOCUMENTS.md §2.3 and the order in which they are told apart.
func TestLeadIns(t *testing.T) {
	for _, c := range []struct {
		text        string
		position    uhri.Position
		pending     bool
		implemented bool
	}{
		{"The following recommendations will be examined by Chad which will provide responses in due time, but no later than the ninth session of the Human Rights Council", uhri.PositionUnknown, true, false},
		{"The recommendations formulated during the interactive dialogue have been examined by Chad and enjoy the support of Chad:", uhri.PositionSupported, false, false},
		{"The recommendations listed below have been examined by Chad and enjoy its support:", uhri.PositionSupported, false, false},
		{"The following enjoy the support of Chad, which considers that they are already implemented or in the process of implementation:", uhri.PositionSupported, false, true},
		{"The recommendations below did not enjoy the support of Chad:", uhri.PositionNoted, false, false},
		{"The recommendations below did not enjoy the support of Chad and would thus be noted:", uhri.PositionNoted, false, false},
		{"The following recommendations were noted by Chad for further consideration:", uhri.PositionNoted, false, false},
		{"Chad cannot support the recommendations below:", uhri.PositionNoted, false, false},
		{"The recommendations listed below were rejected by Chad for the following reasons: (a) they are out of scope:", uhri.PositionNoted, false, false},
		{"The following recommendations are noted and Chad indicated that they are pertaining to measures already being implemented:", uhri.PositionNoted, false, true},
		{"The recommendations below have been examined by Chad and have been noted:", uhri.PositionNoted, false, false},
		{"Las recomendaciones que figuran a continuación no cuentan con el apoyo de Chile:", uhri.PositionNoted, false, false},
		{"Las recomendaciones han sido examinadas por Chile y cuentan con su apoyo:", uhri.PositionSupported, false, false},
		{"Les recommandations ci-après n’ont pas recueilli l’adhésion du Tchad :", uhri.PositionNoted, false, false},
		{"Les recommandations ci-après ont recueilli l’adhésion du Tchad :", uhri.PositionSupported, false, false},
		{"Les recommandations ci-après seront examinées par le Tchad :", uhri.PositionUnknown, true, false},
	} {
		l := readLeadIn("1", c.text)
		if l.Position != c.position || l.Pending != c.pending || l.Implemented != c.implemented || !l.understood {
			t.Errorf("%q\n is %s, pending %v, implemented %v, understood %v", c.text, l.Position, l.Pending, l.Implemented, l.understood)
		}
	}
	if readLeadIn("1", "The Group met in Geneva.").understood {
		t.Error("any sentence is understood as an answer")
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		text       string
		states     string
		unresolved string
	}{
		{"Ratify (Venezuela (Bolivarian Republic of))", "VEN", ""},
		{"Ratify (Algeria) (Cabo Verde) (Micronesia (Federated States of))", "DZA CPV FSM", ""},
		{"Ratify (Czech Republic, the former Yugoslav Republic of Macedonia, State of Palestine)", "CZE MKD PSE", ""},
		{"Ratify (United Kingdom of Great Britain and Northern Ireland)", "GBR", ""},
		{"Ratify (Sao Tome and Principe and Antigua and Barbuda)", "STP ATG", ""},
		{"Ratify (UK, USA)", "GBR USA", ""},
		{"Ratify (Democratic Republic of Congo)", "COD", ""},
		{"Ratify (Slovenia on behalf of the European Union)", "SVN", ""},
		{"Ratify the Covenant (ICCPR), Convention (No. 118) of (1962) and (art. 2)", "", ""},
		{"Ratify the Covenant Ghana)", "GHA", ""},
		{"Ratify the Covenant (Ghana", "GHA", ""},
		{"Ratify it (Iran (Islamic Republic of)", "IRN", ""},
		{"Ratify it (Mali; Improve it (Chad)", "MLI TCD", ""},
		{"Ratify it (Ruritania)", "", "Ruritania"},
		{"Ratify it (Spain, Ruritania)", "ESP", "Ruritania"},
		{"Ratify it (Spain)2", "ESP", ""},
	} {
		_, states, unresolved := recommendingStates(c.text)
		if codes(states) != c.states || strings.Join(unresolved, "|") != c.unresolved {
			t.Errorf("%q: %v, unresolved %q; want %s, %q", c.text, states, unresolved, c.states, c.unresolved)
		}
	}
}

// TestNamesOfStates: what real reports print, in their spelling.
func TestNamesOfStates(t *testing.T) {
	for _, name := range strings.Split("Swaziland|Eswatini|Turkey|Türkiye|Holy See|The Holy See|Cote d'Ivoire|Côte d’Ivoire|Lao People's Democratic Republic|Lao People’s Democratic Republic|"+
		"Timor Leste|Timor-Leste|Guinea Bissau|Guinea-Bissau|Republic of Korea|Democratic People’s Republic of Korea|Viet Nam|Vietnam|Palestine|State of Palestine|North Macedonia|Republic of Moldova|"+
		"Iran (Islamic Republic of)|Islamic Republic of Iran|Bolivia|Plurinational State of Bolivia|Bolivarian Republic of Venezuela|Syrian Arab Republic|United Republic of Tanzania|Tanzania|Brunei Darussalam|"+
		"Libya|Libyan Arab Jamahiriya|Cape Verde|Czechia|Russian Federation|United States|United States of America|United Kingdom|Netherlands (Kingdom of the)|the Sudan|Gambia|the Gambia|Bahamas|Congo|Republic of the Congo|"+
		"Saint Vincent and the Grenadines|Saint Kitts and Nevis|Sao Tome and Principe|São Tomé and Príncipe|Kyrgyzstan|Marshall Islands|Serbia and Montenegro|European Union|Burma|Myanmar", "|") {
		if _, ok := state(name); !ok {
			t.Errorf("%q is not known", name)
		}
	}
}

// TestAddendumLayouts: no two addenda look alike.
func TestAddendumLayouts(t *testing.T) {
	cover := "A/HRC/91/7/Add.1\n\n1 June 2026\n\nReport of the Working Group on the Universal Periodic Review\n\nKenya\n\nAddendum\n\nViews on conclusions and/or recommendations, voluntary commitments and replies presented by the State under review\n\n"
	for _, c := range []struct {
		name, text, want string
	}{
		{
			"lists by verb, ranges, broken and hyphenated ends",
			"1. Kenya accepts the following recommendations: 23.1, 23.3-5, 23.7 – 8. 23.10. 23.62-\n66, 23.70 and 23.72.\n\n2. Recommendations 23.2, 23.6 and 23.9 do not enjoy the support of Kenya.\n",
			"23.1+ 23.2- 23.3+ 23.4+ 23.5+ 23.6- 23.7+ 23.8+ 23.9- 23.10+ 23.62+ 23.63+ 23.64+ 23.65+ 23.66+ 23.70+ 23.72+",
		},
		{
			"the list stops with its sentence",
			"1. Kenya accepts recommendations 23.1, 23.2, 23.25. The treaty was ratified on 30 January 2025 by 96 votes.\n\n2. Kenya notes recommendations 23.3, 2025 being too early, and 23.4, 30 June notwithstanding.\n",
			"23.1+ 23.2+ 23.3- 23.4- 23.25+",
		},
		{
			"headings give the position",
			"I. Accepted recommendations\n\n23.1, 23.2, 23.3\n\nII. Noted recommendations\n\n23.4, 23.5 and 23.6\n\n23.4\n\nKenya accepts the spirit of this.\n",
			"23.1+ 23.2+ 23.3+ 23.4- 23.5- 23.6-",
		},
		{
			"one by one",
			"23.1 Ratify the treaty (Spain). Accepted.\n\n23.2 Support the fund (Chad). Not accepted: the fund is closed.\n\n23.3 Teach (Mali).\n\nKenya partially supports this recommendation.\n\n23.4: Kenya takes note of this recommendation.\n",
			"23.1+ 23.2- 23.3± 23.4-",
		},
		{
			"bare numbers",
			"1. Kenya accepts the recommendations 1–3, 5 and 7.\n\n2. Kenya notes the recommendations 4, 6.\n\nRec. 4 See recommendation 1.\n",
			"1+ 2+ 3+ 4- 5+ 6- 7+",
		},
		{
			"a sentence with a colon before the list",
			"1. The following recommendations enjoy the support of Kenya:\n\n23.1; 23.2; 23.3.\n\n2. The following recommendations are noted:\n\n23.4; 23.5.\n",
			"23.1+ 23.2+ 23.3+ 23.4- 23.5-",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := UPRAddendum(document(t, cover+c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			sign := map[uhri.Position]string{uhri.PositionSupported: "+", uhri.PositionNoted: "-", uhri.PositionPartial: "±"}
			for _, x := range a.Answers {
				got = append(got, x.Number+sign[x.Position])
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("\n got %s\nwant %s\nreview %v", s, c.want, a.Review)
			}
			if a.Report != "A/HRC/91/7" || a.Country != "KEN" {
				t.Errorf("answers %s of %s", a.Report, a.Country)
			}
		})
	}
}

func row(table int, cells ...string) extract.Block {
	b := extract.Block{Kind: extract.Row, Table: table, Text: strings.Join(cells, "\t")}
	for _, c := range cells {
		b.Cells = append(b.Cells, extract.Cell{Text: c})
	}
	return b
}

func TestAddendumTables(t *testing.T) {
	d := &extract.Document{Format: extract.DOCX, Lang: uhri.English, Symbols: []uhri.Symbol{"A/HRC/91/7/Add.1"}, Blocks: []extract.Block{
		{Kind: extract.Heading, Text: "Views on conclusions and/or recommendations"},
		row(1, "Recommendation", "Position", "Comments"),
		row(1, "23.1 Ratify (Spain)", "Supported", "It will be noted in the law."),
		row(1, "23.2 Teach (Chad)", "Noted", "Kenya supports teaching."),
		row(1, "23.3, 23.4, 23.5", "Partially supported", ""),
		row(1, "23.6 Pay (Mali)", "Kenya does not accept the recommendation.", ""),
	}}
	a, err := UPRAddendum(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Answer{{"23.1", uhri.PositionSupported, "", true}, {"23.2", uhri.PositionNoted, "", true}, {"23.3", uhri.PositionPartial, "", true}, {"23.4", uhri.PositionPartial, "", true},
		{"23.5", uhri.PositionPartial, "", true}, {"23.6", uhri.PositionNoted, "", true}}
	if diff := cmp.Diff(want, a.Answers, cmp.AllowUnexported(Answer{})); diff != "" {
		t.Errorf("answers:\n%s", diff)
	}
}

// TestApply: the addendum outweighs the lead-in; silence is read as noted only where the rest was answered.
func TestApply(t *testing.T) {
	make := func() *Report {
		r := &Report{Symbol: "A/HRC/91/7", LeadIns: []LeadIn{{Paragraph: "23", Position: uhri.PositionUnknown, Pending: true, Items: 10}}}
		for i := 1; i <= 10; i++ {
			r.Recommendations = append(r.Recommendations, Recommendation{Number: fmt.Sprintf("23.%d", i), Position: uhri.PositionUnknown})
		}
		return r
	}
	answers := func(n int, bare bool) Addendum {
		a := Addendum{Symbol: "A/HRC/91/7/Add.1"}
		for i := 1; i <= n; i++ {
			number := fmt.Sprintf("23.%d", i)
			if bare {
				number = fmt.Sprint(i)
			}
			a.Answers = append(a.Answers, Answer{Number: number, Position: uhri.PositionSupported, Paragraph: "3", listed: true})
		}
		return a
	}
	r := make()
	if review := r.Apply(answers(9, true)); len(review) != 1 || r.Recommendations[9].Position != uhri.PositionNoted || r.Recommendations[0].Source != "A/HRC/91/7/Add.1, para. 3" {
		t.Errorf("nine of ten: %v, %+v", review, r.Recommendations)
	}
	r = make()
	if review := r.Apply(answers(2, false)); len(review) != 1 || r.Recommendations[9].Position != uhri.PositionUnknown {
		t.Errorf("two of ten: %v, %+v", review, r.Recommendations[9])
	}
	r = make()
	if review := r.Apply(answers(11, false)); len(review) != 1 || !strings.Contains(review[0], "23.11") {
		t.Errorf("eleven of ten: %v", review)
	}
}

func TestMatrix(t *testing.T) {
	d := &extract.Document{Format: extract.DOCX, Lang: uhri.English, Blocks: []extract.Block{
		row(1, "Recommendation and recommending State", "Position of the State under review", "Human rights themes and groups of persons", "Relevant SDGs"),
		row(1, "Theme: A12 Health"),
		row(1, "23.1 Build clinics (Peru) (Chad);\nSource of Position: A/HRC/91/7/Add.1 - Para.3", "Supported", "A12 Health\nAffected persons:\n- children", "3 - HEALTH"),
		row(1, "23.2 Train doctors (Mali);\nSource of Position: A/HRC/91/7/Add.1 - Para.4", "Supported/Noted", "Health", ""),
		row(1, "Theme: Education"),
		row(1, "23.1 Build clinics (Peru) (Chad);\nSource of Position: A/HRC/91/7/Add.1 - Para.3", "Supported", "Education", ""),
	}}
	m, err := UPRMatrix(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Rows) != 2 || m.Report != "A/HRC/91/7" || len(m.Review) != 0 {
		t.Fatalf("%+v", m)
	}
	a := m.Rows[0]
	if a.Text != "Build clinics (Peru) (Chad)" || codes(a.States) != "PER TCD" || a.Source != "A/HRC/91/7/Add.1, para. 3" || a.Heading != "A12 Health" ||
		!cmp.Equal(a.Themes, []string{"A12 Health", "Education"}) || !cmp.Equal(a.Persons, []string{"children"}) || !cmp.Equal(a.SDGs, []string{"3 - HEALTH"}) {
		t.Errorf("%+v", a)
	}
	if m.Rows[1].Position != uhri.PositionPartial {
		t.Errorf("position %s", m.Rows[1].Position)
	}
	if UPRFamily(d) != FamilyUPRMatrix {
		t.Error("not recognised as a matrix")
	}
}

// TestRefusals: a scan is not a report without recommendations, and prose is none.
func TestRefusals(t *testing.T) {
	scan := &extract.Document{Format: extract.PDF, Pages: 7, Issues: []extract.Issue{{Kind: extract.NeedsOCR, Text: "a scan"}}}
	if _, err := UPRReport(scan); uhri.KindOf(err) != uhri.Unsupported {
		t.Errorf("scan: %v", err)
	}
	if _, err := ExplainUPR(scan); uhri.KindOf(err) != uhri.Unsupported {
		t.Errorf("scan: %v", err)
	}
	prose := document(t, "1. This is a letter.\n\n2. It recommends nothing (Spain).\n")
	if _, err := UPRReport(prose); uhri.KindOf(err) != uhri.Invalid {
		t.Errorf("prose: %v", err)
	}
	if _, err := ExplainUPR(prose); uhri.KindOf(err) != uhri.Unsupported {
		t.Errorf("prose: %v", err)
	}
}

// TestDraft: the numbers of a draft are not those of the report, and its records say so.
func TestDraft(t *testing.T) {
	text := strings.Replace(reportText("Kenya", 5, "6. The recommendations listed below enjoy the support of Kenya:\n\n6.1 Ratify it (Spain);\n"+fmt.Sprintf(ending, 7)), "A/HRC/91/7", "A/HRC/WG.6/51/L.4", 1)
	r, err := UPRReport(document(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Draft || r.Symbol != "A/HRC/WG.6/51/L.4" || len(r.Records()[0].Provenance.Review) == 0 {
		t.Errorf("draft %v of %s: %+v", r.Draft, r.Symbol, r.Records()[0].Provenance)
	}
}

// FuzzUPR: whatever a text says, cutting it neither panics nor loses the order of its recommendations.
func FuzzUPR(f *testing.F) {
	f.Add(reportText("Kenya", 5, "6. The recommendations listed below enjoy the support of Kenya:\n\n6.1 Ratify it (Spain (Kingdom of);\n6.2 (((Chad)\n"))
	f.Add("Views on conclusions\n\n1. Accepts 23.1-23.900, 23.5 to 3.\n\n23.1 noted")
	r, err := extract.New(extract.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if extract.Detect([]byte(text)) != extract.Text {
			t.Skip()
		}
		d, err := r.Read(t.Context(), []byte(text))
		if err != nil {
			return
		}
		rep, err := UPRReport(d)
		if err == nil {
			ids := map[uhri.ID]bool{}
			for _, rec := range rep.Records() {
				if rec.Type == uhri.TypeRecommendation && ids[rec.ID] {
					t.Errorf("two recommendations are both %s", rec.Paragraph)
				}
				ids[rec.ID] = true
			}
		}
		if a, err := UPRAddendum(d, nil); err == nil {
			rep.Apply(a)
		}
	})
}

// TestExplain: what `uhri explain --json` prints of each family.
func TestExplain(t *testing.T) {
	d := document(t, reportText("Kenya", 5, "6. The recommendations listed below enjoy the support of Kenya:\n\n1. Ratify it (Iran (Islamic Republic of));\n"+fmt.Sprintf(ending, 7)))
	v, _, err := Explain(d)
	if err != nil {
		t.Fatal(err)
	}
	want := []ExplainedUPR{{
		Number: "6.1", Printed: "1", Type: uhri.TypeRecommendation, Text: "Ratify it (Iran (Islamic Republic of))",
		RecommendingStates: []string{uhri.Country("IRN").Name()}, RecommendingCodes: []uhri.Country{"IRN"},
		Position: uhri.PositionSupported, PositionSource: "A/HRC/91/7, para. 6", LeadIn: "The recommendations listed below enjoy the support of Kenya:",
	}}
	if diff := cmp.Diff(any(want), v); diff != "" {
		t.Errorf("report:\n%s", diff)
	}
	observations := document(t, "CEDAW/C/KEN/CO/9\n\nCommittee on the Elimination of Discrimination against Women\n\nConcluding observations on the ninth periodic report of Kenya\n\nA. Introduction\n\n1. The Committee considered the report of Kenya.\n\n2. The Committee recommends that the State party adopt a law.\n")
	if v, _, err = Explain(observations); err != nil {
		t.Fatal(err)
	}
	if rows, ok := v.([]Explained); !ok || len(rows) != 2 || rows[1].Paragraph != "2" {
		t.Errorf("concluding observations: %+v", v)
	}
	if _, _, err := Explain(document(t, "1. This is a letter.\n")); uhri.KindOf(err) != uhri.Unsupported {
		t.Errorf("a letter: %v", err)
	}
}
