package app

import (
	"context"
	"io"

	"balcao/internal/backup"
)

// Orders carries out the commands about the database, backup, restore, quarantine and looking at the logs, and reports whether it was one of
// them.
func Orders(ctx context.Context, args []string, out, messages io.Writer) (ours bool, err error) {
	switch {
	case len(args) == 0:
		return false, nil
	case backup.Is(args[0]):
		return true, Backup(ctx, args, out, messages)
	case args[0] == "archive":
		return true, ArchiveCommand(ctx, args[1:], out, messages)
	case args[0] == "audit":
		return true, Audit(ctx, args[1:], out, messages)
	case args[0] == "journal":
		return true, Journal(ctx, args[1:], out, messages)
	case args[0] == "quarantine":
		return true, Quarantine(ctx, args[1:], out, messages)
	}
	return false, nil
}
