package segment

import (
	"regexp"
	"strings"

	"uhri"
)

// part is what a section of a document is for.
type part int

const (
	partUnknown    part = iota
	partIntro           // introduction, presentation by the State
	partPositive        //
	partFactors         // factors and difficulties
	partConcern         // concerns and recommendations: what a paragraph is depends on its words
	partSuggestion      // suggestions and recommendations only: a paragraph recommends unless it plainly does not
	partProcedure       // follow-up, dissemination, next report, technical assistance
)

// grammar holds the words by which one language's documents are read. Stems are matched against plainSentence.
type grammar struct {
	parts []struct {
		part part
		name *regexp.Regexp // matched against a heading without number and footnote mark
	}
	subject      *regexp.Regexp // the body speaking, at the end of what precedes the verb: "the committee"
	pronoun      *regexp.Regexp // likewise, a pronoun that may mean the body: "it"
	relative     *regexp.Regexp // likewise, a pronoun of a clause inside a concern: "that it", "which"
	filler       *regexp.Regexp // adverbs and phrases between subject and verb, at the end
	joined       *regexp.Regexp // "and", at the end
	wish         *regexp.Regexp // "wishes to", before an infinitive
	verbs        *regexp.Regexp // finite: "recommends", "calls upon"; group 1, when set, is a weak verb
	infinitives  *regexp.Regexp // "recommend", after wish or a plural subject
	plural       *regexp.Regexp // a plural subject: "the experts"
	addressee    *regexp.Regexp // whom a weak verb must address, at the start of what follows it
	passive      *regexp.Regexp // "it is recommended that"
	party        *regexp.Regexp // the State reviewed, before a modal verb
	modal        *regexp.Regexp // "should", "is urged to"
	duty         *regexp.Regexp // in reports of special procedures: "has a duty to"
	recalled     *regexp.Regexp // words that make what follows a quotation: "recalls that States should"
	concern      *regexp.Regexp //
	opinion      *regexp.Regexp // the Subcommittee's way of recommending: "is of the view that cells should"; nil = not told
	outright     *regexp.Regexp // what should be done, at the start of a sentence that names no addressee; nil = not told
	hope         *regexp.Regexp // weak directives of early documents: "hopes that", "would welcome"
	emphasis     *regexp.Regexp // of the Committee on Enforced Disappearances: "places special emphasis on the need"
	priority     *regexp.Regexp // a list of priority areas
	procedure    *regexp.Regexp // the words of a procedural paragraph
	others       *regexp.Regexp // addressees of special procedures besides States
	imperative   *regexp.Regexp // in reports of special procedures, how a demand without subject begins: "Ensure", "Velar"
	dropsSubject bool           // verbs may stand without subject: "Recomienda también que"
}

func grammarOf(l uhri.Lang) *grammar {
	switch l {
	case uhri.English:
		return english
	case uhri.Spanish:
		return spanish
	case uhri.French:
		return french
	}
	return nil
}

// partOf reads what a heading opens. Its own words decide; partUnknown when they do not tell.
func (g *grammar) partOf(heading string) part {
	if g == nil {
		return partUnknown
	}
	h := headingKey(heading)
	for _, p := range g.parts {
		if p.name.MatchString(h) {
			return p.part
		}
	}
	return partUnknown
}

// headingKey is a heading for comparison: no outline number, no footnote mark, plain apostrophes, lower case.
func headingKey(h string) string {
	h = strings.NewReplacer("’", "'", "\u00a0", " ", "*", "").Replace(strings.ToLower(h))
	h = strings.Join(strings.Fields(h), " ")
	if m := headingNumber.FindString(h); m != "" {
		h = h[len(m):]
	}
	return strings.Trim(h, " .:")
}

var headingNumber = regexp.MustCompile(`^(?:[ivx]{1,5}|[a-z]|\d{1,2})\.\s*`)

// directive reports whether a sentence, prepared by plainSentence, recommends. loose also takes any modal verb: where the
// place already says that a paragraph recommends, in bold below a concern or under "Suggestions and recommendations".
func (g *grammar) directive(t string, loose bool) bool {
	concern := -1
	if m := g.concern.FindStringIndex(t); m != nil {
		concern = m[0]
	}
	for _, m := range g.verbs.FindAllStringSubmatchIndex(t, -1) {
		if concern >= 0 && concern < m[0] && pastForm.MatchString(t[m[0]:m[1]]) {
			continue // "regrets that … what the Committee urged it to do"
		}
		if g.governs(t, m[0], m[1], m[2] >= 0, concern) {
			return true
		}
	}
	for _, m := range g.infinitives.FindAllStringIndex(t, -1) {
		before := t[:m[0]]
		if w := g.wish.FindStringIndex(before); w != nil {
			if g.governs(t, w[0], m[1], false, concern) {
				return true
			}
			continue
		}
		if g.plural.MatchString(g.trimFiller(before)) {
			return true
		}
	}
	if concern < 0 && g.opinion != nil && g.opinion.MatchString(t) {
		return true
	}
	if m := g.passive.FindStringIndex(t); m != nil && (concern < 0 || m[0] < concern) {
		return true
	}
	for _, m := range g.modal.FindAllStringIndex(t, -1) {
		before := t[:m[0]]
		if concern >= 0 && concern < m[0] || g.recalled.MatchString(before) {
			continue
		}
		if loose || g.party.MatchString(g.trimFiller(before)) || g.dropsSubject && opensClause(g.trimFiller(before)) {
			return true
		}
	}
	return loose && concern < 0 && g.hope.MatchString(t)
}

// pastForm are the verbs of early summaries, "the Committee recommended", which in a concern tell of an earlier review.
var pastForm = regexp.MustCompile(`(?:ed|ed that|called upon|ó|é)\P{L}?$`)

func opensClause(before string) bool {
	before = strings.TrimSpace(before)
	return before == "" || strings.HasSuffix(before, ",")
}

// governs reports whether the verb at t[start:end] is the body's own: its subject stands right before it, or before a
// clause between commas, or it is joined to an earlier verb of the body. "Article 7, which calls upon States" and "the law
// encourages" are not.
func (g *grammar) governs(t string, start, end int, weak bool, concern int) bool {
	raw := t[:start]
	before := g.trimFiller(raw)
	addressed := g.addressee.MatchString(t[end:])
	inConcern := concern >= 0 && concern < start
	if g.relative.MatchString(before) {
		return false
	}
	switch {
	case g.subject.MatchString(before):
		return true
	case g.pronoun.MatchString(before):
		return !inConcern || addressed || !weak
	case before == "":
		return g.dropsSubject
	}
	spoken := g.speaks(t[:start])
	trimmed := strings.TrimRight(raw, " ")
	comma := strings.HasSuffix(trimmed, ",") || strings.HasSuffix(before, ",")
	if g.joined.MatchString(strings.TrimRight(before, " ,")) {
		return (spoken || g.dropsSubject) && (!weak || addressed)
	}
	if comma {
		if !spoken {
			return g.dropsSubject && !inConcern
		}
		// "The Committee, recalling …, recommends": a clause between commas after the subject. In a concern the verb must
		// address somebody.
		return !inConcern && (g.clause(before) || addressed) || addressed && !weak
	}
	return false
}

// speaks reports whether the body is named as a subject somewhere in a text.
func (g *grammar) speaks(t string) bool {
	for i := range t {
		if t[i] == ' ' || t[i] == ',' {
			if g.subject.MatchString(t[:i]) || g.pronoun.MatchString(t[:i]) {
				return true
			}
		}
	}
	return false
}

// clause reports whether the body's name is followed by a comma, so that a clause has been put between it and its verb.
func (g *grammar) clause(before string) bool {
	for i := range before {
		if before[i] == ',' && (g.subject.MatchString(before[:i]) || g.pronoun.MatchString(before[:i])) {
			return true
		}
	}
	return false
}

func (g *grammar) trimFiller(before string) string {
	for {
		before = strings.TrimRight(before, " ")
		m := g.filler.FindStringIndex(before)
		if m == nil {
			return before
		}
		before = before[:m[0]]
	}
}

func partName(p part, expr string) struct {
	part part
	name *regexp.Regexp
} {
	return struct {
		part part
		name *regexp.Regexp
	}{p, regexp.MustCompile(expr)}
}

// The tables. Order in parts matters: the first match decides.
var (
	english = &grammar{
		parts: []struct {
			part part
			name *regexp.Regexp
		}{
			partName(partPositive, `^follow-?up measures|progress achieved`),
			partName(partConcern, `^(?:pending )?follow-?up (?:issues|(?:on|to) (?:the )?(?:committee's )?previous)|^follow-?up (?:to|on|of) (?:individual |the )*(?:communications|views|decisions|inquir)|^follow-?up to the (?:durban|vienna|beijing|world|united nations|report|visit|recommendations of the)|^dissemination (?:of the (?:convention|covenant|optional protocol)(?:'s [a-z]+)?(?:$|,? and training|/)|,? ?(?:and )?(?:training|awareness))|^dissemination, (?:training|awareness|education)`),
			partName(partProcedure, `\b(?:dissemination and follow-?up|follow-?up and dissemination)$|^(?:follow-?up|dissemination|implementation and reporting|monitoring and reporting|reporting(?: and dissemination| obligations)?$|next (?:\S+ ){0,5}reports?\b|(?:preparation|submission|presentation) of (?:the )?(?:\S+ ){0,3}(?:periodic )?reports?\b|(?:international )?(?:cooperation and )?(?:technical )?(?:advice and )?(?:technical )?(?:assistance|cooperation) (?:and technical assistance|and advisory services)|technical (?:assistance|cooperation)|cooperation (?:and technical assistance|between states parties and the committee|with the committee)|(?:common )?core document|paragraphs of particular importance|periodicity of reports|national mechanism for (?:implementation, )?reporting|harmonized|action (?:plan )?for implementation of the concluding|implementation of the (?:present )?concluding|wide dissemination|publication and dissemination|documentation$|future (?:\S+ ){0,2}reports?\b)`),
			partName(partConcern, `(?:areas?|subjects?|matters?|issues?|causes?) of (?:\S+ )?concerns?|^(?:the committee's )?(?:main |principal )?concerns?\b|^concluding observations and recommendations$|^other recommendations$|^other (?:issues|matters)$`),
			partName(partSuggestion, `^(?:preliminary |general )?(?:suggestions?|recommendations?)(?: and (?:recommendations?|suggestions?))?(?: of the committee)?$|^(?:the committee's )?(?:suggestions|recommendations)(?: and (?:suggestions|recommendations))?$`),
			partName(partFactors, `^(?:significant |main )?factors? (?:and difficulties|affecting|impeding|and difficulty)|^(?:difficulties|obstacles)(?:$| (?:and|impeding|affecting|encountered)| (?:to|in) (?:the )?(?:implementation|application))|^factors$`),
			partName(partPositive, `^positive (?:aspects?|developments?|factors?|elements)|^(?:general observations: )?positive|progress achieved|^achievements$`),
			partName(partIntro, `^introduction$|^presentation (?:by|of (?:the )?(?:\S+ ){0,3}reports?)|^introductory|^opening (?:remarks|statements?)|^general observations$|^background$`),
		},
		subject:     regexp.MustCompile(`(?:^|[\s,])(?:committee|committee (?:against|on) [a-z' ]{3,90}|subcommittee|sub-committee|subcommittee on [a-z ]{3,40}|spt|rapporteurs?|special rapporteur on [a-z' ,-]{3,160}|expert|independent expert on [a-z' ,-]{3,160}|working group|working group (?:of experts )?on [a-z' ,-]{3,120}|working group of experts|mandate holder|(?:special )?representative(?: of the secretary-general)?(?: on [a-z' ,-]{3,160})?|expert mechanism)$`),
		pronoun:     regexp.MustCompile(`(?:^|[\s,])(?:it|she|he|they)$`),
		relative:    regexp.MustCompile(`(?:^|[\s,])(?:which|who|whom|that|what|(?:that|which|as|because|when|where|if|since|although|whether|how|until|than) (?:it|she|he|they))$`),
		filler:      regexp.MustCompile(`(?:^|[\s,]+)(?:also|further|furthermore|therefore|thus|hence|accordingly|consequently|hereby|once again|once more|again|strongly|particularly|in particular|especially|specifically|more specifically|urgently|additionally|moreover|likewise|similarly|earnestly|firmly|respectfully|finally|nevertheless|nonetheless|however|instead|now|still|repeatedly|equally|kindly|emphatically|reiterates and|in this (?:regard|respect|connection|context|light)|in that (?:regard|respect|connection)|in addition|to (?:this|that) (?:end|effect)|as a matter of (?:urgency|priority)|inter alia|both|thus,)$`),
		joined:      regexp.MustCompile(`(?:^|[\s,])(?:and|but|or|while|to)$`),
		wish:        regexp.MustCompile(`\b(?:wish(?:es)?|would like|is inclined|would|feels? compelled|deems it (?:appropriate|necessary)) (?:to )?(?:(?:also|further|strongly|again|particularly|therefore|once again|once more) ){0,2}$`),
		verbs:       regexp.MustCompile(`\b(?:recommends?|recommended that|urges|exhorts|advises|advocates|appeals to|(?:reiterates|reaffirms|repeats|renews|restates|maintains|reinforces) (?:its|the|all its|his|her|their) (?:[a-z\-]+ ){0,4}?(?:recommendations?|call|calls|requests?|invitation|appeal|suggestions?|encouragement|request)\b|reiterates that the state party should|requires the|proposes that|(calls (?:up)?on|calls for|encourages|requests|invites|suggests|asks|insists|recommended|urged|suggested|encouraged|called upon|expects the state|trusts that the state))\b`),
		infinitives: regexp.MustCompile(`\b(?:recommend|urge|encourage|request|invite|suggest|call (?:up)?on|reiterate (?:its|their) (?:[a-z]+ ){0,3}(?:recommendations?|call|request)|advise|appeal to|propose)\b`),
		plural:      regexp.MustCompile(`(?:^|[\s,])(?:rapporteurs|experts|mandate holders|they|members of the delegation|representatives)$`),
		addressee:   regexp.MustCompile(`^[\s,:]*(?:that\b|party (?:to|will|takes?)\b|upon\b|(?:all |both |its |it to|them to|him to|her to|each )|(?:the |all |these |those )?(?:(?:[a-z\-]+ ){0,3}(?:states?|governments?|state party's|european union|authorities|parliament|territory|administration|institutions|bodies|agencies|community|stakeholders|parties|union|ministry|council|commission|companies|donors|organizations)\b))`),
		passive:     regexp.MustCompile(`\b(?:it|there) is (?:\S+ )?(?:recommended|suggested|requested|urged|advised|proposed) (?:that|to)\b|\bit (?:would be|is) (?:recommended|advisable|recommendable)\b|^(?:the )?[a-z' -]{0,60}(?:is|are) (?:\S+ )?recommended\b`),
		party:       regexp.MustCompile(`\b(?:state party|states party|state parties|state|government|it|authorities|parliament|european union|administration|the latter|territory)(?:'s [a-z -]{2,60}| and [a-z ]{3,40})?(?:,[^;:]{1,300},?)?$`),
		modal:       regexp.MustCompile(`\b(?:should|must|shall|ought to|needs? to|(?:is|are) (?:(?:strongly|urgently|further|also|therefore|again|particularly|hereby|thus) ){0,2}(?:urged|requested|encouraged|invited|called (?:up)?on|recommended|asked|advised) to)\b`),
		duty:        regexp.MustCompile(`\b(?:needs? to|ha(?:s|ve) (?:a|an|the) (?:[a-z\-]+ ){0,3}(?:duty|duties|obligation|obligations|responsibility)|(?:is|are) (?:under an obligation|obliged|required|bound) to|it is (?:\S+ )?(?:imperative|essential|crucial|vital|critical|urgent|necessary|incumbent|important) (?:that|for|to|up)|would (?:do well|be well advised) to)\b`),
		recalled:    regexp.MustCompile(`\b(?:recall(?:s|ed|ing)?|remind(?:s|ed|ing)|notes?|noted|observes|welcomes|states that|stated|stating|according to|provides|argues|replied|indicates|indicated|declared|explained|claims|claimed that|affirms|affirmed|argued|(?:was|were) (?:told|informed|assured|advised)|(?:heard|said|maintained|contended) that|whether|not clear|unclear|as to how)\b[^;]*$`),
		concern:     regexp.MustCompile(`\b(?:(?:is|are|was|were|been|be|remains?|also|deeply|gravely|particularly|seriously|still|equally|further|very|extremely|especially|greatly|increasingly|nevertheless|however|nonetheless|therefore|highly|most|continues to be|furthermore|moreover) concerned|concerned (?:about|at|by|that|over|with|as to|to learn|however)|concerns? (?:about|at|that|over|regarding|as to|with regard|with respect|is|are|remain)|(?:its|their|deep|grave|serious|great|particular|previous|express(?:es)?|express|matter of|cause for|of) concerns?|with (?:\S+ )?(?:\S+ )?(?:concern|regret|alarm|dismay|disappointment)|regrets?|deplores|alarmed|dismayed|disturbed|disturbing|troubled|worried|preoccupied|regrettable|finds it|deeply disappointed|disappointed)\b`),
		opinion:     regexp.MustCompile(`\b(?:sub-?committee|spt) (?:(?:also|therefore|further|thus|strongly) ){0,2}(?:(?:considers|believes|stresses|emphasi[sz]es|underlines|is of the (?:view|opinion)|is convinced) that [^;]{3,240}?\b(?:should|must)\b|(?:would like|wishes) to (?:be informed|receive|know|be kept))`),
		outright:    regexp.MustCompile(`^[^,;]{3,120}? (?:should|must) (?:(?:not|also|therefore|always|immediately|promptly) ){0,2}(?:be|have|receive|undergo|include|cover)\b`),
		hope:        regexp.MustCompile(`\b(?:hopes?|trusts?|expects?|looks forward|would (?:welcome|appreciate|like)|wishes|expresses the (?:hope|wish)|expresses (?:its|the) hope|is of the (?:view|opinion) that|believes that|considers (?:that|it)|emphasi[sz]es|stresses|underlines|underscores|draws (?:the )?attention|draws the state|need(?:s)? to be|could|requires?|required|special attention|deserves?|attention (?:is|be) (?:drawn|paid|given))\b`),
		emphasis:    regexp.MustCompile(`\b(?:emphasi[sz]es?|emphasis|stress(?:es)?|underlin(?:es?|ing)|underscores?)\b.{0,60}\b(?:need|obligation|importance|that (?:all|the state))\b`),
		priority:    regexp.MustCompile(`attention to the (?:recommendations|recommendation)[^.]{0,60}(?:following areas|in the following)|following (?:priority )?areas.{0,60}urgent (?:measures|action)|in respect of which urgent (?:measures|action)`),
		procedure: regexp.MustCompile(`(?:disseminat|publici[sz]|(?:widely|publicly|readily) (?:available|known|distributed|disseminated|accessible|publicized)|made? public|made? available|circulat|translat|transmit|publish|publication)[^;]*(?:concluding (?:observations|comments)|present (?:observations|recommendations|comments|conclusions))|(?:concluding (?:observations|comments)|present (?:observations|recommendations|comments|conclusions))[^;]*(?:disseminat|publici[sz]|widely (?:available|known|distributed)|made? public|made? available|circulat|translat|transmit|publish)` +
			`|\b(?:submit|submission|present|submitted|furnish|due|prepar)[^;]{0,140}(?:next|initial|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|[a-z]+th|combined|overdue|periodic) (?:[a-z\-]+ ){0,6}reports?\b|\b(?:next|combined) (?:[a-z\-]+ ){0,8}reports?\b[^;]{0,80}\b(?:due|submitted|by \d|be submitted|no later|is to be|scheduled)` +
			`|\bwithin (?:one year|two years|twelve months|twenty-four months|24 months|18 months|a year|1 year|2 years|12 months)\b[^;]*(?:information|report|implement|respon)|\b(?:information|report)\b[^;]*\bwithin (?:one|two|a|1|2|twelve|12|24) (?:years?|months)\b` +
			`|\bby \d{1,2} [a-z]+ \d{4}\b[^;]*(?:information|follow)[^;]*|\binformation\b[^;]*\bby \d{1,2} [a-z]+ \d{4}\b|\brequests?\b[^;]*next periodic report[^;]*(?:implement|follow)[^;]*(?:concluding|present|recommendations)|respond (?:in its next|to the concerns)` +
			`|(?:state party's|initial|periodic) reports?[^;]{0,160}\bmade (?:readily|widely|publicly)[ a-z]{0,30}(?:available|accessible)|core document|simplified reporting|reporting guidelines|harmonized (?:treaty-specific )?guidelines|rules? \d+[^;]{0,60}rules of procedure|of its rules of procedure`),
		others:     regexp.MustCompile(`\b(?:states?|governments?|authorities|authority|ministr(?:y|ies)|ministers?|parliament(?:arians)?|legislat(?:ure|ors)|congress|senate|judiciary|courts?|judges|prosecutors?|prosecution|police|security forces|armed forces|law enforcement|officials|municipalit(?:y|ies)|provinces|cantons|regions|cit(?:y|ies)|compan(?:y|ies)|corporations?|business(?:es)?|enterprises?|investors|industry|employers|trade unions|unions|private sector|banks?|institutions?|donors?|partners|international community|united nations|(?:human rights )?council|general assembly|agenc(?:y|ies)|offices?|high commissioner|undp|unicef|ohchr|unhcr|world bank|imf|fund|european union|african union|commission(?:er)?s?|ombuds(?:man|person|men)|defender|nhris?|civil society|(?:non-governmental )?organi[sz]ations|ngos?|media|journalists|political parties|parties|stakeholders|actors|leaders|universities|schools|academia|communities|bar association|lawyers|doctors|hospitals|(?:service |health-?care |care )?providers|teachers|staff|personnel|politicians|departments?|directorates?|inspectorates?|armed groups|churches|task force|secretariat|president|prime minister|presidency|cabinet|administration|bod(?:y|ies)|mechanisms?|entities|duty bearers|country)\b`),
		imperative: regexp.MustCompile(`^(?:(?:urgently|immediately|promptly|fully|effectively|further|also|swiftly|actively|systematically|clearly|publicly|progressively|unconditionally) )?(?:abolish|accede|accelerate|adapt|address|adopt|align|allocate|allow|amend|appoint|apply|appropriate|assess|assist|avoid|ban|bring|broaden|build|carry out|cease|clarify|close|collect|combat|commit|complete|comply|conduct|consider|consolidate|consult|continue|cooperate|create|criminalize|decriminalize|define|deploy|design|develop|disseminate|drop|elaborate|eliminate|enable|enact|encourage|end|enforce|engage|enhance|ensure|establish|evaluate|examine|expand|expedite|explore|extend|facilitate|finalize|follow|formulate|foster|fulfil|fund|give|grant|guarantee|halt|harmonize|hold|identify|implement|improve|include|incorporate|increase|initiate|integrate|intensify|introduce|invest|investigate|invite|involve|issue|keep|launch|lift|limit|maintain|mainstream|make|modify|monitor|move|organize|pay|prepare|prevent|prioritize|prohibit|promote|prosecute|protect|provide|publish|punish|pursue|put|raise|ratify|recognize|redouble|reduce|refrain|reform|register|regulate|reinforce|release|remove|repeal|replace|request|require|resolve|respect|restore|review|revise|safeguard|scale up|secure|seek|separate|set up|share|simplify|speed up|step up|stop|streamline|strengthen|submit|support|sustain|tackle|take|train|transfer|uphold|undertake|use|utilize|withdraw|work)\b`),
	}

	spanish = &grammar{
		parts: []struct {
			part part
			name *regexp.Regexp
		}{
			partName(partConcern, `^(?:cuestiones de )?seguimiento (?:pendientes|de las cuestiones pendientes)|^cuestiones pendientes|^seguimiento de la (?:declaración|conferencia)|^seguimiento .*anteriores|^(?:difusión|divulgación)\b.*\b(?:sensibilización|capacitación|formación)|^(?:difusión|divulgación) de la convención$`),
			partName(partProcedure, `^(?:seguimiento|procedimiento de seguimiento|difusión|divulgación|aplicación y presentación de informes|presentación de informes|próximos? (?:\S+ ){0,3}informes?|(?:preparación|presentación) (?:del|de los) (?:\S+ ){0,3}informes?|asistencia técnica|cooperación (?:y asistencia )?técnica|cooperación y asistencia técnica|documento básico|párrafos de (?:particular|especial) importancia|cooperación entre los estados partes y el comité)`),
			partName(partConcern, `(?:ámbitos?|motivos?|esferas?|aspectos|cuestiones|asuntos|temas|áreas) (?:\S+ )?(?:de|que (?:suscitan|son motivo de)|motivo de) (?:\S+ )?(?:preocupación|inquietud)|preocupaciones|^otras recomendaciones$|^otras cuestiones$|^motivos de`),
			partName(partSuggestion, `^(?:sugerencias|recomendaciones)(?: preliminares)?(?: y (?:recomendaciones|sugerencias))?(?: del comité)?$`),
			partName(partFactors, `^(?:factores|dificultades|obstáculos)`),
			partName(partPositive, `^aspectos positivos|^acontecimientos positivos|^(?:observaciones generales: )?aspectos positivos|^progresos|^novedades positivas|medidas de seguimiento adoptadas y progresos`),
			partName(partIntro, `^introducción|^presentación (?:por|del estado)|^observaciones generales$|^antecedentes`),
		},
		subject:     regexp.MustCompile(`(?:^|[\s,])(?:comité|subcomité|relatora?|relatora? especial|relatora? especial sobre [\p{L} ,]{3,140}|expert[oa]|expert[oa] independiente|grupo de trabajo|grupo de trabajo sobre [\p{L} ,]{3,100}|el mismo|este)(?: (?:le|les|lo|la|los|las))?$`),
		pronoun:     regexp.MustCompile(`(?:^|[\s,])(?:él|ella|éste)(?: (?:le|les|lo|la))?$`),
		relative:    regexp.MustCompile(`(?:^|[\s,])(?:que|quien|cual|donde|como|cuando)(?: (?:le|lo|la|se|también))?$`),
		filler:      regexp.MustCompile(`(?:^|[\s,]+)(?:también|además|asimismo|igualmente|por (?:lo )?tanto|por consiguiente|por ello|por ende|en consecuencia|encarecidamente|firmemente|enérgicamente|en particular|en especial|especialmente|particularmente|concretamente|específicamente|nuevamente|una vez más|de nuevo|finalmente|por último|en (?:este|ese) (?:sentido|contexto|aspecto)|al respecto|a (?:este|ese|tal) (?:respecto|fin|efecto)|con (?:este|ese) (?:fin|objeto)|asi mismo|así|más aún|de igual (?:modo|manera|forma)|del mismo modo|a su vez|sin embargo|no obstante|le|les|lo|la|los|las)$`),
		joined:      regexp.MustCompile(`(?:^|[\s,])(?:y|e|o|pero|así como|al tiempo que|mientras que)$`),
		wish:        regexp.MustCompile(`\b(?:desea|desearía|quisiera|quiere|debe|tiene a bien|se permite) (?:(?:también|además|asimismo) )?$`),
		verbs:       regexp.MustCompile(`(?:^|[^\p{L}])(?:recomiendan?|instan?|exhortan?|urgen?|apremian?|encarecen?|ruegan?|aconsejan?|reiteran? (?:sus?|la|las|el|al estado parte) (?:[\p{L}]+ ){0,3}?(?:recomendaci[óo]n(?:es)?|llamamientos?|llamados?|petici[óo]n(?:es)?|solicitud(?:es)?|invitaci[óo]n|sugerencias?|que)|hacen? un llamamiento|proponen?|(alientan?|animan?|piden?|solicitan?|invitan?|sugieren?|llaman? a|requieren?|insiste en|recomendó|instó|sugirió|exhortó|alentó))(?:$|[^\p{L}])`),
		infinitives: regexp.MustCompile(`(?:^|[^\p{L}])(?:recomendar|instar|exhortar|alentar|pedir|solicitar|invitar|sugerir|reiterar (?:su|la|sus) (?:[\p{L}]+ ){0,2}(?:recomendaci|llamamiento)|proponer)`),
		plural:      regexp.MustCompile(`(?:^|[\s,])(?:relatores|expertos|relatoras|expertas)$`),
		addressee:   regexp.MustCompile(`^[\s,:]*(?:que\b|al?\b|a la\b|a los\b|a las\b|a que\b|se\b|también|además|encarecidamente|asimismo|por tanto|en particular|nuevamente|firmemente|igualmente)`),
		passive:     regexp.MustCompile(`(?:^|[^\p{L}])se (?:le |les )?(?:recomienda|insta|exhorta|alienta|sugiere|invita|pide|solicita)|(?:sería|es) (?:recomendable|conveniente)|se (?:debería|deberían|debe|deben)\b`),
		party:       regexp.MustCompile(`(?:estado parte|estado|gobierno|autoridades|parlamento|aquel|aquél|este último|el mismo)(?: de [\p{L} ]{3,40})?(?: no)?(?:,[^;:]{1,300},?)?$`),
		modal:       regexp.MustCompile(`(?:^|[^\p{L}])(?:debe(?:n|ría|rían|rá|rán)?|ha de|han de|tendría que|tiene que|es (?:preciso|necesario|menester|indispensable|imprescindible) que|convendría|es instado|se le (?:insta|alienta|invita|pide))(?:$|[^\p{L}])`),
		duty:        regexp.MustCompile(`(?:^|[^\p{L}])(?:tienen? (?:la|el) (?:\p{L}+ )?(?:obligación|deber|responsabilidad)|es (?:\S+ )?(?:imperativo|esencial|fundamental|crucial|urgente|importante|indispensable|necesario|preciso)|necesitan?)`),
		recalled:    regexp.MustCompile(`(?:^|[^\p{L}])(?:recuerda|recordando|observa|toma nota|acoge|según|de conformidad|estipula|dispone|establece|afirma|señala que|si bien|aunque)[^;]*$`),
		concern:     regexp.MustCompile(`preocup|inquiet|lamenta|deplora|alarma|consterna|desalent|decepcion|pesar\b`),
		hope:        regexp.MustCompile(`espera|confía|agradecería|desearía|celebraría|opina que|considera que|subraya|destaca|hace hincapié|señala (?:a la|la) atención|convendría|necesidad`),
		emphasis:    regexp.MustCompile(`(?:hincapié|subraya|destaca|insiste|énfasis).{0,80}(?:necesidad|obligación|importancia)`),
		priority:    regexp.MustCompile(`atención[^;]{0,80}recomendaciones[^;]{0,120}(?:siguientes|urgentes)`),
		procedure: regexp.MustCompile(`(?:difund|difusión|divulg|distribuy|publi[cq]|traduz|transmit)[^;]*(?:observaciones finales|presentes (?:observaciones|recomendaciones))|(?:observaciones finales|presentes (?:observaciones|recomendaciones))[^;]*(?:difund|difusión|divulg|distribuy|publi[cq]|traduz|transmit)` +
			`|(?:present|prepar)[^;]{0,120}(?:próximos?|segundo|tercer|cuarto|quinto|sexto|séptimo|octavo|noveno|combinados) (?:\p{L}+ ){0,6}informes?[^;]*|próximos? informes?[^;]*(?:a más tardar|antes del|debe)` +
			`|(?:plazo de|dentro de|en) (?:un|dos) años?[^;]*(?:información|informe)|información[^;]*(?:plazo de|dentro de|en el plazo de) (?:un|dos|12|24) (?:años?|meses)|a más tardar el \d[^;]*información|información[^;]*a más tardar|documento básico|procedimiento simplificado|directrices armonizadas|su reglamento`),
		others:       regexp.MustCompile(`(?:^|[^\p{L}])(?:estados?|gobiernos?|autoridad(?:es)?|ministerios?|parlamento|congreso|asamblea|poder (?:judicial|legislativo|ejecutivo)|tribunales|jueces|fiscalía|fiscales|policía|fuerzas|municipios|empresas?|corporaciones|bancos?|instituci(?:ón|ones)|donantes|comunidad internacional|naciones unidas|organismos?|organizaciones|sociedad civil|medios de comunicación|defensoría|partidos|comisión|consejo|oficina|sector privado|sindicatos|entidades|órganos?|universidades|comunidades)(?:$|[^\p{L}])`),
		imperative:   regexp.MustCompile(`^(?:no )?\p{L}{3,}(?:ar|er|ir)(?:se)? `),
		dropsSubject: true,
	}

	french = &grammar{
		parts: []struct {
			part part
			name *regexp.Regexp
		}{
			partName(partConcern, `^questions (?:en suspens|restant|relatives au suivi)|^suivi (?:des questions en suspens|de la déclaration|de la conférence)|^suivi .*(?:précédentes|antérieures)|^diffusion\b.*\b(?:sensibilisation|formation)\b|^diffusion de la convention$`),
			partName(partProcedure, `^(?:suivi|procédure de suivi|diffusion|mise en œuvre et (?:soumission|établissement)|soumission de rapports?|établissement (?:du|de) (?:\S+ )?rapports?|prochains? rapports?|élaboration du (?:prochain )?rapport|assistance technique|coopération (?:et assistance )?technique|coopération et assistance technique|document de base|paragraphes d'importance particulière|coopération entre les états parties et le comité)`),
			partName(partConcern, `(?:motifs?|sujets?|domaines?|points?|questions?) (?:\S+ )?de (?:préoccupation|d'inquiétude|préoccupations)|préoccupations|sujets d'inquiétude|^autres recommandations$|^autres questions$`),
			partName(partSuggestion, `^(?:suggestions|recommandations)(?: et (?:recommandations|suggestions))?(?: du comité)?$`),
			partName(partFactors, `^(?:facteurs|difficultés|obstacles)`),
			partName(partPositive, `^aspects positifs|^(?:faits|éléments|facteurs) (?:nouveaux )?positifs|^(?:observations générales : )?aspects positifs|progrès réalisés|^évolution positive`),
			partName(partIntro, `^introduction|^présentation|^observations générales$|^contexte`),
		},
		subject:     regexp.MustCompile(`(?:^|[\s,])(?:comité|sous-comité|rapporteu(?:re?|se)|rapporteu(?:re?|se) spéciale?|rapporteu(?:re?|se) spéciale? sur [\p{L}' ,]{3,140}|experte?|experte? indépendante?|groupe de travail|groupe de travail sur [\p{L}' ,]{3,100})(?: (?:lui|leur|le|la|les|l'|y|en))?$`),
		pronoun:     regexp.MustCompile(`(?:^|[\s,'])(?:il|elle|ils|elles)(?: (?:lui|leur|le|la|les|l'|y|en))?$`),
		relative:    regexp.MustCompile(`(?:^|[\s,])(?:qui|que|dont|lequel|laquelle|où|(?:qu'|lorsqu'|puisqu'|s')(?:il|elle|ils|elles))(?: (?:lui|leur|le|la|les))?$`),
		filler:      regexp.MustCompile(`(?:^|[\s,]+)(?:aussi|également|en outre|de plus|par ailleurs|donc|dès lors|par conséquent|en conséquence|instamment|vivement|fermement|fortement|notamment|en particulier|particulièrement|spécialement|spécifiquement|plus précisément|de nouveau|une fois (?:de plus|encore)|à nouveau|enfin|toutefois|cependant|néanmoins|à cet égard|à ce sujet|dans ce contexte|à cette fin|à cet effet|ainsi|surtout|de même|lui|leur|l')$`),
		joined:      regexp.MustCompile(`(?:^|[\s,])(?:et|ou|mais|ainsi que)$`),
		wish:        regexp.MustCompile(`(?:souhaite|souhaiterait|voudrait|tient à|désire|entend) (?:(?:aussi|également) )?$`),
		verbs:       regexp.MustCompile(`(?:^|[^\p{L}])(?:recommand(?:e|ent)|engag(?:e|ent)|exhort(?:e|ent)|pri(?:e|ent)(?: instamment)?|préconis(?:e|ent)|conseill(?:e|ent)|(?:réitèr|renouvell|réaffirm|rappell|répèt)(?:e|ent) (?:sa|ses|la|les|l'|son|au|à l'état partie (?:sa|ses)) ?(?:[\p{L}]+ ){0,3}?(?:recommandations?|appel|demande|invitation|suggestions?)|lanc(?:e|ent) un appel|propos(?:e|ent)|(encourag(?:e|ent)|demand(?:e|ent)|invit(?:e|ent)|suggèr(?:e|ent)|appell(?:e|ent)|insist(?:e|ent) pour|(?:a|ont) (?:recommandé|engagé|suggéré|encouragé|exhorté)))(?:$|[^\p{L}])`),
		infinitives: regexp.MustCompile(`(?:^|[^\p{L}])(?:recommander|engager|exhorter|prier|encourager|demander|inviter|suggérer|réitérer sa|réitérer ses)`),
		plural:      regexp.MustCompile(`(?:^|[\s,])(?:rapporteurs|experts|rapporteuses|expertes)$`),
		addressee:   regexp.MustCompile(`^[\s,:]*(?:que\b|à |au\b|aux\b|l'|le\b|la\b|les\b|de\b|d'|instamment|vivement|également|aussi|en outre|donc|fermement|toutes|tous|en particulier)`),
		passive:     regexp.MustCompile(`\bil (?:est|serait) (?:\S+ )?(?:recommandé|suggéré|demandé|conseillé|souhaitable|préconisé)|(?:est|sont) (?:instamment |vivement |également )*(?:recommandée?s?)\b`),
		party:       regexp.MustCompile(`(?:état partie|états parties|état|gouvernement|autorités|parlement|il|elle|ils|celui-ci|ce dernier)(?:,[^;:]{1,300},?)?$`),
		modal:       regexp.MustCompile(`(?:^|[^\p{L}])(?:devrai(?:t|ent)|doit|doivent|devra|devront|(?:est|sont) (?:instamment |vivement |également |aussi |en outre )*(?:invitée?s?|priée?s?|encouragée?s?|engagée?s?|exhortée?s?|appelée?s?))(?:$|[^\p{L}])`),
		duty:        regexp.MustCompile(`(?:^|[^\p{L}])(?:(?:a|ont) (?:le devoir|l'obligation|la responsabilité)|il (?:est|importe|convient|faut|faudrait)(?: \S+)? ?(?:impératif|essentiel|crucial|urgent|nécessaire|important|indispensable|de|que)?|est tenu|sont tenus)`),
		recalled:    regexp.MustCompile(`(?:^|[^\p{L}])(?:rappelle|rappelant|note|prend note|accueille|selon|conformément|dispose|prévoit|affirme|fait observer|si\b)[^;]*$`),
		concern:     regexp.MustCompile(`préoccup|inquiét|inquiè|s'inquiète|regrett|déplor|alarm|constern|déçu|regret\b`),
		hope:        regexp.MustCompile(`espère|souhaite|attend|compte|est d'avis|estime|souligne|insiste|appelle l'attention|attire l'attention|nécessité|il (?:convient|faut|faudrait|importe)`),
		emphasis:    regexp.MustCompile(`(?:souligne|insiste|met l'accent|accent).{0,80}(?:nécessité|obligation|importance)`),
		priority:    regexp.MustCompile(`attention[^;]{0,80}recommandations[^;]{0,120}(?:suivants|suivantes|urgence)`),
		procedure: regexp.MustCompile(`(?:diffus|publi|distribu|tradui|transmett|faire connaître)[^;]*(?:observations finales|présentes (?:observations|recommandations))|(?:observations finales|présentes (?:observations|recommandations))[^;]*(?:diffus|publi|distribu|tradui|transmett)` +
			`|(?:soumett|présent|prépar|élabor)[^;]{0,120}(?:prochains?|deuxième|troisième|quatrième|cinquième|sixième|septième|huitième|neuvième|périodiques?) (?:\p{L}+ ){0,6}rapports?|prochain rapport[^;]*(?:au plus tard|d'ici|avant)|rapport(?:s)? périodique(?:s)?[^;]*(?:au plus tard|d'ici)` +
			`|dans (?:un délai d'un an|un délai de (?:un|deux) ans?|les deux ans|l'année)[^;]*(?:renseignements|informations|rapport)|(?:renseignements|informations)[^;]*dans (?:un délai|les deux ans|l'année)|document de base|procédure simplifiée|directives harmonisées|règlement intérieur`),
		others:     regexp.MustCompile(`(?:^|[^\p{L}])(?:états?|gouvernements?|autorités?|ministères?|parlement|législateur|congrès|justice|tribunaux|juges|procureurs?|police|forces|communes|municipalités|entreprises?|sociétés|banques?|institutions?|donateurs|bailleurs|communauté internationale|nations unies|organismes?|organisations?|société civile|médias|médiateur|défenseur|partis|commission|conseil|haut-commissariat|secteur privé|syndicats|entités|organes?|universités|collectivités|communautés|partenaires|acteurs)(?:$|[^\p{L}])`),
		imperative: regexp.MustCompile(`^(?:de |d'|ne pas )?\p{L}{3,}(?:er|ir|re)(?: |$)`),
	}
)
