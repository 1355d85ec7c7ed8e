package uhri

import "testing"

func TestCycleOfSession(t *testing.T) {
	for session, want := range map[int]int{0: 0, 1: 1, 12: 1, 13: 2, 26: 2, 27: 3, 40: 3, 41: 4, 54: 4, 55: 0, -1: 0} {
		if got, ok := CycleOfSession(session); got != want || ok != (want != 0) {
			t.Errorf("CycleOfSession(%d) = %d, want %d", session, got, want)
		}
	}
	last := 0
	for i, s := range UPRSessions() {
		cycle, _ := CycleOfSession(s.Number)
		if s.Number != i+1 || s.Cycle != cycle || s.Year < last {
			t.Errorf("session %+v: cycle %d by rule, previous year %d", s, cycle, last)
		}
		last = s.Year
	}
	if y, ok := YearOfSession(48); !ok || y != 2025 {
		t.Errorf("session 48 was held in 2025, not %d", y)
	}
}

func TestParsePosition(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Position
		ok   bool
	}{
		{"Supported", PositionSupported, true}, {"- Supported", PositionSupported, true}, {"Accepted", PositionSupported, true},
		{"Noted", PositionNoted, true}, {"Rejected", PositionNoted, true}, {"Not supported", PositionNoted, true},
		{"Supported/Noted", PositionPartial, true}, {"Partially accepted", PositionPartial, true},
		{"", PositionUnknown, true}, {"Under consideration", PositionUnknown, true}, {"-", PositionUnknown, true},
		{"perhaps", PositionUnknown, false},
	} {
		if got, ok := ParsePosition(c.in); got != c.want || ok != c.ok {
			t.Errorf("ParsePosition(%q) = %s, %v; want %s, %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestParseType(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Type
		ok   bool
	}{
		{"- Recommendations", TypeRecommendation, true}, {"- Concerns/Observations", TypeObservation, true}, {"Recommendations", TypeRecommendation, true},
		{"- Others", TypeUnknown, false}, {"-", TypeUnknown, false}, {"", TypeUnknown, false}, {"aa43335f-1111-2222-3333-444455556666", TypeUnknown, false},
	} {
		if got, ok := ParseType(c.in); got != c.want || ok != c.ok {
			t.Errorf("ParseType(%q) = %s, %v; want %s, %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestParseCycleAndSession(t *testing.T) {
	for in, want := range map[string]int{"3": 3, "- 3": 3, "Cycle 2": 2, "4th cycle": 4, "Third cycle": 3, "": 0, "-": 0, "cycle": 0, "31": 0, "0": 0} {
		if got, ok := ParseCycle(in); ok != (want != 0) || (ok && got != want) {
			t.Errorf("ParseCycle(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
	for in, want := range map[string]int{"31": 31, "- 31.. Session - November 2018": 31, "": 0, "- ": 0, "0": 0, "2018": 0} {
		if got, ok := ParseSession(in); ok != (want != 0) || (ok && got != want) {
			t.Errorf("ParseSession(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
}
