package analysis

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"uhri"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/unicode/norm"
)

func TestTerms(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     string
	}{
		{"case and punctuation", "Ratify, without delay, the OPCAT (Chile);", "ratify without delay the opcat chile"},
		{"accents and case fold alike", "Türkiye TÜRKİYE Turkiye türkıye", "turkiye turkiye turkiye turkiye"},
		{"an accent may be a character of its own", "Co\u0302te", "cote"},
		{"apostrophes part words", "Côte d'Ivoire, Côte d’Ivoire, Côte dʼIvoire", "cote d ivoire cote d ivoire cote d ivoire"},
		{"possessives go", "women's women’s womenʼs WOMEN'S women's.", "women women women women women"},
		{"a possessive is an s and no more", "d'sa child's's states' o'sullivan", "d sa child s states o sullivan"},
		{"possessive at the end", "the child's", "the child"},
		{"numbers", "1.5 million, para. 140.7, CO/8", "1 5 million para 140 7 co 8"},
		{"abbreviations", "U.N. U.S.A.", "u n u s a"},
		{"hyphens part words", "non-discrimination self\u2011determination", "non discrimination self determination"},
		{"soft hyphens and joiners do not", "discrimi\u00adnation zero\u200cjoin", "discrimination zerojoin"},
		{"compatibility forms", "ﬁnancial ＵＮ m² №5", "financial un m2 no5"},
		{"letters NFKD leaves whole", "Straße Øst Łódź œuvre Þór", "strasse ost lodz oeuvre thor"},
		{"Russian", "Российская Федерация, ребёнок, правой", "российская федерация ребенок правой"},
		{"Russian in two characters", "право\u0439 право\u0438\u0306", "правой правой"},
		{"Arabic loses vowels, hamza and tatweel", "حُقُوق الإنسان حـقوق", "حقوق الانسان حقوق"},
		{"Arabic digits", "٢٠١٥ ۲۰۱۵", "2015 2015"},
		{"Chinese by character", "人权，2015年UN人权", "人 权 2015 年 un 人 权"},
		{"kana by character", "カナ ﾊﾋ", "カ ナ ハ ヒ"},
		{"one character, two words", "㍻", "平 成"},
		{"not UTF-8", "a\xffb \xd0", "a b"},
		{"nothing", " \u200b …—!@#", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Fold(tc.in); got != tc.want {
				t.Errorf("Fold(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestOffsets(t *testing.T) {
	text := "The Côte d’Ivoire’s cafe\u0301s — 人权."
	var got []string
	for _, tok := range Append(nil, text) {
		got = append(got, text[tok.Start:tok.End])
	}
	want := []string{"The", "Côte", "d", "Ivoire", "cafe\u0301s", "人", "权"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A term folds to itself, tokens stand in order, and their bytes fold to their term.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"Women's rights", "Côte d’Ivoire", "حُقُوق", "人权2030", "ё㍻½ﬁ", "\xff'S s'", "ʼs’s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, tok := range Append(nil, s) {
			if tok.Term == "" || !utf8.ValidString(tok.Term) {
				t.Fatalf("term %q", tok.Term)
			}
			if tok.Start < 0 || tok.Start >= tok.End || tok.End > len(s) || tok.Start < last && tok.End < last {
				t.Fatalf("%q at [%d,%d) after %d in %q", tok.Term, tok.Start, tok.End, last, s)
			}
			last = tok.Start
			if again := Terms(tok.Term); !slices.Equal(again, []string{tok.Term}) {
				t.Fatalf("%q reads as %q", tok.Term, again)
			}
		}
	})
}

func TestClasses(t *testing.T) {
	for _, tc := range []struct {
		name string
		lang uhri.Lang
		a, b string
		same bool
	}{
		{"plural pair", "en", "woman", "women", true},
		{"plural pair", "en", "child", "children", true},
		{"plural pair", "en", "criterion", "criteria", true},
		{"people are not persons", "en", "people", "person", false},
		{"stem", "en", "discriminate", "discrimination", true},
		{"stem", "en", "disability", "disabled", true},
		{"ratify", "en", "ratify", "ratification", true},
		{"detain", "en", "detain", "detention", false},
		{"minors are no minorities", "en", "minor", "minority", false},
		{"minorities", "en", "minority", "minorities", true},
		{"internal", "en", "international", "internal", false},
		{"nation", "en", "nationality", "national", false},
		{"AIDS is no aid", "en", "aids", "aid", false},
		{"execution", "en", "execution", "executive", false},
		{"objection", "en", "objection", "objective", false},
		{"authority", "en", "authority", "author", false},
		{"several", "en", "several", "severe", false},
		{"French plural", "fr", "droit", "droits", true},
		{"French participle without its accents", "fr", "adoptee", "adopter", true},
		{"French pair", "fr", "travail", "travaux", true},
		{"Spanish -ción without its accent", "es", "discriminacion", "discriminaciones", true},
		{"Spanish plural", "es", "mujer", "mujeres", true},
		{"Russian cases", "ru", "права", "правами", true},
		{"Russian pair", "ru", "ребенка", "детей", true},
		{"Arabic article", "ar", "حقوق", "الحقوق", true},
		{"Arabic broken plural", "ar", "طفل", "اطفال", true},
		{"Chinese", "zh", "人", "权", false},
	} {
		t.Run(tc.name+" "+tc.a, func(t *testing.T) {
			ka, kb := ClassKeys(tc.lang, tc.a), ClassKeys(tc.lang, tc.b)
			if same := slices.Equal(ka, kb); same != tc.same {
				t.Errorf("classes of %s and %s: %q, %q; want the same: %t", tc.a, tc.b, ka, kb, tc.same)
			}
			if !slices.Contains(ka, Stem(tc.lang, tc.a)) {
				t.Errorf("%s is not of its own class %q", tc.a, ka)
			}
		})
	}
	if diff := cmp.Diff([]string{"women"}, Paired("en", "woman")); diff != "" {
		t.Error(diff)
	}
}

func TestLists(t *testing.T) {
	line := regexp.MustCompile(`^[a-z0-9-]+: [^|]+( \| [^|]+)+$`)
	for l := range dataLines(synonymsText) {
		if !line.MatchString(l) {
			t.Errorf("synonyms.txt: %q is not a group", l)
		}
	}
	ids, forms := map[string]bool{}, map[synonymKey]string{}
	for _, g := range SynonymGroups() {
		if ids[g.ID] {
			t.Errorf("synonyms.txt has %s twice", g.ID)
		}
		ids[g.ID] = true
		if len(g.Forms) < 2 {
			t.Errorf("synonyms.txt: %s has but one form", g.ID)
		}
		for i, terms := range g.Terms {
			k := synonymKey{g.Lang, strings.Join(terms, " ")}
			if other, ok := forms[k]; ok {
				t.Errorf("%q is in %s and %s", g.Forms[i], other, g.ID)
			}
			forms[k] = g.ID
			if got, ok := SynonymsOf(g.Lang, terms); !ok || got.ID != g.ID {
				t.Errorf("%q of %s found as %q, %t", g.Forms[i], g.ID, got.ID, ok)
			}
		}
	}
	seen := map[string]bool{}
	for l := range dataLines(apartText) {
		for _, w := range strings.Fields(l) {
			if seen[w] || Fold(w) != w {
				t.Errorf("apart.txt: %q is there twice or not folded", w)
			}
			seen[w] = true
		}
	}
	for l := range dataLines(pairsText) {
		f := strings.Fields(l)
		if len(f) < 3 || !uhri.Lang(f[0]).Valid() {
			t.Errorf("pairs.txt: %q is not a group", l)
		}
		for _, w := range f[1:] {
			if seen[Fold(w)] {
				t.Errorf("%q is paired and apart", w)
			}
			if len(strings.Fields(Fold(w))) != 1 {
				t.Errorf("pairs.txt: %q is not one word", w)
			}
		}
	}
}

func TestScannerAllocatesNothing(t *testing.T) {
	text := strings.Repeat("The State’s obligations, Côte d’Ivoire; права человека. ", 10)
	var s Scanner
	s.Reset(text)
	for s.Next() {
	}
	if n := testing.AllocsPerRun(10, func() {
		s.Reset(text)
		for s.Next() {
		}
	}); n > 0 {
		t.Errorf("%v allocations a text", n)
	}
}

func BenchmarkScanner(b *testing.B) {
	for lang, text := range map[string]string{
		"en": "Take all necessary measures to prevent discrimination against women and girls, in line with the State’s obligations (Chile);",
		"fr": "Prendre toutes les mesures nécessaires pour prévenir la discrimination à l’égard des femmes et des filles (Chili) ;",
		"ru": "Принять все необходимые меры для предупреждения дискриминации в отношении женщин и девочек (Чили);",
		"ar": "اتخاذ جميع التدابير اللازمة لمنع التمييز ضد المرأة والفتيات (شيلي)؛",
		"zh": "采取一切必要措施，防止对妇女和女童的歧视（智利）；",
	} {
		b.Run(lang, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var s Scanner
			for b.Loop() {
				s.Reset(text)
				for s.Next() {
				}
			}
		})
	}
}

// The table of common characters must read them as the long way does.
func TestLowTable(t *testing.T) {
	for r := rune(utf8.RuneSelf); r < lowEnd; r++ {
		for _, text := range []string{string(r), "a" + string(r) + "b"} {
			var slow []string
			word := ""
			for _, c := range text {
				folded := ""
				for _, d := range norm.NFKD.String(string(c)) {
					switch {
					case c == 'й' || c == 'Й':
						folded = "й"
					case apostrophe(c), class(d) == outside:
						folded += " "
					case class(d) == inside:
						folded += string(appendFolded(nil, d))
					}
				}
				word += folded
			}
			slow = strings.Fields(word)
			if diff := cmp.Diff(slow, Terms(text), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q (%U): %s", text, r, diff)
			}
		}
	}
}
