package uplink

import (
	"log/slog"
	"testing"
	"time"

	"balcao/internal/wire"
)

// FuzzWhatTheBranchSays gives a kiosk anything on every topic that it listens to. It keeps only what it understood.
func FuzzWhatTheBranchSays(f *testing.F) {
	f.Add([]byte(`{"branch":{"id":"L901","zone":"Europe/Lisbon"},"services":[{"id":"cc","div":"a"}]}`))
	f.Add([]byte(`{"e":7,"s":9,"calls":[{"tk":"A001","counter":"Balcão 1"}]}`))
	f.Add([]byte(`{"hash":"x","layout":{"parts":[]}}`))
	f.Add([]byte(`{"id":"o1","kind":"print","request":"r"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		understood, kept := 0, 0
		now := time.Unix(1_800_000_000, 0)
		u := &Uplink{
			behind: &behind{now: time.Now},
			pulse:  &pulse{now: func() time.Time { return now }, tell: func(bool, time.Time) {}},
			cfg: Config{
				Node: "L901-K01", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
				OnOffer: func(wire.Offer) { understood++ }, OnBoard: func(wire.Board) { understood++ },
				OnSlip: func(wire.SlipLayout, []byte) {}, OnOrder: func(wire.Order) {}, Keep: func(string, []byte) { kept++ },
			},
		}
		for _, topic := range []string{OfferName, BoardName, SlipName, beatName, "unknown"} {
			u.heard(topic, payload)
		}
		for _, channel := range []wire.Channel{wire.ChannelCmd, wire.ChannelCfg, wire.ChannelFw} {
			u.told(channel, payload)
		}
		if understood != kept {
			t.Errorf("%d were understood and %d kept", understood, kept)
		}
	})
}
