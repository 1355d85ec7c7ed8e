// Package feed makes a feed of any search: Atom (RFC 4287) and JSON Feed 1.1. An entry is dated by when this service
// first had the record, keeps its identifier for good, and is updated only when its publisher changed it: our own
// processing never makes a feed reader ring.
package feed
