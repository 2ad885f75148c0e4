package app

import (
	"context"
	"time"
)

// keepEvery is how often what branches told of their devices is written down.
const keepEvery = time.Minute

// rememberEquipment shows the devices that branches told of before this program started.
func (a *App) rememberEquipment(ctx context.Context) error {
	all, err := a.store.Fleets(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := a.live.Remember(t); err != nil {
			a.log.Warn("what was kept of devices is not readable", "branch", string(t.Node), "err", err) // the branch tells it again
		}
	}
	return nil
}

// keepEquipment writes down what is new of devices, until ctx ends, and once more then.
func (a *App) keepEquipment(ctx context.Context) {
	t := time.NewTicker(keepEvery)
	defer t.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		a.keepEquipmentNow(ctx)
	}
}

// keepEquipmentNow writes down what is new of devices, though ctx has ended.
func (a *App) keepEquipmentNow(ctx context.Context) {
	if all := a.live.ToKeep(time.Now()); len(all) > 0 {
		if err := a.store.KeepFleets(context.WithoutCancel(ctx), all); err != nil {
			a.log.Error("devices of branches not written down", "err", err)
		}
	}
}
