package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Adopt takes in runs of nodes' logs: their facts become the branch's, and their high-water marks move, in one
// commit. A fact that already happened is never refused; one that changes nothing is only marked as seen, and one that
// this program cannot read waits for one that can.
func (e *Engine) Adopt(ctx context.Context, deliveries []Delivery) error {
	if err := e.turn(ctx); err != nil {
		return err
	}
	return e.submit(ctx, func(d *queue.Day, at time.Time, b *Batch) {
		for _, delivery := range deliveries {
			for _, record := range delivery.Records {
				from := queue.Origin{Node: delivery.Node, Epoch: delivery.Epoch, Seq: record.Seq}
				// Up to there it is in the journal, which was rebuilt.
				known := e.cfg.Adopted != nil && record.Seq <= e.cfg.Adopted(delivery.Node, delivery.Epoch)
				if kind, version, waits := e.adopt(d, at, b, from, record.Raw, known); waits {
					e.behind[stream{from.Node, from.Epoch}] = true
					b.Waiting = append(b.Waiting, Waiting{From: from, Type: kind, Version: version, Raw: record.Raw})
				}
			}
			b.Deliveries = append(b.Deliveries, delivery)
		}
	})
}

// adopt makes a node's fact the branch's, unless that is known to have been done, and reports whether it waits: it cannot
// be read, or it is about a request of which an earlier fact waits.
func (e *Engine) adopt(d *queue.Day, at time.Time, b *Batch, from queue.Origin, raw []byte, known bool) (kind string, version int, waits bool) {
	event, err := wire.DecodeEvent(raw)
	if err != nil {
		e.cfg.Log.Warn("unreadable record kept for a later version", "node", from.Node, "seq", from.Seq, "err", err)
		return "", 0, true
	}
	if !e.cfg.Understands(event.Type, event.Version) {
		return event.Type, event.Version, true
	}
	cmd := commandOf(event, from)
	if cmd == nil || known {
		return event.Type, event.Version, false
	}
	if alone, ok := cmd.(queue.ReserveAlone); ok {
		cmd = e.dated(alone, at)
	}
	b.Entries = append(b.Entries, e.remembered(d, cmd, at)...)
	entries, err := d.Handle(cmd, at)
	if alone, ok := cmd.(queue.ReserveAlone); ok && err != nil {
		e.cfg.Log.Warn("a number given alone makes no visit", "node", from.Node, "number", alone.Number.String(), "err", err)
		entries, err = d.Handle(noteAlone(event, from), at)
	}
	if refused, is := errors.AsType[queue.Refusal](err); is {
		if refused == queue.ErrUnknownRequest && e.behind[stream{from.Node, from.Epoch}] {
			return event.Type, event.Version, true
		}
		e.cfg.Log.Warn("fact without a visit", "node", from.Node, "seq", from.Seq, "type", event.Type, "err", err)
		return event.Type, event.Version, false
	}
	b.Entries = append(b.Entries, entries...)
	return event.Type, event.Version, false
}

// commandOf says what a node's fact means for the Day; nil if it means nothing there. Only the fields named here
// enter the branch's journal: this is where the allow-list acts. Types this version does not know stay in the mirror
// of the node's log.
func commandOf(e wire.Event, from queue.Origin) queue.Command {
	switch e.Type {
	case wire.TypeTicketPrinted, wire.TypeTicketFailed, wire.TypeTicketUnknown, wire.TypeTicketAccepted, wire.TypeTicketAbandoned:
		var f wire.TicketFact
		if json.Unmarshal(e.Data, &f) != nil {
			return nil
		}
		return ticketCommand(e.Type, f)
	case wire.TypePrintStarted:
		return lostCommand(e, from)
	case wire.TypeTicketAlone:
		return aloneCommand(e, from)
	case wire.TypeSlipGiven:
		return slipCommand(e, from)
	case wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeDeviceRecovered:
		return note[wire.DeviceFact](e, from)
	case wire.TypeSlipTaken, wire.TypeSlipRetracted:
		return note[wire.SlipFact](e, from)
	case wire.TypeNodeStarted, wire.TypeNodeStopped:
		return note[wire.NodeFact](e, from)
	case wire.TypeNodeAmnesia:
		return note[wire.AmnesiaFact](e, from)
	case wire.TypeClockStep:
		return note[wire.ClockFact](e, from)
	case wire.TypeSecurityAlert:
		return note[wire.SecurityFact](e, from)
	}
	return nil
}

func ticketCommand(kind string, f wire.TicketFact) queue.Command {
	r := queue.RequestID(f.Request)
	switch kind {
	case wire.TypeTicketPrinted:
		return queue.ConfirmPrint{Request: r}
	case wire.TypeTicketFailed:
		return queue.FailPrint{Request: r, Cause: f.Cause}
	case wire.TypeTicketUnknown:
		return queue.DoubtPrint{Request: r}
	case wire.TypeTicketAccepted:
		return queue.Accept{Request: r}
	case wire.TypeTicketAbandoned:
		return queue.Abandon{Request: r}
	}
	return nil
}

// aloneCommand reads what a kiosk gave by itself. A clock that was never set says nothing of when.
func aloneCommand(e wire.Event, from queue.Origin) queue.Command {
	var f wire.AloneFact
	if json.Unmarshal(e.Data, &f) != nil || len(f.Request) > wire.MaxRequestID || len(f.Boot) > wire.MaxRequestID {
		return nil
	}
	if e.Via != nil && e.Via.Node == "" { // told again in a later epoch of the same node
		from.Epoch = e.Via.Epoch
	}
	return queue.ReserveAlone{
		Request: queue.RequestID(f.Request), Kiosk: queue.KioskID(from.Node), Epoch: from.Epoch, Boot: f.Boot,
		Service: queue.ServiceID(f.Service), Class: queue.ClassID(f.Class), Lang: wire.Language(f.Lang),
		Number: queue.Number{Prefix: f.Prefix, N: f.N}, Day: queue.Date(f.Day), Asked: askedAt(e),
		Then: wire.Services(f.Then),
	}
}

// slipCommand reads what a kiosk gave without a number.
func slipCommand(e wire.Event, from queue.Origin) queue.Command {
	var f wire.NamedFact
	if json.Unmarshal(e.Data, &f) != nil || len(f.Request) > wire.MaxRequestID || len(f.Boot) > wire.MaxRequestID || !wire.ValidSlipName(f.Name) {
		return nil
	}
	return queue.ReserveAlone{
		Request: queue.RequestID(f.Request), Kiosk: queue.KioskID(from.Node), Epoch: from.Epoch, Boot: f.Boot,
		Service: queue.ServiceID(f.Service), Class: queue.ClassID(f.Class), Lang: wire.Language(f.Lang),
		Day: queue.Date(f.Day), Asked: askedAt(e), Slip: f.Name,
		Then: wire.Services(f.Then),
	}
}

// askedAt is when a kiosk's citizen asked; zero where its clock was never set, which says nothing of when.
func askedAt(e wire.Event) time.Time {
	if e.CQ == wire.ClockUnset {
		return time.Time{}
	}
	return time.UnixMilli(e.TS).UTC()
}

// lostCommand reads what a kiosk has printed: a branch that was put back from an older copy learns from it whom it gave a
// number.
func lostCommand(e wire.Event, from queue.Origin) queue.Command {
	var f wire.TicketFact
	if json.Unmarshal(e.Data, &f) != nil || f.Service == "" || len(f.Request) > wire.MaxRequestID || len(f.Boot) > wire.MaxRequestID {
		return nil
	}
	number, ok := queue.ParseNumber(f.Ticket)
	if !ok {
		return nil
	}
	return queue.ReserveAlone{
		Request: queue.RequestID(f.Request), Kiosk: queue.KioskID(from.Node), Epoch: from.Epoch, Boot: f.Boot,
		Service: queue.ServiceID(f.Service), Class: queue.ClassID(f.Class), Lang: wire.Language(f.Lang),
		Number: number, Day: queue.Date(f.Day), Asked: askedAt(e), Lost: true,
		Then: wire.Services(f.Then),
	}
}

// noteAlone keeps a fact that makes no visit in the journal, for people.
func noteAlone(e wire.Event, from queue.Origin) queue.Command {
	switch e.Type {
	case wire.TypeSlipGiven:
		return note[wire.NamedFact](e, from)
	case wire.TypePrintStarted:
		return note[wire.TicketFact](e, from)
	default:
		return note[wire.AloneFact](e, from)
	}
}

// note re-encodes a fact through its typed fields, so that unknown ones are dropped.
func note[Fact any](e wire.Event, from queue.Origin) queue.Command {
	var f Fact
	if json.Unmarshal(e.Data, &f) != nil {
		return nil
	}
	data, err := json.Marshal(f)
	if err != nil {
		return nil
	}
	return queue.Note{Fact: queue.Noted{Type: e.Type, Version: e.Version, Data: data, From: from}}
}
