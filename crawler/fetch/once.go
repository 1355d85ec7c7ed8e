package fetch

import (
	"context"
	"net/http"
)

// GetOnce is Get that returns a redirect as it is, for servers whose redirects must not be taken at their word.
func (c *Client) GetOnce(ctx context.Context, address string, header http.Header) (*Answer, error) {
	once := &Client{o: c.o, http: &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	return once.do(ctx, http.MethodGet, address, header, nil)
}
