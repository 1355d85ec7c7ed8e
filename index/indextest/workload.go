package indextest

import (
	"fmt"

	"uhri"
	"uhri/index"
)

// Case is one search of the benchmarks.
type Case struct {
	Kind    string
	Name    string
	Request index.Request // query and filters; the harness sets order, limit, facets and highlighting
}

// BenchFacets are the six facets counted with every search of the workload.
var BenchFacets = [...]string{"theme", "group", "goal", "country", "mechanism", "year"}

// Workload returns the forty searches of the benchmarks over the generated English corpus: words common and rare,
// AND, OR, NOT, phrases, beginnings of words, filters, dates, and combinations.
func Workload() []Case {
	rare := speechOf(uhri.English).tail
	var out []Case
	add := func(kind, q string, set ...func(*index.Request)) {
		c := Case{Kind: kind, Name: fmt.Sprintf("%s-%d", kind, len(out)+1), Request: index.Request{Query: q}}
		for _, s := range set {
			s(&c.Request)
		}
		out = append(out, c)
	}
	filter := func(facet string, values ...string) func(*index.Request) {
		return func(r *index.Request) {
			r.Filters = append(r.Filters, index.Filter{Facet: facet, Op: index.Any, Values: values})
		}
	}
	dates := func(from, to int) func(*index.Request) {
		return func(r *index.Request) { r.From, r.To = uhri.Date{Year: from}, uhri.Date{Year: to} }
	}
	add("common", "rights")
	add("common", "women")
	add("common", "violence")
	add("common", "disabilities")
	add("mid", "torture")
	add("mid", "asylum")
	add("mid", "judiciary")
	add("rare", rare[400])
	add("rare", rare[5_000])
	add("rare", rare[30_000])
	add("and", "violence women")
	add("and", "torture detention")
	add("and", "human education indigenous")
	add("and", "climate "+rare[40])
	add("or", "torture OR violence")
	add("or", "women OR migrant OR disabilities")
	add("or", "albinism OR mercenaries OR "+rare[300])
	add("phrase", `"human rights"`)
	add("phrase", `"violence against women"`)
	add("phrase", `"the rule of law"`)
	add("phrase", `"optional protocol"`)
	add("prefix", "discrim*")
	add("prefix", "inter*")
	add("prefix", "tort*")
	add("not", "violence NOT women")
	add("not", "rights NOT torture")
	add("not", "education NOT migrant")
	add("all", "")
	add("filter", "", filter("country", "KEN"))
	add("filter", "", filter("theme", "violence-against-women"))
	add("filter", "", filter("mechanism", "upr"), filter("goal", "5"))
	add("filter", "", filter("body", "CEDAW", "CRC"), filter("group", "children"))
	add("text+filter", "torture", filter("mechanism", "treaty_body"))
	add("text+filter", "violence women", filter("country", "MEX", "CHL"))
	add("text+filter", "education", filter("goal", "4"))
	add("text+filter", "rights", filter("country", "CHN"))
	add("date", "", dates(2018, 2020))
	add("date", "", dates(2024, 2024))
	add("text+date", "torture", dates(2015, 2019))
	add("text+date", "women", dates(2022, 2023))
	return out
}
