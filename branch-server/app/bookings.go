package app

import (
	"context"
	"path/filepath"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/queue"
)

// Bookings says who may send booked times.
type Bookings struct {
	TokenFile string `yaml:"token_file"` // of systems that send bookings to /api/bookings; none means that none may
}

// keysFolder is where the keys of bookings' days are, in the data folder: left out of backups.
const keysFolder = "booking-keys"

// newDesk puts together what receives bookings.
func newDesk(a *App, zone *time.Location, describe func() *branch.Branch) *arrivals.Desk {
	return arrivals.New(arrivals.Config{
		Branch: describe, Zone: zone, Zones: time.LoadLocation, Table: a.store,
		Keys: store.NewDayKeys(filepath.Join(a.cfg.Data, keysFolder)), Commands: refusing{a.engine}, Now: a.clock.Now, Log: a.log,
	})
}

// refusing is the engine as the desk sees it: what was refused is all it has to know.
type refusing struct{ *engine.Engine }

// Do carries out a command once per key.
func (r refusing) Do(ctx context.Context, key string, cmd queue.Command) (queue.Refusal, error) {
	answer, err := r.Engine.Do(ctx, key, cmd)
	return answer.Refused, err
}
