package engine

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/queue"
)

// Waiting is a fact of a node that could not be read when it came, or that is about a request of which such a fact may
// tell. It is kept as it came until a version of this program understands it.
type Waiting struct {
	Place   int64 // in the order in which they came; 0 before it is kept
	From    queue.Origin
	Type    string // empty where not even that could be read
	Version int
	Raw     []byte
}

// Backlog is where facts wait.
type Backlog interface {
	// Waiting returns at most so many facts behind a place, in the order in which they came.
	Waiting(ctx context.Context, after int64, limit int) ([]Waiting, error)
}

// stream is one log of one node.
type stream struct {
	node  string
	epoch uint64
}

// foldAtOnce is how many facts that waited one commit holds.
const foldAtOnce = 200

// Fold makes facts that waited the branch's own, as far as this version understands them, in the order in which they came:
// each is adopted and no longer waits in one commit, so that a program that ends in the middle goes on where it was. It is
// called before anything is taken in.
func (e *Engine) Fold(ctx context.Context, from Backlog) (folded, left int, err error) {
	for place := int64(0); ; {
		lot, err := from.Waiting(ctx, place, foldAtOnce)
		if err != nil {
			return folded, left, fmt.Errorf("read facts that wait: %w", err)
		}
		if len(lot) == 0 {
			return folded, left, nil
		}
		n := 0
		if err := e.submit(ctx, func(d *queue.Day, at time.Time, b *Batch) {
			for _, w := range lot {
				if _, _, waits := e.adopt(d, at, b, w.From, w.Raw, false); waits {
					e.behind[stream{w.From.Node, w.From.Epoch}] = true
					continue
				}
				b.Folded = append(b.Folded, w)
				n++
			}
		}); err != nil {
			return folded, left, fmt.Errorf("fold facts that waited: %w", err)
		}
		folded, left, place = folded+n, left+len(lot)-n, lot[len(lot)-1].Place
	}
}
