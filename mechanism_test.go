package uhri

import "testing"

func TestResolveBody(t *testing.T) {
	for _, c := range []struct {
		in, want string
		of       Mechanism
	}{
		{"- CRC", "CRC", MechanismTreatyBody}, {"CRC", "CRC", MechanismTreatyBody}, {"crc", "CRC", MechanismTreatyBody},
		{"- Committee on the Rights of the Child", "CRC", MechanismTreatyBody}, {"- CRC-OP-SC", "CRC-OP-SC", MechanismTreatyBody},
		{"- IE  Albinism", "IE Albinism", MechanismSpecialProcedure}, {"- UPR", "UPR", MechanismUPR}, {"Universal Periodic Review", "UPR", MechanismUPR},
		{"Human Rights Committee", "CCPR", MechanismTreatyBody}, {"- Committee on Migrant Workers", "CMW", MechanismTreatyBody},
		{"- SR Truth, justice, reparation", "SR Truth, justice, reparation", MechanismSpecialProcedure},
		{"sr-torture", "SR Torture", MechanismSpecialProcedure}, {"SR torture", "SR Torture", MechanismSpecialProcedure},
		{"Special Rapporteur on the right to food", "SR Food", MechanismSpecialProcedure},
		{"SR on the right to food", "SR Food", MechanismSpecialProcedure},
		{"Special Rapporteur on Food", "SR Food", MechanismSpecialProcedure},
		{"- SR on the situation of human rights in Myanmar", "SR Myanmar", MechanismSpecialProcedure},
		{"Working Group on Arbitrary Detention", "WG Arbitrary detention", MechanismSpecialProcedure}, {"WGAD", "WG Arbitrary detention", MechanismSpecialProcedure},
		{"Independent Expert on the situation of human rights in Somalia", "IE Somalia", MechanismSpecialProcedure},
	} {
		if got, ok := ResolveBody(c.in); !ok || got.Code != c.want || got.Mechanism != c.of {
			t.Errorf("ResolveBody(%q) = %q of %s, want %q of %s", c.in, got.Code, got.Mechanism, c.want, c.of)
		}
	}
	for _, in := range []string{"", "-", "- ", "Committee", "SR", "Special Rapporteur on", "aa43335f-0000-0000-0000-000000000000"} {
		if got, ok := ResolveBody(in); ok {
			t.Errorf("ResolveBody(%q) = %q; want none", in, got.Code)
		}
	}
}
