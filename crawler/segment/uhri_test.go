package segment

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"uhri"
	"uhri/crawler/extract"
)

// exported is what this test reads of a record of UHRI's export.
type exported struct {
	Symbol, Text, UprCycle string
	Countries              []string
	UprRecommendingCountry []string
	UprPositions           []string
}

var leadingNumber = regexp.MustCompile(`^\s*(\d{1,3}\.{1,2}\s?\d{1,3})?[.\s]*`)

// bareKey is a text's squeezed key without number and closing marks, which lists render each in its own way.
func bareKey(s string) string {
	s = leadingNumber.ReplaceAllString(s, "")
	s = strings.TrimRight(s, " ;.,)")
	return strings.TrimRight(extract.Squeeze(s), ";.,)")
}

// TestAgreesWithExport compares what real reports say with the real records of the same reviews, where both exist. The
// records come from other hands and from other renditions of the documents, so full agreement is not to be had; the
// floors are what was measured, less a little.
func TestAgreesWithExport(t *testing.T) {
	if testing.Short() {
		t.Skip("reads all real records")
	}
	f, err := os.Open(shared(t, "data", "uhri", "export-full-en.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	type review struct {
		country uhri.Country
		cycle   string
	}
	records := map[review][]exported{}
	dec := json.NewDecoder(z)
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	for dec.More() {
		var e exported
		if err := dec.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if len(e.Countries) == 1 && e.UprCycle != "" {
			if c, ok := uhri.ResolveCountry(e.Countries[0]); ok {
				k := review{c, e.UprCycle}
				records[k] = append(records[k], e)
			}
		}
	}
	reader := newReader(t)
	var files []string
	for _, pattern := range []string{"upr_cycle1_2/*.pdf", "upr_slovenia/*/*WG-report*.pdf"} {
		found, err := filepath.Glob(shared(t, "sources", "samples") + "/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	total, same, states, sameStates, numbered, sameNumber := 0, 0, 0, 0, 0, 0
	for _, path := range files {
		rep := mustReport(t, read(t, reader, path))
		cycle, _ := uhri.CycleOfSession(rep.Session)
		keys := map[string]*Recommendation{}
		for i := range rep.Recommendations {
			r := &rep.Recommendations[i]
			keys[bareKey(r.Text)] = r
		}
		n, hit, st, stHit := 0, 0, 0, 0
		var missed []string
		for _, e := range records[review{rep.Country, string(rune('0' + cycle))}] {
			n++
			ours, ok := keys[bareKey(e.Text)]
			if !ok {
				missed = append(missed, e.Text)
				continue
			}
			hit++
			if m := leadingNumber.FindStringSubmatch(e.Text); m[1] != "" {
				numbered++
				if strings.NewReplacer("..", ".", " ", "").Replace(m[1]) == ours.Number {
					sameNumber++
				}
			}
			for _, name := range e.UprRecommendingCountry {
				c, known := uhri.ResolveCountry(name)
				if !known {
					continue
				}
				st++
				for _, s := range ours.States {
					if s == c {
						stHit++
						break
					}
				}
			}
		}
		t.Logf("%s cycle %d: %d of %d records have the words of one of %d recommendations; %d of %d States agree", rep.Country, cycle, hit, n, len(rep.Recommendations), stHit, st)
		if testing.Verbose() {
			for i, m := range missed {
				if i < 3 {
					t.Logf("   other words: %.160s", m)
				}
			}
		}
		total, same, states, sameStates = total+n, same+hit, states+st, sameStates+stHit
	}
	t.Logf("all: %d of %d records, %d of %d States, %d of %d numbers", same, total, sameStates, states, sameNumber, numbered)
	if same < 1450 {
		t.Errorf("%d of %d records agree, 1,476 of 1,935 did when this was measured; the others split, paraphrase or correct the report", same, total)
	}
	if sameStates != states {
		t.Errorf("%d of %d recommending States agree, all did when this was measured", sameStates, states)
	}
}
