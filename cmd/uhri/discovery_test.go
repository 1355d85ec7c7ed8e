package main

import (
	"net/http"
	"strings"
	"testing"

	"uhri/crawler/replica"
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
	if _, stderr, code := uhriRun(t, "harvest", "treatybodies", "--symbol", "DEMO/CEDAW/C/XAA/CO/99", "--data", data); code == 0 || !strings.Contains(stderr, "neither documents.un.org nor the database") {
		t.Errorf("a document that is nowhere: exit %d, %s", code, stderr)
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
