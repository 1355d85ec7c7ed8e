package ui

import (
	"strconv"

	"uhri"
)

// pagerReach is how many pages the pager shows on each side of the current one.
const pagerReach = 2

// Pager is the walk through the pages of a list.
type Pager struct {
	First, Last int // places of the entries shown
	Total       int
	Pages       []PageLink
	Next        string
	Previous    string
	Capped      bool // there are more results than page numbers reach
}

// PageLink is one page number; Gap stands for those left out.
type PageLink struct {
	Number  int
	URL     string
	Current bool
	IsLast  bool
	Gap     bool
}

// newPager walks a list of total entries, size a page; nil when everything fits on one. url is the address of a page.
func newPager(total, size, now int, url func(page int) string) *Pager {
	if total <= size {
		return nil
	}
	g := &Pager{Total: total, First: (now-1)*size + 1, Last: min(now*size, total)}
	g.number(now, (total+size-1)/size, url)
	return g
}

// number lists the pages around now, the first and the last.
func (g *Pager) number(now, pages int, url func(page int) string) {
	last := 0
	for n := 1; n <= pages; n++ {
		if n != 1 && n != pages && (n < now-pagerReach || n > now+pagerReach) {
			continue
		}
		if n > last+1 {
			g.Pages = append(g.Pages, PageLink{Gap: true})
		}
		g.Pages = append(g.Pages, PageLink{Number: n, URL: url(n), Current: n == now, IsLast: n == pages && !g.Capped})
		last = n
	}
	if now < pages {
		g.Next = url(now + 1)
	}
	if now > 1 {
		g.Previous = url(min(now-1, pages))
	}
}

// pageNumber reads page=, which begins at 1 and, for a list of total entries with size a page, ends with its last. Errors:
// Invalid, with the pages there are.
func pageNumber(raw string, total, size int) (int, error) {
	if raw == "" {
		return 1, nil
	}
	pages := max(1, (total+size-1)/size)
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 || n > pages {
		return 1, uhri.Errorf(uhri.Invalid, "page", "there is no page %q; this list has pages 1 to %d", shorten(raw, 40), pages)
	}
	return n, nil
}
