// Package replica is local stand-ins for the publishers' servers: for the demonstration, and for tests of the harvesters.
// One file per publisher; faults.go holds what any of them may do wrong.
//
// Everything they publish is invented: a dozen States that do not exist, documents whose symbols begin with DEMO/, and
// passages written for the purpose (passages/*.yaml). Form and defects are those of the real publishers, so that a
// harvest of a replica exercises what a harvest of the publisher would.
package replica
