package serialport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// patience is far more than anything here takes; it only ends a test that
// hangs.
const patience = 30 * time.Second

func plug(t *testing.T) (*printertest.Line, string) {
	t.Helper()
	link := filepath.Join(t.TempDir(), "printer")
	l, err := printertest.Plug(link)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, link
}

func open(t *testing.T, link string) *serialport.Port {
	t.Helper()
	p, err := serialport.Open(serialport.Config{Path: link, Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// within runs do and fails if it does not end.
func within[T any](t *testing.T, what string, do func() T) T {
	t.Helper()
	out := make(chan T, 1)
	go func() { out <- do() }()
	select {
	case v := <-out:
		return v
	case <-time.After(patience):
		t.Fatalf("%s does not end", what)
		panic("unreachable")
	}
}

func everyByte() []byte {
	var b []byte
	for i := range 2048 {
		b = append(b, byte(i))
	}
	return b
}

func TestEveryByteArrivesUnchanged(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	sent := everyByte()
	got := make([]byte, len(sent))
	read := make(chan error, 1)
	go func() {
		_, err := io.ReadFull(l, got)
		read <- err
	}()
	if n, err := p.Write(t.Context(), sent); n != len(sent) || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	if err := within(t, "reading at the far end", func() error { return <-read }); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("the far end read other bytes than were sent")
	}

	// All but XON and XOFF, which the kernel obeys and keeps.
	answer := bytes.Map(func(r rune) rune {
		if r == 0x11 || r == 0x13 {
			return -1
		}
		return r
	}, []byte("\x00\x03\x04\x0a\x0d\x1a\x1c\x7f \"status\" 7\"0001\x00 and some more words so that it is long enough for it"))
	if _, err := l.Write(answer[:64]); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 0, 64)
	buf := make([]byte, 16)
	for len(back) < 64 {
		n := within(t, "Read", func() int { n, _ := p.Read(buf); return n })
		back = append(back, buf[:n]...)
	}
	if !bytes.Equal(back, answer[:64]) {
		t.Errorf("read %x, want %x", back, answer[:64])
	}
}

func TestSilenceIsNotTheEnd(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	got := make(chan string, 1)
	go func() {
		buf := make([]byte, 8)
		n, _ := p.Read(buf)
		got <- string(buf[:n])
	}()
	select {
	case s := <-got:
		t.Fatalf("Read ended with %q before anything was said", s)
	case <-time.After(300 * time.Millisecond): // three silences of the library
	}
	if _, err := l.Write([]byte("word")); err != nil {
		t.Fatal(err)
	}
	if s := within(t, "Read", func() string { return <-got }); s != "word" {
		t.Errorf("Read = %q, want %q", s, "word")
	}
}

// fill writes until the line takes no more, while the printer holds the flow.
func fill(t *testing.T, p *serialport.Port) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	n, err := p.Write(ctx, make([]byte, 1<<20))
	if !errors.Is(err, context.DeadlineExceeded) || n == 1<<20 {
		t.Fatalf("Write = %d, %v; want it to be held up", n, err)
	}
}

func TestAPrinterThatHoldsTheFlowIsWaitedForAndGoesOn(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	if _, err := l.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	fill(t, p)
	if err := p.Discard(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := p.Write(t.Context(), []byte("on we go"))
		done <- err
	}()
	seen := within(t, "the far end", func() string {
		var all []byte
		buf := make([]byte, 64)
		for !bytes.Contains(all, []byte("on we go")) {
			n, err := l.Read(buf)
			if err != nil {
				return err.Error()
			}
			all = append(all, buf[:n]...)
		}
		return "on we go"
	})
	if err := within(t, "Write", func() error { return <-done }); err != nil || seen != "on we go" {
		t.Errorf("after the stall: %v, far end saw %q", err, seen)
	}
}

func TestXONLetsAHeldWriteEnd(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	if _, err := l.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	fill(t, p) // now it is known that XOFF was obeyed
	done := make(chan error, 1)
	go func() {
		_, err := p.Write(t.Context(), []byte("after"))
		done <- err
	}()
	go func() { _, _ = io.Copy(io.Discard, l) }()
	if _, err := l.Write([]byte{0x11}); err != nil {
		t.Fatal(err)
	}
	if err := within(t, "Write", func() error { return <-done }); err != nil {
		t.Error(err)
	}
}

func TestCloseDoesNotWaitForAPrinterThatHoldsTheFlow(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	if _, err := l.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	fill(t, p)
	wrote := make(chan error, 1)
	go func() {
		_, err := p.Write(t.Context(), make([]byte, 1<<16))
		wrote <- err
	}()
	if err := within(t, "Close", p.Close); err != nil {
		t.Error(err)
	}
	if err := within(t, "Write", func() error { return <-wrote }); err == nil {
		t.Error("a write that was cut off reports no error")
	}
}

func TestCloseEndsAReadThatWaits(t *testing.T) {
	_, link := plug(t)
	p := open(t, link)
	read := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 8))
		read <- err
	}()
	if err := within(t, "Close", p.Close); err != nil {
		t.Error(err)
	}
	if err := within(t, "Read", func() error { return <-read }); !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("Read = %v, want ErrClosed", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("a second Close = %v", err)
	}
	if _, err := p.Write(t.Context(), []byte("x")); !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("Write = %v, want ErrClosed", err)
	}
}

func TestAPulledCableEndsReadingAndWriting(t *testing.T) {
	l, link := plug(t)
	p := open(t, link)
	read := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 8))
		read <- err
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := within(t, "Read", func() error { return <-read }); !errors.Is(err, serialport.ErrHungUp) {
		t.Errorf("Read = %v, want ErrHungUp", err)
	}
	err := within(t, "Write", func() error { _, err := p.Write(t.Context(), []byte("x")); return err })
	if !errors.Is(err, serialport.ErrHungUp) {
		t.Errorf("Write = %v, want ErrHungUp", err)
	}
	if err := within(t, "Close", p.Close); err != nil {
		t.Error(err)
	}
}

func TestASecondProgramIsKeptOut(t *testing.T) {
	_, link := plug(t)
	p := open(t, link)
	if _, err := serialport.Open(serialport.Config{Path: link, Baud: 9600}); !errors.Is(err, serialport.ErrBusy) {
		t.Fatalf("a second Open = %v, want ErrBusy", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, link)
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	_, link := plug(t)
	for name, c := range map[string]serialport.Config{
		"no such line":      {Path: filepath.Join(t.TempDir(), "none"), Baud: 19200},
		"no such speed":     {Path: link, Baud: 12345},
		"no such handshake": {Path: link, Baud: 19200, Handshake: "dtrdsr"},
	} {
		if p, err := serialport.Open(c); err == nil {
			_ = p.Close()
			t.Errorf("%s: opened", name)
		}
	}
	open(t, link) // and a failed attempt leaves the line free
}
