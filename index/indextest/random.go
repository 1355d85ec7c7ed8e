package indextest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"uhri"
	"uhri/index"
	"uhri/index/query"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// RandomCorpus returns n records over few words and few facet values, so that random searches meet: every form of
// words the tokenizer knows, texts from nothing to forty words, several languages, dates known to the year, month,
// day or not at all, labels of all origins. The same seed gives the same records.
func RandomCorpus(seed uint64, n int) []*uhri.Recommendation {
	rng := rand.New(rand.NewPCG(seed, 1))
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	out := make([]*uhri.Recommendation, n)
	for i := range out {
		r := &uhri.Recommendation{ID: uhri.ID(fmt.Sprintf("%08x-0000-4000-8000-%012d", rng.Uint32(), i)), Texts: map[uhri.Lang]uhri.Text{}, Mechanism: uhri.MechanismUnknown, Type: uhri.TypeUnknown}
		for lang, words := range randomWords {
			if lang != uhri.English && rng.IntN(3) > 0 || lang == uhri.English && rng.IntN(12) == 0 {
				continue
			}
			length := rng.IntN(40)
			if rng.IntN(4) == 0 {
				length = rng.IntN(4)
			}
			var b strings.Builder
			for range length {
				// The first words of a list are the common ones.
				b.WriteString(words[min(rng.IntN(len(words)), rng.IntN(len(words)))])
				b.WriteString(pick([]string{" ", " ", " ", ", ", "; ", "-", "\n"}))
			}
			if b.Len() > 0 {
				r.Texts[lang] = uhri.Text{Full: b.String()}
			}
		}
		switch rng.IntN(4) {
		case 0, 1:
			r.Mechanism, r.Body = uhri.MechanismUPR, "UPR"
			r.UPR = &uhri.UPR{Session: rng.IntN(40)}
			r.UPR.Cycle, _ = uhri.CycleOfSession(r.UPR.Session)
			r.UPR.Position = []uhri.Position{uhri.PositionSupported, uhri.PositionNoted, uhri.PositionUnknown}[rng.IntN(3)]
			for range rng.IntN(3) {
				r.UPR.Recommending = append(r.UPR.Recommending, uhri.Country(pick(randomStates)))
			}
		case 2:
			r.Mechanism, r.Body = uhri.MechanismTreatyBody, pick([]string{"CEDAW", "CRC", "CAT"})
		}
		for range rng.IntN(3) {
			r.Countries = append(r.Countries, uhri.Country(pick(randomStates)))
		}
		if rng.IntN(5) > 0 {
			r.Symbol = uhri.Symbol(pick(randomSymbols))
			r.Order = rng.IntN(12)
		}
		r.Type = []uhri.Type{uhri.TypeRecommendation, uhri.TypeRecommendation, uhri.TypeObservation, uhri.TypeUnknown}[rng.IntN(4)]
		switch rng.IntN(6) {
		case 0:
		case 1:
			r.Date = uhri.Date{Year: 2015 + rng.IntN(4)}
		case 2:
			r.Date = uhri.Date{Year: 2015 + rng.IntN(4), Month: 1 + rng.IntN(3)}
		default:
			r.Date = uhri.Date{Year: 2015 + rng.IntN(4), Month: 1 + rng.IntN(3), Day: 1 + rng.IntN(3)}
		}
		for range rng.IntN(5) {
			label := randomLabels[rng.IntN(len(randomLabels))]
			label.Origin = []uhri.Origin{uhri.OriginPublisher, uhri.OriginPublisher, uhri.OriginRule, uhri.OriginModel, uhri.OriginHuman}[rng.IntN(5)]
			r.Tags = append(r.Tags, label)
		}
		if i%3 == 0 {
			r.Ask = FixtureID(i % 7)
		}
		r.Latest, r.NoReview = rng.IntN(3) == 0, rng.IntN(8) == 0
		if rng.IntN(4) > 0 {
			r.Provenance.FirstSeen = time.Date(2026, 1, 1+rng.IntN(4), rng.IntN(2), 0, 0, 0, time.UTC)
			r.Provenance.LastChanged = r.Provenance.FirstSeen.AddDate(0, 0, rng.IntN(3))
		}
		out[i] = r
	}
	return out
}

var (
	randomWords = map[uhri.Lang][]string{
		uhri.English: {"the", "of", "rights", "human", "women", "right", "State", "torture", "child", "children", "law", "woman’s", "detention", "detained", "ratify",
			"ratification", "FGM", "Côte", "d’Ivoire", "non-discrimination", "discriminate", "discrimination", "asylum", "seekers", "seeker", "A/HRC/44/9", "2030", "Türkiye", "not", "tortured",
			"international", "internal", "wom", "minority", "minors", "HIV/AIDS", "aid", "girls", "girl", "rule", "人权"},
		uhri.French:  {"les", "droits", "droit", "de", "l’homme", "femmes", "femme", "torture", "État", "égalité", "adoptée", "adopter", "travail", "travaux", "MGF"},
		uhri.Spanish: {"los", "derechos", "derecho", "humanos", "mujeres", "mujer", "discriminación", "discriminaciones", "tortura", "2030"},
		uhri.Russian: {"права", "правами", "человека", "ребёнка", "детей", "пытки", "пыток", "женщин"},
		uhri.Arabic:  {"حقوق", "الحقوق", "الإنسان", "طفل", "أطفال", "التعذيب", "المرأة", "نساء"},
		uhri.Chinese: {"人权", "酷刑", "儿童", "妇女", "权利", "2030年"},
	}
	randomStates  = []string{"KEN", "UGA", "FRA", "CHL", "FJI", "MEX"}
	randomSymbols = []string{"A/HRC/44/9", "A/HRC/44/10", "A/HRC/4/8", "CEDAW/C/KEN/CO/8", "CRC/C/UGA/CO/3-5"}
	randomLabels  = []uhri.Tag{
		{Scheme: uhri.SchemeTheme, Concept: "right-to-health"}, {Scheme: uhri.SchemeTheme, Concept: "torture-ill-treatment"}, {Scheme: uhri.SchemeTheme, Concept: "reservations"},
		{Scheme: uhri.SchemeGroup, Concept: "women-girls"}, {Scheme: uhri.SchemeGroup, Concept: "children"},
		{Scheme: uhri.SchemeSDG, Concept: "5"}, {Scheme: uhri.SchemeSDG, Concept: "5.2"}, {Scheme: uhri.SchemeSDG, Concept: "16.3"}, {Scheme: uhri.SchemeSDG, Concept: "16"},
	}
	// Words of searches: those of the texts, other forms of them, and some no text has.
	randomTerms = []string{"the", "of", "rights", "human", "women", "woman", "state", "torture", "torturing", "child", "children", "law", "detention", "detain", "ratify",
		"fgm", "cote", "d", "ivoire", "non", "discrimination", "asylum", "seeker", "seekers", "a", "hrc", "44", "9", "2030", "turkiye", "not", "international", "minority", "aids", "aid",
		"zebra", "人", "权", "酷", "刑", "droit", "homme", "femme", "egalite", "mujeres", "discriminacion", "права", "детей", "حقوق", "اطفال", "tortrue"}
	randomFilters = map[string][]string{
		"country": {"KEN", "UGA", "FJI", "FRA", "DEU", "unknown"}, "region": {"africa", "weog", "unknown", "not_applicable"}, "bloc": {"sids", "ldc", "not_applicable"},
		"theme": {"right-to-health", "torture-ill-treatment", "reservations", "unknown"}, "group": {"women-girls", "children", "unknown"}, "goal": {"5", "16", "4", "unknown"},
		"sdg": {"5.2", "16.3", "unknown"}, "mechanism": {"upr", "treaty_body", "unknown"}, "body": {"CEDAW", "CAT", "UPR", "unknown"}, "type": {"recommendation", "observation", "unknown"},
		"year": {"2015", "2016", "2017", "1999", "unknown"}, "cycle": {"1", "2", "unknown", "not_applicable"}, "position": {"supported", "noted", "unknown", "not_applicable"},
		"recommending_state": {"KEN", "CHL", "unknown", "not_applicable"}, "symbol": {"A/HRC/44/9", "CEDAW/C/KEN/CO/8", "unknown"}, "lang": {"en", "fr", "unknown"},
		"origin": {"publisher", "rule", "human", "unknown"}, "latest": {"yes", "no", "unknown"},
	}
	randomFacets = []string{"country", "region", "bloc", "theme", "group", "goal", "sdg", "mechanism", "body", "type", "year", "cycle", "position", "recommending_state", "symbol", "lang", "origin", "latest"}
)

// DrawTree draws a query over the words and values of RandomCorpus.
func DrawTree(t *rapid.T, depth int) query.Node {
	term := rapid.SampledFrom(randomTerms)
	prefix := rapid.SampledFrom([]string{"wo", "tor", "ri", "discrim", "non", "min", "se", "ca", "fem", "пра", "zeb", "20"})
	phrase := func() query.Phrase {
		return query.Phrase{Terms: rapid.SliceOfN(term, 1, 3).Draw(t, "terms")}
	}
	single := func() query.Node {
		switch rapid.IntRange(0, 5).Draw(t, "single") {
		case 0:
			return query.Prefix{Stem: prefix.Draw(t, "prefix")}
		case 1:
			return query.Wildcard{Pattern: rapid.SampledFrom([]string{"w?m*n", "*tion", "?ight", "r?ght*", "*or*ur*", "se?k*", "200*?0"}).Draw(t, "pattern")}
		case 2:
			return phrase()
		}
		return query.Word{Term: term.Draw(t, "word")}
	}
	kind := rapid.IntRange(0, 15).Draw(t, "kind")
	if depth == 0 {
		kind = 6 + kind%10
	}
	switch kind {
	case 0, 1, 2, 3:
		var kids []query.Node
		for range rapid.IntRange(2, 3).Draw(t, "kids") {
			kids = append(kids, DrawTree(t, depth-1))
		}
		if kind < 2 {
			return query.AndOf(kids...)
		}
		return query.OrOf(kids...)
	case 4:
		return query.NotOf(DrawTree(t, depth-1))
	case 5, 6:
		p := phrase()
		if len(p.Terms) > 1 && rapid.Bool().Draw(t, "beginning") {
			p.Terms[0] = prefix.Draw(t, "prefix") + "*"
		}
		if len(p.Terms) > 1 {
			p.Slop = rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(t, "slop")
		}
		return p
	case 7:
		return query.Phrase{Terms: rapid.SliceOfN(term, 2, 3).Draw(t, "terms"), Forms: true}
	case 8:
		return query.Near{A: single(), B: single(), Distance: rapid.IntRange(1, 6).Draw(t, "distance")}
	case 9:
		return single()
	case 10:
		name := rapid.SampledFrom(randomFacets).Draw(t, "facet")
		v := rapid.SliceOfNDistinct(rapid.SampledFrom(randomFilters[name]), 1, 2, rapid.ID[string]).Draw(t, "values")
		if name == "year" {
			v = []string{uhri.ValueUnknown}
		}
		return query.Field{Facet: name, Values: v}
	case 11:
		return rapid.SampledFrom([]query.Node{
			query.Years{From: 2016, To: 2017}, query.Years{To: 2016}, query.Years{From: 2017},
			query.Dates{Field: query.DatePublished, From: uhri.Date{Year: 2016, Month: 2}, To: uhri.Date{Year: 2017}},
			query.Dates{Field: query.DateFirstSeen, To: uhri.Date{Year: 2026, Month: 1, Day: 2}}, query.Dates{Field: query.DateChanged, From: uhri.Date{Year: 2026, Month: 1, Day: 3}},
			query.Field{Facet: "symbol", Prefix: "A/HRC/4"}, query.SymbolText{Symbol: "A/HRC/44/9", Terms: []string{"a", "hrc", "44", "9"}},
			query.IDs{Values: []uhri.ID{"0-0"}},
		}).Draw(t, "fact")
	}
	return query.Word{Term: term.Draw(t, "word")}
}

// DrawRequest draws a whole request over RandomCorpus.
func DrawRequest(t *rapid.T) index.Request {
	req := index.Request{
		Query:      DrawTree(t, rapid.IntRange(0, 3).Draw(t, "depth")).String(),
		Limit:      rapid.SampledFrom([]int{0, 5, 1000}).Draw(t, "limit"),
		Offset:     rapid.SampledFrom([]int{0, 0, 0, 3, 50}).Draw(t, "offset"),
		Highlight:  rapid.Bool().Draw(t, "highlight"),
		Sort:       rapid.SampledFrom([]index.Sort{"", index.SortRelevance, index.SortNewest, index.SortOldest, index.SortFirstSeen, index.SortDocument}).Draw(t, "sort"),
		Langs:      rapid.SampledFrom([][]uhri.Lang{nil, nil, {"en"}, {"fr", "en"}, {"ru"}, {"zh", "ar", "es"}}).Draw(t, "langs"),
		Origins:    rapid.SampledFrom([][]uhri.Origin{nil, nil, {"publisher"}, {"publisher", "human"}, {"rule", "model"}}).Draw(t, "origins"),
		Expand:     rapid.SampledFrom([][]string{nil, {"*"}, {"fgm"}}).Draw(t, "expand"),
		Facets:     rapid.SampledFrom([][]string{nil, {"country", "goal"}, {"*"}}).Draw(t, "facets"),
		FacetLimit: rapid.SampledFrom([]int{0, -1, 2}).Draw(t, "facet_limit"),
		Explain:    rapid.IntRange(0, 4).Draw(t, "explain") == 0,
		Collapse:   rapid.IntRange(0, 3).Draw(t, "collapse") == 0,
		Mode:       rapid.SampledFrom([]index.Mode{"", "", "", "", index.ModeUHRI}).Draw(t, "mode"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "filters") {
		name := rapid.SampledFrom(randomFacets).Draw(t, "facet")
		req.Filters = append(req.Filters, index.Filter{Facet: name,
			Op:     rapid.SampledFrom([]index.FilterOp{index.Any, index.Any, index.Every, index.None}).Draw(t, "op"),
			Values: rapid.SliceOfNDistinct(rapid.SampledFrom(randomFilters[name]), 1, 2, rapid.ID[string]).Draw(t, "values")})
	}
	if rapid.IntRange(0, 4).Draw(t, "dated") == 0 {
		req.From = uhri.Date{Year: 2016}
		if rapid.Bool().Draw(t, "to") {
			req.To = uhri.Date{Year: 2017, Month: 2}
		}
	}
	return req
}

// Soak says how many times the usual number of random searches to run: twenty times the environment's SOAK, else once.
// SEED, if set, is the seed of the corpora; without it a soak draws one. Both are printed, to run it again.
func Soak(t testing.TB) (times int, seed uint64) {
	n, _ := strconv.Atoi(os.Getenv("SOAK"))
	times = max(20*n, 1)
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	switch {
	case err == nil:
	case n > 0:
		seed = rand.Uint64()
	default:
		seed = 1
	}
	t.Logf("SOAK=%d SEED=%d", n, seed)
	return times, seed
}

// searchesPerCheck is how many searches one check of rapid does; rapid does a hundred checks unless told otherwise.
const searchesPerCheck = 7

func testRandom(t *testing.T, open func(testing.TB) index.Engine) {
	times, seed := Soak(t)
	for round := range uint64(3 * times) {
		t.Run(fmt.Sprint("corpus ", seed+round), func(t *testing.T) {
			recs := RandomCorpus(seed+round, 60+int(round%3)*90)
			engine, ref := opened(t, open, recs), opened(t, func(testing.TB) index.Engine { return NewReference() }, recs)
			rapid.Check(t, func(rt *rapid.T) {
				for range searchesPerCheck {
					Compare(rt, engine, ref, DrawRequest(rt))
				}
			})
		})
	}
}

// Compare fails unless both engines answer alike: total, hits in order with scores and marks, every facet count, the
// account of the query, suggestions; and streams alike.
func Compare(t rapid.TB, engine, ref index.Searcher, req index.Request) {
	t.Helper()
	got, err := engine.Search(background(t), req)
	want, refErr := ref.Search(background(t), req)
	if uhri.KindOf(err) != uhri.KindOf(refErr) {
		t.Fatalf("%+v: error %v, reference %v", req, err, refErr)
	}
	if err != nil {
		return
	}
	if (got.Next == "") != (want.Next == "") {
		t.Fatalf("%+v: next %q, reference %q", req, got.Next, want.Next)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(index.Result{}, "Next", "Snapshot"), cmpopts.EquateEmpty(), cmp.Comparer(func(a, b *uhri.Recommendation) bool { return a.ID == b.ID })); diff != "" {
		t.Fatalf("%+v\n%s differs from the reference (-reference +engine):\n%s", req, want.Reading.Canonical, diff)
	}
	if got.Next != "" {
		next := req
		next.Cursor, next.Offset = got.Next, 0
		g, err := engine.Search(background(t), next)
		if err != nil {
			t.Fatalf("%+v: next page: %v", req, err)
		}
		next.Cursor = want.Next
		w, err := ref.Search(background(t), next)
		if err != nil {
			t.Fatalf("%+v: next page of the reference: %v", req, err)
		}
		if diff := cmp.Diff(hitIDs(w), hitIDs(g)); diff != "" {
			t.Fatalf("%+v: the next page differs (-reference +engine):\n%s", req, diff)
		}
	}
}

// background is the context of a search within a check; a check has none of its own that outlives its draws.
func background(t rapid.TB) context.Context {
	return context.Background()
}

func hitIDs(r *index.Result) (ids []uhri.ID) {
	for _, h := range r.Hits {
		ids = append(ids, h.Record.ID)
	}
	return ids
}

func testProperties(t *testing.T, open func(testing.TB) index.Engine) {
	_, seed := Soak(t)
	e := opened(t, open, RandomCorpus(seed+100, 200))
	Properties(t, e)
}

// Properties checks what holds of any engine over any corpus of RandomCorpus's words.
func Properties(t *testing.T, e index.Searcher) {
	total := func(t rapid.TB, q string) int {
		t.Helper()
		res, err := e.Search(background(t), index.Request{Query: q})
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		return res.Total
	}
	t.Run("sets", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			a, b := "("+DrawTree(t, 2).String()+")", "("+DrawTree(t, 2).String()+")"
			na, nb, and, or, not := total(t, a), total(t, b), total(t, a+" AND "+b), total(t, a+" OR "+b), total(t, a+" AND NOT "+b)
			if or != na+nb-and {
				t.Errorf("%s OR %s: %d of %d and %d with %d in common", a, b, or, na, nb, and)
			}
			if not != na-and {
				t.Errorf("%s NOT %s: %d of %d with %d in common", a, b, not, na, and)
			}
			if other := total(t, b+" AND "+a); other != and {
				t.Errorf("%s AND %s: %d, the other way round %d", a, b, and, other)
			}
		})
	})
	t.Run("precision", func(t *testing.T) {
		for _, w := range randomTerms {
			exact, all := total(t, `"`+w+`"`), total(t, w)
			if exact > all {
				t.Errorf(`"%s" finds %d, %s only %d`, w, exact, w, all)
			}
			if len(w) > 1 && w != "人" && w != "权" && w != "酷" && w != "刑" {
				if prefix := total(t, w+"*"); exact > prefix {
					t.Errorf(`"%s" finds %d, %s* only %d`, w, exact, w, prefix)
				}
			}
		}
		if a, b, c := total(t, "woman"), total(t, "women"), total(t, "woman OR women"); a != b || b != c {
			t.Errorf("woman %d, women %d, either %d", a, b, c)
		}
	})
	t.Run("facets", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			req := DrawRequest(t)
			req.Facets, req.FacetLimit, req.Mode, req.Limit = []string{"*"}, 0, "", 0
			res, err := e.Search(background(t), req)
			if err != nil {
				t.Fatal(err)
			}
			panel := rapid.SampledFrom(res.Facets).Draw(t, "panel")
			f, _ := uhri.FacetByName(panel.Name)
			sum := panel.Unknown + panel.NotApplicable
			filtered := false
			var others []index.Filter
			for _, o := range res.Filters {
				if o.Disjunctive(f.Name) {
					filtered = true
				} else {
					others = append(others, o)
				}
			}
			for _, v := range panel.Values {
				sum += v.Count
			}
			if f.Single && !filtered && sum != res.Total {
				t.Errorf("%+v: %s adds up to %d, total %d", req, f.Name, sum, res.Total)
			}
			if len(panel.Values) == 0 {
				return
			}
			v := rapid.SampledFrom(panel.Values).Draw(t, "value")
			req.Filters = append(others, index.Filter{Facet: f.Name, Op: index.Any, Values: []string{v.Value}})
			if f.Name == "origin" {
				req.Origins = []uhri.Origin{uhri.Origin(v.Value)}
			}
			chosen, err := e.Search(background(t), req)
			if err != nil {
				t.Fatal(err)
			}
			if chosen.Total != v.Count {
				t.Errorf("%+v: %s promises %d, chosen it gives %d", req, v.Value, v.Count, chosen.Total)
			}
		})
	})
	t.Run("paging", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			req := DrawRequest(t)
			req.Limit, req.Offset, req.Facets = 17, 0, nil
			seen := map[uhri.ID]bool{}
			for total := -1; ; {
				res, err := e.Search(background(t), req)
				if err != nil {
					t.Fatal(err)
				}
				if total >= 0 && res.Total != total {
					t.Fatalf("%+v: total %d, then %d", req, total, res.Total)
				}
				total = res.Total
				for _, h := range res.Hits {
					seen[h.Record.ID] = true
				}
				if res.Next == "" {
					if req.Collapse {
						if total < res.Distinct {
							t.Fatalf("%+v: %d distinct of %d", req, res.Distinct, total)
						}
						total = res.Distinct
					}
					if len(seen) != total {
						t.Fatalf("%+v: %d IDs, total %d", req, len(seen), total)
					}
					return
				}
				req.Cursor = res.Next
			}
		})
	})
}
