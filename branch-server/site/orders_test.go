package site_test

import (
	"context"
	"strings"
	"testing"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// TestAnOrderForASlipIsRepeatedUntilThereIsNews: a kiosk that was away for a moment hears it again; once its log says
// what became of the slip, nothing more is asked.
func TestAnOrderForASlipIsRepeatedUntilThereIsNews(t *testing.T) {
	p := newPlace(t)
	p.do(t, queue.Issue{Request: "w-1", Service: "cc", Class: queue.ClassLaw, Lang: "en", Kiosk: "L901-K01", By: "p-1"})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := make(wires, 1000)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, out) }()
	p.PrintSlip("order-1", "L901-K01", 1)
	order := func() wire.Order {
		for {
			select {
			case said := <-out:
				if payload, is := strings.CutPrefix(said, "L901-K01 dn/cmd "); is {
					o, err := wire.DecodeOrder([]byte(payload))
					if err != nil {
						t.Fatal(err)
					}
					return o
				}
			case <-ctx.Done():
				t.Fatal("no order")
			}
		}
	}
	first, again := order(), order()
	if first.ID != "order-1" || again.ID != "order-1" || first.TTL < again.TTL || first.TTL <= 0 {
		t.Errorf("orders %+v, %+v", first, again)
	}
	if got := first.Print; got == nil || got.Request != "w-1" || got.Lang != "en" || got.Ticket.Number != "A001" || got.Ticket.Class != "law" {
		t.Errorf("the slip is %+v", got)
	}
	p.do(t, queue.FailPrint{Request: "w-1", Cause: "paper_out"})
	p.PrintSlip("order-2", "L901-K01", 1)
	for seen := ""; seen != "order-2"; {
		seen = order().ID
	}
	p.do(t, queue.ConfirmPrint{Request: "w-1"})
	p.PrintSlip("order-3", "L901-K01", 1) // its slip is out: nobody is asked
	for beats := 0; beats < 2; {
		select {
		case said := <-out:
			if strings.Contains(said, "order-3") || strings.Contains(said, "order-1") {
				t.Errorf("asked for once it was known: %s", said)
			}
			if strings.HasPrefix(said, "beat ") {
				beats++
			}
		case <-ctx.Done():
			t.Fatal("no beat")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
