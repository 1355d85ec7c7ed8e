package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uhri"
	"uhri/config"
	"uhri/crawler/replica"
	"uhri/crawler/store"
)

// standIn starts one of the demonstration's publishers and returns its address.
func standIn(t testing.TB, h http.Handler) string {
	t.Helper()
	s, err := replica.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Publish(h)
	return s.Address()
}

// TestDiscoveredDocuments harvests one document of a treaty body and the reports on visits, and finds them.
func TestDiscoveredDocuments(t *testing.T) {
	data := t.TempDir()
	rows := replica.Observations()
	symbol := rows[0].Symbols
	if _, stderr, code := uhriRun(t, "harvest", "treatybodies", "--symbol", symbol, "--data", data); code == 0 || !strings.Contains(stderr, "contact") {
		t.Errorf("without a contact: exit %d, %s", code, stderr)
	}

	t.Setenv("UHRI_CONTACT", "someone@example.org")
	t.Setenv("UHRI_FETCH_LOOPBACK", "true")
	t.Setenv("UHRI_SOURCES_UPR_ADDRESS", standIn(t, replica.Symbols(replica.SymbolOptions{Documents: replica.Visits()[:2]})))
	t.Setenv("UHRI_SOURCES_TREATYBODIES_ADDRESS", standIn(t, replica.Database(replica.DatabaseOptions{Rows: rows})))
	t.Setenv("UHRI_SOURCES_SPECIALPROCEDURES_ADDRESS", standIn(t, replica.Catalogue(replica.CatalogueOptions{Cards: replica.Cards()[:1]})))

	out := must(t, "harvest", "treatybodies", "--symbol", symbol, "--data", data)
	if !strings.Contains(out, "treatybodies: ok") || !strings.Contains(out, "published snapshot") {
		t.Errorf("harvest said:\n%s", out)
	}
	if f := search(t, data, "symbol:"+symbol); f.Total < 6 {
		t.Errorf("%d records of %s", f.Total, symbol)
	}
	for _, bad := range []struct {
		source, symbol string
		code           int
		says           string
	}{
		{"treatybodies", "DEMO/CEDAW/C/XAA/CO/99", 1, "neither documents.un.org nor the database"},
		{"treatybodies", "DEMO/CEDAW/C/XAF/CO/7", 1, "the docx file is " + symbol},
		{"treatybodies", "nonsense", 2, "is not a document symbol"},
		{"treatybodies", "DEMO/A/HRC/61/40/Add.1", 2, "is no document of treatybodies; name upr or specialprocedures instead"},
		{"specialprocedures", "DEMO/CEDAW/C/XAA/CO/3", 2, "is no document of specialprocedures; name treatybodies instead"},
		{"specialprocedures", "DEMO/A/HRC/61/99/Add.9", 1, "the server has no such document"},
	} {
		if stdout, stderr, code := uhriRun(t, "harvest", bad.source, "--symbol", bad.symbol, "--data", data); code != bad.code || !strings.Contains(stdout+stderr, bad.says) {
			t.Errorf("%s of %s: exit %d, %s%s", bad.symbol, bad.source, code, stdout, stderr)
		}
	}
	report := string(replica.Visits()[1].Symbol)
	must(t, "harvest", "specialprocedures", "--symbol", report, "--data", data)
	if f := search(t, data, "symbol:"+report); f.Total < 3 {
		t.Errorf("%d records of %s", f.Total, report)
	}

	t.Setenv("UHRI_SOURCES_TREATYBODIES_ADDRESS", standIn(t, replica.Challenge()(replica.Database(replica.DatabaseOptions{}))))
	if _, stderr, code := uhriRun(t, "harvest", "treatybodies", "--data", data); code != 3 || !strings.Contains(stderr, "blocked") {
		t.Errorf("a publisher that turns programs away: exit %d, %s", code, stderr)
	}
	if f := search(t, data, "symbol:"+symbol); f.Total < 6 {
		t.Errorf("after the refusal %d records of %s", f.Total, symbol)
	}
}

// TestSettingsReachDiscovery: the lists named in the configuration are read and no others, by the selectors it gives; what is not found is told
// with the setting's own name.
func TestSettingsReachDiscovery(t *testing.T) {
	var treaties []string
	database := replica.Database(replica.DatabaseOptions{Rows: replica.Observations()})
	t.Setenv("UHRI_CONTACT", "someone@example.org")
	t.Setenv("UHRI_FETCH_LOOPBACK", "true")
	t.Setenv("UHRI_SOURCES_UPR_ADDRESS", standIn(t, replica.Symbols(replica.SymbolOptions{})))
	t.Setenv("UHRI_SOURCES_TREATYBODIES_ADDRESS", standIn(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id := r.URL.Query().Get("TreatyID"); id != "" {
			treaties = append(treaties, id)
		}
		database.ServeHTTP(w, r)
	})))
	file := filepath.Join(t.TempDir(), "uhri.yaml")
	settings := "sources:\n  treatybodies:\n    committees: [{code: CED}, {code: SPT, labels: [OPCAT of another name], treaty_id: 31, types: [Visit  REPORTS]}]\n"
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if out := must(t, "harvest", "treatybodies", "--config", file, "--data", data); !strings.Contains(out, "documents: 2 fetched, 0 unchanged, 0 failed") {
		t.Errorf("two lists of one document each: %s", out)
	}
	if got := strings.Join(treaties, " "); got != "2 31" {
		t.Errorf("the lists asked for are those of %s", got)
	}
	t.Setenv("UHRI_SOURCES_TREATYBODIES_SELECT_GRID", "table.nothing")
	_, stderr, code := uhriRun(t, "harvest", "treatybodies", "--config", file, "--data", data)
	for _, want := range []string{"the list of CED has no table table.nothing", "set sources.treatybodies.select.grid"} {
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("exit %d, want %q in %s", code, want, stderr)
		}
	}
}

// TestDiscoveryInTheDemonstration waits for documents UHRI does not have, and for a passage of one it has to be shown once.
func TestDiscoveryInTheDemonstration(t *testing.T) {
	base := startServe(t, filepath.Join(t.TempDir(), "data"), serveOptions{demo: true}, nil)
	listed := func(symbol string) string {
		return "/api/v1/recommendations?limit=100&symbol=" + url.QueryEscape(symbol)
	}
	for _, r := range replica.Observations() {
		if r.Committee == "CAT-OP" {
			waitFor(t, base, listed(r.Symbols), func(a answerJSON) bool { return a.Total > 5 })
		}
	}
	waitFor(t, base, listed(string(replica.Visits()[0].Symbol)), func(a answerJSON) bool { return a.Total > 2 })

	symbol := replica.Visits()[3].Symbol // UHRI has its conclusions, the report the paragraphs before them too
	var numbers []string
	for _, r := range replica.Records(uhri.English, 1) {
		if r.Symbol == string(symbol) {
			numbers = append(numbers, r.AnnotationId)
		}
	}
	if len(numbers) == 0 {
		t.Fatalf("UHRI has nothing of %s", symbol)
	}
	a := waitFor(t, base, listed(string(symbol)), func(a answerJSON) bool { return a.Total >= len(numbers) })
	got := map[string]int{}
	for _, i := range a.Items {
		got[i.Paragraph]++
	}
	for paragraph, n := range got {
		if paragraph != "" && n > 1 {
			t.Errorf("paragraph %s of %s is shown %d times", paragraph, symbol, n)
		}
	}
}

// TestDiscoveryWaitsForAContact holds that nobody is asked for documents before they can know who asks.
func TestDiscoveryWaitsForAContact(t *testing.T) {
	for contact, want := range map[string]string{"": needContact, "someone@example.org": ""} {
		cfg := config.Default()
		cfg.Data, cfg.Contact = t.TempDir(), contact
		p := &program{out: io.Discard, err: io.Discard, cfg: cfg, log: slog.New(slog.DiscardHandler)}
		f, err := p.openFolder(t.Context(), store.Real)
		if err != nil {
			t.Fatal(err)
		}
		jobs, end, err := p.jobs(t.Context(), f, false)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, j := range jobs {
			if name := j.Source.Name(); name == "treatybodies" || name == "specialprocedures" {
				found++
				if j.Disabled != want || j.Schedule == "" || !strings.Contains(j.Politeness, "robots.txt") {
					t.Errorf("%s with contact %q: disabled %q, schedule %q, politeness %q", name, contact, j.Disabled, j.Schedule, j.Politeness)
				}
			}
		}
		if found != 2 {
			t.Errorf("%d of the two sources are among the jobs", found)
		}
		end()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
