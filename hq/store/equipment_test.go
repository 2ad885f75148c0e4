package store_test

import (
	"slices"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/store"
	"balcao/internal/wire"
)

func TestFaultsOfDevicesAreCountedByNodeAndDevice(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		at := time.UnixMilli(1_795_000_000_000)
		s, err := openAt(t.Context(), file(t), func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var records []wire.Record
		note := func(kind, data string, via *wire.Via) {
			seq := uint64(len(records) + 1)
			raw, err := wire.EncodeEvent(wire.Event{Seq: seq, ID: "01KAN6Z5T0000000000000BC42", Type: kind, Version: 1, TS: at.UnixMilli(), CQ: wire.ClockOK, Via: via, Data: []byte(data)})
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, wire.Record{Seq: seq, Raw: raw})
		}
		k := &wire.Via{Node: "L001-K01", Epoch: 1, Seq: 1}
		note(wire.TypeDeviceFault, `{"dev":"printer","state":"paper_out"}`, k)
		note(wire.TypeDeviceRecovered, `{"dev":"printer","state":"ready"}`, k)
		note(wire.TypeDeviceFault, `{"dev":"printer","state":"cover_open"}`, k)
		note(wire.TypeDeviceFault, `{"dev":"disk","state":"full"}`, nil)
		note(wire.TypeDeviceFault, `[]`, k)
		batch := wire.Batch{Node: "L001", Epoch: 1, Records: records}
		for range 2 { // the second time they are held already
			if _, err := s.AcceptAll(t.Context(), []wire.Batch{batch}); err != nil {
				t.Fatal(err)
			}
		}
		want := []network.FaultCount{{Node: "L001", Device: "disk", Faults: 1}, {Node: "L001-K01", Device: "printer", Faults: 2}}
		if got, err := s.DeviceFaults(t.Context(), at); err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		if got, err := s.DeviceFaults(t.Context(), at.Add(time.Second)); err != nil || len(got) != 0 {
			t.Errorf("later: %+v, %v", got, err)
		}
	})
}

func TestWantedFirmwareIsKeptChangedAndTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		path := file(t)
		open := func() *store.Store {
			s, err := openAt(t.Context(), path, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open()
		w := network.Wanted{Device: "printer", Model: "EPSON TM-T88V", Version: "1.10", By: "eva", At: time.UnixMilli(1_795_000_000_000)}
		for _, version := range []string{"1.10", "1.20"} {
			w.Version = version
			if err := s.PutWantedFirmware(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
		// Another process heard the branch before, and writes it down after.
		for _, at := range []time.Time{w.At, w.At.Add(-time.Second)} {
			if err := s.KeepFleets(t.Context(), []network.Told{{Node: "L001", At: at, Raw: []byte("{}")}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open()
		defer s.Close()
		if got, err := s.WantedFirmware(t.Context()); err != nil || !slices.Equal(got, []network.Wanted{w}) {
			t.Errorf("%+v, %v; want %+v", got, err, w)
		}
		if got, err := s.Fleets(t.Context()); err != nil || len(got) != 1 || got[0].Node != "L001" || !got[0].At.Equal(w.At) {
			t.Errorf("fleets %+v, %v", got, err)
		}
		w.Version = ""
		if err := s.PutWantedFirmware(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if got, err := s.WantedFirmware(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("taken back: %+v, %v", got, err)
		}
	})
}
