package clean

import (
	"testing"
	"unicode/utf8"
)

// TestArabicNumbers holds that a paragraph number in Arabic-Indic digits stays whole, and that what follows it is cut at a rune.
func TestArabicNumbers(t *testing.T) {
	for _, c := range []struct{ raw, text, number, body string }{
		{"\r\n        ١١٤-١١٨\r\n        تطوير الأرياف؛\r\n", "١١٤-١١٨\nتطوير الأرياف؛", "114.118", "تطوير الأرياف؛"},
		{"١٢١-١٢٦ (٢٠) نص", "١٢١-١٢٦ (٢٠) نص", "121.126", "(٢٠) نص"},
		{"١٧- نص ٢٠", "١٧- نص ٢٠", "17", "نص ٢٠"},
	} {
		text := Text(c.raw)
		p := Split(text)
		if text != c.text || p.Number != c.number || p.Body != c.body || p.Heading != "" || !utf8.ValidString(p.Body) {
			t.Errorf("%q: text %q, %+v", c.raw, text, p)
		}
	}
}
