package indextest

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"

	"uhri"
)

// speech is what the generator says in one language. Lists begin with what is most common.
type speech struct {
	asks, concerns, recommends []string
	links                      []string // join fragments; with their own spaces and commas
	phrases                    []string
	space                      string
	tail                       []string // rare words, the more frequent first
}

// phrase draws a phrase. The commonest comes up in a third of all records, as "human rights" does in the real ones.
func (s *speech) phrase(rng *rand.Rand) string { return s.phrases[zipf(rng, len(s.phrases), 20)] }

func (s *speech) rare(rng *rand.Rand) string { return s.tail[zipf(rng, len(s.tail), 3)] }

// zipf draws from 0 to n-1, i about as often as 1/(i+shift).
func zipf(rng *rand.Rand, n int, shift float64) int {
	return min(int(shift*math.Pow((float64(n)+shift)/shift, rng.Float64())-shift), n-1)
}

// tailSize is how many rare words a language has.
const tailSize = 48_000

// speeches holds what is said in each language, made when first asked for.
var speeches = func() map[uhri.Lang]func() *speech {
	m := map[uhri.Lang]func() *speech{}
	for _, l := range uhri.Langs {
		m[l] = sync.OnceValue(func() *speech { return makeSpeech(l) })
	}
	return m
}()

func speechOf(lang uhri.Lang) *speech { return speeches[lang]() }

func makeSpeech(lang uhri.Lang) *speech {
	list := func(s string) []string { return strings.Split(s, "|") }
	s := &speech{space: " "}
	var parts [3]string
	switch lang {
	case uhri.French:
		s.asks = list("Prendre des mesures efficaces pour garantir|Poursuivre les efforts visant à renforcer|Adopter une loi sur|Ratifier le Protocole facultatif et promouvoir|Redoubler d’efforts en faveur de")
		s.concerns = list("Le Comité est préoccupé par|Le Comité note avec inquiétude|Le Comité regrette l’absence d’informations sur")
		s.recommends = list("Le Comité recommande à l’État partie d’assurer|Le Comité engage l’État partie à renforcer|L’État partie devrait garantir")
		s.links = list(" et|, en particulier| dans le cadre de| ainsi que|, notamment| en vue de| conformément à| sans discrimination dans| à l’égard de| pour|, y compris| afin de protéger| par| au titre de")
		s.phrases = list("les droits de l’homme|la violence à l’égard des femmes|les femmes et les filles|les droits de l’enfant|la torture et les mauvais traitements|l’État de droit|la société civile|l’accès à la justice|les personnes handicapées|les peuples autochtones|les défenseurs des droits de l’homme|la peine de mort|la liberté d’expression|l’égalité des sexes|le droit à l’éducation|la traite des personnes|les demandeurs d’asile|l’institution nationale des droits de l’homme|les conditions de détention|les mutilations génitales féminines|la discrimination raciale|le droit à la santé|les travailleurs migrants|les normes internationales|la violence domestique|le mariage d’enfants|l’eau potable|les changements climatiques|la réparation intégrale|des enquêtes impartiales")
		parts = [3]string{"ré|dé|inter|sur|sous|anti|pré|co|trans|mé|é|en|bi|multi|contre|poly", "form|port|struct|grad|légis|sécur|labor|crim|fam|socio|écol|polit|prov|dist|class|vers|mand|plan|cult|nat|reg|trav|cour|gouv|mar|tract|pend|vis|gén|hab", "er|é|ée|és|tion|tions|ment|ité|ités|if|ive|al|aux|ale|eur|eurs|isme|able|ables|ant|ance|ique"}
	case uhri.Spanish:
		s.asks = list("Adoptar medidas eficaces para garantizar|Seguir intensificando los esfuerzos por|Aprobar una ley sobre|Ratificar el Protocolo Facultativo y promover|Reforzar las políticas relativas a")
		s.concerns = list("Preocupa al Comité|El Comité observa con inquietud|El Comité lamenta la falta de información sobre")
		s.recommends = list("El Comité recomienda al Estado parte que asegure|El Comité insta al Estado parte a reforzar|El Estado parte debería garantizar")
		s.links = list(" y|, en particular| en el marco de| así como|, entre otras cosas| con miras a| de conformidad con| sin discriminación en| respecto de| para|, incluidos| a fin de proteger| mediante| en virtud de")
		s.phrases = list("los derechos humanos|la violencia contra las mujeres|las mujeres y las niñas|los derechos del niño|la tortura y los malos tratos|el estado de derecho|la sociedad civil|el acceso a la justicia|las personas con discapacidad|los pueblos indígenas|los defensores de los derechos humanos|la pena de muerte|la libertad de expresión|la igualdad de género|el derecho a la educación|la trata de personas|los solicitantes de asilo|la institución nacional de derechos humanos|las condiciones de detención|la mutilación genital femenina|la discriminación racial|el derecho a la salud|los trabajadores migrantes|las normas internacionales|la violencia doméstica|el matrimonio infantil|el agua potable|el cambio climático|la reparación íntegra|investigaciones imparciales")
		parts = [3]string{"re|des|inter|sobre|sub|anti|pre|co|trans|en|bi|multi|contra|poli|ex|in", "form|port|estruct|grad|legis|segur|labor|crim|famil|soci|ecol|polit|prov|dist|clas|vers|mand|plan|cult|nacion|reg|trabaj|cort|gobern|mar|trat|pend|vis|gen|habit", "ar|ado|ada|ados|ación|aciones|miento|idad|idades|ivo|iva|al|ales|or|ores|ismo|able|ables|ante|ancia|ico"}
	case uhri.Russian:
		s.asks = list("Принять эффективные меры для обеспечения|Продолжать усилия по укреплению|Принять закон, касающийся|Ратифицировать Факультативный протокол в интересах|Активизировать работу в области")
		s.concerns = list("Комитет обеспокоен положением в области|Комитет с озабоченностью отмечает состояние|Комитет сожалеет об отсутствии информации о состоянии")
		s.recommends = list("Комитет рекомендует государству-участнику обеспечить соблюдение|Комитет настоятельно призывает государство-участник к защите|Государству-участнику следует добиваться")
		s.links = list(" и|, в частности,| в рамках| а также|, в том числе| с целью| в соответствии с задачами| без дискриминации| в отношении| для|, включая| в целях защиты| посредством| на основе")
		s.phrases = list("прав человека|насилия в отношении женщин|женщин и девочек|прав ребёнка|запрета пыток и жестокого обращения|верховенства права|гражданского общества|доступа к правосудию|прав инвалидов|коренных народов|правозащитников|отмены смертной казни|свободы выражения мнений|гендерного равенства|права на образование|борьбы с торговлей людьми|просителей убежища|национального правозащитного учреждения|условий содержания под стражей|борьбы с калечением женских половых органов|запрета расовой дискриминации|права на здоровье|трудящихся-мигрантов|международных норм|борьбы с насилием в семье|запрета детских браков|доступа к питьевой воде|борьбы с изменением климата|полного возмещения|беспристрастных расследований")
		parts = [3]string{"пере|рас|меж|под|над|про|пред|со|транс|вы|за|от|до|при|раз|без", "форм|строй|вод|ход|прав|дел|труд|мест|город|свет|стран|речь|связ|сил|рост|ряд|суд|сел|вид|знак|мер|клад|писк|чит|лог|гот|бор|нос|пис|руб", "ание|ания|анию|ением|ный|ного|ному|ная|ные|ных|ство|ства|тель|телей|ость|ости|ить|ил|ила|ение|ка"}
	case uhri.Arabic:
		s.asks = list("اتخاذ تدابير فعالة من أجل|مواصلة الجهود الرامية إلى تعزيز|اعتماد قانون بشأن|التصديق على البروتوكول الاختياري وتعزيز|تكثيف العمل في مجال")
		s.concerns = list("يساور اللجنة القلق إزاء|تلاحظ اللجنة بقلق حالة|تأسف اللجنة لعدم وجود معلومات عن")
		s.recommends = list("توصي اللجنة الدولة الطرف بضمان|تحث اللجنة الدولة الطرف على تعزيز|ينبغي للدولة الطرف أن تكفل")
		s.links = list(" و|، ولا سيما| في إطار| فضلا عن|، بما في ذلك| بهدف| وفقا لأحكام| دون تمييز في| فيما يتعلق بـ| من أجل|، وكذلك| بغية حماية| عن طريق| بموجب")
		s.phrases = list("حقوق الإنسان|العنف ضد المرأة|النساء والفتيات|حقوق الطفل|التعذيب وسوء المعاملة|سيادة القانون|المجتمع المدني|الوصول إلى العدالة|الأشخاص ذوي الإعاقة|الشعوب الأصلية|المدافعين عن حقوق الإنسان|عقوبة الإعدام|حرية التعبير|المساواة بين الجنسين|الحق في التعليم|الاتجار بالأشخاص|ملتمسي اللجوء|المؤسسة الوطنية لحقوق الإنسان|ظروف الاحتجاز|تشويه الأعضاء التناسلية الأنثوية|التمييز العنصري|الحق في الصحة|العمال المهاجرين|المعايير الدولية|العنف المنزلي|زواج الأطفال|مياه الشرب|تغير المناخ|الجبر الكامل|تحقيقات محايدة")
		parts = [3]string{"ال|و|ب|م|ت|ي|است|ان|مت|مست|ف|ل", "كتب|درس|عمل|حكم|سجن|شرع|نظم|صحح|بحث|طلب|جمع|سكن|نقل|خدم|دفع|رفع|قبل|سمع|شهد|فتح|قطع|كشف|منح|نشر|وضع|ولد|زرع|صنع|ضمن|عرض|غرس|فحص|قرر|لجأ|مرض|نفذ|هجر|وقف|ترك|ثبت|برم|جدد|حفظ|ختم|دعم|ربط|سلم|شكل|صدر|طبق|ظهر|علم|فصل|قدم|كمل|لحق|مثل|ندب|هدف|وجه", "ة|ات|ون|ين|ان|ها|هم|ية|يات|نا|ي|ا|تهم|وا|ته|هن"}
	case uhri.Chinese:
		s.asks = list("采取有效措施，确保|继续努力，加强|通过一项法律，保障|批准任择议定书，促进|加大力度，改善")
		s.concerns = list("委员会感到关切的是|委员会关切地注意到|委员会遗憾地获悉关于")
		s.recommends = list("委员会建议缔约国确保|委员会敦促缔约国加强|缔约国应当保障")
		s.links = list("和|，特别是|，包括|以及|，以便|根据|不歧视地落实|针对|为了|，尤其是|通过|关于|并保护|促进")
		s.phrases = list("人权|对妇女的暴力行为|妇女和女童|儿童权利|酷刑和虐待|法治|民间社会|诉诸司法的机会|残疾人|土著人民|人权维护者|死刑|言论自由|性别平等|受教育权|贩运人口|寻求庇护者|国家人权机构|拘留条件|残割女性生殖器|种族歧视|健康权|移民工人|国际标准|家庭暴力|童婚|安全饮用水|气候变化|充分赔偿|公正调查")
		s.space = ""
		chars := "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
		runes := []rune(chars)
		rng := rand.New(rand.NewPCG(7, 7))
		seen := map[string]bool{}
		for len(s.tail) < tailSize {
			w := string([]rune{runes[rng.IntN(len(runes))], runes[rng.IntN(len(runes))]})
			if !seen[w] {
				seen[w] = true
				s.tail = append(s.tail, w)
			}
		}
		return s
	default:
		s.asks = list("Take effective measures to ensure|Continue its efforts to strengthen|Adopt legislation on|Ratify the Optional Protocol and promote|Step up its work on|Strengthen national policies concerning|Ensure the full enjoyment of|Intensify action in favour of|Consider ratifying the instruments that protect|Guarantee, in law and in practice,|Redouble efforts to combat violations of|Further develop programmes for")
		s.concerns = list("The Committee is concerned about|The Committee notes with concern the situation of|The Committee regrets the lack of information on|While noting the measures taken, the Committee remains concerned about|The Committee is alarmed at reports on")
		s.recommends = list("The Committee recommends that the State party ensure|The Committee urges the State party to strengthen|The State party should guarantee|The Committee reiterates its recommendation that the State party protect|The Special Rapporteur recommends that the Government improve")
		s.links = list(" and|, in particular| within the framework of| as well as|, including| with a view to| in accordance with| without discrimination in| with regard to| for|, especially| in order to protect| through| under| in line with| by reviewing| throughout the country and|, with the participation of| taking into account| aimed at| in consultation with")
		s.phrases = list("human rights|violence against women|women and girls|the rights of the child|persons with disabilities|the rule of law|torture and ill-treatment|civil society|international standards|access to justice|the Optional Protocol|gender equality|indigenous peoples|sexual and gender-based violence|human rights defenders|freedom of expression|the national human rights institution|trafficking in persons|the right to education|domestic violence|law enforcement officials|the death penalty|migrant workers|asylum seekers and refugees|conditions of detention|racial discrimination|the right to health|the independence of the judiciary|the International Covenant on Civil and Political Rights|economic, social and cultural rights|children in vulnerable situations|national legislation|thorough and impartial investigations|female genital mutilation|equal pay for work of equal value|the Convention on the Rights of the Child|child, early and forced marriage|ethnic minorities|awareness-raising campaigns|older persons|safe drinking water and sanitation|enforced disappearances|climate change|full reparation for victims|corporal punishment|the Sustainable Development Goals|hate speech|child labour|an adequate standard of living|lesbian, gay, bisexual and transgender persons|prompt and effective remedies|sufficient human and financial resources|social protection|food security|land and property|juvenile justice|freedom of association|statelessness|arbitrary detention|freedom of religion or belief|capacity-building for judges|rural areas|sexual and reproductive health|the minimum age of marriage|internally displaced persons|political participation|mental health|forced evictions|business enterprises|data collection|the transatlantic heritage of slavery|cyberbullying|prior and informed consent|environmental degradation|witness protection|truth and reconciliation|solitary confinement|temporary special measures|the gender pay gap|toxic waste|the national preventive mechanism|birth registration|pretrial detention|freedom of peaceful assembly|household surveys|inclusive education|poverty reduction|the presumption of innocence|legal aid|breastfeeding|albinism|counter-terrorism|sign language|customary law|mercenaries|kinship care|nomadic communities|acid attacks|conscientious objection")
		parts = [3]string{"re|un|de|inter|trans|sub|over|co|pre|dis|mis|counter|multi|micro|under|out|non|semi|super|anti|pro|en|ex|in|bi|tri|mono|poly|auto|para", "form|port|struct|grad|viol|secur|labor|scrib|tract|vers|mand|plan|cult|reg|gov|pend|vis|gen|hab|duct|ject|mit|pose|spect|sign|serv|tain|tend|cede|clude|cur|dict|fer|flect|fuse|gress|late|lect|liber|loc|merg|migr|mot|mun|norm|oper|ord|part|pel|plet|press|prob|rupt|sect|sent|sist|solv|son|spir|stat|sult|sum|tang|tech|temp|test|tort|trib|turb|val|ven|vict|vit|voc|volv|act|agr|anim|aud|bank|board|build|camp|chart|clin|coast|craft|crop|fish|flood|forest|fund|harbour|herd|mill|nurs|orchard|pastor|rail|river|school|ship|steel|textil|timber|vaccin|village|weav", "ing|ed|tion|tions|ment|ments|ity|ities|ive|al|er|ers|s|able|ance|ism|ist|ists|ful|less|ness|ly|ize|ized|izing|ship"}
	}
	s.tail = composed(parts)
	return s
}

// composed makes words of prefixes, roots and suffixes, in an order of its own.
func composed(parts [3]string) []string {
	rng := rand.New(rand.NewPCG(11, 13))
	var columns [3][]string
	for i, p := range parts {
		columns[i] = strings.Split(p, "|")
	}
	// Fewer parts than words wanted: two roots in a word, as in "inter-form-port-ed".
	seen := map[string]bool{}
	var out []string
	pick := func(i int) string { return columns[i][rng.IntN(len(columns[i]))] }
	for len(out) < tailSize {
		w := pick(1) + pick(2)
		switch rng.IntN(4) {
		case 0:
			w = pick(1) + w
		case 1, 2:
			w = pick(0) + w
		}
		if rng.IntN(3) == 0 && len(out) > tailSize/4 {
			w = pick(0) + pick(1) + w
		}
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
