package ui

import (
	"net/url"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/searchurl"
)

// Addresses of searches are made by searchurl alone. Here are those of the portal's other pages, each made once.

// searchAt is the search page's address for a request.
func searchAt(req index.Request) searchurl.Address { return searchurl.At("/search", req) }

// apiAt is the address of the same answer from the API.
func apiAt(req index.Request) searchurl.Address {
	return searchurl.At("/api/v1/recommendations", req)
}

// all is the request for everything, the start of every link to a list.
func all() searchurl.Address {
	return searchAt(index.Request{Limit: index.DefaultLimit, FacetLimit: -1})
}

// knownOf is the list of all passages a facet applies to with a value that is known.
func knownOf(facet string) searchurl.Address {
	to := all().With(facet, index.None, uhri.ValueUnknown)
	if f, ok := uhri.FacetByName(facet); ok && f.UPROnly {
		to = to.With(facet, index.None, uhri.ValueNotApplicable)
	}
	return to
}

func recordURL(id uhri.ID) string { return "/r/" + url.PathEscape(string(id)) }

// passageURL leads to a passage where it stands in its document.
func passageURL(r *uhri.Recommendation) string {
	return documentURL(r.Symbol) + "#" + passageAnchor(r.ID)
}

// passageAnchor is the passage's place on the page of its document.
func passageAnchor(id uhri.ID) string { return "p-" + string(id) }

// documentURL keeps the slashes of a symbol as they are.
func documentURL(s uhri.Symbol) string {
	parts := strings.Split(string(s), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "/d/" + strings.Join(parts, "/")
}

// conceptURL is the browsing page of a label.
func conceptURL(s uhri.Scheme, slug string) string {
	switch s {
	case uhri.SchemeSDG:
		return "/sdg/" + url.PathEscape(slug)
	case uhri.SchemeGroup:
		return "/group/" + url.PathEscape(slug)
	}
	return "/theme/" + url.PathEscape(slug)
}

func countryURL(c uhri.Country) string      { return "/country/" + url.PathEscape(string(c)) }
func recommendingURL(c uhri.Country) string { return "/recommending/" + url.PathEscape(string(c)) }
func mechanismURL(m uhri.Mechanism) string  { return "/mechanism/" + url.PathEscape(string(m)) }

// bodyURL is the page of a body.
func bodyURL(code string) string { return "/body/" + bodySlug(code) }

// bodySlug is a body's code as an address has it: "sr-torture".
func bodySlug(code string) string {
	if b, ok := uhri.BodyByCode(code); ok {
		return b.Slug
	}
	return url.PathEscape(code)
}

// valueURL is the browsing page of a facet's value, or "" where there is none.
func valueURL(facet, value string) string {
	if value == uhri.ValueUnknown || value == uhri.ValueNotApplicable {
		return ""
	}
	switch facet {
	case "goal", "sdg":
		return conceptURL(uhri.SchemeSDG, value)
	case "theme":
		return conceptURL(uhri.SchemeTheme, value)
	case "group":
		return conceptURL(uhri.SchemeGroup, value)
	case "country":
		return countryURL(uhri.Country(value))
	case "recommending_state":
		return recommendingURL(uhri.Country(value))
	case "mechanism":
		return mechanismURL(uhri.Mechanism(value))
	case "body":
		return bodyURL(value)
	case "symbol":
		return documentURL(uhri.Symbol(value))
	}
	return ""
}
