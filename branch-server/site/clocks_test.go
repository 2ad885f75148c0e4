package site_test

import (
	"encoding/json"
	"testing"
	"time"

	"balcao/branch-server/site"
	"balcao/internal/wire"
)

func TestTheClockOfANodeIsMeasuredByItsReadings(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s := site.New(site.Config{Now: func() time.Time { return now }})
	const kiosk = wire.NodeID("L901-K01")
	if d := s.Ahead(string(kiosk)); d != 0 {
		t.Errorf("unknown: %s", d)
	}
	slow := 4 * time.Minute
	s.Hello(kiosk, wire.HelloMessage{Boot: "one", TS: now.Add(-slow).UnixMilli()})
	for i := range 40 {
		now = now.Add(30 * time.Second)
		late := time.Duration(i%7) * 700 * time.Millisecond
		data, err := json.Marshal(wire.Health{Boot: "one", Clock: &wire.ClockHealth{Quality: wire.ClockDrift}})
		if err != nil {
			t.Fatal(err)
		}
		s.Health(kiosk, wire.Sample{TS: now.Add(-slow - late).UnixMilli(), Data: data})
		if d := s.Ahead(string(kiosk)); (d - slow).Abs() > time.Second {
			t.Fatalf("after %d readings this clock is %s ahead, want %s", i, d, slow)
		}
	}
	if c := s.Devices()[0].Clock; c == nil || !c.Known || c.OffsetMS != slow.Milliseconds() || c.Quality != wire.ClockDrift {
		t.Errorf("told as %+v", c)
	}
	s.Hello(kiosk, wire.HelloMessage{Boot: "two", TS: now.UnixMilli()}) // it was started again, and its clock is right
	if d := s.Ahead(string(kiosk)); d != 0 {
		t.Errorf("after a new start: %s", d)
	}
}
