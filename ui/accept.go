package ui

import (
	"mime"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// asksJSON reports whether a permanent address is asked for as JSON, which stands at an address of its own, and tells caches that it depends on
// who asks. An address otherwise has one form, and gives it whatever is accepted (RFC 9110, 12.4.1).
func asksJSON(c echo.Context) bool {
	c.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
	return prefersJSON(strings.Join(c.Request().Header.Values(echo.HeaderAccept), ","))
}

// prefersJSON reports whether an Accept header names JSON, and a page not before it. Browsers do not name JSON; scripts name it among wildcards.
func prefersJSON(accept string) bool {
	json, page := 0.0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil {
				continue
			}
		}
		switch media {
		case "application/json":
			json = max(json, q)
		case "text/html", "application/xhtml+xml":
			page = max(page, q)
		}
	}
	return json > page
}
