package ui

import (
	"strings"
	"unicode"
)

// maxCompared bounds the words of a text that are compared one by one: the table below grows with their product.
const maxCompared = 1500

// Edit is a stretch of text that stayed, was cut or was added.
type Edit struct {
	Text string
	Kind string // "", "cut" or "add"
}

// compare finds what was cut from and added to a text, word by word; nil when either is too long for that.
func compare(before, after string) []Edit {
	a, b := words(before), words(after)
	if len(a) > maxCompared || len(b) > maxCompared {
		return nil
	}
	// The longest common subsequence, from the end, so that reading it off goes forward.
	table := make([][]uint16, len(a)+1)
	for i := range table {
		table[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	var edits []Edit
	put := func(kind, text string) {
		if n := len(edits); n > 0 && edits[n-1].Kind == kind {
			edits[n-1].Text += text
			return
		}
		edits = append(edits, Edit{text, kind})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			put("", a[i])
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && table[i+1][j] >= table[i][j+1]):
			put("cut", a[i])
			i++
		default:
			put("add", b[j])
			j++
		}
	}
	return edits
}

// words divides a text into words, spaces and single other characters; joined they are the text again.
func words(s string) []string {
	var out []string
	var run strings.Builder
	kind := 0
	flush := func() {
		if run.Len() > 0 {
			out = append(out, run.String())
			run.Reset()
		}
	}
	for _, r := range s {
		k := 3
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			k = 1
		case unicode.IsSpace(r):
			k = 2
		}
		if k != kind || k == 3 {
			flush()
		}
		kind = k
		run.WriteRune(r)
	}
	flush()
	return out
}
