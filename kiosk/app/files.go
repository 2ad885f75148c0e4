package app

import (
	"context"
	"io"
	"time"

	"balcao/internal/backup"
	"balcao/kiosk/trust"
)

// Orders carries out the commands about the kiosk's files and its screen, backup, restore, trust and display, and reports
// whether it was one of them.
func Orders(ctx context.Context, args []string, out, messages io.Writer) (ours bool, err error) {
	switch {
	case len(args) == 0:
		return false, nil
	case backup.Is(args[0]):
		return true, Backup(ctx, args, out, messages)
	case args[0] == "display":
		return true, Display(ctx, args[1:], out, messages)
	case args[0] == "trust":
		return true, trust.Command(args[1:], out, time.Now())
	}
	return false, nil
}
