package keypad_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"balcao/kiosk/keypad"
)

const patience = 30 * time.Second

// reading runs the reader of one device until the test ends.
func reading(t *testing.T, path string) (events chan keypad.Event, ready chan bool) {
	t.Helper()
	events, ready = make(chan keypad.Event, 16), make(chan bool, 16)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- keypad.Run(ctx, keypad.Config{
			Devices: []string{path}, Log: slog.New(slog.DiscardHandler),
			Heard: func(e keypad.Event) { events <- e }, Ready: func(all bool) { ready <- all },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return events, ready
}

func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case x := <-c:
		return x
	case <-time.After(patience):
		t.Fatal("nothing comes")
		panic("unreachable")
	}
}

func TestKeysAndThePlugAreReadFromADeviceAndAgainWhenItComesBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pad")
	var events chan keypad.Event
	var ready chan bool
	for round := range 2 {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			events, ready = reading(t, path)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if !next(t, ready) {
			t.Error("a device that is there counts as away")
		}
		down, _ := keypad.Code("ArrowDown")
		want := []keypad.Event{{Kind: keypad.Jack, In: true}, {Kind: keypad.Key, Code: down}, {Kind: keypad.Jack}}
		for _, e := range want {
			if _, err := c.Write(keypad.Encode(e)); err != nil {
				t.Fatal(err)
			}
			if got := next(t, events); got != e {
				t.Errorf("told %+v, want %+v", got, e)
			}
		}
		if err := errors.Join(c.Close(), l.Close()); err != nil {
			t.Fatal(err)
		}
		if next(t, ready) {
			t.Error("a device that went counts as there")
		}
	}
}

func TestAPipeIsReadLikeADevice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, _ := reading(t, path)
	enter, _ := keypad.Code("Enter")
	if _, err := f.Write(keypad.Encode(keypad.Event{Kind: keypad.Key, Code: enter})); err != nil {
		t.Fatal(err)
	}
	if got := next(t, events); got.Kind != keypad.Key || got.Code != enter {
		t.Errorf("told %+v", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(keypad.Encode(keypad.Event{Kind: keypad.Key, Code: 28})[:keypad.EventSize])
	f.Add(keypad.Encode(keypad.Event{Kind: keypad.Jack, In: true})[:keypad.EventSize])
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := keypad.Decode(b)
		if (err == nil) != (len(b) == keypad.EventSize) {
			t.Fatalf("%d bytes: %v", len(b), err)
		}
		if e.Kind != keypad.Nothing {
			if again, err := keypad.Decode(keypad.Encode(e)[:keypad.EventSize]); err != nil || again != e {
				t.Fatalf("%+v becomes %+v, %v", e, again, err)
			}
		}
	})
}
