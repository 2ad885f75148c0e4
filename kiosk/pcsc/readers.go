package pcsc

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/ebfe/scard"
)

// Readers asks the smart card service at a socket, or the system's where it is empty, which readers there are, once. It
// fails with ErrService while there is no service. It is for a program that watches none, such as a check before the
// start.
func Readers(socket string) (names []string, err error) {
	w := New(Config{Socket: socket, Log: slog.New(slog.DiscardHandler)})
	if err := w.setSocket(); err != nil {
		return nil, fmt.Errorf("list readers: %w", err)
	}
	l, err := w.dialer.open()
	if err != nil {
		return nil, fmt.Errorf("list readers: %w", err)
	}
	defer l.close()
	err = l.call(w.dialer.serviceTime, func(c *scard.Context) (err error) {
		names, err = c.ListReaders()
		return err
	})
	if errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list readers: %w", translate(err))
	}
	return names, nil
}
