package main

import (
	"context"

	"uhri"
	"uhri/api/pin"
	"uhri/crawler/store"
)

// pinShelf gives pinned searches the store in their terms.
type pinShelf struct{ *store.Store }

// PutPin implements pin.Shelf.
func (s pinShelf) PutPin(ctx context.Context, p pin.Stored) (bool, error) {
	return s.Store.PutPin(ctx, store.Pin(p))
}

// Pin implements pin.Shelf.
func (s pinShelf) Pin(ctx context.Context, id string) (pin.Stored, error) {
	p, err := s.Store.Pin(ctx, id)
	return pin.Stored(p), err
}

// Touched implements pin.Ledger.
func (s pinShelf) Touched(ctx context.Context, since, upTo uhri.Seq) (pin.Touched, error) {
	t, err := s.Store.Touched(ctx, since, upTo)
	return pin.Touched(t), err
}
