package app

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/alpha/alphatest"
	"balcao/kiosk/led"
	"balcao/printers/printertest"
)

// hung is a sign of LEDs at the far end of a pseudo-terminal.
type hung struct {
	t    *testing.T
	port string

	mu   sync.Mutex
	sign *alphatest.Sign
	dumb bool // it hears and never answers
	line *printertest.Line
	done chan struct{}
}

func hang(t *testing.T) *hung {
	h := &hung{t: t, port: filepath.Join(t.TempDir(), "sign"), sign: alphatest.New(alphatest.Demo())}
	h.plug()
	t.Cleanup(h.pull)
	return h
}

func (h *hung) plug() {
	h.t.Helper()
	line, err := printertest.Plug(h.port)
	if err != nil {
		h.t.Fatal(err)
	}
	done := make(chan struct{})
	h.mu.Lock()
	h.line, h.done = line, done
	h.mu.Unlock()
	go func() {
		defer close(done)
		buf := make([]byte, 64)
		for {
			n, err := line.Read(buf)
			if err != nil {
				return
			}
			h.mu.Lock()
			answer := h.sign.Hear(buf[:n])
			if h.dumb {
				answer = nil
			}
			h.mu.Unlock()
			_, _ = line.Write(answer) // the host may have gone
		}
	}()
}

// pull takes the cable out.
func (h *hung) pull() {
	h.mu.Lock()
	line, done := h.line, h.done
	h.line = nil
	h.mu.Unlock()
	if line != nil {
		_ = line.Close()
		<-done
	}
}

func (h *hung) state() alphatest.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sign.State()
}

func (h *hung) silence(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dumb = on
}

// says waits until the sign shows something.
func (h *hung) says(what string, is func(alphatest.State) bool) {
	h.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is(h.state()) {
		select {
		case <-tick.C:
		case <-deadline.C:
			h.t.Fatalf("%s: the sign is %+v", what, h.state())
		}
	}
}

func lines(want ...string) func(alphatest.State) bool {
	return func(s alphatest.State) bool { return len(s.Text) == 1 && slices.Equal(s.Text[0], want) }
}

// boxWithSign is a callboard box with a sign and no sound.
func boxWithSign(t *testing.T, b *branch, h *hung) Config {
	cfg := Default()
	cfg.Node, cfg.Data, cfg.Faces = node, t.TempDir(), []string{FaceCallboard}
	cfg.Screen.Listen, cfg.Branch.Brokers, cfg.Sound.Backend = "127.0.0.1:0", []string{b.url()}, soundOff
	cfg.LED = LED{Profile: "virtual/alpha-led", Port: h.port}
	cfg.Times = Times{Settle: 50 * time.Millisecond, Keep: 10 * time.Millisecond, LED: led.Times{
		New: 300 * time.Millisecond, Gap: time.Millisecond, Ask: 20 * time.Millisecond, Answer: patience, Retry: 10 * time.Millisecond,
	}}
	return cfg
}

// calls is a board with calls, newest first.
func calls(seq uint64, numbers ...string) wire.Board {
	now := time.Now().UnixMilli()
	b := wire.Board{Epoch: 1, Seq: seq, AtMS: now, Branch: "Loja", Day: "2026-11-23", Open: true}
	for i, n := range numbers {
		number, counter, _ := strings.Cut(n, " ")
		b.Calls = append(b.Calls, wire.BoardCall{ID: len(numbers) - i, Seq: seq, Number: number, Counter: "Balcão " + counter, Body: "IRN", AtMS: now, Count: 1})
	}
	return b
}

func TestCallsStandOnTheSignNewestFirstAndFlashWhileTheyAreNew(t *testing.T) {
	b := newBranch(t)
	h := hang(t)
	k := start(t, boxWithSign(t, b, h))
	b.publish("board", calls(1, "A001 3"))
	h.says("the first call", lines("A001 > Balcao 3"))
	b.publish("board", calls(2, "F007 12", "A001 3"))
	h.says("the newest call first", lines("F007 > Balcao 12", "A001 > Balcao 3"))
	h.says("no flash when it is old", func(s alphatest.State) bool { return !s.Flashing })
	hostile := calls(3, "M001 \x04\x00\x01Z00\x02E$")
	b.publish("board", hostile)
	h.says("text that would be a command", func(s alphatest.State) bool { return len(s.Text) == 1 && strings.HasPrefix(s.Text[0][0], "M001") })
	closed := calls(4, "A001 3")
	closed.Open = false
	b.publish("board", closed)
	h.says("nothing while the branch is closed", func(s alphatest.State) bool { return !s.Priority })
	b.publish("board", calls(5, "A009 1"))
	h.says("a call of the next day", lines("A009 > Balcao 1"))
	k.stop()
	h.says("nothing when the box ends", func(s alphatest.State) bool { return !s.Priority })
	if s := h.state(); s.Refused != 0 {
		t.Errorf("the sign could not read %d packets", s.Refused)
	}
}

func TestANewCallFlashes(t *testing.T) {
	b := newBranch(t)
	h := hang(t)
	cfg := boxWithSign(t, b, h)
	cfg.Times.LED.New = time.Hour
	start(t, cfg)
	b.publish("board", calls(1, "A001 3"))
	h.says("it flashes", func(s alphatest.State) bool { return s.Flashing && lines("A001 > Balcao 3")(s) })
}

func TestASignWithoutItsCableIsToldAndComesBackByItself(t *testing.T) {
	b := newBranch(t)
	h := hang(t)
	k := start(t, boxWithSign(t, b, h))
	health := func(want string) {
		t.Helper()
		b.eventually("the sign is "+want, func() bool {
			var got string
			b.lock(func() { got = b.health.Devices[deviceLED] })
			return got == want
		}, func() any { return b.health.Devices })
	}
	b.publish("board", calls(1, "A001 3"))
	h.says("a call", lines("A001 > Balcao 3"))
	health(stateReady)
	b.eventually("what the sign says of itself", func() bool {
		m := b.modelOf(deviceLED)
		return m.Firmware == alphatest.Demo().Firmware && m.From == wire.FromDevice && m.Profile == "virtual/alpha-led"
	}, func() any { return b.modelOf(deviceLED) })
	h.pull()
	health(stateAbsent)
	k.log.wait(t, `"device":"led","state":"absent"`)
	b.publish("board", calls(2, "A002 3"))
	h.plug()
	h.says("the call that came meanwhile", lines("A002 > Balcao 3"))
	health(stateReady)
	b.eventually("fault and recovery in the log", func() bool {
		got := b.facts("", wire.TypeDeviceFault, wire.TypeDeviceRecovered)
		return slices.Contains(got, "device.fault led absent") && slices.Contains(got, "device.recovered led ready")
	}, func() any { return b.facts("", wire.TypeDeviceFault, wire.TypeDeviceRecovered) })
}

func TestASignThatStopsAnsweringIsAFault(t *testing.T) {
	b := newBranch(t)
	h := hang(t)
	cfg := boxWithSign(t, b, h)
	cfg.Times.LED.Answer = 200 * time.Millisecond
	h.silence(true)
	k := start(t, cfg)
	k.log.wait(t, `"device":"led","state":"not_confirmed"`)
	h.silence(false)
	k.log.wait(t, `"device":"led","state":"ready"`)
	h.silence(true)
	k.log.wait(t, `"device":"led","state":"silent"`)
}
