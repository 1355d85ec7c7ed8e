package query

import (
	"errors"
	"strings"
	"testing"

	"uhri"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     string // canonical text
		notice   string // part of a repair; an error in strict reading
	}{
		{"nothing", "", "*", ""},
		{"a star is everything", "*", "*", ""},
		{"words", "torture  Prison", "torture prison", ""},
		{"lower-case and, or, not are words", "and or not near/5", "and or not near-5", ""},
		{"AND", "a AND b", "a b", ""},
		{"&& and ||", "a && b || c", "(a b) OR c", ""},
		{"AND NOT, NOT, minus", "a AND NOT b NOT c -d", "a NOT b NOT c NOT d", ""},
		{"NOT of NOT", "NOT NOT a", "a", ""},
		{"minus before quotes, groups and fields", `a -"b c" -(d e) -year:2018`, `a NOT "b c" NOT (d e) NOT year:2018`, ""},
		{"a dash is no minus", "a - b -- c d- e", "a b c d e", ""},
		{"OR of groups", "(a OR b) (c OR d)", "(a OR b) (c OR d)", ""},
		{"needless parentheses", "((a) ((b c)))", "a b c", ""},
		{"quotes keep stop words", `"Rule of the Law"`, `"rule of the law"`, ""},
		{"curly quotes", "“rule of law” «état de droit» „a b“", `"rule of law" "etat de droit" "a b"`, ""},
		{"hyphen is a space in quotes", `"non-discrimination"`, `"non discrimination"`, ""},
		{"one word in quotes", `"women's"`, `"women"`, ""},
		{"window", `"a b"~5`, `"a b"~5`, ""},
		{"beginning in quotes", `"human right*"`, `"human right*"`, ""},
		{"only a beginning in quotes", `"right*"`, "right*", ""},
		{"hyphened words are a phrase of forms", "asylum-seekers d'Ivoire", "asylum-seekers d-ivoire", ""},
		{"Chinese is a phrase of characters", "人权 教育un", "人权 教育-un", ""},
		{"beginning of a hyphened word", "non-discriminat*", `"non discriminat*"`, ""},
		{"NEAR", "a NEAR/3 \"b c\"", `a NEAR/3 "b c"`, ""},
		{"NEAR binds closer than AND", "x a NEAR/3 b -y", "x a NEAR/3 b NOT y", ""},
		{"prefix", "Discriminat*", "discriminat*", ""},
		{"wildcards", "w?m*n *tion d**e?*", "w?m*n *tion d*e?*", ""},
		{"question mark at the end", "what is torture?", "what is torture", ""},
		{"question mark before punctuation", "tor?ure?# why?!", "tor?ure why", ""},
		{"country by name and alias", "country:kenya country:Turkey", "country:KEN country:TUR", ""},
		{"label in quotes", `theme:"right to health"`, "theme:right-to-health", ""},
		{"list of values", `country:(Kenya OR "South Africa", UGA)`, "country:(KEN OR ZAF OR UGA)", ""},
		{"alternatives of one field merge", "country:KEN OR torture OR country:UGA", "country:(KEN OR UGA) OR torture", ""},
		{"synonym of a field", "recommending:France", "recommending_state:FRA", ""},
		{"years", "year:2018 year:2018..2020 year:2018-2020 year:2018.. year:..2020", "year:2018 year:2018..2020 year:2018..2020 year:2018.. year:..2020", ""},
		{"unknown year", "year:unknown", "year:unknown", ""},
		{"dates", "date:2019 date:2019-01..2020-06-30 first_seen:2026.. changed:..2025-02", "date:2019 date:2019-01..2020-06-30 first_seen:2026.. changed:..2025-02", ""},
		{"id", "id:0A0C9531-85FA-4408-a9db-bc816c2e1261", "id:0a0c9531-85fa-4408-a9db-bc816c2e1261", ""},
		{"symbol", "symbol:ccpr/c/pol/co/7", "symbol:CCPR/C/POL/CO/7", ""},
		{"beginning of symbols", "symbol:A/HRC/*", "symbol:A/HRC/*", ""},
		{"bare symbol", "ccpr/c/pol/co/7.", "CCPR/C/POL/CO/7", ""},
		{"bare beginning of symbols", "CCPR/C/POL/*", "symbol:CCPR/C/POL/*", ""},
		{"what only looks like a symbol", "HIV/AIDS and/or", "hiv-aids and-or", ""},
		{"goal and target", "sdg:5.2 goal:5", "sdg:5.2 goal:5", ""},
		{"a goal by the name of both", "sdg:5 OR sdg:16", "goal:(5 OR 16)", ""},
		{"colon with a space is punctuation", "Note: torture", "note torture", ""},
		{"address", "https://www.example.org/a", "https-www-example-org-a", ""},
		{"invisible characters", "tor\u00adture\u200e \u202epri\u200bson\x00", "torture pri son", ""},

		{"dangling AND", "AND torture AND", "torture", "AND has words on one side"},
		{"dangling OR", "torture OR", "torture", "OR has words on one side"},
		{"doubled operators", "a AND OR b", "a OR b", "AND has words on one side"},
		{"dangling NOT", "torture NOT", "torture", "NOT has no words"},
		{"unclosed parenthesis", "(a OR b", "a OR b", "not closed"},
		{"too many closed", "a) b", "a b", "too many"},
		{"nothing in parentheses", "a ()", "a", "nothing in these"},
		{"unclosed quotation", `"rule of`, `"rule of"`, "not closed"},
		{"unknown field", "contry:KEN", "contry-ken", "no field"},
		{"label without quotes", "country:South Africa x", "country:ZAF x", "quotes"},
		{"short prefix", "a*", "a", "2 letters"},
		{"NEAR without distance", "a NEAR b", "a NEAR/5 b", "distance"},
		{"NEAR of groups", "(a OR b) NEAR/3 c", "(a OR b) c", "NEAR takes"},
		{"NEAR of three", "a NEAR/3 b NEAR/3 c", "a NEAR/3 b b NEAR/3 c", "not three"},
		{"fuzzy", "tortur~2", "tortur", "similar spellings"},
		{"weight", "torture^2", "torture", "weights"},
		{"years exchanged", "year:2020..2018", "year:2018..2020", "wrong way"},
		{"dates exchanged", "date:2020..2018", "date:2018..2020", "wrong way"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n, notices, err := Parse(tc.in, Options{})
			if err != nil {
				t.Fatalf("Parse(%q): %v", tc.in, err)
			}
			if got := n.String(); got != tc.want {
				t.Errorf("Parse(%q) = %s, want %s", tc.in, got, tc.want)
			}
			again, _, err := Parse(n.String(), Options{Strict: true})
			if err != nil {
				t.Fatalf("%s does not read again: %v", n, err)
			}
			if diff := cmp.Diff(n, again); diff != "" {
				t.Errorf("%s reads again as another tree:\n%s", n, diff)
			}
			if tc.notice == "" {
				strict, _, err := Parse(tc.in, Options{Strict: true})
				if diff := cmp.Diff(n, strict); err != nil || diff != "" {
					t.Errorf("strict reading of %q: %v %s", tc.in, err, diff)
				}
				return
			}
			told := false
			for _, notice := range notices {
				told = told || strings.Contains(notice.Message, tc.notice) || strings.Contains(notice.Hint, tc.notice)
			}
			if !told {
				t.Errorf("Parse(%q) tells %v, want %q", tc.in, notices, tc.notice)
			}
			_, _, err = Parse(tc.in, Options{Strict: true})
			var fault *Error
			if !errors.As(err, &fault) || uhri.KindOf(err) != uhri.Invalid {
				t.Errorf("strict reading of %q: error %v, want an Invalid *Error", tc.in, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		at       int
		want     string
	}{
		{"no word", "!@#", 0, "no word"},
		{"no word in quotes", `""`, 0, "no word"},
		{"no such country", "torture country:Narnia", 16, "Narnia"},
		{"no such country in a list", "country:(KEN,Narnia)", 13, "Narnia"},
		{"no such theme", `theme:"no such thing"`, 6, "no such thing"},
		{"no year", "year:20x8", 5, "year"},
		{"no date", "date:2019-13", 5, "date"},
		{"AND of values", "country:(KEN AND UGA)", 13, "alternatives"},
		{"no value", "country:()", 8, "no value"},
		{"too long", strings.Repeat("a ", MaxBytes), MaxBytes, "longer"},
		{"too many parts", strings.Repeat("a ", MaxClauses+1), 0, "parts"},
		{"too deep", strings.Repeat("(", MaxDepth+1) + "a", MaxDepth, "deeper"},
		{"long phrase", `"` + strings.Repeat("a ", MaxTerms+1) + `"`, 0, "words at most"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n, _, err := Parse(tc.in, Options{})
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, %v", n, err)
			}
			if fault.At != tc.at || !strings.Contains(fault.Message, tc.want) {
				t.Errorf("fault %q at %d, want %q at %d", fault.Message, fault.At, tc.want, tc.at)
			}
		})
	}
}

func TestParseUHRI(t *testing.T) {
	for in, want := range map[string]string{
		"Discriminate":        "discriminate*",
		"gender equality":     `"gender* equality*"`,
		`"rule of law" OR -a`: `"rule* of* law* or* a"`,
		"country:KEN":         `"country* ken*"`,
		"":                    "*",
	} {
		n, _, err := Parse(in, Options{UHRI: true})
		if err != nil || n.String() != want {
			t.Errorf("UHRI reading of %q = %v, %v; want %s", in, n, err, want)
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"torture -military":                    "torture in any form, but not military in any form",
		`"rule of law" OR (a "b")`:             "exactly the words “rule of law” or (a in any form and exactly the word “b”)",
		"a NEAR/5 demo* country:(KEN OR UGA)":  "a in any form at most 5 words from a word that begins with “demo” and State “Kenya” or “Uganda”",
		"asylum-seekers year:2018.. date:2019": "“asylum seekers” side by side, in any form and from the years 2018 or later and dated 2019",
		`"a b"~2 w?rd NOT (c OR d)`:            "the words “a b” in any order with at most 2 others among them and a word of the form “w?rd”, but not (c in any form or d in any form)",
		"":                                     "all records",
	} {
		n, _, err := Parse(in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := Words(n); got != want {
			t.Errorf("Words of %q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	parse := func(s string) Node {
		n, _, err := Parse(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, tc := range []struct{ name, in, id, want string }{
		{"acronym", "FGM", "fgm", `fgm OR "female genital mutilation" OR "fgm c" OR "fgmc" OR "female genital cutting" OR "female circumcision"`},
		{"words side by side", "prevent torture death penalty -x", "death-penalty", `prevent torture ((death penalty) OR "capital punishment") NOT x`},
		{"phrase", `"death penalty"`, "death-penalty", `"death penalty" OR "capital punishment"`},
		{"inside NOT and OR", `a OR NOT "death penalty"`, "death-penalty", `a OR NOT ("death penalty" OR "capital punishment")`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := parse(tc.in)
			offers := Expansions(n, uhri.English)
			if len(offers) != 1 || offers[0].ID != tc.id {
				t.Fatalf("offers %v, want %s", offers, tc.id)
			}
			got := Expand(n, uhri.English, func(id string) bool { return id == tc.id })
			if got.String() != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
			if diff := cmp.Diff(n, Expand(n, uhri.English, func(string) bool { return false })); diff != "" {
				t.Errorf("nothing switched on changes the tree: %s", diff)
			}
			if diff := cmp.Diff(got, parse(got.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := Expansions(parse("people"), uhri.English); len(got) != 0 {
		t.Errorf("people is offered %v", got)
	}
}

// tree draws a tree in normal form.
func tree(t *rapid.T, depth int) Node {
	term := rapid.SampledFrom([]string{"woman", "right", "a", "not", "near", "2015", "人", "права", "ohchr"})
	kind := rapid.IntRange(0, 15).Draw(t, "kind")
	if depth == 0 && kind < 6 {
		kind += 6
	}
	kids := func() []Node {
		var out []Node
		for range rapid.IntRange(1, 3).Draw(t, "kids") {
			out = append(out, tree(t, depth-1))
		}
		return out
	}
	phrase := func() Phrase {
		return Phrase{Terms: rapid.SliceOfN(term, 1, 4).Draw(t, "terms")}
	}
	operand := func() Node {
		switch rapid.IntRange(0, 3).Draw(t, "operand") {
		case 0:
			return phrase()
		case 1:
			return Prefix{"righ"}
		case 2:
			return Wildcard{"r?g*t"}
		}
		return Word{term.Draw(t, "word")}
	}
	switch kind {
	case 0, 1:
		return AndOf(kids()...)
	case 2, 3:
		return OrOf(kids()...)
	case 4, 5:
		return NotOf(tree(t, depth-1))
	case 6:
		p := phrase()
		if len(p.Terms) > 1 {
			p.Slop = rapid.IntRange(0, 3).Draw(t, "slop")
			p.Terms[0] = "righ*"
		}
		return p
	case 7:
		return Phrase{Terms: rapid.SliceOfN(term, 2, 4).Draw(t, "terms"), Forms: true}
	case 8:
		return Near{A: operand(), B: operand(), Distance: rapid.IntRange(1, MaxDistance).Draw(t, "distance")}
	case 9:
		return Prefix{"wom"}
	case 10:
		return Wildcard{rapid.SampledFrom([]string{"w?m*n", "*tion", "?ab", "ab?*"}).Draw(t, "pattern")}
	case 11:
		return rapid.SampledFrom([]Node{
			Field{Facet: "country", Values: []string{"KEN", "UGA"}}, Field{Facet: "body", Values: []string{"SR Torture"}},
			Field{Facet: "symbol", Prefix: "A/HRC/"}, Field{Facet: "theme", Values: []string{"right-to-health", "unknown"}},
			Field{Facet: "cycle", Values: []string{"not_applicable"}},
		}).Draw(t, "field")
	case 12:
		return rapid.SampledFrom([]Node{Years{2018, 2018}, Years{0, 2020}, Years{2018, 0}, Dates{DateChanged, uhri.Date{Year: 2019, Month: 2}, uhri.Date{}},
			Dates{DatePublished, uhri.Date{Year: 2019}, uhri.Date{Year: 2019}}}).Draw(t, "time")
	case 13:
		return rapid.SampledFrom([]Node{IDs{[]uhri.ID{"a-1", "b-2"}}, SymbolText{"CCPR/C/POL/CO/7", []string{"ccpr", "c", "pol", "co", "7"}}}).Draw(t, "id")
	}
	return Word{term.Draw(t, "word")}
}

func TestPrintedTreesReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := tree(t, 4)
		again, notices, err := Parse(n.String(), Options{Strict: true})
		if err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		if diff := cmp.Diff(n, again); diff != "" {
			t.Fatalf("%s reads again as %s (%v)\n%s", n, again, notices, diff)
		}
	})
}

// Whatever is typed is read or refused with a place, and what was read prints as text that reads the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"*", "AND", "!@#", `"unclosed`, "a:b:c", "(", "/", "~", "^2", "\x00", "\u202e", "😀", "a NEAR/5 b NEAR", "-(-(a",
		`country:(KEN OR "UGA`, "theme:a b c d", "year:2018..", "date:..", "A/HRC/44/9", "A/HRC/*", "w?rd*?", "“a”~9 人权*", "NOT NOT NOT", "a OR b c"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, asUHRI bool) {
		n, notices, err := Parse(s, Options{UHRI: asUHRI})
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.At < 0 || fault.At > len(s) || fault.Message == "" {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		for _, notice := range notices {
			if notice.At < -1 || notice.At > len(s) {
				t.Fatalf("%q: notice %v", s, notice)
			}
		}
		text := n.String()
		if len(text) > MaxBytes {
			return
		}
		again, _, err := Parse(text, Options{Strict: true})
		if err != nil {
			t.Fatalf("%q prints as %q: %v", s, text, err)
		}
		if diff := cmp.Diff(n, again); diff != "" {
			t.Fatalf("%q prints as %q, which reads as %q\n%s", s, text, again, diff)
		}
		if Words(n) == "" {
			t.Fatalf("%q has no words", s)
		}
		Expand(n, uhri.English, func(string) bool { return true })
	})
}
