package uhri

import "testing"

func TestNewID(t *testing.T) {
	id := NewID("CEDAW/C/KEN/CO/8", "KEN", "23(a)")
	// The value is pinned: addresses people have cited depend on it.
	if want := ID("a6ad4690-0935-5288-8b87-b8afae6638ca"); id != want || !ValidID(id) || id[14] != '5' {
		t.Errorf("NewID = %s, want %s", id, want)
	}
	for _, other := range []ID{
		NewID("CEDAW/C/KEN/CO/8", "KEN", "23(b)"), NewID("CEDAW/C/KEN/CO/8", "UGA", "23(a)"), NewID("CEDAW/C/KEN/CO/7", "KEN", "23(a)"),
		NewID("CEDAW/C/KEN/CO/8", "", "KEN23(a)"),
	} {
		if other == id {
			t.Errorf("two passages share %s", id)
		}
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[ID]bool{
		"a9ceae8c-fe1c-40f9-a326-1529e0ab678f": true, "A9CEAE8C-FE1C-40F9-A326-1529E0AB678F": false, "": false,
		"a9ceae8cfe1c40f9a3261529e0ab678f": false, "a9ceae8c-fe1c-40f9-a326-1529e0ab678": false, " a9ceae8c-fe1c-40f9-a326-1529e0ab678f": false,
	} {
		if got := ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
}
