package usblp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"balcao/printers/device"
	"balcao/printers/printertest"
	"balcao/printers/usblp"
)

var _ device.Transport = (*usblp.Port)(nil)

const patience = 60 * time.Second

// open opens a pseudo-terminal in place of a USB printer.
func open(t *testing.T) (*usblp.Port, *printertest.Line) {
	t.Helper()
	link := filepath.Join(t.TempDir(), "lp0")
	line, err := printertest.Plug(link)
	if err != nil {
		t.Fatal(err)
	}
	p, err := usblp.Open(link)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.Close(), line.Close() })
	if _, err := usblp.Open(link); !errors.Is(err, usblp.ErrBusy) {
		t.Errorf("a second Open = %v", err)
	}
	return p, line
}

func TestBytesPassBothWays(t *testing.T) {
	p, line := open(t)
	all := make([]byte, 2048)
	for i := range all {
		all[i] = byte(i)
	}
	wrote := make(chan error, 1)
	go func() {
		n, err := p.Write(context.WithoutCancel(t.Context()), all)
		if err == nil && n != len(all) {
			err = io.ErrShortWrite
		}
		wrote <- err
	}()
	got := make([]byte, len(all))
	if _, err := io.ReadFull(line, got); err != nil || !bytes.Equal(got, all) {
		t.Fatalf("the printer read something else: %v", err)
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	if _, err := line.Write([]byte{0x10, 0, 0, 0x0f}); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 4)
	if _, err := io.ReadFull(p, back); err != nil || back[3] != 0x0f {
		t.Errorf("read % x, %v", back, err)
	}
}

func TestAPrinterThatTakesNothingHoldsNobodyUp(t *testing.T) {
	p, _ := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	big := make([]byte, 1<<20)
	n, err := p.Write(ctx, big)
	if n >= len(big) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Write = %d, %v", n, err)
	}
}

func TestCloseEndsRead(t *testing.T) {
	p, _ := open(t)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 1))
		ended <- err
	}()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, usblp.ErrClosed) {
			t.Errorf("Read = %v", err)
		}
	case <-time.After(patience):
		t.Fatal("Read does not end")
	}
	if _, err := p.Write(t.Context(), []byte("x")); !errors.Is(err, usblp.ErrClosed) {
		t.Errorf("Write = %v", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("a second Close = %v", err)
	}
}

func TestAnUnpluggedPrinterIsGone(t *testing.T) {
	p, line := open(t)
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, 1)); !errors.Is(err, usblp.ErrHungUp) {
		t.Errorf("Read = %v", err)
	}
}

func TestWhatTheDeviceDoesNotTellIsUnknown(t *testing.T) {
	p, _ := open(t)
	if _, err := p.Lines(); !errors.Is(err, usblp.ErrUnknown) {
		t.Errorf("Lines = %v", err)
	}
	if _, err := p.DeviceID(); !errors.Is(err, usblp.ErrUnknown) {
		t.Errorf("DeviceID = %v", err)
	}
	if maker, model := usblp.Name("MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;"); maker != "EPSON" || model != "TM-T88V" {
		t.Errorf("Name = %q, %q", maker, model)
	}
}
