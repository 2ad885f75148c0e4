package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"balcao/hq/network"
	"balcao/internal/wire"
)

// channel is where programs of headquarters call each other.
const channel = "balcao_hq"

// aliveFor is how long a process counts as alive after its last beat.
const aliveFor = 5 * time.Second

// forgetAfter is when the words of a process that is gone are taken away.
const forgetAfter = time.Minute

// Call wakes the other programs: a word says what changed. It may be lost; whoever listens also looks by himself.
func (d *DB) Call(ctx context.Context, word string) error {
	if _, err := d.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, word); err != nil {
		return fmt.Errorf("call the other programs: %w", plain(err))
	}
	return nil
}

// Listen hears what programs call, this one included, until ctx ends or the connection does; then it returns why.
func (d *DB) Listen(ctx context.Context, hear func(word string)) error {
	c, err := pgx.ConnectConfig(ctx, d.cfg.Copy())
	if err != nil {
		return fmt.Errorf("listen to the other programs: %w", plain(err))
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, `LISTEN `+channel); err != nil {
		return fmt.Errorf("listen to the other programs: %w", plain(err))
	}
	hear("") // whatever was called before
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listen to the other programs: %w", plain(err))
		}
		hear(n.Payload)
	}
}

// leadEvery is how often a program tries to lead, and looks whether it still does.
const leadEvery = time.Second

// errLaidDown means that a program that led does not want to any more.
var errLaidDown = errors.New("lead: laid down")

// Lead waits until no other program leads, then runs as until ctx ends or the lead is lost, and returns after as has. The
// lead is a lock of one connection: it goes with the connection, and with the program.
func (d *DB) Lead(ctx context.Context, as func(ctx context.Context)) error {
	c, err := pgx.ConnectConfig(ctx, d.cfg.Copy())
	if err != nil {
		return fmt.Errorf("lead: %w", plain(err))
	}
	defer c.Close(context.WithoutCancel(ctx))
	tick := time.NewTicker(leadEvery)
	defer tick.Stop()
	for {
		var got bool
		if err := c.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(lockLead)).Scan(&got); err != nil {
			return fmt.Errorf("lead: %w", plain(err))
		}
		if got {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	leading, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		as(leading)
	}()
	defer func() { stop(); <-done }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
			return errLaidDown
		case <-tick.C:
		}
		ask, cancel := context.WithTimeout(ctx, aliveFor)
		err := c.Ping(ask)
		cancel()
		if err != nil {
			return fmt.Errorf("lead: %w", plain(err))
		}
	}
}

// Beat says that a process is alive, and what it has to tell of its branches; all of it or nothing.
func (d *DB) Beat(ctx context.Context, process string, words []network.Word) error {
	var nodes, software []string
	var online, lost []bool
	var since []int64
	var live, health [][]byte
	for _, w := range words {
		nodes, software = append(nodes, string(w.Node)), append(software, text(w.Software))
		online, lost, since = append(online, w.Online), append(lost, w.Lost), append(since, w.Since.UnixMilli())
		live, health = append(live, w.Live), append(health, w.Health)
	}
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		// Nothing of this has to outlive a crash.
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO peer (process, beat) VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
			ON CONFLICT (process) DO UPDATE SET beat = excluded.beat`, process); err != nil {
			return err
		}
		if len(words) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `INSERT INTO peer_word (process, node, changed, online, lost, since, software, live, health)
			SELECT $1, node, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, online, lost, since, software, live, health
			FROM unnest($2::text[], $3::boolean[], $4::boolean[], $5::bigint[], $6::text[], $7::bytea[], $8::bytea[])
				AS w (node, online, lost, since, software, live, health)
			ON CONFLICT (process, node) DO UPDATE SET changed = excluded.changed, online = excluded.online, lost = excluded.lost,
				since = excluded.since, software = excluded.software, live = excluded.live, health = excluded.health`,
			process, nodes, online, lost, since, software, live, health)
		return err
	})
	if err != nil {
		return fmt.Errorf("tell the other programs: %w", plain(err))
	}
	return nil
}

// Peers returns which other processes are alive, and their words that changed since a mark; with the mark for the next
// time. Some words come twice.
func (d *DB) Peers(ctx context.Context, self string, since int64) (alive map[string]bool, words []network.Peer, next int64, err error) {
	// A transaction that began before the mark may end after it.
	const overlap = 1000
	alive = map[string]bool{}
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`).Scan(&next); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM peer WHERE beat < $1`, next-forgetAfter.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM peer_word WHERE process NOT IN (SELECT process FROM peer)`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT process FROM peer WHERE process <> $1 AND beat >= $2`, self, next-aliveFor.Milliseconds())
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			alive[name] = true
		}
		rows, err = tx.Query(ctx, `SELECT process, node, online, lost, since, software, live, health FROM peer_word
			WHERE process = ANY($1) AND changed >= $2`, names, since-overlap)
		if err != nil {
			return err
		}
		words, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (network.Peer, error) {
			var p network.Peer
			var node string
			var at int64
			err := row.Scan(&p.Process, &node, &p.Online, &p.Lost, &at, &p.Software, &p.Live, &p.Health)
			p.Node, p.Since = wire.NodeID(node), time.UnixMilli(at)
			return p, err
		})
		return err
	})
	if err != nil {
		return nil, nil, since, fmt.Errorf("hear the other programs: %w", plain(err))
	}
	return alive, words, next, nil
}
