package ui

import (
	"fmt"
	"strconv"
	"time"

	"uhri"
)

// The records of the tests are our own words about invented States, in every shape a page must show: three
// mechanisms, all positions, labels of every origin, several languages, long and empty texts, no symbol, no State.

var themesOf = []string{"arbitrary-arrest-detention", "administration-of-justice-fair-trial", "advancement-of-women", "access-to-justice-remedy", "budget-resources"}
var groupsOf = []string{"children", "disappeared-persons", "domestic-workers", "civil-society"}
var targetsOf = []string{"5.2", "16.3", "5.1", "3.8", "16.2", "4.1", "10.2", "8.7"}

var asks = []string{
	"Ensure that women in pre-trial detention are held apart from convicted prisoners and can meet a lawyer of their choice, at no cost, within twenty-four hours",
	"Open a legal aid office in every district by a date made public in advance",
	"Reduce the use of administrative detention and end in particular the detention of pregnant women and of women with infants",
	"Publish every quarter the number of persons held before trial, by sex and by length of stay",
	"Fund shelters for women in all provinces from the regular budget",
	"Let the national preventive mechanism enter every place of detention unannounced",
	"Forbid child labour in agriculture and let every child finish school",
	"Ratify the optional protocol on a communications procedure",
}

func corpus() []*uhri.Recommendation {
	var rs []*uhri.Recommendation
	states := uhri.DemoCountries()
	seen := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	first := map[int]uhri.ID{} // of the passages with one ask, by its number
	add := func(r *uhri.Recommendation) {
		n := len(rs)
		r.ID = uhri.ID(fmt.Sprintf("00000000-0000-5000-8000-%012d", n))
		r.Demo = true
		r.Provenance = uhri.Provenance{Source: "uhri/en", FetchedAt: seen, FirstSeen: seen.AddDate(0, 0, -n%40), LastChanged: seen, Pipeline: 3, PublishedUHRI: uhri.Date{Year: 2024, Month: 6, Day: 3}}
		rs = append(rs, r)
	}
	// same puts a recommendation with the ask k into its group; the last ask of the list has none.
	same := func(k int, r *uhri.Recommendation) {
		if k %= len(asks); k == len(asks)-1 || r.Type != uhri.TypeRecommendation {
			return
		}
		if first[k] == "" {
			first[k] = r.ID
		}
		r.Ask = first[k]
	}
	tags := func(n int) []uhri.Tag {
		return []uhri.Tag{
			{Scheme: uhri.SchemeTheme, Concept: themesOf[n%len(themesOf)], Origin: uhri.OriginPublisher},
			{Scheme: uhri.SchemeGroup, Concept: groupsOf[n%len(groupsOf)], Origin: uhri.OriginRule, By: "groups 3.2"},
			{Scheme: uhri.SchemeSDG, Concept: targetsOf[n%len(targetsOf)], Origin: uhri.OriginPublisher},
			{Scheme: uhri.SchemeSDG, Concept: targetsOf[(n+3)%len(targetsOf)], Origin: uhri.OriginModel, By: "sdg-linear 1.4", Score: 0.81},
		}
	}
	positions := []uhri.Position{uhri.PositionSupported, uhri.PositionSupported, uhri.PositionNoted, uhri.PositionPartial, ""}
	for si, s := range states {
		for cycle := 1; cycle <= 4; cycle++ {
			symbol := uhri.Symbol(fmt.Sprintf("DEMO/A/HRC/%d/%d", 10+cycle*20, 10+si))
			for n := range 6 {
				k := si*7 + cycle*3 + n
				by := []uhri.Country{states[(si+n+1)%len(states)].Code, states[(si+n+3)%len(states)].Code}
				para := fmt.Sprintf("%d.%d", 118+cycle, n+1)
				body := asks[k%len(asks)]
				full := para + " " + body + " (" + by[0].Name() + ", " + by[1].Name() + ");"
				r := &uhri.Recommendation{
					Type: uhri.TypeRecommendation, Symbol: symbol, Paragraph: para, Order: n + 1,
					Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: full, Body: body, Raw: para + " " + body + "&nbsp;(" + by[0].Name() + ", " + by[1].Name() + ");"}},
					Date:  uhri.Date{Year: 2004 + cycle*5 + si%4, Month: 1 + si%12, Day: 1 + n}, Mechanism: uhri.MechanismUPR, Body: "UPR",
					Countries: []uhri.Country{s.Code}, Tags: tags(k), Latest: cycle == 4,
					UPR: &uhri.UPR{Recommending: by, Cycle: cycle, Session: cycle*12 + si%3, Position: positions[k%len(positions)], PositionSource: string(symbol) + "/Add.1, para. 6"},
				}
				if n == 0 {
					r.Texts[uhri.French] = uhri.Text{Full: "Veiller à ce que les femmes en détention provisoire soient séparées des condamnées."}
					r.Texts[uhri.Arabic] = uhri.Text{Full: "ضمان فصل النساء المحتجزات قبل المحاكمة عن المحكوم عليهن."}
				}
				add(r)
				same(k, r)
			}
		}
		for bi, body := range []string{"CEDAW", "CRC", "CAT", "CCPR"} {
			symbol := uhri.Symbol(fmt.Sprintf("DEMO/%s/C/%s/CO/%d", body, s.Code, 3+bi))
			for n := range 5 {
				k := si*5 + bi*11 + n
				heading := []string{"Access to justice", "Places of detention"}[n/3]
				kind, text := uhri.TypeRecommendation, "The Committee recommends that the State party: "+asks[k%len(asks)]+"."
				if n%3 == 0 {
					kind, text = uhri.TypeObservation, "The Committee is concerned that fewer than a third of the districts have an office, and that women in detention seldom learn that aid exists."
				}
				r := &uhri.Recommendation{
					Type: kind, Symbol: symbol, Paragraph: strconv.Itoa(12 + n), Order: 12 + n,
					Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: heading + " " + strconv.Itoa(12+n) + ". " + text, Heading: heading, Body: text}},
					Date:  uhri.Date{Year: 2015 + (si+bi)%11, Month: 2, Day: 21}, Mechanism: uhri.MechanismTreatyBody, Body: body,
					Countries: []uhri.Country{s.Code}, Tags: tags(k)[:1+k%4], Latest: true,
				}
				add(r)
				same(k, r)
			}
		}
		add(&uhri.Recommendation{
			Type: uhri.TypeRecommendation, Symbol: uhri.Symbol(fmt.Sprintf("DEMO/A/HRC/84/%d/Add.1", 40+si)), Paragraph: "92 (f)", Order: 92,
			Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: "92 (f) Adopt minimum standards for the detention of women, prepared together with former detainees, and publish each year how many places meet them."}},
			Date:  uhri.Date{Year: 2023, Month: 7}, Mechanism: uhri.MechanismSpecialProcedure, Body: "WG Arbitrary detention",
			Countries: []uhri.Country{s.Code}, Latest: true,
		})
	}
	long := ""
	for i := range 24 {
		long += asks[i%len(asks)] + ". "
	}
	add(&uhri.Recommendation{ // no symbol, no date, no State, no label; a text longer than a list shows
		Type: uhri.TypeUnknown, Mechanism: uhri.MechanismTreatyBody,
		Texts: map[uhri.Lang]uhri.Text{uhri.English: {Full: long + "A word found nowhere else is quinquireme."}},
	})
	add(&uhri.Recommendation{ // only an Arabic text
		Type: uhri.TypeRecommendation, Symbol: "DEMO/CMW/C/XAA/CO/1", Paragraph: "7", Date: uhri.Date{Year: 2019}, Mechanism: uhri.MechanismTreatyBody, Body: "CMW",
		Texts: map[uhri.Lang]uhri.Text{uhri.Arabic: {Full: "ضمان حصول العمال المهاجرين على المساعدة القانونية مجاناً."}}, Countries: []uhri.Country{states[0].Code},
	})
	add(&uhri.Recommendation{ // no text at all, and markup in what others wrote
		Type: uhri.TypePledge, Symbol: "DEMO/A/HRC/90/99", Paragraph: "<b>1</b>", Date: uhri.Date{Year: 2022, Month: 3}, Mechanism: uhri.MechanismUPR, Body: "UPR",
		Texts: map[uhri.Lang]uhri.Text{}, Countries: []uhri.Country{states[0].Code, states[1].Code, states[2].Code, states[3].Code},
		UPR: &uhri.UPR{Unresolved: []string{"Republic of <i>Nowhere</i>"}},
	})
	return rs
}
