package uhri

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResolveCountry(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Country
	}{
		{"Kenya", "KEN"}, {"KEN", "KEN"}, {"ke", "KEN"}, {"404", "KEN"}, {"036", "AUS"}, {" kenya ", "KEN"}, {"Republic of Kenya", "KEN"},
		{"Iran (Islamic Republic of)", "IRN"}, {"Iran, Islamic Republic of", "IRN"}, {"Iran", "IRN"},
		{"Bolivia", "BOL"}, {"Venezuela", "VEN"}, {"Bolivia (Plurinational State of)", "BOL"},
		{"UK", "GBR"}, {"U.K.", "GBR"}, {"United Kingdom", "GBR"}, {"USA", "USA"}, {"U.S.A.", "USA"}, {"the United States", "USA"},
		{"DPRK", "PRK"}, {"Democratic People’s Republic of Korea", "PRK"}, {"South Korea", "KOR"}, {"Korea, Republic of", "KOR"},
		{"Swaziland", "SWZ"}, {"Czech Republic", "CZE"}, {"Turkey", "TUR"}, {"Türkiye", "TUR"}, {"Tu\u0308rkiye", "TUR"}, {"turkiye", "TUR"},
		{"FYROM", "MKD"}, {"The former Yugoslav Republic of Macedonia", "MKD"}, {"Cape Verde", "CPV"}, {"Burma", "MMR"},
		{"Holy See", "VAT"}, {"The Holy See", "VAT"}, {"State of Palestine*", "PSE"}, {"Palestine", "PSE"}, {"Kosovo*", "XKX"}, {"Kosovo", "XKX"},
		{"European Union", "EUE"}, {"EU", "EUE"}, {"Côte d'Ivoire", "CIV"}, {"Cote d’Ivoire", "CIV"}, {"COTE D IVOIRE", "CIV"}, {"Ivory Coast", "CIV"},
		{"Vietnam", "VNM"}, {"Viet Nam", "VNM"}, {"St. Lucia", "LCA"}, {"St Vincent & the Grenadines", "VCT"}, {"Bahamas (the)", "BHS"}, {"The Bahamas", "BHS"},
		{"Timor Leste", "TLS"}, {"Guinea Bissau", "GNB"}, {"Guinea", "GIN"}, {"Equatorial Guinea", "GNQ"}, {"Congo", "COG"}, {"DRC", "COD"},
		{"Congo, Democratic Republic of the", "COD"}, {"São Tomé and Príncipe", "STP"}, {"Lao PDR", "LAO"}, {"Libyan Arab Jamahiriya", "LBY"},
		{"Niger", "NER"}, {"Nigeria", "NGA"}, {"Dominica", "DMA"}, {"Dominican Republic", "DOM"}, {"PK", "PAK"}, {"Federated States of Micronesia", "FSM"},
		{"Qaldora", "XAA"},
	} {
		if got, ok := ResolveCountry(c.in); !ok || got != c.want {
			t.Errorf("ResolveCountry(%q) = %q, want %s", c.in, got, c.want)
		}
	}
	for _, in := range []string{"", "Korea", "Atlantis", "XX", "999", "Africa", "the", "*", "."} {
		if got, ok := ResolveCountry(in); ok {
			t.Errorf("ResolveCountry(%q) = %s; want none", in, got)
		}
	}
}

func TestCountryInfo(t *testing.T) {
	got, ok := Country("NPL").Info()
	want := CountryInfo{Code: "NPL", ISO2: "NP", M49: "524", Name: "Nepal", Official: "Nepal", Region: "asia-pacific",
		M49Region: "Asia", M49Subregion: "Southern Asia", LDC: true, LLDC: true,
		Aliases: []string{"Federal Democratic Republic of Nepal", "Kingdom of Nepal"}, Published: 1220}
	if d := cmp.Diff(want, got); !ok || d != "" {
		t.Errorf("Nepal: %s", d)
	}
	if kosovo, _ := Country("XKX").Info(); kosovo.Note == "" || kosovo.Region != "" {
		t.Errorf("Kosovo needs the footnote and is in no group: %+v", kosovo)
	}
	if _, ok := Country("ZZZ").Info(); ok || Country("ZZZ").Name() != "ZZZ" {
		t.Error("ZZZ is no State and keeps its code as name")
	}
}

func FuzzResolveCountry(f *testing.F) {
	for _, s := range []string{"Côte d'Ivoire", "the", "St. ", "Kosovo*", "\u0308", "x\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		fold := FoldName(in)
		if again := FoldName(fold); again != fold {
			t.Fatalf("FoldName(%q) = %q, again %q", in, fold, again)
		}
		if c, ok := ResolveCountry(in); ok {
			if again, ok := ResolveCountry(c.Name()); !ok || again != c {
				t.Fatalf("%q is %s, whose name %q is %q", in, c, c.Name(), again)
			}
		}
	})
}
