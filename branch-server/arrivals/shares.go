package arrivals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"balcao/branch-server/booking"
	"balcao/internal/queue"
)

// KeepShares makes the Day keep, for each division with a share, as many numbers as bookings may still come: those not
// here yet whose slot is not longer past than the release time, at the most the share. What is kept stands in the
// journal, so that a Day lived again gives the same numbers.
func (k *Desk) KeepShares(ctx context.Context) error {
	b := k.cfg.Branch()
	if len(b.Bookings.Shares) == 0 {
		return k.release(ctx, nil)
	}
	today := k.today()
	all, err := k.cfg.Table.Bookings(ctx, today)
	if err != nil {
		return err
	}
	day, visits, err := k.here(ctx)
	if err != nil || day != today {
		return err
	}
	open := map[queue.DivisionID]int{}
	for _, one := range all {
		if one.Day != today || one.State != booking.Expected || k.cfg.Now().After(one.Slot.Add(b.Bookings.ReleaseAfter())) {
			continue
		}
		if _, came := visits[one.Request]; came && one.Request != "" {
			continue
		}
		s, _ := b.Service(one.Service)
		open[queue.DivisionID(s.Division)]++
	}
	want := map[queue.DivisionID]int{}
	for _, div := range b.Divisions {
		if share, held := b.Bookings.Share(div); held {
			want[queue.DivisionID(div.ID)] = min(share, open[queue.DivisionID(div.ID)])
		}
	}
	return k.release(ctx, want)
}

// release brings the Day's shares to what is wanted; a division that is not named keeps none.
func (k *Desk) release(ctx context.Context, want map[queue.DivisionID]int) error {
	var change []queue.HoldShare
	err := k.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		if !d.Open() {
			return
		}
		for _, div := range k.cfg.Branch().Divisions {
			id := queue.DivisionID(div.ID)
			if d.HeldShare(id) != want[id] {
				change = append(change, queue.HoldShare{Division: id, Numbers: want[id]})
			}
		}
	})
	if err != nil {
		return fmt.Errorf("look at the shares: %w", err)
	}
	var errs []error
	for _, c := range change {
		_, err := k.cfg.Commands.Do(ctx, "", c) // refused when the Day has just closed
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func sortDates(days []queue.Date) { slices.Sort(days) }
