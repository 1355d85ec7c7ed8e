package segment

import (
	"testing"

	"uhri"
	"uhri/crawler/extract"
)

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		symbol, title string
		want          DocumentKind
	}{
		{"CEDAW/C/KEN/CO/8", "", ConcludingObservations},
		{"E/C.12/AUS/CO/6", "", ConcludingObservations},
		{"CRC/C/OPSC/VAT/CO/1", "", ConcludingObservations},
		{"CCPR/CO/83/GRC", "", ConcludingObservations},
		{"CERD/C/63/CO/5", "", ConcludingObservations},
		{"CAT/C/CR/33/1", "Conclusions and recommendations of the Committee against Torture", ConcludingObservations},
		{"CRC/C/15/Add.190", "", ConcludingObservations},
		{"E/C.12/1/Add.90", "", ConcludingObservations},
		{"CCPR/C/79/Add.81", "", ConcludingObservations},
		{"CAT/OP/MDV/1", "", ConcludingObservations},
		{"CED/C/FRA/OAI/1", "", ConcludingObservations},
		{"", "Concluding observations on the sixth periodic report of Qaldora", ConcludingObservations},
		{"", "Observaciones finales sobre el sexto informe periódico", ConcludingObservations},
		{"A/59/38", "", AnnualReport},
		{"A/61/40", "", AnnualReport},
		{"CRPD/C/LUX/CO/1/Add.2", "", StateFollowUp},
		{"CAT/OP/MDV/1/Add.1", "", StateFollowUp},
		{"CAT/OP/MDV/CSPROSP/1", "Visit to Qaldora: comments of the State party", StateFollowUp},
		{"CERD/C/KEN/CO/1-4/Corr.1", "Concluding observations", Corrigendum},
		{"", "Information received from Qaldora on follow-up to the concluding observations", StateFollowUp},
		{"CAT/C/GC/4", "General comment No. 4", OtherDocument},
		{"CRPD/C/EU/QPR/2-3", "List of issues", OtherDocument},
		{"CEDAW/C/KEN/9", "Ninth periodic report submitted by Kenya", OtherDocument},
		{"A/HRC/44/50/Add.1", "Visit to Qaldora\nReport of the Special Rapporteur on the right to education", CountryVisit},
		{"A/HRC/7/3/Add.2", "Report of the Special Rapporteur on torture\nAddendum\nMission to Qaldora", CountryVisit},
		{"E/CN.4/2005/72/Add.3", "Mission to Qaldora", CountryVisit},
		{"A/HRC/45/12/Add.1", "Visita a Qaldora\nInforme del Relator Especial", CountryVisit},
		{"A/HRC/44/50/Add.3", "Visit to Qaldora\nComments by the State", StateComments},
		{"A/HRC/44/50/Add.4", "Report of the Special Rapporteur on her visit to Qaldora: comments by Qaldora\nComments by Qaldora", StateComments},
		{"A/80/188", "Report of the Special Rapporteur on the promotion and protection of human rights in the context of climate change", ThematicReport},
		{"A/HRC/59/15", "Report of the Working Group on the Universal Periodic Review", OtherDocument},
		{"A/HRC/WG.6/34/SVN/1", "National report", OtherDocument},
		{"", "Minutes of a meeting", UnknownDocument},
	} {
		d := &extract.Document{Blocks: []extract.Block{{Kind: extract.Heading, Text: c.title}, {Kind: extract.Paragraph, Number: "1", Text: "Text."}}}
		if c.symbol != "" {
			s, err := uhri.ParseSymbol(c.symbol)
			if err != nil {
				t.Fatal(err)
			}
			d.Symbols = []uhri.Symbol{s}
		}
		if got := KindOf(d); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.symbol, c.title, got, c.want)
		}
	}
}
