package postgres_test

import (
	"bytes"
	"slices"
	"testing"

	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// TestManyRecordsOfOneCommitAreHeldByteForByte: from fifty on they go in by COPY, whose rows are written by hand.
func TestManyRecordsOfOneCommitAreHeldByteForByte(t *testing.T) {
	db := open(t, postgrestest.Shared(t).Fresh(t))
	log := journal(200)
	log[0].Raw = []byte(`{"s":1,"id":"\u0000","t":"a\u0000b","v":9007199254740993,"ts":-1,"d":{}}`)
	log[1].Raw = []byte("\x00\xff\r\n\\N not json \xff\xff")
	log[2].Raw = []byte(`{"s":3,"id":"","t":"","v":1,"ts":1,"d":{"text":"ação\t\"x\""}}`)
	for i, first := 3, byte('a'); i < 20; i++ { // openings of Days, whose heads are kept
		e := wire.Event{Seq: uint64(i + 1), ID: string(bytes.Repeat([]byte{first + byte(i)}, 26)), Type: "day.opened", Version: 1, TS: clock().UnixMilli(), CQ: wire.ClockOK, Data: []byte(`{"day":"2026-11-23"}`)}
		raw, err := wire.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		log[i].Raw = raw
	}
	decisions, err := db.AcceptAll(t.Context(), []wire.Batch{batch("L901", log, 1, 200), batch("L902", log, 1, 120)}, clock())
	if err != nil || decisions[0].Verdict != replica.Accept || decisions[1].Verdict != replica.Accept {
		t.Fatalf("%+v, %v", decisions, err)
	}
	s, err := store.On(t.Context(), db, clock)
	if err != nil {
		t.Fatal(err)
	}
	var held []wire.Record
	for r, err := range s.Records(t.Context(), "L901", epoch, 0) {
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, r)
	}
	if !slices.EqualFunc(held, log, func(a, b wire.Record) bool { return a.Seq == b.Seq && bytes.Equal(a.Raw, b.Raw) }) {
		t.Errorf("%d records are held, or other ones than the %d that came", len(held), len(log))
	}
	if n := count(t, db, `SELECT count(*) FROM event WHERE type = 'day.opened' AND v = 1 AND ts > 0 AND length(id) = 26`); n != 34 {
		t.Errorf("%d openings of Days, want 34", n)
	}
	if n := count(t, db, `SELECT count(*) FROM journal_heads`); n != 2 {
		t.Errorf("%d heads are kept, want one for each batch", n)
	}
}
