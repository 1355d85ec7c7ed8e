package export

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDrafts: a draft nobody makes any more goes when the next is begun; one that is being made stays, and so does everything
// that is not ours.
func TestDrafts(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".export-1", ".uhri", "uhri-draft-1", "table.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	abandoned := filepath.Join(dir, draftPrefix+"killed")
	if err := os.WriteFile(abandoned, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(abandoned+"-too", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	names := func() (out []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return out
	}
	file, err := NewDraft(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := NewDraft(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{abandoned, abandoned + "-too"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
	if got := names(); len(got) != 6 {
		t.Errorf("there are %q, want four files and the two drafts being made", got)
	}
	if err := os.WriteFile(filepath.Join(folder.Path, "part"), []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := file.Place(filepath.Join(dir, "placed")); err != nil {
		t.Fatal(err)
	}
	if err := folder.Place(filepath.Join(dir, "placed.d")); err != nil {
		t.Fatal(err)
	}
	file.Drop()
	folder.Drop()
	if d := cmp.Diff([]string{".export-1", ".uhri", "placed", "placed.d", "table.csv", "uhri-draft-1"}, names()); d != "" {
		t.Errorf("afterwards (-want +got):\n%s", d)
	}
	again, err := NewDraft(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	again.Drop()
	if got := names(); len(got) != 6 {
		t.Errorf("a dropped draft is still there: %q", got)
	}
	if _, err := NewDraft(filepath.Join(dir, "nowhere"), false); err == nil {
		t.Error("a draft in a folder that is not there")
	}
}
