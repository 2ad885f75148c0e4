// Package errand carries an order from a command on the command line to the running program of the same data folder,
// and its answer back, through small files that only the program's own user can write: no port is open for it.
package errand

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrNobody means that no program took the order while somebody waited for the answer; it was withdrawn.
var ErrNobody = errors.New("no running program took the order")

// folder is where orders lie, below a data folder.
const folder = "orders"

// maxOrder bounds the bytes of an order and of an answer.
const maxOrder = 64 << 10

const (
	newOrder = ".order"
	answered = ".answer"
	look     = 200 * time.Millisecond
)

// Leave leaves an order under a name that no other order has, and waits for its answer until ctx ends; then the order
// is withdrawn, and the error is ErrNobody.
func Leave(ctx context.Context, data, name string, order []byte) ([]byte, error) {
	dir := filepath.Join(data, folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("leave an order: %w", err)
	}
	at := filepath.Join(dir, filepath.Base(name))
	if err := place(at+newOrder, order); err != nil {
		return nil, fmt.Errorf("leave an order: %w", err)
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		answer, err := os.ReadFile(at + answered) //nolint:gosec // in the program's own folder
		switch {
		case err == nil:
			return answer, os.Remove(at + answered)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read the answer to an order: %w", err)
		}
		select {
		case <-ctx.Done():
			if err := os.Remove(at + newOrder); err == nil {
				return nil, ErrNobody
			}
			return nil, fmt.Errorf("read the answer to an order: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// Run carries out the orders left in a data folder, one after the other, until ctx ends. An order is taken away before
// it is carried out: it happens once at the most.
func Run(ctx context.Context, data string, do func(ctx context.Context, order []byte) []byte) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		entries, err := os.ReadDir(filepath.Join(data, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for orders: %w", err)
		}
		for _, e := range entries {
			if name, is := strings.CutSuffix(e.Name(), newOrder); is && ctx.Err() == nil {
				carryOut(ctx, filepath.Join(data, folder, name), do)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// carryOut answers one order; whoever left it reads why it could not be carried out, or that nobody answers.
func carryOut(ctx context.Context, at string, do func(context.Context, []byte) []byte) {
	info, err := os.Stat(at + newOrder)
	if err != nil || info.Size() > maxOrder {
		return
	}
	order, err := os.ReadFile(at + newOrder) //nolint:gosec // in the program's own folder
	if err != nil || os.Remove(at+newOrder) != nil {
		return
	}
	_ = place(at+answered, do(ctx, order)) // a full disk: whoever waits is told that there was no answer
}

// place makes a file appear whole.
func place(path string, body []byte) error {
	if len(body) > maxOrder {
		return fmt.Errorf("write %s: %d bytes are too many", path, len(body))
	}
	if err := os.WriteFile(path+".new", body, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
