package uhri

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var symbolCases = []struct {
	name, in, want, body string
	state                Country
	session              int
	base                 string // "" = the symbol itself
}{
	{name: "committee", in: "CEDAW/C/KEN/CO/8", want: "CEDAW/C/KEN/CO/8", body: "CEDAW", state: "KEN"},
	{name: "combined reports", in: "CRC/C/TUV/CO/2-5", want: "CRC/C/TUV/CO/2-5", body: "CRC", state: "TUV"},
	{name: "economic committee", in: "E/C.12/AUS/CO/6", want: "E/C.12/AUS/CO/6", body: "CESCR", state: "AUS"},
	{name: "protocol on armed conflict", in: "CRC/C/OPAC/GEO/CO/1", want: "CRC/C/OPAC/GEO/CO/1", body: "CRC-OP-AC", state: "GEO"},
	{name: "protocol on sale of children", in: "CRC/C/OPSC/VAT/CO/1", want: "CRC/C/OPSC/VAT/CO/1", body: "CRC-OP-SC", state: "VAT"},
	{name: "protocol in its first years", in: "CRC/C/OPSA/ISL/CO/1", want: "CRC/C/OPSA/ISL/CO/1", body: "CRC-OP-SC", state: "ISL"},
	{name: "subcommittee", in: "CAT/OP/MEX/1/Add.1", want: "CAT/OP/MEX/1/Add.1", body: "SPT", state: "MEX", base: "CAT/OP/MEX/1"},
	{name: "European Union", in: "CRPD/C/EU/CO/1", want: "CRPD/C/EU/CO/1", body: "CRPD", state: "EUE"},
	{name: "Kosovo under UNMIK", in: "CCPR/C/UNK/CO/1", want: "CCPR/C/UNK/CO/1", body: "CCPR", state: "XKX"},
	{name: "code of earlier days", in: "CRC/C/ROM/CO/3", want: "CRC/C/ROM/CO/3", body: "CRC", state: "ROU"},
	{name: "Hong Kong", in: "CCPR/C/CHN-HKG/CO/3", want: "CCPR/C/CHN-HKG/CO/3", body: "CCPR", state: "CHN"},
	{name: "session before State", in: "CCPR/CO/83/GRC", want: "CCPR/CO/83/GRC", body: "CCPR", state: "GRC", session: 83},
	{name: "concluding comments", in: "CEDAW/C/PAK/CC/3", want: "CEDAW/C/PAK/CC/3", body: "CEDAW", state: "PAK"},
	{name: "report of a State", in: "CEDAW/C/KEN/8", want: "CEDAW/C/KEN/8", body: "CEDAW", state: "KEN"},
	{name: "follow-up", in: "CED/C/FRA/CO/1/Add.1/Rev.2", want: "CED/C/FRA/CO/1/Add.1/Rev.2", body: "CED", state: "FRA", base: "CED/C/FRA/CO/1"},
	{name: "general comment", in: "CRC/C/GC/25", want: "CRC/C/GC/25", body: "CRC"},
	{name: "committee session without State", in: "CERD/C/63/CO/5", want: "CERD/C/63/CO/5", body: "CERD", session: 63},
	{name: "addenda as series, economic", in: "E/C.12/1/Add.90", want: "E/C.12/1/Add.90", body: "CESCR"},
	{name: "addenda as series, child, corrected", in: "CRC/C/15/Add.261/Corr.1", want: "CRC/C/15/Add.261/Corr.1", body: "CRC", base: "CRC/C/15/Add.261"},
	{name: "conclusions and recommendations", in: "CAT/C/CR/30/5", want: "CAT/C/CR/30/5", body: "CAT", session: 30},
	{name: "Roman session", in: "CAT/C/XXVII/concl.2", want: "CAT/C/XXVII/Concl.2", body: "CAT"},
	{name: "annual report", in: "A/60/38", want: "A/60/38", body: "CEDAW", session: 60},
	{name: "annual report in parts", in: "A/57/38 (Part I)", want: "A/57/38(PARTI)", body: "CEDAW", session: 57},
	{name: "annual number before its committee", in: "A/66/56", want: "A/66/56", session: 66},
	{name: "Working Group report", in: "A/HRC/59/15", want: "A/HRC/59/15", session: 59},
	{name: "its addendum", in: "A/HRC/59/15/Add.1", want: "A/HRC/59/15/Add.1", session: 59, base: "A/HRC/59/15"},
	{name: "outcome decision", in: "A/HRC/DEC/44/101", want: "A/HRC/DEC/44/101", session: 44},
	{name: "documentation of a review", in: "A/HRC/WG.6/34/SVN/1", want: "A/HRC/WG.6/34/SVN/1", body: "UPR", state: "SVN", session: 34},
	{name: "expert mechanism", in: "A/HRC/EMRIP/2019/2", want: "A/HRC/EMRIP/2019/2"},
	{name: "Commission on Human Rights", in: "E/CN.4/2006/98/Add.1", want: "E/CN.4/2006/98/Add.1", base: "E/CN.4/2006/98"},
	{name: "resolution", in: "A/RES/60/251", want: "A/RES/60/251", session: 60},
	{name: "demonstration", in: "demo/crc/c/xaa/co/1", want: "DEMO/CRC/C/XAA/CO/1", body: "CRC", state: "XAA"},
	{name: "demonstration of its own form", in: "DEMO/UPR/3", want: "DEMO/UPR/3"},

	{name: "case and spaces", in: " cedaw / c/ken/co/8 ", want: "CEDAW/C/KEN/CO/8", body: "CEDAW", state: "KEN"},
	{name: "encoded slashes", in: "E%2fC.12%2FAUS%2FCO%2F6", want: "E/C.12/AUS/CO/6", body: "CESCR", state: "AUS"},
	{name: "reissued", in: "A/HRC/11/25*", want: "A/HRC/11/25", session: 11},
	{name: "addendum with a space", in: "A/HRC/44/9/Add. 1", want: "A/HRC/44/9/Add.1", session: 44, base: "A/HRC/44/9"},
	{name: "addendum without slash", in: "A/HRC/44/9Add.1", want: "A/HRC/44/9/Add.1", session: 44, base: "A/HRC/44/9"},
	{name: "corrigendum in capitals", in: "A/HRC/44/9/ADD.1/CORR.2", want: "A/HRC/44/9/Add.1/Corr.2", session: 44, base: "A/HRC/44/9"},
	{name: "no-break hyphen", in: "CRC/C/PER/CO/6\u20117", want: "CRC/C/PER/CO/6-7", body: "CRC", state: "PER"},
	{name: "no-break space", in: "A/HRC/59/15\u00a0", want: "A/HRC/59/15", session: 59},
	{name: "public address", in: "https://docs.un.org/en/A/HRC/59/15?direct=true", want: "A/HRC/59/15", session: 59},
	{name: "short address", in: "undocs.org/CAT/C/POL/CO/7", want: "CAT/C/POL/CO/7", body: "CAT", state: "POL"},
	{name: "full stop of the sentence", in: "CAT/C/POL/CO/7.", want: "CAT/C/POL/CO/7", body: "CAT", state: "POL"},
}

func TestParseSymbol(t *testing.T) {
	for _, c := range symbolCases {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseSymbol(c.in)
			if err != nil || string(s) != c.want {
				t.Fatalf("ParseSymbol(%q) = %q, %v; want %q", c.in, s, err, c.want)
			}
			if body, ok := s.Body(); body != c.body || ok != (c.body != "") {
				t.Errorf("%s: body %q, want %q", s, body, c.body)
			}
			if state, ok := s.Country(); state != c.state || ok != (c.state != "") {
				t.Errorf("%s: State %q, want %q", s, state, c.state)
			}
			if n, ok := s.Session(); n != c.session || ok != (c.session != 0) {
				t.Errorf("%s: session %d, want %d", s, n, c.session)
			}
			want := c.base
			if want == "" {
				want = c.want
			}
			if got := s.Base(); string(got) != want {
				t.Errorf("%s: base %q, want %q", s, got, want)
			}
		})
	}
}

func TestParseSymbolRefuses(t *testing.T) {
	for _, in := range []string{
		"", " ", "*", "44", "and/or", "HIV/AIDS", "his/her/their", "CRC", "CRC/C", "CRC/C/OPAC", "A/HRC", "A/HRC/59", "A/HRC//15",
		"E/C.12/AUS", "CEDAW/C/KEN/CO", "INT/CAT/FUL/1", "A/HRC/59/15, para. 3", "A/B/1", "http://example.org/A/HRC/59/15",
		"A/HRC/59/<b>", "DEMO", "DEMO/", "DEMO/x", strings.Repeat("A/HRC/59/1", 20),
	} {
		if s, err := ParseSymbol(in); err == nil || s != "" || KindOf(err) != Invalid {
			t.Errorf("ParseSymbol(%q) = %q, %v; want an Invalid error", in, s, err)
		}
	}
}

func TestLooksLikeSymbol(t *testing.T) {
	for in, want := range map[string]bool{
		"A/HRC/59/15": true, "a/hrc/59/15/add.1": true, "e/c.12/aus/co/6": true, "A/60/38": true, "DEMO/CRC/C/XAA/CO/1": true,
		"torture": false, "and/or": false, "HIV/AIDS": false, "men/women/children": false, "A/HRC/": false, "A/HRC/59/*": false,
		"12/03/2020": false, "A/HRC/59/15 Add.1": false, "1/2": false, "": false,
	} {
		if got := LooksLikeSymbol(in); got != want {
			t.Errorf("LooksLikeSymbol(%q) = %v", in, got)
		}
	}
}

func TestFindSymbols(t *testing.T) {
	text := "Recalling (CCPR/C/KEN/CO/3, para. 5) and A/HRC/29/10/Add.1. Men and/or women; see also e/c.12/ken/co/2-5; HIV/AIDS/TB 1."
	var got []string
	for _, m := range FindSymbols(text) {
		got = append(got, string(m.Symbol)+" "+text[m.Start:m.End])
	}
	want := []string{"CCPR/C/KEN/CO/3 CCPR/C/KEN/CO/3", "A/HRC/29/10/Add.1 A/HRC/29/10/Add.1", "E/C.12/KEN/CO/2-5 e/c.12/ken/co/2-5"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCompareSymbols(t *testing.T) {
	want := []Symbol{
		"A/HRC/9/2", "A/HRC/28/15", "A/HRC/28/15/Add.1", "A/HRC/28/15/Add.2", "A/HRC/28/15/Add.10", "A/HRC/28/16",
		"A/HRC/59/2", "CRC/C/KEN/CO/2", "CRC/C/KEN/CO/3-5", "CRC/C/KEN/CO/10", "",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, CompareSymbols)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSymbolURL(t *testing.T) {
	for _, c := range []struct {
		s    Symbol
		l    Lang
		want string
	}{
		{"A/HRC/59/15", French, "https://docs.un.org/fr/A/HRC/59/15"},
		{"A/HRC/59/15", "xx", "https://docs.un.org/en/A/HRC/59/15"},
		{"", English, ""},
		{"DEMO/CRC/C/XAA/CO/1", English, ""},
	} {
		if got := c.s.URL(c.l); got != c.want {
			t.Errorf("%q.URL(%s) = %q, want %q", c.s, c.l, got, c.want)
		}
	}
}

func FuzzParseSymbol(f *testing.F) {
	for _, c := range symbolCases {
		f.Add(c.in)
	}
	f.Add("A/HRC/1/1Add.1Corr.2")
	f.Add("E/C.12/1/Add.90/Add.1")
	f.Fuzz(func(t *testing.T, in string) {
		s, err := ParseSymbol(in)
		if err != nil {
			if s != "" || KindOf(err) != Invalid {
				t.Fatalf("%q: %q with error %v", in, s, err)
			}
			return
		}
		if again, err := ParseSymbol(string(s)); err != nil || again != s {
			t.Fatalf("%q → %q → %q, %v", in, s, again, err)
		}
		if base := s.Base(); base != base.Base() || !strings.HasPrefix(string(s), string(base)) || base == "" {
			t.Fatalf("%q: base %q", s, base)
		}
		if CompareSymbols(s, s) != 0 || CompareSymbols(s, s+"/Add.1") >= 0 {
			t.Fatalf("%q does not come before its addendum", s)
		}
		s.Body()
		s.Country()
		s.Session()
		s.Mechanism()
	})
}

func FuzzCompareSymbols(f *testing.F) {
	f.Add("A/HRC/01/1", "A/HRC/1/1", "A/HRC/1/10")
	f.Add("a1/2", "a1/", "a1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		x, y, z := Symbol(a), Symbol(b), Symbol(c)
		if CompareSymbols(x, y) != -CompareSymbols(y, x) && (CompareSymbols(x, y) > 0) == (CompareSymbols(y, x) > 0) {
			t.Fatalf("%q and %q: not antisymmetric", a, b)
		}
		if CompareSymbols(x, y) <= 0 && CompareSymbols(y, z) <= 0 && CompareSymbols(x, z) > 0 {
			t.Fatalf("%q, %q, %q: not transitive", a, b, c)
		}
	})
}
