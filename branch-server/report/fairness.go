package report

import (
	"balcao/internal/queue"
)

// Fairness says how often somebody was called before somebody of the same service who had come earlier. Every such
// pair is a slip for the one and a skip for the other, so that there are as many of each.
type Fairness struct {
	Tickets int                // visits that waited
	Slipped int                // of them, passed at least once
	Slips   int                // pairs in all
	Rules   map[queue.Rule]int // pairs by the rule of the call that passed
	Worst   Worst
	Chosen  []Chosen // calls by hand
}

// Worst is the ticket that was passed most often.
type Worst struct {
	Day    queue.Date
	Visit  queue.VisitID
	Number string
	Slips  int // 0 if nobody was ever passed
}

// Chosen is one call by hand.
type Chosen struct {
	Day     queue.Date
	Visit   queue.VisitID
	Number  string
	Counter queue.CounterID
	Reason  string // a code
}

// PerTicket returns slips per ticket that waited; false if nobody did.
func (f Fairness) PerTicket() (float64, bool) {
	if f.Tickets == 0 {
		return 0, false
	}
	return float64(f.Slips) / float64(f.Tickets), true
}

// Explained returns the share of slips whose call was decided by law or by a booking; false without slips.
func (f Fairness) Explained() (float64, bool) {
	if f.Slips == 0 {
		return 0, false
	}
	return float64(f.Rules[queue.RuleLaw]+f.Rules[queue.RuleBooked]) / float64(f.Slips), true
}

// FairnessOf adds up the slips of some Days.
func FairnessOf(days ...Record) Fairness {
	f := Fairness{Rules: map[queue.Rule]int{}}
	for _, r := range days {
		for rule, n := range r.Slips {
			f.Rules[rule] += n
			f.Slips += n
		}
		for _, v := range r.Visits {
			if v.Walked {
				continue
			}
			f.Tickets++
			slips := 0
			for _, l := range v.Legs {
				slips += l.Slips
				if l.Rule == queue.RuleChosen {
					f.Chosen = append(f.Chosen, Chosen{r.Date, v.ID, v.Number, l.Counter, l.Reason})
				}
			}
			if slips > 0 {
				f.Slipped++
			}
			if slips > f.Worst.Slips {
				f.Worst = Worst{r.Date, v.ID, v.Number, slips}
			}
		}
	}
	return f
}
