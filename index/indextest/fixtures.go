package indextest

import (
	"fmt"
	"time"

	"uhri"
)

// FixtureID returns the ID of the n-th fixture, counted from 1.
func FixtureID(n int) uhri.ID { return uhri.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

// Fixtures returns a small corpus whose answers the suite knows by hand: real-shaped records in our own words.
func Fixtures() []*uhri.Recommendation {
	type texts map[uhri.Lang]string
	day := func(y, m, d int) uhri.Date { return uhri.Date{Year: y, Month: m, Day: d} }
	var out []*uhri.Recommendation
	add := func(t texts, set func(r *uhri.Recommendation)) {
		n := len(out) + 1
		r := &uhri.Recommendation{ID: FixtureID(n), Type: uhri.TypeRecommendation, Mechanism: uhri.MechanismUnknown, Texts: map[uhri.Lang]uhri.Text{}}
		for l, s := range t {
			r.Texts[l] = uhri.Text{Full: s}
		}
		r.Provenance = uhri.Provenance{Source: "uhri/en", FirstSeen: time.Date(2026, 1, 1+n%5, 0, 0, 0, 0, time.UTC), LastChanged: time.Date(2026, 2, n, 0, 0, 0, 0, time.UTC)}
		set(r)
		out = append(out, r)
	}
	upr := func(r *uhri.Recommendation, country uhri.Country, symbol uhri.Symbol, para string, order int, date uhri.Date, session int, pos uhri.Position, by ...uhri.Country) {
		cycle, _ := uhri.CycleOfSession(session)
		r.Mechanism, r.Body, r.Symbol, r.Paragraph, r.Order, r.Date = uhri.MechanismUPR, "UPR", symbol, para, order, date
		r.Countries = []uhri.Country{country}
		r.UPR = &uhri.UPR{Recommending: by, Session: session, Cycle: cycle, Position: pos}
	}
	treaty := func(r *uhri.Recommendation, body string, country uhri.Country, symbol uhri.Symbol, order int, date uhri.Date) {
		r.Mechanism, r.Body, r.Symbol, r.Order, r.Date = uhri.MechanismTreatyBody, body, symbol, order, date
		r.Paragraph = fmt.Sprint(order)
		r.Countries = []uhri.Country{country}
	}
	tag := func(r *uhri.Recommendation, o uhri.Origin, s uhri.Scheme, concepts ...string) {
		for _, c := range concepts {
			t := uhri.Tag{Scheme: s, Concept: c, Origin: o}
			if o != uhri.OriginPublisher {
				t.By, t.Score = "rules/1", 0.9
			}
			r.Tags = append(r.Tags, t)
		}
	}
	pub := uhri.OriginPublisher

	// 1–4: one UPR report on Kenya, paragraphs in their own order.
	add(texts{
		"en": "140.1 Ratify the Optional Protocol to the Convention against Torture (Chile);",
		"fr": "140.1 Ratifier le Protocole facultatif se rapportant à la Convention contre la torture (Chili) ;",
		"es": "140.1 Ratificar el Protocolo Facultativo de la Convención contra la Tortura (Chile);",
		"ru": "140.1 Ратифицировать Факультативный протокол к Конвенции против пыток (Чили);",
		"ar": "140-1 التصديق على البروتوكول الاختياري لاتفاقية مناهضة التعذيب (شيلي)؛",
		"zh": "140.1 批准《禁止酷刑公约任择议定书》（智利）；",
	}, func(r *uhri.Recommendation) {
		upr(r, "KEN", "A/HRC/44/9", "140.1", 1, day(2020, 3, 20), 35, uhri.PositionSupported, "CHL")
		tag(r, pub, uhri.SchemeTheme, "torture-ill-treatment", "ratification-international-instruments")
		tag(r, pub, uhri.SchemeSDG, "16", "16.a")
		r.Latest = true
	})
	add(texts{
		"en": "140.2 Protect women’s rights, and the right of every woman and girl to inherit land (France, Côte d’Ivoire);",
		"fr": "140.2 Protéger les droits des femmes et le droit de chaque femme et de chaque fille à hériter de terres (France, Côte d’Ivoire) ;",
	}, func(r *uhri.Recommendation) {
		upr(r, "KEN", "A/HRC/44/9", "140.2", 2, day(2020, 3, 20), 35, uhri.PositionNoted, "FRA", "CIV")
		tag(r, pub, uhri.SchemeTheme, "discrimination-against-women", "land-property-rights")
		tag(r, pub, uhri.SchemeGroup, "women-girls")
		tag(r, pub, uhri.SchemeSDG, "5", "5.a")
		r.Latest = true
	})
	add(texts{"en": "140.10 Make the rule of law, not rule by law, the measure of every reform of the judiciary (Germany);"}, func(r *uhri.Recommendation) {
		upr(r, "KEN", "A/HRC/44/9", "140.10", 10, day(2020, 3, 20), 35, uhri.PositionPartial, "DEU")
		tag(r, pub, uhri.SchemeTheme, "rule-of-law-impunity")
		tag(r, uhri.OriginRule, uhri.SchemeSDG, "16", "16.3")
		r.Latest = true
	})
	add(texts{"en": "140.9 End child labour; protect children from hazardous work, and every child’s right to education;"}, func(r *uhri.Recommendation) {
		upr(r, "KEN", "A/HRC/44/9", "140.9", 9, day(2020, 3, 20), 35, uhri.PositionUnknown)
		tag(r, pub, uhri.SchemeGroup, "children")
		tag(r, uhri.OriginModel, uhri.SchemeTheme, "right-to-education")
		r.Latest = true
	})
	// 5: an earlier cycle, the session known only.
	add(texts{"en": "Ratify the Convention against Torture, without reservations (Chile)."}, func(r *uhri.Recommendation) {
		upr(r, "KEN", "A/HRC/15/8", "", 0, uhri.Date{Year: 2010, Month: 6}, 8, uhri.PositionSupported, "CHL")
		tag(r, pub, uhri.SchemeTheme, "torture-ill-treatment", "reservations")
	})
	// 6–8: concluding observations.
	add(texts{
		"en": "Violence against women\n23. The Committee is concerned at gender-based violence against women, including women migrants and asylum-seekers, and at female genital mutilation.",
		"fr": "Violence à l’égard des femmes\n23. Le Comité est préoccupé par la violence fondée sur le genre à l’égard des femmes, y compris les migrantes et les demandeuses d’asile, et par les mutilations génitales féminines.",
		"ru": "Насилие в отношении женщин\n23. Комитет обеспокоен гендерным насилием в отношении женщин, включая мигранток и просительниц убежища, и калечением женских половых органов.",
	}, func(r *uhri.Recommendation) {
		treaty(r, "CEDAW", "UGA", "CEDAW/C/UGA/CO/8", 23, day(2022, 3, 1))
		r.Type = uhri.TypeObservation
		tag(r, pub, uhri.SchemeTheme, "violence-against-women", "sexual-gender-based-violence")
		tag(r, pub, uhri.SchemeGroup, "women-girls", "migrants", "refugees-asylum-seekers")
		tag(r, pub, uhri.SchemeSDG, "5", "5.2", "5.3")
		r.Latest = true
	})
	add(texts{
		"en": "24. The Committee recommends that the State party prohibit FGM, protect every asylum seeker, and end all violence against women, in law and in practice.",
		"fr": "24. Le Comité recommande à l’État partie d’interdire les MGF, de protéger toute demandeuse d’asile et de mettre fin à toute violence à l’égard des femmes, en droit et dans la pratique.",
	}, func(r *uhri.Recommendation) {
		treaty(r, "CEDAW", "UGA", "CEDAW/C/UGA/CO/8", 24, day(2022, 3, 1))
		tag(r, pub, uhri.SchemeTheme, "violence-against-women")
		tag(r, pub, uhri.SchemeGroup, "women-girls")
		tag(r, uhri.OriginRule, uhri.SchemeGroup, "refugees-asylum-seekers")
		tag(r, pub, uhri.SchemeSDG, "5", "5.2")
		r.Latest = true
	})
	add(texts{"en": "12. Judges who had been detained were released; detention without trial persists, and detainees fear torture, torture and again torture."}, func(r *uhri.Recommendation) {
		treaty(r, "CAT", "UGA", "CAT/C/UGA/CO/2", 12, day(2014, 11, 20))
		r.Type = uhri.TypeObservation
		tag(r, pub, uhri.SchemeTheme, "torture-ill-treatment", "arbitrary-arrest-detention")
		tag(r, pub, uhri.SchemeGroup, "persons-deprived-of-liberty", "judges-lawyers-prosecutors")
	})
	// 9: a special procedure, undated, type unknown.
	add(texts{"en": "The Special Rapporteur recalls A/HRC/44/9 and urges Türkiye to respect the right to be heard."}, func(r *uhri.Recommendation) {
		r.Mechanism, r.Body, r.Type = uhri.MechanismSpecialProcedure, "SR Torture", uhri.TypeUnknown
		r.Countries = []uhri.Country{"TUR"}
	})
	// 10: two States, no body; only a year.
	add(texts{"en": "Both States parties should ratify the treaty. Ratification is overdue."}, func(r *uhri.Recommendation) {
		r.Countries = []uhri.Country{"KEN", "UGA"}
		r.Date = uhri.Date{Year: 2014}
		tag(r, pub, uhri.SchemeTheme, "ratification-international-instruments")
	})
	// 11: no country; very short.
	add(texts{"en": "Torture."}, func(r *uhri.Recommendation) {
		r.Mechanism, r.Body = uhri.MechanismTreatyBody, "CAT"
		r.Date = day(2014, 1, 1)
	})
	// 12: no English text.
	add(texts{
		"fr": "Garantir aux enfants le droit à l’éducation et l’accès à la justice.",
		"es": "Garantizar a la niñez el derecho a la educación y el acceso a la justicia.",
	}, func(r *uhri.Recommendation) {
		treaty(r, "CRC", "COD", "CRC/C/COD/CO/6", 30, day(2023, 6, 2))
		tag(r, pub, uhri.SchemeGroup, "children")
		r.Latest = true
	})
	// 13: no text at all.
	add(nil, func(r *uhri.Recommendation) {
		treaty(r, "CRC", "COD", "CRC/C/COD/CO/6", 31, day(2023, 6, 2))
	})
	// 14–16: the same words, to be told apart by nothing but date and ID; the word in other forms.
	for _, d := range []uhri.Date{day(2019, 5, 1), day(2021, 5, 1), day(2021, 5, 1)} {
		add(texts{"en": "Investigate the disappearance of journalists."}, func(r *uhri.Recommendation) {
			upr(r, "MEX", "A/HRC/40/8", "132.1", 1, d, 31, uhri.PositionSupported, "DEU", "FRA")
			tag(r, pub, uhri.SchemeTheme, "enforced-disappearances")
		})
	}
	add(texts{"en": "Investigate the disappearances of journalist."}, func(r *uhri.Recommendation) {
		upr(r, "MEX", "A/HRC/40/8", "132.2", 2, day(2022, 5, 1), 31, uhri.PositionSupported, "KEN")
	})
	return out
}

// FixtureTombs returns the tombstones published with the fixtures.
func FixtureTombs() []uhri.Tombstone {
	return []uhri.Tombstone{
		{ID: FixtureID(101), Kind: uhri.TombWithdrawn, At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Symbol: "A/HRC/44/9", LastText: "140.3 Withdrawn words."},
		{ID: FixtureID(102), Kind: uhri.TombSuppressed, At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Reason: "asked for"},
		{ID: FixtureID(103), Kind: uhri.TombMerged, At: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), RedirectTo: FixtureID(1), Symbol: "A/HRC/44/9"},
		{ID: FixtureID(104), Kind: uhri.TombSuppressed, At: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), Symbol: "A/HRC/44/9", Reason: "asked for"},
	}
}
