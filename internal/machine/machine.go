// Package machine is what a program asks of the machine it runs on: how long that has been up, how much memory the
// program holds, and a clock that never runs backwards. It also mints what must be different each time: boots,
// epochs and ids.
package machine

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sys/unix"

	"balcao/internal/eventlog"
	"balcao/internal/replica"
)

// Uptime returns milliseconds since the machine started, sleep included.
func Uptime() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return ts.Nano() / int64(time.Millisecond)
}

// Secret returns what a password file holds, without the end of its line; no file named is an empty password.
func Secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// Resident returns the bytes of memory that the program holds; 0 if the system does not tell.
func Resident() uint64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(raw)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// NewBoot returns a name for this start of the program.
func NewBoot() string {
	var b [8]byte
	random(b[:])
	return hex.EncodeToString(b[:])
}

// Minter returns what an event log needs of the machine.
func Minter() eventlog.Config {
	return eventlog.Config{
		Now: time.Now,
		MintEpoch: func() uint64 {
			var b [2]byte
			random(b[:])
			return replica.MintEpoch(time.Now().Unix(), binary.BigEndian.Uint16(b[:]))
		},
		MintID: func(at time.Time) string { return ulid.MustNew(ulid.Timestamp(at), rand.Reader).String() },
		Uptime: Uptime,
	}
}

func random(b []byte) {
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
}
