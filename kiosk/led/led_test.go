package led_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"balcao/kiosk/alpha"
	"balcao/kiosk/alpha/alphatest"
	"balcao/kiosk/led"
)

const patience = 30 * time.Second

// line is a line with a sign at its end, in memory.
type line struct {
	sign   *alphatest.Sign
	answer *io.PipeWriter
	read   *io.PipeReader

	mu    sync.Mutex
	state alphatest.State
}

func newLine() *line {
	r, w := io.Pipe()
	return &line{sign: alphatest.New(alphatest.Demo()), answer: w, read: r}
}

func (l *line) Read(b []byte) (int, error) { return l.read.Read(b) }
func (l *line) Close() error               { return errors.Join(l.read.Close(), l.answer.Close()) }

func (l *line) Write(_ context.Context, b []byte) (int, error) {
	l.mu.Lock()
	answer := l.sign.Hear(b)
	l.state = l.sign.State()
	l.mu.Unlock()
	if len(answer) > 0 {
		if _, err := l.answer.Write(answer); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (l *line) now() alphatest.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

func TestASignIsOpenedAgainAfterItsLineIsGoneAndGivenBackAtTheEnd(t *testing.T) {
	t.Parallel()
	lines := make(chan *line, 10)
	states := make(chan led.State, 100)
	opened := 0
	s := led.New(led.Config{
		Open: func(context.Context) (led.Transport, error) {
			if opened++; opened == 1 {
				return nil, errors.New("no such device")
			}
			l := newLine()
			lines <- l
			return l, nil
		},
		Type: alpha.AnySign, Address: alpha.Everyone, Face: alpha.Face{Lines: 2, Columns: 16}, Now: time.Now,
		Changed: func(s led.State, _ alpha.Information) { states <- s },
		Times:   led.Times{New: time.Hour, Gap: time.Millisecond, Retry: time.Millisecond},
	})
	s.Show([]led.Call{{Call: alpha.Call{Number: "A023", Counter: "Balcão 3"}, At: time.Now()}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	wait := func(want led.State) {
		t.Helper()
		for {
			select {
			case got := <-states:
				if got == want {
					return
				}
			case <-time.After(patience):
				t.Fatalf("never %s", want)
			}
		}
	}
	wait(led.Absent)
	wait(led.Ready)
	first := <-lines
	if got := first.now(); len(got.Text) != 1 || got.Text[0][0] != "A023 > Balcao 3" || !got.Flashing {
		t.Errorf("on the sign: %+v", got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	wait(led.Absent)
	wait(led.Ready)
	second := <-lines
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := second.now(); got.Priority || got.Refused != 0 {
		t.Errorf("when the box ends the sign shows %+v", got)
	}
}

func TestASignThatCannotAnswerIsNotAsked(t *testing.T) {
	t.Parallel()
	l := newLine()
	states := make(chan led.State, 10)
	s := led.New(led.Config{
		Open: func(context.Context) (led.Transport, error) { return l, nil },
		Type: alpha.AnySign, Address: alpha.Everyone, Mute: true, Now: time.Now, Changed: func(s led.State, _ alpha.Information) { states <- s },
		Times: led.Times{Gap: time.Millisecond},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	select {
	case got := <-states:
		if got != led.Ready {
			t.Errorf("a sign that is known not to answer is %s", got)
		}
	case <-time.After(patience):
		t.Error("nothing is told of the sign")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
