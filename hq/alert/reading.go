package alert

import "time"

// Reading is what is known of a branch at a check. Times are durations up to the check.
type Reading struct {
	Branch, Name, District string

	Linked  bool          // it speaks
	Ever    bool          // it has connected at some time
	Silence time.Duration // since its last word
	Open    bool          // its Day is open
	Shut    bool          // by its hours: no numbers are given, and those inside are served
	Refused string        // old or new: its program has no protocol version in common with headquarters; empty is in order
	Forked  bool          // its log was seen with two contents

	Unlawful int // others it calls between two calls of priority by law, against the law; 0 is none

	Waiting  []Ticket // in the order of their arrival
	Serving  []Ticket // called or at a counter; For is since the call
	Counters int      // open

	Calls  int // visits called in the last half hour
	Within int // of those, called within the target

	ServiceMean time.Duration // of today; 0 below five services
	ServiceLong time.Duration // the 99.5 % quantile of today; 0 below five services

	Arrived   int // issued in the last hour
	LastCalls int // visits whose call ended, the last forty at most
	Missed    int // of those, no-shows
	// Usual is the share of no-shows before those last calls, from 0 to 1; negative where too little is known.
	Usual float64

	SinceIssued time.Duration // since the last ticket; negative when none was issued today
	PerHour     float64       // tickets an hour before that, by which the silence is judged; 0 where too little is known

	Kiosks   []Kiosk
	Boards   []Board
	Machines []Machine
}

// Ticket is one that waits or is served.
type Ticket struct {
	Number string
	For    time.Duration
}

// Kiosk is a kiosk of the branch.
type Kiosk struct {
	Name   string
	Silent time.Duration // since its last sign of life; 0 while it is there
	Prints bool
	Model  string // of its printer, such as EPSON TM-T88V; empty where it is not known
	State  string // of its printer, a code
}

// Board is a callboard of the branch.
type Board struct {
	Name   string
	Behind time.Duration // for how long what it shows has been older than the log; 0 while it is not
	Silent time.Duration // since its last sign of life; 0 while it is there
}

// Policy are the numbers the rules are judged by.
type Policy struct {
	Target    time.Duration // a citizen should wait no longer
	Level     float64       // share that should be called within the target
	Guard     time.Duration // a ticket waits this long at most before it goes first
	Heartbeat time.Duration // nodes speak this often
}

// DefaultPolicy returns the rules' numbers for a target: 80 % within it, a guard of twice the target.
func DefaultPolicy(target time.Duration) Policy {
	return Policy{Target: target, Level: 0.8, Guard: 2 * target, Heartbeat: 30 * time.Second}
}
