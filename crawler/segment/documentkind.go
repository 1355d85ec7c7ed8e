package segment

import (
	"regexp"
	"strings"

	"uhri"
	"uhri/crawler/extract"
)

var (
	commentsTitle   = regexp.MustCompile(`(?im)\b(?:comments|observations|response|replies|reply|views) (?:by|of|from|submitted by) (?:the )?(?:state\b|government|permanent mission|republic|kingdom)|\bcomentarios (?:del|de la|formulados por) |\b(?:observations|commentaires) (?:de l[’']état|du gouvernement)|^(?:addendum:? )?comments by (?:the )?\p{L}+`)
	followUpTitle   = regexp.MustCompile(`(?i)\binformation (?:received|provided|submitted|furnished) (?:from|by) .{2,90}(?:follow[- ]up|concluding observations|recommendations)|\b(?:follow-up (?:replies|report|information))|\bcomments by the (?:state|government).{0,80}concluding observations|\binformación recibida de|\brenseignements reçus d`)
	concludingTitle = regexp.MustCompile(`(?i)\bconcluding (?:observations|comments)\b|\bobservaciones finales\b|\bobservations finales\b|الملاحظات الختامية|заключительные замечания|结论性意见`)
	visitTitle      = regexp.MustCompile(`(?i)\b(?:visit|mission)s? to\b|\b(?:his|her|its|their|country|follow-up) (?:visit|mission)\b|\b(?:visita|misión) (?:a|al|oficial)\b|\b(?:visite|mission) (?:en|au|aux|à|officielle)\b`)
	procedureTitle  = regexp.MustCompile(`(?i)\b(?:special rapporteur|independent expert|working group on|working group of experts|special representative|expert mechanism|relatora? especial|expert[oa] independiente|grupo de trabajo sobre|rapporteu(?:re?|se) spéciale?|experte? indépendante?|groupe de travail sur)\b`)
	visitAddendum   = regexp.MustCompile(`^(?:DEMO/)?(?:A/HRC/\d+/\d+|E/CN\.4/\d{4}/\d+)/Add\.\d+$`)
	corrigendum     = regexp.MustCompile(`/Corr\.\d+$`)
	visitSymbol     = regexp.MustCompile(`^(?:A/HRC/\d+/\d+/Add\.\d+|E/CN\.4/\d{4}/\d+/Add\.\d+|A/HRC/\d+/\d+)$`)
)

// KindOf tells what a document of a treaty body or a special procedure is, by its symbol first and its title second;
// UnknownDocument when neither tells. Reports of the Universal Periodic Review are not of these families: ask UPRReport.
func KindOf(d *extract.Document) DocumentKind {
	sym := d.Symbol()
	title := coverTitle(d)
	s := strings.TrimPrefix(string(sym), "DEMO/")
	if corrigendum.MatchString(s) {
		return Corrigendum
	}
	code, _ := sym.Body()
	b, _ := uhri.BodyByCode(code)
	if b.Mechanism == uhri.MechanismTreatyBody {
		return treatyKind(sym, title)
	}
	if code == "UPR" {
		return OtherDocument
	}
	switch {
	case strings.HasPrefix(s, "A/") || strings.HasPrefix(s, "E/CN.4/"):
		switch {
		case commentsTitle.MatchString(title):
			return StateComments
		case wgMention.MatchString(title):
			return OtherDocument // of the Universal Periodic Review
		case strings.Contains(s, "/Add.") && visitTitle.MatchString(title):
			return CountryVisit
		case procedureTitle.MatchString(title) && visitTitle.MatchString(title) && visitSymbol.MatchString(s):
			return CountryVisit
		case procedureTitle.MatchString(title):
			return ThematicReport
		}
	case followUpTitle.MatchString(title):
		return StateFollowUp
	case concludingTitle.MatchString(title):
		return ConcludingObservations
	case commentsTitle.MatchString(title):
		return StateComments
	case procedureTitle.MatchString(title) && visitTitle.MatchString(title):
		return CountryVisit
	case procedureTitle.MatchString(title):
		return ThematicReport
	}
	return UnknownDocument
}

// concludingSymbol finds the part that only concluding observations have: CEDAW/C/KEN/CO/8, CCPR/CO/83/GRC, CERD/C/63/CO/5,
// CAT/C/CR/33/1; before, addenda of common series.
var (
	concludingSymbol = regexp.MustCompile(`/CO/|^[A-Z]+/CO/|/C/CR/|/CONCL|^CED/C/[A-Z]+/OAI/`)
	stateSeries      = regexp.MustCompile(`^(?:E/C\.12/1|CRC/C/15|CCPR/C/79|CERD/C/304)/Add\.\d+`)
	afterAddendum    = regexp.MustCompile(`/Add\.\d+`)
	subcommittee     = regexp.MustCompile(`^CAT/OP/[A-Z]{3}/`)
	statesAnswer     = regexp.MustCompile(`/CSPR`) // CAT/OP/…/CSPROSP/1: comments of the State party on a visit's report
	otherTreatyDoc   = regexp.MustCompile(`/(?:GC|GR|Q|QPR|RQ|LOI|R|SR|INF|D|VIEWS|DEC|L|NGO|SP|FU|FR|RLE|PR)(?:/|\.|$)`)
)

func treatyKind(sym uhri.Symbol, title string) DocumentKind {
	s := strings.TrimPrefix(string(sym), "DEMO/")
	switch {
	case strings.HasPrefix(s, "A/"):
		return AnnualReport
	case stateSeries.MatchString(s):
		return ConcludingObservations
	case (concludingSymbol.MatchString(s) || subcommittee.MatchString(s)) && afterAddendum.MatchString(s):
		// An addendum by the committee itself is as rare as it is plainly titled.
		return StateFollowUp
	case subcommittee.MatchString(s) && (statesAnswer.MatchString(s) || commentsTitle.MatchString(title)):
		return StateFollowUp
	case concludingSymbol.MatchString(s), subcommittee.MatchString(s):
		return ConcludingObservations
	case concludingTitle.MatchString(title) && !followUpTitle.MatchString(title) && !otherTreatyDoc.MatchString(s):
		return ConcludingObservations
	}
	return OtherDocument
}

// coverTitle is what a document prints before its summary and its first numbered paragraph.
func coverTitle(d *extract.Document) string {
	var b strings.Builder
	for i, k := range d.Blocks {
		if k.Kind == extract.Paragraph || i > 25 || b.Len() > 3000 || summaryLine.MatchString(k.Text) {
			break
		}
		if k.Kind == extract.Contents || len(k.Text) > 600 {
			continue
		}
		b.WriteString(k.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

var summaryLine = regexp.MustCompile(`^(?:Summary|Executive summary|Abstract|Resumen|Résumé)\b`)

var (
	stateInTitle = regexp.MustCompile(`(?i)(?:reports? of|observations on|comments on|respect of|: )\s*(?:the )?(.{3,90})$`)
	visitTo      = regexp.MustCompile(`(?i)(?:visit|mission)s? to (?:the )?([^;:]{3,90})|(?:visita|misión)(?: oficial)? (?:al|a la|a los|a) ([^;:]{3,90})|(?:visite|mission) (?:en|au|aux|à la|à) (?:l[’'])?([^;:]{3,90})|situation of human rights in (?:the )?([^;:,]{3,90})`)
)

// stateInTitles reads the State from titles such as "Concluding observations on the fifth periodic report of Kenya".
func stateInTitles(titles []string) uhri.Country {
	for _, t := range titles {
		t = footMark.ReplaceAllString(strings.TrimSpace(t), "")
		if c, ok := uhri.ResolveCountry(t); ok && !looksLikeCode(t) {
			return c
		}
		if m := stateInTitle.FindStringSubmatch(t); m != nil {
			if c, ok := longestState(m[1]); ok {
				return c
			}
		}
	}
	return ""
}

// longestState resolves the State a text begins with, words being taken off its end.
func longestState(s string) (uhri.Country, bool) {
	words := strings.Fields(s)
	for n := min(len(words), 10); n > 0; n-- {
		name := strings.Trim(strings.Join(words[:n], " "), " ,.*:;()[]")
		if strings.Contains(name, "(") {
			name += ")"
		}
		if looksLikeCode(name) {
			continue
		}
		if c, ok := uhri.ResolveCountry(name); ok {
			return c, true
		}
	}
	return "", false
}
