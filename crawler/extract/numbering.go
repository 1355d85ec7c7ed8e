package extract

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

// numbering resolves Word's automatic numbers, which are nowhere in the text: numbering.xml defines lists
// (abstractNum) of nine levels; paragraphs name an instance (num) and a level.
type numbering struct {
	lists     map[string]*list    // by abstractNumId
	instances map[string]instance // by numId
	links     map[string]string   // style name → abstractNumId that defines it
}

type list struct {
	levels  [9]listLevel
	counter [9]int
	begun   [9]bool
	link    string // numStyleLink: defined elsewhere
}

type listLevel struct {
	start   int
	format  string
	text    string // "%1.", "(%2)", "%1.%2"
	restart int    // -1 = by default, after any higher level; 0 = never
	legal   bool   // all numbers decimal
}

type instance struct {
	list   string
	starts map[int]int        // startOverride by level
	levels map[int]*listLevel // whole levels replaced
	used   map[int]bool
}

func (n *numbering) readLevel(e xml.StartElement, into *listLevel) {
	v := attr(e, "val")
	switch e.Name.Local {
	case "start":
		into.start, _ = strconv.Atoi(v)
	case "numFmt":
		into.format = v
	case "lvlText":
		into.text = v
	case "lvlRestart":
		into.restart, _ = strconv.Atoi(v)
	case "isLgl":
		into.legal = *onOff(e)
	}
}

func (w *word) readNumbering(part []byte) error {
	n := &w.numbering
	n.lists, n.instances, n.links = map[string]*list{}, map[string]instance{}, map[string]string{}
	if part == nil {
		return nil
	}
	var cur *list
	var id, num string
	var lvl *listLevel
	override := -1
	return walk(xml.NewDecoder(bytes.NewReader(part)), func(e xml.StartElement, _ int) (bool, error) {
		v := attr(e, "val")
		switch e.Name.Local {
		case "abstractNum":
			id, num, cur, lvl, override = attr(e, "abstractNumId"), "", &list{}, nil, -1
			for i := range cur.levels {
				cur.levels[i] = listLevel{start: 1, format: "decimal", restart: -1}
			}
			n.lists[id] = cur
		case "num":
			num, lvl, override = attr(e, "numId"), nil, -1
			n.instances[num] = instance{starts: map[int]int{}, levels: map[int]*listLevel{}, used: map[int]bool{}}
		case "abstractNumId":
			if in, ok := n.instances[num]; ok {
				in.list = v
				n.instances[num] = in
			}
		case "styleLink":
			n.links[v] = id
		case "numStyleLink":
			if cur != nil && num == "" {
				cur.link = v
			}
		case "lvlOverride":
			override = levelOf(attr(e, "ilvl"))
		case "startOverride":
			if in, ok := n.instances[num]; ok && override >= 0 {
				in.starts[override], _ = strconv.Atoi(v)
			}
		case "lvl":
			i := levelOf(attr(e, "ilvl"))
			switch in, ok := n.instances[num]; {
			case num != "" && ok:
				lvl = &listLevel{start: 1, format: "decimal", restart: -1}
				in.levels[i] = lvl
			case cur != nil:
				lvl = &cur.levels[i]
			}
		default:
			if lvl != nil {
				n.readLevel(e, lvl)
			}
		}
		return false, nil
	})
}

func levelOf(s string) int {
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i > 8 {
		return 0
	}
	return i
}

// next counts one paragraph and returns its number as printed, "" when it has none.
func (n *numbering) next(numID, level string) string {
	if numID == "" || numID == "0" {
		return ""
	}
	in, ok := n.instances[numID]
	if !ok {
		return ""
	}
	l := n.lists[in.list]
	if l != nil && l.link != "" {
		if other := n.lists[n.links[l.link]]; other != nil {
			l = other
		}
	}
	if l == nil {
		return ""
	}
	i := levelOf(level)
	def := func(i int) listLevel {
		if o := in.levels[i]; o != nil {
			return *o
		}
		return l.levels[i]
	}
	if s, ok := in.starts[i]; ok && !in.used[i] {
		l.counter[i], l.begun[i] = s-1, true
	}
	in.used[i] = true
	if !l.begun[i] {
		l.counter[i], l.begun[i] = def(i).start-1, true
	}
	l.counter[i]++
	for k := i + 1; k < 9; k++ {
		if r := def(k).restart; r != 0 && (r < 0 || i < r) {
			l.begun[k] = false
		}
	}
	d := def(i)
	if d.format == "none" {
		return ""
	}
	if d.format == "bullet" {
		return "•"
	}
	out := d.text
	for k := range 9 {
		key := "%" + strconv.Itoa(k+1)
		if !strings.Contains(out, key) {
			continue
		}
		f, c := def(k).format, l.counter[k]
		if k < i && !l.begun[k] {
			c = def(k).start
		}
		if d.legal {
			f = "decimal"
		}
		out = strings.ReplaceAll(out, key, formatNumber(f, c))
	}
	return strings.TrimSpace(out)
}

func formatNumber(format string, n int) string {
	if n < 0 || n > 10000 {
		return strconv.Itoa(n)
	}
	switch format {
	case "lowerLetter", "upperLetter":
		if n == 0 {
			return ""
		}
		s := strings.Repeat(string(rune('a'+(n-1)%26)), (n-1)/26+1)
		if format == "upperLetter" {
			s = strings.ToUpper(s)
		}
		return s
	case "lowerRoman":
		return strings.ToLower(romanOf(n))
	case "upperRoman":
		return romanOf(n)
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "none":
		return ""
	}
	return strconv.Itoa(n)
}

func romanOf(n int) string {
	var b strings.Builder
	for _, p := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= p.v; n -= p.v {
			b.WriteString(p.s)
		}
	}
	return b.String()
}
