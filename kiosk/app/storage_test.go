package app

import (
	"testing"
	"time"

	"balcao/internal/disk"
	"balcao/internal/disk/disktest"
	"balcao/internal/wire"
)

// TestAKioskWithoutRoomSaysSoAndGoesOnByItself fills the kiosk's own, small file system while it works.
func TestAKioskWithoutRoomSaysSoAndGoesOnByItself(t *testing.T) {
	disktest.Small(t, 32, func(t *testing.T, folder string) {
		b := newBranch(t)
		printer := virtualPrinter(t)
		cfg := touchConfig(t, b, printer.Path())
		cfg.Data, cfg.Disk = folder, disk.Setting{ReserveMiB: 1, Every: 50 * time.Millisecond}
		k := start(t, cfg).ready(t)
		diskIs := func(want string) {
			t.Helper()
			var got wire.Health
			b.eventually("the disk is "+want, func() bool {
				b.lock(func() { got = b.health })
				return got.Devices[wire.PartDisk] == want && got.Disk != nil && got.Disk.Total > 0
			}, func() any { return got.Devices })
		}
		diskIs(wire.DiskOK)
		k.page.press(t, "room-000-before", "home", "service", "cc")
		k.page.wait(t, "a number", func(s state) bool { return s.says("A001") && s.says("Retire o seu talão") })
		k.page.press(t, "room-000-end", "ticket", "finish", "")
		b.holds("room-000-before", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)

		empty := disktest.Fill(t, folder, 256<<10)
		diskIs(wire.DiskFull)
		k.page.press(t, "room-000-without", "home", "service", "cc")
		k.page.wait(t, "what to do instead", func(s state) bool { return s.says("Agora não é possível dar senhas aqui") && s.says("receção") })
		k.page.press(t, "room-000-leave", "refused", "finish", "")
		if given := b.given(); len(given) != 1 {
			t.Errorf("the branch gave %v", given)
		}

		empty()
		diskIs(wire.DiskOK)
		k.page.press(t, "room-000-after", "home", "service", "cc")
		k.page.wait(t, "a number", func(s state) bool { return s.says("A002") && s.says("Retire o seu talão") })
		b.holds("room-000-after", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	})
}
