package app_test

import (
	"testing"
	"time"

	"balcao/internal/disk"
	"balcao/internal/disk/disktest"
	"balcao/internal/queue"
)

// TestHeadquartersWithoutRoomTakesNothingInAndLosesNothing fills headquarters' own, small file system: what branches send
// is not acknowledged, stays with them, and arrives by itself once there is room.
func TestHeadquartersWithoutRoomTakesNothingInAndLosesNothing(t *testing.T) {
	disktest.Small(t, 32, func(t *testing.T, folder string) {
		cfg := config(t)
		cfg.Data, cfg.Disk = folder, disk.Setting{ReserveMiB: 1, Every: 50 * time.Millisecond}
		h := start(t, cfg)
		b := newBranch(t, "L901")
		b.connect(h.a.BrokerAddr())
		b.open(5)
		h.eventually("all arrived", func() bool { return h.figures("L901").Log.HWM == uint64(len(b.journal())) })
		held := h.figures("L901").Log.HWM

		empty := disktest.Fill(t, folder, 256<<10)
		h.eventually("it takes nothing in", func() bool { return h.a.Room().Level == disk.Full })
		b.do(queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"}, queue.Finish{Counter: "1"})
		if got := h.figures("L901").Log.HWM; got != held {
			t.Errorf("without room it acknowledged up to %d, after %d", got, held)
		}
		empty()
		h.eventually("all arrived", func() bool { return h.figures("L901").Log.HWM == uint64(len(b.journal())) })
		if h.log("L901") != b.lines() {
			t.Error("headquarters does not hold the journal byte for byte")
		}
	})
}
