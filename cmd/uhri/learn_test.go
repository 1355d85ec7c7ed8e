package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uhri"
	"uhri/crawler/store"
)

const (
	oneID   = "0b89f36b-7376-4052-a73a-af77f5e71e27"
	otherID = "84f80054-9bb9-4b0b-ba0f-1a757110538a"
)

func knownIDs(id uhri.ID) (bool, error) { return id == oneID || id == otherID, nil }

// Corrections come back from spreadsheets in many dresses; all say the same.
func TestReadLabelsAsSpreadsheetsWriteThem(t *testing.T) {
	want := []store.HumanLabel{
		{ID: oneID, Scheme: uhri.SchemeTheme, Concept: "right-to-food", By: "A. Reader; \"second\" reading"},
		{ID: otherID, Scheme: uhri.SchemeSDG, Concept: "16.9", Removed: true},
	}
	plain := "id,scheme,concept,removed,by\n" + oneID + ",theme,Right to food,false,\"A. Reader; \"\"second\"\" reading\"\n" + otherID + ",sdg,16.9,true,\n"
	for name, text := range map[string]string{
		"plain":         plain,
		"mark and CRLF": "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"quoted head":   "\ufeff" + strings.Replace(plain, "id,", "\"id\",", 1),
		"semicolons":    "id;scheme;concept;removed;by\n" + oneID + ";theme;right-to-food;FALSE;\"A. Reader; \"\"second\"\" reading\"\n" + otherID + ";sdg;16.9;TRUE;\n;;;;\n",
		"tabs":          "ID\tScheme\tConcept\tRemoved\tBy\n" + oneID + "\tTheme\tright-to-food\t\t\"A. Reader; \"\"second\"\" reading\"\n" + otherID + "\tSDG\t16.9\tyes\t\n",
		"other order":   "by,concept,scheme,id,removed,note\n\"A. Reader; \"\"second\"\" reading\",Right to food,theme," + strings.ToUpper(oneID) + ",no,x\n,16.9,sdg," + otherID + ",1,\n",
	} {
		got, err := readLabels(strings.NewReader(text), knownIDs)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Every faulty line is told by the number an editor shows, and nothing is taken.
func TestReadLabelsTellsEveryFault(t *testing.T) {
	text := "id,scheme,concept,removed,by\n" +
		oneID + ",theme,right-to-food,,\"over\ntwo lines\"\n" + // 2 and 3
		"\n" + // 4
		"not an id,theme,right-to-food,,\n" + // 5
		oneID + ",sdg,99,,\n" + // 6
		oneID + ",colour,5,,\n" + // 7
		oneID + ",sdg,5,perhaps,\n" + // 8
		"aaaaaaaa-7376-4052-a73a-af77f5e71e27,sdg,5,,\n" + // 9
		oneID + ",theme,Right to food,true,\n" // 10
	got, err := readLabels(strings.NewReader(text), knownIDs)
	if uhri.KindOf(err) != uhri.Invalid || got != nil {
		t.Fatalf("%v, %v", got, err)
	}
	for _, want := range []string{
		"line 5: \"not an id\" is not the ID", "line 6: \"99\" is not a concept of scheme \"sdg\"", "line 7: \"5\" is not a concept of scheme \"colour\"",
		"line 8: removed is \"perhaps\"", "line 9: there is no record aaaaaaaa-", "line 10: this label of this record is in line 2 already",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "no columns": "a,b,c\n", "open quote": "id,scheme,concept\n\"" + oneID + ",sdg,5\n", "not UTF-8": "id,scheme,concept\n\xff\xfe,sdg,5\n",
	} {
		if got, err := readLabels(strings.NewReader(text), knownIDs); uhri.KindOf(err) != uhri.Invalid || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
