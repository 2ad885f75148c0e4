package wire

import (
	"time"

	"balcao/internal/queue"
)

// scanFact reads the facts that make up nearly all of a log, in the one form in which EncodeFact writes them, as
// scanEvent reads events. What is not ok is read by encoding/json.
func scanFact(kind string, data []byte) (e queue.Event, ok bool) {
	c := cursor{rest: data}
	switch kind {
	case TypeReserved:
		e = c.reserved()
	case TypeIssued:
		e = c.issued()
	case TypeCalled:
		e = c.called()
	case TypeStarted:
		visit, counter := c.visitAt()
		e = queue.Started{Visit: visit, Counter: counter}
	case TypeNotShown:
		visit, counter := c.visitAt()
		e = queue.NotShown{Visit: visit, Counter: counter}
	case TypeFinished:
		e = c.finished()
	default:
		return nil, false
	}
	c.is(`}`)
	return e, !c.lost && len(c.rest) == 0
}

func (c *cursor) reserved() queue.Reserved {
	var e queue.Reserved
	e.Visit = c.visit()
	e.Number = c.number()
	c.is(`,"div":"`)
	e.Division = queue.DivisionID(c.plain())
	c.is(`,"svc":"`)
	e.Service = queue.ServiceID(c.plain())
	c.is(`,"body":"`)
	e.Body = queue.BodyID(c.plain())
	c.is(`,"class":"`)
	e.Class = queue.ClassID(c.plain())
	if c.has(`,"slot":`) {
		e.Slot = c.moment()
	}
	e.Lang = string(c.maybe(`,"lang":"`))
	c.is(`,"req":"`)
	e.Request = queue.RequestID(c.plain())
	e.Kiosk = queue.KioskID(c.maybe(`,"kiosk":"`))
	e.Boot = string(c.maybe(`,"boot":"`))
	c.is(`,"day":"`)
	e.Day = queue.Date(c.plain())
	if c.has(`,"told":{"svc":"`) {
		e.Told = c.told()
	}
	return e
}

// told is a wait that was told, from behind the first quote of its service on.
func (c *cursor) told() *queue.Told {
	t := &queue.Told{Service: queue.ServiceID(c.plain())}
	c.is(`,"lo":`)
	t.Low = int(c.signed())
	c.is(`,"hi":`)
	t.High = int(c.signed())
	t.Next = c.has(`,"next":true`)
	c.is(`,"mid_ns":`)
	t.Mid = time.Duration(c.signed())
	c.is(`}`)
	return t
}

func (c *cursor) issued() queue.Issued {
	e := queue.Issued{Visit: c.visit(), Number: c.number()}
	c.is(`,"print":"`)
	e.Print = queue.PrintState(c.plain())
	e.Revived = c.has(`,"revived":true`)
	return e
}

func (c *cursor) called() queue.Called {
	e := queue.Called{Visit: c.visit(), Number: c.number()}
	c.is(`,"svc":"`)
	e.Service = queue.ServiceID(c.plain())
	c.is(`,"counter":"`)
	e.Counter = queue.CounterID(c.plain())
	c.is(`,"why":{"rule":"`)
	w := &e.Why
	w.Rule = queue.Rule(c.plain())
	c.is(`,"tier":`)
	w.Tier = int(c.signed())
	c.is(`,"pen":`)
	w.Penalty = int(c.signed())
	c.is(`,"key":`)
	w.Key = c.moment()
	c.is(`,"waited_ns":`)
	w.Waited = time.Duration(c.signed())
	c.is(`,"others":`)
	w.Others = int(c.signed())
	if c.has(`,"passed":`) {
		w.Passed = queue.VisitID(c.signed())
	}
	w.PassedTkt = string(c.maybe(`,"passed_tk":"`))
	w.Secondary = c.has(`,"secondary":true`)
	w.Basis = string(c.maybe(`,"basis":"`))
	w.Reason = string(c.maybe(`,"reason":"`))
	w.Unlawful = c.has(`,"unlawful":true`)
	c.is(`}`)
	return e
}

func (c *cursor) finished() queue.Finished {
	var e queue.Finished
	e.Visit, e.Counter = c.visitAt()
	if c.has(`,"delivered":[{"svc":"`) {
		for more := true; more && !c.lost; more = c.has(`,{"svc":"`) {
			e.Delivered = append(e.Delivered, c.delivered())
		}
		c.is(`]`)
	}
	e.Outcome = string(c.maybe(`,"outcome":"`))
	return e
}

// delivered is what was done, from behind the first quote of its service on.
func (c *cursor) delivered() queue.Delivered {
	d := queue.Delivered{Service: queue.ServiceID(c.plain())}
	c.is(`,"n":`)
	d.Quantity = int(c.signed())
	d.Outcome = string(c.maybe(`,"outcome":"`))
	c.is(`}`)
	return d
}

func (c *cursor) visit() queue.VisitID {
	c.is(`{"visit":`)
	return queue.VisitID(c.signed())
}

func (c *cursor) visitAt() (queue.VisitID, queue.CounterID) {
	visit := c.visit()
	c.is(`,"counter":"`)
	return visit, queue.CounterID(c.plain())
}

func (c *cursor) number() queue.Number {
	c.is(`,"tk":{"p":"`)
	n := queue.Number{Prefix: string(c.plain())}
	c.is(`,"n":`)
	n.N = int(c.signed())
	c.is(`}`)
	return n
}

// maybe goes over a string that may be here, and returns nothing where it is not.
func (c *cursor) maybe(before string) []byte {
	if !c.has(before) {
		return nil
	}
	return c.plain()
}

// moment goes over a moment of RFC 3339.
func (c *cursor) moment() (t time.Time) {
	from := c.rest
	c.is(`"`)
	text := c.plain()
	if c.lost || t.UnmarshalJSON(from[:len(text)+2]) != nil {
		c.lost = true
	}
	return t
}
