package store

import (
	"context"
	"fmt"
	"time"

	"balcao/hq/network"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// fault keeps that a device had a fault, beside the event that says so.
func (s shelf) fault(log int64, node wire.NodeID, e wire.Event) error {
	device, state, ok := network.FaultOf(e)
	if !ok {
		return nil // the event is kept; a fault of nothing is not counted
	}
	if e.Via != nil {
		node = e.Via.Node
	}
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO device_fault (log, seq, node, device, state, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		log, int64(e.Seq), node, device, state, s.rx)
	return err
}

// DeviceFaults counts the faults that came in since a moment, by node and device.
func (s *Store) DeviceFaults(ctx context.Context, since time.Time) ([]network.FaultCount, error) {
	rows, err := s.db.Query(ctx, `SELECT node, device, count(*) FROM device_fault WHERE at >= ? GROUP BY node, device ORDER BY node, device`, since.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("count faults of devices: %w", err)
	}
	defer rows.Close()
	var all []network.FaultCount
	for rows.Next() {
		var c network.FaultCount
		if err := rows.Scan(&c.Node, &c.Device, &c.Faults); err != nil {
			return nil, fmt.Errorf("count faults of devices: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// WantedFirmware returns what firmware each model should run.
func (s *Store) WantedFirmware(ctx context.Context) ([]network.Wanted, error) {
	rows, err := s.db.Query(ctx, `SELECT device, model, version, by, at FROM wanted_firmware ORDER BY device, model`)
	if err != nil {
		return nil, fmt.Errorf("read wanted firmware: %w", err)
	}
	defer rows.Close()
	var all []network.Wanted
	for rows.Next() {
		var w network.Wanted
		var at int64
		if err := rows.Scan(&w.Device, &w.Model, &w.Version, &w.By, &at); err != nil {
			return nil, fmt.Errorf("read wanted firmware: %w", err)
		}
		w.At = time.UnixMilli(at)
		all = append(all, w)
	}
	return all, rows.Err()
}

// PutWantedFirmware keeps what firmware a model should run; an empty version takes the wish back.
func (s *Store) PutWantedFirmware(ctx context.Context, w network.Wanted) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if w.Version == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM wanted_firmware WHERE device = ? AND model = ?`, w.Device, w.Model)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO wanted_firmware (device, model, version, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (device, model) DO UPDATE SET version = ?3, by = ?4, at = ?5`, w.Device, w.Model, w.Version, w.By, w.At.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep wanted firmware of %s: %w", w.Model, err)
	}
	return nil
}

// KeepFleets keeps what branches told of their devices, all of it or nothing; what was told later, and kept by another
// process, stays.
func (s *Store) KeepFleets(ctx context.Context, all []network.Told) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, t := range all {
			if _, err := tx.ExecContext(ctx, `INSERT INTO fleet (node, at, raw) VALUES (?1, ?2, ?3) ON CONFLICT (node) DO UPDATE SET at = ?2, raw = ?3
				WHERE fleet.at <= ?2`,
				t.Node, t.At.UnixMilli(), t.Raw); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep devices of branches: %w", err)
	}
	return nil
}

// Fleets returns what branches told of their devices before this program started.
func (s *Store) Fleets(ctx context.Context) ([]network.Told, error) {
	rows, err := s.db.Query(ctx, `SELECT node, at, raw FROM fleet ORDER BY node`)
	if err != nil {
		return nil, fmt.Errorf("read devices of branches: %w", err)
	}
	defer rows.Close()
	var all []network.Told
	for rows.Next() {
		var t network.Told
		var at int64
		if err := rows.Scan(&t.Node, &at, &t.Raw); err != nil {
			return nil, fmt.Errorf("read devices of branches: %w", err)
		}
		t.At = time.UnixMilli(at)
		all = append(all, t)
	}
	return all, rows.Err()
}
