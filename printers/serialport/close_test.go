package serialport_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// BenchmarkCloseOfAStalledLine closes a line whose printer holds the flow, while one goroutine reads and another is in
// the middle of writing: the longest of all is what counts.
func BenchmarkCloseOfAStalledLine(b *testing.B) {
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		line, err := printertest.Plug(filepath.Join(b.TempDir(), "printer"))
		if err != nil {
			b.Fatal(err)
		}
		port := stalled(b, line)
		ended := make(chan struct{}, 2)
		go func() { _, _ = port.Read(make([]byte, 8)); ended <- struct{}{} }()
		go func() { _, _ = port.Write(context.Background(), make([]byte, 1<<16)); ended <- struct{}{} }()
		<-time.After(time.Duration(len(took)%100) * time.Millisecond) // at any moment of the reader's and the writer's wait
		b.StartTimer()
		began := time.Now()
		if err := port.Close(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		b.StopTimer()
		<-ended
		<-ended
		_ = line.Close()
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

// stalled opens a line and fills it while the printer holds the flow.
func stalled(b *testing.B, line *printertest.Line) *serialport.Port {
	b.Helper()
	port, err := serialport.Open(serialport.Config{Path: line.Link(), Baud: 19200})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := line.Write([]byte{0x13}); err != nil {
		b.Fatal(err)
	}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_, err := port.Write(ctx, make([]byte, 1<<20))
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return port
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
