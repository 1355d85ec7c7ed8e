package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"uhri"
	"uhri/index/analysis"
)

// Options say how a query is read.
type Options struct {
	// Strict makes an error of everything the lenient reading would repair. What a query means does not depend on it.
	Strict bool
	// UHRI reads the text as UHRI's own search does: one word as the beginning of words, several as a phrase of
	// such beginnings. It has no operators, quotes or fields.
	UHRI bool
}

// Parse reads a query. The notices say what was repaired or deserves saying, in the order of the text; an error is an
// *Error.
//
// Words are joined by AND; AND binds closer than OR, NOT and - closer than both; operators are upper-case. A lenient
// reading drops operators without operands, closes what is open, and reads what only looks like an operator or a
// field as words. A field whose value does not exist is an error in either reading: it must not match everything.
func Parse(text string, o Options) (Node, []Notice, error) {
	if len(text) > MaxBytes {
		return nil, nil, &Error{At: MaxBytes, Message: fmt.Sprintf("the query is longer than %d bytes", MaxBytes),
			Hint: "Shorten it, or use filters for lists of labels."}
	}
	p := &parser{strict: o.Strict, text: text}
	if o.UHRI {
		return p.uhri()
	}
	p.lexemes = lex(text)
	return p.parse()
}

type parser struct {
	strict  bool
	text    string
	lexemes []lexeme
	next    int
	depth   int
	notices []Notice
	failed  *Error
}

func (p *parser) parse() (Node, []Notice, error) {
	n := p.or()
	for p.failed == nil && p.peek().kind != end {
		l := p.take()
		p.repair(l.at, "there is a closing parenthesis too many", "It was left out.")
		if n2 := p.or(); n == nil {
			n = n2
		} else if n2 != nil {
			n = and(n, n2)
		}
	}
	if p.failed != nil {
		return nil, nil, p.failed
	}
	if n == nil {
		if n = p.operatorsAsWords(); n == nil {
			if strings.TrimFunc(p.text, blank) == "" {
				return All{}, nil, nil
			}
			return nil, nil, &Error{Message: "there is no word in this query", Hint: "Type words, or leave it empty to see everything."}
		}
	}
	if count := leaves(n); count > MaxClauses {
		return nil, nil, &Error{Message: fmt.Sprintf("the query has %d parts; at most %d are read", count, MaxClauses),
			Hint: "Use filters for lists of labels, or a shorter query."}
	}
	slices.SortStableFunc(p.notices, func(a, b Notice) int { return a.At - b.At })
	return n, p.notices, nil
}

// operatorsAsWords reads a query that has nothing but operators, such as NOT, as the words they are.
func (p *parser) operatorsAsWords() Node {
	var kids []Node
	for _, l := range p.lexemes {
		if l.kind == chunk {
			for _, t := range analysis.Terms(l.text) {
				kids = append(kids, Word{t})
			}
		}
	}
	if len(kids) == 0 {
		return nil
	}
	p.notices = nil
	p.note(0, "Read as plain words: an operator needs words beside it", "For example: torture NOT military")
	return and(kids...)
}

// fail records the first error; every loop of the parser ends on it.
func (p *parser) fail(at int, message, hint string) {
	if p.failed == nil {
		p.failed = &Error{At: at, Message: message, Hint: hint}
	}
}

// repair tells of a fault: an error in strict reading.
func (p *parser) repair(at int, message, hint string) {
	if p.strict {
		p.fail(at, message, hint)
		return
	}
	p.note(at, message, hint)
}

// note tells of something that is no fault.
func (p *parser) note(at int, message, hint string) {
	n := Notice{At: at, Message: message, Hint: hint}
	if !slices.Contains(p.notices, n) {
		p.notices = append(p.notices, n)
	}
}

func (p *parser) peek() lexeme { return p.lexemes[p.next] }

func (p *parser) take() lexeme {
	l := p.lexemes[p.next]
	if l.kind != end {
		p.next++
	}
	return l
}

// operator returns the operator the next lexeme is: AND, OR, NOT, NEAR or "". && and || are spellings of AND and OR.
func (p *parser) operator() string {
	l := p.peek()
	switch {
	case l.kind == minus:
		return "NOT"
	case l.kind != chunk:
		return ""
	case l.text == "AND", l.text == "&&":
		return "AND"
	case l.text == "OR", l.text == "||", l.text == "|":
		return "OR"
	case l.text == "NOT":
		return "NOT"
	case l.text == "NEAR", strings.HasPrefix(l.text, "NEAR/"):
		return "NEAR"
	}
	return ""
}

// or reads and {OR and}, up to a closing parenthesis or the end; nil if it has no words.
func (p *parser) or() Node {
	start := p.peek().at
	var kids []Node
	mixed := false
	for {
		n, implicit := p.and()
		if n != nil {
			kids = append(kids, n)
			mixed = mixed || implicit
		}
		if p.failed != nil {
			return nil
		}
		if p.operator() != "OR" {
			break
		}
		at := p.take().at
		if n == nil || !p.operandFollows() {
			p.repair(at, "OR has words on one side only", "It was left out.")
		}
	}
	if len(kids) == 0 {
		return nil
	}
	n := or(kids...)
	if mixed && len(kids) > 1 {
		p.note(start, "Words side by side bind closer than OR: read as "+n.String(), "Use parentheses to say what belongs together.")
	}
	return n
}

// operandFollows reports whether something that can be an operand comes next.
func (p *parser) operandFollows() bool {
	switch p.peek().kind {
	case end, shut:
		return false
	}
	op := p.operator()
	return op == "" || op == "NOT"
}

// and reads unary {[AND] unary}; implicit tells whether two words stood side by side without an operator.
func (p *parser) and() (n Node, implicit bool) {
	var kids []Node
	pending := -1 // an AND waits for its right side
	for p.failed == nil {
		l := p.peek()
		op := p.operator()
		if l.kind == end || l.kind == shut || op == "OR" {
			break
		}
		if op == "AND" {
			p.take()
			if len(kids) == 0 || pending >= 0 || !p.operandFollows() {
				p.repair(l.at, l.text+" has words on one side only", "It was left out.")
			} else {
				pending = l.at
			}
			continue
		}
		k := p.unary()
		if k == nil {
			continue
		}
		implicit = implicit || len(kids) > 0 && pending < 0
		kids = append(kids, k)
		pending = -1
	}
	if len(kids) == 0 {
		return nil, false
	}
	return and(kids...), implicit
}

// unary reads {NOT | -} near.
func (p *parser) unary() Node {
	negated := false
	first := -1
	for p.operator() == "NOT" {
		l := p.take()
		negated = !negated
		if first < 0 {
			first = l.at
		}
		if !p.operandFollows() {
			p.repair(l.at, "NOT has no words behind it", "It was left out.")
			return nil
		}
	}
	n := p.near()
	if n == nil || !negated {
		return n
	}
	return not(n)
}

// near reads primary [NEAR/n primary].
func (p *parser) near() Node {
	at := p.peek().at
	left := p.primary()
	if left == nil && p.operator() != "NEAR" {
		return nil
	}
	var kids []Node
	chained := false
	for p.failed == nil && p.operator() == "NEAR" {
		l := p.take()
		distance := p.distance(l)
		if left == nil || !p.operandFollows() {
			p.repair(l.at, "NEAR has words on one side only", "It was left out.")
			break
		}
		rightAt := p.peek().at
		negatedRight := p.operator() == "NOT"
		var right Node
		if negatedRight {
			right = p.unary()
		} else {
			right = p.primary()
		}
		if right == nil {
			break
		}
		if chained {
			p.repair(l.at, "NEAR joins two words or phrases, not three", "It was read as two conditions: "+kids[len(kids)-1].String()+" AND the next.")
		}
		a, okA := nearOperand(left)
		b, okB := nearOperand(right)
		switch {
		case okA && okB:
			kids = append(kids, Near{A: a, B: b, Distance: distance})
		default:
			bad := at
			if okA {
				bad = rightAt
			}
			p.repair(bad, "NEAR takes a word, a phrase or a beginning of a word on either side", "It was read as AND.")
			kids = append(kids, left, right)
		}
		left, at, chained = right, rightAt, true
	}
	if len(kids) == 0 {
		return left
	}
	return and(kids...)
}

func (p *parser) distance(l lexeme) int {
	digits, given := strings.CutPrefix(l.text, "NEAR/")
	d, err := strconv.Atoi(digits)
	switch {
	case !given:
		p.repair(l.at, "NEAR needs a distance", "It was read as NEAR/5.")
		return 5
	case err != nil || d < 1:
		p.repair(l.at, l.text+" has no distance that can be read", "It was read as NEAR/5.")
		return 5
	case d > MaxDistance:
		p.repair(l.at, fmt.Sprintf("NEAR reaches %d words at most", MaxDistance), fmt.Sprintf("It was read as NEAR/%d.", MaxDistance))
		return MaxDistance
	}
	return d
}

// nearOperand returns n as an operand of Near.
func nearOperand(n Node) (Node, bool) {
	switch n := n.(type) {
	case Word, Prefix, Wildcard:
		return n, true
	case Phrase:
		return n, n.Slop == 0
	}
	return n, false
}

// primary reads a parenthesis, a quotation, a field or a word; nil if it has no words.
func (p *parser) primary() Node {
	l := p.peek()
	switch l.kind {
	case open:
		return p.group()
	case quoted:
		p.take()
		return p.quotation(l)
	case chunk:
		if p.operator() != "" {
			return nil
		}
		p.take()
		return p.chunk(l)
	}
	return nil
}

func (p *parser) group() Node {
	l := p.take()
	if p.depth++; p.depth > MaxDepth {
		p.fail(l.at, fmt.Sprintf("parentheses are nested deeper than %d", MaxDepth), "Write it flatter.")
		return nil
	}
	n := p.or()
	p.depth--
	if p.failed != nil {
		return nil
	}
	if p.peek().kind == shut {
		p.take()
	} else {
		p.repair(l.at, "this parenthesis is not closed", "It was closed at the end.")
	}
	if n == nil {
		p.repair(l.at, "there is nothing in these parentheses", "They were left out.")
	}
	return n
}

func (p *parser) quotation(l lexeme) Node {
	if l.unclosed {
		p.repair(l.at, "this quotation is not closed", "It was closed at the end.")
	}
	var terms []string
	for _, piece := range pieces(l.text) {
		stem, star := strings.CutSuffix(strings.TrimRight(piece, "?"), "*")
		switch {
		case letters(piece) == 0: // punctuation
		case star && !wild(stem):
			terms = append(terms, p.slot(l.at, stem))
		case wild(stem):
			p.repair(l.at, "inside quotes a star can end a word, nothing else", "The other signs were left out.")
			terms = append(terms, analysis.Terms(piece)...)
		default:
			terms = append(terms, stem)
		}
	}
	if len(terms) == 0 {
		p.repair(l.at, "there is no word between these quotes", "They were left out.")
		return nil
	}
	slop := 0
	if l.tilde {
		n, err := strconv.Atoi(l.slop)
		switch {
		case err != nil && l.slop == "":
			p.repair(l.at, "~ needs a number of words", "It was left out.")
		case err != nil || n > MaxDistance:
			p.repair(l.at, fmt.Sprintf("~ allows %d words between at most", MaxDistance), fmt.Sprintf("It was read as ~%d.", MaxDistance))
			slop = MaxDistance
		default:
			slop = n
		}
	}
	return p.phrase(l.at, Phrase{Terms: terms, Slop: slop})
}

// slot returns the phrase term for a beginning of a word, or for the word if it is too short to be one.
func (p *parser) slot(at int, stem string) string {
	if letters(stem) < MinLetters {
		p.tooShort(at, stem)
		return stem
	}
	return stem + "*"
}

func (p *parser) tooShort(at int, stem string) {
	p.repair(at, fmt.Sprintf("%q with a star or question mark needs %d letters at least", stem, MinLetters), "It was read as a whole word.")
}

// phrase checks the limits of a phrase and gives one of a single beginning its plainer form.
func (p *parser) phrase(at int, n Phrase) Node {
	if len(n.Terms) > MaxTerms {
		p.fail(at, fmt.Sprintf("a phrase has %d words at most, this one has %d", MaxTerms, len(n.Terms)), "Quote less of it.")
		return nil
	}
	if len(n.Terms) == 1 {
		n.Slop = 0
		if stem, ok := strings.CutSuffix(n.Terms[0], "*"); ok {
			return Prefix{stem}
		}
	}
	return n
}

// chunk reads what stands between spaces.
func (p *parser) chunk(l lexeme) Node {
	if name, value, ok := strings.Cut(l.text, ":"); ok && fieldName(name) {
		if f, known := findField(name); known {
			if n, done := p.field(l, f, value); done {
				return n
			}
		} else if value != "" && !strings.HasPrefix(value, "//") {
			hint := "It was read as words."
			if near, ok := uhri.Nearest(strings.ToLower(name), fieldNames()); ok {
				hint += " Did you mean " + near + ":?"
			}
			p.repair(l.at, fmt.Sprintf("there is no field %q", name), hint)
		}
	}
	if l.text == "*" {
		return All{}
	}
	return p.words(l)
}

// words reads a chunk that is no field: a symbol, a word, several words without spaces, a beginning or a pattern.
func (p *parser) words(l lexeme) Node {
	text := l.text
	trimmed := strings.TrimRight(text, ".,;:!")
	if uhri.LooksLikeSymbol(trimmed) {
		if n := symbolText(trimmed); n != nil {
			return n
		}
	}
	if stem, ok := strings.CutSuffix(trimmed, "*"); ok && symbolBeginning(stem) {
		return Field{Facet: "symbol", Prefix: strings.ToUpper(stem)}
	}
	text = p.unsupported(l.at, text)
	words := slices.DeleteFunc(pieces(text), func(w string) bool { return letters(w) == 0 })
	for i, w := range words {
		if words[i] = strings.TrimRight(w, "?"); words[i] != w {
			p.note(l.at, "A question mark at the end of a word is punctuation", "Inside a word it stands for one letter; tortur* finds all endings.")
		}
	}
	switch len(words) {
	case 0:
		return nil
	case 1:
		return p.word(l.at, words[0])
	}
	n := Phrase{Forms: true}
	for _, w := range words {
		stem, star := strings.CutSuffix(w, "*")
		switch {
		case !wild(w):
			n.Terms = append(n.Terms, w)
		case star && !wild(stem):
			n.Terms = append(n.Terms, p.slot(l.at, stem))
		default:
			p.repair(l.at, "in words joined by a hyphen or the like a star can end a word, nothing else", "The other signs were left out.")
			n.Terms = append(n.Terms, analysis.Terms(w)...)
		}
	}
	if slices.ContainsFunc(n.Terms, wild) {
		n.Forms = false
	}
	return p.phrase(l.at, n)
}

func (p *parser) word(at int, w string) Node {
	if !wild(w) {
		return Word{w}
	}
	if letters(w) < MinLetters {
		terms := analysis.Terms(w)
		p.tooShort(at, strings.Join(terms, ""))
		return Word{terms[0]}
	}
	w = tidyPattern(w)
	if stem, ok := strings.CutSuffix(w, "*"); ok && !wild(stem) {
		return Prefix{stem}
	}
	return Wildcard{w}
}

// tidyPattern writes each run of stars and question marks as its question marks and then one star.
func tidyPattern(w string) string {
	var b strings.Builder
	for i := 0; i < len(w); {
		j := i
		for j < len(w) && (w[j] == '*' || w[j] == '?') {
			j++
		}
		if j == i {
			b.WriteByte(w[i])
			i++
			continue
		}
		b.WriteString(strings.Repeat("?", strings.Count(w[i:j], "?")))
		if strings.Contains(w[i:j], "*") {
			b.WriteByte('*')
		}
		i = j
	}
	return b.String()
}

// unsupported removes what other query languages have and this one has not: word~2, word^3.
func (p *parser) unsupported(at int, text string) string {
	for i, r := range text {
		if (r != '~' && r != '^') || i == 0 {
			continue
		}
		if strings.Trim(text[i+1:], "0123456789.") != "" {
			continue
		}
		if r == '~' {
			p.repair(at+i, "there is no search for similar spellings", "The ~ was left out; spellings are suggested when nothing is found.")
		} else {
			p.repair(at+i, "words cannot be given weights", "The ^ was left out.")
		}
		return text[:i]
	}
	return text
}

func symbolText(s string) Node {
	sym, err := uhri.ParseSymbol(s)
	if err != nil {
		return nil
	}
	// Its text must read the same again.
	again, err := uhri.ParseSymbol(string(sym))
	if err != nil || again != sym || !uhri.LooksLikeSymbol(string(sym)) || strings.ContainsFunc(string(sym), unsafeInSymbol) {
		return nil
	}
	return SymbolText{Symbol: sym, Terms: analysis.Terms(string(sym))}
}

func unsafeInSymbol(r rune) bool {
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/.-_[]", r))
}

// symbolBeginning reports whether s, typed before a star, is the beginning of a symbol: upper-case, with a slash.
func symbolBeginning(s string) bool {
	whole := strings.TrimSuffix(s, "/") + "/1"
	return strings.Contains(s, "/") && strings.ToUpper(s) == s &&
		(uhri.LooksLikeSymbol(whole) || uhri.LooksLikeSymbol(whole+"/1")) &&
		!strings.ContainsFunc(s, func(r rune) bool { return !plainValue(r) })
}

// uhri reads the whole text as UHRI does.
func (p *parser) uhri() (Node, []Notice, error) {
	terms := analysis.Terms(p.text)
	for i, t := range terms {
		if letters(t) >= MinLetters {
			terms[i] = t + "*"
		}
	}
	if len(terms) == 0 {
		if strings.TrimFunc(p.text, blank) == "" {
			return All{}, nil, nil
		}
		return nil, nil, &Error{Message: "there is no word in this query", Hint: "Type words, or leave it empty to see everything."}
	}
	n := p.phrase(0, Phrase{Terms: terms})
	if p.failed != nil {
		return nil, nil, p.failed
	}
	return n, nil, nil
}
