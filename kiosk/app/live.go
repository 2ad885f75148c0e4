package app

import (
	"context"
	"errors"
	"log/slog"

	"balcao/internal/eventlog"
)

// Live makes and runs the kiosk until ctx ends or a part fails, and anew when its log goes on in a new epoch. It returns
// nil when the branch asked for a restart: whoever keeps the program running starts it again.
func Live(ctx context.Context, cfg Config, log *slog.Logger) error {
	for {
		a, err := New(ctx, cfg, log)
		if err != nil {
			return err
		}
		err = a.Run(ctx)
		switch {
		case errors.Is(err, errRestart):
			log.Info("the program ends as the branch asked, to be started again", "kiosk", cfg.Node)
			return nil
		case !errors.Is(err, eventlog.ErrBeginAgain):
			return err
		}
	}
}
