package query

import "fmt"

// Notice tells the person who typed a query what was repaired, offered or limited in reading it.
type Notice struct {
	At      int    `json:"at"` // byte offset in the query as typed; -1 when it has no place
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

// Error is why a query could not be read. In lenient reading it is rare; in strict reading every repair is one.
type Error struct {
	At      int
	Message string
	Hint    string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (at character %d)", e.Message, e.At) }
