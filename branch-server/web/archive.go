package web

import (
	"context"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

// Archive reads Days that were lived, the present one among them, from the journal.
type Archive interface {
	// Days returns the dates of all Days, oldest first.
	Days(ctx context.Context) ([]queue.Date, error)
	// Entries hands over the entries of one Day in their order until hear returns false; it says whether a later Day
	// was opened. A date without a Day is an error.
	Entries(ctx context.Context, day queue.Date, hear func(queue.Entry) bool) (ended bool, err error)
	// Record returns a Day folded for reports, the present one measured up to now. A date without a Day is an error.
	Record(ctx context.Context, day queue.Date, now time.Time) (report.Record, error)
}
