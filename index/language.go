package index

import "uhri"

// Languages says how a request's languages apply to a record: Searched is the language its text is searched in, ""
// if it has none to search; Shown the language it is shown in, "" if it has no text at all; In is false if the record
// is left out.
//
// With languages asked for, both are the first of them the record has text in, and a record with none of them is left
// out. Without, English is searched, nothing is left out, and a record without English is shown in the first language
// it has.
func Languages(r *uhri.Recommendation, asked []uhri.Lang) (searched, shown uhri.Lang, in bool) {
	for _, l := range asked {
		if r.Texts[l].Full != "" {
			return l, l, true
		}
	}
	if len(asked) > 0 {
		return "", "", false
	}
	for _, l := range uhri.Langs {
		if r.Texts[l].Full != "" {
			shown = l
			break
		}
	}
	if shown == uhri.English {
		searched = shown
	}
	return searched, shown, true
}

// SearchedIn returns the languages whose dictionaries a request's words are looked up in, in order of preference.
func SearchedIn(asked []uhri.Lang) []uhri.Lang {
	if len(asked) == 0 {
		return []uhri.Lang{uhri.English}
	}
	return asked
}
