package query

import (
	"fmt"

	"uhri"
)

// Notice tells the person who typed a query what was repaired, offered or limited in reading it.
type Notice struct {
	At      int    `json:"at"` // byte offset in the query as typed; -1 when it has no place
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

// Error is why a query could not be read. In lenient reading it is rare; in strict reading every repair is one.
// Its kind is uhri.Invalid.
type Error struct {
	At      int // byte offset in the query as typed
	Message string
	Hint    string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (at character %d)", e.Message, e.At+1) }

// Unwrap makes uhri.KindOf report Invalid and uhri.Message the sentence with its hint.
func (e *Error) Unwrap() error {
	msg := e.Message
	if e.Hint != "" {
		msg += ". " + e.Hint
	}
	return &uhri.Error{Kind: uhri.Invalid, Msg: msg}
}
