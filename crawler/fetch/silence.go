package fetch

import (
	"errors"
	"net"
)

// Silent reports whether a request ended because the server said nothing for as long as a client waits: no connection, no
// answer, or an answer that stopped coming. Some publishers turn programs away in this manner; sources take it for a refusal.
func Silent(err error) bool {
	if errors.Is(err, errStalled) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}
