package screen

import (
	"slices"

	"balcao/kiosk/flow"
)

// bookingSteps lead to every screen of somebody who booked.
func bookingSteps() map[string][]flow.Input {
	tap := func(a flow.Action, arg string) flow.Input { return flow.Tap{Key: "k", Action: a, Arg: arg} }
	typed := []flow.Input{tap(flow.ActBooking, "")}
	for _, c := range "7K3M9P" {
		typed = append(typed, tap(flow.ActKey, string(c)))
	}
	then := func(reply flow.TicketReply, more ...flow.Input) []flow.Input {
		reply.Request = "k"
		return slices.Concat(typed, []flow.Input{tap(flow.ActCheckIn, ""), reply}, more)
	}
	ticket := flow.Ticket{Number: "A023", Service: "cc", Place: "Piso 0 · Balcões 1 a 6", Ahead: 7, Wait: flow.Range{Low: 20, High: 35}, AtMS: 1795429440000}
	at := ticket
	at.Slot = "10:45"
	is := flow.Booked{Hour: "10:45", Day: "24-11-2026", From: "10:15", Service: "cc"}
	late, again := is, is
	late.Late, again.Again = true, true
	printed := flow.PrintOutcome{Request: "k", Result: flow.PrintDone}
	return map[string][]flow.Input{
		"booking":           typed[:1],
		"booking-typing":    typed[:4],
		"booking-whole":     typed,
		"booking-asking":    append(slices.Clone(typed), tap(flow.ActCheckIn, "")),
		"booking-offline":   {flow.LinkChanged{}, tap(flow.ActBooking, "")},
		"booking-unknown":   then(flow.TicketReply{Refused: flow.RefusedNoBooking}),
		"booking-early":     then(flow.TicketReply{Refused: flow.RefusedTooEarly, Booked: is}),
		"booking-day":       then(flow.TicketReply{Refused: flow.RefusedOtherDay, Booked: is}),
		"booking-withdrawn": then(flow.TicketReply{Refused: flow.RefusedWithdrawn, Booked: is}),
		"booking-over":      then(flow.TicketReply{Refused: flow.RefusedOver, Booked: is}),
		"booking-branch":    {flow.Tap{Key: "k", Action: flow.ActScan, Arg: "MRCL9027K3M9P"}},
		"booking-ticket":    then(flow.TicketReply{Ticket: at, Booked: is}, printed),
		"booking-late":      then(flow.TicketReply{Ticket: ticket, Booked: late}, printed),
		"booking-here":      then(flow.TicketReply{Ticket: at, Booked: again}),
	}
}
