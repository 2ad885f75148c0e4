package carrier_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

// TestADiskThatStandsStillCostsTheParentABoundedQueue: while the ledger does not end, what nodes send fills one queue and no
// more; what is beyond it is dropped and sent again. One commit takes in at most a group of it, and everything arrives once.
func TestADiskThatStandsStillCostsTheParentABoundedQueue(t *testing.T) {
	const nodes, each, group = 40, 600, 64
	b := brokertest.Embedded(t)
	ledger := carriertest.NewLedger(t)
	goOn := make(chan struct{})
	var most atomic.Int64
	ledger.Before(func(batches []wire.Batch) error {
		<-goOn
		most.Store(max(most.Load(), int64(len(batches))))
		return nil
	})
	parent := newParent(t, b, ledger)
	start(t, parent)
	logs := map[wire.NodeID]*carriertest.Log{}
	for n := range nodes {
		id := wire.NodeID(fmt.Sprintf("L901-K%02d", n+1))
		logs[id] = carriertest.NewLog(7)
		logs[id].Append(each, "a fact")
		start(t, newChild(t, b, id, logs[id]))
	}
	release := sync.OnceFunc(func() { close(goOn) })
	t.Cleanup(release) // before the parent is waited for
	eventually(t, "messages that find no room", func() bool { return parent.Counters().Overflow > 0 })
	release()
	for id, log := range logs {
		arrived(t, ledger, id, log)
	}
	if most.Load() > group {
		t.Errorf("one commit had %d batches, want at most %d", most.Load(), group)
	}
}
