package ui

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// ListPage is the reader's own list. The service does not know it: the script of the page reads it from the browser's
// storage, and without scripts there is none.
type ListPage struct {
	Frame
	Exports []Link // addresses without a query, which the script adds
}

func (u *UI) list(c echo.Context) error {
	p := &ListPage{Frame: u.frame(c, "", u.words.Text("list.title"))}
	p.NoIndex = true
	for _, format := range u.o.Exports {
		p.Exports = append(p.Exports, Link{Label: u.words.Text("export." + format), URL: "/search." + format})
	}
	return u.render(c, http.StatusOK, "list", p)
}
