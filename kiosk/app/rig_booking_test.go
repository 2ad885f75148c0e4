package app

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/wire"
)

// bookingDay is the present day of the branch of the tests.
const bookingDay = "2026-11-23"

// secret is the branch's key of that day.
func secret(t testing.TB) citizen.DayKey {
	t.Helper()
	key, err := citizen.NewDayKey(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// handOver gives a kiosk the key of the day.
func (b *branch) handOver(raw json.RawMessage) json.RawMessage {
	var q wire.KeyRequest
	if err := json.Unmarshal(raw, &q); err != nil {
		b.t.Error(err)
	}
	h, err := secret(b.t).HandOver(q.Public, bytes.Repeat([]byte{3}, 32), wire.KeyPurpose(node, bookingDay))
	if err != nil {
		b.t.Error(err)
	}
	return b.reply(wire.KeyReply{Request: q.Request, Day: bookingDay, Public: h.Public, Sealed: h.Sealed})
}

// receive knows one booking: that of the document number that all invented citizens have.
func (b *branch) receive(q wire.TicketRequest) json.RawMessage {
	number, err := citizen.ParseDocumentNumber([]byte("00000000 0 ZZ4"))
	if err != nil {
		b.t.Error(err)
	}
	want, err := secret(b.t).Digest(number)
	if err != nil {
		b.t.Error(err)
	}
	if q.CheckIn.By != wire.ByCard || !bytes.Equal(q.CheckIn.Digest, want[:]) {
		return b.reply(wire.TicketReply{Request: q.Request, Refused: wire.RefusedNoBooking})
	}
	slot := time.Date(2026, 11, 23, 10, 45, 0, 0, time.UTC).UnixMilli()
	return b.reply(wire.TicketReply{Request: q.Request, Booked: &wire.Booked{SlotMS: slot, Service: "cc"}, Ticket: &wire.Ticket{
		Number: "M101", Day: bookingDay, Service: "cc", Body: "irn", Class: "booked", IssuedMS: slot, Ahead: 1,
	}})
}

func (b *branch) reply(what any) json.RawMessage {
	raw, err := json.Marshal(what)
	if err != nil {
		b.t.Error(err)
	}
	return raw
}
