package kills

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	branchstore "balcao/branch-server/store"
	hqstore "balcao/hq/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
	kioskstore "balcao/kiosk/store"
)

// judge opens what is on disk when every program has ended: headquarters holds the branch's journal byte for byte, the
// branch every log of its kiosks whole, and no number was given twice.
func judge(ctx context.Context, dir string, r *Result) error {
	branch, err := branchstore.Open(ctx, filepath.Join(dir, "branch-server", "branch.db"), machine.Minter())
	if err != nil {
		return err
	}
	defer branch.Close()
	journal, _, err := branch.After(ctx, 0, 1<<30, 1<<30)
	if err != nil {
		return err
	}
	r.Entries = len(journal)
	if err := held(ctx, dir, branch.Epoch(), journal, r); err != nil {
		return err
	}
	for node, file := range map[wire.NodeID]string{
		"L901-K01": filepath.Join("kiosk", "kiosk.db"), "L901-K91": "simulated-L901-K91.db", "L901-K92": "simulated-L901-K92.db",
	} {
		if err := takenIn(ctx, branch, node, filepath.Join(dir, file), r); err != nil {
			return err
		}
	}
	return numbers(journal, r)
}

// held compares headquarters' copy.
func held(ctx context.Context, dir string, epoch uint64, journal []wire.Record, r *Result) error {
	hq, err := hqstore.Open(ctx, filepath.Join(dir, "hq", "hq.db"), time.Now)
	if err != nil {
		return err
	}
	defer hq.Close()
	i := 0
	for record, err := range hq.Records(ctx, "L901", epoch, 0) {
		if err != nil {
			return err
		}
		if i >= len(journal) || string(journal[i].Raw) != string(record.Raw) {
			r.Doubled++
		}
		i++
	}
	r.Lost += max(0, len(journal)-i)
	return nil
}

// takenIn compares how far the branch has a kiosk's log with the log.
func takenIn(ctx context.Context, branch *branchstore.Store, node wire.NodeID, path string, r *Result) error {
	s, err := kioskstore.Open(ctx, path, machine.Minter())
	if err != nil {
		return err
	}
	defer s.Close()
	if s.Forgot() != (wire.AmnesiaFact{}) {
		r.Lost++
	}
	p, err := branch.Mark(ctx, string(node), s.Epoch())
	if err != nil {
		return err
	}
	// The facts that the kiosk logged after the branch had ended are not there.
	head, known, err := s.HeadAt(ctx, p.HWM)
	if err != nil {
		return err
	}
	if p.HWM > 0 && (!known || head != p.Head || p.Quarantined) {
		r.Lost++
		return fmt.Errorf("the branch holds another log of %s up to %d: %w", node, p.HWM, errNever)
	}
	return nil
}

// numbers looks for one that two requests have.
func numbers(journal []wire.Record, r *Result) error {
	given := map[string]queue.RequestID{}
	for _, record := range journal {
		e, err := wire.DecodeEvent(record.Raw)
		if err != nil {
			return err
		}
		if e.Type != wire.TypeReserved {
			continue
		}
		fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
		if err != nil {
			return err
		}
		f, ok := fact.(queue.Reserved)
		if !ok {
			continue
		}
		key := fmt.Sprint(f.Day, f.Division, f.Number)
		if other, twice := given[key]; twice && other != f.Request {
			r.Doubled++
		}
		given[key] = f.Request
	}
	return nil
}
