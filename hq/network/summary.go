package network

import (
	"strings"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/visit"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// State is how a branch is, worst first.
type State int

// The states of a branch.
const (
	Out      State = iota + 1 // somebody has to act now
	Watch                     // it may become so
	Unlinked                  // nothing is known of this moment
	Fine
	Closed // its Day is not open
	Never  // it never connected
)

// Cause says why a branch is in its state.
type Cause string

// The causes there are; empty when nothing is wrong.
const (
	CauseFork    Cause = "fork"    // its log was seen with two contents
	CauseVersion Cause = "version" // its program has no protocol version in common with headquarters
	CauseNoPaper Cause = "printer" // no kiosk can print
	CauseWait    Cause = "wait"    // the longest wait exceeds the target
	CauseDevice  Cause = "device"  // a device has a fault
	CauseBehind  Cause = "behind"  // its log is being caught up
)

// Source says where the figures of a branch come from.
type Source string

// The sources there are.
const (
	FromNowhere Source = ""
	FromLog     Source = "log"  // all that the branch has written is here
	FromLive    Source = "live" // the branch's own figures, while its log is being caught up
)

// Log is how far a branch's journal is here.
type Log struct {
	Epoch       uint64
	HWM         uint64 // the last event held of that epoch
	BranchSeq   uint64 // the last event the branch said it has written; at least HWM
	Quarantined bool
	Received    uint64 // events held of all epochs that were followed
	Lag         time.Duration
}

// Behind returns how many events the branch has written that are not here yet.
func (l Log) Behind() uint64 { return l.BranchSeq - min(l.BranchSeq, l.HWM) }

// Fleet counts the kiosks and callboard boxes of a branch.
type Fleet struct {
	Nodes   int
	Online  int
	Gone    int // nodes of which nothing is heard
	Faults  int // nodes that have a device with a fault
	Watch   int // nodes without a fault that want a look soon
	Kiosks  int
	Printer int // kiosks that cannot print
}

// Summary is one branch in the table of the network.
type Summary struct {
	ID        wire.NodeID
	Name      string
	District  string
	Simulated bool
	Kind      registry.Kind
	Position  atlas.Position
	Opens     string
	Delivery  registry.Delivery
	Bodies    []queue.BodyID // that had a visit today
	Limited   bool           // the figures are those of some bodies alone

	State State
	Cause Cause

	Presence wire.Presence // of the connection; "" before the first word
	Silent   bool          // connected or not, nothing was heard for too long
	Since    time.Time     // the presence began
	Refused  wire.Refusal  // why its log is not taken in: no protocol version in common; empty is no refusal
	Heard    time.Time     // last word; zero for none

	Day    string
	Open   bool
	Shut   bool      // by its hours: no numbers are given; Open still holds while somebody is inside
	Next   time.Time // numbers are given again; zero if that is not known
	Source Source
	Figures
	Log     Log
	Fleet   Fleet
	Trouble Trouble // the worst of it

	Unlawful int // others called between two calls of priority by law, as the branch last said; 0 is none
}

// Figures are the counts of a branch that both sources can tell.
type Figures struct {
	Issued, Waiting, Called, Serving, Served, NoShows int

	WaitAvg  time.Duration // mean of those called today
	Longest  time.Duration // of those waiting now
	Ticket   string        // whose wait that is, where the log tells it
	Counters int           // open
}

// Fresh reports whether the figures are of this moment: only such branches are part of the network's sums.
func (s Summary) Fresh() bool { return s.Presence == wire.Online && !s.Silent }

func (b *branch) name() string {
	switch {
	case b.Name != "":
		return b.Name
	case b.told != "":
		return b.told
	}
	return string(b.ID)
}

// kind is what the configuration says, or else what the name begins with.
func (b *branch) kind() registry.Kind {
	if b.Kind != "" {
		return b.Kind
	}
	first, _, _ := strings.Cut(strings.ToLower(b.name()), " ")
	switch first {
	case "loja":
		return registry.Loja
	case "espaço", "espaco":
		return registry.Espaco
	case "consulado", "embaixada":
		return registry.Consulate
	}
	return ""
}

// there returns what the branch's clock shows at a moment of ours.
func (b *branch) there(now time.Time) time.Time { return now.Add(b.clock) }

func (b *branch) summary(now time.Time, opt Options) Summary {
	s := Summary{
		ID: b.ID, Name: b.name(), District: b.District, Simulated: b.simulated,
		Kind: b.kind(), Position: b.Position, Opens: b.Opens, Delivery: b.Delivery, Bodies: b.visits.BodyIDs(),
		Presence: b.presence, Since: b.since, Heard: b.heard, Refused: b.refused,
		Silent: b.presence != "" && now.Sub(b.heard) > opt.Silence,
		Log: Log{
			Epoch: b.epoch, HWM: b.hwm, BranchSeq: max(b.hwm, b.live.Seq), Quarantined: b.quarantined,
			Received: b.received, Lag: b.lag,
		},
		Fleet: fleet(b.health.Kiosks), Trouble: b.trouble(), Unlawful: max(0, b.live.Unlawful),
	}
	b.tellFigures(&s, now)
	b.tellHours(&s)
	s.State, s.Cause = judge(s, opt)
	return s
}

// tellFigures takes the log's figures where the log is whole, and the live ones where it is not.
func (b *branch) tellFigures(s *Summary, now time.Time) {
	date, open := b.visits.Day()
	if b.liveAt.IsZero() || b.hwm >= b.live.Seq && date != "" {
		if date == "" {
			return
		}
		f := b.visits.Figures(b.there(now))
		s.Day, s.Open, s.Source = string(date), open, FromLog
		s.Figures = Figures{
			Issued: f.Issued, Waiting: f.Waiting, Called: f.Called, Serving: f.Serving, Served: f.Served, NoShows: f.NoShows,
			WaitAvg: f.Wait.Mean, Longest: f.LongestNow, Counters: b.visits.OpenCounters(),
		}
		if f.Waiting > 0 {
			s.Ticket = f.Longest.String()
		}
		return
	}
	l := b.live
	s.Day, s.Open, s.Source = short(l.Day), l.Open, FromLive
	s.Figures = Figures{
		Issued: max(0, l.Issued), Waiting: max(0, l.Waiting), Called: max(0, l.Called), Serving: max(0, l.Serving),
		Served: max(0, l.Finished), NoShows: max(0, l.NoShows), Counters: max(0, l.Counters),
		WaitAvg: seconds(l.WaitAvg), Longest: seconds(l.WaitNow),
	}
	if l.Waiting > 0 {
		// The longest wait goes on growing between two samples.
		s.Longest += max(0, min(now.Sub(b.liveAt), time.Minute))
	}
}

// furthest is how far ahead an opening that a branch tells is believed.
const furthest = 400 * 24 * time.Hour

// tellHours takes the branch's word for its hours: one that gives no numbers and has nobody inside is closed.
func (b *branch) tellHours(s *Summary) {
	if s.Shut = b.live.Closed; !s.Shut {
		return
	}
	if next := unixMilli(b.live.NextMS); next.After(b.liveAt) && next.Before(b.liveAt.Add(furthest)) {
		s.Next = next
	}
	s.Open = s.Open && s.Waiting+s.Called+s.Serving > 0
}

// seconds reads a duration that came from outside: not negative, a week at most.
func seconds(n int64) time.Duration { return time.Duration(min(max(0, n), 7*24*3600)) * time.Second }

// judge says how a branch is. The rule of waiting is that of the mock-ups: out from one and a half times the target.
func judge(s Summary, opt Options) (State, Cause) {
	switch {
	case s.Log.Quarantined:
		return Out, CauseFork
	case s.Presence == "":
		return Never, ""
	case !s.Fresh():
		return Unlinked, ""
	case s.Refused != "":
		return Out, CauseVersion
	case !s.Open:
		return Closed, ""
	case s.Fleet.Kiosks > 0 && s.Fleet.Printer == s.Fleet.Kiosks:
		return Out, CauseNoPaper
	case s.Longest > opt.Target*3/2:
		return Out, CauseWait
	case s.Longest > opt.Target:
		return Watch, CauseWait
	case s.Fleet.Gone+s.Fleet.Faults+s.Fleet.Watch > 0:
		return Watch, CauseDevice
	case s.Source == FromLive && s.Log.Behind() > 0 && s.Log.Lag > time.Minute:
		return Watch, CauseBehind
	}
	return Fine, ""
}

// Totals are the sums over the branches whose figures are fresh.
type Totals struct {
	Branches, Reporting, Simulated int
	Figures
	LongestIn     wire.NodeID // the branch of the longest wait, "" when nobody waits
	LongestName   string
	Faults        int // nodes with a fault, or gone
	FaultBranches int
	Unlinked      int
	Oldest        time.Time // last word of the branch that is silent for longest
	States        [Never + 1]int

	waited time.Duration
	called int
}

func (t *Totals) add(s Summary) {
	t.Branches++
	if s.Simulated {
		t.Simulated++
	}
	t.States[s.State]++
	if s.State != Never && !s.Fresh() {
		t.Unlinked++
		if t.Oldest.IsZero() || s.Heard.Before(t.Oldest) {
			t.Oldest = s.Heard
		}
	}
	if !s.Fresh() {
		return
	}
	t.Reporting++
	t.Issued += s.Issued
	t.Waiting += s.Waiting
	t.Called += s.Called
	t.Serving += s.Serving
	t.Served += s.Served
	t.NoShows += s.NoShows
	t.Counters += s.Counters
	t.Faults += s.Fleet.Faults + s.Fleet.Gone
	if s.Fleet.Faults+s.Fleet.Gone > 0 {
		t.FaultBranches++
	}
	if s.Waiting > 0 && (t.LongestIn == "" || s.Longest > t.Longest) {
		t.Longest, t.Ticket, t.LongestIn, t.LongestName = s.Longest, s.Ticket, s.ID, s.Name
	}
	called := s.Called + s.Serving + s.Served + s.NoShows
	t.called += called
	t.waited += s.WaitAvg * time.Duration(called)
	if t.called > 0 {
		t.WaitAvg = t.waited / time.Duration(t.called)
	}
}

// Detail is everything about one branch.
type Detail struct {
	Summary
	Software string
	Protocol int // version spoken with it; 0 before its hello, and where none is in common
	Services []visit.Line
	Bodies   []visit.Line
	Wait     visit.Spread // of those called today, by the log
	Service  visit.Spread
	Counters []queue.CounterState
	Facts    []visit.Fact
	Halves   [48]visit.Slot
	Devices  []Device
	Later    int       // facts of its nodes that wait for a newer version of the branch's program
	There    time.Time // the branch's clock
	Zone     *time.Location
}

func (b *branch) detail(now time.Time, opt Options) Detail {
	there := b.there(now)
	f := b.visits.Figures(there)
	d := Detail{
		Summary: b.summary(now, opt), Software: b.software, Protocol: b.version, Services: b.visits.Services(there), Bodies: b.visits.Bodies(there),
		Wait: f.Wait, Service: f.ServiceTime, Counters: b.visits.Counters(), Facts: b.visits.Recent(), Halves: b.visits.Halves(),
		Devices: b.devices(), Later: max(0, b.health.Later), There: there, Zone: b.Zone,
	}
	if d.Source == FromLive {
		d.Services, d.Bodies = liveLines(b.live.Queues), nil
	}
	return d
}

func liveLines(queues []wire.LiveLine) []visit.Line {
	lines := make([]visit.Line, 0, len(queues))
	for _, q := range queues {
		lines = append(lines, visit.Line{
			Service: queue.ServiceID(short(q.Service)), Body: queue.BodyID(strings.ToLower(short(q.Body))),
			Figures: visit.Figures{Waiting: max(0, q.Waiting), LongestNow: seconds(q.Longest)},
		})
	}
	return lines
}
