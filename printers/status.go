package printers

// Status is what is known of a printer. The zero value says that nothing is:
// no printer has answered yet.
type Status struct {
	// Connected is true while the cable is open and the printer answers.
	Connected bool
	// Offline is the printer's own word that it takes no jobs, whatever the
	// cause.
	Offline bool
	// PaperOut: the roll has ended.
	PaperOut bool
	// NearEnd: the roll will end soon. It still prints.
	NearEnd bool
	// CoverOpen: somebody is at the printer.
	CoverOpen bool
	// CutterError: the blade is stuck.
	CutterError bool
	// HeadHot: the head cools down; the printer goes on by itself.
	HeadHot bool
	// Recoverable: an error the printer can be told to get over.
	Recoverable bool
	// Unrecoverable: the printer needs a technician, or at least a power
	// cycle.
	Unrecoverable bool
}

// Ready tells whether a slip sent now can be expected to come out.
func (s Status) Ready() bool {
	r := s.Reason()
	return r == Ready || r == NearEnd
}

// Reason names the most important thing about the status, for people to be
// told in their language.
func (s Status) Reason() Reason {
	switch {
	case !s.Connected:
		return Disconnected
	case s.Unrecoverable:
		return Unrecoverable
	case s.CutterError:
		return CutterError
	case s.CoverOpen:
		return CoverOpen
	case s.PaperOut:
		return PaperOut
	case s.HeadHot:
		return HeadHot
	case s.Recoverable:
		return RecoverableError
	case s.Offline:
		return Offline
	case s.NearEnd:
		return NearEnd
	}
	return Ready
}

// Stopped tells whether the status proves that the printer has stopped in the
// middle of what it was doing and will not go on before somebody comes.
func (s Status) Stopped() bool {
	return s.Connected && (s.PaperOut || s.CoverOpen || s.CutterError || s.Unrecoverable)
}

// Reason is a word for a state or a failure, the same in events, metrics and
// on the wire; screens translate it.
type Reason string

// The reasons there are.
const (
	// Ready: nothing is wrong.
	Ready Reason = "ready"
	// NearEnd: it prints, and wants a new roll soon.
	NearEnd Reason = "paper-near-end"
	// PaperOut: no paper.
	PaperOut Reason = "paper-out"
	// CoverOpen: the cover is open.
	CoverOpen Reason = "cover-open"
	// CutterError: the cutter is stuck.
	CutterError Reason = "cutter-error"
	// HeadHot: too hot, goes on by itself.
	HeadHot Reason = "head-hot"
	// RecoverableError: an error it can be told to get over.
	RecoverableError Reason = "recoverable-error"
	// Unrecoverable: needs a technician.
	Unrecoverable Reason = "unrecoverable-error"
	// Offline: it says it takes no jobs, and not why.
	Offline Reason = "offline"
	// Disconnected: no cable, no power, or no answer.
	Disconnected Reason = "disconnected"
	// NotConfirmed: sent, and no word came back in time.
	NotConfirmed Reason = "not-confirmed"
	// BadSlip: the slip cannot be printed on any printer; a fault of ours.
	BadSlip Reason = "bad-slip"
	// Stopping: the program is ending.
	Stopping Reason = "stopping"
)

// Result is what became of a slip.
type Result int

// The results there are. The zero value is Unknown on purpose: whoever
// forgets to decide has not claimed that no slip came out.
const (
	// Unknown: a slip may have come out.
	Unknown Result = iota
	// Done: the printer confirmed it.
	Done
	// Failed: it is known that no valid slip came out.
	Failed
)

// String returns "unknown", "printed" or "failed".
func (r Result) String() string {
	switch r {
	case Done:
		return "printed"
	case Failed:
		return "failed"
	case Unknown:
	}
	return "unknown"
}

// Outcome is what became of a slip, and why.
type Outcome struct {
	// Result is never Failed if a slip may have come out.
	Result Result
	// Reason is empty when printed.
	Reason Reason
	// Weak is set when printed rests on the word of a printer that only
	// confirms [ByOrder].
	Weak bool
}
