package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFiles loads every good file and compares the message of every bad one with the text beside it.
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			_, err := Load(f, nil)
			if strings.Contains(f, ".good.") {
				if err != nil {
					t.Fatalf("Load: %v", err)
				}
				return
			}
			want, rerr := os.ReadFile(strings.TrimSuffix(f, ".yaml") + ".txt")
			if rerr != nil {
				t.Fatal(rerr)
			}
			if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(string(want))) {
				t.Fatalf("Load: got %v\nwant it to say %s", err, want)
			}
		})
	}
}

func TestDefaultIsValid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestEnvironmentWins(t *testing.T) {
	c, err := Load("testdata/full.good.yaml", []string{
		"UHRI_SERVER_LISTEN=:9", "UHRI_SOURCES_UHRI_LANGUAGES=es, ru", "UHRI_PUBLISH_EVERY=2m",
		"UHRI_WITHDRAWN_TEXT_AFTER=48h", "UHRI_SOURCES_UPR_SYMBOLS=A/HRC/1/2", "UHRI_FETCH_MAX_SHRINK=0.1", "HOME=/x",
		"UHRI_SOURCES_TREATYBODIES_SELECT_GRID=table.list", "UHRI_SOURCES_TREATYBODIES_DOCUMENTS_PER_RUN=7",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Server.Listen != ":9" || time.Duration(c.Publish.Every) != 2*time.Minute || c.WithdrawnTextAfter.After != 48*time.Hour ||
		c.Fetch.MaxShrink != 0.1 || c.Contact != "data@example.org" {
		t.Errorf("environment over file: got %+v", c)
	}
	if d := cmp.Diff([]string{"es", "ru"}, c.Sources.UHRI.Languages); d != "" {
		t.Error(d)
	}
	want := TreatyBodies{Documents: Documents{Address: "https://tbinternet.ohchr.org", Schedule: "23 4 * * *"}, Select: Selectors{Grid: "table.list", Rows: "tr.row, tr.other-row"},
		Committees: []Committee{{Code: "CEDAW"}, {Code: "SPT", Types: []string{"Visit reports"}, TypeID: 19}}, Languages: []string{"en", "fr"}, SweepEvery: 7 * day, PerRun: 7}
	if d := cmp.Diff(want, c.Sources.TreatyBodies); d != "" {
		t.Errorf("treaty bodies (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"A/HRC/1/2"}, c.Sources.UPR.Symbols); d != "" {
		t.Error(d)
	}
}

func TestUnknownEnvironmentIsRefused(t *testing.T) {
	if _, err := Load("", []string{"UHRI_LISTENN=:9"}); err == nil || !strings.Contains(err.Error(), "UHRI_LISTENN") {
		t.Fatalf("got %v, want a fault naming UHRI_LISTENN", err)
	}
}

func TestListsOfListsComeFromTheFile(t *testing.T) {
	if _, err := Load("", []string{"UHRI_SOURCES_TREATYBODIES_COMMITTEES=CEDAW"}); err == nil || !strings.Contains(err.Error(), "cannot be set from the environment") {
		t.Fatalf("got %v", err)
	}
}

func TestRedactedHidesSecrets(t *testing.T) {
	c := Default()
	c.Sources.UHRI.Addresses = []string{"https://me:secret@example.org/{lang}.json"}
	if s := c.Redacted(); strings.Contains(s, "secret") || !strings.Contains(s, "redacted@example.org") {
		t.Errorf("Redacted: %s", s)
	}
}
