package eventlog

import (
	"context"
	"fmt"
)

// wholePage bounds what Check reads at a time, so that nobody waits behind it.
const (
	wholePage  = 2000
	wholeBytes = 1 << 20
)

// Check reads the whole file, and reckons the chain of the log in it: a page may hold together and not say what was written.
// It returns sqlite.ErrDamaged for both.
func (l *Log) Check(ctx context.Context) error {
	if err := l.db.Check(ctx); err != nil {
		return err
	}
	for seq := uint64(0); ; {
		if base, err := l.Base(ctx); err != nil {
			return fmt.Errorf("check the log: %w", err)
		} else if base != nil {
			seq = max(seq, base.Seq) // days are compacted meanwhile
		}
		records, _, err := l.After(ctx, seq, wholePage, wholeBytes)
		if err != nil {
			return fmt.Errorf("check the log: %w", err)
		}
		if len(records) == 0 {
			return nil
		}
		seq = records[len(records)-1].Seq
	}
}
