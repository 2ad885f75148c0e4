package power

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/site"
	branchstore "balcao/branch-server/store"
	hqstore "balcao/hq/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
	kioskstore "balcao/kiosk/store"
)

// most is how many records are looked at.
const most = 1 << 20

// errAnother means that a database that lost nothing was taken for an old copy.
var errAnother = errors.New("the log goes on in a new epoch although nothing was lost")

// kiosk gives numbers of its own, prints, and hears what the branch holds.
func kiosk() program {
	const file = "kiosk.db"
	return program{
		name: "kiosk", guard: file + ".guard",
		live: func(ctx context.Context, dir string, steps int, told func(uint64) error) error {
			s, err := kioskstore.Open(ctx, filepath.Join(dir, file), machine.Minter())
			if err != nil {
				return err
			}
			defer s.Close()
			const day = "2026-11-23"
			if err := s.Lend(ctx, []wire.LeasedRange{{Day: day, Division: "a", Prefix: "A", From: 1000, To: 9999}}, day); err != nil {
				return err
			}
			for i := range steps {
				if err := ticket(ctx, s, fmt.Sprint("request-", i), day); err != nil {
					return err
				}
				_, _, last, _, err := s.Position(ctx)
				if err == nil && i%5 == 4 {
					err = s.Acknowledged(ctx, s.Epoch(), last)
				}
				if err == nil {
					err = told(last)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		look: func(ctx context.Context, dir string, opened func()) ([]wire.Record, error) {
			s, err := kioskstore.Open(ctx, filepath.Join(dir, file), machine.Minter())
			if err != nil {
				return nil, err
			}
			defer s.Close()
			opened()
			if s.Forgot() != (wire.AmnesiaFact{}) {
				return nil, errAnother
			}
			records, _, err := s.After(ctx, 0, most, most<<10)
			return records, err
		},
	}
}

func ticket(ctx context.Context, s *kioskstore.Store, request, day string) error {
	now := time.Now()
	if _, err := s.Ask(ctx, wire.TicketFact{Request: request, Service: "cc", Class: "walkin"}, now); err != nil {
		return err
	}
	r, err := s.Alone(ctx, request, "a", day, func(prefix string, n int) wire.Ticket {
		return wire.Ticket{Number: wire.NumberText(prefix, n), Day: day, Alone: true}
	}, now)
	if err != nil {
		return err
	}
	if err := s.Begin(ctx, request, *r.Ticket, now); err != nil {
		return err
	}
	return s.End(ctx, request, kioskstore.Printed, "", time.Second, now)
}

type nobody struct{}

// Hear implements engine.Audience.
func (nobody) Hear([]queue.Entry) {}

// branch gives numbers, and takes in what kiosks say.
func branch(dice *rand.Rand) program {
	const file = "branch.db"
	return program{
		name: "branch-server", guard: file + ".guard",
		live: func(ctx context.Context, dir string, steps int, told func(uint64) error) error {
			s, err := branchstore.Open(ctx, filepath.Join(dir, file), machine.Minter())
			if err != nil {
				return err
			}
			defer s.Close()
			e, err := serve(ctx, s)
			if err != nil {
				return err
			}
			logs := site.Ledger{Adopter: e, Marks: s}
			sent := chain{node: "L901-K01", epoch: 7}
			for i := range steps {
				var err error
				switch {
				case i == 0:
					err = e.Today(ctx)
				case dice.IntN(3) == 0:
					_, err = logs.AcceptAll(ctx, []wire.Batch{sent.batch(1 + dice.IntN(5))})
				default:
					key := fmt.Sprint("request-", i)
					var a engine.Answer
					if a, err = e.Do(ctx, key, queue.Issue{Request: queue.RequestID(key), Service: "A", Class: queue.ClassWalkIn}); err == nil && a.Refused != "" {
						err = a.Refused
					}
				}
				if err == nil && i%7 == 6 {
					err = s.Watch(ctx)
				}
				var last uint64
				if err == nil {
					_, _, last, _, err = s.Position(ctx)
				}
				if err == nil {
					err = told(last)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		look: func(ctx context.Context, dir string, opened func()) ([]wire.Record, error) {
			s, err := branchstore.Open(ctx, filepath.Join(dir, file), machine.Minter())
			if err != nil {
				return nil, err
			}
			defer s.Close()
			if s.Renewed() != (wire.AmnesiaFact{}) {
				return nil, errAnother
			}
			if _, err := serve(ctx, s); err != nil {
				return nil, err
			}
			opened()
			records, _, err := s.After(ctx, 0, most, most<<10)
			return records, err
		},
	}
}

func serve(ctx context.Context, s *branchstore.Store) (*engine.Engine, error) {
	c := queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1, Quota: 9999}},
		Services:  []queue.Service{{ID: "A", Body: "irn", Division: "a"}},
		Policy:    queue.DefaultPolicy(), // without classes every ticket is refused
	}
	return engine.New(ctx, engine.Config{Catalogue: c, Zone: time.UTC, Journal: s, Audience: nobody{}, Now: time.Now, Log: quiet})
}

// headquarters takes in the journal of a branch.
func headquarters() program {
	const file, node, epoch = "hq.db", wire.NodeID("L901"), 7
	open := func(ctx context.Context, dir string) (*hqstore.Store, error) {
		return hqstore.Open(ctx, filepath.Join(dir, file), time.Now)
	}
	return program{
		name: "hq",
		live: func(ctx context.Context, dir string, steps int, told func(uint64) error) error {
			s, err := open(ctx, dir)
			if err != nil {
				return err
			}
			defer s.Close()
			sent := chain{node: node, epoch: epoch}
			for range steps {
				decisions, err := s.AcceptAll(ctx, []wire.Batch{sent.batch(3), sent.batch(2)})
				if err != nil {
					return err
				}
				if err := told(decisions[1].Position.HWM); err != nil {
					return err
				}
			}
			return nil
		},
		look: func(ctx context.Context, dir string, opened func()) ([]wire.Record, error) {
			s, err := open(ctx, dir)
			if err != nil {
				return nil, err
			}
			defer s.Close()
			opened()
			p, err := s.Position(ctx, node, epoch)
			if err != nil {
				return nil, err
			}
			var records []wire.Record
			for r, err := range s.Records(ctx, node, epoch, 0) {
				if err != nil {
					return nil, err
				}
				records = append(records, r)
			}
			if uint64(len(records)) != p.HWM || (wire.Hash{}).Chain(records) != p.Head {
				return nil, fmt.Errorf("%d records are held and the mark says %d: %w", len(records), p.HWM, errTorn)
			}
			return records, nil
		},
	}
}

var errTorn = errors.New("records and mark are of two commits")

// chain makes the log of a node.
type chain struct {
	node  wire.NodeID
	epoch uint64
	last  uint64
	head  wire.Hash
}

func (c *chain) batch(n int) wire.Batch {
	b := wire.Batch{Node: c.node, Epoch: c.epoch, Prev: c.head}
	for range n {
		c.last++
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: c.last, ID: fmt.Sprintf("01K%023d", c.last), Type: wire.TypePrinterState, Version: 1, TS: 1795305600123, CQ: wire.ClockOK,
			Data: []byte(`{"dev":"printer","state":"ok"}`),
		})
		if err != nil {
			panic(err) // a fact of our own always encodes
		}
		r := wire.Record{Seq: c.last, Raw: raw}
		b.Records = append(b.Records, r)
		c.head = c.head.Next(r)
	}
	return b
}
