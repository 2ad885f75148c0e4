package printertest_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

const patience = 60 * time.Second

// The streams here are written by hand from Epson's reference, not by our
// encoder.
func TestPaperFromHandWrittenStreams(t *testing.T) {
	for _, row := range []struct {
		name   string
		stream string
		text   []string
		height []int
	}{
		{"a line and a cut", "\x1b@Hello\n\x1dV\x00", []string{"Hello\n"}, []int{30 + 128}},
		{"centred", "\x1ba\x01Hello\n\x1dV\x01", []string{"                     Hello\n"}, []int{30 + 128}},
		{"right", "\x1ba\x02Hello\n\x1dVB\x08", []string{strings.Repeat(" ", 43) + "Hello\n"}, []int{30 + 128 + 8}},
		{"8 by 8", "\x1d!\x77A023\n\x1d!\x00x\n\x1dV\x00", []string{"A023\nx\n"}, []int{192 + 30 + 128}},
		{"wraps at the width", strings.Repeat("x", 50) + "\n\x1dV\x00", []string{strings.Repeat("x", 48) + "\nxx\n"}, []int{60 + 128}},
		{"cp1252", "\x1bt\x10Cidad\xe3o \xba\n\x1dV\x00", []string{"Cidadão º\n"}, []int{158}},
		{"cp860", "\x1bt\x03Cidad\x84o \xa7\n\x1dV\x00", []string{"Cidadão º\n"}, []int{158}},
		{"cp858", "\x1bt\x13Cidad\xc6o 5 \xd5\n\x1dV\x00", []string{"Cidadão 5 €\n"}, []int{158}},
		{"a reset forgets the page", "\x1bt\x10\x1b@\xe3\n\x1dV\x00", []string{"π\n"}, []int{158}},
		{"QR by GS ( k", "\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0\x1dV\x00", []string{"[QR abc]\n"}, []int{21*6 + 128}},
		{"raster by GS v 0", "\x1dv0\x00\x02\x00\x03\x00\xff\x00\x81\x00\xff\x00\x1dV\x00", []string{"[picture]\n"}, []int{3 + 128}},
		{"unknown commands are stepped over", "\x1bM\x00\x1dL\x00\x00\x1dh\x50\x1dw\x02\x1dH\x02\x1dk\x49\x05{Babcx\n\x1dV\x00", []string{"x\n"}, []int{158}},
		{"line spacing of ESC 3", "\x1b3\x18x\ny\n\x1dV\x00", []string{"x\ny\n"}, []int{48 + 128}},
		{"feeds", "x\n\x1bJ\x40\x1bd\x02\x1dV\x00", []string{"x\n"}, []int{30 + 64 + 60 + 128}},
		{"two slips", "a\n\x1dV\x00b\n\x1dV\x00", []string{"a\n", "b\n"}, []int{158, 158}},
		{"the last without a cut", "a\n\x1dV\x00b\nc", []string{"a\n", "b\nc\n"}, []int{158, 60}},
		{"nothing", "", nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			papers := printertest.Read(576, []byte(row.stream))
			if len(papers) != len(row.text) {
				t.Fatalf("papers = %d, want %d", len(papers), len(row.text))
			}
			for i, p := range papers {
				if p.Text() != row.text[i] {
					t.Errorf("paper %d = %q, want %q", i, p.Text(), row.text[i])
				}
				if p.Height != row.height[i] {
					t.Errorf("paper %d is %d dots long, want %d", i, p.Height, row.height[i])
				}
			}
		})
	}
}

func TestThePictureHasInkWhereThePaperHas(t *testing.T) {
	p := printertest.Read(576, []byte("\x1d!\x77A023\n\x1dB\x01 \x1dB\x00\n\x1dV\x00"))[0]
	file, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 640 || b.Dy() < p.Height {
		t.Errorf("picture of %d by %d dots", b.Dx(), b.Dy())
	}
	ink := func(x0, y0, x1, y1 int) (n int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if r, _, _, _ := img.At(x, y).RGBA(); r == 0 {
					n++
				}
			}
		}
		return n
	}
	for i := range 4 {
		if n := ink(32+96*i, 32, 32+96*(i+1), 32+192); n < 2000 || n > 10000 {
			t.Errorf("letter %d of the number has %d black dots", i, n)
		}
	}
	if n := ink(32+400, 32, 640, 32+192); n != 0 {
		t.Errorf("%d black dots beside the number", n)
	}
	if n := ink(32, 32+192, 32+96, 32+384); n != 96*192 {
		t.Errorf("white on black: %d black dots of %d", n, 96*192)
	}
}

// host is a printer that runs and a serial port to it.
func host(t *testing.T, c printertest.Config) (*printertest.Printer, *serialport.Port) {
	t.Helper()
	c.Link = filepath.Join(t.TempDir(), "printer")
	c.Now = time.Now
	if c.BytesPerSecond == 0 {
		c.BytesPerSecond = -1
	}
	if c.MillimetresPerSecond == 0 {
		c.MillimetresPerSecond = -1
	}
	p, err := printertest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	port, err := serialport.Open(serialport.Config{Path: p.Path(), Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = port.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(c.Link); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the link is left behind: %v", err)
		}
	})
	return p, port
}

// ask sends bytes and returns as many as are wanted back.
func ask(t *testing.T, port *serialport.Port, send string, want int) string {
	t.Helper()
	if _, err := port.Write(t.Context(), []byte(send)); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(patience, func() { _ = port.Close() })
	defer stop.Stop()
	var got []byte
	for len(got) < want {
		buf := make([]byte, want-len(got))
		n, err := port.Read(buf)
		if err != nil {
			t.Fatalf("after % x: %v", got, err)
		}
		got = append(got, buf[:n]...)
	}
	return string(got)
}

func set(t *testing.T, p *printertest.Printer, k printertest.Kind, on bool) {
	t.Helper()
	if err := p.Set(printertest.Fault{Kind: k, On: on}); err != nil {
		t.Fatal(err)
	}
}

// Question and answer as the reference has them.
func TestAnswersOnTheLine(t *testing.T) {
	p, port := host(t, printertest.Config{})
	for _, row := range []struct{ what, send, want string }{
		{"printer status", "\x10\x04\x01", "\x12"},
		{"offline cause", "\x10\x04\x02", "\x12"},
		{"errors", "\x10\x04\x03", "\x12"},
		{"roll", "\x10\x04\x04", "\x12"},
		{"status push", "\x1da\x0e", "\x10\x00\x00\x0f"},
		{"one push now", "\x10\x14\x07\x01", "\x10\x00\x00\x0f"},
		{"process id", "x\n\x1dV\x00\x1d(H\x06\x0000AB12", "7\"AB12\x00"},
		{"clear", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "7%\x00"},
		{"in order", "\x1dr\x01", "\x00"},
		{"maker", "\x1dIB", "_BALCAO\x00"},
		{"model says that it is simulated", "\x1dIC", "_SIMULATED\x00"},
	} {
		if got := ask(t, port, row.send, len(row.want)); got != row.want {
			t.Errorf("%s: % x, want % x", row.what, got, row.want)
		}
	}
	set(t, p, printertest.PaperOut, true)
	if got := ask(t, port, "", 4); got != "\x18\x00\x0f\x0f" {
		t.Errorf("pushed at paper end: % x", got)
	}
	for send, want := range map[string]string{"\x10\x04\x01": "\x1a", "\x10\x04\x02": "\x32", "\x10\x04\x04": "\x7e"} {
		if got := ask(t, port, send, 1); got != want {
			t.Errorf("without paper, % x: % x, want % x", send, got, want)
		}
	}
	if s := p.State(); !s.Simulated || len(s.Faults) != 1 || s.Papers != 1 {
		t.Errorf("state = %+v", s)
	}
}

func TestRealTimeCommandsAreObeyedInsideData(t *testing.T) {
	p, port := host(t, printertest.Config{})
	set(t, p, printertest.PaperOut, true)
	// A picture whose data holds DLE EOT 4: a real printer answers.
	if got := ask(t, port, "\x1dv0\x00\x01\x00\x03\x00\x10\x04\x04", 1); got != "\x7e" {
		t.Errorf("answer = % x", got)
	}
}

func TestASmallBufferHoldsTheFlow(t *testing.T) {
	p, port := host(t, printertest.Config{Buffer: 64})
	set(t, p, printertest.CoverOpen, true)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	stream := strings.Repeat("0123456789\n", 20000)
	n, err := port.Write(ctx, []byte(stream))
	if err == nil {
		t.Fatal("a printer that is full and open took everything")
	}
	set(t, p, printertest.CoverOpen, false)
	if _, err := port.Write(t.Context(), []byte(stream[n:])); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, port, "\x1dV\x00\x1d(H\x06\x00000001", 7); got != "7\"0001\x00" {
		t.Errorf("answer = % x", got)
	}
	if got := p.Papers()[0].Text(); got != stream {
		t.Errorf("%d bytes arrived of %d", len(got), len(stream))
	}
}

func TestOnlyTheLastPapersAreKept(t *testing.T) {
	p, port := host(t, printertest.Config{})
	changed, cancel := p.Subscribe()
	defer cancel()
	ask(t, port, strings.Repeat("x\n\x1dV\x00", printertest.Kept+5)+"\x1dr\x01", 1)
	papers := p.Papers()
	if len(papers) != printertest.Kept || papers[0].Serial != 6 {
		t.Errorf("kept %d papers, the first is number %d", len(papers), papers[0].Serial)
	}
	select {
	case <-changed:
	case <-time.After(patience):
		t.Error("who watches was not told")
	}
}

func TestPaperMovesAtItsSpeed(t *testing.T) {
	_, port := host(t, printertest.Config{MillimetresPerSecond: 100})
	begin := time.Now()
	ask(t, port, "\x1bJ\xff\x1bJ\xff\x1dr\x01", 1) // 64 mm
	if took := time.Since(begin); took < 500*time.Millisecond {
		t.Errorf("64 mm at 100 mm/s took %v", took)
	}
}

func TestItEndsAlthoughAHostIsThere(t *testing.T) {
	p, err := printertest.New(printertest.Config{Link: filepath.Join(t.TempDir(), "printer"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	port, err := serialport.Open(serialport.Config{Path: p.Path(), Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = port.Close() }()
	ask(t, port, "\x10\x04\x01", 1)
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("Run does not end")
	}
}

func TestUnknownFaultsAreRefused(t *testing.T) {
	p, _ := host(t, printertest.Config{})
	if err := p.Set(printertest.Fault{Kind: "on-fire", On: true}); !errors.Is(err, printertest.ErrUnknownFault) {
		t.Errorf("Set = %v", err)
	}
	if _, err := printertest.New(printertest.Config{}); err == nil {
		t.Error("a printer without a link was made")
	}
	if _, err := printertest.New(printertest.Config{Link: filepath.Join(t.TempDir(), "none", "x"), Now: time.Now}); err == nil {
		t.Error("a link in a directory that does not exist was made")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x1b@Hello\n\x1dV\x00"))
	f.Add([]byte("\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0\x1dV\x00"))
	f.Add([]byte("\x1dv0\x00\x02\x00\x03\x00\xff\x00\x81\x00\xff\x00"))
	f.Add([]byte("\x1d(k\x02\x001P\x1d(k\x02\x001C"))
	f.Add([]byte("\x1d(k\x00\x00\x1d(H\x00\x00\x1d8L\x01\x00\x00\x00\x00\x1b*\x21\x01\x00abc"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, p := range printertest.Read(576, stream) {
			_ = p.Text()
			_ = p.Biggest()
			if p.Height > 4000 { // drawing metres of white paper finds nothing
				continue
			}
			if _, err := p.Image(); err != nil {
				t.Errorf("draw: %v", err)
			}
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	p := printertest.Read(576, []byte("\x1b@\x1bt\x10Loja de Cidad\xe3o\n\x1d!\x77A023\n\x1d!\x11Cart\xe3o de Cidad\xe3o\n"+
		"\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0\x1dV\x00"))[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
