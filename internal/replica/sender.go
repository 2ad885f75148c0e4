package replica

import (
	"time"

	"balcao/internal/wire"
)

// SenderConfig tunes a Sender; a zero field means its default.
type SenderConfig struct {
	// Timeout is the least time without progress after which the sender goes
	// back: 700 ms by default, 3 s over a wide area network. Four round trips
	// are waited for where that is longer.
	Timeout time.Duration
	// MaxBackoff bounds the doubling of Timeout, 30 s by default.
	MaxBackoff time.Duration
	// MaxCredit is the most batches on their way at once, 8 by default.
	MaxCredit int
}

// Do is what a Sender wants done.
type Do int

// The wishes of a Sender.
const (
	// Nothing until Action.Wake or the next input.
	Nothing Do = iota
	// SayHello: publish a hello with the log's present position.
	SayHello
	// SendRecords: read a batch of the records after Action.After, publish it
	// and call Sent.
	SendRecords
	// OpenEpoch: the parent remembers more of this epoch than the log holds, or
	// other records, and a new epoch was allowed. Open one and call Head with it.
	OpenEpoch
)

// Action is a wish with its particulars.
type Action struct {
	Do Do
	// After is the sequence before the first record to send.
	After uint64
	// Wake is when to ask again if nothing happens before; zero means not at all.
	Wake time.Time
}

// Sender is the sending side of one node's log. It is a state machine for one
// goroutine: tell it what happened, then ask Next until it wishes nothing.
type Sender struct {
	cfg SenderConfig

	epoch, first, last uint64

	up          bool   // there is a connection
	incarnation string // the parent's, of its last ack
	asking      bool   // a hello is not answered yet
	amnesia     bool   // the parent holds more than the log
	remembered  uint64 // how much the parent has, with amnesia and renew
	theirs      wire.Hash
	refused     bool // the parent has the epoch in quarantine
	renew       bool // and an operator has lifted it: a new epoch is wanted

	acked  uint64 // all up to here is with the parent
	next   uint64 // the last sequence sent
	credit int
	flight []flight

	deadline time.Time // of the present hello or window; zero when idle
	strikes  int       // timeouts in a row
	wentBack bool      // a gap was answered, without progress since
	rtt      time.Duration
}

// flight is a batch on its way.
type flight struct {
	to    uint64
	at    time.Time
	again bool // sent before: its ack measures nothing (Karn)
}

// NewSender returns a sender that is not connected and has no log yet.
func NewSender(cfg SenderConfig) *Sender {
	if cfg.Timeout == 0 {
		cfg.Timeout = 700 * time.Millisecond
	}
	if cfg.MaxBackoff == 0 {
		cfg.MaxBackoff = 30 * time.Second
	}
	if cfg.MaxCredit == 0 {
		cfg.MaxCredit = 8
	}
	return &Sender{cfg: cfg, credit: 1}
}

// Head tells what the log holds now: the epoch to send and its first and last
// sequence. Of several unfinished epochs the oldest is told until it is
// finished. Another epoch than before starts with a hello.
func (s *Sender) Head(epoch, first, last uint64) {
	if epoch != s.epoch {
		s.epoch, s.acked, s.next = epoch, 0, 0
		s.amnesia, s.refused, s.renew = false, false, false
		s.restart()
	}
	s.first, s.last = first, last
	if s.amnesia && last >= s.remembered {
		// It was the word of the records that came late, not the records.
		s.amnesia = false
		s.restart()
	}
}

// Connected tells that messages can be sent.
func (s *Sender) Connected() {
	s.up = true
	s.restart()
}

// Disconnected tells that nothing can be sent.
func (s *Sender) Disconnected() {
	s.up = false
	s.flight, s.deadline = nil, time.Time{}
}

// ParentBorn tells that the parent announced itself with this incarnation:
// whatever the sender believed of it is asked again, at once.
func (s *Sender) ParentBorn(string) { s.restart() }

// restart goes back to asking, with patience for a parent that just came.
func (s *Sender) restart() {
	s.asking = true
	s.strikes, s.wentBack = 0, false
	s.flight, s.deadline = nil, time.Time{}
	s.credit = 1
}

// Ack tells what the parent acknowledged. It returns true when the parent now
// has more than it was known to have; Acked tells how much.
func (s *Sender) Ack(a wire.Ack, now time.Time) bool {
	if !s.up || a.Epoch != s.epoch {
		return false
	}
	if s.incarnation != a.Incarnation {
		known := s.incarnation != ""
		s.incarnation = a.Incarnation
		if known && !s.asking {
			// Another parent, or the same from other state: its position is
			// taken when it answers a hello.
			s.restart()
			return false
		}
	}
	s.refused, s.renew = a.Quarantined, a.Quarantined && a.Renew
	if s.amnesia = a.HWM > s.last; s.amnesia || s.refused {
		s.remembered, s.theirs = a.HWM, a.Head
		s.asking, s.flight = false, nil
		return false
	}
	// In answer to a hello and after a timeout the parent's word counts even
	// when it has less than before (I8); else a lower one is only late.
	if s.asking || s.strikes > 0 {
		return s.reposition(a, now)
	}
	if a.HWM <= s.acked {
		s.stale(a, now)
		return false
	}
	s.progress(a, now)
	return true
}

func (s *Sender) reposition(a wire.Ack, now time.Time) bool {
	more := a.HWM > s.acked
	moved := a.HWM != s.acked
	if s.asking || moved {
		s.strikes, s.wentBack = 0, false
		s.measure(a.HWM, now)
		s.flight, s.deadline = nil, time.Time{}
		s.credit = limit(a.Credit, s.cfg.MaxCredit, s.credit+1)
		s.next = a.HWM
	}
	s.asking = false
	s.acked = a.HWM
	return more
}

// stale looks at an ack that says nothing new. A gap means that one of the
// batches on their way was lost; those after it tell the same gap again. Less
// than before while nothing is on its way is asked about, though it may only
// be late.
func (s *Sender) stale(a wire.Ack, now time.Time) {
	if a.HWM < s.acked && len(s.flight) == 0 {
		s.restart()
		return
	}
	if a.Gap && a.HWM == s.acked && len(s.flight) > 0 && !s.wentBack {
		s.wentBack = true
		s.goBack(now)
	}
}

func (s *Sender) progress(a wire.Ack, now time.Time) {
	s.measure(a.HWM, now)
	s.acked = a.HWM
	s.next = max(s.next, a.HWM)
	s.wentBack = false
	s.credit = limit(a.Credit, s.cfg.MaxCredit, s.credit+1)
	if len(s.flight) == 0 {
		s.deadline = time.Time{}
	} else {
		s.deadline = now.Add(s.patience(0))
	}
}

// measure forgets the batches that arrived and learns the round trip.
func (s *Sender) measure(hwm uint64, now time.Time) {
	arrived := 0
	for arrived < len(s.flight) && s.flight[arrived].to <= hwm {
		arrived++
	}
	if arrived == 0 {
		return
	}
	if f := s.flight[arrived-1]; !f.again {
		if sample := now.Sub(f.at); s.rtt == 0 {
			s.rtt = sample
		} else {
			s.rtt += (sample - s.rtt) / 8
		}
	}
	s.flight = s.flight[arrived:]
}

func (s *Sender) goBack(now time.Time) {
	s.next = s.acked
	s.flight = nil
	s.credit = 1
	s.deadline = now // sending starts it anew
}

// limit returns the smallest of what is wanted and allowed, at least 1.
func limit(allowed, most, want int) int {
	return max(1, min(allowed, most, want))
}

// patience is how long to wait for progress after some timeouts in a row;
// jitter in [0,1) shortens it by up to a quarter.
func (s *Sender) patience(jitter float64) time.Duration {
	d := max(s.cfg.Timeout, 4*s.rtt)
	for range min(s.strikes, 16) {
		d *= 2
	}
	d = min(d, max(s.cfg.MaxBackoff, s.cfg.Timeout))
	return d - time.Duration(jitter*float64(d)/4)
}

// Next says what to do now. Jitter is a random number in [0,1) that keeps many
// nodes from repeating themselves in step. After SayHello and after Sent it is
// to be asked again, until it wishes Nothing.
func (s *Sender) Next(now time.Time, jitter float64) Action {
	if !s.up || s.epoch == 0 {
		return Action{}
	}
	if s.amnesia || s.renew {
		return Action{Do: OpenEpoch}
	}
	if s.asking || s.refused || s.NeedsBase() {
		return s.hello(now, jitter)
	}
	if len(s.flight) > 0 && !now.Before(s.deadline) {
		s.strikes++
		s.goBack(now)
	}
	if s.next < s.last && len(s.flight) < s.credit {
		if len(s.flight) == 0 {
			s.deadline = now.Add(s.patience(jitter))
		}
		return Action{Do: SendRecords, After: s.next}
	}
	if len(s.flight) == 0 {
		return Action{}
	}
	return Action{Wake: s.deadline}
}

// hello asks for the parent's position, again and again, more and more slowly.
func (s *Sender) hello(now time.Time, jitter float64) Action {
	if now.Before(s.deadline) {
		return Action{Wake: s.deadline}
	}
	if !s.asking {
		s.strikes = 16 // nobody but an operator ends a quarantine or brings a base
	}
	s.deadline = now.Add(s.patience(jitter))
	s.strikes++
	return Action{Do: SayHello, Wake: s.deadline}
}

// Sent tells that the records after Action.After up to this sequence were
// handed to the pipe. It may be later than the last one that Head told of.
func (s *Sender) Sent(to uint64, now time.Time) {
	s.last = max(s.last, to)
	s.flight = append(s.flight, flight{to: to, at: now, again: s.strikes > 0 || s.wentBack})
	s.next = max(s.next, to)
}

// Acked returns the sequence up to which the parent is known to hold the
// present epoch.
func (s *Sender) Acked() uint64 { return s.acked }

// Unsent returns how many records of the present epoch the parent is not known
// to hold.
func (s *Sender) Unsent() uint64 {
	if s.acked > s.last {
		return 0
	}
	return s.last - s.acked
}

// Refused reports whether the parent has the present epoch in quarantine.
func (s *Sender) Refused() bool { return s.refused }

// Loss tells how much a log has lost; the zero Loss means nothing.
type Loss struct {
	// Epoch is the log's, Last its last sequence, HWM what the parent holds.
	Epoch, Last, HWM uint64
	// Head is the chain's hash after HWM as the parent holds it.
	Head wire.Hash
	// Fork means that nothing is lost, but the parent holds another content of
	// this epoch, and an operator has decided that the log goes on in a new one.
	Fork bool
}

// Amnesia tells why Next wishes OpenEpoch.
func (s *Sender) Amnesia() Loss {
	if !s.amnesia && !s.renew {
		return Loss{}
	}
	return Loss{Epoch: s.epoch, Last: s.last, HWM: s.remembered, Head: s.theirs, Fork: s.renew}
}

// NeedsBase reports whether the parent lacks records that the log no longer
// holds.
func (s *Sender) NeedsBase() bool { return !s.asking && s.acked+1 < s.first }

// CaughtUp reports whether the parent holds all of the present epoch.
func (s *Sender) CaughtUp() bool { return s.up && !s.asking && s.epoch != 0 && s.acked == s.last }
