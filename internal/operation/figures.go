package operation

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"balcao/internal/metrics"
	"balcao/internal/sqlite"
)

// Home is what every program tells of itself beside its own figures.
type Home struct {
	Program, Version, Node string
	Database               string // path
	Until                  func() (end time.Time, have bool)
	Now                    func() time.Time
	Disk                   func() string          // its state, as health names it
	Failures               func() sqlite.Failures // nil where the database is no file of this machine
}

// Tell puts the figures of metrics.Shared on a sheet.
func (h Home) Tell(s *metrics.Sheet, p *Post, folder string) {
	s.Set("balcao_build_info", 1, metrics.Build(h.Program, h.Version, h.Node)...)
	limit, cancel := context.WithTimeout(context.Background(), readyWait)
	defer cancel()
	s.Set("balcao_alive", metrics.Truth(p.Alive(limit) == nil))
	for part, err := range p.Parts(limit) {
		s.Set("balcao_ready", metrics.Truth(err == nil), part)
	}
	if free, err := Free(folder); err == nil {
		s.Set("balcao_data_free_bytes", float64(free))
	}
	size := int64(0)
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(h.Database + end); err == nil {
			size += info.Size()
		}
	}
	s.Set("balcao_database_bytes", float64(size))
	s.Set("balcao_disk_state", 1, metrics.Word(h.Disk()))
	if h.Failures != nil {
		for what, n := range h.Failures().ByName() {
			s.Set("balcao_disk_failures_total", float64(n), what)
		}
	}
	if h.Until == nil {
		return
	}
	if end, have := h.Until(); have {
		s.Set("balcao_certificate_days_left", end.Sub(h.Now()).Hours()/24)
	}
}

// Free returns the bytes that a program without special rights may still write in a folder.
func Free(folder string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return 0, fmt.Errorf("measure the room in %s: %w", folder, err)
	}
	return fs.Bavail * uint64(fs.Bsize), nil //nolint:gosec // a block has a positive size
}
