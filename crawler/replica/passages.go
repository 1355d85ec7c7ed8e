package replica

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"uhri"
)

//go:embed passages/*.yaml
var passages embed.FS

// Labels are what the publisher's indexers put on a passage, as slugs of the vocabularies.
type Labels struct {
	Themes []string `yaml:"themes"`
	Groups []string `yaml:"groups"`
	SDGs   []string `yaml:"sdgs"`
}

// Six is something in the six languages.
type Six[T any] struct {
	EN, FR, ES, RU, AR, ZH T
}

func (s Six[T]) in(l uhri.Lang) T {
	switch l {
	case uhri.French:
		return s.FR
	case uhri.Spanish:
		return s.ES
	case uhri.Russian:
		return s.RU
	case uhri.Arabic:
		return s.AR
	case uhri.Chinese:
		return s.ZH
	}
	return s.EN
}

// ask is one recommendation of the review, in six languages. Asks begin with a verb.
type ask struct {
	Key         string `yaml:"key"`
	Labels      `yaml:",inline"`
	Six[string] `yaml:",inline"`
}

// pair is a concern of a treaty body and the recommendation that answers it.
type pair struct {
	Key           string           `yaml:"key"`
	Articles      map[string][]int `yaml:"articles"` // by body, those the side heading names
	Labels        `yaml:",inline"`
	Six[pairText] `yaml:",inline"`
}

type pairText struct {
	Heading string `yaml:"heading"`
	Concern string `yaml:"concern"` // empty where a body only asks
	Ask     string `yaml:"ask"`
}

// conclusion is one paragraph of a report on a visit.
type conclusion struct {
	Key         string   `yaml:"key"`
	Mandates    []string `yaml:"mandates"`
	Observation bool     `yaml:"observation"` // finds, and does not recommend
	Labels      `yaml:",inline"`
	Six[string] `yaml:",inline"`
}

// wording is everything read from the embedded files.
type wording struct {
	asks        []ask
	pairs       []pair
	conclusions []conclusion
	names       map[uhri.Country]map[uhri.Lang]string // of States where they differ from UHRI's English name
	openings    []map[uhri.Lang]string                // what several reviews put before an ask
}

var words = sync.OnceValue(func() (w wording) {
	read := func(name string, v any) {
		b, err := passages.ReadFile("passages/" + name)
		if err == nil {
			err = yaml.UnmarshalWithOptions(b, v, yaml.Strict())
		}
		if err != nil {
			panic(fmt.Sprintf("replica: %s: %v", name, err)) // the files are part of the program
		}
	}
	read("upr.yaml", &w.asks)
	read("treatybodies.yaml", &w.pairs)
	read("specialprocedures.yaml", &w.conclusions)
	var states struct {
		Names    map[uhri.Country]map[uhri.Lang]string `yaml:"names"`
		Openings []map[uhri.Lang]string                `yaml:"openings"`
	}
	read("states.yaml", &states)
	w.names, w.openings = states.Names, states.Openings
	return w
})

// name writes a State in a language.
func (w wording) name(c uhri.Country, l uhri.Lang) string {
	if n := w.names[c][l]; n != "" {
		return n
	}
	return c.Name()
}

// open puts opening n before an ask; 0 is none.
func (w wording) open(n int, l uhri.Lang, text string) string {
	if n == 0 {
		return text
	}
	r, size := utf8.DecodeRuneInString(text)
	return strings.ReplaceAll(w.openings[n-1][l], "{ask}", string(unicode.ToLower(r))+text[size:])
}
