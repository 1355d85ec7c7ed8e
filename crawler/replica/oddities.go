package replica

import (
	"fmt"
	"strings"

	"uhri"
)

// oddities gives single records and documents the defects the real export has, each at least once.
func (b *builder) oddities() {
	seen := map[string]int{}
	for n := range b.entries {
		e := &b.entries[n]
		at := seen[e.Symbol+e.PublicationDate]
		seen[e.Symbol+e.PublicationDate]++
		switch state := stateOf(e.Record, b.states); {
		case strings.Contains(e.Symbol, "/XAB/CO/"): // no State but in the symbol
			e.Countries, e.Regions = []string{}, []string{}
		case strings.Contains(e.Symbol, "/XAD/CO/"): // no body but in the symbol
			e.Body = "-"
		case strings.Contains(e.Symbol, "/XAF/CO/"): // dates that are not whole
			e.PublicationDate = e.PublicationDate[:7]
		case strings.Contains(e.Symbol, "/XAI/CO/"):
			e.PublicationDate = e.PublicationDate[:4]
		case strings.HasSuffix(e.Symbol, "/Add.3") && state == "XAL":
			e.PublicationDate = ""
		case state == "XAC" && e.UprCycle != nil && *e.UprCycle == "2": // a bare code
			e.Countries = []string{"XAC"}
		case state == "XAJ": // an asterisk
			e.Countries = []string{e.Countries[0] + "*"}
		}
		switch {
		case strings.Contains(e.Symbol, "/XAE/CO/") && at < 3: // no usable type
			e.AnnotationType = []string{"-", "3d7c11aa-5f0e-4d53-9d5e-0c6f8a1f2b77", "- Others"}[at]
		case strings.Contains(e.Symbol, "/XAH/CO/") && at == 1:
			e.Text = pastedFromWord(e.Text)
		case strings.Contains(e.Symbol, "/XAK/CO/") && at == 2: // escaped twice
			e.Text = strings.ReplaceAll(strings.ReplaceAll(e.Text, "The Committee", "The&amp;nbsp;Committee"), "&nbsp;", "&amp;nbsp;")
		case strings.Contains(e.Symbol, "/XAG/CO/") && at == 0: // a label nobody knows
			e.Themes = append(e.Themes, "Digital inclusion")
		}
	}

	// A thematic report is addressed to no State.
	general := b.w.conclusions[len(b.w.conclusions)-1]
	e := b.add(document{symbol: "DEMO/A/HRC/47/41", body: "- SR Housing", date: "2021-05-10T00:00:00"}, "thematic", recommends,
		numbered(112, general.Six), general.Labels)
	e.Countries, e.Regions = []string{}, []string{}
	// A visit to two States at once.
	e = b.add(document{state: 4, symbol: "DEMO/A/HRC/53/45", body: "- SR IDPs", date: "2023-06-02T00:00:00"}, "joint", recommends,
		numbered(88, b.w.conclusions[5].Six), b.w.conclusions[5].Labels)
	e.Countries = append(e.Countries, b.states[5].Name)
	// Somebody who is no State recommends.
	a, cycle := b.w.asks[25], "3"
	texts := map[uhri.Lang]string{}
	for _, l := range uhri.Langs {
		texts[l] = askText([2]int{121, 10}, a.in(l)+" (Regional Forum)", l, 2, 0)
	}
	e = b.add(document{symbol: "DEMO/A/HRC/36/3", body: "- UPR", date: "2017-12-01T00:00:00"}, "forum", recommends, texts, a.Labels)
	e.UprCycle, e.UprSession, e.UprRecommendingCountry = &cycle, []string{"27"}, []string{"Regional Forum"}
	// A symbol that is none.
	b.add(document{state: 7, symbol: "not indexed", body: "- SR Education", date: "2015-04-20T00:00:00"}, "unindexed", recommends,
		numbered(64, b.w.conclusions[10].Six), b.w.conclusions[10].Labels)
	// A record without text, and one that comes twice.
	e = b.add(document{state: 2, symbol: "DEMO/A/HRC/53/46", body: "- SR Education", date: "2023-06-02T00:00:00"}, "blank", recommends, nil, Labels{})
	e.Text, e.texts = "<p>&nbsp;</p>", nil
	b.entries = append(b.entries, b.entries[len(b.entries)/2])
}

// stateOf is the code of the State a record names.
func stateOf(r Record, states []uhri.CountryInfo) uhri.Country {
	for _, s := range states {
		if len(r.Countries) > 0 && r.Countries[0] == s.Name {
			return s.Code
		}
	}
	return ""
}

func numbered(n int, texts Six[string]) map[uhri.Lang]string {
	out := map[uhri.Lang]string{}
	for _, l := range uhri.Langs {
		out[l] = fmt.Sprintf("%d. %s", n, texts.in(l))
	}
	return out
}

// pastedFromWord puts before a text what Word leaves when its document is pasted: some 21,000 characters of settings.
func pastedFromWord(text string) string {
	var b strings.Builder
	b.WriteString("<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->\r\n")
	b.WriteString(`<xml><w:LatentStyles DefLockedState="false" DefUnhideWhenUsed="true" LatentStyleCount="267">`)
	for n := 0; b.Len() < 20_400; n++ {
		fmt.Fprintf(&b, `<w:LsdException Locked="false" Priority="%d" SemiHidden="false" Name="Medium Grid %d Accent %d"/>`, 60+n%14, 1+n%3, 1+n%6)
	}
	b.WriteString("</w:LatentStyles></xml>\r\n<style>/* Style Definitions */ table.MsoNormalTable {mso-style-name:\"Table Normal\"; mso-para-margin:0cm;}</style>")
	return b.String() + text
}
