package uhriexport

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uhri"
	"uhri/crawler"
)

const testID = "a9ceae8c-fe1c-40f9-a326-1529e0ab678f"

type fields map[string]any

// plain is a record without oddities, of the review.
var plain = fields{
	"AnnotationId": testID, "DocumentId": "41a0b08f-0000-4000-8000-000000000001", "Symbol": "A/HRC/59/15", "Body": "- UPR", "AnnotationType": "- Recommendations",
	"Countries": []string{"Kenya"}, "Regions": []string{"Africa"}, "Text": "140.7 Ratify the Convention (Ghana);",
	"Themes": []string{}, "AffectedPersons": []string{}, "Sdgs": []string{}, "PublicationDate": "2025-06-12T00:00:00",
	"PublicationDateOnUhri": "2025-07-03T10:53:45.827", "UprCycle": "4", "UprSession": []string{"49"}, "UprPositions": []string{"Supported"},
	"UprRecommendingCountry": []string{"Ghana"}, "UprRecommendingRegions": []string{"Africa"},
}

// observation is one of a treaty body.
var observation = with(plain, fields{"Symbol": "CRC/C/PER/CO/6-7", "Body": "- CRC", "AnnotationType": "- Concerns/Observations", "Countries": []string{"Peru"},
	"Text": "<p>Violence (arts. 19 and 37)</p><p>23.&nbsp;The Committee is concerned.</p>", "UprCycle": nil, "UprSession": []string{}, "UprPositions": []string{}, "UprRecommendingCountry": []string{}})

func with(base, change fields) fields {
	out := maps.Clone(base)
	maps.Copy(out, change)
	return out
}

func process(t *testing.T, o ProcessOptions, f fields) (*uhri.Recommendation, string) {
	t.Helper()
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := NewProcess(o)(t.Context(), crawler.Item{Key: testID, Raw: raw})
	if err != nil {
		var reject *crawler.ItemError
		if !errors.As(err, &reject) || reject.Key != testID || string(reject.Raw) != string(raw) {
			t.Fatalf("not a rejection of the item: %v", err)
		}
		return nil, reject.Reason
	}
	if len(recs) != 1 {
		t.Fatalf("%d records", len(recs))
	}
	return recs[0], ""
}

var english = ProcessOptions{Source: "uhri/en", Lang: uhri.English}

func TestWholeRecords(t *testing.T) {
	got, _ := process(t, english, plain)
	want := &uhri.Recommendation{
		ID: testID, Type: uhri.TypeRecommendation, Symbol: "A/HRC/59/15", DocumentID: "41a0b08f-0000-4000-8000-000000000001", Paragraph: "140.7", Order: 140_007_000,
		Texts: map[uhri.Lang]uhri.Text{"en": {Full: "140.7 Ratify the Convention (Ghana);", Body: "Ratify the Convention"}},
		Date:  uhri.Date{Year: 2025, Month: 6, Day: 12}, Mechanism: uhri.MechanismUPR, Body: "UPR", Countries: []uhri.Country{"KEN"},
		UPR:        &uhri.UPR{Recommending: []uhri.Country{"GHA"}, Session: 49, Cycle: 4, Position: uhri.PositionSupported, PositionSource: "UHRI"},
		Provenance: uhri.Provenance{Source: "uhri/en", Pipeline: crawler.PipelineVersion, PublishedUHRI: uhri.Date{Year: 2025, Month: 7, Day: 3}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("a recommendation of the review (-want +got):\n%s", diff)
	}
	got, _ = process(t, english, with(observation, fields{
		"Themes": []string{"Violence against women", " Right to development"}, "AffectedPersons": []string{"Children"},
		"Sdgs": []string{"16 - PEACE, JUSTICE AND STRONG INSTITUTIONS", "16.2 - Protect children from abuse, exploitation, trafficking and violence"}}))
	publisher := func(s uhri.Scheme, c string) uhri.Tag {
		return uhri.Tag{Scheme: s, Concept: c, Origin: uhri.OriginPublisher}
	}
	want = &uhri.Recommendation{
		ID: testID, Type: uhri.TypeObservation, Symbol: "CRC/C/PER/CO/6-7", DocumentID: "41a0b08f-0000-4000-8000-000000000001", Paragraph: "23", Order: 23_000_000,
		Texts: map[uhri.Lang]uhri.Text{"en": {Full: "Violence (arts. 19 and 37)\n23. The Committee is concerned.", Heading: "Violence (arts. 19 and 37)", Body: "The Committee is concerned."}},
		Date:  uhri.Date{Year: 2025, Month: 6, Day: 12}, Mechanism: uhri.MechanismTreatyBody, Body: "CRC", Countries: []uhri.Country{"PER"}, Articles: "arts. 19 and 37",
		Tags: []uhri.Tag{publisher("theme", "violence-against-women"), publisher("theme", "right-to-development"), publisher("group", "children"),
			publisher("sdg", "16"), publisher("sdg", "16.2")},
		Provenance: uhri.Provenance{Source: "uhri/en", Pipeline: crawler.PipelineVersion, PublishedUHRI: uhri.Date{Year: 2025, Month: 7, Day: 3}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("a treaty body's observation (-want +got):\n%s", diff)
	}
}

// TestQuirks has one case for each defect of the real export (UHRI's format as found, of 267,548 records).
func TestQuirks(t *testing.T) {
	type look func(r *uhri.Recommendation) any
	body := func(r *uhri.Recommendation) any { return []string{r.Body, string(r.Mechanism)} }
	states := func(r *uhri.Recommendation) any { return r.Countries }
	kind := func(r *uhri.Recommendation) any { return string(r.Type) }
	tags := func(r *uhri.Recommendation) any {
		var out []string
		for _, t := range r.Tags {
			out = append(out, string(t.Scheme)+" "+t.Concept)
		}
		return out
	}
	full := func(r *uhri.Recommendation) any { return r.CleanText(uhri.English) }
	date := func(r *uhri.Recommendation) any { return r.Date.String() }
	cycle := func(r *uhri.Recommendation) any { return []int{r.UPR.Cycle, r.UPR.Session} }
	position := func(r *uhri.Recommendation) any { return []string{string(r.UPR.Position), r.UPR.PositionSource} }
	recommending := func(r *uhri.Recommendation) any { return r.UPR.Recommending }
	codes := func(c ...uhri.Country) []uhri.Country { return c }
	for _, c := range []struct {
		name     string
		record   fields
		look     look
		want     any
		inferred []string
		review   []string
	}{
		{name: "prefix of a body", record: with(observation, fields{"Body": "- CRC"}), look: body, want: []string{"CRC", "treaty_body"}},
		{name: "no prefix", record: with(observation, fields{"Body": "CRC"}), look: body, want: []string{"CRC", "treaty_body"}},
		{name: "long name of a body", record: with(observation, fields{"Body": "- Committee on the Rights of the Child"}), look: body, want: []string{"CRC", "treaty_body"}},
		{name: "two spaces in a body", record: with(observation, fields{"Body": "- IE  Albinism"}), look: body, want: []string{"IE Albinism", "special_procedure"}},
		{name: "bare dash for a body", record: with(observation, fields{"Body": "-"}), look: body, want: []string{"CRC", "treaty_body"}, inferred: []string{"body from symbol"}},
		{name: "no body anywhere", record: with(observation, fields{"Body": "", "Symbol": "A/HRC/59/15"}), look: body, want: []string{"", "unknown"}},
		{name: "a body nobody knows", record: with(observation, fields{"Body": "- SR Weather"}), look: body, want: []string{"SR Weather", "unknown"}, review: []string{`body "SR Weather" is in no list`}},

		{name: "a bare code for a State", record: with(observation, fields{"Countries": []string{"PK"}}), look: states, want: codes("PAK")},
		{name: "spelling of a State", record: with(observation, fields{"Countries": []string{"Turkey"}}), look: states, want: codes("TUR")},
		{name: "the other spelling", record: with(observation, fields{"Countries": []string{"Türkiye"}}), look: states, want: codes("TUR")},
		{name: "asterisks", record: with(observation, fields{"Countries": []string{"State of Palestine*", "Kosovo*"}}), look: states, want: codes("PSE", "XKX")},
		{name: "twice the same", record: with(observation, fields{"Countries": []string{"Peru", "PE"}}), look: states, want: codes("PER")},
		{name: "no State but in the symbol", record: with(observation, fields{"Countries": []string{}}), look: states, want: codes("PER"), inferred: []string{"country from symbol"}},
		{name: "no State at all", record: with(observation, fields{"Countries": nil, "Symbol": "A/HRC/59/15"}), look: states, want: codes()},
		{name: "a State nobody knows", record: with(observation, fields{"Countries": []string{"Ruritania", "Peru"}}), look: states, want: codes("PER"), review: []string{`State "Ruritania" is in no list`}},
		{name: "an invented State in real data", record: with(observation, fields{"Countries": []string{"Qaldora"}}), look: states, want: codes("PER"),
			inferred: []string{"country from symbol"}, review: []string{`State "Qaldora" is in no list`}},

		{name: "type", record: plain, look: kind, want: "recommendation"},
		{name: "no type", record: with(plain, fields{"AnnotationType": ""}), look: kind, want: "unknown"},
		{name: "bare dash for a type", record: with(plain, fields{"AnnotationType": "-"}), look: kind, want: "unknown"},
		{name: "UUID for a type", record: with(plain, fields{"AnnotationType": "aa43335f-4f1e-4be2-9d39-c2a5d3f4bcaa"}), look: kind, want: "unknown"},
		{name: "others", record: with(plain, fields{"AnnotationType": "- Others"}), look: kind, want: "unknown"},

		{name: "spaces round labels", record: with(plain, fields{"Themes": []string{" Right to development", "Right to health "}}), look: tags, want: []string{"theme right-to-development", "theme right-to-health"}},
		{name: "a label twice", record: with(plain, fields{"Themes": []string{"Right to health", " Right to health"}}), look: tags, want: []string{"theme right-to-health"}},
		{name: "capitals of goals", record: with(plain, fields{"Sdgs": []string{"5 - GENDER EQUALITY", "16.a - Strong institutions to prevent violence, terrorism and crime"}}), look: tags, want: []string{"sdg 5", "sdg 16.a"}},
		{name: "older codes of goals", record: with(plain, fields{"Sdgs": []string{"S05 SDG 5 - gender equality and women's empowerment", "S16"}}), look: tags, want: []string{"sdg 5", "sdg 16"}},
		{name: "older codes of themes", record: with(plain, fields{"Themes": []string{"A41 Constitutional and legislative framework", "A12 Acceptance of international norms"}}), look: tags,
			want: []string{"theme constitutional-legislative-framework", "theme ratification-international-instruments"}},
		{name: "a label nobody knows", record: with(plain, fields{"Themes": []string{"Weather"}}), look: tags, want: []string(nil), review: []string{`theme "Weather" is in no list`}},

		{name: "markup, entities, paragraphs", record: with(observation, fields{"Text": "<p>Women&rsquo;s rights</p><p>7.&nbsp;The&amp;nbsp;Committee <b>notes</b></p>"}), look: full, want: "Women’s rights\n7. The Committee notes"},
		{name: "spaces round apostrophes", record: with(plain, fields{"Text": "140.7 Protect children ’ s rights (Ghana);"}), look: full, want: "140.7 Protect children’s rights (Ghana);"},
		{name: "heading at its paragraph", record: with(observation, fields{"Text": "Rights of the child43.The Committee"}), look: full, want: "Rights of the child\n43. The Committee"},

		{name: "sentinel", record: with(plain, fields{"PublicationDateOnUhri": "1900-01-01T00:00:00"}), look: func(r *uhri.Recommendation) any { return r.Provenance.PublishedUHRI.IsZero() }, want: true},
		{name: "sentinel as the document's date", record: with(plain, fields{"PublicationDate": "1900-01-01T00:00:00"}), look: date, want: ""},
		{name: "month only", record: with(plain, fields{"PublicationDate": "2014-05"}), look: date, want: "2014-05"},
		{name: "year only", record: with(plain, fields{"PublicationDate": "2014"}), look: date, want: "2014"},
		{name: "no date", record: with(plain, fields{"PublicationDate": nil}), look: date, want: ""},
		{name: "no date at all", record: with(plain, fields{"PublicationDate": "soon"}), look: date, want: "", review: []string{`date "soon" cannot be read`}},

		{name: "symbol as printed", record: with(observation, fields{"Symbol": " crc/c/per/co/6-7* "}), look: func(r *uhri.Recommendation) any { return string(r.Symbol) }, want: "CRC/C/PER/CO/6-7"},
		{name: "no symbol", record: with(plain, fields{"Symbol": ""}), look: func(r *uhri.Recommendation) any { return string(r.Symbol) }, want: ""},
		{name: "a symbol that is none", record: with(plain, fields{"Symbol": "not indexed"}), look: func(r *uhri.Recommendation) any { return string(r.Symbol) }, want: "", review: []string{`symbol "not indexed" is not one`}},

		{name: "cycle in words", record: with(plain, fields{"UprCycle": "Third cycle", "UprSession": []string{}}), look: cycle, want: []int{3, 0}},
		{name: "session in words", record: with(plain, fields{"UprCycle": nil, "UprSession": []string{"- 31.. Session - November 2018"}}), look: cycle, want: []int{3, 31}, inferred: []string{"cycle from session"}},
		{name: "neither", record: with(plain, fields{"UprCycle": "", "UprSession": nil}), look: cycle, want: []int{0, 0}},
		{name: "a cycle nobody knows", record: with(plain, fields{"UprCycle": "extraordinary", "UprSession": nil}), look: cycle, want: []int{0, 0}, review: []string{`UPR cycle "extraordinary" cannot be read`}},

		{name: "noted", record: with(plain, fields{"UprPositions": []string{"Noted"}}), look: position, want: []string{"noted", "UHRI"}},
		{name: "in part", record: with(plain, fields{"UprPositions": []string{"Supported/Noted"}}), look: position, want: []string{"partial", "UHRI"}},
		{name: "two answers", record: with(plain, fields{"UprPositions": []string{"Supported", "Noted"}}), look: position, want: []string{"partial", "UHRI"}},
		{name: "no answer is not noted", record: with(plain, fields{"UprPositions": []string{}}), look: position, want: []string{"unknown", ""}},
		{name: "an answer nobody knows", record: with(plain, fields{"UprPositions": []string{"Perhaps"}}), look: position, want: []string{"unknown", ""}, review: []string{`position "Perhaps" cannot be read`}},

		{name: "recommending States in the text only", record: with(plain, fields{"UprRecommendingCountry": []string{}, "Text": "140.7 Ratify (Iran (Islamic Republic of)) (Mali);"}), look: recommending,
			want: codes("IRN", "MLI"), inferred: []string{"recommending States from text"}},
		{name: "somebody who is no State", record: with(plain, fields{"UprRecommendingCountry": []string{"Regional Forum", "Ghana"}}), look: func(r *uhri.Recommendation) any { return r.UPR.Unresolved }, want: []string{"Regional Forum"}},
		{name: "several asks", record: with(plain, fields{"Text": "140.7 Ratify the Convention (Uruguay) (Mali); Accelerate the reform (Estonia);", "UprRecommendingCountry": []string{"Uruguay", "Mali", "Estonia"}}),
			look: func(r *uhri.Recommendation) any { return r.Parts }, want: []uhri.Part{{Text: "Ratify the Convention", States: codes("URY", "MLI")}, {Text: "Accelerate the reform", States: codes("EST")}}},
		{name: "procedure", record: with(observation, fields{"Text": "<p>Follow-up and dissemination</p><p>60. The Committee requests"}), look: func(r *uhri.Recommendation) any { return r.Procedural }, want: true},

		{name: "keys of another case", record: fields{"annotationId": testID, "text": "7. Text", "body": "- CRC", "annotationType": "- Recommendations", "countries": []string{"Peru"}}, look: states, want: codes("PER")},
		{name: "one value for a list", record: with(observation, fields{"Countries": "Kenya"}), look: states, want: codes("KEN")},
		{name: "nothing in a list", record: with(observation, fields{"Countries": []any{nil, "Kenya"}}), look: states, want: codes("KEN")},
		{name: "a list of one for a value", record: with(observation, fields{"Body": []string{"- CRC"}}), look: body, want: []string{"CRC", "treaty_body"}},
		{name: "numbers for texts", record: with(plain, fields{"UprCycle": 3, "UprSession": []int{31}}), look: cycle, want: []int{3, 31}},
		{name: "one number for a list", record: with(plain, fields{"UprCycle": []string{}, "UprSession": 31}), look: cycle, want: []int{3, 31}, inferred: []string{"cycle from session"}},
		{name: "a key more", record: with(plain, fields{"NumberInDocument": 232}), look: kind, want: "recommendation"},
		{name: "ID in capitals", record: with(plain, fields{"AnnotationId": " " + strings.ToUpper(testID)}), look: func(r *uhri.Recommendation) any { return string(r.ID) }, want: testID},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rejected := process(t, english, c.record)
			if rejected != "" {
				t.Fatalf("rejected: %s", rejected)
			}
			if diff := cmp.Diff(c.want, c.look(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.inferred, r.Provenance.Inferred); diff != "" {
				t.Errorf("inferred (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.review, r.Provenance.Review); diff != "" {
				t.Errorf("for review (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRejected(t *testing.T) {
	for _, c := range []struct {
		record fields
		want   string
	}{
		{with(plain, fields{"Text": ""}), "the text is empty"},
		{with(plain, fields{"Text": "<p>&nbsp;</p>"}), "the text is markup only"},
		{with(plain, fields{"AnnotationId": "17"}), `AnnotationId "17" is not a UUID`},
		{with(plain, fields{"AnnotationId": nil}), `AnnotationId "" is not a UUID`},
		{with(plain, fields{"Countries": fields{"name": "Kenya"}}), "not an export record"},
		{with(plain, fields{"Countries": []any{[]string{"Kenya"}}}), "not an export record"},
		{with(plain, fields{"Text": []string{"One.", "Two."}}), "not an export record"},
		{with(plain, fields{"Text": true}), "not an export record"},
	} {
		if _, got := process(t, english, c.record); !strings.HasPrefix(got, c.want) {
			t.Errorf("rejected with %q, want %q", got, c.want)
		}
	}
}

// TestWordRecord: one real record is 21,000 characters of Word's settings around 400 of text.
func TestWordRecord(t *testing.T) {
	junk := "<xml><w:LatentStyles LatentStyleCount=\"267\">"
	for n := 0; len(junk) < 21_000; n++ {
		junk += fmt.Sprintf(`<w:LsdException Locked="false" Priority="%d" Name="Medium Grid %d"/>`, n, n)
	}
	r, rejected := process(t, english, with(observation, fields{"Text": junk + "</w:LatentStyles></xml><p>Health</p><p>31. The Committee</p>"}))
	if rejected != "" || r.CleanText(uhri.English) != "Health\n31. The Committee" {
		t.Errorf("rejected %q, text %.100q", rejected, r.CleanText(uhri.English))
	}
}

// TestOtherLanguages give a text and nothing else: English is the authority on the rest.
func TestOtherLanguages(t *testing.T) {
	r, _ := process(t, ProcessOptions{Source: "uhri/fr", Lang: uhri.French}, with(plain, fields{"Text": "140.7 Ratifier la Convention (Ghana)&nbsp;;", "Themes": []string{"Weather"}}))
	want := &uhri.Recommendation{ID: testID, Texts: map[uhri.Lang]uhri.Text{"fr": {Full: "140.7 Ratifier la Convention (Ghana) ;", Body: "Ratifier la Convention (Ghana) ;"}},
		Provenance: uhri.Provenance{Source: "uhri/fr", Pipeline: crawler.PipelineVersion}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDemo: invented States belong to the demonstration, and real ones do not.
func TestDemo(t *testing.T) {
	o := ProcessOptions{Source: "uhri/en", Lang: uhri.English, Demo: true}
	r, _ := process(t, o, with(plain, fields{"Countries": []string{"Qaldora", "Kenya"}, "Symbol": "DEMO/A/HRC/59/15", "UprRecommendingCountry": []string{},
		"Text": "140.7 Ratify (Ghana) (Nordvalia);"}))
	if diff := cmp.Diff([]uhri.Country{"XAA"}, r.Countries); diff != "" || !r.Demo {
		t.Errorf("States (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]uhri.Country{"XAK"}, r.UPR.Recommending); diff != "" {
		t.Errorf("recommending States (-want +got):\n%s", diff)
	}
}
