package device_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// soakSlips is how many slips TestALongDayOfSlips prints; 0 is 50 000 in a soak, which is what a busy kiosk prints in a
// month, and a few otherwise.
var soakSlips = flag.Int("slips", 0, "slips that the soak prints on each dialect's printer")

// listened counts what a line gives.
type listened struct {
	device.Transport
	device.Discarder
	heard *atomic.Uint64
}

// Read implements device.Transport.
func (l listened) Read(b []byte) (int, error) {
	n, err := l.Transport.Read(b)
	l.heard.Add(uint64(n))
	return n, err
}

// TestALongDayOfSlips prints slip after slip on a pseudo-terminal, with the paper running low and being changed now and
// then. Each is confirmed and on paper, the memory does not grow, and the host hears every byte that the printer says.
func TestALongDayOfSlips(t *testing.T) {
	slips := *soakSlips
	switch {
	case slips == 0 && soaking():
		slips = 50_000
	case slips == 0:
		slips = 300
	}
	virtual, err := printertest.New(printertest.Config{
		Link: filepath.Join(t.TempDir(), "printer"), BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load("virtual/escpos-80")
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.Dialect(p)
	if err != nil {
		t.Fatal(err)
	}
	var heard atomic.Uint64
	told := make(chan struct{}, 1)
	dev := device.New(device.Config{
		Dialect: d, Confirm: patience, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(context.Context) (device.Transport, error) {
			port, err := serialport.Open(serialport.Config{Path: virtual.Path(), Baud: 115200})
			if err != nil {
				return nil, err
			}
			return listened{port, port, &heard}, nil
		},
		Changed: func(printers.Status) {
			select {
			case told <- struct{}{}:
			default:
			}
		},
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- virtual.Run(ctx) }()
	go func() { ended <- dev.Run(ctx) }()
	defer func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	becomes := func(want printers.Reason) {
		t.Helper()
		limit := time.After(patience)
		for dev.Status().Reason() != want {
			select {
			case <-told:
			case <-limit:
				t.Fatalf("printer is %s, want %s", dev.Status().Reason(), want)
			}
		}
	}
	becomes(printers.Ready)
	low, begun := false, time.Now()
	memory, warm := map[int]uint64{}, max(slips/10, printertest.Kept+1) // by then the printer keeps all papers that it will
	for n := 1; n <= slips; n++ {
		if n%50 == 0 {
			low = !low
			if err := virtual.Set(printertest.Fault{Kind: printertest.NearEnd, On: low}); err != nil {
				t.Fatal(err)
			}
			becomes(map[bool]printers.Reason{false: printers.Ready, true: printers.NearEnd}[low])
		}
		number := fmt.Sprintf("A%03d", n%1000)
		if outcome, err := dev.Print(ctx, slip(number), nil); outcome.Result != printers.Done {
			t.Fatalf("slip %d: %v (%v)", n, outcome, err)
		}
		if papers := virtual.Papers(); papers[len(papers)-1].Biggest() != number {
			t.Fatalf("slip %d: the paper says %q, want %q", n, papers[len(papers)-1].Biggest(), number)
		}
		if n == warm || n == slips {
			memory[n] = inUse()
		}
	}
	if state := virtual.State(); state.Papers != slips {
		t.Errorf("%d papers of %d slips", state.Papers, slips)
	}
	before, after := memory[warm], memory[slips]
	t.Logf("%d slips in %v: heap %d KiB after %d, %d KiB at the end; %d bytes heard", slips, time.Since(begun).Round(time.Millisecond), before>>10, warm, after>>10, heard.Load())
	const grows = 1 << 20
	if after > before+grows {
		t.Errorf("memory grows: %d KiB after %d slips, %d KiB at the end", before>>10, warm, after>>10)
	}
	for limit := time.Now().Add(patience); heard.Load() != virtual.State().Said; {
		if time.Now().After(limit) {
			t.Fatalf("heard %d bytes of %d", heard.Load(), virtual.State().Said)
		}
		runtime.Gosched()
	}
}

// inUse is the heap that is held for good.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
