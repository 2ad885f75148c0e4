package power

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"balcao/branch-server/site"
	branchstore "balcao/branch-server/store"
	hqstore "balcao/hq/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
	kioskstore "balcao/kiosk/store"
)

// subject is a program whose disk goes wrong.
type subject struct {
	name string
	open func(ctx context.Context, dir string) (life, error)
}

// life is a program from one start to the next.
type life struct {
	db *sqlite.DB
	// do does thing n, or says again what was told of it: what somebody was told.
	do func(ctx context.Context, n int) (string, error)
	// tidy does what the program does now and then.
	tidy func(ctx context.Context) error
	// records are the log's, from the first on; an error where they are not what the log's end says.
	records func(ctx context.Context) ([]wire.Record, error)
	close   func() error
}

func subjects() []subject { return []subject{kioskSubject(), branchSubject(), headquartersSubject()} }

// batches are so many batches of one node's log.
func batches(node wire.NodeID, n int) []wire.Batch {
	sent := chain{node: node, epoch: 7}
	all := make([]wire.Batch, n)
	for i := range all {
		all[i] = sent.batch(2)
	}
	return all
}

// takeIn has a receiver take in batches of one log, from the first on, as a sender repeats what was not acknowledged, and
// returns what it acknowledges.
func takeIn(ctx context.Context, to interface {
	AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error)
}, sent []wire.Batch,
) (string, error) {
	decisions, err := to.AcceptAll(ctx, sent)
	if err != nil {
		return "", err
	}
	last := sent[len(sent)-1]
	end := last.Records[len(last.Records)-1].Seq
	if p := decisions[len(decisions)-1].Position; p.HWM < end || p.Quarantined {
		return "", fmt.Errorf("held up to %d of %d, in quarantine %v", p.HWM, end, p.Quarantined)
	}
	return fmt.Sprint("held up to ", end), nil
}

// mirror is a log that is held, with how far and up to which hash it says that it goes.
type mirror interface {
	Position(ctx context.Context) (epoch, first, last uint64, head wire.Hash, err error)
	After(ctx context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error)
}

func ownRecords(l mirror) func(ctx context.Context) ([]wire.Record, error) {
	return func(ctx context.Context) ([]wire.Record, error) {
		_, _, last, head, err := l.Position(ctx)
		if err != nil {
			return nil, err
		}
		records, _, err := l.After(ctx, 0, most, most<<10)
		if err == nil && (uint64(len(records)) != last || (wire.Hash{}).Chain(records) != head) {
			err = errTorn
		}
		return records, err
	}
}

// kioskSubject gives numbers alone and prints them.
func kioskSubject() subject {
	const day = "2026-11-23"
	return subject{name: "kiosk", open: func(ctx context.Context, dir string) (life, error) {
		s, err := kioskstore.Open(ctx, filepath.Join(dir, "kiosk.db"), machine.Minter())
		if err != nil {
			return life{}, err
		}
		if s.Forgot() != (wire.AmnesiaFact{}) || s.Damaged().Aside != "" {
			err = errAnother
		} else {
			err = lend(ctx, s, dir, day)
		}
		if err != nil {
			return life{}, errors.Join(err, s.Close())
		}
		return life{
			db: s.Database(), close: s.Close, records: ownRecords(s),
			do: func(ctx context.Context, n int) (string, error) {
				request := fmt.Sprint("request-", n)
				r, known, err := s.Find(ctx, request)
				if err != nil {
					return "", err
				}
				if known && r.State == kioskstore.Printed {
					return r.Ticket.Number, nil
				}
				if err := ticket(ctx, s, request, day); err != nil {
					return "", err
				}
				r, _, err = s.Find(ctx, request)
				if err != nil {
					return "", err
				}
				return r.Ticket.Number, nil
			},
			tidy: func(ctx context.Context) error {
				_, _, last, _, err := s.Position(ctx)
				if err == nil {
					err = s.Acknowledged(ctx, s.Epoch(), last)
				}
				if err != nil {
					return err
				}
				return s.Database().Shrink(ctx)
			},
		}, nil
	}}
}

// lend lends numbers that were never lent before, as a branch does, where the kiosk has none: a new epoch holds none.
func lend(ctx context.Context, s *kioskstore.Store, dir, day string) error {
	held, err := s.Lent(ctx)
	if err != nil || len(held) > 0 {
		return err
	}
	path := filepath.Join(dir, "lent")
	before, err := os.ReadFile(path) //nolint:gosec // of the trial
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	from := 1000 * (len(before) + 1)
	if err := s.Lend(ctx, []wire.LeasedRange{{Day: day, Division: "a", Prefix: "A", From: from, To: from + 999}}, day); err != nil {
		return err
	}
	return os.WriteFile(path, append(before, 'x'), 0o600)
}

// branchSubject gives numbers and takes in what a kiosk tells.
func branchSubject() subject {
	told := batches("L901-K01", things)
	return subject{name: "branch-server", open: func(ctx context.Context, dir string) (life, error) {
		s, err := branchstore.Open(ctx, filepath.Join(dir, "branch.db"), machine.Minter())
		if err != nil {
			return life{}, err
		}
		if s.Renewed() != (wire.AmnesiaFact{}) {
			return life{}, errors.Join(errAnother, s.Close())
		}
		e, err := serve(ctx, s)
		if err == nil {
			err = e.Today(ctx)
		}
		if err != nil {
			return life{}, errors.Join(err, s.Close())
		}
		logs := site.Ledger{Adopter: e, Marks: s}
		return life{
			db: s.Database(), close: s.Close, records: ownRecords(s),
			do: func(ctx context.Context, n int) (string, error) {
				if n%4 == 3 {
					return takeIn(ctx, logs, told[:n/4+1])
				}
				key := fmt.Sprint("request-", n)
				a, err := e.Do(ctx, key, queue.Issue{Request: queue.RequestID(key), Service: "A", Class: queue.ClassWalkIn})
				if err == nil && a.Number == "" {
					err = fmt.Errorf("answered with %+v", a)
				}
				return a.Number, err
			},
			tidy: func(ctx context.Context) error {
				if err := s.Watch(ctx); err != nil {
					return err
				}
				return s.Database().Shrink(ctx)
			},
		}, nil
	}}
}

// headquartersSubject takes in the journal of a branch.
func headquartersSubject() subject {
	const node = wire.NodeID("L901")
	told := batches(node, things)
	return subject{name: "hq", open: func(ctx context.Context, dir string) (life, error) {
		s, err := hqstore.Open(ctx, filepath.Join(dir, "hq.db"), time.Now)
		if err != nil {
			return life{}, err
		}
		return life{
			db: s.Database(), close: s.Close,
			do: func(ctx context.Context, n int) (string, error) {
				return takeIn(ctx, s, told[:n+1])
			},
			tidy: func(ctx context.Context) error {
				if err := s.ForgetLinks(ctx, time.Now()); err != nil {
					return err
				}
				return s.Database().Shrink(ctx)
			},
			records: func(ctx context.Context) ([]wire.Record, error) {
				p, err := s.Position(ctx, node, 7)
				if err != nil {
					return nil, err
				}
				var records []wire.Record
				for r, err := range s.Records(ctx, node, 7, 0) {
					if err != nil {
						return nil, err
					}
					records = append(records, r)
				}
				if uint64(len(records)) != p.HWM || (wire.Hash{}).Chain(records) != p.Head {
					return nil, errTorn
				}
				return records, nil
			},
		}, nil
	}}
}
