package app_test

import (
	"strings"
	"testing"

	"balcao/hq/app/enginetest"
	"balcao/internal/wire"
)

func TestDevicesOfABranchThatIsAwayAreStillInTheInventoryAfterARestart(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		cfg := configOn(t, place)
		h := start(t, cfg)
		b := newBranch(t, "L901")
		disconnect := b.connect(h.a.BrokerAddr())
		b.open(1)
		has := func(what string) func() bool {
			return func() bool {
				_, page := h.get("/equipamento")
				return strings.Contains(page, what)
			}
		}
		h.eventually("the printer is in the inventory", func() bool {
			b.health(wire.KioskHealth{Node: "L901-K01", Online: true, Devices: map[string]string{"printer": "ready"}, Models: []wire.DeviceModel{
				{Device: "printer", Maker: "EPSON", Model: "TM-T88V", Serial: "serial-0042-of-the-printer", Firmware: "1.10"},
			}})
			return has("serial-0042-of-the-printer")()
		})
		disconnect()
		h.stop() // what is new is written down at the end, too
		h = start(t, cfg)
		// What a process said last counts for some seconds with the others on its database.
		h.eventually("the printer is in the inventory, and its branch away", func() bool { return has("serial-0042-of-the-printer")() && has("sem sinal")() })
	})
}
