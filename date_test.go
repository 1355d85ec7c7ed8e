package uhri

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		in          string
		want        Date
		first, last string
	}{
		{"2025-02-12", Date{2025, 2, 12}, "2025-02-12", "2025-02-12"},
		{"2025-02-12T10:53:45.827", Date{2025, 2, 12}, "2025-02-12", "2025-02-12"},
		{"2024-02", Date{2024, 2, 0}, "2024-02-01", "2024-02-29"},
		{"2025", Date{2025, 0, 0}, "2025-01-01", "2025-12-31"},
		{"", Date{}, "", ""},
		{"1900-01-01T00:00:00", Date{}, "", ""},
	} {
		got, err := ParseDate(c.in)
		if err != nil || got != c.want || got.First().String() != c.first || got.Last().String() != c.last {
			t.Errorf("ParseDate(%q) = %v (first %v, last %v), %v", c.in, got, got.First(), got.Last(), err)
		}
	}
	for _, in := range []string{"12.02.2025", "2025-13", "2025-02-30", "25-01-01", "2025-2-3-4", "yesterday", "2025-", "-2025"} {
		if d, err := ParseDate(in); KindOf(err) != Invalid {
			t.Errorf("ParseDate(%q) = %v, %v; want Invalid", in, d, err)
		}
	}
}

func TestDateSortsByItsFirstDay(t *testing.T) {
	if (Date{2025, 0, 0}).Key() != 20250101 || (Date{2025, 3, 0}).Key() != 20250301 || (Date{}).Key() != 0 {
		t.Error("a date sorts as its first day, an unknown one as 0")
	}
	if d := DateOf(time.Date(2025, 1, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600))); d != (Date{2024, 12, 31}) {
		t.Errorf("DateOf is in UTC, got %v", d)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2025", "2025-02", "2025-02-29", "2025-02-12T00:00:00", "1900-01-01", "0000", "2025-00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		d, err := ParseDate(in)
		if err != nil {
			return
		}
		if again, err := ParseDate(d.String()); err != nil || again != d {
			t.Fatalf("%q → %v → %v, %v", in, d, again, err)
		}
		if d.First().Key() != d.Key() || d.Last().Key() < d.Key() {
			t.Fatalf("%v: first %v, last %v", d, d.First(), d.Last())
		}
		b, err := json.Marshal(d)
		var back Date
		if err != nil || json.Unmarshal(b, &back) != nil || back != d {
			t.Fatalf("%v as JSON is %s, read %v", d, b, back)
		}
	})
}
