package app

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/identity"
	"balcao/internal/wire"
)

// sealedOrder is an order for this kiosk, signed by somebody under a number.
func sealedOrder(t *testing.T, by *identity.Identity, to, id string, number uint64) []byte {
	t.Helper()
	raw, err := wire.EncodeOrder(wire.Order{ID: id, TTL: time.Minute.Milliseconds(), Print: &wire.PrintOrder{
		Request: "w-" + id, Lang: "pt", Ticket: wire.Ticket{Number: id, Day: "2026-11-23", Service: "cc", Body: "irn", Class: "walkin"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := by.SignVersion(wire.KindOrder, to, number, time.Minute, raw)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// TestAKioskFollowsOnlyOrdersThatItsBranchSigned: a broker, or whoever is behind it, can neither invent an order nor keep
// one for later; each try is told upward with its reason, and what the branch signed is printed all the same.
func TestAKioskFollowsOnlyOrdersThatItsBranchSigned(t *testing.T) {
	in := authoritytest.New(t)
	own, other := in.Identity("L901"), in.Identity("L902")
	b := newBranch(t)
	printer := virtualPrinter(t)
	cfg := touchConfig(t, b, printer.Path())
	cfg.Identity = in.Folder(node)
	said := func(raw []byte) {
		t.Helper()
		if err := b.parent.PublishTo(node, wire.ChannelCmd, false, raw); err != nil {
			t.Fatal(err)
		}
	}
	refusals := func() (why []string) {
		for _, raw := range b.bodies(wire.TypeSecurityAlert) {
			var f wire.SecurityFact
			if err := json.Unmarshal(raw, &f); err != nil || f.What != wire.KindOrder || f.N < 1 {
				t.Errorf("%s, %v", raw, err)
			}
			why = append(why, f.Why)
		}
		slices.Sort(why)
		return why
	}
	const now = 1_795_305_600_000
	first := sealedOrder(t, own, node, "A101", now)

	life := start(t, cfg).ready(t)
	agreed := func(k *kiosk) {
		t.Helper()
		b.eventually("the version is agreed on", func() bool { return k.app.uplink.Agreement().Version >= wire.ProtocolSealed }, func() any { return k.app.uplink.Agreement() })
	}
	agreed(life)
	said(first)
	if paper := papers(t, printer, 1)[0]; paper.Biggest() != "A101" {
		t.Errorf("the slip says %q", paper.Biggest())
	}
	plain, err := wire.EncodeOrder(wire.Order{ID: "plain", TTL: 60_000, Print: &wire.PrintOrder{Request: "w-plain", Ticket: wire.Ticket{Number: "A666"}}})
	if err != nil {
		t.Fatal(err)
	}
	said(plain)
	said(sealedOrder(t, other, node, "A667", now+10))
	said(sealedOrder(t, own, "L901-K02", "A668", now+11))
	b.eventually("what was refused is told", func() bool { return len(refusals()) >= 3 }, func() any { return refusals() })
	said(sealedOrder(t, own, node, "A102", now+1))
	if paper := papers(t, printer, 2)[1]; paper.Biggest() != "A102" {
		t.Errorf("the second slip says %q", paper.Biggest())
	}
	life.stop()

	// What was signed for the last life is of no use in the next.
	next := start(t, cfg).ready(t)
	agreed(next)
	said(first)
	want := []string{"forged", "misaddressed", "replayed", "unsigned"}
	b.eventually("the replay is told", func() bool { return slices.Equal(refusals(), want) }, func() any { return refusals() })
	said(sealedOrder(t, own, node, "A103", now+2))
	if paper := papers(t, printer, 3)[2]; paper.Biggest() != "A103" {
		t.Errorf("the third slip says %q", paper.Biggest())
	}
}

// bodies are the bodies of all facts of a type that the branch holds of the kiosk's log.
func (b *branch) bodies(kind string) (all []json.RawMessage) {
	b.t.Helper()
	var epoch uint64
	b.lock(func() { epoch = b.epoch })
	records, err := b.ledger.Records(b.t.Context(), node, epoch)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range records {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			b.t.Fatal(err)
		}
		if e.Type == kind {
			all = append(all, e.Data)
		}
	}
	return all
}
