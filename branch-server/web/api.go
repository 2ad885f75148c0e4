package web

import (
	"net/http"
	"time"

	"balcao/internal/queue"
)

// dayJSON is the Day as GET /api/day tells it, for tools and tests of the coordination.
type dayJSON struct {
	Day      queue.Date    `json:"day"`
	Open     bool          `json:"open"`
	Seq      uint64        `json:"seq"`
	AtMS     int64         `json:"at"`
	Totals   queue.Totals  `json:"totals"`
	Visits   []visitJSON   `json:"visits"`
	Counters []counterJSON `json:"counters"`
}

type visitJSON struct {
	ID        queue.VisitID    `json:"id"`
	Number    string           `json:"tk"`
	Service   queue.ServiceID  `json:"svc"`
	Body      queue.BodyID     `json:"body"`
	Class     queue.ClassID    `json:"class"`
	State     queue.State      `json:"state"`
	Print     queue.PrintState `json:"print"`
	Kiosk     queue.KioskID    `json:"kiosk,omitempty"`
	Counter   queue.CounterID  `json:"counter,omitempty"`
	Asked     int64            `json:"asked"`
	Issued    int64            `json:"issued,omitempty"`
	Called    int64            `json:"called,omitempty"`
	Recalled  int              `json:"recalled,omitempty"`
	Started   int64            `json:"started,omitempty"`
	Ended     int64            `json:"ended,omitempty"`
	Rule      queue.Rule       `json:"rule,omitempty"`
	Passed    string           `json:"passed,omitempty"`
	WaitSecs  int64            `json:"wait_s"`
	ServeSecs int64            `json:"service_s"`
}

type counterJSON struct {
	ID    queue.CounterID `json:"id"`
	Open  bool            `json:"open"`
	Visit queue.VisitID   `json:"visit,omitempty"`
}

// apiDay is GET /api/day. Visits hold no personal data, here as anywhere.
func (w *Web) apiDay(rw http.ResponseWriter, r *http.Request, _ visitor) {
	var out dayJSON
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		out = dayJSON{
			Day: d.Date(), Open: d.Open(), Seq: d.Seq(), AtMS: at.UnixMilli(), Totals: d.Totals(),
			Visits: []visitJSON{}, Counters: []counterJSON{},
		}
		for _, v := range d.Visits() {
			out.Visits = append(out.Visits, visitJSON{
				ID: v.ID, Number: v.Number.String(), Service: v.Service, Body: v.Body, Class: v.Class, State: v.State,
				Print: v.Print, Kiosk: v.Kiosk, Counter: v.Counter, Asked: milli(v.Asked), Issued: milli(v.IssuedAt),
				Called: milli(v.CalledAt), Recalled: v.Recalled, Started: milli(v.StartedAt), Ended: milli(v.EndedAt),
				Rule: v.Why.Rule, Passed: v.Why.PassedTkt,
				WaitSecs: int64(v.Wait(at) / time.Second), ServeSecs: int64(v.ServiceTime(at) / time.Second),
			})
		}
		for _, k := range w.cfg.Branch().Counters {
			s := d.Counter(queue.CounterID(k.ID))
			c := counterJSON{ID: s.ID, Open: s.Open}
			if s.Visit != nil {
				c.Visit = s.Visit.ID
			}
			out.Counters = append(out.Counters, c)
		}
	})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	writeJSON(rw, http.StatusOK, out)
}
