package machine_test

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"golang.org/x/sys/unix"

	"balcao/internal/machine"
)

func TestNoDumpsSwitchesBothWaysOff(t *testing.T) {
	t.Cleanup(func() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) })
	if err := machine.NoDumps(); err != nil {
		t.Fatal(err)
	}
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil || !regexp.MustCompile(`Max core file size\s+0\s+0`).Match(limits) {
		t.Errorf("limits: %v\n%s", err, limits)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || dumpable != 0 {
		t.Errorf("dumpable = %d, %v; want 0", dumpable, err)
	}
}

func TestWhoIsApartHasAThreadOfItsOwnThatIsNotInterrupted(t *testing.T) {
	for range 2 {
		var id int
		var blocked []byte
		machine.Apart(func() {
			id = unix.Gettid()
			status, err := os.ReadFile("/proc/thread-self/status")
			if err != nil {
				t.Error(err)
			}
			_, after, _ := bytes.Cut(status, []byte("SigBlk:\t"))
			blocked = after[:16]
		})
		if digit := blocked[len(blocked)-6]; digit != '4' { // SIGURG is 23: bit 22
			t.Errorf("blocked signals %s: SIGURG is not among them", blocked)
		}
		if id == 0 || id == unix.Gettid() {
			t.Error("the thread serves others as well")
		}
	}
}
