package site_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"balcao/internal/carrier"
	"balcao/internal/wire"
)

// TestKiosksAreToldWhichOfThemHavePaper: as soon as one runs out, goes away or has some again; boxes of a callboard and
// kiosks that are not there are never named.
func TestKiosksAreToldWhichOfThemHavePaper(t *testing.T) {
	p := newPlace(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := make(wires, 1000)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, out) }()
	until := func(want ...string) {
		t.Helper()
		for {
			select {
			case said := <-out:
				payload, is := strings.CutPrefix(said, "offer ")
				var offer wire.Offer
				if is && json.Unmarshal([]byte(payload), &offer) == nil && slices.Equal(offer.Branch.Paper, want) {
					return
				}
			case <-ctx.Done():
				t.Fatalf("never told that %q have paper", want)
			}
		}
	}
	says := func(node wire.NodeID, face, printer string) {
		t.Helper()
		data, err := json.Marshal(wire.Health{Faces: []string{face}, Devices: map[string]string{"printer": printer}})
		if err != nil {
			t.Fatal(err)
		}
		p.Health(node, wire.Sample{Data: data})
	}
	until()
	says("L901-K02", "touch", "ready") // not online yet
	p.Presence(carrier.Presence{Node: "L901-D01", Online: true})
	says("L901-D01", "callboard", "ready")
	p.Presence(carrier.Presence{Node: "L901-K02", Online: true})
	until("L901-K02")
	p.Presence(carrier.Presence{Node: "L901-K01", Online: true})
	says("L901-K01", "touch", "near_end")
	until("L901-K01", "L901-K02")
	says("L901-K02", "touch", "paper_out")
	until("L901-K01")
	p.Presence(carrier.Presence{Node: "L901-K01"})
	until()
	says("L901-K02", "touch", "ready")
	until("L901-K02")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
