package store

import (
	"context"
	"fmt"
	"time"

	"balcao/hq/atlas/registry"
	"balcao/internal/sqlite"
)

// Sites returns the registry, by id.
func (s *Store) Sites(ctx context.Context) ([]registry.Site, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, kind, address, municipality, district, lat, lon, zone, opens, opened, delivery, blocked, waits
		FROM site ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the registry: %w", err)
	}
	defer rows.Close()
	var all []registry.Site
	for rows.Next() {
		var one registry.Site
		if err := rows.Scan(&one.ID, &one.Name, &one.Kind, &one.Address, &one.Municipality, &one.District, &one.Position.Lat, &one.Position.Lon,
			&one.Zone, &one.Opens, &one.Opened, &one.Delivery, &one.Blocked, &one.Waits); err != nil {
			return nil, fmt.Errorf("read the registry: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// PutSites keeps sites, all of them or none, and notes what changed of each. It returns how many were new and how many
// changed.
func (s *Store) PutSites(ctx context.Context, by string, sites []registry.Site) (fresh, changed int, err error) {
	before := map[string]registry.Site{}
	known, err := s.Sites(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, one := range known {
		before[string(one.ID)] = one
	}
	at := s.now().UnixMilli()
	err = s.write(ctx, Sites, func(tx *sqlite.Tx) error {
		fresh, changed = 0, 0
		for _, one := range sites {
			was, had := before[string(one.ID)]
			what := registry.Difference(was, one)
			switch {
			case !had:
				fresh++
				what = "entrou no registo"
			case what == "":
				continue
			default:
				changed++
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO site (id, name, kind, address, municipality, district, lat, lon, zone, opens, opened, delivery, blocked, waits)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
				address = excluded.address, municipality = excluded.municipality, district = excluded.district, lat = excluded.lat, lon = excluded.lon,
				zone = excluded.zone, opens = excluded.opens, opened = excluded.opened, delivery = excluded.delivery, blocked = excluded.blocked,
				waits = excluded.waits`, one.ID, one.Name, one.Kind, one.Address, one.Municipality, one.District, one.Position.Lat, one.Position.Lon, one.Zone,
				one.Opens, one.Opened, one.Delivery, one.Blocked, one.Waits); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO site_change (site, at, by, words) VALUES (?, ?, ?, ?)`, one.ID, at, by, what); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("keep the registry: %w", err)
	}
	return fresh, changed, nil
}

// SiteChanges returns what changed of a site, newest first.
func (s *Store) SiteChanges(ctx context.Context, id string, limit int) ([]registry.Change, error) {
	rows, err := s.db.Query(ctx, `SELECT at, by, words FROM site_change WHERE site = ? ORDER BY id DESC LIMIT ?`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", id, err)
	}
	defer rows.Close()
	var all []registry.Change
	for rows.Next() {
		var c registry.Change
		var at int64
		if err := rows.Scan(&at, &c.By, &c.Words); err != nil {
			return nil, fmt.Errorf("read the changes of %s: %w", id, err)
		}
		c.At = time.UnixMilli(at)
		all = append(all, c)
	}
	return all, rows.Err()
}
