package main

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func realExport(t testing.TB) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "uhri", "export-full-{lang}.json.gz")
	if _, err := os.Stat(strings.ReplaceAll(path, "{lang}", "en")); err != nil {
		t.Skip("the real export is not beside the checkout (../shared/data/uhri)")
	}
	if testing.Short() {
		t.Skip("41,721 records take half a minute")
	}
	return path
}

// TestRealExport imports the 41,721 real records in six languages, publishes them and holds the counts anyone can check on them;
// the same words are counted by brute force, without the product's tokenizer, in crawler/sources/uhriexport.
func TestRealExport(t *testing.T) {
	path, data := realExport(t), filepath.Join(t.TempDir(), "data")
	out := must(t, "harvest", "uhri", "--from", path, "--data", data)
	if !strings.Contains(out, "41721 in = 41721 new + 0 changed + 0 unchanged + 0 rejected") {
		t.Fatalf("harvest: %s", out)
	}
	for _, q := range []struct {
		query string
		want  int
	}{
		{`"torture"`, 1744}, {`"woman"`, 38}, {`"woman" OR "women"`, 5300}, {`"child"`, 1801}, {`child*`, 4776}, {`"rule of law"`, 180},
		{`"gender equality"`, 498}, {`"gender" AND "equality"`, 540}, {`"judicial" NOT "independence"`, 607}, {`"discriminate"`, 92},
		{`discriminat*`, 3632}, {`"death penalty"`, 1321}, {`bias*`, 3}, {`democra*`, 506}, {`"not"`, 773}, {`"right to be heard"`, 2},
		{`"Côte d'Ivoire"`, 125}, {`"Cote d Ivoire"`, 125}, {`"Côte d’Ivoire"`, 125}, {`"migrant"`, 731}, {`migrant*`, 1222}, {`"LGBTI"`, 29}, {`lgbt*`, 156},
	} {
		if f := search(t, data, q.query, "--filter", "mechanism=upr", "--limit", "0"); f.Total != q.want {
			t.Errorf("%s: %d, want %d", q.query, f.Total, q.want)
		}
	}
	a, b := search(t, data, "woman", "--limit", "0").Total, search(t, data, `woman OR women`, "--limit", "0").Total
	if a != b || a < 5300 {
		t.Errorf("woman %d, woman OR women %d", a, b)
	}

	// Every single-valued facet adds up to the total, and the positions and States are those of the export.
	all := search(t, data, "", "--limit", "0", "--filter", "facet_limit=0")
	if all.Total != 41_721 {
		t.Errorf("%d records, want 41,721", all.Total)
	}
	for facet, values := range map[string]map[string]int{
		"position":  {"supported": 28_519, "noted": 9_530, "partial": 24, "unknown": 3_355, "not_applicable": 293},
		"country":   {"CHN": 995, "EGY": 751, "SVN": 717},
		"mechanism": {"upr": 41_428, "treaty_body": 293},
	} {
		for v, want := range values {
			args := []string{"", "--limit", "0", "--filter", facet + "=" + v}
			if facet == "country" {
				args = append(args, "--filter", "mechanism=upr") // the numbers to meet are of the UPR's records
			}
			if got := search(t, data, args...).Total; got != want {
				t.Errorf("%s=%s: %d records, want %d", facet, v, got, want)
			}
		}
	}
	for _, facet := range []string{"mechanism", "type", "cycle", "position"} {
		sum := 0
		for _, v := range all.Facets[facet] {
			sum += v.Count
		}
		if sum != all.Total {
			t.Errorf("%s: values, unknown and not applicable add up to %d, want %d", facet, sum, all.Total)
		}
	}

	sameRows(t, data)
	if out := must(t, "harvest", "uhri", "--from", path, "--data", data); strings.Count(out, "unchanged") != 6 {
		t.Errorf("again: %s", out)
	}
	edited := editOne(t, strings.ReplaceAll(path, "{lang}", "en"))
	if out := must(t, "harvest", "uhri", "--from", edited, "--data", data); !strings.Contains(out, "0 new + 1 changed + 41720 unchanged + 0 rejected") {
		t.Errorf("after an edit of one record: %s", out)
	}
	// Importing real records merges none of them.
	if out := must(t, "check", "--data", data); !strings.Contains(out, "41721 records") || !strings.Contains(out, "0 gone") {
		t.Errorf("check: %s", out)
	}
}

// editOne copies the export with one word of one record changed.
func editOne(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var rs []map[string]any
	if err := json.Unmarshal(b, &rs); err != nil {
		t.Fatal(err)
	}
	rs[20_000]["Text"] = rs[20_000]["Text"].(string) + " without delay"
	if b, err = json.Marshal(rs); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "edited.json")
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}
