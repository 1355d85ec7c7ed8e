package segment

import (
	"regexp"
	"testing"

	"uhri"
)

// TestDirective holds the traps met in real documents: recommending words inside concerns, verbs far from their subject,
// full stops inside references.
func TestDirective(t *testing.T) {
	for _, c := range []struct {
		lang uhri.Lang
		text string
		want bool
	}{
		{"en", "The Committee is concerned that the law, which it requested in 2010, allows the police to request data and encourages impunity.", false},
		{"en", "The Committee notes that the Constitution requires that persons should be brought before a judge.", false},
		{"en", "The Committee is concerned at the policies to encourage institutions and at article 7, which calls upon States to act.", false},
		{"en", "The Committee regrets that the State party has not done what the Committee urged it to do.", false},
		{"en", "The Committee reiterates its concern about the delays.", false},
		{"en", "The Committee welcomes the invitation the State party extended and its requests for visits.", false},
		{"en", "The Committee notes the recommendations of the Ombudsman and the accompanying recommendations.", false},
		{"en", "The Committee recalls that States parties should respect the Convention.", false},
		{"en", "The Committee considers that the State party should, as a matter of urgency, amend the law.", true},
		{"en", "In the light of general comment No. 35 (2014), paras. 4 and 5, and target 16.3, the Committee, while noting progress, asks the State party to act.", true},
		{"en", "The Committee, recalling its general comment No. 3 (2016) on women, recommends that the European Union act.", true},
		{"en", "The Committee recommends the European Union:", true},
		{"en", "The Committee reiterates its concern and its recommendation that it be told, and urges the State party to amend the law.", true},
		{"en", "The State party’s authorities should, without delay, investigate.", true},
		{"en", "The Committee would like to encourage the State party to ratify the Protocol.", true},
		{"en", "It is recommended that the State party act.", true},
		{"en", "The State party is strongly urged to act.", true},
		{"en", "The Committee is deeply concerned about killings and calls upon the State party to end them.", true},
		{"en", "The Committee advises the State party to seek assistance.", true},
		{"en", "The Committee suggests that the State party seek assistance.", true},
		{"en", "The State party needs to adopt a clear policy on the use of force.", true},
		{"en", "The Committee expects the State party to hold free elections.", true},
		{"en", "The Committee trusts that the State party will enact the law without delay.", true},
		{"en", "The Committee advocates a strong programme of re-education.", true},
		{"en", "The SPT is of the view that detainees should be brought before a judge within 48 hours.", true},
		{"en", "The Subcommittee would like to be informed of the outcome of the inquiry.", true},
		{"en", "It is of the view that all Covenant rights should be regarded as capable of immediate application.", false},
		{"en", "The Committee is concerned that the register, which needs to be kept by law, is not. (art. 2) The State party should keep it.", true},
		{"es", "Preocupan al Comité las políticas que alientan la detención y el artículo 7, que exhorta a los Estados.", false},
		{"es", "Al Comité le preocupa que el Estado parte no haya aplicado lo que recomienda la Relatora.", false},
		{"es", "El Comité, recordando su observación general núm. 3 (2016), insta encarecidamente al Estado parte a que actúe.", true},
		{"es", "Asimismo, lo alienta a que ratifique el Protocolo.", true},
		{"es", "Recomienda también que se difunda la Convención.", true},
		{"es", "El Estado parte debería, entre otras cosas, investigar.", true},
		{"es", "También debe reparar a las víctimas.", true},
		{"fr", "Le Comité est préoccupé par les politiques qui encouragent la détention et par la demande de visas.", false},
		{"fr", "Le Comité note que l’article 7, qui engage les États à agir, est méconnu.", false},
		{"fr", "Le Comité, rappelant son observation générale no 3 (2016), engage instamment l’État partie à agir.", true},
		{"fr", "Il lui recommande également de ratifier le Protocole.", true},
		{"fr", "L’État partie devrait, sans délai, enquêter.", true},
		{"fr", "Le Comité prie l’État partie de lui faire rapport.", true},
	} {
		g := grammarOf(c.lang)
		got := false
		for _, s := range sentences(c.text) {
			got = got || g.directive(plainSentence(s), false)
		}
		if got != c.want {
			t.Errorf("%s: %q directs: %v, want %v", c.lang, c.text, got, c.want)
		}
	}
}

func TestPartOf(t *testing.T) {
	for _, c := range []struct {
		lang    uhri.Lang
		heading string
		want    part
	}{
		{"en", "III. Principle areas of concern and recommendations", partConcern},
		{"en", "Subjects of concern, suggestions and recommendations", partConcern},
		{"en", "E. Suggestions and recommendations", partSuggestion},
		{"en", "Factors and difficulties impeding the implementation of the Convention", partFactors},
		{"en", "II. Follow-up measures undertaken and progress achieved by the State party", partPositive},
		{"en", "Follow-up issues from the previous reporting cycle", partConcern},
		{"en", "Pending follow-up issues from the previous reporting cycle", partConcern},
		{"en", "Follow-up to the Durban Declaration and Programme of Action", partConcern},
		{"en", "Follow-up to concluding observations and dissemination", partProcedure},
		{"en", "Cooperation and technical assistance (art. 37)", partProcedure},
		{"en", "Common core document", partProcedure},
		{"en", "Preparation of the next report", partProcedure},
		{"en", "Follow-up to the Committee’s previous concluding observations on the Optional Protocol", partConcern},
		{"en", "Follow-up to individual communications", partConcern},
		{"en", "Dissemination and awareness-raising", partConcern},
		{"en", "Dissemination, training and awareness-raising", partConcern},
		{"en", "Dissemination of information", partProcedure},
		{"en", "Dissemination of the Convention and the concluding observations", partProcedure},
		{"en", "Future reports", partProcedure},
		{"en", "Documentation of torture", partUnknown},
		{"en", "Obstacles to access to justice", partUnknown},
		{"en", "Obstacles to the implementation of the Convention", partFactors},
		{"en", "National implementation and monitoring (art. 33)", partUnknown},
		{"en", "International cooperation (art. 32)", partUnknown},
		{"en", "Reporting of violence", partUnknown},
		{"es", "III. Principales esferas de preocupación y recomendaciones", partConcern},
		{"es", "C. Principales motivos de preocupación", partConcern},
		{"es", "Sugerencias y recomendaciones", partSuggestion},
		{"es", "Próximo informe periódico", partProcedure},
		{"fr", "III. Principaux sujets de préoccupation et recommandations", partConcern},
		{"fr", "Aspects positifs", partPositive},
		{"es", "Difusión, sensibilización y capacitación", partConcern},
		{"es", "Difusión", partProcedure},
		{"fr", "Diffusion de la Convention, formation et sensibilisation", partConcern},
		{"fr", "Diffusion de l’information", partProcedure},
	} {
		if got := grammarOf(c.lang).partOf(c.heading); got != c.want {
			t.Errorf("%s %q: %d, want %d", c.lang, c.heading, got, c.want)
		}
	}
}

func TestNameOf(t *testing.T) {
	re := regexp.MustCompile(`\b` + nameOf("GBR") + `\b`)
	for text, want := range map[string]bool{"the united kingdom should act": true, "in the uk and elsewhere": false, "kenya should act": false} {
		if re.MatchString(text) != want {
			t.Errorf("%q names the United Kingdom: %v", text, !want)
		}
	}
	if nameOf("") != "" {
		t.Error("no State has a name")
	}
}
