package fetch

import (
	"fmt"
	"net/netip"
	"syscall"
)

// reserved are networks that count as global and are not the public internet.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),     // this network, RFC 791
	netip.MustParsePrefix("100.64.0.0/10"), // carriers' own, RFC 6598
	netip.MustParsePrefix("192.0.0.0/24"),  // protocols, RFC 6890
	netip.MustParsePrefix("198.18.0.0/15"), // benchmarks, RFC 2544
	netip.MustParsePrefix("240.0.0.0/4"),   // future use, RFC 1112
	netip.MustParsePrefix("64:ff9b::/96"),  // IPv4 behind NAT64, RFC 6052: any of the above can hide in it
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"), // IPv4 in 6to4, RFC 3056
	netip.MustParsePrefix("2001::/32"), // IPv4 in Teredo, RFC 4380
}

// reachable refuses connections into private networks, after names are resolved and on every redirect: what a
// publisher's page links to must not make us ask the operator's own machines.
func (c *Client) reachable(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: not an address", address)
	}
	a := ap.Addr().Unmap().WithZone("")
	if c.o.Loopback {
		if a.IsLoopback() {
			return nil
		}
		return fmt.Errorf("%s: this client reaches this machine only", a)
	}
	if !public(a) {
		return fmt.Errorf("%s: a private address; publishers are on the public internet", a)
	}
	return nil
}

func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
