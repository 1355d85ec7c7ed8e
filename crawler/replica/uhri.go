package replica

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"uhri"
)

// exportPath is where the publisher keeps the export of a language.
const exportPath = "/uhri/export-results/export-full-{lang}.json"

// ExportOptions say what the export address answers. The zero value is the publisher on a good day: the first edition,
// whole, with its length and without validators.
type ExportOptions struct {
	Edition    int     // see Records; 0 = the first
	Share      float64 // of the records, in (0, 1); 0 = all
	Validators bool    // ETag and Last-Modified, honoured in conditional requests
}

// Export answers like the address of UHRI's bulk export, for the six languages, and its robots.txt.
func Export(o ExportOptions) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nAllow: /uhri/export-results/\nDisallow: /uhri/api/\nDisallow: /private/\n")
	})
	mux.HandleFunc("GET /uhri/export-results/{file}", func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.PathValue("file"), "export-full-")
		lang, json := strings.CutSuffix(name, ".json")
		if !ok || !json || !uhri.Lang(lang).Valid() {
			http.NotFound(w, r)
			return
		}
		body := exportFile(uhri.Lang(lang), o)
		w.Header().Set("Content-Type", "application/json")
		if o.Validators {
			sum := sha256.Sum256(body)
			w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
			published := time.Date(2026, 1, max(1, o.Edition), 4, 0, 0, 0, time.UTC)
			http.ServeContent(w, r, "", published, bytes.NewReader(body))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // a client that went away is no fault
		}
	})
	return mux
}

// exportFile is the array as the publisher writes it: compact, characters outside ASCII as they are.
func exportFile(lang uhri.Lang, o ExportOptions) []byte {
	recs := Records(lang, o.Edition)
	if o.Share > 0 && o.Share < 1 {
		recs = recs[:int(float64(len(recs))*o.Share)]
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(recs); err != nil {
		panic("replica: " + err.Error()) // strings always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
