package engine

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// FuzzFactsOfANode has a Day hear anything that a node's log may hold under every type: it is refused or it counts, and
// only the fields that are known get through.
func FuzzFactsOfANode(f *testing.F) {
	for _, body := range []string{
		`{"req":"r1","tk":"A001","boot":"b","svc":"A","class":"walkin","day":"2026-11-23"}`,
		`{"req":"r2","boot":"b","svc":"A","class":"law","day":"2026-11-23","p":"A","n":1000,"then":["B","A"]}`,
		`{"req":"r3","svc":"A","class":"walkin","day":"2026-11-23","name":"K1-7"}`,
		`{"dev":"printer","state":"paper_out","name":"somebody"}`, `{"old_epoch":7,"my_last":3,"parent_hwm":9}`, `null`, `[]`, `{"n":-1}`,
	} {
		f.Add([]byte(body), int64(1_795_420_800_000))
	}
	types := []string{
		wire.TypeTicketPrinted, wire.TypeTicketFailed, wire.TypeTicketUnknown, wire.TypeTicketAccepted, wire.TypeTicketAbandoned,
		wire.TypePrintStarted, wire.TypeTicketAlone, wire.TypeSlipGiven, wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeSlipTaken,
		wire.TypeNodeStarted, wire.TypeNodeAmnesia, "of.another.version",
	}
	f.Fuzz(func(t *testing.T, body []byte, ts int64) {
		if len(body) > wire.MaxEvent {
			return // wire refuses it
		}
		at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		d := queue.NewDay(queue.Catalogue{
			Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1, Quota: 99, Lease: 10}},
			Services:  []queue.Service{{ID: "A", Body: "irn", Division: "a"}},
		}, 0)
		for _, cmd := range []queue.Command{
			queue.OpenDay{Day: "2026-11-23"}, queue.Lease{Holder: "L901-K01", Epoch: 7, Day: "2026-11-23", Division: "a"},
		} {
			if _, err := d.Handle(cmd, at); err != nil {
				t.Fatal(err)
			}
		}
		for i, kind := range types {
			from := queue.Origin{Node: "L901-K01", Epoch: 7, Seq: uint64(i + 1)}
			cmd := commandOf(wire.Event{Seq: from.Seq, Type: kind, Version: 1, TS: ts, Data: body}, from)
			if cmd == nil {
				continue
			}
			entries, err := d.Handle(cmd, at)
			if _, refused := errors.AsType[queue.Refusal](err); err != nil && !refused {
				t.Fatalf("%s: %v", kind, err)
			}
			for _, e := range entries {
				if _, _, _, err := wire.EncodeFact(e.Event); err != nil {
					t.Fatalf("%s led to a fact that cannot be written: %v", kind, err)
				}
			}
		}
	})
}
