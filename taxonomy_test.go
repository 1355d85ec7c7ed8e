package uhri

import "testing"

func TestResolveConcept(t *testing.T) {
	for _, c := range []struct {
		scheme   Scheme
		in, want string
		legacy   bool
	}{
		{SchemeTheme, " Right to development", "right-to-development", false},
		{SchemeTheme, " Participation of women in political & public life\u00a0", "participation-of-women", false},
		{SchemeTheme, "A12 Acceptance of international norms", "ratification-international-instruments", false},
		{SchemeTheme, "A12", "ratification-international-instruments", false},
		{SchemeTheme, "Constitutional and legislative framework", "constitutional-legislative-framework", false},
		{SchemeTheme, "Children: definition, general principles, protection", "children-general-principles-protection", false},
		{SchemeTheme, "Liberty & security – general", "liberty-security-of-the-person", false},
		{SchemeTheme, "2030 Agenda & other voluntary commitments", "2030-agenda-other-voluntary-commitments", false},
		{SchemeTheme, "S Sustainable Development Goal implementation", "2030-agenda-other-voluntary-commitments", false},
		{SchemeTheme, "G1 Members of minorities", "members-of-minorities", true},
		{SchemeTheme, "Migrants", "migrants", true},
		{SchemeGroup, "Migrants", "migrants", false},
		{SchemeGroup, "women", "women-girls", false},
		{SchemeGroup, "Women & girls", "women-girls", false},
		{SchemeGroup, "women-girls", "women-girls", false},
		{SchemeGroup, "general", "general", true},
		{SchemeSDG, "5", "5", false},
		{SchemeSDG, "5 - GENDER EQUALITY", "5", false},
		{SchemeSDG, "Gender equality", "5", false},
		{SchemeSDG, "SDG 5", "5", false},
		{SchemeSDG, "Goal 16", "16", false},
		{SchemeSDG, "S05 SDG 5 - gender equality and women's empowerment", "5", false},
		{SchemeSDG, "S04 SDG 4 \u00a0- education", "4", false},
		{SchemeSDG, "S17", "17", false},
		{SchemeSDG, "5.2", "5.2", false},
		{SchemeSDG, "SDG 5.2", "5.2", false},
		{SchemeSDG, "target 16.A", "16.a", false},
		{SchemeSDG, "16.a - Strong institutions to prevent violence, terrorism and crime", "16.a", false},
		{SchemeSDG, "16.10 - Ensure public access to information and protect fundamental freedoms", "16.10", false},
		{SchemeSDG, "1.1", "1.1", false},
		{SchemeSDG, "11", "11", false},
		{SchemeSDG, "8.1", "8.1", false},
		{SchemeSDG, "8.10", "8.10", false},
	} {
		if got, ok := ResolveConcept(c.scheme, c.in); !ok || got.Slug != c.want || got.Legacy != c.legacy || got.Scheme != c.scheme {
			t.Errorf("ResolveConcept(%s, %q) = %q (legacy %v), want %q", c.scheme, c.in, got.Slug, got.Legacy, c.want)
		}
	}
	for _, c := range []struct {
		scheme Scheme
		in     string
	}{
		{SchemeTheme, ""}, {SchemeTheme, "A12 no such label"}, {SchemeTheme, "Women & girls"}, {SchemeGroup, "Right to food"},
		{SchemeSDG, "18"}, {SchemeSDG, "5.z"}, {SchemeSDG, "5.20"}, {SchemeSDG, "S00"}, {SchemeSDG, "and"}, {SchemeSDG, "100"}, {"nothing", "5"},
	} {
		if got, ok := ResolveConcept(c.scheme, c.in); ok {
			t.Errorf("ResolveConcept(%s, %q) = %q; want none", c.scheme, c.in, got.Slug)
		}
	}
}
