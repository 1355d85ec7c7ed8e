package searchurl

import (
	"fmt"
	"unicode/utf8"
)

// maxEcho bounds how much of a wrong value is repeated back: enough to recognise it, not enough to abuse.
const maxEcho = 120

// Fault is one thing wrong with one parameter. All faults of a request are reported together.
type Fault struct {
	Parameter string `json:"parameter" doc:"the parameter as it was written"`
	Value     string `json:"value" doc:"its value, cut to 120 bytes"`
	At        int    `json:"at" doc:"byte offset in the value where reading stopped; 0 where the whole value is meant"`
	Message   string `json:"message" doc:"what is wrong"`
	Hint      string `json:"hint,omitzero" doc:"what to write instead"`
}

// Error implements error.
func (f Fault) Error() string {
	s := f.Message
	if f.Parameter != "" {
		s = f.Parameter + ": " + s
	}
	if f.Hint != "" {
		s += " (" + f.Hint + ")"
	}
	return s
}

func echo(s string) string {
	if len(s) <= maxEcho {
		return s
	}
	cut := maxEcho
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func didYouMean(s string) string { return fmt.Sprintf("did you mean %q?", s) }
