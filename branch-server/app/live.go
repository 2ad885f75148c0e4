package app

import (
	"context"
	"errors"
	"log/slog"

	"balcao/internal/eventlog"
)

// Live makes and runs the branch server until ctx ends or a part fails, and anew when its log goes on in a new epoch.
func Live(ctx context.Context, cfg Config, log *slog.Logger) error {
	for {
		a, err := New(ctx, cfg, log)
		if err != nil {
			return err
		}
		if err = a.Run(ctx); !errors.Is(err, eventlog.ErrBeginAgain) {
			return err
		}
	}
}
