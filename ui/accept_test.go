package ui

import (
	"net/http"
	"strings"
	"testing"
)

func TestPrefersJSON(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": false, "image/png": false,
		"application/json": true, "application/json, text/plain, */*": true, "Application/JSON; charset=utf-8": true, "text/html;q=0.5, application/json": true,
		"text/html, application/json;q=0.9": false, "application/json, text/html": false, "application/json;q=0": false, "application/json;q=x": false,
		"application/ld+json": false, "\"": false,
	} {
		if got := prefersJSON(accept); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}

// TestPermanentAddressesAsJSON: what is cited answers programs that ask for JSON, and caches keep the two apart.
func TestPermanentAddressesAsJSON(t *testing.T) {
	srv := site(t, options(false))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, to := range map[string]string{
		"/r/00000000-0000-5000-8000-000000000001": "/api/v1/recommendations/00000000-0000-5000-8000-000000000001",
		"/r/nothing":          "/api/v1/recommendations/nothing",
		"/d/DEMO/A/HRC/30/10": "/api/v1/documents?symbol=DEMO%2FA%2FHRC%2F30%2F10",
		"/d/cedaw/c/ken/co/8": "/api/v1/documents?symbol=CEDAW%2FC%2FKEN%2FCO%2F8",
		"/search?q=detention": "",
		"/country/XAA":        "",
	} {
		for _, accept := range []string{"application/json", "text/html", ""} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept", accept)
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			asked := accept == "application/json" && to != ""
			if got := res.StatusCode == http.StatusTemporaryRedirect && res.Header.Get("Location") == to; got != asked {
				t.Errorf("%s, Accept %q: %d to %q", path, accept, res.StatusCode, res.Header.Get("Location"))
			}
			if varies := strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Accept"); varies != (to != "") {
				t.Errorf("%s, Accept %q: Vary is %q", path, accept, res.Header.Values("Vary"))
			}
		}
	}
}
