package engine_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// TestANumberGivenAloneJustAfterMidnightFindsItsDay is seed 70463: the clockwork had yet to see that midnight had passed, and a
// kiosk's first number of the new Day was taken for one of another Day.
func TestANumberGivenAloneJustAfterMidnightFindsItsDay(t *testing.T) {
	at := time.Date(2026, 11, 23, 23, 59, 59, 0, time.UTC)
	c := branchOf(1)
	for i := range c.Divisions {
		c.Divisions[i].Lease = 10
	}
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: c, Zone: time.UTC, Journal: &memory{}, Audience: &ears{}, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	do(t, e, "", queue.Lease{Holder: "L901-K01", Epoch: 7, Day: "2026-11-24", Division: c.Divisions[0].ID})
	var lent queue.Leased
	look := func(find func(*queue.Day)) {
		t.Helper()
		if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) { find(d) }); err != nil {
			t.Fatal(err)
		}
	}
	look(func(d *queue.Day) { lent = d.Leases("L901-K01", 7)[0] })
	at = at.Add(5 * time.Second)
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: 1, Type: wire.TypeTicketAlone, Version: 1, TS: at.UnixMilli(),
		Data: fmt.Appendf(nil, `{"req":"r","svc":"cc","class":"walkin","day":"2026-11-24","p":%q,"n":%d}`, lent.Prefix, lent.From),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Adopt(t.Context(), []engine.Delivery{{Node: "L901-K01", Epoch: 7, Records: []wire.Record{{Seq: 1, Raw: raw}}}}); err != nil {
		t.Fatal(err)
	}
	look(func(d *queue.Day) {
		if v, known := d.Requested("r"); d.Date() != "2026-11-24" || !known || v.Number.N != lent.From {
			t.Errorf("it is %s, and the paper leads to %+v", d.Date(), v)
		}
	})
}
