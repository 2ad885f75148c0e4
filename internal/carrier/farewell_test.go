package carrier_test

import (
	"testing"
	"time"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
)

func lingering(c *carrier.ChildConfig) { c.Linger = patience }

func TestAnEndingChildHandsOverWhatTheParentLacks(t *testing.T) {
	b := brokertest.Embedded(t)
	ledger, log := carriertest.NewLedger(t), carriertest.NewLog(1)
	start(t, newParent(t, b, ledger))
	log.Append(10, "first")
	stop := start(t, newChild(t, b, "L901-K01", log, lingering))
	arrived(t, ledger, "L901-K01", log)
	log.Append(5000, "written just before the end, and nobody was told")
	stop()
	same(t, ledger, "L901-K01", log)
}

func TestAnEndingChildDoesNotWaitForAParentThatIsNotThere(t *testing.T) {
	b := brokertest.Embedded(t)
	log := carriertest.NewLog(1)
	log.Append(10, "nobody takes these")
	child := newChild(t, b, "L901-K01", log, lingering)
	stop := start(t, child)
	eventually(t, "a connection", func() bool { return child.Counters().Connects > 0 })
	began := time.Now()
	stop()
	if time.Since(began) > patience/2 {
		t.Error("it lingered without a parent")
	}
}
