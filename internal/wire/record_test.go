package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/internal/wire"
)

func event(t testing.TB, seq uint64) wire.Record {
	t.Helper()
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: "ticket.issued", Version: 1,
		TS: 1795305600123, Up: 8812345, CQ: wire.ClockOK,
		Data: json.RawMessage(`{"tk":"B041","svc":"cc-renew","day":"2026-11-22","src":"central"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return wire.Record{Seq: seq, Raw: raw}
}

func batch(t testing.TB, first uint64, n int) wire.Batch {
	t.Helper()
	b := wire.Batch{Node: "L017-K03", Epoch: 117657147847123, Prev: wire.Hash{1}}
	for i := range n {
		b.Records = append(b.Records, event(t, first+uint64(i)))
	}
	return b
}

func TestEventKeepsTheKeysOfTheProtocol(t *testing.T) {
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: 1041, ID: "01KA0000000000000000000000", Type: "ticket.issued", Version: 1, TS: 1, Up: 2, CQ: wire.ClockOK,
		Via: &wire.Via{Node: "L017-K03", Epoch: 7, Seq: 9}, Data: json.RawMessage(`{"tk":"B041"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"s":1041,"id":"01KA0000000000000000000000","t":"ticket.issued","v":1,"ts":1,"up":2,"cq":"ok",` +
		`"via":{"n":"L017-K03","e":7,"s":9},"d":{"tk":"B041"}}`
	if string(raw) != want {
		t.Errorf("event = %s\nwant    %s", raw, want)
	}
}

func TestSamplesOfVersionOneStillRead(t *testing.T) {
	events, err := filepath.Glob("testdata/v1/event-*.json")
	if err != nil || len(events) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range events {
		raw := sample(t, name)
		e, err := wire.DecodeEvent(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := wire.EncodeEvent(e)
		if err != nil || !bytes.Equal(again, raw) {
			t.Errorf("%s: encoded again = %s (%v)\nwant %s", name, again, err, raw)
		}
	}
	read(t, "status-birth", wire.Decode[wire.StatusMessage])
	read(t, "status-will", wire.Decode[wire.StatusMessage])
	read(t, "hello", wire.Decode[wire.HelloMessage])
	read(t, "ack", wire.Decode[wire.Ack])
	read(t, "sample", wire.Decode[wire.Sample])
	read(t, "request", wire.Decode[wire.Request])
	read(t, "reply", wire.Decode[wire.Reply])

	b, err := wire.DecodeBatch(sampleWhole(t, "testdata/v1/batch.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Prev.Chain(b.Records).String(); got != strings.TrimSpace(string(sampleWhole(t, "testdata/v1/batch.head"))) {
		t.Errorf("chain after the sample batch = %s", got)
	}
}

func read[M wire.SessionMessage](t *testing.T, name string, decode func([]byte) (M, error)) {
	t.Helper()
	raw := sample(t, "testdata/v1/"+name+".json")
	m, err := decode(raw)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	again, err := wire.Encode(m)
	if err != nil || !bytes.Equal(again, raw) {
		t.Errorf("%s encoded again = %s (%v)\nwant %s", name, again, err, raw)
	}
}

func sampleWhole(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	return bytes.TrimSuffix(sampleWhole(t, name), []byte("\n"))
}

func TestBatchTravelsVerbatim(t *testing.T) {
	codec, err := wire.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 100} {
		b := batch(t, 41, n)
		payload, err := wire.EncodeBatch(b)
		if err != nil {
			t.Fatal(err)
		}
		packed := codec.Pack(payload)
		if n == 100 && len(packed) > len(payload)/4 {
			t.Errorf("100 like events packed to %d of %d bytes", len(packed), len(payload))
		}
		plain, err := codec.Unpack(packed)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeBatch(plain)
		if err != nil {
			t.Fatal(err)
		}
		if got.Prev.Chain(got.Records) != b.Prev.Chain(b.Records) || got.Last() != b.Last() || got.Node != b.Node {
			t.Errorf("batch of %d changed on the way", n)
		}
	}
}

func TestBatchKeepsItsLimits(t *testing.T) {
	good := batch(t, 41, 3)
	tests := []struct {
		name   string
		change func(*wire.Batch)
		want   error
	}{
		{"too many events", func(b *wire.Batch) { *b = batch(t, 1, 101) }, wire.ErrTooLarge},
		{"event too large", func(b *wire.Batch) { b.Records[1].Raw = bytes.Repeat([]byte("x"), wire.MaxEvent+1) }, wire.ErrTooLarge},
		{"line end inside", func(b *wire.Batch) { b.Records[1].Raw = []byte("{\n}") }, wire.ErrMalformed},
		{"gap", func(b *wire.Batch) { b.Records[1].Seq = 99 }, wire.ErrMalformed},
		{"no records", func(b *wire.Batch) { b.Records = nil }, wire.ErrMalformed},
		{"no epoch", func(b *wire.Batch) { b.Epoch = 0 }, wire.ErrMalformed},
		{"no node", func(b *wire.Batch) { b.Node = "x/#" }, wire.ErrNodeID},
	}
	for _, tt := range tests {
		b := good
		b.Records = append([]wire.Record(nil), good.Records...)
		tt.change(&b)
		if _, err := wire.EncodeBatch(b); !errors.Is(err, tt.want) {
			t.Errorf("%s: error = %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestRecordMustCarryTheSequenceItStandsFor(t *testing.T) {
	payload, err := wire.EncodeBatch(batch(t, 41, 2))
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(payload, []byte(`"f":41`), []byte(`"f":40`), 1)
	if _, err := wire.DecodeBatch(forged); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("error = %v, want %v", err, wire.ErrMalformed)
	}
}

func TestBombIsRefused(t *testing.T) {
	codec, err := wire.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	bomb := bombOf(t, 64<<20)
	if len(bomb) > wire.MaxPayload {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	if _, err := codec.Unpack(bomb); err == nil {
		t.Error("64 MiB of zeros were expanded")
	}
	if _, err := codec.Unpack(make([]byte, wire.MaxPayload+1)); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("error = %v, want %v", err, wire.ErrTooLarge)
	}
}

func TestChainMarksEveryChange(t *testing.T) {
	a, b := event(t, 1), event(t, 2)
	both := wire.Hash{}.Chain([]wire.Record{a, b})
	other := wire.Record{Seq: 2, Raw: bytes.Replace(b.Raw, []byte("B041"), []byte("B042"), 1)}
	if both == (wire.Hash{}).Chain([]wire.Record{a, other}) {
		t.Error("another content has the same hash")
	}
	if both == (wire.Hash{}).Chain([]wire.Record{{Seq: 2, Raw: a.Raw}, {Seq: 1, Raw: b.Raw}}) {
		t.Error("another order has the same hash")
	}
}
