package uhri

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLatestReviews(t *testing.T) {
	upr := func(id ID, cycle, session int, states ...Country) *Recommendation {
		return &Recommendation{ID: id, Mechanism: MechanismUPR, Body: "UPR", Countries: states, UPR: &UPR{Cycle: cycle, Session: session}}
	}
	doc := func(id ID, body string, s Symbol, d Date, states ...Country) *Recommendation {
		return &Recommendation{ID: id, Body: body, Symbol: s, Date: d, Countries: states}
	}
	records := []*Recommendation{
		upr("cycle 1", 1, 0, "KEN"), upr("cycle 3", 3, 0, "KEN"), upr("cycle 3 too", 3, 0, "KEN"),
		upr("session 20 is cycle 2", 0, 20, "UGA"), upr("cycle 1 of UGA", 1, 0, "UGA"),
		upr("several States, latest for one", 1, 0, "KEN", "ITA"),
		upr("no cycle, no symbol", 0, 0, "KEN"),
		doc("a document never beats a cycle", "UPR", "A/HRC/59/15", Date{2025, 6, 1}, "KEN"),

		doc("CEDAW 7", "CEDAW", "CEDAW/C/KEN/CO/7", Date{2011, 4, 5}, "KEN"),
		doc("CEDAW 8", "CEDAW", "CEDAW/C/KEN/CO/8", Date{2017, 11, 22}, "KEN"),
		doc("CEDAW 8 Add.1, later and undated", "CEDAW", "CEDAW/C/KEN/CO/8/Add.1", Date{}, "KEN"),
		doc("other body", "CRC", "CRC/C/KEN/CO/2", Date{2007, 0, 0}, "KEN"),
		doc("other State", "CEDAW", "CEDAW/C/ITA/CO/6", Date{2011, 8, 2}, "ITA"),

		doc("same day, lower", "CERD", "CERD/C/ITA/CO/9", Date{2016, 0, 0}, "ITA"),
		doc("same day, higher", "CERD", "CERD/C/ITA/CO/19-20", Date{2016, 1, 1}, "ITA"),

		doc("visit 1", "SR Torture", "A/HRC/22/53/Add.2", Date{2013, 2, 4}, "MAR"),
		doc("visit 2", "SR Torture", "A/HRC/40/59/Add.1", Date{2019, 1, 9}, "MAR"),

		doc("undated", "CAT", "CAT/C/KEN/CO/2", Date{}, "KEN"),
		doc("no symbol", "CAT", "", Date{2022, 5, 1}, "KEN"),
		doc("no State", "CAT", "CAT/C/1", Date{2022, 5, 1}),
		doc("no body", "", "CAT/C/KEN/CO/3", Date{2022, 5, 1}, "KEN"),
	}
	want := []ID{
		"cycle 3", "cycle 3 too", "session 20 is cycle 2", "several States, latest for one",
		"CEDAW 8", "CEDAW 8 Add.1, later and undated", "other body", "other State", "same day, higher", "visit 2",
	}
	for _, order := range []string{"as listed", "reversed"} {
		l := NewLatestReviews()
		for i := range records {
			r := records[i]
			if order == "reversed" {
				r = records[len(records)-1-i]
			}
			l.Add(r)
			l.Mark(r) // asking early changes nothing
		}
		var got []ID
		none := 0
		for _, r := range records {
			l.Mark(r)
			if r.Latest {
				got = append(got, r.ID)
			}
			if r.NoReview {
				none++
			}
			if r.Latest && r.NoReview {
				t.Errorf("%s: %s belongs to the latest review and to none", order, r.ID)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", order, d)
		}
		if got := l.Undetermined(); got != 5 || none != got {
			t.Errorf("%s: %d undetermined, %d marked so, want 5", order, got, none)
		}
	}
}
