package web

import (
	"slices"

	"balcao/internal/queue"
)

// alarmView is the silent alarm of one counter that nobody has answered.
type alarmView struct {
	Counter string `json:"counter"` // id
	Label   string `json:"label"`
	Since   int64  `json:"since"`
}

// alarmReach is how many staffed counters on each side see a counter's alarm; the coordination sees all.
const alarmReach = 2

// ringing returns every alarm that nobody has answered.
func (p painter) ringing() []alarmView {
	all := []alarmView{}
	for _, k := range p.w.cfg.Branch().Counters {
		if s := p.d.Counter(queue.CounterID(k.ID)); s.Alarm.Ringing() {
			all = append(all, alarmView{Counter: k.ID, Label: k.Label, Since: milli(s.Alarm.Raised)})
		}
	}
	return all
}

// alarmsNear returns the alarms of the staffed counters beside one, in the order of the branch's own list.
func (p painter) alarmsNear(id queue.CounterID) []alarmView {
	var staffed []string
	mine := -1
	for _, k := range p.w.cfg.Branch().Counters {
		if k.ID == string(id) {
			mine = len(staffed)
		}
		if k.ID == string(id) || p.d.Counter(queue.CounterID(k.ID)).Open {
			staffed = append(staffed, k.ID)
		}
	}
	return slices.DeleteFunc(p.ringing(), func(a alarmView) bool {
		i := slices.Index(staffed, a.Counter)
		return i < 0 || i == mine || max(i-mine, mine-i) > alarmReach
	})
}

// alarm fills in the clerk's own alarm, and who answered it.
func (v *postView) alarm(label func(queue.CounterID) string, a queue.Alarm) {
	v.Alarm = milli(a.Raised)
	switch {
	case a.Answered.IsZero():
	case a.By == "":
		v.Answered = "coordenação"
	default:
		v.Answered = inSentence(label(a.By))
	}
}

// pause fills in the break of a counter, and what its clerk chose to serve.
func (v *postView) pause(s queue.CounterState) {
	if s.OnBreak || s.BreakDue {
		v.Break = reasonWords(reasonsBreak, s.BreakReason)
	}
	v.BreakDue, v.Planned = s.BreakDue, s.Planned
	v.Skills = []string{}
	for _, one := range s.Skills {
		v.Skills = append(v.Skills, string(one))
	}
}
