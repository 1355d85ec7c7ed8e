package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

var (
	mandateTitle = regexp.MustCompile(`(?i)\b(?:special rapporteur|independent expert|working group|special representative)s? (?:on|in|of|for) [^:;*\n]{3,260}`)
	// Any title of a mandate, in the languages with rules.
	mandateHolder = regexp.MustCompile(`(?i)\b(special rapporteur|independent expert|working group|special representative|relatora? especial|expert[oa] independiente|grupo de trabajo|representante especial|rapporteu(?:re?|se) spéciale?|experte? indépendante?|groupe de travail|représentante? spéciale?)\b`)
)

// mandates are the subjects by which a mandate is known whatever its full name was at the time; names change every few
// years. The first match decides, so the narrower subject stands first.
var mandates = []struct {
	code    string
	subject *regexp.Regexp
}{
	{"WG Disappearances", regexp.MustCompile(`(?i)disappearances|desapariciones forzadas|disparitions forcées`)},
	{"WG Arbitrary detention", regexp.MustCompile(`(?i)arbitrary detention|detención arbitraria|détention arbitraire`)},
	{"WG People of african descent", regexp.MustCompile(`(?i)african descent|afrodescendientes|ascendance africaine`)},
	{"WG Transnational corporations", regexp.MustCompile(`(?i)transnational corporations|business and human rights|empresas transnacionales|sociétés transnationales`)},
	{"WG Mercenaries", regexp.MustCompile(`(?i)mercenar`)},
	{"SR Violence against women", regexp.MustCompile(`(?i)violence against women|violencia contra la mujer|violence (?:contre|à l.égard d)es femmes`)},
	{"WG Women & girls", regexp.MustCompile(`(?i)discrimination against women|discriminación contra la mujer|discrimination à l.égard des femmes`)},
	{"SR Trafficking", regexp.MustCompile(`(?i)trafficking in persons|trata de personas|traite des (?:personnes|êtres)`)},
	{"SR Sale of children", regexp.MustCompile(`(?i)sale (?:of children|, sexual|and sexual)|sale, sexual exploitation|venta (?:de niños|y la explotación sexual)|vente (?:d.enfants|et l.exploitation)`)},
	{"SR Torture", regexp.MustCompile(`(?i)\btortur`)},
	{"SR Summary executions", regexp.MustCompile(`(?i)summary or arbitrary executions|ejecuciones extrajudiciales|exécutions extrajudiciaires`)},
	{"SR Independence of judges", regexp.MustCompile(`(?i)independence of judges|independencia de los magistrados|indépendance des juges`)},
	{"SR Freedom of expression", regexp.MustCompile(`(?i)freedom of opinion|libertad de opinión|liberté d.opinion`)},
	{"SR Assembly & association", regexp.MustCompile(`(?i)peaceful assembly|reunión pacífica|réunion pacifique`)},
	{"SR HR Defenders", regexp.MustCompile(`(?i)human rights defenders|defensores de los derechos|défenseurs des droits`)},
	{"SR Freedom of religion", regexp.MustCompile(`(?i)religion or belief|religious intolerance|religión o de creencias|religion ou de conviction`)},
	{"SR Countering terrorism", regexp.MustCompile(`(?i)countering terrorism|lucha contra el terrorismo|lutte antiterroriste`)},
	{"SR Racism", regexp.MustCompile(`(?i)forms of racism|formas contemporáneas de racismo|formes contemporaines de racisme`)},
	{"SR Slavery", regexp.MustCompile(`(?i)forms of slavery|formas contemporáneas de la esclavitud|formes contemporaines d.esclavage`)},
	{"SR Indigenous", regexp.MustCompile(`(?i)indigenous (?:peoples?|populations?)|pueblos indígenas|peuples autochtones`)},
	{"SR Minorities", regexp.MustCompile(`(?i)minority issues|cuestiones de las minorías|questions relatives aux minorités`)},
	{"SR Migrants", regexp.MustCompile(`(?i)rights of migrants|derechos humanos de los migrantes|droits de l.homme des migrants`)},
	{"SR IDPs", regexp.MustCompile(`(?i)internally displaced|desplazados internos|personnes déplacées`)},
	{"IE Albinism", regexp.MustCompile(`(?i)albinism`)},
	{"SR Persons with disability", regexp.MustCompile(`(?i)persons with disabilities|personas con discapacidad|personnes handicapées`)},
	{"IE Older persons", regexp.MustCompile(`(?i)older persons|personas de edad|personnes âgées`)},
	{"IE Sexual Orientation & gender identity", regexp.MustCompile(`(?i)sexual orientation|orientación sexual|orientation sexuelle`)},
	{"SR Leprosy", regexp.MustCompile(`(?i)leprosy|lepra|lèpre`)},
	{"SR Water & sanitation", regexp.MustCompile(`(?i)drinking water|agua potable|eau potable`)},
	{"SR Housing", regexp.MustCompile(`(?i)adequate housing|vivienda adecuada|logement convenable`)},
	{"SR Food", regexp.MustCompile(`(?i)right to food|derecho a la alimentación|droit à l.alimentation`)},
	{"SR Education", regexp.MustCompile(`(?i)right to education|derecho a la educación|droit à l.éducation`)},
	{"SR Health", regexp.MustCompile(`(?i)physical and mental health|salud física y mental|santé physique et mentale`)},
	{"SR Extreme poverty", regexp.MustCompile(`(?i)extreme poverty|extrema pobreza|extrême pauvreté`)},
	{"IE Foreign debt", regexp.MustCompile(`(?i)foreign debt|structural adjustment|deuda externa|dette extérieure`)},
	{"SR Toxic wastes", regexp.MustCompile(`(?i)\btoxic|hazardous substances|sustancias (?:tóxicas|peligrosas)|substances (?:toxiques|dangereuses)`)},
	{"SR Climate Change", regexp.MustCompile(`(?i)context of climate change|contexto del cambio climático|changements climatiques`)},
	{"SR Environment", regexp.MustCompile(`(?i)sustainable environment|clean, healthy|medio ambiente|environnement (?:propre|sûr)`)},
	{"SR Cultural rights", regexp.MustCompile(`(?i)cultural rights|derechos culturales|droits culturels`)},
	{"SR Truth, justice, reparation", regexp.MustCompile(`(?i)promotion of truth|promoción de la verdad|promotion de la vérité`)},
	{"SR Unilateral coercive measures", regexp.MustCompile(`(?i)unilateral coercive|coercitivas unilaterales|coercitives unilatérales`)},
	{"IE International solidarity", regexp.MustCompile(`(?i)international solidarity|solidaridad internacional|solidarité internationale`)},
	{"SR Privacy", regexp.MustCompile(`(?i)right to privacy|derecho a la privacidad|droit (?:à la|au respect de la) vie privée`)},
	{"IE Democratic and equitable international order", regexp.MustCompile(`(?i)equitable international order|orden internacional democrático|ordre international démocratique`)},
	{"SR Development", regexp.MustCompile(`(?i)right to development|derecho al desarrollo|droit au développement`)},
}

// procedureBody reads the mandate from the title: by its full name where the vocabulary has it, else by its subject.
func procedureBody(titles []string, d *extract.Document) string {
	cover := strings.ReplaceAll(coverTitle(d), "\n", " ")
	for _, t := range append(titles, cover) {
		for _, m := range mandateTitle.FindAllString(strings.ReplaceAll(t, "\n", " "), -1) {
			words := strings.Fields(m)
			for n := min(len(words), 40); n > 2; n-- {
				name := strings.Trim(strings.Join(words[:n], " "), " ,.*")
				if b, ok := uhri.ResolveBody(name); ok && b.Mechanism == uhri.MechanismSpecialProcedure {
					return b.Code
				}
			}
		}
	}
	at := mandateHolder.FindStringIndex(cover)
	if at == nil {
		return ""
	}
	subject := cover[at[0]:min(len(cover), at[0]+400)]
	for _, m := range mandates {
		if m.subject.MatchString(subject) {
			return m.code
		}
	}
	return ""
}
