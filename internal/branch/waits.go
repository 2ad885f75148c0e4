package branch

import (
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Waits says what people are told of waits; forecast.Shown does. It is asked only while the Day may be looked at.
type Waits interface {
	// Wait is what somebody who comes now is told.
	Wait(d *queue.Day, at time.Time, service queue.ServiceID, class queue.ClassID) wire.Range
	// Told is the same as it is recorded with a number, of a booking where there is one; nil if nothing is told.
	Told(d *queue.Day, at time.Time, service queue.ServiceID, class queue.ClassID, slot time.Time) *queue.Told
}

// defaultMean is the time at the counter assumed for a service that states none.
const defaultMean = 10 * time.Minute

// Usual returns a service's usual time at the counter.
func (b *Branch) Usual(id queue.ServiceID) time.Duration {
	if s, known := b.Service(id); known && s.Mean > 0 {
		return s.Mean
	}
	return defaultMean
}

// ServiceIDs returns the branch's services in their order.
func (b *Branch) ServiceIDs() []queue.ServiceID {
	all := make([]queue.ServiceID, len(b.Services))
	for i, s := range b.Services {
		all[i] = queue.ServiceID(s.ID)
	}
	return all
}

func walkIn(d *queue.Day, waits Waits, service string, at time.Time) wire.Range {
	return waits.Wait(d, at, queue.ServiceID(service), queue.ClassWalkIn)
}

// told is what a visit's citizen was told when the number was given, and is told again at each print.
func told(v queue.Visit) wire.Range {
	if v.Told == nil {
		return wire.Range{}
	}
	return wire.Range{Low: v.Told.Low, High: v.Told.High, Next: v.Told.Next}
}
