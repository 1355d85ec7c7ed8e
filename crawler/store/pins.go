package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"uhri"
)

// Pin is a pinned search: its request and reading as JSON, and the set of records it found.
type Pin struct {
	ID      string
	At      time.Time
	Seq     uhri.Seq // of the snapshot it was made on
	Body    []byte   // JSON of the caller's
	Members []byte   // a bitmap of the caller's, over the numbers that Numbers gives
}

// PutPin keeps a pin. Pinning the same ID again changes nothing; created tells which it was.
func (s *Store) PutPin(ctx context.Context, p Pin) (created bool, err error) {
	at := micro(p.At)
	if at == 0 {
		at = s.now()
	}
	res, err := s.write.ExecContext(ctx, "INSERT INTO pin (id, at, seq, body, members) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		p.ID, at, int64(p.Seq), s.codec.pack(p.Body), s.codec.pack(p.Members))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Pin returns a pin. Errors: NotFound.
func (s *Store) Pin(ctx context.Context, id string) (Pin, error) {
	p := Pin{ID: id}
	var at int64
	var body, members []byte
	err := s.read.QueryRowContext(ctx, "SELECT at, seq, body, members FROM pin WHERE id=?", id).Scan(&at, &p.Seq, &body, &members)
	if errors.Is(err, sql.ErrNoRows) {
		return p, uhri.Errorf(uhri.NotFound, "Pin", "there is no pinned search %s", id)
	}
	if err != nil {
		return p, err
	}
	p.At = stamp(at)
	if p.Body, err = s.codec.unpack(nil, body); err != nil {
		return p, err
	}
	p.Members, err = s.codec.unpack(nil, members)
	return p, err
}

// Pins returns the IDs of all pins, newest first.
func (s *Store) Pins(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id FROM pin ORDER BY at DESC, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// DeletePin forgets a pin; an unknown one is no error.
func (s *Store) DeletePin(ctx context.Context, id string) error {
	_, err := s.write.ExecContext(ctx, "DELETE FROM pin WHERE id=?", id)
	return err
}

// Numbers gives the store's permanent numbers of records, in the order of ids; 0 for an unknown one. They are small, so
// bitmaps of them are.
func (s *Store) Numbers(ctx context.Context, ids []uhri.ID) ([]uint32, error) {
	out := make([]uint32, len(ids))
	stmt, err := s.read.PrepareContext(ctx, "SELECT rec FROM record WHERE id=?")
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	for i, id := range ids {
		if err := stmt.QueryRowContext(ctx, string(id)).Scan(&out[i]); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return out, nil
}

// IDs reverses Numbers; an unknown number gives "".
func (s *Store) IDs(ctx context.Context, numbers []uint32) ([]uhri.ID, error) {
	out := make([]uhri.ID, len(numbers))
	stmt, err := s.read.PrepareContext(ctx, "SELECT id FROM record WHERE rec=?")
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	for i, n := range numbers {
		if err := stmt.QueryRowContext(ctx, n).Scan(&out[i]); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return out, nil
}
