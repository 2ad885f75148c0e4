package visit

import (
	"bytes"

	"balcao/internal/queue"
)

// Fact is one of a branch's last facts that pages tell, with the visit's number and service beside those that only name the visit.
type Fact struct {
	queue.Entry
	Number  queue.Number    // zero when the fact is about no visit
	Service queue.ServiceID // empty when the fact is about no visit
	Body    queue.BodyID    // of that service
	Counter queue.CounterID // of the visit; empty when it was not called yet
}

// told reports whether a fact is worth a line of its own: the small print of paper and of nodes is not.
func told(e queue.Event) bool {
	switch ev := e.(type) {
	case queue.Noted:
		return ev.Type == "printer.state" || ev.Type == "device.fault" || ev.Type == "device.recovered" || ev.Type == "security.alert"
	case queue.PrintKnown, queue.PrioritySet, queue.Reserved, queue.RequestClosed:
		return false
	default:
		return true
	}
}

// repeats reports whether a fact says of a device what the fact before it said: a printer that fails tells its state and
// that this is a fault.
func (b *Branch) repeats(e queue.Entry) bool {
	noted, is := e.Event.(queue.Noted)
	if !is || len(b.recent) == 0 {
		return false
	}
	last, is := b.recent[(b.next+len(b.recent)-1)%len(b.recent)].Event.(queue.Noted)
	return is && last.From.Node == noted.From.Node && last.From.Epoch == noted.From.Epoch && noted.From.Seq == last.From.Seq+1 &&
		len(noted.Data) > 0 && bytes.Equal(last.Data, noted.Data)
}

func (b *Branch) remember(e queue.Entry, id queue.VisitID) {
	if !told(e.Event) || b.repeats(e) {
		return
	}
	f := Fact{Entry: e}
	if noted, is := e.Event.(queue.Noted); is && len(noted.Data) > maxNoted {
		noted.Data = nil // too long for any line of a page, and two dozen of them would be kept
		f.Event = noted
	}
	if v, known := b.day.Visit(id); known {
		f.Number, f.Service, f.Body, f.Counter = v.Number, v.Service, v.Body, v.Counter
	}
	if len(b.recent) < maxRecent {
		b.recent = append(b.recent, f)
		return
	}
	b.recent[b.next] = f
	b.next = (b.next + 1) % maxRecent
}

// Recent returns the branch's last facts, newest first, at most two dozen.
func (b *Branch) Recent() []Fact {
	all := make([]Fact, 0, len(b.recent))
	for i := range b.recent {
		all = append(all, b.recent[(b.next+len(b.recent)-1-i)%len(b.recent)])
	}
	return all
}
